// The rule "pools": whoever writes it, an owner given to a pooled record is a claim or an assignment that keeps what the pool says, and
// each time that somebody holds a record is written down. Being in the writer it sees every claim, so limits are exact and of many who
// claim one record one gets it.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kith/base/concat.h"
#include "kith/engine/referring.h"
#include "kith/query/calendar.h"
#include "model/extensions_internal.h"
#include "model/schema_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kPooled = "pooled";

// Where pools stand in a catalog.
struct PoolSchema {
  const TypeDef *pool = nullptr, *member = nullptr, *claim = nullptr;
  const FieldDef *name = nullptr, *claims_a_day = nullptr, *capacity = nullptr, *recycle_days = nullptr, *cooling_days = nullptr;
  const FieldDef *of_pool = nullptr, *employee = nullptr, *own_capacity = nullptr;
  const FieldDef *record = nullptr, *holder = nullptr, *claimed_from = nullptr, *from = nullptr, *to = nullptr, *how = nullptr,
                 *ended = nullptr;
  const catalog::IndexDef *by_name = nullptr, *by_member = nullptr, *by_record = nullptr, *by_holder = nullptr;  // the last by its end too

  // Nothing when the standard package is absent.
  static std::optional<PoolSchema> Of(const catalog::Catalog& catalog) {
    PoolSchema s;
    s.pool = catalog.FindType("pool");
    s.member = catalog.FindType("pool_member");
    s.claim = catalog.FindType("pool_claim");
    if (s.pool == nullptr || s.member == nullptr || s.claim == nullptr) return std::nullopt;
    struct Place {
      const TypeDef* type;
      std::string_view name;
      const FieldDef** field;
    };
    const Place places[] = {{s.pool, "name", &s.name},
                            {s.pool, "claims_a_day", &s.claims_a_day},
                            {s.pool, "capacity", &s.capacity},
                            {s.pool, "recycle_days", &s.recycle_days},
                            {s.pool, "cooling_days", &s.cooling_days},
                            {s.member, "pool", &s.of_pool},
                            {s.member, "employee", &s.employee},
                            {s.member, "capacity", &s.own_capacity},
                            {s.claim, "record", &s.record},
                            {s.claim, "holder", &s.holder},
                            {s.claim, "pool", &s.claimed_from},
                            {s.claim, "from", &s.from},
                            {s.claim, "to", &s.to},
                            {s.claim, "how", &s.how},
                            {s.claim, "ended", &s.ended}};
    for (const Place& place : places) {
      *place.field = place.type->FindField(place.name);
      if (*place.field == nullptr) return std::nullopt;
    }
    s.by_name = FindIndexOn(*s.pool, {"name"});
    s.by_member = FindIndexOn(*s.member, {"pool", "employee"});
    s.by_record = FindIndexOn(*s.claim, {"record", "from"});
    s.by_holder = FindIndexOn(*s.claim, {"holder", "pool", "to"});
    const bool complete = s.by_name != nullptr && s.by_member != nullptr && s.by_record != nullptr && s.by_holder != nullptr;
    return complete ? std::optional(s) : std::nullopt;
  }
  [[nodiscard]] Value HowNamed(std::string_view choice) const { return Value(Choice{how->FindChoice(choice)->number}); }
  [[nodiscard]] Value EndNamed(std::string_view choice) const { return Value(Choice{ended->FindChoice(choice)->number}); }
};

std::optional<int64_t> IntAt(record::View view, const FieldDef& field) {
  return view.has(field.position) ? std::optional(view.GetInt(field.position)) : std::nullopt;
}

// A claim as the batch leaves it.
struct Claim {
  Id id;
  Id record;
  Id holder;
  Id pool;
  std::optional<Time> from;
  std::optional<Time> to;
  bool claimed = true;           // not assigned
  const Draft* draft = nullptr;  // touched by the batch
};

class PoolsRun {
 public:
  PoolsRun(RuleContext& context, const PoolSchema& schema) : context_(context), s_(schema) {}

  Status Do() {
    const std::vector<const Draft*> changed = context_.changed();
    const auto concerns = [&](const Draft* draft) {
      return draft->type().number == s_.claim->number || draft->type().FindRole(kPooled, "pool") != nullptr;
    };
    if (std::none_of(changed.begin(), changed.end(), concerns)) return absl::OkStatus();
    ReadTouched();
    for (const Draft* draft : changed) {
      const FieldDef* pool = draft->type().FindRole(kPooled, "pool");
      if (pool != nullptr) KITH_RETURN_IF_ERROR(Look(*draft, *pool));
      if (draft->type().number == s_.claim->number && draft->created()) KITH_RETURN_IF_ERROR(CheckMeant(*draft));
    }
    // What the batch lets go makes room for what it takes, in whatever order it says so.
    for (const Taken& taken : taken_) KITH_RETURN_IF_ERROR(Take(*taken.draft, taken.pool, taken.former));
    return absl::OkStatus();
  }

 private:
  Status Look(const Draft& draft, const FieldDef& pool_field);
  Status Take(const Draft& draft, Id pool, Id former);
  Status CheckLimits(const Draft& draft, Id pool, const Claim& claim);
  Status CheckCooling(const Draft& draft, record::View pool, const Claim& claim);
  Status CheckMeant(const Draft& claim);
  Status CheckSilent(const Draft& draft, const Claim& claim);
  StatusOr<Id> PoolOf(const Draft& draft, const Value& name);
  StatusOr<std::vector<Claim>> ClaimsOf(const Draft& record);
  Status SetIn(Id claim, const FieldDef& field, const Value& value);
  void ReadTouched();
  // What somebody holds of a pool, and what of it they claimed today.
  struct Held {
    int64_t now = 0;
    int64_t claimed_today = 0;
  };
  // A record that somebody holds from now on, and who held it before.
  struct Taken {
    const Draft* draft;
    Id pool;
    Id former;
  };
  StatusOr<Held*> HeldBy(Id holder, Id pool);
  void Count(const Claim& claim, int64_t sign, Held& held) const;
  StatusOr<std::optional<int64_t>> CapacityOf(record::View pool, Id holder);
  StatusOr<Time> LastTouched(const Draft& draft, Time since);
  Claim Read(const RecordInBatch& record) const;
  Status Refuse(const Draft& draft, std::string_view message, std::string hint) const {
    return MakeError({.reason = Reason::kPreconditionFailed, .type = draft.type().name, .record = draft.id(), .hint = std::move(hint)},
                     message);
  }

  RuleContext& context_;
  const PoolSchema& s_;
  // Kept while the rule runs, so that a batch of many claims reads what stands once.
  std::vector<Taken> taken_;
  query::Days days_;
  std::map<Id, const Draft*> touched_;        // claims
  std::map<Id, std::vector<Id>> touched_of_;  // by their record, in the order in which the batch touches them
  std::map<std::pair<Id, Id>, Held> held_;    // by holder and pool
};

Claim PoolsRun::Read(const RecordInBatch& record) const {
  const auto time = [&](const FieldDef& field) {
    const Value at = record.Get(field.position);
    return at.is_null() ? std::nullopt : std::optional(at.get<Time>());
  };
  return {.id = record.id(),
          .record = record.GetRef(s_.record->position),
          .holder = record.GetRef(s_.holder->position),
          .pool = record.GetRef(s_.claimed_from->position),
          .from = time(*s_.from),
          .to = time(*s_.to),
          .claimed = record.Get(s_.how->position) == s_.HowNamed("claimed"),
          .draft = record.draft()};
}

// Claims that the batch touches, by their record.
void PoolsRun::ReadTouched() {
  for (const Draft* draft : context_.touched(s_.claim->number)) {
    touched_.emplace(draft->id(), draft);
    if (!draft->deleted()) touched_of_[Read(RecordInBatch(*draft)).record].push_back(draft->id());
  }
}

// The claims of a record as the batch leaves them, those that it touches last.
StatusOr<std::vector<Claim>> PoolsRun::ClaimsOf(const Draft& record) {
  std::vector<Claim> claims;
  if (!record.created()) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                          context_.ScanIndex(*s_.claim, *s_.by_record, {.equal = {Value(record.id())}}));
    while (cursor->Next()) {
      if (touched_.contains(cursor->id())) continue;
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      claims.push_back(Read(RecordInBatch(view)));
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  if (const auto own = touched_of_.find(record.id()); own != touched_of_.end()) {
    for (const Id id : own->second) claims.push_back(Read(RecordInBatch(*touched_.at(id))));
  }
  return claims;
}

// Changes a claim, and what is kept of it.
Status PoolsRun::SetIn(Id id, const FieldDef& field, const Value& value) {
  KITH_ASSIGN_OR_RETURN(const Draft* draft, context_.Find(id));
  const Claim before = Read(RecordInBatch(*draft));
  KITH_RETURN_IF_ERROR(context_.Set(id, field, value));
  KITH_ASSIGN_OR_RETURN(draft, context_.Find(id));
  const Claim after = Read(RecordInBatch(*draft));
  if (touched_.insert_or_assign(id, draft).second) touched_of_[after.record].push_back(id);
  for (const auto& [claim, sign] : {std::pair(&before, -1), std::pair(&after, 1)}) {
    if (const auto held = held_.find({claim->holder, claim->pool}); held != held_.end()) Count(*claim, sign, held->second);
  }
  return absl::OkStatus();
}

void PoolsRun::Count(const Claim& claim, int64_t sign, Held& held) const {
  if (!claim.from.has_value()) return;  // not yet accepted
  if (!claim.to.has_value()) held.now += sign;
  if (claim.claimed && days_.DateOf(*claim.from) == days_.DateOf(context_.now())) held.claimed_today += sign;
}

// Of claims that ended, only those that ended today can be of today.
StatusOr<PoolsRun::Held*> PoolsRun::HeldBy(Id holder, Id pool) {
  const auto [at, is_new] = held_.try_emplace({holder, pool});
  Held& held = at->second;
  if (!is_new) return &held;
  if (held_.size() == 1) {
    KITH_ASSIGN_OR_RETURN(days_, query::Days::Of(context_));
  }
  for (const auto& [id, draft] : touched_) {
    if (draft->deleted()) continue;
    const Claim claim = Read(RecordInBatch(*draft));
    if (claim.holder == holder && claim.pool == pool) Count(claim, 1, held);
  }
  const Value today(days_.StartOf(days_.DateOf(context_.now())));
  for (const IndexRange& range : {IndexRange{.equal = {Value(holder), Value(pool), Value()}, .low = {}, .high = {}, .after = {}},
                                  IndexRange{.equal = {Value(holder), Value(pool)}, .low = today, .high = {}, .after = {}}}) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, context_.ScanIndex(*s_.claim, *s_.by_holder, range));
    while (cursor->Next()) {
      if (touched_.contains(cursor->id())) continue;
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      Count(Read(RecordInBatch(view)), 1, held);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return &held;
}

// The pool of that name; null: there is none, and its records are nobody's concern.
StatusOr<Id> PoolsRun::PoolOf(const Draft& draft, const Value& name) {
  if (draft.deleted() || name.is_null()) return Id();
  for (const Draft* pool : context_.touched(s_.pool->number)) {
    if (!pool->deleted() && pool->Get(s_.name->position) == name) return pool->id();
  }
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, context_.ScanIndex(*s_.pool, *s_.by_name, {.equal = {name}}));
  const Id found = cursor->Next() ? cursor->id() : Id();
  KITH_RETURN_IF_ERROR(cursor->status());
  return found;
}

Status PoolsRun::Look(const Draft& draft, const FieldDef& pool_field) {
  const int32_t position = static_cast<int32_t>(pool_field.position);
  if (!draft.created() && !draft.deleted() && !draft.Changed(position) && !draft.Changed(catalog::kHeaderOwner)) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const Id pool, PoolOf(draft, draft.Get(pool_field.position)));
  const Id owner = draft.deleted() ? Id() : Id(draft.header().owner);
  const Id former = draft.before().is_null() ? Id() : Id(draft.before().header().owner);
  KITH_ASSIGN_OR_RETURN(const std::vector<Claim> claims, ClaimsOf(draft));
  for (const Claim& claim : claims) {
    const bool goes_on = claim.holder == owner && (claim.pool == pool || !claim.from.has_value());
    if (claim.to.has_value() || goes_on || draft.deleted()) continue;
    if (!claim.from.has_value()) {  // brought by this batch for somebody who does not get it
      return Refuse(draft, "a claim is of the record's owner", "set the owner with the claim");
    }
    const bool ends = claim.draft != nullptr && !claim.draft->Get(s_.ended->position).is_null();
    if (ends && claim.draft->Get(s_.ended->position) == s_.EndNamed("recycled")) KITH_RETURN_IF_ERROR(CheckSilent(draft, claim));
    KITH_RETURN_IF_ERROR(SetIn(claim.id, *s_.to, Value(context_.now())));
    if (!ends) KITH_RETURN_IF_ERROR(SetIn(claim.id, *s_.ended, s_.EndNamed(owner.is_null() ? "released" : "passed_on")));
  }
  if (!owner.is_null() && !pool.is_null()) taken_.push_back({&draft, pool, former});
  return absl::OkStatus();
}

// Somebody holds a record of a pool.
Status PoolsRun::Take(const Draft& draft, Id pool, Id former) {
  KITH_ASSIGN_OR_RETURN(const std::vector<Claim> claims, ClaimsOf(draft));
  const Id owner(draft.header().owner);
  for (Claim claim : claims) {
    if (claim.to.has_value() || claim.holder != owner) continue;
    if (claim.from.has_value()) return absl::OkStatus();  // goes on
    if (claim.claimed && !former.is_null()) {
      return Refuse(draft, Concat({"is held by ", std::to_string(former.value())}), "claim what is free, or have it assigned");
    }
    claim.pool = pool;
    KITH_RETURN_IF_ERROR(CheckLimits(draft, pool, claim));
    KITH_RETURN_IF_ERROR(SetIn(claim.id, *s_.claimed_from, Value(pool)));
    return SetIn(claim.id, *s_.from, Value(context_.now()));
  }
  const Claim plain{
      .id = {}, .record = draft.id(), .holder = owner, .pool = pool, .from = {}, .to = {}, .claimed = !draft.created() && former.is_null()};
  const bool imported = draft.created() && draft.header().origin == static_cast<uint8_t>(Origin::kImport);
  if (!imported) KITH_RETURN_IF_ERROR(CheckLimits(draft, pool, plain));
  KITH_ASSIGN_OR_RETURN(const Id claim, context_.Create(*s_.claim));
  KITH_RETURN_IF_ERROR(context_.Set(claim, *s_.record, Value(draft.id())));
  KITH_RETURN_IF_ERROR(context_.Set(claim, *s_.holder, Value(owner)));
  KITH_RETURN_IF_ERROR(context_.Set(claim, *s_.claimed_from, Value(pool)));
  KITH_RETURN_IF_ERROR(context_.Set(claim, *s_.how, s_.HowNamed(plain.claimed ? "claimed" : "assigned")));
  return SetIn(claim, *s_.from, Value(context_.now()));
}

// The member's own, else the pool's; nothing: none.
StatusOr<std::optional<int64_t>> PoolsRun::CapacityOf(record::View pool, Id holder) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        context_.ScanIndex(*s_.member, *s_.by_member, {.equal = {Value(pool.id()), Value(holder)}}));
  std::optional<int64_t> capacity = IntAt(pool, *s_.capacity);
  if (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View member, cursor->record());
    if (const std::optional<int64_t> own = IntAt(member, *s_.own_capacity); own.has_value()) capacity = own;
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return capacity;
}

Status PoolsRun::CheckLimits(const Draft& draft, Id pool, const Claim& claim) {
  KITH_ASSIGN_OR_RETURN(const Draft* pool_draft, context_.Find(pool));
  KITH_ASSIGN_OR_RETURN(const record::View of, pool_draft->view());
  KITH_ASSIGN_OR_RETURN(const std::optional<int64_t> capacity, CapacityOf(of, claim.holder));
  const int64_t a_day = claim.claimed ? IntAt(of, *s_.claims_a_day).value_or(INT64_MAX) : INT64_MAX;
  Held had;
  if (capacity.has_value() || a_day != INT64_MAX) {
    KITH_ASSIGN_OR_RETURN(const Held* const held_now, HeldBy(claim.holder, pool));
    had = *held_now;
  }
  const int64_t held = had.now + 1;
  const std::string who = std::to_string(claim.holder.value());
  if (capacity.has_value() && held > *capacity) {
    return Refuse(draft,
                  Concat({"owner ", who, " would hold ", std::to_string(held), " of the pool, and may hold ", std::to_string(*capacity)}),
                  "release another one first");
  }
  if (!claim.claimed) return absl::OkStatus();
  if (had.claimed_today >= a_day) {
    return Refuse(draft, Concat({"owner ", who, " has claimed ", std::to_string(a_day), " of the pool today, as many as one may"}),
                  "claim again tomorrow");
  }
  return CheckCooling(draft, of, claim);
}

Status PoolsRun::CheckCooling(const Draft& draft, record::View pool, const Claim& claim) {
  const std::optional<int64_t> days = IntAt(pool, *s_.cooling_days);
  if (!days.has_value()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::vector<Claim> claims, ClaimsOf(draft));
  for (const Claim& former : claims) {
    if (former.holder != claim.holder || !former.to.has_value()) continue;
    const Time until = PlusDays(*former.to, *days);
    if (context_.now() >= until) continue;
    return Refuse(draft, Concat({"owner ", std::to_string(claim.holder.value()), " had it until ", ToText(*former.to)}),
                  Concat({"they may claim it again from ", ToText(until)}));
  }
  return absl::OkStatus();
}

// A claim that a batch brings is for a record of a pool, held by whom it says.
Status PoolsRun::CheckMeant(const Draft& claim) {
  const Claim read = Read(RecordInBatch(claim));
  if (claim.deleted() || context_.settling() || read.to.has_value()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const Draft* record, context_.Find(read.record));
  if (record == nullptr) return absl::OkStatus();  // the engine names what is missing
  const FieldDef* field = record->type().FindRole(kPooled, "pool");
  KITH_ASSIGN_OR_RETURN(const Id pool, field == nullptr ? StatusOr<Id>(Id()) : PoolOf(*record, record->Get(field->position)));
  if (pool.is_null()) return Refuse(*record, "is in no pool", "name one in the field that plays the role pool");
  if (Id(record->header().owner) == read.holder && !read.holder.is_null()) return absl::OkStatus();
  return Refuse(*record, "a claim is of the record's owner", "set the owner with the claim");
}

// Nothing has happened with a record that is taken back for silence.
Status PoolsRun::CheckSilent(const Draft& draft, const Claim& claim) {
  KITH_ASSIGN_OR_RETURN(const Draft* pool, context_.Find(claim.pool));
  if (pool == nullptr) return absl::OkStatus();
  const auto* days = pool->Get(s_.recycle_days->position).get_if<int64_t>();
  KITH_ASSIGN_OR_RETURN(const Time touched, LastTouched(draft, *claim.from));
  if (days != nullptr && context_.now() >= PlusDays(touched, *days)) return absl::OkStatus();
  return Refuse(draft, Concat({"is not silent for long enough: ", ToText(touched)}), "let its owner keep it");
}

// The last interaction with or about a record and the last move of it, but none before `since`.
StatusOr<Time> PoolsRun::LastTouched(const Draft& draft, Time since) {
  const auto look = [&](const TypeDef& type, const FieldDef* subject, const FieldDef* at) -> Status {
    const catalog::IndexDef* index = subject == nullptr ? nullptr : type.FindIndexLedBy(static_cast<int32_t>(subject->position));
    if (index == nullptr || at == nullptr) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, context_.ScanIndex(type, *index, {.equal = {Value(draft.id())}}));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      const Time when{view.GetInt(at->position)};
      if (when <= context_.now()) since = std::max(since, when);
    }
    return cursor->status();
  };
  for (const TypeDef* type : context_.catalog().TypesWith("interaction")) {
    for (const std::string_view role : {"contact", "account", "about"}) {
      KITH_RETURN_IF_ERROR(look(*type, type->FindRole("interaction", role), type->FindRole("interaction", "at")));
    }
  }
  if (const TypeDef* moves = context_.catalog().FindType(kMoveType); moves != nullptr) {
    KITH_RETURN_IF_ERROR(look(*moves, moves->FindField("record"), moves->FindField("at")));
  }
  return since;
}

class Pools : public kith::Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "pools"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    const std::optional<PoolSchema> schema = PoolSchema::Of(context.catalog());
    return schema.has_value() ? PoolsRun(context, *schema).Do() : absl::OkStatus();
  }
};

}  // namespace

const Rule& PoolsRule() {
  static const Pools kRule;
  return kRule;
}

}  // namespace kith::model
