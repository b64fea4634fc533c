#include "kith/base/time.h"

#include <gtest/gtest.h>

#include "kith/base/status.h"
#include "unit/base/random.h"

namespace kith {
namespace {

using testing_random::Random;
using testing_random::Seed;

Date Day(std::string_view text) {
  const StatusOr<Date> date = ParseDate(text);
  EXPECT_TRUE(date.ok()) << text << ": " << date.status();
  return date.ok() ? *date : Date{};
}

int64_t Micros(std::string_view text) {
  const StatusOr<Time> time = ParseTime(text);
  EXPECT_TRUE(time.ok()) << text << ": " << time.status();
  return time.ok() ? time->micros : -1;
}

// Counts the days one by one, by the rule of leap years alone.
TEST(Calendar, EveryDayFrom1600To2400) {
  Date date = FromCivil({1600, 1, 1});
  EXPECT_EQ(date.days, -135'140);
  int weekday = 6;  // 1600-01-01 was a Saturday
  for (int year = 1600; year <= 2400; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int days[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= days[month - 1]; ++day) {
        const CivilDate civil{year, static_cast<int8_t>(month), static_cast<int8_t>(day)};
        ASSERT_TRUE(IsValid(civil));
        ASSERT_EQ(ToCivil(date), civil);
        ASSERT_EQ(FromCivil(civil), date);
        ASSERT_EQ(IsoWeekday(date), weekday);
        ++date.days;
        weekday = weekday % 7 + 1;
      }
      ASSERT_FALSE(IsValid({year, static_cast<int8_t>(month), static_cast<int8_t>(days[month - 1] + 1)}));
    }
  }
}

TEST(Calendar, Edges) {
  EXPECT_EQ(FromCivil({1970, 1, 1}).days, 0);
  EXPECT_EQ(FromCivil({0, 1, 1}).days, -719'528);
  for (const int32_t days : {INT32_MIN, INT32_MAX, -719'468, -719'469}) EXPECT_EQ(FromCivil(ToCivil({days})).days, days);
  for (const CivilDate civil : {CivilDate{2026, 0, 1}, CivilDate{2026, 13, 1}, CivilDate{2026, 1, 0}, CivilDate{2026, 2, 29}})
    EXPECT_FALSE(IsValid(civil));
  EXPECT_TRUE(IsValid({2000, 2, 29}));
  EXPECT_FALSE(IsValid({1900, 2, 29}));
}

TEST(Calendar, DayOfAnInstant) {
  EXPECT_EQ(DateOf({-1}), Date{-1});
  EXPECT_EQ(DateOf({0}), Date{0});
  EXPECT_EQ(DateOf({kMicrosPerDay - 1}), Date{0});
  EXPECT_EQ(DateOf({kMicrosPerDay}), Date{1});
  EXPECT_EQ(StartOf({-1}).micros, -kMicrosPerDay);
  EXPECT_EQ(DateOf(StartOf({20'000})), Date{20'000});
  EXPECT_LT(StartOf({INT32_MAX}), kTimeMax);  // kept in range
  EXPECT_LT(StartOf({INT32_MIN}), Time{0});
  EXPECT_EQ(PlusDays(Time{7}, -2), Time{7 - 2 * kMicrosPerDay});
  EXPECT_EQ(PlusDays(Time{7}, 999'999'999), kTimeMax);
  EXPECT_EQ(PlusDays(Time{INT64_MIN}, -1), Time{INT64_MIN});
}

TEST(Times, Rfc3339) {
  EXPECT_EQ(Micros("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(Micros("2026-07-01"), StartOf(Day("2026-07-01")).micros);
  EXPECT_EQ(Micros("2026-07-01T12:30:00Z"), 1'782'909'000'000'000);
  EXPECT_EQ(Micros("2026-07-01t20:30:00.250+08:00"), 1'782'909'000'250'000);
  EXPECT_EQ(Micros("2026-07-01 08:00:00.000001-04:30"), 1'782'909'000'000'001);
  EXPECT_EQ(Micros("2026-07-01T12:30:00.123456000Z"), 1'782'909'000'123'456);
  EXPECT_EQ(Micros("2016-12-31T23:59:60Z"), Micros("2017-01-01T00:00:00Z"));
  for (const char* text : {"", "2026", "2026-7-1", "2026-07-01T", "2026-07-01T12:30Z", "2026-07-01T12:30:00", "2026-07-01T12:30:00.Z",
                           "2026-07-01T12:30:00.1234567Z", "2026-07-01T12:30:00+8", "2026-07-01T12:30:00Zx", "2026/07/01",
                           "2026-07-01T12:30:00+24:00", " 2026-07-01"}) {
    EXPECT_EQ(GetReason(ParseTime(text).status()), Reason::kWrongKind) << text;
  }
  for (const char* text :
       {"2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-07-01T24:00:00Z", "2026-07-01T12:60:00Z", "2026-07-01T12:00:61Z"}) {
    EXPECT_EQ(GetReason(ParseTime(text).status()), Reason::kOutOfRange) << text;
  }
  EXPECT_EQ(GetReason(ParseDate("2026-07-01T00:00:00Z").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ParseDate("2026-04-31").status()), Reason::kOutOfRange);
}

TEST(Times, TextGoesBothWays) {
  EXPECT_EQ(ToText(Time{1'782'909'000'000'000}), "2026-07-01T12:30:00Z");
  EXPECT_EQ(ToText(Time{1'782'909'000'250'000}), "2026-07-01T12:30:00.25Z");
  EXPECT_EQ(ToText(Time{-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(ToText(Time{INT64_MIN}), "-290308-12-21T19:59:05.224192Z");
  EXPECT_EQ(ToText(kTimeMax), "+294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(ToText(FromCivil({-44, 3, 15})), "-0044-03-15");
  const uint64_t seed = Seed(31);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  const int64_t from = Micros("0000-01-01");
  const auto span = static_cast<uint64_t>(Micros("9999-12-31") - from);
  for (int i = 0; i < 50'000; ++i) {
    const Time time{from + static_cast<int64_t>(random.Below(span))};
    ASSERT_EQ(Micros(ToText(time)), time.micros) << ToText(time);
    ASSERT_EQ(Day(ToText(DateOf(time))), DateOf(time));
  }
}

TEST(Times, DeclaredFormats) {
  const auto as = [](std::string_view text, std::string_view format) {
    const StatusOr<Time> time = ParseTimeAs(text, format);
    EXPECT_TRUE(time.ok()) << text << ": " << time.status();
    return time.ok() ? ToText(*time) : "";
  };
  EXPECT_EQ(as("10/20/2016", "%m/%d/%Y"), "2016-10-20T00:00:00Z");
  EXPECT_EQ(as("1/5/2016", "%m/%d/%Y"), "2016-01-05T00:00:00Z");
  EXPECT_EQ(as("20160105", "%Y%m%d"), "2016-01-05T00:00:00Z");
  EXPECT_EQ(as("5-mAr-17 7:08:09", "%d-%b-%y %H:%M:%S"), "2017-03-05T07:08:09Z");
  EXPECT_EQ(as("31.12.69", "%d.%m.%y"), "1969-12-31T00:00:00Z");
  EXPECT_EQ(as("2026年07月", "%Y年%m月"), "2026-07-01T00:00:00Z");
  EXPECT_EQ(as("100% 2020", "100%% %Y"), "2020-01-01T00:00:00Z");
  EXPECT_EQ(GetReason(ParseTimeAs("10-20-2016", "%m/%d/%Y").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ParseTimeAs("10/20/2016 ", "%m/%d/%Y").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ParseTimeAs("10/20/16", "%m/%d/%Y").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ParseTimeAs("5-Foo-17", "%d-%b-%y").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ParseTimeAs("20/10/2016", "%m/%d/%Y").status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(ParseTimeAs("2/30/2016", "%m/%d/%Y").status()), Reason::kOutOfRange);
  EXPECT_EQ(GetReason(ParseTimeAs("2016", "%Q").status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(ParseTimeAs("2016", "%Y%").status()), Reason::kBadOptions);
}

void ExpectPeriod(std::string_view text, std::string_view first, std::string_view end, int fiscal_start_month = 1) {
  const StatusOr<Period> period = ParsePeriod(text, fiscal_start_month);
  ASSERT_TRUE(period.ok()) << text << ": " << period.status();
  EXPECT_EQ(ToText(period->first), first) << text;
  EXPECT_EQ(ToText(period->end), end) << text;
}

TEST(Periods, Parse) {
  ExpectPeriod("2026", "2026-01-01", "2027-01-01");
  ExpectPeriod("2026-Q3", "2026-07-01", "2026-10-01");
  ExpectPeriod("2026-Q4", "2026-10-01", "2027-01-01");
  ExpectPeriod("2026-02", "2026-02-01", "2026-03-01");
  ExpectPeriod("2026-07-04", "2026-07-04", "2026-07-05");
  ExpectPeriod("2026-W07", "2026-02-09", "2026-02-16");
  ExpectPeriod("2026-W01", "2025-12-29", "2026-01-05");
  ExpectPeriod("2026-W53", "2026-12-28", "2027-01-04");
  ExpectPeriod("2021-W01", "2021-01-04", "2021-01-11");
  ExpectPeriod("FY2026", "2026-01-01", "2027-01-01");
  ExpectPeriod("FY2026", "2025-04-01", "2026-04-01", 4);
  ExpectPeriod("FY2026-Q1", "2025-04-01", "2025-07-01", 4);
  ExpectPeriod("FY2026-Q4", "2026-01-01", "2026-04-01", 4);
  ExpectPeriod("FY2026-M02", "2025-05-01", "2025-06-01", 4);
  ExpectPeriod("FY2026-M12", "2026-03-01", "2026-04-01", 4);
  ExpectPeriod("2026-Q1", "2026-01-01", "2026-04-01", 4);  // a calendar quarter stays one
}

TEST(Periods, Refused) {
  for (const char* text : {"",        "26",        "2026-",      "2026-Q0",    "2026-Q5",    "2026-Q",     "2026-Q10", "2026-13",
                           "2026-00", "2026-1",    "2026-W00",   "2025-W53",   "2026-W54",   "2026-02-29", "2026-02-", "2026-0201",
                           "FY26",    "FY2026-07", "FY2026-M13", "FY2026-M00", "FY2026-W01", "2026-M01",   "fy2026",   "2026 Q3"}) {
    EXPECT_EQ(GetReason(ParsePeriod(text).status()), Reason::kWrongKind) << text;
  }
  EXPECT_EQ(GetReason(ParsePeriod("2026", 13).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(ParsePeriod("2026", 0).status()), Reason::kBadOptions);
}

TEST(Periods, AroundADay) {
  const Date day = Day("2026-07-15");  // a Wednesday
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kDay, -15), *ParsePeriod("2026-06-30"));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kWeek), *ParsePeriod("2026-W29"));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kMonth, -19), *ParsePeriod("2024-12"));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kQuarter, 2), *ParsePeriod("2027-Q1"));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kYear, 1), *ParsePeriod("2027"));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kYear, 0, 4), *ParsePeriod("FY2027", 4));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kQuarter, 0, 2), *ParsePeriod("FY2027-Q2", 2));
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kYear, 0, 77), *ParsePeriod("2026"));
  // Far away, the ends are those of the range and nothing overflows.
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kYear, INT32_MAX).first, Date{INT32_MAX});
  EXPECT_EQ(PeriodAt(day, PeriodUnit::kYear, INT32_MIN).first, Date{INT32_MIN});
}

// Periods of a unit tile the calendar, hold their days, and their names lead back to them, for every start of the fiscal year.
TEST(Periods, TileTheCalendarAndKeepTheirNames) {
  const uint64_t seed = Seed(32);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  const Date from = Day("1600-01-01");
  const auto span = static_cast<uint64_t>(Day("2400-01-01").days - from.days);
  for (int i = 0; i < 20'000; ++i) {
    const Date day{from.days + static_cast<int32_t>(random.Below(span))};
    const auto unit = static_cast<PeriodUnit>(random.Below(5));
    const int start = static_cast<int>(random.Below(12)) + 1;
    const Period period = PeriodAt(day, unit, 0, start);
    ASSERT_TRUE(period.contains(day));
    ASSERT_FALSE(period.contains(period.end));
    ASSERT_EQ(PeriodAt(period.end, unit, 0, start).first, period.end);
    ASSERT_EQ(PeriodAt(day, unit, 1, start).first, period.end);
    ASSERT_EQ(PeriodAt(day, unit, -1, start).end, period.first);
    const std::string name = NameOf(period, unit, start);
    const StatusOr<Period> back = ParsePeriod(name, start);
    ASSERT_TRUE(back.ok()) << name;
    ASSERT_EQ(*back, period) << name << " of " << ToText(day) << ", fiscal start " << start;
  }
}

}  // namespace
}  // namespace kith
