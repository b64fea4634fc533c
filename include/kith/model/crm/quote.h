// Records of type quote in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_QUOTE_H_
#define KITH_MODEL_CRM_QUOTE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class QuoteStatus : int32_t {
  kDraft = 1,
  kSent = 2,
  kAccepted = 3,
  kRejected = 4,
  kExpired = 5,
};

enum class QuoteRounding : int32_t {
  kHalfUp = 1,
  kHalfEven = 2,
  kDown = 3,
};

// Reads a record. Borrows its view.
class Quote {
 public:
  static constexpr std::string_view kType = "quote";

  explicit Quote(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view number() const { return view_.GetText(0); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(1); }
  [[nodiscard]] Id account() const { return view_.GetRef(2); }
  [[nodiscard]] Id contact() const { return view_.GetRef(3); }
  [[nodiscard]] std::optional<QuoteStatus> status() const { return view_.has(4) ? std::optional(QuoteStatus{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> revision() const { return view_.has(5) ? std::optional(view_.GetInt(5)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(6) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_until() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> total() const { return view_.has(8) ? std::optional(view_.GetMoney(8)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> discount() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> tax() const { return view_.has(10) ? std::optional(view_.GetMoney(10)) : std::nullopt; }
  [[nodiscard]] std::string_view description() const { return view_.GetText(11); }
  [[nodiscard]] std::optional<QuoteRounding> rounding() const { return view_.has(12) ? std::optional(QuoteRounding{static_cast<int32_t>(view_.GetInt(12))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> accepted_on() const { return view_.has(13) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(13))}) : std::nullopt; }
  [[nodiscard]] Id revises() const { return view_.GetRef(14); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class QuoteBuilder {
 public:
  explicit QuoteBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("quote")) {}
  QuoteBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("quote", external)) {}
  QuoteBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  QuoteBuilder& owner(Id value) { return Set("owner", value); }
  QuoteBuilder& number(std::string_view value) { return Set("number", value); }
  QuoteBuilder& opportunity(Id value) { return Set("opportunity", value); }
  QuoteBuilder& account(Id value) { return Set("account", value); }
  QuoteBuilder& contact(Id value) { return Set("contact", value); }
  QuoteBuilder& status(QuoteStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  QuoteBuilder& revision(int64_t value) { return Set("revision", value); }
  QuoteBuilder& add_revision(int64_t value) { return Add("revision", value); }
  QuoteBuilder& date(Date value) { return Set("date", value); }
  QuoteBuilder& valid_until(Date value) { return Set("valid_until", value); }
  QuoteBuilder& total(Money value) { return Set("total", value); }
  QuoteBuilder& add_total(Money value) { return Add("total", value); }
  QuoteBuilder& discount(Money value) { return Set("discount", value); }
  QuoteBuilder& add_discount(Money value) { return Add("discount", value); }
  QuoteBuilder& tax(Money value) { return Set("tax", value); }
  QuoteBuilder& add_tax(Money value) { return Add("tax", value); }
  QuoteBuilder& description(std::string_view value) { return Set("description", value); }
  QuoteBuilder& rounding(QuoteRounding value) { return Set("rounding", Choice{static_cast<int32_t>(value)}); }
  QuoteBuilder& accepted_on(Date value) { return Set("accepted_on", value); }
  QuoteBuilder& revises(Id value) { return Set("revises", value); }

 private:
  QuoteBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  QuoteBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_QUOTE_H_
// clang-format on
// NOLINTEND
