// The one file that is compiled for AVX2 (cmake/KithRooms.cmake). It holds nothing but the hash and includes nothing with inline functions
// that the linker might take for others' use.
#include "base/hash_avx2.h"

#if KITH_HAS_AVX2_HASH
#include <xxhash.h>

namespace kith {

uint64_t Avx2Hash(const char* data, size_t size) { return XXH3_64bits(data, size); }

}  // namespace kith
#endif
