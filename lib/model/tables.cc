// Reading a pipeline's statistics: from the kept rows and the open deals, or from paths.
//
// As of T the rows of every epoch up to T's are right but for deals that moved after T: of these, what the later moves contributed is
// taken out. So a read costs the rows, the open deals, and the deals that moved since; as of now, closed deals are not looked at.
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kith/model/versions.h"
#include "model/extensions_internal.h"
#include "model/path_internal.h"
#include "model/pipeline_internal.h"

namespace kith::model {
namespace {

struct Question {
  const Snapshot& snapshot;
  const Schema& schema;
  const catalog::TypeDef& type;
  const PipelinedRoles& roles;
  Time as_of;
  Time recorded = kTimeMax;
  const std::set<Id>& parallel;                 // pipelines beside the main track
  const std::map<Id, Id>* stages_as = nullptr;  // as which stage each counts; nullptr: as itself
  bool without_overrides = false;
};

void SortByDeal(std::vector<OpenDeal>& open) {
  std::sort(open.begin(), open.end(), [](const OpenDeal& a, const OpenDeal& b) { return a.deal < b.deal; });
}

Money AmountIn(const Question& q, record::View view) {
  return q.roles.amount == nullptr ? Money() : view.GetMoney(q.roles.amount->position);
}

// A record's amount at the moment asked about; before its creation (moves may be older, as when history was imported) its first one.
StatusOr<Money> PastAmount(const Question& q, Id record, Time created) {
  KITH_ASSIGN_OR_RETURN(const Record past, q.snapshot.GetAsOf(record, {std::max(q.as_of, created), q.recorded}));
  return AmountIn(q, past.view());
}

StatusOr<Money> AmountAsOf(const Question& q, record::View view) {
  const record::Header& header = view.header();
  if (q.roles.amount == nullptr || header.updated <= q.as_of.micros) return AmountIn(q, view);
  return PastAmount(q, view.id(), Time{header.created});
}

// Up to the moment asked about no move took the deal on into another pipeline. Pipelines beside the main track take nothing along.
bool IsStillIn(const Question& q, const Pipeline& pipeline, const std::vector<MoveEntry>& moves) {
  if (pipeline.parallel) return true;
  const MoveEntry* last = nullptr;
  for (const MoveEntry& move : moves) {
    if (move.at <= q.as_of && q.parallel.count(move.pipeline) == 0) last = &move;
  }
  return last != nullptr && last->pipeline == pipeline.id;
}

// --- from rows ---
class FromRows {
 public:
  FromRows(const Question& question, FunnelTables& tables)
      : q_(question),
        tables_(tables),
        last_epoch_(EpochOf(question.as_of, tables.pipeline.days)),
        current_(question.as_of >= question.snapshot.recorded()) {}

  Status Read() {
    KITH_RETURN_IF_ERROR(ReadRows());
    if (!current_) KITH_RETURN_IF_ERROR(ReadLaterDeals());
    KITH_RETURN_IF_ERROR(ReadOpenDeals());
    tables_.rows.Add(correction_, +1);
    tables_.rows.DropZeros();
    SortByDeal(tables_.open);
    return absl::OkStatus();
  }

 private:
  Status ReadRows();
  Status ReadRow(std::string_view key, std::string_view value);
  Status ReadOpenDeals();
  Status ReadOpenTracks();
  Status ReadLaterDeals();
  Status CollectLater(Id pipeline);
  Status ReadDeal(record::View view);
  void Correct(const DealPath& whole, const DealPath& cut);

  const Question& q_;
  FunnelTables& tables_;
  const Epoch last_epoch_;
  const bool current_;  // nothing has happened since: the rows hold as they are
  std::set<Id> later_;  // deals with moves after the moment asked about
  Rows correction_;
  std::vector<MoveEntry> moves_;  // of one deal, kept for its memory
};

Status FromRows::ReadRow(std::string_view key, std::string_view value) {
  KITH_ASSIGN_OR_RETURN(const RowKey row_key, DecodeRowKey(key));
  if (row_key.epoch > last_epoch_) return absl::OkStatus();
  if (row_key.stage == 0) return Decode(value, tables_.rows.periods[row_key]);
  return Decode(value, tables_.rows.stages.emplace_hint(tables_.rows.stages.end(), row_key, StageRow())->second);
}

Status FromRows::ReadRows() {
  Status status;
  KITH_RETURN_IF_ERROR(q_.snapshot.ScanAggregates(RowPrefix(tables_.pipeline.id), [&](std::string_view key, std::string_view value) {
    status = ReadRow(key, value);
    return status.ok();
  }));
  return status;
}

// Deals that are open in the pipeline now.
Status FromRows::ReadOpenDeals() {
  if (tables_.pipeline.parallel) return ReadOpenTracks();
  IndexRange range;
  range.equal = {Value(tables_.pipeline.id)};
  if (q_.roles.closed_indexed) range.equal.emplace_back();
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, q_.snapshot.ScanIndex(q_.type, *q_.roles.by_pipeline, range));
  const catalog::FieldDef* closed_at = q_.roles.closed_at;
  while (cursor->Next()) {
    if (later_.count(cursor->id()) != 0) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (closed_at == nullptr || !view.has(closed_at->position)) KITH_RETURN_IF_ERROR(ReadDeal(view));
  }
  return cursor->status();
}

// The same of a pipeline beside the main track.
Status FromRows::ReadOpenTracks() {
  const TrackSchema& tracks = q_.schema.track;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor,
                        q_.snapshot.ScanIndex(*tracks.type, *tracks.by_closed, {.equal = {Value(tables_.pipeline.id), Value()}}));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View track, cursor->record());
    const Id deal = track.GetRef(tracks.record);
    if (later_.count(deal) != 0) continue;
    KITH_ASSIGN_OR_RETURN(const record::View view, q_.snapshot.Get(deal));
    KITH_RETURN_IF_ERROR(ReadDeal(view));
  }
  return cursor->status();
}

// Deals with moves after the moment asked about, in this pipeline or in another one of their type, where they may have gone.
Status FromRows::ReadLaterDeals() {
  KITH_ASSIGN_OR_RETURN(const std::vector<Pipeline> pipelines, GetPipelines(q_.snapshot, q_.type.name));
  for (const Pipeline& pipeline : pipelines) KITH_RETURN_IF_ERROR(CollectLater(pipeline.id));
  for (Id deal : later_) {
    KITH_ASSIGN_OR_RETURN(const record::View view, q_.snapshot.Get(deal));
    KITH_RETURN_IF_ERROR(ReadDeal(view));
  }
  return absl::OkStatus();
}

Status FromRows::CollectLater(Id pipeline) {
  const MoveSchema& moves = q_.schema.move;
  IndexRange range;
  range.equal = {Value(pipeline)};
  range.low = Value(q_.as_of);
  range.low_inclusive = false;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, q_.snapshot.ScanIndex(*moves.type, *moves.by_pipeline, range));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    later_.insert(view.GetRef(moves.record));
  }
  return cursor->status();
}

Status FromRows::ReadDeal(record::View view) {
  moves_.clear();
  KITH_RETURN_IF_ERROR(LoadMoves(q_.snapshot, q_.schema.move, view.id(), moves_));
  const Pipeline& pipeline = tables_.pipeline;
  const DealPath cut = PathOf(pipeline, view.id(), moves_, q_.as_of);
  if (!current_) Correct(PathOf(pipeline, view.id(), moves_), cut);
  if (!IsStillIn(q_, pipeline, moves_)) return absl::OkStatus();
  std::optional<OpenDeal> open = OpenDealOf(pipeline, cut);
  if (!open.has_value()) return absl::OkStatus();
  KITH_ASSIGN_OR_RETURN(open->amount, AmountAsOf(q_, view));
  tables_.open.push_back(*open);
  return absl::OkStatus();
}

void FromRows::Correct(const DealPath& whole, const DealPath& cut) {
  if (whole.moves.size() == cut.moves.size()) return;
  const bool in_these_epochs = EpochOf(whole.moves[cut.moves.size()].at, tables_.pipeline.days) <= last_epoch_;
  if (!in_these_epochs && whole.amount == cut.amount) return;
  Rows change;
  ContributeChange(tables_.pipeline, whole, cut, change);
  std::erase_if(change.stages, [&](const auto& row) { return row.first.epoch > last_epoch_; });
  std::erase_if(change.periods, [&](const auto& row) { return row.first.epoch > last_epoch_; });
  correction_.Add(change, +1);
}

// --- from paths ---
struct KnownDeal {
  std::vector<MoveEntry> moves;  // in order
  Money amount;                  // at the moment asked about
};
using KnownDeals = std::map<Id, KnownDeal>;

bool IsMasked(const Question& q, const catalog::TypeDef& type, const catalog::FieldDef* field) {
  return field != nullptr && q.snapshot.IsMasked(type, static_cast<int32_t>(field->position));
}

// Whether the index of moves by record holds a field that the viewer may not read: then it is not read at all.
bool IsIndexMasked(const Question& q) {
  const catalog::TypeDef& type = *q.schema.move.type;
  const std::vector<catalog::IndexPart>& cover = q.schema.move.by_record->cover;
  return std::any_of(cover.begin(), cover.end(), [&](const auto& part) { return IsMasked(q, type, type.FindField(part.field)); });
}

// All moves in order, by record, read from the records.
StatusOr<std::map<Id, std::vector<MoveEntry>>> ScanMoves(const Question& q) {
  std::map<Id, std::vector<MoveEntry>> moves;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, q.snapshot.Scan(q.schema.move.type->name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    MoveEntry move = ReadMove(q.schema.move, view);
    moves[move.record].push_back(move);
  }
  for (auto& [record, of_record] : moves) SortMoves(of_record);
  KITH_RETURN_IF_ERROR(cursor->status());
  return moves;
}

// What the database says now.
Status ReadPresent(const Question& q, KnownDeals& deals) {
  std::map<Id, std::vector<MoveEntry>> scanned;
  const bool from_records = IsIndexMasked(q);
  if (from_records) {
    KITH_ASSIGN_OR_RETURN(scanned, ScanMoves(q));
  }
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, q.snapshot.Scan(q.type.name));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    KnownDeal deal;
    if (from_records) {
      deal.moves = std::move(scanned[view.id()]);
    } else {
      KITH_RETURN_IF_ERROR(LoadMoves(q.snapshot, q.schema.move, view.id(), deal.moves));
    }
    if (deal.moves.empty()) continue;
    KITH_ASSIGN_OR_RETURN(deal.amount, AmountAsOf(q, view));
    deals.emplace(view.id(), std::move(deal));
  }
  return cursor->status();
}

// Every move there ever was, deleted ones included.
StatusOr<std::set<Id>> AllMoves(const Question& q) {
  constexpr size_t kPage = 4096;
  std::set<Id> moves;
  uint64_t after = 0;
  while (after < q.snapshot.sequence()) {
    KITH_ASSIGN_OR_RETURN(const Snapshot::Feed feed, q.snapshot.Changes(after, kPage));
    for (const FeedEntry& entry : feed.entries) {
      if (entry.record.type() == q.schema.move.type->number) moves.insert(entry.record);
    }
    if (feed.scanned <= after) break;
    after = feed.scanned;
  }
  return moves;
}

// What the database knew at q.recorded.
Status ReadKnown(const Question& q, KnownDeals& deals) {
  KITH_ASSIGN_OR_RETURN(const std::set<Id> moves, AllMoves(q));
  for (Id id : moves) {
    const StatusOr<Record> known = q.snapshot.GetAsOf(id, {kTimeMax, q.recorded});
    if (known.status().code() == StatusCode::kNotFound) continue;
    KITH_RETURN_IF_ERROR(known.status());
    const MoveEntry move = ReadMove(q.schema.move, known->view());
    if (move.record.type() == q.type.number) deals[move.record].moves.push_back(move);
  }
  for (auto at = deals.begin(); at != deals.end();) {
    const StatusOr<Record> known = q.snapshot.GetAsOf(at->first, {kTimeMax, q.recorded});
    if (known.status().code() == StatusCode::kNotFound) {
      at = deals.erase(at);
      continue;
    }
    KITH_RETURN_IF_ERROR(known.status());
    SortMoves(at->second.moves);
    KITH_ASSIGN_OR_RETURN(at->second.amount, PastAmount(q, at->first, Time{known->view().header().created}));
    ++at;
  }
  return absl::OkStatus();
}

// Moves carry copies of their deal's amount, segment and source: what of the deal the viewer may not read, its moves do not tell either.
void HideCopies(const Question& q, KnownDeals& deals) {
  const bool amount = IsMasked(q, q.type, q.roles.amount);
  const bool segment = IsMasked(q, q.type, q.roles.segment);
  const bool source = IsMasked(q, q.type, q.roles.source);
  if (!amount && !segment && !source) return;
  for (auto& [id, deal] : deals) {
    for (MoveEntry& move : deal.moves) {
      if (amount) move.amount = Money();
      if (segment) move.segment = 0;
      if (source) move.source = 0;
    }
  }
}

// Moves in the eyes of a version. Where a migration took a deal to a stage that the version does not know, the deal stayed where it was.
void SeeAs(const std::map<Id, Id>& stages_as, std::vector<MoveEntry>& moves) {
  Id stage;
  for (MoveEntry& move : moves) {
    const auto as = stages_as.find(move.to);
    if (as != stages_as.end() && as->second != move.to) {
      move.to = move.cause == MoveCause::kMigration && !stage.is_null() ? stage : as->second;
    }
    stage = move.to;
  }
}

StatusOr<KnownDeals> ReadDeals(const Question& q) {
  KnownDeals deals;
  KITH_RETURN_IF_ERROR(q.recorded == kTimeMax ? ReadPresent(q, deals) : ReadKnown(q, deals));
  HideCopies(q, deals);
  for (auto& [id, deal] : deals) {
    if (q.without_overrides) std::erase_if(deal.moves, [](const MoveEntry& move) { return move.cause == MoveCause::kOverride; });
    if (q.stages_as != nullptr) SeeAs(*q.stages_as, deal.moves);
  }
  return deals;
}

std::vector<DealPath> PathsOf(const Question& q, const Pipeline& pipeline, const KnownDeals& deals) {
  std::vector<DealPath> paths;
  for (const auto& [id, deal] : deals) {
    DealPath path = PathOf(pipeline, id, deal.moves, q.as_of);
    if (!path.moves.empty()) paths.push_back(std::move(path));
  }
  return paths;
}

Status ReadFromPaths(const Question& q, FunnelTables& tables) {
  KITH_ASSIGN_OR_RETURN(KnownDeals deals, ReadDeals(q));
  tables = TablesFromPaths(tables.pipeline, PathsOf(q, tables.pipeline, deals), q.as_of);
  std::erase_if(tables.open, [&](const OpenDeal& open) {
    return !IsStillIn(q, tables.pipeline, deals[open.deal].moves);  // gone on in another pipeline
  });
  for (OpenDeal& open : tables.open) open.amount = deals[open.deal].amount;
  SortByDeal(tables.open);
  return absl::OkStatus();
}

}  // namespace

namespace {

// What a read of a pipeline's statistics needs to know, held while it lasts.
struct Asked {
  Schema schema;
  Pipeline pipeline;
  const catalog::TypeDef* type = nullptr;
  PipelinedRoles roles;
  Time as_of;
  Time recorded;
  std::set<Id> parallel;
  [[nodiscard]] Question question(const Snapshot& snapshot) const { return {snapshot, schema, *type, roles, as_of, recorded, parallel}; }
};

StatusOr<std::set<Id>> ParallelPipelines(const Snapshot& snapshot, const Schema& schema) {
  std::set<Id> parallel;
  if (schema.pipeline.parallel == nullptr) return parallel;
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(kPipelineType));
  while (cursor->Next()) {
    KITH_ASSIGN_OR_RETURN(const record::View view, cursor->record());
    if (view.GetBool(schema.pipeline.parallel->position)) parallel.insert(view.id());
  }
  KITH_RETURN_IF_ERROR(cursor->status());
  return parallel;
}

// Statistics are made of moves: without their stages they would be of no deals, or of deals without a stage.
Status CheckStagesAreTold(const Snapshot& snapshot, const MoveSchema& moves) {
  for (const size_t position : {moves.to, moves.pipeline}) {
    if (!snapshot.IsMasked(*moves.type, static_cast<int32_t>(position))) continue;
    return MakeError({.reason = Reason::kNotVisible,
                      .type = moves.type->name,
                      .field = moves.Field(position).name,
                      .hint = "a rule of the access policy for moves may say who reads their stages"},
                     "the viewer may not read the stages that the statistics are made of");
  }
  return absl::OkStatus();
}

StatusOr<Asked> Ask(const Snapshot& snapshot, Id pipeline, const TablesOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Schema schema, Schema::Get(snapshot.catalog()));
  KITH_RETURN_IF_ERROR(CheckStagesAreTold(snapshot, schema.move));
  KITH_ASSIGN_OR_RETURN(Pipeline asked, GetPipeline(snapshot, pipeline));
  KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* type, snapshot.catalog().GetType(asked.for_type));
  const std::optional<PipelinedRoles> roles = PipelinedRoles::Of(*type);
  if (!roles.has_value()) return NotPipelinedError(snapshot.catalog(), type->name, {});
  const Time known = std::min(snapshot.recorded(), options.recorded.value_or(kTimeMax));
  // No move is of another year, and what is counted from then on is told in days before and after.
  static const Time kFirst = StartOf(FromCivil({.year = 1, .month = 1, .day = 1}));
  static const Time kLast{StartOf(FromCivil({.year = 10'000, .month = 1, .day = 1})).micros - 1};
  KITH_ASSIGN_OR_RETURN(std::set<Id> parallel, ParallelPipelines(snapshot, schema));
  return Asked{schema,
               std::move(asked),
               type,
               *roles,
               std::clamp(options.as_of.value_or(known), kFirst, kLast),
               options.recorded.value_or(kTimeMax),
               std::move(parallel)};
}

// As which of the stages in force each stage there ever was counts; nothing where each counts as itself.
StatusOr<std::map<Id, Id>> StagesInForce(const Snapshot& snapshot, const Asked& asked) {
  std::map<Id, Id> stages_as;
  if (asked.pipeline.version <= 1) return stages_as;
  KITH_ASSIGN_OR_RETURN(const std::vector<PipelineVersion> versions, PipelineVersions(snapshot, asked.pipeline.id));
  stages_as = StagesAs(versions, asked.pipeline.version);
  const bool all_stand = std::all_of(stages_as.begin(), stages_as.end(), [](const auto& as) { return as.first == as.second; });
  if (all_stand) stages_as.clear();
  return stages_as;
}

// All of history on the stages of a version, each stage there ever was as one of these.
StatusOr<FunnelTables> ReadOnStages(const Snapshot& snapshot, const Asked& asked, const Pipeline& version,
                                    const std::map<Id, Id>& stages_as, const TablesOptions& options) {
  Question question = asked.question(snapshot);
  question.stages_as = &stages_as;
  question.without_overrides = options.without_overrides;
  FunnelTables tables;
  tables.pipeline = version;
  tables.pipeline.days = asked.pipeline.days;
  std::erase_if(tables.pipeline.stages, [&](const Stage& stage) {
    const auto as = stages_as.find(stage.id);
    return as != stages_as.end() && as->second != stage.id;
  });
  tables.as_of = asked.as_of;
  KITH_RETURN_IF_ERROR(ReadFromPaths(question, tables));
  return tables;
}

}  // namespace

StatusOr<FunnelTables> ReadTables(const Snapshot& snapshot, Id pipeline, const TablesOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Asked asked, Ask(snapshot, pipeline, options));
  KITH_ASSIGN_OR_RETURN(const auto stages_as, StagesInForce(snapshot, asked));
  if (!stages_as.empty()) return ReadOnStages(snapshot, asked, asked.pipeline, stages_as, options);
  Question question = asked.question(snapshot);
  question.without_overrides = options.without_overrides;
  FunnelTables tables;
  tables.pipeline = asked.pipeline;
  tables.as_of = asked.as_of;
  const bool from_paths = options.from_paths || options.without_overrides || options.recorded.has_value() || !snapshot.viewer().is_system();
  KITH_RETURN_IF_ERROR(from_paths ? ReadFromPaths(question, tables) : FromRows(question, tables).Read());
  return tables;
}

StatusOr<FunnelTables> ReadTablesAs(const Snapshot& snapshot, Id pipeline, int64_t version, const TablesOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Asked asked, Ask(snapshot, pipeline, options));
  KITH_ASSIGN_OR_RETURN(const std::vector<PipelineVersion> versions, PipelineVersions(snapshot, pipeline));
  const auto found = std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.pipeline.version == version; });
  if (found == versions.end()) {
    return MakeError({.reason = Reason::kOutOfRange, .record = pipeline, .field = "version", .value = std::to_string(version)},
                     "the pipeline has no such version");
  }
  return ReadOnStages(snapshot, asked, found->pipeline, StagesAs(versions, version), options);
}

StatusOr<std::vector<DealPath>> ReadPaths(const Snapshot& snapshot, Id pipeline, const TablesOptions& options) {
  KITH_ASSIGN_OR_RETURN(const Asked asked, Ask(snapshot, pipeline, options));
  Question question = asked.question(snapshot);
  question.without_overrides = options.without_overrides;
  KITH_ASSIGN_OR_RETURN(const auto stages_as, StagesInForce(snapshot, asked));
  if (!stages_as.empty()) question.stages_as = &stages_as;
  KITH_ASSIGN_OR_RETURN(const KnownDeals deals, ReadDeals(question));
  std::vector<DealPath> paths = PathsOf(question, asked.pipeline, deals);
  // A closing keeps its amount on its move; that of a deal that was never closed is the record's own.
  for (DealPath& path : paths) {
    const bool closed = std::any_of(path.moves.begin(), path.moves.end(), [&](const PathMove& move) {
      const Stage* stage = asked.pipeline.Find(move.to);
      return stage != nullptr && stage->kind != StageKind::kOpen;
    });
    if (!closed) path.amount = deals.at(path.deal).amount;
  }
  return paths;
}

}  // namespace kith::model
