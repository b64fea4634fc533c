#include "kith/base/key.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "unit/base/random.h"

namespace kith {
namespace {

using testing_random::Random;
using testing_random::Seed;

// The order that a person expects, written without regard to bytes: -1, 0 or 1.
template <typename T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

int CompareDoubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return Sign(std::isnan(a), std::isnan(b));
  return Sign(a, b);
}

int CompareUnsignedBytes(const std::string& a, const std::string& b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const auto x = static_cast<unsigned char>(a[i]);
    const auto y = static_cast<unsigned char>(b[i]);
    if (x != y) return Sign(x, y);
  }
  return Sign(a.size(), b.size());
}

int Expected(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Sign(!a.is_null(), !b.is_null());
  switch (a.kind()) {
    case Kind::kBool:
      return Sign(a.get<bool>(), b.get<bool>());
    case Kind::kInt:
      return Sign(a.get<int64_t>(), b.get<int64_t>());
    case Kind::kDecimal:
      return Sign(a.get<Decimal>().units, b.get<Decimal>().units);
    case Kind::kDouble:
      return CompareDoubles(a.get<double>(), b.get<double>());
    case Kind::kMoney: {
      const auto& x = a.get<Money>();
      const auto& y = b.get<Money>();
      return Sign(std::make_tuple(x.currency.code(), x.minor), std::make_tuple(y.currency.code(), y.minor));
    }
    case Kind::kText:
      return CompareUnsignedBytes(a.get<std::string>(), b.get<std::string>());
    case Kind::kBytes:
      return CompareUnsignedBytes(a.get<Bytes>().data, b.get<Bytes>().data);
    case Kind::kChoice:
      return Sign(a.get<Choice>(), b.get<Choice>());
    case Kind::kDate:
      return Sign(a.get<Date>(), b.get<Date>());
    case Kind::kTime:
      return Sign(a.get<Time>(), b.get<Time>());
    case Kind::kRef:
      return Sign(a.get<Id>(), b.get<Id>());
    default:
      ADD_FAILURE() << "kind has no order";
      return 0;
  }
}

std::string KeyOf(const Value& value, Order order) {
  std::string key;
  AppendValueKey(key, value, order);
  return key;
}

class KeyOrder : public ::testing::TestWithParam<Kind> {};

TEST_P(KeyOrder, BytesOrderAsValues) {
  const uint64_t seed = Seed(20260704);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed + static_cast<uint64_t>(GetParam()));
  for (int i = 0; i < 20'000; ++i) {
    const Value a = random.OneIn(10) ? Value() : random.Of(GetParam());
    const Value b = random.OneIn(10) ? Value() : random.Of(GetParam());
    const int expected = Expected(a, b);
    ASSERT_EQ(Sign(KeyOf(a, Order::kAscending).compare(KeyOf(b, Order::kAscending)), 0), expected) << ToText(a) << " and " << ToText(b);
    ASSERT_EQ(Sign(KeyOf(a, Order::kDescending).compare(KeyOf(b, Order::kDescending)), 0), -expected) << ToText(a) << " and " << ToText(b);
  }
}

// Two values after each other come back from their keys, and no key that was cut short passes for a value.
TEST_P(KeyOrder, KeysReadBack) {
  const uint64_t seed = Seed(20260705);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed + static_cast<uint64_t>(GetParam()));
  const uint8_t scale = 4;  // of the random decimals
  for (int i = 0; i < 20'000; ++i) {
    const Order order = random.OneIn(2) ? Order::kAscending : Order::kDescending;
    const Value a = random.OneIn(10) ? Value() : random.Of(GetParam());
    const Value b = random.OneIn(10) ? Value() : random.Of(GetParam());
    std::string key = KeyOf(a, order);
    const size_t first = key.size();
    AppendValueKey(key, b, order);
    std::string_view rest = key;
    Value read;
    ASSERT_TRUE(ReadValueKey(rest, GetParam(), scale, order, read));
    ASSERT_EQ(read, a);
    ASSERT_EQ(rest.size(), key.size() - first);
    ASSERT_TRUE(ReadValueKey(rest, GetParam(), scale, order, read));
    ASSERT_EQ(read, b);
    ASSERT_TRUE(rest.empty());
    for (size_t cut = 0; cut < first; ++cut) {
      std::string_view part = std::string_view(key).substr(0, cut);
      ASSERT_FALSE(ReadValueKey(part, GetParam(), scale, order, read));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, KeyOrder,
                         ::testing::Values(Kind::kBool, Kind::kInt, Kind::kDecimal, Kind::kDouble, Kind::kMoney, Kind::kText, Kind::kChoice,
                                           Kind::kDate, Kind::kTime, Kind::kRef, Kind::kBytes),
                         [](const auto& test) { return std::string(NameOf(test.param)); });

// Two fields after each other order as the pair does: no value's key runs into the next.
TEST(Key, PairsOrderFieldByField) {
  const uint64_t seed = Seed(7);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 50'000; ++i) {
    const Order first_order = random.OneIn(2) ? Order::kAscending : Order::kDescending;
    const Value a1 = random.Of(Kind::kText);
    const Value b1 = random.Of(Kind::kText);
    const Value a2 = random.Of(Kind::kInt);
    const Value b2 = random.Of(Kind::kInt);
    std::string a = KeyOf(a1, first_order);
    std::string b = KeyOf(b1, first_order);
    AppendValueKey(a, a2);
    AppendValueKey(b, b2);
    int expected = Expected(a1, b1) * (first_order == Order::kAscending ? 1 : -1);
    if (expected == 0) expected = Expected(a2, b2);
    ASSERT_EQ(Sign(a.compare(b), 0), expected) << ToText(a1) << ',' << ToText(a2) << " and " << ToText(b1) << ',' << ToText(b2);
  }
}

TEST(Key, NotANumberIsOneValueAndLast) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(KeyOf(nan, Order::kAscending), KeyOf(-nan, Order::kAscending));
  EXPECT_GT(KeyOf(nan, Order::kAscending), KeyOf(std::numeric_limits<double>::infinity(), Order::kAscending));
  EXPECT_LT(KeyOf(nan, Order::kDescending), KeyOf(std::numeric_limits<double>::infinity(), Order::kDescending));
  EXPECT_EQ(KeyOf(-0.0, Order::kAscending), KeyOf(0.0, Order::kAscending));
}

TEST(Key, ListsAndMalformedKeysAreNotRead) {
  Value read;
  std::string_view null = std::string_view("\0", 1);
  EXPECT_TRUE(ReadValueKey(null, Kind::kTextList, 0, Order::kAscending, read));
  EXPECT_TRUE(read.is_null());
  std::string_view list = "\1";
  EXPECT_FALSE(ReadValueKey(list, Kind::kTextList, 0, Order::kAscending, read));
  std::string_view mark = "\2\1";
  EXPECT_FALSE(ReadValueKey(mark, Kind::kBool, 0, Order::kAscending, read));
}

TEST(Key, FixedWidthNumbersReadBack) {
  std::string key;
  AppendU16(key, 0xABCD);
  AppendU32(key, 0xDEADBEEF);
  AppendU64(key, 0x0123456789ABCDEFull);
  ASSERT_EQ(key, std::string("\xAB\xCD\xDE\xAD\xBE\xEF\x01\x23\x45\x67\x89\xAB\xCD\xEF", 14));
  EXPECT_EQ(ReadU16(key.data()), 0xABCD);
  EXPECT_EQ(ReadU32(key.data() + 2), 0xDEADBEEF);
  EXPECT_EQ(ReadU64(key.data() + 6), 0x0123456789ABCDEFull);
}

TEST(Key, PrefixEndIsTheLeastKeyPastThePrefix) {
  EXPECT_EQ(PrefixEnd("ab"), "ac");
  EXPECT_EQ(PrefixEnd("a\xFF\xFF"), "b");
  EXPECT_EQ(PrefixEnd("\xFF\xFF"), "");
  EXPECT_EQ(PrefixEnd(""), "");
  EXPECT_EQ(PrefixEnd(std::string(1, '\0')), "\x01");
  EXPECT_EQ(PrefixEnd("a\x7F"), "a\x80");
  const uint64_t seed = Seed(99);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string prefix = random.Letters();
    const std::string end = PrefixEnd(prefix);
    if (end.empty()) continue;
    const std::string key = random.Letters();
    const bool starts = key.substr(0, prefix.size()) == prefix;
    ASSERT_EQ(starts, key >= prefix && key < end);
  }
}

}  // namespace
}  // namespace kith
