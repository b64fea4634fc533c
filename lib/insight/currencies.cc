#include "kith/insight/currencies.h"

#include <cmath>

namespace kith::insight {
namespace {

using model::AmountSketch;

class Converter {
 public:
  explicit Converter(const ExchangeRates& rates) : into_(rates.into) {
    for (const auto& [currency, rate] : rates.rates) {
      if (currency == into_) continue;
      factors_[currency.packed()] = rate * std::pow(10.0, into_.minor_digits() - currency.minor_digits());
    }
  }

  void Convert(Money& amount) const {
    const double* factor = Find(amount.currency.packed());
    if (factor != nullptr) amount = {std::llround(static_cast<double>(amount.minor) * *factor), into_};
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
  [[nodiscard]] const double* Find(uint32_t currency) const {
    const auto found = factors_.find(currency);
    return found == factors_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] uint32_t Target(uint32_t currency) const { return Find(currency) == nullptr ? currency : into_.packed(); }
  [[nodiscard]] int64_t Scaled(int64_t minor, uint32_t currency) const {
    const double* factor = Find(currency);
    return factor == nullptr ? minor : std::llround(static_cast<double>(minor) * *factor);
  }
  [[nodiscard]] std::map<uint32_t, AmountSketch> Converted(const std::map<uint32_t, AmountSketch>& sketches) const {
    std::map<uint32_t, AmountSketch> converted;
    for (const auto& [currency, sketch] : sketches) {
      AmountSketch& sum = converted[Target(currency)];
      const double* factor = Find(currency);
      if (factor == nullptr) {
        sum.Add(sketch, 1);
        continue;
      }
      for (const auto& [bucket, n] : sketch.buckets) {
        AmountSketch one;  // to learn which bucket the amount falls into
        one.AddAmount(std::llround(AmountSketch::BucketValue(bucket) * *factor), 1);
        sum.buckets.Add(one.buckets.begin()->first, n);
      }
      sum.count += sketch.count;
      sum.sum_minor += Scaled(sketch.sum_minor, currency);
    }
    std::erase_if(converted, [](const auto& entry) { return entry.second == AmountSketch(); });
    return converted;
  }

  Currency into_;
  std::map<uint32_t, double> factors_;  // minor units of `into_` for one minor unit
};

}  // namespace

StatusOr<model::FunnelTables> InCurrency(model::FunnelTables tables, const ExchangeRates& rates) {
  if (rates.into.is_null()) return MakeError({.reason = Reason::kBadOptions, .field = "into"}, "name the currency to convert into");
  for (const auto& [currency, rate] : rates.rates) {
    if (rate > 0 && std::isfinite(rate)) continue;
    return MakeError({.reason = Reason::kBadOptions, .field = currency.code(), .value = std::to_string(rate)}, "a rate is above 0");
  }
  const Converter converter(rates);
  for (model::OpenDeal& deal : tables.open) converter.Convert(deal.amount);
  for (auto& [key, row] : tables.rows.periods) converter.Convert(row);
  return tables;
}

}  // namespace kith::insight
