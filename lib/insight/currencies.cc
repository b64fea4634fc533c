#include "kith/insight/currencies.h"

#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/insight/cash.h"
#include "kith/model/document.h"

namespace kith::insight {
namespace {

using model::AmountSketch;

// How many minor units of a currency are one of another. A rate is the decimal number that it was written as, so that half a minor unit is
// half a one.
class Factor {
 public:
  Factor(const ExchangeRates& rates, Currency currency, double rate)
      : rate_(rate * std::pow(10.0, rates.into.minor_digits() - currency.minor_digits())) {
    if (!(rate > 0) || !std::isfinite(rate)) return;
    std::array<char, 32> text{};
    const std::to_chars_result end = std::to_chars(text.data(), text.data() + text.size(), rate, std::chars_format::scientific);
    const std::string_view written(text.data(), static_cast<size_t>(end.ptr - text.data()));
    const size_t e = written.find('e');
    int64_t units = 0;
    int scale = 0;
    for (const char c : written.substr(0, e)) {
      if (c == '.') continue;
      units = units * 10 + (c - '0');
      ++scale;
    }
    const std::string_view power = written.substr(e + (written[e + 1] == '+' ? 2 : 1));
    int exponent = 0;
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    scale += currency.minor_digits() - rates.into.minor_digits() - exponent - 1;
    for (; scale < 0 && units < kMostUnits; ++scale) units *= 10;
    if (scale >= 0 && scale <= kMostScale) written_ = Decimal{units, static_cast<uint8_t>(scale)};
  }
  [[nodiscard]] double rate() const { return rate_; }
  // Half up; the double where the exact product has no place.
  [[nodiscard]] int64_t Of(int64_t minor) const {
    if (written_.has_value()) {
      const StatusOr<Money> exact = model::ShareOf({minor, {}}, *written_, model::Rounding::kHalfUp);
      if (exact.ok()) return exact->minor;
    }
    return std::llround(static_cast<double>(minor) * rate_);
  }

 private:
  static constexpr int64_t kMostUnits = 100'000'000'000'000'000;
  static constexpr int kMostScale = 18;
  double rate_;
  std::optional<Decimal> written_;
};

class Converter {
 public:
  explicit Converter(const ExchangeRates& rates) : into_(rates.into) {
    for (const auto& [currency, rate] : rates.rates) {
      if (currency == into_) continue;
      factors_.try_emplace(currency.packed(), rates, currency, rate);
    }
  }

  void Convert(Money& amount) const {
    const Factor* factor = Find(amount.currency.packed());
    if (factor != nullptr) amount = {factor->Of(amount.minor), into_};
  }
  // Sums of parts stay sums: each part is what it adds.
  void Convert(CashFacts::Invoice& invoice) const {
    int64_t before = 0;
    int64_t sum = 0;
    for (CashFacts::Receipt& receipt : invoice.paid) {
      sum += receipt.minor;
      const int64_t after = Scaled(sum, invoice.total.currency.packed());
      receipt.minor = after - before;
      before = after;
    }
    Convert(invoice.total);
  }
  void Convert(model::PeriodRow& row) const {
    model::Counts<model::DayCell> count;
    model::Counts<model::DayCell> minor;
    for (const auto& [cell, n] : row.won_count) count.Add({cell.day, Target(cell.currency)}, n);
    for (const auto& [cell, n] : row.won_minor) minor.Add({cell.day, Target(cell.currency)}, Scaled(n, cell.currency));
    row.won_count = std::move(count);
    row.won_minor = std::move(minor);
    row.won_amounts = Converted(row.won_amounts);
    row.lost_amounts = Converted(row.lost_amounts);
  }

 private:
  [[nodiscard]] const Factor* Find(uint32_t currency) const {
    const auto found = factors_.find(currency);
    return found == factors_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] uint32_t Target(uint32_t currency) const { return Find(currency) == nullptr ? currency : into_.packed(); }
  [[nodiscard]] int64_t Scaled(int64_t minor, uint32_t currency) const {
    const Factor* factor = Find(currency);
    return factor == nullptr ? minor : factor->Of(minor);
  }
  [[nodiscard]] std::map<uint32_t, AmountSketch> Converted(const std::map<uint32_t, AmountSketch>& sketches) const {
    std::map<uint32_t, AmountSketch> converted;
    for (const auto& [currency, sketch] : sketches) {
      AmountSketch& sum = converted[Target(currency)];
      const Factor* factor = Find(currency);
      if (factor == nullptr) {
        sum.Add(sketch, 1);
        continue;
      }
      for (const auto& [bucket, n] : sketch.buckets) {
        AmountSketch one;  // to learn which bucket the amount falls into
        one.AddAmount(std::llround(AmountSketch::BucketValue(bucket) * factor->rate()), 1);
        sum.buckets.Add(one.buckets.begin()->first, n);
      }
      sum.count += sketch.count;
      sum.sum_minor += Scaled(sketch.sum_minor, currency);
    }
    std::erase_if(converted, [](const auto& entry) { return entry.second == AmountSketch(); });
    return converted;
  }

  Currency into_;
  std::map<uint32_t, Factor> factors_;
};

Status Check(const ExchangeRates& rates) {
  if (rates.into.is_null()) return MakeError({.reason = Reason::kBadOptions, .field = "into"}, "name the currency to convert into");
  for (const auto& [currency, rate] : rates.rates) {
    if (rate > 0 && std::isfinite(rate)) continue;
    return MakeError({.reason = Reason::kBadOptions, .field = currency.code(), .value = std::to_string(rate)}, "a rate is above 0");
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<model::FunnelTables> InCurrency(model::FunnelTables tables, const ExchangeRates& rates) {
  KITH_RETURN_IF_ERROR(Check(rates));
  const Converter converter(rates);
  for (model::OpenDeal& deal : tables.open) converter.Convert(deal.amount);
  for (auto& [key, row] : tables.rows.periods) converter.Convert(row);
  return tables;
}

Money InCurrency(const Money& amount, const ExchangeRates& rates) {
  const auto found = rates.rates.find(amount.currency);
  if (found == rates.rates.end() || amount.currency == rates.into) return amount;
  return {Factor(rates, amount.currency, found->second).Of(amount.minor), rates.into};
}

StatusOr<ExchangeRates> RatesAt(const Snapshot& snapshot, Date day, Currency into) {
  const catalog::TypeDef* settings = snapshot.catalog().FindType("setting");
  const catalog::TypeDef* dated = snapshot.catalog().FindType("rate");
  ExchangeRates rates;
  const auto field = [](const catalog::TypeDef* type, std::string_view name, Kind kind) -> const catalog::FieldDef* {
    const catalog::FieldDef* found = type == nullptr ? nullptr : type->FindField(name);
    return found != nullptr && found->kind == kind ? found : nullptr;
  };
  const catalog::FieldDef* base_currency = field(settings, "base_currency", Kind::kText);
  const catalog::FieldDef* rated = field(dated, "currency", Kind::kText);
  const catalog::FieldDef* date = field(dated, "date", Kind::kDate);
  const catalog::FieldDef* worth = field(dated, "rate", Kind::kDecimal);
  // Types of these names may also be somebody else's, where the standard package is absent.
  if (base_currency == nullptr || rated == nullptr || date == nullptr || worth == nullptr) {
    return MakeError({.reason = Reason::kPackageMissing, .value = "kith.crm"}, "the database has no rates");
  }
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> setting, snapshot.Scan(settings->name));
  Currency base;
  if (setting->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, setting->record());
    base = Currency::FromCode(view.GetText(base_currency->position)).value_or(Currency());
  }
  KITH_RETURN_IF_ERROR(setting->status());
  if (base.is_null()) {
    return MakeError({.reason = Reason::kRecordMissing, .type = settings->name, .field = "base_currency", .hint = "set it"},
                     "the settings name no base currency");
  }
  std::map<Currency, std::pair<Date, double>> latest = {{base, {day, 1}}};
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(dated->name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    const std::optional<Currency> currency = Currency::FromCode(view.GetText(rated->position));
    const Date from{static_cast<int32_t>(view.GetInt(date->position))};
    const Value rate = view.Get(worth->position);
    if (!currency.has_value() || *currency == base || from > day || rate.is_null() || rate.get<Decimal>().units <= 0) continue;
    const double held = static_cast<double>(rate.get<Decimal>().units) * std::pow(10.0, -rate.get<Decimal>().scale);
    const auto [at, is_new] = latest.try_emplace(*currency, from, held);
    if (!is_new && at->second.first < from) at->second = {from, held};
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  rates.into = into.is_null() ? base : into;
  const auto unit = latest.find(rates.into);
  if (unit == latest.end()) {
    return MakeError({.reason = Reason::kRecordMissing, .type = dated->name, .value = rates.into.code(), .hint = "put in a rate"},
                     "there is no rate of the currency by then");
  }
  for (const auto& [currency, rate] : latest) {
    if (currency != rates.into) rates.rates[currency] = rate.second / unit->second.second;
  }
  return rates;
}

StatusOr<CashFacts> InCurrency(CashFacts facts, const ExchangeRates& rates) {
  KITH_RETURN_IF_ERROR(Check(rates));
  const Converter converter(rates);
  for (CashFacts::Invoice& invoice : facts.invoices) converter.Convert(invoice);
  for (CashFacts::Won& won : facts.won) converter.Convert(won.amount);
  return facts;
}

}  // namespace kith::insight
