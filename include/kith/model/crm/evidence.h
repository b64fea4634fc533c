// Records of type evidence in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_EVIDENCE_H_
#define KITH_MODEL_CRM_EVIDENCE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class EvidenceDimension : int32_t {
  kCloseness = 1,
  kSolution = 2,
  kPrice = 3,
  kBudget = 4,
  kNeed = 5,
  kTiming = 6,
  kCompetitor = 7,
  kSentiment = 8,
};

enum class EvidenceSource : int32_t {
  kMeasured = 1,
  kDocument = 2,
  kSaidByCustomer = 3,
  kThirdParty = 4,
  kRepOpinion = 5,
};

// Reads a record. Borrows its view.
class Evidence {
 public:
  static constexpr std::string_view kType = "evidence";

  explicit Evidence(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id subject() const { return view_.GetRef(0); }
  [[nodiscard]] Id party() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<EvidenceDimension> dimension() const { return view_.has(2) ? std::optional(EvidenceDimension{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<double> value() const { return view_.has(3) ? std::optional(view_.GetDouble(3)) : std::nullopt; }
  [[nodiscard]] std::optional<double> confidence() const { return view_.has(4) ? std::optional(view_.GetDouble(4)) : std::nullopt; }
  [[nodiscard]] std::optional<EvidenceSource> source() const { return view_.has(5) ? std::optional(EvidenceSource{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> at() const { return view_.has(6) ? std::optional(Time{view_.GetInt(6)}) : std::nullopt; }
  [[nodiscard]] Id seen_in() const { return view_.GetRef(7); }
  [[nodiscard]] std::string_view note() const { return view_.GetText(8); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class EvidenceBuilder {
 public:
  explicit EvidenceBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("evidence")) {}
  EvidenceBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("evidence", external)) {}
  EvidenceBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  EvidenceBuilder& owner(Id value) { return Set("owner", value); }
  EvidenceBuilder& subject(Id value) { return Set("subject", value); }
  EvidenceBuilder& party(Id value) { return Set("party", value); }
  EvidenceBuilder& dimension(EvidenceDimension value) { return Set("dimension", Choice{static_cast<int32_t>(value)}); }
  EvidenceBuilder& value(double value) { return Set("value", value); }
  EvidenceBuilder& confidence(double value) { return Set("confidence", value); }
  EvidenceBuilder& source(EvidenceSource value) { return Set("source", Choice{static_cast<int32_t>(value)}); }
  EvidenceBuilder& at(Time value) { return Set("at", value); }
  EvidenceBuilder& seen_in(Id value) { return Set("seen_in", value); }
  EvidenceBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  EvidenceBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  EvidenceBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_EVIDENCE_H_
// clang-format on
// NOLINTEND
