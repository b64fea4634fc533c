#include "question.h"

#include <cmath>
#include <set>

#include "kith/base/concat.h"
#include "kith/base/nearest.h"
#include "kith/insight/paths.h"
#include "kith/model/versions.h"
#include "kith/query/calendar.h"
#include "members.h"

namespace kith::capi {
namespace {

using model::GroupKind;

constexpr int kMostLearnt = 100;
constexpr size_t kMostLedgers = 64;  // kept with a snapshot
constexpr std::string_view kProduct = "product";

Status CheckMembers(const Json& json, const std::string& path, const std::vector<std::string_view>& known) {
  if (!json.is_object()) return Malformed(path, "is no JSON object");
  for (const auto& [name, value] : json.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Malformed(path.empty() ? name : Concat({path, ".", name}), "is not known", NearestHint(name, known));
  }
  return {};
}

// The member, or null when it is absent.
const Json* Member(const Json& json, std::string_view name) {
  const auto found = json.find(std::string(name));
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

Status ReadNumber(const Json& json, std::string_view name, double& out) {
  const Json* value = Member(json, name);
  if (value == nullptr) return {};
  if (!value->is_number()) return Malformed(std::string(name), "is no number");
  out = value->get<double>();
  return {};
}

Status ReadCount(const Json& json, std::string_view name, int most, int& out) {
  const Json* value = Member(json, name);
  if (value == nullptr) return {};
  if (!value->is_number_unsigned() || value->get<uint64_t>() > static_cast<uint64_t>(most)) {
    return Malformed(std::string(name), Concat({"is no whole number from 0 to ", std::to_string(most)}));
  }
  out = value->get<int>();
  return {};
}

StatusOr<std::string> TextOf(const Json& json, std::string_view name) {
  const Json* value = Member(json, name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return Malformed(std::string(name), "is no text");
  return value->get<std::string>();
}

StatusOr<GroupKind> KindFromName(std::string_view name) {
  constexpr std::pair<std::string_view, GroupKind> kKinds[] = {
      {"owner", GroupKind::kOwner}, {"segment", GroupKind::kSegment}, {"source", GroupKind::kSource}};
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
  }
  return Malformed(std::string(name.substr(0, 80)), "is no kind of group", "use owner, segment, source or (for parts) product");
}

StatusOr<insight::WhatIf> WhatIfFrom(const Json& json, const model::Pipeline& pipeline) {
  insight::WhatIf what_if;
  KITH_RETURN_IF_ERROR(CheckMembers(json, "what_if", {"lost", "more_deals_a_week", "faster"}));
  KITH_RETURN_IF_ERROR(ReadNumber(json, "more_deals_a_week", what_if.more_deals_a_week));
  if (const Json* lost = Member(json, "lost"); lost != nullptr) {
    if (!lost->is_array()) return Malformed("what_if.lost", "is no list of ids");
    for (const Json& id : *lost) {
      if (!id.is_number_unsigned()) return Malformed("what_if.lost", "is no list of ids");
      what_if.lost.emplace_back(id.get<uint64_t>());
    }
  }
  if (const Json* faster = Member(json, "faster"); faster != nullptr) {
    if (!faster->is_object()) return Malformed("what_if.faster", "is no object of stages and factors");
    for (const auto& [name, factor] : faster->items()) {
      const model::Stage* stage = pipeline.Find(name);
      if (stage == nullptr) return MakeError({.reason = Reason::kUnknownStage, .value = name}, "the pipeline has no such stage");
      if (!factor.is_number()) return Malformed(Concat({"what_if.faster.", name}), "is no number");
      what_if.faster.push_back({stage->id, factor.get<double>()});
    }
  }
  return what_if;
}

// The period of the same length that many before.
Period Before(Period period, int back) {
  const model::Epoch first = model::EpochOf(period.first);
  const model::Epoch end = model::EpochOf(period.end);
  const bool months = model::FirstDay(first) == period.first && model::FirstDay(end) == period.end;
  if (months) {
    const model::Epoch shift = back * (end - first);
    return {model::FirstDay(first - shift), model::FirstDay(end - shift)};
  }
  const int32_t shift = back * (period.end.days - period.first.days);
  return {Date{period.first.days - shift}, Date{period.end.days - shift}};
}

}  // namespace

StatusOr<PeriodUnit> UnitFromName(std::string_view name) {
  constexpr std::pair<std::string_view, PeriodUnit> kUnits[] = {{"day", PeriodUnit::kDay},
                                                                {"week", PeriodUnit::kWeek},
                                                                {"month", PeriodUnit::kMonth},
                                                                {"quarter", PeriodUnit::kQuarter},
                                                                {"year", PeriodUnit::kYear}};
  for (const auto& [known, unit] : kUnits) {
    if (name == known) return unit;
  }
  return MakeError(
      {.reason = Reason::kBadOptions, .value = std::string(name.substr(0, 80)), .hint = "use day, week, month, quarter or year"},
      "not a unit of periods");
}

StatusOr<Period> PeriodFromText(std::string_view text, Date today, int fiscal_start_month) {
  const int offset = text.starts_with("next-") ? 1 : text.starts_with("last-") ? -1 : 0;
  if (offset == 0 && !text.starts_with("this-")) return ParsePeriod(text, fiscal_start_month);
  KITH_ASSIGN_OR_RETURN(const PeriodUnit unit, UnitFromName(text.substr(5)));
  return PeriodAt(today, unit, offset, fiscal_start_month);
}

StatusOr<Question> Question::Ask(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options) {
  Question question;
  KITH_ASSIGN_OR_RETURN(SnapshotObject * object, Use(snapshot));
  KITH_ASSIGN_OR_RETURN(std::string_view name, Name(pipeline, "pipeline"));
  KITH_ASSIGN_OR_RETURN(question.options_, ReadOptions(options, kith_insight_options KITH_INSIGHT_OPTIONS_INIT));
  const double level = question.options_.level;
  if (level != 0 && !(level > 0 && level < 1)) return MakeError(Reason::kBadOptions, "level must lie between 0 and 1");
  question.object_ = object;
  question.snapshot_ = object->snapshot.get();
  KITH_ASSIGN_OR_RETURN(question.fiscal_start_month_, query::FiscalStartMonth(*question.snapshot_));
  KITH_ASSIGN_OR_RETURN(question.pipeline_, model::GetPipeline(*question.snapshot_, name));
  const char* code = question.options_.currency;
  if (const std::string_view text(code, strnlen(code, sizeof(question.options_.currency))); !text.empty()) {
    const std::optional<Currency> currency = Currency::FromCode(text);
    if (!currency) return MakeError(Reason::kBadOptions, "currency is not three capital letters of ISO 4217");
    question.currency_ = *currency;
  }
  if (question.options_.owner != 0) {
    question.group_kind_ = GroupKind::kOwner;
    question.group_ = question.options_.owner;
  }
  KITH_ASSIGN_OR_RETURN(const std::string_view more, Text(question.options_.more, "more"));
  if (!more.empty()) KITH_RETURN_IF_ERROR(question.ReadMore(more));
  return question;
}

Status Question::ReadMore(std::string_view text) {
  KITH_ASSIGN_OR_RETURN(const Json json, Parse(text, "more"));
  KITH_RETURN_IF_ERROR(CheckMembers(json, "",
                                    {"period", "group", "by", "learn_from", "learn_saved", "relations", "rates", "what_if", "measure",
                                     "collection", "target", "compare_with", "version", "without_overrides"}));
  KITH_RETURN_IF_ERROR(ReadCount(json, "learn_from", kMostLearnt, learn_from_));
  if (const Json* saved = Member(json, "learn_saved"); saved != nullptr) {
    if (!saved->is_boolean()) return Malformed("learn_saved", "is neither true nor false");
    learn_saved_ = saved->get<bool>();
  }
  if (const Json* relations = Member(json, "relations"); relations != nullptr) {
    if (!relations->is_boolean()) return Malformed("relations", "is neither true nor false");
    relations_ = relations->get<bool>();
  }
  if (const Json* without = Member(json, "without_overrides"); without != nullptr) {
    if (!without->is_boolean()) return Malformed("without_overrides", "is neither true nor false");
    without_overrides_ = without->get<bool>();
  }
  KITH_RETURN_IF_ERROR(ReadCount(json, "compare_with", kMostLearnt, gap_.compare_with));
  KITH_RETURN_IF_ERROR(ReadCollection(json));
  KITH_RETURN_IF_ERROR(ReadCount(json, "version", INT32_MAX, version_));
  KITH_ASSIGN_OR_RETURN(const std::string by, TextOf(json, "by"));
  if (!by.empty()) KITH_RETURN_IF_ERROR(ReadBy(by));
  KITH_ASSIGN_OR_RETURN(const std::string period, TextOf(json, "period"));
  if (!period.empty()) {
    KITH_ASSIGN_OR_RETURN(window_, MonthsOf(period));
  }
  if (Member(json, "target") != nullptr) {
    gap_.target.emplace();
    KITH_RETURN_IF_ERROR(ReadNumber(json, "target", *gap_.target));
  }
  if (const Json* group = Member(json, "group"); group != nullptr) {
    KITH_RETURN_IF_ERROR(CheckMembers(*group, "group", {"kind", "id"}));
    KITH_ASSIGN_OR_RETURN(const std::string kind, TextOf(*group, "kind"));
    KITH_ASSIGN_OR_RETURN(group_kind_, KindFromName(kind));
    const Json* id = Member(*group, "id");
    if (id == nullptr || !id->is_number_unsigned()) return Malformed("group.id", "is no number");
    if (by_product_ && group_kind_ == GroupKind::kSegment) return Malformed("group", "segments have no parts by product");
    group_ = id->get<uint64_t>();
  }
  if (const Json* what_if = Member(json, "what_if"); what_if != nullptr) {
    KITH_ASSIGN_OR_RETURN(what_if_, WhatIfFrom(*what_if, pipeline_));
  }
  const Json* rates = Member(json, "rates");
  if (rates == nullptr) return {};
  if (!rates->is_object()) return Malformed("rates", "is no object of currencies and rates");
  if (currency_.is_null()) return Malformed("rates", "need the currency to convert into", "set currency");
  rates_.into = currency_;
  for (const auto& [code, rate] : rates->items()) {
    const std::optional<Currency> currency = Currency::FromCode(code);
    if (!currency || !rate.is_number()) return Malformed(Concat({"rates.", code}), "is no currency with a rate");
    rates_.rates[*currency] = rate.get<double>();
  }
  return {};
}

Status Question::ReadCollection(const Json& json) {
  KITH_ASSIGN_OR_RETURN(const std::string measure, TextOf(json, "measure"));
  if (!measure.empty() && measure != "won" && measure != "cash") return Malformed("measure", "is no measure", "use won or cash");
  cash_ = measure == "cash";
  const Json* collection = Member(json, "collection");
  documents_ = cash_ && collection == nullptr;
  if (collection == nullptr) return {};
  if (!collection->is_boolean() && !collection->is_string()) {
    return Malformed("collection", "is neither true nor a text", "give true for invoices and their receipts, or a pipeline's name");
  }
  if (collection->is_boolean()) {
    documents_ = cash_ || collection->get<bool>();
  } else {
    collection_ = collection->get<std::string>();
  }
  return {};
}

Status Question::ReadBy(std::string_view by) {
  const size_t dot = by.find('.');
  by_product_ = by.substr(0, dot) == kProduct;
  if (by_product_ && version_ != 0) return Malformed("by", "a former version's stages have no parts by product");
  KITH_ASSIGN_OR_RETURN(by_, by_product_ ? GroupKind::kSegment : KindFromName(by.substr(0, dot)));
  if (dot != std::string_view::npos) by_field_ = std::string(by.substr(dot + 1));
  return {};
}

StatusOr<insight::Months> Question::MonthsOf(std::string_view text) const {
  KITH_ASSIGN_OR_RETURN(const Period period, PeriodOf(text));
  const insight::Months months{model::EpochOf(period.first), model::EpochOf(period.end)};
  if (model::FirstDay(months.from) == period.first && model::FirstDay(months.to) == period.end) return months;
  return Malformed("period", "is not one of whole months", "use a month, a quarter or a year");
}

StatusOr<model::FunnelTables> Question::Read(std::optional<Time> as_of) const {
  model::TablesOptions options;
  options.as_of = as_of;
  options.without_overrides = without_overrides_;
  KITH_ASSIGN_OR_RETURN(model::FunnelTables tables, version_ != 0 ? model::ReadTablesAs(*snapshot_, pipeline_.id, version_, options)
                                                                  : model::ReadTables(*snapshot_, pipeline_.id, options));
  if (by_product_) {
    KITH_ASSIGN_OR_RETURN(tables, insight::TablesBy(*snapshot_, tables, kProduct, options));
  }
  if (rates_.into.is_null()) return tables;
  return insight::InCurrency(std::move(tables), rates_);
}

StatusOr<model::FunnelTables> Question::Tables() const {
  return Read(options_.as_of != 0 ? std::optional<Time>(Time{options_.as_of}) : std::nullopt);
}

StatusOr<model::FunnelTables> Question::TablesAt(Time as_of) const { return Read(as_of); }

StatusOr<std::shared_ptr<const insight::CashFacts>> Question::Collection() const {
  insight::CashFacts facts;
  if (documents_) {
    KITH_ASSIGN_OR_RETURN(facts, insight::ReadCash(*snapshot_, pipeline_, Now()));
  } else if (!collection_.empty()) {
    KITH_ASSIGN_OR_RETURN(const model::Pipeline pipeline, model::GetPipeline(*snapshot_, collection_));
    model::TablesOptions options;
    options.as_of = Now();
    KITH_ASSIGN_OR_RETURN(const std::vector<model::DealPath> paths, model::ReadPaths(*snapshot_, pipeline.id, options));
    facts = insight::CashFromPaths(pipeline, paths);
  } else {
    return std::shared_ptr<const insight::CashFacts>();
  }
  if (!rates_.into.is_null()) {
    KITH_ASSIGN_OR_RETURN(facts, insight::InCurrency(std::move(facts), rates_));
  }
  return std::make_shared<const insight::CashFacts>(std::move(facts));
}

StatusOr<insight::Covariates> Question::CovariatesAt(const model::FunnelTables& then) const {
  if (!relations_) return insight::Covariates();
  return insight::ReadRelationCovariates(*snapshot_, then, {.as_of = then.as_of});
}

insight::FunnelOptions Question::Funnel() const {
  insight::FunnelOptions funnel;
  if (options_.level != 0) funnel.level = options_.level;
  funnel.strict = options_.strict != 0;
  funnel.group_kind = group_kind_;
  funnel.group = group_;
  if (window_) {
    funnel.from = window_->from;
    funnel.to = window_->to;
  }
  return funnel;
}

StatusOr<std::vector<insight::FunnelPart>> Question::FunnelParts(const model::FunnelTables& tables) const {
  std::vector<insight::FunnelPart> parts;
  if (by_ == GroupKind::kAll) return parts;
  KITH_ASSIGN_OR_RETURN(const Grouping grouping, Groups(tables));
  insight::FunnelOptions options = Funnel();
  options.strict = false;  // each part has its own maturity
  return insight::FunnelParts(tables, by_, grouping.roll_up, options);
}

std::optional<PartName> Question::NameOf(const catalog::FieldDef* field, uint64_t part) const {
  if (part == 0) return std::nullopt;
  if (field != nullptr && field->kind == Kind::kChoice) {
    const catalog::ChoiceDef* choice = field->FindChoice(static_cast<int32_t>(part));
    if (choice == nullptr) return std::nullopt;
    return PartName{choice->name, choice->labels};
  }
  if (field != nullptr && field->kind == Kind::kInt) return PartName{std::to_string(static_cast<int64_t>(part)), {}};
  const Id id(part);
  const catalog::TypeDef* type = snapshot_->catalog().FindType(id.type());
  const StatusOr<record::View> view = snapshot_->Get(id);
  if (type == nullptr || !view.ok()) return std::nullopt;
  const catalog::FieldDef* name = type->FindRole("party", "name");
  if (name == nullptr) name = type->FindField("name");
  if (name == nullptr || name->kind != Kind::kText || snapshot_->IsMasked(*type, static_cast<int32_t>(name->position))) return std::nullopt;
  const Value value = GetFieldAt(*view, static_cast<int32_t>(name->position));
  const auto* text = value.get_if<std::string>();
  return text == nullptr ? std::nullopt : std::optional(PartName{*text, {}});
}

insight::RepOptions Question::Reps() const {
  insight::RepOptions reps;
  reps.funnel = Funnel();
  if (group_kind_ == GroupKind::kOwner) reps.owner = Id(group_);
  return reps;
}

StatusOr<std::vector<model::DealPath>> Question::Paths() const {
  if (version_ != 0) return Malformed("version", "is of the funnel alone", "the deals behind it are told on the stages in force");
  model::TablesOptions options;
  options.as_of = Now();
  options.without_overrides = without_overrides_;
  return model::ReadPaths(*snapshot_, pipeline_.id, options);
}

StatusOr<insight::ForecastOptions> Question::Forecast(const model::FunnelTables& tables) const {
  insight::ForecastOptions forecast;
  forecast.strict = options_.strict != 0;
  if (options_.seed != 0) forecast.seed = options_.seed;
  forecast.currency = currency_;
  forecast.what_if = what_if_;
  forecast.by = by_;
  KITH_ASSIGN_OR_RETURN(Grouping grouping, Groups(tables));
  forecast.roll_up = std::move(grouping.roll_up);
  KITH_ASSIGN_OR_RETURN(forecast.covariates, CovariatesAt(tables));
  if (cash_) {
    KITH_ASSIGN_OR_RETURN(forecast.cash, Collection());
  }
  return forecast;
}

// Groups are records whose field tells the part; a record that is gone, or without the field's value, is in none.
StatusOr<Question::Grouping> Question::Groups(const model::FunnelTables& tables) const {
  Grouping grouping;
  if (by_field_.empty()) {
    const catalog::TypeDef* type = snapshot_->catalog().FindType(pipeline_.for_type);
    if (type != nullptr && by_ == GroupKind::kSegment) grouping.field = type->FindRole("pipelined", by_product_ ? kProduct : "segment");
    if (type != nullptr && by_ == GroupKind::kSource) grouping.field = type->FindRole("pipelined", "source");
    return grouping;
  }
  std::set<uint64_t> groups;
  // Who had a deal between its first and its last move is in the rows of stages alone.
  for (const auto& [key, row] : tables.rows.stages) {
    if (key.group_kind == by_) groups.insert(key.group);
  }
  for (const auto& [key, row] : tables.rows.periods) {
    if (key.group_kind == by_) groups.insert(key.group);
  }
  for (const model::OpenDeal& deal : tables.open) {
    if (by_ == GroupKind::kOwner) groups.insert(deal.owner.value());
    if (by_ == GroupKind::kSegment) groups.insert(deal.segment);
    if (by_ == GroupKind::kSource) groups.insert(deal.source);
  }
  groups.erase(uint64_t{0});  // in none
  std::map<uint64_t, uint64_t>& roll_up = grouping.roll_up;
  for (const uint64_t group : groups) {
    const StatusOr<record::View> view = snapshot_->Get(Id(group));
    if (!view.ok()) continue;
    const catalog::TypeDef* type = snapshot_->catalog().FindType(Id(group).type());
    if (type == nullptr) continue;
    KITH_ASSIGN_OR_RETURN(const Value value, GetField(*type, *view, by_field_));
    const catalog::FieldDef* field = type->FindField(by_field_);
    if (field != nullptr && field->kind != Kind::kRef && field->kind != Kind::kChoice && field->kind != Kind::kInt) {
      return MakeError({.reason = Reason::kBadOptions, .type = type->name, .field = by_field_, .hint = "such a field tells parts"},
                       "is neither a reference nor a choice nor a whole number");
    }
    if (const auto* id = value.get_if<Id>()) roll_up[group] = id->value();
    if (const auto* number = value.get_if<int64_t>()) roll_up[group] = static_cast<uint64_t>(*number);
    if (const auto* choice = value.get_if<Choice>()) roll_up[group] = static_cast<uint64_t>(choice->number);
    if (grouping.field == nullptr) grouping.field = field;
  }
  if (roll_up.empty()) roll_up[0] = 0;  // an empty map would not join anything
  return grouping;
}

StatusOr<std::vector<insight::LedgerEntry>> Question::Ledger(Period period, insight::ForecastOptions options) const {
  std::vector<insight::LedgerEntry> ledger;
  if (learn_saved_) {
    KITH_ASSIGN_OR_RETURN(const std::vector<insight::SavedForecast> saved, Saved());
    for (const insight::SavedForecast& forecast : saved) {
      if (forecast.over) ledger.push_back(forecast.entry);
    }
  }
  if (learn_from_ == 0) return ledger;
  options.what_if = {};
  options.by = GroupKind::kAll;
  options.strict = false;
  options.covariates = {};  // those of the past are read as of then
  std::vector<Period> past;
  for (int back = 1; static_cast<int>(past.size()) < learn_from_ && back <= learn_from_ + kMostLearnt; ++back) {
    const Period before = Before(period, back);
    if (pipeline_.days.StartOf(before.end) <= Now()) past.push_back(before);
  }
  KITH_ASSIGN_OR_RETURN(const std::vector<insight::LedgerEntry> learnt, LearnFrom(past, options));
  ledger.insert(ledger.end(), learnt.begin(), learnt.end());
  return ledger;
}

StatusOr<std::vector<insight::LedgerEntry>> Question::LearnFrom(const std::vector<Period>& past,
                                                                const insight::ForecastOptions& options) const {
  std::string asked = Concat({std::to_string(pipeline_.id.value()), " ", ToText(Now()), " ", std::to_string(options.seed), " ",
                              options.currency.is_null() ? std::string() : options.currency.code(), " version ", std::to_string(version_),
                              without_overrides_ ? " without_overrides" : "", relations_ ? " relations" : "",
                              cash_ ? Concat({" cash ", collection_}) : std::string(), by_product_ ? " by product" : ""});
  for (const Period& period : past) asked += Concat({" ", ToText(period.first), "/", ToText(period.end)});
  const bool kept = rates_.into.is_null();  // rates are any numbers: forecasts by them are made anew
  if (const auto known = object_->ledgers.find(asked); kept && known != object_->ledgers.end()) return known->second;
  KITH_ASSIGN_OR_RETURN(const insight::BacktestReport report,
                        insight::Backtest([this](Time at) { return TablesAt(at); }, past, Now(), options, {}, ByOrigin(), pipeline_.days));
  std::vector<insight::LedgerEntry> ledger;
  for (const insight::BacktestPoint& point : report.points) ledger.push_back(insight::EntryOf(point));
  if (object_->ledgers.size() >= kMostLedgers) object_->ledgers.clear();
  if (kept) object_->ledgers.emplace(std::move(asked), ledger);
  return ledger;
}

StatusOr<std::vector<insight::SavedForecast>> Question::Saved() const { return insight::SavedForecasts(*snapshot_, pipeline_.id, Now()); }

insight::GapOptions Question::Gap() const {
  insight::GapOptions gap = gap_;
  gap.drivers = {group_kind_, group_, currency_};
  return gap;
}

}  // namespace kith::capi
