// make_golden <version>: tests/golden/<version>, a database that later builds must read, with its answers.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "golden/content.h"
#include "support/paths.h"

namespace golden {
namespace {

namespace fs = std::filesystem;

// What fails ends the program: expectations throw.
void Make(const std::string& folder, const std::string& work) {
  nlohmann::json answers;
  {
    const host::Db db = Open(work + "/filled.kith", true);
    Fill(db);
    EXPECT_EQ(Problems(db), 0U);
    answers = Answers(db);
    host::Error error;
    KITH_ASSERT_OK(kith_db_backup(db, host::Str(work + "/golden.kith"), error.out()), error);
  }
  ASSERT_TRUE(fs::create_directory(folder)) << folder << " is there: a golden database is never made anew";
  Shell("tar cJf '" + folder + "/database.tar.xz' --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C '" + work +
        "' golden.kith");
  std::ofstream(folder + "/answers.json") << answers.dump(1) << "\n";
}

}  // namespace
}  // namespace golden

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::fputs("usage: make_golden <version>\n", stderr);
    return 2;
  }
  GTEST_FLAG_SET(throw_on_failure, true);
  const std::string work = kith::testing::MakeTempDir();
  try {
    golden::Make(kith::testing::TestFile("golden/") + argv[1], work);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
  }
  std::filesystem::remove_all(work);
  return ::testing::UnitTest::GetInstance()->Failed() ? 1 : 0;
}
