// Opening a database with the standard package and what it means.
#include <algorithm>
#include <string>
#include <utility>

#include "kith/query/segment.h"
#include "model/extensions_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

constexpr std::string_view kStandardPackage = "kith.crm";

template <typename T>
void AppendMissing(std::vector<T>& all, const std::vector<T>& wanted) {
  for (const T& item : wanted) {
    if (std::find(all.begin(), all.end(), item) == all.end()) all.push_back(item);
  }
}

// A move to a stage that does not exist is, to the engine, a missing record; people want to hear which stages there are.
Status Explain(const Batch& batch, const Status& error, const Snapshot& snapshot) {
  const ErrorInfo info = GetErrorInfo(error);
  const bool names_change = info.change >= 0 && static_cast<size_t>(info.change) < batch.changes().size();
  if (info.reason != Reason::kRecordMissing || !names_change) return error;
  const Change& change = batch.changes()[static_cast<size_t>(info.change)];
  if (change.op != Change::Op::kExisting || change.external.system != kStageSystem) return error;
  return WithContext(UnknownStageError(snapshot, change.external.key), {.change = info.change});
}

}  // namespace

const Extensions& StandardExtensions() {
  static const Extensions kExtensions = {
      {&MovesRule(), &StagesRule(), &EventsRule(), &TasksRule(), &EmploymentsRule(), &PoolsRule(), &ConversionsRule(), &DocumentsRule(),
       &PortionsRule(), &StockRule(), &RelationsRule(), &query::SegmentsRule()},
      {&FunnelDerivation(), &TieDerivation(), &IntroductionDerivation(), &TimelineDerivation()},
      &StandingOfMembers(),
      Explain,
      ReviewConflicts};
  return kExtensions;
}

StatusOr<std::shared_ptr<Database>> OpenDatabase(std::string_view path, OpenOptions options) {
  AppendMissing(options.extensions.rules, StandardExtensions().rules);
  AppendMissing(options.extensions.derivations, StandardExtensions().derivations);
  if (options.extensions.access == nullptr) options.extensions.access = StandardExtensions().access;
  if (!options.extensions.explain) options.extensions.explain = StandardExtensions().explain;
  if (!options.extensions.review) options.extensions.review = StandardExtensions().review;
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<Database> database, Database::Open(path, options));
  if (database->read_only()) return database;
  // Kept: who opens many databases has it in memory once.
  static const auto* const kPackage = new StatusOr<catalog::PackageSource>(catalog::ShippedPackage(kStandardPackage));
  KITH_RETURN_IF_ERROR(kPackage->status());
  KITH_RETURN_IF_ERROR(database->Ensure(std::span(&**kPackage, 1)).status());
  KITH_RETURN_IF_ERROR(query::FillSegments(*database));
  return database;
}

}  // namespace kith::model
