#include <algorithm>
#include <cctype>
#include <charconv>

#include "catalog/names_internal.h"
#include "kith/base/limits.h"

namespace kith::catalog {
namespace {

// What CEL keeps for itself: a field of such a name could not be written in an expression.
constexpr std::array<std::string_view, 21> kLanguageWords = {"as",       "break",   "const",  "continue", "else", "false", "for",
                                                             "function", "if",      "import", "in",       "let",  "loop",  "namespace",
                                                             "null",     "package", "return", "true",     "var",  "void",  "while"};
// Parts of the header that no field may hide. "owner" and "version" it may: see TypeDef::FindPosition.
constexpr std::array<std::string_view, 8> kHeaderWords = {"id", "created", "updated", "unit", "visibility", "origin", "flags", "type"};

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

bool IsWord(std::string_view name) {
  return !name.empty() && IsLower(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsLower(c) || IsDigit(c) || c == '_'; });
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string NameFault(std::string_view name) {
  if (name.empty()) return "a name is missing";
  if (name.size() > limits::kNameBytes) return "the name is longer than limits::kNameBytes";
  if (!IsWord(name)) return "a name consists of lower-case letters, digits and _, and begins with a letter";
  return {};
}

std::string FieldNameFault(std::string_view name) {
  if (std::string fault = NameFault(name); !fault.empty()) return fault;
  if (std::find(kHeaderWords.begin(), kHeaderWords.end(), name) != kHeaderWords.end()) {
    return "the name belongs to a part of every record's header";
  }
  if (std::find(kLanguageWords.begin(), kLanguageWords.end(), name) != kLanguageWords.end()) {
    return "the name is a word of the expression language";
  }
  return {};
}

std::string PackageNameFault(std::string_view name) {
  if (name.empty()) return "a package needs a name";
  if (name.size() > limits::kNameBytes) return "the name is longer than limits::kNameBytes";
  while (true) {
    const size_t dot = name.find('.');
    if (!IsWord(name.substr(0, dot))) return "a package's name is lower-case words joined by dots, such as acme.crm";
    if (dot == std::string_view::npos) return {};
    name.remove_prefix(dot + 1);
  }
}

std::string_view VendorOf(std::string_view package) {
  const size_t dot = package.find('.');
  return dot == std::string_view::npos ? std::string_view() : package.substr(0, dot);
}

std::string LanguageFault(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find('-'));
  const bool letters = std::all_of(primary.begin(), primary.end(), IsLower);
  const bool rest =
      std::all_of(tag.begin(), tag.end(), [](char c) { return IsLower(c) || IsDigit(c) || c == '-' || (c >= 'A' && c <= 'Z'); });
  if (letters && rest && primary.size() >= 2 && primary.size() <= 3 && tag.size() <= 16 && tag.back() != '-') return {};
  return "a language is written as in \"zh\" or \"pt-BR\"";
}

std::optional<Version> ParseVersion(std::string_view text) {
  Version version;
  const char* p = text.data();
  const char* const end = p + text.size();
  for (size_t i = 0; i < version.parts.size(); ++i) {
    if (i > 0 && (p == end || *p++ != '.')) return std::nullopt;
    if (p == end || !IsDigit(*p)) return std::nullopt;
    const auto [next, error] = std::from_chars(p, end, version.parts[i]);
    if (error != std::errc()) return std::nullopt;
    p = next;
  }
  return p == end ? std::optional(version) : std::nullopt;
}

std::optional<Need> ParseNeed(std::string_view text) {
  Need need;
  const size_t at = text.find(">=");
  need.package = std::string(Trimmed(text.substr(0, at)));
  if (!PackageNameFault(need.package).empty()) return std::nullopt;
  if (at == std::string_view::npos) return need;
  const std::optional<Version> version = ParseVersion(Trimmed(text.substr(at + 2)));
  if (!version.has_value()) return std::nullopt;
  need.at_least = *version;
  return need;
}

std::string CamelCase(std::string_view name) {
  std::string camel;
  bool upper = true;
  for (const char c : name) {
    if (c == '_' || c == '.') {
      upper = true;
      continue;
    }
    camel += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return camel;
}

std::string EnumName(const TypeDef& type, const FieldDef& field) { return CamelCase(type.name) + CamelCase(field.name); }

}  // namespace kith::catalog
