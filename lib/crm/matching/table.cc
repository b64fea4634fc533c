// Values made distinct, rows put into the order of their contents.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <numeric>
#include <thread>

#include "crm/matching/matching_internal.h"
#include "kith/base/hash.h"

namespace kith::crm::matching_internal {
namespace {

// One field's values, from its column.
class Interner {
 public:
  explicit Interner(MatchKind kind) { values_.kind = kind; }

  void Add(std::string_view cell) {
    row_.clear();
    for (size_t begin = 0; begin < cell.size();) {
      const size_t end = std::min(cell.find('\n', begin), cell.size());
      AddValue(cell.substr(begin, end - begin));
      begin = end + 1;
    }
    for (const uint32_t id : row_) ids_.push_back(id);
    ends_.push_back(static_cast<uint32_t>(ids_.size()));
    if (!row_.empty()) ++values_.known;
  }

  Values Finish() {
    values_.atom_starts.push_back(static_cast<uint32_t>(values_.atoms.size()));
    for (size_t id = 0; id < values_.values.size(); ++id) CountWords(values_.values[id], values_.counts[id]);
    return std::move(values_);
  }
  [[nodiscard]] std::span<const uint32_t> ValuesOf(size_t row) const {
    return std::span(ids_).subspan(row == 0 ? 0 : ends_[row - 1], ends_[row] - (row == 0 ? 0 : ends_[row - 1]));
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  void AddValue(std::string_view raw) {
    const uint32_t id = IdOf(raw);
    if (id == kNone || std::find(row_.begin(), row_.end(), id) != row_.end()) return;
    row_.push_back(id);
    ++values_.counts[id];
  }
  uint32_t IdOf(std::string_view raw) {
    if (raw.empty()) return kNone;
    const auto [at, added] = by_raw_.try_emplace(raw, kNone);
    if (!added) return at->second;
    const Form form = FormOf(values_.kind, raw);
    if (form.text.empty()) return kNone;
    const uint64_t hash = HashOf(form.Key());
    const auto [found, made] = by_key_.try_emplace(hash, static_cast<uint32_t>(values_.values.size()));
    if (made) Make(form, hash);
    at->second = found->second;
    return found->second;
  }
  void Make(const Form& form, uint64_t hash) {
    const auto id = static_cast<uint32_t>(values_.values.size());
    Values::Value value{
        .text = form.text, .words = static_cast<uint32_t>(values_.word_ids.size()), .word_count = static_cast<uint32_t>(form.words.size())};
    for (const std::string& word : form.words) values_.word_ids.push_back(WordOf(word));
    if (!form.reading.empty()) values_.readings[id] = form.reading;
    values_.atom_starts.push_back(static_cast<uint32_t>(values_.atoms.size()));
    std::vector<std::string> atoms;
    AppendAtoms(values_.kind, form, atoms);
    // Names of one kind of field are sought among each other: given and family name may be swapped.
    for (const std::string& atom : atoms) values_.atoms.push_back(Mix(HashOf(atom) + static_cast<uint64_t>(values_.kind)));
    values_.values.push_back(std::move(value));
    values_.hashes.push_back(hash);
    values_.counts.push_back(0);
  }
  uint32_t WordOf(const std::string& word) {
    const auto [at, added] = words_.try_emplace(word, static_cast<uint32_t>(values_.words.size()));
    if (added) {
      values_.words.push_back(word);
      values_.word_counts.push_back(0);
    }
    return at->second;
  }
  void CountWords(const Values::Value& value, uint32_t rows) {
    const std::span<const uint32_t> words = values_.WordsOf(value);
    for (size_t i = 0; i < words.size(); ++i) {
      if (i == 0 || words[i] != words[i - 1]) values_.word_counts[words[i]] += rows;
    }
  }

  Values values_;
  absl::flat_hash_map<std::string_view, uint32_t> by_raw_;
  absl::flat_hash_map<uint64_t, uint32_t> by_key_;
  absl::flat_hash_map<std::string, uint32_t> words_;
  std::vector<uint32_t> row_;
  std::vector<uint32_t> ids_;
  std::vector<uint32_t> ends_;  // of rows in ids_
};

std::vector<uint32_t> OrderByContent(const MatchTable& table, size_t rows) {
  std::vector<uint64_t> hashes(rows, 0);
  for (size_t row = 0; row < rows; ++row) {
    uint64_t hash = table.sources.empty() ? 0 : table.sources[row];
    for (const std::vector<std::string_view>& column : table.columns) hash = Mix(hash ^ HashOf(column[row]));
    hashes[row] = hash;
  }
  std::vector<uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : a < b; });
  return order;
}

double PairsOf(double count) { return count * (count - 1) / 2; }

}  // namespace

uint64_t HashOf(std::string_view text) { return LongHash(text); }

size_t ThreadsOf(size_t wanted) {
  const size_t most = wanted == 0 ? std::thread::hardware_concurrency() : wanted;
  return std::clamp<size_t>(most, 1, 64);
}

void InParts(size_t count, size_t threads, const std::function<void(size_t part, size_t begin, size_t end)>& fn) {
  std::vector<std::exception_ptr> failures(threads);
  const auto run = [&](size_t part) {
    try {
      fn(part, count * part / threads, count * (part + 1) / threads);
    } catch (...) {
      failures[part] = std::current_exception();
    }
  };
  std::vector<std::thread> running;
  running.reserve(threads);
  std::vector<size_t> own = {0};
  own.reserve(threads);
  for (size_t part = 1; part < threads; ++part) {
    try {
      running.emplace_back(run, part);
    } catch (const std::exception&) {
      own.push_back(part);  // there are no more threads to be had
    }
  }
  for (const size_t part : own) run(part);
  for (std::thread& thread : running) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure != nullptr) std::rethrow_exception(failure);
  }
}

void InChunks(size_t count, size_t threads, const std::function<void(size_t worker, size_t chunk, size_t begin, size_t end)>& fn) {
  std::atomic<size_t> next = 0;
  InParts(threads, threads, [&](size_t worker, size_t, size_t) {
    for (size_t chunk = next++; chunk < kChunks; chunk = next++) {
      fn(worker, chunk, count * chunk / kChunks, count * (chunk + 1) / kChunks);
    }
  });
}

// The rarer a word, the more it tells: log(1 + 1 / share).
void Values::Weigh(const std::function<double(uint32_t word)>& share) {
  word_weights.resize(words.size());
  for (uint32_t word = 0; word < words.size(); ++word) word_weights[word] = static_cast<float>(std::log1p(1 / share(word)));
  for (Value& value : values) {
    double squares = 0;
    for (const uint32_t word : WordsOf(value)) squares += static_cast<double>(word_weights[word]) * static_cast<double>(word_weights[word]);
    value.norm = static_cast<float>(std::sqrt(squares));
  }
}

Prepared::Prepared(const MatchTable& table, size_t threads, bool by_content) {
  const size_t rows = table.columns.empty() ? 0 : table.columns[0].size();
  const size_t count = table.fields.size();
  order_.resize(rows);
  std::iota(order_.begin(), order_.end(), 0U);
  if (by_content) order_ = OrderByContent(table, rows);
  fields_.resize(count);
  std::vector<Interner> interners;
  for (const MatchField& field : table.fields) interners.emplace_back(field.kind);
  InParts(count, std::min(threads, std::max<size_t>(count, 1)), [&](size_t, size_t begin, size_t end) {
    for (size_t field = begin; field < end; ++field) {
      for (const uint32_t row : order_) interners[field].Add(table.columns[field][row]);
      fields_[field] = interners[field].Finish();
    }
  });
  for (Values& values : fields_) {
    const double known = std::max<double>(values.known, 1);
    values.Weigh([&](uint32_t word) { return values.word_counts[word] / known; });
  }
  starts_.reserve(rows * count + 1);
  starts_.push_back(0);
  for (size_t row = 0; row < rows; ++row) {
    for (const Interner& interner : interners) {
      for (const uint32_t id : interner.ValuesOf(row)) ids_.push_back(id);
      starts_.push_back(static_cast<uint32_t>(ids_.size()));
    }
  }
  if (!table.sources.empty()) {
    for (const uint32_t row : order_) sources_.push_back(table.sources[row]);
  }
}

bool Prepared::Same(uint32_t a, uint32_t b) const {
  for (size_t field = 0; field < fields_.size(); ++field) {
    const std::span<const uint32_t> left = ValuesOf(a, field);
    const std::span<const uint32_t> right = ValuesOf(b, field);
    if (!std::equal(left.begin(), left.end(), right.begin(), right.end())) return false;
  }
  return true;
}

// Pairs with one key and different sources.
double Prepared::CountPairs(std::vector<std::pair<uint32_t, uint32_t>> keyed_sources) const {
  std::sort(keyed_sources.begin(), keyed_sources.end());
  double pairs = 0;
  size_t begin = 0;
  while (begin < keyed_sources.size()) {
    size_t end = begin;
    double of_one_source = 0;
    while (end < keyed_sources.size() && keyed_sources[end].first == keyed_sources[begin].first) {
      size_t run = end;
      while (run < keyed_sources.size() && keyed_sources[run] == keyed_sources[end]) ++run;
      of_one_source += PairsOf(static_cast<double>(run - end));
      end = run;
    }
    pairs += PairsOf(static_cast<double>(end - begin)) - (sources_.empty() ? 0 : of_one_source);
    begin = end;
  }
  return pairs;
}

double Prepared::Pairs() const {
  if (sources_.empty()) return PairsOf(rows());
  std::vector<std::pair<uint32_t, uint32_t>> all;
  for (const uint32_t source : sources_) all.emplace_back(0, source);
  return CountPairs(std::move(all));
}

double Prepared::KnownPairs(size_t field) const {
  if (sources_.empty()) return PairsOf(fields_[field].known);
  std::vector<std::pair<uint32_t, uint32_t>> known;
  for (uint32_t row = 0; row < rows(); ++row) {
    if (!ValuesOf(row, field).empty()) known.emplace_back(0, sources_[row]);
  }
  return CountPairs(std::move(known));
}

double Prepared::EqualPairs(size_t field) const {
  if (sources_.empty()) {
    double pairs = 0;
    for (const uint32_t count : fields_[field].counts) pairs += PairsOf(count);
    return pairs;
  }
  std::vector<std::pair<uint32_t, uint32_t>> equal;
  for (uint32_t row = 0; row < rows(); ++row) {
    for (const uint32_t value : ValuesOf(row, field)) equal.emplace_back(value, sources_[row]);
  }
  return CountPairs(std::move(equal));
}

}  // namespace kith::crm::matching_internal
