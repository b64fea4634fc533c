#include "catalog/behaviours_internal.h"

namespace kith::catalog {

const RoleRule* BehaviourRule::Find(std::string_view role) const {
  for (const RoleRule& rule : roles) {
    if (rule.name == role) return &rule;
  }
  return nullptr;
}

std::vector<std::string_view> BehaviourRule::RoleNames() const {
  std::vector<std::string_view> names;
  names.reserve(roles.size());
  for (const RoleRule& rule : roles) names.push_back(rule.name);
  return names;
}

std::span<const BehaviourRule> Behaviours() {
  static const std::vector<BehaviourRule> kRules = {
      // Someone one does business with.
      {"party",
       {{"name", {Kind::kText}, true},
        {"email", {Kind::kText, Kind::kTextList}},
        {"phone", {Kind::kText, Kind::kTextList}},
        {"external_name", {Kind::kText}},
        {"birthday", {Kind::kDate}},
        {"organisation", {Kind::kRef}},
        {"organisation_name", {Kind::kText}},
        {"superior", {Kind::kRef}},
        {"title", {Kind::kText}},
        {"level", {Kind::kChoice}},
        {"tier", {Kind::kChoice}},
        {"department", {Kind::kText, Kind::kChoice, Kind::kRef}},
        {"legal_name", {Kind::kText}},
        {"other_phone", {Kind::kText, Kind::kTextList}},
        {"address", {Kind::kText}},
        {"city", {Kind::kText, Kind::kChoice}},
        {"region", {Kind::kText, Kind::kChoice}},
        {"postcode", {Kind::kText}},
        {"country", {Kind::kText, Kind::kChoice}},
        {"website", {Kind::kText}},
        {"registration", {Kind::kText}},
        {"handle", {Kind::kText, Kind::kTextList}},
        {"other_handle", {Kind::kText, Kind::kTextList}},
        {"language", {Kind::kText, Kind::kChoice}},
        {"consent", {Kind::kChoiceSet}},
        {"do_not_contact", {Kind::kBool}}}},
      // Something that runs through the stages of a pipeline. The owner is the header's.
      {"pipelined",
       {{"stage", {Kind::kRef}, true},
        {"pipeline", {Kind::kRef}, true},
        {"amount", {Kind::kMoney}},
        {"closed_at", {Kind::kTime}},
        {"close_date", {Kind::kDate}},
        {"source", {Kind::kChoice, Kind::kRef}},
        {"segment", {Kind::kChoice, Kind::kRef}},
        {"account", {Kind::kRef}},
        {"contact", {Kind::kRef}},
        {"name", {Kind::kText}},
        {"product", {Kind::kRef}},
        {"lost_to", {Kind::kRef}},
        {"loss_reason", {Kind::kChoice}},
        {"next_step", {Kind::kText}},
        {"amount_source", {Kind::kChoice}}}},
      // Something that happened between them and us.
      {"interaction",
       {{"at", {Kind::kTime}, true},
        {"kind", {Kind::kChoice}, true},
        {"direction", {Kind::kChoice}},
        {"minutes", {Kind::kInt}},
        {"employee", {Kind::kRef}},
        {"contact", {Kind::kRef}},
        {"account", {Kind::kRef}},
        {"about", {Kind::kRef}},
        {"visitor", {Kind::kRef}},
        {"subject", {Kind::kText}},
        {"externals", {Kind::kInt}}}},
      // Somebody who is not known yet, and who it turned out to be.
      {"visitor", {{"person", {Kind::kRef}, true}}},
      // A customer's matter that goes on in another record: what comes before it (the first of both that is there), where it came from.
      {"thread",
       {{"after", {Kind::kRef}},
        {"or_after", {Kind::kRef}},
        {"origin", {Kind::kRef}},
        {"account", {Kind::kRef}},
        {"contact", {Kind::kRef}}}},
      // Something that is handed out from a pool, which it names: free while nobody owns it. The owner is the header's.
      {"pooled", {{"pool", {Kind::kText}, true}, {"status", {Kind::kChoice}}}},
      // Something that turns out to be business, and what came of it: the first type that a reference may point to is the one that is made.
      {"convertible",
       {{"person", {Kind::kRef}, true},
        {"organisation", {Kind::kRef}},
        {"deal", {Kind::kRef}},
        {"at", {Kind::kTime}, true},
        {"status", {Kind::kChoice}}}},
      // Where a person was before: the present is the role organisation of the party.
      {"employment",
       {{"person", {Kind::kRef}, true}, {"organisation", {Kind::kRef}, true}, {"from", {Kind::kTime}}, {"to", {Kind::kTime}}}},
      // Something that somebody has to do. A status named "open" says that it is still to be done.
      {"task",
       {{"subject", {Kind::kText}, true},
        {"status", {Kind::kChoice}, true},
        {"due", {Kind::kTime}},
        {"done_at", {Kind::kTime}},
        {"assignee", {Kind::kRef}},
        {"account", {Kind::kRef}},
        {"contact", {Kind::kRef}},
        {"about", {Kind::kRef}},
        {"after", {Kind::kRef}}}},
      // Something that somebody wrote down about a record.
      {"note", {{"text", {Kind::kText}, true}, {"about", {Kind::kRef}, true}, {"contact", {Kind::kRef}}, {"at", {Kind::kTime}}}},
      // A paper with a sum on it.
      {"money_document",
       {{"total", {Kind::kMoney}, true},
        {"status", {Kind::kChoice}, true},
        {"number", {Kind::kText}},
        {"date", {Kind::kDate}},
        {"due", {Kind::kDate}},
        {"account", {Kind::kRef}},
        {"contact", {Kind::kRef}},
        {"deal", {Kind::kRef}},
        {"discount", {Kind::kMoney}},
        {"tax", {Kind::kMoney}},
        {"rounding", {Kind::kChoice}},
        {"accepted_on", {Kind::kDate}}}},
      // Something that we have promised to deliver for a deal by a day, and when it was done. The owner is the header's.
      {"milestone", {{"deal", {Kind::kRef}, true}, {"due", {Kind::kDate}, true}, {"done_on", {Kind::kDate}}, {"name", {Kind::kText}}}},
      // Money received for such a paper.
      {"payment", {{"document", {Kind::kRef}, true}, {"amount", {Kind::kMoney}, true}, {"date", {Kind::kDate}, true}}},
      // What such a paper lists. It may be a part of a line of another paper.
      {"line",
       {{"document", {Kind::kRef}, true},
        {"quantity", {Kind::kDecimal}, true},
        {"amount", {Kind::kMoney}, true},
        {"price", {Kind::kMoney}},
        {"discount", {Kind::kDecimal}},
        {"tax_rate", {Kind::kDecimal}},
        {"tax", {Kind::kMoney}},
        {"product", {Kind::kRef}},
        {"of", {Kind::kRef}},
        {"position", {Kind::kInt}}}},
      // Such a paper that stays as it was sent, and is changed by a new one.
      {"versioned", {{"revision", {Kind::kInt}, true}, {"previous", {Kind::kRef}, true}}},
      // A share of a whole: all of them together are 1.
      {"portion", {{"whole", {Kind::kRef}, true}, {"share", {Kind::kDecimal}, true}}},
      // Somebody visits a store every so many days; what should be there; what was found there.
      {"visit_plan",
       {{"account", {Kind::kRef}, true},
        {"every_days", {Kind::kInt}, true},
        {"employee", {Kind::kRef}},
        {"from", {Kind::kDate}},
        {"until", {Kind::kDate}}}},
      {"stock_level",
       {{"account", {Kind::kRef}, true}, {"product", {Kind::kRef}, true}, {"par", {Kind::kInt}, true}, {"daily", {Kind::kDecimal}}}},
      {"stock_check",
       {{"account", {Kind::kRef}, true},
        {"product", {Kind::kRef}, true},
        {"on_hand", {Kind::kInt}, true},
        {"par", {Kind::kInt}},
        {"daily", {Kind::kDecimal}},
        {"days", {Kind::kInt}},
        {"restock", {Kind::kInt}},
        {"state", {Kind::kChoice}}}},
      // A customer's matter for service.
      {"ticket",
       {{"status", {Kind::kChoice}, true},
        {"priority", {Kind::kChoice}},
        {"opened_at", {Kind::kTime}},
        {"resolved_at", {Kind::kTime}},
        {"account", {Kind::kRef}},
        {"contact", {Kind::kRef}},
        {"product", {Kind::kRef}},
        {"subject", {Kind::kText}},
        {"kind", {Kind::kChoice}}}},
      // Somebody whom access is given to, or, with `member`, that somebody belongs to a group: a person may be in several.
      {"member",
       {{"member", {Kind::kRef}},
        {"group", {Kind::kRef}},
        {"manager", {Kind::kRef}},
        {"roles", {Kind::kTextList, Kind::kChoiceSet}},
        {"active", {Kind::kBool}},
        {"sells", {Kind::kChoiceSet}}}},
      // People who share what they see; groups stand below one another. `unit` is the number by which records name the group.
      {"group", {{"parent", {Kind::kRef}}, {"manager", {Kind::kRef}}, {"unit", {Kind::kInt}}}},
      // One record shown to somebody or to a group, for a time. A choice named "write" lets them change it too.
      {"share",
       {{"record", {Kind::kRef}, true},
        {"to", {Kind::kRef}, true},
        {"level", {Kind::kChoice}},
        {"from", {Kind::kTime}},
        {"until", {Kind::kTime}}}},
      // An edge between two records.
      {"relation",
       {{"from", {Kind::kRef}, true},
        {"to", {Kind::kRef}, true},
        {"kind", {Kind::kChoice}},
        {"strength", {Kind::kDouble}},
        {"confidence", {Kind::kDouble}},
        {"valid_from", {Kind::kDate, Kind::kTime}},
        {"valid_to", {Kind::kDate, Kind::kTime}},
        {"evidence", {Kind::kRef}}}},
      // What is known of how a person stands to us, or to the party named.
      {"evidence",
       {{"subject", {Kind::kRef}, true},
        {"dimension", {Kind::kChoice}, true},
        {"value", {Kind::kDouble}, true},
        {"at", {Kind::kTime}, true},
        {"party", {Kind::kRef}},
        {"confidence", {Kind::kDouble}},
        {"source", {Kind::kChoice}},
        {"seen_in", {Kind::kRef}}}},
      // A person's part in deciding a deal.
      {"stake",
       {{"person", {Kind::kRef}, true},
        {"deal", {Kind::kRef}, true},
        {"role", {Kind::kChoice}},
        {"veto", {Kind::kBool}},
        {"approve", {Kind::kBool}},
        {"political", {Kind::kChoice}},
        {"valid_from", {Kind::kDate, Kind::kTime}},
        {"valid_to", {Kind::kDate, Kind::kTime}}}},
      // One person has a say with another.
      {"influence",
       {{"from", {Kind::kRef}, true},
        {"to", {Kind::kRef}, true},
        {"strength", {Kind::kDouble}},
        {"confidence", {Kind::kDouble}},
        {"valid_from", {Kind::kDate, Kind::kTime}},
        {"valid_to", {Kind::kDate, Kind::kTime}}}},
      // A superior beside the one that the person's own record names.
      {"reporting",
       {{"person", {Kind::kRef}, true},
        {"superior", {Kind::kRef}, true},
        {"valid_from", {Kind::kDate, Kind::kTime}},
        {"valid_to", {Kind::kDate, Kind::kTime}}}},
      // Two people know each other, whoever is named first.
      {"acquaintance",
       {{"from", {Kind::kRef}, true},
        {"to", {Kind::kRef}, true},
        {"strength", {Kind::kDouble}},
        {"confidence", {Kind::kDouble}},
        {"valid_from", {Kind::kDate, Kind::kTime}},
        {"valid_to", {Kind::kDate, Kind::kTime}},
        {"may_introduce", {Kind::kBool}}}},
      // What is known of whether a deal's customer has money for it; what a deal costs us: a kind named "to_win" is spent either way.
      {"budget",
       {{"deal", {Kind::kRef}, true},
        {"at", {Kind::kTime}, true},
        {"exists", {Kind::kBool}},
        {"amount", {Kind::kMoney}},
        {"source", {Kind::kChoice}},
        {"confidence", {Kind::kDouble}}}},
      {"deal_cost", {{"deal", {Kind::kRef}, true}, {"amount", {Kind::kMoney}, true}, {"kind", {Kind::kChoice}}, {"spent", {Kind::kBool}}}},
      // A competitor who is after a deal too.
      {"rival", {{"competitor", {Kind::kRef}, true}, {"deal", {Kind::kRef}, true}}},
  };
  return kRules;
}

const BehaviourRule* FindBehaviourRule(std::string_view name) {
  for (const BehaviourRule& rule : Behaviours()) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

std::vector<std::string_view> BehaviourNames() {
  std::vector<std::string_view> names;
  for (const BehaviourRule& rule : Behaviours()) names.push_back(rule.name);
  return names;
}

}  // namespace kith::catalog
