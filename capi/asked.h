// The JSON object in which a host puts what it asks, its members read at most once and checked.
#ifndef KITH_CAPI_ASKED_H_
#define KITH_CAPI_ASKED_H_

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "objects.h"

namespace kith::capi {

class Asked {
 public:
  // BadOptions when it is no JSON object; empty text is an empty one.
  [[nodiscard]] static StatusOr<Asked> Read(kith_str given);

  // Each leaves `value` as it is when the object has no such member.
  void Get(const char* name, double& value);
  void Get(const char* name, bool& value);
  void Get(const char* name, Id& value);
  void Get(const char* name, std::optional<Time>& value);
  void Get(const char* name, std::map<std::string, std::string>& value);  // an object of texts
  template <typename Int>
  void GetCount(const char* name, Int& value) {
    if (const std::optional<uint64_t> count = Count(name)) value = static_cast<Int>(*count);
  }
  // After all Gets: the first error of theirs, or a member that nobody asked for.
  [[nodiscard]] Status Done() const;

 private:
  using Json = nlohmann::ordered_json;

  const Json* Find(const char* name);
  std::optional<uint64_t> Count(const char* name);
  void Refuse(const char* name, const char* wanted);

  Json json_ = Json::object();
  std::set<std::string> known_;
  Status status_;
};

}  // namespace kith::capi

#endif  // KITH_CAPI_ASKED_H_
