// Queries and their rows.
#include <algorithm>
#include <optional>
#include <utility>

#include "objects.h"
#include "values.h"

using namespace kith::capi;  // NOLINT(google-build-using-namespace): this file implements the global C functions

namespace {

using kith::query::Column;
using kith::query::Row;

kith::StatusOr<RowsObject*> UseRows(const kith_rows* rows) {
  KITH_ASSIGN_OR_RETURN(RowsObject * object, Use(rows));
  if (object->renewals != object->snapshot->renewals) {
    return kith::MakeError(kith::Reason::kClosed, "the rows' snapshot was renewed; run the query again");
  }
  return object;
}

kith::Status FillPage(RowsObject& object, size_t cap) {
  object.rows->NextPage(cap, object.page);
  return object.rows->status();
}

void ShowPage(RowsObject& object) {
  const std::span<const Column> columns = object.rows->prepared().columns();
  const kith::query::Page& page = object.page;
  object.values.resize(page.values.size());
  object.ids.resize(page.ids.size());
  for (size_t i = 0, at = 0; i < page.ids.size(); ++i) {
    object.ids[i] = page.ids[i].value();
    for (const Column& column : columns) {
      ToC(page.values[at], column.choices, object.values[at]);
      ++at;
    }
  }
  // Amounts of several currencies, or none, are told by their number.
  for (size_t i = 0; i < page.rows.size(); ++i) {
    for (size_t j = 0; j < columns.size(); ++j) {
      if (!columns[j].per_currency || page.rows[i].amounts[j].size() == 1) continue;
      object.values[i * columns.size() + j].number = static_cast<int64_t>(page.rows[i].amounts[j].size());
    }
  }
}

// An item of a list, borrowed from the row; false past the end.
bool ItemOf(const Row& row, bool is_amount, size_t column, size_t item, kith::PackedValue& out) {
  const kith::Value& value = row.values[column];
  if (is_amount) {
    if (item >= row.amounts[column].size()) return false;
    out = {.kind = kith::Kind::kMoney, .currency = row.amounts[column][item].currency, .number = row.amounts[column][item].minor};
    return true;
  }
  if (const auto* texts = value.get_if<kith::TextList>(); texts != nullptr && item < texts->size()) {
    out = {.kind = kith::Kind::kText, .text = (*texts)[item]};
    return true;
  }
  if (const auto* choices = value.get_if<kith::ChoiceSet>(); choices != nullptr && item < choices->size()) {
    out = {.kind = kith::Kind::kChoice, .number = (*choices)[item].number};
    return true;
  }
  return false;
}

kith::StatusOr<kith::query::RunOptions> ToRunOptions(const kith_query_options* given) {
  KITH_ASSIGN_OR_RETURN(const kith_query_options options, ReadOptions(given, kith_query_options KITH_QUERY_OPTIONS_INIT));
  kith::query::RunOptions run;
  if (options.in_past != 0) run.as_of = kith::AsOf{kith::Time{options.effective}, kith::Time{options.recorded}};
  run.time_limit = std::chrono::microseconds(std::min<uint64_t>(options.time_limit_us, INT64_MAX));
  run.cost = options.cost;
  KITH_ASSIGN_OR_RETURN(const std::string_view after, Text(options.after, "after"));
  run.after = after;
  return run;
}

}  // namespace

extern "C" {

kith_code kith_query_prepare(kith_snapshot* snapshot, kith_str json, kith_query** query, kith_error** err) {
  Zero(query);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(query, "query"));
    KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
    KITH_ASSIGN_OR_RETURN(std::string_view text, Text(json, "json"));
    KITH_ASSIGN_OR_RETURN(const kith::query::Query parsed, kith::query::FromJson(text));
    KITH_ASSIGN_OR_RETURN(kith::query::Prepared prepared, kith::query::Prepared::Prepare(parsed, *object->snapshot));
    *query = Wrap<kith_query>(std::make_shared<QueryObject>(QueryObject{std::move(prepared)}));
    return absl::OkStatus();
  });
}

kith_code kith_query_explain(const kith_query* query, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(QueryObject * object, Use(query));
    return object->prepared.Explain();
  });
}

void kith_query_free(kith_query* query) { Drop(query); }

kith_code kith_query_run(const kith_query* query, kith_snapshot* snapshot, kith_str parameters, const kith_query_options* options,
                         kith_rows** rows, kith_error** err) {
  Zero(rows);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(rows, "rows"));
    KITH_ASSIGN_OR_RETURN(QueryObject * object, Use(query));
    KITH_ASSIGN_OR_RETURN(std::string_view json, Text(parameters, "parameters"));
    KITH_ASSIGN_OR_RETURN(kith::query::RunOptions run, ToRunOptions(options));
    auto made = std::make_shared<RowsObject>();
    KITH_ASSIGN_OR_RETURN(made->snapshot, Share(snapshot));
    made->renewals = made->snapshot->renewals;
    run.cancel = &made->cancelled;
    KITH_ASSIGN_OR_RETURN(const kith::query::Parameters values, object->prepared.ParametersFromJson(json));
    KITH_ASSIGN_OR_RETURN(made->rows, object->prepared.Run(*made->snapshot->snapshot, values, run));
    *rows = Wrap<kith_rows>(std::move(made));
    return absl::OkStatus();
  });
}

size_t kith_rows_column_count(const kith_rows* rows) {
  const RowsObject* object = Peek(rows);
  return object == nullptr ? 0 : object->rows->prepared().columns().size();
}

kith_code kith_rows_column(const kith_rows* rows, size_t index, kith_column* column) {
  Zero(column);
  return Guard(nullptr, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(column, "column"));
    KITH_ASSIGN_OR_RETURN(RowsObject * object, Use(rows));
    const std::span<const Column> columns = object->rows->prepared().columns();
    if (index >= columns.size()) return absl::OutOfRangeError("");
    column->name = FromText(columns[index].name);
    column->kind = static_cast<kith_kind>(columns[index].kind);
    column->scale = columns[index].scale;
    column->per_currency = columns[index].per_currency ? 1 : 0;
    return absl::OkStatus();
  });
}

kith_code kith_rows_next(kith_rows* rows, size_t cap, const kith_value** values, const kith_id** ids, size_t* count, kith_error** err) {
  Zero(values);
  Zero(ids);
  Zero(count);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(values, "values"));
    KITH_RETURN_IF_ERROR(Required(count, "count"));
    KITH_ASSIGN_OR_RETURN(RowsObject * object, UseRows(rows));
    KITH_RETURN_IF_ERROR(FillPage(*object, cap));
    ShowPage(*object);
    *values = object->values.data();
    if (ids != nullptr) *ids = object->ids.data();
    *count = object->page.ids.size();
    return absl::OkStatus();
  });
}

kith_code kith_rows_item(const kith_rows* rows, size_t row, size_t column, size_t item, kith_value* value, kith_error** err) {
  Zero(value);
  return Guard(err, [&]() -> kith::Status {
    KITH_RETURN_IF_ERROR(Required(value, "value"));
    KITH_ASSIGN_OR_RETURN(RowsObject * object, UseRows(rows));
    const std::span<const Column> columns = object->rows->prepared().columns();
    if (row >= object->page.rows.size() || column >= columns.size()) return absl::OutOfRangeError("");
    kith::PackedValue found;
    if (!ItemOf(object->page.rows[row], columns[column].per_currency, column, item, found)) return absl::OutOfRangeError("");
    ToC(found, columns[column].choices, *value);
    return absl::OkStatus();
  });
}

kith_code kith_rows_json(kith_rows* rows, size_t cap, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(RowsObject * object, UseRows(rows));
    std::string text = "[";
    for (size_t i = 0; i < cap && object->rows->Next(); ++i) {
      if (i > 0) text += ",";
      text += kith::query::RowToJson(object->rows->prepared(), object->rows->row());
    }
    KITH_RETURN_IF_ERROR(object->rows->status());
    return text + "]";
  });
}

kith_code kith_rows_token(const kith_rows* rows, kith_text** token, kith_error** err) {
  return GuardText(token, "token", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(RowsObject * object, UseRows(rows));
    return object->rows->token();
  });
}

kith_code kith_rows_explain(const kith_rows* rows, kith_text** json, kith_error** err) {
  return GuardText(json, "json", err, [&]() -> kith::StatusOr<std::string> {
    KITH_ASSIGN_OR_RETURN(RowsObject * object, UseRows(rows));
    return object->rows->Explain();
  });
}

void kith_rows_cancel(kith_rows* rows) {
  // Shared while it is touched: the rows' own thread may free them meanwhile.
  const auto object = std::static_pointer_cast<RowsObject>(ShareHandle(HandleKind::kRows, reinterpret_cast<uint64_t>(rows)));
  if (object != nullptr) object->cancelled = true;
}

void kith_rows_free(kith_rows* rows) { Drop(rows); }

}  // extern "C"
