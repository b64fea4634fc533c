// Records of type order_line in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_ORDER_LINE_H_
#define KITH_MODEL_CRM_ORDER_LINE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class OrderLine {
 public:
  static constexpr std::string_view kType = "order_line";

  explicit OrderLine(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id order() const { return view_.GetRef(0); }
  [[nodiscard]] Id product() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<Decimal> quantity() const { return view_.has(3) ? std::optional(Decimal{view_.GetInt(3), 3}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> price() const { return view_.has(4) ? std::optional(view_.GetMoney(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> discount() const { return view_.has(5) ? std::optional(Decimal{view_.GetInt(5), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> tax_rate() const { return view_.has(8) ? std::optional(Decimal{view_.GetInt(8), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] Id quote_line() const { return view_.GetRef(10); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class OrderLineBuilder {
 public:
  explicit OrderLineBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("order_line")) {}
  OrderLineBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("order_line", external)) {}
  OrderLineBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  OrderLineBuilder& owner(Id value) { return Set("owner", value); }
  OrderLineBuilder& order(Id value) { return Set("order", value); }
  OrderLineBuilder& product(Id value) { return Set("product", value); }
  OrderLineBuilder& description(std::string_view value) { return Set("description", value); }
  OrderLineBuilder& quantity(Decimal value) { return Set("quantity", value); }
  OrderLineBuilder& price(Money value) { return Set("price", value); }
  OrderLineBuilder& add_price(Money value) { return Add("price", value); }
  OrderLineBuilder& discount(Decimal value) { return Set("discount", value); }
  OrderLineBuilder& amount(Money value) { return Set("amount", value); }
  OrderLineBuilder& add_amount(Money value) { return Add("amount", value); }
  OrderLineBuilder& position(int64_t value) { return Set("position", value); }
  OrderLineBuilder& add_position(int64_t value) { return Add("position", value); }
  OrderLineBuilder& tax_rate(Decimal value) { return Set("tax_rate", value); }
  OrderLineBuilder& tax(Money value) { return Set("tax", value); }
  OrderLineBuilder& add_tax(Money value) { return Add("tax", value); }
  OrderLineBuilder& quote_line(Id value) { return Set("quote_line", value); }

 private:
  OrderLineBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  OrderLineBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_ORDER_LINE_H_
// clang-format on
// NOLINTEND
