// The extension module: handles of the C ABI as Python objects. Thin: what is comfortable in Python is written in Python, in kith/*.py.
#ifndef KITH_PYTHON_KITH_PYTHON_H_
#define KITH_PYTHON_KITH_PYTHON_H_

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "kith.h"

namespace kith_python {

namespace nb = nanobind;

// An owned handle, freed by `Free`.
template <typename T, void (*Free)(T*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T* handle) : handle_(handle) {}
  ~Handle() { Free(handle_); }
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  T* get() const { return handle_; }
  T** out() { return &handle_; }
  void Close() {
    Free(handle_);
    handle_ = nullptr;
  }

 private:
  T* handle_ = nullptr;
};
using Db = Handle<kith_db, kith_db_free>;
using Batch = Handle<kith_batch, kith_batch_free>;
using Outcome = Handle<kith_outcome, kith_outcome_free>;
using Snapshot = Handle<kith_snapshot, kith_snapshot_free>;
using Cursor = Handle<kith_cursor, kith_cursor_free>;
using Range = Handle<kith_range, kith_range_free>;
using Text = Handle<kith_text, kith_text_free>;
using Forecast = Handle<kith_forecast, kith_forecast_free>;

// Raises the Python exception of an error; returns when code is KITH_OK. Takes the error. By reference: in Check(f(&error), error) the
// arguments may be evaluated in either order.
void Check(kith_code code, kith_error*& error);

// Raises kith.InvalidArgumentError for a value that C has no form for: a number past 64 bits, a text that is no UTF-8.
[[noreturn]] void RaiseUnfit(const char* field, nb::handle value);

// Runs what converts a field's value to C.
template <typename Body>
auto Fitted(const char* field, nb::handle value, Body&& body) {
  try {
    return body();
  } catch (const std::bad_cast&) {
    RaiseUnfit(field, value);
  } catch (nb::python_error& error) {
    if (!error.matches(PyExc_OverflowError)) throw;
  }
  RaiseUnfit(field, value);
}

inline kith_str ToStr(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view View(kith_str text) { return {text.data == nullptr ? "" : text.data, text.size}; }
inline nb::str PyText(kith_str text) { return nb::str(text.data == nullptr ? "" : text.data, text.size); }
// A text that the library returned, as a Python string.
inline nb::str Take(const Text& text) { return PyText(kith_text_str(text.get())); }

// A name, which C ends at a NUL. One of its own would end it early, so that it named something else: with the picture of a NUL in its place
// it names nothing. Borrows the text, which a NUL must follow, unless it has one.
class Name {
 public:
  Name() = default;
  explicit Name(std::string_view text) : text_(text.data()) {  // NOLINT(bugprone-suspicious-stringview-data-usage)
    for (size_t at = text.find('\0'); at < text.size(); text.remove_prefix(at + 1), at = text.find('\0')) {
      kept_.append(text, 0, at).append("\xE2\x90\x80");
    }
    if (!kept_.empty()) kept_.append(text);
  }
  // NOLINTNEXTLINE(google-explicit-constructor): it is what C takes
  operator const char*() const { return kept_.empty() ? text_ : kept_.c_str(); }

 private:
  const char* text_ = "";
  std::string kept_;
};
inline const char* OrNull(const std::optional<Name>& name) { return name ? static_cast<const char*>(*name) : nullptr; }

// Raises what says why a value is no id.
[[noreturn]] void RaiseNoId(nb::handle value);

// The id of a record. What is none is refused when it is asked for, with Python's lock held: who reads Python wants no signature of C++.
class RecordId {
 public:
  RecordId() = default;
  explicit RecordId(kith_id id) : id_(id) {}
  explicit RecordId(nb::handle none) : none_(none) {}
  [[nodiscard]] kith_id get() const {
    if (none_.is_valid()) RaiseNoId(none_);
    return id_;
  }

 private:
  kith_id id_ = 0;
  nb::handle none_;  // borrowed for the call
};

// A reference from Python: None, an int, or (system, key). The strings live as long as the object.
class Ref {
 public:
  explicit Ref(nb::handle object);
  kith_ref get() const { return {id_, ToStr(system_), ToStr(key_)}; }

 private:
  kith_id id_ = 0;
  std::string system_;
  std::string key_;
};

// Who reads or writes; what it points to is borrowed from the lists it was made of.
class ViewerArgument {
 public:
  ViewerArgument(kith_id id, const std::vector<uint32_t>& units, const std::vector<std::string>& roles) {
    for (const std::string& role : roles) roles_.push_back(ToStr(role));
    viewer_.id = id;
    viewer_.units = units.data();
    viewer_.unit_count = units.size();
    viewer_.roles = roles_.data();
    viewer_.role_count = roles_.size();
  }
  [[nodiscard]] const kith_viewer* get() const { return &viewer_; }

 private:
  std::vector<kith_str> roles_;
  kith_viewer viewer_ = KITH_VIEWER_INIT;
};

// A value read, as the Python object it stands for; None for lists, which are read item by item.
nb::object ScalarToPython(const kith_value& value);

// Of an aware datetime and of a date. Raise TypeError for others.
int64_t MicrosOf(nb::handle datetime);
int64_t DaysOf(nb::handle date);
bool IsInstance(nb::handle object, const char* module, const char* name);

// A bound of an index range, or what a field must have. Text it points to is kept in `keep`.
kith_value BoundFromPython(nb::handle object, std::string& keep, const char* field = "");

// Runs a call of the library with Python's lock released.
template <typename Call>
kith_code Released(Call&& call) {
  nb::gil_scoped_release release;
  return call();
}

// The text that call(text, error) gives, with Python's lock released meanwhile.
template <typename Call>
nb::str Told(Call&& call) {
  Text text;
  kith_error* error = nullptr;
  Check(Released([&] { return call(text.out(), &error); }), error);
  return Take(text);
}
// The same of a call too short to give the lock up.
template <typename Call>
nb::str ToldAtOnce(Call&& call) {
  Text text;
  kith_error* error = nullptr;
  Check(call(text.out(), &error), error);
  return Take(text);
}

// What `fill` makes, as a capsule of the Arrow PyCapsule interface.
[[nodiscard]] nb::object StreamCapsule(const std::function<kith_code(ArrowArrayStream*, kith_error**)>& fill);
// The stream in such a capsule, borrowed. Raises ValueError for another one.
[[nodiscard]] ArrowArrayStream* StreamOf(const nb::object& capsule);

void BindBatch(nb::module_& module);
void BindSnapshot(nb::module_& module);
void BindQuery(nb::module_& module);
void BindDatabase(nb::module_& module);

}  // namespace kith_python

template <>
struct nanobind::detail::type_caster<kith_python::Name> {
  NB_TYPE_CASTER(kith_python::Name, const_name("str"))

  // The text must end with a NUL of its own, as that of a Python object does.
  bool from_python(handle source, uint32_t /*flags*/, cleanup_list* /*cleanup*/) noexcept {
    if (!PyUnicode_Check(source.ptr())) return false;
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(source.ptr(), &size);
    if (text == nullptr) {
      PyErr_Clear();
      return false;
    }
    value = kith_python::Name({text, static_cast<size_t>(size)});
    return true;
  }
};

template <>
struct nanobind::detail::type_caster<kith_python::RecordId> {
  NB_TYPE_CASTER(kith_python::RecordId, const_name("int"))

  bool from_python(handle source, uint32_t /*flags*/, cleanup_list* /*cleanup*/) noexcept {
    PyObject* number = PyIndex_Check(source.ptr()) != 0 ? PyNumber_Index(source.ptr()) : nullptr;
    const kith_id id = number == nullptr ? 0 : PyLong_AsUnsignedLongLong(number);
    Py_XDECREF(number);
    const bool is_id = number != nullptr && PyErr_Occurred() == nullptr;
    PyErr_Clear();
    value = is_id ? kith_python::RecordId(id) : kith_python::RecordId(source);
    return true;
  }
};

#endif  // KITH_PYTHON_KITH_PYTHON_H_
