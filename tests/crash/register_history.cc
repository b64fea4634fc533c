#include "register_history.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <limits>
#include <map>
#include <system_error>

namespace kith::testing {
namespace {

constexpr size_t kOperations = 200'000;  // of one process
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

}  // namespace

int64_t Now() { return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

struct HistoryFile::Content {
  std::atomic<size_t> count;
  Operation operations[kOperations];
};

HistoryFile::HistoryFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(Content)) != 0) throw std::system_error(errno, std::generic_category(), path);
  void* map = mmap(nullptr, sizeof(Content), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  close(fd);
  content_ = static_cast<Content*>(map);
}

HistoryFile::~HistoryFile() { munmap(content_, sizeof(Content)); }

Operation* HistoryFile::Begin(Operation::Kind kind, uint32_t key, int64_t value) {
  const size_t index = content_->count.fetch_add(1);
  if (index >= kOperations) return nullptr;
  Operation* operation = &content_->operations[index];
  *operation = {.kind = Operation::Kind::kNone, .key = key, .value = value, .begin = Now(), .end = 0};
  operation->kind = kind;
  return operation;
}

std::vector<Operation> HistoryFile::Read() const {
  const size_t count = std::min(content_->count.load(), kOperations);
  std::vector<Operation> operations(content_->operations, content_->operations + count);
  std::erase_if(operations, [](const Operation& operation) { return operation.kind == Operation::Kind::kNone; });
  return operations;
}

namespace {

// A value of one register with all that wrote or read it.
struct Cluster {
  int64_t written = kNever;  // when its write began
  bool refused = false;
  bool read = false;
  int64_t first_read_end = kNever;
  int64_t first_end = kNever;  // of all its operations
  int64_t last_begin = kAlways;

  void Add(const Operation& operation) {
    const int64_t end = operation.end == 0 ? kNever : operation.end;
    first_end = std::min(first_end, end);
    last_begin = std::max(last_begin, operation.begin);
    if (operation.kind == Operation::Kind::kRead) {
      read = true;
      first_read_end = std::min(first_read_end, end);
    } else {
      written = operation.begin;
      refused = operation.kind == Operation::Kind::kRefused;
    }
  }
  // The value must have stood from first_end to last_begin ...
  [[nodiscard]] bool forward() const { return first_end < last_begin; }
  // ... or somewhere between last_begin and first_end.
};

std::string WhyNotRegister(uint32_t key, const std::map<int64_t, Cluster>& clusters) {
  const std::string where = "register " + std::to_string(key) + ", value ";
  std::vector<std::pair<int64_t, const Cluster*>> stood;
  for (const auto& [value, cluster] : clusters) {
    const std::string which = where + std::to_string(value);
    if (cluster.written == kNever) return which + " was read and never written";
    if (cluster.refused && cluster.read) return which + " was refused and read";
    if (cluster.first_read_end < cluster.written) return which + " was read before it was written";
    if (!cluster.refused && (cluster.read || cluster.first_end != kNever)) stood.emplace_back(value, &cluster);
  }
  std::sort(stood.begin(), stood.end(), [](const auto& a, const auto& b) { return a.second->first_end < b.second->first_end; });
  for (size_t i = 0; i < stood.size(); ++i) {
    const auto& [value, zone] = stood[i];
    if (!zone->forward()) continue;
    for (size_t j = i + 1; j < stood.size() && stood[j].second->first_end < zone->last_begin; ++j) {
      const auto& [other, inner] = stood[j];
      if (!inner->forward() && inner->last_begin < zone->first_end) continue;
      return where + std::to_string(value) + " stood before and after " + std::to_string(other);
    }
  }
  return "";
}

}  // namespace

std::string WhyNotLinearizable(const std::vector<Operation>& history) {
  std::map<uint32_t, std::map<int64_t, Cluster>> registers;
  for (const Operation& operation : history) {
    // A read that never came back says nothing.
    if (operation.kind == Operation::Kind::kRead && operation.end == 0) continue;
    registers[operation.key][operation.value].Add(operation);
  }
  for (auto& [key, clusters] : registers) {
    const auto first = clusters.find(0);
    if (first != clusters.end()) first->second.Add({.kind = Operation::Kind::kWrite, .begin = kAlways, .end = kAlways + 1});
    if (std::string why = WhyNotRegister(key, clusters); !why.empty()) return why;
  }
  return "";
}

}  // namespace kith::testing
