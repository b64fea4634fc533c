#include "engine/sha256.h"

#include <openssl/evp.h>

#include <string>

#include "kith/base/key.h"

namespace kith::engine {
namespace {

// Looked up once: EVP_sha256() alone makes each Begin look for an implementation.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {}

Sha256& Sha256::Begin() {
  ok_ = context_ != nullptr && Algorithm() != nullptr && EVP_DigestInit_ex2(context_.get(), Algorithm(), nullptr) == 1;
  return *this;
}

Sha256& Sha256::Add(std::string_view bytes) {
  ok_ = ok_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
  return *this;
}

Sha256& Sha256::AddNumber(uint64_t number) {
  std::string bytes;
  AppendU64(bytes, number);
  return Add(bytes);
}

StatusOr<Sha256::Digest> Sha256::Finish() {
  Digest digest{};
  unsigned int size = 0;
  ok_ = ok_ && EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) == 1 && size == kBytes;
  if (!ok_) return MakeError(Reason::kOutOfMemory, "SHA-256 could not be worked out");
  return digest;
}

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    text.push_back(kDigits[static_cast<uint8_t>(c) & 0xF]);
  }
  return text;
}

}  // namespace kith::engine
