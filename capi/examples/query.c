/* A host stores deals, asks for the larger ones, and follows what was committed: by the sequence that it keeps it goes on where it stopped.
 */
#include <kith.h>
#include <stdio.h>

static int failed(kith_error* error) {
  kith_str message = kith_error_message(error);
  fprintf(stderr, "%s: %.*s\n", kith_reason_name(kith_error_reason(error)), (int)message.size, message.data);
  kith_error_free(error);
  return 1;
}

/* Pages of rows, until one is empty. */
static kith_code show(kith_snapshot* now, kith_error** error) {
  kith_query* query = NULL;
  kith_rows* rows = NULL;
  size_t count = 1;
  kith_code code = kith_query_prepare(
      now,
      KITH_STR("{\"from\": \"opportunity\", \"where\": \"amount > $floor\", \"select\": [\"name\", \"amount\"], \"order\": [\"-amount\"]}"),
      &query, error);
  if (code == KITH_OK)
    code = kith_query_run(query, now, KITH_STR("{\"floor\": {\"minor\": 1500, \"currency\": \"EUR\"}}"), NULL, &rows, error);
  while (code == KITH_OK && count != 0) {
    const kith_value* values;
    const kith_id* ids;
    code = kith_rows_next(rows, 100, &values, &ids, &count, error);
    for (size_t i = 0; code == KITH_OK && i < count; ++i) {
      const kith_value* row = values + i * kith_rows_column_count(rows);
      printf("%.*s: %lld %s, in minor units\n", (int)row[0].text.size, row[0].text.data, (long long)row[1].number, row[1].currency);
    }
  }
  kith_rows_free(rows);
  kith_query_free(query);
  return code;
}

int main(int argc, char** argv) {
  kith_db* db = NULL;
  kith_batch* batch = NULL;
  kith_outcome* outcome = NULL;
  kith_snapshot* now = NULL;
  kith_text* feed = NULL;
  kith_error* error = NULL;
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = 1;
  options.temporary = argc < 2;
  int status = 1;

  if (kith_db_open(kith_str_from_cstr(argc < 2 ? "" : argv[1]), &options, &db, &error)) goto done;
  if (kith_batch_new(db, kith_ref_ext("app.users", "17"), KITH_STR("trade fair"), &batch, &error)) goto done;
  for (int i = 1; i <= 4; ++i) {
    char name[16];
    kith_str text = {name, (size_t)snprintf(name, sizeof(name), "Deal %d", i)};
    kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", text);
    kith_batch_set_money(batch, deal, "amount", 1000 * i, "EUR");
    kith_batch_move(batch, deal, "default/qualified");
  }
  if (kith_db_apply(db, batch, NULL, &outcome, &error)) goto done;
  if (kith_db_read(db, NULL, &now, &error)) goto done;
  if (show(now, &error)) goto done;
  /* Of what came after a sequence, at most 100 entries: "scanned" is where to go on. */
  if (kith_snapshot_feed(now, kith_outcome_first_sequence(outcome) - 1, KITH_STR("{\"types\": [\"opportunity\"]}"), 100, &feed, &error))
    goto done;
  printf("%.*s\n", (int)kith_text_str(feed).size, kith_text_str(feed).data);
  status = 0;
done:
  if (error != NULL) status = failed(error);
  kith_text_free(feed);
  kith_snapshot_free(now);
  kith_outcome_free(outcome);
  kith_batch_free(batch);
  kith_db_free(db);
  return status;
}
