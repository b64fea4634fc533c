// What stands behind each handle, and what every function of the C ABI shares: guards, conversions, options.
#ifndef KITH_CAPI_OBJECTS_H_
#define KITH_CAPI_OBJECTS_H_

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "handles.h"
#include "kith.h"
#include "kith/crm/matching.h"
#include "kith/engine/database.h"
#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/quota.h"
#include "kith/query/query.h"

namespace kith::capi {

struct ErrorObject {
  kith_code code = KITH_UNKNOWN;
  ErrorInfo info;
  std::string message;
};
struct TextObject {
  std::string text;
};
struct DatabaseObject {
  std::shared_ptr<Database> database;
};
struct BatchObject {
  std::shared_ptr<Database> database;
  Batch batch;
};
struct OutcomeObject {
  Outcome outcome;
  uint32_t batch_mark = 0;
};
struct SnapshotObject {
  std::shared_ptr<Database> database;
  std::unique_ptr<Snapshot> snapshot;
  uint64_t renewals = 0;
  std::vector<std::unique_ptr<char[]>> copies = {};  // of records that were not lent out whole
  // Past forecasts and what came of them, by what was asked: the forecasts of one report learn from the same ones. Question::Ledger.
  std::map<std::string, std::vector<insight::LedgerEntry>> ledgers = {};
  // Of duplicates, by type and fields: what kith_snapshot_who_is learnt.
  std::map<std::string, std::shared_ptr<const crm::MatchModel>> match_models = {};
};
struct RangeObject {
  struct Bound {
    kith_value value{};
    std::string text;  // owns value.text
    bool inclusive = true;
    bool set = false;
  };
  std::vector<Bound> equal;
  Bound low;
  Bound high;
  bool reverse = false;
  std::string after;
};
struct CursorObject {
  std::shared_ptr<SnapshotObject> snapshot;
  uint64_t renewals = 0;  // the snapshot's when the cursor was made
  std::unique_ptr<RecordCursor> cursor;
  const catalog::TypeDef* type = nullptr;
  const catalog::IndexDef* index = nullptr;
  bool current = false;
  std::vector<kith_value> covered;  // of the current entry, read on demand
};
struct QueryObject {
  query::Prepared prepared;
};
struct RowsObject {
  std::shared_ptr<SnapshotObject> snapshot;
  uint64_t renewals = 0;  // the snapshot's when the query was run
  std::atomic<bool> cancelled = false;
  std::unique_ptr<query::Rows> rows;
  query::Page page;  // what the last call gave; its memory is used again
  std::vector<kith_value> values;
  std::vector<kith_id> ids;
};
// What parts of a funnel or forecast are called: records, and choices with their labels. One without a name is absent.
struct PartName {
  std::string name;
  catalog::Labels labels;
};
using PartNames = std::map<uint64_t, PartName>;
struct FunnelObject {
  insight::FunnelReport report;
  std::vector<insight::FunnelPart> parts;
  PartNames names;
};
struct ForecastObject {
  insight::ForecastReport report;
  PartNames names;
  std::vector<insight::Attainment> attainments;
  std::mutex mutex;                       // of `reasons`, made when asked for
  std::map<size_t, std::string> reasons;  // by deal
};

#define KITH_HANDLE(handle, kind, object)                 \
  template <>                                             \
  struct HandleTraits<handle> {                           \
    static constexpr HandleKind kKind = HandleKind::kind; \
    using Object = object;                                \
  };
KITH_HANDLE(kith_error, kError, ErrorObject)
KITH_HANDLE(kith_text, kText, TextObject)
KITH_HANDLE(kith_db, kDatabase, DatabaseObject)
KITH_HANDLE(kith_batch, kBatch, BatchObject)
KITH_HANDLE(kith_outcome, kOutcome, OutcomeObject)
KITH_HANDLE(kith_snapshot, kSnapshot, SnapshotObject)
KITH_HANDLE(kith_range, kRange, RangeObject)
KITH_HANDLE(kith_cursor, kCursor, CursorObject)
KITH_HANDLE(kith_query, kQuery, QueryObject)
KITH_HANDLE(kith_rows, kRows, RowsObject)
KITH_HANDLE(kith_funnel, kFunnel, FunnelObject)
KITH_HANDLE(kith_forecast, kForecast, ForecastObject)
#undef KITH_HANDLE

// --- errors
// Code of a status; with `err`, the error object too. A bare NotFound or EndOfCursor allocates nothing.
kith_code Report(const Status& status, kith_error** err) noexcept;
kith_error* NewError(const Status& status) noexcept;
// The immortal error of a failed allocation.
kith_error* OutOfMemoryError() noexcept;

// Runs the body of a C function: zeroes nothing, catches everything. `body` returns Status.
template <typename Body>
kith_code Guard(kith_error** err, Body&& body) noexcept {
  if (err != nullptr) *err = nullptr;
  try {
    Status status = body();
    return status.ok() ? KITH_OK : Report(status, err);
  } catch (const std::bad_alloc&) {
    if (err != nullptr) *err = OutOfMemoryError();
    return KITH_RESOURCE_EXHAUSTED;
  } catch (const std::exception& e) {
    return Report(MakeError(Reason::kInternal, e.what()), err);
  } catch (...) {
    return Report(MakeError(Reason::kInternal, "an unknown exception"), err);
  }
}
// The same for functions without a way to fail.
template <typename Body>
void GuardVoid(Body&& body) noexcept {
  try {
    body();
  } catch (...) {  // NOLINT(bugprone-empty-catch): the contract of these functions is to do nothing when they cannot
  }
}

// --- inputs
// The snapshot, shared, for a child that keeps it alive.
[[nodiscard]] StatusOr<std::shared_ptr<SnapshotObject>> Share(kith_snapshot* snapshot);
// A string argument; an error when data is NULL with a size.
[[nodiscard]] StatusOr<std::string_view> Text(kith_str text, std::string_view what);
[[nodiscard]] StatusOr<std::string_view> Name(const char* name, std::string_view what);
[[nodiscard]] StatusOr<Ref> ToRef(kith_ref ref, std::string_view what);
[[nodiscard]] StatusOr<ApplyOptions> ToApplyOptions(const kith_apply_options* given);
[[nodiscard]] inline kith_str FromText(std::string_view text) { return {text.data(), text.size()}; }

// `options` over its defaults: known members are copied, an unknown tail must be zero.
template <typename Options>
[[nodiscard]] StatusOr<Options> ReadOptions(const Options* options, Options defaults) {
  if (options == nullptr) return defaults;
  size_t size = options->struct_size;
  if (size < sizeof(uint32_t) || size > 4096) {
    return MakeError(Reason::kBadOptions, "struct_size is " + std::to_string(size) + "; start from the _INIT macro");
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(options);
  if (size > sizeof(Options) && std::any_of(bytes + sizeof(Options), bytes + size, [](unsigned char c) { return c != 0; })) {
    return MakeError(Reason::kBadOptions, "an option is set that this version of the library does not know");
  }
  std::memcpy(&defaults, options, std::min(size, sizeof(Options)));
  defaults.struct_size = sizeof(Options);
  return defaults;
}

// --- outputs
[[nodiscard]] inline kith_text* NewText(std::string text) {
  return Wrap<kith_text>(std::make_shared<TextObject>(TextObject{std::move(text)}));
}
[[nodiscard]] Status Required(const void* out, std::string_view what);
template <typename T>
void Zero(T* out) {
  if (out != nullptr) *out = T{};
}
// Guard for a function whose answer is a text: `body` returns StatusOr<std::string>. *text, which must be given and is called `name`, is
// NULL unless the body succeeds.
template <typename Body>
kith_code GuardText(kith_text** text, std::string_view name, kith_error** err, Body&& body) noexcept {
  Zero(text);
  return Guard(err, [&]() -> Status {
    KITH_RETURN_IF_ERROR(Required(text, name));
    KITH_ASSIGN_OR_RETURN(std::string answer, body());
    *text = NewText(std::move(answer));
    return absl::OkStatus();
  });
}

}  // namespace kith::capi

#endif  // KITH_CAPI_OBJECTS_H_
