// Records under ids of the database: upserts by external references, one batch each.
//
// A reference of the file is an id there. It is found by the external reference (source, id) that every record gets. One that is not there
// yet is left out at first, or, where it is required, its record is; further passes over the file put in what was left open, until one
// brings nothing.
#include <algorithm>
#include <optional>
#include <utility>

#include "exchange/lines_import.h"

namespace kith::exchange {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr size_t kGroupRecords = 512;

// One record's batch and what came of it.
struct Item {
  LineRecord record;
  std::optional<Batch> batch;
  bool existed = false;
  Status problem;      // why there is no batch
  Status left_open;    // the first reference that leads nowhere yet
  size_t open = 0;     // how many there are
  bool waits = false;  // one of them is required
};

class Mapper {
 public:
  explicit Mapper(const LinesJob& job) : job_(job) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(catalog_, job_.database.GetCatalog());
    // A pass that leaves as much open as the one before it is followed by the last, which says so.
    uint64_t before = UINT64_MAX;
    for (pass_ = 1;; ++pass_) {
      open_ = 0;
      KITH_RETURN_IF_ERROR(Pass());
      if (open_ == 0) return absl::OkStatus();
      last_ = open_ == before;
      before = open_;
    }
  }

 private:
  Status Pass();
  Status ApplyGroup(std::vector<Item>& group);
  Item Prepare(LineRecord record, const Snapshot& snapshot);
  Status Fill(Item& item, const Snapshot& snapshot);
  StatusOr<Id> FindHere(const LineRecord& record, const Snapshot& snapshot) const;
  Status SetHeader(Item& item, Id target, const Snapshot& snapshot);
  Status SetFields(Item& item, Id target, const Snapshot& snapshot);
  StatusOr<Id> Resolve(Item& item, Id id, std::string_view field, bool required, const Snapshot& snapshot);
  void Settle(Item& item, const StatusOr<Outcome>* outcome);
  void AddProblem(const Item& item, const Status& status);
  [[nodiscard]] ExternalRef OwnRef(Id id) const { return {job_.options.source, std::to_string(id.value())}; }

  const LinesJob& job_;
  std::shared_ptr<const catalog::Catalog> catalog_;
  int pass_ = 1;
  bool last_ = false;  // what is open now stays open
  uint64_t open_ = 0;  // references and records left out in this pass
  IdSet unsettled_;    // records of the file that a further pass looks at
  IdSet in_;           // that came in
};

// Written by rules alone: they make such records here too.
bool IsDerived(const TypeDef& type) {
  return !type.fields.empty() && std::all_of(type.fields.begin(), type.fields.end(), [](const FieldDef& field) { return field.derived; });
}

Status Mapper::Pass() {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<LineFile> file, LineFile::Open(job_.file.path));
  RecordReader reader(*file, *catalog_);
  const IdSet again = std::exchange(unsettled_, {});
  bool more = true;
  while (more) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, job_.database.Read());
    std::vector<Item> group;
    while (group.size() < kGroupRecords) {
      KITH_ASSIGN_OR_RETURN(more, reader.Next());
      if (!more) break;
      LineRecord& record = reader.record();
      const bool wanted = pass_ == 1 || again.Contains(record.id());
      if (wanted && !record.loaded.deleted && !IsDerived(*record.type)) group.push_back(Prepare(std::move(record), *snapshot));
    }
    KITH_RETURN_IF_ERROR(ApplyGroup(group));
    if (!job_.progress(file->bytes_read(), file->bytes_total())) {
      return MakeError({.reason = Reason::kCancelled, .hint = "import the same file again to go on"},
                       "the import was stopped; records that came in so far stay");
    }
  }
  return absl::OkStatus();
}

// --- one record

// The record here that the file's is: by the name an earlier import gave it, or by its other names. Null: none.
StatusOr<Id> Mapper::FindHere(const LineRecord& record, const Snapshot& snapshot) const {
  std::vector<ExternalRef> refs = record.loaded.external_refs;
  refs.insert(refs.begin(), OwnRef(record.id()));
  Id found;
  for (const ExternalRef& ref : refs) {
    const StatusOr<Id> id = snapshot.Find(record.type->name, ref);
    if (id.status().code() == StatusCode::kNotFound) continue;
    KITH_RETURN_IF_ERROR(id.status());
    if (found.is_null()) found = *id;
    if (found == *id) continue;
    return MakeError(
        {.reason = Reason::kExternalRefTaken, .value = ref.system + " " + ref.key, .hint = "unlink it from one of them, or merge them"},
        "its external references belong to two records here, " + std::to_string(found.value()) + " and " + std::to_string(id->value()));
  }
  return found;
}

// A local reference to the record that an id of the file stands for; null when it is not there, which is noted.
StatusOr<Id> Mapper::Resolve(Item& item, Id id, std::string_view field, bool required, const Snapshot& snapshot) {
  const TypeDef* in_file = job_.file.catalog->FindType(id.type());
  const TypeDef* type = in_file == nullptr ? nullptr : catalog_->FindType(in_file->name);
  if (type != nullptr) {
    Status found = in_.Contains(id) ? absl::OkStatus() : snapshot.Find(type->name, OwnRef(id)).status();
    if (found.ok()) return item.batch->Existing(type->name, OwnRef(id));
    if (found.code() != StatusCode::kNotFound) return found;
  }
  ++item.open;
  item.waits |= required;
  if (item.left_open.ok()) {
    item.left_open = MakeError({.reason = Reason::kReferenceMissing, .field = std::string(field), .value = std::to_string(id.value())},
                               "refers to a record that is neither in the file nor here");
  }
  return Id();
}

Status Mapper::SetHeader(Item& item, Id target, const Snapshot& snapshot) {
  const record::Header& header = item.record.loaded.header;
  // A field of the type may hide a part of the header.
  const auto settable = [&](std::string_view name) { return item.record.type->FindField(name) == nullptr; };
  if (header.owner != 0 && settable("owner")) {
    KITH_ASSIGN_OR_RETURN(const Id owner, Resolve(item, Id(header.owner), "owner", false, snapshot));
    if (!owner.is_null()) item.batch->Set(target, "owner", owner);
  }
  if (header.unit != 0 && settable("unit")) item.batch->Set(target, "unit", int64_t{header.unit});
  if (header.visibility != 0 && settable("visibility")) item.batch->Set(target, "visibility", int64_t{header.visibility});
  return absl::OkStatus();
}

Status Mapper::SetFields(Item& item, Id target, const Snapshot& snapshot) {
  for (const FieldDef& field : item.record.type->fields) {
    Value value = item.record.loaded.values[field.position];
    if (value.is_null() || field.derived || field.retired) continue;
    if (const Id* id = value.get_if<Id>()) {
      KITH_ASSIGN_OR_RETURN(const Id here, Resolve(item, *id, field.name, field.required, snapshot));
      if (here.is_null()) continue;
      value = here;
    }
    item.batch->Set(target, field.name, std::move(value));
  }
  return absl::OkStatus();
}

Status Mapper::Fill(Item& item, const Snapshot& snapshot) {
  KITH_ASSIGN_OR_RETURN(const Id here, FindHere(item.record, snapshot));
  item.existed = !here.is_null();
  Batch& batch = item.batch.emplace(catalog_, job_.options.actor, job_.options.reason);
  batch.SetOrigin(Origin::kImport);
  // What is new holds since it was created there; what is known here already, from now on.
  if (!item.existed) batch.SetEffective(Time{item.record.loaded.header.created});
  const Id target = item.existed ? here : batch.Create(item.record.type->name);
  batch.Link(target, OwnRef(item.record.id()));
  for (const ExternalRef& ref : item.record.loaded.external_refs) batch.Link(target, ref);
  KITH_RETURN_IF_ERROR(SetHeader(item, target, snapshot));
  KITH_RETURN_IF_ERROR(SetFields(item, target, snapshot));
  return batch.status();
}

Item Mapper::Prepare(LineRecord record, const Snapshot& snapshot) {
  Item item;
  item.record = std::move(record);
  item.problem = Fill(item, snapshot);
  if (!item.problem.ok() || item.waits) {
    item.batch.reset();
  } else {
    in_.Insert(item.record.id());
  }
  return item;
}

// --- outcomes

Status Mapper::ApplyGroup(std::vector<Item>& group) {
  std::vector<const Batch*> batches;
  for (const Item& item : group) {
    if (item.batch.has_value()) batches.push_back(&*item.batch);
  }
  const std::vector<StatusOr<Outcome>> outcomes = job_.database.ApplyMany(batches);
  size_t next = 0;
  for (Item& item : group) Settle(item, item.batch.has_value() ? &outcomes[next++] : nullptr);
  return absl::OkStatus();
}

void Mapper::AddProblem(const Item& item, const Status& status) {
  if (job_.report.problems.size() >= job_.options.problem_limit) return;
  const ErrorInfo info = GetErrorInfo(status);
  job_.report.problems.push_back({.line = item.record.line,
                                  .type = item.record.type->name,
                                  .id = item.record.id(),
                                  .field = info.field,
                                  .value = info.value,
                                  .reason = std::string(MessageOf(status)) + (info.hint.empty() ? "" : "; " + info.hint),
                                  .code = info.reason});
}

void Mapper::Settle(Item& item, const StatusOr<Outcome>* outcome) {
  ImportLinesReport::Type& counts = job_.Counts(item.record.type->name);
  const Status status = outcome == nullptr ? item.problem : outcome->status();
  if (!status.ok()) {
    in_.Remove(item.record.id());
    // What it refers to was refused with it: the next pass leaves that out, or waits for it.
    if (outcome != nullptr && !last_ && GetReason(status) == Reason::kRecordMissing) {
      ++open_;
      unsettled_.Insert(item.record.id());
      return;
    }
    ++counts.rejected;
    return AddProblem(item, status);
  }
  if (outcome != nullptr && (pass_ == 1 || !item.existed)) {
    ++(!item.existed ? counts.created : (*outcome)->first_sequence == 0 ? counts.unchanged : counts.changed);
  }
  if (item.open == 0) return;
  if (!last_) {
    open_ += item.open;
    unsettled_.Insert(item.record.id());
  } else if (outcome == nullptr) {
    ++counts.rejected;
    AddProblem(item, item.left_open);
  } else if (!job_.options.drop_missing) {
    AddProblem(item, item.left_open);
  }
}

}  // namespace

Status MapLines(const LinesJob& job) { return Mapper(job).Run(); }

}  // namespace kith::exchange
