#include <sstream>

#include "kith/engine/database.h"

namespace kith {
namespace {

enum class MetricKind { kGauge, kCounter };

void Metric(std::ostringstream& out, std::string_view name, MetricKind kind, std::string_view help, double value) {
  const bool counter = kind == MetricKind::kCounter;
  out << "# TYPE kith_" << name << (counter ? " counter" : " gauge") << "\n# HELP kith_" << name << " " << help << "\nkith_" << name
      << (counter ? "_total " : " ") << value << "\n";
}

}  // namespace

std::string DatabaseStats::ToOpenMetrics() const {
  std::ostringstream out;
  out.precision(17);
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    Metric(out, name, MetricKind::kGauge, help, static_cast<double>(value));
  };
  const auto counter = [&](std::string_view name, std::string_view help, auto value) {
    Metric(out, name, MetricKind::kCounter, help, static_cast<double>(value));
  };
  gauge("sequence", "Sequence number of the last change.", sequence);
  gauge("catalog_version", "Version of the catalog.", catalog_version);
  gauge("types", "Entity types of packages.", types);
  counter("applied", "Batches applied by this process.", applied);
  counter("refused", "Batches refused by this process.", refused);
  gauge("file_bytes", "Size of the data file.", storage.file_bytes);
  gauge("used_bytes", "Bytes in use within the data file.", storage.used_bytes);
  gauge("free_bytes", "Bytes free within the data file.", storage.free_bytes);
  gauge("map_bytes", "Address space reserved for the data file.", storage.map_bytes);
  gauge("transaction", "Number of the last commit.", storage.transaction);
  gauge("readers", "Reader slots in use by all processes.", storage.readers);
  gauge("oldest_reader_lag", "Commits since the oldest reader's.", storage.oldest_reader_lag);
  gauge("oldest_snapshot_seconds", "Age of this process's oldest snapshot.", storage.oldest_snapshot_seconds);
  counter("groups", "Groups committed by this process.", storage.groups);
  counter("jobs", "Jobs run by this process.", storage.jobs);
  counter("syncs", "Waits for the disk of this process's groups.", storage.syncs);
  counter("map_growths", "Times the map was grown by this process.", storage.map_growths);
  counter("recoveries", "Times the store was opened anew after an error.", storage.recoveries);
  counter("stale_readers_cleared", "Reader slots of dead processes that were cleared.", storage.stale_readers_cleared);
  const auto by_keyspace = [&](std::string_view name, std::string_view help, uint64_t storage::KeyspaceStats::*member) {
    out << "# TYPE kith_" << name << " gauge\n# HELP kith_" << name << " " << help << "\n";
    for (const storage::KeyspaceStats& keyspace : storage.keyspaces) {
      out << "kith_" << name << "{keyspace=\"" << keyspace.name << "\"} " << keyspace.*member << "\n";
    }
  };
  by_keyspace("keyspace_entries", "Entries of a keyspace.", &storage::KeyspaceStats::entries);
  by_keyspace("keyspace_bytes", "Bytes of a keyspace's pages.", &storage::KeyspaceStats::bytes);
  out << "# EOF\n";
  return out.str();
}

}  // namespace kith
