// A folder of CSV files and a database to load it into.
#ifndef KITH_TESTS_UNIT_EXCHANGE_FOLDER_H_
#define KITH_TESTS_UNIT_EXCHANGE_FOLDER_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "kith/exchange/csv.h"
#include "kith/model/model.h"
#include "support/paths.h"

namespace kith::exchange {

class Folder {
 public:
  Folder() : path_(testing::MakeTempDir()) {}
  void Write(const std::string& name, std::string_view text) const {
    std::ofstream file(std::filesystem::path(path_) / name, std::ios::binary);
    file << text;
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return (std::filesystem::path(path_) / name).string(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::shared_ptr<Database> OpenTemporary() {
  OpenOptions options;
  options.temporary = true;
  StatusOr<std::shared_ptr<Database>> database = model::OpenDatabase("", options);
  EXPECT_TRUE(database.ok()) << database.status();
  return database.ok() ? *database : nullptr;
}

}  // namespace kith::exchange

#endif  // KITH_TESTS_UNIT_EXCHANGE_FOLDER_H_
