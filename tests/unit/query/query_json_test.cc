// The JSON form: there and back, and what it refuses, with the place.
#include <gtest/gtest.h>

#include "kith/base/limits.h"
#include "kith/query/query.h"

namespace kith::query {
namespace {

void ExpectRefused(const std::string& json, Reason reason, const std::string& path) {
  const Status status = FromJson(json).status();
  EXPECT_EQ(NameOf(GetReason(status)), NameOf(reason)) << json << " " << status;
  EXPECT_EQ(GetErrorInfo(status).field, path) << json << " " << status;
}

TEST(QueryJson, EveryMemberThereAndBack) {
  const std::string json =
      R"({"from":"deal","where":"amount > $floor","select":["name",{"value":"at","by":"week","name":"week"},{"value":"count * 2","name":"twice"}],)"
      R"("distinct":true,"group":["state",{"value":"day","by":"fiscal_quarter"}],)"
      R"("aggregates":[{"count":"*"},{"sum":"amount","name":"total"},{"count_distinct":"name"},{"min":"day"},{"max":"day"},{"avg":"count"}],)"
      R"("having":"total > 1","order":["-total","name",{"value":"-count","descending":true}],"limit":50,"after":"abc",)"
      R"("expand":[{"name":"notes","field":"deal","from":"note","select":["text"],"limit":5,"expand":[{"name":"by","path":"author"}]}],)"
      R"("parameters":{"floor":"money"},"time_zone":"Asia/Shanghai","fiscal_start_month":4})";
  const StatusOr<Query> query = FromJson(json);
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(ToJson(*query), json);
  EXPECT_EQ(*FromJson(ToJson(*query)), *query);
  EXPECT_TRUE(query->order[0].descending);
  EXPECT_EQ(query->order[0].text, "total");
  EXPECT_EQ(query->select[1].bucket, Bucket::kWeek);
  EXPECT_EQ(query->aggregates[0].text, "");
  EXPECT_EQ(query->expand[0].query.expand[0].path, "author");
  // Members without a value are as if they were not there.
  EXPECT_EQ(ToJson(*FromJson(R"({"from": "deal", "where": null, "select": null})")), R"({"from":"deal"})");
}

TEST(QueryJson, RefusesWithThePlace) {
  ExpectRefused("{", Reason::kQueryMalformed, "$");
  ExpectRefused("[]", Reason::kQueryMalformed, "$");
  ExpectRefused("{\"from\": \"\xFF\"}", Reason::kNotUtf8, "from");
  ExpectRefused(R"({"from": 1})", Reason::kQueryMalformed, "from");
  ExpectRefused(R"({"form": "deal"})", Reason::kQueryMalformed, "form");
  EXPECT_EQ(GetErrorInfo(FromJson(R"({"form": "deal"})").status()).hint, "did you mean \"from\"?");
  ExpectRefused(R"({"from": "deal", "select": "name"})", Reason::kQueryMalformed, "select");
  ExpectRefused(R"({"from": "deal", "select": ["name", 2]})", Reason::kQueryMalformed, "select[1]");
  ExpectRefused(R"({"from": "deal", "select": [{"value": "at", "by": "fortnight"}]})", Reason::kQueryMalformed, "select[0].by");
  ExpectRefused(R"({"from": "deal", "order": [{"field": "at"}]})", Reason::kQueryMalformed, "order[0].field");
  ExpectRefused(R"({"from": "deal", "order": [{"value": "at", "descending": 1}]})", Reason::kQueryMalformed, "order[0].descending");
  ExpectRefused(R"({"from": "deal", "aggregates": [{"name": "n"}]})", Reason::kQueryMalformed, "aggregates[0]");
  ExpectRefused(R"({"from": "deal", "aggregates": [{"sum": "a", "max": "a"}]})", Reason::kQueryMalformed, "aggregates[0]");
  ExpectRefused(R"({"from": "deal", "limit": -1})", Reason::kQueryMalformed, "limit");
  ExpectRefused(R"({"from": "deal", "limit": 1.5})", Reason::kQueryMalformed, "limit");
  ExpectRefused(R"({"from": "deal", "fiscal_start_month": 13})", Reason::kQueryMalformed, "fiscal_start_month");
  ExpectRefused(R"({"from": "deal", "expand": [{"name": "a", "wher": ""}]})", Reason::kQueryMalformed, "expand[0].wher");
  ExpectRefused(R"({"from": "deal", "parameters": {"a": 1}})", Reason::kQueryMalformed, "parameters.a");
}

TEST(QueryJson, Limits) {
  std::string json = R"({"from": "deal", "where": ")";
  json.append(limits::kQueryBytes - json.size() - 2, ' ').append("\"}");
  EXPECT_TRUE(FromJson(json).ok());
  ExpectRefused(json + " ", Reason::kLimitExceeded, "$");

  const auto nested = [](size_t depth) {
    std::string begin = R"({"from": "deal")";
    std::string end;
    for (size_t i = 0; i < depth; ++i) {
      begin += R"(, "expand": [{"name": "x", "path": "y")";
      end += "}]";
    }
    return begin + end + "}";
  };
  EXPECT_TRUE(FromJson(nested(limits::kQueryDepth)).ok());
  const Status status = FromJson(nested(limits::kQueryDepth + 1)).status();
  EXPECT_EQ(GetReason(status), Reason::kLimitExceeded) << status;
}

}  // namespace
}  // namespace kith::query
