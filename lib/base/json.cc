#include "kith/base/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/base/value.h"

namespace kith {
namespace {

// Follows the document without keeping it.
class Checker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Checker(std::string_view text, const JsonRules& rules) : text_(text), rules_(rules) {}

  bool null() override { return Item(); }
  bool boolean(bool /*v*/) override { return Item(); }
  bool number_integer(int64_t /*v*/) override { return Item(); }
  bool number_unsigned(uint64_t /*v*/) override { return Item(); }
  bool number_float(double /*v*/, const std::string& /*text*/) override { return Item(); }
  bool string(std::string& /*v*/) override { return Item(); }
  bool binary(nlohmann::json::binary_t& /*v*/) override { return Refuse("binary values are no JSON"); }
  bool start_object(size_t /*size*/) override { return Open(false); }
  bool start_array(size_t /*size*/) override { return Open(true); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    Level& level = levels_.back();
    level.key = name;
    return level.names.insert(name).second || Refuse("the key occurs twice");
  }

  bool parse_error(size_t position, const std::string& /*last_token*/, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
    std::string_view what = error.what();
    if (const size_t colon = what.find(": "); colon != std::string_view::npos) what.remove_prefix(colon + 2);
    const std::string_view before = text_.substr(0, std::min(text_.size(), position == 0 ? 0 : position - 1));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return Refuse(IsUtf8(text_) ? rules_.malformed : Reason::kNotUtf8,
                  Concat({what, " at line ", std::to_string(line), ", column ", std::to_string(before.size() - line_start + 1)}));
  }

  [[nodiscard]] const Status& status() const { return status_; }

 private:
  struct Level {
    bool is_list;
    size_t index = 0;                          // of the list's item being read
    std::string key;                           // of the object's member being read
    std::set<std::string, std::less<>> names;  // of its members so far
  };

  [[nodiscard]] std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.is_list) {
        path = JoinJsonPath(path, level.index);
      } else if (!level.names.empty()) {
        path = JoinJsonPath(path, level.key);
      }
    }
    return path.empty() ? "$" : path;
  }
  bool Refuse(std::string_view message) { return Refuse(rules_.malformed, message); }
  bool Refuse(Reason reason, std::string_view message) {
    status_ = MakeError({.reason = reason, .field = Path()}, message);
    return false;
  }

  bool Item() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }
  bool Open(bool is_list) {
    if (levels_.size() >= rules_.depth) return Refuse(Concat({"nested deeper than ", std::to_string(rules_.depth)}));
    levels_.push_back({is_list, 0, {}, {}});
    return true;
  }
  bool Close() {
    levels_.pop_back();
    return Item();
  }

  std::string_view text_;
  const JsonRules& rules_;
  std::vector<Level> levels_;
  Status status_;
};

bool IsPlainKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

Status CheckJson(std::string_view text, const JsonRules& rules) {
  if (text.size() > rules.bytes) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = "$", .value = Concat({std::to_string(text.size()), " bytes"})},
                     Concat({rules.document, " is larger than ", std::to_string(rules.bytes), " bytes"}));
  }
  Checker checker(text, rules);
  (void)nlohmann::json::sax_parse(text.begin(), text.end(), &checker);
  return checker.status();
}

std::string JoinJsonPath(std::string_view path, std::string_view key) {
  if (!IsPlainKey(key)) return Concat({path, "[\"", ToText(Value(std::string(key)), limits::kNameBytes), "\"]"});
  return path.empty() ? std::string(key) : Concat({path, ".", key});
}

std::string JoinJsonPath(std::string_view path, size_t index) { return Concat({path, "[", std::to_string(index), "]"}); }

}  // namespace kith
