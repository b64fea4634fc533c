// The checksum at the end of every value of a sealed keyspace (R22), and the digest of a whole keyspace (R23).
#ifndef KITH_LIB_STORAGE_SEAL_H_
#define KITH_LIB_STORAGE_SEAL_H_

#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#include "kith/base/hash.h"

namespace kith::storage {

inline constexpr size_t kSealBytes = 8;

[[nodiscard]] inline size_t PaddedSize(size_t size) { return (size + 7) & ~size_t{7}; }

[[nodiscard]] inline uint64_t LoadU64(const char* p) {
  uint64_t value = 0;
  std::memcpy(&value, p, sizeof(value));
  return value;
}

[[nodiscard]] inline uint64_t Mix64(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  return x;
}

// A keyspace's own number, from its name, so that it does not depend on the order of the specs.
[[nodiscard]] inline uint64_t KeyspaceSalt(std::string_view name) { return XXH3_64bits(name.data(), name.size()); }

// Hash of a key within its keyspace; an 8-byte key is folded in without a pass over memory.
[[nodiscard]] inline uint64_t KeyHash(uint64_t salt, std::string_view key) {
  if (key.size() == sizeof(uint64_t)) return Mix64(LoadU64(key.data()) + salt);
  return XXH3_64bits(key.data(), key.size()) + salt;
}

inline constexpr size_t kShortHash = 240;  // up to here XXH3 has no use for vectors
[[nodiscard]] inline uint64_t HashOf(std::string_view bytes) {
  return bytes.size() <= kShortHash ? XXH3_64bits(bytes.data(), bytes.size()) : LongHash(bytes);
}

// Over (keyspace, key, value). The value's hash is unseeded, because a seeded XXH3 derives a fresh secret for every long input.
[[nodiscard]] inline uint64_t SealOf(uint64_t salt, std::string_view key, std::string_view value) {
  return Mix64(HashOf(value) ^ KeyHash(salt, key));
}

// `stored` is a padded value and its seal. False when damaged, else `value` is the padded value without the seal.
[[nodiscard]] inline bool OpenSeal(uint64_t salt, std::string_view key, std::string_view stored, std::string_view& value) {
  if (stored.size() < kSealBytes || stored.size() % 8 != 0) return false;
  value = stored.substr(0, stored.size() - kSealBytes);
  return LoadU64(value.data() + value.size()) == SealOf(salt, key, value);
}

// What one entry adds to its keyspace's digest; entries add up modulo 2^64, so order does not matter and a removal subtracts. `stored` is
// the value as it stands in the file; a seal is the hash it ends in.
[[nodiscard]] inline uint64_t EntryDigest(uint64_t salt, bool sealed, std::string_view key, std::string_view stored) {
  if (sealed && stored.size() >= kSealBytes) return Mix64(LoadU64(stored.data() + stored.size() - kSealBytes) + 1);
  return SealOf(salt, key, stored);
}

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_SEAL_H_
