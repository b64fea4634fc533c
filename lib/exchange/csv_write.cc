#include <re2/re2.h>

#include "kith/exchange/csv.h"

namespace kith::exchange {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// True for what a spreadsheet would run as a formula (OWASP "CSV injection"): = + - @ tab CR LF first, full-width forms, leading spaces and
// a mark of byte order included. Looks at the beginning alone, so that malformed UTF-8 behind it hides nothing.
bool IsFormula(const std::string& cell) {
  static const RE2 formula("^[ \\x{3000}\\x{FEFF}]*[=+\\-@\\t\\r\\n\\x{FF1D}\\x{FF0B}\\x{FF0D}\\x{FF20}]");
  static const RE2 number("^[+-]?[0-9][0-9,]*(\\.[0-9]+)?([eE][+-]?[0-9]+)?$");
  return RE2::PartialMatch(cell, formula) && !RE2::FullMatch(cell, number);
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

void AppendQuotedCell(std::string& out, const std::string& cell) {
  out += '"';
  for (char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

void AppendCsvRow(std::string& out, const std::vector<std::string>& cells, bool guard) {
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) out += ',';
    std::string cell = guard && IsFormula(cells[i]) ? "'" + cells[i] : cells[i];
    // Readers drop spaces and tabs around what is not quoted.
    const bool blank_ends = !cell.empty() && (IsBlank(cell.front()) || IsBlank(cell.back()));
    bool plain = cell.find_first_of(",\"\r\n") == std::string::npos && !blank_ends;
    // At the beginning of a file it would be no part of the cell.
    plain = plain && !cell.starts_with(kByteOrderMark);
    // A row of one empty cell would be an empty line.
    if (plain && !(cells.size() == 1 && cell.empty())) {
      out += cell;
    } else {
      AppendQuotedCell(out, cell);
    }
  }
  out += "\r\n";
}

}  // namespace kith::exchange
