// Which rows are worth comparing: those that share something rare, or two things that are common.
#include <algorithm>
#include <iterator>
#include <numeric>

#include "crm/matching/matching_internal.h"

namespace kith::crm::matching_internal {
namespace {

constexpr double kAllPairs = 1'000'000;  // when there are no more, every pair is compared
constexpr size_t kBlock = 32;            // rows that share something rare, at most
constexpr size_t kCommonAtoms = 8;       // of a row, the rarest of them, that are taken two by two

}  // namespace

struct Blocks::CommonAtom {
  uint32_t row;
  uint32_t rows;  // that have it
  uint64_t key;
  friend bool operator<(const CommonAtom& a, const CommonAtom& b) {
    if (a.row != b.row) return a.row < b.row;
    return a.rows != b.rows ? a.rows < b.rows : a.key < b.key;
  }
};

// By their first bits into as many parts as there are threads, then each part by itself.
void Blocks::Sort(std::vector<Entry>& entries, size_t threads) {
  auto begin = entries.begin();
  std::vector<std::vector<Entry>::iterator> bounds = {begin};
  for (size_t part = 1; part < threads; ++part) {
    const uint64_t bound = UINT64_MAX / threads * part;
    begin = std::partition(begin, entries.end(), [&](const Entry& entry) { return entry.key < bound; });
    bounds.push_back(begin);
  }
  bounds.push_back(entries.end());
  InParts(threads, threads, [&](size_t part, size_t, size_t) { std::sort(bounds[part], bounds[part + 1]); });
}

std::vector<Blocks::Entry> Blocks::AtomsOf(const Prepared& table, size_t threads) {
  std::vector<std::vector<Entry>> parts(threads);
  InParts(table.rows(), threads, [&](size_t part, size_t begin, size_t end) {
    std::vector<uint64_t> keys;
    for (size_t row = begin; row < end; ++row) {
      keys.clear();
      for (size_t field = 0; field < table.fields(); ++field) {
        for (const uint32_t value : table.ValuesOf(static_cast<uint32_t>(row), field)) {
          const std::span<const uint64_t> atoms = table.field(field).AtomsOf(value);
          keys.insert(keys.end(), atoms.begin(), atoms.end());
        }
      }
      std::sort(keys.begin(), keys.end());
      keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
      for (const uint64_t key : keys) parts[part].push_back({key, static_cast<uint32_t>(row)});
    }
  });
  std::vector<Entry> all = std::move(parts[0]);
  for (size_t part = 1; part < threads; ++part) {
    all.insert(all.end(), parts[part].begin(), parts[part].end());
    std::vector<Entry>().swap(parts[part]);
  }
  return all;
}

void Blocks::Keep(const std::vector<Entry>& entries, const std::function<void(size_t begin, size_t end)>& common) {
  for (size_t begin = 0; begin < entries.size();) {
    size_t end = begin + 1;
    while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
    if (end - begin > kBlock) {
      common(begin, end);
    } else if (end - begin > 1) {
      for (size_t at = begin; at < end; ++at) members_.push_back(entries[at].row);
      block_starts_.push_back(members_.size());
    }
    begin = end;
  }
}

void Blocks::IndexRows(uint32_t rows) {
  row_starts_.assign(rows + 1, 0);
  for (const uint32_t row : members_) ++row_starts_[row + 1];
  std::partial_sum(row_starts_.begin(), row_starts_.end(), row_starts_.begin());
  row_blocks_.resize(members_.size());
  std::vector<size_t> next = row_starts_;
  for (size_t block = 0; block + 1 < block_starts_.size(); ++block) {
    for (size_t at = block_starts_[block]; at < block_starts_[block + 1]; ++at) {
      row_blocks_[next[members_[at]]++] = static_cast<uint32_t>(block);
    }
  }
}

Blocks::Blocks(const Prepared& table, size_t threads) : all_(table.Pairs() <= kAllPairs) {
  if (all_) return;
  std::vector<Entry> entries = AtomsOf(table, threads);
  Sort(entries, threads);
  std::vector<CommonAtom> common;
  Keep(entries, [&](size_t begin, size_t end) {
    for (size_t at = begin; at < end; ++at) {
      common.push_back({entries[at].row, static_cast<uint32_t>(end - begin), entries[at].key});
    }
  });
  entries.clear();
  std::sort(common.begin(), common.end());
  for (size_t begin = 0; begin < common.size();) {
    size_t end = begin;
    while (end < common.size() && common[end].row == common[begin].row) ++end;
    const size_t last = std::min(end, begin + kCommonAtoms);
    for (size_t i = begin; i < last; ++i) {
      for (size_t j = i + 1; j < last; ++j) entries.push_back({Mix(common[i].key ^ common[j].key), common[i].row});
    }
    begin = end;
  }
  std::vector<CommonAtom>().swap(common);
  Sort(entries, threads);
  Keep(entries, [](size_t, size_t) {});
  IndexRows(table.rows());
}

double Blocks::MostPairs() const {
  double pairs = 0;
  for (size_t block = 0; block + 1 < block_starts_.size(); ++block) {
    const auto size = static_cast<double>(block_starts_[block + 1] - block_starts_[block]);
    pairs += size * (size - 1) / 2;
  }
  return pairs;
}

}  // namespace kith::crm::matching_internal
