// What was won, invoiced and paid: facts, and the pace at which money came in against the one before.
#include "kith/insight/cash.h"

#include <algorithm>
#include <cmath>

#include "insight/cash_internal.h"
#include "insight/closing_internal.h"

namespace kith::insight {
namespace {

using insight_internal::CashModel;

constexpr int kDraws = 24;  // of the pace
constexpr uint64_t kSeed = 1;

}  // namespace

CashFacts CutAt(CashFacts facts, Date last) {
  std::erase_if(facts.won, [&](const CashFacts::Won& won) { return won.won > last; });
  std::erase_if(facts.invoices, [&](const CashFacts::Invoice& invoice) { return invoice.issued > last; });
  for (CashFacts::Won& won : facts.won) {
    if (won.reopened && *won.reopened > last) won.reopened.reset();
  }
  for (CashFacts::Invoice& invoice : facts.invoices) {
    if (invoice.cancelled && *invoice.cancelled > last) invoice.cancelled.reset();
    std::erase_if(invoice.paid, [&](const CashFacts::Receipt& receipt) { return receipt.date > last; });
  }
  return facts;
}

int64_t CollectedIn(const CashFacts& facts, Period period, Currency currency) {
  uint64_t sum = 0;  // wraps
  for (const CashFacts::Invoice& invoice : facts.invoices) {
    if (invoice.total.currency != currency) continue;
    for (const CashFacts::Receipt& receipt : invoice.paid) {
      if (period.contains(receipt.date)) sum += static_cast<uint64_t>(receipt.minor);
    }
  }
  return static_cast<int64_t>(sum);
}

StatusOr<CashPace> PaceOf(const CashFacts& facts, Period period, Currency currency) {
  const CashFacts then = CutAt(facts, Date{period.first.days - 1});
  const CashModel model(then, currency, period.first, period);
  if (model.payments() == 0) {
    return MakeError({.reason = Reason::kNotEnoughData, .value = ToText(period.first), .hint = "enter what was paid of invoices before"},
                     "no payment is on record before the period");
  }
  CashPace pace;
  pace.collected = static_cast<double>(CollectedIn(facts, period, currency));
  double variance = 0;
  const auto add = [&](double minor, double share, double& expected) {
    expected += minor * share;
    variance += std::max(share * (1 - share), 0.0) * minor * minor;
  };
  const CashModel::World mean = model.Mean();
  std::vector<CashModel::World> draws;
  draws.reserve(kDraws);
  insight_internal::Random random(kSeed);
  for (int draw = 0; draw < kDraws; ++draw) draws.push_back(model.Draw(random));
  std::vector<double> of_draw(draws.size(), 0);
  std::vector<CashModel::Row> rows;
  for (const insight_internal::OpenSum& sum : model.Sums(mean, draws, rows)) {
    add(sum.minor, rows[sum.row].mean, pace.expected_before);
    for (size_t draw = 0; draw < draws.size(); ++draw) of_draw[draw] += sum.minor * rows[sum.row].draws[draw];
  }
  const auto come = [&](const Money& amount, Date day, std::vector<insight_internal::Share> CashModel::World::*shares) {
    if (!period.contains(day) || amount.currency != currency || amount.minor <= 0) return;
    const auto minor = static_cast<double>(amount.minor);
    add(minor, model.InPeriod(mean.*shares, day), pace.expected_new);
    for (size_t draw = 0; draw < draws.size(); ++draw) of_draw[draw] += minor * model.InPeriod(draws[draw].*shares, day);
  };
  std::set<Id> won;
  for (const CashFacts::Won& win : facts.won) {
    won.insert(win.deal);
    if (!win.reopened || *win.reopened >= period.end) come(win.amount, win.won, &CashModel::World::won);
  }
  for (const CashFacts::Invoice& invoice : facts.invoices) {
    if (!won.contains(invoice.deal)) come(invoice.total, invoice.issued, &CashModel::World::issued);
  }
  double first = 0;
  double second = 0;
  for (const double sum : of_draw) {
    first += sum / kDraws;
    second += sum * sum / kDraws;
  }
  variance += std::max(second - first * first, 0.0);
  pace.log_sd = pace.expected() > 0 ? std::sqrt(variance) / pace.expected() : 0;
  return pace;
}

CashFacts CashFromPaths(const model::Pipeline& pipeline, const std::vector<model::DealPath>& paths) {
  CashFacts facts;
  for (const model::DealPath& path : paths) {
    if (path.moves.empty()) continue;
    const model::PathMove& last = path.moves.back();
    CashFacts::Invoice invoice;
    invoice.invoice = path.deal;
    invoice.groups = {last.owner, last.segment, last.source};
    invoice.issued = pipeline.days.DateOf(path.moves.front().at);
    invoice.total = path.amount;
    if (const model::PathMove* closing = insight_internal::ClosingOf(pipeline, path.moves); closing != nullptr) {
      const bool won = pipeline.Find(closing->to)->kind == model::StageKind::kWon;
      const Date day = pipeline.days.DateOf(closing->at);
      if (won) invoice.paid.push_back({day, path.amount.minor});
      if (!won) invoice.cancelled = day;
    }
    facts.invoices.push_back(std::move(invoice));
  }
  return facts;
}

}  // namespace kith::insight
