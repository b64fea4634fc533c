// Records of type competitor in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_COMPETITOR_H_
#define KITH_MODEL_CRM_COMPETITOR_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Competitor {
 public:
  static constexpr std::string_view kType = "competitor";

  explicit Competitor(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] Id account() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view website() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view strengths() const { return view_.GetText(3); }
  [[nodiscard]] std::string_view weaknesses() const { return view_.GetText(4); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class CompetitorBuilder {
 public:
  explicit CompetitorBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("competitor")) {}
  CompetitorBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("competitor", external)) {}
  CompetitorBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  CompetitorBuilder& owner(Id value) { return Set("owner", value); }
  CompetitorBuilder& name(std::string_view value) { return Set("name", value); }
  CompetitorBuilder& account(Id value) { return Set("account", value); }
  CompetitorBuilder& website(std::string_view value) { return Set("website", value); }
  CompetitorBuilder& strengths(std::string_view value) { return Set("strengths", value); }
  CompetitorBuilder& weaknesses(std::string_view value) { return Set("weaknesses", value); }

 private:
  CompetitorBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  CompetitorBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_COMPETITOR_H_
// clang-format on
// NOLINTEND
