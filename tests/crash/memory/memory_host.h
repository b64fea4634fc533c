// A host that runs out of memory at each allocation of a call.
#ifndef KITH_TESTS_CRASH_MEMORY_MEMORY_HOST_H_
#define KITH_TESTS_CRASH_MEMORY_MEMORY_HOST_H_

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <string>

#include "../faults.h"
#include "capi/host.h"
#include "support/settings.h"

namespace kith {

class MemoryHost : public host::Host {
 protected:
  // A deal that moves, with an account of its own, by a number: ten days after it was made, or (INT64_MIN) at once and now.
  host::Batch Deal(uint64_t number, int64_t effective = INT64_MIN) {
    host::Batch batch = NewBatch();
    if (effective != INT64_MIN) kith_batch_set_effective(batch, effective - int64_t{10} * 86'400'000'000);
    const std::string key = std::to_string(number);
    const kith_id account = kith_batch_upsert(batch, "account", kith_ref_ext("app", key.c_str()));
    kith_batch_set_text(batch, account, "name", host::Str("Account " + key));
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", host::Str("Deal " + key));
    kith_batch_set_ref(batch, deal, "account", account);
    kith_batch_set_money(batch, deal, "amount", 5'000, "CNY");
    kith_batch_set_effective(batch, effective);
    kith_batch_move(batch, deal, "default/won");
    return batch;
  }
  // A number of allocations out of `count` (`usual` times the scale of the tests, spread evenly) is one in so many.
  static uint64_t Stride(uint64_t count, uint64_t usual) {
    return std::max<uint64_t>(1, count / (usual * static_cast<uint64_t>(testing::TestScale())));
  }
  // Each allocation of `call` fails in turn, once and from there on, in about 2 * `usual` runs: it is done or refused, which `judge` sees,
  // and done before and afterwards. `prepare` makes what it needs each time.
  void FailEach(const char* name, uint64_t usual, const std::function<void()>& prepare, const std::function<kith_code()>& call,
                const std::function<void(kith_code)>& judge) {
    uint64_t allocations = 0;
    const auto run = [&](const testing::Fault& fault) {
      prepare();
      testing::Inject(fault);
      const kith_code code = call();
      const testing::Injected injected = testing::StopInjecting();
      if (fault.nth == 0) allocations = injected.calls;
      judge(code);
      return code;
    };
    KITH_ASSERT_OK(run({.call = testing::Call::kMemory}), error) << name;
    int refused = 0;
    int runs = 0;
    const uint64_t count = allocations;
    const auto told = [] { return ::testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count(); };
    const int before = told();
    for (const bool lasting : {false, true}) {
      for (uint64_t nth = 1; nth <= count && told() == before; nth += Stride(count, usual), ++runs) {
        const kith_code code = run({.call = testing::Call::kMemory, .nth = nth, .error = ENOMEM, .lasting = lasting});
        EXPECT_TRUE(code == KITH_RESOURCE_EXHAUSTED || code == KITH_OK) << host::Str(kith_error_message(error));
        EXPECT_EQ(told(), before) << name << ", allocation " << nth << (lasting ? ", lasting: " : ": ") << code;
        refused += int{code != KITH_OK};
      }
    }
    KITH_ASSERT_OK(run({.call = testing::Call::kMemory}), error) << name;
    std::printf("%s: %llu allocations, %d of %d calls refused\n", name, static_cast<unsigned long long>(count), refused, runs);
    EXPECT_GT(refused, 0) << name << ": no allocation failed";
  }
};

}  // namespace kith

#endif  // KITH_TESTS_CRASH_MEMORY_MEMORY_HOST_H_
