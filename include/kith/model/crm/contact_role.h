// Records of type contact_role in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_CONTACT_ROLE_H_
#define KITH_MODEL_CRM_CONTACT_ROLE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class ContactRoleRole : int32_t {
  kApprover = 1,
  kDecisionMaker = 2,
  kEconomic = 3,
  kTechnical = 4,
  kUser = 5,
  kEvaluator = 6,
  kGatekeeper = 7,
  kCoach = 8,
  kChampion = 9,
  kBlocker = 10,
};

enum class ContactRolePolitical : int32_t {
  kInnerCircle = 1,
  kPoliticalStructure = 2,
  kNone = 3,
};

// Reads a record. Borrows its view.
class ContactRole {
 public:
  static constexpr std::string_view kType = "contact_role";

  explicit ContactRole(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id contact() const { return view_.GetRef(0); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<ContactRoleRole> role() const { return view_.has(2) ? std::optional(ContactRoleRole{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<bool> primary() const { return view_.has(3) ? std::optional(view_.GetBool(3)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> veto() const { return view_.has(4) ? std::optional(view_.GetBool(4)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> approve() const { return view_.has(5) ? std::optional(view_.GetBool(5)) : std::nullopt; }
  [[nodiscard]] std::optional<ContactRolePolitical> political() const { return view_.has(6) ? std::optional(ContactRolePolitical{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> chain_step() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<double> strength() const { return view_.has(8) ? std::optional(view_.GetDouble(8)) : std::nullopt; }
  [[nodiscard]] std::optional<double> confidence() const { return view_.has(9) ? std::optional(view_.GetDouble(9)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_from() const { return view_.has(10) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(10))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_to() const { return view_.has(11) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(11))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ContactRoleBuilder {
 public:
  explicit ContactRoleBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("contact_role")) {}
  ContactRoleBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("contact_role", external)) {}
  ContactRoleBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ContactRoleBuilder& owner(Id value) { return Set("owner", value); }
  ContactRoleBuilder& contact(Id value) { return Set("contact", value); }
  ContactRoleBuilder& opportunity(Id value) { return Set("opportunity", value); }
  ContactRoleBuilder& role(ContactRoleRole value) { return Set("role", Choice{static_cast<int32_t>(value)}); }
  ContactRoleBuilder& primary(bool value) { return Set("primary", value); }
  ContactRoleBuilder& veto(bool value) { return Set("veto", value); }
  ContactRoleBuilder& approve(bool value) { return Set("approve", value); }
  ContactRoleBuilder& political(ContactRolePolitical value) { return Set("political", Choice{static_cast<int32_t>(value)}); }
  ContactRoleBuilder& chain_step(int64_t value) { return Set("chain_step", value); }
  ContactRoleBuilder& add_chain_step(int64_t value) { return Add("chain_step", value); }
  ContactRoleBuilder& strength(double value) { return Set("strength", value); }
  ContactRoleBuilder& confidence(double value) { return Set("confidence", value); }
  ContactRoleBuilder& valid_from(Date value) { return Set("valid_from", value); }
  ContactRoleBuilder& valid_to(Date value) { return Set("valid_to", value); }

 private:
  ContactRoleBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ContactRoleBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_CONTACT_ROLE_H_
// clang-format on
// NOLINTEND
