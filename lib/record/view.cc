#include <bit>

#include "flatbuffers/flatbuffers.h"
#include "kith/record/record.h"
#include "record/format_internal.h"

namespace kith::record {
namespace {

using flatbuffers::Offset;
using flatbuffers::ReadScalar;
using flatbuffers::Table;
using flatbuffers::uoffset_t;
using flatbuffers::Vector;

const Table* RootOf(std::string_view bytes) { return flatbuffers::GetRoot<Table>(bytes.data()); }

const internal::PageHead& HeadOf(const Table* page) {
  return *page->GetStruct<const internal::PageHead*>(internal::VtableEntry(internal::kPageHeadSlot));
}

// The page with this key; nullptr when the record has none. Records have few pages, so they are tried in turn.
const Table* PageOf(const Table* root, uint32_t key) {
  const auto* pages = root->GetPointer<const Vector<Offset<Table>>*>(internal::VtableEntry(internal::kPagesSlot));
  if (pages == nullptr) return nullptr;
  for (uoffset_t i = 0; i < pages->size(); ++i) {
    const Table* page = pages->Get(i);
    const uint32_t page_key = HeadOf(page).key;
    if (page_key == key) return page;
    if (page_key > key) break;
  }
  return nullptr;
}

// Where the field's scalar or offset stands; nullptr when it is null.
const uint8_t* AddressOf(std::string_view bytes, Slot slot) {
  const Table* root = RootOf(bytes);
  if (slot.page == Slot::kOwn) return root->GetAddressOf(internal::VtableEntry(size_t{internal::kFirstOwnSlot} + slot.index));
  const Table* page = PageOf(root, slot.page);
  return page == nullptr ? nullptr : page->GetAddressOf(internal::VtableEntry(size_t{internal::kFirstPageSlot} + slot.index));
}

// The same by the field's position in the layout; nullptr also for a field that is not stored or of a kind that is not known.
const uint8_t* FieldAddress(const View& view, size_t field) {
  if (view.is_null()) return nullptr;
  const Field& stored = view.layout().fields[field];
  return stored.computed || stored.kind == Kind::kNull ? nullptr : AddressOf(view.bytes(), stored.slot);
}

template <typename T>
const Vector<T>* Target(const uint8_t* address) {
  return reinterpret_cast<const Vector<T>*>(address + ReadScalar<uoffset_t>(address));
}

std::string_view TextAt(const uint8_t* address) {
  const auto* text = Target<uint8_t>(address);
  return {reinterpret_cast<const char*>(text->Data()), text->size()};
}

int64_t IntegerAt(const uint8_t* address, Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return *address != 0 ? 1 : 0;
    case Kind::kChoice:
    case Kind::kDate:
      return ReadScalar<int32_t>(address);
    default:
      return ReadScalar<int64_t>(address);
  }
}

Money MoneyAt(const uint8_t* address) {
  const auto* stored = reinterpret_cast<const internal::StoredMoney*>(address);
  return {stored->minor, Currency::FromPacked(stored->currency)};
}

TextList TextListAt(const uint8_t* address) {
  const auto* stored = Target<Offset<flatbuffers::String>>(address);
  TextList list;
  list.reserve(stored->size());
  for (uoffset_t i = 0; i < stored->size(); ++i) list.emplace_back(stored->Get(i)->c_str(), stored->Get(i)->size());
  return list;
}

ChoiceSet ChoiceSetAt(const uint8_t* address) {
  const auto* stored = Target<int32_t>(address);
  ChoiceSet set;
  set.reserve(stored->size());
  for (uoffset_t i = 0; i < stored->size(); ++i) set.push_back({stored->Get(i)});
  return set;
}

Value ValueAt(const uint8_t* address, const Field& field) {
  switch (field.kind) {
    case Kind::kNull:
      return {};
    case Kind::kBool:
      return *address != 0;
    case Kind::kInt:
      return ReadScalar<int64_t>(address);
    case Kind::kDecimal:
      return Decimal{ReadScalar<int64_t>(address), field.scale};
    case Kind::kDouble:
      return ReadScalar<double>(address);
    case Kind::kMoney:
      return MoneyAt(address);
    case Kind::kText:
      return TextAt(address);
    case Kind::kTextList:
      return TextListAt(address);
    case Kind::kChoice:
      return Choice{ReadScalar<int32_t>(address)};
    case Kind::kChoiceSet:
      return ChoiceSetAt(address);
    case Kind::kDate:
      return Date{ReadScalar<int32_t>(address)};
    case Kind::kTime:
      return Time{ReadScalar<int64_t>(address)};
    case Kind::kRef:
      return Id(ReadScalar<uint64_t>(address));
    case Kind::kBytes:
      return Bytes{std::string(TextAt(address))};
  }
  return {};
}

// GetInt of a value; 0 for null.
int64_t WholeOf(const Value& value) {
  if (const int64_t* whole = value.get_if<int64_t>()) return *whole;
  if (const bool* truth = value.get_if<bool>()) return *truth ? 1 : 0;
  if (const Decimal* decimal = value.get_if<Decimal>()) return decimal->units;
  if (const Time* time = value.get_if<Time>()) return time->micros;
  if (const Date* date = value.get_if<Date>()) return date->days;
  if (const Choice* choice = value.get_if<Choice>()) return choice->number;
  return 0;
}

}  // namespace

const Header& View::header() const {
  static constexpr Header kNone;
  if (is_null()) return kNone;
  return *RootOf(bytes_)->GetStruct<const Header*>(internal::VtableEntry(internal::kHeaderSlot));
}

Value View::Computed(size_t field) const {
  if (computer_ == nullptr || is_null()) return {};
  const Field& stored = layout_->fields[field];
  if (!stored.computed || stored.kind == Kind::kNull) return {};
  return computer_->Compute(*this, field);
}

bool View::has(size_t field) const {
  if (is_null() || layout_->fields[field].kind == Kind::kNull) return false;
  if (layout_->fields[field].computed) return !Computed(field).is_null();
  return FieldAddress(*this, field) != nullptr;
}

Value View::Get(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  return address == nullptr ? Computed(field) : ValueAt(address, layout_->fields[field]);
}

bool View::GetBool(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  if (address != nullptr) return *address != 0;
  const Value computed = Computed(field);
  const bool* value = computed.get_if<bool>();
  return value != nullptr && *value;
}

int64_t View::GetInt(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  return address == nullptr ? WholeOf(Computed(field)) : IntegerAt(address, layout_->fields[field].kind);
}

double View::GetDouble(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  if (address != nullptr) return ReadScalar<double>(address);
  const Value computed = Computed(field);
  const double* value = computed.get_if<double>();
  return value == nullptr ? 0 : *value;
}

Money View::GetMoney(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  if (address != nullptr) return MoneyAt(address);
  const Value computed = Computed(field);
  const Money* value = computed.get_if<Money>();
  return value == nullptr ? Money{} : *value;
}

Id View::GetRef(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  return address == nullptr ? Id() : Id(ReadScalar<uint64_t>(address));
}

std::string_view View::GetText(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  if (address != nullptr) return TextAt(address);
  const Value computed = Computed(field);
  const std::string* value = computed.get_if<std::string>();
  return value == nullptr ? std::string_view() : computer_->Keep(*value);
}

size_t View::GetSize(size_t field) const {
  const uint8_t* address = FieldAddress(*this, field);
  return address == nullptr ? GetText(field).size() : Target<uint8_t>(address)->size();
}

std::string_view View::GetTextItem(size_t field, size_t item) const {
  if (item >= GetSize(field)) return {};
  const auto* text = Target<Offset<flatbuffers::String>>(FieldAddress(*this, field))->Get(static_cast<uoffset_t>(item));
  return {text->c_str(), text->size()};
}

Choice View::GetChoiceItem(size_t field, size_t item) const {
  if (item >= GetSize(field)) return {};
  return {Target<int32_t>(FieldAddress(*this, field))->Get(static_cast<uoffset_t>(item))};
}

}  // namespace kith::record
