// A small package with every kind of field, every kind of index and every rule for deletes, and a database on it with a clock of its own.
#ifndef KITH_TESTS_SUPPORT_COMPANY_H_
#define KITH_TESTS_SUPPORT_COMPANY_H_

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kith/engine/database.h"
#include "support/paths.h"

namespace kith::testing {

inline constexpr std::string_view kCompanyPackage = R"({
  "package": "test.company", "version": "1.0.0",
  "types": [
    {"name": "company",
     "fields": [
       {"name": "name", "kind": "text", "required": true},
       {"name": "code", "kind": "text"},
       {"name": "size", "kind": "int"},
       {"name": "rating", "kind": "decimal", "scale": 2},
       {"name": "score", "kind": "double"},
       {"name": "revenue", "kind": "money"},
       {"name": "active", "kind": "bool"},
       {"name": "sector", "kind": "choice", "choices": [{"name": "law"}, {"name": "trade"}, {"name": "flowers"}]},
       {"name": "regions", "kind": "choice_set", "choices": [{"name": "north"}, {"name": "south"}, {"name": "east"}]},
       {"name": "tags", "kind": "text_list"},
       {"name": "founded", "kind": "date"},
       {"name": "seen", "kind": "time"},
       {"name": "about_us", "kind": "text"},
       {"name": "seal", "kind": "bytes"},
       {"name": "parent", "kind": "ref", "to": ["company"], "on_delete": "detach"}
     ],
     "indexes": [
       {"name": "by_code", "fields": ["code"], "unique": true},
       {"name": "by_name", "fields": ["name"], "cover": ["code", "size", "revenue", "owner"]},
       {"name": "by_size", "fields": ["-size", "name"], "cover": ["name", "tags"]},
       {"name": "by_rating", "fields": ["sector", "rating"]},
       {"name": "by_revenue", "fields": ["revenue", "-founded"]},
       {"name": "by_text", "fields": ["about_us", "size"], "cover": ["name"]},
       {"name": "by_updated", "fields": ["-updated"], "cover": ["version"]},
       {"name": "by_owner", "fields": ["owner", "active"]}
     ]},
    {"name": "person",
     "fields": [
       {"name": "name", "kind": "text", "required": true},
       {"name": "email", "kind": "text"},
       {"name": "company", "kind": "ref", "to": ["company"], "on_delete": "restrict"},
       {"name": "boss", "kind": "ref", "to": ["person"], "on_delete": "detach"}
     ],
     "indexes": [{"name": "by_email", "fields": ["company", "email"], "unique": true}]},
    {"name": "note",
     "fields": [
       {"name": "text", "kind": "text"},
       {"name": "person", "kind": "ref", "to": ["person"], "on_delete": "cascade"},
       {"name": "company", "kind": "ref", "to": ["company"], "on_delete": "cascade"},
       {"name": "answers", "kind": "ref", "to": ["note"], "on_delete": "cascade"}
     ]}
  ]
})";

// Time as a test sets it; any thread.
class ManualClock {
 public:
  explicit ManualClock(Time start = Time{1'700'000'000 * kMicrosPerSecond})
      : micros_(std::make_shared<std::atomic<int64_t>>(start.micros)) {}
  [[nodiscard]] Time now() const { return Time{micros_->load()}; }
  void Advance(int64_t micros) { *micros_ += micros; }
  void Set(Time time) { *micros_ = time.micros; }
  [[nodiscard]] std::function<Time()> function() const {
    return [micros = micros_] { return Time{micros->load()}; };
  }

 private:
  std::shared_ptr<std::atomic<int64_t>> micros_;
};

// A database on the package above in a folder of its own.
class CompanyDatabase {
 public:
  explicit CompanyDatabase(Extensions extensions = {}) : extensions_(std::move(extensions)), path_(MakeTempDir() + "/db") { Open(); }
  // An existing or new one at `path`.
  explicit CompanyDatabase(std::string path) : path_(std::move(path)) { Open(); }

  void Open() {
    OpenOptions options;
    options.create = true;
    options.clock = clock.function();
    options.extensions = extensions_;
    options.durability = storage::Durability::kRelaxed;
    StatusOr<std::shared_ptr<Database>> opened = Database::Open(path_, options);
    if (!opened.ok()) {
      ADD_FAILURE() << opened.status();
      std::abort();
    }
    db_ = *std::move(opened);
    const catalog::PackageSource source{.definition = std::string(kCompanyPackage), .numbers = {}};
    const StatusOr<EnsureReport> ensured = db_->Ensure({&source, 1});
    EXPECT_TRUE(ensured.ok()) << ensured.status();
  }
  void Close() { db_.reset(); }
  void Reopen() {
    Close();
    Open();
  }

  [[nodiscard]] Database& db() { return *db_; }
  Database* operator->() { return db_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] Batch NewBatch(Actor actor = {}) { return *db_->NewBatch(std::move(actor), "test"); }
  // Applies a batch that must succeed; one microsecond passes.
  Outcome Apply(const Batch& batch) {
    clock.Advance(1);
    StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *std::move(outcome) : Outcome{};
  }
  [[nodiscard]] std::unique_ptr<Snapshot> Read(Viewer viewer = {}) { return *db_->Read(std::move(viewer)); }
  // A company with a name, and what `fill` adds.
  template <typename Fill>
  Id AddCompany(std::string_view name, const Fill& fill) {
    Batch batch = NewBatch();
    const Id local = batch.Create("company");
    batch.Set(local, "name", name);
    fill(batch, local);
    const Outcome outcome = Apply(batch);
    return outcome.ids.empty() ? Id() : outcome.ids[0];
  }
  Id AddCompany(std::string_view name) {
    return AddCompany(name, [](Batch&, Id) {});
  }
  void Set(Id id, std::string_view field, Value value) {
    Batch batch = NewBatch();
    batch.Set(id, field, std::move(value));
    Apply(batch);
  }
  void SetAt(Id id, std::string_view field, Value value, Time effective) {
    Batch batch = NewBatch();
    batch.SetAt(id, field, std::move(value), effective);
    Apply(batch);
  }
  void Delete(Id id) {
    Batch batch = NewBatch();
    batch.Delete(id);
    Apply(batch);
  }
  [[nodiscard]] std::vector<std::string> Problems() {
    const StatusOr<VerifyReport> report = db_->Verify();
    if (!report.ok()) return {report.status().ToString()};
    return report->problems;
  }

  ManualClock clock;

 private:
  Extensions extensions_;
  std::string path_;
  std::shared_ptr<Database> db_;
};

inline Money Yuan(int64_t minor) { return {minor, *Currency::FromCode("CNY")}; }

// The value of a field by name.
inline Value FieldOf(const Snapshot& snapshot, record::View record, std::string_view field) {
  const catalog::TypeDef* type = snapshot.catalog().FindType(record.id().type());
  StatusOr<Value> value = GetField(*type, record, field);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *std::move(value) : Value();
}

}  // namespace kith::testing

#endif  // KITH_TESTS_SUPPORT_COMPANY_H_
