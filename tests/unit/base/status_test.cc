#include "kith/base/status.h"

#include <gtest/gtest.h>

#include <set>

#include "kith/base/value.h"

namespace kith {
namespace {

Status AmountError() {
  return MakeError({.reason = Reason::kWrongKind,
                    .type = "opportunity",
                    .record = Id(123),
                    .field = "amount",
                    .value = "abc",
                    .hint = "write it like 12500.00"},
                   "amount must be money");
}

TEST(Errors, MessageNamesTypeRecordFieldAndValue) {
  const Status status = AmountError();
  EXPECT_EQ(std::string(status.message()), R"(amount must be money [type opportunity, record 123, field amount, value "abc"])");
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(status), "amount must be money");
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(info.reason, Reason::kWrongKind);
  EXPECT_EQ(info.type, "opportunity");
  EXPECT_EQ(info.record, Id(123));
  EXPECT_EQ(info.field, "amount");
  EXPECT_EQ(info.value, "abc");
  EXPECT_EQ(info.hint, "write it like 12500.00");
  EXPECT_EQ(info.os_error, 0);
  EXPECT_EQ(info.change, -1);
}

TEST(Errors, ReasonAloneHasNoContext) {
  const Status status = MakeError(Reason::kMapFull, "the map is full");
  EXPECT_EQ(std::string(status.message()), "the map is full");
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(GetReason(status), Reason::kMapFull);
}

TEST(Errors, BareStatusHasNoReason) {
  const Status bare = absl::InternalError("odd");
  EXPECT_EQ(GetReason(bare), Reason::kNone);
  EXPECT_EQ(MessageOf(bare), "odd");
  EXPECT_EQ(GetReason(absl::OkStatus()), Reason::kNone);
  EXPECT_EQ(MessageOf(absl::OkStatus()), "");
}

TEST(Errors, ContextFillsOnlyWhatIsEmpty) {
  const Status inner = MakeError({.reason = Reason::kTooLong, .field = "name", .value = "xyz"}, "name is too long");
  const Status outer = WithContext(inner, {.reason = Reason::kInternal, .type = "account", .record = Id(9), .field = "other", .change = 2});
  EXPECT_EQ(std::string(outer.message()), R"(name is too long [type account, record 9, field name, value "xyz", change 2])");
  EXPECT_EQ(GetReason(outer), Reason::kTooLong);
  EXPECT_EQ(outer.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MessageOf(outer), "name is too long");
  EXPECT_EQ(std::string(WithContext(outer, {}).message()), std::string(outer.message()));
  EXPECT_TRUE(WithContext(absl::OkStatus(), {.type = "account"}).ok());
}

TEST(Errors, ContextOfABareStatusKeepsItsCode) {
  const Status outer = WithContext(absl::NotFoundError("gone"), {.type = "account"});
  EXPECT_EQ(outer.code(), StatusCode::kNotFound);
  EXPECT_EQ(std::string(outer.message()), "gone [type account]");
}

TEST(Errors, RefusedValueIsShortAndOnOneLine) {
  const Status status = MakeError({.reason = Reason::kTooLong, .value = std::string(300, 'x')}, "too long");
  EXPECT_EQ(GetErrorInfo(status).value, std::string(77, 'x') + "…");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "律";  // three bytes each
  const std::string cut = GetErrorInfo(MakeError({.reason = Reason::kTooLong, .value = text}, "too long")).value;
  EXPECT_LE(cut.size(), 80u);
  EXPECT_TRUE(IsUtf8(cut));  // E16
  const Status lines = MakeError({.reason = Reason::kNotUtf8, .value = "a\nb\x01\xFF"}, "line one\nline two");
  EXPECT_EQ(std::string(lines.message()), R"(line one\nline two [value "a\nb\x01\xff"])");
  EXPECT_EQ(MessageOf(lines), R"(line one\nline two)");
}

TEST(Errors, NewRecordAndOsErrorAreShown) {
  const Status status = MakeError({.reason = Reason::kIoError, .record = Id::Local(3), .os_error = 5}, "could not write");
  EXPECT_EQ(std::string(status.message()), "could not write [record new#3, errno 5]");
}

TEST(Reasons, NumbersAreUniqueAndNamed) {
  std::set<int32_t> numbers;
  size_t count = 0;
#define KITH_TEST_REASON(name, number, canonical) \
  numbers.insert(number);                         \
  ++count;                                        \
  EXPECT_EQ(NameOf(Reason::k##name), #name);      \
  EXPECT_EQ(CodeOf(Reason::k##name), StatusCode::canonical);
  KITH_REASONS(KITH_TEST_REASON)
#undef KITH_TEST_REASON
  EXPECT_EQ(numbers.size(), count);
  EXPECT_EQ(NameOf(static_cast<Reason>(77)), "None");
  EXPECT_EQ(CodeOf(static_cast<Reason>(77)), StatusCode::kUnknown);
}

StatusOr<int> Half(int n) {
  if (n % 2 != 0) return MakeError(Reason::kOutOfRange, "odd");
  return n / 2;
}

StatusOr<int> Quarter(int n) {
  KITH_ASSIGN_OR_RETURN(const int half, Half(n));
  KITH_RETURN_IF_ERROR(Half(half).status());
  return Half(half);
}

TEST(Errors, MacrosReturnTheError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(GetReason(Quarter(7).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(Quarter(6).status()), Reason::kOutOfRange);
}

}  // namespace
}  // namespace kith
