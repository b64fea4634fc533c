// The hash chain: whoever keeps its head can later tell whether what had been recorded by then is still what it was.
//
// Each batch adds a link over its history entries: SHA-256 (FIPS 180-4) of the link before, the range of sequence numbers, and the digests
// of the entries. An entry's digest is of a random salt of 16 bytes and of the entry whole: record, operation, actor, reason, times and
// values, those that a creation gave among them. Where an erasure, a purge or a pruning takes values away, it takes their salts too and
// leaves the digest, so the chain holds, and nobody can find the values by trying. What a repair changes in history breaks the link that
// told of it.
//
// A chain proves nothing alone: who can write the file can make another. Keep heads elsewhere, and compare.
//
// A database has none until BeginChain. A backup has that of the database; what RestoreTo and a salvage make begins without. Each replica
// has its own.
#ifndef KITH_ENGINE_CHAIN_H_
#define KITH_ENGINE_CHAIN_H_

#include <cstdint>
#include <string>

#include "kith/base/status.h"

namespace kith {

class Database;

// Where a chain ends: with the change of that sequence number. Together they name everything recorded up to there.
struct ChainHead {
  uint64_t sequence = 0;
  std::string hash;  // 64 hexadecimal digits; empty: there is no chain
  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

struct ChainReport {
  ChainHead head;
  uint64_t links = 0;
  uint64_t entries = 0;   // of history, compared with their digests
  uint64_t withheld = 0;  // whose values were erased, purged or pruned: their digests alone are there
  // The first link that does not hold: the sequence number with which it ends; 0: all hold. `problem` says what is wrong.
  uint64_t broken = 0;
  std::string problem;
};

// Begins a chain over all that history holds, in steps that hold nobody back, and from then on every batch adds a link; the head that it
// has then. A chain that has begun goes on, one cut short is completed. Errors: ReadOnly.
[[nodiscard]] StatusOr<ChainHead> BeginChain(Database& db);
// Without a hash while there is no chain.
[[nodiscard]] StatusOr<ChainHead> GetChainHead(Database& db);
// Follows the chain from its beginning, with every entry of history, up to the first link that does not hold. `known`, when it has a hash,
// is a head that was handed out: it must be among the chain's. Errors: PreconditionFailed (there is no chain).
[[nodiscard]] StatusOr<ChainReport> VerifyChain(Database& db, const ChainHead& known = {});

}  // namespace kith

#endif  // KITH_ENGINE_CHAIN_H_
