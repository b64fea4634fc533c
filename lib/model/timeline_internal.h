// Timelines in a catalog: which records are entries, when, and under which records.
#ifndef KITH_LIB_MODEL_TIMELINE_INTERNAL_H_
#define KITH_LIB_MODEL_TIMELINE_INTERNAL_H_

#include <optional>
#include <string>
#include <vector>

#include "kith/model/timeline.h"

namespace kith::model {

// How records of one type are entries.
struct TimelineRoles {
  const catalog::TypeDef* type = nullptr;
  TimelineKind kind = TimelineKind::kInteraction;
  std::vector<const catalog::FieldDef*> at;        // the first that is there tells when; none: the creation
  std::vector<const catalog::FieldDef*> subjects;  // under which records
  const catalog::FieldDef* text = nullptr;
  const catalog::FieldDef* about = nullptr;
  const catalog::FieldDef* direction = nullptr;

  // Nothing when its records are no entries.
  [[nodiscard]] static std::optional<TimelineRoles> Of(const catalog::TypeDef& type);
  [[nodiscard]] static std::vector<TimelineRoles> All(const catalog::Catalog& catalog);
  [[nodiscard]] Time TimeOf(record::View view) const;
  // The keys of a record's rows, ascending, each once.
  [[nodiscard]] std::vector<std::string> KeysOf(record::View view) const;
};

// Keys of the derivation "timeline": "s", subject, time (later ones first), record, all big-endian -> nothing.
inline constexpr std::string_view kTimelinePrefix = "s";
[[nodiscard]] std::string TimelinePrefixOf(Id subject);
// Where an entry stands under any record: it is the rest of the key.
struct TimelinePlace {
  uint64_t inverse_time = 0;  // greater for earlier times
  uint64_t record = 0;
  friend auto operator<=>(const TimelinePlace&, const TimelinePlace&) = default;
};
[[nodiscard]] TimelinePlace PlaceOf(Time at, Id record);
[[nodiscard]] Time TimeOf(const TimelinePlace& place);
[[nodiscard]] std::string TimelineKey(Id subject, const TimelinePlace& place);
// Nothing when the key is not one of these.
[[nodiscard]] std::optional<TimelinePlace> PlaceInKey(std::string_view key);

// What came before a record in its thread, the nearest first, as far as the viewer may see.
[[nodiscard]] StatusOr<std::vector<Id>> RecordsBefore(const Snapshot& snapshot, Id record);

}  // namespace kith::model

#endif  // KITH_LIB_MODEL_TIMELINE_INTERNAL_H_
