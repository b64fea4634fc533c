// What one viewer may do with which record, by policy and standing.
#ifndef KITH_LIB_ENGINE_ACCESS_INTERNAL_H_
#define KITH_LIB_ENGINE_ACCESS_INTERNAL_H_

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/format.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/access.h"
#include "kith/engine/history.h"
#include "kith/engine/viewer.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// A rule of the policy as it comes to for one viewer and type: what depends on the viewer alone is settled.
struct TypeAccess {
  struct RightAccess {
    bool all = false;  // every record, whatever its visibility
    bool everyone = false;
    bool owner = false;
    bool reports = false;
    bool units = false;
    bool units_below = false;
  };
  bool ruled = false;  // the policy has a rule for the type
  std::array<RightAccess, catalog::kRights> rights;
  std::vector<size_t> follows;  // positions
  std::vector<size_t> part_of;  // positions; what they refer to must be the viewer's too, unless the record itself is theirs or shared
  std::vector<bool> masked;     // by position: reads as null; empty: none
  std::vector<bool> fixed;      // by position: may not be written; empty: none
  record::Layout layout;        // with masked fields taken out; used when some are
};

// One viewer's access at one version of the catalog. Immutable; shared between threads.
class Access {
 public:
  Access(std::shared_ptr<const catalog::Catalog> catalog, Viewer viewer, Standing standing);

  [[nodiscard]] const Viewer& viewer() const { return viewer_; }
  [[nodiscard]] const Standing& standing() const { return standing_; }

  // `reader` is for records that the record follows. An error is one of reading.
  [[nodiscard]] StatusOr<bool> May(catalog::Right right, const catalog::TypeDef& type, record::View record,
                                   const storage::Reader& reader) const;
  // The same of a record that is deleted, by what its deletion says it was.
  [[nodiscard]] StatusOr<bool> MayOfDeleted(catalog::Right right, const catalog::TypeDef& type, const HistoryEntry& deletion,
                                            const storage::Reader& reader) const;
  // By the header's parts alone: what an index entry may hold. Nothing when fields or other records have a say.
  [[nodiscard]] std::optional<bool> MayByHeader(catalog::Right right, const catalog::TypeDef& type, const record::Header& header) const;
  // Every record of the type may be read.
  [[nodiscard]] bool SeesAll(const catalog::TypeDef& type) const;
  // Records of the type may be created by the viewer at all.
  [[nodiscard]] bool MayCreate(const catalog::TypeDef& type) const;

  [[nodiscard]] bool IsMasked(const catalog::TypeDef& type, int32_t position) const;
  [[nodiscard]] bool IsFixed(const catalog::TypeDef& type, int32_t position) const;
  // Whether any part or cover of an index is masked.
  [[nodiscard]] bool HidesPartOf(const catalog::TypeDef& type, const catalog::IndexDef& index) const;
  // What records are read with.
  [[nodiscard]] const record::Layout& LayoutOf(const catalog::TypeDef& type) const;
  // Takes masked fields out of an entry.
  void Mask(const catalog::TypeDef& type, HistoryEntry& entry) const;

 private:
  using RefAt = std::function<Id(size_t position)>;
  [[nodiscard]] StatusOr<bool> Judge(catalog::Right right, const catalog::TypeDef& type, const record::Header& header, const RefAt& ref_at,
                                     const storage::Reader& reader, int depth) const;
  [[nodiscard]] StatusOr<bool> JudgeFollowed(catalog::Right right, const TypeAccess& access, const RefAt& ref_at,
                                             const storage::Reader& reader, int depth) const;
  [[nodiscard]] StatusOr<bool> JudgeWholes(catalog::Right right, const TypeAccess& access, const RefAt& ref_at,
                                           const storage::Reader& reader, int depth) const;
  // Of the record referred to; false when there is none.
  [[nodiscard]] StatusOr<bool> JudgeOther(catalog::Right right, Id other, const storage::Reader& reader, int depth) const;
  [[nodiscard]] bool IsShared(catalog::Right right, const record::Header& header) const;
  [[nodiscard]] bool IsOwnOrShared(catalog::Right right, const record::Header& header) const;
  [[nodiscard]] bool JudgeHeader(catalog::Right right, const TypeAccess& access, const record::Header& header) const;
  [[nodiscard]] const TypeAccess& Of(const catalog::TypeDef& type) const;
  // Gives the parts of what the policy narrows, of types that it does not name, to those alone who may the whole.
  void SettleParts();
  void SettlePart(const catalog::TypeDef& whole, const catalog::Catalog::Referrer& part, std::vector<const catalog::TypeDef*>& wholes);
  [[nodiscard]] TypeAccess& At(const catalog::TypeDef& type);

  std::shared_ptr<const catalog::Catalog> catalog_;
  Viewer viewer_;
  Standing standing_;
  std::vector<TypeAccess> types_;  // by type number; empty without a policy
};

// The accesses of the viewers last seen, found anew when the catalog or what a standing is made of has changed. Any thread.
class AccessCache {
 public:
  AccessCache(const AccessResolver* resolver, std::function<Time()> clock) : resolver_(resolver), clock_(std::move(clock)) {}

  // For what `reader` holds, which stands at `state`. `keep`: others may be given it too, which must not be said of a state that may yet
  // be dropped.
  [[nodiscard]] StatusOr<std::shared_ptr<const Access>> Get(const Viewer& viewer, const storage::Reader& reader,
                                                            const std::shared_ptr<const catalog::Catalog>& catalog,
                                                            const format::State& state, bool keep);

 private:
  struct Entry {
    uint64_t catalog_version = 0;
    uint64_t sequence = 0;  // up to here nothing was written that the standing is made of
    std::shared_ptr<const Access> access;
  };
  [[nodiscard]] StatusOr<bool> StillHolds(const Entry& entry, const storage::Reader& reader, const catalog::Catalog& catalog,
                                          const format::State& state, Time now) const;
  void Keep(const std::string& key, Entry entry);

  const AccessResolver* resolver_;
  std::function<Time()> clock_;
  std::mutex mutex_;
  std::list<std::pair<std::string, Entry>> entries_;  // guarded by mutex_; the last used first
  std::map<std::string, std::list<std::pair<std::string, Entry>>::iterator> by_key_;
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_ACCESS_INTERNAL_H_
