// Records of type conversion_map in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_CONVERSION_MAP_H_
#define KITH_MODEL_CRM_CONVERSION_MAP_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class ConversionMap {
 public:
  static constexpr std::string_view kType = "conversion_map";

  explicit ConversionMap(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view for_type() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view field() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view to_type() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view to_field() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<bool> active() const { return view_.has(4) ? std::optional(view_.GetBool(4)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ConversionMapBuilder {
 public:
  explicit ConversionMapBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("conversion_map")) {}
  ConversionMapBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("conversion_map", external)) {}
  ConversionMapBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ConversionMapBuilder& owner(Id value) { return Set("owner", value); }
  ConversionMapBuilder& for_type(std::string_view value) { return Set("for_type", value); }
  ConversionMapBuilder& field(std::string_view value) { return Set("field", value); }
  ConversionMapBuilder& to_type(std::string_view value) { return Set("to_type", value); }
  ConversionMapBuilder& to_field(std::string_view value) { return Set("to_field", value); }
  ConversionMapBuilder& active(bool value) { return Set("active", value); }

 private:
  ConversionMapBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ConversionMapBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_CONVERSION_MAP_H_
// clang-format on
// NOLINTEND
