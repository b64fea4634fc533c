#include <utility>

#include "engine/database_internal.h"
#include "engine/fill_internal.h"
#include "engine/programs.h"
#include "engine/roll_up.h"

namespace kith::engine {
namespace {

constexpr size_t kStepBytes = size_t{8} << 20;

}  // namespace

class Filling::PutJob final : public storage::Job {
 public:
  explicit PutJob(const std::vector<Put>& puts) : puts_(puts) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    for (const Put& put : puts_) set.Put(put.keyspace, put.key, put.value);
    return Verdict::kKeep;
  }

 private:
  const std::vector<Put>& puts_;
};

StatusOr<std::shared_ptr<storage::Environment>> OpenNew(const std::string& path) {
  storage::OpenOptions options;
  options.create = true;
  options.durability = storage::Durability::kRelaxed;  // it gets its name once it is whole
  options.application_format = format::kVersion;
  return storage::Environment::Open(path, format::Keyspaces(), options);
}

Status Filling::Write(storage::Keyspace keyspace, std::string_view key, std::string_view value) {
  bytes_ += key.size() + value.size();
  puts_.push_back({keyspace, std::string(key), std::string(value)});
  return bytes_ < kStepBytes ? absl::OkStatus() : Flush();
}

Status Filling::Flush() {
  PutJob job(puts_);
  storage::Job* const jobs[] = {&job};
  Status status = environment_.Run(jobs, {})[0];
  puts_.clear();
  bytes_ = 0;
  return status;
}

Status MarkDerived(Filling& filling, const std::shared_ptr<const catalog::Catalog>& catalog) {
  const auto mark = [&filling](uint32_t number) {
    std::string key(format::kMetaBuildPrefix);
    AppendU32(key, number);
    return filling.Write(format::kMeta, key, std::string(sizeof(uint64_t), '\0'));
  };
  for (const catalog::TypeDef& type : catalog->types()) {
    for (const catalog::IndexDef& index : type.indexes) KITH_RETURN_IF_ERROR(mark(index.number));
  }
  const std::shared_ptr<const Programs> programs = Programs::Compile(catalog);
  for (const RollUpPlan& plan : programs->roll_ups()) KITH_RETURN_IF_ERROR(mark(plan.number()));
  if (programs->roll_ups().empty()) return absl::OkStatus();
  std::string version;
  AppendU64(version, kRollUpVersion);
  return filling.Write(format::kMeta, std::string(format::kMetaDerivationPrefix).append(kRollUpDerivation), version);
}

Status DatabaseImpl::BuildDerived() {
  KITH_RETURN_IF_ERROR(state_->Refresh().status());
  KITH_RETURN_IF_ERROR(FinishIndexes());
  return InstallDerivations();
}

}  // namespace kith::engine
