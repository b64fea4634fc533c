// Verify: everything derived, computed again and compared.
#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <latch>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/audit.h"
#include "engine/programs.h"
#include "engine/verify_internal.h"
#include "kith/base/key.h"
#include "kith/base/signals.h"

namespace kith::engine {
namespace {

using catalog::FieldDef;
using catalog::IndexDef;
using catalog::TypeDef;

constexpr size_t kListedProblems = 100;

// --- records

void CheckReference(Verification& run, Id id, const FieldDef& field, Id target) {
  const auto complain = [&](std::string_view what) {
    std::string text = run.NameOf(id);
    text.append(", field ").append(field.name).append(": refers to ").append(run.NameOf(target)).append(", which ").append(what);
    run.problems.Add(std::move(text));
  };
  if (!run.records.Contains(target)) return complain("does not exist");
  if (field.refers_to.empty()) return;
  const TypeDef* type = run.catalog().FindType(target.type());
  if (type == nullptr || std::find(field.refers_to.begin(), field.refers_to.end(), type->name) == field.refers_to.end()) {
    complain("is of another type");
  }
}

// What the pass over records looks up about a type, once.
struct TypeCheck {
  struct Reference {
    size_t position;
    std::set<TypeNumber> types;  // empty: any
  };
  const TypeDef* type = nullptr;
  std::vector<Reference> references;
  std::vector<std::pair<const IndexDef*, Multiset*>> indexes;
};

TypeCheck CheckOf(Verification& run, const TypeDef& type) {
  TypeCheck check;
  check.type = &type;
  for (const FieldDef& field : type.fields) {
    if (field.kind != Kind::kRef) continue;
    TypeCheck::Reference& reference = check.references.emplace_back();
    reference.position = field.position;
    for (const std::string& name : field.refers_to) {
      if (const TypeDef* target = run.catalog().FindType(name)) reference.types.insert(target->number);
    }
  }
  for (const IndexDef& index : type.indexes) {
    if (index.kind == catalog::IndexKind::kOrdered) check.indexes.emplace_back(&index, &run.expected[index.number]);
  }
  return check;
}

// The records one after the other: what is wrong with each, and what the indexes should have of them.
class RecordPass {
 public:
  explicit RecordPass(Verification& run) : run_(run) {}

  void Visit(Id id, std::string_view bytes) {
    run_.SawId(id);
    run_.records.Add(id);
    if (!IsWellFormed(id, bytes)) {
      run_.malformed.insert(id.value());
      return;
    }
    const record::View record(bytes, &check_.type->layout);
    for (const TypeCheck::Reference& reference : check_.references) {
      const Id target = record.GetRef(reference.position);
      if (target.is_null()) continue;
      targets_.Add(target);
      wrong_types_ |= !reference.types.empty() && !reference.types.contains(target.type());
    }
    const auto get = [&](int32_t position) { return format::ValueOf(record, position); };
    for (const auto& [index, expected] : check_.indexes) {
      format::MakeIndexEntry(*index, id, get, entry_);
      expected->Add(entry_.key, entry_.value);
    }
  }

  // Some reference leads to nothing, or to a record of another type.
  [[nodiscard]] bool has_bad_references() const { return wrong_types_ || !run_.records.Includes(targets_); }

 private:
  bool IsWellFormed(Id id, std::string_view bytes) {
    if (check_.type == nullptr || check_.type->number != id.type()) {
      const TypeDef* type = run_.catalog().FindType(id.type());
      check_ = type == nullptr ? TypeCheck() : CheckOf(run_, *type);
    }
    const auto complain = [&](const std::string& what) {
      run_.problems.Add(run_.NameOf(id) + ": " + what);
      return false;
    };
    if (check_.type == nullptr) return complain("its type is unknown");
    if (const Status status = record::Verify(bytes, check_.type->layout); !status.ok()) return complain(ProblemOf(status));
    const Id own = record::View(bytes, &check_.type->layout).id();
    return own == id || complain("its header says that it is " + run_.NameOf(own));
  }

  Verification& run_;
  TypeCheck check_;
  IdSet targets_;
  bool wrong_types_ = false;
  format::IndexEntry entry_;
};

void NameBadReferences(Verification& run) {
  ForEachRecord(run, [&](const TypeDef& type, record::View record) {
    for (const FieldDef& field : type.fields) {
      if (field.kind == Kind::kRef && record.has(field.position)) CheckReference(run, record.id(), field, record.GetRef(field.position));
    }
  });
}

// --- external references

bool Reverses(const Verification& run, std::string_view forward, Id id) {
  const std::string prefix = format::ExternalReversePrefix(id);
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kExternal);
  for (bool more = cursor->SeekAtLeast(prefix); more && cursor->key().starts_with(prefix); more = cursor->Next()) {
    const StatusOr<ExternalRef> external = format::DecodeExternalReverse(cursor->key());
    if (external.ok() && format::ExternalKey(id.type(), *external) == forward) return true;
  }
  return false;
}

bool Exists(const Verification& run, Id id) { return run.records.Contains(id); }

void CheckForward(Verification& run, std::string_view key, std::string_view value) {
  if (value.size() < sizeof(uint64_t) || key.size() < 3) {
    run.problems.Add("external references: an entry is malformed");
    return;
  }
  const Id id(ReadU64(value.data()));
  if (!Exists(run, id)) {
    run.problems.Add(run.NameOf(id) + ": an external reference leads to it, but it does not exist");
  } else if (ReadU16(key.data() + 1) != id.type()) {
    run.problems.Add(run.NameOf(id) + ": an external reference of another type leads to it");
  } else if (!Reverses(run, key, id)) {
    run.problems.Add(run.NameOf(id) + ": an external reference leads to it that it does not list");
  }
}

void CheckReverse(Verification& run, std::string_view key) {
  const StatusOr<ExternalRef> external = format::DecodeExternalReverse(key);
  if (!external.ok()) {
    run.problems.Add("external references: " + ProblemOf(external.status()));
    return;
  }
  const Id id(ReadU64(key.data() + 1));
  const std::string at = run.NameOf(id) + ", external reference (" + external->system + ", " + external->key + "): ";
  if (!Exists(run, id)) run.problems.Add(at + "the record does not exist");
  const StatusOr<storage::View> forward = run.reader.Get(format::kExternal, format::ExternalKey(id.type(), *external));
  if (!forward.ok() || forward->size() < sizeof(uint64_t)) {
    run.problems.Add(at + "does not lead back to the record");
  } else if (const Id other(ReadU64(forward->data())); other != id) {
    run.problems.Add(at + "leads to " + run.NameOf(other));
  }
}

void NameExternals(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kExternal);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().starts_with("f")) {
      CheckForward(run, cursor->key(), cursor->value());
    } else {
      CheckReverse(run, cursor->key());
    }
  }
}

// --- the run

void ReadNotes(Verification& run) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kMeta);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    if (key.starts_with(format::kMetaLostPrefix) && key.size() == format::kMetaLostPrefix.size() + sizeof(uint64_t) &&
        cursor->value().size() == sizeof(uint64_t)) {
      run.lost[ReadU64(key.data() + format::kMetaLostPrefix.size())] = ReadU64(cursor->value().data());
    }
    for (const std::string_view prefix : {format::kMetaBuildPrefix, format::kMetaDropPrefix}) {
      if (!key.starts_with(prefix) || key.size() != prefix.size() + sizeof(uint32_t)) continue;
      const uint32_t number = ReadU32(key.data() + prefix.size());
      if (prefix == format::kMetaDropPrefix) {
        run.dropping.insert(number);
      } else if (cursor->value().size() >= sizeof(uint64_t)) {
        run.building[number] = ReadU64(cursor->value().data());
      }
    }
  }
  run.EndOf(*cursor, "meta");
}

void VerifyStorage(storage::Environment& environment, Problems& problems) {
  StatusOr<storage::CheckReport> checked = environment.Check();
  if (!checked.ok()) {
    problems.Add("storage: " + ProblemOf(checked.status()));
    return;
  }
  for (const std::string& problem : checked->problems) problems.Add("storage: " + problem);
}

// A record that breaks a check is no damage: it was written before the check was declared.
void FindFindings(Verification& run) {
  FieldComputer computer(run.programs);
  StatusOr<std::vector<std::string>> breaches =
      FindBreaches({.reader = &run.reader, .catalog = &run.catalog(), .computer = &computer}, *run.programs, nullptr);
  if (breaches.ok()) {
    run.report.findings = *std::move(breaches);
  } else {
    run.problems.Add("checks: " + ProblemOf(breaches.status()));
  }
}

}  // namespace

void Problems::Add(std::string problem) {
  if (listed_.size() < kListedProblems) {
    listed_.push_back(std::move(problem));
  } else {
    ++unlisted_;
  }
}

std::vector<std::string> Problems::Take() {
  if (unlisted_ > 0) listed_.push_back("and " + std::to_string(unlisted_) + " more");
  return std::move(listed_);
}

void Problems::Append(Problems other) {
  for (std::string& problem : other.listed_) Add(std::move(problem));
  unlisted_ += other.unlisted_;
}

std::string ProblemOf(const Status& status) {
  if (GetReason(status) == Reason::kOutOfMemory) throw std::bad_alloc();
  return std::string(status.message());
}

std::string Verification::NameOf(Id id) const {
  const TypeDef* type = catalog().FindType(id.type());
  return (type == nullptr ? std::string("record") : type->name) + " " + std::to_string(id.value());
}

void Verification::SawId(Id id) {
  uint32_t& sequence = highest[{id.type(), id.node()}];
  sequence = std::max(sequence, id.sequence());
}

void Verification::EndOf(const storage::Cursor& cursor, std::string_view what) {
  if (cursor.status().ok()) return;
  problems.Add(std::string(what) + ": cannot be read further: " + ProblemOf(cursor.status()));
}

void ForEachRecord(Verification& run, const std::function<void(const TypeDef& type, record::View record)>& visit) {
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(uint64_t)) continue;
    const Id id(RecordNumber(cursor->key()));
    const TypeDef* type = run.catalog().FindType(id.type());
    if (type != nullptr && !run.malformed.contains(id.value())) visit(*type, record::View(cursor->value(), &type->layout));
  }
}

void VerifyRecords(Verification& run) {
  RecordPass pass(run);
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kRecord);
  for (bool more = cursor->First(); more; more = cursor->Next()) {
    if (cursor->key().size() != sizeof(uint64_t)) {
      run.problems.Add("records: a key is not of 8 bytes");
      continue;
    }
    ++run.report.records;
    pass.Visit(Id(RecordNumber(cursor->key())), cursor->value());
  }
  run.EndOf(*cursor, "records");
  if (pass.has_bad_references()) NameBadReferences(run);
}

void VerifyExternals(Verification& run) {
  constexpr size_t kForwardHead = 3;  // letter and type, then system and key
  constexpr size_t kReverseHead = 9;  // letter and id, then the same
  Multiset forward;
  Multiset reverse;
  bool sound = true;
  const std::unique_ptr<storage::Cursor> cursor = run.reader.NewCursor(format::kExternal);
  for (bool more = cursor->First(); more && sound; more = cursor->Next()) {
    const std::string_view key = cursor->key();
    const bool leads = key.starts_with("f");
    sound = leads ? key.size() > kForwardHead && cursor->value().size() == sizeof(uint64_t) : key.size() > kReverseHead;
    if (!sound) break;
    const Id id(ReadU64(leads ? cursor->value().data() : key.data() + 1));
    sound = run.records.Contains(id) && (!leads || ReadU16(key.data() + 1) == id.type());
    (leads ? forward : reverse).Add(LongHash(key.substr(leads ? kForwardHead : kReverseHead)) ^ Mix(id.value()));
  }
  run.EndOf(*cursor, "external references");
  if (sound && forward == reverse) return;
  run.damage.externals = true;
  NameExternals(run);
}

void VerifyCounters(Verification& run) {
  for (const auto& [type_and_node, sequence] : run.highest) {
    const StatusOr<storage::View> stored = run.reader.Get(format::kMeta, format::CounterKey(type_and_node.first, type_and_node.second));
    const uint64_t counter = stored.ok() && stored->size() >= sizeof(uint64_t) ? ReadU64(stored->data()) : 0;
    if (counter >= sequence) continue;
    run.damage.state = true;
    run.problems.Add("counter of " + run.NameOf(Id::Of(type_and_node.first, type_and_node.second, sequence)) + ": stands at " +
                     std::to_string(counter) + ", so an id would be given twice");
  }
}

void VerifyRules(Verification& run) {
  for (const Rule* rule : run.extensions.rules) {
    const Status status = rule->Verify(run.snapshot, [&](std::string problem) { run.problems.Add(std::move(problem)); });
    if (!status.ok()) run.problems.Add("rule " + std::string(rule->name()) + ": cannot be checked: " + ProblemOf(status));
  }
}

namespace {

// What uses what the pass over records has gathered, in this order.
void VerifyGathered(Verification& run) {
  VerifyIndexes(run);
  VerifyHistory(run);
  VerifyFeed(run);
  VerifyExternals(run);
  VerifyCounters(run);
}

// What needs no more of the pass over records than which of them cannot be read; the longest first.
constexpr std::array kLoosePasses = {VerifyTexts, VerifyColumns, VerifyAggregates, FindFindings, VerifyRules};

// A snapshot, and what it reads.
struct State {
  std::unique_ptr<Snapshot> snapshot;
  const storage::Reader* reader = nullptr;
  uint64_t transaction = 0;
};

class Verifier {
 public:
  Verifier(std::shared_ptr<const void> keep, storage::Environment& environment, CatalogCache& cache, const Extensions& extensions)
      : keep_(std::move(keep)), environment_(environment), cache_(cache), extensions_(extensions) {}

  StatusOr<VerifyReport> Run() {
    StatusOr<State> state = TakeState();
    if (!state.ok()) return WithoutSnapshot(state.status());
    Verification run = On(*state);
    Problems pages;
    const StatusOr<State> second = TakeSame(state->transaction);
    std::optional<Verification> beside;
    if (second.ok()) beside.emplace(On(*second));
    if (!beside.has_value() || !RunTogether(run, *beside, pages)) {
      VerifyStorage(environment_, pages);
      RunPasses(run);
    }
    pages.Append(std::move(run.problems));
    run.report.problems = pages.Take();
    return std::move(run.report);
  }

 private:
  [[nodiscard]] StatusOr<State> TakeState() const {
    State state;
    KITH_ASSIGN_OR_RETURN(state.snapshot, NewSnapshot(keep_, environment_, cache_, {}, &state.reader));
    state.transaction = static_cast<const storage::Snapshot*>(state.reader)->transaction();
    return state;
  }

  // A second one of the same state, for another thread; while others write there may be none.
  [[nodiscard]] StatusOr<State> TakeSame(uint64_t transaction) const {
    KITH_ASSIGN_OR_RETURN(State state, TakeState());
    if (state.transaction == transaction) return state;
    return MakeError(Reason::kVersionConflict, "the database has changed");
  }

  [[nodiscard]] Verification On(const State& state) const {
    return {.reader = *state.reader,
            .snapshot = *state.snapshot,
            .extensions = extensions_,
            .programs = Programs::Compile(state.snapshot->shared_catalog())};
  }

  [[nodiscard]] StatusOr<VerifyReport> WithoutSnapshot(const Status& status) const {
    if (GetReason(status) != Reason::kCorrupt) return status;
    Problems problems;
    VerifyStorage(environment_, problems);
    problems.Add(ProblemOf(status));
    VerifyReport report;
    report.problems = problems.Take();
    return report;
  }

  // On two threads that share the work as it comes: one reads the records, then helps; the other the pages, then what needs the records.
  // False, with nothing done, when there is no second thread to be had.
  bool RunTogether(Verification& run, Verification& beside, Problems& pages) const {
    std::latch records_read(1);
    std::atomic<size_t> next = 0;
    std::array<Problems, kLoosePasses.size()> found;  // by pass, so that problems come in the same order whoever finds them
    const auto help = [&](Verification& own) {
      for (size_t pass = next++; pass < kLoosePasses.size(); pass = next++) {
        Problems before = std::exchange(own.problems, {});
        kLoosePasses[pass](own);
        found[pass] = std::exchange(own.problems, std::move(before));
      }
    };
    std::future<void> half = OnAnotherThread([&] {
      VerifyStorage(environment_, pages);
      records_read.wait();
      VerifyGathered(run);
      help(run);
    });
    if (!half.valid()) return false;
    try {
      ReadNotes(run);
      VerifyRecords(run);
      beside.malformed = run.malformed;
      beside.building = run.building;
      beside.dropping = run.dropping;
    } catch (...) {  // memory ran out: the other thread must not wait for ever
      records_read.count_down();
      throw;
    }
    records_read.count_down();
    help(beside);
    half.get();
    run.report.index_entries += beside.report.index_entries;
    run.report.aggregates += beside.report.aggregates;
    if (!beside.report.findings.empty()) run.report.findings = std::move(beside.report.findings);
    for (Problems& problems : found) run.problems.Append(std::move(problems));
    return true;
  }

  // Not valid when the process may have no more threads.
  template <typename Work>
  static std::future<void> OnAnotherThread(const Work& work) {
    try {
      const SignalsBlocked blocked;
      return std::async(std::launch::async, work);
    } catch (const std::system_error&) {
      return {};  // the caller does it alone
    }
  }

  std::shared_ptr<const void> keep_;
  storage::Environment& environment_;
  CatalogCache& cache_;
  const Extensions& extensions_;
};

}  // namespace

void RunPasses(Verification& run) {
  ReadNotes(run);
  VerifyRecords(run);
  VerifyGathered(run);
  for (const auto& pass : kLoosePasses) pass(run);
}

StatusOr<VerifyReport> VerifyDatabase(std::shared_ptr<const void> keep, storage::Environment& environment, CatalogCache& cache,
                                      const Extensions& extensions) {
  return Verifier(std::move(keep), environment, cache, extensions).Run();
}

}  // namespace kith::engine
