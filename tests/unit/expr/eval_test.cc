// Expressions without records: what each gives, as text; what is refused, and where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kith/base/limits.h"
#include "kith/expr/expr.h"

namespace kith::expr {
namespace {

using ::testing::HasSubstr;

std::string Shown(std::string_view text) {
  const StatusOr<Any> value = Eval(text);
  if (value.ok()) return ToText(*value);
  const ErrorInfo info = GetErrorInfo(value.status());
  return std::string(NameOf(info.reason)) + " at " + info.field;
}

struct Case {
  const char* text;
  const char* gives;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.text; }

class Table : public ::testing::TestWithParam<std::vector<Case>> {};
TEST_P(Table, Gives) {
  for (const Case& c : GetParam()) EXPECT_EQ(Shown(c.text), c.gives) << c.text;
}

INSTANTIATE_TEST_SUITE_P(Literals, Table,
                         ::testing::Values(std::vector<Case>{
                             {"1", "1"},
                             {"-9223372036854775808", "-9223372036854775808"},
                             {"0xFF", "255"},
                             {"-0x10", "-16"},
                             {"18446744073709551615u", "18446744073709551615u"},
                             {"1.5e3", "1500.0"},
                             {".5", "0.5"},
                             {"true", "true"},
                             {"null", "null"},
                             {"'a' \"b\"", "ExpressionMalformed at 1:5"},
                             {R"('\u00fc\x41\101\n')", "\"üAA\\n\""},
                             {R"(r'\n')", R"("\\n")"},
                             {"'''a\n\"b\"'''", R"("a\n\"b\"")"},
                             {R"(b'\xff\000a')", R"(b"\xff\x00a")"},
                             {"[1, 'a', [true]]", R"([1, "a", [true]])"},
                             {"{'a': 1, 'b': [2]}", R"({"a": 1, "b": [2]})"},
                             {"{1: 2, 1: 3}", "WrongKind at 1:1"},
                             {"1 // a comment\n + 2", "3"},
                             {"9223372036854775808", "ExpressionMalformed at 1:1"},
                         }));

// A raw text ends at the first quote, a backslash before it or not.
INSTANTIATE_TEST_SUITE_P(Raw, Table,
                         ::testing::Values(std::vector<Case>{
                             {R"(r'\' + 'x')", R"("\\x")"},
                             {R"(r'\d+\.' + "\d")", "ExpressionMalformed at 1:13"},
                             {R"(r"""\"""")", "ExpressionMalformed at 1:9"},
                             {R"(br'\x41' == b'\\x41')", "true"},
                         }));

INSTANTIATE_TEST_SUITE_P(Arithmetic, Table,
                         ::testing::Values(std::vector<Case>{
                             {"1 + 2 * 3 - 4 / 2 % 2", "7"},
                             {"-7 / 2", "-3"},
                             {"-7 % 2", "-1"},
                             {"7u % 4u", "3u"},
                             {"9223372036854775807 + 1", "ArithmeticOverflow at 1:21"},
                             {"-9223372036854775808 - 1", "ArithmeticOverflow at 1:22"},
                             {"9223372036854775807 * 2", "ArithmeticOverflow at 1:21"},
                             {"-9223372036854775808 / -1", "ArithmeticOverflow at 1:22"},
                             {"-(-9223372036854775808)", "ArithmeticOverflow at 1:1"},
                             {"0u - 1u", "ArithmeticOverflow at 1:4"},
                             {"1 / 0", "ArithmeticOverflow at 1:3"},
                             {"1 % 0", "ArithmeticOverflow at 1:3"},
                             {"1.0 / 0.0", "double(\"Infinity\")"},
                             {"1 + 1u", "WrongKind at 1:3"},
                             {"1 + 1.0", "WrongKind at 1:3"},
                             {"'a' + 'b'", "\"ab\""},
                             {"[1] + [2]", "[1, 2]"},
                             {"decimal('1.10') + decimal('2.205')", "decimal(\"3.305\")"},
                             {"decimal('1.5') * decimal('1.5')", "decimal(\"2.25\")"},
                             {"decimal('1.5') * 2", "decimal(\"3.0\")"},
                             {"money('12.50', 'EUR') + money(50, 'EUR')", "money(\"13.00\", \"EUR\")"},
                             {"money('1', 'EUR') + money('1', 'CNY')", "CurrencyMismatch at 1:19"},
                             {"money('0.25', 'EUR') * decimal('0.5')", "money(\"0.12\", \"EUR\")"},
                             {"money('0.35', 'EUR') * decimal('0.5')", "money(\"0.18\", \"EUR\")"},
                             {"money('10', 'EUR') / 3 + money('0.25', 'EUR') / -10", "money(\"3.31\", \"EUR\")"},
                             {"money('10', 'EUR') / decimal('0.4')", "money(\"25.00\", \"EUR\")"},
                             {"money('-0.25', 'EUR') / 10", "money(\"-0.02\", \"EUR\")"},
                             {"money('-0.35', 'EUR') / 10", "money(\"-0.04\", \"EUR\")"},
                             {"money('10', 'EUR') / money('4', 'EUR')", "2.5"},
                             {"money('10', 'EUR') / money('4', 'CNY')", "CurrencyMismatch at 1:20"},
                             {"money('10', 'EUR') / 0", "ArithmeticOverflow at 1:20"},
                             {"money('10', 'EUR') * 0.5", "WrongKind at 1:20"},
                             {"decimal('1.50') / 2 + decimal('0.3') / decimal('1.20')", "1.0"},
                             {"1 / decimal('0')", "ArithmeticOverflow at 1:3"},
                             {"-money('1', 'EUR')", "money(\"-1.00\", \"EUR\")"},
                         }));

INSTANTIATE_TEST_SUITE_P(Comparison, Table,
                         ::testing::Values(std::vector<Case>{
                             {"1 == 1.0", "true"},
                             {"1u < 2", "true"},
                             {"9007199254740993 == 9007199254740992.0", "true"},  // as doubles
                             {"9223372036854775807 < 9223372036854775808.0", "false"},
                             {"-1 < 0u", "true"},
                             {"1 == '1'", "WrongKind at 1:3"},
                             {"dyn(1) == dyn('1')", "false"},
                             {"dyn(1) < dyn('1')", "WrongKind at 1:8"},
                             {"[1, 2] == [1u, 2.0]", "true"},
                             {"{'a': 1} == {'a': 1.0}", "true"},
                             {"{'a': 1} != {'b': 1}", "true"},
                             {"'a' < 'b' && b'a' < b'b' && false < true", "true"},
                             {"double('NaN') == double('NaN')", "false"},
                             {"double('NaN') != double('NaN')", "true"},
                             {"decimal('1.0') == decimal('1.00')", "true"},
                             {"decimal('0.1') == 0.1", "true"},
                             {"money('1', 'EUR') == money('1', 'CNY')", "false"},
                             {"money('1', 'EUR') < money('2', 'CNY')", "null"},
                             {"date('2026-07-01') < date('2026-07-02')", "true"},
                             {"duration('1h') > duration('59m')", "true"},
                             {"null == null", "true"},
                             {"dyn(null) == null", "true"},
                             {"[1] < [2]", "WrongKind at 1:5"},
                             {"2 in [1, 2]", "true"},
                             {"2u in [1, 2]", "true"},
                             {"'b' in {'a': 1}", "false"},
                             {"1 in ['a']", "WrongKind at 1:3"},
                         }));

INSTANTIATE_TEST_SUITE_P(Logic, Table,
                         ::testing::Values(std::vector<Case>{
                             {"true && false || true", "true"},
                             {"!true", "false"},
                             {"1 / 0 > 0 || true", "true"},
                             {"true || 1 / 0 > 0", "true"},
                             {"false && 1 / 0 > 0", "false"},
                             {"1 / 0 > 0 && false", "false"},
                             {"1 / 0 > 0 || false", "ArithmeticOverflow at 1:3"},
                             {"true ? 1 : 1 / 0", "1"},
                             {"1 > 2 ? 'a' : 'b'", "\"b\""},
                             {"1 && true", "WrongKind at 1:1"},
                             {"dyn(1) && true", "WrongKind at 1:8"},
                             {"dyn(1) && false", "false"},
                             {"true ? (true ? 1 : 2) : 3", "1"},
                             {"false ? 1 : true ? 2 : 3", "2"},
                             {"true ? true ? 1 : 2 : 3", "ExpressionMalformed at 1:13"},
                         }));

INSTANTIATE_TEST_SUITE_P(Text, Table,
                         ::testing::Values(std::vector<Case>{
                             {"size('a中国')", "3"},
                             {"'a中国'.size()", "3"},
                             {"size(b'\\xe4\\xb8')", "2"},
                             {"'hello'.contains('ell') && 'hello'.startsWith('he') && 'hello'.endsWith('lo')", "true"},
                             {"'hello'.matches('l+o$')", "true"},
                             {"matches('hello', '^l')", "false"},
                             {"'hello'.matches('(')", "ExpressionMalformed at 1:17"},
                             {"'hello'.matches('(' + ')')", "true"},
                             {"'中国人'.charAt(1)", "\"国\""},
                             {"'abc'.charAt(3)", "\"\""},
                             {"'abc'.charAt(4)", "OutOfRange at 1:7"},
                             {"'hello mellow'.indexOf('ello', 2)", "7"},
                             {"'hello mellow'.lastIndexOf('ello')", "7"},
                             {"'hello mellow'.lastIndexOf('ello', 6)", "1"},
                             {"'TacoCat'.lowerAscii() + 'TacoCÆt'.upperAscii()", "\"tacocatTACOCÆT\""},
                             {"'hello hello'.replace('he', 'we', 1)", "\"wello hello\""},
                             {"'ab'.replace('', '_')", "\"_a_b_\""},
                             {"'a,b,c'.split(',')", R"(["a", "b", "c"])"},
                             {"'a,b,c'.split(',', 2)", R"(["a", "b,c"])"},
                             {"'tacocat'.substring(1, 4)", "\"aco\""},
                             {"'tacocat'.substring(4)", "\"cat\""},
                             {"'tacocat'.substring(4, 2)", "OutOfRange at 1:11"},
                             {"'  \\ttrim\\u00a0'.trim()", "\"trim\""},
                             {"['x', 'y'].join('-')", "\"x-y\""},
                             {"'gums'.reverse()", "\"smug\""},
                         }));

INSTANTIATE_TEST_SUITE_P(Conversions, Table,
                         ::testing::Values(std::vector<Case>{
                             {"int('-5') + int(3.9) + int(2u)", "0"},
                             {"int(1e19)", "OutOfRange at 1:1"},
                             {"int('x')", "OutOfRange at 1:1"},
                             {"uint(-1)", "OutOfRange at 1:1"},
                             {"double('1e3') + double(2)", "1002.0"},
                             {"double('1e400')", "OutOfRange at 1:1"},
                             {"double(' 1')", "OutOfRange at 1:1"},
                             {"double('0x10')", "OutOfRange at 1:1"},
                             {"double('-Infinity')", "double(\"-Infinity\")"},
                             {"string(1.0)", "\"1\""},
                             {"string(b'\\xff')", "NotUtf8 at 1:1"},
                             {"bool('TRUE')", "true"},
                             {"type(1) == int && type('') == string && type([]) == list", "true"},
                             {"type(timestamp('2026-01-01T00:00:00Z')) == google.protobuf.Timestamp", "true"},
                             {"int(decimal('-2.9'))", "-2"},
                             {"money('1.234', 'EUR')", "OutOfRange at 1:1"},
                             {"money('1', 'euro')", "OutOfRange at 1:1"},
                             {"currency(money(1, 'JPY'))", "\"JPY\""},
                             {"string(money('12.5', 'CNY'))", "\"12.50 CNY\""},
                         }));

INSTANTIATE_TEST_SUITE_P(Times, Table,
                         ::testing::Values(std::vector<Case>{
                             {"timestamp('2026-07-01T12:30:00.5Z')", "timestamp(\"2026-07-01T12:30:00.5Z\")"},
                             {"timestamp('2026-07-01T23:30:00-01:00').getDate()", "2"},
                             {"timestamp('2026-07-01T23:30:00Z').getDate('Asia/Shanghai')", "2"},
                             {"timestamp('2026-07-01T23:30:00Z').getHours('+05:30')", "5"},
                             {"timestamp('2026-07-01T23:30:00Z').getMonth()", "6"},
                             {"timestamp('2026-07-01T23:30:00Z').getDayOfWeek()", "3"},
                             {"timestamp('2026-07-01T23:30:00Z').getDayOfYear()", "181"},
                             {"timestamp('2026-07-01T23:30:00Z').getHours('Nowhere/Town')", "ExpressionMalformed at 1:44"},
                             {"timestamp(0).getHours('/usr/share/zoneinfo/UTC')", "ExpressionMalformed at 1:23"},
                             {"timestamp(0).getHours('../zoneinfo/UTC')", "ExpressionMalformed at 1:23"},
                             {"timestamp(0).getHours('local' + 'time')", "OutOfRange at 1:14"},
                             {"timestamp('2026-07-01T00:00:00Z') - timestamp('2026-06-30T00:00:00Z') == duration('24h')", "true"},
                             {"timestamp('2026-07-01T00:00:00Z') + duration('90m')", "timestamp(\"2026-07-01T01:30:00Z\")"},
                             {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "OutOfRange at 1:35"},
                             {"timestamp('2026-07-01')", "OutOfRange at 1:1"},
                             {"duration('1h30m').getMinutes()", "90"},
                             {"string(duration('1h30m'))", "\"5400s\""},
                             {"date('2026-03-01') - date('2026-02-28')", "duration(\"86400s\")"},
                             {"date('2026-02-28') + duration('24h')", "date(\"2026-03-01\")"},
                             {"date('2026-02-28') + duration('1h')", "OutOfRange at 1:20"},
                             {"date(timestamp('2026-07-01T23:30:00Z'), 'Asia/Shanghai')", "date(\"2026-07-02\")"},
                             {"timestamp(date('2026-07-02'), 'Asia/Shanghai')", "timestamp(\"2026-07-01T16:00:00Z\")"},
                             {"timestamp(0).getFullYear()", "1970"},
                         }));

INSTANTIATE_TEST_SUITE_P(Macros, Table,
                         ::testing::Values(std::vector<Case>{
                             {"[1, 2, 3].exists(x, x > 2)", "true"},
                             {"[1, 2, 3].all(x, x > 1)", "false"},
                             {"[1, 2, 3].exists_one(x, x > 2)", "true"},
                             {"[1, 2, 3].filter(x, x % 2 == 1)", "[1, 3]"},
                             {"[1, 2, 3].map(x, x * x)", "[1, 4, 9]"},
                             {"[1, 2, 3].map(x, x > 1, x * x)", "[4, 9]"},
                             {"{'a': 1, 'b': 2}.exists(k, k == 'b')", "true"},
                             {"{'a': 1, 'b': 2}.all(k, v, v < 3 && k != 'c')", "true"},
                             {"['a', 'b'].exists(i, v, i == 1 && v == 'b')", "true"},
                             {"[1, 0].exists(x, 1 / x == 1)", "true"},
                             {"[0, 1].exists(x, 1 / x == 1)", "true"},
                             {"[0, 2].exists(x, 1 / x == 1)", "ArithmeticOverflow at 1:20"},
                             {"[0, 2].all(x, 1 / x == 1)", "false"},
                             {"[[1], [2]].map(x, x.map(y, y + x[0]))", "[[2], [4]]"},
                             {"[1].map(x, y)", "UnknownField at 1:12"},
                             {"[1, 2][1] + {'a': 3}['a'] + {'a': 4}.a", "9"},
                             {"[1][1]", "OutOfRange at 1:4"},
                             {"[1, 2][dyn(1.0)] + [1, 2][dyn(0u)]", "3"},
                             {"[1][dyn(0.5)]", "WrongKind at 1:4"},
                             {"[1][dyn(1e300)]", "WrongKind at 1:4"},
                             {"[1][dyn(double('NaN'))]", "WrongKind at 1:4"},
                             {"[1][dyn(18446744073709551615u)]", "OutOfRange at 1:4"},
                             {"{'a': 1}.b", "OutOfRange at 1:10"},
                             {"has({'a': 1}.a) && !has({'a': 1}.b)", "true"},
                             {"[].exists(x, x)", "false"},
                             {"[].all(x, x)", "true"},
                         }));

INSTANTIATE_TEST_SUITE_P(Refused, Table,
                         ::testing::Values(std::vector<Case>{
                             {"", "ExpressionMalformed at 1:1"},
                             {"1 +", "ExpressionMalformed at 1:4"},
                             {"a.b", "UnknownField at 1:1"},
                             {"for", "ExpressionMalformed at 1:1"},
                             {"Message{a: 1}", "ExpressionMalformed at 1:8"},
                             {"[?1]", "ExpressionMalformed at 1:2"},
                             {"foo(1)", "ExpressionMalformed at 1:1"},
                             {"'a'.format([1])", "ExpressionMalformed at 1:5"},
                             {"size('a', 'b')", "ExpressionMalformed at 1:1"},
                             {"size(1)", "WrongKind at 1:1"},
                             {"'a'\n  + 1", "WrongKind at 2:3"},
                             {"'中' + 1", "WrongKind at 1:5"},
                             {"related('order', 'account')", "ExpressionMalformed at 1:1"},
                         }));

TEST(Eval, ErrorsSayWhatToWrite) {
  const auto info = [](std::string_view text) { return GetErrorInfo(Eval(text).status()); };
  EXPECT_THAT(info("'a'.startWith('b')").hint, HasSubstr("startsWith"));
  EXPECT_THAT(info("'a'.int()").hint, HasSubstr("int(x)"));
  EXPECT_EQ(info("1 + 'a'").value, "int, string");
}

TEST(Eval, LimitsHold) {
  const std::string deep(limits::kExpressionDepth + 1, '(');
  EXPECT_EQ(GetReason(Eval(deep + "1" + std::string(deep.size(), ')')).status()), Reason::kLimitExceeded);
  const std::string fits(limits::kExpressionDepth - 2, '(');
  EXPECT_TRUE(Eval(fits + "1" + std::string(fits.size(), ')')).ok());
  EXPECT_EQ(GetReason(Eval("'" + std::string(limits::kExpressionBytes, 'a') + "'").status()), Reason::kLimitExceeded);
  std::string nested = "x15 > 0";
  for (int i = 15; i >= 0; --i) nested = "[1].all(x" + std::to_string(i) + ", " + nested + ")";
  EXPECT_EQ(Shown(nested), "true");
  EXPECT_EQ(GetReason(Eval("[1].all(y, " + nested + ")").status()), Reason::kLimitExceeded);
}

TEST(Eval, CostIsBounded) {
  Environment environment;
  environment.variables = {{"n", Type::List(TypeKind::kInt)}};
  const Program program = *Program::Compile("n.all(a, n.all(b, n.all(c, a + b + c >= 0)))", environment);
  const AnyList numbers(200, Any(1));
  const Any variables[] = {numbers};
  Evaluator evaluator;
  EXPECT_EQ(GetReason(evaluator.Evaluate(program, {}, variables).status()), Reason::kCostExceeded);
  EXPECT_EQ(evaluator.Test(program, {}, variables), Match::kError);
  // Whatever absorbs errors does not absorb this one.
  const Program absorbing = *Program::Compile("n.all(a, n.all(b, n.all(c, a + b + c >= 0))) || true", environment);
  EXPECT_EQ(evaluator.Test(absorbing, {}, variables), Match::kError);
  const Any few[] = {AnyList(10, Any(1))};
  EXPECT_EQ(evaluator.Test(program, {}, few), Match::kYes);
}

TEST(Eval, VariablesMayHaveDots) {
  Environment environment;
  environment.variables = {{"request.time", TypeKind::kTimestamp}, {"m", Type::Map(TypeKind::kString, TypeKind::kInt)}};
  const Program program = *Program::Compile("request.time.getFullYear() == 2026 && m.a == 1", environment);
  AnyMap map;
  map.keys = {"a"};
  map.values = {1};
  const Any variables[] = {Timestamp{1'782'000'000, 0}, map};
  EXPECT_EQ(Evaluator().Test(program, {}, variables), Match::kYes);
  EXPECT_EQ(Evaluator().Test(program, {}, {}), Match::kNull);
}

}  // namespace
}  // namespace kith::expr
