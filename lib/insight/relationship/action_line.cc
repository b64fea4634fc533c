#include "kith/insight/action_line.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "insight/median_internal.h"
#include "insight/relationship/portfolio_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/insight/worth.h"
#include "kith/model/guide.h"
#include "kith/model/owned.h"

namespace kith::insight {
namespace {

using catalog::ChoiceDef;
using catalog::FieldDef;
using catalog::TypeDef;
using relationship_internal::Facts;
using relationship_internal::Held;
using relationship_internal::Party;
using relationship_internal::Played;

constexpr double kNoGo = -0.2;
constexpr double kSure = 0.5;

// --- the four questions

void Settle(Answer& answer) {
  for (const Criterion& criterion : answer.criteria) {
    answer.value += criterion.value / static_cast<double>(answer.criteria.size());
    answer.confidence += criterion.confidence / static_cast<double>(answer.criteria.size());
  }
}

class Questions {
 public:
  Questions(const Facts& facts, Id deal) : facts_(facts), deal_(deal) {}

  StatusOr<FourQuestions> Ask(const Party& party) {
    std::vector<double> reach;
    KITH_ASSIGN_OR_RETURN(const Chain chain, facts_.ChainOf(deal_, party, reach));
    KITH_ASSIGN_OR_RETURN(const ChainReport report, ScoreChain(chain, {}, facts_.options().chain));
    FourQuestions asked;
    KITH_ASSIGN_OR_RETURN(
        const DealWorth worth,
        WorthOf(facts_.snapshot(), deal_,
                {.as_of = facts_.as_of(), .recorded = facts_.options().recorded, .chance = 0.5, .evidence = facts_.options().evidence}));
    KITH_RETURN_IF_ERROR(AddNeeds(chain, worth.budget.exists, asked.opportunity));
    asked.compete.criteria.push_back(Weighed("solution", chain, report, &StanceInputs::solution));
    asked.win.criteria.push_back({"chain", report.value, report.score.confidence});
    KITH_RETURN_IF_ERROR(AddRivals(party, report, asked));
    asked.win.criteria.push_back(Support(chain));
    KITH_ASSIGN_OR_RETURN(const Criterion amount, Amount());
    asked.worth.criteria.push_back(amount);
    asked.worth.criteria.push_back(Margin(worth));
    asked.worth.criteria.push_back(Weighed("price", chain, report, &StanceInputs::price));
    for (Answer* answer : {&asked.opportunity, &asked.compete, &asked.win, &asked.worth}) Settle(*answer);
    for (const auto& [name, answer] :
         {std::pair("opportunity", &asked.opportunity), std::pair("compete", &asked.compete), std::pair("worth", &asked.worth)}) {
      if (answer->value < kNoGo && answer->confidence >= kSure) asked.no_go.emplace_back(name);
    }
    return asked;
  }

  // Recognition of the party's solution by the people, weighed as in the chain.
  StatusOr<Criterion> Solution(const Party& party) const {
    std::vector<double> reach;
    KITH_ASSIGN_OR_RETURN(const Chain chain, facts_.ChainOf(deal_, party, reach));
    KITH_ASSIGN_OR_RETURN(const ChainReport report, ScoreChain(chain, {}, facts_.options().chain));
    return Weighed("solution", chain, report, &StanceInputs::solution);
  }

 private:
  // What the people said of the customer's own affairs, the same for every party; of the budget what is surer, that or its own records.
  Status AddNeeds(const Chain& chain, const Score& budget, Answer& answer) const {
    std::map<std::string, std::vector<Evidence>, std::less<>> by_dimension;
    for (const ChainMember& member : chain.members) {
      KITH_RETURN_IF_ERROR(facts_.ForEachEvidence(member.contact, Id(), [&](std::string_view dimension, const Evidence& evidence) {
        by_dimension[std::string(dimension)].push_back(evidence);
      }));
    }
    for (const char* dimension : {"need", "budget", "timing"}) {
      const Score score = EstimateEvidence(by_dimension[dimension], facts_.as_of(), facts_.options().evidence);
      answer.criteria.push_back({dimension, score.value, score.confidence});
    }
    Criterion& money = answer.criteria[1];
    if (budget.confidence > money.confidence) money = {money.name, budget.value, budget.confidence};
    return absl::OkStatus();
  }

  // What is left of the amount, once a cost is known.
  static Criterion Margin(const DealWorth& worth) {
    const bool known = worth.margin && worth.amount && worth.amount->minor > 0 && worth.delivery + worth.to_win != 0;
    if (!known) return {"margin"};
    return {"margin", std::clamp(static_cast<double>(worth.margin->minor) / static_cast<double>(worth.amount->minor), -1.0, 1.0), 1};
  }

  static Criterion Weighed(std::string_view name, const Chain& chain, const ChainReport& report, Score StanceInputs::*part) {
    Criterion criterion{name};
    for (size_t i = 0; i < chain.members.size(); ++i) {
      const Score& score = chain.members[i].inputs.*part;
      criterion.value += report.people[i].weight * score.value;
      criterion.confidence += report.people[i].weight * score.confidence;
    }
    return criterion;
  }

  Status AddRivals(const Party& party, const ChainReport& report, FourQuestions& asked) const {
    Criterion encounters{"encounters"};
    Criterion lead{"lead"};
    std::vector<Id> rivals = {party.competitor};
    if (party.ours()) {
      KITH_ASSIGN_OR_RETURN(rivals, RivalsIn(facts_, deal_));
    }
    double least = 2;
    for (const Id rival : rivals) {
      KITH_ASSIGN_OR_RETURN(const Score met, HeadToHeadWith(facts_, rival));
      const double sign = party.ours() ? 1 : -1;
      encounters.value += sign * (2 * met.value - 1) / static_cast<double>(rivals.size());
      encounters.confidence += met.confidence / static_cast<double>(rivals.size());
      KITH_ASSIGN_OR_RETURN(const ChainReport other, facts_.ScoreOf(deal_, party.ours() ? Party{rival, {}} : Party()));
      if (Lead(report, other) >= least) continue;
      least = Lead(report, other);
      lead.value = least / 2;
      lead.confidence = std::min(report.score.confidence, other.score.confidence);
    }
    asked.compete.criteria.push_back(encounters);
    asked.win.criteria.push_back(lead);
    return absl::OkStatus();
  }

  [[nodiscard]] Criterion Support(const Chain& chain) const {
    Criterion support{"support"};
    for (const ChainMember& member : chain.members) {
      const bool inside = std::any_of(member.roles.begin(), member.roles.end(),
                                      [](ChainRole role) { return role == ChainRole::kCoach || role == ChainRole::kChampion; });
      const Score stance = Stance(member.inputs, facts_.options().chain.stance);
      if (!inside || (support.confidence > 0 && stance.value <= support.value)) continue;
      support = {"support", stance.value, stance.confidence};
    }
    return support;
  }

  [[nodiscard]] StatusOr<Criterion> Amount() const {
    Criterion criterion{"amount"};
    const std::optional<Held> deal = facts_.Then(deal_, "pipelined");
    if (!deal || !deal->record.Has("amount") || !deal->record.Has("pipeline")) return criterion;
    const Money amount = deal->record.Amount("amount");
    const StatusOr<model::FunnelTables> tables = model::ReadTables(facts_.snapshot(), deal->record.Ref("pipeline"),
                                                                   {.as_of = facts_.as_of(), .recorded = facts_.options().recorded});
    if (GetReason(tables.status()) == Reason::kNotVisible) return criterion;  // the viewer may not read stages
    KITH_RETURN_IF_ERROR(tables.status());
    const auto own = static_cast<double>(amount.minor);
    std::vector<double> amounts = {own};
    for (const model::OpenDeal& open : tables->open) {
      if (open.deal != deal_ && open.amount.currency == amount.currency) amounts.push_back(static_cast<double>(open.amount.minor));
    }
    const double median = insight_internal::MedianOf(std::move(amounts));
    if (own <= 0 || median <= 0) return criterion;
    return Criterion{"amount", 2 * own / (own + median) - 1, 1};
  }

  const Facts& facts_;
  Id deal_;
};

Status RefuseNoDeal(const Facts& facts, Id deal) {
  if (facts.IsDeal(deal)) return facts.snapshot().Get(deal).status();
  return MakeError({.reason = Reason::kBadOptions, .record = deal, .field = "deal", .hint = "give a record of a pipelined type"},
                   "only a deal is won in steps");
}

// --- the action line

struct KindOfAction {
  std::string_view kind;
  WinStep step;
};
constexpr KindOfAction kKinds[] = {{"learn", WinStep::kAssess},       {"find", WinStep::kAnalyse},    {"sound", WinStep::kAnalyse},
                                   {"name_rival", WinStep::kAnalyse}, {"counter", WinStep::kCompete}, {"win_over", WinStep::kRelate},
                                   {"meet", WinStep::kExecute}};

WinAction ActionOf(std::string_view kind, Id about, std::string_view choice) {
  WinAction action;
  action.kind = kind;
  action.about = about;
  action.choice = choice;
  action.key = Concat({kind, "/", about.is_null() ? "" : std::to_string(about.value()), "/", choice});
  return action;
}

// What a key says; nothing when it is none of ours.
std::optional<WinAction> ActionFrom(std::string_view key) {
  const size_t first = key.find('/');
  const size_t second = first == std::string_view::npos ? first : key.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  uint64_t about = 0;
  const std::string_view number = key.substr(first + 1, second - first - 1);
  std::from_chars(number.data(), number.data() + number.size(), about);
  return ActionOf(key.substr(0, first), Id(about), key.substr(second + 1));
}

std::string PrefixOf(Id deal) { return std::to_string(deal.value()) + "/"; }

// The type of tasks, with the fields that actions need.
struct TaskType {
  const TypeDef* type = nullptr;
  const FieldDef* subject = nullptr;
  const FieldDef* status = nullptr;
  const FieldDef* about = nullptr;

  static std::optional<TaskType> In(const catalog::Catalog& catalog) {
    for (const TypeDef* type : catalog.TypesWith("task")) {
      const TaskType task{type, type->FindRole("task", "subject"), type->FindRole("task", "status"), type->FindRole("task", "about")};
      if (task.about != nullptr) return task;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string_view StatusIn(record::View view) const {
    const ChoiceDef* choice =
        view.has(status->position) ? status->FindChoice(static_cast<int32_t>(view.GetInt(status->position))) : nullptr;
    return choice == nullptr ? std::string_view() : std::string_view(choice->name);
  }
};

// Tasks about a deal that carry actions of its line, by the action's key.
struct Carried {
  Id task;
  std::string status;
};
StatusOr<std::map<std::string, Carried>> TasksOf(const Facts& facts, const TaskType& task, Id deal) {
  std::map<std::string, Carried> tasks;
  const std::string prefix = PrefixOf(deal);
  KITH_RETURN_IF_ERROR(facts.ForEach("task", "about", deal, [&](const Played& played) {
    if (&played.type() != task.type) return;
    for (const ExternalRef& ref : facts.snapshot().ExternalRefs(played.id())) {
      if (ref.system != kActionSystem || ref.key.compare(0, prefix.size(), prefix) != 0) continue;
      tasks[ref.key.substr(prefix.size())] = {played.id(), std::string(task.StatusIn(played.view()))};
    }
  }));
  return tasks;
}

class Liner {
 public:
  Liner(const Facts& facts, Id deal) : facts_(facts), deal_(deal) {
    line_.deal = deal;
    line_.as_of = facts.as_of();
    for (const WinStep step : {WinStep::kAssess, WinStep::kAnalyse, WinStep::kCompete, WinStep::kRelate, WinStep::kExecute}) {
      line_.steps.emplace_back().step = step;
    }
  }

  StatusOr<ActionLine> Run() {
    KITH_ASSIGN_OR_RETURN(line_.questions, Questions(facts_, deal_).Ask(Party()));
    RelationOptions options = facts_.options();
    options.chain.advice = limits::kChainMembers;
    KITH_ASSIGN_OR_RETURN(RelationReport report, Quantify(facts_.snapshot(), Id(), deal_,
                                                          {.relation = options, .suggestions = limits::kChainMembers, .capital = false}));
    const ChainReport chain = std::move(report.chain).value_or(ChainReport());
    line_.missing = chain.missing;
    line_.rivals = std::move(report.against);
    Assess();
    Analyse(chain);
    KITH_RETURN_IF_ERROR(Compete());
    Relate(chain, report.suggestions);
    KITH_RETURN_IF_ERROR(Execute());
    KITH_RETURN_IF_ERROR(AddTasks());
    for (WinStepReport& step : line_.steps) Close(step);
    return std::move(line_);
  }

 private:
  WinStepReport& Step(WinStep step) { return line_.steps[static_cast<size_t>(step) - 1]; }
  void Count(WinStep step, bool known) {
    ++Step(step).asked;
    if (known) ++Step(step).known;
  }
  // One thing more that a step asks for; an action unless it is known.
  void Need(WinStep step, bool known, std::string_view kind, Id about, std::string_view choice) {
    Count(step, known);
    if (!known) Step(step).actions.push_back(ActionOf(kind, about, choice));
  }

  void Assess() {
    const std::optional<Held> deal = facts_.Then(deal_, "pipelined");
    for (const char* role : {"amount", "close_date"}) {
      if (deal && deal->record.type().FindRole("pipelined", role) == nullptr) continue;
      Need(WinStep::kAssess, deal && deal->record.Has(role), "learn", Id(), role);
    }
    for (const Criterion& criterion : line_.questions.opportunity.criteria) {
      Need(WinStep::kAssess, criterion.confidence > 0, "learn", Id(), criterion.name);
    }
  }

  void Analyse(const ChainReport& chain) {
    for (const ChainRole role : facts_.options().chain.required) {
      const bool played = std::find(chain.missing.begin(), chain.missing.end(), role) == chain.missing.end();
      Need(WinStep::kAnalyse, played, "find", Id(), NameOf(role));
    }
    for (const ChainPerson& person : chain.people) {
      Need(WinStep::kAnalyse, person.own.confidence > 0, "sound", person.contact, {});
    }
    Need(WinStep::kAnalyse, !line_.rivals.empty(), "name_rival", Id(), {});
  }

  Status Compete() {
    if (line_.rivals.empty()) return absl::OkStatus();
    bool incumbent = false;
    const std::optional<Held> deal = facts_.Then(deal_, "pipelined");
    if (deal && deal->record.Has("account") && facts_.snapshot().Get(deal->record.Ref("account")).ok()) {
      KITH_ASSIGN_OR_RETURN(const std::vector<model::OwnedProduct> owned,
                            model::OwnedProducts(facts_.snapshot(), deal->record.Ref("account"), facts_.options().as_of));
      incumbent = !owned.empty();
    }
    const double ours = line_.questions.compete.criteria.front().value;
    for (const Against& rival : line_.rivals) {
      KITH_ASSIGN_OR_RETURN(const Criterion theirs, Questions(facts_, deal_).Solution(Party{rival.competitor, {}}));
      const double advantage = ours - theirs.value;
      Count(WinStep::kCompete, rival.lead > 0);
      Step(WinStep::kCompete).actions.push_back(ActionOf("counter", rival.competitor, StrategyFor(rival.lead, advantage, incumbent)));
    }
    return absl::OkStatus();
  }

  void Relate(const ChainReport& chain, const std::vector<Suggestion>& suggestions) {
    for (const ChainPerson& person : chain.people) {
      Count(WinStep::kRelate, LightOf(DisplayScore(person.stance)) == Light::kGreen);
    }
    for (const Suggestion& suggestion : suggestions) {
      WinAction action = ActionOf("win_over", suggestion.record, NameOf(suggestion.step));
      action.gain = suggestion.gain;
      action.way = suggestion.way;
      Step(WinStep::kRelate).actions.push_back(std::move(action));
    }
  }

  // What the deal's stage asks for and is unmet. Stages have no past of what they asked for.
  Status Execute() {
    KITH_ASSIGN_OR_RETURN(const model::Guide guide, model::GetGuide(facts_.snapshot(), deal_, {.now = facts_.as_of()}));
    for (const model::Track& track : guide.tracks) {
      for (const model::AskedItem& asked : track.asked) Need(WinStep::kExecute, asked.met, "meet", asked.item.id, asked.item.name);
    }
    return absl::OkStatus();
  }

  Status AddTasks() {
    const std::optional<TaskType> type = TaskType::In(facts_.snapshot().catalog());
    if (!type) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(auto tasks, TasksOf(facts_, *type, deal_));
    for (WinStepReport& step : line_.steps) {
      for (WinAction& action : step.actions) {
        const auto found = tasks.find(action.key);
        if (found == tasks.end()) continue;
        action.task = found->second.task;
        action.done = found->second.status == "done";
        tasks.erase(found);
      }
    }
    for (const auto& [key, carried] : tasks) {
      const std::optional<WinAction> past = carried.status == "done" ? ActionFrom(key) : std::nullopt;
      const auto* kind = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const auto& k) { return past && k.kind == past->kind; });
      if (kind == std::end(kKinds)) continue;
      past_.emplace_back(kind->step, *past);
      past_.back().second.task = carried.task;
      past_.back().second.done = true;
    }
    return absl::OkStatus();
  }

  void Close(WinStepReport& step) {
    if (step.known > 0) step.state = step.known >= step.asked ? StepState::kDone : StepState::kBegun;
    std::sort(step.actions.begin(), step.actions.end(),
              [](const WinAction& a, const WinAction& b) { return a.gain != b.gain ? a.gain > b.gain : a.key < b.key; });
    for (const auto& [of, action] : past_) {
      if (of == step.step) step.actions.push_back(action);
    }
  }

  const Facts& facts_;
  Id deal_;
  ActionLine line_;
  std::vector<std::pair<WinStep, WinAction>> past_;  // done, and no longer asked for
};

std::string SubjectOf(const WinAction& action) {
  std::string subject = action.kind;
  std::replace(subject.begin(), subject.end(), '_', ' ');
  // Names of people stay out of it: tasks outlive them. The task's reference says who is meant.
  return action.choice.empty() ? subject : Concat({subject, ": ", action.choice});
}

// Whether a role of tasks takes the record: of a type that it refers to, and seen by whoever plans.
bool Takes(const Snapshot& snapshot, const FieldDef* role, Id record) {
  const TypeDef* type = snapshot.catalog().FindType(record.type());
  if (role == nullptr || type == nullptr || !snapshot.Get(record).ok()) return false;
  return role->refers_to.empty() || std::find(role->refers_to.begin(), role->refers_to.end(), type->name) != role->refers_to.end();
}

// `external`: the task's reference.
void AddTask(const Facts& facts, const TaskType& type, record::View deal, const WinAction& action, const ExternalRef& external,
             Batch& batch) {
  const Id task = batch.CreateIfAbsent(type.type->name, external);
  batch.SetInitially(task, type.subject->name, SubjectOf(action));
  batch.SetInitially(task, type.about->name, deal.id());
  const FieldDef* assignee = type.type->FindRole("task", "assignee");
  const FieldDef* contact = type.type->FindRole("task", "contact");
  const Id owner(deal.header().owner);
  if (Takes(facts.snapshot(), assignee, owner)) batch.SetInitially(task, assignee->name, owner);
  const bool person = facts.IsPerson(action.about) && Takes(facts.snapshot(), contact, action.about);
  if (person) batch.SetInitially(task, contact->name, action.about);
}

}  // namespace

std::string_view NameOf(WinStep step) {
  static constexpr std::string_view kNames[] = {"assess", "analyse", "compete", "relate", "execute"};
  return kNames[static_cast<size_t>(step) - 1];
}

std::string_view NameOf(StepState state) {
  static constexpr std::string_view kNames[] = {"open", "begun", "done"};
  return kNames[static_cast<size_t>(state) - 1];
}

std::string_view StrategyFor(double lead, double solution_advantage, bool incumbent) {
  if (lead > 0 && incumbent) return "defend";
  if (lead > 0) return solution_advantage >= 0 ? "frontal" : "fragment";
  return solution_advantage > 0 ? "flank" : "develop";
}

StatusOr<FourQuestions> AskFourQuestions(const Snapshot& snapshot, Id deal, Id party, const RelationOptions& options) {
  const Facts facts(snapshot, options);
  KITH_RETURN_IF_ERROR(RefuseNoDeal(facts, deal));
  KITH_ASSIGN_OR_RETURN(const Party whose, facts.PartyOf(party));
  return Questions(facts, deal).Ask(whose);
}

StatusOr<ActionLine> ReadActionLine(const Snapshot& snapshot, Id deal, const RelationOptions& options) {
  const Facts facts(snapshot, options);
  KITH_RETURN_IF_ERROR(RefuseNoDeal(facts, deal));
  return Liner(facts, deal).Run();
}

StatusOr<size_t> PlanActions(const Snapshot& snapshot, const ActionLine& line, Batch& batch) {
  const RelationOptions now;
  const Facts facts(snapshot, now);
  const std::optional<TaskType> type = TaskType::In(snapshot.catalog());
  if (!type) {
    return MakeError({.reason = Reason::kUnknownBehaviour, .value = "task", .hint = "give a type the behaviour task with the role about"},
                     "no type of tasks can carry an action");
  }
  KITH_ASSIGN_OR_RETURN(const record::View deal, snapshot.Get(line.deal));
  KITH_ASSIGN_OR_RETURN(auto tasks, TasksOf(facts, *type, line.deal));
  size_t changed = 0;
  for (const WinStepReport& step : line.steps) {
    for (const WinAction& action : step.actions) {
      const auto carried = tasks.extract(action.key);
      if (!carried.empty() && (carried.mapped().status == "open" || carried.mapped().status == "done")) continue;
      if (carried.empty() && action.done) continue;
      if (carried.empty()) {
        const ExternalRef external{std::string(kActionSystem), PrefixOf(line.deal) + action.key};
        if (snapshot.Find(type->type->name, external).ok()) continue;  // somebody made it a task about something else
        AddTask(facts, *type, deal, action, external, batch);
      } else {
        batch.SetChoice(carried.mapped().task, type->status->name, "open");
      }
      ++changed;
    }
  }
  for (const auto& [key, carried] : tasks) {
    if (carried.status != "open" || type->status->FindChoice("cancelled") == nullptr) continue;
    batch.SetChoice(carried.task, type->status->name, "cancelled");
    ++changed;
  }
  return changed;
}

}  // namespace kith::insight
