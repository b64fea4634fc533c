// Records of type order_return in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_ORDER_RETURN_H_
#define KITH_MODEL_CRM_ORDER_RETURN_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class OrderReturnStatus : int32_t {
  kRequested = 1,
  kReceived = 2,
  kRejected = 3,
};

enum class OrderReturnRounding : int32_t {
  kHalfUp = 1,
  kHalfEven = 2,
  kDown = 3,
};

// Reads a record. Borrows its view.
class OrderReturn {
 public:
  static constexpr std::string_view kType = "order_return";

  explicit OrderReturn(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view number() const { return view_.GetText(0); }
  [[nodiscard]] Id order() const { return view_.GetRef(1); }
  [[nodiscard]] Id account() const { return view_.GetRef(2); }
  [[nodiscard]] Id contact() const { return view_.GetRef(3); }
  [[nodiscard]] std::optional<OrderReturnStatus> status() const { return view_.has(4) ? std::optional(OrderReturnStatus{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(5) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> total() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> discount() const { return view_.has(7) ? std::optional(view_.GetMoney(7)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(8) ? std::optional(view_.GetMoney(8)) : std::nullopt; }
  [[nodiscard]] std::string_view reason() const { return view_.GetText(9); }
  [[nodiscard]] Id ticket() const { return view_.GetRef(10); }
  [[nodiscard]] std::optional<OrderReturnRounding> rounding() const { return view_.has(11) ? std::optional(OrderReturnRounding{static_cast<int32_t>(view_.GetInt(11))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class OrderReturnBuilder {
 public:
  explicit OrderReturnBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("order_return")) {}
  OrderReturnBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("order_return", external)) {}
  OrderReturnBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  OrderReturnBuilder& owner(Id value) { return Set("owner", value); }
  OrderReturnBuilder& number(std::string_view value) { return Set("number", value); }
  OrderReturnBuilder& order(Id value) { return Set("order", value); }
  OrderReturnBuilder& account(Id value) { return Set("account", value); }
  OrderReturnBuilder& contact(Id value) { return Set("contact", value); }
  OrderReturnBuilder& status(OrderReturnStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  OrderReturnBuilder& date(Date value) { return Set("date", value); }
  OrderReturnBuilder& total(Money value) { return Set("total", value); }
  OrderReturnBuilder& add_total(Money value) { return Add("total", value); }
  OrderReturnBuilder& discount(Money value) { return Set("discount", value); }
  OrderReturnBuilder& add_discount(Money value) { return Add("discount", value); }
  OrderReturnBuilder& tax(Money value) { return Set("tax", value); }
  OrderReturnBuilder& add_tax(Money value) { return Add("tax", value); }
  OrderReturnBuilder& reason(std::string_view value) { return Set("reason", value); }
  OrderReturnBuilder& ticket(Id value) { return Set("ticket", value); }
  OrderReturnBuilder& rounding(OrderReturnRounding value) { return Set("rounding", Choice{static_cast<int32_t>(value)}); }

 private:
  OrderReturnBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  OrderReturnBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_ORDER_RETURN_H_
// clang-format on
// NOLINTEND
