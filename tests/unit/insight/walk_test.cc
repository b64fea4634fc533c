// The Monday walk: planted changes are found, and random ones agree with a plain account of what was done, on both axes of time.
#include "kith/insight/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::Yuan;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Currency kDollar = Currency::FromPacked('U' | 'S' << 8 | 'D' << 16);
constexpr Period kMarch{Date{20'513}, Date{20'544}};  // of 2026

using Row = std::tuple<Id, WalkStep, int64_t>;

class WalkTest : public ::testing::Test {
 protected:
  // One that is in `stage` from `day` on; 0 is when the world begins.
  Id Deal(double day, std::string_view stage, Money amount, std::string_view type = "opportunity") {
    Batch batch = world_.NewBatch();
    batch.SetEffective(Day(day));
    const Id deal = model::World::NewRecord(batch, type);
    if (!amount.currency.is_null()) batch.Set(deal, type == "opportunity" ? "amount" : "fee", amount);
    model::Move(batch, deal, stage, {.at = Day(day)});
    return world_.Apply(batch).at(deal.local_index());
  }
  void Change(Id deal, double day, std::string_view field, Value value) {
    Batch batch = world_.NewBatch();
    batch.SetEffective(Day(day));
    batch.Set(deal, field, std::move(value));
    world_.Apply(batch);
  }
  void MoveTo(Id deal, double day, std::string_view stage) { world_.MoveTo(deal, stage, {.at = Day(day)}); }

  [[nodiscard]] Time Day(double day) const { return Time{start_.micros + static_cast<int64_t>(day * double{kMicrosPerDay})}; }
  WalkReport Walked(const WalkOptions& options, std::string_view pipeline = "sales", Viewer viewer = {}) {
    const auto snapshot = world_.Read(std::move(viewer));
    const StatusOr<WalkReport> report = Walk(*snapshot, *model::GetPipeline(*snapshot, pipeline), options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : WalkReport();
  }
  static CurrencyWalk In(const WalkReport& report, Currency currency) {
    for (const CurrencyWalk& walk : report.walks) {
      if (walk.currency == currency) return walk;
    }
    return {};
  }
  static std::vector<Row> ChangesOf(const CurrencyWalk& walk) {
    std::vector<Row> changes;
    for (const WalkChange& change : walk.changes) changes.emplace_back(change.deal, change.step, change.minor);
    return changes;
  }
  static void ExpectBalance(const WalkReport& report) {
    for (const CurrencyWalk& walk : report.walks) {
      int64_t sum = walk.before;
      for (const WalkChange& change : walk.changes) sum += change.minor;
      EXPECT_EQ(sum, walk.after) << walk.currency.code();
    }
  }

  model::World world_;
  const Time start_{world_.now()};
};

TEST_F(WalkTest, FindsEachKindOfChange) {
  const Currency yuan = Yuan(0).currency;
  const Id larger = Deal(0, "sales/lead", Yuan(1));
  const Id smaller = Deal(0, "sales/lead", Yuan(20));
  const Id won = Deal(0, "sales/offer", Yuan(300));
  const Id lost = Deal(0, "sales/offer", Yuan(4000));
  const Id moved = Deal(0, "sales/lead", Yuan(50'000));
  const Id back = Deal(0, "sales/lost", Yuan(600'000));
  const Id gone = Deal(0, "sales/lead", Yuan(7'000'000));
  const Id elsewhere = Deal(0, "sales/lead", Yuan(80'000'000));
  const Id priced_anew = Deal(0, "sales/lead", Yuan(900'000'000));
  Deal(0, "partner/lead", Yuan(5));  // of another pipeline
  const Id unpriced = Deal(0, "sales/lead", Money{});
  world_.Advance(10 * kMicrosPerDay);
  Change(larger, 8, "amount", Yuan(11));
  Change(smaller, 8, "amount", Yuan(5));
  Change(won, 8, "amount", Yuan(350));
  MoveTo(won, 9, "sales/won");
  MoveTo(lost, 9, "sales/lost");
  MoveTo(moved, 9, "sales/offer");
  MoveTo(back, 9, "sales/talk");
  world_.Delete(gone);
  MoveTo(elsewhere, 9, "partner/talk");
  Change(priced_anew, 9, "amount", Money{70, kDollar});
  const Id fresh = Deal(9.5, "sales/lead", Yuan(10'000'000'000));
  MoveTo(Deal(8, "sales/lead", Yuan(1234)), 9, "sales/won");  // came and closed in between
  for (const bool as_known : {false, true}) {
    const WalkReport report = Walked({.since = Day(7), .as_known = as_known, .notes = false});
    EXPECT_EQ(report.deals_before, 9) << as_known;
    EXPECT_EQ(report.deals_after, 7);
    ASSERT_EQ(report.walks.size(), 3U);
    const CurrencyWalk walk = In(report, yuan);
    EXPECT_EQ(walk.before, 987'054'321);
    EXPECT_THAT(ChangesOf(walk),
                ElementsAre(Row(fresh, WalkStep::kNew, 10'000'000'000), Row(priced_anew, WalkStep::kSmaller, -900'000'000),
                            Row(elsewhere, WalkStep::kGone, -80'000'000), Row(gone, WalkStep::kGone, -7'000'000),
                            Row(back, WalkStep::kReopened, 600'000), Row(lost, WalkStep::kLost, -4000), Row(won, WalkStep::kWon, -300),
                            Row(smaller, WalkStep::kSmaller, -15), Row(larger, WalkStep::kLarger, 10)));
    EXPECT_THAT(ChangesOf(In(report, kDollar)), ElementsAre(Row(priced_anew, WalkStep::kLarger, 70)));
    EXPECT_EQ(In(report, Currency()).deals_after, 1);
    EXPECT_THAT(In(report, Currency()).changes, IsEmpty()) << unpriced.value();
    ExpectBalance(report);
  }
}

TEST_F(WalkTest, TellsWhatHeldFromWhatWasKnown) {
  const Id late = Deal(0, "sales/lead", Yuan(100));
  world_.Advance(10 * kMicrosPerDay);
  Change(late, 5, "amount", Yuan(300));             // entered on day 10, true since day 5
  const Id early = Deal(6, "sales/lead", Yuan(7));  // likewise
  const WalkReport held = Walked({.since = Day(7)});
  EXPECT_EQ(held.walks.at(0).before, 307);
  EXPECT_THAT(held.walks.at(0).changes, IsEmpty());
  const WalkReport known = Walked({.since = Day(7), .as_known = true});
  EXPECT_EQ(known.walks.at(0).before, 100);
  EXPECT_THAT(ChangesOf(known.walks.at(0)), ElementsAre(Row(late, WalkStep::kLarger, 200), Row(early, WalkStep::kNew, 7)));
  EXPECT_EQ(Walked({.since = Day(1), .until = Day(7), .as_known = true}).walks.at(0).after, 100);
  EXPECT_EQ(Walked({.since = Day(1), .until = Day(7)}).walks.at(0).after, 307);
}

// What was done, told again from nothing but a list.
struct Assertion {
  Time effective;
  Time recorded;
  std::string stage;  // either this
  Money amount;       // or that
};
struct Told {
  bool there = false;
  std::string stage;
  Money amount;
  [[nodiscard]] bool open() const { return there && stage != "won" && stage != "lost"; }
};
Told At(const std::vector<Assertion>& deal, Time effective, Time recorded) {
  Told told;
  Time stage_since{INT64_MIN};
  Time amount_since{INT64_MIN};
  for (const Assertion& said : deal) {
    if (said.effective > effective || said.recorded > recorded) continue;
    told.there = true;
    Time& since = said.stage.empty() ? amount_since : stage_since;
    if (said.effective < since) continue;
    since = said.effective;
    if (said.stage.empty()) {
      told.amount = said.amount;
    } else {
      told.stage = said.stage;
    }
  }
  return told;
}

TEST_F(WalkTest, BalancesWhateverHappened) {
  const uint64_t seed = model::TestSeed(29);
  SCOPED_TRACE(seed);
  model::Random random(seed);
  const std::vector<std::string> stages = {"lead", "talk", "offer", "won", "lost"};
  std::map<Id, std::vector<Assertion>> deals;
  std::vector<Id> ids;
  const auto amount = [&] {
    return Money{static_cast<int64_t>(random.Below(1'000'000'000)), random.OneIn(4) ? kDollar : Yuan(0).currency};
  };
  for (int step = 0; step < 250; ++step) {
    world_.Advance(static_cast<int64_t>(random.Below(static_cast<uint64_t>(kMicrosPerDay / 5))));
    const Time now = world_.now();
    const auto some_time = [&](Time from) {
      return random.OneIn(2) ? now
                             : Time{from.micros + static_cast<int64_t>(random.Below(static_cast<uint64_t>(now.micros - from.micros + 1)))};
    };
    const double day_of_now = static_cast<double>(now.micros - start_.micros) / double{kMicrosPerDay};
    const std::string stage = stages[random.Below(stages.size())];
    if (ids.empty() || random.OneIn(3)) {
      const Money first = amount();
      const Id deal = Deal(day_of_now, "sales/" + stage, first);
      ids.push_back(deal);
      deals[deal] = {{Day(day_of_now), now, stage, {}}, {Day(day_of_now), now, "", first}};
      continue;
    }
    const Id deal = ids[random.Below(ids.size())];
    const Time at = some_time(deals[deal].front().effective);
    if (random.OneIn(2)) {
      world_.MoveTo(deal, "sales/" + stage, {.at = at});
      deals[deal].push_back({at, now, stage, {}});
    } else {
      Batch batch = world_.NewBatch();
      const Money next = amount();
      batch.SetEffective(at);
      batch.Set(deal, "amount", next);
      world_.Apply(batch);
      deals[deal].push_back({at, now, "", next});
    }
  }
  const auto span = static_cast<uint64_t>(world_.now().micros - start_.micros);
  for (int question = 0; question < 40; ++question) {
    Time since{start_.micros + static_cast<int64_t>(random.Below(span))};
    Time until{start_.micros + static_cast<int64_t>(random.Below(span))};
    if (until < since) std::swap(since, until);
    const bool now = random.OneIn(4);
    if (now) until = kTimeMax;
    const bool as_known = random.OneIn(2);
    WalkOptions options{.since = since, .as_known = as_known, .notes = false};
    if (!now) options.until = until;
    const WalkReport report = Walked(options);
    ExpectBalance(report);
    std::map<std::string, int64_t> before;
    std::map<std::string, int64_t> after;
    std::map<Id, WalkStep> came_or_left;
    for (const auto& [id, said] : deals) {
      const Told then = as_known ? At(said, kTimeMax, since) : At(said, since, kTimeMax);
      const Told later = as_known ? At(said, kTimeMax, until) : At(said, until, kTimeMax);
      if (then.open()) before[then.amount.currency.code()] += then.amount.minor;
      if (later.open()) after[later.amount.currency.code()] += later.amount.minor;
      if (then.open() && !later.open()) came_or_left[id] = later.stage == "won" ? WalkStep::kWon : WalkStep::kLost;
      if (!then.open() && later.open()) came_or_left[id] = then.there ? WalkStep::kReopened : WalkStep::kNew;
    }
    for (const CurrencyWalk& walk : report.walks) {
      EXPECT_EQ(walk.before, before[walk.currency.code()]) << as_known;
      EXPECT_EQ(walk.after, after[walk.currency.code()]) << as_known;
      for (const WalkChange& change : walk.changes) {
        if (change.step == WalkStep::kLarger || change.step == WalkStep::kSmaller) continue;
        EXPECT_EQ(NameOf(came_or_left[change.deal]), NameOf(change.step)) << as_known;
        came_or_left.erase(change.deal);
      }
    }
    EXPECT_THAT(came_or_left, IsEmpty());
  }
}

TEST_F(WalkTest, IsForTheViewer) {
  const Id open = Deal(0, "sales/lead", Yuan(1));
  const Id own = Deal(0, "sales/lead", Yuan(20));
  world_.Set(own, "visibility", static_cast<int64_t>(record::Visibility::kOwner));
  world_.Set(own, "owner", world_.owners()[0]);
  world_.Advance(kMicrosPerDay);
  Change(open, 1, "amount", Yuan(3));
  Change(own, 1, "amount", Yuan(40));
  for (const bool as_known : {false, true}) {
    const WalkReport all = Walked({.since = Day(0.5), .as_known = as_known}, "sales", {.id = world_.owners()[0], .units = {}, .roles = {}});
    EXPECT_EQ(all.walks.at(0).after, 43);
    const WalkReport part =
        Walked({.since = Day(0.5), .as_known = as_known}, "sales", {.id = world_.owners()[1], .units = {}, .roles = {}});
    EXPECT_EQ(part.walks.at(0).before, 1);
    EXPECT_THAT(ChangesOf(part.walks.at(0)), ElementsAre(Row(open, WalkStep::kLarger, 2)));
    EXPECT_THAT(part.no_next_step, ElementsAre(open));
  }
}

// B20: amounts, reasons and subjects are masked: the deals come and go as they do for others, without a word about what is masked.
TEST_F(WalkTest, AMaskedFieldHidesItselfAlone) {
  const Id stays = Deal(0, "sales/lead", Yuan(10));
  const Id lost = Deal(0, "sales/lead", Yuan(20));
  Batch batch = world_.NewBatch();
  const Id call = model::World::NewRecord(batch, "interaction");
  batch.Set(call, "at", Day(0));
  batch.Set(call, "regarding", stays);
  const Id task = model::World::NewRecord(batch, "task");
  batch.Set(task, "regarding", stays);
  world_.Apply(batch);
  world_.Advance(20 * kMicrosPerDay);
  MoveTo(lost, 2, "sales/lost");
  const Id came = Deal(3, "sales/lead", Yuan(30));
  const std::string mask = R"({"read": ["role:desk"]})";
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {"opportunity": {"fields": {"amount": )" + mask + R"(, "next_step": )" + mask +
                             R"(}}, "move": {"fields": {"amount": )" + mask + R"(}}, "interaction": {"fields": {"subject": )" + mask +
                             R"(}}, "task": {"fields": {"subject": )" + mask + "}}}}")
                  .ok());
  for (const bool as_known : {false, true}) {
    const WalkReport report = Walked({.since = Day(1), .as_known = as_known, .silent_days = 15}, "sales", {.id = world_.owners()[1]});
    ASSERT_EQ(report.walks.size(), 1U);
    EXPECT_TRUE(report.walks[0].currency.is_null());
    EXPECT_EQ(report.deals_before, 2);
    EXPECT_EQ(report.deals_after, 2);
    EXPECT_THAT(ChangesOf(report.walks[0]), ElementsAre(Row(lost, WalkStep::kLost, 0), Row(came, WalkStep::kNew, 0)));
    ASSERT_EQ(report.silent.size(), 2U);
    EXPECT_EQ(report.silent[0].deal, stays);
    EXPECT_THAT(report.no_next_step, ElementsAre(came));
  }
}

TEST_F(WalkTest, PulledInAndPushedOutOfThePeriod) {
  const Id pulled = Deal(0, "sales/lead", Yuan(1));
  const Id pushed = Deal(0, "sales/lead", Yuan(20));
  const Id stays = Deal(0, "sales/lead", Yuan(300));
  for (const auto& [deal, date] : {std::pair(pulled, kMarch.end), {pushed, kMarch.first}, {stays, kMarch.first}}) {
    Change(deal, 0, "close_date", date);
  }
  world_.Advance(2 * kMicrosPerDay);
  Change(pulled, 1, "close_date", Date{kMarch.end.days - 1});
  Change(pushed, 1, "close_date", kMarch.end);
  Change(stays, 1, "close_date", Date{kMarch.first.days + 1});
  Change(pushed, 1, "amount", Yuan(21));
  const CurrencyWalk walk = Walked({.since = Day(0.5), .period = kMarch}).walks.at(0);
  ASSERT_EQ(walk.pulled_in.size(), 1U);
  EXPECT_EQ(walk.pulled_in[0].deal, pulled);
  ASSERT_EQ(walk.pushed_out.size(), 1U);
  EXPECT_EQ(walk.pushed_out[0].deal, pushed);
  EXPECT_EQ(walk.pushed_out[0].minor, 21);
  EXPECT_THAT(Walked({.since = Day(0.5)}).walks.at(0).pulled_in, IsEmpty());
}

TEST_F(WalkTest, NamesDealsThatWantAWord) {
  const Id quiet = Deal(0, "sales/lead", Yuan(1));
  const Id heard = Deal(0, "sales/lead", Yuan(1));
  const Id moved = Deal(0, "sales/lead", Yuan(1));
  const auto expect = [&](Id deal, double day, int32_t date) { Change(deal, day, "close_date", Date{date}); };
  expect(quiet, 0, 20'600);
  expect(heard, 0, 20'600);
  world_.Advance(20 * kMicrosPerDay);
  expect(quiet, 3, 20'610);
  expect(heard, 3, 20'610);
  expect(quiet, 4, 20'605);
  expect(quiet, 19, 20'606);
  MoveTo(moved, 7, "sales/talk");
  Batch batch = world_.NewBatch();
  const Id call = model::World::NewRecord(batch, "interaction");
  batch.Set(call, "at", Day(10.5));
  batch.Set(call, "regarding", heard);
  const Id plan = model::World::NewRecord(batch, "interaction");  // not yet
  batch.Set(plan, "at", Day(30));
  batch.Set(plan, "regarding", quiet);
  const Id open = model::World::NewRecord(batch, "task");
  batch.Set(open, "regarding", heard);
  const Id done = model::World::NewRecord(batch, "task");
  batch.Set(done, "regarding", quiet);
  batch.SetChoice(done, "status", "done");
  batch.Set(moved, "next_step", "send the offer");
  world_.Apply(batch);
  const WalkReport report = Walked({.since = Day(13), .silent_days = 10});
  ASSERT_EQ(report.pushed_twice.size(), 1U);
  EXPECT_EQ(report.pushed_twice[0].deal, quiet);
  EXPECT_EQ(report.pushed_twice[0].times, 2);
  ASSERT_EQ(report.silent.size(), 2U);
  EXPECT_EQ(report.silent[0].deal, quiet);
  EXPECT_EQ(report.silent[0].days, 20);
  EXPECT_EQ(report.silent[1].deal, moved);
  EXPECT_EQ(report.silent[1].days, 13);
  EXPECT_THAT(report.no_next_step, ElementsAre(quiet));
  // As the database showed it on day 13 nothing of this was known.
  const WalkReport then = Walked({.since = Day(1), .until = Day(13), .as_known = true, .silent_days = 10});
  EXPECT_THAT(then.pushed_twice, IsEmpty());
  EXPECT_EQ(then.silent.size(), 3U);
  EXPECT_EQ(then.no_next_step.size(), 3U);
}

TEST_F(WalkTest, CashAgainstThePlan) {
  Batch batch = world_.NewBatch();
  const auto quota = [&](Id holder, std::string_view metric, int64_t minor) {
    const Id made = batch.Create("quota");
    batch.Set(made, "holder", holder);
    batch.SetChoice(made, "metric", metric);
    batch.Set(made, "period", "2026-03");
    batch.Set(made, "starts", kMarch.first);
    batch.Set(made, "ends", kMarch.end);
    batch.Set(made, "target", Yuan(minor));
  };
  const Id above = model::World::NewRecord(batch, "team");
  const Id below = model::World::NewRecord(batch, "team");
  batch.Set(below, "parent", above);
  quota(above, "collected", 1000);
  quota(below, "collected", 400);  // part of the one above
  quota(world_.owners()[0], "collected", 300);
  quota(above, "revenue", 9);
  world_.Apply(batch);
  const Id paid = Deal(0, "court/lead", Yuan(70), "case_file");
  world_.Advance(3 * kMicrosPerDay);
  MoveTo(paid, 2, "court/won");
  const CurrencyWalk walk = Walked({.since = Day(1), .period = kMarch, .collection = "court"}).walks.at(0);
  EXPECT_EQ(walk.cash, 70);
  EXPECT_EQ(walk.plan, 1000);
  EXPECT_EQ(Walked({.since = Day(0), .until = Day(1), .period = kMarch, .collection = "court"}).walks.at(0).cash, 0);
}

// A type defined by data alone walks likewise.
TEST_F(WalkTest, OfAnyPipelinedType) {
  const Id file = Deal(0, "court/lead", Yuan(70), "case_file");
  world_.Advance(3 * kMicrosPerDay);
  MoveTo(file, 2, "court/won");
  const WalkReport report = Walked({.since = Day(1)}, "court");
  EXPECT_THAT(ChangesOf(report.walks.at(0)), ElementsAre(Row(file, WalkStep::kWon, -70)));
}

TEST_F(WalkTest, RefusesWhatMakesNoSense) {
  const auto snapshot = world_.Read();
  const model::Pipeline pipeline = *model::GetPipeline(*snapshot, "sales");
  EXPECT_EQ(GetErrorInfo(Walk(*snapshot, pipeline, {.since = Day(1), .until = Day(0)}).status()).reason, Reason::kBadOptions);
  EXPECT_EQ(GetErrorInfo(Walk(*snapshot, pipeline, {.since = Day(0), .silent_days = 0}).status()).reason, Reason::kBadOptions);
  EXPECT_EQ(GetErrorInfo(Walk(*snapshot, pipeline, {.since = Day(0), .period = kMarch, .collection = "no"}).status()).reason,
            Reason::kUnknownPipeline);
  EXPECT_THAT(Walk(*snapshot, pipeline, {.since = Day(0)})->walks, IsEmpty());
}

}  // namespace
}  // namespace kith::insight
