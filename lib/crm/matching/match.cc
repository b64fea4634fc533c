// The steps of finding matches, one after the other.
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "crm/matching/matching_internal.h"
#include "kith/crm/matching.h"

namespace kith::crm {
namespace {

using matching_internal::Blocks;
using matching_internal::HashOf;
using matching_internal::Prepared;
using matching_internal::Scorer;
using matching_internal::Values;

Status BadOptions(std::string field, std::string_view message, std::string hint) {
  return MakeError({.reason = Reason::kBadOptions, .field = std::move(field), .hint = std::move(hint)}, message);
}

Status Check(const MatchTable& table) {
  if (table.fields.empty()) return BadOptions("fields", "there is no field to compare", "name at least one");
  if (table.fields.size() > kMatchFields) {
    return MakeError({.reason = Reason::kLimitExceeded, .field = "fields"}, absl::StrCat("more than ", kMatchFields, " fields"));
  }
  if (table.columns.size() != table.fields.size()) return BadOptions("columns", "there is not one column for each field", "one a field");
  const size_t rows = table.columns[0].size();
  if (rows > INT32_MAX) return MakeError({.reason = Reason::kLimitExceeded, .field = "columns"}, "more than 2^31 rows");
  for (size_t field = 0; field < table.fields.size(); ++field) {
    if (table.columns[field].size() != rows) {
      return BadOptions(table.fields[field].name, "the columns differ in length", "an empty text stands for what is unknown");
    }
  }
  if (!table.sources.empty() && table.sources.size() != rows) return BadOptions("sources", "there is not one source for each row", "");
  return absl::OkStatus();
}

Status CheckThresholds(double review, double automatic) {
  if (!(review > 0 && review < 1)) return BadOptions("review", "the probability must be between 0 and 1", "0.5");
  if (!(automatic >= review && automatic < 1)) return BadOptions("automatic", "the probability must be from review to below 1", "0.99");
  return absl::OkStatus();
}

bool Likelier(const MatchPair& a, const MatchPair& b) {
  if (a.bits != b.bits) return a.bits > b.bits;
  return a.a != b.a ? a.a < b.a : a.b < b.b;
}

double BitsOf(double probability) { return std::log2(probability / (1 - probability)); }

// The most frequent of them by hash; the mean share of the others, as a row that has one finds it.
template <typename ShareOf>
double KeepCommon(const std::vector<uint64_t>& hashes, const std::vector<uint32_t>& counts, const ShareOf& share,
                  std::vector<MatchModel::Common>& common) {
  constexpr size_t kCommon = 200;
  constexpr uint32_t kOften = 3;
  std::vector<size_t> by_count(hashes.size());
  std::iota(by_count.begin(), by_count.end(), size_t{0});
  std::sort(by_count.begin(), by_count.end(),
            [&](size_t a, size_t b) { return counts[a] != counts[b] ? counts[a] > counts[b] : hashes[a] < hashes[b]; });
  size_t kept = 0;
  while (kept < std::min(by_count.size(), kCommon) && counts[by_count[kept]] >= kOften) ++kept;
  for (size_t i = 0; i < kept; ++i) common.push_back({hashes[by_count[i]], share(counts[by_count[i]])});
  std::sort(common.begin(), common.end(), [](const MatchModel::Common& a, const MatchModel::Common& b) { return a.hash < b.hash; });
  double rows = 0;
  double sum = 0;
  for (size_t i = kept; i < by_count.size(); ++i) {
    rows += counts[by_count[i]];
    sum += counts[by_count[i]] * share(counts[by_count[i]]);
  }
  return rows == 0 ? share(1) : sum / rows;
}

void Describe(const MatchTable& table, const Prepared& prepared, MatchModel& model) {
  for (size_t field = 0; field < table.fields.size(); ++field) {
    const Values& values = prepared.field(field);
    MatchModel::Field& learnt = model.fields[field];
    learnt.name = table.fields[field].name;
    learnt.kind = table.fields[field].kind;
    const uint32_t known = std::max(values.known, 1U);
    learnt.rest = KeepCommon(
        values.hashes, values.counts, [&](uint32_t count) { return matching_internal::ShareOf(values.kind, count, known); }, learnt.values);
    std::vector<uint64_t> words;
    words.reserve(values.words.size());
    for (const std::string& word : values.words) words.push_back(HashOf(word));
    // A row may say a word in several values.
    learnt.rest_words = KeepCommon(
        words, values.word_counts, [&](uint32_t count) { return std::min(static_cast<double>(count) / known, 1.0); }, learnt.words);
  }
}

void ScoreBlocks(const Prepared& prepared, const Blocks& blocks, const MatchOptions& options, size_t threads, MatchReport& report) {
  const Scorer scorer(prepared, report.model);
  const double least = BitsOf(options.review);
  std::vector<MatchReport> found(threads);
  std::vector<std::vector<uint32_t>> seen(threads);
  matching_internal::InChunks(prepared.rows(), threads, [&](size_t worker, size_t, size_t begin, size_t end) {
    if (!blocks.all()) seen[worker].resize(prepared.rows(), 0);
    MatchReport& mine = found[worker];
    MatchPair pair;
    for (auto row = static_cast<uint32_t>(begin); row < end; ++row) {
      blocks.ForEach(prepared, row, seen[worker], [&](uint32_t other) {
        bool fully = false;
        if (scorer.Score(row, other, least, pair, fully)) mine.pairs.push_back(pair);
        ++mine.compared;
        mine.compared_fully += fully ? 1 : 0;
      });
    }
  });
  for (MatchReport& part : found) {
    report.compared += part.compared;
    report.compared_fully += part.compared_fully;
    std::move(part.pairs.begin(), part.pairs.end(), std::back_inserter(report.pairs));
  }
}

// Rows of one source are different for sure, so one row is the same as at most one of another source: the likeliest.
void KeepOnePartner(const std::vector<uint32_t>& sources, std::vector<MatchPair>& pairs) {
  absl::flat_hash_set<std::pair<uint32_t, uint32_t>> taken;  // a row, and the source in which it has a partner
  std::erase_if(pairs, [&](const MatchPair& pair) {
    const std::pair<uint32_t, uint32_t> left(pair.a, sources[pair.b]);
    const std::pair<uint32_t, uint32_t> right(pair.b, sources[pair.a]);
    if (taken.contains(left) || taken.contains(right)) return true;
    taken.insert(left);
    taken.insert(right);
    return false;
  });
}

// What the model expects of the pairs reported.
void Summarize(const MatchTable& table, const MatchOptions& options, double total_pairs, MatchReport& report) {
  std::sort(report.pairs.begin(), report.pairs.end(), Likelier);
  if (!table.sources.empty()) KeepOnePartner(table.sources, report.pairs);
  double matches = 0;
  for (const MatchPair& pair : report.pairs) {
    matches += pair.probability;
    if (pair.probability < options.automatic) continue;
    ++report.automatic;
    report.automatic_precision = matches / static_cast<double>(report.automatic);
  }
  if (report.pairs.empty()) return;
  report.precision = matches / static_cast<double>(report.pairs.size());
  report.recall = std::min(1.0, matches / (total_pairs / (1 + std::exp2(-report.model.prior))));
}

}  // namespace

StatusOr<MatchReport> FindMatches(const MatchTable& table, const MatchOptions& options) {
  KITH_RETURN_IF_ERROR(Check(table));
  KITH_RETURN_IF_ERROR(CheckThresholds(options.review, options.automatic));
  const size_t threads = matching_internal::ThreadsOf(options.threads);
  const Prepared prepared(table, threads, true);
  MatchReport report;
  // Of fewer than two rows there is no pair: what is learnt of none is what was believed before, and a model like any other.
  const Blocks blocks(prepared, threads);
  report.model = matching_internal::Learn(prepared, blocks, threads);
  ScoreBlocks(prepared, blocks, options, threads, report);
  Summarize(table, options, prepared.Pairs(), report);
  Describe(table, prepared, report.model);
  return report;
}

StatusOr<std::vector<MatchPair>> MatchFirst(const MatchTable& table, const MatchModel& model, double review) {
  KITH_RETURN_IF_ERROR(Check(table));
  KITH_RETURN_IF_ERROR(CheckThresholds(review, review));
  std::vector<MatchPair> pairs;
  Prepared prepared(table, 1, false);
  const Scorer scorer = Scorer::ByModel(prepared, table, model);
  for (uint32_t row = 1; row < prepared.rows(); ++row) {
    MatchPair pair;
    bool fully = false;
    if (prepared.MayMatch(0, row) && scorer.Score(0, row, BitsOf(review), pair, fully)) pairs.push_back(std::move(pair));
  }
  std::sort(pairs.begin(), pairs.end(), Likelier);
  return pairs;
}

std::vector<std::vector<uint32_t>> MatchGroups(const std::vector<MatchPair>& pairs, double probability) {
  absl::flat_hash_map<uint32_t, uint32_t> leaders;
  const auto leader = [&](uint32_t row) {
    leaders.try_emplace(row, row);
    while (leaders[row] != row) {
      const uint32_t next = leaders[row];
      leaders[row] = leaders[next];
      row = next;
    }
    return row;
  };
  for (const MatchPair& pair : pairs) {
    if (pair.probability < probability) continue;
    const uint32_t a = leader(pair.a);
    const uint32_t b = leader(pair.b);
    leaders[std::max(a, b)] = std::min(a, b);
  }
  std::map<uint32_t, std::vector<uint32_t>> groups;  // by their first row, which leads
  std::vector<uint32_t> rows;
  for (const auto& [row, unused] : leaders) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  for (const uint32_t row : rows) groups[leader(row)].push_back(row);
  std::vector<std::vector<uint32_t>> listed;
  listed.reserve(groups.size());
  for (auto& [first, members] : groups) listed.push_back(std::move(members));
  return listed;
}

}  // namespace kith::crm
