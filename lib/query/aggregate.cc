#include "query/aggregate.h"

#include <algorithm>
#include <cmath>

#include "kith/base/concat.h"
#include "query/names.h"

namespace kith::query {
namespace {

bool IsNumber(Kind kind) { return kind == Kind::kInt || kind == Kind::kDecimal || kind == Kind::kDouble || kind == Kind::kMoney; }

StatusOr<int64_t> Narrow(absl::int128 total) {
  if (total >= INT64_MIN && total <= INT64_MAX) return static_cast<int64_t>(total);
  return MakeError({.reason = Reason::kArithmeticOverflow, .hint = "sum double(...) of it, or smaller groups"},
                   "the sum is beyond 64 bits");
}

absl::int128 PowerOfTen(int exponent) {
  absl::int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// Rounded to the nearest, half to even.
int64_t Divide(absl::int128 total, int64_t count) {
  absl::int128 quotient = total / count;
  const absl::int128 rest = total % count;
  const absl::int128 twice = (rest < 0 ? -rest : rest) * 2;
  const bool up = twice > count || (twice == count && quotient % 2 != 0);
  if (up) quotient += total < 0 ? -1 : 1;
  return static_cast<int64_t>(quotient);
}

}  // namespace

StatusOr<Column> ColumnOf(Function function, const CompiledTerm& term, const std::string& where) {
  const Column& of = term.column();
  const std::string_view name = kFunctionNames[static_cast<size_t>(function)];
  if (function == Function::kCount) return Column{.name = {}, .kind = Kind::kInt};
  if (function == Function::kCountDistinct || function == Function::kMin || function == Function::kMax) {
    KITH_RETURN_IF_ERROR(term.CheckComparable(where));
  } else if (!IsNumber(of.kind)) {
    return MakeError({.reason = Reason::kWrongKind, .field = where, .value = term.text(), .hint = "use an int, decimal, double or money"},
                     Concat({"is of kind ", NameOf(of.kind), ", of which there is no ", name}));
  }
  if (function == Function::kCountDistinct) return Column{.name = {}, .kind = Kind::kInt};
  Column column = of;
  column.per_currency = of.kind == Kind::kMoney;
  if (function == Function::kAverage && !column.per_currency) column = {.name = {}, .kind = Kind::kDouble};
  return column;
}

void Accumulator::Add(const PackedValue& value) {
  ++count_;
  kind_ = value.kind;
  switch (function_) {
    case Function::kCount:
      return;
    case Function::kCountDistinct: {
      if (distinct_ == nullptr) distinct_ = std::make_unique<decltype(distinct_)::element_type>();
      std::string key;
      AppendIdentity(key, value);
      distinct_->insert(std::move(key));
      return;
    }
    default:
      break;
  }
  if (kind_ == Kind::kMoney) return AddMoney({value.number, value.currency});
  if (function_ == Function::kMin || function_ == Function::kMax) return AddExtreme(value);
  AddNumber(value);
}

Accumulator::Sum& Accumulator::SumOf(Currency currency) {
  const auto sum = std::find_if(sums_.begin(), sums_.end(), [currency](const Sum& s) { return s.currency == currency; });
  return sum == sums_.end() ? sums_.emplace_back(Sum{.currency = currency}) : *sum;
}

void Accumulator::AddMoney(Money money) {
  Sum& sum = SumOf(money.currency);
  ++sum.count;
  sum.total += money.minor;
  sum.least = std::min(sum.least, money.minor);
  sum.greatest = std::max(sum.greatest, money.minor);
}

// Sums of whole numbers and of amounts in one currency are taken at once; the rest value by value.
void Accumulator::Add(const column::BlockView& block, const column::Bitmap& rows) {
  const Kind kind = block.spec().kind;
  const bool has_sum = function_ == Function::kSum || function_ == Function::kAverage;
  const bool is_whole = kind == Kind::kInt || kind == Kind::kDecimal;
  const std::optional<Currency> currency = block.OneCurrency();
  const bool at_once = (has_sum && is_whole) || (currency.has_value() && function_ != Function::kCountDistinct);
  if (function_ == Function::kCount) return Count(static_cast<int64_t>((rows & block.has()).Count()));
  if (!at_once) return (rows & block.has()).ForEach([&](size_t row) { Add(block.GetPacked(row)); });
  column::Totals totals;
  column::Accumulate(block, rows, totals);
  if (totals.count == 0) return;
  const absl::int128 total = absl::MakeInt128(totals.sum.high(), totals.sum.low());
  const auto count = static_cast<int64_t>(totals.count);
  kind_ = kind;
  count_ += count;
  if (is_whole) {
    scale_ = block.spec().scale;
    total_ += total;
    return;
  }
  Sum& sum = SumOf(*currency);
  sum.count += count;
  sum.total += total;
  sum.least = std::min(sum.least, totals.min);
  sum.greatest = std::max(sum.greatest, totals.max);
}

void Accumulator::AddNumber(const PackedValue& value) {
  if (kind_ == Kind::kDouble) return AddDouble(value.real);
  if (value.scale == scale_) {
    total_ += value.number;
    return;
  }
  // Formulas may give several scales; the finest is kept.
  if (value.scale > scale_) total_ *= PowerOfTen(value.scale - scale_);
  scale_ = std::max(scale_, value.scale);
  total_ += absl::int128(value.number) * PowerOfTen(scale_ - value.scale);
}

// Neumaier's summation: the same sum in any order of the values, to within an ulp or two.
void Accumulator::AddDouble(double value) {
  const double sum = real_ + value;
  lost_ += std::fabs(real_) >= std::fabs(value) ? (real_ - sum) + value : (value - sum) + real_;
  real_ = sum;
}

// NaN is the greatest, as in an order.
void Accumulator::AddExtreme(const PackedValue& value) {
  const PackedValue present = InPlace(extreme_);
  std::partial_ordering order = Compare(value, present);
  if (value.kind == Kind::kDouble && order == std::partial_ordering::unordered) order = std::isnan(value.real) <=> std::isnan(present.real);
  const bool better = extreme_.is_null() || (function_ == Function::kMin ? order < 0 : order > 0);
  if (better) Store(value, extreme_);
}

Status Accumulator::FinishMoney(std::vector<Money>& amounts) const {
  for (const Sum& sum : sums_) {
    int64_t minor = function_ == Function::kMin ? sum.least : sum.greatest;
    if (function_ == Function::kAverage) minor = Divide(sum.total, sum.count);
    if (function_ == Function::kSum) {
      StatusOr<int64_t> total = Narrow(sum.total);
      if (!total.ok()) return WithContext(total.status(), {.value = sum.currency.code()});
      minor = *total;
    }
    amounts.push_back({minor, sum.currency});
  }
  std::sort(amounts.begin(), amounts.end(), [](Money a, Money b) { return a.currency.code() < b.currency.code(); });
  return {};
}

StatusOr<Value> Accumulator::FinishSum() const {
  if (kind_ == Kind::kDouble) {
    // The correction of infinite sums is not a number.
    return Value(std::isfinite(real_) ? real_ + lost_ : real_);
  }
  KITH_ASSIGN_OR_RETURN(const int64_t total, Narrow(total_));
  return kind_ == Kind::kDecimal ? Value(Decimal{total, scale_}) : Value(total);
}

Value Accumulator::FinishAverage() const {
  const auto count = static_cast<double>(count_);
  if (kind_ == Kind::kDouble) return (std::isfinite(real_) ? real_ + lost_ : real_) / count;
  return static_cast<double>(total_) / std::pow(10.0, scale_) / count;
}

Status Accumulator::Finish(Value& value, std::vector<Money>& amounts) const {
  amounts.clear();
  value = Value();
  if (function_ == Function::kCount) {
    value = count_;
  } else if (function_ == Function::kCountDistinct) {
    value = distinct_ == nullptr ? int64_t{0} : static_cast<int64_t>(distinct_->size());
  } else if (!sums_.empty()) {
    KITH_RETURN_IF_ERROR(FinishMoney(amounts));
    if (amounts.size() == 1) value = amounts[0];
  } else if (count_ > 0 && function_ == Function::kSum) {
    KITH_ASSIGN_OR_RETURN(value, FinishSum());
  } else if (count_ > 0 && function_ == Function::kAverage) {
    value = FinishAverage();
  } else {
    value = extreme_;
  }
  return {};
}

}  // namespace kith::query
