#include "kith/engine/viewer.h"

#include <algorithm>

namespace kith {

bool Viewer::MaySee(const record::Header& header) const {
  if (is_system() || header.owner == id.value()) return true;
  switch (static_cast<record::Visibility>(header.visibility)) {
    case record::Visibility::kEveryone:
      return true;
    case record::Visibility::kUnit:
      return header.unit != 0 && std::find(units.begin(), units.end(), header.unit) != units.end();
    case record::Visibility::kOwner:
      return false;
  }
  // A rule of a newer library: nobody but the owner, rather than everybody.
  return false;
}

}  // namespace kith
