// Expressions over records: fields of every kind, references, related records, missing values, and what a planner is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "records.h"
#include "support/settings.h"

namespace kith::expr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Money Yuan(int64_t minor) { return {minor, *Currency::FromCode("CNY")}; }

class RecordTest : public ::testing::Test {
 protected:
  RecordTest() {
    group_ = records_.Add("account", {{"name", "Holding"}, {"industry", "law"}});
    account_ = records_.Add("account", {{"name", "Adler"}, {"parent", group_}, {"employees", 12}});
    deal_ = records_.Add("opportunity",
                         {{"name", "Web shop"},
                          {"account", account_},
                          {"amount", Yuan(1'250'000)},
                          {"close_date", *ParseDate("2026-07-01")},
                          {"tags", TextList{"hot", "new"}}},
                         {.version = 3, .created = 1'782'000'000'000'000, .unit = 7});
    records_.Add("order", {{"account", account_}, {"status", "placed"}, {"total", Yuan(500)}});
    records_.Add("order", {{"account", account_}, {"status", "draft"}});
    records_.Add("order", {{"account", group_}, {"status", "draft"}, {"total", Yuan(9)}});
  }

  Match Test(std::string_view text, Id id, std::string_view type) {
    const StatusOr<Program> program = Program::Compile(text, records_.In(type), TypeKind::kBool);
    EXPECT_TRUE(program.ok()) << text << ": " << program.status();
    if (!program.ok()) return Match::kError;
    Evaluator evaluator(&records_);
    return evaluator.Test(*program, records_.View(id));
  }
  Match Deal(std::string_view text) { return Test(text, deal_, "opportunity"); }
  Match Account(std::string_view text) { return Test(text, account_, "account"); }
  ErrorInfo Refused(std::string_view text, std::string_view type = "opportunity") {
    const StatusOr<Program> program = Program::Compile(text, records_.In(type));
    EXPECT_FALSE(program.ok()) << text;
    return GetErrorInfo(program.status());
  }

  Records records_;
  Id group_;
  Id account_;
  Id deal_;
};

TEST_F(RecordTest, FieldsOfEveryKind) {
  for (const char* text : {
           "name == 'Web shop'",
           "amount > money('10000', 'CNY') && amount == money(1250000, 'CNY')",
           "close_date < date('2026-07-02') && close_date.getMonth() == 6",
           "'hot' in tags && size(tags) == 2",
           "version == 3 && unit == 7",
           "created < timestamp('2026-07-01T00:00:00Z')",
           "created.getFullYear('Asia/Shanghai') == 2026",
           "type(amount) == money",
       }) {
    EXPECT_EQ(Deal(text), Match::kYes) << text;
  }
  EXPECT_EQ(Account("employees + 1 == 13 && employees in [1, 12]"), Match::kYes);
  EXPECT_EQ(Test("industry == 'law' && industry.startsWith('l')", group_, "account"), Match::kYes);
}

// Records say times that no RFC 3339 text can.
TEST_F(RecordTest, TimesOfAnyYear) {
  const Id early = records_.Add("account", {{"name", "E"}}, {.created = INT64_MIN});
  const Id late = records_.Add("account", {{"name", "L"}}, {.created = INT64_MAX});
  EXPECT_EQ(Test("created < timestamp('0001-01-01T00:00:00Z')", early, "account"), Match::kYes);
  EXPECT_EQ(Test("created > timestamp('9999-12-31T23:59:59Z')", late, "account"), Match::kYes);
}

TEST_F(RecordTest, ReferencesAreFollowed) {
  EXPECT_EQ(Deal("account.name == 'Adler'"), Match::kYes);
  EXPECT_EQ(Deal("account.parent.industry == 'law'"), Match::kYes);
  EXPECT_EQ(Deal("account.parent.parent.industry == 'law'"), Match::kNull);  // leads nowhere
  EXPECT_EQ(Deal("account == " + std::to_string(account_.value())), Match::kYes);
  EXPECT_EQ(Deal("account.parent == null"), Match::kNo);
  EXPECT_EQ(Deal("account.parent.parent == null && has(account.parent) && !has(account.parent.parent)"), Match::kYes);
}

// B10, part: conditions over what refers to a record.
TEST_F(RecordTest, RelatedRecords) {
  EXPECT_EQ(Account("related('order', 'account').exists(o, o.status == 'placed')"), Match::kYes);
  EXPECT_EQ(Account("related('order').all(o, o.status == 'placed')"), Match::kNo);
  EXPECT_EQ(Account("size(related('order', 'account')) == 2"), Match::kYes);
  EXPECT_EQ(Account("related('order', 'account').filter(o, o.total > money('1', 'CNY')).size() == 1"), Match::kYes);
  EXPECT_EQ(Account("related('order', 'account').map(o, o.status) == ['placed', 'draft']"), Match::kYes);
  EXPECT_EQ(Account("parent.related('order', 'account').exists_one(o, o.status == 'draft')"), Match::kYes);
  EXPECT_EQ(Deal("account.related('opportunity', 'account').exists(d, d.name == 'Web shop')"), Match::kYes);
}

TEST_F(RecordTest, MissingValues) {
  EXPECT_EQ(Deal("description == 'x'"), Match::kNull);
  EXPECT_EQ(Deal("description != 'x'"), Match::kNull);
  EXPECT_EQ(Deal("description == null"), Match::kYes);
  EXPECT_EQ(Deal("description != null"), Match::kNo);
  EXPECT_EQ(Deal("description == 'x' || name == 'Web shop'"), Match::kYes);
  EXPECT_EQ(Deal("description == 'x' && name == 'other'"), Match::kNo);
  EXPECT_EQ(Deal("description == 'x' && name == 'Web shop'"), Match::kNull);
  EXPECT_EQ(Deal("!has(description)"), Match::kYes);
  EXPECT_EQ(Deal("amount > money('1', 'EUR')"), Match::kNull);  // another currency
  EXPECT_EQ(Deal("has(description) ? description.size() > 1 : true"), Match::kYes);
}

TEST_F(RecordTest, ErrorsNamePlaceAndNearestName) {
  EXPECT_THAT(Refused("amout > money('1', 'CNY')").hint, HasSubstr("amount"));
  const ErrorInfo path = Refused("name == 'x' &&\n account.nam == 'y'");
  EXPECT_EQ(path.reason, Reason::kUnknownField);
  EXPECT_EQ(path.field, "2:10");
  EXPECT_THAT(path.hint, HasSubstr("name"));
  const ErrorInfo choice = Refused("industry == 'lav'", "account");
  EXPECT_EQ(choice.reason, Reason::kNotAChoice);
  EXPECT_THAT(choice.hint, HasSubstr("law"));
  EXPECT_EQ(Refused("industry in ['law', 'lav']", "account").reason, Reason::kNotAChoice);
  EXPECT_EQ(Refused("amount > 5").reason, Reason::kWrongKind);
  EXPECT_EQ(Refused("related('oder', 'account').exists(o, true)", "account").reason, Reason::kUnknownType);
  EXPECT_EQ(Refused("related('order', 'acount').exists(o, true)", "account").reason, Reason::kUnknownField);
  EXPECT_EQ(Refused("owner.name == 'x'").reason, Reason::kUnknownField);  // of any type
}

TEST_F(RecordTest, SaysWhatItReads) {
  const Program program = *Program::Compile("account.parent.industry == 'law' && related('move', 'record').exists(m, m.at > created)",
                                            records_.In("opportunity"));
  const catalog::TypeDef* deal = records_.catalog()->FindType("opportunity");
  const catalog::TypeDef* account = records_.catalog()->FindType("account");
  const catalog::TypeDef* move = records_.catalog()->FindType("move");
  const auto at = [](const catalog::TypeDef* type, std::string_view name) { return static_cast<int32_t>(type->FindField(name)->position); };
  EXPECT_THAT(program.reads(), ElementsAre(catalog::kHeaderCreated, at(deal, "account")));
  EXPECT_TRUE(program.reads_others());
  EXPECT_THAT(program.references(),
              ElementsAre(Reference{deal, at(deal, "account"), false}, Reference{account, at(account, "parent"), false},
                          Reference{move, at(move, "record"), true}));
  EXPECT_FALSE(Program::Compile("account == 5 && amount != null", records_.In("opportunity"))->reads_others());
}

TEST_F(RecordTest, ConditionsForAPlanner) {
  const auto conditions = [&](std::string_view text, std::string_view type) {
    return Program::Compile(text, records_.In(type))->conditions();
  };
  const Conditions deal =
      conditions("money('1', 'CNY') < amount && close_date == null && name in ['a', 'b'] && tags.size() > 1", "opportunity");
  ASSERT_EQ(deal.all.size(), 3u);
  EXPECT_FALSE(deal.exact);
  EXPECT_EQ(deal.all[0].comparison, Condition::Comparison::kGreater);
  EXPECT_THAT(deal.all[0].values, ElementsAre(Value(Yuan(100))));
  EXPECT_EQ(deal.all[1].comparison, Condition::Comparison::kIsNull);
  EXPECT_THAT(deal.all[2].values, ElementsAre(Value("a"), Value("b")));
  EXPECT_TRUE(conditions("employees > 5 && industry == 'law'", "account").exact);
  EXPECT_FALSE(conditions("employees > 5 || industry == 'law'", "account").exact);
  EXPECT_THAT(conditions("employees > 5 || industry == 'law'", "account").all, IsEmpty());
}

// Conditions hold for every record that matches, and when they are exact only for those.
TEST_F(RecordTest, ConditionsAreNecessaryAndWhenExactSufficient) {
  std::mt19937_64 dice(testing::TestSeed(5));
  const auto one_of = [&](std::initializer_list<const char*> texts) { return std::string(texts.begin()[dice() % texts.size()]); };
  const auto part = [&] {
    return one_of({"employees == 3",
                   "employees > 2",
                   "4 >= employees",
                   "employees < 2.5",
                   "employees in [1, 2]",
                   "employees == null",
                   "industry == 'law'",
                   "industry != 'law'",
                   "industry in ['law', 'trade']",
                   "industry == null",
                   "name == 'b'",
                   "name > 'a'",
                   "'b' <= name",
                   "name != null",
                   "annual_revenue > money('2', 'CNY')",
                   "annual_revenue == money(300, 'EUR')",
                   "annual_revenue <= money(300, 'EUR')",
                   "!(employees > 3)",
                   "(employees > 1 || name == 'a')",
                   "parent == null"});
  };
  std::vector<Id> ids;
  for (int i = 0; i < 200; ++i) {
    Records::Fields fields = {{"name", one_of({"a", "b", "c"})}};
    if (dice() % 4 != 0) fields.emplace_back("employees", static_cast<int64_t>(dice() % 5));
    if (dice() % 3 != 0) fields.emplace_back("industry", one_of({"law", "trade", "retail"}));
    if (dice() % 3 != 0) {
      fields.emplace_back("annual_revenue", Money{static_cast<int64_t>(dice() % 5 * 100), *Currency::FromCode(one_of({"CNY", "EUR"}))});
    }
    ids.push_back(records_.Add("account", fields));
  }
  const auto holds = [&](const Condition& condition, record::View view) {
    const Value value = view.has(static_cast<size_t>(condition.position)) ? view.Get(static_cast<size_t>(condition.position)) : Value();
    using Comparison = Condition::Comparison;
    if (condition.comparison == Comparison::kIsNull) return value.is_null();
    if (value.is_null()) return false;
    if (condition.comparison == Comparison::kIn) {
      return std::find(condition.values.begin(), condition.values.end(), value) != condition.values.end();
    }
    const Value& other = condition.values[0];
    if (value.kind() == Kind::kMoney && value.get<Money>().currency != other.get<Money>().currency) return false;
    std::string a;
    std::string b;
    AppendValueKey(a, value, Order::kAscending);
    AppendValueKey(b, other, Order::kAscending);
    switch (condition.comparison) {
      case Comparison::kEqual:
        return a == b;
      case Comparison::kLess:
        return a < b;
      case Comparison::kLessOrEqual:
        return a <= b;
      case Comparison::kGreater:
        return a > b;
      default:
        return a >= b;
    }
  };
  int exact = 0;
  for (int round = 0; round < 300 * testing::TestScale(); ++round) {
    std::string text = part();
    for (uint64_t more = dice() % 3; more > 0; --more) text += " && " + part();
    const Program program = *Program::Compile(text, records_.In("account"), TypeKind::kBool);
    const Conditions& conditions = program.conditions();
    exact += conditions.exact ? 1 : 0;
    Evaluator evaluator(&records_);
    for (Id id : ids) {
      const record::View view = records_.View(id);
      const bool matches = evaluator.Test(program, view) == Match::kYes;
      const bool all = std::all_of(conditions.all.begin(), conditions.all.end(), [&](const Condition& c) { return holds(c, view); });
      ASSERT_TRUE(all || !matches) << text;
      ASSERT_TRUE(matches == all || !conditions.exact) << text;
    }
  }
  EXPECT_GT(exact, 50);
}

}  // namespace
}  // namespace kith::expr
