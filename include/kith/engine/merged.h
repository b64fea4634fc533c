// The external reference that stands for a record which was merged into another: of the system kMergedSystem, its id in decimal the key.
#ifndef KITH_ENGINE_MERGED_H_
#define KITH_ENGINE_MERGED_H_

#include <optional>

#include "kith/base/id.h"

namespace kith {

[[nodiscard]] ExternalRef MergedRef(Id gone);
// The record that a reference stands for; nothing for a reference of another system.
[[nodiscard]] std::optional<Id> MergedId(const ExternalRef& external);

}  // namespace kith

#endif  // KITH_ENGINE_MERGED_H_
