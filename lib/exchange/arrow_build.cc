#include "exchange/arrow_build.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace kith::exchange {
namespace {

// What a schema or an array points into; goes with its release.
struct SchemaMemory {
  std::string format;
  std::string name;
  std::deque<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
  ArrowSchema dictionary = {};
};
struct ArrayMemory {
  std::vector<uint8_t> validity;
  std::vector<int32_t> offsets;
  std::vector<char> data;
  std::array<const void*, 3> buffers = {};
  std::deque<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  ArrowArray dictionary = {};
};

// A consumer may have moved a child out; then its release is null.
template <typename Node, typename Memory>
void Release(Node* node) {
  for (int64_t i = 0; i < node->n_children; ++i) {
    if (node->children[i]->release != nullptr) node->children[i]->release(node->children[i]);
  }
  if (node->dictionary != nullptr && node->dictionary->release != nullptr) node->dictionary->release(node->dictionary);
  delete static_cast<Memory*>(node->private_data);
  node->release = nullptr;
}

template <typename Memory, typename Node>
void Place(std::unique_ptr<Memory> memory, Node* out) {
  for (Node& child : memory->children) memory->pointers.push_back(&child);
  out->n_children = static_cast<int64_t>(memory->pointers.size());
  out->children = memory->pointers.empty() ? nullptr : memory->pointers.data();
  out->dictionary = memory->dictionary.release == nullptr ? nullptr : &memory->dictionary;
  out->release = Release<Node, Memory>;
  out->private_data = memory.release();
}

size_t WidthOf(const std::string& format) {
  if (format == "i" || format == "tdD") return sizeof(int32_t);
  if (format == "l" || format == "g" || format == "tsu:UTC") return sizeof(int64_t);
  return format.starts_with("d:") ? sizeof(Decimal128) : 0;
}

void SetBit(std::vector<uint8_t>& bits, int64_t at, bool value) {
  const auto byte = static_cast<size_t>(at / 8);
  if (bits.size() <= byte) bits.resize(byte + 1);
  if (value) bits[byte] = static_cast<uint8_t>(bits[byte] | (1U << (at % 8)));
}

}  // namespace

void ToSchema(const ArrowType& type, ArrowSchema* out) {
  auto memory = std::make_unique<SchemaMemory>();
  memory->format = type.format;
  memory->name = type.name;
  for (const ArrowType& child : type.children) ToSchema(child, &memory->children.emplace_back());
  if (type.dictionary != nullptr) ToSchema({.name = "", .format = "u"}, &memory->dictionary);
  *out = {};
  out->format = memory->format.c_str();
  out->name = memory->name.c_str();
  out->flags = ARROW_FLAG_NULLABLE;
  Place(std::move(memory), out);
}

ArrowBuilder::ArrowBuilder(ArrowType type)
    : type_(std::move(type)),
      width_(WidthOf(type_.format)),
      has_offsets_(type_.format == "u" || type_.format == "z" || type_.format == "+l") {
  for (const ArrowType& child : type_.children) children_.emplace_back(child);
  if (has_offsets_) offsets_.push_back(0);
}

size_t ArrowBuilder::bytes() const {  // NOLINT(misc-no-recursion): as deep as the type
  size_t most = data_.size();
  for (const ArrowBuilder& child : children_) most = std::max(most, child.bytes());
  return most;
}

void ArrowBuilder::MarkPresent() { SetBit(validity_, length_, true); }

void ArrowBuilder::MarkNull() {
  if (nulls_++ == 0) {
    // All before have values.
    validity_.assign(static_cast<size_t>((length_ + 7) / 8), 0xFF);
    if (length_ % 8 != 0) validity_.back() = static_cast<uint8_t>((1U << (length_ % 8)) - 1);
  }
  SetBit(validity_, length_, false);
  ++length_;
}

void ArrowBuilder::Mark(const column::Bitmap& rows, const column::Bitmap& present) {
  if (nulls_ == 0 && !(rows - present).Any()) {
    length_ += static_cast<int64_t>(rows.Count());
    return;
  }
  rows.ForEach([&](size_t row) {
    if (present.Test(row)) {
      AppendPresent();
    } else {
      MarkNull();
    }
  });
}

void ArrowBuilder::AppendZero() {
  data_.resize(data_.size() + width_);
  if (has_offsets_) offsets_.push_back(offsets_.back());
  if (type_.format == "b") data_.resize(static_cast<size_t>(length_ / 8) + 1);
  if (type_.format == "+s") {
    for (ArrowBuilder& child : children_) child.AppendNull();
  }
}

void ArrowBuilder::AppendNull() {
  AppendZero();
  MarkNull();
}

void ArrowBuilder::AppendBool(bool value) {
  const auto byte = static_cast<size_t>(length_ / 8);
  data_.resize(byte + 1);
  if (value) data_[byte] = static_cast<char>(static_cast<uint8_t>(data_[byte]) | (1U << (length_ % 8)));
  AppendPresent();
}

void ArrowBuilder::AppendDecimal(int64_t units, int64_t power_of_ten) { AppendNumber(Times(units, power_of_ten)); }

void ArrowBuilder::AppendText(std::string_view text) {
  data_.insert(data_.end(), text.begin(), text.end());
  offsets_.push_back(static_cast<int32_t>(data_.size()));
  AppendPresent();
}

void ArrowBuilder::AppendNested() {
  if (has_offsets_) offsets_.push_back(static_cast<int32_t>(children_[0].length()));
  AppendPresent();
}

void ArrowBuilder::Finish(ArrowArray* out) {
  auto memory = std::make_unique<ArrayMemory>();
  *out = {};
  out->length = std::exchange(length_, 0);
  out->null_count = std::exchange(nulls_, 0);
  memory->validity = std::exchange(validity_, {});
  memory->data = std::exchange(data_, {});
  data_.reserve(memory->data.size());  // the next batch is likely to be as large
  memory->data.reserve(1);             // never a null pointer
  size_t buffers = 0;
  memory->buffers[buffers++] = out->null_count == 0 ? nullptr : memory->validity.data();
  if (has_offsets_) {
    memory->offsets = std::exchange(offsets_, {});
    offsets_.reserve(memory->offsets.size());
    offsets_.push_back(0);
    memory->buffers[buffers++] = memory->offsets.data();
  }
  if (children_.empty()) memory->buffers[buffers++] = memory->data.data();
  for (ArrowBuilder& child : children_) child.Finish(&memory->children.emplace_back());
  if (type_.dictionary != nullptr) {
    ArrowBuilder names({.name = "", .format = "u"});
    for (const std::string& name : *type_.dictionary) names.AppendText(name);
    names.Finish(&memory->dictionary);
  }
  out->n_buffers = static_cast<int64_t>(buffers);
  out->buffers = memory->buffers.data();
  Place(std::move(memory), out);
}

void FinishStruct(const std::vector<ArrowBuilder*>& arrays, int64_t rows, ArrowArray* out) {
  auto memory = std::make_unique<ArrayMemory>();
  *out = {};
  out->length = rows;
  out->n_buffers = 1;
  out->buffers = memory->buffers.data();
  for (ArrowBuilder* array : arrays) array->Finish(&memory->children.emplace_back());
  Place(std::move(memory), out);
}

}  // namespace kith::exchange
