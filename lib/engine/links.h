// What history says of external references.
#ifndef KITH_LIB_ENGINE_LINKS_H_
#define KITH_LIB_ENGINE_LINKS_H_

#include <span>
#include <vector>

#include "kith/base/id.h"
#include "kith/engine/history.h"

namespace kith::engine {

// Which ones an entry adds to its record and takes away, as it was said where the change was first taken. Of a creation that this database
// took itself nothing: the record has them.
struct Links {
  std::vector<ExternalRef> added;
  std::vector<ExternalRef> taken;
  [[nodiscard]] bool Names(const ExternalRef& external) const;
};
[[nodiscard]] Links LinksOf(const HistoryEntry& entry);

// The same as a change of the header.
[[nodiscard]] FieldChange ChangeOf(const Links& links, Time effective);

// Whether a change is of external references.
[[nodiscard]] bool IsOfLinks(const FieldChange& change);

// A text list of systems and keys in turn, and back; null: none.
[[nodiscard]] Value ListOfRefs(std::span<const ExternalRef> refs);
[[nodiscard]] std::vector<ExternalRef> RefsIn(const Value& list);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_LINKS_H_
