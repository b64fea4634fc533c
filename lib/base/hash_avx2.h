// XXH3 compiled for processors with AVX2. Ask the processor first.
#ifndef KITH_LIB_BASE_HASH_AVX2_H_
#define KITH_LIB_BASE_HASH_AVX2_H_

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#define KITH_HAS_AVX2_HASH 1
#else
#define KITH_HAS_AVX2_HASH 0
#endif

namespace kith {

#if KITH_HAS_AVX2_HASH
[[nodiscard]] uint64_t Avx2Hash(const char* data, size_t size);
#endif

}  // namespace kith

#endif  // KITH_LIB_BASE_HASH_AVX2_H_
