// The steps of finding matches: values into forms, forms into a prepared table, rows into blocks, pairs into degrees, degrees into a model.
#ifndef KITH_LIB_CRM_MATCHING_MATCHING_INTERNAL_H_
#define KITH_LIB_CRM_MATCHING_MATCHING_INTERNAL_H_

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/crm/matching.h"

namespace kith::crm::matching_internal {

// --- text
// Jaro-Winkler similarity of bytes, 0 to 1; texts of more than 64 bytes compare by their first 64.
[[nodiscard]] double JaroWinkler(std::string_view a, std::string_view b);
// Whether at most `typos` insertions, deletions, replacements and swaps of neighbouring bytes turn one text into the other.
[[nodiscard]] bool WithinTypos(std::string_view a, std::string_view b, size_t typos);

// --- forms
[[nodiscard]] constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
// A value as it compares.
struct Form {
  std::string text;                       // without spaces: what typos are counted in
  std::vector<std::string> words;         // of names, texts and addresses, sorted
  std::string reading;                    // pinyin of a name in Han
  [[nodiscard]] std::string Key() const;  // equal for values that are the same
};
// Empty text: the value says nothing.
[[nodiscard]] Form FormOf(MatchKind kind, std::string_view value);
// What rows must have in common to be compared.
void AppendAtoms(MatchKind kind, const Form& form, std::vector<std::string>& atoms);
// Typos that a text of so many bytes may have.
[[nodiscard]] size_t AllowedTypos(size_t bytes);

// --- table
// The distinct values of a field.
struct Values {
  struct Value {
    std::string text;
    uint32_t words = 0;  // where they begin in word_ids
    uint32_t word_count = 0;
    float norm = 0;  // of the words' weights
  };
  MatchKind kind = MatchKind::kText;
  std::vector<Value> values;
  std::vector<uint64_t> hashes;  // of their keys
  std::vector<uint32_t> counts;  // rows with it
  std::vector<uint32_t> word_ids;
  std::vector<std::string> words;
  std::vector<uint32_t> word_counts;  // rows with it
  std::vector<float> word_weights;
  absl::flat_hash_map<uint32_t, std::string> readings;  // by value
  std::vector<uint64_t> atoms;                          // hashes
  std::vector<uint32_t> atom_starts;                    // by value, and the end
  uint32_t known = 0;                                   // rows that know the field

  [[nodiscard]] std::span<const uint32_t> WordsOf(const Value& value) const { return {word_ids.data() + value.words, value.word_count}; }
  [[nodiscard]] std::span<const uint64_t> AtomsOf(uint32_t value) const {
    return {atoms.data() + atom_starts[value], atoms.data() + atom_starts[value + 1]};
  }
  // From the shares of rows that have the words.
  void Weigh(const std::function<double(uint32_t word)>& share);
};

// Rows in an order that follows from their contents alone.
class Prepared {
 public:
  // `by_content` false: rows in the table's order.
  Prepared(const MatchTable& table, size_t threads, bool by_content);

  [[nodiscard]] uint32_t rows() const { return static_cast<uint32_t>(order_.size()); }
  [[nodiscard]] size_t fields() const { return fields_.size(); }
  [[nodiscard]] const Values& field(size_t field) const { return fields_[field]; }
  [[nodiscard]] Values& field(size_t field) { return fields_[field]; }
  [[nodiscard]] uint32_t Original(uint32_t row) const { return order_[row]; }
  [[nodiscard]] std::span<const uint32_t> ValuesOf(uint32_t row, size_t field) const {
    const uint32_t* starts = &starts_[size_t{row} * fields_.size() + field];
    return {ids_.data() + starts[0], ids_.data() + starts[1]};
  }
  [[nodiscard]] bool MayMatch(uint32_t a, uint32_t b) const { return sources_.empty() || sources_[a] != sources_[b]; }
  // Whether two rows say the same in every field.
  [[nodiscard]] bool Same(uint32_t a, uint32_t b) const;
  // Pairs of rows that may match; of those that know the field, and that agree on one value of it.
  [[nodiscard]] double Pairs() const;
  [[nodiscard]] double KnownPairs(size_t field) const;
  [[nodiscard]] double EqualPairs(size_t field) const;

 private:
  [[nodiscard]] double CountPairs(std::vector<std::pair<uint32_t, uint32_t>> keyed_sources) const;

  std::vector<Values> fields_;
  std::vector<uint32_t> order_;   // by row: its number in the table
  std::vector<uint32_t> starts_;  // by row and field
  std::vector<uint32_t> ids_;
  std::vector<uint32_t> sources_;
};

// Calls fn(part, begin, end) for even parts of `count`, each in a thread of its own as far as the system has them.
void InParts(size_t count, size_t threads, const std::function<void(size_t part, size_t begin, size_t end)>& fn);
// Calls fn(worker, chunk, begin, end) for kChunks even parts of `count`, in any order, in at most so many threads: results kept by chunk do
// not depend on how many.
inline constexpr size_t kChunks = 256;
void InChunks(size_t count, size_t threads, const std::function<void(size_t worker, size_t chunk, size_t begin, size_t end)>& fn);
[[nodiscard]] size_t ThreadsOf(size_t wanted);
// A number that looks random and follows from `value` alone.
[[nodiscard]] constexpr uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

// --- degrees
inline constexpr size_t kExact = static_cast<size_t>(Agreement::kExact);
struct Degree {
  Agreement agreement = Agreement::kDifferent;
  uint32_t value = 0;  // of `a`, and of `b`, that agree best
  uint32_t other = 0;
};
[[nodiscard]] Agreement Compare(const Values& values, uint32_t a, uint32_t b);
// The best of all pairs of values; both rows know the field.
[[nodiscard]] Degree Compare(const Values& values, std::span<const uint32_t> a, std::span<const uint32_t> b);

// --- blocks
class Blocks {
 public:
  Blocks(const Prepared& table, size_t threads);
  // Pairs at most: some come in several blocks.
  [[nodiscard]] double MostPairs() const;
  // Rows before `row` that it is to be compared with, each once. `seen` has one entry a row and is the thread's own, 0 at first.
  template <typename Visit>
  void ForEach(const Prepared& table, uint32_t row, std::vector<uint32_t>& seen, const Visit& visit) const {
    if (all_) {
      for (uint32_t other = 0; other < row; ++other) {
        if (table.MayMatch(row, other)) visit(other);
      }
      return;
    }
    // However many rows are alike, each is compared with the one before it.
    if (row > 0 && table.MayMatch(row, row - 1) && table.Same(row, row - 1)) {
      seen[row - 1] = row + 1;
      visit(row - 1);
    }
    for (size_t i = row_starts_[row]; i < row_starts_[row + 1]; ++i) {
      const uint32_t block = row_blocks_[i];
      for (size_t at = block_starts_[block]; at < block_starts_[block + 1]; ++at) {
        const uint32_t other = members_[at];
        if (other >= row) break;
        if (seen[other] == row + 1) continue;
        seen[other] = row + 1;
        if (table.MayMatch(row, other)) visit(other);
      }
    }
  }
  [[nodiscard]] bool all() const { return all_; }

 private:
  struct Entry {
    uint64_t key;
    uint32_t row;
    friend bool operator<(const Entry& a, const Entry& b) { return a.key != b.key ? a.key < b.key : a.row < b.row; }
  };
  struct CommonAtom;
  static void Sort(std::vector<Entry>& entries, size_t threads);
  static std::vector<Entry> AtomsOf(const Prepared& table, size_t threads);
  // Keeps the blocks that are small enough, and calls common(begin, end) for the entries of the others.
  void Keep(const std::vector<Entry>& entries, const std::function<void(size_t begin, size_t end)>& common);
  void IndexRows(uint32_t rows);

  bool all_ = false;
  std::vector<uint32_t> members_;
  std::vector<size_t> block_starts_ = {0};
  std::vector<uint32_t> row_blocks_;
  std::vector<size_t> row_starts_;
};

// --- model
// Whether a value tells where somebody is, which others may share with them.
[[nodiscard]] bool TellsOfPlace(MatchKind kind);
// Bits of what two rows have in common, apart for what tells of a place.
struct Bits {
  double own = 0;
  double place = 0;
};
[[nodiscard]] MatchModel Learn(const Prepared& table, const Blocks& blocks, size_t threads);

// The share of other rows that have a value which `count` of `known` rows have. Of few rows as the kind has it.
[[nodiscard]] double ShareOf(MatchKind kind, uint32_t count, uint32_t known);
[[nodiscard]] uint64_t HashOf(std::string_view text);

// What degrees are worth by a model.
class Scorer {
 public:
  // With the frequencies of the table itself, from which the model was learnt.
  Scorer(const Prepared& table, const MatchModel& model);
  // With those that the model keeps. Weighs the table's words.
  static Scorer ByModel(Prepared& table, const MatchTable& asked, const MatchModel& model);

  // False when the pair does not reach `least` bits; then `pair` is of no use. `fully`: all fields were compared.
  bool Score(uint32_t a, uint32_t b, double least, MatchPair& pair, bool& fully) const;

 private:
  static constexpr double kSlack = 1e-3;  // bits lost by rounding, at most
  struct Weights {
    std::array<double, kAgreements> bits = {};  // of degrees; of an exact one without the value's rarity
    std::vector<float> rarity;                  // by value
    double most = 0;                            // of any agreement, and of any but an exact one
    double most_below = 0;
    bool place = false;
  };
  Scorer() = default;
  static void SetBits(const MatchModel::Field& learnt, Weights& weights);
  void SetOrder();
  void SetRelated(double related);
  [[nodiscard]] double BitsOf(size_t field, const Degree& degree) const;
  // At most so many bits has the pair, by field and together.
  Bits Bound(uint32_t a, uint32_t b, std::span<double> bounds) const;
  void Add(size_t field, double bits, Bits& sum) const { (weights_[field].place ? sum.place : sum.own) += bits; }
  // No more than these bits amount to.
  [[nodiscard]] double Most(const Bits& bits) const { return prior_ + bits.own + std::min(bits.place, most_of_place_); }
  // Leaves of what tells of a place what it is worth, since different ones may be there.
  void Discount(double place, std::span<MatchPart> parts) const;

  const Prepared* table_ = nullptr;
  double prior_ = 0;
  double related_ = 0;
  double most_of_place_ = 0;
  std::vector<Weights> weights_;
  std::vector<uint16_t> order_;  // fields, those that cost least to compare first
};

}  // namespace kith::crm::matching_internal

#endif  // KITH_LIB_CRM_MATCHING_MATCHING_INTERNAL_H_
