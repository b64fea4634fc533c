// Order-independent digests of sets of entries, and sets of ids in little memory: what Verify compares instead of looking things up.
#ifndef KITH_LIB_ENGINE_DIGEST_H_
#define KITH_LIB_ENGINE_DIGEST_H_

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "kith/base/hash.h"
#include "kith/base/id.h"

namespace kith::engine {

// SplitMix64's finalizer (Steele, Lea, Flood 2014).
[[nodiscard]] inline uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

// A set in which an entry may stand more than once, as its size and the sum of its entries' hashes: equal sets have equal digests, and sets
// that differ by chance or damage have different ones but for one case in 2^64. Not a defence against somebody who chooses the entries.
struct Multiset {
  uint64_t count = 0;
  uint64_t sum = 0;
  void Add(uint64_t hash) {
    ++count;
    sum += Mix(hash);
  }
  void Add(std::string_view key, std::string_view value) { Add(LongHash(key) * 3 + LongHash(value)); }
  friend bool operator==(const Multiset&, const Multiset&) = default;
};

// Sequences are dense within a type and node, so a record takes about a bit; a lone one, as damage may name, half a kilobyte.
class IdSet {
 public:
  void Add(Id id) { ChunkOf(id)[WordOf(id)] |= BitOf(id); }
  [[nodiscard]] bool Contains(Id id) const {
    const auto found = chunks_.find(id.value() / kChunk);
    return found != chunks_.end() && (found->second[WordOf(id)] & BitOf(id)) != 0;
  }
  [[nodiscard]] bool Includes(const IdSet& other) const {
    for (const auto& [number, chunk] : other.chunks_) {
      const auto found = chunks_.find(number);
      if (found == chunks_.end()) return false;
      for (size_t i = 0; i < chunk.size(); ++i) {
        if ((chunk[i] & ~found->second[i]) != 0) return false;
      }
    }
    return true;
  }

 private:
  static constexpr uint64_t kChunk = 4096;
  using Chunk = std::array<uint64_t, kChunk / 64>;
  static size_t WordOf(Id id) { return id.value() % kChunk / 64; }
  static uint64_t BitOf(Id id) { return uint64_t{1} << id.value() % 64; }
  Chunk& ChunkOf(Id id) { return chunks_[id.value() / kChunk]; }

  absl::flat_hash_map<uint64_t, Chunk> chunks_;
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_DIGEST_H_
