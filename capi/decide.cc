// Where support goes, what earns the credit, what is unusual: functions of what the question says.
#include <cmath>

#include "answer.h"
#include "kith/insight/allocation.h"
#include "kith/insight/credit.h"
#include "kith/insight/habit.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;     // NOLINT(google-build-using-namespace): this file implements the global C functions
using namespace kith::insight;  // NOLINT(google-build-using-namespace): and is about its types alone

namespace {

// The question in, the answer out as JSON.
template <typename Answer>
kith_code Reply(kith_str given, kith_text** json, kith_error** err, const Answer& answer) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(Members question, Members::Ask(given));
    KITH_ASSIGN_OR_RETURN(const Json answered, answer(question));
    return Dump(answered);
  });
}

kith::StatusOr<Json> Pool(Members& question, std::vector<Members>& asked) {
  int64_t capacity = 0;
  double cost = 0;
  question.GetCount("capacity", capacity);
  question.Get("cost", cost);
  KITH_RETURN_IF_ERROR(question.Done());
  std::vector<SupportedDeal> deals;
  for (Members& one : asked) {
    SupportedDeal& deal = deals.emplace_back();
    one.Get("deal", deal.deal);
    one.Get("value", deal.value);
    one.Get("base", deal.base);
    one.Get("most", deal.most);
    one.Get("scale", deal.scale);
    KITH_RETURN_IF_ERROR(one.Done());
  }
  KITH_ASSIGN_OR_RETURN(const PoolPlan plan, AllocatePool(deals, capacity, cost));
  return Json{{"units", plan.units}, {"gain", plan.gain}, {"shadow_price", plan.shadow_price}};
}

kith::StatusOr<Json> Experts(Members& question, std::vector<Members>& asked, std::vector<Members>& given) {
  KITH_RETURN_IF_ERROR(question.Done());
  std::vector<ExpertDeal> deals;
  for (Members& one : asked) {
    ExpertDeal& deal = deals.emplace_back();
    one.Get("deal", deal.deal);
    one.Get("value", deal.value);
    one.Get("base", deal.base);
    KITH_RETURN_IF_ERROR(one.Done());
  }
  std::vector<Expert> experts;
  for (Members& one : given) {
    Expert& expert = experts.emplace_back();
    one.Get("expert", expert.expert);
    one.Get("cost", expert.cost);
    one.Get("effect", expert.effect);
    KITH_RETURN_IF_ERROR(one.Done());
  }
  KITH_ASSIGN_OR_RETURN(const ExpertPlan plan, AllocateExperts(deals, experts));
  Json places = Json::array();
  for (const std::optional<size_t>& deal : plan.deal) places.push_back(deal ? Json(*deal) : Json(nullptr));
  return Json{{"deals", std::move(places)}, {"gain", plan.gain}, {"bound", plan.bound}, {"exact", plan.exact}};
}

kith::StatusOr<kith::Money> MoneyOf(Members& asked, const char* name) {
  Members amount;
  asked.Get(name, amount);
  double minor = 0;
  std::string currency;
  amount.Get("minor", minor);
  amount.Get("currency", currency);
  KITH_RETURN_IF_ERROR(amount.Done());
  constexpr double kMost = 9007199254740992;  // 2^53
  if (std::abs(minor) > kMost || std::trunc(minor) != minor || (currency.empty() && minor != 0)) {
    return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = name, .hint = R"({"minor": 1250000, "currency": "CNY"})"},
                           "an amount is a whole number of minor units and a currency");
  }
  if (currency.empty()) return kith::Money();
  const std::optional<kith::Currency> known = kith::Currency::FromCode(currency);
  if (!known) return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = name, .value = currency}, "there is no such currency");
  return kith::Money{static_cast<int64_t>(minor), *known};
}

kith::StatusOr<std::vector<Journey>> JourneysOf(std::vector<Members>& asked) {
  std::vector<Journey> journeys;
  for (Members& one : asked) {
    Journey& journey = journeys.emplace_back();
    std::vector<Members> touches;
    std::optional<kith::Time> converted;
    one.Get("touches", touches);
    one.Get("converted", converted);
    KITH_ASSIGN_OR_RETURN(journey.revenue, MoneyOf(one, "revenue"));
    KITH_RETURN_IF_ERROR(one.Done());
    journey.converted = converted.value_or(kith::kTimeMax);
    for (Members& touched : touches) {
      Touch& touch = journey.touches.emplace_back();
      std::optional<kith::Time> at;
      touched.Get("channel", touch.channel);
      touched.Get("at", at);
      KITH_RETURN_IF_ERROR(touched.Done());
      touch.at = at.value_or(kith::Time{});
    }
  }
  return journeys;
}

}  // namespace

extern "C" {

kith_code kith_allocate(kith_str question, kith_text** json, kith_error** err) {
  return Reply(question, json, err, [](Members& asked) -> kith::StatusOr<Json> {
    std::vector<Members> deals;
    std::vector<Members> experts;
    asked.Get("deals", deals);
    asked.Get("experts", experts);
    return asked.Has("experts") ? Experts(asked, deals, experts) : Pool(asked, deals);
  });
}

kith_code kith_credit(kith_str question, kith_text** json, kith_error** err) {
  return Reply(question, json, err, [](Members& asked) -> kith::StatusOr<Json> {
    std::string name(NameOf(CreditModel::kLast));
    std::vector<Members> walked;
    std::vector<Members> spent;
    asked.Get("model", name);
    asked.Get("journeys", walked);
    asked.Get("costs", spent);
    KITH_RETURN_IF_ERROR(asked.Done());
    const std::optional<CreditModel> model = CreditModelFromName(name);
    if (!model) {
      return kith::MakeError(
          {.reason = kith::Reason::kBadOptions, .field = "model", .value = name, .hint = "first, last, linear, decay or u_shape"},
          "there is no such model of credit");
    }
    KITH_ASSIGN_OR_RETURN(const std::vector<Journey> journeys, JourneysOf(walked));
    std::vector<ChannelCost> costs;
    for (Members& one : spent) {
      ChannelCost& cost = costs.emplace_back();
      one.Get("channel", cost.channel);
      KITH_ASSIGN_OR_RETURN(cost.cost, MoneyOf(one, "cost"));
      KITH_RETURN_IF_ERROR(one.Done());
    }
    KITH_ASSIGN_OR_RETURN(const std::vector<ChannelReturn> returns, ChannelReturns(*model, journeys, costs));
    Json list = Json::array();
    for (const ChannelReturn& one : returns) {
      list.push_back({{"channel", one.channel},
                      {"conversions", one.conversions},
                      {"revenue", one.revenue},
                      {"cost", one.cost},
                      {"roi", Number(one.roi)}});
    }
    return list;
  });
}

kith_code kith_habit(kith_str question, kith_text** json, kith_error** err) {
  return Reply(question, json, err, [](Members& asked) -> kith::StatusOr<Json> {
    std::vector<Members> projects;
    Members usual;
    HabitPrior prior;
    std::optional<double> value;
    double level = 0.8;
    asked.Get("past", projects);
    asked.Get("prior", usual);
    asked.Get("value", value);
    asked.Get("level", level);
    KITH_RETURN_IF_ERROR(asked.Done());
    usual.Get("mean", prior.mean);
    usual.Get("sd", prior.sd);
    usual.Get("weight", prior.weight);
    usual.Get("sd_weight", prior.sd_weight);
    KITH_RETURN_IF_ERROR(usual.Done());
    std::vector<PastProject> past;
    for (Members& one : projects) {
      PastProject& project = past.emplace_back();
      one.Get("value", project.value);
      one.Get("weight", project.weight);
      KITH_RETURN_IF_ERROR(one.Done());
    }
    KITH_ASSIGN_OR_RETURN(const Habit habit, LearnHabit(past, prior, value, level));
    return Json{{"mean", habit.mean},         {"low", habit.low}, {"high", habit.high},
                {"projects", habit.projects}, {"own", habit.own}, {"surprise", Number(habit.surprise)},
                {"warns", habit.warns}};
  });
}

}  // extern "C"
