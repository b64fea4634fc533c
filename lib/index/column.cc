// The bytes of a block, little-endian:
//   0 seal: XXH3 of all that follows   8 kind   9 scale   10 width of a number   11 1 when currencies follow the numbers
//   12 the currency of all amounts   16 base   24 live bitmap   56 bitmap of values that are not null
//   88 numbers, zero where there is no value   then one packed currency a row
#include "kith/index/column.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "index/column_internal.h"
#include "kith/base/hash.h"

namespace kith::column {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read as they are stored");

constexpr size_t kSealBytes = 8;
constexpr size_t kLiveAt = 24;
constexpr size_t kHasAt = kLiveAt + sizeof(uint64_t) * Bitmap::kWords;
constexpr size_t kNumbersAt = kHasAt + sizeof(uint64_t) * Bitmap::kWords;
constexpr size_t kCurrencyBytes = kRows * sizeof(uint32_t);

// What stands before the bitmaps.
struct Head {
  uint64_t seal = 0;
  uint8_t kind = 0;
  uint8_t scale = 0;
  uint8_t width = 0;
  uint8_t has_currencies = 0;
  uint32_t currency = 0;
  int64_t base = 0;
};
static_assert(sizeof(Head) == kLiveAt);

template <typename T>
void Widen(const BlockView::Packing& packing, std::span<int64_t, kRows> out) {
  std::array<T, kRows> numbers;
  std::memcpy(numbers.data(), packing.numbers, sizeof(numbers));
  for (size_t row = 0; row < kRows; ++row) out[row] = static_cast<int64_t>(static_cast<uint64_t>(packing.base) + numbers[row]);
}

template <typename T>
void AppendNumbers(std::span<const int64_t, kRows> values, const Bitmap& has, int64_t base, std::string& out) {
  std::array<T, kRows> numbers = {};
  has.ForEach([&](size_t row) { numbers[row] = static_cast<T>(static_cast<uint64_t>(values[row]) - static_cast<uint64_t>(base)); });
  out.append(reinterpret_cast<const char*>(numbers.data()), sizeof(numbers));
}

void AppendAll(std::span<const int64_t, kRows> values, const Bitmap& has, uint8_t width, int64_t base, std::string& out) {
  switch (width) {
    case 0:
      return;
    case sizeof(uint8_t):
      return AppendNumbers<uint8_t>(values, has, base, out);
    case sizeof(uint16_t):
      return AppendNumbers<uint16_t>(values, has, base, out);
    case sizeof(uint32_t):
      return AppendNumbers<uint32_t>(values, has, base, out);
    default:
      return AppendNumbers<uint64_t>(values, has, base, out);
  }
}

// The fewest bytes for numbers up to this.
uint8_t WidthFor(uint64_t greatest) {
  if (greatest == 0) return 0;
  if (greatest <= UINT8_MAX) return sizeof(uint8_t);
  if (greatest <= UINT16_MAX) return sizeof(uint16_t);
  return greatest <= UINT32_MAX ? sizeof(uint32_t) : sizeof(uint64_t);
}
bool IsWidth(uint8_t width) { return width == 0 || (width <= sizeof(uint64_t) && std::has_single_bit(width)); }

Value ValueOf(Spec spec, int64_t integer, uint32_t currency) {
  switch (spec.kind) {
    case Kind::kBool:
      return integer != 0;
    case Kind::kInt:
      return integer;
    case Kind::kDecimal:
      return Decimal{.units = integer, .scale = spec.scale};
    case Kind::kDouble:
      return std::bit_cast<double>(integer);
    case Kind::kMoney:
      return Money{.minor = integer, .currency = Currency::FromPacked(currency)};
    case Kind::kChoice:
      return Choice{static_cast<int32_t>(integer)};
    case Kind::kDate:
      return Date{static_cast<int32_t>(integer)};
    case Kind::kTime:
      return Time{integer};
    case Kind::kRef:
      return Id(static_cast<uint64_t>(integer));
    default:
      return {};
  }
}

Bitmap LoadBitmap(std::string_view bytes, size_t at) {
  Bitmap bitmap;
  std::memcpy(bitmap.words().data(), bytes.data() + at, sizeof(uint64_t) * Bitmap::kWords);
  return bitmap;
}

void Append(const Bitmap& bitmap, std::string& out) {
  out.append(reinterpret_cast<const char*>(bitmap.words().data()), bitmap.words().size_bytes());
}

bool HasRowsPastEnd(const Bitmap& bitmap) { return bitmap.words()[Bitmap::kWords - 1] >> (kRows % 64) != 0; }

Status Corrupt() { return MakeError(Reason::kCorrupt, "a block of a column is damaged"); }

}  // namespace

int64_t IntegerOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return value.get<bool>() ? 1 : 0;
    case Kind::kInt:
      return value.get<int64_t>();
    case Kind::kDecimal:
      return value.get<Decimal>().units;
    case Kind::kDouble:
      return std::bit_cast<int64_t>(value.get<double>());
    case Kind::kMoney:
      return value.get<Money>().minor;
    case Kind::kChoice:
      return value.get<Choice>().number;
    case Kind::kDate:
      return value.get<Date>().days;
    case Kind::kTime:
      return value.get<Time>().micros;
    case Kind::kRef:
      return static_cast<int64_t>(value.get<Id>().value());
    default:
      return 0;
  }
}

bool CanHold(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kDecimal:
    case Kind::kDouble:
    case Kind::kMoney:
    case Kind::kChoice:
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kRef:
      return true;
    default:
      return false;
  }
}

size_t Bitmap::Count() const {
  size_t count = 0;
  for (const uint64_t word : words_) count += static_cast<size_t>(std::popcount(word));
  return count;
}

Bitmap operator&(Bitmap a, const Bitmap& b) {
  for (size_t i = 0; i < Bitmap::kWords; ++i) a.words_[i] &= b.words_[i];
  return a;
}

Bitmap operator|(Bitmap a, const Bitmap& b) {
  for (size_t i = 0; i < Bitmap::kWords; ++i) a.words_[i] |= b.words_[i];
  return a;
}

Bitmap operator-(Bitmap a, const Bitmap& b) {
  for (size_t i = 0; i < Bitmap::kWords; ++i) a.words_[i] &= ~b.words_[i];
  return a;
}

StatusOr<BlockView> BlockView::Parse(Spec spec, std::string_view bytes) {
  if (!CanHold(spec.kind) || bytes.size() < kNumbersAt) return Corrupt();
  Head head;
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (head.seal != LongHash(bytes.substr(kSealBytes))) return Corrupt();
  if (head.kind != static_cast<uint8_t>(spec.kind) || head.scale != spec.scale) return Corrupt();
  // Doubles are read as they stand, eight bytes each.
  if (spec.kind == Kind::kDouble && head.width != 0 && head.width != sizeof(double)) return Corrupt();
  const size_t plain = kNumbersAt + kRows * head.width;
  if (!IsWidth(head.width) || head.has_currencies > 1 || bytes.size() != plain + head.has_currencies * kCurrencyBytes) return Corrupt();

  BlockView view;
  view.spec_ = spec;
  view.live_ = LoadBitmap(bytes, kLiveAt);
  view.has_ = LoadBitmap(bytes, kHasAt);
  if (HasRowsPastEnd(view.live_) || (view.has_ - view.live_).Any()) return Corrupt();
  view.currency_ = head.currency;
  view.packing_ = {head.width, head.base, bytes.data() + kNumbersAt};
  if (head.has_currencies == 1) view.currencies_ = bytes.data() + plain;
  return view;
}

Value BlockView::Get(size_t row) const {
  if (!has_.Test(row)) return {};
  return ValueOf(spec_, IntegerAt(row), CurrencyAt(row).packed());
}

PackedValue BlockView::GetPacked(size_t row) const {
  PackedValue cell;
  if (!has_.Test(row)) return cell;
  cell.kind = spec_.kind;
  cell.scale = spec_.scale;
  if (spec_.kind == Kind::kDouble) {
    cell.real = std::bit_cast<double>(IntegerAt(row));
  } else {
    cell.number = IntegerAt(row);
    cell.currency = CurrencyAt(row);
  }
  return cell;
}

void BlockView::Integers(std::span<int64_t, kRows> out) const {
  switch (packing_.width) {
    case 0:
      std::fill(out.begin(), out.end(), packing_.base);
      return;
    case sizeof(uint8_t):
      return Widen<uint8_t>(packing_, out);
    case sizeof(uint16_t):
      return Widen<uint16_t>(packing_, out);
    case sizeof(uint32_t):
      return Widen<uint32_t>(packing_, out);
    default:
      std::memcpy(out.data(), packing_.numbers, out.size_bytes());
  }
}

void BlockView::Doubles(std::span<double, kRows> out) const {
  if (packing_.width == 0) {
    std::fill(out.begin(), out.end(), 0.0);
  } else {
    std::memcpy(out.data(), packing_.numbers, out.size_bytes());
  }
}

Currency BlockView::CurrencyAt(size_t row) const {
  uint32_t packed = currency_;
  if (currencies_ != nullptr) std::memcpy(&packed, currencies_ + row * sizeof(packed), sizeof(packed));
  return Currency::FromPacked(packed);
}

Bitmap BlockView::InCurrency(Currency currency) const {
  if (currencies_ == nullptr) return currency.packed() == currency_ ? has_ : Bitmap();
  Bitmap rows;
  has_.ForEach([&](size_t row) {
    if (CurrencyAt(row) == currency) rows.Set(row);
  });
  return rows;
}

std::optional<Currency> BlockView::OneCurrency() const {
  if (currencies_ != nullptr || currency_ == 0) return std::nullopt;
  return Currency::FromPacked(currency_);
}

Block::Block(const BlockView& view) : spec_(view.spec_), live_(view.live_), has_(view.has_) {
  std::array<int64_t, kRows> values;
  view.Integers(values);
  has_.ForEach([&](size_t row) { values_[row] = values[row]; });
  if (spec_.kind != Kind::kMoney) return;
  has_.ForEach([&](size_t row) { currencies_[row] = view.CurrencyAt(row).packed(); });
}

void Block::Set(size_t row, const Value& value) {
  live_.Set(row);
  if (value.is_null()) {
    has_.Clear(row);
  } else {
    has_.Set(row);
  }
  values_[row] = IntegerOf(value);
  const Money* money = value.get_if<Money>();
  currencies_[row] = money == nullptr ? 0 : money->currency.packed();
}

void Block::Remove(size_t row) {
  Set(row, {});
  live_.Clear(row);
}

void Block::Encode(std::string& out) const {
  Head head;
  head.kind = static_cast<uint8_t>(spec_.kind);
  head.scale = spec_.scale;
  int64_t least = INT64_MAX;
  int64_t greatest = INT64_MIN;
  bool first = true;
  has_.ForEach([&](size_t row) {
    least = std::min(least, values_[row]);
    greatest = std::max(greatest, values_[row]);
    if (first) head.currency = currencies_[row];
    if (currencies_[row] != head.currency) head.has_currencies = 1;
    first = false;
  });
  if (head.has_currencies == 1) head.currency = 0;
  head.width = first ? uint8_t{0} : WidthFor(static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least));
  if (spec_.kind == Kind::kDouble && !first) head.width = sizeof(double);
  head.base = first || head.width == sizeof(int64_t) ? 0 : least;

  out.assign(reinterpret_cast<const char*>(&head), sizeof(head));
  Append(live_, out);
  Append(has_, out);
  AppendAll(values_, has_, head.width, head.base, out);
  if (head.has_currencies == 1) out.append(reinterpret_cast<const char*>(currencies_.data()), sizeof(currencies_));
  const uint64_t seal = LongHash(std::string_view(out).substr(kSealBytes));
  std::memcpy(out.data(), &seal, sizeof(seal));
}

}  // namespace kith::column
