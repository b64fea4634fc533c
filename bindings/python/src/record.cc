#include "reading.h"

// kith.Record is a type of its own, not one of nanobind's, which keeps a table of all its objects: a scan makes millions of these.
namespace kith_python {
namespace {

constexpr size_t kKnownFields = 32;  // of a type

struct RecordObject {
  PyObject_HEAD PyObject* reader;  // keeps the snapshot
  uint64_t renewals;
  kith_view view;
};

RecordObject& Of(PyObject* self) { return *reinterpret_cast<RecordObject*>(self); }
Reader& ReaderOf(PyObject* self) { return *nb::inst_ptr<Reader>(Of(self).reader); }

// Runs what may throw Python's exceptions where C calls it.
template <typename Body>
PyObject* Caught(Body&& body) noexcept {
  try {
    return body();
  } catch (nb::python_error& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

// The memory of one record that nobody holds any more: a loop needs no other.
PyObject* spare = nullptr;

void Free(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  Py_DECREF(Of(self).reader);
  if (spare == nullptr) {
    spare = self;
  } else {
    type->tp_free(self);
  }
  Py_DECREF(type);
}

nb::object Read(PyObject* self, PyObject* name) {
  const RecordObject& record = Of(self);
  Reader& reader = ReaderOf(self);
  if (record.renewals != reader.renewals()) RaiseClosed("the record's snapshot was renewed; read it again");
  const kith_field field = reader.Field(record.view.type, name);
  kith_value value{};
  kith_error* error = nullptr;
  Check(kith_snapshot_value(reader.snapshot(), &record.view, field, &value, &error), error);
  return ValueOf(reader.snapshot(), record.view, field, value);
}

PyObject* Item(PyObject* self, PyObject* name) {
  return Caught([&] { return Read(self, name).release().ptr(); });
}

// get(field, default=None)
PyObject* Get(PyObject* self, PyObject* const* given, Py_ssize_t count) {
  if (count < 1 || count > 2) {
    PyErr_Format(PyExc_TypeError, "get() takes a field and a default, got %zd arguments", count);
    return nullptr;
  }
  return Caught([&] {
    nb::object value = Read(self, given[0]);
    return value.is_none() && count == 2 ? nb::borrow(given[1]).release().ptr() : value.release().ptr();
  });
}

PyObject* ToDict(PyObject* self, PyObject*) {
  return Caught([&] { return nb::borrow(Of(self).reader).attr("record")(Of(self).view.id).release().ptr(); });
}

PyObject* GetId(PyObject* self, void*) { return PyLong_FromUnsignedLongLong(Of(self).view.id); }
PyObject* GetVersion(PyObject* self, void*) { return PyLong_FromUnsignedLongLong(Of(self).view.version); }
PyObject* GetType(PyObject* self, void*) {
  return Caught([&] { return Py_NewRef(ReaderOf(self).TypeName(Of(self).view.type)); });
}

PyObject* Repr(PyObject* self) {
  return Caught([&] {
    const kith_view& view = Of(self).view;
    return PyUnicode_FromFormat("<kith.Record %U %llu version %llu>", ReaderOf(self).TypeName(view.type),
                                static_cast<unsigned long long>(view.id), static_cast<unsigned long long>(view.version));
  });
}

PyGetSetDef kMembers[] = {{"id", GetId, nullptr, nullptr, nullptr},
                          {"version", GetVersion, nullptr, nullptr, nullptr},
                          {"type", GetType, nullptr, nullptr, nullptr},
                          {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyMethodDef kMethods[] = {
    {"get", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(Get)), METH_FASTCALL,
     "get($self, field, default=None, /)\n--\n\nThe field's value, or `default` where it has none."},
    {"to_dict", ToDict, METH_NOARGS, "to_dict($self, /)\n--\n\nEvery field that has a value, in the form that batches take in JSON."},
    {nullptr, nullptr, 0, nullptr}};

PyType_Slot kSlots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(Free)},
    {Py_tp_repr, reinterpret_cast<void*>(Repr)},
    {Py_tp_getset, kMembers},
    {Py_tp_methods, kMethods},
    {Py_mp_subscript, reinterpret_cast<void*>(Item)},
    {Py_tp_doc, const_cast<char*>("A record read in place: fields are decoded when asked for. Valid while its snapshot stands.")},
    {0, nullptr}};

PyType_Spec kSpec = {"kith.Record", sizeof(RecordObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, kSlots};

PyTypeObject* record_type = nullptr;  // of the module, for ever

// --- the reader's slots

PyObject* ItemOfReader(PyObject* self, PyObject* id) {
  return Caught([&]() -> PyObject* {
    // As a long: of what Python 3.11 has, the others go byte by byte for more than 30 bits.
    const long number = PyLong_AsLong(id);
    if (number < 0) {
      if (PyErr_Occurred() == nullptr) PyErr_SetString(PyExc_OverflowError, "the id of a record is not negative");
      throw nb::python_error();
    }
    kith_view view{};
    kith_error* error = nullptr;
    const kith_code code = kith_snapshot_get(nb::inst_ptr<Reader>(self)->snapshot(), static_cast<kith_id>(number), &view, &error);
    if (code == KITH_NOT_FOUND) {
      kith_error_free(error);
      PyErr_SetObject(PyExc_KeyError, id);
      return nullptr;
    }
    Check(code, error);
    return NewRecord(self, view);
  });
}

PyType_Slot kReaderSlots[] = {{Py_mp_subscript, reinterpret_cast<void*>(ItemOfReader)}, {0, nullptr}};

nb::object GetOrNone(nb::handle_t<Reader> self, const RecordId& id) {
  kith_view view{};
  kith_error* error = nullptr;
  const kith_code code = kith_snapshot_get(nb::inst_ptr<Reader>(self)->snapshot(), id.get(), &view, &error);
  if (code == KITH_NOT_FOUND) {
    kith_error_free(error);
    return nb::none();
  }
  Check(code, error);
  return nb::steal(NewRecord(self.ptr(), view));
}

}  // namespace

PyObject* NewRecord(PyObject* reader, const kith_view& view) {
  PyObject* made = spare != nullptr ? PyObject_Init(std::exchange(spare, nullptr), record_type) : record_type->tp_alloc(record_type, 0);
  if (made == nullptr) throw nb::python_error();
  RecordObject& record = Of(made);
  record.reader = Py_NewRef(reader);
  record.renewals = nb::inst_ptr<Reader>(reader)->renewals();
  record.view = view;
  return made;
}

void RaiseClosed(const char* message) {
  nb::object raised = nb::module_::import_("kith.errors").attr("_closed")(message);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised.ptr())), raised.ptr());
  throw nb::python_error();
}

void Reader::Renew() {
  kith_error* error = nullptr;
  Check(kith_snapshot_renew(snapshot(), &error), error);
  ++renewals_;
  last_ = UINT32_MAX;
  types_.clear();
}

Reader::Type& Reader::Find(uint32_t number) {
  if (number == last_) return *found_;
  auto known = types_.find(number);
  if (known == types_.end()) {
    Text name;
    kith_error* error = nullptr;
    Check(kith_snapshot_type_name(snapshot(), number, name.out(), &error), error);
    known = types_.emplace(number, Type{Take(name), {}}).first;
  }
  last_ = number;
  found_ = &known->second;
  return *found_;
}

PyObject* Reader::TypeName(uint32_t type) { return Find(type).name.ptr(); }

kith_field Reader::FieldOfType(const char* type, const char* name) const {
  kith_field field = 0;
  kith_error* error = nullptr;
  Check(kith_snapshot_field(snapshot(), type, name, &field, &error), error);
  return field;
}

kith_field Reader::Field(uint32_t type, PyObject* name) {
  Type& of = Find(type);
  for (const Type::Known& known : of.fields) {
    if (known.name.ptr() == name) return known.field;
  }
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(name, &size);
  if (text == nullptr) throw nb::python_error();
  const kith_field field = FieldOfType(of.name.c_str(), Name({text, static_cast<size_t>(size)}));
  if (of.fields.size() == kKnownFields) of.fields.erase(of.fields.begin());
  of.fields.push_back({nb::borrow(name), field});
  return field;
}

nb::object ValueOf(kith_snapshot* snapshot, const kith_view& view, kith_field field, const kith_value& value) {
  if (value.kind != KITH_KIND_TEXT_LIST && value.kind != KITH_KIND_CHOICE_SET) return ScalarToPython(value);
  nb::list items;
  for (int64_t i = 0; i < value.number; ++i) {
    kith_value item{};
    kith_error* error = nullptr;
    Check(kith_snapshot_item(snapshot, &view, field, static_cast<size_t>(i), &item, &error), error);
    items.append(ScalarToPython(item));
  }
  return items;
}

void BindReading(nb::module_& module) {
  record_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&kSpec));
  if (record_type == nullptr) throw nb::python_error();
  module.attr("Record") = nb::borrow(reinterpret_cast<PyObject*>(record_type));
  auto reader = nb::class_<Reader>(module, "Reader", nb::type_slots(kReaderSlots))
                    .def(nb::init<const Snapshot&>())
                    .def("get", &GetOrNone, "A record by id; None when absent or not visible.")
                    .def("_renew", &Reader::Renew)
                    .def("_close", &Reader::Close);
  BindCursor(module, reader);
}

}  // namespace kith_python
