// Real event logs as paths of deals, by the definitions of the reference baselines, so that results stand side by side.
#ifndef KITH_BENCHMARKS_FORECAST_LOGS_H_
#define KITH_BENCHMARKS_FORECAST_LOGS_H_

#include <map>
#include <string>
#include <vector>

#include "kith/base/status.h"
#include "kith/base/time.h"
#include "kith/model/funnel_tables.h"

namespace kith::benchmarks {

// A comma-separated file, plain or gzipped.
struct Csv {
  std::map<std::string, size_t> columns;
  std::vector<std::vector<std::string>> rows;
  [[nodiscard]] const std::string& at(size_t row, const std::string& column) const {
    static const std::string kEmpty;
    const auto found = columns.find(column);
    return found == columns.end() || found->second >= rows[row].size() ? kEmpty : rows[row][found->second];
  }
};
[[nodiscard]] StatusOr<Csv> ReadCsv(const std::string& path);

struct LoggedDeal {
  model::DealPath path;  // amount: as known while the deal is open
  int64_t won_minor = 0;
  Time won{};  // 0: not won
};

struct Log {
  std::string name;
  model::Pipeline pipeline;
  std::vector<LoggedDeal> deals;
  Date start;  // day 0 of the origins
};

// Tables as the log stood at `as_of`, amounts included.
[[nodiscard]] model::FunnelTables TablesAsOf(const Log& log, Time as_of);
// Deals won in [first, end).
[[nodiscard]] std::vector<Id> WonIn(const Log& log, Time first, Time end);

// `folder` holds bpic2012/events.csv.gz, bpic2020/*.csv.gz, maven_crm/*.csv.
[[nodiscard]] StatusOr<Log> LoadBpic2012(const std::string& folder);
[[nodiscard]] StatusOr<Log> LoadBpic2020(const std::string& folder);
[[nodiscard]] StatusOr<Log> LoadMaven(const std::string& folder);

}  // namespace kith::benchmarks

#endif  // KITH_BENCHMARKS_FORECAST_LOGS_H_
