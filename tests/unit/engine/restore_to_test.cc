// A former moment brought back as a database of its own. The one to compare with is a copy taken at that moment.
#include <gtest/gtest.h>

#include <filesystem>

#include "shop.h"

namespace kith {
namespace {

using testing::MakeTempDir;
using testing::Shop;

class RestoreToTest : public ::testing::Test {
 protected:
  RestoreReport Restore(const Moment& moment) {
    const StatusOr<RestoreReport> report = shop_->RestoreTo(target_, moment);
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return {};
    EXPECT_TRUE(report->problems.empty()) << report->problems[0];
    return *report;
  }
  std::shared_ptr<Database> OpenTarget() { return *Database::Open(target_, shop_.Options()); }
  Shop shop_;
  std::string target_ = MakeTempDir() + "/then";
};

TEST_F(RestoreToTest, GivesRecordsBackAsTheyWere) {
  const Id kept = shop_.AddItem("kept");
  const Id changed = shop_.AddItem("changed");
  const Id deleted = shop_.AddItem("deleted");
  const uint64_t then = shop_.Sequence();
  const Time recorded = shop_.Read()->recorded();
  Batch batch = shop_.NewBatch();
  batch.Set(changed, "name", "other");
  batch.Set(changed, "quantity", 7);
  batch.Delete(deleted);
  shop_.Apply(batch);
  const Id later = shop_.AddItem("later");

  const RestoreReport report = Restore({.sequence = then});
  EXPECT_EQ(report.sequence, then);
  EXPECT_EQ(report.recorded, recorded);
  EXPECT_EQ(report.brought_back, 2u);
  ASSERT_EQ(report.notes.size(), 1u);  // how the deleted one had come
  const auto there = OpenTarget();
  const auto snapshot = *there->Read();
  EXPECT_EQ(snapshot->sequence(), then);
  EXPECT_EQ(testing::FieldOf(*snapshot, *snapshot->Get(kept), "name"), Value("kept"));
  EXPECT_EQ(testing::FieldOf(*snapshot, *snapshot->Get(changed), "name"), Value("changed"));
  EXPECT_TRUE(testing::FieldOf(*snapshot, *snapshot->Get(changed), "quantity").is_null());
  EXPECT_EQ(testing::FieldOf(*snapshot, *snapshot->Get(deleted), "name"), Value("deleted"));
  EXPECT_FALSE(snapshot->Get(later).ok());
  // Ids that were given since are not given again.
  Batch more = *there->NewBatch();
  more.Set(more.Create("item"), "name", "new");
  EXPECT_GT(there->Apply(more)->ids[0], later);
  EXPECT_EQ(shop_.Get(changed, "name"), Value("other"));  // the database itself is what it was
}

TEST_F(RestoreToTest, KnowsExternalReferencesOfThen) {
  Batch batch = shop_.NewBatch();
  const Id both = batch.Create("item", {"erp", "1"});
  batch.Set(both, "name", "both");
  batch.Link(both, {"app", "a"});
  const Id gone = batch.Create("item", {"erp", "2"});
  batch.Set(gone, "name", "gone");
  const Outcome made = shop_.Apply(batch);
  const uint64_t then = made.last_sequence;
  Batch change = shop_.NewBatch();
  change.Unlink(made.ids[0], {"erp", "1"});
  change.Link(made.ids[0], {"erp", "9"});
  change.Set(made.ids[0], "quantity", 3);
  shop_.Apply(change);
  Batch remove = shop_.NewBatch();
  remove.Delete(made.ids[1]);
  shop_.Apply(remove);
  Batch take = shop_.NewBatch();
  take.Link(made.ids[0], {"erp", "2"});
  shop_.Apply(take);

  const std::vector<HistoryEntry> history = *shop_.Read()->History(made.ids[0]);
  ASSERT_EQ(history[1].fields.size(), 2u);
  EXPECT_EQ(history[1].fields[1].before, Value(TextList{"app", "a", "erp", "1"}));
  EXPECT_EQ(history[1].fields[1].after, Value(TextList{"app", "a", "erp", "9"}));

  Restore({.sequence = then});
  const auto snapshot = *OpenTarget()->Read();
  EXPECT_EQ(snapshot->ExternalRefs(made.ids[0]), (std::vector<ExternalRef>{{"app", "a"}, {"erp", "1"}}));
  EXPECT_EQ(snapshot->ExternalRefs(made.ids[1]), (std::vector<ExternalRef>{{"erp", "2"}}));
  EXPECT_EQ(*snapshot->Find("item", ExternalRef{"erp", "2"}), made.ids[1]);
  EXPECT_FALSE(snapshot->Find("item", ExternalRef{"erp", "9"}).ok());
}

TEST_F(RestoreToTest, TakesTheCatalogBackToo) {
  const Id item = shop_.AddItem("one");
  const uint64_t then = shop_.Sequence();
  shop_.Ensure(R"({"package": "test.more", "version": "1.0.0", "needs": ["test.shop"],
    "types": [{"name": "extra", "fields": [{"name": "label", "kind": "text"}]}],
    "extend": [{"type": "item", "fields": [{"name": "grade", "kind": "int"}]}]})");
  Batch batch = shop_.NewBatch();
  const auto later = shop_.Read();
  for (const catalog::FieldDef& field : later->catalog().FindType("item")->fields) {
    if (field.kind == Kind::kInt && field.name.ends_with("grade")) batch.Set(item, field.name, 5);
  }
  shop_.Apply(batch);
  ASSERT_NE(shop_.Read()->catalog().FindType("extra"), nullptr);
  Restore({.sequence = then});
  StatusOr<std::shared_ptr<Database>> there = Database::Open(target_, shop_.Options());
  EXPECT_EQ((*there)->GetCatalog().value()->FindType("extra"), nullptr);
  // The field declared anew is empty: nothing of its later value was carried along.
  const auto snapshot = *(*there)->Read();
  const Id other = shop_.AddItem("one");
  const auto here = shop_.Read();
  EXPECT_EQ(snapshot->Get(item)->bytes().size(), here->Get(other)->bytes().size());
}

TEST_F(RestoreToTest, RefusesWhatItCannotKnow) {
  shop_.AddItem("a");
  const uint64_t first = shop_.Sequence();
  shop_.AddItem("b");
  EXPECT_EQ(GetReason(shop_->RestoreTo(target_, {.sequence = shop_.Sequence() + 1}).status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(shop_->RestoreTo(shop_.path(), {.sequence = first}).status()), Reason::kBadOptions);
  shop_.clock.Advance(1);
  ASSERT_TRUE(shop_->Prune(shop_.clock.now()).ok());
  EXPECT_EQ(GetReason(shop_->RestoreTo(target_, {.sequence = first}).status()), Reason::kHistoryPruned);
  EXPECT_EQ(GetReason(shop_->RestoreTo(target_, {.recorded = Time{1}}).status()), Reason::kHistoryPruned);
  // Nothing is left of what failed.
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(target_).parent_path()));
  EXPECT_EQ(Restore({}).sequence, shop_.Sequence());
}

TEST_F(RestoreToTest, OutcomesOfLaterBatchesAreForgotten) {
  const auto add = [&](std::string_view key) {
    Batch batch = shop_.NewBatch();
    batch.Set(batch.Create("item"), "name", key);
    shop_.Apply(batch, {.idempotency_key = std::string(key), .checkpoint = "feed", .checkpoint_value = std::string(key)});
  };
  add("before");
  const uint64_t then = shop_.Sequence();
  add("after");
  EXPECT_EQ(Restore({.sequence = then}).notes.size(), 1u);  // the checkpoint
  const auto there = OpenTarget();
  EXPECT_FALSE((*there->Read())->Checkpoint("feed")->has_value());
  for (const std::string key : {"before", "after"}) {
    Batch batch = *there->NewBatch({}, "test");
    batch.Set(batch.Create("item"), "name", key);
    EXPECT_EQ(there->Apply(batch, {.idempotency_key = key})->replayed, key == "before");
  }
}

// What was erased since is not brought back, and its proof stays.
TEST_F(RestoreToTest, ErasuresHold) {
  shop_.Ensure(R"({"package": "test.people", "version": "1.0.0",
    "types": [{"name": "human", "fields": [{"name": "name", "kind": "text", "personal": true}]}]})");
  const Id human = shop_.Add("human", [](Batch& batch, Id id) { batch.Set(id, "name", "Xiaomeng"); });
  const uint64_t then = shop_.Sequence();
  ASSERT_TRUE(shop_->ErasePerson(human).ok());
  Restore({.sequence = then});
  const auto there = OpenTarget();
  EXPECT_TRUE(testing::FieldOf(**there->Read(), *(*there->Read())->Get(human), "name").is_null());
  ASSERT_EQ(there->Erasures()->size(), 1u);
  Batch batch = *there->NewBatch();
  batch.Set(human, "name", "again");
  ASSERT_TRUE(there->Apply(batch).ok());
  ASSERT_TRUE(there->ErasePerson(human).ok());
  EXPECT_EQ(there->Erasures()->size(), 2u);
}

}  // namespace
}  // namespace kith
