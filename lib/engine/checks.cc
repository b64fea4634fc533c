// Checks: conditions over several fields that a record meets when it is written.
#include <utility>

#include "engine/apply_internal.h"
#include "engine/audit.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

// Records as the batch leaves them. Adds no drafts: the caller walks over them.
class AfterBatch final : public expr::Resolver {
 public:
  AfterBatch(Applier& applier, record::Computer& computer) : applier_(applier), computer_(computer) {}

  record::View Get(Id id) override {
    if (const DraftRecord* draft = applier_.FindDraft(id)) return ViewOf(*draft);
    const TypeDef* type = applier_.catalog().FindType(id.type());
    if (type == nullptr) return {};
    const uint64_t key = id.value();
    const StatusOr<storage::View> bytes = applier_.set().Get(format::kRecord, storage::IntegerKey(key));
    if (!bytes.ok() && !IsNotFound(bytes.status())) status_.Update(bytes.status());
    return bytes.ok() ? record::View(*bytes, &type->layout, &computer_) : record::View();
  }

  void ForEachRelated(const TypeDef& type, const FieldDef& field, Id id, const std::function<bool(const record::View&)>& visit) override {
    for (const DraftRecord* draft : applier_.DraftsThatName(type, field, id)) {
      if (const record::View view = ViewOf(*draft); !view.is_null() && !visit(view)) return;
    }
    const IndexDef* index = type.FindIndexLedBy(static_cast<int32_t>(field.position));
    if (index == nullptr) return;
    const StatusOr<std::unique_ptr<RecordCursor>> cursor = applier_.ScanIndex(type, *index, {.equal = {Value(id)}});
    status_.Update(cursor.status());
    while (cursor.ok() && (*cursor)->Next()) {
      if (applier_.FindDraft((*cursor)->id()) != nullptr) continue;  // as it is now, it was among those
      const StatusOr<record::View> view = (*cursor)->record();
      status_.Update(view.status());
      if (!view.ok() || !visit(*view)) return;
    }
    if (cursor.ok()) status_.Update((*cursor)->status());
  }

  [[nodiscard]] Status status() const override { return status_; }

 private:
  record::View ViewOf(const DraftRecord& draft) {
    const StatusOr<record::View> view = draft.view();
    status_.Update(view.status());
    return view.ok() ? *view : record::View();
  }

  Applier& applier_;
  record::Computer& computer_;
  Status status_;
};

Status Refusal(const DraftRecord& draft, const CheckProgram& check, const record::View& view) {
  const std::string_view message = check.def->MessageIn("en");
  return MakeError({.reason = Reason::kCheckFailed,
                    .type = draft.type().name,
                    .record = draft.NameForErrors(),
                    .field = check.def->name,
                    .value = ValuesRead(draft.type(), check.condition, view),
                    .hint = "it must hold that " + check.def->condition,
                    .change = draft.change},
                   message.empty() ? "the record does not meet the check " + check.def->name : std::string(message));
}

}  // namespace

const std::vector<const DraftRecord*>& Applier::DraftsThatName(const TypeDef& type, const FieldDef& field, Id id) {
  const auto [known, unknown] = by_reference_.try_emplace({type.number, field.position});
  if (unknown) {
    for (const DraftRecord& draft : drafts_) {
      if (draft.type().number != type.number || draft.deleted()) continue;
      if (const Id named = draft.RefAt(field.position); !named.is_null()) known->second[named.value()].push_back(&draft);
    }
  }
  static const std::vector<const DraftRecord*> kNone;
  const auto found = known->second.find(id.value());
  return found == known->second.end() ? kNone : found->second;
}

// Of a record that the batch gives values; what it merely links or leaves is not asked again.
Status Applier::CheckChecks(const DraftRecord& draft) {
  const std::span<const CheckProgram> checks = request_.catalog->reading->programs->ChecksOf(draft.type().number);
  if (checks.empty() || (!draft.created() && draft.assertions().empty())) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const record::View view, draft.view());
  AfterBatch after(*this, computer_);
  expr::Evaluator evaluator(&after);
  for (const CheckProgram& check : checks) {
    const expr::Match match = evaluator.Test(check.condition, view);
    KITH_RETURN_IF_ERROR(after.status());
    if (match == expr::Match::kNo) return Refusal(draft, check, view);
    if (match != expr::Match::kError) continue;
    return WithContext(evaluator.error(), {.type = draft.type().name,
                                           .record = draft.NameForErrors(),
                                           .field = check.def->name,
                                           .value = ValuesRead(draft.type(), check.condition, view),
                                           .change = draft.change});
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
