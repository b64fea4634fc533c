// What the caller of a test may change: how long it runs and its random seed.
#ifndef KITH_TESTS_SUPPORT_SETTINGS_H_
#define KITH_TESTS_SUPPORT_SETTINGS_H_

#include <cstdint>

namespace kith::testing {

// How many times as long as usual a randomized or kill test should run (KITH_TEST_SCALE, 1). ./dev crash and ./dev soak raise it.
int TestScale();

// The seed of a randomized test: `usual`, or KITH_TEST_SEED: a number, or "random" for a new one. Printed, so that a failure can
// be repeated.
uint64_t TestSeed(uint64_t usual);

}  // namespace kith::testing

#endif  // KITH_TESTS_SUPPORT_SETTINGS_H_
