// Records of type quote_line in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_QUOTE_LINE_H_
#define KITH_MODEL_CRM_QUOTE_LINE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class QuoteLine {
 public:
  static constexpr std::string_view kType = "quote_line";

  explicit QuoteLine(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id quote() const { return view_.GetRef(0); }
  [[nodiscard]] Id product() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<Decimal> quantity() const { return view_.has(3) ? std::optional(Decimal{view_.GetInt(3), 3}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> price() const { return view_.has(4) ? std::optional(view_.GetMoney(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> discount() const { return view_.has(5) ? std::optional(Decimal{view_.GetInt(5), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> tax_rate() const { return view_.has(8) ? std::optional(Decimal{view_.GetInt(8), 4}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class QuoteLineBuilder {
 public:
  explicit QuoteLineBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("quote_line")) {}
  QuoteLineBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("quote_line", external)) {}
  QuoteLineBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  QuoteLineBuilder& owner(Id value) { return Set("owner", value); }
  QuoteLineBuilder& quote(Id value) { return Set("quote", value); }
  QuoteLineBuilder& product(Id value) { return Set("product", value); }
  QuoteLineBuilder& description(std::string_view value) { return Set("description", value); }
  QuoteLineBuilder& quantity(Decimal value) { return Set("quantity", value); }
  QuoteLineBuilder& price(Money value) { return Set("price", value); }
  QuoteLineBuilder& add_price(Money value) { return Add("price", value); }
  QuoteLineBuilder& discount(Decimal value) { return Set("discount", value); }
  QuoteLineBuilder& amount(Money value) { return Set("amount", value); }
  QuoteLineBuilder& add_amount(Money value) { return Add("amount", value); }
  QuoteLineBuilder& position(int64_t value) { return Set("position", value); }
  QuoteLineBuilder& add_position(int64_t value) { return Add("position", value); }
  QuoteLineBuilder& tax_rate(Decimal value) { return Set("tax_rate", value); }
  QuoteLineBuilder& tax(Money value) { return Set("tax", value); }
  QuoteLineBuilder& add_tax(Money value) { return Add("tax", value); }

 private:
  QuoteLineBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  QuoteLineBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_QUOTE_LINE_H_
// clang-format on
// NOLINTEND
