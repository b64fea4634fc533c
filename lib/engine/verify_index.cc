// Indexes and aggregates against what they derive from.
#include <algorithm>
#include <utility>

#include "engine/roll_up.h"
#include "engine/sha256.h"
#include "engine/verify_internal.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

using catalog::IndexDef;
using catalog::TypeDef;

constexpr size_t kShortestEntry = 12;  // index number and id

struct OwnedIndex {
  const TypeDef* type = nullptr;
  const IndexDef* index = nullptr;
};

std::map<uint32_t, OwnedIndex> IndexesByNumber(const catalog::Catalog& catalog) {
  std::map<uint32_t, OwnedIndex> indexes;
  for (const TypeDef& type : catalog.types()) {
    for (const IndexDef& index : type.indexes) indexes[index.number] = {&type, &index};
  }
  return indexes;
}

// The entry that a record should have; false when there is no such record to read.
bool Recompute(const Verification& run, const OwnedIndex& owned, Id id, format::IndexEntry& entry) {
  const uint64_t number = id.value();
  const StatusOr<storage::View> bytes = run.reader.Get(format::kRecord, storage::IntegerKey(number));
  if (!bytes.ok() || id.type() != owned.type->number || !record::Verify(*bytes, owned.type->layout).ok()) return false;
  const record::View record(*bytes, &owned.type->layout);
  format::MakeIndexEntry(
      *owned.index, id, [&](int32_t position) { return format::ValueOf(record, position); }, entry);
  return true;
}

// The encoded parts of a record without the cut.
std::string WholeParts(const Verification& run, const OwnedIndex& owned, Id id) {
  const uint64_t number = id.value();
  std::string key;
  const StatusOr<storage::View> bytes = run.reader.Get(format::kRecord, storage::IntegerKey(number));
  if (!bytes.ok()) return key;
  const record::View record(*bytes, &owned.type->layout);
  for (const catalog::IndexPart& part : owned.index->parts) AppendValueKey(key, format::ValueOf(record, part.position), part.order);
  return key;
}

std::string Naming(const Verification& run, const OwnedIndex& owned, Id id) {
  std::string text = "index ";
  text.append(owned.type->name).append(".").append(owned.index->name).append(", ").append(run.NameOf(id)).append(": ");
  return text;
}

// Two neighbours of a unique index with the same stored parts: equal for certain unless the parts are null or cut.
void CheckUnique(Verification& run, const OwnedIndex& owned, std::string_view before, std::string_view key) {
  if (format::IndexEntryParts(before) != format::IndexEntryParts(key)) return;
  const Id first = format::IndexEntryId(before);
  const Id second = format::IndexEntryId(key);
  format::IndexEntry entry;
  if (!Recompute(run, owned, second, entry) || entry.has_null) return;
  if (entry.cut && WholeParts(run, owned, first) != WholeParts(run, owned, second)) return;
  run.problems.Add(Naming(run, owned, second) + "has the same unique value as " + run.NameOf(first));
}

void CheckNotStale(Verification& run, const OwnedIndex& owned, std::string_view key) {
  const Id id = format::IndexEntryId(key);
  format::IndexEntry entry;
  if (!Recompute(run, owned, id, entry)) {
    run.problems.Add(Naming(run, owned, id) + "has an entry, but there is no such record");
  } else if (entry.key != key) {
    run.problems.Add(Naming(run, owned, id) + "has a stale entry");
  }
}

// Records that the index lacks or has something else of.
void NameMissing(Verification& run, const OwnedIndex& owned) {
  const IndexDef& index = *owned.index;
  format::IndexEntry entry;
  ForEachRecord(run, [&](const TypeDef& type, record::View record) {
    if (&type != owned.type) return;
    format::MakeIndexEntry(
        index, record.id(), [&](int32_t position) { return format::ValueOf(record, position); }, entry);
    const StatusOr<storage::View> stored = run.reader.Get(format::kIndex, entry.key);
    if (stored.ok() && *stored == entry.value) return;
    const auto building = run.building.find(index.number);
    if (IsNotFound(stored.status()) && building != run.building.end() && record.id().value() > building->second) return;
    std::string text = Naming(run, owned, record.id());
    if (stored.ok()) {
      text.append("the covered values differ from the record's");
    } else {
      text.append(IsNotFound(stored.status()) ? std::string_view("the entry is missing") : MessageOf(stored.status()));
    }
    run.problems.Add(std::move(text));
  });
}

// One index's stretch of entries. Returns their digest.
Multiset WalkIndex(Verification& run, uint32_t number, const OwnedIndex& owned, bool look_for_stale) {
  std::string prefix;
  AppendU32(prefix, number);
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kIndex);
  std::string before;
  Multiset found;
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.size() < kShortestEntry) {
      run.problems.Add("index " + owned.type->name + "." + owned.index->name + ": an entry is too short");
      continue;
    }
    found.Add(key, cursor->value());
    if (look_for_stale) CheckNotStale(run, owned, key);
    if (owned.index->unique && !look_for_stale) {
      if (!before.empty()) CheckUnique(run, owned, before, key);
      before = key;
    }
  }
  run.EndOf(*cursor, "index " + owned.type->name + "." + owned.index->name);
  return found;
}

// Entries under numbers that no index has.
void FindForeign(Verification& run, const std::map<uint32_t, OwnedIndex>& indexes) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kIndex);
  std::string from;
  AppendU32(from, 0);
  while (cursor->SeekAtLeast(from) && cursor->key().size() >= sizeof(uint32_t)) {
    const uint32_t number = ReadU32(cursor->key().data());
    if (!indexes.contains(number) && !run.dropping.contains(number)) {
      run.damage.foreign_indexes.insert(number);
      run.problems.Add("index number " + std::to_string(number) + ": has entries, but there is no such index");
    }
    if (number == UINT32_MAX) break;
    from.clear();
    AppendU32(from, number + 1);
  }
  run.EndOf(*cursor, "the indexes");
}

// --- aggregates

void CompareRows(Verification& run, std::string_view name, std::string_view prefix, const std::map<std::string, std::string>& expected) {
  const auto complain = [&](std::string_view key, std::string_view what) {
    run.damage.derivations.emplace(name);
    std::string text = "derivation ";
    text.append(name).append(", row ").append(Hex(key)).append(": ").append(what);
    run.problems.Add(std::move(text));
  };
  auto next = expected.begin();
  const auto compare = [&](std::string_view key, std::string_view value) {
    ++run.report.aggregates;
    for (; next != expected.end() && next->first < key; ++next) complain(next->first, "is missing");
    if (next == expected.end() || next->first != key) {
      complain(key, "should not be there");
      return true;
    }
    if (next->second != value) complain(key, "differs from what the records give");
    ++next;
    return true;
  };
  const Status status = run.snapshot.ScanAggregates(prefix, compare);
  if (!status.ok()) {
    run.problems.Add("derivation " + std::string(name) + ": " + ProblemOf(status));
    return;
  }
  for (; next != expected.end(); ++next) complain(next->first, "is missing");
}

// Whether the rows of a derivation are those that the records give, told by their sums; false too when it could not be told.
bool SameRows(Verification& run, const Derivation& derivation) {
  Multiset expected;
  Multiset found;
  const Status recomputed =
      derivation.RecomputeEach(run.snapshot, [&](std::string_view key, std::string_view value) { expected.Add(key, value); });
  const Status scanned = run.snapshot.ScanAggregates(derivation.prefix(), [&](std::string_view key, std::string_view value) {
    found.Add(key, value);
    return true;
  });
  if (!recomputed.ok() || !scanned.ok() || found != expected) return false;
  run.report.aggregates += found.count;
  return true;
}

// Rows of nobody. A file with derivations that this library lacks may have them.
void FindForeignRows(Verification& run) {
  const std::unique_ptr<storage::Cursor> listed = run.reader.NewCursor(format::kMeta);
  const auto& derivations = run.extensions.derivations;
  const std::string_view prefix = format::kMetaDerivationPrefix;
  for (bool more = listed->SeekAtLeast(prefix); more && listed->key().starts_with(prefix); more = listed->Next()) {
    const std::string_view name = listed->key().substr(prefix.size());
    if (name == kRollUpDerivation) continue;
    if (std::none_of(derivations.begin(), derivations.end(), [&](const Derivation* d) { return d->name() == name; })) return;
  }
  const Status status = run.snapshot.ScanAggregates({}, [&](std::string_view key, std::string_view) {
    if (key.starts_with(kRollUpPrefix)) return true;  // compared by themselves
    if (std::none_of(derivations.begin(), derivations.end(), [&](const Derivation* d) { return key.starts_with(d->prefix()); })) {
      run.damage.foreign_rows.emplace_back(key);
      run.problems.Add("aggregate row " + Hex(key) + ": belongs to no derivation");
    }
    return true;
  });
  if (!status.ok()) run.problems.Add("aggregates: " + ProblemOf(status));
}

// What the records give for one roll-up; of one being built, those that are done.
Status AddExpected(const Verification& run, const Programs& programs, const RollUpPlan& plan, MadeRows& rows) {
  const auto building = run.building.find(plan.number());
  Contributions contributions(run.programs);
  const std::unique_ptr<RecordCursor> cursor = NewScanCursor({.reader = &run.reader, .catalog = &programs.catalog()}, *plan.child, {});
  while (cursor->Next()) {
    if (building != run.building.end() && cursor->id().value() > building->second) break;
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    KITH_RETURN_IF_ERROR(ChangeContribution(plan, std::nullopt, contributions.Of(plan, record), rows));
  }
  return cursor->status();
}

// Rows of roll-ups that are no more wait to be deleted.
void DropRows(const Verification& run, MadeRows& expected) {
  for (const uint32_t number : run.dropping) {
    std::string prefix(kRollUpPrefix);
    AppendU32(prefix, number);
    const Status status = run.snapshot.ScanAggregates(prefix, [&](std::string_view key, std::string_view value) {
      expected.Put(key, value);
      return true;
    });
    if (!status.ok()) return;
  }
}

void VerifyRollUps(Verification& run) {
  MadeRows expected;
  for (const RollUpPlan& plan : run.programs->roll_ups()) {
    const Status status = AddExpected(run, *run.programs, plan, expected);
    if (!status.ok()) run.problems.Add("roll-ups: cannot be recomputed: " + ProblemOf(status));
  }
  DropRows(run, expected);
  CompareRows(run, kRollUpDerivation, kRollUpPrefix, expected.rows);
}

}  // namespace

void VerifyIndexes(Verification& run) {
  const std::map<uint32_t, OwnedIndex> indexes = IndexesByNumber(run.catalog());
  for (const auto& [number, owned] : indexes) {
    if (owned.index->kind != catalog::IndexKind::kOrdered) continue;
    const Multiset found = WalkIndex(run, number, owned, false);
    run.report.index_entries += found.count;
    if (found == run.expected[number]) continue;
    run.damage.indexes.insert(number);
    NameMissing(run, owned);
    WalkIndex(run, number, owned, true);
  }
  FindForeign(run, indexes);
}

void VerifyAggregates(Verification& run) {
  for (const Derivation* derivation : run.extensions.derivations) {
    if (SameRows(run, *derivation)) continue;
    const StatusOr<std::map<std::string, std::string>> expected = derivation->Recompute(run.snapshot);
    if (!expected.ok()) {
      run.problems.Add("derivation " + std::string(derivation->name()) + ": cannot be recomputed: " + ProblemOf(expected.status()));
      continue;
    }
    CompareRows(run, derivation->name(), derivation->prefix(), *expected);
  }
  VerifyRollUps(run);
  FindForeignRows(run);
}

}  // namespace kith::engine
