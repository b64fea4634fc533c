// Days as the models count them.
#ifndef KITH_LIB_INSIGHT_DAYS_INTERNAL_H_
#define KITH_LIB_INSIGHT_DAYS_INTERNAL_H_

#include "kith/base/time.h"

namespace kith::insight_internal {

[[nodiscard]] inline double DaysBetween(Time from, Time to) {
  return static_cast<double>(to.micros - from.micros) / static_cast<double>(kMicrosPerDay);
}

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_DAYS_INTERNAL_H_
