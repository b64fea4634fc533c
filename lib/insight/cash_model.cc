#include <algorithm>
#include <cmath>
#include <utility>

#include "insight/cash_internal.h"
#include "insight/chances_internal.h"

namespace kith::insight_internal {
namespace {

using insight::CashFacts;
using model::GroupKind;
using model::StageKind;

constexpr uint64_t kUntouchedId = 1;
constexpr uint64_t kTouchedId = 2;
constexpr uint64_t kSettledId = 3;
constexpr uint64_t kDroppedId = 4;
constexpr double kDueAge = 30;                                          // where a due date lies
constexpr int32_t kTeachingDays = 365;                                  // what happened in so many days teaches, if it is enough
constexpr int64_t kEnoughPayments = 50;                                 // in them
constexpr int32_t kRecentDays = 182;                                    // from which sizes of invoices to come are taken
constexpr int64_t kLeastSizes = 20;                                     // before sizes of all times are taken
constexpr size_t kMostTerms = 4;                                        // that stand for those of invoices to come
constexpr double kBilledBut = 0.005;                                    // of a win, that may be left when it counts as invoiced
constexpr int32_t kBlockDays = 30;                                      // of the tempo
constexpr double kTempoPrior = 10;                                      // payments behind the guess that it is as ever
constexpr std::array<double, 6> kKept = {1, 0.97, 0.9, 0.8, 0.6, 0.4};  // of its weight, each thirty days
constexpr double kMiddle = 0.5;                                         // of the day, on which something happened

model::Pipeline PipelineOfSums() {
  model::Pipeline pipeline;
  const auto add = [&](uint64_t id, StageKind kind) {
    model::Stage stage;
    stage.id = Id(id);
    stage.position = static_cast<int32_t>(pipeline.stages.size());
    stage.kind = kind;
    pipeline.stages.push_back(std::move(stage));
  };
  add(kUntouchedId, StageKind::kOpen);
  add(kTouchedId, StageKind::kOpen);
  add(kSettledId, StageKind::kWon);
  add(kDroppedId, StageKind::kLost);
  return pipeline;
}

int64_t SecondsOf(double days) { return std::llround(days * kSecondsPerDay); }

double DaysTo(size_t bin) { return static_cast<double>(model::AgeBinEdges()[bin]) / kSecondsPerDay; }

}  // namespace

double Clock::At(double days) const {
  const double age = from + days;
  if (!terms) return age;
  return age < *terms ? kDueAge * age / *terms : kDueAge + age - std::max(*terms, 0);
}

Tempo::Tempo(const std::vector<ExitPair>& blocks) {
  double best = 0;
  std::vector<double> scores;
  for (const double kept : kKept) {
    Memory memory{0, kTempoPrior, kTempoPrior};
    double score = 0;
    for (const ExitPair& block : blocks) {
      memory.a *= kept;
      memory.b *= kept;
      score += GammaPoissonLog(memory.a, memory.b, block.observed, block.expected);
      memory.a += block.observed;
      memory.b += block.expected;
    }
    // It may go on drifting.
    memory.a *= kept;
    memory.b *= kept;
    best = scores.empty() ? score : std::max(best, score);
    scores.push_back(score);
    memories_.push_back(memory);
  }
  double sum = 0;
  for (size_t i = 0; i < scores.size(); ++i) sum += memories_[i].weight = std::exp(scores[i] - best);
  mean_ = 0;
  for (Memory& memory : memories_) {
    memory.weight /= sum;
    mean_ += memory.weight * memory.a / memory.b;
  }
}

double Tempo::Draw(Random& random) const {
  double left = random.Uniform();
  for (const Memory& memory : memories_) {
    left -= memory.weight;
    if (left <= 0 || &memory == &memories_.back()) return random.Gamma(memory.a) / memory.b;
  }
  return mean_;
}

Settling::Settling(Time now) {
  tables_.pipeline = PipelineOfSums();
  tables_.as_of = Time{now.micros - 1};
}

void Settling::Add(SumStage stage, double from_age, double to_age, Event event, double share, Id customer) {
  const uint64_t at = stage == SumStage::kUntouched ? kUntouchedId : kTouchedId;
  // Another part leads out of the second stage to the first one, as far as the model knows: it has no way from a stage to itself.
  const uint64_t part = stage == SumStage::kUntouched ? kTouchedId : kUntouchedId;
  const int64_t end = SecondsOf(to_age);
  const model::Epoch now =
      model::EpochOf(Time{tables_.as_of.micros + 1}, tables_.pipeline.days);  // the month's place in a quarter does not act
  for (const bool own : {false, true}) {
    if (own && customer.is_null()) continue;
    model::StageRow& row = tables_.rows.stages[{own ? GroupKind::kOwner : GroupKind::kAll, own ? customer.value() : 0, now, at}];
    for (int64_t from = SecondsOf(from_age); from < end;) {
      const size_t bin = model::AgeBin(from);
      const int64_t to = bin + 1 < kBins ? std::min(end, model::AgeBinEdges()[bin + 1]) : end;
      row.exposure.Add({0, static_cast<uint16_t>(bin)}, to - from);
      from = to;
    }
    if (event == Event::kNone) continue;
    const uint64_t destination = event == Event::kSettled ? kSettledId : event == Event::kPart ? part : kDroppedId;
    row.exits.Add({static_cast<uint16_t>(model::AgeBin(end)), destination}, 1);
  }
  if (event == Event::kNone || event == Event::kDropped) return;
  ++events_;
  Mean& mean = event == Event::kSettled ? settled_ : parts_[static_cast<size_t>(stage)];
  mean.sum += share;
  mean.n += 1;
}

void Settling::AddTo(size_t back, Event event) {
  if (event != Event::kSettled && event != Event::kPart) return;
  if (blocks_.size() <= back) blocks_.resize(back + 1);
  blocks_[back].observed += 1;
}

void Settling::Fit() {
  model_.emplace(tables_);
  for (size_t stage = 0; stage < part_.size(); ++stage) part_[stage] = parts_[stage].sum / parts_[stage].n;
  settles_ = settled_.sum / settled_.n;
  const Flow usual(*this, model_->mean(), Factors(), 1, {{}});
  for (const PartOfStay& part : parts_of_stays_) {
    if (blocks_.size() <= part.back) blocks_.resize(part.back + 1);
    const Flow::Cumulated until = usual.HazardTo(part.stage, part.to_age);
    const Flow::Cumulated before = usual.HazardTo(part.stage, part.from_age);
    blocks_[part.back].expected += until[0] - before[0] + until[1] - before[1];
  }
  parts_of_stays_.clear();
  tempo_.emplace(std::vector<ExitPair>(blocks_.rbegin(), blocks_.rend()));
}

Flow::Flow(const Settling& settling, const Hazards& hazards, const Factors& factors, double tempo, std::vector<Share> worth)
    : settling_(settling), worth_(std::move(worth)) {
  const Shape& shape = settling.model().shape();
  for (size_t stage = 0; stage < rate_.size(); ++stage) {
    const std::array<size_t, kWays> ways = {shape.won(), 1 - stage, shape.lost()};
    for (size_t bin = 0; bin < kBins; ++bin) {
      for (size_t way = 0; way < kWays; ++way) {
        const auto exit_class = static_cast<size_t>(shape.ClassOf(stage, ways[way]));
        rate_[stage][bin][way] =
            hazards.rate[shape.cell(stage, bin)] * hazards.share[shape.exit(stage, bin, ways[way])] * factors.at(stage, exit_class);
        if (way + 1 < kWays) rate_[stage][bin][way] *= tempo;
        if (bin == 0) continue;
        until_[stage][bin][way] = until_[stage][bin - 1][way] + (DaysTo(bin) - DaysTo(bin - 1)) * rate_[stage][bin - 1][way];
      }
    }
  }
  const auto most = static_cast<int32_t>(worth_.size()) - 1;
  const std::vector<Day> days = DaysOf(SumStage::kTouched, {}, most);
  touched_.reserve(worth_.size());
  for (int32_t to_go = 0; to_go <= most; ++to_go) touched_.push_back(Sum(SumStage::kTouched, days, static_cast<size_t>(to_go)));
}

Flow::Cumulated Flow::HazardTo(SumStage stage, double age) const {
  const size_t bin = model::AgeBin(SecondsOf(age));
  const auto index = static_cast<size_t>(stage);
  Cumulated sum = until_[index][bin];
  for (size_t way = 0; way < kWays; ++way) sum[way] += (age - DaysTo(bin)) * rate_[index][bin][way];
  return sum;
}

std::vector<Flow::Day> Flow::DaysOf(SumStage stage, const Clock& clock, int32_t days) const {
  std::vector<Day> result;
  result.reserve(static_cast<size_t>(std::max(days, 0)));
  Cumulated before = HazardTo(stage, clock.At(0));
  double left = 1;
  for (int32_t day = 1; day <= days; ++day) {
    const Cumulated after = HazardTo(stage, clock.At(day));
    double all = 0;
    for (size_t way = 0; way < kWays; ++way) all += after[way] - before[way];
    const double gone = all > 0 ? -std::expm1(-all) * left / all : 0;
    result.push_back({gone * (after[0] - before[0]), gone * (after[1] - before[1])});
    left -= gone * all;
    before = after;
  }
  return result;
}

// Of a part and of the rest, which come in independently once the part was taken.
Share Flow::Sum(SumStage stage, const std::vector<Day>& days, size_t count) const {
  const double part = settling_.part(stage);
  const double whole = settling_.settles();
  Share sum;
  for (size_t day = 1; day <= count; ++day) {
    const Day& now = days[day - 1];
    const Share worth = WorthAt(count - day);
    const Share& rest = touched_[count - day];
    sum.mean += now.settled * whole * worth.mean + now.part * (part * worth.mean + (1 - part) * rest.mean);
    sum.square +=
        now.settled * whole * whole * worth.square +
        now.part * (part * part * worth.square + 2 * part * (1 - part) * worth.mean * rest.mean + (1 - part) * (1 - part) * rest.square);
  }
  return sum;
}

Share Flow::ShareOf(SumStage stage, const Clock& clock, int32_t days) const {
  return Sum(stage, DaysOf(stage, clock, days), static_cast<size_t>(std::max(days, 0)));
}

std::vector<Share> Flow::Shares(const Clock& clock) const {
  const std::vector<Day> days = DaysOf(SumStage::kUntouched, clock, static_cast<int32_t>(worth_.size()) - 1);
  std::vector<Share> shares;
  shares.reserve(worth_.size());
  for (size_t count = 0; count < worth_.size(); ++count) shares.push_back(Sum(SumStage::kUntouched, days, count));
  return shares;
}

CashModel::CashModel(const CashFacts& facts, Currency currency, Date today, Period period)
    : currency_(currency),
      today_(today),
      first_(std::max(period.first.days - today_.days, 0)),
      end_(std::max(period.end.days - today_.days, 0)),
      payment_(StartOf(today)),
      billing_(StartOf(today)) {
  int64_t recent = 0;
  Date earliest = today_;
  for (const CashFacts::Invoice& invoice : facts.invoices) {
    earliest = std::min(earliest, invoice.issued);
    for (const CashFacts::Receipt& receipt : invoice.paid) recent += receipt.date.days >= today_.days - kTeachingDays;
  }
  for (const CashFacts::Won& won : facts.won) earliest = std::min(earliest, won.won);
  since_ = recent >= kEnoughPayments ? Date{today_.days - kTeachingDays} : earliest;
  FitTerms(facts);
  ReadInvoices(facts);
  ReadWins(facts);
  payment_.Fit();
  billing_.Fit();
  // A customer without an effect of their own is like any other.
  for (auto& [open, sum] : sums_) {
    const Settling& settling = open.issued ? payment_ : billing_;
    const bool acts = settling.model().group_kind() == GroupKind::kOwner && settling.model().groups().contains(std::get<3>(sum));
    if (!acts) std::get<3>(sum) = 0;
  }
}

int32_t CashModel::TermsOf(const CashFacts::Invoice& invoice) const {
  return invoice.due ? std::max(invoice.due->days - invoice.issued.days, 0) : usual_terms_;
}

void CashModel::FitTerms(const CashFacts& facts) {
  for (const bool all : {false, true}) {
    std::map<int32_t, double> minor;
    for (const CashFacts::Invoice& invoice : facts.invoices) {
      const bool counts = invoice.due && invoice.total.currency == currency_ && invoice.total.minor > 0;
      if (counts && (all || invoice.issued >= since_)) minor[TermsOf(invoice)] += static_cast<double>(invoice.total.minor);
    }
    terms_.assign(minor.begin(), minor.end());
    if (!terms_.empty()) break;
  }
  if (terms_.empty()) terms_.emplace_back(usual_terms_, 1);
  std::stable_sort(terms_.begin(), terms_.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (terms_.size() > kMostTerms) terms_.resize(kMostTerms);
  usual_terms_ = terms_.front().first;
  double sum = 0;
  for (const auto& [days, minor] : terms_) sum += minor;
  for (auto& [days, minor] : terms_) minor /= sum;
}

CashModel::Worked CashModel::Work(Settling& settling, int64_t minor, Date begins, std::optional<int32_t> terms,
                                  const std::vector<CashFacts::Receipt>& taken, std::optional<Date> dropped, Id customer) const {
  using Event = Settling::Event;
  Worked now{minor, SumStage::kUntouched, {}};
  Date entered = begins;
  const auto clock = [&] { return Clock{0, now.stage == SumStage::kUntouched ? terms : std::nullopt}; };
  const auto stay = [&](double days, Event event, double share) {
    const double from = std::min(static_cast<double>(std::max(since_.days - entered.days, 0)), days);
    if (entered.days + days < since_.days) return;
    settling.Add(now.stage, clock().At(from), clock().At(days), event, share, customer);
    const auto back = [&](double day) {
      return static_cast<size_t>(std::max(today_.days - 1 - entered.days - static_cast<int32_t>(day), 0) / kBlockDays);
    };
    settling.AddTo(back(days), event);
    for (double start = from; start < days;) {  // to the end of its thirty days
      const size_t block = back(start);
      const double end = today_.days - entered.days - static_cast<double>(block) * kBlockDays;
      const double stop = block == 0 ? days : std::min(days, std::max(end, start + 1));
      settling.AddTo(block, now.stage, clock().At(start), clock().At(stop));
      start = stop;
    }
  };
  // So little may be left: invoices do not repeat a win to the last minor unit; payments do an invoice.
  const double rest = terms ? 0 : kBilledBut * static_cast<double>(minor);
  for (const CashFacts::Receipt& receipt : taken) {
    const int64_t before = now.left;
    now.left -= receipt.minor;
    if (receipt.minor <= 0 || before <= 0) continue;
    const bool settled = static_cast<double>(now.left) <= rest;
    stay(std::max(receipt.date.days - entered.days, 0) + kMiddle, settled ? Event::kSettled : Event::kPart,
         static_cast<double>(receipt.minor) / static_cast<double>(before));
    if (settled) return {};
    now.stage = SumStage::kTouched;
    entered = std::max(receipt.date, entered);
  }
  if (dropped) {
    stay(std::max(dropped->days - entered.days, 0) + kMiddle, Event::kDropped, 0);
    return {};
  }
  const int32_t open = std::max(today_.days - entered.days, 0);
  stay(open, Event::kNone, 0);
  now.clock = clock();
  now.clock.from = open;
  return now;
}

void CashModel::ReadInvoices(const CashFacts& facts) {
  std::set<Id> deals;
  for (const CashFacts::Won& won : facts.won) deals.insert(won.deal);
  model::FunnelTables to_come;
  to_come.pipeline = PipelineOfSums();
  to_come.as_of = Time{StartOf(today_).micros - 1};
  model::AmountSketch all;
  for (const CashFacts::Invoice& invoice : facts.invoices) {
    if (invoice.total.currency != currency_ || invoice.total.minor <= 0) continue;
    const Worked open =
        Work(payment_, invoice.total.minor, invoice.issued, TermsOf(invoice), invoice.paid, invoice.cancelled, invoice.customer);
    if (open.left > 0) {
      sums_.push_back({{invoice.invoice, true, static_cast<double>(open.left), invoice.groups},
                       {true, open.stage, open.clock, invoice.customer.value()}});
    }
    if (deals.contains(invoice.deal) || invoice.cancelled) continue;
    const model::Epoch month = model::EpochOf(invoice.issued);
    const int32_t day = invoice.issued.days - model::FirstDay(month).days + 1;
    to_come.rows.periods[{GroupKind::kAll, 0, month, 0}].arrivals.Add(static_cast<uint8_t>(day), 1);
    all.AddAmount(invoice.total.minor, 1);
    if (invoice.issued.days >= today_.days - kRecentDays) sizes_.AddAmount(invoice.total.minor, 1);
  }
  if (sizes_.count < kLeastSizes) sizes_ = std::move(all);
  arrivals_ = FitArrivals(to_come, ShapeOf(to_come.pipeline), std::max(end_, 1));
}

void CashModel::ReadWins(const CashFacts& facts) {
  std::map<Id, std::vector<CashFacts::Receipt>> invoiced;
  for (const CashFacts::Invoice& invoice : facts.invoices) {
    if (invoice.deal.is_null() || invoice.cancelled || invoice.total.currency != currency_) continue;
    invoiced[invoice.deal].push_back({invoice.issued, invoice.total.minor});
  }
  for (auto& [deal, parts] : invoiced) {
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
  }
  for (const CashFacts::Won& won : facts.won) {
    if (won.reopened || won.amount.currency != currency_ || won.amount.minor <= 0) continue;
    const Worked open = Work(billing_, won.amount.minor, won.won, std::nullopt, invoiced[won.deal], std::nullopt, won.customer);
    if (open.left <= 0) continue;
    sums_.push_back({{won.deal, false, static_cast<double>(open.left), won.groups}, {false, open.stage, open.clock, won.customer.value()}});
  }
}

CashModel::World CashModel::WorldOf(const Hazards& payment, double payment_tempo, const Hazards& billing, double billing_tempo) const {
  const auto days = static_cast<size_t>(end_) + 1;
  World world;
  world.payment.emplace(payment_, payment, Factors(), payment_tempo, std::vector<Share>(days, {1, 1}));
  world.issued.resize(days);
  for (const auto& [terms, weight] : terms_) {
    const std::vector<Share> paid = world.payment->Shares({0, terms});
    for (size_t day = 0; day < days; ++day) {
      world.issued[day].mean += weight * paid[day].mean;
      world.issued[day].square += weight * paid[day].square;
    }
  }
  world.billing.emplace(billing_, billing, Factors(), billing_tempo, world.issued);
  world.won = world.billing->Shares({});
  return world;
}

CashModel::World CashModel::Mean() const {
  return WorldOf(payment_.model().mean(), payment_.tempo().mean(), billing_.model().mean(), billing_.tempo().mean());
}

CashModel::World CashModel::Draw(Random& random) const {
  const Hazards payment = payment_.model().Draw(random);
  const double payment_tempo = payment_.tempo().Draw(random);
  const Hazards billing = billing_.model().Draw(random);
  return WorldOf(payment, payment_tempo, billing, billing_.tempo().Draw(random));
}

double CashModel::ShareOf(const Flow& flow, const Sum& sum, Share* until_end) const {
  const auto& [issued, stage, clock, customer] = sum;
  const Share end = flow.ShareOf(stage, clock, end_);
  if (until_end != nullptr) *until_end = {end.mean / Swell(issued), end.square / (Swell(issued) * Swell(issued))};
  const double share = end.mean - (first_ > 0 ? flow.ShareOf(stage, clock, first_).mean : 0);
  return std::clamp(share / Swell(issued), 0.0, 1.0);
}

std::vector<OpenSum> CashModel::Sums(const World& mean, const std::vector<World>& draws, std::vector<Row>& rows) const {
  std::map<Sum, uint32_t> row_of;
  std::map<std::pair<bool, uint64_t>, Flow> own;  // flows of customers
  std::vector<OpenSum> sums;
  sums.reserve(sums_.size());
  for (const auto& [open, sum] : sums_) {
    const auto [found, added] = row_of.try_emplace(sum, static_cast<uint32_t>(rows.size()));
    sums.push_back(open);
    sums.back().row = found->second;
    sums.back().minor *= Swell(open.issued);
    if (!added) continue;
    const uint64_t customer = std::get<3>(sum);
    Share until_end;
    const double plain = ShareOf(open.issued ? *mean.payment : *mean.billing, sum, &until_end);
    Row row{plain, 1, {}};
    double shift = 0;
    if (customer != 0) {
      const Settling& settling = open.issued ? payment_ : billing_;
      const auto flow =
          own.try_emplace({open.issued, customer}, settling, settling.model().mean(), settling.model().GroupFactors(customer),
                          settling.tempo().mean(), open.issued ? std::vector<Share>(static_cast<size_t>(end_) + 1, {1, 1}) : mean.issued);
      row.mean = ShareOf(flow.first->second, sum, &until_end);
      shift = Logit(row.mean) - Logit(plain);
    }
    for (const World& draw : draws) {
      const double share = ShareOf(open.issued ? *draw.payment : *draw.billing, sum);
      row.draws.push_back(shift == 0 ? share : Logistic(Logit(share) + shift));
    }
    row.piece = PieceOf(until_end, row.mean);
    rows.push_back(std::move(row));
  }
  return sums;
}

double CashModel::InPeriod(const std::vector<Share>& shares, Date day) const {
  const auto within = [&](int32_t end) -> double {  // of what happens during the day
    const int32_t to_go = end - (day.days - today_.days);
    return to_go <= 0 ? 0 : (shares[static_cast<size_t>(to_go)].mean + shares[static_cast<size_t>(to_go) - 1].mean) / 2;
  };
  return std::max(within(end_) - within(first_), 0.0);
}

Share CashModel::PiecesOf(const std::vector<Share>& shares) {
  Share sum;
  for (const Share& share : shares) {
    sum.mean += share.mean;
    sum.square += share.square;
  }
  return sum;
}

double CashModel::OfInvoicesToCome(const World& world) const {
  double sum = 0;
  for (Date day = today_; day.days < today_.days + end_; ++day.days) sum += arrivals_.Factor(day) * InPeriod(world.issued, day);
  return sum;
}

}  // namespace kith::insight_internal
