#include "kith/exchange/absorb.h"

#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>
#include <utility>

namespace kith::exchange {
namespace {

// A folder that this user alone can read, removed with everything in it.
class PrivateFolder {
 public:
  [[nodiscard]] static StatusOr<PrivateFolder> Make() {
    std::error_code failed;
    const std::filesystem::path temporary = std::filesystem::temp_directory_path(failed);
    std::string pattern = (temporary / "kith-absorb-XXXXXX").string();
    if (failed || mkdtemp(pattern.data()) == nullptr) {
      return MakeError({.reason = Reason::kIoError, .value = temporary.string(), .hint = "set TMPDIR to a folder that can be written"},
                       "no folder can be made in the system's temporary directory");
    }
    return PrivateFolder(pattern);
  }
  PrivateFolder(PrivateFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    try {
      if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it stays behind in the system's temporary directory
    }
  }
  [[nodiscard]] std::string File(std::string_view name) const { return (path_ / name).string(); }

 private:
  explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace

StatusOr<ImportLinesReport> Absorb(Database& into, const Snapshot& from, const AbsorbOptions& options) {
  if (options.source.empty()) {
    return MakeError({.reason = Reason::kBadOptions, .field = "source", .hint = "give the other database a name, the same at every run"},
                     "the other database has no name");
  }
  KITH_ASSIGN_OR_RETURN(const PrivateFolder folder, PrivateFolder::Make());
  const std::string path = folder.File("records.jsonl");
  ExportLinesOptions out;
  if (options.progress) {
    out.progress = [&](int64_t done, int64_t total) { return options.progress("export", done, total); };
  }
  KITH_RETURN_IF_ERROR(ExportLines(from, path, out).status());
  ImportLinesOptions in;
  in.ids = LinesIds::kMap;
  in.source = options.source;
  in.drop_missing = options.drop_missing;
  in.dry_run = options.dry_run;
  in.actor = options.actor;
  in.reason = options.reason;
  in.problem_limit = options.problem_limit;
  in.progress = options.progress;
  return ImportLines(into, path, in);
}

}  // namespace kith::exchange
