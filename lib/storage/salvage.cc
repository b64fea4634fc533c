#include "kith/storage/salvage.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/files.h"
#include "storage/lmdb_status.h"
#include "storage/page_check.h"
#include "storage/seal.h"
#include "storage/store_state.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

using format::Db;
using format::Meta;
using format::Node;
using format::PageHeader;

using Page = std::array<char, kPageSize>;

struct NodeAt {
  Node node;
  std::string_view key;
  const char* data = nullptr;  // what follows the key, within the page
  size_t room = 0;             // bytes from there to the end of the page
  [[nodiscard]] uint64_t value_size() const { return node.low | uint64_t{node.high} << 16; }
  [[nodiscard]] uint64_t child() const { return value_size() | uint64_t{node.flags} << 32; }
};

// A page as far as its header makes sense.
struct PageView {
  const Page* page = nullptr;
  PageHeader header;
  [[nodiscard]] bool IsA(format::PageFlag flag, uint64_t number) const {
    return header.flags == flag && header.number == number && header.lower >= format::kPageHeader && header.lower <= header.upper &&
           header.upper <= kPageSize;
  }
  [[nodiscard]] size_t count() const { return (header.lower - format::kPageHeader) / 2; }
  // nullopt for a node that does not lie within the page.
  [[nodiscard]] std::optional<NodeAt> At(size_t index) const {
    uint16_t offset = 0;
    std::memcpy(&offset, page->data() + format::kPageHeader + index * 2, sizeof(offset));
    if (offset < header.upper || offset + format::kNodeHeader > kPageSize) return std::nullopt;
    NodeAt node;
    std::memcpy(&node.node, page->data() + offset, sizeof(node.node));
    const size_t begin = offset + format::kNodeHeader;
    if (begin + node.node.key_size > kPageSize) return std::nullopt;
    node.key = {page->data() + begin, node.node.key_size};
    node.data = page->data() + begin + node.node.key_size;
    node.room = kPageSize - begin - node.node.key_size;
    return node;
  }
};

class Salvager {
 public:
  Salvager(int fd, uint64_t pages, std::span<const KeyspaceSpec> specs, const FileSalvageOptions& options, const SalvageSink& sink)
      : fd_(fd), options_(options), sink_(sink), specs_(specs), use_(pages, Use::kUnknown) {
    report_.pages = pages;
    report_.keyspaces.resize(specs.size());
    for (const KeyspaceSpec& spec : specs) salts_.push_back(KeyspaceSalt(spec.name));
    sums_.resize(specs.size());
    missing_.resize(specs.size());
    orphans_.resize(specs.size());
    for (uint64_t page = 0; page < std::min<uint64_t>(format::kMetaPages, pages); ++page) use_[page] = Use::kRead;
  }

  StatusOr<FileSalvage> Run() {
    FindMeta();
    if (meta_.has_value()) {
      ReadTrees();
    } else if (!options_.with_old_pages) {
      return MakeError({.reason = Reason::kCorrupt, .hint = "salvage with old pages: what was deleted or replaced may then come back"},
                       "both meta pages are broken, so nothing tells what is newest");
    }
    if (options_.with_old_pages || (report_.free_list && report_.damaged_pages > 0)) ReadOrphans();
    KITH_RETURN_IF_ERROR(status_);
    Compare();
    return std::move(report_);
  }

 private:
  enum class Use : uint8_t { kUnknown, kRead, kFree };
  struct Tree {
    int depth = 0;
    bool integer_keys = false;
    std::function<bool(const NodeAt& node)> take;  // false when the node is damaged
  };
  // Keys of a subtree lie in [lower, upper); nullopt: unbounded.
  struct Bounds {
    std::optional<std::string> lower;
    std::optional<std::string> upper;
  };

  // With one of the two broken, that may have been the newer one. The state before it is whole too: its pages are not yet written anew.
  void FindMeta() {
    const StatusOr<Meta> first = ReadMetaPage(fd_, 0);
    const StatusOr<Meta> second = ReadMetaPage(fd_, 1);
    report_.newest_state = first.ok() && second.ok();
    if (first.ok()) meta_ = *first;
    if (second.ok() && (!first.ok() || second->transaction > first->transaction)) meta_ = *second;
  }

  // The free list first, so that nothing is taken from its pages.
  void ReadTrees() {
    if (meta_->last_page + 1 < use_.size()) use_.resize(meta_->last_page + 1);
    Tree free_list{.depth = meta_->free_db.depth, .integer_keys = true, .take = [this](const NodeAt& node) { return TakeFree(node); }};
    // An older list in its place counts otherwise.
    report_.free_list = ReadTree(meta_->free_db.root, free_list) && free_entries_ == meta_->free_db.entries;
    Tree main{.depth = meta_->main_db.depth, .integer_keys = false, .take = [this](const NodeAt& node) { return TakeMain(node); }};
    ReadTree(meta_->main_db.root, main);
    for (const auto& [name, db] : named_) ReadNamed(name, db);
  }

  bool Read(uint64_t number, Page& page) { return ReadFully(fd_, page.data(), page.size(), number * kPageSize); }

  // A page that a sound one leads to, read once. nullopt: it is none of this kind.
  std::optional<PageView> Claim(uint64_t number, Page& page) {
    if (number >= use_.size() || use_[number] != Use::kUnknown || !Read(number, page)) return std::nullopt;
    use_[number] = Use::kRead;
    PageView view{.page = &page, .header = {}};
    std::memcpy(&view.header, page.data(), sizeof(view.header));
    return view;
  }

  // Every node of the leaves of a tree; false when some of it could not be read.
  bool ReadTree(uint64_t root, const Tree& tree) { return root == format::kNoPage || ReadPage(root, 1, tree, {}); }

  bool ReadPage(uint64_t number, int level, const Tree& tree, const Bounds& bounds) {
    const auto page = std::make_unique<Page>();
    const std::optional<PageView> view = tree.depth > format::kMaxDepth ? std::nullopt : Claim(number, *page);
    const bool leaf = level >= tree.depth;
    const bool sound = view.has_value() && view->IsA(leaf ? format::kLeaf : format::kBranch, number);
    if (sound) return leaf ? ReadLeaf(*view, tree, bounds) : ReadBranch(*view, level, tree, bounds);
    ++report_.damaged_pages;
    if (view.has_value()) use_[number] = Use::kUnknown;  // a wrong way here: it may be another's
    return false;
  }

  bool ReadBranch(const PageView& view, int level, const Tree& tree, const Bounds& bounds) {
    bool whole = true;
    for (size_t i = 0; i < view.count(); ++i) {
      const std::optional<NodeAt> node = view.At(i);
      const std::optional<NodeAt> next = i + 1 < view.count() ? view.At(i + 1) : std::nullopt;
      Bounds inner = bounds;
      if (i > 0 && node.has_value()) inner.lower = node->key;
      if (next.has_value()) inner.upper = next->key;
      whole &= node.has_value() && ReadPage(node->child(), level + 1, tree, inner);
    }
    return whole;
  }

  static bool IsBefore(const Tree& tree, std::string_view a, std::string_view b) {
    if (!tree.integer_keys || a.size() != sizeof(uint64_t) || b.size() != sizeof(uint64_t)) return a < b;
    return LoadU64(a.data()) < LoadU64(b.data());
  }

  static bool IsWithin(const Tree& tree, const Bounds& bounds, std::string_view key) {
    if (bounds.lower.has_value() && IsBefore(tree, key, *bounds.lower)) return false;
    return !bounds.upper.has_value() || IsBefore(tree, key, *bounds.upper);
  }

  // A leaf with none of the keys that its parent speaks of is another's, to which damage has led. With some of them it is the parent's
  // bound that is damaged.
  bool ReadLeaf(const PageView& view, const Tree& tree, const Bounds& bounds) {
    std::vector<NodeAt> nodes;
    bool expected = false;
    for (size_t i = 0; i < view.count(); ++i) {
      const std::optional<NodeAt> node = view.At(i);
      if (!node.has_value()) continue;
      nodes.push_back(*node);
      expected |= IsWithin(tree, bounds, node->key);
    }
    const auto taken = expected ? static_cast<size_t>(std::count_if(nodes.begin(), nodes.end(), tree.take)) : 0;
    ++(taken > 0 ? report_.leaf_pages : report_.damaged_pages);
    if (!expected) use_[view.header.number] = Use::kUnknown;
    return taken == view.count();
  }

  // The stored bytes of a node, from its overflow pages where it has some; false when they do not lie within the file.
  bool ValueOf(const NodeAt& node, std::string_view& value) {
    const uint64_t size = node.value_size();
    if ((node.node.flags & format::kBigData) == 0) {
      if (size > node.room) return false;
      value = {node.data, size};
      return true;
    }
    uint64_t first = 0;
    if (node.room < sizeof(first) || size > kMaxValueBytes + kPageSize) return false;
    std::memcpy(&first, node.data, sizeof(first));
    const uint64_t pages = (format::kPageHeader - 1 + size) / kPageSize + 1;
    if (first >= use_.size() || pages > use_.size() - first) return false;
    overflow_.resize(size);
    if (!ReadFully(fd_, overflow_.data(), size, first * kPageSize + format::kPageHeader)) return false;
    for (uint64_t page = first; page < first + pages; ++page) {
      if (use_[page] == Use::kFree) return false;
    }
    overflow_first_ = first;
    overflow_pages_ = pages;
    value = overflow_;
    return true;
  }

  // The value that was read last is one: its pages are no others'.
  void ClaimOverflow(const NodeAt& node) {
    if ((node.node.flags & format::kBigData) == 0) return;
    for (uint64_t page = overflow_first_; page < overflow_first_ + overflow_pages_; ++page) use_[page] = Use::kRead;
  }

  // The transaction that freed them; a count, then that many pages, descending.
  bool TakeFree(const NodeAt& node) {
    std::string_view value;
    uint64_t count = 0;
    if (node.key.size() != sizeof(uint64_t) || LoadU64(node.key.data()) > meta_->transaction) return false;
    if (!ValueOf(node, value) || value.size() < sizeof(count)) return false;
    std::memcpy(&count, value.data(), sizeof(count));
    if (count > value.size() / sizeof(count) - 1) return false;
    ++free_entries_;
    ClaimOverflow(node);
    uint64_t last = format::kNoPage;
    for (uint64_t i = 1; i <= count; ++i) {
      const uint64_t page = LoadU64(value.data() + i * sizeof(page));
      if (page < format::kMetaPages || page >= last) return false;
      last = page;
      if (page >= use_.size()) continue;  // never written
      if (use_[page] == Use::kRead) return false;
      report_.free_pages += use_[page] == Use::kFree ? 0 : 1;
      use_[page] = Use::kFree;
    }
    return true;
  }

  bool TakeMain(const NodeAt& node) {
    std::string_view value;
    if (!ValueOf(node, value)) return false;
    if ((node.node.flags & format::kSubData) != 0 && value.size() == sizeof(Db)) {
      Db db{};
      std::memcpy(&db, value.data(), sizeof(db));
      named_[std::string(node.key)] = db;
    } else if (node.key == kStateKey) {
      state_ = DecodeState(value);
    }
    return true;
  }

  void ReadNamed(const std::string& name, const Db& db) {
    for (Keyspace keyspace = 0; keyspace < specs_.size(); ++keyspace) {
      if (specs_[keyspace].name != name) continue;
      const Tree tree{.depth = db.depth,
                      .integer_keys = specs_[keyspace].order == KeyOrder::kInteger,
                      .take = [this, keyspace](const NodeAt& node) { return TakeEntry(keyspace, node); }};
      const uint64_t before = report_.leaf_pages;
      ReadTree(db.root, tree);
      missing_[keyspace] = db.leaf_pages - std::min(db.leaf_pages, report_.leaf_pages - before);
    }
  }

  bool TakeEntry(Keyspace keyspace, const NodeAt& node) {
    std::string_view stored;
    std::string_view value;
    SalvageKeyspace& counts = report_.keyspaces[keyspace];
    const bool sealed = specs_[keyspace].sealed;
    const bool sound = ValueOf(node, stored) && (!sealed || OpenSeal(salts_[keyspace], node.key, stored, value));
    if (!sound) {
      ++counts.damaged;
      return false;
    }
    if (sealed) ClaimOverflow(node);
    Give(keyspace, node.key, stored, sealed ? value : stored, sealed);
    return true;
  }

  void Give(Keyspace keyspace, std::string_view key, std::string_view stored, std::string_view value, bool sealed) {
    if (key.empty() || (specs_[keyspace].order == KeyOrder::kInteger && key.size() != sizeof(uint64_t))) return;
    ++report_.keyspaces[keyspace].entries;
    sums_[keyspace] += EntryDigest(salts_[keyspace], sealed, key, stored);
    if (status_.ok()) status_ = sink_({.keyspace = keyspace, .key = key, .value = value, .checked = sealed});
  }

  // Leaves below a broken branch: their seals say which keyspace they are of. First they are counted: with more of them than a keyspace
  // lacks, some are old, and none of it is taken.
  void ReadOrphans() {
    Page page;
    std::vector<std::pair<uint64_t, std::optional<Keyspace>>> found;
    for (uint64_t number = format::kMetaPages; number < use_.size(); ++number) {
      const std::optional<PageView> view = Claim(number, page);
      if (!view.has_value() || !view->IsA(format::kLeaf, number)) continue;
      const std::optional<Keyspace> keyspace = KeyspaceOf(*view);
      found.emplace_back(number, keyspace);
      if (keyspace.has_value()) ++orphans_[*keyspace];
    }
    for (const auto& [number, keyspace] : found) {
      const bool old = keyspace.has_value() && missing_[*keyspace].has_value() && orphans_[*keyspace] > *missing_[*keyspace];
      if ((old && !options_.with_old_pages) || !status_.ok() || !Read(number, page)) continue;
      PageView view{.page = &page, .header = {}};
      std::memcpy(&view.header, page.data(), sizeof(view.header));
      TakeOrphan(view, keyspace);
    }
  }

  // By the first node with a sound seal; nullopt when there is none.
  std::optional<Keyspace> KeyspaceOf(const PageView& view) {
    std::string_view stored;
    std::string_view value;
    for (size_t i = 0; i < view.count(); ++i) {
      const std::optional<NodeAt> node = view.At(i);
      if (!node.has_value() || !ValueOf(*node, stored)) continue;
      for (Keyspace keyspace = 0; keyspace < specs_.size(); ++keyspace) {
        if (specs_[keyspace].sealed && OpenSeal(salts_[keyspace], node->key, stored, value)) return keyspace;
      }
    }
    return std::nullopt;
  }

  void TakeOrphan(const PageView& view, std::optional<Keyspace> keyspace) {
    ++report_.orphans;
    ++report_.leaf_pages;
    for (size_t i = 0; i < view.count(); ++i) {
      const std::optional<NodeAt> node = view.At(i);
      if (!node.has_value()) continue;
      if (keyspace.has_value()) {
        TakeEntry(*keyspace, *node);
      } else {
        OfferUnsealed(*node);
      }
    }
  }

  // Every keyspace without seals is offered it, and the caller knows its own keys.
  void OfferUnsealed(const NodeAt& node) {
    std::string_view stored;
    if (!ValueOf(node, stored)) return;
    for (Keyspace keyspace = 0; keyspace < specs_.size(); ++keyspace) {
      if (specs_[keyspace].sealed || !status_.ok()) continue;
      status_ = sink_({.keyspace = keyspace, .key = node.key, .value = stored, .checked = false});
    }
  }

  void Compare() {
    for (Keyspace keyspace = 0; state_.has_value() && keyspace < specs_.size(); ++keyspace) {
      report_.keyspaces[keyspace].complete = state_->DigestOf(salts_[keyspace]) == sums_[keyspace];
    }
  }

  const int fd_;
  const FileSalvageOptions options_;
  const SalvageSink& sink_;
  const std::span<const KeyspaceSpec> specs_;
  std::vector<uint64_t> salts_;
  std::vector<uint64_t> sums_;
  std::vector<std::optional<uint64_t>> missing_;  // leaves that a keyspace should have and that nothing led to; nullopt: not known
  std::vector<uint64_t> orphans_;                 // leaves that nothing led to and that are a keyspace's by their seals
  uint64_t free_entries_ = 0;
  std::vector<Use> use_;
  std::optional<Meta> meta_;
  std::optional<StoreState> state_;
  std::map<std::string, Db> named_;
  std::string overflow_;  // the last value that ValueOf read from pages of its own, and which
  uint64_t overflow_first_ = 0;
  uint64_t overflow_pages_ = 0;
  Status status_;
  FileSalvage report_;
};

// The data file, with nobody else at it. A guard that is there is locked as long as `guard` lives.
StatusOr<UniqueFd> OpenAlone(const std::string& path, UniqueFd& guard) {
  UniqueFd fd(open((path + "/" + kDataFile).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno != ENOENT && errno != ENOTDIR) return OsError(errno, "opening the data file");
    return MakeError({.reason = Reason::kDatabaseMissing, .value = path}, "there is no database at this path");
  }
  guard = UniqueFd(open((path + "/" + kGuardFile).c_str(), O_RDONLY | O_CLOEXEC));
  if (guard.valid() && flock(guard.get(), LOCK_EX | LOCK_NB) != 0) {
    return MakeError({.reason = Reason::kLocked, .hint = "close it everywhere first"}, "the database is open");
  }
  return fd;
}

}  // namespace

StatusOr<FileSalvage> SalvageFile(std::string_view path, std::span<const KeyspaceSpec> keyspaces, const FileSalvageOptions& options,
                                  const SalvageSink& sink) {
  UniqueFd guard;
  KITH_ASSIGN_OR_RETURN(const UniqueFd fd, OpenAlone(std::string(path), guard));
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return OsError(errno, "looking at the data file");
  return Salvager(fd.get(), static_cast<uint64_t>(info.st_size) / kPageSize, keyspaces, options, sink).Run();
}

}  // namespace kith::storage
