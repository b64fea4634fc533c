#include <cstdio>
#include <cstdlib>

#include "peers/store.h"

namespace kith::peers {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a row follows from its number alone.
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

}  // namespace

Row MakeRow(uint64_t i) {
  static constexpr const char* kCities[] = {"Shanghai", "Wien", "Lagos", "São Paulo", "Pune", "Oslo", "北京", "Graz"};
  uint64_t dice = Mix(i);
  Row row;
  row.name = "Deal " + std::to_string(dice % 1'000'000) + " of client " + std::to_string(i);
  row.email = "buyer" + std::to_string(i) + "@client" + std::to_string(dice % 9973) + ".example";
  row.city = kCities[dice >> 8 & 7];
  row.note =
      "Met at the fair; wants a trial of the " + std::to_string(dice >> 12 & 63) + " seat plan, budget to be named after the board meets.";
  row.owner = static_cast<int64_t>(Mix(dice) % (1 + i / static_cast<uint64_t>(kRowsPerOwner))) + 1;
  row.amount = static_cast<int64_t>(dice >> 20 & 0xFFFFFF);
  // No two rows share a day (up to two million rows): stores break ties differently, and then a page would not be the same in each.
  row.close_date = static_cast<int32_t>(i * 2'654'435'761 & 0x1FFFFF);
  row.stage = static_cast<int64_t>(dice >> 56 & 3);
  return row;
}

std::vector<int> PathOf(uint64_t deal) {
  if (deal >= kOpenDeals || (deal < 3'300 && deal % 50 == 0)) return {0};
  uint64_t dice = Mix(deal ^ 0xABCDEF);
  if (dice % 10 < 3) return {0, 5};
  return {0, 1 + static_cast<int>(dice >> 8 & 1), dice % 10 < 7 ? 4 : 5};
}

int64_t StartOf(uint64_t deal) {
  constexpr uint64_t kMinutes = 2 * 365 * 24 * 60;
  return (int64_t{19'000} * 86'400 + static_cast<int64_t>(Mix(deal) % kMinutes) * 60) * 1'000'000;
}

int64_t AmountOf(uint64_t deal) { return static_cast<int64_t>(10'000 + Mix(deal ^ 0x5EED) % 1'000'000); }

Contact MakeContact(uint64_t i) {
  static constexpr const char* kSyllables[] = {"ba",  "bre", "chi", "do",  "dru", "fa", "fle", "gi",
                                               "gro", "hu",  "ja",  "kle", "li",  "mo", "nu",  "sto"};
  const auto word = [](uint64_t dice, int syllables) {
    std::string text;
    for (int k = 0; k < syllables; ++k) text += kSyllables[dice >> (4 * k) & 15];
    return text;
  };
  const uint64_t dice = Mix(i ^ 0xC0417AC7);
  const std::string given = word(dice, 2);
  const std::string family = word(dice >> 8, 4);
  return {.name = given + " " + family,
          .email = given + "." + family + std::to_string(i) + "@firm" + std::to_string(i / kContactsPerAccount) + ".example",
          .phone = "+86 1" + std::to_string(3'000'000'000 + dice % 6'000'000'000)};
}

int64_t TimeOfCall(uint64_t contact, uint64_t number) {
  constexpr int64_t kHour = int64_t{3'600} * 1'000'000;
  const uint64_t place =
      Mix(number) % 1'000 * kContactsPerAccount * kCallsPerContact + number * kContactsPerAccount + contact % kContactsPerAccount;
  return int64_t{19'000} * 24 * kHour + static_cast<int64_t>(place) * kHour / 20;
}

void Require(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "kith_peers: %s\n", what.c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace kith::peers
