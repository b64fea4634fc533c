// A column of Kith's values as Arrow arrays.
#ifndef KITH_LIB_EXCHANGE_ARROW_COLUMN_H_
#define KITH_LIB_EXCHANGE_ARROW_COLUMN_H_

#include <span>
#include <string>
#include <vector>

#include "exchange/arrow_build.h"
#include "kith/index/column.h"

namespace kith::exchange {

// Money is two arrays, all else is one.
class ArrowColumn {
 public:
  explicit ArrowColumn(const query::Column& column);
  ArrowColumn(const ArrowColumn&) = delete;  // dictionaries are shared with the arrays' types
  ArrowColumn& operator=(const ArrowColumn&) = delete;
  ArrowColumn(ArrowColumn&&) = default;
  ArrowColumn& operator=(ArrowColumn&&) = default;

  [[nodiscard]] std::span<ArrowBuilder> arrays() { return arrays_; }

  // A value of the column's kind, or null. WrongKind for a decimal of more digits than the column has.
  [[nodiscard]] Status Put(const PackedValue& value);
  // The same of `count` rows, `stride` values apart.
  [[nodiscard]] Status Put(const PackedValue* values, size_t count, size_t stride);
  // The same of kinds that are not held in place: lists, sets, and values of a column without a kind.
  void Put(const Value& value);
  // Of a column by currency.
  void Put(std::span<const Money> amounts);
  // Some rows of a block of the column's kind.
  void Put(const column::BlockView& block, const column::Bitmap& rows);

 private:
  void PutNull();
  void PutMoney(Money money);
  void PutNumber(int64_t number);
  [[nodiscard]] bool PutTogether(const PackedValue* values, size_t count, size_t stride);
  void PutChoice(int32_t number);
  void PutMoney(const column::BlockView& block, const column::Bitmap& rows);
  [[nodiscard]] Status PutDecimal(int64_t units, uint8_t scale);
  [[nodiscard]] int32_t NumberOf(Currency currency);
  [[nodiscard]] const std::string* NameOf(Choice choice) const;

  query::Column column_;
  std::vector<int32_t> places_;  // of choices in the dictionary, by number; -1: none
  std::shared_ptr<std::vector<std::string>> currencies_;
  struct Known {
    Currency currency;
    int64_t units;  // of the column's scale in a minor unit
  };
  std::vector<Known> known_;  // in the order of currencies_
  std::vector<ArrowBuilder> arrays_;
};

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_ARROW_COLUMN_H_
