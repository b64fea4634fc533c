// Remove: a package goes out of use, and what it has of data with it.
//
// The definitions are retired first, in one commit: from then on nobody writes its data any more. The data is deleted afterwards, in steps,
// by batches as anybody's; a call that is interrupted is gone on with by the next, which finds the package removed and data left.
#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "engine/database_internal.h"
#include "kith/base/concat.h"

namespace kith {

std::string_view NameOf(RemoveReport::Data::What what) {
  constexpr std::array<std::string_view, 5> kNames = {"records", "values", "choices", "seeds", "references"};
  return kNames[static_cast<size_t>(what)];
}

namespace engine {
namespace {

using catalog::Catalog;
using catalog::FieldDef;
using catalog::PackageDef;
using catalog::TypeDef;
using What = RemoveReport::Data::What;

constexpr size_t kChangesAtOnce = 1000;

// What a package has of definitions, by which its data is found.
struct Belongings {
  const PackageDef* package = nullptr;
  std::vector<const TypeDef*> types;
  // A type of others, with the package's fields, and fields with choices of the package.
  struct Guest {
    const TypeDef* type = nullptr;
    std::vector<const FieldDef*> fields;
    std::vector<const FieldDef*> choices;
  };
  std::vector<Guest> guests;
};

Belongings BelongingsOf(const Catalog& catalog, const PackageDef& package) {
  Belongings found{.package = &package};
  for (const TypeDef& type : catalog.types()) {
    if (type.package == package.number && type.number >= catalog::kFirstOpenType) {
      found.types.push_back(&type);
      continue;
    }
    Belongings::Guest guest{.type = &type};
    for (const FieldDef& field : type.fields) {
      if (type.number >= catalog::kFirstOpenType && field.package == package.number && !field.computed()) guest.fields.push_back(&field);
      const auto added = [&](const catalog::ChoiceDef& choice) { return catalog::PackageOfChoice(choice.number) == package.number; };
      if (std::any_of(field.choices.begin(), field.choices.end(), added)) guest.choices.push_back(&field);
    }
    if (!guest.fields.empty() || !guest.choices.empty()) found.guests.push_back(std::move(guest));
  }
  return found;
}

// Calls `visit(id, record)` for all records of a type.
template <typename Visit>
Status EachRecord(const Snapshot& snapshot, const TypeDef& type, const Visit& visit) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    visit(record);
  }
  return cursor->status();
}

// The choices of a package that a value holds.
std::vector<Choice> ChoicesOf(const Value& value, uint32_t package) {
  std::vector<Choice> found;
  const auto take = [&](Choice choice) {
    if (catalog::PackageOfChoice(choice.number) == package) found.push_back(choice);
  };
  if (const Choice* one = value.get_if<Choice>()) take(*one);
  if (const ChoiceSet* set = value.get_if<ChoiceSet>()) std::for_each(set->begin(), set->end(), take);
  return found;
}

// The seeds of a package that are there still.
struct Seeds {
  std::vector<Id> ids;
};

Seeds FindSeeds(const Snapshot& snapshot, const std::vector<std::string>& seeded, const PackageDef& package) {
  Seeds found;
  for (const std::string& seed : seeded) {
    const size_t first = seed.find(' ');
    const size_t second = seed.find(' ', first + 1);
    if (second == std::string::npos) continue;
    const TypeDef* const type = snapshot.catalog().FindType(std::string_view(seed).substr(0, first));
    if (type == nullptr || type->package == package.number) continue;  // records of its own types are counted as such
    const StatusOr<Id> id = snapshot.Find(type->name, ExternalRef{seed.substr(first + 1, second - first - 1), seed.substr(second + 1)});
    if (id.ok()) found.ids.push_back(*id);
  }
  return found;
}

// Counts what a package has.
class Survey {
 public:
  Survey(const Snapshot& snapshot, const Belongings& belongings, const Seeds& seeds, RemoveReport& report)
      : snapshot_(snapshot), belongings_(belongings), seeds_(seeds), report_(report) {}

  Status Run() {
    for (const TypeDef* type : belongings_.types) {
      uint64_t count = 0;
      KITH_RETURN_IF_ERROR(EachRecord(snapshot_, *type, [&](const record::View&) { ++count; }));
      Add({.what = What::kRecords, .type = type->name, .count = count});
    }
    for (const Belongings::Guest& guest : belongings_.guests) KITH_RETURN_IF_ERROR(CountGuest(guest));
    std::map<std::string, uint64_t> seeds;
    for (const Id id : seeds_.ids) ++seeds[snapshot_.catalog().FindType(id.type())->name];
    for (const auto& [type, count] : seeds) Add({.what = What::kSeeds, .type = type, .count = count});
    return CountReferences();
  }

 private:
  void Add(RemoveReport::Data data) {
    if (data.count > 0) report_.data.push_back(std::move(data));
  }

  Status CountGuest(const Belongings::Guest& guest) {
    std::vector<uint64_t> values(guest.fields.size());
    std::map<std::pair<const FieldDef*, int32_t>, uint64_t> choices;
    KITH_RETURN_IF_ERROR(EachRecord(snapshot_, *guest.type, [&](const record::View& record) {
      for (size_t i = 0; i < guest.fields.size(); ++i) values[i] += record.has(guest.fields[i]->position) ? 1 : 0;
      for (const FieldDef* field : guest.choices) {
        for (const Choice choice : ChoicesOf(record.Get(field->position), belongings_.package->number)) ++choices[{field, choice.number}];
      }
    }));
    for (size_t i = 0; i < values.size(); ++i) {
      Add({.what = What::kValues, .type = guest.type->name, .field = guest.fields[i]->name, .count = values[i]});
    }
    for (const auto& [key, count] : choices) {
      const auto& [field, number] = key;
      const std::string choice = field->FindChoice(number)->name;
      Add({.what = What::kChoices, .type = guest.type->name, .field = field->name, .choice = choice, .count = count});
      if (!field->required && field->transitions.empty()) continue;
      report_.obstacles.push_back(Concat({std::to_string(count), " records have choice ", choice, " in ", guest.type->name, ".",
                                          field->name, ", which is never empty: give them another first"}));
    }
    return absl::OkStatus();
  }

  // References of others' records to what goes. Fields that name its types stand in the way by themselves, so these name none.
  Status CountReferences() {
    for (const TypeDef& type : snapshot_.catalog().types()) {
      if (type.package == belongings_.package->number) continue;
      for (const FieldDef& field : type.fields) {
        if (field.kind == Kind::kRef && field.package != belongings_.package->number) KITH_RETURN_IF_ERROR(CountReferences(type, field));
      }
    }
    return absl::OkStatus();
  }

  Status CountReferences(const TypeDef& type, const FieldDef& field) {
    const catalog::IndexDef* const index = type.FindIndexLedBy(static_cast<int32_t>(field.position));
    if (index == nullptr) return absl::OkStatus();
    uint64_t count = 0;
    for (const TypeDef* target : belongings_.types) {
      IndexRange range{.low = Value(Id::Of(target->number, 0, 0)),
                       .high = Value(Id::Of(static_cast<TypeNumber>(target->number + 1), 0, 0))};
      KITH_RETURN_IF_ERROR(Count(type, *index, range, count));
    }
    for (const Id seed : seeds_.ids) KITH_RETURN_IF_ERROR(Count(type, *index, {.equal = {Value(seed)}}, count));
    Add({.what = What::kReferences, .type = type.name, .field = field.name, .count = count});
    if (count > 0 && field.on_delete == catalog::OnDelete::kRestrict) {
      report_.obstacles.push_back(Concat(
          {std::to_string(count), " records refer by ", type.name, ".", field.name, " to what would go: change or delete them first"}));
    }
    return absl::OkStatus();
  }

  // Seeds that refer to each other go together.
  Status Count(const TypeDef& type, const catalog::IndexDef& index, const IndexRange& range, uint64_t& count) const {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.ScanIndex(type, index, range));
    while (cursor->Next()) count += std::find(seeds_.ids.begin(), seeds_.ids.end(), cursor->id()) == seeds_.ids.end() ? 1 : 0;
    return cursor->status();
  }

  const Snapshot& snapshot_;
  const Belongings& belongings_;
  const Seeds& seeds_;
  RemoveReport& report_;
};

// Deletes it, by ordinary batches.
class Sweep {
 public:
  Sweep(Database& database, const PackageDef& package) : database_(database), package_(package) {}

  Status Run(const Seeds& seeds) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, database_.GetCatalog());
    const Belongings belongings = BelongingsOf(*catalog, package_);
    for (const Belongings::Guest& guest : belongings.guests) KITH_RETURN_IF_ERROR(ClearGuest(guest));
    std::vector<Id> ids;
    {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database_.Read());
      for (const TypeDef* type : belongings.types) {
        KITH_RETURN_IF_ERROR(EachRecord(*snapshot, *type, [&](const record::View& record) { ids.push_back(record.id()); }));
      }
    }
    ids.insert(ids.end(), seeds.ids.begin(), seeds.ids.end());
    // What was created later refers to what was there before, more often than not.
    std::reverse(ids.begin(), ids.end());
    return DeleteAll(std::move(ids));
  }

 private:
  StatusOr<Batch> NewBatch() {
    KITH_ASSIGN_OR_RETURN(Batch batch, database_.NewBatch({}, Concat({"package ", package_.name, " is removed"})));
    batch.SetOrigin(Origin::kPackage);
    return batch;
  }

  // Takes the package's values out of the records of another's type.
  Status ClearGuest(const Belongings::Guest& guest) {
    std::vector<Id> ids;
    {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database_.Read());
      KITH_RETURN_IF_ERROR(EachRecord(*snapshot, *guest.type, [&](const record::View& record) {
        if (HasAny(guest, record)) ids.push_back(record.id());
      }));
    }
    for (size_t begin = 0; begin < ids.size(); begin += kChangesAtOnce) {
      const std::span<const Id> some = std::span(ids).subspan(begin, std::min(kChangesAtOnce, ids.size() - begin));
      const auto fill = [&](const Snapshot& snapshot, Batch& batch) {
        batch.SetOrigin(Origin::kPackage);
        for (const Id id : some) KITH_RETURN_IF_ERROR(ClearRecord(guest, snapshot, id, batch));
        return batch.status();
      };
      KITH_RETURN_IF_ERROR(database_.Update({}, Concat({"package ", package_.name, " is removed"}), fill).status());
    }
    return absl::OkStatus();
  }

  [[nodiscard]] bool HasAny(const Belongings::Guest& guest, const record::View& record) const {
    const auto has_value = [&](const FieldDef* field) { return record.has(field->position); };
    const auto has_choice = [&](const FieldDef* field) { return !ChoicesOf(record.Get(field->position), package_.number).empty(); };
    return std::any_of(guest.fields.begin(), guest.fields.end(), has_value) ||
           std::any_of(guest.choices.begin(), guest.choices.end(), has_choice);
  }

  Status ClearRecord(const Belongings::Guest& guest, const Snapshot& snapshot, Id id, Batch& batch) const {
    const StatusOr<record::View> record = snapshot.Get(id);
    if (!record.ok()) return absl::OkStatus();  // deleted meanwhile
    for (const FieldDef* field : guest.fields) {
      if (record->has(field->position)) batch.Set(id, field->name, Value());
    }
    for (const FieldDef* field : guest.choices) {
      Value value = record->Get(field->position);
      const std::vector<Choice> own = ChoicesOf(value, package_.number);
      if (own.empty()) continue;
      if (const ChoiceSet* set = value.get_if<ChoiceSet>()) {
        ChoiceSet left = *set;
        std::erase_if(left, [&](Choice choice) { return std::find(own.begin(), own.end(), choice) != own.end(); });
        batch.Set(id, field->name, left.empty() ? Value() : Value(std::move(left)));
      } else {
        batch.Set(id, field->name, Value());
      }
    }
    return absl::OkStatus();
  }

  // Records that hold each other go in one batch or in some order; tried again as long as that gets on.
  Status DeleteAll(std::vector<Id> ids) {
    while (!ids.empty()) {
      std::vector<Id> left;
      Status fault;  // of all the one that says most: that something is still referred to may come of another's fault
      for (size_t begin = 0; begin < ids.size(); begin += kChangesAtOnce) {
        const std::span<const Id> some = std::span(ids).subspan(begin, std::min(kChangesAtOnce, ids.size() - begin));
        if (Delete(some).ok()) continue;
        for (const Id& id : some) {
          const Status status = Delete({&id, 1});
          if (status.ok()) continue;
          left.push_back(id);
          if (fault.ok() || GetReason(fault) == Reason::kStillReferenced) fault = status;
        }
      }
      if (left.size() == ids.size()) return fault;
      ids = std::move(left);
    }
    return absl::OkStatus();
  }

  Status Delete(std::span<const Id> ids) {
    KITH_ASSIGN_OR_RETURN(Batch batch, NewBatch());
    {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, database_.Read());
      for (const Id id : ids) {
        if (snapshot->Get(id).ok()) batch.Delete(id);  // others went along with one before
      }
    }
    return batch.empty() ? absl::OkStatus() : database_.Apply(batch).status();
  }

  Database& database_;
  const PackageDef& package_;
};

Status InUse(std::string_view package, const RemoveReport& report) {
  ErrorInfo info{.reason = Reason::kPackageInUse, .value = std::string(package)};
  if (!report.obstacles.empty()) {
    info.hint = "a dry run names everything that stands in the way";
    return MakeError(info, "the package cannot be removed: " + report.obstacles[0]);
  }
  const RemoveReport::Data& first = report.data[0];
  info.type = first.type;
  info.field = first.field;
  info.hint = "remove it with its data (delete_data), or take the data away first; a dry run counts all of it";
  return MakeError(info, Concat({"the package has data: ", std::to_string(first.count), " ", NameOf(first.what)}));
}

// Seeds and what refers to them are the package's own doing, not data that somebody would miss.
bool HoldsData(const RemoveReport& report) {
  return std::any_of(report.data.begin(), report.data.end(), [](const RemoveReport::Data& data) { return data.what != What::kSeeds; });
}

}  // namespace

StatusOr<RemoveReport> DatabaseImpl::RemoveOnce(std::string_view package, const RemoveOptions& options) {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
  const Catalog& catalog = *before->catalog;
  const PackageDef* const def = catalog.FindPackage(package);
  RemoveReport report;
  Seeds seeds;
  const Belongings belongings = def == nullptr ? Belongings{} : BelongingsOf(catalog, *def);
  uint64_t sequence = 0;
  if (def != nullptr) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, Read({}));
    if (snapshot->catalog().version() != catalog.version()) return MakeError(Reason::kCatalogChanged, "the catalog has changed");
    sequence = snapshot->sequence();
    seeds = FindSeeds(*snapshot, def->seeded, *def);
    KITH_RETURN_IF_ERROR(Survey(*snapshot, belongings, seeds, report).Run());
  }
  report.catalog_version = before->version;
  const bool unfinished = def != nullptr && def->removed && !report.data.empty();
  Catalog::Plan plan;
  if (!unfinished) {
    KITH_ASSIGN_OR_RETURN(plan, catalog.PlanRemove(package));
    report.changes = plan.changes;
  }
  if (options.dry_run) return report;
  if (!report.obstacles.empty() || (!options.delete_data && HoldsData(report))) return InUse(package, report);
  if (!unfinished) {
    const std::optional<uint64_t> unless = options.delete_data ? std::nullopt : std::optional(sequence);
    KITH_RETURN_IF_ERROR(Install(before, plan, false, {}, unless).status());
  }
  KITH_RETURN_IF_ERROR(Sweep(*this, *def).Run(seeds));
  return report;
}

StatusOr<RemoveReport> DatabaseImpl::Remove(std::string_view package, const RemoveOptions& options) {
  if (read_only_ && !options.dry_run) return MakeError(Reason::kReadOnly, "the database was opened read-only");
  StatusOr<RemoveReport> report = RemoveReport();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    report = RemoveOnce(package, options);
    if (GetReason(report.status()) != Reason::kCatalogChanged) break;
  }
  if (!report.ok() || options.dry_run) return report;
  KITH_RETURN_IF_ERROR(FinishIndexes());
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> newest, state_->Refresh());
  report->catalog_version = newest->version;
  return report;
}

}  // namespace engine
}  // namespace kith
