#include "kith/insight/quota.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

namespace kith::insight {
namespace {

constexpr std::string_view kQuotaType = "quota";

using Visit = std::function<void(const Quota& quota)>;

// The quotas for exactly a period, as the viewer may read them.
Status ForEachQuota(const Snapshot& snapshot, const catalog::TypeDef& type, Period period, const Visit& visit) {
  const catalog::FieldDef& metrics = *type.FindField("metric");
  const size_t holder = type.FindField("holder")->position;
  const size_t starts = type.FindField("starts")->position;
  const size_t ends = type.FindField("ends")->position;
  const size_t target = type.FindField("target")->position;
  const size_t count = type.FindField("target_count")->position;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(kQuotaType));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    const Period of{Date{static_cast<int32_t>(view.GetInt(starts))}, Date{static_cast<int32_t>(view.GetInt(ends))}};
    const catalog::ChoiceDef* metric = metrics.FindChoice(static_cast<int32_t>(view.GetInt(metrics.position)));
    if (of == period && metric != nullptr) visit({view.GetRef(holder), metric->name, view.GetMoney(target), view.GetInt(count)});
  }
  return cursor->status();
}

// The group above a record; null where it is no group or has none.
StatusOr<Id> GroupAbove(const Snapshot& snapshot, Id record) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(record.type());
  const catalog::FieldDef* parent = type == nullptr ? nullptr : type->FindRole("group", "parent");
  if (parent == nullptr) return Id();
  const StatusOr<record::View> view = snapshot.Get(record);
  if (absl::IsNotFound(view.status())) return Id();
  KITH_RETURN_IF_ERROR(view.status());
  return view->GetRef(parent->position);
}

}  // namespace

StatusOr<std::vector<Attainment>> AttainmentsOf(const Snapshot& snapshot, const ForecastReport& report) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(kQuotaType);
  if (type == nullptr) {
    return MakeError(
        {.reason = Reason::kPackageMissing, .type = std::string(kQuotaType), .hint = "open the database with model::OpenDatabase"},
        "the database keeps no quotas");
  }
  std::map<uint64_t, Money> targets;  // by holder
  const std::string_view metric = report.of_cash ? "collected" : "revenue";
  KITH_RETURN_IF_ERROR(ForEachQuota(snapshot, *type, report.period, [&](const Quota& quota) {
    if (quota.metric == metric && quota.target.currency == report.currency) targets[quota.holder.value()] = quota.target;
  }));
  std::map<uint64_t, Attainment> found;
  for (const PartForecast& part : report.parts) {
    const auto quota = targets.find(part.part);
    if (quota == targets.end()) continue;
    const double chance = part.ProbabilityAtLeast(static_cast<double>(quota->second.minor));
    found[part.part] = {Id(part.part), quota->second, part.closed, part.total.mean, chance};
  }
  std::vector<Attainment> attainments;
  attainments.reserve(found.size());
  for (const auto& [id, attainment] : found) attainments.push_back(attainment);
  return attainments;
}

StatusOr<std::vector<Quota>> QuotasOf(const Snapshot& snapshot, Period period) {
  std::vector<Quota> quotas;
  const catalog::TypeDef* type = snapshot.catalog().FindType(kQuotaType);
  if (type == nullptr) return quotas;
  KITH_RETURN_IF_ERROR(ForEachQuota(snapshot, *type, period, [&](const Quota& quota) { quotas.push_back(quota); }));
  std::stable_sort(quotas.begin(), quotas.end(),
                   [](const Quota& a, const Quota& b) { return std::tie(a.holder, a.metric) < std::tie(b.holder, b.metric); });
  return quotas;
}

StatusOr<std::vector<Money>> PlanOf(const Snapshot& snapshot, Period period, std::string_view metric) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(kQuotaType);
  if (type == nullptr) return std::vector<Money>();
  std::map<Id, std::vector<Money>> groups;
  std::vector<Money> others;
  KITH_RETURN_IF_ERROR(ForEachQuota(snapshot, *type, period, [&](const Quota& quota) {
    if (quota.metric != metric) return;
    const catalog::TypeDef* of = snapshot.catalog().FindType(quota.holder.type());
    if (of != nullptr && of->FindBehaviour("group") != nullptr) {
      groups[quota.holder].push_back(quota.target);
    } else {
      others.push_back(quota.target);
    }
  }));
  std::vector<Money> counted = groups.empty() ? std::move(others) : std::vector<Money>();
  for (const auto& [group, targets] : groups) {
    std::set<Id> seen = {group};
    KITH_ASSIGN_OR_RETURN(Id above, GroupAbove(snapshot, group));
    while (!above.is_null() && groups.count(above) == 0 && seen.insert(above).second) {
      KITH_ASSIGN_OR_RETURN(above, GroupAbove(snapshot, above));
    }
    if (groups.count(above) == 0) counted.insert(counted.end(), targets.begin(), targets.end());
  }
  std::map<std::string, Money> sums;
  for (const Money& target : counted) {
    if (target.currency.is_null()) continue;
    Money& sum = sums.try_emplace(target.currency.code(), Money{0, target.currency}).first->second;
    KITH_ASSIGN_OR_RETURN(sum, Add(sum, target));
  }
  std::vector<Money> plan;
  plan.reserve(sums.size());
  for (const auto& [code, sum] : sums) plan.push_back(sum);
  return plan;
}

}  // namespace kith::insight
