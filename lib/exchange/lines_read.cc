#include "exchange/lines_read.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <utility>

#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/engine/batch.h"
#include "kith/engine/erased.h"
#include "kith/engine/external_refs.h"

namespace kith::exchange {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

std::string Shown(const Json& json) { return ToText(Value(json.dump(-1, ' ', false, Json::error_handler_t::replace))); }

Status Unreadable(const std::string& path, std::string_view message) {
  return MakeError({.reason = Reason::kFileUnreadable, .value = path, .os_error = errno}, message);
}

Status InField(const Status& status, std::string_view field) { return WithContext(status, {.field = std::string(field)}); }

}  // namespace

Status MalformedLine(std::string_view field, std::string_view message, std::string value) {
  return MakeError({.reason = Reason::kLinesMalformed, .field = std::string(field), .value = std::move(value)}, message);
}

Status AtLine(int64_t line, const Status& status) {
  return MakeError(GetErrorInfo(status), "line " + std::to_string(line) + ": " + std::string(MessageOf(status)));
}

// --- lines

StatusOr<std::unique_ptr<LineFile>> LineFile::Open(std::string_view path) {
  std::string name(path);
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(name, error);
  std::FILE* file = error ? nullptr : std::fopen(name.c_str(), "rb");
  if (file == nullptr) return Unreadable(name, "the file cannot be opened");
  return std::unique_ptr<LineFile>(new LineFile(std::move(name), file, static_cast<int64_t>(size)));
}

LineFile::~LineFile() { std::fclose(file_); }

Status LineFile::TooLong() const {
  return MakeError({.reason = Reason::kLimitExceeded, .hint = "limit kLineBytes, 16 MiB"},
                   "line " + std::to_string(number_ + 1) + " is too long");
}

StatusOr<bool> LineFile::Next() {
  size_t searched = begin_;
  for (;;) {
    const size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      if (end - begin_ > limits::kLineBytes) return TooLong();
      line_ = std::string_view(buffer_).substr(begin_, end - begin_);
      bytes_read_ += static_cast<int64_t>(line_.size() + 1);
      begin_ = end + 1;
      ++number_;
      return true;
    }
    buffer_.erase(0, std::exchange(begin_, 0));
    searched = buffer_.size();
    if (buffer_.size() > limits::kLineBytes) return TooLong();
    buffer_.resize(searched + kLinesPiece);
    const size_t got = std::fread(buffer_.data() + searched, 1, kLinesPiece, file_);
    buffer_.resize(searched + got);
    if (got > 0) continue;
    if (std::ferror(file_) != 0) return Unreadable(path_, "the file cannot be read");
    if (buffer_.empty()) return false;
    return AtLine(number_ + 1, MalformedLine("", "the file ends within the line: it was cut"));
  }
}

// --- members

LineObject::LineObject(const Json& object) : object_(object) {
  if (!object.is_object()) Fail(MalformedLine("", "is no JSON object", Shown(object)));
}

void LineObject::Fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

void LineObject::Wrong(std::string_view name, std::string_view expected, const Json& found) {
  Fail(MalformedLine(name, "is no " + std::string(expected), Shown(found)));
}

const Json* LineObject::Find(std::string_view name) {
  if (!status_.ok()) return nullptr;
  known_.emplace(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

const Json* LineObject::Need(std::string_view name) {
  const Json* member = Find(name);
  if (member == nullptr) Fail(MalformedLine(name, "is missing"));
  return member;
}

void LineObject::Text(std::string_view name, std::string& out) {
  const Json* member = Find(name);
  if (member == nullptr) return;
  if (!member->is_string()) return Wrong(name, "text", *member);
  out = member->get_ref<const std::string&>();
}

void LineObject::Number(std::string_view name, uint64_t& out, uint64_t maximum) {
  const Json* member = Find(name);
  if (member == nullptr) return;
  if (!member->is_number_unsigned() || member->get<uint64_t>() > maximum) {
    return Wrong(name, "whole number up to " + std::to_string(maximum), *member);
  }
  out = member->get<uint64_t>();
}

void LineObject::Flag(std::string_view name, bool& out) {
  const Json* member = Find(name);
  if (member == nullptr) return;
  if (!member->is_boolean()) return Wrong(name, "true or false", *member);
  out = member->get<bool>();
}

void LineObject::When(std::string_view name, Time& out) {
  const Json* member = Need(name);
  if (member == nullptr) return;
  const StatusOr<Value> value = ReadLineValue(nullptr, Kind::kTime, *member);
  if (!value.ok()) return Fail(InField(value.status(), name));
  const Time* time = value->get_if<Time>();
  if (time == nullptr) return Wrong(name, "time", *member);
  out = *time;
}

const Json::array_t& LineObject::Items(std::string_view name) {
  static const Json::array_t kNone;
  const Json* member = Find(name);
  if (member == nullptr) return kNone;
  if (member->is_array()) return member->get_ref<const Json::array_t&>();
  Wrong(name, "list", *member);
  return kNone;
}

Status LineObject::Finish() {
  KITH_RETURN_IF_ERROR(status_);
  for (const auto& [name, value] : object_.items()) {
    if (!known_.contains(name)) return MalformedLine(name, "is unknown");
  }
  return absl::OkStatus();
}

StatusOr<ExternalRef> ReadLineRef(const Json& json, std::string_view field) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_string() || !json[1].is_string()) {
    return MalformedLine(field, "an external reference is written [\"system\", \"key\"]", Shown(json));
  }
  return ExternalRef{json[0].get<std::string>(), json[1].get<std::string>()};
}

// --- records

namespace {

constexpr uint64_t kIdEnd = uint64_t{1} << 53;

StatusOr<Origin> ReadOrigin(const std::string& name) {
  for (uint8_t i = 0; NameOf(static_cast<Origin>(i)) != "unknown"; ++i) {
    if (NameOf(static_cast<Origin>(i)) == name) return static_cast<Origin>(i);
  }
  return MalformedLine("origin", "is no origin", ToText(Value(name)));
}

Status ReadHeaderParts(LineObject& line, record::Header& header) {
  Time created;
  std::string origin;
  uint64_t unit = 0;
  uint64_t visibility = 0;
  line.When("created", created);
  line.Text("origin", origin);
  line.Number("owner", header.owner, kIdEnd - 1);
  line.Number("unit", unit, UINT32_MAX);
  line.Number("visibility", visibility, UINT8_MAX);
  if (!line.ok()) return line.Finish();
  header.created = created.micros;
  header.unit = static_cast<uint32_t>(unit);
  header.visibility = static_cast<uint8_t>(visibility);
  KITH_ASSIGN_OR_RETURN(const Origin from, ReadOrigin(origin));
  header.origin = static_cast<uint8_t>(from);
  return absl::OkStatus();
}

Status ReadFields(LineObject& line, const TypeDef& type, std::vector<Value>& values) {
  values.resize(type.fields.size());
  const Json* fields = line.Need("fields");
  if (fields == nullptr) return line.Finish();
  if (!fields->is_object()) return MalformedLine("fields", "is no JSON object", Shown(*fields));
  for (const auto& [name, json] : fields->items()) {
    KITH_ASSIGN_OR_RETURN(const FieldDef* field, catalog::Catalog::GetField(type, name));
    StatusOr<Value> value = ReadLineValue(field, field->kind, json);
    Status status = value.status();
    if (status.ok()) status = record::CheckValue(field->stored, *value);
    if (!status.ok()) return InField(status, name);
    values[field->position] = *std::move(value);
  }
  return absl::OkStatus();
}

// The kind of a header part in history, and its number.
struct HeaderPart {
  std::string_view name;
  uint32_t number;
  Kind kind;
};
constexpr HeaderPart kHeaderParts[] = {
    {"owner", static_cast<uint32_t>(-catalog::kHeaderOwner), Kind::kRef},
    {"unit", static_cast<uint32_t>(-catalog::kHeaderUnit), Kind::kInt},
    {"visibility", static_cast<uint32_t>(-catalog::kHeaderVisibility), Kind::kInt},
    {"refs", kExternalRefsNumber, Kind::kTextList},
    {"merged_into", kMergedIntoNumber, Kind::kRef},
    {"purged", kPurgedNumber, Kind::kBool},
    {"links", kLinksNumber, Kind::kTextList},
    {"erased", kErasedNumber, Kind::kRef},
    {"shared_kept", kSharedKeptNumber, Kind::kBool},
    {"erased_before", kErasedBeforeNumber, Kind::kTextList},
};

// What a change is about.
struct Changed {
  const FieldDef* field = nullptr;
  Kind kind = Kind::kNull;
};

StatusOr<Changed> ReadChanged(LineObject& line, const TypeDef& type, FieldChange& change) {
  std::string name;
  line.Text("header", name);
  if (name.empty()) {
    line.Text("field", name);
    KITH_ASSIGN_OR_RETURN(const FieldDef* field, catalog::Catalog::GetField(type, name));
    change.package = field->package;
    change.number = field->number;
    return Changed{field, field->kind};
  }
  const auto* part = std::find_if(std::begin(kHeaderParts), std::end(kHeaderParts), [&](const HeaderPart& p) { return p.name == name; });
  if (part == std::end(kHeaderParts)) return MalformedLine("header", "is no part of the header that history keeps", ToText(Value(name)));
  change.package = kHeaderPackage;
  change.number = part->number;
  return Changed{nullptr, part->kind};
}

StatusOr<FieldChange> ReadChange(const Json& json, const TypeDef& type) {
  LineObject line(json);
  FieldChange change;
  KITH_ASSIGN_OR_RETURN(const Changed changed, ReadChanged(line, type, change));
  for (auto [name, value] : {std::pair{"before", &change.before}, std::pair{"after", &change.after}}) {
    const Json* given = line.Need(name);
    if (given == nullptr) break;
    StatusOr<Value> read = ReadLineValue(changed.field, changed.kind, *given);
    if (!read.ok()) return InField(read.status(), name);
    *value = *std::move(read);
  }
  line.When("effective", change.effective);
  KITH_RETURN_IF_ERROR(line.Finish());
  return change;
}

Status ReadActor(LineObject& line, Actor& actor) {
  const Json* given = line.Find("actor");
  if (given == nullptr) return absl::OkStatus();
  if (given->is_number_unsigned() && given->get<uint64_t>() < kIdEnd) {
    actor = Id(given->get<uint64_t>());
    return absl::OkStatus();
  }
  KITH_ASSIGN_OR_RETURN(actor.external, ReadLineRef(*given, "actor"));
  return absl::OkStatus();
}

StatusOr<Operation> ReadOperation(const std::string& name) {
  if (name == "create") return Operation::kCreate;
  if (name == "change") return Operation::kChange;
  if (name == "delete") return Operation::kDelete;
  return MalformedLine("history", "is no operation", ToText(Value(name)));
}

}  // namespace

StatusOr<LineRecord> ReadRecordLine(const Json& json, const catalog::Catalog& catalog) {
  LineObject line(json);
  LineRecord record;
  std::string type;
  line.Text("record", type);
  line.Number("id", record.loaded.header.id, kIdEnd - 1);
  line.Flag("deleted", record.loaded.deleted);
  if (!line.ok()) return line.Finish();
  KITH_ASSIGN_OR_RETURN(record.type, catalog.GetType(type));
  const auto read = [&]() -> Status {
    if (record.loaded.deleted) return line.Finish();
    KITH_RETURN_IF_ERROR(ReadHeaderParts(line, record.loaded.header));
    for (const Json& ref : line.Items("refs")) {
      KITH_ASSIGN_OR_RETURN(ExternalRef external, ReadLineRef(ref, "refs"));
      record.loaded.external_refs.push_back(std::move(external));
    }
    KITH_RETURN_IF_ERROR(ReadFields(line, *record.type, record.loaded.values));
    return line.Finish();
  };
  if (const Status status = read(); !status.ok()) return WithContext(status, {.type = type, .record = record.id()});
  return record;
}

StatusOr<HistoryEntry> ReadEntryLine(const Json& json, const TypeDef& type) {
  LineObject line(json);
  HistoryEntry entry;
  std::string operation;
  line.Text("history", operation);
  line.When("recorded", entry.recorded);
  line.When("effective", entry.effective);
  line.Text("reason", entry.reason);
  KITH_RETURN_IF_ERROR(ReadActor(line, entry.actor));
  const Json::array_t& changes = line.Items("changes");
  KITH_RETURN_IF_ERROR(line.Finish());
  KITH_ASSIGN_OR_RETURN(entry.operation, ReadOperation(operation));
  for (size_t i = 0; i < changes.size(); ++i) {
    StatusOr<FieldChange> change = ReadChange(changes[i], type);
    if (!change.ok()) return InField(change.status(), JoinJsonPath("changes", i));
    entry.fields.push_back(*std::move(change));
  }
  return entry;
}

Status RecordReader::Advance() {
  KITH_ASSIGN_OR_RETURN(const bool more, file_.Next());
  ahead_ = more ? Json::parse(file_.line(), nullptr, false) : Json(false);
  return ahead_.is_discarded() ? AtLine(file_.number(), MalformedLine("", "has changed since it was checked")) : absl::OkStatus();
}

StatusOr<bool> RecordReader::Next() {
  while (ahead_.is_null() || (ahead_.is_object() && !ahead_.contains("record") && !ahead_.contains("end"))) {
    KITH_RETURN_IF_ERROR(Advance());
  }
  if (!ahead_.is_object() || ahead_.contains("end")) return false;
  StatusOr<LineRecord> record = ReadRecordLine(ahead_, catalog_);
  if (!record.ok()) return AtLine(file_.number(), record.status());
  record_ = *std::move(record);
  record_.line = file_.number();
  KITH_RETURN_IF_ERROR(Advance());
  while (ahead_.is_object() && ahead_.contains("history")) {
    StatusOr<HistoryEntry> entry = ReadEntryLine(ahead_, *record_.type);
    if (!entry.ok()) return AtLine(file_.number(), entry.status());
    record_.loaded.history.push_back(*std::move(entry));
    KITH_RETURN_IF_ERROR(Advance());
  }
  return true;
}

}  // namespace kith::exchange
