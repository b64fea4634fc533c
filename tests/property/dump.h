// Whole files compared entry by entry.
#ifndef KITH_TESTS_PROPERTY_DUMP_H_
#define KITH_TESTS_PROPERTY_DUMP_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/format.h"
#include "kith/storage/storage.h"

namespace kith::testing {

using Dump = std::map<std::pair<uint32_t, std::string>, std::string>;  // keyspace, key -> value

// Everything in a database but for meta, where counters and the catalog's version are each database's own.
inline StatusOr<Dump> DumpOf(const std::string& path) {
  storage::OpenOptions options;
  options.application_format = format::kVersion;
  KITH_ASSIGN_OR_RETURN(const auto environment, storage::Environment::Open(path, format::Keyspaces(), options));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, environment->Read());
  Dump dump;
  for (uint32_t keyspace = 1; keyspace < format::Keyspaces().size(); ++keyspace) {
    const auto cursor = snapshot->NewCursor(keyspace);
    for (bool more = cursor->First(); more; more = cursor->Next()) dump[{keyspace, std::string(cursor->key())}] = cursor->value();
    KITH_RETURN_IF_ERROR(cursor->status());
  }
  return dump;
}

// The first difference in words; empty: none.
inline std::string DifferenceOf(const Dump& should, const Dump& is) {
  for (const auto& [key, value] : should) {
    const auto found = is.find(key);
    const std::string name = "keyspace " + std::to_string(key.first) + ", key '" + key.second + "'";
    if (found == is.end()) return name + " is missing";
    if (found->second != value) return name + " differs";
  }
  for (const auto& [key, value] : is) {
    if (!should.contains(key)) return "keyspace " + std::to_string(key.first) + ", key '" + key.second + "' should not be there";
  }
  return "";
}

}  // namespace kith::testing

#endif  // KITH_TESTS_PROPERTY_DUMP_H_
