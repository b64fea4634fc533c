// Records of type completion in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_COMPLETION_H_
#define KITH_MODEL_CRM_COMPLETION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Completion {
 public:
  static constexpr std::string_view kType = "completion";

  explicit Completion(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id record_() const { return view_.GetRef(0); }
  [[nodiscard]] Id step() const { return view_.GetRef(1); }
  [[nodiscard]] Id evidence() const { return view_.GetRef(2); }
  [[nodiscard]] std::optional<Time> at() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(4); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class CompletionBuilder {
 public:
  explicit CompletionBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("completion")) {}
  CompletionBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("completion", external)) {}
  CompletionBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  CompletionBuilder& owner(Id value) { return Set("owner", value); }
  CompletionBuilder& record_(Id value) { return Set("record", value); }
  CompletionBuilder& step(Id value) { return Set("step", value); }
  CompletionBuilder& evidence(Id value) { return Set("evidence", value); }
  CompletionBuilder& at(Time value) { return Set("at", value); }
  CompletionBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  CompletionBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  CompletionBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_COMPLETION_H_
// clang-format on
// NOLINTEND
