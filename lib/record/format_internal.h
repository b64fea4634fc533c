// The stored form of records: slots, forms and shapes. See kith/record/record.h for the format itself.
#ifndef KITH_LIB_RECORD_FORMAT_INTERNAL_H_
#define KITH_LIB_RECORD_FORMAT_INTERNAL_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "flatbuffers/base.h"
#include "kith/base/value.h"

namespace kith::record::internal {

static_assert(std::endian::native == std::endian::little, "structs are stored as they stand in memory");

inline constexpr size_t kAlignment = 8;          // records start at, and are long, a multiple of this
inline constexpr size_t kFieldsPerTable = 64;    // fields of one table, besides its fixed slots
inline constexpr uint32_t kPageKeys = 1u << 20;  // page keys are below this: 12 bits of package, 8 of block

// Slots of the root table.
inline constexpr uint16_t kHeaderSlot = 0;
inline constexpr uint16_t kPagesSlot = 1;
inline constexpr uint16_t kFirstOwnSlot = 2;
// Slots of a page.
inline constexpr uint16_t kPageHeadSlot = 0;
inline constexpr uint16_t kFirstPageSlot = 1;

struct PageHead {
  uint32_t key = 0;
  uint32_t shape = 0;
};
static_assert(sizeof(PageHead) == 8);

struct StoredMoney {
  int64_t minor = 0;
  uint32_t currency = 0;
  uint32_t reserved = 0;
};
static_assert(sizeof(StoredMoney) == 16);

// The byte within a table's vtable that tells where a slot's value is.
[[nodiscard]] constexpr uint16_t VtableEntry(size_t slot) { return static_cast<uint16_t>((slot + 2) * sizeof(uint16_t)); }

// What a slot of a table holds, in the order in which fields stand in it.
enum class Form : uint8_t { kBytes = 0, kNumbers = 1, kTexts = 2, kScalar = 3 };

[[nodiscard]] constexpr Form FormOf(Kind kind) {
  switch (kind) {
    case Kind::kText:
    case Kind::kBytes:
      return Form::kBytes;
    case Kind::kChoiceSet:
      return Form::kNumbers;
    case Kind::kTextList:
      return Form::kTexts;
    default:
      return Form::kScalar;
  }
}

// Bytes that a value takes within its table: the scalar, or the offset of the vector.
[[nodiscard]] constexpr size_t WidthOf(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return 0;
    case Kind::kBool:
      return 1;
    case Kind::kMoney:
      return sizeof(StoredMoney);
    case Kind::kInt:
    case Kind::kDecimal:
    case Kind::kDouble:
    case Kind::kTime:
    case Kind::kRef:
      return 8;
    default:
      return 4;
  }
}

[[nodiscard]] constexpr size_t AlignmentOf(size_t width) { return width < kAlignment ? width : kAlignment; }

// How many fields of a table are of each form; the rest are scalars.
class Shape {
 public:
  constexpr explicit Shape(uint32_t packed = 0) : packed_(packed) {}
  [[nodiscard]] constexpr uint32_t packed() const { return packed_; }
  [[nodiscard]] constexpr size_t count(Form form) const { return (packed_ >> Shift(form)) & 0xFF; }
  constexpr void Add(Form form) {
    if (form != Form::kScalar) packed_ += 1u << Shift(form);
  }
  // The form of the `rank`-th field in the order of positions.
  [[nodiscard]] constexpr Form At(size_t rank) const {
    for (const Form form : {Form::kBytes, Form::kNumbers, Form::kTexts}) {
      if (rank < count(form)) return form;
      rank -= count(form);
    }
    return Form::kScalar;
  }
  // Counts that `fields` fields can have; the highest byte is unused.
  [[nodiscard]] constexpr bool Fits(size_t fields) const {
    return (packed_ >> 24) == 0 && count(Form::kBytes) + count(Form::kNumbers) + count(Form::kTexts) <= fields;
  }

 private:
  static constexpr int Shift(Form form) { return static_cast<int>(form) * 8; }
  uint32_t packed_ = 0;
};

// A field as the table tells it without a layout.
struct StoredField {
  uint16_t slot;
  uint16_t position;  // bytes from the table's start
  uint16_t room;      // bytes up to the next field or the table's end: at least its width
  Form form;
};

// The most fields of a table: 64 and the two fixed slots of the root.
inline constexpr size_t kMaxSlots = kFieldsPerTable + kFirstOwnSlot;

class StoredFields {
 public:
  // Reads the `slots` entries of a vtable, whose bytes after the two sizes start at `entries`; the table is `table_size` bytes long.
  // Fields of slots below `first` are placed, but have no form. False when positions lie outside the table or coincide, or when the shape
  // does not fit.
  [[nodiscard]] bool Read(const uint8_t* entries, size_t slots, size_t table_size, uint16_t first, Shape shape);
  // In the order of positions, fixed slots excepted.
  [[nodiscard]] std::span<const StoredField> fields() const { return {fields_.data(), count_}; }

 private:
  std::array<StoredField, kMaxSlots> fields_;
  size_t count_ = 0;
};

// The widest scalar that may stand at `position` (from the record's start) with `room` bytes to the next field. Never less than the
// scalar that was written: what is taken with it is padding.
[[nodiscard]] size_t WidestScalar(size_t position, size_t room);

}  // namespace kith::record::internal

#endif  // KITH_LIB_RECORD_FORMAT_INTERNAL_H_
