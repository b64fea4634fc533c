// A firm's own business as one package: everything that can be declared, with labels, used, changed and retired. // E01 E02 E03 B14
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "kith/engine/json.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;

// Matters of a law firm: numbered, with hours that add up to their fee, and rules of their own.
constexpr std::string_view kPractice = R"json({
  "package": "test.practice", "version": "1.0.0", "labels": {"en": "Practice", "zh": "律所", "ar": "ممارسة"},
  "types": [
    {"name": "matter", "labels": {"en": "Matter", "zh": "案件", "ar": "قضية"},
     "fields": [
       {"name": "number", "kind": "text", "auto_number": "M{year}-{n:04}", "labels": {"en": "Number", "zh": "案号", "ar": "رقم"}},
       {"name": "title", "kind": "text", "required": true, "max_length": 100},
       {"name": "state", "kind": "choice", "default": "open", "choices": [
          {"name": "open", "labels": {"en": "Open", "zh": "进行中"}}, {"name": "closed", "labels": {"en": "Closed", "zh": "已结"}}],
        "initial_states": ["open"], "transitions": {"open": ["closed"]}},
       {"name": "opened", "kind": "date"}, {"name": "closed_on", "kind": "date"},
       {"name": "cap", "kind": "money", "min": "0"},
       {"name": "fee", "kind": "money", "labels": {"en": "Fee", "zh": "律师费"},
        "roll_up": {"function": "sum", "of": "time_entry", "by": "matter", "field": "value"}},
       {"name": "minutes", "kind": "int", "roll_up": {"function": "sum", "of": "time_entry", "by": "matter", "field": "minutes", "where": "billable"}},
       {"name": "latest", "kind": "date", "roll_up": {"function": "max", "of": "time_entry", "by": "matter", "field": "day"}},
       {"name": "left", "kind": "money", "formula": "cap - fee", "labels": {"en": "Left of the cap", "zh": "封顶余额"}}
     ],
     "checks": [
       {"name": "closes_after_it_opens", "condition": "closed_on >= opened", "labels": {"en": "Order of dates", "zh": "日期顺序"},
        "message": {"en": "A matter closes after it opens", "zh": "结案日期不得早于立案日期", "ar": "تغلق القضية بعد فتحها"}},
       {"name": "closed_has_a_date", "condition": "state != 'closed' || closed_on != null"}]},
    {"name": "time_entry", "labels": {"en": "Time entry", "zh": "工时"},
     "fields": [
       {"name": "matter", "kind": "ref", "to": ["matter"], "on_delete": "cascade", "required": true},
       {"name": "day", "kind": "date"}, {"name": "minutes", "kind": "int", "min": 1}, {"name": "billable", "kind": "bool", "default": true},
       {"name": "rate", "kind": "money"},
       {"name": "value", "kind": "money", "formula": "billable ? rate * minutes / 60 : rate * 0"}],
     "checks": [{"name": "in_an_open_matter", "condition": "matter.state == 'open'",
                 "message": {"en": "Time is written on open matters", "zh": "只能在进行中的案件上登记工时"}}]}
  ]
})json";

class CustomPackageTest : public ::testing::Test {
 protected:
  CustomPackageTest() { shop_.Ensure(kPractice); }
  Id AddMatter() {
    return shop_.Add("matter", [](Batch& batch, Id id) {
      batch.Set(id, "title", "Li v. Wang");
      batch.Set(id, "opened", *ParseDate("2026-03-01"));
      batch.Set(id, "cap", Money{500'000, *Currency::FromCode("CNY")});
    });
  }
  Batch Entry(Id matter, int64_t minutes, bool billable) {
    Batch batch = shop_.NewBatch();
    const Id id = batch.Create("time_entry");
    batch.Set(id, "matter", matter);
    batch.Set(id, "day", *ParseDate("2026-03-05"));
    batch.Set(id, "minutes", minutes);
    batch.Set(id, "billable", billable);
    batch.Set(id, "rate", Money{120'000, *Currency::FromCode("CNY")});
    return batch;
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST_F(CustomPackageTest, AllOfItWorksTogether) {
  const Currency cny = *Currency::FromCode("CNY");
  const Id matter = AddMatter();
  EXPECT_THAT(shop_.Get(matter, "number").get<std::string>(), HasSubstr("-0001"));
  shop_.Apply(Entry(matter, 90, true));
  shop_.Apply(Entry(matter, 30, false));
  EXPECT_EQ(shop_.Get(matter, "fee"), Value(Money{180'000, cny}));
  EXPECT_EQ(shop_.Get(matter, "minutes"), Value(90));
  EXPECT_EQ(shop_.Get(matter, "left"), Value(Money{320'000, cny}));
  EXPECT_EQ(shop_.Get(matter, "latest"), Value(*ParseDate("2026-03-05")));

  Batch early = shop_.NewBatch();
  early.SetChoice(matter, "state", "closed");
  EXPECT_EQ(GetErrorInfo(shop_.Refuse(early)).field, "closed_has_a_date");
  early.Set(matter, "closed_on", *ParseDate("2026-02-01"));
  EXPECT_EQ(GetErrorInfo(shop_.Refuse(early)).field, "closes_after_it_opens");
  early.Set(matter, "closed_on", *ParseDate("2026-06-01"));
  shop_.Apply(early);
  const Status refused = shop_.Refuse(Entry(matter, 60, true));
  EXPECT_EQ(GetReason(refused), Reason::kCheckFailed);
  EXPECT_THAT(std::string(MessageOf(refused)), HasSubstr("Time is written on open matters"));
  Batch reopen = shop_.NewBatch();
  reopen.SetChoice(matter, "state", "open");
  EXPECT_EQ(GetReason(shop_.Refuse(reopen)), Reason::kNotATransition);
}

TEST_F(CustomPackageTest, EverythingHasLabelsInAnyLanguage) {
  const auto snapshot = shop_.Read();
  const catalog::TypeDef& matter = *snapshot->catalog().FindType("matter");
  EXPECT_EQ(matter.labels.at("ar"), "قضية");
  EXPECT_EQ(matter.FindField("number")->labels.at("zh"), "案号");
  EXPECT_EQ(matter.FindField("fee")->labels.at("zh"), "律师费");
  EXPECT_EQ(matter.FindField("left")->labels.at("zh"), "封顶余额");
  EXPECT_EQ(matter.FindCheck("closes_after_it_opens")->labels.at("zh"), "日期顺序");
  EXPECT_EQ(matter.FindCheck("closes_after_it_opens")->MessageIn("ar"), "تغلق القضية بعد فتحها");
}

TEST_F(CustomPackageTest, ItSurvivesTheFileAndAnotherDatabase) {
  const std::string before = shop_.Read()->catalog().ToJson();
  shop_.Close();
  shop_.Open();
  EXPECT_EQ(shop_.Read()->catalog().ToJson(), before);
  const auto snapshot = shop_.Read();
  const catalog::PackageSource source = ToPackage(snapshot->catalog(), *snapshot->catalog().FindPackage("test.practice"));
  EXPECT_THAT(source.definition, HasSubstr("closes_after_it_opens"));
  const auto plan = catalog::Catalog::BuiltIn()->PlanEnsure({&source, 1});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->after->FindType("matter")->FindField("fee")->roll_up->field, "value");
}

TEST_F(CustomPackageTest, ANewVersionChangesAndRetires) {
  const Currency cny = *Currency::FromCode("CNY");
  const Id matter = AddMatter();
  shop_.Apply(Entry(matter, 60, true));
  shop_.Apply(Entry(matter, 60, false));
  std::string next(kPractice);
  const auto replace = [&next](std::string_view from, std::string_view to) { next.replace(next.find(from), from.size(), to); };
  replace("1.0.0", "2.0.0");
  replace("rate * 0", "rate * minutes / 120");  // a formula, and with it the roll-up over it
  replace(R"("field": "minutes", "where": "billable")", R"("field": "minutes")");
  replace(R"("kind": "money", "formula": "cap - fee")", R"("kind": "money", "retired": true, "formula": "cap - fee")");
  replace(R"({"name": "cap", "kind": "money", "min": "0"})", R"({"name": "cap", "kind": "money", "min": "0", "retired": true})");
  const EnsureReport report = shop_.Ensure(next);
  EXPECT_THAT(report.changes, Contains("retires field matter.cap"));
  EXPECT_EQ(shop_.Get(matter, "fee"), Value(Money{180'000, cny}));
  EXPECT_EQ(shop_.Get(matter, "minutes"), Value(120));
  EXPECT_EQ(shop_.Get(matter, "cap"), Value(Money{500'000, cny}));  // what was stored stays readable
  Batch batch = shop_.NewBatch();
  batch.Set(matter, "cap", Money{1, cny});
  EXPECT_FALSE(batch.status().ok());
}

// B13: a trait of the firm's own touches no record and shows at once, with who gave it and when; what is derived follows from the log
// alone.
TEST_F(CustomPackageTest, ANewTraitTouchesNoRecord) {
  const Id matter = AddMatter();
  shop_.Add("time_entry", [&](Batch& batch, Id id) {
    batch.Set(id, "matter", matter);
    batch.Set(id, "day", *ParseDate("2026-03-02"));
    batch.Set(id, "minutes", 90);
    batch.Set(id, "rate", Money{40'000, *Currency::FromCode("CNY")});
  });
  const auto records = [&] {
    std::map<std::string, std::string> found;
    for (const auto& [key, value] : shop_.DumpFile()) {
      uint64_t id = 0;  // as the machine has it
      if (key.first != format::kRecord || key.second.size() != sizeof(id)) continue;
      std::memcpy(&id, key.second.data(), sizeof(id));
      if (Id(id).type() >= catalog::kFirstOpenType) found[key.second] = value;
    }
    return found;
  };
  const auto before = records();
  ASSERT_GE(before.size(), 2U);
  const std::string traits =
      R"json({"package": "firm", "version": "1.0.0", "needs": ["test.practice"], "extend": [{"type": "matter", "fields": [
      {"name": "firm_tone", "kind": "text"},
      {"name": "firm_entries", "kind": "int", "roll_up": {"function": "count", "of": "time_entry", "by": "matter"}},
      {"name": "firm_busy", "kind": "bool", "formula": "minutes > 60"}]}]})json";
  shop_.Ensure(traits);
  EXPECT_EQ(records(), before);
  EXPECT_EQ(shop_.Get(matter, "firm_entries"), Value(int64_t{1}));
  EXPECT_EQ(shop_.Get(matter, "firm_busy"), Value(true));
  Batch batch = *shop_->NewBatch(Actor{Id(77)}, "call");
  batch.Set(matter, "firm_tone", "friendly");
  shop_.Apply(batch);
  const HistoryEntry last = shop_.Read()->History(matter)->back();
  EXPECT_EQ(last.actor.id, Id(77));
  EXPECT_EQ(last.recorded, shop_.clock.now());

  OpenOptions options = shop_.Options();
  options.node = 5;
  const std::shared_ptr<Database> other = *Database::Open(testing::MakeTempDir() + "/db", options);
  const StatusOr<ReceiveReport> replayed = other->Receive(*shop_->ReadReplica(0, other->node()));
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  const auto portrait = [&](Database& db) {
    const std::unique_ptr<Snapshot> snapshot = *db.Read();
    const auto json = nlohmann::json::parse(RecordToJson(*snapshot->catalog().FindType("matter"), *snapshot->Get(matter)));
    std::map<std::string, std::string> fields;
    for (const auto& [name, value] : json.at("fields").items()) fields[name] = value.dump();
    return fields;
  };
  EXPECT_EQ(portrait(*other), portrait(*shop_));
  EXPECT_EQ(portrait(*other).at("firm_tone"), "\"friendly\"");
  EXPECT_EQ(portrait(*other).at("firm_entries"), "1");
}

}  // namespace
}  // namespace kith
