// Order-preserving keys: the byte order of what is appended equals the order of the values.
#ifndef KITH_BASE_KEY_H_
#define KITH_BASE_KEY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "kith/base/value.h"

namespace kith {

enum class Order : uint8_t { kAscending = 0, kDescending = 1 };

// Big-endian, so that byte order is number order.
void AppendU16(std::string& key, uint16_t value);
void AppendU32(std::string& key, uint32_t value);
void AppendU64(std::string& key, uint64_t value);
[[nodiscard]] uint16_t ReadU16(const char* p);
[[nodiscard]] uint32_t ReadU32(const char* p);
[[nodiscard]] uint64_t ReadU64(const char* p);

// A length-free, escaped text: 0x00 becomes 0x00 0xFF and 0x00 0x00 ends it, so a prefix sorts first and the next part can follow.
void AppendTextKey(std::string& key, std::string_view text);

// One value of any kind but kTextList and kChoiceSet. Null sorts before all values (after them when descending). Doubles order by value
// with -0 equal to +0 and NaN last; money orders by currency and then amount; descending inverts every byte. Values of one field only: the
// kind is not part of the key.
void AppendValueKey(std::string& key, const Value& value, Order order = Order::kAscending);

// Takes a value of that kind off the front of a key. False, with `key` and `out` unspecified, when it is none or was cut short; a key that
// AppendValueKey made gives back what it was made of (but for -0, and for lists, which keys do not hold).
[[nodiscard]] bool ReadValueKey(std::string_view& key, Kind kind, uint8_t scale, Order order, Value& out);

// The smallest key greater than every key that starts with `prefix`; empty when there is none (all bytes 0xFF).
[[nodiscard]] std::string PrefixEnd(std::string_view prefix);

}  // namespace kith

#endif  // KITH_BASE_KEY_H_
