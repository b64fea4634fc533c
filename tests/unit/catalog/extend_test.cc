// What packages do to each other: choices added to others' fields, vendors' names, removal.
#include "kith/base/limits.h"
#include "kith/catalog/received.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A package "acme" whose type has a state machine and a plain choice.
std::string Doors(std::string_view version = "1.0.0", std::string_view more_colours = {}, bool transitions = true) {
  return Acme(R"({"name": "door", "fields": [
      {"name": "state", "kind": "choice", "choices": [{"name": "open"}, {"name": "shut"}])" +
                  std::string(transitions ? R"(, "initial_states": ["open"], "transitions": {"open": ["shut"], "shut": ["open"]})" : "") +
                  R"(}, {"name": "colour", "kind": "choice", "choices": [{"name": "red"})" + std::string(more_colours) + R"(]},
      {"name": "marks", "kind": "choice_set", "choices": [{"name": "new"}]}]})",
              {}, version);
}

// A package that adds to the type "door".
std::string Adds(std::string_view package, std::string_view choices, std::string_view version = "1.0.0", std::string_view more = {}) {
  return R"({"package": ")" + std::string(package) + R"(", "version": ")" + std::string(version) +
         R"(", "needs": ["acme"], "extend": [{"type": "door", "choices": [)" + std::string(choices) + "]" + std::string(more) + "}]}";
}

const char* const kLocks = R"({"field": "state", "choices": [{"name": "locked", "labels": {"en": "Locked", "zh": "已锁"}}],
    "transitions": {"shut": ["locked"], "locked": ["shut"]}, "initial_states": ["locked"]},
    {"field": "colour", "choices": [{"name": "blue"}, {"name": "green"}]})";

const FieldDef& FieldOf(const std::shared_ptr<const Catalog>& catalog, std::string_view field) {
  return *catalog->FindType("door")->FindField(field);
}

std::vector<std::string> ChoiceNames(const FieldDef& field) {
  std::vector<std::string> names;
  for (const ChoiceDef& choice : field.choices) names.push_back(choice.name);
  return names;
}

// --- choices of others' fields

TEST(AddedChoices, AreNumberedApart) {  // E11
  const auto base = Ensured(Doors());
  const StatusOr<Catalog::Plan> plan = Plan(*base, Adds("locks", kLocks));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ElementsAre("installs package locks 1.0.0", "adds choice door.state.locked",
                                         "changes field door.state: initial_states, transitions", "adds choice door.colour.blue",
                                         "adds choice door.colour.green"));
  const auto both = Ensured(plan->after, Adds("paint", R"({"field": "colour", "choices": [{"name": "black"}]})"));
  const FieldDef& colour = FieldOf(both, "colour");
  EXPECT_THAT(ChoiceNames(colour), ElementsAre("red", "blue", "green", "black"));
  EXPECT_EQ(colour.FindChoice("red")->number, 1);
  EXPECT_EQ(colour.FindChoice("blue")->number, AddedChoiceNumber(2, 1));
  EXPECT_EQ(colour.FindChoice("green")->number, AddedChoiceNumber(2, 2));
  EXPECT_EQ(colour.FindChoice("black")->number, AddedChoiceNumber(3, 1));
  EXPECT_EQ(PackageOfChoice(colour.FindChoice("black")->number), 3u);
  EXPECT_EQ(PackageOfChoice(limits::kChoiceNumber), 0u);
  EXPECT_EQ(PackageOfChoice(AddedChoiceNumber(limits::kPackages, limits::kAddedChoiceNumber)), limits::kPackages);
  // They stand in the file as any other, and ensuring again changes nothing.
  const StatusOr<std::shared_ptr<const Catalog>> stored = FromDefinitions(9, ToDefinitions(*both));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(ToDefinitions(**stored), ToDefinitions(*both));
  EXPECT_THAT(Plan(*both, Adds("locks", kLocks))->definitions, IsEmpty());
  EXPECT_THAT(Plan(*both, Doors())->definitions, IsEmpty());
}

// A replica's choice takes the next number here when its own is taken. After the last one it is refused, and never another package's.
TEST(AddedChoices, OfAReplicaAreRefusedAfterTheLastNumber) {  // R01
  const auto base = Ensured(Doors());
  // A replica in which package 2 gave one choice this number.
  const auto replica = [&](const std::string& name, int32_t number) {
    const auto numbered = Ensured(base, Adds("locks", R"({"field": "colour", "choices": [{"name": ")" + name + R"("}]})"));
    std::vector<Definition> definitions = ToDefinitions(*numbered);
    const std::string first = std::to_string(AddedChoiceNumber(2, 1));
    for (Definition& definition : definitions) {
      const size_t at = definition.body.find(first);
      if (at != std::string::npos) definition.body.replace(at, first.size(), std::to_string(AddedChoiceNumber(2, number)));
    }
    const auto catalog = FromDefinitions(9, definitions);
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return *catalog;
  };
  const auto received = [](const Catalog& here, const Catalog& there) {
    std::vector<ReceivedDefinition> theirs;
    for (const Definition& definition : ToDefinitions(there)) theirs.push_back({definition, true});
    return PlanReceived(here, theirs, NamesOfPackages(there));
  };
  const auto blue = replica("blue", limits::kAddedChoiceNumber - 1);
  const StatusOr<Catalog::Plan> last = received(*blue, *replica("green", limits::kAddedChoiceNumber - 1));
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_EQ(FieldOf(last->after, "colour").FindChoice("green")->number, AddedChoiceNumber(2, limits::kAddedChoiceNumber));
  EXPECT_EQ(FieldOf(last->after, "colour").FindChoice("blue")->number, AddedChoiceNumber(2, limits::kAddedChoiceNumber - 1));
  const auto full = replica("blue", limits::kAddedChoiceNumber);
  const Status refused = received(*full, *replica("green", limits::kAddedChoiceNumber)).status();
  EXPECT_EQ(GetReason(refused), Reason::kPackageConflict) << refused;
  EXPECT_EQ(GetErrorInfo(refused).type + "." + GetErrorInfo(refused).field, "door.colour");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("no number left"));
  // A number that is none is not read as the rest of a division.
  std::vector<ReceivedDefinition> theirs;
  for (Definition definition : ToDefinitions(*replica("green", 1))) {
    if (const size_t at = definition.body.find("\"number\":2"); definition.type == kPackageType && at != std::string::npos) {
      definition.body.replace(at, 10, "\"number\":4294967298");
      theirs.push_back({std::move(definition), true});
    }
  }
  ASSERT_THAT(theirs, SizeIs(1));
  EXPECT_EQ(GetReason(PlanReceived(*base, theirs, {{2, "locks"}}).status()), Reason::kPackageConflict);
}

TEST(AddedChoices, StayWhenTheFieldsOwnPackageIsUpgraded) {  // E11
  const auto before = Ensured(Ensured(Doors()), Adds("locks", kLocks));
  const auto after = Ensured(before, Doors("1.1.0", R"(, {"name": "white"})"));
  const FieldDef& colour = FieldOf(after, "colour");
  EXPECT_EQ(colour.FindChoice("white")->number, 2);  // the next of its own
  EXPECT_EQ(colour.FindChoice("blue")->number, AddedChoiceNumber(2, 1));
  EXPECT_TRUE(CheckTransition(FieldOf(after, "state"), Choice{2}, Choice{AddedChoiceNumber(2, 1)}).ok());
  EXPECT_THAT(Told(Plan(*after, Doors("1.2.0", R"(, {"name": "white"}, {"name": "blue"})")).status()),
              HasSubstr("PackageConflict at types[0].fields[1].choices: package acme: choice door.colour.blue was added by package locks"));
  // A field that gives up its states gives up all ways.
  const StatusOr<Catalog::Plan> plan = Plan(*after, Doors("1.2.0", R"(, {"name": "white"})", false));
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(FieldOf(plan->after, "state").transitions, IsEmpty());
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("forgets the transitions that other packages added to door.state")));
}

TEST(AddedChoices, LeaveFinalStatesAsTheyAre) {
  const auto base = Ensured(Acme(R"({"name": "door", "fields": [{"name": "state", "kind": "choice", "initial_states": ["open"],
      "choices": [{"name": "open"}, {"name": "shut"}], "transitions": {"open": [], "shut": []}}]})"));
  const auto once = Ensured(base, Adds("locks", R"({"field": "state", "choices": [{"name": "locked"}]})"));
  const auto again = Ensured(once, Adds("locks", R"({"field": "state", "choices": [{"name": "locked"}, {"name": "barred"}]})", "1.1.0"));
  for (const auto& catalog : {base, once, again}) {
    EXPECT_FALSE(CheckTransition(FieldOf(catalog, "state"), Choice{1}, Choice{2}).ok());
  }
}

TEST(AddedChoices, ChangeWithTheirOwnPackage) {
  const auto before = Ensured(Ensured(Doors()), Adds("locks", kLocks));
  const auto after = Ensured(before, Adds("locks",
                                          R"({"field": "colour", "choices": [{"name": "green", "retired": true}, {"name": "blue"},
                                              {"name": "grey"}]},
                                             {"field": "state", "choices": [{"name": "locked"}], "transitions": {"shut": ["locked"]}})",
                                          "1.1.0"));
  const FieldDef& colour = FieldOf(after, "colour");
  EXPECT_TRUE(colour.FindChoice("green")->retired);
  EXPECT_EQ(colour.FindChoice("grey")->number, AddedChoiceNumber(2, 3));
  const FieldDef& state = FieldOf(after, "state");
  EXPECT_THAT(state.transitions.at("shut"), ElementsAre("open", "locked"));
  EXPECT_EQ(state.transitions.count("locked"), 0u);  // final now
  EXPECT_THAT(state.initial_states, ElementsAre("open"));
  EXPECT_THAT(Told(Plan(*after, Adds("locks", R"({"field": "colour", "choices": [{"name": "blue"}]})", "1.2.0")).status()),
              HasSubstr("PackageConflict at extend[0].choices: package locks: choice door.state.locked is gone"));
}

TEST(AddedChoices, AreWithinTheAddersRights) {
  const auto base = Ensured(Ensured(Doors()), Adds("locks", kLocks));
  const auto refused = [&](std::string_view choices, std::string_view package = "paint") {
    return Told(Plan(*base, Adds(package, choices)).status());
  };
  EXPECT_THAT(refused(R"({"field": "colour", "choices": [{"name": "red"}]})"), HasSubstr("choice door.colour.red belongs to package acme"));
  EXPECT_THAT(refused(R"({"field": "colour", "choices": [{"name": "blue"}]})"), HasSubstr("belongs to package locks"));
  EXPECT_THAT(refused(R"({"field": "color", "choices": [{"name": "x"}]})"), HasSubstr("UnknownField at extend[0].choices[0].field"));
  EXPECT_THAT(refused(R"({"field": "colour", "choices": []})"), HasSubstr("at least one choice is needed"));
  EXPECT_THAT(refused(R"({"field": "colour", "choices": [{"name": "x"}], "transitions": {"red": ["x"]}})"),
              HasSubstr("PackageConflict at extend[0].choices[0].transitions: package paint: field colour has no transitions"));
  // A way needs an end that is the package's, and none that is a third one's.
  const std::string ajar = R"({"field": "state", "choices": [{"name": "ajar"}], "transitions": )";
  EXPECT_THAT(refused(ajar + R"({"open": ["shut"]}})"), HasSubstr("the way is not the package's to allow"));
  EXPECT_THAT(refused(ajar + R"({"locked": ["ajar"]}})"), HasSubstr("the way is not the package's to allow"));
  EXPECT_THAT(refused(ajar + R"({"open": ["ajar"]}, "initial_states": ["shut"]})"), HasSubstr("the state is not the package's"));
  EXPECT_THAT(refused(ajar + R"({"open": ["ajra"]}})"), HasSubstr("not the package's"));
  EXPECT_TRUE(Plan(*base, Adds("paint", ajar + R"({"open": ["ajar"], "ajar": ["open"]}})")).ok());
  EXPECT_TRUE(Plan(*base, Adds("paint", R"({"field": "marks", "choices": [{"name": "old"}]})")).ok());
}

TEST(AddedChoices, HaveNumbersFiles) {
  const PackageSource locks{Adds("locks", kLocks), {}};
  const StatusOr<std::string> numbers = AppendNumbers(locks);
  ASSERT_TRUE(numbers.ok()) << numbers.status();
  EXPECT_THAT(*numbers, HasSubstr(R"("blue": 1)"));
  const auto base = Ensured(Doors());
  const auto one = Ensured(base, locks.definition, *numbers);
  EXPECT_EQ(FieldOf(one, "colour").FindChoice("green")->number, AddedChoiceNumber(2, 2));
  // What a database gives out as a package is the same again elsewhere.
  const PackageSource copy = ToPackage(*one, *one->FindPackage("locks"));
  const StatusOr<Catalog::Plan> there = Ensured(Doors())->PlanEnsure(std::vector<PackageSource>{copy});
  ASSERT_TRUE(there.ok()) << there.status();
  EXPECT_EQ(ToDefinitions(*there->after), ToDefinitions(*one));
  const auto with = [&](int number) {
    return Plan(*base, Adds("locks", R"({"field": "colour", "choices": [{"name": "blue"}]})"),
                R"({"package": "locks", "types": {"door": {"choices": {"colour": {"blue": )" + std::to_string(number) + "}}}}}");
  };
  EXPECT_TRUE(with(limits::kAddedChoiceNumber).ok());
  EXPECT_THAT(Told(with(limits::kAddedChoiceNumber + 1).status()), HasSubstr("LimitExceeded at numbers:types.door.choices.colour.blue"));
}

// --- vendors

TEST(Vendors, NameWhatTheyAddToOthers) {  // E10
  const auto base = Ensured(Doors());
  const auto adds = [](std::string_view package, std::string_view fields, std::string_view more = {}) {
    return R"({"package": ")" + std::string(package) +
           R"(", "version": "1.0.0", "needs": ["acme"], "extend": [{"type": "door", "fields": [)" + std::string(fields) + "]" +
           std::string(more) + "}]}";
  };
  EXPECT_EQ(VendorOf("globex.locks"), "globex");
  EXPECT_EQ(VendorOf("locks"), "");
  EXPECT_THAT(
      Told(Plan(*base, adds("globex.locks", R"({"name": "key", "kind": "text"})")).status()),
      HasSubstr("PackageMalformed at extend[0].fields[0].name: package globex.locks: what vendor globex adds to types of package acme"));
  EXPECT_THAT(Told(Plan(*base, adds("globex.locks", R"({"name": "key", "kind": "text"})")).status()), HasSubstr("name it globex_key"));
  EXPECT_THAT(Told(Plan(*base, adds("globex.locks", "", R"(, "indexes": [{"name": "by_x", "fields": ["colour"]}])")).status()),
              HasSubstr("at extend[0].indexes[0].name"));
  EXPECT_THAT(Told(Plan(*base, Adds("globex.locks", R"({"field": "colour", "choices": [{"name": "blue"}]})")).status()),
              HasSubstr("at extend[0].choices[0].choices"));
  // Two vendors who know nothing of each other.
  const std::string key = R"({"name": "globex_key", "kind": "text"})";
  const auto one = Ensured(base, adds("globex.locks", key, R"(, "choices": [{"field": "colour", "choices": [{"name": "globex_blue"}]}])"));
  const auto two = Ensured(one, adds("initech.locks", R"({"name": "initech_key", "kind": "text"})",
                                     R"(, "choices": [{"field": "colour", "choices": [{"name": "initech_blue"}]}])"));
  EXPECT_NE(FieldOf(two, "globex_key").stored.slot, FieldOf(two, "initech_key").stored.slot);
  EXPECT_THAT(ChoiceNames(FieldOf(two, "colour")), ElementsAre("red", "globex_blue", "initech_blue"));
  // Another package of the same vendor, and a firm's own, are free.
  EXPECT_TRUE(Plan(*base, adds("own_locks", R"({"name": "key", "kind": "text"})")).ok());
}

// --- removal

TEST(Removal, RetiresAndKeepsNumbers) {  // E06
  const auto base = Ensured(Doors());
  const std::string locks = Adds(
      "locks", kLocks, "1.0.0",
      R"(, "fields": [{"name": "key", "kind": "text", "required": true, "default": "x"}], "indexes": [{"name": "by_key", "fields": ["key"]}])");
  const std::string with_type = locks.substr(0, locks.size() - 1) +
                                R"(, "types": [{"name": "key_ring", "fields": [{"name": "door", "kind": "ref", "to": ["door"]}]}],
      "seeds": [{"type": "key_ring", "ref": ["locks", "first"]}]})";
  const auto before = Ensured(base, with_type);
  const uint32_t index = before->FindType("door")->FindIndex("by_key")->number;
  const StatusOr<Catalog::Plan> plan = before->PlanRemove("locks");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->changes, ElementsAre("removes package locks 1.0.0", "retires choice door.state.locked",
                                         "retires choice door.colour.blue", "retires choice door.colour.green", "retires field door.key",
                                         "changes field door.key: default, required", "drops index door.by_key", "retires type key_ring"));
  EXPECT_THAT(plan->dropped_indexes, ElementsAre(index));
  const StatusOr<std::shared_ptr<const Catalog>> stored = FromDefinitions(3, ToDefinitions(*plan->after));
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_TRUE((*stored)->FindPackage("locks")->removed);
  EXPECT_THAT(Told((*stored)->PlanRemove("locks").status()), HasSubstr("PackageMissing at : the package was removed before"));
  EXPECT_THAT(Told(Plan(**stored, R"({"package": "more", "version": "1.0.0", "needs": ["locks"]})").status()), HasSubstr("PackageMissing"));

  // Installed again it has its numbers again, its seeds too, and an index of a new number.
  const StatusOr<Catalog::Plan> again = Plan(**stored, with_type);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(again->changes, Contains("installs package locks 1.0.0"));
  EXPECT_THAT(again->seeds, SizeIs(1));
  EXPECT_EQ(again->after->FindType("key_ring")->number, before->FindType("key_ring")->number);
  EXPECT_FALSE(again->after->FindType("key_ring")->retired);
  EXPECT_TRUE(FieldOf(again->after, "key").required);
  EXPECT_EQ(FieldOf(again->after, "key").stored.slot, FieldOf(before, "key").stored.slot);
  EXPECT_EQ(FieldOf(again->after, "colour").FindChoice("green")->number, FieldOf(before, "colour").FindChoice("green")->number);
  EXPECT_GT(again->after->FindType("door")->FindIndex("by_key")->number, index);
  const std::string older = Adds("locks", kLocks, "0.9.0");
  EXPECT_THAT(Told(Plan(**stored, older).status()),
              HasSubstr("PackageConflict at version: package locks: the package was removed in version"));
}

TEST(Removal, IsRefusedWhileOthersNeedIt) {  // E06
  const auto base = Ensured(Doors());
  EXPECT_THAT(Told(base->PlanRemove("amce").status()), HasSubstr("did you mean \"acme\"?"));
  const auto needed = Ensured(base, R"({"package": "more", "version": "1.0.0", "needs": ["acme"]})");
  EXPECT_THAT(Told(needed->PlanRemove("acme").status()),
              HasSubstr("PackageInUse at : the package cannot be removed: package more needs it"));
  EXPECT_TRUE(needed->PlanRemove("more").ok());
  EXPECT_TRUE((*needed->PlanRemove("more")).after->PlanRemove("acme").ok());
  const auto referring = Ensured(base, R"({"package": "more", "version": "1.0.0",
      "types": [{"name": "house", "fields": [{"name": "front", "kind": "ref", "to": ["door"]}]}]})");
  EXPECT_THAT(
      Told(referring->PlanRemove("acme").status()),
      HasSubstr("PackageInUse at house.front: the package cannot be removed: field house.front of package more refers to its type door"));
  const auto extending = Ensured(
      base, R"({"package": "more", "version": "1.0.0", "extend": [{"type": "door", "fields": [{"name": "size", "kind": "int"}]}]})");
  EXPECT_THAT(Told(extending->PlanRemove("acme").status()), HasSubstr("package more has field door.size on it"));
  EXPECT_THAT(Told(Shipped()->PlanRemove("kith.crm").status()), HasSubstr("the library itself needs it"));
  EXPECT_THAT(ToDefinitions(*base), Not(IsEmpty()));
}

}  // namespace
}  // namespace kith::catalog
