// Records of type contact in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_CONTACT_H_
#define KITH_MODEL_CRM_CONTACT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class ContactJobLevel : int32_t {
  kCLevel = 1,
  kVicePresident = 2,
  kDirector = 3,
  kManager = 4,
  kStaff = 5,
};

enum class ContactGender : int32_t {
  kFemale = 1,
  kMale = 2,
  kOther = 3,
};

enum class ContactConsent : int32_t {
  kMail = 1,
  kPhone = 2,
  kChat = 3,
  kPost = 4,
};

enum class ContactSource : int32_t {
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

// Reads a record. Borrows its view.
class Contact {
 public:
  static constexpr std::string_view kType = "contact";

  explicit Contact(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view name_local() const { return view_.GetText(1); }
  [[nodiscard]] Id account() const { return view_.GetRef(2); }
  [[nodiscard]] std::string_view title() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<ContactJobLevel> job_level() const { return view_.has(4) ? std::optional(ContactJobLevel{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] std::string_view department() const { return view_.GetText(5); }
  [[nodiscard]] Id reports_to() const { return view_.GetRef(6); }
  [[nodiscard]] std::string_view email() const { return view_.GetText(7); }
  [[nodiscard]] std::string_view phone() const { return view_.GetText(8); }
  [[nodiscard]] std::string_view mobile() const { return view_.GetText(9); }
  [[nodiscard]] std::string_view wechat() const { return view_.GetText(10); }
  [[nodiscard]] std::string_view qq() const { return view_.GetText(11); }
  [[nodiscard]] std::optional<ContactGender> gender() const { return view_.has(12) ? std::optional(ContactGender{static_cast<int32_t>(view_.GetInt(12))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> birthday() const { return view_.has(13) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(13))}) : std::nullopt; }
  [[nodiscard]] std::string_view language() const { return view_.GetText(14); }
  [[nodiscard]] Value consent() const { return view_.Get(15); }
  [[nodiscard]] std::optional<bool> do_not_contact() const { return view_.has(16) ? std::optional(view_.GetBool(16)) : std::nullopt; }
  [[nodiscard]] std::optional<ContactSource> source() const { return view_.has(17) ? std::optional(ContactSource{static_cast<int32_t>(view_.GetInt(17))}) : std::nullopt; }
  [[nodiscard]] Id campaign() const { return view_.GetRef(18); }
  [[nodiscard]] Value tags() const { return view_.Get(19); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(20); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class ContactBuilder {
 public:
  explicit ContactBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("contact")) {}
  ContactBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("contact", external)) {}
  ContactBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  ContactBuilder& owner(Id value) { return Set("owner", value); }
  ContactBuilder& name(std::string_view value) { return Set("name", value); }
  ContactBuilder& name_local(std::string_view value) { return Set("name_local", value); }
  ContactBuilder& account(Id value) { return Set("account", value); }
  ContactBuilder& title(std::string_view value) { return Set("title", value); }
  ContactBuilder& job_level(ContactJobLevel value) { return Set("job_level", Choice{static_cast<int32_t>(value)}); }
  ContactBuilder& department(std::string_view value) { return Set("department", value); }
  ContactBuilder& reports_to(Id value) { return Set("reports_to", value); }
  ContactBuilder& email(std::string_view value) { return Set("email", value); }
  ContactBuilder& phone(std::string_view value) { return Set("phone", value); }
  ContactBuilder& mobile(std::string_view value) { return Set("mobile", value); }
  ContactBuilder& wechat(std::string_view value) { return Set("wechat", value); }
  ContactBuilder& qq(std::string_view value) { return Set("qq", value); }
  ContactBuilder& gender(ContactGender value) { return Set("gender", Choice{static_cast<int32_t>(value)}); }
  ContactBuilder& birthday(Date value) { return Set("birthday", value); }
  ContactBuilder& language(std::string_view value) { return Set("language", value); }
  ContactBuilder& consent(std::initializer_list<ContactConsent> values) { return Set("consent", internal::Choices(values)); }
  ContactBuilder& do_not_contact(bool value) { return Set("do_not_contact", value); }
  ContactBuilder& source(ContactSource value) { return Set("source", Choice{static_cast<int32_t>(value)}); }
  ContactBuilder& campaign(Id value) { return Set("campaign", value); }
  ContactBuilder& tags(TextList value) { return Set("tags", std::move(value)); }
  ContactBuilder& description(std::string_view value) { return Set("description", value); }

 private:
  ContactBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  ContactBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_CONTACT_H_
// clang-format on
// NOLINTEND
