// Records of type file in C++. Generated from package kith.crm; a test keeps it current.
// NOLINTBEGIN
// clang-format off
#ifndef KITH_MODEL_CRM_FILE_H_
#define KITH_MODEL_CRM_FILE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

#include "kith/model/crm/fields.h"

namespace kith::crm {

// Reads a record. Borrows its view.
class File {
 public:
  static constexpr std::string_view kType = "file";

  explicit File(record::View view) : view_(view) {}
  [[nodiscard]] Id id() const { return view_.id(); }
  [[nodiscard]] uint64_t version() const { return view_.header().version; }
  [[nodiscard]] record::View record() const { return view_; }

  [[nodiscard]] std::string_view name() const { return view_.GetText(0); }
  [[nodiscard]] Id regarding() const { return view_.GetRef(1); }
  [[nodiscard]] std::string_view link() const { return view_.GetText(2); }
  [[nodiscard]] std::string_view media_type() const { return view_.GetText(3); }
  [[nodiscard]] std::optional<int64_t> size_bytes() const { return view_.has(4) ? std::optional(view_.GetInt(4)) : std::nullopt; }
  [[nodiscard]] std::string_view sha256() const { return view_.GetText(5); }
  [[nodiscard]] Id replaces() const { return view_.GetRef(6); }

 private:
  record::View view_;
};

// Fills a batch with what is to be set of a new record, or of the one given. Borrows the batch.
class FileBuilder {
 public:
  explicit FileBuilder(Batch& batch) : batch_(&batch), id_(batch.Create("file")) {}
  FileBuilder(Batch& batch, const ExternalRef& external) : batch_(&batch), id_(batch.Upsert("file", external)) {}
  FileBuilder(Batch& batch, Id target) : batch_(&batch), id_(target) {}
  [[nodiscard]] Id id() const { return id_; }  // of a new record: a local reference of the batch

  FileBuilder& owner(Id value) { return Set("owner", value); }
  FileBuilder& name(std::string_view value) { return Set("name", value); }
  FileBuilder& regarding(Id value) { return Set("regarding", value); }
  FileBuilder& link(std::string_view value) { return Set("link", value); }
  FileBuilder& media_type(std::string_view value) { return Set("media_type", value); }
  FileBuilder& size_bytes(int64_t value) { return Set("size_bytes", value); }
  FileBuilder& add_size_bytes(int64_t value) { return Add("size_bytes", value); }
  FileBuilder& sha256(std::string_view value) { return Set("sha256", value); }
  FileBuilder& replaces(Id value) { return Set("replaces", value); }

 private:
  FileBuilder& Set(std::string_view field, Value value) {
    batch_->Set(id_, field, std::move(value));
    return *this;
  }
  FileBuilder& Add(std::string_view field, Value value) {
    batch_->Add(id_, field, std::move(value));
    return *this;
  }

  Batch* batch_;
  Id id_;
};

}  // namespace kith::crm

#endif  // KITH_MODEL_CRM_FILE_H_
// clang-format on
// NOLINTEND
