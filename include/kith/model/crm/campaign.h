// Records of type campaign in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_CAMPAIGN_H_
#define KITH_MODEL_CRM_CAMPAIGN_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class CampaignKind : int32_t {
  kAdvertisement = 1,
  kMail = 2,
  kEvent = 3,
  kExhibition = 4,
  kWebinar = 5,
  kSocial = 6,
  kContent = 7,
  kReferral = 8,
  kOther = 9,
};

enum class CampaignStatus : int32_t {
  kPlanned = 1,
  kRunning = 2,
  kFinished = 3,
  kCancelled = 4,
};

// Reads a record. Borrows its view.
class Campaign {
 public:
  static constexpr std::string_view kType = "campaign";

  explicit Campaign(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::optional<CampaignKind> kind() const { return view_.has(1) ? std::optional(CampaignKind{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::string_view channel() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<CampaignStatus> status() const { return view_.has(3) ? std::optional(CampaignStatus{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> starts() const { return view_.has(4) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> ends() const { return view_.has(5) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> budget() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> cost() const { return view_.has(7) ? std::optional(view_.GetMoney(7)) : std::nullopt; }
  [[nodiscard]] Id parent() const { return view_.GetRef(8); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(9); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class CampaignBuilder {
 public:
  explicit CampaignBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("campaign")) {}
  CampaignBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("campaign", external)) {}
  CampaignBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  CampaignBuilder& owner(Id value) { return Set("owner", value); }
  CampaignBuilder& name(std::string_view value) { return Set("name", value); }
  CampaignBuilder& kind(CampaignKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  CampaignBuilder& channel(std::string_view value) { return Set("channel", value); }
  CampaignBuilder& status(CampaignStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  CampaignBuilder& starts(Date value) { return Set("starts", value); }
  CampaignBuilder& ends(Date value) { return Set("ends", value); }
  CampaignBuilder& budget(Money value) { return Set("budget", value); }
  CampaignBuilder& add_budget(Money value) { return Add("budget", value); }
  CampaignBuilder& cost(Money value) { return Set("cost", value); }
  CampaignBuilder& add_cost(Money value) { return Add("cost", value); }
  CampaignBuilder& parent(Id value) { return Set("parent", value); }
  CampaignBuilder& description(std::string_view value) { return Set("description", value); }

 private:
  CampaignBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  CampaignBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_CAMPAIGN_H_
// clang-format on
// NOLINTEND
