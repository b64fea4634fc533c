// A compiled program: nodes in the order of evaluation, children before parents, and what they refer to.
#ifndef KITH_LIB_EXPR_CODE_INTERNAL_H_
#define KITH_LIB_EXPR_CODE_INTERNAL_H_

#include <absl/time/time.h>
#include <re2/re2.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <memory_resource>
#include <string>
#include <vector>

#include "expr/cell_internal.h"
#include "expr/functions_internal.h"
#include "kith/expr/expr.h"

namespace kith::expr {

// `argument` of a node means:
enum class Op : uint8_t {
  kConstant,     // which of `constants`
  kVariable,     // which of the environment's
  kLocal,        // a macro's variable: its place
  kField,        // of the record: which of `fields`
  kHasField,     // the same
  kSelect,       // of the record that the child is: which of `links`
  kHasSelect,    // the same
  kMember,       // of the map that the first child is, under the key that the second is
  kHasMember,    // the same
  kRelated,      // records that refer to the child, or to the record: which of `related`
  kList,         //
  kMap,          // children are keys and values in turn
  kAnd,          //
  kOr,           //
  kNot,          //
  kConditional,  //
  kIsNull,       // 1: is not null
  kEqual,        // 1: is not equal
  kCompare,      // bit 0: less, bit 1: or equal
  kIn,           //
  kCall,         // which of Functions()
  kMatches,      // which of `patterns`
  kClock,        // a timestamp's part in a fixed zone: which of `clocks`
  kMacro         // place of its first variable
};

enum class Macro : uint8_t { kAll, kExists, kExistsOne, kFilter, kMap };

struct Node {
  Op op = Op::kConstant;
  Macro macro = Macro::kAll;
  bool two = false;    // macro with two variables: index and element, or key and value
  uint32_t first = 0;  // of its children in `edges`
  uint32_t count = 0;
  int32_t argument = 0;
  uint32_t offset = 0;  // in the text
};

// A field or header part of one type.
struct FieldSlot {
  int32_t position = 0;  // HeaderField below 0
  Kind kind = Kind::kNull;
  uint8_t scale = 0;
  const catalog::FieldDef* def = nullptr;  // null for header parts
};

// The same name in the types that a reference may lead to.
struct Link {
  struct Target {
    TypeNumber type = 0;
    FieldSlot field;
  };
  std::vector<Target> targets;
};

struct RelatedField {
  const catalog::TypeDef* type = nullptr;
  const catalog::FieldDef* field = nullptr;
};

struct Clock {
  ClockPart part = ClockPart::kHours;
  absl::TimeZone zone;
};

struct Program::Code {
  std::string text;
  Environment environment;
  Type type;

  std::vector<Node> nodes;  // the last is the root
  std::vector<uint32_t> edges;
  std::vector<Cell> constants;
  std::vector<FieldSlot> fields;
  std::vector<Link> links;
  std::vector<RelatedField> related;
  std::vector<std::unique_ptr<RE2>> patterns;
  std::vector<Clock> clocks;
  std::pmr::monotonic_buffer_resource memory;  // of the constants
  std::deque<Any> folded;                      // constants worked out, whose texts are borrowed

  std::vector<int32_t> reads;
  std::vector<Reference> references;
  Conditions conditions;

  [[nodiscard]] std::span<const uint32_t> children(const Node& node) const { return std::span(edges).subspan(node.first, node.count); }
};

// "3:14", both from 1, in code points.
[[nodiscard]] std::string PositionOf(std::string_view text, size_t offset);
[[nodiscard]] Status ErrorAt(std::string_view text, size_t offset, Reason reason, std::string_view message, std::string_view value = {},
                             std::string_view hint = {});
// The error that a cell holds.
[[nodiscard]] Status ToStatus(std::string_view text, const Cell& error);

// Evaluates a node whose children are constants, into the code's memory. No value when it has none or takes too long.
[[nodiscard]] Cell Fold(Program::Code& code, const Node& node);
// Which conditions the compiled filter makes.
[[nodiscard]] Conditions FindConditions(const Program::Code& code);

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_CODE_INTERNAL_H_
