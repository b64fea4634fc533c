#include "storage/page_check.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "storage/files.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

using format::Db;
using format::Meta;
using format::Node;
using format::PageHeader;

using PageBuffer = std::array<char, kPageSize>;

enum class Tree : uint8_t { kFree, kMain, kNamed };

// Keys of a subtree lie in [lower, upper); nullopt: unbounded.
struct Bounds {
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
};

struct NodeRef {
  Node node;
  size_t offset = 0;  // within the page
  [[nodiscard]] uint64_t child() const { return node.low | uint64_t{node.high} << 16 | uint64_t{node.flags} << 32; }
  [[nodiscard]] uint64_t value_size() const { return node.low | uint64_t{node.high} << 16; }
};

struct NamedTree {
  std::string name;
  Db db;
};

// How many whole pages the file has; 0 when it cannot be told, and then no page is inside.
uint64_t PagesOf(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 ? static_cast<uint64_t>(info.st_size) / kPageSize : 0;
}

class Walker {
 public:
  Walker(int fd, const Meta& meta, CheckDepth depth, EntryVisitor* visitor)
      : fd_(fd), file_pages_(PagesOf(fd)), meta_(meta), depth_(depth), visitor_(visitor), used_(meta.last_page + 1, false) {
    used_[0] = used_[1] = true;
  }

  PageCheckResult Run() {
    result_.transaction = meta_.transaction;
    result_.pages = meta_.last_page + 1;
    WalkTree(Tree::kMain, "", meta_.main_db);
    for (const NamedTree& tree : named_) WalkTree(Tree::kNamed, tree.name, tree.db);
    // Last, so that a page both free and in use is reported as such.
    WalkTree(Tree::kFree, "free list", meta_.free_db);
    return std::move(result_);
  }

 private:
  struct Current {
    Tree tree = Tree::kMain;
    std::string name;
    Db db{};
    bool integer_keys = false;
    uint64_t branch_pages = 0;
    uint64_t leaf_pages = 0;
    uint64_t overflow_pages = 0;
    uint64_t entries = 0;
  };

  [[nodiscard]] bool full() const { return depth_ == CheckDepth::kFull; }

  bool Problem(uint64_t page, std::string_view what) {
    if (result_.problems.size() < kMaxProblems) {
      std::string text = "page " + std::to_string(page) + " of '" + current_.name + "': ";
      text += what;
      result_.problems.push_back(std::move(text));
    }
    return false;
  }
  [[nodiscard]] bool GaveUp() const { return result_.problems.size() >= kMaxProblems; }

  // `written`: it is in use, so it lies within what the file has of its pages.
  bool Claim(uint64_t page, bool written = true) {
    if (page < format::kMetaPages || page > meta_.last_page || (written && page >= file_pages_)) return Problem(page, "outside the file");
    if (used_[page]) return Problem(page, "in use twice");
    used_[page] = true;
    return true;
  }

  PageBuffer& BufferOf(int level) {
    while (buffers_.size() <= static_cast<size_t>(level)) buffers_.push_back(std::make_unique<PageBuffer>());
    return *buffers_[static_cast<size_t>(level)];
  }

  void WalkTree(Tree tree, const std::string& name, const Db& db) {
    current_ = {.tree = tree, .name = name, .db = db};
    current_.integer_keys = tree == Tree::kFree || (db.flags & format::kIntegerKey) != 0;
    if (db.root == format::kNoPage) {
      if (db.depth != 0 || db.entries != 0 || db.branch_pages != 0 || db.leaf_pages != 0 || db.overflow_pages != 0) {
        Problem(0, "an empty tree with counters");
      }
      return;
    }
    WalkPage(db.root, 1, {});
    if (current_.branch_pages != db.branch_pages) Problem(db.root, "the count of branch pages is wrong");
    if (!full() && tree != Tree::kMain) return;
    if (current_.leaf_pages != db.leaf_pages) Problem(db.root, "the count of leaf pages is wrong");
    if (current_.entries != db.entries) Problem(db.root, "the count of entries is wrong");
    if (full() && current_.overflow_pages != db.overflow_pages) Problem(db.root, "the count of overflow pages is wrong");
    if (full() && tree != Tree::kFree) result_.entries += current_.entries;
  }

  void WalkPage(uint64_t number, int level, const Bounds& bounds) {
    if (GaveUp() || !Claim(number)) return;
    const bool leaf = level == current_.db.depth;
    // The quick check trusts leaves, but for the table of keyspaces.
    if (leaf && !full() && current_.tree != Tree::kMain) return;
    PageBuffer& page = BufferOf(level);
    if (!ReadFully(fd_, page.data(), page.size(), number * kPageSize)) {
      Problem(number, "unreadable");
      return;
    }
    size_t count = 0;
    if (!CheckHeader(page, number, leaf, count) || !CheckNodes(page, number, leaf, count)) return;
    if (!CheckKeys(page, number, leaf, count, bounds)) return;
    if (visitor_ != nullptr) {
      PageHeader header{};
      std::memcpy(&header, page.data(), sizeof(header));
      visitor_->OnPage(number, header.lower, header.upper);
    }
    if (leaf) {
      ++current_.leaf_pages;
      WalkLeaf(page, number, count);
    } else {
      ++current_.branch_pages;
      WalkBranch(page, count, level, bounds);
    }
  }

  bool CheckHeader(const PageBuffer& page, uint64_t number, bool leaf, size_t& count) {
    PageHeader header{};
    std::memcpy(&header, page.data(), sizeof(header));
    if (header.number != number) return Problem(number, "holds another page's content");
    if (header.flags != (leaf ? format::kLeaf : format::kBranch)) return Problem(number, "is of the wrong kind");
    if (header.lower < format::kPageHeader || header.lower > header.upper || header.upper > kPageSize || header.lower % 2 != 0) {
      return Problem(number, "has impossible bounds");
    }
    count = (header.lower - format::kPageHeader) / 2;
    if (count < (leaf ? 1u : 2u)) return Problem(number, "has too few nodes");
    return true;
  }

  static NodeRef NodeAt(const PageBuffer& page, size_t index) {
    uint16_t offset = 0;
    std::memcpy(&offset, page.data() + format::kPageHeader + index * 2, sizeof(offset));
    NodeRef ref;
    ref.offset = offset;
    std::memcpy(&ref.node, page.data() + offset, sizeof(ref.node));
    return ref;
  }
  static std::string_view KeyOf(const PageBuffer& page, const NodeRef& ref) {
    return {page.data() + ref.offset + format::kNodeHeader, ref.node.key_size};
  }

  // Nodes lie within the page, fill it from `upper` to the end and do not overlap.
  bool CheckNodes(const PageBuffer& page, uint64_t number, bool leaf, size_t count) {
    PageHeader header{};
    std::memcpy(&header, page.data(), sizeof(header));
    sizes_.fill(0);
    for (size_t i = 0; i < count; ++i) {
      uint16_t offset = 0;
      std::memcpy(&offset, page.data() + format::kPageHeader + i * 2, sizeof(offset));
      if (offset < header.upper || offset % 2 != 0 || offset + format::kNodeHeader > kPageSize) {
        return Problem(number, "a node lies outside the page");
      }
      const NodeRef ref = NodeAt(page, i);
      size_t size = format::kNodeHeader + ref.node.key_size;
      if (leaf) {
        if ((ref.node.flags & ~(format::kBigData | format::kSubData)) != 0) return Problem(number, "a node has unknown flags");
        size += (ref.node.flags & format::kBigData) != 0 ? sizeof(uint64_t) : ref.value_size();
      }
      size = (size + 1) & ~size_t{1};
      if (offset + size > kPageSize) return Problem(number, "a node reaches beyond the page");
      sizes_[offset / 2] = static_cast<uint16_t>(size);
    }
    // From one to the next: where all are met, each begins where another ends.
    size_t met = 0;
    size_t at = header.upper;
    for (; at < kPageSize && sizes_[at / 2] != 0; ++met) at += sizes_[at / 2];
    if (met != count) return Problem(number, "nodes overlap or leave gaps");
    if (at != kPageSize) return Problem(number, "nodes do not fill their part of the page");
    return true;
  }

  [[nodiscard]] int Compare(std::string_view a, std::string_view b) const {
    if (current_.integer_keys) {
      uint64_t x = 0;
      uint64_t y = 0;
      std::memcpy(&x, a.data(), sizeof(x));
      std::memcpy(&y, b.data(), sizeof(y));
      return x < y ? -1 : (x > y ? 1 : 0);
    }
    return a.compare(b);
  }

  bool CheckKeys(const PageBuffer& page, uint64_t number, bool leaf, size_t count, const Bounds& bounds) {
    std::optional<std::string_view> last = bounds.lower;
    // The first key of a branch page stands for "everything below" and is not looked at.
    for (size_t i = leaf ? 0 : 1; i < count; ++i) {
      const std::string_view key = KeyOf(page, NodeAt(page, i));
      if (key.empty() || key.size() > kMaxKeyBytes || (current_.integer_keys && key.size() != sizeof(uint64_t))) {
        return Problem(number, "a key has an impossible size");
      }
      if (last.has_value()) {
        const int order = Compare(*last, key);
        const bool may_be_equal = leaf && i == 0;  // a leaf may begin with the very key that separates it from its left neighbour
        if (order > 0 || (order == 0 && !may_be_equal)) return Problem(number, "keys are out of order");
      }
      last = key;
    }
    if (bounds.upper.has_value() && last.has_value() && Compare(*last, *bounds.upper) >= 0) {
      return Problem(number, "a key lies beyond its parent's bound");
    }
    return true;
  }

  void WalkBranch(const PageBuffer& page, size_t count, int level, const Bounds& bounds) {
    if (level >= current_.db.depth) return;
    for (size_t i = 0; i < count && !GaveUp(); ++i) {
      Bounds inner = bounds;
      if (i > 0) inner.lower = KeyOf(page, NodeAt(page, i));
      if (i + 1 < count) inner.upper = KeyOf(page, NodeAt(page, i + 1));
      WalkPage(NodeAt(page, i).child(), level + 1, inner);
    }
  }

  void WalkLeaf(const PageBuffer& page, uint64_t number, size_t count) {
    for (size_t i = 0; i < count && !GaveUp(); ++i) {
      const NodeRef ref = NodeAt(page, i);
      const std::string_view key = KeyOf(page, ref);
      std::string_view value(key.data() + key.size(), ref.value_size());
      if ((ref.node.flags & format::kBigData) != 0) {
        if (!ReadOverflow(number, ref, value)) continue;
      }
      ++current_.entries;
      OnEntry(number, ref, key, value);
    }
  }

  // Claims the overflow pages of a node; in a full check also reads them into overflow_.
  bool ReadOverflow(uint64_t number, const NodeRef& ref, std::string_view& value) {
    if ((ref.node.flags & format::kSubData) != 0) return Problem(number, "a node has contradicting flags");
    uint64_t first = 0;
    std::memcpy(&first, value.data(), sizeof(first));
    PageBuffer head;
    if (first < format::kMetaPages || first > meta_.last_page) return Problem(number, "an overflow value lies outside the file");
    if (!ReadFully(fd_, head.data(), format::kPageHeader, first * kPageSize)) return Problem(first, "unreadable");
    PageHeader header{};
    std::memcpy(&header, head.data(), sizeof(header));
    const uint64_t pages = header.lower | uint64_t{header.upper} << 16;
    const uint64_t needed = (format::kPageHeader - 1 + ref.value_size()) / kPageSize + 1;
    if (header.number != first || header.flags != format::kOverflow) return Problem(first, "is not the overflow page it should be");
    if (pages < needed || pages > meta_.last_page || first + pages - 1 > meta_.last_page) return Problem(first, "has an impossible length");
    for (uint64_t page = first; page < first + pages; ++page) {
      if (!Claim(page)) return false;
    }
    current_.overflow_pages += pages;
    if (visitor_ != nullptr) visitor_->OnOverflow(first, pages, format::kPageHeader + ref.value_size());
    overflow_.resize(ref.value_size());
    if (!ReadFully(fd_, overflow_.data(), overflow_.size(), first * kPageSize + format::kPageHeader)) return Problem(first, "unreadable");
    value = overflow_;
    return true;
  }

  void OnEntry(uint64_t number, const NodeRef& ref, std::string_view key, std::string_view value) {
    const bool sub_database = (ref.node.flags & format::kSubData) != 0;
    switch (current_.tree) {
      case Tree::kFree:
        if (sub_database) Problem(number, "a node has unknown flags");
        FreeEntry(number, key, value);
        return;
      case Tree::kMain:
        if (sub_database) {
          KeyspaceEntry(number, key, value);
          return;
        }
        break;
      case Tree::kNamed:
        if (sub_database) Problem(number, "a node has unknown flags");
        break;
    }
    if (full() && visitor_ != nullptr) visitor_->OnEntry(current_.name, key, value);
  }

  void KeyspaceEntry(uint64_t number, std::string_view key, std::string_view value) {
    Db db{};
    if (value.size() != sizeof(db)) {
      Problem(number, "a keyspace's description has a wrong size");
      return;
    }
    std::memcpy(&db, value.data(), sizeof(db));
    const bool empty = db.root == format::kNoPage;
    if ((db.flags & ~format::kIntegerKey) != 0 || (!empty && (db.depth == 0 || db.depth > format::kMaxDepth))) {
      Problem(number, "a keyspace's description makes no sense");
      return;
    }
    named_.push_back({std::string(key), db});
  }

  // One record of the free list: a count, then that many page numbers, descending.
  void FreeEntry(uint64_t number, std::string_view key, std::string_view value) {
    uint64_t transaction = 0;
    std::memcpy(&transaction, key.data(), sizeof(transaction));
    if (transaction > meta_.transaction) Problem(number, "the free list comes from a later transaction");
    uint64_t count = 0;
    if (value.size() < sizeof(count) || value.size() % sizeof(count) != 0) {
      Problem(number, "a record of the free list has a wrong size");
      return;
    }
    std::memcpy(&count, value.data(), sizeof(count));
    if (count > value.size() / sizeof(count) - 1) {
      Problem(number, "a record of the free list counts too many pages");
      return;
    }
    uint64_t last = format::kNoPage;
    for (uint64_t i = 1; i <= count && !GaveUp(); ++i) {
      uint64_t page = 0;
      std::memcpy(&page, value.data() + i * sizeof(page), sizeof(page));
      if (page >= last) Problem(number, "a record of the free list is out of order");
      if (!Claim(page, false)) return;
      if (visitor_ != nullptr) visitor_->OnFree(transaction, page);
      last = page;
    }
    result_.free_pages += count;
  }

  const int fd_;
  const uint64_t file_pages_;
  const Meta& meta_;
  const CheckDepth depth_;
  EntryVisitor* const visitor_;
  std::vector<bool> used_;
  std::vector<std::unique_ptr<PageBuffer>> buffers_;
  std::array<uint16_t, kPageSize / 2> sizes_{};  // of the nodes of a page, by half of where they begin
  std::string overflow_;
  std::vector<NamedTree> named_;
  Current current_;
  PageCheckResult result_;
};

}  // namespace

PageCheckResult CheckPages(int fd, const Meta& meta, CheckDepth depth, EntryVisitor* visitor) {
  return Walker(fd, meta, depth, visitor).Run();
}

}  // namespace kith::storage
