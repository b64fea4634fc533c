// Arrow streams through the C ABI: who owns what, and what wrong calls give.
#include <cerrno>
#include <string>

#include "capi/host.h"

// As the Arrow C stream interface has it; arrays and schemas are not looked into here. NOLINTBEGIN
struct ArrowArray {
  int64_t length, null_count, offset, n_buffers, n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
struct ArrowSchema;
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
// NOLINTEND

namespace host {
namespace {

using Query = Owned<kith_query, kith_query_free>;
using Rows = Owned<kith_rows, kith_rows_free>;

constexpr const char* kMapping = R"({"name": "m", "files": [{"file": "f", "type": "account", "system": "copy", "key": ["id"],
    "columns": [{"column": "name", "field": "name"}]}]})";

class Arrow : public Host {
 protected:
  void SetUp() override {
    Host::SetUp();
    for (const char* key : {"a", "b", "c"}) Account(key, key);
    snapshot = Read();
  }
  ArrowArrayStream Accounts() {
    ArrowArrayStream stream;
    EXPECT_EQ(kith_snapshot_arrow(snapshot, "account", Str(R"(["id", "name"])"), &stream, error.out()), KITH_OK);
    return stream;
  }
  // Reads and releases it.
  static int64_t CountRows(ArrowArrayStream& stream) {
    int64_t rows = 0;
    ArrowArray batch;
    while (stream.get_next(&stream, &batch) == 0 && batch.release != nullptr) {
      EXPECT_EQ(batch.n_children, 2);
      rows += batch.length;
      batch.release(&batch);
    }
    EXPECT_EQ(stream.get_last_error(&stream), nullptr);
    stream.release(&stream);
    return rows;
  }

  Snapshot snapshot;
};

TEST_F(Arrow, AStreamOutlivesSnapshotAndDatabase) {
  ArrowArrayStream stream = Accounts();
  snapshot.Reset();
  db.Reset();
  EXPECT_EQ(CountRows(stream), 3);
}

TEST_F(Arrow, ARenewedSnapshotEndsItsStreams) {
  ArrowArrayStream stream = Accounts();
  KITH_EXPECT_OK(kith_snapshot_renew(snapshot, error.out()));
  ArrowArray batch;
  EXPECT_EQ(stream.get_next(&stream, &batch), EINVAL);
  EXPECT_NE(std::string(stream.get_last_error(&stream)).find("renewed"), std::string::npos);
  stream.release(&stream);
}

TEST_F(Arrow, RowsMayBeFreedBeforeTheirStreamAndCancelledDuringIt) {
  Query query;
  KITH_ASSERT_OK(kith_query_prepare(snapshot, Str(R"({"from": "account", "select": ["id", "name"]})"), query.out(), error.out()), error);
  for (const bool cancelled : {false, true}) {
    Rows rows;
    KITH_ASSERT_OK(kith_query_run(query, snapshot, Str(""), nullptr, rows.out(), error.out()), error);
    ArrowArrayStream stream;
    KITH_ASSERT_OK(kith_rows_arrow(rows, &stream, error.out()), error);
    if (!cancelled) {
      rows.Reset();
      EXPECT_EQ(CountRows(stream), 3);
      continue;
    }
    kith_rows_cancel(rows);
    ArrowArray batch;
    EXPECT_EQ(stream.get_next(&stream, &batch), ECANCELED);
    stream.release(&stream);
  }
}

TEST_F(Arrow, ImportTakesTheStreamWhateverComesOfIt) {
  uint64_t rejected = 7;
  Text report;
  ArrowArrayStream stream = Accounts();
  KITH_ASSERT_OK(kith_db_import_arrow(db, &stream, Str(kMapping), nullptr, &rejected, report.out(), error.out()), error);
  EXPECT_EQ(stream.release, nullptr);
  EXPECT_EQ(rejected, 0U);
  EXPECT_NE(Str(report).find("\"created\":3"), std::string::npos) << Str(report);
  stream = Accounts();
  EXPECT_EQ(kith_db_import_arrow(db, &stream, Str("{"), nullptr, nullptr, nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(stream.release, nullptr);
}

TEST_F(Arrow, WrongCallsGiveErrorsAndNoStream) {
  ArrowArrayStream stream = Accounts();
  stream.release(&stream);
  EXPECT_EQ(kith_snapshot_arrow(snapshot, "acount", Str(""), &stream, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "UnknownType");
  EXPECT_EQ(kith_snapshot_arrow(snapshot, "account", Str("name"), &stream, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(Reason(error), "BadOptions");
  EXPECT_EQ(kith_snapshot_history_arrow(nullptr, "account", &stream, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_rows_arrow(nullptr, &stream, nullptr), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(kith_snapshot_arrow(snapshot, "account", Str(""), nullptr, error.out()), KITH_INVALID_ARGUMENT);
  EXPECT_EQ(stream.release, nullptr);
}

}  // namespace
}  // namespace host
