// Records of type track in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_TRACK_H_
#define KITH_MODEL_CRM_TRACK_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Track {
 public:
  static constexpr std::string_view kType = "track";

  explicit Track(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id record_() const { return view_.GetRef(0); }
  [[nodiscard]] Id pipeline() const { return view_.GetRef(1); }
  [[nodiscard]] Id stage() const { return view_.GetRef(2); }
  [[nodiscard]] std::optional<Time> closed_at() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class TrackBuilder {
 public:
  explicit TrackBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("track")) {}
  TrackBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("track", external)) {}
  TrackBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  TrackBuilder& owner(Id value) { return Set("owner", value); }

 private:
  TrackBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  TrackBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_TRACK_H_
// clang-format on
// NOLINTEND
