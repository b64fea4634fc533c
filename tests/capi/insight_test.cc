// Funnels and forecasts through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Insight : public Host {};

TEST_F(Insight, OnAFewDeals) {
  Batch batch = NewBatch();
  for (int i = 0; i < 10; ++i) {
    kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", Str("D" + std::to_string(i)));
    kith_batch_set_money(batch, deal, "amount", 1000, "EUR");
    kith_batch_move(batch, deal, "default/qualified");
    if (i < 6) kith_batch_move(batch, deal, i < 4 ? "default/won" : "default/lost");
  }
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  Funnel funnel;
  KITH_ASSERT_OK(kith_snapshot_funnel(snapshot, "default", nullptr, funnel.out(), error.out()), error);
  kith_funnel_summary summary;
  kith_funnel_get_summary(funnel, &summary);
  EXPECT_EQ(summary.won, 4);
  EXPECT_EQ(summary.lost, 2);
  EXPECT_EQ(summary.open, 4);
  EXPECT_EQ(summary.win_rate.maturity, 1);
  std::set<std::string> names;
  for (size_t i = 0; i < kith_funnel_stage_count(funnel); ++i) {
    kith_funnel_stage stage;
    KITH_ASSERT_OK(kith_funnel_get_stage(funnel, i, &stage), error);
    names.insert(Str(stage.name));
  }
  EXPECT_TRUE(names.contains("qualified"));
  kith_funnel_stage stage;
  EXPECT_EQ(kith_funnel_get_stage(funnel, 99, &stage), KITH_OUT_OF_RANGE);

  Forecast forecast;
  KITH_ASSERT_OK(kith_snapshot_forecast(snapshot, "default", "next-quarter", nullptr, forecast.out(), error.out()), error);
  kith_forecast_summary total;
  kith_forecast_get_summary(forecast, &total);
  EXPECT_STREQ(total.currency, "EUR");
  EXPECT_EQ(total.open_deals, 4);
  EXPECT_LE(total.total.p10, total.total.p90);
  EXPECT_EQ(kith_forecast_deal_count(forecast), 4U);
  kith_forecast_deal deal;
  KITH_ASSERT_OK(kith_forecast_get_deal(forecast, 0, &deal), error);
  EXPECT_FALSE(Str(deal.reason).empty());
  EXPECT_GE(kith_forecast_probability_at_least(forecast, 0), 0.99);
  Text json;
  KITH_ASSERT_OK(kith_forecast_to_json(forecast, json.out(), error.out()), error);
  EXPECT_TRUE(Json::accept(Str(json)));
  KITH_ASSERT_OK(kith_snapshot_reps(snapshot, "default", nullptr, json.out(), error.out()), error);
  KITH_ASSERT_OK(kith_snapshot_scorecards(snapshot, "default", nullptr, json.out(), error.out()), error);  // K01
  const Json cards = Json::parse(Str(json));
  EXPECT_EQ(cards["team"]["funnel"]["open"], 4);
  int64_t open = 0;
  for (const Json& card : cards["reps"]) open += card["funnel"]["open"].get<int64_t>();
  EXPECT_EQ(open, 4);
  EXPECT_EQ(kith_snapshot_scorecards(snapshot, "nowhere", nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  KITH_ASSERT_OK(kith_snapshot_pipelines(snapshot, "opportunity", json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json))[0]["name"], "default");
  kith_insight_options strict = KITH_INSIGHT_OPTIONS_INIT;
  strict.strict = 1;
  EXPECT_EQ(kith_snapshot_forecast(snapshot, "default", "next-quarter", &strict, forecast.out(), error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "NotEnoughData");  // C09
  EXPECT_EQ(kith_snapshot_forecast(snapshot, "default", "someday", nullptr, forecast.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_funnel(snapshot, "nowhere", nullptr, funnel.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "UnknownPipeline");
}

// What goes beyond the fields of kith_insight_options is JSON, and each mistake in it is named.
TEST_F(Insight, QuestionsTakeMoreAsJson) {
  Batch batch = NewBatch();
  kith_id deal = kith_batch_create(batch, "opportunity");
  kith_batch_set_text(batch, deal, "name", Str("D"));
  kith_batch_set_money(batch, deal, "amount", 1000, "EUR");
  kith_batch_move(batch, deal, "default/qualified");
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  Forecast forecast;
  const auto ask = [&](const std::string& more, const char* currency = "EUR") {
    kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
    std::memcpy(options.currency, currency, 3);
    options.more = Str(more);
    return kith_snapshot_forecast(snapshot, "default", "next-quarter", &options, forecast.out(), error.out());
  };
  KITH_ASSERT_OK(ask(R"({"by": "source", "learn_from": 0, "what_if": {"more_deals_a_week": 7, "faster": {"qualified": 2}}})"), error);
  Text json;
  KITH_ASSERT_OK(kith_forecast_to_json(forecast, json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json))["parts"].size(), 1U);
  KITH_ASSERT_OK(ask(R"({"rates": {"EUR": 7.8}})", "CNY"), error);
  kith_forecast_summary total;
  kith_forecast_get_summary(forecast, &total);
  EXPECT_EQ(total.excluded, 0);
  for (const char* bad :
       {"{", "[]", R"({"By": "source"})", R"({"by": "colour"})", R"({"learn_from": 101})", R"({"learn_from": -1})",
        R"({"period": "2026-W07"})", R"({"group": {"kind": "owner"}})", R"({"rates": {"EURO": 1}})", R"({"rates": {"USD": 0}})",
        R"({"what_if": {"lost": 5}})", R"({"what_if": {"faster": {"nowhere": 2}}})", R"({"what_if": {"faster": {"qualified": 0}}})"}) {
    EXPECT_NE(ask(bad), KITH_OK) << bad;
  }
  EXPECT_EQ(ask(R"({"bye": "source"})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  EXPECT_EQ(kith_snapshot_gap(snapshot, "default", "2020-Q1", nullptr, json.out(), error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "NotEnoughData");
  EXPECT_EQ(kith_snapshot_velocity(snapshot, "default", "2020-Q1", "2020-W01", nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
}

// Parts are told by what they are called: choices too, which are no records. F01
TEST_F(Insight, PartsOfFunnelsAndForecastsHaveNames) {
  Batch batch;
  KITH_ASSERT_OK(kith_batch_from_json(db, Str(R"({"changes": [
    {"create": "team", "as": "north", "set": {"name": "North"}},
    {"create": "employee", "as": "ann", "set": {"name": "Ann", "team": "$north"}}, {"create": "employee", "as": "bo", "set": {"name": "Bo"}},
    {"create": "opportunity", "as": "one", "set": {"name": "One", "owner": "$ann", "source": "web", "amount": "10.00 EUR"}},
    {"create": "opportunity", "as": "two", "set": {"name": "Two", "owner": "$bo", "amount": "20.00 EUR"}},
    {"create": "move", "set": {"record": "$one", "to": {"type": "stage", "ref": ["kith.stage", "default/qualified"]}}},
    {"create": "move", "set": {"record": "$two", "to": {"type": "stage", "ref": ["kith.stage", "default/qualified"]}}}]})"),
                                      batch.out(), error.out()),
                 error);
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  const auto parts = [&](std::string_view by, bool of_funnel) {
    kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
    const std::string more = Json{{"by", by}}.dump();
    options.more = Str(more);
    Funnel funnel;
    Forecast forecast;
    Text json;
    const kith_code made = of_funnel ? kith_snapshot_funnel(snapshot, "default", &options, funnel.out(), error.out())
                                     : kith_snapshot_forecast(snapshot, "default", "next-quarter", &options, forecast.out(), error.out());
    if (made != KITH_OK) return Json(Reason(error));
    (void)(of_funnel ? kith_funnel_to_json(funnel, json.out(), error.out()) : kith_forecast_to_json(forecast, json.out(), error.out()));
    Json told = Json::object();
    const Json report = Json::parse(Str(json));
    for (const Json& part : report.at("parts")) {
      told[part.at("name").is_null() ? "" : part.at("name").get<std::string>()] = part.contains("labels") ? part["labels"]["zh"] : Json("");
    }
    return told;
  };
  for (const bool of_funnel : {true, false}) {
    EXPECT_EQ(parts("owner", of_funnel), (Json{{"Ann", ""}, {"Bo", ""}}));
    EXPECT_EQ(parts("owner.team", of_funnel), (Json{{"North", ""}, {"", ""}}));
    EXPECT_EQ(parts("source", of_funnel), (Json{{"web", "网站"}, {"", ""}}));
    EXPECT_EQ(parts("owner.title", of_funnel), "BadOptions");
  }
}

// Lines out by a function, in from a file; what stops either says so.

}  // namespace
}  // namespace host
