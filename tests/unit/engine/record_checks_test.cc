// Checks: conditions over several fields, declared as data. // E01 E03 B14
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "shop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;

std::string Contracts(std::string_view version, std::string_view checks) {
  std::string text = R"({"package": "test.contracts", "version": ")";
  text.append(version).append(R"(", "types": [
    {"name": "client", "fields": [{"name": "tier", "kind": "choice", "choices": [{"name": "gold"}, {"name": "plain"}]}]},
    {"name": "contract", "fields": [
      {"name": "client", "kind": "ref", "to": ["client"]},
      {"name": "start", "kind": "date"}, {"name": "end", "kind": "date"},
      {"name": "fee", "kind": "money"}, {"name": "discount", "kind": "int"},
      {"name": "net", "kind": "int", "formula": "100 - discount"},
      {"name": "state", "kind": "choice", "default": "open", "choices": [{"name": "open"}, {"name": "closed"}]}],
     "checks": [)");
  return text.append(checks).append("]}]}");
}

constexpr std::string_view kEndAfterStart =
    R"({"name": "end_after_start", "condition": "end >= start", "labels": {"en": "Order of dates", "zh": "日期顺序"},
        "message": {"en": "A contract ends after it starts", "zh": "合同结束日期不得早于开始日期"}})";
constexpr std::string_view kDiscountForGold = R"({"name": "discount_for_gold", "condition": "discount <= 10 || client.tier == 'gold'"})";

void ExpectRefused(const Status& status, Reason reason, std::string_view field) {
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(NameOf(info.reason), NameOf(reason)) << status;
  EXPECT_EQ(info.type, "contract") << status;
  EXPECT_EQ(info.field, field) << status;
}

class RecordChecksTest : public ::testing::Test {
 protected:
  Id AddContract(std::string_view start, std::string_view end) {
    return shop_.Add("contract", [&](Batch& batch, Id id) {
      batch.Set(id, "start", *ParseDate(start));
      batch.Set(id, "end", *ParseDate(end));
    });
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST_F(RecordChecksTest, ARecordThatBreaksACheckIsRefusedWithAllThatMatters) {
  shop_.Ensure(Contracts("1.0.0", kEndAfterStart));
  AddContract("2026-01-01", "2026-12-31");
  Batch batch = shop_.NewBatch();
  const Id contract = batch.Create("contract");
  batch.Set(contract, "start", *ParseDate("2026-05-01"));
  batch.Set(contract, "end", *ParseDate("2026-04-30"));
  const Status refused = shop_.Refuse(batch);
  ExpectRefused(refused, Reason::kCheckFailed, "end_after_start");
  const ErrorInfo info = GetErrorInfo(refused);
  EXPECT_THAT(std::string(MessageOf(refused)), HasSubstr("A contract ends after it starts"));
  EXPECT_THAT(info.value, HasSubstr("start = 2026-05-01"));
  EXPECT_THAT(info.value, HasSubstr("end = 2026-04-30"));
  EXPECT_THAT(info.hint, HasSubstr("end >= start"));
  EXPECT_EQ(info.record, contract);
  const auto snapshot = shop_.Read();
  const catalog::CheckDef* check = snapshot->catalog().FindType("contract")->FindCheck("end_after_start");
  ASSERT_NE(check, nullptr);
  EXPECT_EQ(check->MessageIn("zh"), "合同结束日期不得早于开始日期");
  EXPECT_EQ(check->MessageIn("fr"), "A contract ends after it starts");
}

TEST_F(RecordChecksTest, WhatCountsIsHowTheBatchLeavesTheRecord) {
  shop_.Ensure(Contracts("1.0.0", kEndAfterStart));
  const Id id = AddContract("2026-01-01", "2026-12-31");
  // Both move in one batch; neither alone would do.
  Batch both = shop_.NewBatch();
  both.Set(id, "start", *ParseDate("2027-01-01"));
  both.Set(id, "end", *ParseDate("2027-12-31"));
  shop_.Apply(both);
  Batch one = shop_.NewBatch();
  one.Set(id, "end", *ParseDate("2026-12-31"));
  ExpectRefused(shop_.Refuse(one), Reason::kCheckFailed, "end_after_start");
}

TEST_F(RecordChecksTest, ACheckWithoutAnAnswerPasses) {
  shop_.Ensure(Contracts("1.0.0", kEndAfterStart));
  const Id id = shop_.Add("contract", [&](Batch& batch, Id local) { batch.Set(local, "start", *ParseDate("2026-01-01")); });
  EXPECT_TRUE(shop_.Exists(id));
}

TEST_F(RecordChecksTest, AReferenceIsFollowedAlsoToWhatTheBatchItselfWrites) {
  shop_.Ensure(Contracts("1.0.0", kDiscountForGold));
  const Id client = shop_.Add("client", [](Batch& batch, Id id) { batch.SetChoice(id, "tier", "plain"); });
  const auto with_discount = [&](Batch& batch) {
    const Id id = batch.Create("contract");
    batch.Set(id, "client", client);
    batch.Set(id, "discount", 20);
  };
  Batch refused = shop_.NewBatch();
  with_discount(refused);
  ExpectRefused(shop_.Refuse(refused), Reason::kCheckFailed, "discount_for_gold");
  Batch upgraded = shop_.NewBatch();
  upgraded.SetChoice(client, "tier", "gold");
  with_discount(upgraded);
  shop_.Apply(upgraded);
}

TEST_F(RecordChecksTest, AFormulaCanBeChecked) {
  shop_.Ensure(Contracts("1.0.0", R"({"name": "not_below_half", "condition": "net >= 50"})"));
  Batch batch = shop_.NewBatch();
  batch.Set(batch.Create("contract"), "discount", 51);
  ExpectRefused(shop_.Refuse(batch), Reason::kCheckFailed, "not_below_half");
  shop_.Add("contract", [](Batch& b, Id id) { b.Set(id, "discount", 50); });
}

TEST_F(RecordChecksTest, RecordsFromBeforeAreCountedKeptAndHeldToItWhenTheyChange) {
  shop_.Ensure(Contracts("1.0.0", ""));
  AddContract("2026-01-01", "2026-12-31");
  const Id wrong = AddContract("2026-06-01", "2026-01-01");
  AddContract("2026-07-01", "2026-01-01");
  const std::string upgrade = Contracts("1.1.0", kEndAfterStart);
  const catalog::PackageSource source{.definition = upgrade, .numbers = {}};
  const std::string line = "2 records of contract do not meet check end_after_start, the first is " + std::to_string(wrong.value());
  const StatusOr<EnsureReport> dry = shop_->Ensure({&source, 1}, true);
  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_THAT(dry->warnings, ElementsAre(line));
  EXPECT_THAT(dry->changes, ::testing::Contains("adds check contract.end_after_start"));
  EXPECT_THAT(shop_.Ensure(upgrade).warnings, ElementsAre(line));
  EXPECT_THAT(shop_.Ensure(upgrade).warnings, IsEmpty());  // nothing is new any more

  StatusOr<VerifyReport> report = shop_->Verify();
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_THAT(report->findings, ElementsAre(line));

  Batch touch = shop_.NewBatch();
  touch.Set(wrong, "discount", 1);
  ExpectRefused(shop_.Refuse(touch), Reason::kCheckFailed, "end_after_start");
  touch.Set(wrong, "end", *ParseDate("2026-12-31"));
  shop_.Apply(touch);
  report = shop_->Verify();
  EXPECT_THAT(report->findings, ElementsAre(HasSubstr("1 record of contract")));
}

TEST_F(RecordChecksTest, ANewVersionChangesAndTakesAwayChecks) {
  shop_.Ensure(Contracts("1.0.0", kEndAfterStart));
  EXPECT_THAT(shop_.Ensure(Contracts("1.1.0", "")).changes, ::testing::Contains("takes away check contract.end_after_start"));
  AddContract("2026-06-01", "2026-01-01");
  const EnsureReport changed =
      shop_.Ensure(Contracts("1.2.0", R"({"name": "end_after_start", "condition": "end > start", "message": {"en": "later"}})"));
  EXPECT_EQ(changed.warnings.size(), 1U);
  shop_.Close();
  shop_.Open();
  Batch batch = shop_.NewBatch();
  const Id id = batch.Create("contract");
  batch.Set(id, "start", *ParseDate("2026-01-01"));
  batch.Set(id, "end", *ParseDate("2026-01-01"));
  ExpectRefused(shop_.Refuse(batch), Reason::kCheckFailed, "end_after_start");
}

TEST_F(RecordChecksTest, ConditionsThatDoNotCompileAreRefusedWithTheirPath) {
  const auto refused = [&](std::string_view check) {
    const std::string package = Contracts("1.0.0", check);
    const catalog::PackageSource source{.definition = package, .numbers = {}};
    return shop_->Ensure({&source, 1}).status();
  };
  ExpectRefused(refused(R"({"name": "c", "condition": "ende >= start"})"), Reason::kUnknownField, "types[1].checks[0].condition");
  ExpectRefused(refused(R"({"name": "c", "condition": "discount + 1"})"), Reason::kWrongKind, "types[1].checks[0].condition");
  ExpectRefused(refused(R"({"name": "c", "condition": "end >="})"), Reason::kExpressionMalformed, "types[1].checks[0].condition");
  EXPECT_EQ(GetReason(refused(R"({"name": "c"})")), Reason::kPackageMalformed);
  EXPECT_EQ(GetReason(refused(R"({"name": "C", "condition": "true"})")), Reason::kPackageMalformed);
}

TEST_F(RecordChecksTest, WaysThatNewTransitionsForbidAreCounted) {
  shop_.Ensure(Contracts("1.0.0", ""));
  const Id id = AddContract("2026-01-01", "2026-12-31");
  AddContract("2026-01-01", "2026-12-31");
  for (const std::string_view state : {"closed", "open"}) {
    Batch batch = shop_.NewBatch();
    batch.SetChoice(id, "state", state);
    shop_.Apply(batch);
  }
  std::string upgrade = Contracts("1.1.0", "");
  const std::string_view choices = R"("choices": [{"name": "open"}, {"name": "closed"}])";
  upgrade.insert(upgrade.find(choices) + choices.size(), R"(, "transitions": {"open": ["closed"]})");
  EXPECT_THAT(shop_.Ensure(upgrade).warnings, ElementsAre(HasSubstr("1 record of contract came to their state of state by ways")));
}

TEST_F(RecordChecksTest, WhatNamesARecordIsSeenAsTheBatchLeavesIt) {
  shop_.Ensure(R"({"package": "test.teams", "version": "1.0.0", "types": [
    {"name": "team", "fields": [{"name": "n", "kind": "int"}],
     "checks": [{"name": "two", "condition": "size(related('player', 'team')) <= 2"}]},
    {"name": "player", "fields": [{"name": "team", "kind": "ref", "to": ["team"], "on_delete": "detach"}]}]})");
  const auto join = [](Batch& batch, Id team, int players) {
    for (int i = 0; i < players; ++i) batch.Set(batch.Create("player"), "team", team);
  };
  const auto apply = [&](auto fill) {
    Batch batch = shop_.NewBatch();
    fill(batch);
    return shop_->Apply(batch);
  };
  const auto found = [&](int players) {
    return apply([&](Batch& batch) {
      const Id team = batch.Create("team");
      batch.Set(team, "n", 1);
      join(batch, team, players);
    });
  };
  EXPECT_EQ(GetReason(found(3).status()), Reason::kCheckFailed);
  const StatusOr<Outcome> outcome = found(2);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  const Id team = outcome->ids[0];
  int n = 1;
  const auto changed = [&](auto fill) {
    return apply([&](Batch& batch) {
             fill(batch);
             batch.Set(team, "n", ++n);  // a record that is not given values is not asked again
           })
        .status();
  };
  EXPECT_EQ(GetReason(changed([&](Batch& batch) { join(batch, team, 1); })), Reason::kCheckFailed);
  EXPECT_TRUE(changed([&](Batch& batch) {
                batch.Set(outcome->ids[1], "team", Value());
                join(batch, team, 1);
              }).ok());
  EXPECT_TRUE(changed([&](Batch& batch) {
                batch.Delete(outcome->ids[2]);
                join(batch, team, 1);
              }).ok());
  EXPECT_EQ(GetReason(changed([&](Batch& batch) { batch.Set(outcome->ids[1], "team", team); })), Reason::kCheckFailed);
}

}  // namespace
}  // namespace kith
