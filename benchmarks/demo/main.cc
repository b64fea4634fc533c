// kith_demo [--keep TARGET] [FOLDER]: opens a new database, loads a simulated company or a folder of CSV files, and shows funnel, reps,
// forecast and how good past forecasts were. Of the simulated company the truth is known, so it also says how close the estimates came.
// With --keep the database stays, as TARGET/crm.kith, and TARGET/subject.json says what to look at: {"pipeline", "as_of"}.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <optional>

#include "demo/load.h"
#include "demo/relations.h"
#include "demo/show.h"
#include "kith/exchange/csv.h"
#include "kith/model/model.h"
#include "simulator/company.h"
#include "simulator/relations.h"

namespace kith::demo {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// What to look at once the data are in.
struct Subject {
  std::string pipeline;
  Time as_of;
  std::string owner_type = "employee";
};

StatusOr<Subject> LoadSimulated(Database& database, const simulator::Company& company, const simulator::Relations& relations) {
  Clock::time_point start = Clock::now();
  KITH_RETURN_IF_ERROR(LoadCompany(database, company, [](double done) { ShowProgress("loading the company", done); }));
  std::printf("%zu accounts, %zu contacts, %zu reps, %zu opportunities with their moves in %.1f s\n", company.accounts.size(),
              company.contacts.size(), company.reps.size(), company.opportunities.size(), SecondsSince(start));
  start = Clock::now();
  KITH_RETURN_IF_ERROR(LoadRelations(database, relations));
  std::printf("%zu interactions, %zu parts in deals, %zu pieces of evidence, %zu acquaintances in %.1f s\n", relations.touches.size(),
              relations.stakes.size(), relations.learnt.size(), relations.known.size(), SecondsSince(start));
  return Subject{"default", StartOf(company.options.today)};
}

// The last move of a pipeline is where the data end; the day after it is "today".
StatusOr<Time> DayAfterLastMove(Database& database, const std::string& pipeline) {
  KITH_ASSIGN_OR_RETURN(auto snapshot, database.Read());
  KITH_ASSIGN_OR_RETURN(model::Pipeline found, model::GetPipeline(*snapshot, pipeline));
  IndexRange range;
  range.equal = {Value(found.id)};
  range.reverse = true;
  KITH_ASSIGN_OR_RETURN(auto cursor, snapshot->ScanIndex("move", "by_pipeline", range));
  if (!cursor->Next()) return MakeError(Reason::kNotEnoughData, "the files tell of no move through the pipeline");
  KITH_ASSIGN_OR_RETURN(record::View move, cursor->record());
  KITH_ASSIGN_OR_RETURN(Value at, GetField(*snapshot->catalog().FindType("move"), move, "at"));
  return StartOf(Date{DateOf(at.get<Time>()).days + 1});
}

StatusOr<Subject> LoadFolder(Database& database, const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(exchange::Mapping mapping, exchange::FindMapping(folder));
  exchange::ImportOptions options;
  options.progress = [](std::string_view file, int64_t done, int64_t total) {
    ShowProgress(file, total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total));
    return true;
  };
  KITH_ASSIGN_OR_RETURN(exchange::ImportReport report, exchange::ImportFolder(database, folder, mapping, options));
  for (const exchange::FileReport& file : report.files) {
    std::printf("%-24s %7lld rows: %lld created, %lld rejected, %lld moves\n", file.file.c_str(), static_cast<long long>(file.rows),
                static_cast<long long>(file.created), static_cast<long long>(file.rejected), static_cast<long long>(file.moves));
  }
  for (size_t i = 0; i < std::min<size_t>(report.problems.size(), 5); ++i) {
    const exchange::RowProblem& p = report.problems[i];
    std::printf("  %s:%lld %s \"%s\": %s\n", p.file.c_str(), static_cast<long long>(p.line), p.column.c_str(), p.value.c_str(),
                p.reason.c_str());
  }
  std::printf("in %.1f s\n", report.seconds);
  if (mapping.pipelines.empty()) return MakeError(Reason::kMappingMalformed, "the mapping defines no pipeline to look at");
  KITH_ASSIGN_OR_RETURN(model::Pipeline pipeline, model::PipelineFromJson(mapping.pipelines[0]));
  KITH_ASSIGN_OR_RETURN(Time as_of, DayAfterLastMove(database, pipeline.name));
  return Subject{pipeline.name, as_of};
}

// The quarter that begins at `today` or, within a quarter, the one after it.
Period NextQuarter(Time today) {
  Period running = PeriodAt(DateOf(today), PeriodUnit::kQuarter);
  return running.first == DateOf(today) ? running : PeriodAt(DateOf(today), PeriodUnit::kQuarter, 1);
}

// Quarters that are over, with at least a year of history before them, or failing that a quarter; at most eight.
std::vector<Period> PastQuarters(const model::FunnelTables& tables) {
  std::vector<Period> quarters;
  if (tables.rows.periods.empty()) return quarters;
  model::Epoch first = INT32_MAX;
  for (const auto& [key, row] : tables.rows.periods) first = std::min(first, key.epoch);
  Date begin = model::FirstDay(first);
  int history = DateOf(tables.as_of).days - begin.days > 2 * 365 ? 365 : 90;
  for (int back = 8; back > 0; --back) {
    Period quarter = PeriodAt(DateOf(tables.as_of), PeriodUnit::kQuarter, -back);
    if (quarter.first.days >= begin.days + history) quarters.push_back(quarter);
  }
  return quarters;
}

struct Findings {
  insight::FunnelReport funnel;
  std::vector<insight::RepReport> reps;
  insight::ForecastReport forecast;
};

StatusOr<Findings> Look(Database& database, const Subject& subject) {
  Clock::time_point start = Clock::now();
  KITH_ASSIGN_OR_RETURN(auto snapshot, database.Read());
  KITH_ASSIGN_OR_RETURN(model::Pipeline pipeline, model::GetPipeline(*snapshot, subject.pipeline));
  auto tables_at = [&](Time as_of) {
    model::TablesOptions options;
    options.as_of = as_of;
    return model::ReadTables(*snapshot, pipeline.id, options);
  };
  KITH_ASSIGN_OR_RETURN(model::FunnelTables tables, tables_at(subject.as_of));
  Findings findings;
  Heading("Funnel of " + subject.pipeline + " as of " + ToText(DateOf(subject.as_of)));
  KITH_ASSIGN_OR_RETURN(findings.funnel, insight::Funnel(tables));
  ShowFunnel(findings.funnel);

  Heading("Each rep against the team");
  KITH_ASSIGN_OR_RETURN(findings.reps, insight::RepsAgainstTeam(tables));
  ShowReps(findings.reps, [&](Id owner) {
    StatusOr<record::View> view = snapshot->Get(owner);
    const catalog::TypeDef* type = snapshot->catalog().FindType(owner.type());
    if (!view.ok() || type == nullptr) return std::to_string(owner.value());
    StatusOr<Value> name = GetField(*type, *view, "name");
    return name.ok() ? ToText(*name) : std::to_string(owner.value());
  });

  Heading("What stands still, and what is missing");
  ShowHealth(insight::StuckDealsOf(tables), insight::DataGapsOf(tables));

  Period quarter = NextQuarter(subject.as_of);
  std::string name = NameOf(quarter, PeriodUnit::kQuarter);
  Heading("Forecast of " + name);
  std::vector<Period> past = PastQuarters(tables);
  insight::ForecastOptions options;
  KITH_ASSIGN_OR_RETURN(insight::BacktestReport backtest, insight::Backtest(tables_at, past, subject.as_of, options));
  for (const insight::BacktestPoint& point : backtest.points) {
    options.ledger.push_back(insight::EntryOf(point));
  }
  KITH_ASSIGN_OR_RETURN(findings.forecast, insight::Forecast(tables, quarter, options));
  ShowForecast(findings.forecast, name);

  Heading("How good forecasts made at past quarter starts were");
  if (backtest.points.empty()) {
    std::printf("  the history is too short to look back\n");
  } else {
    ShowBacktest(backtest, findings.forecast.currency);
  }
  std::printf("\nAll of this in %.2f s\n", SecondsSince(start));
  return findings;
}

// How close the estimates came to what is true of the simulated process.
void CompareWithTruth(const simulator::Company& company, const Findings& findings) {
  Heading("Against the simulator's truth");
  simulator::Truth truth = simulator::TruthOf(company);
  int inside = 0;
  int stages = 0;
  for (size_t i = 0; i < std::min(findings.funnel.stages.size(), truth.stage_rate.size()); ++i) {
    const insight::StageFunnel& stage = findings.funnel.stages[i];
    bool in = truth.stage_rate[i] >= stage.rate.low && truth.stage_rate[i] <= stage.rate.high;
    inside += in ? 1 : 0;
    ++stages;
    std::printf("  %-14s true rate %.1f %%, estimate %.1f %%%s\n", stage.stage.name.c_str(), truth.stage_rate[i] * 100,
                stage.rate.value * 100, in ? "" : " (outside its interval)");
  }
  int flagged = 0;
  bool found = false;
  for (const insight::RepReport& rep : findings.reps) {
    for (size_t i = 0; i < rep.stages.size(); ++i) flagged += rep.stages[i].weak ? 1 : 0;
    if (rep.weakest && rep.stages[*rep.weakest].stage.name == simulator::kStageNames[company.weak_stage]) {
      found = found || rep.owner == findings.reps.front().owner;
    }
  }
  std::printf("  %d of %d stage rates inside their 95 %% intervals\n", inside, stages);
  std::printf("  one weak step was planted (%s, %s): %s; %d step%s flagged in all\n", company.reps[company.weak_rep].name.c_str(),
              simulator::kStageNames[company.weak_stage], found ? "ranked first" : "not ranked first", flagged, flagged == 1 ? "" : "s");
  std::vector<double> futures = simulator::Futures(company, findings.forecast.period.end, 400, 7);
  std::sort(futures.begin(), futures.end());
  auto quantile = [&](double p) {
    return Amount(futures[static_cast<size_t>(p * static_cast<double>(futures.size() - 1))], findings.forecast.currency);
  };
  std::printf("  the quarter, simulated forward 400 times: P10 %s, P50 %s, P90 %s\n", quantile(0.1).c_str(), quantile(0.5).c_str(),
              quantile(0.9).c_str());
}

struct Arguments {
  std::optional<std::string> folder = {};
  std::optional<std::filesystem::path> keep = {};
};

StatusOr<std::shared_ptr<Database>> OpenNew(const Arguments& arguments) {
  OpenOptions options;
  options.temporary = !arguments.keep;
  options.create = !options.temporary;
  if (!arguments.keep) return model::OpenDatabase("", options);
  std::error_code ignored;  // opening says what is wrong with the folder
  std::filesystem::create_directories(*arguments.keep, ignored);
  return model::OpenDatabase((*arguments.keep / "crm.kith").string(), options);
}

Status Run(const Arguments& arguments) {
  const std::optional<std::string>& folder = arguments.folder;
  KITH_ASSIGN_OR_RETURN(std::shared_ptr<Database> database, OpenNew(arguments));
  Heading(folder ? "Loading " + *folder : "Simulating a company and loading it");
  std::optional<simulator::Company> company;
  simulator::Relations relations;
  if (!folder) {
    company = simulator::MakeCompany();
    relations = simulator::MakeRelations(*company);
  }
  KITH_ASSIGN_OR_RETURN(Subject subject, folder ? LoadFolder(*database, *folder) : LoadSimulated(*database, *company, relations));
  KITH_ASSIGN_OR_RETURN(Findings findings, Look(*database, subject));
  if (company) {
    KITH_RETURN_IF_ERROR(ShowRelations(*database, *company, relations));
    CompareWithTruth(*company, findings);
  }
  if (arguments.keep) {
    std::ofstream(*arguments.keep / "subject.json")
        << "{\"pipeline\": " << std::quoted(subject.pipeline) << ", \"as_of\": " << std::quoted(ToText(subject.as_of)) << "}\n";
  }
  return absl::OkStatus();
}

// Nothing when they are none of ours.
std::optional<Arguments> Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--keep" && i + 1 < argc) {
      arguments.keep = argv[++i];
    } else if (argument.starts_with("-") || arguments.folder) {
      return std::nullopt;
    } else {
      arguments.folder = argument;
    }
  }
  return arguments;
}

}  // namespace
}  // namespace kith::demo

int main(int argc, char** argv) {
  const std::optional<kith::demo::Arguments> arguments = kith::demo::Parse(argc, argv);
  if (!arguments) {
    std::cerr
        << "usage: kith_demo [--keep TARGET] [FOLDER]   (a folder of CSV files with a mapping.json, or one that a shipped preset fits)\n";
    return 2;
  }
  kith::Status status = kith::demo::Run(*arguments);
  if (status.ok()) return 0;
  std::cerr << "kith_demo: " << status.message() << "\n";
  std::string hint = kith::GetErrorInfo(status).hint;
  if (!hint.empty()) std::cerr << "  " << hint << "\n";
  return 1;
}
