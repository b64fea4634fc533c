// A query, checked and planned: what Prepared holds.
#ifndef KITH_LIB_QUERY_COMPILED_H_
#define KITH_LIB_QUERY_COMPILED_H_

#include <optional>
#include <string>
#include <vector>

#include "query/access.h"
#include "query/plan.h"
#include "query/term.h"

namespace kith::query {

// What $name stands for.
struct Parameter {
  std::string name;
  Kind kind = Kind::kNull;  // kNull: what it is given as
  uint8_t scale = 0;
  const catalog::FieldDef* field = nullptr;  // the one it is compared with, for choices
  bool declared = false;
};

struct CompiledOrder {
  CompiledTerm term;  // of a plain query
  size_t column = 0;  // of a grouped one
  bool descending = false;
};

struct CompiledAggregate {
  Function function = Function::kCount;
  std::optional<CompiledTerm> term;  // none: rows are counted
};

struct Prepared::Compiled {
  Query query;
  std::shared_ptr<const catalog::Catalog> catalog;
  const catalog::TypeDef* type = nullptr;
  bool is_expansion = false;
  std::vector<Parameter> parameters;  // of the whole tree, in the root alone

  std::vector<Column> columns;
  std::vector<CompiledTerm> terms;  // the columns of a plain query, the groups of a grouped one
  std::vector<CompiledAggregate> aggregates;
  std::vector<CompiledOrder> order;
  bool grouped = false;
  bool has_buckets = false;
  std::optional<expr::Program> where;
  std::optional<expr::Program> having;
  std::vector<size_t> having_columns;  // the columns that having's variables after the parameters are

  Demand demand;
  std::optional<size_t> link;  // of an expansion: the condition that leads from the row's record
  Plan plan;
  std::optional<Plan> record_plan;  // when the plan reads columns: for viewers who do not see every record

  std::vector<Prepared> expansions;
  std::vector<std::optional<CompiledTerm>> references;  // by expansion: the reference that it follows, none: the record itself

  uint64_t fingerprint = 0;  // of the query without limit and after
};

// The expression's name of a parameter.
[[nodiscard]] inline std::string VariableName(const std::string& parameter) { return "_" + parameter; }

// The conditions with their values known. False when a parameter has no value that its field can hold, so that the expression alone can
// tell what that means; the link is bound all the same.
[[nodiscard]] StatusOr<bool> BindConditions(const Prepared::Compiled& compiled, const expr::AnyList& variables, Id link,
                                            std::vector<BoundCondition>& bound);

// Parameters in their order, checked and brought to their kinds.
[[nodiscard]] StatusOr<expr::AnyList> BindParameters(const Prepared::Compiled& root, const Parameters& given);

[[nodiscard]] StatusOr<std::unique_ptr<Rows>> NewRows(std::shared_ptr<const Prepared::Compiled> compiled, const Snapshot& snapshot,
                                                      const RunOptions& options, expr::AnyList variables);

// The plan as JSON; with `work`, what was done.
[[nodiscard]] std::string ExplainJson(const Prepared::Compiled& compiled, const Plan& plan, std::span<const BoundCondition> bound,
                                      const Work* work, bool is_past);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_COMPILED_H_
