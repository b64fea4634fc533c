// Random expressions against a naive evaluator: each is made as its text together with a function that computes what it gives.
#include <absl/numeric/int128.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kith/expr/expr.h"
#include "support/settings.h"

namespace kith::expr {
namespace {

// A value, or no value, or the reason of an error.
struct Outcome {
  Any value;  // null: none
  Reason error = Reason::kNone;

  Outcome(Any v) : value(std::move(v)) {}    // NOLINT(google-explicit-constructor)
  Outcome(Reason reason) : error(reason) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool is_none() const { return error == Reason::kNone && value.is_null(); }
  [[nodiscard]] bool is_void() const { return error != Reason::kNone || value.is_null(); }
  [[nodiscard]] bool is(bool b) const { return !is_void() && *value.get_if<bool>() == b; }
  template <typename T>
  [[nodiscard]] const T& as() const {
    return *value.get_if<T>();
  }
};
const Outcome kNoValue = Any();

std::string Shown(const Outcome& outcome) {
  return outcome.error != Reason::kNone ? std::string(NameOf(outcome.error)) : ToText(outcome.value);
}

using Scope = std::vector<Any>;  // the environment's variables, then those of macros from the outermost
enum Level { kConditional, kOr, kAnd, kRelation, kSum, kProduct, kUnary, kMember, kPrimary };

struct Expr {
  Level level = kPrimary;
  std::string text;
  std::function<Outcome(const Scope&)> gives;

  // With parentheses where it stands beside something that binds tighter, and nowhere else.
  [[nodiscard]] std::string In(int least) const { return level < least ? "(" + text + ")" : text; }
};

// Errors win over missing values; else the function of the values.
template <typename F>
Outcome Strict(const std::vector<Outcome>& args, F function) {
  for (const Outcome& arg : args) {
    if (arg.error != Reason::kNone) return arg;
  }
  for (const Outcome& arg : args) {
    if (arg.is_none()) return arg;
  }
  return function(args);
}

// What && (deciding: false) and || (true) make of their parts.
Outcome Absorb(const std::vector<Outcome>& parts, bool deciding) {
  for (const Outcome& part : parts) {
    if (part.is(deciding)) return part;
  }
  return Strict(parts, [&](const auto&) -> Outcome { return Any(!deciding); });
}

constexpr std::pair<const char*, TypeKind> kVariables[] = {
    {"n", TypeKind::kInt},    {"m", TypeKind::kInt},         {"none", TypeKind::kInt}, {"s", TypeKind::kString},
    {"t", TypeKind::kString}, {"absent", TypeKind::kString}, {"yes", TypeKind::kBool}, {"maybe", TypeKind::kBool}};

class Generator {
 public:
  explicit Generator(uint64_t seed) : dice_(seed) {}

  Expr Bool(int depth) {
    if (depth == 0) return OneIn(2) ? Variable(TypeKind::kBool) : Literal(OneIn(2));
    switch (dice_() % 9) {
      case 0:
        return Logic("&&", kAnd, false, depth);
      case 1:
        return Logic("||", kOr, true, depth);
      case 2: {
        Expr of = Bool(depth - 1);
        return {kUnary, "!" + of.In(kUnary), [of](const Scope& scope) {
                  return Strict({of.gives(scope)}, [](const auto& a) -> Outcome { return Any(!a[0].template as<bool>()); });
                }};
      }
      case 3:
        return Compare(Int(depth - 1), Int(depth - 1));
      case 4:
        return Compare(Text(depth - 1), Text(depth - 1));
      case 5:
        return IsNull(depth);
      case 6:
        return Macro(depth);
      case 7:
        return InList(depth);
      default:
        return Conditional(Bool(depth - 1), Bool(depth - 1), Bool(depth - 1));
    }
  }

  Expr Int(int depth) {
    if (depth == 0) return OneIn(2) ? Variable(TypeKind::kInt) : Literal(SomeInt());
    switch (dice_() % 8) {
      case 0:
        return Arithmetic('+', kSum, depth);
      case 1:
        return Arithmetic('-', kSum, depth);
      case 2:
        return Arithmetic('*', kProduct, depth);
      case 3:
        return Arithmetic('/', kProduct, depth);
      case 4:
        return Arithmetic('%', kProduct, depth);
      case 5:
        return Size(depth);
      case 6:
        return Element(depth);
      default:
        return Conditional(Bool(depth - 1), Int(depth - 1), Int(depth - 1));
    }
  }

  Expr Text(int depth) {
    if (depth == 0) return OneIn(2) ? Variable(TypeKind::kString) : Literal(Pick<const char*>({"", "a", "ab", "中", "b中"}));
    if (OneIn(3)) return Conditional(Bool(depth - 1), Text(depth - 1), Text(depth - 1));
    return Binary("+", kSum, Text(depth - 1), Text(depth - 1),
                  [](const auto& a) -> Outcome { return Any(a[0].template as<std::string>() + a[1].template as<std::string>()); });
  }

  // Lists of ints.
  Expr List(int depth) {
    if (depth == 0 || OneIn(3)) {
      AnyList items;
      for (uint64_t i = dice_() % 4; i > 0; --i) items.emplace_back(static_cast<int64_t>(dice_() % 7) - 2);
      return {kPrimary, ToText(Any(items)), [items](const Scope&) -> Outcome { return Any(items); }};
    }
    if (OneIn(2)) return Filter(depth);
    return Binary("+", kSum, List(depth - 1), List(depth - 1), [](const auto& a) -> Outcome {
      AnyList joined = a[0].template as<AnyList>();
      for (const Any& item : a[1].template as<AnyList>()) joined.push_back(item);
      return Any(joined);
    });
  }

 private:
  bool OneIn(uint64_t n) { return dice_() % n == 0; }
  template <typename T>
  T Pick(std::initializer_list<T> of) {
    return of.begin()[dice_() % of.size()];
  }
  int64_t SomeInt() { return OneIn(8) ? Pick<int64_t>({INT64_MAX, INT64_MIN, INT64_MAX - 1}) : static_cast<int64_t>(dice_() % 9) - 3; }

  template <typename T>
  Expr Literal(T value) {
    const Any any(value);
    const std::string text = ToText(any);
    return {text[0] == '-' ? kUnary : kPrimary, text, [any](const Scope&) -> Outcome { return any; }};
  }

  Expr Variable(TypeKind kind) {
    if (kind == TypeKind::kInt && locals_ > 0 && OneIn(2)) {
      const size_t place = dice_() % locals_;
      return {kPrimary, "x" + std::to_string(place),
              [place](const Scope& scope) -> Outcome { return scope[std::size(kVariables) + place]; }};
    }
    size_t i = dice_() % std::size(kVariables);
    while (kVariables[i].second != kind) i = (i + 1) % std::size(kVariables);
    return {kPrimary, kVariables[i].first, [i](const Scope& scope) -> Outcome { return scope[i]; }};
  }

  template <typename F>
  Expr Binary(const std::string& sign, Level level, const Expr& left, const Expr& right, F function) {
    return {level, left.In(level) + " " + sign + " " + right.In(level + 1), [=](const Scope& scope) {
              return Strict({left.gives(scope), right.gives(scope)}, function);
            }};
  }

  Expr Logic(const std::string& sign, Level level, bool deciding, int depth) {
    const Expr left = Bool(depth - 1);
    const Expr right = Bool(depth - 1);
    return {level, left.In(level) + " " + sign + " " + right.In(level + 1), [=](const Scope& scope) {
              return Absorb({left.gives(scope), right.gives(scope)}, deciding);
            }};
  }

  Expr Conditional(const Expr& condition, const Expr& yes, const Expr& no) {
    return {kConditional, condition.In(kOr) + " ? " + yes.In(kOr) + " : " + no.In(kConditional), [=](const Scope& scope) {
              return Strict({condition.gives(scope)}, [&](const auto& a) { return (a[0].is(true) ? yes : no).gives(scope); });
            }};
  }

  Expr Compare(const Expr& left, const Expr& right) {
    const std::string sign = Pick<const char*>({"==", "!=", "<", "<=", ">", ">="});
    return Binary(sign, kRelation, left, right, [sign](const auto& a) -> Outcome {
      const int64_t* int_a = a[0].value.template get_if<int64_t>();
      const int order = int_a != nullptr ? (*int_a > a[1].template as<int64_t>()) - (*int_a < a[1].template as<int64_t>())
                                         : a[0].template as<std::string>().compare(a[1].template as<std::string>());
      if (sign == "==") return Any(order == 0);
      if (sign == "!=") return Any(order != 0);
      const bool less = sign[0] == '<' ? order < 0 : order > 0;
      return Any(less || (sign.size() == 2 && order == 0));
    });
  }

  Expr IsNull(int depth) {
    const Expr of = OneIn(2) ? Int(depth - 1) : Text(depth - 1);
    const bool equal = OneIn(2);
    return {kRelation, of.In(kRelation) + (equal ? " == null" : " != null"), [=](const Scope& scope) -> Outcome {
              const Outcome value = of.gives(scope);
              return value.error != Reason::kNone ? value : Outcome(Any(value.is_none() == equal));
            }};
  }

  Expr InList(int depth) {
    return Binary("in", kRelation, Int(depth - 1), List(depth - 1), [](const auto& a) -> Outcome {
      const AnyList& list = a[1].template as<AnyList>();
      return Any(std::find(list.begin(), list.end(), a[0].value) != list.end());
    });
  }

  Expr Arithmetic(char sign, Level level, int depth) {
    return Binary(std::string(1, sign), level, Int(depth - 1), Int(depth - 1), [sign](const auto& args) -> Outcome {
      const absl::int128 a = args[0].template as<int64_t>();
      const absl::int128 b = args[1].template as<int64_t>();
      if ((sign == '/' || sign == '%') && b == 0) return Reason::kArithmeticOverflow;
      const absl::int128 result = sign == '+' ? a + b : sign == '-' ? a - b : sign == '*' ? a * b : sign == '/' ? a / b : a % b;
      // The remainder is refused where the quotient is.
      if (sign == '%' && a == INT64_MIN && b == -1) return Reason::kArithmeticOverflow;
      if (result < INT64_MIN || result > INT64_MAX) return Reason::kArithmeticOverflow;
      return Any(static_cast<int64_t>(result));
    });
  }

  Expr Size(int depth) {
    const bool text = OneIn(2);
    const Expr of = text ? Text(depth - 1) : List(depth - 1);
    return {kMember, OneIn(2) ? "size(" + of.text + ")" : of.In(kMember) + ".size()", [=](const Scope& scope) {
              return Strict({of.gives(scope)}, [&](const auto& a) -> Outcome {
                if (!text) return Any(static_cast<int64_t>(a[0].template as<AnyList>().size()));
                int64_t points = 0;
                for (const char c : a[0].template as<std::string>()) points += (c & 0xC0) != 0x80 ? 1 : 0;
                return Any(points);
              });
            }};
  }

  Expr Element(int depth) {
    const Expr of = List(depth - 1);
    const Expr index = Int(depth - 1);
    return {kMember, of.In(kMember) + "[" + index.text + "]", [=](const Scope& scope) {
              return Strict({of.gives(scope), index.gives(scope)}, [](const auto& a) -> Outcome {
                const AnyList& list = a[0].template as<AnyList>();
                const int64_t at = a[1].template as<int64_t>();
                return at >= 0 && at < static_cast<int64_t>(list.size()) ? Outcome(list[static_cast<size_t>(at)]) : Reason::kOutOfRange;
              });
            }};
  }

  // A macro over a list of ints: `combine` sees what the body gives for each element.
  template <typename F>
  Expr Over(const std::string& name, int depth, F combine) {
    const Expr range = List(depth - 1);
    const std::string variable = "x" + std::to_string(locals_);
    ++locals_;
    const Expr body = Bool(depth - 1);
    --locals_;
    const auto gives = [=](const Scope& scope) {
      return Strict({range.gives(scope)}, [&](const auto& a) {
        const AnyList& list = a[0].template as<AnyList>();
        std::vector<Outcome> bodies;
        for (const Any& item : list) {
          Scope inner = scope;
          inner.push_back(item);
          bodies.push_back(body.gives(inner));
        }
        return combine(list, bodies);
      });
    };
    return {kMember, range.In(kMember) + "." + name + "(" + variable + ", " + body.text + ")", gives};
  }

  Expr Macro(int depth) {
    if (OneIn(3)) return Over("all", depth, [](const AnyList&, const auto& bodies) { return Absorb(bodies, false); });
    if (OneIn(2)) return Over("exists", depth, [](const AnyList&, const auto& bodies) { return Absorb(bodies, true); });
    return Over("exists_one", depth, [](const AnyList&, const std::vector<Outcome>& bodies) -> Outcome {
      int count = 0;
      for (const Outcome& body : bodies) {
        if (body.error != Reason::kNone) return body;
        if (body.is(true)) ++count;
      }
      return Any(count == 1);
    });
  }

  Expr Filter(int depth) {
    return Over("filter", depth, [](const AnyList& list, const std::vector<Outcome>& bodies) -> Outcome {
      AnyList kept;
      for (size_t i = 0; i < bodies.size(); ++i) {
        if (bodies[i].error != Reason::kNone) return bodies[i];
        if (bodies[i].is(true)) kept.push_back(list[i]);
      }
      return Any(kept);
    });
  }

  std::mt19937_64 dice_;
  size_t locals_ = 0;  // macro variables in scope
};

TEST(Naive, RandomExpressionsGiveTheSame) {
  Environment environment;
  for (const auto& [name, kind] : kVariables) environment.variables.push_back({name, kind});
  const std::vector<Scope> scopes = {
      {0, 1, Any(), "", "ab", Any(), true, Any()},
      {-1, INT64_MAX, Any(), "b中", "a", Any(), true, false},
  };
  Generator generator(testing::TestSeed(11));
  Evaluator evaluator;
  int values = 0;
  int nones = 0;
  int errors = 0;
  for (int round = 0; round < 4000 * testing::TestScale(); ++round) {
    const int depth = 1 + round % 5;
    const Expr expr = round % 3 == 0 ? generator.Int(depth) : round % 3 == 1 ? generator.Text(depth) : generator.Bool(depth);
    const StatusOr<Program> program = Program::Compile(expr.text, environment);
    ASSERT_TRUE(program.ok()) << expr.text << "\n" << program.status();
    for (const Scope& scope : scopes) {
      const Outcome expected = expr.gives(scope);
      const StatusOr<Any> value = evaluator.Evaluate(*program, {}, scope);
      const Outcome actual = value.ok() ? Outcome(*value) : Outcome(GetReason(value.status()));
      ASSERT_EQ(Shown(actual), Shown(expected)) << expr.text;
      ++(expected.error != Reason::kNone ? errors : expected.is_none() ? nones : values);
    }
  }
  // All three kinds of outcome were there in numbers.
  EXPECT_GT(values, 1000);
  EXPECT_GT(nones, 200);
  EXPECT_GT(errors, 200);
}

}  // namespace
}  // namespace kith::expr
