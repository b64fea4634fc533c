#include "kith/base/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith {
namespace {

TEST(EditDistance, CountsEachKindOfEditOnce) {
  EXPECT_EQ(EditDistance("", "", 5), 0u);
  EXPECT_EQ(EditDistance("account", "account", 5), 0u);
  EXPECT_EQ(EditDistance("account", "acount", 5), 1u);    // deletion
  EXPECT_EQ(EditDistance("account", "accountt", 5), 1u);  // insertion
  EXPECT_EQ(EditDistance("account", "accaunt", 5), 1u);   // replacement
  EXPECT_EQ(EditDistance("account", "acocunt", 5), 1u);   // swap
  EXPECT_EQ(EditDistance("kitten", "sitting", 5), 3u);
  EXPECT_EQ(EditDistance("", "abc", 5), 3u);
}

TEST(EditDistance, StopsAtTheLimit) {
  EXPECT_EQ(EditDistance("kitten", "sitting", 3), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 2), 3u);
  EXPECT_EQ(EditDistance("a", "abcdefgh", 2), 3u);
}

TEST(Nearest, FindsTheClosestAndNothingFar) {
  EXPECT_EQ(Nearest("acount", {"contact", "account", "order"}), "account");
  EXPECT_EQ(Nearest("stgae", {"stage", "state"}), "stage");
  EXPECT_EQ(Nearest("zebra", {"account", "order"}), "");
  EXPECT_EQ(Nearest("x", {"y"}), "y");  // one edit is always allowed
  EXPECT_EQ(Nearest("x", {"yz"}), "");
  EXPECT_EQ(Nearest("name", {}), "");
  EXPECT_EQ(Nearest(std::string(10'000, 'a'), {"a"}), "");
}

TEST(NearestHint, AsksOrLists) {
  EXPECT_EQ(NearestHint("acount", {"account"}), "did you mean \"account\"?");
  EXPECT_EQ(NearestHint("zebra", {"account", "order"}), "known are: account, order");
  EXPECT_EQ(NearestHint("zebra", {}), "");
  const std::vector<std::string_view> many(100, "account");
  EXPECT_EQ(NearestHint("zebra", many), "");  // a list too long to help
}

}  // namespace
}  // namespace kith
