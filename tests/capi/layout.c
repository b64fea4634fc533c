/* The layout of every struct of kith.h: what a program compiled against an older header relies on. A change here is a change of the ABI. */
#include <kith.h>
#include <stddef.h>

#define CHECK2(condition, line) typedef char layout_##line[(condition) ? 1 : -1]
#define CHECK1(condition, line) CHECK2(condition, line)
#define SIZE(type, size) CHECK1(sizeof(type) == (size), __LINE__)
#define AT(type, member, offset) CHECK1(offsetof(type, member) == (offset), __LINE__)

SIZE(kith_str, 16);
AT(kith_str, data, 0);
AT(kith_str, size, 8);

SIZE(kith_bytes, 16);
AT(kith_bytes, data, 0);
AT(kith_bytes, size, 8);

SIZE(kith_ref, 40);
AT(kith_ref, id, 0);
AT(kith_ref, system, 8);
AT(kith_ref, key, 24);

SIZE(kith_value, 48);
AT(kith_value, kind, 0);
AT(kith_value, scale, 4);
AT(kith_value, number, 8);
AT(kith_value, real, 16);
AT(kith_value, text, 24);
AT(kith_value, currency, 40);
AT(kith_value, zero, 44);

SIZE(kith_open_options, 80);
AT(kith_open_options, struct_size, 0);
AT(kith_open_options, create, 4);
AT(kith_open_options, read_only, 5);
AT(kith_open_options, temporary, 6);
AT(kith_open_options, allow_any_file_system, 7);
AT(kith_open_options, durability, 8);
AT(kith_open_options, node, 12);
AT(kith_open_options, map_size, 16);
AT(kith_open_options, max_size, 24);
AT(kith_open_options, seed, 32);
AT(kith_open_options, slow_ms, 40);
AT(kith_open_options, log, 48);
AT(kith_open_options, log_context, 56);
AT(kith_open_options, clock, 64);
AT(kith_open_options, clock_context, 72);

SIZE(kith_db_stats, 104);
AT(kith_db_stats, struct_size, 0);
AT(kith_db_stats, readers, 4);
AT(kith_db_stats, file_bytes, 8);
AT(kith_db_stats, used_bytes, 16);
AT(kith_db_stats, map_bytes, 24);
AT(kith_db_stats, sequence, 32);
AT(kith_db_stats, catalog_version, 40);
AT(kith_db_stats, types, 48);
AT(kith_db_stats, applied, 56);
AT(kith_db_stats, refused, 64);
AT(kith_db_stats, groups, 72);
AT(kith_db_stats, syncs, 80);
AT(kith_db_stats, oldest_reader_lag, 88);
AT(kith_db_stats, oldest_snapshot_seconds, 96);

SIZE(kith_apply_options, 72);
AT(kith_apply_options, struct_size, 0);
AT(kith_apply_options, dry_run, 4);
AT(kith_apply_options, zero, 5);
AT(kith_apply_options, timeout_us, 8);
AT(kith_apply_options, idempotency_key, 16);
AT(kith_apply_options, checkpoint, 32);
AT(kith_apply_options, checkpoint_value, 40);
AT(kith_apply_options, vendor, 56);
AT(kith_apply_options, viewer, 64);

SIZE(kith_viewer, 48);
AT(kith_viewer, struct_size, 0);
AT(kith_viewer, zero, 4);
AT(kith_viewer, id, 8);
AT(kith_viewer, units, 16);
AT(kith_viewer, unit_count, 24);
AT(kith_viewer, roles, 32);
AT(kith_viewer, role_count, 40);

SIZE(kith_view, 32);
AT(kith_view, data, 0);
AT(kith_view, size, 8);
AT(kith_view, type, 12);
AT(kith_view, id, 16);
AT(kith_view, version, 24);

SIZE(kith_change, 24);
AT(kith_change, sequence, 0);
AT(kith_change, record, 8);
AT(kith_change, operation, 16);
AT(kith_change, zero, 20);

SIZE(kith_rate, 48);
AT(kith_rate, value, 0);
AT(kith_rate, low, 8);
AT(kith_rate, high, 16);
AT(kith_rate, successes, 24);
AT(kith_rate, trials, 32);
AT(kith_rate, maturity, 40);
AT(kith_rate, zero, 44);

SIZE(kith_insight_options, 64);
AT(kith_insight_options, struct_size, 0);
AT(kith_insight_options, strict, 4);
AT(kith_insight_options, zero, 5);
AT(kith_insight_options, as_of, 8);
AT(kith_insight_options, owner, 16);
AT(kith_insight_options, currency, 24);
AT(kith_insight_options, zero2, 28);
AT(kith_insight_options, level, 32);
AT(kith_insight_options, seed, 40);
AT(kith_insight_options, more, 48);

SIZE(kith_funnel_stage, 144);
AT(kith_funnel_stage, stage, 0);
AT(kith_funnel_stage, name, 8);
AT(kith_funnel_stage, reached, 24);
AT(kith_funnel_stage, open, 32);
AT(kith_funnel_stage, advanced, 40);
AT(kith_funnel_stage, lost, 48);
AT(kith_funnel_stage, entries, 56);
AT(kith_funnel_stage, rework, 64);
AT(kith_funnel_stage, skipped, 72);
AT(kith_funnel_stage, rate, 80);
AT(kith_funnel_stage, median_days, 128);
AT(kith_funnel_stage, mean_days, 136);

SIZE(kith_funnel_summary, 112);
AT(kith_funnel_summary, as_of, 0);
AT(kith_funnel_summary, arrivals, 8);
AT(kith_funnel_summary, won, 16);
AT(kith_funnel_summary, lost, 24);
AT(kith_funnel_summary, open, 32);
AT(kith_funnel_summary, path_unknown, 40);
AT(kith_funnel_summary, win_rate, 48);
AT(kith_funnel_summary, end_to_end, 96);
AT(kith_funnel_summary, median_cycle_days, 104);

SIZE(kith_quantiles, 40);
AT(kith_quantiles, p10, 0);
AT(kith_quantiles, p50, 8);
AT(kith_quantiles, p90, 16);
AT(kith_quantiles, mean, 24);
AT(kith_quantiles, sd, 32);

SIZE(kith_forecast_summary, 192);
AT(kith_forecast_summary, as_of, 0);
AT(kith_forecast_summary, period_first, 8);
AT(kith_forecast_summary, period_end, 12);
AT(kith_forecast_summary, closed, 16);
AT(kith_forecast_summary, from_open, 24);
AT(kith_forecast_summary, from_new, 64);
AT(kith_forecast_summary, total, 104);
AT(kith_forecast_summary, expected_new_deals, 144);
AT(kith_forecast_summary, shock_sd, 152);
AT(kith_forecast_summary, open_deals, 160);
AT(kith_forecast_summary, closed_deals, 168);
AT(kith_forecast_summary, excluded, 176);
AT(kith_forecast_summary, maturity, 184);
AT(kith_forecast_summary, currency, 188);

SIZE(kith_forecast_deal, 80);
AT(kith_forecast_deal, deal, 0);
AT(kith_forecast_deal, stage, 8);
AT(kith_forecast_deal, win_in_period, 16);
AT(kith_forecast_deal, win_low, 24);
AT(kith_forecast_deal, win_high, 32);
AT(kith_forecast_deal, win_ever, 40);
AT(kith_forecast_deal, median_close_days, 48);
AT(kith_forecast_deal, expected_minor, 56);
AT(kith_forecast_deal, reason, 64);

SIZE(kith_import_options, 104);
AT(kith_import_options, struct_size, 0);
AT(kith_import_options, dry_run, 4);
AT(kith_import_options, zero, 5);
AT(kith_import_options, actor, 8);
AT(kith_import_options, problem_file, 48);
AT(kith_import_options, problem_limit, 64);
AT(kith_import_options, progress, 72);
AT(kith_import_options, progress_context, 80);
AT(kith_import_options, reason, 88);

SIZE(kith_export_lines_options, 48);
AT(kith_export_lines_options, struct_size, 0);
AT(kith_export_lines_options, history, 4);
AT(kith_export_lines_options, zero, 5);
AT(kith_export_lines_options, types, 8);
AT(kith_export_lines_options, write, 24);
AT(kith_export_lines_options, progress, 32);
AT(kith_export_lines_options, context, 40);

SIZE(kith_import_lines_options, 104);
AT(kith_import_lines_options, struct_size, 0);
AT(kith_import_lines_options, ids, 4);
AT(kith_import_lines_options, dry_run, 5);
AT(kith_import_lines_options, drop_missing, 6);
AT(kith_import_lines_options, zero, 7);
AT(kith_import_lines_options, actor, 8);
AT(kith_import_lines_options, source, 48);
AT(kith_import_lines_options, problem_limit, 64);
AT(kith_import_lines_options, progress, 72);
AT(kith_import_lines_options, context, 80);
AT(kith_import_lines_options, reason, 88);

SIZE(kith_erase_options, 64);
AT(kith_erase_options, struct_size, 0);
AT(kith_erase_options, dry_run, 4);
AT(kith_erase_options, keep_shared, 5);
AT(kith_erase_options, overwrite, 6);
AT(kith_erase_options, zero, 7);
AT(kith_erase_options, actor, 8);
AT(kith_erase_options, reason, 48);
SIZE(kith_search_options, 48);
AT(kith_search_options, struct_size, 0);
AT(kith_search_options, limit, 4);
AT(kith_search_options, types, 8);
AT(kith_search_options, time_limit_us, 24);
AT(kith_search_options, reads, 32);
AT(kith_search_options, exact, 40);
AT(kith_search_options, zero, 41);
SIZE(kith_query_options, 56);
AT(kith_query_options, struct_size, 0);
AT(kith_query_options, in_past, 4);
AT(kith_query_options, zero, 5);
AT(kith_query_options, effective, 8);
AT(kith_query_options, recorded, 16);
AT(kith_query_options, time_limit_us, 24);
AT(kith_query_options, cost, 32);
AT(kith_query_options, after, 40);

SIZE(kith_column, 32);
AT(kith_column, name, 0);
AT(kith_column, kind, 16);
AT(kith_column, scale, 20);
AT(kith_column, per_currency, 24);
AT(kith_column, zero, 25);

int main(void) { return 0; }
