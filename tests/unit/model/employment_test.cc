#include "kith/model/employment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/model/world.h"

namespace kith::model {
namespace {

using ::testing::IsEmpty;

class EmploymentTest : public ::testing::Test {
 protected:
  std::vector<Id> Where(Id person, Time at, std::optional<Time> recorded = {}) {
    const auto stays = StaysOf(*world_.Read(), person, recorded);
    EXPECT_TRUE(stays.ok()) << stays.status();
    std::vector<Id> found;
    for (const Stay& stay : *stays) {
      EXPECT_EQ(stay.person, person);
      if (stay.Holds(at)) found.push_back(stay.organisation);
    }
    return found;
  }
  std::vector<Id> Who(Id organisation, Time at, std::optional<Time> recorded = {}) {
    const auto stays = StaysIn(*world_.Read(), organisation, recorded);
    EXPECT_TRUE(stays.ok()) << stays.status();
    std::vector<Id> found;
    for (const Stay& stay : *stays) {
      EXPECT_EQ(stay.organisation, organisation);
      if (stay.Holds(at)) found.push_back(stay.person);
    }
    return found;
  }
  World world_;
};

TEST_F(EmploymentTest, BothAxesTellWhereSomebodyBelonged) {  // B05 A04
  const Id first = world_.Create("account");
  const Id second = world_.Create("account");
  const Id person = world_.Create("contact");
  world_.Set(person, "account", first);
  const Time start = world_.now();
  world_.Advance(10 * kMicrosPerDay);
  world_.Set(person, "account", second);
  const Time moved = world_.now();
  world_.Advance(10 * kMicrosPerDay);
  using Ids = std::vector<Id>;
  EXPECT_EQ(Where(person, start), Ids{first});
  EXPECT_EQ(Where(person, Time{moved.micros - 1}), Ids{first});
  EXPECT_EQ(Where(person, moved), Ids{second});
  EXPECT_EQ(Who(first, start), Ids{person});
  EXPECT_THAT(Who(first, moved), IsEmpty());
  EXPECT_THAT(Who(second, start), IsEmpty());
  EXPECT_EQ(Who(second, moved), Ids{person});
  // Before the move was recorded nobody knew of it.
  const Time unaware{moved.micros - 1};
  EXPECT_EQ(Where(person, world_.now(), unaware), Ids{first});
  EXPECT_EQ(Who(first, world_.now(), unaware), Ids{person});
  EXPECT_THAT(Who(second, world_.now(), unaware), IsEmpty());
  // Two at a time, and nowhere.
  Batch batch = world_.NewBatch();
  const Id edge = batch.Create("employment");
  batch.Set(edge, "contact", person);
  batch.Set(edge, "account", first);
  batch.Set(edge, "valid_from", moved);
  world_.Apply(batch);
  EXPECT_EQ(Where(person, moved), (Ids{first, second}));
  world_.Set(person, "account", Value());
  EXPECT_EQ(Where(person, world_.now()), Ids{first});
  EXPECT_TRUE(absl::IsNotFound(StaysOf(*world_.Read(), Id::Of(person.type(), 0, 999)).status()));
  // Whoever was deleted since belonged where they were known to belong, and nowhere by what is known now.
  const Time known = world_.now();
  world_.Advance(kMicrosPerDay);
  Batch last = world_.NewBatch();
  last.Delete(person);
  world_.Apply(last);
  EXPECT_EQ(Where(person, known, known), Ids{first});
  EXPECT_EQ(Who(first, known, known), Ids{person});
  EXPECT_EQ(Who(first, start, unaware), Ids{person});
  EXPECT_THAT(Who(first, known), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(StaysOf(*world_.Read(), person).status()));
}

}  // namespace
}  // namespace kith::model
