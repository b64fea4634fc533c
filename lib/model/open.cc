// Opening a database with the standard package and what it means.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "kith/base/currency.h"
#include "kith/base/nearest.h"
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
  ErrorInfo context{.change = info.change};
  for (const Change& other : batch.changes()) {
    const catalog::TypeDef* type = snapshot.catalog().FindType(batch.TypeOf(other.target));
    for (const Assignment& assignment : other.assignments) {
      const Id* named = assignment.value.get_if<Id>();
      if (type == nullptr || named == nullptr || *named != change.target || !context.type.empty()) continue;
      context.type = type->name;  // and no field, as programs have known this error
    }
  }
  return WithContext(UnknownStageError(snapshot, change.external.key), context);
}

// What all reports count and convert by must be there before it is written, or they all fail.
class Settings : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "settings"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    for (const Draft* draft : context.changed()) {
      if (draft->deleted() || draft->type().name != kSetting) continue;
      KITH_RETURN_IF_ERROR(Check(*draft, "time_zone", CheckZone));
      KITH_RETURN_IF_ERROR(Check(*draft, "base_currency", CheckCurrency));
    }
    return absl::OkStatus();
  }

 private:
  static constexpr std::string_view kSetting = "setting";
  // To guess by what somebody meant; all others of the host's zones are taken too.
  static constexpr std::array<std::string_view, 20> kWellKnown = {
      "UTC",          "Asia/Shanghai",    "Asia/Hong_Kong",   "Asia/Taipei",         "Asia/Tokyo",     "Asia/Seoul",       "Asia/Singapore",
      "Asia/Kolkata", "Asia/Dubai",       "Australia/Sydney", "Europe/London",       "Europe/Paris",   "Europe/Berlin",    "Europe/Madrid",
      "Europe/Rome",  "America/New_York", "America/Chicago",  "America/Los_Angeles", "America/Denver", "America/Sao_Paulo"};

  static Status CheckZone(const std::string& name) {
    absl::TimeZone zone;
    if (absl::LoadTimeZone(name, &zone)) return absl::OkStatus();
    const std::string near = NearestHint(name, {kWellKnown.begin(), kWellKnown.end()});
    return MakeError({.reason = Reason::kOutOfRange, .hint = near.empty() ? "use an IANA name such as Asia/Shanghai" : near},
                     "is no time zone");
  }
  static Status CheckCurrency(const std::string& code) {
    if (CurrencyOfIso(code)) return absl::OkStatus();
    return MakeError({.reason = Reason::kOutOfRange, .hint = "use a code of ISO 4217, such as CNY"}, "is no currency");
  }
  // What stands there already does not keep anybody from setting something else.
  template <typename Judge>
  static Status Check(const Draft& draft, std::string_view name, const Judge& judge) {
    const catalog::FieldDef* field = draft.type().FindField(name);
    if (field == nullptr) return absl::OkStatus();
    const std::string* text = draft.Get(field->position).get_if<std::string>();
    if (text == nullptr || (!draft.created() && draft.before().GetText(field->position) == *text)) return absl::OkStatus();
    return WithContext(judge(*text), {.type = draft.type().name, .record = draft.id(), .field = field->name, .value = *text});
  }
};

const Rule& SettingsRule() {
  static const Settings kRule;
  return kRule;
}

}  // namespace

const Extensions& StandardExtensions() {
  static const Extensions kExtensions = {
      {&MovesRule(), &StagesRule(), &EventsRule(), &TasksRule(), &EmploymentsRule(), &PoolsRule(), &ConversionsRule(), &DocumentsRule(),
       &PortionsRule(), &StockRule(), &RelationsRule(), &query::SegmentsRule(), &SettingsRule()},
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
