// Records of type quota in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_QUOTA_H_
#define KITH_MODEL_CRM_QUOTA_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class QuotaMetric : int32_t {
  kRevenue = 1,
  kMargin = 2,
  kCount = 3,
  kCollected = 4,
};

// Reads a record. Borrows its view.
class Quota {
 public:
  static constexpr std::string_view kType = "quota";

  explicit Quota(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id holder() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<QuotaMetric> metric() const { return view_.has(1) ? std::optional(QuotaMetric{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::string_view period() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<Date> starts() const { return view_.has(3) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> ends() const { return view_.has(4) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> target() const { return view_.has(5) ? std::optional(view_.GetMoney(5)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> target_count() const { return view_.has(6) ? std::optional(view_.GetInt(6)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class QuotaBuilder {
 public:
  explicit QuotaBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("quota")) {}
  QuotaBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("quota", external)) {}
  QuotaBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  QuotaBuilder& owner(Id value) { return Set("owner", value); }
  QuotaBuilder& holder(Id value) { return Set("holder", value); }
  QuotaBuilder& metric(QuotaMetric value) { return Set("metric", Choice{static_cast<int32_t>(value)}); }
  QuotaBuilder& period(std::string_view value) { return Set("period", value); }
  QuotaBuilder& starts(Date value) { return Set("starts", value); }
  QuotaBuilder& ends(Date value) { return Set("ends", value); }
  QuotaBuilder& target(Money value) { return Set("target", value); }
  QuotaBuilder& add_target(Money value) { return Add("target", value); }
  QuotaBuilder& target_count(int64_t value) { return Set("target_count", value); }
  QuotaBuilder& add_target_count(int64_t value) { return Add("target_count", value); }

 private:
  QuotaBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  QuotaBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_QUOTA_H_
// clang-format on
// NOLINTEND
