#include "query/search_match.h"

#include <algorithm>

namespace kith::query {
namespace {

constexpr uint32_t kWhole = 8;

uint32_t Points(index::Match match) {
  switch (match) {
    case index::Match::kNone:
      return 0;
    case index::Match::kTypo:
      return 1;
    case index::Match::kFragment:
      return 2;
    case index::Match::kPrefix:
      return 4;
    case index::Match::kWhole:
      return kWhole;
  }
  return 0;
}

}  // namespace

Matcher::Matcher(std::span<const index::Word> wanted, const catalog::TypeDef& type, const catalog::IndexDef& index)
    : wanted_(wanted), type_(type), index_(index) {
  uint32_t weight = 0;
  for (const catalog::IndexPart& part : index.parts) weight = std::max(weight, part.weight);
  greatest_ = static_cast<uint32_t>(wanted.size()) * kWhole * weight;
}

void Matcher::MatchText(std::string_view text, const catalog::IndexPart& part, bool typos) {
  for (const index::Word& found : index::WordsOf(text)) {
    for (size_t i = 0; i < wanted_.size(); ++i) {
      const index::Match match = index::MatchWord(wanted_[i], found, typos);
      if (match == index::Match::kNone) continue;
      const Best best{match == index::Match::kTypo, Points(match) * part.weight, type_.FieldAt(part.position)};
      Best& before = best_[i];
      const bool better = before.score == 0 || (before.typo != best.typo ? before.typo : best.score > before.score);
      if (better) before = best;
    }
  }
}

std::optional<Ranked> Matcher::Match(record::View record, bool typos) {
  best_.assign(wanted_.size(), {});
  for (const catalog::IndexPart& part : index_.parts) {
    const auto position = static_cast<size_t>(part.position);
    if (!record.has(position)) continue;
    if (type_.fields[position].kind == Kind::kText) {
      MatchText(record.GetText(position), part, typos);
      continue;
    }
    for (size_t item = 0; item < record.GetSize(position); ++item) MatchText(record.GetTextItem(position, item), part, typos);
  }
  Ranked ranked{.id = record.id()};
  uint32_t most = 0;
  for (const Best& best : best_) {
    if (best.score == 0) return std::nullopt;
    ranked.misspelt |= best.typo;
    ranked.score += best.score;
    if (best.score <= most) continue;
    most = best.score;
    ranked.field = best.field;
  }
  return ranked;
}

}  // namespace kith::query
