// A moment brought back from history alone is what a copy taken at that moment holds, byte for byte, whatever was done since.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dump.h"
#include "engine_generator.h"
#include "engine_oracle.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::DifferenceOf;
using testing::DumpOf;
using testing::Generator;
using testing::Ops;
using testing::Oracle;

class Trial {
 public:
  explicit Trial(uint64_t seed) : catalog_(db_->GetCatalog().value()), oracle_(*catalog_), generator_(seed, oracle_, *catalog_) {}

  void Step() {
    if (!generator_.OneIn(4)) db_.clock.Advance(static_cast<int64_t>(generator_.Below(200)));
    const Time now = std::max(db_.Read()->recorded(), db_.clock.now());
    const Ops ops = generator_.Make(now);
    Batch batch = db_.NewBatch();
    ops.Fill(batch);
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    const Oracle::Result result = oracle_.Apply(ops, now);
    ASSERT_EQ(outcome.ok(), result.error.empty()) << outcome.status();
    if (!outcome.ok() || outcome->first_sequence == 0) return;
    const Snapshot::Feed feed = db_.Read()->Changes(outcome->first_sequence - 1, result.changed.size()).value();
    for (const FeedEntry& entry : feed.entries) {
      if (result.changed.contains(entry.record)) oracle_.Number(entry.record, entry.sequence);
    }
  }
  void Copy() {
    copies_.push_back({db_.Read()->sequence(), testing::MakeTempDir() + "/copy"});
    ASSERT_TRUE(db_->Backup(copies_.back().path).ok());
  }
  void CompareAll() {
    for (const Past& copy : copies_) {
      const std::string target = testing::MakeTempDir() + "/then";
      const StatusOr<RestoreReport> report = db_->RestoreTo(target, {.sequence = copy.sequence});
      ASSERT_TRUE(report.ok()) << report.status();
      ASSERT_TRUE(report->problems.empty()) << report->problems[0];
      brought_back_ += report->brought_back;
      ASSERT_EQ(DifferenceOf(*DumpOf(copy.path), *DumpOf(target)), "") << "at " << copy.sequence;
    }
  }
  // Moments that are not the one restored: the comparison must see that.
  [[nodiscard]] bool NoticesAnotherMoment() { return !DifferenceOf(*DumpOf(copies_[0].path), *DumpOf(copies_[1].path)).empty(); }
  [[nodiscard]] uint64_t brought_back() const { return brought_back_; }

 private:
  struct Past {
    uint64_t sequence = 0;
    std::string path;
  };
  CompanyDatabase db_;
  std::shared_ptr<const catalog::Catalog> catalog_;
  Oracle oracle_;
  Generator generator_;
  std::vector<Past> copies_;
  uint64_t brought_back_ = 0;
};

// R03
TEST(RestorePropertyTest, AMomentBroughtBackIsTheCopyTakenThen) {
  const uint64_t seed = testing::TestSeed(31);
  uint64_t brought_back = 0;
  for (uint64_t life = 0; life < 6 * static_cast<uint64_t>(testing::TestScale()); ++life) {
    SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed + life));
    Trial run(seed + life);
    for (int i = 0; i < 150; ++i) {
      run.Step();
      if (i == 40 || i == 80 || i == 149) run.Copy();
      if (::testing::Test::HasFatalFailure()) return;
    }
    run.CompareAll();
    if (::testing::Test::HasFatalFailure()) return;
    EXPECT_TRUE(run.NoticesAnotherMoment());
    brought_back += run.brought_back();
  }
  EXPECT_GT(brought_back, 100u);
}

}  // namespace
}  // namespace kith
