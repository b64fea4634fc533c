// Changes of a field's kind: prepared, filled in steps, flipped (kith/engine/change_kind.h).
//
// A note in kMeta says what was begun, and comes and goes with the commits that change the definitions, so that every writer who knows the
// catalog knows it too.
#include "kith/engine/change_kind.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/database_internal.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"

namespace kith::engine {
namespace {

using catalog::Catalog;
using catalog::FieldDef;
using catalog::TypeDef;

constexpr size_t kConvertedAtOnce = 2000;  // of a step: some ten milliseconds of the writer's time

struct Fields {
  const TypeDef* type = nullptr;
  const FieldDef* from = nullptr;
  const FieldDef* to = nullptr;
};

Fields FieldsOf(const Catalog& catalog, const catalog::KindChange& change) {
  Fields fields{.type = catalog.FindType(change.type)};
  if (fields.type == nullptr) return fields;
  fields.from = fields.type->FindField(change.field);
  fields.to = fields.type->FindField(change.other);
  return fields;
}

const Conversion* FindConversion(const WriterCatalog& catalog, std::string_view type, std::string_view field) {
  const auto found = std::find_if(catalog.conversions.begin(), catalog.conversions.end(), [&](const Conversion& conversion) {
    return conversion.change.type == type && conversion.change.field == field;
  });
  return found == catalog.conversions.end() ? nullptr : &*found;
}

// Whatever the order of its members and the space between them. As it is when it is none: written out, what nests without end takes the
// stack.
std::string Canonical(std::string_view definition) {
  const JsonRules rules = {
      .document = "the definition", .malformed = Reason::kPackageMalformed, .bytes = limits::kPackageBytes, .depth = limits::kPackageDepth};
  if (!CheckJson(definition, rules).ok()) return std::string(definition);
  const nlohmann::json json = nlohmann::json::parse(definition, nullptr, false);
  return json.is_discarded() ? std::string(definition) : json.dump();
}

class FillJob final : public storage::Job {
 public:
  FillJob(ApplyRequest request, const catalog::KindChange& change) : request_(std::move(request)), change_(change) {}
  [[nodiscard]] bool filled() const { return filled_; }
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override { return Applier(request_, set).FillKind(change_, filled_); }

 private:
  ApplyRequest request_;
  const catalog::KindChange& change_;
  bool filled_ = false;
};

}  // namespace

Status Applier::ConvertDraft(DraftRecord& draft, const Conversion& conversion, bool filling) {
  const Fields fields = FieldsOf(catalog_, conversion.change);
  if (fields.to == nullptr || draft.type().number != fields.type->number) return absl::OkStatus();
  const StatusOr<Value> converted = ConvertValue(*fields.from, *fields.to, conversion.currency, draft.Get(fields.from->position));
  if (!converted.ok()) {
    const bool given = draft.created() || draft.Changed(static_cast<int32_t>(fields.from->position));
    if (filling ? conversion.drop : !given) return absl::OkStatus();
    return WithContext(converted.status(), {.type = draft.type().name,
                                            .record = draft.NameForErrors(),
                                            .field = fields.from->name,
                                            .hint = "the field is about to be of kind " + std::string(NameOf(fields.to->kind)),
                                            .change = draft.change});
  }
  if (draft.Get(fields.to->position) == *converted) return absl::OkStatus();
  const Time since = draft.created() && !draft.arrived() ? Time{draft.header().created} : now_;
  return draft.Assert(static_cast<int32_t>(fields.to->position), *converted, since, now_, set_).status();
}

// What the batch gives to fields whose kind changes.
Status Applier::ConvertDrafts() {
  for (const Conversion& conversion : request_.catalog->conversions) {
    for (DraftRecord& draft : drafts_) {
      if (draft.dirty() && !draft.deleted()) KITH_RETURN_IF_ERROR(ConvertDraft(draft, conversion, /*filling=*/false));
    }
  }
  return absl::OkStatus();
}

StatusOr<storage::Job::Verdict> Applier::FillKind(const catalog::KindChange& change, bool& filled) {
  KITH_RETURN_IF_ERROR(CheckCatalog());
  now_ = std::max(request_.clock, state_.recorded);
  first_sequence_ = state_.sequence + 1;
  KITH_ASSIGN_OR_RETURN(std::vector<Conversion> begun, ReadConversions(set_));
  const auto note = std::find_if(begun.begin(), begun.end(),
                                 [&](const Conversion& one) { return one.change.type == change.type && one.change.field == change.field; });
  filled = note == begun.end() || note->filled;
  if (filled) return storage::Job::Verdict::kDiscard;
  const Fields fields = FieldsOf(catalog_, change);
  std::vector<Id> ids;  // first: a write-set's cursor is not used across changes
  {
    const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source(), *fields.type, Id(note->done));
    while (ids.size() < kConvertedAtOnce && cursor->Next()) ids.push_back(cursor->id());
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  for (const Id id : ids) {
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, Load(id));
    if (draft != nullptr) KITH_RETURN_IF_ERROR(ConvertDraft(*draft, *note, /*filling=*/true));
  }
  KITH_RETURN_IF_ERROR(PutRecords());
  KITH_RETURN_IF_ERROR(Derive());
  if (!ids.empty()) note->done = ids.back().value();
  filled = note->filled = ids.size() < kConvertedAtOnce;
  set_.Put(format::kMeta, ConversionKey(*fields.type, *fields.from), EncodeConversion(*note));
  Outcome outcome;
  KITH_RETURN_IF_ERROR(Finish(outcome));
  return storage::Job::Verdict::kKeep;
}

// Every value as it would be.
StatusOr<ChangeKindReport> DatabaseImpl::SurveyKind(const Catalog& after, const Conversion& conversion) {
  ChangeKindReport report;
  report.former = conversion.change.other;
  const Fields fields = FieldsOf(after, conversion.change);
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, Read({}));
  const TypeDef* type = snapshot->catalog().FindType(fields.type->number);
  const FieldDef* from = type == nullptr ? nullptr : type->FindField(fields.from->package, fields.from->number);
  if (from == nullptr) return MakeError(Reason::kCatalogChanged, "the catalog has changed");
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot->Scan(type->name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    ++report.records;
    const Value value = record.Get(from->position);
    if (value.is_null()) continue;
    ++report.values;
    Status status = ConvertValue(*fields.from, *fields.to, conversion.currency, value).status();
    if (status.ok()) continue;
    if (GetReason(status) == Reason::kBadOptions) return status;
    if (++report.failed > kKindFailuresNamed) continue;
    report.failures.push_back({.record = cursor->id(), .value = ToText(value), .message = std::string(MessageOf(status))});
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return report;
}

Status DatabaseImpl::FillKind(const catalog::KindChange& change, const ChangeKindOptions& options) {
  for (bool filled = false; !filled;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
    if (FindConversion(*catalog, change.type, change.field) == nullptr) return absl::OkStatus();
    const Batch nothing(catalog->catalog, options.actor, options.reason);
    KITH_RETURN_IF_ERROR(nothing.status());
    FillJob job(NewRequest(nothing, catalog), change);
    const Status status = RunJob(job);
    if (GetReason(status) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(status);
    filled = job.filled();
  }
  return absl::OkStatus();
}

// Takes the note away and, unless the change is given up, swaps the names, in one commit.
Status DatabaseImpl::EndKind(const catalog::KindChange& change, const ChangeKindOptions& options, ChangeKindReport& report) {
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
    if (FindConversion(*before, change.type, change.field) == nullptr) return absl::OkStatus();
    const Fields fields = FieldsOf(*before->catalog, change);
    const std::string note = ConversionKey(*fields.type, *fields.from);
    if (options.abandon) {
      const auto forget = [&](storage::WriteSet& set, const std::string&) -> StatusOr<std::string> {
        KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
        ++state.catalog_version;
        set.Delete(format::kMeta, note);
        set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
        return std::string();
      };
      return RunSteps(forget);
    }
    KITH_ASSIGN_OR_RETURN(const Catalog::Plan plan, catalog::PlanKindFlip(*before->catalog, change));
    const StatusOr<EnsureReport> done = Install(before, plan, false, options.actor, std::nullopt, [&](storage::WriteSet& set) {
      set.Delete(format::kMeta, note);
      return absl::OkStatus();
    });
    if (GetReason(done.status()) == Reason::kCatalogChanged) continue;
    KITH_RETURN_IF_ERROR(done.status());
    report.changes = done->changes;
    return absl::OkStatus();
  }
}

// What is begun, or what a new change would be; with the catalog in which both fields are.
StatusOr<DatabaseImpl::KindPlan> DatabaseImpl::PlanKind(const std::shared_ptr<const WriterCatalog>& before, std::string_view type,
                                                        std::string_view field, std::string_view definition,
                                                        const ChangeKindOptions& options) {
  KindPlan plan;
  if (const Conversion* begun = FindConversion(*before, type, field)) {
    plan.begun = true;
    plan.conversion = *begun;
    plan.prepare.after = before->catalog;
    if (options.abandon || begun->definition == Canonical(definition)) return plan;
    return MakeError({.reason = Reason::kPreconditionFailed,
                      .type = std::string(type),
                      .field = std::string(field),
                      .value = begun->definition,
                      .hint = "finish that one, or abandon it"},
                     "another change of the field's kind was begun");
  }
  if (options.abandon) {
    return MakeError({.reason = Reason::kPreconditionFailed, .type = std::string(type), .field = std::string(field)},
                     "no change of the field's kind was begun");
  }
  plan.conversion = {.change = {}, .definition = Canonical(definition), .currency = options.currency, .drop = options.drop};
  KITH_ASSIGN_OR_RETURN(plan.conversion.change, catalog::MakeKindChange(*before->catalog, type, field, definition));
  KITH_ASSIGN_OR_RETURN(plan.prepare, catalog::PlanKindPrepare(*before->catalog, plan.conversion.change));
  KITH_ASSIGN_OR_RETURN(const Catalog::Plan flip, catalog::PlanKindFlip(*plan.prepare.after, plan.conversion.change));
  KITH_RETURN_IF_ERROR(Programs::Compile(flip.after, flip.paths)->status());
  plan.prepare.changes = flip.changes;
  return plan;
}

StatusOr<ChangeKindReport> DatabaseImpl::ChangeKind(std::string_view type, std::string_view field, std::string_view definition,
                                                    const ChangeKindOptions& options) {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
    KITH_ASSIGN_OR_RETURN(const KindPlan plan, PlanKind(before, type, field, definition, options));
    const catalog::KindChange& change = plan.conversion.change;
    ChangeKindReport report;
    if (options.abandon && options.dry_run) {
      report.former = change.other;
      report.catalog_version = before->version;
      return report;
    }
    if (!options.abandon) {
      KITH_ASSIGN_OR_RETURN(report, SurveyKind(*plan.prepare.after, plan.conversion));
      report.changes = plan.prepare.changes;
      report.catalog_version = before->version;
      if (options.dry_run) return report;
      if (report.failed > 0 && !plan.conversion.drop) return CannotConvert(change, report);
    }
    if (!plan.begun) {
      const Fields fields = FieldsOf(*before->catalog, change);
      const std::string note = ConversionKey(*fields.type, *fields.from);
      const Status prepared = Install(before, plan.prepare, false, options.actor, std::nullopt, [&](storage::WriteSet& set) {
                                set.Put(format::kMeta, note, EncodeConversion(plan.conversion));
                                return absl::OkStatus();
                              }).status();
      if (GetReason(prepared) == Reason::kCatalogChanged) continue;
      KITH_RETURN_IF_ERROR(prepared);
    }
    if (!options.abandon) KITH_RETURN_IF_ERROR(FillKind(change, options));
    KITH_RETURN_IF_ERROR(EndKind(change, options, report));
    KITH_RETURN_IF_ERROR(FinishIndexes());
    KITH_RETURN_IF_ERROR(InstallDerivations());
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> newest, state_->Refresh());
    report.catalog_version = newest->version;
    const FieldDef* const planned = FieldsOf(*plan.prepare.after, change).to;
    const FieldDef* const now = FieldsOf(*newest->catalog, change).from;
    if (!options.abandon && (now == nullptr || planned == nullptr || now->number != planned->number)) {
      return MakeError({.reason = Reason::kPreconditionFailed, .type = change.type, .field = change.field},
                       "the change of the field's kind was abandoned meanwhile");
    }
    return report;
  }
}

Status DatabaseImpl::CannotConvert(const catalog::KindChange& change, const ChangeKindReport& report) {
  const ChangeKindReport::Failure& first = report.failures.front();
  return MakeError({.reason = Reason::kOutOfRange,
                    .type = change.type,
                    .record = first.record,
                    .field = change.field,
                    .value = first.value,
                    .hint = "change these values first, a dry run lists them; or drop them"},
                   std::to_string(report.failed) + " values cannot be converted; the first " + first.message);
}

}  // namespace kith::engine

namespace kith {

StatusOr<ChangeKindReport> ChangeKind(Database& db, std::string_view type, std::string_view field, std::string_view definition,
                                      const ChangeKindOptions& options) {
  KITH_ASSIGN_OR_RETURN(engine::DatabaseImpl* const impl, engine::ImplOf(db));
  return impl->ChangeKind(type, field, definition, options);
}

}  // namespace kith
