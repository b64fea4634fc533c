#include <utility>

#include "engine/engine_internal.h"
#include "engine/roll_up.h"

namespace kith::engine {

Status CheckDerivations(const storage::Reader& reader, const Extensions& extensions) {
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  const std::string_view prefix = format::kMetaDerivationPrefix;
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    const std::string_view name = cursor->key().substr(prefix.size());
    if (cursor->value().size() != sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "a derivation's version is malformed");
    const uint64_t version = ReadU64(cursor->value().data());
    const Derivation* own = nullptr;
    for (const Derivation* derivation : extensions.derivations) {
      if (derivation->name() == name) own = derivation;
    }
    if (own != nullptr && own->version() >= version) continue;
    if (name == kRollUpDerivation && version <= kRollUpVersion) continue;
    return MakeError({.reason = Reason::kDerivationMissing,
                      .value = std::string(name) + " " + std::to_string(version),
                      .hint = "open it with a library that has this derivation; reading works"},
                     own == nullptr ? "the database keeps derived data that this library does not know"
                                    : "the database keeps derived data of a newer library");
  }
  return cursor->status();
}

StatusOr<bool> RaiseCounter(storage::WriteSet& set, Id id) {
  const std::string key = format::CounterKey(id.type(), id.node());
  const StatusOr<storage::View> stored = set.Get(format::kMeta, key);
  if (!stored.ok() && !IsNotFound(stored.status())) return stored.status();
  const uint64_t last = stored.ok() && stored->size() >= sizeof(uint64_t) ? ReadU64(stored->data()) : 0;
  if (id.sequence() <= last) return false;
  std::string value;
  AppendU64(value, id.sequence());
  set.Put(format::kMeta, key, value);
  return true;
}

void EngineState::Log(storage::LogLevel level, std::string_view message) const {
  if (log_) log_(level, message);
}

std::shared_ptr<const WriterCatalog> EngineState::cached() const {
  const std::lock_guard lock(mutex_);
  return cached_;
}

StatusOr<std::shared_ptr<const WriterCatalog>> EngineState::Refresh() {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<storage::Snapshot> snapshot, environment_->Read());
  KITH_ASSIGN_OR_RETURN(const format::State state, ReadState(*snapshot));
  std::shared_ptr<const WriterCatalog> present = cached();
  if (present != nullptr && present->version == state.catalog_version) return present;

  auto loaded = std::make_shared<WriterCatalog>();
  loaded->version = state.catalog_version;
  KITH_ASSIGN_OR_RETURN(loaded->reading, catalogs_.GetForReading(*snapshot, state.catalog_version));
  loaded->catalog = loaded->reading->catalog;
  KITH_ASSIGN_OR_RETURN(loaded->conversions, ReadConversions(*snapshot));
  Status writable = CheckDerivations(*snapshot, extensions_);
  if (!writable.ok() && GetReason(writable) != Reason::kDerivationMissing) return writable;
  loaded->writable = writable;
  if (!writable.ok()) Log(storage::LogLevel::kWarning, "opened read-only: " + std::string(MessageOf(writable)));

  const std::lock_guard lock(mutex_);
  if (cached_ == nullptr || cached_->version < loaded->version) cached_ = loaded;
  return std::shared_ptr<const WriterCatalog>(std::move(loaded));
}

}  // namespace kith::engine
