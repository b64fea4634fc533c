// Texts of expressions: parameters, compiling, errors.
#include <algorithm>
#include <cctype>

#include "kith/base/concat.h"
#include "query/term.h"

namespace kith::query {
namespace {

// The end of the literal that begins at `at`: CEL's strings and bytes, raw and in triple quotes too.
size_t SkipLiteral(std::string_view text, size_t at, bool raw) {
  const char quote = text[at];
  const std::string triple(3, quote);
  const bool is_triple = text.substr(at).starts_with(triple);
  size_t i = at + (is_triple ? 3 : 1);
  while (i < text.size()) {
    if (text[i] == '\\' && !raw) {
      i += 2;
    } else if (is_triple ? text.substr(i).starts_with(triple) : text[i] == quote) {
      return i + (is_triple ? 3 : 1);
    } else {
      ++i;
    }
  }
  return text.size();
}

bool IsRaw(std::string_view text, size_t quote) {
  for (size_t i = quote; i > 0 && quote - i < 2; --i) {
    const char before = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i - 1])));
    if (before == 'r') return true;
    if (before != 'b') return false;
  }
  return false;
}

bool BeginsName(std::string_view text, size_t at) {
  return at < text.size() && (std::isalpha(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
}

}  // namespace

std::string WithParameters(std::string_view text, std::vector<std::string>* used) {
  std::string out(text);
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '"' || text[i] == '\'') {
      i = SkipLiteral(text, i, IsRaw(text, i));
    } else if (text.substr(i).starts_with("//")) {
      i = std::min(text.find('\n', i), text.size());
    } else if (text[i] == '$' && BeginsName(text, i + 1)) {
      size_t end = i + 1;
      while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) ++end;
      out[i] = '_';
      if (used != nullptr) used->emplace_back(text.substr(i + 1, end - i - 1));
      i = end;
    } else {
      ++i;
    }
  }
  return out;
}

Status AtPlace(const Status& status, const std::string& where) {
  ErrorInfo info = GetErrorInfo(status);
  if (info.reason == Reason::kNone) return status;
  info.field = info.field.empty() ? where : Concat({where, ":", info.field});
  if (info.value.starts_with('_')) info.value[0] = '$';
  return MakeError(std::move(info), MessageOf(status));
}

StatusOr<expr::Program> CompileProgram(std::string_view text, const expr::Environment& environment, std::optional<expr::TypeKind> expected,
                                       const std::string& where) {
  const std::string rewritten = WithParameters(text, nullptr);
  StatusOr<expr::Program> program =
      expected.has_value() ? expr::Program::Compile(rewritten, environment, *expected) : expr::Program::Compile(rewritten, environment);
  if (!program.ok()) return AtPlace(program.status(), where);
  return program;
}

}  // namespace kith::query
