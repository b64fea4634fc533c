#include "exchange/lines_format.h"

#include <openssl/evp.h>

#include "kith/engine/json.h"

namespace kith::exchange {
namespace {

// 0001-01-01 and 10000-01-01, as days since 1970.
constexpr int32_t kFirstDay = -719'162;
constexpr int32_t kEndDay = 2'932'897;

bool HasIsoForm(int64_t day) { return day >= kFirstDay && day < kEndDay; }

}  // namespace

void AppendQuoted(std::string& out, std::string_view text) { out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

void AppendLineValue(std::string& out, const catalog::FieldDef* field, const Value& value) {
  if (const auto* date = value.get_if<Date>(); date != nullptr && !HasIsoForm(date->days)) {
    out += std::to_string(date->days);
  } else if (const auto* time = value.get_if<Time>(); time != nullptr && !HasIsoForm(time->micros / kMicrosPerDay)) {
    out += std::to_string(time->micros);
  } else {
    out += ValueToJsonText(field, value);
  }
}

StatusOr<Value> ReadLineValue(const catalog::FieldDef* field, Kind kind, const Json& json) {
  if (kind == Kind::kText && json.is_string()) return Value(json.get_ref<const std::string&>());
  if (json.is_number_integer() && (kind == Kind::kDate || kind == Kind::kTime)) {
    const bool fits = !json.is_number_unsigned() || json.get<uint64_t>() <= INT64_MAX;
    const int64_t number = fits ? json.get<int64_t>() : INT64_MAX;
    if (kind == Kind::kTime && fits) return Value(Time{number});
    if (kind == Kind::kDate && number >= INT32_MIN && number <= INT32_MAX) return Value(Date{static_cast<int32_t>(number)});
    return MakeError({.reason = Reason::kOutOfRange, .value = json.dump()}, "is no " + std::string(NameOf(kind)));
  }
  return ValueFromJsonText(field, kind, json.dump());
}

LinesDigest::LinesDigest() : context_(EVP_MD_CTX_new()) {
  ok_ = context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1;
}

LinesDigest::~LinesDigest() { EVP_MD_CTX_free(context_); }

void LinesDigest::Write(std::string_view bytes) { ok_ = ok_ && EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1; }

StatusOr<std::string> LinesDigest::Finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!ok_ || EVP_DigestFinal_ex(context_, digest.data(), &size) != 1) {
    return MakeError(Reason::kOutOfMemory, "the lines could not be hashed");
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    text.push_back(kHex[digest[i] >> 4]);
    text.push_back(kHex[digest[i] & 15]);
  }
  return text;
}

bool IdSet::Insert(Id id) {
  auto bit = blocks_[id.value() / kBlock][id.value() % kBlock];
  if (bit) return false;
  bit = true;
  return true;
}

void IdSet::Remove(Id id) {
  const auto found = blocks_.find(id.value() / kBlock);
  if (found != blocks_.end()) found->second[id.value() % kBlock] = false;
}

bool IdSet::Contains(Id id) const {
  const auto found = blocks_.find(id.value() / kBlock);
  return found != blocks_.end() && found->second[id.value() % kBlock];
}

Id IdSet::Next(Id after) const {
  const uint64_t from = after.value() + 1;
  for (auto it = blocks_.lower_bound(from / kBlock); it != blocks_.end(); ++it) {
    for (uint64_t i = it->first == from / kBlock ? from % kBlock : 0; i < kBlock; ++i) {
      if (it->second[i]) return Id(it->first * kBlock + i);
    }
  }
  return {};
}

Id IdSet::FirstOutside(const IdSet& other) const {
  for (const auto& [number, bits] : blocks_) {
    const auto found = other.blocks_.find(number);
    const std::bitset<kBlock> missing = found == other.blocks_.end() ? bits : bits & ~found->second;
    for (uint64_t i = 0; missing.any() && i < kBlock; ++i) {
      if (missing[i]) return Id(number * kBlock + i);
    }
  }
  return {};
}

}  // namespace kith::exchange
