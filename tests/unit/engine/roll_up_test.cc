// Roll-ups: fields of a parent made of the records that refer to it. // E01 E02
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "shop.h"
#include "support/settings.h"

namespace kith {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Shop;
using testing::TestScale;
using testing::TestSeed;

constexpr std::string_view kCustomerFields = R"(
      {"name": "bills", "kind": "int", "roll_up": {"function": "count", "of": "bill", "by": "customer"}},
      {"name": "paid", "kind": "int", "roll_up": {"function": "count", "of": "bill", "by": "customer", "where": "state == 'paid'"}},
      {"name": "total", "kind": "money", "labels": {"en": "Total", "zh": "合计"},
       "roll_up": {"function": "sum", "of": "bill", "by": "customer", "field": "amount"}},
      {"name": "points", "kind": "int", "roll_up": {"function": "sum", "of": "bill", "by": "customer", "field": "points"}},
      {"name": "first", "kind": "date", "roll_up": {"function": "min", "of": "bill", "by": "customer", "field": "due"}},
      {"name": "last", "kind": "date", "roll_up": {"function": "max", "of": "bill", "by": "customer", "field": "due"}},
      {"name": "largest", "kind": "money", "roll_up": {"function": "max", "of": "bill", "by": "customer", "field": "amount"}},
      {"name": "smallest", "kind": "money", "roll_up": {"function": "min", "of": "bill", "by": "customer", "field": "amount"}},
      {"name": "mean", "kind": "decimal", "scale": 2, "roll_up": {"function": "average", "of": "bill", "by": "customer", "field": "points"}},
      {"name": "mean_amount", "kind": "money", "roll_up": {"function": "average", "of": "bill", "by": "customer", "field": "amount"}},
      {"name": "twice_points", "kind": "int", "roll_up": {"function": "sum", "of": "bill", "by": "customer", "field": "doubled"}},
      {"name": "unpaid", "kind": "int", "formula": "bills - paid"})";

std::string Bills(std::string_view version, std::string_view customer_fields) {
  std::string text = R"({"package": "test.bills", "version": ")";
  text.append(version).append(R"(", "types": [
    {"name": "customer", "fields": [{"name": "name", "kind": "text"})");
  if (!customer_fields.empty()) text.append(",").append(customer_fields);
  return text.append(R"(]},
    {"name": "bill", "fields": [
      {"name": "customer", "kind": "ref", "to": ["customer"], "on_delete": "detach"},
      {"name": "amount", "kind": "money"}, {"name": "points", "kind": "int"}, {"name": "due", "kind": "date"},
      {"name": "weight", "kind": "double"},
      {"name": "state", "kind": "choice", "default": "open", "choices": [{"name": "open"}, {"name": "paid"}]},
      {"name": "doubled", "kind": "int", "formula": "points * 2"}]}]})");
}

Money Cny(int64_t minor) { return {minor, *Currency::FromCode("CNY")}; }
Money Eur(int64_t minor) { return {minor, *Currency::FromCode("EUR")}; }

class RollUpTest : public ::testing::Test {
 protected:
  Id AddCustomer() {
    return shop_.Add("customer", [](Batch& batch, Id id) { batch.Set(id, "name", "C"); });
  }
  Id AddBill(Id customer, const Value& amount, const Value& points, bool paid = false) {
    return shop_.Add("bill", [&](Batch& batch, Id id) {
      batch.Set(id, "customer", customer);
      batch.Set(id, "amount", amount);
      batch.Set(id, "points", points);
      batch.SetChoice(id, "state", paid ? "paid" : "open");
    });
  }
  void Delete(Id id) {
    Batch batch = shop_.NewBatch();
    batch.Delete(id);
    shop_.Apply(batch);
  }
  Status Refused(std::string_view fields) {
    const std::string package = Bills("1.0.0", fields);
    const catalog::PackageSource source{.definition = package, .numbers = {}};
    return shop_->Ensure({&source, 1}).status();
  }
  void TearDown() override { EXPECT_THAT(shop_.Problems(), IsEmpty()); }
  Shop shop_;
};

TEST_F(RollUpTest, EachFunctionGivesItsValue) {
  shop_.Ensure(Bills("1.0.0", kCustomerFields));
  const Id customer = AddCustomer();
  EXPECT_EQ(shop_.Get(customer, "bills"), Value(0));
  EXPECT_EQ(shop_.Get(customer, "points"), Value(0));
  for (const std::string_view none : {"total", "first", "largest", "mean", "mean_amount"}) EXPECT_TRUE(shop_.Get(customer, none).is_null());
  const uint64_t version = shop_.Read()->Get(customer)->header().version;
  AddBill(customer, Cny(100), 1);
  AddBill(customer, Cny(250), 2, true);
  const Id third = AddBill(customer, Cny(1), 2);
  EXPECT_EQ(shop_.Get(customer, "bills"), Value(3));
  EXPECT_EQ(shop_.Get(customer, "paid"), Value(1));
  EXPECT_EQ(shop_.Get(customer, "unpaid"), Value(2));  // a formula over roll-ups
  EXPECT_EQ(shop_.Get(customer, "total"), Value(Cny(351)));
  EXPECT_EQ(shop_.Get(customer, "points"), Value(5));
  EXPECT_EQ(shop_.Get(customer, "twice_points"), Value(10));  // a roll-up over a formula
  EXPECT_EQ(shop_.Get(customer, "largest"), Value(Cny(250)));
  EXPECT_EQ(shop_.Get(customer, "smallest"), Value(Cny(1)));
  EXPECT_EQ(shop_.Get(customer, "mean"), Value(Decimal{167, 2}));
  EXPECT_EQ(shop_.Get(customer, "mean_amount"), Value(Cny(117)));
  Delete(third);
  EXPECT_EQ(shop_.Get(customer, "smallest"), Value(Cny(100)));
  // None of this is a change of the customer.
  EXPECT_EQ(shop_.Read()->Get(customer)->header().version, version);
}

TEST_F(RollUpTest, AmountsOfSeveralCurrenciesAreNotMixed) {
  shop_.Ensure(Bills("1.0.0", kCustomerFields));
  const Id customer = AddCustomer();
  AddBill(customer, Cny(100), 1);
  const Id euro = AddBill(customer, Eur(50), 1);
  for (const std::string_view mixed : {"total", "largest", "smallest", "mean_amount"}) EXPECT_TRUE(shop_.Get(customer, mixed).is_null());
  EXPECT_EQ(shop_.Get(customer, "bills"), Value(2));
  Delete(euro);
  EXPECT_EQ(shop_.Get(customer, "total"), Value(Cny(100)));
  EXPECT_EQ(shop_.Get(customer, "largest"), Value(Cny(100)));
}

TEST_F(RollUpTest, RecordsFromBeforeAreRolledUpAndAChangedRollUpIsBuiltAnew) {
  shop_.Ensure(Bills("1.0.0", ""));
  const Id customer = AddCustomer();
  for (int i = 1; i <= 10; ++i) AddBill(customer, Cny(i), i, i > 5);
  constexpr std::string_view kSum =
      R"({"name": "sum", "kind": "int", "roll_up": {"function": "sum", "of": "bill", "by": "customer", "field": "points"}})";
  shop_.Ensure(Bills("1.1.0", kSum));
  EXPECT_EQ(shop_.Get(customer, "sum"), Value(55));
  AddBill(customer, Value(), 5);
  EXPECT_EQ(shop_.Get(customer, "sum"), Value(60));
  std::string paid(kSum);
  paid.insert(paid.rfind("}}"), R"(, "where": "state == 'paid'")");
  shop_.Ensure(Bills("1.2.0", paid));
  EXPECT_EQ(shop_.Get(customer, "sum"), Value(40));
  EXPECT_THAT(shop_.Problems(), IsEmpty());  // the rows of the former are gone
  // A formula that is rolled up and says something else now.
  std::string doubled(paid);
  doubled.replace(doubled.find(R"("points")"), 8, R"("doubled")");
  shop_.Ensure(Bills("1.3.0", doubled));
  EXPECT_EQ(shop_.Get(customer, "sum"), Value(80));
  std::string tripled = Bills("1.4.0", doubled);
  tripled.replace(tripled.find("points * 2"), 10, "points * 3");
  shop_.Ensure(tripled);
  EXPECT_EQ(shop_.Get(customer, "sum"), Value(120));
  std::string retired(doubled);
  retired.insert(retired.rfind("}"), R"(, "retired": true)");
  shop_.Ensure(Bills("1.5.0", retired));
  EXPECT_TRUE(shop_.Get(customer, "sum").is_null());
  shop_.Ensure(Bills("1.6.0", doubled));
  EXPECT_EQ(shop_.Get(customer, "sum"), Value(80));
}

TEST_F(RollUpTest, APastRecordHasWhatItsBillsCameToThen) {  // B12
  shop_.Ensure(Bills("1.0.0", kCustomerFields));
  const Id customer = AddCustomer();
  const Id other = AddCustomer();
  const Id moved = AddBill(customer, Cny(100), 1);
  const Id deleted = AddBill(customer, Cny(250), 2, true);
  AddBill(customer, Cny(7), 3);  // the one that stays as it is
  const Time then = shop_.Read()->recorded();
  Batch batch = shop_.NewBatch();
  batch.Set(moved, "customer", other);
  batch.Delete(deleted);
  shop_.Apply(batch);
  AddBill(customer, Cny(9000), 5);
  EXPECT_EQ(shop_.Get(customer, "total"), Value(Cny(9007)));

  auto snapshot = shop_.Read();
  const catalog::TypeDef& type = *snapshot->catalog().FindType("customer");
  const auto at = [&](AsOf as_of, std::string_view field) { return *GetField(type, snapshot->GetAsOf(customer, as_of)->view(), field); };
  for (const AsOf as_of : {AsOf{.effective = then}, AsOf{.recorded = then}, AsOf{then, then}}) {
    EXPECT_EQ(at(as_of, "bills"), Value(3));
    EXPECT_EQ(at(as_of, "unpaid"), Value(2));
    EXPECT_EQ(at(as_of, "total"), Value(Cny(357)));
    EXPECT_EQ(at(as_of, "largest"), Value(Cny(250)));
    EXPECT_EQ(at(as_of, "smallest"), Value(Cny(7)));
  }
  EXPECT_EQ(at({}, "total"), Value(Cny(9007)));
  EXPECT_EQ(*GetField(type, snapshot->GetAsOf(other, {.recorded = then})->view(), "bills"), Value(0));

  // A viewer gets what it may see: the deleted one was nobody's, so everybody's.
  const auto seen = *shop_->Read({.id = Id::Of(customer.type(), 0, 77), .units = {}});
  EXPECT_EQ(*GetField(type, seen->GetAsOf(customer, {.recorded = then})->view(), "total"), Value(Cny(357)));
  // A record of the past outlives its snapshot, what it reads from others does not.
  const Record kept = *snapshot->GetAsOf(customer, {.recorded = then});
  snapshot.reset();
  EXPECT_TRUE(GetField(type, kept.view(), "total")->is_null());
  EXPECT_EQ(*GetField(type, kept.view(), "name"), Value("C"));
}

TEST_F(RollUpTest, AViewerLearnsNothingOfRecordsItDoesNotSee) {
  shop_.Ensure(Bills("1.0.0", kCustomerFields));
  const Id customer = AddCustomer();
  AddBill(customer, Cny(100), 1);
  shop_.Add("bill", [&](Batch& batch, Id id) {
    batch.Set(id, "customer", customer);
    batch.Set(id, "amount", Cny(900));
    batch.Set(id, "owner", customer);
    batch.Set(id, "visibility", 2);
  });
  EXPECT_EQ(shop_.Get(customer, "total"), Value(Cny(1000)));
  const auto seen = *shop_->Read({.id = Id::Of(customer.type(), 0, 77), .units = {}});
  const record::View view = *seen->Get(customer);
  const catalog::TypeDef& type = *seen->catalog().FindType("customer");
  EXPECT_EQ(*GetField(type, view, "total"), Value(Cny(100)));
  EXPECT_EQ(*GetField(type, view, "bills"), Value(1));
  EXPECT_EQ(*GetField(type, view, "largest"), Value(Cny(100)));
}

TEST_F(RollUpTest, WhatCannotBeIsRefused) {
  const auto refused = [&](std::string_view roll_up, std::string_view kind = "int") {
    return Refused(std::string(R"({"name": "r", "kind": ")").append(kind).append(R"(", "roll_up": )").append(roll_up).append("}"));
  };
  const auto field = [](const Status& status) { return GetErrorInfo(status).field; };
  Status status = refused(R"({"function": "sum", "of": "bill", "by": "customer", "field": "weight"})", "double");
  EXPECT_EQ(field(status), "types[0].fields[1].roll_up.field");
  EXPECT_THAT(GetErrorInfo(status).hint, HasSubstr("decimal"));
  EXPECT_EQ(field(refused(R"({"function": "count", "of": "bills", "by": "customer"})")), "types[0].fields[1].roll_up.of");
  EXPECT_EQ(field(refused(R"({"function": "count", "of": "bill", "by": "amount"})")), "types[0].fields[1].roll_up.by");
  EXPECT_EQ(field(refused(R"({"function": "count", "of": "bill", "by": "customer"})", "text")), "types[0].fields[1].kind");
  EXPECT_EQ(field(refused(R"({"function": "sum", "of": "bill", "by": "customer", "field": "amount"})")), "types[0].fields[1].kind");
  EXPECT_EQ(field(refused(R"({"function": "total", "of": "bill", "by": "customer"})")), "types[0].fields[1].roll_up.function");
  EXPECT_EQ(field(refused(R"({"function": "count", "of": "bill", "by": "customer", "where": "customer.name == 'C'"})")),
            "types[0].fields[1].roll_up.where");
  EXPECT_EQ(field(refused(R"({"function": "count", "of": "bill", "by": "customer", "where": "points +"})")),
            "types[0].fields[1].roll_up.where");
  EXPECT_FALSE(shop_.Read()->catalog().FindType("customer"));
}

// --- against a list of all bills, under random edits

struct Bill {
  Id customer;
  Value amount;
  Value points;
  Value due;
  bool paid = false;
};

class Naive {
 public:
  explicit Naive(const std::map<Id, Bill>& bills) : bills_(bills) {}
  [[nodiscard]] std::map<std::string, Value> Of(Id customer) const {
    int64_t count = 0;
    int64_t paid = 0;
    int64_t points = 0;
    std::vector<Value> dues;
    std::map<std::string, std::vector<int64_t>> amounts;  // by currency
    for (const auto& [id, bill] : bills_) {
      if (bill.customer != customer) continue;
      ++count;
      paid += bill.paid ? 1 : 0;
      if (const int64_t* value = bill.points.get_if<int64_t>()) points += *value;
      if (!bill.due.is_null()) dues.push_back(bill.due);
      if (const Money* money = bill.amount.get_if<Money>()) amounts[std::string(money->currency.code())].push_back(money->minor);
    }
    std::map<std::string, Value> values{
        {"bills", count}, {"paid", paid}, {"unpaid", count - paid}, {"points", points}, {"twice_points", 2 * points}};
    const auto by_day = [](const Value& a, const Value& b) { return a.get<Date>() < b.get<Date>(); };
    values["first"] = dues.empty() ? Value() : *std::min_element(dues.begin(), dues.end(), by_day);
    values["last"] = dues.empty() ? Value() : *std::max_element(dues.begin(), dues.end(), by_day);
    for (const std::string name : {"total", "largest", "smallest"}) values[name] = Value();
    if (amounts.size() != 1) return values;
    const Currency currency = *Currency::FromCode(amounts.begin()->first);
    const std::vector<int64_t>& all = amounts.begin()->second;
    int64_t sum = 0;
    for (const int64_t amount : all) sum += amount;
    values["total"] = Money{sum, currency};
    values["largest"] = Money{*std::max_element(all.begin(), all.end()), currency};
    values["smallest"] = Money{*std::min_element(all.begin(), all.end()), currency};
    return values;
  }

 private:
  const std::map<Id, Bill>& bills_;
};

class RandomEdits {
 public:
  RandomEdits(Shop& shop, uint64_t seed, bool backdates = false) : shop_(shop), random_(seed), backdates_(backdates) {
    for (int i = 0; i < 4; ++i) {
      customers_.push_back(shop.Add("customer", [](Batch& batch, Id id) { batch.Set(id, "name", "C"); }));
    }
  }

  // One batch of a few changes.
  void Step() {
    Batch batch = shop_.NewBatch();
    if (backdates_ && Draw(2) == 0 && !noted_.empty()) batch.SetEffective(noted_[static_cast<size_t>(Draw(Whole(noted_)))].first);
    std::map<Id, Bill> next = bills_;
    std::vector<std::pair<Id, Bill>> created;
    for (int i = Draw(3); i >= 0; --i) {
      const int what = Draw(10);
      if (what < 4 || next.empty()) {
        const Bill bill = Make();
        const Id local = batch.Create("bill");
        Set(batch, local, bill);
        created.emplace_back(local, bill);
      } else if (what < 8) {
        const Id id = Pick(next);
        next[id] = Make();
        Set(batch, id, next[id]);
      } else if (what == 8) {
        const Id id = Pick(next);
        batch.Delete(id);
        deleted_[id] = bills_.at(id);
        next.erase(id);
      } else if (!deleted_.empty()) {
        const Id id = Pick(deleted_);
        if (bills_.count(id) > 0 || next.count(id) > 0) continue;
        batch.Restore(id);
        next[id] = deleted_[id];
        deleted_.erase(id);
      }
    }
    const bool dry = Draw(8) == 0;
    const Outcome outcome = shop_.Apply(batch, {.dry_run = dry});
    if (dry) {
      for (auto it = deleted_.begin(); it != deleted_.end();) it = bills_.count(it->first) > 0 ? deleted_.erase(it) : std::next(it);
      return;
    }
    bills_ = std::move(next);
    for (const auto& [local, bill] : created) {
      ever_.push_back(outcome.ids[local.local_index()]);
      bills_[ever_.back()] = bill;
    }
    if (!backdates_) return;
    const auto now = shop_.Read();  // what was said of the past may show or not
    bills_ = BillsAs([&](Id id) { return now->GetAsOf(id, {}); });
  }

  void Compare() {
    const auto snapshot = shop_.Read();
    const catalog::TypeDef& type = *snapshot->catalog().FindType("customer");
    const auto other = *shop_->Read({.id = customers_[0], .units = {}});
    for (const Id customer : customers_) {
      for (const auto& [name, value] : Naive(bills_).Of(customer)) {
        EXPECT_EQ(*GetField(type, *snapshot->Get(customer), name), value) << name;
        EXPECT_EQ(*GetField(type, *other->Get(customer), name), value) << name << " from the records";
      }
    }
  }

  // Remembers what there is, as of now.
  void Note() { noted_.emplace_back(shop_.Read()->recorded(), bills_); }
  // What was noted is what the recorded axis says; at any point of both axes a roll-up is what the bills of that point come to, each read
  // on its own.
  void ComparePast() {
    const auto snapshot = shop_.Read();
    const catalog::TypeDef& type = *snapshot->catalog().FindType("customer");
    const auto other = *shop_->Read({.id = customers_[0], .units = {}});
    for (const auto& [recorded, bills] : noted_) {
      for (const Id customer : customers_) {
        const Record past = *snapshot->GetAsOf(customer, {.recorded = recorded});
        const Record seen = *other->GetAsOf(customer, {.recorded = recorded});
        for (const auto& [name, value] : Naive(bills).Of(customer)) {
          EXPECT_EQ(*GetField(type, past.view(), name), value) << name;
          EXPECT_EQ(*GetField(type, seen.view(), name), value) << name;
        }
      }
      const Time effective = noted_[static_cast<size_t>(Draw(Whole(noted_)))].first;
      for (const AsOf as_of : {AsOf{.effective = effective}, AsOf{effective, recorded}}) ComparePastAt(*snapshot, as_of);
    }
  }

 private:
  // The bills as `read` gives them.
  template <typename Read>
  [[nodiscard]] std::map<Id, Bill> BillsAs(const Read& read) const {
    std::map<Id, Bill> bills;
    for (const Id id : ever_) {
      const StatusOr<Record> bill = read(id);
      if (!bill.ok()) continue;
      const auto field = [&](std::string_view name) { return *GetField(bill->type(), bill->view(), name); };
      const Value by = field("customer");
      const Id* customer = by.get_if<Id>();
      bills[id] = {.customer = customer == nullptr ? Id() : *customer,
                   .amount = field("amount"),
                   .points = field("points"),
                   .due = field("due"),
                   .paid = field("state") == Value(Choice{bill->type().FindField("state")->FindChoice("paid")->number})};
    }
    return bills;
  }
  void ComparePastAt(const Snapshot& snapshot, AsOf as_of) {
    const std::map<Id, Bill> bills = BillsAs([&](Id id) { return snapshot.GetAsOf(id, as_of); });
    for (const Id customer : customers_) {
      const Record past = *snapshot.GetAsOf(customer, as_of);
      for (const auto& [name, value] : Naive(bills).Of(customer)) EXPECT_EQ(*GetField(past.type(), past.view(), name), value) << name;
    }
  }
  template <typename List>
  static int Whole(const List& list) {
    return static_cast<int>(list.size());
  }
  int Draw(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  template <typename Map>
  Id Pick(const Map& map) {
    auto it = map.begin();
    std::advance(it, Draw(static_cast<int>(map.size())));
    return it->first;
  }
  Bill Make() {
    Bill bill;
    bill.customer = Draw(6) == 0 ? Id() : customers_[static_cast<size_t>(Draw(4))];
    const int64_t minor = Draw(20) - 5;
    const int currency = Draw(12);
    bill.amount = currency == 0 ? Value() : Value(currency == 1 ? Eur(minor) : Cny(minor));
    bill.points = Draw(5) == 0 ? Value() : Value(int64_t{Draw(50)});
    bill.due = Draw(5) == 0 ? Value() : Value(Date{Draw(10)});
    bill.paid = Draw(2) == 0;
    return bill;
  }
  static void Set(Batch& batch, Id id, const Bill& bill) {
    batch.Set(id, "customer", bill.customer.is_null() ? Value() : Value(bill.customer));
    batch.Set(id, "amount", bill.amount);
    batch.Set(id, "points", bill.points);
    batch.Set(id, "due", bill.due);
    batch.SetChoice(id, "state", bill.paid ? "paid" : "open");
  }

  Shop& shop_;
  std::mt19937_64 random_;
  bool backdates_;
  std::vector<Id> customers_;
  std::map<Id, Bill> bills_;
  std::map<Id, Bill> deleted_;
  std::vector<Id> ever_;
  std::vector<std::pair<Time, std::map<Id, Bill>>> noted_;
};

TEST_F(RollUpTest, RandomEditsGiveWhatAListOfAllBillsGives) {
  shop_.Ensure(Bills("1.0.0", kCustomerFields));
  RandomEdits edits(shop_, TestSeed(20261126));
  for (int i = 0; i < 150 * TestScale(); ++i) {
    edits.Step();
    if (i % 10 == 9) edits.Compare();
    if (::testing::Test::HasFailure()) return;
  }
  edits.Compare();
  shop_.Close();
  shop_.Open();
  edits.Compare();
}

TEST_F(RollUpTest, AtAnyPointOfBothAxesItIsWhatTheBillsOfThenComeTo) {  // B12
  shop_.Ensure(Bills("1.0.0", kCustomerFields));
  RandomEdits edits(shop_, TestSeed(20261128), /*backdates=*/true);
  for (int i = 0; i < 60 * TestScale(); ++i) {
    edits.Step();
    if (i % 5 == 4) edits.Note();
  }
  edits.ComparePast();
}

}  // namespace
}  // namespace kith
