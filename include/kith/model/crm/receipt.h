// Records of type receipt in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_RECEIPT_H_
#define KITH_MODEL_CRM_RECEIPT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class ReceiptMethod : int32_t {
  kTransfer = 1,
  kCash = 2,
  kCard = 3,
  kDraft = 4,
  kOther = 5,
};

// Reads a record. Borrows its view.
class Receipt {
 public:
  static constexpr std::string_view kType = "receipt";

  explicit Receipt(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id invoice() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(1) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(2) ? std::optional(view_.GetMoney(2)) : std::nullopt; }
  [[nodiscard]] std::optional<ReceiptMethod> method() const { return view_.has(3) ? std::optional(ReceiptMethod{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::string_view reference() const { return view_.GetText(4); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ReceiptBuilder {
 public:
  explicit ReceiptBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("receipt")) {}
  ReceiptBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("receipt", external)) {}
  ReceiptBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ReceiptBuilder& owner(Id value) { return Set("owner", value); }
  ReceiptBuilder& invoice(Id value) { return Set("invoice", value); }
  ReceiptBuilder& date(Date value) { return Set("date", value); }
  ReceiptBuilder& amount(Money value) { return Set("amount", value); }
  ReceiptBuilder& add_amount(Money value) { return Add("amount", value); }
  ReceiptBuilder& method(ReceiptMethod value) { return Set("method", Choice{static_cast<int32_t>(value)}); }
  ReceiptBuilder& reference(std::string_view value) { return Set("reference", value); }

 private:
  ReceiptBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ReceiptBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_RECEIPT_H_
// clang-format on
// NOLINTEND
