#include "kith/catalog/policy.h"

#include <algorithm>
#include <utility>

#include "catalog/compile_internal.h"
#include "catalog/json_internal.h"
#include "catalog/names_internal.h"
#include "catalog/policy_internal.h"
#include "kith/base/concat.h"
#include "kith/base/nearest.h"

namespace kith::catalog {
namespace {

constexpr std::array<std::string_view, kRights> kRightNames = {"read", "write", "delete", "create"};              // by Right
constexpr std::array<std::string_view, 5> kGrantNames = {"everyone", "owner", "reports", "unit", "units_below"};  // by Grant::To
constexpr std::string_view kRolePrefix = "role:";
constexpr std::string_view kOtherTypes = "*";

StatusOr<Grant> ReadGrant(const Json& item, const std::string& path) {
  const std::string text = item.is_string() ? item.get<std::string>() : std::string();
  const auto* const found = std::find(kGrantNames.begin(), kGrantNames.end(), text);
  if (found != kGrantNames.end()) return Grant{static_cast<Grant::To>(found - kGrantNames.begin()), {}};
  if (text.starts_with(kRolePrefix) && NameFault(text.substr(kRolePrefix.size())).empty()) {
    return Grant{Grant::To::kRole, text.substr(kRolePrefix.size())};
  }
  return MalformedAt(path, "nobody is called so", Shown(item), "everyone, owner, reports, unit, units_below, or role:<name>");
}

StatusOr<std::vector<Grant>> ReadGrants(const Json& list, const std::string& path) {
  if (!list.is_array()) return MalformedAt(path, "a list of those who may is expected", Shown(list));
  std::vector<Grant> grants;
  for (size_t i = 0; i < list.size(); ++i) {
    KITH_ASSIGN_OR_RETURN(Grant grant, ReadGrant(list[i], JoinJsonPath(path, i)));
    grants.push_back(std::move(grant));
  }
  return grants;
}

// A field's value must be known without looking at the record, so that indexes, sums and orders can leave it out: roles alone.
StatusOr<std::optional<std::vector<std::string>>> ReadRoles(const Json* list, const std::string& path) {
  if (list == nullptr) return std::optional<std::vector<std::string>>();
  KITH_ASSIGN_OR_RETURN(std::vector<Grant> grants, ReadGrants(*list, path));
  std::vector<std::string> roles;
  for (Grant& grant : grants) {
    if (grant.to != Grant::To::kRole) return MalformedAt(path, "a field is given to roles alone", Shown(*list), "role:<name>");
    roles.push_back(std::move(grant.role));
  }
  return std::optional(std::move(roles));
}

StatusOr<FieldRule> ReadFieldRule(const Json& json, const std::string& path) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  FieldRule rule;
  KITH_ASSIGN_OR_RETURN(rule.read, ReadRoles(reader.Find("read"), reader.PathOf("read")));
  KITH_ASSIGN_OR_RETURN(rule.write, ReadRoles(reader.Find("write"), reader.PathOf("write")));
  KITH_RETURN_IF_ERROR(reader.Finish());
  return rule;
}

// A record that is yet to be has neither owner nor unit.
Status CheckCreate(const std::vector<Grant>& grants, const std::string& path) {
  for (size_t i = 0; i < grants.size(); ++i) {
    if (grants[i].to == Grant::To::kEveryone || grants[i].to == Grant::To::kRole) continue;
    return MalformedAt(JoinJsonPath(path, i), "creating is given to everyone or to roles",
                       std::string(kGrantNames[static_cast<size_t>(grants[i].to)]));
  }
  return absl::OkStatus();
}

StatusOr<TypeRule> ReadTypeRule(const Json& json, const std::string& path) {
  ObjectReader reader(json, path, Unknown::kRefuse);
  TypeRule rule;
  reader.Texts("follows", rule.follows);
  const std::vector<Grant> nobody;
  const std::vector<Grant> everyone = {Grant()};
  // What a right is when it is not given.
  const std::array<const std::vector<Grant>*, kRights> otherwise = {rule.follows.empty() ? &everyone : &nobody, rule.grants.data(),
                                                                    &rule.grants[1], &everyone};
  for (size_t i = 0; i < kRights; ++i) {
    const Json* list = reader.Find(kRightNames[i]);
    if (list == nullptr) {
      rule.grants[i] = *otherwise[i];
    } else {
      KITH_ASSIGN_OR_RETURN(rule.grants[i], ReadGrants(*list, reader.PathOf(kRightNames[i])));
    }
  }
  KITH_RETURN_IF_ERROR(CheckCreate(rule.grants[static_cast<size_t>(Right::kCreate)], reader.PathOf(NameOf(Right::kCreate))));
  for (const auto& [field, body] : reader.Members("fields")) {
    KITH_ASSIGN_OR_RETURN(rule.fields[field], ReadFieldRule(body, JoinJsonPath(reader.PathOf("fields"), field)));
  }
  KITH_RETURN_IF_ERROR(reader.Finish());
  return rule;
}

Status CheckTypeRule(const TypeRule& rule, const TypeDef& type, const std::string& path) {
  for (size_t i = 0; i < rule.follows.size(); ++i) {
    const FieldDef* field = type.FindField(rule.follows[i]);
    if (field != nullptr && field->kind == Kind::kRef) continue;
    return MalformedAt(JoinJsonPath(JoinJsonPath(path, "follows"), i), "type " + type.name + " has no reference of this name",
                       rule.follows[i], NearestHint(rule.follows[i], FieldNames(type)));
  }
  for (const auto& [name, field_rule] : rule.fields) {
    if (type.FindField(name) != nullptr) continue;
    return MakeError({.reason = Reason::kUnknownField,
                      .type = type.name,
                      .field = JoinJsonPath(JoinJsonPath(path, "fields"), name),
                      .value = name,
                      .hint = NearestHint(name, FieldNames(type))},
                     "the policy names a field that the type does not have");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view NameOf(Right right) { return kRightNames[static_cast<size_t>(right)]; }

std::optional<Right> RightFromName(std::string_view name) {
  const auto* const found = std::find(kRightNames.begin(), kRightNames.end(), name);
  return found == kRightNames.end() ? std::nullopt : std::optional(static_cast<Right>(found - kRightNames.begin()));
}

const TypeRule* Policy::Find(std::string_view type) const {
  auto found = types.find(type);
  if (found == types.end()) found = types.find(kOtherTypes);
  return found == types.end() ? nullptr : &found->second;
}

StatusOr<Policy> ReadPolicy(std::string_view text) {
  KITH_ASSIGN_OR_RETURN(const Json json, ParseStrict(text));
  ObjectReader reader(json, {}, Unknown::kRefuse);
  Policy policy;
  for (const auto& [type, body] : reader.Members("types")) {
    KITH_ASSIGN_OR_RETURN(policy.types[type], ReadTypeRule(body, JoinJsonPath("types", type)));
  }
  KITH_RETURN_IF_ERROR(reader.Finish());
  if (!policy.types.empty()) policy.text = json.dump();
  return policy;
}

Status CheckPolicy(const Policy& policy, const Catalog& catalog) {
  for (const auto& [name, rule] : policy.types) {
    const std::string path = JoinJsonPath("types", name);
    if (name == kOtherTypes) {
      if (rule.follows.empty() && rule.fields.empty()) continue;
      return MalformedAt(path, "the rule of all other types has neither fields nor follows");
    }
    const StatusOr<const TypeDef*> type = catalog.GetType(name);
    if (!type.ok()) return WithContext(type.status(), {.field = path});
    KITH_RETURN_IF_ERROR(CheckTypeRule(rule, **type, path));
  }
  return absl::OkStatus();
}

StatusOr<Catalog::Plan> Catalog::PlanPolicy(std::string_view policy) const {
  KITH_ASSIGN_OR_RETURN(const Policy next, ReadPolicy(policy));
  KITH_RETURN_IF_ERROR(CheckPolicy(next, *this));
  Plan plan;
  if (next.text == policy_.text) {
    plan.after = shared_from_this();
    return plan;
  }
  CompileInput input = Next();
  input.policy = next.text;
  KITH_ASSIGN_OR_RETURN(plan.after, CompileCatalog(std::move(input)));
  plan.changes.emplace_back(next.is_set() ? (policy_.is_set() ? "changes the access policy" : "sets an access policy")
                                          : "removes the access policy");
  plan.definitions.push_back({kPolicyType, std::string(kPolicyKey), next.is_set() ? next.text : "{}"});
  return plan;
}

}  // namespace kith::catalog
