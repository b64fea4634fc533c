#include "kith/insight/quota.h"

#include <map>

namespace kith::insight {
namespace {

constexpr std::string_view kType = "quota";
constexpr std::string_view kMetric = "revenue";

}  // namespace

StatusOr<std::vector<Attainment>> AttainmentsOf(const Snapshot& snapshot, const ForecastReport& report) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(kType);
  if (type == nullptr) {
    return MakeError({.reason = Reason::kPackageMissing, .type = std::string(kType), .hint = "open the database with model::OpenDatabase"},
                     "the database keeps no quotas");
  }
  const catalog::FieldDef& metric = *type->FindField("metric");
  const int64_t revenue = metric.FindChoice(kMetric)->number;
  const size_t holder = type->FindField("holder")->position;
  const size_t starts = type->FindField("starts")->position;
  const size_t ends = type->FindField("ends")->position;
  const size_t target = type->FindField("target")->position;
  std::map<uint64_t, Money> targets;  // by holder
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(kType));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    const Period period{Date{static_cast<int32_t>(view.GetInt(starts))}, Date{static_cast<int32_t>(view.GetInt(ends))}};
    const Money money = view.GetMoney(target);
    if (view.GetInt(metric.position) != revenue || period != report.period || money.currency != report.currency) continue;
    targets[view.GetRef(holder).value()] = money;
  }
  KITH_RETURN_IF_ERROR(cursor->status());
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

}  // namespace kith::insight
