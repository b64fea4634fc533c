// Cursors over types and indexes, and the ranges and values that bound them.
#include "access.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

void SetBound(kith_range* range, RangeObject::Bound RangeObject::*member, kith_value value, bool inclusive) noexcept {
  GuardVoid([&] {
    RangeObject* object = Peek(range);
    if (object == nullptr) return;
    RangeObject::Bound bound;
    bound.text.assign(value.text.data == nullptr ? "" : value.text.data, value.text.data == nullptr ? 0 : value.text.size);
    bound.value = value;
    bound.inclusive = inclusive;
    bound.set = true;
    object->*member = std::move(bound);
  });
}

kith::StatusOr<kith::Value> ToBound(const RangeObject::Bound& bound, const kith::catalog::TypeDef& type,
                                    const kith::catalog::IndexDef& index, size_t part) {
  if (part >= index.parts.size()) {
    kith::ErrorInfo info;
    info.reason = kith::Reason::kBadOptions;
    info.type = type.name;
    info.field = index.name;
    return kith::MakeError(std::move(info),
                           "the range has more values than the index has fields (" + std::to_string(index.parts.size()) + ")");
  }
  kith_value value = bound.value;
  value.text = FromText(bound.text);
  return FromC(value, type, index.parts[part].position);
}

kith::StatusOr<kith::IndexRange> ToRange(const kith_range* given, const kith::catalog::TypeDef& type,
                                         const kith::catalog::IndexDef& index) {
  kith::IndexRange range;
  if (given == nullptr) return range;
  KITH_ASSIGN_OR_RETURN(RangeObject * object, Use(given));
  for (size_t part = 0; part < object->equal.size(); ++part) {
    KITH_ASSIGN_OR_RETURN(kith::Value value, ToBound(object->equal[part], type, index, part));
    range.equal.push_back(std::move(value));
  }
  if (object->low.set) {
    KITH_ASSIGN_OR_RETURN(range.low, ToBound(object->low, type, index, range.equal.size()));
    range.low_inclusive = object->low.inclusive;
  }
  if (object->high.set) {
    KITH_ASSIGN_OR_RETURN(range.high, ToBound(object->high, type, index, range.equal.size()));
    range.high_inclusive = object->high.inclusive;
  }
  range.reverse = object->reverse;
  range.after = object->after;
  return range;
}

// A cursor that may be used: its snapshot has not been renewed since.
kith::StatusOr<CursorObject*> UseCursor(const kith_cursor* cursor) {
  KITH_ASSIGN_OR_RETURN(CursorObject * object, Use(cursor));
  if (object->renewals != object->snapshot->renewals) {
    return kith::MakeError(kith::Reason::kClosed, "the cursor's snapshot was renewed; open a new cursor");
  }
  return object;
}
kith::StatusOr<CursorObject*> UseCurrent(const kith_cursor* cursor) {
  KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCursor(cursor));
  if (!object->current) return kith::MakeError(kith::Reason::kBadOptions, "the cursor stands on no record; call kith_cursor_next first");
  return object;
}

// Moves on; OutOfRange without a message at the end.
kith::Status Advance(CursorObject& cursor) {
  cursor.covered.clear();
  cursor.current = cursor.cursor->Next();
  if (cursor.current) return absl::OkStatus();
  return cursor.cursor->status().ok() ? absl::OutOfRangeError("") : cursor.cursor->status();
}

// The covered values of the current entry, `out` having room for as many as the index covers.
kith::Status ReadCovered(const CursorObject& cursor, kith_value* out) {
  kith::PackedReader in(cursor.cursor->covered_bytes());
  for (const kith::catalog::IndexPart& part : cursor.index->cover) {
    const kith::catalog::FieldDef* field = cursor.type->FieldAt(part.position);
    ToC(in.GetPacked(), field, *out++);
  }
  if (in.done()) return absl::OkStatus();
  return kith::MakeError(
      {.reason = kith::Reason::kCorrupt, .type = cursor.type->name, .record = cursor.cursor->id(), .field = cursor.index->name},
      "the index entry does not hold the values that the index covers");
}

kith_value Of(kith_kind kind, int64_t number) {
  kith_value value{};
  value.kind = kind;
  value.number = number;
  return value;
}

}  // namespace

extern "C" {

kith_code kith_range_new(kith_range** range, kith_error** err) {
  Zero(range);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(range, "range"));
    *range = Wrap<kith_range>(std::make_shared<RangeObject>());
    return absl::OkStatus();
  });
}
void kith_range_free(kith_range* range) { Drop(range); }
void kith_range_equal(kith_range* range, kith_value value) {
  GuardVoid([&] {
    RangeObject* object = Peek(range);
    if (object == nullptr) return;
    RangeObject::Bound bound;
    bound.text.assign(value.text.data == nullptr ? "" : value.text.data, value.text.data == nullptr ? 0 : value.text.size);
    bound.value = value;
    object->equal.push_back(std::move(bound));
  });
}
void kith_range_low(kith_range* range, kith_value value, uint8_t inclusive) { SetBound(range, &RangeObject::low, value, inclusive != 0); }
void kith_range_high(kith_range* range, kith_value value, uint8_t inclusive) { SetBound(range, &RangeObject::high, value, inclusive != 0); }
void kith_range_reverse(kith_range* range, uint8_t reverse) {
  if (RangeObject* object = Peek(range)) object->reverse = reverse != 0;
}
void kith_range_after(kith_range* range, kith_bytes position) {
  GuardVoid([&] {
    RangeObject* object = Peek(range);
    if (object != nullptr && position.data != nullptr) object->after.assign(reinterpret_cast<const char*>(position.data), position.size);
  });
}

kith_value kith_value_null(void) { return kith_value{}; }
kith_value kith_value_bool(uint8_t value) { return Of(KITH_KIND_BOOL, value != 0); }
kith_value kith_value_int(int64_t value) { return Of(KITH_KIND_INT, value); }
kith_value kith_value_double(double value) {
  kith_value out = Of(KITH_KIND_DOUBLE, 0);
  out.real = value;
  return out;
}
kith_value kith_value_text(kith_str value) {
  kith_value out = Of(KITH_KIND_TEXT, 0);
  out.text = value;
  return out;
}
kith_value kith_value_money(int64_t minor, const char* currency) {
  kith_value out = Of(KITH_KIND_MONEY, minor);
  for (size_t i = 0; currency != nullptr && i < 3 && currency[i] != '\0'; ++i) out.currency[i] = currency[i];
  return out;
}
kith_value kith_value_time(int64_t micros) { return Of(KITH_KIND_TIME, micros); }
kith_value kith_value_date(int32_t days) { return Of(KITH_KIND_DATE, days); }
kith_value kith_value_ref(kith_id id) { return Of(KITH_KIND_REF, static_cast<int64_t>(id)); }
kith_value kith_value_choice(kith_str name) {
  kith_value out = Of(KITH_KIND_CHOICE, 0);
  out.text = name;
  return out;
}

kith_code kith_snapshot_scan(kith_snapshot* snapshot, const char* type, kith_id after, kith_cursor** cursor, kith_error** err) {
  Zero(cursor);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(cursor, "cursor"));
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<SnapshotObject> object, Share(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    auto made = std::make_shared<CursorObject>();
    KITH_ASSIGN_OR_RETURN(made->type, object->snapshot->catalog().GetType(name));
    KITH_ASSIGN_OR_RETURN(made->cursor, object->snapshot->Scan(name, kith::Id(after)));
    made->renewals = object->renewals;
    made->snapshot = std::move(object);
    *cursor = Wrap<kith_cursor>(std::move(made));
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_scan_index(kith_snapshot* snapshot, const char* type, const char* index, const kith_range* range,
                                   kith_cursor** cursor, kith_error** err) {
  Zero(cursor);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(cursor, "cursor"));
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<SnapshotObject> object, Share(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view type_name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(std::string_view index_name, Name(index, "index"));
    auto made = std::make_shared<CursorObject>();
    KITH_ASSIGN_OR_RETURN(made->type, object->snapshot->catalog().GetType(type_name));
    KITH_ASSIGN_OR_RETURN(made->index, kith::catalog::Catalog::GetIndex(*made->type, index_name));
    KITH_ASSIGN_OR_RETURN(kith::IndexRange bounds, ToRange(range, *made->type, *made->index));
    KITH_ASSIGN_OR_RETURN(made->cursor, object->snapshot->ScanIndex(*made->type, *made->index, bounds));
    made->renewals = object->renewals;
    made->snapshot = std::move(object);
    *cursor = Wrap<kith_cursor>(std::move(made));
    return absl::OkStatus();
  });
}

kith_code kith_cursor_next(kith_cursor* cursor, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCursor(cursor));
    return Advance(*object);
  });
}

kith_id kith_cursor_id(const kith_cursor* cursor) {
  const CursorObject* object = Peek(cursor);
  return object == nullptr || !object->current ? 0 : object->cursor->id().value();
}

kith_code kith_cursor_view(kith_cursor* cursor, kith_view* view, kith_error** err) {
  Zero(view);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(view, "view"));
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCurrent(cursor));
    KITH_ASSIGN_OR_RETURN(kith::record::View record, object->cursor->record());
    KITH_ASSIGN_OR_RETURN(*view, Lend(*object->snapshot, record));
    return absl::OkStatus();
  });
}

kith_code kith_cursor_covered(kith_cursor* cursor, size_t index, kith_value* value, kith_error** err) {
  Zero(value);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(value, "value"));
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCurrent(cursor));
    if (object->index == nullptr || index >= object->index->cover.size()) {
      return kith::MakeError(kith::Reason::kBadOptions, "the index covers no value at position " + std::to_string(index));
    }
    if (object->covered.empty()) {
      std::vector<kith_value> covered(object->index->cover.size());
      KITH_RETURN_IF_ERROR(ReadCovered(*object, covered.data()));
      object->covered = std::move(covered);
    }
    *value = object->covered[index];
    return absl::OkStatus();
  });
}

kith_code kith_cursor_page(kith_cursor* cursor, kith_id* ids, kith_value* values, size_t cap, size_t* count, kith_error** err) {
  Zero(count);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(count, "count"));
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCursor(cursor));
    if (object->index == nullptr || object->index->cover.empty()) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .type = object->type->name, .hint = "use kith_cursor_fill"},
                             "the cursor's index covers no values");
    }
    if (cap != 0) KITH_RETURN_IF_ERROR(Required(values, "values"));
    for (; *count < cap; ++*count) {
      kith::Status status = Advance(*object);
      if (status.code() == kith::StatusCode::kOutOfRange) break;
      KITH_RETURN_IF_ERROR(status);
      KITH_RETURN_IF_ERROR(ReadCovered(*object, values + *count * object->index->cover.size()));
      if (ids != nullptr) ids[*count] = object->cursor->id().value();
    }
    return absl::OkStatus();
  });
}

kith_code kith_cursor_fill(kith_cursor* cursor, kith_view* views, size_t cap, size_t* count, kith_error** err) {
  Zero(count);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(count, "count"));
    if (cap != 0) KITH_RETURN_IF_ERROR(Required(views, "views"));
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCursor(cursor));
    for (; *count < cap; ++*count) {
      kith::Status status = Advance(*object);
      if (status.code() == kith::StatusCode::kOutOfRange) break;
      KITH_RETURN_IF_ERROR(status);
      KITH_ASSIGN_OR_RETURN(kith::record::View record, object->cursor->record());
      KITH_ASSIGN_OR_RETURN(views[*count], Lend(*object->snapshot, record));
    }
    return absl::OkStatus();
  });
}

kith_code kith_cursor_read(kith_cursor* cursor, const kith_field* fields, size_t field_count, kith_view* views, kith_value* values,
                           size_t cap, size_t* count, kith_error** err) {
  Zero(count);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(count, "count"));
    if (field_count != 0) KITH_RETURN_IF_ERROR(Required(fields, "fields"));
    if (field_count != 0 && cap != 0) KITH_RETURN_IF_ERROR(Required(values, "values"));
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCursor(cursor));
    KITH_ASSIGN_OR_RETURN(const std::vector<int32_t> positions,
                          PositionsOfFields(object->snapshot->snapshot->catalog(), *object->type, {fields, field_count}));
    const bool whole = object->snapshot->snapshot->viewer().is_system();  // records are lent as they are
    kith::RecordCursor& records = *object->cursor;
    object->covered.clear();
    for (; *count < cap; ++*count) {
      object->current = records.Next();
      if (!object->current) return records.status();
      KITH_ASSIGN_OR_RETURN(const kith::record::View record, records.record());
      // Made where they belong: a copy would wait for what was just written in smaller pieces.
      for (const int32_t position : positions) new (values++) kith_value(ReadValue(*object->type, record, position));
      if (views == nullptr) continue;
      if (whole) {
        new (views + *count) kith_view(ToC(record));
      } else {
        KITH_ASSIGN_OR_RETURN(views[*count], Lend(*object->snapshot, record));
      }
    }
    return absl::OkStatus();
  });
}

kith_code kith_cursor_position(kith_cursor* cursor, kith_text** position, kith_error** err) {
  return GuardText(position, "position", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(CursorObject * object, UseCursor(cursor));
    std::string last = object->cursor->position();
    if (last.empty()) return kith::MakeError(kith::Reason::kBadOptions, "the cursor has given no record yet; call kith_cursor_next first");
    return last;
  });
}

void kith_cursor_free(kith_cursor* cursor) { Drop(cursor); }

}  // extern "C"
