// Records of type opportunity in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_OPPORTUNITY_H_
#define KITH_MODEL_CRM_OPPORTUNITY_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class OpportunitySource : int32_t {
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

enum class OpportunitySegment : int32_t {
  kConsumer = 1,
  kSmallBusiness = 2,
  kMidMarket = 3,
  kEnterprise = 4,
  kPublicSector = 5,
  kPartner = 6,
};

enum class OpportunityKind : int32_t {
  kNewBusiness = 1,
  kExpansion = 2,
  kRenewal = 3,
};

enum class OpportunityGrade : int32_t {
  kS = 1,
  kA = 2,
  kB = 3,
  kC = 4,
  kD = 5,
};

enum class OpportunityRepCategory : int32_t {
  kCommit = 1,
  kBestCase = 2,
  kInPipeline = 3,
  kOmitted = 4,
};

enum class OpportunityLossReason : int32_t {
  kPrice = 1,
  kProduct = 2,
  kRelationship = 3,
  kTiming = 4,
  kNoBudget = 5,
  kNoDecision = 6,
  kCompetitor = 7,
  kService = 8,
  kOther = 9,
};

enum class OpportunityAmountSource : int32_t {
  kTyped = 1,
  kQuote = 2,
  kPredicted = 3,
};

// Reads a record. Borrows its view.
class Opportunity {
 public:
  static constexpr std::string_view kType = "opportunity";

  explicit Opportunity(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] Id account() const { return view_.GetRef(1); }
  [[nodiscard]] Id contact() const { return view_.GetRef(2); }
  [[nodiscard]] Id pipeline() const { return view_.GetRef(3); }
  [[nodiscard]] Id stage() const { return view_.GetRef(4); }
  [[nodiscard]] std::optional<Time> closed_at() const { return view_.has(5) ? std::optional(Time{view_.GetInt(5)}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> amount() const { return view_.has(6) ? std::optional(view_.GetMoney(6)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> close_date() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<OpportunitySource> source() const { return view_.has(8) ? std::optional(OpportunitySource{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<OpportunitySegment> segment() const { return view_.has(9) ? std::optional(OpportunitySegment{static_cast<int32_t>(view_.GetInt(9))}) : std::nullopt; }
  [[nodiscard]] std::optional<OpportunityKind> kind() const { return view_.has(10) ? std::optional(OpportunityKind{static_cast<int32_t>(view_.GetInt(10))}) : std::nullopt; }
  [[nodiscard]] Id product() const { return view_.GetRef(11); }
  [[nodiscard]] Id campaign() const { return view_.GetRef(12); }
  [[nodiscard]] Id lead() const { return view_.GetRef(13); }
  [[nodiscard]] std::optional<OpportunityGrade> grade() const { return view_.has(14) ? std::optional(OpportunityGrade{static_cast<int32_t>(view_.GetInt(14))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> budget() const { return view_.has(15) ? std::optional(view_.GetMoney(15)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> rep_probability() const { return view_.has(16) ? std::optional(view_.GetInt(16)) : std::nullopt; }
  [[nodiscard]] std::optional<OpportunityRepCategory> rep_category() const { return view_.has(17) ? std::optional(OpportunityRepCategory{static_cast<int32_t>(view_.GetInt(17))}) : std::nullopt; }
  [[nodiscard]] std::string_view next_step() const { return view_.GetText(18); }
  [[nodiscard]] Id lost_to() const { return view_.GetRef(19); }
  [[nodiscard]] std::optional<OpportunityLossReason> loss_reason() const { return view_.has(20) ? std::optional(OpportunityLossReason{static_cast<int32_t>(view_.GetInt(20))}) : std::nullopt; }
  [[nodiscard]] std::string_view loss_note() const { return view_.GetText(21); }
  [[nodiscard]] Value tags() const { return view_.Get(22); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(23); }
  [[nodiscard]] std::optional<OpportunityAmountSource> amount_source() const { return view_.has(24) ? std::optional(OpportunityAmountSource{static_cast<int32_t>(view_.GetInt(24))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> delivery_cost() const { return view_.has(25) ? std::optional(view_.GetMoney(25)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> win_cost() const { return view_.has(26) ? std::optional(view_.GetMoney(26)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> margin() const { return view_.has(27) ? std::optional(view_.GetMoney(27)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> delivery_costs() const { return view_.has(28) ? std::optional(view_.GetInt(28)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> win_costs() const { return view_.has(29) ? std::optional(view_.GetInt(29)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class OpportunityBuilder {
 public:
  explicit OpportunityBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("opportunity")) {}
  OpportunityBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("opportunity", external)) {}
  OpportunityBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  OpportunityBuilder& owner(Id value) { return Set("owner", value); }
  OpportunityBuilder& name(std::string_view value) { return Set("name", value); }
  OpportunityBuilder& account(Id value) { return Set("account", value); }
  OpportunityBuilder& contact(Id value) { return Set("contact", value); }
  OpportunityBuilder& amount(Money value) { return Set("amount", value); }
  OpportunityBuilder& add_amount(Money value) { return Add("amount", value); }
  OpportunityBuilder& close_date(Date value) { return Set("close_date", value); }
  OpportunityBuilder& source(OpportunitySource value) { return Set("source", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& segment(OpportunitySegment value) { return Set("segment", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& kind(OpportunityKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& product(Id value) { return Set("product", value); }
  OpportunityBuilder& campaign(Id value) { return Set("campaign", value); }
  OpportunityBuilder& lead(Id value) { return Set("lead", value); }
  OpportunityBuilder& grade(OpportunityGrade value) { return Set("grade", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& budget(Money value) { return Set("budget", value); }
  OpportunityBuilder& add_budget(Money value) { return Add("budget", value); }
  OpportunityBuilder& rep_probability(int64_t value) { return Set("rep_probability", value); }
  OpportunityBuilder& add_rep_probability(int64_t value) { return Add("rep_probability", value); }
  OpportunityBuilder& rep_category(OpportunityRepCategory value) { return Set("rep_category", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& next_step(std::string_view value) { return Set("next_step", value); }
  OpportunityBuilder& lost_to(Id value) { return Set("lost_to", value); }
  OpportunityBuilder& loss_reason(OpportunityLossReason value) { return Set("loss_reason", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& loss_note(std::string_view value) { return Set("loss_note", value); }
  OpportunityBuilder& tags(TextList value) { return Set("tags", std::move(value)); }
  OpportunityBuilder& description(std::string_view value) { return Set("description", value); }
  OpportunityBuilder& amount_source(OpportunityAmountSource value) { return Set("amount_source", Choice{static_cast<int32_t>(value)}); }
  OpportunityBuilder& delivery_cost(Money value) { return Set("delivery_cost", value); }
  OpportunityBuilder& add_delivery_cost(Money value) { return Add("delivery_cost", value); }
  OpportunityBuilder& win_cost(Money value) { return Set("win_cost", value); }
  OpportunityBuilder& add_win_cost(Money value) { return Add("win_cost", value); }
  OpportunityBuilder& margin(Money value) { return Set("margin", value); }
  OpportunityBuilder& add_margin(Money value) { return Add("margin", value); }
  OpportunityBuilder& delivery_costs(int64_t value) { return Set("delivery_costs", value); }
  OpportunityBuilder& add_delivery_costs(int64_t value) { return Add("delivery_costs", value); }
  OpportunityBuilder& win_costs(int64_t value) { return Set("win_costs", value); }
  OpportunityBuilder& add_win_costs(int64_t value) { return Add("win_costs", value); }

 private:
  OpportunityBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  OpportunityBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_OPPORTUNITY_H_
// clang-format on
// NOLINTEND
