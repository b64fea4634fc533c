// Seeded random values for the property tests of the base room. The seed is printed with every failure; set KITH_TEST_SEED to repeat a run.
#ifndef KITH_TESTS_UNIT_BASE_RANDOM_H_
#define KITH_TESTS_UNIT_BASE_RANDOM_H_

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kith/base/value.h"

namespace kith::testing_random {

inline uint64_t Seed(uint64_t usual) {
  const char* set = std::getenv("KITH_TEST_SEED");
  return set == nullptr ? usual : std::strtoull(set, nullptr, 10);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Bits() { return engine_(); }
  uint64_t Below(uint64_t n) { return engine_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  // Small numbers, edges and any bits, each often enough to meet one another.
  int64_t Int() {
    switch (Below(4)) {
      case 0:
        return static_cast<int64_t>(Below(5)) - 2;
      case 1:
        return Below(2) == 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
      case 2:
        return static_cast<int64_t>(Bits()) >> Below(64);
      default:
        return static_cast<int64_t>(Bits());
    }
  }
  int32_t Int32() { return static_cast<int32_t>(Int()); }

  double Double() {
    switch (Below(5)) {
      case 0:
        return 0.0;
      case 1:
        return -0.0;
      case 2:
        return Below(2) == 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
      case 3:
        return static_cast<double>(Int()) / 1000;
      default:
        return static_cast<double>(static_cast<int64_t>(Below(7)) - 3) * 5e-324;  // subnormal
    }
  }

  // Short strings over few letters, zero and the highest byte among them, so that prefixes and equal values are common.
  std::string Letters() {
    static constexpr char kAlphabet[] = {'\0', '\1', 'a', 'b', '\x7F', '\xFE', '\xFF'};
    std::string text;
    const uint64_t size = Below(6);
    for (uint64_t i = 0; i < size; ++i) text.push_back(kAlphabet[Below(sizeof kAlphabet)]);
    return text;
  }

  Money Amount() {
    static constexpr const char* kCodes[] = {"CNY", "USD", "EUR", "JPY", "AAZ", "ZAA"};
    return {Int(), *Currency::FromCode(kCodes[Below(6)])};
  }

  Value Of(Kind kind) {
    switch (kind) {
      case Kind::kNull:
        return {};
      case Kind::kBool:
        return Below(2) == 0;
      case Kind::kInt:
        return Int();
      case Kind::kDecimal:
        return Decimal{Int(), 4};
      case Kind::kDouble:
        return Double();
      case Kind::kMoney:
        return Amount();
      case Kind::kText:
        return Letters();
      case Kind::kTextList: {
        TextList list;
        for (uint64_t n = Below(4); n > 0; --n) list.push_back(Letters());
        return list;
      }
      case Kind::kChoice:
        return Choice{Int32()};
      case Kind::kChoiceSet: {
        ChoiceSet set;
        for (uint64_t n = Below(4); n > 0; --n) set.push_back({Int32()});
        return set;
      }
      case Kind::kDate:
        return Date{Int32()};
      case Kind::kTime:
        return Time{Int()};
      case Kind::kRef:
        return Id(Bits() >> Below(64));
      case Kind::kBytes:
        return Bytes{Letters()};
    }
    return {};
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace kith::testing_random

#endif  // KITH_TESTS_UNIT_BASE_RANDOM_H_
