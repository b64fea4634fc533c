// The derivation "timeline": the rows of timeline.h, kept with every write. A changed record takes its rows from where it was an entry and
// puts them where it is one; reading other records is never needed.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kith/base/key.h"
#include "model/extensions_internal.h"
#include "model/schema_internal.h"
#include "model/timeline_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr uint64_t kSign = uint64_t{1} << 63;
constexpr size_t kKeyBytes = 1 + 3 * sizeof(uint64_t);

// Where a behaviour's entries stand: roles by name.
struct Source {
  std::string_view behaviour;
  TimelineKind kind;
  std::vector<std::string_view> at;
  std::vector<std::string_view> subjects;
  std::string_view text;
};
const std::vector<Source>& Sources() {
  static const std::vector<Source> kSources = {
      {"interaction", TimelineKind::kInteraction, {"at"}, {"contact", "account", "about", "visitor"}, "subject"},
      {"task", TimelineKind::kTask, {"done_at", "due"}, {"contact", "account", "about"}, "subject"},
      {"note", TimelineKind::kNote, {"at"}, {"contact", "about"}, "text"},
      {"ticket", TimelineKind::kTicket, {"opened_at"}, {"contact", "account"}, "subject"},
      {"money_document", TimelineKind::kDocument, {"date"}, {"contact", "account", "deal"}, "number"},
      {"pipelined", TimelineKind::kDeal, {}, {"contact", "account"}, "name"},
      {"milestone", TimelineKind::kMilestone, {"done_on", "due"}, {"deal"}, "name"}};
  return kSources;
}

void AddFields(const TypeDef& type, std::string_view behaviour, const std::vector<std::string_view>& roles,
               std::vector<const FieldDef*>& fields) {
  for (const std::string_view role : roles) {
    const FieldDef* field = type.FindRole(behaviour, role);
    if (field != nullptr && std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  }
}

class Timelines : public kith::Derivation {
 public:
  [[nodiscard]] std::string_view name() const override { return "timeline"; }
  [[nodiscard]] uint32_t version() const override { return 1; }
  [[nodiscard]] std::string_view prefix() const override { return kTimelinePrefix; }

  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    std::optional<TimelineRoles> roles;  // of the change's type: changes of one type mostly come together
    const TypeDef* type = nullptr;
    for (const RecordChange& change : changes) {
      if (change.type != type) {
        type = change.type;
        roles = TimelineRoles::Of(*type);
      }
      if (!roles.has_value()) continue;
      const std::vector<std::string> before = roles->KeysOf(change.before);
      const std::vector<std::string> after = roles->KeysOf(change.after);
      for (const std::string& key : before) {
        if (!std::binary_search(after.begin(), after.end(), key)) context.DeleteAggregate(key);
      }
      for (const std::string& key : after) {
        if (!std::binary_search(before.begin(), before.end(), key)) context.PutAggregate(key, {});
      }
    }
    return absl::OkStatus();
  }

  [[nodiscard]] StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const override {
    std::map<std::string, std::string> rows;
    KITH_RETURN_IF_ERROR(RecomputeEach(snapshot, [&](std::string_view key, std::string_view) { rows.emplace(key, std::string()); }));
    return rows;
  }

  [[nodiscard]] Status RecomputeEach(const Snapshot& snapshot, const RowVisit& row) const override {
    for (const TimelineRoles& roles : TimelineRoles::All(snapshot.catalog())) {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(roles.type->name));
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        for (const std::string& key : roles.KeysOf(view)) row(key, {});
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::optional<TimelineRoles> TimelineRoles::Of(const TypeDef& type) {
  TimelineRoles roles;
  if (type.name == kMoveType) {
    roles.kind = TimelineKind::kMove;
    const FieldDef* record = type.FindField("record");
    const FieldDef* at = type.FindField("at");
    if (record == nullptr || at == nullptr) return std::nullopt;
    roles.subjects = {record};
    roles.at = {at};
    roles.about = record;
    roles.type = &type;
    return roles;
  }
  for (const Source& source : Sources()) {
    if (type.FindBehaviour(source.behaviour) == nullptr) continue;
    if (roles.type == nullptr) {
      const bool of_deal = source.kind == TimelineKind::kDocument || source.kind == TimelineKind::kMilestone;
      roles.type = &type;
      roles.kind = source.kind;
      roles.text = type.FindRole(source.behaviour, source.text);
      roles.about = type.FindRole(source.behaviour, of_deal ? "deal" : "about");
      roles.direction = type.FindRole(source.behaviour, "direction");
      AddFields(type, source.behaviour, source.at, roles.at);
    }
    AddFields(type, source.behaviour, source.subjects, roles.subjects);
  }
  return roles.subjects.empty() ? std::nullopt : std::optional(std::move(roles));
}

std::vector<TimelineRoles> TimelineRoles::All(const catalog::Catalog& catalog) {
  std::vector<TimelineRoles> all;
  for (const TypeDef& type : catalog.types()) {
    if (std::optional<TimelineRoles> roles = Of(type); roles.has_value()) all.push_back(*std::move(roles));
  }
  return all;
}

Time TimelineRoles::TimeOf(record::View view) const {
  for (const FieldDef* field : at) {
    if (!view.has(field->position)) continue;
    const int64_t number = view.GetInt(field->position);
    return field->kind == Kind::kDate ? StartOf(Date{static_cast<int32_t>(number)}) : Time{number};
  }
  return Time{view.header().created};
}

std::vector<std::string> TimelineRoles::KeysOf(record::View view) const {
  std::vector<std::string> keys;
  if (view.is_null()) return keys;
  const TimelinePlace place = PlaceOf(TimeOf(view), view.id());
  for (const FieldDef* field : subjects) {
    if (view.has(field->position)) keys.push_back(TimelineKey(view.GetRef(field->position), place));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::string TimelinePrefixOf(Id subject) {
  std::string key(kTimelinePrefix);
  AppendU64(key, subject.value());
  return key;
}

TimelinePlace PlaceOf(Time at, Id record) { return {~(static_cast<uint64_t>(at.micros) ^ kSign), record.value()}; }

Time TimeOf(const TimelinePlace& place) { return Time{static_cast<int64_t>(~place.inverse_time ^ kSign)}; }

std::string TimelineKey(Id subject, const TimelinePlace& place) {
  std::string key = TimelinePrefixOf(subject);
  AppendU64(key, place.inverse_time);
  AppendU64(key, place.record);
  return key;
}

std::optional<TimelinePlace> PlaceInKey(std::string_view key) {
  if (key.size() != kKeyBytes) return std::nullopt;
  return TimelinePlace{ReadU64(key.data() + 1 + sizeof(uint64_t)), ReadU64(key.data() + 1 + 2 * sizeof(uint64_t))};
}

const kith::Derivation& TimelineDerivation() {
  static const Timelines kDerivation;
  return kDerivation;
}

}  // namespace kith::model
