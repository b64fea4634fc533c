#include <algorithm>
#include <cmath>

#include "kith/base/limits.h"
#include "kith/record/record.h"

namespace kith::record {
namespace {

constexpr uint64_t kIdEnd = uint64_t{1} << 53;

Status Refuse(Reason reason, const Value& value, std::string_view message, std::string_view hint = {}) {
  return MakeError({.reason = reason, .value = ToText(value), .hint = std::string(hint)}, message);
}

// "must be a text" reads better than the bare kind.
std::string WithArticle(Kind kind) {
  switch (kind) {
    case Kind::kNull:
    case Kind::kMoney:
    case Kind::kBytes:
      return std::string(NameOf(kind));
    case Kind::kInt:
      return "an int";
    default:
      return "a " + std::string(NameOf(kind));
  }
}

Status CheckText(const Value& value, std::string_view text) {
  if (text.size() > limits::kTextBytes) {
    return Refuse(Reason::kTooLong, value, "is a text of " + std::to_string(text.size()) + " bytes",
                  "a text holds at most " + std::to_string(limits::kTextBytes) + " bytes (kTextBytes)");
  }
  if (!IsUtf8(text)) return Refuse(Reason::kNotUtf8, value, "is not UTF-8", "convert the text to UTF-8 first");
  return absl::OkStatus();
}

Status CheckCount(const Value& value, size_t items) {
  if (items <= limits::kListItems) return absl::OkStatus();
  return Refuse(Reason::kTooLong, value, "has " + std::to_string(items) + " items",
                "a list holds at most " + std::to_string(limits::kListItems) + " items (kListItems)");
}

Status CheckTextList(const Value& value, const TextList& list) {
  KITH_RETURN_IF_ERROR(CheckCount(value, list.size()));
  for (const std::string& item : list) KITH_RETURN_IF_ERROR(CheckText(value, item));
  return absl::OkStatus();
}

Status CheckChoiceSet(const Value& value, const ChoiceSet& set) {
  KITH_RETURN_IF_ERROR(CheckCount(value, set.size()));
  if (std::adjacent_find(set.begin(), set.end(), std::greater_equal<>()) == set.end()) return absl::OkStatus();
  return Refuse(Reason::kOutOfRange, value, "is not a set of choices in ascending order", "sort the numbers and name each once");
}

Status CheckBytes(const Value& value, const Bytes& bytes) {
  if (bytes.data.size() <= limits::kBytesBytes) return absl::OkStatus();
  return Refuse(Reason::kTooLong, value, "has " + std::to_string(bytes.data.size()) + " bytes",
                "a bytes value holds at most " + std::to_string(limits::kBytesBytes) + " bytes (kBytesBytes)");
}

Status CheckDecimal(const Value& value, Decimal decimal, uint8_t scale) {
  if (decimal.scale == scale) return absl::OkStatus();
  return Refuse(Reason::kOutOfRange, value,
                "has " + std::to_string(decimal.scale) + " digits after the point, and the field " + std::to_string(scale),
                "rescale the number to the field's scale");
}

Status CheckMoney(const Value& value, Money money) {
  if (money.currency.is_code()) return absl::OkStatus();
  return Refuse(Reason::kOutOfRange, value, "is money without a currency", "give a code of three capital letters, such as CNY");
}

Status CheckRef(const Value& value, Id id) {
  if (id.is_local() || (!id.is_null() && id.value() < kIdEnd)) return absl::OkStatus();
  return Refuse(Reason::kOutOfRange, value, "is not the number of a record", "use null for no record");
}

}  // namespace

Status CheckValue(const Field& field, const Value& value) {
  if (value.is_null()) return absl::OkStatus();
  if (value.kind() != field.kind) {
    return Refuse(Reason::kWrongKind, value, "must be " + WithArticle(field.kind) + ", not " + WithArticle(value.kind()));
  }
  switch (field.kind) {
    case Kind::kDecimal:
      return CheckDecimal(value, value.get<Decimal>(), field.scale);
    case Kind::kDouble:
      if (std::isfinite(value.get<double>())) return absl::OkStatus();
      return Refuse(Reason::kOutOfRange, value, "is not a finite number", "use null for an unknown number");
    case Kind::kMoney:
      return CheckMoney(value, value.get<Money>());
    case Kind::kText:
      return CheckText(value, value.get<std::string>());
    case Kind::kTextList:
      return CheckTextList(value, value.get<TextList>());
    case Kind::kChoiceSet:
      return CheckChoiceSet(value, value.get<ChoiceSet>());
    case Kind::kTime:
      if (value.get<Time>() < kTimeMax) return absl::OkStatus();
      return Refuse(Reason::kOutOfRange, value, "is past the last instant");
    case Kind::kRef:
      return CheckRef(value, value.get<Id>());
    case Kind::kBytes:
      return CheckBytes(value, value.get<Bytes>());
    default:
      return absl::OkStatus();
  }
}

}  // namespace kith::record
