// A copy of a database for what is only tried.
#ifndef KITH_LIB_EXCHANGE_SCRATCH_H_
#define KITH_LIB_EXCHANGE_SCRATCH_H_

#include <filesystem>
#include <memory>

#include "kith/base/status.h"
#include "kith/engine/database.h"

namespace kith::exchange {

// Removed with everything in it. A dry run is a real run into it: what is imported refers to what the same import brings, and nothing short
// of that tells what would happen.
class ScratchCopy {
 public:
  [[nodiscard]] static StatusOr<std::unique_ptr<ScratchCopy>> Of(Database& database);
  ~ScratchCopy();
  ScratchCopy(const ScratchCopy&) = delete;
  ScratchCopy& operator=(const ScratchCopy&) = delete;
  [[nodiscard]] Database& database() { return *database_; }

 private:
  explicit ScratchCopy(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
  std::shared_ptr<Database> database_;
};

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_SCRATCH_H_
