// The access policy through the C ABI: viewers of snapshots and of batches.
#include <nlohmann/json.hpp>

#include "host.h"

namespace {

using host::Batch;
using host::Snapshot;
using host::Str;
using host::Text;
using Json = nlohmann::json;

class Access : public host::Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id ann = Person(batch, "Ann");
    const kith_id bob = Person(batch, "Bob");
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", KITH_STR("Deal"));
    kith_batch_set_ref(batch, deal, "owner", ann);
    kith_batch_set_money(batch, deal, "budget", 123456789, "CNY");
    KITH_ASSERT_OK(Apply(batch), error);
    ann_ = kith_outcome_id(outcome, ann);
    bob_ = kith_outcome_id(outcome, bob);
    deal_ = kith_outcome_id(outcome, deal);
    Text report;
    KITH_ASSERT_OK(kith_db_set_policy(db, KITH_STR(R"({"types": {"opportunity": {"read": ["owner", "role:audit"],
        "write": ["owner"], "delete": [], "fields": {"budget": {"read": ["role:audit"]}}}}})"),
                                      kith_ref_id(ann_), 0, report.out(), error.out()),
                   error);
    EXPECT_EQ(Json::parse(Str(report))["changes"].size(), 1u);
  }
  static kith_id Person(const Batch& batch, const char* name) {
    const kith_id person = kith_batch_create(batch, "employee");
    kith_batch_set_text(batch, person, "name", Str(std::string_view(name)));
    return person;
  }
  Snapshot ReadAs(kith_id id, const char* role = nullptr) {
    kith_viewer viewer = KITH_VIEWER_INIT;
    viewer.id = id;
    const kith_str roles[] = {Str(std::string_view(role == nullptr ? "" : role))};
    viewer.roles = roles;
    viewer.role_count = role == nullptr ? 0 : 1;
    Snapshot snapshot;
    KITH_EXPECT_OK(kith_db_read(db, &viewer, snapshot.out(), error.out()));
    return snapshot;
  }
  kith_code RenameAs(kith_id viewer_id) {
    Batch batch = NewBatch();
    kith_batch_set_text(batch, deal_, "name", KITH_STR("Renamed"));
    kith_viewer viewer = KITH_VIEWER_INIT;
    viewer.id = viewer_id;
    kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
    options.viewer = &viewer;
    return kith_db_apply(db, batch, &options, outcome.out(), error.out());
  }

  kith_id ann_ = 0, bob_ = 0, deal_ = 0;
};

TEST_F(Access, ViewersReadByPolicy) {  // B20
  kith_view view;
  EXPECT_EQ(kith_snapshot_get(ReadAs(ann_), deal_, &view, error.out()), KITH_OK);
  EXPECT_EQ(kith_snapshot_get(ReadAs(bob_), deal_, &view, error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(kith_snapshot_get(ReadAs(bob_, "audit"), deal_, &view, error.out()), KITH_OK);
}

// The bytes of a view are read in place by hosts: they hold nothing that the viewer may not read.
TEST_F(Access, MaskedFieldsAreNotInTheBytes) {
  const int64_t minor = 123456789;
  const std::string needle(reinterpret_cast<const char*>(&minor), sizeof(minor));
  const Snapshot snapshot = ReadAs(ann_);
  kith_view view;
  KITH_ASSERT_OK(kith_snapshot_get(snapshot, deal_, &view, error.out()), error);
  kith_value value;
  KITH_ASSERT_OK(kith_snapshot_value_named(snapshot, &view, "budget", &value, error.out()), error);
  EXPECT_EQ(value.kind, KITH_KIND_NULL);
  KITH_ASSERT_OK(kith_snapshot_value_named(snapshot, &view, "name", &value, error.out()), error);
  EXPECT_EQ(Str(value.text), "Deal");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(view.data), view.size).find(needle), std::string::npos);
  const Snapshot whole = Read();
  KITH_ASSERT_OK(kith_snapshot_get(whole, deal_, &view, error.out()), error);
  EXPECT_NE(std::string(reinterpret_cast<const char*>(view.data), view.size).find(needle), std::string::npos);
  Text json;
  KITH_ASSERT_OK(kith_snapshot_history(snapshot, deal_, json.out(), error.out()), error);
  EXPECT_EQ(Str(json).find("budget"), std::string::npos);
}

TEST_F(Access, BatchesAreBoundByTheirViewer) {
  EXPECT_EQ(RenameAs(bob_), KITH_NOT_FOUND);
  EXPECT_EQ(Reason(error), "RecordMissing");
  EXPECT_EQ(RenameAs(ann_), KITH_OK);
  EXPECT_EQ(NameOf(deal_), "Renamed");
}

TEST_F(Access, WhatAnInterfaceAsks) {
  const Snapshot snapshot = ReadAs(ann_);
  uint8_t may = 7;
  KITH_ASSERT_OK(kith_snapshot_may(snapshot, deal_, KITH_RIGHT_WRITE, &may, error.out()), error);
  EXPECT_EQ(may, 1);
  KITH_ASSERT_OK(kith_snapshot_may(snapshot, deal_, KITH_RIGHT_DELETE, &may, error.out()), error);
  EXPECT_EQ(may, 0);
  EXPECT_EQ(kith_snapshot_may(snapshot, deal_, 9, &may, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_may(ReadAs(bob_), deal_, KITH_RIGHT_READ, &may, error.out()), KITH_NOT_FOUND);
  Text json;
  KITH_ASSERT_OK(kith_snapshot_type_access(snapshot, "opportunity", json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json)), (Json{{"create", true}, {"masked", {"budget"}}, {"fixed", {"budget"}}}));
}

TEST_F(Access, ThePolicyIsReadBackAndTakenAway) {
  Text policy;
  KITH_ASSERT_OK(kith_db_policy(db, policy.out(), error.out()), error);
  EXPECT_TRUE(Json::parse(Str(policy))["types"].contains("opportunity"));
  EXPECT_EQ(kith_db_set_policy(db, KITH_STR("{\"types\": {\"deal\": {}}}"), kith_ref_id(0), 0, nullptr, error.out()),
            KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Str(kith_error_field(error)), "types.deal");
  KITH_ASSERT_OK(kith_db_set_policy(db, KITH_STR("{}"), kith_ref_id(0), 0, nullptr, error.out()), error);
  KITH_ASSERT_OK(kith_db_policy(db, policy.out(), error.out()), error);
  EXPECT_EQ(Str(policy), "{}");
  EXPECT_EQ(RenameAs(bob_), KITH_OK);
}

}  // namespace
