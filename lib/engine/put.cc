// Drafts into the write-set: records, index entries, history, feed.
#include <algorithm>
#include <set>
#include <utility>

#include "engine/apply_internal.h"
#include "kith/engine/external_refs.h"

namespace kith::engine {
namespace {

using catalog::IndexDef;
using catalog::IndexPart;
using catalog::TypeDef;

bool PartChanged(const DraftRecord& draft, const IndexPart& part) {
  // These follow every change of a record.
  if (part.position == catalog::kHeaderUpdated || part.position == catalog::kHeaderVersion) return true;
  return draft.Changed(part.position);
}

bool EntryChanged(const DraftRecord& draft, const IndexDef& index) {
  if (draft.place.has_value() || draft.anew()) return true;  // another record's or life's values in its place
  const auto changed = [&](const IndexPart& part) { return PartChanged(draft, part); };
  return std::any_of(index.parts.begin(), index.parts.end(), changed) || std::any_of(index.cover.begin(), index.cover.end(), changed);
}

FieldChange ChangeOf(const TypeDef& type, int32_t position) {
  FieldChange change;
  change.package = position < 0 ? kHeaderPackage : type.fields[static_cast<size_t>(position)].package;
  change.number = position < 0 ? format::HeaderNumber(position) : type.fields[static_cast<size_t>(position)].number;
  return change;
}

// What a record had of external references before the batch, from what it has (or had when it was deleted); null: none.
Value RefsBefore(const DraftRecord& draft, const TextList& now) {
  std::set<std::pair<std::string, std::string>> refs;
  for (size_t i = 0; i + 1 < now.size(); i += 2) refs.emplace(now[i], now[i + 1]);
  for (auto link = draft.links().rbegin(); link != draft.links().rend(); ++link) {
    std::pair ref(link->external.system, link->external.key);
    if (link->added) {
      refs.erase(ref);
    } else {
      refs.insert(std::move(ref));
    }
  }
  TextList before;
  for (const auto& [system, key] : refs) before.insert(before.end(), {system, key});
  return before.empty() ? Value() : Value(std::move(before));
}

}  // namespace

// Everything a deleted record showed, as values that were.
void Applier::ListAll(const DraftRecord& draft, std::vector<FieldChange>& fields) {
  const record::View before = draft.before();
  const auto list = [&](int32_t position, bool computed = false) {
    if (computed) return;
    Value value = draft.arrived() ? draft.Shown(position) : format::ValueOf(before, position);
    if (value.is_null()) return;
    FieldChange& change = fields.emplace_back(ChangeOf(draft.type(), position));
    change.before = std::move(value);
    change.effective = draft.effective();
  };
  for (const int32_t header : {catalog::kHeaderOwner, catalog::kHeaderUnit, catalog::kHeaderVisibility}) list(header);
  for (size_t i = 0; i < draft.type().fields.size(); ++i) list(static_cast<int32_t>(i), draft.type().fields[i].computed());
  const auto add = [&](uint32_t number, Value before_it, Value after_it) {
    fields.push_back({.package = kHeaderPackage,
                      .number = number,
                      .before = std::move(before_it),
                      .after = std::move(after_it),
                      .effective = draft.effective()});
  };
  if (Value refs = RefsBefore(draft, draft.external_refs); !refs.is_null()) add(kExternalRefsNumber, std::move(refs), {});
  if (!draft.merged_into.is_null()) add(kMergedIntoNumber, {}, draft.merged_into);
}

void Applier::PutIndexes(const DraftRecord& draft) {
  for (const IndexDef& index : draft.type().indexes) {
    if (!draft.created() && !draft.deleted() && !EntryChanged(draft, index)) continue;
    switch (index.kind) {
      case catalog::IndexKind::kOrdered:
        PutOrdered(draft, index);
        break;
      case catalog::IndexKind::kColumn:
        PutColumn(draft, index);
        break;
      case catalog::IndexKind::kText:
        PutText(draft, index);
        break;
    }
  }
}

void Applier::PutColumn(const DraftRecord& draft, const IndexDef& index) {
  if (draft.deleted()) return column_writes_.Remove(draft.type(), index, draft.id());
  const int32_t position = index.parts[0].position;
  column_writes_.Set(draft.type(), index, draft.id(),
                     position >= 0 ? draft.values()[static_cast<size_t>(position)] : format::HeaderValue(draft.header(), position));
}

void Applier::PutText(const DraftRecord& draft, const IndexDef& index) {
  std::string before;
  std::string after;
  if (!draft.created()) before = PackTexts(index, [&](int32_t position) { return format::ValueOf(draft.before(), position); });
  if (!draft.deleted()) after = PackTexts(index, [&](int32_t position) { return draft.Shown(position); });
  const TextTarget target{.type = &draft.type(), .index = &index, .whole = request_.catalog->IsReady(index)};
  text_writes_.Change(target, draft.id(), std::move(before), std::move(after));
}

void Applier::PutOrdered(const DraftRecord& draft, const IndexDef& index) {
  const auto value_before = [&](int32_t position) { return format::ValueOf(draft.before(), position); };
  const bool had = !draft.created();
  const bool has = !draft.deleted();
  if (had) format::MakeIndexEntry(index, draft.id(), value_before, old_entry_);
  if (has) format::MakeIndexEntry(index, draft.header(), draft.values(), entry_);
  const bool same_key = had && has && old_entry_.key == entry_.key;
  if (had && !same_key) index_writes_.Delete(old_entry_.key);
  if (!has || (same_key && !entry_.cut && old_entry_.value == entry_.value)) return;
  IndexWrites::Place place = index_writes_.Put(entry_.key, entry_.value);
  // A cut key may stand for other values than before.
  if (index.unique && !entry_.has_null && (!same_key || entry_.cut)) {
    place.size -= sizeof(uint64_t);
    unique_.push_back({&draft, &index, place, entry_.cut});
  }
}

StatusOr<FieldChange> Applier::LinkChangeOf(const DraftRecord& draft) const {
  KITH_ASSIGN_OR_RETURN(const std::vector<ExternalRef> has, ReadExternalRefs(set_, draft.id()));
  std::set<std::pair<std::string, std::string>> refs;
  for (const ExternalRef& ref : has) refs.emplace(ref.system, ref.key);
  TextList now;
  for (const auto& [system, key] : refs) now.insert(now.end(), {system, key});
  return FieldChange{.package = kHeaderPackage,
                     .number = format::kExternalRefsNumber,
                     .before = RefsBefore(draft, now),
                     .after = now.empty() ? Value() : Value(now),
                     .effective = now_};
}

Status Applier::PutHistory(const DraftRecord& draft) {
  HistoryEntry& entry = history_entry_;
  entry.fields.clear();
  entry.sequence = state_.sequence;
  entry.record = draft.id();
  entry.recorded = now_;
  entry.stamp = {now_, request_.node, entry.sequence};
  const bool created = draft.created() && !draft.arrived();
  entry.effective = created ? Time{draft.header().created} : draft.deleted() ? draft.effective() : now_;
  entry.operation = created ? Operation::kCreate : draft.deleted() ? Operation::kDelete : Operation::kChange;
  if (draft.deleted()) {
    ListAll(draft, entry.fields);
  } else {
    for (const Assertion& assertion : draft.own_assertions()) {
      FieldChange& change = entry.fields.emplace_back(ChangeOf(draft.type(), assertion.position));
      change.before = assertion.before;
      change.after = assertion.after;
      change.effective = assertion.effective;
    }
  }
  if (!created && !draft.deleted() && (!draft.arrived() || draft.past.empty()) && !draft.links().empty()) {
    KITH_ASSIGN_OR_RETURN(FieldChange links, LinkChangeOf(draft));
    entry.fields.push_back(std::move(links));
  }
  if (!created && !draft.deleted() && !draft.disowned.empty()) {
    entry.fields.push_back({.package = kHeaderPackage, .number = kLinksNumber, .before = draft.disowned, .after = {}, .effective = now_});
  }
  PutEntry(entry);
  return absl::OkStatus();
}

void Applier::PutEntry(const HistoryEntry& entry) {
  format::EncodeHistory(entry, history_bytes_);
  set_.Put(format::kHistory, format::HistoryKey(entry.record, entry.sequence), history_bytes_);
  set_.Put(format::kFeed, storage::IntegerKey(entry.sequence),
           format::EncodeFeed({.record = entry.record, .operation = entry.operation, .recorded = entry.recorded}));
}

// Beside what it received or was loaded with.
bool Applier::HasOwnChange(const DraftRecord& draft) {
  if (!draft.arrived()) return false;
  const bool deleted_there = draft.past.back().operation == Operation::kDelete;
  return draft.deleted() ? !deleted_there : !draft.own_assertions().empty() || !draft.disowned.empty();
}

Status Applier::PutRecord(DraftRecord& draft) {
  Place last;
  if (!draft.past.empty() && draft.arrived()) {
    KITH_ASSIGN_OR_RETURN(last, PutReceived(draft));
  } else if (!draft.past.empty()) {
    if (draft.place.has_value()) KITH_RETURN_IF_ERROR(Withhold(draft.place->sequence));
    last = PutPast(draft.id(), draft.past, draft.place);
  }
  const bool own = draft.past.empty() || HasOwnChange(draft);
  if (own) last = {++state_.sequence, now_};
  const uint64_t key = draft.id().value();
  if (draft.deleted()) {
    set_.Delete(format::kRecord, storage::IntegerKey(key));
  } else {
    draft.SetHeaderForStoring(last.sequence, last.recorded);
    const StatusOr<std::string_view> bytes = builder_.Build(draft.header(), draft.type().layout, draft.values(), draft.before());
    if (!bytes.ok()) {
      return WithContext(bytes.status(), {.type = draft.type().name, .record = draft.NameForErrors(), .change = draft.change});
    }
    set_.Put(format::kRecord, storage::IntegerKey(key), *bytes);
  }
  PutIndexes(draft);
  return own ? PutHistory(draft) : absl::OkStatus();
}

Status Applier::PutRecords() {
  history_entry_.actor = request_.batch->actor();
  history_entry_.reason = request_.batch->reason();
  if (!request_.catalog->conversions.empty()) KITH_RETURN_IF_ERROR(ConvertDrafts());
  for (DraftRecord& draft : drafts_) {
    if (draft.dirty()) KITH_RETURN_IF_ERROR(PutRecord(draft));
  }
  for (const auto& [type, last] : counters_) {
    std::string value;
    AppendU64(value, last);
    set_.Put(format::kMeta, format::CounterKey(type, request_.node), value);
  }
  index_writes_.Emit(set_);
  KITH_RETURN_IF_ERROR(column_writes_.Emit(set_));
  KITH_RETURN_IF_ERROR(text_writes_.Emit(set_));
  return CheckUnique();
}

}  // namespace kith::engine
