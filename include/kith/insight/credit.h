// Which touch gets how much of what came of a journey (domain model §5.11; G03): pure.
#ifndef KITH_INSIGHT_CREDIT_H_
#define KITH_INSIGHT_CREDIT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/money.h"
#include "kith/base/status.h"
#include "kith/base/time.h"

namespace kith::insight {

enum class CreditModel : uint8_t { kFirst = 1, kLast, kLinear, kDecay, kUShape };
[[nodiscard]] std::string_view NameOf(CreditModel model);  // "first", "last", "linear", "decay", "u_shape"
[[nodiscard]] std::optional<CreditModel> CreditModelFromName(std::string_view name);

// Shares of the touches at `touches`, ascending, in what came at `converted`; they sum to 1 (none without touches). Decay: half for every
// seven days before it. U-shape: .4 to the first and the last, .2 to those between; of two touches half each. Touches at one time stand in
// their order.
[[nodiscard]] std::vector<double> Credits(CreditModel model, std::span<const Time> touches, Time converted);

struct Touch {
  std::string channel;
  Time at;
};
struct Journey {
  std::vector<Touch> touches;  // in any order; those after `converted` get nothing
  Time converted;
  Money revenue;
};
struct ChannelCost {
  std::string channel;
  Money cost;
};
struct ChannelReturn {
  std::string channel;
  double conversions = 0;  // shares, added up
  double revenue = 0;      // minor units
  double cost = 0;
  std::optional<double> roi;  // (revenue - cost) / cost; nothing without cost
};
// Channels by their revenue, then by name. A journey without touches is nobody's. Errors: CurrencyMismatch where money is in several
// currencies.
[[nodiscard]] StatusOr<std::vector<ChannelReturn>> ChannelReturns(CreditModel model, std::span<const Journey> journeys,
                                                                  std::span<const ChannelCost> costs);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_CREDIT_H_
