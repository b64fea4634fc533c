#include "engine/text_writes.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "kith/base/key.h"
#include "kith/base/limits.h"
#include "kith/index/text.h"

namespace kith::engine {
namespace {

// Changes of postings that are gathered before they are put: some 100 MB.
constexpr size_t kGathered = 4'000'000;

// Which records come to a term and which go, gathered term by term. A change is the record's number, and in its lowest bit whether it
// comes.
class PostingChanges {
 public:
  explicit PostingChanges(const TextTarget& target) : target_(target), index_(*target.index) {}
  [[nodiscard]] bool full() const { return gathered_ >= kGathered; }

  // Ids ascend.
  [[nodiscard]] Status Add(Id id, std::string_view before, std::string_view after) {
    const uint64_t number = TextNumber(id) << 1;
    after_.clear();
    KITH_RETURN_IF_ERROR(AppendTermsOf(index_, after, after_));
    if (before.empty()) {
      for (const std::string& term : after_) Note(term, number | 1);
      return absl::OkStatus();
    }
    before_.clear();
    KITH_RETURN_IF_ERROR(AppendTermsOf(index_, before, before_));
    SortUnique(before_);
    SortUnique(after_);
    ForDifference(before_, after_, [&](const std::string& term) { Note(term, number); });
    if (target_.whole) {
      ForDifference(after_, before_, [&](const std::string& term) { Note(term, number | 1); });
    } else {
      for (const std::string& term : after_) Note(term, number | 1);
    }
    return absl::OkStatus();
  }

  // Into the blocks, term by term; gathers anew.
  [[nodiscard]] Status Put(storage::WriteSet& set);

 private:
  using Changes = std::vector<uint64_t>;

  static void SortUnique(std::vector<std::string>& terms) {
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  }
  template <typename Visit>
  static void ForDifference(const std::vector<std::string>& from, const std::vector<std::string>& without, const Visit& visit) {
    auto other = without.begin();
    for (const std::string& term : from) {
      while (other != without.end() && *other < term) ++other;
      if (other == without.end() || *other != term) visit(term);
    }
  }
  void Note(const std::string& term, uint64_t change) {
    Changes& changes = by_term_[term];
    if (!changes.empty() && changes.back() == change) return;
    changes.push_back(change);
    ++gathered_;
  }
  [[nodiscard]] Status PutTerm(std::string_view term, std::span<const uint64_t> changes, storage::Cursor& cursor, storage::WriteSet& set);
  [[nodiscard]] Status PutBlock(std::span<const uint64_t> changes, bool last, storage::WriteSet& set);

  const TextTarget& target_;
  const catalog::IndexDef& index_;
  std::unordered_map<std::string, Changes> by_term_;
  size_t gathered_ = 0;
  // Used again and again.
  std::vector<std::string> before_;
  std::vector<std::string> after_;
  std::string key_;
  size_t prefix_ = 0;              // of key_: up to the block's first number
  std::vector<uint64_t> numbers_;  // of a block
  std::vector<uint64_t> changed_;
};

Status PostingChanges::Put(storage::WriteSet& set) {
  std::vector<const std::pair<const std::string, Changes>*> terms;
  terms.reserve(by_term_.size());
  for (const auto& term : by_term_) terms.push_back(&term);
  std::sort(terms.begin(), terms.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kIndex);
  for (const auto* term : terms) KITH_RETURN_IF_ERROR(PutTerm(term->first, term->second, *cursor, set));
  by_term_.clear();
  gathered_ = 0;
  return absl::OkStatus();
}

// Each change belongs to the block that begins at or before its number, those before the first block to the first one.
Status PostingChanges::PutTerm(std::string_view term, std::span<const uint64_t> changes, storage::Cursor& cursor, storage::WriteSet& set) {
  key_ = TermPrefix(index_, term);
  prefix_ = key_.size();
  const std::string prefix = key_;
  while (!changes.empty()) {
    SetBlockKey(key_, prefix_, changes.front() >> 1);
    bool found = cursor.SeekAtMost(key_) && cursor.key().starts_with(prefix);
    if (!found) found = cursor.SeekAtLeast(prefix) && cursor.key().starts_with(prefix);
    numbers_.clear();
    uint64_t end = kTextNumberMask + 1;
    bool last = true;
    if (found) {
      const std::optional<BlockKey> block = ParseBlockKey(cursor.key());
      const Status read = block.has_value() ? index::ReadBlock(block->first, cursor.value(), numbers_) : absl::DataLossError("");
      if (!read.ok()) {
        return MakeError({.reason = Reason::kCorrupt, .type = target_.type->name, .field = index_.name, .hint = "verify the database"},
                         "a block of a text index is malformed");
      }
      if (cursor.Next() && cursor.key().starts_with(prefix)) {
        const std::optional<BlockKey> next = ParseBlockKey(cursor.key());
        if (next.has_value()) end = next->first;
        last = false;
      }
    }
    KITH_RETURN_IF_ERROR(cursor.status());
    const auto past = std::find_if(changes.begin(), changes.end(), [end](uint64_t change) { return change >> 1 >= end; });
    const auto count = static_cast<size_t>(past - changes.begin());
    KITH_RETURN_IF_ERROR(PutBlock(changes.first(count), last, set));
    changes = changes.subspan(count);
  }
  return absl::OkStatus();
}

// numbers_ with the changes, in place of the block that they are from.
Status PostingChanges::PutBlock(std::span<const uint64_t> changes, bool last, storage::WriteSet& set) {
  const bool appended = last && (numbers_.empty() || changes.front() >> 1 > numbers_.back());
  changed_.clear();
  size_t at = 0;
  for (const uint64_t change : changes) {
    for (; at < numbers_.size() && numbers_[at] < change >> 1; ++at) changed_.push_back(numbers_[at]);
    if (at < numbers_.size() && numbers_[at] == change >> 1) ++at;
    if ((change & 1) != 0) changed_.push_back(change >> 1);
  }
  changed_.insert(changed_.end(), numbers_.begin() + static_cast<std::ptrdiff_t>(at), numbers_.end());
  if (changed_ == numbers_) return absl::OkStatus();
  if (!numbers_.empty() && (changed_.empty() || changed_.front() != numbers_.front())) {
    SetBlockKey(key_, prefix_, numbers_.front());
    set.Delete(format::kIndex, key_);
  }
  for (const index::Block& block : index::MakeBlocks(changed_, appended)) {
    SetBlockKey(key_, prefix_, block.first);
    set.Put(format::kIndex, key_, block.differences);
  }
  return absl::OkStatus();
}

std::string PackStored(const TextTarget& target, record::View record) {
  return PackTexts(*target.index, [&](int32_t position) { return format::ValueOf(record, position); });
}

}  // namespace

Status TextWrites::Emit(storage::WriteSet& set) {
  Items items = std::move(items_);
  items_.clear();
  std::sort(items.begin(), items.end(),
            [](const Item& a, const Item& b) { return std::tie(a.target.index->number, a.id) < std::tie(b.target.index->number, b.id); });
  for (auto begin = items.begin(); begin != items.end();) {
    const TextTarget target = begin->target;
    const auto end = std::find_if(begin, items.end(), [&](const Item& item) { return item.target.index->number != target.index->number; });
    KITH_RETURN_IF_ERROR(EmitIndex(target, Items(std::make_move_iterator(begin), std::make_move_iterator(end)), set));
    begin = end;
  }
  return absl::OkStatus();
}

Status TextWrites::Fold(const TextTarget& target, storage::WriteSet& set) {
  Items items = std::move(items_);
  items_.clear();
  KITH_RETURN_IF_ERROR(MatchListed(items, set).status());
  return FoldAll(target, std::move(items), set);
}

StatusOr<uint64_t> TextWrites::MatchListed(Items& items, const storage::WriteSet& set) {
  uint64_t listed = 0;
  for (Item& item : items) {
    const StatusOr<storage::View> stored = set.Get(format::kIndex, PendingKey(*item.target.index, item.id));
    if (stored.ok()) {
      item.listed = true;
      item.before.assign(*stored);
      ++listed;
    } else if (!IsNotFound(stored.status())) {
      return stored.status();
    }
  }
  return listed;
}

Status TextWrites::EmitIndex(const TextTarget& target, Items items, storage::WriteSet& set) {
  KITH_ASSIGN_OR_RETURN(uint64_t count, ReadPendingCount(set, *target.index));
  KITH_ASSIGN_OR_RETURN(const uint64_t listed, MatchListed(items, set));
  count += items.size() - listed;
  if (count > limits::kTextPending) return FoldAll(target, std::move(items), set);
  for (const Item& item : items) {
    if (!item.listed) set.Put(format::kIndex, PendingKey(*target.index, item.id), item.before);
  }
  std::string value;
  AppendU64(value, count);
  set.Put(format::kIndex, TextPrefix(*target.index, kTextCountSort), value);
  return absl::OkStatus();
}

Status TextWrites::FoldAll(const TextTarget& target, Items items, storage::WriteSet& set) {
  std::unordered_set<uint64_t> given;
  for (const Item& item : items) given.insert(item.id.value());
  std::vector<std::string> listed;
  const std::string prefix = TextPrefix(*target.index, kTextPendingSort);
  const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kIndex);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    listed.emplace_back(cursor->key());
    const std::optional<Id> id = ParsePendingKey(cursor->key());
    if (!id.has_value() || given.contains(id->value())) continue;
    const StatusOr<storage::View> record = set.Get(format::kRecord, storage::IntegerKey(id->value()));
    if (!record.ok() && !IsNotFound(record.status())) return record.status();
    items.push_back({target, *id, std::string(cursor->value()),
                     record.ok() ? PackStored(target, record::View(*record, &target.type->layout)) : std::string(), true});
  }
  KITH_RETURN_IF_ERROR(cursor->status());

  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.id < b.id; });
  PostingChanges changes(target);
  for (const Item& item : items) {
    KITH_RETURN_IF_ERROR(WithContext(changes.Add(item.id, item.before, item.after), {.type = target.type->name, .record = item.id}));
    if (changes.full()) KITH_RETURN_IF_ERROR(changes.Put(set));
  }
  KITH_RETURN_IF_ERROR(changes.Put(set));
  for (const std::string& key : listed) set.Delete(format::kIndex, key);
  set.Delete(format::kIndex, TextPrefix(*target.index, kTextCountSort));
  return absl::OkStatus();
}

}  // namespace kith::engine
