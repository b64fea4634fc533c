// The vectors in tests/conformance, which each language runs, through the C ABI.
#include "host.h"
#include "support/vectors.h"

namespace {

using kith::testing::Applied;
using kith::testing::Subject;
using kith::testing::Told;

Told ToldOf(kith_code code, const host::Error& error) {
  if (code == KITH_OK) return {};
  return {kith_code_name(code), host::Reason(error), host::Str(kith_error_field(error)), host::Str(kith_error_message(error))};
}

class OverC : public Subject {
 public:
  explicit OverC(host::Db db) : db_(std::move(db)) {}

  Told Apply(const std::string& batch, const std::string& key, bool dry_run, uint64_t viewer, Applied& applied) override {
    host::Batch changes;
    host::Outcome outcome;
    host::Error error;
    kith_viewer who = KITH_VIEWER_INIT;
    who.id = viewer;
    kith_apply_options options = KITH_APPLY_OPTIONS_INIT;
    options.dry_run = dry_run ? 1 : 0;
    options.idempotency_key = host::Str(key);
    options.viewer = &who;
    kith_code code = kith_batch_from_json(db_, host::Str(batch), changes.out(), error.out());
    if (code == KITH_OK) code = kith_db_apply(db_, changes, &options, outcome.out(), error.out());
    if (code == KITH_OK) applied = {kith_outcome_replayed(outcome) != 0, kith_outcome_first_sequence(outcome) != 0};
    return ToldOf(code, error);
  }
  Told Query(const std::string& query, const std::string& parameters, int64_t effective, int64_t recorded, uint64_t viewer,
             std::string& rows) override {
    host::Snapshot now;
    host::Owned<kith_query, kith_query_free> prepared;
    host::Owned<kith_rows, kith_rows_free> found;
    host::Text json;
    host::Error error;
    kith_query_options options = KITH_QUERY_OPTIONS_INIT;
    options.in_past = effective != INT64_MAX || recorded != INT64_MAX ? 1 : 0;
    options.effective = effective;
    options.recorded = recorded;
    kith_code code = Read(viewer, now, error);
    if (code == KITH_OK) code = kith_query_prepare(now, host::Str(query), prepared.out(), error.out());
    if (code == KITH_OK) code = kith_query_run(prepared, now, host::Str(parameters), &options, found.out(), error.out());
    if (code == KITH_OK) code = kith_rows_json(found, 1000, json.out(), error.out());
    rows = host::Str(json);
    return ToldOf(code, error);
  }
  Told Feed(const std::string& filter, uint64_t viewer, std::string& page) override {
    host::Snapshot now;
    host::Text json;
    host::Error error;
    kith_code code = Read(viewer, now, error);
    if (code == KITH_OK) code = kith_snapshot_feed(now, 0, host::Str(filter), 1000, json.out(), error.out());
    page = host::Str(json);
    return ToldOf(code, error);
  }
  Told Convert(uint64_t record, const std::string& options, std::string& report) override {
    host::Text json;
    host::Error error;
    const kith_code code = kith_db_convert(db_, record, {}, KITH_STR(""), host::Str(options), nullptr, json.out(), error.out());
    report = host::Str(json);
    return ToldOf(code, error);
  }
  Told Continue(uint64_t document, const std::string& type, const std::string& options, std::string& report) override {
    host::Text json;
    host::Error error;
    const kith_code code =
        kith_db_continue_document(db_, document, type.c_str(), {}, KITH_STR(""), host::Str(options), nullptr, json.out(), error.out());
    report = host::Str(json);
    return ToldOf(code, error);
  }
  Told Guide(uint64_t record, std::string& guide) override {
    host::Snapshot now;
    host::Text json;
    host::Error error;
    kith_code code = Read(0, now, error);
    if (code == KITH_OK) code = kith_snapshot_guide(now, record, json.out(), error.out());
    guide = host::Str(json);
    return ToldOf(code, error);
  }
  Told SetPolicy(const std::string& policy) override {
    host::Error error;
    const kith_code code = kith_db_set_policy(db_, host::Str(policy), {}, 0, nullptr, error.out());
    return ToldOf(code, error);
  }
  Told Find(const std::string& type, const std::string& system, const std::string& key, uint64_t& id) override {
    host::Snapshot now;
    host::Error error;
    kith_code code = Read(0, now, error);
    if (code == KITH_OK) code = kith_snapshot_find(now, type.c_str(), kith_ref_ext(system.c_str(), key.c_str()), &id, error.out());
    return ToldOf(code, error);
  }

 private:
  kith_code Read(uint64_t viewer, host::Snapshot& now, host::Error& error) {
    kith_viewer who = KITH_VIEWER_INIT;
    who.id = viewer;
    return kith_db_read(db_, &who, now.out(), error.out());
  }

  host::Db db_;
};

TEST(Conformance, Vectors) {
  kith::testing::RunVectors([]() -> std::unique_ptr<Subject> {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.temporary = 1;
    host::Db db;
    if (kith_db_open(KITH_STR(""), &options, db.out(), nullptr) != KITH_OK) return nullptr;
    return std::make_unique<OverC>(std::move(db));
  });
}

}  // namespace
