// Threads: the records in which one matter goes on, and who held it when.
#include "kith/model/thread.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "kith/engine/referring.h"
#include "model/employment_internal.h"
#include "model/timeline_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kThread = "thread";
constexpr std::string_view kAfterRoles[] = {"after", "or_after"};

// What a record continues; null: nothing. It must be of a type with threads.
Id AfterOf(const TypeDef& type, record::View view) {
  for (const std::string_view role : kAfterRoles) {
    const FieldDef* field = type.FindRole(kThread, role);
    if (field != nullptr && view.has(field->position)) return view.GetRef(field->position);
  }
  return {};
}

Id RoleOf(const TypeDef& type, record::View view, std::string_view role) {
  const FieldDef* field = type.FindRole(kThread, role);
  return field != nullptr && view.has(field->position) ? view.GetRef(field->position) : Id();
}

class ThreadReader {
 public:
  explicit ThreadReader(const Snapshot& snapshot) : snapshot_(snapshot) {}

  StatusOr<Thread> Read(Id record) {
    KITH_ASSIGN_OR_RETURN(const std::vector<Id> before, RecordsBefore(snapshot_, record));
    thread_.id = before.empty() ? record : before.back();
    KITH_RETURN_IF_ERROR(AddFrom(thread_.id));
    std::sort(thread_.parts.begin() + 1, thread_.parts.end(),
              [](const ThreadPart& a, const ThreadPart& b) { return std::tie(a.since, a.record) < std::tie(b.since, b.record); });
    for (const ThreadPart& part : thread_.parts) KITH_RETURN_IF_ERROR(AddHandOvers(part));
    std::stable_sort(thread_.hand_overs.begin(), thread_.hand_overs.end(),
                     [](const HandOver& a, const HandOver& b) { return std::tie(a.at, a.record) < std::tie(b.at, b.record); });
    return std::move(thread_);
  }

 private:
  // A record and all that continue it.
  Status AddFrom(Id first) {
    std::deque<Id> waiting = {first};
    std::set<Id> seen = {first};
    while (!waiting.empty()) {
      const Id id = waiting.front();
      waiting.pop_front();
      KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(id));
      const TypeDef& type = *snapshot_.catalog().FindType(id.type());
      if (thread_.parts.size() == kMostThreadParts) {
        return MakeError({.reason = Reason::kLimitExceeded, .record = first}, "the thread has too many records");
      }
      const Id after = id == first ? Id() : AfterOf(type, view);
      thread_.parts.push_back({id, after, RoleOf(type, view, "origin"), Id(view.header().owner), Time{view.header().created}});
      for (const TypeDef* next : snapshot_.catalog().TypesWith(kThread)) {
        for (const std::string_view role : kAfterRoles) KITH_RETURN_IF_ERROR(AddContinuing(*next, role, type, id, seen, waiting));
      }
    }
    return absl::OkStatus();
  }

  Status AddContinuing(const TypeDef& type, std::string_view role, const TypeDef& of, Id id, std::set<Id>& seen, std::deque<Id>& waiting) {
    const FieldDef* field = type.FindRole(kThread, role);
    if (field == nullptr || !RefersTo(*field, of)) return absl::OkStatus();
    return ForEachWith(snapshot_, type, *field, Value(id), [&](record::View view) {
      if (AfterOf(type, view) == id && seen.insert(view.id()).second) waiting.push_back(view.id());
      return absl::OkStatus();
    });
  }

  struct Owned {
    Time at;
    Id owner;
    const HistoryEntry* entry;
  };

  // Who owned a record from when on, its creation first.
  static std::vector<Owned> OwnersOf(const ThreadPart& part, const std::vector<HistoryEntry>& history) {
    std::vector<Owned> owners;
    const HistoryEntry* created = history.empty() ? nullptr : &history.front();
    owners.push_back({part.since, part.owner, created});
    bool first = true;
    for (const HistoryEntry& entry : history) {
      for (const FieldChange& change : entry.fields) {
        const bool owner = change.package == kHeaderPackage && change.number == static_cast<uint32_t>(-catalog::kHeaderOwner);
        if (!owner || entry.operation != Operation::kChange) continue;
        if (std::exchange(first, false)) owners.front().owner = IdOf(change.before);
        owners.push_back({change.effective, IdOf(change.after), &entry});
      }
    }
    return owners;
  }
  static Id IdOf(const Value& value) {
    const Id* id = value.get_if<Id>();
    return id == nullptr ? Id() : *id;
  }

  Status AddHandOvers(const ThreadPart& part) {
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot_.History(part.record));
    const std::vector<Owned> owners = OwnersOf(part, history);
    if (!part.after.is_null()) {
      KITH_ASSIGN_OR_RETURN(const Id before, OwnerAt(part.after, part.since));
      AddHandOver(part.record, before, owners.front());
    }
    for (size_t i = 1; i < owners.size(); ++i) AddHandOver(part.record, owners[i - 1].owner, owners[i]);
    return absl::OkStatus();
  }
  StatusOr<Id> OwnerAt(Id record, Time at) const {
    const StatusOr<Record> then = snapshot_.GetAsOf(record, {.effective = at});
    if (absl::IsNotFound(then.status())) return Id();
    KITH_RETURN_IF_ERROR(then.status());
    return Id(then->view().header().owner);
  }
  void AddHandOver(Id record, Id from, const Owned& to) {
    if (from == to.owner) return;
    HandOver hand_over{.at = to.at, .record = record, .from = from, .to = to.owner, .actor = {}, .reason = {}};
    if (to.entry != nullptr) {
      hand_over.actor = to.entry->actor;
      hand_over.reason = to.entry->reason;
    }
    thread_.hand_overs.push_back(std::move(hand_over));
  }

  const Snapshot& snapshot_;
  Thread thread_;
};

}  // namespace

StatusOr<std::vector<Id>> RecordsBefore(const Snapshot& snapshot, Id record) {
  std::vector<Id> before;
  std::set<Id> seen = {record};
  Id at = record;
  while (before.size() < kMostThreadParts) {
    const TypeDef* type = snapshot.catalog().FindType(at.type());
    if (type == nullptr || type->FindBehaviour(kThread) == nullptr) break;
    KITH_ASSIGN_OR_RETURN(const record::View view, snapshot.Get(at));
    at = AfterOf(*type, view);
    const TypeDef* next = at.is_null() ? nullptr : snapshot.catalog().FindType(at.type());
    if (next == nullptr || next->FindBehaviour(kThread) == nullptr || !seen.insert(at).second) break;
    const StatusOr<record::View> visible = snapshot.Get(at);
    if (absl::IsNotFound(visible.status())) break;
    KITH_RETURN_IF_ERROR(visible.status());
    before.push_back(at);
  }
  return before;
}

StatusOr<Thread> ReadThread(const Snapshot& snapshot, Id record) {
  KITH_RETURN_IF_ERROR(snapshot.Get(record).status());
  const TypeDef& type = *snapshot.catalog().FindType(record.type());
  if (type.FindBehaviour(kThread) == nullptr) {
    return MakeError(
        {.reason = Reason::kUnknownBehaviour, .type = type.name, .record = record, .hint = "give the type the behaviour thread"},
        "records of the type continue nothing");
  }
  return ThreadReader(snapshot).Read(record);
}

}  // namespace kith::model
