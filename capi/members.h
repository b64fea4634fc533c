// A question or definition as a JSON object, read and checked.
#ifndef KITH_CAPI_MEMBERS_H_
#define KITH_CAPI_MEMBERS_H_

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "answer.h"
#include "kith/base/id.h"
#include "kith/base/json.h"
#include "kith/base/limits.h"
#include "kith/base/status.h"
#include "kith/base/time.h"
#include "objects.h"

namespace kith::capi {

// What a member of a question says wrongly.
[[nodiscard]] inline Status Malformed(std::string field, std::string_view message, std::string hint = {}) {
  return MakeError({.reason = Reason::kBadOptions, .field = std::move(field), .hint = std::move(hint)}, message);
}

// A JSON document that a host hands in as an argument of that name, no object of which has a member twice.
[[nodiscard]] inline StatusOr<Json> Parse(std::string_view text, std::string_view what) {
  const JsonRules rules = {.document = what, .malformed = Reason::kBadOptions, .bytes = limits::kBatchBytes, .depth = limits::kBatchDepth};
  KITH_RETURN_IF_ERROR(CheckJson(text, rules));
  return Json::parse(text, nullptr, false);
}

// The names in a JSON list; none when the text is empty.
[[nodiscard]] inline StatusOr<std::vector<std::string>> NamesFrom(std::string_view text, std::string_view what) {
  if (text.empty()) return std::vector<std::string>();
  KITH_ASSIGN_OR_RETURN(const Json json, Parse(text, what));
  const bool names = json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& name) { return name.is_string(); });
  if (!names) {
    return MakeError({.reason = Reason::kBadOptions, .field = std::string(what), .hint = "[\"account\", \"contact\"]"},
                     "is no JSON list of names");
  }
  return json.get<std::vector<std::string>>();
}

// The members of a question, each read at most once and checked.
class Members {
 public:
  static StatusOr<Members> Ask(kith_str given) {
    KITH_ASSIGN_OR_RETURN(const std::string_view text, Text(given, "question"));
    Members question;
    if (text.empty()) return question;
    KITH_ASSIGN_OR_RETURN(question.json_, Parse(text, "the question"));
    if (!question.json_.is_object())
      return Malformed("question", "the question is no JSON object", "{\"as_of\": \"2026-07-01T00:00:00Z\"}");
    return question;
  }

  [[nodiscard]] bool Has(const char* name) { return Find(name) != nullptr; }
  void Get(const char* name, double& value) {
    if (const Json* found = Find(name)) found->is_number() ? void(value = found->get<double>()) : Refuse(name, "a number");
  }
  void Get(const char* name, bool& value) {
    if (const Json* found = Find(name)) found->is_boolean() ? void(value = found->get<bool>()) : Refuse(name, "true or false");
  }
  void Get(const char* name, std::string& value) {
    if (const Json* found = Find(name)) found->is_string() ? void(value = found->get<std::string>()) : Refuse(name, "a text");
  }
  void Get(const char* name, Id& value) {
    if (const Json* found = Find(name)) {
      found->is_number_unsigned() ? void(value = Id(found->get<uint64_t>())) : Refuse(name, "an id");
    }
  }
  template <typename Int>
  void GetCount(const char* name, Int& value) {
    constexpr uint64_t kMost = 1'000'000;
    const Json* found = Find(name);
    if (found == nullptr) return;
    if (!found->is_number_unsigned() || found->get<uint64_t>() > kMost) return Refuse(name, "a whole number up to 1,000,000");
    value = static_cast<Int>(found->get<uint64_t>());
  }
  void Get(const char* name, std::optional<Time>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    if (!found->is_string()) return Refuse(name, "a time as text");
    const StatusOr<Time> time = ParseTime(found->get_ref<const std::string&>());
    if (status_.ok()) status_ = time.status();
    if (time.ok()) value = *time;
  }
  void Get(const char* name, std::optional<Date>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    if (!found->is_string()) return Refuse(name, "a date as text");
    const StatusOr<Date> date = ParseDate(found->get_ref<const std::string&>());
    if (status_.ok()) status_ = date.status();
    if (date.ok()) value = *date;
  }
  void Get(const char* name, std::vector<Id>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    const bool ids = found->is_array() && std::all_of(found->begin(), found->end(), [](const Json& id) { return id.is_number_unsigned(); });
    if (!ids) return Refuse(name, "a list of ids");
    for (const Json& id : *found) value.emplace_back(id.get<uint64_t>());
  }
  void Get(const char* name, std::vector<std::string>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    const bool texts = found->is_array() && std::all_of(found->begin(), found->end(), [](const Json& text) { return text.is_string(); });
    if (!texts) return Refuse(name, "a list of texts");
    for (const Json& text : *found) value.push_back(text.get<std::string>());
  }
  // An object of texts.
  void Get(const char* name, std::map<std::string, std::string>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    const bool texts = found->is_object() && std::all_of(found->begin(), found->end(), [](const Json& text) { return text.is_string(); });
    if (!texts) return Refuse(name, "an object of texts");
    for (const auto& [key, text] : found->items()) value[key] = text.get<std::string>();
  }
  // Objects within the question, each to be read and then Done().
  void Get(const char* name, std::vector<Members>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    const bool objects = found->is_array() && std::all_of(found->begin(), found->end(), [](const Json& one) { return one.is_object(); });
    if (!objects) return Refuse(name, "a list of objects");
    for (const Json& one : *found) value.emplace_back().json_ = one;
  }
  void Get(const char* name, Members& value) {
    if (const Json* found = Find(name)) found->is_object() ? void(value.json_ = *found) : Refuse(name, "an object");
  }
  void Get(const char* name, std::optional<double>& value) {
    if (Find(name) != nullptr) Get(name, value.emplace());
  }
  // Numbers, null where there is none.
  void Get(const char* name, std::vector<std::optional<double>>& value) {
    const Json* found = Find(name);
    if (found == nullptr) return;
    const bool numbers =
        found->is_array() && std::all_of(found->begin(), found->end(), [](const Json& one) { return one.is_number() || one.is_null(); });
    if (!numbers) return Refuse(name, "a list of numbers, null where there is none");
    for (const Json& one : *found) value.push_back(one.is_null() ? std::nullopt : std::optional(one.get<double>()));
  }
  // After all Gets: an error of theirs, or a member that nobody asked for.
  Status Done() const {
    KITH_RETURN_IF_ERROR(status_);
    for (const auto& [name, value] : json_.items()) {
      if (known_.count(name) != 0) continue;
      std::string hint = "known are";
      for (const std::string& known : known_) hint += " " + known;
      return Malformed("question", "the question has no member " + name, hint);
    }
    return absl::OkStatus();
  }

 private:
  const Json* Find(const char* name) {
    known_.insert(name);
    const auto at = json_.find(name);
    return at == json_.end() ? nullptr : &*at;
  }
  void Refuse(const char* name, const char* wanted) {
    if (status_.ok()) status_ = Malformed("question", "question." + std::string(name) + " must be " + wanted, "see kith.h");
  }

  Json json_ = Json::object();
  std::set<std::string> known_;
  Status status_;
};

// What a call with a question does: the snapshot and the question in, the answer out as JSON. `read` takes the members of the question
// that it knows into the options, `answer` gives the result for them.
template <typename Options, typename Read, typename Answer>
kith_code ReplyTo(kith_snapshot* snapshot, kith_str given, kith_text** json, kith_error** err, Options options, const Read& read,
                  const Answer& answer) {
  return GuardText(json, "json", err, [&]() -> StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(Members question, Members::Ask(given));
    read(question, options);
    KITH_RETURN_IF_ERROR(question.Done());
    KITH_ASSIGN_OR_RETURN(const Json result, answer(*object->snapshot, options));
    return Dump(result);
  });
}

}  // namespace kith::capi

#endif  // KITH_CAPI_MEMBERS_H_
