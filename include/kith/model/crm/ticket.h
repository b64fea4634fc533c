// Records of type ticket in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_TICKET_H_
#define KITH_MODEL_CRM_TICKET_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class TicketKind : int32_t {
  kQuestion = 1,
  kProblem = 2,
  kComplaint = 3,
  kRequest = 4,
};

enum class TicketStatus : int32_t {
  kNew = 1,
  kOpen = 2,
  kWaiting = 3,
  kResolved = 4,
  kClosed = 5,
};

enum class TicketPriority : int32_t {
  kLow = 1,
  kNormal = 2,
  kHigh = 3,
  kUrgent = 4,
};

enum class TicketChannel : int32_t {
  kPhone = 1,
  kMail = 2,
  kWeb = 3,
  kWechat = 4,
  kQq = 5,
  kWeibo = 6,
  kVisit = 7,
  kOther = 8,
};

// Reads a record. Borrows its view.
class Ticket {
 public:
  static constexpr std::string_view kType = "ticket";

  explicit Ticket(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view subject() const { return view_.GetText(0); }
  [[nodiscard]] std::optional<TicketKind> kind() const { return view_.has(1) ? std::optional(TicketKind{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<TicketStatus> status() const { return view_.has(2) ? std::optional(TicketStatus{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<TicketPriority> priority() const { return view_.has(3) ? std::optional(TicketPriority{static_cast<int32_t>(view_.GetInt(3))}) : std::nullopt; }
  [[nodiscard]] std::optional<TicketChannel> channel() const { return view_.has(4) ? std::optional(TicketChannel{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] Id account() const { return view_.GetRef(5); }
  [[nodiscard]] Id contact() const { return view_.GetRef(6); }
  [[nodiscard]] Id product() const { return view_.GetRef(7); }
  [[nodiscard]] Id order() const { return view_.GetRef(8); }
  [[nodiscard]] std::optional<Time> opened_at() const { return view_.has(9) ? std::optional(Time{view_.GetInt(9)}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> resolved_at() const { return view_.has(10) ? std::optional(Time{view_.GetInt(10)}) : std::nullopt; }
  [[nodiscard]] std::string_view description() const { return view_.GetText(11); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class TicketBuilder {
 public:
  explicit TicketBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("ticket")) {}
  TicketBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("ticket", external)) {}
  TicketBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  TicketBuilder& owner(Id value) { return Set("owner", value); }
  TicketBuilder& subject(std::string_view value) { return Set("subject", value); }
  TicketBuilder& kind(TicketKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  TicketBuilder& status(TicketStatus value) { return Set("status", Choice{static_cast<int32_t>(value)}); }
  TicketBuilder& priority(TicketPriority value) { return Set("priority", Choice{static_cast<int32_t>(value)}); }
  TicketBuilder& channel(TicketChannel value) { return Set("channel", Choice{static_cast<int32_t>(value)}); }
  TicketBuilder& account(Id value) { return Set("account", value); }
  TicketBuilder& contact(Id value) { return Set("contact", value); }
  TicketBuilder& product(Id value) { return Set("product", value); }
  TicketBuilder& order(Id value) { return Set("order", value); }
  TicketBuilder& opened_at(Time value) { return Set("opened_at", value); }
  TicketBuilder& resolved_at(Time value) { return Set("resolved_at", value); }
  TicketBuilder& description(std::string_view value) { return Set("description", value); }

 private:
  TicketBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  TicketBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_TICKET_H_
// clang-format on
// NOLINTEND
