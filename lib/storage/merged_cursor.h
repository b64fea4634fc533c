// A cursor over a keyspace as a job sees it: the committed state with the group's changes laid over it.
#ifndef KITH_LIB_STORAGE_MERGED_CURSOR_H_
#define KITH_LIB_STORAGE_MERGED_CURSOR_H_

#include "storage/cursor.h"
#include "storage/write_set.h"

namespace kith::storage {

// Stays usable while its job puts and deletes: a move starts from the key last shown, whatever has changed around it.
class MergedCursor final : public Cursor {
 public:
  MergedCursor(const GroupWriteSet& set, Keyspace keyspace);

  bool SeekAtLeast(View key) override;
  bool SeekAtMost(View key) override;
  bool First() override;
  bool Last() override;
  bool Next() override;
  bool Previous() override;
  [[nodiscard]] View key() const override { return key_; }
  [[nodiscard]] View value() const override { return value_; }
  [[nodiscard]] const Status& status() const override { return base_.status(); }

 private:
  enum class Direction : uint8_t { kForward, kBackward };
  using Position = ChangeTree::Position;

  // Both sides stand at their nearest key in the direction; shows the nearer one.
  bool Settle(Direction direction);
  static void Step(Position& position, Direction direction);
  void StepOver(Direction direction);
  void StepBase(Direction direction);
  [[nodiscard]] const Change* OverlayChange() const { return position_.valid() ? position_.change() : nullptr; }
  void SetPosition(Position at, Direction direction);
  void SeekOverlay(View key, Direction direction);
  // Brings the overlay's side back to the shown key after keys were added.
  void Refresh(Direction direction);
  bool Show(View key, View value, Direction direction);

  const ChangeTree& changes_;
  const KeyspaceInfo& keyspace_;
  BaseCursor base_;
  Position position_;  // at a change that is not kNone, or invalid
  uint64_t seen_inserts_ = 0;
  Direction direction_ = Direction::kForward;
  bool valid_ = false;
  View key_;
  View value_;
};

}  // namespace kith::storage

#endif  // KITH_LIB_STORAGE_MERGED_CURSOR_H_
