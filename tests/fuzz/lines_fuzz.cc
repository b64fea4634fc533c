// JSON Lines from anybody: an error at its line with nothing changed, or records; and what came in goes out and in again.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "exchange/lines_format.h"
#include "kith/engine/database.h"
#include "kith/exchange/lines.h"

namespace kith {
namespace {

std::shared_ptr<Database> Empty() {
  OpenOptions options;
  options.temporary = true;
  options.durability = storage::Durability::kRelaxed;
  return *Database::Open("", options);
}

std::string Export(Database& database) {
  std::string text;
  const auto sink = [&](std::string_view bytes) {
    text += bytes;
    return absl::OkStatus();
  };
  if (!exchange::ExportLines(**database.Read(), sink, {.history = true, .created = Time{0}}).ok()) std::abort();
  return text;
}

// The file of this process that inputs are written to.
const std::string& Path() {
  static const std::string path = (std::filesystem::temp_directory_path() / ("kith-lines-fuzz-" + std::to_string(getpid()))).string();
  return path;
}

StatusOr<exchange::ImportLinesReport> Import(Database& database, const std::string& text) {
  std::FILE* file = std::fopen(Path().c_str(), "wb");
  if (file == nullptr || std::fwrite(text.data(), 1, text.size(), file) != text.size() || std::fclose(file) != 0) std::abort();
  return exchange::ImportLines(database, Path(), {.drop_missing = true});
}

// A last line that is right, so that what comes before it is looked at.
std::string Ended(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  size_t lines = 0;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  exchange::LinesDigest digest;
  digest.Write(text);
  return text + "{\"end\":" + std::to_string(lines) + ",\"sha256\":\"" + *digest.Finish() + "\"}\n";
}

}  // namespace
}  // namespace kith

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith;  // NOLINT(google-build-using-namespace)
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::shared_ptr<Database> database = Empty();
  for (const std::string& text : {input, Ended(input)}) {
    const StatusOr<exchange::ImportLinesReport> report = Import(*database, text);
    if (!report.ok() && GetReason(report.status()) == Reason::kNone) std::abort();
    if (!report.ok()) continue;
    const std::string once = Export(*database);
    const std::shared_ptr<Database> copy = Empty();
    if (!Import(*copy, once).ok()) std::abort();
    break;
  }
  std::filesystem::remove(Path());
  return 0;
}
