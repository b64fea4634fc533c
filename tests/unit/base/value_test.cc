#include "kith/base/value.h"

#include <gtest/gtest.h>

#include "unit/base/random.h"

namespace kith {
namespace {

using testing_random::Random;
using testing_random::Seed;

TEST(Utf8, WellFormed) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("plain"), std::string_view("a\0b", 3), std::string_view("律所"),
        std::string_view("\xC2\x80"), std::string_view("\xDF\xBF"), std::string_view("\xE0\xA0\x80"), std::string_view("\xED\x9F\xBF"),
        std::string_view("\xEE\x80\x80"), std::string_view("\xEF\xBF\xBF"), std::string_view("\xF0\x90\x80\x80"),
        std::string_view("\xF4\x8F\xBF\xBF"), std::string_view("eight by\xC3\xA9 and more than eight")}) {
    EXPECT_TRUE(IsUtf8(text)) << ::testing::PrintToString(std::string(text));
  }
}

TEST(Utf8, Malformed) {
  for (const std::string_view text : {
           std::string_view("\x80"),              // a continuation alone
           std::string_view("\xC0\x80"),          // overlong U+0000
           std::string_view("\xC1\xBF"),          // overlong
           std::string_view("\xE0\x9F\xBF"),      // overlong
           std::string_view("\xF0\x8F\xBF\xBF"),  // overlong
           std::string_view("\xED\xA0\x80"),      // a surrogate
           std::string_view("\xED\xBF\xBF"),      // a surrogate
           std::string_view("\xF4\x90\x80\x80"),  // past U+10FFFF
           std::string_view("\xF5\x80\x80\x80"), std::string_view("\xFF"),
           std::string_view("\xE5\xBE"),  // cut short
           std::string_view("\xC3"), std::string_view("\xF0\x9F\x98"), std::string_view("\xE5(\x8B"), std::string_view("\xE5\xBE("),
           std::string_view("seven..\xE5\xBE"),  // cut at a word's edge
       }) {
    EXPECT_FALSE(IsUtf8(text)) << ::testing::PrintToString(std::string(text));
    EXPECT_FALSE(IsUtf8("0123456789abcdef" + std::string(text)));
  }
}

// Every code point and every surrogate, encoded by the plain rule.
TEST(Utf8, EveryCodePoint) {
  for (uint32_t code = 0x80; code <= 0x110FFF; ++code) {
    std::string text;
    const auto tail = [&text](uint32_t bits) { text.push_back(static_cast<char>(0x80 | (bits & 0x3F))); };
    if (code < 0x800) {
      text.push_back(static_cast<char>(0xC0 | (code >> 6)));
      tail(code);
    } else if (code < 0x10000) {
      text.push_back(static_cast<char>(0xE0 | (code >> 12)));
      tail(code >> 6);
      tail(code);
    } else {
      text.push_back(static_cast<char>(0xF0 | (code >> 18)));
      tail(code >> 12);
      tail(code >> 6);
      tail(code);
    }
    const bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    ASSERT_EQ(IsUtf8(text), valid) << std::hex << code;
  }
}

TEST(Values, KindIsTheAlternative) {
  EXPECT_EQ(Value().kind(), Kind::kNull);
  EXPECT_EQ(Value(true).kind(), Kind::kBool);
  EXPECT_EQ(Value(1).kind(), Kind::kInt);
  EXPECT_EQ(Value(Decimal{}).kind(), Kind::kDecimal);
  EXPECT_EQ(Value(1.5).kind(), Kind::kDouble);
  EXPECT_EQ(Value(Money{}).kind(), Kind::kMoney);
  EXPECT_EQ(Value("x").kind(), Kind::kText);
  EXPECT_EQ(Value(TextList{}).kind(), Kind::kTextList);
  EXPECT_EQ(Value(Choice{}).kind(), Kind::kChoice);
  EXPECT_EQ(Value(ChoiceSet{}).kind(), Kind::kChoiceSet);
  EXPECT_EQ(Value(Date{}).kind(), Kind::kDate);
  EXPECT_EQ(Value(Time{}).kind(), Kind::kTime);
  EXPECT_EQ(Value(Id()).kind(), Kind::kRef);
  EXPECT_EQ(Value(Bytes{}).kind(), Kind::kBytes);
}

TEST(Values, KindNamesGoBothWays) {
  for (uint8_t n = 1; n <= static_cast<uint8_t>(Kind::kBytes); ++n) {
    const auto kind = static_cast<Kind>(n);
    EXPECT_EQ(KindFromName(NameOf(kind)), kind);
  }
  EXPECT_EQ(KindFromName("null"), std::nullopt);  // no field is of this kind
  EXPECT_EQ(KindFromName("Money"), std::nullopt);
  EXPECT_EQ(NameOf(static_cast<Kind>(200)), "unknown");
}

TEST(Values, AsText) {
  EXPECT_EQ(ToText(Value()), "null");
  EXPECT_EQ(ToText(Value(false)), "false");
  EXPECT_EQ(ToText(Value(-7)), "-7");
  EXPECT_EQ(ToText(Value(Decimal{-5, 2})), "-0.05");
  EXPECT_EQ(ToText(Value(0.1)), "0.1");
  EXPECT_EQ(ToText(Value(Money{1250000, *Currency::FromCode("CNY")})), "12500.00 CNY");
  EXPECT_EQ(ToText(Value("abc")), "abc");
  EXPECT_EQ(ToText(Value(TextList{"a", "b"})), R"(["a", "b"])");
  EXPECT_EQ(ToText(Value(Choice{4})), "4");
  EXPECT_EQ(ToText(Value(ChoiceSet{{1}, {2}})), "[1, 2]");
  EXPECT_EQ(ToText(Value(Date{0})), "1970-01-01");
  EXPECT_EQ(ToText(Value(Time{0})), "1970-01-01T00:00:00Z");
  EXPECT_EQ(ToText(Value(Id(42))), "42");
  EXPECT_EQ(ToText(Value(Bytes{"\x01\xAB"})), "0x01ab");
}

TEST(Values, TextIsCutBetweenCodePoints) {  // E16
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 2 == 0 ? "é" : "律😀";
  for (size_t size = 0; size < 100; ++size) {
    const std::string cut = ToText(Value(text), size);
    EXPECT_LE(cut.size(), size);
    EXPECT_TRUE(IsUtf8(cut)) << size;
  }
  EXPECT_EQ(ToText(Value(std::string(80, 'x'))), std::string(80, 'x'));
  EXPECT_EQ(ToText(Value(std::string(81, 'x'))), std::string(77, 'x') + "…");
  EXPECT_LE(ToText(Value(TextList(1000, std::string(1000, 'x')))).size(), 80u);
}

TEST(Ids, PartsGoThere) {
  const Id id = Id::Of(4095, 511, UINT32_MAX);
  EXPECT_EQ(id.type(), 4095);
  EXPECT_EQ(id.node(), 511);
  EXPECT_EQ(id.sequence(), UINT32_MAX);
  EXPECT_LT(id.value(), uint64_t{1} << 53);
  EXPECT_TRUE(Id::Local(7).is_local());
  EXPECT_EQ(Id::Local(7).local_index(), 7u);
  EXPECT_EQ(Id::Local(7).type(), 0);
  EXPECT_FALSE(id.is_local());
}

}  // namespace
}  // namespace kith
