// Visits and stock checks through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

TEST_F(Host, StoresAreVisitedAndFilledUp) {
  Batch batch;
  KITH_ASSERT_OK(kith_batch_from_json(db, KITH_STR(R"({"changes": [
      {"create": "account", "as": "s", "set": {"name": "Corner", "kind": "store"}}, {"create": "product", "as": "p", "set": {"name": "Tea"}},
      {"create": "visit_plan", "set": {"account": "$s", "every_days": 7, "starts": "2026-03-01"}},
      {"create": "stock_check", "as": "c", "set": {"account": "$s", "product": "$p", "on_hand": 0, "par": 5}}]})"),
                                      batch.out(), error.out()),
                 error);
  KITH_ASSERT_OK(Apply(batch), error);
  Text json;
  KITH_ASSERT_OK(kith_snapshot_visits(Read(), KITH_STR(R"({"today": "2026-03-20"})"), json.out(), error.out()), error);
  const Json told = Json::parse(Str(json));
  EXPECT_EQ(told.at("stores")[0].at("overdue_days"), 12);
  EXPECT_EQ(told.at("due"), 2);
  EXPECT_EQ(told.at("compliance"), 0.0);
  EXPECT_EQ(kith_snapshot_visits(Read(), KITH_STR(R"({"today": "tomorrow"})"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_visits(Read(), KITH_STR(R"({"day": 1})"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_visits(Read(), KITH_STR(""), nullptr, error.out()), KITH_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace host
