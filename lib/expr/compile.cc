// Text to program: parse, check, lay out.
#include <algorithm>
#include <utility>

#include "expr/checker_internal.h"
#include "kith/base/concat.h"

namespace kith::expr {
namespace {

// What always gives the same, worked out once. Logic is left alone: its parts may be errors that others absorb.
bool MayFold(Op op) {
  switch (op) {
    case Op::kList:
    case Op::kMap:
    case Op::kNot:
    case Op::kIsNull:
    case Op::kEqual:
    case Op::kCompare:
    case Op::kIn:
    case Op::kCall:
    case Op::kMatches:
    case Op::kClock:
      return true;
    default:
      return false;
  }
}

// Puts the nodes of a checked tree in order; gives the place of `ast`.
uint32_t Emit(Program::Code& code, const Ast& ast) {
  std::vector<uint32_t> children;
  bool constant = MayFold(ast.op);
  for (const Ast* child : ast.children) {
    children.push_back(Emit(code, *child));
    constant = constant && code.nodes[children.back()].op == Op::kConstant;
  }
  Node node;
  node.op = ast.op;
  node.macro = ast.macro;
  node.two = ast.two;
  node.first = static_cast<uint32_t>(code.edges.size());
  node.count = static_cast<uint32_t>(children.size());
  node.argument = ast.argument;
  node.offset = ast.offset;
  code.edges.insert(code.edges.end(), children.begin(), children.end());
  if (constant) {
    const Cell folded = Fold(code, node);
    if (folded.tag != Tag::kNone) {
      node.op = Op::kConstant;
      node.count = 0;
      node.argument = static_cast<int32_t>(code.constants.size());
      code.constants.push_back(folded);
    }
  }
  code.nodes.push_back(node);
  return static_cast<uint32_t>(code.nodes.size() - 1);
}

std::vector<int32_t> ReadsOf(const Program::Code& code) {
  std::vector<int32_t> reads;
  for (const FieldSlot& field : code.fields) reads.push_back(field.position);
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  return reads;
}

}  // namespace

StatusOr<Program> Program::Compile(std::string_view text, const Environment& environment) {
  KITH_ASSIGN_OR_RETURN(Tree tree, Parse(text));
  auto code = std::make_shared<Code>();
  code->text = text;
  code->environment = environment;
  Checker checker(code->text, code->environment, *code, tree);
  KITH_RETURN_IF_ERROR(checker.Run());
  code->type = tree.root->type;
  Emit(*code, *tree.root);
  code->reads = ReadsOf(*code);
  if (code->type.kind == TypeKind::kBool) code->conditions = FindConditions(*code);
  Program program;
  program.code_ = std::move(code);
  return program;
}

StatusOr<Program> Program::Compile(std::string_view text, const Environment& environment, TypeKind expected) {
  KITH_ASSIGN_OR_RETURN(Program program, Compile(text, environment));
  const TypeKind kind = program.type().kind;
  if (kind == expected || kind == TypeKind::kDyn || expected == TypeKind::kDyn) return program;
  return ErrorAt(text, 0, Reason::kWrongKind, Concat({"the expression must be a ", ToText(Type(expected))}), ToText(program.type()));
}

}  // namespace kith::expr
