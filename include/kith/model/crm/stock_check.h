// Records of type stock_check in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_STOCK_CHECK_H_
#define KITH_MODEL_CRM_STOCK_CHECK_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class StockCheckState : int32_t {
  kOk = 1,
  kLow = 2,
  kOut = 3,
};

// Reads a record. Borrows its view.
class StockCheck {
 public:
  static constexpr std::string_view kType = "stock_check";

  explicit StockCheck(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id visit() const { return view_.GetRef(0); }
  [[nodiscard]] Id account() const { return view_.GetRef(1); }
  [[nodiscard]] Id product() const { return view_.GetRef(2); }
  [[nodiscard]] std::optional<int64_t> on_hand() const { return view_.has(3) ? std::optional(view_.GetInt(3)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> par() const { return view_.has(4) ? std::optional(view_.GetInt(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Decimal> daily_sales() const { return view_.has(5) ? std::optional(Decimal{view_.GetInt(5), 3}) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> days() const { return view_.has(6) ? std::optional(view_.GetInt(6)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> restock() const { return view_.has(7) ? std::optional(view_.GetInt(7)) : std::nullopt; }
  [[nodiscard]] std::optional<StockCheckState> state() const { return view_.has(8) ? std::optional(StockCheckState{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class StockCheckBuilder {
 public:
  explicit StockCheckBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("stock_check")) {}
  StockCheckBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("stock_check", external)) {}
  StockCheckBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  StockCheckBuilder& owner(Id value) { return Set("owner", value); }
  StockCheckBuilder& visit(Id value) { return Set("visit", value); }
  StockCheckBuilder& account(Id value) { return Set("account", value); }
  StockCheckBuilder& product(Id value) { return Set("product", value); }
  StockCheckBuilder& on_hand(int64_t value) { return Set("on_hand", value); }
  StockCheckBuilder& add_on_hand(int64_t value) { return Add("on_hand", value); }
  StockCheckBuilder& par(int64_t value) { return Set("par", value); }
  StockCheckBuilder& add_par(int64_t value) { return Add("par", value); }
  StockCheckBuilder& daily_sales(Decimal value) { return Set("daily_sales", value); }
  StockCheckBuilder& days(int64_t value) { return Set("days", value); }
  StockCheckBuilder& add_days(int64_t value) { return Add("days", value); }

 private:
  StockCheckBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  StockCheckBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_STOCK_CHECK_H_
// clang-format on
// NOLINTEND
