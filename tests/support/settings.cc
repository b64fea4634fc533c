#include "support/settings.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

namespace kith::testing {

int TestScale() {
  const char* scale = std::getenv("KITH_TEST_SCALE");
  return scale == nullptr ? 1 : std::max(1, std::atoi(scale));
}

uint64_t TestSeed(uint64_t usual) {
  uint64_t seed = usual;
  if (const char* wanted = std::getenv("KITH_TEST_SEED"); wanted != nullptr) {
    seed = std::string_view(wanted) == "random" ? std::random_device()() : std::strtoull(wanted, nullptr, 10);
  }
  std::printf("KITH_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace kith::testing
