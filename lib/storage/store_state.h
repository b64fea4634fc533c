// The two private records of a store. They stand as plain entries in LMDB's unnamed main database, whose leaf is rewritten by every commit
// anyway, so that keeping the digest costs no page.
#ifndef KITH_LIB_STORAGE_STORE_STATE_H_
#define KITH_LIB_STORAGE_STORE_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"

namespace kith::storage {

inline constexpr std::string_view kHeaderKey = "_storage";
inline constexpr std::string_view kStateKey = "_state";
inline constexpr uint32_t kStorageFormat = 1;
inline constexpr std::string_view kLibraryVersion = "0.1.0";

// Written at creation; says what the file is (R24).
struct StoreHeader {
  uint32_t storage_format = kStorageFormat;
  uint32_t application_format = 1;
  uint32_t page_size = 0;
  std::string creation_id;      // 16 random bytes
  std::string library_version;  // that made the file
};
[[nodiscard]] std::string EncodeHeader(const StoreHeader& header);
// FormatUnknown, FormatNewer (storage format; the application's is the caller's to compare).
[[nodiscard]] StatusOr<StoreHeader> DecodeHeader(std::string_view bytes);
// Follows from the seed, or is random when that is 0.
[[nodiscard]] std::string NewCreationId(uint64_t seed);

// Written by every commit: the digest of each keyspace (R23) and the transaction that wrote it. An older page in a newer one's place has
// sound structure and seals, but the digests no longer add up; an older main page shows by its transaction.
struct StoreState {
  struct Digest {
    uint64_t salt = 0;  // KeyspaceSalt of its name
    uint64_t sum = 0;
  };
  uint64_t transaction = 0;
  std::vector<Digest> digests;

  [[nodiscard]] uint64_t& DigestOf(uint64_t salt);
};
[[nodiscard]] std::string EncodeState(const StoreState& state);
[[nodiscard]] std::optional<StoreState> DecodeState(std::string_view bytes);

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_STORE_STATE_H_
