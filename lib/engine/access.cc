#include <algorithm>
#include <array>
#include <utility>

#include "engine/access_internal.h"
#include "engine/read_internal.h"

namespace kith::engine {
namespace {

using catalog::Catalog;
using catalog::Grant;
using catalog::Right;
using catalog::TypeDef;

// A record that follows one that follows one: deals' lines, their discounts. Whoever needs more needs another model.
constexpr int kFollowDepth = 4;

template <typename List, typename Item>
bool Has(const List& sorted, const Item& item) {
  return std::binary_search(sorted.begin(), sorted.end(), item);
}

bool MayByRole(const std::optional<std::vector<std::string>>& roles, const Standing& standing) {
  return !roles.has_value() ||
         std::any_of(roles->begin(), roles->end(), [&](const std::string& role) { return Has(standing.roles, role); });
}

TypeAccess::RightAccess Settle(const std::vector<Grant>& grants, const Standing& standing) {
  TypeAccess::RightAccess access;
  for (const Grant& grant : grants) {
    switch (grant.to) {
      case Grant::To::kEveryone:
        access.everyone = true;
        break;
      case Grant::To::kOwner:
        access.owner = true;
        break;
      case Grant::To::kReports:
        access.reports = true;
        break;
      case Grant::To::kUnit:
        access.units = true;
        break;
      case Grant::To::kUnitsBelow:
        access.units_below = true;
        break;
      case Grant::To::kRole:
        access.all |= Has(standing.roles, grant.role);
        break;
    }
  }
  return access;
}

void MaskField(const TypeDef& type, const catalog::FieldDef& field, TypeAccess& access) {
  if (access.masked.empty()) {
    access.masked.resize(type.fields.size());
    access.layout = type.layout;
  }
  access.masked[field.position] = true;
  access.layout.fields[field.position].kind = Kind::kNull;
}

void FixField(const TypeDef& type, const catalog::FieldDef& field, TypeAccess& access) {
  if (access.fixed.empty()) access.fixed.resize(type.fields.size());
  access.fixed[field.position] = true;
}

void SettleFields(const catalog::TypeRule& rule, const TypeDef& type, const Standing& standing, TypeAccess& access) {
  for (const auto& [name, field_rule] : rule.fields) {
    const catalog::FieldDef* field = type.FindField(name);
    if (field == nullptr) continue;
    const bool reads = MayByRole(field_rule.read, standing);
    // What one may not read, one may not set unless that is said.
    const bool writes = field_rule.write.has_value() ? MayByRole(field_rule.write, standing) : reads;
    if (!reads) MaskField(type, *field, access);
    if (!writes) FixField(type, *field, access);
  }
}

TypeAccess SettleType(const catalog::TypeRule& rule, const TypeDef& type, const Standing& standing) {
  TypeAccess access;
  access.ruled = true;
  for (size_t i = 0; i < catalog::kRights; ++i) access.rights[i] = Settle(rule.grants[i], standing);
  access.rights[static_cast<size_t>(Right::kRead)].owner = true;
  access.rights[static_cast<size_t>(Right::kWrite)].owner = true;
  for (const std::string& name : rule.follows) {
    const catalog::FieldDef* field = type.FindField(name);
    if (field != nullptr && field->kind == Kind::kRef) access.follows.push_back(field->position);
  }
  SettleFields(rule, type, standing, access);
  return access;
}

// Not everybody may read and write what the type's visibility lets them.
bool Narrows(const catalog::TypeRule& rule) {
  const auto open = [&rule](Right right) {
    const std::vector<Grant>& grants = rule.grants[static_cast<size_t>(right)];
    return std::any_of(grants.begin(), grants.end(), [](const Grant& grant) { return grant.to == Grant::To::kEveryone; });
  };
  return !open(Right::kRead) || !open(Right::kWrite);
}

// Roles of what is pipelined that its parts have copies of, under the role's name: a move says what the deal came to then.
constexpr std::array<std::string_view, 3> kCopiedRoles = {"amount", "segment", "source"};
// Roles that parts tell by referring to what the role's field refers to, under names of their own: a move has two stages.
constexpr std::array<std::string_view, 2> kReferredRoles = {"stage", "pipeline"};
// What else tells the stages of a part that has some.
constexpr std::array<std::string_view, 2> kOfStages = {"unmet", "event"};

// A part of a type of which something is masked.
struct MaskedPart {
  const TypeDef& whole;
  const TypeAccess& of_whole;
  const TypeDef& part;
  const catalog::TypeRule* rule;  // the part's own

  // The field with the role, if the viewer may not read it.
  [[nodiscard]] const catalog::FieldDef* Masked(std::string_view role) const {
    const catalog::FieldDef* field = whole.FindRole("pipelined", role);
    return field != nullptr && of_whole.masked[field->position] ? field : nullptr;
  }
  // Makes a field of the part what `field` is of the whole, unless the part's own rule says who reads it.
  void Hide(const catalog::FieldDef& field, const catalog::FieldDef* copy, TypeAccess& access) const {
    if (copy == nullptr || copy->computed() || (rule != nullptr && rule->fields.contains(copy->name))) return;
    MaskField(part, *copy, access);
    if (!of_whole.fixed.empty() && of_whole.fixed[field.position]) FixField(part, *copy, access);
  }
};

// What is masked of the whole is masked of its copies in a part.
void MaskCopies(const MaskedPart& masked, TypeAccess& access) {
  // What has a behaviour has figures of its own under these names: what a deal costs is not what it comes to.
  if (masked.of_whole.masked.empty() || !masked.part.behaviours.empty()) return;
  for (const std::string_view role : kCopiedRoles) {
    if (const catalog::FieldDef* field = masked.Masked(role)) masked.Hide(*field, masked.part.FindField(role), access);
  }
  for (const std::string_view role : kReferredRoles) {
    const catalog::FieldDef* field = masked.Masked(role);
    bool refers = false;
    for (const catalog::FieldDef& copy : masked.part.fields) {
      if (field == nullptr || copy.kind != Kind::kRef || copy.refers_to != field->refers_to) continue;
      masked.Hide(*field, &copy, access);
      refers = true;
    }
    if (!refers || role != "stage") continue;
    for (const std::string_view name : kOfStages) masked.Hide(*field, masked.part.FindField(name), access);
  }
}

const TypeAccess& NoRule() {
  static const TypeAccess access;
  return access;
}

}  // namespace

Access::Access(std::shared_ptr<const Catalog> catalog, Viewer viewer, Standing standing)
    : catalog_(std::move(catalog)), viewer_(std::move(viewer)), standing_(std::move(standing)) {
  const catalog::Policy& policy = catalog_->policy();
  if (!policy.is_set()) return;
  for (const TypeDef& type : catalog_->types()) {
    const catalog::TypeRule* rule = type.number < catalog::kFirstOpenType ? nullptr : policy.Find(type.name);
    if (rule != nullptr) At(type) = SettleType(*rule, type, standing_);
  }
  SettleParts();
}

TypeAccess& Access::At(const TypeDef& type) {
  if (types_.size() <= type.number) types_.resize(type.number + size_t{1});
  return types_[type.number];
}

// A part goes with its whole when that is deleted and is not without it: lines, moves, notes. Parts have parts.
void Access::SettleParts() {
  std::vector<const TypeDef*> wholes;
  for (const auto& [name, rule] : catalog_->policy().types) {
    const TypeDef* type = catalog_->FindType(name);
    if (type != nullptr && (Narrows(rule) || !rule.fields.empty())) wholes.push_back(type);
  }
  for (size_t i = 0; i < wholes.size(); ++i) {
    for (const Catalog::Referrer& referrer : catalog_->ReferrersTo(*wholes[i])) {
      if (referrer.field->required && referrer.field->on_delete == catalog::OnDelete::kCascade) SettlePart(*wholes[i], referrer, wholes);
    }
  }
}

void Access::SettlePart(const TypeDef& whole, const Catalog::Referrer& part, std::vector<const TypeDef*>& wholes) {
  const auto& rules = catalog_->policy().types;
  const auto of_part = rules.find(part.type->name);
  const catalog::TypeRule* rule = of_part == rules.end() ? nullptr : &of_part->second;
  TypeAccess& access = At(*part.type);
  MaskCopies({whole, Of(whole), *part.type, rule}, access);
  const auto of_whole = rules.find(whole.name);
  if (rule != nullptr || (of_whole != rules.end() && !Narrows(of_whole->second))) return;
  if (std::find(access.part_of.begin(), access.part_of.end(), part.field->position) != access.part_of.end()) return;
  if (access.part_of.empty()) wholes.push_back(part.type);
  access.part_of.push_back(part.field->position);
}

const TypeAccess& Access::Of(const TypeDef& type) const { return type.number < types_.size() ? types_[type.number] : NoRule(); }

// Without a rule a record's visibility decides, for every right.
bool Access::JudgeHeader(Right right, const TypeAccess& access, const record::Header& header) const {
  const auto visibility = static_cast<record::Visibility>(header.visibility);
  const bool own = header.owner != 0 && header.owner == viewer_.id.value();
  const bool of_unit = header.unit != 0 && Has(standing_.units, header.unit);
  const bool open = visibility == record::Visibility::kEveryone || (visibility == record::Visibility::kUnit && of_unit);
  if (!access.ruled) return own || open;
  const TypeAccess::RightAccess& may = access.rights[static_cast<size_t>(right)];
  if (may.all || (own && may.owner)) return true;
  // Shares are between the viewer and one record, and private means private to all but those.
  if (IsShared(right, header)) return true;
  if (visibility == record::Visibility::kOwner || visibility > record::Visibility::kOwner) return false;
  if (may.everyone && open) return true;
  if (may.units && of_unit) return true;
  if (may.units_below && header.unit != 0 && Has(standing_.units_below, header.unit)) return true;
  return may.reports && header.owner != 0 && Has(standing_.reports, Id(header.owner));
}

bool Access::IsShared(Right right, const record::Header& header) const {
  const auto share = standing_.shares.find(Id(header.id));
  return share != standing_.shares.end() && (right == Right::kRead || (right == Right::kWrite && share->second));
}

bool Access::IsOwnOrShared(Right right, const record::Header& header) const {
  return (header.owner != 0 && header.owner == viewer_.id.value()) || IsShared(right, header);
}

StatusOr<bool> Access::JudgeOther(Right right, Id other, const storage::Reader& reader, int depth) const {
  const TypeDef* type = other.is_null() ? nullptr : catalog_->FindType(other.type());
  if (type == nullptr) return false;
  const StatusOr<storage::View> bytes = reader.Get(format::kRecord, storage::IntegerKey(other.value()));
  if (IsNotFound(bytes.status())) return false;
  if (!bytes.ok()) return bytes.status();
  const record::View record(*bytes, &type->layout);
  const RefAt next = [&record](size_t at) { return record.GetRef(at); };
  return Judge(right, *type, record.header(), next, reader, depth);
}

StatusOr<bool> Access::JudgeFollowed(Right right, const TypeAccess& access, const RefAt& ref_at, const storage::Reader& reader,
                                     int depth) const {
  if (depth == 0) return false;
  // To delete a line is to write its deal.
  const Right wanted = right == Right::kRead ? Right::kRead : Right::kWrite;
  for (const size_t position : access.follows) {
    KITH_ASSIGN_OR_RETURN(const bool may, JudgeOther(wanted, ref_at(position), reader, depth - 1));
    if (may) return true;
  }
  return false;
}

// What no rule narrows, by name or as a part, has no say: a note about an account is judged as before when only deals are ruled.
StatusOr<bool> Access::JudgeWholes(Right right, const TypeAccess& access, const RefAt& ref_at, const storage::Reader& reader,
                                   int depth) const {
  if (depth == 0) return false;
  const Right wanted = right == Right::kRead ? Right::kRead : Right::kWrite;
  for (const size_t position : access.part_of) {
    const Id whole = ref_at(position);
    const TypeDef* type = whole.is_null() ? nullptr : catalog_->FindType(whole.type());
    if (type != nullptr && !Of(*type).ruled && Of(*type).part_of.empty()) continue;
    KITH_ASSIGN_OR_RETURN(const bool may, JudgeOther(wanted, whole, reader, depth - 1));
    if (!may) return false;
  }
  return true;
}

StatusOr<bool> Access::Judge(Right right, const TypeDef& type, const record::Header& header, const RefAt& ref_at,
                             const storage::Reader& reader, int depth) const {
  const TypeAccess& access = Of(type);
  if (JudgeHeader(right, access, header)) {
    return access.part_of.empty() || IsOwnOrShared(right, header) ? StatusOr<bool>(true)
                                                                  : JudgeWholes(right, access, ref_at, reader, depth);
  }
  if (access.follows.empty()) return false;
  return JudgeFollowed(right, access, ref_at, reader, depth);
}

StatusOr<bool> Access::May(Right right, const TypeDef& type, record::View record, const storage::Reader& reader) const {
  const TypeAccess& access = Of(type);
  if (access.follows.empty() && access.part_of.empty()) return JudgeHeader(right, access, record.header());
  // With the type's own layout: a reference that the viewer may not read still leads to what the record follows.
  const record::View whole(record.bytes(), &type.layout);
  const RefAt ref_at = [&whole](size_t position) { return whole.GetRef(position); };
  return Judge(right, type, record.header(), ref_at, reader, kFollowDepth);
}

StatusOr<bool> Access::MayOfDeleted(Right right, const TypeDef& type, const HistoryEntry& deletion, const storage::Reader& reader) const {
  record::Header header;
  header.id = deletion.record.value();
  for (const FieldChange& change : deletion.fields) {
    if (change.package == kHeaderPackage) SetHeaderValue(header, format::HeaderFieldOf(change.number), change.before);
  }
  const RefAt ref_at = [&](size_t position) {
    const catalog::FieldDef& field = type.fields[position];
    for (const FieldChange& change : deletion.fields) {
      if (change.package != field.package || change.number != field.number) continue;
      const Id* id = change.before.get_if<Id>();
      return id == nullptr ? Id() : *id;
    }
    return Id();
  };
  return Judge(right, type, header, ref_at, reader, kFollowDepth);
}

std::optional<bool> Access::MayByHeader(Right right, const TypeDef& type, const record::Header& header) const {
  const TypeAccess& access = Of(type);
  if (JudgeHeader(right, access, header))
    return access.part_of.empty() || IsOwnOrShared(right, header) ? std::optional(true) : std::nullopt;
  return access.follows.empty() ? std::optional(false) : std::nullopt;
}

bool Access::SeesAll(const TypeDef& type) const {
  return Of(type).rights[static_cast<size_t>(Right::kRead)].all && Of(type).part_of.empty();
}

bool Access::MayCreate(const TypeDef& type) const {
  const TypeAccess& access = Of(type);
  const TypeAccess::RightAccess& may = access.rights[static_cast<size_t>(Right::kCreate)];
  return !access.ruled || may.all || may.everyone;
}

bool Access::IsMasked(const TypeDef& type, int32_t position) const {
  const TypeAccess& access = Of(type);
  return position >= 0 && !access.masked.empty() && access.masked[static_cast<size_t>(position)];
}

bool Access::IsFixed(const TypeDef& type, int32_t position) const {
  const TypeAccess& access = Of(type);
  return position >= 0 && !access.fixed.empty() && access.fixed[static_cast<size_t>(position)];
}

bool Access::HidesPartOf(const TypeDef& type, const catalog::IndexDef& index) const {
  if (Of(type).masked.empty()) return false;
  const auto hidden = [&](const catalog::IndexPart& part) { return IsMasked(type, part.position); };
  return std::any_of(index.parts.begin(), index.parts.end(), hidden) || std::any_of(index.cover.begin(), index.cover.end(), hidden);
}

const record::Layout& Access::LayoutOf(const TypeDef& type) const {
  const TypeAccess& access = Of(type);
  return access.masked.empty() ? type.layout : access.layout;
}

void Access::Mask(const TypeDef& type, HistoryEntry& entry) const {
  if (Of(type).masked.empty()) return;
  std::erase_if(entry.fields, [&](const FieldChange& change) {
    const catalog::FieldDef* field = type.FindField(change.package, change.number);
    return field != nullptr && IsMasked(type, static_cast<int32_t>(field->position));
  });
}

}  // namespace kith::engine
