// Formulas: fields that are computed when read. // E02 E03
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "kith/engine/json.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Shop;

std::string Deals(std::string_view formulas) {
  std::string text = R"({"package": "test.deals", "version": "1.0.0", "types": [{"name": "deal", "fields": [
    {"name": "name", "kind": "text"}, {"name": "amount", "kind": "money"}, {"name": "cost", "kind": "money"},
    {"name": "quantity", "kind": "int"}, {"name": "rate", "kind": "decimal", "scale": 4}, {"name": "begins", "kind": "date"},
    {"name": "size", "kind": "choice", "choices": [{"name": "small"}, {"name": "large"}]},
    {"name": "parent", "kind": "ref", "to": ["deal"]})";
  return text.append(formulas).append("]}]}");
}

constexpr std::string_view kFormulas = R"json(,
    {"name": "margin", "kind": "money", "formula": "amount - cost", "labels": {"en": "Margin", "zh": "毛利"}},
    {"name": "twice", "kind": "money", "formula": "margin * 2"},
    {"name": "good", "kind": "bool", "formula": "margin > money('100', 'CNY')"},
    {"name": "title", "kind": "text", "formula": "name + ' / ' + string(quantity)"},
    {"name": "half", "kind": "decimal", "scale": 2, "formula": "rate * decimal('0.5')"},
    {"name": "ratio", "kind": "double", "formula": "amount / cost"},
    {"name": "next", "kind": "int", "formula": "quantity + 1"},
    {"name": "kind_of", "kind": "choice", "choices": [{"name": "big"}, {"name": "little"}], "formula": "quantity > 5 ? 'big' : 'little'"},
    {"name": "month", "kind": "int", "formula": "begins.getMonth() + 1"})json";

class FormulaTest : public ::testing::Test {
 protected:
  Id AddDeal(int64_t amount, int64_t cost, int64_t quantity) {
    return shop_.Add("deal", [&](Batch& batch, Id id) {
      batch.Set(id, "name", "D");
      batch.Set(id, "amount", Money{amount, *Currency::FromCode("CNY")});
      batch.Set(id, "cost", Money{cost, *Currency::FromCode("CNY")});
      batch.Set(id, "quantity", quantity);
      batch.Set(id, "rate", Decimal{12345, 4});
      batch.Set(id, "begins", *ParseDate("2026-07-15"));
    });
  }
  Status Refused(std::string_view formulas) {
    const std::string package = Deals(formulas);
    const catalog::PackageSource source{.definition = package, .numbers = {}};
    return shop_->Ensure({&source, 1}).status();
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST_F(FormulaTest, EveryKindIsComputedInItsForm) {
  shop_.Ensure(Deals(kFormulas));
  const Id id = AddDeal(50'000, 20'000, 7);
  const Currency cny = *Currency::FromCode("CNY");
  EXPECT_EQ(shop_.Get(id, "margin"), Value(Money{30'000, cny}));
  EXPECT_EQ(shop_.Get(id, "twice"), Value(Money{60'000, cny}));
  EXPECT_EQ(shop_.Get(id, "good"), Value(true));
  EXPECT_EQ(shop_.Get(id, "title"), Value("D / 7"));
  EXPECT_EQ(shop_.Get(id, "half"), Value(Decimal{62, 2}));  // 0.61725, half to even
  EXPECT_EQ(shop_.Get(id, "ratio"), Value(2.5));
  EXPECT_EQ(shop_.Get(id, "next"), Value(8));
  EXPECT_EQ(shop_.Get(id, "kind_of"), Value(Choice{1}));
  EXPECT_EQ(shop_.Get(id, "month"), Value(7));
}

TEST_F(FormulaTest, TypedReadsAndJsonGiveTheSame) {
  shop_.Ensure(Deals(kFormulas));
  const Id id = AddDeal(50'000, 20'000, 7);
  const auto snapshot = shop_.Read();
  const catalog::TypeDef& type = *snapshot->catalog().FindType("deal");
  const record::View view = *snapshot->Get(id);
  const auto at = [&](std::string_view name) { return type.FindField(name)->position; };
  EXPECT_EQ(view.GetMoney(at("margin")).minor, 30'000);
  EXPECT_TRUE(view.GetBool(at("good")));
  EXPECT_EQ(view.GetText(at("title")), "D / 7");
  EXPECT_EQ(view.GetSize(at("title")), 5U);
  EXPECT_EQ(view.GetInt(at("half")), 62);
  EXPECT_EQ(view.GetInt(at("kind_of")), 1);
  EXPECT_EQ(view.GetDouble(at("ratio")), 2.5);
  EXPECT_TRUE(view.has(at("next")));
  const std::string json = RecordToJson(type, view);
  EXPECT_THAT(json, HasSubstr(R"("title":"D / 7")"));
  EXPECT_THAT(json, HasSubstr(R"("kind_of":"big")"));
  const auto scan = *snapshot->Scan("deal");
  ASSERT_TRUE(scan->Next());
  EXPECT_EQ((*scan->record()).GetText(at("title")), "D / 7");
}

TEST_F(FormulaTest, NothingOfItIsStoredAndItFollowsTheRecord) {
  shop_.Ensure(Deals(kFormulas));
  const Id id = AddDeal(50'000, 20'000, 7);
  Batch batch = shop_.NewBatch();
  batch.Set(id, "quantity", 1);
  shop_.Apply(batch);
  EXPECT_EQ(shop_.Get(id, "title"), Value("D / 1"));
  EXPECT_EQ(shop_.Get(id, "kind_of"), Value(Choice{2}));
  // A formula of a later version holds for what was written before it.
  std::string changed = Deals(kFormulas);
  changed.replace(changed.find("1.0.0"), 5, "1.1.0");
  changed.replace(changed.find("quantity + 1"), 12, "quantity + 9");
  shop_.Ensure(changed);
  EXPECT_EQ(shop_.Get(id, "next"), Value(10));
  const auto snapshot = shop_.Read();
  const std::vector<HistoryEntry> history = *snapshot->History(id);
  for (const HistoryEntry& entry : history) {
    for (const FieldChange& field : entry.fields) {
      EXPECT_EQ(NameOfField(snapshot->catalog().FindType("deal"), field), "quantity");
    }
  }
  Batch gone = shop_.NewBatch();
  gone.Delete(id);
  shop_.Apply(gone);
  const auto after = shop_.Read();
  const std::vector<HistoryEntry> past = *after->History(id);
  for (const FieldChange& field : past.back().fields) {
    EXPECT_THAT(NameOfField(after->catalog().FindType("deal"), field), Not(::testing::AnyOf("margin", "title", "next")));
  }
  Batch back = shop_.NewBatch();
  back.Restore(id);
  shop_.Apply(back);
  EXPECT_EQ(shop_.Get(id, "next"), Value(10));
}

TEST_F(FormulaTest, ThePastIsComputedFromThePast) {
  shop_.Ensure(Deals(kFormulas));
  const Id id = AddDeal(50'000, 20'000, 7);
  const Time then = shop_.Read()->recorded();
  Batch batch = shop_.NewBatch();
  batch.Set(id, "quantity", 1);
  shop_.Apply(batch);
  const auto snapshot = shop_.Read();
  const StatusOr<Record> past = snapshot->GetAsOf(id, {.effective = then, .recorded = then});
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(*GetField(past->type(), past->view(), "title"), Value("D / 7"));
}

TEST_F(FormulaTest, WithoutAnAnswerItIsNull) {
  shop_.Ensure(Deals(kFormulas));
  const Id empty = shop_.Add("deal", [](Batch& batch, Id id) { batch.Set(id, "name", "E"); });
  for (const std::string_view field : {"margin", "twice", "good", "title", "half", "ratio", "next", "kind_of", "month"}) {
    EXPECT_TRUE(shop_.Get(empty, field).is_null()) << field;
  }
  const Id large = AddDeal(1, 0, INT64_MAX);
  EXPECT_TRUE(shop_.Get(large, "next").is_null());  // too large
  EXPECT_TRUE(shop_.Get(large, "ratio").is_null() || shop_.Get(large, "ratio").kind() == Kind::kDouble);
}

TEST_F(FormulaTest, NobodyWritesIt) {
  shop_.Ensure(Deals(kFormulas));
  const Id id = AddDeal(1, 0, 1);
  Batch batch = shop_.NewBatch();
  batch.Set(id, "next", 5);
  EXPECT_EQ(GetReason(batch.status()), Reason::kFieldReadOnly);
  EXPECT_EQ(GetErrorInfo(batch.status()).field, "next");
  EXPECT_THAT(GetErrorInfo(batch.status()).hint, HasSubstr("quantity + 1"));
  EXPECT_FALSE(shop_->Apply(batch).ok());
}

TEST_F(FormulaTest, FormulasThatReadThemselvesAreRefusedWithTheirWay) {
  const Status status = Refused(R"(, {"name": "a", "kind": "int", "formula": "b + 1"}, {"name": "b", "kind": "int", "formula": "c + 1"},
                                     {"name": "c", "kind": "int", "formula": "a + 1"})");
  EXPECT_EQ(GetReason(status), Reason::kPackageMalformed) << status;
  EXPECT_EQ(GetErrorInfo(status).field, "types[0].fields[8].formula") << status;
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("a -> b -> c -> a"));
  EXPECT_EQ(GetReason(Refused(R"(, {"name": "a", "kind": "int", "formula": "a + 1"})")), Reason::kPackageMalformed);
}

TEST_F(FormulaTest, WhatCannotBeIsRefused) {
  const auto reason = [&](std::string_view field) { return GetReason(Refused(std::string(", ").append(field))); };
  EXPECT_EQ(reason(R"({"name": "a", "kind": "int", "formula": "amounts"})"), Reason::kUnknownField);
  EXPECT_EQ(reason(R"({"name": "a", "kind": "text", "formula": "quantity"})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason(R"({"name": "a", "kind": "int", "formula": "parent.quantity"})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason(R"({"name": "a", "kind": "int", "formula": "quantity", "required": true})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason(R"({"name": "a", "kind": "int", "formula": "quantity", "default": 1})"), Reason::kPackageMalformed);
  EXPECT_EQ(reason(R"({"name": "a", "kind": "ref", "formula": "parent"})"), Reason::kPackageMalformed);
  // An index holds what is stored.
  std::string indexed = Deals(R"(, {"name": "a", "kind": "int", "formula": "quantity"})");
  indexed.insert(indexed.rfind("}]}"), R"(, "indexes": [{"name": "by_a", "fields": ["a"]}])");
  const catalog::PackageSource source{.definition = indexed, .numbers = {}};
  EXPECT_EQ(GetReason(shop_->Ensure({&source, 1}).status()), Reason::kPackageMalformed);
}

TEST_F(FormulaTest, AStoredFieldStaysStored) {
  shop_.Ensure(Deals(R"(, {"name": "a", "kind": "int"})"));
  std::string changed = Deals(R"(, {"name": "a", "kind": "int", "formula": "quantity"})");
  changed.replace(changed.find("1.0.0"), 5, "1.1.0");
  const catalog::PackageSource source{.definition = changed, .numbers = {}};
  EXPECT_EQ(GetReason(shop_->Ensure({&source, 1}).status()), Reason::kPackageConflict);
}

}  // namespace
}  // namespace kith
