// Words of the JSON form.
#ifndef KITH_LIB_QUERY_NAMES_H_
#define KITH_LIB_QUERY_NAMES_H_

#include <array>
#include <string_view>

#include "kith/query/query.h"

namespace kith::query {

// By Bucket.
inline constexpr std::array<std::string_view, 8> kBucketNames = {"",        "day",  "week",           "month",
                                                                 "quarter", "year", "fiscal_quarter", "fiscal_year"};
// By Function.
inline constexpr std::array<std::string_view, 6> kFunctionNames = {"count", "count_distinct", "sum", "min", "max", "avg"};

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_NAMES_H_
