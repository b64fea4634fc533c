// What a database refuses, with every part of the error, and that nothing is left behind (Shop::Refuse compares the whole file).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kith/base/limits.h"
#include "shop.h"

namespace kith {
namespace {

using testing::ExpectError;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;

class ConstraintsTest : public ::testing::Test {
 protected:
  Id AddMaker(std::string_view label) {
    return shop_.Add("maker", [&](Batch& batch, Id id) { batch.Set(id, "label", label); });
  }
  Id AddShelf(Id maker) {
    return shop_.Add("shelf", [&](Batch& batch, Id id) { batch.Set(id, "owner_of", maker); });
  }
  // An item on a shelf, in a box, with a code: null parts are left out.
  Id AddItem(std::string_view name, std::string_view field = {}, const Value& value = {}) {
    return shop_.Add("item", [&](Batch& batch, Id id) {
      batch.Set(id, "name", name);
      if (!field.empty()) batch.Set(id, field, value);
    });
  }
  Status Refuse(const std::function<void(Batch&)>& fill) {
    Batch batch = shop_.NewBatch();
    fill(batch);
    EXPECT_TRUE(batch.status().ok()) << "the batch itself: " << batch.status();
    return shop_.Refuse(batch);
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST_F(ConstraintsTest, RequiredFields) {
  ExpectError(Refuse([](Batch& batch) { batch.Set(batch.Create("item"), "quantity", 5); }),
              {.reason = Reason::kRequired, .type = "item", .record = Id::Local(0), .field = "name", .change = 0});
  ExpectError(Refuse([](Batch& batch) {
                batch.Create("box");
                batch.Create("shelf");
              }),
              {.reason = Reason::kRequired, .type = "shelf", .record = Id::Local(1), .field = "owner_of", .change = 1});
  Batch clear = shop_.NewBatch();
  clear.Set(AddItem("pen"), "name", Value());
  EXPECT_EQ(GetReason(shop_.Refuse(clear)), Reason::kRequired);
}

TEST_F(ConstraintsTest, ReferencesMustExist) {
  const Id item = AddItem("pen");
  const TypeNumber box = (*shop_->GetCatalog())->FindType("box")->number;
  const Id missing = Id::Of(box, 0, 7);
  ExpectError(Refuse([&](Batch& batch) { batch.Set(item, "box", missing); }), {.reason = Reason::kReferenceMissing,
                                                                               .type = "item",
                                                                               .record = item,
                                                                               .field = "box",
                                                                               .value = std::to_string(missing.value()),
                                                                               .change = 0});
  ExpectError(Refuse([&](Batch& batch) {
                const Id local = batch.Create("item");
                batch.Set(local, "name", "ink");
                batch.Set(local, "about", missing);
              }),
              {.reason = Reason::kReferenceMissing,
               .type = "item",
               .record = Id::Local(0),
               .field = "about",
               .value = std::to_string(missing.value()),
               .change = 0});
  // A value for the past is stored too.
  shop_.clock.Advance(kMicrosPerDay);
  const Time before{shop_.clock.now().micros - 1000};
  EXPECT_EQ(GetReason(Refuse([&](Batch& batch) { batch.SetAt(item, "box", missing, before); })), Reason::kReferenceMissing);
  // Its own target deleted by the same batch.
  const Id there = shop_.Add("box", [](Batch&, Id) {});
  const Status deleted = Refuse([&](Batch& batch) {
    batch.Delete(there);
    batch.Set(item, "box", there);
  });
  EXPECT_EQ(GetReason(deleted), Reason::kReferenceMissing);
  EXPECT_THAT(std::string(deleted.message()), HasSubstr("this batch deletes"));
}

// E01: an owner that names a record must be there; a number below all types is the host's affair.
TEST_F(ConstraintsTest, OwnersExist) {
  const Id item = AddItem("pen");
  const Id missing = Id::Of((*shop_->GetCatalog())->FindType("maker")->number, 0, 7);
  ExpectError(Refuse([&](Batch& batch) { batch.Set(item, "owner", missing); }), {.reason = Reason::kReferenceMissing,
                                                                                 .type = "item",
                                                                                 .record = item,
                                                                                 .field = "owner",
                                                                                 .value = std::to_string(missing.value()),
                                                                                 .change = 0});
  ExpectError(Refuse([&](Batch& batch) {
                const Id local = batch.Create("item");
                batch.Set(local, "name", "ink");
                batch.Set(local, "owner", missing);
              }),
              {.reason = Reason::kReferenceMissing,
               .type = "item",
               .record = Id::Local(0),
               .field = "owner",
               .value = std::to_string(missing.value()),
               .change = 0});
  shop_.clock.Advance(kMicrosPerDay);
  const Time before{shop_.clock.now().micros - 1000};
  EXPECT_EQ(GetReason(Refuse([&](Batch& batch) { batch.SetAt(item, "owner", missing, before); })), Reason::kReferenceMissing);
  EXPECT_EQ(GetReason(Refuse([&](Batch& batch) { batch.Set(item, "owner", Id::Of(4000, 0, 1)); })), Reason::kReferenceMissing);
  const Id gone = shop_.Add("maker", [](Batch&, Id) {});
  EXPECT_EQ(GetReason(Refuse([&](Batch& batch) {
              batch.Delete(gone);
              batch.Set(item, "owner", gone);
            })),
            Reason::kReferenceMissing);
  // Who was there once may own what is made of what they owned.
  Batch leaves = shop_.NewBatch();
  leaves.Delete(gone);
  EXPECT_NE(shop_.Apply(leaves).first_sequence, 0U);
  Batch made = shop_.NewBatch();
  made.Set(item, "owner", gone);
  EXPECT_NE(shop_.Apply(made).first_sequence, 0U);
  Batch together = shop_.NewBatch();
  together.Set(item, "owner", together.Create("maker"));
  EXPECT_NE(shop_.Apply(together).first_sequence, 0U);
  Batch owner = shop_.NewBatch();
  owner.Set(item, "owner", Id(12345));
  EXPECT_NE(shop_.Apply(owner).first_sequence, 0U);
}

TEST_F(ConstraintsTest, UniqueValues) {
  const Id pen = AddItem("pen", "code", "A-1");
  const Id ink = AddItem("ink", "code", "A-2");
  ExpectError(Refuse([&](Batch& batch) { batch.Set(ink, "code", "A-1"); }),
              {.reason = Reason::kUnique, .type = "item", .record = pen, .field = "code", .value = "A-1", .change = 0});
  ExpectError(Refuse([&](Batch& batch) {
                const Id local = batch.Create("item");
                batch.Set(local, "name", "new");
                batch.Set(local, "code", "A-2");
              }),
              {.reason = Reason::kUnique, .type = "item", .record = ink, .field = "code", .value = "A-2", .change = 0});
  // Twice in the batch itself.
  const Status twice = Refuse([](Batch& batch) {
    for (const char* name : {"x", "y"}) {
      const Id local = batch.Create("item");
      batch.Set(local, "name", name);
      batch.Set(local, "code", "B-1");
    }
  });
  EXPECT_EQ(GetReason(twice), Reason::kUnique);
  EXPECT_TRUE(GetErrorInfo(twice).record.is_local());
  EXPECT_EQ(GetErrorInfo(twice).value, "B-1");
  // Null collides with nothing.
  AddItem("a");
  AddItem("b");
  // Values may be exchanged in one batch, and freed by a delete.
  Batch exchange = shop_.NewBatch();
  exchange.Set(pen, "code", "A-2");
  exchange.Set(ink, "code", "A-1");
  shop_.Apply(exchange);
  EXPECT_EQ(shop_.Get(pen, "code"), Value("A-2"));
  Batch replace = shop_.NewBatch();
  replace.Delete(pen);
  const Id local = replace.Create("item");
  replace.Set(local, "name", "new");
  replace.Set(local, "code", "A-2");
  shop_.Apply(replace);
}

TEST_F(ConstraintsTest, UniqueOverSeveralFields) {
  const Id maker = AddMaker("m");
  const Id shelf = AddShelf(maker);
  const Id other = AddShelf(maker);
  const Id pen = AddItem("pen", "shelf", shelf);
  AddItem("pen", "shelf", other);
  AddItem("pen");
  AddItem("pen");
  const Id ink = AddItem("ink", "shelf", shelf);
  ExpectError(Refuse([&](Batch& batch) { batch.Set(ink, "name", "pen"); }), {.reason = Reason::kUnique,
                                                                             .type = "item",
                                                                             .record = pen,
                                                                             .field = "shelf, name",
                                                                             .value = std::to_string(shelf.value()) + ", pen",
                                                                             .change = 0});
}

TEST_F(ConstraintsTest, UniqueLongValuesAreComparedWhole) {
  // The same far beyond what an index key holds.
  const std::string start(limits::kIndexKeyBytes + 100, 'x');
  const auto add = [&](const std::string& text) {
    Batch batch = shop_.NewBatch();
    batch.Set(batch.Create("maker"), "long", text);
    return shop_->Apply(batch);
  };
  const StatusOr<Outcome> first = add(start + "1");
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(add(start + "2").ok());
  EXPECT_EQ(GetReason(add(start + "1").status()), Reason::kUnique);
  EXPECT_EQ(GetErrorInfo(add(start + "2").status()).reason, Reason::kUnique);
  // Changed within the part that the key does not hold.
  Batch patch = shop_.NewBatch();
  patch.Set(first->ids[0], "long", start + "2");
  EXPECT_EQ(GetReason(shop_.Refuse(patch)), Reason::kUnique);
  patch.Clear();
  patch.Set(first->ids[0], "long", start + "3");
  shop_.Apply(patch);
  EXPECT_TRUE(add(start + "1").ok());
}

TEST_F(ConstraintsTest, RestrictedDeletes) {
  const Id maker = AddMaker("m");
  const Id shelf = AddShelf(maker);
  const Id ink = AddItem("ink", "shelf", shelf);
  AddItem("pen", "shelf", shelf);
  const Status status = Refuse([&](Batch& batch) { batch.Delete(shelf); });
  ExpectError(status, {.reason = Reason::kStillReferenced, .type = "shelf", .record = shelf, .field = "item.shelf", .change = 0});
  EXPECT_THAT(std::string(status.message()), HasSubstr("item " + std::to_string(ink.value()) + " and 1 more"));
  // A reference to any type restricts as well.
  const Id box = shop_.Add("box", [](Batch&, Id) {});
  const Id about = AddItem("about", "about", box);
  ExpectError(Refuse([&](Batch& batch) { batch.Delete(box); }),
              {.reason = Reason::kStillReferenced, .type = "box", .record = box, .field = "item.about", .change = 0});
  // What refers may go, or let go, in the same batch.
  Batch batch = shop_.NewBatch();
  batch.Delete(box);
  batch.Set(about, "about", Value());
  shop_.Apply(batch);
  EXPECT_FALSE(shop_.Exists(box));
}

TEST_F(ConstraintsTest, DetachingDeletes) {
  const Id maker = AddMaker("m");
  const Id pen = AddItem("pen", "maker", maker);
  const Id ink = AddItem("ink", "maker", maker);
  Batch batch = shop_.NewBatch();
  batch.Delete(maker);
  const Outcome outcome = shop_.Apply(batch);
  EXPECT_EQ(outcome.last_sequence - outcome.first_sequence, 2U) << "the maker and both items have changed";
  for (const Id id : {pen, ink}) {
    EXPECT_EQ(shop_.Get(id, "maker"), Value());
    const std::vector<HistoryEntry> history = *shop_.Read()->History(id);
    ASSERT_EQ(history.size(), 2U);
    ASSERT_EQ(history[1].fields.size(), 1U);
    EXPECT_EQ(history[1].fields[0].before, Value(maker));
  }
  // A required reference cannot be let go: the maker of a shelf stays.
  const Id other = AddMaker("o");
  AddShelf(other);
  EXPECT_EQ(GetReason(Refuse([&](Batch& b) { b.Delete(other); })), Reason::kStillReferenced);
}

TEST_F(ConstraintsTest, CascadingDeletes) {
  const auto add_box = [&](Id inside) {
    return shop_.Add("box", [&](Batch& batch, Id id) {
      if (!inside.is_null()) batch.Set(id, "inside", inside);
      batch.Link(id, {"boxes", std::to_string(shop_.Sequence())});
    });
  };
  const Id outer = add_box({});
  const Id middle = add_box(outer);
  const Id inner = add_box(middle);
  const Id pen = AddItem("pen", "box", inner);
  const Id out = AddItem("out", "box", outer);
  const Id free = AddItem("free");
  Batch batch = shop_.NewBatch();
  batch.Delete(outer);
  const Outcome outcome = shop_.Apply(batch);
  EXPECT_EQ(outcome.last_sequence - outcome.first_sequence + 1, 5U);
  for (const Id id : {outer, middle, inner, pen, out}) EXPECT_FALSE(shop_.Exists(id)) << id.value();
  EXPECT_TRUE(shop_.Exists(free));
  EXPECT_THAT(shop_.Read()->ExternalRefs(inner), IsEmpty());
  // A circle ends.
  const Id a = add_box({});
  const Id b = add_box(a);
  Batch circle = shop_.NewBatch();
  circle.Set(a, "inside", b);
  shop_.Apply(circle);
  Batch gone = shop_.NewBatch();
  gone.Delete(a);
  shop_.Apply(gone);
  EXPECT_FALSE(shop_.Exists(a));
  EXPECT_FALSE(shop_.Exists(b));
}

TEST_F(ConstraintsTest, ACascadeStopsAtWhatIsRestricted) {
  const Id box = shop_.Add("box", [](Batch&, Id) {});
  const Id inner = shop_.Add("box", [&](Batch& batch, Id id) { batch.Set(id, "inside", box); });
  const Id about = AddItem("about", "about", inner);
  const Status status = Refuse([&](Batch& batch) { batch.Delete(box); });
  ExpectError(status, {.reason = Reason::kStillReferenced, .type = "box", .record = inner, .field = "item.about", .change = 0});
  EXPECT_TRUE(shop_.Exists(about));
}

TEST_F(ConstraintsTest, DefinitionsAreWrittenByEnsureAlone) {
  const auto catalog = *shop_->GetCatalog();
  const catalog::TypeDef* fields = catalog->FindType(catalog::kFieldType);
  ASSERT_NE(fields, nullptr);
  const Status status = Refuse([&](Batch& batch) { batch.Create(fields->name); });
  EXPECT_EQ(GetReason(status), Reason::kFieldReadOnly);
  EXPECT_EQ(GetErrorInfo(status).type, fields->name);
  EXPECT_EQ(GetReason(Refuse([&](Batch& batch) { batch.Delete(Id::Of(catalog::kFieldType, 0, 1)); })), Reason::kFieldReadOnly);
}

TEST_F(ConstraintsTest, RetiredTypesTakeNoRecords) {
  ExpectError(Refuse([](Batch& batch) { batch.Create("former"); }),
              {.reason = Reason::kUnknownType, .type = "former", .record = Id::Local(0), .change = 0});
}

TEST_F(ConstraintsTest, RecordsHaveALimit) {
  const std::string text(limits::kTextBytes, 't');
  const auto fill = [&](size_t count) {
    Batch batch = shop_.NewBatch();
    const Id item = batch.Create("item");
    batch.Set(item, "name", "pen");
    batch.Set(item, "tags", TextList(count, text));
    return batch;
  };
  const Status status = shop_.Refuse(fill(16));
  EXPECT_EQ(GetReason(status), Reason::kTooLong) << status;
  EXPECT_EQ(GetErrorInfo(status).type, "item");
  EXPECT_TRUE(shop_->Apply(fill(15)).ok());
}

TEST_F(ConstraintsTest, AFailureInTheMiddleOfABatchUndoesItsBeginning) {
  const Id maker = AddMaker("m");
  const Id pen = AddItem("pen", "maker", maker);
  const Status status = Refuse([&](Batch& batch) {
    batch.Delete(maker);
    batch.Set(pen, "quantity", 5);
    batch.Link(pen, {"erp", "1"});
    for (int i = 0; i < 100; ++i) batch.Set(batch.Create("item", {"erp", "n" + std::to_string(i)}), "name", "x");
    batch.Create("item");
  });
  EXPECT_EQ(GetReason(status), Reason::kRequired);
  EXPECT_EQ(GetErrorInfo(status).change, 103);
  EXPECT_EQ(shop_.Get(pen, "maker"), Value(maker));
}

}  // namespace
}  // namespace kith
