// The packed form of rows: a version byte, then the members in the order of the struct. Keys of maps are checked to ascend and counts not
// to be zero, so that every row has one form.
#include <limits>

#include "kith/base/packed.h"
#include "kith/model/funnel_tables.h"

namespace kith::model {
namespace {

constexpr uint8_t kStageForm = 0x51;
constexpr uint8_t kPeriodForm = 0x52;

void PutKey(PackedWriter& out, const ExposureCell& key) {
  out.Varint(key.months_back);
  out.U8(static_cast<uint8_t>(key.bin));
}
void PutKey(PackedWriter& out, const ExitCell& key) {
  out.U8(static_cast<uint8_t>(key.bin));
  out.Varint(key.destination);
}
void PutKey(PackedWriter& out, const DayCell& key) {
  out.U8(key.day);
  out.Varint(key.currency);
}
void PutKey(PackedWriter& out, uint8_t key) { out.U8(key); }
void PutKey(PackedWriter& out, uint16_t key) { out.Varint(key); }
void PutKey(PackedWriter& out, int32_t key) { out.Signed(key); }

template <typename T>
T Narrow(PackedReader& in, uint64_t value) {
  if (value > std::numeric_limits<T>::max()) in.Fail();
  return static_cast<T>(value);
}

void GetKey(PackedReader& in, ExposureCell& key) {
  key.months_back = Narrow<uint16_t>(in, in.Varint());
  key.bin = in.U8();
  if (key.bin >= kAgeBins) in.Fail();
}
void GetKey(PackedReader& in, ExitCell& key) {
  key.bin = in.U8();
  key.destination = in.Varint();
  if (key.bin >= kAgeBins) in.Fail();
}
void GetKey(PackedReader& in, DayCell& key) {
  key.day = in.U8();
  key.currency = Narrow<uint32_t>(in, in.Varint());
}
void GetKey(PackedReader& in, uint8_t& key) { key = in.U8(); }
void GetKey(PackedReader& in, uint16_t& key) { key = Narrow<uint16_t>(in, in.Varint()); }
void GetKey(PackedReader& in, int32_t& key) {
  const int64_t value = in.Signed();
  if (value < INT32_MIN || value > INT32_MAX) in.Fail();
  key = static_cast<int32_t>(value);
}

template <typename Key>
void Put(PackedWriter& out, const Counts<Key>& counts) {
  out.Varint(counts.size());
  for (const auto& [key, n] : counts) {
    PutKey(out, key);
    out.Signed(n);
  }
}

template <typename Key>
void Get(PackedReader& in, Counts<Key>& counts) {
  const uint64_t size = in.Varint();
  for (uint64_t i = 0; i < size && in.ok(); ++i) {
    Key key{};
    GetKey(in, key);
    const int64_t n = in.Signed();
    const bool ascends = counts.empty() || (counts.end() - 1)->first < key;
    if (!in.ok() || n == 0 || !ascends) return in.Fail();
    counts.Add(key, n);
  }
}

void Put(PackedWriter& out, const std::map<uint32_t, AmountSketch>& amounts) {
  out.Varint(amounts.size());
  for (const auto& [currency, sketch] : amounts) {
    out.Varint(currency);
    Put(out, sketch.buckets);
    out.Signed(sketch.count);
    out.Signed(sketch.sum_minor);
  }
}

void Get(PackedReader& in, std::map<uint32_t, AmountSketch>& amounts) {
  const uint64_t size = in.Varint();
  for (uint64_t i = 0; i < size && in.ok(); ++i) {
    const auto currency = Narrow<uint32_t>(in, in.Varint());
    if (!in.ok() || (!amounts.empty() && amounts.rbegin()->first >= currency)) return in.Fail();
    AmountSketch& sketch = amounts[currency];
    Get(in, sketch.buckets);
    sketch.count = in.Signed();
    sketch.sum_minor = in.Signed();
    if (sketch == AmountSketch()) return in.Fail();
  }
}

// Numbers have one form each (PackedReader), keys ascend and nothing is zero: what was read entirely is what Encode wrote.
Status Finish(const PackedReader& reader) {
  if (reader.done()) return {};
  return MakeError(Reason::kCorrupt, "an aggregate row of a pipeline cannot be read");
}

}  // namespace

std::string Encode(const StageRow& row) {
  std::string bytes;
  PackedWriter out(bytes);
  out.U8(kStageForm);
  for (const int64_t n : {row.reached, row.advanced, row.lost, row.entries, row.rework, row.skipped, row.started}) out.Signed(n);
  Put(out, row.exposure);
  Put(out, row.exits);
  return bytes;
}

std::string Encode(const PeriodRow& row) {
  std::string bytes;
  PackedWriter out(bytes);
  out.U8(kPeriodForm);
  Put(out, row.arrivals);
  Put(out, row.won_count);
  Put(out, row.won_minor);
  Put(out, row.cycles);
  for (const int64_t n : {row.won, row.lost, row.path_unknown, row.path_unknown_won}) out.Signed(n);
  Put(out, row.won_amounts);
  Put(out, row.lost_amounts);
  return bytes;
}

Status Decode(std::string_view bytes, StageRow& row) {
  row = {};
  PackedReader in(bytes);
  if (in.U8() != kStageForm) in.Fail();
  for (int64_t* n : {&row.reached, &row.advanced, &row.lost, &row.entries, &row.rework, &row.skipped, &row.started}) *n = in.Signed();
  Get(in, row.exposure);
  Get(in, row.exits);
  return Finish(in);
}

Status Decode(std::string_view bytes, PeriodRow& row) {
  row = {};
  PackedReader in(bytes);
  if (in.U8() != kPeriodForm) in.Fail();
  Get(in, row.arrivals);
  Get(in, row.won_count);
  Get(in, row.won_minor);
  Get(in, row.cycles);
  for (int64_t* n : {&row.won, &row.lost, &row.path_unknown, &row.path_unknown_won}) *n = in.Signed();
  Get(in, row.won_amounts);
  Get(in, row.lost_amounts);
  return Finish(in);
}

}  // namespace kith::model
