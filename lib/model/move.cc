// Moving records, reading their moves, and opening a database that can.
#include <algorithm>
#include <tuple>
#include <utility>

#include "kith/engine/referring.h"
#include "model/extensions_internal.h"
#include "model/path_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

// Errors that can be told before the batch meets a database.
Status CheckTarget(const Batch& batch, Id record) {
  const catalog::TypeDef* type = batch.catalog()->FindType(batch.TypeOf(record));
  if (type == nullptr || PipelinedRoles::Of(*type).has_value()) return absl::OkStatus();
  return NotPipelinedError(*batch.catalog(), type->name, record);
}

}  // namespace

Id Move(Batch& batch, Id record, std::string_view stage_path, const MoveOptions& options) {
  if (batch.status().ok()) {
    if (Status status = CheckTarget(batch, record); !status.ok()) batch.Fail(std::move(status));
  }
  const Id stage = batch.Existing(kStageType, {std::string(kStageSystem), std::string(stage_path)});
  const bool named = !options.external.system.empty();
  const Id move = named ? batch.CreateIfAbsent(kMoveType, options.external) : batch.Create(kMoveType);
  batch.Set(move, "record", record);
  batch.Set(move, "to", stage);
  batch.SetChoice(move, "cause", NameOf(options.cause));
  if (options.at.has_value()) batch.Set(move, "at", *options.at);
  if (!options.reason.empty()) batch.Set(move, "reason", options.reason);
  return move;
}

StatusOr<std::vector<MoveRecord>> GetMoves(const Snapshot& snapshot, Id record) {
  KITH_ASSIGN_OR_RETURN(const Schema schema, Schema::Get(snapshot.catalog()));
  KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* type, snapshot.catalog().GetType(record.type()));
  if (!PipelinedRoles::Of(*type).has_value()) return NotPipelinedError(snapshot.catalog(), type->name, record);
  // Who may not see the record may not see its moves.
  KITH_RETURN_IF_ERROR(snapshot.Get(record).status());
  std::vector<MoveRecord> moves;
  KITH_RETURN_IF_ERROR(
      ForEachWith(snapshot, *schema.move.type, schema.move.Field(schema.move.record), Value(record), [&](record::View view) {
        const MoveEntry entry = ReadMove(schema.move, view);
        moves.push_back({entry.id, entry.from, entry.to, entry.at, entry.cause, entry.owner, entry.amount,
                         std::string(view.GetText(schema.move.reason))});
        return absl::OkStatus();
      }));
  std::sort(moves.begin(), moves.end(),
            [](const MoveRecord& a, const MoveRecord& b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); });
  return moves;
}

}  // namespace kith::model
