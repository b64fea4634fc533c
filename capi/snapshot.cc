// Reads: records, fields, history, feed.
#include "access.h"
#include "json.h"
#include "kith/engine/json.h"
#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

struct FieldOfView {
  const kith::catalog::TypeDef* type;
  kith::record::View view;
  int32_t position;
};

kith::StatusOr<const kith::catalog::TypeDef*> TypeOfView(const kith::Snapshot& snapshot, const kith_view* view) {
  KITH_RETURN_IF_ERROR(Required(view, "view"));
  if (view->data == nullptr) return kith::MakeError(kith::Reason::kRecordMissing, "the view is empty: its record was not found");
  return snapshot.catalog().GetType(static_cast<kith::TypeNumber>(view->type));
}

// What a host hands back is bytes alone: a field that is computed is asked of the snapshot's own view.
kith::StatusOr<kith::record::View> ToView(const kith::Snapshot& snapshot, const kith_view* view, const kith::catalog::TypeDef& type,
                                          int32_t position) {
  const kith::catalog::FieldDef* field = type.FieldAt(position);
  if (field != nullptr && field->computed()) return snapshot.Get(kith::Id(view->id));
  return kith::record::View(std::string_view(reinterpret_cast<const char*>(view->data), view->size), &type.layout);
}

kith::StatusOr<FieldOfView> Resolve(const kith::Snapshot& snapshot, const kith_view* view, kith_field field) {
  KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* type, TypeOfView(snapshot, view));
  KITH_ASSIGN_OR_RETURN(const int32_t position, PositionOfField(snapshot.catalog(), *type, field));
  KITH_ASSIGN_OR_RETURN(const kith::record::View record, ToView(snapshot, view, *type, position));
  return FieldOfView{type, record, position};
}

kith::StatusOr<int32_t> PositionOf(const kith::catalog::TypeDef& type, std::string_view name) {
  const kith::catalog::FieldDef* field = type.FindField(name);
  if (field != nullptr) return static_cast<int32_t>(field->position);
  int32_t header = kith::catalog::HeaderFieldFromName(name);
  if (header != 0) return header;
  return kith::catalog::Catalog::GetField(type, name).status();
}

// A value where all is as it should be. What is not, and what is computed, goes the long way, which knows the error.
bool ReadAtOnce(const SnapshotObject* object, const kith_view* view, kith_field field, kith_value* value) {
  if (object == nullptr || value == nullptr || view == nullptr || view->data == nullptr) return false;
  const kith::catalog::Catalog& catalog = object->snapshot->catalog();
  const kith::catalog::TypeDef* type = catalog.FindType(static_cast<kith::TypeNumber>(view->type));
  const std::optional<int32_t> position = type == nullptr ? std::nullopt : FindPositionOfField(catalog, *type, field);
  if (!position || (*position >= 0 && type->fields[static_cast<size_t>(*position)].computed())) return false;
  const kith::record::View record(std::string_view(reinterpret_cast<const char*>(view->data), view->size), &type->layout);
  *value = ReadValue(*type, record, *position);
  return true;
}

}  // namespace

namespace kith::capi {

StatusOr<std::shared_ptr<SnapshotObject>> Share(kith_snapshot* snapshot) {
  auto shared = std::static_pointer_cast<SnapshotObject>(ShareHandle(HandleKind::kSnapshot, reinterpret_cast<uint64_t>(snapshot)));
  if (shared == nullptr) return BadHandle(HandleKind::kSnapshot, reinterpret_cast<uint64_t>(snapshot));
  return shared;
}

}  // namespace kith::capi

extern "C" {

kith_code kith_db_read(kith_db* db, const kith_viewer* viewer, kith_snapshot** snapshot, kith_error** err) {
  Zero(snapshot);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(snapshot, "snapshot"));
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<DatabaseObject> object, Share(db));
    KITH_ASSIGN_OR_RETURN(kith::Viewer who, ToViewer(viewer));
    KITH_ASSIGN_OR_RETURN(auto view, object->database->Read(std::move(who)));
    *snapshot = Wrap<kith_snapshot>(std::make_shared<SnapshotObject>(SnapshotObject{object->database, std::move(view)}));
    return absl::OkStatus();
  });
}

void kith_snapshot_free(kith_snapshot* snapshot) { Drop(snapshot); }

kith_code kith_snapshot_renew(kith_snapshot* snapshot, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    ++object->renewals;
    object->copies.clear();
    object->ledgers.clear();
    object->match_models.clear();
    return object->snapshot->Renew();
  });
}

uint64_t kith_snapshot_sequence(const kith_snapshot* snapshot) {
  const SnapshotObject* object = Peek(snapshot);
  return object == nullptr ? 0 : object->snapshot->sequence();
}

kith_code kith_snapshot_find(kith_snapshot* snapshot, const char* type, kith_ref ref, kith_id* id, kith_error** err) {
  Zero(id);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(id, "id"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(kith::Ref wanted, ToRef(ref, "ref"));
    KITH_ASSIGN_OR_RETURN(kith::Id found, object->snapshot->Find(name, wanted));
    *id = found.value();
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_get(kith_snapshot* snapshot, kith_id id, kith_view* view, kith_error** err) {
  Zero(view);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(view, "view"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(kith::record::View record, object->snapshot->Get(kith::Id(id)));
    KITH_ASSIGN_OR_RETURN(*view, Lend(*object, record));
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_get_many(kith_snapshot* snapshot, const kith_id* ids, size_t count, kith_view* views, kith_error** err) {
  for (size_t i = 0; views != nullptr && i < count; ++i) views[i] = kith_view{};
  return Guard(err, [&]() -> kith::Status {
    if (count == 0) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(Required(ids, "ids"));
    KITH_RETURN_IF_ERROR(Required(views, "views"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    std::vector<kith::Id> wanted;
    wanted.reserve(count);
    for (size_t i = 0; i < count; ++i) wanted.emplace_back(ids[i]);
    std::vector<kith::record::View> found(count);
    KITH_RETURN_IF_ERROR(object->snapshot->GetMany(wanted, found));
    for (size_t i = 0; i < count; ++i) {
      if (found[i].is_null()) continue;
      KITH_ASSIGN_OR_RETURN(views[i], Lend(*object, found[i]));
    }
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_field(kith_snapshot* snapshot, const char* type, const char* field, kith_field* out, kith_error** err) {
  Zero(out);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(out, "out"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view type_name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(std::string_view field_name, Name(field, "field"));
    const kith::catalog::Catalog& catalog = object->snapshot->catalog();
    KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* def, catalog.GetType(type_name));
    KITH_ASSIGN_OR_RETURN(int32_t position, PositionOf(*def, field_name));
    *out = PackField(catalog, def->number, position);
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_type_name(kith_snapshot* snapshot, uint32_t type, kith_text** name, kith_error** err) {
  return GuardText(name, "name", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* def, object->snapshot->catalog().GetType(static_cast<kith::TypeNumber>(type)));
    return def->name;
  });
}

kith_code kith_snapshot_value(kith_snapshot* snapshot, const kith_view* view, kith_field field, kith_value* value, kith_error** err) {
  if (err != nullptr) *err = nullptr;
  if (ReadAtOnce(Peek(snapshot), view, field, value)) return KITH_OK;
  Zero(value);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(value, "value"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(FieldOfView at, Resolve(*object->snapshot, view, field));
    *value = ReadValue(*at.type, at.view, at.position);
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_value_named(kith_snapshot* snapshot, const kith_view* view, const char* field, kith_value* value,
                                    kith_error** err) {
  Zero(value);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(value, "value"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* type, TypeOfView(*object->snapshot, view));
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(field, "field"));
    KITH_ASSIGN_OR_RETURN(int32_t position, PositionOf(*type, name));
    KITH_ASSIGN_OR_RETURN(const kith::record::View record, ToView(*object->snapshot, view, *type, position));
    *value = ReadValue(*type, record, position);
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_item(kith_snapshot* snapshot, const kith_view* view, kith_field field, size_t item, kith_value* value,
                             kith_error** err) {
  Zero(value);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(value, "value"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(FieldOfView at, Resolve(*object->snapshot, view, field));
    KITH_ASSIGN_OR_RETURN(*value, ReadItem(*at.type, at.view, at.position, item));
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_record_json(kith_snapshot* snapshot, kith_id id, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(kith::record::View view, object->snapshot->Get(kith::Id(id)));
    KITH_ASSIGN_OR_RETURN(const kith::catalog::TypeDef* type, object->snapshot->catalog().GetType(kith::Id(id).type()));
    return kith::RecordToJson(*type, view);
  });
}

kith_code kith_snapshot_record_json_as_of(kith_snapshot* snapshot, kith_id id, int64_t effective, int64_t recorded, kith_text** json,
                                          kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    kith::AsOf as_of{kith::Time{effective}, kith::Time{recorded}};
    KITH_ASSIGN_OR_RETURN(kith::Record record, object->snapshot->GetAsOf(kith::Id(id), as_of));
    return kith::RecordToJson(record.type(), record.view());
  });
}

kith_code kith_snapshot_external_refs(kith_snapshot* snapshot, kith_id id, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    return ToJson(object->snapshot->ExternalRefs(kith::Id(id)));
  });
}

kith_code kith_snapshot_history(kith_snapshot* snapshot, kith_id id, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(auto history, object->snapshot->History(kith::Id(id)));
    return kith::HistoryToJson(object->snapshot->catalog(), history);
  });
}

kith_code kith_snapshot_checkpoint(kith_snapshot* snapshot, const char* name, kith_text** value, kith_error** err) {
  return GuardText(value, "value", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view wanted, Name(name, "name"));
    KITH_ASSIGN_OR_RETURN(std::optional<std::string> found, object->snapshot->Checkpoint(wanted));
    if (!found) return absl::NotFoundError("");
    return *std::move(found);
  });
}

kith_code kith_snapshot_changes(kith_snapshot* snapshot, uint64_t after, kith_change* out, size_t cap, size_t* count, uint64_t* scanned,
                                kith_error** err) {
  Zero(count);
  Zero(scanned);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(count, "count"));
    if (cap != 0) KITH_RETURN_IF_ERROR(Required(out, "out"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(kith::Snapshot::Feed feed, object->snapshot->Changes(after, cap));
    for (size_t i = 0; i < feed.entries.size(); ++i) {
      const kith::FeedEntry& entry = feed.entries[i];
      out[i] = {entry.sequence, entry.record.value(), static_cast<kith_operation>(entry.operation), 0};
    }
    *count = feed.entries.size();
    if (scanned != nullptr) *scanned = feed.scanned;
    return absl::OkStatus();
  });
}

kith_code kith_snapshot_feed(kith_snapshot* snapshot, uint64_t after, kith_str filter, size_t limit, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(filter, "filter"));
    KITH_ASSIGN_OR_RETURN(const kith::FeedFilter wanted, kith::FeedFilterFromJson(text));
    KITH_ASSIGN_OR_RETURN(const kith::FeedPage page, object->snapshot->ReadFeed(after, wanted, limit));
    return kith::FeedToJson(object->snapshot->catalog(), page);
  });
}

kith_code kith_snapshot_differences(kith_snapshot* snapshot, kith_as_of from, kith_as_of to, kith_str filter, kith_id after, size_t limit,
                                    kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(filter, "filter"));
    KITH_ASSIGN_OR_RETURN(kith::FeedFilter wanted, kith::FeedFilterFromJson(text));
    if (!wanted.operations.empty() || !wanted.record.is_null()) {
      return kith::MakeError({.reason = kith::Reason::kBadOptions, .field = "filter", .hint = "narrow by types and fields"},
                             "differences know neither operations nor a record");
    }
    const kith::DifferenceFilter narrow{.types = std::move(wanted.types), .fields = std::move(wanted.fields)};
    KITH_ASSIGN_OR_RETURN(
        const kith::DifferencePage page,
        object->snapshot->Differences({kith::Time{from.effective}, kith::Time{from.recorded}},
                                      {kith::Time{to.effective}, kith::Time{to.recorded}}, narrow, kith::Id(after), limit));
    return kith::DifferencesToJson(object->snapshot->catalog(), page);
  });
}

}  // extern "C"
