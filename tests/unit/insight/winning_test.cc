// What winners have that losers lack, and why deals were lost: equal to counting by hand, planted features found, chance not taken for one.
#include "kith/insight/winning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

class Winning : public Relations {
 protected:
  WinningReport Read(const WinningOptions& options = {}) {
    StatusOr<WinningReport> report = ReadWinning(*world_.Read(), "sales", options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : WinningReport();
  }
};

// O01 O11 C23
TEST_F(Winning, CountsAreThoseOfCountingByHand) {
  model::Random dice(model::TestSeed(51));
  const std::vector<std::string_view> segments = {"enterprise", "mid_market", "consumer"};
  const std::vector<std::string_view> reasons = {"price", "relationship"};
  std::map<std::string, std::pair<int64_t, int64_t>> counts;  // with, won
  std::map<std::string, std::pair<int64_t, int64_t>> losses;  // deals, late
  int64_t won = 0;
  constexpr int64_t kDeals = 90;
  const Id rival = Add("competitor", {{"name", "Rival"}});
  for (int64_t i = 0; i < kDeals; ++i) {
    const std::string segment(segments[dice.Below(3)]);
    const bool coach = dice.OneIn(2);
    const bool met = coach && dice.OneIn(2);
    const bool against = dice.OneIn(3);
    const bool wins = dice.Below(10) < (coach ? 8U : 3U);
    const Id deal =
        Add("opportunity", {{"name", "deal"}, {"segment", Choose("opportunity", "segment", segment)}, {"amount", model::Yuan(10)}});
    if (coach) {
      const Id person = Contact();
      GiveRole(person, deal, "coach");
      Meet(world_.owners()[0], person, met ? "in" : "out");
    }
    if (against) Add("deal_competitor", {{"competitor", rival}, {"opportunity", deal}});
    const bool late = dice.OneIn(2);
    world_.MoveTo(deal, late ? "sales/deal" : "sales/lead");
    world_.Advance(1000);
    world_.MoveTo(deal, wins ? "sales/won" : "sales/lost");
    if (!wins) {
      const std::string reason(reasons[dice.Below(2)]);
      world_.Set(deal, "loss_reason", Choose("opportunity", "loss_reason", reason));
      ++losses[reason].first;
      losses[reason].second += late ? 1 : 0;
    }
    won += wins ? 1 : 0;
    for (const auto& [name, has] : {std::pair("segment=" + segment, true), std::pair(std::string("role:coach"), coach),
                                    std::pair(std::string("met:coach"), met), std::pair(std::string("rival"), against)}) {
      counts[name].first += has ? 1 : 0;
      counts[name].second += has && wins ? 1 : 0;
    }
  }
  world_.MoveTo(Add("opportunity", {{"name", "open"}}), "sales/talk");
  const WinningReport report = Read();
  EXPECT_EQ(report.won, won);
  EXPECT_EQ(report.won + report.lost, kDeals);
  size_t expected = 0;
  for (const auto& [name, count] : counts) expected += count.first >= 10 && count.first <= kDeals - 10 ? 1 : 0;
  EXPECT_EQ(report.features.size(), expected);
  for (const WinningFeature& feature : report.features) {
    const auto& [with, with_won] = counts.at(feature.name);
    EXPECT_EQ(feature.with, with);
    EXPECT_EQ(feature.with_won, with_won);
    EXPECT_EQ(feature.without, kDeals - with);
    EXPECT_EQ(feature.without_won, won - with_won);
    EXPECT_NEAR(feature.lift, static_cast<double>(with_won) / static_cast<double>(with) / (static_cast<double>(won) / kDeals), 1e-12);
    EXPECT_LE(feature.low, feature.lift);
    EXPECT_GE(feature.high, feature.lift);
  }
  EXPECT_EQ(report.features.at(0).name, "role:coach");
  EXPECT_TRUE(report.features[0].told);
  ASSERT_EQ(report.losses.size(), losses.size());
  for (const LossReason& loss : report.losses) {
    EXPECT_EQ(loss.deals, losses.at(loss.reason).first);
    EXPECT_EQ(loss.late, losses.at(loss.reason).second);
    EXPECT_NEAR(loss.share, static_cast<double>(loss.deals) / static_cast<double>(report.lost), 1e-12);
    ASSERT_EQ(loss.amount.size(), 1U);
    EXPECT_EQ(loss.amount[0], model::Yuan(10 * loss.deals));
  }
  EXPECT_EQ(Read({.since = Time{world_.now().micros + 1}}).lost, 0);
  EXPECT_EQ(GetReason(ReadWinning(*world_.Read(), "sales", {.fewest = 0}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(ReadWinning(*world_.Read(), "nothing").status()), Reason::kUnknownPipeline);
}

// What held when a deal closed counts, whatever became of it since; asked about a day, what was closed then.
TEST_F(Winning, IsOfTheMomentAtWhichDealsClosed) {
  const auto close = [&](int i, std::string_view stage) {
    const Id deal = Add("opportunity", {{"name", "deal"}, {"amount", model::Yuan(10)}});
    const Id role = GiveRole(Contact(), deal, "coach");
    world_.MoveTo(deal, "sales/deal");
    world_.Advance(kMicrosPerDay);
    world_.MoveTo(deal, stage);
    world_.Advance(2 * kMicrosPerDay);
    if (i % 2 == 0) world_.Set(role, "valid_to", Date{DateOf(world_.now()).days - 1});
    return deal;
  };
  std::vector<Id> lost;
  for (int i = 0; i < 6; ++i) close(i, "sales/won");
  for (int i = 0; i < 4; ++i) lost.push_back(close(i, "sales/lost"));
  const Id without = Add("opportunity", {{"name", "deal"}});
  world_.MoveTo(without, "sales/lost");
  world_.Advance(kMicrosPerDay);
  const auto coach = [&](const WinningReport& report) {
    const auto found = std::find_if(report.features.begin(), report.features.end(), [](const auto& f) { return f.name == "role:coach"; });
    return found == report.features.end() ? 0 : found->with;
  };
  EXPECT_EQ(coach(Read({.fewest = 1})), 10);
  const Time then = world_.now();
  const WinningReport before = Read({.as_of = then, .fewest = 1});
  world_.Advance(kMicrosPerDay);
  world_.MoveTo(lost[0], "sales/offer");
  world_.MoveTo(lost[1], "sales/lead");
  world_.Advance(kMicrosPerDay);
  world_.MoveTo(lost[1], "sales/lost");
  EXPECT_EQ(Read().lost, 4);
  const WinningReport after = Read({.as_of = then, .fewest = 1});
  EXPECT_EQ(after.lost, 5);
  EXPECT_EQ(coach(after), coach(before));
  ASSERT_EQ(after.losses.size(), 1U);
  EXPECT_EQ(after.losses[0].late, before.losses[0].late);
  EXPECT_EQ(before.losses[0].late, 4);
}

}  // namespace
}  // namespace kith::insight
