#include <optional>

#include "engine/filter_internal.h"
#include "engine/format.h"

namespace kith::engine {
namespace {

using catalog::TypeDef;

// Whether history keeps a part of the header.
bool IsKept(int32_t header) {
  return header == catalog::kHeaderOwner || header == catalog::kHeaderUnit || header == catalog::kHeaderVisibility;
}

}  // namespace

Status Wanted::AddField(const catalog::Catalog& catalog, const std::string& name) {
  bool found = false;
  for (const TypeDef& type : catalog.types()) {
    if (!all_types_ && !types_.contains(type.number)) continue;
    const std::optional<int32_t> position = type.FindPosition(name);
    if (!position.has_value() || (*position < 0 && !IsKept(*position))) continue;
    found = true;
    const catalog::FieldDef* const field = type.FieldAt(*position);
    fields_.insert(field == nullptr ? std::tuple(type.number, kHeaderPackage, format::HeaderNumber(*position))
                                    : std::tuple(type.number, field->package, field->number));
  }
  if (found) return absl::OkStatus();
  return MakeError({.reason = Reason::kUnknownField, .field = name, .hint = "name a field, or owner, unit, visibility"},
                   "history keeps no such field of the types asked for");
}

StatusOr<Wanted> Wanted::Make(const catalog::Catalog& catalog, std::span<const std::string> types, std::span<const std::string> fields) {
  Wanted wanted;
  wanted.all_types_ = types.empty();
  wanted.all_fields_ = fields.empty();
  for (const std::string& name : types) {
    KITH_ASSIGN_OR_RETURN(const TypeDef* const type, catalog.GetType(name));
    wanted.types_.insert(type->number);
  }
  for (const std::string& name : fields) KITH_RETURN_IF_ERROR(wanted.AddField(catalog, name));
  if (wanted.all_fields_) return wanted;
  wanted.all_types_ = false;
  wanted.types_.clear();
  for (const auto& [type, package, number] : wanted.fields_) wanted.types_.insert(type);
  return wanted;
}

bool Wanted::Narrow(HistoryEntry& entry) const {
  if (all_fields_) return true;
  std::erase_if(entry.fields, [&](const FieldChange& change) { return !Field(entry.record.type(), change); });
  return entry.operation != Operation::kChange || !entry.fields.empty();
}

}  // namespace kith::engine
