// Documents that continue each other, through the C ABI.
#include <nlohmann/json.hpp>

#include "capi/host.h"

namespace host {
namespace {

using Json = nlohmann::json;

class Document : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    Batch batch;
    KITH_ASSERT_OK(kith_batch_from_json(db, KITH_STR(R"({"changes": [{"create": "quote", "as": "q", "set": {"status": "accepted"}},
        {"create": "quote_line", "set": {"quote": "$q", "quantity": "4", "price": "10.00 CNY"}}]})"),
                                        batch.out(), error.out()),
                   error);
    KITH_ASSERT_OK(Apply(batch), error);
    quote_ = kith_outcome_id(outcome, kith_id{1} << 63);
    line_ = kith_outcome_id(outcome, (kith_id{1} << 63) + 1);
  }
  kith_code Do(kith_id from, const char* type, const std::string& options) {
    return kith_db_continue_document(db, from, type, {}, KITH_STR(""), Str(options), nullptr, report_.out(), error.out());
  }
  [[nodiscard]] Json Report() { return Json::parse(Str(report_)); }
  kith_id quote_ = 0;
  kith_id line_ = 0;
  Text report_;
};

TEST_F(Document, TakesWhatIsLeft) {
  KITH_ASSERT_OK(Do(quote_, "order", "{\"quantities\": {\"" + std::to_string(line_) + "\": \"1.5\"}, \"external\": [\"shop\", \"1\"]}"),
                 error);
  const Json first = Report();
  EXPECT_EQ(first.at("lines"), 1);
  KITH_ASSERT_OK(Do(quote_, "order", R"({"external": ["shop", "1"]})"), error);
  EXPECT_TRUE(Report().at("already").get<bool>());
  EXPECT_EQ(Report().at("document"), first.at("document"));
  KITH_ASSERT_OK(Do(quote_, "order", ""), error);
  EXPECT_EQ(Do(quote_, "order", ""), KITH_FAILED_PRECONDITION);
  KITH_ASSERT_OK(Do(quote_, "quote", ""), error);
}

TEST_F(Document, WhatIsDeliveredIsOwned) {  // B09
  Batch batch;
  KITH_ASSERT_OK(kith_batch_from_json(db, KITH_STR(R"({"changes": [{"create": "account", "as": "a", "set": {"name": "Acme"}},
      {"create": "product", "as": "p", "set": {"name": "Pump"}}, {"create": "order", "as": "o", "set": {"account": "$a", "status": "delivered"}},
      {"create": "order_line", "set": {"order": "$o", "product": "$p", "quantity": "2"}}]})"),
                                      batch.out(), error.out()),
                 error);
  KITH_ASSERT_OK(Apply(batch), error);
  const kith_id account = kith_outcome_id(outcome, kith_id{1} << 63);
  KITH_ASSERT_OK(kith_snapshot_owned(Read(), account, INT64_MAX, report_.out(), error.out()), error);
  EXPECT_EQ(Report()[0].at("quantity"), "2.000");
  KITH_ASSERT_OK(kith_snapshot_owned(Read(), account, 0, report_.out(), error.out()), error);
  EXPECT_TRUE(Report().empty());
  EXPECT_EQ(kith_snapshot_owned(Read(), 5, INT64_MAX, report_.out(), error.out()), KITH_NOT_FOUND);
}

TEST_F(Document, RefusesWhatItCannotUnderstand) {
  for (const char* options :
       {R"({"quantities": {"x": "1"}})", R"({"quantities": {"1": "a"}})", R"({"external": ["a"]})", R"({"lines": 1})"}) {
    EXPECT_EQ(Do(quote_, "order", options), KITH_INVALID_ARGUMENT) << options;
  }
  EXPECT_EQ(Do(quote_, "invoice", ""), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Do(5, "order", ""), KITH_NOT_FOUND);
  EXPECT_EQ(Do(quote_, nullptr, ""), KITH_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace host
