#include "simulator/relations.h"

#include <algorithm>
#include <array>

#include "simulator/random.h"

namespace kith::simulator {
namespace {

constexpr std::array<const char*, 3> kRoles = {"decision_maker", "technical", "user"};

class Maker {
 public:
  Maker(const Company& company, const RelationsOptions& options) : company_(company), options_(options), random_(options.seed) {
    contacts_of_.resize(company.accounts.size());
    for (size_t i = 0; i < company.contacts.size(); ++i) contacts_of_[company.contacts[i].account].push_back(i);
  }

  Relations Make() {
    made_.decides.resize(company_.opportunities.size());
    made_.has_part.resize(company_.opportunities.size());
    for (size_t deal = 0; deal < company_.opportunities.size(); ++deal) AddDeal(deal);
    // One contact in three knows somebody at another customer.
    for (size_t contact = 0; contact < company_.contacts.size(); ++contact) {
      const size_t other = random_.Below(company_.contacts.size());
      if (random_.Chance(1.0 / 3) && other > contact) made_.known.push_back({contact, other, 0.2 + 0.7 * random_.Uniform()});
    }
    return std::move(made_);
  }

 private:
  void AddDeal(size_t number) {
    const Opportunity& deal = company_.opportunities[number];
    const size_t last = deal.moves.back().stage;
    const bool closed = last == kWon || last == kLost;
    if (closed && !random_.Chance(options_.known)) return;
    const bool decides = random_.Chance(options_.decides);
    // An open deal's end is not known yet; its relations are.
    const bool good = closed && decides ? last == kWon : random_.Chance(0.5);
    made_.has_part[number] = true;
    made_.decides[number] = decides;
    const Time begin = deal.moves.front().at;
    const Time end = closed ? deal.moves.back().at : StartOf(company_.options.today);
    const std::vector<size_t>& contacts = contacts_of_[deal.account];
    for (size_t i = 0; i < std::min(contacts.size(), kRoles.size()); ++i) {
      made_.stakes.push_back({contacts[i], number, kRoles[i], i == 0});
      AddPerson(contacts[i], number, decides, good, begin, end);
    }
  }

  void AddPerson(size_t contact, size_t number, bool decides, bool good, Time begin, Time end) {
    const double times = decides ? (good ? 6 : 1) : 3;
    const auto some_time = [&] {
      const auto span = static_cast<double>(end.micros - begin.micros);
      return Time{begin.micros + static_cast<int64_t>(random_.Uniform() * span * 0.99)};
    };
    for (int64_t i = random_.Poisson(times); i > 0; --i) {
      const bool warm = decides ? good : random_.Chance(0.5);
      const char* kind = warm && random_.Chance(0.4) ? "meeting" : random_.Chance(0.5) ? "call" : "mail";
      made_.touches.push_back({contact, company_.opportunities[number].rep, number, kind, warm ? "mutual" : "out", some_time()});
    }
    const double stance = decides ? (good ? 0.7 : -0.5) : 0.6 * random_.Normal() / 2;
    made_.learnt.push_back({contact, false, "solution", std::clamp(stance, -1.0, 1.0), some_time()});
    if (decides && !good) made_.learnt.push_back({contact, true, "closeness", 0.8, some_time()});
  }

  const Company& company_;
  const RelationsOptions& options_;
  Random random_;
  std::vector<std::vector<size_t>> contacts_of_;
  Relations made_;
};

}  // namespace

Relations MakeRelations(const Company& company, const RelationsOptions& options) { return Maker(company, options).Make(); }

}  // namespace kith::simulator
