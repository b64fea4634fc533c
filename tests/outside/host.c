/* A host that knows only what is installed: opens a database at argv[1], writes one account and reads it back. */
#include <kith.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  const kith_str name = KITH_STR("Acme");
  kith_db* db = NULL;
  kith_batch* batch = NULL;
  kith_snapshot* snapshot = NULL;
  kith_error* err = NULL;
  kith_id id = 0;
  kith_view view;
  kith_value value;
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
  result = value.text.size != name.size || memcmp(value.text.data, name.data, name.size) != 0;

done:
  if (err != NULL) fprintf(stderr, "%.*s\n", (int)kith_error_message(err).size, kith_error_message(err).data);
  kith_error_free(err);
  kith_snapshot_free(snapshot);
  kith_batch_free(batch);
  kith_db_free(db);
  return result;
}
