// Arrow streams from anybody, as far as their memory is what they say it is: rows or problems, or an error with a reason.
//
// Input: for each column a byte that chooses its format, one that chooses its field, and what its cells are made of.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/database.h"
#include "kith/exchange/arrow.h"

namespace kith::exchange {
namespace {

constexpr const char* kFormats[] = {"b",       "c",      "C", "s",  "S",   "i",   "I",    "l",    "L",       "e",           "f",   "g",
                                    "u",       "U",      "z", "Z",  "tdD", "tdm", "tss:", "tsm:", "tsu:UTC", "tsn:+01",     "ttm", "d:19,2",
                                    "d:38,38", "d:5,-2", "n", "vu", "+l",  "+s",  "w:4",  "d:1",  "",        "tsu:Nowhere", "?",   "tDs"};
constexpr const char* kColumns[] = {"id", "text", "count", "rate", "amount", "day", "tags", "parent", "other"};
constexpr std::string_view kMapping =
    R"({"name": "fuzz", "packages": [{"package": "fuzz", "version": "1.0.0", "types": [{"name": "thing", "fields": [
      {"name": "text", "kind": "text"}, {"name": "count", "kind": "int"}, {"name": "rate", "kind": "decimal", "scale": 2},
      {"name": "amount", "kind": "money"}, {"name": "day", "kind": "date"}, {"name": "tags", "kind": "text_list"},
      {"name": "parent", "kind": "ref", "to": ["thing"], "on_delete": "detach"}]}]}],
  "files": [{"file": "things", "type": "thing", "system": "fuzz", "key": ["id"], "columns": [
      {"column": "text", "field": "text"}, {"column": "count", "field": "count"}, {"column": "rate", "field": "rate"},
      {"column": "amount", "field": "amount", "currency": "CNY"}, {"column": "day", "field": "day"}, {"column": "tags", "field": "tags"},
      {"column": "parent", "field": "parent", "system": "fuzz"}]}]})";
constexpr int64_t kRows = 5;
constexpr size_t kCellBytes = 16;  // the widest fixed cell

void ReleaseSchema(ArrowSchema* schema) { schema->release = nullptr; }
void ReleaseArray(ArrowArray* array) { array->release = nullptr; }

// One column whose buffers are as large as any format may need.
struct Column {
  ArrowSchema schema{};
  ArrowArray array{};
  std::vector<uint8_t> valid = std::vector<uint8_t>(8, 0xff);
  std::vector<uint8_t> cells = std::vector<uint8_t>((kRows + 1) * kCellBytes);  // or offsets
  std::string text;
  const void* buffers[3] = {};
  Column* child = nullptr;
  ArrowSchema* schemas[1] = {};
  ArrowArray* arrays[1] = {};
};

class Stream {
 public:
  explicit Stream(std::string_view input) {
    while (input.size() > 2 && columns_.size() < 10) Add(input);
  }

  // The stream lives as long as this.
  ArrowArrayStream Get() {
    ArrowArrayStream stream{};
    stream.private_data = this;
    stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) { return static_cast<Stream*>(self->private_data)->GetSchema(out); };
    stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) { return static_cast<Stream*>(self->private_data)->GetNext(out); };
    stream.get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
    stream.release = [](ArrowArrayStream* self) { self->release = nullptr; };
    return stream;
  }

 private:
  void Add(std::string_view& input) {
    Column& column = *columns_.emplace_back(std::make_unique<Column>());
    const auto format = static_cast<uint8_t>(input[0]);
    const auto field = static_cast<uint8_t>(input[1]);
    input.remove_prefix(2);
    const std::string_view content = input.substr(0, 40);
    input.remove_prefix(content.size());
    Fill(column, kFormats[format % std::size(kFormats)], kColumns[field % std::size(kColumns)], content);
    if (std::string_view(column.schema.format) == "+l") {
      Column& child = *children_.emplace_back(std::make_unique<Column>());
      Fill(child, kFormats[field % std::size(kFormats)], "item", content);
      column.schemas[0] = &child.schema;
      column.arrays[0] = &child.array;
      column.schema.n_children = column.array.n_children = 1;
      column.schema.children = column.schemas;
      column.array.children = column.arrays;
    }
    if (format >= 200) {  // a dictionary of texts
      Column& values = *children_.emplace_back(std::make_unique<Column>());
      Fill(values, "u", "", content);
      column.schema.dictionary = &values.schema;
      column.array.dictionary = &values.array;
      column.schema.format = "c";
      for (uint8_t& cell : column.cells) cell = static_cast<uint8_t>(cell % kRows);
    }
  }

  static void Fill(Column& column, const char* format, const char* name, std::string_view content) {
    column.schema.format = format;
    column.schema.name = name;
    column.schema.flags = ARROW_FLAG_NULLABLE;
    column.schema.release = ReleaseSchema;
    column.text = std::string(content) + std::string(64, 'x');
    if (!content.empty()) column.valid[0] = static_cast<uint8_t>(content[0]);
    std::memcpy(column.cells.data(), content.data(), std::min(content.size(), column.cells.size()));
    SetOffsets(column, format);
    column.array.length = kRows;
    column.array.null_count = -1;
    column.buffers[0] = column.valid.data();
    column.buffers[1] = column.cells.data();
    column.buffers[2] = column.text.data();
    const std::string_view kind = format;
    const bool three = kind == "u" || kind == "U" || kind == "z" || kind == "Z" || kind == "vu";
    column.array.n_buffers = kind == "n" ? 0 : (kind == "+s" ? 1 : (three ? 3 : 2));
    column.array.buffers = column.buffers;
    column.array.release = ReleaseArray;
  }
  // Rising, within the text or the rows of a child.
  static void SetOffsets(Column& column, std::string_view format) {
    const bool large = format == "U" || format == "Z";
    for (size_t i = 0; format == "vu" && i <= static_cast<size_t>(kRows); ++i) {
      const int32_t size = column.cells[i * kCellBytes] % 13;  // short ones stand in the view itself
      std::memcpy(column.cells.data() + i * kCellBytes, &size, sizeof(size));
    }
    if (!large && format != "u" && format != "z" && format != "+l") return;
    const uint8_t step = format == "+l" ? 1 : static_cast<uint8_t>(column.cells[0] % 8);
    for (size_t i = 0; i <= static_cast<size_t>(kRows); ++i) {
      const auto offset = static_cast<int64_t>(i * step);
      const auto small = static_cast<int32_t>(offset);
      if (large) {
        std::memcpy(column.cells.data() + i * sizeof(offset), &offset, sizeof(offset));
      } else {
        std::memcpy(column.cells.data() + i * sizeof(small), &small, sizeof(small));
      }
    }
  }

  int GetSchema(ArrowSchema* out) {
    schemas_.clear();
    for (const auto& column : columns_) schemas_.push_back(&column->schema);
    *out = {};
    out->format = "+s";
    out->name = "";
    out->n_children = static_cast<int64_t>(schemas_.size());
    out->children = schemas_.data();
    out->release = ReleaseSchema;
    return 0;
  }
  int GetNext(ArrowArray* out) {
    *out = {};
    if (given_++ > 0) return 0;
    arrays_.clear();
    for (const auto& column : columns_) arrays_.push_back(&column->array);
    out->length = kRows;
    out->n_buffers = 1;
    out->buffers = buffers_;
    out->n_children = static_cast<int64_t>(arrays_.size());
    out->children = arrays_.data();
    out->release = ReleaseArray;
    return 0;
  }

  std::vector<std::unique_ptr<Column>> columns_;
  std::vector<std::unique_ptr<Column>> children_;
  std::vector<ArrowSchema*> schemas_;
  std::vector<ArrowArray*> arrays_;
  const void* buffers_[1] = {};
  int given_ = 0;
};

}  // namespace
}  // namespace kith::exchange

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith;            // NOLINT(google-build-using-namespace)
  using namespace kith::exchange;  // NOLINT(google-build-using-namespace)
  static const Mapping mapping = *MappingFromJson(kMapping);
  OpenOptions options;
  options.temporary = true;
  const std::shared_ptr<Database> db = *Database::Open("", options);
  Stream columns({reinterpret_cast<const char*>(data), size});
  ArrowArrayStream stream = columns.Get();
  const StatusOr<ImportReport> report = ImportArrow(*db, &stream, mapping);
  if (!report.ok()) {
    if (GetReason(report.status()) == Reason::kNone) std::abort();
    return 0;
  }
  if (!db->Verify()->problems.empty()) std::abort();
  return 0;
}
