#include "kith/engine/batch.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "kith/base/limits.h"
#include "shop.h"

namespace kith {
namespace {

using testing::ExpectError;
using testing::Shop;

class BatchTest : public ::testing::Test {
 protected:
  using Fill = std::function<void(Batch& batch, Id item)>;
  // The error of setting something of a new item.
  Status ErrorOf(const Fill& fill) {
    Batch batch = shop_.NewBatch();
    const Id item = batch.Create("item");
    fill(batch, item);
    return batch.status();
  }
  Status SetError(std::string_view field, Value value) {
    return ErrorOf([&](Batch& batch, Id item) { batch.Set(item, field, value); });
  }
  static constexpr Id kNew = Id::Local(0);
  Shop shop_;
};

TEST_F(BatchTest, RefusesWhatTheCatalogDoesNotKnow) {
  Batch batch = shop_.NewBatch();
  EXPECT_EQ(batch.Create("itm").local_index(), 0U);
  ExpectError(batch.status(), {.reason = Reason::kUnknownType, .type = "itm", .change = 0});
  EXPECT_NE(GetErrorInfo(batch.status()).hint.find("item"), std::string::npos);
  const Status field = SetError("nmae", "x");
  ExpectError(field, {.reason = Reason::kUnknownField, .type = "item", .record = kNew, .field = "nmae", .change = 0});
  EXPECT_NE(GetErrorInfo(field).hint.find("name"), std::string::npos);
}

TEST_F(BatchTest, NamesAndNumbersAreBroughtIntoTheFieldsForm) {
  Batch batch = shop_.NewBatch();
  const Id item = batch.Create("item");
  batch.Set(item, "state", "old");
  batch.Set(item, "owner", 77);
  ASSERT_TRUE(batch.status().ok()) << batch.status();
  EXPECT_EQ(batch.changes()[0].assignments[0].value.kind(), Kind::kChoice);
  EXPECT_EQ(batch.changes()[0].assignments[1].value, Value(Id(77)));
  EXPECT_EQ(GetReason(SetError("state", "odd")), Reason::kNotAChoice);
}

TEST_F(BatchTest, RefusesValuesThatDoNotFit) {
  const auto expect = [&](std::string_view field, const Value& value, Reason reason, std::string_view shown) {
    ExpectError(SetError(field, value),
                {.reason = reason, .type = "item", .record = kNew, .field = std::string(field), .value = std::string(shown), .change = 0});
  };
  expect("quantity", "many", Reason::kWrongKind, "many");
  expect("price", 5, Reason::kWrongKind, "5");
  expect("name", 5, Reason::kWrongKind, "5");
  expect("shelf", "s", Reason::kWrongKind, "s");
  expect("name", std::string(9, 'x'), Reason::kTooLong, "xxxxxxxxx");
  expect("code", "a-1", Reason::kPatternMismatch, "a-1");
  expect("quantity", -1, Reason::kOutOfRange, "-1");
  expect("quantity", 1001, Reason::kOutOfRange, "1001");
  expect("made", Date{-1}, Reason::kOutOfRange, "1969-12-31");
  expect("state", Choice{9}, Reason::kNotAChoice, "9");
  expect("state", Choice{3}, Reason::kNotAChoice, "gone");
  expect("lost", "x", Reason::kFieldReadOnly, "x");
  expect("total", 1, Reason::kFieldReadOnly, "1");
  expect("name", Value(), Reason::kRequired, "");
  EXPECT_EQ(GetReason(SetError("rate", Decimal{12345, 3})), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(SetError("name", "\xFF")), Reason::kNotUtf8);
  EXPECT_EQ(GetReason(SetError("tags", TextList(limits::kListItems + 1))), Reason::kTooLong);
  EXPECT_EQ(GetReason(SetError("blob", Bytes{std::string(limits::kBytesBytes + 1, 'x')})), Reason::kTooLong);
  // At the limit.
  EXPECT_TRUE(SetError("name", "八字之内正好够用").ok());
  EXPECT_TRUE(SetError("quantity", 1000).ok());
  EXPECT_TRUE(SetError("quantity", 0).ok());
  EXPECT_TRUE(SetError("tags", TextList(limits::kListItems)).ok());
  EXPECT_TRUE(SetError("blob", Bytes{std::string(limits::kBytesBytes, 'x')}).ok());
}

TEST_F(BatchTest, BringsNumbersIntoTheFieldsForm) {
  Batch batch = shop_.NewBatch();
  const Id item = batch.Create("item");
  batch.Set(item, "rate", 3);
  batch.Set(item, "rate", Decimal{15, 1});
  batch.Set(item, "weight", 2);
  batch.Set(item, "colours", ChoiceSet{{2}, {1}, {2}});
  batch.Set(item, "shelf", Id());
  ASSERT_TRUE(batch.status().ok()) << batch.status();
  const std::vector<Assignment>& given = batch.changes()[0].assignments;
  EXPECT_EQ(given[0].value, Value(Decimal{300, 2}));
  EXPECT_EQ(given[1].value, Value(Decimal{150, 2}));
  EXPECT_EQ(given[2].value, Value(2.0));
  EXPECT_EQ(given[3].value, Value(ChoiceSet{{1}, {2}}));
  EXPECT_EQ(given[4].value, Value());
}

TEST_F(BatchTest, SetsChoicesByName) {
  Batch batch = shop_.NewBatch();
  const Id item = batch.Create("item");
  batch.SetChoice(item, "state", "old");
  batch.SetChoices(item, "colours", {"blue", "red"});
  ASSERT_TRUE(batch.status().ok()) << batch.status();
  EXPECT_EQ(batch.changes()[0].assignments[0].value, Value(Choice{2}));
  EXPECT_EQ(batch.changes()[0].assignments[1].value, Value(ChoiceSet{{1}, {2}}));
  const Status unknown = ErrorOf([](Batch& b, Id id) { b.SetChoice(id, "state", "olt"); });
  ExpectError(unknown, {.reason = Reason::kNotAChoice, .type = "item", .record = kNew, .field = "state", .value = "olt", .change = 0});
  EXPECT_NE(GetErrorInfo(unknown).hint.find("old"), std::string::npos);
  EXPECT_EQ(GetReason(ErrorOf([](Batch& b, Id id) { b.SetChoice(id, "name", "old"); })), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ErrorOf([](Batch& b, Id id) { b.SetChoices(id, "state", {"old"}); })), Reason::kWrongKind);
}

TEST_F(BatchTest, HeaderFieldsThatMayBeSet) {
  Batch batch = shop_.NewBatch();
  const Id item = batch.Create("item");
  batch.Set(item, "owner", Id(77));
  batch.Set(item, "unit", 5);
  batch.Set(item, "visibility", "owner");
  ASSERT_TRUE(batch.status().ok()) << batch.status();
  const std::vector<Assignment>& given = batch.changes()[0].assignments;
  EXPECT_EQ(given[0].position, catalog::kHeaderOwner);
  EXPECT_EQ(given[1].value, Value(5));
  EXPECT_EQ(given[2].value, Value(2));
  for (const std::string_view field : {"id", "created", "updated", "version"}) {
    EXPECT_EQ(GetReason(SetError(field, 1)), Reason::kFieldReadOnly) << field;
  }
  EXPECT_EQ(GetReason(SetError("owner", "5")), Reason::kWrongKind);
  EXPECT_EQ(GetReason(SetError("owner", Id(uint64_t{1} << 53))), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(SetError("unit", int64_t{1} << 32)), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(SetError("unit", -1)), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(SetError("visibility", "all")), Reason::kNotAChoice);
  EXPECT_EQ(GetReason(SetError("visibility", 3)), Reason::kNotAChoice);
  EXPECT_EQ(GetReason(SetError("visibility", 1.5)), Reason::kWrongKind);
}

TEST_F(BatchTest, ReferencesMustBeOfAnAllowedType) {
  Batch batch = shop_.NewBatch();
  const Id box = batch.Create("box");
  const Id item = batch.Create("item");
  batch.Set(item, "box", box);
  batch.Set(item, "about", box);
  ASSERT_TRUE(batch.status().ok()) << batch.status();
  batch.Set(item, "shelf", box);
  ExpectError(batch.status(),
              {.reason = Reason::kReferenceWrongType, .type = "item", .record = item, .field = "shelf", .value = "new#0", .change = 1});
  const TypeNumber box_type = batch.TypeOf(box);
  EXPECT_EQ(GetReason(SetError("shelf", Id::Of(box_type, 0, 1))), Reason::kReferenceWrongType);
  EXPECT_EQ(GetReason(SetError("about", Id::Of(4000, 0, 1))), Reason::kReferenceWrongType);
  EXPECT_TRUE(SetError("about", Id::Of(box_type, 0, 1)).ok());
}

TEST_F(BatchTest, AddsOnlyToNumbers) {
  const auto add = [&](std::string_view field, const Value& value) {
    return GetReason(ErrorOf([&](Batch& batch, Id item) { batch.Add(item, field, value); }));
  };
  EXPECT_EQ(add("quantity", -5), Reason::kNone);
  EXPECT_EQ(add("price", testing::Yuan(5)), Reason::kNone);
  EXPECT_EQ(add("rate", 5), Reason::kNone);
  EXPECT_EQ(add("weight", 0.5), Reason::kNone);
  EXPECT_EQ(add("name", "x"), Reason::kWrongKind);
  EXPECT_EQ(add("quantity", "x"), Reason::kWrongKind);
  EXPECT_EQ(add("quantity", Value()), Reason::kWrongKind);
  EXPECT_EQ(add("owner", Id(5)), Reason::kWrongKind);
  EXPECT_EQ(add("total", 1), Reason::kFieldReadOnly);
}

TEST_F(BatchTest, TargetsMustBeOfThisBatchOrRecords) {
  Batch batch = shop_.NewBatch();
  batch.Set(Id::Local(0), "name", "x");
  ExpectError(batch.status(), {.reason = Reason::kBatchMalformed, .record = Id::Local(0), .field = "name", .change = 0});
  batch.Clear();
  EXPECT_TRUE(batch.status().ok());
  batch.Delete(Id());
  EXPECT_EQ(GetReason(batch.status()), Reason::kBatchMalformed);
  batch.Clear();
  batch.Set(Id::Of(4000, 0, 1), "name", "x");
  EXPECT_EQ(GetReason(batch.status()), Reason::kUnknownType);
  batch.Clear();
  const Id item = batch.Create("item");
  batch.Set(item, "box", Id::Local(7));
  EXPECT_EQ(GetReason(batch.status()), Reason::kBatchMalformed);
}

// A local reference kept from another batch names no record of this one, whatever its index.
TEST_F(BatchTest, LocalReferencesOfOtherBatchesAreRefused) {
  Batch former = shop_.NewBatch();
  const Id box = former.Create("box");
  const Id item = former.Create("item");
  const auto expect_refused = [&](const std::function<void(Batch&, Id)>& fill) {
    Batch batch = shop_.NewBatch();
    const std::array<Id, 2> own = {batch.Create("box"), batch.Create("item")};
    ASSERT_NE(own[1], item);
    EXPECT_EQ(batch.TypeOf(item), 0);
    fill(batch, own[1]);
    EXPECT_EQ(GetReason(batch.status()), Reason::kBatchMalformed) << batch.status();
    EXPECT_NE(GetErrorInfo(batch.status()).hint.find("outcome"), std::string::npos);
    EXPECT_NE(batch.status().message().find("new#"), std::string::npos) << batch.status();
    EXPECT_TRUE(GetErrorInfo(batch.status()).record == own[1] || GetErrorInfo(batch.status()).record == item) << batch.status();
  };
  expect_refused([&](Batch& batch, Id) { batch.Set(item, "name", "x"); });
  expect_refused([&](Batch& batch, Id) { batch.SetInitially(item, "name", "x"); });
  expect_refused([&](Batch& batch, Id own) { batch.Set(own, "box", box); });
  expect_refused([&](Batch& batch, Id own) { batch.Set(own, "owner", box); });
  expect_refused([&](Batch& batch, Id own) { batch.RequireValue(own, "box", box); });
  expect_refused([&](Batch& batch, Id) { batch.Delete(item); });
  expect_refused([&](Batch& batch, Id) { batch.Link(item, {"erp", "7"}); });
  expect_refused([&](Batch& batch, Id own) { batch.Merge(own, item); });
  expect_refused([&](Batch& batch, Id own) { batch.Merge(item, own); });
  former.Clear();  // and neither does one kept from before this
  former.Create("box");
  former.Create("item");
  former.Set(item, "name", "x");
  EXPECT_EQ(GetReason(former.status()), Reason::kBatchMalformed);

  // The batch's own, without a mark, and in a copy.
  Batch batch = shop_.NewBatch();
  const Id own = batch.Create("item");
  Batch copy = batch;
  copy.Set(own, "name", "x");
  copy.Set(Id::Local(0), "quantity", 1);
  EXPECT_TRUE(copy.status().ok()) << copy.status();
  const StatusOr<Batch> read = Batch::FromJson(copy.catalog(), copy.ToJson());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->ToJson(), copy.ToJson());
}

TEST_F(BatchTest, KeepsTheFirstErrorAndIgnoresWhatFollows) {
  Batch batch = shop_.NewBatch();
  const Id item = batch.Create("item");
  batch.Set(item, "nope", 1);
  const Status first = batch.status();
  batch.Set(item, "name", "x");
  batch.Set(item, "neither", 1);
  const Id other = batch.Create("item");
  batch.Delete(other);
  EXPECT_EQ(batch.status(), first);
  EXPECT_EQ(other.local_index(), 1U);
  EXPECT_EQ(batch.changes().size(), 1U);
  EXPECT_TRUE(batch.changes()[0].assignments.empty());
  EXPECT_EQ(GetReason(shop_->Apply(batch).status()), Reason::kUnknownField);
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.local_count(), 0U);
}

TEST_F(BatchTest, LimitsAreReportedByName) {
  const auto hint = [](const Batch& batch) { return GetErrorInfo(batch.status()).hint; };
  const Batch reason(shop_.Read()->shared_catalog(), {}, std::string(limits::kReasonBytes + 1, 'x'));
  EXPECT_EQ(GetReason(reason.status()), Reason::kTooLong);
  EXPECT_NE(hint(reason).find("kReasonBytes"), std::string::npos);
  EXPECT_TRUE(Batch(shop_.Read()->shared_catalog(), {}, std::string(limits::kReasonBytes, 'x')).status().ok());

  Batch many = shop_.NewBatch();
  for (size_t i = 0; i < limits::kBatchChanges; ++i) many.Set(many.Create("counter"), "n", 1);
  EXPECT_TRUE(many.status().ok()) << many.status();
  many.Create("counter");
  EXPECT_EQ(GetReason(many.status()), Reason::kLimitExceeded);
  EXPECT_NE(hint(many).find("kBatchChanges"), std::string::npos);

  Batch large = shop_.NewBatch();
  const Id item = large.Create("item");
  const std::string blob(limits::kBytesBytes, 'x');
  for (size_t i = 0; large.status().ok() && i < 1000; ++i) large.Set(item, "blob", Bytes{blob});
  EXPECT_EQ(GetReason(large.status()), Reason::kLimitExceeded);
  EXPECT_NE(hint(large).find("kBatchBytes"), std::string::npos);
  EXPECT_LE(large.size_bytes(), limits::kBatchBytes);
  EXPECT_GT(large.size_bytes(), limits::kBatchBytes - 2 * limits::kBytesBytes);
}

TEST_F(BatchTest, ExternalReferencesAreChecked) {
  const auto error = [&](const ExternalRef& external) {
    Batch batch = shop_.NewBatch();
    batch.Upsert("item", external);
    return GetReason(batch.status());
  };
  EXPECT_EQ(error({"s", "k"}), Reason::kNone);
  EXPECT_EQ(error({"", "k"}), Reason::kBatchMalformed);
  EXPECT_EQ(error({"s", ""}), Reason::kBatchMalformed);
  EXPECT_EQ(error({std::string(limits::kExternalSystemBytes, 's'), std::string(limits::kExternalKeyBytes, 'k')}), Reason::kNone);
  EXPECT_EQ(error({std::string(limits::kExternalSystemBytes + 1, 's'), "k"}), Reason::kTooLong);
  EXPECT_EQ(error({"s", std::string(limits::kExternalKeyBytes + 1, 'k')}), Reason::kTooLong);
  EXPECT_EQ(error({"s", "\xC3"}), Reason::kNotUtf8);
  const Batch actor(shop_.Read()->shared_catalog(), Actor("app", "\xC3"), {});
  EXPECT_EQ(GetReason(actor.status()), Reason::kNotUtf8);
}

TEST_F(BatchTest, EffectiveTimesOpenANewPatchWhenTheyChange) {
  Batch batch = shop_.NewBatch();
  const Id item = batch.Create("item");
  batch.Set(item, "name", "a");
  batch.SetEffective(Time{5});
  batch.Set(item, "quantity", 1);
  batch.Set(item, "weight", 1);
  batch.SetAt(item, "fresh", true, Time{3});
  batch.SetEffective({});
  batch.Set(item, "quantity", 2);
  ASSERT_TRUE(batch.status().ok());
  ASSERT_EQ(batch.changes().size(), 3U);
  EXPECT_EQ(batch.changes()[1].op, Change::Op::kPatch);
  EXPECT_EQ(batch.changes()[1].target, Id::Local(item.local_index()));
  EXPECT_EQ(batch.changes()[1].effective, Time{5});
  EXPECT_EQ(batch.changes()[1].assignments[2].effective, Time{3});
  EXPECT_EQ(batch.changes()[2].effective, std::nullopt);
}

TEST_F(BatchTest, RebindFindsTypesAndFieldsByName) {
  // The same names at other places.
  Shop other;
  other.Ensure(R"({"package": "aaa.first", "version": "1.0.0", "types": [{"name": "aaa", "fields": [{"name": "x", "kind": "int"}]}]})");
  Batch batch = shop_.NewBatch();
  const Id box = batch.Create("box");
  const Id item = batch.Create("item", {"s", "k"});
  batch.Set(item, "name", "n");
  batch.Set(item, "box", box);
  batch.Set(item, "owner", Id(5));
  const StatusOr<Batch> bound = batch.Rebind(*other->GetCatalog());
  ASSERT_TRUE(bound.ok()) << bound.status();
  EXPECT_EQ(bound->changes().size(), 2U);
  EXPECT_EQ(bound->local_count(), 2U);
  EXPECT_TRUE(other->Apply(*bound).ok());

  Batch unknown(*other->GetCatalog());
  unknown.Create("aaa");
  EXPECT_EQ(GetReason(unknown.Rebind(*shop_->GetCatalog()).status()), Reason::kUnknownType);
}

}  // namespace
}  // namespace kith
