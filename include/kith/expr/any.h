// A value of an expression that owns what it holds: what variables are given as and results are returned as.
#ifndef KITH_EXPR_ANY_H_
#define KITH_EXPR_ANY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/value.h"
#include "kith/expr/type.h"

namespace kith::expr {

// An instant of the years 1 to 9999. CEL counts nanoseconds; fields hold microseconds.
struct Timestamp {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  int32_t nanos = 0;    // 0..999,999,999, added to the seconds
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};

struct Duration {
  int64_t nanos = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
};

// A type as a value: "int", "list", "google.protobuf.Timestamp".
struct TypeName {
  std::string name;
  friend bool operator==(const TypeName&, const TypeName&) = default;
};

class Any;
using AnyList = std::vector<Any>;
struct AnyMap {
  AnyList keys;    // distinct, as they were written
  AnyList values;  // values[i] belongs to keys[i]
  friend bool operator==(const AnyMap&, const AnyMap&) = default;
};

class Any {
 public:
  using Storage = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Bytes, Timestamp, Duration, AnyList, AnyMap,
                               TypeName, Date, Decimal, Money, Id>;

  Any() = default;                                    // null
  Any(bool v) : data_(v) {}                           // NOLINT(google-explicit-constructor)
  Any(int64_t v) : data_(v) {}                        // NOLINT(google-explicit-constructor)
  Any(int v) : data_(int64_t{v}) {}                   // NOLINT(google-explicit-constructor)
  Any(uint64_t v) : data_(v) {}                       // NOLINT(google-explicit-constructor)
  Any(double v) : data_(v) {}                         // NOLINT(google-explicit-constructor)
  Any(std::string v) : data_(std::move(v)) {}         // NOLINT(google-explicit-constructor)
  Any(std::string_view v) : data_(std::string(v)) {}  // NOLINT(google-explicit-constructor)
  Any(const char* v) : data_(std::string(v)) {}       // NOLINT(google-explicit-constructor)
  Any(Bytes v) : data_(std::move(v)) {}               // NOLINT(google-explicit-constructor)
  Any(Timestamp v) : data_(v) {}                      // NOLINT(google-explicit-constructor)
  Any(Duration v) : data_(v) {}                       // NOLINT(google-explicit-constructor)
  Any(AnyList v) : data_(std::move(v)) {}             // NOLINT(google-explicit-constructor)
  Any(AnyMap v) : data_(std::move(v)) {}              // NOLINT(google-explicit-constructor)
  Any(TypeName v) : data_(std::move(v)) {}            // NOLINT(google-explicit-constructor)
  Any(Date v) : data_(v) {}                           // NOLINT(google-explicit-constructor)
  Any(Decimal v) : data_(v) {}                        // NOLINT(google-explicit-constructor)
  Any(Money v) : data_(v) {}                          // NOLINT(google-explicit-constructor)
  Any(Id v) : data_(v) {}                             // NOLINT(google-explicit-constructor)
  // Of a field's value: a time becomes a timestamp, a text list a list of strings, a choice its number.
  Any(const Value& value);  // NOLINT(google-explicit-constructor)

  [[nodiscard]] TypeKind kind() const;
  [[nodiscard]] bool is_null() const { return data_.index() == 0; }
  // The value as T; nullptr when it is of another type.
  template <typename T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&data_);
  }
  [[nodiscard]] const Storage& storage() const { return data_; }

  // Equal in type and value; NaN differs from itself.
  friend bool operator==(const Any&, const Any&) = default;

 private:
  Storage data_;
};

// As CEL writes it: 1, 1u, 1.0, "text", b"bytes", [1, 2], {"a": 1}, timestamp("..."), money("12.00", "CNY").
[[nodiscard]] std::string ToText(const Any& any);

// The value as a field of this kind and scale holds it: an int as a double or decimal, a decimal at the field's scale, a timestamp cut to
// microseconds, a string as the choice of that name (`choices` not null). Errors: WrongKind, OutOfRange, NotAChoice.
[[nodiscard]] StatusOr<Value> ToValue(const Any& any, Kind kind, uint8_t scale = 0, const catalog::FieldDef* choices = nullptr);

}  // namespace kith::expr

#endif  // KITH_EXPR_ANY_H_
