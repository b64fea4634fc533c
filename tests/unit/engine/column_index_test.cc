// Column indexes against the records, through every way a record comes, changes and goes.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/column_writes.h"
#include "shop.h"
#include "support/settings.h"

namespace kith {
namespace {

using catalog::IndexDef;
using catalog::TypeDef;
using testing::ExpectError;
using testing::Shop;

constexpr std::string_view kFields[] = {"number", "rate", "weight", "price", "fresh", "state", "made", "seen", "maker", "owner", "updated"};

// `kind`: of the indexes over each field.
std::string Package(std::string_view version, std::string_view kind) {
  std::string json = R"({"package": "test.columns", "version": ")" + std::string(version) + R"(", "types": [
    {"name": "brand", "fields": [{"name": "label", "kind": "text"}]},
    {"name": "thing",
     "fields": [
       {"name": "label", "kind": "text"},
       {"name": "number", "kind": "int"},
       {"name": "rate", "kind": "decimal", "scale": 2},
       {"name": "weight", "kind": "double"},
       {"name": "price", "kind": "money"},
       {"name": "fresh", "kind": "bool"},
       {"name": "state", "kind": "choice", "choices": [{"name": "new"}, {"name": "old"}]},
       {"name": "made", "kind": "date"},
       {"name": "seen", "kind": "time"},
       {"name": "maker", "kind": "ref", "to": ["brand"], "on_delete": "detach"}
     ],
     "indexes": [{"name": "by_label", "fields": ["label"]})";
  for (const std::string_view field : kFields) {
    json.append(R"(, {"name": "col_)")
        .append(field)
        .append(R"(", "kind": ")")
        .append(kind)
        .append(R"(", "fields": [")")
        .append(field)
        .append("\"]}");
  }
  return json + "]}]}";
}

class ColumnIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    shop_.Ensure(Package("1.0.0", "column"));
    brands_ = {AddBrand(), AddBrand(), AddBrand()};
  }
  Id AddBrand() {
    return shop_.Add("brand", [](Batch& batch, Id id) { batch.Set(id, "label", "b"); });
  }
  uint64_t Below(uint64_t n) { return engine_() % n; }

  Value RandomValue(std::string_view field) {
    if (Below(5) == 0) return {};
    const auto small = static_cast<int64_t>(Below(9)) - 4;
    if (field == "number") return small;
    if (field == "rate") return Decimal{.units = small, .scale = 2};
    if (field == "weight") return static_cast<double>(small) / 2;
    if (field == "price") return Money{.minor = small, .currency = *Currency::FromCode(Below(3) == 0 ? "JPY" : "CNY")};
    if (field == "fresh") return Below(2) == 0;
    if (field == "state") return Choice{static_cast<int32_t>(Below(2)) + 1};
    if (field == "made") return Date{static_cast<int32_t>(small)};
    if (field == "seen") return Time{small};
    return brands_[Below(brands_.size())];
  }
  void SetSome(Batch& batch, Id id) {
    for (const std::string_view field : kFields) {
      if (field != "updated" && Below(3) == 0) batch.Set(id, field, RandomValue(field));
    }
    if (Below(3) == 0) batch.Set(id, "label", "x");
  }
  // A batch of creations, changes, deletions and restorations of what was deleted before.
  void ApplySome(size_t size) {
    Batch batch = shop_.NewBatch();
    std::set<Id> touched;
    std::set<Id> deleted;
    size_t created = 0;
    for (size_t i = 0; i < size; ++i) {
      const uint64_t which = Below(10);
      if (which < 4 || things_.empty()) {
        SetSome(batch, batch.Create("thing"));
        ++created;
        continue;
      }
      const Id id = things_[Below(things_.size())];
      if (!touched.insert(id).second) continue;
      if (which == 9) {
        batch.Delete(id);
        deleted.insert(id);
      } else {
        SetSome(batch, id);
      }
    }
    const Outcome outcome = shop_.Apply(batch);
    ASSERT_EQ(outcome.ids.size(), created);
    std::erase_if(things_, [&](Id id) { return deleted.contains(id); });
    things_.insert(things_.end(), outcome.ids.begin(), outcome.ids.end());
  }

  static std::vector<const IndexDef*> Columns(const TypeDef& type) {
    std::vector<const IndexDef*> columns;
    for (const IndexDef& index : type.indexes) {
      if (index.kind == catalog::IndexKind::kColumn) columns.push_back(&index);
    }
    return columns;
  }
  // Every record once, in order, with the values that the record has.
  void ExpectColumnsEqualRecords() {
    const std::unique_ptr<Snapshot> snapshot = shop_.Read();
    const TypeDef& type = *snapshot->catalog().FindType("thing");
    const std::vector<const IndexDef*> columns = Columns(type);
    ASSERT_EQ(columns.size(), std::size(kFields));
    const auto cursor = snapshot->ScanColumns(type, columns);
    ASSERT_TRUE(cursor.ok()) << cursor.status();
    const auto records = *snapshot->Scan("thing");
    while ((*cursor)->Next()) {
      (*cursor)->blocks()[0].live().ForEach([&](size_t row) {
        ASSERT_TRUE(records->Next());
        ASSERT_EQ(records->id(), Id((*cursor)->first().value() + row));
        for (size_t i = 0; i < columns.size(); ++i) {
          ASSERT_EQ((*cursor)->blocks()[i].Get(row), GetFieldAt(*records->record(), columns[i]->parts[0].position)) << columns[i]->name;
        }
      });
    }
    ASSERT_TRUE((*cursor)->status().ok()) << (*cursor)->status();
    ASSERT_FALSE(records->Next());
    ExpectTailFrom(*snapshot, type, columns);
    ASSERT_EQ(shop_.Problems(), std::vector<std::string>());
  }
  // From an id on, the first block is the one that holds the next id, or comes after it.
  void ExpectTailFrom(const Snapshot& snapshot, const TypeDef& type, const std::vector<const IndexDef*>& columns) {
    for (const Id after : things_) {
      const auto cursor = *snapshot.ScanColumns(type, columns, after);
      if (cursor->Next()) {
        ASSERT_GE(cursor->first(), column::BlockOf(Id(after.value() + 1)));
      }
    }
  }
  // Puts, under an index's blocks, what `change` makes of the first one.
  void Damage(std::string_view index, const std::function<void(std::string& key, std::string& block)>& change) {
    const std::unique_ptr<Snapshot> snapshot = shop_.Read();
    const std::string prefix = engine::ColumnKey(*snapshot->catalog().FindType("thing")->FindIndex(index), Id()).substr(0, 4);
    shop_.Close();
    ChangeFile(prefix, change);
    shop_.Open();
  }
  void ChangeFile(const std::string& prefix, const std::function<void(std::string& key, std::string& block)>& change);

  std::mt19937_64 engine_{testing::TestSeed(21)};
  Shop shop_;
  std::vector<Id> brands_;
  std::vector<Id> things_;
};

// Runs one function over the write-set.
class ChangeJob final : public storage::Job {
 public:
  explicit ChangeJob(std::function<void(storage::WriteSet&)> change) : change_(std::move(change)) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    change_(set);
    return Verdict::kKeep;
  }

 private:
  std::function<void(storage::WriteSet&)> change_;
};

void ColumnIndexTest::ChangeFile(const std::string& prefix, const std::function<void(std::string&, std::string&)>& change) {
  storage::OpenOptions options;
  options.application_format = format::kVersion;
  options.durability = storage::Durability::kRelaxed;
  const auto environment = *storage::Environment::Open(shop_.path(), format::Keyspaces(), options);
  ChangeJob job([&](storage::WriteSet& set) {
    const auto cursor = set.NewCursor(format::kIndex);
    ASSERT_TRUE(cursor->SeekAtLeast(prefix) && cursor->key().starts_with(prefix));
    std::string key(cursor->key());
    std::string block(cursor->value());
    set.Delete(format::kIndex, key);
    change(key, block);
    if (!block.empty()) set.Put(format::kIndex, key, block);
  });
  storage::Job* const jobs[] = {&job};
  ASSERT_TRUE(environment->Run(jobs, {})[0].ok());
}

TEST_F(ColumnIndexTest, EqualTheRecordsAfterEveryBatch) {
  for (int round = 0; round < 12 * testing::TestScale(); ++round) {
    ApplySome(1 + Below(200));
    // Detaches the things of the brand.
    if (round % 4 == 3) {
      Batch batch = shop_.NewBatch();
      batch.Delete(brands_[0]);
      shop_.Apply(batch);
      brands_[0] = AddBrand();
    }
    ASSERT_NO_FATAL_FAILURE(ExpectColumnsEqualRecords()) << "round " << round;
  }
}

TEST_F(ColumnIndexTest, AreBuiltOverRecordsDroppedAndBuiltAgain) {
  for (int i = 0; i < 6; ++i) ApplySome(1000);  // more than one step of building
  shop_.Ensure(Package("1.1.0", "ordered"));
  {
    const std::unique_ptr<Snapshot> snapshot = shop_.Read();
    EXPECT_TRUE(Columns(*snapshot->catalog().FindType("thing")).empty());
  }
  EXPECT_EQ(shop_.Problems(), std::vector<std::string>());  // no entry without an index is left
  ApplySome(500);
  shop_.Ensure(Package("1.2.0", "column"));
  ASSERT_NO_FATAL_FAILURE(ExpectColumnsEqualRecords());
}

TEST_F(ColumnIndexTest, AllRecordsOfABlockGoneLeaveNoBlock) {
  ApplySome(600);
  Batch batch = shop_.NewBatch();
  for (const Id id : things_) batch.Delete(id);
  shop_.Apply(batch);
  things_.clear();
  const std::unique_ptr<Snapshot> snapshot = shop_.Read();
  const TypeDef& type = *snapshot->catalog().FindType("thing");
  const auto cursor = *snapshot->ScanColumns(type, Columns(type));
  EXPECT_FALSE(cursor->Next());
  EXPECT_TRUE(cursor->status().ok());
  EXPECT_EQ(shop_.Problems(), std::vector<std::string>());
}

TEST_F(ColumnIndexTest, ARestoredRecordIsBackInItsRow) {
  ApplySome(20);
  const Id id = things_[0];
  Batch remove = shop_.NewBatch();
  remove.Delete(id);
  shop_.Apply(remove);
  ASSERT_NO_FATAL_FAILURE(ExpectColumnsEqualRecords());
  Batch restore = shop_.NewBatch();
  restore.Restore(id);
  shop_.Apply(restore);
  ASSERT_TRUE(shop_.Exists(id));
  ASSERT_NO_FATAL_FAILURE(ExpectColumnsEqualRecords());
}

TEST_F(ColumnIndexTest, ABatchRefusedOrRunDryLeavesBlocksAsTheyWere) {
  ApplySome(50);
  Batch batch = shop_.NewBatch();
  batch.Set(things_[0], "number", int64_t{77});
  batch.Set(things_[1], "maker", Id::Of(brands_[0].type(), 0, 999));
  EXPECT_FALSE(shop_.Refuse(batch).ok());
  const Shop::Dump before = shop_.DumpFile();
  Batch dry = shop_.NewBatch();
  dry.Set(things_[0], "number", int64_t{77});
  shop_.Apply(dry, {.dry_run = true});
  EXPECT_TRUE(shop_.DumpFile() == before);
}

TEST_F(ColumnIndexTest, AreForTheSystemsViewerAndOfTheirKindAlone) {
  ApplySome(5);
  const auto system = shop_.Read();
  const TypeDef& type = *system->catalog().FindType("thing");
  const IndexDef* const ordered[] = {type.FindIndex("by_label")};
  ExpectError(system->ScanColumns(type, ordered).status(),
              {.reason = Reason::kUnknownIndex, .type = "thing", .field = "by_label", .value = "ordered"});
  ExpectError(system->ScanColumns(type, {}).status(), {.reason = Reason::kBadOptions, .type = "thing"});
  const auto viewed = *shop_->Read({.id = brands_[0]});
  const IndexDef* const column[] = {type.FindIndex("col_number")};
  ExpectError(viewed->ScanColumns(type, column).status(), {.reason = Reason::kNotVisible, .type = "thing"});
  ExpectError(system->ScanIndex(type, *column[0], {}).status(),
              {.reason = Reason::kUnknownIndex, .type = "thing", .field = "col_number", .value = "column"});
}

TEST_F(ColumnIndexTest, VerifyFindsABlockThatDiffersIsMissingOrTooMany) {
  ApplySome(10);
  const std::string name = "index thing.col_number";
  const std::string at = ", the block from thing " + std::to_string(column::BlockOf(things_[0]).value()) + ": ";
  std::string kept;
  Damage("col_number", [&](std::string&, std::string& block) {
    kept = block;
    block[100] = static_cast<char>(block[100] ^ 1);
  });
  EXPECT_EQ(shop_.Problems(), std::vector<std::string>{name + at + "differs from what the records give"});
  {
    const auto snapshot = shop_.Read();
    const TypeDef& type = *snapshot->catalog().FindType("thing");
    const IndexDef* const columns[] = {type.FindIndex("col_number")};
    const auto cursor = *snapshot->ScanColumns(type, columns);
    EXPECT_FALSE(cursor->Next());
    EXPECT_EQ(GetReason(cursor->status()), Reason::kCorrupt);
  }
  Damage("col_number", [&](std::string& key, std::string& block) {
    block = kept;
    key[key.size() - 2] = 15;  // 3,840: also the first of a block
    key[key.size() - 1] = 0;
  });
  EXPECT_EQ(shop_.Problems(), (std::vector<std::string>{name + at + "is missing", name + " has blocks of records that do not exist"}));
  const auto snapshot = shop_.Read();
  const TypeDef& type = *snapshot->catalog().FindType("thing");
  const IndexDef* const columns[] = {type.FindIndex("col_rate"), type.FindIndex("col_number")};
  const auto cursor = *snapshot->ScanColumns(type, columns);
  EXPECT_FALSE(cursor->Next());
  EXPECT_EQ(GetReason(cursor->status()), Reason::kCorrupt);
}

}  // namespace
}  // namespace kith
