// The hash chain: holds whatever is written, erased, purged, pruned and loaded, and breaks where somebody has changed what was recorded.
#include "kith/engine/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/settings.h"
#include "unit/engine/shop.h"

namespace kith {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;
using ::testing::SizeIs;

constexpr std::string_view kPeople = R"({
  "package": "test.people", "version": "1.0.0",
  "types": [
    {"name": "person",
     "fields": [{"name": "name", "kind": "text", "personal": true}, {"name": "tier", "kind": "int"}],
     "indexes": [{"name": "words", "kind": "text", "fields": ["name"]}]},
    {"name": "memo",
     "fields": [{"name": "text", "kind": "text", "personal": true}, {"name": "on", "kind": "ref", "to": ["person"], "about": true}]}
  ]
})";

class ChainTest : public ::testing::Test {
 protected:
  ChainTest() { shop_.Ensure(kPeople); }

  ChainReport Follow(const ChainHead& known = {}) {
    const StatusOr<ChainReport> report = VerifyChain(*shop_, known);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ChainReport{.head = {}, .broken = 1, .problem = "no report"};
  }
  // That it holds; the report.
  ChainReport Holds(const ChainHead& known = {}) {
    const ChainReport report = Follow(known);
    EXPECT_EQ(report.broken, 0U) << report.problem;
    EXPECT_EQ(report.head.sequence, shop_.Sequence());
    EXPECT_EQ(report.head, *GetChainHead(*shop_));
    return report;
  }
  Id Person(std::string_view name) {
    return shop_.Add("person", [&](Batch& batch, Id id) {
      batch.Set(id, "name", name);
      batch.Set(id, "tier", 1);
    });
  }
  void SetTier(Id id, int tier, std::string_view reason = "test") {
    Batch batch = shop_.NewBatch(reason);
    batch.Set(id, "tier", tier);
    shop_.Apply(batch);
  }
  // Somebody with a tool of their own: changes rows of the file as if they had always been so.
  void Tamper(storage::Keyspace keyspace, const std::string& key, const std::function<std::string(std::string)>& change) {
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    options.durability = storage::Durability::kRelaxed;
    options.create = true;
    const std::shared_ptr<storage::Environment> environment = *storage::Environment::Open(shop_.path(), format::Keyspaces(), options);
    class Job final : public storage::Job {
     public:
      Job(storage::Keyspace at, const std::string& name, const std::function<std::string(std::string)>& how)
          : keyspace_(at), key_(name), change_(how) {}
      [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
        KITH_ASSIGN_OR_RETURN(const storage::View was, set.Get(keyspace_, key_));
        const std::string now = change_(std::string(was));
        if (now.empty()) {
          set.Delete(keyspace_, key_);
        } else {
          set.Put(keyspace_, key_, now);
        }
        return Verdict::kKeep;
      }

     private:
      storage::Keyspace keyspace_;
      const std::string& key_;
      const std::function<std::string(std::string)>& change_;
    };
    Job job(keyspace, key, change);
    storage::Job* jobs[] = {&job};
    for (const Status& status : environment->Run(jobs, {})) ASSERT_TRUE(status.ok()) << status;
  }

  Shop shop_;
};

TEST_F(ChainTest, ThereIsNoneUntilItBegins) {
  Person("Ada");
  EXPECT_EQ(*GetChainHead(*shop_), ChainHead());
  EXPECT_EQ(GetReason(VerifyChain(*shop_, {}).status()), Reason::kPreconditionFailed);
  const StatusOr<ChainHead> begun = BeginChain(*shop_);
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_EQ(begun->sequence, shop_.Sequence());
  EXPECT_THAT(begun->hash, SizeIs(64));
  EXPECT_EQ(*BeginChain(*shop_), *begun);  // it goes on
  const ChainReport report = Holds(*begun);
  EXPECT_EQ(report.entries, shop_.Sequence());  // what was there before too
}

TEST_F(ChainTest, GrowsWithEveryBatchAndKeepsItsHeads) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  std::vector<ChainHead> heads;
  const Id ada = Person("Ada");
  for (int i = 0; i < 5; ++i) {
    SetTier(ada, i + 10);
    heads.push_back(*GetChainHead(*shop_));
  }
  shop_.Close();
  shop_.Open();
  for (const ChainHead& head : heads) Holds(head);
  // A head of another chain, and one of a change that is no end of a link.
  ChainHead other = heads[2];
  other.hash[0] = other.hash[0] == 'a' ? 'b' : 'a';
  const ChainReport report = Follow(other);
  EXPECT_EQ(report.broken, other.sequence);
  EXPECT_THAT(report.problem, HasSubstr("known head"));
  EXPECT_NE(Follow({.sequence = 1'000'000, .hash = heads[0].hash}).broken, 0U);
}

// A refused batch and a dry run leave the head where it was.
TEST_F(ChainTest, NothingIsAddedForNothing) {
  const ChainHead head = *BeginChain(*shop_);
  Batch dry = shop_.NewBatch();
  dry.Create("person");
  shop_.Apply(dry, {.dry_run = true});
  Batch refused = shop_.NewBatch();
  refused.Create("item");  // without its name
  EXPECT_FALSE(shop_.Refuse(refused).ok());
  EXPECT_EQ(*GetChainHead(*shop_), head);
}

// More entries in a batch than a link has.
TEST_F(ChainTest, LargeBatches) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  Batch batch = shop_.NewBatch();
  for (int i = 0; i < 2500; ++i) batch.Set(batch.Create("person"), "tier", i);
  shop_.Apply(batch);
  EXPECT_EQ(Holds().links, 4U);
}

// B12: a change of what history says, of what a record was created with, of who did it, or of the order is found, at its link.
TEST_F(ChainTest, TamperingIsFound) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  const Id ada = Person("Ada");
  const uint64_t created = shop_.Sequence();
  SetTier(ada, 2);
  const uint64_t changed = shop_.Sequence();
  SetTier(ada, 3);
  const uint64_t last = shop_.Sequence();
  const auto broken = [&](uint64_t link) {
    const ChainReport report = Follow();
    EXPECT_EQ(report.broken, link) << report.problem;
  };
  Holds();
  // A value in history.
  std::string kept;
  const std::string key = format::HistoryKey(ada, changed);
  const auto other_value = [&](std::string bytes) {
    kept = bytes;
    HistoryEntry entry = *format::DecodeHistory(ada, changed, bytes);
    for (FieldChange& field : entry.fields) field.after = int64_t{9};
    return format::EncodeHistory(entry);
  };
  Tamper(format::kHistory, key, other_value);
  broken(changed);
  Tamper(format::kHistory, key, [&](const std::string&) { return kept; });
  Holds();
  // The author.
  Tamper(format::kHistory, key, [&](const std::string& bytes) {
    HistoryEntry entry = *format::DecodeHistory(ada, changed, bytes);
    entry.reason = "somebody else";
    return format::EncodeHistory(entry);
  });
  broken(changed);
  Tamper(format::kHistory, key, [&](const std::string&) { return kept; });
  // What the record was created with: history does not have it, the record does.
  const std::string record_key(storage::IntegerKey(ada.value()));
  Tamper(format::kRecord, record_key, [&](std::string bytes) {
    kept = bytes;
    const size_t at = bytes.find("Ada");
    EXPECT_NE(at, std::string::npos);
    return bytes.replace(at, 3, "Eve");
  });
  broken(created);
  Tamper(format::kRecord, record_key, [&](const std::string&) { return kept; });
  Holds();
  // An entry is gone, and a link.
  Tamper(format::kHistory, format::HistoryKey(ada, last), [&](const std::string& bytes) {
    kept = bytes;
    return std::string();
  });
  broken(last);
  std::string link = "chain/";
  AppendU64(link, changed);
  Tamper(format::kMeta, link, [](const std::string&) { return std::string(); });
  broken(last);
}

// Group R: an erasure takes values and salts, and the chain holds; heads handed out before are still its own.
TEST_F(ChainTest, HoldsAfterAnErasure) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  const Id ada = Person("Ada");
  const Id other = Person("Bob");
  Batch both = shop_.NewBatch("call with Ada");
  both.Set(ada, "name", "Ada L");
  both.Set(other, "tier", 4);
  shop_.Apply(both);
  shop_.Add("memo", [&](Batch& batch, Id id) {
    batch.Set(id, "text", "likes tea");
    batch.Set(id, "on", ada);
  });
  const ChainHead head = *GetChainHead(*shop_);
  const uint64_t entries = Holds().entries;
  shop_.clock.Advance(kMicrosPerSecond);
  ASSERT_TRUE(shop_->ErasePerson(ada, {.reason = "request 12"}).ok());
  const ChainReport report = Holds(head);
  EXPECT_GT(report.withheld, 0U);
  EXPECT_EQ(report.entries + report.withheld, entries + 2);
  EXPECT_THAT(shop_.Problems(), IsEmpty());
  // What is left is still looked after.
  SetTier(other, 5);
  Holds(head);
}

TEST_F(ChainTest, HoldsAfterAPurge) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  const Id ada = Person("Ada");
  SetTier(ada, 2, "a reason");
  Batch gone = shop_.NewBatch();
  gone.Delete(ada);
  shop_.Apply(gone);
  const ChainHead head = *GetChainHead(*shop_);
  const Id ids[] = {ada};
  ASSERT_TRUE(shop_->Purge(ids, {}).ok());
  EXPECT_EQ(Holds(head).withheld, 3U);
}

// Pruned in the middle of a link: what is left of it is still looked after, and no salt of what went is.
TEST_F(ChainTest, HoldsAfterAPruning) {
  const Id ada = Person("Ada");
  for (int i = 0; i < 4; ++i) SetTier(ada, 10 + i);
  const Time then = shop_.clock.function()();
  for (int i = 0; i < 4; ++i) SetTier(ada, 20 + i);
  const ChainHead begun = *BeginChain(*shop_);  // one link over all of that
  for (int i = 0; i < 4; ++i) SetTier(ada, 30 + i);
  const ChainHead head = *GetChainHead(*shop_);
  ASSERT_TRUE(shop_->Prune(Time{then.micros + 1}).ok());
  const ChainReport report = Holds(begun);
  EXPECT_GT(report.withheld, 0U);
  EXPECT_EQ(report.entries, 8U);
  // All of that link, and some of those behind it.
  shop_.clock.Advance(kMicrosPerSecond);
  const Time later = shop_.clock.function()();
  SetTier(ada, 40);
  ASSERT_TRUE(shop_->Prune(later).ok());
  EXPECT_EQ(Holds(begun).entries, 1U);
  Holds(head);
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

// What was pruned before the chain began is no part of it.
TEST_F(ChainTest, BeginsAfterAPruning) {
  const Id ada = Person("Ada");
  SetTier(ada, 2);
  const Time then = shop_.clock.function()();
  SetTier(ada, 3);
  ASSERT_TRUE(shop_->Prune(Time{then.micros + 1}).ok());
  ASSERT_TRUE(BeginChain(*shop_).ok());
  EXPECT_EQ(Holds().entries, 1U);
}

// Types and fields that come later, records that go and come back, and merges: what a creation gave is the same as ever.
TEST_F(ChainTest, HoldsThroughAnything) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  std::mt19937_64 random(testing::TestSeed(3));
  const auto below = [&](size_t n) { return random() % n; };
  std::vector<Id> ids;
  for (int step = 0; step < 300 * testing::TestScale(); ++step) {
    shop_.clock.Advance(static_cast<int64_t>(below(3)) * kMicrosPerSecond);
    Batch batch = shop_.NewBatch(std::to_string(step));
    const Id id = ids.empty() ? Id() : ids[below(ids.size())];
    switch (ids.empty() ? 0 : below(9)) {
      case 0:
      case 1:
        batch.Set(batch.Create("person"), "name", std::to_string(step));
        break;
      case 2:
        batch.Delete(id);
        break;
      case 3:
        batch.Restore(id);
        break;
      case 4:
        batch.Merge(id, ids[below(ids.size())]);
        break;
      case 5:
        batch.Link(id, {"erp", std::to_string(step)});
        break;
      case 6:
        batch.SetEffective(Time{shop_.clock.function()().micros - static_cast<int64_t>(below(20)) * kMicrosPerSecond});
        batch.Set(id, "tier", static_cast<int64_t>(below(5)));
        break;
      default:
        batch.Set(id, "name", std::to_string(below(4)));
    }
    const StatusOr<Outcome> outcome = shop_->Apply(batch);  // some are refused
    if (outcome.ok() && !outcome->ids.empty()) ids.push_back(outcome->ids[0]);
    if (below(50) == 0) {
      const std::string field = "more" + std::to_string(step);
      shop_.Ensure(R"({"package": "test.more)" + std::to_string(step) + R"(", "version": "1.0.0", "needs": ["test.people"], "extend": [)" +
                   R"({"type": "person", "fields": [{"name": ")" + field + R"(", "kind": "int"}]}]})");
    }
  }
  const ChainReport report = Holds();
  EXPECT_GT(report.links, 100U);
  EXPECT_EQ(report.withheld, 0U);
}

// A copy has the chain; a former moment and the records of another database have none of theirs.
TEST_F(ChainTest, Copies) {
  ASSERT_TRUE(BeginChain(*shop_).ok());
  Person("Ada");
  const std::string path = testing::MakeTempDir() + "/db";
  ASSERT_TRUE(shop_->Backup(path).ok());
  OpenOptions options = shop_.Options();
  const std::shared_ptr<Database> copy = *Database::Open(path, options);
  EXPECT_EQ(*GetChainHead(*copy), *GetChainHead(*shop_));
  EXPECT_EQ(VerifyChain(*copy, {})->broken, 0U);
  const std::string former = testing::MakeTempDir() + "/db";
  ASSERT_TRUE(shop_->RestoreTo(former, {.sequence = shop_.Sequence()}).ok());
  EXPECT_EQ(*GetChainHead(**Database::Open(former, options)), ChainHead());
}

}  // namespace
}  // namespace kith
