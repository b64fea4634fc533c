// What the fuzzer of the C ABI makes of its bytes: numbers, names, texts and questions, most of which mean something.
#ifndef KITH_TESTS_FUZZ_CAPI_INPUT_H_
#define KITH_TESTS_FUZZ_CAPI_INPUT_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::fuzz {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
constexpr int64_t kNow = int64_t{19'950} * kDay;  // 2024-08-15

// What is apt for a call, separated by blanks: names, in a list for each parameter that is one where "|" stands between them, and members
// of the question that it takes as JSON.
struct Words {
  std::string_view names;
  std::string_view members;
};

// The n-th list of names, or the last.
inline std::string_view NthList(std::string_view names, size_t n) {
  for (; n > 0; --n) {
    const size_t end = names.find('|');
    if (end == std::string_view::npos) break;
    names.remove_prefix(end + 1);
  }
  return names.substr(0, names.find('|'));
}

class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return byte;
  }

  std::string_view Bytes(size_t size) {
    const std::string_view bytes = bytes_.substr(0, size);
    bytes_.remove_prefix(bytes.size());
    return bytes;
  }

  // Small, a moment of the company's time, at an end, or any.
  int64_t Number() {
    const uint8_t byte = Byte();
    if (byte < 128) return byte;
    if (byte < 192) return kNow - (byte - 160) * kDay;
    switch (byte % 8) {
      case 0:
        return INT64_MAX;
      case 1:
        return INT64_MIN;
      case 2:
        return -1 - Byte();
      case 3:
        return int64_t{1} << Byte() % 63;
      default: {
        uint64_t number = 0;
        for (const char c : Bytes(8)) number = number << 8 | static_cast<uint8_t>(c);
        return static_cast<int64_t>(number);
      }
    }
  }

  double Real() {
    constexpr std::array<double, 10> kReals = {0, 1, -1, 0.5, 1e-9, 1e9, 1e308, -1e308, 4.9e-324, 1e19};
    const uint8_t byte = Byte();
    return byte < 128 ? byte / 100.0 : kReals[byte % kReals.size()];
  }

  // Of a record that there is, the last ones made included, or any number.
  uint64_t Id() {
    const uint8_t byte = Byte();
    return byte < 220 ? ids_[byte % ids_.size()] : static_cast<uint64_t>(Number());
  }
  void Keep(uint64_t id) {
    if (id != 0) ids_[next_++ % ids_.size()] = id;
  }

  std::string Name(const Words& words) {
    constexpr std::string_view kNames =
        "account contact opportunity lead employee task interaction invoice quote order product move pipeline stage segment pool quota "
        "evidence acquaintance account_relation contact_role forecast name amount owner account.parent stage.name close_date created "
        "employees industry email tags status due total default default/proposal default/won default/lost default/negotiation 2024-Q3 "
        "2024-08 this-quarter last-month FY2024 2024-W07 month quarter day CNY USD kith.crm florist key_person in_turn big p q 灯笼 \xff";
    const uint8_t byte = Byte();
    if (byte >= 250) return std::string(Bytes(byte % 8U));
    const bool apt = byte < 190 && !words.names.empty();
    return Word(apt ? words.names : kNames, byte);
  }

  // An object in JSON of members that the call knows, mostly.
  std::string Question(const Words& words, int depth) {
    std::string json = "{";
    for (int left = Byte() % 4; left > 0; --left) {
      const uint8_t byte = Byte();
      const bool apt = byte < 240 && !words.members.empty();
      if (json.size() > 1) json += ", ";
      json += '"' + (apt ? Word(words.members, byte) : Name(words)) + "\": " + Json(words, depth);
    }
    return json + "}";
  }

  // A question, one of a few texts, or bytes as they come.
  std::string Text(const Words& words) {
    static constexpr std::array<std::string_view, 14> kTexts = {
        "",
        "text",
        R"({"from": "account", "where": "employees > $p", "select": ["name", "parent.name"], "limit": 3})",
        R"({"from": "opportunity", "group": ["stage.name"], "aggregates": [{"sum": "amount"}, {"count": "*"}]})",
        R"x({"from": "opportunity", "where": "amount > money('1', 'CNY')", "order": ["-close_date"], "limit": 2})x",
        R"({"changes": [{"create": "account", "set": {"name": "New"}}]})",
        R"({"name": "p", "for_type": "account", "stages": [{"name": "q", "kind": "open"}, {"name": "r", "kind": "won"}]})",
        R"({"package": "acme.x", "version": "1.0.0", "types": [{"name": "acme_thing", "fields": [{"name": "n", "kind": "int"}]}]})",
        R"({"pipeline": {"name": "default", "for_type": "opportunity", "stages": [{"name": "won", "kind": "won"}]}, "map": {"new": "won"}})",
        R"({"rules": [{"types": ["*"], "roles": ["*"], "read": "owner == viewer"}]})",
        "anna berg",
        "name == 'x' && employees in [1, 2]",
        "[",
        R"(["account", "contact"])"};
    const uint8_t byte = Byte();
    if (byte < 60) return {};
    if (byte < 220 && !words.members.empty()) return Question(words, 0);
    if (byte < 240) return std::string(kTexts[byte % kTexts.size()]);
    return std::string(Bytes((byte - 240U) * 4));
  }

 private:
  static std::string Word(std::string_view words, size_t which) {
    std::vector<std::string_view> all;
    for (size_t begin = 0; begin < words.size();) {
      const size_t end = std::min(words.find_first_of(" |", begin), words.size());
      if (end > begin) all.push_back(words.substr(begin, end - begin));
      begin = end + 1;
    }
    return std::string(all[which % all.size()]);
  }

  std::string Json(const Words& words, int depth) {
    switch (Byte() % 14) {
      case 0:
        return "null";
      case 1:
        return "true";
      case 2:
        return "false";
      case 3:
        return std::to_string(Number());
      case 4:
        return std::to_string(Real());
      case 5:
        return '"' + Name(words) + '"';
      case 6:
        return "[\"" + Name(words) + "\", \"" + Name(words) + "\"]";
      case 7:
        return "\"2024-0" + std::to_string(Byte() % 10) + "-15T00:00:00Z\"";
      case 8:
        return "\"2024-0" + std::to_string(Byte() % 10) + "-15\"";
      case 9:
        return std::to_string(Id());
      case 10:
        return "[" + std::to_string(Id()) + ", " + std::to_string(Id()) + "]";
      case 11:
        return depth < 2 ? "[" + Question(words, depth + 1) + ", " + Question(words, depth + 1) + "]" : "[]";
      case 12:
        return depth < 2 ? Question(words, depth + 1) : "{}";
      default:
        return std::to_string(Byte() % 20);
    }
  }

  std::string_view bytes_;
  std::array<uint64_t, 64> ids_{};
  size_t next_ = 0;
};

}  // namespace kith::fuzz

#endif  // KITH_TESTS_FUZZ_CAPI_INPUT_H_
