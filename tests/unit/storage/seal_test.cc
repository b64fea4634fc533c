#include "storage/seal.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/hash_avx2.h"

namespace kith::storage {
namespace {

// The hash in the file is XXH3, whatever processor wrote or reads it.
TEST(SealTest, EveryWayOfHashingGivesTheSameNumber) {
  std::mt19937_64 dice(7);
  std::string bytes(5000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(dice());
  for (size_t size = 0; size <= bytes.size(); size += size < 1100 ? 1 : 97) {
    for (const size_t at : {size_t{0}, size_t{3}}) {
      const std::string_view part = std::string_view(bytes).substr(at, std::min(size, bytes.size() - at));
      ASSERT_EQ(HashOf(part), XXH3_64bits(part.data(), part.size())) << part.size();
#if KITH_HAS_AVX2_HASH
      if (__builtin_cpu_supports("avx2") != 0) {
        ASSERT_EQ(Avx2Hash(part.data(), part.size()), XXH3_64bits(part.data(), part.size())) << part.size();
      }
#endif
    }
  }
}

}  // namespace
}  // namespace kith::storage
