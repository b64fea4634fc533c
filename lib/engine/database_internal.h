// The database behind the interface: what each of its files adds to it.
#ifndef KITH_LIB_ENGINE_DATABASE_INTERNAL_H_
#define KITH_LIB_ENGINE_DATABASE_INTERNAL_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/apply_internal.h"
#include "engine/engine_internal.h"
#include "kith/engine/chain.h"
#include "kith/engine/change_kind.h"
#include "kith/engine/database.h"

namespace kith::engine {

struct Damage;  // verify_internal.h

[[nodiscard]] Time SystemClock();

// By type and key of the definition, as its record has it.
using DefinitionStamps = std::map<std::pair<TypeNumber, std::string>, std::string>;

// How often the library tries anew what another one's change of the catalog came before.
inline constexpr int kAttempts = 16;

class DatabaseImpl;
// The database behind a handle. BadOptions for one that this library did not open.
[[nodiscard]] StatusOr<DatabaseImpl*> ImplOf(Database& db);

class DatabaseImpl final : public Database, public std::enable_shared_from_this<DatabaseImpl> {
 public:
  DatabaseImpl(std::shared_ptr<EngineState> state, const OpenOptions& options);

  // Lists the library's derivations in the file, and rebuilds those that the file has in an older version or not at all.
  [[nodiscard]] Status InstallDerivations();
  // Indexes, roll-ups and derivations of a new database that has records alone (MarkDerived).
  [[nodiscard]] Status BuildDerived();

  [[nodiscard]] StatusOr<std::unique_ptr<Snapshot>> Read(Viewer viewer) override;
  [[nodiscard]] StatusOr<std::shared_ptr<const catalog::Catalog>> GetCatalog() override;
  [[nodiscard]] StatusOr<Batch> NewBatch(Actor actor, std::string_view reason) override;
  [[nodiscard]] StatusOr<Outcome> Apply(const Batch& batch, const ApplyOptions& options) override;
  [[nodiscard]] std::vector<StatusOr<Outcome>> ApplyMany(std::span<const Batch* const> batches, const ApplyOptions& options) override;
  [[nodiscard]] StatusOr<Outcome> Update(Actor actor, std::string_view reason, const Fill& fill, const ApplyOptions& options,
                                         int attempts) override;
  [[nodiscard]] StatusOr<EnsureReport> Ensure(std::span<const catalog::PackageSource> packages, bool dry_run) override;
  [[nodiscard]] StatusOr<RemoveReport> Remove(std::string_view package, const RemoveOptions& options) override;
  [[nodiscard]] StatusOr<EnsureReport> SetPolicy(std::string_view policy, const Actor& actor, bool dry_run) override;
  [[nodiscard]] Status Adopt(std::span<const catalog::Definition> definitions) override;
  [[nodiscard]] Status Load(const catalog::Catalog& catalog, std::span<const LoadedRecord> records, const LoadOptions& options) override;
  [[nodiscard]] StatusOr<ReplicaPage> ReadReplica(uint64_t after, uint16_t receiver, size_t limit) override;
  [[nodiscard]] StatusOr<ReceiveReport> Receive(const ReplicaPage& page) override;
  [[nodiscard]] StatusOr<uint64_t> ReceivedFrom(uint16_t node) override;
  [[nodiscard]] uint16_t node() const override { return node_; }
  [[nodiscard]] StatusOr<uint64_t> Wait(uint64_t sequence, std::chrono::milliseconds timeout) override;
  [[nodiscard]] StatusOr<PruneReport> Prune(Time before) override;
  [[nodiscard]] StatusOr<VerifyReport> Verify() override;
  [[nodiscard]] StatusOr<RepairReport> Repair() override;
  [[nodiscard]] StatusOr<std::string> ExportPerson(Id person) override;
  [[nodiscard]] StatusOr<PurgeReport> Purge(std::span<const Id> records, const PurgeOptions& options) override;
  [[nodiscard]] StatusOr<EraseReport> ErasePerson(Id person, const EraseOptions& options) override;
  [[nodiscard]] StatusOr<std::vector<Erasure>> Erasures() override;
  [[nodiscard]] StatusOr<ChangeKindReport> ChangeKind(std::string_view type, std::string_view field, std::string_view definition,
                                                      const ChangeKindOptions& options);
  [[nodiscard]] StatusOr<ChainHead> BeginChain();
  [[nodiscard]] StatusOr<ChainHead> GetChainHead();
  [[nodiscard]] StatusOr<ChainReport> VerifyChain(const ChainHead& known);
  [[nodiscard]] StatusOr<storage::OverwriteReport> OverwriteFreed() override;
  [[nodiscard]] Status Backup(std::string_view target_path) override;
  [[nodiscard]] StatusOr<storage::CompactReport> Compact() override;
  [[nodiscard]] StatusOr<RestoreReport> RestoreTo(std::string_view target_path, const Moment& moment) override;
  [[nodiscard]] StatusOr<DatabaseStats> GetStats() override;
  [[nodiscard]] const std::string& path() const override { return state_->environment().path(); }
  [[nodiscard]] bool read_only() const override;

 private:
  // One batch on its way: bound to a catalog version, run, bound again when the catalog has changed meanwhile.
  struct Pending;
  [[nodiscard]] Status CheckOptions(const ApplyOptions& options) const;
  [[nodiscard]] std::vector<StatusOr<Outcome>> ApplyBatches(std::span<const Batch* const> batches, const ApplyOptions& options,
                                                            const std::string& content_hash);
  void Bind(Pending& pending, const std::shared_ptr<const WriterCatalog>& catalog) const;
  // Runs what is bound; true when some must be bound again.
  [[nodiscard]] bool RunPending(std::vector<Pending>& pending, const ApplyOptions& options);
  [[nodiscard]] StatusOr<Outcome> UpdateOnce(const Actor& actor, std::string_view reason, const Fill& fill, const ApplyOptions& options,
                                             const std::string& content_hash);
  // An error as the rooms above would put it.
  [[nodiscard]] Status Explain(const Batch& batch, const Status& error, const Viewer& viewer);
  void NoteTime(size_t batches, std::chrono::steady_clock::time_point begin) const;
  [[nodiscard]] ApplyRequest NewRequest(const Batch& batch, std::shared_ptr<const WriterCatalog> catalog) const;
  // One job of the library's own. CatalogChanged as any other error.
  [[nodiscard]] Status RunJob(storage::Job& job);
  // What has been erased elsewhere (erase.cc).
  [[nodiscard]] Status ReceiveErasures(const ReplicaPage& page, ReceiveReport& total);
  // Takes those definitions of the other that were set later (receive_definitions.cc); how many.
  [[nodiscard]] StatusOr<uint64_t> ReceiveDefinitions(const ReplicaPage& page);
  // `always`: also when the file has rows of this version.
  [[nodiscard]] StatusOr<bool> RebuildDerivation(const Derivation& derivation, bool always);
  [[nodiscard]] Status BringDerivation(const Derivation& derivation, bool always);

  // repair.cc
  // A long change in jobs of its own: each call of `step` does some of it from where the last one ended and returns where to go on, empty
  // when there is no more. It may be called again with the same place.
  using Step = std::function<StatusOr<std::string>(storage::WriteSet& set, const std::string& from)>;
  [[nodiscard]] Status RunSteps(const Step& step);
  [[nodiscard]] StatusOr<bool> RepairOnce(RepairReport& report, std::vector<std::string>& unsolved);
  [[nodiscard]] Status RepairFacts(const Damage& damage, RepairReport& report);
  [[nodiscard]] Status RepairDerived(const Damage& damage, RepairReport& report, std::vector<std::string>& unsolved);

  // change_kind.cc
  struct KindPlan {
    bool begun = false;
    Conversion conversion;
    catalog::Catalog::Plan prepare;  // with both fields in `after`; empty when the change was begun
  };
  [[nodiscard]] StatusOr<KindPlan> PlanKind(const std::shared_ptr<const WriterCatalog>& before, std::string_view type,
                                            std::string_view field, std::string_view definition, const ChangeKindOptions& options);
  [[nodiscard]] StatusOr<ChangeKindReport> SurveyKind(const catalog::Catalog& after, const Conversion& conversion);
  [[nodiscard]] Status FillKind(const catalog::KindChange& change, const ChangeKindOptions& options);
  [[nodiscard]] Status EndKind(const catalog::KindChange& change, const ChangeKindOptions& options, ChangeKindReport& report);
  [[nodiscard]] static Status CannotConvert(const catalog::KindChange& change, const ChangeKindReport& report);
  // chain.cc: links of which pruning has left nothing, up to `last`.
  [[nodiscard]] Status StripChain(uint64_t last);

  // ensure.cc
  [[nodiscard]] StatusOr<EnsureReport> EnsureOnce(std::span<const catalog::PackageSource> packages, bool dry_run);
  // `unless_changed_since`: a sequence number that the file must still stand at, else CatalogChanged. `beside`: put in the same commit.
  // `stamps`: of what was set elsewhere.
  [[nodiscard]] StatusOr<EnsureReport> Install(const std::shared_ptr<const WriterCatalog>& before, const catalog::Catalog::Plan& plan,
                                               bool dry_run, const Actor& actor = {},
                                               std::optional<uint64_t> unless_changed_since = std::nullopt,
                                               const std::function<Status(storage::WriteSet&)>& beside = {},
                                               const DefinitionStamps& stamps = {});
  // remove.cc
  [[nodiscard]] StatusOr<RemoveReport> RemoveOnce(std::string_view package, const RemoveOptions& options);
  [[nodiscard]] StatusOr<std::vector<std::string>> BreachesOf(const catalog::Catalog::Plan& plan,
                                                              const std::shared_ptr<const Programs>& programs,
                                                              const catalog::Catalog& before) const;
  // index_build.cc
  [[nodiscard]] Status FinishIndexes();
  [[nodiscard]] Status BuildIndex(uint32_t number);
  [[nodiscard]] Status BuildRollUp(uint32_t number);
  [[nodiscard]] Status DropIndex(uint32_t number);
  // Takes all its entries away and builds it anew; readers do without it meanwhile.
  [[nodiscard]] Status RebuildIndex(uint32_t number);

  std::shared_ptr<EngineState> state_;
  std::function<Time()> clock_;
  uint16_t node_;
  std::chrono::milliseconds slow_;
  bool read_only_;
  std::atomic<uint64_t> applied_{0};
  std::atomic<uint64_t> refused_{0};
  mutable std::atomic<uint64_t> apply_micros_{0};
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_DATABASE_INTERNAL_H_
