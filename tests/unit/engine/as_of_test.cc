#include <gtest/gtest.h>

#include "engine/read_internal.h"
#include "kith/engine/database.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::FieldOf;

// --- the fold alone, on histories written by hand

class FoldTest : public ::testing::Test {
 protected:
  FoldTest() {
    for (uint32_t number = 0; number < 2; ++number) {
      catalog::FieldDef field;
      field.name = number == 0 ? "a" : "b";
      field.package = 3;
      field.number = number;
      field.kind = Kind::kInt;
      field.position = number;
      type_.fields.push_back(field);
      type_.layout.fields.push_back({.slot = {.page = record::Slot::kOwn, .index = static_cast<uint8_t>(number)}, .kind = Kind::kInt});
    }
    type_.name = "thing";
    type_.number = 70;
  }

  HistoryEntry& Entry(uint64_t sequence, Operation operation, int64_t recorded, int64_t effective) {
    HistoryEntry entry;
    entry.record = kId;
    entry.sequence = sequence;
    entry.operation = operation;
    entry.recorded = Time{recorded};
    entry.effective = Time{effective};
    return history_.emplace_back(std::move(entry));
  }
  static FieldChange Change(uint32_t number, Value before, Value after, int64_t effective) {
    return {3, number, std::move(before), std::move(after), Time{effective}};
  }
  record::View Current(Value a, Value b, record::Header header = {}) {
    header.id = kId.value();
    const std::vector<Value> values{std::move(a), std::move(b)};
    bytes_ = std::string(builder_.Build(header, type_.layout, values).value());
    return {bytes_, &type_.layout};
  }
  std::optional<engine::PastRecord> Fold(record::View current, Time effective, Time recorded) {
    StatusOr<std::optional<engine::PastRecord>> past = engine::FoldHistory(type_, history_, current, {effective, recorded});
    EXPECT_TRUE(past.ok()) << past.status();
    return past.ok() ? *std::move(past) : std::nullopt;
  }
  std::optional<engine::PastRecord> Fold(record::View current, int64_t effective, int64_t recorded) {
    return Fold(current, Time{effective}, Time{recorded});
  }

  static constexpr Id kId = Id::Of(70, 0, 1);
  catalog::TypeDef type_;
  std::vector<HistoryEntry> history_;
  record::Builder builder_;
  std::string bytes_;
};

TEST_F(FoldTest, AnUnchangedRecordIsItsOwnPast) {
  Entry(1, Operation::kCreate, 100, 100);
  const record::View current = Current(7, {}, {.version = 1, .created = 100, .updated = 100, .origin = 1});
  const auto past = Fold(current, kTimeMax, kTimeMax);
  ASSERT_TRUE(past);
  EXPECT_EQ(past->values, (std::vector<Value>{7, {}}));
  EXPECT_EQ(past->header.version, 1u);
  EXPECT_EQ(past->header.updated, 100);
  EXPECT_EQ(past->header.origin, 1);
  EXPECT_TRUE(Fold(current, 100, 100));
  EXPECT_FALSE(Fold(current, 99, 1000));
  EXPECT_FALSE(Fold(current, 1000, 99));
}

// B12: created with 1 at 100; at 200 set to 2; at 300 it turns out that it was 5 from 150 on.
TEST_F(FoldTest, BothAxesCount) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {Change(0, 1, 2, 200)};
  Entry(3, Operation::kChange, 300, 300).fields = {Change(0, 2, 5, 150)};
  const record::View current = Current(2, 9);
  const auto a = [&](int64_t effective, int64_t recorded) {
    const auto past = Fold(current, effective, recorded);
    return past ? past->values[0] : Value("absent");
  };
  EXPECT_EQ(a(120, 1000), Value(1));
  EXPECT_EQ(a(160, 1000), Value(5));
  EXPECT_EQ(a(160, 299), Value(1));
  EXPECT_EQ(a(200, 1000), Value(2));
  EXPECT_EQ(a(1000, 199), Value(1));
  EXPECT_EQ(a(99, 1000), Value("absent"));
  EXPECT_EQ(a(INT64_MAX, 299), Value(2));
  EXPECT_EQ(a(160, INT64_MAX), Value(5));
  EXPECT_EQ(Fold(current, kTimeMax, kTimeMax)->values, (std::vector<Value>{2, 9}));
}

// Of two assertions for one moment the later recorded holds.
TEST_F(FoldTest, ACorrectionForTheSameMomentWins) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {Change(0, 1, 2, 100)};
  const record::View current = Current(2, {});
  EXPECT_EQ(Fold(current, 100, 199)->values[0], Value(1));
  EXPECT_EQ(Fold(current, 100, 200)->values[0], Value(2));
}

// A field without a value at creation asserts nothing: a value for an earlier time shows.
TEST_F(FoldTest, AnEmptyBaseGivesWay) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {Change(0, {}, 4, 50)};
  const record::View current = Current(4, {});
  EXPECT_EQ(Fold(current, 150, 150)->values[0], Value());
  EXPECT_EQ(Fold(current, 150, 200)->values[0], Value(4));
}

TEST_F(FoldTest, AClearedFieldIsAnAssertionToo) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {Change(0, 1, {}, 200)};
  const record::View current = Current({}, {});
  EXPECT_EQ(Fold(current, 150, 1000)->values[0], Value(1));
  EXPECT_EQ(Fold(current, 250, 1000)->values[0], Value());
}

TEST_F(FoldTest, ACreationMayAssertForOtherTimes) {
  Entry(1, Operation::kCreate, 300, 100).fields = {Change(0, 1, 2, 200), Change(0, 1, 3, 250)};
  const record::View current = Current(3, {});
  EXPECT_EQ(Fold(current, 150, 300)->values[0], Value(1));
  EXPECT_EQ(Fold(current, 200, 300)->values[0], Value(2));
  EXPECT_EQ(Fold(current, 300, 300)->values[0], Value(3));
  EXPECT_FALSE(Fold(current, 300, 299));
}

TEST_F(FoldTest, ADeletedRecordStillHasAPast) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {Change(1, {}, 8, 200)};
  Entry(3, Operation::kDelete, 300, 250).fields = {
      Change(0, 1, {}, 250), Change(1, 8, {}, 250), {kHeaderPackage, format::HeaderNumber(catalog::kHeaderOwner), Id(99), {}, Time{250}}};
  EXPECT_FALSE(Fold({}, kTimeMax, kTimeMax));
  EXPECT_FALSE(Fold({}, 250, 1000));
  const auto then = Fold({}, 249, 1000);
  ASSERT_TRUE(then);
  EXPECT_EQ(then->values, (std::vector<Value>{1, 8}));
  EXPECT_EQ(then->header.owner, 99u);
  EXPECT_EQ(then->header.version, 2u);
  EXPECT_EQ(then->header.updated, 200);
  const auto as_known = Fold({}, 1000, 299);
  ASSERT_TRUE(as_known);
  EXPECT_EQ(as_known->values, (std::vector<Value>{1, 8}));
  EXPECT_EQ(Fold({}, 150, 150)->values, (std::vector<Value>{1, {}}));
}

TEST_F(FoldTest, ASecondLifeIsItsOwn) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kDelete, 200, 200).fields = {Change(0, 1, {}, 200)};
  Entry(3, Operation::kCreate, 300, 300);
  Entry(4, Operation::kChange, 400, 400).fields = {Change(0, 5, 6, 400)};
  const record::View current = Current(6, {});
  EXPECT_EQ(Fold(current, 150, 1000)->values[0], Value(1));
  EXPECT_FALSE(Fold(current, 250, 1000));
  EXPECT_EQ(Fold(current, 350, 1000)->values[0], Value(5));
  EXPECT_EQ(Fold(current, 450, 1000)->values[0], Value(6));
  EXPECT_EQ(Fold(current, 350, 1000)->header.created, 300);
}

TEST_F(FoldTest, FieldsThatTheCatalogLostAreSkipped) {
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {{99, 0, 1, 2, Time{200}}, Change(0, 1, 2, 200), {kHeaderPackage, 1, {}, {}, Time{200}}};
  EXPECT_EQ(Fold(Current(2, {}), 1000, 1000)->values, (std::vector<Value>{2, {}}));
}

TEST_F(FoldTest, OwnerIsFoldedLikeAField) {
  const uint32_t owner = format::HeaderNumber(catalog::kHeaderOwner);
  const uint32_t unit = format::HeaderNumber(catalog::kHeaderUnit);
  Entry(1, Operation::kCreate, 100, 100);
  Entry(2, Operation::kChange, 200, 200).fields = {{kHeaderPackage, owner, Id(5), Id(6), Time{200}},
                                                   {kHeaderPackage, unit, {}, Value(3), Time{200}}};
  const record::View current = Current({}, {}, {.owner = 6, .unit = 3, .visibility = 2});
  EXPECT_EQ(Fold(current, 150, 1000)->header.owner, 5u);
  EXPECT_EQ(Fold(current, 150, 1000)->header.unit, 0u);
  EXPECT_EQ(Fold(current, 200, 1000)->header.owner, 6u);
  EXPECT_EQ(Fold(current, 200, 1000)->header.unit, 3u);
  EXPECT_EQ(Fold(current, 150, 1000)->header.visibility, 2u);
}

TEST_F(FoldTest, DamagedHistoriesAreErrors) {
  Entry(2, Operation::kChange, 200, 200).fields = {Change(0, 1, 2, 200)};
  EXPECT_EQ(GetReason(engine::FoldHistory(type_, history_, Current(2, {}), {}).status()), Reason::kCorrupt);
  history_.clear();
  Entry(1, Operation::kCreate, 100, 100);
  EXPECT_EQ(GetReason(engine::FoldHistory(type_, history_, {}, {}).status()), Reason::kCorrupt);
  history_.clear();
  EXPECT_FALSE(Fold({}, kTimeMax, kTimeMax));
}

// --- through a database

// B01: a fact that changes is found as it was at every time.
TEST(GetAsOfTest, FactsAreFoundAsTheyWere) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme", [](Batch& batch, Id company) { batch.Set(company, "size", 10); });
  const Time t1 = db.clock.now();
  db.clock.Advance(1000);
  db.Set(id, "size", 20);
  const Time t2 = db.clock.now();
  db.clock.Advance(1000);
  db.SetAt(id, "size", 15, Time{t1.micros + 500});
  const Time t3 = db.clock.now();

  const auto snapshot = db.Read();
  const auto size = [&](Time effective, Time recorded) {
    const StatusOr<Record> past = snapshot->GetAsOf(id, {effective, recorded});
    return past.ok() ? FieldOf(*snapshot, past->view(), "size") : Value("absent");
  };
  EXPECT_EQ(size(t1, kTimeMax), Value(10));
  EXPECT_EQ(size(Time{t1.micros + 600}, kTimeMax), Value(15));
  EXPECT_EQ(size(Time{t1.micros + 600}, t2), Value(10));
  EXPECT_EQ(size(t2, kTimeMax), Value(20));
  EXPECT_EQ(size(kTimeMax, kTimeMax), Value(20));
  EXPECT_EQ(size(kTimeMax, t1), Value(10));
  EXPECT_EQ(size(Time{t1.micros - 1}, kTimeMax), Value("absent"));
  EXPECT_EQ(size(kTimeMax, Time{t1.micros - 1}), Value("absent"));
  EXPECT_EQ(snapshot->Get(id)->header().updated, t3.micros);
}

// The greatest time on either axis means everything: the record itself, to the byte.
TEST(GetAsOfTest, NowIsTheRecordItself) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme", [](Batch& batch, Id company) {
    batch.Set(company, "tags", TextList{"a", ""});
    batch.Set(company, "owner", company);
    batch.SetOrigin(Origin::kImport);
  });
  db.Set(id, "score", 1.5);
  db.SetAt(id, "score", 2.5, Time{db.clock.now().micros - 1'000'000});
  db.Set(id, "name", "Acme 2");
  const auto snapshot = db.Read();
  const record::View current = *snapshot->Get(id);
  for (const AsOf now : {AsOf{}, AsOf{db.clock.now(), kTimeMax}, AsOf{kTimeMax, db.clock.now()}, AsOf{db.clock.now(), db.clock.now()}}) {
    const StatusOr<Record> past = snapshot->GetAsOf(id, now);
    ASSERT_TRUE(past.ok()) << past.status();
    EXPECT_EQ(past->view().bytes(), current.bytes());
  }
}

TEST(GetAsOfTest, DeletedRecordsAndStrangers) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme", [](Batch& batch, Id company) {
    batch.Set(company, "revenue", testing::Yuan(12));
    batch.Set(company, "unit", 4);
  });
  const Time alive = db.clock.now();
  db.clock.Advance(10);
  db.Delete(id);
  const auto snapshot = db.Read();
  EXPECT_EQ(snapshot->GetAsOf(id, {}).status().code(), StatusCode::kNotFound);
  const StatusOr<Record> past = snapshot->GetAsOf(id, {.effective = alive});
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(FieldOf(*snapshot, past->view(), "revenue"), Value(testing::Yuan(12)));
  EXPECT_EQ(FieldOf(*snapshot, past->view(), "unit"), Value(4));
  EXPECT_EQ(past->type().name, "company");
  EXPECT_TRUE(snapshot->GetAsOf(id, {.recorded = alive}).ok());
  EXPECT_EQ(snapshot->GetAsOf(Id(), {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(snapshot->GetAsOf(Id::Of(id.type(), 0, 999), {}).status().code(), StatusCode::kNotFound);
}

// What is given is a value of its own: it outlives the snapshot and the database.
TEST(GetAsOfTest, PastRecordsOutliveTheirSnapshot) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme");
  Record past = *db.Read()->GetAsOf(id, {});
  db.Close();
  EXPECT_EQ(past.view().id(), id);
  EXPECT_EQ(past.view().GetText(past.type().FindField("name")->position), "Acme");
}

TEST(HistoryTest, TellsWhoWhatAndWhen) {
  CompanyDatabase db;
  const Id id = db.AddCompany("Acme");
  const Time earlier{db.clock.now().micros - 5000};
  Batch batch = *db->NewBatch(Actor("app.users", "17"), "typo");
  batch.Set(id, "name", "Acme Ltd");
  batch.SetAt(id, "size", 3, earlier);
  db.Apply(batch);
  db.Delete(id);
  const auto entries = *db.Read()->History(id);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].operation, Operation::kCreate);
  EXPECT_TRUE(entries[0].fields.empty());
  EXPECT_EQ(entries[1].actor, Actor("app.users", "17"));
  EXPECT_EQ(entries[1].reason, "typo");
  ASSERT_EQ(entries[1].fields.size(), 2u);
  EXPECT_EQ(entries[1].fields[0].before, Value("Acme"));
  EXPECT_EQ(entries[1].fields[0].after, Value("Acme Ltd"));
  EXPECT_EQ(entries[1].fields[1].effective, earlier);
  EXPECT_EQ(entries[2].operation, Operation::kDelete);
  EXPECT_LT(entries[1].sequence, entries[2].sequence);
  EXPECT_EQ(db.Read()->Entry(id, entries[1].sequence)->reason, "typo");
  EXPECT_EQ(db.Read()->Entry(id, entries[1].sequence + 100).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(db.Read()->History(Id::Of(id.type(), 0, 999)).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace kith
