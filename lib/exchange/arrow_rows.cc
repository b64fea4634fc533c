#include "exchange/arrow_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "absl/numeric/int128.h"
#include "kith/base/concat.h"

namespace kith::exchange {
namespace {

constexpr std::string_view kListSeparator = ";";  // as mappings have it unless they say otherwise
constexpr size_t kDecimalDigits = 38;             // of a decimal of 128 bits

template <typename T>
T NumberAt(const ArrowArray& array, size_t buffer, int64_t at) {
  T number;
  std::memcpy(&number, static_cast<const char*>(array.buffers[buffer]) + static_cast<size_t>(at) * sizeof(T), sizeof(T));
  return number;
}

bool BitAt(const ArrowArray& array, size_t buffer, int64_t at) {
  return (static_cast<const uint8_t*>(array.buffers[buffer])[at / 8] >> (at % 8) & 1) != 0;
}

// Whole numbers of any width.
int64_t IntegerAt(char format, const ArrowArray& array, int64_t at) {
  switch (format) {
    case 'c':
      return NumberAt<int8_t>(array, 1, at);
    case 'C':
      return NumberAt<uint8_t>(array, 1, at);
    case 's':
      return NumberAt<int16_t>(array, 1, at);
    case 'S':
      return NumberAt<uint16_t>(array, 1, at);
    case 'i':
      return NumberAt<int32_t>(array, 1, at);
    case 'I':
      return NumberAt<uint32_t>(array, 1, at);
    default:
      return NumberAt<int64_t>(array, 1, at);
  }
}

template <typename Offset>
std::string_view TextAt(const ArrowArray& array, int64_t at) {
  const auto begin = NumberAt<Offset>(array, 1, at);
  return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<size_t>(NumberAt<Offset>(array, 1, at + 1) - begin)};
}

// Up to 12 bytes stand in the view itself; longer texts in one of the buffers that follow.
std::string_view ViewAt(const ArrowArray& array, int64_t at) {
  constexpr size_t kViewBytes = 16;
  constexpr int32_t kInline = 12;
  const char* view = static_cast<const char*>(array.buffers[1]) + static_cast<size_t>(at) * kViewBytes;
  std::array<int32_t, 4> parts;  // size, prefix, buffer, offset
  std::memcpy(parts.data(), view, sizeof(parts));
  const auto size = static_cast<size_t>(parts[0]);
  if (parts[0] <= kInline) return {view + sizeof(int32_t), size};
  return {static_cast<const char*>(array.buffers[2 + parts[2]]) + parts[3], size};
}

std::string RealText(double value) {
  std::array<char, 64> text;
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::general;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, format).ptr};
}

// Of "d:precision,scale": nothing where that is not a decimal of 128 bits.
std::optional<size_t> ScaleOf(std::string_view format) {
  size_t precision = 0;
  size_t scale = 0;
  if (!format.starts_with("d:")) return std::nullopt;
  const char* const end = format.data() + format.size();
  const auto [comma, first] = std::from_chars(format.data() + 2, end, precision);
  if (first != std::errc() || comma == end || *comma != ',') return std::nullopt;
  const auto [rest, second] = std::from_chars(comma + 1, end, scale);
  if (second != std::errc() || rest != end || precision > kDecimalDigits || scale > kDecimalDigits) return std::nullopt;
  return scale;
}

std::string DecimalText(size_t scale, const ArrowArray& array, int64_t at) {
  const absl::int128 units = absl::MakeInt128(NumberAt<int64_t>(array, 1, 2 * at + 1), NumberAt<uint64_t>(array, 1, 2 * at));
  std::string digits;
  for (absl::uint128 rest = absl::uint128(units < 0 ? -units : units); rest != 0; rest /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  }
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.end() - static_cast<std::ptrdiff_t>(scale), '.');
  return units < 0 ? "-" + digits : digits;
}

int64_t FloorDivide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

// As far as 64 bits go, which is past every time that there is.
int64_t Times(int64_t value, int64_t by) {
  constexpr auto kLimits = std::numeric_limits<int64_t>();
  return std::clamp(value, kLimits.min() / by, kLimits.max() / by) * by;
}

constexpr std::string_view kTimeUnits = "smun";

// "ts", the unit, ':' and a zone, in which the instant does not depend; without one, UTC.
std::string TimeText(char unit, int64_t value) {
  switch (unit) {
    case 's':
      return ToText(Time{Times(value, kMicrosPerSecond)});
    case 'm':
      return ToText(Time{Times(value, 1000)});
    case 'n':
      return ToText(Time{FloorDivide(value, 1000)});
    default:
      return ToText(Time{value});
  }
}

// The name may be left out.
std::string_view NameOf(const ArrowSchema& schema) { return schema.name == nullptr ? "" : schema.name; }

bool IsReadable(const ArrowSchema& schema) {
  const std::string_view format = schema.format == nullptr ? "" : schema.format;
  if (format == "+l" || format == "+L") {
    const bool has_items = schema.n_children == 1 && schema.children[0]->format != nullptr;
    return has_items && schema.children[0]->format[0] != '+' && IsReadable(*schema.children[0]);
  }
  constexpr std::string_view kSimple[] = {"n", "b", "c", "C", "s", "S", "i", "I", "l", "L", "f", "g", "u", "U", "vu", "tdD", "tdm"};
  for (const std::string_view simple : kSimple) {
    if (format == simple) return true;
  }
  const bool is_time = format.size() > 3 && format.starts_with("ts") && kTimeUnits.find(format[2]) != format.npos && format[3] == ':';
  return is_time || ScaleOf(format).has_value();
}

std::string CellText(const ArrowSchema& schema, const ArrowArray& array, int64_t row, Status& problem);

template <typename Offset>
std::string ListText(const ArrowSchema& schema, const ArrowArray& array, int64_t at, Status& problem) {
  std::string text;
  for (auto i = NumberAt<Offset>(array, 1, at); i < NumberAt<Offset>(array, 1, at + 1); ++i) {
    const std::string item = CellText(*schema.children[0], *array.children[0], i, problem);
    if (item.find(kListSeparator) != std::string::npos) {
      problem = MakeError({.reason = Reason::kRowRejected, .field = std::string(NameOf(schema)), .value = item.substr(0, 80)},
                          "an item of a list holds a \";\"");
    }
    if (!text.empty()) text += kListSeparator;
    text += item;
  }
  return text;
}

// The text of a cell, as a file would have it; empty for null. `row` counts from the array's offset.
std::string CellText(const ArrowSchema& schema, const ArrowArray& array, int64_t row, Status& problem) {
  const int64_t at = array.offset + row;
  const std::string format = schema.format;
  if (format == "n" || (array.buffers[0] != nullptr && !BitAt(array, 0, at))) return {};
  if (schema.dictionary != nullptr) return CellText(*schema.dictionary, *array.dictionary, IntegerAt(format[0], array, at), problem);
  if (format == "b") return BitAt(array, 1, at) ? "true" : "false";
  if (format == "L") return std::to_string(NumberAt<uint64_t>(array, 1, at));
  if (format.size() == 1 && std::string_view("cCsSiIl").find(format[0]) != std::string_view::npos) {
    return std::to_string(IntegerAt(format[0], array, at));
  }
  if (format == "f") return RealText(static_cast<double>(NumberAt<float>(array, 1, at)));
  if (format == "g") return RealText(NumberAt<double>(array, 1, at));
  if (format == "u") return std::string(TextAt<int32_t>(array, at));
  if (format == "U") return std::string(TextAt<int64_t>(array, at));
  if (format == "vu") return std::string(ViewAt(array, at));
  if (format == "tdD") return ToText(Date{NumberAt<int32_t>(array, 1, at)});
  if (format == "tdm") return TimeText('m', NumberAt<int64_t>(array, 1, at));
  if (format.starts_with("ts")) return TimeText(format[2], NumberAt<int64_t>(array, 1, at));
  if (format == "+l") return ListText<int32_t>(schema, array, at, problem);
  if (format == "+L") return ListText<int64_t>(schema, array, at, problem);
  return DecimalText(ScaleOf(format).value_or(0), array, at);
}

class ArrowReader final : public CsvReader {
 public:
  explicit ArrowReader(ArrowInput& input) : input_(input) {}

  StatusOr<const CsvRow*> Next() override {
    row_ = {};
    texts_.clear();
    if (!started_) {
      started_ = true;
      for (int64_t i = 0; i < input_.schema().n_children; ++i) texts_.emplace_back(NameOf(*input_.schema().children[i]));
    } else {
      KITH_ASSIGN_OR_RETURN(const ArrowArray* batch, Step());
      if (batch == nullptr) return nullptr;
      ReadCells(*batch);
      row_.line = ++rows_;
      ++next_;
    }
    row_.cells.assign(texts_.begin(), texts_.end());
    return &row_;
  }
  [[nodiscard]] int64_t bytes_read() const override { return rows_; }
  [[nodiscard]] int64_t bytes_total() const override { return 0; }

 private:
  // The batch that the next row is in.
  StatusOr<const ArrowArray*> Step() {
    KITH_ASSIGN_OR_RETURN(const ArrowArray* batch, input_.Batch(number_));
    while (batch != nullptr && next_ == batch->length) {
      next_ = 0;
      KITH_ASSIGN_OR_RETURN(batch, input_.Batch(++number_));
    }
    return batch;
  }
  void ReadCells(const ArrowArray& batch) {
    for (int64_t i = 0; i < batch.n_children; ++i) {
      const ArrowSchema& column = *input_.schema().children[i];
      const bool is_read = IsReadable(column.dictionary == nullptr ? column : *column.dictionary);
      // The batch's own offset counts for its columns too.
      texts_.push_back(is_read ? CellText(column, *batch.children[i], batch.offset + next_, row_.problem) : std::string());
    }
  }

  ArrowInput& input_;
  bool started_ = false;
  size_t number_ = 0;
  int64_t next_ = 0;  // row within the batch
  int64_t rows_ = 0;
  std::vector<std::string> texts_;
  CsvRow row_;
};

}  // namespace

ArrowInput::ArrowInput(ArrowArrayStream* stream) : stream_(*stream) { stream->release = nullptr; }

ArrowInput::~ArrowInput() {
  for (ArrowArray& batch : batches_) {
    if (batch.release != nullptr) batch.release(&batch);
  }
  if (schema_.release != nullptr) schema_.release(&schema_);
  if (stream_.release != nullptr) stream_.release(&stream_);
}

Status ArrowInput::Failed() {
  const char* message = stream_.get_last_error(&stream_);
  return MakeError({.reason = Reason::kFileUnreadable}, Concat({"the stream failed: ", message == nullptr ? "it says nothing" : message}));
}

Status ArrowInput::Start(const std::set<std::string>& wanted) {
  if (stream_.get_schema(&stream_, &schema_) != 0) return Failed();
  if (schema_.format == nullptr || std::string_view(schema_.format) != "+s")
    return MakeError(Reason::kFileUnreadable, "the stream is no table: its type is no struct");
  for (int64_t i = 0; i < schema_.n_children; ++i) {
    const ArrowSchema& column = *schema_.children[i];
    if (!wanted.contains(std::string(NameOf(column))) || IsReadable(column.dictionary == nullptr ? column : *column.dictionary)) continue;
    return MakeError({.reason = Reason::kWrongKind,
                      .field = std::string(NameOf(column)),
                      .value = column.format,
                      .hint = "cast it to text, numbers, decimals of 128 bits, dates or timestamps"},
                     "the column is of an Arrow type that cannot be imported");
  }
  return {};
}

StatusOr<const ArrowArray*> ArrowInput::Batch(size_t number) {
  if (number < batches_.size()) return &batches_[number];
  ArrowArray next = {};
  if (stream_.get_next(&stream_, &next) != 0) return Failed();
  if (next.release == nullptr) return nullptr;
  batches_.push_back(next);
  if (next.n_children != schema_.n_children) {
    return MakeError(Reason::kFileUnreadable, "a batch of the stream has other columns than its schema");
  }
  return &batches_.back();
}

std::unique_ptr<CsvReader> NewArrowReader(ArrowInput& input) { return std::make_unique<ArrowReader>(input); }

}  // namespace kith::exchange
