// Rows that are the same person or company, found without labels.
#include "kith/crm/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "crm/matching/matching_internal.h"
#include "kith/base/nearest.h"
#include "simulator/people.h"
#include "simulator/random.h"
#include "support/paths.h"
#include "support/settings.h"

namespace kith::crm {
namespace {

using matching_internal::JaroWinkler;
using matching_internal::WithinTypos;
using simulator::People;
using simulator::Random;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SharedDataDir;
using testing::TestSeed;

// --- pieces

// Published values: Winkler, The State of Record Linkage, 1999, to which MARTHA, DWAYNE and DIXON go back.
TEST(Matching, TextsAreAsNearAsPublished) {
  EXPECT_NEAR(JaroWinkler("martha", "marhta"), 0.9611, 1e-4);
  EXPECT_NEAR(JaroWinkler("dwayne", "duane"), 0.84, 1e-4);
  EXPECT_NEAR(JaroWinkler("dixon", "dicksonx"), 0.8133, 1e-4);
  EXPECT_EQ(JaroWinkler("", ""), 1);
  EXPECT_EQ(JaroWinkler("a", ""), 0);
  EXPECT_EQ(JaroWinkler("abc", "xyz"), 0);
}

TEST(Matching, TyposAreCountedAsByTheWholeTable) {
  Random random(TestSeed(3));
  const auto text = [&] {
    std::string made;
    for (size_t size = random.Below(9); size > 0; --size) made.push_back(static_cast<char>('a' + random.Below(3)));
    return made;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string a = text();
    const std::string b = text();
    for (const size_t typos : {size_t{0}, size_t{1}, size_t{2}, size_t{3}}) {
      ASSERT_EQ(WithinTypos(a, b, typos), EditDistance(a, b, 20) <= typos) << a << " " << b << " " << typos;
    }
  }
}

// Among other values, all with the last word that is given.
Agreement Compare(MatchKind kind, std::string_view a, std::string_view b, const std::string& common = "") {
  std::vector<std::string> others;
  for (int i = 0; i < 50; ++i) others.push_back("other" + std::to_string(i) + " " + common);
  MatchTable table{.fields = {{"field", kind}}, .columns = {{a, b}}, .sources = {}};
  table.columns[0].insert(table.columns[0].end(), others.begin(), others.end());
  const matching_internal::Prepared prepared(table, 1, false);
  const Agreement agreement = Compare(prepared.field(0), prepared.ValuesOf(0, 0), prepared.ValuesOf(1, 0)).agreement;
  EXPECT_EQ(Compare(prepared.field(0), prepared.ValuesOf(1, 0), prepared.ValuesOf(0, 0)).agreement, agreement) << a << ", " << b;
  return agreement;
}

struct Case {
  MatchKind kind;
  std::string_view a;
  std::string_view b;
  Agreement agreement;
};

// B07
TEST(Matching, ValuesAgreeHoweverTheyAreWritten) {
  using enum MatchKind;
  using enum Agreement;
  for (const Case& one : std::vector<Case>{{kName, "Wei Zhang", "ZHANG, Wei", kExact},
                                           {kName, "José Núñez", "Jose Nunez", kExact},
                                           {kName, "张伟", "张伟", kExact},
                                           {kName, "張偉", "张伟", kExact},
                                           {kName, "张伟", "Zhang Wei", kClose},
                                           {kName, "Wei Zhang", "张伟", kClose},
                                           {kName, "欧阳小明", "Ouyang Xiaoming", kClose},
                                           {kName, "张伟", "章伟", kSimilar},
                                           {kName, "王小明", "王小民", kSimilar},
                                           {kName, "张伟", "李娜", kDifferent},
                                           {kName, "Katherine Smith", "Kathrine Smith", kClose},
                                           {kName, "Mac Donald", "MacDonald", kClose},
                                           {kName, "J. Smith", "John Smith", kSimilar},
                                           {kName, "John Smith", "Mary Jones", kDifferent},
                                           {kName, "北京阿克米科技有限公司", "阿克米科技有限公司", kSimilar},
                                           {kText, "J Smith", "John Smith", kPartial},
                                           {kText, "Area 51", "Area 52", kPartial},
                                           {kAddress, "12 Main Street", "12 main st.", kExact},
                                           {kAddress, "155 East 52nd Street", "155 E. 52 St", kExact},
                                           {kAddress, "12 Main Street", "13 Main Street", kPartial},
                                           {kMail, "Ann.Li+news@Example.com", "ann.li@example.com", kExact},
                                           {kMail, "a.n.n@gmail.com", "ann@googlemail.com", kExact},
                                           {kMail, "a.nn@example.com", "ann@example.com", kClose},
                                           {kMail, "ann.li@example.com", "anm.li@example.com", kClose},
                                           {kMail, "ann1@example.com", "ann2@example.com", kPartial},
                                           {kMail, "dragon77@qq.com", "dragon77@163.com", kSimilar},
                                           {kMail, "ann.li@example.com", "ann.li@other.org", kDifferent},
                                           {kMail, "ann.li@example.com", "bob@example.com", kPartial},
                                           {kPhone, "+86 138 0013 8000", "13800138000", kExact},
                                           {kPhone, "0086-138-0013-8000", "138 0013 8000", kExact},
                                           {kPhone, "+44 20 7946 0958", "020 7946 0958 ext. 12", kExact},
                                           {kPhone, "213/857-0034", "(213) 857 0034", kExact},
                                           {kPhone, "13800138000", "13800138001", kClose},
                                           {kPhone, "010 6212 3456", "021 6212 3456", kSimilar},
                                           {kPhone, "13800138000", "13912345678", kDifferent},
                                           {kDate, "1980-03-12", "19800312", kExact},
                                           {kDate, "1980-03-12", "12/03/1980", kExact},
                                           {kDate, "1980-03-12", "1980-12-03", kClose},
                                           {kDate, "1980-03-12", "1980-03-13", kClose},
                                           {kDate, "1980-03-12", "1980-03-29", kSimilar},
                                           {kDate, "1980-03-12", "1980-11-29", kPartial},
                                           {kDate, "1980-03-12", "1975-11-29", kDifferent},
                                           {kIdentifier, "AB-123 456", "ab123456", kExact},
                                           {kIdentifier, "ab123456", "ab123465", kClose},
                                           {kIdentifier, "ab123456", "ab993456", kSimilar},
                                           {kIdentifier, "ab123456", "zz998877", kDifferent},
                                           {kWebsite, "https://www.Acme.com/about", "acme.com", kExact},
                                           {kWebsite, "acme.com", "example.org", kDifferent}}) {
    EXPECT_EQ(Compare(one.kind, one.a, one.b), one.agreement) << one.a << ", " << one.b << " as " << NameOf(one.kind);
  }
}

TEST(Matching, TheBestOfSeveralValuesCounts) {
  EXPECT_EQ(Compare(MatchKind::kPhone, "13800138000\n010 6212 3456", "5551234567\n+86 10 6212 3456"), Agreement::kExact);
  EXPECT_EQ(Compare(MatchKind::kName, "Wei Zhang\n张伟", "章伟\n张伟"), Agreement::kExact);
}

TEST(Matching, RareWordsCountMore) {
  EXPECT_EQ(Compare(MatchKind::kName, "Zephyr Ltd", "Zephyr"), Agreement::kPartial);
  EXPECT_EQ(Compare(MatchKind::kName, "Zephyr Ltd", "Zephyr", "Ltd"), Agreement::kClose);
  EXPECT_EQ(Compare(MatchKind::kName, "Zephyr Ltd", "Walnut Ltd"), Agreement::kPartial);
  EXPECT_EQ(Compare(MatchKind::kName, "Zephyr Ltd", "Walnut Ltd", "Ltd"), Agreement::kDifferent);
}

// --- what is learnt

// Fields of short codes that agree with a chance of their own among pairs, and by accident among others.
struct Planted {
  std::vector<std::vector<std::string>> columns = std::vector<std::vector<std::string>>(4);
  size_t pairs = 0;
  [[nodiscard]] MatchTable Table() const {
    MatchTable table{.fields = {{"a", MatchKind::kText}, {"b", MatchKind::kText}, {"c", MatchKind::kText}, {"d", MatchKind::kText}},
                     .columns = {},
                     .sources = {}};
    for (const auto& column : columns) table.columns.emplace_back(column.begin(), column.end());
    return table;
  }
};
constexpr std::array<double, 4> kPlantedM = {0.95, 0.9, 0.8, 0.6};
constexpr std::array<size_t, 4> kPlantedValues = {2000, 500, 100, 10};

Planted Plant(size_t people, double again, uint64_t seed) {
  Random random(seed);
  Planted planted;
  for (size_t person = 0; person < people; ++person) {
    std::array<std::string, 4> values;
    for (size_t field = 0; field < 4; ++field) values[field] = "n" + std::to_string(random.Below(kPlantedValues[field]));
    for (size_t field = 0; field < 4; ++field) planted.columns[field].push_back(values[field]);
    if (!random.Chance(again)) continue;
    ++planted.pairs;
    for (size_t field = 0; field < 4; ++field) {
      const bool same = random.Chance(kPlantedM[field]);
      planted.columns[field].push_back(same ? values[field] : "n" + std::to_string(random.Below(kPlantedValues[field])));
    }
  }
  return planted;
}

// B07
TEST(Matching, SharesOfAgreementAreLearntAsTheyWerePlanted) {
  for (const size_t people : {size_t{1000}, size_t{5000}}) {  // all pairs, and blocks
    const Planted planted = Plant(people, 0.4, TestSeed(11));
    const StatusOr<MatchReport> report = FindMatches(planted.Table());
    ASSERT_TRUE(report.ok()) << report.status();
    for (size_t field = 0; field < 4; ++field) {
      const MatchModel::Field& learnt = report->model.fields[field];
      EXPECT_NEAR(learnt.m[4], kPlantedM[field], 0.08) << learnt.name;
      EXPECT_NEAR(std::log2(learnt.u[4]), -std::log2(static_cast<double>(kPlantedValues[field])), 0.5) << learnt.name;
    }
    const double rows = static_cast<double>(planted.columns[0].size());
    const double matches = rows * (rows - 1) / 2 / (1 + std::exp2(-report->model.prior));
    EXPECT_NEAR(matches / static_cast<double>(planted.pairs), 1, 0.15);
  }
}

TEST(Matching, WhereNobodyIsThereTwiceNearlyNobodyIsFound) {
  const Planted planted = Plant(3000, 0, TestSeed(5));
  const StatusOr<MatchReport> report = FindMatches(planted.Table());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_LE(report->pairs.size(), 3U);
}

struct Measured {
  double precision = 0;
  double recall = 0;
  [[nodiscard]] double f1() const { return 2 * precision * recall / (precision + recall); }
};
Measured Measure(const std::vector<MatchPair>& pairs, const std::vector<uint32_t>& truth, double to_find) {
  double right = 0;
  for (const MatchPair& pair : pairs) right += truth[pair.a] == truth[pair.b] ? 1 : 0;
  return {right / static_cast<double>(pairs.size()), right / to_find};
}

// B07
TEST(Matching, FindsPeopleWhoWereWrittenDownAgain) {
  const People people = simulator::MakePeople(6000, TestSeed(2));
  const StatusOr<MatchReport> report = FindMatches(people.Table());
  ASSERT_TRUE(report.ok()) << report.status();
  const Measured measured = Measure(report->pairs, people.person, people.Pairs());
  EXPECT_GE(measured.precision, 0.97);
  EXPECT_GE(measured.recall, 0.95);
  EXPECT_NEAR(report->precision, measured.precision, 0.02);
  const std::vector<MatchPair> sure(report->pairs.begin(), report->pairs.begin() + static_cast<std::ptrdiff_t>(report->automatic));
  EXPECT_GE(Measure(sure, people.person, people.Pairs()).precision, 0.99);
}

// B07: people who share an address and a telephone number are no match for it, however few of them there are.
TEST(Matching, WhoIsAtOnePlaceIsNotOnePerson) {
  People people = simulator::MakePeople(4000, TestSeed(12));
  for (const size_t own : {size_t{3}, size_t{1}}) {  // all that is left is a name, and where they are
    people.fields.erase(people.fields.begin() + static_cast<std::ptrdiff_t>(own));
    people.columns.erase(people.columns.begin() + static_cast<std::ptrdiff_t>(own));
  }
  std::map<uint32_t, uint32_t> rows_of;
  for (const uint32_t person : people.person) ++rows_of[person];
  std::vector<uint32_t> alone;  // rows of people who stand there once, with all fields
  for (uint32_t row = 0; row < people.rows(); ++row) {
    const bool whole = std::none_of(people.columns.begin(), people.columns.end(), [&](const auto& column) { return column[row].empty(); });
    if (whole && rows_of[people.person[row]] == 1) alone.push_back(row);
  }
  for (const size_t together : {size_t{0}, size_t{5}, size_t{100}}) {
    People moved = people;
    std::set<std::pair<uint32_t, uint32_t>> neighbours;
    for (size_t i = 0; i < together; ++i) {
      for (size_t field = 1; field < moved.columns.size(); ++field)
        moved.columns[field][alone[2 * i]] = moved.columns[field][alone[2 * i + 1]];
      neighbours.insert(std::minmax(alone[2 * i], alone[2 * i + 1]));
    }
    const StatusOr<MatchReport> report = FindMatches(moved.Table());
    ASSERT_TRUE(report.ok()) << report.status();
    const Measured measured = Measure(report->pairs, moved.person, moved.Pairs());
    EXPECT_GE(measured.precision, 0.99) << together;
    EXPECT_GE(measured.recall, 0.96) << together;
    const auto rows = static_cast<double>(moved.rows());
    EXPECT_NEAR(report->model.related * rows * (rows - 1) / 2, static_cast<double>(together), 10);
    size_t taken = 0;
    for (const MatchPair& pair : report->pairs) {
      taken += neighbours.count({pair.a, pair.b});
      double bits = report->model.prior;
      for (const MatchPart& part : pair.parts) bits += static_cast<double>(part.bits);
      EXPECT_NEAR(bits, pair.bits, 1e-6);
    }
    EXPECT_LE(taken, together / 20) << together;
  }
}

using Found = std::map<std::pair<uint32_t, uint32_t>, double>;

Found InOrder(const People& people, const std::vector<uint32_t>& order, size_t threads) {
  MatchTable table = people.Table();
  for (std::vector<std::string_view>& column : table.columns) {
    const std::vector<std::string_view> before = column;
    for (size_t row = 0; row < order.size(); ++row) column[row] = before[order[row]];
  }
  const StatusOr<MatchReport> report = FindMatches(table, {.review = 0.1, .threads = threads});
  EXPECT_TRUE(report.ok()) << report.status();
  Found found;
  for (const MatchPair& pair : report->pairs) found[std::minmax(order[pair.a], order[pair.b])] = pair.bits;
  return found;
}

// B07
TEST(Matching, NeitherTheOrderOfRowsNorThreadsChangeAnything) {
  const People people = simulator::MakePeople(3000, TestSeed(4));
  std::vector<uint32_t> order(people.rows());
  std::iota(order.begin(), order.end(), 0U);
  const Found straight = InOrder(people, order, 1);
  EXPECT_GT(straight.size(), 500U);
  EXPECT_EQ(InOrder(people, order, 3), straight);
  Random random(TestSeed(9));
  for (size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random.Below(i + 1)]);
  EXPECT_EQ(InOrder(people, order, 2), straight);
}

TEST(Matching, OneRowIsScoredByTheModelAsAmongAll) {
  const People people = simulator::MakePeople(1200, TestSeed(6));
  const MatchTable table = people.Table();
  const StatusOr<MatchReport> report = FindMatches(table);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_GT(report->pairs.size(), 100U);
  double apart = 0;
  for (size_t i = 0; i < 100; ++i) {
    const MatchPair& pair = report->pairs[i];
    MatchTable two{.fields = table.fields, .columns = {}, .sources = {}};
    for (const auto& column : table.columns) two.columns.push_back({column[pair.a], column[pair.b]});
    const StatusOr<std::vector<MatchPair>> again = MatchFirst(two, report->model);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(again->size(), 1U);
    apart = std::max(apart, std::abs((*again)[0].bits - pair.bits));
  }
  EXPECT_LT(apart, 3);  // of some 40 bits: the model keeps the frequencies of common values alone
}

TEST(Matching, RowsOfOneSourceAreDifferentAndHaveOnePartner) {
  MatchTable table{.fields = {{"name", MatchKind::kName}, {"phone", MatchKind::kPhone}}, .columns = {{}, {}}, .sources = {}};
  std::vector<std::string> kept;
  kept.reserve(1000);
  for (uint32_t i = 0; i < 100; ++i) {
    kept.push_back("word" + std::string(1, static_cast<char>('a' + i % 26)) + std::string(1, static_cast<char>('a' + i / 26)) + "x name");
    const std::string_view name = kept.back();
    kept.push_back("1380013" + std::to_string(1000 + 37 * i));
    for (const uint32_t source : {1U, 2U}) {
      table.columns[0].push_back(name);
      table.columns[1].push_back(kept.back());
      table.sources.push_back(source);
    }
  }
  table.columns[0].push_back(table.columns[0][0]);  // again in source 2, without a number
  table.columns[1].emplace_back();
  table.sources.push_back(2);
  const StatusOr<MatchReport> report = FindMatches(table);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->pairs.size(), 100U);
  std::set<uint32_t> rows;
  for (const MatchPair& pair : report->pairs) {
    EXPECT_NE(table.sources[pair.a], table.sources[pair.b]);
    EXPECT_TRUE(rows.insert(pair.a).second);
    EXPECT_TRUE(rows.insert(pair.b).second);
  }
  EXPECT_FALSE(rows.contains(200));
}

TEST(Matching, GroupsAreWhatPairsConnect) {
  const auto pair = [](uint32_t a, uint32_t b, double probability) {
    return MatchPair{.a = a, .b = b, .bits = 0, .probability = probability, .parts = {}};
  };
  const std::vector<MatchPair> pairs = {pair(7, 9, 0.99), pair(1, 4, 0.95), pair(4, 9, 0.9), pair(2, 3, 0.6), pair(5, 6, 0.97)};
  EXPECT_THAT(MatchGroups(pairs, 0.9), ElementsAre(ElementsAre(1, 4, 7, 9), ElementsAre(5, 6)));
  EXPECT_THAT(MatchGroups({pairs.rbegin(), pairs.rend()}, 0.9), ElementsAre(ElementsAre(1, 4, 7, 9), ElementsAre(5, 6)));
  EXPECT_TRUE(MatchGroups({}, 0.5).empty());
}

TEST(Matching, ARowThatStandsThereOftenIsOneGroup) {
  const People people = simulator::MakePeople(2000, 5);
  MatchTable table = people.Table();
  for (int copy = 0; copy < 200; ++copy) {
    for (std::vector<std::string_view>& column : table.columns) column.push_back(column[0]);
  }
  const StatusOr<MatchReport> report = FindMatches(table);
  ASSERT_TRUE(report.ok()) << report.status();
  size_t largest = 0;
  for (const std::vector<uint32_t>& group : MatchGroups(report->pairs, 0.5)) largest = std::max(largest, group.size());
  EXPECT_GE(largest, 201U);
}

TEST(Matching, AModelComesBackFromItsText) {
  const StatusOr<MatchReport> report = FindMatches(simulator::MakePeople(500, 1).Table());
  ASSERT_TRUE(report.ok()) << report.status();
  const std::string text = ToJson(report->model);
  EXPECT_EQ(text.find("mail.example"), std::string::npos);  // no value of a record
  const StatusOr<MatchModel> again = MatchModelFromJson(text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, report->model);
  for (const std::string_view bad : {"", "[]", "{}", R"({"prior": "x", "fields": []})", R"({"prior": 1, "fields": [{"name": "a"}]})"}) {
    EXPECT_FALSE(MatchModelFromJson(bad).ok()) << bad;
  }
  std::string wrong = text;
  wrong.replace(wrong.find("\"kind\":\"mail\""), 13, "\"kind\":\"male\"");
  EXPECT_THAT(MatchModelFromJson(wrong).status().message(), HasSubstr("no model"));
}

// What a host may hand in: shares so small that two values at one place are worth more bits than a double has powers of 2.
TEST(Matching, AnExtremeModelGivesFiniteBits) {
  const People people = simulator::MakePeople(500, 1);
  const MatchTable table = people.Table();
  const StatusOr<MatchReport> report = FindMatches(table);
  ASSERT_TRUE(report.ok() && !report->pairs.empty()) << report.status();
  MatchModel model = report->model;
  model.related = std::max(model.related, 1e-9);
  for (MatchModel::Field& field : model.fields) {
    field.chance = field.rest = field.rest_words = 1e-300;
    field.values.clear();
  }
  size_t parts = 0;
  for (size_t i = 0; i < std::min<size_t>(50, report->pairs.size()); ++i) {
    const MatchPair& pair = report->pairs[i];
    MatchTable two{.fields = table.fields, .columns = {}, .sources = {}};
    for (const auto& column : table.columns) two.columns.push_back({column[pair.a], column[pair.b]});
    const StatusOr<std::vector<MatchPair>> scored = MatchFirst(two, model);
    ASSERT_TRUE(scored.ok()) << scored.status();
    for (const MatchPair& one : *scored) {
      EXPECT_TRUE(std::isfinite(one.bits)) << one.bits;
      for (const MatchPart& part : one.parts) {
        EXPECT_TRUE(std::isfinite(part.bits)) << part.field << " " << part.bits;
        ++parts;
      }
    }
  }
  EXPECT_GT(parts, 0u);
}

TEST(Matching, AModelOfRowsThatSayAWordTwiceComesBackToo) {
  std::vector<std::string> cells;
  for (int i = 0; i < 20; ++i) cells.push_back("acme a" + std::to_string(i) + "\nacme b" + std::to_string(i));
  MatchTable table{.fields = {{"name", MatchKind::kName}}, .columns = {{cells.begin(), cells.end()}}, .sources = {}};
  const StatusOr<MatchReport> report = FindMatches(table);
  ASSERT_TRUE(report.ok()) << report.status();
  const StatusOr<MatchModel> again = MatchModelFromJson(ToJson(report->model));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, report->model);
}

// A database with nobody in it, or one: what is believed of any two is a model too.
TEST(Matching, AModelOfFewerThanTwoRowsComesBackToo) {
  std::vector<MatchField> fields;
  for (const MatchKind kind : {MatchKind::kText, MatchKind::kName, MatchKind::kMail, MatchKind::kPhone, MatchKind::kWebsite,
                               MatchKind::kDate, MatchKind::kIdentifier, MatchKind::kAddress}) {
    fields.push_back({std::string(NameOf(kind)), kind});
  }
  for (const size_t rows : {size_t{0}, size_t{1}, size_t{2}}) {
    MatchTable table{.fields = fields, .columns = {}, .sources = {}};
    table.columns.resize(fields.size());
    for (auto& column : table.columns) column.assign(rows, "acme works");
    const StatusOr<MatchReport> report = FindMatches(table);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->compared, rows < 2 ? 0U : 1U);
    const StatusOr<MatchModel> again = MatchModelFromJson(ToJson(report->model));
    ASSERT_TRUE(again.ok()) << again.status() << rows;
    EXPECT_EQ(*again, report->model);
    for (auto& column : table.columns) column = {"acme works", "acme works"};
    const StatusOr<std::vector<MatchPair>> scored = MatchFirst(table, *again);
    ASSERT_TRUE(scored.ok()) << scored.status();
    for (const MatchPair& pair : *scored) EXPECT_TRUE(std::isfinite(pair.bits));
  }
}

TEST(Matching, WhatIsWrongIsRefused) {
  const std::vector<MatchField> one = {{"name", MatchKind::kName}};
  EXPECT_THAT(FindMatches({}).status().message(), HasSubstr("no field"));
  EXPECT_THAT(FindMatches({.fields = one, .columns = {}, .sources = {}}).status().message(), HasSubstr("one column for each field"));
  EXPECT_THAT(FindMatches({.fields = {one[0], one[0]}, .columns = {{"a"}, {}}, .sources = {}}).status().message(),
              HasSubstr("differ in length"));
  EXPECT_THAT(FindMatches({.fields = one, .columns = {{"a", "b"}}, .sources = {1}}).status().message(), HasSubstr("source"));
  const MatchTable table{.fields = one, .columns = {{"a", "a"}}, .sources = {}};
  EXPECT_FALSE(FindMatches(table, {.review = 0}).ok());
  EXPECT_FALSE(FindMatches(table, {.review = 0.9, .automatic = 0.8}).ok());
  EXPECT_FALSE(FindMatches(table, {.automatic = 1}).ok());
  EXPECT_EQ(GetReason(MatchKindOf("phon").status()), Reason::kBadOptions);
  EXPECT_THAT(GetErrorInfo(MatchKindOf("phon").status()).hint, HasSubstr("phone"));
  for (const size_t rows : {size_t{0}, size_t{1}}) {
    const StatusOr<MatchReport> few = FindMatches({.fields = one, .columns = {std::vector<std::string_view>(rows, "a")}, .sources = {}});
    ASSERT_TRUE(few.ok()) << few.status();
    EXPECT_TRUE(few->pairs.empty());
  }
  EXPECT_TRUE(FindMatches({.fields = one, .columns = {{"", "", ""}}, .sources = {}}).ok());
}

// --- real data

std::vector<std::string> Split(const std::string& line, char separator) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, separator);) {
    const size_t begin = cell.find_first_not_of(" \r");
    const size_t end = cell.find_last_not_of(" \r");
    cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
  }
  return cells;
}

struct Listed {
  std::vector<MatchField> fields;
  std::vector<std::vector<std::string>> columns;
  std::vector<uint32_t> truth;
  std::vector<uint32_t> sources;
  [[nodiscard]] MatchTable Table() const {
    MatchTable table{.fields = fields, .columns = {}, .sources = sources};
    for (const auto& column : columns) table.columns.emplace_back(column.begin(), column.end());
    return table;
  }
};

Listed ReadFebrl(const std::string& path) {
  using enum MatchKind;
  Listed listed{.fields = {{"given_name", kName},
                           {"surname", kName},
                           {"street_number", kIdentifier},
                           {"address_1", kAddress},
                           {"address_2", kAddress},
                           {"suburb", kText},
                           {"postcode", kIdentifier},
                           {"state", kText},
                           {"date_of_birth", kDate},
                           {"soc_sec_id", kIdentifier}},
                .columns = std::vector<std::vector<std::string>>(10),
                .truth = {},
                .sources = {}};
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::vector<std::string> cells = Split(line, ',');
    cells.resize(11);
    listed.truth.push_back(static_cast<uint32_t>(std::stoul(Split(cells[0], '-')[1])));
    for (size_t field = 0; field < 10; ++field) listed.columns[field].push_back(cells[field + 1]);
  }
  return listed;
}

double PairsOf(const std::vector<uint32_t>& truth) {
  std::map<uint32_t, double> counts;
  for (const uint32_t one : truth) ++counts[one];
  double pairs = 0;
  for (const auto& [one, count] : counts) pairs += count * (count - 1) / 2;
  return pairs;
}

// B07: F1 of .99 and more without labels
TEST(Matching, FebrlsPeopleAreFoundWithoutLabels) {
  if (SharedDataDir().empty()) GTEST_SKIP() << "needs febrl of the shared data";
  for (const std::string_view name : {"dataset1.csv", "dataset2.csv"}) {
    const Listed listed = ReadFebrl(SharedDataDir() + "/febrl/" + std::string(name));
    ASSERT_GE(listed.truth.size(), 1000U);
    const StatusOr<MatchReport> report = FindMatches(listed.Table());
    ASSERT_TRUE(report.ok()) << report.status();
    const Measured measured = Measure(report->pairs, listed.truth, PairsOf(listed.truth));
    std::printf("%s: %zu pairs, precision %.4f, recall %.4f, F1 %.4f\n", name.data(), report->pairs.size(), measured.precision,
                measured.recall, measured.f1());
    EXPECT_GE(measured.f1(), 0.99) << name;
  }
}

// "COL name VAL ` le chardonnay ' COL addr VAL ..." -> values by name.
std::map<std::string, std::string> ReadEntry(const std::string& text) {
  std::map<std::string, std::string> entry;
  for (size_t at = text.find("COL "); at != std::string::npos;) {
    const size_t next = text.find(" COL ", at + 1);
    const std::string part = text.substr(at + 4, next == std::string::npos ? next : next - at - 4);
    const size_t value = part.find(" VAL ");
    entry[part.substr(0, value)] = part.substr(value + 5);
    at = next == std::string::npos ? next : next + 1;
  }
  return entry;
}

Listed ReadRestaurants(const std::string& folder) {
  using enum MatchKind;
  Listed listed{.fields = {{"name", kName}, {"addr", kAddress}, {"city", kText}, {"phone", kPhone}, {"type", kText}},
                .columns = std::vector<std::vector<std::string>>(5),
                .truth = {},
                .sources = {}};
  std::map<std::pair<uint32_t, std::string>, uint32_t> rows;
  const auto row_of = [&](uint32_t source, const std::string& text) {
    const auto [at, added] = rows.try_emplace({source, text}, static_cast<uint32_t>(listed.truth.size()));
    if (!added) return at->second;
    std::map<std::string, std::string> entry = ReadEntry(text);
    for (size_t field = 0; field < 5; ++field) listed.columns[field].push_back(entry[listed.fields[field].name]);
    listed.truth.push_back(at->second);
    listed.sources.push_back(source);
    return at->second;
  };
  for (const std::string_view name : {"train.txt", "valid.txt", "test.txt"}) {
    std::ifstream file(folder + "/" + std::string(name));
    for (std::string line; std::getline(file, line);) {
      const std::vector<std::string> parts = Split(line, '\t');
      const uint32_t left = row_of(1, parts.at(0));
      const uint32_t right = row_of(2, parts.at(1));
      if (parts.at(2) == "1") listed.truth[right] = left;
    }
  }
  return listed;
}

// B07: every pair of the two guides, not only those with labels
TEST(Matching, RestaurantsOfTwoGuidesAreFound) {
  if (SharedDataDir().empty()) GTEST_SKIP() << "needs fodors_zagats of the shared data";
  const Listed listed = ReadRestaurants(SharedDataDir() + "/fodors_zagats");
  ASSERT_EQ(PairsOf(listed.truth), 110);
  const StatusOr<MatchReport> report = FindMatches(listed.Table());
  ASSERT_TRUE(report.ok()) << report.status();
  const Measured measured = Measure(report->pairs, listed.truth, 110);
  std::printf("fodors_zagats: %zu pairs, precision %.4f, recall %.4f, F1 %.4f\n", report->pairs.size(), measured.precision, measured.recall,
              measured.f1());
  EXPECT_GE(measured.precision, 0.99);
  EXPECT_GE(measured.recall, 0.99);
}

}  // namespace
}  // namespace kith::crm
