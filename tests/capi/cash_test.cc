// Forecasts of cash and gaps in it, through the C ABI.
#include <nlohmann/json.hpp>
#include <string>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Cash : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    // An invoice a week, paid after forty days, the last one in parts.
    Json changes = Json::array();
    for (int week = 0; week < 40; ++week) {
      const std::string as = "i" + std::to_string(week);
      changes.push_back({{"create", "invoice"},
                         {"as", as},
                         {"set", {{"status", "issued"}, {"total", "100.00 CNY"}, {"date", Day(7 * week)}, {"due", Day(7 * week + 30)}}}});
      if (7 * week + 40 > 280) continue;
      changes.push_back({{"create", "receipt"}, {"set", {{"invoice", "$" + as}, {"date", Day(7 * week + 40)}, {"amount", "100.00 CNY"}}}});
    }
    changes.push_back({{"create", "receipt"}, {"set", {{"invoice", "$i39"}, {"date", Day(279)}, {"amount", "30.00 CNY"}}}});
    Batch batch;
    KITH_ASSERT_OK(kith_batch_from_json(db, Str(Json{{"changes", changes}}.dump()), batch.out(), error.out()), error);
    KITH_ASSERT_OK(Apply(batch), error);
  }
  // Days from 2025-01-01 on.
  static std::string Day(int days) {
    static constexpr int kMonths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (days >= kMonths[month]) days -= kMonths[month++];
    const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return "2025-" + two(month + 1) + "-" + two(days + 1);
  }
  kith_code Forecast(const char* more) {
    kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
    options.as_of = 1'759'881'600'000'000 - 1;  // the end of 2025-10-07, day 279
    options.more = kith_str_from_cstr(more);
    return kith_snapshot_forecast(Read(), "default", "2025-10", &options, &forecast_, error.out());
  }
  void TearDown() override { kith_forecast_free(forecast_); }
  kith_forecast* forecast_ = nullptr;
  Text text_;
};

TEST_F(Cash, IsForecastFromInvoicesAndReceipts) {  // C17, F10
  KITH_ASSERT_OK(Forecast(R"({"measure": "cash"})"), error);
  KITH_ASSERT_OK(kith_forecast_to_json(forecast_, text_.out(), error.out()), error);
  const Json report = Json::parse(Str(text_));
  EXPECT_EQ(report.at("measure"), "cash");
  EXPECT_EQ(report.at("currency"), "CNY");
  EXPECT_EQ(report.at("closed"), 10'000 + 3'000);  // of days 273 to 279
  const double issued = report.at("from_issued").at("mean").get<double>();
  EXPECT_GT(issued, 15'000);  // of six invoices that fall due and 70.00 that are left
  EXPECT_LT(issued, 45'000);
  const double sum = report.at("closed").get<double>() + issued + report.at("from_won").at("mean").get<double>() +
                     report.at("from_open").at("mean").get<double>() + report.at("from_new").at("mean").get<double>();
  EXPECT_NEAR(report.at("total").at("mean").get<double>(), sum, 1e-6 * sum);
}

TEST_F(Cash, RefusesWhatItCannotUnderstand) {
  EXPECT_EQ(Forecast(R"({"measure": "profit"})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Forecast(R"({"measure": "cash", "collection": 3})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Forecast(R"({"measure": "cash", "collection": "no"})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "UnknownPipeline");
  EXPECT_EQ(Forecast(R"({"measure": "won"})"), KITH_OK);
}

TEST_F(Cash, ABacktestFollowsItAndAGapNeedsDeals) {
  kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
  options.as_of = 1'759'881'600'000'000 - 1;
  options.more = KITH_STR(R"({"measure": "cash"})");
  KITH_ASSERT_OK(kith_snapshot_backtest(Read(), "default", "month", 3, &options, text_.out(), error.out()), error);
  const Json report = Json::parse(Str(text_));
  ASSERT_EQ(report.at("points").size(), 3U);
  EXPECT_EQ(report.at("points")[0].at("actual"), 40'000);  // July, days 181 to 211: those of 187, 194, 201 and 208
  options.more = KITH_STR(R"({"collection": true, "compare_with": 2})");
  // These invoices are of no deal: there is nothing to trace a gap to.
  EXPECT_NE(kith_snapshot_gap(Read(), "default", "2025-09", &options, text_.out(), error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "NotEnoughData");
}

}  // namespace
}  // namespace host
