#include <algorithm>

#include "kith_python.h"

namespace kith_python {
namespace {

using Query = Handle<kith_query, kith_query_free>;
using RowsHandle = Handle<kith_rows, kith_rows_free>;

// Rows with what is asked of their columns once.
class Rows {
 public:
  explicit Rows(RowsHandle rows) : rows_(std::move(rows)) {
    for (size_t i = 0; i < kith_rows_column_count(rows_.get()); ++i) {
      kith_column column{};
      kith_error* error = nullptr;
      Check(kith_rows_column(rows_.get(), i, &column), error);
      names_.push_back(PyText(column.name));
      per_currency_.push_back(column.per_currency != 0);
    }
  }

  [[nodiscard]] const std::vector<nb::object>& names() const { return names_; }
  [[nodiscard]] kith_rows* get() const { return rows_.get(); }
  void Close() {
    CheckIdle();
    rows_.Close();
  }

  // One thread's until it has made its own of what the library lends: the next call of any other takes that away.
  class Turn {
   public:
    explicit Turn(Rows& rows) : rows_(rows) {
      rows.CheckIdle();
      rows.busy_ = true;
    }
    ~Turn() { rows_.busy_ = false; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Rows& rows_;
  };

  // The next rows as dictionaries; empty at the end.
  nb::list Next(size_t cap) {
    const Turn turn(*this);
    const kith_value* values = nullptr;
    size_t count = 0;
    kith_error* error = nullptr;
    Check(Released([&] { return kith_rows_next(rows_.get(), cap, &values, nullptr, &count, &error); }), error);
    nb::list page;
    for (size_t i = 0; i < count; ++i) {
      nb::dict row;
      for (size_t j = 0; j < names_.size(); ++j) row[names_[j]] = ValueAt(i, j, values[i * names_.size() + j]);
      page.append(row);
    }
    return page;
  }

  void CheckIdle() const {
    if (busy_) throw nb::value_error("another thread is reading these rows");
  }

 private:
  nb::object ValueAt(size_t row, size_t column, const kith_value& value) const {
    if (per_currency_[column]) return List(row, column, value.kind == KITH_KIND_MONEY ? 1 : value.number);
    if (value.kind == KITH_KIND_TEXT_LIST || value.kind == KITH_KIND_CHOICE_SET) return List(row, column, value.number);
    return ScalarToPython(value);
  }
  nb::object List(size_t row, size_t column, int64_t size) const {
    nb::list items;
    for (int64_t i = 0; i < size; ++i) {
      kith_value item{};
      kith_error* error = nullptr;
      Check(kith_rows_item(rows_.get(), row, column, static_cast<size_t>(i), &item, &error), error);
      items.append(ScalarToPython(item));
    }
    return items;
  }

  RowsHandle rows_;
  std::vector<nb::object> names_;
  std::vector<bool> per_currency_;
  bool busy_ = false;
};

using TextCall = kith_code (*)(const kith_rows*, kith_text**, kith_error**);
template <TextCall call>
nb::str TextOf(const Rows& rows) {
  rows.CheckIdle();
  return ToldAtOnce([&](auto text, auto error) { return call(rows.get(), text, error); });
}

Rows Run(const Query& query, const Snapshot& snapshot, const std::string& parameters,
         const std::optional<std::pair<int64_t, int64_t>>& as_of, uint64_t time_limit_us, uint64_t cost, const std::string& after) {
  kith_query_options options = KITH_QUERY_OPTIONS_INIT;
  options.in_past = as_of ? 1 : 0;
  if (as_of) {
    options.effective = as_of->first;
    options.recorded = as_of->second;
  }
  options.time_limit_us = time_limit_us;
  options.cost = cost;
  options.after = ToStr(after);
  RowsHandle rows;
  kith_error* error = nullptr;
  Check(Released([&] { return kith_query_run(query.get(), snapshot.get(), ToStr(parameters), &options, rows.out(), &error); }), error);
  return Rows(std::move(rows));
}

Query Prepare(const Snapshot& snapshot, const std::string& json) {
  Query query;
  kith_error* error = nullptr;
  Check(kith_query_prepare(snapshot.get(), ToStr(json), query.out(), &error), error);
  return query;
}

}  // namespace

void BindQuery(nb::module_& module) {
  nb::class_<Rows>(module, "Rows")
      .def("names", &Rows::names)
      .def("next", &Rows::Next)
      .def("json",
           [](Rows& rows, size_t cap) {
             const Rows::Turn turn(rows);
             return Told([&](auto text, auto error) { return kith_rows_json(rows.get(), cap, text, error); });
           })
      .def("arrow",
           [](Rows& rows) {
             const Rows::Turn turn(rows);
             return StreamCapsule([&](ArrowArrayStream* stream, kith_error** error) { return kith_rows_arrow(rows.get(), stream, error); });
           })
      .def("token", &TextOf<kith_rows_token>)
      .def("explain", &TextOf<kith_rows_explain>)
      .def("cancel", [](const Rows& rows) { kith_rows_cancel(rows.get()); })
      .def("close", &Rows::Close);
  nb::class_<Query>(module, "Query")
      .def("explain",
           [](const Query& query) {
             return ToldAtOnce([&](auto text, auto error) { return kith_query_explain(query.get(), text, error); });
           })
      .def("run", &Run, nb::arg("snapshot"), nb::arg("parameters"), nb::arg("as_of").none(), nb::arg("time_limit_us"), nb::arg("cost"),
           nb::arg("after"));
  module.def("prepare", &Prepare);
}

}  // namespace kith_python
