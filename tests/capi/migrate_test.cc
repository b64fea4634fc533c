// A pipeline is changed through the C ABI while deals are in it.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Migration : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    deal_ = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal_, "name", KITH_STR("deal"));
    kith_batch_move(batch, deal_, "default/proposal");
    KITH_ASSERT_OK(Apply(batch), error);
    deal_ = kith_outcome_id(outcome, deal_);
  }
  static std::string Plan(const Json& map) {
    const Json stages = {{{"name", "work"}}, {{"name", "won"}, {"kind", "won"}}, {{"name", "lost"}, {"kind", "lost"}}};
    return Json{{"pipeline", {{"name", "default"}, {"for_type", "opportunity"}, {"stages", stages}}}, {"map", map}}.dump();
  }
  kith_code Migrate(const std::string& plan, bool dry_run, Text& json) {
    return kith_db_migrate_pipeline(db, {plan.data(), plan.size()}, dry_run ? 1 : 0, json.out(), error.out());
  }

  kith_id deal_ = 0;
};

// D05, D06
TEST_F(Migration, TellsFirstAndThenMoves) {
  Text json;
  KITH_ASSERT_OK(Migrate(Plan(Json::object()), true, json), error);
  EXPECT_EQ(Json::parse(Str(json)).at("unplaced"), Json::parse("[{\"record\": " + std::to_string(deal_) + ", \"stage\": \"proposal\"}]"));
  EXPECT_EQ(Migrate(Plan(Json::object()), false, json), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "PreconditionFailed");

  const std::string plan = Plan({{"proposal", {{{"to", "work"}, {"when", "name == 'deal'"}}}}});
  KITH_ASSERT_OK(Migrate(plan, true, json), error);
  EXPECT_EQ(Json::parse(Str(json)).at("placements"), Json::parse(R"([{"from": "proposal", "to": "work", "records": 1}])"));
  KITH_ASSERT_OK(Migrate(plan, false, json), error);
  const Json done = Json::parse(Str(json));
  EXPECT_EQ(done.at("version"), 2);
  EXPECT_EQ(done.at("moved"), 1);
  EXPECT_EQ(done.at("left"), Json::array());

  EXPECT_EQ(Migrate("{}", false, json), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "PackageMalformed");
  EXPECT_EQ(kith_db_migrate_pipeline(db, KITH_STR("{}"), 0, nullptr, error.out()), KITH_INVALID_ARGUMENT);
}

// D10: the funnel in the eyes of the former version.
TEST_F(Migration, FormerVersionsStillAnswer) {
  Text json;
  KITH_ASSERT_OK(Migrate(Plan({{"proposal", "work"}}), false, json), error);
  const Snapshot snapshot = Read();
  kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
  options.more = KITH_STR("{\"version\": 1}");
  Text funnel;
  KITH_ASSERT_OK(kith_snapshot_health(snapshot, "default", &options, funnel.out(), error.out()), error);
  EXPECT_NE(Str(funnel).find("negotiation"), std::string::npos);
  options.more = KITH_STR("{\"version\": 7}");
  EXPECT_NE(kith_snapshot_health(snapshot, "default", &options, funnel.out(), error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "OutOfRange");
}

}  // namespace
}  // namespace host
