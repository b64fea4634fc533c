#include <cstdlib>
#include <filesystem>
#include <set>

#include "storage/environment.h"
#include "storage/fork.h"
#include "storage/lmdb_status.h"
#include "storage/process.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

constexpr size_t kMaxKeyspaces = 120;
constexpr size_t kMaxNameBytes = 64;

Status OptionError(std::string_view field, std::string_view value, std::string_view message) {
  return MakeError({.reason = Reason::kBadOptions, .field = std::string(field), .value = std::string(value)}, message);
}

Status CheckSpecs(std::span<const KeyspaceSpec> keyspaces) {
  if (keyspaces.size() > kMaxKeyspaces) return OptionError("keyspaces", std::to_string(keyspaces.size()), "more than 120 keyspaces");
  std::set<std::string> names;
  for (const KeyspaceSpec& spec : keyspaces) {
    // The underscore is for the store's own records.
    if (spec.name.empty() || spec.name.size() > kMaxNameBytes || spec.name[0] == '_' || spec.name.find('\0') != std::string::npos) {
      return OptionError("keyspaces", spec.name, "a keyspace's name has 1 to 64 bytes and does not begin with an underscore");
    }
    if (!names.insert(spec.name).second) return OptionError("keyspaces", spec.name, "two keyspaces have one name");
  }
  return absl::OkStatus();
}

Status CheckOptions(std::string_view path, const OpenOptions& options) {
  if (options.temporary && (!path.empty() || options.read_only)) {
    return OptionError("temporary", path, "a temporary database has no path and is not read-only");
  }
  if (options.map_size > kLargestMapSize) return OptionError("map_size", std::to_string(options.map_size), "map_size is above 64 TiB");
  if (options.read_only && options.create) return OptionError("create", "", "create and read_only exclude each other");
  return absl::OkStatus();
}

StatusOr<std::string> MakeTemporaryDirectory() {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) return OsError(error.value(), "finding the system's temporary directory");
  std::string name = (parent / "kith-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return OsError(errno, "making a temporary directory");
  return name;
}

// The environment that has the file open; waits for one that is being closed. Null when there is none.
std::shared_ptr<Environment> FindOpen(Process& process, const FileId& file) {
  std::unique_lock lock(process.mutex);
  for (;;) {
    const auto found = process.open.find(file);
    if (found == process.open.end()) return nullptr;
    if (std::shared_ptr<Environment> environment = found->second.lock()) return environment;
    process.changed.wait(lock);
  }
}

void Unregister(const FileId& file) {
  Process& process = Process::Get();
  const std::lock_guard lock(process.mutex);
  process.open.erase(file);
  process.changed.notify_all();
}

StatusOr<std::shared_ptr<Environment>> OpenDirectoryNamed(std::string_view path, std::span<const KeyspaceSpec> keyspaces,
                                                          OpenOptions options) {
  KITH_ASSIGN_OR_RETURN(Directory directory,
                        OpenDirectory(path, options.create && !options.temporary, options.allow_any_file_system || options.temporary));
  Process& process = Process::Get();
  const Opening opening(process, directory.id);
  const StatusOr<struct stat> data = StatOwnedFile(directory, kDataFile);
  if (data.ok()) {
    if (std::shared_ptr<Environment> open = FindOpen(process, IdOf(*data))) {
      KITH_RETURN_IF_ERROR(static_cast<EnvironmentImpl*>(open.get())->CheckAttach(keyspaces, options));
      return open;
    }
  }
  auto made = std::make_unique<EnvironmentImpl>(std::move(directory), std::vector<KeyspaceSpec>(keyspaces.begin(), keyspaces.end()),
                                                std::move(options));
  KITH_RETURN_IF_ERROR(made->Start());
  // In the list until the files are closed: an open in between would lose its locks when they are (R6).
  std::shared_ptr<EnvironmentImpl> environment(made.release(), [generation = ProcessGeneration()](EnvironmentImpl* ended) {
    const FileId file = ended->data_file();
    delete ended;
    if (generation == ProcessGeneration()) Unregister(file);
  });
  const std::lock_guard lock(process.mutex);
  process.open[environment->data_file()] = environment;
  return std::shared_ptr<Environment>(std::move(environment));
}

}  // namespace

StatusOr<std::shared_ptr<Environment>> Environment::Open(std::string_view path, std::span<const KeyspaceSpec> keyspaces,
                                                         OpenOptions options) {
  KITH_RETURN_IF_ERROR(CheckSpecs(keyspaces));
  KITH_RETURN_IF_ERROR(CheckOptions(path, options));
  if (!options.temporary) return OpenDirectoryNamed(path, keyspaces, std::move(options));
  KITH_ASSIGN_OR_RETURN(const std::string name, MakeTemporaryDirectory());
  StatusOr<std::shared_ptr<Environment>> environment = OpenDirectoryNamed(name, keyspaces, std::move(options));
  if (!environment.ok()) RemoveDatabase(name);
  return environment;
}

}  // namespace kith::storage
