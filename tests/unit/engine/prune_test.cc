#include <gtest/gtest.h>

#include "engine/format.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::FieldOf;

class PruneTest : public ::testing::Test {
 protected:
  // Prunes up to now, one microsecond after the last change.
  PruneReport PruneAll() {
    db_.clock.Advance(1);
    const StatusOr<PruneReport> report = db_->Prune(db_.clock.now());
    EXPECT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(db_.Problems().empty()) << db_.Problems()[0];
    return report.ok() ? *report : PruneReport();
  }
  CompanyDatabase db_;
};

TEST_F(PruneTest, KeepsPresentValuesAndForgetsTheWay) {
  const Id kept = db_.AddCompany("A");
  for (int i = 0; i < 5; ++i) db_.Set(kept, "size", i);
  const Id gone = db_.AddCompany("Gone");
  db_.Delete(gone);
  const std::string bytes(db_.Read()->Get(kept)->bytes());
  const uint64_t sequence = db_.Read()->sequence();
  const PruneReport report = PruneAll();
  EXPECT_EQ(report.horizon.sequence, sequence);
  EXPECT_EQ(report.feed_entries, sequence);
  EXPECT_EQ(report.forgotten_records, 1u);
  const auto snapshot = db_.Read();
  EXPECT_EQ(snapshot->Get(kept)->bytes(), bytes);  // the version too
  ASSERT_EQ(snapshot->History(kept)->size(), 1u);
  EXPECT_EQ(snapshot->History(kept)->front().operation, Operation::kCreate);
  EXPECT_TRUE(IsNotFound(snapshot->History(gone).status()));
  EXPECT_EQ(snapshot->horizon().sequence, sequence);
}

TEST_F(PruneTest, RefusesWhatLiesBeforeTheHorizonByName) {
  const Id id = db_.AddCompany("A");
  const uint64_t before = db_.Read()->sequence() - 1;
  const Time then = db_.Read()->recorded();
  const PruneReport report = PruneAll();
  const auto snapshot = db_.Read();
  for (const AsOf as_of : {AsOf{.recorded = then}, AsOf{.effective = then}}) {
    const Status pruned = snapshot->GetAsOf(id, as_of).status();
    EXPECT_EQ(GetReason(pruned), Reason::kHistoryPruned);
    EXPECT_EQ(GetErrorInfo(pruned).value, ToText(then));
    EXPECT_EQ(GetReason(snapshot->Differences(as_of, {}, {}, {}, 1).status()), Reason::kHistoryPruned);
  }
  EXPECT_TRUE(snapshot->GetAsOf(id, {report.horizon.time, report.horizon.time}).ok());
  const Status expired = snapshot->Changes(before, 10).status();
  EXPECT_EQ(GetReason(expired), Reason::kCursorExpired);
  EXPECT_EQ(GetErrorInfo(expired).value, std::to_string(before));
  EXPECT_EQ(GetReason(snapshot->ReadFeed(before, {}, 10).status()), Reason::kCursorExpired);
  EXPECT_EQ(GetReason(snapshot->ReadFeed(before, {.record = id}, 10).status()), Reason::kCursorExpired);
  EXPECT_TRUE(snapshot->Changes(report.horizon.sequence, 10)->entries.empty());
}

// A value that was pruned with the time it held from: what is backdated to before it still does not show.
TEST_F(PruneTest, WhatHeldStillOutweighsWhatIsBackdatedLater) {
  const Id id = db_.AddCompany("A");
  const Time early{db_.clock.now().micros};
  db_.clock.Advance(100);
  db_.Set(id, "size", 5);
  db_.Set(id, "code", "C");
  db_.Set(id, "code", Value());
  PruneAll();
  db_.SetAt(id, "size", 3, Time{early.micros + 10});
  db_.SetAt(id, "code", "late", Time{early.micros + 10});
  const auto snapshot = db_.Read();
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(id), "size"), Value(int64_t{5}));
  EXPECT_TRUE(FieldOf(*snapshot, *snapshot->Get(id), "code").is_null());
  EXPECT_TRUE(db_.Problems().empty()) << db_.Problems()[0];
}

TEST_F(PruneTest, ARestoredRecordKeepsItsPresentLife) {
  const Id id = db_.AddCompany("A");
  db_.Delete(id);
  Batch batch = db_.NewBatch();
  batch.Restore(id);
  db_.Apply(batch);
  db_.Set(id, "size", 1);
  const PruneReport report = PruneAll();
  EXPECT_EQ(report.forgotten_records, 0u);
  EXPECT_EQ(db_.Read()->History(id)->size(), 1u);
  db_.Delete(id);
  Batch again = db_.NewBatch();
  again.Restore(id);
  db_.Apply(again);
  EXPECT_EQ(FieldOf(*db_.Read(), *db_.Read()->Get(id), "name"), Value("A"));
  EXPECT_TRUE(db_.Problems().empty()) << db_.Problems()[0];
}

TEST_F(PruneTest, ARecordThatIsForgottenIsNotRestoredAndItsIdNotGivenAgain) {
  const Id id = db_.AddCompany("A");
  db_.Delete(id);
  PruneAll();
  Batch batch = db_.NewBatch();
  batch.Restore(id);
  EXPECT_EQ(GetReason(db_->Apply(batch).status()), Reason::kRecordMissing);
  EXPECT_GT(db_.AddCompany("B"), id);
}

TEST_F(PruneTest, AgainDoesNothingAndAnEarlierTimeNeither) {
  db_.AddCompany("A");
  db_.AddCompany("B");
  const PruneReport first = PruneAll();
  const PruneReport again = *db_->Prune(first.horizon.time);
  EXPECT_EQ(again.feed_entries + again.history_entries + again.forgotten_records, 0u);
  const PruneReport earlier = *db_->Prune(Time{first.horizon.time.micros - 5});
  EXPECT_EQ(earlier.horizon.time, first.horizon.time);
  EXPECT_EQ(GetReason(db_->Prune(Time{db_.clock.now().micros + 1}).status()), Reason::kEffectiveInFuture);
}

// More than one step of the work, and a part that stays.
TEST_F(PruneTest, ManyRecordsAreDoneInSteps) {
  std::vector<Id> ids;
  for (int i = 0; i < 30; ++i) {
    Batch batch = db_.NewBatch();
    for (int j = 0; j < 400; ++j) batch.Set(batch.Create("company"), "name", "C");
    for (const Id id : db_.Apply(batch).ids) ids.push_back(id);
  }
  db_.clock.Advance(1);
  const Time horizon = db_.clock.now();
  db_.Set(ids[0], "size", 1);
  const uint64_t sequence = db_.Read()->sequence();
  ASSERT_TRUE(db_->Prune(horizon).ok());
  const auto snapshot = db_.Read();
  EXPECT_EQ(snapshot->horizon().sequence, sequence - 1);
  EXPECT_EQ(snapshot->Changes(sequence - 1, 10)->entries.size(), 1u);
  EXPECT_EQ(snapshot->History(ids[0])->size(), 2u);
  EXPECT_TRUE(db_.Problems().empty()) << db_.Problems()[0];
}

}  // namespace
}  // namespace kith
