#include "content.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/paths.h"

namespace golden {
namespace {

using host::Error;
using host::Str;
using nlohmann::json;

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
constexpr int64_t kNow = int64_t{19'950} * kDay;   // 2024-08-15
constexpr int64_t kThen = int64_t{19'800} * kDay;  // 2024-03-18, before the corrections held
using Query = host::Owned<kith_query, kith_query_free>;
using Rows = host::Owned<kith_rows, kith_rows_free>;

std::string ReadFile(const std::string& name) {
  std::ifstream file(kith::testing::TestFile("golden/" + name));
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

json ToJson(const host::Text& text) { return json::parse(Str(text)); }

void ApplyJson(kith_db* db, json batch) {
  batch["actor"] = {{"system", "app.users"}, {"key", "17"}};
  host::Batch made;
  Error error;
  KITH_ASSERT_OK(kith_batch_from_json(db, Str(batch.dump()), made.out(), error.out()), error);
  KITH_ASSERT_OK(kith_db_apply(db, made, nullptr, nullptr, error.out()), error);
}

void Move(kith_db* db, const char* deal, int64_t day, const char* stage) {
  host::Batch batch;
  Error error;
  KITH_ASSERT_OK(kith_batch_new(db, kith_ref_ext("app.users", "17"), KITH_STR("moved"), batch.out(), error.out()), error);
  kith_batch_set_effective(batch, day * kDay);
  kith_batch_move_because(batch, kith_batch_existing(batch, "opportunity", kith_ref_ext("app", deal)), stage, KITH_STR("as told"));
  KITH_ASSERT_OK(kith_db_apply(db, batch, nullptr, nullptr, error.out()), error);
}

json AnswerQuery(kith_snapshot* now, const json& question) {
  Query query;
  Rows rows;
  Error error;
  host::Text text;
  if (kith_query_prepare(now, Str(question.dump()), query.out(), error.out()) != KITH_OK ||
      kith_query_run(query, now, {nullptr, 0}, nullptr, rows.out(), error.out()) != KITH_OK ||
      kith_rows_json(rows, 1000, text.out(), error.out()) != KITH_OK) {
    ADD_FAILURE() << question << ": " << Str(kith_error_message(error));
    return nullptr;
  }
  return ToJson(text);
}

// Everything about one record.
json AboutRecord(kith_snapshot* now, kith_id id) {
  json about;
  host::Text text;
  EXPECT_EQ(kith_snapshot_record_json(now, id, text.out(), nullptr), KITH_OK);
  about["now"] = ToJson(text);
  const kith_code then = kith_snapshot_record_json_as_of(now, id, kThen, INT64_MAX, text.out(), nullptr);
  about["then"] = then == KITH_OK ? ToJson(text) : json(nullptr);
  EXPECT_EQ(kith_snapshot_history(now, id, text.out(), nullptr), KITH_OK);
  about["history"] = ToJson(text);
  EXPECT_EQ(kith_snapshot_external_refs(now, id, text.out(), nullptr), KITH_OK);
  about["external"] = ToJson(text);
  return about;
}

constexpr const char* kTypes[] = {"account", "contact", "employee", "product",    "flower", "opportunity",
                                  "move",    "quote",   "note",     "quote_line", "task",   "interaction"};

json Records(kith_snapshot* now) {
  json records;
  for (const char* type : kTypes) {
    host::Cursor cursor;
    EXPECT_EQ(kith_snapshot_scan(now, type, 0, cursor.out(), nullptr), KITH_OK) << type;
    while (kith_cursor_next(cursor, nullptr) == KITH_OK) {
      const kith_id id = kith_cursor_id(cursor);
      records[type][std::to_string(id)] = AboutRecord(now, id);
    }
    EXPECT_FALSE(records[type].empty()) << type;
  }
  return records;
}

}  // namespace

host::Db Open(const std::string& path, bool create) {
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = create ? 1 : 0;
  options.seed = 17;
  options.clock = [](uintptr_t) { return kNow; };
  host::Db db;
  Error error;
  EXPECT_EQ(kith_db_open(Str(path), &options, db.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
  return db;
}

void Fill(kith_db* db) {
  Error error;
  KITH_ASSERT_OK(kith_db_ensure(db, Str(ReadFile("package.json")), {nullptr, 0}, 0, nullptr, error.out()), error);
  for (const json& batch : json::parse(ReadFile("batches.json"))) ApplyJson(db, batch);
  Move(db, "d1", 19'760, "default/qualified");
  Move(db, "d1", 19'790, "default/proposal");
  Move(db, "d2", 19'765, "default/qualified");
  Move(db, "d2", 19'800, "default/won");
  Move(db, "d3", 19'770, "default/proposal");
  Move(db, "d4", 19'771, "default/qualified");
  Move(db, "d4", 19'801, "default/lost");
}

json Answers(kith_db* db) {
  host::Snapshot now;
  EXPECT_EQ(kith_db_read(db, nullptr, now.out(), nullptr), KITH_OK);
  json answers;
  answers["records"] = Records(now);
  answers["by price"] = AnswerQuery(now, json::parse(R"({"from": "flower", "select": ["name", "price"], "order": ["-petals", "name"]})"));
  answers["by account"] = AnswerQuery(
      now,
      json::parse(
          R"({"from": "opportunity", "where": "account.city == 'Graz'", "select": ["name", "amount", "stage.name"], "order": ["name"]})"));
  answers["sums"] =
      AnswerQuery(now, json::parse(R"({"from": "opportunity", "group": ["stage"], "aggregates": [{"sum": "amount"}, {"count": "*"}]})"));
  for (const char* words : {"lantern", "rosa", "四十", "berg anna"}) {
    host::Text text;
    EXPECT_EQ(kith_snapshot_search(now, kith_str_from_cstr(words), nullptr, text.out(), nullptr), KITH_OK);
    const json found = ToJson(text);
    for (const json& hit : found["hits"]) answers["searches"][words].push_back(hit["id"]);
    EXPECT_FALSE(answers["searches"][words].empty()) << words << Str(text);
  }
  host::Funnel funnel;
  host::Text text;
  EXPECT_EQ(kith_snapshot_funnel(now, "default", nullptr, funnel.out(), nullptr), KITH_OK);
  kith_funnel_summary summary;
  kith_funnel_get_summary(funnel, &summary);
  answers["funnel"] = {{"won", summary.won}, {"lost", summary.lost}, {"open", summary.open}};
  for (size_t i = 0; i < kith_funnel_stage_count(funnel); ++i) {
    kith_funnel_stage stage;
    EXPECT_EQ(kith_funnel_get_stage(funnel, i, &stage), KITH_OK);
    answers["stages"][Str(stage.name)] = {{"open", stage.open}, {"reached", stage.reached}};
  }
  kith_id account = 0;
  EXPECT_EQ(kith_snapshot_find(now, "account", kith_ref_ext("app", "a1"), &account, nullptr), KITH_OK);
  host::Error error;
  EXPECT_EQ(kith_snapshot_timeline(now, account, {nullptr, 0}, text.out(), error.out()), KITH_OK)
      << host::Reason(error) << Str(kith_error_message(error));
  answers["timeline"] = ToJson(text);
  return answers;
}

std::string Missing(const json& then, const json& now, const std::string& path) {
  if (then.is_object() && now.is_object()) {
    for (const auto& [name, value] : then.items()) {
      if (!now.contains(name)) return path + "/" + name + ": gone";
      if (std::string missing = Missing(value, now[name], path + "/" + name); !missing.empty()) return missing;
    }
    return "";
  }
  if (then.is_array() && now.is_array() && then.size() == now.size()) {
    for (size_t i = 0; i < then.size(); ++i) {
      if (std::string missing = Missing(then[i], now[i], path + "/" + std::to_string(i)); !missing.empty()) return missing;
    }
    return "";
  }
  return then == now ? "" : path + ": was " + then.dump() + ", is " + now.dump();
}

uint64_t Problems(kith_db* db) {
  uint64_t problems = 1;
  host::Text report;
  Error error;
  EXPECT_EQ(kith_db_verify(db, &problems, report.out(), error.out()), KITH_OK) << Str(kith_error_message(error));
  EXPECT_EQ(problems, 0U) << Str(report);
  return problems;
}

void Shell(const std::string& command) {
  ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT(concurrency-mt-unsafe, cert-env33-c)
}

}  // namespace golden
