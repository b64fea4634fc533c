// Replicas through the C ABI: a copy with a node of its own, pages as text, refusals.
#include <nlohmann/json.hpp>

#include "capi/host.h"
#include "support/paths.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Replicas : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    account_ = Account("1", "Acme");
    const std::string path = kith::testing::MakeTempDir() + "/copy";
    KITH_ASSERT_OK(kith_db_backup(db, Str(path), error.out()), error);
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.node = 2;
    KITH_ASSERT_OK(kith_db_open(Str(path), &options, copy_.out(), error.out()), error);
  }
  Json Pull(const Db& into, const Db& from) {
    Text report;
    EXPECT_EQ(kith_db_pull_replica(into, from, report.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    return Json::parse(Str(report), nullptr, false);
  }

  Db copy_;
  kith_id account_ = 0;
};

// R01: written in both, carried as text, equal.
TEST_F(Replicas, ArePulledAndCarriedAsText) {
  uint32_t node = 9;
  KITH_ASSERT_OK(kith_db_node(copy_, &node, error.out()), error);
  EXPECT_EQ(node, 2U);
  Account("2", "Bloom");
  uint64_t after = 9;
  KITH_ASSERT_OK(kith_db_received_from(copy_, 0, &after, error.out()), error);
  EXPECT_EQ(after, 0U);
  Text page;
  KITH_ASSERT_OK(kith_db_read_replica(db, after, 2, 1000, page.out(), error.out()), error);
  Text report;
  KITH_ASSERT_OK(kith_db_receive(copy_, kith_text_str(page), report.out(), error.out()), error);
  const Json done = Json::parse(Str(report));
  EXPECT_EQ(done.at("taken"), 1);
  EXPECT_TRUE(done.at("conflicts").empty());
  Snapshot now;
  KITH_ASSERT_OK(kith_db_read(copy_, nullptr, now.out(), error.out()), error);
  kith_id found = 0;
  KITH_ASSERT_OK(kith_snapshot_find(now, "account", kith_ref_ext("app", "2"), &found, error.out()), error);
  EXPECT_EQ(Pull(copy_, db).at("taken"), 0);
  EXPECT_EQ(Pull(db, copy_).at("taken"), 0);
}

TEST_F(Replicas, RefuseWhatIsNoPage) {
  EXPECT_EQ(kith_db_receive(copy_, KITH_STR("{}"), nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "LinesMalformed");
  Text page;
  KITH_ASSERT_OK(kith_db_read_replica(db, 0, 2, 1000, page.out(), error.out()), error);
  EXPECT_NE(kith_db_receive(db, kith_text_str(page), nullptr, error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "BadOptions");
  EXPECT_NE(kith_db_read_replica(db, 0, 70000, 10, page.out(), error.out()), KITH_OK);
  EXPECT_NE(kith_db_receive(nullptr, KITH_STR(""), nullptr, error.out()), KITH_OK);
}

}  // namespace
}  // namespace host
