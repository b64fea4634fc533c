// What a value says, whoever wrote it down.
#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crm/matching/matching_internal.h"
#include "kith/index/text.h"

namespace kith::crm::matching_internal {
namespace {

constexpr size_t kWords = 24;        // of a value that count
constexpr size_t kHanName = 4;       // characters of a run that may be a person's name: one word
constexpr size_t kHanBytes = 3;      // of nearly every character
constexpr size_t kAtomsOfText = 16;  // words of one value that rows are sought by
constexpr size_t kPhoneTail = 7;     // digits by which telephone numbers are sought
constexpr size_t kPhoneDigits = 5;   // a number of fewer is none

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

// What people shorten in addresses, in the form that stands for both (USPS Publication 28 and usual practice).
using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array<Pair, 32> kShort = {
    Pair("apartment", "apt"), {"avenue", "ave"}, {"av", "ave"},          {"boulevard", "blvd"}, {"building", "bldg"}, {"center", "ctr"},
    {"centre", "ctr"},        {"circle", "cir"}, {"circuit", "cct"},     {"close", "cl"},       {"court", "ct"},      {"crescent", "cres"},
    {"drive", "dr"},          {"east", "e"},     {"expressway", "expy"}, {"floor", "fl"},       {"fort", "ft"},       {"highway", "hwy"},
    {"lane", "ln"},           {"mount", "mt"},   {"north", "n"},         {"parkway", "pkwy"},   {"place", "pl"},      {"road", "rd"},
    {"room", "rm"},           {"saint", "st"},   {"south", "s"},         {"square", "sq"},      {"street", "st"},     {"strasse", "str"},
    {"suite", "ste"},         {"west", "w"}};

// Street -> st, 52nd -> 52.
void Shorten(std::string& word) {
  const auto* const at = std::find_if(kShort.begin(), kShort.end(), [&](const Pair& pair) { return pair.first == word; });
  if (at != kShort.end()) word = at->second;
  if (word.size() < 3 || !IsDigit(word[0])) return;
  const std::string_view end = std::string_view(word).substr(word.size() - 2);
  const bool ordinal = end == "st" || end == "nd" || end == "rd" || end == "th";
  if (ordinal && IsDigit(word[word.size() - 3])) word.resize(word.size() - 2);
}

// A long run of Han is words that nobody parted: every two characters stand for one.
void AppendHan(const std::string& run, std::vector<std::string>& words) {
  if (run.size() <= kHanName * kHanBytes) {
    words.push_back(run);
    return;
  }
  for (size_t i = 0; i + 2 * kHanBytes <= run.size(); i += kHanBytes) words.push_back(run.substr(i, 2 * kHanBytes));
}

Form WordsForm(MatchKind kind, std::string_view value) {
  Form form;
  for (index::Word& word : index::WordsOf(value)) {
    if (word.kind == index::WordKind::kPinyin && kind == MatchKind::kName) form.reading = word.text;
    if (word.kind != index::WordKind::kWord && word.kind != index::WordKind::kHan) continue;
    if (kind == MatchKind::kAddress) Shorten(word.text);
    form.text += word.text;
    if (word.kind == index::WordKind::kHan) {
      AppendHan(word.text, form.words);
    } else {
      form.words.push_back(std::move(word.text));
    }
  }
  std::sort(form.words.begin(), form.words.end());
  if (form.words.size() > kWords) form.words.resize(kWords);
  return form;
}

Form MailForm(std::string_view value) {
  std::string text = index::NormalText(value);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  constexpr std::string_view kScheme = "mailto:";
  if (text.starts_with(kScheme)) text.erase(0, kScheme.size());
  const size_t at = text.rfind('@');
  if (at == std::string::npos || at == 0) return {.text = std::move(text), .words = {}, .reading = {}};
  std::string local = text.substr(0, at);
  std::string domain = text.substr(at + 1);
  if (const size_t tag = local.find('+'); tag != std::string::npos && tag > 0) local.resize(tag);
  if (domain == "googlemail.com") domain = "gmail.com";
  if (domain == "gmail.com") std::erase(local, '.');  // which Google leaves out, unlike others
  return {.text = absl::StrCat(local, "@", domain), .words = {}, .reading = {}};
}

// Digits, without what dials out of a country or area; what comes after them is an extension.
Form PhoneForm(std::string_view value) {
  std::string digits;
  for (const char c : index::NormalText(value)) {
    if (IsDigit(c)) {
      digits.push_back(c);
    } else if (digits.size() >= kPhoneTail && (c == 'x' || c == 'e' || c == '#' || c == ';' || !IsAscii(c))) {
      break;
    }
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() < kPhoneDigits) digits.clear();
  return {.text = std::move(digits), .words = {}, .reading = {}};
}

std::string Padded(std::string_view digits, size_t size) {
  return std::string(size > digits.size() ? size - digits.size() : 0, '0') + std::string(digits);
}

// Eight digits, the year first; of what is no date all that it says.
Form DateForm(std::string_view value) {
  std::vector<std::string> parts;
  bool after_digit = false;
  std::string all;
  for (const char c : index::NormalText(value)) {
    const bool digit = IsDigit(c);
    if (digit && !after_digit) parts.emplace_back();
    if (digit) parts.back().push_back(c);
    if (digit || (c >= 'a' && c <= 'z')) all.push_back(c);
    after_digit = digit;
  }
  constexpr size_t kYear = 4;
  if (parts.size() >= 3 && parts[0].size() == kYear) {
    all = parts[0] + Padded(parts[1], 2) + Padded(parts[2], 2);
  } else if (parts.size() >= 3 && parts[2].size() == kYear) {
    all = parts[2] + Padded(parts[1], 2) + Padded(parts[0], 2);
  }
  return {.text = std::move(all), .words = {}, .reading = {}};
}

Form IdentifierForm(std::string_view value) {
  Form form;
  for (const index::Word& word : index::WordsOf(value)) {
    if (word.kind == index::WordKind::kWord || word.kind == index::WordKind::kHan) form.text += word.text;
  }
  return form;
}

Form WebsiteForm(std::string_view value) {
  std::string text = index::NormalText(value);
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  if (const size_t scheme = text.find("://"); scheme != std::string::npos) text.erase(0, scheme + 3);
  text.resize(std::min(text.find_first_of("/?#:"), text.size()));
  constexpr std::string_view kCommon = "www.";
  if (text.starts_with(kCommon)) text.erase(0, kCommon.size());
  return {.text = std::move(text), .words = {}, .reading = {}};
}

// The sound of a Latin word, roughly: its first letter, and the consonants after it by families.
std::string Skeleton(std::string_view word) {
  constexpr std::string_view kFamily = "-pkt-fk--jklnn-pkrst-f-s-s";  // of a, b, c ...; '-': not heard
  static_assert(kFamily.size() == 26);
  constexpr size_t kLetters = 5;
  std::string sound(1, word[0] == 'c' || word[0] == 'q' ? 'k' : word[0]);
  for (size_t i = 1; i < word.size() && sound.size() < kLetters; ++i) {
    const char c = word[i];
    if (c < 'a' || c > 'z') {
      sound.push_back(c);
      continue;
    }
    const char family = kFamily[static_cast<size_t>(c - 'a')];
    if (family != '-' && family != sound.back()) sound.push_back(family);
  }
  return sound;
}

void AppendWordAtoms(const std::string& word, std::vector<std::string>& atoms) {
  constexpr size_t kPrefix = 4;
  const bool latin = std::all_of(word.begin(), word.end(), IsAscii);
  if (!latin || IsDigit(word[0])) {
    atoms.push_back(word);
    return;
  }
  if (word.size() < 2) return;
  atoms.push_back("s" + Skeleton(word));
  atoms.push_back("p" + word.substr(0, kPrefix));
}

void AppendHalves(const std::string& text, std::vector<std::string>& atoms) {
  constexpr size_t kHalved = 6;
  atoms.push_back(text);
  if (text.size() < kHalved) return;
  atoms.push_back("b" + text.substr(0, text.size() / 2));
  atoms.push_back("e" + text.substr(text.size() / 2));
}

// Name in Latin and name in Han meet in the pinyin, surname first.
void AppendReadingAtoms(const Form& form, std::vector<std::string>& atoms) {
  constexpr size_t kNameWords = 3;
  if (!form.reading.empty()) {
    atoms.push_back("r" + form.reading);
    return;
  }
  if (form.words.size() < 2 || form.words.size() > kNameWords) return;
  std::vector<std::string> words = form.words;
  do {
    atoms.push_back("r" + absl::StrJoin(words, ""));
  } while (std::next_permutation(words.begin(), words.end()));
}

}  // namespace

std::string Form::Key() const { return words.empty() ? text : absl::StrJoin(words, " "); }

Form FormOf(MatchKind kind, std::string_view value) {
  switch (kind) {
    case MatchKind::kName:
    case MatchKind::kText:
    case MatchKind::kAddress:
      return WordsForm(kind, value);
    case MatchKind::kMail:
      return MailForm(value);
    case MatchKind::kPhone:
      return PhoneForm(value);
    case MatchKind::kDate:
      return DateForm(value);
    case MatchKind::kIdentifier:
      return IdentifierForm(value);
    case MatchKind::kWebsite:
      return WebsiteForm(value);
  }
  return {};
}

void AppendAtoms(MatchKind kind, const Form& form, std::vector<std::string>& atoms) {
  constexpr size_t kDate = 8;
  switch (kind) {
    case MatchKind::kName:
    case MatchKind::kText:
    case MatchKind::kAddress:
      for (size_t i = 0; i < form.words.size() && i < kAtomsOfText; ++i) AppendWordAtoms(form.words[i], atoms);
      if (kind == MatchKind::kName) AppendReadingAtoms(form, atoms);
      return;
    case MatchKind::kMail:
      atoms.push_back(form.text);
      if (const size_t at = form.text.rfind('@'); at != std::string::npos) {
        atoms.push_back("l" + form.text.substr(0, at));
        atoms.push_back("d" + form.text.substr(at + 1));
      }
      return;
    case MatchKind::kPhone:
      atoms.push_back(form.text.substr(form.text.size() - std::min(form.text.size(), kPhoneTail)));
      return;
    case MatchKind::kDate:
      if (form.text.size() == kDate) {
        const std::string month = form.text.substr(4, 2);
        const std::string day = form.text.substr(6, 2);
        atoms.push_back("y" + form.text.substr(0, 4));
        atoms.push_back("d" + std::min(month, day) + std::max(month, day));
      }
      atoms.push_back(form.text);
      return;
    case MatchKind::kWebsite:
      atoms.push_back(form.text);
      return;
    case MatchKind::kIdentifier:
      AppendHalves(form.text, atoms);
      return;
  }
}

size_t AllowedTypos(size_t bytes) {
  constexpr size_t kShortest = 5;
  constexpr size_t kLong = 10;
  return bytes < kShortest ? 0 : bytes < kLong ? 1 : 2;
}

}  // namespace kith::crm::matching_internal
