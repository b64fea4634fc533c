// LMDB's file format (data version 1, 64-bit little-endian), as far as the structure check reads it. See mdb.c: MDB_meta, MDB_db, MDB_page,
// MDB_node.
#ifndef KITH_LIB_STORAGE_PAGE_FORMAT_H_
#define KITH_LIB_STORAGE_PAGE_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace kith::storage::format {

inline constexpr uint32_t kMagic = 0xBEEFC0DE;
inline constexpr uint32_t kVersion = 1;
inline constexpr uint64_t kNoPage = ~uint64_t{0};
inline constexpr uint64_t kMetaPages = 2;
inline constexpr size_t kPageHeader = 16;
inline constexpr size_t kNodeHeader = 8;
inline constexpr int kMaxDepth = 32;

enum PageFlag : uint16_t { kBranch = 0x01, kLeaf = 0x02, kOverflow = 0x04, kMeta = 0x08 };
enum NodeFlag : uint16_t { kBigData = 0x01, kSubData = 0x02 };
enum DbFlag : uint16_t { kIntegerKey = 0x08 };
// Of the environment's own flags only this one may stand in a file: written by MDB_NOSUBDIR.
inline constexpr uint16_t kNoSubdirectory = 0x4000;

struct Db {
  uint32_t pad;
  uint16_t flags;
  uint16_t depth;
  uint64_t branch_pages;
  uint64_t leaf_pages;
  uint64_t overflow_pages;
  uint64_t entries;
  uint64_t root;
};
static_assert(sizeof(Db) == 48);

struct Meta {
  uint32_t magic;
  uint32_t version;
  uint64_t address;
  uint64_t map_size;
  Db free_db;  // its pad is the page size
  Db main_db;
  uint64_t last_page;
  uint64_t transaction;
};
static_assert(sizeof(Meta) == 136);

struct PageHeader {
  uint64_t number;
  uint16_t pad;
  uint16_t flags;
  uint16_t lower;  // of an overflow page, lower and upper together are its count of pages
  uint16_t upper;
};
static_assert(sizeof(PageHeader) == kPageHeader);

struct Node {
  uint16_t low;
  uint16_t high;
  uint16_t flags;
  uint16_t key_size;
};
static_assert(sizeof(Node) == kNodeHeader);

}  // namespace kith::storage::format

#endif  // KITH_LIB_STORAGE_PAGE_FORMAT_H_
