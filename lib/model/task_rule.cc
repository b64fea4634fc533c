// The rule "tasks": a record that gets to a state or a stage starts the tasks that templates declare for it.
//
// Templates are records, so a package brings its process as seeds and a firm changes it as any other data. They are read as they stood
// before the batch: one that a batch brings counts from the next on. A template starts once for each record, however often the record
// gets to the state.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kith/base/concat.h"
#include "kith/expr/expr.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"
#include "model/schema_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

// Where templates, tasks and what both need stand in a catalog.
struct TaskSchema {
  const TypeDef* source = nullptr;
  const TypeDef* task = nullptr;
  const FieldDef *for_type = nullptr, *field = nullptr, *value = nullptr, *stage = nullptr, *condition = nullptr, *subject = nullptr,
                 *subject_zh = nullptr, *due_days = nullptr, *priority = nullptr, *active = nullptr;
  const FieldDef *task_subject = nullptr, *task_due = nullptr, *task_priority = nullptr, *assignee = nullptr, *account = nullptr,
                 *regarding = nullptr, *task_template = nullptr;
  const catalog::IndexDef* by_type = nullptr;
  const catalog::IndexDef* by_regarding = nullptr;

  // Nothing when the standard package is absent.
  static std::optional<TaskSchema> Of(const catalog::Catalog& catalog) {
    TaskSchema schema;
    schema.source = catalog.FindType("task_template");
    schema.task = catalog.FindType("task");
    if (schema.source == nullptr || schema.task == nullptr) return std::nullopt;
    struct Place {
      const TypeDef* type;
      std::string_view name;
      const FieldDef** field;
    };
    const Place places[] = {{schema.source, "for_type", &schema.for_type},     {schema.source, "field", &schema.field},
                            {schema.source, "value", &schema.value},           {schema.source, "stage", &schema.stage},
                            {schema.source, "condition", &schema.condition},   {schema.source, "subject", &schema.subject},
                            {schema.source, "subject_zh", &schema.subject_zh}, {schema.source, "due_days", &schema.due_days},
                            {schema.source, "priority", &schema.priority},     {schema.source, "active", &schema.active},
                            {schema.task, "subject", &schema.task_subject},    {schema.task, "due", &schema.task_due},
                            {schema.task, "priority", &schema.task_priority},  {schema.task, "assignee", &schema.assignee},
                            {schema.task, "account", &schema.account},         {schema.task, "regarding", &schema.regarding},
                            {schema.task, "template", &schema.task_template}};
    for (const Place& place : places) {
      *place.field = place.type->FindField(place.name);
      if (*place.field == nullptr) return std::nullopt;
    }
    schema.by_type = schema.source->FindIndexLedBy(static_cast<int32_t>(schema.for_type->position));
    schema.by_regarding = schema.task->FindIndexLedBy(static_cast<int32_t>(schema.regarding->position));
    return schema.by_type == nullptr || schema.by_regarding == nullptr ? std::nullopt : std::optional(schema);
  }
};

// Records that a condition reads by references, as the batch leaves them.
class ByReference final : public expr::Resolver {
 public:
  explicit ByReference(RuleContext& context) : context_(context) {}
  record::View Get(Id id) override {
    const StatusOr<const Draft*> draft = context_.Find(id);
    status_.Update(draft.status());
    if (!draft.ok() || *draft == nullptr) return {};
    const StatusOr<record::View> view = (*draft)->view();
    status_.Update(view.status());
    return view.ok() ? *view : record::View();
  }
  // CheckTemplate refuses conditions that ask this.
  void ForEachRelated(const TypeDef& /*type*/, const FieldDef& /*field*/, Id /*id*/,
                      const std::function<bool(const record::View&)>& /*visit*/) override {}
  [[nodiscard]] Status status() const override { return status_; }

 private:
  RuleContext& context_;
  Status status_;
};

StatusOr<expr::Program> CompileCondition(const catalog::Catalog& catalog, const TypeDef& type, std::string_view text) {
  expr::Environment names;
  names.catalog = catalog.shared_from_this();
  names.record = &type;
  KITH_ASSIGN_OR_RETURN(expr::Program program, expr::Program::Compile(text, names, expr::TypeKind::kBool));
  for (const expr::Reference& reference : program.references()) {
    if (!reference.back) continue;
    return MakeError({.reason = Reason::kExpressionMalformed, .field = "condition", .hint = "read along references"},
                     "the condition of a task template does not look at records that refer to it");
  }
  return program;
}

// The field whose change a template waits for, and the value.
struct Trigger {
  const FieldDef* field = nullptr;
  Value value;
};

// One call of the rule.
class TasksRun {
 public:
  TasksRun(RuleContext& context, const TaskSchema& schema) : context_(context), schema_(schema), records_(context), evaluator_(&records_) {}

  Status Do() {
    for (const Draft* draft : context_.changed()) {
      if (draft->deleted()) continue;
      if (draft->type().number == schema_.source->number) KITH_RETURN_IF_ERROR(CheckTemplate(*draft));
      // What another system's records went through there started its tasks there.
      const bool imported = draft->created() && draft->header().origin == static_cast<uint8_t>(Origin::kImport);
      if (!imported) KITH_RETURN_IF_ERROR(Look(*draft));
    }
    return absl::OkStatus();
  }

 private:
  Status CheckTemplate(const Draft& draft) const;
  Status Look(const Draft& draft);
  [[nodiscard]] StatusOr<Trigger> TriggerOf(const TypeDef& type, record::View source) const;
  StatusOr<bool> Holds(const Draft& draft, record::View source);
  StatusOr<bool> Started(Id record, Id source);
  Status Start(const Draft& draft, record::View source);
  [[nodiscard]] Value SubjectOf(record::View source) const;
  [[nodiscard]] Id AccountOf(const Draft& draft) const;

  RuleContext& context_;
  const TaskSchema& schema_;
  ByReference records_;
  expr::Evaluator evaluator_;
};

// A template says what it waits for in terms of the catalog.
Status TasksRun::CheckTemplate(const Draft& draft) const {
  const auto refuse = [&](const FieldDef& field, std::string_view message, std::string hint) {
    return MakeError({.reason = Reason::kBadOptions,
                      .type = draft.type().name,
                      .record = draft.id(),
                      .field = field.name,
                      .value = TextAt(draft, field.position),
                      .hint = std::move(hint)},
                     message);
  };
  const StatusOr<const TypeDef*> type = context_.catalog().GetType(TextAt(draft, schema_.for_type->position));
  if (!type.ok()) return refuse(*schema_.for_type, "no such type", GetErrorInfo(type.status()).hint);
  const bool by_stage = !draft.Get(schema_.stage->position).is_null();
  if (by_stage == !draft.Get(schema_.field->position).is_null()) {
    return refuse(*schema_.field, "a task template waits for a state or for a stage", "set field and value, or stage");
  }
  if (by_stage && (*type)->FindRole(kPipelined, "stage") == nullptr) {
    return refuse(*schema_.for_type, "the type has no stages", "set field and value");
  }
  if (!by_stage) {
    const FieldDef* const field = (*type)->FindField(TextAt(draft, schema_.field->position));
    if (field == nullptr || field->kind != Kind::kChoice) {
      return refuse(*schema_.field, "is no choice field of the type", "name one whose states start tasks");
    }
    if (field->FindChoice(TextAt(draft, schema_.value->position)) == nullptr)
      return refuse(*schema_.value, "the field has no such choice", {});
  }
  const std::string condition = TextAt(draft, schema_.condition->position);
  if (condition.empty()) return absl::OkStatus();
  return WithContext(CompileCondition(context_.catalog(), **type, condition).status(),
                     {.type = draft.type().name, .record = draft.id(), .value = condition});
}

Status TasksRun::Look(const Draft& draft) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> templates,
                        context_.ScanIndex(*schema_.source, *schema_.by_type, {.equal = {Value(draft.type().name)}}));
  while (templates->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View source, templates->record());
    KITH_ASSIGN_OR_RETURN(const Trigger trigger, TriggerOf(draft.type(), source));
    if (trigger.field == nullptr || !draft.Changed(static_cast<int32_t>(trigger.field->position))) continue;
    if (draft.Get(trigger.field->position) != trigger.value) continue;
    KITH_ASSIGN_OR_RETURN(const bool holds, Holds(draft, source));
    if (!holds) continue;
    KITH_ASSIGN_OR_RETURN(const bool started, Started(draft.id(), source.id()));
    if (!started) KITH_RETURN_IF_ERROR(Start(draft, source));
  }
  return templates->status();
}

// Nothing where the catalog has changed under the template.
StatusOr<Trigger> TasksRun::TriggerOf(const TypeDef& type, record::View source) const {
  if (source.Get(schema_.active->position) == Value(false)) return Trigger();
  if (source.has(schema_.stage->position)) return Trigger{type.FindRole(kPipelined, "stage"), source.Get(schema_.stage->position)};
  const FieldDef* const field = type.FindField(source.GetText(schema_.field->position));
  if (field == nullptr) return Trigger();
  const catalog::ChoiceDef* const choice = field->FindChoice(source.GetText(schema_.value->position));
  return choice == nullptr ? Trigger() : Trigger{field, Choice{choice->number}};
}

StatusOr<bool> TasksRun::Holds(const Draft& draft, record::View source) {
  const std::string_view text = source.GetText(schema_.condition->position);
  if (text.empty()) return true;
  const StatusOr<expr::Program> program = CompileCondition(context_.catalog(), draft.type(), text);
  if (!program.ok()) return false;
  KITH_ASSIGN_OR_RETURN(const record::View view, draft.view());
  const bool holds = evaluator_.Test(*program, view) == expr::Match::kYes;
  KITH_RETURN_IF_ERROR(records_.status());
  return holds;
}

StatusOr<bool> TasksRun::Started(Id record, Id source) {
  for (const Draft* task : context_.touched(schema_.task->number)) {
    if (!task->deleted() && task->Get(schema_.regarding->position) == Value(record) &&
        task->Get(schema_.task_template->position) == Value(source)) {
      return true;
    }
  }
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> tasks,
                        context_.ScanIndex(*schema_.task, *schema_.by_regarding, {.equal = {Value(record)}}));
  while (tasks->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View task, tasks->record());
    if (task.GetRef(schema_.task_template->position) == source) return true;
  }
  KITH_RETURN_IF_ERROR(tasks->status());
  return false;
}

// In the language of the database, where the template has it.
Value TasksRun::SubjectOf(record::View source) const {
  const TypeDef* const settings = context_.catalog().FindType("setting");
  const FieldDef* const language = settings == nullptr ? nullptr : settings->FindField("language");
  const std::string_view chinese = source.GetText(schema_.subject_zh->position);
  if (language != nullptr && !chinese.empty()) {
    const std::unique_ptr<RecordCursor> cursor = context_.Scan(*settings, Id());
    if (cursor->Next()) {
      const StatusOr<record::View> setting = cursor->record();
      if (setting.ok() && setting->GetText(language->position).starts_with("zh")) return Value(chinese);
    }
  }
  return Value(source.GetText(schema_.subject->position));
}

// The account that a document, a deal or the account itself is for.
Id TasksRun::AccountOf(const Draft& draft) const {
  const auto fits = [&](Id id) {
    const TypeDef* const type = context_.catalog().FindType(id.type());
    return type != nullptr &&
           std::find(schema_.account->refers_to.begin(), schema_.account->refers_to.end(), type->name) != schema_.account->refers_to.end();
  };
  if (fits(draft.id())) return draft.id();
  for (const catalog::BehaviourDef& behaviour : draft.type().behaviours) {
    const FieldDef* const account = draft.type().FindField(behaviour.RoleOr("account"));
    const Id* const id = account == nullptr ? nullptr : draft.Get(account->position).get_if<Id>();
    if (id != nullptr && fits(*id)) return *id;
  }
  return {};
}

Status TasksRun::Start(const Draft& draft, record::View source) {
  const Id record = draft.id();
  const Id owner(draft.header().owner);
  const Id account = AccountOf(draft);
  const Time from = draft.effective();
  KITH_ASSIGN_OR_RETURN(const Id task, context_.Create(*schema_.task));
  KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.task_subject, SubjectOf(source)));
  KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.regarding, Value(record)));
  KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.task_template, Value(source.id())));
  if (!account.is_null()) KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.account, Value(account)));
  if (const Value days = source.Get(schema_.due_days->position); !days.is_null()) {
    KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.task_due, Value(Time{from.micros + days.get<int64_t>() * kMicrosPerDay})));
  }
  if (const Value priority = source.Get(schema_.priority->position); !priority.is_null()) {
    const catalog::ChoiceDef* const choice = schema_.priority->FindChoice(priority.get<Choice>().number);
    if (choice != nullptr) KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.task_priority, Value(choice->name)));
  }
  const TypeDef* const employee = context_.catalog().FindType("employee");
  if (employee != nullptr && owner.type() == employee->number) KITH_RETURN_IF_ERROR(context_.Set(task, *schema_.assignee, Value(owner)));
  return absl::OkStatus();
}

class Tasks final : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "tasks"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::optional<TaskSchema> schema = TaskSchema::Of(context.catalog());
    return schema.has_value() ? TasksRun(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& TasksRule() {
  static const Tasks kRule;
  return kRule;
}

}  // namespace kith::model
