// Values while an expression is evaluated: 16 bytes each, borrowing what they point to.
#ifndef KITH_LIB_EXPR_CELL_INTERNAL_H_
#define KITH_LIB_EXPR_CELL_INTERNAL_H_

#include <absl/numeric/int128.h>

#include <cstdint>
#include <initializer_list>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

#include "kith/expr/any.h"
#include "kith/expr/expr.h"

namespace kith::expr {

enum class Tag : uint8_t {
  kNone,   // no value
  kError,  // see Fault
  kNull,   // the literal
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kList,
  kMap,
  kType,
  kDate,
  kDecimal,
  kMoney,
  kChoice,
  kRecord,
  kRelated,  // related records that have not been looked for yet
};

// What an error cell points to; message and hint are literals or, like value, live as long as the evaluation.
struct Fault {
  Reason reason = Reason::kNone;
  std::string_view message;
  std::string_view value;
  std::string_view hint;
};

struct Cell {
  Tag tag = Tag::kNone;
  uint8_t scale = 0;  // decimal
  // Texts, lists and maps (entries): the size. Timestamp: nanoseconds. Money: the packed currency. Choice: its number. Record: 1 + the
  // place of its view in the evaluation's views, 0: not read yet. Related: which. Error: where in the text.
  uint32_t extra = 0;
  union {
    int64_t integer = 0;  // int, timestamp's seconds, duration's nanoseconds, date's days, decimal's units, money's minor units
    uint64_t natural;     // uint, record's id, of kRelated too
    double real;
    bool truth;
    const char* text;                // string, bytes, type
    const Cell* items;               // list; map: keys and values in turn
    const catalog::FieldDef* field;  // choice
    const Fault* fault;
  };

  [[nodiscard]] std::string_view str() const { return {text, extra}; }
  [[nodiscard]] std::span<const Cell> list() const { return {items, extra}; }
  [[nodiscard]] std::span<const Cell> entries() const { return {items, size_t{2} * extra}; }
  [[nodiscard]] Timestamp timestamp() const { return {integer, static_cast<int32_t>(extra)}; }
  [[nodiscard]] Money money() const { return {integer, Currency::FromPacked(extra)}; }
  [[nodiscard]] Decimal decimal() const { return {integer, scale}; }
  // No value or an error: what operations hand on.
  [[nodiscard]] bool is_void() const { return tag <= Tag::kError; }
  [[nodiscard]] bool is_true() const { return tag == Tag::kBool && truth; }
  [[nodiscard]] bool is_false() const { return tag == Tag::kBool && !truth; }

  static Cell Null() { return Of(Tag::kNull, 0); }
  static Cell Bool(bool v) {
    Cell cell{.tag = Tag::kBool};
    cell.truth = v;
    return cell;
  }
  static Cell Int(int64_t v) { return Of(Tag::kInt, v); }
  static Cell Int(size_t v) { return Of(Tag::kInt, static_cast<int64_t>(v)); }
  static Cell Uint(uint64_t v) {
    Cell cell{.tag = Tag::kUint};
    cell.natural = v;
    return cell;
  }
  static Cell Double(double v) {
    Cell cell{.tag = Tag::kDouble};
    cell.real = v;
    return cell;
  }
  static Cell String(std::string_view v, Tag tag = Tag::kString) {
    Cell cell{.tag = tag, .extra = static_cast<uint32_t>(v.size())};
    cell.text = v.data();
    return cell;
  }
  static Cell List(std::span<const Cell> v) {
    Cell cell{.tag = Tag::kList, .extra = static_cast<uint32_t>(v.size())};
    cell.items = v.data();
    return cell;
  }
  static Cell Map(std::span<const Cell> keys_and_values) {
    Cell cell{.tag = Tag::kMap, .extra = static_cast<uint32_t>(keys_and_values.size() / 2)};
    cell.items = keys_and_values.data();
    return cell;
  }
  static Cell Of(Timestamp v) { return Of(Tag::kTimestamp, v.seconds, static_cast<uint32_t>(v.nanos)); }
  static Cell Of(Duration v) { return Of(Tag::kDuration, v.nanos); }
  static Cell Of(Date v) { return Of(Tag::kDate, v.days); }
  static Cell Of(Money v) { return Of(Tag::kMoney, v.minor, v.currency.packed()); }
  static Cell Of(Decimal v) {
    Cell cell = Of(Tag::kDecimal, v.units);
    cell.scale = v.scale;
    return cell;
  }
  static Cell Of(Choice v, const catalog::FieldDef* of) {
    Cell cell{.tag = Tag::kChoice, .extra = static_cast<uint32_t>(v.number)};
    cell.field = of;
    return cell;
  }
  static Cell Of(Id v, uint32_t view = 0) {
    Cell cell{.tag = Tag::kRecord, .extra = view};
    cell.natural = v.value();
    return cell;
  }

 private:
  static Cell Of(Tag tag, int64_t integer, uint32_t extra = 0) {
    Cell cell{.tag = tag, .extra = extra};
    cell.integer = integer;
    return cell;
  }
};
static_assert(sizeof(Cell) == 16);

using Int128 = absl::int128;

[[nodiscard]] constexpr Int128 PowerOfTen(int power) {
  Int128 value = 1;
  while (power-- > 0) value *= 10;
  return value;
}

// Memory and cost of one evaluation, for the functions that it calls.
class Context {
 public:
  static constexpr uint32_t kNoPosition = 0xFFFFFFFF;  // of an error that its function made; the call puts its own

  explicit Context(std::pmr::memory_resource* memory) : memory_(memory) {}

  // A fault of the calling function.
  [[nodiscard]] Cell Fail(Reason reason, std::string_view message, std::string_view value = {}, std::string_view hint = {});
  // The arguments are of kinds that the function does not take.
  [[nodiscard]] Cell NoOverload(std::string_view function, std::initializer_list<Cell> args);
  // Copies into the evaluation's memory.
  [[nodiscard]] std::string_view Keep(std::string_view text);
  [[nodiscard]] Cell KeepString(std::string_view text, Tag tag = Tag::kString) { return Cell::String(Keep(text), tag); }
  [[nodiscard]] Cell KeepList(std::span<const Cell> items);
  [[nodiscard]] std::pmr::memory_resource* memory() const { return memory_; }

  // Counts steps. False when they pass the limit.
  bool Spend(uint64_t steps) { return (cost_ += steps) <= limit_; }
  [[nodiscard]] bool exhausted() const { return cost_ > limit_; }
  [[nodiscard]] uint64_t cost() const { return cost_; }
  void Restart(uint64_t limit) {
    cost_ = 0;
    limit_ = limit;
  }

 private:
  std::pmr::memory_resource* memory_;
  uint64_t cost_ = 0;
  uint64_t limit_ = UINT64_MAX;
};

// "int", "list", "google.protobuf.Timestamp": what type(x) is called. A record's is its entity type's name, which a cell does not know.
[[nodiscard]] std::string_view NameOf(Tag tag);
// What the kind of a type has in cells; kNone for kDyn.
[[nodiscard]] Tag TagOf(TypeKind kind);

// Equal as CEL has it: numbers by value across kinds, lists and maps by elements, others only within their kind; a choice equals the
// string of its name, a record its id. Counts the cost of long values.
[[nodiscard]] bool Equal(Context& context, const Cell& a, const Cell& b);
// Bool, or kNone for amounts in different currencies, or an error for kinds that have no order between them. `less` and `or_equal` give the
// comparison: (true, true) is <=.
[[nodiscard]] Cell Compare(Context& context, const Cell& a, const Cell& b, bool less, bool or_equal);
// The value under a key; nullptr when there is none.
[[nodiscard]] const Cell* Lookup(Context& context, const Cell& map, const Cell& key);
[[nodiscard]] bool IsMapKey(const Cell& key);

// A choice's name; no value when the field has no such choice (any more).
[[nodiscard]] Cell NameOfChoice(const Cell& choice);

// Into and out of owned values. FromAny borrows texts from `any`.
[[nodiscard]] Cell FromAny(Context& context, const Any& any);
[[nodiscard]] Any ToAny(const Cell& cell);

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_CELL_INTERNAL_H_
