// A person's data: given out whole, and erased so that no byte of it is left in the file.
#include "kith/engine/person.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "kith/engine/json.h"
#include "unit/engine/shop.h"

namespace kith {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Shop;

constexpr std::string_view kPeople = R"({
  "package": "test.people", "version": "1.0.0",
  "types": [
    {"name": "person",
     "fields": [{"name": "name", "kind": "text", "required": true, "personal": true}, {"name": "email", "kind": "text", "personal": true},
                {"name": "born", "kind": "date", "personal": true}, {"name": "tier", "kind": "int"}],
     "indexes": [{"name": "by_email", "fields": ["email"], "unique": true}, {"name": "by_tier", "fields": ["tier"], "cover": ["name"]},
                 {"name": "words", "kind": "text", "fields": ["name", "email"]},
                 {"name": "birthdays", "kind": "column", "fields": ["born"]}]},
    {"name": "deal",
     "fields": [{"name": "amount", "kind": "money"}, {"name": "buyer", "kind": "ref", "to": ["person"], "about": true}]},
    {"name": "part",
     "fields": [{"name": "size", "kind": "int"}, {"name": "deal", "kind": "ref", "to": ["deal"], "on_delete": "cascade"}]},
    {"name": "memo",
     "fields": [{"name": "text", "kind": "text", "personal": true}, {"name": "on", "kind": "ref", "to": ["person"], "about": true},
                {"name": "and", "kind": "ref", "to": ["person"], "about": true}],
     "indexes": [{"name": "words", "kind": "text", "fields": ["text"]}]}
  ]
})";

class PersonTest : public ::testing::Test {
 protected:
  PersonTest() {
    shop_.Ensure(kPeople);
    li_ = AddPerson("Xiaomeng Li", "xiaomeng@secret.example");
    wang_ = AddPerson("Otto Wang", "otto@other.example");
    Batch batch = shop_.NewBatch("call with Xiaomeng");
    batch.Set(li_, "name", "Xiaomeng Zhao");
    batch.Set(li_, "tier", 3);
    batch.Link(li_, {"web", "xiaomeng-17"});
    shop_.Apply(batch);
    deal_ = shop_.Add("deal", [&](Batch& b, Id id) {
      b.Set(id, "amount", Money{125'000, *Currency::FromCode("EUR")});
      b.Set(id, "buyer", li_);
      b.Link(id, {"erp", "D-1"});
    });
    part_ = shop_.Add("part", [&](Batch& b, Id id) { b.Set(id, "deal", deal_); });
    memo_ = shop_.Add("memo", [&](Batch& b, Id id) {
      b.Set(id, "text", "prefers zanzibar tea");
      b.Set(id, "on", li_);
    });
    both_ = shop_.Add("memo", [&](Batch& b, Id id) {
      b.Set(id, "text", "quibbled about cardamom");
      b.Set(id, "on", wang_);
      b.Set(id, "and", li_);
    });
    Batch gone = shop_.NewBatch();
    const Id deleted = shop_.Add("memo", [&](Batch& b, Id id) {
      b.Set(id, "text", "owes vermilion ink");
      b.Set(id, "on", li_);
    });
    gone.Delete(deleted);
    shop_.Apply(gone);
    gone_ = deleted;
  }

  Id AddPerson(std::string_view name, std::string_view email) {
    Batch batch = shop_.NewBatch();
    const Id id = batch.Create("person");
    batch.Set(id, "name", name);
    batch.Set(id, "email", email);
    batch.Set(id, "born", Date{9000});
    ApplyOptions options;
    options.idempotency_key = "new " + std::string(email);
    return shop_.Apply(batch, options).ids.at(0);
  }

  // Which of these stand somewhere in the files of a folder.
  static std::vector<std::string> Traces(const std::string& folder) {
    std::vector<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      for (const std::string_view trace : {"Xiaomeng", "xiaomeng", "secret.example", "zanzibar", "cardamom", "vermilion"}) {
        if (bytes.find(trace) != std::string::npos) found.emplace_back(trace);
      }
    }
    return found;
  }

  Shop shop_;
  Id li_, wang_, deal_, part_, memo_, both_, gone_;
};

TEST_F(PersonTest, GivesOutEverythingAboutAPerson) {
  const std::string json = *shop_->ExportPerson(li_);
  for (const Id id : {li_, deal_, part_, memo_, both_, gone_}) EXPECT_THAT(json, HasSubstr("\"id\":" + std::to_string(id.value())));
  EXPECT_THAT(json, Not(HasSubstr("\"id\":" + std::to_string(wang_.value()))));
  for (const char* what : {"Xiaomeng Zhao", "Xiaomeng Li", "xiaomeng-17", "zanzibar", "vermilion", "call with", "\"deleted\":true"}) {
    EXPECT_THAT(json, HasSubstr(what));
  }
  EXPECT_EQ(GetReason(shop_->ExportPerson(Id::Of(li_.type(), 0, 99)).status()), Reason::kRecordMissing);
}

TEST_F(PersonTest, ADryRunCountsAndChangesNothing) {
  const Shop::Dump before = shop_.DumpFile();
  const EraseReport dry = *shop_->ErasePerson(li_, {.dry_run = true});
  EXPECT_TRUE(shop_.DumpFile() == before);
  EXPECT_EQ(dry.sequence, 0u);
  const EraseReport real = *shop_->ErasePerson(li_);
  EXPECT_EQ(dry.records, real.records);
  EXPECT_EQ(dry.values, real.values);
  EXPECT_EQ(dry.history_values, real.history_values);
  EXPECT_EQ(real.values, 5u);          // name, email, birthday; two memos
  EXPECT_EQ(real.history_values, 4u);  // the name before and after; the external reference that was added; the deleted memo
  EXPECT_EQ(real.external_refs, 1u);
  EXPECT_EQ(real.idempotency_keys, 1u);
}

TEST_F(PersonTest, ErasesEverywhereAndKeepsTotals) {
  const EraseReport report = *shop_->ErasePerson(li_, {.actor = Actor("desk", "dpo"), .reason = "request 12"});
  EXPECT_EQ(report.records.at(0), li_);
  EXPECT_THAT(report.records, Contains(gone_));
  EXPECT_THAT(report.shared, ElementsAre(both_));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
  for (const char* field : {"name", "email", "born"}) EXPECT_TRUE(shop_.Get(li_, field).is_null()) << field;
  EXPECT_EQ(shop_.Get(li_, "tier"), Value(3));
  EXPECT_EQ(shop_.Get(deal_, "amount"), Value(Money{125'000, *Currency::FromCode("EUR")}));
  EXPECT_EQ(shop_.Get(deal_, "buyer"), Value(li_));
  EXPECT_TRUE(shop_.Get(both_, "text").is_null());
  EXPECT_EQ(shop_.Get(wang_, "name"), Value("Otto Wang"));
  const auto snapshot = shop_.Read();
  EXPECT_EQ(*snapshot->Find("deal", ExternalRef{"erp", "D-1"}), deal_);
  EXPECT_TRUE(IsNotFound(snapshot->Find("person", ExternalRef{"web", "xiaomeng-17"}).status()));
  EXPECT_THAT(*shop_->ExportPerson(li_), Not(HasSubstr("iaomeng")));
  EXPECT_EQ(snapshot->History(li_)->back().reason, "request 12");
  // The past without the values: what was not personal is as it was.
  EXPECT_EQ(snapshot->History(li_)->at(1).fields.size(), 1u);
}

TEST_F(PersonTest, KeepsWhatIsAboutOthersTooWhenToldSo) {
  const EraseReport report = *shop_->ErasePerson(li_, {.keep_shared = true});
  EXPECT_THAT(report.records, Not(Contains(both_)));
  EXPECT_THAT(report.shared, ElementsAre(both_));
  EXPECT_EQ(shop_.Get(both_, "text"), Value("quibbled about cardamom"));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

TEST_F(PersonTest, LeavesAProof) {
  EXPECT_THAT(*shop_->Erasures(), IsEmpty());
  const EraseReport first = *shop_->ErasePerson(li_, {.actor = Actor("desk", "dpo"), .reason = "request 12"});
  ASSERT_TRUE(shop_->ErasePerson(wang_).ok());
  const std::vector<Erasure> proofs = *shop_->Erasures();
  ASSERT_EQ(proofs.size(), 2u);
  EXPECT_EQ(proofs[0].person, li_);
  EXPECT_EQ(proofs[0].sequence, first.sequence);
  EXPECT_EQ(proofs[0].actor.external, (ExternalRef{"desk", "dpo"}));
  EXPECT_EQ(proofs[0].reason, "request 12");
  EXPECT_EQ(proofs[0].records, first.records.size());
  EXPECT_EQ(proofs[0].values, first.values + first.history_values);
  EXPECT_EQ(proofs[0].digest.size(), 64u);
  EXPECT_NE(proofs[0].digest, proofs[1].digest);
}

TEST_F(PersonTest, AnErasedPersonCanBeErasedAgainAndWrittenTo) {
  ASSERT_TRUE(shop_->ErasePerson(li_).ok());
  EXPECT_EQ(shop_->ErasePerson(li_)->values, 0u);
  Batch batch = shop_.NewBatch();
  batch.Set(li_, "tier", 4);
  shop_.Apply(batch);
  EXPECT_EQ(shop_.Get(li_, "tier"), Value(4));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
  EXPECT_EQ(GetReason(shop_->ErasePerson(Id::Of(li_.type(), 0, 99)).status()), Reason::kRecordMissing);
}

// The raw bytes of the file, and of a backup made later.
TEST_F(PersonTest, NoByteIsLeftInTheFileOnceItIsOverwritten) {
  EXPECT_THAT(Traces(shop_.path()), Contains("Xiaomeng"));
  const EraseReport report = *shop_->ErasePerson(li_, {.overwrite = true});
  EXPECT_GT(report.overwritten.pages, 0u);
  EXPECT_EQ(report.overwritten.kept_back, 0u);
  EXPECT_THAT(Traces(shop_.path()), IsEmpty());
  EXPECT_THAT(shop_.Problems(), IsEmpty());
  const std::string backup = testing::MakeTempDir() + "/copy";
  ASSERT_TRUE(shop_->Backup(backup).ok());
  EXPECT_THAT(Traces(backup), IsEmpty());
  shop_.Close();
  shop_.Open();
  EXPECT_EQ(shop_.Get(wang_, "name"), Value("Otto Wang"));
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

TEST_F(PersonTest, PagesThatASnapshotStillReadsAreKeptBack) {
  auto reader = shop_.Read();
  const EraseReport report = *shop_->ErasePerson(li_, {.overwrite = true});
  EXPECT_GT(report.overwritten.kept_back, 0u);
  EXPECT_EQ(GetField(*reader->catalog().FindType("person"), *reader->Get(li_), "name")->get<std::string>(), "Xiaomeng Zhao");
  reader.reset();
  EXPECT_EQ(shop_->OverwriteFreed()->kept_back, 0u);
  EXPECT_THAT(Traces(shop_.path()), IsEmpty());
  EXPECT_THAT(shop_.Problems(), IsEmpty());
}

}  // namespace
}  // namespace kith
