// State machines: which states may follow which, now and in the past. // E01
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "shop.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::ExpectError;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;

// draft -> sent -> accepted | draft; whatever is accepted stays so.
constexpr std::string_view kOffers = R"({
  "package": "test.offers", "version": "1.0.0",
  "types": [{"name": "offer", "fields": [
    {"name": "title", "kind": "text"},
    {"name": "state", "kind": "choice", "default": "draft", "choices": [{"name": "draft"}, {"name": "sent"}, {"name": "accepted"}],
     "initial_states": ["draft"], "transitions": {"draft": ["sent"], "sent": ["accepted", "draft"]}},
    {"name": "mood", "kind": "choice", "choices": [{"name": "calm"}, {"name": "tense"}],
     "transitions": {"calm": ["tense"]}}]}]
})";

class TransitionsTest : public ::testing::Test {
 protected:
  TransitionsTest() { shop_.Ensure(kOffers); }
  Id AddOffer() {
    return shop_.Add("offer", [](Batch& batch, Id id) { batch.Set(id, "title", "paint"); });
  }
  Batch Give(Id id, std::string_view state) {
    Batch batch = shop_.NewBatch();
    batch.Set(id, "state", state);
    return batch;
  }
  Batch GiveAt(Id id, std::string_view state, Time effective) {
    Batch batch = shop_.NewBatch();
    batch.SetAt(id, "state", state, effective);
    return batch;
  }
  std::string StateOf(Id id) {
    const Value state = shop_.Get(id, "state");
    const auto snapshot = shop_.Read();
    return snapshot->catalog().FindType("offer")->FindField("state")->FindChoice(state.get<Choice>().number)->name;
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST_F(TransitionsTest, OnlyDeclaredWaysAreTaken) {
  const Id id = AddOffer();
  EXPECT_EQ(StateOf(id), "draft");
  const Status jump = shop_.Refuse(Give(id, "accepted"));
  ExpectError(
      jump,
      {.reason = Reason::kNotATransition, .type = "offer", .record = id, .field = "state", .value = "draft -> accepted", .change = 0});
  EXPECT_THAT(std::string(MessageOf(jump)), HasSubstr("accepted may not follow draft"));
  EXPECT_EQ(GetErrorInfo(jump).hint, "after draft may come: sent");
  shop_.Apply(Give(id, "sent"));
  EXPECT_EQ(GetErrorInfo(shop_.Refuse(Give(id, ""))).reason, Reason::kNotAChoice);
  shop_.Apply(Give(id, "sent"));  // the same again is no step
  shop_.Apply(Give(id, "draft"));
  shop_.Apply(Give(id, "sent"));
  shop_.Apply(Give(id, "accepted"));
  const Status end = shop_.Refuse(Give(id, "draft"));
  EXPECT_EQ(GetErrorInfo(end).hint, "accepted is final");
  // Other fields of the record stay free.
  Batch title = shop_.NewBatch();
  title.Set(id, "title", "more paint");
  shop_.Apply(title);
}

TEST_F(TransitionsTest, AStateIsNeverCleared) {
  const Id id = AddOffer();
  Batch clear = shop_.NewBatch();
  clear.Set(id, "state", Value());
  const Status refused = shop_.Refuse(clear);
  EXPECT_EQ(GetReason(refused), Reason::kNotATransition);
  EXPECT_EQ(GetErrorInfo(refused).value, "draft -> null");
}

TEST_F(TransitionsTest, RecordsBeginInAnInitialState) {
  Batch batch = shop_.NewBatch();
  batch.Set(batch.Create("offer"), "state", "sent");
  const Status refused = shop_.Refuse(batch);
  ExpectError(refused,
              {.reason = Reason::kNotATransition, .type = "offer", .record = Id::Local(0), .field = "state", .value = "sent", .change = 0});
  EXPECT_EQ(GetErrorInfo(refused).hint, "begin with: draft");
  // Without initial states any will do, and an empty one may begin later.
  const Id late = AddOffer();
  Batch mood = shop_.NewBatch();
  mood.Set(late, "mood", "tense");
  shop_.Apply(mood);
  Batch back = shop_.NewBatch();
  back.Set(late, "mood", "calm");
  EXPECT_EQ(GetReason(shop_.Refuse(back)), Reason::kNotATransition);
}

TEST_F(TransitionsTest, WhatABatchLeavesCounts) {
  const Id id = AddOffer();
  Batch batch = shop_.NewBatch();
  batch.Set(id, "state", "accepted");
  batch.Set(id, "state", "sent");  // the last value of one time is its only one
  shop_.Apply(batch);
  EXPECT_EQ(StateOf(id), "sent");
  Batch around = shop_.NewBatch();
  around.Set(id, "state", "draft");
  around.Set(id, "state", "accepted");
  shop_.Apply(around);
  EXPECT_EQ(StateOf(id), "accepted");
}

TEST_F(TransitionsTest, ThePastKeepsTheWaysToo) {
  const Time start = shop_.clock.now();
  const auto day = [&](int n) { return Time{start.micros + n * kMicrosPerDay}; };
  const Id id = AddOffer();
  shop_.clock.Set(day(20));
  shop_.Apply(GiveAt(id, "sent", day(10)));
  EXPECT_EQ(GetReason(shop_.Refuse(GiveAt(id, "accepted", day(5)))), Reason::kNotATransition) << "draft -> accepted";
  EXPECT_EQ(GetReason(shop_.Refuse(GiveAt(id, "accepted", day(10)))), Reason::kNotATransition) << "it would replace sent";
  shop_.Apply(GiveAt(id, "accepted", day(15)));
  // Between sent and accepted nothing else fits.
  const Status between = shop_.Refuse(GiveAt(id, "draft", day(12)));
  EXPECT_EQ(GetErrorInfo(between).value, "draft -> accepted");
  // A mistake is corrected at its own time.
  shop_.Apply(GiveAt(id, "draft", day(15)));
  EXPECT_EQ(StateOf(id), "draft");
  // A whole past in one batch.
  Batch path = shop_.NewBatch();
  path.SetAt(id, "state", "accepted", day(19));
  path.SetAt(id, "state", "sent", day(17));
  shop_.Apply(path);
  EXPECT_EQ(StateOf(id), "accepted");
}

TEST_F(TransitionsTest, ARestoredRecordGoesOnFromWhereItWas) {
  const Id id = AddOffer();
  shop_.Apply(Give(id, "sent"));
  Batch gone = shop_.NewBatch();
  gone.Delete(id);
  shop_.Apply(gone);
  Batch changed = shop_.NewBatch();
  changed.Restore(id);
  changed.Set(id, "mood", "calm");
  changed.Set(id, "state", "accepted");
  shop_.Apply(changed);
  EXPECT_EQ(StateOf(id), "accepted");
  shop_.Apply(gone);
  Batch bypass = shop_.NewBatch();
  bypass.Restore(id);
  bypass.Set(id, "state", "draft");
  EXPECT_EQ(GetErrorInfo(shop_.Refuse(bypass)).value, "accepted -> draft");
  Batch restored = shop_.NewBatch();
  restored.Restore(id);
  shop_.Apply(restored);
  EXPECT_EQ(StateOf(id), "accepted");
}

// The former life of a record says nothing about its present one.
TEST_F(TransitionsTest, ALifeBeginsWithItsRestoration) {
  const Id id = AddOffer();
  shop_.Apply(Give(id, "sent"));
  Batch gone = shop_.NewBatch();
  gone.Delete(id);
  shop_.Apply(gone);
  Batch restored = shop_.NewBatch();
  restored.Restore(id);
  shop_.Apply(restored);
  const Time again = shop_.clock.now();
  shop_.clock.Advance(kMicrosPerDay);
  shop_.Apply(GiveAt(id, "accepted", Time{again.micros + kMicrosPerSecond}));
  EXPECT_EQ(StateOf(id), "accepted");
}

// Transitions bind what is written once they are declared.
TEST_F(TransitionsTest, DeclaredLaterTheyBindWhatFollows) {
  constexpr std::string_view kLate = R"({"package": "test.late", "version": "1.0.0", "types": [{"name": "case", "fields": [
      {"name": "state", "kind": "choice", "choices": [{"name": "open"}, {"name": "shut"}])";
  shop_.Ensure(std::string(kLate) + "}]}]}");
  const Id id = shop_.Add("case", [](Batch& batch, Id local) { batch.Set(local, "state", "shut"); });
  shop_.Apply(Give(id, "open"));
  shop_.Apply(Give(id, "shut"));
  shop_.Ensure(std::string(kLate) + R"(, "transitions": {"open": ["shut"]}}]}]})");
  EXPECT_EQ(GetErrorInfo(shop_.Refuse(Give(id, "open"))).hint, "shut is final");
}

// Random states at random times beside a model that keeps the whole line of time and looks at all of it.
class Line {
 public:
  void Give(int64_t at, const std::string& state) {
    auto next = states_.upper_bound(at);
    if (next != states_.begin() && std::prev(next)->second == state) return;
    states_[at] = state;
  }
  [[nodiscard]] bool Holds() const {
    static const std::set<std::pair<std::string, std::string>> kWays = {{"draft", "sent"}, {"sent", "accepted"}, {"sent", "draft"}};
    std::string last;
    for (const auto& [at, state] : states_) {
      const bool fits = last.empty() ? state == "draft" : last == state || kWays.contains({last, state});
      if (!fits) return false;
      last = state;
    }
    return true;
  }
  [[nodiscard]] const std::string& latest() const { return states_.rbegin()->second; }

 private:
  std::map<int64_t, std::string> states_;
};

TEST_F(TransitionsTest, AgreesWithAModelOnRandomPasts) {
  std::mt19937_64 dice(testing::TestSeed(24));
  const std::vector<std::string> states = {"draft", "sent", "accepted"};
  int accepted = 0;
  int refused = 0;
  for (int record = 0; record < 15 * testing::TestScale(); ++record) {
    const Time start = Time{shop_.clock.now().micros + kMicrosPerSecond};
    const Id id = AddOffer();
    Line line;
    line.Give(start.micros, "draft");
    shop_.clock.Advance(100 * kMicrosPerDay);
    for (int step = 0; step < 25; ++step) {
      Line next = line;
      Batch batch = shop_.NewBatch();
      for (size_t i = 0; i <= dice() % 3; ++i) {
        const std::string& state = states[dice() % states.size()];
        const Time at{start.micros + static_cast<int64_t>(1 + dice() % 30) * kMicrosPerDay};
        batch.SetAt(id, "state", state, at);
        next.Give(at.micros, state);
      }
      shop_.clock.Advance(kMicrosPerSecond);
      const StatusOr<Outcome> outcome = shop_->Apply(batch);
      ASSERT_EQ(outcome.ok(), next.Holds()) << "record " << record << ", step " << step << ": " << outcome.status();
      if (outcome.ok()) {
        line = next;
        ++accepted;
      } else {
        EXPECT_EQ(GetReason(outcome.status()), Reason::kNotATransition);
        ++refused;
      }
      ASSERT_EQ(StateOf(id), line.latest());
    }
  }
  EXPECT_GT(accepted, 20);
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace kith
