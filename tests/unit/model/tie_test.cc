// Derived ties: equal to the formula on the interactions there are, whatever was edited, re-pointed and deleted, as of any moment.
#include "kith/model/tie.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "unit/model/world.h"

namespace kith::model {
namespace {

constexpr int64_t kHalfLife = kTieHalfLifeDays * kMicrosPerDay;

// A second type of interactions, by data alone, with names of its own and no direction; `hearing` has the behaviour only from version 2 on.
constexpr std::string_view kCourtPackage = R"json({
  "package": "test.court", "version": "1.0.0", "needs": ["kith.crm"],
  "types": [{
    "name": "consultation",
    "fields": [
      {"name": "held", "kind": "time", "required": true},
      {"name": "form", "kind": "choice", "required": true, "choices": [{"name": "video"}, {"name": "dinner"}, {"name": "walk"}]},
      {"name": "lawyer", "kind": "ref", "to": ["employee"], "on_delete": "detach"},
      {"name": "client", "kind": "ref", "to": ["contact"], "on_delete": "detach"}
    ],
    "behaviours": {"interaction": {"at": "held", "kind": "form", "employee": "lawyer", "contact": "client"}}
  }, {
    "name": "hearing",
    "fields": [
      {"name": "held", "kind": "time", "required": true},
      {"name": "form", "kind": "choice", "required": true, "choices": [{"name": "visit"}]},
      {"name": "lawyer", "kind": "ref", "to": ["employee"], "on_delete": "detach"},
      {"name": "client", "kind": "ref", "to": ["contact"], "on_delete": "detach"}
    ]
  }]
})json";

struct Fact {
  Id employee;
  Id contact;
  std::string kind;
  bool from_us = false;
  std::optional<int64_t> minutes;
  Time at;
  int64_t externals = 1;
};

// Straight from §5.2.
double NaiveWeight(const Fact& fact) {
  static const std::map<std::string, double> kWeights = {
      {"meeting", 5},      {"visit", 5}, {"dinner", 4},    {"video", 4},           {"call", 3}, {"chat", 1.5}, {"mail", 1},
      {"mass_mail", 0.05}, {"gift", 0},  {"page_view", 0}, {"material_sent", 0.5}, {"walk", 0}};
  const double length = fact.minutes ? std::min(2.0, 0.5 + static_cast<double>(*fact.minutes) / 60) : 1;
  return kWeights.at(fact.kind) * length / std::sqrt(static_cast<double>(fact.externals));
}

TieSums NaiveSums(const std::map<Id, Fact>& facts, Id employee, Id contact, Time at) {
  TieSums sums;
  for (const auto& [id, fact] : facts) {
    if (fact.employee != employee || fact.contact != contact || fact.at > at) continue;
    const double part = NaiveWeight(fact) * std::exp2(-static_cast<double>(at.micros - fact.at.micros) / static_cast<double>(kHalfLife));
    (fact.from_us ? sums.out : sums.in) += part;
    ++(fact.from_us ? sums.outreach : sums.theirs);
  }
  return sums;
}

class TieRows : public ::testing::Test {
 protected:
  TieRows() {
    const catalog::PackageSource court{std::string(kCourtPackage), {}};
    EXPECT_TRUE(world_.db().Ensure(std::span(&court, 1)).ok());
    for (int i = 0; i < 4; ++i) contacts_.push_back(world_.Create("contact"));
  }
  Value Choose(std::string_view type, std::string_view field, std::string_view choice) {
    return Choice{world_.Read()->catalog().FindType(type)->FindField(field)->FindChoice(choice)->number};
  }
  void Set(Batch& batch, Id id, const Fact& fact) {
    batch.Set(id, "kind", Choose("interaction", "kind", fact.kind));
    batch.Set(id, "direction", Choose("interaction", "direction", fact.from_us ? "out" : "mutual"));
    batch.Set(id, "at", fact.at);
    batch.Set(id, "externals", fact.externals == 1 ? Value() : Value(fact.externals));
    batch.Set(id, "minutes", fact.minutes ? Value(*fact.minutes) : Value());
    batch.Set(id, "employee", fact.employee.is_null() ? Value() : Value(fact.employee));
    batch.Set(id, "contact", fact.contact.is_null() ? Value() : Value(fact.contact));
  }
  Id Add(const Fact& fact) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create("interaction");
    Set(batch, id, fact);
    return world_.Apply(batch).at(id.local_index());
  }
  void ExpectEqual(const std::map<Id, Fact>& facts, Time at) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read();
    for (const Id contact : contacts_) {
      const StatusOr<std::vector<PairTie>> ties = TiesOfContact(*snapshot, contact, at);
      ASSERT_TRUE(ties.ok()) << ties.status();
      for (const Id employee : world_.owners()) {
        const TieSums expected = NaiveSums(facts, employee, contact, at);
        const auto found = std::find_if(ties->begin(), ties->end(), [&](const PairTie& tie) { return tie.employee == employee; });
        ASSERT_EQ(found != ties->end(), expected.theirs + expected.outreach > 0);
        if (found == ties->end()) continue;
        EXPECT_EQ(found->contact, contact);
        EXPECT_NEAR(found->sums.in, expected.in, 1e-9);
        EXPECT_NEAR(found->sums.out, expected.out, 1e-9);
        EXPECT_EQ(found->sums.theirs, expected.theirs);
        EXPECT_EQ(found->sums.outreach, expected.outreach);
      }
    }
  }
  World world_;
  std::vector<Id> contacts_;
};

// M04, M17, A04
TEST_F(TieRows, EqualTheFormulaAfterAnyEdits) {
  const uint64_t seed = TestSeed(11);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random dice(seed);
  const std::vector<std::string> kinds = {"meeting", "call", "mail", "chat", "dinner", "gift", "material_sent", "page_view", "mass_mail"};
  const Time start{world_.now().micros - 3 * 365 * kMicrosPerDay};
  const auto any_time = [&] {
    return Time{start.micros + static_cast<int64_t>(dice.Below(3 * 365) * kMicrosPerDay + dice.Below(kMicrosPerDay))};
  };
  const auto any_fact = [&] {
    Fact fact;
    if (!dice.OneIn(8)) fact.employee = world_.owners()[dice.Below(3)];
    if (!dice.OneIn(8)) fact.contact = contacts_[dice.Below(4)];
    fact.kind = kinds[dice.Below(kinds.size())];
    fact.from_us = dice.OneIn(2);
    if (dice.OneIn(2)) fact.minutes = static_cast<int64_t>(dice.Below(200));
    fact.at = any_time();
    if (dice.OneIn(3)) fact.externals = static_cast<int64_t>(1 + dice.Below(9));
    return fact;
  };
  std::map<Id, Fact> facts;
  for (int step = 0; step < 400; ++step) {
    Batch batch = world_.NewBatch();
    std::map<uint32_t, Fact> added;
    for (uint64_t i = 0; i <= dice.Below(3); ++i) {
      const Fact fact = any_fact();
      const uint64_t what = facts.empty() ? 0 : dice.Below(4);
      if (what < 2) {
        const Id id = batch.Create("interaction");
        Set(batch, id, fact);
        added[id.local_index()] = fact;
        continue;
      }
      auto at = facts.begin();
      std::advance(at, static_cast<ptrdiff_t>(dice.Below(facts.size())));
      if (what == 2) {
        Set(batch, at->first, fact);
        at->second = fact;
      } else {
        batch.Delete(at->first);
        facts.erase(at);
        break;
      }
    }
    const std::vector<Id> ids = world_.Apply(batch);
    for (const auto& [local, fact] : added) facts[ids.at(local)] = fact;
    if (step % 20 == 0) ExpectEqual(facts, any_time());
  }
  ExpectEqual(facts, world_.now());
  ExpectEqual(facts, start);
  world_.Verify();
  for (const auto& [id, fact] : facts) world_.Delete(id);
  for (const Id employee : world_.owners()) EXPECT_TRUE(TiesOfEmployee(*world_.Read(), employee, world_.now())->empty());
  world_.Verify();
}

TEST_F(TieRows, BothEndsTellTheSame) {
  const Time now = world_.now();
  const Id anna = world_.owners()[0];
  Add({anna, contacts_[0], "call", false, 30, now});
  Add({anna, contacts_[2], "mail", true, {}, now});
  const std::vector<PairTie> ties = *TiesOfEmployee(*world_.Read(), anna, now);
  ASSERT_EQ(ties.size(), 2U);
  EXPECT_EQ(ties[0].contact, contacts_[0]);
  EXPECT_NEAR(ties[0].sums.in, 3, 1e-9);
  EXPECT_EQ(ties[1].sums.outreach, 1);
  EXPECT_NEAR(ties[1].sums.out, 1, 1e-9);
  // A deleted contact takes its ties along, a deleted employee too.
  world_.Delete(contacts_[2]);
  EXPECT_EQ(TiesOfEmployee(*world_.Read(), anna, now)->size(), 1U);
  world_.Verify();
}

// What is halved is exactly half, and what has not happened yet counts nothing.
TEST_F(TieRows, DecayAtTheMomentAsked) {
  const Time now = world_.now();
  Add({world_.owners()[0], contacts_[0], "meeting", false, {}, now});
  const auto in_at = [&](int64_t micros) {
    const std::vector<PairTie> ties = *TiesOfContact(*world_.Read(), contacts_[0], Time{now.micros + micros});
    return ties.empty() ? -1 : ties[0].sums.in;
  };
  EXPECT_NEAR(in_at(0), 5, 1e-9);
  EXPECT_NEAR(in_at(kHalfLife), 2.5, 1e-9);
  EXPECT_NEAR(in_at(kHalfLife / 2), 5 / std::sqrt(2), 1e-9);
  EXPECT_NEAR(in_at(40 * kHalfLife), std::ldexp(5, -40), 1e-15);
  EXPECT_EQ(in_at(-1), -1);
}

// The behaviour and its roles count, not the name of the type; a behaviour that a type gets later counts what is there.
TEST_F(TieRows, AnyTypeWithTheBehaviourMakesTies) {
  const Time now = world_.now();
  const auto hold = [&](std::string_view type, std::string_view form) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    batch.Set(id, "held", now);
    batch.Set(id, "form", Choose(type, "form", form));
    batch.Set(id, "lawyer", world_.owners()[1]);
    batch.Set(id, "client", contacts_[1]);
    world_.Apply(batch);
  };
  const auto out = [&] { return TiesOfContact(*world_.Read(), contacts_[1], now)->at(0).sums.out; };
  hold("consultation", "video");
  hold("consultation", "walk");
  EXPECT_NEAR(out(), 4, 1e-9);
  hold("hearing", "visit");
  EXPECT_NEAR(out(), 4, 1e-9);
  std::string newer(kCourtPackage);
  newer.replace(newer.find("1.0.0"), 5, "1.1.0");
  const std::string last = "\"on_delete\": \"detach\"}\n    ]";
  newer.insert(newer.rfind(last) + last.size(),
               R"(, "behaviours": {"interaction": {"at": "held", "kind": "form", "employee": "lawyer", "contact": "client"}})");
  const catalog::PackageSource source{newer, {}};
  ASSERT_TRUE(world_.db().Ensure(std::span(&source, 1)).ok());
  EXPECT_NEAR(out(), 9, 1e-9);
  world_.Verify();
  hold("hearing", "visit");
  EXPECT_NEAR(out(), 14, 1e-9);
  world_.Verify();
}

// B20: whoever may not read a field that the indexes of interactions cover has ties by what is left.
TEST_F(TieRows, AMaskedFieldLeavesTies) {
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"interaction": {"fields": {"direction": {"read": ["role:desk"]}}}}})").ok());
  const Id contact = world_.Create("contact");
  Batch batch = world_.NewBatch();
  const Id meeting = batch.Create("interaction");
  for (const auto& [field, value] : std::initializer_list<std::pair<std::string_view, Value>>{
           {"kind", "meeting"}, {"direction", "mutual"}, {"at", world_.now()}, {"employee", world_.owners()[0]}, {"contact", contact}}) {
    batch.Set(meeting, field, value);
  }
  world_.Apply(batch);
  const std::unique_ptr<Snapshot> snapshot = world_.Read({.id = world_.owners()[1]});
  for (const auto& ties : {TiesOfContact(*snapshot, contact, world_.now()), TiesOfEmployee(*snapshot, world_.owners()[0], world_.now())}) {
    ASSERT_TRUE(ties.ok()) << ties.status();
    ASSERT_EQ(ties->size(), 1U);
    EXPECT_GT((*ties)[0].sums.outreach, 0);
    EXPECT_EQ((*ties)[0].sums.theirs, 0);
  }
  // What names no moment for the viewer is no interaction in 1970.
  ASSERT_TRUE(world_.db().SetPolicy(R"({"types": {"interaction": {"fields": {"at": {"read": ["role:desk"]}}}}})").ok());
  const std::unique_ptr<Snapshot> timeless = world_.Read({.id = world_.owners()[1]});
  EXPECT_TRUE(TiesOfContact(*timeless, contact, world_.now())->empty());
  EXPECT_TRUE(TiesOfEmployee(*timeless, world_.owners()[0], world_.now())->empty());
  int seen = 0;
  ASSERT_TRUE(ForEachInteraction(*timeless, contact, [&](const InteractionRecord&) { ++seen; }).ok());
  EXPECT_EQ(seen, 0);
}

// M11
TEST_F(TieRows, AViewerHasTheTiesOfWhatTheyMaySee) {
  const Time now = world_.now();
  const Id anna = world_.owners()[0];
  const Id meeting = Add({anna, contacts_[0], "meeting", false, {}, now});
  Batch batch = world_.NewBatch();
  batch.Set(meeting, "owner", anna);
  batch.Set(meeting, "visibility", "owner");
  world_.Apply(batch);
  EXPECT_EQ(TiesOfContact(*world_.Read(), contacts_[0], now)->size(), 1U);
  EXPECT_EQ(TiesOfContact(*world_.Read({.id = anna}), contacts_[0], now)->size(), 1U);
  EXPECT_EQ(TiesOfEmployee(*world_.Read({.id = anna}), anna, now)->size(), 1U);
  EXPECT_TRUE(TiesOfContact(*world_.Read({.id = world_.owners()[1]}), contacts_[0], now)->empty());
}

TEST(TieRow, AnyOrderGivesTheSameBytesAndTakingOutLeavesNothing) {
  const uint64_t seed = TestSeed(5);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random dice(seed);
  std::vector<TieEvent> events;
  for (int i = 0; i < 300; ++i) {
    const auto at = static_cast<int64_t>(dice.Below(uint64_t{1} << 52)) - (int64_t{1} << 51);
    events.push_back({Time{at}, dice.OneIn(2), static_cast<double>(dice.Below(1000)) / 100});
  }
  TieRow row;
  for (const TieEvent& event : events) AddToRow(row, event);
  const std::string bytes = Encode(row);
  TieRow read;
  ASSERT_TRUE(Decode(bytes, read).ok());
  EXPECT_EQ(read, row);
  for (size_t length = 0; length < bytes.size(); ++length) EXPECT_FALSE(Decode(std::string_view(bytes).substr(0, length), read).ok());
  TieRow other;
  for (size_t i = events.size(); i > 0; --i) AddToRow(other, events[i - 1]);
  EXPECT_EQ(Encode(other), bytes);
  for (const TieEvent& event : events) AddToRow(row, event, -1);
  EXPECT_EQ(row, TieRow());
}

}  // namespace
}  // namespace kith::model
