// CSV rows from a file, by libcsv. The file is fed to the parser line by line, so that every row knows the line it began on.
#include <csv.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "kith/exchange/csv.h"

namespace kith::exchange {
namespace {

constexpr size_t kChunkBytes = 64 * 1024;
constexpr size_t kRowBytes = 1024 * 1024;
constexpr size_t kCells = 1024;
// libcsv's state within a field; with `quoted` set at the end of the file, a quote is still open.
constexpr int kFieldBegun = 2;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }  // NOLINT(cert-err33-c): the file was only read
};

Status MalformedRow(std::string_view message, std::string hint = {}) {
  ErrorInfo info;
  info.reason = Reason::kRowRejected;
  info.hint = std::move(hint);
  return MakeError(std::move(info), message);
}

// A row as parsed: its cells end to end, and where each ends.
struct RawRow {
  int64_t line = 0;
  std::string bytes;
  std::vector<size_t> ends;
  bool too_large = false;
};

class LibcsvReader : public CsvReader {
 public:
  LibcsvReader(std::FILE* file, int64_t size, char delimiter) : file_(file), size_(size) {
    csv_init(&parser_, 0);
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
  }
  ~LibcsvReader() override { csv_free(&parser_); }
  LibcsvReader(const LibcsvReader&) = delete;
  LibcsvReader& operator=(const LibcsvReader&) = delete;

  StatusOr<const CsvRow*> Next() override {
    while (rows_.empty() && !finished_) KITH_RETURN_IF_ERROR(ReadChunk());
    if (rows_.empty()) return nullptr;
    current_ = std::move(rows_.front());
    rows_.pop_front();
    Show();
    return &shown_;
  }
  int64_t bytes_read() const override { return read_; }
  int64_t bytes_total() const override { return size_; }

 private:
  static void OnCell(void* data, size_t size, void* self) {
    auto* reader = static_cast<LibcsvReader*>(self);
    RawRow& row = reader->building_;
    if (row.bytes.size() + size > kRowBytes || row.ends.size() >= kCells) {
      row.too_large = true;
      return;
    }
    if (data != nullptr) row.bytes.append(static_cast<const char*>(data), size);
    row.ends.push_back(row.bytes.size());
  }
  static void OnRow(int /*terminator*/, void* self) {
    auto* reader = static_cast<LibcsvReader*>(self);
    reader->building_.line = reader->row_line_;
    reader->rows_.push_back(std::exchange(reader->building_, {}));
    reader->in_row_ = false;
  }

  Status ReadChunk() {
    chunk_.resize(kChunkBytes);
    size_t size = std::fread(chunk_.data(), 1, kChunkBytes, file_.get());
    if (size < kChunkBytes && std::ferror(file_.get()) != 0) {
      ErrorInfo info;
      info.reason = Reason::kIoError;
      info.os_error = errno;
      return MakeError(std::move(info), "the CSV file could not be read to its end");
    }
    std::string_view text(chunk_.data(), size);
    if (read_ == 0 && text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    read_ += static_cast<int64_t>(size);
    while (!text.empty()) {
      size_t end = text.find('\n');
      std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
      Feed(line);
      text.remove_prefix(line.size());
    }
    if (size < kChunkBytes) Finish();
    return absl::OkStatus();
  }

  // One line, or a part of it.
  void Feed(std::string_view line) {
    bool blank = line.find_first_not_of("\r\n") == std::string_view::npos;
    if (!in_row_) row_line_ = line_;
    in_row_ = in_row_ || !blank;
    open_bytes_ += line.size();
    if (open_bytes_ > 2 * kRowBytes) {
      // A quote that never closes: the row goes on for megabytes. Give it up at its first line and start afresh.
      csv_fini(&parser_, nullptr, nullptr, nullptr);
      building_ = {};
      building_.too_large = true;
      OnRow(0, this);
    } else {
      csv_parse(&parser_, line.data(), line.size(), OnCell, OnRow, this);
    }
    if (!in_row_) open_bytes_ = 0;
    if (!line.empty() && line.back() == '\n') ++line_;
  }

  void Finish() {
    finished_ = true;
    bool open_quote = parser_.quoted != 0 && parser_.pstate == kFieldBegun;
    csv_fini(&parser_, OnCell, OnRow, this);
    if (!open_quote) return;
    if (!rows_.empty()) rows_.pop_back();  // the row that the open quote swallowed
    building_ = {};
    building_.line = row_line_;
    building_.too_large = true;
    rows_.push_back(std::exchange(building_, {}));
  }

  // Makes current_ visible as shown_.
  void Show() {
    shown_.line = current_.line;
    shown_.cells.clear();
    shown_.problem = absl::OkStatus();
    if (current_.too_large) {
      shown_.problem = MalformedRow("a quote is not closed, or the row is longer than 1 MiB or 1,024 cells",
                                    "close the quote, or write a quote inside a cell as two");
      return;
    }
    size_t begin = 0;
    for (size_t end : current_.ends) {
      shown_.cells.push_back(std::string_view(current_.bytes).substr(begin, end - begin));
      begin = end;
    }
    if (current_.bytes.find('\0') != std::string::npos) {
      shown_.problem = MalformedRow("the row contains a NUL byte", "save the file as UTF-8 text");
    } else if (!IsUtf8(current_.bytes)) {
      shown_.problem = MalformedRow("the row is not UTF-8", "save the file as UTF-8");
    }
  }

  std::unique_ptr<std::FILE, FileCloser> file_;
  int64_t size_;
  int64_t read_ = 0;
  csv_parser parser_{};
  std::string chunk_;
  int64_t line_ = 1;      // of the byte fed next
  int64_t row_line_ = 1;  // on which the row being built began
  size_t open_bytes_ = 0;
  bool in_row_ = false;
  bool finished_ = false;
  RawRow building_;
  std::deque<RawRow> rows_;
  RawRow current_;
  CsvRow shown_;
};

}  // namespace

StatusOr<std::unique_ptr<CsvReader>> CsvReader::Open(std::string_view path, char delimiter) {
  std::string name(path);
  std::FILE* file = std::fopen(name.c_str(), "rbe");
  int64_t size = -1;
  if (file != nullptr && std::fseek(file, 0, SEEK_END) == 0) {
    size = std::ftell(file);
    if (std::fseek(file, 0, SEEK_SET) != 0) size = -1;
  }
  // A folder opens but does not seek to a sensible end.
  if (size >= 0 && size != INT64_MAX) return std::make_unique<LibcsvReader>(file, size, delimiter);
  ErrorInfo info;
  info.reason = Reason::kFileUnreadable;
  info.os_error = file != nullptr && size == INT64_MAX ? EISDIR : errno;
  info.value = name;
  info.hint = "check that the file exists and may be read";
  if (file != nullptr) std::fclose(file);  // NOLINT(cert-err33-c)
  std::string why = std::strerror(info.os_error);
  return MakeError(std::move(info), "the file cannot be read: " + why);
}

}  // namespace kith::exchange
