// Records of type rate in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_RATE_H_
#define KITH_MODEL_CRM_RATE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Rate {
 public:
  static constexpr std::string_view kType = "rate";

  explicit Rate(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view currency() const { return view_.GetText(0); }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(1) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> rate() const { return view_.has(2) ? std::optional(Decimal{view_.GetInt(2), 8}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class RateBuilder {
 public:
  explicit RateBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("rate")) {}
  RateBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("rate", external)) {}
  RateBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  RateBuilder& owner(Id value) { return Set("owner", value); }
  RateBuilder& currency(std::string_view value) { return Set("currency", value); }
  RateBuilder& date(Date value) { return Set("date", value); }
  RateBuilder& rate(Decimal value) { return Set("rate", value); }

 private:
  RateBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  RateBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_RATE_H_
// clang-format on
// NOLINTEND
