// Kith through its C ABI, as a host would use it.
#include <kith.h>

#include <algorithm>
#include <cstdlib>

#include "peers/store.h"

namespace kith::peers {
namespace {

void Check(kith_code code, kith_error* error) {
  if (code == KITH_OK) return;
  kith_str message = kith_error_message(error);
  Require(false, std::string(message.data == nullptr ? "an error without a message" : message.data, message.size));
}
kith_str Str(const std::string& text) { return {text.data(), text.size()}; }

constexpr const char* kPackage = R"({"package": "bench.peers", "version": "1.0.0", "types": [{"name": "deal", "fields": [
  {"name": "name", "kind": "text"}, {"name": "email", "kind": "text"}, {"name": "city", "kind": "text"}, {"name": "note", "kind": "text"},
  {"name": "seller", "kind": "int"}, {"name": "amount", "kind": "money"}, {"name": "close_date", "kind": "date"}, {"name": "stage", "kind": "int"}],
  "indexes": [{"name": "by_seller", "fields": ["seller", "-close_date"], "cover": ["name", "amount", "stage"]},
              {"name": "by_name", "fields": ["name"]}, {"name": "by_email", "fields": ["email"]}]}]})";

kith_db* OpenDatabase(const std::string& folder, const char* name = "/kith") {
  kith_open_options options = KITH_OPEN_OPTIONS_INIT;
  options.create = 1;
  kith_db* db = nullptr;
  kith_error* error = nullptr;
  std::string path = folder + name;
  Check(kith_db_open(Str(path), &options, &db, &error), error);
  return db;
}

constexpr const char* kPageQuery = R"({"from": "deal", "where": "seller == $who", "select": ["name", "amount", "stage"],
  "order": ["-close_date"], "limit": 50, "parameters": {"who": "int"}})";
constexpr const char* kGroupRecordsQuery = R"({"from": "deal", "where": "city == $city && amount >= $least", "group": ["stage", "seller"],
  "aggregates": [{"sum": "amount"}, {"count": "*"}], "parameters": {"city": "text", "least": "money"}})";
constexpr const char* kGroupEntriesQuery = R"({"from": "deal", "where": "close_date >= $from && amount >= $least",
  "group": ["stage", "seller"], "aggregates": [{"sum": "amount"}, {"count": "*"}], "parameters": {"from": "date", "least": "money"}})";
std::string Least() { return R"("least": {"minor": )" + std::to_string(kLeastAmount) + R"(, "currency": "CNY"})"; }

class KithStore : public Store {
 public:
  explicit KithStore(const std::string& folder) : folder_(folder), db_(OpenDatabase(folder)) {
    kith_error* error = nullptr;
    Check(kith_db_ensure(db_, kith_str_from_cstr(kPackage), {nullptr, 0}, 0, nullptr, &error), error);
    Begin();
  }
  ~KithStore() override { End(); }
  std::string name() const override { return "Kith"; }

  void Reopen() override {
    End();
    db_ = OpenDatabase(folder_);
    Begin();
  }
  void Load(uint64_t first, uint64_t count) override {
    constexpr uint64_t kRowsPerBatch = 25'000;
    std::vector<kith_batch*> batches;
    for (uint64_t begin = first; begin < first + count; begin += kRowsPerBatch) {
      batches.push_back(NewBatch());
      for (uint64_t i = begin; i < std::min(begin + kRowsPerBatch, first + count); ++i) Fill(batches.back(), MakeRow(i));
    }
    std::vector<kith_outcome*> outcomes(batches.size());
    kith_error* error = nullptr;
    Check(kith_db_apply_many(db_, batches.data(), batches.size(), nullptr, outcomes.data(), nullptr, &error), error);
    kith_id local = kith_id{1} << 63;  // the first record of a batch
    if (first == 0) first_id_ = kith_outcome_id(outcomes[0], local);
    for (kith_outcome* outcome : outcomes) kith_outcome_free(outcome);
    for (kith_batch* batch : batches) kith_batch_free(batch);
    Renew();
  }

  int64_t Get(std::span<const uint64_t> rows) override { return GetInOne(rows); }
  int64_t GetInOne(std::span<const uint64_t> rows) override {
    int64_t sum = 0;
    for (uint64_t row : rows) {
      kith_view view;
      Check(kith_snapshot_get(snapshot_, first_id_ + row, &view, nullptr), nullptr);
      sum += TwoFields(view);
    }
    return sum;
  }

  int64_t Scan() override {
    kith_cursor* cursor = nullptr;
    kith_error* error = nullptr;
    Check(kith_snapshot_scan(snapshot_, "deal", 0, &cursor, &error), error);
    int64_t sum = 0;
    kith_view views[256];
    size_t count = 0;
    do {
      Check(kith_cursor_fill(cursor, views, 256, &count, &error), error);
      for (size_t i = 0; i < count; ++i) {
        kith_value amount;
        Check(kith_snapshot_value(snapshot_, &views[i], amount_, &amount, &error), error);
        sum += amount.number;
      }
    } while (count != 0);
    kith_cursor_free(cursor);
    return sum;
  }

  int64_t Page(int64_t owner) override {
    kith_range* range = nullptr;
    kith_cursor* cursor = nullptr;
    kith_error* error = nullptr;
    Check(kith_range_new(&range, &error), error);
    kith_range_equal(range, kith_value_int(owner));
    Check(kith_snapshot_scan_index(snapshot_, "deal", "by_seller", range, &cursor, &error), error);
    kith_value values[50 * 3];  // name, amount, stage
    size_t count = 0;
    Check(kith_cursor_page(cursor, nullptr, values, 50, &count, &error), error);
    int64_t sum = 0;
    for (size_t i = 0; i < count; ++i) sum += values[3 * i + 1].number + static_cast<int64_t>(values[3 * i].text.size);
    kith_cursor_free(cursor);
    kith_range_free(range);
    return sum;
  }

  int64_t QueryPage(int64_t owner) override {
    int64_t sum = 0;
    Run(page_, R"({"who": )" + std::to_string(owner) + "}", 50,
        [&sum](const kith_value* row) { sum += row[1].number + static_cast<int64_t>(row[0].text.size); });
    return sum;
  }
  int64_t GroupRecords() override { return SumGroups(group_records_, std::string(R"({"city": ")") + kCity + "\", " + Least() + "}"); }
  int64_t GroupEntries() override { return SumGroups(group_entries_, R"({"from": "2024-10-28", )" + Least() + "}"); }

  bool has_history() const override { return true; }
  int64_t AsOf(std::span<const uint64_t> rows, int64_t recorded) override {
    int64_t sum = 0;
    for (uint64_t row : rows) {
      kith_text* json = nullptr;
      kith_error* error = nullptr;
      Check(kith_snapshot_record_json_as_of(snapshot_, first_id_ + row, recorded, INT64_MAX, &json, &error), error);
      const kith_str text = kith_text_str(json);
      sum += MinorOf(std::string_view(text.data, text.size));
      kith_text_free(json);
    }
    return sum;
  }
  void Patch(std::span<const uint64_t> rows) override {
    kith_batch* batch = NewBatch();
    for (uint64_t row : rows) kith_batch_add_money(batch, first_id_ + row, "amount", 1, "CNY");
    Apply(batch);
    Renew();
  }

  void Commit(uint64_t row) override {
    kith_batch* batch = NewBatch();
    Fill(batch, MakeRow(row));
    Apply(batch);
  }

  uint64_t TakeSyncs() override {
    kith_db_stats stats = {};
    stats.struct_size = sizeof(stats);
    kith_error* error = nullptr;
    Check(kith_db_get_stats(db_, &stats, &error), error);
    return stats.syncs - std::exchange(syncs_, stats.syncs);
  }

  std::vector<std::pair<std::string, uint64_t>> Disk() override {
    kith_text* text = nullptr;
    kith_error* error = nullptr;
    Check(kith_db_metrics(db_, &text, &error), error);
    // Lines such as kith_keyspace_bytes{keyspace="record"} 123.
    std::vector<std::pair<std::string, uint64_t>> parts;
    std::string metrics(kith_text_str(text).data, kith_text_str(text).size);
    kith_text_free(text);
    const std::string prefix = "kith_keyspace_bytes{keyspace=\"";
    for (size_t at = metrics.find(prefix); at != std::string::npos; at = metrics.find(prefix, at + 1)) {
      size_t begin = at + prefix.size();
      size_t end = metrics.find('"', begin);
      parts.emplace_back(metrics.substr(begin, end - begin), std::stoull(metrics.substr(metrics.find('}', end) + 1)));
    }
    kith_db_stats stats = {};
    stats.struct_size = sizeof(stats);
    Check(kith_db_get_stats(db_, &stats, &error), error);
    parts.emplace_back("file", stats.file_bytes);
    return parts;
  }

 private:
  void Begin() {
    Renew();
    kith_error* error = nullptr;
    Check(kith_snapshot_field(snapshot_, "deal", "amount", &amount_, &error), error);
    Check(kith_snapshot_field(snapshot_, "deal", "name", &name_, &error), error);
    page_ = Prepare(kPageQuery);
    group_records_ = Prepare(kGroupRecordsQuery);
    group_entries_ = Prepare(kGroupEntriesQuery);
  }
  void End() {
    for (kith_query* query : {page_, group_records_, group_entries_}) kith_query_free(query);
    kith_snapshot_free(std::exchange(snapshot_, nullptr));
    kith_db_free(db_);
  }
  kith_query* Prepare(const char* json) {
    kith_query* query = nullptr;
    kith_error* error = nullptr;
    Check(kith_query_prepare(snapshot_, kith_str_from_cstr(json), &query, &error), error);
    return query;
  }
  template <typename Take>
  void Run(const kith_query* query, const std::string& parameters, size_t page, const Take& take) {
    kith_rows* rows = nullptr;
    kith_error* error = nullptr;
    Check(kith_query_run(query, snapshot_, Str(parameters), nullptr, &rows, &error), error);
    size_t columns = kith_rows_column_count(rows);
    const kith_value* values = nullptr;
    size_t count = 0;
    do {
      Check(kith_rows_next(rows, page, &values, nullptr, &count, &error), error);
      for (size_t i = 0; i < count; ++i) take(values + i * columns);
    } while (count == page);
    kith_rows_free(rows);
  }
  int64_t SumGroups(const kith_query* query, const std::string& parameters) {
    int64_t sum = 0;
    Run(query, parameters, 1024, [&sum](const kith_value* row) {
      for (int column = 0; column < 4; ++column) sum += row[column].number;
    });
    return sum;
  }

  kith_batch* NewBatch() {
    kith_batch* batch = nullptr;
    kith_error* error = nullptr;
    Check(kith_batch_new(db_, kith_ref_ext("bench", "1"), KITH_STR("load"), &batch, &error), error);
    return batch;
  }
  static void Fill(kith_batch* batch, const Row& row) {
    kith_id deal = kith_batch_create(batch, "deal");
    kith_batch_set_text(batch, deal, "name", Str(row.name));
    kith_batch_set_text(batch, deal, "email", Str(row.email));
    kith_batch_set_text(batch, deal, "city", Str(row.city));
    kith_batch_set_text(batch, deal, "note", Str(row.note));
    kith_batch_set_int(batch, deal, "seller", row.owner);
    kith_batch_set_money(batch, deal, "amount", row.amount, "CNY");
    kith_batch_set_date(batch, deal, "close_date", row.close_date);
    kith_batch_set_int(batch, deal, "stage", row.stage);
  }
  void Apply(kith_batch* batch) {
    kith_error* error = nullptr;
    Check(kith_db_apply(db_, batch, nullptr, nullptr, &error), error);
    kith_batch_free(batch);
  }
  void Renew() {
    kith_error* error = nullptr;
    if (snapshot_ == nullptr) {
      Check(kith_db_read(db_, nullptr, &snapshot_, &error), error);
    } else {
      Check(kith_snapshot_renew(snapshot_, &error), error);
    }
  }
  // "amount":{"currency":"CNY","minor":5}
  static int64_t MinorOf(std::string_view json) {
    constexpr std::string_view kMinor = "\"minor\":";
    const size_t at = json.find(kMinor);
    Require(at != std::string_view::npos, "kith: a record without an amount");
    return std::strtoll(json.data() + at + kMinor.size(), nullptr, 10);
  }
  int64_t TwoFields(const kith_view& view) {
    kith_value amount;
    kith_value name;
    Check(kith_snapshot_value(snapshot_, &view, amount_, &amount, nullptr), nullptr);
    Check(kith_snapshot_value(snapshot_, &view, name_, &name, nullptr), nullptr);
    return amount.number + static_cast<int64_t>(name.text.size);
  }

  std::string folder_;
  kith_db* db_;
  kith_snapshot* snapshot_ = nullptr;
  kith_query* page_ = nullptr;
  kith_query* group_records_ = nullptr;
  kith_query* group_entries_ = nullptr;
  kith_field amount_ = 0;
  kith_field name_ = 0;
  kith_id first_id_ = 0;
  uint64_t syncs_ = 0;
};

class KithMoves : public LedgerStore {
 public:
  explicit KithMoves(const std::string& folder) : db_(OpenDatabase(folder)) {
    kith_batch* batch = NewBatch();
    kith_batch_define_pipeline(batch, KITH_STR(R"({"name": "bench", "for_type": "opportunity", "stages": [{"name": "s0", "kind": "open"},
      {"name": "s1", "kind": "open"}, {"name": "s2", "kind": "open"}, {"name": "s3", "kind": "open"}, {"name": "s4", "kind": "won"},
      {"name": "s5", "kind": "lost"}]})"));
    Apply(batch);
  }
  ~KithMoves() override { kith_db_free(db_); }

  void Load(uint64_t first, uint64_t deals) override {
    for (uint64_t begin = first; begin < first + deals; begin += 1000) {
      kith_batch* batch = NewBatch();
      std::vector<kith_id> made;
      for (uint64_t i = begin; i < std::min(begin + 1000, first + deals); ++i) made.push_back(Fill(batch, i));
      kith_outcome* outcome = nullptr;
      kith_error* error = nullptr;
      Check(kith_db_apply(db_, batch, nullptr, &outcome, &error), error);
      for (const kith_id local : made) {
        if (begin >= kOpenDeals) open_.push_back(kith_outcome_id(outcome, local));
      }
      kith_outcome_free(outcome);
      kith_batch_free(batch);
    }
  }
  void MoveOn(std::span<const uint64_t> deals, int stage) override {
    kith_batch* batch = NewBatch();
    const std::string path = "bench/s" + std::to_string(stage);
    for (const uint64_t deal : deals) kith_batch_move(batch, open_[deal - kOpenDeals], path.c_str());
    Apply(batch);
  }
  void Move(uint64_t deal) override {
    kith_batch* batch = NewBatch();
    kith_batch_set_effective(batch, INT64_MIN);
    kith_id record = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, record, "name", Str("Deal " + std::to_string(deal)));
    kith_batch_move(batch, record, "bench/s0");
    Apply(batch);
  }
  int64_t Funnel() override {
    kith_snapshot* snapshot = nullptr;
    kith_funnel* funnel = nullptr;
    kith_error* error = nullptr;
    Check(kith_db_read(db_, nullptr, &snapshot, &error), error);
    Check(kith_snapshot_funnel(snapshot, "bench", nullptr, &funnel, &error), error);
    kith_funnel_summary summary;
    kith_funnel_get_summary(funnel, &summary);
    int64_t sum = summary.won;
    for (size_t i = 0; i < kith_funnel_stage_count(funnel); ++i) {
      kith_funnel_stage stage;
      Check(kith_funnel_get_stage(funnel, i, &stage), nullptr);
      sum += stage.reached;
    }
    kith_funnel_free(funnel);
    kith_snapshot_free(snapshot);
    return sum;
  }
  double Forecast() override {
    kith_snapshot* snapshot = nullptr;
    kith_forecast* forecast = nullptr;
    kith_error* error = nullptr;
    Check(kith_db_read(db_, nullptr, &snapshot, &error), error);
    Check(kith_snapshot_forecast(snapshot, "bench", "next-quarter", nullptr, &forecast, &error), error);
    kith_forecast_summary summary;
    kith_forecast_get_summary(forecast, &summary);
    kith_forecast_free(forecast);
    kith_snapshot_free(snapshot);
    return summary.total.p50;
  }

 private:
  kith_batch* NewBatch() {
    kith_batch* batch = nullptr;
    kith_error* error = nullptr;
    Check(kith_batch_new(db_, kith_ref_ext("bench", "1"), KITH_STR("move"), &batch, &error), error);
    return batch;
  }
  static kith_id Fill(kith_batch* batch, uint64_t deal) {
    int64_t at = StartOf(deal);
    kith_batch_set_effective(batch, at);
    kith_id record = kith_batch_create(batch, "opportunity");
    kith_batch_set_text(batch, record, "name", Str("Deal " + std::to_string(deal)));
    kith_batch_set_money(batch, record, "amount", AmountOf(deal), "CNY");
    for (int stage : PathOf(deal)) {
      kith_batch_set_effective(batch, at);
      kith_batch_move(batch, record, ("bench/s" + std::to_string(stage)).c_str());
      at += int64_t{12} * 86'400 * 1'000'000;
    }
    return record;
  }
  void Apply(kith_batch* batch) {
    kith_error* error = nullptr;
    Check(kith_db_apply(db_, batch, nullptr, nullptr, &error), error);
    kith_batch_free(batch);
  }

  kith_db* db_;
  std::vector<kith_id> open_;  // by number, less kOpenDeals
};

class KithPeople final : public PeopleStore {
 public:
  explicit KithPeople(const std::string& folder) : db_(OpenDatabase(folder, "/people")) {}
  ~KithPeople() override {
    kith_snapshot_free(snapshot_);
    kith_db_free(db_);
  }

  void Load(uint64_t first, uint64_t count) override {
    kith_batch* batch = nullptr;
    kith_outcome* outcome = nullptr;
    kith_error* error = nullptr;
    Check(kith_batch_new(db_, kith_ref_ext("bench", "1"), KITH_STR("load"), &batch, &error), error);
    std::vector<kith_id> accounts;
    std::vector<kith_id> contacts;
    for (uint64_t i = first; i < first + count; ++i) {
      if (i % kContactsPerAccount == 0) {
        accounts.push_back(kith_batch_create(batch, "account"));
        kith_batch_set_text(batch, accounts.back(), "name", Str("Firm " + std::to_string(i / kContactsPerAccount)));
      }
      contacts.push_back(Fill(batch, i, accounts.back()));
    }
    Check(kith_db_apply(db_, batch, nullptr, &outcome, &error), error);
    for (const kith_id local : accounts) accounts_.push_back(kith_outcome_id(outcome, local));
    for (const kith_id local : contacts) contacts_.push_back(kith_outcome_id(outcome, local));
    kith_outcome_free(outcome);
    kith_batch_free(batch);
    kith_snapshot_free(std::exchange(snapshot_, nullptr));
    Check(kith_db_read(db_, nullptr, &snapshot_, &error), error);
  }

  int64_t Search(const std::string& text, uint64_t contact) override {
    kith_search_options options = KITH_SEARCH_OPTIONS_INIT;
    options.types = KITH_STR("contact");
    kith_text* json = nullptr;
    kith_error* error = nullptr;
    Check(kith_snapshot_search(snapshot_, Str(text), &options, &json, &error), error);
    const std::string_view hits(kith_text_str(json).data, kith_text_str(json).size);
    const int64_t found = int64_t{hits.find("\"id\":" + std::to_string(contacts_[contact])) != std::string_view::npos};
    kith_text_free(json);
    return found;
  }

  int64_t Timeline(uint64_t account) override {
    kith_text* json = nullptr;
    kith_error* error = nullptr;
    Check(kith_snapshot_timeline(snapshot_, accounts_[account], {nullptr, 0}, &json, &error), error);
    const std::string_view entries(kith_text_str(json).data, kith_text_str(json).size);
    constexpr std::string_view kSubject = "\"call ";
    int64_t sum = 0;
    for (size_t at = entries.find(kSubject); at != std::string_view::npos; at = entries.find(kSubject, at + 1)) {
      sum += std::strtoll(entries.data() + at + kSubject.size(), nullptr, 10);
    }
    kith_text_free(json);
    return sum;
  }

 private:
  static kith_id Fill(kith_batch* batch, uint64_t i, kith_id account) {
    const Contact made = MakeContact(i);
    const kith_id contact = kith_batch_create(batch, "contact");
    kith_batch_set_text(batch, contact, "name", Str(made.name));
    kith_batch_set_text(batch, contact, "email", Str(made.email));
    kith_batch_set_text(batch, contact, "mobile", Str(made.phone));
    kith_batch_set_ref(batch, contact, "account", account);
    for (uint64_t number = 0; number < kCallsPerContact; ++number) {
      const kith_id call = kith_batch_create(batch, "interaction");
      kith_batch_set_choice(batch, call, "kind", "call");
      kith_batch_set_choice(batch, call, "direction", "in");
      kith_batch_set_time(batch, call, "at", TimeOfCall(i, number));
      kith_batch_set_ref(batch, call, "contact", contact);
      kith_batch_set_text(batch, call, "subject", Str("call " + std::to_string(i * kCallsPerContact + number)));
    }
    return contact;
  }

  kith_db* db_;
  kith_snapshot* snapshot_ = nullptr;
  std::vector<kith_id> accounts_;
  std::vector<kith_id> contacts_;
};

}  // namespace

std::unique_ptr<Store> NewKith(const std::string& folder) { return std::make_unique<KithStore>(folder); }
std::unique_ptr<LedgerStore> NewKithMoves(const std::string& folder) { return std::make_unique<KithMoves>(folder); }
std::unique_ptr<PeopleStore> NewKithPeople(const std::string& folder) { return std::make_unique<KithPeople>(folder); }

}  // namespace kith::peers
