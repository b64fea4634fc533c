#include "peers/report.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace kith::peers {
namespace {

double Cpu(clockid_t clock) {
  timespec now = {};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Spread SpreadOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&values](double p) { return values[static_cast<size_t>(p * static_cast<double>(values.size() - 1) + 0.5)]; };
  return {quantile(0.25), quantile(0.5), quantile(0.75)};
}

// UTF-8 letters, not bytes, as wide as wanted.
std::string Padded(const std::string& text, size_t width) {
  const auto letters = static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return std::string(width > letters ? width - letters : 0, ' ') + text;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

nlohmann::ordered_json ToJson(const Spread& spread) { return {{"median", spread.median}, {"quartiles", {spread.low, spread.high}}}; }

}  // namespace

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

Elapsed Time(const std::function<void()>& work) {
  double cpu = Cpu(CLOCK_THREAD_CPUTIME_ID);
  double process = Cpu(CLOCK_PROCESS_CPUTIME_ID);
  auto wall = std::chrono::steady_clock::now();
  work();
  return {Cpu(CLOCK_THREAD_CPUTIME_ID) - cpu, Cpu(CLOCK_PROCESS_CPUTIME_ID) - process,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count()};
}

void Report::Add(const std::string& workload, const std::string& store, double nanoseconds) {
  AddOnce(workloads_, workload);
  AddOnce(stores_, store);
  times_[workload][store].push_back(nanoseconds);
}

void Report::AddSize(const std::string& what, const std::string& store, double bytes) {
  AddOnce(size_names_, what);
  AddOnce(stores_, store);
  sizes_[what][store] = bytes;
}

bool Report::Has(const std::string& workload, const std::string& store) const {
  const auto found = times_.find(workload);
  return found != times_.end() && found->second.contains(store);
}

Spread Report::TimeOf(const std::string& workload, const std::string& store) const { return SpreadOf(times_.at(workload).at(store)); }

Spread Report::RatioOf(const std::string& workload, const std::string& store) const {
  const std::vector<double>& own = times_.at(workload).at(kOwn);
  const std::vector<double>& other = times_.at(workload).at(store);
  if (own.size() != other.size()) {
    const double ratio = SpreadOf(other).median / SpreadOf(own).median;
    return {ratio, ratio, ratio};
  }
  std::vector<double> ratios;
  for (size_t i = 0; i < own.size(); ++i) ratios.push_back(other[i] / own[i]);
  return SpreadOf(ratios);
}

void Report::Print() const {
  std::printf("%-48s", "per operation, medians of one run");
  for (const std::string& store : stores_) std::printf(" %11s", store.c_str());
  for (const std::string& store : stores_) {
    if (store != kOwn) std::printf(" %16s", (store + "/Kith").c_str());
  }
  std::printf("\n");
  for (const std::string& workload : workloads_) {
    std::printf("%-48s", workload.c_str());
    for (const std::string& store : stores_)
      std::printf(" %s", Padded(Has(workload, store) ? Human(TimeOf(workload, store).median) : "-", 11).c_str());
    for (const std::string& store : stores_) {
      if (store == kOwn) continue;
      if (!Has(workload, store) || !Has(workload, kOwn)) {
        std::printf(" %16s", "-");
        continue;
      }
      const Spread ratio = RatioOf(workload, store);
      char text[40];
      std::snprintf(text, sizeof(text), "%.2f ±%.0f %%", ratio.median, ratio.relative() * 100);
      std::printf(" %s", Padded(text, 16).c_str());
    }
    std::printf("\n");
  }
  for (const std::string& what : size_names_) {
    std::printf("%-48s", what.c_str());
    for (const std::string& store : stores_) {
      const auto found = sizes_.at(what).find(store);
      std::printf(" %11s", found == sizes_.at(what).end() ? "-" : std::to_string(static_cast<int64_t>(found->second)).c_str());
    }
    std::printf("\n");
  }
  for (const std::string& note : notes_) std::printf("%s\n", note.c_str());
}

std::string Report::ToJson() const {
  nlohmann::ordered_json json;
  for (const std::string& workload : workloads_) {
    json["nanoseconds"][workload] = times_.at(workload);
    for (const std::string& store : stores_) {
      if (store != kOwn && Has(workload, store) && Has(workload, kOwn))
        json["ratios_to_kith"][workload][store] = peers::ToJson(RatioOf(workload, store));
    }
  }
  for (const std::string& what : size_names_) json["sizes"][what] = sizes_.at(what);
  json["notes"] = notes_;
  return json.dump(2);
}

}  // namespace kith::peers
