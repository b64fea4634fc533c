// Queries through the C ABI.
#include <nlohmann/json.hpp>
#include <thread>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;
using Query = Owned<kith_query, kith_query_free>;
using Rows = Owned<kith_rows, kith_rows_free>;

class Queries : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    for (int i = 0; i < 5; ++i) {
      kith_id account = kith_batch_create(batch, "account");
      std::string name = "account " + std::to_string(i);
      kith_batch_set_text(batch, account, "name", Str(name));
      kith_batch_set_int(batch, account, "employees", i);
      kith_batch_set_choice(batch, account, "industry", i % 2 == 0 ? "law" : "trade");
      kith_str tags[] = {KITH_STR("x"), Str(name)};
      kith_batch_set_texts(batch, account, "tags", tags, 2);
      kith_batch_set_money(batch, account, "annual_revenue", 100 * i, i == 4 ? "USD" : "CNY");
    }
    KITH_ASSERT_OK(Apply(batch), error);
    snapshot = Read();
  }
  Query Prepare(std::string_view json) {
    Query query;
    EXPECT_EQ(kith_query_prepare(snapshot, Str(json), query.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    return query;
  }
  Rows Run(const Query& query, std::string_view parameters = "", const kith_query_options* options = nullptr) {
    Rows rows;
    EXPECT_EQ(kith_query_run(query, snapshot, Str(parameters), options, rows.out(), error.out()), KITH_OK)
        << Str(kith_error_message(error));
    return rows;
  }

  Snapshot snapshot;
};

TEST_F(Queries, RowsComeInPagesInPlace) {
  Query query =
      Prepare(R"({"from": "account", "where": "employees >= $n", "select": ["name", "industry", "employees"], "order": ["name"]})");
  Rows rows = Run(query, R"({"n": 2})");
  ASSERT_EQ(kith_rows_column_count(rows), 3U);
  kith_column column;
  KITH_EXPECT_OK(kith_rows_column(rows, 1, &column));
  EXPECT_EQ(Str(column.name), "industry");
  EXPECT_EQ(column.kind, KITH_KIND_CHOICE);
  EXPECT_EQ(kith_rows_column(rows, 3, &column), KITH_OUT_OF_RANGE);
  const kith_value* values = nullptr;
  const kith_id* ids = nullptr;
  size_t count = 0;
  KITH_EXPECT_OK(kith_rows_next(rows, 2, &values, &ids, &count, error.out()));
  ASSERT_EQ(count, 2U);
  EXPECT_EQ(Str(values[0].text), "account 2");
  EXPECT_EQ(Str(values[1].text), "law");
  EXPECT_EQ(values[2].number, 2);
  EXPECT_EQ(Str(values[3].text), "account 3");
  EXPECT_EQ(NameOf(ids[1]), "account 3");
  KITH_EXPECT_OK(kith_rows_next(rows, 2, &values, nullptr, &count, error.out()));
  EXPECT_EQ(count, 1U);
  KITH_EXPECT_OK(kith_rows_next(rows, 2, &values, nullptr, &count, error.out()));
  EXPECT_EQ(count, 0U);

  Text token;
  KITH_EXPECT_OK(kith_rows_token(rows, token.out(), error.out()));
  kith_query_options options = KITH_QUERY_OPTIONS_INIT;
  options.after = kith_text_str(token);
  Rows rest = Run(query, R"({"n": 2})", &options);
  KITH_EXPECT_OK(kith_rows_next(rest, 2, &values, nullptr, &count, error.out()));
  EXPECT_EQ(count, 0U);
}

TEST_F(Queries, ListsAndAmountsAreReadItemByItem) {
  Query lists = Prepare(R"({"from": "account", "select": ["tags"], "order": ["name"]})");
  Rows rows = Run(lists);
  const kith_value* values = nullptr;
  size_t count = 0;
  KITH_EXPECT_OK(kith_rows_next(rows, 9, &values, nullptr, &count, error.out()));
  ASSERT_EQ(count, 5U);
  EXPECT_EQ(values[3].kind, KITH_KIND_TEXT_LIST);
  EXPECT_EQ(values[3].number, 2);
  kith_value item;
  KITH_EXPECT_OK(kith_rows_item(rows, 3, 0, 1, &item, error.out()));
  EXPECT_EQ(Str(item.text), "account 3");
  EXPECT_EQ(kith_rows_item(rows, 3, 0, 2, &item, error.out()), KITH_OUT_OF_RANGE);
  EXPECT_EQ(kith_rows_item(rows, 5, 0, 0, &item, error.out()), KITH_OUT_OF_RANGE);

  Query sums = Prepare(R"({"from": "account", "group": ["industry"], "aggregates": [{"sum": "annual_revenue", "name": "total"}]})");
  Rows groups = Run(sums);
  KITH_EXPECT_OK(kith_rows_next(groups, 9, &values, nullptr, &count, error.out()));
  ASSERT_EQ(count, 2U);
  EXPECT_EQ(Str(values[0].text), "law");
  EXPECT_EQ(values[1].kind, KITH_KIND_NULL);  // yuan and dollars
  EXPECT_EQ(values[1].number, 2);
  KITH_EXPECT_OK(kith_rows_item(groups, 0, 1, 1, &item, error.out()));
  EXPECT_EQ(item.number, 400);
  EXPECT_STREQ(item.currency, "USD");
  EXPECT_EQ(values[3].number, 400);
  EXPECT_STREQ(values[3].currency, "CNY");
}

TEST_F(Queries, JsonAndExplain) {
  Query query = Prepare(R"({"from": "account", "select": ["name"], "order": ["name"], "limit": 3})");
  Text json;
  KITH_EXPECT_OK(kith_query_explain(query, json.out(), error.out()));
  EXPECT_EQ(Json::parse(Str(json))["index"], "by_name");
  Rows rows = Run(query);
  KITH_EXPECT_OK(kith_rows_json(rows, 2, json.out(), error.out()));
  EXPECT_EQ(Json::parse(Str(json)), Json::parse(R"([{"name": "account 0"}, {"name": "account 1"}])"));
  KITH_EXPECT_OK(kith_rows_json(rows, 2, json.out(), error.out()));
  EXPECT_EQ(Json::parse(Str(json)), Json::parse(R"([{"name": "account 2"}])"));
  KITH_EXPECT_OK(kith_rows_json(rows, 2, json.out(), error.out()));
  EXPECT_EQ(Str(json), "[]");
  KITH_EXPECT_OK(kith_rows_explain(rows, json.out(), error.out()));
  EXPECT_EQ(Json::parse(Str(json))["work"]["rows"], 3);
  EXPECT_EQ(Json::parse(Str(json))["work"]["records"], 0);
}

TEST_F(Queries, ChildrenOutliveTheirParentsAndRenewedSnapshotsEndRows) {
  Query query = Prepare(R"({"from": "account", "select": ["name"]})");
  Rows rows = Run(query);
  query.Reset();
  const kith_value* values = nullptr;
  size_t count = 0;
  KITH_EXPECT_OK(kith_rows_next(rows, 1, &values, nullptr, &count, error.out()));
  EXPECT_EQ(count, 1U);
  KITH_EXPECT_OK(kith_snapshot_renew(snapshot, error.out()));
  EXPECT_EQ(kith_rows_next(rows, 1, &values, nullptr, &count, error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "Closed");
  Query again = Prepare(R"({"from": "account", "select": ["name"]})");
  Rows kept = Run(again);
  snapshot.Reset();
  db.Reset();
  KITH_EXPECT_OK(kith_rows_next(kept, 9, &values, nullptr, &count, error.out()));
  EXPECT_EQ(count, 5U);
}

TEST_F(Queries, LimitsAndCancelling) {
  Query query = Prepare(R"({"from": "account", "order": ["employees"]})");
  kith_query_options options = KITH_QUERY_OPTIONS_INIT;
  options.cost = 3;
  Rows rows = Run(query, "", &options);
  const kith_value* values = nullptr;
  size_t count = 0;
  EXPECT_EQ(kith_rows_next(rows, 9, &values, nullptr, &count, error.out()), KITH_RESOURCE_EXHAUSTED);
  EXPECT_EQ(Reason(error), "CostExceeded");
  options.cost = 100;  // looks at the flag for every row
  Rows cancelled = Run(query, "", &options);
  std::thread([&] { kith_rows_cancel(cancelled); }).join();
  EXPECT_EQ(kith_rows_next(cancelled, 9, &values, nullptr, &count, error.out()), KITH_CANCELLED);
}

TEST_F(Queries, WhatIsWrongIsNamed) {
  kith_query* query = nullptr;
  EXPECT_EQ(kith_query_prepare(snapshot, KITH_STR(R"({"from": "acount"})"), &query, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(query, nullptr);
  EXPECT_EQ(Reason(error), "UnknownType");
  EXPECT_EQ(Str(kith_error_field(error)), "from");
  EXPECT_EQ(kith_query_prepare(snapshot, {nullptr, 3}, &query, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_query_prepare(nullptr, KITH_STR("{}"), &query, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "NullHandle");
  kith_rows* rows = nullptr;
  EXPECT_EQ(kith_query_run(nullptr, snapshot, {nullptr, 0}, nullptr, &rows, error.out()), KITH_INVALID_ARGUMENT);
  Query good = Prepare(R"({"from": "account", "where": "employees == $n"})");
  EXPECT_EQ(kith_query_run(good, snapshot, KITH_STR("{}"), nullptr, &rows, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Str(kith_error_field(error)), "parameters.n");
  kith_rows_cancel(nullptr);
  kith_rows_free(nullptr);
  EXPECT_EQ(kith_rows_column_count(nullptr), 0U);
}

}  // namespace
}  // namespace host
