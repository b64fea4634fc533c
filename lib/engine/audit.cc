#include "engine/audit.h"

#include <algorithm>
#include <map>

#include "kith/base/concat.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

// Other records, for conditions that follow references.
class SourceResolver final : public expr::Resolver {
 public:
  explicit SourceResolver(const Source& source) : source_(source) {}

  record::View Get(Id id) override {
    const StatusOr<record::View> record = ReadRecord(source_, id);
    if (!record.ok() && !IsNotFound(record.status())) status_.Update(record.status());
    return record.ok() ? *record : record::View();
  }
  void ForEachRelated(const TypeDef& type, const FieldDef& field, Id id, const std::function<bool(const record::View&)>& visit) override {
    const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source_, type, {});
    while (cursor->Next()) {
      const StatusOr<record::View> record = cursor->record();
      status_.Update(record.status());
      if (!record.ok() || (record->GetRef(field.position) == id && !visit(*record))) return;
    }
    status_.Update(cursor->status());
  }
  [[nodiscard]] Status status() const override { return status_; }

 private:
  const Source& source_;
  Status status_;
};

// What one check or state machine found.
struct Breach {
  std::string line;  // after "records of <type> "
  uint64_t count = 0;
  Id first;

  void Add(Id id) {
    if (count++ == 0) first = id;
  }
};

std::string Told(const TypeDef& type, const Breach& breach) {
  return Concat({std::to_string(breach.count), breach.count == 1 ? " record of " : " records of ", type.name, " ", breach.line,
                 ", the first is ", std::to_string(breach.first.value())});
}

bool IsNewCheck(const catalog::CheckDef& check, const TypeDef* before) {
  const catalog::CheckDef* old = before == nullptr ? nullptr : before->FindCheck(check.name);
  return old == nullptr || old->condition != check.condition;
}

bool HasNewTransitions(const FieldDef& field, const TypeDef* before) {
  if (field.transitions.empty()) return false;
  const FieldDef* old = before == nullptr ? nullptr : before->FindField(field.name);
  return old == nullptr || old->transitions != field.transitions || old->initial_states != field.initial_states;
}

// Whether all that a record's present life shows of a field are ways that its transitions allow.
StatusOr<bool> KeptTo(const FieldDef& field, const record::View& record, const storage::Reader& reader) {
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> entries, ReadHistory(reader, record.id()));
  const auto deletion =
      std::find_if(entries.rbegin(), entries.rend(), [](const HistoryEntry& e) { return e.operation == Operation::kDelete; });
  const Time created{record.header().created};
  std::map<Time, Value> states;  // what holds from each time on
  bool first = true;
  for (auto entry = deletion.base(); entry != entries.end(); ++entry) {
    for (const FieldChange& change : entry->fields) {
      if (change.package != field.package || change.number != field.number) continue;
      if (std::exchange(first, false) && !change.before.is_null()) states[created] = change.before;
      states[change.effective] = change.after;
    }
  }
  if (first) states[created] = record.Get(field.position);
  Value last;
  for (const auto& [from, state] : states) {
    if (!catalog::CheckTransition(field, last, state).ok()) return false;
    last = state;
  }
  return true;
}

// One pass over the records of a type.
class TypeAudit {
 public:
  TypeAudit(const Source& source, const Programs& programs, const TypeDef& type, const TypeDef* before, bool all)
      : source_(source), type_(type), resolver_(source), evaluator_(&resolver_) {
    for (const CheckProgram& check : programs.ChecksOf(type.number)) {
      if (all || IsNewCheck(*check.def, before)) checks_.emplace_back(&check, Breach{"do not meet check " + check.def->name});
    }
    for (const FieldDef& field : type.fields) {
      if (!field.transitions.empty() && !all && HasNewTransitions(field, before)) {
        machines_.emplace_back(&field, Breach{"came to their state of " + field.name + " by ways that are not transitions"});
      }
    }
  }

  Status Run(std::vector<std::string>& lines) {
    if (checks_.empty() && machines_.empty()) return absl::OkStatus();
    const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source_, type_, {});
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
      for (auto& [check, breach] : checks_) {
        if (evaluator_.Test(check->condition, record) == expr::Match::kNo) breach.Add(record.id());
      }
      for (auto& [field, breach] : machines_) {
        KITH_ASSIGN_OR_RETURN(const bool kept, KeptTo(*field, record, *source_.reader));
        if (!kept) breach.Add(record.id());
      }
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    KITH_RETURN_IF_ERROR(resolver_.status());
    for (const auto& [check, breach] : checks_) {
      if (breach.count > 0) lines.push_back(Told(type_, breach));
    }
    for (const auto& [field, breach] : machines_) {
      if (breach.count > 0) lines.push_back(Told(type_, breach));
    }
    return absl::OkStatus();
  }

 private:
  const Source& source_;
  const TypeDef& type_;
  SourceResolver resolver_;
  expr::Evaluator evaluator_;
  std::vector<std::pair<const CheckProgram*, Breach>> checks_;
  std::vector<std::pair<const FieldDef*, Breach>> machines_;
};

}  // namespace

std::string ValuesRead(const TypeDef& type, const expr::Program& condition, const record::View& record) {
  std::string text;
  for (const int32_t position : condition.reads()) {
    const FieldDef* field = type.FieldAt(position);
    if (field == nullptr) continue;
    const Value value = record.Get(field->position);
    const Choice* choice = value.get_if<Choice>();
    const catalog::ChoiceDef* named = choice == nullptr ? nullptr : field->FindChoice(choice->number);
    text += Concat({text.empty() ? "" : ", ", field->name, " = ", named == nullptr ? ToText(value) : named->name});
  }
  return text;
}

StatusOr<std::vector<std::string>> FindBreaches(const Source& source, const Programs& after, const catalog::Catalog* before) {
  std::vector<std::string> lines;
  for (const TypeDef& type : after.catalog().types()) {
    if (type.number < catalog::kFirstOpenType) continue;
    const TypeDef* old = before == nullptr ? nullptr : before->FindType(type.name);
    if (before != nullptr && old == nullptr) continue;  // it has no records yet
    KITH_RETURN_IF_ERROR(TypeAudit(source, after, type, old, before == nullptr).Run(lines));
  }
  return lines;
}

}  // namespace kith::engine
