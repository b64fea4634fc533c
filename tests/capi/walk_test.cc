// The walk of a pipeline through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Walk : public Host {
 protected:
  Json Walked(std::string_view question) {
    const Snapshot snapshot = Read();
    Text json;
    EXPECT_EQ(kith_snapshot_walk(snapshot, "default", Str(question), json.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    return json.get() == nullptr ? Json() : Json::parse(Str(json));
  }
};

TEST_F(Walk, SumsToTheEnd) {
  Batch batch = NewBatch();
  const kith_id deal = kith_batch_create(batch, "opportunity");
  kith_batch_set_text(batch, deal, "name", KITH_STR("D"));
  kith_batch_set_money(batch, deal, "amount", 700, "CNY");
  kith_batch_move(batch, deal, "default/proposal");
  KITH_ASSERT_OK(Apply(batch), error);
  const Json told = Walked(R"({"since": "2020-01-01T00:00:00Z", "as_known": true, "period": "this-month"})");
  ASSERT_EQ(told.at("walks").size(), 1U);
  const Json& walk = told.at("walks").at(0);
  EXPECT_EQ(walk.at("currency"), "CNY");
  EXPECT_EQ(walk.at("before"), 0);
  EXPECT_EQ(walk.at("after"), 700);
  const Json step = {{"kind", "new"}, {"minor", 700}, {"deals", {kith_outcome_id(outcome, deal)}}};
  EXPECT_EQ(walk.at("steps"), Json::array({step}));
  EXPECT_EQ(told.at("no_next_step"), Json::array({kith_outcome_id(outcome, deal)}));
  EXPECT_FALSE(Walked(R"({"since": "2020-01-01T00:00:00Z", "notes": false})").contains("silent"));
}

TEST_F(Walk, APeriodIsOfTheFiscalYearOfTheDatabase) {
  Batch batch = NewBatch();
  const kith_id setting = kith_batch_existing(batch, "setting", kith_ref_ext("kith.setting", "database"));
  kith_batch_set_int(batch, setting, "fiscal_start_month", 4);
  KITH_ASSERT_OK(Apply(batch), error);
  const Json told = Walked(R"({"since": "2020-01-01T00:00:00Z", "period": "FY2026-Q1"})");
  EXPECT_EQ(told.at("period"), Json({{"first", "2025-04-01"}, {"end", "2025-07-01"}}));
}

TEST_F(Walk, RefusesBadQuestions) {
  const Snapshot snapshot = Read();
  for (const std::string_view question : {R"({})", R"({"since": 1})", R"({"since": "2020-01-01", "pipeline": "x"})", "[]"}) {
    Text json;
    EXPECT_EQ(kith_snapshot_walk(snapshot, "default", Str(question), json.out(), error.out()), KITH_INVALID_ARGUMENT) << question;
    EXPECT_EQ(json.get(), nullptr);
  }
  Text json;
  EXPECT_EQ(kith_snapshot_walk(snapshot, "nope", Str(R"({"since": "2020-01-01"})"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace host
