// Text helpers of the base room: cutting and escaping for messages.
#ifndef KITH_LIB_BASE_TEXT_INTERNAL_H_
#define KITH_LIB_BASE_TEXT_INTERNAL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace kith::base_internal {

// At most `max_size` bytes of `text`, cut between code points; a cut text ends in "…" when there is room for it.
[[nodiscard]] std::string Shorten(std::string_view text, size_t max_size);

// `text` on one line: control characters as \n, \t or \xNN; when `text` is not UTF-8, every byte above 0x7F as \xNN too.
[[nodiscard]] std::string OneLine(std::string_view text);

}  // namespace kith::base_internal

#endif  // KITH_LIB_BASE_TEXT_INTERNAL_H_
