// The same through the C++ headers: opens a database at argv[1] with the standard package, writes and reads.
#include <kith/engine/database.h>
#include <kith/model/model.h>

#include <cstdio>
#include <string>

namespace {

kith::Status Run(const char* path) {
  kith::OpenOptions options;
  options.create = true;
  KITH_ASSIGN_OR_RETURN(const auto db, kith::model::OpenDatabase(path, options));
  KITH_ASSIGN_OR_RETURN(kith::Batch batch, db->NewBatch());
  batch.Set(batch.Create("account"), "name", std::string("Acme"));
  KITH_ASSIGN_OR_RETURN(const kith::Outcome outcome, db->Apply(batch));
  KITH_ASSIGN_OR_RETURN(const auto snapshot, db->Read());
  return snapshot->Get(outcome.ids.front()).status();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const kith::Status status = Run(argv[1]);
  std::puts(status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
