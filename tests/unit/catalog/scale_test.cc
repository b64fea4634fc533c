// Many types, many fields: the limits hold and the time stays reasonable. The figures are printed.
#include <chrono>

#include "kith/base/limits.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

using Clock = std::chrono::steady_clock;

double MillisSince(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

// `count` types of `fields` fields each, every third a reference to the first type.
std::string Types(int count, int fields) {
  std::string text;
  for (int t = 0; t < count; ++t) {
    text += (t > 0 ? ",\n" : "") + std::string(R"({"name": "type_)") + std::to_string(t) + R"(", "fields": [)";
    for (int f = 0; f < fields; ++f) {
      text += (f > 0 ? "," : "") + std::string(R"({"name": "field_)") + std::to_string(f) +
              (f % 3 == 0 ? R"(", "kind": "ref", "to": ["type_0"]})" : R"(", "kind": "text", "labels": {"en": "Field"}})");
    }
    text += "]}";
  }
  return text;
}

void Measure(const char* what, const std::string& definition, double limit_ms) {
  Clock::time_point start = Clock::now();
  const StatusOr<Catalog::Plan> plan = Plan(definition);
  const double install = MillisSince(start);
  ASSERT_TRUE(plan.ok()) << plan.status();
  start = Clock::now();
  const StatusOr<Catalog::Plan> again = Plan(*plan->after, definition);
  const double repeat = MillisSince(start);
  ASSERT_TRUE(again.ok() && again->after == plan->after);
  const std::vector<Definition> definitions = ToDefinitions(*plan->after);
  start = Clock::now();
  ASSERT_TRUE(FromDefinitions(1, definitions).ok());
  const double load = MillisSince(start);
  std::printf("%s: install %.0f ms, ensure again %.0f ms, load %.0f ms (%zu definitions)\n", what, install, repeat, load,
              definitions.size());
  EXPECT_LT(install, limit_ms);
  EXPECT_LT(load, limit_ms);
}

TEST(Scale, AThousandTypes) { Measure("1,000 types of 12 fields", Acme(Types(1000, 12)), 15'000); }

TEST(Scale, AThousandFields) { Measure("1 type of 1,000 fields", Acme(Types(1, 1000)), 15'000); }

TEST(Scale, TheStandardPackages) {
  const Clock::time_point start = Clock::now();
  const auto catalog = Shipped();
  std::printf("shipped packages: %.1f ms, %zu types\n", MillisSince(start), catalog->types().size());
}

TEST(Scale, TypesReachTheirLimit) {
  const int room = static_cast<int>(limits::kTypes - kFirstOpenType + 1);
  const auto full = Ensured(Acme(Types(room, 0)));
  EXPECT_EQ(full->types().back().number, limits::kTypes);
  const Status one_more = Plan(Acme(Types(room + 1, 0))).status();
  EXPECT_EQ(GetReason(one_more), Reason::kLimitExceeded);
  EXPECT_THAT(std::string(MessageOf(one_more)), ::testing::HasSubstr("kTypes"));
}

TEST(Scale, FieldsReachTheirLimit) {
  const int room = static_cast<int>(limits::kFieldsPerTypeAndPackage);
  std::string fields;
  for (int i = 0; i < room; ++i) fields += (i > 0 ? "," : "") + std::string(R"({"name": "f)") + std::to_string(i) + R"(", "kind": "int"})";
  const auto full = Ensured(Acme(Thing(fields)));
  EXPECT_EQ(full->FindType("thing")->FindField("f4095")->stored.slot, (record::Slot{record::PageKey(1, 4095), 63}));
  const Status one_more = Plan(Acme(Thing(fields + R"(, {"name": "more", "kind": "int"})"))).status();
  EXPECT_EQ(GetReason(one_more), Reason::kLimitExceeded);
  EXPECT_EQ(GetErrorInfo(one_more).field, "types[0].fields[4096]");
  EXPECT_THAT(std::string(MessageOf(one_more)), ::testing::HasSubstr("kFieldsPerTypeAndPackage"));
}

}  // namespace
}  // namespace kith::catalog
