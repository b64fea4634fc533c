// Spelling of names, versions and needs.
#ifndef KITH_LIB_CATALOG_NAMES_INTERNAL_H_
#define KITH_LIB_CATALOG_NAMES_INTERNAL_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kith/catalog/catalog.h"

namespace kith::catalog {

inline constexpr std::string_view kLibraryVendor = "kith";

[[nodiscard]] constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Each says what is wrong with a name; empty when it is right.
[[nodiscard]] std::string NameFault(std::string_view name);         // types, indexes, choices, roles: [a-z][a-z0-9_]*
[[nodiscard]] std::string FieldNameFault(std::string_view name);    // as above, and neither a header field nor a word of the language
[[nodiscard]] std::string PackageNameFault(std::string_view name);  // names joined by dots
[[nodiscard]] std::string LanguageFault(std::string_view tag);      // "zh", "pt-BR"

// "1.12.0"; nullopt when it is not three numbers.
struct Version {
  std::array<uint32_t, 3> parts{};
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};
[[nodiscard]] std::optional<Version> ParseVersion(std::string_view text);

// "kith.crm" or "kith.crm >= 1.2.0".
struct Need {
  std::string package;
  Version at_least;
};
[[nodiscard]] std::optional<Need> ParseNeed(std::string_view text);

// "contact_role" -> "ContactRole", in generated code and schemas.
[[nodiscard]] std::string CamelCase(std::string_view name);
// The enum of a field's choices.
[[nodiscard]] std::string EnumName(const TypeDef& type, const FieldDef& field);

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_NAMES_INTERNAL_H_
