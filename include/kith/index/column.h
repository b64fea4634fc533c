// One field of all records of a type as blocks of packed values: what filters, sums and exports over a whole type read instead of records.
//
// A block holds kRows consecutive sequences of one type and node. Blocks of two columns of a type that begin at the same id are aligned:
// row i of both is the same record. Threads: values; share const ones freely.
#ifndef KITH_INDEX_COLUMN_H_
#define KITH_INDEX_COLUMN_H_

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/packed.h"
#include "kith/base/status.h"
#include "kith/base/value.h"

namespace kith::column {

// Rows of one block: with numbers of 8 bytes it fills half a page of the file, less what the page needs to hold it inline.
inline constexpr size_t kRows = 240;

// Whether values of the kind have a fixed width, so that a column can hold them: all but texts, lists, sets and bytes.
[[nodiscard]] bool CanHold(Kind kind);

// The block and the row of a record.
[[nodiscard]] constexpr Id BlockOf(Id id) { return Id(id.value() - id.sequence() % kRows); }
[[nodiscard]] constexpr size_t RowOf(Id id) { return id.sequence() % kRows; }

// One bit a row.
class Bitmap {
 public:
  static constexpr size_t kWords = (kRows + 63) / 64;

  [[nodiscard]] bool Test(size_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }
  void Set(size_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }
  void Clear(size_t row) { words_[row / 64] &= ~(uint64_t{1} << (row % 64)); }
  [[nodiscard]] size_t Count() const;
  [[nodiscard]] bool Any() const { return *this != Bitmap(); }
  // The first row set; there must be one.
  [[nodiscard]] size_t First() const {
    size_t word = 0;
    while (words_[word] == 0) ++word;
    return word * 64 + static_cast<size_t>(std::countr_zero(words_[word]));
  }
  [[nodiscard]] std::span<uint64_t, kWords> words() { return words_; }
  [[nodiscard]] std::span<const uint64_t, kWords> words() const { return words_; }
  // Calls fn(row) for each row set, ascending.
  template <typename Fn>
  void ForEach(const Fn& fn) const {
    for (size_t word = 0; word < kWords; ++word) {
      for (uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) fn(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
    }
  }

  friend Bitmap operator&(Bitmap a, const Bitmap& b);
  friend Bitmap operator|(Bitmap a, const Bitmap& b);
  friend Bitmap operator-(Bitmap a, const Bitmap& b);  // rows of a that are not in b
  friend bool operator==(const Bitmap&, const Bitmap&) = default;

 private:
  std::array<uint64_t, kWords> words_ = {};
};

// What a column's values are.
struct Spec {
  Kind kind = Kind::kNull;
  uint8_t scale = 0;  // decimals
  friend bool operator==(const Spec&, const Spec&) = default;
};

// An encoded block read in place. Borrows the bytes, which need no alignment. A default one has no live row.
class BlockView {
 public:
  BlockView() = default;
  // Checks the seal and the form: Corrupt for anything that Block::Encode did not make for the same spec.
  [[nodiscard]] static StatusOr<BlockView> Parse(Spec spec, std::string_view bytes);

  [[nodiscard]] Spec spec() const { return spec_; }
  [[nodiscard]] const Bitmap& live() const { return live_; }  // rows that are records
  [[nodiscard]] const Bitmap& has() const { return has_; }    // those whose value is not null
  // The value; null where there is none.
  [[nodiscard]] Value Get(size_t row) const;
  [[nodiscard]] PackedValue GetPacked(size_t row) const;
  // Of a row with a value, not of doubles: see Integers.
  [[nodiscard]] int64_t IntegerAt(size_t row) const {
    switch (packing_.width) {
      case 0:
        return packing_.base;
      case sizeof(uint8_t):
        return NumberAt<uint8_t>(row);
      case sizeof(uint16_t):
        return NumberAt<uint16_t>(row);
      case sizeof(uint32_t):
        return NumberAt<uint32_t>(row);
      default:
        return NumberAt<uint64_t>(row);
    }
  }
  // All rows, widened: a boolean's 0 or 1, units, minor units, numbers of choices, days, µs, ids. Any number where there is no value. Not
  // for doubles.
  void Integers(std::span<int64_t, kRows> out) const;
  // All rows of a column of doubles.
  void Doubles(std::span<double, kRows> out) const;
  // How the values are packed: a row's is `base` and an unsigned number of `width` bytes, the row's in `numbers`; with 8 bytes, and for
  // doubles, it stands there itself. Width 0: all are `base`.
  struct Packing {
    uint8_t width = 0;  // 0, 1, 2, 4, 8
    int64_t base = 0;
    const char* numbers = nullptr;  // need no alignment
  };
  [[nodiscard]] const Packing& packing() const { return packing_; }
  // Of a row with an amount.
  [[nodiscard]] Currency CurrencyAt(size_t row) const;
  // Rows with an amount in the currency.
  [[nodiscard]] Bitmap InCurrency(Currency currency) const;
  // The currency of all amounts; nullopt when there are several, or none.
  [[nodiscard]] std::optional<Currency> OneCurrency() const;

 private:
  friend class Block;
  template <typename T>
  [[nodiscard]] int64_t NumberAt(size_t row) const {
    T number;
    std::memcpy(&number, packing_.numbers + row * sizeof(T), sizeof(T));
    return static_cast<int64_t>(static_cast<uint64_t>(packing_.base) + number);
  }

  Spec spec_;
  Bitmap live_;
  Bitmap has_;
  uint32_t currency_ = 0;  // of all amounts, unless currencies_ is set
  Packing packing_;
  const char* currencies_ = nullptr;  // kRows packed currencies
};

// A block being changed. Equal contents encode to equal bytes, whatever led to them.
class Block {
 public:
  explicit Block(Spec spec) : spec_(spec) {}
  explicit Block(const BlockView& view);

  // The row becomes a record with this value: of the column's kind, or null.
  void Set(size_t row, const Value& value);
  // The row is no record any more.
  void Remove(size_t row);
  [[nodiscard]] bool empty() const { return !live_.Any(); }
  void Encode(std::string& out) const;

 private:
  Spec spec_;
  Bitmap live_;
  Bitmap has_;
  std::array<int64_t, kRows> values_ = {};  // a double as its bits
  std::array<uint32_t, kRows> currencies_ = {};
};

// --- filters. Null matches nothing but IsNull.

enum class Comparison : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
// Rows whose value compares so with a constant of the column's kind and scale. Amounts in different currencies differ and have no order;
// doubles compare as IEEE 754 has it.
[[nodiscard]] Bitmap Where(const BlockView& block, Comparison comparison, const Value& constant);
// Rows whose value is one of these.
[[nodiscard]] Bitmap WhereIn(const BlockView& block, std::span<const Value> constants);
[[nodiscard]] inline Bitmap WhereNull(const BlockView& block) { return block.live() - block.has(); }

// --- totals

// An exact sum of any number of 64-bit integers below 2^63 of them.
class Sum {
 public:
  void Add(int64_t value) { AddParts(static_cast<uint64_t>(value), value < 0 ? -1 : 0); }
  // The sum of value * 2^32 and a value.
  void AddHalves(int64_t high, int64_t low);
  // A value so many times, up to kRows.
  void AddTimes(int64_t value, uint64_t count);
  // The sum is high() * 2^64 + low().
  [[nodiscard]] int64_t high() const { return high_; }
  [[nodiscard]] uint64_t low() const { return low_; }
  friend bool operator==(const Sum&, const Sum&) = default;

 private:
  void AddParts(uint64_t low, int64_t high) {
    low_ += low;
    high_ += high + (low_ < low ? 1 : 0);
  }
  uint64_t low_ = 0;
  int64_t high_ = 0;
};

struct Totals {
  uint64_t count = 0;  // values, nulls left out
  Sum sum;
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
  friend bool operator==(const Totals&, const Totals&) = default;
};
struct DoubleTotals {
  uint64_t count = 0;
  double sum = 0;
  double min = 0;  // of no value: 0
  double max = 0;
};
// Adds the values of `rows`. Amounts: of one currency, see InCurrency.
void Accumulate(const BlockView& block, const Bitmap& rows, Totals& totals);
void Accumulate(const BlockView& block, const Bitmap& rows, DoubleTotals& totals);

// Numbers the groups that one or two columns make: rows with equal values have one number, from 0 on in the order met. Null is a value. For
// keys of few values: all groups are kept in memory.
class GroupNumbers {
 public:
  GroupNumbers();
  ~GroupNumbers();
  GroupNumbers(GroupNumbers&&) noexcept;
  GroupNumbers& operator=(GroupNumbers&&) noexcept;

  // Columns of no doubles or amounts.
  [[nodiscard]] static bool CanBeKey(Kind kind) { return CanHold(kind) && kind != Kind::kDouble && kind != Kind::kMoney; }
  // Puts the number of each of the rows at its place. `keys` are aligned blocks of one or two columns, the same columns in every call.
  void Find(std::span<const BlockView* const> keys, const Bitmap& rows, std::span<uint32_t, kRows> numbers);
  [[nodiscard]] size_t size() const;
  // Value of a key in a group.
  [[nodiscard]] const Value& key(size_t group, size_t i) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::column

#endif  // KITH_INDEX_COLUMN_H_
