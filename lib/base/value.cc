#include "kith/base/value.h"

#include <array>
#include <charconv>

#include "base/text_internal.h"

namespace kith {
namespace {

// In the order of Kind.
constexpr std::array<std::string_view, 14> kKindNames = {"null",      "bool",   "int",        "decimal", "double", "money", "text",
                                                         "text_list", "choice", "choice_set", "date",    "time",   "ref",   "bytes"};
static_assert(kKindNames.size() == std::variant_size_v<Value::Storage>);

std::string HexText(std::string_view data, size_t max_bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "0x";
  for (const char c : data.substr(0, max_bytes)) {
    const auto byte = static_cast<uint8_t>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xF];
  }
  return out;
}

// Renders each alternative; stops early once `max_size` bytes are there, since the rest is cut anyway.
struct Renderer {
  size_t max_size;

  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(int64_t v) const { return std::to_string(v); }
  std::string operator()(Decimal v) const { return ToText(v); }
  std::string operator()(double v) const {
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v);
    return {buffer.data(), result.ptr};
  }
  std::string operator()(Money v) const { return ToText(v); }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(const TextList& v) const {
    std::string out = "[";
    for (const std::string& item : v) {
      if (out.size() > max_size) break;
      if (out.size() > 1) out += ", ";
      out += '"';
      out += item;
      out += '"';
    }
    return out + "]";
  }
  std::string operator()(Choice v) const { return std::to_string(v.number); }
  std::string operator()(const ChoiceSet& v) const {
    std::string out = "[";
    for (const Choice choice : v) {
      if (out.size() > max_size) break;
      if (out.size() > 1) out += ", ";
      out += std::to_string(choice.number);
    }
    return out + "]";
  }
  std::string operator()(Date v) const { return ToText(v); }
  std::string operator()(Time v) const { return ToText(v); }
  std::string operator()(Id v) const { return std::to_string(v.value()); }
  std::string operator()(const Bytes& v) const { return HexText(v.data, max_size); }
};

}  // namespace

std::string_view NameOf(Kind kind) {
  const auto index = static_cast<size_t>(kind);
  return index < kKindNames.size() ? kKindNames[index] : "unknown";
}

std::optional<Kind> KindFromName(std::string_view name) {
  for (size_t i = 1; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

std::string ToText(const Value& value, size_t max_size) {
  return base_internal::Shorten(std::visit(Renderer{max_size}, value.storage()), max_size);
}

}  // namespace kith
