// Records of type setting in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_SETTING_H_
#define KITH_MODEL_CRM_SETTING_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Setting {
 public:
  static constexpr std::string_view kType = "setting";

  explicit Setting(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view base_currency() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view time_zone() const { return view_.GetText(1); }
  [[nodiscard]] std::optional<int64_t> fiscal_start_month() const { return view_.has(2) ? std::optional(view_.GetInt(2)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> week_start() const { return view_.has(3) ? std::optional(view_.GetInt(3)) : std::nullopt; }
  [[nodiscard]] std::string_view language() const { return view_.GetText(4); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class SettingBuilder {
 public:
  explicit SettingBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("setting")) {}
  SettingBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("setting", external)) {}
  SettingBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  SettingBuilder& owner(Id value) { return Set("owner", value); }
  SettingBuilder& base_currency(std::string_view value) { return Set("base_currency", value); }
  SettingBuilder& time_zone(std::string_view value) { return Set("time_zone", value); }
  SettingBuilder& fiscal_start_month(int64_t value) { return Set("fiscal_start_month", value); }
  SettingBuilder& add_fiscal_start_month(int64_t value) { return Add("fiscal_start_month", value); }
  SettingBuilder& week_start(int64_t value) { return Set("week_start", value); }
  SettingBuilder& add_week_start(int64_t value) { return Add("week_start", value); }
  SettingBuilder& language(std::string_view value) { return Set("language", value); }

 private:
  SettingBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  SettingBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_SETTING_H_
// clang-format on
// NOLINTEND
