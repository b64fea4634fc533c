// Cash as records tell it: deals, invoices, receipts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kith/insight/cash.h"
#include "kith/insight/forecast.h"
#include "kith/insight/saved.h"
#include "unit/model/world.h"

namespace kith::insight {
namespace {

using model::At;
using model::Yuan;

class CashReadTest : public ::testing::Test {
 protected:
  CashReadTest() { world_.SetNow(At("2026-06-30T12:00:00Z")); }
  Id Make(std::string_view type, const std::vector<std::pair<std::string_view, Value>>& values, std::string_view status = {}) {
    Batch batch = world_.NewBatch();
    const Id record = model::World::NewRecord(batch, type);
    for (const auto& [field, value] : values) batch.Set(record, field, value);
    if (!status.empty()) batch.SetChoice(record, "status", status);
    return world_.Apply(batch).at(record.local_index());
  }
  Id Won(Id account, int64_t minor, std::string_view won = "2026-04-10T09:00:00Z") {
    const Id deal = Make("opportunity", {{"account", account}, {"amount", Yuan(minor)}, {"owner", world_.owners()[1]}});
    world_.MoveTo(deal, "sales/lead", {.at = At("2026-04-01T09:00:00Z")});
    world_.MoveTo(deal, "sales/won", {.at = At(won)});
    return deal;
  }
  CashFacts Read(std::optional<Time> as_of = {}) {
    const auto snapshot = world_.Read();
    StatusOr<CashFacts> facts = ReadCash(*snapshot, world_.GetPipelineNow("sales"), as_of);
    EXPECT_TRUE(facts.ok()) << facts.status();
    return *std::move(facts);
  }
  static Date Day(std::string_view text) { return *ParseDate(text); }
  model::World world_;
};

TEST_F(CashReadTest, InvoicesOfOrdersAreOfTheirDealAndReceiptsArePartsOfThem) {  // F10
  const Id account = Make("account", {});
  const Id deal = Won(account, 100'000);
  const Id order = Make("order", {{"opportunity", deal}}, "placed");
  const Id invoice = Make(
      "invoice", {{"order", order}, {"account", account}, {"total", Yuan(60'000)}, {"date", Day("2026-04-20")}, {"due", Day("2026-05-20")}},
      "issued");
  Make("receipt", {{"invoice", invoice}, {"date", Day("2026-05-25")}, {"amount", Yuan(20'001)}});
  Make("receipt", {{"invoice", invoice}, {"date", Day("2026-05-02")}, {"amount", Yuan(19'999)}});
  Make("invoice", {{"opportunity", deal}, {"total", Yuan(1)}, {"date", Day("2026-04-20")}});  // a draft
  const Id alone = Make("invoice", {{"total", Yuan(7)}, {"date", Day("2026-06-01")}}, "issued");
  const CashFacts facts = Read();
  ASSERT_EQ(facts.won.size(), 1U);
  EXPECT_EQ(facts.won[0].deal, deal);
  EXPECT_EQ(facts.won[0].customer, account);
  EXPECT_EQ(facts.won[0].won, Day("2026-04-10"));
  EXPECT_EQ(facts.won[0].amount, Yuan(100'000));
  EXPECT_EQ(facts.won[0].groups.owner, world_.owners()[1]);
  ASSERT_EQ(facts.invoices.size(), 2U);
  const CashFacts::Invoice& first = facts.invoices[0];
  EXPECT_EQ(first.invoice, invoice);
  EXPECT_EQ(first.deal, deal);
  EXPECT_EQ(first.customer, account);
  EXPECT_EQ(first.groups.owner, world_.owners()[1]);
  EXPECT_EQ(first.due, Day("2026-05-20"));
  ASSERT_EQ(first.paid.size(), 2U);
  EXPECT_EQ(first.paid[0].minor, 19'999);
  EXPECT_EQ(first.paid[1].minor, 20'001);
  EXPECT_EQ(facts.invoices[1].invoice, alone);
  EXPECT_TRUE(facts.invoices[1].deal.is_null());
  EXPECT_EQ(CollectedIn(facts, {Day("2026-05-01"), Day("2026-06-01")}, Yuan(1).currency), 40'000);
  // As of before the second payment and the second invoice.
  const CashFacts then = Read(At("2026-05-10T00:00:00Z"));
  ASSERT_EQ(then.invoices.size(), 1U);
  EXPECT_EQ(then.invoices[0].paid.size(), 1U);
  EXPECT_TRUE(Read(At("2026-04-05T00:00:00Z")).won.empty());
}

// C17: a pipeline of documents in which won means paid: what is not paid yet is worth what it says, and what it said then.
TEST_F(CashReadTest, APipelinesOpenDocumentsAreOpenInvoices) {
  Batch batch = world_.NewBatch();
  std::vector<Id> cases;
  for (const int64_t fee : {100, 200, 300}) {
    const Id made = model::World::NewRecord(batch, "case_file");
    batch.Set(made, "fee", Yuan(fee));
    cases.push_back(made);
  }
  const std::vector<Id> ids = world_.Apply(batch);
  for (Id& made : cases) made = ids.at(made.local_index());
  for (const Id made : cases) world_.MoveTo(made, "court/lead");
  world_.Advance(kMicrosPerDay);
  world_.MoveTo(cases[0], "court/won");
  const Time then = world_.now();
  world_.Advance(kMicrosPerDay);
  world_.Set(cases[2], "fee", Yuan(900));
  const auto read = [&](Time as_of) {
    const auto snapshot = world_.Read();
    const model::Pipeline court = world_.GetPipelineNow("court");
    return CashFromPaths(court, *model::ReadPaths(*snapshot, court.id, {.as_of = as_of}));
  };
  const CashFacts facts = read(world_.now());
  ASSERT_EQ(facts.invoices.size(), 3U);
  EXPECT_EQ(facts.invoices[0].total, Yuan(100));
  ASSERT_EQ(facts.invoices[0].paid.size(), 1U);
  EXPECT_EQ(facts.invoices[1].total, Yuan(200));
  EXPECT_TRUE(facts.invoices[1].paid.empty());
  EXPECT_EQ(facts.invoices[2].total, Yuan(900));
  EXPECT_EQ(read(then).invoices[2].total, Yuan(300));
}

TEST_F(CashReadTest, CancelledInvoicesAndReopenedDealsHoldUntilThen) {
  const Id deal = Won({}, 100'000);
  const Id invoice = Make("invoice", {{"opportunity", deal}, {"total", Yuan(60'000)}, {"date", Day("2026-04-20")}}, "issued");
  const Id thrown = Make("invoice", {{"opportunity", deal}, {"total", Yuan(60'000)}, {"date", Day("2026-04-20")}});
  world_.SetNow(At("2026-07-05T12:00:00Z"));
  Batch batch = world_.NewBatch();
  batch.SetChoice(invoice, "status", "cancelled");
  batch.SetChoice(thrown, "status", "cancelled");
  world_.Apply(batch);
  world_.SetNow(At("2026-07-10T12:00:00Z"));
  world_.MoveTo(deal, "sales/talk", {.at = At("2026-07-06T09:00:00Z")});
  const CashFacts facts = Read();
  ASSERT_EQ(facts.invoices.size(), 1U);
  EXPECT_EQ(facts.invoices[0].cancelled, Day("2026-07-05"));
  ASSERT_EQ(facts.won.size(), 1U);
  EXPECT_EQ(facts.won[0].reopened, Day("2026-07-06"));
  const CashFacts then = Read(At("2026-07-04T00:00:00Z"));
  EXPECT_FALSE(then.invoices.at(0).cancelled.has_value());
  EXPECT_FALSE(then.won.at(0).reopened.has_value());
}

// A day is one of the database's time zone: of wins, of papers put in without a date, of cancellations, of the moment asked about.
TEST_F(CashReadTest, DaysAreThoseOfTheTimeZone) {
  world_.Set(*world_.Read()->Find("setting", ExternalRef{"kith.setting", "database"}), "time_zone", "Asia/Shanghai");
  const Id deal = Won({}, 100'000, "2026-04-10T20:00:00Z");
  world_.SetNow(At("2026-06-30T20:00:00Z"));
  const Id invoice = Make("invoice", {{"opportunity", deal}, {"total", Yuan(60'000)}}, "issued");
  Make("receipt", {{"invoice", invoice}, {"date", Day("2026-07-01")}, {"amount", Yuan(1)}});
  CashFacts facts = Read();
  EXPECT_EQ(facts.won.at(0).won, Day("2026-04-11"));
  EXPECT_EQ(facts.invoices.at(0).issued, Day("2026-07-01"));
  EXPECT_EQ(facts.invoices.at(0).paid.size(), 1U) << "the first of July has begun there";
  EXPECT_TRUE(Read(At("2026-06-30T15:59:59Z")).invoices.empty());
  EXPECT_EQ(Read(At("2026-06-30T16:00:00Z")).invoices.size(), 1U);
  world_.SetNow(At("2026-07-05T20:00:00Z"));
  Batch batch = world_.NewBatch();
  batch.SetChoice(invoice, "status", "cancelled");
  world_.Apply(batch);
  EXPECT_EQ(Read().invoices.at(0).cancelled, Day("2026-07-06"));
}

// What another forecast of the same pipeline missed says nothing of cash, nor the other way round.
TEST_F(CashReadTest, SavedForecastsOfCashAreScoredByCash) {
  const Id deal = Won({}, 100'000);
  const Id invoice = Make("invoice", {{"opportunity", deal}, {"total", Yuan(100'000)}, {"date", Day("2026-04-20")}}, "issued");
  Make("receipt", {{"invoice", invoice}, {"date", Day("2026-06-10")}, {"amount", Yuan(40'000)}});
  Make("receipt", {{"invoice", invoice}, {"date", Day("2026-07-10")}, {"amount", Yuan(60'000)}});
  ForecastOptions options;
  options.cash = std::make_shared<const CashFacts>(Read());
  const Id pipeline = world_.GetPipelineNow("sales").id;
  const Period july{Day("2026-07-01"), Day("2026-08-01")};
  const StatusOr<ForecastReport> report = Forecast(*model::ReadTables(*world_.Read(), pipeline, {.as_of = world_.now()}), july, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->from_issued.mean, 0);
  EXPECT_LE(report->from_issued.mean, 60'000);
  Batch batch = world_.NewBatch();
  SaveForecast(batch, *report);
  world_.Apply(batch);
  world_.SetNow(At("2026-08-02T00:00:00Z"));
  const std::vector<SavedForecast> saved = *SavedForecasts(*world_.Read(), pipeline, world_.now());
  ASSERT_EQ(saved.size(), 1U);
  EXPECT_EQ(saved[0].entry.model, kCashModel);
  EXPECT_EQ(saved[0].entry.actual, 60'000);
  EXPECT_EQ(ScoreOf(saved).forecasts, 0);
}

}  // namespace
}  // namespace kith::insight
