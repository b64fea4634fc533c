// A package with every kind of field and indexes of a test's choice, and a database on it filled at random.
#ifndef KITH_TESTS_UNIT_QUERY_MARKET_H_
#define KITH_TESTS_UNIT_QUERY_MARKET_H_

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/database.h"
#include "kith/query/query.h"
#include "support/company.h"
#include "support/paths.h"

namespace kith::testing {

inline constexpr std::string_view kDealFields = R"([
  {"name": "name", "kind": "text"}, {"name": "count", "kind": "int"}, {"name": "rate", "kind": "decimal", "scale": 2},
  {"name": "weight", "kind": "double"}, {"name": "amount", "kind": "money"}, {"name": "open", "kind": "bool"},
  {"name": "state", "kind": "choice", "choices": [{"name": "new"}, {"name": "won"}, {"name": "lost"}]},
  {"name": "marks", "kind": "choice_set", "choices": [{"name": "hot"}, {"name": "vip"}]},
  {"name": "tags", "kind": "text_list"}, {"name": "day", "kind": "date"}, {"name": "at", "kind": "time"},
  {"name": "client", "kind": "ref", "to": ["client"], "on_delete": "detach"}])";

class Market {
 public:
  // `indexes`: JSON of the deals' indexes.
  explicit Market(const std::string& indexes = "[]") {
    OpenOptions options;
    options.temporary = true;
    options.clock = clock.function();
    options.durability = storage::Durability::kRelaxed;
    db_ = Database::Open("", options).value();
    Ensure(indexes, "1.0.0");
  }

  void Ensure(const std::string& indexes, const std::string& version) {
    const catalog::PackageSource source{.definition = R"({"package": "test.market", "version": ")" + version + R"(", "types": [
        {"name": "client", "fields": [{"name": "name", "kind": "text"}, {"name": "size", "kind": "int"},
           {"name": "parent", "kind": "ref", "to": ["client"], "on_delete": "detach"}]},
        {"name": "deal", "fields": )" + std::string(kDealFields) +
                                                      R"(, "indexes": )" + indexes + "}]}",
                                        .numbers = {}};
    const StatusOr<EnsureReport> report = db_->Ensure({&source, 1});
    ASSERT_TRUE(report.ok()) << report.status();
  }

  [[nodiscard]] Database& db() { return *db_; }
  [[nodiscard]] std::unique_ptr<Snapshot> Read(Viewer viewer = {}) { return db_->Read(std::move(viewer)).value(); }
  [[nodiscard]] Batch NewBatch() { return db_->NewBatch().value(); }
  std::vector<Id> Apply(const Batch& batch) {
    clock.Advance(1);
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->ids : std::vector<Id>();
  }

  ManualClock clock;

 private:
  std::shared_ptr<Database> db_;
};

inline Value RandomValue(std::mt19937_64& dice, const catalog::FieldDef& field, const std::vector<Id>& clients) {
  const auto below = [&dice](uint64_t n) { return static_cast<int64_t>(dice() % n); };
  if (below(6) == 0) return {};
  switch (field.kind) {
    case Kind::kBool:
      return below(2) == 0;
    case Kind::kInt:
      return below(8) - 2;
    case Kind::kDecimal:
      return Decimal{below(9) * 25 - 50, 2};
    case Kind::kDouble: {
      const double values[] = {-0.0, 0.0, 1.5, -2.25, 1e300, 5e-324};
      return values[below(6)];
    }
    case Kind::kMoney:
      return Money{below(7) * 100 - 100, *Currency::FromCode(below(3) == 0 ? "USD" : "CNY")};
    case Kind::kText: {
      const char* texts[] = {"", "a", "ab", "b", "客户", "Zoë", "a\tb"};
      return texts[below(7)];
    }
    case Kind::kTextList:
      return TextList{"x", std::string(1, static_cast<char>('a' + below(3)))};
    case Kind::kChoice:
      return Choice{static_cast<int32_t>(below(3)) + 1};
    case Kind::kChoiceSet:
      return ChoiceSet{{1}, {2}};
    case Kind::kDate:
      return Date{static_cast<int32_t>(20'000 + below(9) * 40)};
    case Kind::kTime:
      return Time{1'700'000'000'000'000 + below(9) * 40 * kMicrosPerDay + below(2)};
    case Kind::kRef:
      return clients.empty() ? Value() : Value(clients[static_cast<size_t>(below(clients.size()))]);
    default:
      return {};
  }
}

inline std::vector<Id> AddClients(Market& market, size_t count) {
  Batch batch = market.NewBatch();
  for (size_t i = 0; i < count; ++i) {
    const Id client = batch.Create("client");
    batch.Set(client, "name", "client " + std::to_string(i % 5));
    batch.Set(client, "size", static_cast<int64_t>(i % 3));
    if (i > 0) batch.Set(client, "parent", Id::Local(static_cast<uint32_t>(i / 2)));
  }
  return market.Apply(batch);
}

inline std::vector<Id> AddDeals(Market& market, std::mt19937_64& dice, const std::vector<Id>& clients, size_t count) {
  const catalog::TypeDef& type = **market.db().GetCatalog().value()->GetType("deal");
  Batch batch = market.NewBatch();
  for (size_t i = 0; i < count; ++i) {
    const Id deal = batch.Create("deal");
    for (const catalog::FieldDef& field : type.fields) {
      const Value value = RandomValue(dice, field, clients);
      if (!value.is_null()) batch.Set(deal, field.name, value);
    }
    // Some for everybody, some for a few.
    batch.Set(deal, "owner", Id(1 + dice() % 3));
    batch.Set(deal, "unit", static_cast<int64_t>(dice() % 3));
    batch.Set(deal, "visibility", static_cast<int64_t>(dice() % 3));
  }
  return market.Apply(batch);
}

// All rows of a query that must succeed.
inline std::vector<query::Row> AllRows(const query::Prepared& prepared, const Snapshot& snapshot, const query::Parameters& parameters = {},
                                       const query::RunOptions& options = {}) {
  std::vector<query::Row> rows;
  StatusOr<std::unique_ptr<query::Rows>> run = prepared.Run(snapshot, parameters, options);
  EXPECT_TRUE(run.ok()) << run.status();
  if (!run.ok()) return rows;
  while ((*run)->Next()) rows.push_back((*run)->row());
  EXPECT_TRUE((*run)->status().ok()) << (*run)->status();
  return rows;
}

inline query::Prepared PrepareJson(std::string_view json, const Snapshot& snapshot) {
  const StatusOr<query::Query> query = query::FromJson(json);
  EXPECT_TRUE(query.ok()) << query.status();
  StatusOr<query::Prepared> prepared = query::Prepared::Prepare(*query, snapshot);
  EXPECT_TRUE(prepared.ok()) << prepared.status();
  return *std::move(prepared);
}

}  // namespace kith::testing

#endif  // KITH_TESTS_UNIT_QUERY_MARKET_H_
