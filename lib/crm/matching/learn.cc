// What agreements are worth, learnt from the table itself.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "crm/matching/matching_internal.h"

namespace kith::crm::matching_internal {
namespace {

constexpr double kSampledPairs = 400'000;  // compared to learn from, at most about
constexpr size_t kRandomPairs = 200'000;   // drawn to see how others agree
constexpr int kSteps = 100;
constexpr double kStill = 1e-4;         // of the matches: a step that changes less is the last
constexpr double kFirstMatches = 0.05;  // a row, before anything is known
constexpr uint8_t kUnknown = 0xFF;

// What matches agree on where little is known yet, counting as so many of them: it keeps a few chance agreements from passing for a kind of
// match of their own.
constexpr double kPriorMatches = 10;
constexpr std::array<double, kAgreements> kPriorM = {0.08, 0.04, 0.06, 0.12, 0.70};

// What is believed of a kind before any row is seen.
struct Belief {
  double values;  // about so many different ones there are: what a value is worth that few rows could have had
  double chance;  // the share of equal values that are no matches, counting as one pair
};
Belief BeliefOf(MatchKind kind) {
  switch (kind) {
    case MatchKind::kName:
    case MatchKind::kAddress:
      return {1'000, 0.5};
    case MatchKind::kText:
      return {20, 1};
    case MatchKind::kDate:
      return {10'000, 1};
    case MatchKind::kMail:
    case MatchKind::kPhone:
    case MatchKind::kIdentifier:
    case MatchKind::kWebsite:
      return {10'000, 0.1};
  }
  return {1, 1};
}

// Different ones at one place that are believed in before any row is seen.
constexpr double kPriorRelated = 1;

using Counts = std::array<double, kAgreements>;

// Pairs, and of each its degrees by field.
struct Pairs {
  explicit Pairs(size_t field_count) : fields(field_count) {}
  size_t fields;
  std::vector<uint8_t> degrees;
  std::vector<float> rarity;  // bits of an exact agreement's value
  [[nodiscard]] size_t size() const { return fields == 0 ? 0 : degrees.size() / fields; }

  void Add(const Prepared& table, uint32_t a, uint32_t b) {
    for (size_t field = 0; field < fields; ++field) {
      const std::span<const uint32_t> left = table.ValuesOf(a, field);
      const std::span<const uint32_t> right = table.ValuesOf(b, field);
      if (left.empty() || right.empty()) {
        degrees.push_back(kUnknown);
        rarity.push_back(0);
        continue;
      }
      const Values& values = table.field(field);
      const Degree degree = Compare(values, left, right);
      degrees.push_back(static_cast<uint8_t>(degree.agreement));
      const uint32_t count = std::max(values.counts[degree.value], values.counts[degree.other]);
      rarity.push_back(static_cast<float>(-std::log2(ShareOf(values.kind, count, values.known))));
    }
  }
  void Append(const Pairs& other) {
    degrees.insert(degrees.end(), other.degrees.begin(), other.degrees.end());
    rarity.insert(rarity.end(), other.rarity.begin(), other.rarity.end());
  }
};

Pairs Joined(std::vector<Pairs> chunks) {
  Pairs all = std::move(chunks[0]);
  for (size_t chunk = 1; chunk < chunks.size(); ++chunk) {
    all.Append(chunks[chunk]);
    chunks[chunk] = Pairs(all.fields);
  }
  return all;
}

// Of the pairs in the blocks those of some rows, chosen by nothing that tells matches from others.
Pairs Candidates(const Prepared& table, const Blocks& blocks, double share, size_t threads) {
  const auto limit = share >= 1 ? UINT64_MAX : static_cast<uint64_t>(share * 0x1p64);
  std::vector<Pairs> chunks(kChunks, Pairs(table.fields()));
  std::vector<std::vector<uint32_t>> seen(threads);
  InChunks(table.rows(), threads, [&](size_t worker, size_t chunk, size_t begin, size_t end) {
    if (!blocks.all()) seen[worker].resize(table.rows(), 0);
    for (size_t row = begin; row < end; ++row) {
      if (Mix(row) > limit) continue;
      const auto at = static_cast<uint32_t>(row);
      blocks.ForEach(table, at, seen[worker], [&](uint32_t other) { chunks[chunk].Add(table, other, at); });
    }
  });
  return Joined(std::move(chunks));
}

Pairs RandomPairs(const Prepared& table, size_t threads) {
  std::vector<Pairs> chunks(kChunks, Pairs(table.fields()));
  InChunks(kRandomPairs, threads, [&](size_t, size_t chunk, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const auto a = static_cast<uint32_t>(Mix(2 * i) % table.rows());
      const auto b = static_cast<uint32_t>(Mix(2 * i + 1) % table.rows());
      if (a != b && table.MayMatch(a, b)) chunks[chunk].Add(table, std::min(a, b), std::max(a, b));
    }
  });
  return Joined(std::move(chunks));
}

std::vector<Counts> CountsOf(const Pairs& pairs) {
  std::vector<Counts> counts(pairs.fields, Counts{});
  for (size_t i = 0; i < pairs.degrees.size(); ++i) {
    if (pairs.degrees[i] != kUnknown) ++counts[i % pairs.fields][pairs.degrees[i]];
  }
  return counts;
}

double Sum(const Counts& counts) {
  double sum = 0;
  for (const double count : counts) sum += count;
  return sum;
}

// How many of all pairs agree to each degree: exactly those of equal values, of others what random pairs show, but no fewer than are known.
std::vector<Counts> CountAll(const Prepared& table, const Pairs& candidates, double scale, size_t threads) {
  std::vector<Counts> known = CountsOf(candidates);
  if (scale == 1 && static_cast<double>(candidates.size()) >= table.Pairs()) return known;
  const std::vector<Counts> random = CountsOf(RandomPairs(table, threads));
  std::vector<Counts> all(table.fields(), Counts{});
  for (size_t field = 0; field < table.fields(); ++field) {
    const double pairs = table.KnownPairs(field);
    const double drawn = std::max(1.0, Sum(random[field]));
    double agreeing = 0;
    for (size_t degree = 1; degree < kAgreements; ++degree) {
      const double seen = known[field][degree] * scale;
      const double expected = degree == kExact ? table.EqualPairs(field) : random[field][degree] / drawn * pairs;
      all[field][degree] = std::max(seen, expected);
      agreeing += all[field][degree];
    }
    all[field][0] = std::max(pairs - agreeing, 1.0);
  }
  return all;
}

class Learner {
 public:
  Learner(const Prepared& table, Pairs candidates, double scale, size_t threads)
      : table_(table), pairs_(std::move(candidates)), scale_(scale), all_(CountAll(table, pairs_, scale, threads)), total_(table.Pairs()) {
    model_.fields.resize(table.fields());
    matched_.assign(table.fields(), Counts{});
    related_pairs_.assign(table.fields(), Counts{});
    matches_ = std::min(kFirstMatches * table.rows(), total_ / 2);
    for (size_t field = 0; field < table.fields(); ++field) place_.push_back(TellsOfPlace(table.field(field).kind));
    relates_ = std::any_of(place_.begin(), place_.end(), std::identity()) && !std::all_of(place_.begin(), place_.end(), std::identity());
    related_ = relates_ ? matches_ : 0;
    for (size_t field = 0; field < table.fields(); ++field) Estimate(field);
    EstimatePrior();
  }

  MatchModel Learn() {
    for (int step = 0; step < kSteps; ++step) {
      const double before = matches_;
      Expect();
      for (size_t field = 0; field < table_.fields(); ++field) Estimate(field);
      EstimatePrior();
      if (std::abs(matches_ - before) <= kStill * before) break;
    }
    return model_;
  }

 private:
  [[nodiscard]] std::vector<Counts> BitsOfDegrees() const {
    std::vector<Counts> bits(table_.fields(), Counts{});
    for (size_t field = 0; field < bits.size(); ++field) {
      const MatchModel::Field& learnt = model_.fields[field];
      for (size_t degree = 0; degree < kExact; ++degree) bits[field][degree] = std::log2(learnt.m[degree] / learnt.u[degree]);
      bits[field][kExact] = std::log2(learnt.m[kExact] / learnt.chance);
    }
    return bits;
  }
  // How much of each pair is a match, or two at one place, and what those agree on.
  void Expect() {
    const size_t fields = table_.fields();
    matches_ = 0;
    related_ = 0;
    matched_.assign(fields, Counts{});
    related_pairs_.assign(fields, Counts{});
    const std::vector<Counts> bits = BitsOfDegrees();
    const double relation_bits = relates_ ? std::log2(model_.related) : 0;
    for (size_t pair = 0; pair < pairs_.size(); ++pair) {
      const uint8_t* degrees = &pairs_.degrees[pair * fields];
      const float* rarity = &pairs_.rarity[pair * fields];
      Bits sum;
      for (size_t field = 0; field < fields; ++field) {
        if (degrees[field] == kUnknown) continue;
        double& part = place_[field] ? sum.place : sum.own;
        part += bits[field][degrees[field]];
        if (degrees[field] == kExact) part += static_cast<double>(rarity[field]);
      }
      const double match = OddsOf(model_.prior + sum.own + sum.place);
      const double relation = relates_ ? OddsOf(relation_bits + sum.place) : 0;
      if (match > 0) Count(degrees, match / (1 + match + relation), matches_, matched_);
      if (relation > 0) Count(degrees, relation / (1 + match + relation), related_, related_pairs_);
    }
    matches_ *= scale_;
    related_ *= scale_;
    for (std::vector<Counts>* counted : {&matched_, &related_pairs_}) {
      for (Counts& counts : *counted) {
        for (double& count : counts) count *= scale_;
      }
    }
  }
  static double OddsOf(double bits) {
    constexpr double kNone = -30;
    constexpr double kSure = 500;
    return bits < kNone ? 0 : std::exp2(std::min(bits, kSure));
  }
  static void Count(const uint8_t* degrees, double probability, double& sum, std::vector<Counts>& counts) {
    sum += probability;
    for (size_t field = 0; field < counts.size(); ++field) {
      if (degrees[field] != kUnknown) counts[field][degrees[field]] += probability;
    }
  }

  void Estimate(size_t field) {
    MatchModel::Field& learnt = model_.fields[field];
    const double matched = Sum(matched_[field]) + kPriorMatches;
    Counts told = matched_[field];  // whose agreements are no accidents
    for (size_t degree = 0; place_[field] && degree < kAgreements; ++degree) told[degree] += related_pairs_[field][degree];
    const double others = std::max(Sum(all_[field]) - Sum(told), 1.0);
    for (size_t degree = 0; degree < kAgreements; ++degree) {
      learnt.m[degree] = (matched_[field][degree] + kPriorMatches * kPriorM[degree]) / matched;
      learnt.u[degree] = (std::max(all_[field][degree] - told[degree], 0.0) + 1) / (others + kAgreements);
    }
    const double equal = all_[field][kExact];
    learnt.chance = (std::max(equal - told[kExact], 0.0) + BeliefOf(table_.field(field).kind).chance) / (equal + 1);
    Straighten(learnt);
  }
  // Better agreement never counts less: where it would, neighbouring degrees become one (pool adjacent violators).
  static void Straighten(MatchModel::Field& field) {
    for (size_t low = kExact; low-- > 0;) {
      double m = field.m[low];
      double u = field.u[low];
      size_t end = low + 1;
      for (; end < kExact && m / u > field.m[end] / field.u[end]; ++end) {
        m += field.m[end];
        u += field.u[end];
      }
      for (size_t degree = low; degree < end; ++degree) field.m[degree] = m / u * field.u[degree];
    }
  }
  void EstimatePrior() {
    const double others = std::max(total_ - matches_ - related_, 0.0) + 0.5;
    model_.prior = std::log2((matches_ + 0.5) / others);
    model_.related = relates_ ? std::min(1.0, (related_ + kPriorRelated) / others) : 0;
  }

  const Prepared& table_;
  Pairs pairs_;
  double scale_;
  std::vector<Counts> all_;
  double total_;
  double matches_ = 0;
  double related_ = 0;
  std::vector<Counts> matched_;
  std::vector<Counts> related_pairs_;
  std::vector<bool> place_;  // by field
  bool relates_ = false;     // a place may be told apart from who is there
  MatchModel model_;
};

}  // namespace

bool TellsOfPlace(MatchKind kind) {
  return kind == MatchKind::kText || kind == MatchKind::kAddress || kind == MatchKind::kPhone || kind == MatchKind::kWebsite;
}

double ShareOf(MatchKind kind, uint32_t count, uint32_t known) {
  const double others = count > 1 ? count - 1 : 1;  // the other row of a pair has it anyway
  return others / (known + BeliefOf(kind).values / others);
}

MatchModel Learn(const Prepared& table, const Blocks& blocks, size_t threads) {
  const double share = blocks.all() ? 1 : std::min(1.0, kSampledPairs / std::max(1.0, blocks.MostPairs()));
  return Learner(table, Candidates(table, blocks, share, threads), 1 / share, threads).Learn();
}

}  // namespace kith::crm::matching_internal
