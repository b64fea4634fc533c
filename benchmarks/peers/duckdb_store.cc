// DuckDB: a store of columns made for questions over many rows, with the same indexes by rows and an entry of history a change. Its C
// library is in no package of Debian's; ./dev bench takes it from its Go module.
#ifdef KITH_DUCKDB
#include <duckdb.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#endif

#include "peers/store.h"

namespace kith::peers {

#ifndef KITH_DUCKDB
std::unique_ptr<Store> NewDuckDb(const std::string& /*folder*/) { return nullptr; }
#else
namespace {

int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Of one thread. Statements are prepared once.
class DuckConnection {
 public:
  explicit DuckConnection(duckdb_database database) {
    Require(duckdb_connect(database, &connection_) == DuckDBSuccess, "duckdb: no connection");
  }
  ~DuckConnection() {
    for (auto& [sql, statement] : statements_) duckdb_destroy_prepare(&statement);
    duckdb_disconnect(&connection_);
  }
  DuckConnection(const DuckConnection&) = delete;
  DuckConnection& operator=(const DuckConnection&) = delete;

  void Run(const char* sql) {
    duckdb_result result;
    const bool done = duckdb_query(connection_, sql, &result) == DuckDBSuccess;
    Require(done, std::string("duckdb: ") + (done ? "" : duckdb_result_error(&result)));
    duckdb_destroy_result(&result);
  }
  duckdb_prepared_statement Prepare(const char* sql) {
    duckdb_prepared_statement& statement = statements_[sql];
    if (statement == nullptr) Require(duckdb_prepare(connection_, sql, &statement) == DuckDBSuccess, std::string("duckdb: ") + sql);
    return statement;
  }
  // Runs it; the sum of all whole numbers and of the lengths of all texts.
  static int64_t Sum(duckdb_prepared_statement statement) {
    duckdb_result result;
    const bool done = duckdb_execute_prepared(statement, &result) == DuckDBSuccess;
    Require(done, std::string("duckdb: ") + (done ? "" : duckdb_result_error(&result)));
    int64_t sum = 0;
    while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
      const idx_t rows = duckdb_data_chunk_get_size(chunk);
      for (idx_t column = 0; column < duckdb_column_count(&result); ++column) {
        void* const values = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column));
        const bool text = duckdb_column_type(&result, column) == DUCKDB_TYPE_VARCHAR;
        for (idx_t row = 0; row < rows; ++row) {
          sum += text ? duckdb_string_t_length(static_cast<duckdb_string_t*>(values)[row]) : static_cast<int64_t*>(values)[row];
        }
      }
      duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    return sum;
  }
  [[nodiscard]] duckdb_connection get() const { return connection_; }

 private:
  duckdb_connection connection_ = nullptr;
  std::map<const char*, duckdb_prepared_statement> statements_;
};

void BindText(duckdb_prepared_statement s, idx_t at, const std::string& text) {
  duckdb_bind_varchar_length(s, at, text.data(), text.size());
}

class DuckDbStore : public Store {
 public:
  explicit DuckDbStore(const std::string& folder) : path_(folder + "/duck.db") {
    Open();
    main_->Run(
        "CREATE TABLE deal(id BIGINT PRIMARY KEY, version BIGINT, created BIGINT, updated BIGINT, name VARCHAR, email VARCHAR, city "
        "VARCHAR, "
        "note VARCHAR, seller BIGINT, amount BIGINT, currency VARCHAR, close_date BIGINT, stage BIGINT);"
        "CREATE INDEX by_seller ON deal(seller); CREATE INDEX by_name ON deal(name); CREATE INDEX by_email ON deal(email);"
        "CREATE TABLE history(sequence BIGINT, record BIGINT, operation BIGINT, actor VARCHAR, reason VARCHAR, recorded BIGINT, "
        "change VARCHAR, amount BIGINT);"
        "CREATE INDEX history_by_record ON history(record);");
  }
  ~DuckDbStore() override { Close(); }
  DuckDbStore(const DuckDbStore&) = delete;
  DuckDbStore& operator=(const DuckDbStore&) = delete;
  std::string name() const override { return "DuckDB"; }
  bool has_threads() const override { return true; }

  void Reopen() override {
    Close();
    Open();
    Require(DuckConnection::Sum(main_->Prepare("SELECT count(*) FROM deal WHERE id = 1")) == 1, "duckdb: the first row is missing");
  }
  // By its appender, which is its way to load.
  void Load(uint64_t first, uint64_t count) override {
    main_->Run("BEGIN");
    duckdb_appender deals = Appender("deal");
    duckdb_appender entries = Appender("history");
    for (uint64_t i = first; i < first + count; ++i) {
      const Row row = MakeRow(i);
      const int64_t now = NowMicros();
      for (const int64_t number : {static_cast<int64_t>(i) + 1, int64_t{1}, now, now}) duckdb_append_int64(deals, number);
      for (const std::string* text : {&row.name, &row.email, &row.city, &row.note}) {
        duckdb_append_varchar_length(deals, text->data(), text->size());
      }
      duckdb_append_int64(deals, row.owner);
      duckdb_append_int64(deals, row.amount);
      duckdb_append_varchar_length(deals, "CNY", 3);
      duckdb_append_int64(deals, row.close_date);
      duckdb_append_int64(deals, row.stage);
      Require(duckdb_appender_end_row(deals) == DuckDBSuccess, "duckdb: a row");
      for (const int64_t number : {++sequence_, static_cast<int64_t>(i) + 1, int64_t{1}}) duckdb_append_int64(entries, number);
      duckdb_append_varchar_length(entries, "bench:1", 7);
      duckdb_append_varchar_length(entries, "load", 4);
      duckdb_append_int64(entries, now);
      duckdb_append_null(entries);
      duckdb_append_null(entries);
      Require(duckdb_appender_end_row(entries) == DuckDBSuccess, "duckdb: an entry");
    }
    for (duckdb_appender* appender : {&deals, &entries}) Require(duckdb_appender_destroy(appender) == DuckDBSuccess, "duckdb: rows");
    main_->Run("COMMIT");
  }
  int64_t Get(std::span<const uint64_t> rows) override {
    duckdb_prepared_statement s = main_->Prepare("SELECT amount, name FROM deal WHERE id = ?");
    int64_t sum = 0;
    for (const uint64_t row : rows) {
      duckdb_bind_int64(s, 1, static_cast<int64_t>(row) + 1);
      sum += DuckConnection::Sum(s);
    }
    return sum;
  }
  int64_t GetInOne(std::span<const uint64_t> rows) override {
    main_->Run("BEGIN");
    const int64_t sum = Get(rows);
    main_->Run("COMMIT");
    return sum;
  }
  int64_t Scan() override { return DuckConnection::Sum(main_->Prepare("SELECT sum(amount)::BIGINT FROM deal")); }
  int64_t Page(int64_t owner) override {
    duckdb_prepared_statement s = main_->Prepare("SELECT name, amount FROM deal WHERE seller = ? ORDER BY close_date DESC, id LIMIT 50");
    duckdb_bind_int64(s, 1, owner);
    return DuckConnection::Sum(s);
  }
  int64_t QueryPage(int64_t owner) override { return Page(owner); }
  int64_t GroupRecords() override {
    duckdb_prepared_statement s = main_->Prepare(
        "SELECT stage, seller, sum(amount)::BIGINT, count(*) FROM deal WHERE city = ? AND amount >= ? GROUP BY stage, seller");
    BindText(s, 1, kCity);
    duckdb_bind_int64(s, 2, kLeastAmount);
    return DuckConnection::Sum(s);
  }
  int64_t GroupEntries() override {
    duckdb_prepared_statement s = main_->Prepare(
        "SELECT stage, seller, sum(amount)::BIGINT, count(*) FROM deal WHERE close_date >= ? AND amount >= ? GROUP BY stage, seller");
    duckdb_bind_int64(s, 1, kFirstDay);
    duckdb_bind_int64(s, 2, kLeastAmount);
    return DuckConnection::Sum(s);
  }
  bool has_history() const override { return true; }
  int64_t AsOf(std::span<const uint64_t> rows, int64_t recorded) override {
    duckdb_prepared_statement s = main_->Prepare(
        "SELECT coalesce((SELECT amount FROM history WHERE record = $1 AND operation = 2 AND recorded > $2 ORDER BY sequence LIMIT 1),"
        " (SELECT amount FROM deal WHERE id = $1))");
    int64_t sum = 0;
    for (const uint64_t row : rows) {
      duckdb_bind_int64(s, 1, static_cast<int64_t>(row) + 1);
      duckdb_bind_int64(s, 2, recorded);
      sum += DuckConnection::Sum(s);
    }
    return sum;
  }
  void Patch(std::span<const uint64_t> rows) override {
    duckdb_prepared_statement entry =
        main_->Prepare("INSERT INTO history SELECT $1, id, 2, 'bench:1', 'load', $2, 'amount', amount FROM deal WHERE id = $3");
    duckdb_prepared_statement change =
        main_->Prepare("UPDATE deal SET amount = amount + 1, version = version + 1, updated = $1 WHERE id = $2");
    main_->Run("BEGIN");
    for (const uint64_t row : rows) {
      const int64_t now = NowMicros();
      duckdb_bind_int64(entry, 1, ++sequence_);
      duckdb_bind_int64(entry, 2, now);
      duckdb_bind_int64(entry, 3, static_cast<int64_t>(row) + 1);
      duckdb_bind_int64(change, 1, now);
      duckdb_bind_int64(change, 2, static_cast<int64_t>(row) + 1);
      for (duckdb_prepared_statement s : {entry, change}) DuckConnection::Sum(s);
    }
    main_->Run("COMMIT");
  }
  void Commit(uint64_t row) override {
    DuckConnection& c = OfThread();
    const Row made = MakeRow(row);
    const int64_t now = NowMicros();
    duckdb_prepared_statement s = c.Prepare("INSERT INTO deal VALUES($1, 1, $2, $2, $3, $4, $5, $6, $7, $8, 'CNY', $9, $10)");
    duckdb_bind_int64(s, 1, static_cast<int64_t>(row) + 1);
    duckdb_bind_int64(s, 2, now);
    idx_t at = 3;
    for (const std::string* text : {&made.name, &made.email, &made.city, &made.note}) BindText(s, at++, *text);
    for (const int64_t number : {made.owner, made.amount, int64_t{made.close_date}, made.stage}) duckdb_bind_int64(s, at++, number);
    duckdb_prepared_statement entry = c.Prepare("INSERT INTO history VALUES($1, $2, 1, 'bench:1', 'load', $3, NULL, NULL)");
    duckdb_bind_int64(entry, 1, ++sequence_);
    duckdb_bind_int64(entry, 2, static_cast<int64_t>(row) + 1);
    duckdb_bind_int64(entry, 3, now);
    c.Run("BEGIN");
    for (duckdb_prepared_statement one : {s, entry}) DuckConnection::Sum(one);
    c.Run("COMMIT");
  }
  std::vector<std::pair<std::string, uint64_t> > Disk() override {
    main_->Run("CHECKPOINT");
    struct stat info = {};
    Require(stat(path_.c_str(), &info) == 0, "duckdb: no file");
    return {{"file", static_cast<uint64_t>(info.st_size)}};
  }

 private:
  void Open() {
    Require(duckdb_open(path_.c_str(), &database_) == DuckDBSuccess, "duckdb cannot open " + path_);
    main_ = std::make_unique<DuckConnection>(database_);
  }
  void Close() {
    connections_.clear();
    main_.reset();
    duckdb_close(&database_);
  }
  duckdb_appender Appender(const char* table) {
    duckdb_appender appender = nullptr;
    Require(duckdb_appender_create(main_->get(), nullptr, table, &appender) == DuckDBSuccess, "duckdb: no appender");
    return appender;
  }
  DuckConnection& OfThread() {
    const std::lock_guard lock(mutex_);
    std::unique_ptr<DuckConnection>& connection = connections_[std::this_thread::get_id()];
    if (connection == nullptr) connection = std::make_unique<DuckConnection>(database_);
    return *connection;
  }

  std::string path_;
  duckdb_database database_ = nullptr;
  std::unique_ptr<DuckConnection> main_;
  std::atomic<int64_t> sequence_{0};
  std::mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<DuckConnection> > connections_;
};

}  // namespace

std::unique_ptr<Store> NewDuckDb(const std::string& folder) { return std::make_unique<DuckDbStore>(folder); }
#endif

}  // namespace kith::peers
