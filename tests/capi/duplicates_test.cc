// One person once, through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class OnePersonOnce : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const auto add = [&](const std::string& name, const std::string& mobile) {
      const kith_id id = kith_batch_create(batch, "contact");
      kith_batch_set_text(batch, id, "name", {name.data(), name.size()});
      kith_batch_set_text(batch, id, "mobile", {mobile.data(), mobile.size()});
      return id;
    };
    for (int i = 0; i < 200; ++i)
      add("Somebody No" + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i), std::to_string(13'900'000'000 + 7919 * i));
    const kith_id here = add("Wei Zhang", "+86 138 0013 8000");
    const kith_id there = add("张伟", "13800138000");
    KITH_ASSERT_OK(Apply(batch), error);
    here_ = kith_outcome_id(outcome, here);
    there_ = kith_outcome_id(outcome, there);
  }
  kith_id here_ = 0;
  kith_id there_ = 0;
};

// B07
TEST_F(OnePersonOnce, PairsComeWithReasonsAndWhoIsWithTheModel) {
  const Snapshot snapshot = Read();
  Text json;
  KITH_ASSERT_OK(kith_snapshot_duplicates(snapshot, "contact", KITH_STR("{\"review\": 0.9}"), json.out(), error.out()), error);
  const Json found = Json::parse(Str(json));
  ASSERT_EQ(found.at("pairs").size(), 1U);
  const Json& pair = found.at("pairs")[0];
  EXPECT_EQ(pair.at("a"), here_);
  EXPECT_EQ(pair.at("b"), there_);
  EXPECT_EQ(pair.at("reasons")[0].at("field"), "phone");
  EXPECT_EQ(pair.at("reasons")[0].at("agreement"), "exact");
  EXPECT_EQ(found.at("records"), 202);
  const std::string model = found.at("model");
  const std::string question = R"({"values": {"name": "Zhang Wei", "mobile": "138 0013 8000"}})";
  for (const std::string& learnt : {model, std::string()}) {
    Text who;
    KITH_ASSERT_OK(kith_snapshot_who_is(snapshot, "contact", {question.data(), question.size()}, {learnt.data(), learnt.size()}, who.out(),
                                        error.out()),
                   error);
    const Json records = Json::parse(Str(who)).at("records");
    ASSERT_EQ(records.size(), 2U);
    EXPECT_TRUE(records[0].at("record") == here_ || records[0].at("record") == there_);
  }
  const std::string record = "{\"record\": " + std::to_string(here_) + "}";
  Text who;
  KITH_ASSERT_OK(kith_snapshot_who_is(snapshot, "contact", {record.data(), record.size()}, {}, who.out(), error.out()), error);
  ASSERT_EQ(Json::parse(Str(who)).at("records").size(), 1U);
  EXPECT_EQ(Json::parse(Str(who)).at("records")[0].at("record"), there_);
}

TEST_F(OnePersonOnce, RefusesWhatIsWrong) {
  const Snapshot snapshot = Read();
  Text json;
  for (const kith_str question :
       {KITH_STR("no JSON"), KITH_STR("{\"reviews\": 0.5}"), KITH_STR("{\"review\": 2}"), KITH_STR("{\"limit\": -1}"),
        KITH_STR("{\"fields\": {\"name\": \"names\"}}"), KITH_STR("{\"fields\": {\"name\": 1}}"), KITH_STR("{\"fields\": [\"name\"]}"),
        KITH_STR("{\"fields\": {\"nam\": \"name\"}}")}) {
    EXPECT_NE(kith_snapshot_duplicates(snapshot, "contact", question, json.out(), error.out()), KITH_OK) << question.data;
    EXPECT_NE(kith_snapshot_who_is(snapshot, "contact", question, {}, json.out(), error.out()), KITH_OK) << question.data;
  }
  EXPECT_NE(kith_snapshot_duplicates(snapshot, "nobody", {}, json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_duplicates(nullptr, "contact", {}, json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_duplicates(snapshot, "contact", {}, nullptr, error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_who_is(snapshot, "contact", KITH_STR("{\"record\": 5}"), KITH_STR("{}"), json.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_snapshot_who_is(snapshot, "contact", KITH_STR("{\"record\": 5}"), {}, json.out(), error.out()), KITH_OK);
}

}  // namespace
}  // namespace host
