// Where a viewer stands among people: what an access policy (catalog/policy.h) is judged by. The engine keeps to the policy; who belongs to
// whom is in records, whose meaning a room above knows (Extensions::access).
#ifndef KITH_ENGINE_ACCESS_H_
#define KITH_ENGINE_ACCESS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/snapshot.h"
#include "kith/engine/viewer.h"

namespace kith {

struct Standing {
  std::vector<Id> reports;            // who reports to the viewer, at any distance; ascending
  std::vector<uint32_t> units;        // the viewer's own; ascending
  std::vector<uint32_t> units_below;  // those and all below them; ascending
  std::vector<std::string> roles;     // ascending
  std::map<Id, bool> shares;          // records shared with the viewer or a group of theirs; true: to write too
  std::optional<Time> until;          // from when on it is to be found out anew, whatever is written; unset: never
};

// The records as the system sees them.
class StandingContext {
 public:
  virtual ~StandingContext() = default;
  [[nodiscard]] virtual const catalog::Catalog& catalog() const = 0;
  [[nodiscard]] virtual Time now() const = 0;
  [[nodiscard]] virtual StatusOr<record::View> Get(Id id) const = 0;
  [[nodiscard]] virtual std::unique_ptr<RecordCursor> Scan(const catalog::TypeDef& type) const = 0;
  // The records whose field refers to `target`.
  [[nodiscard]] virtual StatusOr<std::unique_ptr<RecordCursor>> Referring(const catalog::TypeDef& type, const catalog::FieldDef& field,
                                                                          Id target) const = 0;
};

class AccessResolver {
 public:
  virtual ~AccessResolver() = default;
  // A pure function of the viewer and of records of the types below.
  [[nodiscard]] virtual StatusOr<Standing> Resolve(const Viewer& viewer, const StandingContext& context) const = 0;
  // The types whose records it reads: a standing is found out anew when one of them was written.
  [[nodiscard]] virtual std::vector<TypeNumber> Reads(const catalog::Catalog& catalog) const = 0;
};

}  // namespace kith

#endif  // KITH_ENGINE_ACCESS_H_
