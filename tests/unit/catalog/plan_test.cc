// Installing, upgrading and extending: what a plan says and what it keeps.
#include <nlohmann/json.hpp>

#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char* const kName = R"({"name": "name", "kind": "text"})";

TEST(Plan, InstallsAndIsIdempotent) {
  const std::string package = Acme(Thing(kName));
  const StatusOr<Catalog::Plan> plan = Plan(package);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ElementsAre("installs package acme 1.0.0", "adds type thing (1 field)"));
  EXPECT_THAT(plan->definitions, SizeIs(3));  // package, type, field
  EXPECT_THAT(plan->new_indexes, IsEmpty());  // nothing to build over
  EXPECT_EQ(plan->after->version(), 1u);
  const TypeDef* type = plan->after->FindType("thing");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->number, kFirstOpenType);
  EXPECT_EQ(plan->after->FindType(type->number), type);

  const StatusOr<Catalog::Plan> again = Plan(*plan->after, package);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->after, plan->after);  // the same object
  EXPECT_THAT(again->changes, IsEmpty());
  EXPECT_THAT(again->definitions, IsEmpty());
  EXPECT_THAT(again->seeds, IsEmpty());
}

TEST(Plan, KeepsTheKindAndWeightsOfAnIndex) {
  const auto acme = [](std::string_view index) {
    return Acme(Thing(kName, R"("indexes": [{"name": "search", "fields": ["name"])" + std::string(index) + "}]"));
  };
  const auto before = Ensured(acme(R"(, "kind": "text", "weights": [8])"));
  const StatusOr<std::shared_ptr<const Catalog>> stored = FromDefinitions(1, ToDefinitions(*before));
  ASSERT_TRUE(stored.ok()) << stored.status();
  const IndexDef* index = (*stored)->FindType("thing")->FindIndex(IndexKind::kText);
  ASSERT_NE(index, nullptr);
  EXPECT_EQ(index->parts[0].weight, 8u);
  // Weights count when a search ranks; another kind is another index.
  const StatusOr<Catalog::Plan> weights = Plan(*before, acme(R"(, "kind": "text", "weights": [9])"));
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_THAT(weights->new_indexes, IsEmpty());
  EXPECT_EQ(weights->after->FindType("thing")->FindIndex("search")->parts[0].weight, 9u);
  const StatusOr<Catalog::Plan> kind = Plan(*before, acme({}));
  ASSERT_TRUE(kind.ok()) << kind.status();
  EXPECT_THAT(kind->new_indexes, SizeIs(1));
  EXPECT_THAT(kind->dropped_indexes, SizeIs(1));
}

TEST(Plan, DescribesAnUpgradeLineByLine) {
  const auto before = Ensured(Acme(Thing(R"({"name": "name", "kind": "text"}, {"name": "old", "kind": "int"},
                    {"name": "tier", "kind": "choice", "choices": [{"name": "gold"}]})",
                                         R"("indexes": [{"name": "by_name", "fields": ["name"]}])")));
  const uint32_t number = before->FindType("thing")->FindIndex("by_name")->number;
  const StatusOr<Catalog::Plan> plan = Plan(
      *before,
      Acme(
          Thing(
              R"({"name": "name", "kind": "text", "required": true, "labels": {"en": "Name"}}, {"name": "old", "kind": "int", "retired": true},
                    {"name": "tier", "kind": "choice", "choices": [{"name": "silver"}, {"name": "gold", "labels": {"en": "Gold"}}]},
                    {"name": "size", "kind": "decimal", "scale": 2}, {"name": "parent", "kind": "ref", "to": ["thing"]})",
              R"("labels": {"en": "Thing"}, "indexes": [{"name": "by_name", "fields": ["-name"]}, {"name": "by_size", "fields": ["size"]}])"),
          {}, "1.1.0"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes,
              ElementsAre("upgrades package acme from 1.0.0 to 1.1.0", "changes type thing: labels",
                          "changes field thing.name: labels, required", "retires field thing.old", "changes choice thing.tier.gold: labels",
                          "adds choice thing.tier.silver", "adds field thing.size (decimal)", "adds field thing.parent (ref)",
                          "rebuilds index thing.by_name", "adds index thing.by_size", "adds index thing.by_parent"));
  const TypeDef* type = plan->after->FindType("thing");
  EXPECT_EQ(type->FindField("tier")->FindChoice("gold")->number, 1);
  EXPECT_EQ(type->FindField("tier")->FindChoice("silver")->number, 2);
  EXPECT_EQ(type->FindField("size")->number, 3u);
  // An index that is declared anew is another index: the old one's entries go.
  EXPECT_GT(type->FindIndex("by_name")->number, number);
  EXPECT_THAT(plan->dropped_indexes, ElementsAre(number));
  std::vector<std::string> names;
  for (const IndexDef* index : plan->new_indexes) names.push_back(index->name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("by_name", "by_size", "by_parent"));
}

TEST(Plan, TransitionsMayChange) {  // E01
  const auto thing = [](const std::string& more) {
    return Acme(Thing(R"({"name": "s", "kind": "choice", "choices": [{"name": "a"}, {"name": "b"}, {"name": "c"}])" + more + "}"));
  };
  const auto free = Ensured(thing(""));
  const StatusOr<Catalog::Plan> bound = Plan(*free, thing(R"(, "transitions": {"a": ["b", "c"], "b": []}, "initial_states": ["a"])"));
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_THAT(bound->changes, ElementsAre("changes field thing.s: initial_states, transitions"));
  const auto back = FromDefinitions(bound->after->version(), ToDefinitions(*bound->after));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ((*back)->ToJson(), bound->after->ToJson());
  EXPECT_EQ((*back)->FindType("thing")->FindField("s")->transitions, (Transitions{{"a", {"b", "c"}}, {"b", {}}}));
  EXPECT_THAT((*back)->FindType("thing")->FindField("s")->initial_states, ElementsAre("a"));
  EXPECT_THAT(Plan(*bound->after, thing(""))->changes, ElementsAre("changes field thing.s: initial_states, transitions"));
}

TEST(Plan, AddingAFieldWritesOneRecord) {
  const auto before = Ensured(Acme(Thing(kName)));
  const StatusOr<Catalog::Plan> plan = Plan(*before, Acme(Thing(std::string(kName) + R"(, {"name": "more", "kind": "int"})")));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ElementsAre("adds field thing.more (int)"));
  ASSERT_THAT(plan->definitions, SizeIs(1));
  EXPECT_EQ(plan->definitions[0].type, kFieldType);
  EXPECT_EQ(plan->definitions[0].key, "thing.acme.more");
}

TEST(Plan, KeepsANewerPackage) {
  const auto before = Ensured(Acme(Thing(kName), {}, "2.0.0"));
  const StatusOr<Catalog::Plan> plan = Plan(*before, Acme(Thing(R"({"name": "other", "kind": "int"})"), {}, "1.9.9"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->after, before);
  EXPECT_THAT(plan->notes, ElementsAre("keeps package acme 2.0.0: 1.9.9 is older"));
  EXPECT_TRUE(Plan(*before, Acme(Thing(kName), {}, "10.0.0")).ok());  // by numbers, not by letters
}

TEST(Plan, RefusesWhatIsNotAdditive) {
  struct Case {
    std::string from;  // of the package's text, and what stands there instead
    std::string to;
    std::string path;
    std::string message;
    std::string hint;
  };
  const std::string text = Acme(Thing(R"({"name": "name", "kind": "text"}, {"name": "size", "kind": "decimal", "scale": 2},
               {"name": "link", "kind": "ref", "to": ["thing", "other"]}, {"name": "stage", "kind": "ref"}, {"name": "line", "kind": "ref"},
               {"name": "tier", "kind": "choice", "choices": [{"name": "gold"}, {"name": "silver"}]})",
                                      R"("behaviours": {"pipelined": {"stage": "stage", "pipeline": "line"}})") +
                                R"(, {"name": "other"})");
  const std::vector<Case> cases = {
      {R"({"name": "name", "kind": "text"}, )", "", "types[0].fields", "field thing.name is gone", "\"retired\": true"},
      {R"("name": "name", "kind": "text")", R"("name": "name", "kind": "int")", "types[0].fields[0].kind",
       "is of kind text and cannot become one of kind int", "retire it"},
      {R"("scale": 2)", R"("scale": 3)", "types[0].fields[1].scale", "decimal of scale 2 and cannot become one of kind decimal of scale 3",
       "retire it"},
      {R"("to": ["thing", "other"])", R"("to": ["thing"])", "types[0].fields[2].to", "may already point", "keep the types"},
      {R"("kind": "ref"}, {"name": "line")", R"("kind": "ref", "to": ["thing"]}, {"name": "line")", "types[0].fields[3].to",
       "may already point", ""},
      {R"(, {"name": "silver"})", "", "types[0].fields[5].choices", "choice silver of field thing.tier is gone", "\"retired\": true"},
      {R"("behaviours": {"pipelined": {"stage": "stage", "pipeline": "line"}})", R"("behaviours": {})", "types[0].behaviours.pipelined",
       "cannot lose a behaviour", "declare it"},
      {R"("pipeline": "line")", R"("pipeline": "stage")", "types[0].behaviours.pipelined.pipeline", "is played by field line",
       "same field"},
  };
  const auto before = Ensured(text);
  for (const Case& c : cases) {
    std::string changed = text;
    const size_t at = changed.find(c.from);
    ASSERT_NE(at, std::string::npos) << c.from;
    changed.replace(at, c.from.size(), c.to);
    const StatusOr<Catalog::Plan> plan = Plan(*before, changed);
    ASSERT_FALSE(plan.ok()) << changed;
    const ErrorInfo info = GetErrorInfo(plan.status());
    EXPECT_EQ(info.reason, Reason::kPackageConflict) << Told(plan.status());
    EXPECT_EQ(info.field, c.path) << Told(plan.status());
    EXPECT_THAT(std::string(MessageOf(plan.status())), HasSubstr(c.message));
    EXPECT_THAT(std::string(MessageOf(plan.status())), HasSubstr("package acme: "));
    EXPECT_THAT(info.hint, HasSubstr(c.hint));
  }
}

TEST(Plan, ATypeThatIsGoneIsRefused) {
  const auto before = Ensured(Acme(Thing(kName) + R"(, {"name": "other"})"));
  const Status gone = Plan(*before, Acme(Thing(kName))).status();
  EXPECT_THAT(Told(gone),
              HasSubstr("PackageConflict at types: package acme: type other is gone | other | keep it and add \"retired\": true"));
  const auto retired = Ensured(before, Acme(Thing(kName) + R"(, {"name": "other", "retired": true})"));
  EXPECT_TRUE(retired->FindType("other")->retired);
  EXPECT_THAT(Plan(*retired, Acme(Thing(kName) + R"(, {"name": "other"})"))->changes, ElementsAre("takes type other back into use"));
}

TEST(Plan, WidensReferences) {
  const auto before = Ensured(Acme(Thing(R"({"name": "link", "kind": "ref", "to": ["thing"]})") + R"(, {"name": "other"})"));
  EXPECT_TRUE(Plan(*before, Acme(Thing(R"({"name": "link", "kind": "ref", "to": ["other", "thing"]})") + R"(, {"name": "other"})")).ok());
  EXPECT_TRUE(Plan(*before, Acme(Thing(R"({"name": "link", "kind": "ref"})") + R"(, {"name": "other"})")).ok());
}

TEST(Plan, NumbersAreKeptAndMustAgree) {
  const std::string package = Acme(Thing(R"({"name": "b", "kind": "int"}, {"name": "a", "kind": "int"})"));
  const auto numbered = Ensured(package, R"({"types": {"thing": {"fields": {"a": 7, "b": 70, "gone": 71}}}})");
  EXPECT_EQ(numbered->FindType("thing")->FindField("a")->number, 7u);
  EXPECT_EQ(numbered->FindType("thing")->FindField("b")->number, 70u);
  EXPECT_EQ(numbered->FindType("thing")->FindField("a")->stored.slot, (record::Slot{record::Slot::kOwn, 7}));
  EXPECT_EQ(numbered->FindType("thing")->FindField("b")->stored.slot, (record::Slot{record::PageKey(1, 70), 6}));

  const auto plain = Ensured(package);  // in the order of the file
  EXPECT_EQ(plain->FindType("thing")->FindField("b")->number, 0u);
  EXPECT_EQ(plain->FindType("thing")->FindField("a")->number, 1u);
  const Status clash = Plan(*plain, package, R"({"types": {"thing": {"fields": {"a": 0, "b": 1}}}})").status();
  EXPECT_THAT(Told(clash), HasSubstr("PackageConflict at numbers:types.thing.fields.b"));
  EXPECT_THAT(Told(clash), HasSubstr("has the number 0 in this database"));
  EXPECT_TRUE(Plan(*plain, package, R"({"types": {"thing": {"fields": {"a": 1, "b": 0}}}})").ok());
}

TEST(Plan, AppendNumbersGoesOnWhereTheFileEnds) {
  const PackageSource source = {Acme(Thing(R"({"name": "b", "kind": "int"}, {"name": "a", "kind": "int"},
                                             {"name": "c", "kind": "choice", "choices": [{"name": "y"}, {"name": "x"}]})")),
                                R"({"types": {"thing": {"fields": {"a": 3, "old": 9}, "choices": {"c": {"x": 4}}}}})"};
  const StatusOr<std::string> numbers = AppendNumbers(source);
  ASSERT_TRUE(numbers.ok()) << numbers.status();
  EXPECT_EQ(
      nlohmann::json::parse(*numbers),
      nlohmann::json::parse(
          R"({"package": "acme", "types": {"thing": {"fields": {"a": 3, "old": 9, "b": 10, "c": 11}, "choices": {"c": {"x": 4, "y": 5}}}}})"));
  EXPECT_EQ(*AppendNumbers({source.definition, *numbers}), *numbers);
  EXPECT_TRUE(Plan(source.definition, *numbers).ok());
}

TEST(Plan, PackagesNeedEachOther) {
  const auto package = [](const std::string& name, const std::string& needs, const std::string& version = "1.0.0") {
    return PackageSource{R"({"package": ")" + name + R"(", "version": ")" + version + R"(", "needs": [)" + needs + "]}", {}};
  };
  const auto ensure = [](const std::vector<PackageSource>& sources) { return Catalog::BuiltIn()->PlanEnsure(sources); };
  EXPECT_TRUE(ensure({package("a", R"("b >= 1.0.0")"), package("b", R"("c")"), package("c", "")}).ok());  // in any order
  EXPECT_THAT(Told(ensure({package("a", R"("b")")}).status()),
              HasSubstr("PackageMissing at needs[0]: package a: a package it needs is not here"));
  EXPECT_THAT(Told(ensure({package("a", R"("b >= 1.0.1")"), package("b", "")}).status()), HasSubstr("is here in version 1.0.0"));
  EXPECT_THAT(Told(ensure({package("a", R"("b")"), package("b", R"("a")")}).status()), HasSubstr("in a circle"));
  EXPECT_THAT(Told(ensure({package("a", ""), package("a", "")}).status()), HasSubstr("given twice"));
  EXPECT_TRUE(ensure({}).ok());
}

TEST(Plan, TwoPackagesExtendOneType) {  // E10
  const auto base = Ensured(Acme(Thing(kName)));
  const auto extension = [](const std::string& name, const std::string& fields, const std::string& more = {}) {
    return R"({"package": ")" + name + R"(", "version": "1.0.0", "extend": [{"type": "thing", "fields": [)" + fields + "]" + more + "}]}";
  };
  const auto one = Ensured(base, extension("one", R"({"name": "one_size", "kind": "int"})"));
  const auto two = Ensured(one, extension("two", R"({"name": "two_size", "kind": "int"}, {"name": "owner_ref", "kind": "ref"})",
                                          R"(, "indexes": [{"name": "by_two", "fields": ["name", "two_size"]}])"));
  const TypeDef* type = two->FindType("thing");
  EXPECT_EQ(type->FindField("one_size")->number, 0u);
  EXPECT_EQ(type->FindField("two_size")->number, 0u);
  EXPECT_EQ(type->FindField("name")->stored.slot, (record::Slot{record::Slot::kOwn, 0}));
  EXPECT_EQ(type->FindField("one_size")->stored.slot, (record::Slot{record::PageKey(2, 0), 0}));
  EXPECT_EQ(type->FindField("two_size")->stored.slot, (record::Slot{record::PageKey(3, 0), 0}));
  EXPECT_EQ(type->FindField(3, 0), type->FindField("two_size"));
  EXPECT_EQ(type->FindField(3, 9), nullptr);
  EXPECT_TRUE(type->FindIndex("by_owner_ref")->automatic);
  // The owner's own upgrade leaves the guests alone.
  EXPECT_EQ(Ensured(two, Acme(Thing(std::string(kName) + R"(, {"name": "own", "kind": "int"})")))->FindType("thing")->fields.size(), 5u);

  const Status clash = Plan(*two, extension("three", R"({"name": "one_size", "kind": "text"})")).status();
  EXPECT_THAT(Told(clash),
              HasSubstr("PackageConflict at extend[0].fields[0].name: package three: field thing.one_size belongs to package one"));
  EXPECT_THAT(Told(clash), HasSubstr("choose another name"));
  EXPECT_THAT(Told(Plan(*two, extension("three", "", R"(, "indexes": [{"name": "by_two", "fields": ["name"]}])")).status()),
              HasSubstr("PackageConflict at extend[0].indexes[0].name"));
  EXPECT_THAT(Told(Plan(*two, R"({"package": "three", "version": "1.0.0", "types": [{"name": "thing"}]})").status()),
              HasSubstr("PackageConflict at types[0].name: package three: type thing belongs to package acme"));
  EXPECT_THAT(Told(Plan(*two, R"({"package": "three", "version": "1.0.0", "extend": [{"type": "thinng"}]})").status()),
              HasSubstr("UnknownType at extend[0].type"));
  EXPECT_THAT(Told(Plan(*two, Acme(Thing(kName), R"("extend": [{"type": "thing"}])")).status()),
              HasSubstr("the type is the package's own"));
  EXPECT_THAT(Told(Plan(*two, R"({"package": "one", "version": "1.0.0"})").status()),
              HasSubstr("PackageConflict at extend: package one: field thing.one_size is gone"));
}

TEST(Plan, EveryReferenceLeadsAnIndex) {
  const auto catalog =
      Ensured(Acme(Thing(R"({"name": "a", "kind": "ref"}, {"name": "b", "kind": "ref"}, {"name": "c", "kind": "int"})",
                         R"("indexes": [{"name": "by_a_c", "fields": ["a", "c"]}, {"name": "by_b", "fields": ["c", "b"]}])")));
  const TypeDef* type = catalog->FindType("thing");
  EXPECT_EQ(type->FindIndex("by_a"), nullptr);          // by_a_c begins with it
  const IndexDef* added = type->FindIndex("by_b_ref");  // the plain name is taken
  ASSERT_NE(added, nullptr);
  EXPECT_TRUE(added->automatic);
  EXPECT_EQ(added->parts[0].field, "b");
  EXPECT_GE(added->number, kFirstOpenIndex);
  // Declaring it later is no new index.
  const StatusOr<Catalog::Plan> plan =
      Plan(*catalog, Acme(Thing(R"({"name": "a", "kind": "ref"}, {"name": "b", "kind": "ref"}, {"name": "c", "kind": "int"})",
                                R"("indexes": [{"name": "by_a_c", "fields": ["a", "c"]}, {"name": "by_b_ref", "fields": ["b"]}])")));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->after->FindType("thing")->FindIndex("by_b_ref")->number, added->number);
  EXPECT_THAT(plan->new_indexes, IsEmpty());
  // An index that is no longer declared goes, its entries too; its number is given to no other.
  const uint32_t by_b = type->FindIndex("by_b")->number;
  EXPECT_EQ(plan->after->FindType("thing")->FindIndex("by_b"), nullptr);
  EXPECT_THAT(plan->dropped_indexes, ElementsAre(by_b));
  EXPECT_THAT(plan->changes, Contains("drops index thing.by_b"));
  const StatusOr<std::shared_ptr<const Catalog>> stored = FromDefinitions(3, ToDefinitions(*plan->after));
  ASSERT_TRUE(stored.ok()) << stored.status();
  const auto again =
      Ensured(*stored, Acme(Thing(R"({"name": "a", "kind": "ref"}, {"name": "b", "kind": "ref"}, {"name": "c", "kind": "int"})",
                                  R"("indexes": [{"name": "by_a_c", "fields": ["a", "c"]}, {"name": "by_b", "fields": ["c", "b"]}])")));
  for (const IndexDef& index : again->FindType("thing")->indexes) {
    if (index.name != "by_b") continue;
    EXPECT_GT(index.number, std::max(by_b, added->number));
  }
}

TEST(Plan, SeedsComeOnce) {
  const std::string thing = Thing(R"({"name": "name", "kind": "text"}, {"name": "parent", "kind": "ref", "to": ["thing"]})");
  const std::string first = R"({"type": "thing", "ref": ["acme", "1"], "set": {"name": "one"}})";
  const std::string second =
      R"({"type": "thing", "ref": ["acme", "2"], "set": {"name": "two", "parent": {"type": "thing", "ref": ["acme", "1"]}}})";
  const std::string third = R"({"type": "thing", "ref": ["acme", "3"], "set": {"parent": {"type": "thing", "ref": ["host", "x"]}}})";
  StatusOr<Catalog::Plan> plan = Plan(Acme(thing, R"("seeds": [)" + first + "]"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_THAT(plan->seeds, SizeIs(1));
  EXPECT_EQ(nlohmann::json::parse(plan->seeds[0]), nlohmann::json::parse(R"({"reason": "package acme 1.0.0", "changes": [
      {"create_if_absent": "thing", "as": "s0", "effective": "1900-01-01T00:00:00Z", "ref": ["acme", "1"], "set": {"name": "one"}}]})"));

  // A later seed comes with what it refers to; what was handed out before and is not needed does not come back.
  plan = Plan(*plan->after, Acme(thing, R"("seeds": [)" + first + "," + second + "," + third + "]"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ElementsAre("changes package acme: seeds"));
  ASSERT_THAT(plan->seeds, SizeIs(1));
  EXPECT_EQ(nlohmann::json::parse(plan->seeds[0])["changes"], nlohmann::json::parse(R"([
      {"create_if_absent": "thing", "as": "s0", "effective": "1900-01-01T00:00:00Z", "ref": ["acme", "1"], "set": {"name": "one"}},
      {"create_if_absent": "thing", "as": "s1", "effective": "1900-01-01T00:00:00Z", "ref": ["acme", "2"],
       "set": {"name": "two", "parent": "$s0"}},
      {"create_if_absent": "thing", "as": "s2", "effective": "1900-01-01T00:00:00Z", "ref": ["acme", "3"],
       "set": {"parent": {"type": "thing", "ref": ["host", "x"]}}}])"));
  plan = Plan(*plan->after, Acme(thing, R"("seeds": [)" + first + "," + second + "," + third + "]"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->seeds, IsEmpty());
}

TEST(Catalog, NamesWhatIsUnknown) {
  const auto catalog = Shipped();
  const Status type = catalog->GetType("acount").status();
  EXPECT_EQ(GetReason(type), Reason::kUnknownType);
  EXPECT_EQ(GetErrorInfo(type).hint, "did you mean \"account\"?");
  const Status field = Catalog::GetField(*catalog->FindType("account"), "indsutry").status();
  EXPECT_EQ(GetReason(field), Reason::kUnknownField);
  EXPECT_EQ(GetErrorInfo(field).hint, "did you mean \"industry\"?");
  EXPECT_EQ(GetErrorInfo(field).type, "account");
  const Status index = Catalog::GetIndex(*catalog->FindType("account"), "by_nam").status();
  EXPECT_EQ(GetReason(index), Reason::kUnknownIndex);
  EXPECT_EQ(GetErrorInfo(index).hint, "did you mean \"by_name\"?");
  EXPECT_EQ(GetReason(catalog->GetType(TypeNumber{4000}).status()), Reason::kUnknownType);
  EXPECT_EQ(GetReason(ShippedPackage("kith.cmr").status()), Reason::kPackageMissing);
  EXPECT_THAT(GetErrorInfo(ShippedPackage("kith.cmr").status()).hint, HasSubstr("kith.crm"));
}

TEST(Catalog, KnowsWhoRefersToAType) {
  const auto catalog = Ensured(
      Acme(R"({"name": "a"}, {"name": "b", "fields": [{"name": "to_a", "kind": "ref", "to": ["a"]}, {"name": "to_any", "kind": "ref"}]})"));
  const auto names = [&](std::string_view type) {
    std::vector<std::string> found;
    for (const Catalog::Referrer& r : catalog->ReferrersTo(*catalog->FindType(type))) found.push_back(r.type->name + "." + r.field->name);
    return found;
  };
  EXPECT_THAT(names("a"), ElementsAre("b.to_a", "b.to_any"));
  EXPECT_THAT(names("b"), ElementsAre("b.to_any"));
}

TEST(Catalog, PositionsOfPartsPreferFields) {
  const auto catalog = Shipped();
  const TypeDef* move = catalog->FindType("move");
  EXPECT_EQ(move->FindPosition("owner"), static_cast<int32_t>(move->FindField("owner")->position));
  EXPECT_EQ(catalog->FindType("account")->FindPosition("owner"), kHeaderOwner);
  EXPECT_EQ(move->FindPosition("nothing"), std::nullopt);
  const IndexDef* by_record = move->FindIndex("by_record");
  ASSERT_EQ(by_record->parts.size(), 3u);
  EXPECT_EQ(by_record->parts[2].position, kHeaderId);
}

}  // namespace
}  // namespace kith::catalog
