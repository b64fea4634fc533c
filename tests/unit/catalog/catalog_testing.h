// What the tests of the catalog share: packages in short, plans, and errors taken apart.
#ifndef KITH_TESTS_UNIT_CATALOG_CATALOG_TESTING_H_
#define KITH_TESTS_UNIT_CATALOG_CATALOG_TESTING_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/catalog/catalog.h"

namespace kith::catalog {

// A package "acme" of version 1.0.0 with these types, in JSON without the outer brackets.
inline std::string Acme(std::string_view types, std::string_view more = {}, std::string_view version = "1.0.0") {
  return R"({"package": "acme", "version": ")" + std::string(version) + R"(", "types": [)" + std::string(types) + "]" +
         (more.empty() ? "" : ", " + std::string(more)) + "}";
}
// A type "thing" with these fields and further members.
inline std::string Thing(std::string_view fields, std::string_view more = {}) {
  return R"({"name": "thing", "fields": [)" + std::string(fields) + "]" + (more.empty() ? "" : ", " + std::string(more)) + "}";
}

inline StatusOr<Catalog::Plan> Plan(const Catalog& catalog, const std::string& definition, const std::string& numbers = {}) {
  const std::vector<PackageSource> sources = {{definition, numbers}};
  return catalog.PlanEnsure(sources);
}
inline StatusOr<Catalog::Plan> Plan(const std::string& definition, const std::string& numbers = {}) {
  return Plan(*Catalog::BuiltIn(), definition, numbers);
}
// The catalog after the package; a test failure when it is refused.
inline std::shared_ptr<const Catalog> Ensured(const std::shared_ptr<const Catalog>& before, const std::string& definition,
                                              const std::string& numbers = {}) {
  StatusOr<Catalog::Plan> plan = Plan(*before, definition, numbers);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? plan->after : before;
}
inline std::shared_ptr<const Catalog> Ensured(const std::string& definition, const std::string& numbers = {}) {
  return Ensured(Catalog::BuiltIn(), definition, numbers);
}

// The standard package and the law firm's.
inline std::shared_ptr<const Catalog> Shipped() {
  std::vector<PackageSource> sources;
  for (const std::string& name : ShippedPackageNames()) sources.push_back(*ShippedPackage(name));
  StatusOr<Catalog::Plan> plan = Catalog::BuiltIn()->PlanEnsure(sources);
  EXPECT_TRUE(plan.ok()) << plan.status();
  return plan.ok() ? plan->after : Catalog::BuiltIn();
}

// MATCHERS: an error with this reason whose path is this.
inline std::string Told(const Status& status) {
  const ErrorInfo info = GetErrorInfo(status);
  return std::string(NameOf(info.reason)) + " at " + info.field + ": " + std::string(MessageOf(status)) + " | " + info.value + " | " +
         info.hint;
}

}  // namespace kith::catalog

#endif  // KITH_TESTS_UNIT_CATALOG_CATALOG_TESTING_H_
