#include "kith_python.h"

// After kith_python.h, which includes Python.h.
#include <datetime.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <unordered_map>

namespace kith_python {
namespace {

constexpr int64_t kOrdinalOfEpoch = 719163;  // date(1970, 1, 1).toordinal()
constexpr int64_t kMicrosOfDay = 86'400'000'000;

// What values are made of, looked up once. Never given back: the interpreter goes first.
PyTypeObject* MoneyType() {
  static PyObject* const type = nb::object(nb::module_::import_("kith.values").attr("Money")).release().ptr();
  return reinterpret_cast<PyTypeObject*>(type);
}
nb::handle DecimalType() {
  static PyObject* const type = nb::object(nb::module_::import_("decimal").attr("Decimal")).release().ptr();
  return type;
}
void NeedDatetime() {
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  if (PyDateTimeAPI == nullptr) throw nb::python_error();
}

// A new reference, or Python's exception: OverflowError and ValueError for what it has no form for.
nb::object Owned(PyObject* made) {
  if (made == nullptr) throw nb::python_error();
  return nb::steal(made);
}

std::chrono::year_month_day CivilOf(int64_t days) {
  if (days < 1 - kOrdinalOfEpoch || days > 3'652'059 - kOrdinalOfEpoch) {
    PyErr_SetString(PyExc_OverflowError, "Python has no date before the year 1 or after 9999");
    throw nb::python_error();
  }
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days)));
}

nb::object DateFromDays(int64_t days) {
  NeedDatetime();
  const auto civil = CivilOf(days);
  return Owned(PyDate_FromDate(static_cast<int>(civil.year()), static_cast<int>(static_cast<unsigned>(civil.month())),
                               static_cast<int>(static_cast<unsigned>(civil.day()))));
}

nb::object Datetime(int64_t micros) {
  NeedDatetime();
  const int64_t days = micros / kMicrosOfDay - (micros % kMicrosOfDay < 0 ? 1 : 0);
  const int64_t rest = micros - days * kMicrosOfDay;
  const auto civil = CivilOf(days);
  const auto seconds = static_cast<int>(rest / 1'000'000);
  return Owned(PyDateTimeAPI->DateTime_FromDateAndTime(
      static_cast<int>(civil.year()), static_cast<int>(static_cast<unsigned>(civil.month())),
      static_cast<int>(static_cast<unsigned>(civil.day())), seconds / 3600, seconds / 60 % 60, seconds % 60,
      static_cast<int>(rest % 1'000'000), PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType));
}

// Digits enough for a number of 64 bits: the context of the host's thread may round to fewer. Never given back, like the types.
nb::handle Exact() {
  static PyObject* const context = nb::object(nb::module_::import_("decimal").attr("Context")(nb::arg("prec") = 40)).release().ptr();
  return context;
}

nb::object DecimalOf(const kith_value& value) { return DecimalType()(value.number).attr("scaleb")(-value.scale, Exact()); }

kith_value DecimalToC(nb::handle object) {
  const nb::object exponent = object.attr("as_tuple")().attr("exponent");
  if (!nb::isinstance<nb::int_>(exponent)) throw nb::value_error("a Decimal that is no number");
  kith_value value = kith_value_null();
  value.kind = KITH_KIND_DECIMAL;
  value.scale = std::max(0, -nb::cast<int>(exponent));
  const nb::int_ number(object.attr("scaleb")(value.scale, Exact()));
  value.number = PyLong_AsLongLong(number.ptr());
  if (value.number == -1 && PyErr_Occurred() != nullptr) throw nb::python_error();
  return value;
}

// The code of a currency as a text, the same one each time.
PyObject* CurrencyText(const char* code) {
  static std::unordered_map<uint32_t, PyObject*> known;
  uint32_t packed = 0;
  std::memcpy(&packed, code, sizeof(packed));
  PyObject*& text = known[packed];
  if (text == nullptr) text = PyUnicode_InternFromString(code);
  if (text == nullptr) throw nb::python_error();
  return Py_NewRef(text);
}

// Money is a tuple by another name: it is filled as one.
nb::object MoneyOf(const kith_value& value) {
  PyTypeObject* type = MoneyType();
  nb::object money = Owned(type->tp_alloc(type, 2));
  nb::object minor = Owned(PyLong_FromLongLong(value.number));
  PyTuple_SET_ITEM(money.ptr(), 1, CurrencyText(value.currency));
  PyTuple_SET_ITEM(money.ptr(), 0, minor.release().ptr());
  return money;
}

kith_value BoundToC(nb::handle object, std::string& keep) {
  if (object.is_none()) return kith_value_null();
  if (nb::isinstance<nb::bool_>(object)) return kith_value_bool(nb::cast<bool>(object) ? 1 : 0);
  if (nb::isinstance<nb::int_>(object)) return kith_value_int(nb::cast<int64_t>(object));
  if (nb::isinstance<nb::float_>(object)) return kith_value_double(nb::cast<double>(object));
  if (nb::isinstance<nb::str>(object)) {
    keep = nb::cast<std::string>(object);
    return kith_value_text(ToStr(keep));
  }
  if (IsInstance(object, "kith.values", "Money")) {
    keep = nb::cast<std::string>(object.attr("currency"));
    return kith_value_money(nb::cast<int64_t>(object.attr("minor")), Name(keep));
  }
  if (IsInstance(object, "datetime", "datetime")) return kith_value_time(MicrosOf(object));
  if (IsInstance(object, "datetime", "date")) return kith_value_date(static_cast<int32_t>(DaysOf(object)));
  if (PyObject_IsInstance(object.ptr(), DecimalType().ptr()) == 1) return DecimalToC(object);
  throw nb::type_error("a value to compare with is None, bool, int, float, str, Decimal, Money, date or aware datetime");
}

}  // namespace

int64_t MicrosOf(nb::handle datetime) {
  // Exact: no float in between. A naive time is refused by the subtraction.
  nb::object module = nb::module_::import_("datetime");
  nb::object epoch = module.attr("datetime")(1970, 1, 1, nb::arg("tzinfo") = module.attr("timezone").attr("utc"));
  nb::object delta = nb::borrow(datetime) - epoch;
  return nb::cast<int64_t>(delta.attr("days")) * 86'400'000'000 + nb::cast<int64_t>(delta.attr("seconds")) * 1'000'000 +
         nb::cast<int64_t>(delta.attr("microseconds"));
}

int64_t DaysOf(nb::handle date) { return nb::cast<int64_t>(date.attr("toordinal")()) - kOrdinalOfEpoch; }

bool IsInstance(nb::handle object, const char* module, const char* name) {
  return nb::isinstance(object, nb::module_::import_(module).attr(name));
}

Ref::Ref(nb::handle object) {
  if (object.is_none()) return;
  Fitted("", object, [&] {
    if (nb::isinstance<nb::int_>(object)) {
      id_ = nb::cast<kith_id>(object);
      return;
    }
    if (nb::isinstance<nb::str>(object)) throw std::bad_cast();  // one of two characters would be taken for a pair
    auto pair = nb::cast<std::pair<std::string, std::string>>(object);
    system_ = std::move(pair.first);
    key_ = std::move(pair.second);
  });
}

nb::object ScalarToPython(const kith_value& value) {
  switch (value.kind) {
    case KITH_KIND_BOOL:
      return nb::bool_(value.number != 0);
    case KITH_KIND_INT:
      return nb::int_(value.number);
    case KITH_KIND_REF:
      return nb::int_(static_cast<uint64_t>(value.number));
    case KITH_KIND_DECIMAL:
      return DecimalOf(value);
    case KITH_KIND_DOUBLE:
      return nb::float_(value.real);
    case KITH_KIND_MONEY:
      return MoneyOf(value);
    case KITH_KIND_TEXT:
      return PyText(value.text);
    case KITH_KIND_CHOICE:
      // A choice that this catalog does not name keeps its number.
      return value.text.size != 0 ? nb::object(PyText(value.text)) : nb::object(nb::int_(value.number));
    case KITH_KIND_DATE:
      return DateFromDays(value.number);
    case KITH_KIND_TIME:
      return Datetime(value.number);
    case KITH_KIND_BYTES:
      return nb::bytes(value.text.data, value.text.size);
    default:
      return nb::none();
  }
}

kith_value BoundFromPython(nb::handle object, std::string& keep, const char* field) {
  return Fitted(field, object, [&] { return BoundToC(object, keep); });
}

}  // namespace kith_python
