// Texts into words, words into terms, and how words meet.
#include <algorithm>
#include <array>

#include "index/glyph_internal.h"
#include "kith/index/text.h"

namespace kith::index {
namespace {

constexpr size_t kReadTextBytes = 96;  // a longer text gets no pinyin
constexpr size_t kReadRun = 16;        // characters of a Han run that is read
constexpr size_t kNameRun = 4;         // a run of so many may be a person's name, surname first
constexpr size_t kPhoneDigits = 6;     // a number of fewer digits is no telephone number
constexpr size_t kWordBytes = 64;      // a longer word is cut: keys have an end
constexpr size_t kTermLetters = 3;

size_t LetterBytes(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// Where letters begin, and the end.
std::vector<size_t> LetterStarts(std::string_view text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); i += LetterBytes(text[i])) starts.push_back(i);
  starts.push_back(text.size());
  return starts;
}

// A text that is digits and what stands between those of a telephone number; its digits, else nothing.
std::string PhoneDigits(std::string_view normal) {
  std::string digits;
  for (const char c : normal) {
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
    } else if (std::string_view(" +-().,/").find(c) == std::string_view::npos) {
      return {};
    }
  }
  if (digits.size() > kWordBytes) digits.resize(kWordBytes);
  return digits.size() < kPhoneDigits ? std::string() : digits;
}

void AppendReadings(std::string_view run, std::vector<Word>& words) {
  const std::vector<size_t> starts = LetterStarts(run);
  const size_t count = starts.size() - 1;
  if (count > kReadRun) return;
  Word pinyin{.text = {}, .kind = WordKind::kPinyin};
  Word initials{.text = {}, .kind = WordKind::kInitials};
  for (size_t at = 0; at < run.size();) {
    const bool first = at == 0;
    const Glyph& glyph = GlyphOf(NextCodePoint(run, at));
    const std::string& reading = first && count > 1 && count <= kNameRun ? glyph.surname : glyph.pinyin;
    if (reading.empty()) return;
    pinyin.text.append(reading);
    initials.text.push_back(reading[0]);
  }
  words.push_back(std::move(pinyin));
  if (count > 1) words.push_back(std::move(initials));
}

class Splitter {
 public:
  Splitter(bool readings, std::vector<Word>& words) : readings_(readings), words_(words) {}

  void Split(std::string_view normal) {
    for (size_t at = 0; at < normal.size();) {
      const size_t start = at;
      const Glyph& glyph = GlyphOf(NextCodePoint(normal, at));
      const bool han = glyph.letter == Letter::kHan;
      if (glyph.letter == Letter::kNone || (!word_.empty() && han != han_)) End();
      if (glyph.letter == Letter::kNone) continue;
      han_ = han;
      if (word_.size() + (at - start) <= kWordBytes || han) word_.append(normal.substr(start, at - start));
    }
    End();
  }

 private:
  void End() {
    if (word_.empty()) return;
    words_.push_back({word_, han_ ? WordKind::kHan : WordKind::kWord});
    if (han_ && readings_) AppendReadings(word_, words_);
    word_.clear();
  }

  bool readings_;
  std::vector<Word>& words_;
  std::string word_;
  bool han_ = false;
};

// Restricted Damerau distance of `wanted` to the nearest prefix of `found`, above `most`: most + 1. Bytes stand for letters; a letter of
// two bytes counts double, which only loses typos in accented scripts.
int DistanceToPrefix(std::string_view wanted, std::string_view found, int most) {
  constexpr size_t kMost = kWordBytes + 1;
  const size_t columns = std::min(found.size(), wanted.size() + static_cast<size_t>(most)) + 1;
  std::array<std::array<int, kMost + 2>, 3> rows = {};
  if (wanted.size() > kWordBytes || columns > kMost + 1) return most + 1;
  for (size_t j = 0; j < columns; ++j) rows[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= wanted.size(); ++i) {
    std::array<int, kMost + 2>& row = rows[i % 3];
    const std::array<int, kMost + 2>& above = rows[(i + 2) % 3];
    const std::array<int, kMost + 2>& before = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    int least = row[0];
    for (size_t j = 1; j < columns; ++j) {
      const int change = wanted[i - 1] == found[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && wanted[i - 1] == found[j - 2] && wanted[i - 2] == found[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
  }
  const std::array<int, kMost + 2>& last = rows[wanted.size() % 3];
  return *std::min_element(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(columns));
}

}  // namespace

std::string NormalText(std::string_view text) {
  std::string normal;
  normal.reserve(text.size());
  for (size_t at = 0; at < text.size();) normal.append(GlyphOf(NextCodePoint(text, at)).folded);
  return normal;
}

std::vector<Word> WordsOf(std::string_view text) {
  const std::string normal = NormalText(text);
  std::vector<Word> words;
  Splitter(normal.size() <= kReadTextBytes, words).Split(normal);
  if (std::string digits = PhoneDigits(normal); !digits.empty()) words.push_back({std::move(digits), WordKind::kDigits});
  return words;
}

std::vector<Word> QueryWords(std::string_view text) {
  const std::string normal = NormalText(text);
  if (std::string digits = PhoneDigits(normal); !digits.empty()) return {{std::move(digits), WordKind::kDigits}};
  std::vector<Word> words;
  Splitter(false, words).Split(normal);
  return words;
}

void AppendTerms(const Word& word, std::vector<std::string>& terms) {
  const std::vector<size_t> starts = LetterStarts(word.text);
  const size_t count = starts.size() - 1;
  const auto letters = [&](size_t from, size_t number) { return word.text.substr(starts[from], starts[from + number] - starts[from]); };
  if (word.kind == WordKind::kHan) {
    for (size_t i = 0; i < count; ++i) terms.push_back(letters(i, 1));
    for (size_t i = 0; i + 1 < count; ++i) terms.push_back(letters(i, 2));
    return;
  }
  for (size_t number = 1; number < kTermLetters && number <= count; ++number) terms.push_back("^" + letters(0, number));
  for (size_t i = 0; i + kTermLetters <= count; ++i) terms.push_back(letters(i, kTermLetters));
}

std::vector<std::string> FragmentTerms(const Word& fragment) {
  std::vector<std::string> terms;
  AppendTerms(fragment, terms);
  const size_t count = LetterStarts(fragment.text).size() - 1;
  if (fragment.kind == WordKind::kHan) {
    if (count > 1) terms.erase(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(count));  // each stands in a pair
  } else if (count >= kTermLetters) {
    terms.erase(terms.begin(), terms.begin() + kTermLetters - 1);  // it may stand inside a word
  } else {
    terms.erase(terms.begin(), terms.end() - 1);
  }
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

int AllowedTypos(const Word& wanted) {
  if (wanted.kind == WordKind::kHan || wanted.text.size() < 4) return 0;
  return wanted.text.size() < 8 ? 1 : 2;
}

Match MatchWord(const Word& wanted, const Word& found, bool typos) {
  if ((wanted.kind == WordKind::kHan) != (found.kind == WordKind::kHan)) return Match::kNone;
  if (wanted.text == found.text) return Match::kWhole;
  if (found.text.starts_with(wanted.text)) return Match::kPrefix;
  const bool inside = wanted.kind == WordKind::kHan || LetterStarts(wanted.text).size() > kTermLetters;
  if (inside && found.text.find(wanted.text) != std::string::npos) return Match::kFragment;
  const int allowed = typos ? AllowedTypos(wanted) : 0;
  if (allowed == 0 || found.text.size() + static_cast<size_t>(allowed) < wanted.text.size()) return Match::kNone;
  return DistanceToPrefix(wanted.text, found.text, allowed) <= allowed ? Match::kTypo : Match::kNone;
}

}  // namespace kith::index
