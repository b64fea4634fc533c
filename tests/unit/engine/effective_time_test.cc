// From when values hold: backdated, hidden by later ones, for other times than now.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "shop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using testing::ExpectError;
using ::testing::IsEmpty;
using testing::Shop;

TEST(EffectiveTimeTest, ABackdatedValueShowsOnlyWhenNothingLaterHolds) {
  Shop shop;
  const Time start = shop.clock.now();
  const auto day = [&](int n) { return Time{start.micros + n * kMicrosPerDay}; };
  const Id id = shop.AddItem("pen");  // on day 0
  shop.clock.Set(day(10));
  const auto set_at = [&](int64_t quantity, int on) {
    Batch batch = shop.NewBatch();
    batch.SetAt(id, "quantity", quantity, day(on));
    return shop.Apply(batch);
  };
  set_at(5, 5);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(5)) << "nothing later holds";
  set_at(3, 3);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(5)) << "day 5 is later";
  set_at(7, 7);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(7));
  set_at(6, 7);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(6)) << "recorded later";
  const Outcome same = set_at(3, 4);
  EXPECT_EQ(same.first_sequence, 0U) << "it was 3 on day 4 already";
  const auto snapshot = shop.Read();
  const auto quantity_on = [&](int on) {
    const StatusOr<Record> record = snapshot->GetAsOf(id, {.effective = day(on)});
    EXPECT_TRUE(record.ok()) << record.status();
    return testing::FieldOf(*snapshot, record->view(), "quantity");
  };
  EXPECT_EQ(quantity_on(2), Value());
  EXPECT_EQ(quantity_on(4), Value(3));
  EXPECT_EQ(quantity_on(6), Value(5));
  EXPECT_EQ(quantity_on(8), Value(6));
  // A value of now wins, and a clear too.
  Batch now = shop.NewBatch();
  now.Set(id, "quantity", 9);
  shop.Apply(now);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(9));
  set_at(8, 8);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(9));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EffectiveTimeTest, AHiddenValueMovesNoIndexEntry) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  shop.clock.Advance(10 * kMicrosPerDay);
  Batch now = shop.NewBatch();
  now.Set(id, "quantity", 9);
  now.Set(id, "code", "A-1");
  shop.Apply(now);
  Batch past = shop.NewBatch();
  past.SetEffective(Time{shop.clock.now().micros - 5 * kMicrosPerDay});
  past.Set(id, "quantity", 2);
  past.Set(id, "code", "B-2");
  EXPECT_NE(shop.Apply(past).first_sequence, 0U);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(9));
  // The hidden code is free for others.
  shop.Add("item", [](Batch& batch, Id item) {
    batch.Set(item, "name", "ink");
    batch.Set(item, "code", "B-2");
  });
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(EffectiveTimeTest, ACreationMayAssertValuesForOtherTimes) {
  Shop shop;
  const Time now = shop.clock.now();
  const auto ago = [&](int days) { return Time{now.micros - days * kMicrosPerDay}; };
  Batch batch = shop.NewBatch();
  batch.SetEffective(ago(10));
  const Id local = batch.Create("item");
  batch.Set(local, "name", "pen");
  batch.Set(local, "quantity", 1);
  batch.SetAt(local, "quantity", 4, ago(4));
  batch.SetAt(local, "quantity", 6, ago(6));
  batch.SetAt(local, "weight", 2, ago(20));
  const Id id = shop.Apply(batch).ids[0];
  EXPECT_EQ(shop.Get(id, "created"), Value(ago(10)));
  EXPECT_EQ(shop.Get(id, "quantity"), Value(4));
  EXPECT_EQ(shop.Get(id, "weight"), Value(2.0)) << "nothing else was said about it";
  const auto snapshot = shop.Read();
  EXPECT_EQ(snapshot->History(id)->size(), 1U);
  const auto quantity = [&](int days) {
    const StatusOr<Record> record = snapshot->GetAsOf(id, {.effective = ago(days)});
    EXPECT_TRUE(record.ok()) << record.status();
    return testing::FieldOf(*snapshot, record->view(), "quantity");
  };
  EXPECT_EQ(quantity(9), Value(1));
  EXPECT_EQ(quantity(5), Value(6));
  EXPECT_EQ(quantity(0), Value(4));
  EXPECT_EQ(snapshot->GetAsOf(id, {.effective = ago(11)}).status().code(), StatusCode::kNotFound);
  EXPECT_THAT(shop.Problems(), IsEmpty());
  // The same again says nothing new.
  Batch again = shop.NewBatch();
  again.SetAt(id, "quantity", 4, ago(4));
  again.SetAt(id, "quantity", 6, ago(6));
  EXPECT_EQ(shop.Apply(again).first_sequence, 0U);
}

TEST(EffectiveTimeTest, NothingTakesEffectInTheFuture) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  const Time later{shop.clock.now().micros + 1};
  Batch at = shop.NewBatch();
  at.SetAt(id, "quantity", 1, later);
  ExpectError(
      shop.Refuse(at),
      {.reason = Reason::kEffectiveInFuture, .type = "item", .record = id, .field = "quantity", .value = ToText(later), .change = 0});
  Batch create = shop.NewBatch();
  create.SetEffective(later);
  create.Set(create.Create("item"), "name", "x");
  EXPECT_EQ(GetReason(shop.Refuse(create)), Reason::kEffectiveInFuture);
  Batch gone = shop.NewBatch();
  gone.SetEffective(later);
  gone.Delete(id);
  EXPECT_EQ(GetReason(shop.Refuse(gone)), Reason::kEffectiveInFuture);
  shop.clock.Advance(1);
  EXPECT_TRUE(shop->Apply(at).ok());
}

// As of every other time: what no text can write takes no effect.
TEST(EffectiveTimeTest, NothingTakesEffectBeforeTheYearOne) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  const Time first = StartOf(FromCivil({.year = 1, .month = 1, .day = 1}));
  for (const int64_t micros : {first.micros - 1, INT64_MIN}) {
    const Time early{micros};
    Batch at = shop.NewBatch();
    at.SetAt(id, "quantity", 1, early);
    ExpectError(shop.Refuse(at),
                {.reason = Reason::kOutOfRange, .type = "item", .record = id, .field = "quantity", .value = ToText(early), .change = 0});
    Batch create = shop.NewBatch();
    create.SetEffective(early);
    create.Set(create.Create("item"), "name", "x");
    EXPECT_EQ(GetReason(shop.Refuse(create)), Reason::kOutOfRange);
    Batch gone = shop.NewBatch();
    gone.SetEffective(early);
    gone.Delete(id);
    EXPECT_EQ(GetReason(shop.Refuse(gone)), Reason::kOutOfRange);
  }
  Batch at = shop.NewBatch();
  at.SetAt(id, "quantity", 1, first);
  EXPECT_TRUE(shop->Apply(at).ok());
}

TEST(EffectiveTimeTest, RecordedTimeNeverGoesBack) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  const Time last = shop.Read()->recorded();
  shop.clock.Set(Time{last.micros - kMicrosPerDay});
  Batch batch = shop.NewBatch();
  batch.Set(id, "quantity", 1);
  const StatusOr<Outcome> outcome = shop->Apply(batch);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(shop.Read()->recorded(), last);
  EXPECT_EQ(shop.Get(id, "quantity"), Value(1));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

// --- the database

}  // namespace
}  // namespace kith
