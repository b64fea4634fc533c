// Text indexes against the terms of all records. The (term, number) pairs are compared by digest; where that differs, again term by term,
// so that no list of numbers is ever whole in memory.
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "engine/text_index.h"
#include "engine/verify_internal.h"
#include "kith/base/key.h"
#include "kith/index/text.h"

namespace kith::engine {
namespace {

class TextCheck {
 public:
  TextCheck(Verification& run, const catalog::TypeDef& type, const catalog::IndexDef& index) : run_(run), type_(type), index_(index) {}

  void Run() {
    ReadPending();
    ReadRecords();
    ReadBlocks();
    if (expected_all_ == stored_all_) return;
    by_term_ = true;
    for (const auto& [id, packed] : pending_texts_) Expect(id, packed);
    ReadRecords();
    ReadBlocks();
    Compare();
  }

 private:
  void ReadPending() {
    const std::string prefix = TextPrefix(index_, kTextPendingSort);
    const std::unique_ptr<storage::Cursor> cursor = run_.reader.NewCursor(format::kIndex);
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      const std::optional<Id> id = ParsePendingKey(cursor->key());
      if (!id.has_value() || id->type() != type_.number) {
        Complain("lists something that is no record of the type");
        continue;
      }
      ++run_.report.index_entries;
      pending_.push_back(*id);
      pending_texts_.emplace_back(*id, cursor->value());
      Expect(*id, cursor->value());
    }
    run_.EndOf(*cursor, Name());
    const StatusOr<uint64_t> count = ReadPendingCount(run_.reader, index_);
    if (!count.ok() || *count != pending_.size()) {
      Complain("lists " + std::to_string(pending_.size()) + " records, but counts " + (count.ok() ? std::to_string(*count) : "none"));
    }
  }

  // Those listed stand in the blocks with what they had before.
  void ReadRecords() {
    const uint64_t begin = Id::Of(type_.number, 0, 0).value();
    const std::unique_ptr<storage::Cursor> cursor = run_.reader.NewCursor(format::kRecord);
    for (bool more = cursor->SeekAtLeast(storage::IntegerKey(begin)); more; more = cursor->Next()) {
      const Id id(RecordNumber(cursor->key()));
      if (id.type() != type_.number) break;
      if (run_.malformed.contains(id.value()) || std::binary_search(pending_.begin(), pending_.end(), id)) continue;
      terms_.clear();
      hashes_.clear();
      ForEachText(index_, record::View(cursor->value(), &type_.layout), [this](std::string_view text) { AddWords(text); });
      Expect(id);
    }
    run_.EndOf(*cursor, "records");
  }

  void Expect(Id id, std::string_view packed) {
    terms_.clear();
    hashes_.clear();
    if (const Status status = AppendTermsOf(index_, packed, terms_); !status.ok()) {
      if (!by_term_) Complain(run_.NameOf(id) + " is listed with texts that are malformed");
      return;
    }
    Expect(id);
  }

  void AddWords(std::string_view text) {
    for (const index::Word& word : index::WordsOf(text)) {
      if (by_term_) {
        index::AppendTerms(word, terms_);
      } else {
        AddHashes(word);
      }
    }
  }

  // Words that many records have come early: the hashes of their terms are kept.
  void AddHashes(const index::Word& word) {
    constexpr size_t kMost = 4096;
    auto& known = known_[word.kind == index::WordKind::kHan ? 1 : 0];
    if (const auto found = known.find(word.text); found != known.end()) {
      hashes_.insert(hashes_.end(), found->second.begin(), found->second.end());
      return;
    }
    const size_t begin = hashes_.size();
    word_terms_.clear();
    index::AppendTerms(word, word_terms_);
    for (const std::string& term : word_terms_) hashes_.push_back(LongHash(term));
    if (known.size() < kMost)
      known.emplace(word.text, std::vector<uint64_t>(hashes_.begin() + static_cast<std::ptrdiff_t>(begin), hashes_.end()));
  }

  // The terms and hashes gathered are a record's.
  void Expect(Id id) {
    if (by_term_) {
      std::sort(terms_.begin(), terms_.end());
      terms_.erase(std::unique(terms_.begin(), terms_.end()), terms_.end());
      for (const std::string& term : terms_) expected_[term].Add(TextNumber(id));
      return;
    }
    for (const std::string& term : terms_) hashes_.push_back(LongHash(term));
    std::sort(hashes_.begin(), hashes_.end());
    const auto end = std::unique(hashes_.begin(), hashes_.end());
    std::for_each(hashes_.begin(), end, [&](uint64_t hash) { expected_all_.Add(PairHash(hash, TextNumber(id))); });
  }

  static uint64_t PairHash(uint64_t term, uint64_t number) { return term ^ Mix(number); }

  void ReadBlocks() {
    const std::string prefix = TextPrefix(index_, kTextBlockSort);
    std::string before;
    uint64_t last = 0;
    uint64_t term_hash = 0;
    std::vector<uint64_t> numbers;
    const std::unique_ptr<storage::Cursor> cursor = run_.reader.NewCursor(format::kIndex);
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      const std::optional<BlockKey> key = ParseBlockKey(cursor->key());
      numbers.clear();
      const bool sound = key.has_value() && index::ReadBlock(key->first, cursor->value(), numbers).ok();
      if (by_term_) {
        if (sound) Count(stored_[std::string(key->term)], numbers);
        continue;
      }
      ++run_.report.index_entries;
      if (!sound) {
        Complain("has a malformed block");
        continue;
      }
      if (key->term == before && key->first <= last) Complain("term \"" + before + "\" has blocks that overlap");
      if (key->term != before) term_hash = LongHash(key->term);
      before = key->term;
      last = numbers.back();
      for (const uint64_t number : numbers) stored_all_.Add(PairHash(term_hash, number));
    }
    run_.EndOf(*cursor, Name());
  }

  static void Count(Multiset& set, std::span<const uint64_t> numbers) {
    for (const uint64_t number : numbers) set.Add(number);
  }

  void Compare() {
    std::map<std::string_view, std::pair<Multiset, Multiset>> terms;  // in order, so that the first problems listed are the same each time
    for (const auto& [term, numbers] : expected_) terms[term].first = numbers;
    for (const auto& [term, numbers] : stored_) terms[term].second = numbers;
    for (const auto& [term, numbers] : terms) {
      const auto& [wanted, found] = numbers;
      if (wanted == found) continue;
      const std::string has = "term \"" + std::string(term) + "\" has " + std::to_string(found.count) + " records";
      Complain(has + (found.count == wanted.count ? ", not those that have it" : " instead of " + std::to_string(wanted.count)));
    }
  }

  [[nodiscard]] std::string Name() const { return "index " + type_.name + "." + index_.name; }
  void Complain(const std::string& what) {
    run_.damage.indexes.insert(index_.number);
    run_.problems.Add(Name() + ": " + what);
  }

  Verification& run_;
  const catalog::TypeDef& type_;
  const catalog::IndexDef& index_;
  std::vector<Id> pending_;
  std::vector<std::pair<Id, std::string>> pending_texts_;  // what the blocks have of those
  Multiset expected_all_;                                  // of (term, number)
  Multiset stored_all_;
  bool by_term_ = false;  // the second look, term by term
  absl::flat_hash_map<std::string, Multiset> expected_;
  absl::flat_hash_map<std::string, Multiset> stored_;
  std::vector<std::string> terms_;
  std::vector<uint64_t> hashes_;
  std::vector<std::string> word_terms_;
  std::array<absl::flat_hash_map<std::string, std::vector<uint64_t>>, 2> known_;  // of words, Han apart: the hashes of their terms
};

}  // namespace

void VerifyTexts(Verification& run) {
  for (const catalog::TypeDef& type : run.catalog().types()) {
    for (const catalog::IndexDef& index : type.indexes) {
      // One that is being built has some of its records.
      if (index.kind == catalog::IndexKind::kText && !run.building.contains(index.number)) TextCheck(run, type, index).Run();
    }
  }
}

}  // namespace kith::engine
