#include <algorithm>
#include <string>

#include "expr/evaluate_internal.h"
#include "kith/base/limits.h"

namespace kith::expr {
namespace {

// The first error among cells that cannot be computed with, else no value.
const Cell* FirstVoid(std::span<const Cell> cells) {
  const Cell* none = nullptr;
  for (const Cell& cell : cells) {
    if (cell.tag == Tag::kError) return &cell;
    if (cell.tag == Tag::kNone && none == nullptr) none = &cell;
  }
  return none;
}

Cell ReadHeader(const record::Header& header, int32_t position) {
  switch (position) {
    case catalog::kHeaderId:
      return Cell::Of(Id(header.id));
    case catalog::kHeaderCreated:
      return Cell::Of(FromMicros(header.created));
    case catalog::kHeaderUpdated:
      return Cell::Of(FromMicros(header.updated));
    case catalog::kHeaderOwner:
      return header.owner == 0 ? Cell() : Cell::Of(Id(header.owner));
    case catalog::kHeaderUnit:
      return header.unit == 0 ? Cell() : Cell::Int(int64_t{header.unit});
    case catalog::kHeaderVersion:
      return Cell::Int(static_cast<int64_t>(header.version));
    case catalog::kHeaderVisibility:
      return Cell::Int(int64_t{header.visibility});
    default:
      return {};
  }
}

}  // namespace

void Evaluation::Restart(const Program::Code& code, const record::View& record, std::span<const Any> variables) {
  memory_.release();
  context_.Restart(limit_);
  code_ = &code;
  record_ = record;
  variables_ = variables;
  locals_.clear();
  views_.clear();
  used_resolver_ = false;
}

Cell Evaluation::Run(const Program::Code& code, const record::View& record, std::span<const Any> variables) {
  Restart(code, record, variables);
  Cell result = Eval(static_cast<uint32_t>(code.nodes.size() - 1));
  if (result.tag == Tag::kRelated) result = ListOfRelated(result);
  if (!context_.exhausted()) return result;
  context_.Restart(UINT64_MAX);
  return Fail(code.nodes.back(), Reason::kCostExceeded, "the expression takes more steps than it may", std::to_string(limit_));
}

Cell Evaluation::RunNode(const Program::Code& code, uint32_t node) {
  Restart(code, {}, {});
  return Eval(node);
}

Cell Evaluation::Fail(const Node& node, Reason reason, std::string_view message, std::string_view value, std::string_view hint) {
  return Placed(node, context_.Fail(reason, message, value, hint));
}

Cell Evaluation::Placed(const Node& node, Cell cell) {
  if (cell.tag == Tag::kError && cell.extra == Context::kNoPosition) cell.extra = node.offset;
  return cell;
}

Cell Evaluation::Eval(uint32_t node) {
  if (!context_.Spend(1)) return {};
  return Placed(code_->nodes[node], EvalNode(code_->nodes[node]));
}

Cell Evaluation::EvalNode(const Node& node) {
  const auto at = static_cast<size_t>(node.argument);
  switch (node.op) {
    case Op::kConstant:
      return code_->constants[at];
    case Op::kVariable: {
      if (at >= variables_.size() || variables_[at].is_null()) return {};
      return FromAny(context_, variables_[at]);
    }
    case Op::kLocal:
      return locals_[at];
    case Op::kField:
      return ReadField(record_, code_->fields[at]);
    case Op::kHasField:
      return Cell::Bool(!ReadField(record_, code_->fields[at]).is_void());
    case Op::kSelect:
      return Select(node);
    case Op::kHasSelect: {
      const Cell value = Select(node);
      return value.tag == Tag::kError ? value : Cell::Bool(value.tag != Tag::kNone);
    }
    case Op::kMember:
    case Op::kHasMember:
      return Member(node);
    case Op::kRelated:
      return Related(node);
    case Op::kList:
      return MakeList(node);
    case Op::kMap:
      return MakeMap(node);
    case Op::kAnd:
      return Logic(node, false);
    case Op::kOr:
      return Logic(node, true);
    case Op::kNot:
      return Not(node);
    case Op::kConditional:
      return Conditional(node);
    case Op::kIsNull: {
      const Cell value = Child(node, 0);
      if (value.tag == Tag::kError) return value;
      const bool null = value.tag == Tag::kNone || value.tag == Tag::kNull;
      return Cell::Bool(null == (node.argument == 0));
    }
    case Op::kEqual:
      return EqualTo(node);
    case Op::kCompare:
      return Comparison(node);
    case Op::kIn:
      return In(node);
    case Op::kCall:
      return Call(node);
    case Op::kMatches:
      return Match(node);
    case Op::kClock:
      return ClockPartOf(node);
    case Op::kMacro:
      return RunMacro(node);
  }
  return {};
}

// --- records

Cell Evaluation::ReadItems(const record::View& view, const FieldSlot& slot) {
  const auto field = static_cast<size_t>(slot.position);
  const size_t size = view.has(field) ? view.GetSize(field) : 0;
  std::pmr::vector<Cell> items(context_.memory());
  items.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    items.push_back(slot.kind == Kind::kTextList ? Cell::String(view.GetTextItem(field, i))
                                                 : Cell::Of(view.GetChoiceItem(field, i), slot.def));
  }
  return context_.KeepList(items);
}

Cell Evaluation::ReadField(const record::View& view, const FieldSlot& slot) {
  const bool list = slot.kind == Kind::kTextList || slot.kind == Kind::kChoiceSet;
  if (view.is_null()) return list ? Cell::List({}) : Cell();
  if (slot.position < 0) return ReadHeader(view.header(), slot.position);
  const auto field = static_cast<size_t>(slot.position);
  if (list) return ReadItems(view, slot);
  if (!view.has(field)) return {};
  switch (slot.kind) {
    case Kind::kBool:
      return Cell::Bool(view.GetBool(field));
    case Kind::kInt:
      return Cell::Int(view.GetInt(field));
    case Kind::kDecimal:
      return Cell::Of(Decimal{view.GetInt(field), slot.scale});
    case Kind::kDouble:
      return Cell::Double(view.GetDouble(field));
    case Kind::kMoney:
      return Cell::Of(view.GetMoney(field));
    case Kind::kText:
      return Cell::String(view.GetText(field));
    case Kind::kBytes:
      return Cell::String(view.GetText(field), Tag::kBytes);
    case Kind::kChoice:
      return Cell::Of(Choice{static_cast<int32_t>(view.GetInt(field))}, slot.def);
    case Kind::kDate:
      return Cell::Of(Date{static_cast<int32_t>(view.GetInt(field))});
    case Kind::kTime:
      return Cell::Of(FromMicros(view.GetInt(field)));
    case Kind::kRef:
      return Cell::Of(view.GetRef(field));
    default:
      return {};
  }
}

Cell Evaluation::RecordCell(const record::View& view) {
  views_.push_back(view);
  return Cell::Of(view.id(), static_cast<uint32_t>(views_.size()));
}

const record::View* Evaluation::ViewOf(Cell& cell) {
  if (cell.extra == 0) {
    if (!record_.is_null() && record_.header().id == cell.natural) {
      views_.push_back(record_);
    } else if (resolver_ == nullptr) {
      return nullptr;
    } else {
      used_resolver_ = true;
      views_.push_back(resolver_->Get(Id(cell.natural)));
    }
    cell.extra = static_cast<uint32_t>(views_.size());
  }
  const record::View& view = views_[cell.extra - 1];
  return view.is_null() ? nullptr : &view;
}

Cell Evaluation::Select(const Node& node) {
  Cell of = Child(node, 0);
  if (of.is_void()) return of;
  if (of.tag == Tag::kNull) return {};
  const Link& link = code_->links[static_cast<size_t>(node.argument)];
  const record::View* view = ViewOf(of);
  if (view == nullptr) return {};
  const TypeNumber type = view->id().type();
  for (const Link::Target& target : link.targets) {
    if (target.type == type) return ReadField(*view, target.field);
  }
  return {};
}

Cell Evaluation::Related(const Node& node) {
  Cell of = node.count == 0 ? (record_.is_null() ? Cell() : Cell::Of(record_.id())) : Child(node, 0);
  if (of.is_void()) return of;
  if (of.tag == Tag::kNull) return {};
  of.tag = Tag::kRelated;
  of.extra = static_cast<uint32_t>(node.argument);
  return of;
}

Cell Evaluation::ListOfRelated(const Cell& related) {
  std::pmr::vector<Cell> records(context_.memory());
  if (resolver_ != nullptr) {
    used_resolver_ = true;
    const RelatedField& which = code_->related[related.extra];
    resolver_->ForEachRelated(*which.type, *which.field, Id(related.natural), [&](const record::View& view) {
      records.push_back(RecordCell(view));
      return context_.Spend(1);
    });
  }
  return context_.KeepList(records);
}

Cell Evaluation::Plain(const Cell& cell) {
  if (cell.tag == Tag::kChoice) return NameOfChoice(cell);
  return cell.tag == Tag::kRelated ? ListOfRelated(cell) : cell;
}

// --- lists and maps

Cell Evaluation::MakeList(const Node& node) {
  std::pmr::vector<Cell> items(context_.memory());
  for (size_t i = 0; i < node.count; ++i) {
    items.push_back(Plain(Child(node, i)));
    if (items.back().tag == Tag::kError) return items.back();
  }
  return context_.KeepList(items);
}

Cell Evaluation::MakeMap(const Node& node) {
  std::pmr::vector<Cell> entries(context_.memory());
  for (size_t i = 0; i < node.count; ++i) {
    entries.push_back(Plain(Child(node, i)));
    if (entries.back().tag == Tag::kError) return entries.back();
    if (i % 2 != 0) continue;
    const Cell& key = entries.back();
    if (key.tag == Tag::kNone) return {};
    if (!IsMapKey(key)) return context_.Fail(Reason::kWrongKind, "is no kind of a map's key", NameOf(key.tag));
    const Cell so_far = Cell::Map({entries.data(), entries.size() - 1});
    if (Lookup(context_, so_far, key) != nullptr) return context_.Fail(Reason::kWrongKind, "the map has this key twice");
  }
  return Cell::Map(context_.KeepList(entries).list());
}

// of[key], and has() of a map's member.
Cell Evaluation::Member(const Node& node) {
  const Cell args[] = {Plain(Child(node, 0)), Plain(Child(node, 1))};
  if (const Cell* missing = FirstVoid(args)) return *missing;
  const auto& [of, key] = args;
  if (of.tag == Tag::kMap) {
    const Cell* found = Lookup(context_, of, key);
    if (node.op == Op::kHasMember) return Cell::Bool(found != nullptr);
    return found != nullptr ? *found
                            : context_.Fail(Reason::kOutOfRange, "no such key", key.tag == Tag::kString ? key.str() : NameOf(key.tag));
  }
  if (of.tag != Tag::kList || node.op == Op::kHasMember) return context_.NoOverload("[]", {of, key});
  int64_t index = key.tag == Tag::kDouble ? -1 : key.integer;
  if (key.tag == Tag::kDouble && key.real >= 0 && key.real <= UINT32_MAX) index = static_cast<int64_t>(key.real);
  const bool whole = key.tag == Tag::kInt || key.tag == Tag::kUint || (key.tag == Tag::kDouble && static_cast<double>(index) == key.real);
  if (!whole) return context_.NoOverload("[]", {of, key});
  if (index < 0 || index >= int64_t{of.extra})
    return context_.Fail(Reason::kOutOfRange, "the list has no such element", context_.Keep(std::to_string(index)));
  return of.items[index];
}

// --- logic

// && with false deciding, || with true: whatever the order, a deciding part wins over errors and missing values, an error over those.
Cell Evaluation::Logic(const Node& node, bool deciding) {
  Cell left = Cell::Bool(!deciding);
  for (size_t i = 0; i < node.count; ++i) {
    Cell part = Child(node, i);
    if (part.tag == Tag::kBool) {
      if (part.truth == deciding) return part;
      continue;
    }
    if (part.tag == Tag::kNull) part = {};
    if (!part.is_void()) part = Placed(node, context_.NoOverload(deciding ? "||" : "&&", {part}));
    if (left.tag != Tag::kError) left = part;
  }
  return left;
}

Cell Evaluation::Not(const Node& node) {
  const Cell part = Child(node, 0);
  if (part.is_void()) return part;
  return part.tag == Tag::kBool ? Cell::Bool(!part.truth) : context_.NoOverload("!", {part});
}

Cell Evaluation::Conditional(const Node& node) {
  const Cell condition = Child(node, 0);
  if (condition.is_void()) return condition;
  if (condition.tag != Tag::kBool) return context_.NoOverload("?:", {condition});
  return Child(node, condition.truth ? 1 : 2);
}

Cell Evaluation::EqualTo(const Node& node) {
  Cell args[] = {Child(node, 0), Child(node, 1)};
  if (const Cell* missing = FirstVoid(args)) return *missing;
  for (Cell& arg : args) {
    if (arg.tag == Tag::kRelated) arg = ListOfRelated(arg);
  }
  return Cell::Bool(Equal(context_, args[0], args[1]) == (node.argument == 0));
}

Cell Evaluation::Comparison(const Node& node) {
  const Cell args[] = {Plain(Child(node, 0)), Plain(Child(node, 1))};
  if (const Cell* missing = FirstVoid(args)) return *missing;
  return Compare(context_, args[0], args[1], (node.argument & 1) != 0, (node.argument & 2) != 0);
}

Cell Evaluation::In(const Node& node) {
  Cell args[] = {Child(node, 0), Child(node, 1)};
  if (const Cell* missing = FirstVoid(args)) return *missing;
  if (args[1].tag == Tag::kRelated) args[1] = ListOfRelated(args[1]);
  if (args[1].tag == Tag::kMap) return Cell::Bool(Lookup(context_, args[1], Plain(args[0])) != nullptr);
  if (args[1].tag != Tag::kList) return context_.NoOverload("in", {args[0], args[1]});
  const std::span<const Cell> items = args[1].list();
  return Cell::Bool(std::any_of(items.begin(), items.end(), [&](const Cell& item) { return Equal(context_, args[0], item); }));
}

// --- functions

Cell Evaluation::Call(const Node& node) {
  constexpr size_t kMostArguments = 4;
  std::array<Cell, kMostArguments> args;
  for (size_t i = 0; i < node.count; ++i) args[i] = Plain(Child(node, i));
  const Arguments given(args.data(), node.count);
  if (const Cell* missing = FirstVoid(given)) return *missing;
  const Function& function = Functions()[static_cast<size_t>(node.argument)];
  // What the checker could not tell: the kinds must be those of some overload.
  const auto takes = [&](const Overload& overload) {
    if (overload.takes.size() != given.size()) return false;
    for (size_t i = 0; i < given.size(); ++i) {
      if (overload.takes[i] != TypeKind::kDyn && TagOf(overload.takes[i]) != given[i].tag) return false;
    }
    return true;
  };
  if (std::any_of(function.overloads.begin(), function.overloads.end(), takes)) return function.body(context_, given);
  std::string kinds;
  for (const Cell& arg : given) kinds += (kinds.empty() ? "" : ", ") + std::string(NameOf(arg.tag));
  return context_.Fail(Reason::kWrongKind, context_.Keep(std::string(function.name) + " does not take these kinds"), kinds);
}

Cell Evaluation::Match(const Node& node) {
  const Cell text = Plain(Child(node, 0));
  if (text.is_void()) return text;
  if (text.tag != Tag::kString) return context_.NoOverload("matches", {text});
  context_.Spend(text.extra / 16);
  return Cell::Bool(RE2::PartialMatch(text.str(), *code_->patterns[static_cast<size_t>(node.argument)]));
}

Cell Evaluation::ClockPartOf(const Node& node) {
  const Cell value = Child(node, 0);
  if (value.is_void()) return value;
  const Clock& clock = code_->clocks[static_cast<size_t>(node.argument)];
  return value.tag == Tag::kTimestamp ? PartOf(context_, value, clock.part, clock.zone)
                                      : context_.NoOverload("a part in a time zone", {value});
}

// --- macros

namespace {

// What a macro makes of its elements, one after the other.
class Collector {
 public:
  Collector(Macro macro, Context& context) : macro_(macro), context_(context), taken_(context.memory()) {}

  // False when the rest decides nothing any more.
  bool Take(const Cell& result, const Cell& element) {
    switch (macro_) {
      case Macro::kAll:
      case Macro::kExists: {
        const bool deciding = macro_ == Macro::kExists;
        if (result.tag == Tag::kBool && result.truth == deciding) return decided_ = true, false;
        if (result.tag != Tag::kBool && left_.tag != Tag::kError) left_ = result.is_void() ? result : NotBool(result);
        return true;
      }
      case Macro::kExistsOne:
        if (result.is_true()) ++count_;
        return Keep(result);
      case Macro::kFilter:
        if (result.is_true()) taken_.push_back(element);
        return Keep(result);
      case Macro::kMap:
        taken_.push_back(result);
        if (result.tag == Tag::kError) left_ = result;
        return result.tag != Tag::kError;
    }
    return false;
  }

  [[nodiscard]] Cell Finish() {
    if (macro_ == Macro::kAll || macro_ == Macro::kExists) {
      if (decided_) return Cell::Bool(macro_ == Macro::kExists);
      return failed() ? left_ : Cell::Bool(macro_ == Macro::kAll);
    }
    if (left_.tag == Tag::kError) return left_;
    return macro_ == Macro::kExistsOne ? Cell::Bool(count_ == 1) : context_.KeepList(taken_);
  }

 private:
  [[nodiscard]] bool failed() const { return left_.is_void(); }
  Cell NotBool(const Cell& cell) { return context_.NoOverload("a macro's condition", {cell}); }
  // An error stops; no answer does not match.
  bool Keep(const Cell& result) {
    if (result.tag == Tag::kBool || result.tag == Tag::kNone) return true;
    left_ = result.tag == Tag::kError ? result : NotBool(result);
    return false;
  }

  Macro macro_;
  Context& context_;
  std::pmr::vector<Cell> taken_;
  Cell left_ = Cell::Null();  // the first error or missing answer
  size_t count_ = 0;
  bool decided_ = false;
};

}  // namespace

// The children: what is walked over, then the conditions and what they give.
Cell Evaluation::RunMacro(const Node& node) {
  const Cell range = Child(node, 0);
  if (range.is_void()) return range;
  const auto place = static_cast<size_t>(node.argument);
  if (locals_.size() < place + 2) locals_.resize(place + 2);
  Collector collector(node.macro, context_);
  int64_t index = 0;
  const auto take = [&](const Cell& key, const Cell& element) {
    if (context_.exhausted()) return false;
    locals_[place] = node.two ? key : element;
    locals_[place + 1] = element;
    if (node.count == 3) {  // map with a condition
      const Cell condition = Child(node, 1);
      if (condition.tag == Tag::kError) return collector.Take(condition, element);
      if (!condition.is_true()) return true;
    }
    return collector.Take(Child(node, node.count - 1), element);
  };
  if (range.tag == Tag::kRelated) {
    if (resolver_ == nullptr) return collector.Finish();
    used_resolver_ = true;
    const RelatedField& which = code_->related[range.extra];
    resolver_->ForEachRelated(*which.type, *which.field, Id(range.natural),
                              [&](const record::View& view) { return take(Cell::Int(index++), RecordCell(view)); });
  } else if (range.tag == Tag::kMap) {
    for (size_t i = 0; i < range.extra; ++i) {
      if (!take(range.items[2 * i], node.two ? range.items[2 * i + 1] : range.items[2 * i])) break;
    }
  } else if (range.tag == Tag::kList) {
    for (const Cell& item : range.list()) {
      if (!take(Cell::Int(index++), item)) break;
    }
  } else {
    return context_.NoOverload("a macro", {range});
  }
  return collector.Finish();
}

Cell Fold(Program::Code& code, const Node& node) {
  constexpr uint64_t kCost = 10'000;
  Evaluation evaluation(nullptr, kCost);
  code.nodes.push_back(node);
  const Cell cell = evaluation.RunNode(code, static_cast<uint32_t>(code.nodes.size() - 1));
  code.nodes.pop_back();
  if (cell.is_void() || evaluation.context().exhausted()) return {};
  Context keep(&code.memory);
  code.folded.push_back(ToAny(cell));
  return FromAny(keep, code.folded.back());
}

// --- the public face

struct Evaluator::State {
  State(Resolver* given, Options options) : resolver(given), evaluation(given, options.cost) {}
  Resolver* resolver;
  Evaluation evaluation;
  Status error;
};

Evaluator::Evaluator(Resolver* resolver) : Evaluator(resolver, Options()) {}
Evaluator::Evaluator(Resolver* resolver, Options options) : state_(std::make_unique<State>(resolver, options)) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;

Match Evaluator::Test(const Program& program, const record::View& record, std::span<const Any> variables) {
  const Cell cell = state_->evaluation.Run(program.code(), record, variables);
  state_->error = state_->evaluation.used_resolver() ? state_->resolver->status() : absl::OkStatus();
  if (!state_->error.ok()) return Match::kError;
  if (cell.tag == Tag::kBool) return cell.truth ? Match::kYes : Match::kNo;
  if (cell.tag != Tag::kError) return Match::kNull;
  state_->error = ToStatus(program.text(), cell);
  return Match::kError;
}

StatusOr<Any> Evaluator::Evaluate(const Program& program, const record::View& record, std::span<const Any> variables) {
  const Cell cell = state_->evaluation.Run(program.code(), record, variables);
  if (state_->evaluation.used_resolver()) KITH_RETURN_IF_ERROR(state_->resolver->status());
  if (cell.tag == Tag::kError) return ToStatus(program.text(), cell);
  return ToAny(cell);
}

Status Evaluator::error() const { return state_->error; }
uint64_t Evaluator::cost() const { return state_->evaluation.context().cost(); }

StatusOr<Any> Eval(std::string_view text) {
  KITH_ASSIGN_OR_RETURN(const Program program, Program::Compile(text, {}));
  return Evaluator().Evaluate(program);
}

}  // namespace kith::expr
