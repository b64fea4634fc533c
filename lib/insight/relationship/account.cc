// An account, an employee, the firm, and what relations are worth in money (§5.4.3 to §5.4.5, 货币化).
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "insight/relationship/relationship_internal.h"
#include "insight/special_internal.h"
#include "kith/insight/quantify.h"

namespace kith::insight {
namespace {

constexpr double kDepthShare = 0.40;
constexpr double kBreadthShare = 0.25;
constexpr double kThreadsShare = 0.20;
constexpr double kServiceShare = 0.15;
constexpr double kThreadScale = 3;

std::vector<double> StrengthsOf(const RosterPerson& person, double Score::*part) {
  std::vector<double> strengths;
  for (const auto& [employee, tie] : person.ties) strengths.push_back(tie.*part);
  return strengths;
}

double StrengthWithout(const std::vector<std::pair<Id, double>>& ties, Id employee) {
  std::vector<double> strengths;
  for (const auto& [id, strength] : ties) {
    if (id != employee) strengths.push_back(strength);
  }
  return NoisyOr(strengths);
}

// Depth, breadth and threads with the ties at their value, low or high.
struct Parts {
  double depth = 0;
  double breadth = 0;
  double threads = 0;
};

Parts PartsOf(const AccountFacts& facts, double Score::*part) {
  Parts parts;
  double power = 0;
  double sum = 0;
  std::map<uint64_t, double> closest;
  for (const auto& [unit, potential] : facts.units) closest[unit] = 0;
  for (const RosterPerson& person : facts.people) {
    const double closeness = NoisyOr(StrengthsOf(person, part));
    power += person.power;
    parts.depth += person.power * closeness * (1 + person.stance) / 2;
    sum += closeness;
    double& best = closest[person.unit];
    best = std::max(best, closeness);
  }
  if (power > 0) parts.depth /= power;
  const std::map<uint64_t, double> potentials(facts.units.begin(), facts.units.end());
  double potential = 0;
  for (const auto& [unit, closeness] : closest) {
    const auto found = potentials.find(unit);
    const double share = found == potentials.end() ? 1 : found->second;
    potential += share;
    parts.breadth += share * closeness;
  }
  if (potential > 0) parts.breadth /= potential;
  parts.threads = -std::expm1(-sum / kThreadScale);
  return parts;
}

double ScoreOf(const Parts& parts, const AccountFacts& facts, double service) {
  const double relations = kDepthShare * parts.depth + kBreadthShare * parts.breadth + kThreadsShare * parts.threads;
  if (!facts.open_severity) return 100 * relations / (1 - kServiceShare);
  return 100 * (relations + kServiceShare * service);
}

// The employee with whom the largest share of Σ power·closeness would go.
void FindSingleThread(const AccountFacts& facts, AccountReport& report) {
  double all = 0;
  std::map<Id, double> lost;
  for (const RosterPerson& person : facts.people) {
    std::vector<std::pair<Id, double>> ties;
    for (const auto& [employee, tie] : person.ties) ties.emplace_back(employee, tie.value);
    const double closeness = NoisyOr(StrengthsOf(person, &Score::value));
    all += person.power * closeness;
    for (const auto& [employee, tie] : ties) lost[employee] += person.power * (closeness - StrengthWithout(ties, employee));
  }
  if (all <= 0) return;
  for (const auto& [employee, loss] : lost) {
    if (loss / all <= report.bus_factor) continue;
    report.bus_factor = loss / all;
    report.single_thread = employee;
  }
}

}  // namespace

AccountReport ScoreAccount(const AccountFacts& facts) {
  AccountReport report;
  const Parts parts = PartsOf(facts, &Score::value);
  report.depth = parts.depth;
  report.breadth = parts.breadth;
  report.threads = parts.threads;
  if (facts.open_severity) report.service = 1 / (1 + std::max(0.0, *facts.open_severity));
  report.score.value = ScoreOf(parts, facts, report.service);
  report.score.low = ScoreOf(PartsOf(facts, &Score::low), facts, report.service);
  report.score.high = ScoreOf(PartsOf(facts, &Score::high), facts, report.service);
  double power = 0;
  for (const RosterPerson& person : facts.people) {
    std::vector<Score> ties;
    for (const auto& [employee, tie] : person.ties) ties.push_back(tie);
    Score all = NoisyOr(ties);
    report.score.confidence += person.power * all.confidence;
    power += person.power;
    report.score.contributions.insert(report.score.contributions.end(), all.contributions.begin(), all.contributions.end());
  }
  if (power > 0) report.score.confidence /= power;
  relationship_internal::SortContributions(report.score);
  FindSingleThread(facts, report);
  return report;
}

std::vector<double> AccountGains(const AccountFacts& facts) {
  double power = 0;
  double sum = 0;
  double potential = 0;
  std::vector<double> closeness;
  std::map<uint64_t, double> closest;
  std::map<uint64_t, double> potentials(facts.units.begin(), facts.units.end());
  for (const RosterPerson& person : facts.people) {
    closeness.push_back(NoisyOr(StrengthsOf(person, &Score::value)));
    power += person.power;
    sum += closeness.back();
    double& best = closest[person.unit];
    best = std::max(best, closeness.back());
    potentials.try_emplace(person.unit, 1);
  }
  for (const auto& [unit, share] : potentials) potential += share;
  std::vector<double> gains;
  for (size_t i = 0; i < facts.people.size(); ++i) {
    const RosterPerson& person = facts.people[i];
    const double room = 1 - closeness[i];
    Parts gained;
    gained.depth = person.power / power * room * (1 + person.stance) / 2;
    if (potential > 0) gained.breadth = potentials[person.unit] / potential * (1 - closest[person.unit]);
    gained.threads = std::exp(-sum / kThreadScale) - std::exp(-(sum + room) / kThreadScale);
    gains.push_back(ScoreOf(gained, facts, 0));
  }
  return gains;
}

std::vector<EmployeeReport> ScoreEmployees(std::span<const ValuedPerson> people) {
  std::map<Id, EmployeeReport> reports;
  for (const ValuedPerson& person : people) {
    const double all = StrengthWithout(person.ties, Id());
    for (const auto& [employee, tie] : person.ties) {
      EmployeeReport& report = reports[employee];
      report.employee = employee;
      const double exclusive = person.value * (all - StrengthWithout(person.ties, employee));
      report.reach += person.value * tie;
      report.exclusive += exclusive;
      report.hand_over.push_back({person.contact, tie, exclusive});
    }
  }
  std::vector<EmployeeReport> sorted;
  for (auto& [employee, report] : reports) {
    std::stable_sort(report.hand_over.begin(), report.hand_over.end(),
                     [](const auto& a, const auto& b) { return a.exclusive > b.exclusive; });
    sorted.push_back(std::move(report));
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.exclusive > b.exclusive; });
  return sorted;
}

std::optional<double> Concentration(std::span<const EmployeeReport> employees) {
  double all = 0;
  double squares = 0;
  for (const EmployeeReport& employee : employees) {
    all += employee.exclusive;
    squares += employee.exclusive * employee.exclusive;
  }
  if (all <= 0) return std::nullopt;
  return squares / (all * all);
}

StatusOr<std::vector<Money>> RelationshipCapital(std::span<const DealStake> deals, double effect) {
  if (!(effect >= 0)) {
    return MakeError({.reason = Reason::kOutOfRange, .field = "effect", .value = std::to_string(effect)}, "an effect is 0 or more");
  }
  std::map<uint32_t, double> sums;
  for (const DealStake& deal : deals) {
    if (!(deal.win_probability >= 0 && deal.win_probability <= 1)) {
      return MakeError({.reason = Reason::kOutOfRange, .record = deal.deal, .value = std::to_string(deal.win_probability)},
                       "a probability lies between 0 and 1");
    }
    const double p = deal.win_probability;
    const double lead = std::max(0.0, deal.chain - deal.chain_without) / 2;
    const bool certain = p <= 0 || p >= 1;
    const double without = certain ? p : insight_internal::Logistic(insight_internal::Logit(p) - effect * lead);
    sums[deal.amount.currency.packed()] += static_cast<double>(deal.amount.minor) * (p - without);
  }
  std::vector<Money> capital;
  for (const auto& [currency, minor] : sums) {
    if (!(std::fabs(minor) < 9.2e18)) return MakeError(Reason::kArithmeticOverflow, "the sum of the deals' amounts does not fit");
    capital.push_back({std::llround(minor), Currency::FromPacked(currency)});
  }
  return capital;
}

}  // namespace kith::insight
