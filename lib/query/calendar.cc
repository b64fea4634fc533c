#include "query/calendar.h"

#include <cstdint>

#include "kith/query/calendar.h"

namespace kith::query {
namespace {

// The first setting record, where the catalog has settings (see the package kith.crm); a null view else.
StatusOr<record::View> ReadSettings(const Snapshot& snapshot, const catalog::TypeDef& type) {
  KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type.name));
  if (cursor->Next()) return cursor->record();
  KITH_RETURN_IF_ERROR(cursor->status());
  return record::View();
}

Date DateIn(const absl::TimeZone& zone, Time time) {
  const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMicros(time.micros), zone);
  const auto days = day - absl::CivilDay(1970, 1, 1);
  return Date{static_cast<int32_t>(days)};
}

PeriodUnit UnitOf(Bucket bucket) {
  switch (bucket) {
    case Bucket::kWeek:
      return PeriodUnit::kWeek;
    case Bucket::kMonth:
      return PeriodUnit::kMonth;
    case Bucket::kQuarter:
    case Bucket::kFiscalQuarter:
      return PeriodUnit::kQuarter;
    case Bucket::kYear:
    case Bucket::kFiscalYear:
      return PeriodUnit::kYear;
    case Bucket::kNone:
    case Bucket::kDay:
      break;
  }
  return PeriodUnit::kDay;
}

}  // namespace

StatusOr<absl::TimeZone> FindZone(const std::string& name) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(name, &zone)) return zone;
  return MakeError({.reason = Reason::kBadOptions, .value = name, .hint = "use an IANA name such as Asia/Shanghai"}, "is no time zone");
}

StatusOr<int> FiscalStartMonth(const Snapshot& snapshot) {
  KITH_ASSIGN_OR_RETURN(const Calendar calendar, Calendar::Of({}, snapshot));
  return calendar.fiscal_start_month;
}

StatusOr<Calendar> Calendar::Of(const Query& query, const Snapshot& snapshot) {
  std::string zone = query.time_zone;
  int64_t month = query.fiscal_start_month;
  const catalog::TypeDef* type = snapshot.catalog().FindType("setting");
  if (type != nullptr && (zone.empty() || month == 0)) {
    KITH_ASSIGN_OR_RETURN(const record::View settings, ReadSettings(snapshot, *type));
    const catalog::FieldDef* time_zone = type->FindField("time_zone");
    const catalog::FieldDef* start_month = type->FindField("fiscal_start_month");
    if (zone.empty() && time_zone != nullptr && time_zone->kind == Kind::kText) zone = settings.GetText(time_zone->position);
    if (month == 0 && start_month != nullptr && start_month->kind == Kind::kInt) month = settings.GetInt(start_month->position);
  }
  Calendar calendar;
  if (month >= 1 && month <= 12) calendar.fiscal_start_month = static_cast<int>(month);
  if (!zone.empty()) {
    KITH_ASSIGN_OR_RETURN(calendar.zone, FindZone(zone));
  }
  return calendar;
}

Value Calendar::PeriodOf(const Value& value, Bucket bucket) const {
  if (value.is_null()) return {};
  const Time* time = value.get_if<Time>();
  const Date date = time == nullptr ? value.get<Date>() : DateIn(zone, *time);
  const bool fiscal = bucket == Bucket::kFiscalQuarter || bucket == Bucket::kFiscalYear;
  const PeriodUnit unit = UnitOf(bucket);
  const int start_month = fiscal ? fiscal_start_month : 1;
  std::string name = NameOf(PeriodAt(date, unit, 0, start_month), unit, start_month);
  if (fiscal && !name.starts_with("FY")) name.insert(0, "FY");
  return name;
}

}  // namespace kith::query
