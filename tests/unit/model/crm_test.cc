// The typed headers of the standard model: current, the same as reading by name, and strict.
#include "kith/model/crm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <type_traits>

#include "kith/catalog/cpp.h"
#include "kith/model/model.h"
#include "support/paths.h"

namespace kith::crm {
namespace {

namespace fs = std::filesystem;

fs::path Folder() { return fs::path(testing::TestFile("..")).lexically_normal() / "include/kith/model"; }

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Every header as the package has it now, by file name, and the one that includes all.
std::map<std::string, std::string> Headers() {
  const catalog::PackageSource source = *catalog::ShippedPackage("kith.crm");
  const auto catalog = catalog::Catalog::BuiltIn()->PlanEnsure({&source, 1})->after;
  std::map<std::string, std::string> headers;
  std::string all =
      "// The standard model in C++: records read and written by functions instead of names, so that a wrong field does not compile.\n//\n"
      "//   crm::AccountBuilder account(batch, {\"app.clients\", \"8841\"});\n"
      "//   account.name(\"Acme\").industry(crm::AccountIndustry::kLaw);\n"
      "//   crm::OpportunityBuilder(batch).name(\"Advice\").account(account.id()).amount(Money{1250000, *Currency::FromCode(\"CNY\")});\n"
      "//   ...\n"
      "//   const crm::Opportunity deal(*snapshot->Get(id));\n"
      "//   if (deal.amount().has_value()) Print(deal.name(), *deal.amount());\n//\n"
      "// A class reads a record in place, as record::View does, at no cost beyond it; a builder sets fields of a batch. Text is empty, a\n"
      "// reference null, anything else nullopt when the field is null. A record may hold a choice that no enumerator names: one of "
      "another\n"
      "// package. Fields that other packages added are read and set by name.\n"
      "#ifndef KITH_MODEL_CRM_H_\n#define KITH_MODEL_CRM_H_\n\n";
  std::vector<std::string> names;
  for (const catalog::TypeDef& type : catalog->types()) {
    if (type.number < catalog::kFirstOpenType) continue;
    headers["crm/" + type.name + ".h"] = catalog::ToCpp(type, *catalog, "KITH_MODEL_CRM");
    names.push_back(type.name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) all += "#include \"kith/model/crm/" + name + ".h\"\n";
  headers["crm.h"] = all + "\n#endif  // KITH_MODEL_CRM_H_\n";
  return headers;
}

TEST(CrmHeaders, AreCurrent) {
  const bool update = std::getenv("KITH_UPDATE_HEADERS") != nullptr;
  for (const auto& [name, text] : Headers()) {
    const fs::path path = Folder() / name;
    if (update) std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(ReadFile(path), text) << name << " differs from the package: run model_test with KITH_UPDATE_HEADERS=1";
  }
}

// --- what does not exist does not compile
template <typename T>
concept HasName = requires(T t) {
  t.name();
};
template <typename T>
concept HasNmae = requires(T t) {
  t.nmae();
};
template <typename T, typename V>
concept TakesAmount = requires(T t, V v) {
  t.amount(v);
};
template <typename T, typename V>
concept TakesIndustry = requires(T t, V v) {
  t.industry(v);
};
template <typename T>
concept SetsStage = requires(T t) {
  t.stage(Id());
};

static_assert(HasName<Account> && HasName<Opportunity> && !HasNmae<Account>);
static_assert(TakesAmount<OpportunityBuilder, Money> && !TakesAmount<OpportunityBuilder, std::string_view>);
static_assert(!TakesAmount<OpportunityBuilder, int64_t> && !TakesAmount<AccountBuilder, Money>);
static_assert(TakesIndustry<AccountBuilder, AccountIndustry> && !TakesIndustry<AccountBuilder, LeadIndustry>);
static_assert(!SetsStage<OpportunityBuilder>);  // it follows from moves
static_assert(sizeof(Account) == sizeof(record::View) && std::is_trivially_copyable_v<Account>);

class CrmTest : public ::testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.create = true;
    options.durability = storage::Durability::kRelaxed;
    db_ = *model::OpenDatabase(testing::MakeTempDir() + "/db", options);
  }
  std::shared_ptr<Database> db_;
};

TEST_F(CrmTest, WritesAndReadsAsByName) {
  const Currency yuan = *Currency::FromCode("CNY");
  Batch batch = *db_->NewBatch();
  const Id account = AccountBuilder(batch, {"app", "1"}).name("Acme 律所").industry(AccountIndustry::kLaw).employees(12).id();
  const Id deal =
      OpportunityBuilder(batch).name("Advice").account(account).amount({1'250'000, yuan}).close_date(*ParseDate("2026-07-01")).id();
  OpportunityBuilder(batch, deal).tags({"a", "b"}).source(OpportunitySource::kReferral);
  const Outcome made = *db_->Apply(batch);
  {
    Batch more = *db_->NewBatch();
    OpportunityBuilder(more, made.ids[1]).add_amount({50, yuan});
    ASSERT_TRUE(db_->Apply(more).ok());
  }
  const auto now = *db_->Read();
  const Account read(*now->Get(made.ids[0]));
  EXPECT_EQ(read.id(), made.ids[0]);
  EXPECT_EQ(read.name(), "Acme 律所");
  EXPECT_EQ(read.industry(), AccountIndustry::kLaw);
  EXPECT_EQ(read.employees(), 12);
  EXPECT_EQ(read.tier(), std::nullopt);
  EXPECT_EQ(read.city(), "");
  EXPECT_TRUE(read.parent().is_null());
  const Opportunity opportunity(*now->Get(made.ids[1]));
  EXPECT_EQ(opportunity.amount(), (Money{1'250'050, yuan}));
  EXPECT_EQ(opportunity.account(), made.ids[0]);
  EXPECT_EQ(opportunity.close_date(), *ParseDate("2026-07-01"));
  EXPECT_EQ(opportunity.tags(), Value(TextList{"a", "b"}));
  EXPECT_EQ(opportunity.source(), OpportunitySource::kReferral);
  const catalog::TypeDef& type = **now->catalog().GetType(Opportunity::kType);
  EXPECT_EQ(*GetField(type, opportunity.record(), "amount"), Value(*opportunity.amount()));
  EXPECT_EQ(*GetField(type, opportunity.record(), "name"), Value(opportunity.name()));
}

// The positions are constants, whatever else a database has on the types.
TEST_F(CrmTest, OtherPackagesMoveNothing) {
  const catalog::PackageSource extra{R"({"package": "aaa", "version": "1.0.0", "extend": [{"type": "account",
      "fields": [{"name": "aaa_first", "kind": "int"}],
      "choices": [{"field": "industry", "choices": [{"name": "aaa_special"}]}]}]})",
                                     {}};
  ASSERT_TRUE(db_->Ensure({&extra, 1}).ok());
  Batch batch = *db_->NewBatch();
  AccountBuilder account(batch);
  account.name("B");
  batch.Set(account.id(), "aaa_first", 3);
  batch.Set(account.id(), "industry", "aaa_special");
  const Id id = db_->Apply(batch)->ids[0];
  const auto now = *db_->Read();
  const Account read(*now->Get(id));
  EXPECT_EQ(read.name(), "B");
  ASSERT_TRUE(read.industry().has_value());
  EXPECT_GT(catalog::PackageOfChoice(static_cast<int32_t>(*read.industry())), 0u);
  const catalog::TypeDef& type = *now->catalog().FindType("account");
  EXPECT_EQ(*GetField(type, read.record(), "aaa_first"), Value(3));
}

}  // namespace
}  // namespace kith::crm
