// Rules and derivations within a batch, and the versions of derivations in the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "kith/base/limits.h"
#include "kith/engine/extension.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;

class FunctionRule final : public Rule {
 public:
  explicit FunctionRule(std::function<Status(RuleContext&)> run, std::string_view name = "test") : run_(std::move(run)), name_(name) {}
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] Status Run(RuleContext& context) const override { return run_(context); }

 private:
  std::function<Status(RuleContext&)> run_;
  std::string name_;
};

const catalog::FieldDef& Field(const catalog::Catalog& catalog, std::string_view type, std::string_view field) {
  return *catalog.FindType(type)->FindField(field);
}

// item.total, a derived field, is quantity × 10.
Status SetTotals(RuleContext& context) {
  const catalog::TypeDef* item = context.catalog().FindType("item");
  if (item == nullptr) return absl::OkStatus();
  const size_t quantity = item->FindField("quantity")->position;
  for (const Draft* draft : context.changed()) {
    if (draft->type().number != item->number || draft->deleted()) continue;
    const Value& value = draft->Get(quantity);
    const Value total = value.is_null() ? Value() : Value(value.get<int64_t>() * 10);
    KITH_RETURN_IF_ERROR(context.Set(draft->id(), *item->FindField("total"), total, draft->effective()));
  }
  return absl::OkStatus();
}

Extensions WithRule(const Rule& rule) {
  Extensions extensions;
  extensions.rules = {&rule};
  return extensions;
}

TEST(RulesTest, SetDerivedFieldsInTheSameBatch) {
  const FunctionRule rule(SetTotals);
  Shop shop(WithRule(rule));
  Batch batch = shop.NewBatch();
  const Id local = batch.Create("item");
  batch.Set(local, "name", "pen");
  batch.Set(local, "quantity", 3);
  const Outcome outcome = shop.Apply(batch);
  const Id id = outcome.ids[0];
  EXPECT_THAT(outcome.effects, ElementsAre("sets item.total"));
  EXPECT_EQ(outcome.first_sequence, outcome.last_sequence) << "one entry a record and batch";
  EXPECT_EQ(shop.Get(id, "total"), Value(30));
  EXPECT_EQ(shop.Read()->History(id)->size(), 1U);
  Batch same = shop.NewBatch();
  same.Set(id, "weight", 1);
  EXPECT_THAT(shop.Apply(same).effects, IsEmpty());
  Batch change = shop.NewBatch();
  change.Set(id, "quantity", 4);
  EXPECT_THAT(shop.Apply(change).effects, ElementsAre("sets item.total"));
  EXPECT_EQ(shop.Get(id, "total"), Value(40));
  // Many records, one line.
  Batch many = shop.NewBatch();
  for (int i = 1; i < 50; ++i) {
    const Id item = many.Create("item");
    many.Set(item, "name", "x");
    many.Set(item, "quantity", i);
  }
  EXPECT_THAT(shop.Apply(many).effects, ElementsAre("sets item.total"));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(RulesTest, SeeDraftsAsTheBatchLeavesThem) {
  std::vector<std::string> seen;
  const FunctionRule rule([&](RuleContext& context) -> Status {
    for (const Draft* draft : context.changed()) {
      if (draft->type().name != "item") continue;
      const size_t name = draft->type().FindField("name")->position;
      std::string line = draft->Get(name).get<std::string>();
      line += draft->created() ? " created" : draft->deleted() ? " deleted" : " changed";
      if (!draft->before().is_null()) line += " from " + std::string(draft->before().GetText(name));
      if (draft->Changed(static_cast<int32_t>(name))) line += " name";
      if (draft->Changed(catalog::kHeaderOwner)) line += " owner";
      EXPECT_FALSE(draft->id().is_local());
      seen.push_back(line);
    }
    return absl::OkStatus();
  });
  Shop shop(WithRule(rule));
  const Id pen = shop.AddItem("pen");
  const Id ink = shop.AddItem("ink");
  const Id gone = shop.AddItem("gone");
  seen.clear();
  Batch batch = shop.NewBatch();
  batch.Set(pen, "name", "quill");
  batch.Set(ink, "owner", pen);
  batch.Set(gone, "name", "gone");  // no change
  batch.Set(batch.Create("item"), "name", "new");
  shop.Apply(batch);
  EXPECT_THAT(seen, ElementsAre("quill changed from pen name", "ink changed from ink owner", "new created name"));
  seen.clear();
  Batch remove = shop.NewBatch();
  remove.Delete(gone);
  shop.Apply(remove);
  EXPECT_THAT(seen, ElementsAre("gone deleted from gone"));
}

TEST(RulesTest, FindTouchAndScan) {
  const FunctionRule rule([&](RuleContext& context) -> Status {
    const catalog::TypeDef* item = context.catalog().FindType("item");
    const catalog::TypeDef* box = context.catalog().FindType("box");
    if (item == nullptr) return absl::OkStatus();
    // The number of items of each touched box, stored and in the batch, goes into its label.
    for (const Draft* draft : context.touched(box->number)) {
      if (draft->deleted()) continue;
      int count = 0;
      IndexRange range;
      range.equal.emplace_back(draft->id());
      KITH_ASSIGN_OR_RETURN(const auto cursor, context.ScanIndex(*item, *item->FindIndex("by_box"), range));
      while (cursor->Next()) {
        KITH_ASSIGN_OR_RETURN(const Draft* const stored, context.Find(cursor->id()));
        if (stored != nullptr) ++count;
      }
      for (const Draft* other : context.touched(item->number)) count += other->created() ? 1 : 0;
      KITH_RETURN_IF_ERROR(context.Set(draft->id(), *box->FindField("label"), std::to_string(count)));
    }
    return absl::OkStatus();
  });
  Shop shop(WithRule(rule));
  Batch batch = shop.NewBatch();
  const Id box = batch.Create("box");
  const Id first = batch.Create("item");
  batch.Set(first, "name", "a");
  batch.Set(first, "box", box);
  const Outcome outcome = shop.Apply(batch);
  EXPECT_EQ(shop.Get(outcome.ids[0], "label"), Value("1"));
  Batch more = shop.NewBatch();
  const Id second = more.Create("item");
  more.Set(second, "name", "b");
  more.Set(second, "box", outcome.ids[0]);
  more.Set(outcome.ids[0], "label", "?");
  shop.Apply(more);
  EXPECT_EQ(shop.Get(outcome.ids[0], "label"), Value("2"));
  Batch fewer = shop.NewBatch();
  fewer.Delete(outcome.ids[1]);
  fewer.Set(outcome.ids[0], "label", "?");
  shop.Apply(fewer);
  EXPECT_EQ(shop.Get(outcome.ids[0], "label"), Value("1"));
}

TEST(RulesTest, CreateAndDelete) {
  // A new item gets a box of its own; a box without label is removed again.
  const FunctionRule rule([](RuleContext& context) -> Status {
    const catalog::TypeDef* box = context.catalog().FindType("box");
    for (const Draft* draft : context.changed()) {
      if (draft->type().name == "item" && draft->created() && draft->Get(Field(context.catalog(), "item", "box").position).is_null()) {
        KITH_ASSIGN_OR_RETURN(const Id id, context.Create(*box));
        KITH_RETURN_IF_ERROR(context.Set(id, *box->FindField("label"), "own"));
        KITH_RETURN_IF_ERROR(context.Set(draft->id(), Field(context.catalog(), "item", "box"), id));
      }
      if (draft->type().name == "box" && !draft->created() && !draft->deleted() &&
          draft->Get(box->FindField("label")->position).is_null()) {
        KITH_RETURN_IF_ERROR(context.Delete(draft->id()));
      }
    }
    return absl::OkStatus();
  });
  Shop shop(WithRule(rule));
  Batch batch = shop.NewBatch();
  batch.Set(batch.Create("item"), "name", "pen");
  const Outcome outcome = shop.Apply(batch);
  EXPECT_THAT(outcome.effects, ElementsAre("creates box", "sets box.label", "sets item.box"));
  EXPECT_EQ(outcome.last_sequence, outcome.first_sequence + 1);
  const Id box = shop.Get(outcome.ids[0], "box").get<Id>();
  EXPECT_EQ(shop.Get(box, "label"), Value("own"));
  EXPECT_EQ(shop.Read()->Get(box)->header().origin, static_cast<uint8_t>(Origin::kRule));
  // What the rule deletes takes the item with it: a cascade.
  Batch clear = shop.NewBatch();
  clear.Set(box, "label", Value());
  EXPECT_THAT(shop.Apply(clear).effects, ElementsAre("deletes box"));
  EXPECT_FALSE(shop.Exists(box));
  EXPECT_FALSE(shop.Exists(outcome.ids[0]));
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(RulesTest, DraftsShowTheirBytesAndTypesCanBeScanned) {
  std::vector<std::string> seen;
  const FunctionRule rule([&](RuleContext& context) -> Status {
    const catalog::TypeDef* item = context.catalog().FindType("item");
    if (item == nullptr) return absl::OkStatus();
    const size_t name = item->FindField("name")->position;
    for (const Draft* draft : context.changed()) {
      if (draft->type().number != item->number) continue;
      KITH_ASSIGN_OR_RETURN(const record::View view, draft->view());
      seen.push_back(view.is_null() ? "deleted" : std::string(view.GetText(name)));
      EXPECT_EQ(view.is_null() ? draft->id() : view.id(), draft->id());
    }
    std::string before;
    for (const auto cursor = context.Scan(*item, Id()); cursor->Next();) before += std::string(cursor->record()->GetText(name)) + " ";
    seen.push_back(before);
    return absl::OkStatus();
  });
  Shop shop(WithRule(rule));
  const Id pen = shop.AddItem("pen");
  const Id cup = shop.AddItem("cup");
  seen.clear();
  Batch batch = shop.NewBatch();
  batch.Set(pen, "name", "ink");
  batch.Delete(cup);
  shop.Apply(batch);
  EXPECT_THAT(seen, ElementsAre("ink", "deleted", "pen cup "));
}

TEST(RulesTest, ConstraintsHoldForEffectsToo) {
  enum class Fault { kNone, kRange, kMissing, kWrongType, kFuture, kNoRecord, kKind } fault = Fault::kNone;
  const FunctionRule rule([&](RuleContext& context) -> Status {
    const catalog::Catalog& catalog = context.catalog();
    for (const Draft* draft : context.changed()) {
      if (draft->type().name != "item") continue;
      const auto set = [&](std::string_view field, Value value, std::optional<Time> at = {}) {
        return context.Set(draft->id(), Field(catalog, "item", field), std::move(value), at);
      };
      if (fault == Fault::kRange) return set("quantity", 5000);
      if (fault == Fault::kMissing) return set("box", Id::Of(catalog.FindType("box")->number, 0, 99));
      if (fault == Fault::kWrongType) return set("box", draft->id());
      if (fault == Fault::kFuture) return set("quantity", 5, Time{context.now().micros + 1});
      if (fault == Fault::kKind) return set("quantity", "five");
      if (fault == Fault::kNoRecord) return context.Delete(Id::Of(draft->type().number, 0, 99));
    }
    return absl::OkStatus();
  });
  Shop shop(WithRule(rule));
  const Id id = shop.AddItem("pen");
  const auto refuse = [&](Fault wanted) {
    fault = wanted;
    Batch batch = shop.NewBatch();
    batch.Add(id, "weight", 1);
    return shop.Refuse(batch);
  };
  testing::ExpectError(refuse(Fault::kRange),
                       {.reason = Reason::kOutOfRange, .type = "item", .record = id, .field = "quantity", .value = "5000", .change = 0});
  EXPECT_EQ(GetReason(refuse(Fault::kMissing)), Reason::kReferenceMissing);
  EXPECT_EQ(GetReason(refuse(Fault::kWrongType)), Reason::kReferenceWrongType);
  EXPECT_EQ(GetReason(refuse(Fault::kFuture)), Reason::kEffectiveInFuture);
  EXPECT_EQ(GetReason(refuse(Fault::kNoRecord)), Reason::kRecordMissing);
  EXPECT_EQ(GetReason(refuse(Fault::kKind)), Reason::kWrongKind);
}

TEST(RulesTest, StopAfterEightRounds) {
  int64_t rounds_wanted = 0;
  int runs = 0;
  const FunctionRule rule(
      [&](RuleContext& context) -> Status {
        ++runs;
        for (const Draft* draft : context.changed()) {
          if (draft->type().name != "counter") continue;
          const catalog::FieldDef& n = Field(context.catalog(), "counter", "n");
          const int64_t now = draft->Get(n.position).get<int64_t>();
          if (now < rounds_wanted) KITH_RETURN_IF_ERROR(context.Set(draft->id(), n, now + 1, draft->effective()));
        }
        return absl::OkStatus();
      },
      "climbing");
  Shop shop(WithRule(rule));
  const auto add = [&](int64_t wanted) {
    rounds_wanted = wanted;
    runs = 0;
    Batch batch = shop.NewBatch();
    batch.Set(batch.Create("counter"), "n", 0);
    return batch;
  };
  // One round is needed to see that nothing more happens.
  const Id id = shop.Apply(add(limits::kEffectRounds - 1)).ids[0];
  EXPECT_EQ(shop.Get(id, "n"), Value(limits::kEffectRounds - 1));
  EXPECT_EQ(runs, limits::kEffectRounds);
  const Status status = shop.Refuse(add(limits::kEffectRounds));
  EXPECT_EQ(GetReason(status), Reason::kTooManyEffects);
  EXPECT_EQ(GetErrorInfo(status).value, "climbing");
  EXPECT_THAT(GetErrorInfo(status).hint, HasSubstr("kEffectRounds"));
}

TEST(RulesTest, ExplainMaySayMore) {
  Extensions extensions;
  extensions.explain = [](const Batch&, const Status& error, const Snapshot& snapshot) -> Status {
    EXPECT_NE(snapshot.sequence(), 0U);
    return GetReason(error) == Reason::kRequired ? WithContext(error, {.hint = "said above"}) : error;
  };
  Shop shop(extensions);
  Batch batch = shop.NewBatch();
  batch.Create("item");
  EXPECT_EQ(GetReason(shop.Refuse(batch)), Reason::kRequired);
}

// --- derivations

// Counts records per type; version 2 counts them double.
class CountDerivation final : public Derivation {
 public:
  explicit CountDerivation(uint32_t version, std::string_view name = "count", std::string_view prefix = "#")
      : version_(version), name_(name), prefix_(prefix) {}
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] uint32_t version() const override { return version_; }
  [[nodiscard]] std::string_view prefix() const override { return prefix_; }
  [[nodiscard]] Status Derive(const std::vector<RecordChange>& changes, DerivationContext& context) const override {
    for (const RecordChange& change : changes) {
      const int64_t difference = (change.after.is_null() ? 0 : 1) - (change.before.is_null() ? 0 : 1);
      if (difference == 0 || change.type->number < catalog::kFirstOpenType) continue;
      if (!change.after.is_null()) {
        EXPECT_EQ(context.Get(change.id)->header().version, change.after.header().version);
      }
      const std::string key = prefix_ + change.type->name;
      const StatusOr<std::string_view> stored = context.Aggregate(key);
      const int64_t count = (stored.ok() ? std::stoll(std::string(*stored)) : 0) + difference * version_;
      if (count == 0) {
        context.DeleteAggregate(key);
      } else {
        context.PutAggregate(key, std::to_string(count));
      }
    }
    if (outside_) context.PutAggregate("other", "x");
    return absl::OkStatus();
  }
  [[nodiscard]] StatusOr<std::map<std::string, std::string>> Recompute(const Snapshot& snapshot) const override {
    std::map<std::string, std::string> rows;
    for (const catalog::TypeDef& type : snapshot.catalog().types()) {
      if (type.number < catalog::kFirstOpenType) continue;
      KITH_ASSIGN_OR_RETURN(const auto cursor, snapshot.Scan(type.name));
      int64_t count = 0;
      while (cursor->Next()) count += version_;
      if (count != 0) rows[prefix_ + type.name] = std::to_string(count);
    }
    return rows;
  }
  bool outside_ = false;

 private:
  uint32_t version_;
  std::string name_;
  std::string prefix_;
};

Extensions WithDerivation(const Derivation& derivation) {
  Extensions extensions;
  extensions.derivations = {&derivation};
  return extensions;
}

TEST(DerivationsTest, FollowEveryBatch) {
  const CountDerivation count(1);
  Shop shop(WithDerivation(count));
  const Id pen = shop.AddItem("pen");
  shop.AddItem("ink");
  EXPECT_EQ(shop.Read()->Aggregate("#item").value(), "2");
  Batch batch = shop.NewBatch();
  batch.Delete(pen);
  shop.Apply(batch);
  EXPECT_EQ(shop.Read()->Aggregate("#item").value(), "1");
  Batch both = shop.NewBatch();
  both.Delete(both.Create("box"));
  shop.Apply(both);
  EXPECT_FALSE(shop.Read()->Aggregate("#box").ok());
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST(DerivationsTest, MayNotWriteOutsideTheirPrefix) {
  CountDerivation count(1);
  Shop shop(WithDerivation(count));
  count.outside_ = true;
  Batch batch = shop.NewBatch();
  batch.Create("box");
  EXPECT_EQ(GetReason(shop.Refuse(batch)), Reason::kInternal);
}

TEST(DerivationsTest, AnUpgradeRebuilds) {
  const CountDerivation one(1);
  const CountDerivation two(2);
  Shop shop;
  shop.AddItem("pen");
  shop.Close();
  OpenOptions options = shop.Options();
  options.extensions = WithDerivation(one);
  {
    // New to the file: built from its records.
    const auto db = *Database::Open(shop.path(), options);
    EXPECT_FALSE(db->read_only());
    EXPECT_EQ((*db->Read())->Aggregate("#item").value(), "1");
    EXPECT_THAT(db->Verify()->problems, IsEmpty());
  }
  options.extensions = WithDerivation(two);
  {
    const auto db = *Database::Open(shop.path(), options);
    EXPECT_EQ((*db->Read())->Aggregate("#item").value(), "2");
    EXPECT_THAT(db->Verify()->problems, IsEmpty());
  }
}

TEST(DerivationsTest, ALibraryThatLacksOneOnlyReads) {
  const CountDerivation two(2);
  Shop shop(WithDerivation(two));
  const Id pen = shop.AddItem("pen");
  Batch batch = shop.NewBatch();
  batch.Set(pen, "weight", 1);
  shop.Close();
  const CountDerivation one(1);
  const CountDerivation other(9, "other", "?");
  for (const Extensions& extensions : {Extensions(), WithDerivation(one), WithDerivation(other)}) {
    OpenOptions options = shop.Options();
    options.extensions = extensions;
    std::string log;
    options.log = [&](storage::LogLevel, std::string_view line) { log += std::string(line) + "\n"; };
    const StatusOr<std::shared_ptr<Database>> db = Database::Open(shop.path(), options);
    ASSERT_TRUE(db.ok()) << db.status();
    EXPECT_TRUE((*db)->read_only());
    EXPECT_THAT(log, HasSubstr("read-only"));
    EXPECT_TRUE((*(*db)->Read())->Get(pen).ok());
    const Status status = (*db)->Apply(batch).status();
    EXPECT_EQ(GetReason(status), Reason::kDerivationMissing);
    EXPECT_EQ(GetErrorInfo(status).value, "count 2");
    const uint64_t written = (*db)->GetStats()->storage.transaction;
    const catalog::PackageSource source{.definition = std::string(testing::kShopPackage), .numbers = {}};
    EXPECT_TRUE((*db)->Ensure({&source, 1}).ok());
    EXPECT_EQ((*db)->GetStats()->storage.transaction, written) << "what is there is not noted either";
  }
}

TEST(DerivationsTest, AnOpenHandleNoticesANewDerivation) {
  Shop shop;
  const Id pen = shop.AddItem("pen");
  const CountDerivation count(1);
  OpenOptions options = shop.Options();
  options.extensions = WithDerivation(count);
  const auto db = *Database::Open(shop.path(), options);
  Batch batch = shop.NewBatch();
  batch.Set(pen, "weight", 1);
  EXPECT_EQ(GetReason(shop->Apply(batch).status()), Reason::kDerivationMissing);
  EXPECT_TRUE(shop->read_only());
  EXPECT_TRUE(db->Apply(batch).ok());
}

}  // namespace
}  // namespace kith
