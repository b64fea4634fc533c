#include "kith/engine/database.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "engine/batch_internal.h"
#include "engine/database_internal.h"
#include "engine/verify_internal.h"
#include "kith/base/limits.h"
#include "kith/storage/provenance.h"

namespace kith {
namespace engine {
namespace {

constexpr int kBindAttempts = 8;  // a catalog that changes more often within one apply is in trouble
constexpr uint16_t kNodes = 512;
constexpr int32_t kFirstContentReason = 2000;

// An error names a record that the batch creates by the reference that the host was given.
Status Addressed(const Batch& batch, const Status& error) {
  ErrorInfo info = GetErrorInfo(error);
  if (!info.record.is_local()) return error;
  info.record = AsReturned(batch, info.record);
  return MakeError(std::move(info), MessageOf(error));
}

Status TooLarge(std::string_view what, std::string_view hint) {
  return MakeError({.reason = Reason::kLimitExceeded, .hint = std::string(hint)}, std::string(what) + " is too long");
}

}  // namespace

Time SystemClock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Time{std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

DatabaseImpl::DatabaseImpl(std::shared_ptr<EngineState> state, const OpenOptions& options)
    : state_(std::move(state)),
      clock_(options.clock ? options.clock : SystemClock),
      node_(options.node),
      slow_(options.slow),
      read_only_(options.read_only) {}

bool DatabaseImpl::read_only() const { return read_only_ || !state_->cached()->writable.ok(); }

StatusOr<std::unique_ptr<Snapshot>> DatabaseImpl::Read(Viewer viewer) {
  return NewSnapshot(state_, state_->environment(), state_->catalogs(), std::move(viewer), nullptr, &state_->accesses());
}

StatusOr<std::shared_ptr<const catalog::Catalog>> DatabaseImpl::GetCatalog() {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> newest, state_->Refresh());
  return newest->catalog;
}

StatusOr<Batch> DatabaseImpl::NewBatch(Actor actor, std::string_view reason) {
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<const catalog::Catalog> catalog, GetCatalog());
  return Batch(std::move(catalog), std::move(actor), reason);
}

// --- apply

namespace {

// After a write, where want of memory must not hide from the caller what was written.
template <typename Work>
void IfMemoryAllows(const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the work is the better form of what is there without it
  }
}

}  // namespace

struct DatabaseImpl::Pending {
  const Batch* batch = nullptr;
  std::unique_ptr<Batch> rebound;  // when the batch was made with another catalog
  std::unique_ptr<ApplyJob> job;   // nullptr: settled
  StatusOr<Outcome> result = Outcome();
};

Status DatabaseImpl::CheckOptions(const ApplyOptions& options) const {
  if (options.idempotency_key.size() > limits::kIdempotencyKeyBytes) {
    return TooLarge("the idempotency key", "limit kIdempotencyKeyBytes, 64");
  }
  if (options.checkpoint.size() > limits::kNameBytes) return TooLarge("the checkpoint's name", "limit kNameBytes, 64");
  if (options.checkpoint_value.size() > limits::kCheckpointBytes) return TooLarge("the checkpoint", "limit kCheckpointBytes, 4096");
  if (options.checkpoint.empty() && !options.checkpoint_value.empty()) {
    return MakeError({.reason = Reason::kBadOptions, .field = "checkpoint", .hint = "name the checkpoint"}, "a checkpoint has no name");
  }
  if (options.vendor.size() > limits::kNameBytes || options.vendor.find('.') != std::string::npos) {
    return MakeError({.reason = Reason::kBadOptions,
                      .field = "vendor",
                      .value = options.vendor,
                      .hint = "the word before the first dot of its packages' names"},
                     "is no vendor");
  }
  if (read_only_) return MakeError({.reason = Reason::kReadOnly, .hint = "open it without read_only"}, "the database was opened read-only");
  return absl::OkStatus();
}

ApplyRequest DatabaseImpl::NewRequest(const Batch& batch, std::shared_ptr<const WriterCatalog> catalog) const {
  ApplyRequest request;
  request.batch = &batch;
  request.catalog = std::move(catalog);
  request.extensions = &state_->extensions();
  request.clock = clock_();
  request.node = node_;
  return request;
}

void DatabaseImpl::Bind(Pending& pending, const std::shared_ptr<const WriterCatalog>& catalog) const {
  const Batch* bound = pending.batch;
  if (pending.batch->catalog() != catalog->catalog) {
    StatusOr<Batch> again = pending.batch->Rebind(catalog->catalog);
    if (!again.ok()) {
      pending.result = std::move(again).status();
      pending.job.reset();
      return;
    }
    pending.rebound = std::make_unique<Batch>(*std::move(again));
    bound = pending.rebound.get();
  }
  pending.job = std::make_unique<ApplyJob>(NewRequest(*bound, catalog));
}

bool DatabaseImpl::RunPending(std::vector<Pending>& pending, const ApplyOptions& options) {
  std::vector<storage::Job*> jobs;
  std::vector<Pending*> running;
  for (Pending& one : pending) {
    if (one.job == nullptr) continue;
    jobs.push_back(one.job.get());
    running.push_back(&one);
  }
  if (jobs.empty()) return false;
  const std::vector<Status> statuses = state_->environment().Run(jobs, {.timeout = options.timeout});
  bool again = false;
  for (size_t i = 0; i < running.size(); ++i) {
    Pending& one = *running[i];
    bool outdated = false;
    if (statuses[i].ok()) {
      one.result = std::move(one.job->outcome());
    } else {
      one.result = statuses[i];
      IfMemoryAllows([&] { outdated = GetReason(statuses[i]) == Reason::kCatalogChanged; });
    }
    if (!outdated) one.job.reset();
    again |= outdated;
  }
  return again;
}

void DatabaseImpl::NoteTime(size_t batches, std::chrono::steady_clock::time_point begin) const {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  apply_micros_.fetch_add(static_cast<uint64_t>(took.count()), std::memory_order_relaxed);
  if (slow_.count() == 0 || took < slow_) return;
  state_->Log(storage::LogLevel::kWarning,
              "slow apply: " + std::to_string(batches) + " batches took " + std::to_string(took.count() / 1000) + " ms");
}

Status DatabaseImpl::Explain(const Batch& batch, const Status& error, const Viewer& viewer) {
  const auto number = static_cast<int32_t>(GetReason(error));
  // What storage refuses has nothing to do with what the batch says.
  if (!state_->extensions().explain || number < kFirstContentReason) return error;
  const StatusOr<std::unique_ptr<Snapshot>> snapshot = Read(viewer);
  return snapshot.ok() ? state_->extensions().explain(batch, error, **snapshot) : error;
}

std::vector<StatusOr<Outcome>> DatabaseImpl::ApplyBatches(std::span<const Batch* const> batches, const ApplyOptions& options,
                                                          const std::string& content_hash) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Pending> pending(batches.size());
  std::shared_ptr<const WriterCatalog> catalog = state_->cached();
  const auto bind = [&](Pending& one) {
    Bind(one, catalog);
    if (one.job == nullptr) return;
    ApplyRequest& request = one.job->request();
    request.idempotency_key = options.idempotency_key;
    request.content_hash = content_hash;
    request.checkpoint = options.checkpoint;
    request.checkpoint_value = options.checkpoint_value;
    request.dry_run = options.dry_run;
    request.vendor = options.vendor;
    request.viewer = options.viewer;
    request.accesses = &state_->accesses();
  };
  for (size_t i = 0; i < batches.size(); ++i) {
    pending[i].batch = batches[i];
    if (batches[i]->status().ok()) {
      bind(pending[i]);
    } else {
      pending[i].result = batches[i]->status();
    }
  }
  std::vector<StatusOr<Outcome>> results;
  results.reserve(pending.size());
  bool again = RunPending(pending, options);
  // What does not come to a further attempt keeps its error.
  IfMemoryAllows([&] {
    for (int attempt = 1; again && attempt < kBindAttempts; ++attempt) {
      StatusOr<std::shared_ptr<const WriterCatalog>> newest = state_->Refresh();
      if (!newest.ok()) break;
      catalog = *std::move(newest);
      for (Pending& one : pending) {
        if (one.job != nullptr) bind(one);
      }
      again = RunPending(pending, options);
    }
  });
  for (Pending& one : pending) {
    if (!one.result.ok()) {
      IfMemoryAllows([&] { one.result = Addressed(*one.batch, Explain(*one.batch, one.result.status(), options.viewer)); });
    }
    (one.result.ok() ? applied_ : refused_).fetch_add(1, std::memory_order_relaxed);
    results.push_back(std::move(one.result));
  }
  IfMemoryAllows([&] { NoteTime(batches.size(), begin); });
  return results;
}

StatusOr<DatabaseImpl*> ImplOf(Database& db) {
  if (auto* const impl = dynamic_cast<DatabaseImpl*>(&db)) return impl;
  return MakeError(Reason::kBadOptions, "the database is none that this library opened");
}

StatusOr<Outcome> DatabaseImpl::Apply(const Batch& batch, const ApplyOptions& options) {
  KITH_RETURN_IF_ERROR(CheckOptions(options));
  KITH_RETURN_IF_ERROR(batch.status());
  std::string content_hash;
  if (!options.idempotency_key.empty()) {
    KITH_ASSIGN_OR_RETURN(content_hash, ContentHash(batch));
  }
  const Batch* const batches[] = {&batch};
  return std::move(ApplyBatches(batches, options, content_hash)[0]);
}

std::vector<StatusOr<Outcome>> DatabaseImpl::ApplyMany(std::span<const Batch* const> batches, const ApplyOptions& options) {
  Status status = CheckOptions(options);
  if (status.ok() && !(options.idempotency_key.empty() && options.checkpoint.empty())) {
    status =
        MakeError({.reason = Reason::kBadOptions, .hint = "apply one batch with it"}, "several batches take neither key nor checkpoint");
  }
  if (!status.ok()) return std::vector<StatusOr<Outcome>>(batches.size(), StatusOr<Outcome>(status));
  return ApplyBatches(batches, options, {});
}

// --- the rest

Status DatabaseImpl::RunJob(storage::Job& job) {
  storage::Job* const jobs[] = {&job};
  return state_->environment().Run(jobs, {})[0];
}

StatusOr<uint64_t> DatabaseImpl::Wait(uint64_t sequence, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    uint64_t transaction = 0;
    uint64_t newest = 0;
    {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
      transaction = snapshot->transaction();
      KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
      newest = state.sequence;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (newest > sequence || left.count() <= 0) return newest;
    KITH_RETURN_IF_ERROR(state_->environment().Wait(transaction, left).status());
  }
}

StatusOr<VerifyReport> DatabaseImpl::Verify() {
  return VerifyDatabase(state_, state_->environment(), state_->catalogs(), state_->extensions());
}

Status DatabaseImpl::Backup(std::string_view target_path) { return state_->environment().Backup(target_path); }
StatusOr<storage::CompactReport> DatabaseImpl::Compact() { return state_->environment().Compact(); }

StatusOr<DatabaseStats> DatabaseImpl::GetStats() {
  DatabaseStats stats;
  KITH_ASSIGN_OR_RETURN(stats.storage, state_->environment().GetStats());
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const WriterCatalog> catalog, state_->Refresh());
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, state_->environment().Read());
  KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
  stats.sequence = state.sequence;
  stats.catalog_version = state.catalog_version;
  const auto types = catalog->catalog->types();
  stats.types = static_cast<uint64_t>(
      std::count_if(types.begin(), types.end(), [](const catalog::TypeDef& type) { return type.number >= catalog::kFirstOpenType; }));
  stats.applied = applied_.load(std::memory_order_relaxed);
  stats.refused = refused_.load(std::memory_order_relaxed);
  stats.apply_seconds = static_cast<double>(apply_micros_.load(std::memory_order_relaxed)) * 1e-6;
  KITH_ASSIGN_OR_RETURN(const Horizon horizon, ReadHorizon(*snapshot));
  stats.horizon = horizon.sequence;
  return stats;
}

namespace {

// Records are read in place, by offsets within them. A seal says that they are as somebody has written them, not who it was. Of types whose
// number is below `end`.
Status CheckRecordsOf(storage::Environment& environment, const catalog::Catalog& catalog, uint64_t end) {
  if (!storage::CameFromElsewhere(environment)) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, environment.Read());
  const catalog::TypeDef* type = nullptr;
  const std::unique_ptr<storage::Cursor> cursor = snapshot->NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(uint64_t)) continue;  // nobody reads it, as one of an unknown type; Verify tells of them
    const Id id(RecordNumber(cursor->key()));
    if (id.type() >= end) break;
    if (type == nullptr || type->number != id.type()) type = catalog.FindType(id.type());
    if (type == nullptr) continue;
    if (const Status status = record::Verify(cursor->value(), type->layout); !status.ok()) {
      return MakeError({.reason = Reason::kCorrupt,
                        .type = type->name,
                        .record = id,
                        .hint = "the file is not of this machine; have it salvaged, or restore a backup"},
                       "a record is malformed: " + std::string(MessageOf(status)));
    }
  }
  return cursor->status();
}

}  // namespace
}  // namespace engine

StatusOr<std::shared_ptr<Database>> Database::Open(std::string_view path, const OpenOptions& options) {
  if (options.node >= engine::kNodes) {
    return MakeError({.reason = Reason::kBadOptions, .field = "node", .value = std::to_string(options.node), .hint = "0 to 511"},
                     "the node is out of range");
  }
  storage::OpenOptions stored;
  stored.create = options.create;
  stored.read_only = options.read_only;
  stored.temporary = options.temporary;
  stored.map_size = options.map_size;
  stored.max_size = options.max_size;
  stored.durability = options.durability;
  stored.allow_any_file_system = options.allow_any_file_system;
  stored.seed = options.seed;
  stored.log = options.log;
  stored.application_format = format::kVersion;
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<storage::Environment> environment,
                        storage::Environment::Open(path, format::Keyspaces(), std::move(stored)));
  auto state = std::make_shared<engine::EngineState>(std::move(environment), options.extensions, options.log,
                                                     options.clock ? options.clock : engine::SystemClock);
  // Definitions first: the catalog is read from them.
  KITH_RETURN_IF_ERROR(engine::CheckRecordsOf(state->environment(), *catalog::Catalog::BuiltIn(), catalog::kFirstOpenType));
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::WriterCatalog> catalog, state->Refresh());
  KITH_RETURN_IF_ERROR(engine::CheckRecordsOf(state->environment(), *catalog->catalog, UINT64_MAX));
  storage::Vouch(state->environment());
  auto database = std::make_shared<engine::DatabaseImpl>(std::move(state), options);
  if (!options.read_only) KITH_RETURN_IF_ERROR(database->InstallDerivations());
  return std::shared_ptr<Database>(std::move(database));
}

}  // namespace kith
