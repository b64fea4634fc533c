// Interactions in a catalog, and the keys of their derived rows.
#ifndef KITH_LIB_MODEL_TIE_INTERNAL_H_
#define KITH_LIB_MODEL_TIE_INTERNAL_H_

#include <optional>
#include <string>
#include <vector>

#include "kith/model/tie.h"

namespace kith::model {

// The fields that play the roles of a type with behaviour "interaction"; nullptr where it has none.
struct InteractionRoles {
  const catalog::TypeDef* type = nullptr;
  const catalog::FieldDef* at = nullptr;
  const catalog::FieldDef* kind = nullptr;
  const catalog::FieldDef* direction = nullptr;
  const catalog::FieldDef* minutes = nullptr;
  const catalog::FieldDef* employee = nullptr;
  const catalog::FieldDef* contact = nullptr;
  const catalog::FieldDef* externals = nullptr;

  // Nothing when the type has no such behaviour.
  [[nodiscard]] static std::optional<InteractionRoles> Of(const catalog::TypeDef& type);
  [[nodiscard]] static std::vector<InteractionRoles> All(const catalog::Catalog& catalog);
  // Whether its records can make a tie.
  [[nodiscard]] bool pairs() const { return employee != nullptr && contact != nullptr; }
  [[nodiscard]] InteractionRecord Read(record::View view) const;
};

[[nodiscard]] TieEvent EventOf(const InteractionRecord& interaction);
// The block that a moment falls into, and where that block begins.
[[nodiscard]] int32_t TieBlockOf(Time at);
[[nodiscard]] Time StartOfTieBlock(int64_t block);

// Keys of the derivation "ties": "tc", contact, employee -> the row; "te", employee, contact -> nothing, so that an employee's contacts are
// one range.
inline constexpr std::string_view kTiePrefix = "t";
[[nodiscard]] std::string TieKey(Id contact, Id employee);
[[nodiscard]] std::string TieKeyOfEmployee(Id employee, Id contact);
[[nodiscard]] std::string TiesOfContactPrefix(Id contact);
[[nodiscard]] std::string TiesOfEmployeePrefix(Id employee);
// The second id of either key.
[[nodiscard]] Id OtherOf(std::string_view key);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_TIE_INTERNAL_H_
