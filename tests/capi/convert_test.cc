// Conversion through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Convert : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id lead = kith_batch_create(batch, "lead");
    kith_batch_set_text(batch, lead, "name", KITH_STR("Li Wei"));
    kith_batch_set_text(batch, lead, "company", KITH_STR("Acme"));
    kith_batch_set_text(batch, lead, "email", KITH_STR("li@acme.cn"));
    kith_batch_set_text(batch, lead, "possible_project", KITH_STR("New plant"));
    KITH_ASSERT_OK(Apply(batch), error);
    lead_ = kith_outcome_id(outcome, lead);
  }
  kith_code Do(const char* options, const kith_apply_options* apply = nullptr) {
    return kith_db_convert(db, lead_, {}, KITH_STR("worth it"), Str(options), apply, report_.out(), error.out());
  }
  [[nodiscard]] Json Report() { return Json::parse(Str(report_)); }
  kith_id lead_ = 0;
  Text report_;
};

TEST_F(Convert, MakesThreeRecordsOnce) {
  kith_apply_options dry = KITH_APPLY_OPTIONS_INIT;
  dry.dry_run = 1;
  KITH_ASSERT_OK(Do("", &dry), error);
  const Json told = Report();
  EXPECT_GE(told.at("changes").size(), 4U);
  KITH_ASSERT_OK(Do(R"({"name": "Plant in Wuhan", "pipeline": "default"})"), error);
  const Json made = Report();
  EXPECT_EQ(made.at("deal").at("how"), "created");
  EXPECT_EQ(made.at("person").at("record"), told.at("person").at("record"));
  EXPECT_FALSE(made.at("already").get<bool>());
  KITH_ASSERT_OK(Do(""), error);
  EXPECT_TRUE(Report().at("already").get<bool>());
  EXPECT_EQ(Report().at("deal").at("record"), made.at("deal").at("record"));
  KITH_ASSERT_OK(kith_db_convert(db, lead_, {}, KITH_STR(""), KITH_STR(""), nullptr, nullptr, error.out()), error);
}

TEST_F(Convert, RefusesWhatItCannotUnderstand) {
  EXPECT_EQ(Do(R"({"persons": 1})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  EXPECT_EQ(Do(R"({"with_deal": 1})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Do(R"({"pipeline": "nowhere"})"), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_db_convert(db, 77, {}, KITH_STR(""), KITH_STR(""), nullptr, report_.out(), error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(kith_db_convert(nullptr, lead_, {}, KITH_STR(""), KITH_STR(""), nullptr, report_.out(), error.out()), KITH_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace host
