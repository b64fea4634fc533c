// Pipelines as data: JSON both ways, definition, reading, errors.
#include <unistd.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "kith/base/limits.h"
#include "world.h"

namespace kith::model {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kLegal = R"({
  "name": "legal", "for_type": "case_file", "version": 3,
  "stages": [
    {"name": "intake", "kind": "open", "labels": {"en": "Intake", "zh": "收案"}, "max_dwell_days": 30},
    {"name": "conflict check", "labels": {"zh": "利益冲突审查"}},
    {"name": "old step", "archived": true},
    {"name": "engaged", "kind": "won"},
    {"name": "declined", "kind": "lost"}
  ]})";

void ExpectSame(const Pipeline& a, const Pipeline& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.for_type, b.for_type);
  EXPECT_EQ(a.version, b.version);
  ASSERT_EQ(a.stages.size(), b.stages.size());
  for (size_t i = 0; i < a.stages.size(); ++i) {
    EXPECT_EQ(a.stages[i].name, b.stages[i].name);
    EXPECT_EQ(a.stages[i].labels, b.stages[i].labels);
    EXPECT_EQ(a.stages[i].position, b.stages[i].position);
    EXPECT_EQ(a.stages[i].kind, b.stages[i].kind);
    EXPECT_EQ(a.stages[i].archived, b.stages[i].archived);
    EXPECT_EQ(a.stages[i].max_dwell_days, b.stages[i].max_dwell_days);
  }
}

// D08
TEST(PipelineJson, SaysWhatItRead) {
  const StatusOr<Pipeline> read = PipelineFromJson(kLegal);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->name, "legal");
  EXPECT_EQ(read->for_type, "case_file");
  EXPECT_EQ(read->version, 3);
  ASSERT_EQ(read->stages.size(), 5U);
  EXPECT_EQ(read->stages[0].labels.at("zh"), "收案");
  EXPECT_EQ(read->stages[0].max_dwell_days, 30);
  EXPECT_EQ(read->stages[1].kind, StageKind::kOpen);
  EXPECT_TRUE(read->stages[2].archived);
  EXPECT_EQ(read->stages[3].kind, StageKind::kWon);
  EXPECT_EQ(read->stages[4].position, 4);
  const StatusOr<Pipeline> again = PipelineFromJson(ToJson(*read));
  ASSERT_TRUE(again.ok()) << again.status();
  ExpectSame(*read, *again);
}

struct BadJson {
  std::string json;
  std::string path;
};

TEST(PipelineJson, ErrorsNameThePath) {
  const std::vector<BadJson> bad = {
      {"", "$"},
      {"[]", "$"},
      {R"({"for_type": "x", "stages": []})", "name"},
      {R"({"name": "a", "stages": []})", "for_type"},
      {R"({"name": "a", "for_type": "x"})", "stages"},
      {R"({"name": "a", "for_type": "x", "stages": 1})", "stages"},
      {R"({"name": 1, "for_type": "x", "stages": []})", "name"},
      {R"({"name": "a", "for_type": "x", "version": 0, "stages": []})", "version"},
      {R"({"name": "a", "for_type": "x", "stages": [], "stage": 1})", "stage"},
      {R"({"name": "a", "name": "b", "for_type": "x", "stages": []})", "name"},
      {R"({"name": "a", "for_type": "x", "stages": [1]})", "stages[0]"},
      {R"({"name": "a", "for_type": "x", "stages": [{}]})", "stages[0].name"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "kind": "wun"}]})", "stages[0].kind"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "max_dwell_days": -1}]})", "stages[0].max_dwell_days"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "max_dwell_days": 1.5}]})", "stages[0].max_dwell_days"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "archived": 1}]})", "stages[0].archived"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "labels": {"fr": "c"}}]})", "stages[0].labels.fr"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "labels": {"en": 1}}]})", "stages[0].labels.en"},
      {R"({"name": "a", "for_type": "x", "stages": [{"name": "b", "colour": "red"}]})", "stages[0].colour"},
  };
  for (const BadJson& b : bad) {
    const StatusOr<Pipeline> read = PipelineFromJson(b.json);
    ASSERT_FALSE(read.ok()) << b.json.substr(0, 200);
    EXPECT_EQ(GetReason(read.status()), Reason::kPackageMalformed) << b.json.substr(0, 200);
    EXPECT_EQ(GetErrorInfo(read.status()).field, b.path) << b.json.substr(0, 200);
  }
  EXPECT_EQ(GetReason(PipelineFromJson(std::string(limits::kPackageBytes + 1, ' ')).status()), Reason::kLimitExceeded);
}

// D08: export equals import, labels in both languages.
TEST(Pipelines, DefinitionAndReadingAreInverse) {
  World world;
  const Pipeline defined = PipelineFromJson(kLegal).value();
  Batch batch = world.NewBatch();
  DefinePipeline(batch, defined);
  world.Apply(batch);
  const Pipeline read = world.GetPipelineNow("legal");
  ExpectSame(defined, read);
  EXPECT_FALSE(read.id.is_null());
  EXPECT_EQ(read.Find("engaged"), read.Find(read.stages[3].id));

  // Again, as it was read: nothing changes.
  const uint64_t sequence = world.Read()->sequence();
  Batch again = world.NewBatch();
  DefinePipeline(again, read);
  world.Apply(again);
  EXPECT_EQ(world.Read()->sequence(), sequence);
  ExpectSame(read, PipelineFromJson(ToJson(read)).value());
}

// D05: stages are added, reordered, relabelled, archived; ids stay.
TEST(Pipelines, CanBeRedefined) {
  World world;
  const Pipeline before = world.GetPipelineNow("sales");
  Pipeline changed = before;
  changed.version = 2;
  changed.stages[1].labels["zh"] = "洽谈";
  changed.stages[2].archived = true;
  Stage added;
  added.name = "review";
  changed.stages.insert(changed.stages.begin() + 1, added);
  Batch batch = world.NewBatch();
  DefinePipeline(batch, changed);
  world.Apply(batch);
  const Pipeline after = world.GetPipelineNow("sales");
  ASSERT_EQ(after.stages.size(), before.stages.size() + 1);
  EXPECT_EQ(after.version, 2);
  EXPECT_EQ(after.stages[1].name, "review");
  for (const Stage& stage : before.stages) EXPECT_EQ(after.Find(stage.name)->id, stage.id);
  EXPECT_EQ(after.Find("talk")->labels.at("zh"), "洽谈");
  EXPECT_TRUE(after.Find("offer")->archived);
  world.Verify();
}

// D05: other stages under a name that is there are no second pipeline within the first: what the definition does not list stays in its
// place.
TEST(Pipelines, AreNotMixed) {
  World world;
  const Pipeline before = world.GetPipelineNow("sales");
  const auto define = [&](const Pipeline& pipeline) {
    Batch batch = world.NewBatch();
    DefinePipeline(batch, pipeline);
    return world.db().Apply(batch).status();
  };
  Pipeline other{.name = "sales", .for_type = before.for_type};
  for (const char* name : {"first", "second"}) {
    Stage stage;
    stage.name = name;
    other.stages.push_back(stage);
  }
  const Status mixed = define(other);
  EXPECT_EQ(GetReason(mixed), Reason::kBadOptions) << mixed;
  EXPECT_EQ(GetErrorInfo(mixed).field, "position");
  EXPECT_THAT(std::string(mixed.message()), HasSubstr(before.stages[0].name));
  Pipeline swapped = before;
  swapped.stages.resize(2);
  std::swap(swapped.stages[0], swapped.stages[1]);
  EXPECT_TRUE(define(swapped).ok());  // each of the two gets the other's place
  swapped.stages.erase(swapped.stages.begin());
  swapped.stages[0].position = 0;
  EXPECT_EQ(GetReason(define(swapped)), Reason::kBadOptions);
  Pipeline newer = before;
  newer.version = 3;
  EXPECT_TRUE(define(newer).ok());
  EXPECT_EQ(GetErrorInfo(define(before)).field, "version");
  ExpectSame(world.GetPipelineNow("sales"), newer);
}

TEST(Pipelines, AreListedByType) {
  World world;
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const std::vector<Pipeline> all = GetPipelines(*snapshot).value();
  const std::vector<Pipeline> cases = GetPipelines(*snapshot, "case_file").value();
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].name, "court");
  size_t sales = 0;
  for (const Pipeline& p : all) sales += p.for_type == "opportunity" ? 1 : 0;
  EXPECT_GE(sales, 2U);
  EXPECT_EQ(GetPipeline(*snapshot, cases[0].id)->name, "court");
}

TEST(Pipelines, UnknownOnesAreNamedWithTheNearest) {
  World world;
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const Status status = GetPipeline(*snapshot, "sale").status();
  EXPECT_EQ(GetReason(status), Reason::kUnknownPipeline);
  EXPECT_THAT(GetErrorInfo(status).hint, HasSubstr("sales"));
  EXPECT_EQ(GetReason(GetPipeline(*snapshot, world.owners()[0]).status()), Reason::kUnknownPipeline);
}

TEST(Pipelines, BadDefinitionsAreRefusedInTheBatch) {
  World world;
  const auto reason_of = [&](const Pipeline& pipeline) {
    Batch batch = world.NewBatch();
    DefinePipeline(batch, pipeline);
    EXPECT_EQ(world.TryApply(batch), batch.status());
    return GetReason(batch.status());
  };
  Pipeline p = SalesPipeline("p");
  p.for_type = "oportunity";
  EXPECT_EQ(reason_of(p), Reason::kUnknownType);
  p.for_type = "employee";
  EXPECT_EQ(reason_of(p), Reason::kNotPipelined);
  p = SalesPipeline("p");
  p.stages.clear();
  EXPECT_EQ(reason_of(p), Reason::kBatchMalformed);
  p = SalesPipeline("p");
  p.stages[1].name = p.stages[0].name;
  EXPECT_EQ(reason_of(p), Reason::kBatchMalformed);
  p = SalesPipeline("a/b");
  EXPECT_EQ(reason_of(p), Reason::kBatchMalformed);
  p = SalesPipeline("p");
  p.stages[0].name.clear();
  EXPECT_EQ(reason_of(p), Reason::kBatchMalformed);
  p = SalesPipeline(std::string(limits::kNameBytes + 1, 'p'));
  EXPECT_EQ(reason_of(p), Reason::kBatchMalformed);
}

// D10: two stages are enough.
TEST(Pipelines, TwoStagesAreEnough) {
  World world;
  Pipeline tiny;
  tiny.name = "tiny";
  tiny.for_type = "opportunity";
  tiny.stages.resize(2);
  tiny.stages[0].name = "open";
  tiny.stages[1].name = "sold";
  tiny.stages[1].kind = StageKind::kWon;
  Batch batch = world.NewBatch();
  DefinePipeline(batch, tiny);
  const Id deal = World::NewRecord(batch, "opportunity");
  Move(batch, deal, "tiny/open");
  const Id id = world.Apply(batch).at(deal.local_index());
  world.Advance(kMicrosPerDay);
  world.MoveTo(id, "tiny/sold");
  EXPECT_EQ(world.Get(id, "stage"), Value(world.StageId("tiny", "sold")));
  world.Verify();
}

TEST(OpenDatabase, AttachesAndReopensReadOnly) {
  const std::string path = ::testing::TempDir() + "kith_model_open_" + std::to_string(::getpid());
  OpenOptions options;
  options.create = true;
  options.allow_any_file_system = true;
  {
    const StatusOr<std::shared_ptr<Database>> first = OpenDatabase(path, options);
    ASSERT_TRUE(first.ok()) << first.status();
    const StatusOr<std::shared_ptr<Database>> second = OpenDatabase(path, options);
    ASSERT_TRUE(second.ok()) << second.status();
    EXPECT_NE((*second)->GetCatalog().value()->FindPackage("kith.crm"), nullptr);
    EXPECT_EQ((*first)->GetStats()->catalog_version, (*second)->GetStats()->catalog_version);
  }
  options.create = false;
  options.read_only = true;
  const StatusOr<std::shared_ptr<Database>> reader = OpenDatabase(path, options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_NE((*reader)->GetCatalog().value()->FindType("opportunity"), nullptr);
}

}  // namespace
}  // namespace kith::model
