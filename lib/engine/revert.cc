#include "kith/engine/revert.h"

#include <algorithm>
#include <utility>

#include "engine/batch_internal.h"
#include "kith/catalog/kind_change.h"

namespace kith {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr int32_t kHeaderFields[] = {catalog::kHeaderOwner, catalog::kHeaderUnit, catalog::kHeaderVisibility};

// Whether the record had a value of the field before the field got another kind.
bool HadFormer(const TypeDef& type, int32_t position, const record::View& then) {
  const FieldDef* present = type.FieldAt(position);
  return present != nullptr && std::any_of(type.fields.begin(), type.fields.end(), [&](const FieldDef& field) {
           return catalog::PresentOf(type, field) == present && then.has(field.position);
         });
}

// Why a field is not for a host to set back; empty when it is.
std::string_view WhyKept(const Snapshot& snapshot, const TypeDef& type, int32_t position) {
  const FieldDef* field = type.FieldAt(position);
  if (field != nullptr && field->computed()) return "it is computed";
  if (field != nullptr && field->derived) return "it follows from other records";
  if (field != nullptr && field->numbering != nullptr) return "it is a number that was given once";
  if (field != nullptr && field->retired) return "the field is retired";
  if (snapshot.IsMasked(type, position) || snapshot.IsFixed(type, position)) return "the viewer may not set it";
  return {};
}

class Reverting {
 public:
  Reverting(const Snapshot& snapshot, const TypeDef& type, Id id, Batch& batch)
      : snapshot_(snapshot), type_(type), id_(id), batch_(batch) {}

  Status Field(int32_t position, const record::View& now, const record::View& then, Reverted& reverted) {
    Value was = GetFieldAt(then, position);
    if (!now.is_null() && GetFieldAt(now, position) == was) return absl::OkStatus();
    const std::string name(engine::FieldNameAt(type_, position));
    std::string_view why = WhyKept(snapshot_, type_, position);
    if (why.empty() && was.is_null() && HadFormer(type_, position, then)) why = "it was of another kind then";
    if (const Id* target = was.get_if<Id>(); why.empty() && target != nullptr && target->type() != 0) {
      const TypeDef* of = snapshot_.catalog().FindType(target->type());
      const StatusOr<Id> found =
          of == nullptr ? StatusOr<Id>(MakeError(Reason::kRecordMissing, "")) : snapshot_.Find(of->name, Ref(*target));
      if (!found.ok() && !IsNotFound(found.status()) && of != nullptr) return found.status();
      if (found.ok()) {
        was = *found;
      } else {
        why = "it referred to a record that is no more";
      }
    }
    if (!why.empty()) {
      if (!was.is_null() || !now.is_null()) reverted.kept.push_back({name, std::string(why)});
      return absl::OkStatus();
    }
    batch_.Set(id_, name, std::move(was));
    reverted.fields.push_back(name);
    return absl::OkStatus();
  }

 private:
  const Snapshot& snapshot_;
  const TypeDef& type_;
  Id id_;
  Batch& batch_;
};

}  // namespace

StatusOr<Reverted> RevertTo(const Snapshot& snapshot, Id record, AsOf as_of, std::span<const std::string> fields, Batch& batch) {
  KITH_ASSIGN_OR_RETURN(const Record past, snapshot.GetAsOf(record, as_of));
  const TypeDef& type = past.type();
  std::vector<int32_t> positions;
  for (const std::string& name : fields) {
    KITH_ASSIGN_OR_RETURN(const engine::FieldTarget target, engine::FindTarget(type, name));
    positions.push_back(target.position);
  }
  if (fields.empty()) {
    positions.assign(std::begin(kHeaderFields), std::end(kHeaderFields));
    for (const FieldDef& field : type.fields) positions.push_back(static_cast<int32_t>(field.position));
  }
  const StatusOr<record::View> present = snapshot.Get(record);
  if (!present.ok() && !IsNotFound(present.status())) return present.status();
  if (present.ok()) {
    batch.RequireVersion(record, present->header().version);
  } else {
    batch.Restore(record);
  }
  Reverted reverted;
  Reverting reverting(snapshot, type, record, batch);
  const record::View now = present.ok() ? *present : record::View();
  for (const int32_t position : positions) KITH_RETURN_IF_ERROR(reverting.Field(position, now, past.view(), reverted));
  return reverted;
}

}  // namespace kith
