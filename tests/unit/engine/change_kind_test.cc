// Fields that get another kind while others read and write; cut short and gone on with.
#include "kith/engine/change_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "kith/engine/revert.h"
#include "unit/engine/shop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;

std::string Package(std::string_view version, std::string_view fields) {
  std::string text = R"({"package": "test.kinds", "version": ")";
  text.append(version).append(R"(", "types": [{"name": "thing", "fields": [)").append(fields);
  return text.append(
      R"(], "indexes": [{"name": "by_size", "fields": ["size", "name"]}, {"name": "by_name", "fields": ["name"], "cover": ["size"]}]}]})");
}
constexpr std::string_view kFields = R"({"name": "name", "kind": "text"}, {"name": "size", "kind": "text"}, {"name": "tag", "kind": "text"},
    {"name": "price", "kind": "money"}, {"name": "mood", "kind": "choice", "choices": [{"name": "glad"}, {"name": "sad"}]})";

class ChangeKindTest : public ::testing::Test {
 protected:
  ChangeKindTest() { shop_.Ensure(Package("1.0.0", kFields)); }
  ~ChangeKindTest() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }

  Id Thing(std::string_view field, const Value& value) {
    return shop_.Add("thing", [&](Batch& batch, Id id) { batch.Set(id, field, value); });
  }
  ChangeKindReport Change(std::string_view field, std::string_view definition, const ChangeKindOptions& options = {}) {
    shop_.clock.Advance(kMicrosPerSecond);
    StatusOr<ChangeKindReport> report = ChangeKind(*shop_, "thing", field, definition, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : ChangeKindReport();
  }
  Value AsOfOrNull(Id id, std::string_view field, Time time) {
    const auto snapshot = shop_.Read();
    const StatusOr<Record> past = snapshot->GetAsOf(id, {.effective = time});
    return past.ok() ? testing::FieldOf(*snapshot, past->view(), field) : Value("no record");
  }

  Shop shop_;
};

// E17: text to number; indexes answer with the new values, the old ones and their history stay under the old number.
TEST_F(ChangeKindTest, TextBecomesANumber) {
  const Id seven = Thing("size", "7");
  const Id none = Thing("name", "none");
  const Id twelve = Thing("size", "12");
  const Time before = shop_.clock.function()();
  const uint64_t versions = (*shop_.Read()->Get(none)).header().version;
  const ChangeKindReport report = Change("size", R"({"kind": "int", "min": 0})", {.reason = "sizes are numbers"});
  EXPECT_EQ(report.records, 3U);
  EXPECT_EQ(report.values, 2U);
  EXPECT_EQ(report.former, "size_former");
  EXPECT_THAT(report.changes, ElementsAre(HasSubstr("thing.size from text to int")));
  EXPECT_EQ(shop_.Get(seven, "size"), Value(7));
  EXPECT_EQ(shop_.Get(twelve, "size"), Value(12));
  EXPECT_TRUE(shop_.Get(none, "size").is_null());
  EXPECT_EQ((*shop_.Read()->Get(none)).header().version, versions);  // nothing to convert: not written
  EXPECT_EQ(shop_.Get(seven, "size_former"), Value("7"));
  EXPECT_EQ(AsOfOrNull(seven, "size_former", before), Value("7"));
  EXPECT_TRUE(AsOfOrNull(seven, "size", before).is_null());
  // One entry a record.
  const auto snapshot = shop_.Read();
  EXPECT_EQ(snapshot->History(seven)->size(), 2U);
  EXPECT_EQ(snapshot->History(seven)->back().reason, "sizes are numbers");
  // By number now, not by text.
  const std::unique_ptr<RecordCursor> cursor = *snapshot->ScanIndex("thing", "by_size", {.equal = {Value(12)}});
  ASSERT_TRUE(cursor->Next());
  EXPECT_EQ(cursor->id(), twelve);
  EXPECT_FALSE(cursor->Next());
  // It is a field like any other; the former one is nobody's to write.
  Batch batch = shop_.NewBatch();
  batch.Set(seven, "size", 8);
  shop_.Apply(batch);
  Batch bad = shop_.NewBatch();
  bad.Set(seven, "size", -1);
  EXPECT_EQ(GetReason(bad.status()), Reason::kOutOfRange);
  Batch former = shop_.NewBatch();
  former.Set(seven, "size_former", "9");
  EXPECT_FALSE(former.status().ok() && shop_->Apply(former).ok());
  // The package with the new kind is what is there; with the old one it is refused.
  shop_.Ensure(
      Package("1.1.0", R"({"name": "name", "kind": "text"}, {"name": "size", "kind": "int", "min": 0}, {"name": "tag", "kind": "text"},
    {"name": "price", "kind": "money"}, {"name": "mood", "kind": "choice", "choices": [{"name": "glad"}, {"name": "sad"}]})"));
  const std::string old = Package("1.2.0", kFields);
  const catalog::PackageSource source{.definition = old, .numbers = {}};
  EXPECT_EQ(GetReason(shop_->Ensure({&source, 1}).status()), Reason::kPackageConflict);
}

// Records from before: what comes back gets the value in its new kind, and setting a record back takes none away.
TEST_F(ChangeKindTest, WhatWasDeletedBeforeComesBackConverted) {
  const Id gone = Thing("size", "7");
  const Id kept = Thing("size", "9");
  Batch removal = shop_.NewBatch();
  removal.Delete(gone);
  shop_.Apply(removal);
  const Time before = shop_.clock.function()();
  shop_.clock.Advance(kMicrosPerSecond);
  Change("size", R"({"kind": "int"})");
  Batch back = shop_.NewBatch();
  back.Restore(gone);
  shop_.Apply(back);
  EXPECT_EQ(shop_.Get(gone, "size"), Value(7));
  EXPECT_EQ(shop_.Get(gone, "size_former"), Value("7"));
  Batch revert = shop_.NewBatch();
  const auto snapshot = shop_.Read();
  const StatusOr<Reverted> reverted = RevertTo(*snapshot, kept, {.effective = before, .recorded = kTimeMax}, {}, revert);
  ASSERT_TRUE(reverted.ok()) << reverted.status();
  shop_.Apply(revert);
  EXPECT_EQ(shop_.Get(kept, "size"), Value(9));
  EXPECT_THAT(reverted->kept, ElementsAre(::testing::Field(&Reverted::Kept::field, "size")));
}

// What cannot be converted is named first, and nothing is changed; dropped where asked for.
TEST_F(ChangeKindTest, NamesWhatCannotBeConverted) {
  Thing("size", "7");
  const Id bad = Thing("size", "large");
  const Shop::Dump before = shop_.DumpFile();
  const ChangeKindReport dry = Change("size", R"({"kind": "int"})", {.dry_run = true});
  EXPECT_EQ(dry.failed, 1U);
  ASSERT_EQ(dry.failures.size(), 1U);
  EXPECT_EQ(dry.failures[0].record, bad);
  EXPECT_EQ(dry.failures[0].value, "large");
  const StatusOr<ChangeKindReport> refused = ChangeKind(*shop_, "thing", "size", R"({"kind": "int"})");
  EXPECT_EQ(GetReason(refused.status()), Reason::kOutOfRange);
  EXPECT_EQ(GetErrorInfo(refused.status()).record, bad);
  EXPECT_TRUE(shop_.DumpFile() == before);
  Change("size", R"({"kind": "int"})", {.drop = true});
  EXPECT_TRUE(shop_.Get(bad, "size").is_null());
  EXPECT_EQ(shop_.Get(bad, "size_former"), Value("large"));
}

TEST_F(ChangeKindTest, OneBecomesAListAndMoneyADecimal) {
  const Id thing = shop_.Add("thing", [&](Batch& batch, Id id) {
    batch.Set(id, "tag", "xl");
    batch.Set(id, "price", Money{1250, *Currency::FromCode("EUR")});
    batch.Set(id, "mood", "sad");
  });
  Change("tag", R"({"kind": "text_list"})");
  EXPECT_EQ(shop_.Get(thing, "tag"), Value(TextList{"xl"}));
  EXPECT_EQ(GetReason(ChangeKind(*shop_, "thing", "price", R"({"kind": "decimal", "scale": 2})").status()), Reason::kBadOptions);
  EXPECT_EQ(Change("price", R"({"kind": "decimal", "scale": 2})", {.dry_run = true, .currency = "CNY"}).failed, 1U);
  Change("price", R"({"kind": "decimal", "scale": 2})", {.currency = "EUR"});
  EXPECT_EQ(shop_.Get(thing, "price"), Value(Decimal{1250, 2}));
  Change("mood", R"({"kind": "text"})");
  EXPECT_EQ(shop_.Get(thing, "mood"), Value("sad"));
  // And back: a second change of the same field.
  Change("mood", R"({"kind": "choice", "choices": [{"name": "glad"}, {"name": "sad"}]})");
  EXPECT_EQ(ToText(shop_.Get(thing, "mood")), ToText(shop_.Get(thing, "mood_former")));
  Change("price", R"({"kind": "money"})", {.currency = "EUR"});
  EXPECT_EQ(shop_.Get(thing, "price"), Value(Money{1250, *Currency::FromCode("EUR")}));
  EXPECT_EQ(shop_.Get(thing, "price_former2"), Value(Decimal{1250, 2}));
}

// What is wrong with the question, with its place.
TEST_F(ChangeKindTest, Refuses) {
  const auto reason = [&](std::string_view type, std::string_view field, std::string_view definition) {
    return GetReason(ChangeKind(*shop_, type, field, definition).status());
  };
  EXPECT_EQ(reason("nothing", "size", R"({"kind": "int"})"), Reason::kUnknownType);
  EXPECT_EQ(reason("thing", "nothing", R"({"kind": "int"})"), Reason::kUnknownField);
  EXPECT_EQ(reason("thing", "size", R"({})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason("thing", "size", R"({"kind": "integer"})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason("thing", "size", std::string(200'000, '[') + std::string(200'000, ']')), Reason::kPackageMalformed);
  EXPECT_EQ(reason("thing", "size", R"({"kind": "int", "name": "other"})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason("thing", "size", R"({"kind": "ref"})"), Reason::kPreconditionFailed);
  EXPECT_EQ(reason("thing", "size", R"({"kind": "text_list"})"), Reason::kPackageMalformed);  // an index has no order for it
  EXPECT_EQ(reason("item", "code", R"({"kind": "int"})"), Reason::kPreconditionFailed);       // unique
  EXPECT_EQ(reason("item", "maker", R"({"kind": "int"})"), Reason::kPreconditionFailed);
  EXPECT_EQ(GetReason(ChangeKind(*shop_, "thing", "size", {}, {.abandon = true}).status()), Reason::kPreconditionFailed);
}

// Others write all the while: what they write is converted with it, and what cannot be is refused.
TEST_F(ChangeKindTest, OthersWriteMeanwhile) {
  std::vector<Id> ids;
  Batch fill = shop_.NewBatch();
  for (int i = 0; i < 6000; ++i) fill.Set(fill.Create("thing"), "size", std::to_string(i));
  ids = shop_.Apply(fill).ids;
  shop_.clock.Advance(kMicrosPerSecond);
  std::atomic<bool> done{false};
  std::atomic<bool> began{false};
  std::map<uint64_t, int64_t> written;
  std::thread writer([&] {
    for (int64_t i = 0; !done; ++i) {
      const Id id = ids[static_cast<size_t>(i * 7919) % ids.size()];
      Batch batch = *shop_->NewBatch({}, "meanwhile");
      // By the field's kind of the moment.
      const bool number = batch.catalog()->FindType("thing")->FindField("size")->kind == Kind::kInt;
      batch.Set(id, "size", number ? Value(-i) : Value(std::to_string(-i)));
      if (shop_->Apply(batch).ok()) written[id.value()] = -i;
      began = true;
    }
  });
  while (!began) std::this_thread::yield();
  const StatusOr<ChangeKindReport> report = ChangeKind(*shop_, "thing", "size", R"({"kind": "int"})");
  done = true;
  writer.join();
  ASSERT_TRUE(report.ok()) << report.status();
  for (size_t i = 0; i < ids.size(); ++i) {
    const auto own = written.find(ids[i].value());
    ASSERT_EQ(shop_.Get(ids[i], "size"), Value(own == written.end() ? static_cast<int64_t>(i) : own->second)) << i;
  }
}

}  // namespace
}  // namespace kith
