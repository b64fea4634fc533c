// The environment that users hold: the store, its readers and its writer, and the guard of its directory.
#ifndef KITH_LIB_STORAGE_ENVIRONMENT_H_
#define KITH_LIB_STORAGE_ENVIRONMENT_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "kith/storage/storage.h"
#include "storage/files.h"
#include "storage/guard.h"
#include "storage/readers.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace kith::storage {

class EnvironmentImpl final : public Environment, public std::enable_shared_from_this<EnvironmentImpl> {
 public:
  EnvironmentImpl(Directory directory, std::vector<KeyspaceSpec> keyspaces, OpenOptions options);
  ~EnvironmentImpl() override;
  EnvironmentImpl(const EnvironmentImpl&) = delete;
  EnvironmentImpl& operator=(const EnvironmentImpl&) = delete;

  // The second half of construction: guard, file check, LMDB. After an error the object is only good for destruction.
  [[nodiscard]] Status Start();
  // AlreadyOpen when this environment cannot serve such an open.
  [[nodiscard]] Status CheckAttach(std::span<const KeyspaceSpec> keyspaces, const OpenOptions& options) const;

  [[nodiscard]] StatusOr<std::unique_ptr<Snapshot>> Read() override;
  [[nodiscard]] std::vector<Status> Run(std::span<Job* const> jobs, const SubmitOptions& options) override;
  [[nodiscard]] StatusOr<uint64_t> Wait(uint64_t transaction, std::chrono::milliseconds timeout) override;
  [[nodiscard]] StatusOr<Stats> GetStats() override;
  [[nodiscard]] StatusOr<CheckReport> Check() override;
  [[nodiscard]] StatusOr<OverwriteReport> Overwrite() override;
  [[nodiscard]] StatusOr<CompactReport> Compact() override;
  [[nodiscard]] Status Backup(std::string_view target_path) override;
  [[nodiscard]] const std::string& path() const override { return directory_.path; }
  [[nodiscard]] bool read_only() const override { return options_.read_only; }

  [[nodiscard]] FileId data_file() const { return data_file_; }
  [[nodiscard]] bool came_from_elsewhere() const { return came_from_elsewhere_; }
  void Vouch();

 private:
  [[nodiscard]] Status Usable() const;
  [[nodiscard]] StatusOr<uint64_t> NewestTransaction();
  [[nodiscard]] Status AddFileStats(Stats& stats);
  void CloseStore();
  // compact.cc
  [[nodiscard]] Status CopyCompact(const Directory& directory, bool alone, uint64_t& transaction, bool& outdated);
  [[nodiscard]] Status CompactOnce(const Directory& directory, bool copy_alone, bool& outdated);
  [[nodiscard]] Status TakePlace(const Directory& directory, bool copy, uint64_t transaction, bool& outdated);
  [[nodiscard]] Status Rename(const Directory& directory, uint64_t transaction, bool& outdated);

  Directory directory_;  // as it was opened; since Start without a descriptor
  const std::vector<KeyspaceSpec> keyspaces_;
  const OpenOptions options_;
  const uint64_t generation_;
  FileId data_file_;
  std::atomic<bool> came_from_elsewhere_ = false;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Readers> readers_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_ENVIRONMENT_H_
