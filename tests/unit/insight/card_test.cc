// The card and the brief of a scripted history: what must be told, in order, each line with the record that it tells of.
#include "kith/insight/card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

using ::testing::ElementsAre;

class Cards : public Relations {
 protected:
  static std::vector<CardLine> Of(const std::vector<CardLine>& lines, LineKind kind) {
    std::vector<CardLine> found;
    for (const CardLine& line : lines) {
      if (line.kind == kind) found.push_back(line);
    }
    return found;
  }
  Id Touch(Id contact, Id account, std::string_view kind, std::string_view subject, std::string_view direction = "in") {
    world_.Advance(kMicrosPerDay);
    return Add("interaction", {{"kind", Choose("interaction", "kind", kind)},
                               {"direction", Choose("interaction", "direction", direction)},
                               {"at", world_.now()},
                               {"employee", world_.owners()[0]},
                               {"contact", contact},
                               {"account", account},
                               {"subject", std::string(subject)}});
  }
  Id Ticket(Id account, Id contact, std::string_view subject, std::string_view kind, bool open) {
    const Id ticket = Add("ticket", {{"subject", std::string(subject)},
                                     {"account", account},
                                     {"contact", contact.is_null() ? Value() : Value(contact)},
                                     {"kind", Choose("ticket", "kind", kind)},
                                     {"opened_at", world_.now()}});
    if (!open) world_.Set(ticket, "resolved_at", world_.now());
    return ticket;
  }
};

// B08, B11
TEST_F(Cards, TellWhatOneWantsToKnowBeforeACall) {
  const Id account = Add("account", {{"name", "Acme"}});
  const Id person = Add("contact", {{"name", "Wang Min"}, {"title", "Chief buyer"}, {"account", account}});
  const Id product = Add("product", {{"name", "Pump"}});
  const Id deal = Add("opportunity", {{"name", "Pumps"}, {"account", account}, {"amount", model::Yuan(700)}, {"product", product}});
  const Id role = GiveRole(person, deal, "decision_maker");
  std::vector<Id> touches;
  for (int i = 0; i < 7; ++i) touches.push_back(Touch(person, account, i == 2 ? "call" : "mail", "talk " + std::to_string(i)));
  const Id seen = Touch(person, account, "page_view", "Prices");
  const Id complaint = Ticket(account, person, "Leaks", "complaint", false);
  const Id open = Ticket(account, person, "Noise", "problem", true);
  const Id colleagues = Ticket(account, Id(), "Late", "problem", true);
  Ticket(account, Id(), "Done", "question", false);
  const Id said = Say(person, Id(), "price", -0.5);

  const std::vector<CardLine> brief = *PreCallBrief(*world_.Read(), person);
  for (size_t i = 0; i < brief.size(); ++i) {
    EXPECT_TRUE(world_.Read()->Get(brief[i].record).ok()) << NameOf(brief[i].kind);
    for (const Id id : brief[i].evidence) EXPECT_TRUE(world_.Read()->Get(id).ok());
    EXPECT_LE(brief[i == 0 ? 0 : i - 1].kind, brief[i].kind);
  }
  const auto one = [&](LineKind kind) {
    const std::vector<CardLine> found = Of(brief, kind);
    EXPECT_EQ(found.size(), 1U) << NameOf(kind);
    return found.empty() ? CardLine() : found[0];
  };
  EXPECT_EQ(one(LineKind::kName).text, "Wang Min");
  EXPECT_EQ(one(LineKind::kTitle).text, "Chief buyer");
  EXPECT_EQ(one(LineKind::kAccount).record, account);
  EXPECT_EQ(one(LineKind::kRole).record, deal);
  EXPECT_EQ(one(LineKind::kRole).choice, "decision_maker");
  EXPECT_THAT(one(LineKind::kRole).evidence, ElementsAre(role));
  EXPECT_EQ(one(LineKind::kLastCall).record, touches[2]);
  EXPECT_EQ(one(LineKind::kSeen).record, seen);
  EXPECT_EQ(one(LineKind::kSeen).text, "Prices");
  EXPECT_EQ(one(LineKind::kComplaint).record, complaint);
  EXPECT_EQ(one(LineKind::kProduct).text, "Pump");
  EXPECT_EQ(one(LineKind::kEvidence).record, said);
  EXPECT_EQ(one(LineKind::kStance).choice, "solution");  // nobody has said anything of it
  EXPECT_EQ(*one(LineKind::kStance).value, ReadPerson(*world_.Read(), person)->score);
  EXPECT_EQ(*one(LineKind::kCloseness).value, ReadPerson(*world_.Read(), person)->inputs.closeness.value);
  EXPECT_EQ(one(LineKind::kTie).record, world_.owners()[0]);
  EXPECT_EQ(one(LineKind::kTie).evidence.size(), 3U);
  const std::vector<CardLine> last = Of(brief, LineKind::kLastTouch);
  ASSERT_EQ(last.size(), 5U);
  for (size_t i = 0; i < last.size(); ++i) EXPECT_EQ(last[i].record, touches[6 - i]);
  std::vector<Id> issues;
  for (const CardLine& line : Of(brief, LineKind::kOpenIssue)) issues.push_back(line.record);
  EXPECT_THAT(issues, ElementsAre(open, colleagues));
  // The card of the person alone has no issue of somebody else.
  EXPECT_EQ(Of(*CustomerCard(*world_.Read(), person), LineKind::kOpenIssue).size(), 1U);

  const std::vector<CardLine> card = *CustomerCard(*world_.Read(), account);
  EXPECT_EQ(Of(card, LineKind::kName).at(0).text, "Acme");
  EXPECT_EQ(Of(card, LineKind::kPerson).at(0).record, person);
  EXPECT_EQ(Of(card, LineKind::kDeal).at(0).record, deal);
  EXPECT_EQ(Of(card, LineKind::kDeal).at(0).amount, model::Yuan(700));
  EXPECT_EQ(Of(card, LineKind::kOpenIssue).size(), 2U);
  EXPECT_EQ(Of(card, LineKind::kLastTouch).size(), 5U);
}

// B04: what is told cites records that are there; without the record the reason is gone.
TEST_F(Cards, WhatIsToldRestsOnWhatItCites) {
  const Id account = Add("account", {{"name", "Acme"}});
  const Id person = Add("contact", {{"name", "Wang"}, {"account", account}});
  Touch(person, account, "call", "asks");
  Say(person, Id(), "solution", 0.8);
  Ticket(account, person, "Leaks", "complaint", true);
  GiveRole(person, Add("opportunity", {{"name", "Pumps"}, {"account", account}}), "decision_maker");
  const auto cited = [&] {
    std::set<Id> ids;
    const std::vector<CardLine> brief = *PreCallBrief(*world_.Read(), person);
    for (const CardLine& line : brief) {
      ids.insert(line.evidence.begin(), line.evidence.end());
      EXPECT_TRUE(line.record.is_null() || world_.Read()->Get(line.record).ok()) << NameOf(line.kind);
    }
    return ids;
  };
  std::set<Id> left = cited();
  EXPECT_GE(left.size(), 3U);
  for (const Id fact : std::set<Id>(left)) {
    if (fact == person || fact == account) continue;
    EXPECT_TRUE(world_.Read()->Get(fact).ok());
    world_.Delete(fact);
    left = cited();
    EXPECT_EQ(left.count(fact), 0U);
  }
}

TEST_F(Cards, ShowWhatTheViewerMaySeeAndWhatHadHappened) {
  const Id account = Add("account", {{"name", "Acme"}});
  const Id person = Add("contact", {{"name", "Wang"}, {"account", account}});
  const Id touch = Touch(person, account, "call", "secret");
  Batch batch = world_.NewBatch();
  batch.Set(touch, "owner", world_.owners()[0]);
  batch.Set(touch, "visibility", "owner");
  world_.Apply(batch);
  const auto lines = [&](const Viewer& viewer) { return Of(*CustomerCard(*world_.Read(viewer), person), LineKind::kLastCall).size(); };
  EXPECT_EQ(lines({}), 1U);
  EXPECT_EQ(lines({.id = world_.owners()[0]}), 1U);
  EXPECT_EQ(lines({.id = world_.owners()[1]}), 0U);
  const Time before{world_.now().micros - 1};
  EXPECT_TRUE(Of(*CustomerCard(*world_.Read(), person, {.relation = {.as_of = before}}), LineKind::kLastCall).empty());
  EXPECT_EQ(GetReason(CustomerCard(*world_.Read(), world_.owners()[0]).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(PreCallBrief(*world_.Read(), account).status()), Reason::kBadOptions);
  EXPECT_TRUE(absl::IsNotFound(CustomerCard(*world_.Read(), Id::Of(person.type(), 0, 999)).status()));
}

// B16: what to do now, in which language and on which channel, follows from the history and from nothing else.
TEST_F(Cards, TellHowToGoOn) {
  const auto context = [&](Id customer, std::string_view channel = {}) {
    return *CustomerCard(*world_.Read(), customer, {.context = true, .channel = std::string(channel)});
  };
  const auto text = [](const std::vector<CardLine>& lines) {
    std::string all;
    for (const CardLine& line : lines) {
      if (line.kind < LineKind::kLanguage) continue;
      all += std::string(NameOf(line.kind)) + " " + line.choice + " " + line.text + ";";
    }
    return all;
  };
  const Value consent = ChoiceSet{Choice{world_.Read()->catalog().FindType("contact")->FindField("consent")->FindChoice("phone")->number}};
  const Id account = Add("account", {{"name", "Acme"}});
  const Id person = Add("contact", {{"name", "Wang"}, {"language", "zh"}, {"consent", consent}});
  EXPECT_EQ(text(context(person)), "language  zh;channel phone ;scenario introduce ;");
  EXPECT_EQ(text(context(person, "phone")), text(context(person)));
  EXPECT_EQ(text(context(person, "mail")), "language  zh;channel phone ;no_contact mail ;scenario introduce ;");
  EXPECT_EQ(text(context(account)), "scenario introduce ;");
  // Each step of their history changes it, and the first of several that holds is told.
  const Id seen = Touch(person, account, "page_view", "Prices");
  EXPECT_EQ(context(account).back().record, seen);
  EXPECT_EQ(text(context(account)), "scenario continue ;");
  const Id order = Add("order", {{"account", account}, {"status", Choose("order", "status", "placed")}, {"date", DateOf(world_.now())}});
  EXPECT_EQ(text(context(account)), "scenario keep ;");
  EXPECT_EQ(context(account).back().record, order);
  const Id deal = Add("opportunity", {{"name", "Pumps"}, {"account", account}});
  world_.MoveTo(deal, "default/prospecting");
  EXPECT_EQ(text(context(account)), "scenario advance find out the need;");
  const Id open = Ticket(account, person, "Noise", "problem", true);
  EXPECT_EQ(text(context(account)), "scenario settle ;");
  EXPECT_EQ(context(account).back().record, open);
  EXPECT_EQ(context(person).back().record, open);
  // The same history gives the same context.
  const Id twin = Add("contact", {{"name", "Wang"}, {"language", "zh"}, {"consent", consent}});
  EXPECT_EQ(text(context(twin)), "language  zh;channel phone ;scenario introduce ;");
  EXPECT_EQ(text(context(person)), text(context(person)));
  world_.Set(twin, "do_not_contact", true);
  EXPECT_EQ(text(context(twin, "phone")), "language  zh;no_contact  ;scenario introduce ;");
  EXPECT_TRUE(text(*CustomerCard(*world_.Read(), person)).empty()) << "it is asked for";
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"contact": {"fields": {"do_not_contact": {"read": ["role:desk"]}}}}})").ok());
  const auto seen_by_one = *CustomerCard(*world_.Read({.id = world_.owners()[0]}), twin, {.context = true});
  EXPECT_EQ(text(seen_by_one), "language  zh;scenario introduce ;") << "whether they want contact is masked";
}

// B08, B11, B20: a masked field hides itself, not what the index that covers it leads to.
TEST_F(Cards, AMaskedFieldHidesItselfAlone) {
  const Id account = Add("account", {{"name", "Acme"}});
  const Id person = Add("contact", {{"name", "Wang"}, {"account", account}, {"mobile", "+8613800000000"}});
  const Id deal = Add("opportunity", {{"name", "Pumps"}, {"account", account}, {"amount", model::Yuan(700)}});
  world_.MoveTo(deal, "sales/talk");
  GiveRole(person, deal, "user");
  Touch(person, account, "call", "secret");
  Ticket(account, person, "secret", "complaint", true);
  Say(person, Id(), "price", -0.5);
  Add("order", {{"account", account}, {"number", "O-1"}, {"total", model::Yuan(90)}});
  const auto told = [](const std::vector<CardLine>& lines) {
    std::vector<std::pair<LineKind, Id>> all;
    for (const CardLine& line : lines) all.emplace_back(line.kind, line.record);
    return all;
  };
  std::vector<std::vector<std::pair<LineKind, Id>>> whole;
  for (const Id customer : {account, person}) whole.push_back(told(*CustomerCard(*world_.Read(), customer)));
  ASSERT_TRUE(world_.db()
                  .SetPolicy(R"({"types": {
    "contact": {"fields": {"mobile": {"read": ["role:desk"]}}}, "opportunity": {"fields": {"amount": {"read": ["role:desk"]}}},
    "interaction": {"fields": {"subject": {"read": ["role:desk"]}}}, "ticket": {"fields": {"subject": {"read": ["role:desk"]}}},
    "order": {"fields": {"total": {"read": ["role:desk"]}}}}})")
                  .ok());
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = world_.owners()[1]});
  for (size_t i = 0; i < 2; ++i) {
    const StatusOr<std::vector<CardLine>> card = CustomerCard(*snapshot, i == 0 ? account : person);
    ASSERT_TRUE(card.ok()) << card.status();
    EXPECT_EQ(told(*card), whole[i]);
    for (const CardLine& line : *card) {
      EXPECT_FALSE(line.amount.has_value()) << NameOf(line.kind);
      EXPECT_NE(line.text, "secret");
    }
  }
  EXPECT_TRUE(PreCallBrief(*snapshot, person).ok()) << PreCallBrief(*snapshot, person).status();
  // Of what has no time for the viewer none is made up.
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"interaction": {"fields": {"at": {"read": ["role:desk"]}}}}})").ok());
  const auto card = CustomerCard(*world_.Read({.id = world_.owners()[1]}), person);
  ASSERT_TRUE(card.ok()) << card.status();
  EXPECT_TRUE(Of(*card, LineKind::kLastTouch).empty());
  EXPECT_TRUE(Of(*card, LineKind::kLastCall).empty());
}

// B11, A04: the card of a past day.
TEST_F(Cards, OfAPastDayIsTheCardOfThatDay) {
  const Id first = Add("account", {{"name", "Acme"}});
  const Id second = Add("account", {{"name", "Bloom"}});
  const Id person = Add("contact", {{"name", "Wang"}, {"account", first}});
  const Id deal = Add("opportunity", {{"name", "deal"}, {"account", first}, {"amount", model::Yuan(700)}});
  world_.MoveTo(deal, "sales/talk");
  GiveRole(person, deal, "user");
  const Id ticket = Add("ticket", {{"subject", "broken"}, {"account", first}, {"contact", person}});
  world_.Advance(kMicrosPerDay);
  const CardOptions then = {.relation = {.as_of = world_.now()}};
  const auto text = [&](Id customer) {
    std::string all;
    const StatusOr<std::vector<CardLine>> card = CustomerCard(*world_.Read(), customer, then);
    EXPECT_TRUE(card.ok()) << card.status();
    for (const CardLine& line : *card) {
      all += std::string(NameOf(line.kind)) + " " + std::to_string(line.record.value()) + " " +
             std::to_string(line.amount.value_or(Money()).minor) + "\n";
    }
    return all;
  };
  const std::vector<std::string> before = {text(person), text(first)};
  EXPECT_NE(before[0].find("account " + std::to_string(first.value())), std::string::npos);
  world_.Advance(kMicrosPerDay);
  world_.Set(person, "account", second);
  world_.Set(deal, "amount", model::Yuan(900));
  world_.MoveTo(deal, "sales/lost");
  world_.Set(ticket, "resolved_at", world_.now());
  EXPECT_EQ(text(person), before[0]);
  EXPECT_EQ(text(first), before[1]);
  EXPECT_TRUE(Of(*CustomerCard(*world_.Read(), person), LineKind::kRole).empty());
}

}  // namespace
}  // namespace kith::insight
