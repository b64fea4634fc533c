// Records of type segment_member in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_SEGMENT_MEMBER_H_
#define KITH_MODEL_CRM_SEGMENT_MEMBER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class SegmentMember {
 public:
  static constexpr std::string_view kType = "segment_member";

  explicit SegmentMember(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id segment() const { return view_.GetRef(0); }
  [[nodiscard]] Id record_() const { return view_.GetRef(1); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class SegmentMemberBuilder {
 public:
  explicit SegmentMemberBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("segment_member")) {}
  SegmentMemberBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("segment_member", external)) {}
  SegmentMemberBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  SegmentMemberBuilder& owner(Id value) { return Set("owner", value); }

 private:
  SegmentMemberBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  SegmentMemberBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_SEGMENT_MEMBER_H_
// clang-format on
// NOLINTEND
