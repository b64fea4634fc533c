#include "kith/base/json.h"

#include <algorithm>

#include "catalog/json_internal.h"
#include "kith/base/limits.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

constexpr size_t kMembers = 32;  // of a field: as many as an object of a definition has

constexpr JsonRules kRules = {
    .document = "the document", .malformed = Reason::kPackageMalformed, .bytes = limits::kPackageBytes, .depth = limits::kPackageDepth};

}  // namespace

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
  KITH_RETURN_IF_ERROR(CheckJson(text, kRules));
  return Json::parse(text, nullptr, false);
}

ObjectReader::ObjectReader(const Json& value, std::string path, Unknown unknown) : path_(std::move(path)), unknown_(unknown) {
  static const Json kEmpty = Json::object();
  object_ = value.is_object() ? &value : &kEmpty;
  known_.reserve(kMembers);
  if (!value.is_object()) status_ = MalformedAt(path_, "an object is expected", Shown(value));
}

const Json* ObjectReader::Find(std::string_view key) {
  known_.push_back(key);
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
    if (!items[i].is_string()) return Fail(MalformedAt(JoinJsonPath(PathOf(key), i), "a text is expected", Shown(items[i])));
    out.push_back(items[i].get_ref<const std::string&>());
  }
}

void ObjectReader::ReadLabels(Labels& out) {
  for (const auto& [language, label] : Members("labels")) {
    const std::string path = JoinJsonPath(PathOf("labels"), language);
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
  // Some objects have whatever keys there are (the states of transitions): one by one these would take their square.
  const bool many = known_.size() > kMembers;
  if (many) std::sort(known_.begin(), known_.end());
  for (const auto& [key, value] : object_->get_ref<const Json::object_t&>()) {
    const bool is_known = many ? std::binary_search(known_.begin(), known_.end(), std::string_view(key))
                               : std::find(known_.begin(), known_.end(), key) != known_.end();
    if (is_known) continue;
    if (unknown_ == Unknown::kRefuse) {
      return MalformedAt(PathOf(key), "unknown member", {}, NearestHint(key, known_));
    }
    rest[key] = value;
  }
  if (extra != nullptr) *extra = rest.empty() ? std::string() : rest.dump();
  return absl::OkStatus();
}

}  // namespace kith::catalog
