// Gives each node of a tree its type and its operation.
#ifndef KITH_LIB_EXPR_CHECKER_INTERNAL_H_
#define KITH_LIB_EXPR_CHECKER_INTERNAL_H_

#include <string>
#include <string_view>
#include <vector>

#include "expr/code_internal.h"
#include "expr/functions_internal.h"
#include "expr/parser_internal.h"

namespace kith::expr {

class Checker {
 public:
  Checker(std::string_view text, const Environment& environment, Program::Code& code, Tree& tree)
      : text_(text), environment_(environment), code_(code), tree_(tree) {}

  // Errors: as from Program::Compile. Fills what nodes refer to in the code.
  [[nodiscard]] Status Run() {
    Check(*tree_.root);
    return error_;
  }

 private:
  struct Local {
    std::string name;
    Type type;
    int32_t place;
  };

  // Each is false after an error.
  bool Check(Ast& node);
  bool CheckChildren(Ast& node);
  bool CheckLiteral(Ast& node);
  bool CheckName(Ast& node);
  bool CheckSelect(Ast& node);
  bool SelectOfRecord(Ast& node, const Type& record);
  bool CheckList(Ast& node);
  bool CheckMap(Ast& node);
  bool CheckCall(Ast& node);
  bool CheckOperator(Ast& node);
  bool CheckLogic(Ast& node);
  bool CheckConditional(Ast& node);
  bool CheckEqual(Ast& node);
  bool CheckOrder(Ast& node);
  bool CheckIn(Ast& node);
  bool CheckIndex(Ast& node);
  bool CheckFunction(Ast& node);
  bool CheckOverloads(Ast& node, const Function& function);
  bool CheckHas(Ast& node);
  bool CheckDyn(Ast& node);
  bool CheckRelated(Ast& node);
  bool CheckMacro(Ast& node, Macro macro);
  bool CheckMacroBody(Ast& node, const Type& key, const Type& element);
  bool CheckClock(Ast& node);
  bool CheckMatches(Ast& node);
  // A string that stands for a choice must be one of the field's.
  bool CheckChoice(const Type& choice, const Ast& text);
  bool CheckChoices(const Type& choice, const Ast& list);

  bool Fail(const Ast& node, Reason reason, std::string_view message, std::string_view value = {}, std::string_view hint = {});
  bool Expected(const Ast& node, std::string_view expected);
  bool UnknownName(const Ast& node);
  void Constant(Ast& node, Cell cell, Type type);
  [[nodiscard]] const Local* FindLocal(std::string_view name) const;
  bool UseVariable(Ast& node, std::string_view name);
  bool UseField(Ast& node, int32_t position);
  [[nodiscard]] Type TypeOfSlot(const FieldSlot& slot, bool of_record) const;
  [[nodiscard]] std::vector<const catalog::TypeDef*> TypesBehind(const FieldSlot& slot, bool of_record) const;
  [[nodiscard]] static FieldSlot SlotAt(const catalog::TypeDef& type, int32_t position);
  void Follow(const Ast& from);
  void AddReference(const catalog::TypeDef* type, int32_t position, bool back);

  std::string_view text_;
  const Environment& environment_;
  Program::Code& code_;
  Tree& tree_;
  std::vector<Local> locals_;
  int32_t places_ = 0;
  Status error_;
};

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_CHECKER_INTERNAL_H_
