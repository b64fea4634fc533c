// Random data, indexes and queries: the answer is that of a naive evaluator over all records.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "kith/base/key.h"
#include "support/settings.h"
#include "unit/query/market.h"

namespace kith {
namespace {

using query::Prepared;
using query::Query;
using query::Row;
using testing::Market;
using testing::TestScale;
using testing::TestSeed;

// A condition as text, with a parameter or a literal, and what it means.
struct Condition {
  std::string field;
  std::string comparison;
  Value value;
  std::string parameter;
  std::string literal;  // instead of the parameter

  [[nodiscard]] bool has_parameter() const { return !value.is_null() && literal.empty(); }
  [[nodiscard]] std::string text() const {
    const std::string other = value.is_null() ? "null" : (literal.empty() ? "$" + parameter : literal);
    return field + " " + comparison + " " + other;
  }
};

// One part of a filter: some conditions of which one must hold, or none.
struct Clause {
  std::vector<Condition> any;
  bool negated = false;

  [[nodiscard]] std::string text() const {
    std::string text;
    for (const Condition& condition : any) text += (text.empty() ? "" : " || ") + condition.text();
    if (any.size() > 1) text = "(" + text + ")";
    return negated ? "!(" + text + ")" : text;
  }
};

enum class Answer { kNo, kYes, kNone };

// The records as a test holds them.
struct Deal {
  Id id;
  record::Header header;
  std::map<std::string, Value> values;
};

std::string KeyOf(const Value& value) {
  std::string key;
  AppendValueKey(key, value);
  return key;
}

template <typename T>
bool Holds(const std::string& comparison, const T& a, const T& b) {
  if (comparison == "==") return a == b;
  if (comparison == "<") return a < b;
  if (comparison == "<=") return a <= b;
  if (comparison == ">") return a > b;
  return a >= b;
}

Answer Test(const Condition& condition, const Deal& deal) {
  const Value& value = deal.values.at(condition.field);
  if (condition.value.is_null()) return value.is_null() ? Answer::kYes : Answer::kNo;
  if (value.is_null()) return Answer::kNone;
  const auto answer = [](bool holds) { return holds ? Answer::kYes : Answer::kNo; };
  if (const auto* number = value.get_if<double>()) return answer(Holds(condition.comparison, *number, condition.value.get<double>()));
  if (const auto* money = value.get_if<Money>()) {
    const Money other = condition.value.get<Money>();
    // Of amounts in different currencies none is the greater.
    if (condition.comparison != "==" && money->currency != other.currency) return Answer::kNone;
    return answer(money->currency == other.currency && Holds(condition.comparison, money->minor, other.minor));
  }
  return answer(Holds(condition.comparison, KeyOf(value), KeyOf(condition.value)));
}

Answer Test(const Clause& clause, const Deal& deal) {
  Answer answer = Answer::kNo;
  for (const Condition& condition : clause.any) {
    const Answer one = Test(condition, deal);
    if (one == Answer::kYes || (one == Answer::kNone && answer == Answer::kNo)) answer = one;
    if (answer == Answer::kYes) break;
  }
  if (!clause.negated || answer == Answer::kNone) return answer;
  return answer == Answer::kYes ? Answer::kNo : Answer::kYes;
}

class Oracle {
 public:
  Oracle(Market& market, uint64_t seed) : market_(market), dice_(seed) {
    clients_ = AddClients(market, 12);
    for (int i = 0; i < 3; ++i) Change(80);
  }

  // Adds, changes and deletes deals.
  void Change(size_t count) {
    AddDeals(market_, dice_, clients_, count);
    Load({});
    Batch batch = market_.NewBatch();
    for (const Deal& deal : deals_) {
      if (dice_() % 10 == 0) {
        batch.Delete(deal.id);
      } else if (dice_() % 5 == 0) {
        batch.Set(deal.id, "count", static_cast<int64_t>(dice_() % 6));
      }
    }
    market_.Apply(batch);
    Load({});
  }

  void Load(Viewer viewer) {
    viewer_ = viewer;
    deals_.clear();
    snapshot_ = market_.Read(std::move(viewer));
    const catalog::TypeDef& type = **snapshot_->catalog().GetType("deal");
    const std::unique_ptr<RecordCursor> cursor = snapshot_->Scan("deal").value();
    while (cursor->Next()) {
      const record::View record = cursor->record().value();
      Deal deal{cursor->id(), record.header(), {}};
      for (const catalog::FieldDef& field : type.fields) deal.values[field.name] = record.Get(field.position);
      for (const char* name : {"id", "created", "owner", "unit"}) deal.values[name] = *GetField(type, record, name);
      deal.values["client.name"] = ClientName(deal.values["client"]);
      deals_.push_back(std::move(deal));
    }
  }

  [[nodiscard]] std::vector<Condition> SomeConditions(size_t count) {
    static const std::vector<std::string> kFields = {"name",  "count", "rate", "weight", "amount", "open",
                                                     "state", "day",   "at",   "client", "owner",  "id"};
    const catalog::TypeDef& type = **snapshot_->catalog().GetType("deal");
    std::vector<Condition> conditions;
    for (size_t i = 0; i < count; ++i) {
      Condition condition{kFields[dice_() % kFields.size()], "==", {}, "p" + std::to_string(i)};
      const catalog::FieldDef* field = type.FindField(condition.field);
      // Values that some record has are met often.
      condition.value = deals_[dice_() % deals_.size()].values[condition.field];
      if (field != nullptr && field->kind == Kind::kDouble && dice_() % 3 == 0) condition.value = 0.5;
      const bool ordered = field != nullptr && field->kind != Kind::kChoice && field->kind != Kind::kRef && !condition.value.is_null();
      if (ordered && dice_() % 2 == 0) {
        const char* kComparisons[] = {"<", "<=", ">", ">="};
        condition.comparison = kComparisons[dice_() % 4];
      }
      if (dice_() % 2 == 0) condition.literal = Literal(field, condition.value);
      conditions.push_back(std::move(condition));
    }
    return conditions;
  }

  // Mostly conditions joined by &&, which the planner understands; sometimes what it does not.
  [[nodiscard]] std::vector<Clause> SomeFilter() {
    std::vector<Clause> filter;
    for (Condition& condition : SomeConditions(dice_() % 5)) {
      if (filter.empty() || dice_() % 6 != 0) {
        filter.push_back({{}, dice_() % 8 == 0});
      }
      filter.back().any.push_back(std::move(condition));
    }
    return filter;
  }

  [[nodiscard]] std::vector<const Deal*> Matching(const std::vector<Clause>& filter, uint64_t& without_answer) const {
    std::vector<const Deal*> matching;
    without_answer = 0;
    for (const Deal& deal : deals_) {
      bool no = false;
      bool none = false;
      for (const Clause& clause : filter) {
        const Answer answer = Test(clause, deal);
        no |= answer == Answer::kNo;
        none |= answer == Answer::kNone;
      }
      if (!no && !none) matching.push_back(&deal);
      if (!no && none) ++without_answer;
    }
    return matching;
  }

  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] std::mt19937_64& dice() { return dice_; }
  [[nodiscard]] const Deal& Find(Id id) const {
    return *std::find_if(deals_.begin(), deals_.end(), [id](const Deal& deal) { return deal.id == id; });
  }

 private:
  // The value in CEL; empty for kinds that are given as parameters here.
  [[nodiscard]] static std::string Literal(const catalog::FieldDef* field, const Value& value) {
    if (field == nullptr) return "";
    if (const auto* number = value.get_if<int64_t>()) return std::to_string(*number);
    if (const auto* truth = value.get_if<bool>()) return *truth ? "true" : "false";
    if (const auto* choice = value.get_if<Choice>()) return "'" + field->FindChoice(choice->number)->name + "'";
    if (const auto* money = value.get_if<Money>()) return expr::ToText(expr::Any(*money));
    if (const auto* date = value.get_if<Date>()) return expr::ToText(expr::Any(*date));
    if (const auto* decimal = value.get_if<Decimal>()) return expr::ToText(expr::Any(*decimal));
    return "";
  }
  [[nodiscard]] Value ClientName(const Value& client) const {
    if (client.is_null()) return {};
    const StatusOr<record::View> record = snapshot_->Get(client.get<Id>());
    return record.ok() ? *GetField(*snapshot_->catalog().FindType("client"), *record, "name") : Value();
  }

  Market& market_;
  std::mt19937_64 dice_;
  Viewer viewer_;
  std::vector<Id> clients_;
  std::unique_ptr<Snapshot> snapshot_;
  std::vector<Deal> deals_;
};

// Values that differ in nothing that matters: NaN equals NaN, -0 equals 0.
bool Same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  return a.kind() == Kind::kTextList || a.kind() == Kind::kChoiceSet ? a == b : KeyOf(a) == KeyOf(b);
}

std::string RandomIndexes(std::mt19937_64& dice) {
  static const std::vector<std::string> kParts = {"name", "count", "rate",   "weight", "amount",  "open", "state",
                                                  "day",  "at",    "client", "owner",  "created", "id"};
  static const std::vector<std::string> kCovers = {"name", "count", "rate",   "weight", "amount", "open", "state",
                                                   "day",  "at",    "client", "owner",  "tags",   "marks"};
  std::string json = "[";
  const uint64_t count = dice() % 6;
  for (uint64_t i = 0; i < count; ++i) {
    json += (i > 0 ? ", " : "") + std::string(R"({"name": "i)") + std::to_string(i) + R"(", "fields": [)";
    std::vector<std::string> parts = kParts;
    std::shuffle(parts.begin(), parts.end(), dice);
    const uint64_t size = 1 + dice() % 3;
    for (uint64_t p = 0; p < size; ++p) json += (p > 0 ? ", \"" : "\"") + std::string(dice() % 3 == 0 ? "-" : "") + parts[p] + "\"";
    json += R"(], "cover": [)";
    std::vector<std::string> covers = kCovers;
    std::shuffle(covers.begin(), covers.end(), dice);
    const uint64_t covered = dice() % (covers.size() + 1);
    for (uint64_t c = 0; c < covered; ++c) json += (c > 0 ? ", \"" : "\"") + covers[c] + "\"";
    json += "]}";
  }
  // Every other round: columns, mostly of all fields.
  static const std::vector<std::string> kColumns = {"count", "rate", "weight", "amount", "open",    "state",
                                                    "day",   "at",   "client", "owner",  "created", "unit"};
  const bool has_columns = dice() % 2 == 0;
  for (size_t i = 0; has_columns && i < kColumns.size(); ++i) {
    if (dice() % 8 == 0) continue;
    json += (json.size() > 1 ? ", " : "") + std::string(R"({"name": "c)") + std::to_string(i) + R"(", "kind": "column", "fields": [")" +
            kColumns[i] + R"("]})";
  }
  return json + "]";
}

class QueryProperty : public ::testing::Test {
 protected:
  static Query RandomFilter(Oracle& oracle, std::vector<Clause>& filter, query::Parameters& parameters) {
    Query query;
    query.from = "deal";
    filter = oracle.SomeFilter();
    for (const Clause& clause : filter) {
      query.where += (query.where.empty() ? "" : " && ") + clause.text();
      for (const Condition& condition : clause.any) {
        if (condition.has_parameter()) parameters.emplace(condition.parameter, Parameter(oracle, condition));
      }
    }
    return query;
  }

  // Choices by their names.
  static expr::Any Parameter(const Oracle& oracle, const Condition& condition) {
    const auto* choice = condition.value.get_if<Choice>();
    if (choice == nullptr) return expr::Any(condition.value);
    return expr::Any(oracle.snapshot().catalog().FindType("deal")->FindField("state")->FindChoice(choice->number)->name);
  }

  static void AddOrder(Oracle& oracle, Query& query) {
    static const std::vector<std::string> kTerms = {"name",  "count", "rate", "weight", "amount",      "open",
                                                    "state", "day",   "at",   "client", "client.name", "owner"};
    const uint64_t terms = oracle.dice()() % 3;
    std::set<std::string> used;
    for (uint64_t i = 0; i < terms; ++i) {
      const std::string term = kTerms[oracle.dice()() % kTerms.size()];
      if (used.insert(term).second) query.order.push_back({term, oracle.dice()() % 2 == 0});
    }
    if (oracle.dice()() % 3 == 0) query.order.push_back({"id", oracle.dice()() % 2 == 0});
  }

  static std::string OrderKey(const Query& query, const Deal& deal) {
    std::string key;
    for (const query::OrderTerm& term : query.order) {
      AppendValueKey(key, deal.values.at(term.text), term.descending ? Order::kDescending : Order::kAscending);
    }
    return key;
  }

  static void CheckRow(const Query& query, const Deal& deal, const Row& row) {
    ASSERT_EQ(row.values.size(), query.select.size());
    for (size_t i = 0; i < query.select.size(); ++i) {
      const Value& expected = deal.values.at(query.select[i].text);
      ASSERT_TRUE(Same(row.values[i], expected)) << query.select[i].text << ": " << ToText(row.values[i]) << ", not " << ToText(expected);
    }
  }

  // The rows in pages of a random size; the plan must be the same throughout.
  static std::vector<Row> InPages(Oracle& oracle, Query query, const query::Parameters& parameters) {
    std::vector<Row> rows;
    query.limit = 1 + oracle.dice()() % 7;
    const Prepared prepared = *Prepared::Prepare(query, oracle.snapshot());
    query::RunOptions options;
    while (true) {
      const std::unique_ptr<query::Rows> page = *prepared.Run(oracle.snapshot(), parameters, options);
      const size_t before = rows.size();
      while (page->Next()) rows.push_back(page->row());
      EXPECT_TRUE(page->status().ok()) << page->status();
      if (rows.size() == before) return rows;
      options.after = page->token();
    }
  }
};

void CheckRows(const Query& query, const std::vector<const Deal*>& matching, const std::vector<Row>& rows, const Oracle& oracle,
               const std::function<std::string(const Deal&)>& key_of) {
  std::vector<std::string> keys;
  for (const Deal* deal : matching) keys.push_back(key_of(*deal));
  std::sort(keys.begin(), keys.end());
  if (query.limit != 0 && keys.size() > query.limit) keys.resize(query.limit);
  ASSERT_EQ(rows.size(), keys.size());
  std::set<Id> seen;
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_TRUE(seen.insert(rows[i].id).second) << "a row comes twice";
    const bool is_there = std::any_of(matching.begin(), matching.end(), [&](const Deal* deal) { return deal->id == rows[i].id; });
    ASSERT_TRUE(is_there) << "row " << i << " does not match";
    ASSERT_EQ(key_of(oracle.Find(rows[i].id)), keys[i]) << "row " << i << " is out of order";
  }
}

constexpr const char* kPlanWords[] = {"\"scan\"",   "\"ids\"", "\"index\"",  "\"intersection\"",     "\"covered\":true",
                                      "\"sort\"",   "\"top ",  "\"access\"", "\"access, reversed\"", "\"filter\"",
                                      "\"columns\""};

TEST_F(QueryProperty, RowsAreThoseOfANaiveEvaluator) {
  std::mt19937_64 dice(TestSeed(20261126));
  std::map<std::string, int> met;  // what plans said, so that no way goes untested
  for (int round = 0; round < 12 * TestScale(); ++round) {
    Market market(RandomIndexes(dice));
    Oracle oracle(market, dice());
    for (int i = 0; i < 60; ++i) {
      if (i == 30) oracle.Load({Id(2), {1}});
      std::vector<Clause> filter;
      query::Parameters parameters;
      Query query = RandomFilter(oracle, filter, parameters);
      AddOrder(oracle, query);
      for (const char* field : {"name", "amount", "tags", "client.name", "owner", "day", "id"}) {
        if (oracle.dice()() % 3 != 0) query.select.push_back({field, "", query::Bucket::kNone});
      }
      if (query.select.empty()) query.select.push_back({"count", "", query::Bucket::kNone});
      if (oracle.dice()() % 2 == 0) query.limit = 1 + oracle.dice()() % 20;
      uint64_t without_answer = 0;
      const std::vector<const Deal*> matching = oracle.Matching(filter, without_answer);
      const Prepared prepared = *Prepared::Prepare(query, oracle.snapshot());
      SCOPED_TRACE(ToJson(query) + "\n" + prepared.Explain());
      for (const char* word : kPlanWords) met[word] += prepared.Explain().find(word) == std::string::npos ? 0 : 1;
      const std::vector<Row> rows = testing::AllRows(prepared, oracle.snapshot(), parameters);
      const auto key_of = [&query](const Deal& deal) { return OrderKey(query, deal); };
      CheckRows(query, matching, rows, oracle, key_of);
      for (const Row& row : rows) CheckRow(query, oracle.Find(row.id), row);
      query.limit = 0;
      CheckRows(query, matching, InPages(oracle, query, parameters), oracle, key_of);
      if (HasFatalFailure()) return;
    }
  }
  for (const char* word : kPlanWords) EXPECT_GT(met[word], 0) << word;
}

// Sums and counts of the matching deals by one or two fields.
struct Sums {
  int64_t rows = 0;
  int64_t amounts = 0;
  std::map<std::string, int64_t> money;
  int64_t count = 0;
  Value least;
  std::set<std::string> names;
};

TEST_F(QueryProperty, GroupsAreThoseOfANaiveEvaluator) {
  std::mt19937_64 dice(TestSeed(20261127));
  int blockwise = 0;
  static const std::vector<std::string> kGroups = {"state", "owner", "open", "client", "client.name", "day", "count", "weight"};
  for (int round = 0; round < 8 * TestScale(); ++round) {
    Market market(RandomIndexes(dice));
    Oracle oracle(market, dice());
    for (int i = 0; i < 40; ++i) {
      if (i == 20) oracle.Load({Id(2), {1}});
      std::vector<Clause> filter;
      query::Parameters parameters;
      Query query = RandomFilter(oracle, filter, parameters);
      std::set<std::string> groups;
      for (uint64_t g = oracle.dice()() % 3; g > 0; --g) groups.insert(kGroups[oracle.dice()() % kGroups.size()]);
      for (const std::string& group : groups) query.group.push_back({group, "", query::Bucket::kNone});
      query.aggregates = {{query::Function::kCount, "", "rows"},   {query::Function::kCount, "amount", ""},
                          {query::Function::kSum, "amount", ""},   {query::Function::kSum, "count", ""},
                          {query::Function::kMin, "day", "first"}, {query::Function::kCountDistinct, "name", "names"}};
      if (oracle.dice()() % 2 == 0) query.aggregates.pop_back();  // what is left may be columns alone
      uint64_t without_answer = 0;
      std::map<std::string, Sums> expected;
      if (groups.empty()) expected[""];
      for (const Deal* deal : oracle.Matching(filter, without_answer)) {
        std::string key;
        for (const std::string& group : groups) key += KeyOf(deal->values.at(group));
        Sums& sums = expected[key];
        ++sums.rows;
        if (const auto* money = deal->values.at("amount").get_if<Money>()) {
          ++sums.amounts;
          sums.money[money->currency.code()] += money->minor;
        }
        if (const auto* count = deal->values.at("count").get_if<int64_t>()) sums.count += *count;
        const Value& day = deal->values.at("day");
        if (!day.is_null() && (sums.least.is_null() || day.get<Date>() < sums.least.get<Date>())) sums.least = day;
        if (!deal->values.at("name").is_null()) sums.names.insert(KeyOf(deal->values.at("name")));
      }
      const Prepared prepared = *Prepared::Prepare(query, oracle.snapshot());
      SCOPED_TRACE(ToJson(query) + "\n" + prepared.Explain());
      const StatusOr<std::unique_ptr<query::Rows>> rows = prepared.Run(oracle.snapshot(), parameters);
      ASSERT_TRUE(rows.ok()) << rows.status();
      auto next = expected.begin();
      const size_t at = groups.size();
      while ((*rows)->Next()) {
        const Row& row = (*rows)->row();
        ASSERT_NE(next, expected.end());
        std::string key;
        for (size_t g = 0; g < at; ++g) key += KeyOf(row.values[g]);
        ASSERT_EQ(key, next->first);
        const Sums& sums = next->second;
        EXPECT_EQ(row.values[at], Value(sums.rows));
        EXPECT_EQ(row.values[at + 1], Value(sums.amounts));
        std::map<std::string, int64_t> money;
        for (const Money amount : row.amounts[at + 2]) money[amount.currency.code()] = amount.minor;
        EXPECT_EQ(money, sums.money);
        EXPECT_EQ(row.values[at + 2].is_null(), money.size() != 1);
        EXPECT_TRUE(row.values[at + 3].is_null() || row.values[at + 3] == Value(sums.count));
        EXPECT_EQ(row.values[at + 4], sums.least);
        if (query.aggregates.size() == 6) {
          EXPECT_EQ(row.values[at + 5], Value(static_cast<int64_t>(sums.names.size())));
        }
        ++next;
      }
      ASSERT_TRUE((*rows)->status().ok()) << (*rows)->status();
      ASSERT_EQ(next, expected.end());
      EXPECT_LE((*rows)->work().null_filter, without_answer);
      const std::string plan = (*rows)->Explain();
      const bool by_blocks = plan.find("\"blockwise\":true") != std::string::npos;
      blockwise += by_blocks ? 1 : 0;
      const bool scans = by_blocks || plan.find("\"scan\"") != std::string::npos;
      EXPECT_TRUE(!scans || (*rows)->work().null_filter == without_answer);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(blockwise, 0);
}

}  // namespace
}  // namespace kith
