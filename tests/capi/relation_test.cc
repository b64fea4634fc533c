// Relations through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Relations : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    std::vector<kith_id> locals;
    for (int i = 0; i < 3; ++i) {
      locals.push_back(kith_batch_create(batch, "account"));
      kith_batch_set_text(batch, locals.back(), "name", KITH_STR("company"));
    }
    for (size_t i = 1; i < locals.size(); ++i) Relate(batch, locals[i], locals[i - 1]);
    KITH_ASSERT_OK(Apply(batch), error);
    for (const kith_id local : locals) company_.push_back(kith_outcome_id(outcome, local));
  }
  static void Relate(const Batch& batch, kith_id from, kith_id to) {
    const kith_id edge = kith_batch_create(batch, "account_relation");
    kith_batch_set_ref(batch, edge, "from", from);
    kith_batch_set_ref(batch, edge, "to", to);
    kith_batch_set_choice(batch, edge, "kind", "subsidiary_of");
  }

  std::vector<kith_id> company_;
};

TEST_F(Relations, AreWalked) {
  const Snapshot snapshot = Read();
  Text json;
  KITH_ASSERT_OK(kith_snapshot_neighbours(snapshot, company_[1], "account_relation", nullptr, json.out(), error.out()), error);
  const Json next = Json::parse(Str(json));
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].at("record"), company_[0]);
  EXPECT_EQ(next[0].at("kind"), "subsidiary_of");
  kith_walk_options options = KITH_WALK_OPTIONS_INIT;
  options.direction = KITH_DIRECTION_IN;
  Text walk;
  KITH_ASSERT_OK(
      kith_snapshot_traverse(snapshot, company_[0], KITH_STR("[\"account_relation.subsidiary_of\"]"), &options, walk.out(), error.out()),
      error);
  const Json traversal = Json::parse(Str(walk));
  ASSERT_EQ(traversal.at("visits").size(), 3U);
  EXPECT_EQ(traversal.at("visits").at(2).at("record"), company_[2]);
  EXPECT_EQ(traversal.at("visits").at(2).at("before"), 1);
  Text total;
  KITH_ASSERT_OK(kith_snapshot_group_total(snapshot, company_[0], KITH_STR("{\"relation\": \"account_relation.subsidiary_of\"}"),
                                           total.out(), error.out()),
                 error);
  EXPECT_EQ(Json::parse(Str(total)).at("members"), Json(company_));
}

TEST_F(Relations, RefuseWhatIsWrong) {
  const Snapshot snapshot = Read();
  Text json;
  EXPECT_EQ(kith_snapshot_neighbours(snapshot, company_[0], "nothing", nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_neighbours(snapshot, company_[0], nullptr, nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_neighbours(nullptr, company_[0], "account_relation", nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  kith_walk_options options = KITH_WALK_OPTIONS_INIT;
  options.direction = 9;
  EXPECT_EQ(kith_snapshot_neighbours(snapshot, company_[0], "account_relation", &options, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  for (const std::string_view relations : {"", "[", "[1]", "{}"}) {
    EXPECT_EQ(kith_snapshot_traverse(snapshot, company_[0], Str(relations), nullptr, json.out(), error.out()), KITH_INVALID_ARGUMENT);
  }
  for (const std::string_view question :
       {"", "[]", "{\"relation\": 1}", "{\"relatoin\": \"account.parent\"}", "{\"relation\": \"account.parent\", \"at\": \"soon\"}"}) {
    EXPECT_EQ(kith_snapshot_group_total(snapshot, company_[0], Str(question), json.out(), error.out()), KITH_INVALID_ARGUMENT) << question;
  }
  // The parent of companies never comes back to one of them.
  Batch batch = NewBatch();
  Relate(batch, company_[0], company_[2]);
  EXPECT_EQ(Apply(batch), KITH_FAILED_PRECONDITION);
}

TEST_F(Relations, AFieldIsComparedAndSet) {
  const auto rename = [&](kith_str from, kith_str to) {
    Batch batch = NewBatch();
    kith_batch_require_value(batch, company_[0], "name", kith_value_text(from));
    kith_batch_set_text(batch, company_[0], "name", to);
    return Apply(batch);
  };
  KITH_ASSERT_OK(rename(KITH_STR("company"), KITH_STR("Acme")), error);
  EXPECT_EQ(rename(KITH_STR("company"), KITH_STR("Bloom")), KITH_FAILED_PRECONDITION);
  Batch wrong = NewBatch();
  kith_batch_require_value(wrong, company_[0], "nmae", kith_value_null());
  EXPECT_EQ(Apply(wrong), KITH_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace host
