// Where segments stand in a catalog, and their conditions compiled.
#ifndef KITH_LIB_QUERY_SEGMENT_INTERNAL_H_
#define KITH_LIB_QUERY_SEGMENT_INTERNAL_H_

#include <memory>
#include <optional>
#include <string_view>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/expr/expr.h"

namespace kith::query {

inline constexpr std::string_view kSegmentType = "segment";
inline constexpr std::string_view kMemberType = "segment_member";

// The types that hold segments: definitions and positions of their fields.
struct SegmentSchema {
  const catalog::TypeDef* segment = nullptr;
  const catalog::FieldDef *name = nullptr, *for_type = nullptr, *condition = nullptr, *label_en = nullptr, *label_zh = nullptr;
  const catalog::FieldDef *steps = nullptr, *seen = nullptr, *complete = nullptr;
  const catalog::TypeDef* member = nullptr;
  const catalog::FieldDef *member_segment = nullptr, *member_record = nullptr;
  const catalog::IndexDef* by_segment = nullptr;  // (segment, record)
  // Nothing when the catalog has no such types (the standard package is absent).
  [[nodiscard]] static std::optional<SegmentSchema> Of(const catalog::Catalog& catalog);
  // The same; PackageMissing says what to do.
  [[nodiscard]] static StatusOr<SegmentSchema> Get(const catalog::Catalog& catalog);
};

// A condition over the records of a type, checked for what a segment needs. Compiled conditions are kept for the catalog that they are of.
// Threads: any.
[[nodiscard]] StatusOr<expr::Program> CompileCondition(const catalog::Catalog& catalog, std::string_view for_type,
                                                       std::string_view condition);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_SEGMENT_INTERNAL_H_
