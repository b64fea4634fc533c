// Records that a condition reads along references.
#ifndef KITH_LIB_CRM_RECORDS_INTERNAL_H_
#define KITH_LIB_CRM_RECORDS_INTERNAL_H_

#include <functional>

#include "kith/engine/snapshot.h"
#include "kith/expr/expr.h"

namespace kith::crm {

class ReferredRecords final : public expr::Resolver {
 public:
  explicit ReferredRecords(const Snapshot& snapshot) : snapshot_(snapshot) {}
  record::View Get(Id id) override {
    const StatusOr<record::View> view = snapshot_.Get(id);
    if (view.ok()) return *view;
    if (view.status().code() != StatusCode::kNotFound) status_.Update(view.status());
    return {};
  }
  void ForEachRelated(const catalog::TypeDef& /*type*/, const catalog::FieldDef& /*field*/, Id /*id*/,
                      const std::function<bool(const record::View&)>& /*visit*/) override {}  // not in such conditions
  [[nodiscard]] Status status() const override { return status_; }

 private:
  const Snapshot& snapshot_;
  Status status_;
};

}  // namespace kith::crm

#endif  // KITH_LIB_CRM_RECORDS_INTERNAL_H_
