// A value of a row by field, path or CEL, compiled, and the row that it is read from.
#ifndef KITH_LIB_QUERY_TERM_H_
#define KITH_LIB_QUERY_TERM_H_

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "query/calendar.h"
#include "query/cell.h"
#include "query/context.h"

namespace kith::query {

// Which values an index entry alone gives: those it covers, and the parts of its key. Or which a row of columns gives.
class EntryLayout {
 public:
  EntryLayout() = default;
  EntryLayout(const catalog::TypeDef& type, const catalog::IndexDef& index);
  // Of rows of columns: the values at these positions.
  explicit EntryLayout(std::vector<int32_t> positions) : covers_(std::move(positions)) {}

  // Where Decode puts the value at a position; -1: an entry does not have it.
  [[nodiscard]] int Find(int32_t position) const;
  // Whether the value stands in the entry as it is, rather than being made from the key.
  [[nodiscard]] bool IsCover(int32_t position) const { return Find(position) >= 0 && static_cast<size_t>(Find(position)) < covers_.size(); }
  // Of rows of columns.
  [[nodiscard]] size_t size() const { return covers_.size(); }
  // From now on Decode gives this value, which Find has found.
  void Need(int32_t position);
  // Fills in what is needed, borrowed from the entry and from `parts`; false when the entry was cut before the end of a part that is.
  // `covered` are the entry's bytes.
  [[nodiscard]] bool Decode(const RecordCursor& cursor, std::string_view& covered, std::vector<PackedValue>& cells,
                            std::vector<Value>& parts) const;

  // A covered list, which is not held in place.
  void ReadList(int slot, std::string_view covered, Value& out) const;

 private:
  struct Part {
    int32_t position = 0;
    Kind kind = Kind::kNull;
    uint8_t scale = 0;
    Order order = Order::kAscending;
  };
  std::vector<int32_t> covers_;  // positions; the values of the parts follow those of the covers
  std::vector<Part> parts_;
  size_t needed_covers_ = 0;  // decoding is in order, so all before the last that is needed
  size_t needed_parts_ = 0;
};

// The row that an access stands on: a record, or an index entry's values.
struct Current {
  Id id;
  record::View record;  // null: `entry` alone
  const EntryLayout* layout = nullptr;
  std::span<const PackedValue> entry;
  std::string_view covered;  // the entry's bytes, for lists

  // In place: borrowed as the row is.
  void Peek(int32_t position, PackedValue& cell) const;
  void Read(int32_t position, Value& out) const;
};

// What names stand for when a text is compiled.
struct Scope {
  std::shared_ptr<const catalog::Catalog> catalog;
  const catalog::TypeDef* type = nullptr;
  std::vector<expr::Variable> variables;  // the parameters, by the names that expressions have for them

  [[nodiscard]] expr::Environment Environment() const;
};

// A path over references, resolved for every type that a step may meet.
struct PathSteps {
  using Positions = std::vector<std::pair<TypeNumber, int32_t>>;
  std::vector<Positions> steps;  // the last one is the value's
};

class CompiledTerm {
 public:
  // `where` is the term's place in the query, for errors. Errors also for values that no column can hold.
  [[nodiscard]] static StatusOr<CompiledTerm> Compile(const Term& term, const Scope& scope, const std::string& where);

  [[nodiscard]] const Column& column() const { return column_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  // The field or header field of the row that it is, when it is just that.
  [[nodiscard]] std::optional<int32_t> own() const;
  // Values of one kind that keys order: what groups, orders and most aggregates ask for. Else an error that says what to write.
  [[nodiscard]] Status CheckComparable(const std::string& where) const;
  // The position of the row that it reads; nullopt when it needs the whole record.
  [[nodiscard]] std::optional<int32_t> needs() const;

  // Errors: those of evaluating; and of following references.
  [[nodiscard]] Status Read(Context& context, const Calendar& calendar, const Current& row, Value& out) const;
  // The same in place, borrowed from the row or from `held`.
  [[nodiscard]] Status Peek(Context& context, const Calendar& calendar, const Current& row, Value& held, PackedValue& cell) const {
    if (is_own_) {
      row.Peek(path_.steps[0][0].second, cell);
      return {};
    }
    KITH_RETURN_IF_ERROR(Read(context, calendar, row, held));
    cell = InPlace(held);
    return {};
  }

 private:
  [[nodiscard]] bool CompilePath(const Scope& scope);
  [[nodiscard]] Status CompileProgram(const Scope& scope, const std::string& where);
  [[nodiscard]] Status TakeType(const expr::Type& type, const std::string& where);
  [[nodiscard]] Status ReadValue(Context& context, const Current& row, Value& out) const;
  [[nodiscard]] Status ReadPath(Context& context, const Current& row, Value& out) const;
  [[nodiscard]] Status ReadProgram(Context& context, const Current& row, Value& out) const;

  std::string text_;
  Column column_;
  Bucket bucket_ = Bucket::kNone;
  bool is_own_ = false;  // a field of the row, as it is
  PathSteps path_;       // empty: a program
  std::optional<expr::Program> program_;
  Kind value_kind_ = Kind::kNull;  // before the bucket
};

// A path's record instead of a value: what an expansion follows. Errors when the text is no path of references to one type.
class CompiledReference {
 public:
  [[nodiscard]] static StatusOr<CompiledReference> Compile(const std::string& text, const Scope& scope, const std::string& where);
  [[nodiscard]] const catalog::TypeDef& target() const { return *target_; }
  [[nodiscard]] const CompiledTerm& term() const { return term_; }

 private:
  CompiledTerm term_;
  const catalog::TypeDef* target_ = nullptr;
};

// Expressions write _name for $name, which CEL does not have; texts keep their length, so positions in errors hold.
[[nodiscard]] std::string WithParameters(std::string_view text, std::vector<std::string>* used);
[[nodiscard]] StatusOr<expr::Program> CompileProgram(std::string_view text, const expr::Environment& environment,
                                                     std::optional<expr::TypeKind> expected, const std::string& where);
// An error of compiling or evaluating, with its place in the query before its place in the text.
[[nodiscard]] Status AtPlace(const Status& status, const std::string& where);

}  // namespace kith::query

#endif  // KITH_LIB_QUERY_TERM_H_
