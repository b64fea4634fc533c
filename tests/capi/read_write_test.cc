// Writing and reading through the C ABI.
#include <atomic>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <vector>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class ReadWrite : public Host {
 protected:
  Json RecordJson(kith_id id) {
    Snapshot snapshot = Read();
    Text json;
    EXPECT_EQ(kith_snapshot_record_json(snapshot, id, json.out(), error.out()), KITH_OK);
    return Json::parse(Str(json), nullptr, false);
  }
};

TEST_F(ReadWrite, TheFirstRecordsAreThere) {
  Batch batch = NewBatch();
  kith_id account = kith_batch_upsert(batch, "account", kith_ref_ext("app.clients", "8841"));
  kith_batch_set_text(batch, account, "name", KITH_STR("Acme 律所"));
  kith_id deal = kith_batch_create(batch, "opportunity");
  kith_batch_set_text(batch, deal, "name", KITH_STR("D"));
  kith_batch_set_ref(batch, deal, "account", account);
  kith_batch_set_money(batch, deal, "amount", 1250000, "CNY");
  kith_id move = kith_batch_move(batch, deal, "default/qualified");
  KITH_ASSERT_OK(Apply(batch), error);
  kith_id account_id = kith_outcome_id(outcome, account);
  kith_id deal_id = kith_outcome_id(outcome, deal);
  EXPECT_NE(kith_outcome_id(outcome, move), 0U);
  EXPECT_LT(deal_id, 1ULL << 53);
  EXPECT_EQ(kith_outcome_last_sequence(outcome) - kith_outcome_first_sequence(outcome), 2U);
  EXPECT_GT(kith_outcome_effect_count(outcome), 0U);

  Json json = RecordJson(deal_id);
  EXPECT_EQ(json["type"], "opportunity");
  EXPECT_EQ(json["fields"]["name"], "D");
  EXPECT_EQ(json["fields"]["account"], account_id);
  EXPECT_EQ(json["fields"]["amount"]["minor"], 1250000);
  EXPECT_TRUE(json["fields"].contains("stage"));

  Snapshot snapshot = Read();
  kith_id found = 0;
  KITH_EXPECT_OK(kith_snapshot_find(snapshot, "account", kith_ref_ext("app.clients", "8841"), &found, error.out()));
  EXPECT_EQ(found, account_id);
  EXPECT_EQ(kith_snapshot_find(snapshot, "account", kith_ref_ext("app.clients", "1"), &found, error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(error.get(), nullptr);  // not found allocates nothing
}

TEST_F(ReadWrite, FieldsAreReadInPlace) {
  Batch batch = NewBatch();
  kith_id account = kith_batch_create(batch, "account");
  kith_batch_set_text(batch, account, "name", KITH_STR("Acme"));
  kith_batch_set_int(batch, account, "employees", 12);
  kith_batch_set_choice(batch, account, "industry", "technology");
  kith_str tags[] = {KITH_STR("a"), KITH_STR("bc")};
  kith_batch_set_texts(batch, account, "tags", tags, 2);
  KITH_ASSERT_OK(Apply(batch), error);
  kith_id id = kith_outcome_id(outcome, account);

  Snapshot snapshot = Read();
  kith_view view;
  KITH_ASSERT_OK(kith_snapshot_get(snapshot, id, &view, error.out()), error);
  EXPECT_EQ(view.id, id);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(view.data) % 8, 0U);
  auto read = [&](const char* name) {
    kith_field field = 0;
    kith_value value;
    EXPECT_EQ(kith_snapshot_field(snapshot, "account", name, &field, error.out()), KITH_OK) << name;
    EXPECT_EQ(kith_snapshot_value(snapshot, &view, field, &value, error.out()), KITH_OK) << Str(kith_error_message(error));
    return value;
  };
  EXPECT_EQ(Str(read("name").text), "Acme");
  EXPECT_EQ(read("employees").number, 12);
  EXPECT_EQ(read("employees").kind, KITH_KIND_INT);
  EXPECT_EQ(Str(read("industry").text), "technology");
  EXPECT_EQ(read("city").kind, KITH_KIND_NULL);
  EXPECT_EQ(read("id").number, static_cast<int64_t>(id));
  EXPECT_EQ(read("version").number, static_cast<int64_t>(view.version));
  EXPECT_EQ(read("tags").number, 2);
  kith_field field = 0;
  kith_value item;
  KITH_EXPECT_OK(kith_snapshot_field(snapshot, "account", "tags", &field, error.out()));
  KITH_EXPECT_OK(kith_snapshot_item(snapshot, &view, field, 1, &item, error.out()));
  EXPECT_EQ(Str(item.text), "bc");
  EXPECT_EQ(kith_snapshot_item(snapshot, &view, field, 2, &item, error.out()), KITH_OUT_OF_RANGE);
  EXPECT_EQ(kith_snapshot_field(snapshot, "account", "nmae", &field, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "UnknownField");
}

TEST_F(ReadWrite, CursorsGiveAnIndexInOrderInPages) {
  for (int i = 0; i < 30; ++i) Account(std::to_string(i).c_str(), (i < 10 ? "N0" : "N") + std::to_string(i));
  std::vector<std::string> seen;
  Text position;
  for (int page = 0; page < 20; ++page) {
    Range range;
    KITH_ASSERT_OK(kith_range_new(range.out(), error.out()), error);
    kith_range_low(range, kith_value_text(KITH_STR("N05")), 1);
    kith_range_high(range, kith_value_text(KITH_STR("N25")), 0);
    kith_str after = kith_text_str(position);
    if (position.get() != nullptr) kith_range_after(range, {reinterpret_cast<const uint8_t*>(after.data), after.size});
    Snapshot snapshot = Read();
    Cursor cursor;
    KITH_ASSERT_OK(kith_snapshot_scan_index(snapshot, "account", "by_name", range, cursor.out(), error.out()), error);
    int rows = 0;
    while (rows < 7 && kith_cursor_next(cursor, error.out()) == KITH_OK) {
      kith_view view;
      kith_value name;
      KITH_ASSERT_OK(kith_cursor_view(cursor, &view, error.out()), error);
      KITH_ASSERT_OK(kith_snapshot_value_named(snapshot, &view, "name", &name, error.out()), error);
      seen.push_back(Str(name.text));
      ++rows;
    }
    if (rows == 0) break;
    KITH_ASSERT_OK(kith_cursor_position(cursor, position.out(), error.out()), error);
  }
  std::vector<std::string> expected;
  for (int i = 5; i < 25; ++i) expected.push_back((i < 10 ? "N0" : "N") + std::to_string(i));
  EXPECT_EQ(seen, expected);
}

TEST_F(ReadWrite, CoveringValuesAndFill) {
  kith_id parent = Account("p", "Holding");
  Batch batch = NewBatch();
  for (int i = 0; i < 5; ++i) {
    kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", Str("D" + std::to_string(i)));
    kith_batch_set_ref(batch, deal, "account", parent);
    kith_batch_set_money(batch, deal, "amount", i * 100, "EUR");
    kith_batch_set_date(batch, deal, "close_date", 20000 + i);
  }
  KITH_ASSERT_OK(Apply(batch), error);
  Range range;
  KITH_ASSERT_OK(kith_range_new(range.out(), error.out()), error);
  kith_range_equal(range, kith_value_ref(parent));
  Snapshot snapshot = Read();
  Cursor cursor;
  KITH_ASSERT_OK(kith_snapshot_scan_index(snapshot, "opportunity", "by_account", range, cursor.out(), error.out()), error);
  kith_value value;
  EXPECT_EQ(kith_cursor_covered(cursor, 0, &value, error.out()), KITH_INVALID_ARGUMENT);  // stands on nothing yet
  KITH_ASSERT_OK(kith_cursor_next(cursor, error.out()), error);
  KITH_ASSERT_OK(kith_cursor_covered(cursor, 0, &value, error.out()), error);
  EXPECT_EQ(Str(value.text), "D4");  // latest close date first
  KITH_ASSERT_OK(kith_cursor_covered(cursor, 1, &value, error.out()), error);
  EXPECT_EQ(value.number, 400);
  EXPECT_STREQ(value.currency, "EUR");
  kith_view views[10];
  size_t count = 0;
  KITH_ASSERT_OK(kith_cursor_fill(cursor, views, 10, &count, error.out()), error);
  EXPECT_EQ(count, 4U);
  KITH_ASSERT_OK(kith_cursor_fill(cursor, views, 10, &count, error.out()), error);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(kith_cursor_next(cursor, error.out()), KITH_OUT_OF_RANGE);
  EXPECT_EQ(error.get(), nullptr);
}

TEST_F(ReadWrite, CursorsReadRecordsWithTheirFields) {
  constexpr size_t kDeals = 5;
  Batch batch = NewBatch();
  for (size_t i = 0; i < kDeals; ++i) {
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", Str("D" + std::to_string(i)));
    if (i % 2 == 0) kith_batch_set_money(batch, deal, "amount", static_cast<int64_t>(i), "EUR");
  }
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  kith_field fields[3];
  KITH_ASSERT_OK(kith_snapshot_field(snapshot, "opportunity", "amount", &fields[0], error.out()), error);
  KITH_ASSERT_OK(kith_snapshot_field(snapshot, "opportunity", "name", &fields[1], error.out()), error);
  KITH_ASSERT_OK(kith_snapshot_field(snapshot, "opportunity", "id", &fields[2], error.out()), error);
  Cursor cursor;
  KITH_ASSERT_OK(kith_snapshot_scan(snapshot, "opportunity", 0, cursor.out(), error.out()), error);
  kith_view views[4];
  kith_value values[12];
  size_t seen = 0;
  for (size_t count = 1; count != 0; seen += count) {
    KITH_ASSERT_OK(kith_cursor_read(cursor, fields, 3, views, values, 4, &count, error.out()), error);
    for (size_t i = 0; i < count; ++i) {
      kith_value single;
      KITH_ASSERT_OK(kith_snapshot_value(snapshot, &views[i], fields[0], &single, error.out()), error);
      EXPECT_EQ(values[3 * i].kind, single.kind);
      EXPECT_EQ(values[3 * i].number, single.number);
      EXPECT_EQ(values[3 * i].kind, (seen + i) % 2 == 0 ? KITH_KIND_MONEY : KITH_KIND_NULL);
      EXPECT_EQ(Str(values[3 * i + 1].text), "D" + std::to_string(seen + i));
      EXPECT_EQ(static_cast<kith_id>(values[3 * i + 2].number), views[i].id);
    }
  }
  EXPECT_EQ(seen, kDeals);
  size_t count = 0;
  KITH_ASSERT_OK(kith_snapshot_scan(snapshot, "opportunity", 0, cursor.out(), error.out()), error);
  KITH_ASSERT_OK(kith_cursor_read(cursor, fields, 1, nullptr, values, 4, &count, error.out()), error);
  EXPECT_EQ(count, 4U);
  KITH_ASSERT_OK(kith_cursor_read(cursor, nullptr, 0, views, nullptr, 4, &count, error.out()), error);
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(kith_cursor_read(cursor, nullptr, 1, views, values, 4, &count, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_cursor_read(cursor, fields, 1, views, nullptr, 4, &count, error.out()), KITH_INVALID_ARGUMENT);
  KITH_ASSERT_OK(kith_snapshot_field(snapshot, "account", "name", &fields[0], error.out()), error);
  EXPECT_EQ(kith_cursor_read(cursor, fields, 1, views, values, 4, &count, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "UnknownField");
}

TEST_F(ReadWrite, PageFromACoveringIndexAlone) {
  kith_id parent = Account("p", "Holding");
  Batch batch = NewBatch();
  for (int i = 0; i < 5; ++i) {
    kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", Str("D" + std::to_string(i)));
    kith_batch_set_ref(batch, deal, "account", parent);
    if (i != 1) kith_batch_set_money(batch, deal, "amount", i * 100, "EUR");
    kith_batch_set_date(batch, deal, "close_date", 20000 + i);
  }
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  Range range;
  KITH_ASSERT_OK(kith_range_new(range.out(), error.out()), error);
  kith_range_equal(range, kith_value_ref(parent));
  Cursor cursor;
  KITH_ASSERT_OK(kith_snapshot_scan_index(snapshot, "opportunity", "by_account", range, cursor.out(), error.out()), error);
  kith_value values[4 * 8];
  kith_id ids[4];
  size_t count = 0;
  EXPECT_EQ(kith_cursor_page(cursor, ids, nullptr, 4, &count, error.out()), KITH_INVALID_ARGUMENT);
  KITH_ASSERT_OK(kith_cursor_page(cursor, ids, values, 4, &count, error.out()), error);
  ASSERT_EQ(count, 4U);
  // The texts of a page stay while the cursor goes on.
  kith_value more[8];
  KITH_ASSERT_OK(kith_cursor_page(cursor, nullptr, more, 1, &count, error.out()), error);
  ASSERT_EQ(count, 1U);
  EXPECT_EQ(Str(more[0].text), "D0");
  const size_t covered = 3;  // name, amount, stage
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(Str(values[i * covered].text), "D" + std::to_string(4 - i));
    const kith_value& amount = values[i * covered + 1];
    EXPECT_EQ(amount.kind, i == 3 ? KITH_KIND_NULL : KITH_KIND_MONEY);
    EXPECT_EQ(amount.number, i == 3 ? 0 : static_cast<int64_t>(4 - i) * 100);
    EXPECT_NE(ids[i], 0U);
  }
  KITH_ASSERT_OK(kith_cursor_page(cursor, ids, values, 4, &count, error.out()), error);
  EXPECT_EQ(count, 0U);
  Cursor scan;
  KITH_ASSERT_OK(kith_snapshot_scan(snapshot, "opportunity", 0, scan.out(), error.out()), error);
  EXPECT_EQ(kith_cursor_page(scan, ids, values, 4, &count, error.out()), KITH_INVALID_ARGUMENT);
}

TEST_F(ReadWrite, HandlesMayBeFreedInAnyOrder) {
  kith_id id = Account("1", "Acme");
  Snapshot snapshot = Read();
  Cursor cursor;
  KITH_ASSERT_OK(kith_snapshot_scan(snapshot, "account", 0, cursor.out(), error.out()), error);
  db.Reset();
  snapshot.Reset();
  KITH_ASSERT_OK(kith_cursor_next(cursor, error.out()), error);
  EXPECT_EQ(kith_cursor_id(cursor), id);
}

TEST_F(ReadWrite, ARenewedSnapshotRefusesItsOldCursors) {
  Account("1", "Acme");
  Snapshot snapshot = Read();
  Cursor cursor;
  KITH_ASSERT_OK(kith_snapshot_scan(snapshot, "account", 0, cursor.out(), error.out()), error);
  KITH_ASSERT_OK(kith_snapshot_renew(snapshot, error.out()), error);
  EXPECT_EQ(kith_cursor_next(cursor, error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "Closed");
}

TEST_F(ReadWrite, HistoryAndTheMiddleOfIt) {
  kith_id id = Account("1", "old");
  Account("1", "middle");
  Account("1", "new");
  Snapshot snapshot = Read();
  Text json;
  KITH_ASSERT_OK(kith_snapshot_history(snapshot, id, json.out(), error.out()), error);
  Json history = Json::parse(Str(json));
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[1]["fields"][0]["after"], "middle");
  EXPECT_EQ(history[1]["reason"], "test");
  EXPECT_EQ(history[1]["actor"]["key"], "17");
  // As of now on both axes it is the record itself.
  KITH_ASSERT_OK(kith_snapshot_record_json_as_of(snapshot, id, INT64_MAX, INT64_MAX, json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json))["fields"]["name"], "new");
  EXPECT_EQ(kith_snapshot_record_json_as_of(snapshot, id, 0, INT64_MAX, json.out(), error.out()), KITH_NOT_FOUND);
}

TEST_F(ReadWrite, TheFeedIsInCommitOrder) {  // E14
  uint64_t start = Sequence();
  kith_id first = Account("1", "a");
  kith_id second = Account("2", "b");
  Batch batch = NewBatch();
  kith_batch_delete(batch, first);
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  kith_change changes[8];
  size_t count = 0;
  uint64_t scanned = 0;
  KITH_ASSERT_OK(kith_snapshot_changes(snapshot, start, changes, 2, &count, &scanned, error.out()), error);
  ASSERT_EQ(count, 2U);
  EXPECT_EQ(changes[0].record, first);
  EXPECT_EQ(changes[1].record, second);
  KITH_ASSERT_OK(kith_snapshot_changes(snapshot, scanned, changes, 8, &count, &scanned, error.out()), error);
  ASSERT_EQ(count, 1U);
  EXPECT_EQ(changes[0].operation, KITH_OPERATION_DELETE);
  uint64_t newest = 0;
  KITH_EXPECT_OK(kith_db_wait(db, start, 0, &newest, error.out()));
  EXPECT_EQ(newest, scanned);
}

TEST_F(ReadWrite, AHandleIsFreedWhileAnotherThreadWaits) {
  kith_code code = KITH_INTERNAL;
  uint64_t newest = 0;
  kith_db* waited = nullptr;
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.temporary = 1;
  ASSERT_EQ(kith_db_open(KITH_STR(""), &options, &waited, nullptr), KITH_OK);
  std::thread waiter([&] { code = kith_db_wait(waited, UINT64_MAX - 1, 200, &newest, nullptr); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  kith_db_free(waited);
  waiter.join();
  EXPECT_EQ(code, KITH_OK);
  EXPECT_GT(newest, 0U);
  EXPECT_NE(kith_db_wait(waited, 0, 0, &newest, nullptr), KITH_OK);
}

// A local reference kept from a former batch has the index of a record of this one, and must not name it.
TEST_F(ReadWrite, ALocalReferenceOfAFormerBatchIsRefused) {
  Batch former = NewBatch();
  const kith_id kept = kith_batch_create(former, "account");
  kith_batch_set_text(former, kept, "name", KITH_STR("Acme"));
  KITH_ASSERT_OK(kith_db_apply(db, former, nullptr, outcome.out(), error.out()), error);
  ASSERT_NE(kith_outcome_id(outcome, kept), 0U);
  Batch batch = NewBatch();
  const kith_id own = kith_batch_create(batch, "account");
  EXPECT_EQ(kith_outcome_id(outcome, own), 0U);
  EXPECT_EQ(kith_outcome_id(outcome, kith_id{1} << 63), kith_outcome_id(outcome, kept));  // the first of whatever batch
  kith_batch_set_text(batch, own, "name", KITH_STR("Bloom"));
  const auto refused = [&] {
    EXPECT_EQ(kith_batch_status(batch, error.out()), KITH_INVALID_ARGUMENT);
    EXPECT_EQ(Reason(error), "BatchMalformed");
    kith_batch_clear(batch);
  };
  kith_batch_set_text(batch, kept, "city", KITH_STR("Wien"));
  refused();
  kith_batch_create(batch, "account");
  kith_batch_set_ref(batch, own, "parent", own);  // cleared meanwhile
  refused();
  kith_batch_create(batch, "account");
  kith_batch_require_value(batch, kept, "name", kith_value{});
  refused();
  kith_batch_create(batch, "account");
  kith_batch_move(batch, kept, "default/qualified");
  refused();
}

TEST_F(ReadWrite, ApplyOptions) {
  Batch batch = NewBatch();
  kith_id local = kith_batch_create(batch, "account");
  kith_batch_set_text(batch, local, "name", KITH_STR("Acme"));
  kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
  options.dry_run = 1;
  uint64_t before = Sequence();
  KITH_ASSERT_OK(kith_db_apply(db, batch, &options, outcome.out(), error.out()), error);
  kith_id would = kith_outcome_id(outcome, local);
  EXPECT_EQ(Sequence(), before);
  options.dry_run = 0;
  options.idempotency_key = KITH_STR("key-1");
  options.checkpoint = "outbox";
  const uint8_t value[] = {1, 0, 2};
  options.checkpoint_value = {value, 3};
  for (int i = 0; i < 2; ++i) {
    KITH_ASSERT_OK(kith_db_apply(db, batch, &options, outcome.out(), error.out()), error);
    EXPECT_EQ(kith_outcome_replayed(outcome), i);
    EXPECT_EQ(kith_outcome_id(outcome, local), would);
  }
  kith_batch_set_text(batch, local, "city", KITH_STR("Wien"));
  EXPECT_EQ(kith_db_apply(db, batch, &options, outcome.out(), error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "IdempotencyMismatch");
  Snapshot snapshot = Read();
  Text stored;
  KITH_ASSERT_OK(kith_snapshot_checkpoint(snapshot, "outbox", stored.out(), error.out()), error);
  EXPECT_EQ(Str(stored), std::string("\1\0\2", 3));
}

TEST_F(ReadWrite, ManyBatchesHaveOneOutcomeEach) {
  Batch good = NewBatch();
  kith_batch_set_text(good, kith_batch_create(good, "account"), "name", KITH_STR("A"));
  Batch bad = NewBatch();
  kith_batch_create(bad, "account");
  const kith_batch* batches[] = {good, bad, good};
  kith_outcome* outcomes[3];
  kith_error* errors[3];
  EXPECT_EQ(kith_db_apply_many(db, batches, 3, nullptr, outcomes, errors, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_TRUE(outcomes[0] != nullptr && errors[0] == nullptr);
  EXPECT_TRUE(outcomes[1] == nullptr && errors[1] != nullptr);
  EXPECT_TRUE(outcomes[2] != nullptr && errors[2] == nullptr);
  for (kith_outcome* o : outcomes) kith_outcome_free(o);
  for (kith_error* e : errors) kith_error_free(e);
}

TEST_F(ReadWrite, JsonBatchesRoundTrip) {
  kith_id account = Account("1", "Acme");
  Text json;
  {
    Batch batch = NewBatch();
    kith_batch_set_text(batch, account, "city", KITH_STR("Wien"));
    kith_batch_add_int(batch, account, "employees", 3);
    KITH_ASSERT_OK(kith_batch_to_json(batch, json.out(), error.out()), error);
  }
  Batch batch;
  KITH_ASSERT_OK(kith_batch_from_json(db, kith_text_str(json), batch.out(), error.out()), error);
  KITH_ASSERT_OK(Apply(batch), error);
  Json record = RecordJson(account);
  EXPECT_EQ(record["fields"]["city"], "Wien");
  EXPECT_EQ(record["fields"]["employees"], 3);
  EXPECT_EQ(
      kith_batch_from_json(db, KITH_STR("{\"changes\": [{\"create\": \"account\", \"set\": {\"nmae\": 1}}]}"), batch.out(), error.out()),
      KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Str(kith_error_field(error)), "changes[0].set.nmae");
}

TEST_F(ReadWrite, PackagesAddTypesAndFieldsAtRunTime) {  // E01, E02
  Text report;
  kith_str definition = KITH_STR(
      "{\"package\": \"app.shop\", \"version\": \"1.0.0\", \"needs\": [\"kith.crm\"],"
      " \"types\": [{\"name\": \"bouquet\", \"fields\": [{\"name\": \"name\", \"kind\": \"text\", \"required\": true}]}],"
      " \"extend\": [{\"type\": \"account\", \"fields\": [{\"name\": \"app_loyalty\", \"kind\": \"int\"}]}]}");
  kith_id old = Account("1", "Acme");
  KITH_ASSERT_OK(kith_db_ensure(db, definition, KITH_STR(""), 1, report.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(report))["changes"].empty(), false);
  KITH_ASSERT_OK(kith_db_ensure(db, definition, KITH_STR(""), 0, report.out(), error.out()), error);
  KITH_ASSERT_OK(kith_db_ensure(db, definition, KITH_STR(""), 0, report.out(), error.out()), error);
  EXPECT_TRUE(Json::parse(Str(report))["changes"].empty());
  Batch batch = NewBatch();
  kith_batch_set_int(batch, old, "app_loyalty", 7);
  kith_batch_set_text(batch, kith_batch_create(batch, "bouquet"), "name", KITH_STR("Rose"));
  KITH_ASSERT_OK(Apply(batch), error);
  EXPECT_EQ(RecordJson(old)["fields"]["app_loyalty"], 7);
  Text schema;
  KITH_ASSERT_OK(kith_db_schema(db, "bouquet", schema.out(), error.out()), error);
  EXPECT_NE(Str(schema).find("table"), std::string::npos);
  EXPECT_EQ(kith_db_ensure(db, KITH_STR("{\"package\": \"x.y\", \"version\": \"1\", \"types\": [{\"name\": 5}]}"), KITH_STR(""), 0,
                           report.out(), error.out()),
            KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "PackageMalformed");
}

// E06, E12
TEST_F(ReadWrite, APackageIsRemovedAndAVendorKeptApart) {
  const auto pack = [](const std::string& vendor) {
    return R"({"package": ")" + vendor + R"(.tax", "version": "1.0.0", "extend": [{"type": "account", "fields": [{"name": ")" + vendor +
           R"(_number", "kind": "text"}]}]})";
  };
  for (const std::string vendor : {"acme", "globex"}) {
    const std::string package = pack(vendor);
    KITH_ASSERT_OK(kith_db_ensure(db, {package.data(), package.size()}, KITH_STR(""), 0, nullptr, error.out()), error);
  }
  Batch batch = NewBatch();
  kith_id local = kith_batch_create(batch, "account");
  kith_batch_set_text(batch, local, "name", KITH_STR("One"));
  kith_batch_set_text(batch, local, "globex_number", KITH_STR("G1"));
  kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
  options.vendor = "acme";
  EXPECT_EQ(kith_db_apply(db, batch, &options, outcome.out(), error.out()), KITH_PERMISSION_DENIED);
  EXPECT_EQ(Reason(error), "ForeignNamespace");
  options.vendor = "globex";
  KITH_ASSERT_OK(kith_db_apply(db, batch, &options, outcome.out(), error.out()), error);
  // A host that was built with the options of before says nothing of a vendor.
  options.vendor = "acme";
  options.struct_size = static_cast<uint32_t>(offsetof(kith_apply_options, vendor));
  KITH_ASSERT_OK(kith_db_apply(db, batch, &options, outcome.out(), error.out()), error);

  Text report;
  KITH_ASSERT_OK(kith_db_remove_package(db, "globex.tax", 0, 1, report.out(), error.out()), error);
  const Json dry = Json::parse(Str(report));
  EXPECT_EQ(dry["data"], Json::parse(R"([{"what": "values", "type": "account", "field": "globex_number", "count": 2}])"));
  EXPECT_EQ(dry["obstacles"], Json::array());
  EXPECT_EQ(kith_db_remove_package(db, "globex.tax", 0, 0, report.out(), error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "PackageInUse");
  KITH_ASSERT_OK(kith_db_remove_package(db, "globex.tax", 1, 0, nullptr, error.out()), error);
  EXPECT_EQ(kith_db_remove_package(db, "globex.tax", 1, 0, nullptr, error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "PackageMissing");
}

// Numbers that a package ships with stay, and what is new gets the next: neighbouring versions agree on them (E17).
TEST_F(ReadWrite, PackageNumbersAreAppended) {
  Text numbers;
  KITH_ASSERT_OK(kith_package_numbers(KITH_STR(R"({"package": "a.b", "version": "1.0.0", "types": [{"name": "box", "fields": [
      {"name": "size", "kind": "choice", "choices": [{"name": "big"}]}]}]})"),
                                      KITH_STR(""), numbers.out(), error.out()),
                 error);
  Text later;
  KITH_ASSERT_OK(kith_package_numbers(KITH_STR(R"({"package": "a.b", "version": "1.1.0", "types": [{"name": "box", "fields": [
      {"name": "note", "kind": "text"}, {"name": "size", "kind": "choice", "choices": [{"name": "small"}, {"name": "big"}]}]}]})"),
                                      kith_text_str(numbers), later.out(), error.out()),
                 error);
  const Json before = Json::parse(Str(numbers));
  const Json after = Json::parse(Str(later));
  EXPECT_EQ(after["types"]["box"]["fields"]["size"], before["types"]["box"]["fields"]["size"]);
  EXPECT_NE(after["types"]["box"]["fields"]["note"], after["types"]["box"]["fields"]["size"]);
  EXPECT_EQ(after["types"]["box"]["choices"]["size"]["big"], before["types"]["box"]["choices"]["size"]["big"]);
  EXPECT_NE(after["types"]["box"]["choices"]["size"]["small"], after["types"]["box"]["choices"]["size"]["big"]);
  EXPECT_EQ(kith_package_numbers(KITH_STR("{"), KITH_STR(""), later.out(), error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "PackageMalformed");
  EXPECT_EQ(later.get(), nullptr);
}

TEST_F(ReadWrite, ViewersSeeWhatTheyMay) {  // B20
  kith_id seller = 0;
  {
    Batch batch = NewBatch();
    kith_id local = kith_batch_create(batch, "employee");
    kith_batch_set_text(batch, local, "name", KITH_STR("Li"));
    kith_id hidden = kith_batch_create(batch, "account");
    kith_batch_set_text(batch, hidden, "name", KITH_STR("Secret"));
    kith_batch_set_ref(batch, hidden, "owner", local);
    kith_batch_set_int(batch, hidden, "visibility", 2);
    KITH_ASSERT_OK(Apply(batch), error);
    seller = kith_outcome_id(outcome, local);
  }
  auto accounts_seen_by = [&](kith_id viewer_id) {
    kith_viewer viewer = KITH_VIEWER_INIT;
    viewer.id = viewer_id;
    Snapshot snapshot;
    Cursor cursor;
    EXPECT_EQ(kith_db_read(db, &viewer, snapshot.out(), error.out()), KITH_OK);
    EXPECT_EQ(kith_snapshot_scan_index(snapshot, "account", "by_name", nullptr, cursor.out(), error.out()), KITH_OK);
    int count = 0;
    while (kith_cursor_next(cursor, error.out()) == KITH_OK) ++count;
    return count;
  };
  EXPECT_EQ(accounts_seen_by(0), 1);
  EXPECT_EQ(accounts_seen_by(seller), 1);
  EXPECT_EQ(accounts_seen_by(seller + 1), 0);
}

TEST_F(ReadWrite, ThreadsShareADatabase) {
  kith_id id = Account("1", "Acme");
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        Batch batch;
        Error err;
        if (kith_batch_new(db, kith_ref_id(0), KITH_STR(""), batch.out(), err.out()) != KITH_OK) ++failures;
        kith_batch_add_int(batch, id, "employees", 1);
        if (kith_db_apply(db, batch, nullptr, nullptr, err.out()) != KITH_OK) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(RecordJson(id)["fields"]["employees"], 100);
}

TEST_F(ReadWrite, StatsMetricsVerifyBackup) {
  Account("1", "Acme");
  kith_db_stats stats = {};
  stats.struct_size = sizeof(stats);
  KITH_ASSERT_OK(kith_db_get_stats(db, &stats, error.out()), error);
  EXPECT_GT(stats.file_bytes, 0U);
  EXPECT_EQ(stats.sequence, Sequence());
  EXPECT_GE(stats.applied, 1U);
  Text text;
  KITH_ASSERT_OK(kith_db_metrics(db, text.out(), error.out()), error);
  EXPECT_NE(Str(text).find("# EOF"), std::string::npos);
  uint64_t problems = 9;
  KITH_ASSERT_OK(kith_db_verify(db, &problems, text.out(), error.out()), error);
  EXPECT_EQ(problems, 0U) << Str(text);
  KITH_ASSERT_OK(kith_db_catalog(db, text.out(), error.out()), error);
  EXPECT_TRUE(Json::accept(Str(text)));
}

TEST_F(ReadWrite, JsonLinesGoOutAndIn) {
  Batch batch = NewBatch();
  const kith_id account = kith_batch_create(batch, "account");
  kith_batch_set_text(batch, account, "name", Str("Acme"));
  KITH_ASSERT_OK(Apply(batch), error);
  Snapshot snapshot = Read();
  std::string lines;
  kith_export_lines_options out = KITH_EXPORT_LINES_OPTIONS_INIT;
  out.history = 1;
  out.types = Str(R"(["account"])");
  out.context = reinterpret_cast<uintptr_t>(&lines);
  EXPECT_EQ(kith_snapshot_export_lines(snapshot, Str(""), &out, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  out.write = [](kith_str bytes, uintptr_t context) -> uint8_t {
    reinterpret_cast<std::string*>(context)->append(bytes.data, bytes.size);  // NOLINT(performance-no-int-to-ptr)
    return 1;
  };
  Text report;
  KITH_ASSERT_OK(kith_snapshot_export_lines(snapshot, Str(""), &out, report.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(report))["types"][0]["records"], 1);
  EXPECT_EQ(Json::parse(Str(report))["bytes"], lines.size());
  out.write = [](kith_str, uintptr_t) -> uint8_t { return 0; };
  EXPECT_EQ(kith_snapshot_export_lines(snapshot, Str(""), &out, nullptr, error.out()), KITH_CANCELLED);
  out.types = Str("account");
  EXPECT_EQ(kith_snapshot_export_lines(snapshot, Str(""), &out, nullptr, error.out()), KITH_INVALID_ARGUMENT);

  const std::string path = ::testing::TempDir() + "/capi_lines.jsonl";
  std::ofstream(path, std::ios::binary) << lines;
  kith_open_options temporary = KITH_OPEN_OPTIONS_INIT;
  temporary.temporary = 1;
  Db other;
  KITH_ASSERT_OK(kith_db_open(Str(""), &temporary, other.out(), error.out()), error);
  kith_import_lines_options in = KITH_IMPORT_LINES_OPTIONS_INIT;
  in.progress = [](kith_str, int64_t, int64_t, uintptr_t) -> uint8_t { return 0; };
  EXPECT_EQ(kith_db_import_lines(other, Str(path), &in, nullptr, nullptr, error.out()), KITH_CANCELLED);
  in.progress = nullptr;
  in.ids = 3;
  EXPECT_EQ(kith_db_import_lines(other, Str(path), &in, nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  in.ids = KITH_IDS_KEEP;
  uint64_t rejected = 7;
  KITH_ASSERT_OK(kith_db_import_lines(other, Str(path), &in, &rejected, report.out(), error.out()), error);
  EXPECT_EQ(rejected, 0U);
  EXPECT_EQ(Json::parse(Str(report))["types"][0]["created"], 1);
  std::remove(path.c_str());
}

// E14, B12: what changed in full, what differs between two moments, and what a pruning leaves of both.
TEST_F(ReadWrite, FeedDifferencesAndPruning) {
  Batch batch = NewBatch();
  kith_id local = kith_batch_create(batch, "account");
  kith_batch_set_text(batch, local, "name", KITH_STR("A"));
  KITH_ASSERT_OK(Apply(batch), error);
  kith_id id = kith_outcome_id(outcome, local);
  uint64_t sequence = kith_outcome_last_sequence(outcome);
  Batch change = NewBatch();
  kith_batch_set_text(change, id, "name", KITH_STR("B"));
  KITH_ASSERT_OK(Apply(change), error);

  Snapshot snapshot = Read();
  Text feed;
  KITH_ASSERT_OK(kith_snapshot_feed(snapshot, sequence - 1, KITH_STR("{\"fields\":[\"name\"]}"), 10, feed.out(), error.out()), error);
  Json json = Json::parse(Str(feed));
  ASSERT_EQ(json["entries"].size(), 2U);
  EXPECT_EQ(json["entries"][0]["fields"][0]["after"], "A");
  EXPECT_EQ(json["entries"][1]["fields"][0]["before"], "A");
  EXPECT_EQ(json["entries"][1]["type"], "account");
  Text none;
  EXPECT_EQ(kith_snapshot_feed(snapshot, 0, KITH_STR("{\"fild\":1}"), 10, none.out(), error.out()), KITH_INVALID_ARGUMENT);

  Text differences;
  kith_as_of start = {INT64_MAX, 0};
  kith_as_of now = {INT64_MAX, INT64_MAX};
  KITH_EXPECT_OK(
      kith_snapshot_differences(snapshot, start, now, KITH_STR("{\"types\":[\"account\"]}"), 0, 10, differences.out(), error.out()));
  json = Json::parse(Str(differences));
  ASSERT_EQ(json["differences"].size(), 1U);
  EXPECT_EQ(json["differences"][0]["record"], id);
  EXPECT_EQ(json["differences"][0]["operation"], "create");
  EXPECT_TRUE(json["next"].is_null());

  Text report;
  EXPECT_EQ(kith_db_prune(db, INT64_MAX, report.out(), error.out()), KITH_INVALID_ARGUMENT);
  KITH_EXPECT_OK(kith_db_prune(db, 1, report.out(), error.out()));
  EXPECT_EQ(Json::parse(Str(report))["feed_entries"], 0);
}

}  // namespace
}  // namespace host
