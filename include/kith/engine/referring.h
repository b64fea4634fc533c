// Records found by the values of their fields: in a snapshot, whichever index its viewer may read; as they were known at a moment; in a
// rule, as the batch leaves them.
#ifndef KITH_ENGINE_REFERRING_H_
#define KITH_ENGINE_REFERRING_H_

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/engine/extension.h"
#include "kith/engine/snapshot.h"

namespace kith {

// Whether the snapshot's viewer may scan the index: one that holds or covers a masked field is not read.
[[nodiscard]] bool MayRead(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::IndexDef& index);
// Whether the viewer may read what the roles of a behaviour of a type say. Of those that are masked "type.field" is put into `masked`.
bool MayJudge(const Snapshot& snapshot, const catalog::TypeDef& type, std::string_view behaviour,
              std::initializer_list<std::string_view> roles, std::set<std::string>& masked);

// The choice of an index: the first ordered one that the field leads, that the viewer may read, that `serves` (unset: any does) and that is
// not still being built, scanned. Null: there is none. Errors: those of Snapshot::ScanIndex.
[[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanLedBy(const Snapshot& snapshot, const catalog::TypeDef& type,
                                                                const catalog::FieldDef& field, const IndexRange& range,
                                                                const std::function<bool(const catalog::IndexDef&)>& serves = {});

// Visible records of `type` whose `field` is `value`: by an index that the field leads (in id order where each has something masked), else
// record by record. A masked field finds nothing. The view lives during the call; the first error of `visit` ends it.
// Errors: those of Snapshot::Scan and ScanIndex, of `visit`.
[[nodiscard]] Status ForEachWith(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, const Value& value,
                                 const std::function<Status(record::View)>& visit);

// What records named that have changed or are gone since a moment. The feed since then is gone through once for each type asked about.
// Borrows the snapshot; one thread at a time.
class Former {
 public:
  Former(const Snapshot& snapshot, Time since) : snapshot_(snapshot), since_(since) {}
  [[nodiscard]] Time since() const { return since_; }
  // Records of the type that came to name another in the field, or were deleted; some may name `target` again. Ascending; nothing
  // that the viewer may not see.
  [[nodiscard]] StatusOr<std::vector<Id>> Naming(const catalog::TypeDef& type, const catalog::FieldDef& field, Id target);
  // Records of the type that were deleted, ascending; some may be there again.
  [[nodiscard]] StatusOr<std::vector<Id>> Deleted(const catalog::TypeDef& type);

 private:
  struct Changes {
    std::map<std::pair<const catalog::FieldDef*, Id>, std::vector<Id>> naming;
    std::vector<Id> deleted;
  };
  StatusOr<const Changes*> ChangesOf(const catalog::TypeDef& type);
  StatusOr<uint64_t> SequenceThen();

  const Snapshot& snapshot_;
  Time since_;
  std::map<TypeNumber, Changes> known_;
  uint64_t first_ = 0;
  bool placed_ = false;  // first_ is known
};

// As ForEachWith, with records as the database knew them at a moment, and among them those that have come to name another or are gone by
// now. `former` is of that moment or of one before. Errors: also those of Snapshot::GetAsOf and ReadFeed.
[[nodiscard]] Status ForEachThen(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, Id target,
                                 Time recorded, Former& former, const std::function<Status(record::View)>& visit);

// A record as a batch leaves it: one that the batch touches, or one that stands as it was.
class RecordInBatch {
 public:
  explicit RecordInBatch(const Draft& draft) : draft_(&draft) {}
  explicit RecordInBatch(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return draft_ == nullptr ? view_.id() : draft_->id(); }
  [[nodiscard]] Value Get(size_t position) const { return draft_ == nullptr ? view_.Get(position) : draft_->Get(position); }
  [[nodiscard]] Id GetRef(size_t position) const;              // null where there is none
  [[nodiscard]] const Draft* draft() const { return draft_; }  // nullptr: not touched by the batch

 private:
  const Draft* draft_ = nullptr;
  record::View view_;
};

// Records of `type` as the batch leaves them whose values in the first fields of the index are `equal` (the index begins with fields of
// the type, not with parts of the header): those that the batch touches in the order in which it does, then the others in the index's
// order. `brought`: what they refer to is created by the batch, so that only what it touches can. The first error of `visit` ends it.
[[nodiscard]] Status ForEachInBatch(const RuleContext& context, const catalog::TypeDef& type, const catalog::IndexDef& index,
                                    std::vector<Value> equal, const std::function<Status(const RecordInBatch&)>& visit,
                                    bool brought = false);

}  // namespace kith

#endif  // KITH_ENGINE_REFERRING_H_
