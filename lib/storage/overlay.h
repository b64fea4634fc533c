// The changes of a group to one keyspace, in key order.
//
// Half of a write-set's time once went into memcmp between nodes of a tree. Here the first 16 bytes of a key stand in the tree's own nodes
// as two big-endian numbers, so that nearly every comparison is one of integers in a cache line that is already at hand; for an integer
// keyspace it is the key itself.
#ifndef KITH_LIB_STORAGE_OVERLAY_H_
#define KITH_LIB_STORAGE_OVERLAY_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/container/btree_set.h"
#include "kith/storage/storage.h"

namespace kith::storage {

// One changed key. Keys and values lie in the group's arena.
struct Change {
  enum class State : uint8_t {
    kNone,  // undone: as if the key had never been touched
    kPut,
    kDelete,
  };
  const char* key = nullptr;
  const char* value = nullptr;  // as it will stand in the file
  uint32_t key_size = 0;
  uint32_t value_size = 0;
  State state = State::kNone;

  [[nodiscard]] View key_view() const { return {key, key_size}; }
  [[nodiscard]] View stored_view() const { return {value, value_size}; }
};

// What the tree compares: the key's first 16 bytes, then the key.
struct KeyProbe {
  uint64_t high = 0;
  uint64_t low = 0;
  View key;
};

[[nodiscard]] inline uint64_t BigEndianPrefix(const char* p, size_t size) {
  uint64_t word = 0;
  if (size > 0) std::memcpy(&word, p, size < 8 ? size : 8);
  return __builtin_bswap64(word);
}

[[nodiscard]] inline KeyProbe ProbeOf(KeyOrder order, View key) {
  if (order == KeyOrder::kInteger) {
    uint64_t number = 0;
    std::memcpy(&number, key.data(), sizeof(number));
    return {number, 0, key};
  }
  return {BigEndianPrefix(key.data(), key.size()), key.size() > 8 ? BigEndianPrefix(key.data() + 8, key.size() - 8) : 0, key};
}

class Overlay {
 public:
  struct Slot {
    uint64_t high;
    uint64_t low;
    Change* change;
  };
  struct Less {
    using is_transparent = void;
    static bool Before(uint64_t a_high, uint64_t a_low, View a, uint64_t b_high, uint64_t b_low, View b) {
      if (a_high != b_high) return a_high < b_high;
      if (a_low != b_low) return a_low < b_low;
      return TailBefore(a, b);
    }
    static bool TailBefore(View a, View b) {
      const size_t common = a.size() < b.size() ? a.size() : b.size();
      if (common > 16) {
        const int order = std::memcmp(a.data() + 16, b.data() + 16, common - 16);
        if (order != 0) return order < 0;
      }
      return a.size() < b.size();
    }
    bool operator()(const Slot& a, const Slot& b) const {
      return Before(a.high, a.low, a.change->key_view(), b.high, b.low, b.change->key_view());
    }
    bool operator()(const Slot& a, const KeyProbe& b) const { return Before(a.high, a.low, a.change->key_view(), b.high, b.low, b.key); }
    bool operator()(const KeyProbe& a, const Slot& b) const { return Before(a.high, a.low, a.key, b.high, b.low, b.change->key_view()); }
  };
  using Tree = absl::btree_set<Slot, Less>;

  // Null when the key was never touched.
  [[nodiscard]] Change* Find(const KeyProbe& probe) const {
    const auto found = tree_.find(probe);
    return found == tree_.end() ? nullptr : found->change;
  }
  // The place for a key that Find did not find; counts as touched.
  void Insert(const KeyProbe& probe, Change* change) {
    const Slot slot{probe.high, probe.low, change};
    // Keys often come in rising order: try the end first.
    if (!tree_.empty() && Less()(*tree_.rbegin(), slot)) {
      tree_.insert(tree_.end(), slot);
    } else {
      tree_.insert(slot);
    }
    ++inserts_;
  }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  // Grows with each new key: a cursor that kept a position must seek again.
  [[nodiscard]] uint64_t inserts() const { return inserts_; }
  void Clear() {
    tree_.clear();
    ++inserts_;
  }

 private:
  Tree tree_;
  uint64_t inserts_ = 0;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_OVERLAY_H_
