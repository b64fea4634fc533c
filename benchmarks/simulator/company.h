// A simulated company, the same for the demo, the tests and the benchmarks: accounts, contacts, products, reps and years of opportunities
// whose true stage rates are known. Plain data, no database; equal options give equal data on every platform.
//
// The process is semi-Markov: a deal stays in a stage for a log-normal time and then moves on, skips a stage, returns, is won or is lost;
// some lost deals are opened again. Reps differ a little in every stage; one rep has one planted weak step. Deals arrive on working days,
// with a mild yearly season. Amounts are log-normal around a product's price.
#ifndef KITH_BENCHMARKS_SIMULATOR_COMPANY_H_
#define KITH_BENCHMARKS_SIMULATOR_COMPANY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/money.h"
#include "kith/base/time.h"

namespace kith::simulator {

inline constexpr size_t kOpenStages = 4;
inline constexpr size_t kWon = 4;
inline constexpr size_t kLost = 5;
// By index: the stages of the standard package's pipeline.
inline constexpr std::array<const char*, 6> kStageNames = {"prospecting", "qualified", "proposal", "negotiation", "won", "lost"};

struct CompanyOptions {
  uint64_t seed = 1;
  Date today{20'635};  // 2026-07-01; its own moves are not known yet
  int years = 3;
  int deals = 6000;  // expected over all years
  int reps = 20;
  int accounts = 500;
  double rep_spread = 0.08;   // sd of a rep's natural effect on the log odds of going on, in each stage
  double weak_factor = 0.3;   // the planted step: odds of going on times this; 1: none is planted
  double season = 0.15;       // amplitude of arrivals over the year
  double reopened = 0.02;     // share of lost deals that are opened again
  double amount_sigma = 0.8;  // sd of log amount
};

struct Account {
  std::string name;
  std::string industry;
  std::string city;
  int32_t employees = 0;
  Date since;
};
struct Contact {
  size_t account = 0;
  std::string first_name;
  std::string last_name;
  std::string title;
  std::string email;
};
struct Product {
  std::string name;
  Money price;
};
struct Rep {
  std::string name;
  std::string team;
  std::array<double, kOpenStages> effect{};  // on the log odds of going on, the planted one included
};
struct StageMove {
  size_t stage = 0;  // index of kStageNames
  Time at;
};
struct Opportunity {
  std::string name;
  size_t account = 0;
  size_t contact = 0;
  size_t product = 0;
  size_t rep = 0;
  size_t source = 0;  // index of kSources
  Money amount;
  std::vector<StageMove> moves;  // ascending, before today; the first is the entry
};
inline constexpr std::array<const char*, 4> kSources = {"web", "referral", "event", "cold_call"};

struct Company {
  CompanyOptions options;
  std::vector<Account> accounts;
  std::vector<Contact> contacts;
  std::vector<Product> products;
  std::vector<Rep> reps;
  std::vector<Opportunity> opportunities;  // by arrival
  size_t weak_rep = 0;                     // the planted weak step
  size_t weak_stage = 0;
};

[[nodiscard]] Company MakeCompany(const CompanyOptions& options = {});

// What is true of the process, whatever the data show. Found by simulating `deals` deals of each kind to their end.
struct Truth {
  std::array<double, kOpenStages> stage_rate{};     // first-reach: of the deals that reach a stage and are resolved, the share that goes on
  std::array<double, kOpenStages> weak_rep_rate{};  // the same for the planted rep
  double win_rate = 0;
};
[[nodiscard]] Truth TruthOf(const Company& company, int deals = 100'000);

// Revenue won in [today, end), minor units, of `runs` futures of this company from the state it is in: the distribution a forecast should
// give.
[[nodiscard]] std::vector<double> Futures(const Company& company, Date end, int runs, uint64_t seed);

}  // namespace kith::simulator

#endif  // KITH_BENCHMARKS_SIMULATOR_COMPANY_H_
