// Where tests find their files.
#ifndef KITH_TESTS_SUPPORT_PATHS_H_
#define KITH_TESTS_SUPPORT_PATHS_H_

#include <string>
#include <string_view>

namespace kith::testing {

// tests/<relative> of the source tree.
std::string TestFile(std::string_view relative);

// The folder of real data (KITH_SHARED_DATA, set by ./dev when ../shared/data exists), or empty: a test that needs it then says
// so with GTEST_SKIP().
std::string SharedDataDir();

// A new folder of this test alone, below testing::TempDir(). The name tells the running test.
std::string MakeTempDir();

}  // namespace kith::testing

#endif  // KITH_TESTS_SUPPORT_PATHS_H_
