// One Kith store: open it, read through snapshots, write by applying batches.
//
// Threads: a Database is safe from any thread, concurrently. Opening a path twice in a process attaches to the same store. After fork, a
// child opens again; inherited handles give reason Forked.
#ifndef KITH_ENGINE_DATABASE_H_
#define KITH_ENGINE_DATABASE_H_

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kith/base/status.h"
#include "kith/catalog/catalog.h"
#include "kith/engine/batch.h"
#include "kith/engine/care.h"
#include "kith/engine/extension.h"
#include "kith/engine/load.h"
#include "kith/engine/person.h"
#include "kith/engine/replica.h"
#include "kith/engine/snapshot.h"
#include "kith/storage/storage.h"

namespace kith {

struct OpenOptions {
  bool create = false;
  bool read_only = false;
  bool temporary = false;  // path must be empty; removed when the last handle goes
  uint64_t map_size = 0;   // see storage::OpenOptions
  uint64_t max_size = 0;
  storage::Durability durability = storage::Durability::kFull;
  bool allow_any_file_system = false;
  uint16_t node = 0;                  // 0..511: the middle part of the ids this database gives
  std::function<Time()> clock;        // unset: the system's. Recorded times never go back, whatever it says
  uint64_t seed = 0;                  // see storage::OpenOptions
  storage::LogSink log;               // never sees field values
  std::chrono::milliseconds slow{0};  // an apply slower than this is logged; 0: none
  Extensions extensions;              // model::OpenDatabase fills this in
};

struct ApplyOptions {
  std::string idempotency_key;           // up to limits::kIdempotencyKeyBytes, kept limits::kIdempotencyKeepDays days
  bool dry_run = false;                  // everything but the write: ids in the outcome are what would have been given
  std::chrono::microseconds timeout{0};  // 0: none
  std::string checkpoint;                // name under which checkpoint_value is stored with the batch; empty: none
  std::string checkpoint_value;
  // On whose behalf: the batch may write types and fields of this vendor's packages, of packages without a vendor and of the library's, and
  // is refused (ForeignNamespace) where it touches another vendor's, by rules too. Empty: the host itself, who may write all.
  std::string vendor;
  // On whose behalf: what they may not see is missing, what they may not do is refused (NotAllowed), and no error tells more. Judged by
  // what stood before the batch; rules and what follows from a delete are the system's.
  Viewer viewer;
};

struct Outcome {
  std::vector<Id> ids;          // by local reference
  uint64_t first_sequence = 0;  // of the feed; 0: nothing changed
  uint64_t last_sequence = 0;
  bool replayed = false;             // the idempotency key was known: this is the first outcome
  std::vector<std::string> effects;  // what rules added: "sets opportunity.stage"
  std::vector<FeedEntry> changes;    // of a dry run: every record that would be written, what follows from the batch included
};

struct EnsureReport {
  std::vector<std::string> changes;  // empty: everything was there
  std::vector<std::string> notes;    // what was left as it is and why
  // Records that do not keep to a check or to transitions that this adds or changes, counted, one line each. They stay as they are, and are
  // held to it when they are next written.
  std::vector<std::string> warnings;
  uint64_t catalog_version = 0;
};

struct RemoveOptions {
  bool dry_run = false;
  bool delete_data = false;  // what the package has of data goes with it; otherwise its data keeps it
};

struct RemoveReport {
  // Something that the package has in the data.
  struct Data {
    enum class What : uint8_t {
      kRecords,     // of its type `type`
      kValues,      // of its field on another's type
      kChoices,     // records in whose `field` its `choice` stands
      kSeeds,       // records of another's type `type` that came with it
      kReferences,  // of others' records, by `field`, to its records: cleared, or their records deleted, as the field's rule says
    };
    What what = What::kRecords;
    std::string type;
    std::string field;
    std::string choice;
    uint64_t count = 0;
    friend bool operator==(const Data&, const Data&) = default;
  };
  std::vector<std::string> changes;    // of definitions, one line each
  std::vector<Data> data;              // what there is, or was when it went
  std::vector<std::string> obstacles;  // why it cannot go even with its data; empty: it can
  uint64_t catalog_version = 0;
};
[[nodiscard]] std::string_view NameOf(RemoveReport::Data::What what);  // "records", "values", "choices", "seeds", "references"

struct VerifyReport {
  uint64_t records = 0;
  uint64_t index_entries = 0;
  uint64_t history_entries = 0;
  uint64_t aggregates = 0;
  std::vector<std::string> problems;  // empty: sound
  std::vector<std::string> findings;  // sound, yet not as declared by now: records that do not meet a check, counted
};

struct RepairReport {
  std::vector<std::string> changes;   // what was put right, one line each; empty: nothing had to be
  std::vector<std::string> problems;  // what Verify still finds
};

struct PruneReport {
  Horizon horizon;                 // from now on
  uint64_t feed_entries = 0;       // taken from the feed
  uint64_t history_entries = 0;    // taken from history, less those that stand for what was taken
  uint64_t forgotten_records = 0;  // deleted records of which nothing is left
};

struct DatabaseStats {
  storage::Stats storage;
  uint64_t sequence = 0;
  uint64_t catalog_version = 0;
  uint64_t types = 0;
  uint64_t applied = 0;  // batches since open, this process
  uint64_t refused = 0;
  double apply_seconds = 0;  // that callers waited for them, this process
  uint64_t horizon = 0;      // sequence number up to which the feed was pruned
  [[nodiscard]] std::string ToOpenMetrics() const;
};

// Of a host that has several open: one text, whose lines tell them apart by the label "database".
struct NamedStats {
  std::string name;
  DatabaseStats stats;
};
[[nodiscard]] std::string ToOpenMetrics(std::span<const NamedStats> databases);

class Database {
 public:
  virtual ~Database() = default;

  // Errors: DatabaseMissing (without create), FormatNewer, Corrupt, FileSystemUnsupported, PathUnsafe, Locked, AlreadyOpen (other options).
  [[nodiscard]] static StatusOr<std::shared_ptr<Database>> Open(std::string_view path, const OpenOptions& options);

  [[nodiscard]] virtual StatusOr<std::unique_ptr<Snapshot>> Read(Viewer viewer = {}) = 0;

  // The newest catalog. Batches made with an older one are checked again when applied.
  [[nodiscard]] virtual StatusOr<std::shared_ptr<const catalog::Catalog>> GetCatalog() = 0;
  [[nodiscard]] virtual StatusOr<Batch> NewBatch(Actor actor = {}, std::string_view reason = {}) = 0;

  // Durable when it returns. An error means nothing of the batch was written, but for OutcomeUnknown (repeat with the same idempotency
  // key).
  [[nodiscard]] virtual StatusOr<Outcome> Apply(const Batch& batch, const ApplyOptions& options = {}) = 0;
  // Several batches in order, each atomic on its own, durable together; one outcome each. options apply to each, without key and
  // checkpoint.
  [[nodiscard]] virtual std::vector<StatusOr<Outcome>> ApplyMany(std::span<const Batch* const> batches,
                                                                 const ApplyOptions& options = {}) = 0;

  // Optimistic read-modify-write: `fill` reads a fresh snapshot and fills a batch; records it reads through `Snapshot::Get` become
  // preconditions on their versions. Run again on a conflict, at most `attempts` times.
  using Fill = std::function<Status(const Snapshot& snapshot, Batch& batch)>;
  [[nodiscard]] virtual StatusOr<Outcome> Update(Actor actor, std::string_view reason, const Fill& fill, const ApplyOptions& options = {},
                                                 int attempts = 16) = 0;

  // Makes these packages present. Idempotent and additive; new indexes are built before it returns, in steps that do not block others.
  [[nodiscard]] virtual StatusOr<EnsureReport> Ensure(std::span<const catalog::PackageSource> packages, bool dry_run = false) = 0;

  // Takes a package out of use: its definitions are retired in one commit, then its data is deleted in steps by ordinary changes, which the
  // next call goes on with when it is interrupted. A dry run reports what would go. Errors: PackageMissing; PackageInUse when another
  // package or the data stands in the way, and nothing is changed; CatalogChanged when others write all
  // the time while no data may be deleted.
  [[nodiscard]] virtual StatusOr<RemoveReport> Remove(std::string_view package, const RemoveOptions& options = {}) = 0;
  // Sets the access policy (catalog/policy.h), a JSON document; one without rules takes it away. Holds from the next snapshot and batch on,
  // in every process. Errors: PackageMalformed, UnknownType, UnknownField, with the path of the offending part.
  [[nodiscard]] virtual StatusOr<EnsureReport> SetPolicy(std::string_view policy, const Actor& actor = {}, bool dry_run = false) = 0;

  // Gives the database the definitions of another as they stand (catalog::ToDefinitions), numbers included, so that ids mean the same in
  // both. What it has itself must be among them, word for word: PackageConflict. Other errors: what FromDefinitions gives.
  [[nodiscard]] virtual Status Adopt(std::span<const catalog::Definition> definitions) = 0;

  // Takes records as another database had them, all or none: their ids stay, and later ids of their types come after them. What was
  // accepted there is not judged again: rules do not run, derived and retired fields are given, nothing is required, and references may
  // lead to records that are loaded later, which is the caller's to see to (Verify names those that lead nowhere). Checked are kinds and
  // limits, unique keys, that ids and external references are free, that nothing lies in the future, and that the history gives the
  // record. A seed of a package that nobody has touched gives its place to a record with its id. Derived data follows as with any write.
  // `catalog` is what the positions of values are of: CatalogChanged when it is not the newest. Other errors: PreconditionFailed for an id
  // that was given before, Unique, ExternalRefTaken, WrongKind, EffectiveInFuture.
  [[nodiscard]] virtual Status Load(const catalog::Catalog& catalog, std::span<const LoadedRecord> records,
                                    const LoadOptions& options = {}) = 0;

  // --- replicas; engine/replica.h says what they are
  // What another replica needs: the changes after `after` in commit order, about `limit` of them, whole batches, without those that
  // `receiver` took itself. As the system sees it. Errors: CursorExpired.
  [[nodiscard]] virtual StatusOr<ReplicaPage> ReadReplica(uint64_t after, uint16_t receiver, size_t limit = 1000) = 0;
  // Takes the changes of another replica, in order, in steps that are each atomic and remember where they stand. Changes known here are
  // passed over, so a page may come twice. Errors: BadOptions (both have the same node; a page of which the one before has not come),
  // PackageConflict (definitions that do not fit together, naming type and field), EffectiveInFuture (its clock is ahead of this one's by
  // more than limits::kReplicaClockAhead), PreconditionFailed (this database has forgotten what it wrote: give it a new node).
  [[nodiscard]] virtual StatusOr<ReceiveReport> Receive(const ReplicaPage& page) = 0;
  // Where the next page of that replica begins: `after` of ReadReplica there.
  [[nodiscard]] virtual StatusOr<uint64_t> ReceivedFrom(uint16_t node) = 0;
  [[nodiscard]] virtual uint16_t node() const = 0;

  // Blocks until the feed has an entry after `sequence`, committed by any process, or the timeout passes; the newest sequence number.
  [[nodiscard]] virtual StatusOr<uint64_t> Wait(uint64_t sequence, std::chrono::milliseconds timeout) = 0;

  // Forgets what was recorded before `before`: the feed up to there, the history of records deleted by then, and of other records all but
  // one entry, their creation with what held last. Present values, aggregates and the past from `before` on stay as they are; a read of
  // an earlier moment gives HistoryPruned, a feed cursor from before CursorExpired. A deleted record that is forgotten cannot be restored.
  // Works in steps that hold nobody back; interrupted, it is completed by the next call. Errors: EffectiveInFuture, ReadOnly.
  [[nodiscard]] virtual StatusOr<PruneReport> Prune(Time before) = 0;

  // Recomputes everything derived (indexes, references, unique keys, aggregates, current values from history) and checks every seal and
  // record.
  [[nodiscard]] virtual StatusOr<VerifyReport> Verify() = 0;
  // Puts right what Verify finds in derived data: indexes of all kinds, external references in one direction, derivations' rows, counters,
  // the feed, and records that are not what their history gives. Where history itself has holes, what is left is kept: a lost entry is put
  // again with what the feed and the record tell of it, and a record that is gone while its history goes on is noted as deleted, with the
  // values that its history has, so that it can be restored. Nothing is invented: what cannot be told stays among the problems. In steps
  // that hold others up for milliseconds; a repair cut short is finished by the next one. Errors: ReadOnly, Corrupt (a page or seal is
  // damaged: restore a backup).
  [[nodiscard]] virtual StatusOr<RepairReport> Repair() = 0;
  // --- a person's data; engine/person.h says what belongs to it
  // Everything about a person as JSON: {"person", "taken", "records": [{..., "external_refs", "history", "deleted"}]}, the person first,
  // then what is about the person, then the parts of all these (records whose references to them cascade: lines, moves). RecordMissing when
  // there never was such a record.
  [[nodiscard]] virtual StatusOr<std::string> ExportPerson(Id person) = 0;
  // Erases a person everywhere in the file, atomically, and leaves a proof. The person's record stays, empty, so that money totals, moves
  // and statistics stay what they are. Errors: RecordMissing, ReadOnly, FormatNewer (a personal field that this library cannot read).
  [[nodiscard]] virtual StatusOr<EraseReport> ErasePerson(Id person, const EraseOptions& options = {}) = 0;
  // Takes from deleted records all that they were: every value and reason in their history, now and for every reader. What is left says
  // that there was such a record and when; it cannot be restored. A proof is left like that of an erasure, one a record. Nothing is purged
  // when one of the records cannot be. Errors: RecordMissing, PreconditionFailed (the record exists), ReadOnly.
  [[nodiscard]] virtual StatusOr<PurgeReport> Purge(std::span<const Id> records, const PurgeOptions& options = {}) = 0;
  // The proofs of all erasures and purges, oldest first.
  [[nodiscard]] virtual StatusOr<std::vector<Erasure>> Erasures() = 0;
  // See storage::Environment::Overwrite.
  [[nodiscard]] virtual StatusOr<storage::OverwriteReport> OverwriteFreed() = 0;

  // A compact, durable, checked copy in a new directory, as the database stood at one moment; writers go on meanwhile.
  [[nodiscard]] virtual Status Backup(std::string_view target_path) = 0;
  // See storage::Environment::Compact.
  [[nodiscard]] virtual StatusOr<storage::CompactReport> Compact() = 0;
  // A new database in a new directory: this one as it stood at a moment of its past, on the recorded axis of time. Records, external
  // references, definitions, history and feed are those of the moment, what derives from them is built anew, and the result is verified; an
  // interrupted call leaves nothing under the target's name. Kept as today: counters, so that ids and numbers given since are not given
  // again; erasures and pruning, so that what was forgotten is not brought back. As a replica (engine/replica.h) it needs a node of its
  // own. Holds nobody back. Errors: HistoryPruned, OutOfRange (a change that has not been), BadOptions (the target exists), Corrupt (Repair
  // first), SnapshotExpired (much was written meanwhile: restore from a backup of today).
  [[nodiscard]] virtual StatusOr<RestoreReport> RestoreTo(std::string_view target_path, const Moment& moment) = 0;
  [[nodiscard]] virtual StatusOr<DatabaseStats> GetStats() = 0;
  [[nodiscard]] virtual const std::string& path() const = 0;
  [[nodiscard]] virtual bool read_only() const = 0;
};

}  // namespace kith

#endif  // KITH_ENGINE_DATABASE_H_
