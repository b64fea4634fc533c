// Arrow streams, read by a small reader of the C interface.
#include "kith/exchange/arrow.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <random>

#include "absl/numeric/int128.h"
#include "exchange/arrow_build.h"
#include "kith/base/limits.h"
#include "support/settings.h"
#include "unit/query/market.h"

namespace kith::exchange {
namespace {

using ::kith::testing::AddClients;
using ::kith::testing::AddDeals;
using ::kith::testing::Market;
using ::kith::testing::TestSeed;

constexpr const char* kColumns = R"([
  {"name": "c1", "kind": "column", "fields": ["count"]}, {"name": "c2", "kind": "column", "fields": ["rate"]},
  {"name": "c3", "kind": "column", "fields": ["weight"]}, {"name": "c4", "kind": "column", "fields": ["amount"]},
  {"name": "c5", "kind": "column", "fields": ["open"]}, {"name": "c6", "kind": "column", "fields": ["state"]},
  {"name": "c7", "kind": "column", "fields": ["day"]}, {"name": "c8", "kind": "column", "fields": ["at"]},
  {"name": "c9", "kind": "column", "fields": ["client"]}])";
const std::vector<std::string> kFixed = {"id", "count", "rate", "weight", "amount", "open", "state", "day", "at", "client"};

template <typename T>
T At(const ArrowArray& array, size_t buffer, int64_t row) {
  T value;
  std::memcpy(&value, static_cast<const char*>(array.buffers[buffer]) + static_cast<size_t>(row) * sizeof(T), sizeof(T));
  return value;
}
bool Bit(const ArrowArray& array, size_t buffer, int64_t row) {
  return (static_cast<const uint8_t*>(array.buffers[buffer])[row / 8] >> (row % 8) & 1) != 0;
}

// A cell as text; "null" where there is none.
std::string Cell(const ArrowSchema& schema, const ArrowArray& array, int64_t row) {
  const std::string format = schema.format;
  if (array.buffers[0] != nullptr && !Bit(array, 0, row)) return "null";
  if (format == "b") return Bit(array, 1, row) ? "true" : "false";
  if (format == "l" || format == "tsu:UTC") return std::to_string(At<int64_t>(array, 1, row));
  if (format == "g") return std::to_string(At<double>(array, 1, row));
  if (format == "tdD") return std::to_string(At<int32_t>(array, 1, row));
  if (format == "i" && schema.dictionary == nullptr) return std::to_string(At<int32_t>(array, 1, row));
  if (format == "i") return Cell(*schema.dictionary, *array.dictionary, At<int32_t>(array, 1, row));
  if (format.starts_with("d:")) {
    const absl::int128 units = absl::MakeInt128(At<int64_t>(array, 1, 2 * row + 1), At<uint64_t>(array, 1, 2 * row));
    return std::to_string(static_cast<int64_t>(units)) + "e-" + format.substr(format.find(',') + 1);
  }
  if (format == "u" || format == "z") {
    const auto begin = At<int32_t>(array, 1, row);
    return {static_cast<const char*>(array.buffers[2]) + begin, static_cast<size_t>(At<int32_t>(array, 1, row + 1) - begin)};
  }
  std::string text = "[";
  if (format == "+s") {
    for (int64_t i = 0; i < array.n_children; ++i) text += Cell(*schema.children[i], *array.children[i], row) + ";";
  } else {
    for (int32_t i = At<int32_t>(array, 1, row); i < At<int32_t>(array, 1, row + 1); ++i) {
      text += Cell(*schema.children[0], *array.children[0], i) + ";";
    }
  }
  return text + "]";
}

struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  std::vector<int64_t> batches;
};

Table ReadAll(ArrowArrayStream& stream) {
  Table table;
  ArrowSchema schema;
  EXPECT_EQ(stream.get_schema(&stream, &schema), 0);
  for (int64_t i = 0; i < schema.n_children; ++i) table.names.emplace_back(schema.children[i]->name);
  while (true) {
    ArrowArray batch;
    EXPECT_EQ(stream.get_next(&stream, &batch), 0);
    if (batch.release == nullptr) break;
    EXPECT_EQ(batch.n_children, schema.n_children);
    table.batches.push_back(batch.length);
    for (int64_t row = 0; row < batch.length; ++row) {
      std::vector<std::string>& cells = table.rows.emplace_back();
      for (int64_t i = 0; i < batch.n_children; ++i) {
        EXPECT_EQ(batch.children[i]->length, batch.length);
        cells.push_back(Cell(*schema.children[i], *batch.children[i], row));
      }
    }
    batch.release(&batch);
    EXPECT_EQ(batch.release, nullptr);
  }
  schema.release(&schema);
  stream.release(&stream);
  EXPECT_EQ(stream.release, nullptr);
  return table;
}

// What an Arrow cell of a field's value says.
std::string Expected(const catalog::FieldDef* field, const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return value.get<bool>() ? "true" : "false";
    case Kind::kInt:
      return std::to_string(value.get<int64_t>());
    case Kind::kDecimal:
      return std::to_string(value.get<Decimal>().units) + "e-2";
    case Kind::kDouble:
      return std::to_string(value.get<double>());
    case Kind::kMoney:
      return std::to_string(value.get<Money>().minor * 100) + "e-4";
    case Kind::kText:
      return value.get<std::string>();
    case Kind::kTextList: {
      std::string text = "[";
      for (const std::string& item : value.get<TextList>()) text += item + ";";
      return text + "]";
    }
    case Kind::kChoice:
      return field->FindChoice(value.get<Choice>().number)->name;
    case Kind::kChoiceSet: {
      std::string text = "[";
      for (const Choice choice : value.get<ChoiceSet>()) text += field->FindChoice(choice.number)->name + ";";
      return text + "]";
    }
    case Kind::kDate:
      return std::to_string(value.get<Date>().days);
    case Kind::kTime:
      return std::to_string(value.get<Time>().micros);
    case Kind::kRef:
      return std::to_string(value.get<Id>().value());
    default:
      return ToText(value);
  }
}

class ArrowTest : public ::testing::Test {
 protected:
  explicit ArrowTest() : market_(kColumns) {}

  void Fill(size_t deals) {
    std::mt19937_64 dice(TestSeed(17));
    const std::vector<Id> clients = AddClients(market_, 9);
    std::vector<Id> made;
    for (size_t left = deals; left > 0;) {
      const size_t some = std::min<size_t>(left, 1000);
      for (const Id id : AddDeals(market_, dice, clients, some)) made.push_back(id);
      left -= some;
    }
    Batch batch = market_.NewBatch();
    for (const Id id : made) {
      if (dice() % 50 == 0) batch.Delete(id);
    }
    market_.Apply(batch);
  }

  Table Export(std::vector<std::string> fields, Viewer viewer = {}) {
    ArrowArrayStream stream = {};
    const std::shared_ptr<const Snapshot> snapshot = market_.Read(std::move(viewer));
    const Status status = ExportType(snapshot, "deal", {std::move(fields)}, {}, &stream);
    EXPECT_TRUE(status.ok()) << status;
    return ReadAll(stream);
  }

  void ExpectRecords(const Table& table, Viewer viewer = {}) {
    const auto snapshot = market_.Read(std::move(viewer));
    const catalog::TypeDef& type = *snapshot->catalog().FindType("deal");
    const auto cursor = *snapshot->Scan("deal");
    size_t row = 0;
    for (; cursor->Next(); ++row) {
      ASSERT_LT(row, table.rows.size());
      for (size_t i = 0; i < table.names.size(); ++i) {
        const std::string& name = table.names[i];
        const size_t dot = name.find(".currency");
        const Value value = *GetField(type, *cursor->record(), name.substr(0, dot));
        if (dot == std::string::npos) {
          ASSERT_EQ(table.rows[row][i], Expected(type.FindField(name), value)) << name << ", row " << row;
        } else {
          ASSERT_EQ(table.rows[row][i], value.is_null() ? "null" : value.get<Money>().currency.code()) << row;
        }
      }
    }
    ASSERT_EQ(row, table.rows.size());
  }

  Market market_;
};

TEST_F(ArrowTest, AllFieldsOfAllKindsAsTheRecordsHaveThem) {
  Fill(2500);
  const Table table = Export({});
  EXPECT_EQ(table.names.front(), "id");
  EXPECT_EQ(table.names.size(), 14U);  // twelve fields, the id, the currency
  ExpectRecords(table);
}

TEST_F(ArrowTest, ColumnsAloneGiveTheSame) {
  Fill(9000);
  const Table table = Export(kFixed);
  ASSERT_EQ(table.batches.size(), 2U);
  EXPECT_EQ(table.batches[0], static_cast<int64_t>(limits::kArrowBatchRows));
  ExpectRecords(table);
}

TEST_F(ArrowTest, AViewerGetsWhatItMaySee) {
  Fill(500);
  const Viewer viewer{Id(2), {1}};
  const Table table = Export(kFixed, viewer);
  EXPECT_LT(table.rows.size(), 490U);
  ExpectRecords(table, viewer);
}

TEST_F(ArrowTest, NothingIsAnEmptyStream) {
  const Table table = Export(kFixed);
  EXPECT_EQ(table.names.size(), kFixed.size() + 1);
  EXPECT_TRUE(table.batches.empty());
}

TEST_F(ArrowTest, BatchesAndChildrenOutliveStreamAndDatabase) {
  ArrowArrayStream stream = {};
  ArrowArray batch;
  {
    Market market(kColumns);
    Batch one = market.NewBatch();
    one.Set(one.Create("deal"), "count", int64_t{42});
    market.Apply(one);
    ASSERT_TRUE(ExportType(market.Read(), "deal", {{"count", "amount"}}, {}, &stream).ok());
  }
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  stream.release(&stream);
  // A consumer moves a child out; the parent's release leaves it alone.
  ArrowArray child = *batch.children[0];
  batch.children[0]->release = nullptr;
  batch.release(&batch);
  EXPECT_EQ(At<int64_t>(child, 1, 0), 42);
  child.release(&child);
}

TEST_F(ArrowTest, ACheckThatFailsEndsTheStream) {
  Fill(10);
  ArrowArrayStream stream = {};
  const auto check = [] { return MakeError(Reason::kCancelled, "enough"); };
  ASSERT_TRUE(ExportType(market_.Read(), "deal", {{"id"}}, check, &stream).ok());
  ArrowArray batch;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(stream.get_next(&stream, &batch), ECANCELED);
    EXPECT_EQ(batch.release, nullptr);
    EXPECT_STREQ(stream.get_last_error(&stream), "enough");
  }
  stream.release(&stream);
}

TEST_F(ArrowTest, ErrorsNameTheFieldAndChangeNothing) {
  ArrowArrayStream stream = {};
  const Status status = ExportType(market_.Read(), "deal", {{"cuont"}}, {}, &stream);
  EXPECT_EQ(GetReason(status), Reason::kUnknownField);
  EXPECT_EQ(GetReason(ExportType(market_.Read(), "dael", {}, {}, &stream)), Reason::kUnknownType);
  EXPECT_EQ(stream.release, nullptr);
}

TEST_F(ArrowTest, RowsOfAQueryWithSumsByCurrency) {
  Batch batch = market_.NewBatch();
  for (int i = 0; i < 4; ++i) {
    const Id deal = batch.Create("deal");
    batch.Set(deal, "state", Choice{1 + i / 2});
    batch.Set(deal, "amount", Money{100 + i, *Currency::FromCode(i == 1 ? "USD" : "CNY")});
  }
  market_.Apply(batch);
  const std::shared_ptr<const Snapshot> snapshot = market_.Read();
  const query::Prepared prepared = ::kith::testing::PrepareJson(
      R"({"from": "deal", "group": ["state"], "aggregates": [{"sum": "amount", "name": "total"}, {"count": "*"}]})", *snapshot);
  ArrowArrayStream stream = {};
  ASSERT_TRUE(ExportRows(*prepared.Run(*snapshot), snapshot, {}, &stream).ok());
  const Table table = ReadAll(stream);
  EXPECT_EQ(table.names, (std::vector<std::string>{"state", "total", "count"}));
  EXPECT_EQ(table.rows, (std::vector<std::vector<std::string>>{{"new", "[[10000e-4;CNY;];[10100e-4;USD;];]", "2"},
                                                               {"won", "[[20500e-4;CNY;];]", "2"}}));
}

TEST_F(ArrowTest, AColumnOfAnyKindHoldsListsAsText) {
  Batch batch = market_.NewBatch();
  batch.Set(batch.Create("deal"), "tags", TextList{"a", "b"});
  market_.Apply(batch);
  const std::shared_ptr<const Snapshot> snapshot = market_.Read();
  const query::Prepared prepared = ::kith::testing::PrepareJson(R"j({"from": "deal", "select": ["dyn(tags)", "dyn(count)"]})j", *snapshot);
  ArrowArrayStream stream = {};
  ASSERT_TRUE(ExportRows(*prepared.Run(*snapshot), snapshot, {}, &stream).ok());
  EXPECT_EQ(ReadAll(stream).rows, (std::vector<std::vector<std::string>>{{ToText(Value(TextList{"a", "b"})), "null"}}));
}

TEST_F(ArrowTest, RelatedRecordsAreRefused) {
  const std::shared_ptr<const Snapshot> snapshot = market_.Read();
  const query::Prepared prepared = ::kith::testing::PrepareJson(
      R"({"from": "deal", "select": ["name"], "expand": [{"name": "client", "path": "client", "select": ["name"]}]})", *snapshot);
  ArrowArrayStream stream = {};
  EXPECT_EQ(GetReason(ExportRows(*prepared.Run(*snapshot), snapshot, {}, &stream)), Reason::kBadOptions);
}

// Offsets into texts are of 32 bits, so a batch ends long before: where lists are long too.
TEST(ArrowBuilderTest, AListIsAsLongAsItsTexts) {
  ArrowBuilder list(ArrowType{.name = "tags", .format = "+l", .children = {{.name = "item", .format = "u"}}});
  list.child(0).AppendText("12345");
  list.AppendNested();
  EXPECT_EQ(list.bytes(), 5U);
}

TEST_F(ArrowTest, HistoryHasARowForEachChange) {
  Batch create = market_.NewBatch();
  create.Set(create.Create("deal"), "count", int64_t{1});
  const Id deal = market_.Apply(create)[0];
  Batch change = market_.NewBatch();
  change.Set(deal, "count", int64_t{2});
  change.Set(deal, "state", Choice{2});
  market_.Apply(change);
  AddClients(market_, 3);  // of another type
  ArrowArrayStream stream = {};
  ASSERT_TRUE(ExportHistory(market_.Read(), "deal", {}, &stream).ok());
  const Table table = ReadAll(stream);
  ASSERT_EQ(table.rows.size(), 3U);
  const auto cell = [&](size_t row, std::string_view name) {
    return table.rows[row][static_cast<size_t>(std::find(table.names.begin(), table.names.end(), name) - table.names.begin())];
  };
  EXPECT_EQ(cell(0, "operation"), "create");
  EXPECT_EQ(cell(0, "field"), "null");
  std::map<std::string, std::string> changes;
  for (size_t row = 1; row < 3; ++row) changes[cell(row, "field")] = cell(row, "before") + " to " + cell(row, "after");
  EXPECT_EQ(changes, (std::map<std::string, std::string>{{"count", "1 to 2"}, {"state", "null to \"won\""}}));
  EXPECT_EQ(cell(1, "record"), std::to_string(deal.value()));
}

// --- import: what was exported

constexpr const char* kMapping =
    R"({"name": "deals", "files": [{"file": "deals", "type": "deal", "system": "copy", "key": ["id"], "columns": [
  {"column": "name", "field": "name"}, {"column": "count", "field": "count"}, {"column": "rate", "field": "rate"},
  {"column": "amount", "field": "amount", "currency_column": "amount.currency"}, {"column": "open", "field": "open"},
  {"column": "state", "field": "state"}, {"column": "marks", "field": "marks"}, {"column": "tags", "field": "tags"},
  {"column": "day", "field": "day"}, {"column": "at", "field": "at"}, {"column": "weight", "field": "weight"}]}]})";

TEST_F(ArrowTest, WhatWasExportedIsImportedAndOnceMoreChangesNothing) {
  Fill(700);
  const std::shared_ptr<const Snapshot> source = market_.Read();
  Market target;
  const Mapping mapping = *MappingFromJson(kMapping);
  for (const bool again : {false, true}) {
    ArrowArrayStream stream = {};
    ASSERT_TRUE(ExportType(source, "deal", {}, {}, &stream).ok());
    const StatusOr<ImportReport> report = ImportArrow(target.db(), &stream, mapping);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(stream.release, nullptr);
    EXPECT_EQ(report->rejected(), 0) << report->problems[0].column << ": " << report->problems[0].reason;
    EXPECT_EQ(report->files[0].created, again ? 0 : report->files[0].rows);
    EXPECT_EQ(report->files[0].unchanged, again ? report->files[0].rows : 0);
  }
  const auto copies = target.Read();
  const catalog::TypeDef& type = *source->catalog().FindType("deal");
  const auto cursor = *source->Scan("deal");
  while (cursor->Next()) {
    const Id copy = *copies->Find("deal", ExternalRef{"copy", std::to_string(cursor->id().value())});
    for (const char* name : {"name", "count", "rate", "amount", "open", "state", "marks", "tags", "day", "at", "weight"}) {
      const Value value = *GetField(type, *cursor->record(), name);
      const bool empty = value == Value("");  // a cell without text is no value
      ASSERT_EQ(*GetField(type, *copies->Get(copy), name), empty ? Value() : value) << name;
    }
  }
}

// A stream whose decimals say that they are of another format.
struct Renamed {
  ArrowArrayStream source = {};
  const char* format = "";

  static int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
    auto* self = static_cast<Renamed*>(stream->private_data);
    const int code = self->source.get_schema(&self->source, out);
    for (int64_t i = 0; i < out->n_children; ++i) {
      if (std::string_view(out->children[i]->format).starts_with("d:")) out->children[i]->format = self->format;
    }
    return code;
  }
  static int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
    auto* self = static_cast<Renamed*>(stream->private_data);
    return self->source.get_next(&self->source, out);
  }
  static void Release(ArrowArrayStream* stream) {
    auto* self = static_cast<Renamed*>(stream->private_data);
    self->source.release(&self->source);
    stream->release = nullptr;
  }
};

// Formats that are no decimal or ask for gigabytes of digits are refused by name.
TEST_F(ArrowTest, ADecimalOfNoSenseIsRefused) {
  const Mapping mapping =
      *MappingFromJson(R"({"name": "n", "files": [{"file": "f", "type": "deal", "system": "s", "key": ["id"], "columns": [
    {"column": "rate", "field": "rate"}]}]})");
  for (const char* format :
       {"d:19,", "d:,2", "d:19", "d:19,x", "d:19,-2", "d:19,4000000000", "d:19,99999999999999999999", "d:76,2,256", "ts", "tsu", "tsx:"}) {
    Renamed renamed;
    renamed.format = format;
    ASSERT_TRUE(ExportType(market_.Read(), "deal", {{"id", "rate"}}, {}, &renamed.source).ok());
    ArrowArrayStream stream = {&Renamed::GetSchema, &Renamed::GetNext, renamed.source.get_last_error, &Renamed::Release, &renamed};
    const Status status = ImportArrow(market_.db(), &stream, mapping).status();
    EXPECT_EQ(GetReason(status), Reason::kWrongKind) << format;
    EXPECT_EQ(GetErrorInfo(status).value, format);
  }
}

TEST_F(ArrowTest, AStreamThatFailsOrDoesNotFitIsReleased) {
  const auto import = [&](ArrowCheck check, const std::string& mapping) {
    ArrowArrayStream stream = {};
    EXPECT_TRUE(ExportType(market_.Read(), "deal", {{"id", "name"}}, std::move(check), &stream).ok());
    const Status status = ImportArrow(market_.db(), &stream, *MappingFromJson(mapping)).status();
    EXPECT_EQ(stream.release, nullptr);
    return status;
  };
  const std::string name = R"({"name": "n", "files": [{"file": "f", "type": "deal", "system": "s", "key": ["id"], "columns": [
    {"column": "NAME", "field": "name"}]}]})";
  std::string fits = name;
  fits.replace(fits.find("NAME"), 4, "name");
  const Status failed = import([] { return MakeError(Reason::kCancelled, "enough"); }, fits);
  EXPECT_EQ(GetReason(failed), Reason::kFileUnreadable);
  EXPECT_NE(MessageOf(failed).find("enough"), std::string::npos);
  EXPECT_EQ(GetReason(import({}, name)), Reason::kMappingMalformed);
  ArrowArrayStream read = {};  // as it is left
  EXPECT_EQ(GetReason(ImportArrow(market_.db(), &read, *MappingFromJson(fits)).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::exchange
