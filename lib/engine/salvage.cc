#include "kith/engine/salvage.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/database_internal.h"
#include "engine/digest.h"
#include "engine/fill_internal.h"
#include "kith/base/key.h"
#include "kith/storage/partial.h"

namespace kith {
namespace engine {
namespace {

constexpr size_t kListedRanges = 100;

// What is not built anew: everything but notes of derived data and of other replicas.
bool IsKept(std::string_view name) {
  for (const std::string_view prefix :
       {format::kMetaCounterPrefix, format::kMetaNumberPrefix, format::kMetaCheckpointPrefix, format::kMetaErasurePrefix,
        format::kMetaErasedPrefix, format::kMetaErasedAtPrefix, format::kMetaLostPrefix}) {
    if (name.starts_with(prefix)) return true;
  }
  return name == format::kMetaState || name == format::kMetaHorizon;
}

// Takes entries as pages give them.
class Collector {
 public:
  Collector(Filling& target, SalvageReport& report) : target_(target), report_(report) {}

  Status Take(const storage::SalvagedEntry& entry) {
    switch (entry.keyspace) {
      case format::kMeta:
        TakeMeta(entry);
        return absl::OkStatus();
      case format::kRecord:
        return TakeRecord(entry);
      case format::kHistory:
        return Once(entry, report_.history_entries);
      case format::kFeed:
        return Once(entry, report_.feed_entries);
      case format::kIdempotency:
        return target_.Write(entry.keyspace, entry.key, entry.value);
      case format::kExternal:
        TakeExternal(entry);
        return absl::OkStatus();
      default:
        return absl::OkStatus();  // built anew
    }
  }

  Status Finish() {
    for (const auto& [key, value] : meta_) KITH_RETURN_IF_ERROR(target_.Write(format::kMeta, key, value));
    return PutExternals();
  }

  [[nodiscard]] IdSet& records() { return records_; }

 private:
  // External references whose two directions agree.
  Status PutExternals() {
    for (const std::string& key : reverse_) {
      const StatusOr<ExternalRef> external = format::DecodeExternalReverse(key);
      if (!external.ok()) continue;
      const Id id(ReadU64(key.data() + 1));
      const auto forward = forward_.find(format::ExternalKey(id.type(), *external));
      if (forward == forward_.end() || forward->second != id.value() || !records_.Contains(id)) continue;
      std::string value;
      AppendU64(value, id.value());
      KITH_RETURN_IF_ERROR(target_.Write(format::kExternal, forward->first, value));
      KITH_RETURN_IF_ERROR(target_.Write(format::kExternal, key, {}));
      ++report_.external_refs;
    }
    const uint64_t most = std::max(forward_.size(), reverse_.size());
    report_.external_refs_lost = most - std::min(most, report_.external_refs);
    return absl::OkStatus();
  }

  // Of two values the newer one: all of these only ever grow.
  void TakeMeta(const storage::SalvagedEntry& entry) {
    if (!IsKept(entry.key)) return;
    const auto [found, first] = meta_.try_emplace(std::string(entry.key), entry.value);
    if (!first && PlaceOf(entry.key, entry.value) > PlaceOf(entry.key, found->second)) found->second = entry.value;
  }

  static uint64_t PlaceOf(std::string_view key, std::string_view value) {
    if (key == format::kMetaState) return format::DecodeState(value).value_or(format::State()).sequence;
    if (key == format::kMetaHorizon) return format::DecodeHorizon(value).value_or(Horizon()).sequence;
    return value.size() < sizeof(uint64_t) ? 0 : ReadU64(value.data());
  }

  // An old page gives entries again that a newer one has.
  Status Once(const storage::SalvagedEntry& entry, uint64_t& count) {
    if (!seen_[entry.keyspace].insert(HashOf(entry.key)).second) return absl::OkStatus();
    ++count;
    return target_.Write(entry.keyspace, entry.key, entry.value);
  }

  static uint64_t HashOf(std::string_view key) { return LongHash(key); }

  Status TakeRecord(const storage::SalvagedEntry& entry) {
    // A seal says that somebody wrote it so, not that it is well made.
    const Id id(format::IntegerOf(entry.key));
    const std::string aligned(entry.value);
    const catalog::TypeDef* type = built_in_->FindType(id.type());
    if (!record::Verify(aligned, type == nullptr ? any_ : type->layout).ok()) return absl::OkStatus();
    const record::View view(aligned, nullptr);
    if (view.header().id != id.value()) return absl::OkStatus();
    uint64_t& version = versions_[id.value()];
    if (version >= view.header().version) return absl::OkStatus();
    if (version == 0) ++report_.records;
    version = view.header().version;
    records_.Add(id);
    return target_.Write(entry.keyspace, entry.key, entry.value);
  }

  void TakeExternal(const storage::SalvagedEntry& entry) {
    if (entry.key.starts_with("f") && entry.key.size() > 3 && entry.value.size() == sizeof(uint64_t)) {
      forward_.emplace(entry.key, ReadU64(entry.value.data()));
    } else if (entry.key.starts_with("r") && entry.key.size() > 9 && entry.value.empty()) {
      reverse_.emplace(entry.key);
    }
  }

  Filling& target_;
  SalvageReport& report_;
  const std::shared_ptr<const catalog::Catalog> built_in_ = catalog::Catalog::BuiltIn();
  const record::Layout any_;  // of types that are not known before their definitions are there
  std::map<std::string, std::string> meta_;
  std::map<std::string, uint64_t> forward_;
  std::set<std::string> reverse_;
  std::map<storage::Keyspace, absl::flat_hash_set<uint64_t>> seen_;
  absl::flat_hash_map<uint64_t, uint64_t> versions_;
  IdSet records_;
};

class DeleteRecordsJob final : public storage::Job {
 public:
  explicit DeleteRecordsJob(const std::vector<Id>& ids) : ids_(ids) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    for (const Id id : ids_) {
      const uint64_t number = id.value();
      set.Delete(format::kRecord, storage::IntegerKey(number));
    }
    return Verdict::kKeep;
  }

 private:
  const std::vector<Id>& ids_;
};

// Now that the definitions are known: what is no record of its type would be read in place like any other.
Status DropMalformed(storage::Environment& environment, const catalog::Catalog& catalog, SalvageReport& report) {
  std::vector<Id> malformed;
  {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, environment.Read());
    const std::unique_ptr<storage::Cursor> cursor = snapshot->NewCursor(format::kRecord);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      const Id id(format::IntegerOf(cursor->key()));
      const catalog::TypeDef* type = catalog.FindType(id.type());
      if (type != nullptr && !record::Verify(cursor->value(), type->layout).ok()) malformed.push_back(id);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  if (malformed.empty()) return absl::OkStatus();
  report.records -= std::min<uint64_t>(report.records, malformed.size());
  DeleteRecordsJob job(malformed);
  storage::Job* const jobs[] = {&job};
  return environment.Run(jobs, {})[0];
}

// Definitions that the damaged database lacks, as records with what refers to them from outside. Repair tells history of them.
Status TakeDefinitions(const std::string& path, IdSet& have, Filling& target, SalvageReport& report) {
  storage::OpenOptions options;
  options.read_only = true;
  options.application_format = format::kVersion;
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<storage::Environment> other, storage::Environment::Open(path, format::Keyspaces(), options));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, other->Read());
  const std::shared_ptr<const catalog::Catalog> built_in = catalog::Catalog::BuiltIn();
  const std::unique_ptr<storage::Cursor> cursor = snapshot->NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const Id id(format::IntegerOf(cursor->key()));
    if (id.type() >= catalog::kFirstOpenType) break;
    if (have.Contains(id)) continue;
    const catalog::TypeDef* type = built_in->FindType(id.type());
    if (type != nullptr && !record::Verify(cursor->value(), type->layout).ok()) continue;
    have.Add(id);
    ++report.definitions_taken;
    KITH_RETURN_IF_ERROR(target.Write(format::kRecord, cursor->key(), cursor->value()));
    const std::string prefix = format::ExternalReversePrefix(id);
    const std::unique_ptr<storage::Cursor> refs = snapshot->NewCursor(format::kExternal);
    for (bool next = refs->SeekAtLeast(prefix); next && refs->key().starts_with(prefix); next = refs->Next()) {
      KITH_ASSIGN_OR_RETURN(const ExternalRef ref, format::DecodeExternalReverse(refs->key()));
      std::string value;
      AppendU64(value, id.value());
      KITH_RETURN_IF_ERROR(target.Write(format::kExternal, format::ExternalKey(id.type(), ref), value));
      KITH_RETURN_IF_ERROR(target.Write(format::kExternal, refs->key(), {}));
    }
  }
  return cursor->status();
}

// Which ids have no record, and no history that ends with a deletion.
class LossCount {
 public:
  LossCount(const storage::Reader& reader, const catalog::Catalog& catalog) : reader_(reader), catalog_(catalog) {}

  StatusOr<std::vector<SalvageReport::Lost>> Run() {
    KITH_RETURN_IF_ERROR(FindKnown());
    KITH_RETURN_IF_ERROR(FindLast());
    std::map<TypeNumber, SalvageReport::Lost> lost;
    for (const auto& [type_and_node, last] : last_) {
      SalvageReport::Lost& of = lost[type_and_node.first];
      const catalog::TypeDef* type = catalog_.FindType(type_and_node.first);
      of.type = type == nullptr ? "type " + std::to_string(type_and_node.first) : type->name;
      Count(type_and_node.first, type_and_node.second, last, of);
    }
    std::vector<SalvageReport::Lost> list;
    list.reserve(list.size() + lost.size());
    for (auto& [number, of] : lost) list.push_back(std::move(of));
    return list;
  }

 private:
  Status FindKnown() {
    const std::unique_ptr<storage::Cursor> records = reader_.NewCursor(format::kRecord);
    for (bool next = records->First(); next; next = records->Next()) {
      const Id id(format::IntegerOf(records->key()));
      present_.Add(id);
      Saw(id);
    }
    KITH_RETURN_IF_ERROR(records->status());
    const std::unique_ptr<storage::Cursor> history = reader_.NewCursor(format::kHistory);
    bool more = history->Last();
    while (more) {
      const Id id(ReadU64(history->key().data()));
      Saw(id);
      const StatusOr<HistoryEntry> last = format::DecodeHistory(id, ReadU64(history->key().data() + sizeof(uint64_t)), history->value());
      if (last.ok() && last->operation == Operation::kDelete) deleted_.Add(id);
      more = id.value() > 0 && history->SeekAtMost(format::HistoryKey(Id(id.value() - 1), UINT64_MAX));
    }
    return history->status();
  }

  Status FindLast() {
    const std::string_view prefix = format::kMetaCounterPrefix;
    const std::unique_ptr<storage::Cursor> cursor = reader_.NewCursor(format::kMeta);
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      const std::string_view key = cursor->key();
      if (key.size() != prefix.size() + 2 * sizeof(uint16_t) || cursor->value().size() < sizeof(uint64_t)) continue;
      const std::pair<TypeNumber, uint16_t> of(ReadU16(key.data() + prefix.size()), ReadU16(key.data() + prefix.size() + sizeof(uint16_t)));
      uint64_t& last = last_[of];
      last = std::max(last, ReadU64(cursor->value().data()));
    }
    return cursor->status();
  }

  void Saw(Id id) {
    uint64_t& last = last_[{id.type(), id.node()}];
    last = std::max<uint64_t>(last, id.sequence());
  }

  void Count(TypeNumber type, uint16_t node, uint64_t last, SalvageReport::Lost& of) const {
    for (uint64_t sequence = 1; sequence <= last; ++sequence) {
      const Id id = Id::Of(type, node, static_cast<uint32_t>(sequence));
      if (present_.Contains(id)) {
        ++of.records;
        continue;
      }
      if (deleted_.Contains(id)) continue;
      ++of.lost;
      const bool goes_on = !of.lost_ids.empty() && of.lost_ids.back().second.value() + 1 == id.value();
      if (goes_on) {
        of.lost_ids.back().second = id;
      } else if (of.lost_ids.size() < kListedRanges) {
        of.lost_ids.emplace_back(id, id);
      }
    }
  }

  const storage::Reader& reader_;
  const catalog::Catalog& catalog_;
  IdSet present_;
  IdSet deleted_;
  std::map<std::pair<TypeNumber, uint16_t>, uint64_t> last_;
};

// Everything that pages hold, and what derives from it noted as to be built.
Status FillFrom(std::string_view damaged, const SalvageOptions& options, storage::Environment& environment, SalvageReport& report) {
  Filling target(environment);
  Collector collector(target, report);
  KITH_ASSIGN_OR_RETURN(report.file, storage::SalvageFile(damaged, format::Keyspaces(), {.with_old_pages = options.with_old_pages},
                                                          [&](const storage::SalvagedEntry& entry) { return collector.Take(entry); }));
  KITH_RETURN_IF_ERROR(collector.Finish());
  if (!options.definitions_from.empty()) {
    KITH_RETURN_IF_ERROR(TakeDefinitions(options.definitions_from, collector.records(), target, report));
  }
  KITH_RETURN_IF_ERROR(target.Flush());
  KITH_ASSIGN_OR_RETURN(std::unique_ptr<storage::Snapshot> snapshot, environment.Read());
  const StatusOr<std::shared_ptr<const catalog::Catalog>> catalog = LoadCatalog(*snapshot, 0);
  if (!catalog.ok()) {
    return MakeError({.reason = Reason::kCorrupt, .hint = "salvage with the definitions of a backup (definitions_from)"},
                     "definitions are lost: " + std::string(MessageOf(catalog.status())));
  }
  KITH_RETURN_IF_ERROR(DropMalformed(environment, **catalog, report));
  KITH_ASSIGN_OR_RETURN(snapshot, environment.Read());
  KITH_ASSIGN_OR_RETURN(report.types, LossCount(*snapshot, **catalog).Run());
  KITH_RETURN_IF_ERROR(MarkDerived(target, *catalog));
  return target.Flush();
}

}  // namespace
}  // namespace engine

StatusOr<SalvageReport> Salvage(std::string_view damaged, std::string_view target, const OpenOptions& options,
                                const SalvageOptions& salvage) {
  SalvageReport report;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::PartialDirectory> partial, storage::PartialDirectory::Make(target));
  {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<storage::Environment> environment, engine::OpenNew(partial->path()));
    KITH_RETURN_IF_ERROR(engine::FillFrom(damaged, salvage, *environment, report));
    OpenOptions as_wanted = options;
    if (!as_wanted.clock) as_wanted.clock = engine::SystemClock;
    const auto database = std::make_shared<engine::DatabaseImpl>(
        std::make_shared<engine::EngineState>(std::move(environment), options.extensions, options.log, as_wanted.clock), as_wanted);
    // What cannot be built because of what is lost is among the problems that Repair leaves.
    const Status built = database->BuildDerived();
    KITH_ASSIGN_OR_RETURN(RepairReport repaired, database->Repair());
    report.changes = std::move(repaired.changes);
    report.problems = std::move(repaired.problems);
    if (!built.ok()) report.problems.insert(report.problems.begin(), std::string(built.message()));
  }
  KITH_RETURN_IF_ERROR(partial->Become());
  return report;
}

}  // namespace kith
