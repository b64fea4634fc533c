// Records of type submission in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_SUBMISSION_H_
#define KITH_MODEL_CRM_SUBMISSION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Submission {
 public:
  static constexpr std::string_view kType = "submission";

  explicit Submission(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id pipeline() const { return view_.GetRef(0); }
  [[nodiscard]] Id by() const { return view_.GetRef(1); }
  [[nodiscard]] Id of() const { return view_.GetRef(2); }
  [[nodiscard]] std::optional<Date> starts() const { return view_.has(3) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> ends() const { return view_.has(4) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> made_at() const { return view_.has(5) ? std::optional(Time{view_.GetInt(5)}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(7); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class SubmissionBuilder {
 public:
  explicit SubmissionBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("submission")) {}
  SubmissionBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("submission", external)) {}
  SubmissionBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  SubmissionBuilder& owner(Id value) { return Set("owner", value); }
  SubmissionBuilder& pipeline(Id value) { return Set("pipeline", value); }
  SubmissionBuilder& by(Id value) { return Set("by", value); }
  SubmissionBuilder& of(Id value) { return Set("of", value); }
  SubmissionBuilder& starts(Date value) { return Set("starts", value); }
  SubmissionBuilder& ends(Date value) { return Set("ends", value); }
  SubmissionBuilder& made_at(Time value) { return Set("made_at", value); }
  SubmissionBuilder& amount(Money value) { return Set("amount", value); }
  SubmissionBuilder& add_amount(Money value) { return Add("amount", value); }
  SubmissionBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  SubmissionBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  SubmissionBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_SUBMISSION_H_
// clang-format on
// NOLINTEND
