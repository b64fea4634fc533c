// kith_peers [--small] [--rows N] [--deals N] [--only WORD]: Kith beside raw LMDB and SQLite, with the same rows, indexes, durability and
// (but for raw LMDB) history, interleaved in one run. Writes kith_peers.json beside the printed table.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "peers/report.h"
#include "peers/store.h"

namespace kith::peers {
namespace {

namespace fs = std::filesystem;

struct Settings {
  uint64_t rows = 1'000'000;
  uint64_t deals = 330'000;  // three moves each: a million
  uint64_t gets = 200'000;
  uint64_t commits = 300;
  int repeats = 5;
  std::string only;
};

// Workloads over the same stores; every read is checked to give the same answer in each.
class Run {
 public:
  Run(const Settings& settings, std::string folder) : settings_(settings), folder_(std::move(folder)) {
    stores_.push_back(NewKith(folder_));
    stores_.push_back(NewLmdb(folder_));
    stores_.push_back(NewSqlite(folder_));
  }

  void All() {
    Load();
    Gets("get by id, two fields, uniform", settings_.rows);
    Gets("get by id, two fields, hot 5,000", std::min<uint64_t>(settings_.rows, 5'000));
    Read("scan, per record", settings_.rows, [](Store& store) { return store.Scan(); });
    Pages();
    Queries();
    Patches();
    Commits();
    ManyThreads();
    Disk();
    Moves();
    report_.Print();
    std::ofstream("kith_peers.json") << report_.ToJson() << "\n";
  }

 private:
  [[nodiscard]] bool Wanted(const std::string& workload) const {
    return settings_.only.empty() || workload.find(settings_.only) != std::string::npos;
  }

  void Load() {
    constexpr uint64_t kPerTransaction = 100'000;
    for (uint64_t first = 0; first < settings_.rows; first += kPerTransaction) {
      uint64_t count = std::min(kPerTransaction, settings_.rows - first);
      for (auto& store : stores_) {
        Elapsed elapsed = Time([&] { store->Load(first, count); });
        report_.Add("load, per record, wall", store->name(), elapsed.wall * 1e9 / static_cast<double>(count));
      }
    }
  }

  void Read(const std::string& workload, uint64_t operations, const std::function<int64_t(Store&)>& work, bool queries = false) {
    if (!Wanted(workload)) return;
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      std::vector<int64_t> answers;
      for (auto& store : stores_) {
        if (queries && !store->has_queries()) continue;
        int64_t answer = 0;
        Elapsed elapsed = Time([&] { answer = work(*store); });
        answers.push_back(answer);
        report_.Add(workload, store->name(), elapsed.cpu * 1e9 / static_cast<double>(operations));
      }
      Require(std::all_of(answers.begin(), answers.end(), [&](int64_t a) { return a == answers[0]; }), workload + ": the stores disagree");
    }
  }

  void Gets(const std::string& workload, uint64_t among) {
    std::mt19937_64 dice(among);
    std::vector<uint64_t> rows(settings_.gets);
    for (uint64_t& row : rows) row = dice() % among;
    Read(workload, rows.size(), [&](Store& store) { return store.Get(rows); });
    Read(workload + ", one transaction", rows.size(), [&](Store& store) { return store.GetInOne(rows); });
  }

  [[nodiscard]] std::vector<int64_t> SomeOwners() const {
    std::mt19937_64 dice(7);
    uint64_t owners = settings_.rows / kRowsPerOwner;
    std::vector<int64_t> wanted(settings_.gets / 50 + 1);
    for (int64_t& owner : wanted) owner = static_cast<int64_t>(dice() % owners) + 1;
    return wanted;
  }

  void Pages() {
    const std::vector<int64_t> wanted = SomeOwners();
    Read("page of 50 from a covering index", wanted.size(), [&](Store& store) {
      int64_t sum = 0;
      for (int64_t owner : wanted) sum += store.Page(owner);
      return sum;
    });
  }

  void Queries() {
    const std::vector<int64_t> wanted = SomeOwners();
    Read(
        "query: top 50 of one owner by date", wanted.size(),
        [&](Store& store) {
          int64_t sum = 0;
          for (int64_t owner : wanted) sum += store.QueryPage(owner);
          return sum;
        },
        true);
    Read(
        "query: sums by stage and owner, records", 1, [](Store& store) { return store.GroupRecords(); }, true);
    Read(
        "query: sums by stage and owner, index", 1, [](Store& store) { return store.GroupEntries(); }, true);
  }

  void Patches() {
    if (!Wanted("patch")) return;
    std::mt19937_64 dice(11);
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      std::vector<uint64_t> rows(1000);
      for (uint64_t& row : rows) row = dice() % settings_.rows;
      std::sort(rows.begin(), rows.end());
      rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
      for (auto& store : stores_) {
        Elapsed elapsed = Time([&] { store->Patch(rows); });
        report_.Add("patch, 1,000 a transaction, wall", store->name(), elapsed.wall * 1e9 / static_cast<double>(rows.size()));
      }
    }
  }

  void Commits() {
    if (!Wanted("commit")) return;
    for (uint64_t i = 0; i < settings_.commits; ++i) {
      for (auto& store : stores_) {
        Elapsed elapsed = Time([&] { store->Commit(settings_.rows + i); });
        report_.Add("durable commit of one record, wall", store->name(), elapsed.wall * 1e9);
      }
    }
  }

  void ManyThreads() {
    if (!Wanted("commit")) return;
    uint64_t next = settings_.rows + settings_.commits;
    for (int threads : {1, 4, 16, 64}) {
      std::string workload = "durable commit, " + std::to_string(threads) + " threads, wall per commit";
      uint64_t each = std::max<uint64_t>(settings_.commits / static_cast<uint64_t>(threads), 4);
      for (auto& store : stores_) {
        (void)store->TakeSyncs();
        Elapsed elapsed = Time([&] {
          std::vector<std::thread> running;
          for (int t = 0; t < threads; ++t) {
            uint64_t first = next + static_cast<uint64_t>(t) * each;
            running.emplace_back([&store, first, each] {
              for (uint64_t i = 0; i < each; ++i) store->Commit(first + i);
            });
          }
          for (std::thread& thread : running) thread.join();
        });
        auto commits = static_cast<double>(each) * threads;
        report_.Add(workload, store->name(), elapsed.wall * 1e9 / commits);
        uint64_t syncs = store->TakeSyncs();
        if (syncs != 0) {
          char line[120];
          std::snprintf(line, sizeof(line), "%d threads: %.3f waits for the disk per acknowledged batch", threads,
                        static_cast<double>(syncs) / commits);
          report_.Note(line);
        }
      }
      next += static_cast<uint64_t>(threads) * each;
    }
  }

  void Disk() {
    for (auto& store : stores_) {
      std::string line = store->name() + " on disk, bytes per row:";
      for (const auto& [part, bytes] : store->Disk()) {
        char text[64];
        std::snprintf(text, sizeof(text), " %s %.0f", part.c_str(), static_cast<double>(bytes) / static_cast<double>(settings_.rows));
        line += text;
      }
      report_.Note(line);
    }
  }

  void Funnels(const std::string& workload, MoveStore& kith, MoveStore& sqlite) {
    constexpr int kCalls = 20;  // too short to time alone
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      int64_t a = 0;
      int64_t b = 0;
      Elapsed calls = Time([&] {
        for (int i = 0; i < kCalls; ++i) a = kith.Funnel();
      });
      report_.Add(workload, "Kith", calls.cpu * 1e9 / kCalls);
      report_.Add(workload, "SQLite", Time([&] { b = sqlite.Funnel(); }).cpu * 1e9);
      Require(a == b, workload + ": the stores disagree: " + std::to_string(a) + ", " + std::to_string(b));
    }
  }

  void Moves() {
    if (!Wanted("funnel") && !Wanted("move")) return;
    auto kith = NewKithMoves(folder_);
    auto sqlite = NewSqliteMoves(folder_);
    uint64_t loaded = 0;
    for (uint64_t deals : {settings_.deals / 100, settings_.deals / 10, settings_.deals}) {
      uint64_t more = deals - loaded;
      Elapsed in_kith = Time([&] { kith->Load(loaded, more); });
      Elapsed in_sqlite = Time([&] { sqlite->Load(loaded, more); });
      loaded = deals;
      report_.Add("deal with its moves, loaded, wall", "Kith", in_kith.wall * 1e9 / static_cast<double>(more));
      report_.Add("deal with its moves, loaded, wall", "SQLite", in_sqlite.wall * 1e9 / static_cast<double>(more));
      Funnels("funnel over " + std::to_string(deals) + " deals", *kith, *sqlite);
    }
    uint64_t open = settings_.deals / 50;
    kith->Load(kOpenDeals, open);
    sqlite->Load(kOpenDeals, open);
    Funnels("the same with " + std::to_string(open) + " more open", *kith, *sqlite);
    for (uint64_t i = 0; i < settings_.commits; ++i) {
      report_.Add("durable move, wall", "Kith", Time([&] { kith->Move(loaded + i); }).wall * 1e9);
      report_.Add("durable move, wall", "SQLite", Time([&] { sqlite->Move(loaded + i); }).wall * 1e9);
    }
  }

  Settings settings_;
  std::string folder_;
  std::vector<std::unique_ptr<Store>> stores_;
  Report report_;
};

Settings Parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--small") {
      settings.rows = 5'000;
      settings.deals = 1'000;
      settings.gets = 5'000;
      settings.commits = 16;
      settings.repeats = 2;
      continue;
    }
    Require(i + 1 < argc, "usage: kith_peers [--small] [--rows N] [--deals N] [--only WORD]");
    std::string value = argv[++i];
    if (word == "--rows") settings.rows = std::stoull(value);
    if (word == "--deals") settings.deals = std::stoull(value);
    if (word == "--only") settings.only = value;
  }
  return settings;
}

}  // namespace
}  // namespace kith::peers

int main(int argc, char** argv) {
  kith::peers::Settings settings = kith::peers::Parse(argc, argv);
  std::string folder = (std::filesystem::current_path() / "kith_peers.XXXXXX").string();
  kith::peers::Require(mkdtemp(folder.data()) != nullptr, "no folder can be made here");
  kith::peers::Run(settings, folder).All();
  std::filesystem::remove_all(folder);
  return 0;
}
