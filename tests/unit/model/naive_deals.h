// What moves mean, once more and naively: every deal as a list of moves in memory, everything else worked out from the list when asked.
#ifndef KITH_TESTS_UNIT_MODEL_NAIVE_DEALS_H_
#define KITH_TESTS_UNIT_MODEL_NAIVE_DEALS_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "world.h"

namespace kith::model {

struct NaiveMove {
  Id id;
  Id to;
  Id pipeline;
  Time at;
  MoveCause cause = MoveCause::kManual;
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  Money amount;
};

struct NaiveDeal {
  Id id;
  Time created;
  Id owner;
  uint64_t segment = 0;
  uint64_t source = 0;
  std::vector<std::pair<Time, Money>> amounts;  // from when
  std::vector<NaiveMove> moves;                 // by (at, id)

  [[nodiscard]] Money AmountAt(Time at) const {
    Money amount;
    for (const auto& [from, value] : amounts) {
      if (from <= std::max(at, created)) amount = value;
    }
    return amount;
  }
  void Sort() {
    std::sort(moves.begin(), moves.end(),
              [](const NaiveMove& a, const NaiveMove& b) { return std::tie(a.at, a.id) < std::tie(b.at, b.id); });
  }
};

// Random changes to deals of one type, done to a database and to the naive list alike.
class NaiveDeals {
 public:
  struct Options {
    bool deletes = true;      // moves and deals are taken back
    bool corrections = true;  // of a move's time or stage
    bool owners = true;       // change hands
    int64_t past_days = 500;  // how far back moves are dated
  };

  NaiveDeals(World& world, std::string type, std::vector<std::string> pipelines, uint64_t seed, Options options)
      : world_(world), type_(std::move(type)), random_(seed), options_(options) {
    for (const std::string& name : pipelines) {
      pipelines_.push_back(world.GetPipelineNow(name));
      for (const Stage& stage : pipelines_.back().stages) {
        stages_.emplace(stage.id, std::pair(pipelines_.back().id, stage.kind));
        paths_.emplace_back(name + "/" + stage.name, stage.id);
      }
    }
    const catalog::TypeDef& def = *world.Read()->catalog().FindType(type_);
    amount_ = def.FindRole("pipelined", "amount")->name;
    stage_ = def.FindRole("pipelined", "stage")->name;
    pipeline_ = def.FindRole("pipelined", "pipeline")->name;
    closed_at_ = def.FindRole("pipelined", "closed_at")->name;
  }

  [[nodiscard]] const std::map<Id, NaiveDeal>& deals() const { return deals_; }
  [[nodiscard]] const std::vector<Pipeline>& pipelines() const { return pipelines_; }
  [[nodiscard]] Random& random() { return random_; }

  void Step() {
    world_.Advance(1 + static_cast<int64_t>(random_.Below(2 * kMicrosPerDay)));
    const uint64_t what = random_.Below(20);
    if (deals_.empty() || what < 4) return CreateDeal();
    NaiveDeal& deal = Pick();
    if (what < 13) return MoveDeal(deal);
    if (what < 15) return ChangeAmount(deal);
    if (what == 15 && options_.owners) return ChangeOwner(deal);
    if (what < 18 && options_.corrections && !deal.moves.empty()) return Correct(deal);
    if (what == 18 && options_.deletes && !deal.moves.empty()) return TakeBack(deal);
    if (what == 19 && options_.deletes && random_.OneIn(4)) return DeleteDeal(deal);
    MoveDeal(deal);
  }

  // The fields of every deal and its chain of moves are what the list says.
  void ExpectRecords() {
    const std::unique_ptr<Snapshot> snapshot = world_.Read();
    const catalog::TypeDef& def = *snapshot->catalog().FindType(type_);
    std::map<Id, int> by_stage;
    for (const auto& [id, deal] : deals_) {
      const StatusOr<record::View> view = snapshot->Get(id);
      ASSERT_TRUE(view.ok()) << view.status();
      const auto get = [&](const std::string& field) { return GetField(def, *view, field).value(); };
      const bool moved = !deal.moves.empty();
      EXPECT_EQ(get(stage_), moved ? Value(deal.moves.back().to) : Value());
      EXPECT_EQ(get(pipeline_), moved ? Value(deal.moves.back().pipeline) : Value());
      const std::optional<Time> closed = ClosedAt(deal, kTimeMax);
      EXPECT_EQ(get(closed_at_), closed.has_value() ? Value(*closed) : Value()) << Shown(deal);
      if (moved) ++by_stage[deal.moves.back().to];

      const std::vector<MoveRecord> moves = GetMoves(*snapshot, id).value();
      ASSERT_EQ(moves.size(), deal.moves.size());
      Id from;
      for (size_t i = 0; i < moves.size(); ++i) {
        EXPECT_EQ(moves[i].id, deal.moves[i].id);
        EXPECT_EQ(moves[i].to, deal.moves[i].to);
        EXPECT_EQ(moves[i].from, from);
        EXPECT_EQ(moves[i].at, deal.moves[i].at);
        EXPECT_EQ(moves[i].cause, deal.moves[i].cause);
        EXPECT_EQ(moves[i].owner, deal.moves[i].owner);
        EXPECT_EQ(moves[i].amount, deal.moves[i].amount);
        from = moves[i].to;
      }
    }
    // Counts per stage by brute force over the records.
    std::map<Id, int> counted;
    const std::unique_ptr<RecordCursor> cursor = snapshot->Scan(type_).value();
    while (cursor->Next()) {
      const Value stage = GetField(def, cursor->record().value(), stage_).value();
      if (!stage.is_null()) ++counted[stage.get<Id>()];
    }
    EXPECT_EQ(counted, by_stage);
  }

  // For messages: the moves, one a line.
  [[nodiscard]] std::string Shown(const NaiveDeal& deal) const {
    std::string text;
    for (const NaiveMove& move : deal.moves) {
      text += ToText(move.at) + " " + std::to_string(move.id.value()) + " to " + std::to_string(move.to.value()) + " kind " +
              std::to_string(static_cast<int>(stages_.at(move.to).second)) + " cause " + std::to_string(static_cast<int>(move.cause)) +
              "\n";
    }
    return text;
  }

  // The stage a deal was in at a time, by its moves.
  [[nodiscard]] static Id StageAt(const NaiveDeal& deal, Time at) {
    Id stage;
    for (const NaiveMove& move : deal.moves) {
      if (move.at <= at) stage = move.to;
    }
    return stage;
  }
  [[nodiscard]] const std::string& stage_field() const { return stage_; }

  [[nodiscard]] std::optional<Time> ClosedAt(const NaiveDeal& deal, Time at) const {
    std::optional<Time> closed;
    for (const NaiveMove& move : deal.moves) {
      if (move.at > at) break;
      const bool was = closed.has_value();
      const bool is = stages_.at(move.to).second != StageKind::kOpen;
      if (!is) closed.reset();
      if (is && (!was || move.cause != MoveCause::kMigration)) closed = move.at;
    }
    return closed;
  }

  // The paths of all deals in one pipeline, each amount that of the last closing move, and the open deals with their amounts.
  [[nodiscard]] FunnelTables Tables(const Pipeline& pipeline, Time as_of, const std::vector<Id>* only = nullptr) const {
    std::vector<DealPath> paths;
    std::map<Id, OpenDeal> open;
    for (const auto& [id, deal] : deals_) {
      if (only != nullptr && std::find(only->begin(), only->end(), id) == only->end()) continue;
      DealPath path;
      path.deal = id;
      Id last_pipeline;
      for (const NaiveMove& move : deal.moves) {
        if (move.at > as_of) continue;
        last_pipeline = move.pipeline;
        if (move.pipeline != pipeline.id) continue;
        path.moves.push_back({move.to, move.at, move.cause, move.owner, move.segment, move.source});
        if (stages_.at(move.to).second != StageKind::kOpen) path.amount = move.amount;
      }
      if (path.moves.empty()) continue;
      paths.push_back(path);
      path.amount = deal.AmountAt(as_of);
      if (const std::optional<OpenDeal> o = OpenDealOf(pipeline, path); o.has_value() && last_pipeline == pipeline.id) open[id] = *o;
    }
    FunnelTables tables = TablesFromPaths(pipeline, paths, as_of);
    tables.open.clear();
    for (const auto& [id, o] : open) tables.open.push_back(o);
    return tables;
  }

 private:
  NaiveDeal& Pick() {
    auto at = deals_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_.Below(deals_.size())));
    return at->second;
  }
  Time SomeTime() {
    if (random_.OneIn(2)) return world_.now();
    return Time{world_.now().micros - static_cast<int64_t>(random_.Below(static_cast<uint64_t>(options_.past_days) * kMicrosPerDay))};
  }
  Id SomeOwner() { return random_.OneIn(5) ? Id() : world_.owners()[random_.Below(world_.owners().size())]; }
  MoveCause SomeCause() { return random_.OneIn(6) ? MoveCause::kMigration : MoveCause::kManual; }

  // Adds a move to a batch and, once it is applied, to the list.
  struct Pending {
    Id local;
    NaiveMove move;
  };
  Pending AddMove(Batch& batch, Id record, const NaiveDeal& deal) {
    const auto& [path, stage] = paths_[random_.Below(paths_.size())];
    MoveOptions options;
    options.cause = SomeCause();
    if (!random_.OneIn(3)) options.at = SomeTime();
    Pending pending;
    pending.local = Move(batch, record, path, options);
    const Time at = options.at.value_or(world_.now());
    pending.move = {{},           stage,       stages_.at(stage).first,   at, options.cause, deal.owner,
                    deal.segment, deal.source, deal.amounts.back().second};
    return pending;
  }

  void CreateDeal() {
    Batch batch = world_.NewBatch();
    NaiveDeal deal;
    deal.created = world_.now();
    if (random_.OneIn(3)) {  // as an import does it
      deal.created = SomeTime();
      batch.SetEffective(deal.created);
    }
    const Id local = World::NewRecord(batch, type_);
    deal.owner = SomeOwner();
    if (!deal.owner.is_null()) batch.Set(local, "owner", deal.owner);
    const Money amount = Yuan(1 + static_cast<int64_t>(random_.Below(1'000'000)));
    batch.Set(local, amount_, amount);
    deal.amounts.emplace_back(deal.created, amount);
    batch.SetEffective(std::nullopt);
    std::vector<Pending> pending;
    for (uint64_t i = random_.Below(4); i > 0; --i) pending.push_back(AddMove(batch, local, deal));
    const std::vector<Id> ids = world_.Apply(batch);
    deal.id = ids.at(local.local_index());
    for (Pending& p : pending) {
      p.move.id = ids.at(p.local.local_index());
      deal.moves.push_back(p.move);
    }
    deal.Sort();
    deals_.emplace(deal.id, std::move(deal));
  }

  void MoveDeal(NaiveDeal& deal) {
    Batch batch = world_.NewBatch();
    std::vector<Pending> pending;
    for (uint64_t i = 1 + random_.Below(2); i > 0; --i) pending.push_back(AddMove(batch, deal.id, deal));
    const std::vector<Id> ids = world_.Apply(batch);
    for (Pending& p : pending) {
      p.move.id = ids.at(p.local.local_index());
      deal.moves.push_back(p.move);
    }
    deal.Sort();
  }

  void ChangeAmount(NaiveDeal& deal) {
    const Money amount = Yuan(1 + static_cast<int64_t>(random_.Below(1'000'000)));
    world_.Set(deal.id, amount_, amount);
    deal.amounts.emplace_back(world_.now(), amount);
    if (!deal.moves.empty() && stages_.at(deal.moves.back().to).second == StageKind::kWon) deal.moves.back().amount = amount;
  }

  void ChangeOwner(NaiveDeal& deal) {
    const Id owner = SomeOwner();
    world_.Set(deal.id, "owner", owner.is_null() ? Value() : Value(owner));
    const bool changed = owner != deal.owner;
    deal.owner = owner;
    if (!changed || deal.moves.empty()) return;
    const NaiveMove last = deal.moves.back();
    if (stages_.at(last.to).second != StageKind::kOpen || last.owner == owner) return;
    const std::vector<MoveRecord> moves = world_.Moves(deal.id);
    ASSERT_EQ(moves.size(), deal.moves.size() + 1);
    const Id newest = std::max_element(moves.begin(), moves.end(), [](const auto& a, const auto& b) { return a.id < b.id; })->id;
    deal.moves.push_back(
        {newest, last.to, last.pipeline, world_.now(), MoveCause::kEvent, owner, deal.segment, deal.source, deal.amounts.back().second});
    deal.Sort();
  }

  void Correct(NaiveDeal& deal) {
    NaiveMove& move = deal.moves[random_.Below(deal.moves.size())];
    Batch batch = world_.NewBatch();
    if (random_.OneIn(2)) {
      move.at = SomeTime();
      batch.Set(move.id, "at", move.at);
    } else {
      move.to = paths_[random_.Below(paths_.size())].second;
      move.pipeline = stages_.at(move.to).first;
      batch.Set(move.id, "to", move.to);
    }
    world_.Apply(batch);
    deal.Sort();
  }

  void TakeBack(NaiveDeal& deal) {
    const size_t which = random_.OneIn(2) ? deal.moves.size() - 1 : random_.Below(deal.moves.size());
    world_.Delete(deal.moves[which].id);
    deal.moves.erase(deal.moves.begin() + static_cast<std::ptrdiff_t>(which));
  }

  void DeleteDeal(NaiveDeal& deal) {
    const Id id = deal.id;
    world_.Delete(id);
    deals_.erase(id);
  }

  World& world_;
  std::string type_;
  Random random_;
  Options options_;
  std::string amount_, stage_, pipeline_, closed_at_;
  std::vector<Pipeline> pipelines_;
  std::map<Id, std::pair<Id, StageKind>> stages_;  // stage -> pipeline, kind
  std::vector<std::pair<std::string, Id>> paths_;  // "sales/lead" -> stage
  std::map<Id, NaiveDeal> deals_;
};

}  // namespace kith::model

#endif  // KITH_TESTS_UNIT_MODEL_NAIVE_DEALS_H_
