// Task templates: the process that a state or a stage starts, by data. // E13
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "kith/model/model.h"
#include "support/company.h"
#include "support/paths.h"

namespace kith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class TasksTest : public ::testing::Test {
 protected:
  TasksTest() { Open({}); }
  void TearDown() override { EXPECT_THAT(db_->Verify()->problems, IsEmpty()); }

  void Open(const std::vector<std::string>& packages) {
    OpenOptions options;
    options.create = true;
    options.durability = storage::Durability::kRelaxed;
    options.clock = clock_.function();
    db_ = *OpenDatabase(testing::MakeTempDir() + "/db", options);
    for (const std::string& name : packages) {
      const catalog::PackageSource source = *catalog::ShippedPackage(name);
      const StatusOr<EnsureReport> report = db_->Ensure({&source, 1});
      ASSERT_TRUE(report.ok()) << report.status();
    }
  }
  Batch NewBatch() { return *db_->NewBatch({}, "test"); }
  Outcome Apply(const Batch& batch) {
    clock_.Advance(kMicrosPerSecond);
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *outcome : Outcome();
  }
  void Set(Id id, std::string_view field, Value value) {
    Batch batch = NewBatch();
    batch.Set(id, field, std::move(value));
    Apply(batch);
  }
  Id AddOrder(std::string_view status = "draft") {
    Batch batch = NewBatch();
    const Id order = batch.Create("order");
    batch.Set(order, "status", status);
    return Apply(batch).ids[0];
  }
  template <typename Fill>
  StatusOr<Outcome> AddTemplate(const Fill& fill) {
    Batch batch = NewBatch();
    const Id made = batch.Create("task_template");
    batch.Set(made, "for_type", "order");
    batch.Set(made, "field", "status");
    batch.Set(made, "value", "placed");
    batch.Set(made, "subject", "Pack it");
    fill(batch, made);
    clock_.Advance(kMicrosPerSecond);
    return db_->Apply(batch);
  }
  // Subject and days until it is due of each task about a record.
  std::map<std::string, int64_t> TasksOf(Id record) {
    std::map<std::string, int64_t> found;
    const auto now = *db_->Read();
    const catalog::TypeDef& type = **now->catalog().GetType("task");
    const auto cursor = *now->ScanIndex("task", "by_regarding", {.equal = {Value(record)}});
    while (cursor->Next()) {
      const record::View task = *cursor->record();
      const Value due = *GetField(type, task, "due");
      const int64_t days = due.is_null() ? -1 : (due.get<Time>().micros - task.header().created) / kMicrosPerDay;
      found[GetField(type, task, "subject")->get<std::string>()] = days;
    }
    return found;
  }

  testing::ManualClock clock_;
  std::shared_ptr<Database> db_;
};

// The same event, three trades, three processes.
TEST_F(TasksTest, AnOrderStartsTheProcessOfItsTrade) {  // E13, E15
  const std::map<std::string, std::map<std::string, int64_t>> expected = {
      {"legal", {{"签署授权委托书", 3}, {"建立案卷", 5}}},
      {"trade", {{"预订舱位", 2}, {"准备报关单证", 7}, {"办理货运保险", 10}}},
      {"florist", {{"预留花材", 0}, {"收取定金", 1}}}};
  for (const auto& [package, tasks] : expected) {
    Open({package});
    const Id order = AddOrder();
    EXPECT_THAT(TasksOf(order), IsEmpty());
    Set(order, "status", "placed");
    EXPECT_EQ(TasksOf(order), tasks) << package;
    // Once for each record, however often it gets there.
    Set(order, "status", "draft");
    Set(order, "status", "placed");
    EXPECT_EQ(TasksOf(order), tasks) << package;
    EXPECT_EQ(TasksOf(AddOrder("placed")), tasks) << package;
  }
}

TEST_F(TasksTest, AStageStartsTasksInTheLanguageOfTheDatabase) {
  Open({"legal"});
  Batch batch = NewBatch();
  const Id setting = batch.Existing("setting", {"kith.setting", "database"});
  batch.Set(setting, "language", "en");
  const Id client = batch.Create("account");
  batch.Set(client, "name", "Client");
  const Id lawyer = batch.Create("employee");
  batch.Set(lawyer, "name", "Lawyer");
  const Id matter = batch.Create("matter");
  batch.Set(matter, "name", "Dispute");
  batch.Set(matter, "client", client);
  batch.Set(matter, "owner", lawyer);
  Move(batch, matter, "legal/intake");
  const Outcome made = Apply(batch);
  const Id id = made.ids[3];
  EXPECT_THAT(TasksOf(id), IsEmpty());
  Batch move = NewBatch();
  Move(move, id, "legal/engaged");
  const Outcome moved = Apply(move);
  EXPECT_THAT(moved.effects, ::testing::Contains("creates task"));
  EXPECT_THAT(TasksOf(id), UnorderedElementsAre(Pair("Check the limitation period", 1), Pair("List the evidence", 14)));
  const auto now = *db_->Read();
  const catalog::TypeDef& type = **now->catalog().GetType("task");
  const auto cursor = *now->ScanIndex("task", "by_regarding", {.equal = {Value(id)}});
  while (cursor->Next()) {
    EXPECT_EQ(*GetField(type, *cursor->record(), "assignee"), Value(made.ids[2]));
    EXPECT_EQ(*GetField(type, *cursor->record(), "account"), Value(made.ids[1]));
  }
}

TEST_F(TasksTest, AConditionChooses) {
  ASSERT_TRUE(AddTemplate([](Batch& batch, Id id) {
                batch.Set(id, "condition", "account.industry == \"law\"");
                batch.Set(id, "due_days", 2);
              }).ok());
  const auto placed = [&](std::string_view industry) {
    Batch batch = NewBatch();
    const Id account = batch.Create("account");
    batch.Set(account, "name", "A");
    batch.Set(account, "industry", industry);
    const Id order = batch.Create("order");
    batch.Set(order, "account", account);
    batch.Set(order, "status", "placed");
    return TasksOf(Apply(batch).ids[1]);
  };
  const auto now = *db_->Read();
  const auto& choices = now->catalog().FindType("account")->FindField("industry")->choices;
  ASSERT_NE(now->catalog().FindType("account")->FindField("industry")->FindChoice("law"), nullptr);
  for (const catalog::ChoiceDef& choice : choices) {
    EXPECT_EQ(placed(choice.name).size(), choice.name == "law" ? 1u : 0u) << choice.name;
  }
}

TEST_F(TasksTest, TasksFollowEachOther) {
  ASSERT_TRUE(AddTemplate([](Batch&, Id) {}).ok());
  ASSERT_TRUE(AddTemplate([](Batch& batch, Id id) {
                batch.Set(id, "for_type", "task");
                batch.Set(id, "value", "done");
                batch.Set(id, "subject", "Ship it");
                batch.Set(id, "condition", "subject == \"Pack it\"");
              }).ok());
  const Id order = AddOrder("placed");
  EXPECT_THAT(TasksOf(order), ElementsAre(Pair("Pack it", -1)));
  const auto now = *db_->Read();
  const auto cursor = *now->ScanIndex("task", "by_regarding", {.equal = {Value(order)}});
  ASSERT_TRUE(cursor->Next());
  const Id first = cursor->id();
  Set(first, "status", "done");
  EXPECT_THAT(TasksOf(first), ElementsAre(Pair("Ship it", -1)));
}

TEST_F(TasksTest, OnesOutOfUseAndImportsStartNothing) {
  const StatusOr<Outcome> made = AddTemplate([](Batch&, Id) {});
  ASSERT_TRUE(made.ok()) << made.status();
  Batch batch = NewBatch();
  batch.SetOrigin(Origin::kImport);
  batch.Set(batch.Create("order"), "status", "placed");
  EXPECT_THAT(TasksOf(Apply(batch).ids[0]), IsEmpty());
  Set(made->ids[0], "active", false);
  EXPECT_THAT(TasksOf(AddOrder("placed")), IsEmpty());
  Set(made->ids[0], "active", true);
  EXPECT_THAT(TasksOf(AddOrder("placed")), ElementsAre(Pair("Pack it", -1)));
  EXPECT_THAT(TasksOf(AddOrder("delivered")), IsEmpty());
}

TEST_F(TasksTest, ATemplateSaysWhatTheCatalogHas) {
  const auto refused = [&](std::string_view field, Value value) {
    const StatusOr<Outcome> outcome = AddTemplate([&](Batch& batch, Id id) { batch.Set(id, field, value); });
    EXPECT_FALSE(outcome.ok());
    const ErrorInfo info = GetErrorInfo(outcome.status());
    EXPECT_EQ(info.type, "task_template");
    return std::string(NameOf(info.reason)) + " " + info.field + ": " + std::string(MessageOf(outcome.status()));
  };
  EXPECT_EQ(refused("for_type", "ordr"), "BadOptions for_type: no such type");
  EXPECT_EQ(refused("field", "state"), "BadOptions field: is no choice field of the type");
  EXPECT_EQ(refused("field", "number"), "BadOptions field: is no choice field of the type");
  EXPECT_EQ(refused("value", "placd"), "BadOptions value: the field has no such choice");
  EXPECT_EQ(refused("field", Value()), "BadOptions field: a task template waits for a state or for a stage");
  EXPECT_THAT(refused("condition", "acount.name == \"x\""), HasSubstr("UnknownField"));
  EXPECT_THAT(refused("condition", "1 + 1"), HasSubstr("WrongKind"));
}

}  // namespace
}  // namespace kith::model
