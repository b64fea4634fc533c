// Rows and moves in SQLite.
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "peers/sqlite_connection.h"

namespace kith::peers {
namespace {

// What every creation leaves: who, why, when.
void InsertHistory(Connection& c, int64_t record) {
  sqlite3_stmt* s = c.Prepare("INSERT INTO history(record, operation, actor, reason, recorded) VALUES(?, 1, 'bench:1', 'load', ?)");
  sqlite3_bind_int64(s, 1, record);
  sqlite3_bind_int64(s, 2, NowMicros());
  c.Step(s);
}

uint64_t FileSize(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

class SqliteStore : public Store {
 public:
  explicit SqliteStore(const std::string& folder) : path_(folder + "/sqlite.db") {
    main_.emplace(path_);
    main_->Run(
        "CREATE TABLE deal(id INTEGER PRIMARY KEY, version INTEGER, created INTEGER, updated INTEGER, name TEXT, email TEXT, city TEXT, "
        "note TEXT,"
        " seller INTEGER, amount INTEGER, currency TEXT, close_date INTEGER, stage INTEGER);"
        "CREATE INDEX by_seller ON deal(seller, close_date DESC, name, amount, stage);"
        "CREATE INDEX by_name ON deal(name); CREATE INDEX by_email ON deal(email);"
        "CREATE TABLE history(sequence INTEGER PRIMARY KEY, record INTEGER, operation INTEGER, actor TEXT, reason TEXT, recorded INTEGER, "
        "change TEXT, amount INTEGER);"
        "CREATE INDEX history_by_record ON history(record, sequence);"
        // What a host writes who wants to know what a row was.
        "CREATE TRIGGER deal_amount AFTER UPDATE OF amount ON deal WHEN OLD.amount IS NOT NEW.amount BEGIN INSERT INTO history(record, "
        "operation, actor, reason, recorded, change, amount) VALUES(NEW.id, 2, 'bench:1', 'load', NEW.updated, 'amount', OLD.amount); "
        "END;");
  }
  std::string name() const override { return "SQLite"; }

  void Reopen() override {
    connections_.clear();
    main_.emplace(path_);
    Require(main_->Count("SELECT count(*) FROM deal WHERE id = 1") == 1,
            "sqlite: the first row is missing");  // reads the schema, maps the file
  }

  void Load(uint64_t first, uint64_t count) override {
    main_->Run("BEGIN IMMEDIATE");
    for (uint64_t i = first; i < first + count; ++i) Insert(*main_, MakeRow(i));
    main_->Run("COMMIT");
  }
  int64_t Get(std::span<const uint64_t> rows) override {
    int64_t sum = 0;
    for (uint64_t row : rows) {
      sqlite3_stmt* s = main_->Prepare("SELECT amount, name FROM deal WHERE id = ?");
      sqlite3_bind_int64(s, 1, static_cast<int64_t>(row) + 1);
      Require(sqlite3_step(s) == SQLITE_ROW, "sqlite: a row is missing");
      sum += sqlite3_column_int64(s, 0) + sqlite3_column_bytes(s, 1);
      sqlite3_reset(s);
    }
    return sum;
  }
  int64_t GetInOne(std::span<const uint64_t> rows) override {
    main_->Run("BEGIN");
    int64_t sum = Get(rows);
    main_->Run("COMMIT");
    return sum;
  }
  int64_t Scan() override {
    sqlite3_stmt* s = main_->Prepare("SELECT sum(amount) FROM deal NOT INDEXED");
    Require(sqlite3_step(s) == SQLITE_ROW, "sqlite: no sum");
    int64_t sum = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return sum;
  }
  int64_t Page(int64_t owner) override {
    sqlite3_stmt* s =
        main_->Prepare("SELECT name, amount, stage FROM deal INDEXED BY by_seller WHERE seller = ? ORDER BY close_date DESC LIMIT 50");
    sqlite3_bind_int64(s, 1, owner);
    int64_t sum = 0;
    while (sqlite3_step(s) == SQLITE_ROW) sum += sqlite3_column_int64(s, 1) + sqlite3_column_bytes(s, 0);
    sqlite3_reset(s);
    return sum;
  }
  int64_t QueryPage(int64_t owner) override { return Page(owner); }
  int64_t GroupRecords() override {
    sqlite3_stmt* s =
        main_->Prepare("SELECT stage, seller, sum(amount), count(*) FROM deal WHERE city = ? AND amount >= ? GROUP BY stage, seller");
    Bind(s, 1, kCity);
    sqlite3_bind_int64(s, 2, kLeastAmount);
    return SumGroups(s);
  }
  int64_t GroupEntries() override {
    sqlite3_stmt* s = main_->Prepare(
        "SELECT stage, seller, sum(amount), count(*) FROM deal WHERE close_date >= ? AND amount >= ? GROUP BY stage, seller");
    sqlite3_bind_int(s, 1, kFirstDay);
    sqlite3_bind_int64(s, 2, kLeastAmount);
    return SumGroups(s);
  }
  bool has_history() const override { return true; }
  int64_t AsOf(std::span<const uint64_t> rows, int64_t recorded) override {
    int64_t sum = 0;
    for (uint64_t row : rows) {
      sqlite3_stmt* s = main_->Prepare(
          "SELECT coalesce((SELECT amount FROM history WHERE record = ?1 AND operation = 2 AND recorded > ?2 ORDER BY sequence LIMIT 1),"
          " (SELECT amount FROM deal WHERE id = ?1))");
      sqlite3_bind_int64(s, 1, static_cast<int64_t>(row) + 1);
      sqlite3_bind_int64(s, 2, recorded);
      Require(sqlite3_step(s) == SQLITE_ROW, "sqlite: a row is missing");
      sum += sqlite3_column_int64(s, 0);
      sqlite3_reset(s);
    }
    return sum;
  }
  void Patch(std::span<const uint64_t> rows) override {
    main_->Run("BEGIN IMMEDIATE");
    for (uint64_t row : rows) {
      sqlite3_stmt* s = main_->Prepare("UPDATE deal SET amount = amount + 1, version = version + 1, updated = ? WHERE id = ?");
      sqlite3_bind_int64(s, 1, NowMicros());
      sqlite3_bind_int64(s, 2, static_cast<int64_t>(row) + 1);
      main_->Step(s);
    }
    main_->Run("COMMIT");
  }
  void Commit(uint64_t row) override {
    Connection& c = OfThread();
    c.Run("BEGIN IMMEDIATE");
    Insert(c, MakeRow(row));
    c.Run("COMMIT");
  }
  std::vector<std::pair<std::string, uint64_t>> Disk() override {
    main_->Run("PRAGMA wal_checkpoint(TRUNCATE)");
    return {{"file", FileSize(path_)}};
  }

 private:
  static int64_t SumGroups(sqlite3_stmt* s) {
    int64_t sum = 0;
    while (sqlite3_step(s) == SQLITE_ROW) {
      for (int column = 0; column < 4; ++column) sum += sqlite3_column_int64(s, column);
    }
    sqlite3_reset(s);
    return sum;
  }
  static void Insert(Connection& c, const Row& row) {
    sqlite3_stmt* s = c.Prepare(
        "INSERT INTO deal(version, created, updated, name, email, city, note, seller, amount, currency, close_date, stage)"
        " VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, 'CNY', ?, ?)");
    int64_t now = NowMicros();
    sqlite3_bind_int64(s, 1, now);
    sqlite3_bind_int64(s, 2, now);
    Bind(s, 3, row.name);
    Bind(s, 4, row.email);
    Bind(s, 5, row.city);
    Bind(s, 6, row.note);
    sqlite3_bind_int64(s, 7, row.owner);
    sqlite3_bind_int64(s, 8, row.amount);
    sqlite3_bind_int(s, 9, row.close_date);
    sqlite3_bind_int64(s, 10, row.stage);
    c.Step(s);
    InsertHistory(c, c.LastId());
  }
  Connection& OfThread() {
    std::lock_guard lock(mutex_);
    std::unique_ptr<Connection>& connection = connections_[std::this_thread::get_id()];
    if (connection == nullptr) connection = std::make_unique<Connection>(path_);
    return *connection;
  }

  std::string path_;
  std::optional<Connection> main_;
  std::mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<Connection>> connections_;
};

class SqliteMoves : public MoveStore {
 public:
  explicit SqliteMoves(const std::string& folder) : db_(folder + "/moves.db") {
    db_.Run(
        "CREATE TABLE deal(id INTEGER PRIMARY KEY, name TEXT, amount INTEGER, stage INTEGER, closed_at INTEGER);"
        "CREATE TABLE move(id INTEGER PRIMARY KEY, record INTEGER, origin INTEGER, target INTEGER, at INTEGER, amount INTEGER);"
        "CREATE INDEX move_by_record ON move(record, at);"
        "CREATE TABLE history(sequence INTEGER PRIMARY KEY, record INTEGER, operation INTEGER, actor TEXT, reason TEXT, recorded INTEGER, "
        "change TEXT, amount INTEGER);"
        "CREATE INDEX history_by_record ON history(record, sequence);");
  }
  void Load(uint64_t first, uint64_t deals) override {
    for (uint64_t begin = first; begin < first + deals; begin += 1000) {
      db_.Run("BEGIN IMMEDIATE");
      for (uint64_t i = begin; i < std::min(begin + 1000, first + deals); ++i) Insert(i, PathOf(i));
      db_.Run("COMMIT");
    }
  }
  void Move(uint64_t deal) override {
    db_.Run("BEGIN IMMEDIATE");
    Insert(deal, {0});
    db_.Run("COMMIT");
  }
  int64_t Funnel() override {
    // The furthest stage of each deal, skipped stages included, by one pass over all moves: what a host without kept statistics would run.
    sqlite3_stmt* s = db_.Prepare(
        "SELECT sum(min(furthest, 3) + 1), sum(won) FROM (SELECT max(CASE WHEN target < 4 THEN target WHEN target = 4 THEN 3 ELSE 0 END) "
        "AS furthest,"
        " max(target = 4) AS won FROM move GROUP BY record)");
    Require(sqlite3_step(s) == SQLITE_ROW, "sqlite: no funnel");
    int64_t sum = sqlite3_column_int64(s, 0) + sqlite3_column_int64(s, 1);
    sqlite3_reset(s);
    return sum;
  }
  double Forecast() override {
    // Open amounts, each by the share of what got as far that was won: one pass over all moves, and one over open deals.
    return db_.Number(db_.Prepare(
        "WITH way AS (SELECT max(CASE WHEN target < 4 THEN target WHEN target = 4 THEN 3 ELSE 0 END) AS furthest, max(target = 4) AS won "
        "FROM "
        "move GROUP BY record), share AS (SELECT s.stage, avg(w.won) AS won FROM (SELECT 0 AS stage UNION SELECT 1 UNION SELECT 2 UNION "
        "SELECT 3) s JOIN way w ON w.furthest >= s.stage GROUP BY s.stage) "
        "SELECT sum(d.amount * share.won) FROM deal d JOIN share ON share.stage = d.stage"));
  }

 private:
  void Insert(uint64_t deal, const std::vector<int>& path) {
    std::string name = "Deal " + std::to_string(deal);
    sqlite3_stmt* s = db_.Prepare("INSERT INTO deal(name, stage, amount, closed_at) VALUES(?, ?, ?, NULL)");
    Bind(s, 1, name);
    sqlite3_bind_int(s, 2, path.back());
    sqlite3_bind_int64(s, 3, AmountOf(deal));
    db_.Step(s);
    int64_t record = db_.LastId();
    InsertHistory(db_, record);
    int origin = -1;
    for (int stage : path) {
      s = db_.Prepare("INSERT INTO move(record, origin, target, at, amount) VALUES(?, ?, ?, ?, 0)");
      sqlite3_bind_int64(s, 1, record);
      sqlite3_bind_int(s, 2, std::exchange(origin, stage));
      sqlite3_bind_int(s, 3, stage);
      sqlite3_bind_int64(s, 4, NowMicros());
      db_.Step(s);
      InsertHistory(db_, db_.LastId());
    }
  }

  Connection db_;
};

}  // namespace

std::unique_ptr<Store> NewSqlite(const std::string& folder) { return std::make_unique<SqliteStore>(folder); }
std::unique_ptr<MoveStore> NewSqliteMoves(const std::string& folder) { return std::make_unique<SqliteMoves>(folder); }

}  // namespace kith::peers
