// JSON Lines as lines, and lines as records.
#ifndef KITH_LIB_EXCHANGE_LINES_READ_H_
#define KITH_LIB_EXCHANGE_LINES_READ_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/lines_format.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/load.h"

namespace kith::exchange {

inline constexpr JsonRules kLineRules = {
    .document = "the line", .malformed = Reason::kLinesMalformed, .bytes = limits::kLineBytes, .depth = 40};

// LinesMalformed at a field or path of the line.
[[nodiscard]] Status MalformedLine(std::string_view field, std::string_view message, std::string value = {});
// The same error, whose message begins with the line's number.
[[nodiscard]] Status AtLine(int64_t line, const Status& status);

class LineFile {
 public:
  // Errors: FileUnreadable.
  [[nodiscard]] static StatusOr<std::unique_ptr<LineFile>> Open(std::string_view path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  // False at the end. Errors: LimitExceeded, FileUnreadable; LinesMalformed for a last line without an end.
  [[nodiscard]] StatusOr<bool> Next();
  [[nodiscard]] std::string_view line() const { return line_; }  // without its end; until the next Next()
  [[nodiscard]] int64_t number() const { return number_; }       // 1-based
  [[nodiscard]] int64_t bytes_read() const { return bytes_read_; }
  [[nodiscard]] int64_t bytes_total() const { return bytes_total_; }

 private:
  LineFile(std::string path, std::FILE* file, int64_t size) : path_(std::move(path)), file_(file), bytes_total_(size) {}
  [[nodiscard]] Status TooLong() const;

  std::string path_;
  std::FILE* file_;
  std::string buffer_;
  size_t begin_ = 0;  // of what is not yet given out
  std::string_view line_;
  int64_t number_ = 0;
  int64_t bytes_read_ = 0;
  int64_t bytes_total_ = 0;
};

// The members of one JSON object; keeps the first error. Borrows the object.
class LineObject {
 public:
  explicit LineObject(const Json& object);
  // nullptr when absent.
  const Json* Find(std::string_view name);
  const Json* Need(std::string_view name);
  // Absent: the value given stays.
  void Text(std::string_view name, std::string& out);
  void Number(std::string_view name, uint64_t& out, uint64_t maximum);
  void Flag(std::string_view name, bool& out);
  void When(std::string_view name, Time& out);  // required
  [[nodiscard]] const Json::array_t& Items(std::string_view name);
  void Fail(Status status);
  [[nodiscard]] bool ok() const { return status_.ok(); }
  // The first error; a member that nobody asked for is one.
  [[nodiscard]] Status Finish();

 private:
  void Wrong(std::string_view name, std::string_view expected, const Json& found);

  const Json& object_;
  std::set<std::string, std::less<>> known_;
  Status status_;
};

// ["system", "key"].
[[nodiscard]] StatusOr<ExternalRef> ReadLineRef(const Json& json, std::string_view field);

// A record with its history, in terms of a catalog that has its type and fields by name.
struct LineRecord {
  int64_t line = 0;
  const catalog::TypeDef* type = nullptr;
  LoadedRecord loaded;  // id and references as the file has them
  [[nodiscard]] Id id() const { return Id(loaded.header.id); }
};

// What a {"record": ...} line says. Errors: LinesMalformed, UnknownType, UnknownField, and those of values.
[[nodiscard]] StatusOr<LineRecord> ReadRecordLine(const Json& json, const catalog::Catalog& catalog);
// What a {"history": ...} line says of a record of the type.
[[nodiscard]] StatusOr<HistoryEntry> ReadEntryLine(const Json& json, const catalog::TypeDef& type);

// Records one after the other, each with its history.
class RecordReader {
 public:
  RecordReader(LineFile& file, const catalog::Catalog& catalog) : file_(file), catalog_(catalog) {}
  // False after the last. The file was checked before.
  [[nodiscard]] StatusOr<bool> Next();
  [[nodiscard]] LineRecord& record() { return record_; }

 private:
  [[nodiscard]] Status Advance();

  LineFile& file_;
  const catalog::Catalog& catalog_;
  Json ahead_;  // the next line; null: not read yet
  LineRecord record_;
};

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_LINES_READ_H_
