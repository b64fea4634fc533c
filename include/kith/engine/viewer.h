// Who reads and who writes.
#ifndef KITH_ENGINE_VIEWER_H_
#define KITH_ENGINE_VIEWER_H_

#include <cstdint>
#include <vector>

#include "kith/base/id.h"
#include "kith/record/record.h"

namespace kith {

// Who reads. The default is the system, which sees everything. Others see records for everyone, their own, and those of their units; all
// the rest is as if it did not exist, in counts and index pages too.
struct Viewer {
  Id id;                        // null: the system
  std::vector<uint32_t> units;  // organisational units whose records the viewer may see

  [[nodiscard]] bool is_system() const { return id.is_null(); }
  [[nodiscard]] bool MaySee(const record::Header& header) const;
};

// Who writes: a record, or somebody of the host's whom the database need not know. Null is the system. Kept in history.
using Actor = Ref;

}  // namespace kith

#endif  // KITH_ENGINE_VIEWER_H_
