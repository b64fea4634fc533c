// Records of type share in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_SHARE_H_
#define KITH_MODEL_CRM_SHARE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class ShareLevel : int32_t {
  kRead = 1,
  kWrite = 2,
};

enum class SharePart : int32_t {
  kLead = 1,
  kSales = 2,
  kTechnical = 3,
  kCommercial = 4,
  kDelivery = 5,
  kService = 6,
  kLegal = 7,
  kFinance = 8,
  kSponsor = 9,
  kObserver = 10,
};

// Reads a record. Borrows its view.
class Share {
 public:
  static constexpr std::string_view kType = "share";

  explicit Share(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id record_() const { return view_.GetRef(0); }
  [[nodiscard]] Id to() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<ShareLevel> level() const { return view_.has(2) ? std::optional(ShareLevel{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> from() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> until() const { return view_.has(4) ? std::optional(Time{view_.GetInt(4)}) : std::nullopt; }
  [[nodiscard]] std::string_view reason() const { return view_.GetText(5); }
  [[nodiscard]] std::optional<SharePart> part() const { return view_.has(6) ? std::optional(SharePart{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ShareBuilder {
 public:
  explicit ShareBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("share")) {}
  ShareBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("share", external)) {}
  ShareBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ShareBuilder& owner(Id value) { return Set("owner", value); }
  ShareBuilder& record_(Id value) { return Set("record", value); }
  ShareBuilder& to(Id value) { return Set("to", value); }
  ShareBuilder& level(ShareLevel value) { return Set("level", Choice{static_cast<int32_t>(value)}); }
  ShareBuilder& from(Time value) { return Set("from", value); }
  ShareBuilder& until(Time value) { return Set("until", value); }
  ShareBuilder& reason(std::string_view value) { return Set("reason", value); }
  ShareBuilder& part(SharePart value) { return Set("part", Choice{static_cast<int32_t>(value)}); }

 private:
  ShareBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ShareBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_SHARE_H_
// clang-format on
// NOLINTEND
