// The compact form of numbers and values inside history entries, covering index tuples, aggregates and outcomes. Little-endian,
// self-delimiting. Reading never trusts its input: a short or malformed buffer makes the reader fail and stay failed.
#ifndef KITH_BASE_PACKED_H_
#define KITH_BASE_PACKED_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "kith/base/value.h"

namespace kith {

// Appends to a caller's string.
class PackedWriter {
 public:
  explicit PackedWriter(std::string& out) : out_(out) {}
  void U8(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void Varint(uint64_t v);
  void Signed(int64_t v);  // zigzag varint
  void Fixed64(uint64_t v);
  void Double(double v);
  void Text(std::string_view v);  // varint length, bytes
  void Put(const Value& v);       // kind byte, payload

 private:
  std::string& out_;
};

// A value in place, without memory of its own.
struct PackedValue {
  Kind kind = Kind::kNull;
  uint8_t scale = 0;      // of a decimal
  Currency currency;      // of money
  int64_t number = 0;     // bool, int, units, minor units, choice, days, micros, id; of a list how many items
  double real = 0;        // double
  std::string_view text;  // text, bytes: borrowed from the input
};

class PackedReader {
 public:
  explicit PackedReader(std::string_view in) : in_(in) {}
  uint8_t U8() {
    if (in_.empty()) {
      Fail();
      return 0;
    }
    const auto v = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return v;
  }
  uint64_t Varint() { return !in_.empty() && static_cast<uint8_t>(in_.front()) < 0x80 ? U8() : LongVarint(); }
  int64_t Signed();
  uint64_t Fixed64();
  double Double();
  std::string_view Text();  // borrowed from the input
  Value Get();
  void Get(Value& out);  // the same; the memory of a text that `out` holds is used again
  PackedValue GetPacked();

  [[nodiscard]] bool ok() const { return ok_; }
  // All input consumed, and none of it malformed.
  [[nodiscard]] bool done() const { return ok_ && in_.empty(); }
  [[nodiscard]] std::string_view rest() const { return in_; }
  void Fail() {
    ok_ = false;
    in_ = {};
  }

 private:
  uint64_t LongVarint();

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace kith

#endif  // KITH_BASE_PACKED_H_
