#include <algorithm>
#include <cctype>

#include "catalog/json_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

// Builds the tree as nlohmann's own builder does, and refuses what that one lets pass.
class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}

  bool null() override { return Add(Json(nullptr)); }
  bool boolean(bool v) override { return Add(Json(v)); }
  bool number_integer(int64_t v) override { return Add(Json(v)); }
  bool number_unsigned(uint64_t v) override { return Add(Json(v)); }
  bool number_float(double v, const std::string& /*text*/) override { return Add(Json(v)); }
  bool string(std::string& v) override { return Add(Json(std::move(v))); }
  bool binary(Json::binary_t& /*v*/) override { return Refuse("binary values are no JSON"); }
  bool start_object(size_t /*size*/) override { return Open(Json::object()); }
  bool start_array(size_t /*size*/) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    Level& level = levels_.back();
    level.key = name;
    return level.node->contains(name) ? Refuse("the key occurs twice") : true;
  }

  bool parse_error(size_t position, const std::string& /*last_token*/, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
    std::string_view what = error.what();
    if (const size_t colon = what.find(": "); colon != std::string_view::npos) what.remove_prefix(colon + 2);
    return RefuseAt(what, position == 0 ? 0 : position - 1);
  }

  [[nodiscard]] const Status& status() const { return status_; }
  Json TakeRoot() { return std::move(root_); }

 private:
  struct Level {
    Json* node;
    std::string key;  // of the member being read
  };

  [[nodiscard]] std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      const bool innermost = &level == &levels_.back();  // an outer list already holds the item being read
      if (level.node->is_array()) {
        path = JoinPath(path, level.node->size() - (innermost ? 0 : 1));
      } else if (!level.key.empty()) {
        path = JoinPath(path, level.key);
      }
    }
    return path;
  }
  bool Refuse(std::string_view message) { return RefuseAt(message, std::string_view::npos); }
  bool RefuseAt(std::string_view message, size_t position) {
    std::string full(message);
    if (position != std::string_view::npos) {
      const std::string_view before = text_.substr(0, position);
      const auto line = std::count(before.begin(), before.end(), '\n') + 1;
      const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
      full += " at line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
    }
    status_ = MalformedAt(Path(), full);
    return false;
  }

  Json* Place(Json&& value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.node->is_array()) {
      level.node->push_back(std::move(value));
      return &level.node->back();
    }
    return &((*level.node)[level.key] = std::move(value));
  }
  bool Add(Json&& value) {
    Place(std::move(value));
    return true;
  }
  bool Open(Json&& empty) {
    if (levels_.size() >= limits::kPackageDepth) return Refuse("nested deeper than limits::kPackageDepth");
    Json* node = Place(std::move(empty));
    levels_.push_back({node, {}});
    return true;
  }
  bool Close() {
    levels_.pop_back();
    return true;
  }

  std::string_view text_;
  Json root_;
  std::vector<Level> levels_;
  Status status_;
};

bool IsPlainKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

std::string JoinPath(std::string_view path, std::string_view key) {
  std::string joined(path);
  if (!IsPlainKey(key)) return joined + "[\"" + ToText(Value(key), limits::kNameBytes) + "\"]";
  if (!joined.empty()) joined += '.';
  return joined += key;
}

std::string JoinPath(std::string_view path, size_t index) { return std::string(path) + "[" + std::to_string(index) + "]"; }

Status MalformedAt(std::string_view path, std::string_view message, std::string value, std::string hint) {
  return MakeError({.reason = Reason::kPackageMalformed,
                    .field = path.empty() ? std::string("$") : std::string(path),
                    .value = std::move(value),
                    .hint = std::move(hint)},
                   message);
}

std::string Shown(const Json& value) {
  if (value.is_string()) return ToText(Value(value.get_ref<const std::string&>()));
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  return value.dump();
}

StatusOr<Json> ParseStrict(std::string_view text) {
  if (text.size() > limits::kPackageBytes) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = "$", .value = std::to_string(text.size()) + " bytes"},
                     "the document is larger than limits::kPackageBytes");
  }
  TreeBuilder builder(text);
  const bool parsed = Json::sax_parse(text.begin(), text.end(), &builder);
  if (!builder.status().ok()) return builder.status();
  if (!parsed) return MalformedAt({}, "not a JSON document");
  return builder.TakeRoot();
}

ObjectReader::ObjectReader(const Json& value, std::string path, Unknown unknown) : path_(std::move(path)), unknown_(unknown) {
  static const Json kEmpty = Json::object();
  object_ = value.is_object() ? &value : &kEmpty;
  if (!value.is_object()) status_ = MalformedAt(path_, "an object is expected", Shown(value));
}

const Json* ObjectReader::Find(std::string_view key) {
  known_.emplace(key);
  const auto it = object_->find(key);
  return it == object_->end() ? nullptr : &*it;
}

const Json* ObjectReader::Require(std::string_view key) {
  const Json* value = Find(key);
  if (value == nullptr) Fail(key, "is missing");
  return value;
}

bool ObjectReader::Text(std::string_view key, std::string& out) {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (!value->is_string()) {
    WrongType(key, *value, "a text");
    return false;
  }
  out = value->get_ref<const std::string&>();
  return true;
}

void ObjectReader::Flag(std::string_view key, bool& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return WrongType(key, *value, "true or false");
  out = value->get<bool>();
}

void ObjectReader::Number(std::string_view key, uint32_t& out, uint32_t maximum) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_number_unsigned() || value->get<uint64_t>() > maximum) {
    return WrongType(key, *value, "a whole number from 0 to " + std::to_string(maximum));
  }
  out = static_cast<uint32_t>(value->get<uint64_t>());
}

void ObjectReader::Texts(std::string_view key, std::vector<std::string>& out) {
  const std::vector<Json>& items = Items(key);
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_string()) return Fail(MalformedAt(JoinPath(PathOf(key), i), "a text is expected", Shown(items[i])));
    out.push_back(items[i].get_ref<const std::string&>());
  }
}

void ObjectReader::ReadLabels(Labels& out) {
  for (const auto& [language, label] : Members("labels")) {
    const std::string path = JoinPath(PathOf("labels"), language);
    if (!label.is_string()) return Fail(MalformedAt(path, "a text is expected", Shown(label)));
    out[language] = label.get_ref<const std::string&>();
  }
}

const std::vector<Json>& ObjectReader::Items(std::string_view key) {
  static const std::vector<Json> kNone;
  const Json* value = Find(key);
  if (value == nullptr) return kNone;
  if (value->is_array()) return value->get_ref<const Json::array_t&>();
  WrongType(key, *value, "a list");
  return kNone;
}

const std::map<std::string, Json, std::less<>>& ObjectReader::Members(std::string_view key) {
  static const Json::object_t kNone;
  const Json* value = Find(key);
  if (value == nullptr) return kNone;
  if (value->is_object()) return value->get_ref<const Json::object_t&>();
  WrongType(key, *value, "an object");
  return kNone;
}

void ObjectReader::Fail(std::string_view key, std::string_view message, std::string value, std::string hint) {
  Fail(MalformedAt(PathOf(key), message, std::move(value), std::move(hint)));
}

void ObjectReader::Fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

void ObjectReader::WrongType(std::string_view key, const Json& value, std::string_view expected) {
  std::string message(expected);
  message += " is expected";
  Fail(key, message, Shown(value));
}

Status ObjectReader::Finish(std::string* extra) {
  KITH_RETURN_IF_ERROR(status_);
  Json rest = Json::object();
  for (const auto& [key, value] : object_->get_ref<const Json::object_t&>()) {
    if (known_.find(key) != known_.end()) continue;
    if (unknown_ == Unknown::kRefuse) {
      return MalformedAt(PathOf(key), "unknown member", {}, NearestHint(key, {known_.begin(), known_.end()}));
    }
    rest[key] = value;
  }
  if (extra != nullptr) *extra = rest.empty() ? std::string() : rest.dump();
  return absl::OkStatus();
}

}  // namespace kith::catalog
