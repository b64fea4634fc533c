#include "engine_oracle.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "kith/base/key.h"

namespace kith::testing {
namespace {

using catalog::FieldDef;
using catalog::OnDelete;
using catalog::TypeDef;

constexpr uint64_t kUnnumbered = UINT64_MAX;  // of the batch being applied: later than all before
constexpr int32_t kHeaders[] = {catalog::kHeaderOwner, catalog::kHeaderUnit, catalog::kHeaderVisibility};

bool Defines(Op::Kind kind) { return kind <= Op::kExisting; }

Value Sum(const Value& a, const Value& b) {
  if (a.is_null()) return b;
  if (const auto* n = b.get_if<int64_t>()) return a.get<int64_t>() + *n;
  if (const auto* n = b.get_if<double>()) return a.get<double>() + *n;
  if (const auto* n = b.get_if<Decimal>()) return Decimal{a.get<Decimal>().units + n->units, n->scale};
  const Money money = b.get<Money>();
  if (a.get<Money>().currency != money.currency) return {};
  return Money{a.get<Money>().minor + money.minor, money.currency};
}

}  // namespace

void Ops::Fill(Batch& batch) const {
  batch.SetEffective(effective);
  for (const Op& op : ops) {
    switch (op.kind) {
      case Op::kCreate:
        static_cast<void>(op.external.system.empty() ? batch.Create(op.type) : batch.Create(op.type, op.external));
        break;
      case Op::kUpsert:
        static_cast<void>(batch.Upsert(op.type, op.external));
        break;
      case Op::kCreateIfAbsent:
        static_cast<void>(batch.CreateIfAbsent(op.type, op.external));
        break;
      case Op::kExisting:
        static_cast<void>(batch.Existing(op.type, op.external));
        break;
      case Op::kSet:
        if (op.at) {
          batch.SetAt(op.target, op.field, op.value, *op.at);
        } else {
          batch.Set(op.target, op.field, op.value);
        }
        break;
      case Op::kAdd:
        batch.Add(op.target, op.field, op.value);
        break;
      case Op::kDelete:
        batch.Delete(op.target);
        break;
      case Op::kLink:
        batch.Link(op.target, op.external);
        break;
      case Op::kUnlink:
        batch.Unlink(op.target, op.external);
        break;
      case Op::kRequireVersion:
        batch.RequireVersion(op.target, op.version);
        break;
      case Op::kRequireAbsent:
        batch.RequireAbsent(op.type, op.external);
        break;
    }
  }
}

std::vector<int32_t> Oracle::Positions(const TypeDef& type) {
  std::vector<int32_t> positions(std::begin(kHeaders), std::end(kHeaders));
  for (const FieldDef& field : type.fields) positions.push_back(static_cast<int32_t>(field.position));
  return positions;
}

int32_t Oracle::PositionOf(const TypeDef& type, std::string_view field) {
  const FieldDef* found = type.FindField(field);
  return found != nullptr ? static_cast<int32_t>(found->position) : catalog::HeaderFieldFromName(field);
}

// All assertions known by then about a moment not after then; of those the latest moment, and for it the last said.
Value Oracle::ValueAt(const OracleRecord& record, int32_t position, AsOf as_of, Fold fold) const {
  std::vector<OracleAssertion> said;
  if (const auto base = record.base.find(position); fold != Fold::kNoBase && base != record.base.end() && !base->second.is_null()) {
    said.push_back({record.created, record.sequence, record.recorded, {}, base->second});
  }
  if (const auto more = record.assertions.find(position); more != record.assertions.end()) {
    said.insert(said.end(), more->second.begin(), more->second.end());
  }
  std::erase_if(said, [&](const OracleAssertion& a) {
    return (fold != Fold::kIgnoreEffective && a.effective > as_of.effective) ||
           (fold != Fold::kIgnoreRecorded && a.recorded > as_of.recorded);
  });
  if (said.empty()) return {};
  std::stable_sort(said.begin(), said.end(), [&](const OracleAssertion& a, const OracleAssertion& b) {
    if (fold == Fold::kBySequence) return a.sequence < b.sequence;
    return std::tuple(a.effective, a.sequence) < std::tuple(b.effective, b.sequence);
  });
  return said.back().value;
}

Value Oracle::Now(const OracleRecord& record, int32_t position) const { return ValueAt(record, position, {}, Fold::kRight); }

std::optional<OracleState> Oracle::At(const OracleRecord& record, AsOf as_of, Fold fold) const {
  if (record.recorded > as_of.recorded || record.created > as_of.effective) return std::nullopt;
  if (record.deleted && record.deleted_recorded <= as_of.recorded && record.deleted_effective <= as_of.effective) return std::nullopt;
  OracleState state;
  state.created = record.created;
  for (const OracleEntry& entry : record.entries) {
    if (entry.recorded > as_of.recorded || entry.first_effective > as_of.effective) continue;
    state.version = entry.sequence;
    state.updated = entry.recorded;
  }
  for (const int32_t position : Positions(*record.type)) {
    if (Value value = ValueAt(record, position, as_of, fold); !value.is_null()) state.values[position] = std::move(value);
  }
  return state;
}

std::vector<Id> Oracle::Live(std::string_view type) const {
  std::vector<Id> live;
  for (const auto& [id, record] : records_) {
    if (record.type->name == type && !record.deleted) live.push_back(id);
  }
  return live;
}

std::optional<Id> Oracle::Find(TypeNumber type, const ExternalRef& external) const {
  for (const auto& [id, record] : records_) {
    if (id.type() == type && record.externals.contains({external.system, external.key})) return id;
  }
  return std::nullopt;
}

// One batch on its way: a copy of everything, which is kept or dropped.
struct Oracle::Run {
  Oracle state;
  const Ops& ops;
  Time now;
  std::vector<Id> locals = {};
  std::set<Id> untouchable = {};
  std::set<Id> created = {};
  std::vector<Id> deleted = {};  // in order
  std::set<Id> linked = {};
  std::map<Id, std::set<std::pair<std::string, std::string>>> before = {};   // external references, of those that the batch links
  std::map<Id, std::vector<std::pair<int32_t, OracleAssertion>>> said = {};  // in the order said, for each record

  Run(const Oracle& oracle, const Ops& all, Time at) : state(oracle), ops(all), now(at) {}

  OracleRecord* Get(Id id) {
    const auto found = state.records_.find(Resolve(id));
    return found == state.records_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Id Resolve(Id id) const { return id.is_local() ? locals[id.local_index()] : id; }
  [[nodiscard]] bool Gone(Id id) const { return std::find(deleted.begin(), deleted.end(), id) != deleted.end(); }

  // --- a batch refuses some things by itself

  std::string Setters() {
    std::vector<const TypeDef*> types;
    for (const Op& op : ops.ops) {
      if (Defines(op.kind)) types.push_back(state.catalog_.FindType(op.type));
      if (op.kind != Op::kSet || !op.value.is_null()) continue;
      const TypeDef* type = op.target.is_local() ? types[op.target.local_index()] : state.catalog_.FindType(op.target.type());
      const FieldDef* field = type->FindField(op.field);
      if (field != nullptr && field->required) return "Required";
    }
    return {};
  }

  // --- preconditions look at the state before

  std::string Preconditions() {
    for (const Op& op : ops.ops) {
      if (op.kind == Op::kRequireVersion) {
        const OracleRecord* record = Get(op.target);
        const uint64_t version = record == nullptr || record->deleted ? 0 : record->entries.back().sequence;
        if (version != op.version) return "VersionConflict";
      }
      if (op.kind == Op::kRequireAbsent && state.Find(state.catalog_.FindType(op.type)->number, op.external)) return "PreconditionFailed";
    }
    return {};
  }

  // --- which records are meant

  std::string Define(const Op& op) {
    const TypeDef& type = *state.catalog_.FindType(op.type);
    if (!op.external.system.empty()) {
      if (const std::optional<Id> found = state.Find(type.number, op.external)) {
        if (op.kind == Op::kCreate) return "ExternalRefTaken";
        locals.push_back(*found);
        if (op.kind == Op::kCreateIfAbsent) untouchable.insert(Id::Local(static_cast<uint32_t>(locals.size() - 1)));
        return {};
      }
      if (op.kind == Op::kExisting) return "RecordMissing";
    }
    if (ops.effective && *ops.effective > now) return "EffectiveInFuture";
    OracleRecord record;
    record.id = Id::Of(type.number, 0, ++state.counters_[type.number]);
    record.type = &type;
    record.created = ops.effective.value_or(now);
    record.recorded = now;
    record.sequence = kUnnumbered;
    record.base[catalog::kHeaderVisibility] = 0;
    if (!op.external.system.empty()) record.externals.insert({op.external.system, op.external.key});
    locals.push_back(record.id);
    created.insert(record.id);
    state.records_[record.id] = std::move(record);
    return {};
  }

  std::string Resolve(const Op& op) {
    if (Defines(op.kind)) return Define(op);
    if (op.kind == Op::kRequireVersion || op.kind == Op::kRequireAbsent) return {};
    OracleRecord* record = Get(op.target);
    if (record == nullptr || (record->deleted && !Gone(record->id))) return "RecordMissing";
    switch (op.kind) {
      case Op::kSet:
      case Op::kAdd:
        // What a batch itself defines takes its fields with its definition, before anything is deleted.
        return Gone(record->id) && !op.target.is_local() ? "RecordMissing" : "";
      case Op::kDelete:
        if (Gone(record->id)) return {};
        if (ops.effective && *ops.effective > now) return "EffectiveInFuture";
        Delete(*record, ops.effective.value_or(now));
        return {};
      case Op::kLink: {
        if (Gone(record->id)) return "RecordMissing";
        const std::optional<Id> found = state.Find(record->type->number, op.external);
        if (found == record->id) return {};
        if (found) return "ExternalRefTaken";
        before.try_emplace(record->id, record->externals);
        record->externals.insert({op.external.system, op.external.key});
        linked.insert(record->id);
        return {};
      }
      case Op::kUnlink:
        if (Gone(record->id)) return "RecordMissing";
        before.try_emplace(record->id, record->externals);
        if (record->externals.erase({op.external.system, op.external.key}) == 0) return "RecordMissing";
        linked.insert(record->id);
        return {};
      default:
        return {};
    }
  }

  void Delete(OracleRecord& record, Time effective) {
    record.deleted = true;
    record.deleted_effective = effective;
    record.deleted_recorded = now;
    const auto was = before.find(record.id);  // the batch may have linked it before
    record.last_externals = was == before.end() ? record.externals : was->second;
    record.externals.clear();
    deleted.push_back(record.id);
  }

  // --- values

  // What the record shows: stored and said in this batch.
  [[nodiscard]] Value Shown(const OracleRecord& record, int32_t position, Time effective = kTimeMax) const {
    OracleRecord with = record;
    if (const auto mine = said.find(record.id); mine != said.end()) {
      for (const auto& [at, assertion] : mine->second) {
        if (at == position) with.assertions[position].push_back(assertion);
      }
    }
    return state.ValueAt(with, position, {effective, kTimeMax}, Fold::kRight);
  }

  void Say(OracleRecord& record, int32_t position, const Value& value, Time effective) {
    if (created.contains(record.id) && effective == record.created) {
      record.base[position] = value;
      return;
    }
    auto& mine = said[record.id];
    const auto same =
        std::find_if(mine.begin(), mine.end(), [&](const auto& s) { return s.first == position && s.second.effective == effective; });
    if (same != mine.end()) {
      same->second.value = value;
    } else {
      if (Shown(record, position, effective) == value) return;  // says nothing new
      mine.push_back({position, {effective, kUnnumbered, now, {}, value}});
    }
    if (created.contains(record.id)) return;
    // What is said for now alone and is what was shown before is taken back.
    const auto about = [&](const auto& s) { return s.first == position; };
    if (std::count_if(mine.begin(), mine.end(), about) != 1) return;
    const auto only = std::find_if(mine.begin(), mine.end(), about);
    if (only->second.effective == now && only->second.value == state.Now(record, position)) mine.erase(only);
  }

  std::string Assign(const Op& op) {
    OracleRecord& record = *Get(op.target);
    if (op.target.is_local() && untouchable.contains(op.target)) return {};
    if (Gone(record.id) && created.contains(record.id)) return {};
    const Time effective = op.at.value_or(ops.effective.value_or(now));
    if (effective > now || (ops.effective && *ops.effective > now)) return "EffectiveInFuture";
    const int32_t position = PositionOf(*record.type, op.field);
    Value value = op.value;
    if (const Id* id = value.get_if<Id>()) value = Resolve(*id);
    if (op.kind == Op::kAdd) {
      const Value present = Shown(record, position, effective);
      value = Sum(present, op.value);
      if (value.is_null()) return "CurrencyMismatch";
    }
    Say(record, position, value, effective);
    return {};
  }

  // --- what deletes entail

  std::vector<Id> Referring(const FieldDef& field, const TypeDef& type, Id target) {
    std::vector<Id> referring;
    for (const auto& [id, record] : state.records_) {
      if (record.type != &type || record.deleted || created.contains(id)) continue;
      const auto position = static_cast<int32_t>(field.position);
      // Found by what is stored, kept if the batch leaves it so.
      if (state.Now(record, position) == Value(target) && Shown(record, position) == Value(target)) referring.push_back(id);
    }
    return referring;
  }

  void Follow() {
    for (size_t i = 0; i < deleted.size(); ++i) {
      const Id id = deleted[i];
      if (created.contains(id)) continue;
      const Time effective = state.records_[id].deleted_effective;
      for (const TypeDef& type : state.catalog_.types()) {
        for (const FieldDef& field : type.fields) {
          if (field.kind != Kind::kRef || field.on_delete == OnDelete::kRestrict) continue;
          for (const Id other : Referring(field, type, id)) {
            OracleRecord& record = state.records_[other];
            if (field.on_delete == OnDelete::kCascade) {
              Delete(record, effective);
              continue;
            }
            const auto position = static_cast<int32_t>(field.position);
            Say(record, position, {}, effective);
            if (Shown(record, position) == Value(id)) Say(record, position, {}, now);
          }
        }
      }
    }
  }

  // --- what must hold afterwards

  bool Exists(Id id) {
    const OracleRecord* record = Get(id);
    return record != nullptr && !record->deleted;
  }

  std::string Check() {
    for (const auto& [id, record] : state.records_) {
      if (record.deleted) continue;
      for (const FieldDef& field : record.type->fields) {
        const auto position = static_cast<int32_t>(field.position);
        const Value shown = Shown(record, position);
        if (field.required && shown.is_null()) return "Required";
        if (const Id* target = shown.get_if<Id>(); target != nullptr && !Exists(*target)) {
          const bool mine = created.contains(id) || said.contains(id);
          return mine && Shown(record, position) != state.Now(record, position) ? "ReferenceMissing" : "StillReferenced";
        }
      }
      if (const auto mine = said.find(id); mine != said.end()) {
        for (const auto& [position, assertion] : mine->second) {
          const bool is_reference = position >= 0 && record.type->fields[static_cast<size_t>(position)].kind == Kind::kRef;
          if (is_reference && !assertion.value.is_null() && !Exists(assertion.value.get<Id>())) return "ReferenceMissing";
        }
      }
      for (const auto& [position, value] : record.base) {
        const bool is_reference = position >= 0 && record.type->fields[static_cast<size_t>(position)].kind == Kind::kRef;
        if (created.contains(id) && is_reference && !value.is_null() && !Exists(value.get<Id>())) return "ReferenceMissing";
      }
    }
    return CheckUnique();
  }

  std::string CheckUnique() {
    for (const TypeDef& type : state.catalog_.types()) {
      for (const catalog::IndexDef& index : type.indexes) {
        if (!index.unique) continue;
        std::set<std::string> keys;
        for (const auto& [id, record] : state.records_) {
          if (record.type != &type || record.deleted) continue;
          std::string key;
          bool has_null = false;
          for (const catalog::IndexPart& part : index.parts) {
            const Value value = Shown(record, part.position);
            has_null |= value.is_null();
            AppendValueKey(key, value);
          }
          if (!has_null && !keys.insert(key).second) return "Unique";
        }
      }
    }
    return {};
  }

  // --- the end

  void Keep(Result& result) {
    for (const Id id : created) {
      if (Gone(id)) {
        state.records_.erase(id);
        continue;
      }
      OracleRecord& record = state.records_[id];
      Enter(record, Operation::kCreate, record.created);
      result.changed[id] = Operation::kCreate;
    }
    for (const Id id : deleted) {
      if (created.contains(id)) continue;
      OracleRecord& record = state.records_[id];
      said.erase(id);
      for (const int32_t position : Positions(*record.type)) {
        if (Value value = state.Now(record, position); !value.is_null()) record.last[position] = std::move(value);
      }
      Enter(record, Operation::kDelete, record.deleted_effective);
      result.changed[id] = Operation::kDelete;
    }
    for (auto& [id, record] : state.records_) {
      if (record.deleted || created.contains(id)) continue;
      const auto mine = said.find(id);
      if (!linked.contains(id) && (mine == said.end() || mine->second.empty())) continue;
      Enter(record, Operation::kChange, now);
      result.changed[id] = Operation::kChange;
    }
  }

  void Enter(OracleRecord& record, Operation operation, Time effective) {
    OracleEntry entry;
    entry.sequence = kUnnumbered;
    entry.recorded = now;
    entry.operation = operation;
    entry.first_effective = effective;
    if (const auto mine = said.find(record.id); mine != said.end() && !mine->second.empty()) {
      if (operation == Operation::kChange) entry.first_effective = kTimeMax;
      for (auto& [position, assertion] : mine->second) {
        assertion.before = created.contains(record.id) ? record.base[position] : state.Now(record, position);
        if (operation == Operation::kChange) entry.first_effective = std::min(entry.first_effective, assertion.effective);
        entry.changes.emplace_back(position, assertion);
      }
      for (const auto& [position, assertion] : mine->second) record.assertions[position].push_back(assertion);
    }
    record.entries.push_back(std::move(entry));
  }
};

Oracle::Result Oracle::Apply(const Ops& ops, Time now) {
  Result result;
  Run run(*this, ops, now);
  // A precondition's target may be a local reference: what it names before the batch.
  result.error = run.Setters();
  if (result.error.empty()) result.error = run.Preconditions();
  for (const Op& op : ops.ops) {
    if (result.error.empty()) result.error = run.Resolve(op);
  }
  for (const Op& op : ops.ops) {
    if (result.error.empty() && (op.kind == Op::kSet || op.kind == Op::kAdd)) result.error = run.Assign(op);
  }
  if (!result.error.empty()) return result;
  run.Follow();
  result.error = run.Check();
  if (!result.error.empty()) return result;
  run.Keep(result);
  result.ids = run.locals;
  records_ = std::move(run.state.records_);
  counters_ = std::move(run.state.counters_);
  return result;
}

void Oracle::Number(Id id, uint64_t sequence) {
  OracleRecord& record = records_.at(id);
  if (record.sequence == kUnnumbered) record.sequence = sequence;
  OracleEntry& entry = record.entries.back();
  entry.sequence = sequence;
  for (auto& [position, assertion] : entry.changes) assertion.sequence = sequence;
  for (auto& [position, assertions] : record.assertions) {
    for (OracleAssertion& assertion : assertions) {
      if (assertion.sequence == kUnnumbered) assertion.sequence = sequence;
    }
  }
}

}  // namespace kith::testing
