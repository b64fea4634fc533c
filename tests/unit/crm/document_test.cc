// Documents that continue each other, at the same time and to the end: from the first touch to cash, a complaint and a referral.
#include "kith/crm/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "kith/crm/convert.h"
#include "kith/model/document.h"
#include "kith/model/thread.h"
#include "kith/model/timeline.h"
#include "unit/model/world.h"

namespace kith::crm {
namespace {

using model::Yuan;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

Decimal Dec(std::string_view text) { return *ParseDecimal(text); }

class DocumentTest : public ::testing::Test {
 protected:
  using Fields = std::vector<std::pair<std::string_view, Value>>;
  void TearDown() override { world_.Verify(); }
  Id Add(std::string_view type, const Fields& fields) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [field, value] : fields) batch.Set(id, field, value);
    return world_.Apply(batch).at(id.local_index());
  }
  // A quote over ten of one thing and three of another, accepted.
  Id AcceptedQuote() {
    const Id quote = Add("quote", {{"rounding", "down"}, {"discount", Yuan(50)}});
    Add("quote_line", {{"quote", quote}, {"quantity", Dec("10")}, {"price", Yuan(100)}, {"tax_rate", Dec("0.13")}, {"position", 1}});
    Add("quote_line", {{"quote", quote}, {"quantity", Dec("3")}, {"price", Yuan(33)}, {"position", 2}});
    world_.Set(quote, "status", "accepted");
    return quote;
  }
  StatusOr<Continued> Continue(Id document, std::string_view type, const ContinueOptions& options = {}) {
    return ContinueDocument(world_.db(), document, type, options);
  }
  [[nodiscard]] Value Get(Id id, std::string_view field) { return world_.Get(id, field); }
  std::vector<model::DocumentLine> Lines(Id document, std::string_view by) {
    return *model::GetDocumentLines(*world_.Read(), document, by);
  }

  model::World world_;
};

TEST_F(DocumentTest, AnOrderTakesWhatIsLeftOfItsQuote) {  // F05
  const Id quote = AcceptedQuote();
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1000 + 130 + 99 - 50)));
  const auto lines = Lines(quote, "order");
  const StatusOr<Continued> part = Continue(quote, "order", {.quantities = {{lines[0].record, Dec("4")}}});
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->lines, 1U);
  EXPECT_EQ(Get(part->document, "quote"), Value(quote));
  EXPECT_EQ(Get(part->document, "total"), Value(Yuan(400 + 52 - 50)));
  const StatusOr<Continued> rest = Continue(quote, "order");
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->lines, 2U);
  EXPECT_EQ(GetReason(Continue(quote, "order").status()), Reason::kPreconditionFailed);
  EXPECT_EQ(GetReason(Continue(quote, "order", {.quantities = {{lines[0].record, Dec("1")}}}).status()), Reason::kPreconditionFailed);
  world_.Set(part->document, "status", "cancelled");
  EXPECT_TRUE(Continue(quote, "order", {.quantities = {{lines[0].record, Dec("4")}}}).ok());
}

TEST_F(DocumentTest, TheSameReferenceGivesTheSameDocument) {
  const Id quote = AcceptedQuote();
  const StatusOr<Continued> once = Continue(quote, "order", {.external = {"shop", "17"}});
  ASSERT_TRUE(once.ok()) << once.status();
  const StatusOr<Continued> again = Continue(quote, "order", {.external = {"shop", "17"}});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->already);
  EXPECT_EQ(again->document, once->document);
}

TEST_F(DocumentTest, ARevisionIsADraftOfItsOwn) {  // F04
  const Id quote = AcceptedQuote();
  const StatusOr<Continued> next = Continue(quote, "quote");
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(Get(next->document, "revision"), Value(2));
  EXPECT_EQ(Get(next->document, "revises"), Value(quote));
  EXPECT_EQ(Get(next->document, "total"), Get(quote, "total"));
  EXPECT_TRUE(Get(next->document, "accepted_on").is_null());
  EXPECT_EQ(Lines(next->document, "order").size(), 2U);
  world_.Set(Lines(next->document, "order")[1].record, "price", Yuan(20));
  EXPECT_EQ(Get(next->document, "total"), Value(Yuan(1000 + 130 + 60 - 50)));
  EXPECT_EQ(Get(quote, "total"), Value(Yuan(1000 + 130 + 99 - 50)));
  EXPECT_EQ(GetReason(Continue(quote, "contract").status()), Reason::kUnknownBehaviour);
  EXPECT_EQ(GetReason(Continue(quote, "invoice").status()), Reason::kUnknownBehaviour);  // of an order
  EXPECT_EQ(GetReason(Continue(quote, "nothing").status()), Reason::kUnknownType);
}

TEST_F(DocumentTest, LinesOfSeveralTypesAreContinuedEachAsItsOwn) {
  const catalog::PackageSource extra{R"({"package": "acme.extra", "version": "1.0.0", "needs": ["kith.crm"], "types": [
      {"name": "acme_bonus", "behaviours": {"line": {"document": "quote", "quantity": "quantity", "amount": "amount"}},
       "fields": [{"name": "quote", "kind": "ref", "to": ["quote"]}, {"name": "note", "kind": "text"}, {"name": "amount", "kind": "money"},
                  {"name": "quantity", "kind": "decimal", "scale": 3}]}]})",
                                     {}};
  ASSERT_TRUE(world_.db().Ensure({&extra, 1}).ok());
  const Id quote = Add("quote", {});
  Add("quote_line", {{"quote", quote}, {"quantity", Dec("10")}, {"price", Yuan(100)}});
  const Id bonus = Add("acme_bonus", {{"quote", quote}, {"quantity", Dec("1")}, {"amount", Yuan(5)}, {"note", "a mug"}});
  world_.Set(quote, "status", "accepted");
  const StatusOr<Continued> revised = Continue(quote, "quote");
  ASSERT_TRUE(revised.ok()) << revised.status();
  EXPECT_EQ(revised->lines, 2U);
  EXPECT_EQ(Get(revised->document, "total"), Get(quote, "total"));
  for (const model::DocumentLine& line : Lines(revised->document, "order")) {
    EXPECT_EQ(line.record.type() == bonus.type() ? Get(line.record, "note") : Value("a mug"), Value("a mug"));
  }
  EXPECT_EQ(GetReason(Continue(quote, "order", {.quantities = {{bonus, Dec("1")}}}).status()), Reason::kPreconditionFailed);
  const StatusOr<Continued> ordered = Continue(quote, "order");
  ASSERT_TRUE(ordered.ok()) << ordered.status();
  EXPECT_EQ(ordered->lines, 1U);  // no line of an order is part of a bonus
}

TEST_F(DocumentTest, OnlyDocumentsAreContinued) {
  const catalog::PackageSource extra{R"({"package": "acme.extra", "version": "1.0.0", "needs": ["kith.crm"], "types": [
      {"name": "acme_slip", "fields": [{"name": "name", "kind": "text"}]},
      {"name": "acme_item", "behaviours": {"line": {"document": "slip", "quantity": "quantity", "amount": "amount"}},
       "fields": [{"name": "slip", "kind": "ref", "to": ["acme_slip"]}, {"name": "amount", "kind": "money"},
                  {"name": "quantity", "kind": "decimal", "scale": 3}]},
      {"name": "acme_bill", "behaviours": {"money_document": {"total": "total", "status": "status"}},
       "fields": [{"name": "slip", "kind": "ref", "to": ["acme_slip"]}, {"name": "total", "kind": "money"},
                  {"name": "status", "kind": "choice", "choices": [{"name": "draft"}]}]},
      {"name": "acme_bill_item", "behaviours": {"line": {"document": "bill", "quantity": "quantity", "amount": "amount", "of": "item"}},
       "fields": [{"name": "bill", "kind": "ref", "to": ["acme_bill"]}, {"name": "amount", "kind": "money"},
                  {"name": "quantity", "kind": "decimal", "scale": 3}, {"name": "item", "kind": "ref", "to": ["acme_item"]}]}]})",
                                     {}};
  ASSERT_TRUE(world_.db().Ensure({&extra, 1}).ok());
  const Id slip = Add("acme_slip", {{"name", "S"}});
  EXPECT_EQ(GetReason(Continue(slip, "acme_bill").status()), Reason::kUnknownBehaviour);
}

TEST_F(DocumentTest, ManyWhoOrderAtOnceNeverOrderMore) {  // F05, under concurrency
  const Id quote = AcceptedQuote();
  const Id line = Lines(quote, "order")[0].record;
  std::vector<std::thread> threads;
  std::atomic<int> orders{0};
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) orders += Continue(quote, "order", {.quantities = {{line, Dec("0.7")}}}).ok();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(orders, 14);  // 14 × 0.7 = 9.8 of 10
  EXPECT_EQ(Lines(quote, "order")[0].taken, Dec("9.800"));
}

TEST_F(DocumentTest, FromTheFirstTouchToCashAComplaintAndAReferral) {  // A05, A11, F01, F10, F13
  const std::vector<Id>& people = world_.owners();
  const auto day = [](std::string_view text) { return *ParseDate(text); };
  // Marketing: a campaign brings a visitor who becomes a lead.
  const Id campaign = Add("campaign", {{"name", "Fair"}});
  const Id visitor = Add("visitor", {{"handle", "cookie"}});
  Add("interaction", {{"kind", "page_view"}, {"direction", "in"}, {"at", model::At("2026-01-10T10:00:00Z")}, {"visitor", visitor}});
  const Id lead = Add("lead", {{"name", "Li Wei"},
                               {"company", "Acme"},
                               {"email", "li@acme.cn"},
                               {"possible_project", "Pumps"},
                               {"campaign", campaign},
                               {"owner", people[0]}});
  Add("interaction", {{"kind", "call"},
                      {"direction", "out"},
                      {"at", model::At("2026-02-01T10:00:00Z")},
                      {"regarding", lead},
                      {"visitor", visitor},
                      {"employee", people[0]}});
  // Sales: the lead is converted, a quote is sent and revised, and accepted.
  const Converted made = *Convert(world_.db(), lead);
  const Id account = made.organisation.record, contact = made.person.record, deal = made.deal.record;
  const Id pump = Add("product", {{"name", "Pump"}, {"price", Yuan(50'000)}});
  const Id quote = Add("quote", {{"opportunity", deal}, {"account", account}, {"contact", contact}, {"valid_until", day("2026-03-31")}});
  Add("quote_line", {{"quote", quote}, {"product", pump}, {"quantity", Dec("4")}, {"price", Yuan(50'000)}, {"tax_rate", Dec("0.13")}});
  world_.Set(quote, "status", "sent");
  world_.Advance(kMicrosPerDay);
  const Id second = Continue(quote, "quote")->document;
  world_.Set(Lines(second, "order")[0].record, "discount", Dec("0.1"));
  world_.Set(second, "status", "sent");
  world_.Set(quote, "status", "rejected");
  world_.Set(second, "status", "accepted");
  EXPECT_EQ(Get(second, "total"), Value(Yuan(180'000 + 23'400)));
  EXPECT_EQ(Get(deal, "amount"), Value(Yuan(203'400)));
  world_.MoveTo(deal, "default/won");
  // Order, delivery, invoice, two receipts.
  const Id order = Continue(second, "order")->document;
  world_.Set(order, "status", "placed");
  Add("instalment", {{"order", order}, {"due", day("2026-04-10")}, {"amount", Yuan(203'400)}});
  world_.Advance(10 * kMicrosPerDay);
  world_.Set(order, "status", "delivered");
  const Id invoice = Continue(order, "invoice")->document;
  world_.Set(invoice, "due", day("2026-04-10"));
  world_.Set(invoice, "status", "issued");
  EXPECT_EQ(Get(order, "invoiced"), Value(Yuan(203'400)));
  Add("receipt", {{"invoice", invoice}, {"date", day("2026-04-01")}, {"amount", Yuan(200'000)}});
  EXPECT_EQ(Get(invoice, "open"), Value(Yuan(3'400)));
  Add("receipt", {{"invoice", invoice}, {"date", day("2026-04-12")}, {"amount", Yuan(3'400)}});
  EXPECT_EQ(Get(invoice, "open"), Value(Yuan(0)));
  EXPECT_EQ(Get(invoice, "last_paid"), Value(day("2026-04-12")));
  const Id odd = Add("receipt", {{"invoice", invoice}, {"date", day("2026-04-12")}, {"amount", Money{1, *Currency::FromCode("EUR")}}});
  EXPECT_EQ(Get(invoice, "open"), Value()) << "what is paid in several currencies is not summed";
  Batch taken_back = world_.NewBatch();
  taken_back.Delete(odd);
  world_.Apply(taken_back);
  // One of four comes back, with a complaint about the product.
  const Id ticket =
      Add("ticket",
          {{"subject", "Leaks"}, {"kind", "complaint"}, {"account", account}, {"contact", contact}, {"product", pump}, {"order", order}});
  const Id sold = Lines(order, "order_return")[0].record;
  const Id back = Continue(order, "order_return", {.quantities = {{sold, Dec("1")}}})->document;
  world_.Set(back, "ticket", ticket);
  world_.Set(back, "status", "received");
  EXPECT_EQ(Get(order, "revenue"), Value(Yuan(203'400 - 50'850)));
  const Id abroad = Add("order_return", {{"order", order}, {"status", "received"}});
  Add("order_return_line", {{"order_return", abroad}, {"quantity", Dec("1")}, {"price", Money{1, *Currency::FromCode("EUR")}}});
  EXPECT_EQ(Get(order, "revenue"), Value()) << "returns in several currencies have no sum";
  world_.Delete(abroad);
  EXPECT_EQ(Get(order, "revenue"), Value(Yuan(203'400 - 50'850)));
  EXPECT_EQ(GetReason(Continue(order, "order_return", {.quantities = {{sold, Dec("4")}}}).status()), Reason::kPreconditionFailed);
  EXPECT_EQ(Get(pump, "complaints"), Value(1));
  // A referral: from the new lead back to the first touch.
  const Id referred = Add("lead", {{"name", "Wang"}, {"phone", "1"}, {"referred_by", contact}});
  const auto now = world_.Read();
  const Id by = Get(referred, "referred_by").get<Id>();
  EXPECT_EQ(by, contact);
  const model::Thread thread = *model::ReadThread(*now, ticket);
  EXPECT_EQ(thread.id, lead);
  EXPECT_EQ(thread.parts[0].origin, campaign);
  std::vector<Id> records;
  for (const model::ThreadPart& part : thread.parts) records.push_back(part.record);
  EXPECT_THAT(records, IsSupersetOf({lead, deal, quote, second, order, invoice, back, ticket}));
  const model::TimelinePage page = *model::ReadTimeline(*now, by, {.limit = 1000});
  EXPECT_EQ(page.entries.back().at, model::At("2026-01-10T10:00:00Z"));  // the page that the visitor saw
  EXPECT_EQ(Get(order, "account"), Value(account));                      // one and the same all the way
}

}  // namespace
}  // namespace kith::crm
