// Functions of strings, as CEL and its strings extension have them: positions count code points.
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "expr/functions_internal.h"
#include "expr/utf8_internal.h"

namespace kith::expr {
namespace {

Cell OutOfText(Context& context, int64_t index) {
  return context.Fail(Reason::kOutOfRange, "the position lies outside the string", context.Keep(std::to_string(index)));
}

std::string MapAscii(std::string_view text, char first, char last, int by) {
  std::string out(text);
  for (char& c : out) {
    if (c >= first && c <= last) c = static_cast<char>(c + by);
  }
  return out;
}

// White space as Unicode has it.
bool IsUnicodeSpace(uint32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

// Where a part begins at or after code point `from`; -1 when nowhere.
int64_t Find(std::string_view text, std::string_view part, size_t from) {
  const size_t start = OffsetOfCodePoint(text, from);
  const size_t found = text.find(part, start);
  return found == std::string_view::npos ? -1 : static_cast<int64_t>(CountCodePoints(text.substr(0, found)));
}

}  // namespace

Cell Size(Context& context, Arguments args) {
  switch (args[0].tag) {
    case Tag::kString:
      context.Spend(args[0].extra / 64);
      return Cell::Int(CountCodePoints(args[0].str()));
    case Tag::kBytes:
    case Tag::kList:
    case Tag::kMap:
      return Cell::Int(size_t{args[0].extra});
    default:
      return context.NoOverload("size", {args[0]});
  }
}

Cell Contains(Context& context, Arguments args) {
  context.Spend(args[0].extra / 64);
  return Cell::Bool(args[0].str().find(args[1].str()) != std::string_view::npos);
}
Cell StartsWith(Context& context, Arguments args) {
  context.Spend(args[1].extra / 64);
  return Cell::Bool(args[0].str().starts_with(args[1].str()));
}
Cell EndsWith(Context& context, Arguments args) {
  context.Spend(args[1].extra / 64);
  return Cell::Bool(args[0].str().ends_with(args[1].str()));
}

// A pattern that is no constant; constant ones are compiled with the expression.
Cell Matches(Context& context, Arguments args) {
  constexpr uint64_t kCompileCost = 1000;
  if (!context.Spend(kCompileCost + args[0].extra / 16)) return {};
  const RE2 pattern(args[1].str(), RE2::Quiet);
  if (!pattern.ok()) return context.Fail(Reason::kOutOfRange, "is no regular expression of RE2", args[1].str());
  return Cell::Bool(RE2::PartialMatch(args[0].str(), pattern));
}

Cell CharAt(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  const int64_t index = args[1].integer;
  const auto count = static_cast<int64_t>(CountCodePoints(text));
  if (index < 0 || index > count) return OutOfText(context, index);
  if (index == count) return Cell::String("");
  const size_t at = OffsetOfCodePoint(text, static_cast<size_t>(index));
  return Cell::String(text.substr(at, SizeOfCodePoint(text, at)));
}

Cell IndexOf(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  const int64_t from = args.size() > 2 ? args[2].integer : 0;
  context.Spend(text.size() / 64);
  if (from < 0 || from > static_cast<int64_t>(CountCodePoints(text))) return OutOfText(context, from);
  return Cell::Int(Find(text, args[1].str(), static_cast<size_t>(from)));
}

Cell LastIndexOf(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  context.Spend(text.size() / 64);
  size_t last = std::string_view::npos;
  if (args.size() > 2) {
    const int64_t from = args[2].integer;
    if (from < 0 || from > static_cast<int64_t>(CountCodePoints(text))) return OutOfText(context, from);
    last = OffsetOfCodePoint(text, static_cast<size_t>(from));
  }
  const size_t found = text.rfind(args[1].str(), last);
  return Cell::Int(found == std::string_view::npos ? int64_t{-1} : static_cast<int64_t>(CountCodePoints(text.substr(0, found))));
}

Cell LowerAscii(Context& context, Arguments args) { return context.KeepString(MapAscii(args[0].str(), 'A', 'Z', 'a' - 'A')); }
Cell UpperAscii(Context& context, Arguments args) { return context.KeepString(MapAscii(args[0].str(), 'a', 'z', 'A' - 'a')); }

// The first `limit` occurrences, all when it is negative; an empty part stands before every code point and at the end.
Cell Replace(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  const std::string_view part = args[1].str();
  const std::string_view by = args[2].str();
  int64_t left = args.size() > 3 ? args[3].integer : -1;
  std::string out;
  size_t at = 0;
  while (left != 0) {
    const size_t found = text.find(part, at);
    if (found == std::string_view::npos) break;
    if (!context.Spend(1 + by.size() / 64)) return {};
    out.append(text, at, found - at).append(by);
    at = found + part.size();
    if (left > 0) --left;
    if (!part.empty()) continue;
    if (at == text.size()) return context.KeepString(out);
    const size_t step = SizeOfCodePoint(text, at);
    out.append(text, at, step);
    at += step;
  }
  return context.KeepString(out.append(text.substr(at)));
}

Cell Split(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  const std::string_view separator = args[1].str();
  int64_t left = args.size() > 2 ? args[2].integer : -1;
  std::pmr::vector<Cell> parts(context.memory());
  if (left == 0) return context.KeepList(parts);
  size_t at = 0;
  while (left != 1) {
    if (!context.Spend(1)) return {};
    size_t end = text.find(separator, at);
    if (separator.empty()) end = at < text.size() ? at + SizeOfCodePoint(text, at) : std::string_view::npos;
    if (end == std::string_view::npos || (separator.empty() && end == text.size())) break;
    parts.push_back(Cell::String(text.substr(at, end - at)));
    at = end + separator.size();
    if (left > 0) --left;
  }
  if (!text.empty() || !separator.empty()) parts.push_back(Cell::String(text.substr(at)));
  return context.KeepList(parts);
}

Cell Substring(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  const auto count = static_cast<int64_t>(CountCodePoints(text));
  const int64_t from = args[1].integer;
  const int64_t to = args.size() > 2 ? args[2].integer : count;
  if (from < 0 || from > count) return OutOfText(context, from);
  if (to < 0 || to > count) return OutOfText(context, to);
  if (from > to) return OutOfText(context, from);
  const size_t start = OffsetOfCodePoint(text, static_cast<size_t>(from));
  const size_t size = OffsetOfCodePoint(text.substr(start), static_cast<size_t>(to - from));
  return Cell::String(text.substr(start, size));
}

Cell Trim(Context& context, Arguments args) {
  std::string_view text = args[0].str();
  context.Spend(text.size() / 64);
  while (!text.empty() && IsUnicodeSpace(CodePointAt(text, 0))) text.remove_prefix(SizeOfCodePoint(text, 0));
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<uint8_t>(text[last]) & 0xC0) == 0x80) --last;
    if (!IsUnicodeSpace(CodePointAt(text, last))) break;
    text = text.substr(0, last);
  }
  return Cell::String(text);
}

Cell Reverse(Context& context, Arguments args) {
  const std::string_view text = args[0].str();
  std::string out;
  out.reserve(text.size());
  for (size_t end = text.size(); end > 0;) {
    size_t start = end - 1;
    while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    out.append(text, start, end - start);
    end = start;
  }
  return context.KeepString(out);
}

Cell Join(Context& context, Arguments args) {
  const std::string_view separator = args.size() > 1 ? args[1].str() : std::string_view();
  std::string out;
  bool first = true;
  for (const Cell& item : args[0].list()) {
    const Cell text = item.tag == Tag::kChoice ? NameOfChoice(item) : item;
    if (text.tag != Tag::kString) return context.NoOverload("join", {item});
    if (!first) out += separator;
    first = false;
    out += text.str();
    if (!context.Spend(1 + text.extra / 64)) return {};
  }
  return context.KeepString(out);
}

}  // namespace kith::expr
