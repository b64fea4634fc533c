// Measurements of one run, side by side.
#ifndef KITH_BENCHMARKS_PEERS_REPORT_H_
#define KITH_BENCHMARKS_PEERS_REPORT_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kith::peers {

// CPU seconds of the calling thread and seconds on the wall.
struct Elapsed {
  double cpu = 0;
  double wall = 0;
};
[[nodiscard]] Elapsed Time(const std::function<void()>& work);

class Report {
 public:
  // One repetition's time per operation, in nanoseconds.
  void Add(const std::string& workload, const std::string& store, double nanoseconds);
  void Note(const std::string& line) { notes_.push_back(line); }
  // A line a workload: medians, spread (half the range between quartiles over the median), ratios of the others to Kith.
  void Print() const;
  [[nodiscard]] std::string ToJson() const;

 private:
  std::vector<std::string> workloads_;  // in order of first use
  std::map<std::string, std::map<std::string, std::vector<double>>> times_;
  std::vector<std::string> notes_;
};

}  // namespace kith::peers

#endif  // KITH_BENCHMARKS_PEERS_REPORT_H_
