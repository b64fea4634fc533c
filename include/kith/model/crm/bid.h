// Records of type bid in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_BID_H_
#define KITH_MODEL_CRM_BID_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class BidKind : int32_t {
  kOpen = 1,
  kInvited = 2,
  kNegotiated = 3,
  kSingleSource = 4,
};

enum class BidStatus : int32_t {
  kPlanned = 1,
  kSubmitted = 2,
  kShortlisted = 3,
  kWon = 4,
  kLost = 5,
  kWithdrawn = 6,
};

enum class BidLossReason : int32_t {
  kPrice = 1,
  kProduct = 2,
  kRelationship = 3,
  kScore = 4,
  kFormal = 5,
  kOther = 6,
};

// Reads a record. Borrows its view.
class Bid {
 public:
  static constexpr std::string_view kType = "bid";

  explicit Bid(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id opportunity() const { return view_.GetRef(0); }
  [[nodiscard]] std::string_view name() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view tender_no() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<BidKind> kind() const { return view_.has(3) ? std::optional(BidKind{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<BidStatus> status() const { return view_.has(4) ? std::optional(BidStatus{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> published_on() const { return view_.has(5) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> due_on() const { return view_.has(6) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> opened_on() const { return view_.has(7) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> awarded_on() const { return view_.has(8) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<Money> budget() const { return view_.has(9) ? std::optional(view_.GetMoney(9)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> price() const { return view_.has(10) ? std::optional(view_.GetMoney(10)) : std::nullopt; }
  [[nodiscard]] Id lost_to() const { return view_.GetRef(11); }
  [[nodiscard]] std::optional<BidLossReason> loss_reason() const { return view_.has(12) ? std::optional(BidLossReason{static_cast<int32_t>(view_.GetInt(12))}) : std::nullopt; }
  [[nodiscard]] std::string_view document() const { return view_.GetText(13); }
  [[nodiscard]] std::optional<int64_t> shortlisted() const { return view_.has(14) ? std::optional(view_.GetInt(14)) : std::nullopt; }
  [[nodiscard]] std::optional<bool> late_loss() const { return view_.has(15) ? std::optional(view_.GetBool(15)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class BidBuilder {
 public:
  explicit BidBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("bid")) {}
  BidBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("bid", external)) {}
  BidBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  BidBuilder& owner(Id value) { return Set("owner", value); }
  BidBuilder& opportunity(Id value) { return Set("opportunity", value); }
  BidBuilder& name(std::string_view value) { return Set("name", value); }
  BidBuilder& tender_no(std::string_view value) { return Set("tender_no", value); }
  BidBuilder& kind(BidKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  BidBuilder& status(BidStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  BidBuilder& published_on(Date value) { return Set("published_on", value); }
  BidBuilder& due_on(Date value) { return Set("due_on", value); }
  BidBuilder& opened_on(Date value) { return Set("opened_on", value); }
  BidBuilder& awarded_on(Date value) { return Set("awarded_on", value); }
  BidBuilder& budget(Money value) { return Set("budget", value); }
  BidBuilder& add_budget(Money value) { return Add("budget", value); }
  BidBuilder& price(Money value) { return Set("price", value); }
  BidBuilder& add_price(Money value) { return Add("price", value); }
  BidBuilder& lost_to(Id value) { return Set("lost_to", value); }
  BidBuilder& loss_reason(BidLossReason value) { return Set("loss_reason", Choice{static_cast<int32_t>(value)}); }
  BidBuilder& document(std::string_view value) { return Set("document", value); }
  BidBuilder& shortlisted(int64_t value) { return Set("shortlisted", value); }
  BidBuilder& add_shortlisted(int64_t value) { return Add("shortlisted", value); }
  BidBuilder& late_loss(bool value) { return Set("late_loss", value); }

 private:
  BidBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  BidBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_BID_H_
// clang-format on
// NOLINTEND
