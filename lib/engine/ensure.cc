// Ensure: definitions, seeds and new indexes of packages.
//
// The plan is made against the catalog that this process knows, outside of the writer; the job that installs it checks that the file still
// stands at that version. Definitions are ordinary records, so history and feed have them. Indexes over existing records are marked in the
// same commit as not whole and built afterwards, in steps.
#include <algorithm>
#include <utility>

#include "engine/audit.h"
#include "engine/database_internal.h"
#include "engine/index_build_internal.h"
#include "engine/programs.h"
#include "engine/roll_up.h"
#include "kith/catalog/received.h"

namespace kith::engine {
namespace {

using catalog::Catalog;

constexpr std::string_view kDefinitionSystem = "kith.definition";

// Definition records as a batch of the compiled-in types.
StatusOr<Batch> DefinitionBatch(const std::shared_ptr<const Catalog>& catalog, const Catalog::Plan& plan, const Actor& actor,
                                const DefinitionStamps& stamps) {
  Batch batch(catalog, actor, "ensure");
  batch.SetOrigin(Origin::kPackage);
  for (const catalog::Definition& definition : plan.definitions) {
    KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* const type, catalog->GetType(definition.type));
    const Id record = batch.Upsert(type->name, ExternalRef{std::string(kDefinitionSystem), definition.key});
    batch.Set(record, "key", definition.key);
    batch.Set(record, "body", definition.body);
    const auto stamp = stamps.find({definition.type, definition.key});
    batch.Set(record, "stamp", stamp == stamps.end() ? Value() : Value(stamp->second));
  }
  KITH_RETURN_IF_ERROR(batch.status());
  return batch;
}

StatusOr<std::vector<Batch>> SeedBatches(const Catalog::Plan& plan) {
  std::vector<Batch> batches;
  for (const std::string& seeds : plan.seeds) {
    KITH_ASSIGN_OR_RETURN(Batch batch, Batch::FromJson(plan.after, seeds));
    batch.SetOrigin(Origin::kPackage);
    batches.push_back(std::move(batch));
  }
  return batches;
}

// Of a field by its name; 0: there is none.
uint32_t NumberOf(const catalog::TypeDef& type, std::string_view field) {
  const catalog::FieldDef* def = type.FindField(field);
  return def == nullptr ? 0 : def->number;
}

// A type that was there before has behaviours or roles that it did not have, or another field that plays one: its records may mean
// something to derivations now.
bool AnyGainsRoles(const Catalog& before, const Catalog& after) {
  return std::any_of(after.types().begin(), after.types().end(), [&](const catalog::TypeDef& type) {
    const catalog::TypeDef* old = before.FindType(type.name);
    if (old == nullptr) return false;
    return std::any_of(type.behaviours.begin(), type.behaviours.end(), [&](const catalog::BehaviourDef& now) {
      const catalog::BehaviourDef* had = old->FindBehaviour(now.name);
      return had == nullptr || had->roles != now.roles || std::any_of(now.roles.begin(), now.roles.end(), [&](const auto& role) {
               return NumberOf(type, role.second) != NumberOf(*old, role.second);
             });
    });
  });
}

// Installs a plan in one commit.
class EnsureJob final : public storage::Job {
 public:
  // Requests hold what the batches need to run; `definitions` against the catalog before, `seeds` against the one after.
  EnsureJob(const Catalog::Plan& plan, const Catalog& before, ApplyRequest definitions, std::vector<ApplyRequest> seeds, bool dry_run,
            std::optional<uint64_t> unless_changed_since, const std::function<Status(storage::WriteSet&)>& beside)
      : plan_(plan),
        gains_roles_(AnyGainsRoles(before, *plan.after)),
        definitions_(std::move(definitions)),
        seeds_(std::move(seeds)),
        dry_run_(dry_run),
        unless_changed_since_(unless_changed_since),
        beside_(beside) {
    for (const catalog::TypeDef& type : plan.after->types()) {
      for (const catalog::FieldDef& field : type.fields) has_roll_ups_ |= field.roll_up.has_value();
    }
  }

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    if (unless_changed_since_.has_value()) {
      KITH_ASSIGN_OR_RETURN(const format::State now, ReadState(set));
      if (now.sequence != *unless_changed_since_) {
        return MakeError({.reason = Reason::kCatalogChanged, .hint = "try again while others do not write"}, "the data has changed");
      }
    }
    KITH_RETURN_IF_ERROR(RunBatch(definitions_, set));
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
    state.catalog_version = plan_.after->version();
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    for (const catalog::IndexDef* index : plan_.new_indexes) MarkForBuilding(set, index->number);
    for (const uint32_t number : plan_.dropped_indexes) MarkForDropping(set, number);
    for (const uint32_t number : plan_.new_roll_ups) MarkForBuilding(set, number);
    for (const uint32_t number : plan_.dropped_roll_ups) MarkForDropping(set, number);
    if (has_roll_ups_) ListRollUps(set);
    if (gains_roles_) OutdateDerivations(set);
    if (beside_) KITH_RETURN_IF_ERROR(beside_(set));
    for (const ApplyRequest& seeds : seeds_) KITH_RETURN_IF_ERROR(RunBatch(seeds, set));
    return dry_run_ ? Verdict::kDiscard : Verdict::kKeep;
  }

 private:
  static Status RunBatch(const ApplyRequest& request, storage::WriteSet& set) {
    Outcome outcome;
    Applier applier(request, set);
    return applier.Run(outcome).status();
  }

  // A library that does not know roll-ups must not write where there are some.
  static void ListRollUps(storage::WriteSet& set) {
    std::string version;
    AppendU64(version, kRollUpVersion);
    set.Put(format::kMeta, std::string(format::kMetaDerivationPrefix).append(kRollUpDerivation), version);
  }

  // They are worked out anew once this is installed, or when the file is opened next.
  void OutdateDerivations(storage::WriteSet& set) const {
    std::string version;
    AppendU64(version, 0);
    for (const Derivation* derivation : definitions_.extensions->derivations) {
      set.Put(format::kMeta, std::string(format::kMetaDerivationPrefix).append(derivation->name()), version);
    }
  }

  const Catalog::Plan& plan_;
  bool gains_roles_;
  ApplyRequest definitions_;
  std::vector<ApplyRequest> seeds_;
  bool dry_run_;
  std::optional<uint64_t> unless_changed_since_;
  const std::function<Status(storage::WriteSet&)>& beside_;
  bool has_roll_ups_ = false;
};

// What was found whole is noted in the file: a process that opens it with the same packages need not plan them again. A note is of one
// version of the catalog: version (8), form (8), then a digest (32 bytes) for each call of Ensure.
constexpr uint64_t kSatisfiedForm = 1;  // raised when the same packages give other definitions than before
constexpr size_t kSatisfiedHead = 2 * sizeof(uint64_t);
constexpr size_t kSatisfiedMost = 16;

// The digests that hold for a version.
StatusOr<std::string> ReadSatisfied(const storage::Reader& reader, uint64_t version) {
  const StatusOr<storage::View> stored = reader.Get(format::kMeta, format::kMetaSatisfied);
  if (IsNotFound(stored.status())) return std::string();
  if (!stored.ok()) return stored.status();
  const bool holds = stored->size() >= kSatisfiedHead && ReadU64(stored->data()) == version &&
                     ReadU64(stored->data() + sizeof(uint64_t)) == kSatisfiedForm;
  return holds ? std::string(stored->substr(kSatisfiedHead)) : std::string();
}

bool HoldsDigest(std::string_view digests, std::string_view digest) {
  for (; digests.size() >= digest.size(); digests.remove_prefix(digest.size())) {
    if (digests.starts_with(digest)) return true;
  }
  return false;
}

class NoteSatisfiedJob final : public storage::Job {
 public:
  NoteSatisfiedJob(uint64_t version, std::string digest) : version_(version), digest_(std::move(digest)) {}

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(const format::State now, ReadState(set));
    KITH_ASSIGN_OR_RETURN(const std::string digests, ReadSatisfied(set, version_));
    const bool full = digests.size() >= kSatisfiedMost * digest_.size();
    if (now.catalog_version != version_ || full || HoldsDigest(digests, digest_)) return Verdict::kDiscard;  // noted by another meanwhile
    std::string note;
    AppendU64(note, version_);
    AppendU64(note, kSatisfiedForm);
    set.Put(format::kMeta, format::kMetaSatisfied, note + digests + digest_);
    return Verdict::kKeep;
  }

 private:
  uint64_t version_;
  std::string digest_;
};

// What writers will know once the plan is installed.
std::shared_ptr<const WriterCatalog> CatalogAfter(const WriterCatalog& before, const Catalog::Plan& plan,
                                                  std::shared_ptr<const Programs> programs) {
  auto reading = std::make_shared<ReaderCatalog>();
  reading->catalog = plan.after;
  reading->building = before.reading->building;
  for (const catalog::IndexDef* index : plan.new_indexes) reading->building.push_back(index->number);
  reading->building.insert(reading->building.end(), plan.new_roll_ups.begin(), plan.new_roll_ups.end());
  reading->programs = std::move(programs);
  std::sort(reading->building.begin(), reading->building.end());
  auto after = std::make_shared<WriterCatalog>();
  after->version = plan.after->version();
  after->catalog = plan.after;
  after->reading = std::move(reading);
  after->writable = before.writable;
  after->conversions = before.conversions;
  return after;
}

}  // namespace

StatusOr<EnsureReport> DatabaseImpl::EnsureOnce(std::span<const catalog::PackageSource> packages, bool dry_run) {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
  KITH_ASSIGN_OR_RETURN(const std::string digest, DigestOf(packages));
  EnsureReport present;
  present.catalog_version = before->version;
  const Satisfied& satisfied = before->reading->satisfied;
  if (satisfied.Has(digest)) return present;
  {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
    KITH_ASSIGN_OR_RETURN(const std::string noted, ReadSatisfied(*snapshot, before->version));
    if (HoldsDigest(noted, digest)) {
      satisfied.Add(digest);
      return present;
    }
  }
  KITH_ASSIGN_OR_RETURN(const Catalog::Plan plan, before->catalog->PlanEnsure(packages));
  if (plan.definitions.empty() && plan.changes.empty() && plan.notes.empty()) {
    satisfied.Add(digest);
    NoteSatisfiedJob job(before->version, digest);
    // Without the note the next one takes longer, no more. A library that lacks a derivation writes nothing at all.
    if (!read_only_ && !dry_run && before->writable.ok()) static_cast<void>(RunJob(job));
    return present;
  }
  return Install(before, plan, dry_run);
}

// Records that do not meet what the plan declares.
StatusOr<std::vector<std::string>> DatabaseImpl::BreachesOf(const Catalog::Plan& plan, const std::shared_ptr<const Programs>& programs,
                                                            const Catalog& before) const {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  FieldComputer computer(programs);
  return FindBreaches({.reader = snapshot.get(), .catalog = plan.after.get(), .computer = &computer}, *programs, &before);
}

StatusOr<EnsureReport> DatabaseImpl::Install(const std::shared_ptr<const WriterCatalog>& before, const Catalog::Plan& plan, bool dry_run,
                                             const Actor& actor, std::optional<uint64_t> unless_changed_since,
                                             const std::function<Status(storage::WriteSet&)>& beside, const DefinitionStamps& stamps) {
  EnsureReport report;
  report.catalog_version = before->version;
  report.changes = plan.changes;
  report.notes = plan.notes;
  if (plan.definitions.empty()) return report;
  const std::shared_ptr<const Programs> programs = Programs::Compile(plan.after, plan.paths);
  KITH_RETURN_IF_ERROR(programs->status());
  KITH_ASSIGN_OR_RETURN(report.warnings, BreachesOf(plan, programs, *before->catalog));

  KITH_ASSIGN_OR_RETURN(const Batch definitions, DefinitionBatch(before->catalog, plan, actor, stamps));
  KITH_ASSIGN_OR_RETURN(const std::vector<Batch> seeds, SeedBatches(plan));
  const std::shared_ptr<const WriterCatalog> after = CatalogAfter(*before, plan, programs);
  ApplyRequest request = NewRequest(definitions, before);
  request.definitions = true;
  std::vector<ApplyRequest> seed_requests;
  seed_requests.reserve(seeds.size());
  for (const Batch& batch : seeds) seed_requests.push_back(NewRequest(batch, after));
  EnsureJob job(plan, *before->catalog, std::move(request), std::move(seed_requests), dry_run, unless_changed_since, beside);
  KITH_RETURN_IF_ERROR(RunJob(job));
  report.catalog_version = plan.after->version();
  return report;
}

StatusOr<EnsureReport> DatabaseImpl::SetPolicy(std::string_view policy, const Actor& actor, bool dry_run) {
  for (int attempt = 1;; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
    KITH_ASSIGN_OR_RETURN(const Catalog::Plan plan, before->catalog->PlanPolicy(policy));
    StatusOr<EnsureReport> report = Install(before, plan, dry_run, actor);
    if (GetReason(report.status()) != Reason::kCatalogChanged || attempt == kAttempts) return report;
  }
}

StatusOr<EnsureReport> DatabaseImpl::Ensure(std::span<const catalog::PackageSource> packages, bool dry_run) {
  if (read_only_ && !dry_run) return MakeError(Reason::kReadOnly, "the database was opened read-only");
  StatusOr<EnsureReport> report = EnsureReport();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    report = EnsureOnce(packages, dry_run);
    if (GetReason(report.status()) != Reason::kCatalogChanged) break;
  }
  if (!report.ok() || dry_run) return report;
  KITH_RETURN_IF_ERROR(FinishIndexes());
  KITH_RETURN_IF_ERROR(InstallDerivations());
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> newest, state_->Refresh());
  report->catalog_version = newest->version;
  return report;
}

Status DatabaseImpl::Adopt(std::span<const catalog::Definition> definitions) {
  if (read_only_) return MakeError(Reason::kReadOnly, "the database was opened read-only");
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> before, state_->Refresh());
  const std::vector<catalog::Definition> present = catalog::ToDefinitions(*before->catalog);
  std::vector<catalog::Definition> wanted(definitions.begin(), definitions.end());
  // Which policy holds is told by when it was set, which definitions do not say: pages of replicas do.
  const auto is_policy = [](const catalog::Definition& one) { return one.type == catalog::kPolicyType; };
  if (const auto own = std::find_if(present.begin(), present.end(), is_policy); own != present.end()) {
    std::erase_if(wanted, is_policy);
    wanted.push_back(*own);
  }
  KITH_ASSIGN_OR_RETURN(const Catalog::Plan plan, catalog::PlanDefinitions(*before->catalog, wanted));
  std::vector<catalog::Definition> after = catalog::ToDefinitions(*plan.after);
  for (const catalog::Definition& own : present) {
    if (std::erase(after, own) > 0) continue;
    return MakeError(
        {.reason = Reason::kPackageConflict, .value = own.key, .hint = "take them into an empty database, or Ensure the packages"},
        "the database defines something else, or otherwise");
  }
  KITH_RETURN_IF_ERROR(Install(before, plan, false).status());
  KITH_RETURN_IF_ERROR(FinishIndexes());
  return InstallDerivations();
}

}  // namespace kith::engine
