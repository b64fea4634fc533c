#include <gtest/gtest.h>

#include <set>

#include "kith/engine/json.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;

TEST(FeedTest, GivesChangesInCommitOrderWithTombstones) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  const Id a = db.AddCompany("A");
  const Id b = db.AddCompany("B");
  db.Set(a, "size", 1);
  db.Delete(b);
  const auto snapshot = db.Read();
  const Snapshot::Feed feed = snapshot->Changes(start, 100).value();
  ASSERT_EQ(feed.entries.size(), 4u);
  const std::vector<std::pair<Id, Operation>> expected{
      {a, Operation::kCreate}, {b, Operation::kCreate}, {a, Operation::kChange}, {b, Operation::kDelete}};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(feed.entries[i].sequence, start + 1 + i);
    EXPECT_EQ(feed.entries[i].record, expected[i].first);
    EXPECT_EQ(feed.entries[i].operation, expected[i].second);
    EXPECT_EQ(snapshot->Entry(feed.entries[i].record, feed.entries[i].sequence)->operation, expected[i].second);
  }
  EXPECT_EQ(feed.scanned, start + 4);
  EXPECT_EQ(snapshot->sequence(), start + 4);
}

TEST(FeedTest, PagesByLimitAndStopsAtTheEnd) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  for (int i = 0; i < 7; ++i) db.AddCompany("C");
  const auto snapshot = db.Read();
  uint64_t after = start;
  std::vector<size_t> pages;
  std::set<uint64_t> seen;
  for (;;) {
    const Snapshot::Feed feed = snapshot->Changes(after, 3).value();
    if (feed.entries.empty()) break;
    pages.push_back(feed.entries.size());
    for (const FeedEntry& entry : feed.entries) EXPECT_TRUE(seen.insert(entry.sequence).second);
    after = feed.scanned;
  }
  EXPECT_EQ(pages, (std::vector<size_t>{3, 3, 1}));
  EXPECT_EQ(after, snapshot->sequence());
  EXPECT_EQ(snapshot->Changes(start, 0)->scanned, start);
  EXPECT_TRUE(snapshot->Changes(UINT64_MAX, 10)->entries.empty());
  EXPECT_EQ(snapshot->Changes(after, 10)->scanned, after);
}

// E14: a consumer that stores its place with its own work loses nothing and takes nothing twice, through reopening too.
TEST(FeedTest, AConsumerResumesWhereItsCheckpointStands) {
  CompanyDatabase db;
  uint64_t expected = db.Read()->sequence();
  std::vector<uint64_t> taken;
  const auto consume = [&](size_t limit) {
    const auto snapshot = db.Read();
    const auto stored = *snapshot->Checkpoint("consumer");
    const uint64_t after = stored ? std::stoull(*stored) : expected;
    const Snapshot::Feed feed = snapshot->Changes(after, limit).value();
    for (const FeedEntry& entry : feed.entries) taken.push_back(entry.sequence);
    const Batch nothing = db.NewBatch();
    const StatusOr<Outcome> outcome = db->Apply(nothing, {.checkpoint = "consumer", .checkpoint_value = std::to_string(feed.scanned)});
    ASSERT_TRUE(outcome.ok()) << outcome.status();
  };
  const uint64_t start = expected;
  for (size_t round = 0; round < 10; ++round) {
    db.AddCompany("A");
    db.AddCompany("B");
    consume(1 + round % 4);
    if (round % 3 == 0) db.Reopen();
  }
  consume(100);
  for (size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], start + 1 + i);
  EXPECT_EQ(taken.size(), 20u);
}

// "create visibility", and the fields with what they were and are.
std::string Text(const Snapshot& snapshot, const HistoryEntry& entry) {
  std::string text(NameOf(entry.operation));
  const catalog::TypeDef* type = snapshot.catalog().FindType(entry.record.type());
  for (const FieldChange& field : entry.fields) {
    text += " " + NameOfField(type, field) + ": " + ToText(field.before) + " > " + ToText(field.after);
  }
  return text;
}

std::vector<std::string> Texts(const Snapshot& snapshot, uint64_t after, const FeedFilter& filter) {
  const StatusOr<FeedPage> page = snapshot.ReadFeed(after, filter, 100);
  EXPECT_TRUE(page.ok()) << page.status();
  std::vector<std::string> texts;
  if (!page.ok()) return texts;
  EXPECT_EQ(page->scanned, snapshot.sequence());
  for (const HistoryEntry& entry : page->entries) texts.push_back(Text(snapshot, entry));
  return texts;
}

// E14: before and after of each change, without a further look at the records.
TEST(FeedTest, GivesEntriesInFull) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  const Id a = db.AddCompany("A", [](Batch& batch, Id id) { batch.Set(id, "size", 1); });
  db.Set(a, "size", 2);
  db.Set(a, "code", "c");
  db.Set(a, "name", "B");
  db.Delete(a);
  const auto snapshot = db.Read();
  EXPECT_EQ(Texts(*snapshot, start, {}),
            (std::vector<std::string>{"create name: null > A size: null > 1", "change size: 1 > 2", "change code: null > c",
                                      "change name: A > B", "delete visibility: 0 > null name: B > null code: c > null size: 2 > null"}));
}

TEST(FeedTest, ARestorationGivesWhatTheRecordThenWas) {
  CompanyDatabase db;
  const Id a = db.AddCompany("A");
  db.Set(a, "name", "B");
  db.Delete(a);
  const uint64_t start = db.Read()->sequence();
  Batch batch = db.NewBatch();
  batch.Restore(a);
  db.Apply(batch);
  db.Set(a, "name", "C");
  EXPECT_EQ(Texts(*db.Read(), start, {}), (std::vector<std::string>{"create name: null > B", "change name: B > C"}));
}

TEST(FeedTest, IsNarrowedByFilters) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  const Id a = db.AddCompany("A");
  const Id b = db.AddCompany("B");
  Batch batch = db.NewBatch();
  batch.Set(batch.Create("note"), "text", "n");
  db.Apply(batch);
  Batch both = db.NewBatch();
  both.Set(a, "size", 1);
  both.Set(a, "code", "x");
  db.Apply(both);
  db.Set(b, "code", "y");
  db.Delete(b);
  const auto snapshot = db.Read();
  EXPECT_EQ(Texts(*snapshot, start, {.types = {"note"}}), (std::vector<std::string>{"create text: null > n"}));
  EXPECT_EQ(Texts(*snapshot, start, {.fields = {"size"}}),
            (std::vector<std::string>{"create", "create", "change size: null > 1", "delete"}));
  EXPECT_EQ(Texts(*snapshot, start, {.operations = {Operation::kChange}}),
            (std::vector<std::string>{"change size: null > 1 code: null > x", "change code: null > y"}));
  // The history of one field.
  EXPECT_EQ(Texts(*snapshot, start, {.fields = {"code"}, .operations = {Operation::kChange}, .record = b}),
            (std::vector<std::string>{"change code: null > y"}));
  EXPECT_EQ(GetReason(snapshot->ReadFeed(start, {.types = {"none"}}, 1).status()), Reason::kUnknownType);
  EXPECT_EQ(GetReason(snapshot->ReadFeed(start, {.types = {"note"}, .fields = {"size"}}, 1).status()), Reason::kUnknownField);
}

TEST(FeedTest, PagesInFullByLimitAlsoOfOneRecord) {
  CompanyDatabase db;
  const uint64_t start = db.Read()->sequence();
  const Id a = db.AddCompany("A");
  for (int i = 0; i < 6; ++i) {
    db.Set(a, "size", i);
    db.AddCompany("other");
  }
  const auto snapshot = db.Read();
  for (const Id record : {Id(), a}) {
    std::set<uint64_t> seen;
    uint64_t after = start;
    while (after < snapshot->sequence()) {
      const FeedPage page = snapshot->ReadFeed(after, {.record = record}, 2).value();
      ASSERT_LE(page.entries.size(), 2u);
      ASSERT_GT(page.scanned, after);
      for (const HistoryEntry& entry : page.entries) ASSERT_TRUE(seen.insert(entry.sequence).second);
      after = page.scanned;
    }
    EXPECT_EQ(seen.size(), record.is_null() ? 13u : 7u);
  }
  EXPECT_EQ(snapshot->ReadFeed(start, {}, 0)->scanned, start);
}

TEST(FeedTest, AFilterHasAJsonForm) {
  const FeedFilter filter = FeedFilterFromJson(R"({"types":["a"],"fields":["b","c"],"operations":["delete","create"],"record":7})").value();
  EXPECT_EQ(filter.types, (std::vector<std::string>{"a"}));
  EXPECT_EQ(filter.fields, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(filter.operations, (std::vector<Operation>{Operation::kDelete, Operation::kCreate}));
  EXPECT_EQ(filter.record, Id(7));
  EXPECT_TRUE(FeedFilterFromJson("")->types.empty());
  for (const char* wrong : {"[]", "{", R"({"type":["a"]})", R"({"types":"a"})", R"({"operations":["made"]})", R"({"record":-1})"}) {
    EXPECT_EQ(GetReason(FeedFilterFromJson(wrong).status()), Reason::kBadOptions) << wrong;
  }
}

}  // namespace
}  // namespace kith
