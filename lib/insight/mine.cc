// Stages proposed from what was done, and a definition replayed on it: pure.
#include "kith/insight/mine.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace kith::insight {
namespace {

using model::StageKind;

using Firsts = std::map<std::string, Time>;  // by activity, when it was first done

Firsts FirstsOf(const Trace& trace) {
  Firsts firsts;
  for (const Activity& activity : trace.activities) {
    const auto [at, is_new] = firsts.try_emplace(activity.name, activity.at);
    if (!is_new) at->second = std::min(at->second, activity.at);
  }
  return firsts;
}

void Count(ActivityCount& count, StageKind outcome) {
  ++count.records;
  count.won += outcome == StageKind::kWon ? 1 : 0;
  count.lost += outcome == StageKind::kLost ? 1 : 0;
}

bool MoreOf(const ActivityCount& a, const ActivityCount& b) { return a.records != b.records ? a.records > b.records : a.name < b.name; }

double Share(int64_t part, int64_t whole) { return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole); }

// How many records did one before the other, for the first time.
struct Precedence {
  int64_t before = 0;
  int64_t after = 0;
  [[nodiscard]] double dependency() const { return static_cast<double>(before - after) / (static_cast<double>(before + after) + 1); }
};

class Mining {
 public:
  Mining(const std::vector<Trace>& traces, const MineOptions& options) : options_(options) {
    for (const Trace& trace : traces) {
      if (trace.outcome == StageKind::kOpen) continue;
      closed_.push_back(&trace);
      firsts_.push_back(FirstsOf(trace));
      won_ += trace.outcome == StageKind::kWon ? 1 : 0;
    }
  }

  StageProposal Propose() {
    StageProposal proposal;
    proposal.records = static_cast<int64_t>(closed_.size());
    proposal.missing = std::max<int64_t>(0, options_.least_records - proposal.records);
    if (proposal.missing > 0) return proposal;
    const std::vector<ActivityCount> founding = Sort(proposal.left);
    for (const std::vector<ActivityCount>& group : Cut(Ranked(founding))) proposal.stages.push_back(StageOf(group));
    for (size_t i = 0; i < proposal.stages.size(); ++i) Measure(proposal.stages, i);
    proposal.flows = FlowsOf(proposal.stages);
    return proposal;
  }

 private:
  // Founding activities; the rest goes to `left`.
  std::vector<ActivityCount> Sort(std::vector<ActivityCount>& left) const;
  [[nodiscard]] Precedence PrecedenceOf(const std::string& a, const std::string& b) const;
  [[nodiscard]] std::vector<ActivityCount> Ranked(std::vector<ActivityCount> activities) const;
  [[nodiscard]] std::vector<std::vector<ActivityCount>> Cut(const std::vector<ActivityCount>& ranked) const;
  static ProposedStage StageOf(std::vector<ActivityCount> group);
  void Measure(std::vector<ProposedStage>& stages, size_t i) const;
  static std::optional<Time> FirstIn(const ProposedStage& stage, const Firsts& firsts);
  [[nodiscard]] std::vector<StageFlow> FlowsOf(const std::vector<ProposedStage>& stages) const;

  const MineOptions& options_;
  std::vector<const Trace*> closed_;
  std::vector<Firsts> firsts_;  // of each
  int64_t won_ = 0;
};

std::vector<ActivityCount> Mining::Sort(std::vector<ActivityCount>& left) const {
  std::map<std::string, ActivityCount> counts;
  for (size_t i = 0; i < closed_.size(); ++i) {
    for (const auto& [name, at] : firsts_[i]) Count(counts[name], closed_[i]->outcome);
  }
  std::vector<ActivityCount> founding;
  for (auto& [name, count] : counts) {
    count.name = name;
    // Where nothing was won, what was lost has to do.
    const double share = won_ > 0 ? Share(count.won, won_) : Share(count.records, static_cast<int64_t>(closed_.size()));
    (share >= options_.least_share ? founding : left).push_back(count);
  }
  std::sort(left.begin(), left.end(), MoreOf);
  return founding;
}

Precedence Mining::PrecedenceOf(const std::string& a, const std::string& b) const {
  Precedence order;
  for (const Firsts& firsts : firsts_) {
    const auto first_a = firsts.find(a);
    const auto first_b = firsts.find(b);
    if (first_a == firsts.end() || first_b == firsts.end()) continue;
    order.before += first_a->second < first_b->second ? 1 : 0;
    order.after += first_b->second < first_a->second ? 1 : 0;
  }
  return order;
}

// Earliest first: by the sum of an activity's dependencies on the others.
std::vector<ActivityCount> Mining::Ranked(std::vector<ActivityCount> activities) const {
  std::map<std::string, double> score;
  for (const ActivityCount& a : activities) {
    for (const ActivityCount& b : activities) {
      if (a.name != b.name) score[a.name] += PrecedenceOf(a.name, b.name).dependency();
    }
  }
  std::sort(activities.begin(), activities.end(), [&](const ActivityCount& a, const ActivityCount& b) {
    return score[a.name] != score[b.name] ? score[a.name] > score[b.name] : a.name < b.name;
  });
  return activities;
}

std::vector<std::vector<ActivityCount>> Mining::Cut(const std::vector<ActivityCount>& ranked) const {
  std::vector<std::vector<ActivityCount>> groups;
  for (const ActivityCount& activity : ranked) {
    double least = 1;
    if (!groups.empty()) {
      for (const ActivityCount& member : groups.back()) least = std::min(least, PrecedenceOf(member.name, activity.name).dependency());
    }
    if (groups.empty() || least >= options_.least_order) groups.emplace_back();
    groups.back().push_back(activity);
  }
  return groups;
}

ProposedStage Mining::StageOf(std::vector<ActivityCount> group) {
  std::sort(group.begin(), group.end(), MoreOf);
  ProposedStage stage;
  stage.name = group.front().name;
  stage.activities = std::move(group);
  return stage;
}

std::optional<Time> Mining::FirstIn(const ProposedStage& stage, const Firsts& firsts) {
  std::optional<Time> first;
  for (const ActivityCount& activity : stage.activities) {
    const auto found = firsts.find(activity.name);
    if (found != firsts.end() && (!first.has_value() || found->second < *first)) first = found->second;
  }
  return first;
}

void Mining::Measure(std::vector<ProposedStage>& stages, size_t i) const {
  ProposedStage& stage = stages[i];
  ActivityCount got_there;
  for (size_t k = 0; k < closed_.size(); ++k) {
    const std::optional<Time> here = FirstIn(stage, firsts_[k]);
    if (!here.has_value()) continue;
    Count(got_there, closed_[k]->outcome);
    const std::optional<Time> before = i == 0 ? std::nullopt : FirstIn(stages[i - 1], firsts_[k]);
    if (!before.has_value()) continue;
    stage.in_order += *before < *here ? 1 : 0;
    stage.reversed += *here < *before ? 1 : 0;
  }
  stage.records = got_there.records;
  stage.won = got_there.won;
  stage.lost = got_there.lost;
  const double share = won_ > 0 ? Share(stage.won, won_) : Share(stage.records, static_cast<int64_t>(closed_.size()));
  stage.optional = share < options_.usual_share;
}

std::vector<StageFlow> Mining::FlowsOf(const std::vector<ProposedStage>& stages) const {
  std::map<std::pair<size_t, size_t>, int64_t> counts;
  for (const Firsts& firsts : firsts_) {
    std::vector<std::pair<Time, size_t>> way;
    for (size_t i = 0; i < stages.size(); ++i) {
      if (const std::optional<Time> at = FirstIn(stages[i], firsts); at.has_value()) way.emplace_back(*at, i);
    }
    std::sort(way.begin(), way.end());
    for (size_t i = 0; i < way.size(); ++i) ++counts[{way[i].second, i + 1 < way.size() ? way[i + 1].second : stages.size()}];
  }
  std::vector<StageFlow> flows;
  flows.reserve(counts.size());
  for (const auto& [ends, records] : counts) flows.push_back({ends.first, ends.second, records});
  return flows;
}

}  // namespace

StageProposal ProposeStages(const std::vector<Trace>& traces, const MineOptions& options) { return Mining(traces, options).Propose(); }

model::Pipeline PipelineOf(const StageProposal& proposal, std::string name, std::string for_type) {
  model::Pipeline pipeline;
  pipeline.name = std::move(name);
  pipeline.for_type = std::move(for_type);
  const auto add = [&](std::string stage_name, StageKind kind, bool optional) {
    model::Stage& stage = pipeline.stages.emplace_back();
    stage.name = std::move(stage_name);
    stage.kind = kind;
    stage.optional = optional;
    stage.position = static_cast<int32_t>(pipeline.stages.size());
  };
  for (const ProposedStage& stage : proposal.stages) add(stage.name, StageKind::kOpen, stage.optional);
  add("won", StageKind::kWon, false);
  add("lost", StageKind::kLost, false);
  return pipeline;
}

Replay ReplayStages(const std::vector<ProposedStage>& stages, const std::vector<Trace>& traces) {
  std::map<std::string, size_t> stage_of;
  for (size_t i = 0; i < stages.size(); ++i) {
    for (const ActivityCount& activity : stages[i].activities) stage_of.emplace(activity.name, i);
  }
  Replay replay;
  replay.reached.resize(stages.size());
  std::map<std::string, ActivityCount> unknown;
  for (const Trace& trace : traces) {
    ReplayedRecord record;
    record.record = trace.record;
    std::set<std::string> unknown_here;
    for (const Activity& activity : trace.activities) {
      const auto known = stage_of.find(activity.name);
      if (known == stage_of.end()) {
        unknown_here.insert(activity.name);
      } else if (record.entries.empty() || record.entries.back().stage < known->second) {
        record.entries.push_back({known->second, activity.at});
      } else if (known->second < record.entries.back().stage) {
        ++record.backward;
      }
    }
    for (const std::string& name : unknown_here) Count(unknown[name], trace.outcome);
    if (record.entries.empty()) {
      replay.unmapped.push_back(trace.record);
      continue;
    }
    for (size_t i = 0; i <= record.entries.back().stage; ++i) ++replay.reached[i];
    replay.records.push_back(std::move(record));
  }
  for (auto& [name, count] : unknown) {
    count.name = name;
    replay.unknown.push_back(count);
  }
  std::sort(replay.unknown.begin(), replay.unknown.end(), MoreOf);
  return replay;
}

}  // namespace kith::insight
