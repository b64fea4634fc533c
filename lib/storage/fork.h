// Tells a process from its forked children without a system call.
#ifndef KITH_LIB_STORAGE_FORK_H_
#define KITH_LIB_STORAGE_FORK_H_

#include <cstdint>

#include "kith/base/status.h"

namespace kith::storage {

// A number that is constant in a process and differs from that of its parent and its children. A handle keeps the number it was made under
// and refuses when it has changed (R5).
[[nodiscard]] uint64_t ProcessGeneration();

[[nodiscard]] Status ForkedError();

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_FORK_H_
