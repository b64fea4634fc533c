// An import as planned: files in dependency order, columns resolved against the catalog.
#ifndef KITH_LIB_EXCHANGE_PLAN_H_
#define KITH_LIB_EXCHANGE_PLAN_H_

#include <memory>
#include <string>
#include <vector>

#include "kith/catalog/catalog.h"
#include "kith/exchange/csv.h"

namespace kith::exchange {

struct ColumnPlan {
  const ColumnMapping* mapping = nullptr;
  const catalog::FieldDef* field = nullptr;      // nullptr: the header's owner
  const catalog::TypeDef* refers_to = nullptr;   // of references and lookups
  const catalog::FieldDef* looked_up = nullptr;  // of lookups
  [[nodiscard]] bool is_reference() const { return looked_up == nullptr && refers_to != nullptr; }
};

// One pass over one file. A reference to rows that are not loaded yet (of the same file, or in a cycle) is filled in a second pass.
struct FilePass {
  const FileMapping* mapping = nullptr;
  const catalog::TypeDef* type = nullptr;
  std::vector<ColumnPlan> columns;
  size_t first_move = 0;  // moves are numbered through all files of a system, in the mapping's order: their external keys are apart
  bool second = false;    // only fills references of rows that the first pass made; counts nothing but problems
};

// Errors: MappingMalformed (a path), UnknownType, UnknownField.
[[nodiscard]] StatusOr<std::vector<FilePass>> PlanPasses(const Mapping& mapping, const catalog::Catalog& catalog);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_PLAN_H_
