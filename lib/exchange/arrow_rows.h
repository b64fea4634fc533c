// An Arrow stream as the rows of a file: columns by name in the first, cells as texts.
#ifndef KITH_LIB_EXCHANGE_ARROW_ROWS_H_
#define KITH_LIB_EXCHANGE_ARROW_ROWS_H_

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kith/exchange/arrow.h"
#include "kith/exchange/csv.h"

namespace kith::exchange {

// A stream that can be read more than once: its batches are kept.
class ArrowInput {
 public:
  // Takes the stream.
  explicit ArrowInput(ArrowArrayStream* stream);
  ~ArrowInput();
  ArrowInput(const ArrowInput&) = delete;
  ArrowInput& operator=(const ArrowInput&) = delete;

  // Reads the schema. Errors: FileUnreadable when the stream fails, WrongKind for a wanted column of a type that has no text form.
  [[nodiscard]] Status Start(const std::set<std::string>& wanted);
  [[nodiscard]] const ArrowSchema& schema() const { return schema_; }
  // A batch by its number, nullptr past the last one.
  [[nodiscard]] StatusOr<const ArrowArray*> Batch(size_t number);

 private:
  [[nodiscard]] Status Failed();

  ArrowArrayStream stream_;
  ArrowSchema schema_ = {};
  std::deque<ArrowArray> batches_;
};

// Reads from the first batch on. Borrows the input.
[[nodiscard]] std::unique_ptr<CsvReader> NewArrowReader(ArrowInput& input);

}  // namespace kith::exchange

#endif  // KITH_LIB_EXCHANGE_ARROW_ROWS_H_
