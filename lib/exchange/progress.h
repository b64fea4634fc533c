// How often a host is told how far an import or export is.
#ifndef KITH_LIB_EXCHANGE_PROGRESS_H_
#define KITH_LIB_EXCHANGE_PROGRESS_H_

#include <chrono>

namespace kith::exchange {

using Clock = std::chrono::steady_clock;

inline constexpr auto kProgressEvery = std::chrono::milliseconds(100);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_PROGRESS_H_
