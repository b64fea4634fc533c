#include "query/context.h"

#include <algorithm>
#include <string>

#include "kith/engine/referring.h"

namespace kith::query {
namespace {

constexpr size_t kFeedPage = 10'000;

}  // namespace

bool Meter::Check() {
  constexpr std::string_view kHint = "add a condition that an index can use (see explain), or allow more";
  if (options_.cancel != nullptr && options_.cancel->load(std::memory_order_relaxed)) {
    status_ = MakeError(Reason::kCancelled, "the query was cancelled");
  } else if (options_.cost != 0 && work.entries + work.records > options_.cost) {
    status_ = MakeError({.reason = Reason::kCostExceeded, .value = std::to_string(options_.cost), .hint = std::string(kHint)},
                        "the query touches more entries and records than it may");
  } else if (options_.time_limit.count() != 0 && Elapsed() > options_.time_limit) {
    status_ =
        MakeError({.reason = Reason::kTimeout, .value = std::to_string(options_.time_limit.count()) + " µs", .hint = std::string(kHint)},
                  "the query takes longer than it may");
  }
  return status_.ok();
}

StatusOr<std::vector<Id>> World::AllIds(const catalog::TypeDef& type) const {
  std::vector<Id> ids;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type.name));
  while (cursor->Next()) {
    if (!meter_.Again()) return meter_.status();
    ids.push_back(cursor->id());
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  // Those deleted since are known to the feed alone.
  for (uint64_t after = 0; after < snapshot_.sequence();) {
    KITH_ASSIGN_OR_RETURN(const Snapshot::Feed feed, snapshot_.Changes(after, kFeedPage));
    for (const FeedEntry& entry : feed.entries) {
      if (!meter_.Again()) return meter_.status();
      if (entry.operation == Operation::kDelete && entry.record.type() == type.number) ids.push_back(entry.record);
    }
    if (feed.scanned <= after) break;
    after = feed.scanned;
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

StatusOr<std::span<const Record>> World::Past(const catalog::TypeDef& type) {
  const auto known = past_.find(type.number);
  if (known != past_.end()) return std::span<const Record>(known->second);
  KITH_ASSIGN_OR_RETURN(const std::vector<Id> ids, AllIds(type));
  std::vector<Record> records;
  for (const Id id : ids) {
    if (!meter_.Record()) return meter_.status();
    StatusOr<Record> record = snapshot_.GetAsOf(id, *as_of_);
    if (record.ok()) {
      records.push_back(*std::move(record));
    } else if (record.status().code() != StatusCode::kNotFound) {
      return std::move(record).status();
    }
  }
  return std::span<const Record>(past_.emplace(type.number, std::move(records)).first->second);
}

record::View World::GetPast(Id id) {
  const auto known = past_records_.find(id.value());
  if (known != past_records_.end()) return known->second.view();
  StatusOr<Record> record = snapshot_.GetAsOf(id, *as_of_);
  if (record.ok()) return past_records_.emplace(id.value(), *std::move(record)).first->second.view();
  if (record.status().code() != StatusCode::kNotFound) Fail(record.status());
  return {};
}

record::View World::Get(Id id) {
  if (!meter_.Record()) Fail(meter_.status());
  if (!status_.ok()) return {};
  if (is_past()) return GetPast(id);
  const StatusOr<record::View> record = snapshot_.Get(id);
  if (record.ok()) return *record;
  if (record.status().code() != StatusCode::kNotFound) Fail(record.status());
  return {};
}

void World::ForEachRelated(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id,
                           const std::function<bool(const record::View&)>& visit) {
  if (is_past()) {
    const StatusOr<std::span<const Record>> records = Past(type);
    Fail(records.status());
    if (!status_.ok()) return;
    for (const Record& record : *records) {
      if (!meter_.Again()) return Fail(meter_.status());
      if (record.view().GetRef(field.position) == id && !visit(record.view())) return;
    }
    return;
  }
  const catalog::IndexDef* index = type.FindIndexLedBy(static_cast<int32_t>(field.position));
  if (index == nullptr)
    return Fail(MakeError({.reason = Reason::kUnknownIndex, .type = type.name, .field = field.name}, "no index leads to it"));
  const StatusOr<std::unique_ptr<RecordCursor>> cursor =
      snapshot_.ScanIndex(type, *index, {.equal = {id}, .opaque = !MayRead(snapshot_, type, *index)});
  if (!cursor.ok()) return Fail(cursor.status());
  while ((*cursor)->Next()) {
    if (!meter_.Record()) Fail(meter_.status());
    const StatusOr<record::View> record = (*cursor)->record();
    Fail(record.status());
    if (!status_.ok() || !visit(*record)) return;
  }
  Fail((*cursor)->status());
}

}  // namespace kith::query
