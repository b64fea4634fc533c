// A rep's work list: full without any deal, ranked, emptied by doing what it says, nobody else's. // I03 J02 J07 R06 C12 H09
#include "kith/insight/worklist.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "kith/insight/forecast.h"
#include "kith/insight/visits.h"
#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using model::Yuan;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class WorkListTest : public Relations {
 protected:
  WorkList List(Id rep, WorkOptions options = {.limit = 0}) {
    options.now = world_.now();
    const StatusOr<WorkList> list = WorkListOf(*world_.Read(), rep, options);
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? *list : WorkList();
  }
  static std::vector<WorkReason> Reasons(const WorkItem& item) {
    std::vector<WorkReason> reasons;
    for (const auto& [reason, much] : item.reasons) reasons.push_back(reason);
    return reasons;
  }
  const WorkItem* Find(const WorkList& list, Id record) {
    const auto found = std::find_if(list.items.begin(), list.items.end(), [&](const WorkItem& item) { return item.record == record; });
    if (found == list.items.end()) return nullptr;
    found_ = *found;
    return &found_;
  }
  [[nodiscard]] Id Rep() const { return world_.owners()[0]; }
  Id Customer(std::string_view name) { return Add("account", {{"name", name}, {"owner", Rep()}}); }
  Id Touch(Id account, std::string_view direction = "mutual") {
    return Add("interaction", {{"kind", Choose("interaction", "kind", "call")},
                               {"direction", Choose("interaction", "direction", direction)},
                               {"at", world_.now()},
                               {"account", account}});
  }
  Id Buy(Id account, Date day, int64_t minor) {
    return Add("order", {{"account", account}, {"status", Choose("order", "status", "placed")}, {"date", day}, {"total", Yuan(minor)}});
  }

  WorkItem found_;
};

// J02: 500 customers, nobody has a deal; each is work, what is bought more often and for more stands above.
TEST_F(WorkListTest, ARepWithHundredsOfCustomersAndNoDealHasAFullList) {
  const Date today = DateOf(world_.now());
  Batch batch = world_.NewBatch();
  for (int i = 0; i < 500; ++i) {
    const Id account = batch.Create("account");
    batch.Set(account, "name", "C" + std::to_string(i));
    batch.Set(account, "owner", Rep());
    for (int order = 0; i % 5 == 0 && order < i / 50; ++order) {
      const Id bought = batch.Create("order");
      batch.Set(bought, "account", account);
      batch.SetChoice(bought, "status", "placed");
      batch.Set(bought, "date", Date{today.days - 20 - 30 * order});
      batch.Set(bought, "total", Yuan(100'000));
    }
  }
  world_.Apply(batch);
  Add("account", {{"name", "somebody else's"}, {"owner", world_.owners()[1]}});
  const WorkList list = List(Rep());
  EXPECT_THAT(list.items, SizeIs(500));
  EXPECT_EQ(list.total, 500U);
  EXPECT_EQ(list.currency, Yuan(0).currency);
  EXPECT_THAT(list.items, Each(Field(&WorkItem::kind, WorkKind::kCustomer)));
  for (size_t i = 1; i < list.items.size(); ++i) {
    EXPECT_GE(list.items[i - 1].value->minor, list.items[i].value->minor) << i;
  }
  // Ninety have bought before: they come before those who never did.
  for (size_t i = 0; i < list.items.size(); ++i) {
    const int number = std::stoi(list.items[i].name.substr(1));
    EXPECT_EQ(number % 5 == 0 && number >= 50, i < 90) << i << ": " << number;
  }
  EXPECT_THAT(List(Rep(), {}).items, SizeIs(50));
  EXPECT_EQ(List(Rep(), {}).total, 500U);
}

// I03: doing it takes it off; nothing of others'; the same question has the same answer.
TEST_F(WorkListTest, DoingItTakesItOff) {
  const Id never = Customer("never");
  const Id silent = Customer("silent");
  const Id fresh = Customer("fresh");
  Touch(silent);
  world_.Advance(40 * kMicrosPerDay);
  Touch(fresh);
  world_.Advance(kMicrosPerDay);
  WorkList list = List(Rep());
  ASSERT_THAT(list.items, SizeIs(2));
  EXPECT_THAT(Reasons(*Find(list, never)), ElementsAre(WorkReason::kNever));
  EXPECT_THAT(Reasons(*Find(list, silent)), ElementsAre(WorkReason::kSilent));
  EXPECT_NEAR(Find(list, silent)->reasons[0].second, 41, 1e-9);
  EXPECT_EQ(Find(list, fresh), nullptr);
  const WorkList again = List(Rep());
  for (size_t i = 0; i < list.items.size(); ++i) EXPECT_EQ(again.items[i].record, list.items[i].record);

  Touch(silent, "out");
  EXPECT_THAT(List(Rep()).items, ElementsAre(Field(&WorkItem::record, never)));
  const Id task =
      Add("task", {{"subject", "call"}, {"account", never}, {"assignee", Rep()}, {"due", Time{world_.now().micros + 5 * kMicrosPerDay}}});
  EXPECT_THAT(List(Rep()).items, IsEmpty()) << "planned, and not due";
  world_.Advance(6 * kMicrosPerDay);
  list = List(Rep());
  ASSERT_THAT(list.items, ElementsAre(Field(&WorkItem::record, task)));
  EXPECT_TRUE(list.items[0].promised);
  EXPECT_THAT(Reasons(list.items[0]), ElementsAre(WorkReason::kOverdue));
  EXPECT_EQ(list.items[0].customer, never);
  Batch done = world_.NewBatch();
  done.SetChoice(task, "status", "done");
  world_.Apply(done);
  Touch(never);
  EXPECT_THAT(List(Rep()).items, IsEmpty());
  EXPECT_THAT(List(world_.owners()[1]).items, IsEmpty());
}

// I03: a task plans for the customer, whatever of theirs it is about; a complaint that comes later is none yet.
TEST_F(WorkListTest, ATaskPlansForTheCustomerBehindWhatItIsAbout) {
  const Id acme = Customer("Acme");
  const Id person = Add("contact", {{"name", "Li"}, {"account", acme}});
  const Id order = Add("order", {{"account", acme}, {"number", "O-1"}});
  for (const Id about : {acme, person, order}) {
    const Time due{world_.now().micros + 5 * kMicrosPerDay};
    const Id task = Add("task", {{"subject", "call"}, {"regarding", about}, {"assignee", Rep()}, {"due", due}});
    EXPECT_THAT(List(Rep()).items, IsEmpty());
    world_.Set(task, "due", world_.now());
    const WorkList list = List(Rep());
    ASSERT_THAT(list.items, ElementsAre(Field(&WorkItem::record, task)));
    EXPECT_EQ(list.items[0].customer, acme);
    world_.Delete(task);
    EXPECT_THAT(List(Rep()).items, ElementsAre(Field(&WorkItem::record, acme)));
  }
  const Time before = world_.now();
  world_.Advance(kMicrosPerDay);
  Add("ticket", {{"subject", "leaks"}, {"kind", Choose("ticket", "kind", "complaint")}, {"account", acme}});
  world_.Advance(kMicrosPerDay);
  EXPECT_THAT(Reasons(List(Rep()).items.at(0)), ElementsAre(WorkReason::kComplaint));
  const StatusOr<WorkList> then = WorkListOf(*world_.Read(), Rep(), {.now = before});
  ASSERT_TRUE(then.ok()) << then.status();
  EXPECT_THAT(Reasons(then->items.at(0)), ElementsAre(WorkReason::kNever));
}

// F15: tasks depend on one another, and never in a circle; what waits is no work yet.
TEST_F(WorkListTest, ATaskWaitsForTheOneBeforeIt) {
  const auto task = [&](std::string_view subject, Id after) {
    return Add("task", {{"subject", subject}, {"assignee", Rep()}, {"after", after.is_null() ? Value() : Value(after)}});
  };
  const Id draft = task("draft", {});
  const Id review = task("review", draft);
  const Id send = task("send", review);
  EXPECT_THAT(List(Rep()).items, ElementsAre(Field(&WorkItem::record, draft)));
  for (const Id last : {draft, review, send}) {
    Batch circle = world_.NewBatch();
    circle.Set(draft, "after", last);
    EXPECT_EQ(GetReason(world_.TryApply(circle)), Reason::kCycle);
  }
  Batch done = world_.NewBatch();
  done.SetChoice(draft, "status", "done");
  world_.Apply(done);
  EXPECT_THAT(List(Rep()).items, ElementsAre(Field(&WorkItem::record, review)));
  world_.Delete(review);
  EXPECT_THAT(List(Rep()).items, ElementsAre(Field(&WorkItem::record, send))) << "nothing is left to wait for";
}

// Deals: nothing planned, too long in a stage, past the day; what the stage suggests; worth is chance × amount.
TEST_F(WorkListTest, DealsSayWhatTheyWantAndWhatTheyAreWorth) {
  const Id acme = Customer("Acme");
  const auto deal = [&](std::string_view name, int64_t minor) {
    return Add("opportunity", {{"name", name}, {"account", acme}, {"owner", Rep()}, {"amount", Yuan(minor)}});
  };
  const Id small = deal("small", 10'000);
  const Id large = deal("large", 1'000'000);
  const Id planned = deal("planned", 500'000);
  for (const Id id : {small, large, planned}) world_.MoveTo(id, "default/prospecting");
  world_.Set(planned, "next_step", "send the offer");
  WorkList list = List(Rep());
  ASSERT_THAT(list.items, ElementsAre(Field(&WorkItem::record, large), Field(&WorkItem::record, small)));
  EXPECT_THAT(Reasons(list.items[0]), ElementsAre(WorkReason::kNoNextStep));
  EXPECT_EQ(list.items[0].action, "find out the need");
  EXPECT_EQ(list.items[0].action_labels.at("zh"), "了解需求、时间和决策人");
  EXPECT_EQ(list.items[0].customer, acme);
  ASSERT_TRUE(list.items[0].chance.has_value());
  EXPECT_EQ(list.items[0].value->minor, std::llround(*list.items[0].chance * 1'000'000));

  world_.Set(planned, "close_date", DateOf(Time{world_.now().micros + 5 * kMicrosPerDay}));
  world_.Advance(31 * kMicrosPerDay);
  list = List(Rep());
  ASSERT_NE(Find(list, planned), nullptr);
  EXPECT_THAT(Reasons(*Find(list, planned)), ElementsAre(WorkReason::kOverdue, WorkReason::kOverStay));
  EXPECT_EQ(Find(list, planned)->reasons[0].second, 26);
  EXPECT_NEAR(Find(list, planned)->reasons[1].second, 1, 1e-9);
  world_.MoveTo(planned, "default/won");
  EXPECT_EQ(Find(List(Rep()), planned), nullptr);
}

// H09: who has complained is not sold to, the complaint comes first; a promise comes before what is worth more.
TEST_F(WorkListTest, PromisesComeFirstAndAComplaintBeforeSelling) {
  const Id angry = Customer("angry");
  const Id rich = Customer("rich");
  const Date today = DateOf(world_.now());
  for (int i = 0; i < 6; ++i) Buy(rich, Date{today.days - 30 * i}, 10'000'000);
  const Id ticket = Add("ticket", {{"subject", "leaks"}, {"kind", Choose("ticket", "kind", "complaint")}, {"account", angry}});
  world_.Advance(2 * kMicrosPerDay);
  const WorkList list = List(Rep());
  ASSERT_THAT(list.items, ElementsAre(Field(&WorkItem::record, angry), Field(&WorkItem::record, rich)));
  EXPECT_THAT(Reasons(list.items[0]), ElementsAre(WorkReason::kComplaint));
  EXPECT_EQ(list.items[0].about, ticket);
  Batch batch = world_.NewBatch();
  batch.SetChoice(ticket, "status", "resolved");
  world_.Apply(batch);
  EXPECT_THAT(Reasons(*Find(List(Rep()), angry)), ElementsAre(WorkReason::kNever));
}

// Late by their own rhythm: who buys every ten days is late after thirty, who buys twice a year is not.
TEST_F(WorkListTest, LateByTheirOwnRhythm) {
  const Date today = DateOf(world_.now());
  const Id often = Customer("often");
  const Id seldom = Customer("seldom");
  for (int i = 0; i < 12; ++i) Buy(often, Date{today.days - 40 - 10 * i}, 10'000);
  for (int i = 0; i < 6; ++i) Buy(seldom, Date{today.days - 40 - 180 * i}, 10'000);
  for (const Id id : {often, seldom}) Touch(id, "out");
  world_.Advance(8 * kMicrosPerDay);
  const WorkList list = List(Rep());
  ASSERT_THAT(list.items, SizeIs(1));
  EXPECT_EQ(list.items[0].record, often);
  EXPECT_THAT(Reasons(list.items[0]), ElementsAre(WorkReason::kRhythm));
}

// J07: three ways of selling in one list; a planned visit says when, whoever was silent.
TEST_F(WorkListTest, VisitsThatAreDue) {
  const Id store = Customer("store");
  const Id plan = Add("visit_plan", {{"account", store}, {"employee", Rep()}, {"every_days", 7}, {"starts", DateOf(world_.now())}});
  EXPECT_THAT(List(Rep()).items, IsEmpty());
  world_.Advance(9 * kMicrosPerDay);
  const WorkList list = List(Rep());
  ASSERT_THAT(list.items, ElementsAre(Field(&WorkItem::record, plan)));
  EXPECT_EQ(list.items[0].kind, WorkKind::kVisit);
  EXPECT_EQ(list.items[0].name, "store");
  EXPECT_EQ(list.items[0].reasons[0], std::make_pair(WorkReason::kOverdue, 2.0));
}

// J07: a mixed team: what is said of each way of selling is unaffected by the others' data, and is affected by their own.
TEST_F(WorkListTest, EachWayOfSellingIsUnaffectedByTheOthers) {
  const std::vector<std::string_view> ways = {"project", "relationship", "field"};
  const Date today = DateOf(world_.now());
  for (size_t i = 0; i < ways.size(); ++i) {
    const Id rep = world_.owners()[i];
    const int32_t way = world_.Read()->catalog().FindType("employee")->FindField("sells")->FindChoice(ways[i])->number;
    world_.Set(rep, "sells", ChoiceSet{Choice{way}});
  }
  const auto customers = [&](size_t rep, int purchases, std::string_view currency) {
    for (int n = 0; n < 12; ++n) {
      const Id account = Add("account", {{"name", "C"}, {"owner", world_.owners()[rep]}});
      for (int order = 0; order < purchases * (n % 3); ++order) {
        Add("order", {{"account", account},
                      {"status", Choose("order", "status", "placed")},
                      {"date", Date{today.days - 20 - 40 * order}},
                      {"total", Money{1'000 * (n + 1), *Currency::FromCode(currency)}}});
      }
    }
  };
  const auto told = [&](size_t rep) {
    std::string text;
    const WorkList list = List(world_.owners()[rep]);
    for (const WorkItem& item : list.items) {
      text += std::to_string(item.record.value()) + " " + std::to_string(item.chance.value_or(-1)) + " ";
      text += std::to_string(item.value.has_value() ? item.value->minor : -1) + ";";
    }
    const StatusOr<BuyerReport> buyers = RankBuyers(*world_.Read(), world_.owners()[rep], {.as_of = world_.now()});
    EXPECT_TRUE(buyers.ok()) << buyers.status();
    if (buyers.ok()) text += std::to_string(buyers->usual) + " " + std::to_string(buyers->buying.r) + " " + list.currency.code();
    // The forecast of their pipeline, and whether their stores were visited.
    const auto snapshot = world_.Read();
    const StatusOr<model::FunnelTables> tables = model::ReadTables(*snapshot, world_.GetPipelineNow(ways[rep]).id);
    EXPECT_TRUE(tables.ok()) << tables.status();
    const Period quarter = PeriodAt(Date{today.days + 30}, PeriodUnit::kQuarter);
    const StatusOr<ForecastReport> forecast = Forecast(*tables, quarter);
    EXPECT_TRUE(forecast.ok()) << forecast.status();
    for (const DealForecast& deal : forecast->deals) text += ";" + std::to_string(deal.win_ever);
    text += ";" + std::to_string(forecast->total.mean) + ";" + std::to_string(forecast->total.p90);
    const StatusOr<VisitReport> visits = VisitsOf(*snapshot, {.today = Date{today.days + 15}, .employee = world_.owners()[rep]});
    EXPECT_TRUE(visits.ok()) << visits.status();
    return text + ";" + std::to_string(visits->due) + "/" + std::to_string(visits->done);
  };
  for (const std::string_view way : ways) {
    model::Pipeline pipeline = world_.GetPipelineNow("sales");
    pipeline.id = {};
    pipeline.name = std::string(way);
    pipeline.selling = *model::SellingFromName(way);
    Batch batch = world_.NewBatch();
    model::DefinePipeline(batch, pipeline);
    world_.Apply(batch);
  }
  // Deals that come, close and stay open, and stores to be visited.
  const auto works = [&](size_t rep, int64_t minor) {
    const std::string path = std::string(ways[rep]) + "/";
    for (int n = 0; n < 6; ++n) {
      const Id deal = Add("opportunity", {{"name", "deal"}, {"owner", world_.owners()[rep]}, {"amount", Yuan(minor)}});
      world_.MoveTo(deal, path + "lead");
      if (n % 3 != 0) world_.MoveTo(deal, path + (n % 3 == 1 ? "won" : "lost"));
    }
    const Id store = Add("account", {{"name", "store"}, {"owner", world_.owners()[rep]}});
    Add("visit_plan", {{"account", store}, {"employee", world_.owners()[rep]}, {"every_days", 7}, {"starts", today}});
  };
  for (size_t rep = 0; rep < ways.size(); ++rep) {
    customers(rep, 1, "CNY");
    works(rep, 1'000);
  }
  for (size_t rep = 0; rep < ways.size(); ++rep) {
    std::vector<std::string> before;
    for (size_t other = 0; other < ways.size(); ++other) before.push_back(told(other));
    customers(rep, 4, "EUR");
    works(rep, 50'000);
    for (size_t other = 0; other < ways.size(); ++other) {
      EXPECT_EQ(told(other) == before[other], other != rep) << ways[other] << " after data of " << ways[rep];
    }
  }
}

// B20: what is masked hides itself, not the list: neither the index of moves, which covers amounts, nor that of touches, which covers
// subjects, is needed.
TEST_F(WorkListTest, AMaskedFieldHidesItselfAlone) {
  const Id acme = Customer("Acme");
  const Id deal = Add("opportunity", {{"name", "deal"}, {"account", acme}, {"owner", Rep()}, {"amount", Yuan(1'000)}});
  world_.MoveTo(deal, "default/prospecting");
  const Id store = Customer("store");
  const Id plan = Add("visit_plan", {{"account", store}, {"employee", Rep()}, {"every_days", 7}, {"starts", DateOf(world_.now())}});
  Touch(store);
  world_.Advance(9 * kMicrosPerDay);
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {"move": {"fields": {"amount": {"read": ["role:desk"]}}},
                                           "interaction": {"fields": {"subject": {"read": ["role:desk"]}}}}})")
                  .ok());
  const StatusOr<WorkList> list = WorkListOf(*world_.Read({.id = Rep()}), Rep(), {.now = world_.now()});
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->total, 2U);
  ASSERT_NE(Find(*list, deal), nullptr);
  EXPECT_EQ(Find(*list, deal)->action, "find out the need");
  EXPECT_NE(Find(*list, plan), nullptr);
}

// B20: what cannot be judged is left out, and the list says so; no reason rests on a field that is not seen.
TEST_F(WorkListTest, WhatIsMaskedIsNotGuessed) {
  const Id acme = Customer("Acme");
  const Id deal = Add("opportunity", {{"name", "deal"}, {"account", acme}, {"owner", Rep()}, {"next_step", "call"}});
  world_.MoveTo(deal, "default/prospecting");
  const Id task = Add("task", {{"subject", "call"}, {"assignee", Rep()}});
  const Id quiet = Customer("quiet");
  Touch(quiet);
  const auto seen = [&](const std::string& type, const std::string& field) {
    EXPECT_TRUE(world_.db().SetPolicy(R"({"types": {")" + type + R"(": {"fields": {")" + field + R"(": {"read": ["role:desk"]}}}}})").ok());
    const StatusOr<WorkList> list = WorkListOf(*world_.Read({.id = Rep()}), Rep(), {.now = world_.now()});
    EXPECT_TRUE(list.ok()) << list.status();
    return list.ok() ? *list : WorkList();
  };
  WorkList list = seen("opportunity", "next_step");
  EXPECT_THAT(list.masked, ElementsAre("opportunity.next_step"));
  EXPECT_EQ(Find(list, deal), nullptr) << "a next step is planned";
  world_.Set(deal, "next_step", Value());
  EXPECT_EQ(Find(seen("opportunity", "next_step"), deal), nullptr) << "which the viewer cannot know";
  EXPECT_NE(Find(seen("opportunity", "name"), deal), nullptr);
  for (const std::string field : {"closed_at", "stage"}) {
    list = seen("opportunity", field);
    EXPECT_THAT(list.masked, ElementsAre("opportunity." + field));
    EXPECT_EQ(Find(list, deal), nullptr) << field;
  }
  list = seen("task", "status");
  EXPECT_THAT(list.masked, ElementsAre("task.status"));
  EXPECT_EQ(Find(list, task), nullptr);
  EXPECT_EQ(Find(list, deal), nullptr) << "whether a task is open for it is not to be seen";
  list = seen("interaction", "at");
  EXPECT_THAT(list.masked, ElementsAre("interaction.at"));
  EXPECT_EQ(Find(list, quiet), nullptr) << "somebody was in touch";
  EXPECT_NE(Find(list, task), nullptr);
}

TEST_F(WorkListTest, BadOptionsAndAnEmptyDatabase) {
  EXPECT_THAT(List({}).items, IsEmpty());
  EXPECT_EQ(GetReason(WorkListOf(*world_.Read(), {}, {.silent_days = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(WorkListOf(*world_.Read(), {}, {.rest_days = -1}).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::insight
