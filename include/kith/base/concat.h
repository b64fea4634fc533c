// Pieces of text put together with one allocation.
#ifndef KITH_BASE_CONCAT_H_
#define KITH_BASE_CONCAT_H_

#include <initializer_list>
#include <string>
#include <string_view>

namespace kith {

// Concat({"field ", type, ".", field}).
[[nodiscard]] inline std::string Concat(std::initializer_list<std::string_view> pieces) {
  size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  std::string text;
  text.reserve(size);
  for (const std::string_view piece : pieces) text += piece;
  return text;
}

}  // namespace kith

#endif  // KITH_BASE_CONCAT_H_
