// Records of type team_member in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_TEAM_MEMBER_H_
#define KITH_MODEL_CRM_TEAM_MEMBER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class TeamMember {
 public:
  static constexpr std::string_view kType = "team_member";

  explicit TeamMember(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id employee() const { return view_.GetRef(0); }
  [[nodiscard]] Id team() const { return view_.GetRef(1); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class TeamMemberBuilder {
 public:
  explicit TeamMemberBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("team_member")) {}
  TeamMemberBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("team_member", external)) {}
  TeamMemberBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  TeamMemberBuilder& owner(Id value) { return Set("owner", value); }
  TeamMemberBuilder& employee(Id value) { return Set("employee", value); }
  TeamMemberBuilder& team(Id value) { return Set("team", value); }

 private:
  TeamMemberBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  TeamMemberBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_TEAM_MEMBER_H_
// clang-format on
// NOLINTEND
