// Field selling: what to restock, what is out of stock at once, and whether stores were visited. // J05 J06 W10
#include "kith/insight/visits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "unit/model/world.h"

namespace kith::insight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class VisitsTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  void TearDown() override { world_.Verify(); }
  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return world_.Apply(batch).at(id.local_index());
  }
  Id Store(std::string_view name) { return Add("account", {{"name", name}, {"kind", "store"}}); }
  Id Visit(Id store, Time at, std::string_view kind = "visit") {
    return Add("interaction", {{"kind", kind}, {"direction", "out"}, {"at", at}, {"account", store}});
  }
  std::string StateOf(Id check) {
    const catalog::FieldDef* state = world_.Read()->catalog().FindType("stock_check")->FindField("state");
    return state->FindChoice(world_.Get(check, "state").get<Choice>().number)->name;
  }
  std::vector<std::string> TasksOf(Id record) {
    const auto now = world_.Read();
    const catalog::TypeDef& task = *now->catalog().FindType("task");
    const auto cursor = *now->ScanIndex("task", "by_regarding", {.equal = {Value(record)}});
    std::vector<std::string> found;
    while (cursor->Next()) found.emplace_back(cursor->record()->GetText(task.FindField("subject")->position));
    return found;
  }
  VisitReport Report(const VisitOptions& options = {}) {
    const StatusOr<VisitReport> report = VisitsOf(*world_.Read(), options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : VisitReport();
  }

  model::World world_;
};

TEST_F(VisitsTest, ACheckSaysWhatToBring) {  // J05: max(0, par + expected sales to the next visit − on hand)
  const Id store = Store("Corner");
  const Id tea = Add("product", {{"name", "Tea"}}), salt = Add("product", {{"name", "Salt"}});
  Add("stock_level", {{"account", store}, {"product", tea}, {"par", 20}, {"daily_sales", *ParseDecimal("1.3")}});
  Add("visit_plan", {{"account", store}, {"every_days", 7}});
  Add("visit_plan", {{"account", store}, {"every_days", 14}});
  const Id check = Add("stock_check", {{"account", store}, {"product", tea}, {"on_hand", 12}});
  EXPECT_EQ(world_.Get(check, "par"), Value(20));
  EXPECT_EQ(world_.Get(check, "days"), Value(7)) << "the next of two";
  EXPECT_EQ(world_.Get(check, "restock"), Value(18)) << "20 + 9.1 - 12 = 17.1";
  EXPECT_EQ(StateOf(check), "low");
  EXPECT_THAT(TasksOf(check), IsEmpty());
  world_.Set(check, "on_hand", 100);
  EXPECT_EQ(world_.Get(check, "restock"), Value(0));
  EXPECT_EQ(StateOf(check), "ok");
  const Id own = Add("stock_check", {{"account", store}, {"product", tea}, {"on_hand", 5}, {"par", 6}, {"days", 0}});
  EXPECT_EQ(world_.Get(own, "restock"), Value(1)) << "what the check says itself";
  const Id unknown = Add("stock_check", {{"account", store}, {"product", salt}, {"on_hand", 3}});
  EXPECT_TRUE(world_.Get(unknown, "restock").is_null());
  EXPECT_EQ(StateOf(unknown), "ok");
}

TEST_F(VisitsTest, WhatIsOutIsATaskInTheSameWrite) {  // W10
  const Id store = Store("Corner");
  const Id tea = Add("product", {{"name", "Tea"}});
  Batch batch = world_.NewBatch();
  const Id check = batch.Create("stock_check");
  batch.Set(check, "account", store);
  batch.Set(check, "product", tea);
  batch.Set(check, "on_hand", 0);
  const StatusOr<Outcome> outcome = world_.db().Apply(batch);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  const Id id = outcome->ids[0];
  EXPECT_EQ(StateOf(id), "out");
  ASSERT_THAT(TasksOf(id), SizeIs(1));
  const auto now = world_.Read();
  EXPECT_EQ(now->sequence(), outcome->last_sequence);
  const catalog::TypeDef& task = *now->catalog().FindType("task");
  const auto cursor = *now->ScanIndex("task", "by_regarding", {.equal = {Value(id)}});
  ASSERT_TRUE(cursor->Next());
  EXPECT_EQ(cursor->record()->GetRef(task.FindField("account")->position), store);
}

TEST_F(VisitsTest, RestockIsExactForAnyNumbers) {
  model::Random random(model::TestSeed(5));
  const Id store = Store("Corner");
  const Id tea = Add("product", {{"name", "Tea"}});
  for (int i = 0; i < 200; ++i) {
    const auto par = static_cast<int64_t>(random.Below(100)), on_hand = static_cast<int64_t>(random.Below(150));
    const auto days = static_cast<int64_t>(random.Below(40)), daily = static_cast<int64_t>(random.Below(5000));
    const Id check =
        Add("stock_check",
            {{"account", store}, {"product", tea}, {"on_hand", on_hand}, {"par", par}, {"days", days}, {"daily_sales", Decimal{daily, 3}}});
    const int64_t needed = (par - on_hand) * 1000 + daily * days;  // thousandths
    EXPECT_EQ(world_.Get(check, "restock"), Value(needed <= 0 ? int64_t{0} : (needed + 999) / 1000));
    EXPECT_EQ(StateOf(check), on_hand == 0 ? "out" : on_hand < par ? "low" : "ok");
  }
}

TEST_F(VisitsTest, StoresThatWaitLongestComeFirst) {  // J06
  const Date today = *ParseDate("2026-03-01");
  const Id weekly = Store("Weekly"), late = Store("Late"), fresh = Store("Fresh");
  const Date from = *ParseDate("2026-02-01");
  Add("visit_plan", {{"account", weekly}, {"every_days", 7}, {"starts", from}, {"employee", world_.owners()[0]}});
  Add("visit_plan", {{"account", late}, {"every_days", 5}, {"starts", from}});
  Add("visit_plan", {{"account", fresh}, {"every_days", 30}, {"starts", from}});
  Visit(weekly, model::At("2026-02-03T09:00:00Z"));
  Visit(weekly, model::At("2026-02-04T09:00:00Z"));  // the same window
  Visit(weekly, model::At("2026-02-24T09:00:00Z"));
  Visit(late, model::At("2026-02-02T09:00:00Z"));
  Visit(late, model::At("2026-02-20T09:00:00Z"), "call");  // no visit
  const VisitReport report = Report({.today = today});
  std::vector<Id> order;
  for (const PlannedVisits& one : report.stores) order.push_back(one.account);
  EXPECT_THAT(order, ElementsAre(late, weekly, fresh));
  EXPECT_EQ(report.stores[0].overdue_days, 22);  // due on 7 February
  EXPECT_EQ(report.stores[0].due, 5);
  EXPECT_EQ(report.stores[0].done, 1);
  EXPECT_EQ(report.stores[1].due, 4);
  EXPECT_EQ(report.stores[1].done, 2);
  EXPECT_EQ(report.stores[1].overdue_days, 0);
  EXPECT_EQ(report.stores[1].next, *ParseDate("2026-03-03"));
  EXPECT_EQ(report.stores[2].due, 0);
  EXPECT_EQ(report.due, 9);
  EXPECT_DOUBLE_EQ(*report.compliance, 3.0 / 9.0);
  EXPECT_THAT(Report({.today = today, .employee = world_.owners()[0]}).stores, SizeIs(1));
  EXPECT_FALSE(Report({.today = from}).compliance.has_value());
}

TEST_F(VisitsTest, APlanAsksForNoVisitAfterItsEnd) {  // J06
  const Id store = Store("Corner");
  const int32_t today = DateOf(world_.now()).days;
  Add("visit_plan", {{"account", store}, {"every_days", 7}, {"starts", Date{today - 10}}, {"ends", Date{today + 3}}});
  EXPECT_EQ(Report().stores.at(0).next, Date{today - 3});
  Visit(store, Time{world_.now().micros - kMicrosPerDay});
  EXPECT_FALSE(Report().stores.at(0).next.has_value()) << "it would be due on the sixth day from now";
  EXPECT_EQ(Report().stores.at(0).last, Date{today - 1});
}

TEST_F(VisitsTest, DaysAreThoseOfTheTimeZone) {  // J06
  world_.Set(*world_.Read()->Find("setting", ExternalRef{"kith.setting", "database"}), "time_zone", "Asia/Shanghai");
  const Id store = Store("Corner");
  Add("visit_plan", {{"account", store}, {"every_days", 7}, {"starts", *ParseDate("2026-03-02")}});
  world_.SetNow(model::At("2026-03-15T16:30:00Z"));  // already the 16th
  Visit(store, model::At("2026-03-08T17:00:00Z"));   // one in the morning of the 9th: the second window
  const VisitReport report = Report();
  EXPECT_EQ(report.stores[0].due, 2);
  EXPECT_EQ(report.stores[0].done, 1);
  EXPECT_EQ(report.stores[0].last, *ParseDate("2026-03-09"));
  EXPECT_EQ(report.stores[0].next, *ParseDate("2026-03-16"));
  EXPECT_EQ(report.stores[0].overdue_days, 0);
  EXPECT_EQ(Report({.today = *ParseDate("2026-03-15")}).stores[0].due, 1);
}

TEST_F(VisitsTest, CountsAreThoseOfANaiveCount) {
  model::Random random(model::TestSeed(6));
  for (int i = 0; i < 25; ++i) {
    const Id store = Store("S" + std::to_string(i));
    const auto from = static_cast<int32_t>(20'400 + random.Below(60));
    const auto every = static_cast<int64_t>(1 + random.Below(20));
    Fields plan = {{"account", store}, {"every_days", every}, {"starts", Date{from}}};
    const bool ends = random.OneIn(3);
    const int32_t until = from + static_cast<int32_t>(random.Below(120));
    if (ends) plan.emplace_back("ends", Date{until});
    Add("visit_plan", plan);
    std::set<int32_t> days;
    for (uint64_t v = random.Below(12); v > 0; --v) {
      const auto day = static_cast<int32_t>(20'380 + random.Below(130));
      days.insert(day);
      Visit(store, Time{(int64_t{day} * 24 + static_cast<int64_t>(random.Below(24))) * 3'600'000'000});
    }
    const int32_t today = 20'400 + static_cast<int32_t>(random.Below(100));
    const VisitReport report = Report({.today = Date{today}});
    const auto one = std::find_if(report.stores.begin(), report.stores.end(), [&](const PlannedVisits& p) { return p.account == store; });
    ASSERT_NE(one, report.stores.end());
    int64_t due = 0, done = 0;
    for (int32_t begin = from; begin + every <= std::min(today, ends ? until : today); begin += static_cast<int32_t>(every)) {
      ++due;
      bool visited = false;
      for (const int32_t day : days) visited |= day >= begin && day < begin + every;
      done += visited;
    }
    EXPECT_EQ(one->due, due);
    EXPECT_EQ(one->done, done);
    EXPECT_EQ(one->next.has_value(), !ends || until > today);
  }
}

}  // namespace
}  // namespace kith::insight
