#include <algorithm>
#include <cmath>
#include <compare>
#include <optional>
#include <string>

#include "expr/cell_internal.h"
#include "kith/base/concat.h"

namespace kith::expr {
namespace {

bool IsWhole(Tag tag) { return tag == Tag::kInt || tag == Tag::kUint; }
bool IsNumber(Tag tag) { return IsWhole(tag) || tag == Tag::kDouble || tag == Tag::kDecimal; }
Int128 WholeOf(const Cell& cell) { return cell.tag == Tag::kInt ? Int128{cell.integer} : Int128{cell.natural}; }

std::partial_ordering Ordering(Int128 a, Int128 b) {
  return a < b ? std::partial_ordering::less : a > b ? std::partial_ordering::greater : std::partial_ordering::equivalent;
}

double RealOf(const Cell& cell) {
  if (cell.tag == Tag::kDouble) return cell.real;
  if (cell.tag == Tag::kDecimal) return static_cast<double>(cell.integer) / static_cast<double>(PowerOfTen(cell.scale));
  return static_cast<double>(WholeOf(cell));
}

// Of two numbers. As in CEL, beside a double every number is one; so decimal("0.1") equals 0.1.
std::partial_ordering OrderOfNumbers(const Cell& a, const Cell& b) {
  if (IsWhole(a.tag) && IsWhole(b.tag)) return Ordering(WholeOf(a), WholeOf(b));
  if (a.tag == Tag::kDouble || b.tag == Tag::kDouble) return RealOf(a) <=> RealOf(b);
  const auto units = [](const Cell& cell) { return cell.tag == Tag::kDecimal ? Int128{cell.integer} : WholeOf(cell); };
  const int scale_a = a.tag == Tag::kDecimal ? a.scale : 0;
  const int scale_b = b.tag == Tag::kDecimal ? b.scale : 0;
  return Ordering(units(a) * PowerOfTen(std::max(scale_b - scale_a, 0)), units(b) * PowerOfTen(std::max(scale_a - scale_b, 0)));
}

bool EqualItems(Context& context, std::span<const Cell> a, std::span<const Cell> b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](const Cell& x, const Cell& y) { return Equal(context, x, y); });
}

bool EqualMaps(Context& context, const Cell& a, const Cell& b) {
  if (a.extra != b.extra) return false;
  const std::span<const Cell> entries = a.entries();
  for (size_t i = 0; i < entries.size(); i += 2) {
    const Cell* other = Lookup(context, b, entries[i]);
    if (other == nullptr || !Equal(context, entries[i + 1], *other)) return false;
  }
  return true;
}

// Of different kinds that are not both numbers.
bool EqualAcross(const Cell& a, const Cell& b) {
  if (a.tag == Tag::kChoice && b.tag == Tag::kString) {
    const Cell name = NameOfChoice(a);
    return name.tag == Tag::kString && name.str() == b.str();
  }
  if (a.tag == Tag::kRecord && IsWhole(b.tag)) return WholeOf(b) == Int128{a.natural};
  return false;
}

bool EqualChoices(const Cell& a, const Cell& b) {
  if (a.field == b.field) return a.extra == b.extra;
  const Cell name_a = NameOfChoice(a);
  const Cell name_b = NameOfChoice(b);
  return name_a.tag == Tag::kString && name_b.tag == Tag::kString && name_a.str() == name_b.str();
}

uint64_t TextCost(const Cell& a, const Cell& b) { return std::min(a.extra, b.extra) / 64; }

// Of two values of one kind that has an order; nullopt for others.
std::optional<std::partial_ordering> OrderOfSame(Context& context, const Cell& a, const Cell& b) {
  switch (a.tag) {
    case Tag::kBool:
      return a.truth <=> b.truth;
    case Tag::kString:
    case Tag::kBytes:
      context.Spend(TextCost(a, b));
      return a.str() <=> b.str();
    case Tag::kTimestamp:
      return a.timestamp() <=> b.timestamp();
    case Tag::kDuration:
    case Tag::kDate:
      return a.integer <=> b.integer;
    case Tag::kMoney:
      if (a.extra != b.extra) return std::partial_ordering::unordered;
      return a.integer <=> b.integer;
    default:
      return std::nullopt;
  }
}

}  // namespace

Cell Context::Fail(Reason reason, std::string_view message, std::string_view value, std::string_view hint) {
  void* memory = memory_->allocate(sizeof(Fault), alignof(Fault));
  constexpr size_t kValueBytes = 80;
  Cell cell{.tag = Tag::kError, .extra = kNoPosition};
  cell.fault = new (memory) Fault{reason, message, Keep(value.substr(0, kValueBytes)), hint};
  return cell;
}

Cell Context::NoOverload(std::string_view function, std::initializer_list<Cell> args) {
  std::string kinds;
  for (const Cell& arg : args) kinds += Concat({kinds.empty() ? "" : ", ", NameOf(arg.tag)});
  return Fail(Reason::kWrongKind, Keep(Concat({function == "-_" ? "-" : function, " does not take these kinds"})), kinds);
}

std::string_view Context::Keep(std::string_view text) {
  if (text.empty()) return {};
  Spend(text.size() / 64);
  char* copy = static_cast<char*>(memory_->allocate(text.size(), 1));
  std::copy(text.begin(), text.end(), copy);
  return {copy, text.size()};
}

Cell Context::KeepList(std::span<const Cell> items) {
  if (items.empty()) return Cell::List({});
  Spend(items.size() / 4);
  Cell* copy = static_cast<Cell*>(memory_->allocate(items.size() * sizeof(Cell), alignof(Cell)));
  std::uninitialized_copy(items.begin(), items.end(), copy);
  return Cell::List({copy, items.size()});
}

std::string_view NameOf(Tag tag) {
  constexpr std::string_view kNames[] = {"null_type",
                                         "error",
                                         "null_type",
                                         "bool",
                                         "int",
                                         "uint",
                                         "double",
                                         "string",
                                         "bytes",
                                         "google.protobuf.Timestamp",
                                         "google.protobuf.Duration",
                                         "list",
                                         "map",
                                         "type",
                                         "date",
                                         "decimal",
                                         "money",
                                         "string",
                                         "record",
                                         "list"};
  static_assert(std::size(kNames) == static_cast<size_t>(Tag::kRelated) + 1);
  return kNames[static_cast<size_t>(tag)];
}

Tag TagOf(TypeKind kind) {
  constexpr Tag kTags[] = {Tag::kNone,   Tag::kNull,  Tag::kBool,      Tag::kInt,      Tag::kUint,   Tag::kDouble,
                           Tag::kString, Tag::kBytes, Tag::kTimestamp, Tag::kDuration, Tag::kList,   Tag::kMap,
                           Tag::kType,   Tag::kDate,  Tag::kDecimal,   Tag::kMoney,    Tag::kChoice, Tag::kRecord};
  static_assert(std::size(kTags) == static_cast<size_t>(TypeKind::kRecord) + 1);
  return kTags[static_cast<size_t>(kind)];
}

bool Equal(Context& context, const Cell& a, const Cell& b) {
  if (!context.Spend(1)) return false;
  if (IsNumber(a.tag) && IsNumber(b.tag)) return OrderOfNumbers(a, b) == std::partial_ordering::equivalent;
  if (a.tag != b.tag) return EqualAcross(a, b) || EqualAcross(b, a);
  switch (a.tag) {
    case Tag::kNull:
      return true;
    case Tag::kList:
      return EqualItems(context, a.list(), b.list());
    case Tag::kMap:
      return EqualMaps(context, a, b);
    case Tag::kType:
      return a.str() == b.str();
    case Tag::kChoice:
      return EqualChoices(a, b);
    case Tag::kRecord:
      return a.natural == b.natural;
    default:
      return OrderOfSame(context, a, b) == std::partial_ordering::equivalent;
  }
}

Cell Compare(Context& context, const Cell& a, const Cell& b, bool less, bool or_equal) {
  std::partial_ordering order = std::partial_ordering::unordered;
  if (IsNumber(a.tag) && IsNumber(b.tag)) {
    order = OrderOfNumbers(a, b);
  } else if (const auto same = a.tag == b.tag ? OrderOfSame(context, a, b) : std::nullopt) {
    order = *same;
    if (order == std::partial_ordering::unordered) return {};  // amounts in different currencies
  } else {
    return context.NoOverload(less ? "<" : ">", {a, b});
  }
  return Cell::Bool((less ? order < 0 : order > 0) || (or_equal && order == 0));
}

const Cell* Lookup(Context& context, const Cell& map, const Cell& key) {
  const std::span<const Cell> entries = map.entries();
  for (size_t i = 0; i < entries.size(); i += 2) {
    if (Equal(context, entries[i], key)) return &entries[i + 1];
  }
  return nullptr;
}

bool IsMapKey(const Cell& key) { return key.tag == Tag::kBool || IsWhole(key.tag) || key.tag == Tag::kString; }

Cell NameOfChoice(const Cell& choice) {
  const catalog::ChoiceDef* def = choice.field->FindChoice(static_cast<int32_t>(choice.extra));
  return def == nullptr ? Cell() : Cell::String(def->name);
}

namespace {

// An owned value as a cell.
struct ToCell {
  Cell operator()(std::monostate) const { return Cell::Null(); }
  Cell operator()(bool v) const { return Cell::Bool(v); }
  Cell operator()(int64_t v) const { return Cell::Int(v); }
  Cell operator()(uint64_t v) const { return Cell::Uint(v); }
  Cell operator()(double v) const { return Cell::Double(v); }
  Cell operator()(const std::string& v) const { return Cell::String(v); }
  Cell operator()(const Bytes& v) const { return Cell::String(v.data, Tag::kBytes); }
  Cell operator()(const TypeName& v) const { return Cell::String(v.name, Tag::kType); }
  Cell operator()(const AnyList& v) const {
    std::pmr::vector<Cell> items(context.memory());
    items.reserve(v.size());
    for (const Any& item : v) items.push_back(FromAny(context, item));
    return context.KeepList(items);
  }
  Cell operator()(const AnyMap& v) const {
    std::pmr::vector<Cell> entries(context.memory());
    for (size_t i = 0; i < v.keys.size(); ++i) {
      entries.push_back(FromAny(context, v.keys[i]));
      entries.push_back(FromAny(context, v.values[i]));
    }
    return Cell::Map(context.KeepList(entries).list());
  }
  Cell operator()(const auto& v) const { return Cell::Of(v); }
  Context& context;
};

}  // namespace

Cell FromAny(Context& context, const Any& any) { return std::visit(ToCell{context}, any.storage()); }

Any ToAny(const Cell& cell) {
  switch (cell.tag) {
    case Tag::kBool:
      return cell.truth;
    case Tag::kInt:
      return cell.integer;
    case Tag::kUint:
      return cell.natural;
    case Tag::kDouble:
      return cell.real;
    case Tag::kString:
      return cell.str();
    case Tag::kBytes:
      return Bytes{std::string(cell.str())};
    case Tag::kTimestamp:
      return cell.timestamp();
    case Tag::kDuration:
      return Duration{cell.integer};
    case Tag::kList: {
      AnyList list;
      for (const Cell& item : cell.list()) list.push_back(ToAny(item));
      return list;
    }
    case Tag::kMap: {
      AnyMap map;
      for (size_t i = 0; i < cell.extra; ++i) {
        map.keys.push_back(ToAny(cell.items[2 * i]));
        map.values.push_back(ToAny(cell.items[2 * i + 1]));
      }
      return map;
    }
    case Tag::kType:
      return TypeName{std::string(cell.str())};
    case Tag::kDate:
      return Date{static_cast<int32_t>(cell.integer)};
    case Tag::kDecimal:
      return cell.decimal();
    case Tag::kMoney:
      return cell.money();
    case Tag::kChoice:
      return ToAny(NameOfChoice(cell));
    case Tag::kRecord:
      return Id(cell.natural);
    case Tag::kNone:
    case Tag::kNull:
    case Tag::kError:
    case Tag::kRelated:
      break;
  }
  return {};
}

}  // namespace kith::expr
