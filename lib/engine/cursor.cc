// Cursors over the records of a type: in id order, and by an index.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "engine/read_internal.h"
#include "kith/base/key.h"
#include "kith/base/limits.h"
#include "kith/base/packed.h"
#include "kith/base/packed_skip.h"

namespace kith::engine {
namespace {

using catalog::IndexDef;
using catalog::IndexPart;
using catalog::TypeDef;

constexpr size_t kIdBytes = 8;  // the id that ends it
constexpr size_t kCutKeyBytes = format::kIndexNumberBytes + limits::kIndexKeyBytes;

// --- records in id order

class ScanCursor final : public RecordCursor {
 public:
  ScanCursor(const Source& source, const TypeDef& type, Id after)
      : source_(source), type_(type), cursor_(source.reader->NewCursor(format::kRecord)) {
    const uint64_t first = Id::Of(type.number, 0, 0).value();
    next_ = after.value() < first ? first : after.value() + 1;
    end_ = first + (uint64_t{1} << (Id::kNodeBits + Id::kSequenceBits));
  }

  bool Next() override {
    bool more = started_ ? cursor_->Next() : Start();
    for (; more; more = cursor_->Next()) {
      uint64_t id = 0;
      if (!ReadKey(id) || id >= end_) break;
      id_ = Id(id);
      record_ = record::View(cursor_->value(), source_.LayoutOf(type_));
      const StatusOr<bool> visible = source_.MaySee(type_, record_);
      if (!visible.ok()) {
        status_.Update(visible.status());
        break;
      }
      if (!*visible) continue;
      last_ = id_;
      return true;
    }
    status_.Update(cursor_->status());
    id_ = Id();
    return false;
  }

  [[nodiscard]] Id id() const override { return id_; }
  [[nodiscard]] StatusOr<record::View> record() const override { return source_.LendRecord(record_.bytes(), type_); }
  [[nodiscard]] const Status& status() const override { return status_; }
  [[nodiscard]] std::string position() const override {
    std::string position;
    if (!last_.is_null()) AppendU64(position, last_.value());
    return position;
  }
  [[nodiscard]] Value covered(size_t) const override { return {}; }
  void Covered(std::vector<Value>&) const override {}
  [[nodiscard]] std::string_view covered_bytes() const override { return {}; }
  [[nodiscard]] std::string_view key_parts() const override { return {}; }

 private:
  bool Start() {
    started_ = true;
    return next_ < end_ && cursor_->SeekAtLeast(storage::IntegerKey(next_));
  }
  bool ReadKey(uint64_t& id) {
    const storage::View key = cursor_->key();
    if (key.size() != sizeof(id)) {
      status_.Update(MakeError(Reason::kCorrupt, "a record's key is not of 8 bytes"));
      return false;
    }
    std::copy_n(key.data(), sizeof(id), reinterpret_cast<char*>(&id));
    return true;
  }

  Source source_;
  const TypeDef& type_;
  std::unique_ptr<storage::Cursor> cursor_;
  uint64_t next_ = 0;  // where to start
  uint64_t end_ = 0;
  bool started_ = false;
  Id id_;
  Id last_;  // the last record given out: where a later page goes on, also after the end
  record::View record_;
  Status status_;
};

// --- by an index

// Which keys a range takes: the whole encodings of values from `start` on and before `end`, index number included.
struct KeyRange {
  std::string start;
  std::string end;
};

// Appends a bound to a key in the form that entries have: decimals at the field's scale.
Status AppendBound(const TypeDef& type, const IndexPart& part, const Value& value, std::string& key) {
  const Kind kind = type.KindAt(part.position);
  if (!value.is_null() && value.kind() != kind) {
    std::string message = "the index holds values of kind ";
    message.append(NameOf(kind)).append(", not ").append(NameOf(value.kind()));
    return MakeError({.reason = Reason::kWrongKind, .type = type.name, .field = part.field, .value = ToText(value)}, message);
  }
  if (kind != Kind::kDecimal || value.is_null()) {
    AppendValueKey(key, value, part.order);
    return {};
  }
  StatusOr<Decimal> rescaled = Rescale(value.get<Decimal>(), type.fields[static_cast<size_t>(part.position)].scale);
  if (!rescaled.ok()) return WithContext(rescaled.status(), {.type = type.name, .field = part.field, .value = ToText(value)});
  AppendValueKey(key, *rescaled, part.order);
  return {};
}

Status TooManyValues(const TypeDef& type, const IndexDef& index) {
  std::string message = "the range has values for more parts than index ";
  message.append(index.name).append(" has");
  return MakeError({.reason = Reason::kBadOptions, .type = type.name}, message);
}

// The lower and upper ends on the part after the equal ones. Null is below every value: a range with a high end alone leaves nulls out.
Status NarrowByBounds(const TypeDef& type, const IndexPart& part, const IndexRange& range, KeyRange& keys) {
  const std::string prefix = keys.start;
  std::string low = prefix;
  KITH_RETURN_IF_ERROR(AppendBound(type, part, range.low ? *range.low : Value(), low));
  const bool low_inclusive = range.low && range.low_inclusive;
  std::string high = prefix;
  if (range.high) KITH_RETURN_IF_ERROR(AppendBound(type, part, *range.high, high));

  if (part.order == Order::kAscending) {
    keys.start = low_inclusive ? low : PrefixEnd(low);
    if (range.high) keys.end = range.high_inclusive ? PrefixEnd(high) : high;
  } else {
    keys.end = low_inclusive ? PrefixEnd(low) : low;
    if (range.high) keys.start = range.high_inclusive ? high : PrefixEnd(high);
  }
  return {};
}

StatusOr<KeyRange> MakeKeyRange(const TypeDef& type, const IndexDef& index, const IndexRange& range) {
  const bool bounded = range.low.has_value() || range.high.has_value();
  if (range.equal.size() + (bounded ? 1 : 0) > index.parts.size()) return TooManyValues(type, index);
  KeyRange keys;
  AppendU32(keys.start, index.number);
  for (size_t i = 0; i < range.equal.size(); ++i) {
    KITH_RETURN_IF_ERROR(AppendBound(type, index.parts[i], range.equal[i], keys.start));
  }
  keys.end = PrefixEnd(keys.start);
  if (bounded) KITH_RETURN_IF_ERROR(NarrowByBounds(type, index.parts[range.equal.size()], range, keys));
  return keys;
}

// Entries are cut, so ends that are longer stand for all entries that share their first bytes; those are checked against the records.
bool CutEnds(KeyRange& keys) {
  bool cut = false;
  if (keys.start.size() > kCutKeyBytes) {
    keys.start.resize(kCutKeyBytes);
    cut = true;
  }
  if (keys.end.size() > kCutKeyBytes) {
    keys.end.resize(kCutKeyBytes);
    keys.end = PrefixEnd(keys.end);
    cut = true;
  }
  return cut;
}

class IndexCursor final : public RecordCursor {
 public:
  IndexCursor(const Source& source, const TypeDef& type, const IndexDef& index, KeyRange whole, bool reverse)
      : source_(source), type_(type), index_(index), whole_(std::move(whole)), keys_(whole_), reverse_(reverse) {
    cut_ = CutEnds(keys_);
    cursor_ = source.reader->NewCursor(format::kIndex);
    judges_ = source.access != nullptr && !source.access->SeesAll(type);
    if (judges_) FindHeaders();
  }

  // The page after an entry seen before.
  Status StartAfter(const std::string& position) {
    std::string number;
    AppendU32(number, index_.number);
    if (position.size() < format::kIndexNumberBytes + kIdBytes || position.size() > kCutKeyBytes + kIdBytes ||
        !position.starts_with(number)) {
      return MakeError({.reason = Reason::kBadOptions,
                        .type = type_.name,
                        .field = index_.name,
                        .hint = "start again without a position; an index that was redefined has new positions"},
                       "the position is not one of this index");
    }
    if (reverse_) {
      keys_.end = std::min(keys_.end, position);
    } else {
      keys_.start = std::max(keys_.start, position + '\0');
    }
    return {};
  }

  bool Next() override {
    bool more = started_ ? Advance() : Start();
    for (; more; more = Advance()) {
      key_ = cursor_->key();
      if (reverse_ ? key_ < keys_.start : key_ >= keys_.end) break;
      if (key_.size() < format::kIndexNumberBytes + kIdBytes) {
        status_.Update(MakeError({.reason = Reason::kCorrupt, .type = type_.name, .field = index_.name}, "an index entry is too short"));
        break;
      }
      id_ = format::IndexEntryId(key_);
      if (Accepts()) {
        last_key_ = key_;
        return true;
      }
      if (!status_.ok()) break;
    }
    status_.Update(cursor_->status());
    id_ = Id();
    key_ = {};
    return false;
  }

  [[nodiscard]] Id id() const override { return id_; }
  [[nodiscard]] StatusOr<record::View> record() const override { return RecordOf(id_); }
  [[nodiscard]] StatusOr<record::View> RecordOf(Id id) const {
    StatusOr<record::View> record = Read(id);
    return record.ok() ? source_.LendRecord(record->bytes(), type_) : record;
  }
  [[nodiscard]] const Status& status() const override { return status_; }
  [[nodiscard]] std::string position() const override { return std::string(last_key_); }

  [[nodiscard]] Value covered(size_t i) const override {
    if (key_.empty() || i >= index_.cover.size()) return {};
    PackedReader in(cursor_->value());
    for (; i > 0; --i) static_cast<void>(in.Get());
    return in.Get();
  }
  void Covered(std::vector<Value>& out) const override {
    if (key_.empty()) return;
    PackedReader in(cursor_->value());
    for (size_t i = 0; i < index_.cover.size(); ++i) out.push_back(in.Get());
  }
  [[nodiscard]] std::string_view covered_bytes() const override {
    return key_.empty() ? std::string_view() : source_.Lend(cursor_->value());
  }
  [[nodiscard]] std::string_view key_parts() const override {
    return key_.empty() ? std::string_view() : source_.Lend(format::IndexEntryParts(key_).substr(format::kIndexNumberBytes));
  }

 private:
  bool Start() {
    started_ = true;
    if (keys_.start >= keys_.end) return false;
    if (!reverse_) return cursor_->SeekAtLeast(keys_.start);
    return cursor_->SeekAtMost(keys_.end) && (cursor_->key() < keys_.end || cursor_->Previous());
  }
  bool Advance() { return reverse_ ? cursor_->Previous() : cursor_->Next(); }

  bool Accepts() {
    const bool may_be_cut = cut_ && key_.size() == kCutKeyBytes + kIdBytes;
    if (!judges_ && !may_be_cut) return true;
    if (judges_ && !may_be_cut && !headers_.empty()) {
      if (const std::optional<bool> visible = JudgeEntry(); visible.has_value()) return *visible;
    }
    return AcceptsRecord();
  }
  // By what the entry has of the record's header, without reading the record.
  [[nodiscard]] std::optional<bool> JudgeEntry() const {
    record::Header header;
    header.id = id_.value();
    PackedReader in(cursor_->value());
    size_t at = 0;
    for (const HeaderPart& part : headers_) {
      for (; at < part.cover; ++at) Skip(in);
      const uint64_t number = HeaderNumber(in);
      ++at;
      if (part.field == catalog::kHeaderOwner) header.owner = number;
      if (part.field == catalog::kHeaderUnit) header.unit = static_cast<uint32_t>(number);
      if (part.field == catalog::kHeaderVisibility) header.visibility = static_cast<uint8_t>(number);
    }
    return in.ok() ? VerdictOn(header) : std::nullopt;
  }
  // Few owners and units stand in many entries. Shares alone are of one record.
  [[nodiscard]] std::optional<bool> VerdictOn(const record::Header& header) const {
    const Access& access = *source_.access;
    if (!access.standing().shares.empty()) return access.MayByHeader(catalog::Right::kRead, type_, header);
    Verdict& kept = verdicts_[(header.owner ^ header.unit) % verdicts_.size()];
    if (!kept.known || kept.owner != header.owner || kept.unit != header.unit || kept.visibility != header.visibility) {
      kept = {.known = true,
              .visibility = header.visibility,
              .unit = header.unit,
              .owner = header.owner,
              .visible = access.MayByHeader(catalog::Right::kRead, type_, header)};
    }
    return kept.visible;
  }
  // A reference or a whole number, 0 for null, as headers have them.
  static uint64_t HeaderNumber(PackedReader& in) {
    switch (static_cast<Kind>(in.U8())) {
      case Kind::kNull:
        return 0;
      case Kind::kRef:
        return in.Varint();
      case Kind::kInt:
        return static_cast<uint64_t>(in.Signed());
      default:
        in.Fail();
        return 0;
    }
  }
  bool AcceptsRecord() {
    const StatusOr<record::View> record = Read(id_);
    if (!record.ok()) {
      status_.Update(record.status());
      return false;
    }
    const StatusOr<bool> visible = source_.MaySee(type_, *record);
    if (!visible.ok()) {
      status_.Update(visible.status());
      return false;
    }
    return *visible && (!cut_ || InRange(*record));
  }
  // Which covers hold what access is judged by, in their order; empty when one is not covered.
  void FindHeaders() {
    for (size_t i = 0; i < index_.cover.size(); ++i) {
      const int32_t field = index_.cover[i].position;
      if (field == catalog::kHeaderOwner || field == catalog::kHeaderUnit || field == catalog::kHeaderVisibility) {
        headers_.push_back({i, field});
      }
    }
    if (headers_.size() != 3) headers_.clear();
  }
  [[nodiscard]] bool InRange(record::View record) const {
    std::string key;
    AppendU32(key, index_.number);
    for (const IndexPart& part : index_.parts) AppendValueKey(key, format::ValueOf(record, part.position), part.order);
    return key >= whole_.start && key < whole_.end;
  }
  [[nodiscard]] StatusOr<record::View> Read(Id id) const {
    if (id.is_null()) return NotFound();
    StatusOr<storage::View> bytes = source_.reader->Get(format::kRecord, storage::IntegerKey(id.value()));
    if (bytes.ok()) return record::View(*bytes, source_.LayoutOf(type_));
    if (!IsNotFound(bytes.status())) return bytes.status();
    return MakeError(
        {.reason = Reason::kCorrupt, .type = type_.name, .record = id, .field = index_.name, .hint = "run verify to see what else differs"},
        "an index has an entry for a record that is not there");
  }

  Source source_;
  const TypeDef& type_;
  const IndexDef& index_;
  KeyRange whole_;  // exact ends
  KeyRange keys_;   // the ends among stored keys
  bool reverse_;
  bool cut_ = false;     // stored keys alone do not decide
  bool judges_ = false;  // not everything is for this viewer
  struct HeaderPart {
    size_t cover = 0;
    int32_t field = 0;
  };
  std::vector<HeaderPart> headers_;
  struct Verdict {
    bool known = false;
    uint8_t visibility = 0;
    uint32_t unit = 0;
    uint64_t owner = 0;
    std::optional<bool> visible;
  };
  mutable std::array<Verdict, 16> verdicts_;  // by owner and unit
  bool started_ = false;
  std::unique_ptr<storage::Cursor> cursor_;
  storage::View key_;
  storage::View last_key_;  // of the last entry given out: where a later page goes on, also after the end
  Id id_;
  Status status_;
};

// The records of an opaque range: what comes after the equal parts would show in the order of the entries.
class OpaqueCursor final : public RecordCursor {
 public:
  explicit OpaqueCursor(std::unique_ptr<IndexCursor> entries) : entries_(std::move(entries)) {}

  bool Next() override {
    if (!started_) ReadIds();
    id_ = entries_->status().ok() && next_ < ids_.size() ? ids_[next_++] : Id();
    return !id_.is_null();
  }
  [[nodiscard]] Id id() const override { return id_; }
  [[nodiscard]] StatusOr<record::View> record() const override { return entries_->RecordOf(id_); }
  [[nodiscard]] const Status& status() const override { return entries_->status(); }
  [[nodiscard]] std::string position() const override { return {}; }
  [[nodiscard]] Value covered(size_t) const override { return {}; }
  void Covered(std::vector<Value>&) const override {}
  [[nodiscard]] std::string_view covered_bytes() const override { return {}; }
  [[nodiscard]] std::string_view key_parts() const override { return {}; }

 private:
  void ReadIds() {
    started_ = true;
    while (entries_->Next()) ids_.push_back(entries_->id());
    std::sort(ids_.begin(), ids_.end());
  }

  std::unique_ptr<IndexCursor> entries_;
  bool started_ = false;
  std::vector<Id> ids_;
  size_t next_ = 0;
  Id id_;
};

// What a viewer may learn by which entries a range takes.
Status CheckHidden(const Source& source, const TypeDef& type, const IndexDef& index, const IndexRange& range) {
  if (range.opaque && (range.low || range.high || range.reverse || !range.after.empty())) {
    return MakeError({.reason = Reason::kBadOptions, .type = type.name, .field = index.name}, "an opaque range is of equal values alone");
  }
  if (source.access == nullptr) return {};
  const size_t parts = std::min(range.equal.size(), index.parts.size());
  const auto hidden = [&](const IndexPart& part) { return source.access->IsMasked(type, part.position); };
  const bool hides = range.opaque ? std::any_of(index.parts.begin(), index.parts.begin() + static_cast<ptrdiff_t>(parts), hidden)
                                  : source.access->HidesPartOf(type, index);
  if (!hides) return {};
  return MakeError({.reason = Reason::kNotVisible, .type = type.name, .field = index.name, .hint = "read the records"},
                   "the index holds a field that the viewer may not read");
}

}  // namespace

std::unique_ptr<RecordCursor> NewScanCursor(const Source& source, const TypeDef& type, Id after) {
  return std::make_unique<ScanCursor>(source, type, after);
}

StatusOr<std::unique_ptr<RecordCursor>> NewIndexCursor(const Source& source, const TypeDef& type, const IndexDef& index,
                                                       const IndexRange& range) {
  KITH_RETURN_IF_ERROR(CheckHidden(source, type, index, range));
  KITH_ASSIGN_OR_RETURN(KeyRange keys, MakeKeyRange(type, index, range));
  auto cursor = std::make_unique<IndexCursor>(source, type, index, std::move(keys), range.reverse);
  if (!range.after.empty()) KITH_RETURN_IF_ERROR(cursor->StartAfter(range.after));
  if (range.opaque) return StatusOr<std::unique_ptr<RecordCursor>>(std::make_unique<OpaqueCursor>(std::move(cursor)));
  return StatusOr<std::unique_ptr<RecordCursor>>(std::move(cursor));
}

}  // namespace kith::engine
