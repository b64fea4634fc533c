// Records of type visit_plan in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_VISIT_PLAN_H_
#define KITH_MODEL_CRM_VISIT_PLAN_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class VisitPlan {
 public:
  static constexpr std::string_view kType = "visit_plan";

  explicit VisitPlan(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id account() const { return view_.GetRef(0); }
  [[nodiscard]] Id employee() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<int64_t> every_days() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> starts() const { return view_.has(3) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> ends() const { return view_.has(4) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::string_view route() const { return view_.GetText(5); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class VisitPlanBuilder {
 public:
  explicit VisitPlanBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("visit_plan")) {}
  VisitPlanBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("visit_plan", external)) {}
  VisitPlanBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  VisitPlanBuilder& owner(Id value) { return Set("owner", value); }
  VisitPlanBuilder& account(Id value) { return Set("account", value); }
  VisitPlanBuilder& employee(Id value) { return Set("employee", value); }
  VisitPlanBuilder& every_days(int64_t value) { return Set("every_days", value); }
  VisitPlanBuilder& add_every_days(int64_t value) { return Add("every_days", value); }
  VisitPlanBuilder& starts(Date value) { return Set("starts", value); }
  VisitPlanBuilder& ends(Date value) { return Set("ends", value); }
  VisitPlanBuilder& route(std::string_view value) { return Set("route", value); }

 private:
  VisitPlanBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  VisitPlanBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_VISIT_PLAN_H_
// clang-format on
// NOLINTEND
