// Pipelines, funnel, reps, forecast, backtest.
#include <cmath>

#include "json.h"
#include "question.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith_rate RateOf(const kith::insight::Rate& rate) {
  return {rate.value, rate.low, rate.high, rate.successes, rate.trials, static_cast<int32_t>(rate.maturity), 0};
}
kith_quantiles QuantilesOf(const kith::insight::Quantiles& q) { return {q.p10, q.p50, q.p90, q.mean, q.sd}; }

}  // namespace

extern "C" {

kith_code kith_snapshot_pipelines(kith_snapshot* snapshot, const char* for_type, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(auto pipelines, kith::model::GetPipelines(*object->snapshot, for_type == nullptr ? "" : for_type));
    return ToJson(pipelines);
  });
}

kith_code kith_snapshot_funnel(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_funnel** funnel,
                               kith_error** err) {
  Zero(funnel);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(funnel, "funnel"));
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    KITH_ASSIGN_OR_RETURN(kith::insight::FunnelReport report, kith::insight::Funnel(tables, question.Funnel()));
    KITH_ASSIGN_OR_RETURN(std::vector<kith::insight::FunnelPart> parts, question.FunnelParts(tables));
    KITH_ASSIGN_OR_RETURN(PartNames names, question.Names(tables, parts));
    *funnel = Wrap<kith_funnel>(std::make_shared<FunnelObject>(FunnelObject{std::move(report), std::move(parts), std::move(names)}));
    return absl::OkStatus();
  });
}

void kith_funnel_get_summary(const kith_funnel* funnel, kith_funnel_summary* summary) {
  Zero(summary);
  const FunnelObject* object = Peek(funnel);
  if (object == nullptr || summary == nullptr) return;
  const kith::insight::FunnelReport& report = object->report;
  *summary = {
      report.as_of.micros, report.arrivals,         report.won, report.lost, report.open, report.path_unknown, RateOf(report.win_rate),
      report.end_to_end,   report.median_cycle_days};
}

size_t kith_funnel_stage_count(const kith_funnel* funnel) {
  const FunnelObject* object = Peek(funnel);
  return object == nullptr ? 0 : object->report.stages.size();
}

kith_code kith_funnel_get_stage(const kith_funnel* funnel, size_t index, kith_funnel_stage* stage) {
  Zero(stage);
  return Guard(nullptr, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(stage, "stage"));
    KITH_ASSIGN_OR_RETURN(FunnelObject * object, Use(funnel));
    if (index >= object->report.stages.size()) return absl::OutOfRangeError("");
    const kith::insight::StageFunnel& from = object->report.stages[index];
    *stage = {from.stage.id.value(), FromText(from.stage.name),
              from.reached,          from.open,
              from.advanced,         from.lost,
              from.entries,          from.rework,
              from.skipped,          RateOf(from.rate),
              from.median_days,      from.mean_days};
    return absl::OkStatus();
  });
}

kith_code kith_funnel_to_json(const kith_funnel* funnel, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(FunnelObject * object, Use(funnel));
    return ToJson(object->report, object->parts, object->names);
  });
}

void kith_funnel_free(kith_funnel* funnel) { Drop(funnel); }

kith_code kith_snapshot_reps(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                             kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    KITH_ASSIGN_OR_RETURN(auto reports, kith::insight::RepsAgainstTeam(tables, question.Reps()));
    return ToJson(reports);
  });
}

kith_code kith_snapshot_scorecards(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                                   kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(const kith::model::FunnelTables tables, question.Tables());
    const kith::insight::ScorecardOptions how{.reps = question.Reps(), .currency = question.Gap().drivers.currency};
    KITH_ASSIGN_OR_RETURN(const kith::insight::ScorecardReport report, kith::insight::ScorecardsOf(question.snapshot(), tables, how));
    return ToJson(report);
  });
}

kith_code kith_snapshot_ways(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                             kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::vector<kith::model::DealPath> paths, question.Paths());
    return ToJson(question.pipeline(), kith::insight::Ways(paths), kith::insight::Cohorts(question.pipeline(), paths, question.Now()));
  });
}

kith_code kith_snapshot_biases(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                               kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(const std::vector<kith::insight::TypedDeal> deals, question.Typed());
    return ToJson(kith::insight::BiasesOf(deals));
  });
}

kith_code kith_snapshot_health(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                               kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    return ToJson(kith::insight::DataGapsOf(tables), kith::insight::StuckDealsOf(tables));
  });
}

kith_code kith_snapshot_summary(kith_snapshot* snapshot, const char* pipeline, const char* period, const kith_insight_options* options,
                                kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::string_view text, Name(period, "period"));
    KITH_ASSIGN_OR_RETURN(kith::Period when, question.PeriodOf(text));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    kith::insight::SummaryOptions how;
    how.funnel = question.Funnel();
    KITH_ASSIGN_OR_RETURN(how.forecast, question.Forecast(tables));
    KITH_ASSIGN_OR_RETURN(how.forecast.ledger, question.Ledger(when, how.forecast));
    KITH_ASSIGN_OR_RETURN(kith::insight::Summary summary, kith::insight::Summarize(tables, when, how));
    return ToJson(summary);
  });
}

kith_code kith_snapshot_deals_behind(kith_snapshot* snapshot, const char* pipeline, const char* stage, const kith_insight_options* options,
                                     kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(stage, "stage"));
    const kith::model::Stage* found = question.pipeline().Find(name);
    if (found == nullptr) {
      return kith::MakeError({.reason = kith::Reason::kUnknownStage, .value = std::string(name)}, "the pipeline has no such stage");
    }
    KITH_ASSIGN_OR_RETURN(std::vector<kith::model::DealPath> paths, question.Paths());
    const kith::insight::FunnelOptions funnel = question.Funnel();
    kith::insight::CountedOptions counted{funnel.group_kind, funnel.group};
    if (funnel.from) counted.from = *funnel.from;
    if (funnel.to) counted.to = *funnel.to;
    return ToJson(kith::insight::DealsBehind(question.pipeline(), paths, found->id, counted));
  });
}

kith_code kith_snapshot_velocity(kith_snapshot* snapshot, const char* pipeline, const char* before, const char* after,
                                 const kith_insight_options* options, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::string_view first, Name(before, "before"));
    KITH_ASSIGN_OR_RETURN(std::string_view second, Name(after, "after"));
    KITH_ASSIGN_OR_RETURN(kith::insight::Months earlier, question.MonthsOf(first));
    KITH_ASSIGN_OR_RETURN(kith::insight::Months later, question.MonthsOf(second));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    KITH_ASSIGN_OR_RETURN(kith::insight::VelocityReport report,
                          kith::insight::CompareVelocity(tables, earlier, later, question.Gap().drivers));
    return ToJson(report);
  });
}

kith_code kith_snapshot_gap(kith_snapshot* snapshot, const char* pipeline, const char* period, const kith_insight_options* options,
                            kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::string_view text, Name(period, "period"));
    KITH_ASSIGN_OR_RETURN(kith::insight::Months months, question.MonthsOf(text));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const kith::insight::CashFacts> cash, question.Collection());
    KITH_ASSIGN_OR_RETURN(kith::insight::GapReport report, kith::insight::DiagnoseGap(tables, months, question.Gap(), cash.get()));
    return ToJson(report);
  });
}

kith_code kith_snapshot_forecast(kith_snapshot* snapshot, const char* pipeline, const char* period, const kith_insight_options* options,
                                 kith_forecast** forecast, kith_error** err) {
  Zero(forecast);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(forecast, "forecast"));
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::string_view text, Name(period, "period"));
    KITH_ASSIGN_OR_RETURN(kith::Period when, question.PeriodOf(text));
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    KITH_ASSIGN_OR_RETURN(kith::insight::ForecastOptions how, question.Forecast(tables));
    KITH_ASSIGN_OR_RETURN(how.ledger, question.Ledger(when, how));
    KITH_ASSIGN_OR_RETURN(kith::insight::ForecastReport report, kith::insight::Forecast(tables, when, how));
    if (report.currency.is_null()) {  // no deal has an amount yet
      const kith::StatusOr<kith::insight::ExchangeRates> base = kith::insight::RatesAt(question.snapshot(), when.first, {});
      if (base.ok()) report.currency = base->into;
    }
    auto object = std::make_shared<ForecastObject>();
    if (!report.parts.empty()) {
      KITH_ASSIGN_OR_RETURN(object->attainments, question.Attainments(report));
      KITH_ASSIGN_OR_RETURN(object->names, question.Names(tables, report.parts));
    }
    object->report = std::move(report);
    *forecast = Wrap<kith_forecast>(std::move(object));
    return absl::OkStatus();
  });
}

void kith_forecast_get_summary(const kith_forecast* forecast, kith_forecast_summary* summary) {
  Zero(summary);
  const ForecastObject* object = Peek(forecast);
  if (object == nullptr || summary == nullptr) return;
  const kith::insight::ForecastReport& report = object->report;
  summary->as_of = report.as_of.micros;
  summary->period_first = report.period.first.days;
  summary->period_end = report.period.end.days;
  summary->closed = report.closed;
  summary->from_open = QuantilesOf(report.from_open);
  summary->from_new = QuantilesOf(report.from_new);
  summary->total = QuantilesOf(report.total);
  summary->expected_new_deals = report.expected_new_deals;
  summary->shock_sd = report.shock_sd;
  summary->open_deals = report.open_deals;
  summary->closed_deals = report.closed_deals;
  summary->excluded = report.excluded;
  summary->maturity = static_cast<int32_t>(report.maturity);
  std::memcpy(summary->currency, report.currency.code().c_str(), std::min<size_t>(report.currency.code().size(), 3));
}

double kith_forecast_probability_at_least(const kith_forecast* forecast, double minor) {
  const ForecastObject* object = Peek(forecast);
  return object == nullptr ? std::nan("") : object->report.ProbabilityAtLeast(minor);
}

size_t kith_forecast_deal_count(const kith_forecast* forecast) {
  const ForecastObject* object = Peek(forecast);
  return object == nullptr ? 0 : object->report.deals.size();
}

kith_code kith_forecast_get_deal(const kith_forecast* forecast, size_t index, kith_forecast_deal* deal) {
  Zero(deal);
  return Guard(nullptr, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(deal, "deal"));
    KITH_ASSIGN_OR_RETURN(ForecastObject * object, Use(forecast));
    if (index >= object->report.deals.size()) return absl::OutOfRangeError("");
    const kith::insight::DealForecast& from = object->report.deals[index];
    const std::lock_guard lock(object->mutex);
    const auto [reason, added] = object->reasons.try_emplace(index);
    if (added) reason->second = kith::insight::ReasonOf(object->report, from);
    *deal = {from.deal.value(),      from.stage.value(),  from.win_in_period,      from.win_low, from.win_high, from.win_ever,
             from.median_close_days, from.expected_minor, FromText(reason->second)};
    return absl::OkStatus();
  });
}

kith_code kith_forecast_to_json(const kith_forecast* forecast, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(ForecastObject * object, Use(forecast));
    return ToJson(object->report, object->attainments, object->names);
  });
}

void kith_forecast_free(kith_forecast* forecast) { Drop(forecast); }

kith_id kith_batch_save_forecast(kith_batch* batch, const kith_forecast* forecast) {
  BatchObject* object = Peek(batch);
  kith_id result = 0;
  if (object == nullptr) return result;
  GuardVoid([&] {
    const kith::StatusOr<ForecastObject*> saved = Use(forecast);
    if (saved.ok()) {
      result = kith::insight::SaveForecast(object->batch, (*saved)->report).value();
    } else {
      object->batch.Fail(saved.status());
    }
  });
  return result;
}

kith_code kith_snapshot_saved_forecasts(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                        kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::vector<kith::insight::SavedForecast> saved, question.Saved());
    return ToJson(saved);
  });
}

kith_code kith_snapshot_submissions(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                                    kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::vector<kith::insight::Submission> submissions, question.Submissions());
    return ToJson(submissions);
  });
}

kith_code kith_snapshot_backtest(kith_snapshot* snapshot, const char* pipeline, const char* unit, size_t count,
                                 const kith_insight_options* options, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Question question, Question::Ask(snapshot, pipeline, options));
    KITH_ASSIGN_OR_RETURN(std::string_view unit_name, Name(unit, "unit"));
    KITH_ASSIGN_OR_RETURN(kith::PeriodUnit periods, UnitFromName(unit_name));
    if (count == 0 || count > 400) return kith::MakeError(kith::Reason::kBadOptions, "count must be 1 to 400");
    KITH_ASSIGN_OR_RETURN(kith::model::FunnelTables tables, question.Tables());
    KITH_ASSIGN_OR_RETURN(kith::insight::ForecastOptions how, question.Forecast(tables));
    how.what_if = {};
    kith::Time now = question.Now();
    std::vector<kith::Period> past;
    for (size_t back = count; back > 0; --back) past.push_back(question.PeriodBefore(periods, static_cast<int>(back)));
    auto tables_at = [&](kith::Time as_of) { return question.TablesAt(as_of); };
    KITH_ASSIGN_OR_RETURN(const std::vector<kith::model::DealPath> paths, question.Paths());
    auto won_between = [&](kith::Time first, kith::Time end) -> kith::StatusOr<std::vector<kith::Id>> {
      return kith::insight::WonIn(question.pipeline(), paths, first, end);
    };
    KITH_ASSIGN_OR_RETURN(kith::insight::BacktestReport report,
                          kith::insight::Backtest(tables_at, past, now, how, won_between, question.ByOrigin(), question.pipeline().days));
    return ToJson(report);
  });
}

}  // extern "C"
