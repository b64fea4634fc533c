// The vectors in tests/conformance, which each language runs, through the C ABI.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "host.h"
#include "support/paths.h"

namespace {

using Json = nlohmann::json;

void DropIds(Json& value) {
  if (value.is_object()) value.erase("id");
  for (auto& member : value) {
    if (member.is_structured()) DropIds(member);
  }
}

kith_code Apply(kith_db* db, const Json& step, kith_error** err) {
  kith_batch* batch = nullptr;
  kith_outcome* outcome = nullptr;
  const std::string text = step["apply"].dump();
  const std::string key = step.value("key", "");
  kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
  options.dry_run = step.value("dry_run", false) ? 1 : 0;
  options.idempotency_key = {key.data(), key.size()};
  kith_code code = kith_batch_from_json(db, {text.data(), text.size()}, &batch, err);
  if (code == KITH_OK) code = kith_db_apply(db, batch, &options, &outcome, err);
  if (code == KITH_OK) {
    if (step.contains("replayed")) {
      EXPECT_EQ(kith_outcome_replayed(outcome) != 0, step["replayed"].get<bool>());
    }
    if (step.contains("changed")) {
      EXPECT_EQ(kith_outcome_first_sequence(outcome) != 0, step["changed"].get<bool>());
    }
  }
  kith_outcome_free(outcome);
  kith_batch_free(batch);
  return code;
}

kith_code Query(kith_db* db, const Json& step, kith_error** err) {
  kith_snapshot* now = nullptr;
  kith_query* query = nullptr;
  kith_rows* rows = nullptr;
  kith_text* json = nullptr;
  const std::string text = step["query"].dump();
  const std::string parameters = step.value("parameters", Json::object()).dump();
  kith_code code = kith_db_read(db, nullptr, &now, err);
  if (code == KITH_OK) code = kith_query_prepare(now, {text.data(), text.size()}, &query, err);
  if (code == KITH_OK) code = kith_query_run(query, now, {parameters.data(), parameters.size()}, nullptr, &rows, err);
  if (code == KITH_OK) code = kith_rows_json(rows, 1000, &json, err);
  if (code == KITH_OK) {
    const kith_str answer = kith_text_str(json);
    Json got = Json::parse(std::string_view(answer.data, answer.size));
    DropIds(got);
    EXPECT_EQ(got, step["rows"]);
  }
  kith_text_free(json);
  kith_rows_free(rows);
  kith_query_free(query);
  kith_snapshot_free(now);
  return code;
}

void RunStep(kith_db* db, const Json& step) {
  kith_error* error = nullptr;
  const kith_code code = step.contains("apply") ? Apply(db, step, &error) : Query(db, step, &error);
  const kith_str message = kith_error_message(error);
  const kith_str field = kith_error_field(error);
  if (!step.contains("error")) {
    EXPECT_EQ(code, KITH_OK) << std::string_view(message.data, message.size);
  } else {
    const Json& expected = step["error"];
    EXPECT_EQ(kith_code_name(code), expected["code"].get<std::string>());
    EXPECT_EQ(kith_reason_name(kith_error_reason(error)), expected["reason"].get<std::string>());
    if (expected.contains("field")) {
      EXPECT_EQ(std::string(field.data, field.size), expected["field"].get<std::string>());
    }
  }
  kith_error_free(error);
}

TEST(Conformance, Vectors) {
  size_t ran = 0;
  for (const auto& file : std::filesystem::directory_iterator(kith::testing::TestFile("conformance"))) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    const Json vectors = Json::parse(in);
    for (const Json& vector : vectors) {
      SCOPED_TRACE(vector["name"].get<std::string>());
      kith_open_options options = KITH_OPEN_OPTIONS_INIT;
      options.temporary = 1;
      kith_db* db = nullptr;
      ASSERT_EQ(kith_db_open(KITH_STR(""), &options, &db, nullptr), KITH_OK);
      for (const Json& step : vector["steps"]) RunStep(db, step);
      kith_db_free(db);
      ++ran;
    }
  }
  EXPECT_GE(ran, 25u);
}

}  // namespace
