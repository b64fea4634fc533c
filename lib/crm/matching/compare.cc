// To what degree two values of a field agree.
#include <algorithm>
#include <array>
#include <cmath>

#include "crm/matching/matching_internal.h"

namespace kith::crm::matching_internal {
namespace {

using Value = Values::Value;

constexpr double kSpelling = 0.85;   // Jaro-Winkler similarity below which two words are different words
constexpr double kInitial = 0.5;     // J. for John
constexpr double kOneOfThree = 0.7;  // characters of a Han name
constexpr double kJoined = 0.9;      // the same text but for typos and where words are parted
constexpr double kReading = 0.9;     // a name in Han and in Latin
constexpr double kSameSound = 0.75;  // two names in Han

Agreement DegreeOf(double similarity) {
  constexpr double kClose = 0.88;
  constexpr double kSimilar = 0.65;
  constexpr double kPartial = 0.35;
  if (similarity >= kClose) return Agreement::kClose;
  if (similarity >= kSimilar) return Agreement::kSimilar;
  return similarity >= kPartial ? Agreement::kPartial : Agreement::kDifferent;
}

constexpr size_t kLongHost = 8;  // bytes of a host name in which one may be a typo

bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsDigit); }
bool IsWide(std::string_view word) { return static_cast<uint8_t>(word[0]) >= 0xE0; }

double HanSimilarity(std::string_view a, std::string_view b) {
  constexpr size_t kCharacter = 3;
  if (a.size() != b.size() || a.size() < 3 * kCharacter) return 0;
  size_t different = 0;
  for (size_t i = 0; i + kCharacter <= a.size(); i += kCharacter) {
    if (a.substr(i, kCharacter) != b.substr(i, kCharacter)) ++different;
  }
  return different <= 1 ? kOneOfThree : 0;
}

double WordSimilarity(MatchKind kind, std::string_view a, std::string_view b) {
  if (IsWide(a) || IsWide(b)) return IsWide(a) && IsWide(b) ? HanSimilarity(a, b) : 0;
  if (a.size() == 1 || b.size() == 1) return kind == MatchKind::kName && a[0] == b[0] && !IsDigit(a[0]) ? kInitial : 0;
  if (HasDigit(a) || HasDigit(b)) return 0;  // another number is another thing
  const double similarity = JaroWinkler(a, b);
  return similarity >= kSpelling ? similarity : 0;
}

// Cosine of the two bags of words by rarity, words alike counting by how alike they are, each word once (soft TF-IDF: Cohen, Ravikumar &
// Fienberg, 2003, made symmetric by taking the best pairs first).
class WordMatcher {
 public:
  WordMatcher(const Values& values, const Value& a, const Value& b) : values_(values), a_(values.WordsOf(a)), b_(values.WordsOf(b)) {}

  double Similarity(double norms) {
    double sum = 0;
    TakeEqual(sum);
    Collect();
    std::sort(pairs_.begin(), pairs_.begin() + static_cast<std::ptrdiff_t>(count_), [&](const Alike& x, const Alike& y) {
      if (x.gain != y.gain) return x.gain > y.gain;
      return x.words < y.words;
    });
    for (size_t i = 0; i < count_; ++i) {
      const Alike& pair = pairs_[i];
      if (Used(used_a_, pair.a) || Used(used_b_, pair.b)) continue;
      Use(pair.a, pair.b);
      sum += pair.gain;
    }
    return norms == 0 ? 0 : sum / norms;
  }

 private:
  struct Alike {
    double gain = 0;
    uint64_t words = 0;  // the lower and the higher word: ties do not depend on which value comes first
    uint8_t a = 0;
    uint8_t b = 0;
  };
  static bool Used(uint32_t mask, size_t at) { return (mask >> at & 1) != 0; }
  void Use(size_t a, size_t b) {
    used_a_ |= uint32_t{1} << a;
    used_b_ |= uint32_t{1} << b;
  }
  [[nodiscard]] double Weight(uint32_t word) const { return static_cast<double>(values_.word_weights[word]); }
  void TakeEqual(double& sum) {
    for (size_t i = 0; i < a_.size(); ++i) {
      for (size_t j = 0; j < b_.size(); ++j) {
        if (a_[i] != b_[j] || Used(used_b_, j)) continue;
        Use(i, j);
        sum += Weight(a_[i]) * Weight(b_[j]);
        break;
      }
    }
  }
  void Collect() {
    for (size_t i = 0; i < a_.size(); ++i) {
      for (size_t j = 0; j < b_.size() && !Used(used_a_, i); ++j) {
        if (Used(used_b_, j) || count_ == pairs_.size()) continue;
        const double similarity = WordSimilarity(values_.kind, values_.words[a_[i]], values_.words[b_[j]]);
        if (similarity == 0) continue;
        pairs_[count_++] = {.gain = similarity * Weight(a_[i]) * Weight(b_[j]),
                            .words = uint64_t{std::min(a_[i], b_[j])} << 32 | std::max(a_[i], b_[j]),
                            .a = static_cast<uint8_t>(i),
                            .b = static_cast<uint8_t>(j)};
      }
    }
  }

  const Values& values_;
  std::span<const uint32_t> a_;
  std::span<const uint32_t> b_;
  std::array<Alike, 64> pairs_;
  size_t count_ = 0;
  uint32_t used_a_ = 0;
  uint32_t used_b_ = 0;
};

bool AlikeButForTypos(std::string_view a, std::string_view b) {
  const size_t allowed = AllowedTypos(std::min(a.size(), b.size()));
  return allowed > 0 && WithinTypos(a, b, allowed) && !IsWide(a) && !HasDigit(a) && !HasDigit(b);
}

// "zhangwei" of 张伟 and "weizhang" of Wei Zhang: one is the other turned round.
bool IsTurned(std::string_view reading, std::string_view text) {
  if (reading.size() != text.size()) return false;
  for (size_t cut = 0; cut < text.size(); ++cut) {
    if (reading.starts_with(text.substr(cut)) && reading.ends_with(text.substr(0, cut))) return true;
  }
  return false;
}

double ReadingSimilarity(const Values& values, uint32_t a, uint32_t b) {
  if (values.readings.empty()) return 0;
  const auto of_a = values.readings.find(a);
  const auto of_b = values.readings.find(b);
  const auto none = values.readings.end();
  if (of_a != none && of_b != none) return of_a->second == of_b->second ? kSameSound : 0;
  if (of_a != none) return IsTurned(of_a->second, values.values[b].text) ? kReading : 0;
  return of_b != none && IsTurned(of_b->second, values.values[a].text) ? kReading : 0;
}

Agreement CompareWords(const Values& values, uint32_t a, uint32_t b) {
  const Value& left = values.values[a];
  const Value& right = values.values[b];
  double similarity = 0;
  if (left.word_count == 1 && right.word_count == 1) {
    similarity = WordSimilarity(values.kind, values.words[values.WordsOf(left)[0]], values.words[values.WordsOf(right)[0]]);
  } else {
    similarity = WordMatcher(values, left, right).Similarity(static_cast<double>(left.norm) * static_cast<double>(right.norm));
  }
  if (similarity < kJoined && AlikeButForTypos(left.text, right.text)) similarity = kJoined;
  if (values.kind == MatchKind::kName) similarity = std::max(similarity, ReadingSimilarity(values, a, b));
  return DegreeOf(similarity);
}

std::string DigitsOf(std::string_view text) {
  std::string digits(text);
  std::erase_if(digits, [](char c) { return !IsDigit(c); });
  return digits;
}

// A local part with a number in it is somebody's own, wherever; one without says no more than the name that it is made of. Mailboxes of
// people with one name differ by a number: there it is no typo.
Agreement CompareMail(std::string_view a, std::string_view b) {
  constexpr size_t kOwn = 2;
  if (WithinTypos(a, b, 1) && DigitsOf(a) == DigitsOf(b)) return Agreement::kClose;
  const size_t at_a = a.rfind('@');
  const size_t at_b = b.rfind('@');
  if (at_a == std::string_view::npos || at_b == std::string_view::npos) return Agreement::kDifferent;
  const std::string_view local = a.substr(0, at_a);
  if (local == b.substr(0, at_b) && DigitsOf(local).size() >= kOwn) return Agreement::kSimilar;
  return a.substr(at_a) == b.substr(at_b) ? Agreement::kPartial : Agreement::kDifferent;
}

// A number with and without its country or area ends alike.
Agreement ComparePhone(std::string_view a, std::string_view b) {
  constexpr size_t kNational = 7;
  constexpr size_t kTypos = 1;
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() < kNational) return Agreement::kDifferent;
  const std::string_view tail = b.substr(b.size() - a.size());
  if (a == tail) return Agreement::kExact;
  if (WithinTypos(a, b, kTypos) || WithinTypos(a, tail, kTypos)) return Agreement::kClose;
  return a.substr(a.size() - kNational) == b.substr(b.size() - kNational) ? Agreement::kSimilar : Agreement::kDifferent;
}

Agreement CompareDate(std::string_view a, std::string_view b) {
  constexpr size_t kDate = 8;
  if (WithinTypos(a, b, 1)) return Agreement::kClose;
  if (a.size() != kDate || b.size() != kDate) return Agreement::kDifferent;
  const bool year = a.substr(0, 4) == b.substr(0, 4);
  const bool month = a.substr(4, 2) == b.substr(4, 2);
  const bool day = a.substr(6, 2) == b.substr(6, 2);
  if (year && a.substr(4, 2) == b.substr(6, 2) && a.substr(6, 2) == b.substr(4, 2)) return Agreement::kClose;
  if (int{year} + int{month} + int{day} >= 2) return Agreement::kSimilar;
  return year || (month && day) ? Agreement::kPartial : Agreement::kDifferent;
}

Agreement CompareIdentifier(std::string_view a, std::string_view b) {
  constexpr size_t kShortest = 4;
  constexpr size_t kLong = 7;
  const size_t least = std::min(a.size(), b.size());
  if (least < kShortest) return Agreement::kDifferent;
  if (WithinTypos(a, b, 1)) return Agreement::kClose;
  return least >= kLong && WithinTypos(a, b, 2) ? Agreement::kSimilar : Agreement::kDifferent;
}

}  // namespace

Agreement Compare(const Values& values, uint32_t a, uint32_t b) {
  if (a == b) return Agreement::kExact;
  const std::string_view left = values.values[a].text;
  const std::string_view right = values.values[b].text;
  switch (values.kind) {
    case MatchKind::kName:
    case MatchKind::kText:
    case MatchKind::kAddress:
      return CompareWords(values, a, b);
    case MatchKind::kMail:
      return CompareMail(left, right);
    case MatchKind::kPhone:
      return ComparePhone(left, right);
    case MatchKind::kDate:
      return CompareDate(left, right);
    case MatchKind::kIdentifier:
      return CompareIdentifier(left, right);
    case MatchKind::kWebsite:
      return left.size() >= kLongHost && WithinTypos(left, right, 1) ? Agreement::kClose : Agreement::kDifferent;
  }
  return Agreement::kDifferent;
}

Degree Compare(const Values& values, std::span<const uint32_t> a, std::span<const uint32_t> b) {
  Degree best;
  bool first = true;
  for (const uint32_t left : a) {
    for (const uint32_t right : b) {
      const Agreement agreement = Compare(values, left, right);
      const bool better = agreement > best.agreement || (agreement == best.agreement && values.counts[left] < values.counts[best.value]);
      if (!first && !better) continue;
      best = {agreement, left, right};
      first = false;
    }
  }
  return best;
}

}  // namespace kith::crm::matching_internal
