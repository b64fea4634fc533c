// Which records belong to a person; see engine/person.h.
#ifndef KITH_LIB_ENGINE_PERSON_INTERNAL_H_
#define KITH_LIB_ENGINE_PERSON_INTERNAL_H_

#include <map>
#include <set>
#include <vector>

#include "engine/engine_internal.h"
#include "kith/engine/person.h"

namespace kith::engine {

// record -> what its history says that it was about, now or once
using PastAbout = std::map<uint64_t, std::set<uint64_t>>;
[[nodiscard]] StatusOr<PastAbout> ReadPastAbout(const storage::Reader& reader, const catalog::Catalog& catalog);

struct PersonScope {
  std::vector<Id> records;  // the person first, then in the order found
  std::vector<Id> shared;   // of those, about others too
};
// `past` may be older than what `reader` reads: what was written since is found through the indexes.
[[nodiscard]] StatusOr<PersonScope> FindScope(const storage::Reader& reader, const WriterCatalog& catalog, Id person,
                                              const PastAbout& past);

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
