#include "support/paths.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace kith::testing {

std::string TestFile(std::string_view relative) { return std::string(KITH_TESTS_DIR) + "/" + std::string(relative); }

std::string SharedDataDir() {
  const char* dir = std::getenv("KITH_SHARED_DATA");
  return dir == nullptr ? std::string() : std::string(dir);
}

std::string MakeTempDir() {
  std::string name = "kith";
  if (const auto* info = ::testing::UnitTest::GetInstance()->current_test_info(); info != nullptr) {
    name = std::string(info->test_suite_name()) + "." + info->name();
    for (char& c : name) {
      if (c == '/') c = '_';
    }
  }
  std::string path = ::testing::TempDir() + "/" + name + ".XXXXXX";
  if (mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path);
  return path;
}

}  // namespace kith::testing
