// Reading a text index: the records of a term, block after block.
#include <algorithm>
#include <utility>

#include "engine/read_internal.h"
#include "engine/text_index.h"
#include "kith/index/text.h"

namespace kith::engine {
namespace {

class TermCursorImpl final : public TermCursor {
 public:
  TermCursorImpl(const Source& source, const catalog::TypeDef& type, const catalog::IndexDef& index, std::string_view term)
      : type_(type),
        index_(index),
        key_(TermPrefix(index, term)),
        prefix_(key_.size()),
        cursor_(source.reader->NewCursor(format::kIndex)) {}

  bool SeekAtLeast(Id id) override {
    // An id below the type's is its first number, one above it none.
    const uint64_t begin = Id::Of(type_.number, 0, 0).value();
    const uint64_t wanted = id.value() < begin ? 0 : id.value() - begin;
    if (!status_.ok() || ended_) return false;
    if (!numbers_.empty() && numbers_.back() >= wanted) return Settle(wanted);
    // The next block often has it; else the one that begins at or before it.
    if (!numbers_.empty()) {
      if (!Load(cursor_->Next())) return false;
      if (numbers_.back() >= wanted) return Settle(wanted);
    }
    SetBlockKey(key_, prefix_, std::min(wanted, kTextNumberMask));
    const bool before = cursor_->SeekAtMost(key_) && cursor_->key().starts_with(Prefix());
    if (!Load(before || cursor_->SeekAtLeast(Prefix()))) return false;
    if (numbers_.back() < wanted && !Load(cursor_->Next())) return false;
    return Settle(wanted);
  }

  bool Next() override {
    if (!status_.ok() || ended_) return false;
    if (at_ + 1 < numbers_.size()) {
      ++at_;
      return true;
    }
    return Load(cursor_->Next());
  }

  [[nodiscard]] Id id() const override { return Id(Id::Of(type_.number, 0, 0).value() | numbers_[at_]); }
  [[nodiscard]] const Status& status() const override { return status_; }

 private:
  [[nodiscard]] std::string_view Prefix() const { return std::string_view(key_).substr(0, prefix_); }

  bool Settle(uint64_t wanted) {
    if (numbers_[at_] >= wanted) return true;
    const auto from = numbers_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ = static_cast<size_t>(std::lower_bound(from, numbers_.end(), wanted) - numbers_.begin());
    return true;
  }

  // The block under the cursor; `found`: there is something under it.
  bool Load(bool found) {
    at_ = 0;
    numbers_.clear();
    status_ = cursor_->status();
    ended_ = !found || !cursor_->key().starts_with(Prefix());
    if (!status_.ok() || ended_) return false;
    const std::optional<BlockKey> block = ParseBlockKey(cursor_->key());
    if (block.has_value() && index::ReadBlock(block->first, cursor_->value(), numbers_).ok()) return true;
    status_ = MakeError({.reason = Reason::kCorrupt,
                         .type = type_.name,
                         .field = index_.name,
                         .hint = "verify the database; declare the index under another name to have it built anew"},
                        "a text index has a damaged block");
    return false;
  }

  const catalog::TypeDef& type_;
  const catalog::IndexDef& index_;
  std::string key_;
  size_t prefix_;  // of key_: up to a block's first number
  std::unique_ptr<storage::Cursor> cursor_;
  std::vector<uint64_t> numbers_;  // of the block under the cursor
  size_t at_ = 0;
  bool ended_ = false;
  Status status_;
};

}  // namespace

std::unique_ptr<TermCursor> NewTermCursor(const Source& source, const catalog::TypeDef& type, const catalog::IndexDef& index,
                                          std::string_view term) {
  return std::make_unique<TermCursorImpl>(source, type, index, term);
}

StatusOr<std::vector<Id>> ReadPendingTexts(const Source& source, const catalog::IndexDef& index) {
  std::vector<Id> ids;
  const std::string prefix = TextPrefix(index, kTextPendingSort);
  const std::unique_ptr<storage::Cursor> cursor = source.reader->NewCursor(format::kIndex);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    if (const std::optional<Id> id = ParsePendingKey(cursor->key())) ids.push_back(*id);
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return ids;
}

}  // namespace kith::engine
