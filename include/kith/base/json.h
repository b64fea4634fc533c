// JSON documents that people and programs hand in: strict where the standard leaves it open.
#ifndef KITH_BASE_JSON_H_
#define KITH_BASE_JSON_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "kith/base/reason.h"
#include "kith/base/status.h"

namespace kith {

struct JsonRules {
  std::string_view document;  // "the batch": begins messages about the whole
  Reason malformed;           // of what is no JSON, of repeated members, of what nests too deeply
  size_t bytes;               // most of the document
  size_t depth;               // most lists and objects around a value
};

// Whether a text is one JSON document in UTF-8 within the rules, no object of which has a member twice. Errors: `malformed`, whose field is
// the path of the place and whose message has its line and column; NotUtf8; LimitExceeded.
[[nodiscard]] Status CheckJson(std::string_view text, const JsonRules& rules);

// Paths as errors have them: "types[2].fields[0]" and "kind" -> "types[2].fields[0].kind". The root's path is empty; a key that is no plain
// name stands in brackets and quotes.
[[nodiscard]] std::string JoinJsonPath(std::string_view path, std::string_view key);
[[nodiscard]] std::string JoinJsonPath(std::string_view path, size_t index);

}  // namespace kith

#endif  // KITH_BASE_JSON_H_
