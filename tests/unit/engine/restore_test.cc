// Deleted records brought back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kith/engine/json.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;
using ::testing::SizeIs;

class RestoreTest : public ::testing::Test {
 protected:
  void Delete(Id id) {
    Batch batch = shop_.NewBatch();
    batch.Delete(id);
    shop_.Apply(batch);
  }
  Status Restore(Id id) {
    Batch batch = shop_.NewBatch();
    batch.Restore(id);
    return shop_->Apply(batch).status();
  }
  Shop shop_;
};

TEST_F(RestoreTest, EverythingIsAsItWas) {
  const Id pen = shop_.Add("item", [](Batch& batch, Id id) {
    batch.Set(id, "name", "pen");
    batch.Set(id, "code", "C-1");
    batch.Set(id, "tags", TextList{"a", "b"});
    batch.Set(id, "unit", 7);
    batch.Link(id, {"erp", "17"});
    batch.Link(id, {"web", "x"});
  });
  const std::string before = RecordToJson(**shop_.Read()->catalog().GetType("item"), *shop_.Read()->Get(pen));
  const Time alive = shop_.clock.now();
  shop_.clock.Advance(kMicrosPerSecond);
  Delete(pen);
  const Time dead = shop_.clock.now();
  shop_.clock.Advance(kMicrosPerSecond);
  EXPECT_FALSE(shop_.Exists(pen));

  Batch batch = shop_.NewBatch();
  batch.Restore(pen);
  batch.Set(pen, "quantity", 3);
  shop_.Apply(batch);
  const auto now = shop_.Read();
  EXPECT_EQ(shop_.Get(pen, "name"), Value("pen"));
  EXPECT_EQ(shop_.Get(pen, "code"), Value("C-1"));
  EXPECT_EQ(shop_.Get(pen, "tags"), Value(TextList{"a", "b"}));
  EXPECT_EQ(shop_.Get(pen, "quantity"), Value(3));
  EXPECT_EQ(shop_.Get(pen, "unit"), Value(7));
  EXPECT_THAT(now->ExternalRefs(pen), ElementsAre(ExternalRef{"erp", "17"}, ExternalRef{"web", "x"}));
  EXPECT_EQ(*now->Find("item", ExternalRef{"erp", "17"}), pen);
  // It did not exist in between.
  EXPECT_TRUE(now->GetAsOf(pen, {.effective = alive}).ok());
  EXPECT_FALSE(now->GetAsOf(pen, {.effective = dead}).ok());
  EXPECT_THAT(HistoryToJson(now->catalog(), *now->History(pen)), HasSubstr("external_refs"));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

TEST_F(RestoreTest, WhatTheSameBatchSetsHolds) {
  const Id former = shop_.Add("maker", [](Batch& batch, Id id) { batch.Set(id, "label", "former"); });
  const Id next = shop_.Add("maker", [](Batch& batch, Id id) { batch.Set(id, "label", "next"); });
  for (const bool owner_is_gone : {false, true}) {
    const Id pen = shop_.Add("item", [&](Batch& batch, Id id) {
      batch.Set(id, "name", "pen");
      batch.Set(id, "owner", former);
    });
    Delete(pen);
    if (owner_is_gone) Delete(former);
    Batch batch = shop_.NewBatch();
    batch.Restore(pen);
    batch.Set(pen, "owner", next);
    batch.Set(pen, "name", "pencil");
    shop_.Apply(batch);
    EXPECT_EQ(shop_.Get(pen, "owner"), Value(next));
    EXPECT_EQ(shop_.Get(pen, "name"), Value("pencil"));
  }
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

TEST_F(RestoreTest, WhatWentAlongComesBack) {
  const Id box = shop_.Add("box", [](Batch& batch, Id id) { batch.Set(id, "label", "outer"); });
  const Id inner = shop_.Add("box", [&](Batch& batch, Id id) { batch.Set(id, "inside", box); });
  const Id pen = shop_.Add("item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "pen");
    batch.Set(id, "box", inner);
  });
  const Id apart = shop_.AddItem("apart");
  Batch batch = shop_.NewBatch();
  batch.Delete(apart);  // by the same batch, but not because of the box
  batch.Delete(box);
  shop_.Apply(batch);
  EXPECT_FALSE(shop_.Exists(pen));
  ASSERT_TRUE(Restore(box).ok());
  EXPECT_TRUE(shop_.Exists(inner));
  EXPECT_TRUE(shop_.Exists(pen));
  EXPECT_FALSE(shop_.Exists(apart));
  EXPECT_EQ(shop_.Get(pen, "box"), Value(inner));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

TEST_F(RestoreTest, ConflictsAreNamedAndChangeNothing) {
  const Id pen = shop_.Add("item", [](Batch& batch, Id id) {
    batch.Set(id, "name", "pen");
    batch.Set(id, "code", "C-1");
  });
  EXPECT_EQ(GetReason(Restore(pen)), Reason::kPreconditionFailed);
  EXPECT_EQ(GetReason(Restore(Id(pen.value() + 1))), Reason::kRecordMissing);
  Delete(pen);
  const Id other = shop_.Add("item", [](Batch& batch, Id id) {
    batch.Set(id, "name", "cup");
    batch.Set(id, "code", "C-1");
  });
  const Status taken = Restore(pen);
  EXPECT_EQ(GetReason(taken), Reason::kUnique) << taken;
  EXPECT_FALSE(shop_.Exists(pen));

  // The conflict is solved in the same batch.
  Batch batch = shop_.NewBatch();
  batch.Restore(pen);
  batch.Set(pen, "code", "C-2");
  shop_.Apply(batch);
  EXPECT_EQ(shop_.Get(pen, "code"), Value("C-2"));

  // A reference to what is gone.
  const Id maker = shop_.Add("maker", [](Batch& b, Id id) { b.Set(id, "label", "m"); });
  const Id thing = shop_.Add("item", [&](Batch& b, Id id) {
    b.Set(id, "name", "thing");
    b.Set(id, "maker", maker);
  });
  Delete(thing);
  Delete(maker);
  EXPECT_EQ(GetReason(Restore(thing)), Reason::kReferenceMissing);
  ASSERT_TRUE(Restore(maker).ok());
  EXPECT_TRUE(Restore(thing).ok());

  // An external reference that another record has by now.
  Batch link = shop_.NewBatch();
  link.Link(thing, {"erp", "1"});
  shop_.Apply(link);
  Delete(thing);
  Batch again = shop_.NewBatch();
  again.Link(other, {"erp", "1"});
  shop_.Apply(again);
  EXPECT_EQ(GetReason(Restore(thing)), Reason::kExternalRefTaken);
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

// The history of a former life says nothing of the present one: a write that repeats an old value is no repetition.
TEST_F(RestoreTest, ABackdatedWriteKnowsThePresentLifeAlone) {
  const Id pen = shop_.Add("item", [](Batch& batch, Id id) {
    batch.Set(id, "name", "pen");
    batch.Set(id, "quantity", 1);
  });
  Batch change = shop_.NewBatch();
  change.Set(pen, "quantity", 3);
  shop_.Apply(change);
  Delete(pen);
  shop_.clock.Advance(kMicrosPerSecond);
  ASSERT_TRUE(Restore(pen).ok());
  shop_.clock.Advance(kMicrosPerSecond);
  const Time then = shop_.clock.now();
  Batch backdated = shop_.NewBatch();
  backdated.SetAt(pen, "quantity", 1, then);
  shop_.Apply(backdated);
  EXPECT_EQ(shop_.Get(pen, "quantity"), Value(1));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

TEST_F(RestoreTest, HasAJsonFormAndManyLives) {
  const Id pen = shop_.AddItem("pen");
  for (int life = 0; life < 3; ++life) {
    Delete(pen);
    const StatusOr<Batch> batch =
        Batch::FromJson(shop_.Read()->shared_catalog(), R"({"changes": [{"restore": )" + std::to_string(pen.value()) + "}]}");
    ASSERT_TRUE(batch.ok()) << batch.status();
    EXPECT_THAT(batch->ToJson(), HasSubstr(R"("restore":)"));
    shop_.Apply(*batch);
    EXPECT_EQ(shop_.Get(pen, "name"), Value("pen"));
  }
  EXPECT_THAT(*shop_.Read()->History(pen), SizeIs(7));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

}  // namespace
}  // namespace kith
