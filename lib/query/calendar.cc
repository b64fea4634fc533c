#include "query/calendar.h"

#include <cstdint>
#include <memory>

#include "kith/query/calendar.h"

namespace kith::query {
namespace {

// The first of a cursor over the setting records (see the package kith.crm); a null view where there is none.
StatusOr<record::View> FirstOf(RecordCursor& cursor) {
  if (cursor.Next()) return cursor.record();
  KITH_RETURN_IF_ERROR(cursor.status());
  return record::View();
}

// What a setting record says; empty: nothing.
std::string ZoneIn(const catalog::TypeDef& type, record::View settings) {
  const catalog::FieldDef* zone = type.FindField("time_zone");
  return zone == nullptr || zone->kind != Kind::kText || settings.is_null() ? std::string() : std::string(settings.GetText(zone->position));
}

// The same of what Scan has of a reader.
StatusOr<std::string> ZoneFrom(const catalog::TypeDef& type, StatusOr<std::unique_ptr<RecordCursor>> cursor) {
  KITH_RETURN_IF_ERROR(cursor.status());
  KITH_ASSIGN_OR_RETURN(const record::View settings, FirstOf(**cursor));
  return ZoneIn(type, settings);
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
    KITH_ASSIGN_OR_RETURN(const std::unique_ptr<RecordCursor> cursor, snapshot.Scan(type->name));
    KITH_ASSIGN_OR_RETURN(const record::View settings, FirstOf(*cursor));
    const catalog::FieldDef* start_month = type->FindField("fiscal_start_month");
    if (zone.empty()) zone = ZoneIn(*type, settings);
    if (month == 0 && start_month != nullptr && start_month->kind == Kind::kInt) month = settings.GetInt(start_month->position);
  }
  Calendar calendar;
  if (month >= 1 && month <= 12) calendar.fiscal_start_month = static_cast<int>(month);
  if (!zone.empty()) {
    KITH_ASSIGN_OR_RETURN(calendar.zone, FindZone(zone));
  }
  return calendar;
}

struct Days::Zone {
  absl::TimeZone zone;
};

StatusOr<std::string> TimeZoneOf(const Snapshot& snapshot) {
  const catalog::TypeDef* type = snapshot.catalog().FindType("setting");
  return type == nullptr ? std::string() : ZoneFrom(*type, snapshot.Scan(type->name));
}

StatusOr<std::string> TimeZoneOf(const DerivationContext& context) {
  const catalog::TypeDef* type = context.catalog().FindType("setting");
  return type == nullptr ? std::string() : ZoneFrom(*type, context.Scan(*type));
}

StatusOr<Days> Days::In(std::string_view name) {
  Days days;
  if (name.empty() || name == "UTC") return days;
  KITH_ASSIGN_OR_RETURN(absl::TimeZone zone, FindZone(std::string(name)));
  days.zone_ = std::make_shared<const Zone>(Zone{zone});
  return days;
}

StatusOr<Days> Days::Of(const Snapshot& snapshot) {
  KITH_ASSIGN_OR_RETURN(const std::string zone, TimeZoneOf(snapshot));
  return In(zone);
}

StatusOr<Days> Days::Of(const RuleContext& context) {
  const catalog::TypeDef* type = context.catalog().FindType("setting");
  if (type == nullptr) return Days();
  KITH_ASSIGN_OR_RETURN(const std::string zone, ZoneFrom(*type, context.Scan(*type, Id())));
  return In(zone);
}

Date Days::DateOf(Time time) const { return zone_ == nullptr ? kith::DateOf(time) : DateIn(zone_->zone, time); }

Time Days::StartOf(Date day) const {
  if (zone_ == nullptr) return kith::StartOf(day);
  const absl::CivilDay civil = absl::CivilDay(1970, 1, 1) + day.days;
  const absl::TimeZone::TimeInfo info = zone_->zone.At(absl::CivilSecond(civil));
  return Time{absl::ToUnixMicros(info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre)};
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
