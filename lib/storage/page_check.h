// Checks the structure of a data file without LMDB and without mapping it, so that a damaged file gives a list of problems and never a
// signal (R20). What passes the full check cannot make LMDB abort or read outside its map.
#ifndef KITH_LIB_STORAGE_PAGE_CHECK_H_
#define KITH_LIB_STORAGE_PAGE_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "storage/page_format.h"

namespace kith::storage {

enum class CheckDepth : uint8_t {
  kBranches,  // metas, file length, the table of keyspaces and every branch page
  kFull,      // every page in use and the free list
};

// Receives every entry of a full check, keyspace by keyspace in key order. Views are valid during the call.
class EntryVisitor {
 public:
  virtual ~EntryVisitor() = default;
  // `keyspace` is empty for the plain entries of the unnamed main database.
  virtual void OnEntry(std::string_view keyspace, std::string_view key, std::string_view value) = 0;
  // A sound page of a tree and its unused bytes; an overflow value's pages and its bytes in them, the first page's header included; a page
  // of the free list, and the transaction that freed it.
  virtual void OnPage(uint64_t /*page*/, size_t /*gap_begin*/, size_t /*gap_end*/) {}
  virtual void OnOverflow(uint64_t /*first*/, uint64_t /*pages*/, uint64_t /*used_bytes*/) {}
  virtual void OnFree(uint64_t /*transaction*/, uint64_t /*page*/) {}
};

struct PageCheckResult {
  uint64_t transaction = 0;
  uint64_t pages = 0;  // of the file as of that transaction
  uint64_t free_pages = 0;
  uint64_t entries = 0;
  std::vector<std::string> problems;  // at most kMaxProblems
};

inline constexpr size_t kMaxProblems = 100;

// The newest meta page, or the one of exactly `transaction`. Errors: Corrupt, FormatUnknown (not a file of this kind, other page size),
// Internal when `transaction` is in neither meta page.
[[nodiscard]] StatusOr<format::Meta> ReadMeta(int fd, std::optional<uint64_t> transaction);

// One of the two (0 or 1) by itself. Errors: Corrupt, FormatUnknown.
[[nodiscard]] StatusOr<format::Meta> ReadMetaPage(int fd, uint64_t number);

// Checks the state that `meta` describes. While writers are at work, a read transaction of that number must be held meanwhile. `visitor`
// may be null.
[[nodiscard]] PageCheckResult CheckPages(int fd, const format::Meta& meta, CheckDepth depth, EntryVisitor* visitor);

// The problems as one error of reason Corrupt; OK when there are none.
[[nodiscard]] Status ProblemsToStatus(const std::vector<std::string>& problems);

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_PAGE_CHECK_H_
