// Records merged, parted, purged, and restored in the face of obstacles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "kith/engine/json.h"
#include "kith/engine/revert.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Shop;
using ::testing::SizeIs;

constexpr std::string_view kPeople = R"({
  "package": "people", "version": "1.0.0",
  "types": [
    {"name": "human",
     "fields": [{"name": "name", "kind": "text", "personal": true}, {"name": "phone", "kind": "text", "personal": true}, {"name": "mail", "kind": "text"},
                {"name": "number", "kind": "int"}, {"name": "boss", "kind": "ref", "to": ["human"], "on_delete": "detach"}],
     "indexes": [{"name": "by_number", "fields": ["number"], "unique": true}]},
    {"name": "note", "fields": [{"name": "text", "kind": "text"}, {"name": "on", "kind": "ref", "to": ["human"], "on_delete": "cascade"}]},
    {"name": "badge",
     "fields": [{"name": "holder", "kind": "ref", "to": ["human"], "on_delete": "restrict"}, {"name": "room", "kind": "text"},
                {"name": "since", "kind": "int"}],
     "indexes": [{"name": "one_a_room", "fields": ["holder", "room"], "unique": true}]},
    {"name": "friends",
     "fields": [{"name": "one", "kind": "ref", "to": ["human"], "on_delete": "cascade"},
                {"name": "other", "kind": "ref", "to": ["human"], "on_delete": "cascade"}, {"name": "how", "kind": "text"}],
     "behaviours": {"relation": {"from": "one", "to": "other"}},
     "relation": {"symmetric": true, "no_loops": true}}
  ]
})";

class MergeTest : public ::testing::Test {
 protected:
  MergeTest() { shop_.Ensure(kPeople); }
  ~MergeTest() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }

  Id Human(std::string_view name) {
    return shop_.Add("human", [&](Batch& batch, Id id) { batch.Set(id, "name", name); });
  }
  Id Note(Id on, std::string_view text) {
    return shop_.Add("note", [&](Batch& batch, Id id) {
      batch.Set(id, "on", on);
      batch.Set(id, "text", text);
    });
  }
  Id Friends(Id one, Id other) {
    return shop_.Add("friends", [&](Batch& batch, Id id) {
      batch.Set(id, "one", one);
      batch.Set(id, "other", other);
    });
  }
  Id Badge(Id holder, std::string_view room, int64_t since) {
    return shop_.Add("badge", [&](Batch& batch, Id id) {
      batch.Set(id, "holder", holder);
      batch.Set(id, "room", room);
      batch.Set(id, "since", since);
    });
  }
  void Set(Id id, std::string_view field, Value value) {
    Batch batch = shop_.NewBatch();
    batch.Set(id, field, std::move(value));
    shop_.Apply(batch);
  }
  void Link(Id id, const ExternalRef& external) {
    Batch batch = shop_.NewBatch();
    batch.Link(id, external);
    shop_.Apply(batch);
  }
  Outcome Merge(Id into, Id from) {
    Batch batch = shop_.NewBatch("the same person");
    batch.Merge(into, from);
    return shop_.Apply(batch);
  }
  Outcome Unmerge(Id id) {
    Batch batch = shop_.NewBatch("two people after all");
    batch.Unmerge(id);
    return shop_.Apply(batch);
  }
  Status Try(const std::function<void(Batch&)>& fill) {
    Batch batch = shop_.NewBatch();
    fill(batch);
    return shop_->Apply(batch).status();
  }
  // What every record says: its values, owner and external references, without versions and times.
  std::map<uint64_t, std::string> State() {
    std::map<uint64_t, std::string> state;
    const auto snapshot = shop_.Read();
    for (const std::string_view type : {"human", "note", "badge", "friends"}) {
      const auto cursor = *snapshot->Scan(type);
      const catalog::TypeDef& def = **snapshot->catalog().GetType(type);
      while (cursor->Next()) {
        std::string& text = state[cursor->id().value()];
        const record::View view = *cursor->record();
        for (const catalog::FieldDef& field : def.fields) text += field.name + "=" + ToText(view.Get(field.position)) + " ";
        for (const ExternalRef& external : snapshot->ExternalRefs(cursor->id())) text += external.system + ":" + external.key + " ";
      }
    }
    return state;
  }
  Shop shop_;
};

TEST_F(MergeTest, EverythingLeadsToTheOneThatStays) {  // B07
  const Id anna = Human("Anna");
  const Id ann = Human("Ann");
  Set(ann, "phone", "123");
  Set(ann, "mail", "ann@x.org");
  Set(anna, "mail", "anna@x.org");
  Link(ann, {"erp", "7"});
  const Id boss = Human("Boss");
  Set(boss, "boss", ann);
  const Id note = Note(ann, "called");
  const Id badge = Badge(ann, "lab", 3);
  const Time before = shop_.clock.now();

  const Outcome outcome = Merge(anna, ann);
  EXPECT_FALSE(shop_.Exists(ann));
  EXPECT_EQ(shop_.Get(anna, "phone"), Value("123"));
  EXPECT_EQ(shop_.Get(anna, "mail"), Value("anna@x.org"));
  EXPECT_EQ(shop_.Get(note, "on"), Value(anna));
  EXPECT_EQ(shop_.Get(badge, "holder"), Value(anna));
  EXPECT_EQ(shop_.Get(boss, "boss"), Value(anna));
  EXPECT_GT(outcome.last_sequence, outcome.first_sequence);

  const auto now = shop_.Read();
  EXPECT_EQ(*now->Find("human", Ref(ann)), anna);
  EXPECT_EQ(*now->Find("human", ExternalRef{"erp", "7"}), anna);
  EXPECT_EQ(MergedInto(now->History(ann)->back()), anna);
  EXPECT_THAT(HistoryToJson(now->catalog(), *now->History(ann)), HasSubstr("merged_into"));
  // The past is what it was.
  EXPECT_EQ(GetField(**now->catalog().GetType("note"), now->GetAsOf(note, {.effective = before})->view(), "on").value(), Value(ann));
  EXPECT_TRUE(now->GetAsOf(ann, {.effective = before}).ok());

  // The id goes on to work: as a target, as a value, in a second merge.
  Set(ann, "name", "Anna K.");
  EXPECT_EQ(shop_.Get(anna, "name"), Value("Anna K."));
  EXPECT_EQ(shop_.Get(Note(ann, "again"), "on"), Value(anna));
  EXPECT_EQ(Merge(anna, ann).first_sequence, 0u);
  EXPECT_EQ(Merge(ann, anna).first_sequence, 0u);
}

TEST_F(MergeTest, WhatTheBatchSetsComesAfter) {
  const Id a = Human("A");
  const Id b = Human("B");
  Set(b, "phone", "123");
  Set(b, "number", 9);
  Batch batch = shop_.NewBatch();
  batch.Merge(a, b);
  batch.Set(a, "phone", "456");
  const Id note = batch.Create("note");
  batch.Set(note, "on", b);
  const Id id = shop_.Apply(batch).ids[note.local_index()];
  EXPECT_EQ(shop_.Get(a, "phone"), Value("456"));
  EXPECT_EQ(shop_.Get(a, "number"), Value(9));  // unique, and free once the other is gone
  EXPECT_EQ(shop_.Get(id, "on"), Value(a));
}

TEST_F(MergeTest, WhatSaysTheSameTwiceBecomesOne) {
  const Id a = Human("A");
  const Id b = Human("B");
  const Id c = Human("C");
  Set(b, "boss", a);
  const Id ac = Friends(a, c);
  const Id cb = Friends(c, b);  // the same edge once a and b are one
  const Id ab = Friends(a, b);  // leads from the record to itself
  const Id lab_a = Badge(a, "lab", 3);
  const Id lab_b = Badge(b, "lab", 3);
  Set(cb, "how", "school");
  const auto before = State();
  Merge(a, b);
  EXPECT_TRUE(shop_.Exists(ac));
  EXPECT_FALSE(shop_.Exists(cb));
  EXPECT_FALSE(shop_.Exists(ab));
  EXPECT_EQ(shop_.Get(ac, "how"), Value("school"));
  EXPECT_TRUE(shop_.Exists(lab_a));
  EXPECT_FALSE(shop_.Exists(lab_b));
  EXPECT_EQ(shop_.Get(a, "boss"), Value());  // nobody is the own boss
  Unmerge(b);
  EXPECT_EQ(State(), before);
}

TEST_F(MergeTest, WhatDiffersIsNotThrownAway) {
  const Id a = Human("A");
  const Id b = Human("B");
  Badge(a, "lab", 3);
  const Id later = Badge(b, "lab", 4);
  const auto before = State();
  EXPECT_EQ(GetReason(Try([&](Batch& batch) { batch.Merge(a, b); })), Reason::kUnique);
  EXPECT_EQ(State(), before);
  Batch batch = shop_.NewBatch();
  batch.Delete(later);
  batch.Merge(a, b);
  shop_.Apply(batch);
  EXPECT_FALSE(shop_.Exists(b));
  Unmerge(b);
  EXPECT_EQ(shop_.Get(later, "holder"), Value(b));
}

TEST_F(MergeTest, UnmergeKeepsWhatCameLater) {  // B07
  const Id a = Human("A");
  const Id b = Human("B");
  const Id c = Human("C");
  Set(b, "phone", "123");
  Set(b, "mail", "b@x.org");
  Link(b, {"erp", "7"});
  Link(b, {"web", "x"});
  const Id moved_on = Note(b, "moved on");
  const Id stays = Note(b, "goes back");
  Merge(a, b);
  Set(moved_on, "on", c);
  Set(moved_on, "on", a);  // somebody's decision by now
  Set(a, "mail", "a@x.org");
  const Id later = Note(a, "later");
  Batch batch = shop_.NewBatch();
  batch.Unlink(a, {"web", "x"});
  shop_.Apply(batch);

  const Outcome outcome = Unmerge(b);
  EXPECT_EQ(shop_.Get(moved_on, "on"), Value(a));
  EXPECT_EQ(shop_.Get(later, "on"), Value(a));
  EXPECT_EQ(shop_.Get(stays, "on"), Value(b));
  EXPECT_EQ(shop_.Get(a, "phone"), Value());
  EXPECT_EQ(shop_.Get(b, "phone"), Value("123"));
  EXPECT_EQ(shop_.Get(a, "mail"), Value("a@x.org"));
  EXPECT_EQ(shop_.Get(b, "mail"), Value("b@x.org"));
  EXPECT_THAT(outcome.effects, Contains("keeps human.mail"));
  EXPECT_THAT(outcome.effects, Contains("keeps note.on"));
  EXPECT_THAT(outcome.effects, Not(Contains("keeps human.phone")));
  EXPECT_EQ(*shop_.Read()->Find("human", ExternalRef{"erp", "7"}), b);
  EXPECT_FALSE(shop_.Read()->Find("human", ExternalRef{"web", "x"}).ok());
  EXPECT_EQ(*shop_.Read()->Find("human", Ref(b)), b);
  EXPECT_EQ(GetReason(Try([&](Batch& again) { again.Unmerge(b); })), Reason::kPreconditionFailed);
}

// What went in the batch of a merge and was restored by itself since is there, and is not brought back once more.
TEST_F(MergeTest, UnmergeLeavesWhatIsBackAlready) {
  const Id ann = Human("Ann");
  const Id bob = Human("Bob");
  const Id note = Note(bob, "seen");
  Batch merge = shop_.NewBatch();
  merge.Delete(note);
  merge.Merge(ann, bob);
  shop_.Apply(merge);
  Batch restore = shop_.NewBatch();
  restore.Restore(note);
  shop_.Apply(restore);
  Set(note, "text", "seen again");
  Batch part = shop_.NewBatch();
  part.Unmerge(bob);
  shop_.Apply(part);
  EXPECT_EQ(shop_.Get(note, "text"), Value("seen again"));
}

// An owner who is no more is not taken over, and does not keep two records apart. B07
TEST_F(MergeTest, AnOwnerWhoIsGoneIsNotTakenOver) {
  const Id boss = Human("Boss");
  const Id ann = Human("Ann");
  const Id bob = Human("Bob");
  Set(bob, "owner", Value(boss));
  Batch batch = shop_.NewBatch();
  batch.Delete(boss);
  shop_.Apply(batch);
  Merge(ann, bob);
  EXPECT_EQ(shop_.Read()->Get(ann)->header().owner, 0U);
}

TEST_F(MergeTest, ChainsFollowAndPartInReverse) {
  const Id a = Human("A");
  const Id b = Human("B");
  const Id c = Human("C");
  const Id note = Note(c, "of c");
  const auto before = State();
  Merge(b, c);
  Merge(a, b);
  EXPECT_EQ(*shop_.Read()->Find("human", Ref(c)), a);
  EXPECT_EQ(shop_.Get(note, "on"), Value(a));
  const Status status = Try([&](Batch& batch) { batch.Unmerge(c); });
  EXPECT_EQ(GetReason(status), Reason::kPreconditionFailed);
  EXPECT_THAT(GetErrorInfo(status).hint, HasSubstr(std::to_string(b.value())));
  Unmerge(b);
  EXPECT_EQ(*shop_.Read()->Find("human", Ref(c)), b);
  Unmerge(c);
  EXPECT_EQ(State(), before);
}

TEST_F(MergeTest, BadOnesAreRefused) {
  const Id a = Human("A");
  const Id b = Human("B");
  const Id note = Note(a, "x");
  const Id missing = Id::Of(a.type(), 0, 999);
  const auto before = State();
  const auto reason = [&](const std::function<void(Batch&)>& fill) { return GetReason(Try(fill)); };
  EXPECT_EQ(reason([&](Batch& batch) { batch.Merge(a, note); }), Reason::kReferenceWrongType);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Merge(a, a); }), Reason::kBatchMalformed);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Merge(a, missing); }), Reason::kRecordMissing);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Merge(a, batch.Create("human")); }), Reason::kBatchMalformed);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Unmerge(missing); }), Reason::kRecordMissing);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Unmerge(a); }), Reason::kPreconditionFailed);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Link(a, {"kith.id", "17"}); }), Reason::kBatchMalformed);
  EXPECT_EQ(State(), before);
  Merge(a, b);
  EXPECT_EQ(reason([&](Batch& batch) { batch.Unlink(a, {"kith.id", std::to_string(b.value())}); }), Reason::kBatchMalformed);
  const Status restore = Try([&](Batch& batch) { batch.Restore(b); });
  EXPECT_EQ(GetReason(restore), Reason::kPreconditionFailed);
  EXPECT_EQ(GetErrorInfo(restore).hint, "unmerge it");
}

TEST_F(MergeTest, AsJson) {
  const Id a = Human("A");
  const Id b = Human("B");
  Batch batch = shop_.NewBatch();
  batch.Merge(a, b);
  const std::string json = batch.ToJson();
  EXPECT_THAT(json, HasSubstr("\"from\":" + std::to_string(b.value())));
  const StatusOr<Batch> read = Batch::FromJson(batch.catalog(), json);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->ToJson(), json);
  shop_.Apply(*read);
  EXPECT_FALSE(shop_.Exists(b));
  const StatusOr<Batch> part = Batch::FromJson(batch.catalog(), "{\"changes\": [{\"unmerge\": " + std::to_string(b.value()) + "}]}");
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_THAT(part->ToJson(), HasSubstr("unmerge"));
  shop_.Apply(*part);
  EXPECT_TRUE(shop_.Exists(b));
}

// Random people, notes, badges and friendships; some are merged, in any order; parted in reverse, all is as it was.
TEST_F(MergeTest, MergedAndPartedIsAsBefore) {  // W14
  std::mt19937 random(7);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (int round = 0; round < 12; ++round) {
    std::vector<Id> people;
    for (int i = 0; i < 8; ++i) people.push_back(Human("P" + std::to_string(i)));
    const auto one = [&] { return people[below(people.size())]; };
    for (size_t i = 0; i < people.size(); ++i) {
      if (below(2) == 0) Set(people[i], "phone", std::to_string(below(99)));
      if (below(2) == 0) Set(people[i], "boss", one());
      Link(people[i], {"erp", std::to_string(round) + "-" + std::to_string(i)});
    }
    for (int i = 0; i < 6; ++i) Note(one(), "n");
    for (int i = 0; i < 6; ++i)
      Try([&](Batch& batch) {
        const Id id = batch.Create("badge");
        batch.Set(id, "holder", one());
        batch.Set(id, "room", std::string(1, static_cast<char>('a' + below(3))));
      }).IgnoreError();
    for (int i = 0; i < 8; ++i)
      Try([&](Batch& batch) {
        const Id id = batch.Create("friends");
        batch.Set(id, "one", people[below(4)]);
        batch.Set(id, "other", people[4 + below(4)]);
      }).IgnoreError();
    const auto before = State();
    std::vector<Id> gone;
    for (int i = 0; i < 4; ++i) {
      const Id into = one();
      const Id from = one();
      if (into == from || !shop_.Exists(into) || !shop_.Exists(from)) continue;
      if (Try([&](Batch& batch) { batch.Merge(into, from); }).ok()) gone.push_back(from);
      shop_.clock.Advance(kMicrosPerSecond);
    }
    ASSERT_THAT(shop_.Problems(), IsEmpty());
    for (auto it = gone.rbegin(); it != gone.rend(); ++it) Unmerge(*it);
    const auto after = State();
    for (const auto& [id, text] : before) {
      const auto found = after.find(id);
      ASSERT_EQ(found == after.end() ? "gone" : found->second, text) << "round " << round << ", record " << id;
    }
    ASSERT_EQ(after.size(), before.size());
  }
}

// Random edits between merging and parting: what nobody touched goes back to where the merge took it from, what somebody said, added or
// took away since stays as it was said, and merging and parting again changes nothing more.
TEST_F(MergeTest, PartedTakesBackWhatItMovedAndKeepsWhatCameLater) {  // B07, W14
  std::mt19937 random(11);
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  for (int round = 0; round < 6; ++round) {
    const Id into = Human("A");
    const Id from = Human("B");
    const Id third = Human("C");
    const Id all[] = {into, from, third};
    for (const Id id : {into, from}) {
      if (below(2) == 0) Set(id, "phone", std::to_string(below(99)));
      if (below(2) == 0) Set(id, "mail", std::to_string(below(99)));
    }
    struct Told {
      Id note;
      Id on;  // what it must say after the parting
    };
    std::vector<Told> notes;
    for (int i = 0; i < 8; ++i) {
      const Id on = all[below(3)];
      notes.push_back({Note(on, "n" + std::to_string(i)), on});
    }
    for (int i = 0; i < 4; ++i) Link(from, {"erp", std::to_string(round) + "/" + std::to_string(i)});
    const Value mail_of_from = shop_.Get(from, "mail");
    const Value phone = shop_.Get(into, "phone");
    Value mail = shop_.Get(into, "mail");
    Merge(into, from);
    for (const Told& told : notes) EXPECT_EQ(shop_.Get(told.note, "on"), Value(told.on == from ? into : told.on));
    for (int i = 0; i < 6; ++i) {  // somebody goes on working
      Told& told = notes[below(notes.size())];
      switch (below(4)) {
        case 0:
          if (!shop_.Exists(told.note)) break;
          if (shop_.Get(told.note, "on") == Value(third)) break;
          Set(told.note, "on", third);
          told.on = third;
          break;
        case 1:
          notes.push_back({Note(into, "later"), into});
          break;
        case 2:
          mail = "said later " + std::to_string(i);
          Set(into, "mail", mail);
          break;
        default:
          if (shop_.Exists(told.note)) Set(told.note, "text", "changed");  // which moves nothing
      }
    }
    Unmerge(from);
    for (const Told& told : notes) EXPECT_EQ(shop_.Get(told.note, "on"), Value(told.on)) << "round " << round;
    EXPECT_EQ(shop_.Get(into, "phone"), phone) << "round " << round;
    EXPECT_EQ(shop_.Get(into, "mail"), mail) << "round " << round;
    EXPECT_EQ(shop_.Get(from, "mail"), mail_of_from) << "round " << round;
    for (int i = 0; i < 4; ++i) {
      EXPECT_EQ(*shop_.Read()->Find("human", ExternalRef{"erp", std::to_string(round) + "/" + std::to_string(i)}), from);
    }
    const auto parted = State();
    EXPECT_EQ(GetReason(Try([&](Batch& batch) { batch.Unmerge(from); })), Reason::kPreconditionFailed);
    Merge(into, from);
    Unmerge(from);
    EXPECT_EQ(State(), parted) << "round " << round;
    ASSERT_THAT(shop_.Problems(), IsEmpty());
  }
}

TEST_F(MergeTest, ADryRunTellsWhatItWouldDo) {
  const Id a = Human("A");
  const Id b = Human("B");
  const Id note = Note(b, "x");
  const auto before = State();
  Batch batch = shop_.NewBatch();
  batch.Merge(a, b);
  const Outcome outcome = shop_.Apply(batch, {.dry_run = true});
  std::map<uint64_t, Operation> would;
  for (const FeedEntry& entry : outcome.changes) would[entry.record.value()] = entry.operation;
  EXPECT_THAT(would, SizeIs(3));
  EXPECT_EQ(would[a.value()], Operation::kChange);
  EXPECT_EQ(would[b.value()], Operation::kDelete);
  EXPECT_EQ(would[note.value()], Operation::kChange);
  EXPECT_EQ(State(), before);
  Batch deletion = shop_.NewBatch();
  deletion.Delete(b);  // takes the note along
  EXPECT_THAT(shop_.Apply(deletion, {.dry_run = true}).changes, SizeIs(2));
  EXPECT_THAT(shop_.Apply(batch).changes, IsEmpty());
}

TEST_F(MergeTest, ARestoreNamesAllThatStandsInItsWay) {
  const Id maker = shop_.Add("maker", [](Batch& batch, Id id) { batch.Set(id, "label", "m"); });
  const Id pen = shop_.Add("item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "pen");
    batch.Set(id, "code", "C-1");
    batch.Set(id, "about", maker);
    batch.Link(id, {"erp", "17"});
  });
  Batch batch = shop_.NewBatch();
  batch.Delete(pen);
  shop_.Apply(batch);
  const Id other = shop_.Add("item", [](Batch& fill, Id id) {
    fill.Set(id, "name", "other");
    fill.Set(id, "code", "C-1");
    fill.Link(id, {"erp", "17"});
  });
  const Status status = Try([&](Batch& restore) { restore.Restore(pen); });
  EXPECT_EQ(GetReason(status), Reason::kExternalRefTaken);
  EXPECT_EQ(GetErrorInfo(status).record, other);
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("item.code C-1"));
  EXPECT_FALSE(shop_.Exists(pen));
  // What the same batch puts out of the way does not stand in it.
  Batch both = shop_.NewBatch();
  both.Unlink(other, {"erp", "17"});
  both.Restore(pen);
  both.Set(other, "code", Value());
  shop_.Apply(both);
  EXPECT_EQ(shop_.Get(pen, "code"), Value("C-1"));
}

TEST_F(MergeTest, ARecordGoesBackToWhatItWas) {
  const Id maker = shop_.Add("maker", [](Batch& batch, Id id) { batch.Set(id, "label", "m"); });
  const Id pen = shop_.Add("item", [&](Batch& batch, Id id) {
    batch.Set(id, "name", "pen");
    batch.Set(id, "code", "C-1");
    batch.Set(id, "maker", maker);
    batch.Set(id, "owner", maker);
  });
  const Time then = shop_.clock.now();
  Batch slip = shop_.NewBatch();
  slip.Set(pen, "name", "nep");
  slip.Set(pen, "code", Value());
  slip.Set(pen, "quantity", 3);
  slip.Delete(maker);
  shop_.Apply(slip);

  Batch batch = shop_.NewBatch();
  const StatusOr<Reverted> reverted = RevertTo(*shop_.Read(), pen, {.effective = then}, {}, batch);
  ASSERT_TRUE(reverted.ok()) << reverted.status();
  EXPECT_THAT(reverted->fields, ElementsAre("name", "code", "quantity"));
  ASSERT_THAT(reverted->kept, SizeIs(1));
  EXPECT_EQ(reverted->kept[0].field, "maker");
  shop_.Apply(batch);
  EXPECT_EQ(shop_.Get(pen, "name"), Value("pen"));
  EXPECT_EQ(shop_.Get(pen, "code"), Value("C-1"));
  EXPECT_EQ(shop_.Get(pen, "quantity"), Value());
  EXPECT_EQ(GetReason(shop_->Apply(batch).status()), Reason::kVersionConflict);  // made for what stood then

  Batch some = shop_.NewBatch();
  const std::vector<std::string> fields = {"nme"};
  EXPECT_EQ(GetReason(RevertTo(*shop_.Read(), pen, {}, fields, some).status()), Reason::kUnknownField);
  EXPECT_TRUE(IsNotFound(RevertTo(*shop_.Read(), pen, {.effective = Time{0}}, {}, some).status()));
  Batch deletion = shop_.NewBatch();
  deletion.Delete(pen);
  shop_.Apply(deletion);
  Batch back = shop_.NewBatch();
  ASSERT_TRUE(RevertTo(*shop_.Read(), pen, {.effective = then}, {}, back).ok());
  shop_.Apply(back);
  EXPECT_EQ(shop_.Get(pen, "name"), Value("pen"));
  EXPECT_EQ(shop_.Read()->Get(pen)->header().owner, 0U);  // who is no more
  // One whom the host alone knows is set back like any value.
  Set(pen, "owner", Value(Id(7)));
  const Time seven = shop_.clock.now();
  Set(pen, "owner", Value(Id(8)));
  Batch owner = shop_.NewBatch();
  ASSERT_TRUE(RevertTo(*shop_.Read(), pen, {.effective = seven}, {}, owner).ok());
  shop_.Apply(owner);
  EXPECT_EQ(shop_.Read()->Get(pen)->header().owner, 7U);
}

TEST_F(MergeTest, APurgeLeavesNothingOfADeletedRecord) {
  const Id secret = Human("Rumpelstiltskin");
  Set(secret, "phone", "555-0199");
  Link(secret, {"erp", "R-77"});
  EXPECT_EQ(GetReason(shop_->Purge(std::vector<Id>{secret}).status()), Reason::kPreconditionFailed);
  Batch batch = shop_.NewBatch("because of Rumpelstiltskin");
  batch.Delete(secret);
  shop_.Apply(batch);
  const std::vector<Id> ids = {secret};
  const StatusOr<PurgeReport> dry = shop_->Purge(ids, {.dry_run = true});
  ASSERT_TRUE(dry.ok()) << dry.status();
  EXPECT_EQ(dry->records, 1u);
  EXPECT_EQ(shop_.Read()->History(secret)->size(), 4u);

  const StatusOr<PurgeReport> report = shop_->Purge(ids, {.reason = "kept long enough", .overwrite = true});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->records, 1u);
  EXPECT_GE(report->history_values, 3u);
  const auto now = shop_.Read();
  const std::string history = HistoryToJson(now->catalog(), *now->History(secret));
  EXPECT_THAT(history, Not(HasSubstr("Rumpel")));
  EXPECT_THAT(history, Not(HasSubstr("555")));
  EXPECT_THAT(history, HasSubstr("purged"));
  for (const auto& [key, value] : shop_.DumpFile()) {
    EXPECT_THAT(key.second + value, Not(HasSubstr("Rumpel")));
    EXPECT_THAT(key.second + value, Not(HasSubstr("R-77")));
  }
  EXPECT_EQ(GetReason(Try([&](Batch& restore) { restore.Restore(secret); })), Reason::kPreconditionFailed);
  EXPECT_EQ(shop_->Purge(ids)->records, 0u);  // done
  ASSERT_EQ(shop_->Erasures()->size(), 1u);
  EXPECT_EQ(shop_->Erasures()->front().person, secret);
  EXPECT_EQ(GetReason(shop_->Purge(std::vector<Id>{Id::Of(secret.type(), 0, 999)}).status()), Reason::kRecordMissing);
}

TEST_F(MergeTest, AnErasureReachesWhatWasMerged) {
  const Id a = Human("Anna");
  const Id b = Human("Rumpelstiltskin");
  Set(b, "phone", "555-0199");
  Merge(a, b);
  const StatusOr<EraseReport> report = shop_->ErasePerson(b, {.reason = "asked for it"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->records, ElementsAre(a, b));
  const auto now = shop_.Read();
  EXPECT_THAT(HistoryToJson(now->catalog(), *now->History(b)), Not(HasSubstr("Rumpel")));
  EXPECT_THAT(HistoryToJson(now->catalog(), *now->History(a)), Not(HasSubstr("555")));
  EXPECT_EQ(shop_.Get(a, "name"), Value());
}

}  // namespace
}  // namespace kith
