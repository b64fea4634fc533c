// Definitions as records: to and fro, and what a neighbouring version wrote.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "support/settings.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Definition* Find(std::vector<Definition>& definitions, TypeNumber type, const std::string& key) {
  const auto it = std::find_if(definitions.begin(), definitions.end(), [&](const Definition& d) { return d.type == type && d.key == key; });
  return it == definitions.end() ? nullptr : &*it;
}

TEST(Definitions, GoToAndFro) {
  const auto catalog = Shipped();
  std::vector<Definition> definitions = ToDefinitions(*catalog);
  EXPECT_GT(definitions.size(), 300u);
  // In any order: a scan of four types gives them as the keys fall.
  std::mt19937_64 random(testing::TestSeed(11));
  std::shuffle(definitions.begin(), definitions.end(), random);
  const auto back = FromDefinitions(7, definitions);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ((*back)->version(), 7u);
  EXPECT_EQ((*back)->ToJson(), catalog->ToJson());
  EXPECT_EQ(ToDefinitions(**back), ToDefinitions(*catalog));
  for (const TypeDef& type : catalog->types()) {
    const TypeDef* other = (*back)->FindType(type.number);
    ASSERT_NE(other, nullptr) << type.name;
    ASSERT_EQ(other->fields.size(), type.fields.size());
    for (size_t i = 0; i < type.fields.size(); ++i) EXPECT_EQ(other->fields[i].stored.slot, type.fields[i].stored.slot);
  }
  // What was read back is the database's own: ensuring again changes nothing.
  const std::vector<PackageSource> sources = {*ShippedPackage("kith.crm"), *ShippedPackage("legal")};
  const auto plan = (*back)->PlanEnsure(sources);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->after, *back);
}

TEST(Definitions, KeysAndNumbersOfTheCompiledIn) {
  const auto built_in = Catalog::BuiltIn();
  EXPECT_TRUE(ToDefinitions(*built_in).empty());
  const std::vector<std::pair<TypeNumber, std::string>> types = {
      {kPackageType, "_package"}, {kTypeType, "_type"}, {kFieldType, "_field"}, {kIndexType, "_index"}, {kPolicyType, "_policy"}};
  for (const auto& [number, name] : types) {
    const TypeDef* type = built_in->FindType(number);
    ASSERT_NE(type, nullptr);
    EXPECT_EQ(type->name, name);
    EXPECT_EQ(type->FindField("key")->stored.slot.index, 0);
    EXPECT_TRUE(type->FindField("key")->required);
    EXPECT_EQ(type->FindField("body")->stored.slot.index, 1);
    EXPECT_TRUE(type->FindIndex("by_key")->unique);
  }
  std::vector<Definition> definitions = ToDefinitions(*Shipped());
  EXPECT_NE(Find(definitions, kPackageType, "kith.crm"), nullptr);
  EXPECT_NE(Find(definitions, kTypeType, "account"), nullptr);
  EXPECT_NE(Find(definitions, kFieldType, "account.kith.crm.name"), nullptr);
  EXPECT_NE(Find(definitions, kFieldType, "account.legal.conflict_note"), nullptr);
  EXPECT_NE(Find(definitions, kIndexType, "account.by_name"), nullptr);
}

// A newer library added members; this one rewrites the records and loses none.
TEST(Definitions, KeepsUnknownMembers) {
  const std::string package =
      Acme(Thing(R"({"name": "name", "kind": "text"}, {"name": "tier", "kind": "choice", "choices": [{"name": "gold"}]})",
                 R"("behaviours": {"party": {"name": "name"}}, "indexes": [{"name": "by_name", "fields": ["name"]}])"));
  std::vector<Definition> definitions = ToDefinitions(*Ensured(package));
  const auto edit = [&](TypeNumber type, const std::string& key, const auto& change) {
    Definition* definition = Find(definitions, type, key);
    ASSERT_NE(definition, nullptr) << key;
    Json body = Json::parse(definition->body);
    change(body);
    definition->body = body.dump();
  };
  edit(kPackageType, "acme", [](Json& body) { body["signed_by"] = "x"; });
  edit(kTypeType, "thing", [](Json& body) {
    body["icon"] = {{"name", "star"}};
    body["behaviours"]["haunted"] = {{"ghost", "name"}};  // a behaviour of the future
    body["behaviours"]["party"]["shadow"] = "name";       // and a role
  });
  edit(kFieldType, "thing.acme.name", [](Json& body) { body["collation"] = "pinyin"; });
  edit(kFieldType, "thing.acme.tier", [](Json& body) { body["choices"][0]["colour"] = "#ffd700"; });
  edit(kIndexType, "thing.by_name", [](Json& body) { body["hint"] = 3; });
  definitions.push_back({17, "of.the.future", "anything at all"});  // a definition of an unknown type

  const auto catalog = FromDefinitions(3, definitions);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  std::vector<Definition> written = ToDefinitions(**catalog);
  EXPECT_THAT(written, ::testing::UnorderedElementsAreArray(definitions));

  EXPECT_EQ((*catalog)->FindType("thing")->FindRole("haunted", "ghost")->name, "name");
}

TEST(Definitions, UpgradesKeepUnknownMembers) {
  const auto text = [](std::string_view name_members, std::string_view choice_members, std::string_view version) {
    return Acme(Thing(R"({"name": "name", "kind": "text")" + std::string(name_members) +
                          R"(}, {"name": "tier", "kind": "choice", "choices": [{"name": "gold")" + std::string(choice_members) + "}]}",
                      R"("indexes": [{"name": "by_name", "fields": ["name"]}])"),
                {}, version);
  };
  std::vector<Definition> definitions = ToDefinitions(*Ensured(text("", "", "1.0.0")));
  for (Definition& definition : definitions) {
    Json body = Json::parse(definition.body);
    body["future"] = {1, 2, 3};
    if (body.contains("choices")) body["choices"][0]["future"] = "x";
    definition.body = body.dump();
  }
  const auto before = FromDefinitions(1, definitions);
  ASSERT_TRUE(before.ok()) << before.status();
  const auto plan = Plan(**before, text(R"(, "required": true)", R"(, "retired": true)", "1.1.0"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ::testing::ElementsAre("upgrades package acme from 1.0.0 to 1.1.0", "changes field thing.name: required",
                                                    "retires choice thing.tier.gold"));
  for (const Definition& definition : ToDefinitions(*plan->after)) {
    const Json body = Json::parse(definition.body);
    EXPECT_EQ(body.value("future", Json()), Json({1, 2, 3})) << definition.key;
    if (body.contains("choices")) {
      EXPECT_EQ(body["choices"][0].value("future", ""), "x");
    }
  }
}

TEST(Definitions, KeepsAFieldOfAnUnknownKind) {  // E17
  std::vector<Definition> definitions =
      ToDefinitions(*Ensured(Acme(Thing(R"({"name": "name", "kind": "text"}, {"name": "place", "kind": "int"})"))));
  Definition* field = Find(definitions, kFieldType, "thing.acme.place");
  field->body = R"({"kind":"geo_point","number":1,"precision":7,"required":true})";
  const auto catalog = FromDefinitions(1, definitions);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  const FieldDef* place = (*catalog)->FindType("thing")->FindField("place");
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(place->kind, Kind::kNull);
  EXPECT_EQ(place->stored.slot.index, 1);
  EXPECT_TRUE(CheckFieldValue(*place, Value()).ok());
  EXPECT_EQ(GetReason(CheckFieldValue(*place, Value(1))), Reason::kFieldReadOnly);
  EXPECT_THAT(ToDefinitions(**catalog), ::testing::UnorderedElementsAreArray(definitions));
  // Nobody else takes its number.
  const auto plan = Plan(
      **catalog, R"({"package": "other", "version": "1.0.0", "extend": [{"type": "thing", "fields": [{"name": "x", "kind": "int"}]}]})");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->definitions.size(), 2u);

  // An index over it cannot be kept up to date: the file needs the newer library.
  definitions.push_back({kIndexType, "thing.by_place", R"({"fields":["place"],"number":70,"package":"acme"})"});
  const Status newer = FromDefinitions(1, definitions).status();
  EXPECT_EQ(GetReason(newer), Reason::kFormatNewer) << newer;
}

TEST(Definitions, WhatDoesNotReadIsCorrupt) {
  const std::vector<Definition> good = ToDefinitions(*Ensured(Acme(Thing(R"({"name": "name", "kind": "text"})"))));
  struct Case {
    TypeNumber type;
    std::string key;
    std::string body;
    std::string told;
  };
  const std::vector<Case> cases = {
      {kPackageType, "acme", "{", "Corrupt at acme"},
      {kPackageType, "acme", "[]", "Corrupt at acme"},
      {kPackageType, "acme", R"({"number": 1})", "Corrupt at acme: version"},
      {kTypeType, "thing", R"({"number": 64})", "Corrupt at thing: package"},
      {kTypeType, "thing", R"({"number": "64", "package": "acme"})", "Corrupt at thing: number"},
      {kTypeType, "thing", R"({"number": 2, "package": "acme"})", "Corrupt at thing: type thing: the number belongs to type _type"},
      {kTypeType, "thing", R"({"number": 6, "package": "acme"})", "kFirstOpenType"},
      {kFieldType, "thing.acme.name", R"({"kind": "text", "number": 0, "pattern": "("})", "Corrupt at thing.name.pattern"},
      {kFieldType, "thing.acme.name", "", "Corrupt at thing.acme.name"},
      {kFieldType, "thing.acme.name", R"({"kind": 5})", "Corrupt at thing.acme.name: kind"},
  };
  for (const Case& c : cases) {
    std::vector<Definition> definitions = good;
    Find(definitions, c.type, c.key)->body = c.body;
    const Status status = FromDefinitions(1, definitions).status();
    ASSERT_FALSE(status.ok()) << c.body;
    EXPECT_THAT(Told(status), HasSubstr(c.told));
  }
  // Parts whose whole is missing.
  for (const Definition& lost : good) {
    if (lost.type == kFieldType) continue;
    std::vector<Definition> definitions = good;
    std::erase(definitions, lost);
    EXPECT_FALSE(FromDefinitions(1, definitions).ok()) << lost.key;
  }
  std::vector<Definition> definitions = good;
  definitions.push_back({kFieldType, "thing", "{}"});
  EXPECT_EQ(GetReason(FromDefinitions(1, definitions).status()), Reason::kCorrupt);
}

TEST(Definitions, TheWholeAsOneDocument) {
  const Json json = Json::parse(Shipped()->ToJson());
  EXPECT_EQ(json["packages"][0]["package"], "kith.crm");
  const Json& types = json["types"];
  const auto account = std::find_if(types.begin(), types.end(), [](const Json& t) { return t["name"] == "account"; });
  ASSERT_NE(account, types.end());
  EXPECT_EQ((*account)["fields"][0]["name"], "name");
  EXPECT_EQ((*account)["fields"][0]["number"], 0);
  EXPECT_EQ((*account)["fields"].back()["package"], "legal");
}

}  // namespace
}  // namespace kith::catalog
