// Who reads and who writes.
#ifndef KITH_ENGINE_VIEWER_H_
#define KITH_ENGINE_VIEWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/value.h"
#include "kith/record/record.h"

namespace kith {

// Who reads, or on whose behalf a batch is applied. The default is the system, which may everything. To others, what they may not see is as
// if it did not exist: in counts, pages, searches, history, the feed and errors too. Who may see what is said by the database's access
// policy (catalog/policy.h) and, where there is none, by the visibility of each record.
struct Viewer {
  Id id;                           // null: the system
  std::vector<uint32_t> units;     // organisational units of the viewer, beside those that the records give them
  std::vector<std::string> roles;  // likewise

  [[nodiscard]] bool is_system() const { return id.is_null(); }
  friend bool operator==(const Viewer&, const Viewer&) = default;
};

// Who writes: a record, or somebody of the host's whom the database need not know. Null is the system. Kept in history.
using Actor = Ref;

}  // namespace kith

#endif  // KITH_ENGINE_VIEWER_H_
