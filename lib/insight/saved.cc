#include "kith/insight/saved.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "insight/score_internal.h"
#include "insight/tables_internal.h"
#include "kith/engine/referring.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

constexpr std::string_view kForecastType = "forecast";

Value MoneyOf(double minor, Currency currency) { return currency.is_null() ? Value() : Value(Money{std::llround(minor), currency}); }

class FieldReader {
 public:
  FieldReader(const catalog::TypeDef& type, record::View view) : type_(type), view_(view) {}
  [[nodiscard]] int64_t Int(std::string_view field) const { return view_.GetInt(At(field)); }
  [[nodiscard]] std::string Text(std::string_view field) const { return std::string(view_.GetText(At(field))); }
  [[nodiscard]] double Minor(std::string_view field) const { return static_cast<double>(view_.GetMoney(At(field)).minor); }
  [[nodiscard]] Currency CurrencyOf(std::string_view field) const { return view_.GetMoney(At(field)).currency; }

 private:
  [[nodiscard]] size_t At(std::string_view field) const { return type_.FindField(field)->position; }
  const catalog::TypeDef& type_;
  record::View view_;
};

SavedForecast ReadSaved(const catalog::TypeDef& type, record::View view) {
  const FieldReader record(type, view);
  SavedForecast saved;
  saved.record = view.id();
  saved.entry.origin = Time{record.Int("made_at")};
  saved.entry.period = {Date{static_cast<int32_t>(record.Int("starts"))}, Date{static_cast<int32_t>(record.Int("ends"))}};
  saved.entry.model = record.Text("model");
  saved.entry.mean = record.Minor("mean");
  saved.entry.model_sd = record.Minor("model_sd");
  saved.total = {record.Minor("p10"), record.Minor("p50"), record.Minor("p90"), saved.entry.mean, record.Minor("sd")};
  saved.entry.currency = record.CurrencyOf("mean");
  return saved;
}

}  // namespace

Id SaveForecast(Batch& batch, const ForecastReport& report) {
  const Id record = batch.Create(kForecastType);
  batch.Set(record, "pipeline", report.pipeline);
  batch.Set(record, "starts", report.period.first);
  batch.Set(record, "ends", report.period.end);
  batch.Set(record, "made_at", report.as_of);
  batch.Set(record, "model", report.model);
  batch.Set(record, "open_deals", report.open_deals);
  const std::pair<std::string_view, double> amounts[] = {
      {"closed", report.closed},   {"p10", report.total.p10}, {"p50", report.total.p50},    {"p90", report.total.p90},
      {"mean", report.total.mean}, {"sd", report.total.sd},   {"model_sd", report.model_sd}};
  for (const auto& [field, minor] : amounts) batch.Set(record, field, MoneyOf(minor, report.currency));
  return record;
}

StatusOr<std::vector<SavedForecast>> SavedForecasts(const Snapshot& snapshot, Id pipeline, Time now) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(kForecastType);
  if (type == nullptr) {
    return MakeError(
        {.reason = Reason::kPackageMissing, .type = std::string(kForecastType), .hint = "open the database with model::OpenDatabase"},
        "the database keeps no forecasts");
  }
  const auto masked = [&](std::string_view field) {
    return snapshot.IsMasked(*type, static_cast<int32_t>(type->FindField(field)->position));
  };
  const auto told = {"starts", "ends", "made_at", "mean", "model", "model_sd"};
  std::vector<SavedForecast> all;
  if (std::any_of(told.begin(), told.end(), masked)) return all;
  KITH_ASSIGN_OR_RETURN(const model::Pipeline definition, model::GetPipeline(snapshot, pipeline));
  std::map<Date, model::FunnelTables> ends;  // tables as of the periods' ends
  std::optional<CashFacts> cash;
  KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *type, *type->FindField("pipeline"), Value(pipeline), [&](record::View view) -> Status {
    SavedForecast saved = ReadSaved(*type, view);
    for (const auto& [field, value] : {std::pair("p10", &saved.total.p10), std::pair("p50", &saved.total.p50),
                                       std::pair("p90", &saved.total.p90), std::pair("sd", &saved.total.sd)}) {
      if (masked(field)) *value = std::numeric_limits<double>::quiet_NaN();
    }
    if (saved.entry.origin > now) return absl::OkStatus();
    const Time end = definition.days.StartOf(saved.entry.period.end);
    saved.over = end <= now;
    if (saved.over && saved.entry.model == kCashModel) {
      if (!cash) {
        KITH_ASSIGN_OR_RETURN(cash, ReadCash(snapshot, definition, now));
      }
      saved.entry.actual = static_cast<double>(CollectedIn(*cash, saved.entry.period, saved.entry.currency));
    } else if (saved.over) {
      const auto [found, added] = ends.try_emplace(saved.entry.period.end);
      if (added) {
        KITH_ASSIGN_OR_RETURN(found->second, model::ReadTables(snapshot, pipeline, {.as_of = Time{end.micros - 1}}));
      }
      saved.entry.actual = insight_internal::WonIn(found->second, saved.entry.period, saved.entry.currency);
    }
    all.push_back(std::move(saved));
    return absl::OkStatus();
  }));
  std::sort(all.begin(), all.end(), [](const SavedForecast& a, const SavedForecast& b) {
    const auto key = [](const SavedForecast& one) {
      return std::make_tuple(one.entry.period.first, one.entry.period.end, one.entry.origin, one.record);
    };
    return key(a) < key(b);
  });
  return all;
}

PastScore ScoreOf(const std::vector<SavedForecast>& saved) {
  const auto counts = [](const SavedForecast& one) {
    const bool told = !std::isnan(one.total.p10) && !std::isnan(one.total.p50) && !std::isnan(one.total.p90);
    return one.over && told && one.entry.model != kCashModel;
  };
  std::map<Currency, int64_t> forecasts;
  for (const SavedForecast& forecast : saved) {
    if (counts(forecast)) ++forecasts[forecast.entry.currency];
  }
  const auto most = std::max_element(forecasts.begin(), forecasts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  insight_internal::Score score;
  for (const SavedForecast& forecast : saved) {
    if (counts(forecast) && forecast.entry.currency == most->first) score.Add(forecast.total, forecast.entry.actual);
  }
  return {score.forecasts(), score.coverage80(), score.wape(), score.bias(), score.pinball()};
}

}  // namespace kith::insight
