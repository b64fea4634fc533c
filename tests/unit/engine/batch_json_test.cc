#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kith/base/limits.h"
#include "kith/engine/json.h"
#include "shop.h"

namespace kith {
namespace {

using ::testing::HasSubstr;
using testing::Shop;
using testing::Yuan;

class BatchJsonTest : public ::testing::Test {
 protected:
  StatusOr<Batch> Parse(std::string_view json) { return Batch::FromJson(*shop_->GetCatalog(), json); }
  // A whole batch of the given changes.
  StatusOr<Batch> ParseChanges(const std::string& changes) { return Parse(R"({"changes": [)" + changes + "]}"); }
  Outcome Apply(const std::string& changes) {
    const StatusOr<Batch> batch = ParseChanges(changes);
    EXPECT_TRUE(batch.ok()) << batch.status();
    return batch.ok() ? shop_.Apply(*batch) : Outcome();
  }
  void ExpectError(const std::string& changes, Reason reason, std::string_view path) {
    const Status status = ParseChanges(changes).status();
    EXPECT_EQ(NameOf(GetReason(status)), NameOf(reason)) << status;
    EXPECT_EQ(GetErrorInfo(status).field, path) << status;
  }
  void ExpectValueError(const std::string& set, Reason reason, const std::string& field) {
    ExpectError(R"({"create": "item", "set": {)" + set + "}}", reason, "changes[0].set." + field);
  }
  Shop shop_;
};

TEST_F(BatchJsonTest, ValuesArriveAsWritten) {
  Apply(R"({"create": "item", "ref": ["erp", "0"], "set": {"name": "zero"}})");
  const Outcome outcome = Apply(R"({"create": "box", "as": "b", "set": {"label": "B"}},
    {"create": "item", "as": "i", "ref": ["erp", "1"], "set": {
      "name": "钢笔", "code": "A-1", "state": "old", "colours": ["blue", "red"], "quantity": 5, "price": {"minor": 1250000, "currency": "CNY"},
      "rate": "1.5", "weight": 2.25, "fresh": true, "made": "2026-07-01", "seen": "2023-07-01T12:30:00+08:00", "tags": ["x", "y"],
      "blob": "AP8=", "box": "$b", "about": {"type": "item", "ref": ["erp", "0"]}, "owner": 77, "unit": 3, "visibility": "unit"}},
    {"create": "item", "ref": ["erp", "2"], "set": {"name": "ink", "price": "-12,500.05 CNY", "rate": 2, "weight": 3, "quantity": null}})");
  ASSERT_GE(outcome.ids.size(), 3U);
  const Id pen = shop_.Read()->Find("item", ExternalRef{"erp", "1"}).value();
  const auto get = [&](std::string_view field) { return shop_.Get(pen, field); };
  EXPECT_EQ(get("name"), Value("钢笔"));
  EXPECT_EQ(get("state"), Value(Choice{2}));
  EXPECT_EQ(get("colours"), Value(ChoiceSet{{1}, {2}}));
  EXPECT_EQ(get("quantity"), Value(5));
  EXPECT_EQ(get("price"), Value(Yuan(1250000)));
  EXPECT_EQ(get("rate"), Value(Decimal{150, 2}));
  EXPECT_EQ(get("weight"), Value(2.25));
  EXPECT_EQ(get("fresh"), Value(true));
  EXPECT_EQ(get("made"), Value(*ParseDate("2026-07-01")));
  EXPECT_EQ(get("seen"), Value(*ParseTime("2023-07-01T04:30:00Z")));
  EXPECT_EQ(get("tags"), Value(TextList{"x", "y"}));
  EXPECT_EQ(get("blob"), Value(Bytes{std::string("\0\xFF", 2)}));
  EXPECT_EQ(get("box"), Value(outcome.ids[0]));
  EXPECT_EQ(get("about"), Value(shop_.Read()->Find("item", ExternalRef{"erp", "0"}).value()));
  EXPECT_EQ(get("owner"), Value(Id(77)));
  EXPECT_EQ(get("unit"), Value(3));
  EXPECT_EQ(get("visibility"), Value(1));
  const Id ink = shop_.Read()->Find("item", ExternalRef{"erp", "2"}).value();
  EXPECT_EQ(shop_.Get(ink, "price"), Value(Yuan(-1250005)));
  EXPECT_EQ(shop_.Get(ink, "rate"), Value(Decimal{200, 2}));
  EXPECT_EQ(shop_.Get(ink, "weight"), Value(3.0));
  EXPECT_EQ(shop_.Get(ink, "quantity"), Value());
}

TEST_F(BatchJsonTest, SingleValuesThereAndBack) {
  const catalog::TypeDef& item = **shop_->GetCatalog().value()->GetType("item");
  const auto same = [](const catalog::FieldDef* field, Kind kind, const Value& value) {
    const std::string text = ValueToJsonText(field, value);
    const StatusOr<Value> read = ValueFromJsonText(field, kind, text);
    EXPECT_TRUE(read.ok() && *read == value) << text << " " << read.status();
    return text;
  };
  EXPECT_EQ(same(item.FindField("state"), Kind::kChoice, Choice{2}), "\"old\"");
  EXPECT_EQ(same(item.FindField("price"), Kind::kMoney, Yuan(5)), R"({"currency":"CNY","minor":5})");
  EXPECT_EQ(same(nullptr, Kind::kRef, Id(77)), "77");
  EXPECT_EQ(same(nullptr, Kind::kTime, Time{0}), "\"1970-01-01T00:00:00Z\"");
  EXPECT_EQ(same(nullptr, Kind::kInt, Value()), "null");
  EXPECT_EQ(GetReason(ValueFromJsonText(nullptr, Kind::kRef, "\"x\"").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ValueFromJsonText(nullptr, Kind::kInt, "{").status()), Reason::kWrongKind);
  EXPECT_EQ(GetReason(ValueFromJsonText(item.FindField("state"), Kind::kChoice, "\"new?\"").status()), Reason::kNotAChoice);
}

TEST_F(BatchJsonTest, EveryOperation) {
  const Id id = shop_.AddItem("pen");
  const std::string number = std::to_string(id.value());
  const std::string version = std::to_string(shop_.Read()->Get(id)->header().version);
  Apply(R"({"require": )" + number + R"(, "version": )" + version + R"(},
    {"require_absent": "item", "ref": ["erp", "1"]},
    {"patch": )" +
        number + R"(, "set": {"name": "ink"}, "add": {"quantity": 3}},
    {"link": )" +
        number + R"(, "ref": ["erp", "1"]},
    {"upsert": "box", "ref": ["erp", "b"], "as": "b", "set": {"label": "L"}},
    {"create_if_absent": "box", "ref": ["erp", "b"], "set": {"label": "M"}},
    {"patch": {"type": "item", "ref": ["erp", "1"]}, "set": {"box": "$b"}})");
  EXPECT_EQ(shop_.Get(id, "name"), Value("ink"));
  EXPECT_EQ(shop_.Get(id, "quantity"), Value(3));
  const Id box = shop_.Get(id, "box").get<Id>();
  EXPECT_EQ(shop_.Get(box, "label"), Value("L"));
  Apply(R"({"existing": "box", "ref": ["erp", "b"], "as": "x", "set": {"label": "N"}}, {"link": "$x", "ref": ["erp", "c"]},
           {"unlink": "$x", "ref": ["erp", "b"]})");
  EXPECT_EQ(shop_.Get(box, "label"), Value("N"));
  EXPECT_EQ(shop_.Read()->ExternalRefs(box), (std::vector<ExternalRef>{{"erp", "c"}}));
  Apply(R"({"delete": {"type": "box", "ref": ["erp", "c"]}})");
  EXPECT_FALSE(shop_.Exists(box));
}

TEST_F(BatchJsonTest, NewRecordsMayReferForward) {
  const Outcome outcome = Apply(R"({"create": "item", "set": {"name": "pen", "box": "$later"}}, {"create": "box", "as": "later"})");
  ASSERT_EQ(outcome.ids.size(), 2U);
  EXPECT_EQ(shop_.Get(outcome.ids[0], "box"), Value(outcome.ids[1]));
}

TEST_F(BatchJsonTest, AFieldOfOneTypeNeedsNoTypeInItsReference) {
  Apply(R"({"create": "box", "ref": ["erp", "b"]})");
  const Outcome outcome = Apply(R"({"create": "item", "as": "i", "set": {"name": "pen", "box": {"ref": ["erp", "b"]}}})");
  ASSERT_EQ(outcome.ids.size(), 2U);
  EXPECT_EQ(shop_.Get(outcome.ids[0], "box"), Value(shop_.Read()->Find("box", ExternalRef{"erp", "b"}).value()));
  ExpectValueError(R"("about": {"ref": ["erp", "b"]})", Reason::kBatchMalformed, "about.type");
}

TEST_F(BatchJsonTest, ActorReasonOriginAndEffectiveTimes) {
  const StatusOr<Batch> batch = Parse(R"({"actor": {"system": "app", "key": "17"}, "reason": "because", "origin": "import", "changes": [
    {"create": "item", "as": "i", "effective": "2023-01-05", "set": {"name": "pen", "quantity": 1}},
    {"patch": "$i", "effective": "2023-02-05T00:00:00Z", "set": {"quantity": 2}}]})");
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->actor(), Actor("app", "17"));
  EXPECT_EQ(batch->reason(), "because");
  EXPECT_EQ(batch->origin(), Origin::kImport);
  const Id id = shop_.Apply(*batch).ids[0];
  EXPECT_EQ(shop_.Get(id, "created"), Value(*ParseTime("2023-01-05")));
  EXPECT_EQ(shop_.Get(id, "quantity"), Value(2));
  EXPECT_EQ(testing::FieldOf(*shop_.Read(), shop_.Read()->GetAsOf(id, {.effective = *ParseTime("2023-01-10")})->view(), "quantity"),
            Value(1));
  EXPECT_EQ(Parse(R"({"actor": 9007199254740991, "changes": []})")->actor(), Actor(Id(9007199254740991)));
  EXPECT_TRUE(Parse(R"({"actor": null, "changes": []})")->actor().is_null());
}

TEST_F(BatchJsonTest, TheWayThereAndBackIsTheSame) {
  const Id id = shop_.AddItem("old");
  Batch batch(*shop_->GetCatalog(), Actor("app", "17"), "round trip");
  batch.SetOrigin(Origin::kImport);
  const Id box = batch.Create("box", {"erp", "b"});
  const Id item = batch.Upsert("item", {"erp", "1"});
  batch.Set(item, "name", "钢笔\"\n");
  batch.Set(item, "price", Yuan(INT64_MIN));
  batch.Set(item, "rate", Decimal{INT64_MAX, 2});
  batch.Set(item, "weight", 0.1);
  batch.Set(item, "blob", Bytes{"\x01\x02\x03\x04"});
  batch.Set(item, "tags", TextList{});
  batch.Set(item, "box", box);
  batch.SetChoices(item, "colours", {"red"});
  batch.SetAt(item, "quantity", 4, Time{1'650'000'000'000'001});
  batch.Add(item, "quantity", 1);
  batch.Set(item, "owner", id);
  batch.SetEffective(Time{1'660'000'000'000'000});
  batch.Add(id, "weight", 2);
  batch.Set(id, "fresh", Value());
  batch.SetEffective({});
  batch.CreateIfAbsent("box", {"erp", "c"});
  batch.Link(id, {"erp", "k"});
  batch.RequireVersion(id, 7);
  batch.RequireValue(id, "quantity", 3);
  batch.RequireValue(id, "fresh", Value());
  batch.RequireAbsent("maker", {"erp", "m"});
  batch.Unlink(box, {"erp", "b"});
  const Id existing = batch.Existing("shelf", {"erp", "s"});
  batch.Delete(existing);
  ASSERT_TRUE(batch.status().ok()) << batch.status();
  const std::string json = batch.ToJson();
  const StatusOr<Batch> again = Parse(json);
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << json;
  EXPECT_EQ(again->ToJson(), json);
  EXPECT_EQ(again->local_count(), batch.local_count());
  EXPECT_EQ(json.find("1650000000000001"), std::string::npos) << "times are text";
}

TEST_F(BatchJsonTest, StructureIsCheckedWithPaths) {
  ExpectError("5", Reason::kBatchMalformed, "changes[0]");
  ExpectError("{}", Reason::kBatchMalformed, "changes[0]");
  ExpectError(R"({"create": "box"}, {"create": "box", "delete": 5})", Reason::kBatchMalformed, "changes[1]");
  ExpectError(R"({"create": "box", "sett": {}})", Reason::kBatchMalformed, "changes[0].sett");
  ExpectError(R"({"create": 5})", Reason::kBatchMalformed, "changes[0].create");
  ExpectError(R"({"create": "bx"})", Reason::kUnknownType, "changes[0].create");
  ExpectError(R"({"upsert": "box"})", Reason::kBatchMalformed, "changes[0].ref");
  ExpectError(R"({"upsert": "box", "ref": ["a"]})", Reason::kBatchMalformed, "changes[0].ref");
  ExpectError(R"({"upsert": "box", "ref": ["", "k"]})", Reason::kBatchMalformed, "changes[0].upsert");
  ExpectError(R"({"create": "box", "as": 5})", Reason::kBatchMalformed, "changes[0].as");
  ExpectError(R"({"create": "box", "as": "a"}, {"create": "box", "as": "a"})", Reason::kBatchMalformed, "changes[1].as");
  ExpectError(R"({"create": "box", "set": 5})", Reason::kBatchMalformed, "changes[0].set");
  ExpectError(R"({"create": "box", "effective": "yesterday"})", Reason::kWrongKind, "changes[0].effective");
  ExpectError(R"({"patch": "$a", "set": {}})", Reason::kBatchMalformed, "changes[0].patch");
  ExpectError(R"({"patch": true, "set": {}})", Reason::kBatchMalformed, "changes[0].patch");
  ExpectError(R"({"patch": -5, "set": {}})", Reason::kBatchMalformed, "changes[0].patch");
  ExpectError(R"({"patch": {"type": "box", "ref": ["a", "b"], "x": 1}})", Reason::kBatchMalformed, "changes[0].patch.x");
  ExpectError(R"({"patch": {"type": "bx", "ref": ["a", "b"]}})", Reason::kUnknownType, "changes[0].patch");
  ExpectError(R"({"require": 5, "version": "x"})", Reason::kBatchMalformed, "changes[0].version");
  ExpectError(R"({"link": 5})", Reason::kBatchMalformed, "changes[0].ref");
  ExpectError(R"({"require_absent": 5, "ref": ["a", "b"]})", Reason::kBatchMalformed, "changes[0].require_absent");
  ExpectError(R"({"delete": 5})", Reason::kUnknownType, "changes[0].delete");
  EXPECT_EQ(GetErrorInfo(Parse(R"({"changes": [], "who": 1})").status()).field, "who");
  EXPECT_EQ(GetErrorInfo(Parse(R"({"changes": 5})").status()).field, "changes");
  EXPECT_EQ(GetErrorInfo(Parse(R"({})").status()).field, "changes");
  EXPECT_EQ(GetErrorInfo(Parse(R"([])").status()).field, "$");
  EXPECT_EQ(GetErrorInfo(Parse(R"({"actor": "me", "changes": []})").status()).field, "actor");
  EXPECT_EQ(GetErrorInfo(Parse(R"({"reason": 5, "changes": []})").status()).field, "reason");
  EXPECT_EQ(GetErrorInfo(Parse(R"({"origin": "sky", "changes": []})").status()).field, "origin");
}

TEST_F(BatchJsonTest, ValuesAreCheckedWithPaths) {
  ExpectValueError(R"("nmae": "x")", Reason::kUnknownField, "nmae");
  ExpectValueError(R"("created": "2020-01-01")", Reason::kFieldReadOnly, "created");
  ExpectValueError(R"("total": 5)", Reason::kFieldReadOnly, "total");
  ExpectValueError(R"("name": 5)", Reason::kWrongKind, "name");
  ExpectValueError(R"("name": "123456789")", Reason::kTooLong, "name");
  ExpectValueError(R"("state": "olt")", Reason::kNotAChoice, "state");
  ExpectValueError(R"("state": 2)", Reason::kWrongKind, "state");
  ExpectValueError(R"("colours": "red")", Reason::kWrongKind, "colours");
  ExpectValueError(R"("colours": ["red", "green"])", Reason::kNotAChoice, "colours");
  ExpectValueError(R"("quantity": 1.5)", Reason::kWrongKind, "quantity");
  ExpectValueError(R"("quantity": 9223372036854775808)", Reason::kWrongKind, "quantity");
  ExpectValueError(R"("quantity": 1001)", Reason::kOutOfRange, "quantity");
  ExpectValueError(R"("price": 5)", Reason::kWrongKind, "price");
  ExpectValueError(R"("price": "5")", Reason::kWrongKind, "price");
  ExpectValueError(R"("price": "5 yuan")", Reason::kWrongKind, "price");
  ExpectValueError(R"("price": {"minor": 1.5, "currency": "CNY"})", Reason::kWrongKind, "price");
  ExpectValueError(R"("price": {"minor": 1, "currency": "cny"})", Reason::kWrongKind, "price");
  ExpectValueError(R"("rate": 1.5)", Reason::kWrongKind, "rate");
  ExpectValueError(R"("rate": "1.505")", Reason::kOutOfRange, "rate");
  ExpectValueError(R"("weight": "x")", Reason::kWrongKind, "weight");
  ExpectValueError(R"("fresh": 1)", Reason::kWrongKind, "fresh");
  ExpectValueError(R"("tags": [1])", Reason::kWrongKind, "tags");
  ExpectValueError(R"("blob": "*")", Reason::kWrongKind, "blob");
  ExpectValueError(R"("blob": "AAAAA")", Reason::kWrongKind, "blob");
  ExpectValueError(R"("box": "$none")", Reason::kBatchMalformed, "box");
  ExpectValueError(R"("shelf": {"type": "box", "ref": ["a", "b"]})", Reason::kReferenceWrongType, "shelf");
  ExpectValueError(R"("made": "1999-12-31")", Reason::kOutOfRange, "made");
  const Status date = ParseChanges(R"({"create": "item", "set": {"made": "2026-13-01"}})").status();
  EXPECT_EQ(GetErrorInfo(date).field, "changes[0].set.made");
  EXPECT_EQ(GetErrorInfo(date).value, "2026-13-01");
}

TEST_F(BatchJsonTest, DocumentsThatAreNoJson) {
  const auto error = [&](std::string_view text) { return Parse(text).status(); };
  EXPECT_EQ(GetReason(error("")), Reason::kBatchMalformed);
  const Status broken = error("{\"changes\":\n  [}");
  EXPECT_EQ(GetReason(broken), Reason::kBatchMalformed);
  EXPECT_THAT(std::string(broken.message()), HasSubstr("line 2"));
  EXPECT_EQ(GetReason(error("{\"changes\": []} x")), Reason::kBatchMalformed);
  EXPECT_EQ(GetReason(error("{\"changes\": [], \"reason\": \"\xFF\"}")), Reason::kNotUtf8);
  EXPECT_THAT(std::string(error(R"({"changes": [], "changes": []})").message()), HasSubstr("twice"));
  EXPECT_THAT(std::string(error(R"({"changes": [{"create": "box", "set": {"label": "a", "label": "b"}}]})").message()), HasSubstr("twice"));
  EXPECT_THAT(std::string(error("{\"changes\": " + std::string(100'000, '[')).message()), HasSubstr("deeper"));
  EXPECT_EQ(GetReason(error(std::string(limits::kBatchBytes + 1, ' '))), Reason::kLimitExceeded);
}

}  // namespace
}  // namespace kith
