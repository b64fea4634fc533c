#include "asked.h"

namespace kith::capi {
namespace {

Status Malformed(std::string_view message, std::string_view hint) {
  return MakeError({.reason = Reason::kBadOptions, .field = "question", .hint = std::string(hint)}, message);
}

}  // namespace

StatusOr<Asked> Asked::Read(kith_str given) {
  KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(given, "question"));
  Asked question;
  if (text.empty()) return question;
  question.json_ = Json::parse(text, nullptr, false);
  if (!question.json_.is_object()) return Malformed("the question is no JSON object", "{\"as_of\": \"2026-07-01T00:00:00Z\"}");
  return question;
}

void Asked::Get(const char* name, double& value) {
  if (const Json* found = Find(name)) found->is_number() ? void(value = found->get<double>()) : Refuse(name, "a number");
}

void Asked::Get(const char* name, bool& value) {
  if (const Json* found = Find(name)) found->is_boolean() ? void(value = found->get<bool>()) : Refuse(name, "true or false");
}

void Asked::Get(const char* name, Id& value) {
  if (const Json* found = Find(name)) found->is_number_unsigned() ? void(value = Id(found->get<uint64_t>())) : Refuse(name, "an id");
}

void Asked::Get(const char* name, std::optional<Time>& value) {
  const Json* found = Find(name);
  if (found == nullptr) return;
  if (!found->is_string()) return Refuse(name, "a time as text");
  const StatusOr<Time> time = ParseTime(found->get_ref<const std::string&>());
  if (status_.ok()) status_ = time.status();
  if (time.ok()) value = *time;
}

void Asked::Get(const char* name, std::map<std::string, std::string>& value) {
  const Json* found = Find(name);
  if (found == nullptr) return;
  if (!found->is_object()) return Refuse(name, "an object of texts");
  for (const auto& [key, text] : found->items()) {
    if (!text.is_string()) return Refuse(name, "an object of texts");
    value[key] = text.get<std::string>();
  }
}

std::optional<uint64_t> Asked::Count(const char* name) {
  constexpr uint64_t kMost = 1'000'000;
  const Json* found = Find(name);
  if (found == nullptr) return std::nullopt;
  if (found->is_number_unsigned() && found->get<uint64_t>() <= kMost) return found->get<uint64_t>();
  Refuse(name, "a whole number up to 1,000,000");
  return std::nullopt;
}

Status Asked::Done() const {
  KITH_RETURN_IF_ERROR(status_);
  for (const auto& [name, value] : json_.items()) {
    if (known_.count(name) != 0) continue;
    std::string hint = "known are";
    for (const std::string& known : known_) hint += " " + known;
    return Malformed("the question has no member " + name, hint);
  }
  return absl::OkStatus();
}

const Asked::Json* Asked::Find(const char* name) {
  known_.insert(name);
  const auto at = json_.find(name);
  return at == json_.end() ? nullptr : &*at;
}

void Asked::Refuse(const char* name, const char* wanted) {
  if (status_.ok()) status_ = Malformed("question." + std::string(name) + " must be " + wanted, "see kith.h");
}

}  // namespace kith::capi
