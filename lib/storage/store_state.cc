#include "storage/store_state.h"

#include <sys/random.h>

#include <cstring>

#include "storage/seal.h"

namespace kith::storage {
namespace {

constexpr uint64_t kHeaderMagic = 0x524F54534854494Bu;  // "KITHSTOR"
constexpr uint64_t kStateMagic = 0x315441545348544Bu;
constexpr size_t kCreationIdBytes = 16;

template <typename T>
void Append(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// Reads fields one after the other; ok() is false once the bytes ran out.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
  T Take() {
    T value{};
    const std::string_view raw = TakeBytes(sizeof(T));
    if (ok_) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  std::string_view TakeBytes(size_t size) {
    if (bytes_.size() < size) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace

std::string EncodeHeader(const StoreHeader& header) {
  std::string out;
  Append(out, kHeaderMagic);
  Append(out, header.storage_format);
  Append(out, header.application_format);
  Append(out, header.page_size);
  Append(out, static_cast<uint32_t>(header.library_version.size()));
  out += header.creation_id;
  out += header.library_version;
  return out;
}

StatusOr<StoreHeader> DecodeHeader(std::string_view bytes) {
  FieldReader reader(bytes);
  StoreHeader header;
  const auto magic = reader.Take<uint64_t>();
  header.storage_format = reader.Take<uint32_t>();
  if (!reader.ok() || magic != kHeaderMagic) {
    return MakeError({.reason = Reason::kFormatUnknown, .hint = "this is an LMDB file of another program"},
                     "the file is not a database of this library");
  }
  if (header.storage_format > kStorageFormat) {
    return MakeError({.reason = Reason::kFormatNewer, .value = std::to_string(header.storage_format), .hint = "update the library"},
                     "the database was written by a newer library: its storage format is above " + std::to_string(kStorageFormat));
  }
  header.application_format = reader.Take<uint32_t>();
  header.page_size = reader.Take<uint32_t>();
  const auto version_size = reader.Take<uint32_t>();
  header.creation_id = reader.TakeBytes(kCreationIdBytes);
  header.library_version = reader.TakeBytes(version_size);
  if (!reader.ok()) return MakeError(Reason::kFormatUnknown, "the database's format record is cut short");
  return header;
}

std::string NewCreationId(uint64_t seed) {
  std::string id(kCreationIdBytes, '\0');
  if (seed != 0) {
    const XXH128_hash_t hash = XXH3_128bits(&seed, sizeof(seed));
    static_assert(sizeof(hash) == kCreationIdBytes);
    std::memcpy(id.data(), &hash, sizeof(hash));
    return id;
  }
  size_t filled = 0;
  while (filled < id.size()) {
    const ssize_t n = getrandom(id.data() + filled, id.size() - filled, 0);
    if (n > 0) filled += static_cast<size_t>(n);
  }
  return id;
}

uint64_t& StoreState::DigestOf(uint64_t salt) {
  for (Digest& digest : digests) {
    if (digest.salt == salt) return digest.sum;
  }
  digests.push_back({salt, 0});
  return digests.back().sum;
}

std::string EncodeState(const StoreState& state) {
  std::string out;
  out.reserve(32 + state.digests.size() * sizeof(StoreState::Digest));
  Append(out, kStateMagic);
  Append(out, state.transaction);
  Append(out, static_cast<uint64_t>(state.digests.size()));
  for (const StoreState::Digest& digest : state.digests) {
    Append(out, digest.salt);
    Append(out, digest.sum);
  }
  Append(out, SealOf(kStateMagic, kStateKey, out));
  return out;
}

std::optional<StoreState> DecodeState(std::string_view bytes) {
  if (bytes.size() < kSealBytes) return std::nullopt;
  const std::string_view content = bytes.substr(0, bytes.size() - kSealBytes);
  if (LoadU64(bytes.data() + content.size()) != SealOf(kStateMagic, kStateKey, content)) return std::nullopt;
  FieldReader reader(content);
  StoreState state;
  if (reader.Take<uint64_t>() != kStateMagic) return std::nullopt;
  state.transaction = reader.Take<uint64_t>();
  const auto count = reader.Take<uint64_t>();
  if (!reader.ok() || count > content.size() / sizeof(StoreState::Digest)) return std::nullopt;
  for (uint64_t i = 0; i < count; ++i) {
    const auto salt = reader.Take<uint64_t>();
    const auto sum = reader.Take<uint64_t>();
    state.digests.push_back({salt, sum});
  }
  if (!reader.ok()) return std::nullopt;
  return state;
}

}  // namespace kith::storage
