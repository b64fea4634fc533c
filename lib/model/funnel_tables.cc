// The tables' algebra: age bins, epochs, sketches, rows. What a path adds to them is in funnel_path.cc.
#include "kith/model/funnel_tables.h"

#include <cmath>

namespace kith::model {
namespace {

constexpr int64_t kHour = 3600;
constexpr int64_t kDay = 24 * kHour;
constexpr std::array<int64_t, kAgeBins> kEdges = {
    0,          kHour,      4 * kHour,  12 * kHour, 1 * kDay,   2 * kDay,   3 * kDay,   4 * kDay,   5 * kDay,   6 * kDay,
    7 * kDay,   8 * kDay,   10 * kDay,  12 * kDay,  14 * kDay,  17 * kDay,  20 * kDay,  23 * kDay,  26 * kDay,  28 * kDay,
    29 * kDay,  30 * kDay,  31 * kDay,  32 * kDay,  33 * kDay,  35 * kDay,  40 * kDay,  45 * kDay,  52 * kDay,  60 * kDay,
    67 * kDay,  75 * kDay,  82 * kDay,  90 * kDay,  97 * kDay,  105 * kDay, 120 * kDay, 140 * kDay, 160 * kDay, 180 * kDay,
    210 * kDay, 240 * kDay, 300 * kDay, 365 * kDay, 450 * kDay, 540 * kDay, 640 * kDay, 760 * kDay};

// Buckets of positive amounts: bucket b > 0 holds [1.02^(b-1), 1.02^b); negative amounts mirror them, 0 has its own.
constexpr double kLogRatio = 0.019802627296179712;  // ln 1.02

int64_t Wrap(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }
int64_t Signed(int64_t value, int sign) { return sign < 0 ? static_cast<int64_t>(-static_cast<uint64_t>(value)) : value; }

int32_t BucketOf(int64_t minor) {
  if (minor == 0) return 0;
  const double size = std::abs(static_cast<double>(minor));
  const auto bucket = static_cast<int32_t>(std::floor(std::log(size) / kLogRatio)) + 1;
  return minor > 0 ? bucket : -bucket;
}

void AddAmounts(std::map<uint32_t, AmountSketch>& into, const std::map<uint32_t, AmountSketch>& from, int sign) {
  for (const auto& [currency, sketch] : from) {
    AmountSketch& mine = into[currency];
    mine.Add(sketch, sign);
    if (mine == AmountSketch()) into.erase(currency);
  }
}

}  // namespace

const Stage* Pipeline::Find(Id stage) const {
  for (const Stage& s : stages) {
    if (s.id == stage) return &s;
  }
  return nullptr;
}

const Stage* Pipeline::Find(std::string_view stage_name) const {
  for (const Stage& s : stages) {
    if (s.name == stage_name) return &s;
  }
  return nullptr;
}

const std::array<int64_t, kAgeBins>& AgeBinEdges() { return kEdges; }

size_t AgeBin(int64_t seconds) {
  const auto* above = std::upper_bound(kEdges.begin(), kEdges.end(), seconds);
  return above == kEdges.begin() ? 0 : static_cast<size_t>(above - kEdges.begin()) - 1;
}

Epoch EpochOf(Date day) {
  const CivilDate civil = ToCivil(day);
  return (civil.year - 1970) * 12 + civil.month - 1;
}

Date FirstDay(Epoch epoch) {
  const Epoch year = epoch >= 0 ? epoch / 12 : -((11 - epoch) / 12);
  return FromCivil({1970 + year, static_cast<int8_t>(epoch - year * 12 + 1), 1});
}

void AmountSketch::Add(const AmountSketch& other, int sign) {
  buckets.Add(other.buckets, sign);
  count += sign * other.count;
  sum_minor = Wrap(sum_minor, Signed(other.sum_minor, sign));
}

void AmountSketch::AddAmount(int64_t minor, int sign) {
  buckets.Add(BucketOf(minor), sign);
  count += sign;
  sum_minor = Wrap(sum_minor, Signed(minor, sign));
}

double AmountSketch::BucketValue(int32_t bucket) {
  if (bucket == 0) return 0;
  const double middle = std::exp((std::abs(bucket) - 0.5) * kLogRatio);
  return bucket > 0 ? middle : -middle;
}

double AmountSketch::Quantile(double p) const {
  const int64_t all = buckets.total();
  if (all <= 0) return 0;
  const auto rank = std::llround(p * static_cast<double>(all - 1));
  int64_t seen = 0;
  for (const auto& [bucket, n] : buckets) {
    seen += n;
    if (seen > rank) return BucketValue(bucket);
  }
  return BucketValue((buckets.end() - 1)->first);
}

void StageRow::Add(const StageRow& other, int sign) {
  reached += sign * other.reached;
  advanced += sign * other.advanced;
  lost += sign * other.lost;
  entries += sign * other.entries;
  rework += sign * other.rework;
  skipped += sign * other.skipped;
  started += sign * other.started;
  exposure.Add(other.exposure, sign);
  exits.Add(other.exits, sign);
}

void PeriodRow::Add(const PeriodRow& other, int sign) {
  arrivals.Add(other.arrivals, sign);
  won_count.Add(other.won_count, sign);
  won_minor.Add(other.won_minor, sign);
  cycles.Add(other.cycles, sign);
  won += sign * other.won;
  lost += sign * other.lost;
  path_unknown += sign * other.path_unknown;
  path_unknown_won += sign * other.path_unknown_won;
  AddAmounts(won_amounts, other.won_amounts, sign);
  AddAmounts(lost_amounts, other.lost_amounts, sign);
}

void Rows::Add(const Rows& other, int sign) {
  for (const auto& [key, row] : other.stages) stages[key].Add(row, sign);
  for (const auto& [key, row] : other.periods) periods[key].Add(row, sign);
}

void Rows::DropZeros() {
  std::erase_if(stages, [](const auto& entry) { return entry.second.empty(); });
  std::erase_if(periods, [](const auto& entry) { return entry.second.empty(); });
}

FunnelTables TablesFromPaths(const Pipeline& pipeline, const std::vector<DealPath>& paths, Time as_of) {
  FunnelTables tables{pipeline, as_of, {}, {}};
  for (const DealPath& path : paths) {
    const bool later = !path.moves.empty() && path.moves.back().at > as_of;
    const DealPath cut = later ? CutAt(path, as_of) : DealPath();
    const DealPath& known = later ? cut : path;
    Contribute(pipeline, known, 1, tables.rows);
    if (std::optional<OpenDeal> open = OpenDealOf(pipeline, known)) tables.open.push_back(*open);
  }
  tables.rows.DropZeros();
  return tables;
}

}  // namespace kith::model
