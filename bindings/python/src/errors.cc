#include "kith_python.h"

namespace kith_python {
namespace {

[[noreturn]] void Raise(const nb::object& exception) {
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
  throw nb::python_error();
}

}  // namespace

void Check(kith_code code, kith_error*& error) {
  if (code == KITH_OK) return;
  nb::object make = nb::module_::import_("kith.errors").attr("_make");
  nb::object exception = make(code, kith_code_name(code), kith_reason_name(kith_error_reason(error)), PyText(kith_error_message(error)),
                              PyText(kith_error_hint(error)), PyText(kith_error_type(error)), kith_error_record(error),
                              PyText(kith_error_field(error)), PyText(kith_error_value(error)), kith_error_change(error));
  kith_error_free(error);
  Raise(exception);
}

void RaiseNoId(nb::handle value) { Raise(nb::module_::import_("kith.errors").attr("_no_id")(value)); }
void RaiseUnfit(const char* field, nb::handle value) { Raise(nb::module_::import_("kith.errors").attr("_unfit")(field, value)); }

}  // namespace kith_python
