// Replicas: written apart, brought together in any order, equal in the end.
#include "kith/engine/replica.h"

#include <gmock/gmock.h>

#include <optional>
#include <set>

#include "family.h"
#include "kith/engine/json.h"
#include "support/settings.h"

namespace kith::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Records that were deleted and restored somewhere: of a life that gave place to another, replicas need not remember the same.
std::set<Id> LivedTwice(Family& family) {
  std::set<Id> ids;
  for (size_t i = 0; i < family.size(); ++i) {
    std::set<Id> created;
    const std::unique_ptr<Snapshot> snapshot = *family[i].Read();
    const Snapshot::Feed feed = *snapshot->Changes(0, 1'000'000);
    for (const FeedEntry& entry : feed.entries) {
      if (entry.operation == Operation::kCreate && !created.insert(entry.record).second) ids.insert(entry.record);
    }
  }
  return ids;
}

// R01: two people change one record offline; each field keeps what was said last, and what lost is in its history.
TEST(Replica, FieldsKeepWhatWasSaidLast) {
  Family family(2);
  const Id item = Create(family[0], "item", [](Batch& batch, Id id) {
    batch.Set(id, "name", "old");
    batch.Set(id, "quantity", 1);
  });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Set(item, "name", "early"); });
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) {
    batch.Set(item, "name", "late");
    batch.Set(item, "quantity", 2);
  });
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Set(item, "quantity", 3); });

  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(FieldIn(family[i], item, "name"), Value("late"));
    EXPECT_EQ(FieldIn(family[i], item, "quantity"), Value(int64_t{3}));
    EXPECT_THAT(ProblemsOf(family[i]), IsEmpty());
    const std::vector<HistoryEntry> history = *(*family[i].Read())->History(item);
    EXPECT_EQ(history.size(), 4U);
  }
  EXPECT_EQ(StateOf(family[0]), StateOf(family[1]));
}

// R01: values for one and the same time: the later stamp holds everywhere, in whichever order they come.
TEST(Replica, TheGreaterStampHoldsForTheSameTime) {
  Family family(3);
  family.Advance(kMicrosPerDay);
  const Time then = family.now();
  const Id item = Create(family[0], "item", [](Batch& batch, Id id) { batch.Set(id, "name", "base"); });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerDay);
  const Time since{then.micros + 3600 * kMicrosPerSecond};
  for (const size_t i : {size_t{2}, size_t{0}, size_t{1}}) {
    family.Advance(kMicrosPerSecond);
    Change(family[i], [&](Batch& batch) {
      batch.SetEffective(since);
      batch.Set(item, "name", "from " + std::to_string(i));
    });
  }
  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(FieldIn(family[i], item, "name"), Value("from 1"));
    EXPECT_THAT(ProblemsOf(family[i]), IsEmpty());
  }
}

// R01: a deletion wins over what was written elsewhere meanwhile; what referred to the record lets go of it.
TEST(Replica, ADeletionWins) {
  Family family(2);
  const Id maker = Create(family[0], "maker", [](Batch& batch, Id id) { batch.Set(id, "label", "one"); });
  const Id box = Create(family[0], "box", [](Batch& batch, Id id) { batch.Set(id, "label", "one"); });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) {
    batch.Delete(maker);
    batch.Delete(box);
  });
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Set(maker, "label", "two"); });
  const Id kept = Create(family[1], "item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "kept");
    batch.Set(id, "maker", maker);
  });
  const Id lost = Create(family[1], "item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "lost");
    batch.Set(id, "box", box);
  });
  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(FieldIn(family[i], maker, "label"), Value("gone"));
    EXPECT_TRUE(FieldIn(family[i], kept, "maker").is_null());
    EXPECT_EQ(FieldIn(family[i], lost, "name"), Value("gone"));
    EXPECT_THAT(ProblemsOf(family[i]), IsEmpty());
  }
  EXPECT_EQ(StateOf(family[0]), StateOf(family[1]));
}

// A page goes over from one life of a record to the next where the receiver itself began that.
TEST(Replica, AChangeOfTheLifeThatTheReceiverBegan) {
  Family family(2);
  const Id maker = Create(family[0], "maker", [](Batch& batch, Id id) { batch.Set(id, "label", "one"); });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Set(maker, "label", "two"); });
  Change(family[1], [&](Batch& batch) { batch.Delete(maker); });
  Change(family[1], [&](Batch& batch) { batch.Restore(maker); });
  ASSERT_TRUE(family.Pull(0, 1).ok());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Set(maker, "label", "three"); });
  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(FieldIn(family[i], maker, "label"), Value("three")) << "replica " << i;
}

// R01: both give the same unique value and the same external reference: the record that was created first keeps them, the conflict is told.
TEST(Replica, TheFirstKeepsAUniqueValue) {
  Family family(2);
  const auto fill = [](Batch& batch, Id id) {
    batch.Set(id, "name", "one");
    batch.Set(id, "code", "A-1");
    batch.Link(id, {"erp", "17"});
  };
  family.Advance(kMicrosPerSecond);
  const Id first = Create(family[1], "item", fill);
  family.Advance(kMicrosPerSecond);
  const Id second = Create(family[0], "item", fill);
  const StatusOr<ReceiveReport> report = family.Pull(1, 0);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->conflicts.size(), 2U);
  EXPECT_EQ(report->conflicts[0].field, "erp");
  EXPECT_EQ(report->conflicts[1].record, second);
  EXPECT_EQ(report->conflicts[1].other, first);
  EXPECT_EQ(report->conflicts[1].field, "code");
  EXPECT_THAT(report->conflicts[1].value, HasSubstr("A-1"));
  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(FieldIn(family[i], first, "code"), Value("A-1"));
    EXPECT_TRUE(FieldIn(family[i], second, "code").is_null());
    EXPECT_EQ(*(*family[i].Read())->Find("item", ExternalRef{"erp", "17"}), first);
    EXPECT_THAT(ProblemsOf(family[i]), IsEmpty());
  }
  EXPECT_EQ(StateOf(family[0]), StateOf(family[1]));
}

Id AddMaker(Database& db, std::string_view label, const std::vector<ExternalRef>& refs = {}) {
  return Create(db, "maker", [&](Batch& batch, Id id) {
    batch.Set(id, "label", label);
    for (const ExternalRef& external : refs) batch.Link(id, external);
  });
}

std::optional<Id> Holder(Database& db, std::string_view type, const ExternalRef& external) {
  const StatusOr<Id> found = (*db.Read())->Find(type, external);
  return found.ok() ? std::optional(*found) : std::nullopt;
}

// R01: an older record merged into a younger one: the younger one has its external references everywhere, and nothing is a conflict.
TEST(Replica, AMergeTakesExternalReferencesAlong) {
  Family family(3);
  const Id older = AddMaker(family[0], "older", {{"erp", "17"}});
  family.Advance(kMicrosPerSecond);
  const Id younger = AddMaker(family[0], "younger");
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Merge(younger, older); });
  family.Advance(kMicrosPerSecond);
  // Meanwhile elsewhere something refers to the record that went.
  const Id item = Create(family[1], "item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "made");
    batch.Set(id, "maker", older);
  });
  const StatusOr<ReceiveReport> report = family.Pull(1, 0);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->conflicts, IsEmpty());
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) {
    EXPECT_EQ(Holder(family[i], "maker", {"erp", "17"}), younger);
    EXPECT_EQ(Holder(family[i], "maker", {"kith.id", std::to_string(older.value())}), younger);
    EXPECT_EQ(FieldIn(family[i], item, "maker"), Value(younger));
    EXPECT_EQ(FieldIn(family[i], older, "label"), Value("gone"));
  }
}

// R01: parted elsewhere than merged, what the merge gave goes back, and nothing else that came with it does.
TEST(Replica, AMergeIsPartedElsewhere) {
  Family family(2);
  const Id older = AddMaker(family[0], "older", {{"erp", "17"}});
  const Id younger = AddMaker(family[0], "younger");
  const Id item = Create(family[0], "item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "made");
    batch.Set(id, "maker", older);
  });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Merge(younger, older); });
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Set(younger, "label", "renamed"); });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Unmerge(older); });
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) {
    EXPECT_EQ(Holder(family[i], "maker", {"erp", "17"}), older);
    EXPECT_EQ(Holder(family[i], "maker", {"kith.id", std::to_string(older.value())}), std::nullopt);
    EXPECT_EQ(FieldIn(family[i], item, "maker"), Value(older));
    EXPECT_EQ(FieldIn(family[i], younger, "label"), Value("renamed"));
  }
}

// R01: one record merged into two: the one created first stands for it.
TEST(Replica, MergedIntoTwo) {
  Family family(2);
  const Id gone = AddMaker(family[0], "gone", {{"erp", "17"}});
  family.Advance(kMicrosPerSecond);
  const Id first = AddMaker(family[0], "first");
  family.Advance(kMicrosPerSecond);
  const Id second = AddMaker(family[0], "second");
  ASSERT_TRUE(family.Settle());
  Change(family[0], [&](Batch& batch) { batch.Merge(second, gone); });
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Merge(first, gone); });
  const StatusOr<ReceiveReport> report = family.Pull(0, 1);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->conflicts.size(), 2U);
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) EXPECT_EQ(Holder(family[i], "maker", {"erp", "17"}), first);
}

// R01: an external reference taken away, given to another, and taken away while another replica gives it again: what was said last holds.
TEST(Replica, ExternalReferencesTakenAway) {
  Family family(3);
  const Id one = AddMaker(family[0], "one", {{"erp", "1"}, {"erp", "2"}, {"erp", "3"}});
  const Id two = AddMaker(family[0], "two");
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) {
    batch.Unlink(one, {"erp", "1"});
    batch.Unlink(one, {"erp", "2"});
    batch.Unlink(one, {"erp", "3"});
    batch.Link(two, {"erp", "2"});
  });
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Unlink(one, {"erp", "3"}); });
  Change(family[1], [&](Batch& batch) { batch.Link(one, {"erp", "3"}); });
  // The third hears of the later change first.
  ASSERT_TRUE(family.Pull(2, 1).ok());
  ASSERT_TRUE(family.Pull(2, 0).ok());
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) {
    EXPECT_EQ(Holder(family[i], "maker", {"erp", "1"}), std::nullopt);
    EXPECT_EQ(Holder(family[i], "maker", {"erp", "2"}), two);
    EXPECT_EQ(Holder(family[i], "maker", {"erp", "3"}), one);
  }
}

// R01: of two that claim one external reference the later gives it up for good, also where the first is deleted meanwhile.
TEST(Replica, TheOneThatKeepsAReferenceIsDeleted) {
  Family family(3);
  AddMaker(family[0], "first", {{"erp", "17"}});
  family.Advance(kMicrosPerSecond);
  AddMaker(family[1], "second", {{"erp", "17"}});
  ASSERT_TRUE(family.Pull(2, 0).ok());
  ASSERT_TRUE(family.Pull(2, 1).ok());  // here they meet
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Delete(*Holder(family[0], "maker", {"erp", "17"})); });
  ASSERT_TRUE(family.Pull(1, 0).ok());  // here only one of them is ever there
  ExpectAlike(family);
}

// R01: what a purge empties is empty everywhere, whatever else had been written of the record there.
TEST(Replica, APurgeIsExchanged) {
  Family family(3);
  const Id maker = AddMaker(family[0], "zanzibar", {{"erp", "zanzibar"}});
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) { batch.Set(maker, "label", "cardamom"); });
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Delete(maker); });
  const Id gone[] = {maker};
  ASSERT_TRUE(family[0].Purge(gone, {}).ok());
  AddMaker(family[0], "after the purge");
  ASSERT_TRUE(family.Pull(1, 0).ok());
  ASSERT_TRUE(family.Pull(2, 1).ok());  // which hears of it through another
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) {
    const std::unique_ptr<Snapshot> snapshot = *family[i].Read();
    const std::vector<HistoryEntry> history = *snapshot->History(maker);
    EXPECT_TRUE(IsPurge(history.back())) << "replica " << i;
    const std::string text = HistoryToJson(snapshot->catalog(), history);
    EXPECT_THAT(text, ::testing::Not(::testing::AnyOf(HasSubstr("zanzibar"), HasSubstr("cardamom")))) << "replica " << i;
  }
}

// F went into I here while I went into K there: what there refers to F leads on to K.
TEST(Replica, MergesOfTwoReplicasAreFollowedOneByOne) {
  Family family(2);
  const Id first = AddMaker(family[0], "first");
  const Id second = AddMaker(family[0], "second");
  const Id third = AddMaker(family[0], "third");
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  Change(family[0], [&](Batch& batch) { batch.Merge(second, first); });
  Change(family[1], [&](Batch& batch) { batch.Merge(third, second); });
  const Id item = Create(family[1], "item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "made");
    batch.Set(id, "maker", first);
  });
  ExpectAlike(family);
  for (size_t i = 0; i < family.size(); ++i) EXPECT_EQ(FieldIn(family[i], item, "maker"), Value(third)) << "replica " << i;
}

// What cannot be taken is refused, and nothing changes.
TEST(Replica, RefusesWhatCannotBeRight) {
  Family family(3);
  for (int i = 0; i < 20; ++i) Create(family[2], "maker", [](Batch& batch, Id id) { batch.Set(id, "label", "one"); });
  ASSERT_TRUE(family.Pull(0, 2).ok());
  // Set back to before it wrote all that: neither can it go on under its node, nor can others read it.
  family.SetBack(2, 1);
  Create(family[2], "maker", [](Batch& batch, Id id) { batch.Set(id, "label", "two"); });
  EXPECT_EQ(GetReason(family.Pull(2, 0).status()), Reason::kPreconditionFailed);
  EXPECT_EQ(GetReason(family.Pull(0, 2).status()), Reason::kPreconditionFailed);
  Create(family[1], "maker", [](Batch& batch, Id id) { batch.Set(id, "label", "three"); });
  ASSERT_TRUE(family.Pull(0, 1).ok());

  const uint64_t stands = (*family[0].Read())->sequence();
  ReplicaPage page = *family[1].ReadReplica(0, family[0].node(), 100);
  page.node = family[0].node();
  EXPECT_EQ(GetReason(family[0].Receive(page).status()), Reason::kBadOptions);
  page.node = family[1].node();
  page.after = 1'000'000;
  EXPECT_EQ(GetReason(family[0].Receive(page).status()), Reason::kBadOptions);
  page.after = 0;
  page.own = 1'000'000;
  EXPECT_EQ(GetReason(family[0].Receive(page).status()), Reason::kPreconditionFailed);
  page.own = 0;
  ASSERT_FALSE(page.changes.empty());
  page.changes[0].entry.stamp.recorded = Time{family.now().micros + 2 * kMicrosPerDay};
  EXPECT_EQ(GetReason(family[0].Receive(page).status()), Reason::kEffectiveInFuture);
  EXPECT_EQ((*family[0].Read())->sequence(), stands);
  // The same page again changes nothing.
  page = *family[1].ReadReplica(0, family[0].node(), 100);
  const StatusOr<ReceiveReport> again = family[0].Receive(page);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->taken, 0U);
  EXPECT_EQ((*family[0].Read())->sequence(), stands);
}

// A package of one type, of a version, with these members of the type's beside its name.
std::string Extended(std::string_view members, std::string_view package = "firm", std::string_view needs = R"(["test.shop"])") {
  return R"({"package": ")" + std::string(package) + R"(", "version": "1.0.0", "needs": )" + std::string(needs) +
         R"(, "extend": [{"type": "item", )" + std::string(members) + "}]}";
}

Status Ensure(Database& db, std::string_view package) {
  const catalog::PackageSource source{.definition = std::string(package), .numbers = {}};
  return db.Ensure({&source, 1}).status();
}

// R01, E02: two replicas define fields and choices apart, under the same numbers. They are told apart by name, and keep what each says.
TEST(Replica, FieldsDefinedApart) {
  Family family(2);
  const Id item = Create(family[0], "item", [](Batch& batch, Id id) { batch.Set(id, "name", "one"); });
  ASSERT_TRUE(family.Settle());
  family.Advance(kMicrosPerSecond);
  ASSERT_TRUE(Ensure(family[0], Extended(R"("fields": [{"name": "tier", "kind": "text"}],
      "choices": [{"field": "state", "choices": [{"name": "worn"}]}])"))
                  .ok());
  ASSERT_TRUE(Ensure(family[1], Extended(R"("fields": [{"name": "rank", "kind": "text"}],
      "choices": [{"field": "state", "choices": [{"name": "sold"}]}])"))
                  .ok());
  const auto numbers = [&](size_t i, std::string_view field) {
    const catalog::TypeDef* const type = (*family[i].Read())->catalog().FindType("item");
    return std::pair(type->FindField(field)->package, type->FindField(field)->number);
  };
  ASSERT_EQ(numbers(0, "tier"), numbers(1, "rank"));  // what this test is about
  Change(family[0], [&](Batch& batch) { batch.Set(item, "tier", "gold"); });
  const Id worn = Create(family[0], "item", [](Batch& batch, Id id) {
    batch.Set(id, "name", "worn");
    batch.Set(id, "state", "worn");
    batch.Set(id, "tier", "tin");
  });
  family.Advance(kMicrosPerSecond);
  Change(family[1], [&](Batch& batch) {
    batch.Set(item, "rank", "first");
    batch.Set(item, "state", "sold");
  });
  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(FieldIn(family[i], item, "tier"), Value("gold"));
    EXPECT_EQ(FieldIn(family[i], item, "rank"), Value("first"));
    EXPECT_EQ(FieldIn(family[i], worn, "tier"), Value("tin"));
    EXPECT_TRUE(FieldIn(family[i], worn, "rank").is_null());
    const std::unique_ptr<Snapshot> snapshot = *family[i].Read();
    const auto state = [&](Id id) {
      const catalog::FieldDef& field = *snapshot->catalog().FindType("item")->FindField("state");
      return field.FindChoice(FieldIn(family[i], id, "state").get_if<Choice>()->number)->name;
    };
    EXPECT_EQ(state(item), "sold");
    EXPECT_EQ(state(worn), "worn");
    EXPECT_THAT(ProblemsOf(family[i]), IsEmpty());
  }
}

// R01: of two definitions of one thing the one set last holds in all, through others too.
TEST(Replica, TheDefinitionSetLastHolds) {
  Family family(3);
  const auto set = [&](size_t i, std::string_view label, std::string_view more = "") {
    family.Advance(kMicrosPerSecond);
    const Status status = Ensure(family[i], Extended(R"("fields": [{"name": "tier", "kind": "text", "labels": {"en": ")" +
                                                     std::string(label) + "\"}}" + std::string(more) + "]"));
    ASSERT_TRUE(status.ok()) << status;
  };
  const auto label = [&](size_t i) {
    const std::unique_ptr<Snapshot> snapshot = *family[i].Read();
    return snapshot->catalog().FindType("item")->FindField("tier")->labels.at("en");
  };
  set(0, "Early");
  set(2, "Between", R"(, {"name": "rank", "kind": "int"})");
  set(1, "Early");  // the same again, later
  ASSERT_TRUE(family.Pull(0, 1).ok());
  ASSERT_TRUE(family.Pull(0, 2).ok());
  EXPECT_EQ(label(0), "Early");
  ASSERT_TRUE(family.Pull(2, 0).ok());
  EXPECT_EQ(label(2), "Early");
  ExpectAlike(family);
  set(2, "Late", R"(, {"name": "rank", "kind": "int"})");
  ExpectAlike(family);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(label(i), "Late");
}

// R01: what cannot be brought together is refused, by type and field, and nothing is taken.
TEST(Replica, DefinitionsThatDoNotFitAreRefused) {
  const auto refused = [](std::string_view one, std::string_view two) {
    Family family(2);
    EXPECT_TRUE(Ensure(family[0], one).ok());
    EXPECT_TRUE(Ensure(family[1], two).ok());
    Create(family[1], "item", [](Batch& batch, Id id) { batch.Set(id, "name", "two"); });
    const uint64_t stands = (*family[0].Read())->sequence();
    const Status status = family.Pull(0, 1, 1000).status();
    EXPECT_EQ(GetReason(status), Reason::kPackageConflict) << status;
    EXPECT_EQ((*family[0].Read())->sequence(), stands);
    return status;
  };
  const Status kind =
      refused(Extended(R"("fields": [{"name": "tier", "kind": "text"}])"), Extended(R"("fields": [{"name": "tier", "kind": "int"}])"));
  EXPECT_EQ(GetErrorInfo(kind).type, "item");
  EXPECT_EQ(GetErrorInfo(kind).field, "tier");
  EXPECT_EQ(GetErrorInfo(kind).value, "int");
  const Status owner = refused(Extended(R"("fields": [{"name": "tier", "kind": "text"}])"),
                               Extended(R"("fields": [{"name": "tier", "kind": "text"}])", "other"));
  EXPECT_EQ(GetErrorInfo(owner).field, "tier");
  const auto type = [](std::string_view name) {
    return R"({"package": "firm", "version": "1.0.0", "types": [{"name": ")" + std::string(name) +
           R"(", "fields": [{"name": "a", "kind": "text"}]}]})";
  };
  const Status number = refused(type("boat"), type("train"));
  EXPECT_EQ(GetErrorInfo(number).type, "train");
  EXPECT_THAT(std::string(number.message()), HasSubstr("boat"));
}

// What is wrong with a page is said before anything of it is taken, its definitions too.
TEST(Replica, ARefusedPageLeavesNoDefinitions) {
  const std::string train =
      R"({"package": "firm", "version": "1.0.0", "types": [{"name": "train", "fields": [{"name": "a", "kind": "text"}]}]})";
  Family family(2);
  Create(family[1], "item", [](Batch& batch, Id id) { batch.Set(id, "name", "one"); });
  const uint64_t before_it = (*family[1].Read())->sequence();
  ASSERT_TRUE(Ensure(family[1], train).ok());
  Create(family[1], "train", [](Batch& batch, Id id) { batch.Set(id, "a", "x"); });
  const ReplicaPage later = *family[1].ReadReplica(before_it, family[0].node(), 1000);
  ASSERT_TRUE(
      std::any_of(later.changes.begin(), later.changes.end(), [](const ReplicaChange& change) { return change.entry.record.type() < 16; }));
  const auto refused = [&](const ReplicaPage& page, Reason reason, std::string_view message) {
    const uint64_t stands = (*family[0].Read())->sequence();
    const Status status = family[0].Receive(page).status();
    EXPECT_EQ(GetReason(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
    EXPECT_EQ((*family[0].Read())->sequence(), stands);
    EXPECT_EQ((*family[0].Read())->catalog().FindType("train"), nullptr);
  };
  refused(later, Reason::kBadOptions, "the page before this one has not come");
  ReplicaPage forgotten = later;
  forgotten.after = 0;
  forgotten.own = 1'000'000;
  refused(forgotten, Reason::kPreconditionFailed, "itself forgotten");
  // A change of a type that neither knows: nothing of the page is taken.
  ReplicaPage unknown = *family[1].ReadReplica(0, family[0].node(), 1000);
  unknown.changes.back().entry.record = Id::Of(3000, unknown.node, 1);
  refused(unknown, Reason::kUnknownType, "3000");
  ASSERT_TRUE(family.Pull(0, 1, 1000).ok());
  EXPECT_NE((*family[0].Read())->catalog().FindType("train"), nullptr);
}

// Offline edits of every kind at random, in three replicas that meet by chance.
class Life : public ByChance {
 public:
  using ByChance::ByChance;

  void Step() {
    const size_t at = Later();
    if (Below(8) == 0) return Meet(at);
    if (!deleted_.empty() && Below(40) == 0) {
      const Id gone[] = {deleted_[Below(deleted_.size())]};
      (void)family_[at].Purge(gone, {});  // refused while it is there
      return;
    }
    if (Below(20) == 0) {
      const char* const policies[] = {R"({"types": {"item": {"read": ["owner"]}}})", R"({"types": {"*": {"write": ["reports"]}}})", "{}"};
      EXPECT_TRUE(family_[at].SetPolicy(policies[Below(3)]).ok());
    }
    if (Below(15) == 0) Define(family_[at]);
    ApplySome(family_[at]);
    times_.push_back(family_.now());
  }
  [[nodiscard]] std::vector<Time> times() {
    std::vector<Time> some;
    for (int i = 0; i < 6 && !times_.empty(); ++i) some.push_back(times_[Below(times_.size())]);
    return some;
  }

 private:
  void Edit(Database& db, Batch& batch) override {
    const char* const types[] = {"item", "maker", "box"};
    const std::string type = types[Below(3)];
    const Id target = Pick(db, type);
    const size_t what = Below(13);
    if (target.is_null() || what < 2) {
      const Id id = batch.Create(type);
      Fill(db, type, batch, id);
    } else if (what < 8) {
      Fill(db, type, batch, target);
    } else if (what == 8) {
      batch.Delete(target);
      deleted_.push_back(target);
    } else if (what == 9 && !deleted_.empty()) {
      batch.Restore(deleted_[Below(deleted_.size())]);
    } else if (what == 10) {
      const Id other = Pick(db, type);
      if (other == target) return;
      batch.Merge(target, other);
      merged_.push_back(other);
    } else if (what == 11 && !merged_.empty()) {
      batch.Unmerge(merged_[Below(merged_.size())]);
    } else if (what == 12) {
      const std::vector<ExternalRef> refs = (*db.Read())->ExternalRefs(target);
      if (!refs.empty()) batch.Unlink(target, refs[Below(refs.size())]);
    }
  }

  // Fields and choices of a few names, under whatever numbers are free there. Where one is declared otherwise that is refused.
  void Define(Database& db) {
    const std::string package = Below(2) == 0 ? "firm" : "shop";
    const std::string mine = R"({"name": ")" + package + "_";
    const std::string label = R"(", "labels": {"en": ")" + std::to_string(Below(3)) + "\"}";
    const catalog::PackageDef* const present = (*db.GetCatalog())->FindPackage(package);
    std::string fields;
    for (const char* name : {"a", "b", "c", "d"}) {
      const bool here = present != nullptr && (*db.GetCatalog())->FindType("item")->FindField(package + "_" + name) != nullptr;
      if (here || Below(3) == 0) fields += (fields.empty() ? "" : ",") + mine + name + label + R"(, "kind": "text"})";
    }
    const catalog::FieldDef& state = *(*db.GetCatalog())->FindType("item")->FindField("state");
    std::string choices;
    for (const char* name : {"x", "y", "z"}) {
      const bool here = state.FindChoice(package + "_" + name) != nullptr;
      if (here || Below(3) == 0) choices += (choices.empty() ? "" : ",") + mine + name + "\"}";
    }
    std::string members = R"("fields": [)" + fields + "]";
    if (!choices.empty()) members += R"(, "choices": [{"field": "state", "choices": [)" + choices + "]}]";
    const Status status = Ensure(db, Extended(members, package));
    EXPECT_TRUE(status.ok()) << status << members;
  }

  void Fill(Database& db, const std::string& type, Batch& batch, Id id) {
    // The same one is given in two places now and then.
    if (Below(6) == 0) batch.Link(id, {"erp", Below(3) == 0 ? std::to_string(Below(4)) : "n" + std::to_string(++linked_)});
    if (type != "item") {
      batch.Set(id, "label", std::to_string(Below(5)));
      if (type == "maker" && Below(3) == 0) batch.Set(id, "long", std::to_string(Below(6)));
      if (type == "box" && Below(3) == 0) batch.Set(id, "inside", Pick(db, "box"));
      return;
    }
    batch.Set(id, "name", std::to_string(Below(5)));
    if (Below(2) == 0) batch.Set(id, "quantity", static_cast<int64_t>(Below(4)));
    if (Below(4) == 0) batch.Set(id, "code", "A-" + std::to_string(Below(6)));
    if (Below(4) == 0) batch.Set(id, "maker", Pick(db, "maker"));
    if (Below(4) == 0) batch.Set(id, "box", Pick(db, "box"));
    const catalog::TypeDef& item = *batch.catalog()->FindType("item");
    for (const catalog::FieldDef& field : item.fields) {
      if (field.package != item.package && Below(3) == 0) batch.Set(id, field.name, std::to_string(Below(5)));
    }
    const std::vector<catalog::ChoiceDef>& states = item.FindField("state")->choices;
    if (Below(3) == 0) batch.Set(id, "state", states[Below(states.size())].name);
  }

  std::vector<Id> deleted_;
  std::vector<Id> merged_;
  std::vector<Time> times_;
  int linked_ = 0;
};

// R01: whatever was edited where, and in whichever order they met, replicas that have everything hold the same, and all of it is sound.
TEST(Replica, ConvergesWhateverHappened) {
  const uint64_t first = TestSeed(1);
  for (uint64_t seed = first; seed < first + 12 * static_cast<uint64_t>(TestScale()); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Family family(3);
    family.Advance(kMicrosPerDay);
    Life life(family, seed);
    for (int i = 0; i < 120 && !::testing::Test::HasFailure(); ++i) life.Step();
    ASSERT_TRUE(family.Settle());
    const std::vector<Time> times = life.times();
    const std::set<Id> twice = LivedTwice(family);
    const std::vector<std::string> state = StateOf(family[0], times, twice);
    for (size_t i = 0; i < family.size(); ++i) {
      EXPECT_THAT(Differing(StateOf(family[i], times, twice), state), IsEmpty()) << "replica " << i;
      EXPECT_THAT(ProblemsOf(family[i]), IsEmpty()) << "replica " << i;
    }
    ASSERT_FALSE(::testing::Test::HasFailure());
  }
}

}  // namespace
}  // namespace kith::testing
