// The bytes of a block, little-endian:
//   0 seal: XXH3 of all that follows   8 kind   9 scale   10 1 when currencies follow the values   11 zero   12 the currency of all amounts
//   16 live bitmap   48 bitmap of values that are not null   80 values, zero where there is none   then one packed currency a row
#include "kith/index/column.h"

#include <xxhash.h>

#include <bit>
#include <cstring>

#include "index/column_internal.h"

namespace kith::column {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read as they are stored");

constexpr size_t kSealBytes = 8;
constexpr size_t kLiveAt = 16;
constexpr size_t kHasAt = kLiveAt + sizeof(uint64_t) * Bitmap::kWords;
constexpr size_t kValuesAt = kHasAt + sizeof(uint64_t) * Bitmap::kWords;
constexpr size_t kCurrencyBytes = kRows * sizeof(uint32_t);

// What stands before the bitmaps.
struct Head {
  uint64_t seal = 0;
  uint8_t kind = 0;
  uint8_t scale = 0;
  uint8_t has_currencies = 0;
  uint8_t zero = 0;
  uint32_t currency = 0;
};
static_assert(sizeof(Head) == kLiveAt);

// Bytes of one value, 0 for a kind that no column holds.
size_t WidthOf(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return 1;
    case Kind::kChoice:
    case Kind::kDate:
      return sizeof(int32_t);
    case Kind::kInt:
    case Kind::kDecimal:
    case Kind::kDouble:
    case Kind::kMoney:
    case Kind::kTime:
    case Kind::kRef:
      return sizeof(int64_t);
    default:
      return 0;
  }
}

template <typename T>
T LoadAt(const char* values, size_t row) {
  T value;
  std::memcpy(&value, values + row * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void Widen(const char* values, std::span<int64_t, kRows> out) {
  for (size_t row = 0; row < kRows; ++row) out[row] = LoadAt<T>(values, row);
}

template <typename T>
void AppendNarrowed(std::span<const int64_t, kRows> values, std::string& out) {
  std::array<T, kRows> narrowed;
  for (size_t row = 0; row < kRows; ++row) narrowed[row] = static_cast<T>(values[row]);
  out.append(reinterpret_cast<const char*>(narrowed.data()), sizeof(narrowed));
}

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

int64_t LoadInteger(const char* values, size_t width, size_t row) {
  if (width == 1) return LoadAt<uint8_t>(values, row);
  if (width == sizeof(int32_t)) return LoadAt<int32_t>(values, row);
  return LoadAt<int64_t>(values, row);
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

bool CanHold(Kind kind) { return WidthOf(kind) != 0; }

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
  const size_t plain = kValuesAt + kRows * WidthOf(spec.kind);
  if (!CanHold(spec.kind) || bytes.size() < plain) return Corrupt();
  Head head;
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (head.seal != XXH3_64bits(bytes.data() + kSealBytes, bytes.size() - kSealBytes)) return Corrupt();
  if (head.kind != static_cast<uint8_t>(spec.kind) || head.scale != spec.scale || head.has_currencies > 1) return Corrupt();
  if (bytes.size() != plain + (head.has_currencies == 1 ? kCurrencyBytes : 0)) return Corrupt();

  BlockView view;
  view.spec_ = spec;
  view.live_ = LoadBitmap(bytes, kLiveAt);
  view.has_ = LoadBitmap(bytes, kHasAt);
  if (HasRowsPastEnd(view.live_) || (view.has_ - view.live_).Any()) return Corrupt();
  view.currency_ = head.currency;
  view.values_ = bytes.data() + kValuesAt;
  if (head.has_currencies == 1) view.currencies_ = bytes.data() + plain;
  return view;
}

Value BlockView::Get(size_t row) const {
  if (!has_.Test(row)) return {};
  return ValueOf(spec_, LoadInteger(values_, WidthOf(spec_.kind), row), CurrencyAt(row).packed());
}

PackedValue BlockView::GetPacked(size_t row) const {
  PackedValue cell;
  if (!has_.Test(row)) return cell;
  cell.kind = spec_.kind;
  cell.scale = spec_.scale;
  if (spec_.kind == Kind::kDouble) {
    cell.real = LoadAt<double>(values_, row);
  } else {
    cell.number = LoadInteger(values_, WidthOf(spec_.kind), row);
    cell.currency = CurrencyAt(row);
  }
  return cell;
}

void BlockView::Integers(std::span<int64_t, kRows> out) const {
  switch (WidthOf(spec_.kind)) {
    case 1:
      return Widen<uint8_t>(values_, out);
    case sizeof(int32_t):
      return Widen<int32_t>(values_, out);
    case sizeof(int64_t):
      std::memcpy(out.data(), values_, out.size_bytes());
      return;
    default:
      std::memset(out.data(), 0, out.size_bytes());
  }
}

void BlockView::Doubles(std::span<double, kRows> out) const {
  if (values_ == nullptr) {
    std::memset(out.data(), 0, out.size_bytes());
  } else {
    std::memcpy(out.data(), values_, out.size_bytes());
  }
}

Currency BlockView::CurrencyAt(size_t row) const {
  return Currency::FromPacked(currencies_ == nullptr ? currency_ : LoadAt<uint32_t>(currencies_, row));
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
  view.Integers(values_);
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
  bool first = true;
  has_.ForEach([&](size_t row) {
    if (first) head.currency = currencies_[row];
    if (currencies_[row] != head.currency) head.has_currencies = 1;
    first = false;
  });
  if (head.has_currencies == 1) head.currency = 0;

  out.assign(reinterpret_cast<const char*>(&head), sizeof(head));
  Append(live_, out);
  Append(has_, out);
  switch (WidthOf(spec_.kind)) {
    case 1:
      AppendNarrowed<uint8_t>(values_, out);
      break;
    case sizeof(int32_t):
      AppendNarrowed<int32_t>(values_, out);
      break;
    default:
      AppendNarrowed<int64_t>(values_, out);
  }
  if (head.has_currencies == 1) out.append(reinterpret_cast<const char*>(currencies_.data()), sizeof(currencies_));
  const uint64_t seal = XXH3_64bits(out.data() + kSealBytes, out.size() - kSealBytes);
  std::memcpy(out.data(), &seal, sizeof(seal));
}

}  // namespace kith::column
