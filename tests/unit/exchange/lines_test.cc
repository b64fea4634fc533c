// JSON Lines out and in.
#include "kith/exchange/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "exchange/lines_format.h"
#include "kith/base/limits.h"
#include "kith/exchange/absorb.h"
#include "kith/model/model.h"
#include "simulator/company.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith::exchange {
namespace {

using kith::testing::CompanyDatabase;
using kith::testing::FieldOf;
using kith::testing::MakeTempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Time kThen{1'600'000'000 * kMicrosPerSecond};

std::string Export(const Snapshot& snapshot, bool history = false, std::vector<std::string> types = {}) {
  std::string text;
  const auto sink = [&](std::string_view bytes) {
    text += bytes;
    return absl::OkStatus();
  };
  const auto report = ExportLines(snapshot, sink, {.types = std::move(types), .history = history, .created = kThen});
  EXPECT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report.ok() ? report->bytes : 0, static_cast<int64_t>(text.size()));
  return text;
}
std::string Export(Database& database, bool history = false) { return Export(**database.Read(), history); }

std::string Save(const std::string& text) {
  const std::string path = MakeTempDir() + "/lines.jsonl";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

StatusOr<ImportLinesReport> Import(Database& database, const std::string& text, const ImportLinesOptions& options = {}) {
  return ImportLines(database, Save(text), options);
}

std::shared_ptr<Database> Empty() {
  OpenOptions options;
  options.temporary = true;
  return *Database::Open("", options);
}
// With rules, derivations, the standard package and its seeds.
std::shared_ptr<Database> Standard() {
  OpenOptions options;
  options.temporary = true;
  return *model::OpenDatabase("", options);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Lines as a file whose last line is right.
std::string Join(std::vector<std::string> lines) {
  lines.pop_back();
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  LinesDigest digest;
  digest.Write(text);
  return text + R"({"end":)" + std::to_string(lines.size()) + R"(,"sha256":")" + *digest.Finish() + "\"}\n";
}

// What an import does not take over.
std::string WithoutRecorded(const std::string& text) {
  std::string without = std::regex_replace(text, std::regex(R"("recorded":"[^"]*")"), "");
  return without.substr(0, without.rfind("{\"end\""));
}

size_t FirstDifference(const std::string& a, const std::string& b) {
  const std::vector<std::string> lines_a = Lines(a);
  const std::vector<std::string> lines_b = Lines(b);
  size_t i = 0;
  while (i < lines_a.size() && i < lines_b.size() && lines_a[i] == lines_b[i]) ++i;
  return i;
}

// Long texts are not worth printing whole.
void ExpectSame(const std::string& a, const std::string& b) {
  if (a == b) return;
  const size_t i = FirstDifference(a, b);
  ADD_FAILURE() << "line " << i + 1 << ":\n"
                << (Lines(a).size() > i ? Lines(a)[i] : "") << "\n"
                << (Lines(b).size() > i ? Lines(b)[i] : "");
}

std::vector<std::string> Problems(Database& database) { return (*database.Verify()).problems; }

// Companies with every kind of field, at the ends of what each holds.
class LinesTest : public ::testing::Test {
 protected:
  LinesTest() {
    full_ = source_.AddCompany("全 \"quoted\" \\ \n \x01 😀", [](Batch& batch, Id id) {
      batch.Set(id, "code", "C-1");
      batch.Set(id, "size", INT64_MIN);
      batch.Set(id, "rating", Decimal{-1250, 2});
      batch.Set(id, "score", 0.1 + 0.2);
      batch.Set(id, "revenue", Money{INT64_MAX, *Currency::FromCode("JPY")});
      batch.Set(id, "active", false);
      batch.SetChoice(id, "sector", "trade");
      batch.SetChoices(id, "regions", {"north", "east"});
      batch.Set(id, "tags", TextList{"", "b"});
      batch.Set(id, "founded", Date{-719'162});  // the first day of year 1
      batch.Set(id, "seen", Time{1});
      batch.Set(id, "about_us", "");
      batch.Set(id, "seal", Bytes{std::string("\0\xFF", 2)});
      batch.Set(id, "unit", 7);
      batch.Set(id, "visibility", "owner");
      batch.Link(id, {"erp", "17"});
      batch.Link(id, {"web", "x\ty"});
    });
    other_ = source_.AddCompany("other", [&](Batch& batch, Id id) {
      batch.Set(id, "parent", full_);
      batch.Set(id, "owner", full_);
      batch.Set(id, "seen", Time{253'402'300'799'999'999});  // the last instant of year 9999
      batch.Set(id, "founded", Date{2'932'896});
      batch.Link(id, {"web", "other"});
      batch.Set(id, "score", -0.0);
    });
    source_.Set(full_, "parent", other_);  // a circle
    source_.Set(full_, "size", 5);
    source_.SetAt(full_, "size", 4, Time{source_.clock.now().micros - 1});
    gone_ = source_.AddCompany("gone", [](Batch& batch, Id id) { batch.Link(id, {"erp", "18"}); });
    source_.Delete(gone_);
  }

  CompanyDatabase source_;
  Id full_;
  Id other_;
  Id gone_;
};

TEST_F(LinesTest, RoundTripIsEqualByteForByte) {
  const std::string text = Export(source_.db());
  const std::shared_ptr<Database> target = Empty();
  const auto report = Import(*target, text);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ids_kept);
  ASSERT_EQ(report->types.size(), 1);
  EXPECT_EQ(report->types[0].created, 2);
  ExpectSame(Export(*target), text);
  EXPECT_THAT(Problems(*target), IsEmpty());
  EXPECT_EQ(*(*target->Read())->Find("company", ExternalRef{"web", "x\ty"}), full_);
}

TEST_F(LinesTest, HistoryComesAlongButForWhenItWasRecorded) {
  const std::string text = Export(source_.db(), true);
  const std::shared_ptr<Database> target = Empty();
  const auto report = Import(*target, text);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->types[0].deleted, 1);
  ExpectSame(WithoutRecorded(Export(*target, true)), WithoutRecorded(text));
  EXPECT_THAT(Problems(*target), IsEmpty());
  // What was true when.
  for (const int64_t ago : {0, 1, 3, 5, 8}) {
    const AsOf as_of{.effective = Time{source_.clock.now().micros - ago}};
    const auto here = (*target->Read())->GetAsOf(full_, as_of);
    const auto there = source_.Read()->GetAsOf(full_, as_of);
    ASSERT_EQ(here.ok(), there.ok());
    EXPECT_TRUE(!here.ok() || here->view().Get(2) == there->view().Get(2));
  }
  Batch batch = *target->NewBatch();
  batch.Restore(gone_);
  ASSERT_TRUE(target->Apply(batch).ok());
  EXPECT_EQ(*(*target->Read())->Find("company", ExternalRef{"erp", "18"}), gone_);
}

TEST_F(LinesTest, TheFormIsTheDocumentedOne) {
  const std::vector<std::string> lines = Lines(Export(source_.db()));
  EXPECT_THAT(lines[0], HasSubstr(R"({"kith":"lines","version":1,"created":"2020-09-13T12:26:40Z","partial":false,"history":false,)"));
  EXPECT_THAT(lines[0], HasSubstr(R"({"type":"company","records":2},{"type":"person","records":0})"));
  EXPECT_THAT(lines[1], HasSubstr(R"({"define":"_package","key":"test.company","body":{)"));
  const std::string& full = lines[lines.size() - 3];
  EXPECT_THAT(
      full, HasSubstr(R"("origin":"manual","unit":7,"visibility":2,"refs":[["erp","17"],["web","x\ty"]],"fields":{"name":"全 \"quoted\")"));
  EXPECT_THAT(full, HasSubstr(R"("rating":"-12.50")"));
  EXPECT_THAT(full, HasSubstr(R"("revenue":{"currency":"JPY","minor":9223372036854775807})"));
  EXPECT_THAT(full, HasSubstr(R"("sector":"trade","regions":["north","east"])"));
  EXPECT_THAT(full, HasSubstr(R"("founded":"0001-01-01","seen":"1970-01-01T00:00:00.000001Z")"));
}

TEST_F(LinesTest, RetiredFieldsAndChoicesOfTwoPackagesComeAlong) {
  const auto ensure = [&](const std::string& retired) {
    const std::string more = R"({"package": "test.more", "version": "1.0.0", "needs": ["test.company"],
      "types": [{"name": "wand", "fields": [{"name": "of", "kind": "ref", "to": ["company"]}]}],
      "extend": [{"type": "company", "fields": [{"name": "old", "kind": "text")" +
                             retired + R"(}, {"name": "grade", "kind": "choice", "choices": [{"name": "a")" + retired +
                             R"(}, {"name": "b"}]}]}]})";
    const catalog::PackageSource source{more, ""};
    const auto ensured = source_->Ensure({&source, 1});
    ASSERT_TRUE(ensured.ok()) << ensured.status();
  };
  ensure("");
  source_.Set(full_, "old", "kept");
  source_.Set(full_, "grade", "a");
  Batch wand = source_.NewBatch();
  wand.Set(wand.Create("wand"), "of", full_);
  source_.Apply(wand);
  ensure(R"(, "retired": true)");
  for (const bool history : {false, true}) {
    const std::string text = Export(source_.db(), history);
    EXPECT_THAT(text, HasSubstr(R"("old":"kept","grade":"a")"));
    const std::shared_ptr<Database> target = Empty();
    const auto report = Import(*target, text);
    ASSERT_TRUE(report.ok()) << report.status();
    ExpectSame(WithoutRecorded(Export(*target, history)), WithoutRecorded(text));
    EXPECT_THAT(Problems(*target), IsEmpty());
  }
}

// An order of types in which references lead forwards.
TEST_F(LinesTest, ReferencesMayLeadForwards) {
  Batch batch = source_.NewBatch();
  const Id answer = batch.Create("note");
  const Id note = batch.Create("note");
  batch.Set(answer, "answers", note);
  source_.Apply(batch);
  const std::string text = Export(source_.db());
  const std::shared_ptr<Database> target = Empty();
  ASSERT_TRUE(Import(*target, text).ok());
  ExpectSame(Export(*target), text);
  EXPECT_THAT(Problems(*target), IsEmpty());
}

TEST_F(LinesTest, AViewerExportsWhatItSees) {
  const std::string text = Export(*source_.Read(Viewer{.id = other_, .units = {}}));
  EXPECT_THAT(text, HasSubstr("\"partial\":true"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("quoted")));
  EXPECT_THAT(Lines(text)[0], HasSubstr(R"({"type":"company","records":1})"));
  // What it refers to is not there.
  const std::shared_ptr<Database> target = Empty();
  const Status refused = Import(*target, text).status();
  EXPECT_EQ(GetReason(refused), Reason::kReferenceMissing);
  EXPECT_EQ(GetErrorInfo(refused).field, "parent");
  EXPECT_EQ((*target->Read())->sequence(), 0);
  ASSERT_TRUE(Import(*target, text, {.drop_missing = true}).ok());
  EXPECT_FALSE((*(*target->Read())->Get(other_)).has(14));
}

TEST_F(LinesTest, OnlyTheTypesWanted) {
  EXPECT_THAT(Lines(Export(*source_.Read(), false, {"person"}))[0], HasSubstr(R"("types":[{"type":"person","records":0}])"));
  const auto refused = ExportLines(*source_.Read(), [](std::string_view) { return absl::OkStatus(); }, {.types = {"persn"}});
  EXPECT_EQ(GetReason(refused.status()), Reason::kUnknownType);
}

// --- what is refused, with nothing changed

struct Damage {
  std::string what;
  std::function<std::string(std::vector<std::string>)> spoil;
  Reason reason;
  std::string message;
};

TEST_F(LinesTest, ADamagedFileChangesNothing) {
  const std::string text = Export(source_.db(), true);
  const auto replace = [](const std::string& from, const std::string& to) {
    return [from, to](std::vector<std::string> lines) {
      for (std::string& line : lines) {
        if (const size_t at = line.find(from); at != std::string::npos) {
          line.replace(at, from.size(), to);
          break;
        }
      }
      return Join(lines);
    };
  };
  const size_t count = Lines(text).size();
  const std::string last = "line " + std::to_string(count);
  const std::vector<Damage> damages = {
      {"nothing", [](auto) { return std::string(); }, Reason::kLinesMalformed, "empty"},
      {"another file", [](auto) { return std::string("name,size\n"); }, Reason::kLinesMalformed, "line 1: "},
      {"cut within a line", [&](auto) { return text.substr(0, text.size() / 2); }, Reason::kLinesMalformed, "it was cut"},
      {"cut between lines", [&](auto) { return text.substr(0, text.rfind("{\"end\"")); }, Reason::kLinesMalformed, "without its last line"},
      {"a changed byte",
       [&](auto) {
         std::string changed = text;
         changed[changed.find("gone")] = 'b';
         return changed;
       },
       Reason::kLinesMalformed, last + ": the lines before this one are not those that were written"},
      {"a line too few",
       [&](auto lines) {
         lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(lines.size()) - 2);
         std::string joined;
         for (const std::string& line : lines) joined += line + "\n";
         return joined;
       },
       Reason::kLinesMalformed, "lines are missing"},
      {"more after the end", [&](auto lines) { return text + lines[2] + "\n"; }, Reason::kLinesMalformed, "comes after the last line"},
      {"a newer version", replace("\"version\":1", "\"version\":2"), Reason::kFormatNewer, "line 1: "},
      {"no version", replace("\"version\":1", "\"version\":0"), Reason::kLinesMalformed, "version"},
      {"a wrong kind", replace("\"size\":5", "\"size\":\"5\""), Reason::kWrongKind, "is no int"},
      {"no such choice", replace("\"sector\":\"trade\"", "\"sector\":\"trades\""), Reason::kNotAChoice, "no such choice"},
      {"no such field", replace("\"size\":5", "\"sise\":5"), Reason::kUnknownField, ""},
      {"no such type", replace("\"record\":\"company\"", "\"record\":\"compny\""), Reason::kUnknownType, ""},
      {"another type's id", replace("\"record\":\"company\"", "\"record\":\"person\""), Reason::kUnknownField, ""},
      {"an unknown member", replace("\"origin\"", "\"origine\":1,\"origin\""), Reason::kLinesMalformed, "is unknown"},
      {"a member twice", replace("\"size\":5", "\"size\":5,\"size\":5"), Reason::kLinesMalformed, "twice"},
      {"a record twice",
       [](auto lines) {
         lines.insert(lines.end() - 1, *std::find_if(lines.begin(), lines.end(),
                                                     [](const std::string& line) { return line.find("\"origin\"") != std::string::npos; }));
         return Join(lines);
       },
       Reason::kLinesMalformed, "an earlier line has this record"},
      {"a definition too few",
       [](auto lines) {
         lines.erase(lines.begin() + 1);
         return Join(lines);
       },
       Reason::kLinesMalformed, "definitions are missing"},
      {"history without a record",
       [](auto lines) {
         const auto record =
             std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("{\"record\""); });
         lines.erase(record);
         return Join(lines);
       },
       Reason::kLinesMalformed, "no record before it"},
      {"a reference to nothing", replace(std::to_string(other_.value()) + "}}", std::to_string(gone_.value()) + "}}"),
       Reason::kReferenceMissing, "not in the file"},
      {"no time", replace("\"effective\":\"", "\"effective\":\"x"), Reason::kWrongKind, ""},
      {"no operation", replace("\"history\":\"change\"", "\"history\":\"chance\""), Reason::kLinesMalformed, "is no operation"},
  };
  const std::shared_ptr<Database> target = Empty();
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.what);
    const Status status = Import(*target, damage.spoil(Lines(text))).status();
    EXPECT_EQ(NameOf(GetReason(status)), NameOf(damage.reason)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(damage.message));
    EXPECT_TRUE(damage.what == "nothing" || std::string(status.message()).find("line") != std::string::npos) << status;
  }
  EXPECT_EQ((*target->Read())->sequence(), 0);
  EXPECT_TRUE(Import(*target, text).ok());
  EXPECT_EQ(GetReason(ImportLines(*target, "/nowhere/at.all").status()), Reason::kFileUnreadable);
}

TEST_F(LinesTest, ALineHasALimit) {
  std::string text = Export(source_.db());
  const std::string rest = text.substr(text.find('\n'));
  std::string first = text.substr(0, text.find('\n'));
  first.insert(first.size() - 1, limits::kLineBytes - first.size(), ' ');
  const std::shared_ptr<Database> target = Empty();
  // The digest is another, but the line is read.
  EXPECT_EQ(GetReason(Import(*target, first + rest).status()), Reason::kLinesMalformed);
  first.insert(first.size() - 1, " ");
  EXPECT_EQ(GetReason(Import(*target, first + rest).status()), Reason::kLimitExceeded);
}

TEST_F(LinesTest, ALineThatTheEngineRefusesIsNamed) {
  source_.clock.Advance(int64_t{400} * 365 * kMicrosPerDay);
  source_.AddCompany("of the future");
  const std::string text = Export(source_.db());
  const std::shared_ptr<Database> target = Empty();
  const Status status = Import(*target, text).status();
  EXPECT_EQ(GetReason(status), Reason::kEffectiveInFuture);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line " + std::to_string(Lines(text).size() - 1) + ": "));
}

// --- many records: steps, interruption

// Companies that refer to one before and one after them.
void AddMany(CompanyDatabase& source, int count) {
  Batch batch = source.NewBatch();
  std::vector<Id> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back(batch.Create("company"));
    batch.Set(ids.back(), "name", "company " + std::to_string(i));
  }
  for (int i = 0; i < count; ++i) batch.Set(ids[static_cast<size_t>(i)], "parent", ids[static_cast<size_t>((i * 7 + 1) % count)]);
  source.Apply(batch);
}

TEST_F(LinesTest, AnInterruptedImportGoesOn) {
  AddMany(source_, 2500);
  const std::string path = Save(Export(source_.db(), true));
  const std::shared_ptr<Database> target = Empty();
  ImportLinesOptions stopping;
  int calls = 0;
  stopping.progress = [&](std::string_view stage, int64_t, int64_t) { return stage != "load" || ++calls < 1; };
  EXPECT_EQ(GetReason(ImportLines(*target, path, stopping).status()), Reason::kCancelled);
  const uint64_t after_first = (*target->Read())->sequence();
  EXPECT_GT(after_first, 0);
  const auto second = ImportLines(*target, path);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->ids_kept);
  EXPECT_EQ(second->types[0].created + second->types[0].deleted, 2503 - 1000);
  ExpectSame(WithoutRecorded(Export(*target, true)), WithoutRecorded(Export(source_.db(), true)));
  EXPECT_THAT(Problems(*target), IsEmpty());
  // A third time there is nothing to do.
  const uint64_t sequence = (*target->Read())->sequence();
  const auto third = ImportLines(*target, path);
  ASSERT_TRUE(third.ok());
  EXPECT_THAT(third->types, IsEmpty());
  EXPECT_EQ((*target->Read())->sequence(), sequence);
}

TEST_F(LinesTest, AnExportStopsWhenTold) {
  ExportLinesOptions options;
  options.progress = [](int64_t, int64_t) { return false; };
  const auto sink = [](std::string_view) { return absl::OkStatus(); };
  EXPECT_EQ(GetReason(ExportLines(*source_.Read(), sink, options).status()), Reason::kCancelled);
  const auto full = [](std::string_view) { return MakeError(Reason::kDiskFull, "full"); };
  EXPECT_EQ(GetReason(ExportLines(*source_.Read(), full).status()), Reason::kDiskFull);
  const std::string folder = MakeTempDir();
  EXPECT_FALSE(ExportLines(*source_.Read(), folder + "/a.jsonl", options).ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  ASSERT_TRUE(ExportLines(*source_.Read(), folder + "/a.jsonl").ok());
  EXPECT_TRUE(ImportLines(*Empty(), folder + "/a.jsonl").ok());
}

// --- into a database that has data

TEST_F(LinesTest, RecordsAreBroughtTogetherByTheirReferences) {
  const std::string text = Export(source_.db(), true);
  CompanyDatabase target;
  target.clock.Advance(1'000'000);
  target.AddCompany("first here");
  const Id known = target.AddCompany("known here", [](Batch& batch, Id id) {
    batch.Link(id, {"erp", "17"});
    batch.Set(id, "about_us", "stays");
  });
  EXPECT_EQ(GetReason(Import(target.db(), text).status()), Reason::kBadOptions);
  EXPECT_EQ(GetReason(Import(target.db(), text, {.ids = LinesIds::kKeep}).status()), Reason::kPreconditionFailed);
  EXPECT_EQ(GetReason(Import(target.db(), text, {.source = std::string(65, 'x')}).status()), Reason::kBadOptions);

  const auto report = Import(target.db(), text, {.source = "branch"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->ids_kept);
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_EQ(report->types[0].created, 1);
  EXPECT_EQ(report->types[0].changed, 1);
  const auto snapshot = target.Read();
  EXPECT_EQ(*snapshot->Find("company", ExternalRef{"branch", std::to_string(full_.value())}), known);
  const Id other = *snapshot->Find("company", ExternalRef{"branch", std::to_string(other_.value())});
  EXPECT_NE(other, other_);
  const record::View view = *snapshot->Get(known);
  EXPECT_EQ(FieldOf(*snapshot, view, "size"), Value(5));
  EXPECT_EQ(FieldOf(*snapshot, view, "about_us"), Value(""));
  EXPECT_EQ(FieldOf(*snapshot, view, "parent"), Value(other));
  EXPECT_EQ(FieldOf(*snapshot, *snapshot->Get(other), "parent"), Value(known));
  EXPECT_EQ(snapshot->Get(other)->header().owner, known.value());
  EXPECT_THAT(target.Problems(), IsEmpty());

  const auto again = Import(target.db(), text, {.source = "branch"});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->types[0].unchanged, 2);
  EXPECT_EQ(again->types[0].created + again->types[0].changed, 0);
}

TEST_F(LinesTest, ConflictsAreReportedAndTheRestComesIn) {
  const std::string text = Export(source_.db());
  CompanyDatabase target;
  target.clock.Advance(1'000'000);
  target.AddCompany("has 17", [](Batch& batch, Id id) { batch.Link(id, {"erp", "17"}); });
  target.AddCompany("has x", [](Batch& batch, Id id) { batch.Link(id, {"web", "x\ty"}); });
  const auto report = Import(target.db(), text, {.source = "branch"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rejected(), 1);
  ASSERT_EQ(report->problems.size(), 2);
  EXPECT_EQ(report->problems[0].id, full_);
  EXPECT_EQ(report->problems[0].code, Reason::kExternalRefTaken);
  EXPECT_THAT(report->problems[0].reason, HasSubstr("two records here"));
  EXPECT_EQ(Lines(text)[static_cast<size_t>(report->problems[0].line) - 1].find("quoted") != std::string::npos, true);
  // Its reference was left out, and that is said.
  EXPECT_EQ(report->problems[1].id, other_);
  EXPECT_EQ(report->problems[1].code, Reason::kReferenceMissing);
  EXPECT_EQ(report->types[0].created, 1);
  EXPECT_THAT(target.Problems(), IsEmpty());
}

// B refers to A, which a constraint here refuses: B comes in all the same, wherever A stood in the file.
TEST_F(LinesTest, WhatRefersToARefusedRecordComesInWithoutIt) {
  CompanyDatabase target;
  target.clock.Advance(1'000'000);
  target.AddCompany("has the code", [](Batch& batch, Id id) { batch.Set(id, "code", "C-1"); });
  const auto report = Import(target.db(), Export(source_.db()), {.source = "branch"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->types[0].created, 1);
  EXPECT_EQ(report->types[0].rejected, 1);
  EXPECT_TRUE((*target.db().Read())->Find("company", ExternalRef{"web", "other"}).ok());
  EXPECT_THAT(target.Problems(), IsEmpty());
}

// --- a company of the standard model, with rules, seeds and statistics

std::shared_ptr<Database> Company() {
  simulator::CompanyOptions options;
  options.deals = 150;
  options.years = 1;
  options.accounts = 20;
  options.reps = 4;
  std::shared_ptr<Database> database = Standard();
  const simulator::Company company = simulator::MakeCompany(options);
  Batch batch = *database->NewBatch();
  std::vector<Id> accounts;
  for (const simulator::Account& account : company.accounts) {
    accounts.push_back(batch.Create("account"));
    batch.Set(accounts.back(), "name", account.name);
  }
  std::vector<Id> reps;
  for (const simulator::Rep& rep : company.reps) {
    reps.push_back(batch.Create("employee"));
    batch.Set(reps.back(), "name", rep.name);
  }
  for (const simulator::Opportunity& deal : company.opportunities) {
    if (deal.moves.empty()) continue;
    batch.SetEffective(deal.moves[0].at);
    const Id id = batch.Create("opportunity");
    batch.Set(id, "name", "deal");
    batch.Set(id, "account", accounts[deal.account]);
    batch.Set(id, "amount", deal.amount);
    batch.Set(id, "owner", reps[deal.rep]);
    batch.SetEffective(std::nullopt);
    for (const simulator::StageMove& move : deal.moves) {
      model::Move(batch, id, std::string("default/") + simulator::kStageNames[move.stage], {.at = move.at});
    }
  }
  const auto applied = database->Apply(batch);
  EXPECT_TRUE(applied.ok()) << applied.status();
  return database;
}

TEST(LinesOfACompany, FunnelsAreTheSame) {
  const std::shared_ptr<Database> source = Company();
  for (const bool history : {false, true}) {
    const std::string text = Export(*source, history);
    const std::shared_ptr<Database> target = Standard();
    const auto report = Import(*target, text);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->ids_kept);
    ExpectSame(WithoutRecorded(Export(*target, history)), WithoutRecorded(text));
    EXPECT_THAT(Problems(*target), IsEmpty());
    const auto there = *source->Read();
    const auto here = *target->Read();
    std::vector<std::string> rows[2];
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_TRUE((i == 0 ? there : here)
                      ->ScanAggregates({},
                                       [&](std::string_view key, std::string_view value) {
                                         rows[i].push_back(std::string(key) + std::string(value));
                                         return true;
                                       })
                      .ok());
    }
    EXPECT_GT(rows[0].size(), 10);
    EXPECT_EQ(rows[0], rows[1]);
  }
}

// An import that ends when the last record is in has the seeds to drop still.
TEST(LinesOfACompany, AnInterruptedImportDropsWhatTheSourceHasNoMore) {
  const std::shared_ptr<Database> source = Standard();
  const auto first = [](Database& database) {
    const auto snapshot = *database.Read();
    const auto cursor = *snapshot->Scan("pipeline");
    return cursor->Next() ? cursor->id() : Id();
  };
  const Id seed = first(*source);
  ASSERT_FALSE(seed.is_null());
  Batch batch = *source->NewBatch();
  batch.Delete(seed);
  ASSERT_TRUE(source->Apply(batch).ok()) << source->Apply(batch).status();
  const auto ignore = [](std::string_view) { return absl::OkStatus(); };
  int64_t records = 0;
  const StatusOr<ExportLinesReport> exported = ExportLines(**source->Read(), ignore);
  for (const auto& type : exported->types) records += type.records;
  Batch more = *source->NewBatch();
  for (; records % 1000 != 0; ++records) more.Set(more.Create("account"), "name", "account");
  ASSERT_TRUE(source->Apply(more).ok());
  const std::string path = Save(Export(*source));
  const std::shared_ptr<Database> target = Standard();
  ImportLinesOptions stopping;
  stopping.progress = [&](std::string_view stage, int64_t done, int64_t total) { return stage != "load" || 2 * done < total; };
  EXPECT_EQ(GetReason(ImportLines(*target, path, stopping).status()), Reason::kCancelled);
  const auto report = ImportLines(*target, path);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE((*target->Read())->Get(seed).ok());
}

TEST(LinesOfACompany, TwoCompaniesComeTogetherThroughTheRules) {
  const std::shared_ptr<Database> source = Company();
  const std::shared_ptr<Database> target = Company();
  const std::string text = Export(*source);
  const uint64_t before = (*target->Read())->sequence();
  const auto tried = Import(*target, text, {.source = "branch", .dry_run = true});
  ASSERT_TRUE(tried.ok()) << tried.status();
  EXPECT_EQ((*target->Read())->sequence(), before);
  const auto report = Import(*target, text, {.source = "branch"});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_THAT(Problems(*target), IsEmpty());
  const auto there = *source->Read();
  const auto here = *target->Read();
  size_t deals = 0;
  const auto cursor = *there->Scan("opportunity");
  for (; cursor->Next(); ++deals) {
    const auto id = here->Find("opportunity", ExternalRef{"branch", std::to_string(cursor->id().value())});
    ASSERT_TRUE(id.ok());
    const record::View mine = *here->Get(*id);
    const record::View theirs = *cursor->record();
    EXPECT_EQ(FieldOf(*here, mine, "closed_at"), FieldOf(*there, theirs, "closed_at"));
    EXPECT_EQ(FieldOf(*here, mine, "amount"), FieldOf(*there, theirs, "amount"));
  }
  EXPECT_GT(deals, 50);
  size_t all = 0;
  for (const auto mine = *here->Scan("opportunity"); mine->Next();) ++all;
  EXPECT_EQ(all, 2 * deals);
  // Nothing is there twice after a second time.
  const uint64_t sequence = here->sequence();
  ASSERT_TRUE(Import(*target, text, {.source = "branch"}).ok());
  EXPECT_EQ((*target->Read())->sequence(), sequence);
}

// How many records of each type there are, seeds of packages left out.
std::map<std::string, int64_t> Counts(Database& database) {
  std::map<std::string, int64_t> counts;
  const auto snapshot = *database.Read();
  for (const catalog::TypeDef& type : snapshot->catalog().types()) {
    if (type.number < catalog::kFirstOpenType) continue;
    for (const auto cursor = *snapshot->Scan(type.name); cursor->Next();) {
      if (static_cast<Origin>(cursor->record()->header().origin) != Origin::kPackage) ++counts[type.name];
    }
  }
  return counts;
}

// E19: every event is there once, of both; a second time nothing changes.
TEST(LinesOfACompany, OneDatabaseIsTakenIntoAnother) {
  const std::shared_ptr<Database> branch = Company();
  const std::shared_ptr<Database> head = Company();
  // The same customer in both, by a name that both know it by.
  for (const auto& [database, city] : {std::pair(branch, "Shanghai"), std::pair(head, "Beijing")}) {
    Batch batch = *database->NewBatch();
    const Id shared = batch.Upsert("account", {"tax", "91310000"});
    batch.Set(shared, "name", "Both");
    batch.Set(shared, "city", city);
    ASSERT_TRUE(database->Apply(batch).ok());
  }
  std::map<std::string, int64_t> expected = Counts(*head);
  for (const auto& [type, count] : Counts(*branch)) expected[type] += count;
  --expected["account"];

  const AbsorbOptions options{.source = "branch"};
  AbsorbOptions tried = options;
  tried.dry_run = true;
  const uint64_t before = (*head->Read())->sequence();
  ASSERT_TRUE(Absorb(*head, **branch->Read(), tried).ok());
  EXPECT_EQ((*head->Read())->sequence(), before);

  const auto report = Absorb(*head, **branch->Read(), options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_EQ(Counts(*head), expected);
  EXPECT_GT(expected["move"], 100);
  EXPECT_THAT(Problems(*head), IsEmpty());
  const auto merged = *head->Read();
  const Id shared = *merged->Find("account", ExternalRef{"tax", "91310000"});
  EXPECT_EQ(FieldOf(*merged, *merged->Get(shared), "city"), Value("Shanghai"));

  const uint64_t sequence = merged->sequence();
  const auto again = Absorb(*head, **branch->Read(), options);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*head->Read())->sequence(), sequence);
  for (const ImportLinesReport::Type& type : again->types) EXPECT_EQ(type.created + type.changed + type.rejected, 0) << type.type;
  EXPECT_EQ(GetReason(Absorb(*head, **branch->Read(), {}).status()), Reason::kBadOptions);
}

}  // namespace
}  // namespace kith::exchange
