// Records of type influence in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_INFLUENCE_H_
#define KITH_MODEL_CRM_INFLUENCE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Influence {
 public:
  static constexpr std::string_view kType = "influence";

  explicit Influence(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id contact() const { return view_.GetRef(0); }
  [[nodiscard]] Id on() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view topic() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<double> strength() const { return view_.has(3) ? std::optional(view_.GetDouble(3)) : std::nullopt; }
  [[nodiscard]] std::optional<double> confidence() const { return view_.has(4) ? std::optional(view_.GetDouble(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_from() const { return view_.has(5) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_to() const { return view_.has(6) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class InfluenceBuilder {
 public:
  explicit InfluenceBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("influence")) {}
  InfluenceBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("influence", external)) {}
  InfluenceBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  InfluenceBuilder& owner(Id value) { return Set("owner", value); }
  InfluenceBuilder& contact(Id value) { return Set("contact", value); }
  InfluenceBuilder& on(Id value) { return Set("on", value); }
  InfluenceBuilder& topic(std::string_view value) { return Set("topic", value); }
  InfluenceBuilder& strength(double value) { return Set("strength", value); }
  InfluenceBuilder& confidence(double value) { return Set("confidence", value); }
  InfluenceBuilder& valid_from(Date value) { return Set("valid_from", value); }
  InfluenceBuilder& valid_to(Date value) { return Set("valid_to", value); }

 private:
  InfluenceBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  InfluenceBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_INFLUENCE_H_
// clang-format on
// NOLINTEND
