// What one run shares between its query and the queries of its expansions: where records come from, what was counted, what is evaluated.
#ifndef KITH_LIB_QUERY_CONTEXT_H_
#define KITH_LIB_QUERY_CONTEXT_H_

#include <chrono>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "kith/engine/snapshot.h"
#include "kith/expr/expr.h"
#include "kith/query/query.h"

namespace kith::query {

// Counts what a run touches, and stops it at its limits.
class Meter {
 public:
  explicit Meter(const RunOptions& options) : options_(options), start_(std::chrono::steady_clock::now()) {}

  // Asked for every index entry and record; false when the run must stop, status() says why.
  [[nodiscard]] bool Entry() {
    ++work.entries;
    return Touch();
  }
  [[nodiscard]] bool Record() {
    ++work.records;
    return Touch();
  }
  // The same for what was counted when it was put together.
  [[nodiscard]] bool Again() { return Touch(); }
  [[nodiscard]] const Status& status() const { return status_; }
  [[nodiscard]] std::chrono::microseconds Elapsed() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start_);
  }

  Work work;

 private:
  // The clock and the flag are looked at once in so many rows, a power of two: well below a millisecond.
  static constexpr uint64_t kEvery = 256 - 1;
  bool Touch() { return (options_.cost == 0 && (++touched_ & kEvery) != 0) || Check(); }
  bool Check();

  RunOptions options_;
  std::chrono::steady_clock::time_point start_;
  uint64_t touched_ = 0;
  Status status_;
};

// Records as a run sees them: those of the snapshot, or those of a point in the past.
class World final : public expr::Resolver {
 public:
  World(const Snapshot& snapshot, std::optional<AsOf> as_of, Meter& meter) : snapshot_(snapshot), as_of_(as_of), meter_(meter) {}

  [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
  [[nodiscard]] const std::optional<AsOf>& as_of() const { return as_of_; }
  [[nodiscard]] bool is_past() const { return as_of_.has_value(); }
  // The records of a type that existed at the point in the past, in id order.
  [[nodiscard]] StatusOr<std::span<const Record>> Past(const catalog::TypeDef& type);

  record::View Get(Id id) override;
  void ForEachRelated(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id,
                      const std::function<bool(const record::View&)>& visit) override;
  [[nodiscard]] Status status() const override { return status_; }

 private:
  [[nodiscard]] StatusOr<std::vector<Id>> AllIds(const catalog::TypeDef& type) const;
  record::View GetPast(Id id);
  void Fail(const Status& status) { status_.Update(status); }

  const Snapshot& snapshot_;
  std::optional<AsOf> as_of_;
  Meter& meter_;
  Status status_;
  std::unordered_map<TypeNumber, std::vector<Record>> past_;  // whole types, in id order
  std::unordered_map<uint64_t, Record> past_records_;         // single ones
};

struct Context {
  Context(const Snapshot& snapshot, const RunOptions& options) : meter(options), world(snapshot, options.as_of, meter) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Made when it is first needed.
  [[nodiscard]] expr::Evaluator& evaluator() {
    if (!evaluator_.has_value()) evaluator_.emplace(&world);
    return *evaluator_;
  }

  Meter meter;
  World world;
  expr::AnyList variables;  // by position in the root's parameters

 private:
  std::optional<expr::Evaluator> evaluator_;
};

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_CONTEXT_H_
