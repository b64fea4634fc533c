// Blocks of packed values against an array of values.
#include "kith/index/column.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "kith/base/hash.h"
#include "support/settings.h"

namespace kith::column {
namespace {

using Rows = std::vector<std::optional<Value>>;  // nullopt: no record

constexpr Currency kCny = *Currency::FromCode("CNY");
constexpr Currency kJpy = *Currency::FromCode("JPY");
constexpr Kind kKinds[] = {Kind::kBool,   Kind::kInt,  Kind::kDecimal, Kind::kDouble, Kind::kMoney,
                           Kind::kChoice, Kind::kDate, Kind::kTime,    Kind::kRef};

Spec SpecOf(Kind kind) { return {.kind = kind, .scale = static_cast<uint8_t>(kind == Kind::kDecimal ? 2 : 0)}; }

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t Below(uint64_t n) { return engine_() % n; }

  // Whatever range comes after this: a block's values decide how wide its numbers are.
  void ChooseRange() { range_ = Below(6); }
  // Few values, so that comparisons meet equal ones; at times the edges.
  int64_t Integer() {
    constexpr int64_t kEdges[] = {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(), int64_t{1} << 32, -1};
    constexpr int64_t kTrillion = 1'000'000'000'000;
    const auto some = static_cast<int64_t>(Below(7));
    switch (range_) {
      case 0:
        return 5;
      case 1:
        return some - 3;
      case 2:
        return kTrillion + some * 9'000;
      case 3:
        return some * 600'000'000 - kTrillion;
      case 4:
        return Below(8) == 0 ? kEdges[Below(4)] : some - 3;
      default:
        return some * 42;
    }
  }
  Value Of(Kind kind) {
    switch (kind) {
      case Kind::kBool:
        return Below(2) == 0;
      case Kind::kInt:
        return Integer();
      case Kind::kDecimal:
        return Decimal{.units = Integer(), .scale = 2};
      case Kind::kDouble:
        return Below(9) == 0 ? std::numeric_limits<double>::infinity() : static_cast<double>(Below(7)) - 3.5;
      case Kind::kMoney:
        return Money{.minor = Integer(), .currency = Below(3) == 0 ? kJpy : kCny};
      case Kind::kChoice:
        return Choice{static_cast<int32_t>(Below(5)) + 1};
      case Kind::kDate:
        return Date{static_cast<int32_t>(Below(9)) * (range_ == 3 ? 100'000 : 1) - 4};
      case Kind::kTime:
        return Time{Integer()};
      default:
        return Id::Of(70, 1, static_cast<uint32_t>(Below(6)) + 1);
    }
  }
  Rows Block(Kind kind) {
    ChooseRange();
    Rows rows(kRows);
    for (auto& row : rows) {
      const uint64_t which = Below(10);
      if (which > 0) row = which == 1 ? Value() : Of(kind);
    }
    return rows;
  }

 private:
  std::mt19937_64 engine_;
  uint64_t range_ = 1;
};

std::string Encoded(Kind kind, const Rows& rows) {
  Block block(SpecOf(kind));
  for (size_t row = 0; row < kRows; ++row) {
    if (rows[row].has_value()) block.Set(row, *rows[row]);
  }
  std::string bytes;
  block.Encode(bytes);
  return bytes;
}

BlockView Parsed(Kind kind, const std::string& bytes) {
  const StatusOr<BlockView> view = BlockView::Parse(SpecOf(kind), bytes);
  EXPECT_TRUE(view.ok()) << view.status();
  return view.ok() ? *view : BlockView();
}

// -1, 0, 1; nullopt: no order.
std::optional<int> Order(const Value& a, const Value& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  switch (a.kind()) {
    case Kind::kBool:
      return sign(a.get<bool>(), b.get<bool>());
    case Kind::kInt:
      return sign(a.get<int64_t>(), b.get<int64_t>());
    case Kind::kDecimal:
      return sign(a.get<Decimal>().units, b.get<Decimal>().units);
    case Kind::kDouble:
      return sign(a.get<double>(), b.get<double>());
    case Kind::kMoney:
      if (a.get<Money>().currency != b.get<Money>().currency) return std::nullopt;
      return sign(a.get<Money>().minor, b.get<Money>().minor);
    case Kind::kChoice:
      return sign(a.get<Choice>(), b.get<Choice>());
    case Kind::kDate:
      return sign(a.get<Date>(), b.get<Date>());
    case Kind::kTime:
      return sign(a.get<Time>(), b.get<Time>());
    default:
      return sign(a.get<Id>(), b.get<Id>());
  }
}

bool Matches(Comparison comparison, std::optional<int> order) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order.has_value() && *order < 0;
    case Comparison::kLessEqual:
      return order.has_value() && *order <= 0;
    case Comparison::kGreater:
      return order.has_value() && *order > 0;
    default:
      return order.has_value() && *order >= 0;
  }
}

class EveryKind : public ::testing::TestWithParam<Kind> {
 protected:
  Random random_{::kith::testing::TestSeed(11)};
  int rounds_ = 50 * ::kith::testing::TestScale();
};

TEST_P(EveryKind, ReadsWhatWasSet) {
  for (int round = 0; round < rounds_; ++round) {
    const Rows rows = random_.Block(GetParam());
    const std::string bytes = Encoded(GetParam(), rows);
    const BlockView view = Parsed(GetParam(), bytes);
    for (size_t row = 0; row < kRows; ++row) {
      ASSERT_EQ(view.live().Test(row), rows[row].has_value()) << row;
      ASSERT_EQ(view.Get(row), rows[row].value_or(Value())) << row;
      ASSERT_EQ(WhereNull(view).Test(row), rows[row].has_value() && rows[row]->is_null()) << row;
    }
  }
}

TEST_P(EveryKind, EqualContentsAreEqualBytesWhateverLedToThem) {
  for (int round = 0; round < rounds_; ++round) {
    const std::string before = Encoded(GetParam(), random_.Block(GetParam()));
    const Rows after = random_.Block(GetParam());
    Block block(Parsed(GetParam(), before));
    for (size_t row = 0; row < kRows; ++row) {
      if (after[row].has_value()) {
        block.Set(row, *after[row]);
      } else {
        block.Remove(row);
      }
    }
    std::string bytes;
    block.Encode(bytes);
    ASSERT_EQ(bytes, Encoded(GetParam(), after));
  }
}

TEST_P(EveryKind, FiltersEqualRowByRow) {
  for (int round = 0; round < rounds_; ++round) {
    const Rows rows = random_.Block(GetParam());
    const std::string bytes = Encoded(GetParam(), rows);
    const BlockView view = Parsed(GetParam(), bytes);
    std::vector<Value> constants = {random_.Of(GetParam())};
    if (random_.Below(2) == 0) random_.ChooseRange();
    constants.insert(constants.begin(), random_.Of(GetParam()));
    for (int i = 0; i <= static_cast<int>(Comparison::kGreaterEqual); ++i) {
      const auto comparison = static_cast<Comparison>(i);
      const Bitmap found = Where(view, comparison, constants[0]);
      for (size_t row = 0; row < kRows; ++row) {
        const bool has = rows[row].has_value() && !rows[row]->is_null();
        ASSERT_EQ(found.Test(row), has && Matches(comparison, Order(*rows[row], constants[0]))) << i << ", row " << row;
      }
    }
    const Bitmap in = WhereIn(view, constants);
    for (size_t row = 0; row < kRows; ++row) {
      const bool has = rows[row].has_value() && !rows[row]->is_null();
      ASSERT_EQ(in.Test(row), has && (Order(*rows[row], constants[0]) == 0 || Order(*rows[row], constants[1]) == 0)) << row;
    }
  }
}

TEST_P(EveryKind, DamageIsFound) {
  std::string bytes = Encoded(GetParam(), random_.Block(GetParam()));
  for (int round = 0; round < rounds_; ++round) {
    const size_t at = random_.Below(bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << random_.Below(8)));
    const StatusOr<BlockView> view = BlockView::Parse(SpecOf(GetParam()), bytes);
    EXPECT_EQ(GetReason(view.status()), Reason::kCorrupt);
    bytes = Encoded(GetParam(), random_.Block(GetParam()));
    EXPECT_FALSE(BlockView::Parse(SpecOf(GetParam()), std::string_view(bytes).substr(0, at % bytes.size())).ok());
  }
  const Kind other = GetParam() == Kind::kInt ? Kind::kTime : Kind::kInt;
  EXPECT_FALSE(BlockView::Parse(SpecOf(other), bytes).ok());
}

INSTANTIATE_TEST_SUITE_P(Column, EveryKind, ::testing::ValuesIn(kKinds), [](const auto& one) { return std::string(NameOf(one.param)); });

TEST(ColumnTest, HoldsKindsOfFixedWidthAlone) {
  for (const Kind kind : kKinds) EXPECT_TRUE(CanHold(kind));
  for (const Kind kind : {Kind::kNull, Kind::kText, Kind::kTextList, Kind::kChoiceSet, Kind::kBytes}) EXPECT_FALSE(CanHold(kind));
}

// A page of the file takes values inline up to 2,022 bytes with a key of 12.
TEST(ColumnTest, BlocksOfOneCurrencyLieInlineInAPage) {
  constexpr size_t kInline = 2018;
  for (const Kind kind : kKinds) {
    EXPECT_LE(Encoded(kind, Rows(kRows, kind == Kind::kMoney ? Value(Money{.minor = 1, .currency = kCny}) : Value())).size(), kInline);
  }
}

TEST(ColumnTest, AlignsBySequence) {
  EXPECT_EQ(BlockOf(Id::Of(70, 3, 239)), Id::Of(70, 3, 0));
  EXPECT_EQ(BlockOf(Id::Of(70, 3, 240)), Id::Of(70, 3, 240));
  EXPECT_EQ(RowOf(Id::Of(70, 3, 481)), 1U);
  EXPECT_EQ(BlockOf(Id::Of(70, 511, UINT32_MAX)).node(), 511);
}

TEST(ColumnTest, SumsAreExactBeyond64Bits) {
  Rows rows(kRows, Value(std::numeric_limits<int64_t>::max()));
  Totals totals;
  const std::string high = Encoded(Kind::kInt, rows);
  Accumulate(Parsed(Kind::kInt, high), Parsed(Kind::kInt, high).live(), totals);
  // 240 * (2^63 - 1)
  EXPECT_EQ(totals.sum.high(), 119);
  EXPECT_EQ(totals.sum.low(), uint64_t{0} - 240);
  rows.assign(kRows, Value(-std::numeric_limits<int64_t>::max()));
  const std::string low = Encoded(Kind::kInt, rows);
  Accumulate(Parsed(Kind::kInt, low), Parsed(Kind::kInt, low).live(), totals);
  EXPECT_EQ(totals.sum, Sum());
  totals.sum.Add(-1);
  EXPECT_EQ(totals.sum.high(), -1);
  EXPECT_EQ(totals.sum.low(), UINT64_MAX);
  EXPECT_EQ(totals.count, 2 * kRows);
  EXPECT_EQ(totals.min, -std::numeric_limits<int64_t>::max());
  EXPECT_EQ(totals.max, std::numeric_limits<int64_t>::max());
}

TEST(ColumnTest, TotalsEqualRowByRow) {
  Random random(::kith::testing::TestSeed(12));
  std::map<int, int> widths;
  for (int round = 0; round < 100 * ::kith::testing::TestScale(); ++round) {
    const Rows rows = random.Block(Kind::kTime);
    const std::string bytes = Encoded(Kind::kTime, rows);
    const BlockView view = Parsed(Kind::kTime, bytes);
    ++widths[view.packing().width];
    const Time limit = random.Of(Kind::kTime).get<Time>();
    const Bitmap taken = Where(view, Comparison::kLess, limit);
    Totals expected;
    for (const auto& row : rows) {
      if (!row.has_value() || row->is_null() || !(row->get<Time>() < limit)) continue;
      const int64_t micros = row->get<Time>().micros;
      ++expected.count;
      expected.sum.Add(micros);
      expected.min = std::min(expected.min, micros);
      expected.max = std::max(expected.max, micros);
    }
    Totals totals;
    Accumulate(view, taken, totals);
    ASSERT_EQ(totals, expected);
  }
  EXPECT_EQ(widths.size(), 5U);  // 0, 1, 2, 4, 8
}

TEST(ColumnTest, DoublesHaveTotalsToo) {
  Rows rows(kRows);
  rows[3] = Value(-2.5);
  rows[4] = Value();
  rows[200] = Value(7.0);
  const std::string bytes = Encoded(Kind::kDouble, rows);
  DoubleTotals totals;
  const BlockView view = Parsed(Kind::kDouble, bytes);
  Accumulate(view, view.live(), totals);
  EXPECT_EQ(totals.count, 2U);
  EXPECT_EQ(totals.sum, 4.5);
  EXPECT_EQ(totals.min, -2.5);
  EXPECT_EQ(totals.max, 7.0);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(Where(view, Comparison::kEqual, nan).Any());
  EXPECT_EQ(Where(view, Comparison::kNotEqual, nan).Count(), 2U);
}

// Whoever made the file may have sealed it: doubles would be read past its end.
TEST(ColumnTest, ANarrowBlockOfDoublesIsNone) {
  Rows rows(kRows);
  rows[3] = Value(int64_t{5});
  rows[4] = Value(int64_t{200});
  std::string bytes = Encoded(Kind::kInt, rows);
  bytes[sizeof(uint64_t)] = static_cast<char>(Kind::kDouble);
  const uint64_t seal = LongHash(std::string_view(bytes).substr(sizeof(seal)));
  std::memcpy(bytes.data(), &seal, sizeof(seal));
  EXPECT_EQ(GetReason(BlockView::Parse(SpecOf(Kind::kDouble), bytes).status()), Reason::kCorrupt);
}

TEST(ColumnTest, GroupNumbersAreOneForEqualKeys) {
  Random random(::kith::testing::TestSeed(13));
  GroupNumbers groups;
  std::map<std::string, uint32_t> expected;
  for (int round = 0; round < 20; ++round) {
    const Rows stages = random.Block(Kind::kChoice);
    Rows owners(kRows);
    for (size_t row = 0; row < kRows; ++row) {
      if (stages[row].has_value()) owners[row] = random.Below(5) == 0 ? Value() : random.Of(Kind::kRef);
    }
    const std::string bytes[] = {Encoded(Kind::kChoice, stages), Encoded(Kind::kRef, owners)};
    const BlockView views[] = {Parsed(Kind::kChoice, bytes[0]), Parsed(Kind::kRef, bytes[1])};
    const BlockView* const keys[] = {&views[0], &views[1]};
    std::array<uint32_t, kRows> numbers;
    groups.Find(keys, views[0].live(), numbers);
    views[0].live().ForEach([&](size_t row) {
      const auto [known, added] = expected.try_emplace(ToText(*stages[row]) + "/" + ToText(*owners[row]), expected.size());
      ASSERT_EQ(numbers[row], known->second);
      ASSERT_EQ(groups.key(numbers[row], 0), *stages[row]);
      ASSERT_EQ(groups.key(numbers[row], 1), *owners[row]);
    });
  }
  EXPECT_EQ(groups.size(), expected.size());
}

}  // namespace
}  // namespace kith::column
