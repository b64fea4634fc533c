// Code points of well-formed UTF-8.
#ifndef KITH_LIB_EXPR_UTF8_INTERNAL_H_
#define KITH_LIB_EXPR_UTF8_INTERNAL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kith::expr {

// Bytes of the code point that starts at `at`, never past the end.
[[nodiscard]] inline size_t SizeOfCodePoint(std::string_view text, size_t at) {
  const uint8_t lead = static_cast<uint8_t>(text[at]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(size, text.size() - at);
}

[[nodiscard]] inline size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

// Where the code point number `index` starts; the size of the text when it has no more than `index`.
[[nodiscard]] inline size_t OffsetOfCodePoint(std::string_view text, size_t index) {
  size_t at = 0;
  for (; index > 0 && at < text.size(); --index) at += SizeOfCodePoint(text, at);
  return at;
}

[[nodiscard]] inline uint32_t CodePointAt(std::string_view text, size_t at) {
  const size_t size = SizeOfCodePoint(text, at);
  const uint8_t lead = static_cast<uint8_t>(text[at]);
  uint32_t code = size == 1 ? lead : lead & (0x7Fu >> size);
  for (size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<uint8_t>(text[at + i]) & 0x3Fu);
  return code;
}

// False for what is no code point: surrogates and numbers past U+10FFFF.
inline bool AppendCodePoint(uint32_t code, std::string& out) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return true;
}

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_UTF8_INTERNAL_H_
