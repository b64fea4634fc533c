#include "kith/base/key.h"

#include <bit>
#include <cmath>

namespace kith {
namespace {

constexpr char kNullMark = 0;
constexpr char kValueMark = 1;

template <typename T>
void AppendBigEndian(std::string& key, T value) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) key.push_back(static_cast<char>((value >> shift) & 0xFF));
}

template <typename T>
T ReadBigEndian(const char* p) {
  uint64_t value = 0;
#pragma GCC unroll 8  // then it is one load
  for (size_t i = 0; i < sizeof(T); ++i) value = (value << 8) | static_cast<uint8_t>(p[i]);
  return static_cast<T>(value);
}

// Signed numbers in the order of unsigned ones.
void AppendI32(std::string& key, int32_t value) { AppendU32(key, static_cast<uint32_t>(value) ^ 0x80000000u); }
void AppendI64(std::string& key, int64_t value) { AppendU64(key, static_cast<uint64_t>(value) ^ (uint64_t{1} << 63)); }

// IEEE 754 numbers order as sign and magnitude: negative ones are inverted, the others moved above them.
void AppendDouble(std::string& key, double value) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  constexpr uint64_t kNan = 0x7FF8000000000000ull;
  if (value == 0) value = 0;  // -0 becomes +0
  const uint64_t bits = std::isnan(value) ? kNan : std::bit_cast<uint64_t>(value);
  AppendU64(key, (bits & kSign) != 0 ? ~bits : bits | kSign);
}

void AppendCurrency(std::string& key, Currency currency) {
  for (int i = 0; i < 3; ++i) key.push_back(static_cast<char>((currency.packed() >> (8 * i)) & 0xFF));
}

struct Appender {
  std::string& key;

  void operator()(std::monostate) const {}
  void operator()(bool v) const { key.push_back(v ? 1 : 0); }
  void operator()(int64_t v) const { AppendI64(key, v); }
  void operator()(Decimal v) const { AppendI64(key, v.units); }
  void operator()(double v) const { AppendDouble(key, v); }
  void operator()(Money v) const {
    AppendCurrency(key, v.currency);
    AppendI64(key, v.minor);
  }
  void operator()(const std::string& v) const { AppendTextKey(key, v); }
  void operator()(const TextList&) const {}  // has no order; its presence alone is kept
  void operator()(Choice v) const { AppendI32(key, v.number); }
  void operator()(const ChoiceSet&) const {}
  void operator()(Date v) const { AppendI32(key, v.days); }
  void operator()(Time v) const { AppendI64(key, v.micros); }
  void operator()(Id v) const { AppendU64(key, v.value()); }
  void operator()(const Bytes& v) const { AppendTextKey(key, v.data); }
};

// Takes bytes off the front of a key, turned back when they were inverted.
class KeyReader {
 public:
  KeyReader(std::string_view& key, Order order) : key_(key), flip_(order == Order::kDescending ? uint8_t{0xFF} : uint8_t{0}) {}

  [[nodiscard]] bool ok() const { return ok_; }
  uint8_t U8() {
    if (key_.empty()) {
      ok_ = false;
      return 0;
    }
    const uint8_t byte = static_cast<uint8_t>(static_cast<uint8_t>(key_.front()) ^ flip_);
    key_.remove_prefix(1);
    return byte;
  }
  template <typename T>
  T Number() {
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | U8());
    return value;
  }
  int32_t I32() { return static_cast<int32_t>(Number<uint32_t>() ^ 0x80000000u); }
  int64_t I64() { return static_cast<int64_t>(Number<uint64_t>() ^ (uint64_t{1} << 63)); }
  double Double() {
    const auto bits = Number<uint64_t>();
    constexpr uint64_t kSign = uint64_t{1} << 63;
    return std::bit_cast<double>((bits & kSign) != 0 ? bits & ~kSign : ~bits);
  }
  Money ReadMoney() {
    uint32_t packed = 0;
    for (int shift = 0; shift < 24; shift += 8) packed |= static_cast<uint32_t>(U8()) << shift;
    return {I64(), Currency::FromPacked(packed)};
  }
  std::string Text() {
    std::string text;
    while (ok_) {
      const uint8_t byte = U8();
      if (byte == 0 && U8() == 0) break;
      text.push_back(static_cast<char>(byte));
    }
    return text;
  }

 private:
  std::string_view& key_;
  uint8_t flip_;
  bool ok_ = true;
};

Value ReadPayload(KeyReader& in, Kind kind, uint8_t scale) {
  switch (kind) {
    case Kind::kBool:
      return in.U8() != 0;
    case Kind::kInt:
      return in.I64();
    case Kind::kDecimal:
      return Decimal{in.I64(), scale};
    case Kind::kDouble:
      return in.Double();
    case Kind::kMoney:
      return in.ReadMoney();
    case Kind::kText:
      return in.Text();
    case Kind::kChoice:
      return Choice{in.I32()};
    case Kind::kDate:
      return Date{in.I32()};
    case Kind::kTime:
      return Time{in.I64()};
    case Kind::kRef:
      return Id(in.Number<uint64_t>());
    case Kind::kBytes:
      return Bytes{in.Text()};
    case Kind::kNull:
    case Kind::kTextList:
    case Kind::kChoiceSet:
      break;
  }
  return {};
}

}  // namespace

void AppendU16(std::string& key, uint16_t value) { AppendBigEndian(key, value); }
void AppendU32(std::string& key, uint32_t value) { AppendBigEndian(key, value); }
void AppendU64(std::string& key, uint64_t value) { AppendBigEndian(key, value); }
uint16_t ReadU16(const char* p) { return ReadBigEndian<uint16_t>(p); }
uint32_t ReadU32(const char* p) { return ReadBigEndian<uint32_t>(p); }
uint64_t ReadU64(const char* p) { return ReadBigEndian<uint64_t>(p); }

void AppendTextKey(std::string& key, std::string_view text) {
  size_t begin = 0;
  for (size_t zero = text.find('\0'); zero != std::string_view::npos; zero = text.find('\0', begin)) {
    key.append(text.substr(begin, zero - begin));
    key.append("\x00\xFF", 2);
    begin = zero + 1;
  }
  key.append(text.substr(begin));
  key.append("\x00\x00", 2);
}

void AppendValueKey(std::string& key, const Value& value, Order order) {
  const size_t begin = key.size();
  key.push_back(value.is_null() ? kNullMark : kValueMark);
  std::visit(Appender{key}, value.storage());
  if (order == Order::kAscending) return;
  for (size_t i = begin; i < key.size(); ++i) key[i] = static_cast<char>(~static_cast<uint8_t>(key[i]));
}

bool ReadValueKey(std::string_view& key, Kind kind, uint8_t scale, Order order, Value& out) {
  KeyReader in(key, order);
  const uint8_t mark = in.U8();
  out = mark == static_cast<uint8_t>(kValueMark) ? ReadPayload(in, kind, scale) : Value();
  const bool is_list = kind == Kind::kTextList || kind == Kind::kChoiceSet || kind == Kind::kNull;
  return in.ok() && mark <= static_cast<uint8_t>(kValueMark) && !(is_list && mark != 0);
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace kith
