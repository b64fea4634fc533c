// Records of type move in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_MOVE_H_
#define KITH_MODEL_CRM_MOVE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class MoveCause : int32_t {
  kManual = 1,
  kEvent = 2,
  kImport = 3,
  kMigration = 4,
  kOverride = 5,
  kUndo = 6,
};

// Reads a record. Borrows its view.
class Move {
 public:
  static constexpr std::string_view kType = "move";

  explicit Move(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id record_() const { return view_.GetRef(0); }
  [[nodiscard]] Id pipeline() const { return view_.GetRef(1); }
  [[nodiscard]] Id from() const { return view_.GetRef(2); }
  [[nodiscard]] Id to() const { return view_.GetRef(3); }
  [[nodiscard]] std::optional<Time> at() const { return view_.has(4) ? std::optional(Time{view_.GetInt(4)}) : std::nullopt; }
  [[nodiscard]] Id owner() const { return view_.GetRef(5); }
  [[nodiscard]] std::optional<int64_t> segment() const { return view_.has(6) ? std::optional(view_.GetInt(6)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> source() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(8) ? std::optional(view_.GetMoney(8)) : std::nullopt; }
  [[nodiscard]] std::optional<MoveCause> cause() const { return view_.has(9) ? std::optional(MoveCause{static_cast<int32_t>(view_.GetInt(9))}) : std::nullopt; }
  [[nodiscard]] std::string_view reason() const { return view_.GetText(10); }
  [[nodiscard]] Value unmet() const { return view_.Get(11); }
  [[nodiscard]] std::optional<int64_t> event() const { return view_.has(12) ? std::optional(view_.GetInt(12)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class MoveBuilder {
 public:
  explicit MoveBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("move")) {}
  MoveBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("move", external)) {}
  MoveBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  MoveBuilder& record_(Id value) { return Set("record", value); }
  MoveBuilder& to(Id value) { return Set("to", value); }
  MoveBuilder& at(Time value) { return Set("at", value); }
  MoveBuilder& owner(Id value) { return Set("owner", value); }
  MoveBuilder& segment(int64_t value) { return Set("segment", value); }
  MoveBuilder& add_segment(int64_t value) { return Add("segment", value); }
  MoveBuilder& source(int64_t value) { return Set("source", value); }
  MoveBuilder& add_source(int64_t value) { return Add("source", value); }
  MoveBuilder& amount(Money value) { return Set("amount", value); }
  MoveBuilder& add_amount(Money value) { return Add("amount", value); }
  MoveBuilder& cause(MoveCause value) { return Set("cause", Choice{static_cast<int32_t>(value)}); }
  MoveBuilder& reason(std::string_view value) { return Set("reason", value); }

 private:
  MoveBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  MoveBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_MOVE_H_
// clang-format on
// NOLINTEND
