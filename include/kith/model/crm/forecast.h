// Records of type forecast in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_FORECAST_H_
#define KITH_MODEL_CRM_FORECAST_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Forecast {
 public:
  static constexpr std::string_view kType = "forecast";

  explicit Forecast(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id pipeline() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<Date> starts() const { return view_.has(1) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> ends() const { return view_.has(2) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> made_at() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }
  [[nodiscard]] std::string_view model() const { return view_.GetText(4); }
  [[nodiscard]] std::optional<int64_t> open_deals() const { return view_.has(5) ? std::optional(view_.GetInt(5)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> closed() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> p10() const { return view_.has(7) ? std::optional(view_.GetMoney(7)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> p50() const { return view_.has(8) ? std::optional(view_.GetMoney(8)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> p90() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> mean() const { return view_.has(10) ? std::optional(view_.GetMoney(10)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> sd() const { return view_.has(11) ? std::optional(view_.GetMoney(11)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> model_sd() const { return view_.has(12) ? std::optional(view_.GetMoney(12)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ForecastBuilder {
 public:
  explicit ForecastBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("forecast")) {}
  ForecastBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("forecast", external)) {}
  ForecastBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ForecastBuilder& owner(Id value) { return Set("owner", value); }
  ForecastBuilder& pipeline(Id value) { return Set("pipeline", value); }
  ForecastBuilder& starts(Date value) { return Set("starts", value); }
  ForecastBuilder& ends(Date value) { return Set("ends", value); }
  ForecastBuilder& made_at(Time value) { return Set("made_at", value); }
  ForecastBuilder& model(std::string_view value) { return Set("model", value); }
  ForecastBuilder& open_deals(int64_t value) { return Set("open_deals", value); }
  ForecastBuilder& add_open_deals(int64_t value) { return Add("open_deals", value); }
  ForecastBuilder& closed(Money value) { return Set("closed", value); }
  ForecastBuilder& add_closed(Money value) { return Add("closed", value); }
  ForecastBuilder& p10(Money value) { return Set("p10", value); }
  ForecastBuilder& add_p10(Money value) { return Add("p10", value); }
  ForecastBuilder& p50(Money value) { return Set("p50", value); }
  ForecastBuilder& add_p50(Money value) { return Add("p50", value); }
  ForecastBuilder& p90(Money value) { return Set("p90", value); }
  ForecastBuilder& add_p90(Money value) { return Add("p90", value); }
  ForecastBuilder& mean(Money value) { return Set("mean", value); }
  ForecastBuilder& add_mean(Money value) { return Add("mean", value); }
  ForecastBuilder& sd(Money value) { return Set("sd", value); }
  ForecastBuilder& add_sd(Money value) { return Add("sd", value); }
  ForecastBuilder& model_sd(Money value) { return Set("model_sd", value); }
  ForecastBuilder& add_model_sd(Money value) { return Add("model_sd", value); }

 private:
  ForecastBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ForecastBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_FORECAST_H_
// clang-format on
// NOLINTEND
