#include "workload.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "kith/exchange/lines.h"
#include "support/company.h"

namespace kith::testing {
namespace {

constexpr int kImported = 20;
constexpr std::string_view kIndexPackage = R"({"package": "test.more", "version": "1.0.0", "needs": ["test.company"],
  "extend": [{"type": "company", "fields": [{"name": "more", "kind": "text"}],
              "indexes": [{"name": "by_more", "fields": ["more", "name"], "cover": ["code"]}]}]})";

std::string Key(uint64_t batch) { return std::to_string(batch); }

// A write that is not among the numbered ones.
Status Probe(Database& db) {
  KITH_ASSIGN_OR_RETURN(Batch batch, db.NewBatch());
  batch.Set(batch.Upsert("note", {"probe", "1"}), "text", "probe");
  return db.Apply(batch).status();
}

// The companies of two batches become one; the person of the second is then of the first's.
constexpr uint64_t kMerged[] = {1, 2};
Status MergeTwo(Database& db) {
  KITH_ASSIGN_OR_RETURN(Batch batch, db.NewBatch());
  const Id into = batch.Existing("company", {"load", Key(kMerged[0])});
  batch.Merge(into, batch.Existing("company", {"load", Key(kMerged[1])}));
  return db.Apply(batch).status();
}

Status BuildIndex(Database& db) {
  const catalog::PackageSource source{.definition = std::string(kIndexPackage), .numbers = {}};
  return db.Ensure({&source, 1}).status();
}

Status Import(Database& db, const std::string& file) {
  KITH_ASSIGN_OR_RETURN(const exchange::ImportLinesReport report,
                        exchange::ImportLines(db, file, {.ids = exchange::LinesIds::kMap, .source = "other"}));
  if (report.rejected() == 0) return absl::OkStatus();
  return MakeError(report.problems[0].code, report.problems[0].reason);
}

}  // namespace

// What belongs together: a company, a person and a note on it, and a tally. Further notes make the file outgrow its first map.
Status ApplyNumbered(Database& db, uint64_t number) {
  KITH_ASSIGN_OR_RETURN(Batch batch, db.NewBatch());
  const Id company = batch.Create("company", {"load", Key(number)});
  batch.Set(company, "name", "company");
  batch.Set(company, "code", Key(number));
  const Id person = batch.Create("person", {"load", Key(number)});
  batch.Set(person, "name", "person");
  batch.Set(person, "company", company);
  const Id note = batch.Create("note", {"load", Key(number)});
  batch.Set(note, "text", std::string(10 + 20'000 * (number % 4), 'x'));
  for (int i = 0; i < 2; ++i) batch.Set(batch.Create("note"), "text", std::string(60'000, 'x'));
  const Id tally = batch.Upsert("company", {"tally", "all"});
  batch.Set(tally, "name", "tally");
  batch.Add(tally, "size", 1);
  return db.Apply(batch).status();
}

StatusOr<std::shared_ptr<Database>> OpenSmall(const std::string& path) {
  OpenOptions options;
  options.create = true;
  options.map_size = uint64_t{1} << 20;
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<Database> db, Database::Open(path, options));
  const catalog::PackageSource source{.definition = std::string(kCompanyPackage), .numbers = {}};
  KITH_RETURN_IF_ERROR(db->Ensure({&source, 1}).status());
  return db;
}

const std::string& Workload::ImportFile() {
  static const std::string path = [] {
    CompanyDatabase from;
    Batch batch = from.NewBatch();
    for (int i = 0; i < kImported; ++i) {
      const Id company = batch.Create("company", {"import", std::to_string(i)});
      batch.Set(company, "name", "imported");
      batch.Set(company, "size", i);
    }
    from.Apply(batch);
    std::string file = MakeTempDir() + "/companies.jsonl";
    EXPECT_TRUE(exchange::ExportLines(*from.Read(), file).ok());
    return file;
  }();
  return path;
}

Workload::Workload(std::string path, std::string import_file) : path_(std::move(path)), import_file_(std::move(import_file)) {}

Status Workload::Open() {
  if (db_ != nullptr) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(db_, OpenSmall(path_));
  return absl::OkStatus();
}

void Workload::Step(uint64_t step, const std::function<Status(Database&)>& action) {
  Status status = Open();
  if (status.ok()) status = action(*db_);
  if (status.ok()) {
    ledger_.acknowledged.insert(step);
    if (acknowledge_) acknowledge_(step);
    return;
  }
  ledger_.errors.insert(std::string(NameOf(GetReason(status))));
  if (GetReason(status) != Reason::kOutcomeUnknown) ledger_.refused.insert(step);
}

void Workload::Run(const std::function<void(uint64_t step)>& acknowledge) {
  acknowledge_ = acknowledge;
  const auto apply = [this](uint64_t from, uint64_t to) {
    for (uint64_t number = from; number < to; ++number) Step(number, [number](Database& db) { return ApplyNumbered(db, number); });
  };
  apply(0, 5);
  Step(Ledger::kIndex, BuildIndex);
  Step(Ledger::kImport, [this](Database& db) { return Import(db, import_file_); });
  apply(5, 9);
  Step(Ledger::kBackup, [this](Database& db) { return db.Backup(BackupPath(path_)); });
  db_.reset();
  apply(9, 11);
  Step(Ledger::kMerge, MergeTwo);
  Step(Ledger::kCompact, [](Database& db) { return db.Compact().status(); });
  apply(11, kBatches);
  db_.reset();
}

namespace {

class Inspector {
 public:
  explicit Inspector(const Ledger& ledger) : ledger_(ledger) {}

  std::vector<std::string> Run(const std::string& path) {
    LookAt(path, /*last=*/Workload::kBatches);
    if (ledger_.acknowledged.contains(Ledger::kBackup)) {
      where_ = "in the backup, ";
      LookAt(Workload::BackupPath(path), /*last=*/9);
    }
    return std::move(wrong_);
  }

 private:
  void Wrong(const std::string& what) { wrong_.push_back(where_ + what); }

  void LookAt(const std::string& path, uint64_t last) {
    const StatusOr<std::shared_ptr<Database>> opened = OpenSmall(path);
    if (!opened.ok()) return Wrong("it does not open: " + opened.status().ToString());
    Database& db = **opened;
    const StatusOr<VerifyReport> report = db.Verify();
    if (!report.ok()) return Wrong("it cannot be verified: " + report.status().ToString());
    for (const std::string& problem : report->problems) Wrong(problem);
    if (StatusOr<std::unique_ptr<Snapshot>> snapshot = db.Read(); snapshot.ok()) {
      LookAtBatches(**snapshot, last);
      LookAtSteps(**snapshot);
      if (last == Workload::kBatches) LookAtMerge(**snapshot);
    } else {
      Wrong("it cannot be read: " + snapshot.status().ToString());
    }
    if (const Status status = Probe(db); !status.ok()) Wrong("it cannot be written to: " + status.ToString());
  }

  void LookAtBatches(const Snapshot& snapshot, uint64_t last) {
    int64_t there = 0;
    for (uint64_t number = 0; number < last; ++number) {
      const ExternalRef key{"load", Key(number)};
      const int parts =
          int{snapshot.Find("company", key).ok()} + int{snapshot.Find("person", key).ok()} + int{snapshot.Find("note", key).ok()};
      const std::string name = "batch " + std::to_string(number);
      if (parts != 0 && parts != 3) Wrong(name + " is there in part");
      if (parts == 0 && ledger_.acknowledged.contains(number)) Wrong(name + " was acknowledged and is not there");
      if (parts != 0 && ledger_.refused.contains(number)) Wrong(name + " was refused and is there");
      if (parts == 3) ++there;
    }
    const StatusOr<Id> tally = snapshot.Find("company", ExternalRef{"tally", "all"});
    const int64_t counted = tally.ok() ? FieldOf(snapshot, *snapshot.Get(*tally), "size").get<int64_t>() : 0;
    if (counted != there) Wrong("the tally says " + std::to_string(counted) + " of " + std::to_string(there) + " batches");
  }

  void LookAtSteps(const Snapshot& snapshot) {
    int imported = 0;
    for (int i = 0; i < kImported; ++i) {
      const StatusOr<Id> id = snapshot.Find("company", ExternalRef{"import", std::to_string(i)});
      if (!id.ok()) continue;
      ++imported;
      if (FieldOf(snapshot, *snapshot.Get(*id), "size") != Value(int64_t{i})) Wrong("an imported record is there in part");
    }
    if (imported != kImported && ledger_.acknowledged.contains(Ledger::kImport)) Wrong("the import was acknowledged and is not there");
    const catalog::TypeDef* type = snapshot.catalog().FindType("company");
    const bool index = type != nullptr && type->FindIndex("by_more") != nullptr;
    if (!index && ledger_.acknowledged.contains(Ledger::kIndex)) Wrong("the index was acknowledged and is not there");
  }

  void LookAtMerge(const Snapshot& snapshot) {
    const StatusOr<Id> first = snapshot.Find("company", ExternalRef{"load", Key(kMerged[0])});
    const StatusOr<Id> second = snapshot.Find("company", ExternalRef{"load", Key(kMerged[1])});
    const StatusOr<Id> person = snapshot.Find("person", ExternalRef{"load", Key(kMerged[1])});
    const bool merged = first.ok() && second.ok() && *first == *second;
    if (!merged && ledger_.acknowledged.contains(Ledger::kMerge)) Wrong("the merge was acknowledged and is not there");
    if (merged && ledger_.refused.contains(Ledger::kMerge)) Wrong("the merge was refused and is there");
    if (merged && person.ok() && FieldOf(snapshot, *snapshot.Get(*person), "company") != Value(*first)) Wrong("the merge is there in part");
  }

  const Ledger& ledger_;
  std::string where_;
  std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> Inspect(const std::string& path, const Ledger& ledger) { return Inspector(ledger).Run(path); }

}  // namespace kith::testing
