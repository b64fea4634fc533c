// Search: people, companies and whatever else has a text index, by what somebody types.
//
//   KITH_ASSIGN_OR_RETURN(SearchResult result, Search(*snapshot, "zhang w 1380", {.types = {"contact"}}));
//   for (const SearchHit& hit : result.hits) Show(hit.id, hit.field);
//
// What is found. A record has every word of the text, each in any field of one text index of its type: as a whole word, as the beginning of
// one, or inside one (of Latin letters and digits three at least, of Han one). Case, accents, width and traditional Han make no difference;
// a Han name is also found by its pinyin, whole or by initials, and a telephone number by any of its digits in a row, however it is written
// (index/text.h). A write is found as soon as it is committed.
//
// Misspellings. When no record has the words as they are given, they may be spelt otherwise: with one typo in words of four letters or
// more, two from eight on. Such a record is found when it shares with the text three letters in a row, or the first or the first two of a
// word, as given or, in words of up to five letters, with two neighbours swapped.
//
// Order. By score, the sum over the words of the best match's points times its field's weight (a
// whole word 8 points, a beginning 4, a part 2, a typo 1); then by id.
//
// Only what the viewer may see is looked at, so neither hits nor their order tell of anything else.
// Threads: as a Snapshot. Errors: LimitExceeded, BadOptions, UnknownType, UnknownIndex (a type without a text index, or whose index is
// being built), Timeout, Cancelled, Corrupt.
#ifndef KITH_QUERY_SEARCH_H_
#define KITH_QUERY_SEARCH_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/status.h"
#include "kith/engine/snapshot.h"

namespace kith::query {

struct SearchOptions {
  std::vector<std::string> types;  // empty: every type with a text index that is whole
  size_t limit = 20;               // hits at most: 1 to limits::kSearchHits
  bool typos = true;
  // Records read at most, beside those that were changed lately; shared evenly by the text indexes, 100 each at
  // least. Misspellings take a quarter as many more.
  size_t reads = 1000;
  const std::atomic<bool>* cancel = nullptr;  // set by another thread: Cancelled. Borrowed
  std::chrono::microseconds time_limit{0};    // 0: none. Past it: Timeout
};

struct SearchHit {
  Id id;
  std::string type;
  std::string field;  // where the best matching word stands
  uint32_t score = 0;
  bool misspelt = false;
  friend bool operator==(const SearchHit&, const SearchHit&) = default;
};

struct SearchResult {
  std::vector<SearchHit> hits;
  bool complete = true;  // no record was left unread that could be among the hits
  uint64_t records = 0;  // read, of those that the viewer may see
};

// At most limits::kSearchBytes of text and limits::kSearchWords words; a text without words finds nothing.
[[nodiscard]] StatusOr<SearchResult> Search(const Snapshot& snapshot, std::string_view text, const SearchOptions& options = {});

}  // namespace kith::query

#endif  // KITH_QUERY_SEARCH_H_
