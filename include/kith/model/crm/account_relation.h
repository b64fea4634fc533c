// Records of type account_relation in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_ACCOUNT_RELATION_H_
#define KITH_MODEL_CRM_ACCOUNT_RELATION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class AccountRelationKind : int32_t {
  kSubsidiaryOf = 1,
  kCustomerOf = 2,
  kPartnerOf = 3,
  kCompetitorOf = 4,
};

// Reads a record. Borrows its view.
class AccountRelation {
 public:
  static constexpr std::string_view kType = "account_relation";

  explicit AccountRelation(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id from() const { return view_.GetRef(0); }
  [[nodiscard]] Id to() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<AccountRelationKind> kind() const { return view_.has(2) ? std::optional(AccountRelationKind{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<double> share() const { return view_.has(3) ? std::optional(view_.GetDouble(3)) : std::nullopt; }
  [[nodiscard]] std::optional<double> strength() const { return view_.has(4) ? std::optional(view_.GetDouble(4)) : std::nullopt; }
  [[nodiscard]] std::optional<double> confidence() const { return view_.has(5) ? std::optional(view_.GetDouble(5)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_from() const { return view_.has(6) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_to() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] Id evidence() const { return view_.GetRef(8); }
  [[nodiscard]] std::string_view note() const { return view_.GetText(9); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class AccountRelationBuilder {
 public:
  explicit AccountRelationBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("account_relation")) {}
  AccountRelationBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("account_relation", external)) {}
  AccountRelationBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  AccountRelationBuilder& owner(Id value) { return Set("owner", value); }
  AccountRelationBuilder& from(Id value) { return Set("from", value); }
  AccountRelationBuilder& to(Id value) { return Set("to", value); }
  AccountRelationBuilder& kind(AccountRelationKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  AccountRelationBuilder& share(double value) { return Set("share", value); }
  AccountRelationBuilder& strength(double value) { return Set("strength", value); }
  AccountRelationBuilder& confidence(double value) { return Set("confidence", value); }
  AccountRelationBuilder& valid_from(Date value) { return Set("valid_from", value); }
  AccountRelationBuilder& valid_to(Date value) { return Set("valid_to", value); }
  AccountRelationBuilder& evidence(Id value) { return Set("evidence", value); }
  AccountRelationBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  AccountRelationBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  AccountRelationBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_ACCOUNT_RELATION_H_
// clang-format on
// NOLINTEND
