// The packages that are compiled into the library: lib/packages/<name>.json, byte for byte.
#ifndef KITH_LIB_PACKAGES_EMBEDDED_H_
#define KITH_LIB_PACKAGES_EMBEDDED_H_

#include <span>
#include <string_view>

namespace kith::packages {

struct Package {
  std::string_view name;
  std::string_view json;
};

// The JSON text of lib/packages/<name>.json, or an empty view. Lives as long as the process.
[[nodiscard]] std::string_view Find(std::string_view name);
// Every embedded package, ordered by name.
[[nodiscard]] std::span<const Package> All();

}  // namespace kith::packages

#endif  // KITH_LIB_PACKAGES_EMBEDDED_H_
