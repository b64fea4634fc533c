/* A host that knows only what is installed: opens a database at argv[1], writes one account, reads it back and finds it by a query. */
#include <kith.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  const kith_str name = KITH_STR("Acme");
  const kith_str question = KITH_STR("{\"from\": \"account\", \"where\": \"name.matches('^Ac[a-m]e$')\", \"select\": [\"name\"]}");
  kith_db* db = NULL;
  kith_batch* batch = NULL;
  kith_snapshot* snapshot = NULL;
  kith_error* err = NULL;
  kith_id id = 0;
  kith_view view;
  kith_value value;
  kith_query* query = NULL;
  kith_rows* rows = NULL;
  const kith_value* values = NULL;
  const kith_id* ids = NULL;
  size_t count = 0;
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  int result = 1;

  if (argc != 2 || kith_abi_version() != KITH_ABI_VERSION) return 2;
  options.create = 1;
  if (kith_db_open(kith_str_from_cstr(argv[1]), &options, &db, &err) != KITH_OK) goto done;
  if (kith_batch_new(db, kith_ref_ext("app.users", "17"), KITH_STR("web enquiry"), &batch, &err) != KITH_OK) goto done;
  kith_batch_set_text(batch, kith_batch_upsert(batch, "account", kith_ref_ext("app.clients", "8841")), "name", name);
  if (kith_db_apply(db, batch, NULL, NULL, &err) != KITH_OK) goto done;
  if (kith_db_read(db, NULL, &snapshot, &err) != KITH_OK) goto done;
  if (kith_snapshot_find(snapshot, "account", kith_ref_ext("app.clients", "8841"), &id, &err) != KITH_OK) goto done;
  if (kith_snapshot_get(snapshot, id, &view, &err) != KITH_OK) goto done;
  if (kith_snapshot_value_named(snapshot, &view, "name", &value, &err) != KITH_OK) goto done;
  if (kith_query_prepare(snapshot, question, &query, &err) != KITH_OK) goto done;
  if (kith_query_run(query, snapshot, KITH_STR(""), NULL, &rows, &err) != KITH_OK) goto done;
  if (kith_rows_next(rows, 10, &values, &ids, &count, &err) != KITH_OK) goto done;
  result = value.text.size != name.size || memcmp(value.text.data, name.data, name.size) != 0 || count != 1 || ids[0] != id;

done:
  if (err != NULL) fprintf(stderr, "%.*s\n", (int)kith_error_message(err).size, kith_error_message(err).data);
  kith_error_free(err);
  kith_rows_free(rows);
  kith_query_free(query);
  kith_snapshot_free(snapshot);
  kith_batch_free(batch);
  kith_db_free(db);
  return result;
}
