#include "kith/record/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "flatbuffers/flatbuffers.h"
#include "kith/base/limits.h"
#include "unit/record/records.h"

namespace kith::record {
namespace {

Layout OwnLayout(std::vector<Kind> kinds) {
  Layout layout;
  for (size_t i = 0; i < kinds.size(); ++i) layout.fields.push_back({{Slot::kOwn, static_cast<uint8_t>(i)}, kinds[i], 0});
  return layout;
}

AlignedBytes Built(const Header& header, const Layout& layout, const std::vector<Value>& values, View before = {}) {
  Builder builder;
  const StatusOr<std::string_view> bytes = builder.Build(header, layout, values, before);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? AlignedBytes(*bytes) : AlignedBytes();
}

void ExpectHeader(const Header& got, const Header& expected) {
  EXPECT_EQ(got.id, expected.id);
  EXPECT_EQ(got.version, expected.version);
  EXPECT_EQ(got.created, expected.created);
  EXPECT_EQ(got.updated, expected.updated);
  EXPECT_EQ(got.owner, expected.owner);
  EXPECT_EQ(got.unit, expected.unit);
  EXPECT_EQ(got.visibility, expected.visibility);
  EXPECT_EQ(got.origin, expected.origin);
  EXPECT_EQ(got.flags, expected.flags);
}

void ExpectValues(const View& view, const std::vector<Value>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(view.has(i), !values[i].is_null()) << i;
    EXPECT_EQ(view.Get(i), values[i]) << i << ": " << ToText(values[i]);
  }
}

TEST(Record, RandomRecordsComeBackAsTheyWere) {
  const uint64_t seed = Seed(41);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  Builder builder;  // reused, as a writer does
  for (int i = 0; i < 5'000 && !HasFailure(); ++i) {
    const Layout layout = RandomLayout(random);
    const std::vector<Value> values = RandomValues(random, layout);
    for (size_t k = 0; k < values.size(); ++k) ASSERT_TRUE(CheckValue(layout.fields[k], values[k]).ok()) << ToText(values[k]);
    const Header header = RandomHeader(random);
    const StatusOr<std::string_view> bytes = builder.Build(header, layout, values);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(bytes->size() % 8, 0u);                               // R33
    EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes->data()) % 8, 0u);  // R33
    const Status verified = Verify(*bytes, layout);
    ASSERT_TRUE(verified.ok()) << verified;
    const View view(*bytes, &layout);
    ExpectHeader(view.header(), header);
    ExpectValues(view, values);
  }
}

TEST(Record, TypedReads) {
  const Layout layout = OwnLayout({Kind::kBool, Kind::kInt, Kind::kDecimal, Kind::kDouble, Kind::kMoney, Kind::kText, Kind::kTextList,
                                   Kind::kChoice, Kind::kChoiceSet, Kind::kDate, Kind::kTime, Kind::kRef, Kind::kBytes});
  const Currency cny = *Currency::FromCode("CNY");
  const std::vector<Value> values = {true,
                                     -5,
                                     Decimal{-7, 0},
                                     2.5,
                                     Money{-250, cny},
                                     "律所",
                                     TextList{"a", "", "bc"},
                                     Choice{-3},
                                     ChoiceSet{{1}, {9}},
                                     Date{-1},
                                     Time{-2},
                                     Id::Of(3, 4, 5),
                                     Bytes{std::string("\0\xFF", 2)}};
  Header header;
  header.id = Id::Of(64, 1, 2).value();
  const AlignedBytes bytes = Built(header, layout, values);
  const View view(bytes.view(), &layout);
  EXPECT_EQ(view.id(), Id::Of(64, 1, 2));
  EXPECT_TRUE(view.GetBool(0));
  EXPECT_EQ(view.GetInt(0), 1);
  EXPECT_EQ(view.GetInt(1), -5);
  EXPECT_EQ(view.GetInt(2), -7);
  EXPECT_EQ(view.GetDouble(3), 2.5);
  EXPECT_EQ(view.GetMoney(4), (Money{-250, cny}));
  EXPECT_EQ(view.GetText(5), "律所");
  ASSERT_EQ(view.GetSize(6), 3u);
  EXPECT_EQ(view.GetTextItem(6, 0), "a");
  EXPECT_EQ(view.GetTextItem(6, 1), "");
  EXPECT_EQ(view.GetTextItem(6, 2), "bc");
  EXPECT_EQ(view.GetTextItem(6, 3), "");
  EXPECT_EQ(view.GetInt(7), -3);
  ASSERT_EQ(view.GetSize(8), 2u);
  EXPECT_EQ(view.GetChoiceItem(8, 1), Choice{9});
  EXPECT_EQ(view.GetChoiceItem(8, 2), Choice{});
  EXPECT_EQ(view.GetInt(9), -1);
  EXPECT_EQ(view.GetInt(10), -2);
  EXPECT_EQ(view.GetRef(11), Id::Of(3, 4, 5));
  EXPECT_EQ(view.GetText(12), std::string_view("\0\xFF", 2));
}

TEST(Record, NullReadsAsZero) {
  const Layout layout = OwnLayout(AllKinds());
  const AlignedBytes bytes = Built({}, layout, {});
  for (const View& view : {View(bytes.view(), &layout), View()}) {
    EXPECT_EQ(view.id(), Id());
    for (size_t i = 0; i < layout.fields.size(); ++i) {
      EXPECT_FALSE(view.has(i));
      EXPECT_TRUE(view.Get(i).is_null());
      EXPECT_FALSE(view.GetBool(i));
      EXPECT_EQ(view.GetInt(i), 0);
      EXPECT_EQ(view.GetDouble(i), 0);
      EXPECT_EQ(view.GetMoney(i), Money{});
      EXPECT_EQ(view.GetRef(i), Id());
      EXPECT_EQ(view.GetText(i), "");
      EXPECT_EQ(view.GetSize(i), 0u);
      EXPECT_EQ(view.GetTextItem(i, 0), "");
      EXPECT_EQ(view.GetChoiceItem(i, 0), Choice{});
    }
  }
}

// Zero, false and empty are values, unlike in FlatBuffers' own default handling.
TEST(Record, ZeroIsNotNull) {
  const Layout layout = OwnLayout({Kind::kBool, Kind::kInt, Kind::kDouble, Kind::kMoney, Kind::kText, Kind::kTextList, Kind::kChoice,
                                   Kind::kChoiceSet, Kind::kDate, Kind::kTime, Kind::kBytes});
  const std::vector<Value> values = {false,   0,       0.0,    Money{0, *Currency::FromCode("CNY")}, "", TextList{}, Choice{0}, ChoiceSet{},
                                     Date{0}, Time{0}, Bytes{}};
  const AlignedBytes bytes = Built({}, layout, values);
  ExpectValues(View(bytes.view(), &layout), values);
}

TEST(Record, HeaderIsWrittenInPlace) {
  const Layout layout = OwnLayout({Kind::kText, Kind::kChoiceSet});
  const std::vector<Value> values = {"x", ChoiceSet{{1}}};
  AlignedBytes bytes = Built({}, layout, values);
  Random random(5);
  const Header header = RandomHeader(random);
  PatchHeader(bytes.span(), header);
  ExpectHeader(View(bytes.view(), &layout).header(), header);
  ExpectValues(View(bytes.view(), &layout), values);
  EXPECT_TRUE(Verify(bytes.view(), layout).ok());  // the shape is still there
}

// The bytes of a record are a promise to every later version.
TEST(Record, FormatIsFixed) {
  Layout layout = OwnLayout({Kind::kText, Kind::kMoney, Kind::kBool});
  layout.fields.push_back({{PageKey(5, 64), 1}, Kind::kInt, 0});
  Header header;
  header.id = 0x0102030405060708;
  header.version = 2;
  header.created = 3;
  header.updated = 4;
  header.owner = 5;
  header.unit = 6;
  header.visibility = 1;
  header.origin = 2;
  header.flags = 7;
  const AlignedBytes bytes = Built(header, layout, {"ab", Money{1, *Currency::FromCode("CNY")}, true, 9});
  std::string hex;
  for (const char c : bytes.view()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[static_cast<uint8_t>(c) >> 4];
    hex += kDigits[static_cast<uint8_t>(c) & 15];
  }
  EXPECT_EQ(hex,
            "180000000000000000000e00600020000400080010000f000e0000005c00000080000000000000010100000000000000"
            "434e59000000000008070605040302010200000000000000030000000000000004000000000000000500000000000000"
            "060000000102070001000000000000000000000000000000010000001000000000000a0014000c00000004000a000000"
            "090000000000000001050000000000000200000061620000");
}

// Read by FlatBuffers alone, as accessors generated from the exported schema would.
TEST(Record, IsAPlainFlatBuffersTable) {
  using flatbuffers::Table;
  Layout layout = OwnLayout({Kind::kText, Kind::kInt});
  layout.fields.push_back({{PageKey(5, 70), 6}, Kind::kInt, 0});
  layout.fields.push_back({{PageKey(3, 0), 0}, Kind::kBool, 0});
  Header header;
  header.id = 77;
  const AlignedBytes bytes = Built(header, layout, {"ab", 8, 9, true});
  const auto* root = flatbuffers::GetRoot<Table>(bytes.view().data());
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(bytes.view().data()), bytes.view().size());
  ASSERT_TRUE(root->VerifyTableStart(verifier));
  EXPECT_EQ(root->GetStruct<const Header*>(4)->id, 77u);
  EXPECT_EQ(root->GetPointer<const flatbuffers::String*>(8)->str(), "ab");
  EXPECT_EQ(root->GetField<int64_t>(10, 0), 8);
  const auto* pages = root->GetPointer<const flatbuffers::Vector<flatbuffers::Offset<Table>>*>(6);
  ASSERT_EQ(pages->size(), 2u);
  EXPECT_EQ(*pages->Get(0)->GetStruct<const uint32_t*>(4), 3u << 8);
  EXPECT_EQ(pages->Get(0)->GetField<uint8_t>(6, 0), 1);
  EXPECT_EQ(*pages->Get(1)->GetStruct<const uint32_t*>(4), (5u << 8) + 1);
  EXPECT_EQ(pages->Get(1)->GetField<int64_t>(4 + 2 * 7, 0), 9);
}

// The same values give the same bytes, whatever the order of the layout: digests of records can be compared.
TEST(Record, BytesDoNotDependOnTheOrderOfTheLayout) {
  const uint64_t seed = Seed(42);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 200; ++i) {
    Layout layout = OwnLayout({Kind::kBool, Kind::kInt, Kind::kMoney, Kind::kChoice});
    layout.fields.push_back({{PageKey(2, 0), 3}, Kind::kTime, 0});
    std::vector<Value> values;
    for (const Field& field : layout.fields) values.push_back(ValidValue(random, field));
    const AlignedBytes forward = Built({}, layout, values);
    std::reverse(layout.fields.begin(), layout.fields.end());
    std::reverse(values.begin(), values.end());
    ASSERT_EQ(forward.view(), Built({}, layout, values).view());
  }
}

// E17: a library that knows fewer fields rewrites a record and loses nothing of the others.
TEST(Record, UnlistedFieldsSurviveARewrite) {
  const uint64_t seed = Seed(43);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  Builder builder;
  for (int i = 0; i < 5'000 && !HasFailure(); ++i) {
    const Layout whole = RandomLayout(random);
    const std::vector<Value> values = RandomValues(random, whole);
    AlignedBytes bytes = Built(RandomHeader(random), whole, values);
    // An older library: some fields are not listed at all, some are of a kind that it does not know.
    Layout older;
    std::vector<Value> changed;
    std::vector<Value> expected = values;
    const uint64_t listed = random.Below(4);
    for (size_t k = 0; k < whole.fields.size(); ++k) {
      Field field = whole.fields[k];
      if (random.Below(4) >= listed) {
        if (random.OneIn(2)) continue;
        field.kind = Kind::kNull;
      }
      older.fields.push_back(field);
      changed.push_back(field.kind == Kind::kNull || random.OneIn(3) ? Value() : ValidValue(random, field));
      if (field.kind != Kind::kNull) expected[k] = changed.back();
    }
    // Several times over, so that what is kept does not decay or grow.
    size_t size = 0;
    for (int rewrite = 0; rewrite < 4; ++rewrite) {
      ASSERT_TRUE(Verify(bytes.view(), older).ok());
      const StatusOr<std::string_view> rewritten = builder.Build({}, older, changed, View(bytes.view(), &older));
      ASSERT_TRUE(rewritten.ok()) << rewritten.status();
      bytes = AlignedBytes(*rewritten);
      const Status verified = Verify(bytes.view(), whole);
      ASSERT_TRUE(verified.ok()) << verified;
      ExpectValues(View(bytes.view(), &whole), expected);
      if (rewrite > 1) {
        ASSERT_EQ(bytes.view().size(), size);
      }
      size = bytes.view().size();
    }
  }
}

TEST(Record, BeforeMayStandInTheBuildersOwnBuffer) {
  const Layout whole = OwnLayout({Kind::kText, Kind::kText, Kind::kInt});
  Layout older = whole;
  older.fields.pop_back();
  older.fields.pop_back();
  Builder builder;
  const StatusOr<std::string_view> first = builder.Build({}, whole, std::vector<Value>{"one", std::string(500, 'k'), 7});
  const StatusOr<std::string_view> second = builder.Build({}, older, std::vector<Value>{std::string(3'000, 'x')}, View(*first, &older));
  ASSERT_TRUE(second.ok());
  ExpectValues(View(*second, &whole), {std::string(3'000, 'x'), std::string(500, 'k'), 7});
}

TEST(Record, SizeLimit) {  // limits::kRecordBytes
  const Layout layout = OwnLayout(std::vector<Kind>(8, Kind::kBytes));
  std::vector<Value> values(5, Bytes{std::string(200'000, 'x')});
  const size_t rest = limits::kRecordBytes - Built({}, layout, values).view().size();
  values.emplace_back(Bytes{std::string(rest - 100, 'x')});
  Builder builder;
  size_t largest = 0;
  for (size_t size = rest - 100; size < rest + 100; ++size) {
    values.back() = Bytes{std::string(size, 'x')};
    const StatusOr<std::string_view> bytes = builder.Build({}, layout, values);
    if (!bytes.ok()) {
      EXPECT_EQ(GetReason(bytes.status()), Reason::kTooLong);
      EXPECT_THAT(GetErrorInfo(bytes.status()).hint, ::testing::HasSubstr("kRecordBytes"));
      continue;
    }
    largest = std::max(largest, bytes->size());
    EXPECT_TRUE(Verify(*bytes, layout).ok());
  }
  EXPECT_EQ(largest, limits::kRecordBytes);
  values.back() = Bytes{std::string(250'000, 'x')};
  EXPECT_EQ(GetReason(builder.Build({}, layout, values).status()), Reason::kTooLong);
  // What is kept counts too.
  values.pop_back();
  const AlignedBytes before = Built({}, layout, values);
  Layout other;
  other.fields.push_back({{PageKey(2, 0), 0}, Kind::kBytes, 0});
  EXPECT_EQ(GetReason(builder.Build({}, other, std::vector<Value>{Bytes{std::string(60'000, 'x')}}, View(before.view(), &other)).status()),
            Reason::kTooLong);
  EXPECT_TRUE(builder.Build({}, layout, {}).ok());  // and the builder works on
}

Reason Fault(Kind kind, const Value& value, uint8_t scale = 0) {
  const Status status = CheckValue({{}, kind, scale}, value);
  return GetReason(status);
}

TEST(CheckValue, KindsAndLimits) {
  for (const Kind kind : AllKinds()) EXPECT_TRUE(CheckValue({{}, kind, 0}, Value()).ok());
  const Status wrong = CheckValue({{}, Kind::kMoney, 0}, Value("abc"));
  EXPECT_EQ(std::string(WithContext(wrong, {.field = "amount"}).message()), R"(must be money, not a text [field amount, value "abc"])");
  EXPECT_EQ(GetReason(wrong), Reason::kWrongKind);
  EXPECT_EQ(Fault(Kind::kNull, 1), Reason::kWrongKind);
  EXPECT_EQ(Fault(Kind::kText, std::string(limits::kTextBytes, 'x')), Reason::kNone);
  EXPECT_EQ(Fault(Kind::kText, std::string(limits::kTextBytes + 1, 'x')), Reason::kTooLong);
  EXPECT_EQ(Fault(Kind::kText, "\xC0\x80"), Reason::kNotUtf8);
  EXPECT_EQ(Fault(Kind::kTextList, TextList(limits::kListItems, "x")), Reason::kNone);
  EXPECT_EQ(Fault(Kind::kTextList, TextList(limits::kListItems + 1, "x")), Reason::kTooLong);
  EXPECT_EQ(Fault(Kind::kTextList, TextList{"ok", "\xFF"}), Reason::kNotUtf8);
  EXPECT_EQ(Fault(Kind::kTextList, TextList{std::string(limits::kTextBytes + 1, 'x')}), Reason::kTooLong);
  EXPECT_EQ(Fault(Kind::kBytes, Bytes{std::string(limits::kBytesBytes, '\xFF')}), Reason::kNone);
  EXPECT_EQ(Fault(Kind::kBytes, Bytes{std::string(limits::kBytesBytes + 1, '\xFF')}), Reason::kTooLong);
  ChoiceSet set;
  for (int32_t i = 0; i < static_cast<int32_t>(limits::kListItems); ++i) set.push_back({i});
  EXPECT_EQ(Fault(Kind::kChoiceSet, set), Reason::kNone);
  set.push_back({INT32_MAX});
  EXPECT_EQ(Fault(Kind::kChoiceSet, set), Reason::kTooLong);
  EXPECT_EQ(Fault(Kind::kChoiceSet, ChoiceSet{{2}, {1}}), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kChoiceSet, ChoiceSet{{2}, {2}}), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kDecimal, Decimal{1, 2}, 2), Reason::kNone);
  EXPECT_EQ(Fault(Kind::kDecimal, Decimal{1, 1}, 2), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kDouble, std::numeric_limits<double>::quiet_NaN()), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kDouble, -std::numeric_limits<double>::infinity()), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kMoney, Money{1, {}}), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kMoney, Money{1, Currency::FromPacked(0x01434E59)}), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kTime, kTimeMax), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kRef, Id()), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kRef, Id(uint64_t{1} << 53)), Reason::kOutOfRange);
  EXPECT_EQ(Fault(Kind::kRef, Id((uint64_t{1} << 53) - 1)), Reason::kNone);
  EXPECT_EQ(Fault(Kind::kRef, Id::Local(0)), Reason::kNone);
}

}  // namespace
}  // namespace kith::record
