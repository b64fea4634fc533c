// What queries give, what plans say, how runs end.
#include "kith/query/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "kith/base/limits.h"
#include "unit/query/market.h"

namespace kith {
namespace {

using query::Parameters;
using query::Prepared;
using query::Row;
using query::Rows;
using query::RunOptions;
using ::testing::AllOf;
using testing::AllRows;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Market;
using testing::PrepareJson;
using testing::Yuan;
using Json = nlohmann::json;

constexpr const char* kIndexes = R"([
  {"name": "by_owner", "fields": ["owner", "-day"], "cover": ["name", "amount"]},
  {"name": "by_state", "fields": ["state", "count"], "cover": ["amount", "tags"]},
  {"name": "by_at", "fields": ["at"]},
  {"name": "by_name", "fields": ["name"], "cover": ["day"]}])";

// Twelve deals: owners 1 to 3, states in turn, days and amounts ascending; the fourth has no amount, the fifth dollars.
class QueryTest : public ::testing::Test {
 protected:
  QueryTest() : market_(kIndexes) {
    clients_ = testing::AddClients(market_, 4);
    Batch batch = market_.NewBatch();
    for (int i = 0; i < 12; ++i) {
      const Id deal = batch.Create("deal");
      batch.Set(deal, "name", "deal " + std::to_string(i));
      batch.Set(deal, "owner", Id(static_cast<uint64_t>(1 + i % 3)));
      batch.Set(deal, "state", Choice{1 + i % 2});
      batch.Set(deal, "count", i % 4);
      batch.Set(deal, "day", Date{20'600 + 30 * i});
      batch.Set(deal, "at", Time{StartOf(Date{20'600 + 30 * i}).micros + 23 * 3600 * kMicrosPerSecond});
      batch.Set(deal, "client", clients_[static_cast<size_t>(i) % 4]);
      batch.Set(deal, "tags", TextList{"t" + std::to_string(i % 2)});
      if (i == 4) batch.Set(deal, "amount", Money{7, *Currency::FromCode("USD")});
      if (i != 3 && i != 4) batch.Set(deal, "amount", Yuan(100 * i));
    }
    deals_ = market_.Apply(batch);
    snapshot_ = market_.Read();
  }

  [[nodiscard]] std::vector<Row> Ask(std::string_view json, const Parameters& parameters = {}, const RunOptions& options = {}) const {
    return AllRows(PrepareJson(json, *snapshot_), *snapshot_, parameters, options);
  }
  // Rows as JSON objects.
  [[nodiscard]] Json AskJson(std::string_view json, const Parameters& parameters = {}) const {
    const Prepared prepared = PrepareJson(json, *snapshot_);
    Json rows = Json::array();
    for (const Row& row : AllRows(prepared, *snapshot_, parameters)) rows.push_back(Json::parse(RowToJson(prepared, row)));
    return rows;
  }
  // The plan with what was done.
  [[nodiscard]] Json Explain(std::string_view json, const Parameters& parameters = {}, const RunOptions& options = {}) const {
    const Prepared prepared = PrepareJson(json, *snapshot_);
    const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_, parameters, options);
    while (rows->Next()) continue;
    EXPECT_TRUE(rows->status().ok()) << rows->status();
    return Json::parse(rows->Explain());
  }
  [[nodiscard]] Status PrepareStatus(std::string_view json) const {
    const StatusOr<query::Query> query = query::FromJson(json);
    return query.ok() ? Prepared::Prepare(*query, *snapshot_).status() : query.status();
  }
  void ExpectRefused(std::string_view json, Reason reason, std::string_view field) const {
    const Status status = PrepareStatus(json);
    EXPECT_EQ(NameOf(GetReason(status)), NameOf(reason)) << json << " " << status;
    EXPECT_THAT(GetErrorInfo(status).field, ::testing::StartsWith(std::string(field))) << json << " " << status;
  }
  static std::vector<std::string> Names(const std::vector<Row>& rows) {
    std::vector<std::string> names;
    for (const Row& row : rows) names.push_back(row.values[0].get<std::string>());
    return names;
  }

  Market market_;
  std::vector<Id> clients_;
  std::vector<Id> deals_;
  std::unique_ptr<Snapshot> snapshot_;
};

// --- plans

TEST_F(QueryTest, APageComesFromTheIndexAloneAndReadsNoRecord) {
  const Json plan =
      Explain(R"({"from": "deal", "where": "owner == $who", "select": ["name", "amount", "day", "owner", "id"], "order": ["-day"],
                                "limit": 2})",
              {{"who", Id(1)}});
  EXPECT_EQ(plan["access"], "index");
  EXPECT_EQ(plan["index"], "by_owner");
  EXPECT_EQ(plan["conditions"], Json::array({"owner == 1"}));
  EXPECT_EQ(plan["covered"], true);
  EXPECT_EQ(plan["rechecked"], Json::array());
  EXPECT_EQ(plan["order"], "access");
  EXPECT_EQ(plan["work"]["entries"], 2);
  EXPECT_EQ(plan["work"]["records"], 0);
  EXPECT_EQ(plan["work"]["rows"], 2);
  EXPECT_THAT(
      Names(Ask(R"({"from": "deal", "where": "owner == $who", "select": ["name"], "order": ["-day"], "limit": 2})", {{"who", Id(1)}})),
      ElementsAre("deal 9", "deal 6"));
  // The other way round by reading the same entries backwards.
  const Json backwards =
      Explain(R"({"from": "deal", "where": "owner == $who", "select": ["name"], "order": ["day"], "limit": 2})", {{"who", Id(1)}});
  EXPECT_EQ(backwards["order"], "access, reversed");
  EXPECT_EQ(backwards["work"]["records"], 0);
}

TEST_F(QueryTest, WhatTheIndexDoesNotCoverIsReadFromRecords) {
  const Json plan =
      Explain(R"({"from": "deal", "where": "owner == $who", "select": ["name", "rate"], "order": ["-day"], "limit": 2})", {{"who", Id(1)}});
  EXPECT_EQ(plan["index"], "by_owner");
  EXPECT_EQ(plan["covered"], false);
  EXPECT_EQ(plan["work"]["records"], 2);
}

TEST_F(QueryTest, AViewerSeesThroughTheIndexTooAndItsRecordsAreCounted) {
  snapshot_ = market_.Read({Id(2), {}});
  const Json plan = Explain(R"({"from": "deal", "where": "owner == $who", "select": ["name"]})", {{"who", Id(1)}});
  EXPECT_EQ(plan["covered"], true);
  EXPECT_EQ(plan["work"]["records"], plan["work"]["entries"]);
}

TEST_F(QueryTest, RangesNarrowAnIndexAndTheRestIsCheckedAgain) {
  const Json plan =
      Explain(R"({"from": "deal", "where": "state == $s && count >= $low && count < $high && client == $c", "select": ["name"]})",
              {{"s", "new"}, {"low", 1}, {"high", 3}, {"c", clients_[2]}});
  EXPECT_EQ(plan["access"], "index") << plan;
  const std::vector<Row> rows =
      Ask(R"({"from": "deal", "where": "state == $s && count >= $low && count < $high", "select": ["name"], "order": ["name"]})",
          {{"s", "new"}, {"low", 1}, {"high", 3}});
  EXPECT_THAT(Names(rows), ElementsAre("deal 10", "deal 2", "deal 6"));
}

TEST_F(QueryTest, AScanIsTheLastChoice) {
  const Json plan = Explain(R"({"from": "deal", "where": "rate == $r", "select": ["name"]})", {{"r", Decimal{100, 2}}});
  EXPECT_EQ(plan["access"], "scan");
  EXPECT_EQ(plan["rechecked"], Json::array({"rate == 1.00"}));
  EXPECT_EQ(plan["work"]["records"], 12);
  EXPECT_EQ(plan["work"]["null_filter"], 12);
}

TEST_F(QueryTest, IdsAreLookedUp) {
  const Json plan = Explain(R"({"from": "deal", "where": "id == $d", "select": ["name"]})", {{"d", deals_[3]}});
  EXPECT_EQ(plan["access"], "ids");
  EXPECT_EQ(plan["work"]["records"], 1);
  EXPECT_EQ(plan["work"]["rows"], 1);
  // One of another type names nothing.
  EXPECT_TRUE(Ask(R"({"from": "deal", "where": "id == $d"})", {{"d", clients_[0]}}).empty());
}

TEST_F(QueryTest, ATopIsKeptInAHeapAndAWholeOrderIsSorted) {
  EXPECT_EQ(Explain(R"({"from": "deal", "order": ["-amount"], "limit": 3})")["order"], "top 3");
  EXPECT_EQ(Explain(R"({"from": "deal", "order": ["-amount"]})")["order"], "sort");
  EXPECT_EQ(Explain(R"({"from": "deal", "order": ["at"], "limit": 3})")["order"], "access");
  EXPECT_THAT(Names(Ask(R"({"from": "deal", "select": ["name"], "order": ["-amount"], "limit": 3})")),
              ElementsAre("deal 4", "deal 11", "deal 10"));
}

// --- pages

TEST_F(QueryTest, ARowThatNobodyTouchesIsOnExactlyOnePageWhateverIsWrittenMeanwhile) {
  for (const char* order :
       {R"("order": ["-day"], "where": "owner == $who",)", R"("order": ["amount", "name"],)", R"("order": ["name"],)", ""}) {
    const std::string json = std::string(R"({"from": "deal", "select": ["name"], )") + order + R"( "limit": 2})";
    const Parameters parameters = json.find("$who") == std::string::npos ? Parameters() : Parameters{{"who", Id(2)}};
    snapshot_ = market_.Read();
    std::set<Id> untouched;
    query::Query whole = *query::FromJson(json);
    whole.limit = 0;
    for (const Row& row : Ask(ToJson(whole), parameters)) untouched.insert(row.id);
    std::map<Id, int> seen;
    RunOptions options;
    std::mt19937_64 dice(7);
    int added = 0;
    while (true) {
      snapshot_ = market_.Read();
      const Prepared prepared = PrepareJson(json, *snapshot_);
      const std::unique_ptr<Rows> page = *prepared.Run(*snapshot_, parameters, options);
      bool any = false;
      Id last;
      for (; page->Next(); any = true) ++seen[last = page->row().id];
      ASSERT_TRUE(page->status().ok()) << page->status();
      if (!any) break;
      options.after = page->token();
      // The row that the page ended with goes, others come before and after.
      Batch batch = market_.NewBatch();
      batch.Delete(last);
      untouched.erase(last);
      for (int i = 0; i < 3 && added < 24; ++i, ++added) {
        const Id more = batch.Create("deal");
        batch.Set(more, "name", "more " + std::to_string(dice() % 100));
        batch.Set(more, "owner", Id(2));
        batch.Set(more, "day", Date{static_cast<int32_t>(20'500 + dice() % 600)});
        batch.Set(more, "amount", Yuan(static_cast<int64_t>(dice() % 1500)));
      }
      market_.Apply(batch);
    }
    for (const Id id : untouched) EXPECT_EQ(seen[id], 1) << json;
    for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << json;
  }
}

TEST_F(QueryTest, ATokenIsForItsQueryAlone) {
  const auto token = [&](std::string_view json, const Parameters& parameters = {}) {
    const std::unique_ptr<Rows> rows = *PrepareJson(json, *snapshot_).Run(*snapshot_, parameters);
    EXPECT_EQ(rows->token(), "");
    EXPECT_TRUE(rows->Next());
    return rows->token();
  };
  const auto refusal = [&](std::string_view json, const std::string& after, const Parameters& parameters = {}, RunOptions options = {}) {
    options.after = after;
    const Status status = PrepareJson(json, *snapshot_).Run(*snapshot_, parameters, options).status();
    EXPECT_EQ(GetErrorInfo(status).field, "after") << status;
    return GetReason(status);
  };
  constexpr const char* kQuery = R"({"from": "deal", "where": "owner == $who", "order": ["-day"], "limit": 1})";
  const std::string first = token(kQuery, {{"who", Id(1)}});
  EXPECT_EQ(AllRows(PrepareJson(kQuery, *snapshot_), *snapshot_, {{"who", Id(1)}}, {.after = first}).size(), 1U);
  // Another size of the page is the same query.
  EXPECT_EQ(AllRows(PrepareJson(R"({"from": "deal", "where": "owner == $who", "order": ["-day"]})", *snapshot_), *snapshot_,
                    {{"who", Id(1)}}, {.after = first})
                .size(),
            3U);
  EXPECT_EQ(refusal(kQuery, first, {{"who", Id(2)}}), Reason::kBadOptions);
  EXPECT_EQ(refusal(R"({"from": "deal", "order": ["-day"], "limit": 1})", first), Reason::kBadOptions);
  EXPECT_EQ(refusal(kQuery, first, {{"who", Id(1)}}, {.as_of = AsOf{}}), Reason::kBadOptions);
  EXPECT_EQ(refusal(kQuery, "nonsense", {{"who", Id(1)}}), Reason::kBadOptions);
  EXPECT_EQ(refusal(kQuery, first.substr(0, 8), {{"who", Id(1)}}), Reason::kBadOptions);
  EXPECT_EQ(refusal(kQuery, "?" + first, {{"who", Id(1)}}), Reason::kBadOptions);
}

// --- groups

TEST_F(QueryTest, SumsOfMoneyAreKeptByCurrency) {
  const Json rows = AskJson(R"({"from": "deal", "group": ["state"], "aggregates": [{"count": "*"}, {"sum": "amount", "name": "total"},
                                {"avg": "amount"}, {"min": "amount"}, {"count": "amount"}], "order": ["-state"]})");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["state"], "won");
  EXPECT_EQ(rows[0]["count"], 6);
  EXPECT_EQ(rows[0]["count(amount)"], 5);
  EXPECT_EQ(rows[0]["total"], Json::parse(R"([{"minor": 3300, "currency": "CNY"}])"));
  EXPECT_EQ(rows[1]["total"], Json::parse(R"([{"minor": 2600, "currency": "CNY"}, {"minor": 7, "currency": "USD"}])"));
  EXPECT_EQ(rows[1]["avg(amount)"], Json::parse(R"([{"minor": 520, "currency": "CNY"}, {"minor": 7, "currency": "USD"}])"));
  EXPECT_EQ(rows[1]["min(amount)"], Json::parse(R"([{"minor": 0, "currency": "CNY"}, {"minor": 7, "currency": "USD"}])"));
  // In order and having there is an amount only where there is one currency.
  const std::vector<Row> ordered =
      Ask(R"({"from": "deal", "group": ["state"], "aggregates": [{"sum": "amount", "name": "total"}], "order": ["total"]})");
  EXPECT_TRUE(ordered[0].values[1].is_null());
  EXPECT_EQ(ordered[0].amounts[1].size(), 2U);
  EXPECT_EQ(ordered[1].values[1], Value(Yuan(3300)));
}

TEST_F(QueryTest, NothingIsOneGroupWithoutGroupsAndNoneWithThem) {
  const Json whole =
      AskJson(R"({"from": "deal", "where": "count > $n", "aggregates": [{"count": "*"}, {"sum": "count"}, {"max": "day"}]})", {{"n", 99}});
  EXPECT_EQ(whole, Json::parse(R"j([{"count": 0, "sum(count)": null, "max(day)": null}])j"));
  EXPECT_TRUE(
      AskJson(R"({"from": "deal", "where": "count > $n", "group": ["state"], "aggregates": [{"count": "*"}]})", {{"n", 99}}).empty());
}

TEST_F(QueryTest, TheOneRowOfAnAggregateIsTheLastPage) {
  const Prepared prepared = PrepareJson(R"({"from": "deal", "aggregates": [{"count": "*"}], "limit": 1})", *snapshot_);
  const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_);
  ASSERT_TRUE(rows->Next());
  ASSERT_FALSE(rows->token().empty());
  EXPECT_TRUE(AllRows(prepared, *snapshot_, {}, {.after = rows->token()}).empty());
}

TEST_F(QueryTest, NotANumberIsTheGreatestInWhateverOrderItComes) {
  for (const int at : {0, 1, 2}) {
    const std::string json =
        R"j({"from": "deal", "where": "id in $d", "aggregates": [{"min": "double(count) / double(count) - double(count)",
        "name": "least"}, {"max": "double(count) / double(count) - double(count)", "name": "greatest"}]})j";
    expr::AnyList three;  // counts 0 to 3 in turn, so one of them gives NaN
    for (int i = 0; i < 3; ++i) three.emplace_back(deals_[static_cast<size_t>(4 - at + i)]);
    const std::vector<Row> rows = Ask(json, {{"d", three}});
    EXPECT_FALSE(std::isnan(rows[0].values[0].get<double>())) << at;
    EXPECT_TRUE(std::isnan(rows[0].values[1].get<double>())) << at;
  }
}

TEST_F(QueryTest, HavingChoosesGroupsAndPagesGoOverThem) {
  const std::string query =
      R"({"from": "deal", "group": ["count", "state"], "aggregates": [{"count": "*", "name": "n"}], "having": "n >= 3",
                                "order": ["-count"]})";
  EXPECT_EQ(AskJson(query).size(), 4U);
  EXPECT_EQ(AskJson(R"({"from": "deal", "group": ["count"], "aggregates": [{"count": "*", "name": "n"}], "having": "n > 3"})").size(), 0U);
  const Prepared prepared = PrepareJson(query.substr(0, query.size() - 1) + R"(, "limit": 3})", *snapshot_);
  RunOptions options;
  std::vector<Value> counts;
  for (int page = 0; page < 2; ++page) {
    const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_, {}, options);
    while (rows->Next()) counts.push_back(rows->row().values[0]);
    options.after = rows->token();
  }
  EXPECT_THAT(counts, ElementsAre(Value(3), Value(2), Value(1), Value(0)));
}

TEST_F(QueryTest, PeriodsFollowZoneAndFiscalYear) {
  // The twelfth of the deals of 2026-05-28: at 23:00 in UTC it is the next day in Shanghai.
  const auto months = [&](const std::string& zone) {
    std::vector<std::string> names;
    for (const Json& row : AskJson(R"({"from": "deal", "group": [{"value": "at", "by": "month", "name": "m"}]})" + zone))
      names.push_back(row["m"]);
    return names;
  };
  EXPECT_EQ(months("").front(), "2026-05");
  const std::string json = R"({"from": "deal", "where": "id == $d", "select": [{"value": "at", "by": "day", "name": "d"},
    {"value": "day", "by": "fiscal_quarter", "name": "q"}, {"value": "day", "by": "fiscal_year", "name": "y"},
    {"value": "day", "by": "week", "name": "w"}, {"value": "day", "by": "quarter", "name": "c"}])";
  const Parameters first = {{"d", deals_[0]}};
  const Json utc = AskJson(json + "}", first)[0];
  const Json shanghai = AskJson(json + R"(, "time_zone": "Asia/Shanghai", "fiscal_start_month": 4})", first)[0];
  EXPECT_EQ(utc["d"], ToText(Date{20'600}));
  EXPECT_EQ(shanghai["d"], ToText(Date{20'601}));
  EXPECT_EQ(utc["y"], "FY2026");
  EXPECT_EQ(shanghai["y"], "FY2027");
  EXPECT_EQ(shanghai["q"], "FY2027-Q1");
  EXPECT_EQ(shanghai["c"], "2026-Q2");
  EXPECT_THAT(std::string(utc["w"]), HasSubstr("2026-W"));
}

TEST_F(QueryTest, DistinctRowsComeOnce) {
  EXPECT_EQ(AskJson(R"({"from": "deal", "select": ["state", "owner"], "distinct": true})").size(), 6U);
  EXPECT_EQ(AskJson(R"({"from": "deal", "select": ["client.name"], "distinct": true, "order": ["-client.name"], "limit": 1})"),
            Json::parse(R"([{"client.name": "client 3"}])"));
}

TEST_F(QueryTest, ASumPastSixtyFourBitsIsAnError) {
  Batch batch = market_.NewBatch();
  for (int i = 0; i < 2; ++i) batch.Set(batch.Create("deal"), "amount", Yuan(INT64_MAX));
  market_.Apply(batch);
  snapshot_ = market_.Read();
  const std::unique_ptr<Rows> rows = *PrepareJson(R"({"from": "deal", "aggregates": [{"sum": "amount"}]})", *snapshot_).Run(*snapshot_);
  EXPECT_FALSE(rows->Next());
  EXPECT_EQ(GetReason(rows->status()), Reason::kArithmeticOverflow);
  EXPECT_EQ(GetErrorInfo(rows->status()).field, "sum(amount)");
}

// --- related records

TEST_F(QueryTest, RelatedRecordsComeWithTheirOwnOrderAndLimit) {
  const Json rows = AskJson(R"({"from": "client", "select": ["name"], "order": ["name"], "limit": 2, "expand": [
      {"name": "deals", "from": "deal", "field": "client", "select": ["name"], "order": ["-day"], "limit": 2},
      {"name": "count", "from": "deal", "field": "client", "aggregates": [{"count": "*", "name": "n"}]},
      {"name": "above", "path": "parent", "select": ["name"], "expand": [{"name": "above", "path": "parent", "select": ["name"]}]}]})");
  EXPECT_EQ(rows[0],
            Json::parse(R"({"name": "client 0", "deals": [{"name": "deal 8"}, {"name": "deal 4"}], "count": [{"n": 3}], "above": null})"));
  EXPECT_EQ(rows[1]["above"], Json::parse(R"({"name": "client 0", "above": null})"));
  const Json plan = Explain(R"({"from": "client", "expand": [{"name": "deals", "from": "deal", "field": "client", "select": ["name"]}]})");
  EXPECT_EQ(plan["expand"]["deals"]["access"], "index");
  EXPECT_EQ(plan["expand"]["deals"]["index"], "by_client");
}

TEST_F(QueryTest, AViewerGetsNoRelatedRecordThatItMayNotSee) {
  Batch batch = market_.NewBatch();
  batch.Set(deals_[0], "visibility", 2);
  batch.Set(deals_[4], "visibility", 2);
  market_.Apply(batch);
  snapshot_ = market_.Read({Id(1), {}});
  const Json rows = AskJson(R"({"from": "client", "select": ["name"], "order": ["name"], "limit": 1, "expand": [
      {"name": "deals", "from": "deal", "field": "client", "select": ["name"], "order": ["name"]}]})");
  EXPECT_EQ(rows[0]["deals"], Json::parse(R"([{"name": "deal 0"}, {"name": "deal 8"}])"));
}

// --- the past

TEST_F(QueryTest, ThePastIsReadFromHistoryWithWhatIsGoneSince) {
  const Time before = market_.clock.now();
  market_.clock.Advance(kMicrosPerSecond);
  Batch batch = market_.NewBatch();
  batch.Delete(deals_[0]);
  batch.Set(deals_[1], "count", 77);
  batch.Set(clients_[1], "name", "renamed");
  batch.Set(batch.Create("deal"), "name", "later");
  market_.Apply(batch);
  snapshot_ = market_.Read();
  const std::string json = R"({"from": "deal", "select": ["name", "count", "client.name"], "order": ["day"], "limit": 2})";
  const std::vector<Row> then = Ask(json, {}, {.as_of = AsOf{before, kTimeMax}});
  ASSERT_EQ(then.size(), 2U);
  EXPECT_EQ(then[0].values[0], Value("deal 0"));
  EXPECT_EQ(then[1].values[1], Value(1));
  EXPECT_EQ(then[1].values[2], Value("client 1"));
  EXPECT_EQ(AllRows(PrepareJson(R"({"from": "deal"})", *snapshot_), *snapshot_, {}, {.as_of = AsOf{before, kTimeMax}}).size(), 12U);
  EXPECT_EQ(AllRows(PrepareJson(R"({"from": "deal"})", *snapshot_), *snapshot_, {}, {.as_of = AsOf{kTimeMax, before}}).size(), 12U);
  const Json plan = Explain(json, {}, {.as_of = AsOf{before, kTimeMax}});
  EXPECT_EQ(plan["access"], "history");
  // Pages, and related records as they were.
  RunOptions options{.as_of = AsOf{before, kTimeMax}};
  const Prepared pages = PrepareJson(json, *snapshot_);
  std::unique_ptr<Rows> rows = *pages.Run(*snapshot_, {}, options);
  while (rows->Next()) continue;
  options.after = rows->token();
  EXPECT_THAT(Names(AllRows(pages, *snapshot_, {}, options)), ElementsAre("deal 2", "deal 3"));
  const std::vector<Row> clients = Ask(R"({"from": "client", "select": ["name"], "order": ["name"], "expand": [
      {"name": "deals", "from": "deal", "field": "client", "select": ["name"]}]})",
                                       {}, {.as_of = AsOf{before, kTimeMax}});
  EXPECT_EQ(clients[0].related[0].size(), 3U);
}

// --- expressions

TEST_F(QueryTest, FormulasStandWhereFieldsDo) {
  const Json rows = AskJson(R"({"from": "deal", "where": "size(name) == 6 && client.size < 2",
      "select": [{"value": "count * 10 + 1", "name": "n"}, {"value": "name + '!'", "name": "loud"}, {"value": "client.parent.name", "name": "p"}],
      "order": [{"value": "-count", "descending": true}, "name"], "limit": 2})");
  EXPECT_EQ(rows, Json::parse(R"([{"n": 1, "loud": "deal 0!", "p": null}, {"n": 1, "loud": "deal 4!", "p": null}])"));
  const Json groups = AskJson(R"j({"from": "deal", "group": [{"value": "count > 1", "name": "many"}],
      "aggregates": [{"sum": "count * 2", "name": "twice"}, {"sum": "double(count)", "name": "real"}], "having": "twice > 10 && real < 100.0"
})j");
  EXPECT_EQ(groups, Json::parse(R"([{"many": true, "twice": 30, "real": 15.0}])"));
}

TEST_F(QueryTest, HavingComparesAmounts) {
  const char* query =
      R"({"from": "deal", "group": ["state"], "aggregates": [{"sum": "amount", "name": "total"}], "having": "total > $floor"})";
  EXPECT_EQ(AskJson(query, {{"floor", Yuan(3000)}}).size(), 1U);
  EXPECT_EQ(AskJson(query, {{"floor", Yuan(3300)}}).size(), 0U);
  // The other group has two currencies, so no one amount.
  EXPECT_EQ(AskJson(query, {{"floor", Yuan(0)}})[0]["state"], "won");
}

TEST_F(QueryTest, ListsOfParametersAreRangesOfAnIndex) {
  const char* query = R"({"from": "deal", "where": "owner in $who", "select": ["name"], "order": ["owner", "-day"], "limit": 5})";
  const Parameters two = {{"who", expr::AnyList{Id(3), Id(1), Id(3)}}};
  EXPECT_THAT(Names(Ask(query, two)), ElementsAre("deal 9", "deal 6", "deal 3", "deal 0", "deal 11"));
  const Json plan = Explain(query, two);
  EXPECT_EQ(plan["index"], "by_owner");
  EXPECT_EQ(plan["order"], "access");
  EXPECT_EQ(plan["work"]["entries"], 5);
  EXPECT_TRUE(Ask(query, {{"who", expr::AnyList{}}}).empty());
  EXPECT_EQ(AskJson(R"({"from": "deal", "where": "owner in [1, 2] && state in ['won']", "select": ["name"]})").size(), 4U);
}

TEST_F(QueryTest, WhatAFieldCannotHoldIsComparedAllTheSame) {
  // A third digit after the point lies between two values of the field.
  Batch batch = market_.NewBatch();
  batch.Set(deals_[0], "rate", Decimal{150, 2});
  market_.Apply(batch);
  snapshot_ = market_.Read();
  const char* query = R"({"from": "deal", "where": "rate < $r", "select": ["name"], "parameters": {"r": "decimal"}})";
  EXPECT_THAT(Names(Ask(query, {{"r", Decimal{1501, 3}}})), ElementsAre("deal 0"));
  EXPECT_TRUE(Ask(query, {{"r", Decimal{1499, 3}}}).empty());
  EXPECT_TRUE(Ask(query, {{"r", expr::Any()}}).empty());
}

TEST_F(QueryTest, AnErrorWhileEvaluatingNamesRecordAndPlace) {
  const std::unique_ptr<Rows> rows = *PrepareJson(R"({"from": "deal", "where": "10 / count > 3"})", *snapshot_).Run(*snapshot_);
  EXPECT_FALSE(rows->Next());
  EXPECT_FALSE(rows->status().ok());
  EXPECT_EQ(GetErrorInfo(rows->status()).type, "deal");
  EXPECT_FALSE(GetErrorInfo(rows->status()).record.is_null());
}

// --- parameters

TEST_F(QueryTest, ParametersAreOfTheKindOfTheirField) {
  const Prepared prepared = PrepareJson(R"({"from": "deal", "where": "state == $s && owner == $who", "select": ["name"]})", *snapshot_);
  EXPECT_EQ(AllRows(prepared, *snapshot_, *prepared.ParametersFromJson(R"({"s": "won", "who": 1})")).size(), 2U);
  const auto refusal = [&](const Parameters& parameters) {
    const Status status = prepared.Run(*snapshot_, parameters).status();
    return std::string(NameOf(GetReason(status))) + " " + GetErrorInfo(status).field;
  };
  EXPECT_EQ(refusal({{"s", "won"}}), "BadOptions parameters.who");
  EXPECT_EQ(refusal({{"s", "won"}, {"who", 1}, {"whom", 1}}), "BadOptions parameters.whom");
  EXPECT_EQ(refusal({{"s", 1.5}, {"who", 1}}), "WrongKind parameters.s");
  EXPECT_EQ(refusal({{"s", "won"}, {"who", "me"}}), "WrongKind parameters.who");
  EXPECT_EQ(GetReason(prepared.ParametersFromJson("[]").status()), Reason::kBadOptions);
  ExpectRefused(R"({"from": "deal", "parameters": {"x": "int"}})", Reason::kQueryMalformed, "parameters.x");
  ExpectRefused(R"({"from": "deal", "where": "count == $x", "parameters": {"x": "number"}})", Reason::kQueryMalformed, "parameters.x");
}

TEST_F(QueryTest, ANumberPastAnIntIsNoOtherNumber) {
  const Prepared prepared = PrepareJson(R"({"from": "deal", "where": "count > $x", "select": ["name"]})", *snapshot_);
  const StatusOr<Parameters> most = prepared.ParametersFromJson(R"({"x": 18446744073709551615})");
  EXPECT_TRUE(!most.ok() || !prepared.Run(*snapshot_, *most).ok() || AllRows(prepared, *snapshot_, *most).empty());
}

TEST_F(QueryTest, PreparedOnceAndRunInManyThreads) {
  const Prepared prepared = PrepareJson(R"({"from": "deal", "where": "owner == $who", "select": ["name"], "order": ["-day"]})", *snapshot_);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::unique_ptr<Snapshot> snapshot = market_.Read();
      for (int i = 0; i < 50; ++i) {
        const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot, {{"who", Id(static_cast<uint64_t>(1 + (t + i) % 3))}});
        int count = 0;
        while (rows->Next()) ++count;
        if (count != 4) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(QueryTest, ANewCatalogIsPlannedForWhenRun) {
  const Prepared prepared = PrepareJson(R"({"from": "deal", "where": "client == $c && count == $n", "select": ["name"]})", *snapshot_);
  market_.Ensure(R"([{"name": "by_both", "fields": ["client", "count"], "cover": ["name"]}])", "1.1.0");
  snapshot_ = market_.Read();
  const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_, {{"c", clients_[0]}, {"n", 0}});
  int count = 0;
  while (rows->Next()) ++count;
  EXPECT_EQ(count, 3);
  EXPECT_EQ(Json::parse(rows->Explain())["index"], "by_both");
}

// --- limits and ends

TEST_F(QueryTest, ARunEndsAtItsLimits) {
  std::mt19937_64 dice(3);
  testing::AddDeals(market_, dice, clients_, 2000);
  snapshot_ = market_.Read();
  const Prepared prepared = PrepareJson(R"({"from": "deal", "order": ["rate"], "limit": 1})", *snapshot_);
  const auto end = [&](const RunOptions& options) {
    const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_, {}, options);
    EXPECT_FALSE(rows->Next());
    EXPECT_FALSE(rows->Next());
    return GetReason(rows->status());
  };
  std::atomic<bool> cancel = true;
  EXPECT_EQ(end({.cancel = &cancel}), Reason::kCancelled);
  EXPECT_EQ(end({.time_limit = std::chrono::microseconds(1)}), Reason::kTimeout);
  EXPECT_EQ(end({.cost = 2011}), Reason::kCostExceeded);
  cancel = false;
  EXPECT_EQ(AllRows(prepared, *snapshot_, {}, {.cancel = &cancel, .time_limit = std::chrono::hours(1), .cost = 2012}).size(), 1U);
}

TEST_F(QueryTest, ARunOverThePastEndsWhenToldWhereverItIs) {
  std::mt19937_64 dice(3);
  testing::AddDeals(market_, dice, clients_, 1000);
  snapshot_ = market_.Read();
  std::atomic<bool> cancel = false;
  const RunOptions options{.as_of = AsOf{}, .cancel = &cancel};
  const std::unique_ptr<Rows> rows = *PrepareJson(R"({"from": "deal"})", *snapshot_).Run(*snapshot_, {}, options);
  ASSERT_TRUE(rows->Next());
  cancel = true;
  while (rows->Next()) continue;
  EXPECT_EQ(GetReason(rows->status()), Reason::kCancelled);
}

TEST_F(QueryTest, ErrorsNameThePlaceAndTheNearest) {
  ExpectRefused(R"({"from": "deal", "from": "client"})", Reason::kQueryMalformed, "from");
  ExpectRefused(R"({"from": "deal", "group": [{"value": "stage", "value": "count"}]})", Reason::kQueryMalformed, "group[0].value");
  ExpectRefused(R"({"from": "del"})", Reason::kUnknownType, "from");
  ExpectRefused(R"({"from": "deal", "where": "nam == $x"})", Reason::kUnknownField, "where");
  ExpectRefused(R"({"from": "deal", "select": ["name", "name"]})", Reason::kQueryMalformed, "");
  ExpectRefused(R"({"from": "deal", "select": [{"value": "count", "by": "day"}]})", Reason::kWrongKind, "select[0]");
  ExpectRefused(R"({"from": "deal", "order": ["tags"]})", Reason::kWrongKind, "order[0]");
  ExpectRefused(R"({"from": "deal", "group": ["marks"], "aggregates": [{"count": "*"}]})", Reason::kWrongKind, "group[0]");
  ExpectRefused(R"({"from": "deal", "aggregates": [{"sum": "name"}]})", Reason::kWrongKind, "aggregates[0]");
  ExpectRefused(R"({"from": "deal", "aggregates": [{"sum": "*"}]})", Reason::kExpressionMalformed, "aggregates[0]");
  ExpectRefused(R"({"from": "deal", "aggregates": [{"count": "*"}], "select": ["name"]})", Reason::kQueryMalformed, "select");
  ExpectRefused(R"({"from": "deal", "aggregates": [{"count": "*"}], "order": ["cont"]})", Reason::kUnknownField, "order[0]");
  EXPECT_EQ(GetErrorInfo(PrepareStatus(R"({"from": "deal", "aggregates": [{"count": "*"}], "order": ["cont"]})")).hint,
            "did you mean \"count\"?");
  ExpectRefused(R"({"from": "deal", "having": "n > 1"})", Reason::kQueryMalformed, "having");
  ExpectRefused(R"({"from": "deal", "time_zone": "Mars/Base"})", Reason::kBadOptions, "time_zone");
  ExpectRefused(R"({"from": "client", "expand": [{"name": "d", "from": "deal", "field": "clent"}]})", Reason::kUnknownField,
                "expand[0].field");
  ExpectRefused(R"({"from": "client", "expand": [{"name": "d", "from": "deal", "field": "count"}]})", Reason::kQueryMalformed,
                "expand[0].field");
  ExpectRefused(R"({"from": "client", "expand": [{"name": "d", "from": "deal"}]})", Reason::kQueryMalformed, "expand[0]");
  ExpectRefused(R"({"from": "client", "expand": [{"from": "deal", "field": "client"}]})", Reason::kQueryMalformed, "expand[0].name");
  ExpectRefused(R"({"from": "deal", "expand": [{"name": "c", "path": "name"}]})", Reason::kWrongKind, "expand[0].path");
  ExpectRefused(R"({"from": "deal", "expand": [{"name": "c", "path": "client", "from": "deal"}]})", Reason::kQueryMalformed,
                "expand[0].from");
  std::string many = R"({"from": "deal", "select": [)";
  for (size_t i = 0; i < limits::kQueryColumns; ++i) many += R"({"value": "count", "name": "c)" + std::to_string(i) + "\"}, ";
  EXPECT_TRUE(PrepareStatus(many.substr(0, many.size() - 2) + "]}").ok());
  ExpectRefused(many + "\"name\"]}", Reason::kLimitExceeded, "");
}

// A cell as ToText shows the value.
std::string Shown(const PackedValue& cell) {
  switch (cell.kind) {
    case Kind::kText:
      return ToText(Value(cell.text));
    case Kind::kMoney:
      return ToText(Value(Money{cell.number, cell.currency}));
    case Kind::kDate:
      return ToText(Value(Date{static_cast<int32_t>(cell.number)}));
    case Kind::kRef:
      return ToText(Value(Id(static_cast<uint64_t>(cell.number))));
    case Kind::kChoice:
      return ToText(Value(Choice{static_cast<int32_t>(cell.number)}));
    default:
      return ToText(Value());
  }
}

TEST_F(QueryTest, APageInPlaceIsTheSameAsItsRows) {
  for (const char* json : {R"({"from": "deal", "where": "owner == $who", "select": ["name", "amount", "day", "id"], "order": ["-day"]})",
                           R"({"from": "deal", "where": "owner == $who", "select": ["rate", "name", "state", "weight", "owner"]})",
                           R"({"from": "deal", "where": "owner == $who", "select": ["client.name", "name"], "order": ["amount"]})",
                           R"({"from": "deal", "where": "owner == $who", "group": ["name"], "aggregates": [{"sum": "amount"}]})"}) {
    const Prepared prepared = PrepareJson(json, *snapshot_);
    const Parameters parameters = {{"who", Id(1)}};
    const std::vector<Row> expected = AllRows(prepared, *snapshot_, parameters);
    const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_, parameters);
    query::Page page;
    size_t at = 0;
    for (rows->NextPage(3, page); !page.ids.empty(); rows->NextPage(3, page)) {
      ASSERT_EQ(page.values.size(), page.ids.size() * prepared.columns().size());
      for (size_t i = 0; i < page.ids.size(); ++i, ++at) {
        EXPECT_EQ(page.ids[i], expected[at].id);
        for (size_t c = 0; c < prepared.columns().size(); ++c) {
          const PackedValue& cell = page.values[i * prepared.columns().size() + c];
          const Value& value = expected[at].values[c];
          ASSERT_EQ(cell.kind, value.kind());
          EXPECT_EQ(Shown(cell), ToText(value));
        }
      }
    }
    EXPECT_EQ(at, expected.size());
    EXPECT_EQ(rows->work().rows, expected.size());
  }
}

TEST_F(QueryTest, APageHasWhatThereIsHoweverMuchIsAskedFor) {
  const Prepared prepared = PrepareJson(R"({"from": "deal", "select": ["name", "count"]})", *snapshot_);
  for (const size_t cap : {SIZE_MAX, SIZE_MAX / 2 + 1}) {
    const std::unique_ptr<Rows> rows = *prepared.Run(*snapshot_);
    query::Page page;
    rows->NextPage(cap, page);
    EXPECT_EQ(page.ids.size(), 12U);
    EXPECT_EQ(page.values.size(), 24U);
  }
}

constexpr const char* kColumnIndexes = R"([{"name": "c_state", "kind": "column", "fields": ["state"]},
  {"name": "c_owner", "kind": "column", "fields": ["owner"]}, {"name": "c_amount", "kind": "column", "fields": ["amount"]},
  {"name": "c_count", "kind": "column", "fields": ["count"]}])";

TEST(QueryColumnsTest, ColumnsAnswerWhatIsAskedOfThem) {
  Market market(kColumnIndexes);
  std::mt19937_64 dice(3);
  const std::vector<Id> deals = AddDeals(market, dice, AddClients(market, 3), 600);
  const auto system = market.Read();
  const auto explain = [&](const char* json) { return PrepareJson(json, *system).Explain(); };
  EXPECT_EQ(explain(R"x({"from": "deal", "where": "count > 2 && amount > money('0', 'CNY')", "group": ["state", "owner"],
      "aggregates": [{"sum": "amount"}, {"count": "*"}]
})x"),
            R"({"type":"deal","access":"columns","columns":["c_owner","c_amount","c_state","c_count"],"conditions":["count > 2",)"
            R"("amount > 0.00 CNY"],"blockwise":true,"covered":true,"rechecked":[],"order":"groups"})");
  // What no column has is read from the records that columns leave; few records are read so, many by a scan.
  EXPECT_THAT(explain(R"({"from": "deal", "where": "state == 'won' && open", "select": ["name"]})"),
              AllOf(HasSubstr(R"("access":"columns")"), HasSubstr(R"("covered":false)"), HasSubstr(R"("rechecked":["open == true"])")));
  EXPECT_THAT(explain(R"({"from": "deal", "where": "count > 2", "select": ["name"]})"), HasSubstr(R"("access":"scan")"));
  EXPECT_THAT(explain(R"({"from": "deal", "where": "count > 2 && size(name) > 1", "aggregates": [{"count": "*"}]})"),
              HasSubstr(R"("access":"scan")"));
}

TEST(QueryColumnsTest, AQueryPlannedOnColumnsHidesWhatAViewerMayNotSee) {
  Market market(kColumnIndexes);
  std::mt19937_64 dice(4);
  AddDeals(market, dice, AddClients(market, 3), 600);
  const auto system = market.Read();
  const Prepared prepared = PrepareJson(R"({"from": "deal", "group": ["state"], "aggregates": [{"count": "*", "name": "n"}]})", *system);
  ASSERT_THAT(prepared.Explain(), HasSubstr(R"("access":"columns")"));
  const auto viewed = market.Read({Id(2), {1}});
  int64_t visible = 0;
  const auto cursor = *viewed->Scan("deal");
  while (cursor->Next()) ++visible;
  ASSERT_LT(visible, 600);
  const auto count = [&](const Snapshot& snapshot) {
    int64_t all = 0;
    for (const query::Row& row : AllRows(prepared, snapshot)) all += row.values[1].get<int64_t>();
    return all;
  };
  EXPECT_EQ(count(*system), 600);
  EXPECT_EQ(count(*viewed), visible);
}

}  // namespace
}  // namespace kith
