// Records of type milestone in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_MILESTONE_H_
#define KITH_MODEL_CRM_MILESTONE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class MilestoneKind : int32_t {
  kDelivery = 1,
  kInstallation = 2,
  kTraining = 3,
  kAcceptance = 4,
};

// Reads a record. Borrows its view.
class Milestone {
 public:
  static constexpr std::string_view kType = "milestone";

  explicit Milestone(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id opportunity() const { return view_.GetRef(0); }
  [[nodiscard]] std::string_view name() const { return view_.GetText(1); }
  [[nodiscard]] std::optional<MilestoneKind> kind() const { return view_.has(2) ? std::optional(MilestoneKind{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> due() const { return view_.has(3) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> done_on() const { return view_.has(4) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] Id contract() const { return view_.GetRef(5); }
  [[nodiscard]] Id order() const { return view_.GetRef(6); }
  [[nodiscard]] Id instalment() const { return view_.GetRef(7); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(8); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class MilestoneBuilder {
 public:
  explicit MilestoneBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("milestone")) {}
  MilestoneBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("milestone", external)) {}
  MilestoneBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  MilestoneBuilder& owner(Id value) { return Set("owner", value); }
  MilestoneBuilder& opportunity(Id value) { return Set("opportunity", value); }
  MilestoneBuilder& name(std::string_view value) { return Set("name", value); }
  MilestoneBuilder& kind(MilestoneKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  MilestoneBuilder& due(Date value) { return Set("due", value); }
  MilestoneBuilder& done_on(Date value) { return Set("done_on", value); }
  MilestoneBuilder& contract(Id value) { return Set("contract", value); }
  MilestoneBuilder& order(Id value) { return Set("order", value); }
  MilestoneBuilder& instalment(Id value) { return Set("instalment", value); }
  MilestoneBuilder& description(std::string_view value) { return Set("description", value); }

 private:
  MilestoneBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  MilestoneBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_MILESTONE_H_
// clang-format on
// NOLINTEND
