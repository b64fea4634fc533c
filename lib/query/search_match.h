// One record against the words of a search.
#ifndef KITH_LIB_QUERY_SEARCH_MATCH_H_
#define KITH_LIB_QUERY_SEARCH_MATCH_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kith/catalog/catalog.h"
#include "kith/index/text.h"
#include "kith/record/record.h"

namespace kith::query {

// A hit without words of its own; the order of search.h.
struct Ranked {
  Id id;
  uint32_t score = 0;
  bool misspelt = false;
  const catalog::FieldDef* field = nullptr;

  [[nodiscard]] bool Before(const Ranked& other) const {
    if (misspelt != other.misspelt) return !misspelt;
    if (score != other.score) return score > other.score;
    return id < other.id;
  }
};

// For one text index. Borrows all it is made of.
class Matcher {
 public:
  Matcher(std::span<const index::Word> wanted, const catalog::TypeDef& type, const catalog::IndexDef& index);

  // Nullopt when a word is missing.
  [[nodiscard]] std::optional<Ranked> Match(record::View record, bool typos);
  // The greatest score that a record can have.
  [[nodiscard]] uint32_t greatest() const { return greatest_; }

 private:
  struct Best {
    bool typo = false;
    uint32_t score = 0;  // 0: none
    const catalog::FieldDef* field = nullptr;
  };
  void MatchText(std::string_view text, const catalog::IndexPart& part, bool typos);

  std::span<const index::Word> wanted_;
  const catalog::TypeDef& type_;
  const catalog::IndexDef& index_;
  uint32_t greatest_ = 0;
  std::vector<Best> best_;  // of each word
};

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_SEARCH_MATCH_H_
