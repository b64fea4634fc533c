// What a pair's agreements amount to.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "crm/matching/matching_internal.h"

namespace kith::crm::matching_internal {
namespace {

std::optional<size_t> FindField(const MatchModel& model, std::string_view name, MatchKind kind) {
  for (size_t i = 0; i < model.fields.size(); ++i) {
    if (model.fields[i].name == name && model.fields[i].kind == kind) return i;
  }
  return std::nullopt;
}

double KnownShare(const std::vector<MatchModel::Common>& common, uint64_t hash, double rest) {
  const auto at = std::lower_bound(common.begin(), common.end(), hash,
                                   [](const MatchModel::Common& entry, uint64_t wanted) { return entry.hash < wanted; });
  return at != common.end() && at->hash == hash ? at->share : rest;
}

// Numbers, dates and mails compare in no time; addresses have many words.
int CostOf(MatchKind kind) {
  switch (kind) {
    case MatchKind::kDate:
    case MatchKind::kIdentifier:
    case MatchKind::kWebsite:
      return 0;
    case MatchKind::kPhone:
    case MatchKind::kMail:
      return 1;
    case MatchKind::kText:
      return 2;
    case MatchKind::kName:
      return 3;
    case MatchKind::kAddress:
      return 4;
  }
  return 0;
}

}  // namespace

void Scorer::SetBits(const MatchModel::Field& learnt, Weights& weights) {
  for (size_t degree = 0; degree < kExact; ++degree) weights.bits[degree] = std::log2(learnt.m[degree] / learnt.u[degree]);
  weights.bits[kExact] = std::log2(learnt.m[kExact] / learnt.chance);
  weights.most_below = *std::max_element(weights.bits.begin(), weights.bits.begin() + kExact);
  weights.most = weights.most_below;
  for (const float rarity : weights.rarity) weights.most = std::max(weights.most, weights.bits[kExact] + static_cast<double>(rarity));
}

void Scorer::SetOrder() {
  order_.resize(weights_.size());
  std::iota(order_.begin(), order_.end(), uint16_t{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](uint16_t a, uint16_t b) { return CostOf(table_->field(a).kind) < CostOf(table_->field(b).kind); });
}

void Scorer::SetRelated(double related) {
  related_ = related;
  most_of_place_ = related > 0 ? -std::log2(related) : std::numeric_limits<double>::infinity();
}

Scorer::Scorer(const Prepared& table, const MatchModel& model) : table_(&table), prior_(model.prior), weights_(table.fields()) {
  for (size_t field = 0; field < table.fields(); ++field) {
    const Values& values = table.field(field);
    weights_[field].rarity.reserve(values.counts.size());
    for (const uint32_t count : values.counts) {
      weights_[field].rarity.push_back(static_cast<float>(-std::log2(ShareOf(values.kind, count, values.known))));
    }
    weights_[field].place = TellsOfPlace(values.kind);
    SetBits(model.fields[field], weights_[field]);
  }
  SetRelated(model.related);
  SetOrder();
}

Scorer Scorer::ByModel(Prepared& table, const MatchTable& asked, const MatchModel& model) {
  Scorer scorer;
  scorer.table_ = &table;
  scorer.prior_ = model.prior;
  scorer.weights_.resize(table.fields());
  for (size_t field = 0; field < table.fields(); ++field) {
    Weights& weights = scorer.weights_[field];
    Values& values = table.field(field);
    weights.rarity.assign(values.counts.size(), 0);
    weights.place = TellsOfPlace(values.kind);
    const std::optional<size_t> found = FindField(model, asked.fields[field].name, values.kind);
    if (!found) continue;
    const MatchModel::Field& learnt = model.fields[*found];
    values.Weigh([&](uint32_t word) { return KnownShare(learnt.words, HashOf(values.words[word]), learnt.rest_words); });
    for (size_t value = 0; value < values.hashes.size(); ++value) {
      weights.rarity[value] = static_cast<float>(-std::log2(KnownShare(learnt.values, values.hashes[value], learnt.rest)));
    }
    SetBits(learnt, weights);
  }
  scorer.SetRelated(model.related);
  scorer.SetOrder();
  return scorer;
}

double Scorer::BitsOf(size_t field, const Degree& degree) const {
  const Weights& weights = weights_[field];
  const double bits = weights.bits[static_cast<size_t>(degree.agreement)];
  if (degree.agreement != Agreement::kExact) return bits;
  return bits + static_cast<double>(std::min(weights.rarity[degree.value], weights.rarity[degree.other]));
}

// Fields whose values are equal are known at once, of the others what they can bring at most: so most pairs are given up early.
Bits Scorer::Bound(uint32_t a, uint32_t b, std::span<double> bounds) const {
  Bits sum;
  for (size_t field = 0; field < weights_.size(); ++field) {
    const std::span<const uint32_t> left = table_->ValuesOf(a, field);
    const std::span<const uint32_t> right = table_->ValuesOf(b, field);
    const Weights& weights = weights_[field];
    if (left.empty() || right.empty()) {
      bounds[field] = 0;
    } else if (left.size() == 1 && right.size() == 1) {
      const bool equal = left[0] == right[0];
      const bool inexact = table_->field(field).kind != MatchKind::kPhone;  // numbers written differently may be the same
      bounds[field] = equal     ? weights.bits[kExact] + static_cast<double>(weights.rarity[left[0]])
                      : inexact ? weights.most_below
                                : weights.most;
    } else {
      bounds[field] = weights.most;
    }
    Add(field, bounds[field], sum);
  }
  return sum;
}

namespace {

// log2(1 + 2^bits), for any bits.
double Log2OfOneAnd(double bits) { return std::max(bits, 0.0) + std::log2(1 + std::exp2(-std::abs(bits))); }

}  // namespace

void Scorer::Discount(double place, std::span<MatchPart> parts) const {
  double agreeing = 0;
  for (const MatchPart& part : parts) agreeing += weights_[part.field].place ? std::max(0.0, static_cast<double>(part.bits)) : 0;
  if (agreeing <= 0) return;
  // Of fields that disagree place may be less than agreeing; of an extreme model so many bits that 2 to their power is beyond a double.
  const double kept = 1 - Log2OfOneAnd(place - most_of_place_) / agreeing;
  for (MatchPart& part : parts) {
    if (weights_[part.field].place && part.bits > 0) part.bits = static_cast<float>(static_cast<double>(part.bits) * kept);
  }
}

bool Scorer::Score(uint32_t a, uint32_t b, double least, MatchPair& pair, bool& fully) const {
  std::array<double, kMatchFields> bounds;
  std::array<MatchPart, kMatchFields> parts;
  Bits sum = Bound(a, b, bounds);
  fully = false;
  for (const uint16_t field : order_) {
    if (Most(sum) < least - kSlack) return false;
    const std::span<const uint32_t> left = table_->ValuesOf(a, field);
    const std::span<const uint32_t> right = table_->ValuesOf(b, field);
    if (left.empty() || right.empty()) continue;
    const Degree degree = Compare(table_->field(field), left, right);
    const double bits = BitsOf(field, degree);
    Add(field, bits - bounds[field], sum);
    parts[field] = {field, degree.agreement, static_cast<float>(bits)};
  }
  fully = true;
  pair = {.a = std::min(table_->Original(a), table_->Original(b)), .b = std::max(table_->Original(a), table_->Original(b)), .bits = prior_};
  for (size_t field = 0; field < weights_.size(); ++field) {
    if (table_->ValuesOf(a, field).empty() || table_->ValuesOf(b, field).empty()) continue;
    pair.parts.push_back(parts[field]);
  }
  Discount(sum.place, pair.parts);
  for (const MatchPart& part : pair.parts) pair.bits += static_cast<double>(part.bits);
  pair.probability = 1 / (1 + std::exp2(-pair.bits));
  return pair.bits >= least;
}

}  // namespace kith::crm::matching_internal
