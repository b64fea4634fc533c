#include "kith/base/packed.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "kith/base/packed_skip.h"
#include "unit/base/random.h"

namespace kith {
namespace {

using testing_random::Random;
using testing_random::Seed;

constexpr int kKinds = 14;

Value AnyValue(Random& random) { return random.Of(static_cast<Kind>(random.Below(kKinds))); }

std::string Packed(const Value& value) {
  std::string out;
  PackedWriter(out).Put(value);
  return out;
}

TEST(Packed, ValuesComeBackAsTheyWere) {
  const uint64_t seed = Seed(11);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 50'000; ++i) {
    const Value a = AnyValue(random);
    const Value b = AnyValue(random);
    const std::string bytes = Packed(a) + Packed(b);
    PackedReader reader(bytes);
    ASSERT_EQ(reader.Get(), a) << ToText(a);
    ASSERT_EQ(reader.Get(), b) << ToText(b);
    ASSERT_TRUE(reader.done());
    // Into a value that held something else before.
    PackedReader again(bytes);
    Value held = b;
    again.Get(held);
    ASSERT_EQ(held, a) << ToText(a);
    again.Get(held);
    ASSERT_EQ(held, b) << ToText(b);
    ASSERT_TRUE(again.done());
    PackedReader past(bytes);
    Skip(past);
    ASSERT_EQ(past.Get(), b) << ToText(a);
    ASSERT_TRUE(past.done());
  }
}

TEST(Packed, NumbersAtTheirEdges) {
  std::string out;
  PackedWriter writer(out);
  writer.U8(255);
  for (int bit = 0; bit < 64; ++bit) {
    writer.Varint(uint64_t{1} << bit);
    writer.Varint((uint64_t{1} << bit) - 1);
    writer.Signed(static_cast<int64_t>(uint64_t{1} << bit));
  }
  writer.Varint(UINT64_MAX);
  writer.Signed(INT64_MIN);
  writer.Fixed64(0x0123456789ABCDEFull);
  writer.Double(-0.0);
  writer.Text("律所");
  PackedReader reader(out);
  EXPECT_EQ(reader.U8(), 255);
  for (int bit = 0; bit < 64; ++bit) {
    EXPECT_EQ(reader.Varint(), uint64_t{1} << bit);
    EXPECT_EQ(reader.Varint(), (uint64_t{1} << bit) - 1);
    EXPECT_EQ(reader.Signed(), static_cast<int64_t>(uint64_t{1} << bit));
  }
  EXPECT_EQ(reader.Varint(), UINT64_MAX);
  EXPECT_EQ(reader.Signed(), INT64_MIN);
  EXPECT_EQ(reader.Fixed64(), 0x0123456789ABCDEFull);
  EXPECT_EQ(std::bit_cast<uint64_t>(reader.Double()), uint64_t{1} << 63);
  EXPECT_EQ(reader.Text(), "律所");
  EXPECT_TRUE(reader.done());
}

// Little-endian and seven bits a byte: these bytes stand in files, so they are fixed.
TEST(Packed, BytesAreFixed) {
  EXPECT_EQ(Packed(Value()), std::string(1, '\0'));
  EXPECT_EQ(Packed(true), std::string("\x01\x01"));
  EXPECT_EQ(Packed(-3), std::string("\x02\x05"));
  EXPECT_EQ(Packed(300), std::string("\x02\xD8\x04"));
  EXPECT_EQ(Packed(Decimal{-1250, 2}), std::string("\x03\x02\xC3\x13"));
  EXPECT_EQ(Packed(1.0), std::string("\x04\0\0\0\0\0\0\xF0\x3F", 9));
  EXPECT_EQ(Packed(Money{1, *Currency::FromCode("CNY")}), std::string("\x05"
                                                                      "CNY\x02"));
  EXPECT_EQ(Packed("ab"), std::string("\x06\x02"
                                      "ab"));
  EXPECT_EQ(Packed(TextList{"a", ""}), std::string("\x07\x02\x01"
                                                   "a\0",
                                                   5));
  EXPECT_EQ(Packed(Choice{2}), std::string("\x08\x04"));
  EXPECT_EQ(Packed(ChoiceSet{{1}, {2}}), std::string("\x09\x02\x02\x04"));
  EXPECT_EQ(Packed(Date{-1}), std::string("\x0A\x01"));
  EXPECT_EQ(Packed(Time{1}), std::string("\x0B\x02"));
  EXPECT_EQ(Packed(Id(5)), std::string("\x0C\x05"));
  EXPECT_EQ(Packed(Bytes{"\xFF"}), std::string("\x0D\x01\xFF"));
}

TEST(Packed, EveryPrefixOfAValueFails) {
  const uint64_t seed = Seed(12);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 3'000; ++i) {
    const std::string bytes = Packed(AnyValue(random));
    for (size_t size = 0; size < bytes.size(); ++size) {
      PackedReader reader(std::string_view(bytes).substr(0, size));
      EXPECT_TRUE(reader.Get().is_null());
      ASSERT_FALSE(reader.ok());
      // A failed reader stays failed and gives zeros.
      EXPECT_EQ(reader.U8(), 0);
      EXPECT_EQ(reader.Varint(), 0u);
      EXPECT_EQ(reader.Fixed64(), 0u);
      EXPECT_EQ(reader.Text(), "");
      EXPECT_FALSE(reader.done());
    }
  }
}

TEST(Packed, GarbageEndsInAnErrorOrAValue) {
  const uint64_t seed = Seed(13);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes;
    if (random.OneIn(2)) {
      bytes = Packed(AnyValue(random));
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
    } else {
      for (uint64_t n = random.Below(24); n > 0; --n)
        bytes.push_back(static_cast<char>(random.OneIn(3) ? random.Below(16) : random.Below(256)));
    }
    // On the heap and of the exact size, so that a sanitizer sees any read past the end.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    PackedReader reader(std::string_view(exact.data(), exact.size()));
    while (reader.ok() && !reader.done()) accepted += reader.Get().is_null() ? 0 : 1;
  }
  EXPECT_GT(accepted, 10'000);
}

TEST(Packed, MalformedInputs) {
  const std::vector<std::string> malformed = {
      std::string("\x0E\x00", 2),                                   // no such kind
      std::string("\x01\x02"),                                      // a bool of 2
      std::string("\x02\x80\x00", 3),                               // a number in more bytes than it needs
      std::string("\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"),  // past 64 bits
      std::string("\x02\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
      std::string("\x03\x13\x02"),  // a scale of 19
      std::string("\x06\x05"
                  "ab"),                        // a text longer than the input
      std::string("\x07\xFF\xFF\xFF\xFF\x0F"),  // a list of four thousand million items
      std::string("\x09\xFF\xFF\xFF\xFF\x0F"),
      std::string("\x08\xFE\xFF\xFF\xFF\x1F"),  // a choice past 32 bits
  };
  for (const std::string& bytes : malformed) {
    PackedReader reader(bytes);
    EXPECT_TRUE(reader.Get().is_null());
    EXPECT_FALSE(reader.ok()) << ::testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace kith
