// One store under measurement: the same rows, indexes, history and durability in each.
#ifndef KITH_BENCHMARKS_PEERS_STORE_H_
#define KITH_BENCHMARKS_PEERS_STORE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kith::peers {

// A deal as every store holds it. Found by id, by (owner, close date descending) with name, amount and stage on the entry, by name, by
// e-mail.
struct Row {
  std::string name;
  std::string email;
  std::string city;
  std::string note;
  int64_t owner = 0;
  int64_t amount = 0;  // minor units
  int32_t close_date = 0;
  int64_t stage = 0;
};
// Row `i` of the data set, the same in every run.
[[nodiscard]] Row MakeRow(uint64_t i);
inline constexpr int64_t kRowsPerOwner = 100;
// What the grouped queries ask for: about a sixteenth and a quarter of the rows.
inline constexpr const char* kCity = "Wien";
inline constexpr int64_t kLeastAmount = 0x800000;
inline constexpr int32_t kFirstDay = 20'024;

class Store {
 public:
  virtual ~Store() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // It reads on threads of its own too.
  [[nodiscard]] virtual bool has_threads() const { return false; }
  // Closes what is on disk and opens it again.
  virtual void Reopen() = 0;
  // Rows [first, first + count), durable when it returns. Row i gets id i + 1 in the store's own terms.
  virtual void Load(uint64_t first, uint64_t count) = 0;
  // Reads two fields of each row: the sum of amount and length of name.
  [[nodiscard]] virtual int64_t Get(std::span<const uint64_t> rows) = 0;
  // The same within one read transaction or snapshot.
  [[nodiscard]] virtual int64_t GetInOne(std::span<const uint64_t> rows) = 0;
  // Sum of amount over all rows, read record by record.
  [[nodiscard]] virtual int64_t Scan() = 0;
  // First 50 of an owner's rows by close date descending, from the index alone: sum of amount and length of name.
  [[nodiscard]] virtual int64_t Page(int64_t owner) = 0;
  // The rest is asked in the store's query language; a store without one gives nothing.
  [[nodiscard]] virtual bool has_queries() const { return true; }
  // The same page.
  [[nodiscard]] virtual int64_t QueryPage(int64_t owner) = 0;
  // Sums of amount and counts by stage and owner of the deals of a city above an amount, which no index has: the sum of all of it.
  [[nodiscard]] virtual int64_t GroupRecords() = 0;
  // The same of the deals above an amount that close from a day on, which the index above covers.
  [[nodiscard]] virtual int64_t GroupEntries() = 0;
  // A store with history tells what was. The sum of amount of the rows as it was known at a moment, in µs.
  [[nodiscard]] virtual bool has_history() const { return false; }
  [[nodiscard]] virtual int64_t AsOf(std::span<const uint64_t> /*rows*/, int64_t /*recorded*/) { return 0; }
  // Adds one to amount of each row in one durable transaction.
  virtual void Patch(std::span<const uint64_t> rows) = 0;
  // One durable transaction of one new row. Thread-safe.
  virtual void Commit(uint64_t row) = 0;
  // Waits for the disk since the last call, 0 when the store does not tell; and bytes on disk by part.
  [[nodiscard]] virtual uint64_t TakeSyncs() { return 0; }
  [[nodiscard]] virtual std::vector<std::pair<std::string, uint64_t>> Disk() = 0;
};

[[nodiscard]] std::unique_ptr<Store> NewKith(const std::string& folder);
[[nodiscard]] std::unique_ptr<Store> NewSqlite(const std::string& folder);
// The physical limit: keys and values in LMDB with nothing above it. Holds no history.
[[nodiscard]] std::unique_ptr<Store> NewLmdb(const std::string& folder);
// Null when it was built without RocksDB.
[[nodiscard]] std::unique_ptr<Store> NewRocksDb(const std::string& folder);

// Null when it was built without DuckDB.
[[nodiscard]] std::unique_ptr<Store> NewDuckDb(const std::string& folder);

// Pipelines: deals that move, and the funnel over all moves.
class MoveStore {
 public:
  virtual ~MoveStore() = default;
  // `deals` new deals, each with three moves through the pipeline to won or lost, but one in fifty stays open; in transactions of 1,000
  // deals.
  virtual void Load(uint64_t first, uint64_t deals) = 0;
  // One durable move of a new deal.
  virtual void Move(uint64_t deal) = 0;
  // Deals that reached each stage and deals won: their sum over stages.
  [[nodiscard]] virtual int64_t Funnel() = 0;
  // What open deals will bring, in minor units; each store in its own way, so that only the time compares.
  [[nodiscard]] virtual double Forecast() = 0;
};
// One that keeps with every move all that follows from it: history, indexes, the funnel's statistics, timelines.
class LedgerStore : public MoveStore {
 public:
  // Deals that were loaded and are open (from kOpenDeals on) move on to a stage, in one durable transaction.
  virtual void MoveOn(std::span<const uint64_t> deals, int stage) = 0;
};
[[nodiscard]] std::unique_ptr<LedgerStore> NewKithMoves(const std::string& folder);
[[nodiscard]] std::unique_ptr<LedgerStore> NewSqliteLedger(const std::string& folder);
// With the moves alone: what statistics cost that are not kept.
[[nodiscard]] std::unique_ptr<MoveStore> NewSqliteMoves(const std::string& folder);
// Where a deal goes from stage 0 on: stages by number, 4 is won, 5 is lost; ends with the last move. Closed but for a few of the first ones
// and all from kOpenDeals on, so that history can grow while as many deals are open.
[[nodiscard]] std::vector<int> PathOf(uint64_t deal);
inline constexpr uint64_t kOpenDeals = uint64_t{1} << 40;
// In minor units.
[[nodiscard]] int64_t AmountOf(uint64_t deal);
// When its path begins, in microseconds: at any time of the same two years, whatever the number.
[[nodiscard]] int64_t StartOf(uint64_t deal);

// Contacts that are searched, and what was said with them.
struct Contact {
  std::string name;
  std::string email;
  std::string phone;
};
[[nodiscard]] Contact MakeContact(uint64_t i);
inline constexpr uint64_t kContactsPerAccount = 10;
inline constexpr uint64_t kCallsPerContact = 20;
// Call `number` of a contact took place then: no two of an account at once.
[[nodiscard]] int64_t TimeOfCall(uint64_t contact, uint64_t number);

class PeopleStore {
 public:
  virtual ~PeopleStore() = default;
  // Contacts [first, first + count) with their accounts and calls, durable when it returns; whole accounts.
  virtual void Load(uint64_t first, uint64_t count) = 0;
  // How many of the contacts are among the first 20 of a search for `text`, words as somebody types them.
  [[nodiscard]] virtual int64_t Search(const std::string& text, uint64_t contact) = 0;
  // The newest 50 calls of an account, of all its contacts: the sum of the numbers that their subjects end in.
  [[nodiscard]] virtual int64_t Timeline(uint64_t account) = 0;
};
[[nodiscard]] std::unique_ptr<PeopleStore> NewKithPeople(const std::string& folder);
[[nodiscard]] std::unique_ptr<PeopleStore> NewSqlitePeople(const std::string& folder);

// A check that ends the program: a benchmark that got an error measures nothing.
void Require(bool ok, const std::string& what);

}  // namespace kith::peers

#endif  // KITH_BENCHMARKS_PEERS_STORE_H_
