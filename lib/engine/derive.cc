// Derivations: derived rows that follow from a batch's changes.
#include <map>
#include <utility>

#include "engine/apply_internal.h"
#include "engine/index_build_internal.h"
#include "engine/roll_up.h"

namespace kith::engine {
namespace {

using catalog::IndexDef;
using catalog::TypeDef;

class ApplierDerivationContext final : public DerivationContext {
 public:
  ApplierDerivationContext(Applier& applier, const Derivation& derivation) : applier_(applier), derivation_(derivation) {}

  [[nodiscard]] const catalog::Catalog& catalog() const override { return applier_.catalog(); }
  [[nodiscard]] Time now() const override { return applier_.now(); }
  [[nodiscard]] StatusOr<record::View> Get(Id id) const override { return ReadRecord(applier_.source(), id); }
  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const TypeDef& type, const IndexDef& index,
                                                                  const IndexRange& range) const override {
    return applier_.ScanIndex(type, index, range);
  }
  [[nodiscard]] std::unique_ptr<RecordCursor> Scan(const TypeDef& type) const override {
    return NewScanCursor(applier_.source(), type, {});
  }
  [[nodiscard]] StatusOr<std::string_view> Aggregate(std::string_view key) const override {
    KITH_ASSIGN_OR_RETURN(const storage::View stored, applier_.set().Get(format::kAggregate, key));
    return format::WithoutPadding(stored);
  }
  void PutAggregate(std::string_view key, std::string_view value) override {
    if (!IsOwn(key)) return;
    padded_.assign(value);
    format::AppendPadding(padded_);
    applier_.set().Put(format::kAggregate, key, padded_);
  }
  void DeleteAggregate(std::string_view key) override {
    if (IsOwn(key)) applier_.set().Delete(format::kAggregate, key);
  }

  [[nodiscard]] const Status& status() const { return status_; }

 private:
  bool IsOwn(std::string_view key) {
    if (key.starts_with(derivation_.prefix())) return true;
    status_ =
        MakeError({.reason = Reason::kInternal, .value = std::string(derivation_.name())}, "a derivation writes a row outside its prefix");
    return false;
  }

  Applier& applier_;
  const Derivation& derivation_;
  std::string padded_;
  Status status_;
};

}  // namespace

Status Applier::Derive() {
  const std::vector<const Derivation*>& derivations = request_.extensions->derivations;
  if (derivations.empty() && request_.catalog->reading->programs->roll_ups().empty()) return absl::OkStatus();
  std::vector<RecordChange> changes;
  for (const DraftRecord& draft : drafts_) {
    if (!draft.dirty()) continue;
    RecordChange& change = changes.emplace_back();
    change.id = draft.id();
    change.type = &draft.type();
    change.before = draft.before();
    if (draft.deleted()) continue;
    const uint64_t key = draft.id().value();
    KITH_ASSIGN_OR_RETURN(const storage::View bytes, set_.Get(format::kRecord, storage::IntegerKey(key)));
    change.after = record::View(bytes, &draft.type().layout, &computer_);
  }
  if (changes.empty()) return absl::OkStatus();
  for (const Derivation* derivation : derivations) {
    ApplierDerivationContext context(*this, *derivation);
    KITH_RETURN_IF_ERROR(derivation->Derive(changes, context));
    KITH_RETURN_IF_ERROR(context.status());
  }
  return DeriveRollUps(changes);
}

// Of a roll-up that is being built, what the builder has passed already.
Status Applier::DeriveRollUps(const std::vector<RecordChange>& changes) {
  const ReaderCatalog& reading = *request_.catalog->reading;
  if (reading.programs->roll_ups().empty()) return absl::OkStatus();
  Contributions contributions(reading.programs);
  StoredRows rows(set_);
  std::map<TypeNumber, std::vector<const RollUpPlan*>> plans;
  for (const RecordChange& change : changes) {
    const auto [found, added] = plans.try_emplace(change.type->number);
    if (added) found->second = reading.programs->RollUpsOver(change.type->number);
    for (const RollUpPlan* plan : found->second) {
      if (!reading.IsReady(plan->number())) {
        KITH_ASSIGN_OR_RETURN(const std::optional<Id> done, BuiltUpTo(set_, plan->number()));
        if (done.has_value() && change.id > *done) continue;
      }
      const std::optional<Contribution> before = contributions.Of(*plan, change.before);
      const std::optional<Contribution> after = contributions.Of(*plan, change.after);
      KITH_RETURN_IF_ERROR(ChangeContribution(*plan, before, after, rows));
    }
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
