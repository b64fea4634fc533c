// Which records belong to a person; see engine/person.h.
#ifndef KITH_LIB_ENGINE_PERSON_INTERNAL_H_
#define KITH_LIB_ENGINE_PERSON_INTERNAL_H_

#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "engine/engine_internal.h"
#include "kith/engine/person.h"
#include "kith/engine/replica.h"

namespace kith::engine {

// record -> what its history says that it was about, now or once
using PastAbout = std::map<uint64_t, std::set<uint64_t>>;
[[nodiscard]] StatusOr<PastAbout> ReadPastAbout(const storage::Reader& reader, const catalog::Catalog& catalog);

// RecordMissing for one that never was.
[[nodiscard]] Status CheckPerson(const storage::Reader& reader, Id person);
[[nodiscard]] bool HasPersonal(const catalog::TypeDef& type);
// What cannot be undone is not done to a record that is no person: one of nothing personal, or an organisation that somebody belongs to. A
// sole trader's account, or a customer's who is a person, has nobody below it.
[[nodiscard]] Status CheckIsPerson(const storage::Reader& reader, const WriterCatalog& catalog, Id id);

struct PersonScope {
  std::vector<Id> records;  // the person first, then in the order found
  std::vector<Id> shared;   // of those, about others too
};
// What belongs to a person, of whom one record or several are given. `past` may be older than what `reader` reads: what was written since
// is found through the indexes.
[[nodiscard]] StatusOr<PersonScope> FindScope(const storage::Reader& reader, const WriterCatalog& catalog, std::span<const Id> person,
                                              const PastAbout& past);

// The last erasure of a record; nullopt: none.
[[nodiscard]] StatusOr<std::optional<format::Erased>> FindErased(const storage::Reader& reader, Id id);
// Whether there was one of any.
[[nodiscard]] bool HasErasures(const storage::Reader& reader);
// --- in pages of replicas; kith/engine/erased.h
// An erasure that came in a page.
struct ReceivedErasure {
  format::Erased erased;
  std::vector<Id> records;
};
[[nodiscard]] ReplicaChange ErasureOf(Id record, const format::Erased& erased);
[[nodiscard]] bool IsErasure(const ReplicaChange& change);
// Those of a page, from the first to the last: it has the last word on a record of several.
[[nodiscard]] std::vector<ReceivedErasure> ErasuresIn(const ReplicaPage& page);
// The erasure that a change was written knowing of; none: all zero.
void PutErasedBefore(const Stamp& stamp, HistoryEntry& entry);
[[nodiscard]] Stamp ErasedBefore(const HistoryEntry& entry);
void RemoveErasedBefore(HistoryEntry& entry);
// Takes what is personal out of a change.
void WithoutPersonal(const catalog::TypeDef& type, ReplicaChange& change);

// Records that refer to `target` through a reference for which `wanted(field)` holds.
template <typename Wanted>
[[nodiscard]] StatusOr<std::vector<Id>> FindReferring(const storage::Reader& reader, const WriterCatalog& catalog, Id target,
                                                      const Wanted& wanted) {
  std::vector<Id> found;
  const catalog::TypeDef* type = catalog.catalog->FindType(target.type());
  if (type == nullptr) return found;
  const Source source{.reader = &reader, .catalog = catalog.catalog.get()};
  for (const catalog::Catalog::Referrer& referrer : catalog.catalog->ReferrersTo(*type)) {
    if (!wanted(*referrer.field)) continue;
    const auto position = static_cast<int32_t>(referrer.field->position);
    const catalog::IndexDef* index = referrer.type->FindIndexLedBy(position);
    const bool ready = index != nullptr && catalog.IsReady(*index);
    IndexRange range;
    range.equal.emplace_back(target);
    std::unique_ptr<RecordCursor> cursor;
    if (ready) {
      KITH_ASSIGN_OR_RETURN(cursor, NewIndexCursor(source, *referrer.type, *index, range));
    } else {
      cursor = NewScanCursor(source, *referrer.type, {});
    }
    while (cursor->Next()) {
      if (!ready) {
        KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
        if (record.GetRef(referrer.field->position) != target) continue;
      }
      found.push_back(cursor->id());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return found;
}

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_PERSON_INTERNAL_H_
