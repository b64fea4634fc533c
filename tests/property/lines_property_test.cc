// JSON Lines of databases that random batches made: out, in and out again is equal, and what was in force when is the same.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "engine_generator.h"
#include "engine_oracle.h"
#include "kith/exchange/lines.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using testing::CompanyDatabase;
using testing::Generator;
using testing::MakeTempDir;
using testing::Ops;
using testing::Oracle;

std::string Export(Database& database, bool history) {
  std::string text;
  const auto sink = [&](std::string_view bytes) {
    text += bytes;
    return absl::OkStatus();
  };
  EXPECT_TRUE(exchange::ExportLines(**database.Read(), sink, {.history = history, .created = Time{0}}).ok());
  return text;
}

std::shared_ptr<Database> Imported(const std::string& text) {
  OpenOptions options;
  options.temporary = true;
  std::shared_ptr<Database> database = *Database::Open("", options);
  const std::string path = MakeTempDir() + "/lines.jsonl";
  std::ofstream(path, std::ios::binary) << text;
  const auto report = exchange::ImportLines(*database, path);
  EXPECT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report.ok() && report->ids_kept);
  return database;
}

// What an import does not take over.
std::string WithoutRecorded(const std::string& text) {
  const std::string without = std::regex_replace(text, std::regex(R"("recorded":"[^"]*")"), "");
  return without.substr(0, without.rfind("{\"end\""));
}

std::string Bits(record::View view) {
  std::string text;
  for (size_t i = 0; i < view.layout().fields.size(); ++i) text += ToText(view.Get(i), 1000) + "|";
  return text + std::to_string(view.header().owner) + "|" + std::to_string(view.header().unit);
}

void CheckPast(Database& source, Database& target, Time now, Generator& random) {
  const auto there = *source.Read();
  const auto here = *target.Read();
  for (const std::string_view type : {"company", "person", "note"}) {
    for (const auto cursor = *there->Scan(type); cursor->Next();) {
      const AsOf as_of{.effective = Time{now.micros - static_cast<int64_t>(random.Below(3000))}};
      const StatusOr<Record> a = there->GetAsOf(cursor->id(), as_of);
      const StatusOr<Record> b = here->GetAsOf(cursor->id(), as_of);
      ASSERT_EQ(a.ok(), b.ok());
      if (a.ok()) {
        ASSERT_EQ(Bits(a->view()), Bits(b->view()));
      }
    }
  }
}

TEST(Lines, RandomDatabasesGoRound) {
  const uint64_t seed = testing::TestSeed(41);
  for (int run = 0; run < static_cast<int>(4 * testing::TestScale()); ++run) {
    CompanyDatabase source;
    const auto catalog = *source->GetCatalog();
    Oracle oracle(*catalog);
    Generator generator(seed + static_cast<uint64_t>(run), oracle, *catalog);
    for (int i = 0; i < 250; ++i) {
      source.clock.Advance(1 + static_cast<int64_t>(generator.Below(40)));
      const Ops ops = generator.Make(source.clock.now());
      Batch batch = source.NewBatch();
      ops.Fill(batch);
      // Wrong batches too, which both refuse.
      const uint64_t before = source.Read()->sequence();
      const StatusOr<Outcome> outcome = source->Apply(batch);
      ASSERT_EQ(outcome.ok(), oracle.Apply(ops, source.clock.now()).error.empty()) << outcome.status();
      const Snapshot::Feed feed = source.Read()->Changes(before, 1000).value();
      for (const FeedEntry& entry : feed.entries) oracle.Number(entry.record, entry.sequence);
    }
    for (const bool history : {false, true}) {
      const std::string text = Export(source.db(), history);
      const std::shared_ptr<Database> target = Imported(text);
      const std::string again = Export(*target, history);
      ASSERT_TRUE(history ? WithoutRecorded(again) == WithoutRecorded(text) : again == text) << "seed " << seed << " run " << run;
      EXPECT_TRUE((*target->Verify()).problems.empty()) << (*target->Verify()).problems[0];
      if (history) CheckPast(source.db(), *target, source.clock.now(), generator);
    }
  }
}

}  // namespace
}  // namespace kith
