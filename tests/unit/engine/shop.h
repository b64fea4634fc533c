// A package with every constraint a field can have, and what tests of writing need: an error's parts, and the whole file as text.
#ifndef KITH_TESTS_UNIT_ENGINE_SHOP_H_
#define KITH_TESTS_UNIT_ENGINE_SHOP_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/format.h"
#include "kith/engine/database.h"
#include "support/company.h"
#include "support/paths.h"

namespace kith::testing {

inline constexpr std::string_view kShopPackage = R"({
  "package": "test.shop", "version": "1.0.0",
  "types": [
    {"name": "item",
     "fields": [
       {"name": "name", "kind": "text", "required": true, "max_length": 8},
       {"name": "code", "kind": "text", "pattern": "[A-Z]-[0-9]+"},
       {"name": "state", "kind": "choice", "default": "new", "choices": [{"name": "new"}, {"name": "old"}, {"name": "gone", "retired": true}]},
       {"name": "colours", "kind": "choice_set", "choices": [{"name": "red"}, {"name": "blue"}]},
       {"name": "quantity", "kind": "int", "min": 0, "max": 1000},
       {"name": "price", "kind": "money"},
       {"name": "rate", "kind": "decimal", "scale": 2, "min": "0.00"},
       {"name": "weight", "kind": "double"},
       {"name": "fresh", "kind": "bool"},
       {"name": "made", "kind": "date", "min": "2000-01-01"},
       {"name": "seen", "kind": "time"},
       {"name": "tags", "kind": "text_list"},
       {"name": "blob", "kind": "bytes"},
       {"name": "total", "kind": "int", "derived": true},
       {"name": "shelf", "kind": "ref", "to": ["shelf"], "on_delete": "restrict"},
       {"name": "box", "kind": "ref", "to": ["box"], "on_delete": "cascade"},
       {"name": "maker", "kind": "ref", "to": ["maker"], "on_delete": "detach"},
       {"name": "about", "kind": "ref"},
       {"name": "lost", "kind": "text", "retired": true}
     ],
     "indexes": [
       {"name": "by_code", "fields": ["code"], "unique": true},
       {"name": "by_place", "fields": ["shelf", "name"], "unique": true},
       {"name": "by_quantity", "fields": ["-quantity", "name"], "cover": ["price"]},
       {"name": "by_updated", "fields": ["-updated"]}
     ]},
    {"name": "shelf", "fields": [{"name": "label", "kind": "text"}, {"name": "owner_of", "kind": "ref", "to": ["maker"], "required": true}]},
    {"name": "box", "fields": [{"name": "label", "kind": "text"}, {"name": "inside", "kind": "ref", "to": ["box"], "on_delete": "cascade"}]},
    {"name": "maker", "fields": [{"name": "label", "kind": "text"}, {"name": "long", "kind": "text"}],
     "indexes": [{"name": "by_long", "fields": ["long"], "unique": true}]},
    {"name": "counter", "fields": [{"name": "n", "kind": "int"}, {"name": "m", "kind": "money"}, {"name": "d", "kind": "decimal", "scale": 3},
                                   {"name": "x", "kind": "double"}]},
    {"name": "former", "retired": true, "fields": [{"name": "label", "kind": "text"}]}
  ]
})";

// A database on the package above with a clock of its own.
class Shop {
 public:
  explicit Shop(Extensions extensions = {}) : extensions_(std::move(extensions)), path_(MakeTempDir() + "/db") { Open(); }

  void Open() {
    StatusOr<std::shared_ptr<Database>> opened = Database::Open(path_, Options());
    if (!opened.ok()) {
      ADD_FAILURE() << opened.status();
      std::abort();
    }
    db_ = *std::move(opened);
    Ensure(kShopPackage);
  }
  void Close() { db_.reset(); }
  [[nodiscard]] OpenOptions Options() const {
    OpenOptions options;
    options.create = true;
    options.clock = clock.function();
    options.extensions = extensions_;
    options.durability = storage::Durability::kRelaxed;
    return options;
  }
  EnsureReport Ensure(std::string_view package) {
    const catalog::PackageSource source{.definition = std::string(package), .numbers = {}};
    StatusOr<EnsureReport> report = db_->Ensure({&source, 1});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : EnsureReport();
  }

  Database& operator*() { return *db_; }
  Database* operator->() { return db_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Batch NewBatch(std::string_view reason = "test") { return *db_->NewBatch({}, reason); }
  [[nodiscard]] std::unique_ptr<Snapshot> Read() { return *db_->Read(); }

  // Applies a batch that must succeed; a second passes before.
  Outcome Apply(const Batch& batch, const ApplyOptions& options = {}) {
    clock.Advance(kMicrosPerSecond);
    StatusOr<Outcome> outcome = db_->Apply(batch, options);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? *std::move(outcome) : Outcome();
  }
  // One new record with the fields that `fill(batch, id)` sets.
  template <typename Fill>
  Id Add(std::string_view type, const Fill& fill) {
    Batch batch = NewBatch();
    const Id local = batch.Create(type);
    fill(batch, local);
    const Outcome outcome = Apply(batch);
    return outcome.ids.empty() ? Id() : outcome.ids[0];
  }
  Id AddItem(std::string_view name) {
    return Add("item", [&](Batch& batch, Id id) { batch.Set(id, "name", name); });
  }
  [[nodiscard]] Value Get(Id id, std::string_view field) {
    const auto snapshot = Read();
    const StatusOr<record::View> record = snapshot->Get(id);
    EXPECT_TRUE(record.ok()) << record.status();
    return record.ok() ? FieldOf(*snapshot, *record, field) : Value();
  }
  [[nodiscard]] bool Exists(Id id) { return Read()->Get(id).ok(); }
  [[nodiscard]] uint64_t Sequence() { return Read()->sequence(); }
  [[nodiscard]] std::vector<std::string> Problems() {
    const StatusOr<VerifyReport> report = db_->Verify();
    return report.ok() ? report->problems : std::vector<std::string>{report.status().ToString()};
  }

  // Everything in the file: (keyspace, key) -> value.
  using Dump = std::map<std::pair<uint32_t, std::string>, std::string>;
  [[nodiscard]] Dump DumpFile() {
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    options.durability = storage::Durability::kRelaxed;
    options.create = true;
    StatusOr<std::shared_ptr<storage::Environment>> environment = storage::Environment::Open(path_, format::Keyspaces(), options);
    EXPECT_TRUE(environment.ok()) << environment.status();
    Dump dump;
    if (!environment.ok()) return dump;
    const std::unique_ptr<storage::Snapshot> snapshot = *(*environment)->Read();
    for (uint32_t keyspace = 0; keyspace < format::Keyspaces().size(); ++keyspace) {
      const auto cursor = snapshot->NewCursor(keyspace);
      for (bool more = cursor->First(); more; more = cursor->Next()) dump[{keyspace, std::string(cursor->key())}] = cursor->value();
      EXPECT_TRUE(cursor->status().ok()) << cursor->status();
    }
    return dump;
  }
  // Applies a batch that must be refused and leave the file as it was; the error.
  Status Refuse(const Batch& batch, const ApplyOptions& options = {}) {
    const Dump before = DumpFile();
    const StatusOr<Outcome> outcome = db_->Apply(batch, options);
    EXPECT_FALSE(outcome.ok()) << "not refused";
    EXPECT_TRUE(DumpFile() == before) << "a refused batch left something behind";
    return outcome.status();
  }

  ManualClock clock;

 private:
  Extensions extensions_;
  std::string path_;
  std::shared_ptr<Database> db_;
};

// An error's parts against what they should be; empty strings and null ids of `expected` are compared too.
// Local references of whatever batch.
inline void ExpectError(const Status& status, const ErrorInfo& expected) {
  const ErrorInfo info = GetErrorInfo(status);
  const auto unmarked = [](Id id) { return id.is_local() ? Id::Local(id.local_index()) : id; };
  EXPECT_EQ(NameOf(info.reason), NameOf(expected.reason)) << status;
  EXPECT_EQ(info.type, expected.type) << status;
  EXPECT_EQ(unmarked(info.record), unmarked(expected.record)) << status;
  EXPECT_EQ(info.field, expected.field) << status;
  EXPECT_EQ(info.value, expected.value) << status;
  EXPECT_EQ(info.change, expected.change) << status;
  EXPECT_EQ(status.code(), CodeOf(expected.reason)) << status;
}

}  // namespace kith::testing

#endif  // KITH_TESTS_UNIT_ENGINE_SHOP_H_
