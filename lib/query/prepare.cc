// Checking a query against a catalog and planning it.
#include <algorithm>
#include <cctype>
#include <set>

#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "query/aggregate.h"
#include "query/compiled.h"
#include "query/names.h"
#include "xxhash.h"

namespace kith::query {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;
using Compiled = Prepared::Compiled;

std::string At(const std::string& path, std::string_view member) {
  return path.empty() ? std::string(member) : Concat({path, ".", member});
}
std::string At(const std::string& path, std::string_view member, size_t i) {
  return Concat({At(path, member), "[", std::to_string(i), "]"});
}

// An error of the catalog about a name, with its place in the query.
Status NameAt(const Status& status, const std::string& where, const std::string& name) {
  ErrorInfo info = GetErrorInfo(status);
  info.field = where;
  info.value = name;
  return MakeError(std::move(info), MessageOf(status));
}

// --- parameters

void FindParameters(const Query& query, std::vector<std::string>& names) {
  const auto find = [&names](const std::string& text) { static_cast<void>(WithParameters(text, &names)); };
  find(query.where);
  find(query.having);
  for (const Term& term : query.select) find(term.text);
  for (const Term& term : query.group) find(term.text);
  for (const Aggregate& aggregate : query.aggregates) find(aggregate.text);
  for (const OrderTerm& term : query.order) find(term.text);
  for (const Expansion& expansion : query.expand) FindParameters(expansion.query, names);
}

StatusOr<std::vector<Parameter>> ParametersOf(const Query& query) {
  std::vector<std::string> names;
  FindParameters(query, names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<Parameter> parameters;
  parameters.reserve(names.size());
  for (std::string& name : names) parameters.push_back({.name = std::move(name)});
  for (const auto& [name, kind_name] : query.parameters) {
    const std::string where = At("parameters", name);
    const auto used = std::find_if(parameters.begin(), parameters.end(), [&known = name](const Parameter& p) { return p.name == known; });
    if (used == parameters.end()) return Malformed(where, name, "is declared and used nowhere");
    const std::optional<Kind> kind = KindFromName(kind_name);
    if (!kind.has_value() || *kind == Kind::kNull || *kind == Kind::kChoiceSet) {
      return Malformed(where, kind_name, "is no kind of a parameter", "use bool, int, decimal, double, money, text, date, time or ref");
    }
    used->kind = *kind;
    used->declared = true;
  }
  return parameters;
}

expr::Type TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return expr::TypeKind::kBool;
    case Kind::kInt:
      return expr::TypeKind::kInt;
    case Kind::kDecimal:
      return expr::TypeKind::kDecimal;
    case Kind::kDouble:
      return expr::TypeKind::kDouble;
    case Kind::kMoney:
      return expr::TypeKind::kMoney;
    case Kind::kText:
    case Kind::kChoice:  // its name
      return expr::TypeKind::kString;
    case Kind::kDate:
      return expr::TypeKind::kDate;
    case Kind::kTime:
      return expr::TypeKind::kTimestamp;
    case Kind::kRef:
      return expr::Type::Record({});
    case Kind::kBytes:
      return expr::TypeKind::kBytes;
    case Kind::kTextList:
    case Kind::kChoiceSet:
      return expr::Type::List(expr::TypeKind::kString);
    case Kind::kNull:
      break;
  }
  return expr::TypeKind::kDyn;
}

// A parameter that is not declared is of the kind of the field that it is compared with; of several, they must agree.
void TakeKinds(const Compiled& compiled, std::vector<Parameter>& parameters, std::vector<bool>& mixed) {
  for (const expr::Condition& condition : compiled.demand.conditions) {
    if (condition.variable < 0 || condition.comparison == expr::Condition::Comparison::kIn) continue;
    const auto i = static_cast<size_t>(condition.variable);
    if (parameters[i].declared || mixed[i]) continue;
    const Kind kind = compiled.type->KindAt(condition.position);
    const FieldDef* field = compiled.type->FieldAt(condition.position);
    if (parameters[i].kind == Kind::kNull) {
      parameters[i].kind = kind;
      parameters[i].scale = field == nullptr ? uint8_t{0} : field->scale;
      parameters[i].field = field;
    } else if (parameters[i].kind != kind || (kind == Kind::kChoice && parameters[i].field != field)) {
      mixed[i] = true;
      parameters[i].kind = Kind::kNull;
      parameters[i].field = nullptr;
    }
  }
  for (const Prepared& expansion : compiled.expansions) TakeKinds(expansion.compiled(), parameters, mixed);
}

// --- one query of the tree

bool IsName(std::string_view text) {
  const bool begins = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0;
  return begins && std::all_of(text.begin(), text.end(),
                               [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; });
}

class Compiler {
 public:
  Compiler(const Query& query, const Snapshot& snapshot, const std::vector<expr::Variable>& variables, std::string path)
      : query_(query), snapshot_(snapshot), path_(std::move(path)), compiled_(std::make_shared<Compiled>()) {
    scope_.catalog = snapshot.shared_catalog();
    scope_.variables = variables;
  }

  // `type` null: the one that the query names. `link_position`: of an expansion, where the row's record stands in the related ones.
  StatusOr<std::shared_ptr<Compiled>> Compile(const TypeDef* type, std::optional<int32_t> link_position) {
    KITH_RETURN_IF_ERROR(TakeType(type));
    KITH_RETURN_IF_ERROR(CompileWhere());
    KITH_RETURN_IF_ERROR(CompileColumns());
    KITH_RETURN_IF_ERROR(CheckColumns());
    KITH_RETURN_IF_ERROR(CompileHaving());
    KITH_RETURN_IF_ERROR(CompileOrder());
    KITH_RETURN_IF_ERROR(CompileExpansions());
    if (link_position.has_value()) {
      compiled_->is_expansion = true;
      compiled_->link = compiled_->demand.conditions.size();
      compiled_->demand.conditions.push_back({.position = *link_position, .comparison = expr::Condition::Comparison::kEqual, .values = {}});
    }
    MakeDemand();
    compiled_->plan = ChoosePlan(compiled_->demand, snapshot_);
    if (compiled_->plan.access == Access::kColumns) compiled_->record_plan = ChooseRecordPlan(compiled_->demand, snapshot_);
    Query unpaged = query_;
    unpaged.limit = 0;
    unpaged.after.clear();
    const std::string json = ToJson(unpaged);
    compiled_->fingerprint = XXH3_64bits(json.data(), json.size());
    return std::move(compiled_);
  }

 private:
  Status TakeType(const TypeDef* type) {
    compiled_->query = query_;
    compiled_->catalog = scope_.catalog;
    if (type == nullptr || !query_.from.empty()) {
      StatusOr<const TypeDef*> found = scope_.catalog->GetType(query_.from);
      if (!found.ok()) return NameAt(found.status(), At(path_, "from"), query_.from);
      if (type != nullptr && *found != type) {
        return Malformed(At(path_, "from"), query_.from, "is not what the path leads to", Concat({"leave it out, or write ", type->name}));
      }
      type = *found;
    }
    compiled_->type = scope_.type = compiled_->demand.type = type;
    if (!query_.time_zone.empty()) {
      const StatusOr<absl::TimeZone> zone = FindZone(query_.time_zone);
      if (!zone.ok()) return WithContext(zone.status(), {.field = At(path_, "time_zone")});
    }
    return {};
  }

  Status CompileWhere() {
    if (query_.where.empty()) return {};
    KITH_ASSIGN_OR_RETURN(compiled_->where, CompileProgram(query_.where, scope_.Environment(), expr::TypeKind::kBool, At(path_, "where")));
    compiled_->demand.conditions = compiled_->where->conditions().all;
    compiled_->demand.exact = compiled_->where->conditions().exact;
    return {};
  }

  Status AddTerm(const Term& term, const std::string& where) {
    KITH_ASSIGN_OR_RETURN(CompiledTerm compiled, CompiledTerm::Compile(term, scope_, where));
    if (compiled_->grouped) KITH_RETURN_IF_ERROR(compiled.CheckComparable(where));
    compiled_->has_buckets |= term.bucket != Bucket::kNone;
    compiled_->columns.push_back(compiled.column());
    compiled_->terms.push_back(std::move(compiled));
    return {};
  }

  Status CompileColumns() {
    const bool aggregated = !query_.group.empty() || !query_.aggregates.empty();
    compiled_->grouped = aggregated || query_.distinct;
    if (aggregated && (!query_.select.empty() || query_.distinct)) {
      return Malformed(At(path_, query_.distinct ? "distinct" : "select"), "", "does not go with groups and aggregates",
                       "the columns of a grouped query are its groups and aggregates");
    }
    if (!aggregated && query_.select.empty()) return AddAllFields();
    const std::vector<Term>& terms = aggregated ? query_.group : query_.select;
    for (size_t i = 0; i < terms.size(); ++i) KITH_RETURN_IF_ERROR(AddTerm(terms[i], At(path_, aggregated ? "group" : "select", i)));
    for (size_t i = 0; i < query_.aggregates.size(); ++i) {
      KITH_RETURN_IF_ERROR(AddAggregate(query_.aggregates[i], At(path_, "aggregates", i)));
    }
    return {};
  }

  Status AddAllFields() {
    for (const FieldDef& field : scope_.type->fields) {
      const bool shown = !field.retired && field.kind != Kind::kNull;
      if (shown) KITH_RETURN_IF_ERROR(AddTerm({.text = field.name}, At(path_, "select")));
    }
    return {};
  }

  Status AddAggregate(const Aggregate& aggregate, const std::string& where) {
    CompiledAggregate compiled{.function = aggregate.function, .term = {}};
    Column column{.name = {}, .kind = Kind::kInt};
    if (!aggregate.text.empty()) {
      KITH_ASSIGN_OR_RETURN(compiled.term, CompiledTerm::Compile({.text = aggregate.text}, scope_, where));
      KITH_ASSIGN_OR_RETURN(column, ColumnOf(aggregate.function, *compiled.term, where));
    } else if (aggregate.function != Function::kCount) {
      return Malformed(where, "", "has nothing to work on", R"(write {"sum": "amount"})");
    }
    const std::string_view function = kFunctionNames[static_cast<size_t>(aggregate.function)];
    column.name = aggregate.name;
    if (column.name.empty()) column.name = aggregate.text.empty() ? std::string(function) : Concat({function, "(", aggregate.text, ")"});
    compiled_->columns.push_back(std::move(column));
    compiled_->aggregates.push_back(std::move(compiled));
    return {};
  }

  Status CheckColumns() {
    const std::vector<Column>& columns = compiled_->columns;
    if (columns.size() > limits::kQueryColumns || query_.order.size() > limits::kQueryColumns) {
      return MakeError({.reason = Reason::kLimitExceeded, .field = path_, .hint = "limit kQueryColumns, 256"},
                       "the query has too many columns");
    }
    std::set<std::string_view> names;
    for (const Column& column : columns) {
      if (!names.insert(column.name).second) return Malformed(path_, column.name, "is the name of two columns", "give one another name");
    }
    return {};
  }

  Status CompileHaving() {
    if (query_.having.empty()) return {};
    const std::string where = At(path_, "having");
    if (!compiled_->grouped) return Malformed(where, query_.having, "has no groups to choose from", "write the condition in where");
    expr::Environment environment;
    environment.catalog = scope_.catalog;
    environment.variables = scope_.variables;
    for (size_t i = 0; i < compiled_->columns.size(); ++i) {
      const Column& column = compiled_->columns[i];
      if (!IsName(column.name)) continue;
      environment.variables.push_back({column.name, TypeOf(column.kind)});
      compiled_->having_columns.push_back(i);
    }
    KITH_ASSIGN_OR_RETURN(compiled_->having, CompileProgram(query_.having, environment, expr::TypeKind::kBool, where));
    return {};
  }

  const CompiledTerm* FindColumn(const std::string& name) const {
    for (size_t i = 0; i < compiled_->terms.size(); ++i) {
      if (compiled_->columns[i].name == name) return &compiled_->terms[i];
    }
    return nullptr;
  }

  StatusOr<size_t> GroupColumn(const std::string& name, const std::string& where) const {
    std::vector<std::string_view> names;
    for (size_t i = 0; i < compiled_->columns.size(); ++i) {
      if (compiled_->columns[i].name == name) return i;
      names.push_back(compiled_->columns[i].name);
    }
    return MakeError({.reason = Reason::kUnknownField, .field = where, .value = name, .hint = NearestHint(name, names)},
                     "is no column of the grouped query");
  }

  Status CompileOrder() {
    for (size_t i = 0; i < query_.order.size(); ++i) {
      const OrderTerm& term = query_.order[i];
      const std::string where = At(path_, "order", i);
      CompiledOrder& order = compiled_->order.emplace_back();
      order.descending = term.descending;
      if (compiled_->grouped) {
        KITH_ASSIGN_OR_RETURN(order.column, GroupColumn(term.text, where));
        continue;
      }
      if (const CompiledTerm* column = FindColumn(term.text)) {
        order.term = *column;
      } else {
        KITH_ASSIGN_OR_RETURN(order.term, CompiledTerm::Compile({.text = term.text}, scope_, where));
      }
      KITH_RETURN_IF_ERROR(order.term.CheckComparable(where));
    }
    return {};
  }

  Status CompileExpansions() {
    for (size_t i = 0; i < query_.expand.size(); ++i) KITH_RETURN_IF_ERROR(AddExpansion(query_.expand[i], At(path_, "expand", i)));
    return {};
  }

  Status AddExpansion(const Expansion& expansion, const std::string& where) {
    if (compiled_->grouped) return Malformed(where, expansion.name, "has no record to start from: the query is grouped");
    if (expansion.field.empty() == expansion.path.empty()) return Malformed(where, expansion.name, "has not one of field and path");
    if (expansion.name.empty()) return Malformed(At(where, "name"), "", "is missing");
    if (!expansion.query.after.empty()) return Malformed(At(where, "after"), "", "goes with the whole query alone");
    std::optional<CompiledTerm> reference;
    const TypeDef* type = nullptr;
    int32_t link = catalog::kHeaderId;
    if (!expansion.path.empty()) {
      KITH_ASSIGN_OR_RETURN(const CompiledReference compiled, CompiledReference::Compile(expansion.path, scope_, At(where, "path")));
      reference = compiled.term();
      type = &compiled.target();
    } else {
      KITH_ASSIGN_OR_RETURN(link, FindLink(expansion, where));
    }
    Compiler compiler(expansion.query, snapshot_, scope_.variables, where);
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<Compiled> compiled, compiler.Compile(type, link));
    compiled_->expansions.push_back(Prepared(std::move(compiled)));
    compiled_->references.push_back(std::move(reference));
    return {};
  }

  StatusOr<int32_t> FindLink(const Expansion& expansion, const std::string& where) const {
    StatusOr<const TypeDef*> type = scope_.catalog->GetType(expansion.query.from);
    if (!type.ok()) return NameAt(type.status(), At(where, "from"), expansion.query.from);
    const std::optional<int32_t> position = (*type)->FindPosition(expansion.field);
    if (!position.has_value())
      return NameAt(catalog::Catalog::GetField(**type, expansion.field).status(), At(where, "field"), expansion.field);
    if ((*type)->KindAt(*position) == Kind::kRef) return *position;
    return Malformed(At(where, "field"), expansion.field, Concat({"of ", expansion.query.from, " is no reference"}));
  }

  static void Demands(const CompiledTerm& term, Demand::Reads& reads) {
    const std::optional<int32_t> position = term.needs();
    if (position.has_value()) {
      reads.positions.push_back(*position);
    } else {
      reads.records = true;
    }
  }

  void MakeDemand() {
    Demand& demand = compiled_->demand;
    for (const CompiledTerm& term : compiled_->terms) Demands(term, demand.reads);
    for (const CompiledAggregate& aggregate : compiled_->aggregates) {
      if (aggregate.term.has_value()) Demands(*aggregate.term, demand.reads);
    }
    for (const std::optional<CompiledTerm>& reference : compiled_->references) {
      if (reference.has_value()) Demands(*reference, demand.reads);
    }
    demand.order.emplace();
    demand.grouped = compiled_->grouped;
    demand.repeated = compiled_->is_expansion;
    if (compiled_->grouped) return;
    demand.limit = query_.limit;
    for (const CompiledOrder& order : compiled_->order) {
      Demands(order.term, demand.sort_reads);
      const std::optional<int32_t> own = order.term.own();
      if (!own.has_value()) demand.order.reset();
      if (demand.order.has_value()) demand.order->push_back({*own, order.descending});
    }
  }

  const Query& query_;
  const Snapshot& snapshot_;
  std::string path_;
  Scope scope_;
  std::shared_ptr<Compiled> compiled_;
};

}  // namespace

StatusOr<Prepared> Prepared::Prepare(const Query& query, const Snapshot& snapshot) {
  KITH_ASSIGN_OR_RETURN(std::vector<Parameter> parameters, ParametersOf(query));
  std::vector<expr::Variable> variables;
  variables.reserve(parameters.size());
  for (const Parameter& parameter : parameters) variables.push_back({VariableName(parameter.name), TypeOf(parameter.kind)});
  Compiler compiler(query, snapshot, variables, "");
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<Compiled> compiled, compiler.Compile(nullptr, std::nullopt));
  std::vector<bool> mixed(parameters.size());
  TakeKinds(*compiled, parameters, mixed);
  compiled->parameters = std::move(parameters);
  return Prepared(compiled);
}

StatusOr<std::unique_ptr<Rows>> Prepared::Run(const Snapshot& snapshot, const Parameters& parameters, const RunOptions& options) const {
  if (compiled_->is_expansion) return MakeError(Reason::kBadOptions, "an expansion runs within its query alone");
  if (snapshot.catalog().version() != compiled_->catalog->version()) {
    KITH_ASSIGN_OR_RETURN(const Prepared anew, Prepare(compiled_->query, snapshot));
    return anew.Run(snapshot, parameters, options);
  }
  KITH_ASSIGN_OR_RETURN(expr::AnyList variables, BindParameters(*compiled_, parameters));
  return NewRows(compiled_, snapshot, options, std::move(variables));
}

const Query& Prepared::query() const { return compiled_->query; }
std::span<const Column> Prepared::columns() const { return compiled_->columns; }
std::span<const Prepared> Prepared::expansions() const { return compiled_->expansions; }
std::string Prepared::Explain() const { return ExplainJson(*compiled_, compiled_->plan, {}, nullptr, false); }

}  // namespace kith::query
