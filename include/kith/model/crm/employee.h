// Records of type employee in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_EMPLOYEE_H_
#define KITH_MODEL_CRM_EMPLOYEE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class EmployeeSells : int32_t {
  kProject = 1,
  kRelationship = 2,
  kField = 3,
};

// Reads a record. Borrows its view.
class Employee {
 public:
  static constexpr std::string_view kType = "employee";

  explicit Employee(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view name_local() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view email() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view phone() const { return view_.GetText(3); }
  [[nodiscard]] std::string_view title() const { return view_.GetText(4); }
  [[nodiscard]] Id team() const { return view_.GetRef(5); }
  [[nodiscard]] Id manager() const { return view_.GetRef(6); }
  [[nodiscard]] Value skills() const { return view_.Get(7); }
  [[nodiscard]] std::optional<bool> active() const { return view_.has(8) ? std::optional(view_.GetBool(8)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> active_from() const { return view_.has(9) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(9))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> active_to() const { return view_.has(10) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(10))}) : std::nullopt; }
  [[nodiscard]] Value access_roles() const { return view_.Get(11); }
  [[nodiscard]] Value sells() const { return view_.Get(12); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class EmployeeBuilder {
 public:
  explicit EmployeeBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("employee")) {}
  EmployeeBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("employee", external)) {}
  EmployeeBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  EmployeeBuilder& owner(Id value) { return Set("owner", value); }
  EmployeeBuilder& name(std::string_view value) { return Set("name", value); }
  EmployeeBuilder& name_local(std::string_view value) { return Set("name_local", value); }
  EmployeeBuilder& email(std::string_view value) { return Set("email", value); }
  EmployeeBuilder& phone(std::string_view value) { return Set("phone", value); }
  EmployeeBuilder& title(std::string_view value) { return Set("title", value); }
  EmployeeBuilder& team(Id value) { return Set("team", value); }
  EmployeeBuilder& manager(Id value) { return Set("manager", value); }
  EmployeeBuilder& skills(TextList value) { return Set("skills", std::move(value)); }
  EmployeeBuilder& active(bool value) { return Set("active", value); }
  EmployeeBuilder& active_from(Date value) { return Set("active_from", value); }
  EmployeeBuilder& active_to(Date value) { return Set("active_to", value); }
  EmployeeBuilder& access_roles(TextList value) { return Set("access_roles", std::move(value)); }
  EmployeeBuilder& sells(std::initializer_list<EmployeeSells> values) { return Set("sells", internal::Choices(values)); }

 private:
  EmployeeBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  EmployeeBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_EMPLOYEE_H_
// clang-format on
// NOLINTEND
