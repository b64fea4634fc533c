// Relationships as covariates of a deal's chance.
#include "kith/insight/covariates.h"

#include <algorithm>
#include <cmath>

#include "insight/closing_internal.h"
#include "insight/relationship/facts_internal.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using model::DealPath;
using model::OpenDeal;
using model::PathMove;
using model::StageKind;
using relationship_internal::Facts;
using relationship_internal::Party;
using relationship_internal::Played;

// A number in (0, 1) that belongs to a deal, the same every time: splitmix64.
double ShareOf(Id deal) {
  uint64_t x = deal.value() + 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return (static_cast<double>((x ^ (x >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

struct Closed {
  const DealPath* path = nullptr;
  Time at;
  bool won = false;
};

// How each competitor fared against us, by time.
class Encounters {
 public:
  void Add(Id competitor, Time at, bool won) { by_competitor_[competitor].push_back({at, won}); }
  // Log odds of having won against the competitor by then, 0 for one never met.
  [[nodiscard]] double LogOdds(Id competitor, Time before) const {
    const auto met = by_competitor_.find(competitor);
    if (met == by_competitor_.end()) return 0;
    int64_t wins = 0;
    int64_t deals = 0;
    for (const auto& [at, won] : met->second) {
      if (at >= before) continue;
      ++deals;
      wins += won ? 1 : 0;
    }
    const double share = HeadToHead(wins, deals).value;
    return std::log(share / (1 - share));
  }

 private:
  std::map<Id, std::vector<std::pair<Time, bool>>> by_competitor_;
};

class CovariateReader {
 public:
  CovariateReader(const Snapshot& snapshot, const model::FunnelTables& tables, const RelationCovariateOptions& options)
      : snapshot_(snapshot),
        tables_(tables),
        options_(options),
        now_(options.as_of.value_or(options.recorded.value_or(snapshot.recorded()))) {}

  StatusOr<Covariates> Run() {
    Covariates covariates;
    covariates.names = {"lead", "closeness", "head_to_head"};
    covariates.helps = {true, true, true};
    KITH_ASSIGN_OR_RETURN(const std::vector<DealPath> paths,
                          model::ReadPaths(snapshot_, tables_.pipeline.id, {.as_of = now_, .recorded = options_.recorded}));
    KITH_ASSIGN_OR_RETURN(const std::vector<Closed> closed, FindClosed(paths));
    for (const OpenDeal& deal : tables_.open) {
      KITH_ASSIGN_OR_RETURN(std::optional<std::vector<double>> x, FactsAt(deal.deal, now_));
      if (x.has_value()) covariates.open.emplace(deal.deal, *std::move(x));
    }
    for (const Closed& deal : closed) {
      if (covariates.past.size() >= options_.most_past) break;
      KITH_RETURN_IF_ERROR(AddPast(deal, covariates.past));
    }
    return covariates;
  }

 private:
  // The latest first; also who took part in them.
  StatusOr<std::vector<Closed>> FindClosed(const std::vector<DealPath>& paths) {
    std::vector<Closed> closed;
    for (const DealPath& path : paths) {
      const PathMove* closing = insight_internal::ClosingOf(tables_.pipeline, path.moves);
      if (closing == nullptr) continue;
      closed.push_back({&path, closing->at, tables_.pipeline.Find(closing->to)->kind == StageKind::kWon});
    }
    std::sort(closed.begin(), closed.end(),
              [](const Closed& a, const Closed& b) { return std::pair(b.at, b.path->deal) < std::pair(a.at, a.path->deal); });
    RelationOptions relations = options_.relations;
    for (const Closed& deal : closed) {
      relations.as_of = deal.at;
      relations.recorded = KnownAt(deal.path->deal, now_);
      for (const Id rival : Rivals(Facts(ever_, relations), deal.path->deal)) encounters_.Add(rival, deal.at, deal.won);
    }
    return closed;
  }

  static std::vector<Id> Rivals(const Facts& facts, Id deal) {
    std::vector<Id> rivals;
    facts.ForEach("rival", "deal", deal, [&](const Played& rival) { rivals.push_back(rival.Ref("competitor")); }).IgnoreError();
    return rivals;
  }

  // The moment, where the deal was on record by then: what was put in later, perhaps because of how it ended, is then passed over. Nothing
  // where all of it was put in later, or for now.
  [[nodiscard]] std::optional<Time> KnownAt(Id deal, Time at) const {
    const bool past = at < snapshot_.recorded() && snapshot_.GetAsOf(deal, {.effective = at, .recorded = at}).ok();
    return past ? std::optional(at) : std::nullopt;
  }

  // What is known of a deal at a moment; nothing when nobody has a stake in it.
  StatusOr<std::optional<std::vector<double>>> FactsAt(Id deal, Time at) {
    RelationOptions relations = options_.relations;
    relations.as_of = at;
    relations.contributions = false;
    relations.recorded = KnownAt(deal, at);
    const Facts facts(ever_, relations);
    std::vector<double> reach;
    KITH_ASSIGN_OR_RETURN(const Chain chain, facts.ChainOf(deal, {}, reach));
    if (chain.members.empty()) return std::optional<std::vector<double>>();
    KITH_ASSIGN_OR_RETURN(const ChainReport ours, ScoreChain(chain, reach, relations.chain));
    double closeness = 0;
    for (size_t i = 0; i < ours.people.size(); ++i) closeness += ours.people[i].weight * chain.members[i].inputs.closeness.value;
    std::optional<double> theirs;
    double head_to_head = 0;
    for (const Id rival : Rivals(facts, deal)) {
      Party party;
      party.competitor = rival;
      KITH_ASSIGN_OR_RETURN(const ChainReport report, facts.ScoreOf(deal, party));
      if (theirs.has_value() && report.value <= *theirs) continue;
      theirs = report.value;
      head_to_head = encounters_.LogOdds(rival, at);
    }
    return std::optional(std::vector<double>{ours.value - theirs.value_or(0), closeness, head_to_head});
  }

  // A closed deal as it stood at one moment of its open life.
  Status AddPast(const Closed& closed, std::vector<Covariates::Past>& past) {
    const std::vector<PathMove>& moves = closed.path->moves;
    const Time first = moves.front().at;
    const auto life = static_cast<double>(closed.at.micros - first.micros);
    const Time at{first.micros + static_cast<int64_t>(life * ShareOf(closed.path->deal))};
    DealPath until = *closed.path;
    std::erase_if(until.moves, [&](const PathMove& move) { return move.at > at; });
    const std::optional<OpenDeal> deal = model::OpenDealOf(tables_.pipeline, until);
    if (!deal.has_value() || at >= closed.at) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(std::optional<std::vector<double>> x, FactsAt(deal->deal, at));
    if (!x.has_value()) return absl::OkStatus();
    const double age = static_cast<double>(at.micros - deal->entered.micros) / static_cast<double>(kMicrosPerDay);
    past.push_back({*deal, age, *std::move(x), closed.won});
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  const model::FunnelTables& tables_;
  const RelationCovariateOptions& options_;
  Time now_;
  RelationOptions all_ = {.recorded = Time{INT64_MIN}};
  Facts ever_{snapshot_, all_};  // what has changed or is gone since whatever moment, looked for once for all deals
  Encounters encounters_;
};

}  // namespace

StatusOr<Covariates> ReadRelationCovariates(const Snapshot& snapshot, const model::FunnelTables& tables,
                                            const RelationCovariateOptions& options) {
  return CovariateReader(snapshot, tables, options).Run();
}

}  // namespace kith::insight
