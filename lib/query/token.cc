#include "query/token.h"

#include "absl/strings/escaping.h"
#include "kith/base/key.h"

namespace kith::query {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeadBytes = 2 + sizeof(uint64_t);

}  // namespace

std::string EncodeToken(const Token& token) {
  std::string bytes = {kVersion, static_cast<char>(token.order)};
  AppendU64(bytes, token.fingerprint);
  bytes += token.place;
  return absl::WebSafeBase64Escape(bytes);
}

StatusOr<Token> DecodeToken(std::string_view text, uint64_t fingerprint) {
  std::string bytes;
  const bool known = absl::WebSafeBase64Unescape({text.data(), text.size()}, &bytes) && bytes.size() > kHeadBytes && bytes[0] == kVersion &&
                     (bytes[1] == 'i' || bytes[1] == 'x' || bytes[1] == 's');
  if (!known) {
    return MakeError({.reason = Reason::kBadOptions, .field = "after", .hint = "give a token as the query gave it"}, "is no page token");
  }
  if (ReadU64(bytes.data() + 2) != fingerprint) {
    return MakeError({.reason = Reason::kBadOptions, .field = "after", .hint = "start again from the first page"},
                     "the page token is of another query, other parameters or another point in time");
  }
  return Token{static_cast<TokenOrder>(bytes[1]), fingerprint, bytes.substr(kHeadBytes)};
}

}  // namespace kith::query
