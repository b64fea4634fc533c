// The control of every run under the address sanitizer: what it is there to see is seen, leaks at the end of a process too.
#include <gtest/gtest.h>

#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)

namespace kith {
namespace {

/// Loses many: the address of the last may still stand in a register or on the stack, where the sanitizer finds it.
void LoseMemory() {
  constexpr int kMany = 64;
  auto* volatile lost = new int(0);
  for (int i = 1; i < kMany; ++i) {
    lost = new int(*lost + i);
  }
  lost = nullptr;
}

TEST(SanitizerTest, ALeakIsTold) {
  EXPECT_EXIT(
      {
        LoseMemory();
        std::exit(0);  // NOLINT(concurrency-mt-unsafe)
      },
      ::testing::ExitedWithCode(1), "LeakSanitizer: detected memory leaks");
}

TEST(SanitizerTest, AUseOfFreedMemoryIsTold) {
  EXPECT_DEATH(
      {
        auto* volatile freed = new int(1);
        delete freed;
        static_cast<void>(*static_cast<volatile int*>(freed));
      },
      "heap-use-after-free");
}

}  // namespace
}  // namespace kith

#endif
#endif
