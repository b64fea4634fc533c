// Contacts with search and timelines in SQLite; and moves with all that follows from one, as a careful host would keep it with every write:
// the deal's stage and time of closing, the move, a line of history for each field of both that changes (which is the feed too), what the
// funnel is kept in, for everybody and for the owner where there is one, and the deal's timeline. The funnel is as fine as Kith's: by stage
// and month what was entered, entered again, reached, skipped and passed for the first time, time at risk by month and age, exits by age
// and where to, arrivals by day, and of what is won the day, the amount, the length and a histogram of amounts. What SQLite does without:
// checksums, the chain of digests over history, and looking at what stages ask for.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "peers/sqlite_connection.h"

namespace kith::peers {
namespace {

constexpr int kWon = 4;
constexpr int64_t kMonth = int64_t{30} * 86'400 * 1'000'000;

class SqliteLedger final : public LedgerStore {
 public:
  explicit SqliteLedger(const std::string& folder) : db_(folder + "/ledger.db") {
    db_.Run(
        "CREATE TABLE deal(id INTEGER PRIMARY KEY, number INTEGER UNIQUE, version INTEGER, updated INTEGER, name TEXT, amount INTEGER, "
        "owner INTEGER, "
        "pipeline INTEGER, stage INTEGER, closed_at INTEGER);"
        "CREATE INDEX deal_by_stage ON deal(stage); CREATE INDEX deal_by_pipeline ON deal(pipeline);"
        "CREATE TABLE move(id INTEGER PRIMARY KEY, record INTEGER, pipeline INTEGER, origin INTEGER, target INTEGER, at INTEGER, "
        "owner INTEGER, amount INTEGER, cause INTEGER);"
        "CREATE INDEX move_by_record ON move(record, at, id, target, origin, pipeline, cause, owner, amount);"
        "CREATE INDEX move_by_pipeline ON move(pipeline, at, record, target);"
        "CREATE INDEX move_by_origin ON move(origin); CREATE INDEX move_by_target ON move(target);"
        "CREATE INDEX move_by_owner ON move(owner);"
        "CREATE TABLE history(sequence INTEGER PRIMARY KEY, record INTEGER, operation INTEGER, actor TEXT, reason TEXT, recorded INTEGER, "
        "effective INTEGER, change TEXT, before, after);"
        "CREATE INDEX history_by_record ON history(record, sequence);"
        "CREATE TRIGGER deal_stage AFTER UPDATE OF stage ON deal BEGIN INSERT INTO history(record, operation, actor, reason, recorded, "
        "effective, change, before, after) VALUES(NEW.id, 2, 'bench:1', 'move', NEW.updated, NEW.updated, 'stage', OLD.stage, NEW.stage); "
        "END;"
        "CREATE TRIGGER deal_closed AFTER UPDATE OF closed_at ON deal WHEN OLD.closed_at IS NOT NEW.closed_at BEGIN INSERT INTO "
        "history(record, operation, actor, reason, recorded, effective, change, before, after) VALUES(NEW.id, 2, 'bench:1', 'move', "
        "NEW.updated, NEW.updated, 'closed_at', OLD.closed_at, NEW.closed_at); END;"
        "CREATE TRIGGER move_made AFTER INSERT ON move BEGIN INSERT INTO history(record, operation, actor, reason, recorded, effective) "
        "VALUES(NEW.id, 1, 'bench:1', 'move', NEW.at, NEW.at); END;"
        "CREATE TABLE funnel(pipeline INTEGER, kind INTEGER, member INTEGER, month INTEGER, stage INTEGER, arrived INTEGER DEFAULT 0, "
        "reached INTEGER DEFAULT 0, again INTEGER DEFAULT 0, skipped INTEGER DEFAULT 0, advanced INTEGER DEFAULT 0, PRIMARY KEY(pipeline, "
        "kind, member, month, stage)) WITHOUT ROWID;"
        "CREATE TABLE cell(pipeline INTEGER, kind INTEGER, member INTEGER, month INTEGER, stage INTEGER, what INTEGER, a INTEGER, b "
        "INTEGER, "
        "n INTEGER, PRIMARY KEY(pipeline, kind, member, month, stage, what, a, b)) WITHOUT ROWID;"
        "CREATE TABLE timeline(subject INTEGER, at INTEGER, entry INTEGER, PRIMARY KEY(subject, at, entry)) WITHOUT ROWID;");
  }

  void Load(uint64_t first, uint64_t deals) override {
    for (uint64_t begin = first; begin < first + deals; begin += 1000) {
      db_.Run("BEGIN IMMEDIATE");
      for (uint64_t i = begin; i < std::min(begin + 1000, first + deals); ++i) Insert(i);
      db_.Run("COMMIT");
    }
  }
  void Move(uint64_t deal) override {
    db_.Run("BEGIN IMMEDIATE");
    Insert(deal);
    db_.Run("COMMIT");
  }
  void MoveOn(std::span<const uint64_t> deals, int stage) override {
    db_.Run("BEGIN IMMEDIATE");
    const int64_t now = NowMicros();
    for (const uint64_t deal : deals) MoveTo(deal, stage, now);
    db_.Run("COMMIT");
  }
  int64_t Funnel() override {
    sqlite3_stmt* s = db_.Prepare("SELECT sum(reached) FROM funnel WHERE pipeline = 1 AND kind = 0");
    Require(sqlite3_step(s) == SQLITE_ROW, "sqlite: no funnel");
    const int64_t sum = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return sum;
  }
  double Forecast() override {
    // Open amounts, each by the share of what reached its stage that was won.
    sqlite3_stmt* s = db_.Prepare(
        "WITH reached(stage, deals) AS (SELECT stage, sum(reached) FROM funnel WHERE pipeline = 1 AND kind = 0 GROUP BY stage) "
        "SELECT sum(d.amount * 1.0 * (SELECT deals FROM reached WHERE stage = 4) / r.deals) FROM deal d JOIN reached r ON r.stage = "
        "d.stage "
        "WHERE d.stage < 4");
    return db_.Number(s);
  }

 private:
  static int64_t Number(uint64_t deal) { return static_cast<int64_t>(deal); }

  void Insert(uint64_t deal) {
    const std::string name = "Deal " + std::to_string(deal);
    sqlite3_stmt* s =
        db_.Prepare("INSERT INTO deal(number, version, updated, name, amount, owner, pipeline) VALUES(?, 1, ?, ?, ?, NULL, 1)");
    sqlite3_bind_int64(s, 1, Number(deal));
    sqlite3_bind_int64(s, 2, NowMicros());
    Bind(s, 3, name);
    sqlite3_bind_int64(s, 4, AmountOf(deal));
    db_.Step(s);
    int64_t at = StartOf(deal);
    for (const int stage : PathOf(deal)) {
      MoveTo(deal, stage, at);
      at += int64_t{12} * 86'400 * 1'000'000;
    }
  }

  void MoveTo(uint64_t deal, int stage, int64_t at) {
    sqlite3_stmt* s = db_.Prepare(
        "SELECT d.id, m.target, m.at, (SELECT max(target) FROM move WHERE record = d.id AND target <= 4), (SELECT min(at) FROM move WHERE "
        "record = d.id), d.amount FROM deal d LEFT JOIN move m ON m.record = d.id WHERE d.number = ? ORDER BY m.at DESC, m.id DESC LIMIT "
        "1");
    sqlite3_bind_int64(s, 1, Number(deal));
    Require(sqlite3_step(s) == SQLITE_ROW, "sqlite: a deal is missing");
    const int64_t record = sqlite3_column_int64(s, 0);
    const bool moved = sqlite3_column_type(s, 1) != SQLITE_NULL;
    const int origin = moved ? sqlite3_column_int(s, 1) : -1;
    const int64_t since = sqlite3_column_int64(s, 2);
    const int furthest = moved ? sqlite3_column_int(s, 3) : -1;
    const int64_t began = moved ? sqlite3_column_int64(s, 4) : at;
    const int64_t amount = sqlite3_column_int64(s, 5);
    sqlite3_reset(s);

    s = db_.Prepare("INSERT INTO move(record, pipeline, origin, target, at, owner, amount, cause) VALUES(?, 1, ?, ?, ?, NULL, 0, 1)");
    sqlite3_bind_int64(s, 1, record);
    sqlite3_bind_int(s, 2, origin);
    sqlite3_bind_int(s, 3, stage);
    sqlite3_bind_int64(s, 4, at);
    db_.Step(s);
    const int64_t move = db_.LastId();
    s = db_.Prepare("UPDATE deal SET stage = ?, closed_at = ?, version = version + 1, updated = ? WHERE id = ?");
    sqlite3_bind_int(s, 1, stage);
    stage >= kWon ? sqlite3_bind_int64(s, 2, at) : sqlite3_bind_null(s, 2);
    sqlite3_bind_int64(s, 3, NowMicros());
    sqlite3_bind_int64(s, 4, record);
    db_.Step(s);
    CountMove(stage, origin, furthest, at);
    if (moved) {
      Add(at, origin, kExit, static_cast<int64_t>(BinOf(at - since)), stage, 1);
      AddTime(origin, since, at);
    } else {
      Add(at, 0, kArrival, at % kMonth / kDay, 0, 1);
    }
    if (stage == kWon) {
      Add(at, 0, kWonCount, at % kMonth / kDay, 0, 1);
      Add(at, 0, kWonAmount, at % kMonth / kDay, 0, amount);
      Add(at, 0, kCycle, static_cast<int64_t>(BinOf(at - began)), 0, 1);
      Add(at, 0, kAmounts, std::lround(std::log(static_cast<double>(std::max<int64_t>(amount, 1))) / std::log(1.02)), 0, 1);
    }
    s = db_.Prepare("INSERT INTO timeline(subject, at, entry) VALUES(?, ?, ?)");
    sqlite3_bind_int64(s, 1, record);
    sqlite3_bind_int64(s, 2, -at);
    sqlite3_bind_int64(s, 3, move);
    db_.Step(s);
  }

  // Entries, first reaches with what was skipped over, and what is passed by that.
  void CountMove(int stage, int origin, int furthest, int64_t at) {
    const bool first = stage <= kWon && stage > furthest;
    Count(stage, at, 1, first ? 1 : 0, first || origin < 0 ? 0 : 1, 0, 0);
    for (int passed = furthest + 1; first && passed < stage; ++passed) Count(passed, at, 0, 1, 0, 1, 1);
    if (first && furthest >= 0) Count(furthest, at, 0, 0, 0, 0, 1);
  }
  void Count(int stage, int64_t at, int arrived, int reached, int again, int skipped, int advanced) {
    sqlite3_stmt* s = db_.Prepare(
        "INSERT INTO funnel(pipeline, kind, member, month, stage, arrived, reached, again, skipped, advanced) VALUES(1, 0, 0, ?, ?, ?, ?, "
        "?, ?, ?) ON CONFLICT DO UPDATE SET arrived = arrived + excluded.arrived, reached = reached + excluded.reached, again = again + "
        "excluded.again, skipped = skipped + excluded.skipped, advanced = advanced + excluded.advanced");
    sqlite3_bind_int64(s, 1, at / kMonth);
    int column = 2;
    for (const int value : {stage, arrived, reached, again, skipped, advanced}) sqlite3_bind_int(s, column++, value);
    db_.Step(s);
  }

  enum What : int { kExit = 1, kTime, kArrival, kWonCount, kWonAmount, kCycle, kAmounts };
  void Add(int64_t at, int stage, What what, int64_t a, int64_t b, int64_t n) {
    sqlite3_stmt* s = db_.Prepare(
        "INSERT INTO cell(pipeline, kind, member, month, stage, what, a, b, n) VALUES(1, 0, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "n = n + excluded.n");
    int column = 1;
    for (const int64_t value : {at / kMonth, int64_t{stage}, int64_t{what}, a, b, n}) sqlite3_bind_int64(s, column++, value);
    db_.Step(s);
  }
  // The time at risk, split at the edges of ages and of months.
  void AddTime(int stage, int64_t since, int64_t at) {
    for (int64_t from = since; from < at;) {
      const size_t bin = BinOf(from - since);
      const int64_t edge = bin + 1 < kBins ? since + Edges()[bin + 1] : at;
      const int64_t to = std::min({at, edge, (from / kMonth + 1) * kMonth});
      Add(at, stage, kTime, at / kMonth - from / kMonth, static_cast<int64_t>(bin), to - from);
      from = to;
    }
  }
  static constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
  static constexpr size_t kBins = 48;
  // From an hour to two years, each wider than the one before by the same factor.
  static const std::vector<int64_t>& Edges() {
    static const std::vector<int64_t> kEdges = [] {
      std::vector<int64_t> edges = {0};
      for (size_t i = 1; i < kBins; ++i)
        edges.push_back(std::llround(static_cast<double>(kDay) / 24 * std::pow(17'520, double(i - 1) / 46)));
      return edges;
    }();
    return kEdges;
  }
  static size_t BinOf(int64_t age) {
    const auto after = std::upper_bound(Edges().begin(), Edges().end(), std::max<int64_t>(age, 0));
    return static_cast<size_t>(after - Edges().begin()) - 1;
  }

  Connection db_;
};

// Words found by FTS5's trigrams, as benchmarks/search does; timelines by an index that holds what a page shows.
class SqlitePeople final : public PeopleStore {
 public:
  explicit SqlitePeople(const std::string& folder) : db_(folder + "/people.db") {
    db_.Run(
        "CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT);"
        "CREATE TABLE contact(id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT, account INTEGER);"
        "CREATE INDEX contact_by_account ON contact(account); CREATE INDEX contact_by_email ON contact(email);"
        "CREATE VIRTUAL TABLE words USING fts5(name, email, phone, content='contact', content_rowid='id', tokenize='trigram');"
        "CREATE TRIGGER contact_words AFTER INSERT ON contact BEGIN INSERT INTO words(rowid, name, email, phone) VALUES(NEW.id, NEW.name, "
        "NEW.email, NEW.phone); END;"
        "CREATE TABLE call(id INTEGER PRIMARY KEY, contact INTEGER, account INTEGER, at INTEGER, subject TEXT);"
        "CREATE INDEX call_by_contact ON call(contact, at DESC, subject);"
        "CREATE INDEX call_by_account ON call(account, at DESC, subject);"
        "CREATE TABLE history(sequence INTEGER PRIMARY KEY, record INTEGER, operation INTEGER, actor TEXT, reason TEXT, recorded INTEGER);"
        "CREATE INDEX history_by_record ON history(record, sequence);"
        "CREATE TRIGGER contact_history AFTER INSERT ON contact BEGIN INSERT INTO history(record, operation, actor, reason, recorded) "
        "VALUES(NEW.id, 1, 'bench:1', 'load', 0); END;"
        "CREATE TRIGGER call_history AFTER INSERT ON call BEGIN INSERT INTO history(record, operation, actor, reason, recorded) "
        "VALUES(NEW.id, 1, 'bench:1', 'load', NEW.at); END;");
  }

  void Load(uint64_t first, uint64_t count) override {
    db_.Run("BEGIN IMMEDIATE");
    for (uint64_t i = first; i < first + count; ++i) Insert(i);
    db_.Run("COMMIT");
  }

  int64_t Search(const std::string& text, uint64_t contact) override {
    std::string match;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find(' ', begin), text.size());
      match += (match.empty() ? "\"" : " AND \"") + text.substr(begin, end - begin) + "\"";
      begin = end + 1;
    }
    sqlite3_stmt* s = db_.Prepare("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 20");
    Bind(s, 1, match);
    int64_t found = 0;
    while (sqlite3_step(s) == SQLITE_ROW) found |= int64_t{sqlite3_column_int64(s, 0) == static_cast<int64_t>(contact) + 1};
    sqlite3_reset(s);
    return found;
  }

  int64_t Timeline(uint64_t account) override {
    sqlite3_stmt* s = db_.Prepare("SELECT id, at, subject FROM call WHERE account = ? ORDER BY at DESC LIMIT 50");
    sqlite3_bind_int64(s, 1, static_cast<int64_t>(account) + 1);
    int64_t sum = 0;
    while (sqlite3_step(s) == SQLITE_ROW) {
      sum += std::strtoll(reinterpret_cast<const char*>(sqlite3_column_text(s, 2)) + std::strlen("call "), nullptr, 10);
    }
    sqlite3_reset(s);
    return sum;
  }

 private:
  void Insert(uint64_t i) {
    const auto account = static_cast<int64_t>(i / kContactsPerAccount) + 1;
    if (i % kContactsPerAccount == 0) {
      const std::string name = "Firm " + std::to_string(account - 1);
      sqlite3_stmt* s = db_.Prepare("INSERT INTO account(name) VALUES(?)");
      Bind(s, 1, name);
      db_.Step(s);
    }
    const Contact made = MakeContact(i);
    sqlite3_stmt* s = db_.Prepare("INSERT INTO contact(name, email, phone, account) VALUES(?, ?, ?, ?)");
    Bind(s, 1, made.name);
    Bind(s, 2, made.email);
    Bind(s, 3, made.phone);
    sqlite3_bind_int64(s, 4, account);
    db_.Step(s);
    for (uint64_t number = 0; number < kCallsPerContact; ++number) {
      const std::string subject = "call " + std::to_string(i * kCallsPerContact + number);
      s = db_.Prepare("INSERT INTO call(contact, account, at, subject) VALUES(?, ?, ?, ?)");
      sqlite3_bind_int64(s, 1, static_cast<int64_t>(i) + 1);
      sqlite3_bind_int64(s, 2, account);
      sqlite3_bind_int64(s, 3, TimeOfCall(i, number));
      Bind(s, 4, subject);
      db_.Step(s);
    }
  }

  Connection db_;
};

}  // namespace

std::unique_ptr<PeopleStore> NewSqlitePeople(const std::string& folder) { return std::make_unique<SqlitePeople>(folder); }
std::unique_ptr<LedgerStore> NewSqliteLedger(const std::string& folder) { return std::make_unique<SqliteLedger>(folder); }

}  // namespace kith::peers
