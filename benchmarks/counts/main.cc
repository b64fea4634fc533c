// kith_counts [--small]: ten hot operations through the C ABI, each the same number of times. Under valgrind --tool=callgrind
// --instr-atstart=no it counts the instructions of each in all threads, and dumps them under the operation's name; alone it shows that they
// work. .ci/counts.py runs it and compares with baseline.json.
#include <kith.h>
#include <valgrind/callgrind.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr int64_t kDay = int64_t{86'400} * 1'000'000;
constexpr int64_t kNow = int64_t{20'000} * kDay;
constexpr int kDeals = 2'000;
constexpr int kAccounts = 200;

void Check(kith_code code, const kith_error* error) {
  if (code == KITH_OK) return;
  const kith_str message = kith_error_message(error);
  std::fprintf(stderr, "kith_counts: %.*s\n", static_cast<int>(message.size), message.data);
  std::exit(1);  // NOLINT(concurrency-mt-unsafe)
}
kith_str Str(const std::string& text) { return {text.data(), text.size()}; }

class Host {
 public:
  explicit Host(const std::string& path) {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.create = 1;
    options.seed = 7;
    options.map_size = uint64_t{1} << 30;  // valgrind gives no more than 32 GiB
    options.clock = [](uintptr_t) { return kNow; };
    Check(kith_db_open(Str(path), &options, &db_, &error_), error_);
    for (int i = 0; i < kDeals; i += 500) Fill(i, 500);
    Check(kith_db_read(db_, nullptr, &now_, &error_), error_);
    Check(kith_snapshot_field(now_, "opportunity", "amount", &amount_, &error_), error_);
    Check(kith_snapshot_field(now_, "opportunity", "name", &name_, &error_), error_);
    kith_cursor* cursor = nullptr;
    Check(kith_snapshot_scan(now_, "opportunity", 0, &cursor, &error_), error_);
    while (kith_cursor_next(cursor, nullptr) == KITH_OK) deals_.push_back(kith_cursor_id(cursor));
    kith_cursor_free(cursor);
    Check(kith_query_prepare(now_, kith_str_from_cstr(kQuery), &query_, &error_), error_);
  }
  ~Host() {
    kith_query_free(query_);
    kith_snapshot_free(now_);
    kith_db_free(db_);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void Get(int i) {
    kith_view view;
    kith_value value;
    Check(kith_snapshot_get(now_, deals_[static_cast<size_t>(i * 7919) % deals_.size()], &view, nullptr), nullptr);
    Check(kith_snapshot_value(now_, &view, amount_, &value, nullptr), nullptr);
  }
  void Find(int i) {
    kith_id id = 0;
    const std::string key = std::to_string(i * 7919 % kDeals);
    Check(kith_snapshot_find(now_, "opportunity", kith_ref_ext("app.deals", key.c_str()), &id, nullptr), nullptr);
  }
  void Scan(int /*i*/) {
    kith_cursor* cursor = nullptr;
    kith_view views[256];
    size_t count = 0;
    Check(kith_snapshot_scan(now_, "opportunity", 0, &cursor, &error_), error_);
    do {
      Check(kith_cursor_fill(cursor, views, 256, &count, &error_), error_);
      for (size_t i = 0; i < count; ++i) {
        kith_value value;
        Check(kith_snapshot_value(now_, &views[i], name_, &value, &error_), error_);
      }
    } while (count != 0);
    kith_cursor_free(cursor);
  }
  void Page(int /*i*/) {
    kith_cursor* cursor = nullptr;
    kith_value values[50 * 3];
    size_t count = 0;
    Check(kith_snapshot_scan_index(now_, "opportunity", "by_owner", nullptr, &cursor, &error_), error_);
    Check(kith_cursor_page(cursor, nullptr, values, 50, &count, &error_), error_);
    kith_cursor_free(cursor);
  }
  void Query(int i) {
    kith_rows* rows = nullptr;
    const kith_value* values = nullptr;
    size_t count = 0;
    const std::string parameters = R"({"least": {"minor": )" + std::to_string(100'000 + i * 1'000) + R"(, "currency": "CNY"}})";
    Check(kith_query_run(query_, now_, Str(parameters), nullptr, &rows, &error_), error_);
    Check(kith_rows_next(rows, 100, &values, nullptr, &count, &error_), error_);
    kith_rows_free(rows);
  }
  void Search(int i) {
    kith_text* found = nullptr;
    const std::string words = "lantern " + std::to_string(i);
    Check(kith_snapshot_search(now_, Str(words), nullptr, &found, &error_), error_);
    kith_text_free(found);
  }
  void Funnel(int /*i*/) {
    kith_funnel* funnel = nullptr;
    Check(kith_snapshot_funnel(now_, "default", nullptr, &funnel, &error_), error_);
    kith_funnel_free(funnel);
  }
  void Patch(int i) {
    kith_batch* batch = NewBatch();
    kith_batch_set_text(batch, deals_[static_cast<size_t>(i * 7919) % deals_.size()], "next_step", Str("Call " + std::to_string(i)));
    Apply(batch);
  }
  void Create(int i) {
    kith_batch* batch = NewBatch();
    for (int j = 0; j < 100; ++j) FillDeal(batch, 1'000'000 + i * 100 + j, /*moves=*/false);
    Apply(batch);
  }
  void Move(int i) {
    kith_batch* batch = NewBatch();
    kith_batch_set_effective(batch, kNow);
    kith_batch_move(batch, deals_[static_cast<size_t>(i * 3)], "default/proposal");
    Apply(batch);
  }

 private:
  static constexpr const char* kQuery = R"({"from": "opportunity", "where": "amount >= $least", "select": ["name", "amount"],
    "order": ["-amount"], "limit": 100, "parameters": {"least": "money"}})";

  kith_batch* NewBatch() {
    kith_batch* batch = nullptr;
    Check(kith_batch_new(db_, kith_ref_ext("app.users", "17"), KITH_STR("counts"), &batch, &error_), error_);
    return batch;
  }
  void Apply(kith_batch* batch) {
    Check(kith_db_apply(db_, batch, nullptr, nullptr, &error_), error_);
    kith_batch_free(batch);
  }
  void Fill(int first, int count) {
    kith_batch* batch = NewBatch();
    for (int i = first; i < first + count; ++i) FillDeal(batch, i, /*moves=*/true);
    Apply(batch);
  }
  // A deal of one of the accounts. Two of three with moves are closed.
  static void FillDeal(kith_batch* batch, int i, bool moves) {
    const std::string number = std::to_string(i);
    kith_batch_set_effective(batch, kNow - (400 - i % 300) * kDay);
    const std::string client = std::to_string(i % kAccounts);
    const kith_id account = kith_batch_upsert(batch, "account", kith_ref_ext("app.clients", client.c_str()));
    kith_batch_set_text(batch, account, "name", Str("Lantern works " + client));
    const kith_id deal = kith_batch_create_ext(batch, "opportunity", kith_ref_ext("app.deals", number.c_str()));
    kith_batch_set_text(batch, deal, "name", Str("Licences for year " + number));
    kith_batch_set_ref(batch, deal, "account", account);
    kith_batch_set_money(batch, deal, "amount", 100'000 + i % 977 * 100, "CNY");
    if (!moves) return;
    kith_batch_move(batch, deal, "default/qualified");
    if (i % 3 == 0) return;
    kith_batch_set_effective(batch, kNow - (60 - i % 50) * kDay);
    kith_batch_move(batch, deal, i % 3 == 1 ? "default/won" : "default/lost");
  }

  kith_db* db_ = nullptr;
  kith_snapshot* now_ = nullptr;
  kith_query* query_ = nullptr;
  kith_error* error_ = nullptr;
  kith_field amount_ = 0;
  kith_field name_ = 0;
  std::vector<kith_id> deals_;
};

struct Operation {
  const char* name;  // with how often it is counted: an average of all
  int times;
  void (Host::*run)(int i);
};
constexpr Operation kOperations[] = {
    {"get a record and a field", 200, &Host::Get},
    {"find by external reference", 200, &Host::Find},
    {"scan 2000 records", 5, &Host::Scan},
    {"page of 50 from an index", 50, &Host::Page},
    {"query, top 100 of 2000", 5, &Host::Query},
    {"search", 20, &Host::Search},
    {"funnel", 5, &Host::Funnel},
    {"patch one field", 20, &Host::Patch},
    {"create 100 deals", 3, &Host::Create},
    {"move a deal", 20, &Host::Move},
};

void Run(Host& host, const Operation& operation) {
  // What happens once only is not counted: caches, threads, the first look at a page.
  for (int i = 0; i < 3; ++i) (host.*operation.run)(operation.times + i);
  CALLGRIND_START_INSTRUMENTATION;
  for (int i = 0; i < operation.times; ++i) (host.*operation.run)(i);
  CALLGRIND_STOP_INSTRUMENTATION;
  const std::string name = std::string(operation.name) + "|" + std::to_string(operation.times);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

}  // namespace

int main() {
  std::string folder = (std::filesystem::current_path() / "kith_counts.XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  {
    Host host(folder + "/deals.kith");
    for (const Operation& operation : kOperations) Run(host, operation);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
