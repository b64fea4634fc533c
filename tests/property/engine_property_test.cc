// Random batches against the oracle: after each the engine and the oracle must agree on everything that can be read.
//
// KITH_TEST_SEED repeats a run; KITH_TEST_SCALE or KITH_PROPERTY_SECONDS makes it longer.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <tuple>
#include <utility>

#include "engine/format.h"
#include "engine_generator.h"
#include "engine_oracle.h"
#include "kith/base/key.h"
#include "kith/base/limits.h"
#include "support/company.h"
#include "support/settings.h"

namespace kith {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;
using testing::CompanyDatabase;
using testing::Fold;
using testing::Generator;
using testing::Op;
using testing::Ops;
using testing::Oracle;
using testing::OracleEntry;
using testing::OracleRecord;
using testing::OracleState;

double Seconds(double usual) {
  const char* wanted = std::getenv("KITH_PROPERTY_SECONDS");
  return wanted != nullptr ? std::atof(wanted) : usual * testing::TestScale();
}

// --- what is compared; each gives what differs, or nothing

std::string Name(Id id) { return "record " + std::to_string(id.value()); }

std::string CompareState(const OracleState& should, record::View is, const OracleRecord& record) {
  const record::Header& header = is.header();
  std::string differs;
  const auto number = [&](std::string_view what, uint64_t a, uint64_t b) {
    if (a != b)
      differs += Name(record.id) + " " + std::string(what) + ": is " + std::to_string(a) + ", should be " + std::to_string(b) + "\n";
  };
  number("id", header.id, record.id.value());
  number("version", header.version, should.version);
  number("created", static_cast<uint64_t>(header.created), static_cast<uint64_t>(should.created.micros));
  number("updated", static_cast<uint64_t>(header.updated), static_cast<uint64_t>(should.updated.micros));
  for (const int32_t position : Oracle::Positions(*record.type)) {
    Value value;
    if (position >= 0) {
      value = is.Get(static_cast<size_t>(position));
    } else if (position == catalog::kHeaderOwner) {
      if (header.owner != 0) value = Id(header.owner);
    } else if (position == catalog::kHeaderUnit) {
      if (header.unit != 0) value = static_cast<int64_t>(header.unit);
    } else {
      value = static_cast<int64_t>(header.visibility);
    }
    const auto found = should.values.find(position);
    const Value expected = found == should.values.end() ? Value() : found->second;
    if (value == expected) continue;
    const std::string field =
        position >= 0 ? record.type->fields[static_cast<size_t>(position)].name : "header " + std::to_string(position);
    differs += Name(record.id) + " " + field + ": is " + ToText(value) + ", should be " + ToText(expected) + "\n";
  }
  return differs;
}

std::string CompareRecord(const Snapshot& snapshot, const Oracle& oracle, const OracleRecord& record) {
  const StatusOr<record::View> is = snapshot.Get(record.id);
  if (record.deleted) return is.ok() ? Name(record.id) + " should not exist\n" : "";
  if (!is.ok()) return Name(record.id) + ": " + is.status().ToString() + "\n";
  std::string differs = CompareState(*oracle.At(record, {}), *is, record);
  std::set<std::pair<std::string, std::string>> externals;
  for (const ExternalRef& external : snapshot.ExternalRefs(record.id)) externals.insert({external.system, external.key});
  if (externals != record.externals) differs += Name(record.id) + ": external references differ\n";
  for (const auto& [system, key] : record.externals) {
    const StatusOr<Id> found = snapshot.Find(record.type->name, ExternalRef{system, key});
    if (!found.ok() || *found != record.id) differs += Name(record.id) + ": not found by " + system + " " + key + "\n";
  }
  return differs;
}

std::string CompareAsOf(const Snapshot& snapshot, const Oracle& oracle, const OracleRecord& record, AsOf as_of, Fold fold = Fold::kRight) {
  const StatusOr<Record> is = snapshot.GetAsOf(record.id, as_of);
  const std::optional<OracleState> should = oracle.At(record, as_of, fold);
  std::string differs;
  if (!is.ok() && is.status().code() != StatusCode::kNotFound) {
    differs = is.status().ToString();
  } else if (is.ok() != should.has_value()) {
    differs = is.ok() ? "exists, should not\n" : "does not exist, should\n";
  } else if (should) {
    differs = CompareState(*should, is->view(), record);
  }
  if (differs.empty()) return {};
  return Name(record.id) + " as of effective " + std::to_string(as_of.effective.micros) + ", recorded " +
         std::to_string(as_of.recorded.micros) + ": " + differs;
}

// Takes the external references out of what a deletion lists. False when they are not those that the record had.
bool TakeExternals(std::vector<FieldChange>& listed, const OracleRecord& record) {
  std::set<std::pair<std::string, std::string>> externals;
  const bool lists = !listed.empty() && listed.back().package == kHeaderPackage && listed.back().number == format::kExternalRefsNumber;
  if (lists) {
    const auto& texts = listed.back().before.get<TextList>();
    for (size_t i = 0; i + 1 < texts.size(); i += 2) externals.emplace(texts[i], texts[i + 1]);
    listed.pop_back();
  }
  return externals == record.last_externals;
}

// Takes the external references out of what a change says. False when they do not go on from what was `known`.
bool TakeLinks(Operation operation, std::vector<FieldChange>& listed, std::optional<Value>& known) {
  if (operation != Operation::kChange) {
    known.reset();
    return true;
  }
  if (listed.empty() || listed.back().package != kHeaderPackage || listed.back().number != format::kExternalRefsNumber) return true;
  const bool goes_on = (!known.has_value() || *known == listed.back().before) && listed.back().before != listed.back().after;
  known = listed.back().after;
  listed.pop_back();
  return goes_on;
}

std::string CompareHistory(const Snapshot& snapshot, const OracleRecord& record) {
  const StatusOr<std::vector<HistoryEntry>> is = snapshot.History(record.id);
  if (!is.ok()) return Name(record.id) + " history: " + is.status().ToString();
  if (is->size() != record.entries.size()) return Name(record.id) + " history: has " + std::to_string(is->size()) + " entries";
  std::optional<Value> links;  // the external references, as far as history has told
  for (size_t i = 0; i < is->size(); ++i) {
    const HistoryEntry& entry = (*is)[i];
    const OracleEntry& should = record.entries[i];
    const std::string at = Name(record.id) + " history entry " + std::to_string(should.sequence) + ": ";
    if (entry.sequence != should.sequence || entry.recorded != should.recorded || entry.operation != should.operation)
      return at + "differs";
    std::vector<std::pair<int32_t, testing::OracleAssertion>> fields;
    if (should.operation == Operation::kDelete) {
      for (const int32_t position : Oracle::Positions(*record.type)) {
        if (const auto last = record.last.find(position); last != record.last.end()) {
          fields.push_back({position, {record.deleted_effective, 0, {}, last->second, {}}});
        }
      }
    } else {
      fields = should.changes;
    }
    std::vector<FieldChange> listed = entry.fields;
    if (!TakeLinks(entry.operation, listed, links)) return at + "begins with other external references than the one before left";
    if (should.operation == Operation::kDelete && !TakeExternals(listed, record)) return at + "lists other external references";
    // Within an entry the fields stand in the order of the batch's changes. A record that a batch names twice, by reference and by id, has
    // two of them, which the oracle does not tell apart: what counts is the order within a field.
    const auto before = [&](const FieldChange& a, const FieldChange& b) {
      return std::tie(a.package, a.number) < std::tie(b.package, b.number);
    };
    std::stable_sort(listed.begin(), listed.end(), before);
    const auto field_of = [&](const auto& field) {
      if (field.first < 0) return std::pair(kHeaderPackage, static_cast<uint32_t>(-field.first));
      const catalog::FieldDef& def = record.type->fields[static_cast<size_t>(field.first)];
      return std::pair(def.package, def.number);
    };
    std::stable_sort(fields.begin(), fields.end(), [&](const auto& a, const auto& b) { return field_of(a) < field_of(b); });
    if (listed.size() != fields.size()) return at + "has " + std::to_string(entry.fields.size()) + " fields";
    for (size_t f = 0; f < fields.size(); ++f) {
      const FieldChange& change = listed[f];
      const auto& [position, assertion] = fields[f];
      const bool header = position < 0;
      const uint32_t number = header ? static_cast<uint32_t>(-position) : record.type->fields[static_cast<size_t>(position)].number;
      if ((change.package == kHeaderPackage) != header || change.number != number) return at + "field " + std::to_string(f) + " is another";
      if (change.before != assertion.before || change.after != assertion.value || change.effective != assertion.effective) {
        return at + "field " + std::to_string(f) + ": " + ToText(change.before) + " to " + ToText(change.after) + " from " +
               ToText(change.effective) + ", should be " + ToText(assertion.before) + " to " + ToText(assertion.value) + " from " +
               ToText(assertion.effective);
      }
    }
  }
  TextList now;
  for (const auto& [system, key] : record.externals) now.insert(now.end(), {system, key});
  if (links.has_value() && *links != (now.empty() ? Value() : Value(now))) return Name(record.id) + " history: ends with other links";
  return {};
}

// For a failure: all that history says, on both sides.
std::string Dump(const Snapshot& snapshot, const OracleRecord& record) {
  std::string text = "created " + std::to_string(record.created.micros) + "\n";
  const StatusOr<std::vector<HistoryEntry>> history = snapshot.History(record.id);
  if (!history.ok()) return text;
  for (const HistoryEntry& entry : *history) {
    text += "is " + std::to_string(entry.sequence) + " recorded " + std::to_string(entry.recorded.micros) + "\n";
    for (const FieldChange& change : entry.fields) {
      text += "  " + std::to_string(change.number) + ": " + ToText(change.before) + " to " + ToText(change.after) + " from " +
              std::to_string(change.effective.micros) + "\n";
    }
  }
  for (const OracleEntry& entry : record.entries) {
    text += "should be " + std::to_string(entry.sequence) + " recorded " + std::to_string(entry.recorded.micros) + "\n";
    for (const auto& [position, assertion] : entry.changes) {
      text += "  " + std::to_string(position) + ": " + ToText(assertion.before) + " to " + ToText(assertion.value) + " from " +
              std::to_string(assertion.effective.micros) + "\n";
    }
  }
  return text;
}

// --- index scans

// The entries of an index by looking at every record: in stored order, with whole keys.
struct Row {
  std::string stored;  // cut parts and id
  std::vector<std::string> parts;
  Id id;
};
std::vector<Row> Rows(const Oracle& oracle, const TypeDef& type, const IndexDef& index) {
  std::vector<Row> rows;
  for (const Id id : oracle.Live(type.name)) {
    const OracleRecord& record = oracle.records().at(id);
    Row row;
    row.id = id;
    for (const catalog::IndexPart& part : index.parts) {
      Value value = oracle.Now(record, part.position);
      if (part.position == catalog::kHeaderUpdated) value = oracle.At(record, {})->updated;
      AppendValueKey(row.stored, value, part.order);
      AppendValueKey(row.parts.emplace_back(), value);
    }
    if (row.stored.size() > limits::kIndexKeyBytes) row.stored.resize(limits::kIndexKeyBytes);
    AppendU64(row.stored, id.value());
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.stored < b.stored; });
  return rows;
}

std::string Plain(const Value& value) {
  std::string key;
  AppendValueKey(key, value);
  return key;
}

bool InRange(const Row& row, const IndexRange& range) {
  for (size_t i = 0; i < range.equal.size(); ++i) {
    if (row.parts[i] != Plain(range.equal[i])) return false;
  }
  if (!range.low && !range.high) return true;
  const std::string& part = row.parts[range.equal.size()];
  const std::string low = range.low ? Plain(*range.low) : Plain({});
  const bool low_inclusive = range.low && range.low_inclusive;
  if (low_inclusive ? part < low : part <= low) return false;
  if (!range.high) return true;
  return range.high_inclusive ? part <= Plain(*range.high) : part < Plain(*range.high);
}

std::string Dump(const Ops& ops) {
  static constexpr const char* kNames[] = {"create", "upsert", "create_if_absent", "existing",        "set",           "add",
                                           "delete", "link",   "unlink",           "require_version", "require_absent"};
  const auto id = [](Id target) {
    return target.is_local() ? "new#" + std::to_string(target.local_index()) : std::to_string(target.value());
  };
  std::string text;
  if (ops.effective) text += "effective " + std::to_string(ops.effective->micros) + "\n";
  for (const Op& op : ops.ops) {
    text += std::string(kNames[op.kind]) + " " + op.type + " " + id(op.target) + " " + op.external.system + " " + op.external.key + " " +
            op.field + " " + (op.value.kind() == Kind::kRef ? id(op.value.get<Id>()) : ToText(op.value)) +
            (op.at ? " from " + std::to_string(op.at->micros) : "") + "\n";
  }
  return text;
}

// --- the run

class Trial {
 public:
  explicit Trial(uint64_t seed)
      : catalog_(db_->GetCatalog().value()),
        oracle_(*catalog_),
        generator_(seed, oracle_, *catalog_),
        start_(db_.Read()->sequence()),
        consumed_(start_) {
    recorded_ = db_.Read()->recorded();
    times_ = {kTimeMax, db_.clock.now()};
  }

  // One batch or a few together, on both sides, and what follows at once.
  void Step() {
    ++steps_;
    // Now and then no time passes, or the clock goes back: recorded times must not.
    if (generator_.OneIn(50)) {
      db_.clock.Advance(-500);
    } else if (!generator_.OneIn(4)) {
      db_.clock.Advance(static_cast<int64_t>(generator_.Below(200)));
    }
    if (generator_.OneIn(20)) return TryOnly();
    const uint64_t before = db_.Read()->sequence();
    const size_t count = generator_.OneIn(4) ? 2 + generator_.Below(3) : 1;
    std::vector<Ops> all;
    std::vector<Batch> batches;
    // All know what there was before the first of them.
    for (size_t i = 0; i < count; ++i) all.push_back(generator_.Make(Now()));
    for (const Ops& ops : all) ops.Fill(batches.emplace_back(db_.NewBatch()));
    std::string trace = "at " + std::to_string(Now().micros) + "\n";
    for (const Ops& ops : all) trace += Dump(ops) + "--\n";
    SCOPED_TRACE(trace);

    const std::vector<StatusOr<Outcome>> outcomes = Apply(batches);
    std::map<Id, Operation> changed;
    uint64_t sequence = before;
    for (size_t i = 0; i < count; ++i) Take(all[i], outcomes[i], sequence, changed);
    const auto snapshot = db_.Read();
    ASSERT_EQ(snapshot->sequence(), sequence);
    ASSERT_EQ(snapshot->recorded(), recorded_);
    for (const auto& [id, operation] : changed) {
      const OracleRecord& record = oracle_.records().at(id);
      ASSERT_EQ(CompareRecord(*snapshot, oracle_, record), "") << "step " << steps_;
      ASSERT_EQ(CompareHistory(*snapshot, record), "") << "step " << steps_ << "\n" << Dump(*snapshot, record);
    }
  }

  // Everything there is to read.
  void CompareAll() {
    const auto snapshot = db_.Read();
    for (const auto& [id, record] : oracle_.records()) {
      ASSERT_EQ(CompareRecord(*snapshot, oracle_, record), "") << "step " << steps_;
      ASSERT_EQ(CompareHistory(*snapshot, record), "") << "step " << steps_;
    }
    for (const std::string_view type : {"company", "person", "note"}) {
      std::vector<Id> ids;
      const auto cursor = *snapshot->Scan(type);
      while (cursor->Next()) ids.push_back(cursor->id());
      ASSERT_EQ(ids, oracle_.Live(type)) << "step " << steps_;
    }
  }

  void CompareScans(int count) {
    const auto snapshot = db_.Read();
    for (int i = 0; i < count; ++i) {
      const TypeDef& type = *catalog_->FindType(generator_.OneIn(3) ? "person" : "company");
      const IndexDef& index = type.indexes[generator_.Below(type.indexes.size())];
      const IndexRange range = RandomRange(type, index);
      std::vector<Id> expected;
      for (const Row& row : Rows(oracle_, type, index)) {
        if (InRange(row, range)) expected.push_back(row.id);
      }
      if (range.reverse) std::reverse(expected.begin(), expected.end());
      std::vector<Id> found;
      const StatusOr<std::unique_ptr<RecordCursor>> cursor = snapshot->ScanIndex(type.name, index.name, range);
      ASSERT_TRUE(cursor.ok()) << cursor.status();
      while ((*cursor)->Next()) {
        found.push_back((*cursor)->id());
        CheckCovered(type, index, **cursor);
      }
      ASSERT_TRUE((*cursor)->status().ok()) << (*cursor)->status();
      ASSERT_EQ(found, expected) << type.name << "." << index.name << " at step " << steps_;
      ++scans_;
    }
  }

  // The next page of a scan that goes on while batches are applied.
  void Page() {
    const TypeDef& type = *catalog_->FindType("company");
    if (pager_.index == nullptr) {
      pager_.index = &type.indexes[generator_.Below(type.indexes.size())];
      pager_.range = RandomRange(type, *pager_.index);
      pager_.stored.clear();
    }
    std::vector<Row> rows;
    for (Row& row : Rows(oracle_, type, *pager_.index)) {
      if (InRange(row, pager_.range)) rows.push_back(std::move(row));
    }
    if (pager_.range.reverse) std::reverse(rows.begin(), rows.end());
    std::erase_if(rows, [&](const Row& row) {
      if (pager_.stored.empty()) return false;
      return pager_.range.reverse ? row.stored >= pager_.stored : row.stored <= pager_.stored;
    });
    const auto snapshot = db_.Read();
    const auto cursor = *snapshot->ScanIndex(type.name, pager_.index->name, pager_.range);
    const size_t limit = 1 + generator_.Below(4);
    for (size_t i = 0; i < limit; ++i) {
      const bool more = cursor->Next();
      ASSERT_EQ(more, i < rows.size()) << type.name << "." << pager_.index->name << " at step " << steps_;
      if (!more) {
        pager_.index = nullptr;
        return;
      }
      ASSERT_EQ(cursor->id(), rows[i].id) << "a page of " << type.name << "." << pager_.index->name << " at step " << steps_;
      pager_.range.after = cursor->position();
      pager_.stored = rows[i].stored;
    }
    ++pages_;
  }

  // B01, B12: at random points of both axes.
  void CompareAsOfs(int count) {
    if (oracle_.records().empty()) return;
    const auto snapshot = db_.Read();
    for (int i = 0; i < count; ++i) {
      const auto& [record, as_of] = RandomPoint();
      ASSERT_EQ(CompareAsOf(*snapshot, oracle_, *record, as_of), "") << "step " << steps_;
      ++as_ofs_;
    }
  }
  // How many of `count` random points a wrong fold gets wrong.
  int CountWrong(Fold fold, int count) {
    const auto snapshot = db_.Read();
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
      const auto& [record, as_of] = RandomPoint();
      if (!CompareAsOf(*snapshot, oracle_, *record, as_of, fold).empty()) ++wrong;
    }
    return wrong;
  }

  void CompareViewer() {
    const Viewer viewer{.id = Id(1 + generator_.Below(3)), .units = {1 + static_cast<uint32_t>(generator_.Below(2))}};
    const auto snapshot = db_.Read(viewer);
    std::vector<Id> expected;
    for (const Id id : oracle_.Live("company")) {
      const OracleRecord& record = oracle_.records().at(id);
      const int64_t visibility = oracle_.Now(record, catalog::kHeaderVisibility).get<int64_t>();
      const bool own = oracle_.Now(record, catalog::kHeaderOwner) == Value(viewer.id);
      const bool unit = visibility == 1 && oracle_.Now(record, catalog::kHeaderUnit) == Value(int64_t{viewer.units[0]});
      const bool visible = visibility == 0 || own || unit;
      if (visible) expected.push_back(id);
      ASSERT_EQ(snapshot->Get(id).ok(), visible) << Name(id);
      ASSERT_EQ(snapshot->History(id).ok(), visible) << Name(id);
    }
    std::vector<Id> found;
    auto cursor = *snapshot->Scan("company");
    while (cursor->Next()) found.push_back(cursor->id());
    ASSERT_EQ(found, expected) << "step " << steps_;
    found.clear();
    cursor = *snapshot->ScanIndex("company", "by_name", {});
    while (cursor->Next()) found.push_back(cursor->id());
    std::sort(found.begin(), found.end());
    ASSERT_EQ(found, expected) << "step " << steps_;
  }

  // E14: a copy kept by following the feed, a few entries at a time, is the database.
  void Follow(size_t limit) {
    const auto snapshot = db_.Read();
    const Snapshot::Feed feed = snapshot->Changes(consumed_, limit).value();
    for (const FeedEntry& entry : feed.entries) {
      const StatusOr<HistoryEntry> full = snapshot->Entry(entry.record, entry.sequence);
      ASSERT_TRUE(full.ok()) << full.status();
      ASSERT_EQ(full->operation, entry.operation);
      const StatusOr<record::View> now = snapshot->Get(entry.record);
      if (now.ok()) {
        copy_[entry.record] = std::string(now->bytes());
      } else {
        copy_.erase(entry.record);
      }
    }
    consumed_ = feed.scanned;
  }
  void CompareCopy() {
    while (consumed_ < db_.Read()->sequence()) Follow(1000);
    const auto snapshot = db_.Read();
    size_t count = 0;
    for (const std::string_view type : {"company", "person", "note"}) {
      const auto cursor = *snapshot->Scan(type);
      for (; cursor->Next(); ++count) ASSERT_EQ(copy_[cursor->id()], cursor->record()->bytes()) << Name(cursor->id());
    }
    ASSERT_EQ(copy_.size(), count);
  }

  // B12: what differs between two points is what the oracle says differs, and nothing else.
  void CompareDifferences(int count) {
    const auto snapshot = db_.Read();
    for (int i = 0; i < count; ++i) {
      const AsOf from = RandomMoment();
      AsOf to = RandomMoment();
      if (generator_.OneIn(2)) to.effective = from.effective;
      std::map<Id, Operation> expected;
      for (const auto& [id, record] : oracle_.records()) {
        const std::optional<OracleState> before = oracle_.At(record, from);
        const std::optional<OracleState> after = oracle_.At(record, to);
        if (!before && !after) continue;
        if (before && after && before->values == after->values) continue;
        expected[id] = !before ? Operation::kCreate : !after ? Operation::kDelete : Operation::kChange;
      }
      std::map<Id, Operation> found;
      const StatusOr<DifferencePage> page = snapshot->Differences(from, to, {.types = {"company", "person", "note"}}, {}, 100'000);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const Difference& difference : page->differences) {
        found[difference.record] = difference.operation;
        CheckDifference(difference, from, to);
      }
      ASSERT_EQ(found, expected) << "step " << steps_;
    }
  }

  // Forgets what lies before a random moment. What comes after reads as before.
  void Prune() {
    horizon_ = std::max(horizon_, generator_.OneIn(4) ? db_.clock.now() : generator_.Pick(times_));
    if (horizon_ > db_.clock.now()) horizon_ = db_.clock.now();
    const StatusOr<PruneReport> report = db_->Prune(horizon_);
    ASSERT_TRUE(report.ok()) << report.status();
    horizon_ = report->horizon.time;
    for (int i = 0; i < 300; ++i) {
      const OracleRecord& record = AnyRecord();
      AsOf as_of = RandomMoment();
      const bool remembered = as_of.effective >= horizon_ && as_of.recorded >= horizon_;
      if (!remembered) {
        ASSERT_EQ(GetReason(db_.Read()->GetAsOf(record.id, as_of).status()), Reason::kHistoryPruned);
        as_of = {std::max(as_of.effective, horizon_), std::max(as_of.recorded, horizon_)};
      }
      ASSERT_EQ(CompareAsOf(*db_.Read(), oracle_, record, as_of), "") << "step " << steps_;
    }
    for (const auto& [id, record] : oracle_.records()) {
      ASSERT_EQ(CompareRecord(*db_.Read(), oracle_, record), "") << "step " << steps_;
    }
  }

  void Verify() {
    const std::vector<std::string> problems = db_.Problems();
    ASSERT_TRUE(problems.empty()) << problems.size() << " problems at step " << steps_ << ", the first: " << problems[0];
    ++verified_;
  }
  void Reopen() {
    db_.Reopen();
    ++reopened_;
  }

  void Print() const {
    std::printf("%d steps, %d applied, %zu records, %d scans, %d pages, %d as-of reads, %d verified, %d reopened; refused:", steps_,
                applied_, oracle_.records().size(), scans_, pages_, as_ofs_, verified_, reopened_);
    for (const auto& [reason, count] : refused_) std::printf(" %.*s %d", static_cast<int>(reason.size()), reason.data(), count);
    std::printf("\n");
  }
  [[nodiscard]] int steps() const { return steps_; }
  [[nodiscard]] const std::map<std::string_view, int>& refused() const { return refused_; }
  [[nodiscard]] size_t records() const { return oracle_.records().size(); }

 private:
  struct Pager {
    const IndexDef* index = nullptr;  // nullptr: to begin anew
    IndexRange range;
    std::string stored;  // the last row
  };

  AsOf RandomMoment() {
    AsOf point;
    point.effective = generator_.Pick(times_);
    point.recorded = generator_.Pick(times_);
    return point;
  }
  const OracleRecord& AnyRecord() {
    return std::next(oracle_.records().begin(), static_cast<std::ptrdiff_t>(generator_.Below(oracle_.records().size())))->second;
  }
  void CheckDifference(const Difference& difference, AsOf from, AsOf to) {
    const OracleRecord& record = oracle_.records().at(difference.record);
    const auto value = [&](AsOf as_of, int32_t position) {
      const std::optional<OracleState> state = oracle_.At(record, as_of);
      if (!state) return Value();
      const auto found = state->values.find(position);
      return found == state->values.end() ? Value() : found->second;
    };
    size_t differing = 0;
    for (const int32_t position : Oracle::Positions(*record.type)) differing += value(from, position) == value(to, position) ? 0 : 1;
    ASSERT_EQ(difference.fields.size(), differing) << Name(record.id);
    for (const FieldChange& change : difference.fields) {
      const FieldDef* field = record.type->FindField(change.package, change.number);
      const int32_t position = field == nullptr ? -static_cast<int32_t>(change.number) : static_cast<int32_t>(field->position);
      ASSERT_EQ(change.before, value(from, position)) << Name(record.id);
      ASSERT_EQ(change.after, value(to, position)) << Name(record.id);
    }
  }

  [[nodiscard]] Time Now() const { return std::max(recorded_, db_.clock.now()); }

  // A dry run says what would happen and leaves nothing behind.
  void TryOnly() {
    const Ops ops = generator_.Make(Now());
    SCOPED_TRACE("tried at " + std::to_string(Now().micros) + "\n" + Dump(ops));
    Batch batch = db_.NewBatch();
    ops.Fill(batch);
    const uint64_t before = db_.Read()->sequence();
    ApplyOptions options;
    options.dry_run = true;
    const StatusOr<Outcome> tried = db_->Apply(batch, options);
    Oracle copy = oracle_;
    const Oracle::Result result = copy.Apply(ops, Now());
    ASSERT_EQ(tried.ok(), result.error.empty()) << tried.status();
    ASSERT_EQ(tried.ok() ? tried->ids : result.ids, result.ids);
    ASSERT_EQ(db_.Read()->sequence(), before);
  }

  std::vector<StatusOr<Outcome>> Apply(const std::vector<Batch>& batches) {
    if (batches.size() == 1) return {db_->Apply(batches[0])};
    std::vector<const Batch*> together;
    for (const Batch& batch : batches) together.push_back(&batch);
    return db_->ApplyMany(together);
  }

  // The outcome of one batch: `sequence` is the last before it and becomes the last of it.
  void Take(const Ops& ops, const StatusOr<Outcome>& outcome, uint64_t& sequence, std::map<Id, Operation>& changed) {
    const Time now = Now();
    const Oracle::Result result = oracle_.Apply(ops, now);
    ASSERT_EQ(outcome.ok(), result.error.empty()) << outcome.status() << ", the oracle says '" << result.error << "' at step " << steps_;
    if (!outcome.ok()) {
      ++refused_[NameOf(GetReason(outcome.status()))];
      return;
    }
    ++applied_;
    ASSERT_EQ(outcome->ids, result.ids);
    for (const Op& op : ops.ops) {
      if (op.at) times_.push_back(*op.at);
    }
    if (ops.effective) times_.push_back(*ops.effective);
    times_.push_back(now);
    if (result.changed.empty()) {
      ASSERT_EQ(outcome->first_sequence, 0u) << "step " << steps_;
      return;
    }
    recorded_ = now;
    ASSERT_EQ(outcome->first_sequence, sequence + 1);
    ASSERT_EQ(outcome->last_sequence, sequence + result.changed.size());
    const Snapshot::Feed feed = db_.Read()->Changes(sequence, result.changed.size()).value();
    std::map<Id, Operation> fed;
    for (const FeedEntry& entry : feed.entries) {
      fed[entry.record] = entry.operation;
      if (result.changed.contains(entry.record)) oracle_.Number(entry.record, entry.sequence);
    }
    ASSERT_EQ(fed, result.changed) << "step " << steps_;
    changed.insert(fed.begin(), fed.end());
    sequence = outcome->last_sequence;
  }

  IndexRange RandomRange(const TypeDef& type, const IndexDef& index) {
    IndexRange range;
    const size_t equal = generator_.Below(index.parts.size() + 1);
    for (size_t i = 0; i < equal; ++i) range.equal.push_back(RandomValue(type, index.parts[i]));
    if (equal < index.parts.size()) {
      if (generator_.OneIn(2)) range.low = RandomValue(type, index.parts[equal]);
      if (generator_.OneIn(2)) range.high = RandomValue(type, index.parts[equal]);
    }
    range.low_inclusive = generator_.OneIn(2);
    range.high_inclusive = generator_.OneIn(2);
    range.reverse = generator_.OneIn(2);
    return range;
  }
  Value RandomValue(const TypeDef& type, const catalog::IndexPart& part) {
    if (part.position == catalog::kHeaderUpdated) return generator_.Pick(times_);
    if (part.position < 0) return generator_.OneIn(4) ? Value() : Value(Id(1 + generator_.Below(3)));
    const FieldDef& field = type.fields[static_cast<size_t>(part.position)];
    if (field.kind == Kind::kRef) {
      const std::vector<Id> live = oracle_.Live(field.refers_to[0]);
      return live.empty() || generator_.OneIn(5) ? Value() : Value(generator_.Pick(live));
    }
    return generator_.ValueFor(field);
  }
  void CheckCovered(const TypeDef& type, const IndexDef& index, const RecordCursor& cursor) {
    const OracleRecord& record = oracle_.records().at(cursor.id());
    std::vector<Value> covered;
    cursor.Covered(covered);
    ASSERT_EQ(covered.size(), index.cover.size());
    for (size_t i = 0; i < covered.size(); ++i) {
      Value expected = oracle_.Now(record, index.cover[i].position);
      if (index.cover[i].position == catalog::kHeaderVersion) expected = static_cast<int64_t>(oracle_.At(record, {})->version);
      ASSERT_EQ(covered[i], expected) << type.name << "." << index.name << " at step " << steps_;
      ASSERT_EQ(cursor.covered(i), expected);
    }
  }
  std::pair<const OracleRecord*, AsOf> RandomPoint() {
    auto record = oracle_.records().begin();
    std::advance(record, static_cast<int64_t>(generator_.Below(oracle_.records().size())));
    const auto time = [&] {
      Time picked = generator_.Pick(times_);
      if (picked != kTimeMax && generator_.OneIn(3)) picked.micros += static_cast<int64_t>(generator_.Below(3)) - 1;
      return picked;
    };
    return {&record->second, AsOf{.effective = time(), .recorded = time()}};
  }

  CompanyDatabase db_;
  std::shared_ptr<const catalog::Catalog> catalog_;
  Oracle oracle_;
  Generator generator_;
  uint64_t start_;
  uint64_t consumed_;
  Time recorded_;
  std::vector<Time> times_;  // moments that something was said about
  Pager pager_;
  std::map<Id, std::string> copy_;
  Time horizon_{INT64_MIN};
  int steps_ = 0, applied_ = 0, scans_ = 0, pages_ = 0, as_ofs_ = 0, verified_ = 0, reopened_ = 0;
  std::map<std::string_view, int> refused_;
};

TEST(EnginePropertyTest, AgreesWithTheOracle) {
  const uint64_t seed = testing::TestSeed(20261126);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(Seconds(10));
  std::map<std::string_view, int> refused;
  // Several short lives rather than one long: databases stay small, so everything is compared often.
  for (uint64_t life = 0; std::chrono::steady_clock::now() < end; ++life) {
    Trial run(seed + life);
    SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed + life));
    for (int i = 1; i <= 600 && std::chrono::steady_clock::now() < end; ++i) {
      run.Step();
      if (i % 3 == 0) run.Page();
      if (i % 5 == 0) run.CompareScans(4);
      if (i % 5 == 0) run.CompareAsOfs(20);
      if (i % 7 == 0) run.Follow(5);
      if (i % 25 == 0) run.CompareDifferences(3);
      if (i % 20 == 0) run.CompareViewer();
      if (i % 60 == 0) run.CompareAll();
      if (i % 150 == 0) run.Verify();
      if (i % 200 == 0) run.Reopen();
      if (HasFatalFailure()) return run.Print();
    }
    run.CompareAll();
    run.CompareCopy();
    run.Verify();
    run.Print();
    if (HasFatalFailure()) return;
    for (const auto& [reason, count] : run.refused()) refused[reason] += count;
  }
  // The batches did meet what they are meant to meet.
  for (const std::string_view reason :
       {"Unique", "StillReferenced", "ReferenceMissing", "VersionConflict", "ExternalRefTaken", "RecordMissing", "Required"}) {
    EXPECT_GT(refused[reason], 0) << reason;
  }
}

// Pruned again and again, a database goes on as if nothing had happened, but for what it forgot.
TEST(EnginePropertyTest, ForgettingChangesNothingThatIsStillRemembered) {
  const uint64_t seed = testing::TestSeed(412);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(Seconds(4));
  for (uint64_t life = 0; std::chrono::steady_clock::now() < end; ++life) {
    Trial run(seed + life);
    SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed + life));
    for (int i = 1; i <= 200; ++i) run.Step();
    if (HasFatalFailure()) return;
    run.Prune();
    run.Verify();
    if (HasFatalFailure()) return;
  }
}

// A comparison that cannot fail proves nothing: each wrong way to weigh assertions must be noticed.
TEST(EnginePropertyTest, TheOracleNoticesPlantedFaults) {
  Trial run(testing::TestSeed(7));
  for (int i = 0; i < 300; ++i) {
    run.Step();
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(run.CountWrong(Fold::kRight, 2000), 0);
  EXPECT_GT(run.CountWrong(Fold::kBySequence, 2000), 0);
  EXPECT_GT(run.CountWrong(Fold::kIgnoreRecorded, 2000), 0);
  EXPECT_GT(run.CountWrong(Fold::kIgnoreEffective, 2000), 0);
  EXPECT_GT(run.CountWrong(Fold::kNoBase, 2000), 0);
}

}  // namespace
}  // namespace kith
