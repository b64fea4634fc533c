// Records of type task in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_TASK_H_
#define KITH_MODEL_CRM_TASK_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class TaskStatus : int32_t {
  kOpen = 1,
  kDone = 2,
  kCancelled = 3,
};

enum class TaskPriority : int32_t {
  kLow = 1,
  kNormal = 2,
  kHigh = 3,
  kUrgent = 4,
};

// Reads a record. Borrows its view.
class Task {
 public:
  static constexpr std::string_view kType = "task";

  explicit Task(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view subject() const { return view_.GetText(0); }
  [[nodiscard]] std::optional<TaskStatus> status() const { return view_.has(1) ? std::optional(TaskStatus{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<TaskPriority> priority() const { return view_.has(2) ? std::optional(TaskPriority{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> due() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }
  [[nodiscard]] Id assignee() const { return view_.GetRef(4); }
  [[nodiscard]] Id account() const { return view_.GetRef(5); }
  [[nodiscard]] Id contact() const { return view_.GetRef(6); }
  [[nodiscard]] Id regarding() const { return view_.GetRef(7); }
  [[nodiscard]] std::optional<Time> done_at() const { return view_.has(8) ? std::optional(Time{view_.GetInt(8)}) : std::nullopt; }
  [[nodiscard]] std::string_view description() const { return view_.GetText(9); }
  [[nodiscard]] Id template_() const { return view_.GetRef(10); }
  [[nodiscard]] Id after() const { return view_.GetRef(11); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class TaskBuilder {
 public:
  explicit TaskBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("task")) {}
  TaskBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("task", external)) {}
  TaskBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  TaskBuilder& owner(Id value) { return Set("owner", value); }
  TaskBuilder& subject(std::string_view value) { return Set("subject", value); }
  TaskBuilder& status(TaskStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  TaskBuilder& priority(TaskPriority value) { return Set("priority", Choice{static_cast<int32_t>(value)}); }
  TaskBuilder& due(Time value) { return Set("due", value); }
  TaskBuilder& assignee(Id value) { return Set("assignee", value); }
  TaskBuilder& account(Id value) { return Set("account", value); }
  TaskBuilder& contact(Id value) { return Set("contact", value); }
  TaskBuilder& regarding(Id value) { return Set("regarding", value); }
  TaskBuilder& done_at(Time value) { return Set("done_at", value); }
  TaskBuilder& description(std::string_view value) { return Set("description", value); }
  TaskBuilder& after(Id value) { return Set("after", value); }

 private:
  TaskBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  TaskBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_TASK_H_
// clang-format on
// NOLINTEND
