// What the page on packages shows must work.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
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

// R10: what Kith is not stands where a newcomer finds it, in both languages.
TEST(ReadMePage, SaysWhatKithIsNot) {
  for (const auto& [page, section, link] : {std::array{"../README.md", "\n## Non-goals\n", "(#non-goals)"},
                                            std::array{"../README.zh-CN.md", "\n## 不做的事\n", "(#不做的事)"}}) {
    std::ifstream file(kith::testing::TestFile(page));
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_NE(text.str().find(section), std::string::npos) << page;
    EXPECT_NE(text.str().find(link), std::string::npos) << page;
  }
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

// Whether a package has something at "types[].fields[].min"; "[]" stands for any element.
bool Has(const nlohmann::json& json, std::string_view path) {
  if (path.empty()) return true;
  const size_t dot = path.find('.');
  std::string name(path.substr(0, dot));
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  const bool any = name.ends_with("[]");
  if (any) name.resize(name.size() - 2);
  if (!json.is_object() || !json.contains(name)) return false;
  if (!any) return Has(json[name], rest);
  return std::any_of(json[name].begin(), json[name].end(), [&](const nlohmann::json& item) { return Has(item, rest); });
}

// The code of all tests.
std::string Tests() {
  std::stringstream text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kith::testing::TestFile("."))) {
    if (entry.path().extension() == ".cc") text << std::ifstream(entry.path()).rdbuf();
  }
  return text.str();
}

// The cells of a row of a table, without their backquotes.
std::vector<std::string> Cells(const std::string& row) {
  std::vector<std::string> cells;
  std::stringstream line(row.substr(1));
  for (std::string cell; std::getline(line, cell, '|');) {
    std::erase(cell, '`');
    cells.push_back(cell.substr(1, cell.size() - 2));
  }
  return cells;
}

TEST(ReadMePage, EveryExtensionPointHasAPackageAndATest) {  // E18
  const std::string page = ReadMe();
  const std::string tests = Tests();
  std::stringstream rows(page.substr(page.find("## Extension points")));
  int count = 0;
  for (std::string row; std::getline(rows, row) && !row.starts_with("## Removal");) {
    if (!row.starts_with("| ") || row.starts_with("| Point")) continue;
    const std::vector<std::string> cells = Cells(row);
    ASSERT_EQ(cells.size(), 4u) << row;
    const StatusOr<PackageSource> source = ShippedPackage(cells[2]);
    ASSERT_TRUE(source.ok()) << row;
    EXPECT_TRUE(Has(nlohmann::json::parse(source->definition), cells[1])) << row;
    EXPECT_THAT(tests, ::testing::HasSubstr(", " + cells[3] + ")")) << row;
    ++count;
  }
  EXPECT_GE(count, 16);
}

TEST(ReadMePage, EveryLabelHasEnglishAndChinese) {  // E16
  const auto complete = [](const std::string& what, const Labels& labels) {
    EXPECT_TRUE(labels.contains("en") && labels.contains("zh")) << what;
  };
  const auto catalog = Shipped();
  for (const PackageDef& package : catalog->packages()) complete(package.name, package.labels);
  for (const TypeDef& type : catalog->types()) {
    if (type.number < kFirstOpenType) continue;
    complete(type.name, type.labels);
    for (const FieldDef& field : type.fields) {
      complete(type.name + "." + field.name, field.labels);
      for (const ChoiceDef& choice : field.choices) complete(type.name + "." + field.name + "." + choice.name, choice.labels);
    }
  }
}

}  // namespace
}  // namespace kith::catalog
