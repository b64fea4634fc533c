// Repair, and a person's data given out and erased, through the C ABI.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Cares : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch = NewBatch();
    const kith_id contact = kith_batch_create(batch, "contact");
    kith_batch_set_text(batch, contact, "name", KITH_STR("Xiaomeng Li"));
    const kith_id note = kith_batch_create(batch, "note");
    kith_batch_set_text(batch, note, "body", KITH_STR("prefers tea"));
    kith_batch_set_ref(batch, note, "regarding", contact);
    kith_batch_set_ref(batch, note, "contact", contact);
    KITH_ASSERT_OK(Apply(batch), error);
    contact_ = kith_outcome_id(outcome, contact);
    note_ = kith_outcome_id(outcome, note);
  }
  Json Erase(const kith_erase_options* options) {
    Text report;
    EXPECT_EQ(kith_db_erase_person(db, contact_, options, report.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
    return Json::parse(Str(report));
  }

  kith_id contact_ = 0;
  kith_id note_ = 0;
};

TEST_F(Cares, ASoundDatabaseNeedsNoRepair) {
  uint64_t problems = 7;
  Text report;
  KITH_ASSERT_OK(kith_db_repair(db, &problems, report.out(), error.out()), error);
  EXPECT_EQ(problems, 0u);
  EXPECT_EQ(Str(report), R"({"changes":[],"problems":[]})");
}

TEST_F(Cares, GivesOutAndErasesAPerson) {
  Text json;
  KITH_ASSERT_OK(kith_db_export_person(db, contact_, json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json)).at("records").size(), 2u);

  kith_erase_options options = KITH_ERASE_OPTIONS_INIT;
  options.dry_run = 1;
  const Json dry = Erase(&options);
  EXPECT_EQ(NameOf(contact_), "Xiaomeng Li");
  options.dry_run = 0;
  options.overwrite = 1;
  options.actor = kith_ref_ext("desk", "dpo");
  options.reason = KITH_STR("request 12");
  const Json done = Erase(&options);
  EXPECT_EQ(done.at("records"), Json::array({contact_, note_}));
  EXPECT_EQ(done.at("values"), dry.at("values"));
  EXPECT_EQ(NameOf(contact_), "");

  KITH_ASSERT_OK(kith_db_erasures(db, json.out(), error.out()), error);
  const Json proofs = Json::parse(Str(json));
  ASSERT_EQ(proofs.size(), 1u);
  EXPECT_EQ(proofs[0].at("reason"), "request 12");
  KITH_ASSERT_OK(kith_db_overwrite_freed(db, json.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(json)).at("kept_back"), 0);
}

TEST_F(Cares, ChangesTheKindOfAField) {
  KITH_ASSERT_OK(kith_db_ensure(db, KITH_STR(R"({"package": "test.kinds", "version": "1.0.0", "types": [
      {"name": "thing", "fields": [{"name": "size", "kind": "text"}]}]})"),
                                KITH_STR(""), 0, nullptr, error.out()),
                 error);
  Batch batch = NewBatch();
  const kith_id local = kith_batch_create(batch, "thing");
  kith_batch_set_text(batch, local, "size", KITH_STR("7"));
  KITH_ASSERT_OK(Apply(batch), error);
  kith_kind_options options = KITH_KIND_OPTIONS_INIT;
  options.dry_run = 1;
  Text report;
  const kith_str kind = KITH_STR(R"({"kind": "int"})");
  KITH_ASSERT_OK(kith_db_change_kind(db, "thing", "size", kind, &options, report.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(report)).at("failed"), 0);
  KITH_ASSERT_OK(kith_db_change_kind(db, "thing", "size", kind, nullptr, report.out(), error.out()), error);
  EXPECT_EQ(Json::parse(Str(report)).at("former"), "size_former");
  EXPECT_EQ(kith_db_change_kind(db, "thing", "nothing", kind, nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "UnknownField");
}

TEST_F(Cares, KeepsAHashChain) {
  Text json;
  KITH_ASSERT_OK(kith_db_chain_head(db, json.out(), error.out()), error);
  EXPECT_EQ(Str(json), R"({"sequence":0,"hash":""})");
  EXPECT_EQ(kith_db_verify_chain(db, 0, KITH_STR(""), json.out(), error.out()), KITH_FAILED_PRECONDITION);
  KITH_ASSERT_OK(kith_db_begin_chain(db, json.out(), error.out()), error);
  const Json head = Json::parse(Str(json));
  EXPECT_EQ(head.at("sequence"), Sequence());
  kith_erase_options options = KITH_ERASE_OPTIONS_INIT;
  Erase(&options);
  const std::string hash = head.at("hash");
  KITH_ASSERT_OK(kith_db_verify_chain(db, head.at("sequence"), Str(std::string_view(hash)), json.out(), error.out()), error);
  const Json report = Json::parse(Str(json));
  EXPECT_EQ(report.at("broken"), 0) << report;
  EXPECT_EQ(report.at("links"), 2);
  EXPECT_GT(report.at("withheld"), 0);
  KITH_ASSERT_OK(kith_db_verify_chain(db, 1, Str(std::string_view(hash)), json.out(), error.out()), error);
  EXPECT_NE(Json::parse(Str(json)).at("broken"), 0);
}

TEST_F(Cares, BringsAMomentBackAndCompacts) {
  const uint64_t then = Sequence();
  Batch batch = NewBatch();
  kith_batch_set_text(batch, contact_, "name", KITH_STR("other"));
  kith_batch_delete(batch, note_);
  KITH_ASSERT_OK(Apply(batch), error);
  const std::string target = Str(kith_db_path(db)) + "-then";
  Text report;
  KITH_ASSERT_OK(kith_db_restore_to(db, Str(std::string_view(target)), then, INT64_MAX, report.out(), error.out()), error);
  const Json done = Json::parse(Str(report));
  EXPECT_EQ(done.at("sequence"), then);
  EXPECT_EQ(done.at("problems"), Json::array());
  EXPECT_GE(done.at("brought_back"), 2);
  EXPECT_EQ(kith_db_restore_to(db, Str(std::string_view(target)), then, INT64_MAX, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  EXPECT_NE(kith_db_restore_to(db, KITH_STR(""), 1'000'000, 0, nullptr, error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "OutOfRange");
  std::filesystem::remove_all(target);
  KITH_ASSERT_OK(kith_db_compact(db, report.out(), error.out()), error);
  EXPECT_LE(Json::parse(Str(report)).at("bytes_after"), Json::parse(Str(report)).at("bytes_before"));
  EXPECT_EQ(NameOf(contact_), "other");
}

TEST_F(Cares, SalvageNeedsADatabaseThatNobodyHasOpen) {
  Text report;
  const std::string target = Str(kith_db_path(db)) + "-new";
  EXPECT_NE(kith_salvage(kith_db_path(db), Str(std::string_view(target)), nullptr, report.out(), error.out()), KITH_OK);
  EXPECT_EQ(Reason(error), "Locked");
  EXPECT_EQ(report.get(), nullptr);
}

TEST_F(Cares, MetricsOfSeveralDatabases) {
  kith_db* const dbs[] = {db, db};
  const kith_str names[] = {KITH_STR("a"), KITH_STR("b")};
  Text text;
  KITH_ASSERT_OK(kith_metrics(dbs, names, 2, text.out(), error.out()), error);
  EXPECT_NE(Str(text).find("kith_sequence{database=\"b\"}"), std::string::npos);
  EXPECT_EQ(kith_metrics(nullptr, names, 2, text.out(), error.out()), KITH_INVALID_ARGUMENT);
}

TEST_F(Cares, RefusesWhatIsNoPerson) {
  EXPECT_EQ(kith_db_erase_person(db, 5, nullptr, nullptr, error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(Reason(error), "RecordMissing");
  Text json;
  EXPECT_EQ(kith_db_export_person(db, 5, json.out(), error.out()), KITH_NOT_FOUND);
  EXPECT_EQ(json.get(), nullptr);
  // An organisation that people belong to, and what is about nobody: an erasure cannot be undone. A customer who is a person can be erased.
  const kith_id company = Account("1", "Acme");
  Batch batch = NewBatch();
  kith_batch_set_ref(batch, contact_, "account", company);
  const kith_id deal = kith_batch_create(batch, "opportunity");
  kith_batch_set_text(batch, deal, "name", KITH_STR("Pilot"));
  KITH_ASSERT_OK(Apply(batch), error);
  EXPECT_EQ(kith_db_erase_person(db, company, nullptr, nullptr, error.out()), KITH_FAILED_PRECONDITION);
  EXPECT_EQ(Reason(error), "PreconditionFailed");
  EXPECT_EQ(kith_error_record(error), company);
  EXPECT_NE(Str(kith_error_message(error)).find(std::to_string(contact_)), std::string::npos) << Str(kith_error_message(error));
  EXPECT_EQ(kith_db_erase_person(db, kith_outcome_id(outcome, deal), nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "WrongKind");
  const uint64_t before = Sequence();
  KITH_ASSERT_OK(kith_db_erase_person(db, Account("2", "Li Lei"), nullptr, nullptr, error.out()), error);
  EXPECT_GT(Sequence(), before);
  Erase(nullptr);
  KITH_ASSERT_OK(kith_db_erase_person(db, company, nullptr, nullptr, error.out()), error);

  kith_erase_options options = KITH_ERASE_OPTIONS_INIT;
  options.struct_size = 3;
  EXPECT_EQ(kith_db_erase_person(db, contact_, &options, nullptr, error.out()), KITH_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace host
