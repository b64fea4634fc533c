// Verify: everything derived, computed again and compared.
#include <algorithm>
#include <utility>

#include "engine/verify_internal.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

constexpr size_t kListedProblems = 100;

// --- records

void CheckReference(Verification& run, Id id, const FieldDef& field, const Value& value) {
  const Id* target = value.get_if<Id>();
  if (target == nullptr) return;
  const auto complain = [&](std::string_view what) {
    std::string text = run.NameOf(id);
    text.append(", field ").append(field.name).append(": refers to ").append(run.NameOf(*target)).append(", which ").append(what);
    run.problems.Add(std::move(text));
  };
  const uint64_t number = target->value();
  const StatusOr<storage::View> found = run.reader.Get(format::kRecord, storage::IntegerKey(number));
  if (IsNotFound(found.status())) return complain("does not exist");
  if (field.refers_to.empty()) return;
  const TypeDef* type = run.catalog().FindType(target->type());
  if (type == nullptr || std::find(field.refers_to.begin(), field.refers_to.end(), type->name) == field.refers_to.end()) {
    complain("is of another type");
  }
}

void CheckIndexed(Verification& run, const TypeDef& type, const IndexDef& index, Id id, const format::IndexEntry& entry) {
  const auto complain = [&](std::string_view what) {
    std::string text = "index ";
    text.append(type.name).append(".").append(index.name).append(", ").append(run.NameOf(id)).append(": ").append(what);
    run.problems.Add(std::move(text));
  };
  const StatusOr<storage::View> stored = run.reader.Get(format::kIndex, entry.key);
  if (!stored.ok()) {
    const auto building = run.building.find(index.number);
    if (building != run.building.end() && id.value() > building->second) return;
    return complain(IsNotFound(stored.status()) ? std::string_view("the entry is missing") : MessageOf(stored.status()));
  }
  ++run.expected_entries[index.number];
  if (*stored != entry.value) complain("the covered values differ from the record's");
}

void CheckRecord(Verification& run, Id id, std::string_view bytes) {
  const TypeDef* type = run.catalog().FindType(id.type());
  if (type == nullptr) {
    run.problems.Add(run.NameOf(id) + ": its type is unknown");
    return;
  }
  if (const Status status = record::Verify(bytes, type->layout); !status.ok()) {
    run.problems.Add(run.NameOf(id) + ": " + std::string(status.message()));
    return;
  }
  const record::View record(bytes, &type->layout);
  if (record.id() != id) {
    run.problems.Add(run.NameOf(id) + ": its header says that it is " + run.NameOf(record.id()));
    return;
  }
  std::vector<Value> values;
  values.reserve(type->fields.size());
  for (size_t i = 0; i < type->fields.size(); ++i) values.push_back(record.Get(i));
  for (const FieldDef& field : type->fields) CheckReference(run, id, field, values[field.position]);
  format::IndexEntry entry;
  for (const IndexDef& index : type->indexes) {
    if (index.kind != catalog::IndexKind::kOrdered) continue;
    format::MakeIndexEntry(index, record.header(), values, entry);
    CheckIndexed(run, *type, index, id, entry);
  }
}

// --- external references

bool Reverses(const Verification& run, std::string_view forward, Id id) {
  const std::string prefix = format::ExternalReversePrefix(id);
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kExternal);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    const StatusOr<ExternalRef> external = format::DecodeExternalReverse(cursor->key());
    if (external.ok() && format::ExternalKey(id.type(), *external) == forward) return true;
  }
  return false;
}

bool Exists(const Verification& run, Id id) {
  const uint64_t number = id.value();
  return run.reader.Get(format::kRecord, storage::IntegerKey(number)).ok();
}

void CheckForward(Verification& run, std::string_view key, std::string_view value) {
  if (value.size() < sizeof(uint64_t) || key.size() < 3) {
    run.problems.Add("external references: an entry is malformed");
    return;
  }
  const Id id(ReadU64(value.data()));
  if (!Exists(run, id)) {
    run.problems.Add(run.NameOf(id) + ": an external reference leads to it, but it does not exist");
  } else if (ReadU16(key.data() + 1) != id.type()) {
    run.problems.Add(run.NameOf(id) + ": an external reference of another type leads to it");
  } else if (!Reverses(run, key, id)) {
    run.problems.Add(run.NameOf(id) + ": an external reference leads to it that it does not list");
  }
}

void CheckReverse(Verification& run, std::string_view key) {
  const StatusOr<ExternalRef> external = format::DecodeExternalReverse(key);
  if (!external.ok()) {
    run.problems.Add("external references: " + std::string(external.status().message()));
    return;
  }
  const Id id(ReadU64(key.data() + 1));
  const std::string at = run.NameOf(id) + ", external reference (" + external->system + ", " + external->key + "): ";
  if (!Exists(run, id)) run.problems.Add(at + "the record does not exist");
  const StatusOr<storage::View> forward = run.reader.Get(format::kExternal, format::ExternalKey(id.type(), *external));
  if (!forward.ok() || forward->size() < sizeof(uint64_t)) {
    run.problems.Add(at + "does not lead back to the record");
  } else if (const Id other(ReadU64(forward->data())); other != id) {
    run.problems.Add(at + "leads to " + run.NameOf(other));
  }
}

// --- the run

void ReadIndexStates(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kMeta);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    for (const std::string_view prefix : {format::kMetaBuildPrefix, format::kMetaDropPrefix}) {
      if (!key.starts_with(prefix) || key.size() != prefix.size() + sizeof(uint32_t)) continue;
      const uint32_t number = ReadU32(key.data() + prefix.size());
      if (prefix == format::kMetaDropPrefix) {
        run.dropping.insert(number);
      } else if (cursor->value().size() >= sizeof(uint64_t)) {
        run.building[number] = ReadU64(cursor->value().data());
      }
    }
  }
  run.EndOf(*cursor, "meta");
}

void VerifyStorage(storage::Environment& environment, Problems& problems) {
  StatusOr<storage::CheckReport> checked = environment.Check();
  if (!checked.ok()) {
    problems.Add("storage: " + std::string(checked.status().message()));
    return;
  }
  for (const std::string& problem : checked->problems) problems.Add("storage: " + problem);
}

}  // namespace

void Problems::Add(std::string problem) {
  if (listed_.size() < kListedProblems) {
    listed_.push_back(std::move(problem));
  } else {
    ++unlisted_;
  }
}

std::vector<std::string> Problems::Take() {
  if (unlisted_ > 0) listed_.push_back("and " + std::to_string(unlisted_) + " more");
  return std::move(listed_);
}

std::string Verification::NameOf(Id id) const {
  const TypeDef* type = catalog().FindType(id.type());
  return (type == nullptr ? std::string("record") : type->name) + " " + std::to_string(id.value());
}

void Verification::SawId(Id id) {
  uint32_t& sequence = highest[{id.type(), id.node()}];
  sequence = std::max(sequence, id.sequence());
}

void Verification::EndOf(const storage::Cursor& cursor, std::string_view what) {
  if (cursor.status().ok()) return;
  problems.Add(std::string(what) + ": cannot be read further: " + std::string(cursor.status().message()));
}

void VerifyRecords(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    uint64_t number = 0;
    if (cursor->key().size() != sizeof(number)) {
      run.problems.Add("records: a key is not of 8 bytes");
      continue;
    }
    std::copy_n(cursor->key().data(), sizeof(number), reinterpret_cast<char*>(&number));
    ++run.report.records;
    run.SawId(Id(number));
    CheckRecord(run, Id(number), cursor->value());
  }
  run.EndOf(*cursor, "records");
}

void VerifyExternals(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kExternal);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().starts_with("f")) {
      CheckForward(run, cursor->key(), cursor->value());
    } else {
      CheckReverse(run, cursor->key());
    }
  }
  run.EndOf(*cursor, "external references");
}

void VerifyCounters(Verification& run) {
  for (const auto& [type_and_node, sequence] : run.highest) {
    const StatusOr<storage::View> stored = run.reader.Get(format::kMeta, format::CounterKey(type_and_node.first, type_and_node.second));
    const uint64_t counter = stored.ok() && stored->size() >= sizeof(uint64_t) ? ReadU64(stored->data()) : 0;
    if (counter >= sequence) continue;
    run.problems.Add("counter of " + run.NameOf(Id::Of(type_and_node.first, type_and_node.second, sequence)) + ": stands at " +
                     std::to_string(counter) + ", so an id would be given twice");
  }
}

StatusOr<VerifyReport> VerifyDatabase(std::shared_ptr<const void> keep, storage::Environment& environment, CatalogCache& cache,
                                      const Extensions& extensions) {
  Problems problems;
  VerifyStorage(environment, problems);
  const storage::Reader* reader = nullptr;
  StatusOr<std::unique_ptr<Snapshot>> snapshot = NewSnapshot(std::move(keep), environment, cache, {}, &reader);
  if (!snapshot.ok()) {
    if (GetReason(snapshot.status()) != Reason::kCorrupt) return std::move(snapshot).status();
    problems.Add(std::string(snapshot.status().message()));
    VerifyReport report;
    report.problems = problems.Take();
    return report;
  }

  Verification run{.reader = *reader, .snapshot = **snapshot, .extensions = extensions};
  run.problems = std::move(problems);
  ReadIndexStates(run);
  VerifyRecords(run);
  VerifyIndexes(run);
  VerifyColumns(run);
  VerifyTexts(run);
  VerifyHistory(run);
  VerifyFeed(run);
  VerifyExternals(run);
  VerifyCounters(run);
  VerifyAggregates(run);
  run.report.problems = run.problems.Take();
  return std::move(run.report);
}

}  // namespace kith::engine
