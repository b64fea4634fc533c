#include "kith/engine/merged.h"

#include <charconv>

#include "kith/engine/batch.h"

namespace kith {

ExternalRef MergedRef(Id gone) { return {std::string(kMergedSystem), std::to_string(gone.value())}; }

std::optional<Id> MergedId(const ExternalRef& external) {
  if (external.system != kMergedSystem) return std::nullopt;
  uint64_t number = 0;
  std::from_chars(external.key.data(), external.key.data() + external.key.size(), number);
  return Id(number);
}

}  // namespace kith
