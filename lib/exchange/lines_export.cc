// A snapshot as JSON Lines.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "exchange/lines_format.h"
#include "exchange/progress.h"
#include "kith/engine/erased.h"
#include "kith/engine/external_refs.h"
#include "kith/exchange/lines.h"

namespace kith::exchange {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr size_t kFeedStep = 4096;

void AppendText(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  AppendQuoted(out, text);
}

void AppendNumber(std::string& out, std::string_view name, uint64_t number) {
  out.append(",\"").append(name).append("\":").append(std::to_string(number));
}

void AppendTime(std::string& out, std::string_view name, Time time) {
  out.append(",\"").append(name).append("\":");
  AppendLineValue(out, nullptr, time);
}

void AppendPair(std::string& out, const ExternalRef& ref) {
  out += "[";
  AppendQuoted(out, ref.system);
  out += ",";
  AppendQuoted(out, ref.key);
  out += "]";
}

std::string_view NameOfOperation(Operation operation) {
  return operation == Operation::kCreate ? "create" : operation == Operation::kDelete ? "delete" : "change";
}

void AppendHeader(std::string& out, const record::Header& header) {
  AppendTime(out, "created", Time{header.created});
  AppendText(out, "origin", NameOf(static_cast<Origin>(header.origin)));
  if (header.owner != 0) AppendNumber(out, "owner", header.owner);
  if (header.unit != 0) AppendNumber(out, "unit", header.unit);
  if (header.visibility != 0) AppendNumber(out, "visibility", header.visibility);
}

// A part of the header as history names it; empty for one that this library does not know.
std::string_view HeaderName(uint32_t number) {
  switch (-static_cast<int32_t>(number)) {
    case catalog::kHeaderOwner:
      return "owner";
    case catalog::kHeaderUnit:
      return "unit";
    case catalog::kHeaderVisibility:
      return "visibility";
    default:
      break;
  }
  switch (number) {
    case kExternalRefsNumber:
      return "refs";
    case kMergedIntoNumber:
      return "merged_into";
    case kPurgedNumber:
      return "purged";
    case kLinksNumber:
      return "links";
    case kErasedNumber:
      return "erased";
    case kSharedKeptNumber:
      return "shared_kept";
    case kErasedBeforeNumber:
      return "erased_before";
    default:
      return "";
  }
}

void AppendChange(std::string& out, const TypeDef& type, const FieldChange& change) {
  const bool header = change.package == kHeaderPackage;
  const FieldDef* field = header ? nullptr : type.FindField(change.package, change.number);
  const std::string_view name = header ? HeaderName(change.number) : field == nullptr ? std::string_view() : field->name;
  if (name.empty() || (field != nullptr && field->kind == Kind::kNull)) return;
  out += out.back() == '[' ? "{" : ",{";
  out += header ? "\"header\":" : "\"field\":";
  AppendQuoted(out, name);
  out += ",\"before\":";
  AppendLineValue(out, field, change.before);
  out += ",\"after\":";
  AppendLineValue(out, field, change.after);
  AppendTime(out, "effective", change.effective);
  out += "}";
}

}  // namespace

void AppendEntry(std::string& out, const TypeDef& type, const HistoryEntry& entry) {
  out.append("{\"history\":\"").append(NameOfOperation(entry.operation)).append("\"");
  AppendTime(out, "recorded", entry.recorded);
  AppendTime(out, "effective", entry.effective);
  if (!entry.actor.id.is_null()) AppendNumber(out, "actor", entry.actor.id.value());
  if (entry.actor.is_external()) AppendPair(out += ",\"actor\":", entry.actor.external);
  if (!entry.reason.empty()) AppendText(out, "reason", entry.reason);
  if (!entry.fields.empty()) {
    out += ",\"changes\":[";
    for (const FieldChange& change : entry.fields) AppendChange(out, type, change);
    out += "]";
  }
  out += "}";
}

namespace {

class Exporter {
 public:
  Exporter(const Snapshot& snapshot, const LinesSink& sink, const ExportLinesOptions& options)
      : snapshot_(snapshot), sink_(sink), options_(options) {}

  StatusOr<ExportLinesReport> Run() {
    KITH_RETURN_IF_ERROR(FindTypes());
    if (options_.history) KITH_RETURN_IF_ERROR(FindDeleted());
    KITH_RETURN_IF_ERROR(Count());
    KITH_RETURN_IF_ERROR(WriteHead());
    for (const TypeDef* type : types_) KITH_RETURN_IF_ERROR(WriteType(*type));
    KITH_RETURN_IF_ERROR(WriteEnd());
    KITH_RETURN_IF_ERROR(Progress(true));
    return std::move(report_);
  }

 private:
  Status FindTypes() {
    for (const std::string& name : options_.types) KITH_RETURN_IF_ERROR(snapshot_.catalog().GetType(name).status());
    for (const TypeDef& type : snapshot_.catalog().types()) {
      const bool wanted =
          options_.types.empty() || std::find(options_.types.begin(), options_.types.end(), type.name) != options_.types.end();
      if (type.number >= catalog::kFirstOpenType && wanted) types_.push_back(&type);
    }
    return absl::OkStatus();
  }

  // What the feed says was deleted and is not there.
  Status FindDeleted() {
    uint64_t after = 0;
    for (;;) {
      KITH_ASSIGN_OR_RETURN(const Snapshot::Feed feed, snapshot_.Changes(after, kFeedStep));
      for (const FeedEntry& entry : feed.entries) {
        if (entry.operation != Operation::kDelete) continue;
        const Status found = snapshot_.Get(entry.record).status();
        if (found.code() == StatusCode::kNotFound) {
          deleted_.Insert(entry.record);
        } else {
          KITH_RETURN_IF_ERROR(found);
        }
      }
      if (feed.scanned <= after) return absl::OkStatus();
      after = feed.scanned;
    }
  }

  Status Count() {
    for (const TypeDef* type : types_) {
      ExportLinesReport::Type& count = report_.types.emplace_back();
      count.type = type->name;
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type->name));
      while (cursor->Next()) ++count.records;
      KITH_RETURN_IF_ERROR(cursor->status());
      const Id first = Id::Of(type->number, 0, 0);
      for (Id id = deleted_.Next(first); id.type() == type->number; id = deleted_.Next(id)) ++count.deleted;
      total_ += count.records + count.deleted;
    }
    return absl::OkStatus();
  }

  Status WriteHead() {
    const std::vector<catalog::Definition> definitions = catalog::ToDefinitions(snapshot_.catalog());
    std::vector<std::string> lines;
    Json left_out = Json::array();
    for (const catalog::Definition& definition : definitions) {
      const TypeDef* type = snapshot_.catalog().FindType(definition.type);
      if (type == nullptr) {
        left_out.push_back("definition " + definition.key);
        continue;
      }
      std::string line = "{\"define\":\"" + type->name + "\"";
      AppendText(line, "key", definition.key);
      lines.push_back(line + ",\"body\":" + definition.body + "}");
    }
    for (const TypeDef* type : types_) {
      for (const FieldDef& field : type->fields) {
        if (field.kind == Kind::kNull) left_out.push_back("field " + type->name + "." + field.name);
      }
    }
    std::string head = "{\"kith\":\"lines\"";
    AppendNumber(head, "version", kLinesVersion);
    AppendTime(head, "created", options_.created.value_or(snapshot_.recorded()));
    head += snapshot_.viewer().is_system() ? ",\"partial\":false" : ",\"partial\":true";
    head += options_.history ? ",\"history\":true" : ",\"history\":false";
    AppendNumber(head, "definitions", lines.size());
    head += ",\"types\":[";
    for (const ExportLinesReport::Type& count : report_.types) {
      if (head.back() != '[') head += ",";
      AppendQuoted(head += "{\"type\":", count.type);
      AppendNumber(head, "records", static_cast<uint64_t>(count.records));
      if (options_.history) AppendNumber(head, "deleted", static_cast<uint64_t>(count.deleted));
      head += "}";
    }
    KITH_RETURN_IF_ERROR(WriteLine(head + "],\"left_out\":" + left_out.dump() + "}"));
    for (const std::string& line : lines) KITH_RETURN_IF_ERROR(WriteLine(line));
    return absl::OkStatus();
  }

  // Records and deleted ones in id order.
  Status WriteType(const TypeDef& type) {
    Id deleted = deleted_.Next(Id::Of(type.number, 0, 0));
    const auto write_deleted = [&](Id before) -> Status {
      for (; deleted.type() == type.number && deleted < before; deleted = deleted_.Next(deleted)) {
        KITH_RETURN_IF_ERROR(WriteDeleted(type, deleted));
      }
      return absl::OkStatus();
    };
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot_.Scan(type.name));
    while (cursor->Next()) {
      KITH_RETURN_IF_ERROR(write_deleted(cursor->id()));
      KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
      KITH_RETURN_IF_ERROR(WriteRecord(type, view));
      KITH_RETURN_IF_ERROR(Progress(false));
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    return write_deleted(Id(UINT64_MAX));
  }

  Status WriteRecord(const TypeDef& type, record::View view) {
    std::string& line = Begin(type, view.id());
    AppendHeader(line, view.header());
    const std::vector<ExternalRef> refs = snapshot_.ExternalRefs(view.id());
    if (!refs.empty()) line += ",\"refs\":[";
    for (size_t i = 0; i < refs.size(); ++i) AppendPair(i == 0 ? line : line += ",", refs[i]);
    if (!refs.empty()) line += "]";
    line += ",\"fields\":{";
    for (const FieldDef& field : type.fields) {
      if (field.computed()) continue;  // follows from what is copied
      if (!view.has(field.position)) continue;
      if (line.back() != '{') line += ",";
      AppendQuoted(line, field.name);
      AppendLineValue(line += ":", &field, view.Get(field.position));
    }
    line += "}}";
    KITH_RETURN_IF_ERROR(WriteLine(line));
    return options_.history ? WriteHistory(type, view.id()) : absl::OkStatus();
  }

  Status WriteDeleted(const TypeDef& type, Id id) {
    KITH_RETURN_IF_ERROR(WriteLine(Begin(type, id) += ",\"deleted\":true}"));
    return WriteHistory(type, id);
  }

  std::string& Begin(const TypeDef& type, Id id) {
    ++done_;
    line_ = "{\"record\":\"" + type.name + "\"";
    AppendNumber(line_, "id", id.value());
    return line_;
  }

  Status WriteHistory(const TypeDef& type, Id id) {
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, snapshot_.History(id));
    for (const HistoryEntry& entry : history) {
      line_.clear();
      AppendEntry(line_, type, entry);
      KITH_RETURN_IF_ERROR(WriteLine(line_));
    }
    return absl::OkStatus();
  }

  Status WriteEnd() {
    KITH_ASSIGN_OR_RETURN(report_.sha256, digest_.Finish());
    std::string line = "{\"end\":" + std::to_string(report_.lines);
    AppendText(line, "sha256", report_.sha256);
    piece_ += line + "}\n";
    ++report_.lines;
    return Flush();
  }

  Status WriteLine(std::string_view line) {
    const size_t start = piece_.size();
    piece_.append(line).push_back('\n');
    digest_.Write(std::string_view(piece_).substr(start));
    ++report_.lines;
    return piece_.size() < kLinesPiece ? absl::OkStatus() : Flush();
  }

  Status Flush() {
    report_.bytes += static_cast<int64_t>(piece_.size());
    Status status = sink_(piece_);
    piece_.clear();
    return status;
  }

  Status Progress(bool last) {
    if (!options_.progress) return absl::OkStatus();
    const Clock::time_point now = Clock::now();
    if (!last && now - last_progress_ < kProgressEvery) return absl::OkStatus();
    last_progress_ = now;
    if (options_.progress(done_, total_)) return absl::OkStatus();
    return MakeError(Reason::kCancelled, "the export was stopped");
  }

  const Snapshot& snapshot_;
  const LinesSink& sink_;
  const ExportLinesOptions& options_;
  std::vector<const TypeDef*> types_;
  IdSet deleted_;
  std::string line_;
  std::string piece_;
  LinesDigest digest_;
  ExportLinesReport report_;
  int64_t done_ = 0;
  int64_t total_ = 0;
  Clock::time_point last_progress_;
};

Status Unwritable(const std::string& path, int error) {
  return MakeError({.reason = error == ENOSPC ? Reason::kDiskFull : Reason::kIoError, .value = path, .os_error = error},
                   "the file cannot be written");
}

// A file beside its final name until it is whole.
class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)), part_(path_ + ".part"), file_(std::fopen(part_.c_str(), "wb")) {}
  ~PartFile() {
    if (file_ != nullptr) std::fclose(file_);
    std::remove(part_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  [[nodiscard]] Status Write(std::string_view bytes) {
    return std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size() ? absl::OkStatus() : Unwritable(part_, errno);
  }
  [[nodiscard]] Status Finish() {
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (!closed || std::rename(part_.c_str(), path_.c_str()) != 0) return Unwritable(path_, errno);
    return absl::OkStatus();
  }

 private:
  std::string path_;
  std::string part_;
  std::FILE* file_;
};

}  // namespace

StatusOr<ExportLinesReport> ExportLines(const Snapshot& snapshot, const LinesSink& sink, const ExportLinesOptions& options) {
  return Exporter(snapshot, sink, options).Run();
}

StatusOr<ExportLinesReport> ExportLines(const Snapshot& snapshot, std::string_view path, const ExportLinesOptions& options) {
  PartFile file{std::string(path)};
  if (!file.is_open()) return Unwritable(std::string(path), errno);
  KITH_ASSIGN_OR_RETURN(ExportLinesReport report, ExportLines(
                                                      snapshot, [&](std::string_view bytes) { return file.Write(bytes); }, options));
  KITH_RETURN_IF_ERROR(file.Finish());
  return report;
}

}  // namespace kith::exchange
