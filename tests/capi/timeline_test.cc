// Timelines and threads through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Timeline : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id lead = kith_batch_create(batch, "lead");
    kith_batch_set_text(batch, lead, "name", KITH_STR("Li"));
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", KITH_STR("Press"));
    kith_batch_set_ref(batch, deal, "lead", lead);
    for (int i = 0; i < 3; ++i) {
      const kith_id call = kith_batch_create(batch, "interaction");
      kith_batch_set_choice(batch, call, "kind", "call");
      kith_batch_set_choice(batch, call, "direction", "in");
      kith_batch_set_time(batch, call, "at", 1'700'000'000'000'000 + i);
      kith_batch_set_ref(batch, call, "regarding", i == 0 ? lead : deal);
      kith_batch_set_text(batch, call, "subject", KITH_STR("hello"));
    }
    KITH_ASSERT_OK(Apply(batch), error);
    lead_ = kith_outcome_id(outcome, lead);
    deal_ = kith_outcome_id(outcome, deal);
  }
  kith_id lead_ = 0;
  kith_id deal_ = 0;
};

TEST_F(Timeline, GoesOnPageByPage) {
  const Snapshot snapshot = Read();
  std::string question = R"({"limit": 2})";
  size_t entries = 0;
  for (int page = 0; page < 2; ++page) {
    Text json;
    KITH_ASSERT_OK(kith_snapshot_timeline(snapshot, deal_, Str(std::string_view(question)), json.out(), error.out()), error);
    const Json told = Json::parse(Str(json));
    for (const Json& entry : told.at("entries")) {
      EXPECT_EQ(entry.at("kind"), "interaction");
      EXPECT_EQ(entry.at("text"), "hello");
      ++entries;
    }
    EXPECT_EQ(told.at("next").is_null(), page == 1);
    if (page == 0) question = Json{{"limit", 2}, {"after", told.at("next")}}.dump();
  }
  EXPECT_EQ(entries, 3U);
  Text json;
  KITH_ASSERT_OK(kith_snapshot_timeline(snapshot, deal_, KITH_STR("{\"whole\": false}"), json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json)).at("entries").size(), 2U);
}

TEST_F(Timeline, AThreadNamesItsParts) {
  const Snapshot snapshot = Read();
  Text json;
  KITH_ASSERT_OK(kith_snapshot_thread(snapshot, deal_, json.out(), error.out()), error);
  const Json thread = Json::parse(Str(json));
  EXPECT_EQ(thread.at("id"), lead_);
  EXPECT_EQ(thread.at("parts").size(), 2U);
}

TEST_F(Timeline, RefusesBadQuestions) {
  const Snapshot snapshot = Read();
  Text json;
  for (const std::string_view question :
       {R"({"limit": 0})", R"({"kinds": ["x"]})", R"({"kinds": "note"})", R"({"after": "1"})", R"({"x": 1})"}) {
    EXPECT_EQ(kith_snapshot_timeline(snapshot, deal_, Str(question), json.out(), error.out()), KITH_INVALID_ARGUMENT) << question;
  }
  EXPECT_EQ(kith_snapshot_timeline(snapshot, 12345, Str(""), json.out(), error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(kith_snapshot_thread(snapshot, 12345, json.out(), error.out()), KITH_NOT_FOUND);
}

}  // namespace
}  // namespace host
