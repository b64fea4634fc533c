// What a batch does to a database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "kith/base/limits.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using testing::ExpectError;
using ::testing::IsEmpty;
using testing::Shop;
using testing::Yuan;

ExternalRef Ref1() { return {"erp", "1"}; }

TEST(ApplyTest, CreatesPatchesAndDeletes) {
  Shop shop;
  const uint64_t before = shop.Sequence();
  Batch batch = shop.NewBatch();
  const Id local = batch.Create("item");
  batch.Set(local, "name", "pen");
  batch.Set(local, "quantity", 5);
  const Outcome created = shop.Apply(batch);
  ASSERT_EQ(created.ids.size(), 1U);
  const Id id = created.ids[0];
  EXPECT_EQ(created.first_sequence, before + 1);
  EXPECT_EQ(created.last_sequence, before + 1);
  EXPECT_FALSE(created.replayed);
  EXPECT_EQ(id.node(), 0);
  EXPECT_EQ(shop.Get(id, "name"), Value("pen"));
  EXPECT_EQ(shop.Get(id, "state"), Value(Choice{1})) << "the field's default";
  EXPECT_EQ(shop.Get(id, "created"), Value(shop.clock.now()));
  EXPECT_EQ(shop.Get(id, "version"), Value(static_cast<int64_t>(before + 1)));

  Batch patch = shop.NewBatch();
  patch.Set(id, "quantity", Value());
  patch.Set(id, "unit", 7);
  shop.Apply(patch);
  EXPECT_EQ(shop.Get(id, "quantity"), Value());
  EXPECT_EQ(shop.Get(id, "name"), Value("pen"));
  EXPECT_EQ(shop.Get(id, "unit"), Value(7));
  EXPECT_EQ(shop.Get(id, "updated"), Value(shop.clock.now()));
  EXPECT_EQ(shop.Get(id, "version"), Value(static_cast<int64_t>(before + 2)));

  Batch gone = shop.NewBatch();
  gone.Delete(id);
  shop.Apply(gone);
  EXPECT_FALSE(shop.Exists(id));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(ApplyTest, AnEqualValueIsNoChange) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  const auto before = shop.DumpFile();
  Batch batch = shop.NewBatch();
  batch.Set(id, "name", "pen");
  batch.Set(id, "quantity", Value());
  batch.Set(id, "visibility", 0);
  batch.Set(id, "weight", 1);
  batch.Set(id, "weight", Value());
  const Outcome outcome = shop.Apply(batch);
  EXPECT_EQ(outcome.first_sequence, 0U);
  EXPECT_EQ(outcome.last_sequence, 0U);
  EXPECT_TRUE(shop.DumpFile() == before);
}

TEST(ApplyTest, OneHistoryEntryPerRecordAndBatch) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  Batch batch = shop.NewBatch("why");
  batch.Set(id, "quantity", 1);
  batch.Set(id, "quantity", 2);
  batch.Set(id, "name", "ink");
  shop.Apply(batch);
  const auto snapshot = shop.Read();
  const std::vector<HistoryEntry> history = *snapshot->History(id);
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].operation, Operation::kCreate);
  EXPECT_THAT(history[0].fields, IsEmpty());
  EXPECT_EQ(history[1].operation, Operation::kChange);
  EXPECT_EQ(history[1].reason, "why");
  ASSERT_EQ(history[1].fields.size(), 2U);
  EXPECT_EQ(history[1].fields[0].before, Value());
  EXPECT_EQ(history[1].fields[0].after, Value(2));
  EXPECT_EQ(history[1].fields[1].before, Value("pen"));
  EXPECT_EQ(history[1].fields[1].after, Value("ink"));
}

TEST(ApplyTest, ADeleteKeepsAllValuesInHistory) {
  Shop shop;
  const Id id = shop.Add("item", [](Batch& batch, Id item) {
    batch.Set(item, "name", "pen");
    batch.Set(item, "owner", Id(9));
  });
  Batch batch = shop.NewBatch();
  batch.Delete(id);
  shop.Apply(batch);
  const std::vector<HistoryEntry> history = *shop.Read()->History(id);
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[1].operation, Operation::kDelete);
  std::vector<Value> values;
  for (const FieldChange& field : history[1].fields) values.push_back(field.before);
  EXPECT_THAT(values, ElementsAre(Value(Id(9)), Value(0), Value("pen"), Value(Choice{1})));
}

TEST(ApplyTest, IdsAreGaplessPerTypeAndNode) {
  Shop shop;
  const Id first = shop.AddItem("a");
  Batch bad = shop.NewBatch();
  bad.Create("item");  // no name
  EXPECT_FALSE(shop->Apply(bad).ok());
  Batch dry = shop.NewBatch();
  dry.Set(dry.Create("item"), "name", "d");
  EXPECT_EQ(shop.Apply(dry, {.dry_run = true}).ids[0].sequence(), first.sequence() + 1);
  EXPECT_EQ(shop.AddItem("b").sequence(), first.sequence() + 1);
  shop.Close();
  OpenOptions options = shop.Options();
  options.node = 511;
  auto other = *Database::Open(shop.path(), options);
  Batch batch = *other->NewBatch();
  batch.Set(batch.Create("item"), "name", "c");
  const Id id = other->Apply(batch)->ids[0];
  EXPECT_EQ(id.node(), 511);
  EXPECT_EQ(id.sequence(), 1U);
  options.node = 512;
  EXPECT_EQ(GetReason(Database::Open(shop.path(), options).status()), Reason::kBadOptions);
}

TEST(ApplyTest, LocalReferencesMayPointForward) {
  Shop shop;
  Batch batch = shop.NewBatch();
  const Id item = batch.Create("item");
  batch.Set(item, "name", "pen");
  const Id box = batch.Create("box");
  batch.Set(item, "box", box);
  batch.Set(item, "owner", box);
  const Outcome outcome = shop.Apply(batch);
  EXPECT_EQ(shop.Get(outcome.ids[0], "box"), Value(outcome.ids[1]));
  EXPECT_EQ(shop.Get(outcome.ids[0], "owner"), Value(outcome.ids[1]));
}

TEST(ApplyTest, UpsertCreatesOnceAndThenPatches) {
  Shop shop;
  const auto upsert = [&](std::string_view name) {
    Batch batch = shop.NewBatch();
    batch.Set(batch.Upsert("item", Ref1()), "name", name);
    return shop.Apply(batch);
  };
  const Outcome first = upsert("pen");
  const Outcome second = upsert("ink");
  EXPECT_EQ(first.ids, second.ids);
  EXPECT_EQ(shop.Get(first.ids[0], "name"), Value("ink"));
  EXPECT_EQ(upsert("ink").first_sequence, 0U) << "a second import creates nothing";

  // Twice in one batch is one record.
  Batch twice = shop.NewBatch();
  const Id a = twice.Upsert("item", {"erp", "2"});
  twice.Set(a, "name", "a");
  const Id b = twice.Upsert("item", {"erp", "2"});
  twice.Set(b, "quantity", 3);
  const Outcome outcome = shop.Apply(twice);
  EXPECT_EQ(outcome.ids[0], outcome.ids[1]);
  EXPECT_EQ(shop.Get(outcome.ids[0], "quantity"), Value(3));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(ApplyTest, CreateIfAbsentLeavesWhatIsThere) {
  Shop shop;
  Batch batch = shop.NewBatch();
  batch.Set(batch.CreateIfAbsent("item", Ref1()), "name", "pen");
  const Id id = shop.Apply(batch).ids[0];
  EXPECT_EQ(shop.Get(id, "name"), Value("pen"));
  Batch again = shop.NewBatch();
  const Id local = again.CreateIfAbsent("item", Ref1());
  again.Set(local, "name", "ink");
  const Id box = again.Create("box");
  again.Set(box, "label", "b");
  const Outcome outcome = shop.Apply(again);
  EXPECT_EQ(outcome.ids[0], id);
  EXPECT_EQ(shop.Get(id, "name"), Value("pen"));
}

TEST(ApplyTest, ExistingNamesARecordForOtherChanges) {
  Shop shop;
  Batch batch = shop.NewBatch();
  const Id box = batch.Create("box", {"erp", "b"});
  batch.Set(box, "label", "b");
  const Id box_id = shop.Apply(batch).ids[0];
  Batch second = shop.NewBatch();
  const Id named = second.Existing("box", {"erp", "b"});
  second.Set(named, "label", "c");
  const Id item = second.Create("item");
  second.Set(item, "name", "pen");
  second.Set(item, "box", second.Resolve("box", Ref("erp", "b")));
  const Outcome outcome = shop.Apply(second);
  EXPECT_EQ(outcome.ids[0], box_id);
  EXPECT_EQ(shop.Get(outcome.ids[1], "box"), Value(box_id));
  EXPECT_EQ(shop.Get(box_id, "label"), Value("c"));
  Batch missing = shop.NewBatch();
  missing.Existing("box", {"erp", "z"});
  ExpectError(shop.Refuse(missing),
              {.reason = Reason::kRecordMissing, .type = "box", .record = Id::Local(0), .value = "erp z", .change = 0});
}

TEST(ApplyTest, LinkAndUnlink) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  const Id other = shop.AddItem("ink");
  Batch link = shop.NewBatch();
  link.Link(id, Ref1());
  EXPECT_NE(shop.Apply(link).first_sequence, 0U);
  EXPECT_EQ(shop.Read()->Find("item", Ref1()).value(), id);
  EXPECT_EQ(shop.Apply(link).first_sequence, 0U) << "there already";
  Batch taken = shop.NewBatch();
  taken.Link(other, Ref1());
  ExpectError(shop.Refuse(taken), {.reason = Reason::kExternalRefTaken, .type = "item", .record = id, .value = "erp 1", .change = 0});
  Batch create = shop.NewBatch();
  create.Set(create.Create("item", Ref1()), "name", "x");
  ExpectError(shop.Refuse(create), {.reason = Reason::kExternalRefTaken, .type = "item", .record = id, .value = "erp 1", .change = 0});
  Batch wrong = shop.NewBatch();
  wrong.Unlink(other, Ref1());
  ExpectError(shop.Refuse(wrong), {.reason = Reason::kRecordMissing, .type = "item", .record = other, .value = "erp 1", .change = 0});
  // Unlinked and linked elsewhere at once.
  Batch move = shop.NewBatch();
  move.Unlink(id, Ref1());
  move.Link(other, Ref1());
  shop.Apply(move);
  EXPECT_EQ(shop.Read()->Find("item", Ref1()).value(), other);
  EXPECT_THAT(shop.Read()->ExternalRefs(id), IsEmpty());
  // A type is its own space of references.
  Batch box = shop.NewBatch();
  box.Create("box", Ref1());
  shop.Apply(box);
  // A deleted record gives its references free, in the same batch too.
  Batch replace = shop.NewBatch();
  replace.Delete(other);
  replace.Set(replace.Create("item", Ref1()), "name", "new");
  const Outcome outcome = shop.Apply(replace);
  EXPECT_EQ(shop.Read()->Find("item", Ref1()).value(), outcome.ids[0]);
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(ApplyTest, Preconditions) {
  Shop shop;
  Batch first = shop.NewBatch();
  first.Set(first.Create("item", Ref1()), "name", "pen");
  const Outcome created = shop.Apply(first);
  const Id id = created.ids[0];
  Batch good = shop.NewBatch();
  good.RequireVersion(id, created.last_sequence);
  good.Set(id, "quantity", 1);
  const Outcome changed = shop.Apply(good);
  const std::string version = std::to_string(changed.last_sequence);
  ExpectError(shop.Refuse(good), {.reason = Reason::kVersionConflict, .type = "item", .record = id, .value = version, .change = 0});

  Batch by_reference = shop.NewBatch();
  const Id named = by_reference.Existing("item", Ref1());
  by_reference.RequireVersion(named, 1);
  ExpectError(shop.Refuse(by_reference), {.reason = Reason::kVersionConflict, .type = "item", .record = id, .value = version, .change = 1});
  by_reference.Clear();
  by_reference.RequireVersion(by_reference.Upsert("item", Ref1()), changed.last_sequence);
  shop.Apply(by_reference);

  Batch absent = shop.NewBatch();
  absent.RequireAbsent("item", {"erp", "2"});
  absent.Set(absent.Create("item", {"erp", "2"}), "name", "ink");
  shop.Apply(absent);
  const Status present = shop.Refuse(absent);
  EXPECT_EQ(GetReason(present), Reason::kPreconditionFailed);
  EXPECT_EQ(GetErrorInfo(present).value, "erp 2");

  Batch none = shop.NewBatch();
  none.RequireVersion(Id::Of(id.type(), 0, 99), 0);
  shop.Apply(none);
  none.Clear();
  none.RequireVersion(Id::Of(id.type(), 0, 99), 5);
  EXPECT_EQ(GetReason(shop.Refuse(none)), Reason::kVersionConflict);
}

// Compare and set by a field: two who read the same value do not both write.
TEST(ApplyTest, RequiredValues) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  Batch first = shop.NewBatch();
  first.RequireValue(id, "quantity", Value());
  first.RequireValue(id, "name", "pen");
  first.Set(id, "quantity", 5);
  shop.Apply(first);
  ExpectError(shop.Refuse(first),
              {.reason = Reason::kPreconditionFailed, .type = "item", .record = id, .field = "quantity", .value = "5", .change = 0});

  Batch next = shop.NewBatch();
  next.Set(id, "quantity", 6);
  next.RequireValue(id, "quantity", 5);
  shop.Apply(next);  // what stood before the batch counts, wherever it is asked
  EXPECT_EQ(shop.Get(id, "quantity"), Value(6));

  Batch wrong = shop.NewBatch();
  wrong.RequireValue(id, "quantity", "many");
  EXPECT_EQ(GetReason(wrong.status()), Reason::kWrongKind);
  Batch unknown = shop.NewBatch();
  unknown.RequireValue(id, "quantty", 5);
  EXPECT_EQ(GetReason(unknown.status()), Reason::kUnknownField);
  Batch none = shop.NewBatch();
  none.RequireValue(Id::Of(id.type(), 0, 99), "quantity", Value());
  EXPECT_EQ(GetReason(shop.Refuse(none)), Reason::kRecordMissing);
}

TEST(ApplyTest, MissingTargetsAndDeletedOnes) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  const Id missing = Id::Of(id.type(), 0, 99);
  Batch patch = shop.NewBatch();
  patch.Set(id, "quantity", 5);
  patch.Set(missing, "quantity", 5);
  ExpectError(shop.Refuse(patch), {.reason = Reason::kRecordMissing, .type = "item", .record = missing, .change = 1});
  Batch gone = shop.NewBatch();
  gone.Delete(missing);
  ExpectError(shop.Refuse(gone), {.reason = Reason::kRecordMissing, .type = "item", .record = missing, .change = 0});
  Batch after = shop.NewBatch();
  after.Delete(id);
  after.Set(id, "quantity", 5);
  ExpectError(shop.Refuse(after), {.reason = Reason::kRecordMissing, .type = "item", .record = id, .change = 1});
  // The other way round the patch does not matter.
  Batch before = shop.NewBatch();
  before.Set(id, "quantity", 5);
  before.Delete(id);
  shop.Apply(before);
  EXPECT_FALSE(shop.Exists(id));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(ApplyTest, DryRunGivesTheSameOutcomeAndChangesNothing) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  Batch batch = shop.NewBatch();
  const Id local = batch.Create("item");
  batch.Set(local, "name", "ink");
  batch.Set(id, "quantity", 5);
  const auto before = shop.DumpFile();
  const Outcome dry = shop.Apply(batch, {.dry_run = true, .checkpoint = "c", .checkpoint_value = "v"});
  EXPECT_TRUE(shop.DumpFile() == before);
  const Outcome real = shop.Apply(batch);
  EXPECT_EQ(dry.ids, real.ids);
  EXPECT_EQ(dry.first_sequence, real.first_sequence);
  EXPECT_EQ(dry.last_sequence, real.last_sequence);
  Batch bad = shop.NewBatch();
  bad.Create("item");
  EXPECT_EQ(shop.Refuse(bad, {.dry_run = true}), shop.Refuse(bad));
}

TEST(ApplyTest, IdempotencyKeys) {
  Shop shop;
  Batch batch = shop.NewBatch();
  batch.Set(batch.Create("item"), "name", "pen");
  const ApplyOptions key{.idempotency_key = "k-1"};
  const Outcome first = shop.Apply(batch, key);
  EXPECT_FALSE(first.replayed);
  const auto before = shop.DumpFile();
  const Outcome again = shop.Apply(batch, key);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.ids, first.ids);
  EXPECT_EQ(again.first_sequence, first.first_sequence);
  EXPECT_EQ(again.last_sequence, first.last_sequence);
  EXPECT_TRUE(shop.DumpFile() == before);
  // A batch of the same content made anew is the same batch.
  Batch same = shop.NewBatch();
  same.Set(same.Create("item"), "name", "pen");
  EXPECT_TRUE(shop.Apply(same, key).replayed);
  Batch other = shop.NewBatch();
  other.Set(other.Create("item"), "name", "ink");
  ExpectError(shop.Refuse(other, key), {.reason = Reason::kIdempotencyMismatch, .value = "k-1"});
  Batch reason = *shop->NewBatch({}, "another reason");
  reason.Set(reason.Create("item"), "name", "pen");
  EXPECT_EQ(GetReason(shop.Refuse(reason, key)), Reason::kIdempotencyMismatch);
  // A refused batch does not use its key up.
  Batch bad = shop.NewBatch();
  bad.Create("item");
  EXPECT_EQ(GetReason(shop.Refuse(bad, {.idempotency_key = "k-2"})), Reason::kRequired);
  EXPECT_FALSE(shop.Apply(other, {.idempotency_key = "k-2"}).replayed);
  EXPECT_EQ(GetReason(shop->Apply(other, {.idempotency_key = std::string(65, 'k')}).status()), Reason::kLimitExceeded);
  EXPECT_TRUE(shop->Apply(other, {.idempotency_key = std::string(64, 'k')}).ok());
}

TEST(ApplyTest, IdempotencyKeysAreForgottenAfterThirtyDays) {
  Shop shop;
  Batch batch = shop.NewBatch();
  batch.Set(batch.Create("item"), "name", "pen");
  for (int i = 0; i < 20; ++i) shop.Apply(batch, {.idempotency_key = "k" + std::to_string(i)});
  const auto rows = [&] {
    size_t count = 0;
    for (const auto& [key, value] : shop.DumpFile()) count += key.first == format::kIdempotency ? 1 : 0;
    return count;
  };
  EXPECT_EQ(rows(), 40U);
  shop.clock.Advance(29 * kMicrosPerDay);
  EXPECT_TRUE(shop.Apply(batch, {.idempotency_key = "k0"}).replayed);
  shop.clock.Advance(2 * kMicrosPerDay);
  EXPECT_FALSE(shop.Apply(batch, {.idempotency_key = "k0"}).replayed) << "the key is free again";
  for (int i = 0; i < 3; ++i) shop.Apply(batch, {.idempotency_key = "n" + std::to_string(i)});
  EXPECT_EQ(rows(), 8U) << "old ones are cleared away, a few with each batch";
}

TEST(ApplyTest, Checkpoints) {
  Shop shop;
  Batch batch = shop.NewBatch();
  batch.Set(batch.Create("item"), "name", "pen");
  shop.Apply(batch, {.checkpoint = "outbox", .checkpoint_value = std::string("a\0b", 3)});
  EXPECT_EQ(shop.Read()->Checkpoint("outbox").value(), std::string("a\0b", 3));
  EXPECT_EQ(shop.Read()->Checkpoint("inbox").value(), std::nullopt);
  // Without changes too, and not with a refused batch.
  shop.Apply(shop.NewBatch(), {.checkpoint = "outbox", .checkpoint_value = "2"});
  Batch bad = shop.NewBatch();
  bad.Create("item");
  EXPECT_EQ(GetReason(shop.Refuse(bad, {.checkpoint = "outbox", .checkpoint_value = "3"})), Reason::kRequired);
  EXPECT_EQ(shop.Read()->Checkpoint("outbox").value(), "2");
  const std::string long_name(limits::kNameBytes + 1, 'n');
  const std::string long_value(limits::kCheckpointBytes + 1, 'v');
  EXPECT_EQ(GetReason(shop->Apply(shop.NewBatch(), {.checkpoint = long_name}).status()), Reason::kLimitExceeded);
  EXPECT_EQ(GetReason(shop->Apply(shop.NewBatch(), {.checkpoint = "c", .checkpoint_value = long_value}).status()), Reason::kLimitExceeded);
  EXPECT_EQ(GetReason(shop->Apply(shop.NewBatch(), {.checkpoint_value = "v"}).status()), Reason::kBadOptions);
}

// Whatever a timeout says, the key tells what happened: nothing is lost and nothing is done twice.
TEST(ApplyTest, AfterATimeoutTheKeyTells) {
  Shop shop;
  const Id id = shop.Add("counter", [](Batch& batch, Id counter) { batch.Set(counter, "n", 0); });
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) shop.AddItem("busy");
  });
  constexpr int kAdds = 60;
  for (int i = 0; i < kAdds; ++i) {
    Batch batch = shop.NewBatch();
    batch.Add(id, "n", 1);
    ApplyOptions options{.idempotency_key = "k" + std::to_string(i), .timeout = std::chrono::microseconds(20)};
    StatusOr<Outcome> outcome = shop->Apply(batch, options);
    if (!outcome.ok()) {
      const Reason reason = GetReason(outcome.status());
      EXPECT_TRUE(reason == Reason::kTimeout || reason == Reason::kOutcomeUnknown) << outcome.status();
      options.timeout = {};
      outcome = shop->Apply(batch, options);
      EXPECT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_FALSE(reason == Reason::kTimeout && outcome->replayed);
    }
  }
  done = true;
  other.join();
  EXPECT_EQ(shop.Get(id, "n"), Value(kAdds));
}

TEST(ApplyTest, ManyBatchesStandAlone) {
  Shop shop;
  Batch good = shop.NewBatch();
  good.Set(good.Create("item", Ref1()), "name", "pen");
  Batch bad = shop.NewBatch();
  bad.Create("item");
  Batch after = shop.NewBatch();
  after.Set(after.Existing("item", Ref1()), "quantity", 4);
  const Batch* const batches[] = {&good, &bad, &good, &after};
  const std::vector<StatusOr<Outcome>> outcomes = shop->ApplyMany(batches);
  ASSERT_EQ(outcomes.size(), 4U);
  ASSERT_TRUE(outcomes[0].ok()) << outcomes[0].status();
  EXPECT_EQ(GetReason(outcomes[1].status()), Reason::kRequired);
  EXPECT_EQ(GetReason(outcomes[2].status()), Reason::kExternalRefTaken);
  ASSERT_TRUE(outcomes[3].ok()) << outcomes[3].status();
  EXPECT_EQ(outcomes[3]->first_sequence, outcomes[0]->last_sequence + 1);
  EXPECT_EQ(shop.Get(outcomes[0]->ids[0], "quantity"), Value(4));
  EXPECT_EQ(GetReason(shop->ApplyMany(batches, {.idempotency_key = "k"})[0].status()), Reason::kBadOptions);
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(ApplyTest, AddsNumbersOfEachKind) {
  Shop shop;
  const Id id = shop.Add("counter", [](Batch& batch, Id counter) {
    batch.Add(counter, "n", 5);
    batch.Add(counter, "n", -7);
    batch.Add(counter, "m", Yuan(10));
    batch.Add(counter, "d", Decimal{15, 1});
    batch.Add(counter, "x", 0.5);
  });
  EXPECT_EQ(shop.Get(id, "n"), Value(-2));
  Batch more = shop.NewBatch();
  more.Add(id, "n", INT64_MAX);
  more.Add(id, "m", Yuan(-25));
  more.Add(id, "d", 1);
  more.Add(id, "x", 2);
  shop.Apply(more);
  EXPECT_EQ(shop.Get(id, "n"), Value(INT64_MAX - 2));
  EXPECT_EQ(shop.Get(id, "m"), Value(Yuan(-15)));
  EXPECT_EQ(shop.Get(id, "d"), Value(Decimal{2500, 3}));
  EXPECT_EQ(shop.Get(id, "x"), Value(2.5));
  Batch zero = shop.NewBatch();
  zero.Add(id, "n", 0);
  EXPECT_EQ(shop.Apply(zero).first_sequence, 0U);
}

TEST(ApplyTest, SumsThatDoNotFitAreRefused) {
  Shop shop;
  const Id id = shop.Add("counter", [](Batch& batch, Id counter) {
    batch.Set(counter, "n", INT64_MAX);
    batch.Set(counter, "m", Yuan(INT64_MIN));
    batch.Set(counter, "d", Decimal{INT64_MAX, 3});
    batch.Set(counter, "x", 1.5e308);
  });
  const auto refuse = [&](std::string_view field, const Value& amount) {
    Batch batch = shop.NewBatch();
    batch.Add(id, field, amount);
    return shop.Refuse(batch);
  };
  ExpectError(refuse("n", 1),
              {.reason = Reason::kArithmeticOverflow, .type = "counter", .record = id, .field = "n", .value = "1", .change = 0});
  EXPECT_EQ(GetReason(refuse("m", Yuan(-1))), Reason::kArithmeticOverflow);
  EXPECT_EQ(GetReason(refuse("d", Decimal{1, 3})), Reason::kArithmeticOverflow);
  EXPECT_EQ(GetReason(refuse("x", 1.5e308)), Reason::kArithmeticOverflow);
  const Status currency = refuse("m", Money{1, *Currency::FromCode("EUR")});
  EXPECT_EQ(GetReason(currency), Reason::kCurrencyMismatch);
  EXPECT_EQ(GetErrorInfo(currency).field, "m");
  const Id item = shop.AddItem("pen");
  Batch bound = shop.NewBatch();
  bound.Add(item, "quantity", 1001);
  ExpectError(shop.Refuse(bound),
              {.reason = Reason::kOutOfRange, .type = "item", .record = item, .field = "quantity", .value = "1001", .change = 0});
}

// B07: exact under concurrency.
TEST(ApplyTest, AddsFromManyThreadsAreExact) {
  Shop shop;
  const Id id = shop.Add("counter", [](Batch& batch, Id counter) { batch.Set(counter, "n", 0); });
  constexpr int kThreads = 8;
  constexpr int kAdds = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&shop, id] {
      for (int i = 0; i < kAdds; ++i) {
        Batch batch = shop.NewBatch();
        batch.Add(id, "n", i % 2 == 0 ? 3 : -1);
        const StatusOr<Outcome> outcome = shop->Apply(batch);
        EXPECT_TRUE(outcome.ok()) << outcome.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shop.Get(id, "n"), Value(int64_t{kThreads} * kAdds));
  EXPECT_EQ(shop.Read()->History(id)->size(), size_t{kThreads} * kAdds + 1);
}

TEST(ApplyTest, UpdateIsRunAgainOnConflicts) {
  Shop shop;
  const Id id = shop.Add("counter", [](Batch& batch, Id counter) { batch.Set(counter, "n", 0); });
  constexpr int kThreads = 4;
  constexpr int kUpdates = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&shop, id] {
      for (int i = 0; i < kUpdates; ++i) {
        const StatusOr<Outcome> outcome = shop->Update(
            {}, "count",
            [id](const Snapshot& snapshot, Batch& batch) -> Status {
              KITH_ASSIGN_OR_RETURN(const record::View record, snapshot.Get(id));
              batch.Set(id, "n", testing::FieldOf(snapshot, record, "n").get<int64_t>() + 1);
              return absl::OkStatus();
            },
            {}, 1000);
        EXPECT_TRUE(outcome.ok()) << outcome.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shop.Get(id, "n"), Value(int64_t{kThreads} * kUpdates));
}

TEST(ApplyTest, UpdateGivesUpAndReportsWhatFillSays) {
  Shop shop;
  const Id id = shop.AddItem("pen");
  int runs = 0;
  const auto conflict = [&](const Snapshot& snapshot, Batch& batch) -> Status {
    ++runs;
    KITH_RETURN_IF_ERROR(snapshot.Get(id).status());
    Batch other = shop.NewBatch();
    other.Add(id, "quantity", 1);
    EXPECT_TRUE(shop->Apply(other).ok());
    batch.Set(id, "weight", 1);
    return absl::OkStatus();
  };
  EXPECT_EQ(GetReason(shop->Update({}, "x", conflict, {}, 3).status()), Reason::kVersionConflict);
  EXPECT_EQ(runs, 3);
  const auto fails = [](const Snapshot&, Batch&) -> Status { return MakeError(Reason::kOutOfRange, "no"); };
  EXPECT_EQ(GetReason(shop->Update({}, "x", fails).status()), Reason::kOutOfRange);
  const auto nothing = [](const Snapshot&, Batch&) -> Status { return absl::OkStatus(); };
  EXPECT_EQ(shop->Update({}, "x", nothing)->first_sequence, 0U);
  // What was read as absent must still be absent.
  const Id next = Id::Of(id.type(), 0, id.sequence() + 1);
  runs = 0;
  const auto absent = [&](const Snapshot& snapshot, Batch& batch) -> Status {
    if (snapshot.Get(next).ok()) return MakeError(Reason::kPreconditionFailed, "there now");
    if (runs++ == 0) shop.AddItem("next");
    batch.Set(id, "weight", 1);
    return absl::OkStatus();
  };
  EXPECT_EQ(GetReason(shop->Update({}, "x", absent).status()), Reason::kPreconditionFailed);
}

TEST(ApplyTest, UpdateWithAKeyIsDoneOnce) {
  Shop shop;
  const Id id = shop.Add("counter", [](Batch& batch, Id counter) { batch.Set(counter, "n", 0); });
  const auto count = [id](const Snapshot& snapshot, Batch& batch) -> Status {
    KITH_ASSIGN_OR_RETURN(const record::View record, snapshot.Get(id));
    batch.Set(id, "n", testing::FieldOf(snapshot, record, "n").get<int64_t>() + 1);
    return absl::OkStatus();
  };
  EXPECT_FALSE(shop->Update({}, "count", count, {.idempotency_key = "k"})->replayed);
  EXPECT_TRUE(shop->Update({}, "count", count, {.idempotency_key = "k"})->replayed);
  EXPECT_EQ(shop.Get(id, "n"), Value(1));
  EXPECT_EQ(GetReason(shop->Update({}, "other", count, {.idempotency_key = "k"}).status()), Reason::kIdempotencyMismatch);
}

// --- time

TEST(ApplyTest, BatchesOfAnOlderCatalogAreBoundAgain) {
  Shop shop;
  Batch old = shop.NewBatch();
  old.Set(old.Create("item"), "name", "pen");
  shop.Ensure(R"({"package": "test.more", "version": "1.0.0", "types": [{"name": "aaa", "fields": [{"name": "x", "kind": "int"}]}]})");
  EXPECT_NE(old.catalog(), *shop->GetCatalog());
  EXPECT_EQ(shop.Get(shop.Apply(old).ids[0], "name"), Value("pen"));
  // A second handle does not know of the change and finds out.
  const auto other = *Database::Open(shop.path(), shop.Options());
  Batch batch = *other->NewBatch();
  batch.Set(batch.Create("item"), "name", "ink");
  shop.Ensure(R"({"package": "test.last", "version": "1.0.0", "types": [{"name": "zzz", "fields": [{"name": "x", "kind": "int"}]}]})");
  EXPECT_TRUE(other->Apply(batch).ok());
  EXPECT_NE((*other->GetCatalog())->FindType("zzz"), nullptr);
}

TEST(ApplyTest, WaitSeesOtherPeoplesChanges) {
  Shop shop;
  const uint64_t before = shop.Sequence();
  EXPECT_EQ(*shop->Wait(before, std::chrono::milliseconds(5)), before);
  EXPECT_EQ(*shop->Wait(before - 1, std::chrono::seconds(10)), before);
  std::thread writer([&] { shop.AddItem("pen"); });
  EXPECT_EQ(*shop->Wait(before, std::chrono::seconds(10)), before + 1);
  writer.join();
}

TEST(ApplyTest, StatsCount) {
  Shop shop;
  const uint64_t applied = shop->GetStats()->applied;
  shop.AddItem("pen");
  Batch bad = shop.NewBatch();
  bad.Create("item");
  EXPECT_FALSE(shop->Apply(bad).ok());
  const DatabaseStats stats = *shop->GetStats();
  EXPECT_EQ(stats.applied, applied + 1);
  EXPECT_EQ(stats.refused, 1U);
  EXPECT_EQ(stats.sequence, shop.Sequence());
  EXPECT_EQ(stats.types, 6U);
  const std::string text = stats.ToOpenMetrics();
  EXPECT_NE(text.find("\nkith_refused_total 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("kith_keyspace_entries{keyspace=\"record\"} "), std::string::npos);
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(ApplyTest, SlowAppliesAreLoggedWithoutValues) {
  Shop shop;
  shop.Close();
  OpenOptions options = shop.Options();
  std::vector<std::string> lines;
  options.slow = std::chrono::milliseconds(1);
  options.log = [&](storage::LogLevel, std::string_view line) { lines.emplace_back(line); };
  const auto db = *Database::Open(shop.path(), options);
  Batch batch = *db->NewBatch();
  for (int i = 0; i < 5000; ++i) batch.Set(batch.Create("item"), "name", "secret");
  ASSERT_TRUE(db->Apply(batch).ok());
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  EXPECT_NE(all.find("slow apply"), std::string::npos) << all;
  EXPECT_EQ(all.find("secret"), std::string::npos) << all;
}

TEST(ApplyTest, ReadOnlyDatabasesRefuseWrites) {
  Shop shop;
  const Batch batch = [&] {
    Batch made = shop.NewBatch();
    made.Set(made.Create("item"), "name", "pen");
    return made;
  }();
  shop.Close();
  OpenOptions options = shop.Options();
  options.create = false;
  options.read_only = true;
  const StatusOr<std::shared_ptr<Database>> db = Database::Open(shop.path(), options);
  ASSERT_TRUE(db.ok()) << db.status();
  EXPECT_TRUE((*db)->read_only());
  EXPECT_EQ(GetReason((*db)->Apply(batch).status()), Reason::kReadOnly);
  const catalog::PackageSource source{.definition = std::string(testing::kShopPackage), .numbers = {}};
  EXPECT_EQ(GetReason((*db)->Ensure({&source, 1}).status()), Reason::kReadOnly);
}

TEST(ApplyTest, OriginAndActorAreKept) {
  Shop shop;
  Batch batch = *shop->NewBatch(Actor("app.users", "17"), "import");
  batch.SetOrigin(Origin::kImport);
  batch.Set(batch.Create("item"), "name", "pen");
  const Id id = shop.Apply(batch).ids[0];
  const auto snapshot = shop.Read();
  EXPECT_EQ(snapshot->Get(id)->header().origin, static_cast<uint8_t>(Origin::kImport));
  EXPECT_EQ((*snapshot->History(id))[0].actor, Actor("app.users", "17"));
  EXPECT_EQ((*snapshot->History(id))[0].reason, "import");
}

}  // namespace
}  // namespace kith
