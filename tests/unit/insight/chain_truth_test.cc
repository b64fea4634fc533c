// Worlds W2 and W3: a simulated company in which relations decide some deals and not others. The chain as of the day before a deal closed
// must tell won from lost where they decide, and must not where they do not.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kith/insight/relations.h"
#include "simulator/relations.h"
#include "unit/insight/relation_world.h"

namespace kith::insight {
namespace {

// The chance that a won deal's chain stands above a lost one's (area under the curve).
double Separation(const std::vector<double>& won, const std::vector<double>& lost) {
  double above = 0;
  for (const double w : won) {
    for (const double l : lost) above += w > l ? 1 : w == l ? 0.5 : 0;
  }
  return above / static_cast<double>(won.size() * lost.size());
}

class ChainTruth : public Relations {
 protected:
  void Load(const simulator::Company& company, const simulator::Relations& relations) {
    Batch batch = world_.NewBatch();
    for (size_t i = 0; i < company.reps.size(); ++i) reps_.push_back(Named(batch, "employee", company.reps[i].name));
    for (const simulator::Contact& contact : company.contacts) contacts_.push_back(Named(batch, "contact", contact.last_name));
    for (size_t i = 0; i < company.opportunities.size(); ++i) {
      deals_.push_back(relations.has_part[i] ? Named(batch, "opportunity", company.opportunities[i].name) : Id());
    }
    for (const simulator::Touch& touch : relations.touches) {
      const Id id = batch.Create("interaction");
      batch.SetChoice(id, "kind", touch.kind);
      batch.SetChoice(id, "direction", touch.direction);
      batch.Set(id, "at", touch.at);
      batch.Set(id, "employee", reps_[touch.rep]);
      batch.Set(id, "contact", contacts_[touch.contact]);
    }
    for (const simulator::Stake& stake : relations.stakes) {
      const Id id = batch.Create("contact_role");
      batch.Set(id, "contact", contacts_[stake.contact]);
      batch.Set(id, "opportunity", deals_[stake.deal]);
      batch.SetChoice(id, "role", stake.role);
      batch.Set(id, "veto", stake.veto);
    }
    for (const simulator::Learnt& learnt : relations.learnt) {
      if (learnt.rival) continue;
      const Id id = batch.Create("evidence");
      batch.Set(id, "subject", contacts_[learnt.contact]);
      batch.SetChoice(id, "dimension", learnt.dimension);
      batch.Set(id, "value", learnt.value);
      batch.SetChoice(id, "source", "said_by_customer");
      batch.Set(id, "at", learnt.at);
    }
    const std::vector<Id> ids = world_.Apply(batch);
    for (Id& deal : deals_) deal = deal.is_null() ? Id() : ids.at(deal.local_index());
  }
  static Id Named(Batch& batch, std::string_view type, const std::string& name) {
    const Id id = batch.Create(type);
    batch.Set(id, "name", name);
    return id;
  }
  std::vector<Id> reps_;
  std::vector<Id> contacts_;
  std::vector<Id> deals_;
};

// W2, W3, M05
TEST_F(ChainTruth, ChainsTellWonFromLostWhereRelationsDecideAndOnlyThere) {
  const simulator::Company company = simulator::MakeCompany({.seed = 3, .deals = 1500, .accounts = 600});
  const simulator::Relations relations = simulator::MakeRelations(company, {.known = 0.6, .decides = 0.5});
  world_.SetNow(StartOf(company.options.today));
  Load(company, relations);
  std::vector<double> scores[2][2];  // by whether relations decide, whether it was won
  const std::unique_ptr<Snapshot> snapshot = world_.Read();
  for (size_t i = 0; i < company.opportunities.size(); ++i) {
    const simulator::StageMove& last = company.opportunities[i].moves.back();
    if (!relations.has_part[i] || last.stage < simulator::kWon) continue;
    const StatusOr<ChainReport> chain =
        ReadChain(*snapshot, deals_[i], Id(), {.as_of = Time{last.at.micros - kMicrosPerDay}, .contributions = false});
    ASSERT_TRUE(chain.ok()) << chain.status();
    scores[relations.decides[i] ? 1 : 0][last.stage == simulator::kWon ? 1 : 0].push_back(chain->value);
  }
  ASSERT_GT(scores[1][1].size(), 30U);
  EXPECT_GT(Separation(scores[1][1], scores[1][0]), 0.8);
  const double idle = Separation(scores[0][1], scores[0][0]);
  EXPECT_GT(idle, 0.38);
  EXPECT_LT(idle, 0.62);
}

}  // namespace
}  // namespace kith::insight
