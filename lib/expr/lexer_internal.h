// Text into tokens.
#ifndef KITH_LIB_EXPR_LEXER_INTERNAL_H_
#define KITH_LIB_EXPR_LEXER_INTERNAL_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"

namespace kith::expr {

struct Token {
  enum class Kind : uint8_t { kEnd, kInt, kUint, kDouble, kString, kBytes, kName, kQuotedName, kSign };
  Kind kind = Kind::kEnd;
  uint32_t offset = 0;
  std::string text;  // a text's decoded content; else what is written (a number without its "u")
};

// The tokens, an end token last. A malformed one is an error with its position (ExpressionMalformed), and so is text that is not UTF-8.
[[nodiscard]] StatusOr<std::vector<Token>> Tokenize(std::string_view text);

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_LEXER_INTERNAL_H_
