// The packages that ship with the library.
#include "kith/base/nearest.h"
#include "kith/catalog/catalog.h"
#include "packages/embedded.h"

namespace kith::catalog {
namespace {

constexpr std::string_view kNumbersSuffix = ".numbers";

bool IsNumbers(std::string_view name) {
  return name.size() > kNumbersSuffix.size() && name.substr(name.size() - kNumbersSuffix.size()) == kNumbersSuffix;
}

}  // namespace

std::vector<std::string> ShippedPackageNames() {
  std::vector<std::string> names;
  for (const packages::Package& package : packages::All()) {
    if (!IsNumbers(package.name) && !package.name.ends_with(".mapping")) names.emplace_back(package.name);
  }
  return names;
}

StatusOr<PackageSource> ShippedPackage(std::string_view name) {
  const std::string_view definition = IsNumbers(name) ? std::string_view() : packages::Find(name);
  if (!definition.empty()) {
    return PackageSource{std::string(definition), std::string(packages::Find(std::string(name) + std::string(kNumbersSuffix)))};
  }
  const std::vector<std::string> names = ShippedPackageNames();
  return MakeError(
      {.reason = Reason::kPackageMissing, .value = ToText(Value(name)), .hint = NearestHint(name, {names.begin(), names.end()})},
      "no package of this name ships with the library");
}

}  // namespace kith::catalog
