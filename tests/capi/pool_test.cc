// Pools and submissions through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Pool : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id pool = kith_batch_create(batch, "pool");
    kith_batch_set_text(batch, pool, "name", KITH_STR("north"));
    kith_batch_set_int(batch, pool, "capacity", 1);
    kith_batch_set_int(batch, pool, "recycle_days", 1);
    const kith_id ann = kith_batch_create(batch, "employee");
    kith_batch_set_text(batch, ann, "name", KITH_STR("Ann"));
    const kith_id member = kith_batch_create(batch, "pool_member");
    kith_batch_set_ref(batch, member, "pool", pool);
    kith_batch_set_ref(batch, member, "employee", ann);
    kith_id leads[2];
    for (kith_id& lead : leads) {
      lead = kith_batch_create(batch, "lead");
      kith_batch_set_text(batch, lead, "name", KITH_STR("Li"));
      kith_batch_set_text(batch, lead, "pool", KITH_STR("north"));
    }
    KITH_ASSERT_OK(Apply(batch), error);
    ann_ = kith_outcome_id(outcome, ann);
    for (int i = 0; i < 2; ++i) leads_[i] = kith_outcome_id(outcome, leads[i]);
  }
  kith_id ann_ = 0;
  kith_id leads_[2] = {0, 0};
};

TEST_F(Pool, IsClaimedFromReturnedToAndHandedOut) {
  Batch claim = NewBatch();
  kith_batch_claim(claim, leads_[0], ann_, KITH_STR("knows them"));
  KITH_ASSERT_OK(Apply(claim), error);
  Batch second = NewBatch();
  kith_batch_claim(second, leads_[1], ann_, {nullptr, 0});
  EXPECT_EQ(Apply(second), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "PreconditionFailed");
  Batch back = NewBatch();
  KITH_ASSERT_OK(kith_batch_release(back, Read(), leads_[0], KITH_STR("no budget"), error.out()), error);
  KITH_ASSERT_OK(Apply(back), error);
  Batch out = NewBatch();
  Text json;
  KITH_ASSERT_OK(kith_batch_assign(out, Read(), "north", Str(""), json.out(), error.out()), error);
  const Json assigned = Json::parse(Str(json));
  ASSERT_EQ(assigned.size(), 2U);
  EXPECT_EQ(assigned[0].at("owner"), ann_);
  EXPECT_TRUE(assigned[1].at("owner").is_null());  // full
  KITH_ASSERT_OK(Apply(out), error);
  KITH_ASSERT_OK(kith_db_recycle_pools(db, 1'600'000'000'000'000, nullptr, kith_ref_id(0), json.out(), error.out()), error);
  EXPECT_TRUE(Json::parse(Str(json)).at("recycled").empty());  // held since later
  EXPECT_EQ(kith_batch_assign(out, Read(), "south", Str(""), json.out(), error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(kith_batch_assign(out, Read(), "north", KITH_STR("{\"x\": 1}"), json.out(), error.out()), KITH_INVALID_ARGUMENT);
}

TEST_F(Pool, SubmissionsAreRead) {
  const Snapshot snapshot = Read();
  Text json;
  KITH_ASSERT_OK(kith_snapshot_submissions(snapshot, "default", nullptr, json.out(), error.out()), error);
  EXPECT_TRUE(Json::parse(Str(json)).at("submissions").empty());
}

}  // namespace
}  // namespace host
