// Records of type pipeline in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_PIPELINE_H_
#define KITH_MODEL_CRM_PIPELINE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class PipelineSelling : int32_t {
  kProject = 1,
  kRelationship = 2,
  kField = 3,
};

// Reads a record. Borrows its view.
class Pipeline {
 public:
  static constexpr std::string_view kType = "pipeline";

  explicit Pipeline(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view for_type() const { return view_.GetText(1); }
  [[nodiscard]] std::optional<int64_t> version_() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::string_view label_en() const { return view_.GetText(3); }
  [[nodiscard]] std::string_view label_zh() const { return view_.GetText(4); }
  [[nodiscard]] std::optional<bool> parallel() const { return view_.has(5) ? std::optional(view_.GetBool(5)) : std::nullopt; }
  [[nodiscard]] std::optional<PipelineSelling> selling() const { return view_.has(6) ? std::optional(PipelineSelling{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class PipelineBuilder {
 public:
  explicit PipelineBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("pipeline")) {}
  PipelineBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("pipeline", external)) {}
  PipelineBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  PipelineBuilder& owner(Id value) { return Set("owner", value); }
  PipelineBuilder& name(std::string_view value) { return Set("name", value); }
  PipelineBuilder& for_type(std::string_view value) { return Set("for_type", value); }
  PipelineBuilder& version_(int64_t value) { return Set("version", value); }
  PipelineBuilder& add_version(int64_t value) { return Add("version", value); }
  PipelineBuilder& label_en(std::string_view value) { return Set("label_en", value); }
  PipelineBuilder& label_zh(std::string_view value) { return Set("label_zh", value); }
  PipelineBuilder& parallel(bool value) { return Set("parallel", value); }
  PipelineBuilder& selling(PipelineSelling value) { return Set("selling", Choice{static_cast<int32_t>(value)}); }

 private:
  PipelineBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  PipelineBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_PIPELINE_H_
// clang-format on
// NOLINTEND
