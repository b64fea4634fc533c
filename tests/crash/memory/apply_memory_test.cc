// Memory runs out at each allocation of writes through the C ABI, in this process: what is refused is not there, what is there was
// acknowledged, with its outcome. // R16
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "memory_host.h"

namespace kith {
namespace {

using host::Str;

class ApplyMemoryTest : public MemoryHost {
 protected:
  bool IsThere(uint64_t number) {
    const std::string key = std::to_string(number);
    kith_id id = 0;
    return kith_snapshot_find(Read(), "account", kith_ref_ext("app", key.c_str()), &id, nullptr) == KITH_OK;
  }
  // Each allocation of `apply`, which takes two batches and gives a code for each, fails in turn.
  template <typename Apply>
  void RunEach(const char* name, const Apply& apply) {
    int refused = 0;
    const auto run = [&](const testing::Fault& fault) {
      const host::Batch first = Deal(next_);
      const host::Batch second = Deal(next_ + 1);
      kith_code codes[2] = {KITH_OK, KITH_OK};
      testing::Inject(fault);
      apply(first, second, codes);
      const uint64_t allocations = testing::StopInjecting().calls;
      for (const kith_code code : codes) {
        EXPECT_EQ(IsThere(next_), code == KITH_OK) << name << ", allocation " << fault.nth << (fault.lasting ? ", lasting" : "");
        refused += int{code != KITH_OK};
        ++next_;
      }
      return allocations;
    };
    const uint64_t allocations = run({.call = testing::Call::kMemory});
    EXPECT_EQ(refused, 0);
    // A sample, spread evenly, and what comes last.
    const uint64_t stride = Stride(allocations, 100);
    int runs = 0;
    for (const bool lasting : {false, true}) {
      for (uint64_t nth = 1; nth <= allocations && !HasFailure(); nth += nth + 20 > allocations ? 1 : stride, ++runs) {
        run({.call = testing::Call::kMemory, .nth = nth, .error = ENOMEM, .lasting = lasting});
      }
    }
    std::printf("%s: %llu allocations, of which one or all that follow fail in %d runs; %d of %d writes refused\n", name,
                static_cast<unsigned long long>(allocations), runs, refused, 2 * runs);
    EXPECT_GT(refused, 0);
    uint64_t problems = 1;
    EXPECT_EQ(kith_db_verify(db, &problems, nullptr, error.out()), KITH_OK);
    EXPECT_EQ(problems, 0U);
  }

  uint64_t next_ = 1;
};

TEST_F(ApplyMemoryTest, ARefusedBatchIsNotThereAndAnotherIs) {
  host::Outcome of_second;
  RunEach("kith_db_apply", [&](const host::Batch& first, const host::Batch& second, kith_code* codes) {
    codes[0] = kith_db_apply(db, first, nullptr, outcome.out(), error.out());
    codes[1] = kith_db_apply(db, second, nullptr, of_second.out(), error.out());
    EXPECT_EQ(kith_outcome_last_sequence(outcome) != 0, codes[0] == KITH_OK);
  });
}

TEST_F(ApplyMemoryTest, EachOfSeveralBatchesIsTold) {
  RunEach("kith_db_apply_many", [&](const host::Batch& first, const host::Batch& second, kith_code* codes) {
    const kith_batch* batches[] = {first, second};
    kith_outcome* outcomes[2] = {};
    kith_db_apply_many(db, batches, 2, nullptr, outcomes, nullptr, error.out());
    for (size_t i = 0; i < 2; ++i) {
      codes[i] = outcomes[i] != nullptr ? KITH_OK : KITH_RESOURCE_EXHAUSTED;
      kith_outcome_free(outcomes[i]);
    }
  });
}

// Reads that give values.
class ReadMemoryTest : public MemoryHost {
 protected:
  void SetUp() override {
    MemoryHost::SetUp();
    for (uint64_t number = 1; number < 20; ++number) ASSERT_EQ(Apply(Deal(number)), KITH_OK);
    snapshot_ = Read();
    ASSERT_EQ(kith_snapshot_find(snapshot_, "account", kith_ref_ext("app", "7"), &account_, nullptr), KITH_OK);
  }
  // Each allocation of `ask` fails in turn: it gives an error or the right answer, and afterwards the right answer.
  void RunEach(const char* name, const std::function<kith_code(int64_t* answer)>& ask) {
    int64_t right = 0;
    int64_t answer = 0;
    KITH_ASSERT_OK(ask(&right), error);
    FailEach(
        name, 200, [&] { answer = 0; }, [&] { return ask(&answer); },
        [&](kith_code code) { EXPECT_EQ(answer, code == KITH_OK ? right : answer); });
  }

  host::Snapshot snapshot_;
  kith_id account_ = 0;
};

TEST_F(ReadMemoryTest, Records) {
  RunEach("record", [&](int64_t* answer) {
    host::Snapshot snapshot;
    kith_view view;
    kith_value value;
    kith_id id = 0;
    kith_code code = kith_db_read(db, nullptr, snapshot.out(), error.out());
    if (code == KITH_OK) code = kith_snapshot_find(snapshot, "account", kith_ref_ext("app", "7"), &id, error.out());
    if (code == KITH_OK) code = kith_snapshot_get(snapshot, id, &view, error.out());
    if (code == KITH_OK) code = kith_snapshot_value_named(snapshot, &view, "name", &value, error.out());
    if (code == KITH_OK) *answer = static_cast<int64_t>(value.text.size) + (id == account_ ? 1 : 0);
    return code;
  });
}

TEST_F(ReadMemoryTest, Scans) {
  RunEach("scan", [&](int64_t* answer) {
    host::Cursor cursor;
    kith_view views[8];
    size_t count = 1;
    kith_code code = kith_snapshot_scan(snapshot_, "opportunity", 0, cursor.out(), error.out());
    while (code == KITH_OK && count != 0) {
      code = kith_cursor_fill(cursor, views, 8, &count, error.out());
      *answer += static_cast<int64_t>(count);
    }
    return code;
  });
}

TEST_F(ReadMemoryTest, Queries) {
  for (const char* json : {R"({"from": "account", "where": "name > 'Account 1'", "select": ["name"], "order": ["-name"]})",
                           R"({"from": "opportunity", "group": ["name"], "aggregates": [{"sum": "amount"}, {"count": "*"}]})"}) {
    host::Owned<kith_query, kith_query_free> query;
    KITH_ASSERT_OK(kith_query_prepare(snapshot_, kith_str_from_cstr(json), query.out(), error.out()), error);
    RunEach(json, [&](int64_t* answer) {
      host::Owned<kith_rows, kith_rows_free> rows;
      const kith_value* values = nullptr;
      size_t count = 1;
      kith_code code = kith_query_run(query, snapshot_, {nullptr, 0}, nullptr, rows.out(), error.out());
      while (code == KITH_OK && count != 0) {
        code = kith_rows_next(rows, 8, &values, nullptr, &count, error.out());
        *answer += static_cast<int64_t>(count);
      }
      return code;
    });
  }
}

TEST_F(ReadMemoryTest, Funnels) {
  RunEach("funnel", [&](int64_t* answer) {
    host::Funnel funnel;
    const kith_code code = kith_snapshot_funnel(snapshot_, "default", nullptr, funnel.out(), error.out());
    kith_funnel_summary summary = {};
    if (code == KITH_OK) kith_funnel_get_summary(funnel, &summary);
    *answer = summary.won;
    return code;
  });
}

}  // namespace
}  // namespace kith
