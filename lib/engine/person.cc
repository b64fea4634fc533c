// Finds what belongs to a person, and gives it out.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/database_internal.h"
#include "engine/person_internal.h"
#include "kith/base/concat.h"
#include "kith/engine/json.h"
#include "kith/engine/merged.h"

namespace kith::engine {
namespace {

using OrderedJson = nlohmann::ordered_json;

using catalog::FieldDef;
using catalog::TypeDef;

bool IsAbout(const FieldDef& field) { return field.about; }
bool IsPart(const FieldDef& field) { return field.on_delete == catalog::OnDelete::kCascade; }

void NoteTarget(const Value& value, std::set<uint64_t>& targets) {
  if (const Id* target = value.get_if<Id>()) targets.insert(target->value());
}

// Collects ids, each once, in the order found.
class Gathering {
 public:
  void Add(Id id) {
    if (seen_.insert(id.value()).second) ids_.push_back(id);
  }
  [[nodiscard]] bool Contains(uint64_t id) const { return seen_.contains(id); }
  [[nodiscard]] const std::vector<Id>& ids() const { return ids_; }

 private:
  std::set<uint64_t> seen_;
  std::vector<Id> ids_;
};

// What a record is about now.
StatusOr<std::set<uint64_t>> AboutNow(const storage::Reader& reader, const catalog::Catalog& catalog, Id id) {
  std::set<uint64_t> targets;
  const StatusOr<record::View> record = ReadRecord(Source{.reader = &reader, .catalog = &catalog}, id);
  if (IsNotFound(record.status())) return targets;
  KITH_RETURN_IF_ERROR(record.status());
  for (const FieldDef& field : catalog.FindType(id.type())->fields) {
    if (field.about && record->has(field.position)) targets.insert(record->GetRef(field.position).value());
  }
  return targets;
}

OrderedJson RecordOut(const storage::Reader& reader, const catalog::Catalog& catalog, Id id) {
  const TypeDef* type = catalog.FindType(id.type());
  const StatusOr<record::View> record = ReadRecord(Source{.reader = &reader, .catalog = &catalog}, id);
  OrderedJson out = record.ok()
                        ? OrderedJson::parse(RecordToJson(*type, *record))
                        : OrderedJson{{"id", id.value()}, {"type", type == nullptr ? std::string() : type->name}, {"deleted", true}};
  OrderedJson externals = OrderedJson::array();
  const StatusOr<std::vector<ExternalRef>> has = ReadExternalRefs(reader, id);
  for (size_t i = 0; has.ok() && i < has->size(); ++i) externals.push_back(OrderedJson::array({(*has)[i].system, (*has)[i].key}));
  out["external_refs"] = std::move(externals);
  const StatusOr<std::vector<HistoryEntry>> history = ReadHistory(reader, id);
  if (history.ok()) out["history"] = OrderedJson::parse(HistoryToJson(catalog, *history));
  return out;
}

}  // namespace

Status CheckPerson(const storage::Reader& reader, Id person) {
  const StatusOr<HistoryEntry> last = ReadLastHistory(reader, person);
  if (!IsNotFound(last.status())) return last.status();
  return MakeError({.reason = Reason::kRecordMissing, .record = person, .hint = "give the id of the person's record"},
                   "there never was such a record");
}

bool HasPersonal(const TypeDef& type) {
  return std::any_of(type.fields.begin(), type.fields.end(), [](const FieldDef& field) { return field.personal; });
}

Status CheckIsPerson(const storage::Reader& reader, const WriterCatalog& catalog, Id id) {
  const TypeDef* type = catalog.catalog->FindType(id.type());
  if (type == nullptr) return absl::OkStatus();
  if (!HasPersonal(*type)) {
    return MakeError({.reason = Reason::kWrongKind, .type = type->name, .record = id, .hint = "give the id of the person's record"},
                     "is no person: no field of its type is personal");
  }
  std::vector<const FieldDef*> organisations;
  for (const TypeDef& of : catalog.catalog->types()) {
    for (const std::string_view behaviour : {"party", "employment"}) organisations.push_back(of.FindRole(behaviour, "organisation"));
  }
  const auto wanted = [&](const FieldDef& field) {
    return std::find(organisations.begin(), organisations.end(), &field) != organisations.end();
  };
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> people, FindReferring(reader, catalog, id, wanted));
  for (const Id one : people) {
    KITH_ASSIGN_OR_RETURN(const std::optional<format::Erased> erased, FindErased(reader, one));
    if (erased.has_value() || one == id) continue;
    return MakeError({.reason = Reason::kPreconditionFailed,
                      .type = type->name,
                      .record = id,
                      .hint = "erase people one by one; what is an organisation's is not a person's"},
                     Concat({"is an organisation, to which record ", std::to_string(one.value()), " belongs, and no person"}));
  }
  return absl::OkStatus();
}

StatusOr<PastAbout> ReadPastAbout(const storage::Reader& reader, const catalog::Catalog& catalog) {
  PastAbout past;
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kHistory);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const Id id(ReadU64(cursor->key().data()));
    const TypeDef* type = catalog.FindType(id.type());
    if (type == nullptr) continue;
    KITH_ASSIGN_OR_RETURN(const HistoryEntry entry, format::DecodeHistory(id, ReadU64(cursor->key().data() + 8), cursor->value()));
    for (const FieldChange& change : entry.fields) {
      const FieldDef* field = type->FindField(change.package, change.number);
      if (field == nullptr || !field->about) continue;
      NoteTarget(change.before, past[id.value()]);
      NoteTarget(change.after, past[id.value()]);
    }
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return past;
}

// The records that were merged into one: what it was is theirs too.
StatusOr<std::vector<Id>> ReadMerged(const storage::Reader& reader, Id id) {
  std::vector<Id> merged;
  KITH_ASSIGN_OR_RETURN(const std::vector<ExternalRef> refs, ReadExternalRefs(reader, id));
  for (const ExternalRef& external : refs) {
    if (const std::optional<Id> gone = MergedId(external)) merged.push_back(*gone);
  }
  return merged;
}

StatusOr<PersonScope> FindScope(const storage::Reader& reader, const WriterCatalog& catalog, std::span<const Id> person,
                                const PastAbout& past) {
  std::map<uint64_t, std::vector<uint64_t>> once;  // target -> records once about it
  for (const auto& [record, targets] : past) {
    for (const uint64_t target : targets) once[target].push_back(record);
  }
  Gathering gathered;
  for (const Id id : person) {
    KITH_ASSIGN_OR_RETURN(const Id merged_into, FindMerged(reader, id));
    gathered.Add(merged_into.is_null() ? id : merged_into);
  }
  const size_t own = gathered.ids().size();
  for (size_t i = 0; i < gathered.ids().size(); ++i) {
    const Id target = gathered.ids()[i];
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> found, FindReferring(reader, catalog, target, IsAbout));
    for (const Id id : found) gathered.Add(id);
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> merged, ReadMerged(reader, target));
    for (const Id id : merged) gathered.Add(id);
    const auto former = once.find(target.value());
    if (former == once.end()) continue;
    for (const uint64_t id : former->second) gathered.Add(Id(id));
  }
  PersonScope scope{.records = gathered.ids(), .shared = {}};
  for (size_t i = own; i < scope.records.size(); ++i) {
    const Id id = scope.records[i];
    KITH_ASSIGN_OR_RETURN(std::set<uint64_t> targets, AboutNow(reader, *catalog.catalog, id));
    if (const auto was = past.find(id.value()); was != past.end()) targets.insert(was->second.begin(), was->second.end());
    const auto other = [&](uint64_t target) { return !gathered.Contains(target); };
    if (std::any_of(targets.begin(), targets.end(), other)) scope.shared.push_back(id);
  }
  return scope;
}

StatusOr<std::string> DatabaseImpl::ExportPerson(Id person) {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
  KITH_ASSIGN_OR_RETURN(const PastAbout past, ReadPastAbout(*snapshot, *catalog->catalog));
  KITH_RETURN_IF_ERROR(CheckPerson(*snapshot, person));
  KITH_ASSIGN_OR_RETURN(const PersonScope scope, FindScope(*snapshot, *catalog, {&person, 1}, past));
  Gathering all;
  for (const Id id : scope.records) all.Add(id);
  for (size_t i = 0; i < all.ids().size(); ++i) {
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> parts, FindReferring(*snapshot, *catalog, all.ids()[i], IsPart));
    for (const Id id : parts) all.Add(id);
  }
  OrderedJson records = OrderedJson::array();
  for (const Id id : all.ids()) records.push_back(RecordOut(*snapshot, *catalog->catalog, id));
  return OrderedJson{{"person", person.value()}, {"taken", ToText(state.recorded)}, {"records", std::move(records)}}.dump();
}

}  // namespace kith::engine
