// Records of type budget_evidence in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_BUDGET_EVIDENCE_H_
#define KITH_MODEL_CRM_BUDGET_EVIDENCE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class BudgetEvidenceSource : int32_t {
  kDocument = 1,
  kSaidByCustomer = 2,
  kThirdParty = 3,
  kRepOpinion = 4,
};

// Reads a record. Borrows its view.
class BudgetEvidence {
 public:
  static constexpr std::string_view kType = "budget_evidence";

  explicit BudgetEvidence(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id opportunity() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<bool> exists() const { return view_.has(1) ? std::optional(view_.GetBool(1)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(2) ? std::optional(view_.GetMoney(2)) : std::nullopt; }
  [[nodiscard]] std::optional<BudgetEvidenceSource> source() const { return view_.has(3) ? std::optional(BudgetEvidenceSource{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<double> confidence() const { return view_.has(4) ? std::optional(view_.GetDouble(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Time> at() const { return view_.has(5) ? std::optional(Time{view_.GetInt(5)}) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(6); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class BudgetEvidenceBuilder {
 public:
  explicit BudgetEvidenceBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("budget_evidence")) {}
  BudgetEvidenceBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("budget_evidence", external)) {}
  BudgetEvidenceBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  BudgetEvidenceBuilder& owner(Id value) { return Set("owner", value); }
  BudgetEvidenceBuilder& opportunity(Id value) { return Set("opportunity", value); }
  BudgetEvidenceBuilder& exists(bool value) { return Set("exists", value); }
  BudgetEvidenceBuilder& amount(Money value) { return Set("amount", value); }
  BudgetEvidenceBuilder& add_amount(Money value) { return Add("amount", value); }
  BudgetEvidenceBuilder& source(BudgetEvidenceSource value) { return Set("source", Choice{static_cast<int32_t>(value)}); }
  BudgetEvidenceBuilder& confidence(double value) { return Set("confidence", value); }
  BudgetEvidenceBuilder& at(Time value) { return Set("at", value); }
  BudgetEvidenceBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  BudgetEvidenceBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  BudgetEvidenceBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_BUDGET_EVIDENCE_H_
// clang-format on
// NOLINTEND
