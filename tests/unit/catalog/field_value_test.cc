// What a field accepts.
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

class FieldValue : public ::testing::Test {
 protected:
  // Reason of giving a field (its members beside the name, in JSON) a value; kNone when it is accepted.
  static Reason Try(const std::string& members, const Value& value) {
    const auto catalog = Ensured(Acme(Thing(R"({"name": "f", )" + members + "}")));
    const Status status = CheckFieldValue(*catalog->FindType("thing")->FindField("f"), value);
    if (status.ok()) return Reason::kNone;
    EXPECT_EQ(GetErrorInfo(status).field, "f");
    return GetReason(status);
  }
  static Money Cny(int64_t minor) { return {minor, *Currency::FromCode("CNY")}; }
};

TEST_F(FieldValue, KindAndNull) {
  EXPECT_EQ(Try(R"("kind": "int")", Value(5)), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "int")", Value()), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "int", "required": true)", Value()), Reason::kRequired);
  EXPECT_EQ(Try(R"("kind": "int")", Value("5")), Reason::kWrongKind);
  EXPECT_EQ(Try(R"("kind": "text")", Value("\xff")), Reason::kNotUtf8);
  EXPECT_EQ(Try(R"("kind": "int", "retired": true)", Value(5)), Reason::kFieldReadOnly);
  EXPECT_EQ(Try(R"("kind": "int", "retired": true)", Value()), Reason::kNone);
}

TEST_F(FieldValue, Bounds) {
  const std::string number = R"("kind": "int", "min": -1, "max": 3)";
  EXPECT_EQ(Try(number, Value(-1)), Reason::kNone);
  EXPECT_EQ(Try(number, Value(3)), Reason::kNone);
  EXPECT_EQ(Try(number, Value(-2)), Reason::kOutOfRange);
  EXPECT_EQ(Try(number, Value(4)), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "double", "min": 0, "max": 1)", Value(1.0)), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "double", "min": 0, "max": 1)", Value(1.0000001)), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "decimal", "scale": 2, "max": "1.50")", Value(Decimal{150, 2})), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "decimal", "scale": 2, "max": "1.50")", Value(Decimal{151, 2})), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "date", "min": "2026-01-01")", Value(*ParseDate("2026-01-01"))), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "date", "min": "2026-01-01")", Value(*ParseDate("2025-12-31"))), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "time", "max": "2026-01-01T00:00:00Z")", Value(*ParseTime("2026-01-01T00:00:01Z"))), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "money", "max": "10.00 CNY")", Value(Cny(1000))), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "money", "max": "10.00 CNY")", Value(Cny(1001))), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "money", "max": "10.00 CNY")", Value(Money{1001, *Currency::FromCode("USD")})), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "money", "min": "0")", Value(Money{-1, *Currency::FromCode("USD")})), Reason::kOutOfRange);
}

// What RFC 3339 cannot say, no host could read back.
TEST_F(FieldValue, DatesAndTimesOfFourDigitYears) {
  const Date first = FromCivil({.year = 1, .month = 1, .day = 1});
  const Date last = FromCivil({.year = 9999, .month = 12, .day = 31});
  for (const Date date : {first, last}) {
    EXPECT_EQ(Try(R"("kind": "date")", Value(date)), Reason::kNone);
    EXPECT_EQ(Try(R"("kind": "time")", Value(StartOf(date))), Reason::kNone);
  }
  for (const Date date : {Date{first.days - 1}, Date{last.days + 1}}) {
    EXPECT_EQ(Try(R"("kind": "date")", Value(date)), Reason::kOutOfRange);
    EXPECT_EQ(Try(R"("kind": "time")", Value(StartOf(date))), Reason::kOutOfRange);
  }
  EXPECT_EQ(Try(R"("kind": "time")", Value(Time{StartOf(first).micros - 1})), Reason::kOutOfRange);
  EXPECT_EQ(Try(R"("kind": "time")", Value(Time{StartOf(Date{last.days + 1}).micros - 1})), Reason::kNone);
}

TEST_F(FieldValue, Texts) {
  EXPECT_EQ(Try(R"("kind": "text", "max_length": 3)", Value("律师所")), Reason::kNone);  // characters, not bytes
  EXPECT_EQ(Try(R"("kind": "text", "max_length": 3)", Value("律师所x")), Reason::kTooLong);
  EXPECT_EQ(Try(R"("kind": "text", "pattern": "[A-Z]{3}")", Value("CNY")), Reason::kNone);
  EXPECT_EQ(Try(R"("kind": "text", "pattern": "[A-Z]{3}")", Value("xCNY")), Reason::kPatternMismatch);  // the whole text
  EXPECT_EQ(Try(R"("kind": "text_list", "max_length": 1)", Value(TextList{"a", "bb"})), Reason::kTooLong);
  EXPECT_EQ(Try(R"("kind": "text_list", "pattern": "a+")", Value(TextList{"a", "b"})), Reason::kPatternMismatch);
}

TEST_F(FieldValue, Choices) {
  const std::string choice = R"("kind": "choice", "choices": [{"name": "a"}, {"name": "b", "retired": true}])";
  EXPECT_EQ(Try(choice, Value(Choice{1})), Reason::kNone);
  EXPECT_EQ(Try(choice, Value(Choice{2})), Reason::kNotAChoice);
  EXPECT_EQ(Try(choice, Value(Choice{3})), Reason::kNotAChoice);
  const std::string set = R"("kind": "choice_set", "choices": [{"name": "a"}, {"name": "b", "retired": true}])";
  EXPECT_EQ(Try(set, Value(ChoiceSet{Choice{1}})), Reason::kNone);
  EXPECT_EQ(Try(set, Value(ChoiceSet{Choice{1}, Choice{2}})), Reason::kNotAChoice);
}

}  // namespace
}  // namespace kith::catalog
