// Records of type stage_item in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_STAGE_ITEM_H_
#define KITH_MODEL_CRM_STAGE_ITEM_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class StageItemKind : int32_t {
  kEntry = 1,
  kExit = 2,
  kStep = 3,
  kAction = 4,
  kEvent = 5,
};

// Reads a record. Borrows its view.
class StageItem {
 public:
  static constexpr std::string_view kType = "stage_item";

  explicit StageItem(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id pipeline() const { return view_.GetRef(0); }
  [[nodiscard]] Id stage() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::optional<StageItemKind> kind() const { return view_.has(3) ? std::optional(StageItemKind{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::string_view name() const { return view_.GetText(4); }
  [[nodiscard]] std::string_view label_en() const { return view_.GetText(5); }
  [[nodiscard]] std::string_view label_zh() const { return view_.GetText(6); }
  [[nodiscard]] std::string_view condition() const { return view_.GetText(7); }
  [[nodiscard]] std::optional<bool> mandatory() const { return view_.has(8) ? std::optional(view_.GetBool(8)) : std::nullopt; }
  [[nodiscard]] std::string_view evidence() const { return view_.GetText(9); }
  [[nodiscard]] std::optional<bool> archived() const { return view_.has(10) ? std::optional(view_.GetBool(10)) : std::nullopt; }
  [[nodiscard]] std::string_view by() const { return view_.GetText(11); }
  [[nodiscard]] std::string_view at() const { return view_.GetText(12); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class StageItemBuilder {
 public:
  explicit StageItemBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("stage_item")) {}
  StageItemBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("stage_item", external)) {}
  StageItemBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  StageItemBuilder& owner(Id value) { return Set("owner", value); }
  StageItemBuilder& pipeline(Id value) { return Set("pipeline", value); }
  StageItemBuilder& stage(Id value) { return Set("stage", value); }
  StageItemBuilder& position(int64_t value) { return Set("position", value); }
  StageItemBuilder& add_position(int64_t value) { return Add("position", value); }
  StageItemBuilder& kind(StageItemKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  StageItemBuilder& name(std::string_view value) { return Set("name", value); }
  StageItemBuilder& label_en(std::string_view value) { return Set("label_en", value); }
  StageItemBuilder& label_zh(std::string_view value) { return Set("label_zh", value); }
  StageItemBuilder& condition(std::string_view value) { return Set("condition", value); }
  StageItemBuilder& mandatory(bool value) { return Set("mandatory", value); }
  StageItemBuilder& evidence(std::string_view value) { return Set("evidence", value); }
  StageItemBuilder& archived(bool value) { return Set("archived", value); }
  StageItemBuilder& by(std::string_view value) { return Set("by", value); }
  StageItemBuilder& at(std::string_view value) { return Set("at", value); }

 private:
  StageItemBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  StageItemBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_STAGE_ITEM_H_
// clang-format on
// NOLINTEND
