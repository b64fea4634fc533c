#include "exchange/lines_check.h"

#include <utility>

namespace kith::exchange {
namespace {

using catalog::FieldDef;

class Checker {
 public:
  Checker(LineFile& file, const LinesProgress& progress, CheckedLines& out) : file_(file), progress_(progress), out_(out) {}

  Status Run() {
    KITH_ASSIGN_OR_RETURN(bool more, file_.Next());
    if (!more) return MalformedLine("", "the file is empty");
    while (more) {
      // A line is hashed when it is known not to be the last.
      if (const Status status = TakeLine(); !status.ok()) return AtLine(file_.number(), status);
      if (!ended_) {
        digest_.Write(file_.line());
        digest_.Write("\n");
      }
      if (!progress_(file_.bytes_read(), file_.bytes_total())) return MakeError(Reason::kCancelled, "the import was stopped");
      KITH_ASSIGN_OR_RETURN(more, file_.Next());
    }
    return ended_ ? absl::OkStatus() : AtLine(file_.number(), MalformedLine("", "the file ends without its last line: it was cut"));
  }

 private:
  Status TakeLine() {
    if (ended_) return MalformedLine("", "comes after the last line");
    KITH_RETURN_IF_ERROR(CheckJson(file_.line(), kLineRules));
    const Json json = Json::parse(file_.line(), nullptr, false);
    if (!json.is_object()) return MalformedLine("", "is no JSON object");
    if (file_.number() == 1) return TakeHead(json);
    if (json.contains("end")) return TakeEnd(json);
    if (json.contains("define")) return TakeDefinition(json);
    KITH_RETURN_IF_ERROR(Compile());
    if (json.contains("record")) return TakeRecord(json);
    if (json.contains("history")) return TakeEntry(json);
    return MalformedLine("", "is none of define, record, history, end");
  }

  Status TakeHead(const Json& json) {
    LineObject line(json);
    std::string kith;
    line.Text("kith", kith);
    if (kith != "lines") return MalformedLine("kith", "this is no file of JSON Lines that Kith wrote");
    uint64_t version = 0;
    line.Number("version", version, UINT32_MAX);
    if (version > kLinesVersion) {
      return MakeError({.reason = Reason::kFormatNewer, .value = std::to_string(version), .hint = "use a newer version of the library"},
                       "the lines are of a newer format");
    }
    if (version == 0) return MalformedLine("version", "is missing or 0");
    Time created;
    line.When("created", created);
    bool flag = false;
    for (const std::string_view name : {"partial", "history"}) line.Flag(name, flag);
    line.Number("definitions", definitions_, UINT32_MAX);
    (void)line.Items("left_out");
    for (const Json& type : line.Items("types")) {
      if (!type.is_object() || !type.contains("type") || !type["type"].is_string()) return MalformedLine("types", "is no list of types");
      out_.types.push_back(type["type"].get<std::string>());
    }
    return line.Finish();
  }

  Status TakeDefinition(const Json& json) {
    if (out_.catalog != nullptr) return MalformedLine("define", "a definition after records");
    LineObject line(json);
    std::string type;
    catalog::Definition definition;
    line.Text("define", type);
    line.Text("key", definition.key);
    const Json* body = line.Need("body");
    KITH_RETURN_IF_ERROR(line.Finish());
    const catalog::TypeDef* known = catalog::Catalog::BuiltIn()->FindType(type);
    if (known == nullptr) return MalformedLine("define", "is no kind of definition", ToText(Value(type)));
    definition.type = known->number;
    definition.body = body->dump();
    out_.definitions.push_back(std::move(definition));
    return absl::OkStatus();
  }

  Status Compile() {
    if (out_.catalog != nullptr) return absl::OkStatus();
    if (out_.definitions.size() != definitions_) return MalformedLine("", "definitions are missing before this line");
    StatusOr<std::shared_ptr<const catalog::Catalog>> catalog = catalog::FromDefinitions(1, out_.definitions);
    if (!catalog.ok()) return MalformedLine("", "the definitions do not fit together: " + std::string(MessageOf(catalog.status())));
    out_.catalog = *std::move(catalog);
    for (const std::string& type : out_.types) {
      if (out_.catalog->FindType(type) == nullptr) return MalformedLine("", "the first line names a type that is not defined", type);
    }
    return absl::OkStatus();
  }

  Status TakeRecord(const Json& json) {
    StatusOr<LineRecord> record = ReadRecordLine(json, *out_.catalog);
    if (!record.ok()) return record.status();
    record_ = *std::move(record);
    const auto check = [&]() -> Status {
      if (record_.id().type() != record_.type->number || record_.id().sequence() == 0 || record_.type->number < catalog::kFirstOpenType) {
        return MalformedLine("id", "is no id of this type", std::to_string(record_.id().value()));
      }
      if (!seen_.Insert(record_.id())) return MalformedLine("id", "an earlier line has this record");
      return absl::OkStatus();
    };
    if (const Status status = check(); !status.ok()) return WithContext(status, {.type = record_.type->name, .record = record_.id()});
    if (record_.loaded.deleted) return absl::OkStatus();
    out_.ids.Insert(record_.id());
    for (const FieldDef& field : record_.type->fields) {
      const Id* id = record_.loaded.values[field.position].get_if<Id>();
      if (id != nullptr) out_.referred.Insert(*id);
    }
    return absl::OkStatus();
  }

  Status TakeEntry(const Json& json) {
    if (record_.type == nullptr) return MalformedLine("history", "there is no record before it");
    const Status status = ReadEntryLine(json, *record_.type).status();
    return WithContext(status, {.type = record_.type->name, .record = record_.id()});
  }

  Status TakeEnd(const Json& json) {
    KITH_RETURN_IF_ERROR(Compile());
    LineObject line(json);
    uint64_t lines = 0;
    std::string sha256;
    line.Number("end", lines, UINT64_MAX);
    line.Text("sha256", sha256);
    KITH_RETURN_IF_ERROR(line.Finish());
    if (lines != static_cast<uint64_t>(file_.number()) - 1) {
      return MalformedLine("end", "lines are missing: there should be " + std::to_string(lines) + " before this one");
    }
    KITH_ASSIGN_OR_RETURN(out_.sha256, digest_.Finish());
    if (out_.sha256 != sha256) return MalformedLine("sha256", "the lines before this one are not those that were written", out_.sha256);
    ended_ = true;
    return absl::OkStatus();
  }

  LineFile& file_;
  const LinesProgress& progress_;
  CheckedLines& out_;
  LinesDigest digest_;
  uint64_t definitions_ = 0;  // as the first line has it
  IdSet seen_;
  LineRecord record_;  // the last one
  bool ended_ = false;
};

}  // namespace

StatusOr<CheckedLines> CheckLines(std::string_view path, const LinesProgress& progress) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<LineFile> file, LineFile::Open(path));
  CheckedLines out;
  out.path = path;
  KITH_RETURN_IF_ERROR(Checker(*file, progress, out).Run());
  return out;
}

Status MissingReference(const CheckedLines& file, Id missing) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<LineFile> lines, LineFile::Open(file.path));
  RecordReader reader(*lines, *file.catalog);
  for (;;) {
    KITH_ASSIGN_OR_RETURN(const bool more, reader.Next());
    if (!more) return MalformedLine("", "has changed since it was checked");
    const LineRecord& record = reader.record();
    for (size_t i = 0; i < record.loaded.values.size(); ++i) {
      if (record.loaded.values[i] != Value(missing)) continue;
      return AtLine(record.line, MakeError({.reason = Reason::kReferenceMissing,
                                            .type = record.type->name,
                                            .record = record.id(),
                                            .field = record.type->fields[i].name,
                                            .value = std::to_string(missing.value()),
                                            .hint = "import a whole file, or drop missing references"},
                                           "refers to a record that is not in the file"));
    }
  }
}

}  // namespace kith::exchange
