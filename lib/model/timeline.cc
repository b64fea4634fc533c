// Reading timelines: ranges of the derivation's rows, put together by time.
#include "kith/model/timeline.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <utility>

#include "kith/base/key.h"
#include "kith/engine/referring.h"
#include "model/employment_internal.h"
#include "model/schema_internal.h"
#include "model/timeline_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr size_t kHexDigits = 16;  // of one number of a position
constexpr size_t kFirstChunk = 8;  // rows read ahead of a range at least, doubled each time
constexpr size_t kLargestChunk = 256;

Status BadOption(std::string_view field, std::string_view message) {
  return MakeError({.reason = Reason::kBadOptions, .field = std::string(field)}, message);
}

// --- positions as text

std::string ToHex(uint64_t number) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kHexDigits, '0');
  for (size_t i = 0; i < kHexDigits; ++i) text[kHexDigits - 1 - i] = kDigits[(number >> (4 * i)) & 0xF];
  return text;
}
std::optional<uint64_t> FromHex(std::string_view text) {
  uint64_t number = 0;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return std::nullopt;
    number = number << 4 | static_cast<uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return number;
}
StatusOr<TimelinePlace> PlaceFromText(std::string_view text) {
  if (text.size() == 2 * kHexDigits) {
    const std::optional<uint64_t> time = FromHex(text.substr(0, kHexDigits));
    const std::optional<uint64_t> record = FromHex(text.substr(kHexDigits));
    if (time.has_value() && record.has_value()) return TimelinePlace{*time, *record};
  }
  return BadOption("after", "is not the end of a page of a timeline");
}

// Where the entries before a time begin: after any that are at it.
TimelinePlace PlaceBefore(Time time) { return {PlaceOf(time, Id()).inverse_time, std::numeric_limits<uint64_t>::max()}; }

// The entries of one part, in order, read ahead in chunks.
class Range {
 public:
  // From `first` on, none before the time `from`; `wanted`: how many are likely to be.
  Range(const Snapshot& snapshot, const TimelinePart& part, const TimelinePlace& first, Time from, size_t wanted)
      : snapshot_(&snapshot),
        prefix_(TimelinePrefixOf(part.subject)),
        subject_(part.subject),
        chunk_(std::clamp(wanted, kFirstChunk, kLargestChunk)) {
    next_ = std::max(first, part.to == kTimeMax ? PlaceOf(part.to, Id()) : PlaceBefore(part.to));
    last_time_ = PlaceOf(std::max(from, part.from), Id()).inverse_time;
  }

  // False at the end.
  StatusOr<bool> Load() {
    if (at_ < ahead_.size()) return true;
    if (done_) return false;
    done_ = true;
    at_ = 0;
    ahead_.clear();
    KITH_RETURN_IF_ERROR(snapshot_->ScanAggregates(prefix_, TimelineKey(subject_, next_), [&](std::string_view key, std::string_view) {
      const std::optional<TimelinePlace> place = PlaceInKey(key);
      if (!place.has_value() || place->inverse_time > last_time_) return false;
      if (ahead_.size() == chunk_) {
        next_ = *place;
        done_ = false;
        return false;
      }
      ahead_.push_back(*place);
      return true;
    }));
    chunk_ = std::min(2 * chunk_, kLargestChunk);
    return !ahead_.empty();
  }
  [[nodiscard]] const TimelinePlace& front() const { return ahead_[at_]; }
  void Pop() { ++at_; }

 private:
  const Snapshot* snapshot_;
  std::string prefix_;
  Id subject_;
  TimelinePlace next_;
  uint64_t last_time_;
  std::vector<TimelinePlace> ahead_;
  size_t at_ = 0;  // of the front
  size_t chunk_;
  bool done_ = false;
};

// The types whose records are entries, for the viewer.
class Entries {
 public:
  explicit Entries(const Snapshot& snapshot, const std::vector<TimelineKind>& kinds) : snapshot_(snapshot), kinds_(kinds) {}

  // The entry, nothing where the viewer may not see it or know that it stands under `subject`.
  StatusOr<std::optional<TimelineEntry>> Read(const TimelinePlace& place, const std::set<Id>& subjects) {
    const Id id(place.record);
    const TimelineRoles* roles = RolesOf(id.type());
    if (roles == nullptr || (!kinds_.empty() && std::find(kinds_.begin(), kinds_.end(), roles->kind) == kinds_.end()))
      return {std::nullopt};
    const StatusOr<record::View> view = snapshot_.Get(id);
    if (absl::IsNotFound(view.status())) return {std::nullopt};
    KITH_RETURN_IF_ERROR(view.status());
    if (!snapshot_.viewer().is_system() && !Stands(*roles, *view, place, subjects)) return {std::nullopt};
    TimelineEntry entry;
    entry.record = id;
    entry.at = TimeOf(place);
    entry.kind = roles->kind;
    if (roles->text != nullptr) entry.text = std::string(view->GetText(roles->text->position));
    if (roles->about != nullptr && view->has(roles->about->position)) entry.about = view->GetRef(roles->about->position);
    entry.process = ProcessOf(entry);
    entry.initiator = InitiatorOf(*roles, *view);
    return {std::move(entry)};
  }

 private:
  [[nodiscard]] TimelineProcess ProcessOf(const TimelineEntry& entry) const {
    const auto is = [&](TimelineKind kind, std::string_view behaviour) {
      if (entry.kind == kind) return true;
      const TypeDef* about = entry.about.is_null() ? nullptr : snapshot_.catalog().FindType(entry.about.type());
      return about != nullptr && about->FindBehaviour(behaviour) != nullptr;
    };
    if (is(TimelineKind::kTicket, "ticket")) return TimelineProcess::kService;
    if (entry.kind == TimelineKind::kMove || is(TimelineKind::kDeal, "pipelined") || is(TimelineKind::kDocument, "money_document")) {
      return TimelineProcess::kSales;
    }
    return TimelineProcess::kMarketing;
  }
  static Initiator InitiatorOf(const TimelineRoles& roles, record::View view) {
    if (roles.direction == nullptr || !view.has(roles.direction->position)) return Initiator::kNobody;
    const catalog::ChoiceDef* way = roles.direction->FindChoice(static_cast<int32_t>(view.GetInt(roles.direction->position)));
    if (way == nullptr) return Initiator::kNobody;
    return way->name == "in" ? Initiator::kThem : way->name == "mutual" ? Initiator::kBoth : Initiator::kUs;
  }
  // By what the viewer may read of it.
  static bool Stands(const TimelineRoles& roles, record::View view, const TimelinePlace& place, const std::set<Id>& subjects) {
    if (PlaceOf(roles.TimeOf(view), view.id()) != place) return false;
    return std::any_of(roles.subjects.begin(), roles.subjects.end(), [&](const FieldDef* field) {
      return view.has(field->position) && subjects.count(view.GetRef(field->position)) != 0;
    });
  }
  const TimelineRoles* RolesOf(TypeNumber number) {
    const auto [found, added] = roles_.try_emplace(number);
    const TypeDef* type = added ? snapshot_.catalog().FindType(number) : nullptr;
    if (type != nullptr) found->second = TimelineRoles::Of(*type);
    return found->second.has_value() ? &*found->second : nullptr;
  }

  const Snapshot& snapshot_;
  const std::vector<TimelineKind>& kinds_;
  std::map<TypeNumber, std::optional<TimelineRoles>> roles_;
};

// Several ranges as one.
class Merged {
 public:
  Status Add(Range range) {
    KITH_ASSIGN_OR_RETURN(const bool any, range.Load());
    if (!any) return absl::OkStatus();
    ranges_.push_back(std::move(range));
    heads_.push(ranges_.size() - 1);
    return absl::OkStatus();
  }
  // The next place, once, whichever ranges have it; nothing at the end.
  StatusOr<std::optional<TimelinePlace>> Next() {
    if (heads_.empty()) return {std::nullopt};
    const TimelinePlace place = ranges_[heads_.top()].front();
    while (!heads_.empty() && ranges_[heads_.top()].front() == place) {
      const size_t range = heads_.top();
      heads_.pop();
      ranges_[range].Pop();
      KITH_ASSIGN_OR_RETURN(const bool more, ranges_[range].Load());
      if (more) heads_.push(range);
    }
    return {place};
  }

 private:
  struct Later {
    const std::vector<Range>* ranges;
    bool operator()(size_t a, size_t b) const { return (*ranges)[b].front() < (*ranges)[a].front(); }
  };
  std::vector<Range> ranges_;
  std::priority_queue<size_t, std::vector<size_t>, Later> heads_{Later{&ranges_}};
};

// --- what a whole timeline is put together of

class Parts {
 public:
  explicit Parts(const Snapshot& snapshot) : snapshot_(snapshot) {
    for (const TypeDef* type : snapshot.catalog().TypesWith("visitor")) visitors_.emplace_back(type, type->FindRole("visitor", "person"));
  }

  StatusOr<std::vector<TimelinePart>> Of(Id subject) {
    Add({subject});
    KITH_RETURN_IF_ERROR(AddPerson({subject}));
    KITH_RETURN_IF_ERROR(AddPeople(subject));
    KITH_RETURN_IF_ERROR(AddRecordsOf(subject));
    KITH_RETURN_IF_ERROR(AddBefore(subject));
    return std::move(parts_);
  }

 private:
  void Add(const TimelinePart& part) {
    if (part.from < part.to && seen_.insert(part).second) parts_.push_back(part);
  }

  // Records of a type whose field names `target`.
  Status ForEachReferring(const TypeDef& type, const FieldDef* field, Id target,
                          const std::function<Status(record::View view)>& visit) const {
    const TypeDef* of = snapshot_.catalog().FindType(target.type());
    if (field == nullptr || of == nullptr || !RefersTo(*field, *of)) return absl::OkStatus();
    return ForEachWith(snapshot_, type, *field, Value(target), visit);
  }

  // What visitors did who turned out to be the person.
  Status AddPerson(const TimelinePart& person) {
    for (const auto& [type, field] : visitors_) {
      KITH_RETURN_IF_ERROR(ForEachReferring(*type, field, person.subject, [&](record::View view) {
        Add({view.id(), person.from, person.to});
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  // The people who worked there, while they did.
  Status AddPeople(Id organisation) {
    KITH_ASSIGN_OR_RETURN(const std::vector<Stay> stays, StaysIn(snapshot_, organisation));
    for (const Stay& stay : stays) {
      Add({stay.person, stay.from, stay.to});
      KITH_RETURN_IF_ERROR(AddPerson({stay.person, stay.from, stay.to}));
    }
    return absl::OkStatus();
  }

  // Deals and records of threads that name it.
  Status AddRecordsOf(Id party) {
    for (const std::string_view behaviour : {"pipelined", "thread"}) {
      for (const TypeDef* type : snapshot_.catalog().TypesWith(behaviour)) {
        for (const std::string_view role : {"contact", "account"}) {
          KITH_RETURN_IF_ERROR(ForEachReferring(*type, type->FindRole(behaviour, role), party, [&](record::View view) {
            Add({view.id()});
            return absl::OkStatus();
          }));
        }
      }
    }
    return absl::OkStatus();
  }

  // What came before a record in its thread.
  Status AddBefore(Id record) {
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> before, RecordsBefore(snapshot_, record));
    for (const Id id : before) Add({id});
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  std::vector<std::pair<const TypeDef*, const FieldDef*>> visitors_;  // types of them, and who they turned out to be
  std::vector<TimelinePart> parts_;
  std::set<TimelinePart> seen_;
};

constexpr std::array<std::string_view, 9> kTimelineKindNames = {"",         "interaction", "task", "note",     "ticket",
                                                                "document", "deal",        "move", "milestone"};

}  // namespace

std::string_view NameOf(TimelineKind kind) { return kTimelineKindNames.at(static_cast<size_t>(kind)); }

std::string_view NameOf(TimelineProcess process) {
  constexpr std::array<std::string_view, 4> kNames = {"", "marketing", "sales", "service"};
  return kNames.at(static_cast<size_t>(process));
}

std::string_view NameOf(Initiator initiator) {
  constexpr std::array<std::string_view, 4> kNames = {"", "us", "them", "both"};
  return kNames.at(static_cast<size_t>(initiator));
}

std::optional<TimelineKind> TimelineKindFromName(std::string_view name) {
  for (size_t i = 1; i < kTimelineKindNames.size(); ++i) {
    if (kTimelineKindNames[i] == name) return static_cast<TimelineKind>(i);
  }
  return std::nullopt;
}

StatusOr<std::vector<TimelinePart>> PartsOfTimeline(const Snapshot& snapshot, Id subject) {
  KITH_RETURN_IF_ERROR(snapshot.Get(subject).status());
  return Parts(snapshot).Of(subject);
}

StatusOr<TimelinePage> ReadTimeline(const Snapshot& snapshot, Id subject, const TimelineOptions& options) {
  if (options.limit < 1 || options.limit > kMostTimelineEntries) {
    return BadOption("limit", "is not from 1 to " + std::to_string(kMostTimelineEntries));
  }
  TimelinePlace first{0, 0};
  if (options.until) first = PlaceBefore(*options.until);
  if (!options.after.empty()) {
    KITH_ASSIGN_OR_RETURN(const TimelinePlace last, PlaceFromText(options.after));
    first = std::max(first, TimelinePlace{last.inverse_time, last.record + 1});
  }
  KITH_RETURN_IF_ERROR(snapshot.Get(subject).status());
  std::vector<TimelinePart> parts = {{subject}};
  if (options.whole) {
    KITH_ASSIGN_OR_RETURN(parts, PartsOfTimeline(snapshot, subject));
  }
  std::set<Id> subjects;
  Merged merged;
  for (const TimelinePart& part : parts) {
    subjects.insert(part.subject);
    KITH_RETURN_IF_ERROR(
        merged.Add(Range(snapshot, part, first, options.from.value_or(Time{INT64_MIN}), options.limit / parts.size() + 1)));
  }
  Entries entries(snapshot, options.kinds);
  TimelinePage page;
  while (true) {
    KITH_ASSIGN_OR_RETURN(const std::optional<TimelinePlace> place, merged.Next());
    if (!place.has_value()) break;
    KITH_ASSIGN_OR_RETURN(std::optional<TimelineEntry> entry, entries.Read(*place, subjects));
    if (!entry.has_value()) continue;
    if (page.entries.size() == options.limit) {
      const TimelinePlace last = PlaceOf(page.entries.back().at, page.entries.back().record);
      page.next = ToHex(last.inverse_time) + ToHex(last.record);
      break;
    }
    page.entries.push_back(*std::move(entry));
  }
  return page;
}

}  // namespace kith::model
