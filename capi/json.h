// Reports as JSON text.
#ifndef KITH_CAPI_JSON_H_
#define KITH_CAPI_JSON_H_

#include <string>
#include <vector>

#include "kith/engine/chain.h"
#include "kith/engine/change_kind.h"
#include "kith/engine/database.h"
#include "kith/engine/salvage.h"
#include "kith/exchange/csv.h"
#include "kith/expr/any.h"
#include "kith/insight/drivers.h"
#include "kith/insight/forecast.h"
#include "kith/insight/funnel.h"
#include "kith/insight/paths.h"
#include "kith/insight/quota.h"
#include "kith/insight/saved.h"
#include "kith/insight/scorecard.h"
#include "kith/insight/submission.h"
#include "kith/insight/summary.h"
#include "kith/insight/typed.h"
#include "kith/query/search.h"
#include "kith/query/segment.h"
#include "objects.h"

namespace kith::capi {

[[nodiscard]] std::string ToJson(const EnsureReport& report);
[[nodiscard]] std::string ToJson(const RemoveReport& report);
[[nodiscard]] std::string ToJson(const VerifyReport& report);
[[nodiscard]] std::string ToJson(const RepairReport& report);
[[nodiscard]] std::string ToJson(const EraseReport& report);
[[nodiscard]] std::string ToJson(const PurgeReport& report);
[[nodiscard]] std::string ToJson(const ReceiveReport& report);
[[nodiscard]] std::string ToJson(const std::vector<Erasure>& proofs);
[[nodiscard]] std::string ToJson(const storage::OverwriteReport& report);
[[nodiscard]] std::string ToJson(const PruneReport& report);
[[nodiscard]] std::string ToJson(const ChainHead& head);
[[nodiscard]] std::string ToJson(const ChainReport& report);
[[nodiscard]] std::string ToJson(const ChangeKindReport& report);
[[nodiscard]] std::string ToJson(const RestoreReport& report);
[[nodiscard]] std::string ToJson(const storage::CompactReport& report);
[[nodiscard]] std::string ToJson(const SalvageReport& report);
[[nodiscard]] std::string ToJson(const std::vector<ExternalRef>& refs);
[[nodiscard]] std::string ToJson(const insight::FunnelReport& report, const std::vector<insight::FunnelPart>& parts,
                                 const PartNames& names);
[[nodiscard]] std::string ToJson(const std::vector<insight::RepReport>& reports);
[[nodiscard]] std::string ToJson(const insight::ScorecardReport& report);
[[nodiscard]] std::string ToJson(const model::Pipeline& pipeline, const std::vector<insight::Way>& ways,
                                 const std::vector<insight::Cohort>& cohorts);
[[nodiscard]] std::string ToJson(const insight::CountedDeals& deals);
[[nodiscard]] std::string ToJson(const insight::VelocityReport& report);
[[nodiscard]] std::string ToJson(const insight::GapReport& report);
[[nodiscard]] std::string ToJson(const insight::ForecastReport& report, const std::vector<insight::Attainment>& attainments,
                                 const PartNames& names);
[[nodiscard]] std::string ToJson(const insight::BacktestReport& report);
[[nodiscard]] std::string ToJson(const std::vector<insight::SavedForecast>& saved);
[[nodiscard]] std::string ToJson(const std::vector<insight::Submission>& submissions);
[[nodiscard]] std::string ToJson(const std::vector<insight::RepBias>& reps);
[[nodiscard]] std::string ToJson(const std::vector<insight::DataGap>& gaps, const std::vector<insight::StuckDeal>& stuck);
[[nodiscard]] std::string ToJson(const insight::Summary& summary);
[[nodiscard]] std::string ToJson(const exchange::ImportReport& report);
[[nodiscard]] std::string ToJson(const std::vector<model::Pipeline>& pipelines);
[[nodiscard]] std::string ToJson(const std::vector<query::Segment>& segments);
[[nodiscard]] std::string ToJson(const query::SearchResult& result);
[[nodiscard]] std::string ToJson(const expr::Any& value);

}  // namespace kith::capi

#endif  // KITH_CAPI_JSON_H_
