// Rules: more changes in the same batch, until none adds any.
#include <utility>

#include "engine/apply_internal.h"
#include "engine/batch_internal.h"
#include "kith/base/limits.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

class ApplierRuleContext final : public RuleContext {
 public:
  ApplierRuleContext(Applier& applier, size_t rule, bool settling = false) : applier_(applier), rule_(rule), settling_(settling) {}

  [[nodiscard]] const catalog::Catalog& catalog() const override { return applier_.catalog(); }
  [[nodiscard]] Time now() const override { return applier_.now(); }
  [[nodiscard]] bool settling() const override { return settling_; }

  [[nodiscard]] std::vector<const Draft*> changed() const override {
    std::vector<const Draft*> drafts;
    for (DraftRecord& draft : applier_.drafts()) {
      if (draft.shown_to_rules.size() <= rule_) draft.shown_to_rules.resize(rule_ + 1);
      uint32_t& shown = draft.shown_to_rules[rule_];
      if (draft.revision() == shown) continue;
      const bool never_was = shown == 0 && draft.created() && draft.deleted();
      shown = draft.revision();
      if (!never_was) drafts.push_back(&draft);
    }
    return drafts;
  }

  [[nodiscard]] std::vector<const Draft*> touched(TypeNumber type) const override {
    std::vector<const Draft*> drafts;
    for (const DraftRecord& draft : applier_.drafts()) {
      if (draft.type().number == type && draft.revision() != 0) drafts.push_back(&draft);
    }
    return drafts;
  }

  [[nodiscard]] StatusOr<const Draft*> Find(Id id) override {
    KITH_ASSIGN_OR_RETURN(const DraftRecord* const draft, applier_.Load(id));
    return draft == nullptr || draft->deleted() ? nullptr : draft;
  }

  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const TypeDef& type, const IndexDef& index,
                                                                  const IndexRange& range) const override {
    return applier_.ScanIndex(type, index, range);
  }

  [[nodiscard]] std::unique_ptr<RecordCursor> Scan(const TypeDef& type, Id after) const override {
    return NewScanCursor(applier_.source(), type, after);
  }

  Status Set(Id target, const FieldDef& field, Value value, std::optional<Time> effective) override {
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, LoadLive(target));
    const Status status = SetField(*draft, field, std::move(value), effective.value_or(applier_.now()));
    return WithContext(status,
                       {.type = draft->type().name, .record = draft->NameForErrors(), .field = field.name, .change = draft->change});
  }

  [[nodiscard]] StatusOr<Id> Create(const TypeDef& type, std::optional<Time> effective) override {
    const Time from = effective.value_or(applier_.now());
    KITH_RETURN_IF_ERROR(applier_.CheckEffective(from, -1));
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, applier_.NewDraft(type, from, Origin::kRule));
    KITH_RETURN_IF_ERROR(applier_.ApplyInitial(*draft));
    applier_.AddEffect("creates", type);
    effects_ = true;
    return draft->id();
  }

  Status Delete(Id target) override {
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, LoadLive(target));
    applier_.AddEffect("deletes", draft->type());
    effects_ = true;
    return applier_.DeleteRecord(*draft, applier_.now());
  }

  // Whether the rule changed anything.
  [[nodiscard]] bool effects() const { return effects_; }

 private:
  StatusOr<DraftRecord*> LoadLive(Id target) {
    KITH_ASSIGN_OR_RETURN(DraftRecord* const draft, applier_.Load(target));
    if (draft == nullptr || draft->deleted()) {
      return MakeError({.reason = Reason::kRecordMissing, .record = target}, "a rule changes a record that does not exist");
    }
    return draft;
  }

  Status SetField(DraftRecord& draft, const FieldDef& field, Value value, Time effective) {
    KITH_RETURN_IF_ERROR(applier_.CheckNamespace(draft.type(), &field));
    KITH_RETURN_IF_ERROR(applier_.CheckEffective(effective, draft.change));
    KITH_ASSIGN_OR_RETURN(Value fitted, FitValue(field, std::move(value)));
    KITH_RETURN_IF_ERROR(CheckFitted(field, fitted));
    KITH_ASSIGN_OR_RETURN(const bool changed,
                          draft.Assert(static_cast<int32_t>(field.position), std::move(fitted), effective, applier_.now(), applier_.set()));
    if (!changed) return absl::OkStatus();
    applier_.AddEffect("sets", draft.type(), field.name);
    effects_ = true;
    return absl::OkStatus();
  }

  Applier& applier_;
  size_t rule_;
  bool settling_;
  bool effects_ = false;
};

}  // namespace

StatusOr<std::unique_ptr<RecordCursor>> Applier::ScanIndex(const TypeDef& type, const IndexDef& index, const IndexRange& range) const {
  if (!request_.catalog->IsReady(index)) {
    return MakeError({.reason = Reason::kUnknownIndex, .type = type.name, .value = index.name, .hint = "wait until Ensure has built it"},
                     "the index is being built");
  }
  return NewIndexCursor(source(), type, index, range);
}

void Applier::AddEffect(std::string_view verb, const TypeDef& type, std::string_view field) {
  std::string effect(verb);
  effect += " " + type.name;
  if (!field.empty()) effect.append(".").append(field);
  if (effects_seen_.insert(effect).second) effects_.push_back(std::move(effect));
}

Status Applier::RunRules() {
  const std::vector<const Rule*>& rules = request_.extensions->rules;
  if (rules.empty()) return absl::OkStatus();
  std::string_view last;
  for (int round = 0; round < limits::kEffectRounds; ++round) {
    bool effects = false;
    for (size_t i = 0; i < rules.size(); ++i) {
      ApplierRuleContext context(*this, i);
      KITH_RETURN_IF_ERROR(rules[i]->Run(context));
      if (!context.effects()) continue;
      effects = true;
      last = rules[i]->name();
    }
    KITH_RETURN_IF_ERROR(FollowDeletes());
    if (!effects) return absl::OkStatus();
  }
  return MakeError({.reason = Reason::kTooManyEffects,
                    .value = std::string(last),
                    .hint = "limit kEffectRounds, 8: rules seem to undo each other's changes"},
                   "rules go on changing records");
}

// Over what was received: rules put right what does not fit together, and what they refuse is a conflict. A rule that refused, or that goes
// on changing records, is not asked again.
Status Applier::Settle(ReceiveReport& report) {
  const std::vector<const Rule*>& rules = request_.extensions->rules;
  std::vector<bool> refused(rules.size());
  bool effects = true;
  for (int round = 0; effects && round < limits::kEffectRounds; ++round) {
    effects = false;
    for (size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i]->settles() || refused[i]) continue;
      ApplierRuleContext context(*this, i, /*settling=*/true);
      if (const Status status = rules[i]->Run(context); !status.ok()) {
        refused[i] = true;
        const ErrorInfo info = GetErrorInfo(status);
        report.conflicts.push_back({.type = info.type,
                                    .record = info.record,
                                    .field = info.field,
                                    .value = info.value,
                                    .other = {},
                                    .message = std::string(MessageOf(status))});
      }
      effects = effects || context.effects();
    }
    KITH_RETURN_IF_ERROR(FollowDeletes());
  }
  return absl::OkStatus();
}

Status Applier::Review(std::span<const ReplicaConflict> conflicts) {
  if (conflicts.empty() || !request_.extensions->review) return absl::OkStatus();
  ApplierRuleContext context(*this, request_.extensions->rules.size());
  return request_.extensions->review(context, conflicts);
}

}  // namespace kith::engine
