#include "query/search_candidates.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <set>
#include <utility>

namespace kith::query {
namespace {

// A term of more records than this tells little of a misspelt word, and is left out.
constexpr size_t kCommon = 65'536;
// Words of so many letters lose all their terms when two neighbours are swapped.
constexpr size_t kSwapped = 5;

uint64_t FirstId(const SearchTarget& target) { return Id::Of(target.type->number, 0, 0).value(); }

}  // namespace

// --- all terms

TermIntersection::TermIntersection(const Snapshot& snapshot, const SearchTarget& target, std::span<const index::Word> words, Meter& meter)
    : meter_(meter), at_(FirstId(target)) {
  std::set<std::string> terms;
  for (const index::Word& word : words) {
    for (std::string& term : index::FragmentTerms(word)) terms.insert(std::move(term));
  }
  for (const std::string& term : terms) {
    StatusOr<std::unique_ptr<TermCursor>> cursor = snapshot.ScanTerm(*target.type, *target.index, term);
    status_.Update(cursor.status());
    if (cursor.ok()) cursors_.push_back(*std::move(cursor));
  }
}

bool TermIntersection::Seek(TermCursor& cursor) {
  if (!meter_.Entry()) {
    status_ = meter_.status();
    return false;
  }
  if (cursor.SeekAtLeast(at_)) return true;
  status_ = cursor.status();
  return false;
}

// Each cursor in turn goes to the record at which the one before it stands, until all stand at the same.
bool TermIntersection::Next() {
  if (!status_.ok() || cursors_.empty()) return false;
  if (std::exchange(started_, true)) at_ = Id(at_.value() + 1);
  size_t turn = 0;
  for (size_t agree = 0; agree < cursors_.size();) {
    TermCursor& cursor = *cursors_[turn];
    if (!Seek(cursor)) return false;
    agree = cursor.id() == at_ ? agree + 1 : 1;
    at_ = cursor.id();
    turn = turn + 1 == cursors_.size() ? 0 : turn + 1;
  }
  return true;
}

// --- some terms

namespace {

std::set<std::string> TermsOfMisspelt(std::span<const index::Word> words) {
  std::vector<std::string> terms;
  for (const index::Word& word : words) {
    index::AppendTerms(word, terms);
    const bool ascii = std::all_of(word.text.begin(), word.text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
    if (index::AllowedTypos(word) == 0 || word.text.size() > kSwapped || !ascii) continue;
    for (size_t i = 0; i + 1 < word.text.size(); ++i) {
      index::Word swapped = word;
      std::swap(swapped.text[i], swapped.text[i + 1]);
      index::AppendTerms(swapped, terms);
    }
  }
  return {terms.begin(), terms.end()};
}

// The numbers of one term, and what it counts to share it: the more, the rarer it is.
struct Sharers {
  std::vector<uint64_t> numbers;
  size_t at = 0;
  uint16_t weight = 0;
};

// Adds weights number by number, in windows that stay in the cache.
class Weigher {
 public:
  explicit Weigher(std::vector<Sharers>& lists) : lists_(lists), weights_(kWindow) {}

  // Weight and number in one, so that the greater one weighs more, or as much with a lower number.
  [[nodiscard]] static constexpr uint64_t Pack(uint16_t weight, uint64_t number) {
    return static_cast<uint64_t>(weight) << kNumberBits | (kNumberMask - number);
  }
  [[nodiscard]] static constexpr uint64_t NumberOf(uint64_t packed) { return kNumberMask - (packed & kNumberMask); }

  std::vector<uint64_t> Weigh() {
    std::vector<uint64_t> weighed;
    for (;;) {
      uint64_t least = UINT64_MAX;
      for (const Sharers& list : lists_) {
        if (list.at < list.numbers.size()) least = std::min(least, list.numbers[list.at]);
      }
      if (least == UINT64_MAX) return weighed;
      AddWindow(least & ~(kWindow - 1), weighed);
    }
  }

 private:
  static constexpr uint64_t kWindow = 65'536;
  static constexpr int kNumberBits = Id::kNodeBits + Id::kSequenceBits;
  static constexpr uint64_t kNumberMask = (uint64_t{1} << kNumberBits) - 1;

  void AddWindow(uint64_t base, std::vector<uint64_t>& weighed) {
    touched_.clear();
    for (Sharers& list : lists_) {
      for (; list.at < list.numbers.size() && list.numbers[list.at] < base + kWindow; ++list.at) {
        uint16_t& weight = weights_[list.numbers[list.at] - base];
        if (weight == 0) touched_.push_back(list.numbers[list.at]);
        weight = static_cast<uint16_t>(weight + list.weight);
      }
    }
    for (const uint64_t number : touched_) weighed.push_back(Pack(std::exchange(weights_[number - base], uint16_t{0}), number));
  }

  std::vector<Sharers>& lists_;
  std::vector<uint16_t> weights_;
  std::vector<uint64_t> touched_;
};

// False when the term has too many records.
StatusOr<bool> ReadSharers(TermCursor& cursor, uint64_t first, Meter& meter, Sharers& sharers) {
  for (bool more = cursor.SeekAtLeast(Id(first)); more; more = cursor.Next()) {
    if (sharers.numbers.size() == kCommon) return false;
    if (!meter.Entry()) return meter.status();
    sharers.numbers.push_back(cursor.id().value() - first);
  }
  KITH_RETURN_IF_ERROR(cursor.status());
  sharers.weight = static_cast<uint16_t>(std::bit_width(kCommon) - std::bit_width(sharers.numbers.size()) + 1);
  return true;
}

}  // namespace

StatusOr<Similar> FindSimilar(const Snapshot& snapshot, const SearchTarget& target, std::span<const index::Word> words, size_t most,
                              Meter& meter) {
  const uint64_t first = FirstId(target);
  Similar similar;
  std::vector<Sharers> lists;
  for (const std::string& term : TermsOfMisspelt(words)) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<TermCursor> cursor, snapshot.ScanTerm(*target.type, *target.index, term));
    Sharers sharers;
    KITH_ASSIGN_OR_RETURN(const bool all, ReadSharers(*cursor, first, meter, sharers));
    similar.complete &= all;
    if (all && !sharers.numbers.empty()) lists.push_back(std::move(sharers));
  }
  std::vector<uint64_t> weighed = Weigher(lists).Weigh();
  if (weighed.size() > most) {
    std::nth_element(weighed.begin(), weighed.begin() + static_cast<std::ptrdiff_t>(most), weighed.end(), std::greater<>());
    weighed.resize(most);
    similar.complete = false;
  }
  std::sort(weighed.begin(), weighed.end(), std::greater<>());
  similar.ids.reserve(weighed.size());
  for (const uint64_t packed : weighed) similar.ids.emplace_back(first | Weigher::NumberOf(packed));
  return similar;
}

}  // namespace kith::query
