// A history of reads and writes of registers by several processes, kept through their kills, and the question whether it is linearizable.
#ifndef KITH_TESTS_CRASH_REGISTER_HISTORY_H_
#define KITH_TESTS_CRASH_REGISTER_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kith::testing {

// What one thread asked of one register, and when, in ns of the system's monotonic clock, which all processes share.
struct Operation {
  enum class Kind : uint8_t { kNone, kRead, kWrite, kRefused };
  Kind kind = Kind::kNone;
  uint32_t key = 0;
  int64_t value = 0;  // read or written; no two writes of a history write the same, and none 0, which is what stands there first
  int64_t begin = 0;
  int64_t end = 0;  // 0: it never came back, so a write may have been done or not
};
[[nodiscard]] int64_t Now();

// Operations of one process in a file that several threads append to and that outlives a kill.
class HistoryFile {
 public:
  explicit HistoryFile(const std::string& path);
  ~HistoryFile();
  HistoryFile(const HistoryFile&) = delete;
  HistoryFile& operator=(const HistoryFile&) = delete;

  // Room for one more, which begins now; null when the file is full.
  Operation* Begin(Operation::Kind kind, uint32_t key, int64_t value);
  // All that have begun.
  [[nodiscard]] std::vector<Operation> Read() const;

 private:
  struct Content;
  Content* content_;
};

// Empty when each register behaved as if every operation had been done at one moment between its begin and its end; else what contradicts
// it. After P. Gibbons, E. Korach, "Testing shared memories", SIAM J. Comput. 26 (1997): where all writes differ, it is enough to compare
// the zones in which each value must have stood.
[[nodiscard]] std::string WhyNotLinearizable(const std::vector<Operation>& history);

}  // namespace kith::testing

#endif  // KITH_TESTS_CRASH_REGISTER_HISTORY_H_
