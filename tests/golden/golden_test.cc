// Databases that former builds wrote: this one opens them, finds them sound, gives the same answers, and can go on writing.
//
// Each is a folder here, with database.tar.xz and answers.json. make/main.cc makes another one with this build; the old ones stay.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "content.h"
#include "support/paths.h"

namespace golden {
namespace {

namespace fs = std::filesystem;
using kith::testing::MakeTempDir;
using kith::testing::TestFile;

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(TestFile("golden"))) {
    if (fs::exists(entry.path() / "answers.json")) names.push_back(entry.path().filename());
  }
  return names;
}

class GoldenTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { Shell("tar xJf '" + TestFile("golden/" + GetParam() + "/database.tar.xz") + "' -C '" + folder_ + "'"); }
  [[nodiscard]] nlohmann::json Then() const {
    std::ifstream file(TestFile("golden/" + GetParam() + "/answers.json"));
    return nlohmann::json::parse(file);
  }
  const std::string folder_ = MakeTempDir();
  const std::string path_ = folder_ + "/golden.kith";
};

TEST_P(GoldenTest, GivesTheSameAnswers) {
  const host::Db db = Open(path_, /*create=*/false);
  ASSERT_NE(db.get(), nullptr);
  EXPECT_EQ(Problems(db), 0U);
  EXPECT_EQ(Missing(Then(), Answers(db)), "");
}

TEST_P(GoldenTest, CanBeWrittenToAndOpenedAgain) {
  {
    const host::Db db = Open(path_, false);
    Fill(Open(folder_ + "/new.kith", true));
    host::Batch batch;
    host::Error error;
    KITH_ASSERT_OK(kith_batch_new(db, kith_ref_ext("app.users", "17"), KITH_STR("later"), batch.out(), error.out()), error);
    kith_batch_move(batch, kith_batch_existing(batch, "opportunity", kith_ref_ext("app", "d1")), "default/won");
    kith_batch_set_int(batch, kith_batch_existing(batch, "flower", kith_ref_ext("app", "f2")), "petals", 7);
    KITH_ASSERT_OK(kith_db_apply(db, batch, nullptr, nullptr, error.out()), error);
  }
  const host::Db db = Open(path_, false);
  EXPECT_EQ(Problems(db), 0U);
  const nlohmann::json answers = Answers(db);
  EXPECT_EQ(answers["funnel"]["won"].get<int>(), Then()["funnel"]["won"].get<int>() + 1);
  // The control: what was changed is seen.
  EXPECT_THAT(Missing(Then(), answers), ::testing::HasSubstr("/"));
}

INSTANTIATE_TEST_SUITE_P(Former, GoldenTest, ::testing::ValuesIn(Names()), [](const ::testing::TestParamInfo<std::string>& former) {
  std::string name = former.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
});

TEST(GoldenFormTest, WhatIsMissingIsTold) {
  const auto then = nlohmann::json::parse(R"({"a": [1, {"b": 2}], "c": null})");
  EXPECT_EQ(Missing(then, nlohmann::json::parse(R"({"a": [1, {"b": 2, "new": 3}], "c": null, "d": 4})")), "");
  EXPECT_EQ(Missing(then, nlohmann::json::parse(R"({"a": [1, {"b": 3}], "c": null})")), "/a/1/b: was 2, is 3");
  EXPECT_EQ(Missing(then, nlohmann::json::parse(R"({"a": [1, {"b": 2}]})")), "/c: gone");
  EXPECT_THAT(Missing(then, nlohmann::json::parse(R"({"a": [1], "c": null})")), ::testing::StartsWith("/a: was "));
}

}  // namespace
}  // namespace golden
