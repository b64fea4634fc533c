// Records of type lead in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_LEAD_H_
#define KITH_MODEL_CRM_LEAD_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class LeadStatus : int32_t {
  kNew = 1,
  kWorking = 2,
  kQualified = 3,
  kDisqualified = 4,
  kRecycled = 5,
};

enum class LeadSource : int32_t {
  kWeb = 1,
  kSearch = 2,
  kAdvertisement = 3,
  kSocial = 4,
  kExhibition = 5,
  kEvent = 6,
  kReferral = 7,
  kPartner = 8,
  kColdCall = 9,
  kExistingCustomer = 10,
  kTender = 11,
  kPurchasedList = 12,
  kOther = 13,
};

enum class LeadIndustry : int32_t {
  kAgriculture = 1,
  kConstruction = 2,
  kEducation = 3,
  kEmployment = 4,
  kEnergy = 5,
  kEntertainment = 6,
  kFinance = 7,
  kGovernment = 8,
  kLaw = 9,
  kLogistics = 10,
  kManufacturing = 11,
  kMarketing = 12,
  kMedical = 13,
  kProperty = 14,
  kRetail = 15,
  kServices = 16,
  kSoftware = 17,
  kTechnology = 18,
  kTelecommunications = 19,
  kTrade = 20,
  kOther = 21,
};

// Reads a record. Borrows its view.
class Lead {
 public:
  static constexpr std::string_view kType = "lead";

  explicit Lead(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view company() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view title() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view possible_project() const { return view_.GetText(3); }
  [[nodiscard]] std::string_view email() const { return view_.GetText(4); }
  [[nodiscard]] std::string_view phone() const { return view_.GetText(5); }
  [[nodiscard]] std::string_view wechat() const { return view_.GetText(6); }
  [[nodiscard]] std::optional<LeadStatus> status() const { return view_.has(7) ? std::optional(LeadStatus{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<LeadSource> source() const { return view_.has(8) ? std::optional(LeadSource{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] Id campaign() const { return view_.GetRef(9); }
  [[nodiscard]] std::optional<LeadIndustry> industry() const { return view_.has(10) ? std::optional(LeadIndustry{static_cast<int32_t>(view_.GetInt(10))}) : std::nullopt; }
  [[nodiscard]] std::optional<double> score() const { return view_.has(11) ? std::optional(view_.GetDouble(11)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> budget() const { return view_.has(12) ? std::optional(view_.GetMoney(12)) : std::nullopt; }
  [[nodiscard]] std::string_view pool() const { return view_.GetText(13); }
  [[nodiscard]] std::string_view disqualify_reason() const { return view_.GetText(14); }
  [[nodiscard]] Id referred_by() const { return view_.GetRef(15); }
  [[nodiscard]] Id account() const { return view_.GetRef(16); }
  [[nodiscard]] Id contact() const { return view_.GetRef(17); }
  [[nodiscard]] Id opportunity() const { return view_.GetRef(18); }
  [[nodiscard]] std::optional<Time> converted_at() const { return view_.has(19) ? std::optional(Time{view_.GetInt(19)}) : std::nullopt; }
  [[nodiscard]] Value tags() const { return view_.Get(20); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(21); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class LeadBuilder {
 public:
  explicit LeadBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("lead")) {}
  LeadBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("lead", external)) {}
  LeadBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  LeadBuilder& owner(Id value) { return Set("owner", value); }
  LeadBuilder& name(std::string_view value) { return Set("name", value); }
  LeadBuilder& company(std::string_view value) { return Set("company", value); }
  LeadBuilder& title(std::string_view value) { return Set("title", value); }
  LeadBuilder& possible_project(std::string_view value) { return Set("possible_project", value); }
  LeadBuilder& email(std::string_view value) { return Set("email", value); }
  LeadBuilder& phone(std::string_view value) { return Set("phone", value); }
  LeadBuilder& wechat(std::string_view value) { return Set("wechat", value); }
  LeadBuilder& status(LeadStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  LeadBuilder& source(LeadSource value) { return Set("source", Choice{static_cast<int32_t>(value)}); }
  LeadBuilder& campaign(Id value) { return Set("campaign", value); }
  LeadBuilder& industry(LeadIndustry value) { return Set("industry", Choice{static_cast<int32_t>(value)}); }
  LeadBuilder& score(double value) { return Set("score", value); }
  LeadBuilder& budget(Money value) { return Set("budget", value); }
  LeadBuilder& add_budget(Money value) { return Add("budget", value); }
  LeadBuilder& pool(std::string_view value) { return Set("pool", value); }
  LeadBuilder& disqualify_reason(std::string_view value) { return Set("disqualify_reason", value); }
  LeadBuilder& referred_by(Id value) { return Set("referred_by", value); }
  LeadBuilder& account(Id value) { return Set("account", value); }
  LeadBuilder& contact(Id value) { return Set("contact", value); }
  LeadBuilder& opportunity(Id value) { return Set("opportunity", value); }
  LeadBuilder& converted_at(Time value) { return Set("converted_at", value); }
  LeadBuilder& tags(TextList value) { return Set("tags", std::move(value)); }
  LeadBuilder& description(std::string_view value) { return Set("description", value); }

 private:
  LeadBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  LeadBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_LEAD_H_
// clang-format on
// NOLINTEND
