// Definitions of another replica taken among a database's own. What is meant is told by names: every database has numbers of its own for
// packages, fields, choices, indexes and roll-ups. Those of types alone are the same in all, since ids hold them.
#ifndef KITH_CATALOG_RECEIVED_H_
#define KITH_CATALOG_RECEIVED_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {

struct ReceivedDefinition {
  Definition definition;  // as it stands there, with the numbers there
  bool holds = false;     // it was set later than the one here, or there is none here
};

// The packages there, by the numbers that they have there.
using PackageNames = std::map<uint32_t, std::string>;
[[nodiscard]] PackageNames NamesOfPackages(const Catalog& catalog);

// What taking them means for the definitions here. Of two that differ the one that holds is taken; what either adds stays: fields, choices
// with the ways to and from them, behaviours, checks of packages that the other does not know, types that a reference may lead to. What is
// new gets the number it has there, or another one where that is given. Errors: PackageConflict, naming type and field, where a field is
// of different kinds, is computed in one alone or belongs to different packages, where an index does, where two types have one number, and
// where the definitions do not fit together; PackageMalformed for what is none.
[[nodiscard]] StatusOr<Catalog::Plan> PlanReceived(const Catalog& before, std::span<const ReceivedDefinition> theirs,
                                                   const PackageNames& packages);

// What leads from `before` to these definitions, which are all. Errors: as of FromDefinitions.
[[nodiscard]] StatusOr<Catalog::Plan> PlanDefinitions(const Catalog& before, std::span<const Definition> wanted);

}  // namespace kith::catalog

#endif  // KITH_CATALOG_RECEIVED_H_
