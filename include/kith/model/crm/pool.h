// Records of type pool in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_POOL_H_
#define KITH_MODEL_CRM_POOL_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class PoolAssignment : int32_t {
  kInTurn = 1,
  kByLoad = 2,
  kByResult = 3,
};

// Reads a record. Borrows its view.
class Pool {
 public:
  static constexpr std::string_view kType = "pool";

  explicit Pool(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::optional<int64_t> claims_a_day() const { return view_.has(1) ? std::optional(view_.GetInt(1)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> capacity() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> recycle_days() const { return view_.has(3) ? std::optional(view_.GetInt(3)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> warn_days() const { return view_.has(4) ? std::optional(view_.GetInt(4)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> cooling_days() const { return view_.has(5) ? std::optional(view_.GetInt(5)) : std::nullopt; }
  [[nodiscard]] std::string_view exempt() const { return view_.GetText(6); }
  [[nodiscard]] std::optional<PoolAssignment> assignment() const { return view_.has(7) ? std::optional(PoolAssignment{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class PoolBuilder {
 public:
  explicit PoolBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("pool")) {}
  PoolBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("pool", external)) {}
  PoolBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  PoolBuilder& owner(Id value) { return Set("owner", value); }
  PoolBuilder& name(std::string_view value) { return Set("name", value); }
  PoolBuilder& claims_a_day(int64_t value) { return Set("claims_a_day", value); }
  PoolBuilder& add_claims_a_day(int64_t value) { return Add("claims_a_day", value); }
  PoolBuilder& capacity(int64_t value) { return Set("capacity", value); }
  PoolBuilder& add_capacity(int64_t value) { return Add("capacity", value); }
  PoolBuilder& recycle_days(int64_t value) { return Set("recycle_days", value); }
  PoolBuilder& add_recycle_days(int64_t value) { return Add("recycle_days", value); }
  PoolBuilder& warn_days(int64_t value) { return Set("warn_days", value); }
  PoolBuilder& add_warn_days(int64_t value) { return Add("warn_days", value); }
  PoolBuilder& cooling_days(int64_t value) { return Set("cooling_days", value); }
  PoolBuilder& add_cooling_days(int64_t value) { return Add("cooling_days", value); }
  PoolBuilder& exempt(std::string_view value) { return Set("exempt", value); }
  PoolBuilder& assignment(PoolAssignment value) { return Set("assignment", Choice{static_cast<int32_t>(value)}); }

 private:
  PoolBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  PoolBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_POOL_H_
// clang-format on
// NOLINTEND
