// Verticals by data alone: the shipped packages for a law firm, foreign trade and a florist (domain-model W7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "kith/insight/card.h"
#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/worklist.h"
#include "kith/model/guide.h"
#include "kith/model/model.h"
#include "kith/query/search.h"
#include "support/paths.h"

namespace kith::insight {
namespace {

using ::testing::IsEmpty;

struct Vertical {
  const char* package;
  const char* type;
  const char* amount;
  std::vector<std::string> stages;  // four open, won, lost
};
const std::vector<Vertical>& Verticals() {
  static const std::vector<Vertical> all = {
      {"kith.crm", "opportunity", "amount", {"prospecting", "qualified", "proposal", "negotiation", "won", "lost"}},
      {"legal", "matter", "fee", {"intake", "conflict_check", "proposal", "engagement", "engaged", "declined"}},
      {"trade", "shipment", "freight", {"request", "quoted", "booked", "customs", "shipped", "dropped"}},
      {"florist", "bouquet_order", "total", {"enquiry", "deposit", "bound", "balance", "handed_over", "cancelled"}}};
  return all;
}
std::string PipelineOf(const Vertical& vertical) { return std::string(vertical.package) == "kith.crm" ? "default" : vertical.package; }

Status EnsureShipped(Database& db, std::string_view name) {
  KITH_ASSIGN_OR_RETURN(const catalog::PackageSource package, catalog::ShippedPackage(name));
  return db.Ensure({&package, 1}).status();
}

class VerticalsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.create = true;
    options.durability = storage::Durability::kRelaxed;
    db_ = *model::OpenDatabase(testing::MakeTempDir() + "/db", options);
    for (const Vertical& vertical : Verticals()) ASSERT_TRUE(EnsureShipped(*db_, vertical.package).ok()) << vertical.package;
  }
  Batch NewBatch() { return *db_->NewBatch({}, "test"); }

  // Two hundred records whose ways depend on their number alone.
  void Load(const Vertical& vertical) {
    const Currency yuan = *Currency::FromCode("CNY");
    for (int i = 0; i < 200; ++i) {
      Batch batch = NewBatch();
      Time at{(int64_t{19'700} * 86'400 + int64_t{i} * 90'000) * kMicrosPerSecond};
      const Id record = batch.Create(vertical.type);
      batch.Set(record, "name", "R" + std::to_string(i));
      batch.Set(record, vertical.amount, Money{(i * 37 % 100 + 1) * 1000, yuan});
      for (int stage = 0; stage < 4; ++stage, at.micros += int64_t{i % 7 + 3} * 86'400 * kMicrosPerSecond) {
        if (stage == 1 && i % 5 == 0) continue;  // skipped
        const bool lost = i % (stage + 4) == 3;
        model::Move(batch, record, PipelineOf(vertical) + "/" + vertical.stages[static_cast<size_t>(stage)], {.at = at});
        if (i % 11 == 0 && stage == 2) break;  // open
        at.micros += int64_t{i % 3 + 1} * 86'400 * kMicrosPerSecond;
        if (!lost && stage < 3) continue;
        model::Move(batch, record, PipelineOf(vertical) + "/" + vertical.stages[lost ? 5 : 4], {.at = at});
        break;
      }
      const StatusOr<Outcome> outcome = db_->Apply(batch);
      ASSERT_TRUE(outcome.ok()) << outcome.status();
    }
  }

  std::shared_ptr<Database> db_;
};

// E04, E15: the same data gives the same funnel and the same forecast, whatever its entity is called.
TEST_F(VerticalsTest, CoreFunctionsRunUnchanged) {
  const Time as_of{int64_t{19'930} * 86'400 * kMicrosPerSecond};
  std::vector<FunnelReport> funnels;
  std::vector<double> forecasts;
  for (const Vertical& vertical : Verticals()) {
    Load(vertical);
    const auto now = *db_->Read();
    const model::Pipeline pipeline = *model::GetPipeline(*now, PipelineOf(vertical));
    const model::FunnelTables tables = *model::ReadTables(*now, pipeline.id, {.as_of = as_of});
    funnels.push_back(*Funnel(tables));
    const StatusOr<std::vector<model::DealPath>> paths = model::ReadPaths(*now, pipeline.id, {.as_of = as_of});
    ASSERT_TRUE(paths.ok());
    EXPECT_EQ(TablesFromPaths(pipeline, *paths, as_of).rows, tables.rows);
    ForecastOptions options;
    options.currency = *Currency::FromCode("CNY");
    const StatusOr<ForecastReport> forecast = Forecast(tables, PeriodAt(DateOf(as_of), PeriodUnit::kQuarter, 1), options);
    ASSERT_TRUE(forecast.ok()) << vertical.package << ": " << forecast.status();
    forecasts.push_back(forecast->total.p50);
  }
  ASSERT_GT(funnels[0].won, 20);
  for (size_t v = 1; v < funnels.size(); ++v) {
    EXPECT_EQ(funnels[v].won, funnels[0].won) << Verticals()[v].package;
    ASSERT_EQ(funnels[v].stages.size(), funnels[0].stages.size());
    for (size_t s = 0; s < funnels[0].stages.size(); ++s) {
      EXPECT_EQ(funnels[v].stages[s].reached, funnels[0].stages[s].reached);
      EXPECT_DOUBLE_EQ(funnels[v].stages[s].rate.value, funnels[0].stages[s].rate.value);
    }
    EXPECT_NEAR(forecasts[v], forecasts[0], 1e-6 * forecasts[0]) << Verticals()[v].package;
  }
}

// R06, C12: a new database with nothing but its package, one record and one call has a pipeline, a guide, a next action, a card and a work
// list.
TEST(FreshDatabaseTest, IsOfUseAtOnceWithWhateverPackage) {
  for (const Vertical& vertical : Verticals()) {
    SCOPED_TRACE(vertical.package);
    OpenOptions options;
    options.temporary = true;
    options.durability = storage::Durability::kRelaxed;
    const std::shared_ptr<Database> db = *model::OpenDatabase("", options);
    ASSERT_TRUE(EnsureShipped(*db, vertical.package).ok());
    Batch batch = *db->NewBatch({}, "test");
    const Id rep = batch.Create("employee");
    batch.Set(rep, "name", "Li");
    const Id account = batch.Create("account");
    batch.Set(account, "name", "Acme");
    const Id record = batch.Create(vertical.type);
    batch.Set(record, "name", "First");
    batch.Set(record, "owner", rep);
    batch.Set(record, batch.catalog()->FindType(vertical.type)->FindRole("pipelined", "account")->name, account);
    const Id call = batch.Create("interaction");
    batch.SetChoice(call, "kind", "call");
    batch.SetChoice(call, "direction", "out");
    batch.Set(call, "at", Time{1'700'000'000 * kMicrosPerSecond});
    batch.Set(call, "account", account);
    model::Move(batch, record, PipelineOf(vertical) + "/" + vertical.stages[0]);
    const StatusOr<Outcome> made = db->Apply(batch);
    ASSERT_TRUE(made.ok()) << made.status();
    const auto id = [&](Id local) { return made->ids.at(local.local_index()); };
    const auto now = *db->Read();
    const model::Pipeline pipeline = *model::GetPipeline(*now, PipelineOf(vertical));
    EXPECT_EQ(Funnel(*model::ReadTables(*now, pipeline.id))->open, 1);
    const StatusOr<model::Guide> guide = model::GetGuide(*now, id(record));
    ASSERT_TRUE(guide.ok()) << guide.status();
    ASSERT_EQ(guide->tracks.size(), 1U);
    EXPECT_FALSE(guide->tracks[0].actions.empty());
    EXPECT_TRUE(guide->tracks[0].stay_until.has_value());
    ASSERT_FALSE(guide->tracks[0].next.empty());
    for (const model::NextStage& next : guide->tracks[0].next) EXPECT_FALSE(next.refused) << "advisory";
    EXPECT_FALSE(CustomerCard(*now, id(account))->empty());
    const StatusOr<WorkList> list = WorkListOf(*now, id(rep));
    ASSERT_TRUE(list.ok()) << list.status();
    ASSERT_EQ(list->items.size(), 1U);
    EXPECT_EQ(list->items[0].record, id(record));
    EXPECT_EQ(list->items[0].action, guide->tracks[0].actions[0].name);
    EXPECT_EQ(list->items[0].action_labels.size(), 2U);
    // What an entry gives back: the next action, for the record itself and for what is entered about it.
    const auto next_after = [&](const Outcome& outcome) {
      const auto then = *db->Read();
      const StatusOr<std::vector<model::NextAction>> next = model::NextActionsAfter(*then, outcome.first_sequence, outcome.last_sequence);
      EXPECT_TRUE(next.ok()) << next.status();
      return next.ok() && next->size() == 1 ? next->front() : model::NextAction();
    };
    EXPECT_EQ(next_after(*made).record, id(record));
    EXPECT_EQ(next_after(*made).item.name, guide->tracks[0].actions[0].name);
    Batch another = *db->NewBatch({}, "test");
    const Id about = another.Create("task");
    another.Set(about, "subject", "write");
    another.Set(about, "regarding", id(record));
    EXPECT_EQ(next_after(*db->Apply(another)).record, id(record));
    Batch lost = *db->NewBatch({}, "test");
    model::Move(lost, id(record), PipelineOf(vertical) + "/" + vertical.stages.back());
    EXPECT_TRUE(next_after(*db->Apply(lost)).record.is_null()) << "closed";
    // Every open stage says what to do in it, in both languages.
    for (const model::Stage& stage : pipeline.stages) {
      const auto suggests = [](const model::StageItem& item) { return item.kind == model::StageItemKind::kAction; };
      EXPECT_EQ(stage.kind == model::StageKind::kOpen, std::any_of(stage.items.begin(), stage.items.end(), suggests)) << stage.name;
      for (const model::StageItem& item : stage.items) EXPECT_EQ(item.labels.size(), 2U) << stage.name << "/" << item.name;
    }
  }
}

// C14: what happens in a vertical moves its records by itself.
TEST_F(VerticalsTest, EventsOfAVerticalMoveItsRecords) {
  const auto stage_of = [&](Id record, const char* field) {
    const auto now = *db_->Read();
    const catalog::TypeDef& type = *now->catalog().FindType(record.type());
    const Value stage = *GetField(type, *now->Get(record), field);
    if (stage.is_null()) return std::string();
    return std::string(now->Get(stage.get<Id>())->GetText(now->catalog().FindType("stage")->FindField("name")->position));
  };
  const auto make = [&](const char* type, const std::vector<std::pair<std::string_view, Value>>& fields) {
    Batch batch = NewBatch();
    const Id local = batch.Create(type);
    for (const auto& [name, value] : fields) batch.Set(local, name, value);
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->ids.at(local.local_index()) : Id();
  };
  const auto set = [&](Id record, const char* field, const char* choice) {
    Batch batch = NewBatch();
    batch.SetChoice(record, field, choice);
    ASSERT_TRUE(db_->Apply(batch).ok());
  };
  const Id matter = make("matter", {{"name", "Huber"}});
  const Id letter = make("engagement", {{"matter", matter}});
  EXPECT_EQ(stage_of(matter, "phase"), "") << "a draft is no event";
  set(letter, "state", "sent");
  EXPECT_EQ(stage_of(matter, "phase"), "engagement");
  set(letter, "state", "signed");
  EXPECT_EQ(stage_of(matter, "phase"), "engaged");

  const Id voyage = make("voyage", {{"name", "V-1"}, {"capacity", 10}, {"space_left", 10}});
  const Id shipment = make("shipment", {{"name", "S"}});
  const Id booking = make("space_booking", {{"voyage", voyage}, {"shipment", shipment}, {"containers", 2}});
  EXPECT_EQ(stage_of(shipment, "phase"), "booked");
  set(booking, "state", "loaded");
  EXPECT_EQ(stage_of(shipment, "phase"), "shipped");

  const Id rose = make("product", {{"name", "Rose"}});
  const Id lot = make("flower_lot", {{"product", rose}, {"stems", 9}, {"stems_left", 9}, {"best_before", *ParseDate("2026-05-10")}});
  const Id order = make("bouquet_order", {{"name", "O"}});
  make("flower_use", {{"order", order}, {"lot", lot}, {"stems", 3}});
  EXPECT_EQ(stage_of(order, "step"), "bound");
  EXPECT_THAT(db_->Verify()->problems, IsEmpty());
}

// Names of matters are found as those of accounts are.
TEST_F(VerticalsTest, SearchFindsMatters) {
  Load(Verticals()[1]);
  Batch batch = NewBatch();
  const Id matter = batch.Create("matter");
  batch.Set(matter, "name", "专利侵权纠纷 Huber");
  const Id id = db_->Apply(batch)->ids.at(0);
  const auto now = *db_->Read();
  for (const char* text : {"侵权", "hub", "hubre"}) {
    const StatusOr<query::SearchResult> found = query::Search(*now, text, {.types = {"matter"}});
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_FALSE(found->hits.empty()) << text;
    EXPECT_EQ(found->hits[0].id, id) << text;
  }
}

// E05: freight space is never overbooked, whoever books at once; what is cancelled is free again.
TEST_F(VerticalsTest, FreightSpaceIsNeverOverbooked) {
  Batch batch = NewBatch();
  const Id local = batch.Create("voyage");
  batch.Set(local, "name", "V-1");
  batch.Set(local, "capacity", 100);
  batch.Set(local, "space_left", 100);
  const Id voyage = db_->Apply(batch)->ids.at(0);
  std::vector<std::thread> agents;
  std::atomic<int> booked{0};
  std::atomic<int> refused{0};
  for (int agent = 0; agent < 8; ++agent) {
    agents.emplace_back([&, agent] {
      for (int i = 0; i < 20; ++i) {
        const int containers = (agent + i) % 4 + 1;
        Batch book = *db_->NewBatch({}, "booking");
        const Id booking = book.Create("space_booking");
        book.Set(booking, "voyage", voyage);
        book.Set(booking, "containers", containers);
        book.Add(voyage, "space_left", -containers);
        const Status status = db_->Apply(book).status();
        if (status.ok()) {
          booked += containers;
        } else {
          EXPECT_EQ(GetReason(status), Reason::kOutOfRange) << status;
          ++refused;
        }
      }
    });
  }
  for (std::thread& agent : agents) agent.join();
  const auto left = [&] {
    const auto now = *db_->Read();
    return GetField(**now->catalog().GetType("voyage"), *now->Get(voyage), "space_left")->get<int64_t>();
  };
  EXPECT_EQ(left(), 100 - booked);
  EXPECT_GE(left(), 0);
  EXPECT_LT(left(), 4);  // somebody was refused only when too little was left
  EXPECT_GT(refused, 0);

  const auto now = *db_->Read();
  const auto first = *now->Scan("space_booking");
  ASSERT_TRUE(first->Next());
  const int64_t containers = GetField(**now->catalog().GetType("space_booking"), *first->record(), "containers")->get<int64_t>();
  const int64_t before = left();
  Batch cancel = NewBatch();
  cancel.Set(first->id(), "state", "cancelled");
  cancel.Add(voyage, "space_left", containers);
  ASSERT_TRUE(db_->Apply(cancel).ok());
  EXPECT_EQ(left(), before + containers);
}

// E07: perishable lots, a deposit and then the balance.
TEST_F(VerticalsTest, AFloristSellsFromLotsForDepositAndBalance) {
  const Currency euro = *Currency::FromCode("EUR");
  Batch batch = NewBatch();
  const Id rose = batch.Create("product");
  batch.Set(rose, "name", "Rose");
  const Id lot = batch.Create("flower_lot");
  batch.Set(lot, "product", rose);
  batch.Set(lot, "stems", 30);
  batch.Set(lot, "stems_left", 30);
  batch.Set(lot, "best_before", *ParseDate("2026-05-10"));
  const Id order = batch.Create("bouquet_order");
  batch.Set(order, "name", "Wedding Huber");
  batch.Set(order, "occasion", "wedding");
  batch.Set(order, "total", Money{24'000, euro});
  batch.Set(order, "balance", Money{24'000, euro});
  model::Move(batch, order, "florist/enquiry");
  const Outcome made = *db_->Apply(batch);

  Batch deposit = NewBatch();
  deposit.Set(made.ids[2], "deposit", Money{8'000, euro});
  deposit.Add(made.ids[2], "balance", Money{-8'000, euro});
  deposit.Set(made.ids[2], "payment", "deposit");
  model::Move(deposit, made.ids[2], "florist/deposit");
  ASSERT_TRUE(db_->Apply(deposit).ok());

  const auto use = [&](int stems) {
    Batch bind = NewBatch();
    const Id used = bind.Create("flower_use");
    bind.Set(used, "order", made.ids[2]);
    bind.Set(used, "lot", made.ids[1]);
    bind.Set(used, "stems", stems);
    bind.Add(made.ids[1], "stems_left", -stems);
    return db_->Apply(bind).status();
  };
  EXPECT_TRUE(use(25).ok());
  EXPECT_EQ(GetReason(use(6)), Reason::kOutOfRange);
  Batch overpaid = NewBatch();
  overpaid.Add(made.ids[2], "balance", Money{-16'001, euro});
  EXPECT_EQ(GetReason(db_->Apply(overpaid).status()), Reason::kOutOfRange);

  Batch balance = NewBatch();
  balance.Add(made.ids[2], "balance", Money{-16'000, euro});
  balance.Set(made.ids[2], "payment", "paid");
  model::Move(balance, made.ids[2], "florist/handed_over");
  ASSERT_TRUE(db_->Apply(balance).ok());
  const auto now = *db_->Read();
  const model::Pipeline pipeline = *model::GetPipeline(*now, "florist");
  EXPECT_EQ(Funnel(*model::ReadTables(*now, pipeline.id))->won, 1);
  EXPECT_THAT(db_->Verify()->problems, IsEmpty());
}

}  // namespace
}  // namespace kith::insight
