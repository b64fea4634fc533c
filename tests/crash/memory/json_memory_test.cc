// Memory runs out at each allocation of the calls of the C ABI that are asked, answered or told in JSON. // R16
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "memory_host.h"
#include "support/paths.h"

namespace kith {
namespace {

using host::Str;

// Something of each type that questions ask about.
constexpr kith_str kContent = KITH_STR(R"({"reason": "all there is", "changes": [
    {"create": "employee", "ref": ["m", "ann"], "as": "ann", "set": {"name": "Ann", "active": true}},
    {"create": "account", "ref": ["m", "acme"], "as": "acme", "set": {"name": "Acme of the long name 华为技术有限公司", "kind": "store", "tags": ["a", "b"]}},
    {"create": "account", "ref": ["m", "sub"], "as": "sub", "set": {"name": "Acme's subsidiary in Wuhan", "parent": "$acme"}},
    {"create": "account_relation", "set": {"from": "$sub", "to": "$acme", "kind": "subsidiary_of"}},
    {"create": "contact", "ref": ["m", "li"], "as": "li", "set": {"name": "Li Wei", "account": "$acme", "email": "li@acme.example", "mobile": "13900001111"}},
    {"create": "contact", "ref": ["m", "lee"], "as": "lee", "set": {"name": "Wei Li", "account": "$acme", "mobile": "+86 139 0000 1111"}},
    {"create": "competitor", "ref": ["m", "rival"], "set": {"name": "Rival"}},
    {"create": "product", "ref": ["m", "pump"], "as": "pump", "set": {"name": "Pump"}},
    {"create": "opportunity", "ref": ["m", "deal"], "as": "deal", "set": {"name": "Desks for all of Wuhan", "account": "$acme", "amount": "700.00 CNY", "owner": "$ann", "close_date": "2026-03-20"}, "effective": "2026-01-10"},
    {"create": "interaction", "set": {"kind": "meeting", "direction": "mutual", "at": "2026-02-01T10:00:00Z", "employee": "$ann", "contact": "$li", "regarding": "$deal"}},
    {"create": "task", "set": {"subject": "Send an offer", "status": "open", "due": "2026-03-01T10:00:00Z", "regarding": "$deal", "owner": "$ann"}},
    {"create": "note", "set": {"body": "Wants a lantern for each of forty rooms", "regarding": "$deal"}},
    {"create": "quote", "as": "quote", "set": {"opportunity": "$deal", "account": "$acme", "status": "sent"}},
    {"create": "quote_line", "set": {"quote": "$quote", "product": "$pump", "quantity": "3", "price": "12.50 CNY"}},
    {"create": "order", "as": "order", "set": {"account": "$acme", "opportunity": "$deal", "status": "delivered"}},
    {"create": "order_line", "set": {"order": "$order", "product": "$pump", "quantity": "2"}},
    {"create": "invoice", "as": "invoice", "set": {"account": "$acme", "status": "issued", "total": "100.00 CNY", "date": "2026-01-01", "due": "2026-01-31"}},
    {"create": "receipt", "set": {"invoice": "$invoice", "date": "2026-02-10", "amount": "40.00 CNY"}},
    {"create": "visit_plan", "set": {"account": "$acme", "every_days": 7, "starts": "2026-02-01"}},
    {"create": "stock_check", "set": {"account": "$acme", "product": "$pump", "on_hand": 0, "par": 5}},
    {"create": "pool", "as": "pool", "set": {"name": "north", "capacity": 5, "recycle_days": 1}},
    {"create": "pool_member", "set": {"pool": "$pool", "employee": "$ann"}},
    {"create": "lead", "ref": ["m", "lead"], "set": {"name": "Wang", "company": "Bloom", "pool": "north"}}]})");

// Questions and answers in JSON: each comes back as an error or as the same text.
class JsonMemoryTest : public MemoryHost {
 protected:
  using Ask = std::function<kith_code(kith_text** text)>;
  static constexpr int64_t kNow = 1'772'323'200'000'000;  // 2026-03-01
  static constexpr int64_t kDay = 86'400'000'000;

  void SetUp() override {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.temporary = 1;
    options.clock = [](uintptr_t) { return kNow; };
    KITH_ASSERT_OK(kith_db_open(Str(""), &options, db.out(), error.out()), error);
    host::Batch batch;
    KITH_ASSERT_OK(kith_batch_from_json(db, kContent, batch.out(), error.out()), error);
    const kith_id deal = kith_batch_existing(batch, "opportunity", kith_ref_ext("m", "deal"));
    kith_batch_move(batch, deal, "default/proposal");
    kith_batch_define_segment(batch, KITH_STR("large"), KITH_STR("opportunity"), KITH_STR("amount > money(1, 'CNY')"));
    KITH_ASSERT_OK(Apply(batch), error);
    for (uint64_t number = 1; number < 20; ++number)
      KITH_ASSERT_OK(Apply(Deal(number, kNow - static_cast<int64_t>(number) * 12 * 86'400'000'000)), error);
    for (const int64_t won : {30, 60, 90, 120, 150}) KITH_ASSERT_OK(Apply(DealThatTook(25, kNow - won * kDay)), error);
    snapshot_ = Read();
    deal_ = Find("opportunity", "deal");
    account_ = Find("account", "acme");
    contact_ = Find("contact", "li");
    employee_ = Find("employee", "ann");
  }
  host::Batch DealThatTook(int64_t days, int64_t won) {
    host::Batch batch = NewBatch();
    kith_batch_set_effective(batch, won - days * kDay);
    const kith_id deal = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, deal, "name", KITH_STR("Won in its time"));
    kith_batch_set_money(batch, deal, "amount", 70'000, "CNY");
    kith_batch_move(batch, deal, "default/proposal");
    kith_batch_set_effective(batch, won);
    kith_batch_move(batch, deal, "default/won");
    return batch;
  }
  kith_id Find(const char* type, const char* key) {
    kith_id id = 0;
    EXPECT_EQ(kith_snapshot_find(Read(), type, kith_ref_ext("m", key), &id, error.out()), KITH_OK) << type;
    return id;
  }
  void RunEach(const char* name, const Ask& ask) {
    host::Text right;
    host::Text text;
    KITH_ASSERT_OK(ask(right.out()), error) << name;
    FailEach(
        name, 6, [&] { text.Reset(); }, [&] { return ask(text.out()); },
        [&](kith_code code) { EXPECT_EQ(Str(text), code == KITH_OK ? Str(right) : ""); });
  }

  host::Snapshot snapshot_;
  kith_id account_ = 0;
  kith_id deal_ = 0;
  kith_id contact_ = 0;
  kith_id employee_ = 0;
};

TEST_F(JsonMemoryTest, RecordsAndWhatBecameOfThem) {
  const kith_str none = {nullptr, 0};
  const kith_as_of now = {INT64_MAX, INT64_MAX};
  kith_walk_options inwards = KITH_WALK_OPTIONS_INIT;
  inwards.direction = KITH_DIRECTION_IN;
  const kith_str subsidiaries = KITH_STR(R"(["account_relation.subsidiary_of"])");
  RunEach("record", [&](kith_text** text) { return kith_snapshot_record_json(snapshot_, deal_, text, error.out()); });
  RunEach("record as of",
          [&](kith_text** text) { return kith_snapshot_record_json_as_of(snapshot_, deal_, INT64_MAX, kNow, text, error.out()); });
  RunEach("history", [&](kith_text** text) { return kith_snapshot_history(snapshot_, deal_, text, error.out()); });
  RunEach("references", [&](kith_text** text) { return kith_snapshot_external_refs(snapshot_, deal_, text, error.out()); });
  RunEach("feed", [&](kith_text** text) {
    return kith_snapshot_feed(snapshot_, 0, KITH_STR(R"({"types": ["account"], "fields": ["name"]})"), 50, text, error.out());
  });
  RunEach("differences", [&](kith_text** text) {
    return kith_snapshot_differences(snapshot_, {0, 0}, now, KITH_STR(R"({"types": ["account"]})"), 0, 50, text, error.out());
  });
  RunEach("timeline",
          [&](kith_text** text) { return kith_snapshot_timeline(snapshot_, deal_, KITH_STR(R"({"limit": 9})"), text, error.out()); });
  RunEach("thread", [&](kith_text** text) { return kith_snapshot_thread(snapshot_, deal_, text, error.out()); });
  RunEach("told", [&](kith_text** text) { return kith_snapshot_told(snapshot_, 1, 2, text, error.out()); });
  RunEach("guide", [&](kith_text** text) { return kith_snapshot_guide(snapshot_, deal_, text, error.out()); });
  RunEach("search", [&](kith_text** text) { return kith_snapshot_search(snapshot_, KITH_STR("desks wuhan"), nullptr, text, error.out()); });
  RunEach("neighbours",
          [&](kith_text** text) { return kith_snapshot_neighbours(snapshot_, account_, "account_relation", &inwards, text, error.out()); });
  RunEach("traverse",
          [&](kith_text** text) { return kith_snapshot_traverse(snapshot_, account_, subsidiaries, &inwards, text, error.out()); });
  RunEach("total", [&](kith_text** text) {
    return kith_snapshot_group_total(snapshot_, account_, KITH_STR(R"({"relation": "account_relation.subsidiary_of"})"), text, error.out());
  });
  RunEach("person", [&](kith_text** text) { return kith_db_export_person(db, contact_, text, error.out()); });
  RunEach("owned", [&](kith_text** text) { return kith_snapshot_owned(snapshot_, account_, INT64_MAX, text, error.out()); });
  RunEach("batch", [&](kith_text** text) {
    host::Batch batch;
    const kith_code code = kith_batch_from_json(db, kContent, batch.out(), error.out());
    return code == KITH_OK ? kith_batch_to_json(batch, text, error.out()) : code;
  });
  RunEach("revert", [&](kith_text** text) {
    host::Batch batch;
    kith_code code = kith_batch_new(db, {}, none, batch.out(), error.out());
    if (code == KITH_OK) code = kith_batch_revert(batch, snapshot_, deal_, {kNow, INT64_MAX}, nullptr, 0, text, error.out());
    return code;
  });
  RunEach("assign", [&](kith_text** text) {
    host::Batch batch;
    kith_code code = kith_batch_new(db, {}, none, batch.out(), error.out());
    if (code == KITH_OK) code = kith_batch_assign(batch, snapshot_, "north", none, text, error.out());
    return code;
  });
  const kith_str query = KITH_STR(R"({"from": "account", "where": "name > 'Account 1'", "select": ["name", "tags"], "order": ["-name"]})");
  RunEach("query", [&](kith_text** text) {
    host::Owned<kith_query, kith_query_free> prepared;
    host::Owned<kith_rows, kith_rows_free> rows;
    kith_code code = kith_query_prepare(snapshot_, query, prepared.out(), error.out());
    if (code == KITH_OK) code = kith_query_explain(prepared, text, error.out());
    kith_text_free(*text);
    *text = nullptr;
    if (code == KITH_OK) code = kith_query_run(prepared, snapshot_, none, nullptr, rows.out(), error.out());
    if (code == KITH_OK) code = kith_rows_json(rows, 100, text, error.out());
    return code;
  });
  RunEach("expression", [&](kith_text** text) {
    return kith_eval(KITH_STR(R"({'a': [1, 2.5, 'a text that is not short'], 'b': timestamp('2026-01-01T00:00:00Z')})"), text, error.out());
  });
}

TEST_F(JsonMemoryTest, WhatTheDatabaseTellsOfItself) {
  const kith_str none = {nullptr, 0};
  const kith_str package = KITH_STR(R"({"package": "test.box", "version": "1.0.0", "types": [{"name": "box", "fields": [
      {"name": "size", "kind": "int"}, {"name": "account", "kind": "ref", "to": ["account"]}]}]})");
  RunEach("catalog", [&](kith_text** text) { return kith_db_catalog(db, text, error.out()); });
  RunEach("schema", [&](kith_text** text) { return kith_db_schema(db, "opportunity", text, error.out()); });
  RunEach("numbers", [&](kith_text** text) { return kith_package_numbers(package, none, text, error.out()); });
  RunEach("package", [&](kith_text** text) { return kith_db_ensure(db, package, none, 1, text, error.out()); });
  RunEach("policy", [&](kith_text** text) { return kith_db_policy(db, text, error.out()); });
  RunEach("access", [&](kith_text** text) { return kith_snapshot_type_access(snapshot_, "opportunity", text, error.out()); });
  RunEach("segments", [&](kith_text** text) { return kith_snapshot_segments(snapshot_, nullptr, text, error.out()); });
  RunEach("pipelines", [&](kith_text** text) { return kith_snapshot_pipelines(snapshot_, nullptr, text, error.out()); });
  RunEach("pipeline's next version", [&](kith_text** text) {
    return kith_db_migrate_pipeline(db, KITH_STR(R"({"pipeline": {"name": "default", "for_type": "opportunity", "stages": [{"name": "work"},
        {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]}, "map": {"proposal": {"to": "work", "when": "name != ''"}}})"),
                                    1, text, error.out());
  });
  RunEach("erasures", [&](kith_text** text) { return kith_db_erasures(db, text, error.out()); });
  RunEach("verify", [&](kith_text** text) {
    uint64_t problems = 1;
    const kith_code code = kith_db_verify(db, &problems, text, error.out());
    EXPECT_EQ(problems, code == KITH_OK ? 0U : problems);
    return code;
  });
  RunEach("replica", [&](kith_text** text) { return kith_db_read_replica(db, 0, 2, 1'000, text, error.out()); });
  RunEach("lines", [&](kith_text** text) {
    kith_export_lines_options options = KITH_EXPORT_LINES_OPTIONS_INIT;
    options.history = 1;
    options.write = [](kith_str, uintptr_t) -> uint8_t { return 1; };
    return kith_snapshot_export_lines(snapshot_, none, &options, text, error.out());
  });
}

TEST_F(JsonMemoryTest, Insights) {
  const kith_str none = {nullptr, 0};
  kith_insight_options options = KITH_INSIGHT_OPTIONS_INIT;
  options.as_of = kNow;
  using Of = std::function<kith_code(kith_str question, kith_text * *text)>;
  const auto of_snapshot = [&](auto* call) {
    return [this, call](kith_str question, kith_text** text) { return call(snapshot_, question, text, error.out()); };
  };
  const auto of_record = [&](auto* call, kith_id record) {
    return [this, call, record](kith_str question, kith_text** text) { return call(snapshot_, record, question, text, error.out()); };
  };
  const auto of_pipeline = [&](auto* call) {
    return [this, call](kith_str question, kith_text** text) { return call(snapshot_, "default", question, text, error.out()); };
  };
  const auto of_deals = [&](auto* call) {
    return [this, call, &options](kith_str, kith_text** text) { return call(snapshot_, "default", &options, text, error.out()); };
  };
  struct Question {
    const char* name;
    Of ask;
    const char* question = R"({"as_of": "2026-03-01T00:00:00Z"})";
  };
  const Question questions[] = {
      {"ties", of_record(kith_snapshot_ties, contact_)},
      {"introductions", of_record(kith_snapshot_introductions, contact_)},
      {"map", of_record(kith_snapshot_relation_map, account_)},
      {"map to draw", of_record(kith_snapshot_relation_map, account_), R"({"form": "graphml"})"},
      {"card", of_record(kith_snapshot_card, account_)},
      {"brief", of_record(kith_snapshot_brief, contact_)},
      {"action line", of_record(kith_snapshot_action_line, deal_)},
      {"buyers", of_record(kith_snapshot_rank_buyers, 0)},
      {"worklist", of_record(kith_snapshot_worklist, employee_), R"({"now": "2026-03-01T00:00:00Z"})"},
      {"worth", of_record(kith_snapshot_worth, deal_), R"({"chance": 0.5})"},
      {"four questions",
       [&](kith_str question, kith_text** text) { return kith_snapshot_four_questions(snapshot_, deal_, 0, question, text, error.out()); }},
      {"penetration", of_pipeline(kith_snapshot_penetration), R"({"now": "2026-03-01T00:00:00Z"})"},
      {"winning", of_pipeline(kith_snapshot_winning)},
      {"walk", of_pipeline(kith_snapshot_walk), R"({"since": "2026-01-01T00:00:00Z"})"},
      {"receivables", of_snapshot(kith_snapshot_receivables), R"({"as_of": "2026-03-01", "late_days": [5, 15]})"},
      {"visits", of_snapshot(kith_snapshot_visits), R"({"today": "2026-03-20"})"},
      {"ways", of_deals(kith_snapshot_ways)},
      {"reps", of_deals(kith_snapshot_reps)},
      {"scorecards", of_deals(kith_snapshot_scorecards)},
      {"biases", of_deals(kith_snapshot_biases)},
      {"health", of_deals(kith_snapshot_health)},
      {"saved forecasts", of_deals(kith_snapshot_saved_forecasts)},
      {"submissions", of_deals(kith_snapshot_submissions)},
      {"deals behind",
       [&](kith_str, kith_text** text) {
         return kith_snapshot_deals_behind(snapshot_, "default", "proposal", &options, text, error.out());
       }},
      {"gap", [&](kith_str, kith_text** text) { return kith_snapshot_gap(snapshot_, "default", "2026-02", &options, text, error.out()); }},
      {"velocity",
       [&](kith_str, kith_text** text) {
         return kith_snapshot_velocity(snapshot_, "default", "2025-12", "2026-01", &options, text, error.out());
       }},
      {"summary",
       [&](kith_str, kith_text** text) { return kith_snapshot_summary(snapshot_, "default", "2026-03", &options, text, error.out()); }},
      {"backtest",
       [&](kith_str, kith_text** text) { return kith_snapshot_backtest(snapshot_, "default", "month", 2, &options, text, error.out()); }},
      {"funnel",
       [&](kith_str, kith_text** text) {
         host::Funnel funnel;
         const kith_code code = kith_snapshot_funnel(snapshot_, "default", &options, funnel.out(), error.out());
         return code == KITH_OK ? kith_funnel_to_json(funnel, text, error.out()) : code;
       }},
      {"forecast",
       [&](kith_str, kith_text** text) {
         host::Forecast forecast;
         const kith_code code = kith_snapshot_forecast(snapshot_, "default", "2026-03", &options, forecast.out(), error.out());
         return code == KITH_OK ? kith_forecast_to_json(forecast, text, error.out()) : code;
       }},
      {"mined stages", [&](kith_str, kith_text** text) { return kith_snapshot_mine_stages(snapshot_, "default", text, error.out()); }},
      {"replayed stages",
       [&](kith_str stages, kith_text** text) { return kith_snapshot_replay_stages(snapshot_, "default", stages, text, error.out()); },
       R"([{"name": "quote", "activities": ["quote:sent"]}])"},
      {"duplicates",
       [&](kith_str question, kith_text** text) { return kith_snapshot_duplicates(snapshot_, "contact", question, text, error.out()); },
       R"({"review": 0.5, "threads": 1})"},
      {"who is",
       [&](kith_str question, kith_text** text) { return kith_snapshot_who_is(snapshot_, "contact", question, none, text, error.out()); },
       R"({"values": {"name": "Li Wei", "mobile": "139 0000 1111"}})"},
      {"allocation", [&](kith_str question, kith_text** text) { return kith_allocate(question, text, error.out()); },
       R"({"deals": [{"deal": 1, "value": 9, "base": 0.2}, {"deal": 2, "value": 5, "base": 0.4}],
           "experts": [{"expert": 7, "cost": 1, "effect": [0.4, null]}]})"},
      {"credit", [&](kith_str question, kith_text** text) { return kith_credit(question, text, error.out()); },
       R"({"model": "decay", "journeys": [{"touches": [{"channel": "a fair in the neighbourhood", "at": "2026-01-01T00:00:00Z"}],
           "converted": "2026-02-01T00:00:00Z", "revenue": {"minor": 9, "currency": "CNY"}}], "costs": []})"},
      {"habit", [&](kith_str question, kith_text** text) { return kith_habit(question, text, error.out()); },
       R"({"past": [{"value": 3, "weight": 1}, {"value": 4, "weight": 1}], "prior": {"mean": 3, "sd": 1, "weight": 1, "sd_weight": 1},
           "value": 9})"},
  };
  for (const Question& one : questions) {
    RunEach(one.name, [&one, question = kith_str_from_cstr(one.question)](kith_text** text) { return one.ask(question, text); });
  }
  struct Subject {
    const char* name;
    kith_id subject;
    kith_id object;
  };
  for (const Subject& one :
       {Subject{"of a person", 0, contact_}, Subject{"of a deal", 0, deal_}, Subject{"of an account", 0, account_},
        Subject{"of an employee", employee_, 0}, Subject{"of the company", 0, 0}, Subject{"of a rival", Find("competitor", "rival"), 0}}) {
    RunEach(one.name, [&](kith_text** text) {
      return kith_snapshot_relation(snapshot_, one.subject, one.object, kith_str_from_cstr(questions[0].question), text, error.out());
    });
  }
}

// What changes the database is told in JSON: it is done or refused, and goes afterwards.
class JsonWritesMemoryTest : public JsonMemoryTest {
 protected:
  using Write = std::function<kith_code(kith_text** text)>;
  // `prepare` makes what `write` needs, each time.
  void RunEach(const char* name, const std::function<void()>& prepare, const Write& write, uint64_t usual = 3) {
    host::Text text;
    FailEach(
        name, usual, prepare, [&] { return write(text.out()); }, [](kith_code) {});
    uint64_t problems = 1;
    KITH_ASSERT_OK(kith_db_verify(db, &problems, nullptr, error.out()), error);
    EXPECT_EQ(problems, 0U) << name;
  }
  // Records of a batch in JSON in which % is a new number.
  void Make(std::string json) {
    ++number_;
    for (size_t at = 0; (at = json.find('%')) != std::string::npos;) json.replace(at, 1, std::to_string(number_));
    host::Batch batch;
    KITH_ASSERT_OK(kith_batch_from_json(db, Str(std::string_view(json)), batch.out(), error.out()), error);
    KITH_ASSERT_OK(Apply(batch), error);
    made_[0] = kith_outcome_id(outcome, kith_id{1} << 63);
    made_[1] = kith_outcome_id(outcome, (kith_id{1} << 63) + 1);
  }
  void TearDown() override {
    for (const std::string& path : {target_, other_}) std::filesystem::remove_all(path);
  }

  uint64_t number_ = 0;
  kith_id made_[2] = {};  // of the last batch
  const std::string target_ = testing::MakeTempDir() + "/target";
  const std::string other_ = testing::MakeTempDir() + "/other";
};

TEST_F(JsonWritesMemoryTest, ChangesOfRecords) {
  const kith_str none = {nullptr, 0};
  std::string changes;
  RunEach(
      "batch",
      [&] {
        changes =
            R"({"changes": [{"create": "account", "ref": ["n", ")" + std::to_string(++number_) +
            R"("], "as": "a", "set": {"name": "A name that is long"}}, {"create": "opportunity", "set": {"name": "B", "account": "$a"}}]})";
      },
      [&](kith_text** text) {
        host::Batch batch;
        host::Outcome done;
        kith_code code = kith_batch_from_json(db, Str(std::string_view(changes)), batch.out(), error.out());
        if (code == KITH_OK) code = kith_batch_to_json(batch, text, error.out());
        if (code == KITH_OK) code = kith_db_apply(db, batch, nullptr, done.out(), error.out());
        return code;
      });
  RunEach(
      "merge",
      [&] {
        Make(R"({"changes": [{"create": "contact", "set": {"name": "Li % of Wuhan", "email": "a%@b.example"}},
            {"create": "contact", "set": {"name": "Li % of Wuhan", "phone": "%"}}]})");
      },
      [&](kith_text** text) { return kith_db_merge(db, made_, 2, {}, none, none, nullptr, text, error.out()); });
  RunEach(
      "convert",
      [&] {
        Make(
            R"({"changes": [{"create": "lead", "set": {"name": "Wang %", "company": "Bloom %", "email": "w%@b.example", "possible_project": "Tea"}}]})");
      },
      [&](kith_text** text) {
        return kith_db_convert(db, made_[0], {}, KITH_STR("worth it"), KITH_STR(R"({"pipeline": "default"})"), nullptr, text, error.out());
      });
  RunEach(
      "order",
      [&] {
        Make(R"({"changes": [{"create": "quote", "as": "q", "set": {"status": "accepted"}},
            {"create": "quote_line", "set": {"quote": "$q", "quantity": "4", "price": "10.00 CNY"}}]})");
      },
      [&](kith_text** text) { return kith_db_continue_document(db, made_[0], "order", {}, none, none, nullptr, text, error.out()); });
  RunEach(
      "recycle", [] {}, [&](kith_text** text) { return kith_db_recycle_pools(db, kNow, nullptr, {}, text, error.out()); });
  RunEach(
      "erase a person", [&] { Make(R"({"changes": [{"create": "contact", "set": {"name": "Gone %", "email": "gone%@b.example"}}]})"); },
      [&](kith_text** text) { return kith_db_erase_person(db, made_[0], nullptr, text, error.out()); });
  RunEach(
      "purge",
      [&] {
        Make(
            R"({"changes": [{"create": "note", "set": {"body": "of no worth %", "regarding": {"type": "account", "ref": ["m", "acme"]}}}]})");
        host::Batch batch = NewBatch();
        kith_batch_delete(batch, made_[0]);
        KITH_ASSERT_OK(Apply(batch), error);
      },
      [&](kith_text** text) { return kith_db_purge(db, made_, 1, nullptr, text, error.out()); });
}

TEST_F(JsonWritesMemoryTest, ChangesOfTheDatabase) {
  const kith_str none = {nullptr, 0};
  std::string package;
  RunEach(
      "package",
      [&] {
        const std::string number = std::to_string(++number_);
        package = R"({"package": "test.box)" + number + R"(", "version": "1.0.0", "types": [{"name": "box)" + number +
                  R"(", "fields": [{"name": "size", "kind": "int"}, {"name": "account", "kind": "ref", "to": ["account"]}]}]})";
      },
      [&](kith_text** text) { return kith_db_ensure(db, Str(std::string_view(package)), none, 0, text, error.out()); });
  RunEach(
      "policy", [] {},
      [&](kith_text** text) {
        return kith_db_set_policy(db, KITH_STR(R"({"types": {"opportunity": {"read": ["owner", "role:audit"]}}})"), {}, 0, text,
                                  error.out());
      });
  RunEach(
      "repair", [] {},
      [&](kith_text** text) {
        uint64_t problems = 0;
        return kith_db_repair(db, &problems, text, error.out());
      });
  RunEach(
      "chain", [] {},
      [&](kith_text** text) {
        kith_code code = kith_db_begin_chain(db, text, error.out());
        kith_text_free(*text);
        *text = nullptr;
        if (code == KITH_OK) code = kith_db_chain_head(db, text, error.out());
        return code;
      });
  RunEach(
      "prune", [] {}, [&](kith_text** text) { return kith_db_prune(db, 1, text, error.out()); });
  RunEach(
      "overwrite", [] {}, [&](kith_text** text) { return kith_db_overwrite_freed(db, text, error.out()); });
  RunEach(
      "restore", [&] { std::filesystem::remove_all(target_); },
      [&](kith_text** text) { return kith_db_restore_to(db, Str(std::string_view(target_)), 3, INT64_MAX, text, error.out()); });
  RunEach(
      "compact", [&] { snapshot_.Reset(); }, [&](kith_text** text) { return kith_db_compact(db, text, error.out()); });
}

// Each takes several batches: where memory runs out between them, what was begun is whole, and the next call or opening goes on with it.
TEST_F(JsonWritesMemoryTest, ChangesInSteps) {
  const kith_str none = {nullptr, 0};
  std::string name;
  std::string plan;
  RunEach(
      "change of kind",
      [&] {
        name = "crate" + std::to_string(++number_);
        const std::string package = R"({"package": "test.)" + name + R"(", "version": "1.0.0", "types": [{"name": ")" + name +
                                    R"(", "fields": [{"name": "size", "kind": "int"}]}]})";
        KITH_ASSERT_OK(kith_db_ensure(db, Str(std::string_view(package)), none, 0, nullptr, error.out()), error);
        Make(R"({"changes": [{"create": ")" + name + R"(", "set": {"size": %}}, {"create": ")" + name + R"(", "set": {"size": 2%}}]})");
      },
      [&](kith_text** text) {
        return kith_db_change_kind(db, name.c_str(), "size", KITH_STR(R"({"kind": "decimal", "scale": 2})"), nullptr, text, error.out());
      });
  RunEach(
      "migration",
      [&] {
        name = "way" + std::to_string(++number_);
        host::Batch batch = NewBatch();
        kith_batch_define_pipeline(batch, Str(std::string_view(R"({"name": ")" + name + R"(", "for_type": "opportunity", "stages": [
            {"name": "asked"}, {"name": "offered"}, {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]})")));
        KITH_ASSERT_OK(Apply(batch), error);
        batch = NewBatch();
        for (const char* stage : {"/asked", "/offered"}) {
          const kith_id deal = kith_batch_create(batch, "opportunity");
          kith_batch_set_text(batch, deal, "name", KITH_STR("Deal on its way"));
          kith_batch_move(batch, deal, (name + stage).c_str());
        }
        KITH_ASSERT_OK(Apply(batch), error);
        plan = R"({"pipeline": {"name": ")" + name + R"(", "for_type": "opportunity", "stages": [{"name": "working"},
            {"name": "won", "kind": "won"}, {"name": "lost", "kind": "lost"}]}, "map": {"asked": "working", "offered": "working"}})";
      },
      [&](kith_text** text) { return kith_db_migrate_pipeline(db, Str(std::string_view(plan)), 0, text, error.out()); });
}

TEST_F(JsonWritesMemoryTest, FilesAndOtherDatabases) {
  const std::string folder = testing::MakeTempDir();
  std::ofstream(folder + "/clients.csv") << "no,title,staff\n1,Acme of the long name,5\n2,,7\n3,Bad,many\n";
  const kith_str mapping = KITH_STR(R"({"name": "clients", "files": [{"file": "clients.csv", "type": "account", "system": "clients",
      "key": "no", "columns": [{"column": "title", "field": "name"}, {"column": "staff", "field": "employees"}]}]})");
  RunEach(
      "CSV", [] {},
      [&](kith_text** text) {
        uint64_t rejected = 0;
        return kith_db_import_csv(db, Str(std::string_view(folder)), mapping, nullptr, &rejected, text, error.out());
      });
  host::Db other;
  const auto open_other = [&] {
    other.Reset();
    std::filesystem::remove_all(other_);
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.create = 1;
    options.node = 2;
    KITH_ASSERT_OK(kith_db_open(Str(std::string_view(other_)), &options, other.out(), error.out()), error);
  };
  const std::string lines = folder + "/lines.jsonl";
  KITH_ASSERT_OK(kith_snapshot_export_lines(snapshot_, Str(std::string_view(lines)), nullptr, nullptr, error.out()), error);
  kith_import_lines_options options = KITH_IMPORT_LINES_OPTIONS_INIT;
  options.source = KITH_STR("the first one");
  options.ids = KITH_IDS_MAP;
  RunEach(
      "lines", open_other,
      [&](kith_text** text) {
        uint64_t rejected = 0;
        return kith_db_import_lines(other, Str(std::string_view(lines)), &options, &rejected, text, error.out());
      },
      2);
  RunEach(
      "absorb", open_other,
      [&](kith_text** text) {
        uint64_t rejected = 0;
        return kith_db_absorb(other, snapshot_, &options, &rejected, text, error.out());
      },
      2);
  open_other();
  RunEach(
      "replica", [&] { Account(std::to_string(++number_).c_str(), "Bloom of a long name"); },
      [&](kith_text** text) { return kith_db_pull_replica(other, db, text, error.out()); }, 2);
  uint64_t problems = 1;
  KITH_ASSERT_OK(kith_db_verify(other, &problems, nullptr, error.out()), error);
  EXPECT_EQ(problems, 0U);
  other.Reset();
  // What a salvage reads is in tables that grow; what it then makes of it are batches, and takes seconds.
  constexpr uint64_t kAllocations[] = {1, 30, 300, 1'000, 3'000, 10'000, 30'000};
  for (const uint64_t nth : kAllocations) {
    host::Text text;
    testing::Inject({.call = testing::Call::kMemory, .nth = nth, .error = ENOMEM, .lasting = true});
    const kith_code code = kith_salvage(Str(std::string_view(other_)), Str(std::string_view(target_)), nullptr, text.out(), error.out());
    testing::StopInjecting();
    EXPECT_EQ(code, KITH_RESOURCE_EXHAUSTED) << nth;
    EXPECT_FALSE(std::filesystem::exists(target_)) << nth;
  }
}

}  // namespace
}  // namespace kith
