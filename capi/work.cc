// What somebody should do next, which groups to go to, what customers owe, what a deal is worth.
#include <map>
#include <optional>

#include "answer.h"
#include "kith/insight/penetration.h"
#include "kith/insight/receivables.h"
#include "kith/insight/worklist.h"
#include "kith/insight/worth.h"
#include "kith/model/model.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;     // NOLINT(google-build-using-namespace): this file implements the global C functions
using namespace kith::insight;  // NOLINT(google-build-using-namespace): and is about its types alone

namespace {

Json Of(kith::Id id) { return IdOrNull(id); }
Json Of(const kith::Money& amount) { return MoneyJson(amount); }
Json Of(const std::optional<kith::Money>& amount) { return amount.has_value() ? MoneyJson(*amount) : Json(nullptr); }
Json Of(const std::optional<double>& value) { return Number(value); }
Json Of(const std::vector<kith::Id>& ids) { return IdsJson(ids); }

Json Of(const WorkItem& item) {
  Json json = {{"kind", NameOf(item.kind)},
               {"record", item.record.value()},
               {"name", item.name},
               {"customer", Of(item.customer)},
               {"about", Of(item.about)},
               {"promised", item.promised},
               {"chance", Of(item.chance)},
               {"value", Of(item.value)},
               {"due", item.due.has_value() ? Json(kith::ToText(*item.due)) : Json(nullptr)}};
  Json& reasons = json["reasons"] = Json::array();
  for (const auto& [reason, much] : item.reasons) reasons.push_back({{"reason", NameOf(reason)}, {"much", much}});
  if (!item.action.empty()) json["action"] = {{"name", item.action}, {"labels", item.action_labels}};
  return json;
}

Json Of(const WorkList& list) {
  Json items = Json::array();
  for (const WorkItem& item : list.items) items.push_back(Of(item));
  return {{"now", kith::ToText(list.now)},   {"currency", list.currency.is_null() ? Json(nullptr) : Json(list.currency.code())},
          {"verdict", NameOf(list.verdict)}, {"total", list.total},
          {"masked", list.masked},           {"items", std::move(items)}};
}

Json Of(const Penetration& report) {
  Json groups = Json::array();
  for (const GroupPenetration& group : report.groups) {
    groups.push_back({{"head", group.head.value()},
                      {"name", group.name},
                      {"subsidiaries", group.subsidiaries},
                      {"worked", group.worked},
                      {"won", group.won},
                      {"active", group.active},
                      {"active_ones", Of(group.active_ones)},
                      {"share", group.share()},
                      {"head_open", group.head_open},
                      {"reach", group.reach},
                      {"executive", Of(group.executive)},
                      {"expand", group.expand},
                      {"suggested", group.suggested.has_value() ? Of(*group.suggested) : Json(nullptr)}});
  }
  return {{"now", kith::ToText(report.now)}, {"masked", report.masked}, {"groups", std::move(groups)}};
}

void ReadPenetration(Members& asked, PenetrationOptions& options) {
  asked.Get("relation", options.relation);
  asked.Get("now", options.now);
  asked.GetCount("active_days", options.active_days);
  asked.Get("threshold", options.threshold);
  asked.GetCount("fewest", options.fewest);
}

kith::StatusOr<kith::model::Pipeline> PipelineNamed(const kith::Snapshot& now, const char* given) {
  KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(given, "pipeline"));
  return kith::model::GetPipeline(now, name);
}

Json Of(const std::vector<Ageing>& ageings) {
  Json list = Json::array();
  for (const Ageing& one : ageings) {
    list.push_back({{"currency", one.currency.code()},
                    {"invoices", one.invoices},
                    {"open", one.open},
                    {"not_due", one.not_due},
                    {"overdue", one.overdue()},
                    {"late", one.late},
                    {"overpaid", one.overpaid},
                    {"invoiced", one.invoiced},
                    {"dso", Of(one.dso)},
                    {"best_dso", Of(one.best_dso)},
                    {"days_to_pay", Of(one.days_to_pay)}});
  }
  return list;
}

Json Of(const std::map<kith::Id, std::vector<Ageing>>& groups) {
  Json list = Json::array();
  for (const auto& [group, ageings] : groups) list.push_back({{"group", Of(group)}, {"ageing", Of(ageings)}});
  return list;
}

Json Of(const ReceivablesReport& report) {
  Json invoices = Json::array();
  for (const OpenInvoice& one : report.invoices) {
    invoices.push_back({{"invoice", one.invoice.value()},
                        {"account", Of(one.account)},
                        {"owner", Of(one.owner)},
                        {"total", Of(one.total)},
                        {"open", Of(one.open)},
                        {"due", kith::ToText(one.due)},
                        {"days_late", one.days_late}});
  }
  return {{"as_of", kith::ToText(report.as_of)},
          {"total", Of(report.total)},
          {"by_account", Of(report.by_account)},
          {"by_owner", Of(report.by_owner)},
          {"invoices", std::move(invoices)},
          {"masked", report.masked},
          {"other_currency", Of(report.other_currency)}};
}

Json Of(const BudgetEstimate& budget) {
  Json amounts = Json::array();
  for (const Contribution& part : budget.amounts) {
    amounts.push_back({{"record", part.record.value()}, {"weight", part.weight}, {"minor", part.value}});
  }
  const Score& exists = budget.exists;
  return {{"exists", {{"value", exists.value}, {"confidence", exists.confidence}, {"low", exists.low}, {"high", exists.high}}},
          {"amount", Of(budget.amount)},
          {"confidence", budget.confidence},
          {"apart", budget.apart},
          {"amounts", std::move(amounts)}};
}

Json Of(const DealWorth& worth) {
  return {{"deal", worth.deal.value()},     {"amount", Of(worth.amount)},
          {"source", NameOf(worth.source)}, {"chance", Of(worth.chance)},
          {"delivery", worth.delivery},     {"to_win", worth.to_win},
          {"spent", worth.spent},           {"margin", Of(worth.margin)},
          {"expected", Of(worth.expected)}, {"other_currency", Of(worth.other_currency)},
          {"masked", worth.masked},         {"budget", Of(worth.budget)}};
}

struct ReceivableQuestion {
  ReceivableOptions options;
  std::string into;
  std::vector<std::optional<double>> late_days;
};

kith::StatusOr<ReceivableOptions> OptionsOf(const ReceivableQuestion& asked) {
  ReceivableOptions options = asked.options;
  if (!asked.into.empty()) {
    const std::optional<kith::Currency> into = kith::Currency::FromCode(asked.into);
    if (!into.has_value()) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "into", .value = asked.into, .hint = "write EUR or CNY"},
                             "is no currency");
    }
    options.into = *into;
  }
  if (asked.late_days.empty()) return options;
  options.late_days.clear();
  for (const std::optional<double>& days : asked.late_days) {
    const bool whole = days.has_value() && *days >= 1 && *days <= 36'600 && *days == std::floor(*days);
    if (!whole)
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "late_days"}, "days late are whole numbers from 1 on");
    options.late_days.push_back(static_cast<int64_t>(*days));
  }
  return options;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_worklist(kith_snapshot* snapshot, kith_id rep, kith_str question, kith_text** json, kith_error** err) {
  const auto read = [](Members& asked, WorkOptions& options) {
    asked.Get("now", options.now);
    asked.GetCount("horizon_days", options.horizon_days);
    asked.GetCount("silent_days", options.silent_days);
    asked.GetCount("rest_days", options.rest_days);
    asked.GetCount("limit", options.limit);
  };
  const auto answer = [rep](const kith::Snapshot& now, const WorkOptions& options) -> kith::StatusOr<Json> {
    KITH_ASSIGN_OR_RETURN(const WorkList list, WorkListOf(now, kith::Id(rep), options));
    return Of(list);
  };
  return ReplyTo(snapshot, question, json, err, WorkOptions(), read, answer);
}

kith_code kith_snapshot_penetration(kith_snapshot* snapshot, const char* pipeline, kith_str question, kith_text** json, kith_error** err) {
  const auto answer = [pipeline](const kith::Snapshot& now, const PenetrationOptions& options) -> kith::StatusOr<Json> {
    KITH_ASSIGN_OR_RETURN(const kith::model::Pipeline deals, PipelineNamed(now, pipeline));
    KITH_ASSIGN_OR_RETURN(const Penetration report, PenetrationOf(now, deals, options));
    return Of(report);
  };
  return ReplyTo(snapshot, question, json, err, PenetrationOptions(), ReadPenetration, answer);
}

kith_code kith_batch_suggest_expansions(kith_batch* batch, kith_snapshot* snapshot, const char* pipeline, kith_str question,
                                        uint64_t* suggested, kith_error** err) {
  Zero(suggested);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(BatchObject * to, Use(batch));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * from, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(Members asked, Members::Ask(question));
    PenetrationOptions options;
    ReadPenetration(asked, options);
    KITH_RETURN_IF_ERROR(asked.Done());
    KITH_ASSIGN_OR_RETURN(const kith::model::Pipeline deals, PipelineNamed(*from->snapshot, pipeline));
    KITH_ASSIGN_OR_RETURN(const Penetration report, PenetrationOf(*from->snapshot, deals, options));
    KITH_ASSIGN_OR_RETURN(const size_t made, SuggestExpansions(*from->snapshot, deals, report, to->batch));
    if (suggested != nullptr) *suggested = made;
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_receivables(kith_snapshot* snapshot, kith_str question, kith_text** json, kith_error** err) {
  // It takes memory itself, so that it is made where its lack is caught.
  using Question = std::optional<ReceivableQuestion>;
  const auto read = [](Members& asked, Question& made) {
    ReceivableQuestion& of = made.emplace();
    asked.Get("as_of", of.options.as_of);
    asked.Get("late_days", of.late_days);
    asked.GetCount("window_days", of.options.window_days);
    asked.Get("into", of.into);
  };
  const auto answer = [](const kith::Snapshot& now, const Question& of) -> kith::StatusOr<Json> {
    KITH_ASSIGN_OR_RETURN(const ReceivableOptions options, OptionsOf(of.value()));
    KITH_ASSIGN_OR_RETURN(const ReceivablesReport report, ReceivablesOf(now, options));
    return Of(report);
  };
  return ReplyTo(snapshot, question, json, err, Question(), read, answer);
}

kith_code kith_snapshot_worth(kith_snapshot* snapshot, kith_id deal, kith_str question, kith_text** json, kith_error** err) {
  const auto read = [](Members& asked, WorthOptions& options) {
    asked.Get("as_of", options.as_of);
    asked.Get("chance", options.chance);
  };
  const auto answer = [deal](const kith::Snapshot& now, const WorthOptions& options) -> kith::StatusOr<Json> {
    KITH_ASSIGN_OR_RETURN(const DealWorth worth, WorthOf(now, kith::Id(deal), options));
    return Of(worth);
  };
  return ReplyTo(snapshot, question, json, err, WorthOptions(), read, answer);
}

}  // extern "C"
