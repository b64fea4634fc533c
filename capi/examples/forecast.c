/* A host links Kith, stores a deal of one of its own clients, and asks for the funnel and the next quarter. */
#include <kith.h>
#include <stdio.h>

static int failed(kith_error* error) {
  kith_str message = kith_error_message(error);
  kith_str hint = kith_error_hint(error);
  fprintf(stderr, "%s: %.*s; %.*s\n", kith_reason_name(kith_error_reason(error)), (int)message.size, message.data, (int)hint.size,
          hint.data);
  kith_error_free(error);
  return 1;
}

int main(int argc, char** argv) {
  kith_db* db = NULL;
  kith_batch* batch = NULL;
  kith_snapshot* now = NULL;
  kith_funnel* funnel = NULL;
  kith_forecast* forecast = NULL;
  kith_error* error = NULL;
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = 1;
  options.temporary = argc < 2;
  int status = 1;

  if (kith_db_open(kith_str_from_cstr(argc < 2 ? "" : argv[1]), &options, &db, &error)) goto done;
  if (kith_batch_new(db, kith_ref_ext("app.users", "17"), KITH_STR("web enquiry"), &batch, &error)) goto done;
  kith_id account = kith_batch_upsert(batch, "account", kith_ref_ext("app.clients", "8841"));
  kith_batch_set_text(batch, account, "name", KITH_STR("Acme 律所"));
  kith_id deal = kith_batch_create(batch, "opportunity");
  kith_batch_set_text(batch, deal, "name", KITH_STR("Case management for Acme"));
  kith_batch_set_ref(batch, deal, "account", account);
  kith_batch_set_money(batch, deal, "amount", 1250000, "CNY");
  kith_batch_move(batch, deal, "default/qualified");
  if (kith_db_apply(db, batch, NULL, NULL, &error)) goto done; /* durable when it returns */

  if (kith_db_read(db, NULL, &now, &error)) goto done;
  if (kith_snapshot_funnel(now, "default", NULL, &funnel, &error)) goto done;
  for (size_t i = 0; i < kith_funnel_stage_count(funnel); ++i) {
    kith_funnel_stage stage;
    kith_funnel_get_stage(funnel, i, &stage);
    printf("%-12.*s open %lld\n", (int)stage.name.size, stage.name.data, (long long)stage.open);
  }
  if (kith_snapshot_forecast(now, "default", "next-quarter", NULL, &forecast, &error)) goto done;
  kith_forecast_summary summary;
  kith_forecast_get_summary(forecast, &summary);
  printf("next quarter: P10 %.0f, P50 %.0f, P90 %.0f %s\n", summary.total.p10 / 100, summary.total.p50 / 100, summary.total.p90 / 100,
         summary.currency);
  status = 0;
done:
  if (status) failed(error);
  kith_forecast_free(forecast);
  kith_funnel_free(funnel);
  kith_snapshot_free(now);
  kith_batch_free(batch);
  kith_db_free(db);
  return status;
}
