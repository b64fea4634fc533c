// SHA-256 (FIPS 180-4) by libcrypto, for many short inputs: one context used again.
#ifndef KITH_LIB_ENGINE_SHA256_H_
#define KITH_LIB_ENGINE_SHA256_H_

#include <array>
#include <memory>
#include <string_view>

#include "kith/base/status.h"

struct evp_md_ctx_st;

namespace kith::engine {

class Sha256 {
 public:
  static constexpr size_t kBytes = 32;
  using Digest = std::array<char, kBytes>;

  Sha256();
  // Begins a new input; what was added to another one is dropped.
  Sha256& Begin();
  Sha256& Add(std::string_view bytes);
  Sha256& AddNumber(uint64_t number);  // 8 bytes big-endian
  // OutOfMemory when the library failed since Begin.
  [[nodiscard]] StatusOr<Digest> Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
  bool ok_ = false;
};

[[nodiscard]] inline std::string_view ViewOf(const Sha256::Digest& digest) { return {digest.data(), digest.size()}; }
[[nodiscard]] std::string Hex(std::string_view bytes);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_SHA256_H_
