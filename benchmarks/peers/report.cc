#include "peers/report.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace kith::peers {
namespace {

double ThreadCpu() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double Quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(p * static_cast<double>(values.size() - 1) + 0.5)];
}

std::string Human(double nanoseconds) {
  char text[32];
  if (nanoseconds < 1e4) {
    std::snprintf(text, sizeof(text), "%.0f ns", nanoseconds);
  } else if (nanoseconds < 1e7) {
    std::snprintf(text, sizeof(text), "%.1f µs", nanoseconds / 1e3);
  } else {
    std::snprintf(text, sizeof(text), "%.1f ms", nanoseconds / 1e6);
  }
  return text;
}

}  // namespace

Elapsed Time(const std::function<void()>& work) {
  double cpu = ThreadCpu();
  auto wall = std::chrono::steady_clock::now();
  work();
  return {ThreadCpu() - cpu, std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count()};
}

void Report::Add(const std::string& workload, const std::string& store, double nanoseconds) {
  if (std::find(workloads_.begin(), workloads_.end(), workload) == workloads_.end()) workloads_.push_back(workload);
  times_[workload][store].push_back(nanoseconds);
}

void Report::Print() const {
  std::printf("%-44s %12s %12s %12s %14s %14s\n", "per operation, median of one run", "Kith", "raw LMDB", "SQLite", "Kith/LMDB",
              "SQLite/Kith");
  for (const std::string& workload : workloads_) {
    const auto& stores = times_.at(workload);
    auto median = [&](const char* store) { return stores.contains(store) ? Quantile(stores.at(store), 0.5) : 0; };
    double kith = median("Kith");
    double lmdb = median("raw LMDB");
    double sqlite = median("SQLite");
    std::string to_lmdb = lmdb > 0 ? std::to_string(kith / lmdb).substr(0, 5) + "x" : "-";
    std::string to_sqlite = sqlite > 0 && kith > 0 ? std::to_string(sqlite / kith).substr(0, 5) + "x" : "-";
    const auto& own = stores.at("Kith");
    double spread = (Quantile(own, 0.75) - Quantile(own, 0.25)) / 2 / kith;
    std::printf("%-44s %12s %12s %12s %14s %14s   ±%.0f %%\n", workload.c_str(), Human(kith).c_str(), lmdb > 0 ? Human(lmdb).c_str() : "-",
                sqlite > 0 ? Human(sqlite).c_str() : "-", to_lmdb.c_str(), to_sqlite.c_str(), spread * 100);
  }
  for (const std::string& note : notes_) std::printf("%s\n", note.c_str());
}

std::string Report::ToJson() const {
  nlohmann::ordered_json json;
  for (const std::string& workload : workloads_) json["nanoseconds"][workload] = times_.at(workload);
  json["notes"] = notes_;
  return json.dump(2);
}

}  // namespace kith::peers
