#include "query/term.h"

#include <algorithm>
#include <cctype>

#include "kith/base/concat.h"
#include "query/names.h"

namespace kith::query {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

// A letter, digit or underscore: what names are made of.
bool IsNameByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// "account.name" as its names; empty when the text is no path.
std::vector<std::string_view> SplitPath(std::string_view text) {
  std::vector<std::string_view> names;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('.', begin), text.size());
    const std::string_view name = text.substr(begin, end - begin);
    if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameByte)) return {};
    names.push_back(name);
    begin = end + 1;
  }
  return names;
}

// The types that a reference of any of these types at its position may lead to; empty when the catalog does not say.
std::vector<const TypeDef*> TargetsOf(const Scope& scope, const std::vector<const TypeDef*>& types, const PathSteps::Positions& positions) {
  std::vector<const TypeDef*> targets;
  for (size_t i = 0; i < types.size(); ++i) {
    const int32_t position = positions[i].second;
    const FieldDef* field = types[i]->FieldAt(position);
    if (field != nullptr && field->refers_to.empty()) return {};
    if (field == nullptr) {
      const TypeDef* owner = scope.Environment().owner;
      if (position != catalog::kHeaderOwner || owner == nullptr) return {};
      targets.push_back(owner);
      continue;
    }
    for (const std::string& name : field->refers_to) targets.push_back(scope.catalog->FindType(name));
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

// One step of a path from any of these types; nothing when it does not mean the same in all of them.
std::optional<PathSteps::Positions> FindStep(const std::vector<const TypeDef*>& types, std::string_view name) {
  PathSteps::Positions positions;
  for (const TypeDef* type : types) {
    const std::optional<int32_t> position = type == nullptr ? std::nullopt : type->FindPosition(name);
    if (!position.has_value()) return std::nullopt;
    positions.emplace_back(type->number, *position);
  }
  const Kind kind = positions.empty() ? Kind::kNull : types[0]->KindAt(positions[0].second);
  for (size_t i = 1; i < types.size(); ++i) {
    const FieldDef* field = types[i]->FieldAt(positions[i].second);
    const bool differs = types[i]->KindAt(positions[i].second) != kind || kind == Kind::kChoice || kind == Kind::kChoiceSet;
    if (differs || (field != nullptr && kind == Kind::kDecimal)) return std::nullopt;
  }
  return positions;
}

const int32_t* PositionOf(const PathSteps::Positions& positions, TypeNumber type) {
  for (const auto& [number, position] : positions) {
    if (number == type) return &position;
  }
  return nullptr;
}

Status WrongResult(std::string_view kind) {
  return MakeError({.reason = Reason::kWrongKind, .hint = "a column holds one value, or a list of texts"},
                   Concat({"the expression gives a ", kind, ", which no column holds"}));
}

// The value that an expression gave, as a column holds it.
struct ToColumnValue {
  const FieldDef* choices;

  StatusOr<Value> operator()(std::monostate) const { return Value(); }
  StatusOr<Value> operator()(bool v) const { return Value(v); }
  StatusOr<Value> operator()(int64_t v) const { return choices == nullptr ? Value(v) : Value(Choice{static_cast<int32_t>(v)}); }
  StatusOr<Value> operator()(uint64_t v) const {
    if (v <= INT64_MAX) return Value(static_cast<int64_t>(v));
    return MakeError({.reason = Reason::kOutOfRange, .value = std::to_string(v)}, "is above the largest int");
  }
  StatusOr<Value> operator()(double v) const { return Value(v); }
  StatusOr<Value> operator()(const std::string& v) const {
    const catalog::ChoiceDef* choice = choices == nullptr ? nullptr : choices->FindChoice(v);
    return choice == nullptr ? Value(v) : Value(Choice{choice->number});
  }
  StatusOr<Value> operator()(const Bytes& v) const { return Value(v); }
  StatusOr<Value> operator()(const expr::Timestamp& v) const { return Value(Time{v.seconds * kMicrosPerSecond + v.nanos / 1000}); }
  StatusOr<Value> operator()(const expr::Duration&) const { return WrongResult("duration"); }
  StatusOr<Value> operator()(const expr::AnyList& v) const {
    TextList list;
    for (const expr::Any& item : v) {
      const auto* text = item.get_if<std::string>();
      if (text == nullptr) return WrongResult("list of other things than texts");
      list.push_back(*text);
    }
    return Value(std::move(list));
  }
  StatusOr<Value> operator()(const expr::AnyMap&) const { return WrongResult("map"); }
  StatusOr<Value> operator()(const expr::TypeName&) const { return WrongResult("type"); }
  StatusOr<Value> operator()(Date v) const { return Value(v); }
  StatusOr<Value> operator()(Decimal v) const { return Value(v); }
  StatusOr<Value> operator()(Money v) const { return Value(v); }
  StatusOr<Value> operator()(Id v) const { return Value(v); }
};

// kNull: of several kinds, or none that a column holds (`held` false).
Kind KindOf(const expr::Type& type, bool& held) {
  held = true;
  switch (type.kind) {
    case expr::TypeKind::kBool:
      return Kind::kBool;
    case expr::TypeKind::kInt:
    case expr::TypeKind::kUint:
      return Kind::kInt;
    case expr::TypeKind::kDouble:
      return Kind::kDouble;
    case expr::TypeKind::kString:
      return Kind::kText;
    case expr::TypeKind::kBytes:
      return Kind::kBytes;
    case expr::TypeKind::kTimestamp:
      return Kind::kTime;
    case expr::TypeKind::kDate:
      return Kind::kDate;
    case expr::TypeKind::kDecimal:
      return Kind::kDecimal;
    case expr::TypeKind::kMoney:
      return Kind::kMoney;
    case expr::TypeKind::kChoice:
      return Kind::kChoice;
    case expr::TypeKind::kRecord:
      return Kind::kRef;
    case expr::TypeKind::kList:
      return Kind::kTextList;
    case expr::TypeKind::kDyn:
    case expr::TypeKind::kNull:
      return Kind::kNull;
    case expr::TypeKind::kDuration:
    case expr::TypeKind::kMap:
    case expr::TypeKind::kType:
      break;
  }
  held = false;
  return Kind::kNull;
}

}  // namespace

expr::Environment Scope::Environment() const {
  // Owners are employees where there are such; a host that uses its own ids has nothing to read of them.
  return {.catalog = catalog, .record = type, .owner = catalog->FindType("employee"), .variables = variables};
}

StatusOr<CompiledTerm> CompiledTerm::Compile(const Term& term, const Scope& scope, const std::string& where) {
  CompiledTerm compiled;
  compiled.text_ = term.text;
  compiled.bucket_ = term.bucket;
  if (!compiled.CompilePath(scope)) KITH_RETURN_IF_ERROR(compiled.CompileProgram(scope, where));
  compiled.is_own_ = compiled.path_.steps.size() == 1 && term.bucket == Bucket::kNone;
  compiled.value_kind_ = compiled.column_.kind;
  compiled.column_.name = term.name.empty() ? term.text : term.name;
  if (term.bucket == Bucket::kNone) return compiled;

  const std::string_view bucket = kBucketNames[static_cast<size_t>(term.bucket)];
  if (compiled.value_kind_ != Kind::kDate && compiled.value_kind_ != Kind::kTime) {
    return MakeError({.reason = Reason::kWrongKind, .type = scope.type->name, .field = where, .value = term.text},
                     Concat({"is no date or time, so it falls into no ", bucket}));
  }
  if (term.name.empty()) compiled.column_.name.append(" by ").append(bucket);
  compiled.column_.kind = Kind::kText;
  return compiled;
}

bool CompiledTerm::CompilePath(const Scope& scope) {
  const std::vector<std::string_view> names = SplitPath(text_);
  std::vector<const TypeDef*> types = {scope.type};
  PathSteps path;
  for (size_t i = 0; i < names.size(); ++i) {
    std::optional<PathSteps::Positions> positions = FindStep(types, names[i]);
    if (!positions.has_value() || positions->empty()) return false;
    const bool last = i + 1 == names.size();
    if (last) {
      const FieldDef* field = types[0]->FieldAt(positions->front().second);
      column_.kind = types[0]->KindAt(positions->front().second);
      column_.scale = field == nullptr ? uint8_t{0} : field->scale;
      if (column_.kind == Kind::kChoice || column_.kind == Kind::kChoiceSet) column_.choices = field;
    } else if (types[0]->KindAt(positions->front().second) == Kind::kRef) {
      types = TargetsOf(scope, types, *positions);
    } else {
      return false;
    }
    path.steps.push_back(*std::move(positions));
  }
  path_ = std::move(path);
  return !names.empty();
}

Status CompiledTerm::CompileProgram(const Scope& scope, const std::string& where) {
  StatusOr<expr::Program> program = query::CompileProgram(text_, scope.Environment(), std::nullopt, where);
  if (!program.ok()) return std::move(program).status();
  KITH_RETURN_IF_ERROR(TakeType(program->type(), where));
  program_ = *std::move(program);
  return {};
}

Status CompiledTerm::TakeType(const expr::Type& type, const std::string& where) {
  bool held = true;
  column_.kind = KindOf(type, held);
  column_.choices = type.kind == expr::TypeKind::kChoice ? type.choices : nullptr;
  const bool other_list = type.kind == expr::TypeKind::kList && !type.parameters.empty() &&
                          type.parameters[0].kind != expr::TypeKind::kString && type.parameters[0].kind != expr::TypeKind::kDyn;
  if (held && !other_list) return {};
  return WithContext(WrongResult(ToText(type)), {.field = where, .value = text_});
}

std::optional<int32_t> CompiledTerm::own() const {
  if (!is_own_) return std::nullopt;
  return path_.steps[0][0].second;
}

std::optional<int32_t> CompiledTerm::needs() const {
  if (!path_.steps.empty()) return path_.steps[0][0].second;
  // A constant needs nothing, and the id is always there.
  if (program_->reads().empty() && !program_->reads_others()) return catalog::kHeaderId;
  return std::nullopt;
}

Status CompiledTerm::CheckComparable(const std::string& where) const {
  std::string_view hint;
  if (value_kind_ == Kind::kNull) hint = "write what it is: int(...), string(...), double(...)";
  if (value_kind_ == Kind::kTextList || value_kind_ == Kind::kChoiceSet) hint = "use a field with one value, or size(...)";
  if (value_kind_ == Kind::kDecimal && program_.has_value()) hint = "use double(...)";
  if (hint.empty()) return {};
  return MakeError({.reason = Reason::kWrongKind, .field = where, .value = text_, .hint = std::string(hint)},
                   "has no order that is known before it is evaluated");
}

Status CompiledTerm::Read(Context& context, const Calendar& calendar, const Current& row, Value& out) const {
  KITH_RETURN_IF_ERROR(ReadValue(context, row, out));
  if (bucket_ != Bucket::kNone) out = calendar.PeriodOf(out, bucket_);
  return {};
}

Status CompiledTerm::ReadValue(Context& context, const Current& row, Value& out) const {
  if (path_.steps.size() == 1) {
    row.Read(path_.steps[0][0].second, out);
    return {};
  }
  return path_.steps.empty() ? ReadProgram(context, row, out) : ReadPath(context, row, out);
}

Status CompiledTerm::ReadPath(Context& context, const Current& row, Value& out) const {
  row.Read(path_.steps[0][0].second, out);
  for (size_t i = 1; i < path_.steps.size(); ++i) {
    const Id* id = out.get_if<Id>();
    const record::View record = id == nullptr ? record::View() : context.world.Get(*id);
    KITH_RETURN_IF_ERROR(context.world.status());
    const int32_t* position = record.is_null() ? nullptr : PositionOf(path_.steps[i], record.id().type());
    if (position == nullptr) {
      out = Value();
      return {};
    }
    Current{.id = record.id(), .record = record}.Read(*position, out);
  }
  return {};
}

Status CompiledTerm::ReadProgram(Context& context, const Current& row, Value& out) const {
  StatusOr<expr::Any> any = context.evaluator().Evaluate(*program_, row.record, context.variables);
  if (!any.ok()) return WithContext(any.status(), {.record = row.id, .value = text_});
  StatusOr<Value> value = std::visit(ToColumnValue{column_.choices}, any->storage());
  if (!value.ok()) return WithContext(value.status(), {.record = row.id, .value = text_});
  out = *std::move(value);
  return {};
}

StatusOr<CompiledReference> CompiledReference::Compile(const std::string& text, const Scope& scope, const std::string& where) {
  CompiledReference reference;
  // The id of what it leads to: its type is that of the step before.
  StatusOr<CompiledTerm> term = CompiledTerm::Compile({.text = text}, scope, where);
  if (!term.ok()) return std::move(term).status();
  reference.term_ = *std::move(term);
  if (reference.term_.column().kind != Kind::kRef) {
    return MakeError({.reason = Reason::kWrongKind, .type = scope.type->name, .field = where, .value = text}, "is no reference");
  }
  const std::vector<std::string_view> names = SplitPath(text);
  std::vector<const TypeDef*> types = {scope.type};
  for (const std::string_view name : names) {
    const std::optional<PathSteps::Positions> positions = FindStep(types, name);
    types = positions.has_value() ? TargetsOf(scope, types, *positions) : std::vector<const TypeDef*>();
  }
  if (types.size() != 1) {
    return MakeError({.reason = Reason::kQueryMalformed,
                      .type = scope.type->name,
                      .field = where,
                      .value = text,
                      .hint = "follow a reference that leads to records of one type"},
                     "leads to no type that is known beforehand");
  }
  reference.target_ = types[0];
  return reference;
}

}  // namespace kith::query
