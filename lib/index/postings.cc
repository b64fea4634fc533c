#include <algorithm>

#include "kith/base/packed.h"
#include "kith/base/reason.h"
#include "kith/index/text.h"

namespace kith::index {
namespace {

constexpr uint64_t kEnd = uint64_t{1} << 48;

Status NoBlock() { return MakeError({.reason = Reason::kCorrupt, .hint = "run verify"}, "a block of postings is malformed"); }

void Fill(std::span<const uint64_t> numbers, size_t bytes, std::vector<Block>& blocks) {
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (i == 0 || blocks.back().differences.size() >= bytes) {
      blocks.push_back({.first = numbers[i], .differences = {}});
    } else {
      PackedWriter(blocks.back().differences).Varint(numbers[i] - numbers[i - 1]);
    }
  }
}

}  // namespace

std::vector<Block> MakeBlocks(std::span<const uint64_t> numbers, bool appended) {
  std::vector<Block> blocks;
  if (numbers.empty()) return blocks;
  constexpr size_t kLongest = 7;  // bytes of one difference
  Fill(numbers, kBlockBytes - kLongest, blocks);
  if (appended || blocks.size() == 1) return blocks;
  size_t total = 0;
  for (const Block& block : blocks) total += block.differences.size();
  const size_t even = total / blocks.size();
  blocks.clear();
  Fill(numbers, std::min(even + kLongest, kBlockBytes - kLongest), blocks);
  return blocks;
}

Status ReadBlock(uint64_t first, std::string_view differences, std::vector<uint64_t>& numbers) {
  if (first >= kEnd) return NoBlock();
  numbers.push_back(first);
  PackedReader in(differences);
  uint64_t last = first;
  while (in.ok() && !in.rest().empty()) {
    const uint64_t difference = in.Varint();
    if (!in.ok() || difference == 0 || difference >= kEnd - last) return NoBlock();
    last += difference;
    numbers.push_back(last);
  }
  return in.ok() ? absl::OkStatus() : NoBlock();
}

}  // namespace kith::index
