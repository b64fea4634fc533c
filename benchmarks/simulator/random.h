// Random numbers of the simulator: the same on every platform. Apart from the library's own on purpose, so that what is measured does not
// share code with what measures it.
#ifndef KITH_BENCHMARKS_SIMULATOR_RANDOM_H_
#define KITH_BENCHMARKS_SIMULATOR_RANDOM_H_

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace kith::simulator {

// PCG-XSH-RR 64/32.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0xDA942042E4DD58B5 + 0x9E3779B97F4A7C15) {
    for (int i = 0; i < 8; ++i) Bits();
  }
  uint32_t Bits() {
    const uint64_t old = state_;
    state_ = old * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto shifted = static_cast<uint32_t>(((old >> 18) ^ old) >> 27);
    const auto turn = static_cast<uint32_t>(old >> 59);
    return (shifted >> turn) | (shifted << ((32 - turn) & 31));
  }
  // In (0, 1).
  double Uniform() { return (static_cast<double>(Bits()) * 0x1p32 + static_cast<double>(Bits()) + 0.5) * 0x1p-64; }
  bool Chance(double p) { return Uniform() < p; }
  size_t Below(size_t n) { return static_cast<size_t>(Uniform() * static_cast<double>(n)); }
  // Standard normal, by the polar method.
  double Normal() {
    while (true) {
      const double x = 2 * Uniform() - 1;
      const double y = 2 * Uniform() - 1;
      const double s = x * x + y * y;
      if (s > 0 && s < 1) return x * std::sqrt(-2 * std::log(s) / s);
    }
  }
  int64_t Poisson(double mean) {
    const double limit = std::exp(-mean);
    int64_t n = 0;
    for (double product = Uniform(); product > limit; product *= Uniform()) ++n;
    return n;
  }

 private:
  uint64_t state_;
};

}  // namespace kith::simulator

#endif  // KITH_BENCHMARKS_SIMULATOR_RANDOM_H_
