// "Did you mean": the known name nearest to an unknown one.
#ifndef KITH_BASE_NEAREST_H_
#define KITH_BASE_NEAREST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kith {

// Insertions, deletions, replacements and swaps of neighbouring bytes that turn one text into the other; `limit` + 1 when more than
// `limit`.
[[nodiscard]] size_t EditDistance(std::string_view a, std::string_view b, size_t limit);

// The known name nearest to `name`, the first of several equally near; empty when none is near: at most a third of the name's bytes (and at
// least one) may differ.
[[nodiscard]] std::string_view Nearest(std::string_view name, const std::vector<std::string_view>& known);

// A hint for an error: `did you mean "account"?`, or the known names when there are few, else empty. Never longer than 200 bytes.
[[nodiscard]] std::string NearestHint(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace kith

#endif  // KITH_BASE_NEAREST_H_
