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
        {"superior", {Kind::kRef}},
        {"title", {Kind::kText}},
        {"level", {Kind::kChoice}},
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
        {"other_handle", {Kind::kText, Kind::kTextList}}}},
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
        {"name", {Kind::kText}},
        {"product", {Kind::kRef}},
        {"lost_to", {Kind::kRef}}}},
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
        {"subject", {Kind::kText}},
        {"externals", {Kind::kInt}}}},
      // A paper with a sum on it.
      {"money_document",
       {{"total", {Kind::kMoney}, true},
        {"status", {Kind::kChoice}, true},
        {"number", {Kind::kText}},
        {"date", {Kind::kDate}},
        {"due", {Kind::kDate}},
        {"account", {Kind::kRef}},
        {"deal", {Kind::kRef}}}},
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
        {"active", {Kind::kBool}}}},
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
        {"valid_to", {Kind::kDate, Kind::kTime}}}},
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
