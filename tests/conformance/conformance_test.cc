// The vectors beside this file, which each language runs, through the C++ headers.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kith/model/model.h"
#include "kith/query/query.h"
#include "support/paths.h"

namespace kith {
namespace {

using Json = nlohmann::json;

void DropIds(Json& value) {
  if (value.is_object()) value.erase("id");
  for (Json& member : value) {
    if (member.is_structured()) DropIds(member);
  }
}

Status Apply(Database& db, const Json& step) {
  KITH_ASSIGN_OR_RETURN(const auto catalog, db.GetCatalog());
  KITH_ASSIGN_OR_RETURN(const Batch batch, Batch::FromJson(catalog, step["apply"].dump()));
  ApplyOptions options;
  options.idempotency_key = step.value("key", "");
  options.dry_run = step.value("dry_run", false);
  KITH_ASSIGN_OR_RETURN(const Outcome outcome, db.Apply(batch, options));
  if (step.contains("replayed")) {
    EXPECT_EQ(outcome.replayed, step["replayed"].get<bool>());
  }
  if (step.contains("changed")) {
    EXPECT_EQ(outcome.first_sequence != 0, step["changed"].get<bool>());
  }
  return absl::OkStatus();
}

Status Query(Database& db, const Json& step) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> now, db.Read());
  KITH_ASSIGN_OR_RETURN(const query::Query query, query::FromJson(step["query"].dump()));
  KITH_ASSIGN_OR_RETURN(const query::Prepared prepared, query::Prepared::Prepare(query, *now));
  KITH_ASSIGN_OR_RETURN(const query::Parameters parameters, prepared.ParametersFromJson(step.value("parameters", Json::object()).dump()));
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, prepared.Run(*now, parameters));
  Json got = Json::array();
  while (rows->Next()) got.push_back(Json::parse(query::RowToJson(rows->prepared(), rows->row())));
  KITH_RETURN_IF_ERROR(rows->status());
  DropIds(got);
  EXPECT_EQ(got, step["rows"]);
  return absl::OkStatus();
}

void RunStep(Database& db, const Json& step) {
  const Status status = step.contains("apply") ? Apply(db, step) : Query(db, step);
  if (!step.contains("error")) {
    EXPECT_TRUE(status.ok()) << status;
    return;
  }
  const Json& expected = step["error"];
  EXPECT_EQ(absl::StatusCodeToString(status.code()), expected["code"].get<std::string>());
  EXPECT_EQ(NameOf(GetReason(status)), expected["reason"].get<std::string>());
  if (expected.contains("field")) {
    EXPECT_EQ(GetErrorInfo(status).field, expected["field"].get<std::string>());
  }
}

TEST(Conformance, Vectors) {
  size_t ran = 0;
  for (const auto& file : std::filesystem::directory_iterator(testing::TestFile("conformance"))) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    const Json vectors = Json::parse(in);
    for (const Json& vector : vectors) {
      SCOPED_TRACE(vector["name"].get<std::string>());
      OpenOptions options;
      options.temporary = true;
      const StatusOr<std::shared_ptr<Database>> db = model::OpenDatabase("", options);
      ASSERT_TRUE(db.ok()) << db.status();
      for (const Json& step : vector["steps"]) RunStep(**db, step);
      ++ran;
    }
  }
  EXPECT_GE(ran, 25U);
}

}  // namespace
}  // namespace kith
