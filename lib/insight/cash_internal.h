// The model of cash: hazards of being invoiced and of being paid, and the share of a sum that has come in after so many days.
#ifndef KITH_LIB_INSIGHT_CASH_INTERNAL_H_
#define KITH_LIB_INSIGHT_CASH_INTERNAL_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "insight/arrivals_internal.h"
#include "insight/hazard_internal.h"
#include "insight/period_internal.h"
#include "kith/insight/cash.h"

namespace kith::insight_internal {

// How sums are worked off: untouched at first, then touched by a part; what happens is that the rest is settled, another part, or a drop.
enum class SumStage : uint8_t { kUntouched = 0, kTouched = 1 };

// Ages of a sum by day: from `from` days after its beginning on. With terms, its clock runs so that the due date lies at day 30.
struct Clock {
  int32_t from = 0;
  std::optional<int32_t> terms = {};
  friend auto operator<=>(const Clock&, const Clock&) = default;
  [[nodiscard]] double At(double days) const;  // the age so many days after `from`
};

// How fast it goes of late, against the whole time that teaches: a level that drifts, by the payments of each thirty days and those
// expected. Gamma(a, b), which loses a share of its weight every thirty days; how large a share is weighed by how well it foresaw (power
// discounting, Smith and Miller 1986).
class Tempo {
 public:
  // The latest thirty days last.
  explicit Tempo(const std::vector<ExitPair>& blocks);
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] double Draw(Random& random) const;

 private:
  struct Memory {
    double weight = 0;
    double a = 0;
    double b = 0;
  };
  std::vector<Memory> memories_;
  double mean_ = 1;
};

// What is learnt of one wait: of sums won until they are invoiced, or of invoices until they are paid.
class Settling {
 public:
  explicit Settling(Time now);
  // A stay in a stage that ended in an event, or is still open.
  enum class Event : uint8_t { kNone, kSettled, kPart, kDropped };
  // `share`: of what was open, that the event took.
  void Add(SumStage stage, double from_age, double to_age, Event event, double share, Id customer);
  // For the tempo: of a stay, the part that fell into the thirty days so many thirty days back; and an event that fell there.
  void AddTo(size_t back, SumStage stage, double from_age, double to_age) { parts_of_stays_.push_back({back, stage, from_age, to_age}); }
  void AddTo(size_t back, Event event);
  void Fit();
  [[nodiscard]] const Tempo& tempo() const { return *tempo_; }
  [[nodiscard]] const HazardModel& model() const { return *model_; }
  [[nodiscard]] double part(SumStage stage) const { return part_[static_cast<size_t>(stage)]; }
  [[nodiscard]] double settles() const { return settles_; }
  [[nodiscard]] int64_t events() const { return events_; }

 private:
  struct Mean {
    double sum;
    double n;
  };
  model::FunnelTables tables_;
  std::array<Mean, 2> parts_{{{0.5, 1}, {0.5, 1}}};  // with a guess that counts as one
  Mean settled_{1, 1};
  std::array<double, 2> part_{};
  double settles_ = 1;
  int64_t events_ = 0;
  struct PartOfStay {
    size_t back;
    SumStage stage;
    double from_age, to_age;
  };
  std::vector<PartOfStay> parts_of_stays_;
  std::vector<ExitPair> blocks_;  // by thirty days back
  std::optional<HazardModel> model_;
  std::optional<Tempo> tempo_;
};

// The share of a sum that has come in: its mean and its mean square, which tells in how large pieces it comes.
struct Share {
  double mean = 0;
  double square = 0;
};
// What stands for a share that comes in pieces: one piece of this size, or nothing. Never so small that its chance would be above 1.
[[nodiscard]] inline double PieceOf(const Share& share, double expected) {
  const double piece = share.mean > 0 ? share.square / share.mean : 1;
  return std::clamp(piece, std::clamp(1.2 * expected, 0.01, 1.0), 1.0);
}

// One set of parameters of a wait, and what a sum of one has brought after so many days. `tempo` multiplies the hazards of what brings
// money; `worth[t]`: of a sum that is settled with t days to go.
class Flow {
 public:
  Flow(const Settling& settling, const Hazards& hazards, const Factors& factors, double tempo, std::vector<Share> worth);
  // Of being settled, touched by a part or dropped until an age.
  static constexpr size_t kWays = 3;
  using Cumulated = std::array<double, kWays>;
  [[nodiscard]] Cumulated HazardTo(SumStage stage, double age) const;
  // The share that comes within so many days, at most worth.size() - 1, of a sum in a stage.
  [[nodiscard]] Share ShareOf(SumStage stage, const Clock& clock, int32_t days) const;
  // The same of one that begins, by number of days.
  [[nodiscard]] std::vector<Share> Shares(const Clock& clock) const;

 private:
  // What happens on each of so many days.
  struct Day {
    double settled = 0;
    double part = 0;
  };
  [[nodiscard]] std::vector<Day> DaysOf(SumStage stage, const Clock& clock, int32_t days) const;
  [[nodiscard]] Share Sum(SumStage stage, const std::vector<Day>& days, size_t count) const;
  [[nodiscard]] Share WorthAt(size_t to_go) const {  // of what happens during a day
    return {(worth_[to_go].mean + worth_[to_go + 1].mean) / 2, (worth_[to_go].square + worth_[to_go + 1].square) / 2};
  }

  const Settling& settling_;
  std::array<std::array<Cumulated, kBins>, 2> rate_{};  // a day
  std::array<std::array<Cumulated, kBins>, 2> until_{};
  std::vector<Share> worth_;
  std::vector<Share> touched_;  // of a sum just touched, by days to go
};

// A sum that is there already: what is open of an invoice, or of a win that is not invoiced.
struct OpenSum {
  Id record;
  bool issued = false;
  double minor = 0;  // of a win: as it will be invoiced, with tax
  insight::CashGroups groups;
  uint32_t row = 0;  // of CashModel::rows
};

class CashModel {
 public:
  // `facts` are cut at `now`. The period may lie in the future.
  CashModel(const insight::CashFacts& facts, Currency currency, Date today, Period period);

  // One set of parameters.
  struct World {
    std::vector<Share> won;     // share of a win that is paid after so many days
    std::vector<Share> issued;  // of an invoice of the usual terms
    std::optional<Flow> payment;
    std::optional<Flow> billing;
  };
  [[nodiscard]] World Mean() const;
  [[nodiscard]] World Draw(Random& random) const;

  struct Row {
    double mean = 0;            // share that comes in within the period
    double piece = 1;           // in how large pieces
    std::vector<double> draws;  // the mean by draw
  };
  // The sums, and the rows they name. `draws` may be empty.
  [[nodiscard]] std::vector<OpenSum> Sums(const World& mean, const std::vector<World>& draws, std::vector<Row>& rows) const;
  // What comes in within the period of one invoice a day that no deal leads to.
  [[nodiscard]] double OfInvoicesToCome(const World& world) const;
  [[nodiscard]] const Arrivals& arrivals() const { return arrivals_; }  // of these
  [[nodiscard]] const model::AmountSketch& sizes() const { return sizes_; }
  [[nodiscard]] int64_t payments() const { return payment_.events(); }
  // Within the period, of an invoice or a win of a day from today on.
  [[nodiscard]] double InPeriod(const std::vector<Share>& shares, Date day) const;
  // In how large pieces comes in of what begins within the time until the period's end.
  [[nodiscard]] static Share PiecesOf(const std::vector<Share>& shares);

 private:
  using Sum = std::tuple<bool, SumStage, Clock, uint64_t>;  // issued, stage, clock, customer with an effect of their own
  void ReadInvoices(const insight::CashFacts& facts);
  void ReadWins(const insight::CashFacts& facts);
  // Adds the stays of one sum; returns what is open, and its stage and clock.
  struct Worked {
    int64_t left = 0;
    SumStage stage = SumStage::kUntouched;
    Clock clock;
  };
  Worked Work(Settling& settling, int64_t minor, Date begins, std::optional<int32_t> terms,
              const std::vector<insight::CashFacts::Receipt>& taken, std::optional<Date> dropped, Id customer) const;
  [[nodiscard]] World WorldOf(const Hazards& payment, double payment_tempo, const Hazards& billing, double billing_tempo) const;
  // What comes in within the period; `until_end` gets what does until its end.
  [[nodiscard]] double ShareOf(const Flow& flow, const Sum& sum, Share* until_end = nullptr) const;
  // Invoices of a win may come to more than it, such as by tax.
  [[nodiscard]] double Swell(bool issued) const { return issued ? 1 : std::max(billing_.settles(), 1.0); }
  [[nodiscard]] int32_t TermsOf(const insight::CashFacts::Invoice& invoice) const;
  void FitTerms(const insight::CashFacts& facts);

  Currency currency_;
  Date today_;  // the first day that is not over
  int32_t first_ = 0;
  int32_t end_ = 0;  // days from today
  Date since_;       // what happened before teaches nothing
  Settling payment_;
  Settling billing_;
  int32_t usual_terms_ = 30;
  std::vector<std::pair<int32_t, double>> terms_;  // of recent invoices, and their shares
  Arrivals arrivals_;
  model::AmountSketch sizes_;
  std::vector<std::pair<OpenSum, Sum>> sums_;
};

}  // namespace kith::insight_internal

#endif  // KITH_LIB_INSIGHT_CASH_INTERNAL_H_
