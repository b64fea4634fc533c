// Records of type segment in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_SEGMENT_H_
#define KITH_MODEL_CRM_SEGMENT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Segment {
 public:
  static constexpr std::string_view kType = "segment";

  explicit Segment(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view for_type() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view condition() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view label_en() const { return view_.GetText(3); }
  [[nodiscard]] std::string_view label_zh() const { return view_.GetText(4); }
  [[nodiscard]] std::optional<int64_t> steps() const { return view_.has(5) ? std::optional(view_.GetInt(5)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> seen() const { return view_.has(6) ? std::optional(view_.GetInt(6)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> complete() const { return view_.has(7) ? std::optional(view_.GetBool(7)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class SegmentBuilder {
 public:
  explicit SegmentBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("segment")) {}
  SegmentBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("segment", external)) {}
  SegmentBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  SegmentBuilder& owner(Id value) { return Set("owner", value); }
  SegmentBuilder& name(std::string_view value) { return Set("name", value); }
  SegmentBuilder& for_type(std::string_view value) { return Set("for_type", value); }
  SegmentBuilder& condition(std::string_view value) { return Set("condition", value); }
  SegmentBuilder& label_en(std::string_view value) { return Set("label_en", value); }
  SegmentBuilder& label_zh(std::string_view value) { return Set("label_zh", value); }
  SegmentBuilder& steps(int64_t value) { return Set("steps", value); }
  SegmentBuilder& add_steps(int64_t value) { return Add("steps", value); }

 private:
  SegmentBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  SegmentBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_SEGMENT_H_
// clang-format on
// NOLINTEND
