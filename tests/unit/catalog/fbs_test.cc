// The exported schema: slots as the record room writes them, text that flatc reads, and records that it decodes by that text.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/paths.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

bool HasFlatc() { return std::system("flatc --version > /dev/null 2>&1") == 0; }

void WriteFile(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Runs flatc in a folder; its output on failure.
std::string RunFlatc(const std::string& folder, const std::string& arguments) {
  const std::string command = "cd '" + folder + "' && flatc " + arguments + " > out.txt 2>&1";
  return std::system(command.c_str()) == 0 ? "" : arguments + ": " + ReadFile(folder + "/out.txt");
}

// A field of every kind in the root, fields in later blocks, and a guest's.
std::shared_ptr<const Catalog> EveryKind() {
  const std::string fields = R"(
      {"name": "flag", "kind": "bool"}, {"name": "count", "kind": "int"}, {"name": "share", "kind": "decimal", "scale": 2},
      {"name": "ratio", "kind": "double"}, {"name": "fee", "kind": "money"}, {"name": "title", "kind": "text"},
      {"name": "tags", "kind": "text_list"}, {"name": "tier", "kind": "choice", "choices": [{"name": "gold"}, {"name": "table"}]},
      {"name": "regions", "kind": "choice_set", "choices": [{"name": "north"}, {"name": "south"}]}, {"name": "day", "kind": "date"},
      {"name": "at", "kind": "time"}, {"name": "link", "kind": "ref"}, {"name": "seal", "kind": "bytes"},
      {"name": "far", "kind": "int"}, {"name": "farther", "kind": "money"})";
  const std::string numbers = R"({"types": {"thing": {
      "fields": {"flag": 0, "count": 1, "share": 2, "ratio": 3, "fee": 4, "title": 5, "tags": 6, "tier": 7, "regions": 8, "day": 9, "at": 11,
                 "link": 12, "seal": 63, "far": 64, "farther": 130},
      "choices": {"tier": {"gold": 1, "table": 2}, "regions": {"north": 1, "south": 2}}}}})";
  return Ensured(
      Ensured(Acme(Thing(fields)), numbers),
      R"({"package": "guest", "version": "1.0.0", "extend": [{"type": "thing", "fields": [{"name": "string", "kind": "text"}]}]})");
}

TEST(Fbs, SlotsAreThoseOfTheLayout) {
  const auto catalog = EveryKind();
  const std::string fbs = Catalog::ToFbs(*catalog->FindType("thing"), *catalog);
  for (const char* line : {"  header:Header (id: 0);",
                           "  pages:[Page] (id: 1);",
                           "  flag:bool = null (id: 2);",
                           "  count:long = null (id: 3);",
                           "  share:long = null (id: 4);  // times 10^-2",
                           "  ratio:double = null (id: 5);",
                           "  fee:Money (id: 6);",
                           "  title:string (id: 7);",
                           "  tags:[string] (id: 8);",
                           "  tier:ThingTier = null (id: 9);",
                           "  regions:[ThingRegions] (id: 10);",
                           "  day:int = null (id: 11);  // days since 1970-01-01",
                           "  unused_10_:ubyte (id: 12, deprecated);",
                           "  at:long = null (id: 13);",
                           "  link:ulong = null (id: 14);",
                           "  seal:[ubyte] (id: 65);",
                           "table ThingAcme1 {\n  head:PageHead (id: 0);\n  far:long = null (id: 1);",
                           "  unused_1_:ubyte (id: 2, deprecated);\n  farther:Money (id: 3);",
                           "table ThingAcme2 {",
                           "  string_:string (id: 1);",
                           "  table_ = 2,"}) {
    EXPECT_THAT(fbs, HasSubstr(line));
  }
  EXPECT_THAT(fbs, HasSubstr("whose head.key is " + std::to_string(record::PageKey(1, 64))));
  EXPECT_THAT(fbs, HasSubstr("whose head.key is " + std::to_string(record::PageKey(2, 0))));
}

TEST(Fbs, FlatcCompilesEveryShippedType) {
  if (!HasFlatc()) GTEST_SKIP() << "flatc is not installed";
  const auto catalog = Shipped();
  const std::string folder = kith::testing::MakeTempDir();
  std::string files;
  for (const TypeDef& type : catalog->types()) {
    WriteFile(folder + "/" + type.name + ".fbs", Catalog::ToFbs(type, *catalog));
    files += " " + type.name + ".fbs";
  }
  EXPECT_EQ(RunFlatc(folder, "--cpp --python --go" + files), "");
  EXPECT_THAT(ReadFile(folder + "/account_generated.h"), HasSubstr("namespace account"));
}

// flatc, which knows nothing of Kith, reads a record by the exported schema.
TEST(Fbs, FlatcReadsARecord) {
  if (!HasFlatc()) GTEST_SKIP() << "flatc is not installed";
  const auto catalog = EveryKind();
  const TypeDef& type = *catalog->FindType("thing");
  std::vector<Value> values(type.fields.size());
  const auto set = [&](std::string_view name, Value value) {
    const FieldDef* field = type.FindField(name);
    ASSERT_TRUE(CheckFieldValue(*field, value).ok());
    values[field->position] = std::move(value);
  };
  const Currency cny = *Currency::FromCode("CNY");
  set("flag", Value(false));
  set("count", Value(int64_t{0}));
  set("share", Value(Decimal{-1250, 2}));
  set("ratio", Value(0.25));
  set("fee", Value(Money{1'250'000, cny}));
  set("title", Value("Acme 律所"));
  set("tags", Value(TextList{"a", "", "律"}));
  set("tier", Value(Choice{2}));
  set("regions", Value(ChoiceSet{Choice{1}, Choice{2}}));
  set("day", Value(Date{20'000}));
  set("at", Value(Time{1'700'000'000'000'000}));
  set("link", Value(Id::Of(64, 3, 17)));
  set("seal", Value(Bytes{std::string("\x01\xff", 2)}));
  set("far", Value(int64_t{-7}));
  set("farther", Value(Money{5, cny}));
  set("string", Value("guest"));
  record::Header header;
  header.id = Id::Of(64, 0, 1).value();
  header.version = 9;
  header.owner = 77;
  record::Builder builder;
  const auto bytes = builder.Build(header, type.layout, values);
  ASSERT_TRUE(bytes.ok()) << bytes.status();

  const std::string folder = kith::testing::MakeTempDir();
  WriteFile(folder + "/thing.fbs", Catalog::ToFbs(type, *catalog));
  WriteFile(folder + "/record.bin", *bytes);
  ASSERT_EQ(RunFlatc(folder, "--json --strict-json --raw-binary --natural-utf8 thing.fbs -- record.bin"), "");
  const Json json = Json::parse(ReadFile(folder + "/record.json"), nullptr, false);
  ASSERT_TRUE(json.is_object()) << ReadFile(folder + "/record.json");
  EXPECT_EQ(json["header"]["id"], Id::Of(64, 0, 1).value());
  EXPECT_EQ(json["header"]["version"], 9);
  EXPECT_EQ(json["header"]["owner"], 77);
  EXPECT_EQ(json["flag"], false);  // a stored false is no absence
  EXPECT_EQ(json["count"], 0);
  EXPECT_EQ(json["share"], -1250);
  EXPECT_EQ(json["ratio"], 0.25);
  EXPECT_EQ(json["fee"]["minor"], 1'250'000);
  EXPECT_EQ(json["fee"]["currency"], cny.packed());
  EXPECT_EQ(json["title"], "Acme 律所");
  EXPECT_EQ(json["tags"], Json({"a", "", "律"}));
  EXPECT_EQ(json["tier"], "table_");
  EXPECT_EQ(json["regions"], Json({"north", "south"}));
  EXPECT_EQ(json["day"], 20'000);
  EXPECT_EQ(json["at"], 1'700'000'000'000'000);
  EXPECT_EQ(json["link"], Id::Of(64, 3, 17).value());
  EXPECT_EQ(json["seal"], Json({1, 255}));
  ASSERT_EQ(json["pages"].size(), 3u);
  EXPECT_EQ(json["pages"][0]["head"]["key"], record::PageKey(1, 64));
  EXPECT_EQ(json["pages"][1]["head"]["key"], record::PageKey(1, 130));
  EXPECT_EQ(json["pages"][2]["head"]["key"], record::PageKey(2, 0));
}

}  // namespace
}  // namespace kith::catalog
