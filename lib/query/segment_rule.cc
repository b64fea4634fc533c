// The rule "segments": members follow from what a batch leaves behind.
//
// Every record that the batch touched is asked anew, and so is every record whose condition can have read a touched one. Those are found
// backwards, along the references that the condition reads: more than needed at times, never fewer.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kith/query/segment.h"
#include "query/segment_internal.h"

namespace kith::query {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

constexpr size_t kRecordsAtOnce = 1000;  // looked at in one step of a new segment

Id RefOf(const Value& value) {
  const Id* id = value.get_if<Id>();
  return id == nullptr ? Id() : *id;
}

std::string TextOf(const Draft& draft, const FieldDef& field) {
  const std::string* text = draft.Get(field.position).get_if<std::string>();
  return text == nullptr ? std::string() : *text;
}

Id RefAt(record::View view, int32_t position) {
  return position == catalog::kHeaderOwner ? Id(view.header().owner) : view.GetRef(static_cast<size_t>(position));
}

// Records as the batch leaves them, for conditions.
class AfterBatch final : public expr::Resolver {
 public:
  explicit AfterBatch(RuleContext& context) : context_(context) {}

  record::View Get(Id id) override {
    const StatusOr<const Draft*> draft = context_.Find(id);
    status_.Update(draft.status());
    return draft.ok() && *draft != nullptr ? ViewOf(**draft) : record::View();
  }

  void ForEachRelated(const TypeDef& type, const FieldDef& field, Id id, const std::function<bool(const record::View&)>& visit) override {
    ForEachReferring(type, static_cast<int32_t>(field.position), id, visit);
  }

  // Every record of `type` whose reference at `position` is `id`, until `visit` returns false.
  void ForEachReferring(const TypeDef& type, int32_t position, Id id, const std::function<bool(const record::View&)>& visit) {
    const IndexDef* index = type.FindIndexLedBy(position);
    if (index == nullptr) return;
    const std::vector<const Draft*> touched = context_.touched(type.number);
    std::set<Id> seen;
    for (const Draft* draft : touched) {
      seen.insert(draft->id());
      if (draft->deleted()) continue;
      const record::View view = ViewOf(*draft);
      if (!view.is_null() && RefAt(view, position) == id && !visit(view)) return;
    }
    const StatusOr<std::unique_ptr<RecordCursor>> cursor = context_.ScanIndex(type, *index, {.equal = {Value(id)}});
    status_.Update(cursor.status());
    while (cursor.ok() && (*cursor)->Next()) {
      if (seen.count((*cursor)->id()) != 0) continue;
      const StatusOr<record::View> view = (*cursor)->record();
      status_.Update(view.status());
      if (!view.ok() || !visit(*view)) return;
    }
    if (cursor.ok()) status_.Update((*cursor)->status());
  }

  [[nodiscard]] Status status() const override { return status_; }

 private:
  record::View ViewOf(const Draft& draft) {
    const StatusOr<record::View> view = draft.view();
    status_.Update(view.status());
    return view.ok() ? *view : record::View();
  }

  RuleContext& context_;
  Status status_;
};

// A segment whose condition compiles.
struct Active {
  Id id;
  const TypeDef* type = nullptr;
  expr::Program program;
};

// One call of the rule.
class Run {
 public:
  Run(RuleContext& context, const SegmentSchema& schema) : context_(context), schema_(schema), after_(context), evaluator_(&after_) {}

  Status Do() {
    KITH_RETURN_IF_ERROR(LoadSegments());
    const std::vector<const Draft*> changed = context_.changed();
    if (active_.empty()) return absl::OkStatus();
    for (const Draft* draft : context_.touched(schema_.member->number)) {
      if (draft->created() && !draft->deleted()) new_members_[KeyOf(*draft)] = draft->id();
    }
    for (const Active& segment : active_) {
      std::set<Id> subjects;
      for (const Draft* draft : changed) CollectSubjects(segment, *draft, subjects);
      KITH_RETURN_IF_ERROR(after_.status());
      for (Id subject : subjects) KITH_RETURN_IF_ERROR(Decide(segment, subject));
    }
    for (const Draft* draft : changed) {
      if (draft->type().number == schema_.segment->number && !draft->deleted()) KITH_RETURN_IF_ERROR(Step(*draft));
    }
    return absl::OkStatus();
  }

 private:
  using MemberKey = std::pair<Id, Id>;  // segment, record

  [[nodiscard]] MemberKey KeyOf(const Draft& member) const {
    return {RefOf(member.Get(schema_.member_segment->position)), RefOf(member.Get(schema_.member_record->position))};
  }

  Status LoadSegments();
  Status LoadSegment(const Draft& draft);
  void CollectSubjects(const Active& segment, const Draft& draft, std::set<Id>& subjects);
  void Backwards(const expr::Reference& reference, const TypeDef& type, record::View now, record::View before, std::vector<Id>& found);
  Status Decide(const Active& segment, Id subject);
  Status Decide(const Active& segment, Id subject, record::View view);
  StatusOr<Id> FindMember(Id segment, Id record);
  Status Step(const Draft& draft);

  RuleContext& context_;
  const SegmentSchema& schema_;
  AfterBatch after_;
  expr::Evaluator evaluator_;
  std::vector<Active> active_;
  std::map<MemberKey, Id> new_members_;  // created by the batch
};

Status Run::LoadSegments() {
  std::set<Id> ids;
  const std::unique_ptr<RecordCursor> cursor = context_.Scan(*schema_.segment, Id());
  while (cursor->Next()) ids.insert(cursor->id());
  KITH_RETURN_IF_ERROR(cursor->status());
  for (const Draft* draft : context_.touched(schema_.segment->number)) ids.insert(draft->id());
  for (Id id : ids) {
    KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(id));
    if (draft != nullptr) KITH_RETURN_IF_ERROR(LoadSegment(*draft));
  }
  return absl::OkStatus();
}

// A condition that the batch gives must compile. One that does so no longer (a field was retired) leaves its members as they are.
Status Run::LoadSegment(const Draft& draft) {
  const bool given =
      draft.Changed(static_cast<int32_t>(schema_.condition->position)) || draft.Changed(static_cast<int32_t>(schema_.for_type->position));
  const std::string for_type = TextOf(draft, *schema_.for_type);
  if (given && !draft.created() && draft.before().GetText(schema_.for_type->position) != for_type) {
    return MakeError({.reason = Reason::kBadOptions,
                      .type = std::string(kSegmentType),
                      .record = draft.id(),
                      .field = schema_.for_type->name,
                      .value = for_type,
                      .hint = "define another segment"},
                     "the type of a segment does not change");
  }
  StatusOr<expr::Program> program = CompileCondition(context_.catalog(), for_type, TextOf(draft, *schema_.condition));
  if (!program.ok()) {
    if (!given) return absl::OkStatus();
    return WithContext(program.status(), {.type = std::string(kSegmentType), .record = draft.id()});
  }
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, context_.catalog().GetType(for_type));
  active_.push_back({draft.id(), type, *std::move(program)});
  return absl::OkStatus();
}

// Records from which the condition gets to one of `type` by this reference in one step.
void Run::Backwards(const expr::Reference& reference, const TypeDef& type, record::View now, record::View before, std::vector<Id>& found) {
  if (reference.back) {  // they are what the records of reference.type refer to
    if (reference.type->number != type.number) return;
    for (const record::View view : {now, before}) {
      if (!view.is_null()) found.push_back(RefAt(view, reference.position));
    }
    return;
  }
  const Id id = (now.is_null() ? before : now).id();
  after_.ForEachReferring(*reference.type, reference.position, id, [&](const record::View& view) {
    found.push_back(view.id());
    return true;
  });
}

void Run::CollectSubjects(const Active& segment, const Draft& draft, std::set<Id>& subjects) {
  const bool own = draft.type().number == segment.type->number;
  if (own && !draft.deleted()) subjects.insert(draft.id());
  if (segment.program.references().empty()) return;
  const StatusOr<record::View> view = draft.view();
  if (!view.ok()) return;
  std::set<Id> seen = {draft.id()};
  std::vector<Id> found;
  const auto follow = [&](const TypeDef& type, record::View now, record::View before) {
    for (const expr::Reference& reference : segment.program.references()) Backwards(reference, type, now, before, found);
  };
  follow(draft.type(), *view, draft.before());
  while (!found.empty()) {
    const Id id = found.back();
    found.pop_back();
    if (id.is_null() || !seen.insert(id).second) continue;
    const record::View reached = after_.Get(id);
    if (reached.is_null()) continue;
    if (id.type() == segment.type->number) subjects.insert(id);
    if (const TypeDef* type = context_.catalog().FindType(id.type())) follow(*type, reached, {});
  }
}

StatusOr<Id> Run::FindMember(Id segment, Id record) {
  const auto created = new_members_.find({segment, record});
  if (created != new_members_.end()) return created->second;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*schema_.member, *schema_.by_segment, {.equal = {Value(segment), Value(record)}}));
  if (!cursor->Next()) {
    KITH_RETURN_IF_ERROR(cursor->status());
    return Id();
  }
  KITH_ASSIGN_OR_RETURN(const Draft* member, context_.Find(cursor->id()));
  return member == nullptr ? Id() : member->id();
}

Status Run::Decide(const Active& segment, Id subject) {
  const record::View view = after_.Get(subject);
  return view.is_null() ? after_.status() : Decide(segment, subject, view);
}

Status Run::Decide(const Active& segment, Id subject, record::View view) {
  const bool holds = evaluator_.Test(segment.program, view) == expr::Match::kYes;
  KITH_RETURN_IF_ERROR(after_.status());
  KITH_ASSIGN_OR_RETURN(const Id member, FindMember(segment.id, subject));
  if (holds == !member.is_null()) return absl::OkStatus();
  if (!holds) {
    new_members_.erase({segment.id, subject});
    return context_.Delete(member);
  }
  KITH_ASSIGN_OR_RETURN(const Id made, context_.Create(*schema_.member));
  KITH_RETURN_IF_ERROR(context_.Set(made, *schema_.member_segment, Value(segment.id)));
  KITH_RETURN_IF_ERROR(context_.Set(made, *schema_.member_record, Value(subject)));
  new_members_[{segment.id, subject}] = made;
  return absl::OkStatus();
}

// Looks at the next existing records, when a definition or FillSegments asks for it and this batch has not done so yet.
Status Run::Step(const Draft& draft) {
  const auto changed = [&](const FieldDef* field) { return draft.Changed(static_cast<int32_t>(field->position)); };
  const bool anew = changed(schema_.condition);
  const bool asked = anew || (changed(schema_.steps) && draft.Get(schema_.complete->position) != Value(true));
  if (!asked || changed(schema_.seen) || changed(schema_.complete)) return absl::OkStatus();
  const auto segment = std::find_if(active_.begin(), active_.end(), [&](const Active& a) { return a.id == draft.id(); });
  if (segment == active_.end()) return absl::OkStatus();
  const Value& seen = draft.Get(schema_.seen->position);
  Id last = anew || seen.is_null() ? Id() : Id(static_cast<uint64_t>(seen.get<int64_t>()));
  const std::unique_ptr<RecordCursor> cursor = context_.Scan(*segment->type, last);
  size_t count = 0;
  for (; count < kRecordsAtOnce && cursor->Next(); ++count) {
    last = cursor->id();
    KITH_RETURN_IF_ERROR(Decide(*segment, last));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  KITH_RETURN_IF_ERROR(context_.Set(draft.id(), *schema_.seen, Value(static_cast<int64_t>(last.value()))));
  return context_.Set(draft.id(), *schema_.complete, Value(count < kRecordsAtOnce));
}

class Segments final : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "segments"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::optional<SegmentSchema> schema = SegmentSchema::Of(context.catalog());
    return schema.has_value() ? query::Run(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& SegmentsRule() {
  static const Segments rule;
  return rule;
}

}  // namespace kith::query
