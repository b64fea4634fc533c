// Handles of the C ABI: a kith_db* is not an address but a slot and a generation, so that NULL, a freed and a foreign handle are told apart
// and give an error instead of undefined behaviour.
#ifndef KITH_CAPI_HANDLES_H_
#define KITH_CAPI_HANDLES_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "kith/base/status.h"

namespace kith::capi {

enum class HandleKind : uint8_t {
  kNone = 0,
  kError,
  kText,
  kDatabase,
  kBatch,
  kOutcome,
  kSnapshot,
  kRange,
  kCursor,
  kFunnel,
  kForecast,
  kQuery,
  kRows
};
[[nodiscard]] std::string_view NameOf(HandleKind kind);

// Registers an object; never 0. Throws std::bad_alloc.
[[nodiscard]] uint64_t NewHandle(HandleKind kind, std::shared_ptr<void> object);
// The object behind a handle; nullptr when it is null, freed or of another kind. Lock-free.
[[nodiscard]] void* FindHandle(HandleKind kind, uint64_t handle) noexcept;
// The object, shared, for a child that keeps it alive; empty when there is none.
[[nodiscard]] std::shared_ptr<void> ShareHandle(HandleKind kind, uint64_t handle) noexcept;
// Takes the handle back and returns the object for the caller to drop; empty when there is none.
[[nodiscard]] std::shared_ptr<void> ReleaseHandle(HandleKind kind, uint64_t handle) noexcept;
// The error for a handle that FindHandle does not know.
[[nodiscard]] Status BadHandle(HandleKind kind, uint64_t handle);

// Ties each public handle type to its kind and to the object behind it: specialised in objects.h.
template <typename Handle>
struct HandleTraits;

template <typename Handle>
Handle* Wrap(std::shared_ptr<typename HandleTraits<Handle>::Object> object) {
  return reinterpret_cast<Handle*>(NewHandle(HandleTraits<Handle>::kKind, std::move(object)));  // NOLINT(performance-no-int-to-ptr)
}
template <typename Handle>
typename HandleTraits<Handle>::Object* Peek(const Handle* handle) noexcept {
  return static_cast<typename HandleTraits<Handle>::Object*>(FindHandle(HandleTraits<Handle>::kKind, reinterpret_cast<uint64_t>(handle)));
}
// The object, or the error that names the handle.
template <typename Handle>
StatusOr<typename HandleTraits<Handle>::Object*> Use(const Handle* handle) {
  if (auto* object = Peek(handle)) return object;
  return BadHandle(HandleTraits<Handle>::kKind, reinterpret_cast<uint64_t>(handle));
}
// The same for a call that lasts: it keeps the object while another thread frees the handle.
template <typename Handle>
StatusOr<std::shared_ptr<typename HandleTraits<Handle>::Object>> Share(const Handle* handle) {
  const auto number = reinterpret_cast<uint64_t>(handle);
  if (auto object = ShareHandle(HandleTraits<Handle>::kKind, number)) {
    return std::static_pointer_cast<typename HandleTraits<Handle>::Object>(std::move(object));
  }
  return BadHandle(HandleTraits<Handle>::kKind, number);
}
template <typename Handle>
void Drop(Handle* handle) noexcept {
  // The object dies here, outside the table's lock.
  [[maybe_unused]] std::shared_ptr<void> last = ReleaseHandle(HandleTraits<Handle>::kKind, reinterpret_cast<uint64_t>(handle));
}

}  // namespace kith::capi

#endif  // KITH_CAPI_HANDLES_H_
