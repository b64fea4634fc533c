// The derivation "introductions": "a", person, other, record -> from when to when they know each other, for acquaintances that may be told
// of, once for each end.
#include "kith/model/acquaintance.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "kith/base/key.h"
#include "kith/base/packed.h"
#include "model/extensions_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kAcquaintance = "acquaintance";
constexpr std::string_view kPrefix = "a";
constexpr size_t kOtherAt = 1 + sizeof(uint64_t);

std::string KeyOf(Id person) {
  std::string key(kPrefix);
  AppendU64(key, person.value());
  return key;
}

int64_t MomentAt(record::View view, const FieldDef* field, int64_t otherwise) {
  if (field == nullptr || !view.has(field->position)) return otherwise;
  const int64_t value = view.GetInt(field->position);
  return field->kind == Kind::kDate ? StartOf(Date{static_cast<int32_t>(value)}).micros : value;
}

using StoredRows = std::map<std::string, std::string>;

// The rows of one record.
StoredRows RowsOf(const TypeDef& type, record::View view) {
  StoredRows rows;
  const FieldDef* from = type.FindRole(kAcquaintance, "from");
  const FieldDef* to = type.FindRole(kAcquaintance, "to");
  const FieldDef* told = type.FindRole(kAcquaintance, "may_introduce");
  if (view.is_null() || from == nullptr || to == nullptr || told == nullptr) return rows;
  if (!view.has(told->position) || !view.GetBool(told->position) || !view.has(from->position) || !view.has(to->position)) return rows;
  std::string valid;
  PackedWriter out(valid);
  out.Signed(MomentAt(view, type.FindRole(kAcquaintance, "valid_from"), INT64_MIN));
  out.Signed(MomentAt(view, type.FindRole(kAcquaintance, "valid_to"), INT64_MAX));
  const Id a = view.GetRef(from->position);
  const Id b = view.GetRef(to->position);
  for (const auto& [person, other] : {std::pair(a, b), std::pair(b, a)}) {
    std::string key = KeyOf(person);
    AppendU64(key, other.value());
    AppendU64(key, view.id().value());
    rows.emplace(std::move(key), valid);
  }
  return rows;
}

class Introductions : public kith::Derivation {
 public:
  [[nodiscard]] std::string_view name() const override { return "introductions"; }
  [[nodiscard]] uint32_t version() const override { return 1; }
  [[nodiscard]] std::string_view prefix() const override { return kPrefix; }

  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    for (const RecordChange& change : changes) {
      if (change.type->FindBehaviour(kAcquaintance) == nullptr) continue;
      const StoredRows after = RowsOf(*change.type, change.after);
      for (const auto& [key, valid] : RowsOf(*change.type, change.before)) {
        if (after.count(key) == 0) context.DeleteAggregate(key);
      }
      for (const auto& [key, valid] : after) context.PutAggregate(key, valid);
    }
    return absl::OkStatus();
  }

  [[nodiscard]] StatusOr<StoredRows> Recompute(const Snapshot& snapshot) const override {
    StoredRows rows;
    for (const TypeDef* type : snapshot.catalog().TypesWith(kAcquaintance)) {
      KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type->name));
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
        rows.merge(RowsOf(*type, view));
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    return rows;
  }
};

}  // namespace

const kith::Derivation& IntroductionDerivation() {
  static const Introductions kDerivation;
  return kDerivation;
}

StatusOr<std::vector<Id>> IntroducibleTo(const Snapshot& snapshot, Id person, Time at) {
  std::vector<Id> others;
  const Status present = snapshot.Get(person).status();
  if (!present.ok()) return absl::IsNotFound(present) ? StatusOr<std::vector<Id>>(others) : present;
  Status status;
  KITH_RETURN_IF_ERROR(snapshot.ScanAggregates(KeyOf(person), [&](std::string_view key, std::string_view value) {
    PackedReader in(value);
    const int64_t from = in.Signed();
    const int64_t to = in.Signed();
    if (!in.done() || key.size() != kOtherAt + 2 * sizeof(uint64_t)) {
      status = MakeError(Reason::kCorrupt, "a row of introductions is malformed");
      return false;
    }
    const Id other(ReadU64(key.data() + kOtherAt));
    if (from <= at.micros && at.micros < to && (others.empty() || others.back() != other)) others.push_back(other);
    return true;
  }));
  KITH_RETURN_IF_ERROR(status);
  std::erase_if(others, [&](Id other) {
    const Status visible = snapshot.Get(other).status();
    if (!absl::IsNotFound(visible)) status.Update(visible);
    return !visible.ok();
  });
  KITH_RETURN_IF_ERROR(status);
  return others;
}

}  // namespace kith::model
