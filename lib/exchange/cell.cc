#include "exchange/cell.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "kith/base/currency.h"
#include "kith/base/nearest.h"

namespace kith::exchange {
namespace {

Status Refuse(Reason reason, std::string_view message, std::string_view cell, std::string hint = {}) {
  ErrorInfo info;
  info.reason = reason;
  info.value = std::string(cell.substr(0, 80));
  info.hint = std::move(hint);
  return MakeError(std::move(info), message);
}

// Whether commas group digits; in "12,5" and "1.234,567" one stands for the point.
bool IsGrouped(std::string_view cell) {
  const size_t comma = cell.rfind(',');
  if (comma == std::string_view::npos) return true;
  const size_t end = std::min(cell.find_first_not_of("0123456789", comma + 1), cell.size());
  return end - comma == 4 && cell.substr(0, comma).find('.') == std::string_view::npos;
}

// As it is where it is no number, so that it is read as none.
std::string WithoutSeparators(std::string_view cell) {
  std::string digits;
  if (!IsGrouped(cell)) return std::string(cell);
  for (char c : cell) {
    if (c != ',' && c != ' ' && c != '_') digits += c;
  }
  return digits;
}

StatusOr<Decimal> Number(std::string_view cell, const ColumnMapping& column) {
  StatusOr<Decimal> parsed = ParseDecimal(WithoutSeparators(cell));
  if (!parsed.ok()) return Refuse(Reason::kWrongKind, "not a number", cell, "write digits with a point, such as 1234.50");
  Decimal value = *parsed;
  if (__builtin_mul_overflow(value.units, column.scale, &value.units)) return Refuse(Reason::kOutOfRange, "the number is too large", cell);
  // 1100.04 x 1,000,000 is whole: drop zeros so that it fits fields without decimals.
  while (value.scale > 0 && value.units % 10 == 0) {
    value.units /= 10;
    --value.scale;
  }
  return value;
}

StatusOr<Value> MoneyValue(const ColumnMapping& column, std::string_view cell, std::string_view row_currency) {
  std::string_view code = row_currency.empty() ? std::string_view(column.currency) : row_currency;
  std::optional<Currency> currency = CurrencyOfIso(code);
  if (!currency) return Refuse(Reason::kWrongKind, "not a currency code", code, "use three capital letters of ISO 4217, such as CNY");
  KITH_ASSIGN_OR_RETURN(Decimal amount, Number(cell, column));
  StatusOr<Decimal> minor = Rescale(amount, static_cast<uint8_t>(currency->minor_digits()));
  if (!minor.ok()) return Refuse(Reason::kOutOfRange, "the amount has more decimals than its currency, or is too large", cell);
  return Value(Money{minor->units, *currency});
}

StatusOr<Value> BoolValue(std::string_view cell) {
  static constexpr std::array<std::string_view, 6> kYes = {"true", "1", "yes", "y", "t", "是"};
  static constexpr std::array<std::string_view, 6> kNo = {"false", "0", "no", "n", "f", "否"};
  std::string lower(cell);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (std::find(kYes.begin(), kYes.end(), lower) != kYes.end()) return Value(true);
  if (std::find(kNo.begin(), kNo.end(), lower) != kNo.end()) return Value(false);
  return Refuse(Reason::kWrongKind, "not true or false", cell, "write true or false");
}

// By name, else by a label in any language.
StatusOr<Choice> ChoiceValue(const catalog::FieldDef& field, std::string_view cell) {
  if (const catalog::ChoiceDef* choice = field.FindChoice(cell)) return Choice{choice->number};
  std::vector<std::string_view> names;
  for (const catalog::ChoiceDef& choice : field.choices) {
    names.push_back(choice.name);
    for (const auto& [language, label] : choice.labels) {
      if (label == cell) return Choice{choice.number};
    }
  }
  return Refuse(Reason::kNotAChoice, "not one of the field's choices", cell, NearestHint(cell, names));
}

std::vector<std::string_view> Split(std::string_view cell, std::string_view separator) {
  if (separator.empty()) separator = ";";
  std::vector<std::string_view> parts;
  while (true) {
    size_t end = cell.find(separator);
    std::string_view part = cell.substr(0, end);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.push_back(part);
    if (end == std::string_view::npos) return parts;
    cell.remove_prefix(end + separator.size());
  }
}

StatusOr<Value> DoubleValue(const ColumnMapping& column, std::string_view cell) {
  std::string digits = WithoutSeparators(cell);
  double value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    return Refuse(Reason::kWrongKind, "not a number", cell, "write digits with a point, such as 1234.50");
  }
  return Value(value * static_cast<double>(column.scale));
}

StatusOr<Value> NumberValue(const catalog::FieldDef& field, const ColumnMapping& column, std::string_view cell) {
  KITH_ASSIGN_OR_RETURN(Decimal number, Number(cell, column));
  StatusOr<Decimal> fitted = Rescale(number, field.kind == Kind::kInt ? uint8_t{0} : field.scale);
  if (!fitted.ok()) return Refuse(Reason::kOutOfRange, "the number has too many decimals or is too large", cell);
  return field.kind == Kind::kInt ? Value(fitted->units) : Value(*fitted);
}

StatusOr<Value> ChoicesValue(const catalog::FieldDef& field, const ColumnMapping& column, std::string_view cell) {
  ChoiceSet set;
  for (std::string_view part : Split(cell, column.separator)) {
    KITH_ASSIGN_OR_RETURN(Choice choice, ChoiceValue(field, part));
    set.push_back(choice);
  }
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return Value(std::move(set));
}

}  // namespace

StatusOr<Time> CellTime(std::string_view cell, std::string_view format) {
  StatusOr<Time> time = format.empty() ? ParseTime(cell) : ParseTimeAs(cell, format);
  if (time.ok()) return time;
  return Refuse(Reason::kWrongKind, "not a date or time in the declared format", cell,
                format.empty() ? "use 2026-07-01 or 2026-07-01T12:30:00Z, or declare a format" : "declared: " + std::string(format));
}

StatusOr<Value> CellValue(const catalog::FieldDef& field, const ColumnMapping& column, std::string_view cell, std::string_view currency) {
  switch (field.kind) {
    case Kind::kText:
      return Value(cell);
    case Kind::kBool:
      return BoolValue(cell);
    case Kind::kInt:
    case Kind::kDecimal:
      return NumberValue(field, column, cell);
    case Kind::kDouble:
      return DoubleValue(column, cell);
    case Kind::kMoney:
      return MoneyValue(column, cell, currency);
    case Kind::kTextList: {
      TextList list;
      for (std::string_view part : Split(cell, column.separator)) list.emplace_back(part);
      return Value(std::move(list));
    }
    case Kind::kChoice: {
      KITH_ASSIGN_OR_RETURN(Choice choice, ChoiceValue(field, cell));
      return Value(choice);
    }
    case Kind::kChoiceSet:
      return ChoicesValue(field, column, cell);
    case Kind::kDate: {
      KITH_ASSIGN_OR_RETURN(Time time, CellTime(cell, column.format));
      return Value(DateOf(time));
    }
    case Kind::kTime: {
      KITH_ASSIGN_OR_RETURN(Time time, CellTime(cell, column.format));
      return Value(time);
    }
    case Kind::kNull:
    case Kind::kRef:
    case Kind::kBytes:
      break;
  }
  return Refuse(Reason::kMappingMalformed, "a column cannot fill a field of this kind", NameOf(field.kind));
}

}  // namespace kith::exchange
