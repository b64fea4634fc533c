// Where a viewer stands: groups and the groups above and below them, who reports to whom, roles, shares.
#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "kith/base/limits.h"
#include "kith/engine/access.h"
#include "model/extensions_internal.h"
#include "model/fields_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

constexpr std::string_view kMember = "member";
constexpr std::string_view kGroup = "group";
constexpr std::string_view kShare = "share";

class Finder {
 public:
  Finder(const Viewer& viewer, const StandingContext& context) : viewer_(viewer), context_(context) {}

  StatusOr<Standing> Find() {
    KITH_RETURN_IF_ERROR(FindGroups());
    KITH_RETURN_IF_ERROR(FindUnits());
    KITH_RETURN_IF_ERROR(FindReports());
    KITH_RETURN_IF_ERROR(FindShares());
    Standing standing;
    standing.reports.assign(reports_.begin(), reports_.end());
    standing.units.assign(units_.begin(), units_.end());
    units_below_.insert(units_.begin(), units_.end());
    standing.units_below.assign(units_below_.begin(), units_below_.end());
    roles_.insert(viewer_.roles.begin(), viewer_.roles.end());
    standing.roles.assign(roles_.begin(), roles_.end());
    standing.shares = std::move(shares_);
    standing.until = until_;
    return standing;
  }

 private:
  using Ids = std::set<Id>;

  // A standing must be small beside the data: it is kept in memory for each viewer.
  static Status CheckSize(size_t size, std::string_view what) {
    if (size <= limits::kStanding) return absl::OkStatus();
    return MakeError({.reason = Reason::kLimitExceeded, .value = std::to_string(size), .hint = "share with groups, or give a role"},
                     std::string(what) + " of one viewer are more than limits::kStanding");
  }

  template <typename Fn>
  Status EachReferring(const TypeDef& type, const FieldDef& field, Id target, const Fn& fn) const {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, context_.Referring(type, field, target));
    while (cursor->Next()) {
      KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
      KITH_RETURN_IF_ERROR(fn(record));
    }
    return cursor->status();
  }

  // --- groups: the viewer's own, by their record and by records that say so

  Status FindGroups() {
    Ids own;
    const TypeDef* self = context_.catalog().FindType(viewer_.id.type());
    if (self != nullptr && self->FindBehaviour(kMember) != nullptr && self->FindRole(kMember, "member") == nullptr) {
      const StatusOr<record::View> record = context_.Get(viewer_.id);
      if (record.ok()) {
        own.insert(RefAt(*record, self->FindRole(kMember, "group")));
        AddRoles(*record, self->FindRole(kMember, "roles"));
      } else if (!IsNotFound(record.status())) {
        return record.status();
      }
    }
    for (const TypeDef* type : context_.catalog().TypesWith(kMember)) {
      const FieldDef* member = type->FindRole(kMember, "member");
      if (member == nullptr) continue;
      KITH_RETURN_IF_ERROR(EachReferring(*type, *member, viewer_.id, [&](record::View record) {
        own.insert(RefAt(record, type->FindRole(kMember, "group")));
        AddRoles(record, type->FindRole(kMember, "roles"));
        return absl::OkStatus();
      }));
    }
    own.erase(Id());
    groups_ = own;
    grantees_ = own;
    grantees_.insert(viewer_.id);
    for (const Id group : own) KITH_RETURN_IF_ERROR(AddAbove(group));
    return absl::OkStatus();
  }
  Status AddAbove(Id group) {
    while (!group.is_null()) {
      const TypeDef* type = context_.catalog().FindType(group.type());
      const StatusOr<record::View> record = context_.Get(group);
      if (IsNotFound(record.status()) || type == nullptr) return absl::OkStatus();
      KITH_RETURN_IF_ERROR(record.status());
      group = RefAt(*record, type->FindRole(kGroup, "parent"));
      if (!grantees_.insert(group).second) return absl::OkStatus();
      KITH_RETURN_IF_ERROR(CheckSize(grantees_.size(), "the groups"));
    }
    return absl::OkStatus();
  }
  void AddRoles(record::View record, const FieldDef* field) {
    if (field == nullptr) return;
    for (size_t i = 0; i < record.GetSize(field->position); ++i) {
      if (field->kind == Kind::kTextList) {
        roles_.emplace(record.GetTextItem(field->position, i));
      } else if (const catalog::ChoiceDef* choice = field->FindChoice(record.GetChoiceItem(field->position, i).number)) {
        roles_.insert(choice->name);
      }
    }
  }

  // Everything that `roots` lead to by references of a role, they included.
  Status Below(const Ids& roots, std::string_view behaviour, std::string_view role, std::string_view what, Ids& all) const {
    std::deque<Id> left(roots.begin(), roots.end());
    all.insert(roots.begin(), roots.end());
    for (; !left.empty(); left.pop_front()) {
      for (const TypeDef* type : context_.catalog().TypesWith(behaviour)) {
        const FieldDef* field = type->FindRole(behaviour, role);
        if (field == nullptr) continue;
        KITH_RETURN_IF_ERROR(EachReferring(*type, *field, left.front(), [&](record::View record) {
          if (all.insert(record.id()).second) left.push_back(record.id());
          return CheckSize(all.size(), what);
        }));
      }
    }
    return absl::OkStatus();
  }

  // --- units

  Status AddUnit(Id group, std::set<uint32_t>& units) const {
    const TypeDef* type = context_.catalog().FindType(group.type());
    const FieldDef* field = type == nullptr ? nullptr : type->FindRole(kGroup, "unit");
    if (field == nullptr) return absl::OkStatus();
    const StatusOr<record::View> record = context_.Get(group);
    if (IsNotFound(record.status())) return absl::OkStatus();
    KITH_RETURN_IF_ERROR(record.status());
    const int64_t unit = record->GetInt(field->position);
    if (unit > 0 && unit <= UINT32_MAX) units.insert(static_cast<uint32_t>(unit));
    return absl::OkStatus();
  }
  // The groups that the host's units are.
  Status AddGroupsOfUnits(Ids& groups) const {
    for (const TypeDef* type : context_.catalog().TypesWith(kGroup)) {
      const FieldDef* field = type->FindRole(kGroup, "unit");
      if (field == nullptr) continue;
      const std::unique_ptr<RecordCursor> cursor = context_.Scan(*type);
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const record::View record, cursor->record());
        const int64_t unit = record.GetInt(field->position);
        if (std::find(viewer_.units.begin(), viewer_.units.end(), unit) != viewer_.units.end()) groups.insert(cursor->id());
      }
      KITH_RETURN_IF_ERROR(cursor->status());
    }
    return absl::OkStatus();
  }
  Status FindUnits() {
    units_.insert(viewer_.units.begin(), viewer_.units.end());
    for (const Id group : groups_) KITH_RETURN_IF_ERROR(AddUnit(group, units_));
    Ids roots = groups_;
    if (!viewer_.units.empty()) KITH_RETURN_IF_ERROR(AddGroupsOfUnits(roots));
    Ids below;
    KITH_RETURN_IF_ERROR(Below(roots, kGroup, "parent", "the groups", below));
    for (const Id group : below) KITH_RETURN_IF_ERROR(AddUnit(group, units_below_));
    return absl::OkStatus();
  }

  // --- reports: those whose manager leads to the viewer, and members of groups that the viewer or such a person manages

  Status FindReports() {
    Ids leaders = {viewer_.id};
    Ids found;
    while (!leaders.empty()) {
      Ids people;
      KITH_RETURN_IF_ERROR(Below(leaders, kMember, "manager", "the reports", people));
      Ids led;
      for (const Id person : people) KITH_RETURN_IF_ERROR(AddLedGroups(person, led));
      found.insert(people.begin(), people.end());
      Ids groups;
      KITH_RETURN_IF_ERROR(Below(led, kGroup, "parent", "the groups", groups));
      leaders.clear();
      for (const Id group : groups) KITH_RETURN_IF_ERROR(AddMembers(group, found, leaders));
      KITH_RETURN_IF_ERROR(CheckSize(found.size(), "the reports"));
    }
    found.erase(viewer_.id);
    reports_ = std::move(found);
    return absl::OkStatus();
  }
  Status AddLedGroups(Id person, Ids& led) const {
    for (const TypeDef* type : context_.catalog().TypesWith(kGroup)) {
      const FieldDef* field = type->FindRole(kGroup, "manager");
      if (field == nullptr) continue;
      KITH_RETURN_IF_ERROR(EachReferring(*type, *field, person, [&](record::View record) {
        led.insert(record.id());
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }
  Status AddMembers(Id group, const Ids& known, Ids& members) const {
    for (const TypeDef* type : context_.catalog().TypesWith(kMember)) {
      const FieldDef* field = type->FindRole(kMember, "group");
      if (field == nullptr) continue;
      const FieldDef* member = type->FindRole(kMember, "member");
      KITH_RETURN_IF_ERROR(EachReferring(*type, *field, group, [&](record::View record) {
        const Id person = member == nullptr ? record.id() : RefAt(record, member);
        if (known.find(person) == known.end()) members.insert(person);
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  // --- shares

  Status FindShares() {
    for (const TypeDef* type : context_.catalog().TypesWith(kShare)) {
      const FieldDef* to = type->FindRole(kShare, "to");
      const FieldDef* record_field = type->FindRole(kShare, "record");
      if (to == nullptr || record_field == nullptr) continue;
      for (const Id grantee : grantees_) {
        KITH_RETURN_IF_ERROR(EachReferring(*type, *to, grantee, [&](record::View share) {
          AddShare(*type, share, RefAt(share, record_field));
          return CheckSize(shares_.size(), "the shares");
        }));
      }
    }
    return absl::OkStatus();
  }
  void AddShare(const TypeDef& type, record::View share, Id record) {
    const auto time_of = [&](std::string_view role) -> std::optional<Time> {
      const FieldDef* field = type.FindRole(kShare, role);
      if (field == nullptr || !share.has(field->position)) return std::nullopt;
      return Time{share.GetInt(field->position)};
    };
    const std::optional<Time> from = time_of("from");
    const std::optional<Time> until = time_of("until");
    if (until.has_value() && *until <= context_.now()) return;
    if (from.has_value() && *from > context_.now()) return ChangesAt(*from);
    if (until.has_value()) ChangesAt(*until);
    const FieldDef* level = type.FindRole(kShare, "level");
    const catalog::ChoiceDef* choice = level == nullptr ? nullptr : level->FindChoice(static_cast<int32_t>(share.GetInt(level->position)));
    shares_[record] |= choice != nullptr && choice->name == "write";
  }
  void ChangesAt(Time time) { until_ = std::min(until_.value_or(kTimeMax), time); }

  const Viewer& viewer_;
  const StandingContext& context_;
  Ids groups_;    // the viewer's own
  Ids grantees_;  // the viewer, those, and the groups above them
  Ids reports_;
  std::set<uint32_t> units_;
  std::set<uint32_t> units_below_;
  std::set<std::string, std::less<>> roles_;
  std::map<Id, bool> shares_;
  std::optional<Time> until_;
};

class MembersResolver final : public AccessResolver {
 public:
  [[nodiscard]] StatusOr<Standing> Resolve(const Viewer& viewer, const StandingContext& context) const override {
    return Finder(viewer, context).Find();
  }
  [[nodiscard]] std::vector<TypeNumber> Reads(const catalog::Catalog& catalog) const override {
    std::vector<TypeNumber> types;
    for (const std::string_view behaviour : {kMember, kGroup, kShare}) {
      for (const TypeDef* type : catalog.TypesWith(behaviour)) types.push_back(type->number);
    }
    return types;
  }
};

}  // namespace

const AccessResolver& StandingOfMembers() {
  static const MembersResolver resolver;
  return resolver;
}

}  // namespace kith::model
