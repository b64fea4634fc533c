// Records of type pool_claim in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_POOL_CLAIM_H_
#define KITH_MODEL_CRM_POOL_CLAIM_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class PoolClaimHow : int32_t {
  kClaimed = 1,
  kAssigned = 2,
};

enum class PoolClaimEnded : int32_t {
  kReleased = 1,
  kRecycled = 2,
  kPassedOn = 3,
  kConverted = 4,
};

// Reads a record. Borrows its view.
class PoolClaim {
 public:
  static constexpr std::string_view kType = "pool_claim";

  explicit PoolClaim(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id record_() const { return view_.GetRef(0); }
  [[nodiscard]] Id holder() const { return view_.GetRef(1); }
  [[nodiscard]] Id pool() const { return view_.GetRef(2); }
  [[nodiscard]] std::optional<Time> from() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> to() const { return view_.has(4) ? std::optional(Time{view_.GetInt(4)}) : std::nullopt; }
  [[nodiscard]] std::optional<PoolClaimHow> how() const { return view_.has(5) ? std::optional(PoolClaimHow{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<PoolClaimEnded> ended() const { return view_.has(6) ? std::optional(PoolClaimEnded{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::string_view reason() const { return view_.GetText(7); }
  [[nodiscard]] std::string_view end_reason() const { return view_.GetText(8); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class PoolClaimBuilder {
 public:
  explicit PoolClaimBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("pool_claim")) {}
  PoolClaimBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("pool_claim", external)) {}
  PoolClaimBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  PoolClaimBuilder& owner(Id value) { return Set("owner", value); }
  PoolClaimBuilder& record_(Id value) { return Set("record", value); }
  PoolClaimBuilder& holder(Id value) { return Set("holder", value); }
  PoolClaimBuilder& how(PoolClaimHow value) { return Set("how", Choice{static_cast<int32_t>(value)}); }
  PoolClaimBuilder& ended(PoolClaimEnded value) { return Set("ended", Choice{static_cast<int32_t>(value)}); }
  PoolClaimBuilder& reason(std::string_view value) { return Set("reason", value); }
  PoolClaimBuilder& end_reason(std::string_view value) { return Set("end_reason", value); }

 private:
  PoolClaimBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  PoolClaimBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_POOL_CLAIM_H_
// clang-format on
// NOLINTEND
