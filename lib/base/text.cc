#include <array>
#include <cstdint>
#include <cstring>

#include "base/text_internal.h"
#include "kith/base/value.h"

namespace kith {
namespace {

// What may follow a lead byte. The narrowed range of the second byte is what excludes overlong forms, surrogates and code points past
// U+10FFFF.
struct Lead {
  uint8_t continuation_bytes = 0;  // 0: not a lead byte
  uint8_t second_low = 0x80;
  uint8_t second_high = 0xBF;
};

constexpr Lead LeadOf(uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

constexpr bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Bytes at the start of `text` that are ASCII, counted eight at a time.
size_t AsciiWords(const char* p, size_t size) {
  size_t n = 0;
  while (size - n >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, p + n, sizeof word);
    if ((word & 0x8080808080808080ull) != 0) break;
    n += sizeof word;
  }
  return n;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  const char* p = text.data();
  size_t size = text.size();
  while (size > 0) {
    const size_t ascii = AsciiWords(p, size);
    p += ascii;
    size -= ascii;
    // At most one word of mixed bytes before the fast path is tried again.
    for (int i = 0; i < 8 && size > 0; ++i) {
      const uint8_t byte = static_cast<uint8_t>(*p);
      if (byte < 0x80) {
        ++p, --size;
        continue;
      }
      const Lead lead = LeadOf(byte);
      if (lead.continuation_bytes == 0 || size <= lead.continuation_bytes) return false;
      const uint8_t second = static_cast<uint8_t>(p[1]);
      if (second < lead.second_low || second > lead.second_high) return false;
      for (size_t k = 2; k <= lead.continuation_bytes; ++k) {
        if (!IsContinuation(p[k])) return false;
      }
      p += lead.continuation_bytes + 1;
      size -= lead.continuation_bytes + size_t{1};
    }
  }
  return true;
}

namespace base_internal {

std::string Shorten(std::string_view text, size_t max_size) {
  if (text.size() <= max_size) return std::string(text);
  constexpr std::string_view kEllipsis = "…";
  const bool marked = max_size >= kEllipsis.size();
  size_t cut = marked ? max_size - kEllipsis.size() : max_size;
  while (cut > 0 && IsContinuation(text[cut])) --cut;
  std::string out(text.substr(0, cut));
  if (marked) out += kEllipsis;
  return out;
}

std::string OneLine(std::string_view text) {
  constexpr std::array<char, 16> kHex = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  const bool utf8 = IsUtf8(text);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace base_internal
}  // namespace kith
