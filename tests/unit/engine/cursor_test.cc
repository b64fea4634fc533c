#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "kith/base/key.h"
#include "kith/base/limits.h"
#include "kith/base/packed.h"
#include "kith/engine/referring.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::FieldOf;
using testing::Yuan;

std::vector<std::string> Names(const Snapshot& snapshot, std::string_view index, const IndexRange& range) {
  std::vector<std::string> names;
  const StatusOr<std::unique_ptr<RecordCursor>> cursor = snapshot.ScanIndex("company", index, range);
  EXPECT_TRUE(cursor.ok()) << cursor.status();
  if (!cursor.ok()) return names;
  while ((*cursor)->Next()) {
    const StatusOr<record::View> record = (*cursor)->record();
    EXPECT_TRUE(record.ok()) << record.status();
    if (record.ok()) names.push_back(FieldOf(snapshot, *record, "name").get<std::string>());
  }
  EXPECT_TRUE((*cursor)->status().ok()) << (*cursor)->status();
  return names;
}

using Strings = std::vector<std::string>;

class CursorTest : public ::testing::Test {
 protected:
  CursorTest() {
    Add("a", 10);
    Add("b", 20);
    Add("c", 20);
    Add("d", 30);
    Add("n", std::nullopt);
  }
  Id Add(std::string_view name, std::optional<int64_t> size) {
    return db_.AddCompany(name, [&](Batch& batch, Id id) {
      if (size) batch.Set(id, "size", *size);
    });
  }
  CompanyDatabase db_;
};

TEST_F(CursorTest, TakesEqualLeadingPartsAndARangeOfTheNext) {
  const auto snapshot = db_.Read();
  EXPECT_EQ(Names(*snapshot, "by_name", {}), (Strings{"a", "b", "c", "d", "n"}));
  EXPECT_EQ(Names(*snapshot, "by_name", {.low = "b", .high = "d"}), (Strings{"b", "c"}));
  EXPECT_EQ(Names(*snapshot, "by_name", {.low = "b", .high = "d", .low_inclusive = false, .high_inclusive = true}), (Strings{"c", "d"}));
  EXPECT_EQ(Names(*snapshot, "by_name", {.low = "b", .high = "d", .reverse = true}), (Strings{"c", "b"}));
  EXPECT_EQ(Names(*snapshot, "by_name", {.low = "d", .high = "b"}), Strings{});
  EXPECT_EQ(Names(*snapshot, "by_name", {.equal = {Value("c")}}), (Strings{"c"}));
  EXPECT_EQ(Names(*snapshot, "by_name", {.equal = {Value("cc")}}), Strings{});
  EXPECT_EQ(Names(*snapshot, "by_size", {.equal = {Value(20)}, .low = "c"}), (Strings{"c"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.equal = {Value(20), Value("b")}}), (Strings{"b"}));
}

// Null is below every value, so it comes last where sizes descend.
TEST_F(CursorTest, DescendingPartsAndNull) {
  const auto snapshot = db_.Read();
  EXPECT_EQ(Names(*snapshot, "by_size", {}), (Strings{"d", "b", "c", "a", "n"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.reverse = true}), (Strings{"n", "a", "c", "b", "d"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.low = Value(20)}), (Strings{"d", "b", "c"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.low = Value(20), .low_inclusive = false}), (Strings{"d"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.high = Value(20)}), (Strings{"a"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.high = Value(20), .high_inclusive = true}), (Strings{"b", "c", "a"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.low = Value(), .high = Value(20)}), (Strings{"a", "n"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.low = Value(), .low_inclusive = false}), (Strings{"d", "b", "c", "a"}));
  EXPECT_EQ(Names(*snapshot, "by_size", {.equal = {Value()}}), (Strings{"n"}));
}

TEST_F(CursorTest, RefusesWhatTheIndexDoesNotHold) {
  const auto snapshot = db_.Read();
  const auto reason = [&](std::string_view index, const IndexRange& range) {
    return GetReason(snapshot->ScanIndex("company", index, range).status());
  };
  EXPECT_EQ(reason("by_nam", {}), Reason::kUnknownIndex);
  EXPECT_EQ(reason("by_size", {.equal = {Value("20")}}), Reason::kWrongKind);
  EXPECT_EQ(reason("by_size", {.equal = {Value(20)}, .high = Value(1)}), Reason::kWrongKind);
  EXPECT_EQ(reason("by_size", {.equal = {Value(20), Value("b"), Value("c")}}), Reason::kBadOptions);
  EXPECT_EQ(reason("by_name", {.equal = {Value("a")}, .low = Value("b")}), Reason::kBadOptions);
  EXPECT_EQ(reason("by_owner", {.equal = {Value(1)}}), Reason::kWrongKind);
  EXPECT_EQ(reason("by_updated", {.low = Value(1)}), Reason::kWrongKind);
  EXPECT_EQ(reason("by_name", {.after = "x"}), Reason::kBadOptions);
  const auto cursor = *snapshot->ScanIndex("company", "by_size", {});
  ASSERT_TRUE(cursor->Next());
  EXPECT_EQ(reason("by_name", {.after = cursor->position()}), Reason::kBadOptions);
  EXPECT_EQ(reason("by_size", {.after = std::string(limits::kIndexKeyBytes + 100, 'x')}), Reason::kBadOptions);
  const Status status = snapshot->ScanIndex("company", "by_size", {.equal = {Value("20")}}).status();
  EXPECT_EQ(GetErrorInfo(status).field, "size");
  EXPECT_EQ(GetErrorInfo(status).type, "company");
}

TEST_F(CursorTest, DecimalsAreTakenAtAnyScale) {
  db_.AddCompany("rated", [](Batch& batch, Id id) {
    batch.SetChoice(id, "sector", "law");
    batch.Set(id, "rating", Decimal{450, 2});
  });
  const auto snapshot = db_.Read();
  EXPECT_EQ(Names(*snapshot, "by_rating", {.equal = {Value(Choice{1}), Value(Decimal{45, 1})}}), (Strings{"rated"}));
  EXPECT_EQ(Names(*snapshot, "by_rating", {.equal = {Value(Choice{1})}, .low = Value(Decimal{45000, 4})}), (Strings{"rated"}));
  EXPECT_EQ(GetReason(snapshot->ScanIndex("company", "by_rating", {.equal = {Value(Choice{1}), Value(Decimal{4505, 3})}}).status()),
            Reason::kOutOfRange);
}

TEST_F(CursorTest, HeaderFieldsLeadIndexes) {
  const Id owner = Add("owner", 1);
  db_.AddCompany("owned", [&](Batch& batch, Id id) {
    batch.Set(id, "owner", owner);
    batch.Set(id, "active", true);
  });
  const auto snapshot = db_.Read();
  EXPECT_EQ(Names(*snapshot, "by_owner", {.equal = {Value(owner)}}), (Strings{"owned"}));
  EXPECT_EQ(Names(*snapshot, "by_updated", {.low = Value(db_.clock.now())}), (Strings{"owned"}));
  EXPECT_EQ(Names(*snapshot, "by_updated", {}).front(), "owned");
}

TEST_F(CursorTest, CoveredValuesAreTheRecordsOwn) {
  db_.AddCompany("covered", [](Batch& batch, Id id) {
    batch.Set(id, "code", "C-1");
    batch.Set(id, "revenue", Yuan(-5));
  });
  const auto snapshot = db_.Read();
  const auto cursor = *snapshot->ScanIndex("company", "by_name", {.equal = {Value("covered")}});
  ASSERT_TRUE(cursor->Next());
  EXPECT_EQ(cursor->covered(0), Value("C-1"));
  EXPECT_EQ(cursor->covered(1), Value());
  EXPECT_EQ(cursor->covered(2), Value(Yuan(-5)));
  EXPECT_EQ(cursor->covered(4), Value());
  std::vector<Value> all{Value("kept")};
  cursor->Covered(all);
  EXPECT_EQ(all, (std::vector<Value>{"kept", "C-1", {}, Yuan(-5), {}}));
  PackedReader packed(cursor->covered_bytes());
  EXPECT_EQ(packed.Get(), Value("C-1"));
  std::string parts;
  AppendValueKey(parts, Value("covered"));
  EXPECT_EQ(cursor->key_parts(), parts);
  EXPECT_FALSE(cursor->Next());
  EXPECT_TRUE(cursor->key_parts().empty());
  EXPECT_TRUE(cursor->id().is_null());
  EXPECT_EQ(cursor->covered(0), Value());
  EXPECT_TRUE(cursor->covered_bytes().empty());
}

// Pages go on where they left off, whatever has happened to the entry they ended with.
TEST_F(CursorTest, PositionsOutliveTheirEntries) {
  for (const bool reverse : {false, true}) {
    CompanyDatabase db;
    std::vector<Id> ids;
    for (int i = 0; i < 26; ++i) ids.push_back(db.AddCompany(std::string(1, static_cast<char>('a' + i))));
    Strings seen;
    std::string position;
    for (size_t page = 0;; ++page) {
      const auto snapshot = db.Read();
      const auto cursor = *snapshot->ScanIndex("company", "by_name", {.reverse = reverse, .after = position});
      size_t count = 0;
      Id last;
      while (count < 5 && cursor->Next()) {
        seen.push_back(FieldOf(*snapshot, *cursor->record(), "name").get<std::string>());
        position = cursor->position();
        last = cursor->id();
        ++count;
      }
      if (count < 5) break;
      db.Delete(last);                                     // the entry is gone
      db.AddCompany(reverse ? "zz" : "0");                 // behind the page
      if (page == 1) db.AddCompany(reverse ? "0" : "zz");  // ahead of it
    }
    ASSERT_EQ(seen.size(), 27u);
    EXPECT_TRUE(reverse ? std::is_sorted(seen.rbegin(), seen.rend()) : std::is_sorted(seen.begin(), seen.end()));
    EXPECT_EQ(seen.back(), reverse ? "0" : "zz");
  }
}

// A scan that has reached the end can be taken up again when more has come.
TEST_F(CursorTest, PositionStaysAfterTheEnd) {
  const auto snapshot = db_.Read();
  const auto none = *snapshot->ScanIndex("company", "by_name", {.low = "x"});
  EXPECT_FALSE(none->Next());
  EXPECT_EQ(none->position(), "");
  const auto cursor = *snapshot->ScanIndex("company", "by_name", {});
  while (cursor->Next()) {
  }
  Add("later", 1);
  Add("zz", 1);
  EXPECT_EQ(Names(*db_.Read(), "by_name", {.after = cursor->position()}), (Strings{"zz"}));
}

// Keys of more than limits::kIndexKeyBytes are cut; answers are exact all the same.
TEST_F(CursorTest, LongKeysAreCheckedAgainstTheRecords) {
  const std::string base(limits::kIndexKeyBytes + 20, 'x');
  const auto add = [&](const std::string& name, const std::string& text) {
    db_.AddCompany(name, [&](Batch& batch, Id id) { batch.Set(id, "about_us", text); });
  };
  add("exact", base);
  add("longer", base + "1");
  add("other", base + "2");
  add("before", std::string(limits::kIndexKeyBytes + 20, 'w'));
  add("short", "x");
  add("edge", std::string(limits::kIndexKeyBytes - 4, 'x'));  // fits to the byte: a mark, two bytes of end, one of the null size
  const auto snapshot = db_.Read();
  const auto names = [&](const IndexRange& range) {
    Strings found = Names(*snapshot, "by_text", range);
    std::sort(found.begin(), found.end());
    return found;
  };
  EXPECT_EQ(names({.equal = {Value(base)}}), (Strings{"exact"}));
  EXPECT_EQ(names({.equal = {Value(base + "1")}}), (Strings{"longer"}));
  EXPECT_EQ(names({.equal = {Value(base + "3")}}), Strings{});
  EXPECT_EQ(names({.low = Value(base + "1")}), (Strings{"longer", "other"}));
  EXPECT_EQ(names({.low = Value(base + "1"), .low_inclusive = false}), (Strings{"other"}));
  EXPECT_EQ(names({.low = Value("x"), .high = Value(base + "1")}), (Strings{"edge", "exact", "short"}));
  EXPECT_EQ(names({.low = Value("x"), .high = Value(base + "1"), .high_inclusive = true, .reverse = true}),
            (Strings{"edge", "exact", "longer", "short"}));
  EXPECT_EQ(names({.equal = {Value(std::string(limits::kIndexKeyBytes - 4, 'x'))}}), (Strings{"edge"}));
  EXPECT_EQ(Names(*snapshot, "by_text", {.low = Value("w")}).size(), 6u);
}

// Every kind of value, in both directions and with both kinds of ends, against a plain sort.
TEST(CursorOrderTest, RangesAgreeWithAPlainSort) {
  CompanyDatabase db;
  std::mt19937 random(20261126);
  struct Row {
    std::optional<Money> revenue;
    std::optional<Date> founded;
    Id id;
  };
  std::vector<Row> rows;
  Batch batch = db.NewBatch();
  for (int i = 0; i < 120; ++i) {
    Row row;
    if (random() % 5 != 0)
      row.revenue = Money{static_cast<int64_t>(random() % 7) - 3, *Currency::FromCode(random() % 2 == 0 ? "CNY" : "USD")};
    if (random() % 5 != 0) row.founded = Date{static_cast<int32_t>(random() % 5) - 2};
    const Id local = batch.Create("company");
    batch.Set(local, "name", "n");
    if (row.revenue) batch.Set(local, "revenue", *row.revenue);
    if (row.founded) batch.Set(local, "founded", *row.founded);
    rows.push_back(row);
  }
  const Outcome outcome = db.Apply(batch);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].id = outcome.ids[i];

  const auto key = [](const std::optional<Money>& money) {
    return money ? std::tuple(1, money->currency.code(), money->minor) : std::tuple(0, std::string(), int64_t{0});
  };
  const auto day = [](const std::optional<Date>& date) { return date ? int64_t{date->days} : INT64_MIN; };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    return std::tuple(key(a.revenue), -1 - day(a.founded), a.id) < std::tuple(key(b.revenue), -1 - day(b.founded), b.id);
  });

  const auto snapshot = db.Read();
  for (int round = 0; round < 400; ++round) {
    IndexRange range;
    range.low_inclusive = random() % 2 == 0;
    range.high_inclusive = random() % 2 == 0;
    range.reverse = random() % 2 == 0;
    const std::optional<Money> equal = rows[random() % rows.size()].revenue;
    const bool by_founded = random() % 2 == 0;
    const std::optional<Date> low = rows[random() % rows.size()].founded;
    const std::optional<Date> high = rows[random() % rows.size()].founded;
    const std::optional<Money> low_money = rows[random() % rows.size()].revenue;
    if (by_founded) {
      range.equal = {equal ? Value(*equal) : Value()};
      if (low) range.low = *low;
      if (high) range.high = *high;
    } else if (low_money) {
      range.low = *low_money;
    }
    std::vector<Id> expected;
    for (const Row& row : rows) {
      if (by_founded) {
        if (row.revenue != equal) continue;
        if ((low || high) && !row.founded) continue;
        if (low && (range.low_inclusive ? *row.founded < *low : *row.founded <= *low)) continue;
        if (high && (range.high_inclusive ? *row.founded > *high : *row.founded >= *high)) continue;
      } else if (low_money) {
        if (range.low_inclusive ? key(row.revenue) < key(low_money) : key(row.revenue) <= key(low_money)) continue;
      }
      expected.push_back(row.id);
    }
    if (range.reverse) std::reverse(expected.begin(), expected.end());
    std::vector<Id> found;
    const auto cursor = *snapshot->ScanIndex("company", "by_revenue", range);
    while (cursor->Next()) found.push_back(cursor->id());
    ASSERT_EQ(found, expected) << "round " << round;
  }
}

// A masked field shows neither by what an index covers nor by the order in which its entries stand, and is no reason to read every record.
TEST_F(CursorTest, AnOpaqueRangeGivesRecordsAndNothingOfTheIndex) {
  std::vector<Id> trade;
  for (int i = 0; i < 5; ++i) {
    trade.push_back(db_.AddCompany("t", [&](Batch& batch, Id id) {
      batch.Set(id, "sector", Choice{2});
      batch.Set(id, "rating", *ParseDecimal(i % 2 == 0 ? std::to_string(9 - i) : std::to_string(i)));
    }));
  }
  ASSERT_TRUE(
      db_->SetPolicy(R"({"types": {"company": {"fields": {"rating": {"read": ["role:desk"]}, "revenue": {"read": ["role:desk"]}}}}})")
          .ok());
  const auto all = db_.Read();
  const auto some = db_.Read({.id = trade[0]});
  const IndexRange plain{.equal = {Value(Choice{2})}};
  const IndexRange opaque{.equal = plain.equal, .opaque = true};
  EXPECT_EQ(GetReason(some->ScanIndex("company", "by_rating", plain).status()), Reason::kNotVisible);
  for (const Snapshot* snapshot : {all.get(), some.get()}) {
    const StatusOr<std::unique_ptr<RecordCursor>> cursor = snapshot->ScanIndex("company", "by_rating", opaque);
    ASSERT_TRUE(cursor.ok()) << cursor.status();
    std::vector<Id> found;
    while ((*cursor)->Next()) {
      found.push_back((*cursor)->id());
      EXPECT_EQ((*cursor)->record()->id(), found.back());
      EXPECT_TRUE((*cursor)->position().empty() && (*cursor)->key_parts().empty() && (*cursor)->covered_bytes().empty());
    }
    EXPECT_TRUE((*cursor)->status().ok() && (*cursor)->id().is_null());
    EXPECT_EQ(found, trade);
  }
  // By what is covered alone; a masked value is not asked for.
  EXPECT_EQ(Names(*some, "by_name", {.equal = {Value("b")}, .opaque = true}), (Strings{"b"}));
  IndexRange hidden = opaque;
  hidden.equal.emplace_back(*ParseDecimal("9"));
  EXPECT_EQ(GetReason(some->ScanIndex("company", "by_rating", hidden).status()), Reason::kNotVisible);
  for (const IndexRange& wrong : {IndexRange{.low = Value(Choice{1}), .opaque = true}, IndexRange{.reverse = true, .opaque = true}}) {
    EXPECT_EQ(GetReason(all->ScanIndex("company", "by_rating", wrong).status()), Reason::kBadOptions);
  }
  // Who looks for records by a field goes that way.
  const catalog::TypeDef& type = **some->catalog().GetType("company");
  std::vector<Id> found;
  ASSERT_TRUE(ForEachWith(*some, type, *type.FindField("sector"), Value(Choice{2}), [&](record::View view) {
                found.push_back(view.id());
                EXPECT_TRUE(FieldOf(*some, view, "rating").is_null());
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(found, trade);
}

}  // namespace
}  // namespace kith
