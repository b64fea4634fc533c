// Records of type decision in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_DECISION_H_
#define KITH_MODEL_CRM_DECISION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Decision {
 public:
  static constexpr std::string_view kType = "decision";

  explicit Decision(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view subject() const { return view_.GetText(0); }
  [[nodiscard]] Id regarding() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view reason() const { return view_.GetText(2); }
  [[nodiscard]] Id decided_by() const { return view_.GetRef(3); }
  [[nodiscard]] std::optional<Time> decided_at() const { return view_.has(4) ? std::optional(Time{view_.GetInt(4)}) : std::nullopt; }
  [[nodiscard]] Id replaces() const { return view_.GetRef(5); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class DecisionBuilder {
 public:
  explicit DecisionBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("decision")) {}
  DecisionBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("decision", external)) {}
  DecisionBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  DecisionBuilder& owner(Id value) { return Set("owner", value); }
  DecisionBuilder& subject(std::string_view value) { return Set("subject", value); }
  DecisionBuilder& regarding(Id value) { return Set("regarding", value); }
  DecisionBuilder& reason(std::string_view value) { return Set("reason", value); }
  DecisionBuilder& decided_by(Id value) { return Set("decided_by", value); }
  DecisionBuilder& decided_at(Time value) { return Set("decided_at", value); }
  DecisionBuilder& replaces(Id value) { return Set("replaces", value); }

 private:
  DecisionBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  DecisionBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_DECISION_H_
// clang-format on
// NOLINTEND
