// Packages beside each other in one database: choices added to others' fields, batches on a vendor's behalf, removal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "kith/base/limits.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::ExpectError;
using testing::FieldOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;
using What = RemoveReport::Data::What;

// A floor of a shop: a state machine, choices, and a reference to anything, which is deleted with it or holds it.
constexpr std::string_view kFloor = R"({"package": "floor", "version": "1.0.0",
  "types": [
    {"name": "sale", "fields": [
      {"name": "title", "kind": "text"},
      {"name": "state", "kind": "choice", "default": "open", "choices": [{"name": "open"}, {"name": "done"}],
       "initial_states": ["open"], "transitions": {"open": ["done"]}},
      {"name": "kind", "kind": "choice", "choices": [{"name": "cash"}]},
      {"name": "marks", "kind": "choice_set", "choices": [{"name": "vip"}]},
      {"name": "pinned", "kind": "ref"}]},
    {"name": "remark", "fields": [{"name": "on", "kind": "ref", "on_delete": "cascade"}]}]})";

constexpr std::string_view kDelivery = R"({"package": "acme.delivery", "version": "1.0.0", "needs": ["floor"],
  "types": [
    {"name": "acme_van", "fields": [{"name": "plate", "kind": "text"}]},
    {"name": "acme_trip", "fields": [{"name": "sale", "kind": "ref", "to": ["sale"]},
                                     {"name": "van", "kind": "ref", "to": ["acme_van"], "required": true},
                                     {"name": "after", "kind": "ref", "to": ["acme_trip"]}]}],
  "extend": [{"type": "sale",
    "fields": [{"name": "acme_address", "kind": "text", "required": true, "default": "shop"},
               {"name": "acme_first_trip", "kind": "ref", "to": ["acme_trip"]}],
    "choices": [{"field": "state", "choices": [{"name": "acme_underway"}], "transitions": {"open": ["acme_underway"], "acme_underway": ["done"]}},
                {"field": "kind", "choices": [{"name": "acme_on_delivery"}]},
                {"field": "marks", "choices": [{"name": "acme_fragile"}]}],
    "indexes": [{"name": "acme_by_address", "fields": ["acme_address"], "unique": false}]}],
  "seeds": [{"type": "acme_van", "ref": ["acme", "first"], "set": {"plate": "A 1"}},
            {"type": "sale", "ref": ["acme", "example"], "set": {"title": "example"}}]})";

class PackagesTest : public ::testing::Test {
 protected:
  PackagesTest() {
    shop_.Ensure(kFloor);
    shop_.Ensure(kDelivery);
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }

  template <typename Fill>
  Id AddSale(const Fill& fill) {
    return shop_.Add("sale", fill);
  }
  Id AddTrip(Id sale, Id van = Id()) {
    return shop_.Add("acme_trip", [&](Batch& batch, Id id) {
      batch.Set(id, "sale", sale);
      batch.Set(id, "van", van.is_null() ? Van() : van);
    });
  }
  Id Van() { return *shop_.Read()->Find("acme_van", ExternalRef{"acme", "first"}); }
  std::string ChoiceIn(Id id, std::string_view field) {
    const Value value = shop_.Get(id, field);
    const auto snapshot = shop_.Read();
    const catalog::FieldDef* def = snapshot->catalog().FindType("sale")->FindField(field);
    return value.is_null() ? "" : def->FindChoice(value.get<Choice>().number)->name;
  }
  RemoveReport DryRun() {
    const StatusOr<RemoveReport> report = shop_->Remove("acme.delivery", {.dry_run = true});
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : RemoveReport();
  }
  static std::string Line(const RemoveReport::Data& data) {
    std::string line = std::to_string(data.count) + " " + std::string(NameOf(data.what)) + " " + data.type;
    if (!data.field.empty()) line += "." + data.field;
    return data.choice.empty() ? line : line + "=" + data.choice;
  }
  static std::vector<std::string> Lines(const RemoveReport& report) {
    std::vector<std::string> lines;
    for (const RemoveReport::Data& data : report.data) lines.push_back(Line(data));
    return lines;
  }

  Shop shop_;
};

// --- added choices

TEST_F(PackagesTest, AddedChoicesAreWrittenAsAnyOther) {  // E11
  const Id sale = AddSale([](Batch& batch, Id id) {
    batch.Set(id, "kind", "acme_on_delivery");
    batch.Set(id, "marks", TextList{"acme_fragile", "vip"});
  });
  EXPECT_EQ(ChoiceIn(sale, "kind"), "acme_on_delivery");
  EXPECT_EQ(catalog::PackageOfChoice(shop_.Get(sale, "kind").get<Choice>().number),
            shop_.Read()->catalog().FindPackage("acme.delivery")->number);
  Batch underway = shop_.NewBatch();
  underway.Set(sale, "state", "acme_underway");
  shop_.Apply(underway);
  Batch back = shop_.NewBatch();
  back.Set(sale, "state", "open");
  EXPECT_EQ(GetReason(shop_.Refuse(back)), Reason::kNotATransition);
  Batch done = shop_.NewBatch();
  done.Set(sale, "state", "done");
  shop_.Apply(done);
  EXPECT_EQ(ChoiceIn(sale, "state"), "done");
}

// Takes a choice out of the definition of sale.kind, as if it were one that this library cannot read.
class ForgetChoice final : public storage::Job {
 public:
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override {
    const auto built_in = catalog::Catalog::BuiltIn();
    const catalog::TypeDef& type = *built_in->FindType(catalog::kFieldType);
    const auto cursor = set.NewCursor(format::kRecord);
    for (bool more = cursor->SeekAtLeast(storage::IntegerKey(Id::Of(type.number, 0, 0).value())); more; more = cursor->Next()) {
      const record::View before(cursor->value(), &type.layout);
      if (before.id().type() != type.number) break;
      if (before.GetText(0) != "sale.floor.kind") continue;
      nlohmann::json body = nlohmann::json::parse(before.GetText(1));
      nlohmann::json known = nlohmann::json::array();
      for (const nlohmann::json& choice : body["choices"]) {
        if (choice["name"] != "acme_on_delivery") known.push_back(choice);
      }
      body["choices"] = known;
      const std::vector<Value> values = {Value("sale.floor.kind"), Value(body.dump())};
      record::Builder builder;
      KITH_ASSIGN_OR_RETURN(const std::string_view bytes, builder.Build(before.header(), type.layout, values, before));
      set.Put(format::kRecord, storage::IntegerKey(before.id().value()), bytes);
      return Verdict::kKeep;
    }
    return MakeError(Reason::kInternal, "no such definition");
  }
};

TEST(AddedChoices, OneThatTheLibraryDoesNotKnowIsKept) {  // E11
  Shop shop;
  shop.Ensure(kFloor);
  shop.Ensure(kDelivery);
  const Id id = shop.Add("sale", [](Batch& batch, Id sale) { batch.Set(sale, "kind", "acme_on_delivery"); });
  const Value stored = shop.Get(id, "kind");
  shop.Close();
  {
    storage::OpenOptions options;
    options.application_format = format::kVersion;
    options.durability = storage::Durability::kRelaxed;
    const auto environment = *storage::Environment::Open(shop.path(), format::Keyspaces(), options);
    ForgetChoice job;
    storage::Job* const jobs[] = {&job};
    const Status status = environment->Run(jobs, {})[0];
    ASSERT_TRUE(status.ok()) << status;
  }
  shop.Open();
  ASSERT_EQ(shop.Read()->catalog().FindType("sale")->FindField("kind")->FindChoice("acme_on_delivery"), nullptr);
  Batch batch = shop.NewBatch();
  batch.Set(id, "title", "changed here");
  batch.Set(id, "marks", TextList{"vip"});
  shop.Apply(batch);
  EXPECT_EQ(shop.Get(id, "kind"), stored);
  EXPECT_EQ(shop.Get(id, "title"), Value("changed here"));
  EXPECT_EQ(ToText(shop.Get(id, "kind")), std::to_string(stored.get<Choice>().number));
  // Nobody is given it anew.
  Batch copy = shop.NewBatch();
  copy.Set(copy.Create("sale"), "kind", stored);
  EXPECT_EQ(GetReason(copy.status()), Reason::kNotAChoice);
  for (const std::string& problem : shop.Problems()) EXPECT_THAT(problem, HasSubstr("_field"));  // the definition that was cut
}

// --- vendors

TEST_F(PackagesTest, AVendorWritesItsOwnAndWhatIsNobodys) {  // E12
  shop_.Ensure(R"({"package": "globex.tax", "version": "1.0.0", "needs": ["floor"],
      "types": [{"name": "globex_form", "fields": [{"name": "n", "kind": "int"}, {"name": "sale", "kind": "ref", "to": ["sale"]}]}],
      "extend": [{"type": "sale", "fields": [{"name": "globex_rate", "kind": "int"}]}]})");
  const ApplyOptions acme{.vendor = "acme"};
  Batch own = shop_.NewBatch();
  const Id sale = own.Create("sale", ExternalRef{"x", "1"});
  own.Set(sale, "title", "by acme");
  own.Set(sale, "acme_address", "here");
  own.Set(own.Create("acme_trip"), "van", Van());
  const Id written = shop_.Apply(own, acme).ids[0];

  Batch field = shop_.NewBatch();
  field.Set(written, "title", "again");
  field.Set(written, "globex_rate", 7);
  ExpectError(
      shop_.Refuse(field, acme),
      {.reason = Reason::kForeignNamespace, .type = "sale", .record = written, .field = "globex_rate", .value = "acme", .change = 0});
  shop_.Apply(field);  // the host may
  shop_.Apply(field, {.vendor = "globex"});
  EXPECT_EQ(GetReason(shop_.Refuse(field, {.vendor = "initech"})), Reason::kForeignNamespace);

  const Id form = shop_.Add("globex_form", [](Batch& batch, Id id) { batch.Set(id, "n", 1); });
  const auto refused = [&](const auto& change) {
    Batch batch = shop_.NewBatch();
    change(batch);
    const Status status = shop_.Refuse(batch, acme);
    EXPECT_THAT(std::string(status.message()), HasSubstr("vendor acme may not write what is vendor globex's"));
    return GetReason(status);
  };
  EXPECT_EQ(refused([](Batch& batch) { batch.Create("globex_form"); }), Reason::kForeignNamespace);
  EXPECT_EQ(refused([&](Batch& batch) { batch.Delete(form); }), Reason::kForeignNamespace);
  EXPECT_EQ(refused([&](Batch& batch) { batch.Set(form, "n", 2); }), Reason::kForeignNamespace);
  EXPECT_EQ(refused([&](Batch& batch) { batch.Add(form, "n", 2); }), Reason::kForeignNamespace);
  EXPECT_EQ(refused([&](Batch& batch) { batch.Set(batch.Upsert("globex_form", {"g", "1"}), "n", 2); }), Reason::kForeignNamespace);
  EXPECT_EQ(refused([&](Batch& batch) { batch.Link(form, {"g", "2"}); }), Reason::kForeignNamespace);
  // In JSON as well, and reading or requiring is no writing.
  const auto json =
      Batch::FromJson(*shop_->GetCatalog(), R"({"changes": [{"patch": )" + std::to_string(form.value()) + R"(, "set": {"n": 3}}]})");
  EXPECT_EQ(GetReason(shop_.Refuse(*json, acme)), Reason::kForeignNamespace);
  Batch require = shop_.NewBatch();
  require.RequireVersion(form, shop_.Read()->Get(form)->header().version);
  require.Set(written, "title", "third");
  shop_.Apply(require, acme);
  EXPECT_EQ(GetReason(shop_->Apply(require, {.vendor = "acme.delivery"}).status()), Reason::kBadOptions);
  EXPECT_EQ(shop_.Get(form, "n"), Value(1));
}

// --- removal

TEST_F(PackagesTest, RemovalReportsWhatWouldGo) {  // E06
  const Id sale = AddSale([](Batch& batch, Id id) {
    batch.Set(id, "kind", "acme_on_delivery");
    batch.Set(id, "marks", TextList{"acme_fragile"});
  });
  const Id trip = AddTrip(sale);
  shop_.Add("remark", [&](Batch& batch, Id id) { batch.Set(id, "on", trip); });
  const Shop::Dump before = shop_.DumpFile();
  const RemoveReport report = DryRun();
  EXPECT_TRUE(shop_.DumpFile() == before);
  EXPECT_THAT(Lines(report),
              ElementsAre("1 records acme_van", "1 records acme_trip", "2 values sale.acme_address", "1 choices sale.kind=acme_on_delivery",
                          "1 choices sale.marks=acme_fragile", "1 seeds sale", "1 references remark.on"));
  EXPECT_THAT(report.obstacles, IsEmpty());
  EXPECT_THAT(report.changes, Contains("removes package acme.delivery 1.0.0"));
  EXPECT_THAT(report.changes, Contains("drops index sale.acme_by_address"));
  // With data it is not removed unless told so.
  const Status status = shop_->Remove("acme.delivery").status();
  ExpectError(status, {.reason = Reason::kPackageInUse, .type = "acme_van", .value = "acme.delivery"});
  EXPECT_THAT(std::string(status.message()), HasSubstr("the package has data: 1 records"));
  EXPECT_TRUE(shop_.DumpFile() == before);
  EXPECT_EQ(GetReason(shop_->Remove("floor").status()), Reason::kPackageInUse);
  EXPECT_EQ(GetReason(shop_->Remove("nothing").status()), Reason::kPackageMissing);
}

TEST_F(PackagesTest, RemovalLeavesNothingDangling) {  // E06
  const Id sale = AddSale([](Batch& batch, Id id) {
    batch.Set(id, "title", "kept");
    batch.Set(id, "kind", "acme_on_delivery");
    batch.Set(id, "marks", TextList{"acme_fragile", "vip"});
    batch.Set(id, "acme_address", "far away");
  });
  const Id first = AddTrip(sale);
  const Id second = AddTrip(sale);
  Batch circle = shop_.NewBatch();
  circle.Set(first, "after", second);
  circle.Set(second, "after", first);
  circle.Set(sale, "acme_first_trip", first);
  shop_.Apply(circle);
  const Id remark = shop_.Add("remark", [&](Batch& batch, Id id) { batch.Set(id, "on", first); });
  const StatusOr<RemoveReport> report = shop_->Remove("acme.delivery", {.delete_data = true});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(shop_.Exists(first));
  EXPECT_FALSE(shop_.Exists(second));
  EXPECT_FALSE(shop_.Exists(remark));  // as its rule says
  EXPECT_EQ(shop_.Get(sale, "acme_address"), Value());
  EXPECT_EQ(shop_.Get(sale, "kind"), Value());
  EXPECT_EQ(shop_.Get(sale, "title"), Value("kept"));
  EXPECT_EQ(shop_.Get(sale, "marks").get<ChoiceSet>().size(), 1u);
  // Gone by ordinary changes: history tells what there was.
  const auto history = shop_.Read()->History(second);
  ASSERT_TRUE(history.ok()) << history.status();
  EXPECT_EQ(history->back().operation, Operation::kDelete);
  EXPECT_THAT(history->back().reason, HasSubstr("package acme.delivery is removed"));
  // No way back in but by installing it.
  Batch late = shop_.NewBatch();
  late.Set(sale, "acme_address", "here");
  EXPECT_FALSE(late.status().ok());
  Batch type = shop_.NewBatch();
  type.Create("acme_van");
  EXPECT_EQ(GetReason(shop_.Refuse(type)), Reason::kUnknownType);
  EXPECT_FALSE(shop_.Read()->ScanIndex("sale", "acme_by_address", {}).ok());
  EXPECT_EQ(GetReason(shop_->Remove("acme.delivery").status()), Reason::kPackageMissing);
  EXPECT_THAT(shop_.Problems(), IsEmpty());

  // Installed again it begins anew, under its old numbers and with new ids.
  shop_.Close();
  shop_.Open();
  shop_.Ensure(kDelivery);
  EXPECT_NE(Van(), Id());
  EXPECT_GT(Van().value(), Id::Of(Van().type(), 0, 1).value());
  EXPECT_GT(AddTrip(sale).value(), second.value());
  EXPECT_TRUE(shop_.Read()->ScanIndex("sale", "acme_by_address", {}).ok());
}

TEST_F(PackagesTest, RemovalIsHeldByWhatMayNotBeEmpty) {  // E06
  const Id sale = AddSale([](Batch& batch, Id id) { batch.Set(id, "title", "held"); });
  Batch batch = shop_.NewBatch();
  batch.Set(sale, "state", "acme_underway");
  batch.Set(AddSale([](Batch&, Id) {}), "pinned", Van());
  shop_.Apply(batch);
  const RemoveReport report = DryRun();
  EXPECT_THAT(report.obstacles,
              ElementsAre("1 records have choice acme_underway in sale.state, which is never empty: give them another first",
                          "1 records refer by sale.pinned to what would go: change or delete them first"));
  const Shop::Dump before = shop_.DumpFile();
  EXPECT_EQ(GetReason(shop_->Remove("acme.delivery", {.delete_data = true}).status()), Reason::kPackageInUse);
  EXPECT_TRUE(shop_.DumpFile() == before);
}

TEST_F(PackagesTest, RemovalTakesManyRecordsInSteps) {
  const Id van = Van();
  for (int round = 0; round < 5; ++round) {
    Batch batch = shop_.NewBatch();
    Id last;
    for (int i = 0; i < 700; ++i) {
      const Id trip = batch.Create("acme_trip");
      batch.Set(trip, "van", van);
      if (!last.is_null()) batch.Set(trip, "after", last);
      last = trip;
    }
    shop_.Apply(batch);
  }
  ASSERT_TRUE(shop_->Remove("acme.delivery", {.delete_data = true}).ok());
  const auto snapshot = shop_.Read();
  const auto cursor = *snapshot->Scan("acme_trip");
  EXPECT_FALSE(cursor->Next());
}

// Stands in the way of every trip's deletion, as a crash would.
class Blocker final : public Rule {
 public:
  [[nodiscard]] std::string_view name() const override { return "blocker"; }
  [[nodiscard]] Status Run(RuleContext& context) const override {
    for (const Draft* draft : context.changed()) {
      if (on && draft->deleted() && draft->type().name == "acme_trip") return MakeError(Reason::kCancelled, "stopped here");
    }
    return absl::OkStatus();
  }
  std::atomic<bool> on = false;
};

TEST(PackagesRemoval, GoesOnWhereItStopped) {  // E06
  Blocker blocker;
  Shop shop(Extensions{.rules = {&blocker}, .derivations = {}});
  shop.Ensure(kFloor);
  shop.Ensure(kDelivery);
  const Id van = *shop.Read()->Find("acme_van", ExternalRef{"acme", "first"});
  const Id seed = *shop.Read()->Find("sale", ExternalRef{"acme", "example"});
  const Id trip = shop.Add("acme_trip", [&](Batch& batch, Id id) { batch.Set(id, "van", van); });
  blocker.on = true;
  EXPECT_EQ(GetReason(shop->Remove("acme.delivery", {.delete_data = true}).status()), Reason::kCancelled);
  EXPECT_TRUE(shop.Exists(trip));
  EXPECT_TRUE((*shop->GetCatalog())->FindPackage("acme.delivery")->removed);
  blocker.on = false;
  // A dry run counts what is left; without leave to delete it stays.
  EXPECT_FALSE(shop->Remove("acme.delivery", {.dry_run = true})->data.empty());
  EXPECT_EQ(GetReason(shop->Remove("acme.delivery").status()), Reason::kPackageInUse);
  ASSERT_TRUE(shop->Remove("acme.delivery", {.delete_data = true}).ok());
  for (const Id id : {trip, van, seed}) EXPECT_FALSE(shop.Exists(id));
  EXPECT_EQ(GetReason(shop->Remove("acme.delivery", {.delete_data = true}).status()), Reason::kPackageMissing);
  EXPECT_THAT(shop.Problems(), IsEmpty());
}

TEST_F(PackagesTest, WhileOthersWriteNothingIsLeftBehind) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      StatusOr<Batch> batch = shop_->NewBatch();
      const Id sale = batch->Create("sale");
      batch->Set(sale, "title", "t" + std::to_string(i));
      batch->Set(sale, "acme_address", "a");
      (void)shop_->Apply(*batch);  // refused once the package is gone
    }
  });
  StatusOr<RemoveReport> report = RemoveReport();
  for (int i = 0; i < 20; ++i) {
    report = shop_->Remove("acme.delivery", {.delete_data = true});
    if (report.ok()) break;
  }
  stop = true;
  writer.join();
  ASSERT_TRUE(report.ok()) << report.status();
  const auto snapshot = shop_.Read();
  const auto cursor = *snapshot->Scan("sale");
  while (cursor->Next()) EXPECT_EQ(FieldOf(*snapshot, *cursor->record(), "acme_address"), Value());
}

TEST_F(PackagesTest, AnIndexLeftOutIsDropped) {
  const Id sale = AddSale([](Batch& batch, Id id) { batch.Set(id, "acme_address", "x"); });
  const uint32_t number = shop_.Read()->catalog().FindType("sale")->FindIndex("acme_by_address")->number;
  std::string next(kDelivery);
  const std::string index = R"("indexes": [{"name": "acme_by_address", "fields": ["acme_address"], "unique": false}])";
  next.replace(next.find(index), index.size(), R"("indexes": [])");
  const EnsureReport report = shop_.Ensure(next);
  EXPECT_THAT(report.changes, ElementsAre("drops index sale.acme_by_address"));
  std::string prefix;
  AppendU32(prefix, number);
  for (const auto& [key, value] : shop_.DumpFile()) {
    EXPECT_FALSE(key.first == format::kIndex && key.second.starts_with(prefix));
    EXPECT_FALSE(key.first == format::kMeta && key.second.starts_with(format::kMetaDropPrefix));
  }
  Batch batch = shop_.NewBatch();
  batch.Set(sale, "acme_address", "y");
  shop_.Apply(batch);
  EXPECT_THAT(shop_.Ensure(next).changes, IsEmpty());
  shop_.Ensure(kDelivery);
  const auto snapshot = shop_.Read();
  EXPECT_GT(snapshot->catalog().FindType("sale")->FindIndex("acme_by_address")->number, number);
  EXPECT_TRUE((*snapshot->ScanIndex("sale", "acme_by_address", {.equal = {Value("y")}}))->Next());
}

}  // namespace
}  // namespace kith
