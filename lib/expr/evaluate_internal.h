// One evaluation: a walk over a program's nodes.
#ifndef KITH_LIB_EXPR_EVALUATE_INTERNAL_H_
#define KITH_LIB_EXPR_EVALUATE_INTERNAL_H_

#include <array>
#include <memory_resource>
#include <span>
#include <vector>

#include "expr/cell_internal.h"
#include "expr/code_internal.h"

namespace kith::expr {

class Evaluation {
 public:
  Evaluation(Resolver* resolver, uint64_t cost) : resolver_(resolver), limit_(cost), context_(&memory_) {}

  // The value of the whole program. Texts borrow from the record, the variables, the program and this object, until the next Run.
  [[nodiscard]] Cell Run(const Program::Code& code, const record::View& record, std::span<const Any> variables);
  // The value of one node, for folding.
  [[nodiscard]] Cell RunNode(const Program::Code& code, uint32_t node);
  [[nodiscard]] Context& context() { return context_; }
  [[nodiscard]] bool used_resolver() const { return used_resolver_; }

 private:
  void Restart(const Program::Code& code, const record::View& record, std::span<const Any> variables);
  [[nodiscard]] Cell Eval(uint32_t node);
  [[nodiscard]] Cell EvalNode(const Node& node);
  [[nodiscard]] Cell Child(const Node& node, size_t i) { return Eval(code_->edges[node.first + i]); }
  [[nodiscard]] Cell ReadField(const record::View& view, const FieldSlot& slot);
  [[nodiscard]] Cell ReadItems(const record::View& view, const FieldSlot& slot);
  [[nodiscard]] Cell Select(const Node& node);
  [[nodiscard]] Cell Member(const Node& node);
  [[nodiscard]] Cell Related(const Node& node);
  [[nodiscard]] Cell MakeList(const Node& node);
  [[nodiscard]] Cell MakeMap(const Node& node);
  [[nodiscard]] Cell Logic(const Node& node, bool deciding);
  [[nodiscard]] Cell Not(const Node& node);
  [[nodiscard]] Cell Conditional(const Node& node);
  [[nodiscard]] Cell EqualTo(const Node& node);
  [[nodiscard]] Cell Comparison(const Node& node);
  [[nodiscard]] Cell In(const Node& node);
  [[nodiscard]] Cell Call(const Node& node);
  [[nodiscard]] Cell Match(const Node& node);
  [[nodiscard]] Cell ClockPartOf(const Node& node);
  [[nodiscard]] Cell RunMacro(const Node& node);
  // A record cell with its view, read when it has not been yet; nullptr when there is no such record.
  [[nodiscard]] const record::View* ViewOf(Cell& cell);
  [[nodiscard]] Cell RecordCell(const record::View& view);
  // What an operation sees: a choice's name, related records as a list.
  [[nodiscard]] Cell Plain(const Cell& cell);
  [[nodiscard]] Cell ListOfRelated(const Cell& related);
  [[nodiscard]] Cell Fail(const Node& node, Reason reason, std::string_view message, std::string_view value = {},
                          std::string_view hint = {});
  [[nodiscard]] Cell Placed(const Node& node, Cell cell);

  std::array<std::byte, 2048> first_;  // common evaluations need no more
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
  Resolver* resolver_;
  uint64_t limit_;
  Context context_;
  const Program::Code* code_ = nullptr;
  record::View record_;
  std::span<const Any> variables_;
  std::vector<Cell> locals_;
  std::vector<record::View> views_;
  bool used_resolver_ = false;
};

}  // namespace kith::expr

#endif  // KITH_LIB_EXPR_EVALUATE_INTERNAL_H_
