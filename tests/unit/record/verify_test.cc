// The verifier against damaged and hostile bytes: what it accepts can be read and rewritten without a fault. Worth most under ASan and
// UBSan.
#include <gtest/gtest.h>

#include <cstddef>
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

// A record whose single numbers can be changed by hand.
class Planted {
 public:
  Planted(const Layout& layout, const std::vector<Value>& values) : layout_(layout) {
    Builder builder;
    const StatusOr<std::string_view> built = builder.Build({}, layout, values);
    EXPECT_TRUE(built.ok());
    bytes_ = std::string(*built);
    EXPECT_TRUE(Accepted());
  }

  template <typename T>
  [[nodiscard]] T At(size_t position) const {
    T value;
    std::memcpy(&value, bytes_.data() + position, sizeof value);
    return value;
  }
  template <typename T>
  void Set(size_t position, T value) {
    std::memcpy(bytes_.data() + position, &value, sizeof value);
  }
  // Adds to the number at `position` for the length of one check.
  template <typename T>
  bool AcceptedWith(size_t position, int delta) {
    const T was = At<T>(position);
    Set<T>(position, static_cast<T>(was + static_cast<T>(delta)));
    const bool accepted = Accepted();
    Set<T>(position, was);
    return accepted;
  }
  [[nodiscard]] bool Accepted() const { return Accepted(layout_); }
  [[nodiscard]] bool Accepted(const Layout& layout) const { return Verify(AlignedBytes(bytes_).view(), layout).ok(); }
  [[nodiscard]] size_t size() const { return bytes_.size(); }

  [[nodiscard]] size_t Root() const { return At<uint32_t>(0); }
  [[nodiscard]] size_t Entry(size_t table, size_t slot) const {
    return table - static_cast<size_t>(static_cast<int64_t>(At<int32_t>(table))) + 4 + 2 * slot;
  }
  [[nodiscard]] size_t Field(size_t table, size_t slot) const { return table + At<uint16_t>(Entry(table, slot)); }
  [[nodiscard]] size_t Target(size_t position) const { return position + At<uint32_t>(position); }
  [[nodiscard]] size_t Page(size_t index) const { return Target(Target(Field(Root(), 1)) + 4 + 4 * index); }

 private:
  Layout layout_;
  std::string bytes_;
};

Layout Own(std::vector<Kind> kinds) {
  Layout layout;
  for (size_t i = 0; i < kinds.size(); ++i) layout.fields.push_back({{Slot::kOwn, static_cast<uint8_t>(i)}, kinds[i], 0});
  return layout;
}

TEST(Verify, HeaderInItsPlace) {
  Planted record(Own({Kind::kInt}), {7});
  const size_t entry = record.Entry(record.Root(), 0);
  for (const int delta : {-8, -4, 4, 8}) EXPECT_FALSE(record.AcceptedWith<uint16_t>(entry, delta)) << delta;
  Planted unlisted(Own({Kind::kInt, Kind::kInt}), {7, 8});
  const size_t same = unlisted.Entry(unlisted.Root(), 0);
  unlisted.Set<uint16_t>(same, static_cast<uint16_t>(unlisted.At<uint16_t>(same) - 4));
  EXPECT_FALSE(unlisted.Accepted({}));  // out of its alignment, if nothing else
  record.Set<uint16_t>(entry, 0);
  EXPECT_FALSE(record.Accepted());
}

TEST(Verify, ValuesAtTheirAlignmentAndWithinTheirTable) {
  Planted record(Own({Kind::kMoney, Kind::kMoney}), {Money{1, *Currency::FromCode("CNY")}, Money{2, *Currency::FromCode("CNY")}});
  const Layout number = Own({Kind::kInt});
  EXPECT_TRUE(record.Accepted(number));
  const size_t entry = record.Entry(record.Root(), 2);
  record.Set<uint16_t>(entry, static_cast<uint16_t>(record.At<uint16_t>(entry) + 4));
  EXPECT_FALSE(record.Accepted(number));
  Planted narrow(Own({Kind::kChoice, Kind::kChoice, Kind::kBool}), {Choice{1}, Choice{2}, true});
  EXPECT_FALSE(narrow.Accepted(Own({Kind::kInt, Kind::kInt})));
  EXPECT_FALSE(narrow.Accepted(Own({Kind::kMoney, Kind::kChoice})));
}

TEST(Verify, FieldsApart) {
  Planted record(Own({Kind::kInt, Kind::kInt}), {7, 8});
  record.Set<uint16_t>(record.Entry(record.Root(), 2), record.At<uint16_t>(record.Entry(record.Root(), 3)));
  EXPECT_FALSE(record.Accepted());
  EXPECT_FALSE(record.Accepted({}));
}

TEST(Verify, ShapeThatFits) {
  Planted record(Own({Kind::kInt, Kind::kText}), {7, "x"});
  const size_t shape = record.Field(record.Root(), 0) + offsetof(Header, shape);
  EXPECT_EQ(record.At<uint32_t>(shape), 1u);
  const Layout none;
  EXPECT_TRUE(record.Accepted(none));
  for (const uint32_t wrong : {3u, 0x03000001u, 0x00030000u}) {
    record.Set<uint32_t>(shape, wrong);
    EXPECT_FALSE(record.Accepted(none)) << wrong;
  }
}

TEST(Verify, TextsEndInZero) {
  Planted record(Own({Kind::kText}), {"abc"});
  const size_t end = record.Target(record.Field(record.Root(), 2)) + 4 + 3;
  EXPECT_EQ(record.At<char>(end), 0);
  EXPECT_FALSE(record.AcceptedWith<char>(end, 'x'));
}

TEST(Verify, PagesInOrder) {
  Layout layout;
  for (const uint32_t package : {3u, 5u}) layout.fields.push_back({{PageKey(package, 0), 0}, Kind::kInt, 0});
  Planted record(layout, {7, 8});
  const size_t first = record.Field(record.Page(0), 0);
  EXPECT_EQ(record.At<uint32_t>(first), 3u << 8);
  EXPECT_TRUE(record.AcceptedWith<uint32_t>(first, 1));
  EXPECT_FALSE(record.AcceptedWith<uint32_t>(first, 2 << 8));  // as the second
  EXPECT_FALSE(record.AcceptedWith<uint32_t>(first, 3 << 8));
  EXPECT_FALSE(record.AcceptedWith<uint32_t>(record.Field(record.Page(1), 0), 1 << 20));
}

// A small record must not claim much: one text that every item of a list names is refused.
TEST(Verify, VectorsApart) {
  TextList list(20);
  list[0] = std::string(400, 'x');
  Planted record(Own({Kind::kTextList}), {list});
  const size_t vector = record.Target(record.Field(record.Root(), 2));
  ASSERT_EQ(record.At<uint32_t>(vector), 20u);
  const size_t text = record.Target(vector + 4);
  ASSERT_EQ(record.At<uint32_t>(text), 400u);
  for (size_t i = 1; i < 20; ++i)
    record.Set<uint32_t>(vector + 4 + 4 * i, static_cast<uint32_t>(text) - static_cast<uint32_t>(vector + 4 + 4 * i));
  EXPECT_FALSE(record.Accepted());
}

TEST(Verify, ChoiceSetsInOrderAndAmountsWithACurrency) {
  Planted set(Own({Kind::kChoiceSet}), {ChoiceSet{{4}, {5}}});
  const size_t items = set.Target(set.Field(set.Root(), 2)) + 4;
  EXPECT_FALSE(set.AcceptedWith<int32_t>(items, 1));
  EXPECT_FALSE(set.AcceptedWith<int32_t>(items, 2));
  EXPECT_TRUE(set.AcceptedWith<int32_t>(items, -2));
  Planted amount(Own({Kind::kMoney}), {Money{1, *Currency::FromCode("CNY")}});
  EXPECT_FALSE(amount.AcceptedWith<char>(amount.Field(amount.Root(), 2) + 8, 32));  // "cNY"
}

TEST(Verify, RecordOfTheLimit) {  // limits::kRecordBytes
  const AlignedBytes zeros(std::string(limits::kRecordBytes + 8, '\0'));
  EXPECT_EQ(GetReason(Verify(zeros.view(), {})), Reason::kCorrupt);
  EXPECT_EQ(GetReason(Verify({}, {})), Reason::kCorrupt);
}

}  // namespace
}  // namespace kith::record
