// The simulated company into a database, through the public interface.
#ifndef KITH_BENCHMARKS_DEMO_LOAD_H_
#define KITH_BENCHMARKS_DEMO_LOAD_H_

#include <functional>

#include "kith/engine/database.h"
#include "simulator/company.h"
#include "simulator/relations.h"

namespace kith::demo {

// Called with the share done, 0 to 1.
using Progress = std::function<void(double done)>;

// Accounts, contacts, products, employees, quotas of teams, opportunities with their moves. External references: system "demo.<type>", key
// the number within the company. Idempotent.
[[nodiscard]] Status LoadCompany(Database& database, const simulator::Company& company, const Progress& progress);
// Interactions, parts in deals, evidence, a rival and acquaintances of a company that is loaded. Idempotent.
[[nodiscard]] Status LoadRelations(Database& database, const simulator::Relations& relations);
// The reference of the `number`-th of a kind: "account", "contact", "employee", "opportunity"; the rival is the 0-th "competitor".
[[nodiscard]] ExternalRef RefOf(const char* type, size_t number);

}  // namespace kith::demo

#endif  // KITH_BENCHMARKS_DEMO_LOAD_H_
