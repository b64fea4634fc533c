// The packages that ship with the library.
#include <nlohmann/json.hpp>

#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using Json = nlohmann::json;

TEST(ShippedPackages, AreThese) { EXPECT_THAT(ShippedPackageNames(), ::testing::IsSupersetOf({"kith.crm", "legal", "trade", "florist"})); }

TEST(ShippedPackages, NumbersFilesAreUpToDate) {
  for (const std::string& name : ShippedPackageNames()) {
    const PackageSource source = *ShippedPackage(name);
    const StatusOr<std::string> numbers = AppendNumbers(source);
    ASSERT_TRUE(numbers.ok()) << name << ": " << numbers.status();
    EXPECT_EQ(*numbers, source.numbers) << name;
  }
}

// E16: everything a person may see has a label in both languages.
TEST(ShippedPackages, EverythingHasLabelsInTwoLanguages) {
  const auto catalog = Shipped();
  const auto check = [](const Labels& labels, const std::string& what) {
    for (const char* language : {"en", "zh"}) EXPECT_TRUE(labels.count(language) == 1) << what << " has no label in " << language;
  };
  size_t labelled = 0;
  for (const PackageDef& package : catalog->packages()) check(package.labels, package.name);
  for (const TypeDef& type : catalog->types()) {
    check(type.labels, type.name);
    for (const FieldDef& field : type.fields) {
      check(field.labels, type.name + "." + field.name);
      for (const ChoiceDef& choice : field.choices) check(choice.labels, type.name + "." + field.name + "." + choice.name);
      labelled += 1 + field.choices.size();
    }
  }
  EXPECT_GT(labelled, 400u);
}

TEST(ShippedPackages, RolesStandWhereTheModelLooks) {
  const auto catalog = Shipped();
  const auto names = [&](std::string_view behaviour) {
    std::vector<std::string> found;
    for (const TypeDef* type : catalog->TypesWith(behaviour)) found.push_back(type->name);
    return found;
  };
  EXPECT_THAT(names("pipelined"), UnorderedElementsAre("opportunity", "matter", "shipment", "bouquet_order"));
  EXPECT_THAT(names("party"), ElementsAre("account", "contact", "lead"));
  EXPECT_THAT(names("money_document"),
              UnorderedElementsAre("quote", "order", "order_return", "invoice", "contract", "bouquet_order", "engagement"));
  EXPECT_THAT(names("interaction"), ElementsAre("interaction"));
  EXPECT_THAT(names("ticket"), ElementsAre("ticket"));
  for (const TypeDef* type : catalog->TypesWith("pipelined")) {
    for (const char* role : {"stage", "pipeline", "closed_at"}) {
      const FieldDef* field = type->FindRole("pipelined", role);
      ASSERT_NE(field, nullptr) << type->name << " " << role;
      EXPECT_TRUE(field->derived) << type->name << " " << role;  // follows from the moves
    }
    for (const char* role : {"amount", "close_date", "source", "segment", "account"}) {
      EXPECT_NE(type->FindRole("pipelined", role), nullptr) << type->name << " " << role;
    }
  }
  EXPECT_EQ(catalog->FindType("matter")->FindRole("pipelined", "amount")->name, "fee");
  EXPECT_EQ(catalog->FindType("matter")->FindRole("pipelined", "nothing"), nullptr);
  EXPECT_EQ(catalog->FindType("account")->FindRole("pipelined", "stage"), nullptr);
}

TEST(ShippedPackages, ChoicesThatTheLibraryCountsOn) {
  const auto catalog = Shipped();
  const FieldDef* kind = catalog->FindType("stage")->FindField("kind");
  EXPECT_EQ(kind->FindChoice("open")->number, 1);
  EXPECT_EQ(kind->FindChoice("won")->number, 2);
  EXPECT_EQ(kind->FindChoice("lost")->number, 3);
  const FieldDef* cause = catalog->FindType("move")->FindField("cause");
  int32_t number = 0;
  for (const char* name : {"manual", "event", "import", "migration", "override", "undo"})
    EXPECT_EQ(cause->FindChoice(name)->number, ++number);
}

TEST(ShippedPackages, MarksOfPeoplesData) {
  const auto catalog = Shipped();
  for (const char* name : {"name", "email", "phone", "mobile", "wechat", "birthday", "description"}) {
    EXPECT_TRUE(catalog->FindType("contact")->FindField(name)->personal) << name;
  }
  // Whatever refers to a contact says that it is about that person.
  for (const Catalog::Referrer& referrer : catalog->ReferrersTo(*catalog->FindType("contact"))) {
    const bool names_people_alone = referrer.field->refers_to == std::vector<std::string>{"contact"};
    const bool exempt = referrer.type->name == "contact" && referrer.field->name == "reports_to";
    EXPECT_TRUE(referrer.field->about || !names_people_alone || exempt) << referrer.type->name << "." << referrer.field->name;
  }
  const TypeDef* opportunity = catalog->FindType("opportunity");
  EXPECT_TRUE(opportunity->FindField("rep_probability")->ignored_by_insight);  // C08
  EXPECT_TRUE(opportunity->FindField("rep_category")->ignored_by_insight);
  EXPECT_FALSE(opportunity->FindField("amount")->ignored_by_insight);
}

TEST(ShippedPackages, ListPagesReadAnIndexAlone) {
  const auto catalog = Shipped();
  const TypeDef* opportunity = catalog->FindType("opportunity");
  for (const char* name : {"by_account", "by_owner"}) {
    const IndexDef* index = opportunity->FindIndex(name);
    ASSERT_NE(index, nullptr);
    EXPECT_EQ(index->parts[1].order, Order::kDescending);
    std::vector<std::string> cover;
    for (const IndexPart& part : index->cover) cover.push_back(part.field);
    EXPECT_THAT(cover, ElementsAre("name", "amount", "stage"));
  }
  EXPECT_EQ(opportunity->FindIndex("by_owner")->parts[0].position, kHeaderOwner);
  EXPECT_EQ(opportunity->FindIndex("by_closed")->parts[0].field, "pipeline");
  EXPECT_EQ(opportunity->FindIndex("by_closed")->parts[1].field, "closed_at");
}

TEST(ShippedPackages, SeedADefaultPipeline) {
  const std::vector<PackageSource> sources = {*ShippedPackage("legal"), *ShippedPackage("kith.crm")};
  const auto plan = Catalog::BuiltIn()->PlanEnsure(sources);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->seeds.size(), 2u);
  std::vector<std::string> refs;
  for (const std::string& batch : plan->seeds) {
    const Json json = Json::parse(batch);
    for (const Json& change : json["changes"]) refs.push_back(change["ref"][1]);
  }
  EXPECT_THAT(refs, ::testing::IsSupersetOf({"default", "default/qualified", "default/won", "default/lost", "legal", "legal/engaged"}));
}

TEST(ShippedPackages, TheStandardOneStandsAlone) {
  EXPECT_TRUE(Plan(ShippedPackage("kith.crm")->definition, ShippedPackage("kith.crm")->numbers).ok());
  EXPECT_EQ(GetReason(Plan(ShippedPackage("legal")->definition).status()), Reason::kPackageMissing);
}

// What a database knows of its packages makes the same catalog elsewhere, seeds aside.
TEST(ToPackage, GivesTheSameCatalog) {
  const std::shared_ptr<const Catalog> catalog = Shipped();
  std::vector<PackageSource> sources;
  for (const PackageDef& package : catalog->packages()) sources.push_back(ToPackage(*catalog, package));
  const StatusOr<Catalog::Plan> plan = Catalog::BuiltIn()->PlanEnsure(sources);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->seeds.empty());
  const auto without_seeds = [](const Catalog& of) {
    std::vector<Definition> definitions = ToDefinitions(of);
    std::erase_if(definitions, [](const Definition& definition) { return definition.type == kPackageType; });
    return definitions;
  };
  EXPECT_EQ(without_seeds(*plan->after), without_seeds(*catalog));
  // And nothing more when it is there already.
  const StatusOr<Catalog::Plan> again = catalog->PlanEnsure(sources);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->definitions.empty());
}

}  // namespace
}  // namespace kith::catalog
