// Columns out, as streams of the Arrow C interface.
#include "kith/exchange/arrow.h"

#include "members.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

kith::Status CheckRenewals(const SnapshotObject& snapshot, uint64_t renewals) {
  if (snapshot.renewals == renewals) return {};
  return kith::MakeError(kith::Reason::kClosed, "the stream's snapshot was renewed; export again");
}

// The run itself looks at the flag once in many rows.
kith::Status CheckRows(const RowsObject& rows) {
  if (rows.cancelled) return kith::MakeError(kith::Reason::kCancelled, "the query was cancelled");
  return CheckRenewals(*rows.snapshot, rows.renewals);
}

// Keeps the snapshot, and asks before each batch whether it was renewed.
struct Source {
  std::shared_ptr<const kith::Snapshot> snapshot;
  kith::exchange::ArrowCheck check;
};
kith::StatusOr<Source> SourceOf(kith_snapshot* snapshot) {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<SnapshotObject> object, Share(snapshot));
  return Source{std::shared_ptr<const kith::Snapshot>(object, object->snapshot.get()),
                [object, renewals = object->renewals] { return CheckRenewals(*object, renewals); }};
}

kith::StatusOr<kith::exchange::ArrowFields> FieldsFromJson(std::string_view json) {
  kith::exchange::ArrowFields fields;
  KITH_ASSIGN_OR_RETURN(fields.names, NamesFrom(json, "fields"));
  return fields;
}

}  // namespace

extern "C" {

kith_code kith_rows_arrow(kith_rows* rows, struct ArrowArrayStream* stream, kith_error** err) {
  Zero(stream);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(stream, "stream"));
    KITH_RETURN_IF_ERROR(Use(rows).status());
    const auto object = std::static_pointer_cast<RowsObject>(ShareHandle(HandleKind::kRows, reinterpret_cast<uint64_t>(rows)));
    KITH_RETURN_IF_ERROR(object == nullptr ? BadHandle(HandleKind::kRows, reinterpret_cast<uint64_t>(rows)) : kith::Status());
    return kith::exchange::ExportRows(
        std::shared_ptr<kith::query::Rows>(object, object->rows.get()), object->snapshot, [object] { return CheckRows(*object); }, stream);
  });
}

kith_code kith_snapshot_arrow(kith_snapshot* snapshot, const char* type, kith_str fields, struct ArrowArrayStream* stream,
                              kith_error** err) {
  Zero(stream);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(stream, "stream"));
    KITH_ASSIGN_OR_RETURN(Source source, SourceOf(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(type, "type"));
    KITH_ASSIGN_OR_RETURN(const std::string_view json, Text(fields, "fields"));
    KITH_ASSIGN_OR_RETURN(const kith::exchange::ArrowFields wanted, FieldsFromJson(json));
    return kith::exchange::ExportType(std::move(source.snapshot), name, wanted, std::move(source.check), stream);
  });
}

kith_code kith_snapshot_history_arrow(kith_snapshot* snapshot, const char* type, struct ArrowArrayStream* stream, kith_error** err) {
  Zero(stream);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(stream, "stream"));
    KITH_ASSIGN_OR_RETURN(Source source, SourceOf(snapshot));
    KITH_ASSIGN_OR_RETURN(const std::string_view name, Name(type, "type"));
    return kith::exchange::ExportHistory(std::move(source.snapshot), name, std::move(source.check), stream);
  });
}

}  // extern "C"
