// The room of a deal: who works on it sees all of it from the next read on and no longer than they belong to it; everybody in it reads the
// same feed; who let whom in, and when, can be told afterwards. // F08 F15
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kith/model/timeline.h"
#include "unit/model/world.h"

namespace kith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

class RoomTest : public ::testing::Test {
 protected:
  RoomTest() {
    EXPECT_TRUE(world_.db()
                    .SetPolicy(R"({"types": {"opportunity": {"read": ["owner"], "write": ["owner"]}, "share": {"follows": ["record"]},
      "task": {"follows": ["regarding"]}, "note": {"follows": ["regarding"]}, "decision": {"follows": ["regarding"]},
      "file": {"follows": ["regarding"]}, "interaction": {"follows": ["regarding"]}, "move": {"follows": ["record"]}}})")
                    .ok());
    deal_ = Add("opportunity", {{"name", "Pumps"}, {"owner", sam_}});
    start_ = world_.Read()->sequence();
    of_ann_ = LetIn(ann_, "technical", "write");
    of_bob_ = LetIn(bob_, "observer", "read");
  }
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    const Id local = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(local, field, value);
    return world_.Apply(batch).at(local.local_index());
  }
  Id In(std::string_view type, const Fields& more = {}) {
    const std::map<std::string_view, Fields> kLeast = {
        {"task", {{"subject", "draft"}}},
        {"file", {{"name", "offer.pdf"}, {"link", "s3://deals/1"}}},
        {"decision", {{"subject", "bid"}}},
        {"note", {{"body", "they like it"}}},
        {"interaction", {{"kind", Choice{1}}, {"direction", Choice{1}}, {"at", world_.now()}}}};
    Fields fields = kLeast.at(type);
    fields.insert(fields.end(), more.begin(), more.end());
    fields.emplace_back("regarding", deal_);
    return Add(type, fields);
  }
  Batch BatchOfSam(std::string_view reason) { return *world_.db().NewBatch(Actor(sam_), reason); }
  Id LetIn(Id person, std::string_view part, std::string_view level) {
    Batch batch = BatchOfSam(std::string(part) + " work");
    const Id share = batch.Create("share");
    batch.Set(share, "record", deal_);
    batch.Set(share, "to", person);
    batch.SetChoice(share, "part", part);
    batch.SetChoice(share, "level", level);
    return world_.Apply(batch).at(share.local_index());
  }
  Status PatchAs(Id viewer, Id record, std::string_view field, const Value& value) {
    Batch batch = world_.NewBatch();
    batch.Set(record, field, value);
    ApplyOptions options;
    options.viewer = {.id = viewer};
    return world_.db().Apply(batch, options).status();
  }
  std::vector<std::pair<Time, Id>> Feed(Id viewer, size_t page_size) {
    std::vector<std::pair<Time, Id>> told;
    TimelineOptions options{.whole = false, .limit = page_size};
    do {
      const StatusOr<TimelinePage> page = ReadTimeline(*world_.Read({.id = viewer}), deal_, options);
      if (!page.ok()) return {};
      for (const TimelineEntry& entry : page->entries) told.emplace_back(entry.at, entry.record);
      options.after = page->next;
    } while (!options.after.empty());
    return told;
  }
  std::vector<uint64_t> Committed(Id viewer) {
    std::vector<uint64_t> sequences;
    const StatusOr<Snapshot::Feed> feed = world_.Read({.id = viewer})->Changes(start_, 1000);
    EXPECT_TRUE(feed.ok()) << feed.status();
    if (!feed.ok()) return sequences;
    for (const FeedEntry& entry : feed->entries) sequences.push_back(entry.sequence);
    return sequences;
  }

  World world_;
  const Id sam_ = world_.owners()[0], ann_ = world_.owners()[1], bob_ = world_.owners()[2];
  Id deal_, of_ann_, of_bob_;
  uint64_t start_ = 0;
};

TEST_F(RoomTest, EverybodyReadsTheSameFeedInOneOrder) {
  std::vector<Id> all = {In("task"), In("file")};
  world_.Advance(kMicrosPerDay);
  all.push_back(In("decision", {{"decided_by", sam_}, {"decided_at", world_.now()}}));  // four at one moment
  all.push_back(In("note"));
  all.push_back(In("interaction"));
  all.push_back(world_.MoveTo(deal_, "sales/talk"));
  world_.Advance(kMicrosPerDay);
  const Id first = In("decision", {{"decided_at", Time{world_.now().micros - 3 * kMicrosPerDay}}});
  all.push_back(first);
  const std::vector<std::pair<Time, Id>> told = Feed(sam_, 100);
  std::vector<Id> records;
  for (const auto& [at, record] : told) records.push_back(record);
  EXPECT_THAT(records, UnorderedElementsAreArray(all)) << "each once";
  EXPECT_EQ(records.back(), first) << "a decision stands where it was made";
  for (size_t i = 1; i < told.size(); ++i) {
    EXPECT_LT(std::make_pair(-told[i - 1].first.micros, told[i - 1].second), std::make_pair(-told[i].first.micros, told[i].second));
  }
  for (const Id reader : {sam_, ann_, bob_}) {
    for (const size_t page_size : {1U, 2U, 100U}) EXPECT_EQ(Feed(reader, page_size), told);
    EXPECT_EQ(Committed(reader), Committed(sam_));
  }
}

TEST_F(RoomTest, NothingGoesInACircle) {
  const Id draft = In("task");
  const Id review = In("task", {{"after", draft}});
  const Id send = In("task", {{"after", review}});
  const Id offer = In("file");
  const Id better = In("file", {{"replaces", offer}});
  const Id decision = In("decision");
  for (const Id last : {draft, review, send}) EXPECT_EQ(GetReason(PatchAs(ann_, draft, "after", last)), Reason::kCycle);
  EXPECT_EQ(GetReason(PatchAs(ann_, offer, "replaces", better)), Reason::kCycle);
  EXPECT_EQ(GetReason(PatchAs(ann_, decision, "replaces", decision)), Reason::kCycle);
  EXPECT_EQ(GetReason(PatchAs(bob_, draft, "subject", "x")), Reason::kNotAllowed);
  EXPECT_TRUE(PatchAs(ann_, draft, "subject", "x").ok());
}

TEST_F(RoomTest, WhoLeavesSeesNothingFromTheNextReadOn) {
  const std::vector<Id> room = {deal_,          of_ann_,    In("task"),        In("file"),
                                In("decision"), In("note"), In("interaction"), world_.MoveTo(deal_, "sales/talk")};
  const std::unique_ptr<Snapshot> of_bob = world_.Read({.id = bob_});
  for (const Id record : room) EXPECT_TRUE(of_bob->Get(record).ok()) << record.value();
  Batch out = BatchOfSam("left the project");
  out.Delete(of_bob_);
  world_.Apply(out);
  EXPECT_TRUE(of_bob->Get(deal_).ok()) << "a snapshot stays what it was";
  EXPECT_TRUE(of_bob->Renew().ok());
  const std::unique_ptr<Snapshot> of_ann = world_.Read({.id = ann_});
  for (const Id record : room) {
    EXPECT_TRUE(IsNotFound(of_bob->Get(record).status())) << record.value();
    EXPECT_TRUE(of_ann->Get(record).ok()) << record.value();
  }
  EXPECT_TRUE(IsNotFound(ReadTimeline(*of_bob, deal_).status()));
  EXPECT_THAT(Committed(bob_), IsEmpty());
  LetIn(bob_, "observer", "read");
  EXPECT_EQ(Feed(bob_, 100), Feed(ann_, 100)) << "back at once";
}

TEST_F(RoomTest, WhoLetWhomInCanBeTold) {
  Batch more = BatchOfSam("needs no more");
  more.SetChoice(of_ann_, "level", "read");
  more.Delete(of_bob_);
  world_.Apply(more);
  const FeedPage audit = *world_.Read()->ReadFeed(start_, {.types = {"share"}}, 100);
  using Change = std::tuple<Id, Operation, std::string>;
  std::vector<Change> changes;
  for (const HistoryEntry& entry : audit.entries) {
    changes.emplace_back(entry.record, entry.operation, entry.reason);
    EXPECT_EQ(entry.actor, Actor(sam_));
  }
  ASSERT_THAT(changes,
              ElementsAre(Change(of_ann_, Operation::kCreate, "technical work"), Change(of_bob_, Operation::kCreate, "observer work"),
                          Change(of_ann_, Operation::kChange, "needs no more"), Change(of_bob_, Operation::kDelete, "needs no more")));
  // The end says whose it was, and of what.
  std::set<std::string> lost;
  for (const FieldChange& change : audit.entries[3].fields) lost.insert(ToText(change.before));
  EXPECT_EQ(lost.count(ToText(Value(bob_))), 1U);
  EXPECT_EQ(lost.count(ToText(Value(deal_))), 1U);
}

}  // namespace
}  // namespace kith::model
