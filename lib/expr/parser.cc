#include <absl/strings/numbers.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "expr/lexer_internal.h"
#include "expr/parser_internal.h"
#include "kith/base/concat.h"
#include "kith/base/limits.h"

namespace kith::expr {
namespace {

constexpr std::array<std::string_view, 17> kReserved = {"as",        "break",  "const",  "continue", "else", "for",
                                                        "function",  "if",     "import", "let",      "loop", "package",
                                                        "namespace", "return", "var",    "void",     "while"};
template <typename List>
bool Holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}
bool IsKeyword(std::string_view word) { return word == "true" || word == "false" || word == "null" || word == "in"; }

// Binary operators from the loosest level to the tightest.
constexpr std::array<std::array<std::string_view, 7>, 3> kLevels = {{
    {"<", "<=", ">=", ">", "==", "!=", "in"},
    {"+", "-"},
    {"*", "/", "%"},
}};

template <typename Number>
bool ParseInteger(std::string_view text, bool negative, Number& value) {
  std::string digits(negative ? "-" : "");
  const bool hex = text.size() > 1 && (text[1] == 'x' || text[1] == 'X');
  digits += hex ? text.substr(2) : text;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  return fault == std::errc() && end == digits.data() + digits.size();
}

// Each level gives nullptr after an error.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, Tree& tree) : text_(text), tokens_(std::move(tokens)), tree_(tree) {}

  Status Run() {
    tree_.root = Expression();
    if (tree_.root != nullptr && !At(Token::Kind::kEnd)) Unexpected("an operator or the end");
    return error_;
  }

 private:
  // --- tokens
  [[nodiscard]] const Token& Peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  [[nodiscard]] bool At(Token::Kind kind) const { return Peek().kind == kind; }
  [[nodiscard]] bool AtSign(std::string_view sign, size_t ahead = 0) const {
    return Peek(ahead).kind == Token::Kind::kSign && Peek(ahead).text == sign;
  }
  bool Take(std::string_view sign) {
    if (!AtSign(sign)) return false;
    ++at_;
    return true;
  }
  bool Expect(std::string_view sign) {
    if (Take(sign)) return true;
    Unexpected(sign);
    return false;
  }

  std::nullptr_t Fail(size_t offset, std::string_view message, std::string_view value = {}, std::string_view hint = {},
                      Reason reason = Reason::kExpressionMalformed) {
    if (error_.ok()) error_ = ErrorAt(text_, offset, reason, message, value, hint);
    return nullptr;
  }
  std::nullptr_t Unexpected(std::string_view expected) {
    const Token& token = Peek();
    const bool end = token.kind == Token::Kind::kEnd;
    return Fail(token.offset, Concat({"expected ", expected, end ? ", not the end" : ""}), token.text);
  }
  std::nullptr_t Refuse(std::string_view what, std::string_view hint = {}) {
    return Fail(Peek().offset, Concat({what, " are outside the subset of CEL that Kith has"}), Peek().text, hint);
  }

  // --- nodes
  Ast* Make(Ast::Kind kind, size_t offset, std::string text, std::vector<Ast*> children = {}) {
    Ast node;
    node.kind = kind;
    node.offset = static_cast<uint32_t>(offset);
    node.text = std::move(text);
    for (const Ast* child : children) {
      if (child == nullptr) return nullptr;
      node.depth = std::max(node.depth, child->depth + 1);
    }
    if (node.depth > limits::kExpressionDepth) return TooDeep(offset);
    node.children = std::move(children);
    return &tree_.nodes.emplace_back(std::move(node));
  }
  Ast* Call(size_t offset, std::string_view name, std::vector<Ast*> children) {
    return Make(Ast::Kind::kCall, offset, std::string(name), std::move(children));
  }
  std::nullptr_t TooDeep(size_t offset) {
    return Fail(offset, Concat({"nested deeper than kExpressionDepth, ", std::to_string(limits::kExpressionDepth)}), {},
                "split the expression, or join equal operators with && or ||", Reason::kLimitExceeded);
  }

  // Bounds the recursion of the parser itself, which parentheses deepen without a node, by two levels each.
  struct Level {
    explicit Level(Parser& p) : parser(p) { ++parser.level_; }
    ~Level() { --parser.level_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Parser& parser;
  };
  [[nodiscard]] bool level_exceeded() const { return level_ > 2 * limits::kExpressionDepth; }

  // --- grammar
  Ast* Expression() {
    const Level level(*this);
    if (level_exceeded()) return TooDeep(Peek().offset);
    Ast* condition = Chain("||", &Parser::And);
    if (condition == nullptr || !AtSign("?")) return condition;
    const size_t offset = Peek().offset;
    ++at_;
    Ast* yes = Chain("||", &Parser::And);
    if (yes == nullptr || !Expect(":")) return nullptr;
    return Call(offset, "?:", {condition, yes, Expression()});
  }
  Ast* And() { return Chain("&&", &Parser::Comparison); }
  Ast* Comparison() { return Binary(0); }

  // a || b || c as one node, so that long ones are not deep.
  Ast* Chain(std::string_view sign, Ast* (Parser::*part)()) {
    Ast* first = (this->*part)();
    if (first == nullptr || !AtSign(sign)) return first;
    const size_t offset = Peek().offset;
    std::vector<Ast*> parts = {first};
    while (Take(sign)) {
      parts.push_back((this->*part)());
      if (parts.back() == nullptr) return nullptr;
    }
    return Call(offset, sign, std::move(parts));
  }

  Ast* Binary(size_t level) {
    if (level == kLevels.size()) return Unary();
    Ast* left = Binary(level + 1);
    while (left != nullptr && IsOperator(kLevels[level])) {
      const Token& sign = Peek();
      ++at_;
      left = Call(sign.offset, sign.text, {left, Binary(level + 1)});
    }
    return left;
  }
  [[nodiscard]] bool IsOperator(const std::array<std::string_view, 7>& level) const {
    return (At(Token::Kind::kSign) || (At(Token::Kind::kName) && Peek().text == "in")) && Holds(level, Peek().text);
  }

  Ast* Unary() {
    const Level level(*this);
    if (level_exceeded()) return TooDeep(Peek().offset);
    const size_t offset = Peek().offset;
    if (Take("!")) return Call(offset, "!", {Unary()});
    if (!AtSign("-")) return Member();
    const Token::Kind next = Peek(1).kind;
    const bool number = next == Token::Kind::kInt || next == Token::Kind::kDouble;
    if (number) return Member();
    ++at_;
    return Call(offset, "-_", {Unary()});
  }

  Ast* Member() {
    Ast* node = Primary();
    while (node != nullptr) {
      const size_t offset = Peek().offset;
      if (Take(".")) {
        node = Selection(node);
      } else if (Take("[")) {
        if (AtSign("?")) return Refuse("optional values");
        Ast* index = Expression();
        if (index == nullptr || !Expect("]")) return nullptr;
        node = Call(offset, "[]", {node, index});
      } else if (AtSign("{")) {
        return Refuse("messages", "maps are written {\"key\": value}");
      } else {
        break;
      }
    }
    return node;
  }

  Ast* Selection(Ast* of) {
    if (AtSign("?")) return Refuse("optional values");
    const Token& name = Peek();
    const bool quoted = name.kind == Token::Kind::kQuotedName;
    if (!quoted && (name.kind != Token::Kind::kName || IsKeyword(name.text))) return Unexpected("a name");
    ++at_;
    if (quoted || !AtSign("(")) return Make(Ast::Kind::kSelect, name.offset, name.text, {of});
    std::vector<Ast*> arguments = {of};
    if (!Arguments(arguments)) return nullptr;
    Ast* call = Call(name.offset, name.text, std::move(arguments));
    if (call != nullptr) call->method = true;
    return call;
  }

  // "(" expressions ")"
  bool Arguments(std::vector<Ast*>& arguments) { return Expect("(") && Elements(")", false, arguments); }
  // Expressions up to `end`, with a comma after the last one when `comma`.
  bool Elements(std::string_view end, bool comma, std::vector<Ast*>& elements) {
    if (Take(end)) return true;
    do {
      if (comma && !elements.empty() && AtSign(end)) break;
      if (AtSign("?")) return Refuse("optional values") != nullptr;
      elements.push_back(Expression());
      if (elements.back() == nullptr) return false;
    } while (Take(","));
    return Expect(end);
  }

  Ast* Primary() {
    const Token& token = Peek();
    switch (token.kind) {
      case Token::Kind::kInt:
      case Token::Kind::kUint:
      case Token::Kind::kDouble:
        ++at_;
        return Number(token, false);
      case Token::Kind::kString:
      case Token::Kind::kBytes: {
        ++at_;
        Ast* node = Make(Ast::Kind::kLiteral, token.offset, token.text);
        node->literal = Cell::String(node->text, token.kind == Token::Kind::kString ? Tag::kString : Tag::kBytes);
        return node;
      }
      case Token::Kind::kName:
        return Name(false);
      default:
        return Bracketed();
    }
  }

  Ast* Bracketed() {
    const size_t offset = Peek().offset;
    if (Take("-")) {  // Unary() has seen the number
      const Token& token = Peek();
      ++at_;
      return Number(token, true);
    }
    if (Take(".")) return At(Token::Kind::kName) ? Name(true) : Unexpected("a name");
    if (Take("(")) {
      Ast* node = Expression();
      return node != nullptr && Expect(")") ? node : nullptr;
    }
    std::vector<Ast*> elements;
    if (Take("[")) return Elements("]", true, elements) ? Make(Ast::Kind::kList, offset, "[", std::move(elements)) : nullptr;
    if (Take("{")) return Entries(elements) ? Make(Ast::Kind::kMap, offset, "{", std::move(elements)) : nullptr;
    return Unexpected("a value");
  }

  bool Entries(std::vector<Ast*>& entries) {
    if (Take("}")) return true;
    do {
      if (!entries.empty() && AtSign("}")) break;
      if (AtSign("?")) return Refuse("optional values") != nullptr;
      entries.push_back(Expression());
      if (entries.back() == nullptr || !Expect(":")) return false;
      entries.push_back(Expression());
      if (entries.back() == nullptr) return false;
    } while (Take(","));
    return Expect("}");
  }

  Ast* Name(bool rooted) {
    const Token& token = Peek();
    if (token.text == "true" || token.text == "false" || token.text == "null") {
      if (rooted) return Unexpected("a name");
      ++at_;
      Ast* node = Make(Ast::Kind::kLiteral, token.offset, token.text);
      node->literal = token.text == "null" ? Cell::Null() : Cell::Bool(token.text == "true");
      return node;
    }
    if (token.text == "in") return Unexpected("a value");
    if (Holds(kReserved, token.text)) return Fail(token.offset, "a reserved word", token.text, "it can stand only after a dot");
    ++at_;
    Ast* node = nullptr;
    if (AtSign("(")) {
      std::vector<Ast*> arguments;
      if (!Arguments(arguments)) return nullptr;
      node = Call(token.offset, token.text, std::move(arguments));
    } else {
      node = Make(Ast::Kind::kName, token.offset, token.text);
    }
    if (node != nullptr) node->rooted = rooted;
    return node;
  }

  Ast* Number(const Token& token, bool negative) {
    Ast* node = Make(Ast::Kind::kLiteral, token.offset, (negative ? "-" : "") + token.text);
    if (token.kind == Token::Kind::kDouble) {
      double value = 0;
      if (!absl::SimpleAtod(token.text, &value) || std::isinf(value)) return Fail(token.offset, "too large for a double", token.text);
      node->literal = Cell::Double(negative ? -value : value);
      return node;
    }
    if (token.kind == Token::Kind::kUint) {
      uint64_t value = 0;
      if (!ParseInteger(token.text, false, value)) return Fail(token.offset, "too large for a uint", token.text);
      node->literal = Cell::Uint(value);
      return node;
    }
    int64_t value = 0;
    if (!ParseInteger(token.text, negative, value)) return Fail(token.offset, "too large for an int", token.text);
    node->literal = Cell::Int(value);
    return node;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  Tree& tree_;
  size_t at_ = 0;
  size_t level_ = 0;
  Status error_;
};

}  // namespace

StatusOr<Tree> Parse(std::string_view text) {
  if (text.size() > limits::kExpressionBytes) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = "1:1", .value = std::to_string(text.size())},
                     Concat({"longer than kExpressionBytes, ", std::to_string(limits::kExpressionBytes)}));
  }
  KITH_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(text));
  Tree tree;
  KITH_RETURN_IF_ERROR(Parser(text, std::move(tokens), tree).Run());
  return tree;
}

}  // namespace kith::expr
