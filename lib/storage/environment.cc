#include "storage/environment.h"

#include <algorithm>
#include <exception>
#include <thread>

#include "kith/storage/provenance.h"
#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/open_file.h"
#include "storage/process.h"
#include "storage/snapshot.h"
#include "storage/store_check.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

constexpr std::chrono::milliseconds kFirstPoll{1};
constexpr std::chrono::milliseconds kSlowestPoll{50};
constexpr int kCheckAttempts = 16;

bool SameSpecs(std::span<const KeyspaceSpec> a, std::span<const KeyspaceSpec> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const KeyspaceSpec& x, const KeyspaceSpec& y) {
    return x.name == y.name && x.order == y.order && x.sealed == y.sealed;
  });
}

}  // namespace

EnvironmentImpl::EnvironmentImpl(Directory directory, std::vector<KeyspaceSpec> keyspaces, OpenOptions options)
    : directory_(std::move(directory)), keyspaces_(std::move(keyspaces)), options_(std::move(options)), generation_(ProcessGeneration()) {}

Status EnvironmentImpl::Start() {
  KITH_ASSIGN_OR_RETURN(guard_, Guard::Lock(directory_));
  KITH_ASSIGN_OR_RETURN(const PreparedFile prepared, PrepareFile(directory_, *guard_, keyspaces_, options_));
  KITH_ASSIGN_OR_RETURN(store_, Store::Open(directory_.path, keyspaces_, options_));
  if (prepared.fresh && !options_.temporary) KITH_RETURN_IF_ERROR(SyncDirectory(directory_.fd.get()));  // R14
  came_from_elsewhere_ = prepared.from_elsewhere;
  if (prepared.fully_checked) store_->Log(LogLevel::kInfo, "the data file was checked in full, because it was not as this machine left it");
  if (guard_->alone()) {
    KITH_ASSIGN_OR_RETURN(GuardRecord record, RecordOf(directory_, GuardRecord::State::kOpen, 0));
    if (came_from_elsewhere_) record.boot_id.clear();  // whoever comes before somebody vouched for it checks as much
    KITH_RETURN_IF_ERROR(guard_->Write(record));
    KITH_RETURN_IF_ERROR(guard_->Share());
  }
  KITH_ASSIGN_OR_RETURN(const struct stat info, StatOwnedFile(directory_, kDataFile));
  data_file_ = IdOf(info);
  directory_.fd.Reset();
  readers_ = std::make_unique<Readers>(*store_);
  writer_ = std::make_unique<Writer>(*store_, *readers_, WriterPool::Get());
  return absl::OkStatus();
}

EnvironmentImpl::~EnvironmentImpl() {
  if (generation_ != ProcessGeneration()) {
    // Everything of the parent's stays as it is: its threads do not exist here, its locks and transactions are not ours (R5).
    (void)writer_.release();
    (void)readers_.release();
    return;
  }
  writer_.reset();
  readers_.reset();
  try {
    if (store_ != nullptr) CloseStore();
    guard_.reset();
    if (options_.temporary) RemoveDatabase(directory_.path);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): memory ran out; without the guard's record the next open checks more
  }
}

void EnvironmentImpl::CloseStore() {
  // What a relaxed commit has not yet written must be there before the guard says so. (One that is being made is synced when it is whole.)
  if (store_->env() != nullptr && store_->syncs_a_commit() == 1) mdb_env_sync(store_->env(), 1);
  const uint64_t transaction = store_->last_transaction();
  const bool sound = store_->env() != nullptr;
  store_.reset();
  if (sound && !came_from_elsewhere_ && !options_.temporary && guard_->TryAlone()) {
    const StatusOr<Directory> directory = OpenAgain(directory_);
    const StatusOr<GuardRecord> record =
        directory.ok() ? RecordOf(*directory, GuardRecord::State::kClosed, transaction) : StatusOr<GuardRecord>(directory.status());
    // Without the record the next open only checks more than it had to.
    if (record.ok()) (void)guard_->Write(*record);
  }
}

void EnvironmentImpl::Vouch() {
  if (!came_from_elsewhere_.exchange(false)) return;
  const StatusOr<Directory> directory = OpenAgain(directory_);
  const StatusOr<GuardRecord> record =
      directory.ok() ? RecordOf(*directory, GuardRecord::State::kOpen, 0) : StatusOr<GuardRecord>(directory.status());
  // Without the record others only check more than they had to.
  if (record.ok()) (void)guard_->Write(*record);
}

Status EnvironmentImpl::CheckAttach(std::span<const KeyspaceSpec> keyspaces, const OpenOptions& options) const {
  const char* differs = nullptr;
  if (!SameSpecs(keyspaces, keyspaces_)) differs = "keyspaces";
  if (options.read_only != options_.read_only) differs = "read_only";
  if (options.durability != options_.durability) differs = "durability";
  if (options.max_size != options_.max_size) differs = "max_size";
  if (options.application_format != options_.application_format) differs = "application_format";
  if (differs == nullptr) return absl::OkStatus();
  return MakeError({.reason = Reason::kAlreadyOpen, .field = differs, .hint = "use the same options, or close the other handle first"},
                   "the database is already open in this process with other options");
}

Status EnvironmentImpl::Usable() const {
  if (generation_ != ProcessGeneration()) return ForkedError();
  return absl::OkStatus();
}

StatusOr<std::unique_ptr<Snapshot>> EnvironmentImpl::Read() {
  KITH_RETURN_IF_ERROR(Usable());
  return TakeSnapshot(shared_from_this(), *store_, *readers_);
}

std::vector<Status> EnvironmentImpl::Run(std::span<Job* const> jobs, const SubmitOptions& options) {
  Status status = Usable();
  if (status.ok() && options_.read_only) {
    status = MakeError({.reason = Reason::kReadOnly, .hint = "open it without read_only to write"}, "the database is opened read-only");
  }
  if (!status.ok()) return std::vector<Status>(jobs.size(), status);
  return writer_->Run(jobs, options);
}

StatusOr<uint64_t> EnvironmentImpl::NewestTransaction() {
  KITH_ASSIGN_OR_RETURN(const ReadTransaction slot, readers_->Acquire());
  return slot->transaction.load();
}

StatusOr<uint64_t> EnvironmentImpl::Wait(uint64_t transaction, std::chrono::milliseconds timeout) {
  KITH_RETURN_IF_ERROR(Usable());
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  // This process's commits wake us; those of others are found by looking, ever more slowly.
  for (auto pause = kFirstPoll;; pause = std::min(pause * 2, kSlowestPoll)) {
    KITH_ASSIGN_OR_RETURN(const uint64_t newest, NewestTransaction());
    const auto now = std::chrono::steady_clock::now();
    if (newest > transaction || now >= deadline) return newest;
    writer_->WaitForCommit(transaction, std::min(deadline, now + pause));
  }
}

StatusOr<Stats> EnvironmentImpl::GetStats() {
  KITH_RETURN_IF_ERROR(Usable());
  Stats stats;
  KITH_RETURN_IF_ERROR(AddFileStats(stats));
  const ReaderTable table = readers_->Table();
  stats.readers = table.readers;
  stats.oldest_reader_lag = table.oldest != 0 && table.oldest < stats.transaction ? stats.transaction - table.oldest : 0;
  stats.oldest_snapshot_seconds = std::chrono::duration<double>(readers_->Oldest().age).count();
  stats.groups = writer_->groups();
  stats.jobs = writer_->jobs();
  stats.syncs = writer_->syncs();
  stats.map_growths = readers_->growths();
  stats.recoveries = readers_->recoveries();
  stats.stale_readers_cleared = readers_->stale_cleared();
  return stats;
}

// What one read transaction tells.
Status EnvironmentImpl::AddFileStats(Stats& stats) {
  KITH_ASSIGN_OR_RETURN(const ReadTransaction slot, readers_->Acquire());
  MDB_envinfo info{};
  mdb_env_info(store_->env(), &info);
  stats.transaction = slot->transaction.load();
  stats.map_bytes = info.me_mapsize;
  stats.file_bytes = (info.me_last_pgno + 1) * kPageSize;
  for (const KeyspaceInfo& keyspace : store_->keyspaces()) {
    MDB_stat tree{};
    mdb_stat(slot->txn, keyspace.dbi, &tree);
    stats.keyspaces.push_back({.name = keyspace.name,
                               .entries = tree.ms_entries,
                               .bytes = (tree.ms_branch_pages + tree.ms_leaf_pages + tree.ms_overflow_pages) * kPageSize});
  }
  KITH_ASSIGN_OR_RETURN(const uint64_t free_pages, store_->FreePages(slot->txn, 0));
  stats.free_bytes = free_pages * kPageSize;
  stats.used_bytes = stats.file_bytes - std::min(stats.free_bytes, stats.file_bytes);
  return absl::OkStatus();
}

StatusOr<CheckReport> EnvironmentImpl::Check() {
  KITH_RETURN_IF_ERROR(Usable());
  KITH_ASSIGN_OR_RETURN(const Directory directory, OpenAgain(directory_));
  KITH_ASSIGN_OR_RETURN(UniqueFd fd, OpenOwnedFile(directory, kDataFile, /*create=*/false));
  // Two commits may replace the meta page of our transaction before it is read: then look again.
  for (int attempt = 0; attempt < kCheckAttempts; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const ReadTransaction slot, readers_->Acquire());
    KITH_RETURN_IF_ERROR(store_->CheckStillThere());  // the file that was opened by its name is ours
    const StatusOr<format::Meta> meta = ReadMeta(fd.get(), slot->transaction.load());
    if (!meta.ok() && GetReason(meta.status()) == Reason::kInternal) continue;
    CheckReport report;
    if (meta.ok()) {
      report = CheckStore(fd.get(), *meta, keyspaces_);
    } else {
      report.problems.emplace_back(MessageOf(meta.status()));
    }
    return report;
  }
  return MakeError({.reason = Reason::kLocked, .hint = "try again when fewer writes run"},
                   "the database changes faster than it can be checked");
}

bool CameFromElsewhere(const Environment& environment) { return static_cast<const EnvironmentImpl&>(environment).came_from_elsewhere(); }
void Vouch(Environment& environment) { static_cast<EnvironmentImpl&>(environment).Vouch(); }

}  // namespace kith::storage
