// People as an address book has them, some of them several times, with what goes wrong when they are written down again.
#ifndef KITH_BENCHMARKS_SIMULATOR_PEOPLE_H_
#define KITH_BENCHMARKS_SIMULATOR_PEOPLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kith/crm/matching.h"

namespace kith::simulator {

struct People {
  std::vector<crm::MatchField> fields;
  std::vector<std::vector<std::string>> columns;  // [field][row]
  std::vector<uint32_t> person;                   // by row: who it really is
  [[nodiscard]] size_t rows() const { return person.size(); }
  // Pairs of rows that are one person.
  [[nodiscard]] double Pairs() const;
  // Borrows the columns.
  [[nodiscard]] crm::MatchTable Table() const;
};

// Name, mail, phone, birthday, address and city. About one row in four is somebody again: names turned round, shortened, misspelt or in
// pinyin; other mails; numbers with and without the country; days and months swapped; moves; fields left out. One in ten has a Chinese
// name. Names are as unevenly frequent as names are.
[[nodiscard]] People MakePeople(size_t rows, uint64_t seed);

}  // namespace kith::simulator

#endif  // KITH_BENCHMARKS_SIMULATOR_PEOPLE_H_
