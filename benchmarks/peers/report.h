// Measurements of one run, side by side.
#ifndef KITH_BENCHMARKS_PEERS_REPORT_H_
#define KITH_BENCHMARKS_PEERS_REPORT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kith::peers {

// CPU seconds of the calling thread, of the whole process, and seconds on the wall.
struct Elapsed {
  double cpu = 0;
  double process = 0;
  double wall = 0;
};
[[nodiscard]] Elapsed Time(const std::function<void()>& work);

// The middle, and the quartiles around it.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
  [[nodiscard]] double relative() const { return median > 0 ? (high - low) / 2 / median : 0; }
};

class Report {
 public:
  static constexpr const char* kOwn = "Kith";

  // One repetition's time per operation, in nanoseconds.
  void Add(const std::string& workload, const std::string& store, double nanoseconds);
  // A figure that is no time, such as bytes a row: one a store.
  void AddSize(const std::string& what, const std::string& store, double bytes);
  void Note(const std::string& line) { notes_.push_back(line); }

  // In order of first use; Kith is the first store.
  [[nodiscard]] const std::vector<std::string>& workloads() const { return workloads_; }
  [[nodiscard]] const std::vector<std::string>& stores() const { return stores_; }
  [[nodiscard]] bool Has(const std::string& workload, const std::string& store) const;
  [[nodiscard]] Spread TimeOf(const std::string& workload, const std::string& store) const;
  // How many times Kith's time the store takes: repetition by repetition where they were interleaved, so that what disturbs both does not
  // count.
  [[nodiscard]] Spread RatioOf(const std::string& workload, const std::string& store) const;

  // A line a workload: medians, and ratios of the others to Kith with their spread (half the range between quartiles over the median).
  void Print() const;
  [[nodiscard]] std::string ToJson() const;

 private:
  std::vector<std::string> workloads_;
  std::vector<std::string> stores_;
  std::map<std::string, std::map<std::string, std::vector<double>>> times_;
  std::vector<std::string> size_names_;
  std::map<std::string, std::map<std::string, double>> sizes_;
  std::vector<std::string> notes_;
};

// "3.4 µs".
[[nodiscard]] std::string Human(double nanoseconds);

// How many times Kith's time each store takes, workload by workload on one logarithmic axis, as an SVG image.
[[nodiscard]] std::string RatioChart(const Report& report, const std::string& title);
// Time per operation by number of rows, a small chart a workload. `runs`: rows and what was measured with them, ascending.
[[nodiscard]] std::string GrowthChart(const std::vector<std::pair<uint64_t, Report>>& runs);

}  // namespace kith::peers

#endif  // KITH_BENCHMARKS_PEERS_REPORT_H_
