#include "simulator/company.h"

#include <algorithm>
#include <cmath>

#include "simulator/random.h"

namespace kith::simulator {
namespace {

constexpr Currency kCny = Currency::FromPacked('C' | 'N' << 8 | 'Y' << 16);
constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
constexpr double kMinutesPerDay = 1440;
constexpr double kTwoPi = 6.28318530717958647692;
constexpr double kWorkingShare = 7.0 / 5;  // arrivals fall on five days of seven
constexpr double kReopenDays = 30;
constexpr size_t kReopenStage = 1;

// Stays: median days and sd of the log.
constexpr std::array<double, kOpenStages> kMedianDays = {6, 14, 20, 12};
constexpr std::array<double, kOpenStages> kSigma = {0.9, 0.8, 0.8, 0.7};
// Chances of the next place for an average rep: new, qualified, proposal, negotiation, won, lost. They skip (two stages on), return, and
// now and then win at once.
constexpr std::array<std::array<double, 6>, kOpenStages> kNext = {{{0.00, 0.58, 0.06, 0.00, 0.00, 0.36},
                                                                   {0.04, 0.00, 0.48, 0.05, 0.01, 0.42},
                                                                   {0.00, 0.10, 0.00, 0.45, 0.04, 0.41},
                                                                   {0.00, 0.02, 0.10, 0.00, 0.60, 0.28}}};

constexpr std::array<const char*, 24> kPlaces = {"Hengli",     "Donghai", "Jinshan", "Yunfeng",  "Tianhe",    "Lanxin",
                                                 "Huarui",     "Mingde",  "Zhongyi", "Xinyuan",  "Baolong",   "Qinghe",
                                                 "Fushan",     "Ruian",   "Changle", "Weida",    "Northgate", "Silverlake",
                                                 "Brookfield", "Harbour", "Summit",  "Meridian", "Cedar",     "Atlas"};
constexpr std::array<const char*, 6> kKinds = {"Trading", "Logistics", "Textiles", "Electronics", "Foods", "Partners"};
constexpr std::array<const char*, 5> kIndustries = {"manufacturing", "trade", "logistics", "law", "retail"};
constexpr std::array<const char*, 6> kCities = {"Shanghai", "Shenzhen", "Hangzhou", "Chengdu", "Ningbo", "Singapore"};
constexpr std::array<const char*, 16> kFirstNames = {"Wei",  "Fang", "Min",   "Jing",  "Lei",   "Na",    "Yong",  "Xia",
                                                     "Anna", "Ben",  "Carla", "David", "Elena", "Felix", "Grace", "Hugo"};
constexpr std::array<const char*, 16> kLastNames = {"Wang",   "Li",    "Zhang", "Liu",     "Chen",   "Yang",  "Zhao",  "Huang",
                                                    "Miller", "Novak", "Rossi", "Schmidt", "Tanaka", "Silva", "Kumar", "Dubois"};
constexpr std::array<const char*, 6> kTitles = {"CEO", "CFO", "Head of purchasing", "IT manager", "Operations manager", "Engineer"};
constexpr std::array<const char*, 6> kTeams = {"North", "East", "South", "West", "Key accounts", "Partners"};
struct Listed {
  const char* name;
  int64_t yuan;
};
constexpr std::array<Listed, 5> kProducts = {
    {{"Starter", 18'000}, {"Team", 48'000}, {"Business", 96'000}, {"Enterprise", 240'000}, {"Support plan", 30'000}}};

Time After(Time from, double days) {
  return {from.micros + std::max<int64_t>(static_cast<int64_t>(days * kMinutesPerDay), 1) * kMicrosPerMinute};
}

double DaysBetween(Time from, Time to) { return static_cast<double>(to.micros - from.micros) / static_cast<double>(kMicrosPerDay); }

double NormalBelow(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double StayDays(size_t stage, Random& random) { return kMedianDays[stage] * std::exp(kSigma[stage] * random.Normal()); }

// A whole stay, given that it has lasted `age` days: drawn by bisection on the log-normal's tail.
double StayDaysBeyond(size_t stage, double age, Random& random) {
  const auto tail = [&](double days) { return NormalBelow(-std::log(days / kMedianDays[stage]) / kSigma[stage]); };
  if (age <= 0) return StayDays(stage, random);
  const double goal = tail(age) * random.Uniform();
  double low = age;
  double high = age * 2 + 1;
  while (tail(high) > goal && high < 1e6) high *= 2;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (tail(middle) > goal ? low : high) = middle;
  }
  return (low + high) / 2;
}

// The rep's effect shifts the odds of everything that goes on against being lost; returning keeps its chance.
size_t NextStage(size_t stage, const Rep& rep, Random& random) {
  const auto& chances = kNext[stage];
  double on = 0;
  for (size_t to = stage + 1; to <= kWon; ++to) on += chances[to];
  const double moved = on + chances[kLost];
  const double odds = on / chances[kLost] * std::exp(rep.effect[stage]);
  const double scale = moved * odds / (1 + odds) / on;
  double left = random.Uniform();
  for (size_t to = 0; to <= kWon; ++to) {
    left -= to > stage ? chances[to] * scale : chances[to];
    if (left < 0) return to;
  }
  return kLost;
}

// Adds the moves after the last one, until the deal is closed for good or `end` is reached. The stay in course has lasted until `now`.
void Continue(const CompanyOptions& options, const Rep& rep, Time now, Time end, Random& random, std::vector<StageMove>& moves) {
  bool begun = true;
  while (true) {
    const StageMove last = moves.back();
    double stay = 0;
    size_t to = kReopenStage;
    if (last.stage == kWon) return;
    if (last.stage == kLost) {
      // Decided at the closing: a deal closed before `now` was simulated to that point and is not opened again.
      if (begun && now > last.at) return;
      if (!random.Chance(options.reopened)) return;
      stay = kReopenDays * (0.5 + random.Uniform());
    } else {
      stay = begun ? StayDaysBeyond(last.stage, DaysBetween(last.at, now), random) : StayDays(last.stage, random);
      to = NextStage(last.stage, rep, random);
    }
    begun = false;
    const Time at = After(last.at, stay);
    if (at >= end) return;
    moves.push_back({to, at});
  }
}

double ArrivalsOn(const CompanyOptions& options, Date day) {
  if (IsoWeekday(day) > 5) return 0;
  const double yearly = static_cast<double>(options.deals) / options.years;
  const double phase = kTwoPi * static_cast<double>(day.days % 365) / 365;
  return yearly / 365 * kWorkingShare * (1 + options.season * std::sin(phase));
}

Time WorkingTime(Date day, Random& random) {
  return {StartOf(day).micros + (540 + static_cast<int64_t>(random.Below(540))) * kMicrosPerMinute};
}

Money AmountOf(const Company& company, size_t product, Random& random) {
  const double yuan =
      static_cast<double>(company.products[product].price.minor) / 100 * std::exp(company.options.amount_sigma * random.Normal());
  return {std::max<int64_t>(std::llround(yuan / 100), 1) * 10'000, kCny};
}

template <typename Array>
std::string Pick(const Array& list, Random& random) {
  return list[random.Below(list.size())];
}

void AddPeople(Company& company, Random& random) {
  const CompanyOptions& options = company.options;
  for (int i = 0; i < options.accounts; ++i) {
    Account account;
    account.name = Pick(kPlaces, random) + " " + Pick(kKinds, random) + " " + std::to_string(i + 1);
    account.industry = Pick(kIndustries, random);
    account.city = Pick(kCities, random);
    account.employees = static_cast<int32_t>(10 * std::exp(1.2 * std::abs(random.Normal()) + 0.5));
    account.since = Date{options.today.days - 365 * options.years - static_cast<int32_t>(random.Below(1500))};
    company.accounts.push_back(account);
    const size_t contacts = 1 + random.Below(3);
    for (size_t c = 0; c < contacts; ++c) {
      Contact contact{static_cast<size_t>(i), Pick(kFirstNames, random), Pick(kLastNames, random), Pick(kTitles, random), ""};
      contact.email = contact.first_name + "." + contact.last_name + std::to_string(c) + "@customer" + std::to_string(i + 1) + ".example";
      std::transform(contact.email.begin(), contact.email.end(), contact.email.begin(),
                     [](char ch) { return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch; });
      company.contacts.push_back(contact);
    }
  }
  for (const Listed& listed : kProducts) company.products.push_back({listed.name, {listed.yuan * 100, kCny}});
}

void AddReps(Company& company, Random& random) {
  const CompanyOptions& options = company.options;
  for (int i = 0; i < options.reps; ++i) {
    Rep rep;
    rep.name = std::string(kFirstNames[static_cast<size_t>(i) % kFirstNames.size()]) + " " +
               kLastNames[(static_cast<size_t>(i) / kFirstNames.size() + static_cast<size_t>(i) * 5) % kLastNames.size()];
    rep.team = kTeams[static_cast<size_t>(i) % kTeams.size()];
    for (double& effect : rep.effect) effect = options.rep_spread * random.Normal();
    company.reps.push_back(rep);
  }
  company.weak_rep = random.Below(company.reps.size());
  company.weak_stage = 2;  // proposal
  if (options.weak_factor != 1) company.reps[company.weak_rep].effect[company.weak_stage] = std::log(options.weak_factor);
}

void AddOpportunity(Company& company, const std::vector<std::vector<size_t>>& contacts_of, Date day, Random& random) {
  Opportunity deal;
  deal.account = random.Below(company.accounts.size());
  deal.contact = contacts_of[deal.account][random.Below(contacts_of[deal.account].size())];
  deal.product = random.Below(company.products.size());
  deal.rep = random.Below(company.reps.size());
  deal.source = random.Below(kSources.size());
  deal.amount = AmountOf(company, deal.product, random);
  deal.name = company.accounts[deal.account].name + " - " + company.products[deal.product].name;
  const Time arrived = WorkingTime(day, random);
  deal.moves.push_back({0, arrived});
  Continue(company.options, company.reps[deal.rep], arrived, StartOf(company.options.today), random, deal.moves);
  company.opportunities.push_back(std::move(deal));
}

// The furthest stage of a finished path, and whether it was won: what first-reach counting sees.
void CountFinished(const std::vector<StageMove>& moves, std::array<double, kOpenStages>& reached,
                   std::array<double, kOpenStages>& advanced) {
  const bool won = moves.back().stage == kWon;
  size_t furthest = 0;
  for (const StageMove& move : moves) {
    if (move.stage < kOpenStages) furthest = std::max(furthest, move.stage);
  }
  for (size_t stage = 0; stage < kOpenStages; ++stage) {
    if (!won && stage > furthest) break;
    reached[stage] += 1;
    advanced[stage] += won || stage < furthest ? 1 : 0;
  }
}

}  // namespace

Company MakeCompany(const CompanyOptions& options) {
  Company company;
  company.options = options;
  Random random(options.seed);
  AddPeople(company, random);
  AddReps(company, random);
  std::vector<std::vector<size_t>> contacts_of(company.accounts.size());
  for (size_t i = 0; i < company.contacts.size(); ++i) contacts_of[company.contacts[i].account].push_back(i);
  for (Date day{options.today.days - 365 * options.years}; day < options.today; ++day.days) {
    const int64_t arrivals = random.Poisson(ArrivalsOn(options, day));
    for (int64_t i = 0; i < arrivals; ++i) AddOpportunity(company, contacts_of, day, random);
  }
  std::stable_sort(company.opportunities.begin(), company.opportunities.end(),
                   [](const Opportunity& a, const Opportunity& b) { return a.moves.front().at < b.moves.front().at; });
  return company;
}

Truth TruthOf(const Company& company, int deals) {
  Truth truth;
  for (const bool weak : {false, true}) {
    Random random(company.options.seed ^ (weak ? 0x5EED : 0x7EA7));
    std::array<double, kOpenStages> reached{};
    std::array<double, kOpenStages> advanced{};
    for (int i = 0; i < deals; ++i) {
      const size_t rep = weak ? company.weak_rep : random.Below(company.reps.size());
      std::vector<StageMove> moves = {{0, Time{}}};
      Continue(company.options, company.reps[rep], Time{}, kTimeMax, random, moves);
      CountFinished(moves, reached, advanced);
    }
    auto& rates = weak ? truth.weak_rep_rate : truth.stage_rate;
    for (size_t stage = 0; stage < kOpenStages; ++stage) rates[stage] = reached[stage] > 0 ? advanced[stage] / reached[stage] : 0;
    if (!weak) truth.win_rate = advanced[kOpenStages - 1] / static_cast<double>(deals);
  }
  return truth;
}

std::vector<double> Futures(const Company& company, Date end, int runs, uint64_t seed) {
  Random random(seed);
  const Time now = StartOf(company.options.today);
  std::vector<double> futures;
  std::vector<StageMove> moves;
  const auto won_by_then = [&](const Rep& rep, Time from) {
    Continue(company.options, rep, from, StartOf(end), random, moves);
    return moves.back().stage == kWon && moves.back().at >= now;
  };
  for (int run = 0; run < runs; ++run) {
    double revenue = 0;
    for (const Opportunity& deal : company.opportunities) {
      if (deal.moves.back().stage >= kOpenStages) continue;
      moves = {deal.moves.back()};
      if (won_by_then(company.reps[deal.rep], now)) revenue += static_cast<double>(deal.amount.minor);
    }
    for (Date day = company.options.today; day < end; ++day.days) {
      for (int64_t n = random.Poisson(ArrivalsOn(company.options, day)); n > 0; --n) {
        moves = {{0, WorkingTime(day, random)}};
        const Money amount = AmountOf(company, random.Below(company.products.size()), random);
        if (won_by_then(company.reps[random.Below(company.reps.size())], moves.front().at)) revenue += static_cast<double>(amount.minor);
      }
    }
    futures.push_back(revenue);
  }
  return futures;
}

}  // namespace kith::simulator
