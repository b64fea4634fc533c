// What is different between two points in time.
#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/filter_internal.h"
#include "engine/read_internal.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;
using FoldedRecord = std::optional<PastRecord>;

constexpr int32_t kHeaderParts[] = {catalog::kHeaderOwner, catalog::kHeaderUnit, catalog::kHeaderVisibility};

// NaN is no difference from NaN.
bool SameOrBothNaN(const Value& a, const Value& b) {
  const auto* x = a.get_if<double>();
  const auto* y = b.get_if<double>();
  return a == b || (x != nullptr && y != nullptr && std::isnan(*x) && std::isnan(*y));
}

Value PartOf(const FoldedRecord& fold, int32_t position) {
  if (!fold.has_value()) return {};
  return position < 0 ? format::HeaderValue(fold->header, position) : fold->values[static_cast<size_t>(position)];
}

// The records that may differ, in id order, and what became of each.
class Comparison {
 public:
  Comparison(const Source& source, const Wanted& wanted, AsOf from, AsOf to, size_t limit)
      : source_(source), wanted_(wanted), from_(from), to_(to), limit_(limit) {}

  // Those that the feed names after one sequence number, up to another.
  Status CompareChanged(uint64_t after, uint64_t last, Id after_id) {
    std::vector<Id> ids;
    const uint64_t first = after + 1;
    const std::unique_ptr<storage::Cursor> cursor = source_.reader->NewCursor(format::kFeed);
    uint64_t count = last - std::min(after, last);
    for (bool more = cursor->SeekAtLeast(storage::IntegerKey(first)); more && count > 0; more = cursor->Next(), --count) {
      KITH_ASSIGN_OR_RETURN(const format::FeedValue value, format::DecodeFeed(cursor->value()));
      if (value.record > after_id && wanted_.Type(value.record.type())) ids.push_back(value.record);
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const Id id : ids) {
      if (Full()) return absl::OkStatus();
      KITH_RETURN_IF_ERROR(Compare(id));
    }
    page_.next = Id();
    return absl::OkStatus();
  }

  // All that ever were.
  Status CompareAll(Id after_id) {
    const std::unique_ptr<storage::Cursor> cursor = source_.reader->NewCursor(format::kHistory);
    uint64_t number = after_id.value() + 1;
    while (cursor->SeekAtLeast(format::HistoryKey(Id(number), 0))) {
      if (cursor->key().size() != 2 * sizeof(uint64_t)) return MakeError(Reason::kCorrupt, "a history entry's key is not of 16 bytes");
      const Id id(ReadU64(cursor->key().data()));
      if (Full()) return absl::OkStatus();
      number = id.value() + 1;
      if (wanted_.Type(id.type())) {
        KITH_RETURN_IF_ERROR(Compare(id));
      } else if (id.type() == kLastType) {
        break;
      } else {
        number = Id::Of(static_cast<TypeNumber>(id.type() + 1), 0, 0).value();
      }
    }
    KITH_RETURN_IF_ERROR(cursor->status());
    page_.next = Id();
    return absl::OkStatus();
  }

  [[nodiscard]] DifferencePage Take() { return std::move(page_); }

 private:
  static constexpr TypeNumber kLastType = 0xFFF;

  [[nodiscard]] bool Full() const { return page_.differences.size() >= limit_; }

  Status Compare(Id id) {
    const TypeDef* const type = source_.catalog->FindType(id.type());
    if (type == nullptr) return absl::OkStatus();
    const uint64_t key = id.value();
    const StatusOr<storage::View> bytes = source_.reader->Get(format::kRecord, storage::IntegerKey(key));
    if (!bytes.ok() && !IsNotFound(bytes.status())) return bytes.status();
    const record::View current = bytes.ok() ? record::View(*bytes, &type->layout) : record::View();
    KITH_ASSIGN_OR_RETURN(const std::vector<HistoryEntry> history, ReadHistory(*source_.reader, id));
    KITH_ASSIGN_OR_RETURN(const FoldedRecord before, FoldHistory(*type, history, current, from_));
    KITH_ASSIGN_OR_RETURN(const FoldedRecord after, FoldHistory(*type, history, current, to_));
    if (!before.has_value() && !after.has_value()) return absl::OkStatus();
    KITH_ASSIGN_OR_RETURN(const bool visible, MaySeeHistory(source_, id));
    if (!visible) return absl::OkStatus();
    page_.next = id;  // never one that the viewer may not see
    Add(*type, id, before, after);
    return absl::OkStatus();
  }

  void Add(const TypeDef& type, Id id, const FoldedRecord& before, const FoldedRecord& after) {
    Difference difference;
    difference.record = id;
    difference.operation = !before ? Operation::kCreate : !after ? Operation::kDelete : Operation::kChange;
    const auto add = [&](int32_t position, uint32_t package, uint32_t number) {
      FieldChange change;
      change.package = package;
      change.number = number;
      if (!wanted_.Field(id.type(), change) || (source_.access != nullptr && source_.access->IsMasked(type, position))) return;
      change.before = PartOf(before, position);
      change.after = PartOf(after, position);
      if (!SameOrBothNaN(change.before, change.after)) difference.fields.push_back(std::move(change));
    };
    for (const int32_t part : kHeaderParts) add(part, kHeaderPackage, format::HeaderNumber(part));
    for (const catalog::FieldDef& field : type.fields) add(static_cast<int32_t>(field.position), field.package, field.number);
    if (difference.operation == Operation::kChange && difference.fields.empty()) return;
    page_.differences.push_back(std::move(difference));
  }

  const Source& source_;
  const Wanted& wanted_;
  AsOf from_;
  AsOf to_;
  size_t limit_;
  DifferencePage page_;
};

}  // namespace

StatusOr<DifferencePage> ReadDifferences(const Source& source, const Horizon& horizon, uint64_t last, AsOf from, AsOf to,
                                         const DifferenceFilter& filter, Id after, size_t limit) {
  KITH_RETURN_IF_ERROR(CheckRemembered(horizon, from));
  KITH_RETURN_IF_ERROR(CheckRemembered(horizon, to));
  KITH_ASSIGN_OR_RETURN(const Wanted wanted, Wanted::Make(*source.catalog, filter.types, filter.fields));
  Comparison comparison(source, wanted, from, to, limit);
  if (from.effective == to.effective) {
    KITH_ASSIGN_OR_RETURN(const uint64_t first, SequenceAt(*source.reader, horizon, last, std::min(from.recorded, to.recorded)));
    KITH_ASSIGN_OR_RETURN(const uint64_t end, SequenceAt(*source.reader, horizon, last, std::max(from.recorded, to.recorded)));
    KITH_RETURN_IF_ERROR(comparison.CompareChanged(first, end, after));
  } else {
    KITH_RETURN_IF_ERROR(comparison.CompareAll(after));
  }
  return comparison.Take();
}

}  // namespace kith::engine
