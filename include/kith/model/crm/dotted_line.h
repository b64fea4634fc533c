// Records of type dotted_line in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_DOTTED_LINE_H_
#define KITH_MODEL_CRM_DOTTED_LINE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class DottedLine {
 public:
  static constexpr std::string_view kType = "dotted_line";

  explicit DottedLine(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id contact() const { return view_.GetRef(0); }
  [[nodiscard]] Id superior() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<Date> valid_from() const { return view_.has(2) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_to() const { return view_.has(3) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class DottedLineBuilder {
 public:
  explicit DottedLineBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("dotted_line")) {}
  DottedLineBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("dotted_line", external)) {}
  DottedLineBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  DottedLineBuilder& owner(Id value) { return Set("owner", value); }
  DottedLineBuilder& contact(Id value) { return Set("contact", value); }
  DottedLineBuilder& superior(Id value) { return Set("superior", value); }
  DottedLineBuilder& valid_from(Date value) { return Set("valid_from", value); }
  DottedLineBuilder& valid_to(Date value) { return Set("valid_to", value); }

 private:
  DottedLineBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  DottedLineBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_DOTTED_LINE_H_
// clang-format on
// NOLINTEND
