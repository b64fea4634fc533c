#include <utility>

#include "expr/code_internal.h"
#include "expr/utf8_internal.h"

namespace kith::expr {

std::string PositionOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return std::to_string(line) + ":" + std::to_string(1 + CountCodePoints(before.substr(start)));
}

Status ErrorAt(std::string_view text, size_t offset, Reason reason, std::string_view message, std::string_view value,
               std::string_view hint) {
  return MakeError({.reason = reason, .field = PositionOf(text, offset), .value = std::string(value), .hint = std::string(hint)}, message);
}

Status ToStatus(std::string_view text, const Cell& error) {
  const Fault& fault = *error.fault;
  const size_t offset = error.extra == Context::kNoPosition ? 0 : error.extra;
  return ErrorAt(text, offset, fault.reason, fault.message, fault.value, fault.hint);
}

const Type& Program::type() const { return code_->type; }
const std::string& Program::text() const { return code_->text; }
std::span<const int32_t> Program::reads() const { return code_->reads; }
bool Program::reads_others() const { return !code_->references.empty(); }
std::span<const Reference> Program::references() const { return code_->references; }
const Conditions& Program::conditions() const { return code_->conditions; }

}  // namespace kith::expr
