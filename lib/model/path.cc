#include <string>

#include "kith/base/key.h"
#include "model/path_internal.h"

namespace kith::model {
namespace {

constexpr std::string_view kCauseNames[] = {"manual", "event", "import", "migration", "override", "undo"};
constexpr size_t kRowKeyBytes = 1 + 8 + 1 + 8 + 4 + 8;
// Epochs before 1970 are negative; the flipped sign bit puts them first.
constexpr uint32_t kEpochSign = 0x80000000U;

StageKind KindAt(const Pipeline& pipeline, Id stage) {
  const Stage* found = pipeline.Find(stage);
  return found == nullptr ? StageKind::kOpen : found->kind;
}

}  // namespace

std::string_view NameOf(MoveCause cause) { return kCauseNames[static_cast<size_t>(cause) - 1]; }

MoveCause CauseOf(const MoveSchema& schema, int64_t choice) {
  const catalog::ChoiceDef* def = schema.Field(schema.cause).FindChoice(static_cast<int32_t>(choice));
  for (size_t i = 0; def != nullptr && i < std::size(kCauseNames); ++i) {
    if (kCauseNames[i] == def->name) return static_cast<MoveCause>(i + 1);
  }
  return MoveCause::kManual;
}

Value ChoiceOf(const MoveSchema& schema, MoveCause cause) {
  const catalog::ChoiceDef* def = schema.Field(schema.cause).FindChoice(NameOf(cause));
  return def == nullptr ? Value() : Value(Choice{def->number});
}

uint64_t GroupOf(const Value& value) {
  if (const Id* id = value.get_if<Id>(); id != nullptr) return id->value();
  if (const Choice* choice = value.get_if<Choice>(); choice != nullptr) return static_cast<uint64_t>(choice->number);
  if (const int64_t* number = value.get_if<int64_t>(); number != nullptr) return static_cast<uint64_t>(*number);
  return 0;
}

MoveEntry ReadMove(const MoveSchema& schema, record::View view) {
  MoveEntry move;
  move.id = view.id();
  move.record = view.GetRef(schema.record);
  move.pipeline = view.GetRef(schema.pipeline);
  move.from = view.GetRef(schema.from);
  move.to = view.GetRef(schema.to);
  move.at = Time{view.GetInt(schema.at)};
  move.cause = CauseOf(schema, view.GetInt(schema.cause));
  move.owner = view.GetRef(schema.owner);
  move.segment = GroupOf(view.Get(schema.segment));
  move.source = GroupOf(view.Get(schema.source));
  move.amount = view.GetMoney(schema.amount);
  return move;
}

MoveEntry ReadCovered(const MoveSchema& schema, Id id, Id record, const std::vector<Value>& covered) {
  const MoveSchema::Cover& at = *schema.cover;
  const auto ref = [&](size_t slot) {
    const Id* value = covered[slot].get_if<Id>();
    return value == nullptr ? Id() : *value;
  };
  MoveEntry move;
  move.id = id;
  move.record = record;
  move.pipeline = ref(at.pipeline);
  move.from = ref(at.from);
  move.to = ref(at.to);
  if (const Time* time = covered[at.at].get_if<Time>(); time != nullptr) move.at = *time;
  if (const Choice* cause = covered[at.cause].get_if<Choice>(); cause != nullptr) move.cause = CauseOf(schema, cause->number);
  move.owner = ref(at.owner);
  move.segment = GroupOf(covered[at.segment]);
  move.source = GroupOf(covered[at.source]);
  if (const Money* amount = covered[at.amount].get_if<Money>(); amount != nullptr) move.amount = *amount;
  return move;
}

DealPath PathOf(const Pipeline& pipeline, Id deal, const std::vector<MoveEntry>& moves) { return PathOf(pipeline, deal, moves, kTimeMax); }

DealPath PathOf(const Pipeline& pipeline, Id deal, const std::vector<MoveEntry>& moves, Time at) {
  DealPath path;
  path.deal = deal;
  for (const MoveEntry& move : moves) {
    if (move.pipeline != pipeline.id || move.at > at) continue;
    path.moves.push_back({move.to, move.at, move.cause, move.owner, move.segment, move.source});
    if (KindAt(pipeline, move.to) != StageKind::kOpen) path.amount = move.amount;
  }
  return path;
}

std::string RowPrefix(Id pipeline) {
  std::string key(kFunnelPrefix);
  AppendU64(key, pipeline.value());
  return key;
}

std::string RowPrefix(Id pipeline, GroupKind kind) {
  std::string key = RowPrefix(pipeline);
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string EncodeRowKey(Id pipeline, const RowKey& row) {
  std::string key = RowPrefix(pipeline, row.group_kind);
  AppendU64(key, row.group);
  AppendU32(key, static_cast<uint32_t>(row.epoch) ^ kEpochSign);
  AppendU64(key, row.stage);
  return key;
}

StatusOr<RowKey> DecodeRowKey(std::string_view bytes) {
  if (bytes.size() != kRowKeyBytes) return MakeError(Reason::kCorrupt, "a key of the funnel's rows has the wrong size");
  const char* p = bytes.data() + 1 + 8;
  RowKey row;
  row.group_kind = static_cast<GroupKind>(*p);
  row.group = ReadU64(p + 1);
  row.epoch = static_cast<Epoch>(ReadU32(p + 9) ^ kEpochSign);
  row.stage = ReadU64(p + 13);
  return row;
}

}  // namespace kith::model
