// kith_peers [--small] [--rows N] [--deals N] [--only WORD] [--stores NAME,NAME] [--grow]: Kith beside raw LMDB, RocksDB, SQLite and
// DuckDB, with the same rows, indexes, durability and (but for raw LMDB) history, interleaved in one run. Writes kith_peers.json and
// kith_peers.svg beside the printed table.
// --grow: with 10,000 rows, ten times as many, and so on up to --rows; writes kith_growth.json and kith_growth.svg too.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
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
  std::string stores;  // names in a row; empty: all
  bool grow = false;
};

using NewStore = std::unique_ptr<Store> (*)(const std::string& folder);
constexpr NewStore kStores[] = {NewKith, NewLmdb, NewRocksDb, NewSqlite, NewDuckDb};

constexpr double kSlow = 5;  // seconds: what takes longer is not repeated

int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Memory of this process that no file holds, in bytes.
uint64_t PrivateMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

// Workloads over the same stores; every read is checked to give the same answer in each.
class Run {
 public:
  Run(const Settings& settings, std::string folder) : settings_(settings), folder_(std::move(folder)) {
    Memory();
    for (NewStore make : kStores) {
      auto store = make(folder_);
      if (store != nullptr && TakesPart(*store)) stores_.push_back(std::move(store));
    }
    if (settings_.stores.empty() && stores_.size() < std::size(kStores)) {
      report_.Note("RocksDB or DuckDB is left out: it was built without (Debian: librocksdb-dev; ./dev bench fetches DuckDB)");
    }
  }

  // What the number of rows has to do with.
  void Growing() {
    Load();
    Gets("get by id, two fields, uniform", settings_.rows);
    GetsZipf();
    Read("scan, per record", settings_.rows, [](Store& store) { return store.Scan(); });
    Pages();
    Queries();
    Opens();
    Patches();
    Commits();
    Disk();
    People();
  }

  void All() {
    Growing();
    Gets("get by id, two fields, hot 5,000", std::min<uint64_t>(settings_.rows, 5'000));
    ManyThreads();
    Moves();
    MovesInBatches();
  }
  [[nodiscard]] const Report& report() const { return report_; }

 private:
  [[nodiscard]] bool Wanted(const std::string& workload) const {
    return settings_.only.empty() || workload.find(settings_.only) != std::string::npos;
  }

  [[nodiscard]] bool TakesPart(const Store& store) const {
    return settings_.stores.empty() || ("," + settings_.stores + ",").find("," + store.name() + ",") != std::string::npos;
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

  enum class Needs : uint8_t { kNothing, kQueries, kHistory };  // what a store must have to take part
  void Read(const std::string& workload, uint64_t operations, const std::function<int64_t(Store&)>& work, Needs needs = Needs::kNothing) {
    if (!Wanted(workload)) return;
    std::set<Store*> slow;
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      std::vector<int64_t> answers;
      for (auto& store : stores_) {
        if (slow.contains(store.get())) continue;
        if ((needs == Needs::kQueries && !store->has_queries()) || (needs == Needs::kHistory && !store->has_history())) continue;
        int64_t answer = 0;
        Elapsed elapsed = Time([&] { answer = work(*store); });
        answers.push_back(answer);
        report_.Add(workload, store->name(),
                    (store->has_threads() ? elapsed.process : elapsed.cpu) * 1e9 / static_cast<double>(operations));
        if (elapsed.wall > kSlow) slow.insert(store.get());
      }
      Require(std::all_of(answers.begin(), answers.end(), [&](int64_t a) { return a == answers[0]; }), workload + ": the stores disagree");
    }
  }

  // What each store takes for itself with some rows, in a process of its own that has no other.
  void Memory() {
    if (!Wanted("memory")) return;
    const uint64_t rows = std::min<uint64_t>(settings_.rows, 100'000);
    for (NewStore make : kStores) {
      int ends[2];
      Require(pipe(ends) == 0, "no pipe");
      const pid_t child = fork();
      Require(child >= 0, "no process");
      if (child == 0) {
        // Without what is free: a store would take what the parent has freed first, and that would not be seen.
        const auto held = [] {
          malloc_trim(0);
          return PrivateMemory();
        };
        const uint64_t before = held();
        const std::string folder = folder_ + "/memory";
        std::filesystem::create_directory(folder);
        std::unique_ptr<Store> store = make(folder);
        if (store != nullptr && !TakesPart(*store)) store.reset();
        uint64_t opened = 0;
        uint64_t used = 0;
        // What was there before may have been given back.
        const auto more = [before, held] { return std::max(held(), before) - before; };
        if (store != nullptr) {
          store->Load(0, rows);
          store->Reopen();
          opened = more();
          (void)store->Scan();
          (void)store->Page(1);
          used = more();
        }
        const std::string line = store == nullptr ? "" : store->name() + "\n" + std::to_string(opened) + "\n" + std::to_string(used) + "\n";
        if (write(ends[1], line.data(), line.size()) < 0) _exit(1);
        _exit(0);
      }
      close(ends[1]);
      char text[200] = {};
      const ssize_t size = read(ends[0], text, sizeof(text) - 1);
      close(ends[0]);
      int status = 0;
      waitpid(child, &status, 0);
      Require(status == 0, "a store failed");
      if (size <= 0) continue;
      char* rest = std::strchr(text, '\n');
      const std::string name(text, static_cast<size_t>(rest - text));
      report_.AddSize("private memory once opened again, kB", name, static_cast<double>(std::strtoull(rest, &rest, 10)) / 1024);
      report_.AddSize("private memory after a scan and a page, kB", name, static_cast<double>(std::strtoull(rest, &rest, 10)) / 1024);
      std::filesystem::remove_all(folder_ + "/memory");
    }
  }

  void Opens() {
    if (!Wanted("open")) return;
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      for (auto& store : stores_) report_.Add("close and open, wall", store->name(), Time([&] { store->Reopen(); }).wall * 1e9);
    }
  }

  // Few rows are asked for often: the k-th with a probability in proportion to 1/k, by the inverse of its sum's integral.
  void GetsZipf() {
    std::mt19937_64 dice(3);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::vector<uint64_t> rows(settings_.gets);
    for (uint64_t& row : rows) {
      const double rank = std::exp(uniform(dice) * std::log(static_cast<double>(settings_.rows)));
      row = static_cast<uint64_t>(rank) * 2'654'435'761 % settings_.rows;  // the frequent ones do not lie side by side
    }
    Read("get by id, two fields, Zipf, one transaction", rows.size(), [&](Store& store) { return store.GetInOne(rows); });
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
        Needs::kQueries);
    Read(
        "query: sums by stage and owner, records", 1, [](Store& store) { return store.GroupRecords(); }, Needs::kQueries);
    Read(
        "query: sums by stage and owner, index", 1, [](Store& store) { return store.GroupEntries(); }, Needs::kQueries);
  }

  // Some rows, each once.
  [[nodiscard]] std::vector<uint64_t> SomeRows(uint64_t count, std::mt19937_64& dice) const {
    std::vector<uint64_t> rows(count);
    for (uint64_t& row : rows) row = dice() % settings_.rows;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
  }

  void Patches() {
    if (!Wanted("patch") && !Wanted("as it was")) return;
    std::mt19937_64 dice(11);
    const int64_t before = NowMicros();
    std::vector<uint64_t> patched;
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      patched = SomeRows(1000, dice);
      for (auto& store : stores_) {
        Elapsed elapsed = Time([&] { store->Patch(patched); });
        report_.Add("patch, 1,000 a transaction, wall", store->name(), elapsed.wall * 1e9 / static_cast<double>(patched.size()));
      }
      for (int i = 0; i < 10; ++i) PatchHundred(SomeRows(100, dice));
    }
    Read(
        "get by id, a field as it was before patches", patched.size(), [&](Store& store) { return store.AsOf(patched, before); },
        Needs::kHistory);
    OftenChanged();
  }

  // Processor: of all threads, since writers have their own.
  void PatchHundred(const std::vector<uint64_t>& rows) {
    for (auto& store : stores_) {
      const Elapsed elapsed = Time([&] { store->Patch(rows); });
      report_.Add("patch, 100 a transaction, wall", store->name(), elapsed.wall * 1e9 / static_cast<double>(rows.size()));
      report_.Add("patch, 100 a transaction, processor", store->name(), elapsed.process * 1e9 / static_cast<double>(rows.size()));
    }
  }

  // Rows that were changed a hundred times, as they were after half of the changes.
  void OftenChanged() {
    constexpr int kChanges = 100;
    std::vector<uint64_t> rows(20);
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = i * settings_.rows / rows.size();
    int64_t middle = 0;
    for (int change = 0; change < kChanges; ++change) {
      for (auto& store : stores_) store->Patch(rows);
      if (change == kChanges / 2) middle = NowMicros();
    }
    constexpr uint64_t kRounds = 50;
    Read(
        "get by id, as it was, a row with 100 changes", kRounds * rows.size(),
        [&](Store& store) {
          int64_t sum = 0;
          for (uint64_t round = 0; round < kRounds; ++round) sum += store.AsOf(rows, middle);
          return sum;
        },
        Needs::kHistory);
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
        if (part.starts_with("file"))
          report_.AddSize("bytes on disk per row", store->name(), static_cast<double>(bytes) / static_cast<double>(settings_.rows));
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

  // Contacts that are searched, and their accounts' timelines.
  void People() {
    if (!Wanted("search") && !Wanted("timeline")) return;
    constexpr uint64_t kPerTransaction = 1'000;
    constexpr uint64_t kMost = 100'000;  // with 21 records each
    const uint64_t contacts = std::clamp<uint64_t>(settings_.rows / 10, kPerTransaction, kMost);
    auto kith = NewKithPeople(folder_);
    auto sqlite = NewSqlitePeople(folder_);
    const auto both = [&](const std::string& workload, uint64_t operations, const std::function<int64_t(PeopleStore&)>& work) {
      int64_t a = 0;
      int64_t b = 0;
      report_.Add(workload, "Kith", Time([&] { a = work(*kith); }).cpu * 1e9 / static_cast<double>(operations));
      report_.Add(workload, "SQLite", Time([&] { b = work(*sqlite); }).cpu * 1e9 / static_cast<double>(operations));
      Require(a == b, workload + ": the stores disagree: " + std::to_string(a) + ", " + std::to_string(b));
    };
    for (uint64_t first = 0; first < contacts; first += kPerTransaction) {
      const auto load = [&](PeopleStore& store, const char* name) {
        const Elapsed elapsed = Time([&] { store.Load(first, kPerTransaction); });
        report_.Add("contact with 20 calls, searchable, loaded, wall", name, elapsed.wall * 1e9 / kPerTransaction);
      };
      load(*kith, "Kith");
      load(*sqlite, "SQLite");
    }
    constexpr uint64_t kCalls = 200;
    std::mt19937_64 dice(13);
    std::vector<uint64_t> wanted(kCalls);
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      for (uint64_t& contact : wanted) contact = dice() % contacts;
      both("search by name, first 20", kCalls, [&](PeopleStore& store) {
        int64_t found = 0;
        for (const uint64_t contact : wanted) found += store.Search(MakeContact(contact).name, contact);
        return found;
      });
      both("search by a part of a mail address, first 20", kCalls, [&](PeopleStore& store) {
        int64_t found = 0;
        for (const uint64_t contact : wanted) {
          const std::string email = MakeContact(contact).email;  // given.family17@firm1.example: without its first letters
          const size_t begin = email.find('.') + 3;
          found += store.Search(email.substr(begin, email.find('@') - begin), contact);
        }
        return found;
      });
      both("timeline of an account, newest 50", kCalls, [&](PeopleStore& store) {
        int64_t sum = 0;
        for (const uint64_t contact : wanted) sum += store.Timeline(contact / kContactsPerAccount);
        return sum;
      });
    }
  }

  // Kith: for a quarter, with intervals, from kept rows and the open deals. SQLite: one number, from all moves.
  void Forecasts(const std::string& workload, MoveStore& kith, MoveStore& sqlite) {
    for (int repeat = 0; repeat < settings_.repeats; ++repeat) {
      report_.Add(workload, "Kith", Time([&] { Require(kith.Forecast() >= 0, "no forecast"); }).cpu * 1e9);
      report_.Add(workload, "SQLite", Time([&] { Require(sqlite.Forecast() >= 0, "no forecast"); }).cpu * 1e9);
    }
  }

  void Moves() {
    if (!Wanted("funnel") && !Wanted("move") && !Wanted("forecast")) return;
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
      Forecasts("forecast of a quarter over " + std::to_string(deals) + " deals", *kith, *sqlite);
    }
    uint64_t open = settings_.deals / 50;
    kith->Load(kOpenDeals, open);
    sqlite->Load(kOpenDeals, open);
    Funnels("the same with " + std::to_string(open) + " more open", *kith, *sqlite);
    Forecasts("forecast of a quarter with " + std::to_string(open) + " more open", *kith, *sqlite);
    for (uint64_t i = 0; i < settings_.commits; ++i) {
      report_.Add("durable move, wall", "Kith", Time([&] { kith->Move(loaded + i); }).wall * 1e9);
      report_.Add("durable move, wall", "SQLite", Time([&] { sqlite->Move(loaded + i); }).wall * 1e9);
    }
  }

  // Open deals go through the pipeline in batches of a hundred, with all that follows from a move.
  void MovesInBatches() {
    if (!Wanted("move")) return;
    constexpr uint64_t kBatch = 100;
    constexpr uint64_t kOpen = 2'000;
    const std::string folder = folder_ + "/ledger";
    fs::create_directory(folder);
    auto kith = NewKithMoves(folder);
    auto sqlite = NewSqliteLedger(folder);
    for (LedgerStore* store : {kith.get(), sqlite.get()}) {
      store->Load(0, settings_.deals / 10);
      store->Load(kOpenDeals, kOpen);
    }
    const auto move = [&](LedgerStore& store, const char* name, std::span<const uint64_t> deals, int stage) {
      const Elapsed elapsed = Time([&] { store.MoveOn(deals, stage); });
      report_.Add("move, 100 a transaction, wall", name, elapsed.wall * 1e9 / static_cast<double>(deals.size()));
      report_.Add("move, 100 a transaction, processor", name, elapsed.process * 1e9 / static_cast<double>(deals.size()));
    };
    for (const int stage : {1, 2, 3, 4}) {
      for (uint64_t first = 0; first < kOpen; first += kBatch) {
        std::vector<uint64_t> deals(kBatch);
        for (uint64_t i = 0; i < kBatch; ++i) deals[i] = kOpenDeals + first + i;
        move(*kith, "Kith", deals, stage);
        move(*sqlite, "SQLite", deals, stage);
      }
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
    if (word == "--grow") {
      settings.grow = true;
      continue;
    }
    Require(i + 1 < argc, "usage: kith_peers [--small] [--rows N] [--deals N] [--only WORD] [--stores NAME,NAME] [--grow]");
    std::string value = argv[++i];
    if (word == "--rows") settings.rows = std::stoull(value);
    if (word == "--deals") settings.deals = std::stoull(value);
    if (word == "--only") settings.only = value;
    if (word == "--stores") settings.stores = value;
  }
  return settings;
}

std::string NewFolder() {
  std::string folder = (fs::current_path() / "kith_peers.XXXXXX").string();
  Require(mkdtemp(folder.data()) != nullptr, "no folder can be made here");
  return folder;
}

// In a folder that is gone afterwards.
Report RunIn(const Settings& settings, void (Run::*what)()) {
  const std::string folder = NewFolder();
  Report report;
  {
    Run run(settings, folder);
    (run.*what)();
    report = run.report();
  }
  fs::remove_all(folder);
  return report;
}

void Grow(Settings settings) {
  const uint64_t most = settings.rows;
  std::vector<std::pair<uint64_t, Report>> runs;
  std::ofstream json("kith_growth.json");
  json << "{";
  for (uint64_t rows = std::min<uint64_t>(10'000, most); rows <= most; rows *= 10) {
    settings.rows = rows;
    runs.emplace_back(rows, RunIn(settings, &Run::Growing));
    std::printf("%s%llu rows\n", rows == runs.front().first ? "" : "\n", static_cast<unsigned long long>(rows));
    runs.back().second.Print();
    json << (runs.size() == 1 ? "\n\"" : ",\n\"") << rows << "\": " << runs.back().second.ToJson();
  }
  json << "\n}\n";
  std::ofstream("kith_growth.svg") << GrowthChart(runs);
}

void Compare(const Settings& settings) {
  const Report report = RunIn(settings, &Run::All);
  report.Print();
  std::ofstream("kith_peers.json") << report.ToJson() << "\n";
  std::ofstream("kith_peers.svg") << RatioChart(report, "Kith beside its peers, " + std::to_string(settings.rows) + " rows");
}

}  // namespace
}  // namespace kith::peers

int main(int argc, char** argv) {
  const kith::peers::Settings settings = kith::peers::Parse(argc, argv);
  if (settings.grow) {
    kith::peers::Grow(settings);
  } else {
    kith::peers::Compare(settings);
  }
  return 0;
}
