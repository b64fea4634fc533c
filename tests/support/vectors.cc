#include "support/vectors.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "support/paths.h"

namespace kith::testing {
namespace {

using Json = nlohmann::json;

void DropIds(Json& value) {
  if (value.is_object()) value.erase("id");
  for (Json& member : value) {
    if (member.is_structured()) DropIds(member);
  }
}

// "2026-03-01T09:00:00Z" as µs.
int64_t Micros(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  EXPECT_TRUE(end != nullptr && *end == '\0') << text;
  return static_cast<int64_t>(timegm(&parts)) * 1'000'000;
}

int64_t Now() { return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// One vector as it runs: "@name" stands for what a step kept, an id or a moment.
class Vector {
 public:
  explicit Vector(Subject& subject) : subject_(subject) {}

  void Run(const Json& written) {
    const Json step = Filled(written);
    const Told told = Do(step);
    const Json expected = step.value("error", Json{{"code", "OK"}});
    EXPECT_EQ(told.code, expected["code"].get<std::string>()) << told.reason << ": " << told.message;
    if (expected.contains("reason")) {
      EXPECT_EQ(told.reason, expected["reason"].get<std::string>());
    }
    if (expected.contains("field")) {
      EXPECT_EQ(told.field, expected["field"].get<std::string>());
    }
  }

 private:
  [[nodiscard]] Json Filled(const Json& value) const {
    if (value.is_string()) {
      const auto kept = kept_.find(value.get<std::string>());
      return kept == kept_.end() ? value : Json(kept->second);
    }
    Json filled = value;
    if (value.is_structured()) {
      for (auto& [name, member] : filled.items()) member = Filled(member);
    }
    return filled;
  }

  Told Do(const Json& step) {
    if (step.contains("apply")) return Apply(step);
    if (step.contains("query")) return Query(step);
    if (step.contains("feed")) return Feed(step);
    if (step.contains("convert")) return Convert(step);
    if (step.contains("continue")) return Continue(step);
    if (step.contains("guide")) return Guide(step);
    if (step.contains("policy")) return subject_.SetPolicy(step["policy"].dump());
    if (step.contains("keep")) return Keep(step);
    kept_["@" + step.at("mark").get<std::string>()] = Now();
    return {};
  }

  Told Apply(const Json& step) {
    Applied applied;
    Told told = subject_.Apply(step["apply"].dump(), step.value("key", ""), step.value("dry_run", false), Viewer(step), applied);
    if (told.code != "OK") return told;
    EXPECT_EQ(applied.replayed, step.value("replayed", applied.replayed));
    EXPECT_EQ(applied.changed, step.value("changed", applied.changed));
    return told;
  }

  Told Query(const Json& step) {
    std::string rows;
    Told told = subject_.Query(step["query"].dump(), step.value("parameters", Json::object()).dump(), Moment(step, "effective"),
                               Moment(step, "recorded"), Viewer(step), rows);
    if (told.code != "OK") return told;
    Json got = Json::parse(rows);
    DropIds(got);
    EXPECT_EQ(got, step["rows"]);
    return told;
  }

  Told Feed(const Json& step) {
    std::string text;
    Told told = subject_.Feed(step["feed"].dump(), Viewer(step), text);
    if (told.code != "OK") return told;
    const Json page = Json::parse(text);
    Json got = Json::array();
    for (const Json& entry : page.at("entries")) {
      Json fields = Json::object();
      for (const Json& change : entry["fields"])
        fields[change["field"].get<std::string>()] = Json::array({change["before"], change["after"]});
      got.push_back({{"type", entry["type"]}, {"operation", entry["operation"]}, {"reason", entry["reason"]}, {"fields", fields}});
    }
    EXPECT_EQ(got, step["entries"]);
    return told;
  }

  Told Convert(const Json& step) {
    std::string text;
    Told told = subject_.Convert(step["convert"].get<uint64_t>(), step.value("options", Json::object()).dump(), text);
    if (told.code != "OK") return told;
    const Json report = Json::parse(text);
    Json got = {{"already", report["already"]}, {"stays", report["stays"]}};
    for (const char* part : {"person", "organisation", "deal"}) got[part] = report[part].is_null() ? Json() : report[part]["how"];
    EXPECT_EQ(got, step["report"]);
    return told;
  }

  Told Continue(const Json& step) {
    Json options = Json::object();
    for (const Json& part : step.value("take", Json::array())) options["quantities"][part[0].dump()] = part[1];
    if (step.contains("ref")) options["external"] = step["ref"];
    std::string text;
    Told told = subject_.Continue(step["continue"].get<uint64_t>(), step["type"], options.dump(), text);
    if (told.code != "OK") return told;
    const Json report = Json::parse(text);
    const Json got = {{"lines", report["lines"]}, {"already", report["already"]}};
    EXPECT_EQ(got, step["report"]);
    return told;
  }

  Told Guide(const Json& step) {
    std::string text;
    Told told = subject_.Guide(step["guide"].get<uint64_t>(), text);
    if (told.code != "OK") return told;
    Json got = Json::array();
    const Json guide = Json::parse(text);
    for (const Json& track : guide["tracks"]) {
      Json next = Json::array();
      for (const Json& stage : track["next"]) {
        Json unmet = Json::array();
        for (const Json& one : stage["unmet"]) unmet.push_back(one["name"]);
        next.push_back({{"name", stage["name"]}, {"refused", stage["refused"]}, {"unmet", unmet}});
      }
      got.push_back({{"stage", track["stage_name"]}, {"kind", track["kind"]}, {"next", next}});
    }
    EXPECT_EQ(got, step["tracks"]);
    return told;
  }

  Told Keep(const Json& step) {
    uint64_t id = 0;
    Told told = subject_.Find(step["type"], step["ref"][0], step["ref"][1], id);
    kept_["@" + step["keep"].get<std::string>()] = static_cast<int64_t>(id);
    return told;
  }

  static uint64_t Viewer(const Json& step) { return step.value("viewer", uint64_t{0}); }
  static int64_t Moment(const Json& step, const char* axis) {
    if (!step.contains(axis)) return INT64_MAX;
    return step[axis].is_string() ? Micros(step[axis]) : step[axis].get<int64_t>();
  }

  Subject& subject_;
  std::map<std::string, int64_t> kept_;
};

}  // namespace

void RunVectors(const std::function<std::unique_ptr<Subject>()>& make) {
  size_t ran = 0;
  for (const auto& file : std::filesystem::directory_iterator(TestFile("conformance"))) {
    if (file.path().extension() != ".json") continue;
    std::ifstream in(file.path());
    const Json vectors = Json::parse(in);
    for (const Json& vector : vectors) {
      SCOPED_TRACE(vector["name"].get<std::string>());
      const std::unique_ptr<Subject> subject = make();
      ASSERT_NE(subject, nullptr);
      Vector running(*subject);
      for (const Json& step : vector["steps"]) running.Run(step);
      ++ran;
    }
  }
  EXPECT_GE(ran, 55U);
}

}  // namespace kith::testing
