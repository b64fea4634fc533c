// What a host asks of a pipeline's statistics: kith_insight_options and their JSON part, read and checked.
#ifndef KITH_CAPI_QUESTION_H_
#define KITH_CAPI_QUESTION_H_

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kith/insight/currencies.h"
#include "kith/insight/drivers.h"
#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/saved.h"
#include "kith/insight/submission.h"
#include "kith/insight/typed.h"
#include "kith/model/model.h"
#include "objects.h"

namespace kith::capi {

// "2026-Q3", "FY2026-Q1" and the like, or "this-quarter", "next-month" and "last-week" as seen on a day, by the fiscal year of the
// database.
[[nodiscard]] StatusOr<Period> PeriodFromText(std::string_view text, Date today, int fiscal_start_month);
[[nodiscard]] StatusOr<PeriodUnit> UnitFromName(std::string_view name);

class Question {
 public:
  [[nodiscard]] static StatusOr<Question> Ask(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options);

  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
  // The moment asked about.
  [[nodiscard]] Time Now() const { return options_.as_of != 0 ? Time{options_.as_of} : snapshot_->recorded(); }
  [[nodiscard]] Date Today() const { return pipeline_.days.DateOf(Now()); }
  // As seen from then, by the fiscal year of the settings.
  [[nodiscard]] StatusOr<Period> PeriodOf(std::string_view text) const { return PeriodFromText(text, Today(), fiscal_start_month_); }
  // The one that many before the one that holds that moment.
  [[nodiscard]] Period PeriodBefore(PeriodUnit unit, int back) const { return PeriodAt(Today(), unit, -back, fiscal_start_month_); }
  // As of that moment, or of another one; amounts converted by the question's rates.
  [[nodiscard]] StatusOr<model::FunnelTables> Tables() const;
  [[nodiscard]] StatusOr<model::FunnelTables> TablesAt(Time as_of) const;
  // What was won, invoiced and paid, of the documents that the question names; null: it names none.
  [[nodiscard]] StatusOr<std::shared_ptr<const insight::CashFacts>> Collection() const;
  [[nodiscard]] insight::FunnelOptions Funnel() const;
  // By owner, segment, source or a field of theirs, where the question says so.
  [[nodiscard]] StatusOr<std::vector<insight::FunnelPart>> FunnelParts(const model::FunnelTables& tables) const;
  // What parts of the funnel or forecast of these tables are called, as far as the viewer may read that.
  template <typename Part>
  [[nodiscard]] StatusOr<PartNames> Names(const model::FunnelTables& tables, const std::vector<Part>& parts) const {
    PartNames names;
    if (parts.empty()) return names;
    KITH_ASSIGN_OR_RETURN(const Grouping grouping, Groups(tables));
    for (const Part& part : parts) {
      if (std::optional<PartName> name = NameOf(grouping.field, part.part)) names.emplace(part.part, *std::move(name));
    }
    return names;
  }
  [[nodiscard]] insight::RepOptions Reps() const;
  [[nodiscard]] StatusOr<std::vector<model::DealPath>> Paths() const;
  // Of the deals open at the moment of the tables, as known then; none when relations are not to act.
  [[nodiscard]] StatusOr<insight::Covariates> CovariatesAt(const model::FunnelTables& then) const;
  // The same for the origins of a backtest, while the question lives; null when relations are not to act.
  [[nodiscard]] insight::CovariatesAt ByOrigin() const {
    if (!relations_) return {};
    return [this](const model::FunnelTables& then) { return CovariatesAt(then); };
  }
  [[nodiscard]] const model::Pipeline& pipeline() const { return pipeline_; }
  // Without the ledger.
  [[nodiscard]] StatusOr<insight::ForecastOptions> Forecast(const model::FunnelTables& tables) const;
  // Of forecasts of the `learn_from` periods before `period`, each made with what was known then, and of saved ones.
  [[nodiscard]] StatusOr<std::vector<insight::LedgerEntry>> Ledger(Period period, insight::ForecastOptions options) const;
  [[nodiscard]] StatusOr<std::vector<insight::SavedForecast>> Saved() const;
  [[nodiscard]] StatusOr<std::vector<insight::Submission>> Submissions() const {
    return insight::ReadSubmissions(*snapshot_, pipeline_.id, Now());
  }
  [[nodiscard]] StatusOr<std::vector<insight::TypedDeal>> Typed() const { return insight::ReadTypedDeals(*snapshot_, pipeline_, Now()); }
  [[nodiscard]] StatusOr<std::vector<insight::Attainment>> Attainments(const insight::ForecastReport& report) const {
    return insight::AttainmentsOf(*snapshot_, report);
  }
  [[nodiscard]] insight::GapOptions Gap() const;
  // A period of whole months.
  [[nodiscard]] StatusOr<insight::Months> MonthsOf(std::string_view period) const;

 private:
  Status ReadMore(std::string_view json);
  Status ReadBy(std::string_view by);
  Status ReadCollection(const nlohmann::ordered_json& json);
  // How groups join to parts, empty: each is one, and the field whose values the parts are (null: none that the type has).
  struct Grouping {
    std::map<uint64_t, uint64_t> roll_up;
    const catalog::FieldDef* field = nullptr;
  };
  [[nodiscard]] StatusOr<Grouping> Groups(const model::FunnelTables& tables) const;
  [[nodiscard]] std::optional<PartName> NameOf(const catalog::FieldDef* field, uint64_t part) const;
  [[nodiscard]] StatusOr<model::FunnelTables> Read(std::optional<Time> as_of) const;

  // What forecasts of past periods missed; kept with the snapshot.
  [[nodiscard]] StatusOr<std::vector<insight::LedgerEntry>> LearnFrom(const std::vector<Period>& past,
                                                                      const insight::ForecastOptions& options) const;

  SnapshotObject* object_ = nullptr;
  const Snapshot* snapshot_ = nullptr;
  model::Pipeline pipeline_;
  kith_insight_options options_{};
  int fiscal_start_month_ = 1;
  Currency currency_;
  std::optional<insight::Months> window_;
  model::GroupKind group_kind_ = model::GroupKind::kAll;
  uint64_t group_ = 0;
  model::GroupKind by_ = model::GroupKind::kAll;
  bool by_product_ = false;  // their products stand in the place of segments
  std::string by_field_;     // of the group's record: its value is the part
  int learn_from_ = 0;
  bool learn_saved_ = false;
  bool relations_ = false;
  bool without_overrides_ = false;
  insight::ExchangeRates rates_;
  insight::WhatIf what_if_;
  insight::GapOptions gap_;
  std::string collection_;  // a pipeline of money documents
  bool documents_ = false;  // the documents that payments name
  bool cash_ = false;       // forecasts are of cash
  int version_ = 0;         // 0: the present one
};

}  // namespace kith::capi

#endif  // KITH_CAPI_QUESTION_H_
