// What the page on packages shows must work.
#include <fstream>
#include <sstream>

#include "support/paths.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

std::string ReadMe() {
  std::ifstream file(kith::testing::TestFile("../include/kith/catalog/README.md"));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The `index`-th block of JSON.
std::string Block(const std::string& page, int index) {
  size_t begin = 0;
  for (int i = 0; i <= index; ++i) begin = page.find("```json\n", begin + 1);
  if (begin == std::string::npos) return {};
  begin = page.find('\n', begin) + 1;
  return page.substr(begin, page.find("```", begin) - begin);
}

TEST(ReadMePage, TheExampleInstalls) {
  const std::string page = ReadMe();
  const std::string example = Block(page, 0);
  ASSERT_NE(example, "");
  const StatusOr<Catalog::Plan> plan = Plan(*Shipped(), example);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ::testing::Contains("adds type booking (7 fields)"));
  EXPECT_EQ(plan->seeds.size(), 1u);
  EXPECT_TRUE(AppendNumbers({example, Block(page, 1)}).ok());
}

TEST(ReadMePage, NamesEveryKindAndBehaviourThatShipped) {
  const std::string page = ReadMe();
  for (int kind = 1; NameOf(static_cast<Kind>(kind)) != "unknown"; ++kind) {
    EXPECT_THAT(page, ::testing::HasSubstr("`" + std::string(NameOf(static_cast<Kind>(kind))) + "`"));
  }
  const auto catalog = Shipped();
  for (const TypeDef& type : catalog->types()) {
    for (const BehaviourDef& behaviour : type.behaviours) EXPECT_THAT(page, ::testing::HasSubstr("| `" + behaviour.name + "` |"));
  }
}

}  // namespace
}  // namespace kith::catalog
