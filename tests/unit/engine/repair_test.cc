// Repair puts right whatever was changed behind the engine's back, as far as the file still tells what was there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/format.h"
#include "kith/base/key.h"
#include "kith/base/packed.h"
#include "unit/engine/behind.h"

namespace kith {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RepairTest : public testing::BehindTest {
 protected:
  // Damages, repairs, and sees that nothing is left to find; what the repair says it did.
  std::vector<std::string> Mend(const std::function<void(storage::WriteSet&)>& change) {
    EXPECT_THAT(After(change), Not(IsEmpty()));
    const StatusOr<RepairReport> report = db_->Repair();
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return {};
    EXPECT_THAT(report->problems, IsEmpty());
    EXPECT_THAT(db_.Problems(), IsEmpty());
    EXPECT_TRUE(db_->Repair()->changes.empty()) << "a second repair finds something";
    return report->changes;
  }
  [[nodiscard]] Value Get(Id id, std::string_view field) {
    const auto snapshot = db_.Read();
    const StatusOr<record::View> record = snapshot->Get(id);
    return record.ok() ? *GetField(*snapshot->catalog().FindType("company"), *record, field) : Value("no such record");
  }
  [[nodiscard]] std::string HistoryKeyAt(size_t i) { return format::HistoryKey(id_, (*db_.Read()->History(id_))[i].sequence); }
};

TEST_F(RepairTest, ASoundDatabaseIsLeftAsItIs) {
  const uint64_t sequence = db_.Read()->sequence();
  const RepairReport report = *db_->Repair();
  EXPECT_THAT(report.changes, IsEmpty());
  EXPECT_THAT(report.problems, IsEmpty());
  EXPECT_EQ(db_.Read()->sequence(), sequence);
}

TEST_F(RepairTest, BuildsDamagedIndexesAnew) {
  EXPECT_THAT(Mend([&](storage::WriteSet& set) { set.Delete(format::kIndex, EntryOf(set, "by_size").key); }),
              Contains(HasSubstr("built anew")));
  EXPECT_THAT(Mend([&](storage::WriteSet& set) {
                std::string key;
                AppendU32(key, type_.FindIndex("by_code")->number);
                AppendValueKey(key, "old");
                AppendU64(key, id_.value());
                set.Put(format::kIndex, key, "");
              }),
              Contains(HasSubstr("built anew")));
  Mend([&](storage::WriteSet& set) {
    const format::IndexEntry entry = EntryOf(set, "by_name");
    std::string other;
    PackedWriter out(other);
    for (const Value& value : {Value("A"), Value(7), Value(), Value(boss_)}) out.Put(value);
    set.Put(format::kIndex, entry.key, other);
  });
  EXPECT_EQ(Get(id_, "size"), Value(6));
}

TEST_F(RepairTest, TakesEntriesOfNoIndexAway) {
  EXPECT_THAT(Mend([&](storage::WriteSet& set) {
                std::string key;
                AppendU32(key, 70'000);
                AppendU64(key, id_.value());
                set.Put(format::kIndex, key, "");
              }),
              Contains(HasSubstr("70000")));
}

TEST_F(RepairTest, WritesARecordAsItsHistoryGivesIt) {
  Mend([&](storage::WriteSet& set) {
    Rewrite(set, [&](record::Header& header, std::vector<Value>& values) {
      values[At("size")] = 5;
      header.owner = 77;
      header.created += 1;
    });
  });
  EXPECT_EQ(Get(id_, "size"), Value(6));
  EXPECT_EQ(Get(id_, "owner"), Value(boss_));
}

TEST_F(RepairTest, PutsExternalReferencesInBothDirections) {
  Mend([&](storage::WriteSet& set) { set.Delete(format::kExternal, format::ExternalKey(id_.type(), {"erp", "K-1"})); });
  EXPECT_EQ(*db_.Read()->Find("company", ExternalRef{"erp", "K-1"}), id_);
  Mend([&](storage::WriteSet& set) { set.Delete(format::kExternal, format::ExternalReverseKey(id_, {"erp", "K-1"})); });
  EXPECT_EQ(db_.Read()->ExternalRefs(id_), std::vector<ExternalRef>({{"erp", "K-1"}}));
  Mend([&](storage::WriteSet& set) {
    std::string target;
    AppendU64(target, Id::Of(id_.type(), 0, 700).value());
    set.Put(format::kExternal, format::ExternalKey(id_.type(), {"erp", "nobody"}), target);
  });
}

TEST_F(RepairTest, PutsLostFeedEntriesAgain) {
  Mend([&](storage::WriteSet& set) { set.Delete(format::kFeed, storage::IntegerKey(version_)); });
  EXPECT_EQ(db_.Read()->Changes(version_ - 1, 1)->entries.at(0).record, id_);
}

// A lost entry comes back with what the feed and the record tell: the value, and when it was recorded, but not who wrote it.
TEST_F(RepairTest, TellsLostChangesFromTheRecord) {
  for (const size_t lost : {0u, 1u, 2u}) {
    const std::string key = HistoryKeyAt(lost);
    const size_t entries = db_.Read()->History(id_)->size();
    Mend([&](storage::WriteSet& set) { set.Delete(format::kHistory, key); });
    EXPECT_EQ(Get(id_, "size"), Value(6));
    EXPECT_EQ(Get(id_, "owner"), Value(boss_));
    const std::vector<HistoryEntry> history = *db_.Read()->History(id_);
    ASSERT_EQ(history.size(), entries);
    EXPECT_THAT(history[lost].reason, HasSubstr("repair"));
  }
}

TEST_F(RepairTest, ARecordWithoutAnyHistoryGetsACreation) {
  Mend([&](storage::WriteSet& set) {
    std::vector<std::string> keys;
    const auto cursor = set.NewCursor(format::kHistory);
    for (bool more = cursor->SeekAtLeast(format::HistoryKey(id_, 0)); more && ReadU64(cursor->key().data()) == id_.value();
         more = cursor->Next()) {
      keys.emplace_back(cursor->key());
    }
    for (const std::string& key : keys) set.Delete(format::kHistory, key);
    for (const std::string& key : keys) {
      const uint64_t sequence = ReadU64(key.data() + 8);
      set.Delete(format::kFeed, storage::IntegerKey(sequence));
    }
  });
  EXPECT_EQ(Get(id_, "size"), Value(6));
  EXPECT_EQ(db_.Read()->History(id_)->size(), 1u);
}

// Its history says what it was, as far as it changed; restoring brings that back.
TEST_F(RepairTest, ALostRecordIsNotedAsDeletedAndCanBeRestored) {
  Mend([&](storage::WriteSet& set) {
    const uint64_t number = id_.value();
    set.Delete(format::kRecord, storage::IntegerKey(number));
  });
  EXPECT_FALSE(db_.Read()->Get(id_).ok());
  const HistoryEntry end = db_.Read()->History(id_)->back();
  EXPECT_EQ(end.operation, Operation::kDelete);
  EXPECT_FALSE(end.fields.empty());
}

TEST_F(RepairTest, BringsStateAndCountersUpToTheFeed) {
  Mend([&](storage::WriteSet& set) {
    format::State state = *format::DecodeState(Take(set, format::kMeta, format::kMetaState));
    state.sequence -= 1;
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    set.Delete(format::kMeta, format::CounterKey(id_.type(), 0));
  });
  const Id next = db_.AddCompany("Next");
  EXPECT_GT(next.sequence(), id_.sequence());
  EXPECT_THAT(db_.Problems(), IsEmpty());
}

TEST_F(RepairTest, RollUpsAreCountedAgain) {
  const catalog::PackageSource more{R"json({"package": "test.more", "version": "1.0.0", "needs": ["test.company"], "extend": [
      {"type": "company", "fields": [{"name": "total", "kind": "int",
        "roll_up": {"function": "sum", "of": "company", "by": "parent", "field": "size"}}]}]})json",
                                    {}};
  ASSERT_TRUE(db_->Ensure({&more, 1}).ok()) << db_->Ensure({&more, 1}).status();
  const auto mend = [&](const std::function<void(storage::WriteSet&, const std::string&)>& change) {
    return Mend([&](storage::WriteSet& set) {
      const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kAggregate);
      ASSERT_TRUE(cursor->SeekAtLeast("R") && cursor->key().starts_with("R"));
      change(set, std::string(cursor->key()));
    });
  };
  const auto lose = [](storage::WriteSet& set, const std::string& key) { set.Delete(format::kAggregate, key); };
  EXPECT_THAT(mend(lose), Contains("rows of roll-ups recomputed"));
  EXPECT_EQ(Get(boss_, "total"), Value(6));
}

TEST_F(RepairTest, TakesRowsOfNobodyAway) {
  Mend([&](storage::WriteSet& set) {
    std::string value = "1";
    format::AppendPadding(value);
    set.Put(format::kAggregate, "zz", value);
  });
}

// What nothing tells is said, and left alone.
TEST_F(RepairTest, LeavesTwoRecordsWithOneUniqueValueToPeople) {
  After([&](storage::WriteSet& set) {
    set.Delete(format::kIndex, EntryOf(set, "by_code").key);
    Rewrite(set, [&](record::Header&, std::vector<Value>& values) { values[At("code")] = "B"; });
  });
  const RepairReport report = *db_->Repair();
  EXPECT_THAT(report.problems, Contains(HasSubstr("same value")));
}

}  // namespace
}  // namespace kith
