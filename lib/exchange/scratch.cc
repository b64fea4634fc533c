#include "exchange/scratch.h"

#include <cstdlib>
#include <new>
#include <string>

#include "kith/model/model.h"

namespace kith::exchange {

StatusOr<std::unique_ptr<ScratchCopy>> ScratchCopy::Of(Database& database) {
  std::string pattern = (std::filesystem::temp_directory_path() / "kith-dry-run-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    return MakeError(Reason::kIoError, "no folder for the dry run can be made in the system's temporary directory");
  }
  std::unique_ptr<ScratchCopy> copy(new ScratchCopy(pattern));
  const std::string path = (copy->folder_ / "copy").string();
  KITH_RETURN_IF_ERROR(database.Backup(path));
  OpenOptions open;
  open.durability = storage::Durability::kRelaxed;
  open.allow_any_file_system = true;
  KITH_ASSIGN_OR_RETURN(copy->database_, model::OpenDatabase(path, open));
  return copy;
}

ScratchCopy::~ScratchCopy() {
  database_.reset();
  std::error_code ignored;
  try {
    std::filesystem::remove_all(folder_, ignored);
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): it stays behind in the system's temporary directory
  }
}

}  // namespace kith::exchange
