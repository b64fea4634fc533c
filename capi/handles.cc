#include "handles.h"

#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <string>
#include <vector>

namespace kith::capi {
namespace {

// A handle is bit 62 | generation (22 bits) << 32 | slot. Bit 62 makes it an address that no process has.
constexpr uint64_t kMark = uint64_t{1} << 62;
constexpr uint32_t kGenerationMask = (1U << 22) - 1;
constexpr size_t kChunkSlots = 1024;
constexpr size_t kChunks = 16384;

struct Slot {
  std::atomic<uint32_t> generation{0};  // of the live handle; even: free
  std::atomic<HandleKind> kind{HandleKind::kNone};
  std::atomic<void*> object{nullptr};
  std::shared_ptr<void> owner;  // under the table's lock
};
using Chunk = std::array<Slot, kChunkSlots>;

// Never destroyed: handles may be freed by other objects' destructors at exit.
struct Table {
  std::mutex mutex;
  std::array<std::atomic<Chunk*>, kChunks> chunks{};
  std::vector<uint32_t> free_slots;
  uint32_t used = 0;

  Slot* Find(uint32_t index) {
    if (index >= kChunkSlots * kChunks) return nullptr;
    Chunk* chunk = chunks[index / kChunkSlots].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : &(*chunk)[index % kChunkSlots];
  }
  uint32_t Take() {
    if (!free_slots.empty()) {
      uint32_t index = free_slots.back();
      free_slots.pop_back();
      return index;
    }
    if (used == kChunkSlots * kChunks) throw std::bad_alloc();
    free_slots.reserve(used + 1);  // so that giving it back cannot fail
    if (used % kChunkSlots == 0) chunks[used / kChunkSlots].store(new Chunk, std::memory_order_release);
    return used++;
  }
};

Table& TheTable() {
  static Table* const table = new Table;
  return *table;
}

// The slot of a handle when the handle is live and of this kind.
Slot* FindLive(HandleKind kind, uint64_t handle) noexcept {
  if ((handle & kMark) == 0) return nullptr;
  Slot* slot = TheTable().Find(static_cast<uint32_t>(handle));
  auto generation = static_cast<uint32_t>(handle >> 32) & kGenerationMask;
  if (slot == nullptr || slot->generation.load(std::memory_order_acquire) != generation) return nullptr;
  return slot->kind.load(std::memory_order_relaxed) == kind ? slot : nullptr;
}

}  // namespace

std::string_view NameOf(HandleKind kind) {
  constexpr std::array<std::string_view, 13> kNames = {"none",          "kith_error",    "kith_text",  "kith_db",     "kith_batch",
                                                       "kith_outcome",  "kith_snapshot", "kith_range", "kith_cursor", "kith_funnel",
                                                       "kith_forecast", "kith_query",    "kith_rows"};
  return kNames[static_cast<size_t>(kind)];
}

uint64_t NewHandle(HandleKind kind, std::shared_ptr<void> object) {
  Table& table = TheTable();
  std::lock_guard lock(table.mutex);
  uint32_t index = table.Take();
  Slot* slot = table.Find(index);
  if (slot == nullptr) throw std::bad_alloc();  // cannot be: Take made it
  slot->object.store(object.get(), std::memory_order_relaxed);
  slot->owner = std::move(object);
  slot->kind.store(kind, std::memory_order_relaxed);
  uint32_t generation = (slot->generation.load(std::memory_order_relaxed) + 1) & kGenerationMask;
  slot->generation.store(generation, std::memory_order_release);
  return kMark | static_cast<uint64_t>(generation) << 32 | index;
}

void* FindHandle(HandleKind kind, uint64_t handle) noexcept {
  Slot* slot = FindLive(kind, handle);
  return slot == nullptr ? nullptr : slot->object.load(std::memory_order_relaxed);
}

std::shared_ptr<void> ShareHandle(HandleKind kind, uint64_t handle) noexcept {
  std::lock_guard lock(TheTable().mutex);
  Slot* slot = FindLive(kind, handle);
  return slot == nullptr ? nullptr : slot->owner;
}

std::shared_ptr<void> ReleaseHandle(HandleKind kind, uint64_t handle) noexcept {
  Table& table = TheTable();
  std::lock_guard lock(table.mutex);
  Slot* slot = FindLive(kind, handle);
  if (slot == nullptr) return nullptr;
  slot->generation.store((slot->generation.load(std::memory_order_relaxed) + 1) & kGenerationMask, std::memory_order_release);
  slot->kind.store(HandleKind::kNone, std::memory_order_relaxed);
  slot->object.store(nullptr, std::memory_order_relaxed);
  table.free_slots.push_back(static_cast<uint32_t>(handle));
  return std::move(slot->owner);
}

Status BadHandle(HandleKind kind, uint64_t handle) {
  std::string message(NameOf(kind));
  ErrorInfo info;
  info.reason = Reason::kNullHandle;
  if (handle == 0) {
    message += " is NULL";
    info.hint = "pass the handle that the function which opens or creates it returned";
  } else {
    message += " was freed, or is no such handle";
    info.hint = "do not use a handle after its _free";
  }
  return MakeError(std::move(info), message);
}

}  // namespace kith::capi
