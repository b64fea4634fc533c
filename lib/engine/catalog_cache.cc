// The catalog as a reader of the file sees it: definitions are records of compiled-in types.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "engine/programs.h"
#include "engine/read_internal.h"
#include "kith/base/key.h"

namespace kith::engine {
namespace {

using catalog::Catalog;
using catalog::Definition;
using catalog::TypeDef;

// Calls `visit(type, key, body)` for the definitions of one compiled-in type. The texts are the record's.
template <typename Visit>
Status VisitDefinitions(const Source& source, const TypeDef& type, const Visit& visit) {
  const catalog::FieldDef* key = type.FindField("key");
  const catalog::FieldDef* body = type.FindField("body");
  if (key == nullptr || body == nullptr) return {};
  const std::unique_ptr<RecordCursor> cursor = NewScanCursor(source, type, {});
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
    visit(type.number, record.GetText(key->position), record.GetText(body->position));
  }
  return cursor->status();
}

template <typename Visit>
Status VisitAllDefinitions(const storage::Reader& reader, const Visit& visit) {
  const std::shared_ptr<const Catalog> built_in = Catalog::BuiltIn();
  const Source source{.reader = &reader, .catalog = built_in.get()};
  for (const TypeDef& type : built_in->types()) KITH_RETURN_IF_ERROR(VisitDefinitions(source, type, visit));
  return absl::OkStatus();
}

StatusOr<std::vector<Definition>> ReadAllDefinitions(const storage::Reader& reader) {
  std::vector<Definition> definitions;
  KITH_RETURN_IF_ERROR(VisitAllDefinitions(reader, [&](TypeNumber type, std::string_view key, std::string_view body) {
    definitions.push_back({type, std::string(key), std::string(body)});
  }));
  return definitions;
}

// A process that has many databases open, made alike, has their catalogs once: a compiled one is larger than all else that an open database
// takes. Whoever finds it busy goes without, also a child that was forked while it was: sharing is no need.
class SharedCatalogs {
 public:
  static SharedCatalogs& Get() {
    static auto* const shared = new SharedCatalogs();
    return *shared;
  }
  // One that was compiled from the same; nullptr when nobody holds such a one.
  std::shared_ptr<const ReaderCatalog> Find(const std::string& key) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return nullptr;
    const auto found = catalogs_.find(key);
    return found == catalogs_.end() ? nullptr : found->second.lock();
  }
  void Add(const std::string& key, const std::shared_ptr<const ReaderCatalog>& catalog) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return;
    std::erase_if(catalogs_, [](const auto& entry) { return entry.second.expired(); });
    catalogs_.try_emplace(key, catalog);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const ReaderCatalog>> catalogs_;
};

// SHA-256 over parts, each with its size.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    sound_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  }
  void Add(uint64_t number) {
    head_.clear();
    AppendU64(head_, number);
    Update(head_);
  }
  void Add(std::string_view part) {
    Add(uint64_t{part.size()});
    Update(part);
  }
  [[nodiscard]] StatusOr<std::string> Finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (!sound_ || EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) {
      return MakeError(Reason::kOutOfMemory, "the catalog could not be hashed");
    }
    return std::string(reinterpret_cast<const char*>(digest.data()), size);
  }

 private:
  void Update(std::string_view bytes) { sound_ = sound_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1; }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool sound_ = false;
  std::string head_;
};

// Of all that a compiled catalog follows from. Read in place: whoever shares a catalog needs no memory for its definitions.
StatusOr<std::string> KeyOf(const storage::Reader& reader, uint64_t version, const std::vector<uint32_t>& building) {
  Digest digest;
  digest.Add(version);
  digest.Add(building.size());
  for (const uint32_t number : building) digest.Add(number);
  KITH_RETURN_IF_ERROR(VisitAllDefinitions(reader, [&](TypeNumber type, std::string_view key, std::string_view body) {
    digest.Add(type);
    digest.Add(key);
    digest.Add(body);
  }));
  return digest.Finish();
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

StatusOr<std::shared_ptr<const ReaderCatalog>> LoadForReading(const storage::Reader& reader, uint64_t version) {
  KITH_ASSIGN_OR_RETURN(std::vector<uint32_t> building, ReadBuilding(reader));
  KITH_ASSIGN_OR_RETURN(const std::string key, KeyOf(reader, version, building));
  if (std::shared_ptr<const ReaderCatalog> shared = SharedCatalogs::Get().Find(key)) return shared;
  KITH_ASSIGN_OR_RETURN(const std::vector<Definition> definitions, ReadAllDefinitions(reader));
  auto loaded = std::make_shared<ReaderCatalog>();
  KITH_ASSIGN_OR_RETURN(loaded->catalog, catalog::FromDefinitions(version, definitions));
  loaded->building = std::move(building);
  loaded->programs = Programs::Compile(loaded->catalog);
  SharedCatalogs::Get().Add(key, loaded);
  return std::shared_ptr<const ReaderCatalog>(std::move(loaded));
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
  KITH_ASSIGN_OR_RETURN(const std::vector<Definition> definitions, ReadAllDefinitions(reader));
  return catalog::FromDefinitions(version, definitions);
}

StatusOr<std::string> DigestOf(std::span<const catalog::PackageSource> packages) {
  Digest digest;
  for (const catalog::PackageSource& package : packages) {
    digest.Add(package.definition);
    digest.Add(package.numbers);
  }
  return digest.Finish();
}

bool Satisfied::Has(const std::string& packages) const {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  return lock.owns_lock() && std::find(packages_.begin(), packages_.end(), packages) != packages_.end();
}

void Satisfied::Add(std::string packages) const {
  constexpr size_t kMost = 64;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock() && packages_.size() < kMost) packages_.push_back(std::move(packages));
}

bool ReaderCatalog::IsReady(uint32_t number) const { return !std::binary_search(building.begin(), building.end(), number); }

StatusOr<std::shared_ptr<const ReaderCatalog>> CatalogCache::GetForReading(const storage::Reader& reader, uint64_t version) {
  {
    const std::lock_guard lock(mutex_);
    if (newest_ != nullptr && newest_->catalog->version() == version) return newest_;
  }
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<const ReaderCatalog> loaded, LoadForReading(reader, version));
  const std::lock_guard lock(mutex_);
  // A snapshot from before a change of definitions must not push out what the newer ones share.
  if (newest_ == nullptr || newest_->catalog->version() < version) newest_ = loaded;
  return loaded;
}

StatusOr<std::shared_ptr<const Catalog>> CatalogCache::Get(const storage::Reader& reader, uint64_t version) {
  KITH_ASSIGN_OR_RETURN(const std::shared_ptr<const ReaderCatalog> loaded, GetForReading(reader, version));
  return loaded->catalog;
}

}  // namespace kith::engine
