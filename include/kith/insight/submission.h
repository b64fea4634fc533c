// What people said that a period would bring, kept as records and scored once it is over: to coach them and to read their figures. No
// forecast reads any of it (C08).
//
// Records of the standard package's type "submission", written as any others. Errors: PackageMissing without it, those of the snapshot.
#ifndef KITH_INSIGHT_SUBMISSION_H_
#define KITH_INSIGHT_SUBMISSION_H_

#include <string>
#include <vector>

#include "kith/engine/snapshot.h"

namespace kith::insight {

struct Submission {
  Id record;
  Id by;
  Id of;  // whose deals: an owner, a group (those who are in it or below it now), null: all
  Period period;
  Time made_at;
  Money said;
  std::string note;
  bool over = false;
  double actual = 0;  // minor units won in the period, in the currency of what was said; 0 while it is not over
};
// Those of a pipeline made until `now`, by period and then by when they were made. None for a viewer who may not read whose they are, their
// periods, when they were made or what they say.
[[nodiscard]] StatusOr<std::vector<Submission>> ReadSubmissions(const Snapshot& snapshot, Id pipeline, Time now);

// How far off one person's figures are. By the mean m of ln(said / actual) over periods: bias is e^m - 1, so that saying twice as much and
// half as much are as far off; its interval is Student's. Of each period, currency and scope the first figure counts, as it was committed
// to; periods with nothing said or nothing won have no ratio.
struct SubmitterBias {
  Id by;
  int64_t periods = 0;   // with a ratio
  int64_t unscored = 0;  // over, without one
  double bias = 0;       // 0.2: a fifth too much; NaN: none
  double low = 0;        // of the 95 % interval; NaN below two periods
  double high = 0;
  std::string text;  // for people
};
// By how surely they are off, then by id.
[[nodiscard]] std::vector<SubmitterBias> SubmittersOf(const std::vector<Submission>& submissions);

}  // namespace kith::insight

#endif  // KITH_INSIGHT_SUBMISSION_H_
