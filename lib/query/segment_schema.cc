#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "kith/query/segment.h"
#include "query/segment_internal.h"

namespace kith::query {
namespace {

using catalog::Catalog;
using catalog::FieldDef;
using catalog::TypeDef;

// Conditions compiled lately, by catalog. The programs hold their catalogs, so that an address stands for one catalog while it is here.
class Conditions {
 public:
  std::optional<expr::Program> Find(const Catalog& catalog, std::string_view for_type, std::string_view condition) {
    const std::lock_guard lock(mutex_);
    const auto found = programs_.find(Key(&catalog, for_type, condition));
    return found == programs_.end() ? std::nullopt : std::optional(found->second);
  }
  void Keep(const Catalog& catalog, std::string_view for_type, std::string_view condition, const expr::Program& program) {
    constexpr size_t kMost = 1024;
    const std::lock_guard lock(mutex_);
    if (programs_.size() >= kMost) programs_.clear();
    programs_.emplace(Key(&catalog, for_type, condition), program);
  }

 private:
  using Key = std::tuple<const Catalog*, std::string, std::string>;
  std::mutex mutex_;
  std::map<Key, expr::Program> programs_;
};

Conditions& TheConditions() {
  static Conditions conditions;
  return conditions;
}

// What a change of other records means to members is found through indexes, so each reference on the way must lead one.
Status CheckReferences(const expr::Program& program) {
  for (const expr::Reference& reference : program.references()) {
    if (reference.type->FindIndexLedBy(reference.position) != nullptr) continue;
    return MakeError(
        {.reason = Reason::kUnknownIndex, .type = reference.type->name, .field = "owner", .hint = "add an index that begins with owner"},
        "the condition follows a reference that leads no index");
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<SegmentSchema> SegmentSchema::Of(const Catalog& catalog) {
  SegmentSchema schema;
  schema.segment = catalog.FindType(kSegmentType);
  schema.member = catalog.FindType(kMemberType);
  if (schema.segment == nullptr || schema.member == nullptr) return std::nullopt;
  const auto field = [](const TypeDef* type, std::string_view field_name, const FieldDef*& out) {
    out = type->FindField(field_name);
    return out != nullptr;
  };
  const bool whole = field(schema.segment, "name", schema.name) && field(schema.segment, "for_type", schema.for_type) &&
                     field(schema.segment, "condition", schema.condition) && field(schema.segment, "steps", schema.steps) &&
                     field(schema.segment, "seen", schema.seen) && field(schema.segment, "complete", schema.complete) &&
                     field(schema.member, "segment", schema.member_segment) && field(schema.member, "record", schema.member_record);
  if (!whole) return std::nullopt;
  schema.label_en = schema.segment->FindField("label_en");
  schema.label_zh = schema.segment->FindField("label_zh");
  schema.by_segment = schema.member->FindIndex("by_segment");
  return schema.by_segment == nullptr ? std::nullopt : std::optional(schema);
}

StatusOr<SegmentSchema> SegmentSchema::Get(const Catalog& catalog) {
  std::optional<SegmentSchema> schema = Of(catalog);
  if (schema.has_value()) return *schema;
  return MakeError({.reason = Reason::kPackageMissing, .value = "kith.crm", .hint = "ensure the package kith.crm"},
                   "the database has no segments");
}

StatusOr<expr::Program> CompileCondition(const Catalog& catalog, std::string_view for_type, std::string_view condition) {
  if (std::optional<expr::Program> known = TheConditions().Find(catalog, for_type, condition)) return *std::move(known);
  expr::Environment environment;
  environment.catalog = catalog.shared_from_this();
  KITH_ASSIGN_OR_RETURN(environment.record, catalog.GetType(for_type));
  KITH_ASSIGN_OR_RETURN(expr::Program program, expr::Program::Compile(condition, environment, expr::TypeKind::kBool));
  KITH_RETURN_IF_ERROR(CheckReferences(program));
  TheConditions().Keep(catalog, for_type, condition, program);
  return program;
}

}  // namespace kith::query
