// Records of type acquaintance in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_ACQUAINTANCE_H_
#define KITH_MODEL_CRM_ACQUAINTANCE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

enum class AcquaintanceKind : int32_t {
  kExColleague = 1,
  kAlumni = 2,
  kHometown = 3,
  kFamily = 4,
  kFriend = 5,
  kAssociation = 6,
  kCoBid = 7,
};

// Reads a record. Borrows its view.
class Acquaintance {
 public:
  static constexpr std::string_view kType = "acquaintance";

  explicit Acquaintance(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id from() const { return view_.GetRef(0); }
  [[nodiscard]] Id to() const { return view_.GetRef(1); }
  [[nodiscard]] std::optional<AcquaintanceKind> kind() const { return view_.has(2) ? std::optional(AcquaintanceKind{static_cast<int32_t>(view_.GetInt(2))}) : std::nullopt; }
  [[nodiscard]] std::optional<double> strength() const { return view_.has(3) ? std::optional(view_.GetDouble(3)) : std::nullopt; }
  [[nodiscard]] std::optional<double> confidence() const { return view_.has(4) ? std::optional(view_.GetDouble(4)) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_from() const { return view_.has(5) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(5))}) : std::nullopt; }
  [[nodiscard]] std::optional<Date> valid_to() const { return view_.has(6) ? std::optional(Date{static_cast<int32_t>(view_.GetInt(6))}) : std::nullopt; }
  [[nodiscard]] std::optional<bool> may_introduce() const { return view_.has(7) ? std::optional(view_.GetBool(7)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class AcquaintanceBuilder {
 public:
  explicit AcquaintanceBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("acquaintance")) {}
  AcquaintanceBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("acquaintance", external)) {}
  AcquaintanceBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  AcquaintanceBuilder& owner(Id value) { return Set("owner", value); }
  AcquaintanceBuilder& from(Id value) { return Set("from", value); }
  AcquaintanceBuilder& to(Id value) { return Set("to", value); }
  AcquaintanceBuilder& kind(AcquaintanceKind value) { return Set("kind", Choice{static_cast<int32_t>(value)}); }
  AcquaintanceBuilder& strength(double value) { return Set("strength", value); }
  AcquaintanceBuilder& confidence(double value) { return Set("confidence", value); }
  AcquaintanceBuilder& valid_from(Date value) { return Set("valid_from", value); }
  AcquaintanceBuilder& valid_to(Date value) { return Set("valid_to", value); }
  AcquaintanceBuilder& may_introduce(bool value) { return Set("may_introduce", value); }

 private:
  AcquaintanceBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  AcquaintanceBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_ACQUAINTANCE_H_
// clang-format on
// NOLINTEND
