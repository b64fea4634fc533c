// Records of type visitor in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_VISITOR_H_
#define KITH_MODEL_CRM_VISITOR_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Visitor {
 public:
  static constexpr std::string_view kType = "visitor";

  explicit Visitor(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] Id contact() const { return view_.GetRef(0); }
  [[nodiscard]] std::string_view channel() const { return view_.GetText(1); }
  [[nodiscard]] std::string_view handle() const { return view_.GetText(2); }
  [[nodiscard]] std::optional<Time> first_seen() const { return view_.has(3) ? std::optional(Time{view_.GetInt(3)}) : std::nullopt; }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class VisitorBuilder {
 public:
  explicit VisitorBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("visitor")) {}
  VisitorBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("visitor", external)) {}
  VisitorBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  VisitorBuilder& owner(Id value) { return Set("owner", value); }
  VisitorBuilder& contact(Id value) { return Set("contact", value); }
  VisitorBuilder& channel(std::string_view value) { return Set("channel", value); }
  VisitorBuilder& handle(std::string_view value) { return Set("handle", value); }
  VisitorBuilder& first_seen(Time value) { return Set("first_seen", value); }

 private:
  VisitorBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  VisitorBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_VISITOR_H_
// clang-format on
// NOLINTEND
