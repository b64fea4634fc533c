// The vectors beside this file, which each language runs, through the C++ headers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kith/base/decimal.h"
#include "kith/crm/convert.h"
#include "kith/crm/document.h"
#include "kith/engine/json.h"
#include "kith/model/guide.h"
#include "kith/model/model.h"
#include "kith/query/query.h"
#include "support/vectors.h"

namespace kith {
namespace {

testing::Told ToldOf(const Status& status) {
  if (status.ok()) return {};
  return {absl::StatusCodeToString(status.code()), std::string(NameOf(GetReason(status))), GetErrorInfo(status).field, status.ToString()};
}

class Native : public testing::Subject {
 public:
  explicit Native(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  testing::Told Apply(const std::string& batch, const std::string& key, bool dry_run, uint64_t viewer, testing::Applied& applied) override {
    ApplyOptions options;
    options.idempotency_key = key;
    options.dry_run = dry_run;
    options.viewer.id = Id(viewer);
    return ToldOf(Apply(batch, options, applied));
  }
  testing::Told Query(const std::string& query, const std::string& parameters, int64_t effective, int64_t recorded, uint64_t viewer,
                      std::string& rows) override {
    query::RunOptions options;
    if (effective != INT64_MAX || recorded != INT64_MAX) options.as_of = AsOf{Time{effective}, Time{recorded}};
    return ToldOf(Query(query, parameters, options, viewer, rows));
  }
  testing::Told Feed(const std::string& filter, uint64_t viewer, std::string& page) override { return ToldOf(Read(filter, viewer, page)); }
  testing::Told Convert(uint64_t record, const std::string& options, std::string& report) override {
    return ToldOf(ConvertTo(record, options, report));
  }
  testing::Told Continue(uint64_t document, const std::string& type, const std::string& options, std::string& report) override {
    return ToldOf(ContinueAs(document, type, options, report));
  }
  testing::Told Guide(uint64_t record, std::string& guide) override { return ToldOf(GuideTo(record, guide)); }
  testing::Told SetPolicy(const std::string& policy) override { return ToldOf(db_->SetPolicy(policy).status()); }
  testing::Told Find(const std::string& type, const std::string& system, const std::string& key, uint64_t& id) override {
    const StatusOr<Id> found = Find(type, ExternalRef{system, key});
    if (found.ok()) id = found->value();
    return ToldOf(found.status());
  }

 private:
  Status Apply(const std::string& text, const ApplyOptions& options, testing::Applied& applied) {
    KITH_ASSIGN_OR_RETURN(const auto catalog, db_->GetCatalog());
    KITH_ASSIGN_OR_RETURN(const Batch batch, Batch::FromJson(catalog, text));
    KITH_ASSIGN_OR_RETURN(const Outcome outcome, db_->Apply(batch, options));
    applied = {outcome.replayed, outcome.first_sequence != 0};
    return absl::OkStatus();
  }
  Status Query(const std::string& text, const std::string& values, const query::RunOptions& options, uint64_t viewer, std::string& json) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> now, db_->Read(Viewer{Id(viewer), {}, {}}));
    KITH_ASSIGN_OR_RETURN(const query::Query query, query::FromJson(text));
    KITH_ASSIGN_OR_RETURN(const query::Prepared prepared, query::Prepared::Prepare(query, *now));
    KITH_ASSIGN_OR_RETURN(const query::Parameters parameters, prepared.ParametersFromJson(values));
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<query::Rows> rows, prepared.Run(*now, parameters, options));
    json = "[";
    while (rows->Next()) json += (json.size() > 1 ? "," : "") + query::RowToJson(rows->prepared(), rows->row());
    json += "]";
    return rows->status();
  }
  Status Read(const std::string& filter, uint64_t viewer, std::string& json) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> now, db_->Read(Viewer{Id(viewer), {}, {}}));
    KITH_ASSIGN_OR_RETURN(const FeedFilter wanted, FeedFilterFromJson(filter));
    KITH_ASSIGN_OR_RETURN(const FeedPage page, now->ReadFeed(0, wanted, 1000));
    json = FeedToJson(now->catalog(), page);
    return absl::OkStatus();
  }
  Status ConvertTo(uint64_t record, const std::string& text, std::string& report) {
    const auto given = nlohmann::json::parse(text);
    crm::ConvertOptions options;
    options.person = Id(given.value("person", uint64_t{0}));
    options.organisation = Id(given.value("organisation", uint64_t{0}));
    options.with_deal = given.value("with_deal", true);
    KITH_ASSIGN_OR_RETURN(const crm::Converted made, crm::Convert(*db_, Id(record), options));
    const auto part = [](const crm::Converted::Part& one) {
      return one.record.is_null() ? nlohmann::json() : nlohmann::json{{"record", one.record.value()}, {"how", crm::NameOf(one.how)}};
    };
    const nlohmann::json told = {{"person", part(made.person)},
                                 {"organisation", part(made.organisation)},
                                 {"deal", part(made.deal)},
                                 {"already", made.already},
                                 {"stays", made.stays}};
    report = told.dump();
    return absl::OkStatus();
  }
  Status ContinueAs(uint64_t document, const std::string& type, const std::string& text, std::string& report) {
    const auto given = nlohmann::json::parse(text);
    crm::ContinueOptions options;
    const auto quantities = given.value("quantities", nlohmann::json::object());
    for (const auto& [line, quantity] : quantities.items()) {
      KITH_ASSIGN_OR_RETURN(options.quantities[Id(std::stoull(line))], ParseDecimal(quantity.get<std::string>()));
    }
    if (given.contains("external")) options.external = {given["external"][0], given["external"][1]};
    KITH_ASSIGN_OR_RETURN(const crm::Continued made, crm::ContinueDocument(*db_, Id(document), type, options));
    report = nlohmann::json{{"lines", made.lines}, {"already", made.already}}.dump();
    return absl::OkStatus();
  }
  Status GuideTo(uint64_t record, std::string& json) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> now, db_->Read());
    KITH_ASSIGN_OR_RETURN(const model::Guide guide, model::GetGuide(*now, Id(record)));
    auto tracks = nlohmann::json::array();
    for (const model::Track& track : guide.tracks) {
      auto next = nlohmann::json::array();
      for (const model::NextStage& stage : track.next) {
        auto unmet = nlohmann::json::array();
        for (const model::AskedItem& one : stage.unmet) unmet.push_back({{"name", one.item.name}});
        next.push_back({{"name", stage.name}, {"refused", stage.refused}, {"unmet", unmet}});
      }
      const char* kind = track.kind == model::StageKind::kOpen ? "open" : track.kind == model::StageKind::kWon ? "won" : "lost";
      tracks.push_back({{"stage_name", track.stage_name}, {"kind", kind}, {"next", next}});
    }
    json = nlohmann::json{{"tracks", tracks}}.dump();
    return absl::OkStatus();
  }
  StatusOr<Id> Find(const std::string& type, const ExternalRef& ref) {
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> now, db_->Read());
    return now->Find(type, ref);
  }

  std::shared_ptr<Database> db_;
};

TEST(Conformance, Vectors) {
  testing::RunVectors([]() -> std::unique_ptr<testing::Subject> {
    OpenOptions options;
    options.temporary = true;
    StatusOr<std::shared_ptr<Database>> db = model::OpenDatabase("", options);
    return db.ok() ? std::make_unique<Native>(*std::move(db)) : nullptr;
  });
}

}  // namespace
}  // namespace kith
