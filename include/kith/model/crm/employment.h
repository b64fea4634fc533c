// Records of type employment in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_EMPLOYMENT_H_
#define KITH_MODEL_CRM_EMPLOYMENT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Employment {
 public:
  static constexpr std::string_view kType = "employment";

  explicit Employment(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id contact() const { return view_.GetRef(0); }
  [[nodiscard]] Id account() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view title() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<Time> valid_from() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> valid_to() const { return view_.has(4) ? std::optional(Time{view_.GetInt(4)}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class EmploymentBuilder {
 public:
  explicit EmploymentBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("employment")) {}
  EmploymentBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("employment", external)) {}
  EmploymentBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  EmploymentBuilder& owner(Id value) { return Set("owner", value); }
  EmploymentBuilder& contact(Id value) { return Set("contact", value); }
  EmploymentBuilder& account(Id value) { return Set("account", value); }
  EmploymentBuilder& title(std::string_view value) { return Set("title", value); }
  EmploymentBuilder& valid_from(Time value) { return Set("valid_from", value); }
  EmploymentBuilder& valid_to(Time value) { return Set("valid_to", value); }

 private:
  EmploymentBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  EmploymentBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_EMPLOYMENT_H_
// clang-format on
// NOLINTEND
