#include "kith/base/hash.h"

#include <xxhash.h>

#include "base/hash_avx2.h"

namespace kith {
namespace {

uint64_t PlainHash(const char* data, size_t size) { return XXH3_64bits(data, size); }

using Hash = uint64_t (*)(const char*, size_t);
Hash FastestHash() {
#if KITH_HAS_AVX2_HASH
  if (__builtin_cpu_supports("avx2") != 0) return Avx2Hash;
#endif
  return PlainHash;
}

}  // namespace

uint64_t LongHash(std::string_view bytes) {
  static const Hash kHash = FastestHash();
  return kHash(bytes.data(), bytes.size());
}

}  // namespace kith
