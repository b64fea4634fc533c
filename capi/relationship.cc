// Relationships measured: ties, the six quantifications, warm paths, card and brief; what a deal wants next; who is likely to buy.
#include <optional>

#include "answer.h"
#include "json.h"
#include "kith/exchange/graphml.h"
#include "kith/insight/action_line.h"
#include "kith/insight/buyers.h"
#include "kith/insight/card.h"
#include "kith/insight/introductions.h"
#include "kith/insight/quantify.h"
#include "kith/insight/relation_map.h"
#include "kith/insight/winning.h"
#include "members.h"
#include "objects.h"

using namespace kith::capi;     // NOLINT(google-build-using-namespace): this file implements the global C functions
using namespace kith::insight;  // NOLINT(google-build-using-namespace): and is about its types alone

namespace {

void GetRelation(Members& question, RelationOptions& options) {
  question.Get("as_of", options.as_of);
  question.Get("recorded", options.recorded);
  question.Get("contributions", options.contributions);
}

Json Of(const Score& score) {
  Json json = {
      {"value", Number(score.value)}, {"confidence", Number(score.confidence)}, {"low", Number(score.low)}, {"high", Number(score.high)}};
  if (score.contributions.empty()) return json;
  Json& parts = json["contributions"] = Json::array();
  for (const Contribution& part : score.contributions) {
    parts.push_back({{"record", part.record.value()}, {"weight", Number(part.weight)}, {"value", Number(part.value)}});
  }
  return json;
}

std::string_view TextOf(Coverage coverage) {
  static constexpr std::string_view kNames[] = {"unknown", "none", "brief", "multiple", "in_depth"};
  return kNames[static_cast<size_t>(coverage)];
}

Json Of(const std::vector<EmployeeTie>& ties) {
  Json list = Json::array();
  for (const EmployeeTie& tie : ties) {
    list.push_back({{"employee", tie.employee.value()}, {"active", tie.active}, {"coverage", TextOf(tie.coverage)}, {"tie", Of(tie.tie)}});
  }
  return list;
}

Json Of(const PersonReport& person) {
  return {{"solution", Of(person.inputs.solution)},
          {"price", Of(person.inputs.price)},
          {"closeness", Of(person.inputs.closeness)},
          {"stance", Of(person.stance)},
          {"ties", Of(person.ties)}};
}

Json NamesOf(const std::vector<ChainRole>& roles) {
  Json names = Json::array();
  for (const ChainRole role : roles) names.push_back(NameOf(role));
  return names;
}

Json Of(const std::vector<Against>& against) {
  Json list = Json::array();
  for (const Against& other : against) {
    list.push_back({{"competitor", other.competitor.value()}, {"lead", Number(other.lead)}, {"closer", IdsJson(other.closer)}});
  }
  return list;
}

Json Of(const ChainReport& chain) {
  Json people = Json::array();
  for (const ChainPerson& person : chain.people) {
    people.push_back({{"contact", person.contact.value()},
                      {"own", Of(person.own)},
                      {"stance", Number(person.stance)},
                      {"weight", Number(person.weight)},
                      {"influence", Number(person.influence)}});
  }
  Json json = {{"value", Number(chain.value)},
               {"map", NameOf(chain.map)},
               {"people", std::move(people)},
               {"missing", NamesOf(chain.missing)},
               {"unknown", IdsJson(chain.unknown)}};
  if (chain.binding_veto) json["binding_veto"] = chain.binding_veto->value();
  return json;
}

Json Of(const AccountReport& account) {
  Json json = {{"depth", Number(account.depth)},
               {"breadth", Number(account.breadth)},
               {"threads", Number(account.threads)},
               {"service", Number(account.service)},
               {"bus_factor", Number(account.bus_factor)}};
  if (account.single_thread) json["single_thread"] = account.single_thread->value();
  return json;
}

void AddFirm(const RelationReport& report, Json& json) {
  if (report.which == Quantification::kEmployee) {
    json["reach"] = Number(report.reach);
    json["exclusive"] = Number(report.exclusive);
    Json& list = json["hand_over"] = Json::array();
    for (const HandOver& person : report.hand_over) {
      list.push_back({{"contact", person.contact.value()}, {"tie", Number(person.tie)}, {"exclusive", Number(person.exclusive)}});
    }
  }
  if (report.which == Quantification::kCompany) {
    json["concentration"] = Number(report.concentration);
    Json& list = json["employees"] = Json::array();
    for (const EmployeeReport& one : report.employees) {
      list.push_back({{"employee", one.employee.value()}, {"reach", Number(one.reach)}, {"exclusive", Number(one.exclusive)}});
    }
  }
  if (report.head_to_head) json["head_to_head"] = Of(*report.head_to_head);
}

Json Of(const Introduction& introduction) {
  Json hops = Json::array();
  for (const IntroductionHop& hop : introduction.hops) {
    Json& json = hops.emplace_back(
        Json{{"from", hop.from.value()}, {"to", hop.to.value()}, {"kind", NameOf(hop.kind)}, {"strength", Number(hop.strength)}});
    if (!hop.record.is_null()) json["record"] = hop.record.value();
  }
  return {{"value", Number(introduction.value)}, {"hops", std::move(hops)}};
}

Json Of(const std::vector<Introduction>& found) {
  Json list = Json::array();
  for (const Introduction& introduction : found) list.push_back(Of(introduction));
  return list;
}

Json Of(const Slip& slip) {
  return {{"milestone", slip.milestone.value()},
          {"deal", slip.deal.value()},
          {"name", slip.name},
          {"due", kith::ToText(slip.due)},
          {"done", slip.done ? Json(kith::ToText(*slip.done)) : Json(nullptr)},
          {"days_late", slip.days_late}};
}

Json Of(const RelationReport& report) {
  Json json = {
      {"which", NameOf(report.which)}, {"as_of", kith::ToText(report.as_of)}, {"score", Of(report.score)}, {"light", NameOf(report.light)}};
  if (!report.subject.is_null()) json["subject"] = report.subject.value();
  if (!report.object.is_null()) json["object"] = report.object.value();
  if (report.person) json["person"] = Of(*report.person);
  if (report.chain) json["chain"] = Of(*report.chain);
  if (report.account) json["account"] = Of(*report.account);
  AddFirm(report, json);
  json["against"] = Of(report.against);
  Json& slips = json["slips"] = Json::array();
  for (const Slip& slip : report.slips) slips.push_back(Of(slip));
  if (report.trend) json["trend"] = Number(*report.trend);
  Json& capital = json["capital"] = Json::array();
  for (const kith::Money& amount : report.capital) capital.push_back(MoneyJson(amount));
  Json& suggestions = json["suggestions"] = Json::array();
  for (const Suggestion& step : report.suggestions) {
    Json& told = suggestions.emplace_back(
        Json{{"record", step.record.value()}, {"step", NameOf(step.step)}, {"gain", Number(step.gain)}, {"reach", Number(step.reach)}});
    if (!step.way.hops.empty()) told["way"] = Of(step.way);
  }
  return json;
}

Json Of(const std::vector<CardLine>& lines) {
  Json list = Json::array();
  for (const CardLine& line : lines) {
    Json& json = list.emplace_back(Json{{"kind", NameOf(line.kind)}, {"record", line.record.value()}});
    if (!line.text.empty()) json["text"] = line.text;
    if (!line.choice.empty()) json["choice"] = line.choice;
    if (line.value) json["value"] = Number(*line.value);
    if (line.amount) json["amount"] = MoneyJson(*line.amount);
    if (line.at) json["at"] = kith::ToText(*line.at);
    if (!line.evidence.empty()) json["evidence"] = IdsJson(line.evidence);
  }
  return list;
}

Json Of(const BuyerReport& report) {
  const BuyerTrial& trial = report.trial;
  Json json = {{"as_of", kith::ToText(report.as_of)},
               {"horizon_days", report.horizon_days},
               {"verdict", NameOf(report.verdict)},
               {"usual", Number(report.usual)},
               {"trial",
                {{"customers", trial.customers},
                 {"buyers", trial.buyers},
                 {"auc", Number(trial.auc)},
                 {"auc_low", Number(trial.auc_low)},
                 {"auc_high", Number(trial.auc_high)},
                 {"lift", Number(trial.lift)},
                 {"brier", Number(trial.brier)}}}};
  Json& effects = json["effects"] = Json::object();
  for (size_t i = 0; i < kBuyerFeatures; ++i) effects[std::string(NameOf(static_cast<BuyerFeature>(i)))] = Number(report.effects[i]);
  Json& buyers = json["buyers"] = Json::array();
  for (const RankedBuyer& buyer : report.buyers) {
    Json reasons = Json::array();
    for (const auto& [feature, effect] : buyer.reasons) reasons.push_back({{"feature", NameOf(feature)}, {"effect", Number(effect)}});
    buyers.push_back({{"customer", buyer.customer.value()},
                      {"chance", Number(buyer.chance)},
                      {"low", Number(buyer.low)},
                      {"high", Number(buyer.high)},
                      {"reasons", std::move(reasons)}});
  }
  return json;
}

Json Of(const WinningReport& report) {
  Json features = Json::array();
  for (const WinningFeature& feature : report.features) {
    features.push_back({{"name", feature.name},
                        {"with", feature.with},
                        {"with_won", feature.with_won},
                        {"without", feature.without},
                        {"without_won", feature.without_won},
                        {"lift", Number(feature.lift)},
                        {"low", Number(feature.low)},
                        {"high", Number(feature.high)},
                        {"p_value", Number(feature.p_value)},
                        {"told", feature.told}});
  }
  Json losses = Json::array();
  for (const LossReason& loss : report.losses) {
    Json amounts = Json::array();
    for (const kith::Money& amount : loss.amount) amounts.push_back(MoneyJson(amount));
    losses.push_back({{"reason", loss.reason},
                      {"deals", loss.deals},
                      {"late", loss.late},
                      {"share", Number(loss.share)},
                      {"low", Number(loss.low)},
                      {"high", Number(loss.high)},
                      {"amount", std::move(amounts)}});
  }
  return {{"as_of", kith::ToText(report.as_of)},
          {"won", report.won},
          {"lost", report.lost},
          {"features", std::move(features)},
          {"losses", std::move(losses)}};
}

Json Of(const Answer& answer) {
  Json criteria = Json::array();
  for (const Criterion& one : answer.criteria) {
    criteria.push_back({{"name", one.name}, {"value", Number(one.value)}, {"confidence", Number(one.confidence)}});
  }
  return {{"value", Number(answer.value)}, {"confidence", Number(answer.confidence)}, {"criteria", std::move(criteria)}};
}

Json Of(const FourQuestions& asked) {
  return {{"opportunity", Of(asked.opportunity)},
          {"compete", Of(asked.compete)},
          {"win", Of(asked.win)},
          {"worth", Of(asked.worth)},
          {"no_go", asked.no_go}};
}

Json Of(const WinAction& action) {
  Json json = {{"key", action.key}, {"kind", action.kind}, {"done", action.done}};
  if (!action.about.is_null()) json["about"] = action.about.value();
  if (!action.choice.empty()) json["choice"] = action.choice;
  if (action.gain > 0) json["gain"] = Number(action.gain);
  if (!action.way.hops.empty()) json["way"] = Of(action.way);
  if (!action.task.is_null()) json["task"] = action.task.value();
  return json;
}

Json Of(const ActionLine& line) {
  Json steps = Json::array();
  for (const WinStepReport& step : line.steps) {
    Json actions = Json::array();
    for (const WinAction& action : step.actions) actions.push_back(Of(action));
    steps.push_back({{"step", NameOf(step.step)},
                     {"state", NameOf(step.state)},
                     {"asked", step.asked},
                     {"known", step.known},
                     {"actions", std::move(actions)}});
  }
  return {{"deal", line.deal.value()},        {"as_of", kith::ToText(line.as_of)}, {"questions", Of(line.questions)},
          {"missing", NamesOf(line.missing)}, {"rivals", Of(line.rivals)},         {"steps", std::move(steps)}};
}

Json Of(const MapNode& node) {
  Json json = {{"record", node.record.value()}, {"type", node.type}, {"name", node.name}, {"ours", node.ours}};
  if (node.ours) {
    json["active"] = node.active;
    return json;
  }
  const std::pair<const char*, std::string_view> texts[] = {
      {"title", node.title}, {"level", node.level}, {"tier", node.tier}, {"political", NameOf(node.political)}};
  for (const auto& [name, text] : texts) {
    if (!text.empty()) json[name] = text;
  }
  json["roles"] = NamesOf(node.roles);
  json["veto"] = node.veto;
  json["approve"] = node.approve;
  json["stance"] = Number(node.stance);
  json["confidence"] = Number(node.confidence);
  json["closeness"] = Number(node.closeness);
  json["light"] = NameOf(node.light);
  if (node.weight) json["weight"] = Number(*node.weight);
  if (node.influence) json["influence"] = Number(*node.influence);
  return json;
}

Json Of(const RelationMap& map) {
  Json nodes = Json::array();
  for (const MapNode& node : map.nodes) nodes.push_back(Of(node));
  Json edges = Json::array();
  for (const MapEdge& edge : map.edges) {
    edges.push_back({{"from", edge.from.value()},
                     {"to", edge.to.value()},
                     {"kind", NameOf(edge.kind)},
                     {"strength", Number(edge.strength)},
                     {"evidence", IdsJson(edge.evidence)}});
  }
  return {{"object", IdOrNull(map.object)}, {"as_of", kith::ToText(map.as_of)}, {"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

struct BuyerQuestion {
  BuyerOptions options;
  size_t limit = 0;
};

template <typename Options, typename Read, typename Answer>
kith_code Reply(kith_snapshot* snapshot, kith_str given, kith_text** json, kith_error** err, const Read& read, const Answer& answer) {
  // The options take memory themselves, so that they are made where its lack is caught.
  using Made = std::optional<Options>;
  return ReplyTo(
      snapshot, given, json, err, Made(), [&](Members& asked, Made& options) { read(asked, options.emplace()); },
      [&](const kith::Snapshot& now, const Made& asked) -> kith::StatusOr<Json> {
        KITH_ASSIGN_OR_RETURN(const auto result, answer(now, asked.value()));
        return Of(result);
      });
}

void ReadCard(Members& question, CardOptions& options) {
  GetRelation(question, options.relation);
  question.GetCount("each", options.each);
  question.Get("context", options.context);
  question.Get("channel", options.channel);
}

}  // namespace

extern "C" {

kith_code kith_snapshot_ties(kith_snapshot* snapshot, kith_id person, kith_str question, kith_text** json, kith_error** err) {
  return Reply<RelationOptions>(snapshot, question, json, err, GetRelation, [&](const kith::Snapshot& now, const RelationOptions& options) {
    return ReadTies(now, kith::Id(person), options);
  });
}

kith_code kith_snapshot_relation(kith_snapshot* snapshot, kith_id subject, kith_id object, kith_str question, kith_text** json,
                                 kith_error** err) {
  const auto read = [](Members& asked, QuantifyOptions& options) {
    GetRelation(asked, options.relation);
    asked.GetCount("suggestions", options.suggestions);
    asked.Get("capital", options.capital);
    asked.Get("ways", options.ways);
    asked.Get("effect", options.effect);
    asked.GetCount("trend_months", options.trend_months);
  };
  return Reply<QuantifyOptions>(snapshot, question, json, err, read, [&](const kith::Snapshot& now, const QuantifyOptions& options) {
    return Quantify(now, kith::Id(subject), kith::Id(object), options);
  });
}

kith_code kith_snapshot_relation_map(kith_snapshot* snapshot, kith_id object, kith_str question, kith_text** text, kith_error** err) {
  return GuardText(text, "text", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * from, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(Members asked, Members::Ask(question));
    MapOptions options;
    std::string form = "json";
    asked.Get("as_of", options.relation.as_of);
    asked.Get("recorded", options.relation.recorded);
    asked.Get("party", options.party);
    asked.GetCount("most", options.most);
    asked.Get("form", form);
    KITH_RETURN_IF_ERROR(asked.Done());
    if (form != "json" && form != "graphml") {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "form", .value = form, .hint = "json or graphml"},
                             "a map has no such form");
    }
    KITH_ASSIGN_OR_RETURN(const RelationMap map, ReadRelationMap(*from->snapshot, kith::Id(object), options));
    return form == "json" ? Dump(Of(map)) : kith::exchange::ToGraphMl(map);
  });
}

kith_code kith_snapshot_introductions(kith_snapshot* snapshot, kith_id target, kith_str question, kith_text** json, kith_error** err) {
  const auto read = [](Members& asked, IntroductionOptions& options) {
    asked.Get("as_of", options.relation.as_of);
    asked.Get("from", options.from);
    asked.Get("colleague", options.colleague);
    asked.GetCount("count", options.path.count);
    asked.GetCount("hops", options.path.hops);
    asked.Get("damping", options.path.damping);
  };
  return Reply<IntroductionOptions>(
      snapshot, question, json, err, read,
      [&](const kith::Snapshot& now, const IntroductionOptions& options) { return ReadIntroductions(now, kith::Id(target), options); });
}

kith_code kith_snapshot_card(kith_snapshot* snapshot, kith_id customer, kith_str question, kith_text** json, kith_error** err) {
  return Reply<CardOptions>(snapshot, question, json, err, ReadCard, [&](const kith::Snapshot& now, const CardOptions& options) {
    return CustomerCard(now, kith::Id(customer), options);
  });
}

kith_code kith_snapshot_brief(kith_snapshot* snapshot, kith_id person, kith_str question, kith_text** json, kith_error** err) {
  return Reply<CardOptions>(snapshot, question, json, err, ReadCard, [&](const kith::Snapshot& now, const CardOptions& options) {
    return PreCallBrief(now, kith::Id(person), options);
  });
}

kith_code kith_snapshot_rank_buyers(kith_snapshot* snapshot, kith_id rep, kith_str question, kith_text** json, kith_error** err) {
  const auto read = [](Members& asked, BuyerQuestion& of) {
    asked.Get("as_of", of.options.as_of);
    asked.GetCount("horizon_days", of.options.horizon_days);
    asked.GetCount("moments", of.options.moments);
    asked.Get("level", of.options.level);
    asked.GetCount("limit", of.limit);
  };
  const auto answer = [&](const kith::Snapshot& now, const BuyerQuestion& of) -> kith::StatusOr<BuyerReport> {
    KITH_ASSIGN_OR_RETURN(BuyerReport report, RankBuyers(now, kith::Id(rep), of.options));
    if (of.limit > 0 && report.buyers.size() > of.limit) report.buyers.resize(of.limit);
    return report;
  };
  return Reply<BuyerQuestion>(snapshot, question, json, err, read, answer);
}

kith_code kith_snapshot_four_questions(kith_snapshot* snapshot, kith_id deal, kith_id party, kith_str question, kith_text** json,
                                       kith_error** err) {
  return Reply<RelationOptions>(snapshot, question, json, err, GetRelation, [&](const kith::Snapshot& now, const RelationOptions& options) {
    return AskFourQuestions(now, kith::Id(deal), kith::Id(party), options);
  });
}

kith_code kith_snapshot_action_line(kith_snapshot* snapshot, kith_id deal, kith_str question, kith_text** json, kith_error** err) {
  return Reply<RelationOptions>(snapshot, question, json, err, GetRelation, [&](const kith::Snapshot& now, const RelationOptions& options) {
    return ReadActionLine(now, kith::Id(deal), options);
  });
}

kith_code kith_batch_plan_actions(kith_batch* batch, kith_snapshot* snapshot, kith_id deal, uint64_t* changed, kith_error** err) {
  Zero(changed);
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(BatchObject * to, Use(batch));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * from, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const ActionLine line, ReadActionLine(*from->snapshot, kith::Id(deal)));
    KITH_ASSIGN_OR_RETURN(const size_t tasks, PlanActions(*from->snapshot, line, to->batch));
    if (changed != nullptr) *changed = tasks;
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_winning(kith_snapshot* snapshot, const char* pipeline, kith_str question, kith_text** json, kith_error** err) {
  const auto read = [](Members& asked, WinningOptions& options) {
    asked.Get("as_of", options.as_of);
    asked.Get("since", options.since);
    asked.GetCount("fewest", options.fewest);
    asked.Get("level", options.level);
  };
  const auto answer = [&](const kith::Snapshot& now, const WinningOptions& options) -> kith::StatusOr<WinningReport> {
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(pipeline, "pipeline"));
    return ReadWinning(now, name, options);
  };
  return Reply<WinningOptions>(snapshot, question, json, err, read, answer);
}

}  // extern "C"
