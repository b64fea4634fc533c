// Any bytes as packed values and as text: nothing crashes, and what was understood comes back from its own text.
#include <cstdlib>
#include <string>
#include <string_view>

#include "kith/base/decimal.h"
#include "kith/base/key.h"
#include "kith/base/money.h"
#include "kith/base/packed.h"
#include "kith/base/time.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void ReadPacked(std::string_view input) {
  kith::PackedReader reader(input);
  while (reader.ok() && !reader.done()) {
    const size_t before = reader.rest().size();
    const kith::Value value = reader.Get();
    if (!reader.ok()) break;
    // One value has one form, so writing it again gives the same bytes.
    std::string again;
    kith::PackedWriter(again).Put(value);
    Require(again == input.substr(input.size() - before, before - reader.rest().size()));
    std::string key;
    kith::AppendValueKey(key, value, kith::Order::kDescending);
  }
}

void ReadText(std::string_view text) {
  const kith::Currency yen = *kith::Currency::FromCode("JPY");
  if (const auto money = kith::ParseMoney(text, yen); money.ok()) Require(!kith::ToText(*money).empty());
  if (const auto decimal = kith::ParseDecimal(text); decimal.ok()) Require(*kith::ParseDecimal(kith::ToText(*decimal)) == *decimal);
  if (const auto date = kith::ParseDate(text); date.ok()) Require(*kith::ParseDate(kith::ToText(*date)) == *date);
  if (const auto time = kith::ParseTime(text); time.ok()) Require(!kith::ToText(*time).empty());
  if (const auto period = kith::ParsePeriod(text, 4); period.ok()) Require(period->first < period->end);
  const size_t half = text.size() / 2;
  (void)kith::ParseTimeAs(text.substr(half), text.substr(0, half));
  if (kith::IsUtf8(text)) Require(kith::IsUtf8(kith::ToText(kith::Value(text), half)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  ReadPacked(input);
  ReadText(input);
  return 0;
}
