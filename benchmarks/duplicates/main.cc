// How long it takes to find who is in a table several times, and how many of them are found.
//
//   duplicates_bench [--small] [ROWS]                   simulated people, 1 million rows unless told
//   duplicates_bench --csv FILE COLUMN:KIND ...         a table with a first line of names; columns "entity" (who a row really is) and, if
//                                                       rows of one source are different for sure, "source"
//
// peers.py beside this file runs the second beside Splink and recordlinkage.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

#include "simulator/people.h"

namespace kith::duplicates {
namespace {

using simulator::People;

struct Truth {
  const std::vector<std::string>& entity;
  double pairs = 0;
};

void Print(const Truth& truth, const crm::MatchReport& report, double probability) {
  size_t reported = 0;
  size_t right = 0;
  for (const crm::MatchPair& pair : report.pairs) {
    if (pair.probability < probability) continue;
    ++reported;
    if (truth.entity[pair.a] == truth.entity[pair.b]) ++right;
  }
  const double precision = reported == 0 ? 1 : static_cast<double>(right) / static_cast<double>(reported);
  const double recall = static_cast<double>(right) / truth.pairs;
  std::printf("  probability >= %.2f: %zu pairs, precision %.4f, recall %.4f, F1 %.4f\n", probability, reported, precision, recall,
              2 * precision * recall / (precision + recall));
}

// How many of the heaviest pairs come before the first wrong one.
void PrintRanking(const Truth& truth, std::vector<crm::MatchPair> pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const crm::MatchPair& a, const crm::MatchPair& b) { return a.bits > b.bits; });
  const auto wrong =
      std::find_if(pairs.begin(), pairs.end(), [&](const crm::MatchPair& p) { return truth.entity[p.a] != truth.entity[p.b]; });
  const auto right = static_cast<double>(wrong - pairs.begin());
  std::printf("  heaviest first: %.0f pairs before the first wrong one, recall %.4f\n", right, right / truth.pairs);
}

int Run(const crm::MatchTable& table, const Truth& truth) {
  const auto begin = std::chrono::steady_clock::now();
  const StatusOr<crm::MatchReport> report = crm::FindMatches(table);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (!report.ok()) {
    std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
    return 1;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto used = static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) / 1e6;
  std::printf(
      "%zu rows, %.0f pairs to find; %.1f s (%.1f s of processor time with what came before), %.1f million pairs compared, %.1f GB at "
      "most\n",
      truth.entity.size(), truth.pairs, seconds, used, static_cast<double>(report->compared) / 1e6,
      static_cast<double>(usage.ru_maxrss) / 1e6);
  std::printf("  expected: precision %.4f, recall %.4f\n", report->precision, report->recall);
  for (const double probability : {0.5, 0.9, 0.99}) Print(truth, *report, probability);
  PrintRanking(truth, report->pairs);
  return 0;
}

int RunPeople(size_t rows) {
  const People people = simulator::MakePeople(rows, 7);
  std::vector<std::string> entity;
  for (const uint32_t person : people.person) entity.push_back(std::to_string(person));
  return Run(people.Table(), {entity, people.Pairs()});
}

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

// Pairs of rows with one key.
double PairsOf(const std::vector<std::string>& keys) {
  std::map<std::string, double> counts;
  for (const std::string& key : keys) ++counts[key];
  double pairs = 0;
  for (const auto& [key, count] : counts) pairs += count * (count - 1) / 2;
  return pairs;
}

int RunTable(const char* path, const std::vector<std::string_view>& wanted) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> names = Split(line);
  std::map<std::string, std::vector<std::string>, std::less<>> columns;
  while (std::getline(file, line)) {
    std::vector<std::string> cells = Split(line);
    cells.resize(names.size());
    for (size_t i = 0; i < names.size(); ++i) columns[names[i]].push_back(cells[i]);
  }
  crm::MatchTable table;
  for (const std::string_view column : wanted) {
    const std::string_view name = column.substr(0, column.find(':'));
    const StatusOr<crm::MatchKind> kind = crm::MatchKindOf(column.substr(std::min(column.size(), name.size() + 1)));
    if (!kind.ok() || columns.find(name) == columns.end()) {
      std::fprintf(stderr, "no such column or kind: %s\n", std::string(column).c_str());
      return 1;
    }
    table.fields.push_back({std::string(name), *kind});
    const std::vector<std::string>& cells = columns.find(name)->second;
    table.columns.emplace_back(cells.begin(), cells.end());
  }
  const std::vector<std::string>& entity = columns["entity"];
  double pairs = PairsOf(entity);
  if (const std::vector<std::string>& sources = columns["source"]; !sources.empty()) {
    std::vector<std::string> both;
    for (size_t row = 0; row < sources.size(); ++row) {
      table.sources.push_back(static_cast<uint32_t>(std::strtoul(sources[row].c_str(), nullptr, 10)));
      both.push_back(sources[row] + " " + entity[row]);
    }
    pairs -= PairsOf(both);
  }
  return Run(table, {entity, pairs});
}

}  // namespace
}  // namespace kith::duplicates

int main(int argc, char** argv) {
  if (argc > 2 && std::string_view(argv[1]) == "--csv") return kith::duplicates::RunTable(argv[2], {argv + 3, argv + argc});
  size_t rows = 1'000'000;
  for (int i = 1; i < argc; ++i) rows = std::string_view(argv[i]) == "--small" ? 10'000 : std::strtoul(argv[i], nullptr, 10);
  return kith::duplicates::RunPeople(rows);
}
