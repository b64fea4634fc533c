// Zeros over whatever the file holds beside the newest state.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "storage/environment.h"
#include "storage/lmdb_status.h"
#include "storage/page_check.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

// Makes a commit without a change, so that the state before it is no longer in a meta page.
class EmptyCommit final : public Job {
 public:
  [[nodiscard]] StatusOr<Verdict> Run(WriteSet& set) override {
    const uint64_t nowhere = UINT64_MAX;
    set.Delete(0, IntegerKey(nowhere));
    return Verdict::kKeep;
  }
};

struct Gap {
  uint64_t page;
  size_t begin;
  size_t end;
};

// What a state has: its pages, the gaps within them, and what it lists as free.
class Inventory final : public EntryVisitor {
 public:
  // Free pages are kept when they were freed after `limit`, those of the last commit, whose state a crash may bring back, without a word.
  Inventory(std::vector<bool>& kept, uint64_t limit, uint64_t last) : kept_(kept), limit_(limit), last_(last) {}

  void OnEntry(std::string_view, std::string_view, std::string_view) override {}
  void OnPage(uint64_t page, size_t gap_begin, size_t gap_end) override {
    Keep(page);
    if (gap_begin < gap_end) gaps_.push_back({page, gap_begin, gap_end});
  }
  void OnOverflow(uint64_t first, uint64_t pages, uint64_t used_bytes) override {
    for (uint64_t page = first; page < first + pages; ++page) Keep(page);
    const uint64_t last = first + (used_bytes - 1) / kPageSize;
    const size_t end = used_bytes - (last - first) * kPageSize;
    if (end < kPageSize) gaps_.push_back({last, end, kPageSize});
    for (uint64_t page = last + 1; page < first + pages; ++page) gaps_.push_back({page, 0, kPageSize});
  }
  void OnFree(uint64_t transaction, uint64_t page) override {
    if (transaction <= limit_) return;
    Keep(page);
    if (transaction <= last_) ++kept_back_;
  }

  [[nodiscard]] const std::vector<Gap>& gaps() const { return gaps_; }
  [[nodiscard]] uint64_t kept_back() const { return kept_back_; }

 private:
  void Keep(uint64_t page) {
    if (page >= kept_.size()) kept_.resize(page + 1);
    kept_[page] = true;
  }
  std::vector<bool>& kept_;
  const uint64_t limit_;
  const uint64_t last_;
  std::vector<Gap> gaps_;
  uint64_t kept_back_ = 0;
};

Status WriteZeros(int fd, uint64_t offset, uint64_t size) {
  static constexpr std::array<char, kPageSize> kZeros = {};
  while (size > 0) {
    const ssize_t n = pwrite(fd, kZeros.data(), std::min<uint64_t>(size, kZeros.size()), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return OsError(n < 0 ? errno : EIO, "overwriting freed pages");
    offset += static_cast<uint64_t>(n);
    size -= static_cast<uint64_t>(n);
  }
  return absl::OkStatus();
}

// Runs within the writer, so that no page is taken or freed meanwhile.
class OverwriteJob final : public Job {
 public:
  OverwriteJob(int fd, Readers& readers) : fd_(fd), readers_(readers) {}
  [[nodiscard]] const OverwriteReport& report() const { return report_; }

  [[nodiscard]] StatusOr<Verdict> Run(WriteSet&) override {
    report_ = {};
    KITH_ASSIGN_OR_RETURN(const format::Meta newest, ReadMeta(fd_, std::nullopt));
    // A crash may bring the state before the newest back, and a reader may hold an older one.
    const uint64_t before = newest.transaction - 1;
    const ReaderTable table = readers_.TableWithin();
    const uint64_t limit = table.oldest == 0 ? before : std::min(before, table.oldest);
    std::vector<bool> kept(newest.last_page + 1);
    KITH_RETURN_IF_ERROR(Take(newest, limit, before, kept));
    const StatusOr<format::Meta> older = ReadMeta(fd_, before);
    if (older.ok()) KITH_RETURN_IF_ERROR(Take(*older, limit, before, kept));
    KITH_RETURN_IF_ERROR(Zero(kept));
    if (fdatasync(fd_) != 0) return OsError(errno, "syncing overwritten pages");
    return Verdict::kDiscard;
  }

 private:
  Status Take(const format::Meta& meta, uint64_t limit, uint64_t before, std::vector<bool>& kept) {
    Inventory inventory(kept, limit, before);
    KITH_RETURN_IF_ERROR(ProblemsToStatus(CheckPages(fd_, meta, CheckDepth::kFull, &inventory).problems));
    for (const Gap& gap : inventory.gaps()) {
      KITH_RETURN_IF_ERROR(WriteZeros(fd_, gap.page * kPageSize + gap.begin, gap.end - gap.begin));
      report_.gap_bytes += gap.end - gap.begin;
    }
    report_.kept_back = std::max(report_.kept_back, inventory.kept_back());
    return absl::OkStatus();
  }

  Status Zero(const std::vector<bool>& kept) {
    struct stat info {};
    if (fstat(fd_, &info) != 0) return OsError(errno, "looking at the data file");
    const auto pages = static_cast<uint64_t>(info.st_size) / kPageSize;
    for (uint64_t page = format::kMetaPages; page < pages; ++page) {
      if (page < kept.size() && kept[page]) continue;
      KITH_RETURN_IF_ERROR(WriteZeros(fd_, page * kPageSize, kPageSize));
      ++report_.pages;
    }
    return absl::OkStatus();
  }

  const int fd_;
  Readers& readers_;
  OverwriteReport report_;
};

}  // namespace

StatusOr<OverwriteReport> EnvironmentImpl::Overwrite() {
  KITH_RETURN_IF_ERROR(Usable());
  if (options_.read_only) return MakeError({.reason = Reason::kReadOnly, .hint = "open it for writing"}, "the database is read-only");
  KITH_ASSIGN_OR_RETURN(const Directory directory, OpenAgain(directory_));
  KITH_ASSIGN_OR_RETURN(const UniqueFd fd, OpenOwnedFile(directory, kDataFile, /*create=*/false));
  // Both meta pages, and so both states that a crash can leave, are then newer than what was deleted before this call.
  for (int i = 0; i < 2; ++i) {
    EmptyCommit empty;
    Job* const jobs[] = {&empty};
    KITH_RETURN_IF_ERROR(Run(jobs, {})[0]);
  }
  OverwriteJob job(fd.get(), *readers_);
  Job* const jobs[] = {&job};
  KITH_RETURN_IF_ERROR(Run(jobs, {})[0]);
  return job.report();
}

}  // namespace kith::storage
