// Records of type note in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_NOTE_H_
#define KITH_MODEL_CRM_NOTE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class Note {
 public:
  static constexpr std::string_view kType = "note";

  explicit Note(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view body() const { return view_.GetText(0); }
  [[nodiscard]] Id regarding() const { return view_.GetRef(1); }
  [[nodiscard]] Id contact() const { return view_.GetRef(2); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class NoteBuilder {
 public:
  explicit NoteBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("note")) {}
  NoteBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("note", external)) {}
  NoteBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  NoteBuilder& owner(Id value) { return Set("owner", value); }
  NoteBuilder& body(std::string_view value) { return Set("body", value); }
  NoteBuilder& regarding(Id value) { return Set("regarding", value); }
  NoteBuilder& contact(Id value) { return Set("contact", value); }

 private:
  NoteBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  NoteBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_NOTE_H_
// clang-format on
// NOLINTEND
