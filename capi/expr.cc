// Expressions without records.
#include "kith/expr/expr.h"

#include "json.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

extern "C" {

kith_code kith_eval(kith_str expression, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(std::string_view text, Text(expression, "expression"));
    KITH_ASSIGN_OR_RETURN(const kith::expr::Any value, kith::expr::Eval(text));
    return ToJson(value);
  });
}

}  // extern "C"
