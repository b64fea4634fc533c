// A temporary database for the tests of relationships: contacts, meetings, evidence, roles in deals.
#ifndef KITH_TESTS_UNIT_INSIGHT_RELATION_WORLD_H_
#define KITH_TESTS_UNIT_INSIGHT_RELATION_WORLD_H_

#include <gtest/gtest.h>

#include <string_view>
#include <utility>
#include <vector>

#include "unit/model/world.h"

namespace kith::insight {

class Relations : public ::testing::Test {
 protected:
  Id Add(std::string_view type, const std::vector<std::pair<std::string_view, Value>>& fields) {
    Batch batch = world_.NewBatch();
    const Id id = batch.Create(type);
    for (const auto& [name, value] : fields) batch.Set(id, name, value);
    return world_.Apply(batch).at(id.local_index());
  }
  Value Choose(std::string_view type, std::string_view field, std::string_view choice) {
    return Choice{world_.Read()->catalog().FindType(type)->FindField(field)->FindChoice(choice)->number};
  }
  Id Contact() { return Add("contact", {{"name", "Li"}}); }
  Id Meet(Id employee, Id contact, std::string_view direction = "mutual") {
    return Add("interaction", {{"kind", Choose("interaction", "kind", "meeting")},
                               {"direction", Choose("interaction", "direction", direction)},
                               {"at", world_.now()},
                               {"employee", employee},
                               {"contact", contact}});
  }
  Id Say(Id subject, Id party, std::string_view dimension, double value) {
    return Add("evidence", {{"subject", subject},
                            {"party", party.is_null() ? Value() : Value(party)},
                            {"dimension", Choose("evidence", "dimension", dimension)},
                            {"value", value},
                            {"source", Choose("evidence", "source", "document")},
                            {"at", world_.now()}});
  }
  Id GiveRole(Id contact, Id deal, std::string_view role, bool veto = false) {
    return Add("contact_role", {{"contact", contact},
                                {"opportunity", deal},
                                {"role", Choose("contact_role", "role", role)},
                                {"political", Choose("contact_role", "political", "inner_circle")},
                                {"veto", veto}});
  }
  model::World world_;
};

}  // namespace kith::insight

#endif  // KITH_TESTS_UNIT_INSIGHT_RELATION_WORLD_H_
