// What an interaction adds to a pair's row, and what a row comes to at a moment: pure.
#include "kith/model/tie.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "absl/numeric/int128.h"
#include "kith/base/key.h"
#include "kith/base/packed.h"
#include "model/tie_internal.h"

namespace kith::model {
namespace {

constexpr int64_t kHalfLife = kTieHalfLifeDays * kMicrosPerDay;
constexpr uint8_t kRowForm = 0x61;
constexpr int kUnitBits = 36;      // a unit is 2^-36
constexpr int kWeightBits = 40;    // weights while they are multiplied
constexpr int kFactorBits = 62;    // factors from 1 to 2
constexpr size_t kRootsUsed = 40;  // bits of an age within its block

uint64_t Root(absl::uint128 square) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t{1} << 63; bit != 0; bit >>= 1) {
    const absl::uint128 tried = root | bit;
    if (tried * tried <= square) root |= bit;
  }
  return root;
}

// 2^(1/2), 2^(1/4), ... in integers alone, so that every machine rounds a contribution alike.
const std::array<uint64_t, kRootsUsed>& Roots() {
  static const std::array<uint64_t, kRootsUsed> kRoots = [] {
    std::array<uint64_t, kRootsUsed> roots{};
    absl::uint128 power = absl::uint128(2) << kFactorBits;
    for (uint64_t& root : roots) {
      root = Root(power << kFactorBits);
      power = root;
    }
    return roots;
  }();
  return kRoots;
}

// weight · 2^((at - start of its block)/H), in units.
int64_t Units(double weight, Time at) {
  absl::uint128 factor = absl::uint128(1) << kFactorBits;
  int64_t age = at.micros - StartOfTieBlock(TieBlockOf(at)).micros;
  for (const uint64_t root : Roots()) {
    age *= 2;
    if (age < kHalfLife) continue;
    age -= kHalfLife;
    factor = (factor * root) >> kFactorBits;
  }
  const auto fine = static_cast<uint64_t>(std::llround(std::ldexp(weight, kWeightBits)));
  return static_cast<int64_t>(static_cast<uint64_t>((factor * fine) >> (kFactorBits + kWeightBits - kUnitBits)));
}

int64_t Plus(int64_t a, int64_t b, int sign) {
  const auto change = static_cast<uint64_t>(b);
  return static_cast<int64_t>(static_cast<uint64_t>(a) + (sign < 0 ? uint64_t{0} - change : change));
}

double KindWeight(InteractionKind kind) {
  switch (kind) {
    case InteractionKind::kMeeting:
    case InteractionKind::kVisit:
      return 5;
    case InteractionKind::kDinner:
    case InteractionKind::kVideo:
      return 4;
    case InteractionKind::kCall:
      return 3;
    case InteractionKind::kChat:
      return 1.5;
    case InteractionKind::kMail:
      return 1;
    case InteractionKind::kMaterial:
      return 0.5;
    case InteractionKind::kMassMail:
      return 0.05;
    case InteractionKind::kOther:
      return 0;
  }
  return 0;
}

std::string PairKey(char kind, Id first, Id second) {
  std::string key(kTiePrefix);
  key.push_back(kind);
  AppendU64(key, first.value());
  if (!second.is_null()) AppendU64(key, second.value());
  return key;
}

}  // namespace

InteractionKind InteractionKindFromName(std::string_view name) {
  using enum InteractionKind;
  struct Known {
    std::string_view name;
    InteractionKind kind;
  };
  static constexpr Known kKnown[] = {{"meeting", kMeeting},
                                     {"visit", kVisit},
                                     {"video", kVideo},
                                     {"call", kCall},
                                     {"chat", kChat},
                                     {"mail", kMail},
                                     {"mass_mail", kMassMail},
                                     {"material_sent", kMaterial},
                                     {"material_viewed", kMaterial},
                                     {"dinner", kDinner}};
  for (const Known& known : kKnown) {
    if (known.name == name) return known.kind;
  }
  return kOther;
}

double InteractionWeight(InteractionKind kind, std::optional<int64_t> minutes, int64_t externals) {
  const double length = minutes ? std::min(2.0, 0.5 + static_cast<double>(std::max<int64_t>(0, *minutes)) / 60) : 1;
  return KindWeight(kind) * length / std::sqrt(static_cast<double>(std::max<int64_t>(1, externals)));
}

int32_t TieBlockOf(Time at) { return static_cast<int32_t>(at.micros / kHalfLife - (at.micros % kHalfLife < 0 ? 1 : 0)); }

Time StartOfTieBlock(int64_t block) { return PlusDays(Time{}, block * kTieHalfLifeDays); }

void AddToRow(TieRow& row, const TieEvent& event, int sign) {
  const int32_t block = TieBlockOf(event.at);
  auto at =
      std::lower_bound(row.blocks.begin(), row.blocks.end(), block, [](const TieBlock& b, int32_t wanted) { return b.block < wanted; });
  if (at == row.blocks.end() || at->block != block) at = row.blocks.insert(at, TieBlock{.block = block});
  const int64_t units = Units(event.weight, event.at);
  int64_t& count = event.from_us ? at->outreach : at->theirs;
  int64_t& sum = event.from_us ? at->out_units : at->in_units;
  count += sign;
  sum = Plus(sum, units, sign);
  if (*at == TieBlock{.block = block}) row.blocks.erase(at);
}

std::string Encode(const TieRow& row) {
  std::string bytes;
  PackedWriter out(bytes);
  out.U8(kRowForm);
  out.Varint(row.blocks.size());
  for (const TieBlock& block : row.blocks) {
    out.Signed(block.block);
    out.Signed(block.theirs);
    out.Signed(block.outreach);
    out.Signed(block.in_units);
    out.Signed(block.out_units);
  }
  return bytes;
}

Status Decode(std::string_view bytes, TieRow& row) {
  row.blocks.clear();
  PackedReader in(bytes);
  if (in.U8() != kRowForm) in.Fail();
  const uint64_t size = in.Varint();
  for (uint64_t i = 0; i < size && in.ok(); ++i) {
    const int64_t block = in.Signed();
    TieBlock& read = row.blocks.emplace_back();
    read = {static_cast<int32_t>(block), in.Signed(), in.Signed(), in.Signed(), in.Signed()};
    const bool ascends = i == 0 || row.blocks[i - 1].block < block;
    const bool fits = block >= std::numeric_limits<int32_t>::min() && block <= std::numeric_limits<int32_t>::max();
    if (!ascends || !fits || read == TieBlock{.block = read.block}) in.Fail();
  }
  return in.done() ? absl::OkStatus() : MakeError(Reason::kCorrupt, "a row of ties is malformed");
}

TieSums SumsOf(const TieRow& row, Time at) {
  TieSums sums;
  const int32_t last = TieBlockOf(at);
  for (const TieBlock& block : row.blocks) {
    if (block.block > last) break;
    const double age =
        (static_cast<double>(at.micros) - static_cast<double>(StartOfTieBlock(block.block).micros)) / static_cast<double>(kHalfLife);
    const double scale = std::exp2(-age - kUnitBits);
    sums.in += static_cast<double>(block.in_units) * scale;
    sums.out += static_cast<double>(block.out_units) * scale;
    sums.theirs += block.theirs;
    sums.outreach += block.outreach;
  }
  return sums;
}

TieEvent EventOf(const InteractionRecord& interaction) {
  return {interaction.at, !interaction.from_them && !interaction.mutual,
          InteractionWeight(interaction.kind, interaction.minutes, interaction.externals)};
}

std::string TieKey(Id contact, Id employee) { return PairKey('c', contact, employee); }
std::string TieKeyOfEmployee(Id employee, Id contact) { return PairKey('e', employee, contact); }
std::string TiesOfContactPrefix(Id contact) { return PairKey('c', contact, Id()); }
std::string TiesOfEmployeePrefix(Id employee) { return PairKey('e', employee, Id()); }
Id OtherOf(std::string_view key) {
  constexpr size_t kOther = 2 + sizeof(uint64_t);
  return key.size() == kOther + sizeof(uint64_t) ? Id(ReadU64(key.data() + kOther)) : Id();
}

}  // namespace kith::model
