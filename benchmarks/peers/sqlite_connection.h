// SQLite as its documentation advises for durability with concurrency: WAL, synchronous FULL, memory-mapped, prepared statements, a large
// cache.
#ifndef KITH_BENCHMARKS_PEERS_SQLITE_CONNECTION_H_
#define KITH_BENCHMARKS_PEERS_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "peers/store.h"

namespace kith::peers {

class Connection {
 public:
  explicit Connection(const std::string& path) {
    Require(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "sqlite cannot open " + path);
    sqlite3_busy_timeout(db_, 60'000);
    Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=8589934592; PRAGMA cache_size=-262144; PRAGMA "
        "temp_store=MEMORY;");
  }
  ~Connection() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Run(const char* sql) {
    char* message = nullptr;
    int code = sqlite3_exec(db_, sql, nullptr, nullptr, &message);
    Require(code == SQLITE_OK, std::string("sqlite: ") + (message == nullptr ? sql : message));
  }
  // Prepared once per connection.
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt*& statement = statements_[sql];
    if (statement == nullptr)
      Require(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) == SQLITE_OK, sqlite3_errmsg(db_));
    sqlite3_reset(statement);
    return statement;
  }
  void Step(sqlite3_stmt* statement) { Require(sqlite3_step(statement) == SQLITE_DONE, sqlite3_errmsg(db_)); }
  int64_t Count(const char* sql) {
    sqlite3_stmt* s = Prepare(sql);
    Require(sqlite3_step(s) == SQLITE_ROW, sqlite3_errmsg(db_));
    const int64_t count = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return count;
  }
  // The only column of the only row; null is 0.
  double Number(sqlite3_stmt* statement) {
    Require(sqlite3_step(statement) == SQLITE_ROW, sqlite3_errmsg(db_));
    const double number = sqlite3_column_double(statement, 0);
    sqlite3_reset(statement);
    return number;
  }
  int64_t LastId() { return sqlite3_last_insert_rowid(db_); }

 private:
  sqlite3* db_ = nullptr;
  std::map<const char*, sqlite3_stmt*> statements_;
};

inline void Bind(sqlite3_stmt* s, int at, const std::string& text) {
  sqlite3_bind_text(s, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

inline int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace kith::peers

#endif  // KITH_BENCHMARKS_PEERS_SQLITE_CONNECTION_H_
