// Numbers given in turn: gapless by type, field and year, since the counter is of the batch's own writes and goes with them.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/apply_internal.h"
#include "kith/catalog/auto_number.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::NumberFormat;
using catalog::TypeDef;

std::string CounterKey(const TypeDef& type, const FieldDef& field, int32_t year) {
  std::string key(format::kMetaNumberPrefix);
  AppendU16(key, type.number);
  AppendU32(key, field.package);
  AppendU32(key, field.number);
  AppendU32(key, static_cast<uint32_t>(year));
  return key;
}

int32_t YearOf(Time time) { return ToCivil(DateOf(time)).year; }

const catalog::IndexDef* UniqueIndexOf(const TypeDef& type, const FieldDef& field) {
  for (const catalog::IndexDef& index : type.indexes) {
    const bool leads = index.kind == catalog::IndexKind::kOrdered && index.parts.size() == 1 && index.parts[0].field == field.name;
    if (leads && index.unique) return &index;
  }
  return nullptr;
}

}  // namespace

// The greatest number of a year that records have, for a counter that has not begun: the field may have been a plain text before.
StatusOr<uint64_t> Applier::LargestNumber(const TypeDef& type, const FieldDef& field, int32_t year) {
  uint64_t largest = 0;
  const auto see = [&](const Value& value) {
    const std::string* text = value.get_if<std::string>();
    const std::optional<NumberFormat::Number> number = text == nullptr ? std::nullopt : field.numbering->Match(*text);
    if (number.has_value() && number->year == year) largest = std::max(largest, number->n);
  };
  const catalog::IndexDef* index = UniqueIndexOf(type, field);
  const Source source{.reader = &set_, .catalog = &catalog_};
  std::unique_ptr<RecordCursor> cursor;
  if (index != nullptr && request_.catalog->IsReady(*index)) {
    const std::string prefix = field.numbering->Prefix(year);
    IndexRange range{.low = Value(prefix)};
    if (std::string end = PrefixEnd(prefix); !prefix.empty() && IsUtf8(end)) range.high = Value(std::move(end));
    KITH_ASSIGN_OR_RETURN(cursor, NewIndexCursor(source, type, *index, range));
  } else {
    cursor = NewScanCursor(source, type, {});
  }
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    see(record.Get(field.position));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return largest;
}

// The last number given in a year.
StatusOr<uint64_t> Applier::LastNumber(const TypeDef& type, const FieldDef& field, int32_t year) {
  const std::string key = CounterKey(type, field, year);
  if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
  uint64_t last = 0;
  const StatusOr<storage::View> stored = set_.Get(format::kMeta, key);
  if (IsNotFound(stored.status())) {
    KITH_ASSIGN_OR_RETURN(last, LargestNumber(type, field, year));
  } else {
    KITH_RETURN_IF_ERROR(stored.status());
    if (stored->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "a counter of numbers is malformed");
    last = ReadU64(stored->data());
  }
  numbers_[key] = last;
  return last;
}

void Applier::PutNumber(const TypeDef& type, const FieldDef& field, NumberFormat::Number number) {
  const std::string key = CounterKey(type, field, number.year);
  numbers_[key] = number.n;
  std::string value;
  AppendU64(value, number.n);
  set_.Put(format::kMeta, key, value);
}

// A number that the caller gives stays; later ones come after it.
Status Applier::PassNumber(const TypeDef& type, const FieldDef& field, const Value& value) {
  const std::string* text = value.get_if<std::string>();
  const std::optional<NumberFormat::Number> number = text == nullptr ? std::nullopt : field.numbering->Match(*text);
  if (!number.has_value()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const uint64_t last, LastNumber(type, field, number->year));
  if (number->n > last) PutNumber(type, field, *number);
  return absl::OkStatus();
}

Status Applier::GiveNumber(DraftRecord& draft, const FieldDef& field) {
  const Time created{draft.header().created};
  const int32_t year = field.numbering->has_year() ? YearOf(created) : 0;
  KITH_ASSIGN_OR_RETURN(const uint64_t last, LastNumber(draft.type(), field, year));
  if (last >= NumberFormat::kLargest) {
    return MakeError({.reason = Reason::kLimitExceeded,
                      .type = draft.type().name,
                      .record = draft.NameForErrors(),
                      .field = field.name,
                      .value = std::to_string(last),
                      .hint = "give the record a number, or change the pattern",
                      .change = draft.change},
                     "no number is left");
  }
  const NumberFormat::Number next{.year = year, .n = last + 1};
  PutNumber(draft.type(), field, next);
  const Value text = field.numbering->Format(next);
  return draft.Assert(static_cast<int32_t>(field.position), text, created, now_, set_).status();
}

// Numbers that are given come first, so that none is given twice by one batch.
Status Applier::GiveNumbers() {
  for (const DraftRecord& draft : drafts_) {
    if (draft.deleted() || !draft.dirty()) continue;
    for (const size_t position : PlanOf(draft.type()).numbered) {
      if (!draft.Changed(static_cast<int32_t>(position))) continue;
      KITH_RETURN_IF_ERROR(PassNumber(draft.type(), draft.type().fields[position], draft.Get(position)));
    }
  }
  for (DraftRecord& draft : drafts_) {
    if (draft.deleted() || !draft.created()) continue;
    for (const size_t position : PlanOf(draft.type()).numbered) {
      if (draft.Get(position).is_null()) KITH_RETURN_IF_ERROR(GiveNumber(draft, draft.type().fields[position]));
    }
  }
  return absl::OkStatus();
}

// Those of a loaded record, and those that its past had: a number that a deleted record had is not given again.
Status Applier::PassLoadedNumbers(const TypeDef& type, const LoadedRecord& loaded) {
  for (const size_t position : PlanOf(type).numbered) {
    const FieldDef& field = type.fields[position];
    if (!loaded.deleted) KITH_RETURN_IF_ERROR(PassNumber(type, field, loaded.values[position]));
    for (const HistoryEntry& entry : loaded.history) {
      for (const FieldChange& change : entry.fields) {
        if (change.package != field.package || change.number != field.number) continue;
        KITH_RETURN_IF_ERROR(PassNumber(type, field, change.before));
        KITH_RETURN_IF_ERROR(PassNumber(type, field, change.after));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace kith::engine
