#include "kith/model/employment.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "kith/engine/referring.h"
#include "model/employment_internal.h"

namespace kith::model {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;

class EmploymentReader {
 public:
  EmploymentReader(const Snapshot& snapshot, std::optional<Time> recorded, Former* former)
      : snapshot_(snapshot), recorded_(recorded), employments_(EmploymentRoles::All(snapshot.catalog())), former_(former) {
    if (recorded && former == nullptr) former_ = &own_former_.emplace(snapshot, *recorded);
  }
  EmploymentReader(const EmploymentReader&) = delete;
  EmploymentReader& operator=(const EmploymentReader&) = delete;

  // An error for who is not there, or was not.
  [[nodiscard]] Status Check(Id id) const {
    return recorded_ ? snapshot_.GetAsOf(id, {.effective = kTimeMax, .recorded = *recorded_}).status() : snapshot_.Get(id).status();
  }

  StatusOr<std::vector<Stay>> Of(Id person) const {
    std::vector<Stay> stays;
    Time last{INT64_MIN};
    for (const EmploymentRoles& roles : employments_) {
      KITH_RETURN_IF_ERROR(ForEachNaming(*roles.type, *roles.person, person, [&](record::View edge) {
        if (Has(edge, roles.to)) last = std::max(last, TimeAt(edge, roles.to, last));
        Add({person, edge.GetRef(roles.organisation->position), TimeAt(edge, roles.from, Time{INT64_MIN}),
             TimeAt(edge, roles.to, kTimeMax)},
            stays);
      }));
    }
    const TypeDef* type = snapshot_.catalog().FindType(person.type());
    const FieldDef* named = type == nullptr ? nullptr : type->FindRole("party", "organisation");
    if (named == nullptr) {
      KITH_RETURN_IF_ERROR(Check(person));
      return stays;
    }
    const auto add = [&](record::View view) {
      if (Has(view, named)) Add({person, view.GetRef(named->position), last, kTimeMax}, stays);
    };
    if (!recorded_) {
      KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(person));
      add(view);
      return stays;
    }
    KITH_ASSIGN_OR_RETURN(const Record then, snapshot_.GetAsOf(person, {.effective = kTimeMax, .recorded = *recorded_}));
    add(then.view());
    return stays;
  }

  StatusOr<std::vector<Stay>> In(Id organisation) const {
    std::set<Id> people;
    for (const TypeDef* type : snapshot_.catalog().TypesWith("party")) {
      const FieldDef* named = type->FindRole("party", "organisation");
      if (named == nullptr || type->number == organisation.type()) continue;
      KITH_RETURN_IF_ERROR(ForEachNaming(*type, *named, organisation, [&](record::View person) { people.insert(person.id()); }));
    }
    for (const EmploymentRoles& roles : employments_) {
      KITH_RETURN_IF_ERROR(ForEachNaming(*roles.type, *roles.organisation, organisation, [&](record::View edge) {
        if (Has(edge, roles.person)) people.insert(edge.GetRef(roles.person->position));
      }));
    }
    std::vector<Stay> stays;
    for (const Id person : people) {
      const StatusOr<std::vector<Stay>> all = Of(person);
      if (absl::IsNotFound(all.status())) continue;
      KITH_RETURN_IF_ERROR(all.status());
      std::copy_if(all->begin(), all->end(), std::back_inserter(stays),
                   [&](const Stay& stay) { return stay.organisation == organisation; });
    }
    return stays;
  }

 private:
  static bool Has(record::View view, const FieldDef* field) { return field != nullptr && view.has(field->position); }
  static Time TimeAt(record::View view, const FieldDef* field, Time otherwise) {
    return Has(view, field) ? Time{view.GetInt(field->position)} : otherwise;
  }
  static void Add(const Stay& stay, std::vector<Stay>& stays) {
    if (!stay.organisation.is_null() && stay.from < stay.to) stays.push_back(stay);
  }

  // Records of a type whose field names `target`; a field that the viewer may not read is null in them.
  Status ForEachNaming(const TypeDef& type, const FieldDef& field, Id target, const std::function<void(record::View view)>& visit) const {
    const TypeDef* of = snapshot_.catalog().FindType(target.type());
    if (of == nullptr || !RefersTo(field, *of)) return absl::OkStatus();
    const auto look = [&](record::View view) {
      visit(view);
      return absl::OkStatus();
    };
    return recorded_ ? ForEachThen(snapshot_, type, field, target, *recorded_, *former_, look)
                     : ForEachWith(snapshot_, type, field, Value(target), look);
  }

  const Snapshot& snapshot_;
  std::optional<Time> recorded_;
  std::vector<EmploymentRoles> employments_;
  std::optional<Former> own_former_;
  Former* former_;  // where recorded_ is set
};

}  // namespace

std::vector<EmploymentRoles> EmploymentRoles::All(const catalog::Catalog& catalog) {
  constexpr std::string_view kEmployment = "employment";
  std::vector<EmploymentRoles> all;
  for (const TypeDef* type : catalog.TypesWith(kEmployment)) {
    const EmploymentRoles roles = {type, type->FindRole(kEmployment, "person"), type->FindRole(kEmployment, "organisation"),
                                   type->FindRole(kEmployment, "from"), type->FindRole(kEmployment, "to")};
    if (roles.person != nullptr && roles.organisation != nullptr) all.push_back(roles);
  }
  return all;
}

bool RefersTo(const FieldDef& field, const TypeDef& type) {
  return field.refers_to.empty() || std::find(field.refers_to.begin(), field.refers_to.end(), type.name) != field.refers_to.end();
}

StatusOr<std::vector<Stay>> StaysOf(const Snapshot& snapshot, Id person, std::optional<Time> recorded, Former* former) {
  const EmploymentReader reader(snapshot, recorded, former);
  KITH_RETURN_IF_ERROR(reader.Check(person));
  return reader.Of(person);
}

StatusOr<std::vector<Stay>> StaysIn(const Snapshot& snapshot, Id organisation, std::optional<Time> recorded, Former* former) {
  const EmploymentReader reader(snapshot, recorded, former);
  KITH_RETURN_IF_ERROR(reader.Check(organisation));
  return reader.In(organisation);
}

}  // namespace kith::model
