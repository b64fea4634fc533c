// Records of type invoice_line in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_INVOICE_LINE_H_
#define KITH_MODEL_CRM_INVOICE_LINE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class InvoiceLine {
 public:
  static constexpr std::string_view kType = "invoice_line";

  explicit InvoiceLine(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id invoice() const { return view_.GetRef(0); }
  [[nodiscard]] Id product() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<Decimal> quantity() const { return view_.has(3) ? std::optional(Decimal{view_.GetInt(3), 3}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> price() const { return view_.has(4) ? std::optional(view_.GetMoney(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> discount() const { return view_.has(5) ? std::optional(Decimal{view_.GetInt(5), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> tax_rate() const { return view_.has(8) ? std::optional(Decimal{view_.GetInt(8), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] Id order_line() const { return view_.GetRef(10); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class InvoiceLineBuilder {
 public:
  explicit InvoiceLineBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("invoice_line")) {}
  InvoiceLineBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("invoice_line", external)) {}
  InvoiceLineBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  InvoiceLineBuilder& owner(Id value) { return Set("owner", value); }
  InvoiceLineBuilder& invoice(Id value) { return Set("invoice", value); }
  InvoiceLineBuilder& product(Id value) { return Set("product", value); }
  InvoiceLineBuilder& description(std::string_view value) { return Set("description", value); }
  InvoiceLineBuilder& quantity(Decimal value) { return Set("quantity", value); }
  InvoiceLineBuilder& price(Money value) { return Set("price", value); }
  InvoiceLineBuilder& add_price(Money value) { return Add("price", value); }
  InvoiceLineBuilder& discount(Decimal value) { return Set("discount", value); }
  InvoiceLineBuilder& amount(Money value) { return Set("amount", value); }
  InvoiceLineBuilder& add_amount(Money value) { return Add("amount", value); }
  InvoiceLineBuilder& position(int64_t value) { return Set("position", value); }
  InvoiceLineBuilder& add_position(int64_t value) { return Add("position", value); }
  InvoiceLineBuilder& tax_rate(Decimal value) { return Set("tax_rate", value); }
  InvoiceLineBuilder& tax(Money value) { return Set("tax", value); }
  InvoiceLineBuilder& add_tax(Money value) { return Add("tax", value); }
  InvoiceLineBuilder& order_line(Id value) { return Set("order_line", value); }

 private:
  InvoiceLineBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  InvoiceLineBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_INVOICE_LINE_H_
// clang-format on
// NOLINTEND
