// Relationships measured, through the C ABI.
#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Relationships : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id account = kith_batch_create(batch, "account");
    kith_batch_set_text(batch, account, "name", KITH_STR("Acme"));
    const kith_id contact = kith_batch_create(batch, "contact");
    kith_batch_set_text(batch, contact, "name", KITH_STR("Li"));
    kith_batch_set_ref(batch, contact, "account", account);
    const kith_id employee = kith_batch_create(batch, "employee");
    kith_batch_set_text(batch, employee, "name", KITH_STR("Ann"));
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", KITH_STR("Desks"));
    const kith_id rival = kith_batch_create(batch, "competitor");
    kith_batch_set_text(batch, rival, "name", KITH_STR("Rival"));
    const kith_id meeting = kith_batch_create(batch, "interaction");
    kith_batch_set_choice(batch, meeting, "kind", "meeting");
    kith_batch_set_choice(batch, meeting, "direction", "mutual");
    kith_batch_set_time(batch, meeting, "at", 1'700'000'000'000'000);
    kith_batch_set_ref(batch, meeting, "employee", employee);
    kith_batch_set_ref(batch, meeting, "contact", contact);
    KITH_ASSERT_OK(Apply(batch), error);
    account_ = kith_outcome_id(outcome, account);
    contact_ = kith_outcome_id(outcome, contact);
    employee_ = kith_outcome_id(outcome, employee);
    meeting_ = kith_outcome_id(outcome, meeting);
    deal_ = kith_outcome_id(outcome, deal);
    rival_ = kith_outcome_id(outcome, rival);
  }

  kith_id account_ = 0;
  kith_id contact_ = 0;
  kith_id employee_ = 0;
  kith_id meeting_ = 0;
  kith_id deal_ = 0;
  kith_id rival_ = 0;
};

constexpr kith_str kThen = KITH_STR("{\"as_of\": \"2023-11-14T22:13:20Z\"}");

TEST_F(Relationships, AreMeasured) {
  const Snapshot snapshot = Read();
  Text ties;
  KITH_ASSERT_OK(kith_snapshot_ties(snapshot, contact_, kThen, ties.out(), error.out()), error);
  const Json tie = Json::parse(Str(ties));
  ASSERT_EQ(tie.size(), 1U);
  EXPECT_EQ(tie[0].at("employee"), employee_);
  EXPECT_NEAR(tie[0].at("tie").at("value").get<double>(), 0.39346934, 1e-6);
  EXPECT_EQ(tie[0].at("tie").at("contributions").at(0).at("record"), meeting_);
  Text relation;
  KITH_ASSERT_OK(kith_snapshot_relation(snapshot, 0, account_, kThen, relation.out(), error.out()), error);
  const Json account = Json::parse(Str(relation));
  EXPECT_EQ(account.at("which"), "account");
  EXPECT_EQ(account.at("account").at("single_thread"), employee_);
  Text paths;
  KITH_ASSERT_OK(kith_snapshot_introductions(snapshot, contact_, kThen, paths.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(paths)).at(0).at("hops").at(0).at("from"), employee_);
  Text card;
  KITH_ASSERT_OK(kith_snapshot_card(snapshot, account_, kThen, card.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(card)).at(0).at("text"), "Acme");
  Text brief;
  KITH_ASSERT_OK(kith_snapshot_brief(snapshot, contact_, {}, brief.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(brief)).at(0).at("text"), "Li");
}

// A13: one call for all six.
// K09
TEST_F(Relationships, TellWhatIsLate) {
  Batch batch = NewBatch();
  kith_batch_set_ref(batch, deal_, "account", account_);
  const kith_id milestone = kith_batch_create(batch, "milestone");
  kith_batch_set_ref(batch, milestone, "opportunity", deal_);
  kith_batch_set_text(batch, milestone, "name", KITH_STR("Acceptance"));
  kith_batch_set_date(batch, milestone, "due", 19'723);  // 2024-01-01
  KITH_ASSERT_OK(Apply(batch), error);
  const kith_id id = kith_outcome_id(outcome, milestone);
  const Snapshot snapshot = Read();
  const kith_str then = KITH_STR("{\"as_of\": \"2024-01-08T12:00:00Z\"}");
  for (const kith_id object : {deal_, account_}) {
    Text relation;
    KITH_ASSERT_OK(kith_snapshot_relation(snapshot, 0, object, then, relation.out(), error.out()), error);
    const Json late = {
        {{"milestone", id}, {"deal", deal_}, {"name", "Acceptance"}, {"due", "2024-01-01"}, {"done", nullptr}, {"days_late", 7}}};
    EXPECT_EQ(Json::parse(Str(relation)).at("slips"), late);
  }
  Text card;
  KITH_ASSERT_OK(kith_snapshot_card(snapshot, account_, then, card.out(), error.out()), error);
  const Json line = {{"kind", "slip"},     {"record", id}, {"text", "Acceptance"},
                     {"choice", "open"},   {"value", 7},   {"at", "2024-01-01T00:00:00Z"},
                     {"evidence", {deal_}}};
  const Json lines = Json::parse(Str(card));
  EXPECT_NE(std::find(lines.begin(), lines.end(), line), lines.end()) << lines;
}

TEST_F(Relationships, HaveSixQuantifications) {
  const Snapshot snapshot = Read();
  struct Case {
    const char* which;
    kith_id subject;
    kith_id object;
  };
  for (const Case& one : {Case{"key_person", 0, contact_}, Case{"decision_chain", 0, deal_}, Case{"account", 0, account_},
                          Case{"employee", employee_, 0}, Case{"company", 0, 0}, Case{"competitor", rival_, 0}}) {
    Text relation;
    KITH_ASSERT_OK(kith_snapshot_relation(snapshot, one.subject, one.object, kThen, relation.out(), error.out()), error);
    const Json report = Json::parse(Str(relation));
    EXPECT_EQ(report.at("which"), one.which);
    EXPECT_TRUE(report.at("score").contains("confidence")) << one.which;
  }
}

// The elements of a name, read as plainly as can be: (attributes, data by key).
struct Element {
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> data;
};
std::vector<Element> ElementsOf(const std::string& xml, const std::string& name) {
  const auto plain = [](std::string text) {
    for (const auto& [entity, character] : {std::pair("&lt;", "<"), std::pair("&gt;", ">"), std::pair("&amp;", "&")}) {
      for (size_t at = 0; (at = text.find(entity, at)) != std::string::npos; ++at) text.replace(at, std::strlen(entity), character);
    }
    return text;
  };
  static const std::regex kAttribute("(\\w+)=\"([^\"]*)\"");
  static const std::regex kData("<data key=\"(\\w+)\">([^<]*)</data>");
  const std::regex element("<" + name + " ([^>]*)>(.*?)</" + name + ">");
  std::vector<Element> elements;
  for (std::sregex_iterator at(xml.begin(), xml.end(), element), end; at != end; ++at) {
    Element& one = elements.emplace_back();
    const std::string head = (*at)[1];
    const std::string body = (*at)[2];
    for (std::sregex_iterator pair(head.begin(), head.end(), kAttribute); pair != end; ++pair) one.attributes[(*pair)[1]] = (*pair)[2];
    for (std::sregex_iterator pair(body.begin(), body.end(), kData); pair != end; ++pair) one.data[(*pair)[1]] = plain((*pair)[2]);
  }
  return elements;
}

// M14: what is written is read back as the same graph.
TEST_F(Relationships, AreDrawn) {
  Batch named = NewBatch();
  kith_batch_set_text(named, contact_, "name", KITH_STR("Li <\xE6\x9D\x8E> & \"Co\""));
  KITH_ASSERT_OK(Apply(named), error);
  const Snapshot snapshot = Read();
  Text json;
  Text graph;
  KITH_ASSERT_OK(kith_snapshot_relation_map(snapshot, account_, {}, json.out(), error.out()), error);
  KITH_ASSERT_OK(kith_snapshot_relation_map(snapshot, account_, KITH_STR("{\"form\": \"graphml\"}"), graph.out(), error.out()), error);
  const Json map = Json::parse(Str(json));
  ASSERT_EQ(map.at("nodes").size(), 2U);
  ASSERT_EQ(map.at("edges").size(), 1U);
  EXPECT_EQ(map.at("edges").at(0).at("evidence"), Json({meeting_}));
  const std::string xml(Str(graph));
  const std::vector<Element> nodes = ElementsOf(xml, "node");
  ASSERT_EQ(nodes.size(), 2U);
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Json& node = map.at("nodes").at(i);
    EXPECT_EQ(nodes[i].attributes.at("id"), node.at("record").dump());
    EXPECT_EQ(nodes[i].data.at("name"), node.at("name"));
    if (node.at("ours").get<bool>()) continue;
    EXPECT_EQ(std::stod(nodes[i].data.at("stance")), node.at("stance").get<double>());
  }
  const std::vector<Element> edges = ElementsOf(xml, "edge");
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_EQ(edges[0].attributes.at("source"), std::to_string(employee_));
  EXPECT_EQ(edges[0].attributes.at("target"), std::to_string(contact_));
  EXPECT_EQ(edges[0].data.at("kind"), "tie");
  EXPECT_EQ(std::stod(edges[0].data.at("strength")), map.at("edges").at(0).at("strength").get<double>());
  EXPECT_EQ(edges[0].data.at("evidence"), std::to_string(meeting_));
  EXPECT_NE(kith_snapshot_relation_map(snapshot, contact_, {}, json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_relation_map(snapshot, 0, KITH_STR("{\"form\": \"dot\"}"), json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_relation_map(snapshot, 0, KITH_STR("{\"most\": 0}"), json.out(), error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "LimitExceeded");
}

// O09 O10 O12
TEST_F(Relationships, ADealHasAnActionLine) {
  Batch made = NewBatch();
  const kith_id local = kith_batch_create(made, "opportunity");
  kith_batch_set_text(made, local, "name", KITH_STR("Pumps"));
  kith_batch_set_ref(made, local, "account", account_);
  const kith_id role = kith_batch_create(made, "contact_role");
  kith_batch_set_ref(made, role, "contact", contact_);
  kith_batch_set_ref(made, role, "opportunity", local);
  kith_batch_set_choice(made, role, "role", "decision_maker");
  KITH_ASSERT_OK(Apply(made), error);
  const kith_id deal = kith_outcome_id(outcome, local);
  Text text;
  {
    const Snapshot snapshot = Read();
    KITH_ASSERT_OK(kith_snapshot_four_questions(snapshot, deal, 0, kThen, text.out(), error.out()), error);
    EXPECT_GT(Json::parse(Str(text)).at("win").at("value").get<double>(), 0);
    KITH_ASSERT_OK(kith_snapshot_action_line(snapshot, deal, kThen, text.out(), error.out()), error);
    const Json line = Json::parse(Str(text));
    EXPECT_EQ(line.at("missing"), Json({"technical", "user"}));
    EXPECT_EQ(line.at("steps").at(0).at("step"), "assess");
    const Json& move = line.at("steps").at(3).at("actions").at(0);
    EXPECT_EQ(move.at("kind"), "win_over");
    EXPECT_EQ(move.at("about"), contact_);
    EXPECT_EQ(move.at("way").at("hops").at(0).at("from"), employee_);
    EXPECT_NE(kith_snapshot_action_line(snapshot, account_, {}, text.out(), error.out()), KITH_OK);
    Batch plan = NewBatch();
    uint64_t changed = 0;
    KITH_ASSERT_OK(kith_batch_plan_actions(plan, snapshot, deal, &changed, error.out()), error);
    EXPECT_GT(changed, 5U);
    KITH_ASSERT_OK(Apply(plan), error);
  }
  const Snapshot snapshot = Read();
  Batch again = NewBatch();
  uint64_t changed = 7;
  KITH_ASSERT_OK(kith_batch_plan_actions(again, snapshot, deal, &changed, error.out()), error);
  EXPECT_EQ(changed, 0U);
  EXPECT_NE(kith_batch_plan_actions(nullptr, snapshot, deal, nullptr, error.out()), KITH_OK);
}

TEST_F(Relationships, RefuseWhatIsWrong) {
  const Snapshot snapshot = Read();
  Text json;
  for (const kith_str question : {KITH_STR("no JSON"), KITH_STR("[]"), KITH_STR("{\"asof\": \"2026-01-01T00:00:00Z\"}"),
                                  KITH_STR("{\"as_of\": 3}"), KITH_STR("{\"capital\": 1}"), KITH_STR("{\"suggestions\": -1}"),
                                  KITH_STR("{\"effect\": \"much\"}"), KITH_STR("{\"trend_months\": 61}")}) {
    EXPECT_NE(kith_snapshot_relation(snapshot, 0, account_, question, json.out(), error.out()), KITH_OK) << question.data;
  }
  EXPECT_NE(kith_snapshot_introductions(snapshot, contact_, KITH_STR("{\"from\": true}"), json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_introductions(snapshot, contact_, KITH_STR("{\"hops\": 9}"), json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_card(snapshot, employee_, {}, json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_brief(snapshot, account_, {}, json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_ties(nullptr, contact_, {}, json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_ties(snapshot, contact_, {}, nullptr, error.out()), KITH_OK);
}

}  // namespace
}  // namespace host
