#include "forecast/logs.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>

namespace kith::benchmarks {
namespace {

constexpr Currency kEur = Currency::FromPacked('E' | 'U' << 8 | 'R' << 16);
constexpr uint64_t kWon = 901;
constexpr uint64_t kLost = 902;

// --- comma-separated files, plain or gzipped ---
std::vector<std::string> SplitLine(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r' && c != '\n') {
      cells.back().push_back(c);
    }
  }
  return cells;
}

model::Pipeline MakePipeline(const std::string& name, const std::vector<std::string>& open) {
  model::Pipeline pipeline;
  pipeline.id = Id(1);
  pipeline.name = name;
  const auto add = [&](uint64_t id, const std::string& stage_name, model::StageKind kind) {
    model::Stage stage;
    stage.id = Id(id);
    stage.name = stage_name;
    stage.position = static_cast<int32_t>(pipeline.stages.size());
    stage.kind = kind;
    pipeline.stages.push_back(stage);
  };
  for (size_t i = 0; i < open.size(); ++i) add(101 + i, open[i], model::StageKind::kOpen);
  add(kWon, "won", model::StageKind::kWon);
  add(kLost, "lost", model::StageKind::kLost);
  return pipeline;
}

Money Euros(double amount) { return {std::llround(amount * 100), kEur}; }

struct Event {
  Time at;
  uint64_t stage = 0;
};

// A deal from its events: the same stage again is no move, and nothing follows a closing.
LoggedDeal DealFrom(uint64_t id, std::vector<Event> events, double amount, Id owner, uint64_t segment) {
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  LoggedDeal deal;
  deal.path.deal = Id(id);
  deal.path.amount = Euros(amount);
  deal.won_minor = deal.path.amount.minor;
  for (const Event& event : events) {
    if (!deal.path.moves.empty() && deal.path.moves.back().to.value() == event.stage) continue;
    deal.path.moves.push_back({Id(event.stage), event.at, model::MoveCause::kImport, owner, segment, 0});
    if (event.stage == kWon) deal.won = event.at;
    if (event.stage >= kWon) break;
  }
  return deal;
}

struct Case {
  std::vector<Event> events;
  double amount = 0;
  Id owner;
  uint64_t segment = 0;
};

bool Has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

uint64_t Bpic2012Stage(const std::string& activity, const std::string& transition) {
  static const std::map<std::string, uint64_t> kCompleted = {{"A_SUBMITTED", 101},  {"A_PARTLYSUBMITTED", 101}, {"A_PREACCEPTED", 103},
                                                             {"A_ACCEPTED", 104},   {"A_FINALIZED", 105},       {"O_SENT", 105},
                                                             {"O_SENT_BACK", 106},  {"A_APPROVED", kWon},       {"A_REGISTERED", kWon},
                                                             {"A_ACTIVATED", kWon}, {"A_DECLINED", kLost},      {"A_CANCELLED", kLost}};
  static const std::map<std::string, uint64_t> kStarted = {
      {"W_Afhandelen leads", 102}, {"W_Valideren aanvraag", 107}, {"W_Nabellen incomplete dossiers", 108}, {"W_Beoordelen fraude", 109}};
  const auto& stages = transition == "COMPLETE" ? kCompleted : kStarted;
  if (transition != "COMPLETE" && transition != "START") return 0;
  const auto found = stages.find(activity);
  return found == stages.end() ? 0 : found->second;
}

uint64_t Bpic2020Stage(const std::string& activity) {
  if (activity.rfind("Payment Handled", 0) == 0) return kWon;
  if (activity.rfind("Request Payment", 0) == 0) return 106;
  if (Has(activity, "REJECTED")) return 107;
  if (Has(activity, "FINAL_APPROVED")) return 105;
  if (Has(activity, "APPROVED by ADMIN")) return 103;
  if (Has(activity, "APPROVED by BUDGET")) return 104;
  if (Has(activity, "APPROVED by PRE")) return 102;
  if (Has(activity, "SUBMITTED")) return 101;
  if (Has(activity, "SAVED")) return 108;
  return Has(activity, "APPROVED") ? 105 : 0;
}

Log LogFrom(std::string name, model::Pipeline pipeline, std::map<std::string, Case>& cases, Date start) {
  Log log{std::move(name), std::move(pipeline), {}, start};
  uint64_t id = 1;
  for (auto& [key, c] : cases) {
    log.deals.push_back(DealFrom(id++, std::move(c.events), c.amount, c.owner, c.segment));
    if (log.deals.back().path.moves.empty()) log.deals.pop_back();
  }
  return log;
}

}  // namespace

StatusOr<Csv> ReadCsv(const std::string& path) {
  const bool zipped = path.size() > 3 && path.compare(path.size() - 3, 3, ".gz") == 0;
  std::FILE* file = zipped ? popen(("gzip -dc '" + path + "'").c_str(), "r") : std::fopen(path.c_str(), "r");
  if (file == nullptr) return MakeError({.reason = Reason::kFileUnreadable, .value = path}, "the log cannot be opened");
  Csv csv;
  std::string line;
  std::array<char, 1 << 16> buffer{};
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), file) != nullptr) {
    line += buffer.data();
    if (line.back() != '\n') continue;
    std::vector<std::string> cells = SplitLine(line);
    if (csv.columns.empty()) {
      for (size_t i = 0; i < cells.size(); ++i) csv.columns[cells[i]] = i;
    } else {
      csv.rows.push_back(std::move(cells));
    }
    line.clear();
  }
  zipped ? pclose(file) : std::fclose(file);
  if (csv.rows.empty()) return MakeError({.reason = Reason::kFileUnreadable, .value = path}, "the log is empty");
  return csv;
}

model::FunnelTables TablesAsOf(const Log& log, Time as_of) {
  std::vector<model::DealPath> paths;
  paths.reserve(log.deals.size());
  for (const LoggedDeal& deal : log.deals) {
    if (deal.path.moves.front().at > as_of) continue;
    paths.push_back(deal.path);
    if (deal.won.micros != 0 && deal.won <= as_of) paths.back().amount.minor = deal.won_minor;
  }
  return model::TablesFromPaths(log.pipeline, paths, as_of);
}

std::vector<Id> WonIn(const Log& log, Time first, Time end) {
  std::vector<Id> won;
  for (const LoggedDeal& deal : log.deals) {
    if (deal.won.micros != 0 && deal.won >= first && deal.won < end) won.push_back(deal.path.deal);
  }
  return won;
}

StatusOr<Log> LoadBpic2012(const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(const Csv csv, ReadCsv(folder + "/bpic2012/events.csv.gz"));
  std::map<std::string, Case> cases;
  for (size_t i = 0; i < csv.rows.size(); ++i) {
    const uint64_t stage = Bpic2012Stage(csv.at(i, "concept:name"), csv.at(i, "lifecycle:transition"));
    if (stage == 0) continue;
    KITH_ASSIGN_OR_RETURN(const Time at, ParseTime(csv.at(i, "time:timestamp")));
    Case& c = cases[csv.at(i, "case:concept:name")];
    c.events.push_back({at, stage});
    c.amount = std::atof(csv.at(i, "case:AMOUNT_REQ").c_str());
    c.segment = 1;
    for (const double cut : {5000.0, 8000.0, 12'000.0, 20'000.0}) c.segment += c.amount >= cut;
  }
  return LogFrom(
      "BPIC 2012",
      MakePipeline("bpic2012", {"submitted", "lead", "preaccepted", "accepted", "offer", "sent back", "validate", "incomplete", "fraud"}),
      cases, FromCivil({2011, 10, 1}));
}

StatusOr<Log> LoadBpic2020(const std::string& folder) {
  std::map<std::string, Case> cases;
  std::map<std::string, uint64_t> owners;
  uint64_t segment = 0;
  for (const std::string part : {"RequestForPayment", "DomesticDeclarations"}) {
    ++segment;
    KITH_ASSIGN_OR_RETURN(const Csv csv, ReadCsv(folder + "/bpic2020/" + part + ".csv.gz"));
    const bool requests = csv.columns.contains("case:RequestedAmount");
    const std::string amount = requests ? "case:RequestedAmount" : "case:Amount";
    const std::string owner = requests ? "case:OrganizationalEntity" : "case:BudgetNumber";
    for (size_t i = 0; i < csv.rows.size(); ++i) {
      const uint64_t stage = Bpic2020Stage(csv.at(i, "concept:name"));
      if (stage == 0) continue;
      KITH_ASSIGN_OR_RETURN(const Time at, ParseTime(csv.at(i, "time:timestamp")));
      Case& c = cases[part + csv.at(i, "case:concept:name")];
      c.events.push_back({at, stage});
      c.amount = std::atof(csv.at(i, amount).c_str());
      c.segment = segment;
      c.owner = Id(owners.try_emplace(csv.at(i, owner), owners.size() + 1).first->second);
    }
  }
  return LogFrom("BPIC 2020", MakePipeline("bpic2020", {"submitted", "pre", "admin", "budget", "final", "request", "rejected", "saved"}),
                 cases, FromCivil({2017, 1, 1}));
}

StatusOr<Log> LoadMaven(const std::string& folder) {
  KITH_ASSIGN_OR_RETURN(const Csv products, ReadCsv(folder + "/maven_crm/products.csv"));
  KITH_ASSIGN_OR_RETURN(const Csv csv, ReadCsv(folder + "/maven_crm/sales_pipeline.csv"));
  std::map<std::string, std::pair<uint64_t, double>> prices;
  for (size_t i = 0; i < products.rows.size(); ++i) {
    prices[products.at(i, "product")] = {i + 1, std::atof(products.at(i, "sales_price").c_str())};
  }
  std::map<std::string, uint64_t> agents;
  // Dates without a time: a deal counts as known at the end of its day.
  Log log{"Maven", MakePipeline("maven", {"engaging"}), {}, FromCivil({2016, 10, 2})};
  for (size_t i = 0; i < csv.rows.size(); ++i) {
    if (csv.at(i, "engage_date").empty()) continue;
    const std::string& product = csv.at(i, "product");
    const auto [segment, price] = prices[product == "GTXPro" ? "GTX Pro" : product];
    KITH_ASSIGN_OR_RETURN(const Time engaged, ParseTimeAs(csv.at(i, "engage_date"), "%m/%d/%Y"));
    std::vector<Event> events = {{engaged, 101}};
    const std::string& stage = csv.at(i, "deal_stage");
    if (stage == "Won" || stage == "Lost") {
      KITH_ASSIGN_OR_RETURN(const Time closed, ParseTimeAs(csv.at(i, "close_date"), "%m/%d/%Y"));
      events.push_back({closed, stage == "Won" ? kWon : kLost});
    }
    const Id agent(agents.try_emplace(csv.at(i, "sales_agent"), agents.size() + 1).first->second);
    log.deals.push_back(DealFrom(i + 1, std::move(events), price, agent, segment));
    log.deals.back().won_minor = Euros(std::atof(csv.at(i, "close_value").c_str())).minor;
  }
  return log;
}

}  // namespace kith::benchmarks
