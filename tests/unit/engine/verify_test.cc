// Verify finds each kind of damage and says where it is. The damage is done behind the engine's back, through storage, so every seal is
// right: only what derives from what can tell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "engine/format.h"
#include "kith/base/key.h"
#include "kith/base/packed.h"
#include "support/company.h"
#include "unit/engine/behind.h"

namespace kith {
namespace {

using ::testing::AllOf;
using testing::CompanyDatabase;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VerifyTest : public testing::BehindTest {};

TEST_F(VerifyTest, AnUntouchedFileIsSound) {
  EXPECT_THAT(After([](storage::WriteSet&) {}), IsEmpty());
  const VerifyReport report = *db_->Verify();
  EXPECT_GE(report.records, 2u);
  EXPECT_GE(report.index_entries, 2u * type_.indexes.size());
  EXPECT_GE(report.history_entries, 6u);
}

TEST_F(VerifyTest, FindsAMissingIndexEntry) {
  EXPECT_THAT(After([&](storage::WriteSet& set) { set.Delete(format::kIndex, EntryOf(set, "by_size").key); }),
              Contains(AllOf(HasSubstr("company.by_size"), HasSubstr(Name(id_)), HasSubstr("missing"))));
}

TEST_F(VerifyTest, FindsAStaleIndexEntry) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                std::string key;
                AppendU32(key, type_.FindIndex("by_code")->number);
                AppendValueKey(key, "old");
                AppendU64(key, id_.value());
                set.Put(format::kIndex, key, "");
              }),
              Contains(AllOf(HasSubstr("company.by_code"), HasSubstr(Name(id_)), HasSubstr("stale"))));
}

TEST_F(VerifyTest, FindsAnIndexEntryOfNoRecord) {
  const Id nobody = Id::Of(id_.type(), 0, 3);
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                std::string key;
                AppendU32(key, type_.FindIndex("by_code")->number);
                AppendValueKey(key, "x");
                AppendU64(key, nobody.value());
                set.Put(format::kIndex, key, "");
              }),
              Contains(AllOf(HasSubstr("company.by_code"), HasSubstr(Name(nobody)), HasSubstr("no such record"))));
}

TEST_F(VerifyTest, FindsEntriesOfNoIndex) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                std::string key;
                AppendU32(key, 70'000);
                AppendU64(key, id_.value());
                set.Put(format::kIndex, key, "");
              }),
              Contains(AllOf(HasSubstr("70000"), HasSubstr("no such index"))));
}

TEST_F(VerifyTest, FindsWrongCoveredValues) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                format::IndexEntry entry = EntryOf(set, "by_name");
                std::string other;
                PackedWriter out(other);
                for (const Value& value : {Value("A"), Value(7), Value(), Value(boss_)}) out.Put(value);
                set.Put(format::kIndex, entry.key, other);
              }),
              Contains(AllOf(HasSubstr("company.by_name"), HasSubstr(Name(id_)), HasSubstr("covered"))));
}

TEST_F(VerifyTest, FindsADuplicateUniqueValue) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                set.Delete(format::kIndex, EntryOf(set, "by_code").key);
                Rewrite(set, [&](record::Header&, std::vector<Value>& values) { values[At("code")] = "B"; });
                const format::IndexEntry entry = EntryOf(set, "by_code");
                set.Put(format::kIndex, entry.key, entry.value);
              }),
              Contains(AllOf(HasSubstr("company.by_code"), HasSubstr("same unique value"), HasSubstr(Name(boss_)))));
}

TEST_F(VerifyTest, FindsAReferenceToNothing) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                Rewrite(set, [&](record::Header&, std::vector<Value>& values) { values[At("parent")] = Id::Of(id_.type(), 0, 999); });
              }),
              Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("parent"), HasSubstr("does not exist"))));
}

TEST_F(VerifyTest, FindsAValueThatHistoryDoesNotGive) {
  // Set again to 5, with its index entry, as an old page in a newer one's place would have it.
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                set.Delete(format::kIndex, EntryOf(set, "by_size").key);
                Rewrite(set, [&](record::Header&, std::vector<Value>& values) { values[At("size")] = 5; });
                const format::IndexEntry entry = EntryOf(set, "by_size");
                set.Put(format::kIndex, entry.key, entry.value);
              }),
              Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("field size"), HasSubstr("is 5"), HasSubstr("gives 6"))));
}

TEST_F(VerifyTest, FindsAHeaderThatHistoryDoesNotGive) {
  const std::vector<std::string> problems = After([&](storage::WriteSet& set) {
    Rewrite(set, [&](record::Header& header, std::vector<Value>&) {
      header.version -= 1;
      header.owner = 77;
      header.created += 1;
    });
  });
  for (const std::string_view field : {", version:", ", owner:", ", created:"}) {
    EXPECT_THAT(problems, Contains(AllOf(HasSubstr(Name(id_)), HasSubstr(std::string(field)))));
  }
}

TEST_F(VerifyTest, FindsARecordWithoutHistory) {
  const Id stranger = Id::Of(id_.type(), 0, 900);
  const std::vector<std::string> problems = After([&](storage::WriteSet& set) {
    record::Header header;
    header.id = stranger.value();
    std::vector<Value> values(type_.fields.size());
    values[At("name")] = "Stranger";
    record::Builder builder;
    const std::string bytes(*builder.Build(header, type_.layout, values));
    const uint64_t number = stranger.value();
    set.Put(format::kRecord, storage::IntegerKey(number), bytes);
  });
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr(Name(stranger)), HasSubstr("has no history"))));
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr("counter of " + Name(stranger)), HasSubstr("given twice"))));
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr("company.by_name"), HasSubstr(Name(stranger)), HasSubstr("missing"))));
}

TEST_F(VerifyTest, FindsAMissingRecord) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                const uint64_t number = id_.value();
                set.Delete(format::kRecord, storage::IntegerKey(number));
              }),
              Contains(HasSubstr(Name(id_))));
}

TEST_F(VerifyTest, FindsAMissingHistoryEntry) {
  const std::vector<std::string> problems =
      After([&](storage::WriteSet& set) { set.Delete(format::kHistory, format::HistoryKey(id_, version_)); });
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("feed entry " + std::to_string(version_)),
                                       HasSubstr("missing in the history"))));
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("version"))));
}

TEST_F(VerifyTest, FindsAMissingFeedEntry) {
  const std::vector<std::string> problems =
      After([&](storage::WriteSet& set) { set.Delete(format::kFeed, storage::IntegerKey(version_)); });
  EXPECT_THAT(problems, Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("history entry " + std::to_string(version_)),
                                       HasSubstr("missing in the feed"))));
}

TEST_F(VerifyTest, FindsAFeedEntryThatSaysSomethingElse) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                const std::string bytes = Take(set, format::kFeed, storage::IntegerKey(version_));
                format::FeedValue value = *format::DecodeFeed(bytes);
                value.operation = Operation::kDelete;
                set.Put(format::kFeed, storage::IntegerKey(version_), format::EncodeFeed(value));
              }),
              Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("something else"))));
}

TEST_F(VerifyTest, FindsAStateBehindTheFeed) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                format::State state = *format::DecodeState(Take(set, format::kMeta, format::kMetaState));
                state.sequence -= 1;
                set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
              }),
              Contains(AllOf(HasSubstr("state"), HasSubstr("last sequence is " + std::to_string(last_ - 1)))));
}

TEST_F(VerifyTest, FindsAnExternalReferenceInOneDirectionOnly) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                set.Delete(format::kExternal, format::ExternalKey(id_.type(), {"erp", "K-1"}));
              }),
              Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("(erp, K-1)"), HasSubstr("does not lead back"))));
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                std::string target;
                AppendU64(target, id_.value());
                set.Put(format::kExternal, format::ExternalKey(id_.type(), {"erp", "K-1"}), target);
                set.Delete(format::kExternal, format::ExternalReverseKey(id_, {"erp", "K-1"}));
              }),
              Contains(AllOf(HasSubstr(Name(id_)), HasSubstr("does not list"))));
}

TEST_F(VerifyTest, FindsAMalformedRecord) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                const uint64_t number = id_.value();
                std::string bytes = Take(set, format::kRecord, storage::IntegerKey(number));
                for (size_t i = 0; i < 4; ++i) bytes[i] = '\xEE';
                set.Put(format::kRecord, storage::IntegerKey(number), bytes);
              }),
              Contains(HasSubstr(Name(id_))));
}

// R30: in a file from elsewhere such a record is seen before anybody reads it: a seal is made by who made the file.
TEST_F(VerifyTest, AMalformedRecordOfAForeignFileIsRefusedAtOpen) {
  const std::string copy = db_.path() + "-copy";
  const auto open_copy = [&] {
    std::filesystem::remove_all(copy);
    EXPECT_TRUE(db_->Backup(copy).ok());
    return Database::Open(copy, {}).status();
  };
  EXPECT_TRUE(open_copy().ok());
  After([&](storage::WriteSet& set) {
    const uint64_t number = id_.value();
    std::string bytes = Take(set, format::kRecord, storage::IntegerKey(number));
    for (size_t i = 0; i < 4; ++i) bytes[i] = '\xEE';
    set.Put(format::kRecord, storage::IntegerKey(number), bytes);
  });
  const Status status = open_copy();
  EXPECT_EQ(GetReason(status), Reason::kCorrupt) << status;
  EXPECT_THAT(status.ToString(), AllOf(HasSubstr("malformed"), HasSubstr("salvaged")));
  EXPECT_EQ(GetReason(Database::Open(copy, {}).status()), Reason::kCorrupt) << "it is no better the second time";
  std::filesystem::remove_all(copy);
}

// R30: definitions are read before all else.
TEST_F(VerifyTest, AMalformedDefinitionOfAForeignFileIsRefusedAtOpen) {
  const std::string copy = db_.path() + "-copy";
  std::filesystem::remove_all(copy);
  ASSERT_TRUE(db_->Backup(copy).ok());
  Id found;
  {
    const std::unique_ptr<Snapshot> snapshot = db_.Read();
    for (const catalog::TypeDef& type : catalog::Catalog::BuiltIn()->types()) {
      const StatusOr<std::unique_ptr<RecordCursor>> cursor = snapshot->Scan(type.name);
      ASSERT_TRUE(cursor.ok()) << cursor.status();
      if (found.is_null() && (*cursor)->Next()) found = (*cursor)->id();
    }
    ASSERT_FALSE(found.is_null());
  }
  {
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    const StatusOr<std::shared_ptr<storage::Environment>> environment = storage::Environment::Open(copy, format::Keyspaces(), options);
    ASSERT_TRUE(environment.ok()) << environment.status();
    testing::BehindJob job([&](storage::WriteSet& set) {
      const uint64_t number = found.value();
      std::string bytes = Take(set, format::kRecord, storage::IntegerKey(number));
      for (size_t i = 0; i < 4; ++i) bytes[i] = '\xEE';
      set.Put(format::kRecord, storage::IntegerKey(number), bytes);
    });
    storage::Job* jobs[] = {&job};
    ASSERT_TRUE((*environment)->Run(jobs, {})[0].ok());
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(GetReason(Database::Open(copy, {}).status()), Reason::kCorrupt);
  std::filesystem::remove_all(copy);
}

TEST_F(VerifyTest, FindsARecordOfAnUnknownType) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                const uint64_t number = Id::Of(4000, 0, 1).value();
                const std::string bytes(Stored(set, id_).bytes());
                set.Put(format::kRecord, storage::IntegerKey(number), bytes);
              }),
              Contains(HasSubstr("type is unknown")));
}

TEST_F(VerifyTest, FindsAnAggregateOfNobody) {
  EXPECT_THAT(After([&](storage::WriteSet& set) {
                std::string value = "1";
                format::AppendPadding(value);
                set.Put(format::kAggregate, "zz", value);
              }),
              Contains(HasSubstr("belongs to no derivation")));
}

// The list is bounded, the count is not.
TEST_F(VerifyTest, NamesAHundredAndCountsTheRest) {
  const std::vector<std::string> problems = After([&](storage::WriteSet& set) {
    for (uint64_t i = 0; i < 150; ++i) {
      std::string key;
      AppendU32(key, type_.FindIndex("by_code")->number);
      AppendValueKey(key, "x");
      AppendU64(key, Id::Of(id_.type(), 0, static_cast<uint32_t>(500 + i)).value());
      set.Put(format::kIndex, key, "");
    }
  });
  ASSERT_EQ(problems.size(), 101u);
  EXPECT_EQ(problems.back(), "and 50 more");
}

// --- derivations

// Keeps the number of companies, and forgets deletions when told to: Verify must see that.
class Count : public Derivation {
 public:
  explicit Count(bool forgetful) : forgetful_(forgetful) {}
  [[nodiscard]] std::string_view name() const override { return "test.count"; }
  [[nodiscard]] uint32_t version() const override { return 1; }
  [[nodiscard]] std::string_view prefix() const override { return "n"; }
  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    int by = 0;
    for (const RecordChange& change : changes) {
      if (change.type->name != "company") continue;
      if (change.before.is_null()) ++by;
      if (change.after.is_null() && !forgetful_) --by;
    }
    if (by == 0) return {};
    const StatusOr<std::string_view> row = context.Aggregate("n");
    context.PutAggregate("n", std::to_string((row.ok() ? std::stoi(std::string(*row)) : 0) + by));
    return {};
  }
  [[nodiscard]] StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const override {
    int count = 0;
    KITH_ASSIGN_OR_RETURN(const auto cursor, snapshot.Scan("company"));
    while (cursor->Next()) ++count;
    std::map<std::string, std::string> rows;
    rows["n"] = std::to_string(count);
    return rows;
  }

 private:
  bool forgetful_;
};

TEST(VerifyDerivationTest, ComparesAggregatesWithTheirRecomputation) {
  for (const bool forgetful : {false, true}) {
    const Count count(forgetful);
    CompanyDatabase db(Extensions{.rules = {}, .derivations = {&count}});
    db.AddCompany("A");
    db.Delete(db.AddCompany("B"));
    if (forgetful) {
      EXPECT_THAT(db.Problems(), Contains(AllOf(HasSubstr("test.count"), HasSubstr("differs"))));
    } else {
      EXPECT_THAT(db.Problems(), IsEmpty());
      EXPECT_EQ(db->Verify()->aggregates, 1u);
    }
  }
}

}  // namespace
}  // namespace kith
