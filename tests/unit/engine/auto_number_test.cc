// Numbers given in turn. // E01
#include "kith/catalog/auto_number.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "shop.h"

namespace kith {
namespace {

using catalog::NumberFormat;
using ::testing::IsEmpty;
using testing::Shop;

constexpr std::string_view kInvoices = R"({"package": "test.invoices", "version": "1.0.0", "types": [{"name": "invoice", "fields": [
  {"name": "number", "kind": "text", "auto_number": "INV-{year}-{n:05}", "labels": {"en": "Number", "zh": "编号"}},
  {"name": "slip", "kind": "text", "auto_number": "{n}"},
  {"name": "note", "kind": "text", "max_length": 5}]}]})";

class AutoNumberTest : public ::testing::Test {
 protected:
  Id AddInvoice() {
    return shop_.Add("invoice", [](Batch& batch, Id id) { batch.Set(id, "note", "a"); });
  }
  Id AddNumbered(std::string_view number) {
    return shop_.Add("invoice", [&](Batch& batch, Id id) { batch.Set(id, "number", number); });
  }
  std::string NumberOf(Id id) { return shop_.Get(id, "number").get<std::string>(); }
  std::string Year() { return ToText(DateOf(shop_.Read()->recorded())).substr(0, 4); }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST(NumberFormat, SaysWhatItGivesAndReadsItBack) {
  std::string fault;
  const auto format = NumberFormat::Parse("A-{year}/{n:03}.x", fault);
  ASSERT_TRUE(format.has_value()) << fault;
  EXPECT_EQ(format->Format({.year = 2026, .n = 7}), "A-2026/007.x");
  EXPECT_EQ(format->Format({.year = 2026, .n = 12345}), "A-2026/12345.x");
  EXPECT_EQ(format->Prefix(2026), "A-2026/");
  for (const uint64_t n : {uint64_t{1}, uint64_t{999}, uint64_t{1000}, NumberFormat::kLargest}) {
    EXPECT_EQ(format->Match(format->Format({.year = 1999, .n = n})), (NumberFormat::Number{.year = 1999, .n = n}));
  }
  for (const std::string_view other : {"A-2026/07.x", "A-2026/0007.x", "A-26/007.x", "A-2026/007", "B-2026/007.x", "A-2026/.x", ""}) {
    EXPECT_EQ(format->Match(other), std::nullopt) << other;
  }
  const auto reversed = NumberFormat::Parse("{n}-{year}", fault);
  EXPECT_EQ(reversed->Match("12-2026"), (NumberFormat::Number{.year = 2026, .n = 12}));
}

TEST(NumberFormat, WhatIsNoPatternIsRefused) {
  std::string fault;
  for (const std::string_view wrong :
       {"", "INV", "{year}", "{n}{n}", "{n:5}", "{n:016}", "{n:0}", "{m}", "{n", "n}", "{n}{year}", "{n}7"}) {
    EXPECT_FALSE(NumberFormat::Parse(wrong, fault).has_value()) << wrong;
    EXPECT_FALSE(fault.empty()) << wrong;
  }
}

TEST_F(AutoNumberTest, NumbersFollowEachOtherWithoutGaps) {
  shop_.Ensure(kInvoices);
  const std::string year = Year();
  EXPECT_EQ(NumberOf(AddInvoice()), "INV-" + year + "-00001");
  Batch refused = shop_.NewBatch();
  refused.Set(refused.Create("invoice"), "note", "too long");
  EXPECT_FALSE(shop_->Apply(refused).ok());
  Batch dry = shop_.NewBatch();
  dry.Set(dry.Create("invoice"), "note", "b");
  shop_.Apply(dry, {.dry_run = true});
  const Id second = AddInvoice();
  EXPECT_EQ(NumberOf(second), "INV-" + year + "-00002");
  EXPECT_EQ(shop_.Get(second, "slip"), Value("2"));
}

TEST_F(AutoNumberTest, EveryYearBeginsAnew) {
  shop_.Ensure(kInvoices);
  AddInvoice();
  Batch batch = shop_.NewBatch();
  batch.SetEffective(*ParseTime("2019-03-01T00:00:00Z"));
  batch.Set(batch.Create("invoice"), "note", "old");
  const Id old = shop_.Apply(batch).ids[0];
  EXPECT_EQ(NumberOf(old), "INV-2019-00001");
  EXPECT_EQ(shop_.Get(old, "slip"), Value("2"));  // without a year there is one row of numbers
}

TEST_F(AutoNumberTest, AGivenNumberStaysAndLaterOnesComeAfterIt) {
  shop_.Ensure(kInvoices);
  const std::string year = Year();
  EXPECT_EQ(NumberOf(AddNumbered("INV-" + year + "-00041")), "INV-" + year + "-00041");
  EXPECT_EQ(NumberOf(AddNumbered("by hand")), "by hand");
  EXPECT_EQ(NumberOf(AddInvoice()), "INV-" + year + "-00042");
  // Also within one batch, whatever comes first.
  Batch batch = shop_.NewBatch();
  batch.Set(batch.Create("invoice"), "note", "first");
  batch.Set(batch.Create("invoice"), "number", "INV-" + year + "-00050");
  const Outcome outcome = shop_.Apply(batch);
  EXPECT_EQ(NumberOf(outcome.ids[0]), "INV-" + year + "-00051");
}

TEST_F(AutoNumberTest, NoNumberIsGivenTwice) {
  shop_.Ensure(kInvoices);
  const Id id = AddInvoice();
  Batch twice = shop_.NewBatch();
  twice.Set(twice.Create("invoice"), "number", NumberOf(id));
  EXPECT_EQ(GetReason(shop_.Refuse(twice)), Reason::kUnique);
  Batch clear = shop_.NewBatch();
  clear.Set(id, "number", Value());
  EXPECT_EQ(GetReason(shop_.Refuse(clear)), Reason::kRequired);
  const std::string number = NumberOf(id);
  Batch gone = shop_.NewBatch();
  gone.Delete(id);
  shop_.Apply(gone);
  EXPECT_NE(NumberOf(AddInvoice()), number);
}

TEST_F(AutoNumberTest, AFieldThatWasPlainTextGoesOnWhereItStood) {
  std::string plain(kInvoices);
  constexpr std::string_view kMember = R"(, "auto_number": "INV-{year}-{n:05}")";
  plain.erase(plain.find(kMember), kMember.size());
  shop_.Ensure(plain);
  const std::string year = Year();
  for (const std::string_view number : {"00007", "00003"}) AddNumbered("INV-" + year + "-" + std::string(number));
  std::string numbered(kInvoices);
  numbered.replace(numbered.find("1.0.0"), 5, "1.1.0");
  shop_.Ensure(numbered);
  EXPECT_EQ(NumberOf(AddInvoice()), "INV-" + year + "-00008");
}

TEST_F(AutoNumberTest, ManyWritersGetDifferentNumbersWithoutGaps) {
  shop_.Ensure(kInvoices);
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < kEach; ++i) {
        Batch batch = *shop_->NewBatch({}, "test");
        batch.Set(batch.Create("invoice"), "note", i % 5 == 4 ? "far too long" : "a");
        const bool applied = shop_->Apply(batch).ok();
        EXPECT_EQ(applied, i % 5 != 4);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto snapshot = shop_.Read();
  std::set<std::string> slips;
  const auto scan = *snapshot->Scan("invoice");
  const size_t slip = snapshot->catalog().FindType("invoice")->FindField("slip")->position;
  while (scan->Next()) slips.insert(std::string((*scan->record()).GetText(slip)));
  EXPECT_EQ(slips.size(), static_cast<size_t>(kThreads * kEach * 4 / 5));
  for (int n = 1; n <= kThreads * kEach * 4 / 5; ++n) EXPECT_TRUE(slips.contains(std::to_string(n))) << n;
}

TEST_F(AutoNumberTest, APatternThatCannotBeIsRefusedWithItsPath) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"INV-{year}-{n:05}", "INV-{year}"}, {"{n}", "{x}"}}) {
    std::string wrong(kInvoices);
    wrong.replace(wrong.find("\"" + from + "\"") + 1, from.size(), to);
    const catalog::PackageSource source{.definition = wrong, .numbers = {}};
    const Status status = shop_->Ensure({&source, 1}).status();
    EXPECT_EQ(GetReason(status), Reason::kPackageMalformed) << status;
    EXPECT_THAT(GetErrorInfo(status).field, ::testing::EndsWith(".auto_number"));
  }
}

}  // namespace
}  // namespace kith
