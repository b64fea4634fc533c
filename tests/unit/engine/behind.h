// A company's database whose file is changed behind the engine's back, through storage: every seal is right, only what derives from what
// can tell.
#ifndef KITH_TESTS_UNIT_ENGINE_BEHIND_H_
#define KITH_TESTS_UNIT_ENGINE_BEHIND_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/format.h"
#include "kith/base/key.h"
#include "support/company.h"

namespace kith::testing {

class BehindJob : public storage::Job {
 public:
  explicit BehindJob(std::function<void(storage::WriteSet&)> change) : change_(std::move(change)) {}
  StatusOr<Verdict> Run(storage::WriteSet& set) override {
    change_(set);
    return Verdict::kKeep;
  }

 private:
  std::function<void(storage::WriteSet&)> change_;
};

class BehindTest : public ::testing::Test {
 protected:
  BehindTest() {
    boss_ = db_.AddCompany("Boss", [](Batch& batch, Id id) { batch.Set(id, "code", "B"); });
    id_ = db_.AddCompany("Acme", [&](Batch& batch, Id id) {
      batch.Set(id, "code", "A");
      batch.Set(id, "size", 5);
      batch.Set(id, "parent", boss_);
      batch.Link(id, {"erp", "K-1"});
    });
    db_.Set(id_, "size", 6);
    db_.Set(id_, "owner", boss_);
    const Id gone = db_.AddCompany("Gone");
    db_.Delete(gone);
    EXPECT_THAT(db_.Problems(), ::testing::IsEmpty());
    const auto snapshot = db_.Read();
    type_ = *snapshot->catalog().FindType("company");
    last_ = snapshot->sequence();
    version_ = snapshot->Get(id_)->header().version;
  }

  // What Verify says after `change` was made to the file.
  std::vector<std::string> After(const std::function<void(storage::WriteSet&)>& change) {
    db_.Close();
    {
      storage::OpenOptions options;
      options.application_format = format::kVersion;
      options.durability = storage::Durability::kRelaxed;
      StatusOr<std::shared_ptr<storage::Environment>> environment = storage::Environment::Open(db_.path(), format::Keyspaces(), options);
      EXPECT_TRUE(environment.ok()) << environment.status();
      BehindJob job(change);
      storage::Job* jobs[] = {&job};
      EXPECT_TRUE((*environment)->Run(jobs, {})[0].ok());
    }
    db_.Open();
    return db_.Problems();
  }
  // A value as a string of its own.
  static std::string Take(storage::WriteSet& set, storage::Keyspace keyspace, std::string_view key) {
    const StatusOr<storage::View> value = set.Get(keyspace, key);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? std::string(*value) : std::string();
  }
  [[nodiscard]] record::View Stored(storage::WriteSet& set, Id id) const {
    const uint64_t number = id.value();
    return {*set.Get(format::kRecord, storage::IntegerKey(number)), &type_.layout};
  }
  // The record rewritten with other values, past all that follows from them.
  void Rewrite(storage::WriteSet& set, const std::function<void(record::Header&, std::vector<Value>&)>& change) const {
    const record::View view = Stored(set, id_);
    record::Header header = view.header();
    std::vector<Value> values;
    for (size_t i = 0; i < type_.fields.size(); ++i) values.push_back(view.Get(i));
    change(header, values);
    record::Builder builder;
    const std::string bytes(*builder.Build(header, type_.layout, values));
    const uint64_t number = id_.value();
    set.Put(format::kRecord, storage::IntegerKey(number), bytes);
  }
  [[nodiscard]] size_t At(std::string_view field) const { return type_.FindField(field)->position; }
  [[nodiscard]] format::IndexEntry EntryOf(storage::WriteSet& set, std::string_view index) const {
    const record::View view = Stored(set, id_);
    format::IndexEntry entry;
    format::MakeIndexEntry(
        *type_.FindIndex(index), id_, [&](int32_t position) { return format::ValueOf(view, position); }, entry);
    return entry;
  }
  [[nodiscard]] std::string Name(Id id) const { return "company " + std::to_string(id.value()); }

  CompanyDatabase db_;
  Id boss_, id_;
  catalog::TypeDef type_;
  uint64_t last_ = 0;
  uint64_t version_ = 0;
};

}  // namespace kith::testing

#endif  // KITH_TESTS_UNIT_ENGINE_BEHIND_H_
