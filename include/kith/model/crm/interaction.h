// Records of type interaction in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_INTERACTION_H_
#define KITH_MODEL_CRM_INTERACTION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class InteractionKind : int32_t {
  kMeeting = 1,
  kVisit = 2,
  kVideo = 3,
  kCall = 4,
  kChat = 5,
  kMail = 6,
  kMassMail = 7,
  kPageView = 8,
  kMaterialSent = 9,
  kMaterialViewed = 10,
  kEvent = 11,
  kGift = 12,
  kDinner = 13,
};

enum class InteractionDirection : int32_t {
  kOut = 1,
  kIn = 2,
  kMutual = 3,
};

enum class InteractionChannel : int32_t {
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
class Interaction {
 public:
  static constexpr std::string_view kType = "interaction";

  explicit Interaction(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::optional<InteractionKind> kind() const { return view_.has(0) ? std::optional(InteractionKind{static_cast<int32_t>(view_.GetInt(0))}) : std::nullopt; }
  [[nodiscard]] std::optional<InteractionDirection> direction() const { return view_.has(1) ? std::optional(InteractionDirection{static_cast<int32_t>(view_.GetInt(1))}) : std::nullopt; }
  [[nodiscard]] std::optional<Time> at() const { return view_.has(2) ? std::optional(Time{view_.GetInt(2)}) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> minutes() const { return view_.has(3) ? std::optional(view_.GetInt(3)) : std::nullopt; }
  [[nodiscard]] Id account() const { return view_.GetRef(4); }
  [[nodiscard]] Id contact() const { return view_.GetRef(5); }
  [[nodiscard]] Id employee() const { return view_.GetRef(6); }
  [[nodiscard]] Id regarding() const { return view_.GetRef(7); }
  [[nodiscard]] std::optional<InteractionChannel> channel() const { return view_.has(8) ? std::optional(InteractionChannel{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::string_view subject() const { return view_.GetText(9); }
  [[nodiscard]] std::string_view body() const { return view_.GetText(10); }
  [[nodiscard]] std::optional<int64_t> externals() const { return view_.has(11) ? std::optional(view_.GetInt(11)) : std::nullopt; }
  [[nodiscard]] Id visitor() const { return view_.GetRef(12); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class InteractionBuilder {
 public:
  explicit InteractionBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("interaction")) {}
  InteractionBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("interaction", external)) {}
  InteractionBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  InteractionBuilder& owner(Id value) { return Set("owner", value); }
  InteractionBuilder& kind(InteractionKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  InteractionBuilder& direction(InteractionDirection value) { return Set("direction", Choice{static_cast<int32_t>(value)}); }
  InteractionBuilder& at(Time value) { return Set("at", value); }
  InteractionBuilder& minutes(int64_t value) { return Set("minutes", value); }
  InteractionBuilder& add_minutes(int64_t value) { return Add("minutes", value); }
  InteractionBuilder& account(Id value) { return Set("account", value); }
  InteractionBuilder& contact(Id value) { return Set("contact", value); }
  InteractionBuilder& employee(Id value) { return Set("employee", value); }
  InteractionBuilder& regarding(Id value) { return Set("regarding", value); }
  InteractionBuilder& channel(InteractionChannel value) { return Set("channel", Choice{static_cast<int32_t>(value)}); }
  InteractionBuilder& subject(std::string_view value) { return Set("subject", value); }
  InteractionBuilder& body(std::string_view value) { return Set("body", value); }
  InteractionBuilder& externals(int64_t value) { return Set("externals", value); }
  InteractionBuilder& add_externals(int64_t value) { return Add("externals", value); }
  InteractionBuilder& visitor(Id value) { return Set("visitor", value); }

 private:
  InteractionBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  InteractionBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_INTERACTION_H_
// clang-format on
// NOLINTEND
