// Aggregates of the values of a group.
#ifndef KITH_LIB_QUERY_AGGREGATE_H_
#define KITH_LIB_QUERY_AGGREGATE_H_

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/numeric/int128.h"
#include "kith/index/column.h"
#include "query/term.h"

namespace kith::query {

// The column of an aggregate over a term, without its name. Errors: WrongKind for kinds that it cannot be taken of.
[[nodiscard]] StatusOr<Column> ColumnOf(Function function, const CompiledTerm& term, const std::string& where);

// Takes values one by one. Nulls are left out by the caller.
class Accumulator {
 public:
  explicit Accumulator(Function function) : function_(function) {}

  void Count(int64_t rows) { count_ += rows; }
  void Add(const PackedValue& value);
  // The values of some rows of a column, nulls left out.
  void Add(const column::BlockView& block, const column::Bitmap& rows);
  // Into a column: the amounts of money, one a currency, and the value. Errors: ArithmeticOverflow.
  [[nodiscard]] Status Finish(Value& value, std::vector<Money>& amounts) const;

 private:
  struct Sum {
    Currency currency;
    int64_t count = 0;
    absl::int128 total = 0;
    int64_t least = INT64_MAX;
    int64_t greatest = INT64_MIN;
  };
  [[nodiscard]] Sum& SumOf(Currency currency);
  void AddMoney(Money money);
  void AddNumber(const PackedValue& value);
  void AddDouble(double value);
  void AddExtreme(const PackedValue& value);
  [[nodiscard]] Status FinishMoney(std::vector<Money>& amounts) const;
  [[nodiscard]] StatusOr<Value> FinishSum() const;
  [[nodiscard]] Value FinishAverage() const;

  Function function_;
  Kind kind_ = Kind::kNull;  // of the values so far
  uint8_t scale_ = 0;
  int64_t count_ = 0;
  absl::int128 total_ = 0;
  double real_ = 0;
  double lost_ = 0;  // what rounding took off real_
  Value extreme_;
  std::vector<Sum> sums_;                                                               // by currency, few
  std::unique_ptr<std::unordered_set<std::string, absl::Hash<std::string>>> distinct_;  // identities of values
};

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_AGGREGATE_H_
