// The library's derivations in the file: listed with their versions, built when the file has none or older rows.
#include <algorithm>
#include <map>
#include <utility>

#include "engine/database_internal.h"

namespace kith::engine {
namespace {

std::string MetaKey(std::string_view name) { return std::string(format::kMetaDerivationPrefix).append(name); }

// The version that the file has, 0 when it does not list the derivation.
StatusOr<uint64_t> StoredVersion(const storage::Reader& reader, std::string_view name) {
  const StatusOr<storage::View> stored = reader.Get(format::kMeta, MetaKey(name));
  if (IsNotFound(stored.status())) return uint64_t{0};
  if (!stored.ok()) return stored.status();
  if (stored->size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "a derivation's version is malformed");
  return ReadU64(stored->data());
}

// Replaces all rows of a derivation, provided that nothing was written since they were worked out.
class InstallJob final : public storage::Job {
 public:
  InstallJob(const Derivation& derivation, const Extensions& extensions, uint64_t sequence, std::map<std::string, std::string> rows,
             bool always)
      : derivation_(derivation), extensions_(extensions), sequence_(sequence), rows_(std::move(rows)), always_(always) {}

  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    KITH_ASSIGN_OR_RETURN(format::State state, ReadState(set));
    if (state.sequence != sequence_) return MakeError(Reason::kVersionConflict, "records changed while derived data was worked out");
    KITH_RETURN_IF_ERROR(CheckDerivations(set, extensions_));
    KITH_ASSIGN_OR_RETURN(const uint64_t stored, StoredVersion(set, derivation_.name()));
    if (stored >= derivation_.version() && !always_) return Verdict::kDiscard;
    KITH_RETURN_IF_ERROR(DeleteRows(set));
    for (const auto& [key, value] : rows_) {
      std::string padded = value;
      format::AppendPadding(padded);
      set.Put(format::kAggregate, key, padded);
    }
    std::string version;
    AppendU64(version, derivation_.version());
    set.Put(format::kMeta, MetaKey(derivation_.name()), version);
    // Others who have the file open look at the derivations again.
    ++state.catalog_version;
    set.Put(format::kMeta, format::kMetaState, format::EncodeState(state));
    return Verdict::kKeep;
  }

 private:
  Status DeleteRows(storage::WriteSet& set) const {
    std::vector<std::string> keys;
    const std::unique_ptr<storage::Cursor> cursor = set.NewCursor(format::kAggregate);
    const std::string_view prefix = derivation_.prefix();
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      keys.emplace_back(cursor->key());
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    for (const std::string& key : keys) set.Delete(format::kAggregate, key);
    return absl::OkStatus();
  }

  const Derivation& derivation_;
  const Extensions& extensions_;
  uint64_t sequence_;
  std::map<std::string, std::string> rows_;
  bool always_;
};

}  // namespace

// False when it has to be tried again.
StatusOr<bool> DatabaseImpl::RebuildDerivation(const Derivation& derivation, bool always) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> stored, state_->environment().Read());
  KITH_ASSIGN_OR_RETURN(const uint64_t version, StoredVersion(*stored, derivation.name()));
  if (version >= derivation.version() && !always) return true;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, Read({}));
  std::map<std::string, std::string> rows;
  if (snapshot->sequence() > 0) {
    KITH_ASSIGN_OR_RETURN(rows, derivation.Recompute(*snapshot));
  }
  InstallJob job(derivation, state_->extensions(), snapshot->sequence(), std::move(rows), always);
  const Status status = RunJob(job);
  if (GetReason(status) == Reason::kVersionConflict) return false;
  KITH_RETURN_IF_ERROR(status);
  return true;
}

Status DatabaseImpl::BringDerivation(const Derivation& derivation, bool always) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    KITH_ASSIGN_OR_RETURN(const bool done, RebuildDerivation(derivation, always));
    if (done) return absl::OkStatus();
  }
  return MakeError({.reason = Reason::kVersionConflict, .value = std::string(derivation.name()), .hint = "try it while fewer write"},
                   "derived data could not be brought up to date");
}

Status DatabaseImpl::InstallDerivations() {
  for (const Derivation* derivation : state_->extensions().derivations) {
    const Status status = BringDerivation(*derivation, false);
    // Another derivation of the file is missing here: reading goes on, without writing.
    if (GetReason(status) == Reason::kDerivationMissing) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(status);
  }
  return state_->Refresh().status();
}

}  // namespace kith::engine
