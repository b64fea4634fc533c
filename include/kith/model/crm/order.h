// Records of type order in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_ORDER_H_
#define KITH_MODEL_CRM_ORDER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class OrderStatus : int32_t {
  kDraft = 1,
  kPlaced = 2,
  kDelivered = 3,
  kReturned = 4,
  kCancelled = 5,
};

enum class OrderRounding : int32_t {
  kHalfUp = 1,
  kHalfEven = 2,
  kDown = 3,
};

// Reads a record. Borrows its view.
class Order {
 public:
  static constexpr std::string_view kType = "order";

  explicit Order(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view number() const { return view_.GetText(0); }
  [[nodiscard]] Id account() const { return view_.GetRef(1); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(2); }
  [[nodiscard]] Id quote() const { return view_.GetRef(3); }
  [[nodiscard]] Id contact() const { return view_.GetRef(4); }
  [[nodiscard]] std::optional<OrderStatus> status() const { return view_.has(5) ? std::optional(OrderStatus{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(6) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> due() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> delivered_on() const { return view_.has(8) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> total() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> discount() const { return view_.has(10) ? std::optional(view_.GetMoney(10)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(11) ? std::optional(view_.GetMoney(11)) : std::nullopt; }
  [[nodiscard]] std::string_view description() const { return view_.GetText(12); }
  [[nodiscard]] std::optional<OrderRounding> rounding() const { return view_.has(13) ? std::optional(OrderRounding{static_cast<int32_t>(view_.GetInt(13))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> returned() const { return view_.has(14) ? std::optional(view_.GetMoney(14)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> revenue() const { return view_.has(15) ? std::optional(view_.GetMoney(15)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> invoiced() const { return view_.has(16) ? std::optional(view_.GetMoney(16)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> returns() const { return view_.has(17) ? std::optional(view_.GetInt(17)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class OrderBuilder {
 public:
  explicit OrderBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("order")) {}
  OrderBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("order", external)) {}
  OrderBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  OrderBuilder& owner(Id value) { return Set("owner", value); }
  OrderBuilder& number(std::string_view value) { return Set("number", value); }
  OrderBuilder& account(Id value) { return Set("account", value); }
  OrderBuilder& opportunity(Id value) { return Set("opportunity", value); }
  OrderBuilder& quote(Id value) { return Set("quote", value); }
  OrderBuilder& contact(Id value) { return Set("contact", value); }
  OrderBuilder& status(OrderStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  OrderBuilder& date(Date value) { return Set("date", value); }
  OrderBuilder& due(Date value) { return Set("due", value); }
  OrderBuilder& delivered_on(Date value) { return Set("delivered_on", value); }
  OrderBuilder& total(Money value) { return Set("total", value); }
  OrderBuilder& add_total(Money value) { return Add("total", value); }
  OrderBuilder& discount(Money value) { return Set("discount", value); }
  OrderBuilder& add_discount(Money value) { return Add("discount", value); }
  OrderBuilder& tax(Money value) { return Set("tax", value); }
  OrderBuilder& add_tax(Money value) { return Add("tax", value); }
  OrderBuilder& description(std::string_view value) { return Set("description", value); }
  OrderBuilder& rounding(OrderRounding value) { return Set("rounding", Choice{static_cast<int32_t>(value)}); }
  OrderBuilder& returned(Money value) { return Set("returned", value); }
  OrderBuilder& add_returned(Money value) { return Add("returned", value); }
  OrderBuilder& revenue(Money value) { return Set("revenue", value); }
  OrderBuilder& add_revenue(Money value) { return Add("revenue", value); }
  OrderBuilder& invoiced(Money value) { return Set("invoiced", value); }
  OrderBuilder& add_invoiced(Money value) { return Add("invoiced", value); }
  OrderBuilder& returns(int64_t value) { return Set("returns", value); }
  OrderBuilder& add_returns(int64_t value) { return Add("returns", value); }

 private:
  OrderBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  OrderBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_ORDER_H_
// clang-format on
// NOLINTEND
