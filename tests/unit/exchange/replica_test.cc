// Replicas of a whole CRM: the feed replayed into an empty database, pages as text, deals moved in two places.
#include "kith/exchange/replica.h"

#include <gmock/gmock.h>

#include <atomic>
#include <random>

#include "kith/engine/json.h"
#include "kith/engine/person.h"
#include "kith/exchange/lines.h"
#include "kith/model/model.h"
#include "support/paths.h"

namespace kith::exchange {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Office {
 public:
  explicit Office(uint16_t node, std::atomic<int64_t>& clock, std::string path = {}) : path_(std::move(path)) {
    if (path_.empty()) path_ = testing::MakeTempDir() + "/db";
    OpenOptions options;
    options.create = true;
    options.node = node;
    options.durability = storage::Durability::kRelaxed;
    options.clock = [&clock] { return Time{clock.load()}; };
    StatusOr<std::shared_ptr<Database>> opened = model::OpenDatabase(path_, options);
    if (!opened.ok()) {
      ADD_FAILURE() << opened.status();
      std::abort();
    }
    db_ = *std::move(opened);
  }
  Database& operator*() { return *db_; }
  Database* operator->() { return db_.get(); }
  [[nodiscard]] Batch NewBatch() { return *db_->NewBatch({}, "test"); }
  std::vector<Id> Apply(const Batch& batch) {
    const StatusOr<Outcome> outcome = db_->Apply(batch);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return outcome.ok() ? outcome->ids : std::vector<Id>();
  }
  [[nodiscard]] Value Get(Id id, std::string_view field) {
    const std::unique_ptr<Snapshot> snapshot = *db_->Read();
    const StatusOr<record::View> record = snapshot->Get(id);
    if (!record.ok()) return {};
    return *GetField(*snapshot->catalog().FindType(id.type()), *record, field);
  }
  [[nodiscard]] std::vector<std::string> Problems() {
    const StatusOr<VerifyReport> report = db_->Verify();
    return report.ok() ? report->problems : std::vector<std::string>{report.status().ToString()};
  }
  // All records with their external references, as text.
  [[nodiscard]] std::string Text() {
    std::string text;
    const std::unique_ptr<Snapshot> snapshot = *db_->Read();
    const auto sink = [&](std::string_view bytes) -> Status {
      text.append(bytes);
      return absl::OkStatus();
    };
    EXPECT_TRUE(ExportLines(*snapshot, sink, {.types = {}, .history = false, .created = Time{0}, .progress = {}}).ok());
    return text;
  }
  // The funnel's rows of a pipeline.
  [[nodiscard]] std::vector<std::string> Rows() {
    std::vector<std::string> rows;
    const std::unique_ptr<Snapshot> snapshot = *db_->Read();
    EXPECT_TRUE(snapshot
                    ->ScanAggregates("",
                                     [&](std::string_view key, std::string_view value) {
                                       rows.push_back(std::string(key) + "=" + std::string(value));
                                       return true;
                                     })
                    .ok());
    return rows;
  }

 private:
  std::string path_;
  std::shared_ptr<Database> db_;
};

void LiveForAWhile(Office& office, std::atomic<int64_t>& clock, uint64_t seed, int steps) {
  std::mt19937_64 random(seed);
  const char* const stages[] = {"default/qualified", "default/proposal", "default/negotiation", "default/won", "default/lost"};
  std::vector<Id> deals;
  for (int i = 0; i < steps; ++i) {
    clock += static_cast<int64_t>(random() % 100'000'000) + 1;
    Batch batch = office.NewBatch();
    if (deals.empty() || random() % 3 == 0) {
      const Id account = batch.Create("account");
      batch.Set(account, "name", "Account " + std::to_string(i));
      batch.Link(account, {"erp", std::to_string(seed) + "/" + std::to_string(i)});
      const Id deal = batch.Create("opportunity");
      batch.Set(deal, "name", "Deal " + std::to_string(i));
      batch.Set(deal, "account", account);
      batch.Set(deal, "amount", Money{static_cast<int64_t>(random() % 1'000'000), *Currency::FromCode("CNY")});
      model::Move(batch, deal, stages[0]);
      deals.push_back(office.Apply(batch).at(deal.local_index()));
      continue;
    }
    const Id deal = deals[random() % deals.size()];
    if (office.Get(deal, "name").is_null()) continue;
    if (random() % 12 == 0) {
      batch.Delete(deal);
    } else if (random() % 3 == 0) {
      batch.Set(deal, "amount", Money{static_cast<int64_t>(random() % 1'000'000), *Currency::FromCode("CNY")});
    } else {
      model::Move(batch, deal, stages[random() % 5]);
    }
    (void)office->Apply(batch);
  }
}

// E14: the feed of one database replayed into an empty one gives an equal one, statistics too; a second time nothing is new.
TEST(ReplicaExchange, ReplayIntoAnEmptyDatabase) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(1, clock);
  LiveForAWhile(one, clock, 1, 200);
  Office empty(2, clock);
  const StatusOr<ReceiveReport> report = PullReplica(*empty, *one);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->taken, 200U);
  EXPECT_EQ(report->dropped, 0U);
  EXPECT_THAT(report->conflicts, IsEmpty());
  EXPECT_EQ(empty.Text(), one.Text());
  EXPECT_EQ(empty.Rows(), one.Rows());
  EXPECT_THAT(empty.Problems(), IsEmpty());
  const StatusOr<ReceiveReport> again = PullReplica(*empty, *one);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->taken, 0U);
}

// Where definitions do not fit nothing is taken, and seeds give no place.
TEST(ReplicaExchange, SeedsStayWhereDefinitionsDoNotFit) {
  std::atomic<int64_t> clock = int64_t{1'750'000'000} * kMicrosPerSecond;
  Office one(1, clock);
  Office two(2, clock);
  const auto declare = [](Office& office, const std::string& kind) {
    const catalog::PackageSource firm{.definition = R"({"package": "firm", "version": "1.0.0", "needs": ["kith.crm"], "extend": [
            {"type": "opportunity", "fields": [{"name": "firm_tier", "kind": ")" +
                                                    kind + R"("}]}]})",
                                      .numbers = {}};
    return office->Ensure({&firm, 1}).status();
  };
  ASSERT_TRUE(declare(one, "text").ok());
  ASSERT_TRUE(declare(two, "int").ok());
  const std::string before = two.Text();
  EXPECT_EQ(GetReason(PullReplica(*two, *one).status()), Reason::kPackageConflict);
  EXPECT_EQ(two.Text(), before);
}

// R01: two offices write apart, deals too, and come together.
TEST(ReplicaExchange, TwoOfficesConverge) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
    Office one(1, clock);
    LiveForAWhile(one, clock, seed, 40);
    Office two(2, clock);
    ASSERT_TRUE(PullReplica(*two, *one).ok());
    LiveForAWhile(one, clock, seed + 100, 40);
    LiveForAWhile(two, clock, seed + 200, 40);
    for (int round = 0; round < 4; ++round) {
      ASSERT_TRUE(PullReplica(*one, *two).ok());
      ASSERT_TRUE(PullReplica(*two, *one).ok());
    }
    EXPECT_EQ(one.Text(), two.Text());
    EXPECT_EQ(one.Rows(), two.Rows());
    EXPECT_THAT(one.Problems(), IsEmpty());
    EXPECT_THAT(two.Problems(), IsEmpty());
  }
}

// A deal won in one place and reopened later in another is open: moves hold by when they happened, and the closing time follows.
TEST(ReplicaExchange, MovesHoldByWhenTheyHappened) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(1, clock);
  Batch batch = one.NewBatch();
  const Id local = batch.Create("opportunity");
  batch.Set(local, "name", "Desk");
  model::Move(batch, local, "default/proposal");
  const Id deal = one.Apply(batch).at(local.local_index());
  Office two(2, clock);
  ASSERT_TRUE(PullReplica(*two, *one).ok());

  clock += kMicrosPerDay;
  Batch won = one.NewBatch();
  model::Move(won, deal, "default/won");
  one.Apply(won);
  clock += kMicrosPerDay;
  Batch back = two.NewBatch();
  model::Move(back, deal, "default/negotiation");
  two.Apply(back);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(PullReplica(*one, *two).ok());
    ASSERT_TRUE(PullReplica(*two, *one).ok());
  }
  for (Office* office : {&one, &two}) {
    const std::unique_ptr<Snapshot> now = *(*office)->Read();
    const model::Pipeline pipeline = *model::GetPipeline(*now, "default");
    const auto stage = std::find_if(pipeline.stages.begin(), pipeline.stages.end(), [](const auto& s) { return s.name == "negotiation"; });
    EXPECT_EQ(office->Get(deal, "stage"), Value(stage->id));
    EXPECT_TRUE(office->Get(deal, "closed_at").is_null());
    EXPECT_THAT(office->Problems(), IsEmpty());
  }
  EXPECT_EQ(one.Text(), two.Text());
}

// One customer entered in two places under one number: the first keeps it, and a task asks people to look.
TEST(ReplicaExchange, ConflictsBecomeTasks) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(1, clock);
  Office two(2, clock);
  ASSERT_TRUE(PullReplica(*two, *one).ok());
  std::vector<Id> accounts;
  for (Office* office : {&one, &two}) {
    clock += kMicrosPerSecond;
    Batch batch = office->NewBatch();
    const Id account = batch.Create("account");
    batch.Set(account, "name", "Acme");
    batch.Link(account, {"erp", "17"});
    accounts.push_back(office->Apply(batch).at(account.local_index()));
  }
  const StatusOr<ReceiveReport> report = PullReplica(*one, *two);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->conflicts.size(), 1U);
  EXPECT_EQ(report->conflicts[0].record, accounts[1]);
  EXPECT_EQ(report->conflicts[0].other, accounts[0]);
  ASSERT_TRUE(PullReplica(*two, *one).ok());
  for (Office* office : {&one, &two}) {
    const std::unique_ptr<Snapshot> now = *(*office)->Read();
    EXPECT_EQ(*now->Find("account", ExternalRef{"erp", "17"}), accounts[0]);
    const std::unique_ptr<RecordCursor> tasks = *now->Scan("task");
    ASSERT_TRUE(tasks->Next());
    EXPECT_THAT(office->Get(tasks->id(), "subject").get<std::string>(), HasSubstr("same external reference"));
  }
}

// R01: of access policies set apart the one set last holds everywhere; taken away is set too. Pages as text carry it.
TEST(ReplicaExchange, ThePolicySetLastHolds) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(0, clock);
  Office two(1, clock);
  const auto policy_of = [](Office& office) { return (*office->Read())->catalog().policy().text; };
  const auto set = [&](Office& office, std::string_view policy) {
    clock += kMicrosPerSecond;
    ASSERT_TRUE(office->SetPolicy(policy).ok());
  };
  const auto pull = [](Office& into, Office& from) {
    const StatusOr<ReceiveReport> report = PullReplica(*into, *from);
    ASSERT_TRUE(report.ok()) << report.status();
  };
  set(one, R"({"types": {"opportunity": {"read": ["reports"]}}})");
  const std::string own = policy_of(one);
  pull(two, one);
  EXPECT_EQ(policy_of(two), own);
  set(two, R"({"types": {"account": {"read": ["owner"]}}})");
  const std::string other = policy_of(two);
  Batch batch = one.NewBatch();
  batch.Set(batch.Create("account"), "name", "Northwind");
  const Id account = one.Apply(batch).at(0);
  pull(two, one);
  EXPECT_EQ(policy_of(two), other);
  pull(one, two);
  EXPECT_EQ(policy_of(one), other);
  EXPECT_EQ(two.Get(account, "name"), Value("Northwind"));
  set(one, "{}");
  const std::shared_ptr<const catalog::Catalog> catalog = *one->GetCatalog();
  const std::string text = *WriteReplicaPage(*one->ReadReplica(*two->ReceivedFrom(0), 1), *catalog);
  const StatusOr<ReplicaPage> page = ReadReplicaPage(text, *catalog);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(*WriteReplicaPage(*page, *catalog), text);
  ASSERT_TRUE(two->Receive(*page).ok());
  EXPECT_EQ(policy_of(two), "");
  pull(one, two);
  EXPECT_EQ(policy_of(one), "");
  EXPECT_THAT(one.Problems(), IsEmpty());
  EXPECT_THAT(two.Problems(), IsEmpty());
}

// R01: a page with a policy that is none changes nothing.
TEST(ReplicaExchange, AMalformedPolicyIsRefused) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(0, clock);
  Office two(1, clock);
  ASSERT_TRUE(PullReplica(*two, *one).ok());
  clock += kMicrosPerSecond;
  ASSERT_TRUE(one->SetPolicy(R"({"types": {"account": {"read": ["owner"]}}})").ok());
  ReplicaPage page = *one->ReadReplica(*two->ReceivedFrom(0), 1);
  FieldChange& key = page.changes.at(0).entry.fields.at(0);
  key.after = "another";  // there is one policy
  EXPECT_FALSE(two->Receive(page).ok());
  for (FieldChange& field : page.changes.at(0).entry.fields) field.after = R"({"types": {"account": {"read": ["nobody"]}}})";
  key.after = "access";
  EXPECT_FALSE(two->Receive(page).ok());
  EXPECT_FALSE((*two->Read())->catalog().policy().is_set());
  EXPECT_THAT(two.Problems(), IsEmpty());
}

// R01, E02: fields that two offices define apart, under the same number, as text: told apart by name. A page whose definitions are none
// changes nothing.
TEST(ReplicaExchange, DefinitionsAsText) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(1, clock);
  Office two(2, clock);
  ASSERT_TRUE(PullReplica(*two, *one).ok());
  const auto define = [&](Office& office, const std::string& package, const std::string& field) {
    clock += kMicrosPerSecond;
    std::string definition = R"({"package": "PACKAGE", "version": "1.0.0", "needs": ["kith.crm"], "extend": [
        {"type": "account", "fields": [{"name": "FIELD", "kind": "choice", "choices": [{"name": "FIELD_one"}]}]}]})";
    const auto fill = [&](const std::string& part, const std::string& with) {
      for (size_t at = definition.find(part); at != std::string::npos; at = definition.find(part))
        definition.replace(at, part.size(), with);
    };
    fill("PACKAGE", package);
    fill("FIELD", field);
    const catalog::PackageSource source{.definition = definition, .numbers = {}};
    const StatusOr<EnsureReport> report = office->Ensure({&source, 1});
    ASSERT_TRUE(report.ok()) << report.status();
  };
  define(one, "firm", "colour");
  define(two, "firm", "shade");
  Batch batch = one.NewBatch();
  const Id local = batch.Create("account");
  batch.Set(local, "name", "Northwind");
  batch.Set(local, "colour", "colour_one");
  const Id account = one.Apply(batch).at(0);
  const auto carry = [](Office& from, Office& into) {
    const std::string text = *WriteReplicaPage(*from->ReadReplica(*into->ReceivedFrom(from->node()), into->node()), **from->GetCatalog());
    const StatusOr<ReplicaPage> page = ReadReplicaPage(text, **into->GetCatalog());
    ASSERT_TRUE(page.ok()) << page.status();
    const StatusOr<ReceiveReport> report = into->Receive(*page);
    ASSERT_TRUE(report.ok()) << report.status();
  };
  carry(one, two);
  clock += kMicrosPerSecond;
  Batch change = two.NewBatch();
  change.Set(account, "shade", "shade_one");
  (void)two.Apply(change);
  carry(two, one);
  for (Office* office : {&one, &two}) {
    for (const char* field : {"colour", "shade"}) {
      const std::shared_ptr<const catalog::Catalog> catalog = *(*office)->GetCatalog();
      const Value value = office->Get(account, field);
      const auto* choice = value.get_if<Choice>();
      ASSERT_NE(choice, nullptr) << field;
      EXPECT_EQ(catalog->FindType("account")->FindField(field)->FindChoice(choice->number)->name, std::string(field) + "_one");
    }
    EXPECT_THAT(office->Problems(), IsEmpty());
  }
  define(one, "more", "extra");
  for (const auto& [part, other] : {std::pair(R"(\"kind\":\"choice\")", R"(\"kind\":[])"), std::pair("account.more.extra", "account.more"),
                                    std::pair("\"packages\":{", "\"packages\":{\"x\":1,")}) {
    std::string text = *WriteReplicaPage(*one->ReadReplica(*two->ReceivedFrom(1), 2), **one->GetCatalog());
    const size_t at = text.find(part);
    ASSERT_NE(at, std::string::npos) << part << " is not in " << text;
    text.replace(at, std::string_view(part).size(), other);
    const uint64_t stands = (*two->Read())->sequence();
    const StatusOr<ReplicaPage> page = ReadReplicaPage(text, **two->GetCatalog());
    EXPECT_FALSE(page.ok() && two->Receive(*page).ok()) << part;
    EXPECT_EQ((*two->Read())->sequence(), stands) << part;
  }
}

// A person erased in one is erased in the other, by pages as text.
TEST(ReplicaExchange, ErasuresAsText) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(0, clock);
  Office two(1, clock);
  Batch batch = one.NewBatch();
  const Id local = batch.Create("contact");
  batch.Set(local, "name", "Zanzibar Li");
  const Id contact = one.Apply(batch).at(0);
  ASSERT_TRUE(PullReplica(*two, *one).ok());
  const uint64_t after = *two->ReceivedFrom(0);
  clock += kMicrosPerSecond;
  EraseOptions options;
  options.actor = Actor("desk", "7");
  options.reason = "asked for it";
  options.keep_shared = true;
  ASSERT_TRUE(one->ErasePerson(contact, options).ok());
  Batch again = one.NewBatch();
  again.Set(contact, "name", "Saffron Li");
  one.Apply(again);
  const std::shared_ptr<const catalog::Catalog> catalog = *one->GetCatalog();
  const std::string text = *WriteReplicaPage(*one->ReadReplica(after, 1), *catalog);
  EXPECT_THAT(text, Not(HasSubstr("Zanzibar")));
  EXPECT_THAT(text, HasSubstr(R"("header":"erased")"));
  const StatusOr<ReplicaPage> page = ReadReplicaPage(text, *catalog);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(*WriteReplicaPage(*page, *catalog), text);
  ASSERT_TRUE(two->Receive(*page).ok());
  EXPECT_EQ(two.Get(contact, "name"), Value("Saffron Li"));
  EXPECT_THAT(HistoryToJson((*two->Read())->catalog(), *(*two->Read())->History(contact)), Not(HasSubstr("Zanzibar")));
  EXPECT_EQ((*two->Erasures()).at(0).reason, "asked for it");
  EXPECT_THAT(two.Problems(), IsEmpty());
}

// R01: a page as text carries all that the page does; what is cut or changed is refused.
TEST(ReplicaExchange, PagesAsText) {
  std::atomic<int64_t> clock = 1'700'000'000 * kMicrosPerSecond;
  Office one(1, clock);
  LiveForAWhile(one, clock, 7, 120);
  Office two(2, clock);
  Office by_text(3, clock);
  ASSERT_TRUE(PullReplica(*two, *one).ok());
  // The third starts as a copy of the first, as replicas usually do, and gets the rest as text.
  const std::string path = testing::MakeTempDir() + "/db";
  ASSERT_TRUE(one->Backup(path).ok());
  LiveForAWhile(one, clock, 8, 60);
  Office copy(4, clock, path);
  const std::shared_ptr<const catalog::Catalog> catalog = *one->GetCatalog();
  std::string text;
  for (bool more = true; more;) {
    const ReplicaPage page = *one->ReadReplica(*copy->ReceivedFrom(1), 4, 50);
    text = *WriteReplicaPage(page, *catalog);
    const StatusOr<ReplicaPage> read = ReadReplicaPage(text, *catalog);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*WriteReplicaPage(*read, *catalog), text);
    const StatusOr<ReceiveReport> report = copy->Receive(*read);
    ASSERT_TRUE(report.ok()) << report.status();
    more = page.more;
  }
  EXPECT_EQ(copy.Text(), one.Text());
  EXPECT_THAT(copy.Problems(), IsEmpty());

  EXPECT_EQ(GetReason(ReadReplicaPage("", *catalog).status()), Reason::kLinesMalformed);
  const auto instead = [&](std::string_view of, const std::string& other) {
    std::string page = text;
    return GetReason(ReadReplicaPage(page.replace(page.find(of), of.size(), other), *catalog).status());
  };
  EXPECT_EQ(instead("\"packages\":{", R"("packages":{"4294967297":"other",)"), Reason::kLinesMalformed);
  EXPECT_EQ(instead("{\"record\":", R"({"record":"task","record":)"), Reason::kLinesMalformed);
  constexpr size_t kDeep = 200'000;  // whose lists, written out again, would take more than the stack has
  const std::string deep = std::string(kDeep, '[') + std::string(kDeep, ']');
  EXPECT_EQ(instead("\"stamp\":[", "\"stamp\":[" + deep + ",1,1],\"other\":["), Reason::kLinesMalformed);
  for (size_t cut : {text.size() / 3, text.size() / 2, text.find('\n') + 1}) {
    EXPECT_EQ(GetReason(ReadReplicaPage(std::string_view(text).substr(0, cut), *catalog).status()), Reason::kLinesMalformed);
  }
  std::string newer = text;
  newer.replace(newer.find("\"version\":1"), 11, "\"version\":2");
  EXPECT_EQ(GetReason(ReadReplicaPage(newer, *catalog).status()), Reason::kFormatNewer);
}

}  // namespace
}  // namespace kith::exchange
