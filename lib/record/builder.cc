#include <algorithm>
#include <cstring>
#include <utility>

#include "flatbuffers/flatbuffers.h"
#include "kith/base/limits.h"
#include "kith/record/record.h"
#include "record/format_internal.h"

namespace kith::record {
namespace {

using flatbuffers::Offset;
using flatbuffers::ReadScalar;
using flatbuffers::String;
using flatbuffers::Table;
using flatbuffers::uoffset_t;
using flatbuffers::Vector;
using internal::Form;

}  // namespace

// A value on its way into a table: a scalar of `width` bytes, or the offset of what was written before.
struct Item {
  uint64_t order = 0;  // page, then the order within the table, then the index
  uint64_t low = 0;
  uint64_t high = 0;  // upper half of a 16-byte scalar
  Offset<void> target;
  uint8_t width = 0;
  Form form = Form::kScalar;

  [[nodiscard]] uint32_t page() const { return static_cast<uint32_t>(order >> 16); }
  [[nodiscard]] uint16_t index() const { return static_cast<uint16_t>(order & 0xFF); }
};

// The own slots that a layout lists, and those of each page.
struct Listed {
  uint32_t page = 0;
  uint64_t fields = 0;
};

namespace {

// A buffer is written from its end, so what is added first stands last: wide scalars, which need no padding then, narrow ones, and the
// offsets in the reverse order of Form.
uint64_t OrderOf(Slot slot, Form form, size_t width) {
  const auto rank = form == Form::kScalar ? uint64_t{16} - width : uint64_t{20} - static_cast<uint64_t>(form);
  return static_cast<uint64_t>(slot.page) << 16 | rank << 8 | slot.index;
}

internal::Shape ShapeOf(std::span<const Item> items) {
  internal::Shape shape;
  for (const Item& item : items) shape.Add(item.form);
  return shape;
}

Status TooLong(size_t bytes) {
  return MakeError(
      {.reason = Reason::kTooLong, .hint = "a record holds at most " + std::to_string(limits::kRecordBytes) + " bytes (kRecordBytes)"},
      "the record has " + std::to_string(bytes) + " bytes");
}

}  // namespace

struct Builder::Impl {
  flatbuffers::FlatBufferBuilder fbb;
  std::vector<Item> items;
  std::vector<Offset<Table>> pages;
  std::vector<Offset<String>> texts;
  std::vector<Listed> listed;
  std::vector<uint64_t> former;  // a copy of `before` when it stands in our own buffer
  size_t payload = 0;            // bytes of texts and vectors so far

  StatusOr<std::string_view> Build(const Header& header, const Layout& layout, std::span<const Value> values, View before);
  std::string_view Detach(std::string_view before);
  [[nodiscard]] bool Fits(size_t bytes);

  bool AddValue(const Field& field, const Value& value);
  void AddScalar(Slot slot, size_t width, uint64_t low, uint64_t high = 0);
  bool AddBytes(Slot slot, std::string_view text);
  bool AddNumbers(Slot slot, const int32_t* numbers, size_t count);
  template <typename Texts>
  bool AddTexts(Slot slot, size_t count, const Texts& text_at);

  void List(const Layout& layout);
  [[nodiscard]] uint64_t ListedIn(uint32_t page) const;
  bool KeepUnlisted(std::string_view before);
  bool KeepUnlistedOf(const Table* table, uint32_t page, uint16_t first_slot, uint32_t shape, const char* base);
  bool Keep(const Table* table, const internal::StoredField& field, Slot slot, const char* base);

  void AddItem(uint16_t slot, const Item& item);
  Offset<Table> WritePage(std::span<const Item> page);
  void WriteRoot(const Header& header, std::span<const Item> own);
};

bool Builder::Impl::Fits(size_t bytes) {
  payload += bytes;
  return payload <= limits::kRecordBytes;
}

void Builder::Impl::AddScalar(Slot slot, size_t width, uint64_t low, uint64_t high) {
  Item item;
  item.order = OrderOf(slot, Form::kScalar, width);
  item.width = static_cast<uint8_t>(width);
  item.low = low;
  item.high = high;
  items.push_back(item);
}

bool Builder::Impl::AddBytes(Slot slot, std::string_view text) {
  if (!Fits(text.size() + sizeof(uoffset_t))) return false;
  Item item;
  item.form = Form::kBytes;
  item.order = OrderOf(slot, item.form, 0);
  item.target = fbb.CreateString(text.data(), text.size()).Union();
  items.push_back(item);
  return true;
}

bool Builder::Impl::AddNumbers(Slot slot, const int32_t* numbers, size_t count) {
  if (!Fits((count + 1) * sizeof(int32_t))) return false;
  Item item;
  item.form = Form::kNumbers;
  item.order = OrderOf(slot, item.form, 0);
  item.target = fbb.CreateVector(numbers, count).Union();
  items.push_back(item);
  return true;
}

template <typename Texts>
bool Builder::Impl::AddTexts(Slot slot, size_t count, const Texts& text_at) {
  texts.clear();
  for (size_t i = 0; i < count; ++i) {
    const std::string_view text = text_at(i);
    if (!Fits(text.size() + 2 * sizeof(uoffset_t))) return false;
    texts.push_back(fbb.CreateString(text.data(), text.size()));
  }
  Item item;
  item.form = Form::kTexts;
  item.order = OrderOf(slot, item.form, 0);
  item.target = fbb.CreateVector(texts.data(), texts.size()).Union();
  items.push_back(item);
  return true;
}

// False when the record grows past its limit.
bool Builder::Impl::AddValue(const Field& field, const Value& value) {
  const Slot slot = field.slot;
  const size_t width = internal::WidthOf(value.kind());
  switch (value.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      AddScalar(slot, width, value.get<bool>() ? 1 : 0);
      return true;
    case Kind::kInt:
      AddScalar(slot, width, static_cast<uint64_t>(value.get<int64_t>()));
      return true;
    case Kind::kDecimal:
      AddScalar(slot, width, static_cast<uint64_t>(value.get<Decimal>().units));
      return true;
    case Kind::kDouble:
      AddScalar(slot, width, std::bit_cast<uint64_t>(value.get<double>()));
      return true;
    case Kind::kMoney:
      AddScalar(slot, width, static_cast<uint64_t>(value.get<Money>().minor), value.get<Money>().currency.packed());
      return true;
    case Kind::kChoice:
      AddScalar(slot, width, static_cast<uint32_t>(value.get<Choice>().number));
      return true;
    case Kind::kDate:
      AddScalar(slot, width, static_cast<uint32_t>(value.get<Date>().days));
      return true;
    case Kind::kTime:
      AddScalar(slot, width, static_cast<uint64_t>(value.get<Time>().micros));
      return true;
    case Kind::kRef:
      AddScalar(slot, width, value.get<Id>().value());
      return true;
    case Kind::kText:
      return AddBytes(slot, value.get<std::string>());
    case Kind::kBytes:
      return AddBytes(slot, value.get<Bytes>().data);
    case Kind::kTextList: {
      const auto& list = value.get<TextList>();
      return AddTexts(slot, list.size(), [&list](size_t i) { return std::string_view(list[i]); });
    }
    case Kind::kChoiceSet: {
      const auto& set = value.get<ChoiceSet>();
      static_assert(sizeof(Choice) == sizeof(int32_t));
      return AddNumbers(slot, set.empty() ? nullptr : &set.front().number, set.size());
    }
  }
  return true;
}

void Builder::Impl::List(const Layout& layout) {
  listed.clear();
  for (const Field& field : layout.fields) {
    if (field.kind == Kind::kNull) continue;  // of a kind that this library does not know
    const uint64_t bit = uint64_t{1} << field.slot.index;
    // Fields of one page mostly follow each other.
    if (listed.empty() || listed.back().page != field.slot.page) listed.push_back({field.slot.page, 0});
    listed.back().fields |= bit;
  }
}

uint64_t Builder::Impl::ListedIn(uint32_t page) const {
  uint64_t fields = 0;
  for (const Listed& part : listed) fields |= part.page == page ? part.fields : 0;
  return fields;
}

bool Builder::Impl::KeepUnlisted(std::string_view before) {
  const auto* root = flatbuffers::GetRoot<Table>(before.data());
  const auto* header = root->GetStruct<const Header*>(internal::VtableEntry(internal::kHeaderSlot));
  if (!KeepUnlistedOf(root, Slot::kOwn, internal::kFirstOwnSlot, header->shape, before.data())) return false;
  const auto* stored = root->GetPointer<const Vector<Offset<Table>>*>(internal::VtableEntry(internal::kPagesSlot));
  for (uoffset_t i = 0; stored != nullptr && i < stored->size(); ++i) {
    const Table* page = stored->Get(i);
    const auto* head = page->GetStruct<const internal::PageHead*>(internal::VtableEntry(internal::kPageHeadSlot));
    if (!KeepUnlistedOf(page, head->key, internal::kFirstPageSlot, head->shape, before.data())) return false;
  }
  return true;
}

bool Builder::Impl::KeepUnlistedOf(const Table* table, uint32_t page, uint16_t first_slot, uint32_t shape, const char* base) {
  const uint8_t* vtable = table->GetVTable();
  const size_t slots = std::min(ReadScalar<uint16_t>(vtable) / sizeof(uint16_t) - 2, first_slot + internal::kFieldsPerTable);
  const uint8_t* entries = vtable + internal::VtableEntry(0);
  const uint64_t known = ListedIn(page);
  uint64_t unlisted = 0;
  for (size_t slot = first_slot; slot < slots; ++slot) {
    const bool present = ReadScalar<uint16_t>(entries + slot * sizeof(uint16_t)) != 0;
    unlisted |= present ? uint64_t{1} << (slot - first_slot) : 0;
  }
  unlisted &= ~known;
  if (unlisted == 0) return true;
  internal::StoredFields stored;
  if (!stored.Read(entries, slots, ReadScalar<uint16_t>(vtable + sizeof(uint16_t)), first_slot, internal::Shape(shape))) return true;
  for (const internal::StoredField& field : stored.fields()) {
    const Slot slot{page, static_cast<uint8_t>(field.slot - first_slot)};
    if ((unlisted >> slot.index & 1) != 0 && !Keep(table, field, slot, base)) return false;
  }
  return true;
}

bool Builder::Impl::Keep(const Table* table, const internal::StoredField& field, Slot slot, const char* base) {
  const uint8_t* address = reinterpret_cast<const uint8_t*>(table) + field.position;
  const uint8_t* target = field.form == Form::kScalar ? nullptr : address + ReadScalar<uoffset_t>(address);
  switch (field.form) {
    case Form::kBytes: {
      const auto* bytes = reinterpret_cast<const Vector<uint8_t>*>(target);
      return AddBytes(slot, {reinterpret_cast<const char*>(bytes->Data()), bytes->size()});
    }
    case Form::kNumbers: {
      const auto* numbers = reinterpret_cast<const Vector<int32_t>*>(target);
      return AddNumbers(slot, numbers->data(), numbers->size());
    }
    case Form::kTexts: {
      const auto* list = reinterpret_cast<const Vector<Offset<String>>*>(target);
      return AddTexts(slot, list->size(), [list](size_t i) {
        const String* text = list->Get(static_cast<uoffset_t>(i));
        return std::string_view(text->c_str(), text->size());
      });
    }
    case Form::kScalar:
      break;
  }
  const auto position = static_cast<size_t>(reinterpret_cast<const char*>(address) - base);
  const size_t width = internal::WidestScalar(position, field.room);
  std::array<uint64_t, 2> scalar = {};
  std::memcpy(scalar.data(), address, width);
  AddScalar(slot, width, scalar[0], scalar[1]);
  return true;
}

void Builder::Impl::AddItem(uint16_t slot, const Item& item) {
  const uint16_t entry = internal::VtableEntry(slot);
  // Always with two arguments: the form with a default would leave out a 0.
  if (item.form != Form::kScalar) {
    fbb.AddOffset(entry, item.target);
  } else if (item.width == sizeof(internal::StoredMoney)) {
    const internal::StoredMoney stored{static_cast<int64_t>(item.low), static_cast<uint32_t>(item.high),
                                       static_cast<uint32_t>(item.high >> 32)};
    fbb.AddStruct(entry, &stored);
  } else if (item.width == sizeof(uint64_t)) {
    fbb.AddElement<uint64_t>(entry, item.low);
  } else if (item.width == sizeof(uint32_t)) {
    fbb.AddElement<uint32_t>(entry, static_cast<uint32_t>(item.low));
  } else {
    fbb.AddElement<uint8_t>(entry, static_cast<uint8_t>(item.low));
  }
}

Offset<Table> Builder::Impl::WritePage(std::span<const Item> page) {
  const uoffset_t start = fbb.StartTable();
  const internal::PageHead head{page.front().page(), ShapeOf(page).packed()};
  fbb.AddStruct(internal::VtableEntry(internal::kPageHeadSlot), &head);
  for (const Item& item : page) AddItem(static_cast<uint16_t>(internal::kFirstPageSlot + item.index()), item);
  return {fbb.EndTable(start)};
}

void Builder::Impl::WriteRoot(const Header& header, std::span<const Item> own) {
  const Offset<Vector<Offset<Table>>> page_vector = pages.empty() ? 0 : fbb.CreateVector(pages.data(), pages.size());
  const uoffset_t start = fbb.StartTable();
  Header stored = header;
  stored.shape = ShapeOf(own).packed();
  fbb.AddStruct(internal::VtableEntry(internal::kHeaderSlot), &stored);
  for (const Item& item : own) AddItem(static_cast<uint16_t>(internal::kFirstOwnSlot + item.index()), item);
  if (!pages.empty()) fbb.AddOffset(internal::VtableEntry(internal::kPagesSlot), page_vector);
  const Offset<Table> root = {fbb.EndTable(start)};
  fbb.TrackMinAlign(internal::kAlignment);
  fbb.Finish(root);
}

// The former record, copied away when it stands in the buffer that is about to be written.
std::string_view Builder::Impl::Detach(std::string_view before) {
  if (before.empty() || fbb.GetSize() == 0) return before;
  const auto* begin = reinterpret_cast<const char*>(fbb.GetCurrentBufferPointer());
  const bool ours = std::greater_equal<>()(before.data(), begin) && std::less<>()(before.data(), begin + fbb.GetSize());
  if (!ours) return before;
  former.resize((before.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  std::memcpy(former.data(), before.data(), before.size());
  return {reinterpret_cast<const char*>(former.data()), before.size()};
}

StatusOr<std::string_view> Builder::Impl::Build(const Header& header, const Layout& layout, std::span<const Value> values, View before) {
  const std::string_view kept = Detach(before.bytes());
  fbb.Clear();
  items.clear();
  pages.clear();
  payload = 0;
  bool fits = true;
  const size_t count = std::min(values.size(), layout.fields.size());
  for (size_t i = 0; i < count && fits; ++i) {
    if (!layout.fields[i].computed) fits = AddValue(layout.fields[i], values[i]);
  }
  if (fits && !kept.empty()) {
    List(layout);
    fits = KeepUnlisted(kept);
  }
  if (!fits) return TooLong(payload);
  // Own fields carry the highest page number, so they come last, after the pages that their table refers to.
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.order < b.order; });
  auto begin = items.cbegin();
  while (begin != items.cend() && begin->page() != Slot::kOwn) {
    const auto end = std::find_if(begin, items.cend(), [begin](const Item& item) { return item.page() != begin->page(); });
    pages.push_back(WritePage({begin, end}));
    begin = end;
  }
  WriteRoot(header, {begin, items.cend()});
  if (fbb.GetSize() > limits::kRecordBytes) return TooLong(fbb.GetSize());
  return std::string_view(reinterpret_cast<const char*>(fbb.GetBufferPointer()), fbb.GetSize());
}

Builder::Builder() : impl_(std::make_unique<Impl>()) {}
Builder::~Builder() = default;
Builder::Builder(Builder&&) noexcept = default;
Builder& Builder::operator=(Builder&&) noexcept = default;

StatusOr<std::string_view> Builder::Build(const Header& header, const Layout& layout, std::span<const Value> values, View before) {
  return impl_->Build(header, layout, values, before);
}

void PatchHeader(std::span<char> bytes, const Header& header) {
  auto* root = flatbuffers::GetMutableRoot<Table>(bytes.data());
  auto* stored = root->GetStruct<Header*>(internal::VtableEntry(internal::kHeaderSlot));
  const uint32_t shape = stored->shape;
  *stored = header;
  stored->shape = shape;
}

}  // namespace kith::record
