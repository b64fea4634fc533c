// Segments: which there are, and who is in them.
#include "kith/query/segment.h"

#include "json.h"
#include "objects.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

extern "C" {

kith_code kith_db_fill_segments(kith_db* db, kith_error** err) {
  return Guard(err, [&]() -> kith::Status {
    KITH_ASSIGN_OR_RETURN(std::shared_ptr<DatabaseObject> object, Share(db));
    return kith::query::FillSegments(*object->database);
  });
}

kith_code kith_snapshot_segments(kith_snapshot* snapshot, const char* for_type, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(auto segments, kith::query::GetSegments(*object->snapshot, for_type == nullptr ? "" : for_type));
    return ToJson(segments);
  });
}

kith_code kith_snapshot_members(kith_snapshot* snapshot, const char* segment, kith_id after, kith_id* ids, size_t cap, size_t* count,
                                kith_error** err) {
  Zero(count);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(count, "count"));
    if (cap != 0) KITH_RETURN_IF_ERROR(Required(ids, "ids"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view name, Name(segment, "segment"));
    KITH_ASSIGN_OR_RETURN(const kith::query::Segment found, kith::query::GetSegment(*object->snapshot, name));
    KITH_ASSIGN_OR_RETURN(const std::vector<kith::Id> members, kith::query::Members(*object->snapshot, found.id, kith::Id(after), cap));
    for (kith::Id member : members) ids[(*count)++] = member.value();
    return absl::OkStatus();
  });
}

}  // extern "C"
