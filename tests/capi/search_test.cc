// Search through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Searches : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id wang = Contact(batch, "王小明", "wang.xm@acme.example", "+86 138 0013 8000");
    const kith_id zoe = Contact(batch, "Zoë Winterbottom", "zoe@bloom.example", "+44 20 7946 0958");
    const kith_id winter = kith_batch_create(batch, "account");
    kith_batch_set_text(batch, winter, "name", KITH_STR("Winter & Sons"));
    KITH_ASSERT_OK(Apply(batch), error);
    wang_ = kith_outcome_id(outcome, wang);
    zoe_ = kith_outcome_id(outcome, zoe);
    winter_ = kith_outcome_id(outcome, winter);
  }
  static kith_id Contact(const Batch& batch, std::string_view name, std::string_view email, std::string_view mobile) {
    const kith_id contact = kith_batch_create(batch, "contact");
    kith_batch_set_text(batch, contact, "name", Str(name));
    kith_batch_set_text(batch, contact, "email", Str(email));
    kith_batch_set_text(batch, contact, "mobile", Str(mobile));
    return contact;
  }
  std::vector<kith_id> Found(std::string_view text, const kith_search_options* options = nullptr) {
    const Snapshot snapshot = Read();
    Text json;
    EXPECT_EQ(kith_snapshot_search(snapshot, Str(text), options, json.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    const Json result = Json::parse(Str(json));
    EXPECT_EQ(result.at("complete"), true);
    std::vector<kith_id> ids;
    for (const Json& hit : result.at("hits")) ids.push_back(hit.at("id").get<kith_id>());
    return ids;
  }

  kith_id wang_ = 0;
  kith_id zoe_ = 0;
  kith_id winter_ = 0;
};

using Ids = std::vector<kith_id>;

// B07: in Latin and Chinese alike, by fragments, pinyin and with typos.
TEST_F(Searches, FindsWhatPeopleType) {
  EXPECT_EQ(Found("zoe"), Ids{zoe_});
  EXPECT_EQ(Found("小明"), Ids{wang_});
  EXPECT_EQ(Found("wxm"), Ids{wang_});
  EXPECT_EQ(Found("wangxiaoming"), Ids{wang_});
  EXPECT_EQ(Found("00138"), Ids{wang_});
  EXPECT_EQ(Found("bloom"), Ids{zoe_});
  EXPECT_EQ(Found("winterbotom"), Ids{zoe_});
  EXPECT_EQ(Found("winter"), (Ids{winter_, zoe_}));  // a whole word before a beginning
  EXPECT_EQ(Found(""), Ids{});
}

// Words of notes, of whatever length.
TEST_F(Searches, FindsNotesByTheirWords) {
  Batch batch = NewBatch();
  const kith_id note = kith_batch_create(batch, "note");
  kith_batch_set_ref(batch, note, "regarding", winter_);
  kith_batch_set_text(batch, note, "body", Str(std::string(3000, ' ') + "They renew in spring; 预算已批准 by the board."));
  KITH_ASSERT_OK(Apply(batch), error);
  EXPECT_EQ(Found("renew spring"), Ids{kith_outcome_id(outcome, note)});
  EXPECT_EQ(Found("预算"), Ids{kith_outcome_id(outcome, note)});
}

TEST_F(Searches, OptionsNarrowIt) {
  kith_search_options options = KITH_SEARCH_OPTIONS_INIT;
  options.types = KITH_STR("contact,lead");
  EXPECT_EQ(Found("winter", &options), Ids{zoe_});
  options = KITH_SEARCH_OPTIONS_INIT;
  options.limit = 1;
  EXPECT_EQ(Found("winter", &options), Ids{winter_});
  options = KITH_SEARCH_OPTIONS_INIT;
  options.exact = 1;
  EXPECT_EQ(Found("winterbotom", &options), Ids{});
}

TEST_F(Searches, AWriteIsFoundAtOnceAndADeletedRecordNever) {
  Batch batch = NewBatch();
  kith_batch_set_text(batch, zoe_, "name", KITH_STR("Zoë Summer"));
  kith_batch_delete(batch, winter_);
  KITH_ASSERT_OK(Apply(batch), error);
  EXPECT_EQ(Found("winter"), Ids{});
  EXPECT_EQ(Found("summer"), Ids{zoe_});
}

TEST_F(Searches, WhatIsWrongIsNamed) {
  const Snapshot snapshot = Read();
  Text json;
  kith_search_options options = KITH_SEARCH_OPTIONS_INIT;
  options.types = KITH_STR("contct");
  EXPECT_NE(kith_snapshot_search(snapshot, KITH_STR("a"), &options, json.out(), error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "UnknownType");
  options.types = KITH_STR("stage");
  EXPECT_NE(kith_snapshot_search(snapshot, KITH_STR("a"), &options, json.out(), error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "UnknownIndex");
  EXPECT_EQ(kith_snapshot_search(snapshot, Str(std::string(300, 'a')), nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "LimitExceeded");
  EXPECT_EQ(kith_snapshot_search(nullptr, KITH_STR("a"), nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(json.get(), nullptr);
}

}  // namespace
}  // namespace host
