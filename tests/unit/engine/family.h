// Replicas of one shop, and what they must agree on.
#ifndef KITH_TESTS_UNIT_ENGINE_FAMILY_H_
#define KITH_TESTS_UNIT_ENGINE_FAMILY_H_

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "shop.h"

namespace kith::testing {

// Copies of one shop, each with a node of its own and all with one clock.
class Family {
 public:
  explicit Family(size_t count, std::string_view package = {}) {
    if (!package.empty()) shop_.Ensure(package);
    for (size_t i = 1; i < count; ++i) paths_.push_back(MakeTempDir() + "/db");
    for (const std::string& path : paths_) EXPECT_TRUE(shop_->Backup(path).ok());
    for (size_t i = 0; i < paths_.size(); ++i) copies_.push_back(OpenCopy(i));
  }

  Database& operator[](size_t i) { return i == 0 ? *shop_ : *copies_[i - 1]; }
  [[nodiscard]] size_t size() const { return copies_.size() + 1; }
  void Advance(int64_t micros) { shop_.clock.Advance(micros); }
  [[nodiscard]] Time now() const { return shop_.clock.function()(); }
  Shop& shop() { return shop_; }
  // A copy as another one is, with the node it had.
  void SetBack(size_t i, size_t to) {
    copies_[i - 1].reset();
    paths_[i - 1] = MakeTempDir() + "/db";
    EXPECT_TRUE((*this)[to].Backup(paths_[i - 1]).ok());
    copies_[i - 1] = OpenCopy(i - 1);
  }

  // Brings `into` up to date with `from`; how many changes were new.
  StatusOr<ReceiveReport> Pull(size_t into, size_t from, size_t limit = 7) {
    ReceiveReport total;
    for (;;) {
      KITH_ASSIGN_OR_RETURN(const uint64_t after, (*this)[into].ReceivedFrom((*this)[from].node()));
      KITH_ASSIGN_OR_RETURN(const ReplicaPage page, (*this)[from].ReadReplica(after, (*this)[into].node(), limit));
      KITH_ASSIGN_OR_RETURN(const ReceiveReport report, (*this)[into].Receive(page));
      total.taken += report.taken;
      total.known += report.known;
      total.dropped += report.dropped;
      total.conflicts.insert(total.conflicts.end(), report.conflicts.begin(), report.conflicts.end());
      if (!page.more) return total;
    }
  }
  // Until nobody has anything new; false when that does not end.
  bool Settle() {
    for (int round = 0; round < 10; ++round) {
      uint64_t taken = 0;
      for (size_t into = 0; into < size(); ++into) {
        for (size_t from = 0; from < size(); ++from) {
          if (into == from) continue;
          const StatusOr<ReceiveReport> report = Pull(into, from);
          EXPECT_TRUE(report.ok()) << report.status();
          if (!report.ok()) return false;
          taken += report->taken;
        }
      }
      if (taken == 0) return true;
    }
    return false;
  }

 private:
  std::shared_ptr<Database> OpenCopy(size_t i) {
    OpenOptions options = shop_.Options();
    options.create = false;
    options.node = static_cast<uint16_t>(i + 5);
    StatusOr<std::shared_ptr<Database>> opened = Database::Open(paths_[i], options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  Shop shop_;
  std::vector<std::string> paths_;
  std::vector<std::shared_ptr<Database>> copies_;
};

// Everything that replicas must agree on, as text: records and, at the given times, what they were, but for some.
inline std::vector<std::string> StateOf(Database& db, std::span<const Time> times = {}, const std::set<Id>& without_past = {}) {
  std::vector<std::string> lines;
  const std::unique_ptr<Snapshot> snapshot = *db.Read();
  lines.push_back("policy " + snapshot->catalog().policy().text);
  const auto tell = [](const catalog::TypeDef& type, record::View record) {
    std::string line = type.name + " " + std::to_string(record.id().value()) + " " + ToText(Time{record.header().created}) + " owner " +
                       std::to_string(record.header().owner);
    std::set<std::string> fields;  // numbers, and with them the order, are each replica's own
    for (const catalog::FieldDef& field : type.fields) {
      const Value value = record.Get(field.position);
      const Choice* choice = value.get_if<Choice>();
      const catalog::ChoiceDef* named = choice == nullptr ? nullptr : field.FindChoice(choice->number);
      fields.insert(field.name + "=" + (named == nullptr ? ToText(value) : named->name));
    }
    for (const std::string& field : fields) line += " " + field;
    return line;
  };
  std::set<std::string> definitions;
  for (const catalog::TypeDef& type : snapshot->catalog().types()) {
    for (const catalog::FieldDef& field : type.fields) {
      std::string line = "field " + type.name + "." + field.name;
      if (const auto label = field.labels.find("en"); label != field.labels.end()) line += " " + label->second;
      std::set<std::string> choices;
      for (const catalog::ChoiceDef& choice : field.choices) choices.insert(choice.name);
      for (const std::string& choice : choices) line += " " + choice;
      definitions.insert(line);
    }
  }
  lines.insert(lines.end(), definitions.begin(), definitions.end());
  for (const catalog::TypeDef& type : snapshot->catalog().types()) {
    if (type.number < catalog::kFirstOpenType) continue;
    const std::unique_ptr<RecordCursor> cursor = *snapshot->Scan(type.name);
    while (cursor->Next()) {
      lines.push_back(tell(type, *cursor->record()));
      for (const ExternalRef& external : snapshot->ExternalRefs(cursor->id())) lines.push_back("  " + external.system + " " + external.key);
      for (const Time time : times) {
        if (without_past.contains(cursor->id())) continue;
        const StatusOr<Record> past = snapshot->GetAsOf(cursor->id(), {.effective = time});
        lines.push_back("  at " + ToText(time) + ": " + (past.ok() ? tell(type, past->view()) : std::string("none")));
      }
    }
    EXPECT_TRUE(cursor->status().ok()) << cursor->status();
  }
  return lines;
}

// The lines of one that the other has otherwise.
inline std::vector<std::string> Differing(const std::vector<std::string>& one, const std::vector<std::string>& two) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < std::max(one.size(), two.size()); ++i) {
    const std::string a = i < one.size() ? one[i] : "nothing";
    const std::string b = i < two.size() ? two[i] : "nothing";
    if (a != b) lines.insert(lines.end(), {a, "instead of " + b});
  }
  return lines;
}

inline std::vector<std::string> ProblemsOf(Database& db) {
  const StatusOr<VerifyReport> report = db.Verify();
  return report.ok() ? report->problems : std::vector<std::string>{report.status().ToString()};
}

inline Value FieldIn(Database& db, Id id, std::string_view field) {
  const std::unique_ptr<Snapshot> snapshot = *db.Read();
  const StatusOr<record::View> record = snapshot->Get(id);
  return record.ok() ? FieldOf(*snapshot, *record, field) : Value("gone");
}

inline Id Create(Database& db, std::string_view type, const std::function<void(Batch&, Id)>& fill) {
  Batch batch = *db.NewBatch({}, "test");
  const Id local = batch.Create(type);
  fill(batch, local);
  const StatusOr<Outcome> outcome = db.Apply(batch);
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  return outcome.ok() ? outcome->ids.at(local.local_index()) : Id();
}

inline void Change(Database& db, const std::function<void(Batch&)>& fill) {
  Batch batch = *db.NewBatch({}, "test");
  fill(batch);
  const StatusOr<Outcome> outcome = db.Apply(batch);
  EXPECT_TRUE(outcome.ok()) << outcome.status();
}

inline void ExpectAlike(Family& family) {
  ASSERT_TRUE(family.Settle());
  for (size_t i = 0; i < family.size(); ++i) {
    EXPECT_THAT(Differing(StateOf(family[i]), StateOf(family[0])), ::testing::IsEmpty()) << "replica " << i;
    EXPECT_THAT(ProblemsOf(family[i]), ::testing::IsEmpty()) << "replica " << i;
  }
}

// Replicas that are written to, and meet, by chance.
class ByChance {
 public:
  ByChance(Family& family, uint64_t seed) : family_(family), random_(seed) {}
  virtual ~ByChance() = default;

 protected:
  size_t Below(size_t n) { return random_() % n; }
  // A replica, some time later.
  size_t Later() {
    family_.Advance(Below(3) == 0 ? 0 : static_cast<int64_t>(Below(1000)) * 1000);
    return Below(family_.size());
  }
  // `at` takes from another, some at a time.
  void Meet(size_t at) {
    const size_t from = Below(family_.size());
    if (from == at) return;
    const StatusOr<ReceiveReport> report = family_.Pull(at, from, 1 + Below(9));
    ASSERT_TRUE(report.ok()) << report.status();
  }
  // A batch of some edits, now and then of the past. That some are refused is as it should be.
  void ApplySome(Database& db) {
    Batch batch = *db.NewBatch({}, "life");
    if (Below(4) == 0) batch.SetEffective(Time{start_.micros + static_cast<int64_t>(Below(20)) * 1000});
    for (size_t i = 0; i <= Below(3); ++i) Edit(db, batch);
    (void)db.Apply(batch);
  }
  virtual void Edit(Database& db, Batch& batch) = 0;
  // A record that the replica has; null when there is none.
  Id Pick(Database& db, std::string_view type) {
    const std::unique_ptr<Snapshot> snapshot = *db.Read();
    std::vector<Id> ids;
    const std::unique_ptr<RecordCursor> cursor = *snapshot->Scan(type);
    while (cursor->Next()) ids.push_back(cursor->id());
    return ids.empty() ? Id() : ids[Below(ids.size())];
  }

  Family& family_;

 private:
  std::mt19937_64 random_;
  Time start_ = family_.now();
};

}  // namespace kith::testing

#endif  // KITH_TESTS_UNIT_ENGINE_FAMILY_H_
