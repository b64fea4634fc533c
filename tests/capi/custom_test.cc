// Checks, formulas, roll-ups and auto-numbers through the C ABI. // E01 E02 E03
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kHeadOfPackage = R"({"package": "test.slips", "version": ")";
constexpr std::string_view kTypes = R"(", "types": [
  {"name": "buyer", "fields": [
    {"name": "spent", "kind": "money", "roll_up": {"function": "sum", "of": "slip", "by": "buyer", "field": "price"}}]},
  {"name": "slip", "fields": [
    {"name": "number", "kind": "text", "auto_number": "S-{n:03}"},
    {"name": "buyer", "kind": "ref", "to": ["buyer"]},
    {"name": "price", "kind": "money"}, {"name": "cost", "kind": "money"},
    {"name": "margin", "kind": "money", "formula": "price - cost"},
    {"name": "title", "kind": "text", "formula": "number + '!'"}])";
constexpr std::string_view kCheck =
    R"(, "checks": [{"name": "no_loss", "condition": "price >= cost", "message": {"en": "Sold at a loss"}}])";

class Custom : public Host {
 protected:
  void Ensure(std::string_view version, std::string_view checks, uint8_t dry_run = 0) {
    const std::string package = std::string(kHeadOfPackage).append(version).append(kTypes).append(checks).append("}]}");
    Text text;
    KITH_ASSERT_OK(kith_db_ensure(db, Str(package), Str(""), dry_run, text.out(), error.out()), error);
    report = Json::parse(Str(text));
  }
  kith_value Value(const Snapshot& snapshot, kith_id id, const char* field) {
    kith_view view;
    kith_value value;
    EXPECT_EQ(kith_snapshot_get(snapshot, id, &view, error.out()), KITH_OK);
    EXPECT_EQ(kith_snapshot_value_named(snapshot, &view, field, &value, error.out()), KITH_OK);
    return value;
  }
  Json report;
};

TEST_F(Custom, ComputedFieldsReadAsAllOthers) {
  Ensure("1.0.0", "");
  Batch batch = NewBatch();
  const kith_id buyer = kith_batch_create(batch, "buyer");
  const kith_id slip = kith_batch_create(batch, "slip");
  kith_batch_set_ref(batch, slip, "buyer", buyer);
  kith_batch_set_money(batch, slip, "price", 300, "CNY");
  kith_batch_set_money(batch, slip, "cost", 120, "CNY");
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  EXPECT_EQ(Value(snapshot, kith_outcome_id(outcome, slip), "margin").number, 180);
  EXPECT_EQ(Str(Value(snapshot, kith_outcome_id(outcome, slip), "number").text), "S-001");
  EXPECT_EQ(Str(Value(snapshot, kith_outcome_id(outcome, slip), "title").text), "S-001!");
  EXPECT_EQ(Value(snapshot, kith_outcome_id(outcome, buyer), "spent").number, 300);
  Text json;
  KITH_ASSERT_OK(kith_snapshot_record_json(snapshot, kith_outcome_id(outcome, slip), json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json))["fields"]["margin"], Json({{"currency", "CNY"}, {"minor", 180}}));
  Batch wrong = NewBatch();
  kith_batch_set_money(wrong, kith_batch_create(wrong, "slip"), "margin", 1, "CNY");
  EXPECT_EQ(Apply(wrong), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "FieldReadOnly");
}

TEST_F(Custom, AFailedCheckSaysWhichAndWhy) {
  Ensure("1.0.0", "");
  Batch before = NewBatch();
  const kith_id old = kith_batch_create(before, "slip");
  kith_batch_set_money(before, old, "price", 1, "CNY");
  kith_batch_set_money(before, old, "cost", 2, "CNY");
  KITH_ASSERT_OK(Apply(before), error);
  Ensure("1.1.0", kCheck, 1);
  EXPECT_EQ(report["warnings"].size(), 1U);
  Ensure("1.1.0", kCheck);
  EXPECT_EQ(report["warnings"].size(), 1U);
  uint64_t problems = 1;
  Text verified;
  KITH_ASSERT_OK(kith_db_verify(db, &problems, verified.out(), error.out()), error);
  EXPECT_EQ(problems, 0U);
  EXPECT_EQ(Json::parse(Str(verified))["findings"].size(), 1U);
  Batch batch = NewBatch();
  const kith_id slip = kith_batch_create(batch, "slip");
  kith_batch_set_money(batch, slip, "price", 1, "CNY");
  kith_batch_set_money(batch, slip, "cost", 5, "CNY");
  EXPECT_EQ(Apply(batch), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "CheckFailed");
  EXPECT_NE(Str(kith_error_message(error)).find("Sold at a loss"), std::string::npos);
}

}  // namespace
}  // namespace host
