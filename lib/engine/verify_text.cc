// Text indexes against the terms of all records. The numbers of a term are compared by their count and the sum of their hashes, so that
// no list is ever whole in memory.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/text_index.h"
#include "engine/verify_internal.h"
#include "kith/base/key.h"
#include "kith/index/text.h"

namespace kith::engine {
namespace {

struct Numbers {
  uint64_t count = 0;
  uint64_t sum = 0;
  void Add(uint64_t number) {
    ++count;
    // SplitMix64's finalizer (Steele, Lea, Flood 2014).
    uint64_t x = number + 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    sum += x ^ (x >> 31);
  }
  friend bool operator==(const Numbers&, const Numbers&) = default;
};

class TextCheck {
 public:
  TextCheck(Verification& run, const catalog::TypeDef& type, const catalog::IndexDef& index) : run_(run), type_(type), index_(index) {}

  void Run() {
    ReadPending();
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
      if (!record::Verify(cursor->value(), type_.layout).ok()) continue;  // the pass over records has complained
      const record::View record(cursor->value(), &type_.layout);
      if (record.id().type() != type_.number) break;
      if (std::binary_search(pending_.begin(), pending_.end(), record.id())) continue;
      Expect(record.id(), PackTexts(index_, [&](int32_t position) { return format::ValueOf(record, position); }));
    }
    run_.EndOf(*cursor, "records");
  }

  void Expect(Id id, std::string_view packed) {
    terms_.clear();
    if (const Status status = AppendTermsOf(index_, packed, terms_); !status.ok()) {
      return Complain(run_.NameOf(id) + " is listed with texts that are malformed");
    }
    std::sort(terms_.begin(), terms_.end());
    terms_.erase(std::unique(terms_.begin(), terms_.end()), terms_.end());
    for (const std::string& term : terms_) expected_[term].Add(TextNumber(id));
  }

  void ReadBlocks() {
    const std::string prefix = TextPrefix(index_, kTextBlockSort);
    std::string before;
    uint64_t last = 0;
    std::vector<uint64_t> numbers;
    const std::unique_ptr<storage::Cursor> cursor = run_.reader.NewCursor(format::kIndex);
    for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
      ++run_.report.index_entries;
      const std::optional<BlockKey> key = ParseBlockKey(cursor->key());
      numbers.clear();
      if (!key.has_value() || !index::ReadBlock(key->first, cursor->value(), numbers).ok()) {
        Complain("has a malformed block");
        continue;
      }
      if (key->term == before && key->first <= last) Complain("term \"" + before + "\" has blocks that overlap");
      before = key->term;
      last = numbers.back();
      Numbers& stored = stored_[before];
      for (const uint64_t number : numbers) stored.Add(number);
    }
    run_.EndOf(*cursor, Name());
  }

  void Compare() {
    std::map<std::string_view, std::pair<Numbers, Numbers>> terms;  // in order, so that the first problems listed are the same each time
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
  void Complain(const std::string& what) { run_.problems.Add(Name() + ": " + what); }

  Verification& run_;
  const catalog::TypeDef& type_;
  const catalog::IndexDef& index_;
  std::vector<Id> pending_;
  absl::flat_hash_map<std::string, Numbers> expected_;
  absl::flat_hash_map<std::string, Numbers> stored_;
  std::vector<std::string> terms_;
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
