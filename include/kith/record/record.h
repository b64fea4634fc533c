// Records as bytes: a FlatBuffers table read in place. A layout says which slot holds which field; the catalog compiles it. Nothing here
// knows names.
//
// The table: slot 0 a fixed 64-byte header, slot 1 a vector of pages, slots 2..65 the first 64 fields of the package that owns the type. A
// page is a table: slot 0 a struct {key: uint32, shape: uint32} with key = package number << 8 | block, slots 1..64 the fields block*64 ..
// block*64+63 of that package. Pages stand in ascending order of key. Sizes are multiples of 8.
//
// How a kind is stored, in FlatBuffers' words: bool: bool; int, decimal (its units), time: long; double: double; choice, date: int; ref:
// ulong; money: struct {minor: long; currency: uint; reserved: uint}; text: string; bytes: [ubyte]; text_list: [string]; choice_set: [int].
//
// Field slots and pages that a layout does not list (written by a newer library) are kept when a record is rewritten. A table without its
// schema does not say what a slot holds, so the order of fields within a table is fixed and counted: first texts and bytes, then vectors of
// int, then vectors of string, then scalars. The three counts are the table's shape (8 bits each, lowest first).
#ifndef KITH_RECORD_RECORD_H_
#define KITH_RECORD_RECORD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"

namespace kith::record {

// Who may read a record: see engine/viewer.h.
enum class Visibility : uint8_t { kEveryone = 0, kUnit = 1, kOwner = 2 };

// The fixed part of every record, stored as it stands (little-endian, 64 bytes).
struct Header {
  uint64_t id = 0;
  uint64_t version = 0;  // sequence number of the record's last history entry
  int64_t created = 0;   // µs UTC, effective time of the creation
  int64_t updated = 0;   // µs UTC, recorded time of the last change
  uint64_t owner = 0;    // id of the owning record (an employee, or what the host uses), 0: none
  uint32_t unit = 0;     // host's organisational unit, 0: none
  uint8_t visibility = 0;
  uint8_t origin = 0;  // how it came: see engine/batch.h Origin
  uint16_t flags = 0;
  uint32_t shape = 0;  // of the root table; the builder sets it
  uint8_t reserved[12] = {};
};
static_assert(sizeof(Header) == 64);

// Where a field lives.
struct Slot {
  uint32_t page = kOwn;  // kOwn: the root table; else the page's key (package number << 8 | block)
  uint8_t index = 0;     // 0..63 within the root's own fields or within the page
  static constexpr uint32_t kOwn = 0xFFFFFFFF;
  friend constexpr bool operator==(const Slot&, const Slot&) = default;
};
inline constexpr uint32_t PageKey(uint32_t package_number, uint32_t field_number) { return package_number << 8 | field_number / 64; }

struct Field {
  Slot slot;
  Kind kind = Kind::kNull;  // kNull: a kind this library does not know; reads as null, and is kept as if it were not listed
  uint8_t scale = 0;        // decimals
  bool computed = false;    // not stored: what a view reads comes from its Computer, null without one
};

// The fields of one entity type in a fixed order; positions in `fields` are how builders and views address them. Immutable once built.
struct Layout {
  std::vector<Field> fields;
};

class View;

// Works out fields that are not stored. One thread at a time.
class Computer {
 public:
  virtual ~Computer() = default;
  // Of the field's kind and scale, or null.
  [[nodiscard]] virtual Value Compute(const View& view, size_t field) = 0;
  // Holds a text for as long as the views that were made with this computer may be read.
  [[nodiscard]] virtual std::string_view Keep(const std::string& text) = 0;
};

// A record read in place. Borrows the bytes and the layout; both must outlive it. Copying is cheap.
class View {
 public:
  View() = default;
  // `bytes` are a record that a builder made (its seal was checked, or Verify passed) and start at a multiple of 8.
  // `computer` outlives the view; null: computed fields read as null.
  View(std::string_view bytes, const Layout* layout, Computer* computer = nullptr) : bytes_(bytes), layout_(layout), computer_(computer) {}

  [[nodiscard]] bool is_null() const { return bytes_.empty(); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] const Layout& layout() const { return *layout_; }
  [[nodiscard]] const Header& header() const;
  [[nodiscard]] Id id() const { return Id(header().id); }

  // All take the field's position in the layout. has() is false for null.
  [[nodiscard]] bool has(size_t field) const;
  [[nodiscard]] Value Get(size_t field) const;  // an owned copy
  // Typed reads without allocation; the zero value when null. The caller knows the kind.
  [[nodiscard]] bool GetBool(size_t field) const;
  [[nodiscard]] int64_t GetInt(size_t field) const;  // kInt, kDecimal's units, kTime's µs, kDate's days, kChoice's number
  [[nodiscard]] double GetDouble(size_t field) const;
  [[nodiscard]] Money GetMoney(size_t field) const;
  [[nodiscard]] Id GetRef(size_t field) const;
  [[nodiscard]] std::string_view GetText(size_t field) const;  // kText and kBytes, borrowed
  [[nodiscard]] size_t GetSize(size_t field) const;            // items of a kTextList or kChoiceSet, bytes of a kText or kBytes
  [[nodiscard]] std::string_view GetTextItem(size_t field, size_t item) const;
  [[nodiscard]] Choice GetChoiceItem(size_t field, size_t item) const;

 private:
  // The value of a computed field, null for a stored one.
  [[nodiscard]] Value Computed(size_t field) const;

  std::string_view bytes_;
  const Layout* layout_ = nullptr;
  Computer* computer_ = nullptr;
};

// True for values a field of this kind and scale can hold within the limits of base/limits.h (UTF-8, sizes, decimal scale); an error that
// says why not, without record and field, which the caller adds.
[[nodiscard]] Status CheckValue(const Field& field, const Value& value);

// Builds records. Reuse one to save allocations. One thread at a time.
class Builder {
 public:
  Builder();
  ~Builder();
  Builder(Builder&&) noexcept;
  Builder& operator=(Builder&&) noexcept;

  // A record from scratch: `values[i]` belongs to layout.fields[i]; nulls are absent. Values have passed CheckValue. `before`, when not
  // null, is the record's former bytes: slots and pages that the layout does not list are copied from it. The bytes are borrowed until the
  // next call. An error (TooLong) only when the record passes limits::kRecordBytes.
  [[nodiscard]] StatusOr<std::string_view> Build(const Header& header, const Layout& layout, std::span<const Value> values,
                                                 View before = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Every offset, size and vector lies within `bytes` and text is UTF-8: reading through a View of `layout` is then safe for hostile bytes
// too.
[[nodiscard]] Status Verify(std::string_view bytes, const Layout& layout);

// Writes the header of a built record in place (a writer gives id and version to a record that a caller built); `header.shape` is not used.
void PatchHeader(std::span<char> bytes, const Header& header);

}  // namespace kith::record

#endif  // KITH_RECORD_RECORD_H_
