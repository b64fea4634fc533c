// Strict JSON for definitions: duplicate keys, unknown members, depth and size are refused with the path of the offending part.
#ifndef KITH_LIB_CATALOG_JSON_INTERNAL_H_
#define KITH_LIB_CATALOG_JSON_INTERNAL_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/json.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"

namespace kith::catalog {

using Json = nlohmann::json;

// PackageMalformed at a path ("$" for the root).
[[nodiscard]] Status MalformedAt(std::string_view path, std::string_view message, std::string value = {}, std::string hint = {});

// A short rendering of a value for messages.
[[nodiscard]] std::string Shown(const Json& value);

// Parses one document. Errors as of CheckJson: PackageMalformed, NotUtf8, LimitExceeded.
[[nodiscard]] StatusOr<Json> ParseStrict(std::string_view text);

// What happens to members that nobody asked for.
enum class Unknown { kRefuse, kKeep };

// Reads the members of one object and keeps the first error. `value` outlives the reader.
class ObjectReader {
 public:
  ObjectReader(const Json& value, std::string path, Unknown unknown);

  // The member, nullptr when absent. From now on it counts as known. Keys outlive the reader.
  const Json* Find(std::string_view key);
  // As Find; its absence is an error.
  const Json* Require(std::string_view key);
  // Each leaves `out` alone when the member is absent, and fails when it has another JSON type.
  bool Text(std::string_view key, std::string& out);
  void Flag(std::string_view key, bool& out);
  void Number(std::string_view key, uint32_t& out, uint32_t maximum);
  void Texts(std::string_view key, std::vector<std::string>& out);
  void ReadLabels(Labels& out);  // the member "labels"
  // The member's items, empty when it is absent.
  const std::vector<Json>& Items(std::string_view key);
  // The member's members, empty when it is absent.
  const std::map<std::string, Json, std::less<>>& Members(std::string_view key);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string PathOf(std::string_view key) const { return JoinJsonPath(path_, key); }
  void Fail(std::string_view key, std::string_view message, std::string value = {}, std::string hint = {});
  void Fail(Status status);
  [[nodiscard]] bool ok() const { return status_.ok(); }

  // The first error; or, of members nobody asked for, an error (kRefuse) or their JSON object in `extra` (kKeep; empty when there are
  // none).
  [[nodiscard]] Status Finish(std::string* extra = nullptr);

 private:
  void WrongType(std::string_view key, const Json& value, std::string_view expected);

  const Json* object_ = nullptr;
  std::string path_;
  Unknown unknown_;
  std::vector<std::string_view> known_;
  Status status_;
};

}  // namespace kith::catalog

#endif  // KITH_LIB_CATALOG_JSON_INTERNAL_H_
