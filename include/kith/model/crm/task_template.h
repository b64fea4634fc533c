// Records of type task_template in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_TASK_TEMPLATE_H_
#define KITH_MODEL_CRM_TASK_TEMPLATE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class TaskTemplatePriority : int32_t {
  kLow = 1,
  kNormal = 2,
  kHigh = 3,
  kUrgent = 4,
};

// Reads a record. Borrows its view.
class TaskTemplate {
 public:
  static constexpr std::string_view kType = "task_template";

  explicit TaskTemplate(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view for_type() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view field() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view value() const { return view_.GetText(2); }
  [[nodiscard]] Id stage() const { return view_.GetRef(3); }
  [[nodiscard]] std::string_view condition() const { return view_.GetText(4); }
  [[nodiscard]] std::string_view subject() const { return view_.GetText(5); }
  [[nodiscard]] std::string_view subject_zh() const { return view_.GetText(6); }
  [[nodiscard]] std::optional<int64_t> due_days() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<TaskTemplatePriority> priority() const { return view_.has(8) ? std::optional(TaskTemplatePriority{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<bool> active() const { return view_.has(9) ? std::optional(view_.GetBool(9)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class TaskTemplateBuilder {
 public:
  explicit TaskTemplateBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("task_template")) {}
  TaskTemplateBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("task_template", external)) {}
  TaskTemplateBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  TaskTemplateBuilder& owner(Id value) { return Set("owner", value); }
  TaskTemplateBuilder& for_type(std::string_view value) { return Set("for_type", value); }
  TaskTemplateBuilder& field(std::string_view value) { return Set("field", value); }
  TaskTemplateBuilder& value(std::string_view value) { return Set("value", value); }
  TaskTemplateBuilder& stage(Id value) { return Set("stage", value); }
  TaskTemplateBuilder& condition(std::string_view value) { return Set("condition", value); }
  TaskTemplateBuilder& subject(std::string_view value) { return Set("subject", value); }
  TaskTemplateBuilder& subject_zh(std::string_view value) { return Set("subject_zh", value); }
  TaskTemplateBuilder& due_days(int64_t value) { return Set("due_days", value); }
  TaskTemplateBuilder& add_due_days(int64_t value) { return Add("due_days", value); }
  TaskTemplateBuilder& priority(TaskTemplatePriority value) { return Set("priority", Choice{static_cast<int32_t>(value)}); }
  TaskTemplateBuilder& active(bool value) { return Set("active", value); }

 private:
  TaskTemplateBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  TaskTemplateBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_TASK_TEMPLATE_H_
// clang-format on
// NOLINTEND
