// Records of type stage in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_STAGE_H_
#define KITH_MODEL_CRM_STAGE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class StageKind : int32_t {
  kOpen = 1,
  kWon = 2,
  kLost = 3,
};

// Reads a record. Borrows its view.
class Stage {
 public:
  static constexpr std::string_view kType = "stage";

  explicit Stage(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id pipeline() const { return view_.GetRef(0); }
  [[nodiscard]] std::string_view name() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view label_en() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view label_zh() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(4) ? std::optional(view_.GetInt(4)) : std::nullopt; }
  [[nodiscard]] std::optional<StageKind> kind() const { return view_.has(5) ? std::optional(StageKind{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<bool> archived() const { return view_.has(6) ? std::optional(view_.GetBool(6)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> max_dwell_days() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> optional() const { return view_.has(8) ? std::optional(view_.GetBool(8)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class StageBuilder {
 public:
  explicit StageBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("stage")) {}
  StageBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("stage", external)) {}
  StageBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  StageBuilder& owner(Id value) { return Set("owner", value); }
  StageBuilder& pipeline(Id value) { return Set("pipeline", value); }
  StageBuilder& name(std::string_view value) { return Set("name", value); }
  StageBuilder& label_en(std::string_view value) { return Set("label_en", value); }
  StageBuilder& label_zh(std::string_view value) { return Set("label_zh", value); }
  StageBuilder& position(int64_t value) { return Set("position", value); }
  StageBuilder& add_position(int64_t value) { return Add("position", value); }
  StageBuilder& kind(StageKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  StageBuilder& archived(bool value) { return Set("archived", value); }
  StageBuilder& max_dwell_days(int64_t value) { return Set("max_dwell_days", value); }
  StageBuilder& add_max_dwell_days(int64_t value) { return Add("max_dwell_days", value); }
  StageBuilder& optional(bool value) { return Set("optional", value); }

 private:
  StageBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  StageBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_STAGE_H_
// clang-format on
// NOLINTEND
