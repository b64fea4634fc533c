#include "storage/change_tree.h"

#include <algorithm>

namespace kith::storage {
namespace {

// Makes room at `index` of an array of `count` entries and puts `value` there.
template <typename T>
void InsertAt(T* array, uint32_t count, uint32_t index, T value) {
  std::copy_backward(array + index, array + count, array + count + 1);
  array[index] = value;
}

template <typename T>
void MoveTail(T* from, uint32_t keep, uint32_t count, T* to) {
  std::copy(from + keep, from + count, to);
}

// How many entries stay when a full node makes room at `index`. One that grows at its end stays full, so that rising keys fill every node.
uint32_t KeptOnSplit(uint32_t count, uint32_t index) { return index == count ? count : count / 2; }

// A node's count and prefixes, all at once: a search would otherwise wait for memory at nearly every step.
void Prefetch(const void* node) {
  constexpr size_t kLine = 64;
  constexpr size_t kBytes = 32 + 64 * sizeof(KeyPrefix);
  for (size_t at = 0; at < kBytes; at += kLine) __builtin_prefetch(static_cast<const char*>(node) + at);
}

// How many of `count` rising entries come before a place; `is_before(i)` says whether entry i does.
template <typename IsBefore>
uint32_t CountBefore(uint32_t begin, uint32_t count, IsBefore is_before) {
  while (count > 0) {
    const uint32_t half = count / 2;
    if (is_before(begin + half)) {
      begin += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return begin;
}

}  // namespace

// The first entry not below the probe: by prefixes, then by keys among those whose prefix is the probe's.
uint32_t ChangeTree::LowerIn(const Leaf& leaf, const KeyProbe& probe) {
  const KeyPrefix prefix = probe.prefix;
  const uint32_t begin = CountBefore(0, leaf.count, [&](uint32_t i) { return PrefixBefore(leaf.prefix[i], prefix); });
  if (begin == leaf.count || leaf.prefix[begin] != prefix) return begin;
  const uint32_t end = CountBefore(begin, leaf.count - begin, [&](uint32_t i) { return !PrefixBefore(prefix, leaf.prefix[i]); });
  return CountBefore(begin, end - begin, [&](uint32_t i) { return TailBefore(leaf.change[i]->key(), probe.key); });
}

// The child that holds the probe's place: the last whose first key is not above it.
uint32_t ChangeTree::ChildIn(const Inner& inner, const KeyProbe& probe) {
  const KeyPrefix prefix = probe.prefix;
  const uint32_t end = CountBefore(1, inner.count - 1, [&](uint32_t i) { return !PrefixBefore(prefix, inner.prefix[i]); });
  if (end == 1 || inner.prefix[end - 1] != prefix) return end - 1;
  const uint32_t begin = CountBefore(1, end - 1, [&](uint32_t i) { return PrefixBefore(inner.prefix[i], prefix); });
  return CountBefore(begin, end - begin, [&](uint32_t i) { return !TailBefore(probe.key, inner.first[i]->key()); }) - 1;
}

ChangeTree::Leaf* ChangeTree::Descend(const KeyProbe& probe, Path& path) const {
  void* node = root_;
  for (int level = 0; level < levels_; ++level) {
    auto* inner = static_cast<Inner*>(node);
    const uint32_t child = ChildIn(*inner, probe);
    path.inner[static_cast<size_t>(level)] = inner;
    path.index[static_cast<size_t>(level)] = child;
    node = inner->child[child];
    Prefetch(node);
  }
  return static_cast<Leaf*>(node);
}

Change* ChangeTree::Find(const KeyProbe& probe) const {
  if (root_ == nullptr) return nullptr;
  Path path;
  const Leaf* leaf = Descend(probe, path);
  const uint32_t index = LowerIn(*leaf, probe);
  return index < leaf->count && IsAt(*leaf, index, probe) ? leaf->change[index] : nullptr;
}

ChangeTree::Position ChangeTree::LowerBound(const KeyProbe& probe) const {
  if (root_ == nullptr) return {};
  Path path;
  const Leaf* leaf = Descend(probe, path);
  const uint32_t index = LowerIn(*leaf, probe);
  return index < leaf->count ? Position(leaf, index) : Position(leaf->next, 0);
}

ChangeTree::Position ChangeTree::AtMost(const KeyProbe& probe) const {
  Position at = LowerBound(probe);
  if (at.valid() && IsAt(*at.leaf_, at.index_, probe)) return at;
  if (!at.valid()) return Last();
  at.Previous();
  return at;
}

void ChangeTree::Insert(const Path& path, Leaf* leaf, uint32_t index, const KeyProbe& probe, Change* change, Arena& arena) {
  ++inserts_;
  Leaf* right = nullptr;
  if (leaf->count == kEntries) {
    // All of the split or none of it, should memory run out.
    arena.Reserve(sizeof(Leaf) + static_cast<size_t>(levels_ + 1) * sizeof(Inner));
    right = New<Leaf>(arena);
    const uint32_t keep = KeptOnSplit(leaf->count, index);
    MoveTail(leaf->prefix, keep, leaf->count, right->prefix);
    MoveTail(leaf->change, keep, leaf->count, right->change);
    right->count = leaf->count - keep;
    leaf->count = keep;
    right->previous = leaf;
    right->next = leaf->next;
    (right->next != nullptr ? right->next->previous : last_) = right;
    leaf->next = right;
    if (index > keep || keep == kEntries) {
      leaf = right;
      index -= keep;
    }
  }
  InsertAt(leaf->prefix, leaf->count, index, probe.prefix);
  InsertAt(leaf->change, leaf->count, index, change);
  ++leaf->count;
  if (right != nullptr) InsertChild(path, right, arena);
}

// Hangs the new right half of a leaf into the inner nodes above it, splitting those that are full.
void ChangeTree::InsertChild(const Path& path, Leaf* right, Arena& arena) {
  KeyPrefix prefix = right->prefix[0];
  Change* first = right->change[0];
  void* child = right;
  for (int level = levels_ - 1; level >= 0; --level) {
    Inner* inner = path.inner[static_cast<size_t>(level)];
    uint32_t index = path.index[static_cast<size_t>(level)] + 1;
    Inner* split = nullptr;
    if (inner->count == kEntries) {
      split = New<Inner>(arena);
      const uint32_t keep = KeptOnSplit(inner->count, index);
      MoveTail(inner->prefix, keep, inner->count, split->prefix);
      MoveTail(inner->first, keep, inner->count, split->first);
      MoveTail(inner->child, keep, inner->count, split->child);
      split->count = inner->count - keep;
      inner->count = keep;
      if (index > keep || keep == kEntries) {
        inner = split;
        index -= keep;
      }
    }
    InsertAt(inner->prefix, inner->count, index, prefix);
    InsertAt(inner->first, inner->count, index, first);
    InsertAt(inner->child, inner->count, index, child);
    ++inner->count;
    if (split == nullptr) return;
    prefix = split->prefix[0];
    first = split->first[0];
    child = split;
  }
  auto* root = New<Inner>(arena);
  root->count = 2;
  root->first[0] = nullptr;
  root->child[0] = root_;
  root->prefix[1] = prefix;
  root->first[1] = first;
  root->child[1] = child;
  root_ = root;
  ++levels_;
}

}  // namespace kith::storage
