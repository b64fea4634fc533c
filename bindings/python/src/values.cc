#include "kith_python.h"

namespace kith_python {
namespace {

constexpr int64_t kOrdinalOfEpoch = 719163;  // date(1970, 1, 1).toordinal()

nb::object Datetime(int64_t micros) {
  nb::object module = nb::module_::import_("datetime");
  static const int64_t kSecond = 1'000'000;
  nb::object epoch = module.attr("datetime")(1970, 1, 1, nb::arg("tzinfo") = module.attr("timezone").attr("utc"));
  return epoch + module.attr("timedelta")(nb::arg("seconds") = micros / kSecond, nb::arg("microseconds") = micros % kSecond);
}

nb::object DateFromDays(int64_t days) {
  nb::object date = nb::module_::import_("datetime").attr("date");
  return date.attr("fromordinal")(days + kOrdinalOfEpoch);
}

nb::object DecimalOf(const kith_value& value) {
  nb::object decimal = nb::module_::import_("decimal").attr("Decimal");
  return decimal(value.number).attr("scaleb")(-value.scale);
}

nb::object MoneyOf(const kith_value& value) { return nb::module_::import_("kith.values").attr("Money")(value.number, value.currency); }

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
  if (nb::isinstance<nb::int_>(object)) {
    id_ = nb::cast<kith_id>(object);
    return;
  }
  auto pair = nb::cast<std::pair<std::string, std::string>>(object);
  system_ = std::move(pair.first);
  key_ = std::move(pair.second);
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

kith_value BoundFromPython(nb::handle object, std::string& keep) {
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
    return kith_value_money(nb::cast<int64_t>(object.attr("minor")), keep.c_str());
  }
  if (IsInstance(object, "datetime", "datetime")) return kith_value_time(MicrosOf(object));
  if (IsInstance(object, "datetime", "date")) return kith_value_date(static_cast<int32_t>(DaysOf(object)));
  throw nb::type_error("an index range takes None, bool, int, float, str, Money, date and aware datetime");
}

}  // namespace kith_python
