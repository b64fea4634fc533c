// Calls of the C ABI in any order over a small company, with handles that are live, freed, NULL or of another kind: each gives a code, an
// error exactly when it fails, and a result exactly when it does not; and whatever they have written, Verify finds nothing.
//
// Input: a byte chooses a call, the next ones its arguments by their types (capi_input.h). KITH_FUZZ_TRACE=1 tells what each call gave.
#include <kith.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "capi_host.h"
#include "kith/exchange/arrow.h"
#include "support/paths.h"

namespace kith::fuzz {
namespace {

constexpr size_t kCalls = 60;  // of one input

// --- calls whose arguments belong together

struct Ids {
  std::vector<kith_id> ids;
  explicit Ids(Host& host) : ids(host.Byte() % 5U) {
    for (kith_id& id : ids) id = host.Id();
  }
};

void Values(Host& host, const kith_value* values, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    Host::Read(values[i]);
    if (values[i].kind == KITH_KIND_REF) host.Keep(static_cast<kith_id>(values[i].number));
  }
}

void ApplyMany(Host& host) {
  const kith_batch* batches[] = {host.Get<kith_batch>(), host.Get<kith_batch>(), host.Get<kith_batch>()};
  kith_outcome* outcomes[3] = {};
  kith_error* errors[3] = {};
  Argument<const kith_apply_options*> options(host);
  const size_t count = host.Byte() % 4;
  const kith_code code = kith_db_apply_many(host.Get<kith_db>(), batches, count, options.Get(), outcomes, errors, &host.error);
  if (host.error == nullptr && code == KITH_OK) {
    for (size_t i = 0; i < count; ++i) {
      if (outcomes[i] == nullptr || errors[i] != nullptr) host.Fail("a batch without an outcome");
    }
  }
  host.Check(code);
  for (kith_outcome* outcome : outcomes) kith_outcome_free(outcome);
  for (kith_error* error : errors) kith_error_free(error);
}

void Purge(Host& host) {
  const Ids records(host);
  Argument<const kith_erase_options*> options(host);
  host.Check(kith_db_purge(host.Get<kith_db>(), records.ids.data(), records.ids.size(), options.Get(), nullptr, &host.error));
}

void Merge(Host& host) {
  const Ids records(host);
  Argument<const kith_apply_options*> options(host);
  Argument<kith_text**> report(host);
  kith_db* db = host.Get<kith_db>();
  const kith_ref actor = host.Ref();
  const kith_str reason = host.Str();
  host.Check(
      kith_db_merge(db, records.ids.data(), records.ids.size(), actor, reason, host.Str(), options.Get(), report.Get(), &host.error));
  report.Take(host);
}

void SetLists(Host& host) {
  kith_batch* batch = host.Get<kith_batch>();
  const kith_id id = host.Id();
  const char* field = host.CString();
  const kith_str texts[] = {host.Str(), host.Str(), host.Str()};
  const char* choices[] = {host.CString(), host.CString(), host.CString()};
  kith_batch_set_texts(batch, id, field, texts, host.Byte() % 4);
  kith_batch_set_choices(batch, id, host.CString(), choices, host.Byte() % 4);
}

void Revert(Host& host) {
  const kith_str fields[] = {host.Str(), host.Str()};
  kith_batch* batch = host.Get<kith_batch>();
  kith_snapshot* snapshot = host.Get<kith_snapshot>();
  const kith_id record = host.Id();
  const kith_as_of as_of = {.effective = host.Number(), .recorded = host.Number()};
  host.Check(kith_batch_revert(batch, snapshot, record, as_of, fields, host.Byte() % 3, nullptr, &host.error));
}

void GetValues(Host& host) {
  kith_snapshot* snapshot = host.Get<kith_snapshot>();
  const Ids ids(host);
  std::vector<kith_view> views(ids.ids.size() + 1);
  kith_value value{};
  kith_field field = host.Id();
  host.Check(kith_snapshot_get(snapshot, host.Id(), views.data(), &host.error));
  host.Check(kith_snapshot_get_many(snapshot, ids.ids.data(), ids.ids.size(), views.data() + 1, &host.error));
  if (host.Byte() < 200) host.Check(kith_snapshot_field(snapshot, host.CString(), host.CString(), &field, &host.error));
  for (const kith_view& view : views) {
    host.Check(kith_snapshot_value(snapshot, &view, field, &value, &host.error));
    Values(host, &value, 1);
    host.Check(kith_snapshot_value_named(snapshot, &view, host.CString(), &value, &host.error));
    Values(host, &value, 1);
    host.Check(kith_snapshot_item(snapshot, &view, field, host.Byte() % 3, &value, &host.error));
    Values(host, &value, 1);
  }
}

void Changes(Host& host) {
  kith_change changes[8];
  size_t count = 0;
  uint64_t scanned = 0;
  host.Check(kith_snapshot_changes(host.Get<kith_snapshot>(), host.Id(), changes, host.Byte() % 9, &count, &scanned, &host.error));
  for (size_t i = 0; i < count; ++i) host.Keep(changes[i].record);
}

void Page(Host& host) {
  constexpr size_t kCovered = 64;
  kith_cursor* cursor = host.Get<kith_cursor>();
  kith_view views[4];
  kith_id ids[4];
  std::vector<kith_value> values(4 * kCovered);
  const kith_field fields[] = {host.Id(), host.Id()};
  size_t count = 0;
  switch (host.Byte() % 5) {
    case 0:
      host.Check(kith_cursor_page(cursor, ids, values.data(), 4, &count, &host.error));
      for (size_t i = 0; i < count; ++i) host.Keep(ids[i]);
      return Values(host, values.data(), count);
    case 1:
      return host.Check(kith_cursor_fill(cursor, views, host.Byte() % 5, &count, &host.error));
    case 2:
      host.Check(kith_cursor_read(cursor, fields, host.Byte() % 3, views, values.data(), 4, &count, &host.error));
      return Values(host, values.data(), count);
    case 3:
      return host.Check(kith_cursor_view(cursor, views, &host.error));
    default:
      return host.Check(kith_cursor_covered(cursor, host.Byte() % 5, values.data(), &host.error));
  }
}

void NextRows(Host& host) {
  kith_rows* rows = host.Get<kith_rows>();
  const kith_value* values = nullptr;
  const kith_id* ids = nullptr;
  kith_value item{};
  size_t count = 0;
  host.Check(kith_rows_next(rows, host.Byte() % 20, &values, &ids, &count, &host.error));
  const size_t columns = kith_rows_column_count(rows);
  for (size_t i = 0; i < count; ++i) host.Keep(ids[i]);
  Values(host, values, count * columns);
  host.Check(kith_rows_item(rows, host.Byte() % 4, host.Byte() % 4, host.Byte() % 3, &item, &host.error));
  Host::Read(item);
}

void Members(Host& host) {
  kith_id ids[4];
  size_t count = 0;
  kith_snapshot* snapshot = host.Get<kith_snapshot>();
  host.Check(kith_snapshot_members(snapshot, host.CString(), host.Id(), ids, host.Byte() % 5, &count, &host.error));
  for (size_t i = 0; i < count; ++i) host.Keep(ids[i]);
}

// A stream out, read, or given to an import.
void Stream(Host& host) {
  ArrowArrayStream stream{};
  kith_code code = KITH_OK;
  kith_snapshot* snapshot = host.Get<kith_snapshot>();
  switch (host.Byte() % 3) {
    case 0:
      code = kith_rows_arrow(host.Get<kith_rows>(), &stream, &host.error);
      break;
    case 1:
      code = kith_snapshot_arrow(snapshot, host.CString(), host.Byte() < 200 ? kith_str{} : host.Str(), &stream, &host.error);
      break;
    default:
      code = kith_snapshot_history_arrow(snapshot, host.CString(), &stream, &host.error);
  }
  host.Check(code, stream.release != nullptr);
  if (stream.release == nullptr) return;
  if (host.Byte() < 100) {
    constexpr std::string_view kMapping = R"({"name": "fuzz", "files": [{"file": "x", "type": "account", "system": "fuzz", "key": ["id"],
                                              "columns": [{"column": "name", "field": "name"}]}]})";
    Argument<const kith_import_options*> options(host);
    host.Check(kith_db_import_arrow(host.Get<kith_db>(), &stream, {kMapping.data(), kMapping.size()}, options.Get(), nullptr, nullptr,
                                    &host.error));
    return;
  }
  ArrowSchema schema{};
  if (stream.get_schema(&stream, &schema) == 0) schema.release(&schema);
  for (int i = 0; i < 3; ++i) {
    ArrowArray array{};
    if (stream.get_next(&stream, &array) != 0 || array.release == nullptr) break;
    array.release(&array);
  }
  stream.release(&stream);
}

void Export(Host& host) {
  kith_export_lines_options options = KITH_EXPORT_LINES_OPTIONS_INIT;
  options.history = host.Byte() % 2;
  options.write = [](kith_str bytes, uintptr_t /*context*/) {
    Host::Read(bytes);
    return uint8_t{1};
  };
  Argument<kith_text**> report(host);
  host.Check(kith_snapshot_export_lines(host.Get<kith_snapshot>(), {}, &options, report.Get(), &host.error));
  report.Take(host);
}

void Compact(Host& host) {  // waits for snapshots: there are none
  host.Of<kith_rows>().Clear();
  host.Of<kith_cursor>().Clear();
  host.Of<kith_snapshot>().Clear();
  host.Check(kith_db_compact(host.Get<kith_db>(), nullptr, &host.error));
}

void Wait(Host& host) {
  uint64_t newest = 0;
  host.Check(kith_db_wait(host.Get<kith_db>(), host.Id(), host.Byte() % 2, &newest, &host.error));
}

// A page of what happened here, as another replica's.
void Receive(Host& host) {
  kith_text* page = nullptr;
  kith_db* db = host.Get<kith_db>();
  const kith_code code = kith_db_read_replica(db, host.Id(), 7, host.Byte(), &page, &host.error);
  host.Check(code, page != nullptr);
  std::string text(page == nullptr ? "" : kith_text_str(page).data, kith_text_str(page).size);
  kith_text_free(page);
  for (int changes = host.Byte() % 4; changes > 0 && !text.empty(); --changes) {
    text.replace(static_cast<size_t>(host.Number()) % text.size(), host.Byte() % 4, host.Input::Bytes(host.Byte() % 4));
  }
  host.Check(kith_db_receive(db, {text.data(), text.size()}, nullptr, &host.error));
}

void Free(Host& host) {
  const uint8_t which = host.Byte();
  const uint8_t place = host.Byte();
  if (which == 255)
    return kith_error_free(reinterpret_cast<kith_error*>(host.Of<kith_batch>().Get(place)));  // of another kind: nothing happens
  size_t i = 0;
  std::apply([&](auto&... places) { ((i++ == which % std::tuple_size_v<AllPlaces> ? places.Free(place) : void()), ...); }, host.places);
}

// --- the list

struct Step {
  const char* name;
  void (*run)(Host&);
  Words words;
};

template <auto function>
Step Make(const char* name, std::string_view names = {}, std::string_view members = {}) {
  return {name, Run<function>, {names, members}};
}
#define CALL(function, ...) Make<function>(#function __VA_OPT__(, ) __VA_ARGS__)

constexpr std::string_view kTypes = "account contact opportunity lead employee task interaction invoice quote order product move stage";
constexpr std::string_view kFields =
    "account contact opportunity name amount stage owner close_date employees account title tags email default/proposal default/won "
    "default/lost CNY";
constexpr std::string_view kPipeline = "default|2024-Q3 2024-08 this-quarter last-month month quarter default/proposal default/won";
constexpr std::string_view kMore =
    "period group by learn_from learn_saved measure relations rates what_if target compare_with version without_overrides collection kind "
    "id "
    "lost more_deals_a_week faster USD";

const std::vector<Step>& Steps() {
  static const std::vector<Step> steps = {
      CALL(kith_db_ensure),
      CALL(kith_db_ensure_shipped, "kith.crm florist legal trade account"),
      CALL(kith_db_remove_package, "kith.crm florist legal trade account"),
      CALL(kith_db_catalog),
      CALL(kith_db_schema, "kith.crm florist legal trade account"),
      CALL(kith_db_get_stats),
      CALL(kith_db_metrics),
      CALL(kith_db_verify),
      CALL(kith_db_repair),
      CALL(kith_db_export_person),
      CALL(kith_db_erase_person),
      CALL(kith_db_erasures),
      CALL(kith_db_begin_chain),
      CALL(kith_db_chain_head),
      CALL(kith_db_verify_chain),
      CALL(kith_db_overwrite_freed),
      CALL(kith_db_prune),
      CALL(kith_package_numbers),
      CALL(kith_db_change_kind,
           "account contact opportunity|name amount stage owner close_date employees account title tags email default/proposal default/won "
           "default/lost CNY",
           "name kind scale choices currency to"),
      CALL(kith_batch_new),
      CALL(kith_batch_clear),
      CALL(kith_batch_status),
      CALL(kith_batch_to_json),
      CALL(kith_batch_from_json),
      CALL(kith_batch_create, kTypes),
      CALL(kith_batch_create_ext, kTypes),
      CALL(kith_batch_upsert, kTypes),
      CALL(kith_batch_create_if_absent, kTypes),
      CALL(kith_batch_existing, kTypes),
      CALL(kith_batch_set_null, kFields),
      CALL(kith_batch_set_bool, kFields),
      CALL(kith_batch_set_int, kFields),
      CALL(kith_batch_set_double, kFields),
      CALL(kith_batch_set_decimal, kFields),
      CALL(kith_batch_set_money, kFields),
      CALL(kith_batch_set_text, kFields),
      CALL(kith_batch_set_choice, kFields),
      CALL(kith_batch_set_date, kFields),
      CALL(kith_batch_set_time, kFields),
      CALL(kith_batch_set_ref, kFields),
      CALL(kith_batch_set_bytes, kFields),
      CALL(kith_batch_add_int, kFields),
      CALL(kith_batch_add_money, kFields),
      CALL(kith_batch_delete),
      CALL(kith_batch_restore),
      CALL(kith_batch_merge),
      CALL(kith_batch_unmerge),
      CALL(kith_batch_link),
      CALL(kith_batch_unlink),
      CALL(kith_batch_require_version),
      CALL(kith_batch_require_value),
      CALL(kith_batch_require_absent),
      CALL(kith_batch_set_effective),
      CALL(kith_batch_move, "default/qualified default/proposal default/negotiation default/won default/lost default/new"),
      CALL(kith_batch_move_because, "default/qualified default/proposal default/negotiation default/won default/lost default/new"),
      CALL(kith_batch_override, "default/qualified default/proposal default/negotiation default/won default/lost default/new"),
      CALL(kith_batch_complete_step, "default/qualified default/proposal default/negotiation default/won default/lost default/new"),
      CALL(kith_batch_define_segment),
      CALL(kith_batch_claim),
      CALL(kith_batch_release),
      CALL(kith_batch_assign, "", "records limit"),
      CALL(kith_batch_plan_actions),
      CALL(kith_batch_suggest_expansions, "default", "relation now active_days threshold fewest"),
      CALL(kith_batch_define_pipeline),
      CALL(kith_batch_save_forecast),
      CALL(kith_db_apply),
      CALL(kith_db_apply),
      CALL(kith_db_apply),
      CALL(kith_outcome_id),
      CALL(kith_outcome_first_sequence),
      CALL(kith_outcome_last_sequence),
      CALL(kith_outcome_replayed),
      CALL(kith_outcome_effect_count),
      CALL(kith_outcome_effect),
      CALL(kith_outcome_change_count),
      CALL(kith_outcome_change),
      CALL(kith_db_convert, "", "person organisation deal find with_deal name pipeline owner"),
      CALL(kith_db_continue_document, "order invoice quote order_return", "quantities external owner"),
      CALL(kith_db_set_policy),
      CALL(kith_db_policy),
      CALL(kith_db_read),
      CALL(kith_db_read),
      CALL(kith_snapshot_renew),
      CALL(kith_snapshot_sequence),
      CALL(kith_snapshot_find, kTypes),
      CALL(kith_snapshot_type_name),
      CALL(kith_snapshot_record_json),
      CALL(kith_snapshot_record_json_as_of),
      CALL(kith_snapshot_may),
      CALL(kith_snapshot_type_access, kTypes),
      CALL(kith_snapshot_external_refs),
      CALL(kith_snapshot_history),
      CALL(kith_snapshot_checkpoint),
      CALL(kith_snapshot_thread),
      CALL(kith_snapshot_origin),
      CALL(kith_snapshot_feed, "account", "types fields operations record"),
      CALL(kith_snapshot_differences, "account", "types fields"),
      CALL(kith_range_new),
      CALL(kith_range_equal),
      CALL(kith_range_low),
      CALL(kith_range_high),
      CALL(kith_range_reverse),
      CALL(kith_range_after),
      CALL(kith_snapshot_scan, kTypes),
      CALL(kith_snapshot_scan_index, "account opportunity|by_name by_owner by_stage by_account by_close_date by_account_ref by_email"),
      CALL(kith_cursor_next),
      CALL(kith_cursor_id),
      CALL(kith_cursor_position),
      CALL(kith_query_prepare),
      CALL(kith_query_explain),
      CALL(kith_query_run, "", "p who"),
      CALL(kith_rows_column_count),
      CALL(kith_rows_column),
      CALL(kith_rows_json),
      CALL(kith_rows_token),
      CALL(kith_rows_explain),
      CALL(kith_rows_cancel),
      CALL(kith_eval),
      CALL(kith_snapshot_search),
      CALL(kith_db_fill_segments),
      CALL(kith_snapshot_segments, kTypes),
      CALL(kith_snapshot_neighbours,
           "account.parent account_relation account_relation.subsidiary_of contact.reports_to acquaintance influence employee.manager"),
      CALL(kith_snapshot_traverse,
           "account.parent account_relation account_relation.subsidiary_of contact.reports_to acquaintance influence employee.manager"),
      CALL(kith_snapshot_group_total,
           "account.parent account_relation account_relation.subsidiary_of contact.reports_to acquaintance influence employee.manager "
           "opportunity account amount",
           "relation at type via field where"),
      CALL(kith_db_recycle_pools, "in_turn"),
      CALL(kith_snapshot_timeline, "interaction task note deal move", "whole from until kinds limit after"),
      CALL(kith_snapshot_ties, "", "as_of recorded contributions"),
      CALL(kith_snapshot_relation, "", "as_of recorded contributions suggestions capital ways effect trend_months"),
      CALL(kith_snapshot_introductions, "", "as_of from count hops damping colleague"),
      CALL(kith_snapshot_relation_map, "json graphml", "as_of recorded party most form"),
      CALL(kith_snapshot_card, "", "as_of recorded contributions each context channel"),
      CALL(kith_snapshot_brief, "", "as_of recorded contributions each context channel"),
      CALL(kith_snapshot_four_questions, "", "as_of recorded contributions"),
      CALL(kith_snapshot_action_line, "", "as_of recorded contributions"),
      CALL(kith_snapshot_rank_buyers, "", "as_of horizon_days moments level limit"),
      CALL(kith_snapshot_worklist, "", "now horizon_days silent_days rest_days limit"),
      CALL(kith_snapshot_penetration, kPipeline, "relation now active_days threshold fewest"),
      CALL(kith_snapshot_receivables, "CNY USD", "as_of late_days window_days into"),
      CALL(kith_snapshot_worth, "", "as_of chance"),
      CALL(kith_snapshot_winning, kPipeline, "as_of level deals horizon_days rates"),
      CALL(kith_allocate, "",
           "value level deals channel cost costs deal effect expert experts base journeys touches converted weight mean sd sd_weight prior "
           "past minor currency most model scale at"),
      CALL(kith_credit, "",
           "value level deals channel cost costs deal effect expert experts base journeys touches converted weight mean sd sd_weight prior "
           "past minor currency most model scale at"),
      CALL(kith_habit, "",
           "value level deals channel cost costs deal effect expert experts base journeys touches converted weight mean sd sd_weight prior "
           "past minor currency most model scale at"),
      CALL(kith_snapshot_duplicates, "account contact lead name email phone",
           "limit fields record values threads also across automatic review model"),
      CALL(kith_snapshot_who_is, "contact account name email", "fields record values limit"),
      CALL(kith_snapshot_pipelines, kTypes),
      CALL(kith_db_migrate_pipeline),
      CALL(kith_snapshot_guide),
      CALL(kith_snapshot_told),
      CALL(kith_snapshot_mine_stages, kPipeline),
      CALL(kith_snapshot_replay_stages, kPipeline, "name activities stages"),
      CALL(kith_snapshot_funnel, kPipeline, kMore),
      CALL(kith_snapshot_ways, kPipeline, kMore),
      CALL(kith_snapshot_deals_behind, kPipeline, kMore),
      CALL(kith_snapshot_reps, kPipeline, kMore),
      CALL(kith_snapshot_scorecards, kPipeline, kMore),
      CALL(kith_snapshot_velocity, kPipeline, kMore),
      CALL(kith_snapshot_gap, kPipeline, kMore),
      CALL(kith_snapshot_biases, kPipeline, kMore),
      CALL(kith_snapshot_health, kPipeline, kMore),
      CALL(kith_snapshot_summary, kPipeline, kMore),
      CALL(kith_snapshot_forecast, kPipeline, kMore),
      CALL(kith_snapshot_saved_forecasts, kPipeline, kMore),
      CALL(kith_snapshot_submissions, kPipeline, kMore),
      CALL(kith_snapshot_backtest, kPipeline, kMore),
      CALL(kith_funnel_get_summary),
      CALL(kith_funnel_stage_count),
      CALL(kith_funnel_get_stage),
      CALL(kith_funnel_to_json),
      CALL(kith_forecast_get_summary),
      CALL(kith_forecast_probability_at_least),
      CALL(kith_forecast_deal_count),
      CALL(kith_forecast_get_deal),
      CALL(kith_forecast_to_json),
      CALL(kith_snapshot_walk, kPipeline, "since until as_known period notes silent_days collection"),
      CALL(kith_snapshot_visits, "", "today since employee"),
      CALL(kith_snapshot_owned),
      CALL(kith_db_absorb),
      CALL(kith_db_node),
      CALL(kith_db_received_from),
      CALL(kith_db_read_replica),
      CALL(kith_db_receive),
      CALL(kith_db_pull_replica),
      CALL(kith_text_str),
      CALL(kith_db_path),
      {"ApplyMany", ApplyMany, {}},
      {"Purge", Purge, {}},
      {"Merge", Merge, {}},
      {"SetLists", SetLists, {}},
      {"Revert", Revert, {}},
      {"GetValues", GetValues, {}},
      {"Changes", Changes, {}},
      {"Page", Page, {}},
      {"NextRows", NextRows, {}},
      {"Members", Members, {}},
      {"Stream", Stream, {}},
      {"Export", Export, {}},
      {"Compact", Compact, {}},
      {"Wait", Wait, {}},
      {"Receive", Receive, {}},
      {"Free", Free, {}},
      {"Free", Free, {}}};
  return steps;
}
#undef CALL

// --- the company

void Check(kith_code code, kith_error* error) {
  if (code == KITH_OK) return;
  std::fprintf(stderr, "%s\n", kith_error_message(error).data);
  std::abort();
}

// A company in a file that is copied for whoever changed his copy.
class Company {
 public:
  Company() {
    std::filesystem::create_directory(folder_);
    kith_db* db = Open("", 1);
    std::ifstream file(testing::TestFile("fuzz/capi/company.json"));
    const std::string json((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    kith_error* error = nullptr;
    kith_batch* batch = nullptr;
    kith_outcome* outcome = nullptr;
    Check(kith_batch_from_json(db, {json.data(), json.size()}, &batch, &error), error);
    Check(kith_db_apply(db, batch, nullptr, &outcome, &error), error);
    kith_outcome_free(outcome);
    kith_batch_free(batch);
    FindRecords(db);
    const std::string template_path = folder_ + "/template";
    Check(kith_db_backup(db, {template_path.data(), template_path.size()}, &error), error);
    definitions_ = db;  // read once for all copies
  }
  ~Company() {
    kith_db_free(copy_);
    kith_db_free(definitions_);
    std::filesystem::remove_all(folder_);
  }
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;

  static kith_open_options Options() {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.seed = 5;
    options.durability = KITH_DURABILITY_RELAXED;
    options.map_size = uint64_t{1} << 28;
    options.clock = [](uintptr_t) { return kNow; };
    return options;
  }
  const std::vector<kith_id>& records() const { return records_; }
  kith_str path() const { return kith_db_path(copy_); }
  // As it was at first.
  void Fresh() {
    if (copy_ != nullptr && Now() == first_) return;
    kith_db_free(copy_);
    std::filesystem::remove_all(folder_ + "/copy");
    std::filesystem::copy(folder_ + "/template", folder_ + "/copy");
    copy_ = Open(folder_ + "/copy", 0);
    first_ = Now();
  }
  void Verify() {
    if (Now() == first_) return;
    uint64_t problems = 0;
    kith_text* report = nullptr;
    kith_error* error = nullptr;
    Check(kith_db_verify(copy_, &problems, &report, &error), error);
    if (problems != 0) {
      std::fprintf(stderr, "%s\n", kith_text_str(report).data);
      std::abort();
    }
    kith_text_free(report);
  }

 private:
  using State = std::tuple<uint64_t, uint64_t, uint64_t, uint64_t>;

  static kith_db* Open(const std::string& path, uint8_t temporary) {
    kith_open_options options = Options();
    options.temporary = temporary;
    kith_db* db = nullptr;
    kith_error* error = nullptr;
    Check(kith_db_open({path.data(), path.size()}, &options, &db, &error), error);
    return db;
  }
  State Now() const {
    kith_db_stats stats{};
    stats.struct_size = sizeof(stats);
    kith_error* error = nullptr;
    Check(kith_db_get_stats(copy_, &stats, &error), error);
    return {stats.groups, stats.sequence, stats.catalog_version, stats.file_bytes};
  }
  void FindRecords(kith_db* db) {
    kith_snapshot* snapshot = nullptr;
    Check(kith_db_read(db, nullptr, &snapshot, nullptr), nullptr);
    for (const char* type : {"account", "contact", "opportunity", "employee", "product", "lead", "competitor", "quote", "order", "invoice",
                             "task", "interaction", "team", "move", "pool"}) {
      kith_cursor* cursor = nullptr;
      Check(kith_snapshot_scan(snapshot, type, 0, &cursor, nullptr), nullptr);
      for (int i = 0; i < 4 && kith_cursor_next(cursor, nullptr) == KITH_OK; ++i) records_.push_back(kith_cursor_id(cursor));
      kith_cursor_free(cursor);
    }
    kith_snapshot_free(snapshot);
  }

  std::string folder_ = (std::filesystem::temp_directory_path() / ("kith-capi-fuzz-" + std::to_string(getpid()))).string();
  kith_db* definitions_ = nullptr;
  kith_db* copy_ = nullptr;
  State first_;
  std::vector<kith_id> records_;
};

}  // namespace
}  // namespace kith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kith::fuzz;  // NOLINT(google-build-using-namespace)
  static Company company;
  company.Fresh();
  {
    Host host({reinterpret_cast<const char*>(data), size});
    for (const kith_id id : company.records()) host.Keep(id);
    host.Start(company.path(), Company::Options());
    for (size_t i = 0; i < kCalls && !host.empty(); ++i) {
      const Step& step = Steps()[host.Byte() % Steps().size()];
      host.Begin(step.name, step.words);
      step.run(host);
    }
  }
  company.Verify();
  return 0;
}
