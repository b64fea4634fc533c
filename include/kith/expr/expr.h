// Expressions: filters, formulas, rules and segments in a subset of CEL, typed against the catalog, compiled once, evaluated on record
// bytes. What is supported and what is refused: lib/expr/README.md.
//
//   Environment names;
//   names.catalog = snapshot.shared_catalog();
//   names.record = *names.catalog->GetType("opportunity");
//   KITH_ASSIGN_OR_RETURN(Program program, Program::Compile(R"(amount > money("10000", "CNY") && account.industry == "law")", names));
//   Evaluator evaluator(&resolver);
//   if (evaluator.Test(program, view) == Match::kYes) ...
//
// Null. A field without a value, a link that leads nowhere and everything computed from them have no value. An operation on no value has
// none, as an error in CEL, and && and || absorb it in the same way: `no value && false` is false. Compared with the literal null such a
// field is equal to it. A list field without a value is an empty list. A filter whose answer has no value does not match.
//
// Errors of compiling: ExpressionMalformed, WrongKind, UnknownField, UnknownType, NotAChoice, LimitExceeded; field is "line:column" (both
// from 1, in code points), value what stands there, hint the nearest known name or what to write instead.
#ifndef KITH_EXPR_EXPR_H_
#define KITH_EXPR_EXPR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/expr/any.h"
#include "kith/expr/type.h"
#include "kith/record/record.h"

namespace kith::expr {

struct Variable {
  std::string name;  // also with dots, "request.time"
  Type type;
};

// The names that an expression may use. A name is a macro's variable, or else a declared variable, or else a field of the record, or else
// one of the header's: id, version, created, updated, owner, unit.
struct Environment {
  std::shared_ptr<const catalog::Catalog> catalog;  // null: no records
  const catalog::TypeDef* record = nullptr;         // of `catalog`; null: no record
  const catalog::TypeDef* owner = nullptr;          // what the header's owner refers to; null: any type, so nothing of it can be read
  std::vector<Variable> variables;                  // their values are given in this order when evaluating
};

// A condition that a record must meet to match: <field> <comparison> <constant>. The whole filter is these and `exact` tells whether
// nothing else. What a planner needs to choose an index.
struct Condition {
  enum class Comparison : uint8_t { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kIn, kIsNull };
  int32_t position = 0;  // of the field in its type, or a catalog::HeaderField
  Comparison comparison = Comparison::kEqual;
  std::vector<Value> values;  // of the field's kind and scale; kIn: any number, kIsNull: none, else one
  // Position in Environment::variables of what stands in the place of `values`; -1: they are constants. The condition then holds for values
  // (of kIn: lists of values) of the field's kind, a choice by its name; where the variable's type is dyn it may be given another.
  int32_t variable = -1;
};
struct Conditions {
  std::vector<Condition> all;  // joined by &&
  bool exact = false;          // a record matches exactly when all of them hold
};

// A reference that an expression follows on its way to other records.
struct Reference {
  const catalog::TypeDef* type = nullptr;  // whose field it is; of the program's catalog
  int32_t position = 0;                    // of the field in its type, or kHeaderOwner
  bool back = false;  // false: from a record of `type` to the one it refers to; true: from that one to the records that refer to it
  friend bool operator==(const Reference&, const Reference&) = default;
};

// An expression, checked and compiled. Immutable: share it between threads; copying is cheap. Holds its catalog.
class Program {
 public:
  [[nodiscard]] static StatusOr<Program> Compile(std::string_view text, const Environment& environment);
  // The same, refused (WrongKind at the expression's start) when the type is not `expected`. A filter is a bool.
  [[nodiscard]] static StatusOr<Program> Compile(std::string_view text, const Environment& environment, TypeKind expected);

  [[nodiscard]] const Type& type() const;
  [[nodiscard]] const std::string& text() const;
  // Positions of the record's fields (HeaderField below 0) that it reads, ascending, each once.
  [[nodiscard]] std::span<const int32_t> reads() const;
  // It reads other records through links or related(): its answer depends on more than the record.
  [[nodiscard]] bool reads_others() const;
  // By which ways it gets to them, each once; empty when it reads none.
  [[nodiscard]] std::span<const Reference> references() const;
  [[nodiscard]] const Conditions& conditions() const;

  struct Code;
  [[nodiscard]] const Code& code() const { return *code_; }

 private:
  std::shared_ptr<const Code> code_;
};

// How an evaluation reaches other records: the engine gives one over a snapshot, another over a write-set. What the viewer may not see is
// not there.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // The record, a null view when there is none. Valid until the end of the evaluation. Must not fail otherwise: remember the failure and
  // report it from status().
  virtual record::View Get(Id id) = 0;
  // Calls `visit` for each record of `type` whose reference field `field` is `id`, until it returns false.
  virtual void ForEachRelated(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id,
                              const std::function<bool(const record::View&)>& visit) = 0;
  // Asked after an evaluation that used the resolver; an error is what the evaluation returns.
  [[nodiscard]] virtual Status status() const { return absl::OkStatus(); }
};

enum class Match : uint8_t {
  kNo,
  kYes,
  kNull,  // no answer: something compared has no value. Does not match, and is counted
  kError  // see Evaluator::error()
};

// Evaluates programs; keeps its memory from one evaluation to the next, so that common filters allocate nothing. One thread at a time.
class Evaluator {
 public:
  struct Options {
    uint64_t cost = 1'000'000;  // steps of one evaluation: one a node, and more for long texts and lists. Past it: CostExceeded
  };
  // `resolver` outlives the evaluator; null: links lead nowhere and related() is empty.
  explicit Evaluator(Resolver* resolver = nullptr);
  Evaluator(Resolver* resolver, Options options);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;

  // For programs of type bool. `record` is of the program's record type (a null view: no field has a value); `variables` in the order of
  // the environment, missing ones are null.
  [[nodiscard]] Match Test(const Program& program, const record::View& record, std::span<const Any> variables = {});
  // The value, null when it has none. Errors: ArithmeticOverflow, OutOfRange, WrongKind, CurrencyMismatch, CostExceeded, with the position
  // in the expression as at compiling; or the resolver's.
  [[nodiscard]] StatusOr<Any> Evaluate(const Program& program, const record::View& record = {}, std::span<const Any> variables = {});

  // Why the last Test() gave kError.
  [[nodiscard]] Status error() const;
  // Steps of the last evaluation.
  [[nodiscard]] uint64_t cost() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The value of an expression without variables and records: Eval("1 + 2") is 3.
[[nodiscard]] StatusOr<Any> Eval(std::string_view text);

}  // namespace kith::expr

#endif  // KITH_EXPR_EXPR_H_
