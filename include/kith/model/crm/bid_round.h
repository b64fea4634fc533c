// Records of type bid_round in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_BID_ROUND_H_
#define KITH_MODEL_CRM_BID_ROUND_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class BidRoundResult : int32_t {
  kShortlisted = 1,
  kDropped = 2,
  kAwarded = 3,
};

// Reads a record. Borrows its view.
class BidRound {
 public:
  static constexpr std::string_view kType = "bid_round";

  explicit BidRound(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id bid() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<int64_t> number() const { return view_.has(1) ? std::optional(view_.GetInt(1)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> date() const { return view_.has(2) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<BidRoundResult> result() const { return view_.has(3) ? std::optional(BidRoundResult{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> rank() const { return view_.has(4) ? std::optional(view_.GetInt(4)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> participants() const { return view_.has(5) ? std::optional(view_.GetInt(5)) : std::nullopt; }
  [[nodiscard]] std::string_view note() const { return view_.GetText(6); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class BidRoundBuilder {
 public:
  explicit BidRoundBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("bid_round")) {}
  BidRoundBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("bid_round", external)) {}
  BidRoundBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  BidRoundBuilder& owner(Id value) { return Set("owner", value); }
  BidRoundBuilder& bid(Id value) { return Set("bid", value); }
  BidRoundBuilder& number(int64_t value) { return Set("number", value); }
  BidRoundBuilder& add_number(int64_t value) { return Add("number", value); }
  BidRoundBuilder& date(Date value) { return Set("date", value); }
  BidRoundBuilder& result(BidRoundResult value) { return Set("result", Choice{static_cast<int32_t>(value)}); }
  BidRoundBuilder& rank(int64_t value) { return Set("rank", value); }
  BidRoundBuilder& add_rank(int64_t value) { return Add("rank", value); }
  BidRoundBuilder& participants(int64_t value) { return Set("participants", value); }
  BidRoundBuilder& add_participants(int64_t value) { return Add("participants", value); }
  BidRoundBuilder& note(std::string_view value) { return Set("note", value); }

 private:
  BidRoundBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  BidRoundBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_BID_ROUND_H_
// clang-format on
// NOLINTEND
