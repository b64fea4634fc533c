// The decision chain (§5.4.2): stances after everybody had their say, weighed by role, capped by vetoes and approvals; what to do next.
#include <algorithm>
#include <cmath>
#include <string>

#include "insight/relationship/relationship_internal.h"
#include "kith/base/limits.h"

namespace kith::insight {
namespace {

constexpr double kSupports = 0.2;  // stance from which a person shows green: 60 of 100

double RoleWeight(ChainRole role) {
  switch (role) {
    case ChainRole::kApprover:
    case ChainRole::kEconomic:
      return 1;
    case ChainRole::kDecisionMaker:
      return 0.8;
    case ChainRole::kTechnical:
      return 0.6;
    case ChainRole::kEvaluator:
      return 0.5;
    case ChainRole::kUser:
      return 0.4;
    case ChainRole::kCoach:
    case ChainRole::kChampion:
      return 0.3;
    case ChainRole::kGatekeeper:
    case ChainRole::kBlocker:
    case ChainRole::kNone:
      return 0.2;
  }
  return 0;
}

double PoliticalFactor(Political political) {
  switch (political) {
    case Political::kInnerCircle:
      return 1;
    case Political::kPoliticalStructure:
      return 0.7;
    case Political::kNone:
      return 0.4;
  }
  return 0;
}

double MemberWeight(const ChainMember& member) {
  double role = RoleWeight(ChainRole::kNone);
  for (const ChainRole r : member.roles) role = std::max(role, RoleWeight(r));
  return role * PoliticalFactor(member.political);
}

bool Plays(const ChainMember& member, ChainRole role) {
  return std::find(member.roles.begin(), member.roles.end(), role) != member.roles.end();
}

Status Check(const Chain& chain, std::span<const double> reach, const ChainOptions& options) {
  if (chain.members.size() > limits::kChainMembers) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = "members", .value = std::to_string(chain.members.size())},
                     "a decision chain has at most " + std::to_string(limits::kChainMembers) + " people");
  }
  if (!reach.empty() && reach.size() != chain.members.size()) {
    return MakeError({.reason = Reason::kBadOptions, .field = "reach", .value = std::to_string(reach.size())},
                     "reach is given for every member or for none");
  }
  if (!(options.listening >= 0 && options.listening < 1)) {
    return MakeError({.reason = Reason::kBadOptions, .field = "listening", .value = std::to_string(options.listening)},
                     "listening lies between 0 and 1");
  }
  for (const ChainLine& line : chain.lines) {
    if (line.from < chain.members.size() && line.to < chain.members.size() && line.from != line.to && line.weight > 0) continue;
    return MakeError(
        {.reason = Reason::kOutOfRange, .field = "lines", .value = std::to_string(line.from) + " -> " + std::to_string(line.to)},
        "a line of influence leads from one member to another and weighs more than 0");
  }
  return absl::OkStatus();
}

// A square matrix by rows.
struct Matrix {
  explicit Matrix(size_t size) : n(size), cells(size * size, 0.0) {}
  size_t n;
  std::vector<double> cells;
  double* Row(size_t i) { return cells.data() + i * n; }
  [[nodiscard]] const double* Row(size_t i) const { return cells.data() + i * n; }
};

// Gauss and Jordan in place. Each row of I − ΛW has a diagonal of 1 and other entries that sum to more than −1: no pivot is 0.
void Invert(Matrix& m) {
  for (size_t k = 0; k < m.n; ++k) {
    double* pivot = m.Row(k);
    const double scale = 1 / pivot[k];
    pivot[k] = 1;
    for (size_t j = 0; j < m.n; ++j) pivot[j] *= scale;
    for (size_t i = 0; i < m.n; ++i) {
      double* row = m.Row(i);
      const double factor = row[k];
      if (i == k || factor == 0) continue;
      row[k] = 0;
      for (size_t j = 0; j < m.n; ++j) row[j] -= factor * pivot[j];
    }
  }
}

// V = (I − ΛW)^−1 (I − Λ) of Friedkin and Johnsen (1990): row i says whose own stances make up i's.
Matrix Propagation(const Chain& chain, double listening) {
  const size_t n = chain.members.size();
  Matrix m(n);
  std::vector<double> heard(n, 0.0);
  for (const ChainLine& line : chain.lines) heard[line.to] += line.weight;
  for (const ChainLine& line : chain.lines) {
    m.Row(line.to)[line.from] -= std::min(listening, heard[line.to]) * line.weight / heard[line.to];
  }
  for (size_t i = 0; i < n; ++i) m.Row(i)[i] += 1;
  if (!chain.lines.empty()) Invert(m);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) m.Row(i)[j] *= 1 - std::min(listening, heard[j]);
  }
  return m;
}

class Scoring {
 public:
  Scoring(const Chain& chain, std::span<const double> reach, const ChainOptions& options)
      : chain_(chain), reach_(reach), options_(options), v_(Propagation(chain, options.listening)) {}
  ChainReport Run();

 private:
  void Weigh();
  void FindGaps();
  [[nodiscard]] std::vector<double> Propagate(double Score::*part) const;
  [[nodiscard]] double Capped(const std::vector<double>& stances) const;
  void FindBindingVeto(const std::vector<double>& stances);
  [[nodiscard]] Light MapStatus() const;
  void Advise(const std::vector<double>& stances);

  const Chain& chain_;
  std::span<const double> reach_;
  const ChainOptions& options_;
  Matrix v_;
  double missing_weight_ = 0;  // ω of the missing roles together
  std::optional<size_t> veto_;
  ChainReport report_;
};

void Scoring::Weigh() {
  double total = 0;
  for (const ChainMember& member : chain_.members) total += MemberWeight(member);
  for (const ChainRole role : options_.required) {
    const bool played = std::any_of(chain_.members.begin(), chain_.members.end(), [&](const ChainMember& m) { return Plays(m, role); });
    if (played) continue;
    report_.missing.push_back(role);
    missing_weight_ += RoleWeight(role) * PoliticalFactor(Political::kNone);
  }
  total += missing_weight_;
  if (total > 0) missing_weight_ /= total;
  for (const ChainMember& member : chain_.members) {
    ChainPerson person;
    person.contact = member.contact;
    person.own = Stance(member.inputs, options_.stance);
    person.weight = MemberWeight(member) / total;
    report_.people.push_back(std::move(person));
  }
}

void Scoring::FindGaps() {
  for (const ChainPerson& person : report_.people) {
    report_.score.confidence += person.weight * person.own.confidence;
    if (person.own.confidence == 0) report_.unknown.push_back(person.contact);
    for (const Contribution& c : person.own.contributions) {
      report_.score.contributions.push_back({c.record, c.weight * person.influence, c.value});
    }
  }
  relationship_internal::SortContributions(report_.score);
}

std::vector<double> Scoring::Propagate(double Score::*part) const {
  std::vector<double> stances(v_.n, 0.0);
  for (size_t i = 0; i < v_.n; ++i) {
    for (size_t j = 0; j < v_.n; ++j) stances[i] += v_.Row(i)[j] * (report_.people[j].own.*part);
  }
  return stances;
}

double Scoring::Capped(const std::vector<double>& stances) const {
  double value = 0;
  double floor = -1;
  double ceiling = 1;
  for (size_t i = 0; i < stances.size(); ++i) {
    value += report_.people[i].weight * stances[i];
    if (chain_.members[i].approve) floor = std::max(floor, stances[i] - options_.delta);
    if (chain_.members[i].veto) ceiling = std::min(ceiling, stances[i] + options_.delta);
  }
  return std::clamp(std::min(std::max(value, floor), ceiling), -1.0, 1.0);
}

void Scoring::FindBindingVeto(const std::vector<double>& stances) {
  for (size_t i = 0; i < stances.size(); ++i) {
    if (!chain_.members[i].veto || stances[i] + options_.delta > report_.value) continue;
    if (!veto_ || stances[i] < stances[*veto_]) veto_ = i;
  }
  if (veto_) report_.binding_veto = chain_.members[*veto_].contact;
}

Light Scoring::MapStatus() const {
  Light light = Light::kRed;
  for (size_t i = 0; i < chain_.members.size(); ++i) {
    const ChainMember& member = chain_.members[i];
    if (member.political == Political::kNone || report_.people[i].stance < kSupports) continue;
    if (member.approve || Plays(member, ChainRole::kApprover) || Plays(member, ChainRole::kDecisionMaker)) return Light::kGreen;
    light = Light::kAmber;
  }
  return light;
}

// The finite difference through the caps, so that the stated gain is the true one.
void Scoring::Advise(const std::vector<double>& stances) {
  std::vector<double> changed(stances.size());
  for (size_t j = 0; j < stances.size(); ++j) {
    const double step = std::max(0.0, options_.target - report_.people[j].own.value);
    for (size_t i = 0; i < stances.size(); ++i) changed[i] = stances[i] + v_.Row(i)[j] * step;
    ChainAdvice advice;
    advice.contact = chain_.members[j].contact;
    advice.reach = reach_.empty() ? 1 : std::clamp(reach_[j], 0.0, 1.0);
    advice.gain = advice.reach * (Capped(changed) - report_.value);
    advice.veto = veto_ == j;
    advice.topic = WeakestInput(chain_.members[j].inputs, options_.stance);
    advice.member = j;
    constexpr double kRounding = 1e-12;
    if (advice.gain > kRounding) report_.advice.push_back(advice);
  }
  std::stable_sort(report_.advice.begin(), report_.advice.end(), [](const auto& a, const auto& b) { return a.gain > b.gain; });
  if (report_.advice.size() > options_.advice) report_.advice.resize(options_.advice);
}

ChainReport Scoring::Run() {
  Weigh();
  const std::vector<double> stances = Propagate(&Score::value);
  report_.value = Capped(stances);
  for (size_t i = 0; i < stances.size(); ++i) {
    report_.people[i].stance = stances[i];
    for (size_t j = 0; j < stances.size(); ++j) report_.people[j].influence += report_.people[i].weight * v_.Row(i)[j];
  }
  FindGaps();
  report_.score.value = DisplayScore(report_.value);
  // Of those whom we do not know by name nothing is known: they could be anywhere.
  report_.score.low = DisplayScore(std::max(-1.0, Capped(Propagate(&Score::low)) - missing_weight_));
  report_.score.high = DisplayScore(std::min(1.0, Capped(Propagate(&Score::high)) + missing_weight_));
  report_.map = MapStatus();
  FindBindingVeto(stances);
  Advise(stances);
  return std::move(report_);
}

}  // namespace

std::string_view NameOf(ChainRole role) {
  constexpr std::string_view kNames[] = {"none",      "approver",   "decision_maker", "economic", "technical", "user",
                                         "evaluator", "gatekeeper", "coach",          "champion", "blocker"};
  return kNames[static_cast<size_t>(role)];
}

std::string_view NameOf(Political political) {
  return political == Political::kInnerCircle          ? "inner_circle"
         : political == Political::kPoliticalStructure ? "political_structure"
                                                       : std::string_view();
}

StatusOr<ChainReport> ScoreChain(const Chain& chain, std::span<const double> reach, const ChainOptions& options) {
  KITH_RETURN_IF_ERROR(Check(chain, reach, options));
  return Scoring(chain, reach, options).Run();
}

double Lead(const ChainReport& ours, const ChainReport& theirs) { return ours.value - theirs.value; }

}  // namespace kith::insight
