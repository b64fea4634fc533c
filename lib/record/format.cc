#include <algorithm>
#include <cstring>

#include "record/format_internal.h"

namespace kith::record::internal {

bool StoredFields::Read(const uint8_t* entries, size_t slots, size_t table_size, uint16_t first, Shape shape) {
  // Fixed slots are placed too: they bound the room of the field before them.
  if (slots > kMaxSlots) return false;
  size_t placed = 0;
  for (size_t slot = slots; slot-- > 0;) {
    uint16_t position = 0;
    std::memcpy(&position, entries + slot * sizeof position, sizeof position);
    if (position == 0) continue;
    if (position < sizeof(flatbuffers::soffset_t) || position >= table_size) return false;
    // Insertion into what is mostly in order already: within a form, the builder places higher slots first.
    size_t at = placed++;
    while (at > 0 && fields_[at - 1].position > position) {
      fields_[at] = fields_[at - 1];
      --at;
    }
    if (at > 0 && fields_[at - 1].position == position) return false;
    fields_[at] = {static_cast<uint16_t>(slot), position, 0, Form::kScalar};
  }
  count_ = 0;
  for (size_t i = 0; i < placed; ++i) {
    const size_t next = i + 1 < placed ? fields_[i + 1].position : table_size;
    StoredField field = fields_[i];
    if (field.slot < first) continue;
    field.room = static_cast<uint16_t>(next - field.position);
    field.form = shape.At(count_);
    fields_[count_++] = field;
  }
  return shape.Fits(count_);
}

size_t WidestScalar(size_t position, size_t room) {
  for (const size_t width : {size_t{16}, size_t{8}, size_t{4}}) {
    if (room >= width && position % AlignmentOf(width) == 0) return width;
  }
  return 1;
}

}  // namespace kith::record::internal
