// The checksum of what is stored.
#ifndef KITH_BASE_HASH_H_
#define KITH_BASE_HASH_H_

#include <cstdint>
#include <string_view>

namespace kith {

// XXH3 (64 bits, no seed), with the widest vectors that this processor has: for more than 240 bytes, up to which XXH3 has no use for them.
[[nodiscard]] uint64_t LongHash(std::string_view bytes);

}  // namespace kith

#endif  // KITH_BASE_HASH_H_
