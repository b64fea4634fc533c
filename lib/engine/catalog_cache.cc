// The catalog as a reader of the file sees it: definitions are records of compiled-in types.
#include <algorithm>
#include <utility>

#include "engine/programs.h"
#include "engine/read_internal.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

using catalog::Catalog;
using catalog::Definition;
using catalog::TypeDef;

// Adds the definitions of one compiled-in type.
Status ReadDefinitions(const Source& source, const TypeDef& type, std::vector<Definition>& definitions) {
  const catalog::FieldDef* key = type.FindField("key");
  const catalog::FieldDef* body = type.FindField("body");
  if (key == nullptr || body == nullptr) return {};
  const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source, type, {});
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    definitions.push_back({type.number, std::string(record.GetText(key->position)), std::string(record.GetText(body->position))});
  }
  return cursor->status();
}

StatusOr<std::vector<uint32_t>> ReadBuilding(const storage::Reader& reader) {
  std::vector<uint32_t> building;
  const std::string_view prefix = format::kMetaBuildPrefix;
  const std::unique_ptr<storage::Cursor> cursor = reader.NewCursor(format::kMeta);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    if (cursor->key().size() != prefix.size() + sizeof(uint32_t)) continue;
    building.push_back(ReadU32(cursor->key().data() + prefix.size()));
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return building;
}

}  // namespace

StatusOr<Horizon> ReadHorizon(const storage::Reader& reader) {
  const StatusOr<storage::View> stored = reader.Get(format::kMeta, format::kMetaHorizon);
  if (IsNotFound(stored.status())) return Horizon();
  if (!stored.ok()) return stored.status();
  return format::DecodeHorizon(*stored);
}

StatusOr<format::State> ReadState(const storage::Reader& reader) {
  StatusOr<storage::View> bytes = reader.Get(format::kMeta, format::kMetaState);
  if (IsNotFound(bytes.status())) return format::State{};
  if (!bytes.ok()) return std::move(bytes).status();
  return format::DecodeState(*bytes);
}

StatusOr<std::shared_ptr<const Catalog>> LoadCatalog(const storage::Reader& reader, uint64_t version) {
  const std::shared_ptr<const Catalog> built_in = Catalog::BuiltIn();
  const Source source{.reader = &reader, .catalog = built_in.get()};
  std::vector<Definition> definitions;
  for (const TypeDef& type : built_in->types()) KITH_RETURN_IF_ERROR(ReadDefinitions(source, type, definitions));
  return catalog::FromDefinitions(version, definitions);
}

bool ReaderCatalog::IsReady(uint32_t number) const { return !std::binary_search(building.begin(), building.end(), number); }

StatusOr<std::shared_ptr<const ReaderCatalog>> CatalogCache::GetForReading(const storage::Reader& reader, uint64_t version) {
  {
    const std::lock_guard lock(mutex_);
    if (newest_ != nullptr && newest_->catalog->version() == version) return newest_;
  }
  auto loaded = std::make_shared<ReaderCatalog>();
  KITH_ASSIGN_OR_RETURN(loaded->catalog, LoadCatalog(reader, version));
  KITH_ASSIGN_OR_RETURN(loaded->building, ReadBuilding(reader));
  loaded->programs = Programs::Compile(loaded->catalog);
  const std::lock_guard lock(mutex_);
  // A snapshot from before a change of definitions must not push out what the newer ones share.
  if (newest_ == nullptr || newest_->catalog->version() < version) newest_ = loaded;
  return std::shared_ptr<const ReaderCatalog>(std::move(loaded));
}

StatusOr<std::shared_ptr<const Catalog>> CatalogCache::Get(const storage::Reader& reader, uint64_t version) {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const ReaderCatalog> loaded, GetForReading(reader, version));
  return loaded->catalog;
}

}  // namespace kith::engine
