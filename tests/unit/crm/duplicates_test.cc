// Who is in the address book several times, and who somebody about to be entered might be.
#include "kith/crm/duplicates.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "simulator/people.h"
#include "support/settings.h"
#include "unit/model/world.h"

namespace kith::crm {
namespace {

using model::World;
using simulator::People;
using ::testing::HasSubstr;

using Texts = std::map<std::string, std::string>;

class DuplicatesTest : public ::testing::Test {
 protected:
  Id Add(std::string_view type, const Texts& fields, Value owner = {}) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [name, value] : fields) batch.Set(id, name, value);
    if (owner.kind() != Kind::kNull) batch.Set(id, "owner", owner);
    return world_.Apply(batch).at(id.local_index());
  }
  // People as contacts, in rows' order.
  std::vector<Id> AddPeople(size_t rows, uint64_t seed) {
    people_ = simulator::MakePeople(rows, seed);
    Batch batch = world_.NewBatch();
    std::vector<Id> locals;
    for (size_t row = 0; row < rows; ++row) {
      const Id id = batch.Create("contact");
      const auto set = [&](std::string_view field, size_t column) {
        if (!people_.columns[column][row].empty()) batch.Set(id, field, people_.columns[column][row]);
      };
      set("name", 0);
      set("email", 1);
      set("mobile", 2);
      if (const StatusOr<Date> day = ParseDate(people_.columns[3][row]); day.ok()) batch.Set(id, "birthday", *day);
      locals.push_back(id);
    }
    const std::vector<Id> ids = world_.Apply(batch);
    for (Id& id : locals) id = ids.at(id.local_index());
    return locals;
  }
  [[nodiscard]] Duplicates Find(const Snapshot& snapshot, std::string_view type = "contact", const DuplicateOptions& options = {}) {
    StatusOr<Duplicates> found = FindDuplicates(snapshot, type, options);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *std::move(found) : Duplicates{};
  }

  World world_;
  People people_;
};

bool Has(const Duplicates& found, Id a, Id b) {
  for (const Duplicate& pair : found.pairs) {
    if (pair.a == std::min(a, b) && pair.b == std::max(a, b)) return true;
  }
  return false;
}

// B07
TEST_F(DuplicatesTest, APersonUnderManyIdentifiersIsFoundWithReasons) {
  AddPeople(800, testing::TestSeed(3));
  const Id here = Add("contact", {{"name", "Wei Zhang"}, {"mobile", "+86 138 0013 8000"}, {"wechat", "weizhang77"}});
  const Id there = Add("contact", {{"name", "Zhang W."}, {"name_local", "张伟"}, {"phone", "13800138000"}, {"wechat", "weizhang77"}});
  const Id other = Add("contact", {{"name", "Quentin Oddly"}, {"mobile", "+86 139 9876 5432"}});
  const auto snapshot = world_.Read();
  const Duplicates found = Find(*snapshot);
  EXPECT_EQ(found.records, 803U);
  ASSERT_TRUE(Has(found, here, there));
  EXPECT_FALSE(Has(found, there, other));
  for (const Duplicate& pair : found.pairs) {
    if (pair.a != here || pair.b != there) continue;
    EXPECT_GT(pair.probability, 0.99);
    ASSERT_EQ(pair.reasons.size(), 3U);
    std::map<std::string, Agreement> by_field;
    double bits = found.model.prior;
    for (const MatchReason& reason : pair.reasons) {
      by_field[reason.field] = reason.agreement;
      bits += reason.bits;
    }
    EXPECT_EQ(by_field["name"], Agreement::kClose);
    EXPECT_EQ(by_field["phone"], Agreement::kExact);
    EXPECT_EQ(by_field["handle"], Agreement::kExact);
    EXPECT_NEAR(bits, pair.bits, 1e-6);
  }
  bool grouped = false;
  for (const std::vector<Id>& group : found.groups) grouped = grouped || group == std::vector<Id>{here, there};
  EXPECT_TRUE(grouped);
}

// B07
TEST_F(DuplicatesTest, SeededDuplicatesAreFoundAboveTheFloor) {
  const std::vector<Id> ids = AddPeople(3000, testing::TestSeed(8));
  std::map<Id, uint32_t> person;
  for (size_t row = 0; row < ids.size(); ++row) person[ids[row]] = people_.person[row];
  const Duplicates found = Find(*world_.Read(), "contact", {.limit = 100'000});
  double right = 0;
  for (const Duplicate& pair : found.pairs) right += person[pair.a] == person[pair.b] ? 1 : 0;
  EXPECT_GE(right / static_cast<double>(found.pairs.size()), 0.97);
  EXPECT_GE(right / people_.Pairs(), 0.90);  // without address and city
  EXPECT_EQ(found.found, found.pairs.size());
  EXPECT_EQ(Find(*world_.Read(), "contact", {.limit = 10}).pairs.size(), 10U);
}

// B07: at entry
TEST_F(DuplicatesTest, WhoeverIsAboutToBeEnteredIsKnown) {
  const std::vector<Id> ids = AddPeople(3000, testing::TestSeed(5));
  const auto snapshot = world_.Read();
  const Duplicates found = Find(*snapshot, "contact", {.limit = 200});
  size_t known = 0;
  for (const Duplicate& pair : found.pairs) {
    const StatusOr<Lookalikes> who = WhoIs(*snapshot, "contact", {.record = pair.a}, found.model);
    ASSERT_TRUE(who.ok()) << who.status();
    for (const Lookalike& one : who->records) {
      EXPECT_NE(one.record, pair.a);
      known += one.record == pair.b ? 1 : 0;
    }
  }
  EXPECT_GE(known, found.pairs.size() * 97 / 100);
  const Id zhang = Add("contact", {{"name", "张小明"}, {"mobile", "13812345678"}, {"email", "xiaoming.zhang@example.com"}});
  const auto later = world_.Read();
  for (const WhoQuestion& question : {WhoQuestion{.values = {{"name", "Zhang Xiaoming"}, {"mobile", "+86 138 1234 5678"}}},
                                      WhoQuestion{.values = {{"name", "XiaoMing Zhang"}, {"email", "Xiaoming.Zhang@Example.com"}}},
                                      WhoQuestion{.values = {{"phone", "0086 138-1234-5678"}, {"name", "张小明"}}}}) {
    const StatusOr<Lookalikes> who = WhoIs(*later, "contact", question, found.model);
    ASSERT_TRUE(who.ok()) << who.status();
    ASSERT_FALSE(who->records.empty()) << question.values.begin()->second;
    EXPECT_EQ(who->records[0].record, zhang);
    EXPECT_FALSE(who->records[0].reasons.empty());
  }
  const StatusOr<Lookalikes> nobody = WhoIs(*later, "contact", {.values = {{"name", "Quentin Xylophone"}}}, found.model);
  ASSERT_TRUE(nobody.ok()) << nobody.status();
  EXPECT_TRUE(nobody->records.empty());
}

TEST_F(DuplicatesTest, CompaniesAreFoundByTheirRoles) {
  for (int i = 0; i < 300; ++i) {
    Add("account",
        {{"name", "Firm " + std::to_string(i * 7919 % 1000) + " Trading Ltd"}, {"phone", "021" + std::to_string(5'000'000 + i * 7919)}});
  }
  const Id here =
      Add("account", {{"name", "Acme Technology"}, {"legal_name", "北京阿克米科技有限公司"}, {"website", "https://www.acme.example/cn"}});
  const Id there = Add("account", {{"name", "北京阿克米科技有限公司"}, {"website", "acme.example"}});
  const Duplicates found = Find(*world_.Read(), "account");
  EXPECT_TRUE(Has(found, here, there));
}

TEST_F(DuplicatesTest, FieldsOfAnyTypeAreComparedAsTheCallerSays) {
  const Id here = Add("competitor", {{"name", "Globex"}, {"website", "www.globex.example"}});
  const Id there = Add("competitor", {{"name", "globex"}, {"website", "http://globex.example/"}});
  for (int i = 0; i < 200; ++i) Add("competitor", {{"name", "Rival" + std::to_string(i * 37)}});
  const auto snapshot = world_.Read();
  const DuplicateOptions options{.fields = {{"name", MatchKind::kName}, {"website", MatchKind::kWebsite}}};
  EXPECT_TRUE(Has(Find(*snapshot, "competitor", options), here, there));
  EXPECT_THAT(FindDuplicates(*snapshot, "competitor").status().message(), HasSubstr("party"));
  const auto bad = [&](const DuplicateOptions& wrong) { return GetReason(FindDuplicates(*snapshot, "contact", wrong).status()); };
  EXPECT_EQ(bad({.fields = {{"nam", MatchKind::kName}}}), Reason::kUnknownField);
  EXPECT_EQ(bad({.fields = {{"do_not_contact", MatchKind::kText}}}), Reason::kBadOptions);
  EXPECT_EQ(bad({.match = {.review = 2}}), Reason::kBadOptions);
  EXPECT_EQ(GetReason(FindDuplicates(*snapshot, "contacts").status()), Reason::kUnknownType);
  const MatchModel model;
  EXPECT_EQ(GetReason(WhoIs(*snapshot, "contact", {.values = {{"nam", "x"}}}, model).status()), Reason::kUnknownField);
  EXPECT_FALSE(WhoIs(*snapshot, "contact", {.record = here}, model).ok());
}

// B07: a lead who is a contact already, under another spelling.
TEST_F(DuplicatesTest, LeadsWhoAreContactsAreFound) {
  people_ = simulator::MakePeople(3000, testing::TestSeed(11));
  std::map<Id, uint32_t> person;
  Batch batch = world_.NewBatch();
  std::vector<std::pair<Id, uint32_t>> locals;
  for (size_t row = 0; row < people_.person.size(); ++row) {
    const bool lead = row % 2 == 0;
    const Id id = batch.Create(lead ? "lead" : "contact");
    batch.Set(id, "name", people_.columns[0][row].empty() ? "x" : people_.columns[0][row]);
    if (!people_.columns[1][row].empty()) batch.Set(id, "email", people_.columns[1][row]);
    if (!people_.columns[2][row].empty()) batch.Set(id, lead ? "phone" : "mobile", people_.columns[2][row]);
    locals.emplace_back(id, people_.person[row]);
  }
  const std::vector<Id> ids = world_.Apply(batch);
  std::map<uint32_t, std::pair<double, double>> rows;  // of a person: leads, contacts
  for (const auto& [local, who] : locals) {
    const Id id = ids.at(local.local_index());
    person[id] = who;
    ++(id.type() == ids.at(locals[0].first.local_index()).type() ? rows[who].first : rows[who].second);
  }
  double pairs = 0;
  for (const auto& [who, counts] : rows) pairs += counts.first * counts.second;
  const auto snapshot = world_.Read();
  const DuplicateOptions options{.limit = 100'000, .also = {"contact"}, .across = true};
  const Duplicates found = Find(*snapshot, "lead", options);
  EXPECT_EQ(found.records, 3000U);
  EXPECT_EQ(found.found, found.pairs.size());
  double right = 0;
  size_t known = 0;
  for (const Duplicate& pair : found.pairs) {
    EXPECT_NE(pair.a.type(), pair.b.type());
    right += person[pair.a] == person[pair.b] ? 1 : 0;
    const Id lead = snapshot->catalog().FindType("lead")->number == pair.a.type() ? pair.a : pair.b;
    const StatusOr<Lookalikes> who = WhoIs(*snapshot, "lead", {.record = lead}, found.model, options);
    ASSERT_TRUE(who.ok()) << who.status();
    for (const Lookalike& one : who->records) {
      EXPECT_NE(one.record.type(), lead.type());
      known += one.record == pair.a || one.record == pair.b ? 1 : 0;
    }
  }
  EXPECT_GE(right / static_cast<double>(found.pairs.size()), 0.97);
  EXPECT_GE(right / pairs, 0.75);  // by name, mail and telephone number alone
  EXPECT_GE(known, found.pairs.size() * 97 / 100);
}

// B07: their company is an account.
TEST_F(DuplicatesTest, ALeadsCompanyIsAnAccountAlready) {
  std::map<Id, Id> account_of;
  size_t leads = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string word = std::string(1, static_cast<char>('A' + i * 7 % 26)) + "ol" + std::to_string(i * 7919 % 1000) + "ex";
    const Id account = Add("account", {{"name", word + " Trading"}});
    if (i % 2 == 0) continue;
    account_of[Add("lead", {{"name", "Person" + std::to_string(i * 6151 % 1000)},
                            {"company", (i % 4 == 1 ? "TRADING " : "Trading ") + word}})] = account;
    Add("lead", {{"name", word + " Trading"}, {"company", "Elsewhere" + std::to_string(i * 104'729 % 1000)}});
    ++leads;
  }
  const auto snapshot = world_.Read();
  const Duplicates found = Find(*snapshot, "lead", {.also = {"account"}, .across = true});
  size_t right = 0;
  for (const Duplicate& pair : found.pairs) {
    const bool first = account_of.count(pair.a) != 0;
    right += (first && account_of[pair.a] == pair.b) || (!first && account_of.count(pair.b) != 0 && account_of[pair.b] == pair.a) ? 1 : 0;
  }
  EXPECT_GE(right, leads * 9 / 10);
  EXPECT_GE(right, found.pairs.size() * 9 / 10);
  const auto bad = [&](const DuplicateOptions& wrong) { return GetReason(FindDuplicates(*snapshot, "lead", wrong).status()); };
  EXPECT_EQ(bad({.also = {"tickets"}}), Reason::kUnknownType);
  EXPECT_EQ(bad({.also = {"ticket"}}), Reason::kBadOptions);
  EXPECT_EQ(bad({.fields = {{"name", MatchKind::kName}}, .also = {"contact"}}), Reason::kBadOptions);
}

constexpr std::string_view kPolicy =
    R"({"types": {"contact": {"read": ["owner"], "fields": {"mobile": {"read": ["role:desk"], "write": ["role:desk"]}}}}})";

TEST_F(DuplicatesTest, NothingHiddenShowsInPairsReasonsOrFrequencies) {
  AddPeople(400, testing::TestSeed(1));  // without an owner
  const Value ann = world_.owners()[0];
  const Value bob = world_.owners()[1];
  const Texts zhang = {{"name", "Wei Zhang"}, {"mobile", "13800138000"}, {"email", "wei@example.com"}};
  const Id mine = Add("contact", zhang, ann);
  const Id also_mine = Add("contact", zhang, ann);
  const Id hidden = Add("contact", zhang, bob);
  for (int i = 0; i < 50; ++i) Add("contact", {{"name", "Somebody " + std::string(1, static_cast<char>('a' + i % 26)) + "lse"}}, ann);
  const StatusOr<EnsureReport> set = world_.db().SetPolicy(kPolicy);
  ASSERT_TRUE(set.ok()) << set.status();
  const auto snapshot = *world_.db().Read({.id = world_.owners()[0]});
  const Duplicates found = Find(*snapshot);
  EXPECT_EQ(found.records, 52U);
  EXPECT_TRUE(Has(found, mine, also_mine));
  EXPECT_FALSE(Has(found, mine, hidden));
  for (const Duplicate& pair : found.pairs) {
    for (const MatchReason& reason : pair.reasons) EXPECT_NE(reason.field, "phone");
  }
  const StatusOr<Lookalikes> who = WhoIs(*snapshot, "contact", {.values = {{"mobile", "13800138000"}}}, found.model);
  ASSERT_TRUE(who.ok()) << who.status();
  EXPECT_TRUE(who->records.empty());
  const StatusOr<Lookalikes> by_mail =
      WhoIs(*snapshot, "contact", {.values = {{"email", "wei@example.com"}, {"name", "Wei Zhang"}}}, found.model);
  ASSERT_TRUE(by_mail.ok()) << by_mail.status();
  EXPECT_EQ(by_mail->records.size(), 2U);
}

}  // namespace
}  // namespace kith::crm
