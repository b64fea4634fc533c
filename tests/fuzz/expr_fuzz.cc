// Expressions from anybody: a value, or an error that names its place.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "kith/expr/expr.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith;  // NOLINT(google-build-using-namespace)
  static const auto catalog = [] {
    const catalog::PackageSource package = *catalog::ShippedPackage("kith.crm");
    return catalog::Catalog::BuiltIn()->PlanEnsure({&package, 1})->after;
  }();
  expr::Environment environment;
  environment.catalog = catalog;
  environment.record = catalog->FindType("account");
  const StatusOr<expr::Program> program = expr::Program::Compile({reinterpret_cast<const char*>(data), size}, environment);
  if (!program.ok()) {
    if (GetErrorInfo(program.status()).field.empty()) std::abort();
    return 0;
  }
  expr::Evaluator evaluator(nullptr, {.cost = 10'000});
  const StatusOr<expr::Any> value = evaluator.Evaluate(*program);
  if (!value.ok() && GetErrorInfo(value.status()).field.empty()) std::abort();
  // What an answer is written as reads back as the same.
  if (value.ok() && value->kind() == expr::TypeKind::kInt && *expr::Eval(expr::ToText(*value)) != *value) std::abort();
  return 0;
}
