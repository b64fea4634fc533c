#include "exchange/row.h"

#include <algorithm>
#include <set>

#include "exchange/cell.h"
#include "kith/model/model.h"

namespace kith::exchange {

// The state of reading one row.
struct RowReader::Reading {
  const CsvRow& row;
  const Snapshot& snapshot;
  RowBatch& out;
  Id record;
  std::string column;  // being read: what an error is about
};

namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A value looked up, for the field that it fills: choices are the same by name, their numbers are each field's own.
StatusOr<Value> Fitted(const ColumnPlan& column, Value value) {
  const Choice* one = value.get_if<Choice>();
  const ChoiceSet* several = value.get_if<ChoiceSet>();
  if (one == nullptr && several == nullptr) return value;
  std::string names;
  for (const Choice choice : one != nullptr ? ChoiceSet{*one} : *several) {
    const catalog::ChoiceDef* known = column.looked_up->FindChoice(choice.number);
    if (known != nullptr) names += (names.empty() ? "" : ";") + known->name;
  }
  return CellValue(*column.field, {}, names, {});
}

}  // namespace

std::set<std::string> ColumnsOf(const FileMapping& file) {
  std::set<std::string> columns;
  auto add = [&](const std::string& name) {
    if (!name.empty()) columns.insert(name);
  };
  for (const std::string& key : file.key) add(key);
  add(file.created_column);
  add(file.when.column);
  for (const ColumnMapping& column : file.columns) {
    add(column.column);
    add(column.currency_column);
    add(column.effective_column);
    add(column.when.column);
  }
  for (const MoveMapping& move : file.moves) {
    add(move.at_column);
    add(move.when.column);
  }
  return columns;
}

StatusOr<RowReader> RowReader::Bind(const FilePass& pass, const CsvRow& header) {
  RowReader reader(pass);
  reader.columns_ = header.cells.size();
  for (size_t i = 0; i < header.cells.size(); ++i) reader.positions_.emplace(Trim(header.cells[i]), i);
  std::string missing;
  for (const std::string& column : ColumnsOf(*pass.mapping)) {
    if (!reader.positions_.contains(column)) missing += (missing.empty() ? "" : ", ") + column;
  }
  if (missing.empty()) return reader;
  ErrorInfo info;
  info.reason = Reason::kMappingMalformed;
  info.type = pass.mapping->type;
  info.value = missing;
  info.hint = "name the columns as the file's first line does";
  return MakeError(std::move(info), pass.mapping->file + ": the file lacks columns that the mapping names");
}

std::string_view RowReader::Cell(const CsvRow& row, const std::string& column) const {
  auto found = positions_.find(column);
  if (found == positions_.end() || found->second >= row.cells.size()) return {};
  return Trim(row.cells[found->second]);
}

bool RowReader::Holds(const Condition& condition, const CsvRow& row) const {
  if (condition.column.empty()) return true;
  std::string_view cell = Cell(row, condition.column);
  if (condition.in.empty()) return !cell.empty();
  return std::find(condition.in.begin(), condition.in.end(), cell) != condition.in.end();
}

RowBatch RowReader::Read(const CsvRow& row, const Snapshot& snapshot, const ImportOptions& options) const {
  RowBatch out;
  out.line = row.line;
  if (!row.problem.ok()) {
    out.problem = row.problem;
    return out;
  }
  if (row.cells.size() > columns_) {
    ErrorInfo info;
    info.reason = Reason::kRowRejected;
    info.hint = "check for a separator inside a cell without quotes";
    out.problem =
        MakeError(std::move(info), "the row has " + std::to_string(row.cells.size()) + " cells, the header " + std::to_string(columns_));
    return out;
  }
  if (!Holds(pass_->mapping->when, row)) {
    out.skipped = true;
    return out;
  }
  out.batch.emplace(snapshot.shared_catalog(), options.actor, options.reason.empty() ? "import " + pass_->mapping->file : options.reason);
  out.batch->SetOrigin(Origin::kImport);
  Reading reading{row, snapshot, out, {}, {}};
  out.problem = ReadAll(reading);
  if (out.problem.ok()) out.problem = out.batch->status();
  if (!out.problem.ok()) {
    out.problem_column = reading.column;
    out.batch.reset();
  }
  return out;
}

Status RowReader::ReadAll(Reading& reading) const {
  const FileMapping& file = *pass_->mapping;
  for (const std::string& column : file.key) {
    reading.column = column;
    std::string_view part = Cell(reading.row, column);
    if (part.empty()) {
      ErrorInfo info;
      info.reason = Reason::kRequired;
      info.hint = "every row needs what identifies it";
      return MakeError(std::move(info), "the row's key is empty");
    }
    reading.out.key.key += (reading.out.key.key.empty() ? "" : "|") + std::string(part);
  }
  reading.out.key.system = file.system;
  Batch& batch = *reading.out.batch;
  reading.column = file.created_column;
  if (std::string_view created = Cell(reading.row, file.created_column); !created.empty()) {
    KITH_ASSIGN_OR_RETURN(Time time, CellTime(created, file.created_format));
    batch.SetEffective(time);
  }
  reading.column = file.key.front();
  reading.record = pass_->second ? batch.Existing(file.type, reading.out.key) : batch.Upsert(file.type, reading.out.key);
  KITH_RETURN_IF_ERROR(batch.status());
  for (const ColumnPlan& column : pass_->columns) {
    reading.column = column.mapping->column;
    KITH_RETURN_IF_ERROR(Fill(reading, column));
    KITH_RETURN_IF_ERROR(batch.status());
  }
  return pass_->second ? absl::OkStatus() : ReadMoves(reading);
}

Status RowReader::Fill(Reading& reading, const ColumnPlan& column) const {
  const ColumnMapping& mapping = *column.mapping;
  std::string_view cell = Cell(reading.row, mapping.column);
  reading.out.cells[mapping.column] = std::string(cell);
  if (!Holds(mapping.when, reading.row)) return absl::OkStatus();
  if (cell.empty()) cell = mapping.otherwise;
  if (auto replaced = mapping.values.find(std::string(cell)); replaced != mapping.values.end()) cell = replaced->second;
  if (cell.empty()) return absl::OkStatus();
  if (column.looked_up != nullptr) return FillLookup(reading, column, cell);
  if (column.is_reference()) return FillReference(reading, column, cell);
  Batch& batch = *reading.out.batch;
  KITH_ASSIGN_OR_RETURN(Value value, CellValue(*column.field, mapping, cell, Cell(reading.row, mapping.currency_column)));
  std::string_view effective = Cell(reading.row, mapping.effective_column);
  if (effective.empty()) {
    batch.Set(reading.record, mapping.field, std::move(value));
    return absl::OkStatus();
  }
  KITH_ASSIGN_OR_RETURN(Time from, CellTime(effective, mapping.format));
  batch.SetAt(reading.record, mapping.field, std::move(value), from);
  return absl::OkStatus();
}

Status RowReader::FillReference(Reading& reading, const ColumnPlan& column, std::string_view cell) const {
  Batch& batch = *reading.out.batch;
  reading.out.column_of_change[static_cast<int64_t>(batch.changes().size())] = column.mapping->column;
  Id target = batch.Existing(column.refers_to->name, {column.mapping->system, std::string(cell)});
  batch.Set(reading.record, column.mapping->field, target);
  return absl::OkStatus();
}

Status RowReader::FillLookup(Reading& reading, const ColumnPlan& column, std::string_view cell) const {
  StatusOr<Id> found = reading.snapshot.Find(column.refers_to->name, ExternalRef{column.mapping->system, std::string(cell)});
  if (!found.ok()) {
    ErrorInfo info;
    info.reason = Reason::kReferenceMissing;
    info.type = column.refers_to->name;
    info.value = std::string(cell.substr(0, 80));
    return MakeError(std::move(info), "no such record to look the value up in");
  }
  KITH_ASSIGN_OR_RETURN(record::View view, reading.snapshot.Get(*found));
  if (!view.has(column.looked_up->position)) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(Value value, Fitted(column, view.Get(column.looked_up->position)));
  reading.out.batch->Set(reading.record, column.mapping->field, std::move(value));
  return absl::OkStatus();
}

Status RowReader::ReadMoves(Reading& reading) const {
  const FileMapping& file = *pass_->mapping;
  for (size_t i = 0; i < file.moves.size(); ++i) {
    const MoveMapping& move = file.moves[i];
    reading.column = move.at_column;
    std::string_view at = Cell(reading.row, move.at_column);
    if (at.empty() || !Holds(move.when, reading.row)) continue;
    model::MoveOptions options;
    KITH_ASSIGN_OR_RETURN(options.at, CellTime(at, move.format));
    options.cause = model::MoveCause::kImport;
    options.external = {file.system + ".moves", reading.out.key.key + "#" + std::to_string(pass_->first_move + i)};
    model::Move(*reading.out.batch, reading.record, move.stage, options);
    ++reading.out.moves;
  }
  return absl::OkStatus();
}

}  // namespace kith::exchange
