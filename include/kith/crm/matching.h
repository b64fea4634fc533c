// Which rows of a table tell of the same person or company (B07): a pure function of columns of text, without labels, for whatever table.
//
//   MatchTable table{.fields = {{"name", MatchKind::kName}, {"mail", MatchKind::kMail}}, .columns = {names, mails}};
//   KITH_ASSIGN_OR_RETURN(const MatchReport report, FindMatches(table));
//   for (const MatchPair& pair : report.pairs) Show(pair.a, pair.b, pair.probability);
//
// Each field of two rows agrees to one of five degrees. Of rows that are the same, a share m of pairs agrees to a degree, of others a share
// u; the degree is worth log2(m / u) bits, and the bits of all fields together with those of the prior are the odds that the rows are the
// same (Fellegi & Sunter, A Theory for Record Linkage, JASA 64, 1969). m, u and the prior are learnt by expectation maximization over all
// pairs (Winkler, 1988), of which those that share nothing count as different without being looked at. What is rare is worth more than what
// is common: to agree on a value that a share f of rows has is worth log2(m / f), times the share of such agreements that are no matches
// (term frequencies: Newcombe, 1959; Winkler, 1989). A field that one row leaves empty says nothing.
//
// Different people and companies may be found at one place: two restaurants of a hotel, two colleagues at one desk. What tells of a place
// (text, address, phone, website) then agrees as for matches and what is somebody's own does not, so such pairs are a third kind of pair,
// whose share is learnt with the rest (three classes as in Winkler, 1993, and Larsen & Rubin, JASA 96, 2001): all that tells of a place is
// worth at most the odds against it. Within a kind of pair the model takes fields to agree independently of each other: two that say the
// same thing of somebody (a mail and a handle) count twice. Rows that never agree on a rare value nor on two common ones are not compared,
// unless there are few rows. Deterministic; the order of rows changes nothing but their numbers. Threads: all functions are safe from any
// thread.
#ifndef KITH_CRM_MATCHING_H_
#define KITH_CRM_MATCHING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kith/base/status.h"

namespace kith::crm {

// How values of a field compare. Case, accents, width and traditional Han make no difference (index/text.h).
enum class MatchKind : uint8_t {
  kName = 1,    // of a person or company: words in any order, initials, typos; Han by its pinyin too. Rare words count more
  kText,        // likewise, without initials and pinyin: a city, a title
  kAddress,     // words in any order, usual English abbreviations; numbers must be equal
  kMail,        // case and "+tag" make no difference; the same local part or domain counts something
  kPhone,       // digits, national or international; an extension makes no difference
  kDate,        // year first, or day and month first where years have four digits; day and month swapped, a typo
  kIdentifier,  // letters and digits: registration numbers, handles, postcodes; typos
  kWebsite,     // the host, without "www."
};
[[nodiscard]] std::string_view NameOf(MatchKind kind);  // "name", "mail", ...
[[nodiscard]] StatusOr<MatchKind> MatchKindOf(std::string_view name);

enum class Agreement : uint8_t { kDifferent, kPartial, kSimilar, kClose, kExact };
inline constexpr size_t kAgreements = 5;
[[nodiscard]] std::string_view NameOf(Agreement agreement);  // "different", "partial", ...

struct MatchField {
  std::string name;
  MatchKind kind = MatchKind::kText;
};

// Values as people wrote them. A value may hold several, one a line (two telephone numbers): the pair of them that agrees best counts.
struct MatchTable {
  std::vector<MatchField> fields;                      // at most kMatchFields
  std::vector<std::vector<std::string_view>> columns;  // [field][row], empty where unknown; borrowed
  std::vector<uint32_t> sources;                       // by row: rows of one source are different for sure, so that each has at most one
                                                       // match in another. Empty: every pair may match
};
inline constexpr size_t kMatchFields = 32;

// What was learnt. It holds no values of records: common ones are kept as hashes, to know them when they come again.
struct MatchModel {
  struct Common {
    uint64_t hash = 0;
    double share = 0;  // of the rows that know the field
  };
  struct Field {
    std::string name;
    MatchKind kind = MatchKind::kText;
    std::array<double, kAgreements> m = {};  // shares of pairs that are the same, by agreement
    std::array<double, kAgreements> u = {};  // of others
    double chance = 1;                       // the share of exact agreements that are no matches
    double rest = 0;                         // the share of a value that is not among the common ones
    std::vector<Common> values = {};         // by hash
    double rest_words = 0;
    std::vector<Common> words = {};
    friend bool operator==(const Field&, const Field&) = default;
  };
  std::vector<Field> fields;
  double prior = 0;    // bits that two rows have before they are looked at: log2 of the odds that any two are the same
  double related = 0;  // odds that any two are different but at one place, [0, 1]; 0 where no field tells of a place or none of somebody
  friend bool operator==(const MatchModel&, const MatchModel&) = default;
};
inline bool operator==(const MatchModel::Common& a, const MatchModel::Common& b) { return a.hash == b.hash && a.share == b.share; }
// As JSON text and back. BadOptions for what is no model.
[[nodiscard]] std::string ToJson(const MatchModel& model);
[[nodiscard]] StatusOr<MatchModel> MatchModelFromJson(std::string_view json);

struct MatchPart {
  uint16_t field = 0;
  Agreement agreement = Agreement::kDifferent;
  float bits = 0;  // for the rows being the same; below 0 against
};
struct MatchPair {
  uint32_t a = 0;  // rows, a < b
  uint32_t b = 0;
  double bits = 0;  // of the prior and all parts
  double probability = 0;
  std::vector<MatchPart> parts = {};  // of fields that both rows know, in the table's order
};

struct MatchOptions {
  double review = 0.5;      // pairs of at least this probability are reported, (0, 1)
  double automatic = 0.99;  // and of at least this one need no look, [review, 1)
  size_t threads = 0;       // 0: as many as the machine has
};
struct MatchReport {
  std::vector<MatchPair> pairs;  // likeliest first, then by rows
  size_t automatic = 0;          // how many of them, from the first, reach `automatic`
  double precision = 1;          // expected, of the pairs reported: the mean of their probabilities
  double automatic_precision = 1;
  double recall = 1;            // expected: of the matches that the model takes to be among the pairs compared
  uint64_t compared = 0;        // pairs
  uint64_t compared_fully = 0;  // not given up before the last field
  MatchModel model;
};
// Errors: BadOptions (columns of different lengths, a threshold out of range), LimitExceeded (kMatchFields, 2^31 rows).
[[nodiscard]] StatusOr<MatchReport> FindMatches(const MatchTable& table, const MatchOptions& options = {});

// Row 0 against each of the others, by a model learnt from many such rows: pairs {0, b} of at least `review`, likeliest first. Fields are
// found in the model by name; one that it does not know says nothing. Errors as FindMatches.
[[nodiscard]] StatusOr<std::vector<MatchPair>> MatchFirst(const MatchTable& table, const MatchModel& model, double review = 0.5);

// Rows that belong together by pairs of at least `probability`: each group ascending, groups by their first row.
[[nodiscard]] std::vector<std::vector<uint32_t>> MatchGroups(const std::vector<MatchPair>& pairs, double probability);

}  // namespace kith::crm

#endif  // KITH_CRM_MATCHING_H_
