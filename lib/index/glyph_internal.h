// What one code point becomes for search, from ICU's tables, kept once it was asked for.
#ifndef KITH_LIB_INDEX_GLYPH_INTERNAL_H_
#define KITH_LIB_INDEX_GLYPH_INTERNAL_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::index {

enum class Letter : uint8_t { kNone, kWord, kDigit, kHan };

struct Glyph {
  std::string folded;   // normal form, UTF-8; empty for a stripped accent
  std::string pinyin;   // of a Han character, without tones; else empty
  std::string surname;  // its reading as a surname
  Letter letter = Letter::kNone;
};

// Of code points up to U+10FFFF; of others the glyph of a space.
[[nodiscard]] const Glyph& GlyphOf(int32_t code_point);
// The next code point, -1 for bytes that are none. `at` goes past it.
[[nodiscard]] int32_t NextCodePoint(std::string_view text, size_t& at);

}  // namespace kith::index

#endif  // KITH_LIB_INDEX_GLYPH_INTERNAL_H_
