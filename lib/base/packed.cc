#include "kith/base/packed.h"

#include <algorithm>
#include <bit>

namespace kith {
namespace {

constexpr uint8_t kMaxScale = 18;

uint64_t ZigZag(int64_t v) { return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63); }
int64_t UnZigZag(uint64_t v) { return static_cast<int64_t>((v >> 1) ^ (~(v & 1) + 1)); }

struct Putter {
  PackedWriter& out;

  void operator()(std::monostate) const {}
  void operator()(bool v) const { out.U8(v ? 1 : 0); }
  void operator()(int64_t v) const { out.Signed(v); }
  void operator()(Decimal v) const {
    out.U8(v.scale);
    out.Signed(v.units);
  }
  void operator()(double v) const { out.Double(v); }
  void operator()(Money v) const {
    for (int shift = 0; shift < 24; shift += 8) out.U8(static_cast<uint8_t>((v.currency.packed() >> shift) & 0xFF));
    out.Signed(v.minor);
  }
  void operator()(const std::string& v) const { out.Text(v); }
  void operator()(const TextList& v) const {
    out.Varint(v.size());
    for (const std::string& item : v) out.Text(item);
  }
  void operator()(Choice v) const { out.Signed(v.number); }
  void operator()(const ChoiceSet& v) const {
    out.Varint(v.size());
    for (const Choice item : v) out.Signed(item.number);
  }
  void operator()(Date v) const { out.Signed(v.days); }
  void operator()(Time v) const { out.Signed(v.micros); }
  void operator()(Id v) const { out.Varint(v.value()); }
  void operator()(const Bytes& v) const { out.Text(v.data); }
};

int32_t ReadI32(PackedReader& in) {
  const int64_t v = in.Signed();
  if (v < INT32_MIN || v > INT32_MAX) {
    in.Fail();
    return 0;
  }
  return static_cast<int32_t>(v);
}

Currency ReadCurrency(PackedReader& in) {
  uint32_t packed = 0;
  for (int shift = 0; shift < 24; shift += 8) packed |= static_cast<uint32_t>(in.U8()) << shift;
  return Currency::FromPacked(packed);
}

// The count of items that follow, each of at least one byte: a larger count is malformed, so memory is bounded by the input.
size_t ReadCount(PackedReader& in) {
  const uint64_t count = in.Varint();
  if (count > in.rest().size()) {
    in.Fail();
    return 0;
  }
  return static_cast<size_t>(count);
}

// The payload of a value; the items of a list are passed over.
void ReadPayload(PackedReader& in, PackedValue& v) {
  switch (v.kind) {
    case Kind::kNull:
      return;
    case Kind::kBool:
      v.number = in.U8();
      if (v.number > 1) in.Fail();
      return;
    case Kind::kDecimal:
      v.scale = in.U8();
      v.number = in.Signed();
      if (v.scale > kMaxScale) in.Fail();
      return;
    case Kind::kMoney:
      v.currency = ReadCurrency(in);
      v.number = in.Signed();
      return;
    case Kind::kInt:
    case Kind::kTime:
      v.number = in.Signed();
      return;
    case Kind::kChoice:
    case Kind::kDate:
      v.number = ReadI32(in);
      return;
    case Kind::kRef:
      v.number = static_cast<int64_t>(in.Varint());
      return;
    case Kind::kDouble:
      v.real = in.Double();
      return;
    case Kind::kText:
    case Kind::kBytes:
      v.text = in.Text();
      return;
    case Kind::kTextList:
      v.number = static_cast<int64_t>(ReadCount(in));
      for (int64_t i = 0; i < v.number && in.ok(); ++i) static_cast<void>(in.Text());
      return;
    case Kind::kChoiceSet:
      v.number = static_cast<int64_t>(ReadCount(in));
      for (int64_t i = 0; i < v.number && in.ok(); ++i) static_cast<void>(ReadI32(in));
      return;
  }
  in.Fail();
}

TextList ReadTextList(PackedReader in) {
  TextList list;
  const size_t count = ReadCount(in);
  for (size_t i = 0; i < count; ++i) list.emplace_back(in.Text());
  return list;
}

ChoiceSet ReadChoiceSet(PackedReader in) {
  ChoiceSet set(ReadCount(in));
  for (Choice& item : set) item.number = ReadI32(in);
  return set;
}

// `payload` is where the value's payload, already read, begins.
Value ToValue(const PackedValue& v, std::string_view payload) {
  switch (v.kind) {
    case Kind::kNull:
      break;
    case Kind::kBool:
      return v.number == 1;
    case Kind::kInt:
      return v.number;
    case Kind::kDecimal:
      return Decimal{v.number, v.scale};
    case Kind::kDouble:
      return v.real;
    case Kind::kMoney:
      return Money{v.number, v.currency};
    case Kind::kText:
      return v.text;
    case Kind::kTextList:
      return ReadTextList(PackedReader(payload));
    case Kind::kChoice:
      return Choice{static_cast<int32_t>(v.number)};
    case Kind::kChoiceSet:
      return ReadChoiceSet(PackedReader(payload));
    case Kind::kDate:
      return Date{static_cast<int32_t>(v.number)};
    case Kind::kTime:
      return Time{v.number};
    case Kind::kRef:
      return Id(static_cast<uint64_t>(v.number));
    case Kind::kBytes:
      return Bytes{std::string(v.text)};
  }
  return {};
}

}  // namespace

void PackedWriter::Varint(uint64_t v) {
  while (v >= 0x80) {
    U8(static_cast<uint8_t>(v | 0x80));
    v >>= 7;
  }
  U8(static_cast<uint8_t>(v));
}

void PackedWriter::Signed(int64_t v) { Varint(ZigZag(v)); }

void PackedWriter::Fixed64(uint64_t v) {
  for (int shift = 0; shift < 64; shift += 8) U8(static_cast<uint8_t>((v >> shift) & 0xFF));
}

void PackedWriter::Double(double v) { Fixed64(std::bit_cast<uint64_t>(v)); }

void PackedWriter::Text(std::string_view v) {
  Varint(v.size());
  out_.append(v);
}

void PackedWriter::Put(const Value& v) {
  U8(static_cast<uint8_t>(v.kind()));
  std::visit(Putter{*this}, v.storage());
}

uint64_t PackedReader::LongVarint() {
  uint64_t v = 0;
  const size_t most = std::min<size_t>(in_.size(), 10);
  for (size_t i = 0; i < most; ++i) {
    const auto byte = static_cast<uint8_t>(in_[i]);
    v |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) != 0) continue;
    // One number has one form: no trailing zero groups, and nothing past bit 63.
    if ((byte == 0 && i > 0) || (i == 9 && byte > 1)) break;
    in_.remove_prefix(i + 1);
    return v;
  }
  Fail();
  return 0;
}

int64_t PackedReader::Signed() { return UnZigZag(Varint()); }

uint64_t PackedReader::Fixed64() {
  if (in_.size() < 8) {
    Fail();
    return 0;
  }
  uint64_t v = 0;
  for (size_t i = 0; i < 8; ++i) v |= static_cast<uint64_t>(static_cast<uint8_t>(in_[i])) << (8 * i);
  in_.remove_prefix(8);
  return v;
}

double PackedReader::Double() { return std::bit_cast<double>(Fixed64()); }

std::string_view PackedReader::Text() {
  const uint64_t size = Varint();
  if (size > in_.size()) {
    Fail();
    return {};
  }
  const std::string_view v = in_.substr(0, static_cast<size_t>(size));
  in_.remove_prefix(static_cast<size_t>(size));
  return v;
}

PackedValue PackedReader::GetPacked() {
  // One object on every path, so that it is built where the caller wants it.
  PackedValue v;
  v.kind = static_cast<Kind>(U8());
  ReadPayload(*this, v);
  if (!ok_) v = PackedValue();
  return v;
}

Value PackedReader::Get() {
  const std::string_view payload = in_.empty() ? in_ : in_.substr(1);
  return ToValue(GetPacked(), payload);
}

void PackedReader::Get(Value& out) {
  if (in_.empty() || static_cast<Kind>(in_.front()) != Kind::kText) {
    out = Get();
    return;
  }
  in_.remove_prefix(1);
  out.SetText(Text());
}

}  // namespace kith
