// Documents: sums in whole minor units, versions that stay, parts of lines that never come to more than there is.
#include "kith/model/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "unit/model/world.h"

namespace kith::model {
namespace {

using ::testing::HasSubstr;

Decimal Dec(std::string_view text) { return *ParseDecimal(text); }
int64_t Amount(std::string_view quantity, int64_t price, std::string_view discount, Rounding rounding = Rounding::kHalfUp) {
  return LineAmount(Dec(quantity), Yuan(price), Dec(discount), rounding)->minor;
}

TEST(LineAmount, IsRoundedAsSaid) {  // F04
  EXPECT_EQ(Amount("3", 333, "0"), 999);
  EXPECT_EQ(Amount("0.5", 5, "0"), 3);  // 2.5
  EXPECT_EQ(Amount("0.5", 5, "0", Rounding::kHalfEven), 2);
  EXPECT_EQ(Amount("0.5", 5, "0", Rounding::kDown), 2);
  EXPECT_EQ(Amount("0.5", 7, "0", Rounding::kHalfEven), 4);  // 3.5
  EXPECT_EQ(Amount("0.5", -5, "0"), -3);                     // away from zero
  EXPECT_EQ(Amount("0.5", -5, "0", Rounding::kDown), -2);
  EXPECT_EQ(Amount("1", 9999, "0.1250"), 8749);  // 8749.125
  EXPECT_EQ(Amount("1", 100, "1"), 0);
  EXPECT_EQ(ShareOf(Yuan(8749), Dec("0.13"), Rounding::kHalfUp)->minor, 1137);  // 1137.37
  EXPECT_EQ(GetReason(LineAmount(Dec("1000"), Yuan(INT64_MAX / 10), Dec("0"), Rounding::kHalfUp).status()), Reason::kArithmeticOverflow);
  EXPECT_EQ(GetReason(LineAmount({INT64_MAX, 3}, Yuan(INT64_MAX), {0, 18}, Rounding::kHalfUp).status()), Reason::kArithmeticOverflow);
}

TEST(LineAmount, IsNearestToTheExactValue) {
  Random random(TestSeed(4));
  for (int i = 0; i < 20'000; ++i) {
    const Decimal quantity{static_cast<int64_t>(random.Below(100'000)), 3};
    const Decimal discount{static_cast<int64_t>(random.Below(10'001)), 4};
    const auto price = static_cast<int64_t>(random.Below(1'000'000));
    const absl::int128 exact = absl::int128(quantity.units) * price * (10'000 - discount.units);  // in 10^-7
    const int64_t got = LineAmount(quantity, Yuan(price), discount, Rounding::kHalfUp)->minor;
    const absl::int128 off = absl::int128(got) * 10'000'000 - exact;
    EXPECT_TRUE(off > -5'000'000 && off <= 5'000'000) << quantity.units << " " << price << " " << discount.units;
  }
}

class DocumentTest : public ::testing::Test {
 protected:
  void TearDown() override { world_.Verify(); }
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  StatusOr<Id> TryAdd(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    const StatusOr<Outcome> outcome = world_.db().Apply(batch);
    if (!outcome.ok()) return outcome.status();
    return outcome->ids.at(id.local_index());
  }
  Id Add(std::string_view type, const Fields& fields) {
    const StatusOr<Id> id = TryAdd(type, fields);
    EXPECT_TRUE(id.ok()) << id.status();
    return id.ok() ? *id : Id();
  }
  Status TrySet(Id id, const Fields& fields) {
    Batch batch = world_.NewBatch();
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return world_.TryApply(batch);
  }
  Id Line(std::string_view type, std::string_view parent, Id document, std::string_view quantity, int64_t price, const Fields& more = {}) {
    Fields fields = {{parent, document}, {"quantity", Dec(quantity)}, {"price", Yuan(price)}};
    fields.insert(fields.end(), more.begin(), more.end());
    return Add(type, fields);
  }
  [[nodiscard]] Value Get(Id id, std::string_view field) { return world_.Get(id, field); }

  World world_;
};

TEST_F(DocumentTest, LinesAddUp) {  // F04
  const Id quote = Add("quote", {});
  const Id line = Line("quote_line", "quote", quote, "3", 333, {{"tax_rate", Dec("0.13")}});
  EXPECT_EQ(Get(line, "amount"), Value(Yuan(999)));
  EXPECT_EQ(Get(line, "tax"), Value(Yuan(130)));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1129)));
  EXPECT_EQ(Get(quote, "tax"), Value(Yuan(130)));
  const Id other = Line("quote_line", "quote", quote, "0.5", 5);
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1132)));
  world_.Set(quote, "rounding", "down");
  EXPECT_EQ(Get(other, "amount"), Value(Yuan(2)));
  EXPECT_EQ(Get(line, "tax"), Value(Yuan(129)));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1130)));
  world_.Set(quote, "discount", Yuan(30));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1100)));
  world_.Set(quote, "total", Yuan(5));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1100))) << "lines decide";
  world_.Delete(other);
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1098)));
  EXPECT_EQ(GetReason(TryAdd("quote_line", {{"quote", quote}, {"price", Money{5, *Currency::FromCode("USD")}}}).status()),
            Reason::kCurrencyMismatch);
  const Id moved = Add("quote", {});
  world_.Set(line, "quote", moved);
  EXPECT_EQ(Get(moved, "total"), Value(Yuan(1129)));  // halves go up here
}

// What the lines came to goes with the last of them; what somebody wrote since stays.
TEST_F(DocumentTest, NoTotalOutlivesTheLastLine) {  // F04
  const Id quote = Add("quote", {});
  const Id line = Line("quote_line", "quote", quote, "1", 1000, {{"tax_rate", Dec("0.13")}});
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1130)));
  const Id other = Add("quote", {});
  world_.Set(line, "quote", other);
  EXPECT_TRUE(Get(quote, "total").is_null() && Get(quote, "tax").is_null());
  world_.Delete(line);
  EXPECT_TRUE(Get(other, "total").is_null() && Get(other, "tax").is_null());
  world_.Set(other, "total", Yuan(70));
  const Id empty = Add("quote_line", {{"quote", other}});
  world_.Delete(empty);
  EXPECT_EQ(Get(other, "total"), Value(Yuan(70)));
  const Id again = Line("quote_line", "quote", other, "1", 1000);
  Batch batch = world_.NewBatch();
  batch.Delete(again);
  batch.Set(other, "total", Yuan(80));
  world_.Apply(batch);
  EXPECT_EQ(Get(other, "total"), Value(Yuan(80)));
}

TEST_F(DocumentTest, ADiscountOfTheSmallestNumberIsTooLarge) {
  const Id quote = Add("quote", {});
  Line("quote_line", "quote", quote, "1", 1000);
  EXPECT_NE(GetReason(TrySet(quote, {{"discount", Money{INT64_MIN, *Currency::FromCode("CNY")}}})), Reason::kNone);
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1000)));
}

TEST_F(DocumentTest, WithoutLinesOrPricesWhatIsWrittenStays) {
  const Id quote = Add("quote", {{"total", Yuan(500)}, {"tax", Yuan(65)}});
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(500)));
  const Id line = Add("quote_line", {{"quote", quote}, {"amount", Yuan(100)}});
  EXPECT_EQ(Get(line, "amount"), Value(Yuan(100)));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(165)));  // the tax that somebody wrote
}

// What the lines' tax came to goes with the last rate; what somebody wrote stays.
TEST_F(DocumentTest, NoTaxOutlivesTheLastRate) {  // F04
  const Id quote = Add("quote", {});
  const Id taxed = Line("quote_line", "quote", quote, "1", 1000, {{"tax_rate", Dec("0.13")}});
  const Id second = Line("quote_line", "quote", quote, "1", 500, {{"tax_rate", Dec("0.06")}});
  const Id plain = Line("quote_line", "quote", quote, "1", 100);
  EXPECT_EQ(Get(quote, "tax"), Value(Yuan(160)));
  world_.Set(second, "tax_rate", Value());
  EXPECT_EQ(Get(quote, "tax"), Value(Yuan(130)));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1730)));
  world_.Set(taxed, "tax_rate", Value());
  EXPECT_TRUE(Get(quote, "tax").is_null());
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1600)));
  // A line that goes takes its tax along, to another document too.
  world_.Set(taxed, "tax_rate", Dec("0.13"));
  const Id other = Add("quote", {});
  world_.Set(taxed, "quote", other);
  EXPECT_TRUE(Get(quote, "tax").is_null());
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(600)));
  EXPECT_EQ(Get(other, "total"), Value(Yuan(1130)));
  Line("quote_line", "quote", other, "1", 70);
  world_.Delete(taxed);
  EXPECT_TRUE(Get(other, "tax").is_null());
  EXPECT_EQ(Get(other, "total"), Value(Yuan(70)));
  // Written by hand, with the rate's going or after it: it stays until somebody takes it away, whatever becomes of lines without a rate.
  world_.Set(second, "tax_rate", Dec("0.06"));
  Batch batch = world_.NewBatch();
  batch.Set(second, "tax_rate", Value());
  batch.Set(quote, "tax", Yuan(48));
  world_.Apply(batch);
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(648)));
  world_.Delete(plain);
  EXPECT_EQ(Get(quote, "tax"), Value(Yuan(48)));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(548)));
}

// A11, B20: an index that covers an amount is not read by those from whom amounts are masked; the lines are theirs all the same.
TEST_F(DocumentTest, AMaskedAmountHidesNoLine) {
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {"quote_line": {"fields": {"amount": {"read": ["role:finance"]}}},
                                           "order_line": {"fields": {"amount": {"read": ["role:finance"]}, "product": {"read": ["role:finance"]}}}}})")
                  .ok());
  const Id quote = Add("quote", {});
  const Id line = Line("quote_line", "quote", quote, "5", 100);
  const Id order = Add("order", {{"quote", quote}});
  Line("order_line", "order", order, "2", 100, {{"quote_line", line}});
  const StatusOr<std::vector<DocumentLine>> lines = GetDocumentLines(*world_.Read({.id = world_.owners()[0]}), quote, "order");
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 1U);
  EXPECT_EQ((*lines)[0].record, line);
  EXPECT_EQ((*lines)[0].taken, Dec("2.000"));
}

TEST_F(DocumentTest, WhatWasSentStays) {  // F04: versions immutable
  const Id quote = Add("quote", {{"valid_until", *ParseDate("2026-03-31")}});
  const Id line = Line("quote_line", "quote", quote, "2", 100);
  world_.Set(quote, "status", "sent");
  for (const Fields& change : {Fields{{"total", Yuan(1)}}, Fields{{"discount", Yuan(1)}}, Fields{{"valid_until", *ParseDate("2026-05-01")}},
                               Fields{{"revision", 7}}, Fields{{"rounding", "down"}}}) {
    EXPECT_EQ(GetReason(TrySet(quote, change)), Reason::kFieldReadOnly) << change[0].first;
  }
  EXPECT_EQ(GetReason(TrySet(line, {{"price", Yuan(1)}})), Reason::kFieldReadOnly);
  EXPECT_EQ(GetReason(TryAdd("quote_line", {{"quote", quote}, {"price", Yuan(1)}}).status()), Reason::kFieldReadOnly);
  Batch gone = world_.NewBatch();
  gone.Delete(line);
  EXPECT_EQ(GetReason(world_.TryApply(gone)), Reason::kFieldReadOnly);
  EXPECT_EQ(GetReason(TrySet(quote, {{"status", "draft"}})), Reason::kNotATransition);
  EXPECT_TRUE(TrySet(quote, {{"owner", world_.owners()[0]}}).ok());
  EXPECT_TRUE(TrySet(line, {{"description", "the same, in other words"}}).ok());
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(200)));
  EXPECT_TRUE(TrySet(quote, {{"status", "accepted"}}).ok());
  EXPECT_EQ(Get(quote, "accepted_on"), Value(*ParseDate("2026-03-01")));
  world_.Delete(quote);  // with its lines
  EXPECT_TRUE(Get(line, "quote").is_null());
}

TEST_F(DocumentTest, WhatIsExpiredIsNotAccepted) {  // F04
  const Id quote = Add("quote", {{"valid_until", *ParseDate("2026-03-05")}, {"status", "sent"}, {"total", Yuan(5)}});
  world_.Advance(10 * kMicrosPerDay);
  const Status late = TrySet(quote, {{"status", "accepted"}});
  EXPECT_EQ(GetReason(late), Reason::kCheckFailed);
  EXPECT_THAT(late.ToString(), HasSubstr("accepted_in_time"));
  const StatusOr<Id> order = TryAdd("order", {{"quote", quote}, {"status", "placed"}});
  EXPECT_THAT(order.status().ToString(), HasSubstr("from_accepted_quote"));
  EXPECT_TRUE(TryAdd("order", {{"quote", quote}}).ok());  // a draft may wait
  // Said in time, entered later.
  Batch batch = world_.NewBatch();
  batch.SetAt(quote, "status", "accepted", At("2026-03-04T09:00:00Z"));
  batch.Set(quote, "accepted_on", *ParseDate("2026-03-04"));
  EXPECT_TRUE(world_.TryApply(batch).ok());
}

TEST_F(DocumentTest, PartsNeverComeToMoreThanThereIs) {  // F05
  const Id quote = Add("quote", {});
  const Id line = Line("quote_line", "quote", quote, "10", 100);
  world_.Set(quote, "status", "accepted");
  const auto order = [&](std::string_view quantity, std::string_view status) -> StatusOr<Id> {
    Batch batch = world_.NewBatch();
    const Id made = batch.Create("order");
    batch.Set(made, "quote", quote);
    batch.Set(made, "status", status);
    const Id part = batch.Create("order_line");
    batch.Set(part, "order", made);
    batch.Set(part, "quote_line", line);
    batch.Set(part, "quantity", Dec(quantity));
    batch.Set(part, "price", Yuan(100));
    const StatusOr<Outcome> outcome = world_.db().Apply(batch);
    if (!outcome.ok()) return outcome.status();
    return outcome->ids[0];
  };
  const StatusOr<Id> first = order("6.5", "placed");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(GetReason(order("3.501", "placed").status()), Reason::kPreconditionFailed);
  ASSERT_TRUE(order("3.5", "draft").ok());
  EXPECT_EQ(GetReason(order("0.001", "placed").status()), Reason::kPreconditionFailed);
  world_.Set(*first, "status", "cancelled");
  ASSERT_TRUE(order("6.5", "placed").ok());
  EXPECT_EQ(GetReason(TrySet(*first, {{"status", "placed"}})), Reason::kPreconditionFailed) << "what it had is taken by now";
  const StatusOr<std::vector<DocumentLine>> lines = GetDocumentLines(*world_.Read(), quote, "order");
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ((*lines)[0].taken, Dec("10.000"));
  const Id elsewhere = Add("quote", {{"status", "accepted"}});
  const StatusOr<Id> foreign = TryAdd("order", {{"quote", elsewhere}});
  EXPECT_THAT(TryAdd("order_line", {{"order", *foreign}, {"quote_line", line}, {"quantity", Dec("0")}}).status().ToString(),
              HasSubstr("of_its_quote"));
}

TEST_F(DocumentTest, TheDealIsWorthWhatItsQuoteSays) {  // demand: amount source
  const Id deal = world_.Create();
  const Id quote = Add("quote", {{"opportunity", deal}});
  Line("quote_line", "quote", quote, "2", 100);
  EXPECT_TRUE(Get(deal, "amount").is_null());
  world_.Set(quote, "status", "sent");
  EXPECT_EQ(Get(deal, "amount"), Value(Yuan(200)));
  const auto source = [&](Id of) {
    const Value value = Get(of, "amount_source");
    return value.is_null()
               ? ""
               : world_.Read()->catalog().FindType("opportunity")->FindField("amount_source")->FindChoice(value.get<Choice>().number)->name;
  };
  EXPECT_EQ(source(deal), "quote");
  const Id second = Add("quote", {{"opportunity", deal}, {"revises", quote}, {"revision", 2}});
  Line("quote_line", "quote", second, "2", 90);
  world_.Set(second, "status", "sent");
  EXPECT_EQ(Get(deal, "amount"), Value(Yuan(180)));
  EXPECT_EQ(source(deal), "quote");
  world_.Set(deal, "amount", Yuan(300));
  EXPECT_EQ(source(deal), "typed");
  Add("quote", {{"opportunity", deal}, {"total", Yuan(7)}, {"status", "sent"}});
  EXPECT_EQ(Get(deal, "amount"), Value(Yuan(300))) << "typed over a quote: another quote that is sent does not say otherwise";
  world_.Set(second, "status", "accepted");
  EXPECT_EQ(Get(deal, "amount"), Value(Yuan(180)));
  EXPECT_EQ(source(deal), "quote");
  const Id plain = Add("opportunity", {{"name", "x"}, {"amount", Yuan(1)}});
  EXPECT_EQ(source(plain), "");
}

TEST_F(DocumentTest, SharesOfAWholeAreOneTogether) {  // F06
  const Id deal = world_.Create();
  const Id bid = Add("bid", {{"opportunity", deal}, {"name", "Plant"}});
  const auto rubric = [&](const std::vector<std::string_view>& weights) {
    Batch batch = world_.NewBatch();
    for (const std::string_view weight : weights) {
      const Id one = batch.Create("bid_criterion");
      batch.Set(one, "bid", bid);
      batch.Set(one, "name", "x");
      batch.Set(one, "weight", Dec(weight));
    }
    return world_.db().Apply(batch);
  };
  EXPECT_EQ(GetReason(rubric({"0.5", "0.4"}).status()), Reason::kPreconditionFailed);
  const StatusOr<Outcome> made = rubric({"0.3333", "0.3333", "0.3334"});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(GetReason(TrySet(made->ids[0], {{"weight", Dec("0.4")}})), Reason::kPreconditionFailed);
  Batch batch = world_.NewBatch();
  batch.Set(made->ids[0], "weight", Dec("0.4"));
  batch.Set(made->ids[1], "weight", Dec("0.2666"));
  EXPECT_TRUE(world_.TryApply(batch).ok());
  world_.Delete(bid);
}

TEST_F(DocumentTest, BidsKeepTheirDatesAndTellLateLosses) {  // F06, F11
  const Id deal = world_.Create();
  EXPECT_EQ(
      GetReason(
          TryAdd("bid",
                 {{"opportunity", deal}, {"name", "x"}, {"opened_on", *ParseDate("2026-05-02")}, {"awarded_on", *ParseDate("2026-05-01")}})
              .status()),
      Reason::kCheckFailed);
  const Id bid = Add("bid", {{"opportunity", deal}, {"name", "x"}, {"status", "submitted"}});
  const Id early = Add("bid", {{"opportunity", deal}, {"name", "y"}, {"status", "submitted"}});
  Add("bid_round", {{"bid", bid}, {"number", 1}, {"result", "shortlisted"}});
  Add("bid_round", {{"bid", bid}, {"number", 2}, {"result", "dropped"}});
  Add("bid_round", {{"bid", early}, {"number", 1}, {"result", "dropped"}});
  EXPECT_EQ(Get(bid, "late_loss"), Value(false));
  for (const Id one : {bid, early}) EXPECT_TRUE(TrySet(one, {{"status", "lost"}, {"loss_reason", "relationship"}}).ok());
  EXPECT_EQ(Get(bid, "late_loss"), Value(true));
  EXPECT_EQ(Get(early, "late_loss"), Value(false));
  EXPECT_EQ(GetReason(TrySet(bid, {{"status", "won"}})), Reason::kNotATransition);
}

TEST_F(DocumentTest, MarginIsWhatIsLeft) {  // F09
  const Id deal = Add("opportunity", {{"name", "x"}, {"amount", Yuan(1000)}});
  EXPECT_EQ(Get(deal, "margin"), Value(Yuan(1000)));
  Add("cost", {{"opportunity", deal}, {"amount", Yuan(600)}});
  Add("cost", {{"opportunity", deal}, {"amount", Yuan(50)}});
  Add("cost", {{"opportunity", deal}, {"amount", Yuan(70)}, {"kind", "to_win"}});
  EXPECT_EQ(Get(deal, "margin"), Value(Yuan(280)));
  const Id odd = Add("cost", {{"opportunity", deal}, {"amount", Money{1, *Currency::FromCode("USD")}}});
  EXPECT_EQ(Get(deal, "margin"), Value()) << "costs in several currencies have no sum, so the margin is not known";
  world_.Delete(odd);
  Add("cost", {{"opportunity", deal}, {"amount", Money{1, *Currency::FromCode("USD")}}, {"kind", "to_win"}});
  EXPECT_EQ(Get(deal, "margin"), Value());
  const Id abroad = Add("opportunity", {{"name", "x"}, {"amount", Yuan(1000)}});
  Add("cost", {{"opportunity", abroad}, {"amount", Money{1, *Currency::FromCode("USD")}}});
  EXPECT_EQ(Get(abroad, "margin"), Value()) << "nor is one in another currency than the deal's amount";
}

// The day of an acceptance is that of the database's time zone.
TEST_F(DocumentTest, AcceptedOnTheDayOfTheTimeZone) {  // F04
  world_.Set(*world_.Read()->Find("setting", ExternalRef{"kith.setting", "database"}), "time_zone", "Asia/Shanghai");
  const Id quote = Add("quote", {{"status", "sent"}});
  world_.SetNow(At("2026-03-02T16:00:00Z"));  // midnight in Shanghai
  EXPECT_TRUE(TrySet(quote, {{"status", "accepted"}}).ok());
  EXPECT_EQ(Get(quote, "accepted_on"), Value(*ParseDate("2026-03-03")));
}

// All reports go by these: what does not exist would make every one of them fail.
TEST_F(DocumentTest, SettingsThatDoNotExistAreRefused) {
  const Id settings = *world_.Read()->Find("setting", ExternalRef{"kith.setting", "database"});
  const ErrorInfo zone = GetErrorInfo(TrySet(settings, {{"time_zone", "Asia/Shanghi"}}));
  EXPECT_EQ(zone.reason, Reason::kOutOfRange);
  EXPECT_EQ(zone.type + "." + zone.field + " " + zone.value, "setting.time_zone Asia/Shanghi");
  EXPECT_EQ(zone.hint, "did you mean \"Asia/Shanghai\"?");
  const ErrorInfo currency = GetErrorInfo(TrySet(settings, {{"base_currency", "QQQ"}}));
  EXPECT_EQ(currency.reason, Reason::kOutOfRange);
  EXPECT_EQ(currency.type + "." + currency.field + " " + currency.value, "setting.base_currency QQQ");
  EXPECT_EQ(currency.record, settings);
  EXPECT_TRUE(TrySet(settings, {{"time_zone", "America/Argentina/Ushuaia"}, {"base_currency", "EUR"}}).ok());
}

TEST_F(DocumentTest, AContractIsSignedWhenAllHaveApproved) {  // F12
  const Id contract = Add("contract", {{"name", "x"}, {"status", "in_approval"}});
  const std::vector<Id>& people = world_.owners();
  const Id legal = Add("approval", {{"record", contract}, {"approver", people[0]}, {"step", 1}});
  const Id finance = Add("approval", {{"record", contract}, {"approver", people[1]}, {"step", 1}});
  const Id boss = Add("approval", {{"record", contract}, {"approver", people[2]}, {"step", 2}, {"delegate", people[0]}});
  const auto approve = [&](Id which, Id who) { return GetReason(TrySet(which, {{"status", "approved"}, {"decided_by", who}})); };
  EXPECT_EQ(approve(boss, people[2]), Reason::kCheckFailed) << "not yet";
  EXPECT_EQ(approve(legal, people[1]), Reason::kCheckFailed) << "not theirs";
  EXPECT_EQ(approve(finance, people[1]), Reason::kNone) << "equal steps in any order";
  EXPECT_EQ(GetReason(TrySet(contract, {{"status", "signed"}})), Reason::kCheckFailed);
  EXPECT_EQ(approve(legal, people[0]), Reason::kNone);
  EXPECT_EQ(GetReason(TrySet(contract, {{"status", "signed"}})), Reason::kCheckFailed);
  EXPECT_EQ(approve(boss, people[0]), Reason::kNone) << "the delegate";
  EXPECT_EQ(GetReason(TrySet(contract, {{"status", "signed"}})), Reason::kNone);
}

TEST_F(DocumentTest, WhoIsVisitedHadAVisit) {  // B19
  const Id account = Add("account", {{"name", "Acme"}, {"lifecycle", "prospect"}});
  EXPECT_EQ(GetReason(TrySet(account, {{"lifecycle", "visited"}})), Reason::kCheckFailed);
  Add("interaction", {{"kind", "call"}, {"direction", "out"}, {"at", At("2026-02-01T09:00:00Z")}, {"account", account}});
  EXPECT_EQ(GetReason(TrySet(account, {{"lifecycle", "visited"}})), Reason::kCheckFailed);
  Add("interaction", {{"kind", "visit"}, {"direction", "out"}, {"at", At("2026-02-01T09:00:00Z")}, {"account", account}});
  EXPECT_EQ(GetReason(TrySet(account, {{"lifecycle", "visited"}})), Reason::kNone);
  EXPECT_EQ(GetReason(TrySet(account, {{"lifecycle", "prospect"}})), Reason::kNotATransition);
  EXPECT_EQ(GetReason(TrySet(account, {{"lifecycle", "customer"}})), Reason::kNone);
  EXPECT_EQ(GetReason(TrySet(account, {{"lifecycle", "engaged"}})), Reason::kNotATransition);
}

// Random writes of quotes, orders and their lines beside a model that knows nothing of how it is done. // F02
class Paper {
 public:
  struct OneLine {
    Id document;
    int64_t quantity = 0;  // thousandths
    int64_t price = 0;
    Id of;
  };
  struct Sheet {
    std::string status = "draft";
    bool quote = false;
    Id from;
  };
  std::map<Id, Sheet> sheets;
  std::map<Id, OneLine> lines;

  [[nodiscard]] bool MayMove(const Sheet& sheet, const std::string& to) const {
    static const std::map<std::string, std::vector<std::string>> kQuote = {
        {"draft", {"sent", "accepted", "rejected", "expired"}}, {"sent", {"accepted", "rejected", "expired"}}, {"expired", {"sent"}}};
    static const std::map<std::string, std::vector<std::string>> kOrder = {{"draft", {"placed", "delivered", "cancelled"}},
                                                                           {"placed", {"draft", "delivered", "returned", "cancelled"}},
                                                                           {"delivered", {"returned"}},
                                                                           {"returned", {"delivered"}},
                                                                           {"cancelled", {"draft", "placed"}}};
    const auto& ways = sheet.quote ? kQuote : kOrder;
    const auto found = ways.find(sheet.status);
    return sheet.status == to || (found != ways.end() && std::find(found->second.begin(), found->second.end(), to) != found->second.end());
  }
  [[nodiscard]] bool Sound() const {
    std::map<Id, int64_t> taken;
    for (const auto& [id, line] : lines) {
      if (!line.of.is_null() && sheets.at(line.document).status != "cancelled") taken[line.of] += line.quantity;
    }
    for (const auto& [id, sum] : taken) {
      if (sum > lines.at(id).quantity) return false;
    }
    for (const auto& [id, sheet] : sheets) {
      const bool waits = sheet.quote || sheet.from.is_null() || sheet.status == "draft" || sheet.status == "cancelled";
      if (!waits && sheets.at(sheet.from).status != "accepted") return false;
    }
    return true;
  }
  [[nodiscard]] std::optional<int64_t> TotalOf(Id document) const {
    std::optional<int64_t> total;
    for (const auto& [id, line] : lines) {
      if (line.document == document) total = total.value_or(0) + (line.quantity * line.price + 500) / 1000;
    }
    return total;
  }
};

TEST_F(DocumentTest, RandomWritesKeepWhatAModelKeeps) {
  Random random(TestSeed(20261127));
  Paper paper;
  std::vector<Id> quotes, orders, quote_lines;
  size_t refused = 0, done = 0;
  const auto pick = [&](const std::vector<Id>& from) { return from.empty() ? Id() : from[random.Below(from.size())]; };
  for (int step = 0; step < 1500; ++step) {
    Paper next = paper;
    Batch batch = world_.NewBatch();
    Id made;
    std::optional<Paper::Sheet> sheet;
    std::optional<Paper::OneLine> line;
    bool allowed = true;
    switch (random.Below(6)) {
      case 0: {  // a quote or an order
        sheet = Paper::Sheet{"draft", random.OneIn(2), {}};
        if (!sheet->quote && !random.OneIn(4)) sheet->from = pick(quotes);
        made = batch.Create(sheet->quote ? "quote" : "order");
        if (!sheet->from.is_null()) batch.Set(made, "quote", sheet->from);
        break;
      }
      case 1:
      case 2: {  // a line
        const bool quote = random.OneIn(2);
        const Id document = pick(quote ? quotes : orders);
        if (document.is_null()) continue;
        line = Paper::OneLine{document, static_cast<int64_t>(random.Below(9000)), static_cast<int64_t>(random.Below(1000)), {}};
        made = batch.Create(quote ? "quote_line" : "order_line");
        batch.Set(made, quote ? "quote" : "order", document);
        batch.Set(made, "quantity", Decimal{line->quantity, 3});
        batch.Set(made, "price", Yuan(line->price));
        const Id of = quote ? Id() : pick(quote_lines);
        if (!of.is_null() && !random.OneIn(3)) {
          line->of = of;
          batch.Set(made, "quote_line", of);
          allowed = paper.sheets.at(document).from == paper.lines.at(of).document;
        }
        allowed = allowed && (!quote || paper.sheets.at(document).status == "draft");
        break;
      }
      case 3: {  // a state
        const Id document = pick(random.OneIn(2) ? quotes : orders);
        if (document.is_null()) continue;
        Paper::Sheet& changed = next.sheets.at(document);
        const std::vector<std::string> states = changed.quote
                                                    ? std::vector<std::string>{"draft", "sent", "accepted", "rejected", "expired"}
                                                    : std::vector<std::string>{"draft", "placed", "delivered", "returned", "cancelled"};
        const std::string to = states[random.Below(states.size())];
        allowed = paper.MayMove(changed, to);
        // Changes of a quote ask nothing of the orders that name it.
        changed.status = to;
        batch.Set(document, "status", to);
        break;
      }
      case 4: {  // another quantity
        if (paper.lines.empty()) continue;
        auto at = next.lines.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(random.Below(next.lines.size())));
        const int64_t quantity = static_cast<int64_t>(random.Below(9000));
        const Paper::Sheet& of = paper.sheets.at(at->second.document);
        allowed = !of.quote || of.status == "draft" || quantity == at->second.quantity;
        at->second.quantity = quantity;
        batch.Set(at->first, "quantity", Decimal{quantity, 3});
        break;
      }
      default: {  // a line of an order goes
        std::vector<Id> ids;
        for (const auto& [id, one] : paper.lines) {
          if (!paper.sheets.at(one.document).quote) ids.push_back(id);
        }
        if (ids.empty()) continue;
        const Id gone = pick(ids);
        next.lines.erase(gone);
        batch.Delete(gone);
        break;
      }
    }
    if (sheet.has_value()) next.sheets[made] = *sheet;  // under its local reference for now
    if (line.has_value()) next.lines[made] = *line;
    const bool expected = allowed && next.Sound();
    const StatusOr<Outcome> outcome = world_.db().Apply(batch);
    ASSERT_EQ(outcome.ok(), expected) << "step " << step << ": " << outcome.status();
    if (!expected) {
      ++refused;
      continue;
    }
    ++done;
    if (sheet.has_value()) {
      const Id id = outcome->ids[0];
      next.sheets.erase(made);
      next.sheets[id] = *sheet;
      (sheet->quote ? quotes : orders).push_back(id);
    }
    if (line.has_value()) {
      const Id id = outcome->ids[0];
      next.lines.erase(made);
      next.lines[id] = *line;
      if (next.sheets.at(line->document).quote) quote_lines.push_back(id);
    }
    paper = next;
  }
  EXPECT_GT(refused, 100U);
  EXPECT_GT(done, 500U);
  for (const auto& [id, sheet] : paper.sheets) {
    const std::optional<int64_t> total = paper.TotalOf(id);
    EXPECT_TRUE(!total.has_value() || Get(id, "total") == Value(Yuan(*total))) << id.value();
  }
}

}  // namespace
}  // namespace kith::model
