// A temporary database for the tests of moves: a clock that stands until it is set, pipelines for two types, one of them defined here by
// data alone, and owners.
#ifndef KITH_TESTS_UNIT_MODEL_WORLD_H_
#define KITH_TESTS_UNIT_MODEL_WORLD_H_

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/database.h"
#include "kith/model/model.h"

namespace kith::model {

inline uint64_t TestSeed(uint64_t usual) {
  const char* set = std::getenv("KITH_TEST_SEED");
  return set == nullptr ? usual : std::strtoull(set, nullptr, 10);
}

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t Below(uint64_t n) { return engine_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

inline Time At(std::string_view text) { return ParseTime(text).value(); }
inline Money Yuan(int64_t minor) { return {minor, *Currency::FromCode("CNY")}; }

// A second pipelined type, by data alone. Its fields have names of their own, so that nothing can rely on those of opportunity.
inline constexpr std::string_view kCasePackage = R"({
  "package": "test.law", "version": "1.0.0", "needs": ["kith.crm"],
  "types": [{
    "name": "case_file",
    "labels": {"en": "Case", "zh": "案件"},
    "fields": [
      {"name": "title", "kind": "text", "required": true},
      {"name": "phase", "kind": "ref", "to": ["stage"], "derived": true},
      {"name": "track", "kind": "ref", "to": ["pipeline"], "derived": true},
      {"name": "ended", "kind": "time", "derived": true},
      {"name": "fee", "kind": "money"},
      {"name": "field_of_law", "kind": "choice", "choices": [{"name": "labour"}, {"name": "trade"}]},
      {"name": "came_by", "kind": "choice", "choices": [{"name": "web"}, {"name": "friend"}]}
    ],
    "behaviours": {"pipelined": {"stage": "phase", "pipeline": "track", "closed_at": "ended", "amount": "fee", "segment": "field_of_law",
                                 "source": "came_by"}},
    "indexes": [{"name": "by_track", "fields": ["track", "ended"]}]
  }]
})";

inline Pipeline SalesPipeline(std::string name = "sales", std::string for_type = "opportunity") {
  Pipeline pipeline;
  pipeline.name = std::move(name);
  pipeline.for_type = std::move(for_type);
  const auto add = [&](std::string stage, StageKind kind) {
    Stage s;
    s.name = std::move(stage);
    s.kind = kind;
    s.position = static_cast<int32_t>(pipeline.stages.size());
    pipeline.stages.push_back(std::move(s));
  };
  add("lead", StageKind::kOpen);
  add("talk", StageKind::kOpen);
  add("offer", StageKind::kOpen);
  add("deal", StageKind::kOpen);
  add("won", StageKind::kWon);
  add("lost", StageKind::kLost);
  return pipeline;
}

class World {
 public:
  World() {
    OpenOptions options;
    options.temporary = true;
    options.durability = storage::Durability::kRelaxed;
    options.clock = [this] { return Time{now_.load()}; };
    StatusOr<std::shared_ptr<Database>> opened = OpenDatabase("", options);
    if (!opened.ok()) {
      ADD_FAILURE() << opened.status();
      std::abort();
    }
    db_ = *std::move(opened);
    const catalog::PackageSource law{std::string(kCasePackage), {}};
    EXPECT_TRUE(db_->Ensure(std::span(&law, 1)).ok());
    Batch batch = NewBatch();
    DefinePipeline(batch, SalesPipeline());
    DefinePipeline(batch, SalesPipeline("partner"));
    DefinePipeline(batch, SalesPipeline("court", "case_file"));
    std::vector<Id> owners;
    for (int i = 0; i < 3; ++i) owners.push_back(NewRecord(batch, "employee"));
    const std::vector<Id> ids = Apply(batch);
    for (Id owner : owners) owners_.push_back(ids.at(owner.local_index()));
  }

  [[nodiscard]] Database& db() { return *db_; }
  [[nodiscard]] Time now() const { return Time{now_.load()}; }
  void SetNow(Time now) { now_ = now.micros; }
  void Advance(int64_t micros) { now_ += micros; }
  [[nodiscard]] const std::vector<Id>& owners() const { return owners_; }

  [[nodiscard]] Batch NewBatch() {
    StatusOr<Batch> batch = db_->NewBatch();
    EXPECT_TRUE(batch.ok()) << batch.status();
    return *std::move(batch);
  }
  // Applies and gives the ids; a refused batch is a failure of the test.
  std::vector<Id> Apply(const Batch& batch) {
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->ids : std::vector<Id>(batch.local_count());
  }
  [[nodiscard]] Status TryApply(const Batch& batch) { return db_->Apply(batch).status(); }

  // A record of any type, its required fields filled with something.
  static Id NewRecord(Batch& batch, std::string_view type_name) {
    const catalog::TypeDef* type = batch.catalog()->FindType(type_name);
    const Id id = batch.Create(type_name);
    if (type == nullptr) return id;
    for (const catalog::FieldDef& field : type->fields) {
      if (!field.required || field.derived || field.initial.has_value()) continue;
      switch (field.kind) {
        case Kind::kText:
          batch.Set(id, field.name, "x");
          break;
        case Kind::kRef:
          batch.Set(id, field.name, NewRecord(batch, field.refers_to.at(0)));
          break;
        case Kind::kChoice:
          batch.Set(id, field.name, Choice{field.choices.at(0).number});
          break;
        case Kind::kDate:
          batch.Set(id, field.name, Date{20000});
          break;
        case Kind::kTime:
          batch.Set(id, field.name, At("2026-03-01T09:00:00Z"));
          break;
        case Kind::kMoney:
          batch.Set(id, field.name, Yuan(100));
          break;
        default:
          ADD_FAILURE() << "a required field the test cannot fill: " << field.name;
      }
    }
    return id;
  }
  Id Create(std::string_view type = "opportunity") {
    Batch batch = NewBatch();
    const Id local = NewRecord(batch, type);
    return Apply(batch).at(local.local_index());
  }
  // Moves and gives the move's id.
  Id MoveTo(Id record, std::string_view stage, const MoveOptions& options = {}) {
    Batch batch = NewBatch();
    const Id local = Move(batch, record, stage, options);
    return Apply(batch).at(local.local_index());
  }
  void Set(Id record, std::string_view field, Value value) {
    Batch batch = NewBatch();
    batch.Set(record, field, std::move(value));
    Apply(batch);
  }
  void Delete(Id record) {
    Batch batch = NewBatch();
    batch.Delete(record);
    Apply(batch);
  }

  [[nodiscard]] std::unique_ptr<Snapshot> Read(Viewer viewer = {}) {
    StatusOr<std::unique_ptr<Snapshot>> snapshot = db_->Read(std::move(viewer));
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return *std::move(snapshot);
  }
  [[nodiscard]] Value Get(Id record, std::string_view field) {
    const std::unique_ptr<Snapshot> snapshot = Read();
    const StatusOr<record::View> view = snapshot->Get(record);
    if (!view.ok()) return {};
    return GetField(*snapshot->catalog().FindType(record.type()), *view, field).value();
  }
  [[nodiscard]] Pipeline GetPipelineNow(std::string_view name) {
    StatusOr<Pipeline> pipeline = GetPipeline(*Read(), name);
    EXPECT_TRUE(pipeline.ok()) << pipeline.status();
    return *std::move(pipeline);
  }
  [[nodiscard]] Id StageId(std::string_view pipeline, std::string_view stage) {
    const Pipeline p = GetPipelineNow(pipeline);
    const Stage* found = p.Find(stage);
    EXPECT_NE(found, nullptr) << stage;
    return found == nullptr ? Id() : found->id;
  }
  [[nodiscard]] std::vector<MoveRecord> Moves(Id record) {
    StatusOr<std::vector<MoveRecord>> moves = GetMoves(*Read(), record);
    EXPECT_TRUE(moves.ok()) << moves.status();
    return *std::move(moves);
  }
  // Everything derived is what it should be.
  void Verify() {
    const StatusOr<VerifyReport> report = db_->Verify();
    ASSERT_TRUE(report.ok()) << report.status();
    for (const std::string& problem : report->problems) ADD_FAILURE() << problem;
  }

 private:
  std::atomic<int64_t> now_{At("2026-03-01T09:00:00Z").micros};
  std::shared_ptr<Database> db_;
  std::vector<Id> owners_;
};

}  // namespace kith::model

#endif  // KITH_TESTS_UNIT_MODEL_WORLD_H_
