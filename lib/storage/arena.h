// Memory for the keys and values of a group: handed out piece by piece, freed all at once.
#ifndef KITH_LIB_STORAGE_ARENA_H_
#define KITH_LIB_STORAGE_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace kith::storage {

class Arena {
 public:
  // 8-byte aligned.
  [[nodiscard]] char* Allocate(size_t size) {
    size = (size + 7) & ~size_t{7};
    used_ += size;
    if (size > static_cast<size_t>(end_ - at_)) NextBlock(size);
    char* piece = at_;
    at_ += size;
    return piece;
  }
  // The next `size` bytes in small pieces will need no further memory.
  void Reserve(size_t size) {
    if (size > static_cast<size_t>(end_ - at_)) NextBlock(size);
  }
  [[nodiscard]] size_t used() const { return used_; }

  // Everything handed out becomes invalid. Keeps blocks of up to `retained` bytes for the next group.
  void Reset(size_t retained) {
    size_t kept = 0;
    size_t count = 0;
    while (count < blocks_.size() && kept + blocks_[count].size <= retained) kept += blocks_[count++].size;
    blocks_.resize(count);
    next_ = 0;
    used_ = 0;
    at_ = end_ = nullptr;
  }

 private:
  static constexpr size_t kBlockBytes = size_t{256} << 10;
  struct Block {
    std::unique_ptr<char[]> memory;
    size_t size = 0;
  };

  void NextBlock(size_t size) {
    while (next_ < blocks_.size() && blocks_[next_].size < size) ++next_;
    if (next_ == blocks_.size()) {
      const size_t bytes = std::max(size, kBlockBytes);
      blocks_.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes});
    }
    at_ = blocks_[next_].memory.get();
    end_ = at_ + blocks_[next_].size;
    ++next_;
  }

  std::vector<Block> blocks_;
  size_t next_ = 0;
  size_t used_ = 0;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_ARENA_H_
