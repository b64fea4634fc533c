// The verifier trusts nothing: every position is compared with the size before it is read, and all reads are copies of single numbers.
#include <array>
#include <cstring>

#include "kith/base/limits.h"
#include "kith/record/record.h"
#include "record/format_internal.h"

namespace kith::record {
namespace {

using internal::Form;
using internal::StoredField;

constexpr size_t kOffsetBytes = sizeof(uint32_t);

// A table whose extent was checked.
struct CheckedTable {
  size_t position = 0;
  size_t size = 0;
  size_t entries = 0;  // where its vtable's slots begin
  size_t slots = 0;
};

class Verifier {
 public:
  Verifier(std::string_view bytes, const Layout& layout) : bytes_(bytes), layout_(layout) {}

  bool Run();
  [[nodiscard]] std::string_view fault() const { return fault_; }

 private:
  bool Fail(std::string_view fault) {
    fault_ = fault;
    return false;
  }
  template <typename T>
  [[nodiscard]] T At(size_t position) const {
    T value;
    std::memcpy(&value, bytes_.data() + position, sizeof value);
    return value;
  }
  [[nodiscard]] bool Within(size_t position, size_t size) const { return position <= bytes_.size() && size <= bytes_.size() - position; }

  bool CheckTable(size_t position, size_t most_slots, CheckedTable& table);
  bool FixedSlot(const CheckedTable& table, size_t slot, size_t size, size_t alignment, size_t& position);
  bool CheckFields(const CheckedTable& table, uint16_t first, uint32_t shape, uint32_t page);
  bool CheckTarget(Form form, size_t position);
  bool CheckKind(const Field& field, const StoredField& stored, size_t position);
  bool CheckPages(const CheckedTable& root);
  bool Vector(size_t position, size_t item_size, size_t& begin, size_t& count);
  bool Text(size_t position, std::string_view& text);

  std::string_view bytes_;
  const Layout& layout_;
  std::string_view fault_;
  size_t visited_ = 0;  // bytes of vectors seen
};

// The target of the offset at `position`: a length and that many items.
bool Verifier::Vector(size_t position, size_t item_size, size_t& begin, size_t& count) {
  const size_t at = position + At<uint32_t>(position);  // both below 2^33: no overflow
  if (!Within(at, kOffsetBytes) || at % kOffsetBytes != 0) return Fail("an offset leads out of the record");
  count = At<uint32_t>(at);
  begin = at + kOffsetBytes;
  if (count > (bytes_.size() - begin) / item_size) return Fail("a vector is longer than the record");
  // The builder shares nothing, so all vectors together are no longer than the record. Else a small record could hold very much.
  visited_ += kOffsetBytes + count * item_size;
  return visited_ <= bytes_.size() || Fail("vectors overlap");
}

bool Verifier::Text(size_t position, std::string_view& text) {
  size_t begin = 0;
  size_t size = 0;
  if (!Vector(position, 1, begin, size)) return false;
  if (!Within(begin + size, 1) || bytes_[begin + size] != '\0') return Fail("a text does not end in a zero");
  text = bytes_.substr(begin, size);
  return true;
}

bool Verifier::CheckTable(size_t position, size_t most_slots, CheckedTable& table) {
  if (!Within(position, kOffsetBytes) || position % kOffsetBytes != 0) return Fail("a table lies outside the record");
  const int64_t vtable = static_cast<int64_t>(position) - At<int32_t>(position);
  if (vtable < 0 || vtable % 2 != 0 || !Within(static_cast<size_t>(vtable), internal::VtableEntry(0))) {
    return Fail("a table's description lies outside the record");
  }
  const auto entries = static_cast<size_t>(vtable);
  const size_t vtable_size = At<uint16_t>(entries);
  table.position = position;
  table.size = At<uint16_t>(entries + sizeof(uint16_t));
  if (vtable_size % 2 != 0 || vtable_size < internal::VtableEntry(0) || !Within(entries, vtable_size) || !Within(position, table.size)) {
    return Fail("a table is longer than the record");
  }
  table.entries = entries + internal::VtableEntry(0);
  table.slots = (vtable_size - internal::VtableEntry(0)) / sizeof(uint16_t);
  return table.slots <= most_slots || Fail("a table has more slots than the format");
}

// Where the struct or offset in a fixed slot stands; 0 when the slot is empty.
bool Verifier::FixedSlot(const CheckedTable& table, size_t slot, size_t size, size_t alignment, size_t& position) {
  position = 0;
  if (slot >= table.slots) return true;
  const size_t offset = At<uint16_t>(table.entries + slot * sizeof(uint16_t));
  if (offset == 0) return true;
  position = table.position + offset;
  return (offset + size <= table.size && position % alignment == 0) || Fail("a fixed slot lies outside its table");
}

bool Verifier::CheckTarget(Form form, size_t position) {
  size_t begin = 0;
  size_t count = 0;
  switch (form) {
    case Form::kScalar:
      return true;
    case Form::kBytes:
      return Vector(position, 1, begin, count);
    case Form::kNumbers:
      return Vector(position, sizeof(int32_t), begin, count);
    case Form::kTexts:
      break;
  }
  if (!Vector(position, kOffsetBytes, begin, count)) return false;
  for (size_t i = 0; i < count; ++i) {
    std::string_view text;
    if (!Text(begin + i * kOffsetBytes, text)) return false;
  }
  return true;
}

bool Verifier::CheckFields(const CheckedTable& table, uint16_t first, uint32_t shape, uint32_t page) {
  internal::StoredFields stored;
  const auto* entries = reinterpret_cast<const uint8_t*>(bytes_.data()) + table.entries;
  if (!stored.Read(entries, table.slots, table.size, first, internal::Shape(shape))) return Fail("fields of a table coincide");
  std::array<const StoredField*, internal::kFieldsPerTable> by_index = {};
  for (const StoredField& field : stored.fields()) {
    const size_t position = table.position + field.position;
    if (field.form != Form::kScalar && (field.room < kOffsetBytes || position % kOffsetBytes != 0))
      return Fail("an offset is out of place");
    by_index[field.slot - size_t{first}] = &field;
  }
  for (const Field& field : layout_.fields) {
    if (field.slot.page != page || field.kind == Kind::kNull) continue;
    const StoredField*& found = by_index[field.slot.index];
    if (found == nullptr) continue;
    if (!CheckKind(field, *found, table.position + found->position)) return false;
    found = nullptr;
  }
  // What the layout does not list must still be safe to copy.
  for (const StoredField* unlisted : by_index) {
    if (unlisted != nullptr && !CheckTarget(unlisted->form, table.position + unlisted->position)) return false;
  }
  return true;
}

bool Verifier::CheckKind(const Field& field, const StoredField& stored, size_t position) {
  const size_t width = internal::WidthOf(field.kind);
  if (stored.form != internal::FormOf(field.kind)) return Fail("a slot does not hold what its field says");
  if (stored.room < width || position % internal::AlignmentOf(width) != 0) return Fail("a value is out of place");
  std::string_view text;
  size_t begin = 0;
  size_t count = 0;
  switch (field.kind) {
    case Kind::kText:
      if (!Text(position, text)) return false;
      return IsUtf8(text) || Fail("a text is not UTF-8");
    case Kind::kTextList:
      if (!Vector(position, kOffsetBytes, begin, count)) return false;
      for (size_t i = 0; i < count; ++i) {
        if (!Text(begin + i * kOffsetBytes, text)) return false;
        if (!IsUtf8(text)) return Fail("a text is not UTF-8");
      }
      return true;
    case Kind::kChoiceSet:
      if (!Vector(position, sizeof(int32_t), begin, count)) return false;
      for (size_t i = 1; i < count; ++i) {
        const size_t at = begin + i * sizeof(int32_t);
        if (At<int32_t>(at - sizeof(int32_t)) >= At<int32_t>(at)) return Fail("a choice set is not in order");
      }
      return true;
    case Kind::kMoney:
      return Currency::FromPacked(At<internal::StoredMoney>(position).currency).is_code() || Fail("an amount has no currency");
    default:
      return CheckTarget(stored.form, position);
  }
}

bool Verifier::CheckPages(const CheckedTable& root) {
  size_t slot = 0;
  if (!FixedSlot(root, internal::kPagesSlot, kOffsetBytes, kOffsetBytes, slot)) return false;
  if (slot == 0) return true;
  size_t begin = 0;
  size_t count = 0;
  if (!Vector(slot, kOffsetBytes, begin, count)) return false;
  int64_t last_key = -1;
  for (size_t i = 0; i < count; ++i) {
    const size_t at = begin + i * kOffsetBytes;
    CheckedTable page;
    size_t head_at = 0;
    if (!CheckTable(at + At<uint32_t>(at), internal::kFieldsPerTable + internal::kFirstPageSlot, page)) return false;
    if (!FixedSlot(page, internal::kPageHeadSlot, sizeof(internal::PageHead), alignof(internal::PageHead), head_at)) return false;
    if (head_at == 0) return Fail("a page has no head");
    const auto head = At<internal::PageHead>(head_at);
    if (head.key <= last_key || head.key >= internal::kPageKeys) return Fail("pages are not in order");
    if (!CheckFields(page, internal::kFirstPageSlot, head.shape, head.key)) return false;
    last_key = head.key;
  }
  return true;
}

bool Verifier::Run() {
  if (reinterpret_cast<uintptr_t>(bytes_.data()) % internal::kAlignment != 0) return Fail("the record does not start at a multiple of 8");
  if (bytes_.size() % internal::kAlignment != 0 || bytes_.size() > limits::kRecordBytes || bytes_.size() < sizeof(Header)) {
    return Fail("the record has an impossible size");
  }
  CheckedTable root;
  size_t header_at = 0;
  if (!CheckTable(At<uint32_t>(0), internal::kMaxSlots, root)) return false;
  if (!FixedSlot(root, internal::kHeaderSlot, sizeof(Header), alignof(Header), header_at)) return false;
  if (header_at == 0) return Fail("the record has no header");
  return CheckFields(root, internal::kFirstOwnSlot, At<Header>(header_at).shape, Slot::kOwn) && CheckPages(root);
}

}  // namespace

Status Verify(std::string_view bytes, const Layout& layout) {
  Verifier verifier(bytes, layout);
  if (verifier.Run()) return absl::OkStatus();
  return MakeError({.reason = Reason::kCorrupt, .hint = "restore the record from a backup"},
                   "the record is damaged: " + std::string(verifier.fault()));
}

}  // namespace kith::record
