#include "kith/insight/credit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace kith::insight {
namespace {

constexpr double kHalfLifeDays = 7;
constexpr double kEnds = 0.4;  // of a U-shape, each
constexpr std::array<std::string_view, 6> kNames = {"", "first", "last", "linear", "decay", "u_shape"};

// That amounts are of one currency.
class OneCurrency {
 public:
  Status Add(const Money& amount) {
    if (amount.minor == 0) return absl::OkStatus();
    if (!currency_) currency_ = amount.currency;
    if (*currency_ == amount.currency) return absl::OkStatus();
    return MakeError({.reason = Reason::kCurrencyMismatch, .value = amount.currency.code(), .hint = "convert amounts first"},
                     "revenue and costs are in several currencies");
  }

 private:
  std::optional<Currency> currency_;
};

}  // namespace

std::string_view NameOf(CreditModel model) { return kNames.at(static_cast<size_t>(model)); }

std::optional<CreditModel> CreditModelFromName(std::string_view name) {
  for (size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<CreditModel>(i);
  }
  return std::nullopt;
}

std::vector<double> Credits(CreditModel model, std::span<const Time> touches, Time converted) {
  const size_t n = touches.size();
  std::vector<double> credits(n);
  if (n == 0) return credits;
  switch (model) {
    case CreditModel::kFirst:
      credits.front() = 1;
      break;
    case CreditModel::kLast:
      credits.back() = 1;
      break;
    case CreditModel::kLinear:
      std::fill(credits.begin(), credits.end(), 1 / static_cast<double>(n));
      break;
    case CreditModel::kDecay: {
      // From the last touch, so that old journeys do not vanish in rounding.
      double sum = 0;
      const int64_t from = std::min(converted, touches.back()).micros;
      for (size_t i = 0; i < n; ++i) {
        const double days = static_cast<double>(from - touches[i].micros) / static_cast<double>(kMicrosPerDay);
        sum += credits[i] = std::exp2(-days / kHalfLifeDays);
      }
      for (double& credit : credits) credit /= sum;
      break;
    }
    case CreditModel::kUShape:
      if (n <= 2) {
        std::fill(credits.begin(), credits.end(), 1 / static_cast<double>(n));
        break;
      }
      std::fill(credits.begin(), credits.end(), (1 - 2 * kEnds) / static_cast<double>(n - 2));
      credits.front() = credits.back() = kEnds;
      break;
  }
  return credits;
}

StatusOr<std::vector<ChannelReturn>> ChannelReturns(CreditModel model, std::span<const Journey> journeys,
                                                    std::span<const ChannelCost> costs) {
  std::map<std::string, ChannelReturn> channels;
  OneCurrency money;
  for (const Journey& journey : journeys) {
    KITH_RETURN_IF_ERROR(money.Add(journey.revenue));
    std::vector<const Touch*> counted;
    for (const Touch& touch : journey.touches) {
      if (touch.at <= journey.converted) counted.push_back(&touch);
    }
    std::stable_sort(counted.begin(), counted.end(), [](const Touch* a, const Touch* b) { return a->at < b->at; });
    std::vector<Time> times;
    times.reserve(counted.size());
    for (const Touch* touch : counted) times.push_back(touch->at);
    const std::vector<double> credits = Credits(model, times, journey.converted);
    for (size_t i = 0; i < counted.size(); ++i) {
      ChannelReturn& channel = channels[counted[i]->channel];
      channel.conversions += credits[i];
      channel.revenue += credits[i] * static_cast<double>(journey.revenue.minor);
    }
  }
  for (const ChannelCost& cost : costs) {
    KITH_RETURN_IF_ERROR(money.Add(cost.cost));
    channels[cost.channel].cost += static_cast<double>(cost.cost.minor);
  }
  std::vector<ChannelReturn> returns;
  for (auto& [name, channel] : channels) {
    channel.channel = name;
    if (channel.cost > 0) channel.roi = (channel.revenue - channel.cost) / channel.cost;
    returns.push_back(std::move(channel));
  }
  std::stable_sort(returns.begin(), returns.end(), [](const ChannelReturn& a, const ChannelReturn& b) { return a.revenue > b.revenue; });
  return returns;
}

}  // namespace kith::insight
