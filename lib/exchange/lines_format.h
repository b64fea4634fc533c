// The JSON Lines format: its words, and what writer and reader share.
#ifndef KITH_LIB_EXCHANGE_LINES_FORMAT_H_
#define KITH_LIB_EXCHANGE_LINES_FORMAT_H_

#include <openssl/types.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "kith/base/id.h"
#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/history.h"

namespace kith::exchange {

using Json = nlohmann::json;

inline constexpr int64_t kLinesVersion = 1;
inline constexpr size_t kLinesPiece = 64 * 1024;  // read or written at once

// A field's value as JSON text, appended. Nothing is lost: what ISO 8601 has no four digits of year for is written as a number (days, µs).
void AppendLineValue(std::string& out, const catalog::FieldDef* field, const Value& value);
// The inverse. `field` is nullptr for parts of the header.
[[nodiscard]] StatusOr<Value> ReadLineValue(const catalog::FieldDef* field, Kind kind, const Json& json);
// A text as JSON, appended.
void AppendQuoted(std::string& out, std::string_view text);

// An entry of history as a line without its end, appended: {"history":...}.
void AppendEntry(std::string& out, const catalog::TypeDef& type, const HistoryEntry& entry);

// SHA-256 of what goes by, as sha256sum prints it.
class LinesDigest {
 public:
  LinesDigest();
  ~LinesDigest();
  LinesDigest(const LinesDigest&) = delete;
  LinesDigest& operator=(const LinesDigest&) = delete;
  void Write(std::string_view bytes);
  [[nodiscard]] StatusOr<std::string> Finish();

 private:
  EVP_MD_CTX* context_;
  bool ok_ = false;
};

// A set of ids in little memory: sequences are dense, so most take about a bit. In order.
class IdSet {
 public:
  // False when it was there.
  bool Insert(Id id);
  void Remove(Id id);
  [[nodiscard]] bool Contains(Id id) const;
  [[nodiscard]] bool empty() const { return blocks_.empty(); }
  // The smallest id that is greater than `after`; null: none.
  [[nodiscard]] Id Next(Id after) const;
  // The first id that is not in `other`; null: all are.
  [[nodiscard]] Id FirstOutside(const IdSet& other) const;

 private:
  static constexpr uint64_t kBlock = 2048;
  std::map<uint64_t, std::bitset<kBlock>> blocks_;  // by id / kBlock
};

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_LINES_FORMAT_H_
