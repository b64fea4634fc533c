// Records that are sound but not as the definitions want them by now: written before a check or a state machine was declared.
#ifndef KITH_LIB_ENGINE_AUDIT_H_
#define KITH_LIB_ENGINE_AUDIT_H_

#include <string>
#include <vector>

#include "engine/programs.h"
#include "engine/read_internal.h"

namespace kith::engine {

// "end = 2026-01-01, start = 2026-02-01": the fields of the record that a condition reads, choices by name.
[[nodiscard]] std::string ValuesRead(const catalog::TypeDef& type, const expr::Program& condition, const record::View& record);

// One line for each check of `after` that records break, and for each field whose transitions their past did not keep to: "3 records of
// contract do not meet check end_after_start, the first is 8796093022209". With `before` only what it does not have or has otherwise is
// looked at. `source` reads the file; its catalog is that of `after`, its computer one of `after`.
[[nodiscard]] StatusOr<std::vector<std::string>> FindBreaches(const Source& source, const Programs& after, const catalog::Catalog* before);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_AUDIT_H_
