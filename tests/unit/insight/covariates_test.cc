// Relationships in the forecast: a world where they decide, and one where they do not.
#include "kith/insight/covariates.h"

#include <cmath>

#include "gmock/gmock.h"
#include "insight/tilt_internal.h"
#include "kith/insight/forecast.h"
#include "kith/insight/paths.h"
#include "kith/insight/winning.h"
#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using insight_internal::FitTilt;
using insight_internal::Observation;
using insight_internal::Tilt;
using model::At;
using model::Random;
using model::TestSeed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

double Logistic(double x) { return 1 / (1 + std::exp(-x)); }
double Uniform(Random& random) { return (static_cast<double>(random.Below(1'000'000)) + 0.5) / 1e6; }
double Symmetric(Random& random) { return 2 * Uniform(random) - 1; }

std::vector<Observation> Outcomes(Random& random, size_t n, double level, double effect) {
  std::vector<Observation> observations;
  for (size_t i = 0; i < n; ++i) {
    const double offset = Symmetric(random);
    const std::vector<double> x = {Symmetric(random), Symmetric(random)};
    observations.push_back({offset, x, Uniform(random) < Logistic(offset + level + effect * x[0])});
  }
  return observations;
}

TEST(Tilt, PlantedEffectsAreFound) {
  Random random(TestSeed(3));
  const Tilt tilt = FitTilt(Outcomes(random, 4000, 0.3, 2), 2);
  EXPECT_NEAR(tilt.effect[0], 2, 3 * tilt.sd[0]);
  EXPECT_NEAR(tilt.effect[0], 2, 0.3);
  EXPECT_NEAR(tilt.level, 0.3, 0.15);
  EXPECT_NEAR(tilt.effect[1], 0, 0.15);
  EXPECT_LT(tilt.sd[0], 0.15);
}

// Why deals that were deleted may be passed over where only what is on record counts: whatever share of the lost ones is thrown away, it
// moves the level, which is learnt beside tables that lack them too, and no effect.
TEST(Tilt, ThrowingLostOnesAwayMovesTheLevelAlone) {
  Random random(TestSeed(4));
  std::vector<Observation> observations = Outcomes(random, 6000, -0.5, 2);
  const Tilt whole = FitTilt(observations, 2);
  std::erase_if(observations, [&](const Observation& one) { return !one.won && random.OneIn(2); });
  const Tilt rest = FitTilt(observations, 2);
  EXPECT_NEAR(rest.level - whole.level, std::log(2.0), 0.1);
  EXPECT_NEAR(rest.effect[0], whole.effect[0], 3 * rest.sd[0]);
}

TEST(Tilt, WhereNothingActsNextToNothingIsAdded) {
  double sum = 0;
  constexpr int kWorlds = 40;
  for (uint64_t seed = 0; seed < kWorlds; ++seed) {
    Random random(seed);
    const Tilt tilt = FitTilt(Outcomes(random, 60, 0, 0), 2);
    sum += std::abs(tilt.effect[0]) + std::abs(tilt.level);
  }
  EXPECT_LT(sum / kWorlds, 0.15);  // maximum likelihood alone is at about 0.6
}

// M13: of what helps no effect is below 0, and what others do is learnt as if it were not there.
TEST(Tilt, WhatHelpsNeverHarms) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(TestSeed(100) + seed);
    std::vector<Observation> observations = Outcomes(random, 300, 0, seed % 2 == 0 ? -2 : 0);
    const Tilt free = FitTilt(observations, 2);
    const Tilt tilt = FitTilt(observations, 2, {true, false});
    EXPECT_GE(tilt.effect[0], 0);
    if (seed % 2 == 0) {
      EXPECT_LT(free.effect[0], -1);
      EXPECT_EQ(tilt.effect[0], 0);
    }
    for (Observation& one : observations) one.x.erase(one.x.begin());
    if (free.effect[0] < -0.1) {
      EXPECT_NEAR(tilt.effect[1], FitTilt(observations, 1).effect[0], 0.02);
    }
  }
}

TEST(Tilt, NothingIsLearntFromOneOutcome) {
  const Tilt tilt = FitTilt(std::vector<Observation>{{0, {1}, true}, {0, {-1}, true}}, 1);
  EXPECT_THAT(tilt.effect, ElementsAre(0));
  EXPECT_EQ(tilt.LogOdds(std::vector<double>{5}), 0);
  EXPECT_THAT(FitTilt({}, 1).effect, ElementsAre(0));
  EXPECT_DOUBLE_EQ(insight_internal::FactorOf(0, 0.3), 1);
  // Odds of 0.3 / 0.7 doubled.
  EXPECT_NEAR(0.3 * insight_internal::FactorOf(std::log(2.0), 0.3), 0.6 / 1.3, 1e-12);
}

class CovariatesTest : public Relations {
 protected:
  struct Deal {
    Id id;
    double lead;
    bool won;
  };
  // A year of deals of which the last third is open; `effect`: of the lead on the log odds of winning.
  void Make(double effect, uint64_t seed) {
    Random random(seed);
    const Id rival = Add("competitor", {{"name", "Rival"}});
    world_.SetNow(At("2026-03-01T09:00:00Z"));
    constexpr int kDeals = 240;
    const std::map<std::string_view, Value> roles = {{"decision_maker", Choose("contact_role", "role", "decision_maker")},
                                                     {"technical", Choose("contact_role", "role", "technical")},
                                                     {"user", Choose("contact_role", "role", "user")}};
    const Value solution = Choose("evidence", "dimension", "solution");
    const Value document = Choose("evidence", "source", "document");
    Batch batch = world_.NewBatch();
    std::vector<Id> locals;
    for (int i = 0; i < kDeals; ++i) {
      const bool open = i >= kDeals * 2 / 3;
      Time at = At(open ? "2026-02-10T00:00:00Z" : "2025-03-01T00:00:00Z");
      at.micros += static_cast<int64_t>(Uniform(random) * (open ? 10 : 300) * static_cast<double>(kMicrosPerDay));
      batch.SetEffective(at);
      const Id contact = batch.Create("contact");
      batch.Set(contact, "name", "Li");
      const Id deal = model::World::NewRecord(batch, "opportunity");
      batch.Set(deal, "amount", model::Yuan(100'000));
      locals.push_back(deal);
      for (const auto& [name, role] : roles) {
        const Id given = batch.Create("contact_role");
        batch.Set(given, "contact", contact);
        batch.Set(given, "opportunity", deal);
        batch.Set(given, "role", role);
      }
      const double ours = Symmetric(random);
      const double theirs = Symmetric(random);
      for (const auto& [party, value] : {std::pair(Id(), ours), std::pair(rival, theirs)}) {
        const Id said = batch.Create("evidence");
        batch.Set(said, "subject", contact);
        if (!party.is_null()) batch.Set(said, "party", party);
        batch.Set(said, "dimension", solution);
        batch.Set(said, "source", document);
        batch.Set(said, "value", value);
        batch.Set(said, "at", at);
      }
      const Id met = batch.Create("deal_competitor");
      batch.Set(met, "competitor", rival);
      batch.Set(met, "opportunity", deal);
      const double lead = ours - theirs;
      const bool won = Uniform(random) < Logistic(effect * lead - 0.4);
      deals_.push_back({{}, lead, won});
      model::Move(batch, deal, "sales/lead", {.at = at});
      if (open) continue;
      at.micros += static_cast<int64_t>((5 + 20 * Uniform(random)) * static_cast<double>(kMicrosPerDay));
      model::Move(batch, deal, "sales/talk", {.at = at});
      at.micros += static_cast<int64_t>((5 + 20 * Uniform(random)) * static_cast<double>(kMicrosPerDay));
      model::Move(batch, deal, won ? "sales/won" : "sales/lost", {.at = at});
    }
    batch.SetEffective(std::nullopt);
    const std::vector<Id> ids = world_.Apply(batch);
    for (size_t i = 0; i < deals_.size(); ++i) deals_[i].id = ids.at(locals[i].local_index());
  }

  struct Comparison {
    double with = 0;  // mean squared error of win_ever over the open deals' later outcomes
    double without = 0;
    ForecastReport report;
  };
  Comparison Compare() {
    const auto snapshot = world_.Read();
    const StatusOr<model::FunnelTables> tables = model::ReadTables(*snapshot, world_.GetPipelineNow("sales").id);
    EXPECT_TRUE(tables.ok()) << tables.status();
    const Period period{*ParseDate("2026-03-01"), *ParseDate("2026-07-01")};
    const ForecastReport plain = *Forecast(*tables, period);
    ForecastOptions options;
    StatusOr<Covariates> covariates = ReadRelationCovariates(*snapshot, *tables);
    EXPECT_TRUE(covariates.ok()) << covariates.status();
    options.covariates = *std::move(covariates);
    Comparison comparison;
    comparison.report = *Forecast(*tables, period, options);
    const auto brier = [&](const ForecastReport& report) {
      double sum = 0;
      for (const DealForecast& deal : report.deals) {
        const auto found = std::find_if(deals_.begin(), deals_.end(), [&](const Deal& one) { return one.id == deal.deal; });
        const double error = deal.win_ever - (found->won ? 1 : 0);
        sum += error * error / static_cast<double>(report.deals.size());
      }
      return sum;
    };
    comparison.with = brier(comparison.report);
    comparison.without = brier(plain);
    return comparison;
  }
  std::vector<Deal> deals_;
};

TEST_F(CovariatesTest, WhereRelationsDecideTheForecastGains) {  // C23, W2
  Make(3, TestSeed(1));
  const Comparison comparison = Compare();
  RecordProperty("brier_with", std::to_string(comparison.with));
  RecordProperty("brier_without", std::to_string(comparison.without));
  EXPECT_LT(comparison.with, 0.75 * comparison.without) << comparison.with << " against " << comparison.without;
  ASSERT_EQ(comparison.report.effects.size(), 3u);
  EXPECT_EQ(comparison.report.effects[0].name, "lead");
  EXPECT_GT(comparison.report.effects[0].effect, 2 * comparison.report.effects[0].sd);
  EXPECT_GT(comparison.report.covariate_deals, 100);
  for (const DealForecast& deal : comparison.report.deals) {
    const Contributions& c = deal.contributions;
    EXPECT_NEAR(c.base + c.stage + c.age + c.group + c.covariates, deal.win_in_period, 1e-9);
    EXPECT_NEAR(deal.expected_minor, deal.win_in_period * 100'000, 1e-3);
    EXPECT_THAT(ReasonOf(comparison.report, deal), HasSubstr("relations"));
  }
}

TEST_F(CovariatesTest, WhereTheyDoNotNothingIsLost) {  // C23, W3
  Make(0, TestSeed(2));
  const Comparison comparison = Compare();
  EXPECT_LT(comparison.with, comparison.without + 0.005) << comparison.with << " against " << comparison.without;
  EXPECT_LT(std::abs(comparison.report.effects[0].effect), 2 * comparison.report.effects[0].sd);
}

// J08: the more relations decide, the less of the chances the visible process explains.
TEST_F(CovariatesTest, TransparencyRanksPlantedWorlds) {
  Make(0, TestSeed(8));
  // Many are lost at the first stage, and half of the open ones are past it: how far a deal is tells how it will end.
  const ForecastReport before = Compare().report;
  for (size_t i = 0; i < before.deals.size(); i += 2) world_.MoveTo(before.deals[i].deal, "sales/talk");
  for (int i = 0; i < 60; ++i) {
    const Id lost = Add("opportunity", {{"name", "lost"}, {"amount", model::Yuan(100'000)}});
    const Time began{world_.now().micros - 20 * kMicrosPerDay};
    world_.MoveTo(lost, "sales/lead", {.at = began});
    world_.MoveTo(lost, "sales/lost", {.at = Time{began.micros + 10 * kMicrosPerDay}});
  }
  const Transparency clear = TransparencyOf(Compare().report);
  EXPECT_GT(clear.deals, 20);
  EXPECT_GT(clear.process, clear.relations);
  EXPECT_EQ(TransparencyOf(ForecastReport()).deals, 0);
}
TEST_F(CovariatesTest, WhereRelationsDecideTheProcessExplainsLittle) {  // J08, W2
  Make(3, TestSeed(9));
  const Transparency murky = TransparencyOf(Compare().report);
  EXPECT_GT(murky.relations, 5 * murky.process);
  EXPECT_LT(murky.share(), 0.2);
}

// M13: whatever the past of the firm was like, a larger lead never lowers a chance.
TEST_F(CovariatesTest, AChanceNeverFallsWithTheLead) {
  Make(-3, TestSeed(3));
  const auto snapshot = world_.Read();
  const model::FunnelTables tables = *model::ReadTables(*snapshot, world_.GetPipelineNow("sales").id);
  ForecastOptions options;
  options.covariates = *ReadRelationCovariates(*snapshot, tables);
  ASSERT_FALSE(options.covariates.open.empty());
  const Period period{*ParseDate("2026-03-01"), *ParseDate("2026-06-01")};
  const auto chances = [&] {
    std::map<Id, double> by_deal;
    const ForecastReport report = *Forecast(tables, period, options);
    for (const DealForecast& deal : report.deals) by_deal[deal.deal] = deal.win_in_period;
    return by_deal;
  };
  const std::map<Id, double> before = chances();
  for (auto& [deal, x] : options.covariates.open) x[0] += 0.5;
  for (const auto& [deal, chance] : chances()) EXPECT_GE(chance, before.at(deal) - 1e-12);
}

TEST_F(CovariatesTest, WhatIsUnknownKeepsItsChance) {
  const Id deal = world_.Create();
  world_.MoveTo(deal, "sales/lead");
  const auto snapshot = world_.Read();
  const model::FunnelTables tables = *model::ReadTables(*snapshot, world_.GetPipelineNow("sales").id);
  const Covariates covariates = *ReadRelationCovariates(*snapshot, tables);
  EXPECT_THAT(covariates.open, IsEmpty());
  ForecastOptions options;
  options.covariates = covariates;
  const Period period{*ParseDate("2026-03-01"), *ParseDate("2026-04-01")};
  EXPECT_EQ(Forecast(tables, period, options)->deals[0].win_in_period, Forecast(tables, period)->deals[0].win_in_period);
}

// Rolling origins look at relations as of each of them.
class BacktestWithRelations : public CovariatesTest {
 protected:
  StatusOr<BacktestReport> Run(const std::string& year, bool with) {
    const auto snapshot = world_.Read();
    const model::Pipeline pipeline = world_.GetPipelineNow("sales");
    std::vector<Period> months;
    for (int month = 6; month <= 12; ++month) months.push_back(*ParsePeriod(year + (month < 10 ? "-0" : "-") + std::to_string(month)));
    const std::vector<model::DealPath> paths = *model::ReadPaths(*snapshot, pipeline.id);
    const auto won = [&](Time first, Time end) -> StatusOr<std::vector<Id>> { return WonIn(pipeline, paths, first, end); };
    CovariatesAt covariates;
    if (with) {
      covariates = [&](const model::FunnelTables& then) { return ReadRelationCovariates(*snapshot, then, {.as_of = then.as_of}); };
    }
    return Backtest([&](Time at) { return model::ReadTables(*snapshot, pipeline.id, {.as_of = at}); }, months, world_.now(), {}, won,
                    covariates);
  }
  // Deals as they come and go, whose decision chain nobody tells anything of until they are closed; then everything is put in, as if it had
  // been known from the beginning.
  void Live(uint64_t seed) {
    Random random(seed);
    const Value role = Choose("contact_role", "role", "decision_maker");
    struct Event {
      Time at;
      size_t deal;
      bool closes;
    };
    std::vector<Event> events;
    for (size_t i = 0; i < 150; ++i) {
      Time at = At("2027-01-05T00:00:00Z");
      at.micros += static_cast<int64_t>(i) * 2 * kMicrosPerDay;
      events.push_back({at, i, false});
      at.micros += static_cast<int64_t>((10 + 50 * Uniform(random)) * static_cast<double>(kMicrosPerDay));
      events.push_back({at, i, true});
      deals_.push_back({{}, 0, Uniform(random) < 0.5});
    }
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
    std::vector<Id> contacts(deals_.size());
    std::vector<Time> began(deals_.size());
    for (const Event& event : events) {
      world_.SetNow(event.at);
      Batch batch = world_.NewBatch();
      if (!event.closes) {
        const Id contact = batch.Create("contact");
        batch.Set(contact, "name", "Li");
        const Id deal = model::World::NewRecord(batch, "opportunity");
        batch.Set(deal, "amount", model::Yuan(100'000));
        const Id given = batch.Create("contact_role");
        batch.Set(given, "contact", contact);
        batch.Set(given, "opportunity", deal);
        batch.Set(given, "role", role);
        model::Move(batch, deal, "sales/lead", {.at = event.at});
        const std::vector<Id> ids = world_.Apply(batch);
        contacts[event.deal] = ids.at(contact.local_index());
        deals_[event.deal].id = ids.at(deal.local_index());
        began[event.deal] = event.at;
        continue;
      }
      const bool won = deals_[event.deal].won;
      model::Move(batch, deals_[event.deal].id, won ? "sales/won" : "sales/lost", {.at = event.at});
      const Id said = batch.Create("evidence");
      batch.Set(said, "subject", contacts[event.deal]);
      batch.Set(said, "dimension", Choose("evidence", "dimension", "solution"));
      batch.Set(said, "source", Choose("evidence", "source", "document"));
      batch.Set(said, "value", won ? 1.0 : -1.0);
      batch.Set(said, "at", began[event.deal]);
      world_.Apply(batch);
    }
  }
};

TEST_F(BacktestWithRelations, GainsWhereTheyDecide) {  // C23, K parts
  Make(3, TestSeed(5));
  const StatusOr<BacktestReport> with = Run("2025", true);
  const StatusOr<BacktestReport> without = Run("2025", false);
  ASSERT_TRUE(with.ok() && without.ok()) << with.status() << without.status();
  EXPECT_GT(with->deals, 50);
  EXPECT_LT(with->brier, 0.97 * without->brier);
  EXPECT_GT(with->auc, without->auc + 0.03);
}

// What is learnt from the past does not change with what is deleted or given to another afterwards.
TEST_F(BacktestWithRelations, WhatIsGoneSinceIsLearntFromAllTheSame) {
  Live(TestSeed(7));
  const auto read = [&] {
    const auto snapshot = world_.Read();
    return *ReadRelationCovariates(*snapshot, *model::ReadTables(*snapshot, world_.GetPipelineNow("sales").id));
  };
  const Covariates before = read();
  ASSERT_GT(before.past.size(), 100U);
  Batch batch = world_.NewBatch();
  const auto snapshot = world_.Read();
  const auto roles = *snapshot->Scan("contact_role");
  Id stays;
  for (size_t i = 0; roles->Next(); ++i) {
    if (i % 3 == 0) batch.Delete(roles->id());
    const Id contact = roles->record()->GetRef(snapshot->catalog().FindType("contact_role")->FindField("contact")->position);
    if (i % 3 == 1 && !stays.is_null()) batch.Set(roles->id(), "contact", stays);
    if (i % 3 == 2) stays = contact;
  }
  world_.Apply(batch);
  const Covariates after = read();
  ASSERT_EQ(after.past.size(), before.past.size());
  for (size_t i = 0; i < before.past.size(); ++i) EXPECT_EQ(after.past[i].x, before.past[i].x) << i;
}

// Deals that were lost are thrown away: as known before, they are learnt from all the same; as of now they count at no time.
TEST_F(BacktestWithRelations, DealsThatAreDeletedSinceAreKnownAsOfBefore) {
  Live(TestSeed(8));
  const Time known = world_.now();
  const auto read = [&](std::optional<Time> recorded) {
    const auto snapshot = world_.Read();
    const model::FunnelTables tables = *model::ReadTables(*snapshot, world_.GetPipelineNow("sales").id, {.recorded = recorded});
    return *ReadRelationCovariates(*snapshot, tables, {.recorded = recorded});
  };
  const Covariates before = read({});
  ASSERT_GT(before.past.size(), 100U);
  world_.Advance(kMicrosPerDay);
  Batch batch = world_.NewBatch();
  size_t thrown = 0;
  for (size_t i = 0; i < deals_.size(); i += 2) {
    if (deals_[i].won) continue;
    batch.Delete(deals_[i].id);
    ++thrown;
  }
  world_.Apply(batch);
  const Covariates then = read(known);
  ASSERT_EQ(then.past.size(), before.past.size());
  for (size_t i = 0; i < then.past.size(); ++i) {
    EXPECT_EQ(then.past[i].deal.deal, before.past[i].deal.deal);
    EXPECT_EQ(then.past[i].won, before.past[i].won);
    EXPECT_EQ(then.past[i].x, before.past[i].x) << i;
  }
  EXPECT_LT(read({}).past.size(), before.past.size() - thrown / 2);
}

TEST_F(BacktestWithRelations, WhatWasPutInAfterwardsGivesNothingAway) {
  Live(TestSeed(6));
  const StatusOr<BacktestReport> with = Run("2027", true);
  const StatusOr<BacktestReport> without = Run("2027", false);
  ASSERT_TRUE(with.ok() && without.ok()) << with.status() << without.status();
  EXPECT_GT(with->deals, 50);
  EXPECT_GT(with->brier, without->brier - 0.004);
  EXPECT_LT(with->auc, without->auc + 0.03);
  // What it would give away: the chain as known now, of a deal that was open then.
  const auto snapshot = world_.Read();
  const model::FunnelTables then = *model::ReadTables(*snapshot, world_.GetPipelineNow("sales").id, {.as_of = At("2027-08-01T00:00:00Z")});
  const Covariates covariates = *ReadRelationCovariates(*snapshot, then, {.as_of = then.as_of});
  ASSERT_GT(then.open.size(), 5U);
  ASSERT_EQ(covariates.open.size(), then.open.size());
  for (const model::OpenDeal& deal : then.open) {
    EXPECT_EQ(covariates.open.at(deal.deal)[0], 0);
    EXPECT_GT(std::abs(ReadChain(*snapshot, deal.deal, {}, {.as_of = then.as_of})->value), 0.05);
  }
}

}  // namespace
}  // namespace kith::insight
