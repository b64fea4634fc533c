#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "kith/engine/json.h"
#include "support/company.h"

namespace kith {
namespace {

using testing::CompanyDatabase;

// "change name: A > B, size: null > 3"
std::string Text(const Snapshot& snapshot, const Difference& difference) {
  std::string text(NameOf(difference.operation));
  const catalog::TypeDef* type = snapshot.catalog().FindType(difference.record.type());
  for (const FieldChange& field : difference.fields) {
    text += " " + NameOfField(type, field) + ": " + ToText(field.before) + " > " + ToText(field.after);
  }
  return text;
}

std::map<Id, std::string> Between(const Snapshot& snapshot, AsOf from, AsOf to, const DifferenceFilter& filter = {}) {
  std::map<Id, std::string> found;
  Id after;
  do {
    const StatusOr<DifferencePage> page = snapshot.Differences(from, to, filter, after, 2);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    EXPECT_LE(page->differences.size(), 2u);
    for (const Difference& difference : page->differences) {
      EXPECT_TRUE(found.emplace(difference.record, Text(snapshot, difference)).second);
    }
    after = page->next;
  } while (!after.is_null());
  return found;
}

// B12: what is different between two moments of the recorded axis.
TEST(DifferencesTest, NamesWhatWasCreatedChangedAndDeleted) {
  CompanyDatabase db;
  const Id same = db.AddCompany("Same");
  const Id changed = db.AddCompany("Old");
  const Id gone = db.AddCompany("Gone");
  const AsOf from{.recorded = db.Read()->recorded()};
  db.Set(changed, "name", "Middle");
  db.Set(changed, "name", "New");
  db.Set(same, "size", 5);
  db.Set(same, "size", Value());
  db.Delete(gone);
  const Id made = db.AddCompany("Made");
  const Id brief = db.AddCompany("Brief");
  db.Delete(brief);
  const auto snapshot = db.Read();
  const std::map<Id, std::string> expected{{changed, "change name: Old > New"},
                                           {gone, "delete visibility: 0 > null name: Gone > null"},
                                           {made, "create visibility: null > 0 name: null > Made"}};
  EXPECT_EQ(Between(*snapshot, from, {}), expected);
  const std::map<Id, std::string> backwards{{changed, "change name: New > Old"},
                                            {gone, "create visibility: null > 0 name: null > Gone"},
                                            {made, "delete visibility: 0 > null name: Made > null"}};
  EXPECT_EQ(Between(*snapshot, {}, from), backwards);
  EXPECT_TRUE(Between(*snapshot, {}, {}).empty());
}

TEST(DifferencesTest, GoesAlongTheEffectiveAxisToo) {
  CompanyDatabase db;
  Batch batch = db.NewBatch();
  const Time early{db.clock.now().micros - 1000};
  batch.SetEffective(early);
  const Id local = batch.Create("company");
  batch.Set(local, "name", "A");
  const Id id = db.Apply(batch).ids[0];
  const Time late{db.clock.now().micros - 500};
  db.SetAt(id, "size", 7, late);
  const auto snapshot = db.Read();
  const AsOf before{.effective = Time{early.micros - 1}};
  const AsOf between{.effective = Time{late.micros - 1}};
  EXPECT_EQ(Between(*snapshot, before, between), (std::map<Id, std::string>{{id, "create visibility: null > 0 name: null > A"}}));
  EXPECT_EQ(Between(*snapshot, between, {}, {.types = {"company"}}), (std::map<Id, std::string>{{id, "change size: null > 7"}}));
  EXPECT_TRUE(Between(*snapshot, between, {}, {.types = {"note"}}).empty());
}

TEST(DifferencesTest, IsNarrowedByTypesAndFields) {
  CompanyDatabase db;
  const Id id = db.AddCompany("A");
  const AsOf from{.recorded = db.Read()->recorded()};
  Batch batch = db.NewBatch();
  batch.Set(id, "size", 1);
  batch.Set(id, "owner", Id(1));
  db.Apply(batch);
  const auto snapshot = db.Read();
  EXPECT_EQ(Between(*snapshot, from, {}, {.fields = {"size"}}), (std::map<Id, std::string>{{id, "change size: null > 1"}}));
  EXPECT_EQ(Between(*snapshot, from, {}, {.fields = {"owner"}}), (std::map<Id, std::string>{{id, "change owner: null > 1"}}));
  EXPECT_TRUE(Between(*snapshot, from, {}, {.fields = {"name"}}).empty());
  EXPECT_TRUE(Between(*snapshot, from, {}, {.types = {"person"}}).empty());
  EXPECT_EQ(GetReason(snapshot->Differences(from, {}, {.types = {"nothing"}}, {}, 1).status()), Reason::kUnknownType);
  const Status unknown = snapshot->Differences(from, {}, {.types = {"company"}, .fields = {"email"}}, {}, 1).status();
  EXPECT_EQ(GetReason(unknown), Reason::kUnknownField);
  EXPECT_EQ(GetErrorInfo(unknown).field, "email");
  EXPECT_EQ(GetReason(snapshot->Differences(from, {}, {.fields = {"version"}}, {}, 1).status()), Reason::kUnknownField);
}

TEST(DifferencesTest, ShowsNobodyWhatTheyMayNotSee) {
  CompanyDatabase db;
  const AsOf from{.recorded = db.Read()->recorded()};
  const Id mine = db.AddCompany("Mine", [](Batch& batch, Id id) {
    batch.Set(id, "owner", Id(7));
    batch.Set(id, "visibility", 2);
  });
  db.AddCompany("Theirs", [](Batch& batch, Id id) {
    batch.Set(id, "owner", Id(8));
    batch.Set(id, "visibility", 2);
  });
  const auto snapshot = db.Read({.id = Id(7), .units = {}});
  const std::map<Id, std::string> found = Between(*snapshot, from, {});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found.contains(mine));
}

TEST(DifferencesTest, HasAJsonForm) {
  CompanyDatabase db;
  const Id id = db.AddCompany("A");
  const AsOf from{.recorded = db.Read()->recorded()};
  db.Set(id, "size", 1);
  const auto snapshot = db.Read();
  const DifferencePage page = snapshot->Differences(from, {}, {}, {}, 10).value();
  EXPECT_EQ(DifferencesToJson(snapshot->catalog(), page),
            R"({"next":null,"differences":[{"record":)" + std::to_string(id.value()) +
                R"(,"type":"company","operation":"change","fields":[{"field":"size","before":null,"after":1}]}]})");
}

}  // namespace
}  // namespace kith
