// A database file that somebody has altered: an error, or what was in it; never a signal and never another value.
//
// Input: "R" and a whole file; else changes to a sound file that has every kind of page: three bytes of position, one of length, as many
// bytes, and so on.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kith/storage/storage.h"

namespace kith::storage {
namespace {

const std::vector<KeyspaceSpec>& Keyspaces() {
  static const std::vector<KeyspaceSpec> keyspaces = {{.name = "records", .order = KeyOrder::kInteger, .sealed = true},
                                                      {.name = "index", .order = KeyOrder::kBytes, .sealed = false}};
  return keyspaces;
}

struct FunctionJob final : Job {
  void (*function)(WriteSet&, uint64_t);
  uint64_t round = 0;
  [[nodiscard]] StatusOr<Verdict> Run(WriteSet& set) override {
    function(set, round);
    return Verdict::kKeep;
  }
};

Status Write(Environment& environment, void (*function)(WriteSet&, uint64_t), uint64_t round) {
  FunctionJob job;
  job.function = function;
  job.round = round;
  Job* const jobs[] = {&job};
  return environment.Run(jobs, {})[0];
}

// Branches, leaves, overflow pages and a free list.
void Fill(WriteSet& set, uint64_t round) {
  std::mt19937_64 random(round);
  for (int i = 0; i < 25; ++i) {
    const uint64_t id = random() % 90;
    if (random() % 4 == 0) {
      set.Delete(0, IntegerKey(id));
    } else {
      set.Put(0, IntegerKey(id), std::string(random() % 12 == 0 ? 5000 : 300, static_cast<char>('a' + round)));
    }
    set.Put(1, "common prefix of keys|" + std::to_string(random() % 200), std::string(60, 'i'));
  }
}

// Everything in it as text, or the error.
StatusOr<std::string> Dump(Environment& environment) {
  std::string all;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, environment.Read());
  for (Keyspace keyspace = 0; keyspace < Keyspaces().size(); ++keyspace) {
    const std::unique_ptr<Cursor> cursor = snapshot->NewCursor(keyspace);
    for (bool more = cursor->First(); more; more = cursor->Next()) {
      all += cursor->key();
      all += '=';
      all += cursor->value();
    }
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return all;
}

// The folder of this process, with a file in it.
struct Base {
  std::string folder = (std::filesystem::temp_directory_path() / ("kith-database-fuzz-" + std::to_string(getpid()))).string();
  std::string file;
  std::vector<std::string> dumps;  // of its last states: an altered meta page may lead to the one before

  Base() {
    const auto environment = *Environment::Open(folder, Keyspaces(), {.create = true, .seed = 1});
    for (uint64_t round = 0; round < 6; ++round) {
      if (!Write(*environment, Fill, round).ok()) std::abort();
      dumps.push_back(*Dump(*environment));
    }
    dumps.emplace_back();  // a new file is empty
    Read();
  }
  ~Base() { std::filesystem::remove_all(folder); }
  Base(const Base&) = delete;
  Base& operator=(const Base&) = delete;

  void Read() {
    std::ifstream in(folder + "/data.mdb", std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  // Another file in its place, which nobody has left so.
  void Put(const std::string& bytes) const {
    std::filesystem::remove(folder + "/kith.guard");
    std::filesystem::remove(folder + "/data.mdb");
    std::ofstream(folder + "/data.mdb", std::ios::binary) << bytes;
    std::filesystem::permissions(folder + "/data.mdb", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
};

std::string Altered(std::string file, std::string_view input) {
  while (input.size() > 4) {
    const auto byte = [&input](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(input[i])); };
    const size_t at = (byte(0) | byte(1) << 8 | byte(2) << 16) % file.size();
    const size_t size = std::min({byte(3), input.size() - 4, file.size() - at});
    file.replace(at, size, input.substr(4, size));
    input.remove_prefix(4 + size);
  }
  return file;
}

}  // namespace
}  // namespace kith::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith::storage;  // NOLINT(google-build-using-namespace)
  static const Base base;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool whole = input.starts_with("R");
  base.Put(whole ? std::string(input.substr(1)) : Altered(base.file, input));
  const auto environment = Environment::Open(base.folder, Keyspaces(), {.map_size = uint64_t{16} << 20});
  if (!environment.ok()) {
    if (kith::GetReason(environment.status()) == kith::Reason::kNone) std::abort();
    return 0;
  }
  const auto dump = Dump(**environment);
  if (!whole && dump.ok() && std::find(base.dumps.begin(), base.dumps.end(), *dump) == base.dumps.end()) std::abort();
  // What was taken for sound is good to be written to.
  if (Write(**environment, Fill, 9).ok() && dump.ok() && !Dump(**environment).ok()) std::abort();
  return 0;
}
