// Package texts from anybody: a plan or an error with a path.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kith/catalog/catalog.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using kith::catalog::Catalog;
  const std::string text(reinterpret_cast<const char*>(data), size);
  // The part after a line "---" is the numbers file.
  const size_t rule = text.find("\n---\n");
  const kith::catalog::PackageSource source = {text.substr(0, rule), rule == std::string::npos ? std::string() : text.substr(rule + 5)};
  const auto plan = Catalog::BuiltIn()->PlanEnsure({&source, 1});
  if (!plan.ok()) {
    if (kith::GetErrorInfo(plan.status()).field.empty()) std::abort();
    return 0;
  }
  const auto back = kith::catalog::FromDefinitions(1, kith::catalog::ToDefinitions(*plan->after));
  if (!back.ok() || (*back)->ToJson() != plan->after->ToJson()) std::abort();
  return 0;
}
