#include "storage/merged_cursor.h"

namespace kith::storage {

MergedCursor::MergedCursor(const GroupWriteSet& set, Keyspace keyspace)
    : changes_(set.changes(keyspace)), keyspace_(set.info(keyspace)), base_(set.txn(), keyspace_) {}

bool MergedCursor::Show(View key, View value, Direction direction) {
  key_ = key;
  value_ = value;
  direction_ = direction;
  valid_ = true;
  return true;
}

void MergedCursor::SetPosition(Position at, Direction direction) {
  seen_inserts_ = changes_.inserts();
  position_ = at;
  while (position_.valid() && position_.change()->state == Change::State::kNone) Step(position_, direction);
}

void MergedCursor::Step(Position& position, Direction direction) {
  if (direction == Direction::kForward) {
    position.Next();
  } else {
    position.Previous();
  }
}

void MergedCursor::SeekOverlay(View key, Direction direction) {
  const KeyProbe probe = ProbeOf(keyspace_.order, key);
  SetPosition(direction == Direction::kForward ? changes_.LowerBound(probe) : changes_.AtMost(probe), direction);
}

void MergedCursor::StepOver(Direction direction) {
  Step(position_, direction);
  SetPosition(position_, direction);
}

void MergedCursor::StepBase(Direction direction) {
  if (direction == Direction::kForward) {
    base_.Next();
  } else {
    base_.Previous();
  }
}

bool MergedCursor::Settle(Direction direction) {
  valid_ = false;
  for (;;) {
    const Change* change = OverlayChange();
    if (!base_.status().ok() || (!base_.valid() && change == nullptr)) return false;
    int order = base_.valid() ? -1 : 1;  // below 0: the base is nearer
    if (base_.valid() && change != nullptr) {
      order = CompareKeys(keyspace_.order, base_.key(), change->key());
      if (direction == Direction::kBackward) order = -order;
    }
    if (order < 0) return Show(base_.key(), base_.value(), direction);
    if (change->state == Change::State::kPut) return Show(change->key(), VisibleValue(keyspace_, *change), direction);
    if (order == 0) StepBase(direction);
    StepOver(direction);
  }
}

bool MergedCursor::SeekAtLeast(View key) {
  base_.SeekAtLeast(key);
  if (!base_.status().ok()) return valid_ = false;
  SeekOverlay(key, Direction::kForward);
  return Settle(Direction::kForward);
}

bool MergedCursor::SeekAtMost(View key) {
  base_.SeekAtMost(key);
  if (!base_.status().ok()) return valid_ = false;
  SeekOverlay(key, Direction::kBackward);
  return Settle(Direction::kBackward);
}

bool MergedCursor::First() {
  base_.First();
  SetPosition(changes_.First(), Direction::kForward);
  return Settle(Direction::kForward);
}

bool MergedCursor::Last() {
  base_.Last();
  SetPosition(changes_.Last(), Direction::kBackward);
  return Settle(Direction::kBackward);
}

void MergedCursor::Refresh(Direction direction) {
  if (direction != direction_) {
    if (direction == Direction::kForward) {
      base_.SeekAtLeast(key_);
    } else {
      base_.SeekAtMost(key_);
    }
  }
  if (direction != direction_ || seen_inserts_ != changes_.inserts()) SeekOverlay(key_, direction);
  // Both sides leave the shown key.
  if (base_.valid() && CompareKeys(keyspace_.order, base_.key(), key_) == 0) StepBase(direction);
  const Change* change = OverlayChange();
  if (change != nullptr && CompareKeys(keyspace_.order, change->key(), key_) == 0) StepOver(direction);
}

bool MergedCursor::Next() {
  if (!valid_) return false;
  Refresh(Direction::kForward);
  return Settle(Direction::kForward);
}

bool MergedCursor::Previous() {
  if (!valid_) return false;
  Refresh(Direction::kBackward);
  return Settle(Direction::kBackward);
}

}  // namespace kith::storage
