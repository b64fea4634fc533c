#include <gtest/gtest.h>

#include "kith/base/currency.h"
#include "kith/base/decimal.h"
#include "kith/base/money.h"
#include "kith/base/status.h"
#include "unit/base/random.h"

namespace kith {
namespace {

using testing_random::Random;
using testing_random::Seed;

Currency Code(std::string_view code) { return *Currency::FromCode(code); }

int64_t Minor(std::string_view text, std::string_view code = "CNY") {
  const StatusOr<Money> money = ParseMoney(text, Code(code));
  EXPECT_TRUE(money.ok()) << text << ": " << money.status();
  return money.ok() ? money->minor : INT64_MIN + 1;
}

Reason MoneyFault(std::string_view text, std::string_view code = "CNY") {
  const StatusOr<Money> money = ParseMoney(text, Code(code));
  EXPECT_FALSE(money.ok()) << text;
  return GetReason(money.status());
}

TEST(Decimals, Parse) {
  EXPECT_EQ(*ParseDecimal("-12.50"), (Decimal{-1250, 2}));
  EXPECT_EQ(*ParseDecimal("0"), (Decimal{0, 0}));
  EXPECT_EQ(*ParseDecimal("+.5"), (Decimal{5, 1}));
  EXPECT_EQ(*ParseDecimal("9223372036854775807"), (Decimal{INT64_MAX, 0}));
  EXPECT_EQ(*ParseDecimal("-9223372036854775808"), (Decimal{INT64_MIN, 0}));
  EXPECT_EQ(*ParseDecimal("-9.223372036854775808"), (Decimal{INT64_MIN, 18}));
  EXPECT_EQ(*ParseDecimal("1.000000000000000000000"), (Decimal{1'000'000'000'000'000'000, 18}));
  for (const char* text : {"", "-", ".", "+-1", "1e5", "1 ", " 1", "1,000", "0x10", "1.2.3", "١"}) {
    EXPECT_EQ(GetReason(ParseDecimal(text).status()), Reason::kWrongKind) << text;
  }
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "0.0000000000000000001", "99999999999999999999999999"}) {
    EXPECT_EQ(GetReason(ParseDecimal(text).status()), Reason::kOutOfRange) << text;
  }
}

TEST(Decimals, TextGoesBothWays) {
  const uint64_t seed = Seed(21);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const Decimal value{random.Int(), static_cast<uint8_t>(random.Below(19))};
    const StatusOr<Decimal> back = ParseDecimal(ToText(value));
    ASSERT_TRUE(back.ok()) << ToText(value) << back.status();
    ASSERT_EQ(*back, value) << ToText(value);
  }
}

TEST(Decimals, Rescale) {
  EXPECT_EQ(*Rescale({125, 1}, 3), (Decimal{12500, 3}));
  EXPECT_EQ(*Rescale({12500, 3}, 1), (Decimal{125, 1}));
  EXPECT_EQ(*Rescale({0, 0}, 18), (Decimal{0, 18}));
  EXPECT_EQ(GetReason(Rescale({125, 1}, 0).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(Rescale({INT64_MAX, 0}, 1).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(Rescale({1, 0}, 19).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(Rescale({1, 255}, 0).status()), Reason::kOutOfRange);
}

TEST(Amounts, MinorDigitsByIso4217) {
  EXPECT_EQ(Code("CNY").minor_digits(), 2);
  EXPECT_EQ(Code("JPY").minor_digits(), 0);
  EXPECT_EQ(Code("BHD").minor_digits(), 3);
  EXPECT_EQ(Code("CLF").minor_digits(), 4);
  EXPECT_EQ(Code("ZZZ").minor_digits(), 2);
  EXPECT_EQ(Currency().minor_digits(), 2);
  EXPECT_EQ(Code("CNY").code(), "CNY");
  EXPECT_EQ(Code("CNY").packed(), uint32_t{'C'} | uint32_t{'N'} << 8 | uint32_t{'Y'} << 16);
  EXPECT_TRUE(Code("CNY").is_code());
  for (const uint32_t packed : {0u, 0x01594E43u, 0x00594E63u, 0x00004E43u}) EXPECT_FALSE(Currency::FromPacked(packed).is_code()) << packed;
  for (const char* code : {"", "cny", "CN", "CNYX", "C1Y"}) EXPECT_EQ(Currency::FromCode(code), std::nullopt) << code;
}

TEST(Currencies, ThoseOfIso4217) {
  for (const char* code : {"CNY", "EUR", "JPY", "BHD", "CLF", "DEM", "HRK"})
    EXPECT_EQ(CurrencyOfIso(code), Currency::FromCode(code)) << code;
  for (const char* code : {"QQQ", "ZZZ", "", "cny", "CN", "CNYX", "C1Y"}) EXPECT_EQ(CurrencyOfIso(code), std::nullopt) << code;
}

TEST(Amounts, Parse) {
  EXPECT_EQ(Minor("12500"), 1'250'000);
  EXPECT_EQ(Minor("12,500.00"), 1'250'000);
  EXPECT_EQ(Minor("-3.5"), -350);
  EXPECT_EQ(Minor("12,34,567.8"), 123'456'780);
  EXPECT_EQ(Minor("1,234,567"), 123'456'700);
  EXPECT_EQ(Minor("3.500"), 350);
  EXPECT_EQ(Minor("12500", "JPY"), 12'500);
  EXPECT_EQ(Minor("12500.00", "JPY"), 12'500);
  EXPECT_EQ(Minor("1.234", "BHD"), 1'234);
  EXPECT_EQ(Minor("92233720368547758.07"), INT64_MAX);
  EXPECT_EQ(Minor("-92233720368547758.08"), INT64_MIN);
  EXPECT_EQ(Minor("92233720368547758.070000000000000000000000"), INT64_MAX);
}

TEST(Amounts, Refused) {
  // A decimal comma must not become a thousand times too much.
  for (const char* text : {"", "abc", "12,5", "12,50", "1,2345", ",123", "123,", "1,,234", "1.234,56", "¥5", "5 CNY", "--5", "1234,567"}) {
    EXPECT_EQ(MoneyFault(text), Reason::kWrongKind) << text;
  }
  EXPECT_EQ(MoneyFault("3.505"), Reason::kOutOfRange);
  EXPECT_EQ(MoneyFault("0.5", "JPY"), Reason::kOutOfRange);
  EXPECT_EQ(MoneyFault("92233720368547758.08"), Reason::kOutOfRange);
  EXPECT_EQ(MoneyFault("-92233720368547758.09"), Reason::kOutOfRange);
  EXPECT_EQ(MoneyFault("92233720368547759"), Reason::kOutOfRange);
  EXPECT_EQ(MoneyFault("99999999999999999999999"), Reason::kOutOfRange);
}

TEST(Amounts, TextGoesBothWays) {
  const uint64_t seed = Seed(22);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const Money money = random.Amount();
    std::string text = ToText(money);
    ASSERT_EQ(text.substr(text.size() - 4), " " + money.currency.code());
    text.resize(text.size() - 4);
    const StatusOr<Money> back = ParseMoney(text, money.currency);
    ASSERT_TRUE(back.ok()) << text;
    ASSERT_EQ(*back, money) << text;
  }
}

TEST(Amounts, AddRefusesMixedCurrenciesAndOverflow) {
  const Money cny{100, Code("CNY")};
  EXPECT_EQ(*Add(cny, {-30, Code("CNY")}), (Money{70, Code("CNY")}));
  EXPECT_EQ(GetReason(Add(cny, {1, Code("USD")}).status()), Reason::kCurrencyMismatch);
  EXPECT_EQ(GetReason(Add({INT64_MAX, Code("CNY")}, {1, Code("CNY")}).status()), Reason::kArithmeticOverflow);
  EXPECT_EQ(GetReason(Add({INT64_MIN, Code("CNY")}, {-1, Code("CNY")}).status()), Reason::kArithmeticOverflow);
}

}  // namespace
}  // namespace kith
