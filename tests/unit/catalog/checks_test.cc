// Every check of a package, with the reason and the path it gives. // E09
#include <nlohmann/json.hpp>

#include "kith/base/limits.h"
#include "unit/catalog/catalog_testing.h"

namespace kith::catalog {
namespace {

struct Refused {
  std::string definition;
  Reason reason;
  std::string path;
  std::string message;  // a part of it
  std::string hint = {};
};

void ExpectRefused(const Refused& c) {
  const StatusOr<Catalog::Plan> plan = Plan(c.definition);
  ASSERT_FALSE(plan.ok()) << c.definition;
  const ErrorInfo info = GetErrorInfo(plan.status());
  const std::string told = Told(plan.status()) + "\n" + c.definition.substr(0, 600);
  EXPECT_EQ(info.reason, c.reason) << told;
  EXPECT_EQ(info.field, c.path) << told;
  EXPECT_THAT(std::string(MessageOf(plan.status())), ::testing::HasSubstr(c.message)) << told;
  EXPECT_THAT(info.hint, ::testing::HasSubstr(c.hint)) << told;
}

constexpr Reason kMalformed = Reason::kPackageMalformed;

TEST(PackageText, RefusesWhatIsNotADocument) {
  const std::vector<Refused> cases = {
      {"", kMalformed, "$", "syntax error", ""},
      {"nothing", kMalformed, "$", "line 1, column 2"},
      {"[]", kMalformed, "$", "an object is expected"},
      {"{} x", kMalformed, "$", "syntax error"},
      {"{\"package\": \"acme\", \"version\": \"1.0.0\",\n \"types\": [{\"name\": }]}", kMalformed, "types[0].name", "line 2, column 21"},
      {"{\"package\": \"acme\", \"types\": [1, 2", kMalformed, "types[2]", "unexpected end"},
      {"{\"package\": \"a\xff\"}", Reason::kNotUtf8, "package", "ill-formed UTF-8"},
      {R"({"package": "acme", "package": "acme"})", kMalformed, "package", "occurs twice"},
      {Acme(R"({"name": "thing", "name": "thing"})"), kMalformed, "types[0].name", "occurs twice"},
      {R"({"package": 7})", kMalformed, "package", "a text is expected"},
      {R"({"version": "1.0.0"})", kMalformed, "package", "is missing"},
      {R"({"package": "acme"})", kMalformed, "version", "is missing"},
      {R"({"package": "acme", "version": "1.0"})", kMalformed, "version", "three numbers"},
      {R"({"package": "acme", "version": "1.0.0.1"})", kMalformed, "version", "three numbers"},
      {R"({"package": "acme", "version": "1.0.99999999999"})", kMalformed, "version", "three numbers"},
      {R"({"package": "Acme", "version": "1.0.0"})", kMalformed, "package", "lower-case"},
      {R"({"package": "acme..x", "version": "1.0.0"})", kMalformed, "package", "lower-case"},
      {R"({"package": "acme", "version": "1.0.0", "need": []})", kMalformed, "need", "unknown member", "did you mean \"needs\"?"},
      {R"({"package": "acme", "version": "1.0.0", "needs": ["kith crm"]})", kMalformed, "needs[0]", "a need is"},
      {R"({"package": "acme", "version": "1.0.0", "needs": ["kith.crm > 1.0.0"]})", kMalformed, "needs[0]", "a need is"},
      {R"({"package": "acme", "version": "1.0.0", "types": {}})", kMalformed, "types", "a list is expected"},
      {R"({"package": "acme", "version": "1.0.0", "labels": {"zh": 1}})", kMalformed, "labels.zh", "a text is expected"},
      {R"({"package": "acme", "version": "1.0.0", "labels": {"Chinese": "x"}})", kMalformed, "labels.Chinese", "a language is written"},
      {R"({"package": "acme", "version": "1.0.0", "labels": {"zh": ""}})", kMalformed, "labels.zh", "empty"},
  };
  for (const Refused& c : cases) ExpectRefused(c);
}

TEST(PackageText, LimitsDepthAndSize) {
  std::string deep = R"({"package": "acme", "version": "1.0.0", "types": )";
  for (size_t i = 0; i < 100'000; ++i) deep += "[";
  ExpectRefused({deep, kMalformed,
                 "types" +
                     [] {
                       std::string path;
                       for (size_t i = 0; i < limits::kPackageDepth - 1; ++i) path += "[0]";
                       return path;
                     }(),
                 "deeper than 32"});
  const std::string full = Acme(Thing(R"({"name": "a", "kind": "int"})"));
  std::string largest = full + std::string(limits::kPackageBytes - full.size(), ' ');
  EXPECT_TRUE(Plan(largest).ok());
  ExpectRefused({largest + " ", Reason::kLimitExceeded, "$", "larger than"});
}

TEST(Checks, Types) {
  const std::string field = R"({"name": "a", "kind": "int"})";
  const std::vector<Refused> cases = {
      {Acme("7"), kMalformed, "types[0]", "an object is expected"},
      {Acme("{}"), kMalformed, "types[0].name", "is missing"},
      {Acme(R"({"name": "Thing"})"), kMalformed, "types[0].name", "lower-case"},
      {Acme(R"({"name": "_thing"})"), kMalformed, "types[0].name", "lower-case"},
      {Acme(R"({"name": "1thing"})"), kMalformed, "types[0].name", "lower-case"},
      {Acme(R"({"name": "a thing"})"), kMalformed, "types[0].name", "lower-case"},
      {Acme(R"({"name": ")" + std::string(limits::kNameBytes + 1, 'a') + R"("})"), kMalformed, "types[0].name", "kNameBytes"},
      {Acme(Thing(field) + "," + Thing(field)), kMalformed, "types[1].name", "taken"},
      {Acme(Thing(field, R"("label": {})")), kMalformed, "types[0].label", "unknown member", "did you mean \"labels\"?"},
      {Acme(Thing(field, R"("labels": {"en": ")" + std::string(limits::kLabelBytes + 1, 'x') + R"("})")), kMalformed, "types[0].labels.en",
       "kLabelBytes"},
      {Acme(Thing(field, R"("behaviours": {"pipelind": {}})")), Reason::kUnknownBehaviour, "types[0].behaviours.pipelind",
       "unknown behaviour", "did you mean \"pipelined\"?"},
      {Acme(Thing(field, R"("behaviours": {"pipelined": {"stag": "a"}})")), Reason::kUnknownBehaviour, "types[0].behaviours.pipelined.stag",
       "no such role", "did you mean \"stage\"?"},
      {Acme(Thing(field, R"("behaviours": {"pipelined": {"stage": 1}})")), kMalformed, "types[0].behaviours.pipelined.stage",
       "the name of a field"},
      {Acme(Thing(field, R"("behaviours": {"pipelined": ["stage"]})")), kMalformed, "types[0].behaviours.pipelined", "roles"},
      {Acme(Thing(field, R"("behaviours": {"party": {"name": "b"}})")), Reason::kUnknownField, "types[0].behaviours.party.name",
       "unknown field", "did you mean \"a\"?"},
      {Acme(Thing(field, R"("behaviours": {"party": {"name": "a"}})")), kMalformed, "types[0].behaviours.party.name",
       "a field of kind int cannot play this role", "the role takes text"},
      {Acme(Thing(field, R"("behaviours": {"party": {}})")), kMalformed, "types[0].behaviours.party", "role name is missing"},
      {Acme(Thing(R"({"name": "a", "kind": "text", "retired": true})", R"("behaviours": {"party": {"name": "a"}})")), kMalformed,
       "types[0].behaviours.party.name", "retired"},
  };
  for (const Refused& c : cases) ExpectRefused(c);
  EXPECT_TRUE(Plan(Acme(R"({"name": ")" + std::string(limits::kNameBytes, 'a') + R"("})")).ok());
  EXPECT_TRUE(Plan(Acme(Thing(field, R"("labels": {"en": ")" + std::string(limits::kLabelBytes, 'x') + R"("})"))).ok());
}

TEST(Checks, Fields) {
  const auto field = [](std::string_view members) {
    return Acme(Thing(R"({"name": "a", "kind": "int"}, {)" + std::string(members) + "}"));
  };
  const std::string path = "types[0].fields[1]";
  const std::vector<Refused> cases = {
      {field(R"("kind": "int")"), kMalformed, path + ".name", "is missing"},
      {field(R"("name": "b")"), kMalformed, path + ".kind", "is missing"},
      {field(R"("name": "a", "kind": "int")"), kMalformed, path + ".name", "taken"},
      {field(R"("name": "B", "kind": "int")"), kMalformed, path + ".name", "lower-case"},
      {field(R"("name": "id", "kind": "int")"), kMalformed, path + ".name", "header"},
      {field(R"("name": "created", "kind": "int")"), kMalformed, path + ".name", "header"},
      {field(R"("name": "in", "kind": "int")"), kMalformed, path + ".name", "expression language"},
      {field(R"("name": "b", "kind": "integer")"), kMalformed, path + ".kind", "unknown kind"},
      {field(R"("name": "b", "kind": "choise")"), kMalformed, path + ".kind", "unknown kind", "did you mean \"choice\"?"},
      {field(R"("name": "b", "kind": "null")"), kMalformed, path + ".kind", "unknown kind"},
      {field(R"("name": "b", "kind": "int", "scale": 2)"), kMalformed, path + ".scale", "only a decimal"},
      {field(R"("name": "b", "kind": "decimal", "scale": 19)"), kMalformed, path + ".scale", "between 0 and 18"},
      {field(R"("name": "b", "kind": "decimal", "scale": -1)"), kMalformed, path + ".scale", "whole number"},
      {field(R"("name": "b", "kind": "int", "required": 1)"), kMalformed, path + ".required", "true or false"},
      {field(R"("name": "b", "kind": "int", "requierd": true)"), kMalformed, path + ".requierd", "unknown member", "\"required\""},
      {field(R"("name": "b", "kind": "int", "number": 3)"), kMalformed, path + ".number", "unknown member"},
      {field(R"("name": "b", "kind": "int", "about": true)"), kMalformed, path + ".about", "only a reference"},
      {field(R"("name": "b", "kind": "int", "to": ["thing"])"), kMalformed, path + ".to", "only a reference"},
      {field(R"("name": "b", "kind": "int", "on_delete": "cascade")"), kMalformed, path + ".on_delete", "only a reference"},
      {field(R"("name": "b", "kind": "ref", "on_delete": "casade")"), kMalformed, path + ".on_delete", "unknown rule"},
      {field(R"("name": "b", "kind": "ref", "to": ["thingg"])"), Reason::kUnknownType, path + ".to", "unknown type", "\"thing\""},
      {field(R"("name": "b", "kind": "ref", "to": ["thing", "thing"])"), kMalformed, path + ".to", "twice"},
      {field(R"("name": "b", "kind": "ref", "to": "thing")"), kMalformed, path + ".to", "a list"},
      {field(R"("name": "b", "kind": "ref", "required": true, "on_delete": "detach")"), kMalformed, path + ".on_delete", "detach"},
      {field(R"("name": "b", "kind": "int", "retired": true, "required": true)"), kMalformed, path + ".required", "retired"},
      {field(R"("name": "b", "kind": "int", "retired": true, "default": 1)"), kMalformed, path + ".default", "retired"},
      {field(R"("name": "b", "kind": "int", "max_length": 3)"), kMalformed, path + ".max_length", "only texts"},
      {field(R"("name": "b", "kind": "text", "max_length": 65537)"), Reason::kLimitExceeded, path + ".max_length", "kTextBytes"},
      {field(R"("name": "b", "kind": "int", "pattern": "x")"), kMalformed, path + ".pattern", "only texts"},
      {field(R"("name": "b", "kind": "text", "pattern": "(x")"), kMalformed, path + ".pattern", "not an RE2 pattern: missing )"},
      {field(R"("name": "b", "kind": "text", "pattern": ")" + std::string(limits::kPatternBytes + 1, 'x') + "\""), Reason::kLimitExceeded,
       path + ".pattern", "kPatternBytes"},
      {field(R"("name": "b", "kind": "text", "choices": [{"name": "x"}])"), kMalformed, path + ".choices", "only a choice"},
      {field(R"("name": "b", "kind": "choice")"), kMalformed, path + ".choices", "at least one"},
      {field(R"("name": "b", "kind": "choice", "choices": ["x"])"), kMalformed, path + ".choices[0]", "an object"},
      {field(R"("name": "b", "kind": "choice", "choices": [{"name": "X"}])"), kMalformed, path + ".choices.X", "lower-case"},
      {field(R"("name": "b", "kind": "choice", "choices": [{"name": "x"}, {"name": "x"}])"), kMalformed, path + ".choices.x", "taken"},
      {field(R"("name": "b", "kind": "choice", "choices": [{"name": "x", "colour": 1}])"), kMalformed, path + ".choices[0].colour",
       "unknown member"},
      {field(R"("name": "b", "kind": "choice", "choices": [{"name": "x", "labels": {"e": "X"}}])"), kMalformed,
       path + ".choices.x.labels.e", "a language"},
  };
  for (const Refused& c : cases) ExpectRefused(c);
}

TEST(Checks, BoundsAndDefaults) {
  const auto field = [](std::string_view members) { return Acme(Thing(R"({"name": "b", )" + std::string(members) + "}")); };
  const std::string path = "types[0].fields[0]";
  const std::vector<Refused> cases = {
      {field(R"("kind": "int", "min": 2, "max": 1)"), kMalformed, path + ".min", "the minimum lies above the maximum"},
      {field(R"("kind": "int", "min": 1.5)"), kMalformed, path + ".min", "a value of kind int is written as a whole number"},
      {field(R"("kind": "int", "min": 9223372036854775808)"), kMalformed, path + ".min", "64 bits"},
      {field(R"("kind": "int", "max": "1")"), kMalformed, path + ".max", "whole number"},
      {field(R"("kind": "text", "min": "a")"), kMalformed, path + ".min", "a text has no bounds"},
      {field(R"("kind": "bool", "max": true)"), kMalformed, path + ".max", "a bool has no bounds"},
      {field(R"("kind": "ref", "default": 1)"), kMalformed, path + ".default", "no values of kind ref"},
      {field(R"("kind": "bytes", "default": "x")"), kMalformed, path + ".default", "no values of kind bytes"},
      {field(R"("kind": "decimal", "scale": 2, "min": "1.234")"), kMalformed, path + ".min", ""},
      {field(R"("kind": "decimal", "scale": 2, "min": 1.5)"), kMalformed, path + ".min", "as text"},
      {field(R"("kind": "decimal", "scale": 2, "min": "3.50", "max": "3.49")"), kMalformed, path + ".min", "above the maximum"},
      {field(R"("kind": "double", "min": 0.5, "max": 0.25)"), kMalformed, path + ".min", "above the maximum"},
      {field(R"("kind": "money", "min": 5)"), kMalformed, path + ".min", "with its currency"},
      {field(R"("kind": "money", "min": "5")"), kMalformed, path + ".min", "with its currency"},
      {field(R"("kind": "money", "min": "5 yuan")"), kMalformed, path + ".min", "with its currency"},
      {field(R"("kind": "money", "min": "5.001 CNY")"), kMalformed, path + ".min", ""},
      {field(R"("kind": "money", "min": "5 CNY", "max": "6 USD")"), kMalformed, path + ".max", "different currencies"},
      {field(R"("kind": "money", "default": "0")"), kMalformed, path + ".default", "without a currency"},
      {field(R"("kind": "date", "min": "2026-02-30")"), kMalformed, path + ".min", ""},
      {field(R"("kind": "date", "min": "2026-02-02", "max": "2026-02-01")"), kMalformed, path + ".min", "above the maximum"},
      {field(R"("kind": "time", "min": "soon")"), kMalformed, path + ".min", ""},
      {field(R"("kind": "bool", "default": "yes")"), kMalformed, path + ".default", "true or false"},
      {field(R"("kind": "text", "default": 1)"), kMalformed, path + ".default", "as text"},
      {field(R"("kind": "text", "max_length": 2, "default": "abc")"), kMalformed, path + ".default", "longer"},
      {field(R"("kind": "text", "pattern": "[a-z]+", "default": "abC")"), kMalformed, path + ".default", "form"},
      {field(R"("kind": "int", "max": 5, "default": 6)"), kMalformed, path + ".default", "maximum"},
      {field(R"("kind": "choice", "choices": [{"name": "law"}], "default": "lawn")"), kMalformed, path + ".default", "no such choice",
       "did you mean \"law\"?"},
      {field(R"("kind": "choice", "choices": [{"name": "law", "retired": true}], "default": "law")"), kMalformed, path + ".default",
       "retired"},
      {field(R"("kind": "choice_set", "choices": [{"name": "a"}, {"name": "b"}], "default": ["b", "a"])"), kMalformed, path + ".default[1]",
       "order"},
      {field(R"("kind": "text_list", "default": ["a", 1])"), kMalformed, path + ".default[1]", "a text"},
  };
  for (const Refused& c : cases) ExpectRefused(c);
}

TEST(Checks, Indexes) {
  const std::string fields = R"({"name": "a", "kind": "int"}, {"name": "tags", "kind": "text_list"},
      {"name": "set", "kind": "choice_set", "choices": [{"name": "x"}]}, {"name": "blob", "kind": "bytes"})";
  const auto index = [&](std::string_view members) { return Acme(Thing(fields, R"("indexes": [{)" + std::string(members) + "}]")); };
  const std::string path = "types[0].indexes[0]";
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += (i > 0 ? ", \"" : "\"") + std::string(1, static_cast<char>('b' + i)) + "\"";
  const std::vector<Refused> cases = {
      {index(R"("fields": ["a"])"), kMalformed, path + ".name", "is missing"},
      {index(R"("name": "by_a")"), kMalformed, path + ".fields", "is missing"},
      {index(R"("name": "By", "fields": ["a"])"), kMalformed, path + ".name", "lower-case"},
      {index(R"("name": "by_a", "fields": [])"), kMalformed, path + ".fields", "at least one"},
      {index(R"("name": "by_a", "fields": "a")"), kMalformed, path + ".fields", "a list"},
      {index(R"("name": "by_a", "fields": [1])"), kMalformed, path + ".fields[0]", "a text"},
      {index(R"("name": "by_a", "fields": ["aa"])"), Reason::kUnknownField, path + ".fields[0]", "unknown field", "did you mean \"a\"?"},
      {index(R"("name": "by_a", "fields": ["a", "ownr"])"), Reason::kUnknownField, path + ".fields[1]", "unknown field", "\"owner\""},
      {index(R"("name": "by_a", "fields": ["a", "-a"])"), kMalformed, path + ".fields[1]", "twice"},
      {index(R"("name": "by_a", "fields": ["tags"])"), kMalformed, path + ".fields[0]", "a text_list has no order"},
      {index(R"("name": "by_a", "fields": ["set"])"), kMalformed, path + ".fields[0]", "a choice_set has no order"},
      {index(R"("name": "by_a", "fields": ["a"], "cover": ["-a"])"), Reason::kUnknownField, path + ".cover[0]", "unknown field"},
      {index(R"("name": "by_a", "fields": ["a"], "cover": ["tags", "tags"])"), kMalformed, path + ".cover[1]", "twice"},
      {index(R"("name": "by_a", "fields": ["a"], "unique": "yes")"), kMalformed, path + ".unique", "true or false"},
      {index(R"("name": "by_a", "fields": ["a"], "kind": "txt")"), kMalformed, path + ".kind", "unknown kind", "\"text\""},
      {index(R"("name": "by_a", "fields": ["a"], "kind": "text")"), kMalformed, path + ".fields[0]", "kind text and text_list"},
      {index(R"("name": "by_a", "fields": ["tags"], "kind": "text", "unique": true)"), kMalformed, path + ".unique", "never unique"},
      {index(R"("name": "by_a", "fields": ["tags"], "kind": "text", "cover": ["a"])"), kMalformed, path + ".cover", "covers nothing"},
      {index(R"("name": "by_a", "fields": ["-tags"], "kind": "text")"), kMalformed, path + ".fields[0]", "has no order"},
      {index(R"("name": "by_a", "fields": ["tags"], "kind": "text", "weights": [1, 2])"), kMalformed, path + ".weights",
       "one weight a field"},
      {index(R"("name": "by_a", "fields": ["tags"], "kind": "text", "weights": [0])"), kMalformed, path + ".weights[0]", "whole number"},
      {index(R"("name": "by_a", "fields": ["tags"], "kind": "text", "weights": [101])"), kMalformed, path + ".weights[0]", "kIndexWeight"},
      {index(R"("name": "by_a", "fields": ["a"], "weights": [2])"), kMalformed, path + ".weights", "only a text index"},
      {index(R"("name": "c", "kind": "column", "fields": ["a", "owner"])"), kMalformed, path + ".fields", "one field", "index for each"},
      {index(R"("name": "c", "kind": "column", "fields": ["tags"])"), kMalformed, path + ".fields[0]", "no fixed width"},
      {index(R"("name": "c", "kind": "column", "fields": ["blob"])"), kMalformed, path + ".fields[0]", "no fixed width"},
      {index(R"("name": "by_a", "fields": [)" + nine + "]"), Reason::kLimitExceeded, path + ".fields", "kIndexFields"},
      {Acme(Thing(fields, R"("indexes": [{"name": "x", "fields": ["a"]}, {"name": "x", "fields": ["a"]}])")), kMalformed,
       "types[0].indexes[1].name", "taken"},
  };
  for (const Refused& c : cases) ExpectRefused(c);
  EXPECT_TRUE(Plan(index(R"("name": "by_a", "fields": ["a", "-blob", "owner", "created"], "cover": ["tags", "set", "id"])")).ok());
  EXPECT_TRUE(Plan(index(R"("name": "c", "kind": "column", "fields": ["owner"])")).ok());
  EXPECT_TRUE(Plan(index(R"("name": "search", "kind": "text", "fields": ["tags"], "weights": [100])")).ok());
}

TEST(Checks, SeedsAndNumbers) {
  const std::string thing = Thing(R"({"name": "a", "kind": "int", "max": 9}, {"name": "must", "kind": "text", "required": true},
                                     {"name": "link", "kind": "ref", "to": ["thing"]})");
  const auto seeds = [&](std::string_view items) { return Acme(thing, R"("seeds": [)" + std::string(items) + "]"); };
  const std::string good = R"({"type": "thing", "ref": ["s", "1"], "set": {"must": "x"}})";
  const std::vector<Refused> cases = {
      {seeds(R"({"ref": ["s", "1"]})"), kMalformed, "seeds[0].type", "is missing"},
      {seeds(R"({"type": "thing"})"), kMalformed, "seeds[0].ref", "is missing"},
      {seeds(R"({"type": "thing", "ref": ["s"]})"), kMalformed, "seeds[0].ref", "external reference"},
      {seeds(R"({"type": "thing", "ref": ["", "1"]})"), kMalformed, "seeds[0].ref", "not empty"},
      {seeds(R"({"type": "thinng", "ref": ["s", "1"]})"), kMalformed, "seeds[0].type", "unknown type", "\"thing\""},
      {seeds(R"({"type": "thing", "ref": ["s", "1"], "set": {"b": 1, "must": "x"}})"), kMalformed, "seeds[0].set.b", "unknown field"},
      {seeds(R"({"type": "thing", "ref": ["s", "1"], "set": {"a": "1", "must": "x"}})"), kMalformed, "seeds[0].set.a", "whole number"},
      {seeds(R"({"type": "thing", "ref": ["s", "1"], "set": {"a": 10, "must": "x"}})"), kMalformed, "seeds[0].set.a", "maximum"},
      {seeds(R"({"type": "thing", "ref": ["s", "1"], "set": {}})"), kMalformed, "seeds[0].set", "required field", "set must"},
      {seeds(good + "," + good), kMalformed, "seeds[1].ref", "earlier seed"},
      {seeds(R"({"type": "thing", "ref": ["s", "1"], "set": {"must": "x", "link": "s/2"}})"), kMalformed, "seeds[0].set.link", "an object"},
      {seeds(R"({"type": "thing", "ref": ["s", "1"], "set": {"must": "x", "link": {"type": "thing", "ref": ["s", "2"]}}},
                {"type": "thing", "ref": ["s", "2"], "set": {"must": "x"}})"),
       kMalformed, "seeds[0].set.link", "seeds before it"},
  };
  for (const Refused& c : cases) ExpectRefused(c);

  struct BadNumbers {
    std::string numbers;
    Reason reason;
    std::string path;
    std::string hint;
  };
  const std::string package = Acme(Thing(R"({"name": "a", "kind": "int"}, {"name": "c", "kind": "choice", "choices": [{"name": "x"}]})"));
  const std::vector<BadNumbers> numbers = {
      {"7", kMalformed, "numbers:$", ""},
      {"{", kMalformed, "numbers:$", ""},
      {R"({"package": "other"})", kMalformed, "numbers:package", ""},
      {R"({"type": {}})", kMalformed, "numbers:type", "\"types\""},
      {R"({"types": {"thing": {"fields": {"a": -1}}}})", kMalformed, "numbers:types.thing.fields.a", ""},
      {R"({"types": {"thing": {"fields": {"a": 4096}}}})", kMalformed, "numbers:types.thing.fields.a", ""},
      {R"({"types": {"thing": {"fields": {"a": 1, "c": 1}}}})", kMalformed, "numbers:types.thing.fields.c", ""},
      {R"({"types": {"thing": {"fields": {"a": 0, "old": 4}}}})", kMalformed, "numbers:types.thing.fields", "append \"c\": 5"},
      {R"({"types": {"thing": {"fields": {"a": 0, "c": 1}}}})", kMalformed, "numbers:types.thing.choices.c", "append \"x\": 1"},
      {R"({"types": {"thing": {"fields": {"a": 0, "c": 1}, "choices": {"c": {"x": 0}}}}})", kMalformed, "numbers:types.thing.choices.c.x",
       ""},
  };
  for (const BadNumbers& c : numbers) {
    const StatusOr<Catalog::Plan> plan = Plan(package, c.numbers);
    ASSERT_FALSE(plan.ok()) << c.numbers;
    const ErrorInfo info = GetErrorInfo(plan.status());
    EXPECT_EQ(info.reason, c.reason) << Told(plan.status());
    EXPECT_EQ(info.field, c.path) << Told(plan.status());
    EXPECT_THAT(info.hint, ::testing::HasSubstr(c.hint)) << Told(plan.status());
  }
}

// What an author did not write (definitions built in code) is checked too.
TEST(Checks, Transitions) {  // E01
  const auto field = [](std::string_view members, std::string_view kind = "choice") {
    return Acme(Thing(R"({"name": "s", "kind": ")" + std::string(kind) + R"(", "choices": [{"name": "draft"}, {"name": "sent"}], )" +
                      std::string(members) + "}"));
  };
  const std::string path = "types[0].fields[0]";
  const std::vector<Refused> cases = {
      {field(R"("transitions": [])"), kMalformed, path + ".transitions", "an object is expected"},
      {field(R"("transitions": {})"), kMalformed, path + ".transitions", "at least one state"},
      {field(R"("transitions": {"draft": "sent"})"), kMalformed, path + ".transitions.draft", "a list is expected"},
      {field(R"("transitions": {"draft": [1]})"), kMalformed, path + ".transitions.draft[0]", "a text is expected"},
      {field(R"("transitions": {"drafd": ["sent"]})"), kMalformed, path + ".transitions", "no such choice", "\"draft\""},
      {field(R"("transitions": {"draft": ["sentt"]})"), kMalformed, path + ".transitions.draft", "no such choice", "\"sent\""},
      {field(R"("transitions": {"draft": ["sent", "sent"]})"), kMalformed, path + ".transitions.draft", "occurs twice"},
      {field(R"("transitions": {"draft": ["draft"]})"), kMalformed, path + ".transitions.draft", "does not follow itself"},
      {field(R"("transitions": {"draft": ["sent"]})", "choice_set"), kMalformed, path + ".transitions", "only a choice"},
      {field(R"("initial_states": ["draft"])"), kMalformed, path + ".initial_states", "with transitions"},
      {field(R"("transitions": {"draft": ["sent"]}, "initial_states": ["new"])"), kMalformed, path + ".initial_states", "no such choice"},
      {field(R"("transitions": {"draft": ["sent"]}, "initial_states": ["draft"], "default": "sent")"), kMalformed, path + ".default",
       "no state to begin with", "begin with: draft"},
  };
  for (const Refused& c : cases) ExpectRefused(c);
}

TEST(Checks, Compile) {
  const auto compile = [](TypeDef type) {
    PackageDef package;
    package.name = "acme";
    package.number = 1;
    package.version = "1.0.0";
    return Catalog::Compile(1, {package}, {std::move(type)}).status();
  };
  TypeDef type;
  type.name = "thing";
  type.number = kFirstOpenType;
  type.package = 1;
  FieldDef field;
  field.name = "a";
  field.package = 1;
  field.kind = Kind::kInt;
  type.fields = {field};
  EXPECT_TRUE(compile(type).ok());

  TypeDef wrong = type;
  wrong.number = kFirstOpenType - 1;
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("kFirstOpenType"));
  wrong = type;
  wrong.package = 2;
  EXPECT_EQ(GetReason(compile(wrong)), Reason::kPackageMissing);
  wrong = type;
  wrong.fields.push_back(field);
  wrong.fields[1].name = "b";
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("the number is taken"));
  wrong = type;
  wrong.fields[0].number = limits::kFieldsPerTypeAndPackage;
  EXPECT_EQ(GetReason(compile(wrong)), Reason::kLimitExceeded);
  wrong.fields[0].number = limits::kFieldsPerTypeAndPackage - 1;
  EXPECT_TRUE(compile(wrong).ok());
  wrong = type;
  wrong.fields[0].minimum = Value(1.5);
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("not of the field's kind"));
  wrong = type;
  wrong.fields[0].labels = {{"en", "\xff"}};
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("not UTF-8"));
  wrong = type;
  wrong.fields[0].kind = static_cast<Kind>(99);
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("unknown kind"));
  wrong.fields[0].kind = Kind::kNull;
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("unknown kind"));

  wrong = type;
  wrong.fields[0].kind = Kind::kChoice;
  wrong.fields[0].choices = {{.number = limits::kChoiceNumber, .name = "last"}};
  EXPECT_TRUE(compile(wrong).ok());
  wrong.fields[0].choices[0].number = limits::kChoiceNumber + 1;
  EXPECT_THAT(Told(compile(wrong)), ::testing::HasSubstr("kChoiceNumber"));

  wrong = type;
  wrong.indexes.emplace_back();
  wrong.indexes[0].name = "by_a";
  wrong.indexes[0].package = 1;
  wrong.indexes[0].parts = {{.field = "a"}};
  for (size_t i = 0; i < limits::kIndexCovers; ++i) {
    FieldDef covered = field;
    covered.name = "c" + std::to_string(i);
    covered.number = static_cast<uint32_t>(i + 1);
    wrong.fields.push_back(covered);
    wrong.indexes[0].cover.push_back({.field = covered.name});
  }
  EXPECT_TRUE(compile(wrong).ok());
  wrong.indexes[0].cover.push_back({.field = "owner"});
  EXPECT_EQ(GetReason(compile(wrong)), Reason::kLimitExceeded);
}

TEST(Checks, ADefinitionMustFitItsRecord) {
  std::string choices;
  for (int i = 0; i < 3000; ++i) choices += (i > 0 ? ", " : "") + std::string(R"({"name": "choice_number_)") + std::to_string(i) + "\"}";
  ExpectRefused({Acme(Thing(R"({"name": "c", "kind": "choice", "choices": [)" + choices + "]}")), Reason::kLimitExceeded,
                 "types[0].fields[0]", "kTextBytes"});
}

}  // namespace
}  // namespace kith::catalog
