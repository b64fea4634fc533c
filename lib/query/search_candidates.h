// Which records a search reads: those with all terms of its words, or those that share the rarest ones.
#ifndef KITH_LIB_QUERY_SEARCH_CANDIDATES_H_
#define KITH_LIB_QUERY_SEARCH_CANDIDATES_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/index/text.h"
#include "query/context.h"

namespace kith::query {

struct SearchTarget {
  const catalog::TypeDef* type = nullptr;
  const catalog::IndexDef* index = nullptr;
};

// Records that have all terms, in id order.
class TermIntersection {
 public:
  TermIntersection(const Snapshot& snapshot, const SearchTarget& target, std::span<const index::Word> words, Meter& meter);

  // False at the end or on error.
  bool Next();
  [[nodiscard]] Id id() const { return at_; }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  [[nodiscard]] bool Seek(TermCursor& cursor);

  Meter& meter_;
  std::vector<std::unique_ptr<TermCursor>> cursors_;
  Id at_;
  bool started_ = false;
  Status status_;
};

// Records that share terms with words that may be misspelt.
struct Similar {
  std::vector<Id> ids;   // those that share more and rarer terms first
  bool complete = true;  // there are no others
};
[[nodiscard]] StatusOr<Similar> FindSimilar(const Snapshot& snapshot, const SearchTarget& target, std::span<const index::Word> words,
                                            size_t most, Meter& meter);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_SEARCH_CANDIDATES_H_
