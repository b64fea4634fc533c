// The writes that the campaigns of faults, of lost power and of kills put a database through, and the look at what is left of them.
#ifndef KITH_TESTS_CRASH_WORKLOAD_H_
#define KITH_TESTS_CRASH_WORKLOAD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kith/engine/database.h"

namespace kith::testing {

// What a run of the workload was told. Batches are numbered from 0; the other steps have a number beyond them.
struct Ledger {
  static constexpr uint64_t kIndex = 1000;
  static constexpr uint64_t kImport = 1001;
  static constexpr uint64_t kBackup = 1002;
  static constexpr uint64_t kMerge = 1003;
  static constexpr uint64_t kCompact = 1004;
  std::set<uint64_t> acknowledged;
  std::set<uint64_t> refused;    // with an error that says that nothing was written
  std::set<std::string> errors;  // by reason
};

// A database on a package of its own, opened small so that it grows; batches of four records each, an index that is built, an import, a
// backup beside it, a second opening, two records that become one, and a compaction in place. After an error it goes on with the next step,
// as a host would.
class Workload {
 public:
  static constexpr uint64_t kBatches = 12;
  // `path` is the database's; the backup stands at BackupPath(path). `import_file` is what ImportFile() gave, here or in another process.
  explicit Workload(std::string path, std::string import_file = ImportFile());
  // A file of companies as another database exported them; made once a process.
  [[nodiscard]] static const std::string& ImportFile();
  // `acknowledge` is called after each step that was said to be done.
  void Run(const std::function<void(uint64_t step)>& acknowledge = {});
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  [[nodiscard]] static std::string BackupPath(const std::string& path) { return path + ".backup"; }

 private:
  void Step(uint64_t step, const std::function<Status(Database&)>& action);
  [[nodiscard]] Status Open();

  std::string path_;
  std::string import_file_;
  std::function<void(uint64_t)> acknowledge_;
  std::shared_ptr<Database> db_;
  Ledger ledger_;
};

// Its parts alone: the database, opened small so that it grows, and one numbered batch.
[[nodiscard]] StatusOr<std::shared_ptr<Database>> OpenSmall(const std::string& path);
[[nodiscard]] Status ApplyNumbered(Database& db, uint64_t number);

// What is wrong with a database after such a run, or after one that was cut short. Empty: everything acknowledged is there, nothing
// refused, nothing in part; Verify is clean, and it can be written to.
[[nodiscard]] std::vector<std::string> Inspect(const std::string& path, const Ledger& ledger);

}  // namespace kith::testing

#endif  // KITH_TESTS_CRASH_WORKLOAD_H_
