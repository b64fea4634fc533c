// The value of a field. Absent is null. Money is integer minor units with its currency, never a float.
#ifndef KITH_BASE_VALUE_H_
#define KITH_BASE_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kith/base/decimal.h"
#include "kith/base/id.h"
#include "kith/base/money.h"
#include "kith/base/time.h"

namespace kith {

// What a field holds. Numbers are stored in files: never renumbered.
enum class Kind : uint8_t {
  kNull = 0,
  kBool = 1,
  kInt = 2,      // int64
  kDecimal = 3,  // fixed scale per field
  kDouble = 4,
  kMoney = 5,
  kText = 6,  // UTF-8
  kTextList = 7,
  kChoice = 8,     // the number of one of the field's choices
  kChoiceSet = 9,  // ascending choice numbers
  kDate = 10,
  kTime = 11,
  kRef = 12,
  kBytes = 13,
};

struct Choice {
  int32_t number = 0;
  friend constexpr auto operator<=>(Choice, Choice) = default;
};
using ChoiceSet = std::vector<Choice>;
using TextList = std::vector<std::string>;
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

class Value {
 public:
  // The alternatives stand in the order of Kind, so kind() is the variant's index.
  using Storage =
      std::variant<std::monostate, bool, int64_t, Decimal, double, Money, std::string, TextList, Choice, ChoiceSet, Date, Time, Id, Bytes>;

  Value() = default;
  Value(bool v) : data_(v) {}                           // NOLINT(google-explicit-constructor)
  Value(int64_t v) : data_(v) {}                        // NOLINT(google-explicit-constructor)
  Value(int v) : data_(int64_t{v}) {}                   // NOLINT(google-explicit-constructor)
  Value(Decimal v) : data_(v) {}                        // NOLINT(google-explicit-constructor)
  Value(double v) : data_(v) {}                         // NOLINT(google-explicit-constructor)
  Value(Money v) : data_(v) {}                          // NOLINT(google-explicit-constructor)
  Value(std::string v) : data_(std::move(v)) {}         // NOLINT(google-explicit-constructor)
  Value(std::string_view v) : data_(std::string(v)) {}  // NOLINT(google-explicit-constructor)
  Value(const char* v) : data_(std::string(v)) {}       // NOLINT(google-explicit-constructor)
  Value(TextList v) : data_(std::move(v)) {}            // NOLINT(google-explicit-constructor)
  Value(Choice v) : data_(v) {}                         // NOLINT(google-explicit-constructor)
  Value(ChoiceSet v) : data_(std::move(v)) {}           // NOLINT(google-explicit-constructor)
  Value(Date v) : data_(v) {}                           // NOLINT(google-explicit-constructor)
  Value(Time v) : data_(v) {}                           // NOLINT(google-explicit-constructor)
  Value(Id v) : data_(v) {}                             // NOLINT(google-explicit-constructor)
  Value(Bytes v) : data_(std::move(v)) {}               // NOLINT(google-explicit-constructor)

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(data_.index()); }
  [[nodiscard]] bool is_null() const { return data_.index() == 0; }
  // The value as T; nullptr when it is of another kind.
  template <typename T>
  [[nodiscard]] const T* get_if() const {
    return std::get_if<T>(&data_);
  }
  // The value as T; the caller has checked the kind.
  template <typename T>
  [[nodiscard]] const T& get() const {
    return std::get<T>(data_);
  }
  [[nodiscard]] const Storage& storage() const { return data_; }
  // Becomes this text; the memory of a text that it held is used again.
  void SetText(std::string_view text) {
    if (auto* held = std::get_if<std::string>(&data_)) {
      held->assign(text);
    } else {
      data_.emplace<std::string>(text);
    }
  }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Storage data_;
};

// "money", "text_list": the word a package uses for the kind.
[[nodiscard]] std::string_view NameOf(Kind kind);
[[nodiscard]] std::optional<Kind> KindFromName(std::string_view name);

// For messages and debugging, shortened to `max_size` bytes on a code point's edge.
[[nodiscard]] std::string ToText(const Value& value, size_t max_size = 80);

// True when `text` is well-formed UTF-8.
[[nodiscard]] bool IsUtf8(std::string_view text);

}  // namespace kith

#endif  // KITH_BASE_VALUE_H_
