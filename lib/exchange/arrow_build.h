// Arrow arrays being filled, and their hand-over through the C data interface.
#ifndef KITH_LIB_EXCHANGE_ARROW_BUILD_H_
#define KITH_LIB_EXCHANGE_ARROW_BUILD_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/numeric/int128.h"
#include "kith/exchange/arrow.h"
#include "kith/index/column.h"

namespace kith::exchange {

using Dictionary = std::shared_ptr<const std::vector<std::string>>;

// A number of 128 bits, as Arrow has them.
struct Decimal128 {
  uint64_t low = 0;
  int64_t high = 0;
};
[[nodiscard]] inline Decimal128 Times(int64_t units, int64_t factor) {
  const absl::int128 product = absl::int128(units) * factor;
  return {absl::Int128Low64(product), absl::Int128High64(product)};
}

// A column's name and type, by the format strings of the C data interface.
struct ArrowType {
  std::string name;
  std::string format;
  std::vector<ArrowType> children = {};  // of lists and structs
  Dictionary dictionary = nullptr;       // of the texts that `format`, "i", numbers
};

void ToSchema(const ArrowType& type, ArrowSchema* out);

// One array. Rows are appended one by one; a list's or struct's values go to its children first.
class ArrowBuilder {
 public:
  explicit ArrowBuilder(ArrowType type);

  [[nodiscard]] const ArrowType& type() const { return type_; }
  [[nodiscard]] ArrowBuilder& child(size_t i) { return children_[i]; }
  [[nodiscard]] int64_t length() const { return length_; }
  // Of values so far, those of lists included; of the array that has most.
  [[nodiscard]] size_t bytes() const;

  void AppendNull();
  void AppendBool(bool value);
  template <typename T>
  void AppendNumber(T value) {
    const auto* bytes = reinterpret_cast<const char*>(&value);
    data_.insert(data_.end(), bytes, bytes + sizeof(T));
    AppendPresent();
  }
  // Of some rows of a block, in their order; those not in `present` are null, whatever number they have.
  template <typename T>
  void AppendNumbers(std::span<const T> values, const column::Bitmap& rows, const column::Bitmap& present) {
    const auto* bytes = reinterpret_cast<const char*>(values.data());
    data_.insert(data_.end(), bytes, bytes + values.size_bytes());
    Mark(rows, present);
  }
  // Rows without a null in one piece, each made by its place.
  template <typename T, typename Make>
  void AppendEach(size_t count, const Make& make) {
    char* out = Grow(count * sizeof(T));
    for (size_t i = 0; i < count; ++i) {
      const T value = make(i);
      std::memcpy(out + i * sizeof(T), &value, sizeof(T));
    }
    AppendPresent(count);
  }
  // The same of texts.
  template <typename Text>
  void AppendTexts(size_t count, const Text& text) {
    size_t end = data_.size();
    for (size_t i = 0; i < count; ++i) offsets_.push_back(static_cast<int32_t>(end += text(i).size()));
    char* out = Grow(end - data_.size());
    for (size_t i = 0; i < count; ++i) {
      const std::string_view one = text(i);
      if (!one.empty()) std::memcpy(out, one.data(), one.size());
      out += one.size();
    }
    AppendPresent(count);
  }
  // units * power_of_ten as 128 bits.
  void AppendDecimal(int64_t units, int64_t power_of_ten);
  void AppendText(std::string_view text);
  // A row of what has been appended to the children since the last one.
  void AppendNested();

  // Takes all rows; the builder is empty afterwards.
  void Finish(ArrowArray* out);

 private:
  void AppendPresent(size_t count = 1) {
    for (size_t i = 0; i < count && nulls_ > 0; ++i, ++length_) MarkPresent();
    if (nulls_ == 0) length_ += static_cast<int64_t>(count);
  }
  // Room for so many bytes more.
  char* Grow(size_t bytes) {
    const size_t at = data_.size();
    data_.resize(at + bytes);
    return data_.data() + at;
  }
  void AppendZero();
  // Validity alone.
  void MarkPresent();
  void MarkNull();
  void Mark(const column::Bitmap& rows, const column::Bitmap& present);

  ArrowType type_;
  size_t width_ = 0;          // bytes of a number; 0: bits, texts or nested
  bool has_offsets_ = false;  // texts and lists
  std::vector<ArrowBuilder> children_;
  int64_t length_ = 0;
  int64_t nulls_ = 0;
  std::vector<uint8_t> validity_;  // empty until there is a null
  std::vector<int32_t> offsets_;
  std::vector<char> data_;
};

// A record batch of these arrays, all of so many rows.
void FinishStruct(const std::vector<ArrowBuilder*>& arrays, int64_t rows, ArrowArray* out);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_ARROW_BUILD_H_
