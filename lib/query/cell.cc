#include "query/cell.h"

#include <cstring>

#include "kith/catalog/catalog.h"

namespace kith::query {
namespace {

struct Placer {
  PackedValue& cell;

  void operator()(std::monostate) const {}
  void operator()(bool v) const { cell.number = v ? 1 : 0; }
  void operator()(int64_t v) const { cell.number = v; }
  void operator()(Decimal v) const {
    cell.number = v.units;
    cell.scale = v.scale;
  }
  void operator()(double v) const { cell.real = v; }
  void operator()(Money v) const {
    cell.number = v.minor;
    cell.currency = v.currency;
  }
  void operator()(const std::string& v) const { cell.text = v; }
  void operator()(const TextList& v) const { cell.number = static_cast<int64_t>(v.size()); }
  void operator()(Choice v) const { cell.number = v.number; }
  void operator()(const ChoiceSet& v) const { cell.number = static_cast<int64_t>(v.size()); }
  void operator()(Date v) const { cell.number = v.days; }
  void operator()(Time v) const { cell.number = v.micros; }
  void operator()(Id v) const { cell.number = static_cast<int64_t>(v.value()); }
  void operator()(const Bytes& v) const { cell.text = v.data; }
};

void SetNumber(Kind kind, int64_t number, PackedValue& cell) {
  cell.kind = kind;
  cell.number = number;
}

// References and units of 0 are none.
void SetUnlessZero(Kind kind, uint64_t number, PackedValue& cell) {
  SetNumber(number == 0 ? Kind::kNull : kind, static_cast<int64_t>(number), cell);
}

void PeekHeader(const record::Header& header, int32_t position, PackedValue& cell) {
  switch (position) {
    case catalog::kHeaderId:
      return SetNumber(Kind::kRef, static_cast<int64_t>(header.id), cell);
    case catalog::kHeaderCreated:
      return SetNumber(Kind::kTime, header.created, cell);
    case catalog::kHeaderUpdated:
      return SetNumber(Kind::kTime, header.updated, cell);
    case catalog::kHeaderOwner:
      return SetUnlessZero(Kind::kRef, header.owner, cell);
    case catalog::kHeaderUnit:
      return SetUnlessZero(Kind::kInt, header.unit, cell);
    case catalog::kHeaderVersion:
      return SetNumber(Kind::kInt, static_cast<int64_t>(header.version), cell);
    case catalog::kHeaderVisibility:
      return SetNumber(Kind::kInt, header.visibility, cell);
    default:
      cell.kind = Kind::kNull;
  }
}

}  // namespace

PackedValue InPlace(const Value& value) {
  PackedValue cell;
  cell.kind = value.kind();
  std::visit(Placer{cell}, value.storage());
  return cell;
}

void Store(const PackedValue& cell, Value& out) {
  switch (cell.kind) {
    case Kind::kBool:
      out = cell.number != 0;
      return;
    case Kind::kInt:
      out = cell.number;
      return;
    case Kind::kDecimal:
      out = Decimal{cell.number, cell.scale};
      return;
    case Kind::kDouble:
      out = cell.real;
      return;
    case Kind::kMoney:
      out = Money{cell.number, cell.currency};
      return;
    case Kind::kText:
      out.SetText(cell.text);
      return;
    case Kind::kChoice:
      out = Choice{static_cast<int32_t>(cell.number)};
      return;
    case Kind::kDate:
      out = Date{static_cast<int32_t>(cell.number)};
      return;
    case Kind::kTime:
      out = Time{cell.number};
      return;
    case Kind::kRef:
      out = Id(static_cast<uint64_t>(cell.number));
      return;
    case Kind::kBytes:
      out = Bytes{std::string(cell.text)};
      return;
    case Kind::kNull:
    case Kind::kTextList:
    case Kind::kChoiceSet:
      break;
  }
  out = Value();
}

// The typed reads give zero for null, so only a zero has to be looked at twice.
void PeekAt(record::View record, int32_t position, PackedValue& cell) {
  if (position < 0) return PeekHeader(record.header(), position, cell);
  const auto field = static_cast<size_t>(position);
  const record::Field& stored = record.layout().fields[field];
  bool zero = false;
  cell.kind = stored.kind;
  switch (stored.kind) {
    case Kind::kBool:
      cell.number = record.GetBool(field) ? 1 : 0;
      zero = cell.number == 0;
      break;
    case Kind::kDouble:
      cell.real = record.GetDouble(field);
      zero = cell.real == 0;
      break;
    case Kind::kMoney: {
      const Money money = record.GetMoney(field);
      cell.number = money.minor;
      cell.currency = money.currency;
      zero = money.currency.is_null();
      break;
    }
    case Kind::kText:
    case Kind::kBytes:
      cell.text = record.GetText(field);
      zero = cell.text.empty();
      break;
    case Kind::kTextList:
    case Kind::kChoiceSet:
      cell.number = static_cast<int64_t>(record.GetSize(field));
      zero = cell.number == 0;
      break;
    case Kind::kRef:
      cell.number = static_cast<int64_t>(record.GetRef(field).value());
      zero = cell.number == 0;
      break;
    default:
      cell.scale = stored.scale;
      cell.number = record.GetInt(field);
      zero = cell.number == 0;
  }
  if (zero && !record.has(field)) cell.kind = Kind::kNull;
}

std::partial_ordering Compare(const PackedValue& cell, const PackedValue& other) {
  if (cell.kind != other.kind) return std::partial_ordering::unordered;
  switch (cell.kind) {
    case Kind::kDouble:
      return cell.real <=> other.real;
    case Kind::kText:
    case Kind::kBytes:
      return cell.text <=> other.text;
    case Kind::kMoney:
      if (cell.currency != other.currency) return std::partial_ordering::unordered;
      return cell.number <=> other.number;
    case Kind::kNull:
    case Kind::kTextList:
    case Kind::kChoiceSet:
      return std::partial_ordering::unordered;
    default:
      return cell.number <=> other.number;
  }
}

bool Equal(const PackedValue& cell, const PackedValue& other) {
  // Texts of different sizes need not be looked at.
  if (cell.kind == Kind::kText && other.kind == Kind::kText) return cell.text == other.text;
  return Compare(cell, other) == 0;
}

void AppendIdentity(std::string& bytes, const PackedValue& cell) {
  const auto append = [&bytes](const auto& number) { bytes.append(reinterpret_cast<const char*>(&number), sizeof(number)); };
  bytes.push_back(static_cast<char>(cell.kind));
  switch (cell.kind) {
    case Kind::kNull:
      return;
    case Kind::kText:
    case Kind::kBytes:
      append(cell.text.size());
      bytes.append(cell.text);
      return;
    case Kind::kDouble:
      append(cell.real == 0 ? 0.0 : cell.real);  // -0 is 0
      return;
    case Kind::kMoney:
      append(cell.currency.packed());
      break;
    default:
      break;
  }
  append(cell.number);
}

}  // namespace kith::query
