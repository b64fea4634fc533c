#include "storage/process.h"

#include <atomic>

#include "storage/fork.h"

namespace kith::storage {
namespace {

struct Generation {
  uint64_t number = 0;
  Process process;
};

}  // namespace

Process& Process::Get() {
  static std::atomic<Generation*> current{nullptr};
  const uint64_t number = ProcessGeneration();
  Generation* known = current.load(std::memory_order_acquire);
  if (known != nullptr && known->number == number) return known->process;
  auto fresh = std::make_unique<Generation>();
  fresh->number = number;
  // The parent's is left as it is: never freed, so never touched.
  if (current.compare_exchange_strong(known, fresh.get(), std::memory_order_acq_rel)) return fresh.release()->process;
  return known->process;
}

}  // namespace kith::storage
