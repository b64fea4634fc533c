// Who met whom and what was learnt of them in a simulated company. Some deals are decided by relations: those that were won had been spent
// time on and spoke well of us, those that were lost knew a rival better. In the others relations are the same whatever came. Which is
// which is known, so that a measure of relations can be told from decoration.
#ifndef KITH_BENCHMARKS_SIMULATOR_RELATIONS_H_
#define KITH_BENCHMARKS_SIMULATOR_RELATIONS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/company.h"

namespace kith::simulator {

struct Touch {
  size_t contact = 0;
  size_t rep = 0;
  size_t deal = 0;
  const char* kind = "call";
  const char* direction = "out";
  Time at;
};
struct Stake {
  size_t contact = 0;
  size_t deal = 0;
  const char* role = "user";
  bool veto = false;
};
struct Learnt {
  size_t contact = 0;
  bool rival = false;  // stance towards the rival; else towards us
  const char* dimension = "solution";
  double value = 0;
  Time at;
};
struct Known {
  size_t from = 0;  // contacts
  size_t to = 0;
  double strength = 0;
};
struct Relations {
  std::vector<Touch> touches;
  std::vector<Stake> stakes;
  std::vector<Learnt> learnt;
  std::vector<Known> known;
  std::vector<bool> decides;   // by deal: relations decide it
  std::vector<bool> has_part;  // by deal: its people are known at all
};

struct RelationsOptions {
  uint64_t seed = 5;
  double known = 0.3;    // share of the closed deals whose people are known; of the open ones all are
  double decides = 0.4;  // share of the known that relations decide
};
[[nodiscard]] Relations MakeRelations(const Company& company, const RelationsOptions& options = {});

}  // namespace kith::simulator

#endif  // KITH_BENCHMARKS_SIMULATOR_RELATIONS_H_
