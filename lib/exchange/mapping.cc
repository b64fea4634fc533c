// Mappings: their JSON form, and the one that fits a folder.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"
#include "kith/exchange/csv.h"
#include "packages/embedded.h"

namespace kith::exchange {
namespace {

using OrderedJson = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr JsonRules kRules = {
    .document = "the mapping", .malformed = Reason::kMappingMalformed, .bytes = limits::kMappingBytes, .depth = limits::kPackageDepth};

Status Malformed(const std::string& path, std::string_view message, std::string value = {}) {
  ErrorInfo info;
  info.reason = Reason::kMappingMalformed;
  info.field = path;
  info.value = std::move(value);
  return MakeError(std::move(info), message);
}

// Reads one object's members; the first error stays. Members nobody asked for are refused.
class Members {
 public:
  Members(const OrderedJson& json, std::string path, Status& status) : json_(json), path_(std::move(path)), status_(status) {
    if (!json.is_object()) Fail("", "must be an object");
  }
  void Read(const char* name, std::string& out, bool required = false) {
    const OrderedJson* member = Find(name, required);
    if (member == nullptr) return;
    if (!member->is_string()) return Fail(name, "must be text");
    out = member->get<std::string>();
  }
  void Read(const char* name, int64_t& out) {
    const OrderedJson* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_number_integer() || member->get<int64_t>() < 1) return Fail(name, "must be a whole number above zero");
    out = member->get<int64_t>();
  }
  void Read(const char* name, char& out) {
    std::string text(1, out);
    Read(name, text);
    if (text.size() != 1) return Fail(name, "must be one character");
    out = text[0];
  }
  // A text stands for a list of one.
  void Read(const char* name, std::vector<std::string>& out) {
    const OrderedJson* member = Find(name);
    if (member == nullptr) return;
    if (member->is_string()) return out.push_back(member->get<std::string>());
    if (!member->is_array()) return Fail(name, "must be a list of texts");
    for (const OrderedJson& item : *member) {
      if (!item.is_string()) return Fail(name, "must be a list of texts");
      out.push_back(item.get<std::string>());
    }
  }
  void Read(const char* name, std::map<std::string, std::string>& out) {
    const OrderedJson* member = Find(name);
    if (member == nullptr) return;
    if (!member->is_object()) return Fail(name, "must be an object of texts");
    for (const auto& [key, value] : member->items()) {
      if (!value.is_string()) return Fail(name, "must be an object of texts");
      out[key] = value.get<std::string>();
    }
  }
  // Texts, or objects kept as JSON text.
  void ReadDocuments(const char* name, std::vector<std::string>& out) {
    for (const OrderedJson& item : List(name)) out.push_back(item.is_string() ? item.get<std::string>() : item.dump());
  }
  // Calls read(item, path) for each item of a list.
  template <typename Read>
  void Each(const char* name, Read&& read) {
    size_t index = 0;
    for (const OrderedJson& item : List(name)) read(item, JoinJsonPath(PathOf(name), index++));
  }
  const OrderedJson* Find(const char* name, bool required = false) {
    known_.emplace_back(name);
    auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (found != json_.end()) return &*found;
    if (required) Fail(name, "is missing");
    return nullptr;
  }
  [[nodiscard]] std::string PathOf(std::string_view name) const { return JoinJsonPath(path_, name); }
  // Refuses unknown members; call last.
  void Done() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), key) == known_.end()) Fail(key, "is not known here");
    }
  }
  void Fail(const std::string& name, std::string_view message) {
    if (status_.ok()) status_ = Malformed(name.empty() ? path_ : PathOf(name), message);
  }

 private:
  const OrderedJson& List(const char* name) {
    static const OrderedJson empty = OrderedJson::array();
    const OrderedJson* member = Find(name);
    if (member == nullptr) return empty;
    if (member->is_array()) return *member;
    Fail(name, "must be a list");
    return empty;
  }

  const OrderedJson& json_;
  std::string path_;
  Status& status_;
  std::vector<std::string> known_;
};

void ReadCondition(Members& members, Condition& out, Status& status) {
  const OrderedJson* json = members.Find("when");
  if (json == nullptr) return;
  Members when(*json, members.PathOf("when"), status);
  when.Read("column", out.column, true);
  when.Read("in", out.in);
  when.Done();
}

ColumnMapping ReadColumn(const OrderedJson& json, std::string path, Status& status) {
  ColumnMapping column;
  Members members(json, std::move(path), status);
  members.Read("column", column.column, true);
  members.Read("field", column.field, true);
  members.Read("format", column.format);
  members.Read("currency", column.currency);
  members.Read("currency_column", column.currency_column);
  members.Read("scale", column.scale);
  members.Read("system", column.system);
  members.Read("type", column.type);
  members.Read("lookup", column.lookup);
  members.Read("values", column.values);
  members.Read("separator", column.separator);
  members.Read("otherwise", column.otherwise);
  members.Read("effective_column", column.effective_column);
  ReadCondition(members, column.when, status);
  members.Done();
  return column;
}

MoveMapping ReadMove(const OrderedJson& json, std::string path, Status& status) {
  MoveMapping move;
  Members members(json, std::move(path), status);
  members.Read("stage", move.stage, true);
  members.Read("at_column", move.at_column, true);
  members.Read("format", move.format);
  ReadCondition(members, move.when, status);
  members.Done();
  return move;
}

FileMapping ReadFile(const OrderedJson& json, std::string path, Status& status) {
  FileMapping file;
  Members members(json, std::move(path), status);
  members.Read("file", file.file, true);
  members.Read("type", file.type, true);
  members.Read("system", file.system, true);
  members.Read("key", file.key);
  members.Read("delimiter", file.delimiter);
  members.Read("created_column", file.created_column);
  members.Read("created_format", file.created_format);
  ReadCondition(members, file.when, status);
  members.Each("columns",
               [&](const OrderedJson& item, std::string at) { file.columns.push_back(ReadColumn(item, std::move(at), status)); });
  members.Each("moves", [&](const OrderedJson& item, std::string at) { file.moves.push_back(ReadMove(item, std::move(at), status)); });
  if (file.key.empty()) members.Fail("key", "must name the column that identifies a row");
  members.Done();
  return file;
}

// Writes members that differ from their defaults.
void Put(OrderedJson& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}
void Put(OrderedJson& json, const Condition& when) {
  if (when.column.empty()) return;
  json["when"] = {{"column", when.column}};
  if (!when.in.empty()) json["when"]["in"] = when.in;
}

OrderedJson ToJson(const ColumnMapping& column) {
  OrderedJson json = {{"column", column.column}, {"field", column.field}};
  Put(json, "format", column.format);
  Put(json, "currency", column.currency);
  Put(json, "currency_column", column.currency_column);
  if (column.scale != 1) json["scale"] = column.scale;
  Put(json, "system", column.system);
  Put(json, "type", column.type);
  Put(json, "lookup", column.lookup);
  if (!column.values.empty()) json["values"] = column.values;
  Put(json, "separator", column.separator);
  Put(json, "otherwise", column.otherwise);
  Put(json, "effective_column", column.effective_column);
  Put(json, column.when);
  return json;
}

OrderedJson ToJson(const FileMapping& file) {
  OrderedJson json = {
      {"file", file.file}, {"type", file.type}, {"system", file.system}, {"key", file.key}, {"columns", OrderedJson::array()}};
  if (file.delimiter != ',') json["delimiter"] = std::string(1, file.delimiter);
  Put(json, "created_column", file.created_column);
  Put(json, "created_format", file.created_format);
  Put(json, file.when);
  for (const ColumnMapping& column : file.columns) json["columns"].push_back(ToJson(column));
  for (const MoveMapping& move : file.moves) {
    OrderedJson item = {{"stage", move.stage}, {"at_column", move.at_column}};
    Put(item, "format", move.format);
    Put(item, move.when);
    json["moves"].push_back(std::move(item));
  }
  return json;
}

// Whether every file of the mapping stands in the folder with every column that the mapping names.
bool Fits(const Mapping& mapping, const fs::path& folder) {
  for (const FileMapping& file : mapping.files) {
    auto reader = CsvReader::Open((folder / file.file).string(), file.delimiter);
    if (!reader.ok()) return false;
    StatusOr<const CsvRow*> header = (*reader)->Next();
    if (!header.ok() || *header == nullptr) return false;
    for (const ColumnMapping& column : file.columns) {
      const auto& cells = (*header)->cells;
      if (std::find(cells.begin(), cells.end(), column.column) == cells.end()) return false;
    }
  }
  return !mapping.files.empty();
}

Status NoMapping(const fs::path& folder) {
  std::string seen;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".csv") seen += (seen.empty() ? "" : ", ") + entry.path().filename().string();
  }
  ErrorInfo info;
  info.reason = Reason::kFileUnreadable;
  info.value = folder.string();
  info.hint = "put a mapping.json beside the files; its form is described in kith/exchange/csv.h";
  return MakeError(std::move(info), seen.empty() ? "the folder holds no CSV files" : "no mapping fits these files: " + seen);
}

}  // namespace

StatusOr<Mapping> MappingFromJson(std::string_view text) {
  KITH_RETURN_IF_ERROR(CheckJson(text, kRules));
  const OrderedJson json = OrderedJson::parse(text, nullptr, false);
  Status status;
  Mapping mapping;
  Members members(json, "", status);
  members.Read("name", mapping.name);
  members.ReadDocuments("packages", mapping.packages);
  members.ReadDocuments("pipelines", mapping.pipelines);
  members.Each("files",
               [&](const OrderedJson& item, std::string path) { mapping.files.push_back(ReadFile(item, std::move(path), status)); });
  members.Done();
  KITH_RETURN_IF_ERROR(status);
  return mapping;
}

std::string ToJson(const Mapping& mapping) {
  OrderedJson json = {{"name", mapping.name}};
  for (const std::string& package : mapping.packages) json["packages"].push_back(OrderedJson::parse(package, nullptr, false));
  for (const std::string& pipeline : mapping.pipelines) json["pipelines"].push_back(OrderedJson::parse(pipeline, nullptr, false));
  json["files"] = OrderedJson::array();
  for (const FileMapping& file : mapping.files) json["files"].push_back(ToJson(file));
  return json.dump(2);
}

StatusOr<Mapping> FindMapping(std::string_view folder_path) {
  fs::path folder(folder_path);
  std::ifstream own(folder / "mapping.json", std::ios::binary);
  if (own) {
    std::ostringstream text;
    text << own.rdbuf();
    return MappingFromJson(text.str());
  }
  for (const packages::Package& shipped : packages::All()) {
    if (!shipped.name.ends_with(".mapping")) continue;
    KITH_ASSIGN_OR_RETURN(Mapping mapping, MappingFromJson(shipped.json));
    if (Fits(mapping, folder)) return mapping;
  }
  return NoMapping(folder);
}

}  // namespace kith::exchange
