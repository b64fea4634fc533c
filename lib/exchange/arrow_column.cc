#include "exchange/arrow_column.h"

#include <algorithm>
#include <array>
#include <utility>

#include "kith/base/concat.h"

namespace kith::exchange {
namespace {

constexpr int kMoneyScale = 4;  // of the currency with the most digits
constexpr const char* kMoneyFormat = "d:23,4";
constexpr std::array<int64_t, 19> kPowersOfTen = [] {
  std::array<int64_t, 19> powers = {1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

int64_t UnitsOfMinor(Currency currency) { return kPowersOfTen[static_cast<size_t>(kMoneyScale - currency.minor_digits())]; }

std::string FormatOf(const query::Column& column) {
  switch (column.kind) {
    case Kind::kBool:
      return "b";
    case Kind::kInt:
    case Kind::kRef:
      return "l";
    case Kind::kDecimal:
      return Concat({"d:19,", std::to_string(column.scale)});
    case Kind::kDouble:
      return "g";
    case Kind::kMoney:
      return kMoneyFormat;
    case Kind::kChoice:
      return "i";
    case Kind::kDate:
      return "tdD";
    case Kind::kTime:
      return "tsu:UTC";
    case Kind::kBytes:
      return "z";
    case Kind::kTextList:
    case Kind::kChoiceSet:
      return "+l";
    case Kind::kText:
    case Kind::kNull:
      break;
  }
  return "u";
}

ArrowType TypeOf(const query::Column& column) {
  ArrowType type{.name = column.name, .format = FormatOf(column)};
  if (column.per_currency) {
    type.format = "+l";
    type.children = {
        {.name = "item", .format = "+s", .children = {{.name = "amount", .format = kMoneyFormat}, {.name = "currency", .format = "u"}}}};
  } else if (type.format == "+l") {
    type.children = {{.name = "item", .format = "u"}};
  } else if (column.kind == Kind::kChoice && column.choices != nullptr) {
    auto names = std::make_shared<std::vector<std::string>>();
    for (const catalog::ChoiceDef& choice : column.choices->choices) names->push_back(choice.name);
    type.dictionary = std::move(names);
  }
  return type;
}

// Some rows of a block, each made of its integer.
template <typename T, typename Make>
void AppendBlock(ArrowBuilder& array, const column::BlockView& block, const column::Bitmap& rows, const column::Bitmap& present,
                 const Make& make) {
  std::array<int64_t, column::kRows> integers;
  block.Integers(integers);
  std::array<T, column::kRows> values;
  size_t count = 0;
  if (rows.Count() == column::kRows) {
    for (; count < column::kRows; ++count) values[count] = make(integers[count]);
  } else {
    rows.ForEach([&](size_t row) { values[count++] = make(integers[row]); });
  }
  array.AppendNumbers(std::span<const T>(values.data(), count), rows, present);
}

}  // namespace

ArrowColumn::ArrowColumn(const query::Column& column) : column_(column) {
  arrays_.emplace_back(TypeOf(column));
  if (column.kind == Kind::kMoney && !column.per_currency) {
    currencies_ = std::make_shared<std::vector<std::string>>();
    arrays_.emplace_back(ArrowType{.name = column.name + ".currency", .format = "i", .dictionary = currencies_});
  }
  if (column.choices == nullptr) return;
  for (size_t i = 0; i < column.choices->choices.size(); ++i) {
    const auto number = static_cast<size_t>(column.choices->choices[i].number);
    if (places_.size() <= number) places_.resize(number + 1, -1);
    places_[number] = static_cast<int32_t>(i);
  }
}

void ArrowColumn::PutNull() {
  for (ArrowBuilder& array : arrays_) array.AppendNull();
}

int32_t ArrowColumn::NumberOf(Currency currency) {
  const auto known = std::find_if(known_.begin(), known_.end(), [&](const Known& it) { return it.currency == currency; });
  const auto number = static_cast<int32_t>(known - known_.begin());
  if (known == known_.end()) {
    known_.push_back({currency, UnitsOfMinor(currency)});
    currencies_->push_back(currency.code());
  }
  return number;
}

void ArrowColumn::PutMoney(Money money) {
  const int32_t number = NumberOf(money.currency);
  arrays_[0].AppendDecimal(money.minor, known_[static_cast<size_t>(number)].units);
  arrays_[1].AppendNumber(number);
}

void ArrowColumn::PutChoice(int32_t number) {
  if (column_.choices == nullptr) return arrays_[0].AppendNumber(number);
  const int32_t place = static_cast<size_t>(number) < places_.size() ? places_[static_cast<size_t>(number)] : -1;
  if (place < 0) return arrays_[0].AppendNull();
  arrays_[0].AppendNumber(place);
}

Status ArrowColumn::PutDecimal(int64_t units, uint8_t scale) {
  if (scale > column_.scale) {
    return MakeError(
        {.reason = Reason::kWrongKind, .field = column_.name, .value = ToText(Value(Decimal{units, scale})), .hint = "use double(...)"},
        "a decimal has more digits than its column");
  }
  arrays_[0].AppendDecimal(units, kPowersOfTen[static_cast<size_t>(column_.scale - scale)]);
  return {};
}

// Of kinds that are numbers.
void ArrowColumn::PutNumber(int64_t number) {
  switch (column_.kind) {
    case Kind::kBool:
      return arrays_[0].AppendBool(number != 0);
    case Kind::kChoice:
      return PutChoice(static_cast<int32_t>(number));
    case Kind::kDate:
      return arrays_[0].AppendNumber(static_cast<int32_t>(number));
    default:
      return arrays_[0].AppendNumber(number);
  }
}

Status ArrowColumn::Put(const PackedValue& value) {
  switch (value.kind) {
    case Kind::kNull:
      PutNull();
      break;
    case Kind::kDecimal:
      return PutDecimal(value.number, value.scale);
    case Kind::kDouble:
      arrays_[0].AppendNumber(value.real);
      break;
    case Kind::kMoney:
      PutMoney({value.number, value.currency});
      break;
    case Kind::kText:
    case Kind::kBytes:
      arrays_[0].AppendText(value.text);
      break;
    default:
      PutNumber(value.number);
  }
  return {};
}

// Rows that need no look at each: none is null, and amounts are of one currency. False, and nothing is done, of others.
bool ArrowColumn::PutTogether(const PackedValue* values, size_t count, size_t stride) {
  const Currency currency = values->currency;
  for (size_t i = 0; i < count; ++i) {
    const PackedValue& value = values[i * stride];
    if (value.kind != column_.kind || (column_.kind == Kind::kMoney && value.currency != currency)) return false;
  }
  ArrowBuilder& array = arrays_[0];
  const auto number = [&](size_t i) { return values[i * stride].number; };
  switch (column_.kind) {
    case Kind::kText:
    case Kind::kBytes:
      array.AppendTexts(count, [&](size_t i) { return values[i * stride].text; });
      return true;
    case Kind::kMoney: {
      const int32_t place = NumberOf(currency);
      const int64_t units = known_[static_cast<size_t>(place)].units;
      array.AppendEach<Decimal128>(count, [&](size_t i) { return Times(number(i), units); });
      arrays_[1].AppendEach<int32_t>(count, [place](size_t) { return place; });
      return true;
    }
    case Kind::kInt:
    case Kind::kRef:
    case Kind::kTime:
      array.AppendEach<int64_t>(count, number);
      return true;
    case Kind::kDouble:
      array.AppendEach<double>(count, [&](size_t i) { return values[i * stride].real; });
      return true;
    default:
      return false;
  }
}

Status ArrowColumn::Put(const PackedValue* values, size_t count, size_t stride) {
  if (count == 0 || PutTogether(values, count, stride)) return {};
  for (size_t i = 0; i < count; ++i) KITH_RETURN_IF_ERROR(Put(values[i * stride]));
  return {};
}

const std::string* ArrowColumn::NameOf(Choice choice) const {
  const catalog::ChoiceDef* known = column_.choices == nullptr ? nullptr : column_.choices->FindChoice(choice.number);
  return known == nullptr ? nullptr : &known->name;
}

void ArrowColumn::Put(const Value& value) {
  if (value.is_null()) return PutNull();
  if (column_.kind == Kind::kNull) return arrays_[0].AppendText(ToText(value));
  if (const auto* texts = value.get_if<TextList>()) {
    for (const std::string& text : *texts) arrays_[0].child(0).AppendText(text);
    return arrays_[0].AppendNested();
  }
  if (const auto* choices = value.get_if<ChoiceSet>()) {
    for (const Choice choice : *choices) {
      const std::string* name = NameOf(choice);
      if (name != nullptr) arrays_[0].child(0).AppendText(*name);
    }
    return arrays_[0].AppendNested();
  }
  arrays_[0].AppendText(ToText(value));
}

void ArrowColumn::Put(std::span<const Money> amounts) {
  ArrowBuilder& item = arrays_[0].child(0);
  for (const Money money : amounts) {
    item.child(0).AppendDecimal(money.minor, UnitsOfMinor(money.currency));
    item.child(1).AppendText(money.currency.code());
    item.AppendNested();
  }
  arrays_[0].AppendNested();
}

void ArrowColumn::PutMoney(const column::BlockView& block, const column::Bitmap& rows) {
  const column::Bitmap present = rows & block.has();
  const std::optional<Currency> currency = block.OneCurrency();
  if (present.Any() && !currency.has_value()) {
    return rows.ForEach([&](size_t row) {
      if (!present.Test(row)) return PutNull();
      PutMoney({block.IntegerAt(row), block.CurrencyAt(row)});
    });
  }
  // One currency, or no amount at all.
  const int64_t factor = present.Any() ? UnitsOfMinor(*currency) : 1;
  const int32_t number = present.Any() ? NumberOf(*currency) : 0;
  AppendBlock<Decimal128>(arrays_[0], block, rows, present, [factor](int64_t minor) { return Times(minor, factor); });
  AppendBlock<int32_t>(arrays_[1], block, rows, present, [number](int64_t) { return number; });
}

void ArrowColumn::Put(const column::BlockView& block, const column::Bitmap& rows) {
  ArrowBuilder& array = arrays_[0];
  const column::Bitmap present = rows & block.has();
  switch (column_.kind) {
    case Kind::kMoney:
      return PutMoney(block, rows);
    case Kind::kDecimal:
      return AppendBlock<Decimal128>(array, block, rows, present, [](int64_t units) { return Times(units, 1); });
    case Kind::kDate:
      return AppendBlock<int32_t>(array, block, rows, present, [](int64_t days) { return static_cast<int32_t>(days); });
    case Kind::kBool:
    case Kind::kChoice:
      return rows.ForEach([&](size_t row) {
        if (!present.Test(row)) return PutNull();
        PutNumber(block.IntegerAt(row));
      });
    default:  // a double's bits are a number too
      return AppendBlock<int64_t>(array, block, rows, present, [](int64_t number) { return number; });
  }
}

}  // namespace kith::exchange
