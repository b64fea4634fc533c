// The expressions that a catalog's definitions hold as text, compiled: checks, formulas, roll-ups. And the one place where the value of a
// field that is not stored is worked out.
#ifndef KITH_LIB_ENGINE_PROGRAMS_H_
#define KITH_LIB_ENGINE_PROGRAMS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/expr/expr.h"
#include "kith/record/record.h"

namespace kith::engine {

struct CheckProgram {
  const catalog::CheckDef* def = nullptr;
  expr::Program condition;
};

// A roll-up with everything found that it names.
struct RollUpPlan {
  const catalog::TypeDef* parent = nullptr;
  const catalog::FieldDef* field = nullptr;  // of the parent
  const catalog::TypeDef* child = nullptr;
  const catalog::FieldDef* by = nullptr;     // of the child
  const catalog::FieldDef* value = nullptr;  // of the child; nullptr: counted
  std::optional<expr::Program> where;

  [[nodiscard]] uint32_t number() const { return field->roll_up->number; }
  [[nodiscard]] catalog::RollUp::Function function() const { return field->roll_up->function; }
};

// Immutable; share it. Holds its catalog.
class Programs {
 public:
  // `paths` as of Catalog::Plan, for errors. What does not compile is left out and noted: see status() and Writable().
  [[nodiscard]] static std::shared_ptr<const Programs> Compile(std::shared_ptr<const catalog::Catalog> catalog,
                                                               const std::map<std::string, std::string, std::less<>>& paths = {});

  [[nodiscard]] const catalog::Catalog& catalog() const { return *catalog_; }
  // The first definition that does not compile: PackageMalformed, with its path and what the compiler says.
  [[nodiscard]] const Status& status() const { return first_; }
  // A type whose checks or roll-ups this library cannot keep takes no changes; why.
  [[nodiscard]] Status Writable(TypeNumber type) const;
  // True when records of the type, or of any type, have fields that are computed.
  [[nodiscard]] bool Computes(TypeNumber type) const { return types_.contains(type) && types_.at(type).computes; }
  [[nodiscard]] bool computes() const { return computes_; }
  [[nodiscard]] std::span<const CheckProgram> ChecksOf(TypeNumber type) const;
  // nullptr when the field is none.
  [[nodiscard]] const expr::Program* FormulaOf(TypeNumber type, size_t position) const;
  [[nodiscard]] const RollUpPlan* RollUpOf(TypeNumber type, size_t position) const;
  [[nodiscard]] const RollUpPlan* FindRollUp(uint32_t number) const;
  // Those over the records of a type.
  [[nodiscard]] std::vector<const RollUpPlan*> RollUpsOver(TypeNumber child) const;
  [[nodiscard]] const std::deque<RollUpPlan>& roll_ups() const { return roll_ups_; }

 private:
  friend class ProgramCompiler;
  struct TypePrograms {
    std::vector<CheckProgram> checks;
    std::map<size_t, expr::Program> formulas;      // by position
    std::map<size_t, const RollUpPlan*> roll_ups;  // likewise
    bool computes = false;
    Status fault;
  };

  std::shared_ptr<const catalog::Catalog> catalog_;
  std::map<TypeNumber, TypePrograms> types_;
  std::deque<RollUpPlan> roll_ups_;
  bool computes_ = false;
  Status first_;
};

// Computes the fields of one reader: formulas from the record, roll-ups by a function. One thread at a time.
class FieldComputer final : public record::Computer {
 public:
  using RollUpReader = std::function<Value(const RollUpPlan& plan, Id parent)>;
  // Without a reader roll-ups are null.
  explicit FieldComputer(std::shared_ptr<const Programs> programs, RollUpReader roll_ups = {})
      : programs_(std::move(programs)), roll_ups_(std::move(roll_ups)) {}

  [[nodiscard]] Value Compute(const record::View& view, size_t field) override;
  // Distinct texts are kept once.
  [[nodiscard]] std::string_view Keep(const std::string& text) override { return *texts_.insert(text).first; }
  [[nodiscard]] const Programs& programs() const { return *programs_; }

 private:
  [[nodiscard]] Value Formula(const expr::Program& program, const catalog::FieldDef& field, const record::View& view);

  std::shared_ptr<const Programs> programs_;
  RollUpReader roll_ups_;
  size_t depth_ = 0;                                          // formulas that read formulas
  std::vector<std::unique_ptr<expr::Evaluator>> evaluators_;  // one for each depth
  std::vector<std::pair<size_t, Value>> memo_;                // of the record being computed, so that each of its fields is worked out once
  std::unordered_set<std::string> texts_;
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_PROGRAMS_H_
