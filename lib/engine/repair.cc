// Repair: what Verify finds, put right from what it derives from.
#include <utility>

#include "engine/database_internal.h"
#include "engine/index_build_internal.h"
#include "engine/repair_history.h"
#include "engine/roll_up.h"
#include "engine/verify_internal.h"

namespace kith::engine {
namespace {

constexpr int kRounds = 3;  // the first mends what the others then see
constexpr size_t kRepairedAtOnce = 256;

class StepJob final : public storage::Job {
 public:
  using Step = std::function<StatusOr<std::string>(storage::WriteSet& set, const std::string& from)>;
  StepJob(const Step& step, const std::string& from) : step_(step), from_(from) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(next_, step_(set, from_));
    return Verdict::kKeep;
  }
  [[nodiscard]] std::string& next() { return next_; }

 private:
  const Step& step_;
  const std::string& from_;
  std::string next_;
};

// What the steps did, in words.
void Report(const RepairNotes& notes, RepairReport& report) {
  const auto say = [&](const auto& set, std::string_view what) {
    if (!set.empty()) report.changes.push_back(std::to_string(set.size()) + std::string(what));
  };
  say(notes.entries_put, " lost history entries put again with what the feed and the records tell of them");
  say(notes.feed_put, " feed entries put as history gives them");
  say(notes.rewritten, " records rewritten as their history gives them");
  say(notes.told, " records whose history was completed from what they show");
  say(notes.ended, " records that are gone noted as deleted, with the values that their history has");
  say(notes.lost_ranges, " ranges of the feed noted as lost");
  say(notes.externals_put, " external references put in their other direction");
  say(notes.externals_deleted, " external references that led nowhere taken away");
}

// "account.by_name".
std::string NameOfIndex(const catalog::Catalog& catalog, uint32_t number) {
  for (const catalog::TypeDef& type : catalog.types()) {
    for (const catalog::IndexDef& index : type.indexes) {
      if (index.number == number) return type.name + "." + index.name;
    }
  }
  return "number " + std::to_string(number);
}

const Derivation* FindDerivation(const Extensions& extensions, std::string_view name) {
  for (const Derivation* derivation : extensions.derivations) {
    if (derivation->name() == name) return derivation;
  }
  return nullptr;
}

}  // namespace

Status DatabaseImpl::RunSteps(const Step& step) {
  std::string from;
  do {
    StepJob job(step, from);
    KITH_RETURN_IF_ERROR(RunJob(job));
    from = std::move(job.next());
  } while (!from.empty());
  return absl::OkStatus();
}

// History, feed, records, external references, counters.
Status DatabaseImpl::RepairFacts(const Damage& damage, RepairReport& report) {
  RepairNotes notes;
  notes.records = damage.records;
  using Part = StatusOr<std::string> (*)(storage::WriteSet&, const std::string&, RepairNotes&);
  const auto run = [&](Part part) {
    return RunSteps([&](storage::WriteSet& set, const std::string& from) { return part(set, from, notes); });
  };
  if (damage.feed) {
    KITH_RETURN_IF_ERROR(run(PutHistoryOfFeed));
    KITH_RETURN_IF_ERROR(run(PutFeedOfHistory));
  }
  if (damage.state || damage.feed) {
    const Step mend = [](storage::WriteSet& set, const std::string&) -> StatusOr<std::string> {
      KITH_RETURN_IF_ERROR(MendState(set));
      return std::string();
    };
    KITH_RETURN_IF_ERROR(RunSteps(mend));
    report.changes.emplace_back("counters and state brought up to the feed");
  }
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
  const std::vector<uint64_t> records(notes.records.begin(), notes.records.end());
  for (size_t begin = 0; begin < records.size(); begin += kRepairedAtOnce) {
    const size_t end = std::min(records.size(), begin + kRepairedAtOnce);
    const Step reconcile = [&](storage::WriteSet& set, const std::string&) -> StatusOr<std::string> {
      for (size_t i = begin; i < end; ++i) KITH_RETURN_IF_ERROR(Reconcile(set, *catalog->catalog, Id(records[i]), notes));
      return std::string();
    };
    KITH_RETURN_IF_ERROR(RunSteps(reconcile));
  }
  if (damage.externals) KITH_RETURN_IF_ERROR(run(MendExternals));
  if (damage.feed) KITH_RETURN_IF_ERROR(run(NoteLost));
  Report(notes, report);
  return absl::OkStatus();
}

// Indexes and rows.
Status DatabaseImpl::RepairDerived(const Damage& damage, RepairReport& report, std::vector<std::string>& unsolved) {
  for (const uint32_t number : damage.foreign_indexes) {
    KITH_RETURN_IF_ERROR(DropIndex(number));
    report.changes.push_back("entries under index number " + std::to_string(number) + " taken away");
  }
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
  for (const uint32_t number : damage.indexes) {
    const Status status = RebuildIndex(number);
    // Two records with one value: which of them is wrong is not for a repair to say.
    if (GetReason(status) == Reason::kUnique) {
      unsolved.emplace_back(status.message());
      continue;
    }
    KITH_RETURN_IF_ERROR(status);
    report.changes.push_back("index " + NameOfIndex(*catalog->catalog, number) + " built anew");
  }
  for (const std::string& name : damage.derivations) {
    if (name == kRollUpDerivation) {
      for (const RollUpPlan& plan : catalog->reading->programs->roll_ups()) KITH_RETURN_IF_ERROR(RebuildIndex(plan.number()));
      report.changes.emplace_back("rows of roll-ups recomputed");
      continue;
    }
    const Derivation* derivation = FindDerivation(state_->extensions(), name);
    if (derivation == nullptr) continue;
    KITH_RETURN_IF_ERROR(BringDerivation(*derivation, true));
    report.changes.push_back("rows of derivation " + name + " recomputed");
  }
  if (damage.foreign_rows.empty()) return absl::OkStatus();
  report.changes.push_back(std::to_string(damage.foreign_rows.size()) + " aggregate rows of no derivation taken away");
  return RunSteps([&](storage::WriteSet& set, const std::string&) -> StatusOr<std::string> {
    for (const std::string& key : damage.foreign_rows) set.Delete(format::kAggregate, key);
    return std::string();
  });
}

// True when there was something to do.
StatusOr<bool> DatabaseImpl::RepairOnce(RepairReport& report, std::vector<std::string>& unsolved) {
  Damage damage;
  {
    const storage::Reader* reader = nullptr;
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot,
                          NewSnapshot(state_, state_->environment(), state_->catalogs(), {}, &reader));
    Verification run{.reader = *reader,
                     .snapshot = *snapshot,
                     .extensions = state_->extensions(),
                     .programs = Programs::Compile(snapshot->shared_catalog())};
    RunPasses(run);
    report.problems = run.problems.Take();
    damage = std::move(run.damage);
  }
  if (report.problems.empty()) return false;
  const size_t before = report.changes.size();
  KITH_RETURN_IF_ERROR(RepairFacts(damage, report));
  KITH_RETURN_IF_ERROR(RepairDerived(damage, report, unsolved));
  return report.changes.size() > before;
}

StatusOr<RepairReport> DatabaseImpl::Repair() {
  KITH_RETURN_IF_ERROR(CheckOptions({}));
  KITH_ASSIGN_OR_RETURN(const storage::CheckReport checked, state_->environment().Check());
  if (!checked.problems.empty()) {
    return MakeError(
        {.reason = Reason::kCorrupt, .value = path(), .hint = "restore a backup, or salvage what can still be read into a new database"},
        "the file itself is damaged, which no repair mends: " + checked.problems.front());
  }
  RepairReport report;
  std::vector<std::string> unsolved;
  for (int round = 0; round < kRounds; ++round) {
    KITH_ASSIGN_OR_RETURN(const bool more, RepairOnce(report, unsolved));
    if (!more) break;
    if (round + 1 < kRounds) continue;
    KITH_ASSIGN_OR_RETURN(VerifyReport verified, Verify());
    report.problems = std::move(verified.problems);
  }
  report.problems.insert(report.problems.end(), unsolved.begin(), unsolved.end());
  return report;
}

}  // namespace kith::engine
