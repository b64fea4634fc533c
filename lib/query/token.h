// Page tokens: where a page ended, for the same query alone.
#ifndef KITH_LIB_QUERY_TOKEN_H_
#define KITH_LIB_QUERY_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "kith/base/status.h"

namespace kith::query {

// In which order `place` stands.
enum class TokenOrder : char {
  kIds = 'i',     // the id, 8 bytes
  kIndex = 'x',   // a position of the index
  kSorted = 's',  // the sort key, the id or group's key at its end
};

struct Token {
  TokenOrder order = TokenOrder::kIds;
  uint64_t fingerprint = 0;  // of query, parameters and point in time
  std::string place;
};

// Text of letters, digits, '-' and '_'.
[[nodiscard]] std::string EncodeToken(const Token& token);
// BadOptions when the text is no token, or one of another query.
[[nodiscard]] StatusOr<Token> DecodeToken(std::string_view text, uint64_t fingerprint);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_TOKEN_H_
