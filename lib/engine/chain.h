// The hash chain in the file (kith/engine/chain.h says what it is for).
//
// kMeta "chain" holds where it stands; "chain/" + the first sequence number of a link (8) the link:
//
//   count (varint) | bare (1) | content (32) | link (32) | per entry, unless bare: tag (1), salt (16) or digest (32) or nothing
//
// content = H(the digests of the entries), link = H(link before | first | count | content), the digest of an entry = H(salt | record |
// sequence | stored entry | values that a creation gave). The digests follow from what is stored and from the salts, and are not stored
// beside them; where values go, the digest takes the place of the salt. A link of which nothing is left is bare.
#ifndef KITH_LIB_ENGINE_CHAIN_H_
#define KITH_LIB_ENGINE_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/read_internal.h"
#include "engine/sha256.h"
#include "kith/engine/chain.h"

namespace kith::engine {

inline constexpr std::string_view kMetaChain = "chain";
inline constexpr std::string_view kMetaChainPrefix = "chain/";
inline constexpr uint64_t kLinkEntries = 1024;  // a batch with more has several links

// Where the chain stands.
struct ChainState {
  bool whole = false;   // every batch adds its link; before, BeginChain still adds those of what was there
  uint64_t after = 0;   // what it begins after
  uint64_t last = 0;    // what it goes up to
  std::string genesis;  // 32 bytes: what stands before the first link
  std::string head;     // 32 bytes: the last link
};

struct ChainEntry {
  enum class Tag : uint8_t { kSalt = 0, kDigest = 1, kLost = 2 };  // lost: there was no such entry when the link was made
  Tag tag = Tag::kSalt;
  std::string bytes;
};

struct ChainLink {
  uint64_t first = 0;
  uint64_t count = 0;
  bool bare = false;
  std::string content;
  std::string link;
  std::vector<ChainEntry> entries;
  [[nodiscard]] uint64_t last() const { return first + count - 1; }
};

// nullopt: there is no chain.
[[nodiscard]] StatusOr<std::optional<ChainState>> ReadChainState(const storage::Reader& reader);
// The link at a row of kMeta whose key begins with kMetaChainPrefix.
[[nodiscard]] StatusOr<ChainLink> DecodeLink(std::string_view key, std::string_view value);

// Works digests out and puts links.
class Chain {
 public:
  // Reads and, where `set` is given, writes. Both outlive it.
  explicit Chain(const Source& source, storage::WriteSet* set = nullptr) : source_(source), set_(set) {}

  // Adds a link over the next entries up to `last`, at most kLinkEntries of them.
  [[nodiscard]] Status Extend(ChainState& state, uint64_t last);
  // Before entries lose or change values: their digests take the place of their salts. Of `first` to `last` those of the link with `last`.
  [[nodiscard]] Status Withhold(uint64_t first, uint64_t last);
  // The same of any entries. Each link is put once.
  [[nodiscard]] Status Withhold(std::vector<uint64_t> sequences);
  // Makes links bare that end at or before `last`, from `from` on; where to go on, 0 when none is left.
  [[nodiscard]] StatusOr<uint64_t> Strip(uint64_t from, uint64_t last, size_t limit);

  // The digest of an entry as it is stored now; nullopt when there is none.
  [[nodiscard]] StatusOr<std::optional<Sha256::Digest>> DigestOf(uint64_t sequence, std::string_view salt);
  // Of the digests of a link's entries, in order; an entry that is lost has none.
  [[nodiscard]] StatusOr<Sha256::Digest> ContentOf(const std::vector<std::optional<Sha256::Digest>>& digests);
  [[nodiscard]] StatusOr<Sha256::Digest> LinkOf(std::string_view before, const ChainLink& link);

 private:
  [[nodiscard]] Status Withhold(ChainLink& link, uint64_t sequence);
  [[nodiscard]] StatusOr<std::string> GivenBy(HistoryEntry creation) const;
  void Put(const ChainLink& link);

  Source source_;
  storage::WriteSet* set_;
  Sha256 sha_;
};

// Before the histories of records go: Chain::Withhold of all their entries.
[[nodiscard]] Status WithholdHistories(storage::WriteSet& set, const catalog::Catalog& catalog, std::span<const Id> records);

// The chain of a database as `source` has it, up to its first fault; `known`, when it has a hash, must be one of its heads.
[[nodiscard]] StatusOr<ChainReport> FollowChain(const Source& source, const ChainHead& known);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_CHAIN_H_
