// Handing out what pools hold, and taking it back. What must hold is the rule "pools"'s concern; here it is said who gets what, and when
// something goes back.
#include "kith/crm/pool.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "crm/records_internal.h"
#include "kith/base/concat.h"
#include "kith/engine/referring.h"
#include "kith/expr/expr.h"
#include "kith/insight/allocation.h"
#include "kith/model/timeline.h"

namespace kith::crm {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kPooled = "pooled";
constexpr std::string_view kClaim = "pool_claim";
constexpr std::string_view kWarningSystem = "kith.pool.warning";

Value ValueOf(const TypeDef& type, record::View view, std::string_view field) { return view.Get(type.FindField(field)->position); }
Id RefOf(const TypeDef& type, record::View view, std::string_view field) { return view.GetRef(type.FindField(field)->position); }
std::optional<int64_t> IntOf(const TypeDef& type, record::View view, std::string_view field) {
  const Value value = ValueOf(type, view, field);
  return value.is_null() ? std::nullopt : std::optional(value.get<int64_t>());
}
std::optional<Time> TimeOf(const TypeDef& type, record::View view, std::string_view field) {
  const Value value = ValueOf(type, view, field);
  return value.is_null() ? std::nullopt : std::optional(value.get<Time>());
}

Status Refuse(Id record, std::string_view message, std::string hint) {
  return MakeError({.reason = Reason::kPreconditionFailed, .record = record, .hint = std::move(hint)}, message);
}

// The types that pools are made of.
struct Types {
  const TypeDef* pool = nullptr;
  const TypeDef* member = nullptr;
  const TypeDef* claim = nullptr;
  static StatusOr<Types> Of(const catalog::Catalog& catalog) {
    const Types types = {catalog.FindType("pool"), catalog.FindType("pool_member"), catalog.FindType(kClaim)};
    if (types.pool != nullptr && types.member != nullptr && types.claim != nullptr) return types;
    return MakeError({.reason = Reason::kPackageMissing, .value = "kith.crm", .hint = "open the database with model::OpenDatabase"},
                     "the database has no pools");
  }
};

// Visible records whose values in the first fields of an index are `equal`; by other ways where the viewer may not read it.
using Visit = std::function<Status(record::View view)>;
Status ForEach(const Snapshot& snapshot, const TypeDef& type, std::string_view name, std::vector<Value> equal, const Visit& visit) {
  const catalog::IndexDef* index = type.FindIndex(name);
  if (index == nullptr) return MakeError({.reason = Reason::kUnknownIndex, .type = type.name, .value = std::string(name)}, "no such index");
  if (!MayRead(snapshot, type, *index)) {
    return ForEachWith(snapshot, type, *type.FindField(index->parts[0].field), equal[0], [&](record::View view) {
      for (size_t i = 1; i < equal.size(); ++i) {
        const int32_t position = index->parts[i].position;
        if (snapshot.IsMasked(type, position) || GetFieldAt(view, position) != equal[i]) return absl::OkStatus();
      }
      return visit(view);
    });
  }
  IndexRange range;
  range.equal = std::move(equal);
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.ScanIndex(type, *index, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    KITH_RETURN_IF_ERROR(visit(view));
  }
  return cursor->status();
}

// Conditions on pooled records, compiled once for each type.
class Conditions {
 public:
  explicit Conditions(const Snapshot& snapshot) : snapshot_(snapshot), records_(snapshot), evaluator_(&records_) {}

  // An empty one always holds; one that has no answer does not.
  StatusOr<bool> Holds(const std::string& text, record::View record) {
    if (text.empty()) return true;
    const TypeDef* type = snapshot_.catalog().FindType(record.id().type());
    const auto [at, added] = programs_.try_emplace({type->number, text});
    if (added) {
      expr::Environment names;
      names.catalog = snapshot_.shared_catalog();
      names.record = type;
      StatusOr<expr::Program> program = expr::Program::Compile(text, names, expr::TypeKind::kBool);
      if (!program.ok()) return WithContext(program.status(), {.type = type->name, .value = text});
      at->second = *std::move(program);
    }
    const bool holds = evaluator_.Test(*at->second, record) == expr::Match::kYes;
    KITH_RETURN_IF_ERROR(records_.status());
    return holds;
  }

 private:
  const Snapshot& snapshot_;
  ReferredRecords records_;
  expr::Evaluator evaluator_;
  std::map<std::pair<TypeNumber, std::string>, std::optional<expr::Program>> programs_;
};

// --- assigning

struct Member {
  Id employee;
  std::optional<int64_t> capacity;
  int64_t weight = 1;
  std::string takes;
  int64_t held = 0;
  int64_t assigned = 0;   // ever, from this pool
  int64_t converted = 0;  // of what they had; with results
  int64_t failed = 0;
  double drawn = 0;  // a rate that they may have, for one record
  [[nodiscard]] bool has_room() const { return !capacity.has_value() || held < *capacity; }
};

class Assigning {
 public:
  Assigning(const Snapshot& snapshot, Batch& batch, const Types& types)
      : snapshot_(snapshot), batch_(batch), types_(types), conditions_(snapshot) {}

  StatusOr<std::vector<Assigned>> Assign(std::string_view pool, const AssignOptions& options) {
    KITH_RETURN_IF_ERROR(ReadPool(pool));
    KITH_RETURN_IF_ERROR(ReadMembers());
    std::vector<Id> records = options.records;
    if (records.empty()) {
      KITH_ASSIGN_OR_RETURN(records, FreeRecords(options.limit));
    }
    std::vector<Assigned> assigned;
    for (const Id record : records) {
      if (assigned.size() == options.limit) break;
      KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(record));
      KITH_RETURN_IF_ERROR(CheckFree(view));
      KITH_ASSIGN_OR_RETURN(Assigned one, AssignOne(view));
      assigned.push_back(std::move(one));
    }
    return assigned;
  }

 private:
  Status ReadPool(std::string_view name) {
    KITH_RETURN_IF_ERROR(ForEach(snapshot_, *types_.pool, "by_name", {Value(name)}, [&](record::View view) {
      pool_ = view.id();
      capacity_ = IntOf(*types_.pool, view, "capacity");
      const FieldDef& assignment = *types_.pool->FindField("assignment");
      by_load_ = view.GetInt(assignment.position) == assignment.FindChoice("by_load")->number;
      by_result_ = view.GetInt(assignment.position) == assignment.FindChoice("by_result")->number;
      return absl::OkStatus();
    }));
    name_ = std::string(name);
    if (!pool_.is_null()) return absl::OkStatus();
    return MakeError({.reason = Reason::kRecordMissing, .type = types_.pool->name, .value = name_}, "no such pool");
  }

  Status ReadMembers() {
    KITH_RETURN_IF_ERROR(ForEach(snapshot_, *types_.member, "by_pool", {Value(pool_)}, [&](record::View view) {
      if (ValueOf(*types_.member, view, "active") != Value(true)) return absl::OkStatus();
      Member member;
      member.employee = RefOf(*types_.member, view, "employee");
      member.capacity = IntOf(*types_.member, view, "capacity");
      if (!member.capacity.has_value()) member.capacity = capacity_;
      member.weight = IntOf(*types_.member, view, "weight").value_or(1);
      member.takes = std::string(view.GetText(types_.member->FindField("takes")->position));
      members_.push_back(std::move(member));
      return absl::OkStatus();
    }));
    std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.employee < b.employee; });
    const FieldDef& how = *types_.claim->FindField("how");
    const int64_t assigned = how.FindChoice("assigned")->number;
    for (Member& member : members_) {
      KITH_RETURN_IF_ERROR(ForEach(snapshot_, *types_.claim, "by_holder", {Value(member.employee), Value(pool_)}, [&](record::View view) {
        member.held += ValueOf(*types_.claim, view, "to").is_null();
        member.assigned += view.GetInt(how.position) == assigned;
        return by_result_ ? CountResult(view, member) : absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  // What came of a claim: what was passed on says nothing, what is held nothing yet, unless it was found to be nothing.
  Status CountResult(record::View claim, Member& member) const {
    const FieldDef& ended = *types_.claim->FindField("ended");
    const auto is = [&](std::string_view name) { return claim.GetInt(ended.position) == ended.FindChoice(name)->number; };
    if (claim.has(ended.position)) {
      member.converted += is("converted");
      member.failed += is("released") || is("recycled");
      return absl::OkStatus();
    }
    const StatusOr<record::View> record = snapshot_.Get(RefOf(*types_.claim, claim, "record"));
    if (!record.ok()) return absl::IsNotFound(record.status()) ? absl::OkStatus() : record.status();
    const FieldDef* status = snapshot_.catalog().FindType(record->id().type())->FindRole(kPooled, "status");
    const catalog::ChoiceDef* nothing = status == nullptr ? nullptr : status->FindChoice("disqualified");
    member.failed += nothing != nullptr && record->GetInt(status->position) == nothing->number;
    return absl::OkStatus();
  }

  // By an index of pool and owner where there is one, so that what is held costs nothing.
  Status ForEachFree(const TypeDef& type, const FieldDef& pool, const Visit& visit) const {
    for (const catalog::IndexDef& index : type.indexes) {
      const bool leads = index.kind == catalog::IndexKind::kOrdered && index.parts.size() >= 2 && index.parts[0].field == pool.name &&
                         index.parts[1].field == "owner";
      if (leads) return ForEach(snapshot_, type, index.name, {Value(name_), Value()}, visit);
    }
    return ForEachWith(snapshot_, type, pool, Value(name_),
                       [&](record::View view) { return view.header().owner == 0 ? visit(view) : absl::OkStatus(); });
  }

  StatusOr<std::vector<Id>> FreeRecords(size_t limit) {
    std::vector<Id> free;
    for (const TypeDef* type : snapshot_.catalog().TypesWith(kPooled)) {
      const FieldDef* pool = type->FindRole(kPooled, "pool");
      if (free.size() >= limit) break;
      const Status looked = ForEachFree(*type, *pool, [&](record::View view) {
        free.push_back(view.id());
        return free.size() < limit ? absl::OkStatus() : absl::CancelledError();  // a pool may be large
      });
      if (free.size() < limit) KITH_RETURN_IF_ERROR(looked);
    }
    std::sort(free.begin(), free.end());
    return free;
  }

  Status CheckFree(record::View view) const {
    const TypeDef* type = snapshot_.catalog().FindType(view.id().type());
    const FieldDef* pool = type->FindRole(kPooled, "pool");
    if (pool == nullptr || view.GetText(pool->position) != name_) return Refuse(view.id(), "is not in the pool " + name_, {});
    if (view.header().owner == 0) return absl::OkStatus();
    return Refuse(view.id(), "is held by " + std::to_string(view.header().owner), "assign what is free");
  }

  // Whether a comes before b; fractions are compared without dividing.
  [[nodiscard]] bool Goes(const Member& a, const Member& b) const {
    if (by_result_) return std::make_tuple(-a.drawn, a.employee) < std::make_tuple(-b.drawn, b.employee);
    if (by_load_) {
      // Somebody without a limit counts as having the most room that there is.
      const auto most = [](const Member& m) { return m.capacity.value_or(kUnlimited); };
      return std::make_tuple(a.held * most(b), a.employee) < std::make_tuple(b.held * most(a), b.employee);
    }
    return std::make_tuple(a.assigned * b.weight, a.employee) < std::make_tuple(b.assigned * a.weight, b.employee);
  }

  StatusOr<Assigned> AssignOne(record::View view) {
    Member* best = nullptr;
    size_t taking = 0;
    size_t full = 0;
    for (Member& member : members_) {
      KITH_ASSIGN_OR_RETURN(const bool takes, conditions_.Holds(member.takes, view));
      if (!takes) continue;
      ++taking;
      full += !member.has_room();
      if (by_result_) member.drawn = insight::DrawRate(member.converted, member.failed, view.id().value() * kMix + member.employee.value());
      if (member.has_room() && (best == nullptr || Goes(member, *best))) best = &member;
    }
    const std::string among = Concat({std::to_string(taking), " of ", std::to_string(members_.size()), " members take it"});
    if (best == nullptr) return Assigned{view.id(), Id(), taking == 0 ? among : Concat({among, ", all are full"})};
    Assigned assigned{view.id(), best->employee, ReasonFor(*best, among, full)};
    batch_.RequireValue(view.id(), "owner", Value());
    batch_.Set(view.id(), "owner", best->employee);
    const Id claim = batch_.Create(kClaim);
    batch_.Set(claim, "record", view.id());
    batch_.Set(claim, "holder", best->employee);
    batch_.SetChoice(claim, "how", "assigned");
    batch_.Set(claim, "reason", assigned.reason);
    ++best->held;
    ++best->assigned;
    return assigned;
  }

  [[nodiscard]] std::string ReasonFor(const Member& member, const std::string& among, size_t full) const {
    std::string reason = among;
    if (full > 0) reason += Concat({", ", std::to_string(full), " of them full"});
    if (by_result_) {
      const std::string of = Concat({std::to_string(member.converted), " of ", std::to_string(member.converted + member.failed)});
      const auto percent = static_cast<int64_t>(100 * member.drawn);
      return Concat({reason, "; converted ", of, ", may convert ", std::to_string(percent), " % (drawn), the most"});
    }
    if (!by_load_) {
      reason += Concat({"; was assigned ", std::to_string(member.assigned)});
      return member.weight == 1 ? reason + ", fewest" : Concat({reason, " at weight ", std::to_string(member.weight), ", fewest for it"});
    }
    reason += Concat({"; holds ", std::to_string(member.held)});
    return member.capacity.has_value() ? Concat({reason, " of ", std::to_string(*member.capacity), ", the smallest load"})
                                       : reason + ", without limit";
  }

  static constexpr uint64_t kMix = 0x9E3779B97F4A7C15;
  static constexpr int64_t kUnlimited = int64_t{1} << 31;
  const Snapshot& snapshot_;
  Batch& batch_;
  const Types& types_;
  Conditions conditions_;
  Id pool_;
  std::string name_;
  std::optional<int64_t> capacity_;
  bool by_load_ = false;
  bool by_result_ = false;
  std::vector<Member> members_;
};

// --- taking back

struct Rules {
  Id pool;
  std::optional<int64_t> recycle_days;
  int64_t warn_days = 0;
  std::string exempt;
};

// The last interaction or move of a record until a moment, not before `since`.
StatusOr<Time> LastTouched(const Snapshot& snapshot, Id record, Time since, Time until) {
  model::TimelineOptions options{.whole = false, .from = since, .until = Time{until.micros + 1}, .limit = 1};
  options.kinds = {model::TimelineKind::kInteraction, model::TimelineKind::kMove};
  KITH_ASSIGN_OR_RETURN(const model::TimelinePage page, model::ReadTimeline(snapshot, record, options));
  return page.entries.empty() ? since : page.entries.front().at;
}

class Recycling {
 public:
  Recycling(Database& database, Time now, const RecycleOptions& options) : database_(database), now_(now), options_(options) {}

  StatusOr<RecycleReport> Run() {
    KITH_ASSIGN_OR_RETURN(snapshot_, database_.Read());
    KITH_ASSIGN_OR_RETURN(types_, Types::Of(snapshot_->catalog()));
    conditions_.emplace(*snapshot_);
    KITH_ASSIGN_OR_RETURN(const std::vector<Rules> pools, Pools());
    for (const Rules& rules : pools) {
      if (!rules.recycle_days.has_value()) continue;
      KITH_RETURN_IF_ERROR(ForEach(*snapshot_, *types_.claim, "by_pool", {Value(rules.pool), Value()},
                                   [&](record::View claim) { return Look(rules, claim); }));
    }
    return std::move(report_);
  }

 private:
  StatusOr<std::vector<Rules>> Pools() const {
    std::vector<Rules> pools;
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_->Scan(types_.pool->name));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      if (!options_.pool.empty() && ValueOf(*types_.pool, view, "name") != Value(options_.pool)) continue;
      pools.push_back({cursor->id(), IntOf(*types_.pool, view, "recycle_days"), IntOf(*types_.pool, view, "warn_days").value_or(0),
                       std::string(view.GetText(types_.pool->FindField("exempt")->position))});
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return pools;
  }

  // One record that somebody holds.
  Status Look(const Rules& rules, record::View claim) {
    const std::optional<Time> since = TimeOf(*types_.claim, claim, "from");
    const Id id = RefOf(*types_.claim, claim, "record");
    const StatusOr<record::View> record = snapshot_->Get(id);
    if (!record.ok() || !since.has_value()) return absl::IsNotFound(record.status()) ? absl::OkStatus() : record.status();
    KITH_ASSIGN_OR_RETURN(const Time touched, LastTouched(*snapshot_, id, *since, now_));
    const Time due = PlusDays(touched, *rules.recycle_days);
    const bool warns = rules.warn_days > 0 && now_ >= PlusDays(due, -rules.warn_days);
    if (now_ < due && !warns) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const bool exempt, IsExempt(rules, *record));
    if (exempt) {
      report_.exempt += now_ >= due;
      return absl::OkStatus();
    }
    return now_ >= due ? TakeBack(id, claim, touched) : Warn(id, claim, touched, due);
  }
  StatusOr<bool> IsExempt(const Rules& rules, record::View record) {
    return rules.exempt.empty() ? StatusOr<bool>(false) : conditions_->Holds(rules.exempt, record);
  }

  Status TakeBack(Id record, record::View claim, Time touched) {
    const std::string reason = Concat({"nothing happened since ", ToText(touched)});
    KITH_ASSIGN_OR_RETURN(Batch batch, database_.NewBatch(options_.actor, reason));
    batch.RequireValue(record, "owner", RefOf(*types_.claim, claim, "holder"));
    batch.Set(record, "owner", Value());
    const FieldDef* status = snapshot_->catalog().FindType(record.type())->FindRole(kPooled, "status");
    if (status != nullptr && status->FindChoice("recycled") != nullptr) batch.SetChoice(record, status->name, "recycled");
    batch.SetChoice(claim.id(), "ended", "recycled");
    batch.Set(claim.id(), "end_reason", reason);
    return Applied(batch, record, report_.recycled);
  }

  // A task for the owner, once for each silence.
  Status Warn(Id record, record::View claim, Time touched, Time due) {
    const TypeDef* task = snapshot_->catalog().FindType("task");
    const Id holder = RefOf(*types_.claim, claim, "holder");
    if (task == nullptr) return absl::OkStatus();
    const ExternalRef key{std::string(kWarningSystem), Concat({std::to_string(claim.id().value()), "/", std::to_string(touched.micros)})};
    if (snapshot_->Find(task->name, key).ok()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(Batch batch, database_.NewBatch(options_.actor, "goes back to its pool"));
    const Id warning = batch.CreateIfAbsent(task->name, key);
    batch.Set(warning, "subject", Concat({"Goes back to the pool at ", ToText(due), ": nothing happened since ", ToText(touched)}));
    batch.Set(warning, "due", due);
    batch.Set(warning, "regarding", record);
    const std::vector<std::string>& assignees = task->FindField("assignee")->refers_to;
    const TypeDef* type = snapshot_->catalog().FindType(holder.type());
    if (type != nullptr && std::find(assignees.begin(), assignees.end(), type->name) != assignees.end())
      batch.Set(warning, "assignee", holder);
    return Applied(batch, record, report_.warned);
  }

  Status Applied(const Batch& batch, Id record, std::vector<Id>& done) {
    const StatusOr<Outcome> outcome = database_.Apply(batch);
    const Reason reason = GetReason(outcome.status());
    if (outcome.ok()) {
      done.push_back(record);
    } else if (reason == Reason::kPreconditionFailed || reason == Reason::kRecordMissing) {
      ++report_.kept;  // somebody was faster
    } else {
      return outcome.status();
    }
    return absl::OkStatus();
  }

  Database& database_;
  Time now_;
  const RecycleOptions& options_;
  std::unique_ptr<Snapshot> snapshot_;
  Types types_;
  std::optional<Conditions> conditions_;
  RecycleReport report_;
};

}  // namespace

void ClaimFromPool(Batch& batch, Id record, Id owner, std::string_view reason) {
  batch.RequireValue(record, "owner", Value());
  batch.Set(record, "owner", owner);
  const Id claim = batch.Create(kClaim);
  batch.Set(claim, "record", record);
  batch.Set(claim, "holder", owner);
  batch.SetChoice(claim, "how", "claimed");
  if (!reason.empty()) batch.Set(claim, "reason", reason);
}

Status ReleaseToPool(const Snapshot& snapshot, Batch& batch, Id record, std::string_view reason) {
  KITH_ASSIGN_OR_RETURN(const Types types, Types::Of(snapshot.catalog()));
  Id open;
  Id holder;
  KITH_RETURN_IF_ERROR(ForEach(snapshot, *types.claim, "by_record", {Value(record)}, [&](record::View view) {
    if (!ValueOf(*types.claim, view, "to").is_null()) return absl::OkStatus();
    open = view.id();
    holder = RefOf(*types.claim, view, "holder");
    return absl::OkStatus();
  }));
  if (open.is_null()) return Refuse(record, "nobody holds it from a pool", {});
  batch.RequireValue(record, "owner", holder);
  batch.Set(record, "owner", Value());
  batch.SetChoice(open, "ended", "released");
  if (!reason.empty()) batch.Set(open, "end_reason", reason);
  return batch.status();
}

StatusOr<std::vector<Assigned>> AssignFromPool(const Snapshot& snapshot, Batch& batch, std::string_view pool,
                                               const AssignOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Types types, Types::Of(snapshot.catalog()));
  return Assigning(snapshot, batch, types).Assign(pool, options);
}

StatusOr<RecycleReport> RecyclePools(Database& database, Time now, const RecycleOptions& options) {
  return Recycling(database, now, options).Run();
}

}  // namespace kith::crm
