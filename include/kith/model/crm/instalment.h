// Records of type instalment in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_INSTALMENT_H_
#define KITH_MODEL_CRM_INSTALMENT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Instalment {
 public:
  static constexpr std::string_view kType = "instalment";

  explicit Instalment(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id order() const { return view_.GetRef(0); }
  [[nodiscard]] Id contract() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<int64_t> position() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::string_view name() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<Date> due() const { return view_.has(4) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(5) ? std::optional(view_.GetMoney(5)) : std::nullopt; }
  [[nodiscard]] Id invoice() const { return view_.GetRef(6); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class InstalmentBuilder {
 public:
  explicit InstalmentBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("instalment")) {}
  InstalmentBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("instalment", external)) {}
  InstalmentBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  InstalmentBuilder& owner(Id value) { return Set("owner", value); }
  InstalmentBuilder& order(Id value) { return Set("order", value); }
  InstalmentBuilder& contract(Id value) { return Set("contract", value); }
  InstalmentBuilder& position(int64_t value) { return Set("position", value); }
  InstalmentBuilder& add_position(int64_t value) { return Add("position", value); }
  InstalmentBuilder& name(std::string_view value) { return Set("name", value); }
  InstalmentBuilder& due(Date value) { return Set("due", value); }
  InstalmentBuilder& amount(Money value) { return Set("amount", value); }
  InstalmentBuilder& add_amount(Money value) { return Add("amount", value); }
  InstalmentBuilder& invoice(Id value) { return Set("invoice", value); }

 private:
  InstalmentBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  InstalmentBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_INSTALMENT_H_
// clang-format on
// NOLINTEND
