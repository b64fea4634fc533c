// Text for search: what of a text counts, the words in it, the terms by which an index finds them, and blocks of postings. Pure functions.
//
// Normal form: NFKC case fold, accents of Latin, Greek and Cyrillic stripped, full width to narrow, traditional Han to simplified. Tables:
// ICU's. Threads: all functions are safe from any thread; tables fill as they are used.
#ifndef KITH_INDEX_TEXT_H_
#define KITH_INDEX_TEXT_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"

namespace kith::index {

// The normal form of UTF-8 text; what is not UTF-8 separates words. NormalText(NormalText(x)) == NormalText(x).
[[nodiscard]] std::string NormalText(std::string_view text);

enum class WordKind : uint8_t {
  kWord,      // letters and digits
  kHan,       // a run of Han, Kana or Hangul
  kDigits,    // all digits of a telephone number, without what separates them
  kPinyin,    // of a Han run, whole: 张伟 -> zhangwei
  kInitials,  // of a Han run: zw
};
struct Word {
  std::string text;
  WordKind kind = WordKind::kWord;
  friend bool operator==(const Word&, const Word&) = default;
};
// What a search can find in a text. Pinyin of short texts alone: names have it, notes do not. A first character of a run of up to four is
// read as a surname (单 shan).
[[nodiscard]] std::vector<Word> WordsOf(std::string_view text);
// The words that somebody searches for: kWord, kHan and, of a telephone number, kDigits alone.
[[nodiscard]] std::vector<Word> QueryWords(std::string_view text);

// The terms of a word: its first one and two letters (led by '^') and each three in a row; of a Han run each character and each two. A text
// that has a word with fragment F has all FragmentTerms(F).
void AppendTerms(const Word& word, std::vector<std::string>& terms);
[[nodiscard]] std::vector<std::string> FragmentTerms(const Word& fragment);

// How a word of a search meets a word of a text.
enum class Match : uint8_t { kNone, kTypo, kFragment, kPrefix, kWhole };
// Fragments of Latin words have three letters at least, shorter ones are prefixes. Typos: restricted Damerau distance (insertion, deletion,
// substitution, swap of neighbours) of at most AllowedTypos to the word, or to a prefix of it. Han takes no typos.
[[nodiscard]] Match MatchWord(const Word& wanted, const Word& found, bool typos);
// 0 below four letters, 1 below eight, then 2.
[[nodiscard]] int AllowedTypos(const Word& wanted);

// --- postings: ascending numbers below 2^48, in blocks. The first stands in the block's key, the others as varint differences.
inline constexpr size_t kBlockBytes = 1000;  // of one block's differences; below what leaves a page of the store
struct Block {
  uint64_t first = 0;
  std::string differences;
};
// `numbers` ascend without repeats. `appended`: blocks are filled to the brim, as fits numbers that only grow; else evenly, with room.
[[nodiscard]] std::vector<Block> MakeBlocks(std::span<const uint64_t> numbers, bool appended);
// Appends a block's numbers. Corrupt when the bytes are no block.
[[nodiscard]] Status ReadBlock(uint64_t first, std::string_view differences, std::vector<uint64_t>& numbers);

}  // namespace kith::index

#endif  // KITH_INDEX_TEXT_H_
