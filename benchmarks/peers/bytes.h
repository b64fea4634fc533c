// A row as plain bytes and its index keys, for the stores that know only keys and values.
#ifndef KITH_BENCHMARKS_PEERS_BYTES_H_
#define KITH_BENCHMARKS_PEERS_BYTES_H_

#include <cstdint>
#include <cstring>
#include <string>

#include "peers/store.h"

namespace kith::peers {

// The front of a record; its texts follow, and all of it is a multiple of 8 bytes long.
struct Fixed {
  uint64_t header[8] = {};
  int64_t amount = 0;
  int64_t owner = 0;
  int64_t stage = 0;
  int32_t close_date = 0;
  uint32_t name_size = 0;
};

inline std::string EncodeRow(uint64_t id, const Row& row) {
  Fixed fixed;
  fixed.header[0] = id;
  fixed.amount = row.amount;
  fixed.owner = row.owner;
  fixed.stage = row.stage;
  fixed.close_date = row.close_date;
  fixed.name_size = static_cast<uint32_t>(row.name.size());
  std::string bytes(reinterpret_cast<const char*>(&fixed), sizeof(fixed));
  bytes += row.name + row.email + row.city + row.note;
  bytes.resize((bytes.size() + 7) / 8 * 8);
  return bytes;
}
inline Fixed DecodeFixed(const char* bytes) {
  Fixed fixed;
  std::memcpy(&fixed, bytes, sizeof(fixed));
  return fixed;
}
// The new amount.
inline int64_t AddToAmount(std::string& bytes, int64_t more) {
  Fixed fixed = DecodeFixed(bytes.data());
  fixed.amount += more;
  std::memcpy(bytes.data(), &fixed, sizeof(fixed));
  return fixed.amount;
}

inline void AppendBigEndian(std::string& key, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(value >> shift & 0xFF);
}
inline std::string OwnerPrefix(int64_t owner) {
  std::string key(1, 'o');
  AppendBigEndian(key, static_cast<uint64_t>(owner));
  return key;
}
inline std::string OwnerKey(uint64_t id, const Row& row) {
  std::string key = OwnerPrefix(row.owner);
  AppendBigEndian(key, ~static_cast<uint64_t>(row.close_date));
  AppendBigEndian(key, id);
  return key;
}
// What that entry covers: amount, stage, name.
inline std::string OwnerEntry(const Row& row) {
  std::string covered(reinterpret_cast<const char*>(&row.amount), sizeof(row.amount));
  covered.append(reinterpret_cast<const char*>(&row.stage), sizeof(row.stage));
  return covered + row.name;
}
inline int64_t SumOfOwnerEntry(const void* data, size_t size) {
  int64_t amount = 0;
  std::memcpy(&amount, data, sizeof(amount));
  return amount + static_cast<int64_t>(size - 2 * sizeof(amount));
}
inline std::string TextKey(char kind, const std::string& text, uint64_t id) {
  std::string key = kind + text;
  AppendBigEndian(key, id);
  return key;
}

}  // namespace kith::peers

#endif  // KITH_BENCHMARKS_PEERS_BYTES_H_
