#include "demo/relations.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "demo/load.h"
#include "demo/show.h"
#include "kith/insight/introductions.h"
#include "kith/insight/quantify.h"

namespace kith::demo {
namespace {

std::string NameOf(const Snapshot& snapshot, Id id) {
  const StatusOr<record::View> view = snapshot.Get(id);
  if (!view.ok()) return std::to_string(id.value());
  const StatusOr<Value> name = GetField(*snapshot.catalog().FindType(id.type()), *view, "name");
  return name.ok() ? name->get<std::string>() : std::to_string(id.value());
}

std::optional<size_t> LargestOpen(const simulator::Company& company, const simulator::Relations& relations) {
  std::optional<size_t> largest;
  for (size_t i = 0; i < company.opportunities.size(); ++i) {
    const simulator::Opportunity& deal = company.opportunities[i];
    const auto people = std::count_if(relations.stakes.begin(), relations.stakes.end(), [&](const auto& stake) { return stake.deal == i; });
    if (deal.moves.back().stage >= simulator::kWon || people < 3) continue;
    if (!largest || deal.amount.minor > company.opportunities[*largest].amount.minor) largest = i;
  }
  return largest;
}

Status ShowChain(const Snapshot& snapshot, Id deal, Time as_of) {
  insight::QuantifyOptions options;
  options.relation.as_of = as_of;
  KITH_ASSIGN_OR_RETURN(const insight::RelationReport report, insight::Quantify(snapshot, Id(), deal, options));
  std::printf("  %s: %.0f of 100, %.0f %% of it known\n", NameOf(snapshot, deal).c_str(), report.score.value,
              100 * report.score.confidence);
  std::printf("  %-22s %8s %8s %8s  %s\n", "who decides", "stance", "weight", "tie", "whose");
  for (const insight::ChainPerson& person : report.chain->people) {
    KITH_ASSIGN_OR_RETURN(const std::vector<insight::EmployeeTie> ties, insight::ReadTies(snapshot, person.contact, options.relation));
    std::printf("  %-22s %8.2f %8.2f %8.2f  %s\n", NameOf(snapshot, person.contact).c_str(), person.stance, person.weight,
                ties.empty() ? 0.0 : ties[0].tie.value, ties.empty() ? "-" : NameOf(snapshot, ties[0].employee).c_str());
  }
  for (const Money& amount : report.capital) {
    std::printf("  our closeness is worth %s of its expected amount\n", Amount(static_cast<double>(amount.minor), amount.currency).c_str());
  }
  if (report.suggestions.empty()) return absl::OkStatus();
  const insight::Suggestion& step = report.suggestions[0];
  std::printf("  what helps most: %s of %s, %+.1f points\n", std::string(insight::NameOf(step.step)).c_str(),
              NameOf(snapshot, step.record).c_str(), step.gain);
  return absl::OkStatus();
}

// Of the first contact whom none of us has met and somebody can introduce.
Status ShowIntroduction(const Snapshot& snapshot, const simulator::Company& company, Time as_of) {
  insight::IntroductionOptions options;
  options.relation.as_of = as_of;
  options.path.count = 1;
  for (size_t i = 0; i < company.contacts.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(const Id contact, snapshot.Find("contact", RefOf("contact", i)));
    KITH_ASSIGN_OR_RETURN(const std::vector<insight::Introduction> found, insight::ReadIntroductions(snapshot, contact, options));
    if (found.empty() || found[0].hops.size() < 3) continue;
    std::printf("  the way to %s (%.2f):", NameOf(snapshot, contact).c_str(), found[0].value);
    for (const insight::IntroductionHop& hop : found[0].hops) {
      std::printf(" %s -%s->", NameOf(snapshot, hop.from).c_str(), std::string(insight::NameOf(hop.kind)).c_str());
    }
    std::printf(" %s\n", NameOf(snapshot, contact).c_str());
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

// Mean score of the chain the day before a deal closed.
struct Before {
  double sum[2] = {0, 0};  // lost, won
  int deals[2] = {0, 0};
};

Status ShowWhetherItTells(const Snapshot& snapshot, const simulator::Company& company, const simulator::Relations& relations) {
  Before groups[2];
  const auto start = std::chrono::steady_clock::now();
  int read = 0;
  for (size_t i = 0; i < company.opportunities.size(); ++i) {
    const simulator::StageMove& last = company.opportunities[i].moves.back();
    if (!relations.has_part[i] || last.stage < simulator::kWon) continue;
    insight::RelationOptions options;
    options.as_of = Time{last.at.micros - kMicrosPerDay};
    KITH_ASSIGN_OR_RETURN(const Id deal, snapshot.Find("opportunity", RefOf("opportunity", i)));
    KITH_ASSIGN_OR_RETURN(const insight::ChainReport chain, insight::ReadChain(snapshot, deal, Id(), options));
    Before& group = groups[relations.decides[i] ? 1 : 0];
    const size_t won = last.stage == simulator::kWon ? 1 : 0;
    group.sum[won] += chain.score.value;
    ++group.deals[won];
    ++read;
  }
  const double micros = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
  for (const int decides : {1, 0}) {
    const Before& group = groups[decides];
    std::printf("  %-34s %5d won: chain %.0f   %5d lost: chain %.0f\n",
                decides == 1 ? "deals that relations decided" : "deals that they did not decide", group.deals[1],
                group.sum[1] / std::max(1, group.deals[1]), group.deals[0], group.sum[0] / std::max(1, group.deals[0]));
  }
  std::printf("  each chain as of the day before its deal closed, %.0f µs each\n", micros / std::max(1, read));
  return absl::OkStatus();
}

}  // namespace

Status ShowRelations(Database& database, const simulator::Company& company, const simulator::Relations& relations) {
  KITH_ASSIGN_OR_RETURN(const auto snapshot, database.Read());
  const Time today = StartOf(company.options.today);
  Heading("Relations: who decides the largest open deal, and who knows them");
  if (const std::optional<size_t> largest = LargestOpen(company, relations)) {
    KITH_ASSIGN_OR_RETURN(const Id deal, snapshot->Find("opportunity", RefOf("opportunity", *largest)));
    KITH_RETURN_IF_ERROR(ShowChain(*snapshot, deal, today));
  }
  KITH_RETURN_IF_ERROR(ShowIntroduction(*snapshot, company, today));
  Heading("Whether chains tell won deals from lost ones");
  return ShowWhetherItTells(*snapshot, company, relations);
}

}  // namespace kith::demo
