#include "unit/exchange/folder.h"

namespace kith::exchange {
namespace {

TEST(MappingTest, ErrorsNameThePath) {
  struct Case {
    const char* json;
    const char* path;
  };
  const Case cases[] = {
      {"", "$"},
      {"[", "[0]"},
      {R"({"name": "a", "name": "b"})", "name"},
      {R"({"files": [{"file": "a.csv", "type": "account", "system": "s", "key": "k", "columns": [{"column": "x"}]}]})",
       "files[0].columns[0].field"},
      {R"({"files": [{"file": "a.csv", "type": "account", "system": "s", "columns": []}]})", "files[0].key"},
      {R"({"files": [{"file": "a.csv", "type": "account", "system": "s", "key": "k", "colums": []}]})", "files[0].colums"},
      {R"({"files": [{"file": "a.csv", "type": "account", "system": "s", "key": "k", "moves": [{"stage": 1, "at_column": "x"}]}]})",
       "files[0].moves[0].stage"},
      {R"({"files": [{"file": "a.csv", "type": "account", "system": "s", "key": "k",
                      "columns": [{"column": "x", "field": "y", "scale": 0}]}]})",
       "files[0].columns[0].scale"},
  };
  for (const Case& c : cases) {
    StatusOr<Mapping> mapping = MappingFromJson(c.json);
    ASSERT_FALSE(mapping.ok()) << c.json;
    EXPECT_EQ(GetReason(mapping.status()), Reason::kMappingMalformed);
    EXPECT_EQ(GetErrorInfo(mapping.status()).field, c.path);
  }
}

TEST(MappingTest, JsonRoundTrips) {
  Folder folder;
  folder.Write("mapping.json", R"({"name": "m", "files": [{"file": "a.csv", "type": "account", "system": "s", "key": ["k", "l"],
    "delimiter": ";", "when": {"column": "w", "in": ["1"]}, "created_column": "c", "created_format": "%Y",
    "columns": [{"column": "x", "field": "name", "values": {"a": "b"}, "otherwise": "o", "scale": 1000}],
    "moves": [{"stage": "p/s", "at_column": "t", "format": "%d", "when": {"column": "w"}}]}]})");
  StatusOr<Mapping> mapping = FindMapping(folder.path());
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  StatusOr<Mapping> again = MappingFromJson(ToJson(*mapping));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(ToJson(*again), ToJson(*mapping));
  EXPECT_EQ(again->files[0].delimiter, ';');
  EXPECT_EQ(again->files[0].moves[0].when.column, "w");
}

TEST(MappingTest, AFolderThatNothingFitsIsDescribed) {
  Folder folder;
  folder.Write("people.csv", "a,b\n");
  StatusOr<Mapping> mapping = FindMapping(folder.path());
  ASSERT_FALSE(mapping.ok());
  EXPECT_EQ(GetReason(mapping.status()), Reason::kFileUnreadable);
  EXPECT_NE(mapping.status().message().find("people.csv"), std::string::npos);
}

}  // namespace
}  // namespace kith::exchange
