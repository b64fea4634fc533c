// A host of the C ABI in C++ clothes: handles that free themselves, checks that say what went wrong. Uses kith.h alone.
#ifndef KITH_TESTS_CAPI_HOST_H_
#define KITH_TESTS_CAPI_HOST_H_

#include <gtest/gtest.h>
#include <kith.h>

#include <string>
#include <string_view>
#include <utility>

namespace host {

template <typename T, void (*Free)(T*)>
class Owned {
 public:
  Owned() = default;
  ~Owned() { Free(handle_); }
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  T* get() const { return handle_; }
  operator T*() const { return handle_; }  // NOLINT(google-explicit-constructor)
  T** out() {
    Free(handle_);
    handle_ = nullptr;
    return &handle_;
  }
  void Reset() { *out() = nullptr; }

 private:
  T* handle_ = nullptr;
};
using Error = Owned<kith_error, kith_error_free>;
using Text = Owned<kith_text, kith_text_free>;
using Db = Owned<kith_db, kith_db_free>;
using Batch = Owned<kith_batch, kith_batch_free>;
using Outcome = Owned<kith_outcome, kith_outcome_free>;
using Snapshot = Owned<kith_snapshot, kith_snapshot_free>;
using Cursor = Owned<kith_cursor, kith_cursor_free>;
using Range = Owned<kith_range, kith_range_free>;
using Funnel = Owned<kith_funnel, kith_funnel_free>;
using Forecast = Owned<kith_forecast, kith_forecast_free>;

inline std::string Str(kith_str text) { return {text.data == nullptr ? "" : text.data, text.size}; }
inline kith_str Str(std::string_view text) { return {text.data(), text.size()}; }
inline std::string Str(const Text& text) { return Str(kith_text_str(text)); }
inline std::string Reason(const Error& error) { return kith_reason_name(kith_error_reason(error)); }

// EXPECT that a call succeeds; `error` is what it was given.
#define KITH_EXPECT_OK(call) EXPECT_EQ((call), KITH_OK)
#define KITH_ASSERT_OK(call, error)                                                                             \
  ASSERT_EQ((call), KITH_OK) << ::host::Reason(error) << ": " << ::host::Str(kith_error_message(error)) << "; " \
                             << ::host::Str(kith_error_hint(error))

// A temporary database and short ways to use it.
class Host : public ::testing::Test {
 protected:
  void SetUp() override {
    kith_open_options options = KITH_OPEN_OPTIONS_INIT;
    options.temporary = 1;
    KITH_ASSERT_OK(kith_db_open(Str(""), &options, db.out(), error.out()), error);
  }
  Batch NewBatch() {
    Batch batch;
    EXPECT_EQ(kith_batch_new(db, kith_ref_ext("app.users", "17"), KITH_STR("test"), batch.out(), error.out()), KITH_OK);
    return batch;
  }
  // Leaves `error` alone, so that a test may look at the state between a failure and its details.
  Snapshot Read() {
    Snapshot snapshot;
    EXPECT_EQ(kith_db_read(db, nullptr, snapshot.out(), nullptr), KITH_OK);
    return snapshot;
  }
  kith_code Apply(const Batch& batch) { return kith_db_apply(db, batch, nullptr, outcome.out(), error.out()); }
  // An account with a name, applied; its id.
  kith_id Account(const char* key, std::string_view name) {
    Batch batch = NewBatch();
    kith_id local = kith_batch_upsert(batch, "account", kith_ref_ext("app", key));
    kith_batch_set_text(batch, local, "name", Str(name));
    EXPECT_EQ(Apply(batch), KITH_OK) << Str(kith_error_message(error));
    return kith_outcome_id(outcome, local);
  }
  std::string NameOf(kith_id id) {
    Snapshot snapshot = Read();
    kith_view view;
    kith_value value;
    if (kith_snapshot_get(snapshot, id, &view, nullptr) != KITH_OK) return "";
    EXPECT_EQ(kith_snapshot_value_named(snapshot, &view, "name", &value, error.out()), KITH_OK);
    return Str(value.text);
  }
  uint64_t Sequence() {
    Snapshot snapshot = Read();
    return kith_snapshot_sequence(snapshot);
  }

  Error error;
  Db db;
  Outcome outcome;
};

}  // namespace host

#endif  // KITH_TESTS_CAPI_HOST_H_
