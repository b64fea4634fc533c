/* Calls whose options hold pointers, with the pointers as arguments: Go lends memory for a call, but not memory that holds pointers to more
 * of it. And loops that would otherwise cross once a record. */
#ifndef KITH_GO_SHIM_H_
#define KITH_GO_SHIM_H_

#include <kith.h>
#include <stdlib.h>

static inline kith_code kg_open(kith_str path, uint8_t create, uint8_t read_only, uint8_t temporary, uint8_t any_fs, uint8_t relaxed,
                                uint32_t node, uint64_t map_size, uint64_t max_size, kith_db** db, kith_error** err) {
  kith_open_options o = KITH_OPEN_OPTIONS_INIT;
  o.create = create;
  o.read_only = read_only;
  o.temporary = temporary;
  o.allow_any_file_system = any_fs;
  o.durability = relaxed ? KITH_DURABILITY_RELAXED : KITH_DURABILITY_FULL;
  o.node = node;
  o.map_size = map_size;
  o.max_size = max_size;
  return kith_db_open(path, &o, db, err);
}

static inline kith_code kg_import_csv(kith_db* db, kith_str folder, kith_str mapping, uint8_t dry_run, kith_ref actor, kith_str reason,
                                      kith_str problems, uint64_t* rejected, kith_text** report, kith_error** err) {
  kith_import_options o = KITH_IMPORT_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.actor = actor;
  o.reason = reason;
  o.problem_file = problems;
  return kith_db_import_csv(db, folder, mapping, &o, rejected, report, err);
}

/* A stream comes as void*: of a pointer to a struct that is declared only, Go's collector keeps no hold, and it lies in Go's memory. */
static inline kith_code kg_import_arrow(kith_db* db, void* stream, kith_str mapping, uint8_t dry_run, kith_ref actor, kith_str reason,
                                        kith_str problems, uint64_t* rejected, kith_text** report, kith_error** err) {
  kith_import_options o = KITH_IMPORT_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.actor = actor;
  o.reason = reason;
  o.problem_file = problems;
  return kith_db_import_arrow(db, (struct ArrowArrayStream*)stream, mapping, &o, rejected, report, err);
}

static inline kith_code kg_rows_arrow(kith_rows* rows, void* stream, kith_error** err) {
  return kith_rows_arrow(rows, (struct ArrowArrayStream*)stream, err);
}

static inline kith_code kg_arrow(kith_snapshot* snapshot, const char* type, kith_str fields, void* stream, kith_error** err) {
  return kith_snapshot_arrow(snapshot, type, fields, (struct ArrowArrayStream*)stream, err);
}

static inline kith_code kg_history_arrow(kith_snapshot* snapshot, const char* type, void* stream, kith_error** err) {
  return kith_snapshot_history_arrow(snapshot, type, (struct ArrowArrayStream*)stream, err);
}

/* From a path, or from a snapshot of another database where one is given. */
static inline kith_code kg_import_lines(kith_db* db, kith_str path, kith_snapshot* from, kith_str source, uint8_t dry_run,
                                        uint8_t drop_missing, kith_ref actor, kith_str reason, uint64_t* rejected, kith_text** report,
                                        kith_error** err) {
  kith_import_lines_options o = KITH_IMPORT_LINES_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.drop_missing = drop_missing;
  o.actor = actor;
  o.reason = reason;
  o.source = source;
  return from ? kith_db_absorb(db, from, &o, rejected, report, err) : kith_db_import_lines(db, path, &o, rejected, report, err);
}

/* What is asked of the writer under a viewer's rights. */
static inline kith_apply_options kg_how(uint8_t dry_run, const kith_viewer* viewer) {
  kith_apply_options o = KITH_APPLY_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.viewer = viewer;
  return o;
}

static inline kith_code kg_apply(kith_db* db, const kith_batch* batch, uint8_t dry_run, uint64_t timeout_us, kith_str key,
                                 const char* checkpoint, kith_bytes checkpoint_value, const char* vendor, const kith_viewer* viewer,
                                 kith_outcome** outcome, kith_error** err) {
  kith_apply_options o = kg_how(dry_run, viewer);
  o.timeout_us = timeout_us;
  o.idempotency_key = key;
  o.checkpoint = checkpoint;
  o.checkpoint_value = checkpoint_value;
  o.vendor = vendor;
  return kith_db_apply(db, batch, &o, outcome, err);
}

static inline kith_code kg_apply_many(kith_db* db, const kith_batch* const* batches, size_t count, uint8_t dry_run, uint64_t timeout_us,
                                      const char* vendor, const kith_viewer* viewer, kith_outcome** outcomes, kith_error** errors,
                                      kith_error** err) {
  kith_apply_options o = kg_how(dry_run, viewer);
  o.timeout_us = timeout_us;
  o.vendor = vendor;
  return kith_db_apply_many(db, batches, count, &o, outcomes, errors, err);
}

static inline kith_code kg_stats(kith_db* db, kith_db_stats* stats, kith_error** err) {
  stats->struct_size = (uint32_t)sizeof(kith_db_stats);
  return kith_db_get_stats(db, stats, err);
}

/* By value, so that Go allocates nothing for a read. */
typedef struct kg_view {
  kith_view view;
  kith_code code;
  kith_error* err;
} kg_view;
static inline kg_view kg_get(kith_snapshot* snapshot, kith_id id) {
  kg_view out = {{0}, 0, NULL};
  out.code = kith_snapshot_get(snapshot, id, &out.view, &out.err);
  return out;
}

typedef struct kg_value {
  kith_value value;
  kith_code code;
  kith_error* err;
} kg_value;
static inline kg_value kg_field(kith_snapshot* snapshot, kith_view view, kith_field field) {
  kg_value out = {{0}, 0, NULL};
  out.code = kith_snapshot_value(snapshot, &view, field, &out.value, &out.err);
  return out;
}
static inline kg_value kg_named(kith_snapshot* snapshot, kith_view view, const char* field) {
  kg_value out = {{0}, 0, NULL};
  out.code = kith_snapshot_value_named(snapshot, &view, field, &out.value, &out.err);
  return out;
}
static inline kg_value kg_item(kith_snapshot* snapshot, kith_view view, kith_field field, size_t item) {
  kg_value out = {{0}, 0, NULL};
  out.code = kith_snapshot_item(snapshot, &view, field, item, &out.value, &out.err);
  return out;
}

static inline kith_code kg_run(const kith_query* query, kith_snapshot* snapshot, kith_str parameters, uint8_t in_past, int64_t effective,
                               int64_t recorded, uint64_t time_limit_us, uint64_t cost, kith_str after, kith_rows** rows,
                               kith_error** err) {
  kith_query_options o = KITH_QUERY_OPTIONS_INIT;
  o.in_past = in_past;
  o.effective = effective;
  o.recorded = recorded;
  o.time_limit_us = time_limit_us;
  o.cost = cost;
  o.after = after;
  return kith_query_run(query, snapshot, parameters, &o, rows, err);
}

static inline kith_insight_options kg_insight(uint8_t strict, int64_t as_of, kith_id owner, kith_str currency, double level, uint64_t seed,
                                              kith_str more) {
  kith_insight_options o = KITH_INSIGHT_OPTIONS_INIT;
  o.strict = strict;
  o.as_of = as_of;
  o.owner = owner;
  for (size_t i = 0; i < 3 && i < currency.size; ++i) o.currency[i] = currency.data[i];
  o.level = level;
  o.seed = seed;
  o.more = more;
  return o;
}
static inline kith_code kg_funnel(kith_snapshot* snapshot, const char* pipeline, kith_insight_options o, kith_text** json,
                                  kith_error** err) {
  kith_funnel* funnel = NULL;
  kith_code code = kith_snapshot_funnel(snapshot, pipeline, &o, &funnel, err);
  if (code == KITH_OK) code = kith_funnel_to_json(funnel, json, err);
  kith_funnel_free(funnel);
  return code;
}
static inline kith_code kg_forecast(kith_snapshot* snapshot, const char* pipeline, const char* period, kith_insight_options o,
                                    kith_forecast** forecast, kith_error** err) {
  return kith_snapshot_forecast(snapshot, pipeline, period, &o, forecast, err);
}

/* What a pipeline's history says, by insight options alone. */
#define KG_TELL(what)                                                                                                        \
  static inline kith_code kg_##what(kith_snapshot* snapshot, const char* pipeline, kith_insight_options o, kith_text** json, \
                                    kith_error** err) {                                                                      \
    return kith_snapshot_##what(snapshot, pipeline, &o, json, err);                                                          \
  }
KG_TELL(ways)
KG_TELL(reps)
KG_TELL(scorecards)
KG_TELL(biases)
KG_TELL(health)
KG_TELL(saved_forecasts)
KG_TELL(submissions)
#undef KG_TELL
static inline kith_code kg_deals_behind(kith_snapshot* snapshot, const char* pipeline, const char* stage, kith_insight_options o,
                                        kith_text** json, kith_error** err) {
  return kith_snapshot_deals_behind(snapshot, pipeline, stage, &o, json, err);
}
static inline kith_code kg_velocity(kith_snapshot* snapshot, const char* pipeline, const char* before, const char* after,
                                    kith_insight_options o, kith_text** json, kith_error** err) {
  return kith_snapshot_velocity(snapshot, pipeline, before, after, &o, json, err);
}
static inline kith_code kg_gap(kith_snapshot* snapshot, const char* pipeline, const char* period, kith_insight_options o, kith_text** json,
                               kith_error** err) {
  return kith_snapshot_gap(snapshot, pipeline, period, &o, json, err);
}
static inline kith_code kg_summary(kith_snapshot* snapshot, const char* pipeline, const char* period, kith_insight_options o,
                                   kith_text** json, kith_error** err) {
  return kith_snapshot_summary(snapshot, pipeline, period, &o, json, err);
}
static inline kith_code kg_backtest(kith_snapshot* snapshot, const char* pipeline, const char* unit, size_t count, kith_insight_options o,
                                    kith_text** json, kith_error** err) {
  return kith_snapshot_backtest(snapshot, pipeline, unit, count, &o, json, err);
}

static inline kith_code kg_salvage(kith_str damaged, kith_str target, kith_str definitions, uint8_t old_pages, kith_text** report,
                                   kith_error** err) {
  kith_salvage_options o = KITH_SALVAGE_OPTIONS_INIT;
  o.with_old_pages = old_pages;
  o.definitions_from = definitions;
  return kith_salvage(damaged, target, &o, report, err);
}

static inline kith_code kg_search(kith_snapshot* snapshot, kith_str text, kith_str types, uint32_t limit, kith_text** json,
                                  kith_error** err) {
  kith_search_options o = KITH_SEARCH_OPTIONS_INIT;
  o.types = types;
  o.limit = limit;
  return kith_snapshot_search(snapshot, text, &o, json, err);
}

static inline kith_code kg_export_lines(kith_snapshot* snapshot, kith_str path, uint8_t history, kith_text** report, kith_error** err) {
  kith_export_lines_options o = KITH_EXPORT_LINES_OPTIONS_INIT;
  o.history = history;
  return kith_snapshot_export_lines(snapshot, path, &o, report, err);
}

static inline kith_walk_options kg_walk(uint8_t direction, uint8_t ever, int64_t at) {
  kith_walk_options o = KITH_WALK_OPTIONS_INIT;
  o.direction = direction;
  o.ever = ever;
  o.at = at;
  return o;
}
static inline kith_code kg_neighbours(kith_snapshot* snapshot, kith_id record, const char* relation, uint8_t direction, uint8_t ever,
                                      int64_t at, kith_text** json, kith_error** err) {
  kith_walk_options o = kg_walk(direction, ever, at);
  return kith_snapshot_neighbours(snapshot, record, relation, &o, json, err);
}
static inline kith_code kg_traverse(kith_snapshot* snapshot, kith_id start, kith_str relations, uint8_t direction, uint8_t ever, int64_t at,
                                    uint32_t depth, uint32_t limit, kith_str types, kith_text** json, kith_error** err) {
  kith_walk_options o = kg_walk(direction, ever, at);
  o.depth = depth;
  o.limit = limit;
  o.types = types;
  return kith_snapshot_traverse(snapshot, start, relations, &o, json, err);
}

static inline kith_code kg_erase_person(kith_db* db, kith_id person, uint8_t dry_run, uint8_t keep_shared, uint8_t overwrite,
                                        kith_ref actor, kith_str reason, kith_text** report, kith_error** err) {
  kith_erase_options o = KITH_ERASE_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.keep_shared = keep_shared;
  o.overwrite = overwrite;
  o.actor = actor;
  o.reason = reason;
  return kith_db_erase_person(db, person, &o, report, err);
}

static inline kith_code kg_purge(kith_db* db, const kith_id* records, size_t count, uint8_t dry_run, uint8_t overwrite, kith_ref actor,
                                 kith_str reason, kith_text** report, kith_error** err) {
  kith_erase_options o = KITH_ERASE_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.overwrite = overwrite;
  o.actor = actor;
  o.reason = reason;
  return kith_db_purge(db, records, count, &o, report, err);
}

static inline kith_code kg_merge(kith_db* db, const kith_id* records, size_t count, kith_ref actor, kith_str reason, kith_str options,
                                 uint8_t dry_run, const kith_viewer* viewer, kith_text** report, kith_error** err) {
  const kith_apply_options o = kg_how(dry_run, viewer);
  return kith_db_merge(db, records, count, actor, reason, options, &o, report, err);
}

static inline kith_code kg_convert(kith_db* db, kith_id record, kith_ref actor, kith_str reason, kith_str options, uint8_t dry_run,
                                   const kith_viewer* viewer, kith_text** report, kith_error** err) {
  const kith_apply_options o = kg_how(dry_run, viewer);
  return kith_db_convert(db, record, actor, reason, options, &o, report, err);
}

static inline kith_code kg_continue(kith_db* db, kith_id document, const char* type, kith_ref actor, kith_str reason, kith_str options,
                                    uint8_t dry_run, const kith_viewer* viewer, kith_text** report, kith_error** err) {
  const kith_apply_options o = kg_how(dry_run, viewer);
  return kith_db_continue_document(db, document, type, actor, reason, options, &o, report, err);
}

static inline kith_code kg_change_kind(kith_db* db, const char* type, const char* field, kith_str definition, kith_ref actor,
                                       kith_str reason, kith_str currency, uint8_t dry_run, uint8_t drop, uint8_t abandon,
                                       kith_text** report, kith_error** err) {
  kith_kind_options o = KITH_KIND_OPTIONS_INIT;
  o.dry_run = dry_run;
  o.drop = drop;
  o.abandon = abandon;
  o.actor = actor;
  o.reason = reason;
  o.currency = currency;
  return kith_db_change_kind(db, type, field, definition, &o, report, err);
}

#endif
