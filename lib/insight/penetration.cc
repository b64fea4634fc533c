#include "kith/insight/penetration.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "insight/relationship/facts_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/model/model.h"
#include "kith/model/relation.h"

namespace kith::insight {
namespace {

using catalog::BehaviourDef;
using catalog::FieldDef;
using catalog::TypeDef;
using relationship_internal::Facts;
using relationship_internal::Played;

constexpr std::string_view kSystem = "kith.expansion";

ExternalRef ReferenceTo(const model::Pipeline& pipeline, Id head) {
  return {std::string(kSystem), Concat({std::to_string(pipeline.id.value()), "/", std::to_string(head.value())})};
}

// What deals say of an account.
struct DealSummary {
  bool any = false;
  bool open = false;
  bool won = false;
  bool active = false;
};

class Penetrating {
 public:
  Penetrating(const Snapshot& snapshot, const model::Pipeline& pipeline, const PenetrationOptions& options)
      : snapshot_(snapshot), pipeline_(pipeline), options_(options), facts_(snapshot, relations_) {
    report_.now = options.now.value_or(snapshot.recorded());
  }

  StatusOr<Penetration> Run() {
    KITH_RETURN_IF_ERROR(ReadParents());
    KITH_RETURN_IF_ERROR(ReadDeals());
    if (!report_.masked.empty()) return std::move(report_);
    for (const auto& [head, subsidiaries] : Groups()) KITH_RETURN_IF_ERROR(Add(head, subsidiaries));
    std::sort(report_.groups.begin(), report_.groups.end(), [](const GroupPenetration& a, const GroupPenetration& b) {
      return std::make_tuple(!a.expand, -a.share(), -a.subsidiaries, a.head) <
             std::make_tuple(!b.expand, -b.share(), -b.subsidiaries, b.head);
    });
    return std::move(report_);
  }

 private:
  // Organisations are of types that may belong to their own kind.
  Status ReadParents() {
    for (const TypeDef* type : snapshot_.catalog().TypesWith("party")) {
      const FieldDef* above = type->FindRole("party", "organisation");
      const bool nested =
          above != nullptr && std::find(above->refers_to.begin(), above->refers_to.end(), type->name) != above->refers_to.end();
      if (!nested || !kith::MayJudge(snapshot_, *type, "party", {"organisation"}, report_.masked)) continue;
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type->name));
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        KITH_ASSIGN_OR_RETURN(parents_[cursor->id()], ParentOf(view, *above));
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    return absl::OkStatus();
  }

  StatusOr<Id> ParentOf(record::View organisation, const FieldDef& above) const {
    if (options_.relation.empty()) return organisation.GetRef(above.position);
    KITH_ASSIGN_OR_RETURN(const auto found, model::Neighbours(snapshot_, organisation.id(), options_.relation));
    return found.empty() ? Id() : found.front().record;
  }

  Status ReadDeals() {
    KITH_ASSIGN_OR_RETURN(const TypeDef* type, snapshot_.catalog().GetType(pipeline_.for_type));
    if (type->FindRole("pipelined", "account") == nullptr) {
      return MakeError({.reason = Reason::kBadOptions, .type = type->name, .hint = "give its behaviour pipelined the role account"},
                       "deals of the type name no account");
    }
    if (!kith::MayJudge(snapshot_, *type, "pipelined", {"account", "stage", "pipeline", "closed_at"}, report_.masked)) {
      return absl::OkStatus();
    }
    const BehaviourDef& roles = *type->FindBehaviour("pipelined");
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type->name));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      const Played deal(*type, roles, view);
      const model::Stage* stage = deal.Ref("pipeline") == pipeline_.id ? pipeline_.Find(deal.Ref("stage")) : nullptr;
      if (stage == nullptr) continue;
      DealSummary& deals = deals_[deal.Ref("account")];
      deals.any = true;
      deals.open |= stage->kind == model::StageKind::kOpen;
      if (stage->kind != model::StageKind::kWon) continue;
      deals.won = true;
      const Time since{report_.now.micros - options_.active_days * kMicrosPerDay};
      deals.active |= deal.At("closed_at").value_or(Time{INT64_MIN}) > since;
    }
    return cursor->status();
  }

  // By their heads; whoever belongs to a circle has none.
  [[nodiscard]] std::map<Id, std::vector<Id>> Groups() const {
    std::map<Id, std::vector<Id>> groups;
    for (const auto& [id, above] : parents_) {
      Id head = id;
      size_t steps = 0;
      for (auto at = parents_.find(above); at != parents_.end() && steps <= limits::kRelationSteps; at = parents_.find(at->second)) {
        head = at->first;
        ++steps;
      }
      if (head != id && steps <= limits::kRelationSteps) groups[head].push_back(id);
    }
    return groups;
  }

  [[nodiscard]] DealSummary DealsOf(Id account) const {
    const auto found = deals_.find(account);
    return found == deals_.end() ? DealSummary() : found->second;
  }

  Status Add(Id head, const std::vector<Id>& subsidiaries) {
    GroupPenetration group;
    group.head = head;
    group.name = facts_.NameOf(head);
    group.subsidiaries = static_cast<int64_t>(subsidiaries.size());
    for (const Id id : subsidiaries) {
      const DealSummary deals = DealsOf(id);
      group.worked += deals.any ? 1 : 0;
      group.won += deals.won ? 1 : 0;
      if (deals.active) group.active_ones.push_back(id);
    }
    group.active = static_cast<int64_t>(group.active_ones.size());
    group.head_open = DealsOf(head).open;
    const StatusOr<Id> suggested = snapshot_.Find(pipeline_.for_type, ReferenceTo(pipeline_, head));
    if (suggested.ok()) group.suggested = *suggested;
    group.expand =
        group.subsidiaries >= options_.fewest && group.share() >= options_.threshold && !group.head_open && !group.suggested.has_value();
    KITH_RETURN_IF_ERROR(Reach(group));
    report_.groups.push_back(std::move(group));
    return absl::OkStatus();
  }

  Status Reach(GroupPenetration& group) const {
    return facts_.ForEachPersonOf(group.head, [&](const Played& person) -> Status {
      const FieldDef* level = person.Find("level");
      if (level == nullptr || level->choices.empty() || person.Choice("level") != level->choices.front().name) return absl::OkStatus();
      KITH_ASSIGN_OR_RETURN(const std::vector<EmployeeTie> ties, facts_.Ties(person.id(), false));
      std::vector<double> strengths;
      for (const EmployeeTie& tie : ties) {
        if (tie.active) strengths.push_back(tie.tie.value);
      }
      const double reach = NoisyOr(strengths);
      if (!group.executive.is_null() && reach <= group.reach) return absl::OkStatus();
      group.reach = reach;
      group.executive = person.id();
      return absl::OkStatus();
    });
  }

  const Snapshot& snapshot_;
  const model::Pipeline& pipeline_;
  const PenetrationOptions& options_;
  const RelationOptions relations_;
  const Facts facts_;
  std::map<Id, Id> parents_;  // null: belongs to none
  std::map<Id, DealSummary> deals_;
  Penetration report_;
};

}  // namespace

StatusOr<Penetration> PenetrationOf(const Snapshot& snapshot, const model::Pipeline& pipeline, const PenetrationOptions& options) {
  const auto refuse = [](std::string_view field, const std::string& value, std::string_view what) {
    return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = value}, what);
  };
  constexpr int64_t kMostDays = 36'500;
  if (options.active_days < 1 || options.active_days > kMostDays) {
    return refuse("active_days", std::to_string(options.active_days), "is not from 1 to 36,500");
  }
  if (!(options.threshold > 0 && options.threshold <= 1)) {
    return refuse("threshold", std::to_string(options.threshold), "is a share above 0, at most 1");
  }
  if (options.fewest < 1) return refuse("fewest", std::to_string(options.fewest), "is below 1");
  return Penetrating(snapshot, pipeline, options).Run();
}

StatusOr<size_t> SuggestExpansions(const Snapshot& snapshot, const model::Pipeline& pipeline, const Penetration& penetration,
                                   Batch& batch) {
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, snapshot.catalog().GetType(pipeline.for_type));
  const auto first = std::find_if(pipeline.stages.begin(), pipeline.stages.end(),
                                  [](const model::Stage& stage) { return stage.kind == model::StageKind::kOpen && !stage.archived; });
  const FieldDef* account = type->FindRole("pipelined", "account");
  const FieldDef* name = type->FindRole("pipelined", "name");
  if (first == pipeline.stages.end() || account == nullptr) {
    return MakeError({.reason = Reason::kBadOptions, .type = type->name, .value = pipeline.name}, "no deal can begin in the pipeline");
  }
  size_t suggested = 0;
  for (const GroupPenetration& group : penetration.groups) {
    if (!group.expand) continue;
    KITH_ASSIGN_OR_RETURN(const record::View head, snapshot.Get(group.head));
    const ExternalRef reference = ReferenceTo(pipeline, group.head);
    const Id deal = batch.CreateIfAbsent(type->name, reference);
    if (name != nullptr) batch.SetInitially(deal, name->name, group.name);
    batch.SetInitially(deal, account->name, group.head);
    if (head.header().owner != 0) batch.SetInitially(deal, "owner", Id(head.header().owner));
    model::Move(batch, deal, Concat({pipeline.name, "/", first->name}),
                {.at = {}, .cause = model::MoveCause::kEvent, .reason = "most of the group is active", .external = reference});
    ++suggested;
  }
  return suggested;
}

}  // namespace kith::insight
