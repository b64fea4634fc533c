// Records of type pool_member in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_POOL_MEMBER_H_
#define KITH_MODEL_CRM_POOL_MEMBER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class PoolMember {
 public:
  static constexpr std::string_view kType = "pool_member";

  explicit PoolMember(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id pool() const { return view_.GetRef(0); }
  [[nodiscard]] Id employee() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<int64_t> capacity() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> weight() const { return view_.has(3) ? std::optional(view_.GetInt(3)) : std::nullopt; }
  [[nodiscard]] std::string_view takes() const { return view_.GetText(4); }
  [[nodiscard]] std::optional<bool> active() const { return view_.has(5) ? std::optional(view_.GetBool(5)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class PoolMemberBuilder {
 public:
  explicit PoolMemberBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("pool_member")) {}
  PoolMemberBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("pool_member", external)) {}
  PoolMemberBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  PoolMemberBuilder& owner(Id value) { return Set("owner", value); }
  PoolMemberBuilder& pool(Id value) { return Set("pool", value); }
  PoolMemberBuilder& employee(Id value) { return Set("employee", value); }
  PoolMemberBuilder& capacity(int64_t value) { return Set("capacity", value); }
  PoolMemberBuilder& add_capacity(int64_t value) { return Add("capacity", value); }
  PoolMemberBuilder& weight(int64_t value) { return Set("weight", value); }
  PoolMemberBuilder& add_weight(int64_t value) { return Add("weight", value); }
  PoolMemberBuilder& takes(std::string_view value) { return Set("takes", value); }
  PoolMemberBuilder& active(bool value) { return Set("active", value); }

 private:
  PoolMemberBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  PoolMemberBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_POOL_MEMBER_H_
// clang-format on
// NOLINTEND
