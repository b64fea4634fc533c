// The verifier against damaged and hostile bytes: what it accepts can be read and rewritten without a fault. Worth most under ASan and
// UBSan.
#include <gtest/gtest.h>

#include <cstring>

#include "kith/base/limits.h"
#include "kith/record/record.h"
#include "unit/record/records.h"

namespace kith::record {
namespace {

std::string RandomRecord(Random& random, const Layout& layout, Builder& builder) {
  const StatusOr<std::string_view> bytes = builder.Build(RandomHeader(random), layout, RandomValues(random, layout));
  EXPECT_TRUE(bytes.ok());
  return std::string(bytes.value_or(""));
}

// Numbers that mean something to the format, near its edges.
uint32_t EvilNumber(Random& random, size_t size) {
  switch (random.Below(6)) {
    case 0:
      return static_cast<uint32_t>(random.Below(size + 16));
    case 1:
      return static_cast<uint32_t>(0) - static_cast<uint32_t>(random.Below(size + 16));
    case 2:
      return static_cast<uint32_t>(random.Below(8)) * 4;
    case 3:
      return 0x7FFFFFFFu + static_cast<uint32_t>(random.Below(2));
    case 4:
      return 0xFFFFFFFFu - static_cast<uint32_t>(random.Below(4));
    default:
      return static_cast<uint32_t>(random.Bits());
  }
}

void Mutate(Random& random, std::string& bytes) {
  if (bytes.empty()) return;
  const size_t at = random.Below(bytes.size());
  switch (random.Below(6)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(random.Bits());
      break;
    case 2:
    case 3: {
      const uint32_t number = EvilNumber(random, bytes.size());
      const size_t width = random.OneIn(2) ? 2 : 4;
      const size_t place = at / width * width;
      if (place + width <= bytes.size()) std::memcpy(bytes.data() + place, &number, width);
      break;
    }
    case 4:
      bytes.resize(at / 8 * 8);
      break;
    default: {  // one part over another
      const size_t size = std::min<size_t>(random.Below(32) + 1, bytes.size() - at);
      const std::string part = bytes.substr(random.Below(bytes.size() - size + 1), size);
      bytes.replace(at, size, part);
    }
  }
}

TEST(Verify, MutatedRecordsAreRefusedOrSafeToUse) {
  const uint64_t seed = Seed(51);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  Builder builder;
  Builder rewriter;
  int accepted = 0;
  int refused = 0;
  uint64_t sum = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Layout layout = RandomLayout(random);
    Layout older = layout;
    while (!older.fields.empty() && random.Below(4) != 0) older.fields.pop_back();
    const std::string record = RandomRecord(random, layout, builder);
    for (int k = 0; k < 40; ++k) {
      std::string mutated = record;
      for (uint64_t n = random.Below(4) + 1; n > 0; --n) Mutate(random, mutated);
      const AlignedBytes bytes(mutated);
      const Layout& reader = random.OneIn(2) ? layout : older;
      const Status status = Verify(bytes.view(), reader);
      if (!status.ok()) {
        ASSERT_EQ(GetReason(status), Reason::kCorrupt);
        ++refused;
        continue;
      }
      ++accepted;
      const View view(bytes.view(), &reader);
      sum += ReadAll(view);
      std::vector<Value> values;
      for (size_t f = 0; f < reader.fields.size(); ++f) values.push_back(view.Get(f));
      const StatusOr<std::string_view> rewritten = rewriter.Build(view.header(), reader, values, view);
      ASSERT_TRUE(rewritten.ok());
      const Status again = Verify(*rewritten, reader);
      ASSERT_TRUE(again.ok()) << again;
      const View second(*rewritten, &reader);
      for (size_t f = 0; f < reader.fields.size(); ++f) ASSERT_TRUE(second.Get(f) == values[f] || values[f] != values[f]);
    }
  }
  EXPECT_GT(accepted, 5'000);
  EXPECT_GT(refused, 5'000);
  EXPECT_NE(sum, 0u);
  RecordProperty("accepted", accepted);
  RecordProperty("refused", refused);
}

TEST(Verify, EveryCutIsRefused) {
  const uint64_t seed = Seed(52);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  Builder builder;
  for (int i = 0; i < 200; ++i) {
    const Layout layout = RandomLayout(random);
    const std::string record = RandomRecord(random, layout, builder);
    for (size_t size = 0; size < record.size(); ++size) {
      const AlignedBytes cut(std::string_view(record).substr(0, size));
      const Status status = Verify(cut.view(), layout);
      if (!status.ok()) continue;
      // The last bytes may be padding behind everything.
      ASSERT_GE(size + 8, record.size());
      ReadAll(View(cut.view(), &layout));
    }
  }
}

TEST(Verify, NoiseIsRefusedOrSafe) {
  const uint64_t seed = Seed(53);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const Layout layout = RandomLayout(random);
    std::string noise(8 * random.Below(40), '\0');
    for (char& c : noise) c = static_cast<char>(random.OneIn(2) ? random.Below(12) : random.Bits());
    const AlignedBytes bytes(noise);
    if (Verify(bytes.view(), layout).ok()) ReadAll(View(bytes.view(), &layout));
  }
}

TEST(Verify, TheBytesMustStartAtAMultipleOfEight) {
  Builder builder;
  const StatusOr<std::string_view> bytes = builder.Build({}, {}, {});
  std::vector<uint64_t> space(bytes->size() / 8 + 1);
  char* shifted = reinterpret_cast<char*>(space.data()) + 4;
  std::memcpy(shifted, bytes->data(), bytes->size());
  EXPECT_EQ(GetReason(Verify({shifted, bytes->size()}, {})), Reason::kCorrupt);
}

// A field that the record holds in another form than the layout says.
TEST(Verify, AnotherKindIsRefusedWhereItWouldBeUnsafe) {
  const auto of = [](Kind kind) { return Layout{{{{Slot::kOwn, 0}, kind, 0}}}; };
  Random random(Seed(54));
  Builder builder;
  for (const Kind written : AllKinds()) {
    const StatusOr<std::string_view> built = builder.Build({}, of(written), std::vector<Value>{ValidValue(random, of(written).fields[0])});
    const AlignedBytes bytes(*built);
    for (const Kind read : AllKinds()) {
      const Layout layout = of(read);
      if (Verify(bytes.view(), layout).ok()) ReadAll(View(bytes.view(), &layout));
    }
  }
  const StatusOr<std::string_view> number = builder.Build({}, of(Kind::kInt), std::vector<Value>{7});
  EXPECT_EQ(GetReason(Verify(*number, of(Kind::kText))), Reason::kCorrupt);
  const StatusOr<std::string_view> latin = builder.Build({}, of(Kind::kBytes), std::vector<Value>{Bytes{"caf\xE9"}});
  EXPECT_TRUE(Verify(*latin, of(Kind::kBytes)).ok());
  EXPECT_EQ(GetReason(Verify(*latin, of(Kind::kText))), Reason::kCorrupt);
}

// A small record must not claim much: one text named by every item of many lists is refused.
TEST(Verify, SharedVectorsAreRefused) {
  const Layout layout = {{{{Slot::kOwn, 0}, Kind::kTextList, 0}}};
  Builder builder;
  const StatusOr<std::string_view> built =
      builder.Build({}, layout, std::vector<Value>{TextList{std::string(64, 'x'), std::string(64, 'y')}});
  ASSERT_TRUE(built.ok());
  std::string record(*built);
  // The vector of two offsets follows the texts or goes before them; find it by its count and make both items name one text.
  int refused = 0;
  for (size_t at = 0; at + 12 <= record.size(); at += 4) {
    uint32_t words[3];
    std::memcpy(words, record.data() + at, sizeof words);
    const size_t target = at + 4 + words[1];
    uint32_t length = 0;
    if (words[0] != 2 || target + 4 > record.size()) continue;
    std::memcpy(&length, record.data() + target, 4);
    if (length != 64) continue;
    std::string shared = record;
    const auto again = static_cast<uint32_t>(target - (at + 8));
    std::memcpy(shared.data() + at + 8, &again, 4);
    // Twice 68 bytes still fit in this record; a third reference would not.
    EXPECT_TRUE(Verify(AlignedBytes(shared).view(), layout).ok());
    const uint32_t many = 3;
    std::memcpy(shared.data() + at, &many, 4);
    std::memcpy(shared.data() + at + 12, &again, 4);
    refused += Verify(AlignedBytes(shared).view(), layout).ok() ? 0 : 1;
  }
  EXPECT_EQ(refused, 1);
}

}  // namespace
}  // namespace kith::record
