#include "kith/query/search.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kith/base/concat.h"
#include "kith/base/limits.h"
#include "kith/index/text.h"
#include "query/context.h"
#include "query/search_candidates.h"
#include "query/search_match.h"

namespace kith::query {
namespace {

constexpr size_t kFewestReads = 100;  // of one index, however many share
constexpr size_t kReadsPerTypoRead = 4;

Status TooMuch(std::string_view field, std::string value, std::string_view limit) {
  return MakeError({.reason = Reason::kLimitExceeded, .field = std::string(field), .value = std::move(value)},
                   Concat({"a search goes to limits::", limit}));
}

// The best hits so far.
class BestHits {
 public:
  explicit BestHits(size_t limit) : limit_(limit) {}
  [[nodiscard]] std::span<const Ranked> hits() const { return hits_; }
  [[nodiscard]] bool Wants(const Ranked& hit) const { return hits_.size() < limit_ || hit.Before(hits_.back()); }

  // A record that two indexes find counts once, as it is best.
  void Offer(const Ranked& hit) {
    if (!Wants(hit)) return;
    const auto same = std::find_if(hits_.begin(), hits_.end(), [&](const Ranked& other) { return other.id == hit.id; });
    if (same != hits_.end()) {
      if (!hit.Before(*same)) return;
      hits_.erase(same);
    }
    hits_.insert(std::upper_bound(hits_.begin(), hits_.end(), hit, [](const Ranked& a, const Ranked& b) { return a.Before(b); }), hit);
    if (hits_.size() > limit_) hits_.pop_back();
  }

 private:
  size_t limit_;
  std::vector<Ranked> hits_;  // in order
};

class SearchRun {
 public:
  SearchRun(const Snapshot& snapshot, std::vector<index::Word> words, const SearchOptions& options)
      : snapshot_(snapshot),
        words_(std::move(words)),
        options_(options),
        meter_(RunOptions{.as_of = {}, .cancel = options.cancel, .time_limit = options.time_limit, .cost = 0, .after = {}}),
        best_(options.limit) {}

  [[nodiscard]] StatusOr<SearchResult> Run(const std::vector<SearchTarget>& targets, bool named) {
    KITH_RETURN_IF_ERROR(FindPending(targets, named));
    const size_t reads = std::max(kFewestReads, options_.reads / std::max<size_t>(targets_.size(), 1));
    for (const Target& target : targets_) KITH_RETURN_IF_ERROR(FindExact(target, reads));
    const bool takes_typos = std::any_of(words_.begin(), words_.end(), [](const index::Word& w) { return index::AllowedTypos(w) > 0; });
    if (options_.typos && takes_typos && best_.hits().empty()) {
      for (const Target& target : targets_) KITH_RETURN_IF_ERROR(FindMisspelt(target, reads / kReadsPerTypoRead));
    }
    for (const Ranked& hit : best_.hits()) {
      result_.hits.push_back({.id = hit.id,
                              .type = snapshot_.catalog().FindType(hit.id.type())->name,
                              .field = hit.field->name,
                              .score = hit.score,
                              .misspelt = hit.misspelt});
    }
    return std::move(result_);
  }

 private:
  struct Target : SearchTarget {
    std::vector<Id> pending;  // ascending
  };

  // An index that is being built is left out unless its type was named.
  Status FindPending(const std::vector<SearchTarget>& targets, bool named) {
    for (const SearchTarget& target : targets) {
      StatusOr<std::vector<Id>> pending = snapshot_.PendingTexts(*target.type, *target.index);
      if (pending.ok()) {
        targets_.push_back({target, *std::move(pending)});
      } else if (named || GetReason(pending.status()) != Reason::kUnknownIndex) {
        return pending.status();
      }
    }
    return absl::OkStatus();
  }

  // Reads a candidate and offers what it is worth; a record that is gone or hidden is worth nothing.
  Status Try(Matcher& matcher, Id id, bool typos) {
    if (!meter_.Record()) return meter_.status();
    const StatusOr<record::View> record = snapshot_.Get(id);
    if (!record.ok()) return IsNotFound(record.status()) ? Status() : record.status();
    ++result_.records;
    if (const std::optional<Ranked> hit = matcher.Match(*record, typos)) best_.Offer(*hit);
    return absl::OkStatus();
  }

  Status FindExact(const Target& target, size_t reads) {
    Matcher matcher(words_, *target.type, *target.index);
    for (const Id id : target.pending) KITH_RETURN_IF_ERROR(Try(matcher, id, false));
    TermIntersection candidates(snapshot_, target, words_, meter_);
    for (size_t read = 0; candidates.Next(); ++read) {
      // Ids ascend, so once the last hit is at the best score nothing later comes before it.
      if (!best_.Wants({.id = candidates.id(), .score = matcher.greatest()})) break;
      if (read == reads) {
        result_.complete = false;
        break;
      }
      if (std::binary_search(target.pending.begin(), target.pending.end(), candidates.id())) continue;
      KITH_RETURN_IF_ERROR(Try(matcher, candidates.id(), false));
    }
    return candidates.status();
  }

  Status FindMisspelt(const Target& target, size_t reads) {
    Matcher matcher(words_, *target.type, *target.index);
    for (const Id id : target.pending) KITH_RETURN_IF_ERROR(Try(matcher, id, true));
    KITH_ASSIGN_OR_RETURN(const Similar similar, FindSimilar(snapshot_, target, words_, reads, meter_));
    result_.complete &= similar.complete;
    for (const Id id : similar.ids) KITH_RETURN_IF_ERROR(Try(matcher, id, true));
    return absl::OkStatus();
  }

  const Snapshot& snapshot_;
  std::vector<index::Word> words_;
  const SearchOptions& options_;
  Meter meter_;
  BestHits best_;
  std::vector<Target> targets_;
  SearchResult result_;
};

void AppendTargets(const catalog::TypeDef& type, std::vector<SearchTarget>& targets) {
  for (const catalog::IndexDef& index : type.indexes) {
    if (index.kind == catalog::IndexKind::kText) targets.push_back({&type, &index});
  }
}

StatusOr<std::vector<SearchTarget>> TargetsOf(const catalog::Catalog& catalog, const std::vector<std::string>& types) {
  std::vector<SearchTarget> targets;
  if (types.empty()) {
    for (const catalog::TypeDef& type : catalog.types()) AppendTargets(type, targets);
    return targets;
  }
  for (size_t i = 0; i < types.size(); ++i) {
    if (std::find(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(i), types[i]) !=
        types.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    KITH_ASSIGN_OR_RETURN(const catalog::TypeDef* type, catalog.GetType(types[i]));
    const size_t before = targets.size();
    AppendTargets(*type, targets);
    if (targets.size() > before) continue;
    return MakeError({.reason = Reason::kUnknownIndex, .type = type->name, .hint = "declare an index of kind text in a package"},
                     "the type has no text index to search in");
  }
  return targets;
}

}  // namespace

StatusOr<SearchResult> Search(const Snapshot& snapshot, std::string_view text, const SearchOptions& options) {
  if (text.size() > limits::kSearchBytes) return TooMuch("text", std::to_string(text.size()) + " bytes", "kSearchBytes");
  if (options.limit > limits::kSearchHits) return TooMuch("limit", std::to_string(options.limit), "kSearchHits");
  if (options.limit == 0 || options.reads == 0) {
    return MakeError({.reason = Reason::kBadOptions, .field = options.limit == 0 ? "limit" : "reads", .value = "0"}, "must be above 0");
  }
  std::vector<index::Word> words = index::QueryWords(text);
  if (words.size() > limits::kSearchWords) return TooMuch("text", std::to_string(words.size()) + " words", "kSearchWords");
  KITH_ASSIGN_OR_RETURN(std::vector<SearchTarget> targets, TargetsOf(snapshot.catalog(), options.types));
  if (words.empty()) return SearchResult();
  return SearchRun(snapshot, std::move(words), options).Run(targets, !options.types.empty());
}

}  // namespace kith::query
