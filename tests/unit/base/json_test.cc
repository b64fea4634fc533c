#include "kith/base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith {
namespace {

using ::testing::HasSubstr;

constexpr JsonRules kRules = {.document = "the letter", .malformed = Reason::kMappingMalformed, .bytes = 100, .depth = 3};

void ExpectRefused(std::string_view text, Reason reason, std::string_view field, std::string_view told) {
  SCOPED_TRACE(text);
  const Status status = CheckJson(text, kRules);
  EXPECT_EQ(GetReason(status), reason);
  EXPECT_EQ(GetErrorInfo(status).field, field);
  EXPECT_THAT(MessageOf(status), HasSubstr(std::string(told)));
}

TEST(JsonTest, OneDocumentPasses) {
  for (const std::string_view text : {"null", " 1 ", "\"\"", "[]", "{}", R"({"a": [1, 2.5, {"b": null}], "b": {"a": "\u00e9"}})"}) {
    EXPECT_EQ(CheckJson(text, kRules), absl::OkStatus()) << text;
  }
}

TEST(JsonTest, WhatIsNoJsonIsRefusedWithItsPlace) {
  const Reason malformed = Reason::kMappingMalformed;
  ExpectRefused("", malformed, "$", "line 1, column 1");
  ExpectRefused("nothing", malformed, "$", "line 1, column 2");
  ExpectRefused("{} {}", malformed, "$", "line 1, column 4");
  ExpectRefused("[NaN]", malformed, "[0]", "line 1, column 2");
  ExpectRefused("{\"a\": 1,\n \"b\": [1, }]}", malformed, "b[1]", "line 2, column 11");
  ExpectRefused("{\"a b\": {\"c\": x}}", malformed, "[\"a b\"].c", "line 1, column 15");
  ExpectRefused("// no", malformed, "$", "line 1, column 1");
}

TEST(JsonTest, AMemberStandsOnceInItsObject) {
  ExpectRefused(R"({"a": 1, "a": 2})", Reason::kMappingMalformed, "a", "occurs twice");
  ExpectRefused(R"([{"a": 1}, {"b": {"c": 1, "\u0063": 2}}])", Reason::kMappingMalformed, "[1].b.c", "occurs twice");
  EXPECT_EQ(CheckJson(R"([{"a": 1}, {"a": {"a": 1}}])", kRules), absl::OkStatus());
}

TEST(JsonTest, LimitsAtAndPast) {
  EXPECT_EQ(CheckJson("[[[1]]]", kRules), absl::OkStatus());
  ExpectRefused("[[[[1]]]]", Reason::kMappingMalformed, "[0][0][0]", "deeper than 3");
  EXPECT_EQ(CheckJson(std::string(99, ' ') + "1", kRules), absl::OkStatus());
  ExpectRefused(std::string(100, ' ') + "1", Reason::kLimitExceeded, "$", "the letter is larger than 100 bytes");
  const JsonRules deep = {.document = "it", .malformed = Reason::kMappingMalformed, .bytes = 1'000'000, .depth = 1000};
  EXPECT_EQ(GetReason(CheckJson(std::string(1000, '['), deep)), Reason::kMappingMalformed);
}

TEST(JsonTest, TextIsUtf8) {
  EXPECT_EQ(GetReason(CheckJson("\"\xFF\"", kRules)), Reason::kNotUtf8);
  EXPECT_EQ(CheckJson("\"\xE4\xBA\xBA\"", kRules), absl::OkStatus());
}

}  // namespace
}  // namespace kith
