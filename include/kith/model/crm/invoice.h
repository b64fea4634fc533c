// Records of type invoice in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_INVOICE_H_
#define KITH_MODEL_CRM_INVOICE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class InvoiceStatus : int32_t {
  kDraft = 1,
  kIssued = 2,
  kCancelled = 3,
};

enum class InvoiceRounding : int32_t {
  kHalfUp = 1,
  kHalfEven = 2,
  kDown = 3,
};

// Reads a record. Borrows its view.
class Invoice {
 public:
  static constexpr std::string_view kType = "invoice";

  explicit Invoice(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view number() const { return view_.GetText(0); }
  [[nodiscard]] Id order() const { return view_.GetRef(1); }
  [[nodiscard]] Id contract() const { return view_.GetRef(2); }
  [[nodiscard]] Id account() const { return view_.GetRef(3); }
  [[nodiscard]] Id contact() const { return view_.GetRef(4); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(5); }
  [[nodiscard]] std::optional<InvoiceStatus> status() const { return view_.has(6) ? std::optional(InvoiceStatus{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> due() const { return view_.has(8) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> total() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> discount() const { return view_.has(10) ? std::optional(view_.GetMoney(10)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(11) ? std::optional(view_.GetMoney(11)) : std::nullopt; }
  [[nodiscard]] std::optional<InvoiceRounding> rounding() const { return view_.has(12) ? std::optional(InvoiceRounding{static_cast<int32_t>(view_.GetInt(12))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> paid() const { return view_.has(13) ? std::optional(view_.GetMoney(13)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> open() const { return view_.has(14) ? std::optional(view_.GetMoney(14)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> last_paid() const { return view_.has(15) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(15))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class InvoiceBuilder {
 public:
  explicit InvoiceBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("invoice")) {}
  InvoiceBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("invoice", external)) {}
  InvoiceBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  InvoiceBuilder& owner(Id value) { return Set("owner", value); }
  InvoiceBuilder& number(std::string_view value) { return Set("number", value); }
  InvoiceBuilder& order(Id value) { return Set("order", value); }
  InvoiceBuilder& contract(Id value) { return Set("contract", value); }
  InvoiceBuilder& account(Id value) { return Set("account", value); }
  InvoiceBuilder& contact(Id value) { return Set("contact", value); }
  InvoiceBuilder& opportunity(Id value) { return Set("opportunity", value); }
  InvoiceBuilder& status(InvoiceStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  InvoiceBuilder& date(Date value) { return Set("date", value); }
  InvoiceBuilder& due(Date value) { return Set("due", value); }
  InvoiceBuilder& total(Money value) { return Set("total", value); }
  InvoiceBuilder& add_total(Money value) { return Add("total", value); }
  InvoiceBuilder& discount(Money value) { return Set("discount", value); }
  InvoiceBuilder& add_discount(Money value) { return Add("discount", value); }
  InvoiceBuilder& tax(Money value) { return Set("tax", value); }
  InvoiceBuilder& add_tax(Money value) { return Add("tax", value); }
  InvoiceBuilder& rounding(InvoiceRounding value) { return Set("rounding", Choice{static_cast<int32_t>(value)}); }
  InvoiceBuilder& paid(Money value) { return Set("paid", value); }
  InvoiceBuilder& add_paid(Money value) { return Add("paid", value); }
  InvoiceBuilder& open(Money value) { return Set("open", value); }
  InvoiceBuilder& add_open(Money value) { return Add("open", value); }
  InvoiceBuilder& last_paid(Date value) { return Set("last_paid", value); }

 private:
  InvoiceBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  InvoiceBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_INVOICE_H_
// clang-format on
// NOLINTEND
