// What insights say, as JSON text.
#include "answer.h"
#include "json.h"
#include "kith/insight/winning.h"
#include "kith/model/model.h"

namespace kith::capi {
namespace {

Json Of(const insight::Rate& rate) {
  return {{"value", Number(rate.value)}, {"low", Number(rate.low)}, {"high", Number(rate.high)},
          {"successes", rate.successes}, {"trials", rate.trials},   {"maturity", NameOf(rate.maturity)}};
}
Json Of(const insight::Quantiles& q) {
  return {{"p10", Number(q.p10)}, {"p50", Number(q.p50)}, {"p90", Number(q.p90)}, {"mean", Number(q.mean)}, {"sd", Number(q.sd)}};
}
Json Of(Period period) { return {{"first", ToText(period.first)}, {"end", ToText(period.end)}}; }

Json Of(const insight::StageFunnel& stage) {
  return {{"id", stage.stage.id.value()},
          {"name", stage.stage.name},
          {"labels", stage.stage.labels},
          {"reached", stage.reached},
          {"open", stage.open},
          {"advanced", stage.advanced},
          {"lost", stage.lost},
          {"entries", stage.entries},
          {"rework", stage.rework},
          {"skipped", stage.skipped},
          {"rate", Of(stage.rate)},
          {"open_amount_minor", stage.open_amount.minor},
          {"median_days", Number(stage.median_days)},
          {"mean_days", Number(stage.mean_days)}};
}

Json Of(const insight::FunnelReport& report) {
  Json json = {{"pipeline", report.pipeline.name},
               {"as_of", ToText(report.as_of)},
               {"arrivals", report.arrivals},
               {"won", report.won},
               {"lost", report.lost},
               {"open", report.open},
               {"path_unknown", report.path_unknown},
               {"win_rate", Of(report.win_rate)},
               {"end_to_end", Number(report.end_to_end)},
               {"conformance", Number(report.conformance)},
               {"median_cycle_days", Number(report.median_cycle_days)},
               {"currency", report.currency.code()},
               {"open_elsewhere", report.open_elsewhere},
               {"warnings", report.warnings},
               {"stages", Json::array()}};
  for (const insight::StageFunnel& stage : report.stages) json["stages"].push_back(Of(stage));
  return json;
}

Json Of(const std::vector<insight::DataGap>& gaps) {
  Json json = Json::array();
  for (const insight::DataGap& gap : gaps) {
    json.push_back({{"kind", insight::NameOf(gap.kind)}, {"stage", gap.stage.value()}, {"missing", gap.missing}, {"text", gap.text}});
  }
  return json;
}

Json Of(const std::vector<insight::StuckDeal>& stuck) {
  Json json = Json::array();
  for (const insight::StuckDeal& deal : stuck) {
    json.push_back({{"id", deal.deal.value()},
                    {"stage", deal.stage.value()},
                    {"age_days", Number(deal.age_days)},
                    {"still_there", Number(deal.still_there)},
                    {"limit_days", Number(deal.limit_days)},
                    {"amount_minor", deal.amount.minor},
                    {"currency", deal.amount.currency.code()}});
  }
  return json;
}

Json Of(const insight::RepStage& stage) {
  return {{"id", stage.stage.id.value()},     {"name", stage.stage.name},
          {"labels", stage.stage.labels},     {"rep", Of(stage.rep)},
          {"team", Of(stage.team)},           {"shrunk", Number(stage.shrunk)},
          {"low", Number(stage.low)},         {"high", Number(stage.high)},
          {"below", Number(stage.below)},     {"surprise", Number(stage.surprise)},
          {"log_gap", Number(stage.log_gap)}, {"lost_minor", Number(stage.lost_money)},
          {"enough", stage.enough},           {"weak", stage.weak}};
}

Json Of(const insight::ForecastReport& report, const insight::DealForecast& deal) {
  return {{"id", deal.deal.value()},
          {"stage", deal.stage.value()},
          {"age_days", Number(deal.age_days)},
          {"win_in_period", Number(deal.win_in_period)},
          {"low", Number(deal.win_low)},
          {"high", Number(deal.win_high)},
          {"win_ever", Number(deal.win_ever)},
          {"early_close_days", Number(deal.early_close_days)},
          {"median_close_days", Number(deal.median_close_days)},
          {"late_close_days", Number(deal.late_close_days)},
          {"contributions",
           {{"base", Number(deal.contributions.base)},
            {"stage", Number(deal.contributions.stage)},
            {"age", Number(deal.contributions.age)},
            {"group", Number(deal.contributions.group)},
            {"relations", Number(deal.contributions.covariates)}}},
          {"amount_minor", deal.amount.minor},
          {"currency", deal.amount.currency.code()},
          {"expected_minor", Number(deal.expected_minor)},
          {"reason", insight::ReasonOf(report, deal)}};
}

Json Of(const std::vector<insight::DriverChange>& changes) {
  Json json = Json::array();
  for (const insight::DriverChange& change : changes) {
    json.push_back({{"driver", insight::NameOf(change.kind)},
                    {"before", Number(change.before)},
                    {"after", Number(change.after)},
                    {"log_change", Number(change.log_change)},
                    {"log_sd", Number(change.log_sd)},
                    {"contribution", Number(change.contribution)},
                    {"beyond_chance", change.beyond_chance}});
  }
  return json;
}

Json Of(const insight::Velocity& velocity) {
  return {{"open_deals", Number(velocity.open_deals)},
          {"win_rate", Number(velocity.win_rate)},
          {"mean_minor", Number(velocity.mean_amount)},
          {"cycle_days", Number(velocity.cycle_days)},
          {"won", velocity.won},
          {"closed", velocity.closed},
          {"minor_a_day", Number(velocity.per_day())}};
}

Json Of(const insight::RepReport& report) {
  Json rep = {
      {"owner", report.owner.value()}, {"resolved", report.resolved}, {"log_gap", Number(report.log_gap)}, {"summary", report.summary}};
  rep["look_first"] = report.look_first ? Json(report.stages[*report.look_first].stage.name) : Json(nullptr);
  rep["weakest"] = report.weakest ? Json(report.stages[*report.weakest].stage.name) : Json(nullptr);
  rep["stages"] = Json::array();
  for (const insight::RepStage& stage : report.stages) rep["stages"].push_back(Of(stage));
  return rep;
}

Json Of(const std::vector<insight::QuotaReached>& quotas) {
  Json list = Json::array();
  for (const insight::QuotaReached& one : quotas) {
    Json json = {{"holder", one.quota.holder.value()}, {"metric", one.quota.metric}};
    if (one.quota.metric == "count") {
      json["asked"] = one.quota.target_count;
    } else {
      json["asked"] = one.quota.target.minor;
      json["currency"] = one.quota.target.currency.code();
    }
    json["reached"] = Number(one.reached);
    json["share"] = Number(one.share);
    json["untold"] = one.untold;
    json["chance"] = Number(one.chance);
    json["total"] = one.total ? Of(*one.total) : Json(nullptr);
    list.push_back(std::move(json));
  }
  return list;
}

Json Of(const insight::Scorecard& card) {
  const insight::RepActivity& did = card.activity;
  Json by_kind = Json::object();
  for (const auto& [kind, n] : did.by_kind) by_kind[kind] = n;
  Json velocity = Of(card.velocity);
  velocity["low"] = Number(card.velocity_low);
  velocity["high"] = Number(card.velocity_high);
  Json json = {{"owner", IdOrNull(card.owner)},
               {"activity",
                {{"interactions", did.interactions},
                 {"by_kind", std::move(by_kind)},
                 {"theirs", did.theirs},
                 {"contacts", did.contacts},
                 {"tasks_done", did.tasks_done}}},
               {"funnel", Of(card.funnel)},
               {"revenue_minor", Number(card.revenue)},
               {"velocity", std::move(velocity)},
               {"quotas", Of(card.quotas)}};
  const auto& known = card.relations;
  json["relations"] =
      known ? Json{{"contacts", known->contacts}, {"reach", Number(known->reach)}, {"exclusive", Number(known->exclusive)}} : Json(nullptr);
  json["against_team"] = card.against_team ? Of(*card.against_team) : Json(nullptr);
  return json;
}

Json Of(const insight::Drivers& drivers) {
  return {{"worked", Number(drivers.worked)},
          {"closed", Number(drivers.closed)},
          {"won", Number(drivers.won)},
          {"revenue_minor", Number(drivers.revenue)},
          {"collected_minor", drivers.has_collection ? Number(drivers.collected) : Json(nullptr)},
          {"expected_minor", drivers.has_collection ? Number(drivers.expected_before + drivers.expected_new) : Json(nullptr)}};
}

Json PartOf(uint64_t part, const PartNames& names) {
  Json json = {{"part", part}, {"name", nullptr}};
  const auto called = names.find(part);
  if (called == names.end()) return json;
  json["name"] = called->second.name;
  if (!called->second.labels.empty()) json["labels"] = called->second.labels;
  return json;
}

Json Of(const insight::PartForecast& part) {
  return {{"closed", Number(part.closed)},
          {"from_open", Of(part.from_open)},
          {"from_new", Of(part.from_new)},
          {"total", Of(part.total)},
          {"open_deals", part.open_deals}};
}

Json Of(const insight::ForecastReport& report, bool with_deals) {
  Json json = {{"as_of", ToText(report.as_of)},
               {"period", Of(report.period)},
               {"currency", report.currency.code()},
               {"minor_digits", report.currency.minor_digits()},
               {"closed", Number(report.closed)},
               {"from_open", Of(report.from_open)},
               {"from_new", Of(report.from_new)},
               {"total", Of(report.total)},
               {"shock_sd", Number(report.shock_sd)},
               {"open_deals", report.open_deals},
               {"expected_new_deals", Number(report.expected_new_deals)},
               {"closed_deals", report.closed_deals},
               {"excluded", report.excluded},
               {"maturity", NameOf(report.maturity)},
               {"warnings", report.warnings},
               {"model", report.model},
               {"measure", report.of_cash ? "cash" : "won"}};
  if (report.of_cash) {
    json["from_issued"] = Of(report.from_issued);
    json["from_won"] = Of(report.from_won);
  }
  if (!with_deals) return json;
  json["quantiles"] = Json::array();
  for (const double quantile : report.total_quantiles) json["quantiles"].push_back(Number(quantile));
  json["effects"] = Json::array();
  for (const insight::CovariateEffect& one : report.effects) {
    json["effects"].push_back(
        {{"name", one.name}, {"effect", Number(one.effect)}, {"sd", Number(one.sd)}, {"deals", report.covariate_deals}});
  }
  const insight::Transparency transparency = insight::TransparencyOf(report);
  json["transparency"] = {{"process", Number(transparency.process)}, {"relations", Number(transparency.relations)}};
  json["deals"] = Json::array();
  for (const insight::DealForecast& deal : report.deals) json["deals"].push_back(Of(report, deal));
  return json;
}

}  // namespace

std::string ToJson(const insight::FunnelReport& report, const std::vector<insight::FunnelPart>& parts, const PartNames& names) {
  Json json = Of(report);
  json["parts"] = Json::array();
  for (const insight::FunnelPart& one : parts) {
    Json part = PartOf(one.part, names);
    part.update(Of(one.funnel));
    json["parts"].push_back(std::move(part));
  }
  return Dump(json);
}

std::string ToJson(const std::vector<insight::RepReport>& reports) {
  Json json = Json::array();
  for (const insight::RepReport& report : reports) json.push_back(Of(report));
  return Dump(json);
}

std::string ToJson(const insight::ScorecardReport& report) {
  Json json = {{"as_of", ToText(report.as_of)},
               {"currency", report.currency.code()},
               {"months", Of(Period{model::FirstDay(report.window.from), model::FirstDay(report.window.to)})},
               {"team", Of(report.team)},
               {"reps", Json::array()},
               {"groups", Of(report.groups)},
               {"practices", Json::array()},
               {"concentration", Number(report.concentration)},
               {"masked", report.masked}};
  for (const insight::Scorecard& card : report.reps) json["reps"].push_back(Of(card));
  for (const insight::Practice& one : report.practices) {
    const bool known = !one.example.is_null();
    json["practices"].push_back({{"owner", one.owner.value()},
                                 {"stage", one.stage.value()},
                                 {"example", IdOrNull(one.example)},
                                 {"rate", known ? Of(one.rate) : Json(nullptr)}});
  }
  return Dump(json);
}

std::string ToJson(const model::Pipeline& pipeline, const std::vector<insight::Way>& ways, const std::vector<insight::Cohort>& cohorts) {
  Json json = {{"ways", Json::array()}, {"cohorts", Json::array()}};
  for (const insight::Way& way : ways) {
    Json stages = Json::array();
    for (const Id id : way.stages) {
      const model::Stage* stage = pipeline.Find(id);
      stages.push_back(stage != nullptr ? Json(stage->name) : Json(id.value()));
    }
    json["ways"].push_back({{"stages", stages}, {"deals", way.deals}, {"median_days", Number(way.median_days)}});
  }
  for (const insight::Cohort& cohort : cohorts) {
    json["cohorts"].push_back({{"month", ToText(model::FirstDay(cohort.month)).substr(0, 7)},
                               {"deals", cohort.deals},
                               {"won", cohort.won},
                               {"lost", cohort.lost},
                               {"won_by", cohort.won_by},
                               {"win_rate", Of(cohort.win_rate)}});
  }
  return Dump(json);
}

std::string ToJson(const insight::CountedDeals& deals) {
  Json json = {{"advanced", Json::array()}, {"lost", Json::array()}};
  for (const Id id : deals.advanced) json["advanced"].push_back(id.value());
  for (const Id id : deals.lost) json["lost"].push_back(id.value());
  return Dump(json);
}

std::string ToJson(const insight::VelocityReport& report) {
  return Dump({{"currency", report.currency.code()},
               {"minor_digits", report.currency.minor_digits()},
               {"before", Of(report.before)},
               {"after", Of(report.after)},
               {"changes", Of(report.changes)}});
}

std::string ToJson(const insight::GapReport& report) {
  return Dump({{"currency", report.currency.code()},
               {"minor_digits", report.currency.minor_digits()},
               {"target", Number(report.target)},
               {"reached", Number(report.reached)},
               {"gap", Number(report.gap)},
               {"usual", Of(report.usual)},
               {"actual", Of(report.actual)},
               {"causes", Of(report.causes)},
               {"summary", report.summary}});
}

std::string ToJson(const insight::ForecastReport& report, const std::vector<insight::Attainment>& attainments, const PartNames& names) {
  Json json = Of(report, true);
  json["parts"] = Json::array();
  for (const insight::PartForecast& one : report.parts) {
    Json part = PartOf(one.part, names);
    part.update(Of(one));
    json["parts"].push_back(std::move(part));
  }
  json["attainments"] = Json::array();
  for (const insight::Attainment& attainment : attainments) {
    json["attainments"].push_back({{"holder", attainment.holder.value()},
                                   {"target_minor", attainment.target.minor},
                                   {"closed", Number(attainment.closed)},
                                   {"mean", Number(attainment.mean)},
                                   {"probability", Number(attainment.probability)}});
  }
  return Dump(json);
}

std::string ToJson(const insight::BacktestReport& report) {
  Json json = {{"coverage80", Number(report.coverage80)},
               {"wape", Number(report.wape)},
               {"bias", Number(report.bias)},
               {"crps", Number(report.crps)},
               {"pinball", Number(report.pinball)},
               {"stage_rate_wape", Number(report.stage_rate_wape)},
               {"auc", Number(report.auc)},
               {"brier", Number(report.brier)},
               {"log_loss", Number(report.log_loss)},
               {"ece", Number(report.ece)},
               {"deals", report.deals},
               {"reliability", Json::array()},
               {"points", Json::array()}};
  for (const insight::CalibrationBin& bin : report.reliability) {
    json["reliability"].push_back({{"forecast", Number(bin.forecast)}, {"won", Number(bin.won)}, {"deals", bin.deals}});
  }
  for (const insight::BacktestPoint& point : report.points) {
    json["points"].push_back({{"origin", ToText(point.origin)},
                              {"period", Of(point.period)},
                              {"forecast", Of(point.forecast, false)},
                              {"actual", Number(point.actual)},
                              {"stage_rate_forecast", Number(point.stage_rate_forecast)}});
  }
  return Dump(json);
}

std::string ToJson(const std::vector<insight::SavedForecast>& saved) {
  const insight::PastScore score = insight::ScoreOf(saved);
  Json json = {{"score",
                {{"forecasts", score.forecasts},
                 {"coverage80", Number(score.coverage80)},
                 {"wape", Number(score.wape)},
                 {"bias", Number(score.bias)},
                 {"pinball", Number(score.pinball)}}},
               {"forecasts", Json::array()}};
  for (const insight::SavedForecast& forecast : saved) {
    json["forecasts"].push_back({{"id", forecast.record.value()},
                                 {"made_at", ToText(forecast.entry.origin)},
                                 {"period", Of(forecast.entry.period)},
                                 {"model", forecast.entry.model},
                                 {"currency", forecast.entry.currency.code()},
                                 {"total", Of(forecast.total)},
                                 {"actual", forecast.over ? Number(forecast.entry.actual) : Json(nullptr)}});
  }
  return Dump(json);
}

std::string ToJson(const std::vector<insight::Submission>& submissions) {
  Json json = {{"submissions", Json::array()}, {"submitters", Json::array()}};
  for (const insight::Submission& one : submissions) {
    json["submissions"].push_back({{"id", one.record.value()},
                                   {"by", one.by.value()},
                                   {"of", IdOrNull(one.of)},
                                   {"period", Of(one.period)},
                                   {"made_at", ToText(one.made_at)},
                                   {"said", MoneyJson(one.said)},
                                   {"note", one.note},
                                   {"actual", one.over ? Number(one.actual) : Json(nullptr)}});
  }
  for (const insight::SubmitterBias& one : insight::SubmittersOf(submissions)) {
    json["submitters"].push_back({{"by", one.by.value()},
                                  {"periods", one.periods},
                                  {"unscored", one.unscored},
                                  {"bias", Number(one.bias)},
                                  {"low", Number(one.low)},
                                  {"high", Number(one.high)},
                                  {"text", one.text}});
  }
  return Dump(json);
}

std::string ToJson(const std::vector<insight::RepBias>& reps) {
  Json json = Json::array();
  for (const insight::RepBias& rep : reps) {
    json.push_back({{"owner", rep.owner.value()},
                    {"deals", rep.deals},
                    {"typed", Number(rep.typed)},
                    {"won", Number(rep.won)},
                    {"p_value", Number(rep.p_value)},
                    {"bias", insight::NameOf(rep.bias)},
                    {"dated", rep.dated},
                    {"median_days_late", Number(rep.median_days_late)},
                    {"slips_per_deal", Number(rep.slips_per_deal)},
                    {"text", rep.text}});
  }
  return Dump(json);
}

std::string ToJson(const std::vector<insight::DataGap>& gaps, const std::vector<insight::StuckDeal>& stuck) {
  return Dump({{"gaps", Of(gaps)}, {"stuck", Of(stuck)}});
}

// Short enough for a telephone: of each stage what its bar shows, of each deal one line.
std::string ToJson(const insight::Summary& summary) {
  const insight::FunnelReport& funnel = summary.funnel;
  Json stages = Json::array();
  for (const insight::StageFunnel& stage : funnel.stages) {
    stages.push_back({{"id", stage.stage.id.value()},
                      {"name", stage.stage.name},
                      {"reached", stage.reached},
                      {"open", stage.open},
                      {"rate", Number(stage.rate.value)},
                      {"low", Number(stage.rate.low)},
                      {"high", Number(stage.rate.high)}});
  }
  Json forecast = Of(summary.forecast, false);
  Json& deals = forecast["deals"] = Json::array();
  for (const insight::DealForecast& deal : summary.forecast.deals) {
    deals.push_back({{"id", deal.deal.value()},
                     {"stage", deal.stage.value()},
                     {"win_in_period", Number(deal.win_in_period)},
                     {"expected_minor", Number(deal.expected_minor)}});
  }
  return Dump({{"funnel",
                {{"pipeline", funnel.pipeline.name},
                 {"arrivals", funnel.arrivals},
                 {"won", funnel.won},
                 {"lost", funnel.lost},
                 {"open", funnel.open},
                 {"win_rate", Of(funnel.win_rate)},
                 {"end_to_end", Number(funnel.end_to_end)},
                 {"conformance", Number(funnel.conformance)},
                 {"median_cycle_days", Number(funnel.median_cycle_days)},
                 {"stages", std::move(stages)},
                 {"warnings", funnel.warnings}}},
               {"forecast", std::move(forecast)},
               {"gaps", Of(summary.gaps)},
               {"gaps_total", summary.gaps_total},
               {"risks", Of(summary.risks)},
               {"risks_total", summary.risks_total}});
}

}  // namespace kith::capi
