// Records of type product in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_PRODUCT_H_
#define KITH_MODEL_CRM_PRODUCT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Product {
 public:
  static constexpr std::string_view kType = "product";

  explicit Product(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view sku() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view family() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view unit_of_measure() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<Money> price() const { return view_.has(4) ? std::optional(view_.GetMoney(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> cost() const { return view_.has(5) ? std::optional(view_.GetMoney(5)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> active() const { return view_.has(6) ? std::optional(view_.GetBool(6)) : std::nullopt; }
  [[nodiscard]] std::string_view description() const { return view_.GetText(7); }
  [[nodiscard]] std::optional<int64_t> complaints() const { return view_.has(8) ? std::optional(view_.GetInt(8)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ProductBuilder {
 public:
  explicit ProductBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("product")) {}
  ProductBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("product", external)) {}
  ProductBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ProductBuilder& owner(Id value) { return Set("owner", value); }
  ProductBuilder& name(std::string_view value) { return Set("name", value); }
  ProductBuilder& sku(std::string_view value) { return Set("sku", value); }
  ProductBuilder& family(std::string_view value) { return Set("family", value); }
  ProductBuilder& unit_of_measure(std::string_view value) { return Set("unit_of_measure", value); }
  ProductBuilder& price(Money value) { return Set("price", value); }
  ProductBuilder& add_price(Money value) { return Add("price", value); }
  ProductBuilder& cost(Money value) { return Set("cost", value); }
  ProductBuilder& add_cost(Money value) { return Add("cost", value); }
  ProductBuilder& active(bool value) { return Set("active", value); }
  ProductBuilder& description(std::string_view value) { return Set("description", value); }
  ProductBuilder& complaints(int64_t value) { return Set("complaints", value); }
  ProductBuilder& add_complaints(int64_t value) { return Add("complaints", value); }

 private:
  ProductBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ProductBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_PRODUCT_H_
// clang-format on
// NOLINTEND
