// What a relation declares: read, kept through definitions, refused where it cannot hold.
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

std::string Package(const std::string& relation, const std::string& to = R"(["node"])", const std::string& kind = "free") {
  return R"({"package": "acme", "version": "1.0.0", "types": [
    {"name": "node", "fields": [{"name": "up", "kind": "ref", "to": ["node"], "acyclic": true}]},
    {"name": "other", "fields": [{"name": "name", "kind": "text"}]},
    {"name": "link", "behaviours": {"relation": {"from": "a", "to": "b", "kind": "sort"}}, "relation": )" +
         relation + R"(,
     "fields": [{"name": "a", "kind": "ref", "to": ["node"]}, {"name": "b", "kind": "ref", "to": )" +
         to + R"(}, {"name": "sort", "kind": "choice", "choices": [{"name": ")" + kind + R"("}]}]}]})";
}

TEST(Relations, AreReadAndKept) {
  const StatusOr<Catalog::Plan> plan =
      Plan(Package(R"({"cardinality": "one_to_one", "no_loops": true, "kinds": {"free": {"symmetric": true, "distinct": true}}})"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  const TypeDef* link = plan->after->FindType("link");
  EXPECT_EQ(link->relation.rules, (RelationRules{.cardinality = Cardinality::kOneToOne, .no_loops = true}));
  EXPECT_EQ(link->relation.kinds.at("free"), (RelationRules{.distinct = true, .symmetric = true}));
  EXPECT_EQ(plan->after->FindType("node")->acyclic, std::vector<size_t>{0});
  // Both ends lead an index with the other end behind it.
  for (const auto& [index, other] : {std::pair("by_a", "b"), std::pair("by_b", "a")}) {
    ASSERT_NE(link->FindIndex(index), nullptr);
    ASSERT_EQ(link->FindIndex(index)->parts.size(), 2U);
    EXPECT_EQ(link->FindIndex(index)->parts[1].field, other);
  }
  const auto again = FromDefinitions(1, ToDefinitions(*plan->after));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->FindType("link")->relation, link->relation);
  EXPECT_TRUE((*again)->FindType("node")->fields[0].acyclic);
}

TEST(Relations, AreRefusedWhereTheyCannotHold) {
  struct Case {
    std::string definition;
    std::string path;
    std::string message;
  };
  const std::string other = R"(["other"])";
  const std::vector<Case> cases = {
      {Package(R"({"cardinality": "one"})"), "types[2].relation.cardinality", "unknown cardinality"},
      {Package(R"({"acylic": true})"), "types[2].relation.acylic", "unknown member"},
      {Package(R"({"acyclic": true, "symmetric": true})"), "types[2].relation.acyclic", "always comes back"},
      {Package(R"({"cardinality": "many_to_one", "symmetric": true})"), "types[2].relation.cardinality", "alike"},
      {Package(R"({"acyclic": true})", other), "types[2].relation.acyclic", "different types"},
      {Package(R"({"no_loops": true})", other), "types[2].relation.no_loops", "different types"},
      {Package(R"({"symmetric": true})", R"(["node", "other"])"), "types[2].relation.symmetric", "same types"},
      {Package(R"({"kinds": {"fre": {}}})"), "types[2].relation.kinds.fre", "no such choice"},
      {R"({"package": "acme", "version": "1.0.0", "types": [{"name": "a", "relation": {"acyclic": true}, "fields": [{"name": "x", "kind": "int"}]}]})",
       "types[0].relation", "behaviour relation"},
      {R"({"package": "acme", "version": "1.0.0", "types": [{"name": "a", "fields": [{"name": "x", "kind": "int", "acyclic": true}]}]})",
       "types[0].fields[0].acyclic", "only a reference"},
  };
  for (const Case& c : cases) {
    const StatusOr<Catalog::Plan> plan = Plan(c.definition);
    ASSERT_FALSE(plan.ok()) << c.definition;
    EXPECT_EQ(GetReason(plan.status()), Reason::kPackageMalformed) << plan.status();
    EXPECT_EQ(GetErrorInfo(plan.status()).field, c.path) << plan.status();
    EXPECT_THAT(std::string(MessageOf(plan.status())), ::testing::HasSubstr(c.message));
  }
}

}  // namespace
}  // namespace kith::catalog
