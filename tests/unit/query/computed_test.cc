// Queries over fields that are computed: formulas and roll-ups are read like any other. // E02 E03
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "unit/query/market.h"

namespace kith::query {
namespace {

using kith::testing::AllRows;
using kith::testing::PrepareJson;
using Json = nlohmann::json;

constexpr std::string_view kPackage = R"json({"package": "test.rooms", "version": "1.0.0", "types": [
  {"name": "house", "fields": [{"name": "name", "kind": "text"},
    {"name": "rooms", "kind": "int", "roll_up": {"function": "count", "of": "room", "by": "house"}},
    {"name": "rent", "kind": "int", "roll_up": {"function": "sum", "of": "room", "by": "house", "field": "price"}},
    {"name": "mean", "kind": "int", "formula": "rooms == 0 ? 0 : rent / rooms"}]},
  {"name": "room", "fields": [{"name": "house", "kind": "ref", "to": ["house"]}, {"name": "area", "kind": "int"}, {"name": "rate", "kind": "int"},
    {"name": "price", "kind": "int", "formula": "area * rate"},
    {"name": "size", "kind": "text", "formula": "area > 20 ? 'large' : 'small'"}]}]})json";

class ComputedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.temporary = true;
    db_ = *Database::Open("", options);
    const catalog::PackageSource source{.definition = std::string(kPackage), .numbers = {}};
    ASSERT_TRUE(db_->Ensure({&source, 1}).ok());
    Batch batch = *db_->NewBatch();
    for (const std::string_view name : {"a", "b", "c"}) {
      const Id house = batch.Create("house");
      batch.Set(house, "name", name);
      const int rooms = name == "a" ? 1 : name == "b" ? 3 : 0;
      for (int i = 1; i <= rooms; ++i) {
        const Id room = batch.Create("room");
        batch.Set(room, "house", house);
        batch.Set(room, "area", 10 * i);
        batch.Set(room, "rate", 2);
      }
    }
    ASSERT_TRUE(db_->Apply(batch).ok());
  }
  [[nodiscard]] Json Ask(std::string_view json, Viewer viewer = {}) const {
    const auto snapshot = *db_->Read(std::move(viewer));
    const Prepared prepared = PrepareJson(json, *snapshot);
    Json rows = Json::array();
    for (const Row& row : AllRows(prepared, *snapshot)) rows.push_back(Json::parse(RowToJson(prepared, row)));
    return rows;
  }

  std::shared_ptr<Database> db_;
};

TEST_F(ComputedTest, TheyAreSelectedFilteredAndOrderedByLikeAnyOther) {
  EXPECT_EQ(Ask(R"({"from": "house", "where": "rooms > 0", "select": ["name", "rooms", "rent", "mean"], "order": ["-rent"]})"),
            Json::parse(R"([{"name": "b", "rooms": 3, "rent": 120, "mean": 40}, {"name": "a", "rooms": 1, "rent": 20, "mean": 20}])"));
  EXPECT_EQ(
      Ask(R"({"from": "room", "where": "price >= 40 && house.rooms == 3", "select": ["price", "size", "house.rent"], "order": ["price"]})"),
      Json::parse(R"([{"price": 40, "size": "small", "house.rent": 120}, {"price": 60, "size": "large", "house.rent": 120}])"));
}

TEST_F(ComputedTest, TheyAreGroupedByAndSummed) {
  EXPECT_EQ(Ask(R"({"from": "room", "group": ["size"], "aggregates": [{"count": "*", "name": "n"}, {"sum": "price", "name": "sum"}],
                    "order": ["size"]})"),
            Json::parse(R"([{"size": "large", "n": 1, "sum": 60}, {"size": "small", "n": 3, "sum": 80}])"));
  EXPECT_EQ(Ask(R"({"from": "house", "aggregates": [{"max": "rooms", "name": "most"}]})"), Json::parse(R"([{"most": 3}])"));
}

TEST_F(ComputedTest, OfThePastTheyAreWhatTheyWere) {  // B12
  const Time then = (*db_->Read())->recorded();
  Batch batch = *db_->NewBatch();
  {
    const auto snapshot = *db_->Read();
    const auto cursor = *snapshot->Scan("room");
    while (cursor->Next()) batch.Delete(cursor->id());
  }
  ASSERT_TRUE(db_->Apply(batch).ok());
  const auto snapshot = *db_->Read();
  const Prepared prepared =
      PrepareJson(R"({"from": "house", "where": "rooms > 0", "select": ["name", "rooms", "rent", "mean"], "order": ["-rent"]})", *snapshot);
  EXPECT_TRUE(AllRows(prepared, *snapshot).empty());
  RunOptions options;
  options.as_of = AsOf{.recorded = then};
  Json rows = Json::array();
  for (const Row& row : AllRows(prepared, *snapshot, {}, options)) rows.push_back(Json::parse(RowToJson(prepared, row)));
  EXPECT_EQ(rows,
            Json::parse(R"([{"name": "b", "rooms": 3, "rent": 120, "mean": 40}, {"name": "a", "rooms": 1, "rent": 20, "mean": 20}])"));
}

}  // namespace
}  // namespace kith::query
