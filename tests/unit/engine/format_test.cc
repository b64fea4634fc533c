#include "engine/format.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/history_view.h"
#include "kith/base/limits.h"

namespace kith::format {
namespace {

TEST(FormatTest, KeyspacesStandInTheirOrder) {
  const auto specs = Keyspaces();
  ASSERT_EQ(specs.size(), 8U);
  EXPECT_EQ(specs[kMeta].name, "meta");
  EXPECT_EQ(specs[kAggregate].name, "aggregate");
  for (const storage::Keyspace keyspace : {kRecord, kFeed}) EXPECT_EQ(specs[keyspace].order, storage::KeyOrder::kInteger);
  for (const storage::KeyspaceSpec& spec : specs) EXPECT_EQ(spec.sealed, spec.name != "index" && spec.name != "external") << spec.name;
}

TEST(FormatTest, PaddingGivesBackTheExactValue) {
  for (size_t size = 0; size < 40; ++size) {
    std::string value(size, '\0');
    AppendPadding(value);
    EXPECT_EQ(value.size() % 8, 0U);
    EXPECT_EQ(WithoutPadding(value)->size(), size);
  }
  for (const std::string_view bad : {std::string_view(), std::string_view("1234567"), std::string_view("\0\0\0\0\0\0\0\0", 8),
                                     std::string_view("\0\0\0\0\0\0\0\x09", 8)}) {
    EXPECT_EQ(GetReason(WithoutPadding(bad).status()), Reason::kCorrupt);
  }
}

TEST(FormatTest, State) {
  const State state{.sequence = 7, .recorded = Time{-5}, .catalog_version = UINT64_MAX};
  const StatusOr<State> again = DecodeState(EncodeState(state));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->sequence, 7U);
  EXPECT_EQ(again->recorded, Time{-5});
  EXPECT_EQ(again->catalog_version, UINT64_MAX);
  EXPECT_EQ(GetReason(DecodeState("short").status()), Reason::kCorrupt);
}

HistoryEntry SomeEntry() {
  HistoryEntry entry;
  entry.record = Id::Of(70, 3, 9);
  entry.sequence = 12;
  entry.operation = Operation::kChange;
  entry.actor = Actor("app.users", "17");
  entry.reason = "because";
  entry.recorded = Time{1'700'000'000'000'000};
  entry.effective = Time{1'600'000'000'000'000};
  FieldChange change;
  change.package = 3;
  change.number = 9;
  change.before = Value("a");
  change.effective = Time{5};
  entry.fields.push_back(change);
  change = {};
  change.package = kHeaderPackage;
  change.number = HeaderNumber(catalog::kHeaderOwner);
  change.after = Value(Id(77));
  change.effective = entry.recorded;
  entry.fields.push_back(change);
  return entry;
}

void ExpectEqual(const HistoryEntry& a, const HistoryEntry& b) {
  EXPECT_EQ(a.record, b.record);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.operation, b.operation);
  EXPECT_EQ(a.actor, b.actor);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.recorded, b.recorded);
  EXPECT_EQ(a.effective, b.effective);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (size_t i = 0; i < a.fields.size(); ++i) {
    EXPECT_EQ(a.fields[i].package, b.fields[i].package);
    EXPECT_EQ(a.fields[i].number, b.fields[i].number);
    EXPECT_EQ(a.fields[i].before, b.fields[i].before);
    EXPECT_EQ(a.fields[i].after, b.fields[i].after);
    EXPECT_EQ(a.fields[i].effective, b.fields[i].effective);
  }
}

// What is read in place is what is decoded, and refused when that is.
void ExpectSameInPlace(Id record, uint64_t sequence, std::string_view bytes) {
  const StatusOr<HistoryEntry> entry = DecodeHistory(record, sequence, bytes);
  HistoryViews views;
  ASSERT_TRUE(views.Add(Id(1), 1, EncodeHistory(HistoryEntry{.record = Id(1), .sequence = 1, .operation = Operation::kCreate})).ok());
  ASSERT_EQ(views.Add(record, sequence, bytes).ok(), entry.ok());
  ASSERT_EQ(views.entries().size(), entry.ok() ? 2U : 1U);
  if (!entry.ok()) return;
  const HistoryView& view = views.entries()[1];
  EXPECT_EQ(view.record, record);
  EXPECT_EQ(view.sequence, sequence);
  EXPECT_EQ(view.operation, entry->operation);
  EXPECT_EQ(view.recorded, entry->recorded);
  EXPECT_EQ(view.effective, entry->effective);
  const std::span<const ChangeView> changes = views.ChangesOf(view);
  ASSERT_EQ(changes.size(), entry->fields.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].package, entry->fields[i].package);
    EXPECT_EQ(changes[i].number, entry->fields[i].number);
    EXPECT_EQ(changes[i].effective, entry->fields[i].effective);
    EXPECT_EQ(changes[i].before.is_null(), entry->fields[i].before.is_null());
    EXPECT_EQ(ToText(changes[i].before.Get()), ToText(entry->fields[i].before));
    EXPECT_EQ(ToText(changes[i].after.Get()), ToText(entry->fields[i].after));
  }
}

TEST(FormatTest, HistoryEntries) {
  const HistoryEntry entry = SomeEntry();
  const StatusOr<HistoryEntry> again = DecodeHistory(entry.record, entry.sequence, EncodeHistory(entry));
  ASSERT_TRUE(again.ok()) << again.status();
  ExpectEqual(entry, *again);
  ExpectSameInPlace(entry.record, entry.sequence, EncodeHistory(entry));
  EXPECT_EQ(HeaderFieldOf(again->fields[1].number), catalog::kHeaderOwner);
  // The least: a creation by the system.
  HistoryEntry create;
  create.record = Id(9);
  create.sequence = 1;
  create.operation = Operation::kCreate;
  create.recorded = create.effective = Time{1};
  const std::string bytes = EncodeHistory(create);
  EXPECT_LE(bytes.size(), 16U);
  ExpectEqual(create, *DecodeHistory(create.record, 1, bytes));
}

TEST(FormatTest, MalformedHistoryIsAnErrorNeverASignal) {
  const std::string good = EncodeHistory(SomeEntry());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(DecodeHistory(Id(1), 1, std::string_view(good).substr(0, size)).ok()) << size;
    ExpectSameInPlace(Id(1), 1, std::string_view(good).substr(0, size));
  }
  std::mt19937 random(20260701);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int n = 0; n < 3; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    const StatusOr<HistoryEntry> entry = DecodeHistory(Id(1), 1, bytes);
    EXPECT_TRUE(entry.ok() || GetReason(entry.status()) == Reason::kCorrupt);
    ExpectSameInPlace(Id(1), 1, bytes);
  }
}

TEST(FormatTest, HistoryKeysOrderByRecordAndSequence) {
  EXPECT_LT(HistoryKey(Id(1), UINT64_MAX), HistoryKey(Id(2), 0));
  EXPECT_LT(HistoryKey(Id(2), 255), HistoryKey(Id(2), 256));
  EXPECT_EQ(HistoryKey(Id(2), 1).size(), 16U);
}

TEST(FormatTest, FeedEntries) {
  const FeedValue value{.record = Id((uint64_t{1} << 53) - 1), .operation = Operation::kDelete, .recorded = Time{-7}};
  const StatusOr<FeedValue> again = DecodeFeed(EncodeFeed(value));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->record, value.record);
  EXPECT_EQ(again->operation, value.operation);
  EXPECT_EQ(again->recorded, value.recorded);
  EXPECT_FALSE(DecodeFeed("").ok());
  EXPECT_FALSE(DecodeFeed(std::string(16, '\0')).ok());
  EXPECT_FALSE(DecodeFeed(EncodeFeed(value) + "x").ok());
}

TEST(FormatTest, ExternalReferences) {
  const ExternalRef plain{"app.users", "17"};
  const ExternalRef odd{std::string("a\0b", 3), std::string("\0\0k", 3)};
  for (const ExternalRef& external : {plain, odd}) {
    const std::string key = ExternalReverseKey(Id(5), external);
    EXPECT_TRUE(key.starts_with(ExternalReversePrefix(Id(5))));
    const StatusOr<ExternalRef> again = DecodeExternalReverse(key);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, external);
  }
  EXPECT_NE(ExternalKey(70, {"ab", "c"}), ExternalKey(70, {"a", "bc"}));
  EXPECT_NE(ExternalKey(70, plain), ExternalKey(71, plain));
  EXPECT_FALSE(DecodeExternalReverse("r").ok());
  EXPECT_FALSE(DecodeExternalReverse("f23456789ab").ok());
  EXPECT_FALSE(DecodeExternalReverse("r12345678abc").ok());
  // At the limits, a key fits into the store.
  const ExternalRef longest{std::string(limits::kExternalSystemBytes, '\0'), std::string(limits::kExternalKeyBytes, 'k')};
  EXPECT_LE(ExternalReverseKey(Id(5), longest).size(), 511U);
}

catalog::IndexDef SomeIndex() {
  catalog::IndexDef index;
  index.number = 70;
  index.parts = {{"a", Order::kAscending, 0}, {"b", Order::kDescending, 1}};
  index.cover = {{"owner", Order::kAscending, catalog::kHeaderOwner}, {"a", Order::kAscending, 0}};
  return index;
}

TEST(FormatTest, IndexEntriesOrderAsTheirValues) {
  const catalog::IndexDef index = SomeIndex();
  record::Header header;
  const auto entry = [&](uint64_t id, const Value& a, const Value& b) {
    header.id = id;
    const std::vector<Value> values{a, b};
    IndexEntry out;
    MakeIndexEntry(index, header, values, out);
    return out;
  };
  const IndexEntry base = entry(5, "m", 3);
  EXPECT_EQ(IndexEntryId(base.key), Id(5));
  EXPECT_FALSE(base.has_null);
  EXPECT_FALSE(base.cut);
  EXPECT_LT(base.key, entry(6, "m", 3).key);
  EXPECT_LT(base.key, entry(1, "n", 3).key);
  EXPECT_LT(base.key, entry(1, "m", 2).key) << "descending";
  EXPECT_LT(entry(9, "m", 4).key, base.key);
  EXPECT_LT(entry(9, Value(), 3).key, base.key);
  EXPECT_TRUE(entry(9, Value(), 3).has_null);
  EXPECT_EQ(IndexEntryParts(base.key), IndexEntryParts(entry(6, "m", 3).key));
}

TEST(FormatTest, BothWaysToMakeAnIndexEntryAgree) {
  const catalog::IndexDef index = SomeIndex();
  record::Header header;
  header.id = 77;
  header.owner = 12;
  const std::vector<Value> values{Value(std::string(600, 'x')), Value(4)};
  IndexEntry one;
  MakeIndexEntry(index, header, values, one);
  IndexEntry two;
  MakeIndexEntry(
      index, Id(77), [&](int32_t position) { return position < 0 ? HeaderValue(header, position) : values[static_cast<size_t>(position)]; },
      two);
  EXPECT_EQ(one.key, two.key);
  EXPECT_EQ(one.value, two.value);
  EXPECT_TRUE(one.cut);
  EXPECT_EQ(one.key.size(), 4 + limits::kIndexKeyBytes + 8);
  EXPECT_EQ(IndexEntryId(one.key), Id(77));
}

TEST(FormatTest, HeaderValues) {
  record::Header header;
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderOwner), Value());
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderUnit), Value());
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderVisibility), Value(0));
  EXPECT_EQ(HeaderValue(header, -99), Value());
  header = {.id = 1, .version = 2, .created = 3, .updated = 4, .owner = 5, .unit = 6, .visibility = 2};
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderId), Value(Id(1)));
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderVersion), Value(2));
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderCreated), Value(Time{3}));
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderUpdated), Value(Time{4}));
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderOwner), Value(Id(5)));
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderUnit), Value(6));
  EXPECT_EQ(HeaderValue(header, catalog::kHeaderVisibility), Value(2));
}

}  // namespace
}  // namespace kith::format
