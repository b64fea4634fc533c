// Work lists, receivables and worth through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Work : public Host {
 protected:
  kith_id Make(const char* changes) {
    Batch batch;
    kith_code code = kith_batch_from_json(db, kith_str{changes, strlen(changes)}, batch.out(), error.out());
    if (code == KITH_OK) code = Apply(batch);
    EXPECT_EQ(code, KITH_OK) << changes;
    return 0;
  }
  kith_id Find(const char* type, const char* key) {
    kith_id id = 0;
    EXPECT_EQ(kith_snapshot_find(Read(), type, kith_ref_ext("app", key), &id, error.out()), KITH_OK);
    return id;
  }
};

TEST_F(Work, AListOfWhatToDo) {  // I03 J02
  Make(R"({"changes": [
      {"create": "employee", "as": "e", "ref": ["app", "e"], "set": {"name": "Li"}},
      {"create": "account", "as": "a", "ref": ["app", "a"], "set": {"name": "Acme", "owner": "$e"}},
      {"create": "account", "set": {"name": "Bloom", "owner": "$e"}},
      {"create": "opportunity", "as": "d", "set": {"name": "Desk", "account": "$a", "owner": "$e", "amount": "1000.00 CNY"}},
      {"create": "move", "set": {"record": "$d", "to": {"type": "stage", "ref": ["kith.stage", "default/prospecting"]}}}]})");
  Text json;
  KITH_ASSERT_OK(kith_snapshot_worklist(Read(), Find("employee", "e"), KITH_STR(R"({"limit": 1})"), json.out(), error.out()), error);
  const Json told = Json::parse(Str(json));
  EXPECT_EQ(told.at("total"), 2);
  EXPECT_EQ(told.at("currency"), "CNY");
  ASSERT_EQ(told.at("items").size(), 1U);
  const Json& item = told.at("items")[0];
  EXPECT_EQ(item.at("kind"), "deal");
  EXPECT_EQ(item.at("name"), "Desk");
  EXPECT_EQ(item.at("customer"), Find("account", "a"));
  EXPECT_EQ(item.at("reasons")[0].at("reason"), "no_next_step");
  EXPECT_EQ(item.at("action").at("labels").size(), 2U);
  EXPECT_GT(item.at("value").at("minor"), 0);
  EXPECT_TRUE(item.at("due").is_null());
  EXPECT_EQ(kith_snapshot_worklist(Read(), 0, KITH_STR(R"({"silent_days": 0})"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_worklist(Read(), 0, KITH_STR(R"({"now": 1})"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_worklist(Read(), 0, KITH_STR(""), nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_worklist(nullptr, 0, KITH_STR(""), json.out(), error.out()), KITH_INVALID_ARGUMENT);
}

TEST_F(Work, AGroupIsSuggestedOnce) {  // C19
  Make(R"({"changes": [
      {"create": "account", "as": "g", "ref": ["app", "g"], "set": {"name": "Group"}},
      {"create": "account", "as": "a", "ref": ["app", "a"], "set": {"name": "A", "parent": "$g"}},
      {"create": "opportunity", "as": "d", "set": {"name": "Desk", "account": "$a"}},
      {"create": "move", "set": {"record": "$d", "to": {"type": "stage", "ref": ["kith.stage", "default/won"]}}}]})");
  const kith_str fewest = KITH_STR(R"({"fewest": 1})");
  Text json;
  KITH_ASSERT_OK(kith_snapshot_penetration(Read(), "default", fewest, json.out(), error.out()), error);
  const Json group = Json::parse(Str(json)).at("groups").at(0);
  EXPECT_EQ(group.at("head"), Find("account", "g"));
  EXPECT_EQ(group.at("share"), 1);
  EXPECT_EQ(group.at("active_ones"), Json::array({Find("account", "a")}));
  EXPECT_EQ(group.at("expand"), true);
  EXPECT_TRUE(group.at("suggested").is_null());
  for (const uint64_t expected : {uint64_t{1}, uint64_t{0}}) {
    Batch batch = NewBatch();
    uint64_t suggested = 7;
    KITH_ASSERT_OK(kith_batch_suggest_expansions(batch, Read(), "default", fewest, &suggested, error.out()), error);
    EXPECT_EQ(suggested, expected);
    KITH_ASSERT_OK(Apply(batch), error);
  }
  KITH_ASSERT_OK(kith_snapshot_penetration(Read(), "default", fewest, json.out(), error.out()), error);
  EXPECT_TRUE(Json::parse(Str(json)).at("groups").at(0).at("suggested").is_number());
  EXPECT_EQ(kith_snapshot_penetration(Read(), "default", KITH_STR(R"({"threshold": 2})"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_penetration(Read(), "none", fewest, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_penetration(Read(), nullptr, fewest, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  Batch batch = NewBatch();
  EXPECT_EQ(kith_batch_suggest_expansions(batch, Read(), "default", KITH_STR(R"({"few": 1})"), nullptr, error.out()),
            KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_batch_suggest_expansions(nullptr, Read(), "default", fewest, nullptr, error.out()), KITH_INVALID_ARGUMENT);
}

// C13: one call says what three do, and stays small however long names and lists are.
TEST_F(Work, APipelineAtAGlance) {
  Json changes = {{"changes", Json::array()}};
  Json pipeline = {{"name", "long"}, {"for_type", "opportunity"}, {"stages", Json::array()}};
  for (size_t i = 0; i < 18; ++i) {
    const std::string name = std::string(39, 'x') + static_cast<char>('a' + i);
    Json stage = {{"name", i < 16 ? name : i == 16 ? "won" : "lost"}, {"kind", i < 16 ? "open" : i == 16 ? "won" : "lost"}};
    if (i < 16) stage["max_dwell_days"] = 1;
    pipeline["stages"].push_back(std::move(stage));
  }
  Batch define = NewBatch();
  const std::string defined = pipeline.dump();
  kith_batch_define_pipeline(define, {defined.data(), defined.size()});
  KITH_ASSERT_OK(Apply(define), error);
  for (size_t i = 0; i < 60; ++i) {
    const std::string local = "d" + std::to_string(i);
    const Json move = {
        {"record", "$" + local},
        {"at", "2026-01-02T00:00:00Z"},
        {"to", {{"type", "stage"}, {"ref", {"kith.stage", "long/" + pipeline["stages"][i % 18]["name"].get<std::string>()}}}}};
    const Json deal = {{"name", local}, {"amount", std::to_string(i + 1) + ".00 CNY"}};
    changes["changes"].push_back({{"create", "opportunity"}, {"as", local}, {"set", deal}});
    changes["changes"].push_back({{"create", "move"}, {"set", move}});
  }
  Make(changes.dump().c_str());
  kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
  Text json;
  KITH_ASSERT_OK(kith_snapshot_summary(Read(), "long", "next-quarter", &options, json.out(), error.out()), error);
  EXPECT_LE(Str(json).size(), 8192u);
  const Json told = Json::parse(Str(json));
  EXPECT_EQ(told.at("funnel").at("stages").size(), 16u);
  EXPECT_EQ(told.at("gaps").size(), 5u);
  EXPECT_EQ(told.at("risks").size(), 5u);
  EXPECT_EQ(told.at("forecast").at("deals").size(), 5u);
  Owned<kith_funnel, kith_funnel_free> funnel;
  KITH_ASSERT_OK(kith_snapshot_funnel(Read(), "long", &options, funnel.out(), error.out()), error);
  KITH_ASSERT_OK(kith_funnel_to_json(funnel, json.out(), error.out()), error);
  const Json whole = Json::parse(Str(json));
  for (const char* name : {"won", "lost", "open", "win_rate", "conformance", "warnings"})
    EXPECT_EQ(told["funnel"][name], whole[name]) << name;
  Owned<kith_forecast, kith_forecast_free> forecast;
  KITH_ASSERT_OK(kith_snapshot_forecast(Read(), "long", "next-quarter", &options, forecast.out(), error.out()), error);
  KITH_ASSERT_OK(kith_forecast_to_json(forecast, json.out(), error.out()), error);
  EXPECT_EQ(told["forecast"]["total"], Json::parse(Str(json))["total"]);
  KITH_ASSERT_OK(kith_snapshot_health(Read(), "long", &options, json.out(), error.out()), error);
  const Json health = Json::parse(Str(json));
  EXPECT_EQ(told.at("gaps_total"), health.at("gaps").size());
  EXPECT_EQ(told.at("gaps")[0], health.at("gaps")[0]);
  EXPECT_EQ(told.at("risks_total"), health.at("stuck").size());
  EXPECT_EQ(kith_snapshot_summary(Read(), "long", "soon", &options, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_summary(nullptr, "long", "2026-Q1", &options, json.out(), error.out()), KITH_INVALID_ARGUMENT);
}

TEST_F(Work, WhatCustomersOwe) {  // F10
  Make(R"({"changes": [
      {"create": "account", "as": "a", "ref": ["app", "a"], "set": {"name": "Acme"}},
      {"create": "invoice", "as": "i", "set": {"account": "$a", "status": "issued", "date": "2026-01-01", "due": "2026-01-31",
                                               "total": "100.00 CNY"}},
      {"create": "receipt", "set": {"invoice": "$i", "date": "2026-01-11", "amount": "25.00 CNY"}}]})");
  Text json;
  KITH_ASSERT_OK(kith_snapshot_receivables(Read(), KITH_STR(R"({"as_of": "2026-02-10", "late_days": [5, 15]})"), json.out(), error.out()),
                 error);
  const Json told = Json::parse(Str(json));
  const Json& total = told.at("total")[0];
  EXPECT_EQ(total.at("open"), 7500);
  EXPECT_EQ(total.at("late"), Json::parse("[0, 7500, 0]"));
  EXPECT_EQ(total.at("dso"), 67.5);
  EXPECT_EQ(total.at("days_to_pay"), 10.0);
  EXPECT_EQ(told.at("by_account")[0].at("group"), Find("account", "a"));
  EXPECT_TRUE(told.at("by_owner")[0].at("group").is_null());
  EXPECT_EQ(told.at("invoices")[0].at("days_late"), 10);
  for (const char* question : {R"({"as_of": "soon"})", R"({"into": "yen"})", R"({"late_days": [1.5]})", R"({"late_days": [null]})", "[]"}) {
    EXPECT_EQ(kith_snapshot_receivables(Read(), kith_str{question, strlen(question)}, json.out(), error.out()), KITH_INVALID_ARGUMENT)
        << question;
  }
  EXPECT_EQ(kith_snapshot_receivables(Read(), KITH_STR(R"({"into": "EUR"})"), json.out(), error.out()), KITH_NOT_FOUND);
}

TEST_F(Work, WhatADealIsWorth) {  // F07 F09
  Make(R"({"changes": [
      {"create": "opportunity", "as": "d", "ref": ["app", "d"], "set": {"name": "Desk", "amount": "1000.00 CNY"}},
      {"create": "cost", "set": {"opportunity": "$d", "kind": "delivery", "amount": "400.00 CNY"}},
      {"create": "cost", "set": {"opportunity": "$d", "kind": "to_win", "amount": "10.00 CNY"}},
      {"create": "budget_evidence", "set": {"opportunity": "$d", "amount": "900.00 CNY", "source": "document", "confidence": 1,
                                            "at": "2020-01-01T00:00:00Z"}}]})");
  Text json;
  KITH_ASSERT_OK(kith_snapshot_worth(Read(), Find("opportunity", "d"), KITH_STR(R"({"chance": 0.5})"), json.out(), error.out()), error);
  const Json told = Json::parse(Str(json));
  EXPECT_EQ(told.at("source"), "typed");
  EXPECT_EQ(told.at("margin").at("minor"), 59'000);
  EXPECT_EQ(told.at("expected").at("minor"), 29'000);
  EXPECT_EQ(told.at("budget").at("amount").at("minor"), 90'000);
  EXPECT_EQ(kith_snapshot_worth(Read(), Find("opportunity", "d"), KITH_STR(R"({"chance": 2})"), json.out(), error.out()),
            KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_worth(Read(), 1, KITH_STR(""), json.out(), error.out()), KITH_NOT_FOUND);
}

}  // namespace
}  // namespace host
