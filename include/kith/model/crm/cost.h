// Records of type cost in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_COST_H_
#define KITH_MODEL_CRM_COST_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class CostKind : int32_t {
  kDelivery = 1,
  kToWin = 2,
};

// Reads a record. Borrows its view.
class Cost {
 public:
  static constexpr std::string_view kType = "cost";

  explicit Cost(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id opportunity() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<CostKind> kind() const { return view_.has(1) ? std::optional(CostKind{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(2) ? std::optional(view_.GetMoney(2)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> spent() const { return view_.has(3) ? std::optional(view_.GetBool(3)) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(4); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class CostBuilder {
 public:
  explicit CostBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("cost")) {}
  CostBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("cost", external)) {}
  CostBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  CostBuilder& owner(Id value) { return Set("owner", value); }
  CostBuilder& opportunity(Id value) { return Set("opportunity", value); }
  CostBuilder& kind(CostKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  CostBuilder& amount(Money value) { return Set("amount", value); }
  CostBuilder& add_amount(Money value) { return Add("amount", value); }
  CostBuilder& spent(bool value) { return Set("spent", value); }
  CostBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  CostBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  CostBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_COST_H_
// clang-format on
// NOLINTEND
