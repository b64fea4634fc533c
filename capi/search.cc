// Search by what somebody types.
#include "kith/query/search.h"

#include <algorithm>

#include "json.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::StatusOr<kith::query::SearchOptions> ToSearchOptions(const kith_search_options* given) {
  KITH_ASSIGN_OR_RETURN(const kith_search_options options, ReadOptions(given, kith_search_options KITH_SEARCH_OPTIONS_INIT));
  kith::query::SearchOptions search;
  if (options.limit != 0) search.limit = options.limit;
  if (options.reads != 0) search.reads = options.reads;
  search.typos = options.exact == 0;
  search.time_limit = std::chrono::microseconds(std::min<uint64_t>(options.time_limit_us, INT64_MAX));
  KITH_ASSIGN_OR_RETURN(std::string_view types, Text(options.types, "types"));
  while (!types.empty()) {
    const size_t comma = std::min(types.find(','), types.size());
    search.types.emplace_back(types.substr(0, comma));
    types.remove_prefix(std::min(comma + 1, types.size()));
  }
  return search;
}

}  // namespace

extern "C" {

kith_code kith_snapshot_search(kith_snapshot* snapshot, kith_str text, const kith_search_options* options, kith_text** json,
                               kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view words, Text(text, "text"));
    KITH_ASSIGN_OR_RETURN(const kith::query::SearchOptions search, ToSearchOptions(options));
    KITH_ASSIGN_OR_RETURN(const kith::query::SearchResult result, kith::query::Search(*object->snapshot, words, search));
    return ToJson(result);
  });
}

}  // extern "C"
