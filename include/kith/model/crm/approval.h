// Records of type approval in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_APPROVAL_H_
#define KITH_MODEL_CRM_APPROVAL_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class ApprovalStatus : int32_t {
  kPending = 1,
  kApproved = 2,
  kRejected = 3,
};

// Reads a record. Borrows its view.
class Approval {
 public:
  static constexpr std::string_view kType = "approval";

  explicit Approval(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id record_() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<int64_t> step() const { return view_.has(1) ? std::optional(view_.GetInt(1)) : std::nullopt; }
  [[nodiscard]] Id approver() const { return view_.GetRef(2); }
  [[nodiscard]] Id delegate() const { return view_.GetRef(3); }
  [[nodiscard]] Id decided_by() const { return view_.GetRef(4); }
  [[nodiscard]] std::optional<ApprovalStatus> status() const { return view_.has(5) ? std::optional(ApprovalStatus{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> decided_at() const { return view_.has(6) ? std::optional(Time{view_.GetInt(6)}) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(7); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ApprovalBuilder {
 public:
  explicit ApprovalBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("approval")) {}
  ApprovalBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("approval", external)) {}
  ApprovalBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ApprovalBuilder& owner(Id value) { return Set("owner", value); }
  ApprovalBuilder& record_(Id value) { return Set("record", value); }
  ApprovalBuilder& step(int64_t value) { return Set("step", value); }
  ApprovalBuilder& add_step(int64_t value) { return Add("step", value); }
  ApprovalBuilder& approver(Id value) { return Set("approver", value); }
  ApprovalBuilder& delegate(Id value) { return Set("delegate", value); }
  ApprovalBuilder& decided_by(Id value) { return Set("decided_by", value); }
  ApprovalBuilder& status(ApprovalStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  ApprovalBuilder& decided_at(Time value) { return Set("decided_at", value); }
  ApprovalBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  ApprovalBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ApprovalBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_APPROVAL_H_
// clang-format on
// NOLINTEND
