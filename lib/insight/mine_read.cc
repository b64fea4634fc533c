// What was done about the records of a pipeline, read from interactions, documents and histories.
#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "kith/insight/mine.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

class TraceReading {
 public:
  TraceReading(const Snapshot& snapshot, const TypeDef& type, std::map<Id, Trace>& traces)
      : snapshot_(snapshot), type_(type), traces_(traces) {}

  Status Do() {
    for (const TypeDef* type : snapshot_.catalog().TypesWith("interaction")) KITH_RETURN_IF_ERROR(ReadInteractions(*type));
    for (const TypeDef* type : snapshot_.catalog().TypesWith("money_document")) KITH_RETURN_IF_ERROR(ReadDocuments(*type));
    for (auto& [record, trace] : traces_) KITH_RETURN_IF_ERROR(ReadFields(record, trace));
    return absl::OkStatus();
  }

 private:
  Status ReadInteractions(const TypeDef& type);
  Status ReadDocuments(const TypeDef& type);
  Status ReadStates(const TypeDef& type, const FieldDef& status, record::View view, Trace& trace);
  Status ReadFields(Id record, Trace& trace);
  // Calls `visit(view, trace)` for each record of `type` whose reference leads to one of the traces.
  template <typename Visit>
  Status ForEach(const TypeDef& type, const FieldDef& reference, const Visit& visit) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type.name));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      const auto trace = traces_.find(view.GetRef(reference.position));
      if (trace != traces_.end()) KITH_RETURN_IF_ERROR(visit(view, trace->second));
    }
    return cursor->status();
  }

  const Snapshot& snapshot_;
  const TypeDef& type_;
  std::map<Id, Trace>& traces_;
};

std::string NameOf(const TypeDef& type, std::string_view what) { return type.name + ":" + std::string(what); }

Status TraceReading::ReadInteractions(const TypeDef& type) {
  const FieldDef* about = type.FindRole("interaction", "about");
  const FieldDef* at = type.FindRole("interaction", "at");
  const FieldDef* kind = type.FindRole("interaction", "kind");
  if (about == nullptr || at == nullptr || kind == nullptr) return absl::OkStatus();
  return ForEach(type, *about, [&](record::View view, Trace& trace) {
    const catalog::ChoiceDef* choice = kind->FindChoice(static_cast<int32_t>(view.GetInt(kind->position)));
    if (choice != nullptr && view.has(at->position)) {
      trace.activities.push_back({NameOf(type, choice->name), Time{view.GetInt(at->position)}});
    }
    return absl::OkStatus();
  });
}

Status TraceReading::ReadDocuments(const TypeDef& type) {
  const FieldDef* deal = type.FindRole("money_document", "deal");
  const FieldDef* status = type.FindRole("money_document", "status");
  if (deal == nullptr || status == nullptr || status->kind != Kind::kChoice) return absl::OkStatus();
  return ForEach(type, *deal, [&](record::View view, Trace& trace) { return ReadStates(type, *status, view, trace); });
}

// Every state a document got to: the one it began with, and those that its history tells of.
Status TraceReading::ReadStates(const TypeDef& type, const FieldDef& status, record::View view, Trace& trace) {
  const auto add = [&](const Value& state, Time at) {
    const Choice* number = state.get_if<Choice>();
    const catalog::ChoiceDef* choice = number == nullptr ? nullptr : status.FindChoice(number->number);
    if (choice != nullptr) trace.activities.push_back({NameOf(type, choice->name), at});
  };
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot_.History(view.id()));
  Value first = view.Get(status.position);
  bool changed = false;
  for (const HistoryEntry& entry : history) {
    for (const FieldChange& change : entry.fields) {
      if (change.package != status.package || change.number != status.number) continue;
      if (!changed) first = change.before;
      changed = true;
      add(change.after, change.effective);
    }
  }
  add(first, history.empty() ? Time{view.header().created} : history.front().effective);
  return absl::OkStatus();
}

// Fields of the record itself that were empty and got a value.
Status TraceReading::ReadFields(Id record, Trace& trace) {
  KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot_.History(record));
  for (const HistoryEntry& entry : history) {
    if (entry.operation != Operation::kChange) continue;
    for (const FieldChange& change : entry.fields) {
      if (!change.before.is_null() || change.after.is_null()) continue;
      for (const FieldDef& field : type_.fields) {
        const bool typed = field.package == change.package && field.number == change.number && !field.derived;
        if (typed) trace.activities.push_back({NameOf(type_, field.name), change.effective});
      }
    }
  }
  std::stable_sort(trace.activities.begin(), trace.activities.end(),
                   [](const Activity& a, const Activity& b) { return std::tie(a.at, a.name) < std::tie(b.at, b.name); });
  return absl::OkStatus();
}

}  // namespace

StatusOr<std::vector<Trace>> ReadTraces(const Snapshot& snapshot, Id pipeline) {
  KITH_ASSIGN_OR_RETURN(const model::Pipeline definition, model::GetPipeline(snapshot, pipeline));
  KITH_ASSIGN_OR_RETURN(const TypeDef* type, snapshot.catalog().GetType(definition.for_type));
  KITH_ASSIGN_OR_RETURN(const std::vector<model::DealPath> paths, model::ReadPaths(snapshot, pipeline));
  std::map<Id, Trace> traces;
  for (const model::DealPath& path : paths) {
    Trace& trace = traces[path.deal];
    trace.record = path.deal;
    const model::Stage* last = definition.Find(path.moves.back().to);
    if (last != nullptr) trace.outcome = last->kind;
  }
  KITH_RETURN_IF_ERROR(TraceReading(snapshot, *type, traces).Do());
  std::vector<Trace> list;
  list.reserve(traces.size());
  for (auto& [record, trace] : traces) list.push_back(std::move(trace));
  return list;
}

}  // namespace kith::insight
