// Records found by the values of their fields: in a snapshot, whichever index its viewer may read; in a rule, as the batch leaves them.
#ifndef KITH_ENGINE_REFERRING_H_
#define KITH_ENGINE_REFERRING_H_

#include <functional>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/engine/extension.h"
#include "kith/engine/snapshot.h"

namespace kith {

// Whether the snapshot's viewer may scan the index: one that holds or covers a masked field is not read.
[[nodiscard]] bool MayRead(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::IndexDef& index);

// Visible records of `type` whose `field` is `value`: by an index that the field leads (in id order where each has something masked), else
// record by record. A masked field finds nothing. The view lives during the call; the first error of `visit` ends it.
// Errors: those of Snapshot::Scan and ScanIndex, of `visit`.
[[nodiscard]] Status ForEachWith(const Snapshot& snapshot, const catalog::TypeDef& type, const catalog::FieldDef& field, const Value& value,
                                 const std::function<Status(record::View)>& visit);

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
