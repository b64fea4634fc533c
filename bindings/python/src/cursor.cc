#include <algorithm>
#include <array>

#include "reading.h"

// Iterators over records. Those of a type are read ahead, a few hundred in one call with Python's lock released; those of an index one by
// one: who reads covered values alone wants no record, and the position is where the library's cursor stands.
namespace kith_python {
namespace {

constexpr size_t kMost = 256;  // records in a call
constexpr size_t kFirst = 8;   // in the first one, for who wants the first record only

// Where a scan stands, and what it has read ahead: views, and the values of the fields that were asked for.
class Ahead {
 public:
  Ahead(Cursor cursor, std::vector<kith_field> fields, bool of_index)
      : cursor_(std::move(cursor)), fields_(std::move(fields)), of_index_(of_index) {}

  // Moves on; false at the end.
  bool Next() {
    if (of_index_) return Step();
    if (at_ + 1 < count_) {
      ++at_;
    } else {
      Fill();
    }
    if (at_ < count_) last_ = views_[at_].id;
    return at_ < count_;
  }

  [[nodiscard]] const std::vector<kith_field>& fields() const { return fields_; }
  [[nodiscard]] const kith_value* values() const { return values_.data() + at_ * fields_.size(); }
  [[nodiscard]] const Cursor& cursor() const { return cursor_; }
  [[nodiscard]] kith_id id() const { return of_index_ ? kith_cursor_id(cursor_.get()) : last_; }
  [[nodiscard]] kith_view view() const {
    if (!of_index_) return views_[at_];
    kith_view view{};
    kith_error* error = nullptr;
    Check(kith_cursor_view(cursor_.get(), &view, &error), error);
    return view;
  }
  // Continues a later scan after the record given out last, also when that is gone.
  [[nodiscard]] nb::bytes Position() const;
  void Close() {
    CheckIdle();
    cursor_.Close();
  }

 private:
  void CheckIdle() const {
    if (busy_) throw nb::value_error("another thread is reading with this cursor");
  }

  bool Step() const {
    kith_error* error = nullptr;
    const kith_code code = kith_cursor_next(cursor_.get(), &error);
    if (code != KITH_OUT_OF_RANGE) Check(code, error);
    return code == KITH_OK;
  }

  void Fill() {
    CheckIdle();
    views_.resize(next_);
    values_.resize(next_ * fields_.size());
    at_ = count_ = 0;
    size_t count = 0;
    kith_error* error = nullptr;
    busy_ = true;  // the cursor keeps what the views lie in, whoever closes the snapshot meanwhile
    const kith_code code = Released([&] {
      return kith_cursor_read(cursor_.get(), fields_.data(), fields_.size(), views_.data(), values_.data(), views_.size(), &count, &error);
    });
    busy_ = false;
    Check(code, error);
    count_ = count;
    next_ = std::min(next_ * 2, kMost);
  }

  Cursor cursor_;
  std::vector<kith_field> fields_;
  bool of_index_;
  size_t next_ = kFirst;
  std::vector<kith_view> views_;
  std::vector<kith_value> values_;
  size_t at_ = 0;
  size_t count_ = 0;
  kith_id last_ = 0;  // of a type's scan: the record given out last
  bool busy_ = false;
};

nb::bytes Ahead::Position() const {
  if (!of_index_ && last_ != 0) {
    std::array<char, 8> position{};
    for (size_t i = 0; i < position.size(); ++i) position[i] = static_cast<char>(last_ >> (56 - 8 * i) & 0xFF);
    return nb::bytes(position.data(), position.size());
  }
  Text position;
  kith_error* error = nullptr;
  Check(kith_cursor_position(cursor_.get(), position.out(), &error), error);
  const kith_str bytes = kith_text_str(position.get());
  return nb::bytes(bytes.data, bytes.size);
}

// Records, or tuples of values where fields are given.
class Records {
 public:
  Records(nb::object reader, Ahead ahead, bool tuples)
      : reader_(std::move(reader)), renewals_(nb::inst_ptr<Reader>(reader_)->renewals()), ahead_(std::move(ahead)), tuples_(tuples) {}

  bool Next() {
    const Reader& reader = *nb::inst_ptr<Reader>(reader_);
    if (renewals_ != reader.renewals()) RaiseClosed("the cursor's snapshot was renewed; open a new cursor");
    static_cast<void>(reader.snapshot());  // raises when it is closed
    return ahead_.Next();
  }
  // A new reference; nullptr without an error at the end.
  PyObject* Give() {
    if (!Next()) return nullptr;
    return tuples_ ? Tuple() : NewRecord(reader_.ptr(), ahead_.view());
  }
  [[nodiscard]] const Ahead& ahead() const { return ahead_; }
  void Close() { ahead_.Close(); }

 private:
  PyObject* Tuple() const {
    kith_snapshot* snapshot = nb::inst_ptr<Reader>(reader_)->snapshot();
    const std::vector<kith_field>& fields = ahead_.fields();
    nb::object tuple = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(fields.size())));
    if (!tuple.is_valid()) throw nb::python_error();
    const kith_view view = ahead_.view();
    const kith_value* values = ahead_.values();
    for (size_t i = 0; i < fields.size(); ++i) {
      PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i), ValueOf(snapshot, view, fields[i], values[i]).release().ptr());
    }
    return tuple.release().ptr();
  }

  nb::object reader_;
  uint64_t renewals_;
  Ahead ahead_;
  bool tuples_;
};

PyObject* Next(PyObject* self) {
  try {
    return nb::inst_ptr<Records>(self)->Give();
  } catch (nb::python_error& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  }
  return nullptr;
}

PyType_Slot kSlots[] = {
    {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)}, {Py_tp_iternext, reinterpret_cast<void*>(Next)}, {0, nullptr}};

Cursor ScanOf(const Reader& reader, const Name& type, kith_id after) {
  Cursor cursor;
  kith_error* error = nullptr;
  Check(kith_snapshot_scan(reader.snapshot(), type, after, cursor.out(), &error), error);
  return cursor;
}

Records Scan(nb::handle_t<Reader> self, const Name& type, kith_id after) {
  return {nb::borrow(self), Ahead(ScanOf(*nb::inst_ptr<Reader>(self), type, after), {}, false), false};
}

Records Tuples(nb::handle_t<Reader> self, const Name& type, const std::vector<Name>& names, kith_id after) {
  const Reader& reader = *nb::inst_ptr<Reader>(self);
  std::vector<kith_field> fields;
  for (const Name& name : names) fields.push_back(reader.FieldOfType(type, name));
  return {nb::borrow(self), Ahead(ScanOf(reader, type, after), std::move(fields), false), true};
}

Range ToRange(const std::vector<nb::object>& equal, nb::handle low, nb::handle high, bool low_inclusive, bool high_inclusive, bool reverse,
              const std::optional<nb::bytes>& after) {
  Range range;
  kith_error* error = nullptr;
  Check(kith_range_new(range.out(), &error), error);
  std::string keep;
  for (const nb::object& value : equal) kith_range_equal(range.get(), BoundFromPython(value, keep));
  if (!low.is_none()) kith_range_low(range.get(), BoundFromPython(low, keep), low_inclusive ? 1 : 0);
  if (!high.is_none()) kith_range_high(range.get(), BoundFromPython(high, keep), high_inclusive ? 1 : 0);
  kith_range_reverse(range.get(), reverse ? 1 : 0);
  if (after) kith_range_after(range.get(), {reinterpret_cast<const uint8_t*>(after->c_str()), after->size()});
  return range;
}

Records ScanIndex(nb::handle_t<Reader> self, const Name& type, const Name& index, const std::vector<nb::object>& equal, nb::handle low,
                  nb::handle high, bool low_inclusive, bool high_inclusive, bool reverse, const std::optional<nb::bytes>& after) {
  Range range = ToRange(equal, low, high, low_inclusive, high_inclusive, reverse, after);
  Cursor cursor;
  kith_error* error = nullptr;
  Check(kith_snapshot_scan_index(nb::inst_ptr<Reader>(self)->snapshot(), type, index, range.get(), cursor.out(), &error), error);
  return {nb::borrow(self), Ahead(std::move(cursor), {}, true), false};
}

nb::object NextId(Records& records) {
  if (!records.Next()) return nb::none();
  return nb::int_(records.ahead().id());
}

nb::object Covered(const Records& records, size_t index) {
  kith_value value{};
  kith_error* error = nullptr;
  Check(kith_cursor_covered(records.ahead().cursor().get(), index, &value, &error), error);
  return ScalarToPython(value);
}

}  // namespace

void BindCursor(nb::module_& module, nb::class_<Reader>& reader) {
  nb::class_<Records>(module, "Cursor", nb::type_slots(kSlots))
      .def("next_id", &NextId)
      .def("covered", &Covered)
      .def("position", [](const Records& records) { return records.ahead().Position(); })
      .def("close", &Records::Close);
  reader.def("_scan", &Scan)
      .def("_tuples", &Tuples)
      .def("_scan_index", &ScanIndex, nb::arg("type"), nb::arg("index"), nb::arg("equal"), nb::arg("low").none(), nb::arg("high").none(),
           nb::arg("low_inclusive"), nb::arg("high_inclusive"), nb::arg("reverse"), nb::arg("after").none());
}

}  // namespace kith_python
