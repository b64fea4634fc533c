// Records of type migration in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_MIGRATION_H_
#define KITH_MODEL_CRM_MIGRATION_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Migration {
 public:
  static constexpr std::string_view kType = "migration";

  explicit Migration(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id pipeline() const { return view_.GetRef(0); }
  [[nodiscard]] std::optional<int64_t> to_version() const { return view_.has(1) ? std::optional(view_.GetInt(1)) : std::nullopt; }
  [[nodiscard]] std::string_view plan() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view before() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<bool> settled() const { return view_.has(4) ? std::optional(view_.GetBool(4)) : std::nullopt; }
  [[nodiscard]] std::optional<int64_t> moved() const { return view_.has(5) ? std::optional(view_.GetInt(5)) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class MigrationBuilder {
 public:
  explicit MigrationBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("migration")) {}
  MigrationBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("migration", external)) {}
  MigrationBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  MigrationBuilder& owner(Id value) { return Set("owner", value); }
  MigrationBuilder& pipeline(Id value) { return Set("pipeline", value); }
  MigrationBuilder& to_version(int64_t value) { return Set("to_version", value); }
  MigrationBuilder& add_to_version(int64_t value) { return Add("to_version", value); }
  MigrationBuilder& plan(std::string_view value) { return Set("plan", value); }
  MigrationBuilder& before(std::string_view value) { return Set("before", value); }
  MigrationBuilder& settled(bool value) { return Set("settled", value); }
  MigrationBuilder& moved(int64_t value) { return Set("moved", value); }
  MigrationBuilder& add_moved(int64_t value) { return Add("moved", value); }

 private:
  MigrationBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  MigrationBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_MIGRATION_H_
// clang-format on
// NOLINTEND
