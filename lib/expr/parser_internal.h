// Tokens into a tree, which the checker then types.
#ifndef KITH_LIB_EXPR_PARSER_INTERNAL_H_
#define KITH_LIB_EXPR_PARSER_INTERNAL_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "expr/cell_internal.h"
#include "expr/code_internal.h"
#include "kith/base/status.h"
#include "kith/expr/type.h"

namespace kith::expr {

struct Ast {
  enum class Kind : uint8_t {
    kLiteral,  // `literal`; `text` is what is written, or the text
    kName,     // `text`
    kSelect,   // of the child: `text`
    kCall,     // `text`, operators by their sign; a method's receiver is the first child
    kList,
    kMap  // keys and values in turn
  };
  Kind kind = Kind::kLiteral;
  bool method = false;
  bool rooted = false;  // a name with a dot in front: not a macro's variable
  uint32_t offset = 0;
  uint32_t depth = 1;
  std::string text;
  Cell literal;
  std::vector<Ast*> children;

  // What the checker finds.
  Type type;
  Op op = Op::kConstant;
  Macro macro = Macro::kAll;
  bool two = false;
  int32_t argument = 0;
};

// Owns the nodes.
struct Tree {
  std::deque<Ast> nodes;
  Ast* root = nullptr;
};

// Errors: ExpressionMalformed, LimitExceeded, with the position.
[[nodiscard]] StatusOr<Tree> Parse(std::string_view text);

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_PARSER_INTERNAL_H_
