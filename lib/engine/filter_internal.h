// Which types and fields a reader of the feed, or of differences, wants.
#ifndef KITH_LIB_ENGINE_FILTER_INTERNAL_H_
#define KITH_LIB_ENGINE_FILTER_INTERNAL_H_

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <tuple>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/history.h"

namespace kith::engine {

class Wanted {
 public:
  // Errors: UnknownType; UnknownField for a name that no wanted type has, or that history does not keep.
  [[nodiscard]] static StatusOr<Wanted> Make(const catalog::Catalog& catalog, std::span<const std::string> types,
                                             std::span<const std::string> fields);
  // Of fields wanted by name, only types that have one of them are.
  [[nodiscard]] bool Type(TypeNumber type) const { return all_types_ || types_.contains(type); }
  [[nodiscard]] bool Field(TypeNumber type, const FieldChange& change) const {
    return all_fields_ || fields_.contains({type, change.package, change.number});
  }
  // Takes the other fields out. False when the entry is a change of others alone.
  [[nodiscard]] bool Narrow(HistoryEntry& entry) const;

 private:
  [[nodiscard]] Status AddField(const catalog::Catalog& catalog, const std::string& name);

  bool all_types_ = true;
  bool all_fields_ = true;
  std::set<TypeNumber> types_;
  std::set<std::tuple<TypeNumber, uint32_t, uint32_t>> fields_;  // type, package, number
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_FILTER_INTERNAL_H_
