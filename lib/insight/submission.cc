#include "kith/insight/submission.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "insight/special_internal.h"
#include "insight/tables_internal.h"
#include "kith/base/concat.h"
#include "kith/engine/referring.h"
#include "kith/model/model.h"

namespace kith::insight {
namespace {

using catalog::FieldDef;
using catalog::TypeDef;
using insight_internal::kNan;
using model::GroupKind;

constexpr std::string_view kSubmissionType = "submission";
constexpr double kBiasLevel = 0.95;

// Whose deals somebody answers for.
class Scopes {
 public:
  explicit Scopes(const Snapshot& snapshot) : snapshot_(snapshot) {}

  // The owners behind an owner or a group.
  StatusOr<std::vector<Id>> OwnersOf(Id of) const {
    const TypeDef* type = snapshot_.catalog().FindType(of.type());
    if (type == nullptr || type->FindBehaviour("group") == nullptr) return std::vector<Id>{of};
    std::vector<Id> groups = {of};
    std::set<Id> seen = {of};
    for (size_t i = 0; i < groups.size(); ++i) {
      KITH_ASSIGN_OR_RETURN(const std::vector<Id> below, Referring(*type, type->FindRole("group", "parent"), groups[i]));
      for (const Id group : below) {
        if (seen.insert(group).second) groups.push_back(group);
      }
    }
    std::set<Id> owners;
    for (const TypeDef* member : snapshot_.catalog().TypesWith("member")) {
      const FieldDef* person = member->FindRole("member", "member");
      for (const Id group : groups) {
        KITH_ASSIGN_OR_RETURN(const std::vector<Id> records, Referring(*member, member->FindRole("member", "group"), group));
        for (const Id record : records) {
          KITH_ASSIGN_OR_RETURN(const record::View view, snapshot_.Get(record));
          owners.insert(person == nullptr ? record : view.GetRef(person->position));
        }
      }
    }
    return std::vector<Id>(owners.begin(), owners.end());
  }

 private:
  StatusOr<std::vector<Id>> Referring(const TypeDef& type, const FieldDef* field, Id target) const {
    std::vector<Id> ids;
    if (field == nullptr) return ids;
    KITH_RETURN_IF_ERROR(ForEachWith(snapshot_, type, *field, Value(target), [&](record::View view) {
      ids.push_back(view.id());
      return absl::OkStatus();
    }));
    return ids;
  }
  const Snapshot& snapshot_;
};

Submission ReadSubmission(const TypeDef& type, record::View view) {
  const auto at = [&](std::string_view field) { return type.FindField(field)->position; };
  Submission read;
  read.record = view.id();
  read.by = view.GetRef(at("by"));
  if (view.has(at("of"))) read.of = view.GetRef(at("of"));
  read.period = {Date{static_cast<int32_t>(view.GetInt(at("starts")))}, Date{static_cast<int32_t>(view.GetInt(at("ends")))}};
  read.made_at = Time{view.GetInt(at("made_at"))};
  read.said = view.GetMoney(at("amount"));
  read.note = std::string(view.GetText(at("note")));
  return read;
}

// The quantile of Student's t above one half, by that of the beta distribution.
double StudentQuantile(double p, double degrees) {
  const double x = insight_internal::BetaQuantile(degrees / 2, 0.5, 2 * (1 - p));
  return std::sqrt(degrees * (1 - x) / x);
}

std::string TextOf(const SubmitterBias& one) {
  if (one.periods < 2) return "not enough periods to tell";
  const std::string numbers = Concat({insight_internal::Percent(std::abs(one.bias)), one.bias < 0 ? " below" : " above",
                                      " what came, over ", std::to_string(one.periods), " periods"});
  if (one.low > 0) return "too hopeful: " + numbers;
  if (one.high < 0) return "too cautious: " + numbers;
  return "no bias that chance would not bring: " + numbers;
}

SubmitterBias Measure(Id by, const std::vector<double>& logs, int64_t unscored) {
  SubmitterBias one{
      .by = by, .periods = static_cast<int64_t>(logs.size()), .unscored = unscored, .bias = kNan, .low = kNan, .high = kNan, .text = {}};
  const auto n = static_cast<double>(logs.size());
  double mean = 0;
  double squares = 0;
  for (const double log : logs) mean += log / n;
  for (const double log : logs) squares += (log - mean) * (log - mean);
  if (!logs.empty()) one.bias = std::expm1(mean);
  if (logs.size() > 1) {
    const double half = StudentQuantile((1 + kBiasLevel) / 2, n - 1) * std::sqrt(squares / (n - 1) / n);
    one.low = std::expm1(mean - half);
    one.high = std::expm1(mean + half);
  }
  one.text = TextOf(one);
  return one;
}

// How far the interval stays away from no bias, on the scale of logs; what has none comes last.
double Sureness(const SubmitterBias& one) {
  if (std::isnan(one.low)) return -std::numeric_limits<double>::infinity();
  return std::max(std::log1p(one.low), -std::log1p(one.high));
}

}  // namespace

StatusOr<std::vector<Submission>> ReadSubmissions(const Snapshot& snapshot, Id pipeline, Time now) {
  const TypeDef* type = snapshot.catalog().FindType(kSubmissionType);
  if (type == nullptr) {
    return MakeError(
        {.reason = Reason::kPackageMissing, .type = std::string(kSubmissionType), .hint = "open the database with model::OpenDatabase"},
        "the database keeps no submissions");
  }
  KITH_ASSIGN_OR_RETURN(const model::Pipeline definition, model::GetPipeline(snapshot, pipeline));
  const Scopes scopes(snapshot);
  std::map<Date, model::FunnelTables> ends;  // tables as of the periods' ends
  std::vector<Submission> all;
  const auto masked = [&](std::string_view field) {
    return snapshot.IsMasked(*type, static_cast<int32_t>(type->FindField(field)->position));
  };
  const auto told = {"by", "of", "starts", "ends", "made_at", "amount"};
  if (std::any_of(told.begin(), told.end(), masked)) return all;
  KITH_RETURN_IF_ERROR(ForEachWith(snapshot, *type, *type->FindField("pipeline"), Value(pipeline), [&](record::View view) -> Status {
    Submission read = ReadSubmission(*type, view);
    if (read.made_at > now) return absl::OkStatus();
    const Time end = definition.days.StartOf(read.period.end);
    read.over = end <= now;
    if (read.over) {
      const auto [tables, added] = ends.try_emplace(read.period.end);
      if (added) {
        KITH_ASSIGN_OR_RETURN(tables->second, model::ReadTables(snapshot, pipeline, {.as_of = Time{end.micros - 1}}));
      }
      if (read.of.is_null()) {
        read.actual = insight_internal::WonIn(tables->second, read.period, read.said.currency);
      } else {
        KITH_ASSIGN_OR_RETURN(const std::vector<Id> owners, scopes.OwnersOf(read.of));
        for (const Id owner : owners) {
          read.actual += insight_internal::WonIn(tables->second, read.period, read.said.currency, GroupKind::kOwner, owner.value());
        }
      }
    }
    all.push_back(std::move(read));
    return absl::OkStatus();
  }));
  std::sort(all.begin(), all.end(), [](const Submission& a, const Submission& b) {
    const auto key = [](const Submission& one) { return std::make_tuple(one.period.first, one.period.end, one.made_at, one.record); };
    return key(a) < key(b);
  });
  return all;
}

std::vector<SubmitterBias> SubmittersOf(const std::vector<Submission>& submissions) {
  std::vector<const Submission*> in_order;
  for (const Submission& one : submissions) {
    if (one.over) in_order.push_back(&one);
  }
  std::stable_sort(in_order.begin(), in_order.end(), [](const Submission* a, const Submission* b) { return a->made_at < b->made_at; });
  std::set<std::tuple<Id, Id, Date, Date, Currency>> seen;
  std::map<Id, std::vector<double>> logs;
  std::map<Id, int64_t> unscored;
  for (const Submission* one : in_order) {
    if (!seen.insert({one->by, one->of, one->period.first, one->period.end, one->said.currency}).second) continue;
    if (one->said.minor > 0 && one->actual > 0) {
      logs[one->by].push_back(std::log(static_cast<double>(one->said.minor) / one->actual));
    } else {
      logs[one->by];
      ++unscored[one->by];
    }
  }
  std::vector<SubmitterBias> all;
  all.reserve(logs.size());
  for (const auto& [by, own] : logs) all.push_back(Measure(by, own, unscored[by]));
  std::stable_sort(all.begin(), all.end(), [](const SubmitterBias& a, const SubmitterBias& b) { return Sureness(a) > Sureness(b); });
  return all;
}

}  // namespace kith::insight
