// Words of the JSON form, and the error that a query in it is not well formed.
#ifndef KITH_LIB_QUERY_NAMES_H_
#define KITH_LIB_QUERY_NAMES_H_

#include <array>
#include <string>
#include <string_view>

#include "kith/base/status.h"
#include "kith/query/query.h"

namespace kith::query {

// By Bucket.
inline constexpr std::array<std::string_view, 8> kBucketNames = {"",        "day",  "week",           "month",
                                                                 "quarter", "year", "fiscal_quarter", "fiscal_year"};
// By Function.
inline constexpr std::array<std::string_view, 6> kFunctionNames = {"count", "count_distinct", "sum", "min", "max", "avg"};

// QueryMalformed; `where`: the path of the place.
[[nodiscard]] inline Status Malformed(const std::string& where, std::string_view value, std::string_view message,
                                      std::string_view hint = {}) {
  return MakeError({.reason = Reason::kQueryMalformed, .field = where, .value = std::string(value), .hint = std::string(hint)}, message);
}

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_NAMES_H_
