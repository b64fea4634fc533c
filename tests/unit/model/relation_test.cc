// Relations: what they declare is kept, and what is read is what a look at every edge gives.
#include "kith/model/relation.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <tuple>

#include "gmock/gmock.h"
#include "world.h"

namespace kith::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One type of edge a kind of rule, between records of one type.
constexpr std::string_view kGraphPackage = R"({
  "package": "test.graph", "version": "1.0.0",
  "types": [
    {"name": "node", "fields": [{"name": "name", "kind": "text"}, {"name": "up", "kind": "ref", "to": ["node"], "on_delete": "detach", "acyclic": true},
                                {"name": "worth", "kind": "money"}],
     "indexes": [{"name": "by_up", "fields": ["up"], "cover": ["name"]}]},
    {"name": "bead", "fields": [{"name": "next", "kind": "ref", "to": ["bead"], "on_delete": "cascade"}, {"name": "keeper", "kind": "ref", "to": ["node"]}]},
    {"name": "link", "behaviours": {"relation": {"from": "a", "to": "b", "kind": "sort", "valid_from": "since", "valid_to": "until"}},
     "relation": {"kinds": {"tree": {"cardinality": "many_to_one", "acyclic": true}, "owns": {"cardinality": "one_to_many", "acyclic": true},
                            "pair": {"cardinality": "one_to_one", "symmetric": true, "no_loops": true}, "knows": {"symmetric": true},
                            "once": {"distinct": true}, "seat": {"cardinality": "one_to_one"}, "order": {"acyclic": true}}},
     "fields": [
       {"name": "a", "kind": "ref", "required": true, "to": ["node"], "on_delete": "cascade"},
       {"name": "b", "kind": "ref", "required": true, "to": ["node"], "on_delete": "cascade"},
       {"name": "sort", "kind": "choice", "choices": [{"name": "free"}, {"name": "tree"}, {"name": "owns"}, {"name": "pair"}, {"name": "knows"},
                                                      {"name": "once"}, {"name": "seat"}, {"name": "order"}]},
       {"name": "since", "kind": "date"}, {"name": "until", "kind": "date"}, {"name": "note", "kind": "text"}],
     "indexes": [{"name": "by_a", "fields": ["a", "b"], "cover": ["note"]}, {"name": "by_b", "fields": ["b", "a"], "cover": ["note"]}]}
  ]})";

class Graph : public ::testing::Test {
 protected:
  void SetUp() override {
    const catalog::PackageSource package{std::string(kGraphPackage), {}};
    ASSERT_TRUE(world_.db().Ensure(std::span(&package, 1)).ok());
    Batch batch = world_.NewBatch();
    for (int i = 0; i < 8; ++i) batch.Create("node");
    node_ = world_.Apply(batch);
  }
  static Id Link(Batch& batch, Id from, Id to, std::string_view sort, std::optional<int32_t> since = {},
                 std::optional<int32_t> until = {}) {
    const Id link = batch.Create("link");
    batch.Set(link, "a", from);
    batch.Set(link, "b", to);
    batch.SetChoice(link, "sort", sort);
    if (since.has_value()) batch.Set(link, "since", Date{*since});
    if (until.has_value()) batch.Set(link, "until", Date{*until});
    return link;
  }
  StatusOr<Id> TryLink(Id from, Id to, std::string_view sort, std::optional<int32_t> since = {}, std::optional<int32_t> until = {}) {
    Batch batch = world_.NewBatch();
    const Id link = Link(batch, from, to, sort, since, until);
    KITH_ASSIGN_OR_RETURN(const Outcome outcome, world_.db().Apply(batch));
    return outcome.ids.at(link.local_index());
  }
  Reason Refusal(Id from, Id to, std::string_view sort, std::optional<int32_t> since = {}, std::optional<int32_t> until = {}) {
    return GetReason(TryLink(from, to, sort, since, until).status());
  }
  std::vector<Id> Next(Id record, std::string_view relation, const NeighbourOptions& options = {}) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read();
    const StatusOr<std::vector<Neighbour>> found = Neighbours(*snapshot, record, relation, options);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<Id> records;
    for (const Neighbour& neighbour : found.ok() ? *found : std::vector<Neighbour>()) records.push_back(neighbour.record);
    return records;
  }

  World world_;
  std::vector<Id> node_;
};

TEST_F(Graph, CardinalityHoldsAtOneTime) {
  ASSERT_TRUE(TryLink(node_[0], node_[1], "tree", 10, 20).ok());
  EXPECT_EQ(Refusal(node_[0], node_[2], "tree", 15, 30), Reason::kEdgeTaken);
  EXPECT_EQ(Refusal(node_[0], node_[2], "tree"), Reason::kEdgeTaken);
  EXPECT_TRUE(TryLink(node_[0], node_[2], "tree", 20, 30).ok()) << "valid times that only touch do not overlap";
  EXPECT_TRUE(TryLink(node_[0], node_[3], "tree", {}, 10).ok());
  EXPECT_TRUE(TryLink(node_[3], node_[1], "tree", 10, 20).ok()) << "many lead to one";
  EXPECT_TRUE(TryLink(node_[0], node_[2], "free", 10, 20).ok()) << "another kind is another relation";
  ASSERT_TRUE(TryLink(node_[4], node_[5], "owns").ok());
  EXPECT_TRUE(TryLink(node_[4], node_[6], "owns").ok());
  EXPECT_EQ(Refusal(node_[7], node_[5], "owns"), Reason::kEdgeTaken);
  ASSERT_TRUE(TryLink(node_[4], node_[5], "seat").ok());
  EXPECT_EQ(Refusal(node_[4], node_[6], "seat"), Reason::kEdgeTaken);
  EXPECT_EQ(Refusal(node_[6], node_[5], "seat"), Reason::kEdgeTaken);
  EXPECT_TRUE(TryLink(node_[5], node_[4], "seat").ok()) << "the other way is another edge";
  world_.Verify();
}

TEST_F(Graph, ARefusalNamesTheEdgeInTheWay) {
  const Id first = TryLink(node_[0], node_[1], "tree").value();
  const Status status = TryLink(node_[0], node_[2], "tree").status();
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(info.type, "link");
  EXPECT_EQ(info.field, "a");
  EXPECT_EQ(info.value, std::to_string(node_[0].value()));
  EXPECT_THAT(info.hint, HasSubstr("link " + std::to_string(first.value())));
}

TEST_F(Graph, SymmetricAndDistinctEdgesStandOnce) {  // M02
  ASSERT_TRUE(TryLink(node_[0], node_[1], "knows").ok());
  EXPECT_EQ(Refusal(node_[1], node_[0], "knows"), Reason::kEdgeTaken);
  EXPECT_EQ(Refusal(node_[0], node_[1], "knows"), Reason::kEdgeTaken);
  EXPECT_TRUE(TryLink(node_[1], node_[2], "knows").ok());
  EXPECT_THAT(Next(node_[1], "link.knows"), ElementsAre(node_[0], node_[2])) << "symmetric edges lead both ways";
  ASSERT_TRUE(TryLink(node_[0], node_[1], "once", 10, 20).ok());
  EXPECT_EQ(Refusal(node_[0], node_[1], "once", 19, 25), Reason::kEdgeTaken);
  EXPECT_TRUE(TryLink(node_[1], node_[0], "once", 10, 20).ok());
  ASSERT_TRUE(TryLink(node_[0], node_[1], "pair").ok());
  EXPECT_EQ(Refusal(node_[2], node_[0], "pair"), Reason::kEdgeTaken) << "either end of a symmetric pair is taken";
  EXPECT_EQ(Refusal(node_[1], node_[2], "pair"), Reason::kEdgeTaken);
  EXPECT_EQ(Refusal(node_[3], node_[3], "pair"), Reason::kCycle);
  EXPECT_TRUE(TryLink(node_[3], node_[3], "free").ok()) << "a loop is refused only where that is declared";
  ASSERT_TRUE(TryLink(node_[3], node_[3], "knows").ok());
  for (const Direction direction : {Direction::kOut, Direction::kIn, Direction::kBoth}) {
    EXPECT_THAT(Next(node_[3], "link.knows", {.direction = direction}), ElementsAre(node_[3])) << "an edge to itself is found once";
  }
}

// B25: cycles are refused where declared; the error names the way.
TEST_F(Graph, CyclesAreRefusedWithTheirPath) {
  for (const std::string_view sort : {"tree", "order", "owns"}) {
    ASSERT_TRUE(TryLink(node_[0], node_[1], sort).ok());
    ASSERT_TRUE(TryLink(node_[1], node_[2], sort).ok());
    const Status status = TryLink(node_[2], node_[0], sort).status();
    EXPECT_EQ(GetReason(status), Reason::kCycle) << sort;
    std::string path = std::to_string(node_[2].value());
    for (const int at : {0, 1, 2}) path += " -> " + std::to_string(node_[static_cast<size_t>(at)].value());
    EXPECT_EQ(GetErrorInfo(status).value, path.substr(0, 80)) << sort;
    EXPECT_EQ(Refusal(node_[4], node_[4], sort), Reason::kCycle);
  }
  EXPECT_TRUE(TryLink(node_[2], node_[0], "free").ok());
  world_.Verify();
}

TEST_F(Graph, ACycleNeedsOneTimeAtWhichAllItsEdgesAreValid) {
  ASSERT_TRUE(TryLink(node_[0], node_[1], "order", 10, 20).ok());
  ASSERT_TRUE(TryLink(node_[1], node_[2], "order", 15, 30).ok());
  EXPECT_TRUE(TryLink(node_[2], node_[0], "order", 20, 40).ok()) << "0-1 has ended by then";
  EXPECT_EQ(Refusal(node_[2], node_[0], "order", 19, 20), Reason::kCycle);
  world_.Verify();
}

TEST_F(Graph, EdgesOfOneBatchSeeOneAnother) {
  Batch batch = world_.NewBatch();
  Link(batch, node_[0], node_[1], "order");
  Link(batch, node_[1], node_[2], "order");
  Link(batch, node_[2], node_[0], "order");
  EXPECT_EQ(GetReason(world_.TryApply(batch)), Reason::kCycle);
  // An edge that the batch takes away is in nobody's way.
  const Id old = TryLink(node_[0], node_[1], "tree").value();
  Batch change = world_.NewBatch();
  change.Delete(old);
  Link(change, node_[0], node_[2], "tree");
  EXPECT_TRUE(world_.TryApply(change).ok());
}

TEST_F(Graph, WhatIsChangedIsCheckedAndWhatIsNotIsLeftAlone) {
  ASSERT_TRUE(TryLink(node_[0], node_[1], "tree", 10, 20).ok());
  const Id other = TryLink(node_[0], node_[2], "tree", 20, 30).value();
  Batch batch = world_.NewBatch();
  batch.Set(other, "since", Date{19});
  EXPECT_EQ(GetReason(world_.TryApply(batch)), Reason::kEdgeTaken);
  world_.Set(other, "note", Value("x"));
  Batch backwards = world_.NewBatch();
  backwards.Set(other, "until", Date{5});
  EXPECT_EQ(GetReason(world_.TryApply(backwards)), Reason::kOutOfRange);
  // A deleted edge does not come back beside one that took its place.
  world_.Delete(other);
  ASSERT_TRUE(TryLink(node_[0], node_[3], "tree", 25, 40).ok());
  Batch restore = world_.NewBatch();
  restore.Restore(other);
  EXPECT_EQ(GetReason(world_.TryApply(restore)), Reason::kEdgeTaken);
}

TEST_F(Graph, AReferenceDeclaredAcyclicNeverComesBack) {
  world_.Set(node_[0], "up", node_[1]);
  world_.Set(node_[1], "up", node_[2]);
  Batch batch = world_.NewBatch();
  batch.Set(node_[2], "up", node_[0]);
  const Status status = world_.TryApply(batch);
  EXPECT_EQ(GetReason(status), Reason::kCycle);
  EXPECT_EQ(GetErrorInfo(status).field, "up");
  EXPECT_THAT(Next(node_[2], "node.up", {.direction = Direction::kIn}), ElementsAre(node_[1]));
  EXPECT_THAT(Next(node_[2], "node.up"), IsEmpty());
  const std::unique_ptr<Snapshot> snapshot = world_.Read();
  EXPECT_EQ(GetReason(Neighbours(*snapshot, node_[0], "node.up", {.at = Time{1}}).status()), Reason::kBadOptions);
  world_.Verify();
}

// A deleted end takes its edges along and nobody else; restored, they are there again.
TEST_F(Graph, EdgesGoAndComeWithTheirEnds) {  // M02
  const Id gone = TryLink(node_[0], node_[1], "free").value();
  const Id kept = TryLink(node_[1], node_[2], "free").value();
  world_.Set(node_[3], "up", node_[0]);
  world_.Delete(node_[0]);
  EXPECT_EQ(world_.Get(gone, "id"), Value());
  EXPECT_EQ(world_.Get(kept, "id"), Value(kept));
  EXPECT_EQ(world_.Get(node_[3], "up"), Value()) << "detach lets the other record go";
  world_.Verify();
  Batch batch = world_.NewBatch();
  batch.Restore(node_[0]);
  world_.Apply(batch);
  EXPECT_THAT(Next(node_[0], "link"), ElementsAre(node_[1]));
  world_.Verify();
}

// A chain in which each record takes the next along, closed to a ring: deleted and restored as a whole.
TEST_F(Graph, LongChainsAndRingsOfCascadesGoAsAWhole) {
  constexpr size_t kBeads = 3000;
  Batch batch = world_.NewBatch();
  std::vector<Id> beads;
  for (size_t i = 0; i < kBeads; ++i) beads.push_back(batch.Create("bead"));
  for (size_t i = 0; i < kBeads; ++i) batch.Set(beads[i], "next", beads[(i + 1) % kBeads]);
  const std::vector<Id> ids = world_.Apply(batch);
  const auto count = [&] {
    const std::unique_ptr<Snapshot> snapshot = world_.Read();
    const std::unique_ptr<RecordCursor> cursor = snapshot->Scan("bead").value();
    size_t n = 0;
    while (cursor->Next()) ++n;
    return n;
  };
  world_.Delete(ids[7]);
  EXPECT_EQ(count(), 0U);
  Batch restore = world_.NewBatch();
  restore.Restore(ids[7]);
  world_.Apply(restore);
  EXPECT_EQ(count(), kBeads);
  EXPECT_EQ(world_.Get(ids[0], "next"), Value(ids[1]));
  world_.Verify();
  // One record that may not go keeps all of them.
  world_.Set(ids[1], "keeper", node_[0]);
  Batch all = world_.NewBatch();
  all.Delete(node_[0]);
  const Status status = world_.TryApply(all);
  EXPECT_EQ(GetReason(status), Reason::kStillReferenced);
  EXPECT_EQ(GetErrorInfo(status).field, "bead.keeper");
  all.Delete(ids[500]);
  EXPECT_TRUE(world_.TryApply(all).ok()) << "the ring goes with the one it kept";
  EXPECT_EQ(count(), 0U);
  world_.Verify();
}

// Writers close a cycle from both sides; one of each pair is refused.
TEST_F(Graph, CyclesAreRefusedUnderConcurrency) {
  std::atomic<int> refused = 0;
  const auto write = [&](bool forward) {
    for (size_t i = 0; i + 1 < node_.size(); i += 2) {
      const Id from = node_[forward ? i : i + 1];
      const Id to = node_[forward ? i + 1 : i];
      const Status status = TryLink(from, to, "order").status();
      if (status.ok()) continue;
      EXPECT_EQ(GetReason(status), Reason::kCycle);
      ++refused;
    }
  };
  std::thread forward(write, true);
  std::thread backward(write, false);
  forward.join();
  backward.join();
  EXPECT_EQ(refused, 4);
  world_.Verify();
}

TEST_F(Graph, WalksGoBreadthFirstAndTellTheirPaths) {
  ASSERT_TRUE(TryLink(node_[0], node_[1], "free").ok());
  ASSERT_TRUE(TryLink(node_[0], node_[2], "free").ok());
  ASSERT_TRUE(TryLink(node_[2], node_[3], "free").ok());
  ASSERT_TRUE(TryLink(node_[1], node_[3], "free").ok());
  ASSERT_TRUE(TryLink(node_[3], node_[0], "free").ok());
  ASSERT_TRUE(TryLink(node_[3], node_[4], "knows").ok());
  const std::unique_ptr<Snapshot> snapshot = world_.Read();
  const std::vector<std::string> free = {"link.free"};
  const Traversal walk = Traverse(*snapshot, node_[0], free).value();
  std::vector<std::pair<Id, uint32_t>> seen;
  for (const Visit& visit : walk.visits) seen.emplace_back(visit.record, visit.depth);
  EXPECT_THAT(seen, ElementsAre(std::pair(node_[0], 0U), std::pair(node_[1], 1U), std::pair(node_[2], 1U), std::pair(node_[3], 2U)));
  EXPECT_THAT(walk.PathTo(3), ElementsAre(node_[0], node_[1], node_[3]));
  EXPECT_FALSE(walk.truncated);
  EXPECT_EQ(Traverse(*snapshot, node_[0], free, {.depth = 1})->visits.size(), 3U);
  const Traversal cut = Traverse(*snapshot, node_[0], free, {.limit = 2}).value();
  EXPECT_TRUE(cut.truncated);
  EXPECT_EQ(cut.visits.size(), 2U);
  EXPECT_EQ(Traverse(*snapshot, node_[0], std::vector<std::string>{"link.free", "link.knows"})->visits.size(), 5U);
  EXPECT_EQ(Traverse(*snapshot, node_[0], free, {.types = {"account"}})->visits.size(), 1U);
  EXPECT_EQ(GetReason(Traverse(*snapshot, node_[0], {}).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(Traverse(*snapshot, node_[0], free, {.depth = 65}).status()), Reason::kLimitExceeded);
  EXPECT_TRUE(Traverse(*snapshot, node_[0], free, {.depth = 64}).ok());
}

TEST_F(Graph, WhatIsNoRelationIsNamed) {
  const std::unique_ptr<Snapshot> snapshot = world_.Read();
  const auto reason = [&](std::string_view relation) { return GetReason(Neighbours(*snapshot, node_[0], relation).status()); };
  EXPECT_EQ(reason("nothing"), Reason::kUnknownType);
  EXPECT_EQ(reason("node"), Reason::kUnknownBehaviour);
  EXPECT_EQ(reason("node.name"), Reason::kUnknownBehaviour);
  EXPECT_EQ(reason("node.upp"), Reason::kUnknownField);
  EXPECT_EQ(reason("link.fre"), Reason::kUnknownField);
  EXPECT_EQ(Neighbours(*snapshot, Id::Of(node_[0].type(), 0, 999), "link").status().code(), StatusCode::kNotFound);
}

// A viewer finds no way by an edge, or through a record, that it may not see.
TEST_F(Graph, TheViewerSeesItsOwnEdgesAlone) {
  const Id hidden = TryLink(node_[0], node_[1], "free").value();
  ASSERT_TRUE(TryLink(node_[0], node_[2], "free").ok());
  ASSERT_TRUE(TryLink(node_[2], node_[3], "free").ok());
  Batch batch = world_.NewBatch();
  for (const Id record : {hidden, node_[2]}) {
    batch.Set(record, "owner", world_.owners()[0]);
    batch.Set(record, "visibility", int64_t{1});
  }
  world_.Apply(batch);
  const std::vector<std::string> free = {"link.free"};
  const std::unique_ptr<Snapshot> other = world_.Read({.id = world_.owners()[1], .units = {}});
  EXPECT_THAT(*Neighbours(*other, node_[0], "link"), IsEmpty());
  EXPECT_EQ(Traverse(*other, node_[0], free)->visits.size(), 1U);
  const std::unique_ptr<Snapshot> owner = world_.Read({.id = world_.owners()[0], .units = {}});
  EXPECT_EQ(Traverse(*owner, node_[0], free)->visits.size(), 4U);
}

// B20: an index that covers what a viewer may not read is not read; the edges are found without it, but for those whose end is masked.
TEST_F(Graph, AMaskedFieldHidesNoEdge) {
  ASSERT_TRUE(TryLink(node_[0], node_[1], "free").ok());
  ASSERT_TRUE(TryLink(node_[2], node_[1], "free").ok());
  world_.Set(node_[3], "up", node_[1]);
  world_.Set(node_[4], "up", node_[3]);
  const std::vector<std::string> ways = {"link.free", "node.up"};
  const TraverseOptions both = {.neighbours = {.direction = Direction::kBoth}};
  const auto reached = [&](const Viewer& viewer) {
    const std::unique_ptr<Snapshot> snapshot = world_.Read(viewer);
    const StatusOr<Traversal> found = Traverse(*snapshot, node_[0], ways, both);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<Id> records;
    for (const Visit& visit : found.ok() ? found->visits : std::vector<Visit>()) records.push_back(visit.record);
    return records;
  };
  const std::vector<Id> all = reached({});
  EXPECT_EQ(all.size(), 5U);
  const auto mask = [&](const std::string& node, const std::string& link) {
    const std::string field = R"(": {"read": ["role:desk"]}}})";
    ASSERT_TRUE(world_.db()
                    .SetPolicy(R"({"types": {"node": {"fields": {")" + node + field + R"(, "link": {"fields": {")" + link + field + "}}")
                    .ok());
  };
  const Viewer viewer{.id = world_.owners()[1], .units = {}};
  mask("name", "note");
  EXPECT_EQ(reached(viewer), all);
  mask("up", "until");
  EXPECT_EQ(reached(viewer).size(), 3U);
  mask("up", "b");
  EXPECT_THAT(reached(viewer), ElementsAre(node_[0]));
}

// B25: the group's sum is that over its members as of the date; B01: the relation between companies is found from both ends.
TEST(GroupTotals, SumOverSubsidiariesAsOfADate) {
  World world;
  Batch batch = world.NewBatch();
  std::vector<Id> company;
  for (int i = 0; i < 4; ++i) company.push_back(World::NewRecord(batch, "account"));
  const auto relate = [&](size_t from, size_t to, std::string_view kind, std::string_view since) {
    const Id edge = batch.Create("account_relation");
    batch.Set(edge, "from", company[from]);
    batch.Set(edge, "to", company[to]);
    batch.SetChoice(edge, "kind", kind);
    batch.Set(edge, "valid_from", ParseDate(since).value());
  };
  relate(1, 0, "subsidiary_of", "2024-01-01");
  relate(2, 1, "subsidiary_of", "2025-07-01");
  relate(3, 0, "customer_of", "2020-01-01");
  for (size_t i = 0; i < company.size(); ++i) {
    const Id deal = World::NewRecord(batch, "opportunity");
    batch.Set(deal, "account", company[i]);
    batch.Set(deal, "amount", Yuan(int64_t{100} << (4 * i)));
  }
  const std::vector<Id> ids = world.Apply(batch);
  const auto id_of = [&](size_t i) { return ids.at(company[i].local_index()); };
  const std::unique_ptr<Snapshot> snapshot = world.Read();
  const auto total = [&](std::string_view at) {
    return TotalOfGroup(
               *snapshot, id_of(0),
               {.relation = "account_relation.subsidiary_of", .at = At(at), .type = "opportunity", .via = "account", .field = "amount"})
        .value();
  };
  EXPECT_THAT(total("2023-01-01").totals, ElementsAre(Yuan(100)));
  EXPECT_THAT(total("2025-06-30").totals, ElementsAre(Yuan(100 + 1600)));
  const GroupTotal now = total("2026-01-01");
  EXPECT_THAT(now.totals, ElementsAre(Yuan(100 + 1600 + 25600)));
  EXPECT_THAT(now.members, ElementsAre(id_of(0), id_of(1), id_of(2)));
  EXPECT_EQ(now.records, 3);
  const auto next = [&](size_t i, Direction direction) {
    return Neighbours(*snapshot, id_of(i), "account_relation.customer_of", {.direction = direction}).value();
  };
  ASSERT_EQ(next(3, Direction::kOut).size(), 1U);
  EXPECT_EQ(next(3, Direction::kOut)[0].record, id_of(0));
  ASSERT_EQ(next(0, Direction::kIn).size(), 1U);
  EXPECT_EQ(next(0, Direction::kIn)[0].record, id_of(3));
  const GroupQuestion none{.relation = "account_relation.subsidiary_of",
                           .type = "opportunity",
                           .via = "account",
                           .field = "amount",
                           .where = "amount > money('1', 'CNY')"};
  EXPECT_EQ(TotalOfGroup(*snapshot, id_of(0), none)->records, 2);
}

// --- against a look at every edge

struct NaiveEdge {
  Id id;
  Id from;
  Id to;
  std::string sort;
  int32_t since;
  int32_t until;
  [[nodiscard]] bool MeetsAt(int32_t day) const { return since <= day && day < until; }
};

class Oracle {
 public:
  std::map<Id, NaiveEdge> edges;

  // By looking at each day on its own.
  [[nodiscard]] bool Breaks(const NaiveEdge& edge) const {
    for (int32_t day = edge.since; day < edge.until; ++day) {
      if (BreaksOn(edge, day)) return true;
    }
    return false;
  }

 private:
  [[nodiscard]] bool BreaksOn(const NaiveEdge& edge, int32_t day) const {
    const std::string& sort = edge.sort;
    for (const auto& [id, other] : edges) {
      if (id == edge.id || other.sort != sort || !other.MeetsAt(day)) continue;
      const bool same = other.from == edge.from && other.to == edge.to;
      const bool turned = other.from == edge.to && other.to == edge.from;
      if ((sort == "tree" || sort == "seat") && other.from == edge.from) return true;
      if ((sort == "owns" || sort == "seat") && other.to == edge.to) return true;
      if (sort == "once" && same) return true;
      if (sort == "knows" && (same || turned)) return true;
      if (sort == "pair" && (other.from == edge.from || other.to == edge.to || other.from == edge.to || other.to == edge.from)) return true;
    }
    if (sort == "pair" && edge.from == edge.to) return true;
    return (sort == "tree" || sort == "owns" || sort == "order") && Reaches(edge, edge.to, day, 0);
  }
  [[nodiscard]] bool Reaches(const NaiveEdge& edge, Id at, int32_t day, int depth) const {
    if (at == edge.from) return true;
    if (depth > 10) return false;
    return std::any_of(edges.begin(), edges.end(), [&](const auto& item) {
      const NaiveEdge& next = item.second;
      return next.id != edge.id && next.sort == edge.sort && next.from == at && next.MeetsAt(day) && Reaches(edge, next.to, day, depth + 1);
    });
  }
};

TEST_F(Graph, EqualALookAtEveryEdge) {  // M02
  const uint64_t seed = TestSeed(20261126);
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  const std::vector<std::string> sorts = {"free", "tree", "owns", "pair", "knows", "once", "seat", "order"};
  Oracle oracle;
  int accepted = 0;
  int refused = 0;
  for (int step = 0; step < 1500; ++step) {
    const bool fresh = oracle.edges.empty() || random.Below(3) != 0;
    Batch batch = world_.NewBatch();
    NaiveEdge edge;
    if (!fresh) {
      edge = std::next(oracle.edges.begin(), static_cast<std::ptrdiff_t>(random.Below(oracle.edges.size())))->second;
      if (random.OneIn(2)) {
        world_.Delete(edge.id);
        oracle.edges.erase(edge.id);
        continue;
      }
    } else {
      edge.sort = sorts[random.Below(sorts.size())];
      edge.from = node_[random.Below(6)];
    }
    edge.to = node_[random.Below(6)];
    edge.since = static_cast<int32_t>(random.Below(20));
    edge.until = edge.since + static_cast<int32_t>(random.Below(12));
    const Id target = fresh ? Link(batch, edge.from, edge.to, edge.sort, edge.since, edge.until) : edge.id;
    if (!fresh) {
      batch.Set(target, "b", edge.to);
      batch.Set(target, "since", Date{edge.since});
      batch.Set(target, "until", Date{edge.until});
    }
    const bool breaks = oracle.Breaks(edge);
    const StatusOr<Outcome> outcome = world_.db().Apply(batch);
    ASSERT_EQ(outcome.ok(), !breaks) << "step " << step << ", " << edge.sort << ": " << outcome.status();
    ++(breaks ? refused : accepted);
    if (breaks) continue;
    if (fresh) edge.id = outcome->ids.at(target.local_index());
    oracle.edges[edge.id] = edge;
  }
  EXPECT_GT(accepted, 200);
  EXPECT_GT(refused, 200);
  // What each node leads to on some days.
  for (const int32_t day : {0, 7, 19, 31}) {
    for (const Id node : node_) {
      std::vector<std::tuple<Id, Id>> expected;
      for (const auto& [id, edge] : oracle.edges) {
        if (!edge.MeetsAt(day)) continue;
        if (edge.from == node) expected.emplace_back(edge.to, id);
        if (edge.to == node && edge.from != edge.to) expected.emplace_back(edge.from, id);
      }
      std::sort(expected.begin(), expected.end());
      const std::unique_ptr<Snapshot> snapshot = world_.Read();
      const auto found = Neighbours(*snapshot, node, "link", {.direction = Direction::kBoth, .at = Time{day * kMicrosPerDay + 1}}).value();
      std::vector<std::tuple<Id, Id>> got;
      for (const Neighbour& neighbour : found) got.emplace_back(neighbour.record, neighbour.edge);
      EXPECT_EQ(got, expected);
    }
  }
  world_.Verify();
}

}  // namespace
}  // namespace kith::model
