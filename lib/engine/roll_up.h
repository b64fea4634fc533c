// Roll-ups: rows in the aggregates that follow every change of the records they are made of.
//
// A row's key is kRollUpPrefix, the roll-up's number (4), the parent's id (8). Count, sum and average keep one row a parent: for each
// currency (0: none) how many values there are and their exact sum. Minimum and maximum keep one row a distinct value, whose key goes on
// with the value in order (the greatest first for a maximum) and which holds how often it occurs: the first row is the answer, also after
// deletes.
//
// While kMeta holds kMetaBuildPrefix + number, rows have what records up to the noted id contribute, and no reader uses them.
#ifndef KITH_LIB_ENGINE_ROLL_UP_H_
#define KITH_LIB_ENGINE_ROLL_UP_H_

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/programs.h"
#include "engine/read_internal.h"
#include "kith/engine/extension.h"
#include "kith/storage/storage.h"

namespace kith::engine {

inline constexpr std::string_view kRollUpPrefix = "R";
// Listed among the file's derivations once a roll-up is declared, so that a library without them does not write there.
inline constexpr std::string_view kRollUpDerivation = "roll_ups";
inline constexpr uint32_t kRollUpVersion = 1;

// What one record adds to one parent.
struct Contribution {
  Id parent;
  Value value;  // null of a count
  friend bool operator==(const Contribution&, const Contribution&) = default;
};

// Finds contributions; keeps its memory. One thread at a time.
class Contributions {
 public:
  explicit Contributions(std::shared_ptr<const Programs> programs) : computer_(std::move(programs)) {}
  // nullopt when the record (a null view: none) adds nothing. A condition that fails (a division by zero) is not met.
  [[nodiscard]] std::optional<Contribution> Of(const RollUpPlan& plan, const record::View& record);

 private:
  FieldComputer computer_;
  expr::Evaluator evaluator_;
};

// Where rows are kept: a write-set, or a map.
class RollUpRows {
 public:
  virtual ~RollUpRows() = default;
  // nullopt when there is no row.
  [[nodiscard]] virtual StatusOr<std::optional<std::string>> Get(std::string_view key) = 0;
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Delete(std::string_view key) = 0;
};

class StoredRows final : public RollUpRows {
 public:
  explicit StoredRows(storage::WriteSet& set) : set_(set) {}
  [[nodiscard]] StatusOr<std::optional<std::string>> Get(std::string_view key) override;
  void Put(std::string_view key, std::string_view value) override;
  void Delete(std::string_view key) override;

 private:
  storage::WriteSet& set_;
};

class MadeRows final : public RollUpRows {
 public:
  [[nodiscard]] StatusOr<std::optional<std::string>> Get(std::string_view key) override;
  void Put(std::string_view key, std::string_view value) override { rows[std::string(key)] = value; }
  void Delete(std::string_view key) override { rows.erase(std::string(key)); }
  std::map<std::string, std::string> rows;
};

// Takes what a record contributed before and adds what it contributes now.
[[nodiscard]] Status ChangeContribution(const RollUpPlan& plan, const std::optional<Contribution>& before,
                                        const std::optional<Contribution>& after, RollUpRows& rows);

// The value for a parent, from the rows.
[[nodiscard]] StatusOr<Value> ReadRollUp(const RollUpPlan& plan, Id parent, const storage::Reader& reader);
// Records that are left out of a fold, and the values that count in their place.
struct Instead {
  const std::unordered_set<uint64_t>* of = nullptr;
  std::span<const Value> values;
};
// The same from the records that the source's viewer may see, in time proportional to them.
[[nodiscard]] StatusOr<Value> FoldRollUp(const RollUpPlan& plan, Id parent, const Source& source, Contributions& contributions,
                                         const Instead& instead = {});

// Roll-ups as they were, for what reads records of a past moment. A record that nothing was recorded of after the earlier of a moment's two
// times held then what it holds now, since nothing takes effect after it was recorded: so the index gives the members of now, and the feed
// names those whose history is to be asked. Time in proportion to the members and to what changed since. Keeps what the last moment came
// to. Shared by the records of one snapshot; one thread at a time.
class PastRollUps {
 public:
  // `source` is borrowed until Detach. `last` is the snapshot's sequence.
  PastRollUps(const Source& source, std::shared_ptr<const ReaderCatalog> loaded, const Horizon& horizon, uint64_t last)
      : source_(&source), loaded_(std::move(loaded)), horizon_(horizon), last_(last), contributions_(loaded_->programs) {}
  [[nodiscard]] StatusOr<Value> Read(const RollUpPlan& plan, Id parent, AsOf as_of);
  // The snapshot is gone: all is null from now on.
  void Detach() { source_ = nullptr; }

 private:
  [[nodiscard]] Status Turn(AsOf as_of);
  [[nodiscard]] Status Gather(const catalog::TypeDef& child);

  const Source* source_;
  std::shared_ptr<const ReaderCatalog> loaded_;
  Horizon horizon_;
  uint64_t last_;
  Contributions contributions_;
  record::Builder builder_;
  std::optional<AsOf> as_of_;
  std::map<TypeNumber, std::unordered_set<uint64_t>> changed_;          // since then, of types that are rolled up
  std::unordered_set<TypeNumber> gathered_;                             // those whose values_ are there
  std::map<std::pair<uint32_t, uint64_t>, std::vector<Value>> values_;  // (roll-up, parent): of those that have changed
};

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_ROLL_UP_H_
