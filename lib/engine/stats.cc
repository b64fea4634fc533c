// Statistics as OpenMetrics 1.0 text: a family of metrics after the other, each with a line a database.
#include <array>
#include <cstdio>
#include <functional>
#include <string>

#include "kith/engine/database.h"

namespace kith {
namespace {

enum class MetricKind { kGauge, kCounter };

struct Metric {
  std::string_view name;
  MetricKind kind;
  std::string_view unit;  // the name ends in it; empty: none
  std::string_view help;
  double (*value)(const DatabaseStats& stats);
};

#define KITH_VALUE(expression) [](const DatabaseStats& s) { return static_cast<double>(s.expression); }
constexpr auto kGauge = MetricKind::kGauge;
constexpr auto kCounter = MetricKind::kCounter;
constexpr std::array kMetrics = {
    Metric{"sequence", kGauge, "", "Sequence number of the last change.", KITH_VALUE(sequence)},
    Metric{"horizon", kGauge, "", "Sequence number up to which the feed was pruned.", KITH_VALUE(horizon)},
    Metric{"catalog_version", kGauge, "", "Version of the catalog.", KITH_VALUE(catalog_version)},
    Metric{"types", kGauge, "", "Entity types of packages.", KITH_VALUE(types)},
    Metric{"applied", kCounter, "", "Batches applied by this process.", KITH_VALUE(applied)},
    Metric{"refused", kCounter, "", "Batches refused by this process.", KITH_VALUE(refused)},
    Metric{"apply_seconds", kCounter, "seconds", "Time that callers of this process waited for batches.", KITH_VALUE(apply_seconds)},
    Metric{"file_bytes", kGauge, "bytes", "Size of the data file.", KITH_VALUE(storage.file_bytes)},
    Metric{"used_bytes", kGauge, "bytes", "Bytes in use within the data file.", KITH_VALUE(storage.used_bytes)},
    Metric{"free_bytes", kGauge, "bytes", "Bytes free within the data file.", KITH_VALUE(storage.free_bytes)},
    Metric{"map_bytes", kGauge, "bytes", "Address space reserved for the data file.", KITH_VALUE(storage.map_bytes)},
    Metric{"transaction", kGauge, "", "Number of the last commit.", KITH_VALUE(storage.transaction)},
    Metric{"readers", kGauge, "", "Reader slots in use by all processes.", KITH_VALUE(storage.readers)},
    Metric{"oldest_reader_lag", kGauge, "", "Commits since the oldest reader's.", KITH_VALUE(storage.oldest_reader_lag)},
    Metric{"oldest_snapshot_seconds", kGauge, "seconds", "Age of this process's oldest snapshot.",
           KITH_VALUE(storage.oldest_snapshot_seconds)},
    Metric{"groups", kCounter, "", "Groups committed by this process.", KITH_VALUE(storage.groups)},
    Metric{"jobs", kCounter, "", "Jobs run by this process.", KITH_VALUE(storage.jobs)},
    Metric{"syncs", kCounter, "", "Waits for the disk of this process's groups.", KITH_VALUE(storage.syncs)},
    Metric{"map_growths", kCounter, "", "Times the map was grown by this process.", KITH_VALUE(storage.map_growths)},
    Metric{"recoveries", kCounter, "", "Times the store was opened anew after an error.", KITH_VALUE(storage.recoveries)},
    Metric{"stale_readers_cleared", kCounter, "", "Reader slots of dead processes that were cleared.",
           KITH_VALUE(storage.stale_readers_cleared)},
};
#undef KITH_VALUE

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}

// name="value", with what a label's value may not hold as it is.
std::string Label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string Join(std::string_view a, std::string_view b) {
  if (a.empty()) return std::string(b);
  return std::string(a).append(",").append(b);
}

class Exposition {
 public:
  void Begin(std::string_view name, std::string_view type, std::string_view unit, std::string_view help) {
    text_.append("# TYPE kith_").append(name).append(" ").append(type).append("\n");
    if (!unit.empty()) text_.append("# UNIT kith_").append(name).append(" ").append(unit).append("\n");
    text_.append("# HELP kith_").append(name).append(" ").append(help).append("\n");
  }
  void Line(std::string_view name, std::string_view labels, double value) {
    text_.append("kith_").append(name);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(Number(value)).append("\n");
  }
  std::string Finish() { return std::move(text_.append("# EOF\n")); }

 private:
  std::string text_;
};

// `label(i)` tells the i-th from the others; `stats(i)` is what it has.
std::string Expose(size_t count, const std::function<std::string(size_t)>& label,
                   const std::function<const DatabaseStats&(size_t)>& stats) {
  Exposition out;
  for (const Metric& metric : kMetrics) {
    const bool counter = metric.kind == MetricKind::kCounter;
    out.Begin(metric.name, counter ? "counter" : "gauge", metric.unit, metric.help);
    const std::string sample = std::string(metric.name) + (counter ? "_total" : "");
    for (size_t i = 0; i < count; ++i) out.Line(sample, label(i), metric.value(stats(i)));
  }
  const auto by_keyspace = [&](std::string_view name, std::string_view unit, std::string_view help,
                               uint64_t storage::KeyspaceStats::*member) {
    out.Begin(name, "gauge", unit, help);
    for (size_t i = 0; i < count; ++i) {
      for (const storage::KeyspaceStats& keyspace : stats(i).storage.keyspaces) {
        out.Line(name, Join(label(i), Label("keyspace", keyspace.name)), static_cast<double>(keyspace.*member));
      }
    }
  };
  by_keyspace("keyspace_entries", "", "Entries of a keyspace.", &storage::KeyspaceStats::entries);
  by_keyspace("keyspace_bytes", "bytes", "Bytes of a keyspace's pages.", &storage::KeyspaceStats::bytes);
  return out.Finish();
}

}  // namespace

std::string DatabaseStats::ToOpenMetrics() const {
  return Expose(
      1, [](size_t) { return std::string(); }, [this](size_t) -> const DatabaseStats& { return *this; });
}

std::string ToOpenMetrics(std::span<const NamedStats> databases) {
  return Expose(
      databases.size(), [&](size_t i) { return Label("database", databases[i].name); },
      [&](size_t i) -> const DatabaseStats& { return databases[i].stats; });
}

}  // namespace kith
