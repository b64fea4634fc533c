// A new database filled with what another one holds, key by key, and then with all that derives from it.
#ifndef KITH_LIB_ENGINE_FILL_INTERNAL_H_
#define KITH_LIB_ENGINE_FILL_INTERNAL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// A new, empty database that nobody else knows of.
[[nodiscard]] StatusOr<std::shared_ptr<storage::Environment>> OpenNew(const std::string& path);

// Writes in steps of some megabytes. One thread.
class Filling {
 public:
  explicit Filling(storage::Environment& environment) : environment_(environment) {}
  // Takes the place of what an earlier step put there.
  [[nodiscard]] Status Write(storage::Keyspace keyspace, std::string_view key, std::string_view value);
  // What was written before is there for readers.
  [[nodiscard]] Status Flush();
  [[nodiscard]] storage::Environment& environment() { return environment_; }

 private:
  struct Put {
    storage::Keyspace keyspace;
    std::string key;
    std::string value;
  };
  class PutJob;

  storage::Environment& environment_;
  std::vector<Put> puts_;
  size_t bytes_ = 0;
};

// Notes every index and roll-up of the catalog as still to be built, for DatabaseImpl::BuildDerived.
[[nodiscard]] Status MarkDerived(Filling& filling, const std::shared_ptr<const catalog::Catalog>& catalog);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_FILL_INTERNAL_H_
