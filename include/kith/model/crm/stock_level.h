// Records of type stock_level in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_STOCK_LEVEL_H_
#define KITH_MODEL_CRM_STOCK_LEVEL_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class StockLevel {
 public:
  static constexpr std::string_view kType = "stock_level";

  explicit StockLevel(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id account() const { return view_.GetRef(0); }
  [[nodiscard]] Id product() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<int64_t> par() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> daily_sales() const { return view_.has(3) ? std::optional(Decimal{view_.GetInt(3), 3}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class StockLevelBuilder {
 public:
  explicit StockLevelBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("stock_level")) {}
  StockLevelBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("stock_level", external)) {}
  StockLevelBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  StockLevelBuilder& owner(Id value) { return Set("owner", value); }
  StockLevelBuilder& account(Id value) { return Set("account", value); }
  StockLevelBuilder& product(Id value) { return Set("product", value); }
  StockLevelBuilder& par(int64_t value) { return Set("par", value); }
  StockLevelBuilder& add_par(int64_t value) { return Add("par", value); }
  StockLevelBuilder& daily_sales(Decimal value) { return Set("daily_sales", value); }

 private:
  StockLevelBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  StockLevelBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_STOCK_LEVEL_H_
// clang-format on
// NOLINTEND
