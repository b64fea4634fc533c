// Records of type team in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_TEAM_H_
#define KITH_MODEL_CRM_TEAM_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Team {
 public:
  static constexpr std::string_view kType = "team";

  explicit Team(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] Id parent() const { return view_.GetRef(1); }
  [[nodiscard]] Id manager() const { return view_.GetRef(2); }
  [[nodiscard]] std::string_view region() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<int64_t> unit_number() const { return view_.has(4) ? std::optional(view_.GetInt(4)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class TeamBuilder {
 public:
  explicit TeamBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("team")) {}
  TeamBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("team", external)) {}
  TeamBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  TeamBuilder& owner(Id value) { return Set("owner", value); }
  TeamBuilder& name(std::string_view value) { return Set("name", value); }
  TeamBuilder& parent(Id value) { return Set("parent", value); }
  TeamBuilder& manager(Id value) { return Set("manager", value); }
  TeamBuilder& region(std::string_view value) { return Set("region", value); }
  TeamBuilder& unit_number(int64_t value) { return Set("unit_number", value); }
  TeamBuilder& add_unit_number(int64_t value) { return Add("unit_number", value); }

 private:
  TeamBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  TeamBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_TEAM_H_
// clang-format on
// NOLINTEND
