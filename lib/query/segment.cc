// Segments as records: defining, finding, reading their members.
#include "kith/query/segment.h"

#include <utility>

#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/query/query.h"
#include "query/segment_internal.h"

namespace kith::query {
namespace {

using catalog::FieldDef;

std::string TextAt(record::View view, const FieldDef* field) {
  return field == nullptr ? std::string() : std::string(view.GetText(field->position));
}

Segment SegmentOf(const SegmentSchema& schema, record::View view) {
  Segment segment;
  segment.id = view.id();
  segment.name = TextAt(view, schema.name);
  segment.for_type = TextAt(view, schema.for_type);
  segment.condition = TextAt(view, schema.condition);
  segment.complete = view.GetBool(schema.complete->position);
  if (std::string label = TextAt(view, schema.label_en); !label.empty()) segment.labels.emplace("en", std::move(label));
  if (std::string label = TextAt(view, schema.label_zh); !label.empty()) segment.labels.emplace("zh", std::move(label));
  return segment;
}

Status UnknownSegment(const Snapshot& snapshot, std::string_view name) {
  KITH_ASSIGN_OR_RETURN(const std::vector<Segment> all, GetSegments(snapshot));
  std::vector<std::string_view> names;
  names.reserve(all.size());
  for (const Segment& segment : all) names.push_back(segment.name);
  return MakeError({.reason = Reason::kRecordMissing,
                    .type = std::string(kSegmentType),
                    .value = std::string(name.substr(0, limits::kNameBytes)),
                    .hint = NearestHint(name, names)},
                   "there is no such segment");
}

// One more step for each segment that is not complete. False when there was none.
StatusOr<bool> AskForSteps(Database& database) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database.Read());
  const std::optional<SegmentSchema> schema = SegmentSchema::Of(snapshot->catalog());
  if (!schema.has_value()) return false;
  KITH_ASSIGN_OR_RETURN(Batch batch, database.NewBatch({}, "segments look at existing records"));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot->Scan(kSegmentType));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (view.GetBool(schema->complete->position)) continue;
    batch.Set(cursor->id(), schema->steps->name, view.GetInt(schema->steps->position) + 1);
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  if (batch.changes().empty()) return false;
  KITH_RETURN_IF_ERROR(database.Apply(batch).status());
  return true;
}

}  // namespace

Id DefineSegment(Batch& batch, const Segment& segment) {
  const Id id = batch.Upsert(kSegmentType, {std::string(kSegmentSystem), segment.name});
  batch.Set(id, "name", segment.name);
  batch.Set(id, "for_type", segment.for_type);
  batch.Set(id, "condition", segment.condition);
  for (const auto& [language, label] : segment.labels) batch.Set(id, "label_" + language, label);
  return id;
}

Status FillSegments(Database& database) {
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const bool asked, AskForSteps(database));
    if (!asked) return absl::OkStatus();
  }
}

StatusOr<Segment> GetSegment(const Snapshot& snapshot, std::string_view name) {
  KITH_ASSIGN_OR_RETURN(const SegmentSchema schema, SegmentSchema::Get(snapshot.catalog()));
  const StatusOr<Id> id = snapshot.Find(kSegmentType, ExternalRef{std::string(kSegmentSystem), std::string(name)});
  if (id.status().code() == StatusCode::kNotFound) return UnknownSegment(snapshot, name);
  KITH_RETURN_IF_ERROR(id.status());
  KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(*id));
  return SegmentOf(schema, view);
}

StatusOr<std::vector<Segment>> GetSegments(const Snapshot& snapshot, std::string_view for_type) {
  KITH_ASSIGN_OR_RETURN(const SegmentSchema schema, SegmentSchema::Get(snapshot.catalog()));
  std::vector<Segment> segments;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(kSegmentType));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (for_type.empty() || view.GetText(schema.for_type->position) == for_type) segments.push_back(SegmentOf(schema, view));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return segments;
}

StatusOr<std::vector<Id>> Members(const Snapshot& snapshot, Id segment, Id after, size_t limit) {
  KITH_ASSIGN_OR_RETURN(const SegmentSchema schema, SegmentSchema::Get(snapshot.catalog()));
  IndexRange range;
  range.equal = {Value(segment)};
  range.low = Value(after);
  range.low_inclusive = false;
  std::vector<Id> members;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.ScanIndex(*schema.member, *schema.by_segment, range));
  while (members.size() < limit && cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View member, cursor->record());
    const Id record = member.GetRef(schema.member_record->position);
    // Who may not see a record does not learn that it is a member.
    if (!snapshot.viewer().is_system()) {
      const Status visible = snapshot.Get(record).status();
      if (visible.code() == StatusCode::kNotFound) continue;
      KITH_RETURN_IF_ERROR(visible);
    }
    members.push_back(record);
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return members;
}

StatusOr<bool> IsMember(const Snapshot& snapshot, Id segment, Id record) {
  if (record.is_null()) return false;
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> first, Members(snapshot, segment, Id(record.value() - 1), 1));
  return !first.empty() && first.front() == record;
}

StatusOr<std::vector<Id>> ComputeMembers(const Snapshot& snapshot, const Segment& segment) {
  Query query;
  query.from = segment.for_type;
  query.where = segment.condition;
  query.select = {{.text = "id"}};
  query.order = {{.text = "id"}};
  KITH_ASSIGN_OR_RETURN(const Prepared prepared, Prepared::Prepare(query, snapshot));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Rows> rows, prepared.Run(snapshot));
  std::vector<Id> members;
  while (rows->Next()) members.push_back(rows->row().id);
  KITH_RETURN_IF_ERROR(rows->status());
  return members;
}

}  // namespace kith::query
