// What the simulated company's relations come to: the largest open deal's decision chain, who can introduce us, and whether chains tell
// won deals from lost ones where relations decide, and only there.
#ifndef KITH_BENCHMARKS_DEMO_RELATIONS_H_
#define KITH_BENCHMARKS_DEMO_RELATIONS_H_

#include "kith/engine/database.h"
#include "simulator/company.h"
#include "simulator/relations.h"

namespace kith::demo {

[[nodiscard]] Status ShowRelations(Database& database, const simulator::Company& company, const simulator::Relations& relations);

}  // namespace kith::demo

#endif  // KITH_BENCHMARKS_DEMO_RELATIONS_H_
