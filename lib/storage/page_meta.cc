#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "storage/files.h"
#include "storage/lmdb_status.h"
#include "storage/page_check.h"
#include "storage/tuning.h"

namespace kith::storage {
namespace {

using format::Db;
using format::Meta;

// LMDB never writes a page that a transaction took at the end of the file and gave back before it ended, so a sound file may be shorter
// than its last page. Pages in use lie within it: that is checked page by page.
constexpr uint64_t kMostUnwritten = uint64_t{1} << 20;

Status FormatError(std::string_view what) {
  return MakeError({.reason = Reason::kFormatUnknown, .hint = "this is not a database written by this library on this kind of machine"},
                   what);
}

Status CheckRoot(const Db& db, uint64_t file_pages, uint16_t flags) {
  if (db.flags != flags) return CorruptError("a meta page has unexpected flags");
  if (db.root == format::kNoPage) {
    if (db.depth != 0 || db.entries != 0) return CorruptError("a meta page counts entries in an empty tree");
    return absl::OkStatus();
  }
  if (db.root < format::kMetaPages || db.root >= file_pages) return CorruptError("a meta page points outside the file");
  if (db.depth == 0 || db.depth > format::kMaxDepth) return CorruptError("a meta page gives an impossible depth");
  return absl::OkStatus();
}

Status CheckMeta(const char* page, uint64_t number, uint64_t file_pages, Meta& meta) {
  format::PageHeader header{};
  std::memcpy(&header, page, sizeof(header));
  std::memcpy(&meta, page + format::kPageHeader, sizeof(meta));
  if (meta.magic != format::kMagic) return FormatError("the file has no meta page of LMDB");
  if (meta.version != format::kVersion) return FormatError("the file has another version of LMDB's format");
  if (meta.free_db.pad != kPageSize) return FormatError("the file was made with another page size than 4096");
  if (header.number != number || (header.flags & format::kMeta) == 0) return CorruptError("a meta page has a wrong header");
  if (meta.address != 0) return CorruptError("a meta page asks for a fixed map address");
  // LMDB writes transaction n to meta page n mod 2; a fresh file has 0 in both.
  if (meta.transaction != 0 && meta.transaction % 2 != number) return CorruptError("a meta page stands in the other's place");
  if (meta.last_page < format::kMetaPages - 1 || meta.last_page >= file_pages + kMostUnwritten) {
    return CorruptError("the file is shorter than its pages");
  }
  const uint16_t free_flags = meta.free_db.flags & static_cast<uint16_t>(~format::kNoSubdirectory);
  if (free_flags != format::kIntegerKey) return CorruptError("a meta page has unexpected flags");
  KITH_RETURN_IF_ERROR(CheckRoot(meta.free_db, file_pages, meta.free_db.flags));
  return CheckRoot(meta.main_db, file_pages, 0);
}

}  // namespace

StatusOr<Meta> ReadMetaPage(int fd, uint64_t number) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return OsError(errno, "looking at the data file");
  char page[kPageSize];
  if (!ReadFully(fd, page, sizeof(page), number * kPageSize)) return CorruptError("a meta page cannot be read");
  Meta meta{};
  KITH_RETURN_IF_ERROR(CheckMeta(page, number, static_cast<uint64_t>(info.st_size) / kPageSize, meta));
  return meta;
}

StatusOr<Meta> ReadMeta(int fd, std::optional<uint64_t> transaction) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return OsError(errno, "looking at the data file");
  const auto file_pages = static_cast<uint64_t>(info.st_size) / kPageSize;
  char pages[format::kMetaPages][kPageSize];
  if (file_pages < format::kMetaPages || !ReadFully(fd, pages, sizeof(pages), 0)) {
    return CorruptError("the data file is shorter than its two meta pages");
  }
  Meta metas[format::kMetaPages];
  for (uint64_t i = 0; i < format::kMetaPages; ++i) KITH_RETURN_IF_ERROR(CheckMeta(pages[i], i, file_pages, metas[i]));
  if (!transaction.has_value()) return metas[metas[1].transaction > metas[0].transaction ? 1 : 0];
  for (const Meta& meta : metas) {
    if (meta.transaction == *transaction) return meta;
  }
  return MakeError(Reason::kInternal, "the transaction is no longer in a meta page");
}

Status ProblemsToStatus(const std::vector<std::string>& problems) {
  if (problems.empty()) return absl::OkStatus();
  std::string message = "the data file is damaged: ";
  message += problems.front();
  if (problems.size() > 1) message += " (and " + std::to_string(problems.size() - 1) + " more)";
  return CorruptError(message);
}

}  // namespace kith::storage
