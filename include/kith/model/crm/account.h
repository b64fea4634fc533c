// Records of type account in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_ACCOUNT_H_
#define KITH_MODEL_CRM_ACCOUNT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class AccountKind : int32_t {
  kCompany = 1,
  kPerson = 2,
  kGovernment = 3,
  kStore = 4,
};

enum class AccountRoles : int32_t {
  kProspect = 1,
  kCustomer = 2,
  kPartner = 3,
  kCompetitor = 4,
  kSupplier = 5,
};

enum class AccountIndustry : int32_t {
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

enum class AccountTier : int32_t {
  kS = 1,
  kA = 2,
  kB = 3,
  kC = 4,
};

enum class AccountLifecycle : int32_t {
  kProspect = 1,
  kEngaged = 2,
  kCustomer = 3,
  kRepeat = 4,
  kLapsed = 5,
  kVisited = 6,
};

enum class AccountLegalStatus : int32_t {
  kActive = 1,
  kSuspended = 2,
  kRevoked = 3,
  kDissolved = 4,
  kUnknown = 5,
};

enum class AccountSource : int32_t {
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
class Account {
 public:
  static constexpr std::string_view kType = "account";

  explicit Account(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] std::string_view name_local() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view legal_name() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view registration_no() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<AccountKind> kind() const { return view_.has(4) ? std::optional(AccountKind{static_cast<int32_t>(view_.GetInt(4))}) : std::nullopt; }
  [[nodiscard]] Value roles() const { return view_.Get(5); }
  [[nodiscard]] std::optional<AccountIndustry> industry() const { return view_.has(6) ? std::optional(AccountIndustry{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<AccountTier> tier() const { return view_.has(7) ? std::optional(AccountTier{static_cast<int32_t>(view_.GetInt(7))}) : std::nullopt; }
  [[nodiscard]] std::optional<AccountLifecycle> lifecycle() const { return view_.has(8) ? std::optional(AccountLifecycle{static_cast<int32_t>(view_.GetInt(8))}) : std::nullopt; }
  [[nodiscard]] std::optional<AccountLegalStatus> legal_status() const { return view_.has(9) ? std::optional(AccountLegalStatus{static_cast<int32_t>(view_.GetInt(9))}) : std::nullopt; }
  [[nodiscard]] Id parent() const { return view_.GetRef(10); }
  [[nodiscard]] std::optional<int64_t> employees() const { return view_.has(11) ? std::optional(view_.GetInt(11)) : std::nullopt; }
  [[nodiscard]] std::optional<Money> annual_revenue() const { return view_.has(12) ? std::optional(view_.GetMoney(12)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> year_established() const { return view_.has(13) ? std::optional(view_.GetInt(13)) : std::nullopt; }
  [[nodiscard]] std::string_view chief_executive() const { return view_.GetText(14); }
  [[nodiscard]] std::string_view website() const { return view_.GetText(15); }
  [[nodiscard]] std::string_view email() const { return view_.GetText(16); }
  [[nodiscard]] std::string_view phone() const { return view_.GetText(17); }
  [[nodiscard]] std::string_view address() const { return view_.GetText(18); }
  [[nodiscard]] std::string_view city() const { return view_.GetText(19); }
  [[nodiscard]] std::string_view region() const { return view_.GetText(20); }
  [[nodiscard]] std::string_view country() const { return view_.GetText(21); }
  [[nodiscard]] std::optional<AccountSource> source() const { return view_.has(22) ? std::optional(AccountSource{static_cast<int32_t>(view_.GetInt(22))}) : std::nullopt; }
  [[nodiscard]] Id campaign() const { return view_.GetRef(23); }
  [[nodiscard]] Value tags() const { return view_.Get(24); }
  [[nodiscard]] std::string_view description() const { return view_.GetText(25); }
  [[nodiscard]] std::string_view pool() const { return view_.GetText(26); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class AccountBuilder {
 public:
  explicit AccountBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("account")) {}
  AccountBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("account", external)) {}
  AccountBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  AccountBuilder& owner(Id value) { return Set("owner", value); }
  AccountBuilder& name(std::string_view value) { return Set("name", value); }
  AccountBuilder& name_local(std::string_view value) { return Set("name_local", value); }
  AccountBuilder& legal_name(std::string_view value) { return Set("legal_name", value); }
  AccountBuilder& registration_no(std::string_view value) { return Set("registration_no", value); }
  AccountBuilder& kind(AccountKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  AccountBuilder& roles(std::initializer_list<AccountRoles> values) { return Set("roles", internal::Choices(values)); }
  AccountBuilder& industry(AccountIndustry value) { return Set("industry", Choice{static_cast<int32_t>(value)}); }
  AccountBuilder& tier(AccountTier value) { return Set("tier", Choice{static_cast<int32_t>(value)}); }
  AccountBuilder& lifecycle(AccountLifecycle value) { return Set("lifecycle", Choice{static_cast<int32_t>(value)}); }
  AccountBuilder& legal_status(AccountLegalStatus value) { return Set("legal_status", Choice{static_cast<int32_t>(value)}); }
  AccountBuilder& parent(Id value) { return Set("parent", value); }
  AccountBuilder& employees(int64_t value) { return Set("employees", value); }
  AccountBuilder& add_employees(int64_t value) { return Add("employees", value); }
  AccountBuilder& annual_revenue(Money value) { return Set("annual_revenue", value); }
  AccountBuilder& add_annual_revenue(Money value) { return Add("annual_revenue", value); }
  AccountBuilder& year_established(int64_t value) { return Set("year_established", value); }
  AccountBuilder& add_year_established(int64_t value) { return Add("year_established", value); }
  AccountBuilder& chief_executive(std::string_view value) { return Set("chief_executive", value); }
  AccountBuilder& website(std::string_view value) { return Set("website", value); }
  AccountBuilder& email(std::string_view value) { return Set("email", value); }
  AccountBuilder& phone(std::string_view value) { return Set("phone", value); }
  AccountBuilder& address(std::string_view value) { return Set("address", value); }
  AccountBuilder& city(std::string_view value) { return Set("city", value); }
  AccountBuilder& region(std::string_view value) { return Set("region", value); }
  AccountBuilder& country(std::string_view value) { return Set("country", value); }
  AccountBuilder& source(AccountSource value) { return Set("source", Choice{static_cast<int32_t>(value)}); }
  AccountBuilder& campaign(Id value) { return Set("campaign", value); }
  AccountBuilder& tags(TextList value) { return Set("tags", std::move(value)); }
  AccountBuilder& description(std::string_view value) { return Set("description", value); }
  AccountBuilder& pool(std::string_view value) { return Set("pool", value); }

 private:
  AccountBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  AccountBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_ACCOUNT_H_
// clang-format on
// NOLINTEND
