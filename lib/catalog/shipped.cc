// The packages that ship with the library.
#include "kith/base/nearest.h"
#include "kith/catalog/catalog.h"
#include "packages/embedded.h"

namespace kith::catalog {
namespace {

// A shipped package has its numbers beside it; other files that are compiled in (mappings, numbers themselves) have not.
std::string_view NumbersOf(std::string_view name) {
  std::string file(name);
  return packages::Find(file += ".numbers");
}

}  // namespace

std::vector<std::string> ShippedPackageNames() {
  std::vector<std::string> names;
  for (const packages::Package& package : packages::All()) {
    if (!NumbersOf(package.name).empty()) names.emplace_back(package.name);
  }
  return names;
}

StatusOr<PackageSource> ShippedPackage(std::string_view name) {
  const std::string_view numbers = NumbersOf(name);
  if (!numbers.empty()) return PackageSource{std::string(packages::Find(name)), std::string(numbers)};
  const std::vector<std::string> names = ShippedPackageNames();
  return MakeError(
      {.reason = Reason::kPackageMissing, .value = ToText(Value(name)), .hint = NearestHint(name, {names.begin(), names.end()})},
      "no package of this name ships with the library");
}

}  // namespace kith::catalog
