#include <algorithm>
#include <array>
#include <optional>

#include "expr/code_internal.h"
#include "expr/lexer_internal.h"
#include "expr/utf8_internal.h"

namespace kith::expr {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }
constexpr bool IsQuote(char c) { return c == '"' || c == '\''; }

constexpr int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Signs, longer ones first.
constexpr std::array<std::string_view, 24> kSigns = {"&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/",
                                                     "%",  "!",  "?",  ":",  ".",  ",",  "(", ")", "[", "]", "{", "}"};

// The character that a one-letter escape stands for.
constexpr std::optional<char> SimpleEscape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`':
      return c;
    default:
      return std::nullopt;
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  StatusOr<std::vector<Token>> Run() {
    while (SkipSpace(), at_ < text_.size()) {
      start_ = at_;
      if (!Next()) return error_;
    }
    start_ = at_;
    Emit(Token::Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void Emit(Token::Kind kind, std::string text) { tokens_.push_back({kind, static_cast<uint32_t>(start_), std::move(text)}); }
  bool Fail(size_t offset, std::string_view message, std::string_view value = {}, std::string_view hint = {}) {
    error_ = ErrorAt(text_, offset, Reason::kExpressionMalformed, message, value, hint);
    return false;
  }

  void SkipSpace() {
    while (at_ < text_.size()) {
      if (IsSpace(text_[at_])) {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return;
      }
    }
  }

  bool Next() {
    const char c = Peek();
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
    if (IsQuote(c) || TextPrefix() > 0) return Text();
    if (IsLetter(c) || (c == '$' && IsLetter(Peek(1)))) {
      do ++at_;
      while (IsLetter(Peek()) || IsDigit(Peek()));
      Emit(Token::Kind::kName, std::string(text_.substr(start_, at_ - start_)));
      return true;
    }
    if (c == '`') return QuotedName();
    for (const std::string_view sign : kSigns) {
      if (text_.substr(at_, sign.size()) != sign) continue;
      at_ += sign.size();
      Emit(Token::Kind::kSign, std::string(sign));
      return true;
    }
    return Unexpected();
  }

  bool Unexpected() {
    const char c = Peek();
    std::string_view hint;
    if (c == '=') hint = "write == to compare";
    if (c == '&') hint = "write && for and";
    if (c == '|') hint = "write || for or";
    return Fail(at_, "a character that no expression has", text_.substr(at_, SizeOfCodePoint(text_, at_)), hint);
  }

  // How many of the letters in front of a quote are r, R, b, B, each at most once; 0 when no text begins here.
  [[nodiscard]] size_t TextPrefix() const {
    size_t size = 0;
    bool raw = false;
    bool bytes = false;
    while (size < 2) {
      const char c = Peek(size);
      bool& seen = c == 'r' || c == 'R' ? raw : bytes;
      if ((c != 'r' && c != 'R' && c != 'b' && c != 'B') || seen) break;
      seen = true;
      ++size;
    }
    return IsQuote(Peek(size)) ? size : 0;
  }

  bool Number() {
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) return Hex();
    bool real = false;
    while (IsDigit(Peek())) ++at_;
    if (Peek() == '.' && IsDigit(Peek(1))) {
      real = true;
      ++at_;
      while (IsDigit(Peek())) ++at_;
    }
    const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
    if ((Peek() == 'e' || Peek() == 'E') && IsDigit(Peek(1 + sign))) {
      real = true;
      at_ += 1 + sign;
      while (IsDigit(Peek())) ++at_;
    }
    return EndNumber(real ? Token::Kind::kDouble : Token::Kind::kInt);
  }
  bool Hex() {
    at_ += 2;
    if (HexDigit(Peek()) < 0) return Fail(start_, "a hexadecimal number without digits", text_.substr(start_, 2));
    while (HexDigit(Peek()) >= 0) ++at_;
    return EndNumber(Token::Kind::kInt);
  }
  bool EndNumber(Token::Kind kind) {
    std::string text(text_.substr(start_, at_ - start_));
    if (kind == Token::Kind::kInt && (Peek() == 'u' || Peek() == 'U')) {
      kind = Token::Kind::kUint;
      ++at_;
    }
    if (IsLetter(Peek()) || IsDigit(Peek())) return Fail(start_, "a number that runs into a name", text_.substr(start_, at_ + 1 - start_));
    Emit(kind, std::move(text));
    return true;
  }

  bool QuotedName() {
    const size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) return Fail(start_, "a quoted name without its end", "`", "close it with `");
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    const bool plain = std::all_of(name.begin(), name.end(),
                                   [](char c) { return IsLetter(c) || IsDigit(c) || c == '.' || c == '-' || c == '/' || c == ' '; });
    if (name.empty() || !plain) return Fail(start_, "a quoted name has letters, digits, _ . - / and spaces", name);
    at_ = end + 1;
    Emit(Token::Kind::kQuotedName, std::string(name));
    return true;
  }

  bool Text() {
    const std::string_view prefix = text_.substr(at_, TextPrefix());
    const bool raw = prefix.find_first_of("rR") != std::string_view::npos;
    const bool bytes = prefix.find_first_of("bB") != std::string_view::npos;
    at_ += prefix.size();
    const std::string_view one = text_.substr(at_, 1);
    const std::string triple(3, one[0]);
    const std::string_view quote = text_.substr(at_, 3) == triple ? text_.substr(at_, 3) : one;
    at_ += quote.size();
    std::string content;
    while (text_.substr(at_, quote.size()) != quote) {
      if (at_ >= text_.size() || (quote.size() == 1 && (Peek() == '\n' || Peek() == '\r'))) {
        return Fail(start_, "a text without its end", quote, quote.size() == 1 ? "a text of several lines stands in three quotes" : "");
      }
      if (Peek() != '\\' || raw) {
        content += text_[at_++];
      } else if (!Escape(bytes, content)) {
        return false;
      }
    }
    at_ += quote.size();
    Emit(bytes ? Token::Kind::kBytes : Token::Kind::kString, std::move(content));
    return true;
  }

  bool Escape(bool bytes, std::string& content) {
    const size_t start = at_++;
    const char c = Peek();
    if (const std::optional<char> simple = SimpleEscape(c)) {
      content += *simple;
      ++at_;
      return true;
    }
    if (c >= '0' && c <= '3') return Code(start, 3, 8, bytes, content);
    ++at_;
    if (c == 'x' || c == 'X') return Code(start, 2, 16, bytes, content);
    if (c == 'u' && !bytes) return Code(start, 4, 16, false, content);
    if (c == 'U' && !bytes) return Code(start, 8, 16, false, content);
    return Fail(start, "an unknown escape", text_.substr(start, 2), R"(write \\ for a backslash, or r"..." for a text without escapes)");
  }
  // A number of exactly `digits` digits: a code point, or in bytes one byte.
  bool Code(size_t start, int digits, int base, bool byte, std::string& content) {
    uint32_t code = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = HexDigit(Peek());
      if (digit < 0 || digit >= base) return Fail(start, "an escape with too few digits", text_.substr(start, at_ - start));
      code = code * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit);
      ++at_;
    }
    if (byte) {
      content += static_cast<char>(code);
    } else if (!AppendCodePoint(code, content)) {
      return Fail(start, "an escape that is no code point", text_.substr(start, at_ - start));
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t start_ = 0;  // of the token
  std::vector<Token> tokens_;
  Status error_;
};

}  // namespace

StatusOr<std::vector<Token>> Tokenize(std::string_view text) {
  if (!IsUtf8(text)) return MakeError({.reason = Reason::kExpressionMalformed, .field = "1:1"}, "the expression is not UTF-8");
  return Lexer(text).Run();
}

}  // namespace kith::expr
