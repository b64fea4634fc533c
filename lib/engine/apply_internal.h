// One batch within the writer: drafts in memory, then everything that follows from them, put into the job's write-set.
//
// The order: idempotency key, preconditions, records the batch names (ids, external references), assignments, what deletes entail, rules
// (drafts change, deletes are followed again), auto-numbers, constraints, records, indexes, unique keys, history, feed, derivations, state.
// Since a job that fails leaves no trace, the write-set may be changed at any point.
#ifndef KITH_LIB_ENGINE_APPLY_INTERNAL_H_
#define KITH_LIB_ENGINE_APPLY_INTERNAL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/column_writes.h"
#include "engine/engine_internal.h"
#include "engine/format.h"
#include "engine/index_writes.h"
#include "engine/person_internal.h"
#include "engine/programs.h"
#include "engine/text_writes.h"
#include "kith/catalog/auto_number.h"
#include "kith/engine/batch.h"
#include "kith/engine/database.h"
#include "kith/engine/extension.h"
#include "kith/record/record.h"
#include "kith/storage/storage.h"

namespace kith::engine {

// A value asserted for a field from a time on, beside the values a creation gives.
struct Assertion {
  int32_t position = 0;
  Time effective;
  Value before;  // what the record showed before the batch; of a created record, the base value
  Value after;
};

// A record as the batch is about to leave it.
class DraftRecord final : public Draft {
 public:
  // Created by the batch.
  DraftRecord(Id id, const catalog::TypeDef& type, Time effective, Time now, Origin origin, record::Computer* computer);
  // Existing.
  DraftRecord(record::View before, const catalog::TypeDef& type, record::Computer* computer);

  [[nodiscard]] Id id() const override { return Id(header_.id); }
  [[nodiscard]] const catalog::TypeDef& type() const override { return *type_; }
  [[nodiscard]] bool created() const override { return created_; }
  [[nodiscard]] bool deleted() const override { return deleted_; }
  [[nodiscard]] record::View before() const override { return before_; }
  [[nodiscard]] const record::Header& header() const override { return header_; }
  [[nodiscard]] const Value& Get(size_t position) const override;
  [[nodiscard]] bool Changed(int32_t position) const override;
  [[nodiscard]] Time effective() const override { return effective_; }
  [[nodiscard]] StatusOr<record::View> view() const override;

  // The value shown for a field or header field.
  [[nodiscard]] Value Shown(int32_t position) const;
  [[nodiscard]] std::span<const Value> values() const;
  // The record referred to, without loading the other fields.
  [[nodiscard]] Id RefAt(size_t position) const;
  [[nodiscard]] const std::vector<Assertion>& assertions() const { return assertions_; }
  // Something of it is to be stored: it is created or deleted (not both), or has assertions or other external references.
  [[nodiscard]] bool dirty() const;
  // Grows with every change; 0: none so far.
  [[nodiscard]] uint32_t revision() const { return revision_; }
  [[nodiscard]] bool linked() const { return linked_; }

  // Gives a value from `effective` on. `reader` is for history, read only when `effective` lies before `now` and the record existed.
  // True when that changes anything.
  [[nodiscard]] StatusOr<bool> Assert(int32_t position, Value value, Time effective, Time now, const storage::Reader& reader);
  // The value in force at a time.
  [[nodiscard]] StatusOr<Value> ValueAt(int32_t position, Time effective, Time now, const storage::Reader& reader);
  // The steps of a field that the batch adds, in the order of effective time: from what held before an assertion to it, from it to what
  // holds after. A record created from nothing begins with a step from null, a restored one with a step from what it was.
  struct Step {
    Value from;
    Value to;
  };
  [[nodiscard]] StatusOr<std::vector<Step>> StepsOf(int32_t position, Time now, const storage::Reader& reader) const;
  // --- of a change of another replica (engine/replica.h); such a draft is dirty, and what it received stands in `past`
  // Begins a life with what a creation gave.
  void Arrive() { arrived_ = true; }
  [[nodiscard]] bool arrived() const { return arrived_; }
  // A value of that creation.
  void Give(int32_t position, Value value);
  // A value that holds from `effective` on unless one with a greater stamp holds from the same time. Never left out, since it may hold
  // against a change that is received later. What history has to say: the change, and once more the other's value when that one holds.
  struct Received {
    FieldChange change;
    std::optional<FieldChange> repeated;
  };
  [[nodiscard]] StatusOr<Received> AssertReceived(int32_t position, const FieldChange& field, const Stamp& stamp,
                                                  const storage::Reader& reader);
  // The stamp of the creation that began its life.
  [[nodiscard]] StatusOr<Stamp> Life(const storage::Reader& reader) const;
  // The greatest stamp with which this life says that it has an external reference or has it no more; none: only its creation can have.
  [[nodiscard]] StatusOr<Stamp> LinkStamp(const ExternalRef& external, const storage::Reader& reader) const;
  // Assertions from here on are the receiving database's own.
  [[nodiscard]] std::span<const Assertion> own_assertions() const { return std::span(assertions_).subspan(received_); }
  // Another life takes the place of this one.
  void BeginAnew(const record::Header& header);
  [[nodiscard]] bool anew() const { return anew_; }

  // The values given so far are those of its former life.
  void MarkRestored() { restored_ = values_; }
  void Delete(Time effective);
  void Link();  // gives it an entry in history, whatever else changed
  // The same because of an external reference that the batch adds or takes away.
  void Link(const ExternalRef& external, bool added);
  struct LinkChange {
    ExternalRef external;
    bool added = false;
  };
  [[nodiscard]] const std::vector<LinkChange>& links() const { return links_; }
  void SetHeaderForStoring(uint64_t version, Time now);
  // What another database had: header parts and values, without a word in history.
  void Fill(const record::Header& header, std::span<const Value> values);

  // For messages: the local reference of a created record, the index of the change that touched it last.
  Id local;
  int64_t change = -1;
  TextList external_refs;                // of a deleted record: the systems and keys it had, in turn
  TextList disowned;                     // external references, likewise, that it gives up to another record with a better claim
  std::vector<uint32_t> shown_to_rules;  // revision last shown, by rule
  Id merged_into;                        // of a deleted record: the one it became part of
  std::vector<HistoryEntry> past;        // of a loaded record: its history, instead of what the batch did
  std::optional<HistoryEntry> place;     // of a loaded record: the creation of the untouched seed whose place it takes

  [[nodiscard]] Id NameForErrors() const { return created_ && !local.is_null() ? local : id(); }

 private:
  // The stored history of this life, read once.
  [[nodiscard]] Status LoadHistory(const storage::Reader& reader) const;
  // The greatest stamp with which this life has a value of the field from that very time on.
  [[nodiscard]] Stamp StampAt(int32_t position, Time effective) const;
  struct Holder {
    bool any = false;
    Time effective;
    Value value;
  };
  [[nodiscard]] StatusOr<Holder> HolderAt(int32_t position, Time effective, const storage::Reader& reader);
  // Since when it has the value that it shows; the beginning of time: it has none.
  [[nodiscard]] StatusOr<Time> LatestAt(int32_t position, const storage::Reader& reader) const;
  // What the stored history of this life says about a field, in the order of recording; `hold(value, from)`.
  using Hold = std::function<void(const Value& value, Time from)>;
  [[nodiscard]] Status EachStored(int32_t position, const storage::Reader& reader, const Hold& hold) const;
  [[nodiscard]] Assertion* FindAssertion(int32_t position, Time effective);
  [[nodiscard]] bool HasAssertion(int32_t position) const;
  void SetShown(int32_t position, Value value);
  [[nodiscard]] bool AssertBase(int32_t position, Value value);
  [[nodiscard]] StatusOr<bool> AssertAt(int32_t position, Value value, Time effective, Time now, const storage::Reader& reader);
  void DropIfBack(int32_t position, Time now);
  void Load() const;

  const catalog::TypeDef* type_;
  record::Computer* computer_;  // of views; the values of a draft are those stored
  bool created_ = false;
  bool deleted_ = false;
  bool linked_ = false;
  std::vector<LinkChange> links_;
  bool arrived_ = false;
  bool anew_ = false;
  size_t received_ = 0;  // assertions of others
  uint32_t revision_ = 0;
  Time effective_;
  record::View before_;
  record::Header header_;
  mutable std::vector<Value> values_;  // by position; filled from before_ at first use
  std::vector<Assertion> assertions_;
  std::vector<Value> restored_;                                 // of a restored record: what it was, by position
  mutable std::unique_ptr<std::vector<HistoryEntry>> history_;  // of this life, once it was needed
  mutable std::string bytes_;                                   // of view(), at revision bytes_revision_
  mutable uint32_t bytes_revision_ = 0;
};

// What the writer looks up often about a type, worked out once a catalog.
struct TypePlan {
  std::vector<size_t> required;    // positions
  std::vector<size_t> initial;     // positions of fields with a value for new records
  std::vector<size_t> references;  // positions
  std::vector<size_t> machines;    // positions of fields with transitions
  std::vector<size_t> numbered;    // positions of fields with auto-numbers
};

// What a job needs beside its batch. Immutable and shared while the job runs.
struct ApplyRequest {
  const Batch* batch = nullptr;  // bound to `catalog`
  std::shared_ptr<const WriterCatalog> catalog;
  const Extensions* extensions = nullptr;
  Time clock;         // when apply was called; what is recorded is never before the last recorded time
  uint16_t node = 0;  // of new ids
  std::string idempotency_key;
  std::string content_hash;  // of the batch, with a key
  std::string checkpoint;
  std::string checkpoint_value;
  bool dry_run = false;
  std::string vendor;               // on whose behalf; empty: the host's
  Viewer viewer;                    // on whose behalf
  AccessCache* accesses = nullptr;  // needed for a viewer other than the system
  bool definitions = false;         // may write definition records: Ensure
};

// What a record gives up so that another, created before it, keeps a unique value.
struct Concession {
  Id record;
  Id other;
  int32_t position = -1;  // of the field that it loses; negative: the record is deleted
};

class Applier {
 public:
  Applier(const ApplyRequest& request, storage::WriteSet& set)
      : request_(request), set_(set), catalog_(*request.catalog->catalog), computer_(request.catalog->reading->programs) {}

  // All of a batch. The outcome is complete on success; an error or kDiscard means that nothing may be kept.
  [[nodiscard]] StatusOr<storage::Job::Verdict> Run(Outcome& outcome);
  // Records of another database instead of the batch's changes; see Database::Load.
  [[nodiscard]] StatusOr<storage::Job::Verdict> Load(std::span<const LoadedRecord> records);

  // Changes of another replica; see Database::Receive. `taken` is how many the job deals with, at least one: the next job begins there.
  [[nodiscard]] StatusOr<storage::Job::Verdict> Receive(const ReplicaPage& page, std::span<const ReplicaChange> changes,
                                                        std::span<const Concession> concessions, size_t& taken, ReceiveReport& report);
  // Of a batch that was refused because of a unique value.
  struct Collision {
    const catalog::IndexDef* index = nullptr;
    Id record;
    Id other;
  };
  // What the later one of the two gives up.
  [[nodiscard]] StatusOr<Concession> ConcessionOf(const Collision& collision);
  [[nodiscard]] const Collision& collision() const { return collision_; }

  // What belongs to a person without what is personal; see Database::ErasePerson.
  [[nodiscard]] StatusOr<storage::Job::Verdict> Erase(Id person, const PastAbout& past, const EraseOptions& options, EraseReport& report);
  // The same because it was done elsewhere: of all that belongs to the erased records here, and has not been erased then or later.
  [[nodiscard]] StatusOr<storage::Job::Verdict> TakeErasure(const ReplicaPage& page, const ReceivedErasure& erasure, const PastAbout& past,
                                                            EraseReport& report);

  // What deleted records were; see Database::Purge.
  [[nodiscard]] StatusOr<storage::Job::Verdict> Purge(std::span<const Id> records, const PurgeOptions& options, PurgeReport& report);

  // The next records' values of a field whose kind changes; see kith/engine/change_kind.h.
  [[nodiscard]] StatusOr<storage::Job::Verdict> FillKind(const catalog::KindChange& change, bool& filled);

  // --- for the parts in other files
  [[nodiscard]] storage::WriteSet& set() { return set_; }
  [[nodiscard]] const catalog::Catalog& catalog() const { return catalog_; }
  // What the job's write-set holds, with formulas computed.
  [[nodiscard]] Source source() const { return {.reader = &set_, .catalog = &catalog_, .computer = &computer_}; }
  [[nodiscard]] const ApplyRequest& request() const { return request_; }
  [[nodiscard]] Time now() const { return now_; }
  // Every record loaded or created, in that order.
  [[nodiscard]] std::deque<DraftRecord>& drafts() { return drafts_; }
  // Of a type, not deleted, with this reference in a field; once all that the batch and its rules change is there.
  [[nodiscard]] const std::vector<const DraftRecord*>& DraftsThatName(const catalog::TypeDef& type, const catalog::FieldDef& field, Id id);
  // The draft of a record, loaded when it is not there yet; nullptr when no such record exists. Deleted ones are returned.
  [[nodiscard]] StatusOr<DraftRecord*> Load(Id id);
  [[nodiscard]] DraftRecord* FindDraft(Id id);
  [[nodiscard]] StatusOr<DraftRecord*> NewDraft(const catalog::TypeDef& type, Time effective, Origin origin);
  // The same with an id that is known to be free.
  [[nodiscard]] DraftRecord& AddDraft(Id id, const catalog::TypeDef& type, Time effective, Origin origin);
  // The state before the batch, by an index that is whole.
  [[nodiscard]] StatusOr<std::unique_ptr<RecordCursor>> ScanIndex(const catalog::TypeDef& type, const catalog::IndexDef& index,
                                                                  const IndexRange& range) const;
  // Applies one value that passed the checks of its field.
  [[nodiscard]] Status Assign(DraftRecord& draft, const Assignment& assignment, Time effective);
  [[nodiscard]] Status DeleteRecord(DraftRecord& draft, Time effective);
  [[nodiscard]] Status ApplyInitial(DraftRecord& draft);
  // Resolves a local reference, and an id that was found to stand for another record; other ids as they are.
  [[nodiscard]] Id ResolveId(Id id) const;
  [[nodiscard]] const TypePlan& PlanOf(const catalog::TypeDef& type);
  // Records that refer to `target` through a field, or as their owner, as the batch leaves them.
  [[nodiscard]] StatusOr<std::vector<DraftRecord*>> Referring(const catalog::TypeDef& type, int32_t position, Id target);
  // Whether the vendor on whose behalf the batch is applied may write records of the type, or the field (nullptr: the record as such).
  [[nodiscard]] Status CheckNamespace(const catalog::TypeDef& type, const catalog::FieldDef* field = nullptr) const;
  void AddEffect(std::string_view verb, const catalog::TypeDef& type, std::string_view field = {});
  [[nodiscard]] Status CheckEffective(Time effective, int64_t change) const;

 private:
  // apply.cc
  [[nodiscard]] Status CheckCatalog();
  [[nodiscard]] Status RunBatch();
  [[nodiscard]] Status Finish(Outcome& outcome);
  void ListChanges(Outcome& outcome) const;
  // idempotency.cc
  [[nodiscard]] StatusOr<bool> Replay(Outcome& outcome);
  [[nodiscard]] Status Remember(const Outcome& outcome);
  [[nodiscard]] Status ForgetOld();
  [[nodiscard]] Status ForgetOutcomesOf(std::span<const Id> ids, EraseReport& report);
  // namespace.cc
  [[nodiscard]] Status CheckNamespaces() const;
  // resolve.cc
  [[nodiscard]] Status CheckPreconditions();
  [[nodiscard]] Status CheckVersion(const Change& change, size_t index);
  [[nodiscard]] Status CheckValue(const Change& change, size_t index);
  [[nodiscard]] StatusOr<std::optional<Id>> FindExternal(TypeNumber type, const ExternalRef& external) const;
  [[nodiscard]] StatusOr<std::optional<Id>> StateBefore(Id target) const;
  [[nodiscard]] Status ResolveBatch();
  void PutExternal(const catalog::TypeDef& type, Id id, const ExternalRef& external);
  [[nodiscard]] Status ResolveChange(const Change& change, size_t index);
  [[nodiscard]] Status Define(const Change& change, size_t index);
  [[nodiscard]] StatusOr<DraftRecord*> LoadTarget(Id target, size_t index);
  [[nodiscard]] StatusOr<Id> FindReferred(Id id);
  [[nodiscard]] Status ApplyAssignments(const Change& change, size_t index);
  [[nodiscard]] Status LinkRecord(const Change& change, size_t index);
  [[nodiscard]] Status UnlinkRecord(const Change& change, size_t index);
  [[nodiscard]] Status CheckWritable(const catalog::TypeDef& type) const;
  // allowed.cc: what the batch's viewer may see and do, as it stood before the batch. The system may everything.
  [[nodiscard]] Status FindAccess();
  [[nodiscard]] StatusOr<bool> MaySee(const DraftRecord& draft) const;
  [[nodiscard]] StatusOr<bool> MaySee(Id id);
  // The id of a record that the viewer may see; null for others: what an error may name.
  [[nodiscard]] Id Named(Id id);
  [[nodiscard]] Status CheckAllowed();
  [[nodiscard]] Status CheckAllowed(const Change& change);
  [[nodiscard]] Status CheckMergeAllowed(const Change& change);
  [[nodiscard]] Status CheckAllowedFields(const DraftRecord& draft, const Change& change);
  // restore.cc
  [[nodiscard]] Status RestoreRecord(const Change& change, size_t index);
  // Whether an owner is there; one below all types, whom the host alone knows, always is.
  [[nodiscard]] StatusOr<bool> MayOwn(Id id);
  [[nodiscard]] StatusOr<DraftRecord*> Revive(const catalog::TypeDef& type, const HistoryEntry& deletion, size_t index);
  [[nodiscard]] Status RestoreExternals(DraftRecord& draft, const HistoryEntry& deletion);
  [[nodiscard]] Status FindObstacles();
  // Everything that stands in the way of what the batch restores, named in one error.
  [[nodiscard]] Status CheckRestorable();
  // The last entry of a record that is not there, for a viewer who may delete it.
  [[nodiscard]] StatusOr<HistoryEntry> FindDeletion(Id id, std::string_view forbidden);
  // Of one batch: what stands beside an entry in the feed with its time of recording.
  [[nodiscard]] StatusOr<std::vector<HistoryEntry>> BatchAround(const HistoryEntry& entry) const;
  // merge.cc
  struct Merging {
    DraftRecord* into;
    DraftRecord* from;
  };
  // The record that an id stands for since it was merged; null: none.
  [[nodiscard]] StatusOr<Id> Redirect(Id id);
  [[nodiscard]] Status MergeRecords(const Change& change, size_t index);
  [[nodiscard]] Status MergeInto(DraftRecord& into, DraftRecord& from, size_t index, std::vector<Merging>& merges);
  [[nodiscard]] Status FillFrom(DraftRecord& into, const DraftRecord& from);
  [[nodiscard]] StatusOr<std::vector<DraftRecord*>> Repoint(const DraftRecord& into, const DraftRecord& from, int64_t change);
  // Of records that came to the same unique values in this merge: the first.
  using SameValues = std::map<std::pair<const catalog::IndexDef*, std::string>, DraftRecord*>;
  [[nodiscard]] StatusOr<DraftRecord*> FindTwin(DraftRecord& draft, SameValues& seen);
  [[nodiscard]] StatusOr<DraftRecord*> FindSameEdge(const DraftRecord& draft);
  [[nodiscard]] Status UnmergeRecord(const Change& change, size_t index);
  [[nodiscard]] Status Part(const HistoryEntry& deletion, size_t index);
  [[nodiscard]] Status GiveBack(const HistoryEntry& deletion, std::span<const HistoryEntry> batch, size_t index);
  [[nodiscard]] StatusOr<bool> IsOfMerge(const HistoryEntry& entry, const FieldChange& change) const;
  [[nodiscard]] StatusOr<bool> IsLastWord(const HistoryEntry& entry, const FieldChange& change) const;
  // deletes.cc
  [[nodiscard]] Status FollowDeletes();
  [[nodiscard]] Status FollowDelete(DraftRecord& draft);
  [[nodiscard]] Status CheckRestricted();
  // Takes a record's external references away; those it had.
  [[nodiscard]] StatusOr<std::vector<ExternalRef>> TakeExternals(const catalog::TypeDef& type, Id id);
  // rules.cc
  [[nodiscard]] Status RunRules();
  // numbers.cc
  [[nodiscard]] Status GiveNumbers();
  [[nodiscard]] Status GiveNumber(DraftRecord& draft, const catalog::FieldDef& field);
  [[nodiscard]] Status PassNumber(const catalog::TypeDef& type, const catalog::FieldDef& field, const Value& value);
  [[nodiscard]] Status PassLoadedNumbers(const catalog::TypeDef& type, const LoadedRecord& loaded);
  [[nodiscard]] StatusOr<uint64_t> LastNumber(const catalog::TypeDef& type, const catalog::FieldDef& field, int32_t year);
  [[nodiscard]] StatusOr<uint64_t> LargestNumber(const catalog::TypeDef& type, const catalog::FieldDef& field, int32_t year);
  void PutNumber(const catalog::TypeDef& type, const catalog::FieldDef& field, catalog::NumberFormat::Number number);
  // checks.cc
  [[nodiscard]] Status CheckChecks(const DraftRecord& draft);
  // constraints.cc
  [[nodiscard]] Status CheckConstraints();
  [[nodiscard]] Status CheckRequired(const DraftRecord& draft);
  [[nodiscard]] Status CheckTransitions(const DraftRecord& draft);
  [[nodiscard]] Status CheckReferences(const DraftRecord& draft);
  [[nodiscard]] Status CheckReference(const DraftRecord& draft, size_t position, const Value& value);
  [[nodiscard]] Status CheckUnique();
  [[nodiscard]] Status UniqueError(const catalog::IndexDef& index, const DraftRecord& draft, Id other);
  [[nodiscard]] StatusOr<bool> SameParts(const catalog::IndexDef& index, const DraftRecord& draft, Id other);
  // put.cc
  [[nodiscard]] Status PutRecords();
  [[nodiscard]] Status PutRecord(DraftRecord& draft);
  void PutIndexes(const DraftRecord& draft);
  void PutOrdered(const DraftRecord& draft, const catalog::IndexDef& index);
  void PutColumn(const DraftRecord& draft, const catalog::IndexDef& index);
  void PutText(const DraftRecord& draft, const catalog::IndexDef& index);
  [[nodiscard]] Status PutHistory(const DraftRecord& draft);
  // What it has of external references and had, as a change of the header.
  [[nodiscard]] StatusOr<FieldChange> LinkChangeOf(const DraftRecord& draft) const;
  [[nodiscard]] static bool HasOwnChange(const DraftRecord& draft);
  static void ListAll(const DraftRecord& draft, std::vector<FieldChange>& fields);
  void PutEntry(const HistoryEntry& entry);
  // The last of the entries put for a record.
  struct Place {
    uint64_t sequence = 0;
    Time recorded;
  };
  [[nodiscard]] bool IsNew(const ReplicaChange& change) const;
  // Of the changes that were taken together there: whether one is of a record whose life this job has begun or ended.
  [[nodiscard]] bool NeedsFreshState(std::span<const ReplicaChange> batch);
  [[nodiscard]] Status TakeBatch(std::span<const ReplicaChange> batch, ReceiveReport& report);
  // Whether it was written where an erasure of its record was not known yet.
  [[nodiscard]] StatusOr<bool> IsUnaware(const ReplicaChange& change) const;
  [[nodiscard]] Status TakeChange(const ReplicaChange& change, ReceiveReport& report);
  [[nodiscard]] Status TakeCreation(const catalog::TypeDef& type, const ReplicaChange& change, ReceiveReport& report);
  [[nodiscard]] Status TakeFields(DraftRecord& draft, const ReplicaChange& change, HistoryEntry& taken);
  [[nodiscard]] Status TakeDeletion(DraftRecord& draft, const ReplicaChange& change);
  [[nodiscard]] StatusOr<Place> PutReceived(DraftRecord& draft);
  [[nodiscard]] Status Concede(std::span<const Concession> concessions, ReceiveReport& report);
  [[nodiscard]] Status DropDangling(ReceiveReport& report);
  [[nodiscard]] Status LetGo(DraftRecord& draft, const catalog::FieldDef& field);
  void AddConflict(ReceiveReport& report, const DraftRecord& draft, std::string_view field, std::string value, Id other,
                   std::string_view message) const;
  // receive_links.cc
  [[nodiscard]] Status TakeLinks(DraftRecord& draft, const ReplicaChange& change, HistoryEntry& taken);
  [[nodiscard]] Status SettleLinks(ReceiveReport& report);
  [[nodiscard]] Status SettleLink(const ExternalRef& external, std::vector<DraftRecord*> claimants, ReceiveReport& report);
  [[nodiscard]] Status FollowMerges();
  // The record that one which was merged away has become part of; nullptr: none that is there.
  [[nodiscard]] StatusOr<DraftRecord*> FindSurvivor(Id id);
  // An edge that would lead from a record to itself is none.
  [[nodiscard]] Status DropLoop(DraftRecord& draft);
  [[nodiscard]] Status TakePurges();
  // rules.cc
  [[nodiscard]] Status Settle(ReceiveReport& report);
  [[nodiscard]] Status Review(std::span<const ReplicaConflict> conflicts);
  // load.cc
  [[nodiscard]] Status LoadOne(const LoadedRecord& loaded);
  [[nodiscard]] StatusOr<std::optional<HistoryEntry>> FindPlace(Id id);
  [[nodiscard]] Status CheckPresent(const catalog::TypeDef& type, const LoadedRecord& loaded) const;
  [[nodiscard]] Status CheckPast(const catalog::TypeDef& type, const LoadedRecord& loaded);
  [[nodiscard]] Status CheckEntry(const catalog::TypeDef& type, const HistoryEntry& entry) const;
  [[nodiscard]] Status CheckFold(const catalog::TypeDef& type, const LoadedRecord& loaded);
  [[nodiscard]] Status LinkLoaded(const catalog::TypeDef& type, const LoadedRecord& loaded);
  [[nodiscard]] std::vector<HistoryEntry> PastOf(const LoadedRecord& loaded) const;
  Place PutPast(Id id, std::span<const HistoryEntry> past, const std::optional<HistoryEntry>& place = std::nullopt);
  // erase.cc
  [[nodiscard]] Status CheckErasable(const catalog::TypeDef& type) const;
  // All of it, and what proves it. Without a stamp the erasure is this database's own.
  [[nodiscard]] Status EraseRecords(format::Erased erased, EraseReport& report);
  [[nodiscard]] Status NoteErased(Id id, const format::Erased& erased);
  [[nodiscard]] Status EraseValues(Id id, EraseReport& report);
  [[nodiscard]] Status RedactHistory(Id id, EraseReport& report);
  [[nodiscard]] Status ForgetReason(uint64_t sequence, Time recorded, const std::string& reason, EraseReport& report);
  [[nodiscard]] Status FoldTexts(std::span<const Id> ids);
  [[nodiscard]] Status PutProof(Id person, const Actor& actor, const std::string& reason, const EraseReport& report);
  // `by` says who purges, why and when, with its stamp.
  [[nodiscard]] Status PurgeRecord(Id id, const HistoryEntry& by, EraseReport& report);
  // change_kind.cc
  [[nodiscard]] Status ConvertDraft(DraftRecord& draft, const Conversion& conversion, bool filling);
  [[nodiscard]] Status ConvertDrafts();
  // chain.cc
  [[nodiscard]] Status ExtendChain();
  // Before the entry loses or changes values.
  [[nodiscard]] Status Withhold(uint64_t sequence);
  // derive.cc
  [[nodiscard]] Status Derive();
  [[nodiscard]] Status DeriveRollUps(const std::vector<RecordChange>& changes);

  const ApplyRequest& request_;
  storage::WriteSet& set_;
  const catalog::Catalog& catalog_;
  std::shared_ptr<const Access> access_;  // nullptr: the system's
  mutable FieldComputer computer_;        // roll-ups are null within a write
  format::State state_;
  Time now_;
  uint64_t first_sequence_ = 0;
  std::deque<DraftRecord> drafts_;
  // Tables of the standard library here: Abseil's are lost when they cannot grow, and a write that lacks memory must fail alone.
  std::unordered_map<uint64_t, DraftRecord*> by_id_;
  std::map<std::pair<TypeNumber, size_t>, std::unordered_map<uint64_t, std::vector<const DraftRecord*>>> by_reference_;  // DraftsThatName
  struct Local {
    Id id;
    DraftRecord* draft = nullptr;  // when loaded
    bool untouchable = false;      // created if absent, and present
  };
  std::vector<Local> locals_;
  std::unordered_map<TypeNumber, uint32_t> counters_;  // last id sequence given
  std::unordered_map<std::string, uint64_t> numbers_;  // last auto-number, by the counter's key
  std::unordered_map<TypeNumber, TypePlan> plans_;
  std::unordered_set<uint64_t> known_references_;  // records found to exist and not touched
  std::unordered_map<uint64_t, Id> redirects_;     // ids that stand for another record since a merge
  size_t restricts_followed_ = 0;                  // likewise, by DropDangling
  size_t deletes_followed_ = 0;                    // drafts_ looked at by FollowDeletes
  std::vector<DraftRecord*> deleted_;              // in order
  std::vector<DraftRecord*> revived_;              // likewise
  std::vector<Status> obstacles_;                  // what keeps them from being there again
  std::vector<std::string> effects_;
  std::unordered_set<std::string> effects_seen_;
  struct UniqueCheck {
    const DraftRecord* draft;
    const catalog::IndexDef* index;
    IndexWrites::Place parts;  // of the entry's key
    bool cut;
  };
  IndexWrites index_writes_;
  ColumnWrites column_writes_;
  TextWrites text_writes_;
  std::vector<UniqueCheck> unique_;  // entries put by the batch
  Collision collision_;
  format::Replica replica_;                   // of Receive
  std::vector<const ReplicaChange*> purges_;  // received
  bool has_erasures_ = false;                 // likewise
  std::deque<ReplicaChange> redacted_;        // received, without what had been erased here
  // Received claims to external references, by type and reference.
  std::map<std::pair<TypeNumber, std::pair<std::string, std::string>>, std::vector<DraftRecord*>> claims_;
  record::Builder builder_;
  format::IndexEntry entry_;
  format::IndexEntry old_entry_;
  HistoryEntry history_entry_;
  std::string history_bytes_;
};

// allowed.cc: "the viewer <what>".
[[nodiscard]] Status NotAllowed(const catalog::TypeDef& type, Id record, std::string_view what, std::string_view field = {});

// The job of one batch.
class ApplyJob final : public storage::Job {
 public:
  explicit ApplyJob(ApplyRequest request) : request_(std::move(request)) {}
  [[nodiscard]] StatusOr<Verdict> Run(storage::WriteSet& set) override;
  [[nodiscard]] ApplyRequest& request() { return request_; }
  [[nodiscard]] Outcome& outcome() { return outcome_; }

 private:
  ApplyRequest request_;
  Outcome outcome_;
};

// SHA-256 of everything a batch says, the same whichever version of the catalog it is bound to.
[[nodiscard]] StatusOr<std::string> ContentHash(const Batch& batch);
// The rows of kIdempotency that had been put at a moment.
using OutcomeRow = std::function<void(std::string_view key, std::string_view value)>;
[[nodiscard]] Status EachOutcome(const storage::Reader& reader, const Moment& moment, const OutcomeRow& visit);

}  // namespace kith::engine

#endif  // KITH_LIB_ENGINE_APPLY_INTERNAL_H_
