// Records of type contract in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_CONTRACT_H_
#define KITH_MODEL_CRM_CONTRACT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class ContractStatus : int32_t {
  kDraft = 1,
  kInApproval = 2,
  kSigned = 3,
  kEnded = 4,
  kCancelled = 5,
};

// Reads a record. Borrows its view.
class Contract {
 public:
  static constexpr std::string_view kType = "contract";

  explicit Contract(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view number() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view name() const { return view_.GetText(1); }
  [[nodiscard]] Id account() const { return view_.GetRef(2); }
  [[nodiscard]] Id contact() const { return view_.GetRef(3); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(4); }
  [[nodiscard]] Id quote() const { return view_.GetRef(5); }
  [[nodiscard]] std::optional<ContractStatus> status() const { return view_.has(6) ? std::optional(ContractStatus{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> signed_on() const { return view_.has(8) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> starts() const { return view_.has(9) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(9))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> ends() const { return view_.has(10) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(10))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> total() const { return view_.has(11) ? std::optional(view_.GetMoney(11)) : std::nullopt; }
  [[nodiscard]] std::string_view description() const { return view_.GetText(12); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ContractBuilder {
 public:
  explicit ContractBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("contract")) {}
  ContractBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("contract", external)) {}
  ContractBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ContractBuilder& owner(Id value) { return Set("owner", value); }
  ContractBuilder& number(std::string_view value) { return Set("number", value); }
  ContractBuilder& name(std::string_view value) { return Set("name", value); }
  ContractBuilder& account(Id value) { return Set("account", value); }
  ContractBuilder& contact(Id value) { return Set("contact", value); }
  ContractBuilder& opportunity(Id value) { return Set("opportunity", value); }
  ContractBuilder& quote(Id value) { return Set("quote", value); }
  ContractBuilder& status(ContractStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  ContractBuilder& date(Date value) { return Set("date", value); }
  ContractBuilder& signed_on(Date value) { return Set("signed_on", value); }
  ContractBuilder& starts(Date value) { return Set("starts", value); }
  ContractBuilder& ends(Date value) { return Set("ends", value); }
  ContractBuilder& total(Money value) { return Set("total", value); }
  ContractBuilder& add_total(Money value) { return Add("total", value); }
  ContractBuilder& description(std::string_view value) { return Set("description", value); }

 private:
  ContractBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ContractBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_CONTRACT_H_
// clang-format on
// NOLINTEND
