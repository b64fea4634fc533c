// CSV from anybody: rows or problems, an import that refuses bad rows and takes the rest; and what is written out reads back, with no cell
// that a spreadsheet would run.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/database.h"
#include "kith/exchange/csv.h"

namespace kith::exchange {
namespace {

constexpr size_t kImportBytes = 4096;  // a whole import costs milliseconds
constexpr std::string_view kMapping =
    R"({"name": "fuzz", "packages": [{"package": "fuzz", "version": "1.0.0", "types": [{"name": "thing", "fields": [
      {"name": "text", "kind": "text"}, {"name": "count", "kind": "int"}, {"name": "rate", "kind": "decimal", "scale": 2},
      {"name": "amount", "kind": "money"}, {"name": "day", "kind": "date"}, {"name": "tags", "kind": "text_list"},
      {"name": "parent", "kind": "ref", "to": ["thing"], "on_delete": "detach"}]}]}],
  "files": [{"file": "things.csv", "type": "thing", "system": "fuzz", "key": ["id"], "columns": [
      {"column": "text", "field": "text"}, {"column": "count", "field": "count"}, {"column": "rate", "field": "rate"},
      {"column": "amount", "field": "amount", "currency": "CNY"}, {"column": "day", "field": "day"}, {"column": "tags", "field": "tags"},
      {"column": "parent", "field": "parent", "system": "fuzz"}]}]})";

// The folder of this process that inputs are written to.
struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / ("kith-csv-fuzz-" + std::to_string(getpid()))).string();
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void Put(const std::string& text) const { std::ofstream(path + "/things.csv", std::ios::binary) << text; }
};

using Rows = std::vector<std::vector<std::string>>;

// The rows without a problem.
Rows Read(const Folder& folder) {
  const auto reader = CsvReader::Open(folder.path + "/things.csv");
  Rows rows;
  if (!reader.ok()) return rows;
  for (;;) {
    const StatusOr<const CsvRow*> row = (*reader)->Next();
    if (!row.ok() || *row == nullptr) return rows;
    if ((*row)->problem.ok()) rows.emplace_back((*row)->cells.begin(), (*row)->cells.end());
  }
}

bool LooksLikeFormula(std::string_view cell) { return !cell.empty() && std::string_view("=@\t\r").find(cell[0]) != std::string_view::npos; }

void WriteAndReadBack(const Folder& folder, const Rows& rows) {
  for (const bool guard : {false, true}) {
    std::string text;
    for (const std::vector<std::string>& row : rows) AppendCsvRow(text, row, guard);
    folder.Put(text);
    const Rows again = Read(folder);
    if (!guard && again != rows) std::abort();
    for (const std::vector<std::string>& row : again) {
      if (guard && std::any_of(row.begin(), row.end(), LooksLikeFormula)) std::abort();
    }
  }
}

void Import(const Folder& folder) {
  static const Mapping mapping = *MappingFromJson(kMapping);
  OpenOptions options;
  options.temporary = true;
  const std::shared_ptr<Database> db = *Database::Open("", options);
  const StatusOr<ImportReport> report = ImportFolder(*db, folder.path, mapping);
  if (!report.ok()) {
    if (GetReason(report.status()) == Reason::kNone) std::abort();
    return;
  }
  const FileReport& file = report->files[0];
  if (file.created + file.changed + file.unchanged + file.skipped + file.rejected < file.rows) std::abort();
  if (!db->Verify()->problems.empty()) std::abort();
}

}  // namespace
}  // namespace kith::exchange

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith::exchange;  // NOLINT(google-build-using-namespace)
  static const Folder folder;
  folder.Put({reinterpret_cast<const char*>(data), size});
  const Rows rows = Read(folder);
  if (size <= kImportBytes) Import(folder);
  WriteAndReadBack(folder, rows);
  return 0;
}
