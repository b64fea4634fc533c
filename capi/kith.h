/*
 * Kith: a CRM core that a product links into its own process. This is its stable C interface (C99).
 *
 * Reading order: versions, strings and values, errors, database, batch, snapshot, cursor, query, history, feed, insight, import, JSON
 * Lines.
 *
 * Conventions
 *   Results     Functions that can fail return a kith_code; outputs are zeroed on entry and set on success. `err` may be NULL.
 * KITH_NOT_FOUND and KITH_OUT_OF_RANGE at a cursor's end allocate no error object unless stated. Strings     Pointer and size, UTF-8, not
 * NUL-terminated. Inputs are borrowed for the call. Names of types, fields, indexes are C strings. Ownership   "owned": free with
 * kith_<noun>_free, in any order, NULL is fine; children keep what they need alive. "borrowed(x)": valid until x is freed, renewed or
 * changed. "caller buffer": you give memory and a capacity. Threads     `const T*` may be used from several threads at once, `T*` from one
 * at a time. kith_db is safe from any thread. Options     Structs begin with struct_size; use the _INIT macro. NULL means defaults, 0 in a
 * member means its default. Unknown tails must be zero. Fork        Handles refuse in a forked child (reason Forked); open again there.
 *   Time        Microseconds since 1970-01-01T00:00:00Z. Money: minor units and an ISO 4217 code.
 */
#ifndef KITH_KITH_H_
#define KITH_KITH_H_

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define KITH_API __attribute__((visibility("default")))
#else
#define KITH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- versions */

#define KITH_VERSION_MAJOR 0
#define KITH_VERSION_MINOR 1
#define KITH_VERSION_PATCH 0
#define KITH_ABI_VERSION 0

/* Of the loaded library: major << 16 | minor << 8 | patch. */
KITH_API uint32_t kith_version(void);
KITH_API uint32_t kith_abi_version(void);
/* "kith 0.1.0 lmdb 0.9.24 ...", static. */
KITH_API const char* kith_build_info(void);

/* ---------------------------------------------------------------- strings and ids */

typedef struct kith_str {
  const char* data;
  size_t size;
} kith_str;

typedef struct kith_bytes {
  const uint8_t* data;
  size_t size;
} kith_bytes;

/* A string literal as kith_str. */
#ifdef __cplusplus
#define KITH_STR(literal) (::kith_str{(literal), sizeof(literal) - 1})
#else
#define KITH_STR(literal) ((kith_str){(literal), sizeof(literal) - 1})
#endif
KITH_API kith_str kith_str_from_cstr(const char* text); /* borrowed(text); NULL gives an empty string */

/* A record's number, below 2^53; or, inside a batch, a local reference to a record it creates (top bit set). 0: none. */
typedef uint64_t kith_id;

/* Names a record by id, or by external reference (system, key) when id is 0. All empty: nobody, the system. */
typedef struct kith_ref {
  kith_id id;
  kith_str system;
  kith_str key;
} kith_ref;
KITH_API kith_ref kith_ref_id(kith_id id);
KITH_API kith_ref kith_ref_ext(const char* system, const char* key); /* borrowed(system, key) */

/* ---------------------------------------------------------------- values */

typedef int32_t kith_kind;
enum {
  KITH_KIND_NULL = 0,
  KITH_KIND_BOOL = 1,       /* number */
  KITH_KIND_INT = 2,        /* number */
  KITH_KIND_DECIMAL = 3,    /* number × 10^-scale */
  KITH_KIND_DOUBLE = 4,     /* real */
  KITH_KIND_MONEY = 5,      /* number: minor units; currency */
  KITH_KIND_TEXT = 6,       /* text */
  KITH_KIND_TEXT_LIST = 7,  /* number: items; kith_snapshot_item reads one */
  KITH_KIND_CHOICE = 8,     /* number: the choice's; text: its name */
  KITH_KIND_CHOICE_SET = 9, /* number: items; kith_snapshot_item reads one */
  KITH_KIND_DATE = 10,      /* number: days since 1970-01-01 */
  KITH_KIND_TIME = 11,      /* number: µs */
  KITH_KIND_REF = 12,       /* number: id */
  KITH_KIND_BYTES = 13      /* text: the bytes */
};

/* A value read. `text` is borrowed from what it was read from. */
typedef struct kith_value {
  kith_kind kind;
  int32_t scale;
  int64_t number;
  double real;
  kith_str text;
  char currency[4]; /* NUL-terminated */
  uint32_t zero;    /* always 0 */
} kith_value;

/* ---------------------------------------------------------------- errors */

/* The canonical codes; frozen. */
typedef int32_t kith_code;
enum {
  KITH_OK = 0,
  KITH_CANCELLED = 1,
  KITH_UNKNOWN = 2,
  KITH_INVALID_ARGUMENT = 3,
  KITH_DEADLINE_EXCEEDED = 4,
  KITH_NOT_FOUND = 5,
  KITH_ALREADY_EXISTS = 6,
  KITH_PERMISSION_DENIED = 7,
  KITH_RESOURCE_EXHAUSTED = 8,
  KITH_FAILED_PRECONDITION = 9,
  KITH_ABORTED = 10,
  KITH_OUT_OF_RANGE = 11,
  KITH_UNIMPLEMENTED = 12,
  KITH_INTERNAL = 13,
  KITH_UNAVAILABLE = 14,
  KITH_DATA_LOSS = 15,
  KITH_UNAUTHENTICATED = 16
};
/* "INVALID_ARGUMENT", static. */
KITH_API const char* kith_code_name(kith_code code);

/* Why, finer than the code. Open-ended: expect numbers you do not know. */
typedef int32_t kith_reason;
/* "Unique", static; "None" for a number the library does not know. */
KITH_API const char* kith_reason_name(kith_reason reason);

/* What failed and what to do. Immutable; share freely. Owned by whoever received it. Text is borrowed(error). */
typedef struct kith_error kith_error;
KITH_API kith_code kith_error_code(const kith_error* error);
KITH_API kith_reason kith_error_reason(const kith_error* error);
KITH_API kith_str kith_error_message(const kith_error* error); /* one line with type, record, field and value */
KITH_API kith_str kith_error_hint(const kith_error* error);    /* what to do; may be empty */
KITH_API kith_str kith_error_type(const kith_error* error);
KITH_API kith_str kith_error_field(const kith_error* error);
KITH_API kith_str kith_error_value(const kith_error* error);
KITH_API kith_id kith_error_record(const kith_error* error);
KITH_API int64_t kith_error_change(const kith_error* error);   /* index within the batch, -1: none */
KITH_API int32_t kith_error_os_error(const kith_error* error); /* errno, 0: none */
KITH_API void kith_error_free(kith_error* error);

/* ---------------------------------------------------------------- text that the library returns */

/* An owned UTF-8 text, NUL-terminated as well. */
typedef struct kith_text kith_text;
KITH_API kith_str kith_text_str(const kith_text* text); /* borrowed(text); empty for NULL */
KITH_API void kith_text_free(kith_text* text);

/* ---------------------------------------------------------------- database */

typedef struct kith_db kith_db;

typedef int32_t kith_log_level;
enum { KITH_LOG_DEBUG = 0, KITH_LOG_INFO = 1, KITH_LOG_WARNING = 2, KITH_LOG_ERROR = 3 };
/* May be called from any thread; must not call back into the database. Never receives field values. */
typedef void (*kith_log_fn)(kith_log_level level, kith_str message, uintptr_t context);

typedef int32_t kith_durability;
enum { KITH_DURABILITY_FULL = 0, KITH_DURABILITY_RELAXED = 1 };

typedef struct kith_open_options {
  uint32_t struct_size;
  uint8_t create;
  uint8_t read_only;
  uint8_t temporary; /* path must be empty; removed with the last handle */
  uint8_t allow_any_file_system;
  kith_durability durability;
  uint32_t node;     /* 0..511, middle part of new ids */
  uint64_t map_size; /* bytes of address space; 0: 64 GiB or what fits */
  uint64_t max_size; /* quota of the data file in bytes; 0: none */
  uint64_t seed;     /* of a new file's creation id: with a clock too, the same writes give the same file; 0: from the system */
  uint64_t slow_ms;  /* applies slower than this are logged; 0: none */
  kith_log_fn log;   /* NULL: none */
  uintptr_t log_context;
  int64_t (*clock)(uintptr_t context); /* µs UTC; NULL: the system's */
  uintptr_t clock_context;
} kith_open_options;
#define KITH_OPEN_OPTIONS_INIT \
  { (uint32_t)sizeof(kith_open_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* Opens the store in the directory `path` and makes the standard package present. Opening a path twice in a process attaches to the same
 * store. Errors: DatabaseMissing, FormatNewer, Corrupt, FileSystemUnsupported, PathUnsafe, PermissionDenied, Locked, AlreadyOpen. db:
 * owned. */
KITH_API kith_code kith_db_open(kith_str path, const kith_open_options* options, kith_db** db, kith_error** err);
/* Drops this handle; the store closes with the last handle and child, and not before calls that other threads are in have returned. */
KITH_API void kith_db_free(kith_db* db);
KITH_API kith_str kith_db_path(const kith_db* db); /* borrowed(db) */

/* Makes packages present: `definition` and optional `numbers` are JSON (numbers empty: allotted in order). report: owned JSON
 * {"catalog_version": n, "changes": ["adds field account.tier (choice)"], "notes": [...], "warnings": [...]}; may be NULL. Warnings count
 * the records that do not keep to a check or to transitions that this adds; they stay until they are next written. Nothing is written when
 * dry_run is not 0. */
KITH_API kith_code kith_db_ensure(kith_db* db, kith_str definition, kith_str numbers, uint8_t dry_run, kith_text** report,
                                  kith_error** err);
/* The same for a package that ships with the library, by name. */
KITH_API kith_code kith_db_ensure_shipped(kith_db* db, const char* name, uint8_t dry_run, kith_text** report, kith_error** err);
/* Takes a package out of use: its definitions are retired, and with delete_data its data goes by ordinary changes. Errors: PackageMissing;
 * PackageInUse while another package needs it, others' records hold its own, or (without delete_data) it has data. report: owned JSON,
 * {"catalog_version": n, "changes": [...], "data": [{"what": "records" | "values" | "choices" | "seeds" | "references", "type": ...,
 * "field": ..., "choice": ..., "count": n}], "obstacles": [...]}; may be NULL. A dry run fails for no data and no obstacle: it reports. */
KITH_API kith_code kith_db_remove_package(kith_db* db, const char* name, uint8_t delete_data, uint8_t dry_run, kith_text** report,
                                          kith_error** err);
/* For authors of packages: the numbers file that goes with `definition`, the given one (empty: a new one) with numbers appended for each
 * field and choice that has none yet. Ship it with the package, so that all databases give its fields the same numbers. Without a database.
 * json: owned. Errors as of kith_db_ensure. */
KITH_API kith_code kith_package_numbers(kith_str definition, kith_str numbers, kith_text** json, kith_error** err);
/* All definitions as JSON. json: owned. */
KITH_API kith_code kith_db_catalog(kith_db* db, kith_text** json, kith_error** err);
/* FlatBuffers schema text of one entity type. fbs: owned. */
KITH_API kith_code kith_db_schema(kith_db* db, const char* type, kith_text** fbs, kith_error** err);

typedef struct kith_db_stats {
  uint32_t struct_size;
  uint32_t readers;
  uint64_t file_bytes;
  uint64_t used_bytes;
  uint64_t map_bytes;
  uint64_t sequence;
  uint64_t catalog_version;
  uint64_t types;
  uint64_t applied;
  uint64_t refused;
  uint64_t groups; /* committed since open, this process */
  uint64_t syncs;  /* waits for the disk they cost */
  uint64_t oldest_reader_lag;
  double oldest_snapshot_seconds;
} kith_db_stats;
/* Set stats->struct_size before the call. */
KITH_API kith_code kith_db_get_stats(kith_db* db, kith_db_stats* stats, kith_error** err);
/* OpenMetrics text, with bytes and entries by keyspace. text: owned. */
KITH_API kith_code kith_db_metrics(kith_db* db, kith_text** text, kith_error** err);
/* The same of several databases in one text, with the label "database": names[i] is that of dbs[i]. Since 0.1. */
KITH_API kith_code kith_metrics(kith_db* const* dbs, const kith_str* names, size_t count, kith_text** text, kith_error** err);

/* Recomputes everything derived and checks every stored byte. problems: number found; report: owned JSON, may be NULL; its "findings" count
 * sound records that do not meet a check of today, and are no problems. */
KITH_API kith_code kith_db_verify(kith_db* db, uint64_t* problems, kith_text** report, kith_error** err);
/* Puts right what verification finds in derived data (indexes, external references, derived rows, counters, the feed, records that are not
 * what their history gives) and tells what it did: {"changes", "problems"}. problems: what is left. report: owned JSON, may be NULL.
 * Errors: CORRUPT when a page itself is damaged. Since 0.1. */
KITH_API kith_code kith_db_repair(kith_db* db, uint64_t* problems, kith_text** report, kith_error** err);

/* ---- a person's data: the person's record and every record about it, through references marked `about`, now or once */

/* All of it as JSON, with history, external references and parts: {"person", "taken", "records": [...]}. json: owned.
 * NOT_FOUND with an error (RecordMissing) when there never was such a record, also below. Since 0.1. */
KITH_API kith_code kith_db_export_person(kith_db* db, kith_id person, kith_text** json, kith_error** err);

typedef struct kith_erase_options {
  uint32_t struct_size;
  uint8_t dry_run;     /* counts what would go, changes nothing */
  uint8_t keep_shared; /* leaves records that are about others too, and lists them */
  uint8_t overwrite;   /* afterwards as kith_db_overwrite_freed */
  uint8_t zero;
  kith_ref actor;
  kith_str reason; /* kept; do not name the person */
} kith_erase_options;
#define KITH_ERASE_OPTIONS_INIT                                                     \
  {                                                                                 \
    (uint32_t)sizeof(kith_erase_options), 0, 0, 0, 0, {0, {0, 0}, {0, 0}}, { 0, 0 } \
  }
/* Erases a person everywhere in the file: values of fields marked `personal` in all these records and their history, with what indexes and
 * search made of them, external references, idempotency keys. Ids, amounts, stages, times stay, and a proof. Atomic. report: owned JSON
 * {"records", "shared", "values", "history_values", "reasons", "external_refs", "idempotency_keys", "sequence", "overwritten"}, may be
 * NULL. Earlier backups are not reached. Errors: WrongKind (nothing of the record's type is personal), PreconditionFailed (an organisation
 * to which somebody belongs who is not erased). Since 0.1. */
KITH_API kith_code kith_db_erase_person(kith_db* db, kith_id person, const kith_erase_options* options, kith_text** report,
                                        kith_error** err);
/* Takes from deleted records all that they were: values, external references and reasons in their history. They cannot be restored; proofs
 * stay. Atomic. options: keep_shared has no meaning here. report: owned JSON {"records", "history_values", "reasons", "idempotency_keys",
 * "overwritten"}, may be NULL. Errors: RecordMissing, PreconditionFailed (a record exists). Since 0.1. */
KITH_API kith_code kith_db_purge(kith_db* db, const kith_id* records, size_t count, const kith_erase_options* options, kith_text** report,
                                 kith_error** err);
/* The proofs of all erasures and purges, oldest first, as a JSON list. json: owned. Since 0.1. */
KITH_API kith_code kith_db_erasures(kith_db* db, kith_text** json, kith_error** err);
typedef struct kith_kind_options {
  uint32_t struct_size;
  uint8_t dry_run; /* says what could not be converted, changes nothing */
  uint8_t drop;    /* what cannot be converted becomes null */
  uint8_t abandon; /* gives up a change that was begun */
  uint8_t zero;
  kith_ref actor;
  kith_str reason;
  kith_str currency; /* of amounts that become numbers or the other way, ISO 4217 */
} kith_kind_options;
#define KITH_KIND_OPTIONS_INIT                                                             \
  {                                                                                        \
    (uint32_t)sizeof(kith_kind_options), 0, 0, 0, 0, {0, {0, 0}, {0, 0}}, {0, 0}, { 0, 0 } \
  }
/* Changes the kind of a field to that of `definition`, JSON as in a package without the name, while others read and write; cut short, the
 * next call goes on with it. The old values stay in the field named like it with "_former" (kith/engine/change_kind.h). report: owned JSON
 * {"records", "values", "failed", "failures": [{"record", "value", "message"}], "former", "changes", "catalog_version"}, may be NULL.
 * Errors: OutOfRange where values cannot be converted and drop is 0, naming the first; UnknownType, UnknownField, PackageMalformed,
 * PreconditionFailed. Since 0.1. */
KITH_API kith_code kith_db_change_kind(kith_db* db, const char* type, const char* field, kith_str definition,
                                       const kith_kind_options* options, kith_text** report, kith_error** err);
/* --- the hash chain: SHA-256 links over all that history holds, one a batch. Keep heads outside the database, and have them compared
 * later: what had been recorded by then cannot have been changed unseen (kith/engine/chain.h). Erasures, purges and pruning keep it whole.
 *
 * Begins the chain, over what there is and every batch from now on; one that has begun goes on. A head is JSON {"sequence", "hash"}, owned,
 * the hash 64 hexadecimal digits; may be NULL. Errors: ReadOnly. Since 0.1. */
KITH_API kith_code kith_db_begin_chain(kith_db* db, kith_text** head, kith_error** err);
/* Where the chain stands; {"sequence": 0, "hash": ""} while there is none. head: owned. Since 0.1. */
KITH_API kith_code kith_db_chain_head(kith_db* db, kith_text** head, kith_error** err);
/* Follows the chain and compares every entry of history. A `hash` that is not empty is of a head handed out at `sequence`, and must be one
 * of the chain's. report: owned JSON {"head", "links", "entries", "withheld", "broken", "problem"}: withheld counts entries whose values
 * were erased, purged or pruned; broken is the sequence number with which the first link ends that does not hold, 0: all hold. Errors:
 * PreconditionFailed (there is no chain). Since 0.1. */
KITH_API kith_code kith_db_verify_chain(kith_db* db, uint64_t sequence, kith_str hash, kith_text** report, kith_error** err);
/* Overwrites with zeros what the file holds beside the newest state: free pages and gaps within pages. Writers wait meanwhile. report:
 * owned JSON {"pages", "gap_bytes", "kept_back"}, may be NULL; kept_back: pages that a snapshot still reads, end it and call again. Since
 * 0.1. */
KITH_API kith_code kith_db_overwrite_freed(kith_db* db, kith_text** report, kith_error** err);

/* Forgets what was recorded before `before` (µs): the feed up to there, the history of records deleted by then, and of others all but
 * their creation with what held last. Reads of an earlier moment give HistoryPruned, feed cursors from before CursorExpired. report: owned
 * JSON {"horizon": {"sequence", "time"}, "feed_entries", "history_entries", "forgotten_records"}, may be NULL. Interrupted, it is completed
 * by the next call. Errors: EffectiveInFuture, ReadOnly. Since 0.1. */
KITH_API kith_code kith_db_prune(kith_db* db, int64_t before, kith_text** report, kith_error** err);
/* A compact, checked copy in the new directory `target`, as the database stood at one moment; writers go on. */
KITH_API kith_code kith_db_backup(kith_db* db, kith_str target, kith_error** err);
/* The database as it stood at a former moment, as a new one in the new directory `target`: after the change `sequence`, or, with 0, after
 * all that was recorded up to `recorded` (µs; INT64_MAX: now). What derives from records is built anew and verified. Ids and numbers given
 * since are not given again; what was erased or pruned is not brought back. report: owned JSON {"sequence", "recorded", "records",
 * "history_entries", "brought_back", "notes", "problems"}, may be NULL. Errors: HistoryPruned, OutOfRange. Since 0.1. */
KITH_API kith_code kith_db_restore_to(kith_db* db, kith_str target, uint64_t sequence, int64_t recorded, kith_text** report,
                                      kith_error** err);
typedef struct kith_salvage_options {
  uint32_t struct_size;
  uint8_t with_old_pages; /* also from pages that nothing leads to when the free list or both meta pages are broken: what was deleted or
                             erased may come back */
  uint8_t zero[3];
  kith_str definitions_from; /* another database of the kind, best a backup, whose definitions stand in for lost ones; or empty */
} kith_salvage_options;
#define KITH_SALVAGE_OPTIONS_INIT                                     \
  {                                                                   \
    (uint32_t)sizeof(kith_salvage_options), 0, {0, 0, 0}, { NULL, 0 } \
  }
/* What the damaged database in the directory `damaged` still holds, as a new one in the new directory `target`. Values are taken by their
 * checksums; nobody may have it open, and it is not changed. report: owned JSON {"file", "records", "history_entries", "feed_entries",
 * "external_refs", "external_refs_lost", "definitions_taken", "types": [{"type", "records", "lost", "lost_ids": [[first, last]]}],
 * "changes", "problems"}, may be NULL. options: NULL for none. Errors: DatabaseMissing, Locked, BadOptions (the target exists), CORRUPT
 * (too little is left). Since 0.1. */
KITH_API kith_code kith_salvage(kith_str damaged, kith_str target, const kith_salvage_options* options, kith_text** report,
                                kith_error** err);
/* Rewrites the data file without its free pages, in place and safe against kill -9. Snapshots of this process must be freed (ReaderLag
 * after seconds), and no other process may have it open (Locked). report: owned JSON {"bytes_before", "bytes_after"}, may be NULL. Since
 * 0.1. */
KITH_API kith_code kith_db_compact(kith_db* db, kith_text** report, kith_error** err);
/* Blocks until the feed has an entry after `sequence` or the timeout passes; newest sequence. */
KITH_API kith_code kith_db_wait(kith_db* db, uint64_t sequence, uint32_t timeout_ms, uint64_t* newest, kith_error** err);

/* ---------------------------------------------------------------- batch */

/* Changes in plain memory. Setters keep the first error for kith_batch_status and apply; what follows an error is ignored. Targets are ids
 * or local references returned by the functions below; another batch, or this one after kith_batch_clear, refuses such a reference
 * (BatchMalformed). One thread at a time. */
typedef struct kith_batch kith_batch;

/* batch: owned. `actor` is kept in history and need not be a record; `reason` likewise. */
KITH_API kith_code kith_batch_new(kith_db* db, kith_ref actor, kith_str reason, kith_batch** batch, kith_error** err);
KITH_API void kith_batch_free(kith_batch* batch);
KITH_API void kith_batch_clear(kith_batch* batch);
/* The first error of a setter. */
KITH_API kith_code kith_batch_status(const kith_batch* batch, kith_error** err);

KITH_API kith_id kith_batch_create(kith_batch* batch, const char* type);
KITH_API kith_id kith_batch_create_ext(kith_batch* batch, const char* type, kith_ref external);
KITH_API kith_id kith_batch_upsert(kith_batch* batch, const char* type, kith_ref external);
KITH_API kith_id kith_batch_create_if_absent(kith_batch* batch, const char* type, kith_ref external);
/* A record that must exist. */
KITH_API kith_id kith_batch_existing(kith_batch* batch, const char* type, kith_ref ref);

KITH_API void kith_batch_set_null(kith_batch* batch, kith_id target, const char* field);
KITH_API void kith_batch_set_bool(kith_batch* batch, kith_id target, const char* field, uint8_t value);
KITH_API void kith_batch_set_int(kith_batch* batch, kith_id target, const char* field, int64_t value);
KITH_API void kith_batch_set_double(kith_batch* batch, kith_id target, const char* field, double value);
KITH_API void kith_batch_set_decimal(kith_batch* batch, kith_id target, const char* field, kith_str text);
KITH_API void kith_batch_set_money(kith_batch* batch, kith_id target, const char* field, int64_t minor, const char* currency);
KITH_API void kith_batch_set_text(kith_batch* batch, kith_id target, const char* field, kith_str text);
KITH_API void kith_batch_set_texts(kith_batch* batch, kith_id target, const char* field, const kith_str* texts, size_t count);
KITH_API void kith_batch_set_choice(kith_batch* batch, kith_id target, const char* field, const char* choice);
KITH_API void kith_batch_set_choices(kith_batch* batch, kith_id target, const char* field, const char* const* choices, size_t count);
KITH_API void kith_batch_set_date(kith_batch* batch, kith_id target, const char* field, int32_t days);
KITH_API void kith_batch_set_time(kith_batch* batch, kith_id target, const char* field, int64_t micros);
KITH_API void kith_batch_set_ref(kith_batch* batch, kith_id target, const char* field, kith_id ref);
KITH_API void kith_batch_set_bytes(kith_batch* batch, kith_id target, const char* field, kith_bytes bytes);
KITH_API void kith_batch_add_int(kith_batch* batch, kith_id target, const char* field, int64_t amount);
KITH_API void kith_batch_add_money(kith_batch* batch, kith_id target, const char* field, int64_t minor, const char* currency);
KITH_API void kith_batch_delete(kith_batch* batch, kith_id target);
/* Brings back a deleted record as it was, with its external references and what its deletion took along. Fails at apply when something has
   taken its place. */
KITH_API void kith_batch_restore(kith_batch* batch, kith_id target);
/* Two records of one type become one: what refers to `from` refers to `into`, which gets its external references and the values that it
 * lacks. `from` is deleted; its id stands for `into` from then on. Since 0.1. */
KITH_API void kith_batch_merge(kith_batch* batch, kith_id into, kith_id from);
/* The record that was merged away is there again with what it was, and gets back what the merge moved and nobody has changed since; what
 * came later stays, and is named among the outcome's effects ("keeps contact.phone"). Since 0.1. */
KITH_API void kith_batch_unmerge(kith_batch* batch, kith_id target);
KITH_API void kith_batch_link(kith_batch* batch, kith_id target, kith_ref external);
KITH_API void kith_batch_unlink(kith_batch* batch, kith_id target, kith_ref external);
KITH_API void kith_batch_require_version(kith_batch* batch, kith_id target, uint64_t version);
/* Compare and set: the field must have this value before the batch (null: none), else apply fails with PreconditionFailed. Texts are taken
   for choices by name, integers for references. Since 0.1. */
KITH_API void kith_batch_require_value(kith_batch* batch, kith_id target, const char* field, kith_value value);
KITH_API void kith_batch_require_absent(kith_batch* batch, const char* type, kith_ref external);
/* From when what is added from now on holds (µs, not in the future); INT64_MIN: the time of apply. */
KITH_API void kith_batch_set_effective(kith_batch* batch, int64_t micros);
/* Moves a pipelined record to "<pipeline>/<stage>", at the batch's effective time. Free: skip, back, loop, reopen. The move's local
 * reference. */
KITH_API kith_id kith_batch_move(kith_batch* batch, kith_id target, const char* stage_path);
/* The same with a reason kept on the move. */
KITH_API kith_id kith_batch_move_because(kith_batch* batch, kith_id target, const char* stage_path, kith_str reason);
/* The same although the record does not meet what is mandatory in the stages it leaves, passes over and enters. What is unmet is kept on
 * the move (field "unmet", as of every move). A move without this, or without a reason, is then refused when applied: CheckFailed, whose
 * field is the name of what is unmet. */
KITH_API kith_id kith_batch_override(kith_batch* batch, kith_id target, const char* stage_path, kith_str reason);
/* A step of a stage, "<pipeline>/<stage>/<step>", is done for a record; the completion's local reference. evidence: the record that shows
 * it, 0 where the step needs none. Deleting the completion takes it back; deleting the evidence opens a step that needs it again. Errors
 * when applied: RecordMissing (no such step), BadOptions, Required and ReferenceWrongType (the evidence). */
KITH_API kith_id kith_batch_complete_step(kith_batch* batch, kith_id target, const char* step_path, kith_id evidence, kith_str note);
/* Adds the changes of a JSON batch; its form is described in kith/engine/batch.h. Errors name the path. */
KITH_API kith_code kith_batch_from_json(kith_db* db, kith_str json, kith_batch** batch, kith_error** err);
KITH_API kith_code kith_batch_to_json(const kith_batch* batch, kith_text** json, kith_error** err);

/* ---------------------------------------------------------------- apply */

/* Who reads, or on whose behalf a batch is applied: id 0 is the system, who may everything. Units and roles are beside those that the
 * records give the viewer. What the access policy (kith_db_set_policy) keeps from a viewer is as if it did not exist. */
typedef struct kith_viewer {
  uint32_t struct_size;
  uint32_t zero;
  kith_id id;
  const uint32_t* units;
  size_t unit_count;
  const kith_str* roles;
  size_t role_count;
} kith_viewer;
#define KITH_VIEWER_INIT \
  { (uint32_t)sizeof(kith_viewer), 0, 0, NULL, 0, NULL, 0 }

typedef struct kith_apply_options {
  uint32_t struct_size;
  uint8_t dry_run;
  uint8_t zero[3];
  uint64_t timeout_us;      /* 0: none. Queued then: cancelled (Timeout). Started: OutcomeUnknown, repeat with the same key */
  kith_str idempotency_key; /* up to 64 bytes, kept 30 days */
  const char* checkpoint;   /* name under which checkpoint_value is stored with the batch */
  kith_bytes checkpoint_value;
  const char* vendor; /* on whose behalf ("acme" of package acme.freight): ForeignNamespace where another vendor's types or fields are
                         written; NULL: the host's own */
  const kith_viewer* viewer; /* on whose behalf: bound by the access policy. NULL: the system */
} kith_apply_options;
#define KITH_APPLY_OPTIONS_INIT \
  { (uint32_t)sizeof(kith_apply_options), 0, {0, 0, 0}, 0, {0, 0}, 0, {0, 0}, 0, 0 }

typedef struct kith_outcome kith_outcome;
/* Applies a batch, atomically. Durable when it returns KITH_OK. The batch is unchanged and may be applied again. outcome: owned, may be
 * NULL. */
KITH_API kith_code kith_db_apply(kith_db* db, const kith_batch* batch, const kith_apply_options* options, kith_outcome** outcome,
                                 kith_error** err);
/* Several batches in order, each atomic on its own, durable together. `outcomes` and `errors` are caller buffers of `count` entries (either
 * may be NULL), each entry owned: exactly one of the two is set for a batch. Returns KITH_OK when all were applied, else the first failing
 * batch's code. */
KITH_API kith_code kith_db_apply_many(kith_db* db, const kith_batch* const* batches, size_t count, const kith_apply_options* options,
                                      kith_outcome** outcomes, kith_error** errors, kith_error** err);
/* The record of a local reference that the batch returned; 0: of none, or of another batch's. */
KITH_API kith_id kith_outcome_id(const kith_outcome* outcome, kith_id local);
KITH_API uint64_t kith_outcome_first_sequence(const kith_outcome* outcome); /* 0: nothing changed */
KITH_API uint64_t kith_outcome_last_sequence(const kith_outcome* outcome);
KITH_API uint8_t kith_outcome_replayed(const kith_outcome* outcome);
KITH_API size_t kith_outcome_effect_count(const kith_outcome* outcome);
KITH_API kith_str kith_outcome_effect(const kith_outcome* outcome, size_t index); /* borrowed(outcome) */
/* Of a dry run: every record that would be written, what follows from the batch included. operation (may be NULL): 1 created, 2 changed,
 * 3 deleted. Since 0.1. */
KITH_API size_t kith_outcome_change_count(const kith_outcome* outcome);
KITH_API kith_id kith_outcome_change(const kith_outcome* outcome, size_t index, uint32_t* operation);
KITH_API void kith_outcome_free(kith_outcome* outcome);

/* Records that are the same become one, in one batch, whichever of their values stays being independent of the order of merging. options:
 * JSON {"into": id (else the lowest), "prefer": "first" (the value of the record that was there first) or "latest", "choose": {field: id}},
 * any of them left out; empty: all. `apply` as for kith_db_apply, its dry_run and viewer. report: owned JSON {"into", "merged": [ids],
 * "fields": [{"field", "value", "from", "others": [{"record", "value"}]}] (those in which they differed), "sequence", "effects", "changes"
 * (of a dry run)}, may be NULL. Records that are one already change nothing; BadOptions: one record alone. Since 0.1. */
KITH_API kith_code kith_db_merge(kith_db* db, const kith_id* records, size_t count, kith_ref actor, kith_str reason, kith_str options,
                                 const kith_apply_options* apply, kith_text** report, kith_error** err);

/* A record of a type with behaviour "convertible", such as a lead, becomes a person, an organisation and a deal, in one batch and once;
 * values, activities and external references go along (kith/crm/convert.h says which and how). options: JSON {"person": id, "organisation":
 * id, "deal": id (existing ones; else those that the record names, that are found, or new ones), "find": false (look for none),
 * "with_deal": false, "name" (of a new deal), "pipeline" (of a new deal), "owner": id (of what is new; else the record's)}, any of them
 * left out; empty: all. `apply` as for kith_db_apply, its dry_run and viewer. report: owned JSON {"person", "organisation", "deal":
 * {"record": id, "how": "created", "found", "given"} or null, "already" (converted before: nothing was written), "kept": [{"record",
 * "field", "from"}] (what an existing record has otherwise), "stays": [fields that stay on the record alone], "followed" (activities
 * written), "sequence", "effects", "changes" (of a dry run)}, may be NULL. Since 0.1. */
KITH_API kith_code kith_db_convert(kith_db* db, kith_id record, kith_ref actor, kith_str reason, kith_str options,
                                   const kith_apply_options* apply, kith_text** report, kith_error** err);

/* A document that continues another one, as a draft: an order of a quote, an invoice or a return of an order, with what is left of its
 * lines; of the same type a new revision (kith/crm/document.h; what must hold among them: kith/model/document.h). options: JSON
 * {"quantities": {"<id of a line>": "4.5"} (else what is left of all), "external": [system, key] (of the new document; when there is one
 * with it, that is given and nothing is written), "owner": id}, any of them left out; empty: all. `apply` as for kith_db_apply, its dry_run
 * and viewer. report: owned JSON
 * {"document": id, "lines": number, "already", "sequence", "effects"}, may be NULL. Since 0.1. */
KITH_API kith_code kith_db_continue_document(kith_db* db, kith_id document, const char* type, kith_ref actor, kith_str reason,
                                             kith_str options, const kith_apply_options* apply, kith_text** report, kith_error** err);

/* --- access. The policy is a JSON document; the form stands in kith/catalog/policy.h. Without rules: no policy. Setting it holds from the
 * next snapshot and batch on, in every process. report: owned JSON {"changes": [...]}, may be NULL. */
KITH_API kith_code kith_db_set_policy(kith_db* db, kith_str policy, kith_ref actor, uint8_t dry_run, kith_text** report, kith_error** err);
/* The policy that is set, "{}" when none. policy: owned JSON. */
KITH_API kith_code kith_db_policy(kith_db* db, kith_text** policy, kith_error** err);

/* ---------------------------------------------------------------- snapshot */

/* A consistent view for one viewer. One thread at a time; may move between threads. Holds its database open. */
typedef struct kith_snapshot kith_snapshot;

/* A record in the map. borrowed(snapshot). */
typedef struct kith_view {
  const uint8_t* data;
  uint32_t size;
  uint32_t type;
  uint64_t id;
  uint64_t version;
} kith_view;

/* A field, resolved once for many reads; valid while the catalog's version stays. */
typedef uint64_t kith_field;

/* viewer NULL: the system. snapshot: owned. */
KITH_API kith_code kith_db_read(kith_db* db, const kith_viewer* viewer, kith_snapshot** snapshot, kith_error** err);
KITH_API void kith_snapshot_free(kith_snapshot* snapshot);
/* Takes the newest state; all views and cursors from before are invalid. */
KITH_API kith_code kith_snapshot_renew(kith_snapshot* snapshot, kith_error** err);
KITH_API uint64_t kith_snapshot_sequence(const kith_snapshot* snapshot);

KITH_API kith_code kith_snapshot_find(kith_snapshot* snapshot, const char* type, kith_ref ref, kith_id* id, kith_error** err);
KITH_API kith_code kith_snapshot_get(kith_snapshot* snapshot, kith_id id, kith_view* view, kith_error** err);
/* One view an id; a zeroed view where the record is absent. */
KITH_API kith_code kith_snapshot_get_many(kith_snapshot* snapshot, const kith_id* ids, size_t count, kith_view* views, kith_error** err);
/* Field of a type by name, header fields included ("id", "created", "updated", "owner", "unit", "version", "visibility"). */
KITH_API kith_code kith_snapshot_field(kith_snapshot* snapshot, const char* type, const char* field, kith_field* out, kith_error** err);
/* Name of an entity type by its number (kith_view.type). name: owned. */
KITH_API kith_code kith_snapshot_type_name(kith_snapshot* snapshot, uint32_t type, kith_text** name, kith_error** err);
/* A value of a view. */
KITH_API kith_code kith_snapshot_value(kith_snapshot* snapshot, const kith_view* view, kith_field field, kith_value* value,
                                       kith_error** err);
KITH_API kith_code kith_snapshot_value_named(kith_snapshot* snapshot, const kith_view* view, const char* field, kith_value* value,
                                             kith_error** err);
/* An item of a text list or choice set. */
KITH_API kith_code kith_snapshot_item(kith_snapshot* snapshot, const kith_view* view, kith_field field, size_t item, kith_value* value,
                                      kith_error** err);
/* A record with its fields as JSON. json: owned. */
KITH_API kith_code kith_snapshot_record_json(kith_snapshot* snapshot, kith_id id, kith_text** json, kith_error** err);
/* The same as it held at (effective, recorded), µs; INT64_MAX is "now". KITH_NOT_FOUND when it did not exist then. */
KITH_API kith_code kith_snapshot_record_json_as_of(kith_snapshot* snapshot, kith_id id, int64_t effective, int64_t recorded,
                                                   kith_text** json, kith_error** err);
typedef int32_t kith_right;
enum { KITH_RIGHT_READ = 0, KITH_RIGHT_WRITE = 1, KITH_RIGHT_DELETE = 2, KITH_RIGHT_CREATE = 3 };
/* Whether the snapshot's viewer may do something with a record; KITH_NOT_FOUND when they may not see it. Not for KITH_RIGHT_CREATE. */
KITH_API kith_code kith_snapshot_may(kith_snapshot* snapshot, kith_id id, kith_right right, uint8_t* may, kith_error** err);
/* What the viewer may with a type as JSON {"create": true, "masked": ["budget"], "fixed": ["budget"]}: fields that read as null, and fields
 * that may not be set. json: owned. */
KITH_API kith_code kith_snapshot_type_access(kith_snapshot* snapshot, const char* type, kith_text** json, kith_error** err);
/* The external references of a record as JSON [["system","key"], ...]. json: owned. */
KITH_API kith_code kith_snapshot_external_refs(kith_snapshot* snapshot, kith_id id, kith_text** json, kith_error** err);
/* History as JSON, oldest first. json: owned. */
KITH_API kith_code kith_snapshot_history(kith_snapshot* snapshot, kith_id id, kith_text** json, kith_error** err);
/* What was stored by apply's checkpoint; KITH_NOT_FOUND when never. value: owned (its str is the bytes). */
KITH_API kith_code kith_snapshot_checkpoint(kith_snapshot* snapshot, const char* name, kith_text** value, kith_error** err);

typedef int32_t kith_operation;
enum { KITH_OPERATION_CREATE = 1, KITH_OPERATION_CHANGE = 2, KITH_OPERATION_DELETE = 3 };
typedef struct kith_change {
  uint64_t sequence;
  kith_id record;
  kith_operation operation;
  uint32_t zero;
} kith_change;
/* The feed after `after`: fills at most `cap` changes (caller buffer). `scanned` is where to go on. */
KITH_API kith_code kith_snapshot_changes(kith_snapshot* snapshot, uint64_t after, kith_change* out, size_t cap, size_t* count,
                                         uint64_t* scanned, kith_error** err);
/* The same in full, with values before and after, as JSON {"scanned": n, "entries": [{"record", "type", "sequence", "operation", "actor",
 * "reason", "recorded", "effective", "fields": [{"field", "before", "after", "effective"}]}]}: at most `limit` entries; go on after
 * "scanned" until it is the snapshot's sequence. filter: JSON {"types": [names], "fields": [names], "operations": ["create", "change",
 * "delete"], "record": id}, any of them left out; empty: all. Errors: BadOptions, UnknownType, UnknownField, CursorExpired (that part of
 * the feed has been pruned). json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_feed(kith_snapshot* snapshot, uint64_t after, kith_str filter, size_t limit, kith_text** json,
                                      kith_error** err);
/* A point in time, on the axes of when something held and when it was known; µs, INT64_MAX: now. */
typedef struct kith_as_of {
  int64_t effective;
  int64_t recorded;
} kith_as_of;
/* What differs between two points, as JSON {"next": id or null, "differences": [{"record", "type", "operation", "fields": [{"field",
 * "before", "after"}]}]}, in id order from the record after `after`, at most `limit`; go on after "next" until it is null. filter: JSON
 * with "types" and "fields" as above; empty: all. Errors: BadOptions, UnknownType, UnknownField, HistoryPruned. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_differences(kith_snapshot* snapshot, kith_as_of from, kith_as_of to, kith_str filter, kith_id after,
                                             size_t limit, kith_text** json, kith_error** err);

/* Adds to a batch what makes a record what it was at a point in time, in `count` fields (0: all), from now on; a deleted one is restored.
 * Fields that follow from others, that the viewer may not set, and references to what is no more stay as they are. report: owned JSON
 * {"fields": [names], "kept": [{"field", "why"}]}, may be NULL. Errors: NotFound, HistoryPruned, UnknownField. Since 0.1. */
KITH_API kith_code kith_batch_revert(kith_batch* batch, kith_snapshot* snapshot, kith_id record, kith_as_of as_of, const kith_str* fields,
                                     size_t count, kith_text** report, kith_error** err);
/* Where a field's value comes from: the record that first had it, of those merged into this one, and when it was said there (µs). Either
 * may be NULL. Since 0.1. */
KITH_API kith_code kith_snapshot_origin(kith_snapshot* snapshot, kith_id record, const char* field, kith_id* origin, int64_t* recorded,
                                        kith_error** err);

/* ---------------------------------------------------------------- cursor */

typedef struct kith_cursor kith_cursor;

/* Values of the leading parts are given as text in the form that batches take in JSON, or numbers; see kith_range_add. */
typedef struct kith_range kith_range;
KITH_API kith_code kith_range_new(kith_range** range, kith_error** err); /* owned; empty: the whole index */
KITH_API void kith_range_free(kith_range* range);
KITH_API void kith_range_equal(kith_range* range, kith_value value); /* of the next leading part */
KITH_API void kith_range_low(kith_range* range, kith_value value, uint8_t inclusive);
KITH_API void kith_range_high(kith_range* range, kith_value value, uint8_t inclusive);
KITH_API void kith_range_reverse(kith_range* range, uint8_t reverse);
/* The page after a position of kith_cursor_position. */
KITH_API void kith_range_after(kith_range* range, kith_bytes position);

KITH_API kith_value kith_value_null(void);
KITH_API kith_value kith_value_bool(uint8_t value);
KITH_API kith_value kith_value_int(int64_t value);
KITH_API kith_value kith_value_double(double value);
KITH_API kith_value kith_value_text(kith_str value); /* borrowed(value) */
KITH_API kith_value kith_value_money(int64_t minor, const char* currency);
KITH_API kith_value kith_value_time(int64_t micros);
KITH_API kith_value kith_value_date(int32_t days);
KITH_API kith_value kith_value_ref(kith_id id);
KITH_API kith_value kith_value_choice(kith_str name); /* by name; number by kith_value.number with an empty text */

/* Records of a type in id order after `after` (0: from the start). cursor: owned, borrows nothing; holds the snapshot. */
KITH_API kith_code kith_snapshot_scan(kith_snapshot* snapshot, const char* type, kith_id after, kith_cursor** cursor, kith_error** err);
/* Records by an index. range NULL: all. */
KITH_API kith_code kith_snapshot_scan_index(kith_snapshot* snapshot, const char* type, const char* index, const kith_range* range,
                                            kith_cursor** cursor, kith_error** err);
/* KITH_OK and the next record is current; KITH_OUT_OF_RANGE at the end, without an error object. */
KITH_API kith_code kith_cursor_next(kith_cursor* cursor, kith_error** err);
KITH_API kith_id kith_cursor_id(const kith_cursor* cursor);
KITH_API kith_code kith_cursor_view(kith_cursor* cursor, kith_view* view, kith_error** err);
/* The i-th covered value of the index's entry; text borrowed(snapshot). */
KITH_API kith_code kith_cursor_covered(kith_cursor* cursor, size_t index, kith_value* value, kith_error** err);
/* A list page in one call, from the index alone: the next `cap` entries at most, *count 0 is the end. With n values covered by the index,
   values[i * n + j] is the j-th of entry i and ids[i] its record (caller buffers; ids may be NULL). Text borrowed(snapshot). */
KITH_API kith_code kith_cursor_page(kith_cursor* cursor, kith_id* ids, kith_value* values, size_t cap, size_t* count, kith_error** err);
/* Fills up to `cap` views at once (caller buffer); *count 0 is the end. */
KITH_API kith_code kith_cursor_fill(kith_cursor* cursor, kith_view* views, size_t cap, size_t* count, kith_error** err);
/* The same with values of the records: values[i * field_count + j] is fields[j] of the i-th (caller buffer of cap * field_count). The fast
 * way to read many. views may be NULL. Text borrowed(snapshot). Since 0.1. */
KITH_API kith_code kith_cursor_read(kith_cursor* cursor, const kith_field* fields, size_t field_count, kith_view* views, kith_value* values,
                                    size_t cap, size_t* count, kith_error** err);
/* Where the last entry given out stands, also after the end, for kith_range_after in a later snapshot. position: owned. */
KITH_API kith_code kith_cursor_position(kith_cursor* cursor, kith_text** position, kith_error** err);
KITH_API void kith_cursor_free(kith_cursor* cursor);

/* ---------------------------------------------------------------- queries */

/* A query, checked and planned. Immutable; any thread. Its JSON form is described in kith/query/query.h:
 * {"from": "opportunity", "where": "owner == $who", "select": ["name", "account.name"], "order": ["-close_date"], "limit": 50} */
typedef struct kith_query kith_query;

/* Plans for the catalog that the snapshot has; with a newer one it is planned anew at each run. Errors name the place in the query:
 * QueryMalformed, UnknownType, UnknownField, ExpressionMalformed. query: owned. */
KITH_API kith_code kith_query_prepare(kith_snapshot* snapshot, kith_str json, kith_query** query, kith_error** err);
/* The plan as JSON: access, index, conditions, what is checked again, order. json: owned. */
KITH_API kith_code kith_query_explain(const kith_query* query, kith_text** json, kith_error** err);
KITH_API void kith_query_free(kith_query* query);

typedef struct kith_query_options {
  uint32_t struct_size;
  uint8_t in_past; /* not 0: the state at (effective, recorded) */
  uint8_t zero[3];
  int64_t effective;      /* µs; INT64_MAX: now */
  int64_t recorded;       /* µs; INT64_MAX: now */
  uint64_t time_limit_us; /* from the run on; 0: none. Past it: Timeout */
  uint64_t cost;          /* index entries and records touched at most; 0: no limit. Past it: CostExceeded */
  kith_str after;         /* token of an earlier page */
} kith_query_options;
#define KITH_QUERY_OPTIONS_INIT                                              \
  {                                                                          \
    (uint32_t)sizeof(kith_query_options), 0, {0, 0, 0}, 0, 0, 0, 0, { 0, 0 } \
  }

/* Rows of a run. One thread at a time, but for kith_rows_cancel. Holds its snapshot; after the snapshot was renewed its calls give Closed.
 */
typedef struct kith_rows kith_rows;
typedef struct kith_column {
  kith_str name;  /* borrowed(rows) */
  kith_kind kind; /* KITH_KIND_NULL: as each value says */
  int32_t scale;
  uint8_t per_currency; /* an aggregate of money: items of one currency each, and a value when there is just one */
  uint8_t zero[7];
} kith_column;

/* parameters: JSON {"who": 123}, values as batches have them; empty: none. options NULL: none. rows: owned. */
KITH_API kith_code kith_query_run(const kith_query* query, kith_snapshot* snapshot, kith_str parameters, const kith_query_options* options,
                                  kith_rows** rows, kith_error** err);
KITH_API size_t kith_rows_column_count(const kith_rows* rows);
KITH_API kith_code kith_rows_column(const kith_rows* rows, size_t index, kith_column* column);
/* The next rows, at most `cap` at once: values[i * columns + j] is column j of row i, ids[i] its record (0 in groups). Both
 * borrowed(rows) until the next call. *count 0 is the end. Lists have number items, amounts by currency too: see kith_rows_item. */
KITH_API kith_code kith_rows_next(kith_rows* rows, size_t cap, const kith_value** values, const kith_id** ids, size_t* count,
                                  kith_error** err);
/* An item of a list, or an amount, of the rows that kith_rows_next gave last. */
KITH_API kith_code kith_rows_item(const kith_rows* rows, size_t row, size_t column, size_t item, kith_value* value, kith_error** err);
/* The next rows, at most `cap` at once, as a JSON list of objects with related records; an empty list is the end. json: owned. */
KITH_API kith_code kith_rows_json(kith_rows* rows, size_t cap, kith_text** json, kith_error** err);
/* Where the last row stands, for kith_query_options.after in a later snapshot; empty when there was none. token: owned. */
KITH_API kith_code kith_rows_token(const kith_rows* rows, kith_text** token, kith_error** err);
/* The plan with what was done: entries, records, rows, time. json: owned. */
KITH_API kith_code kith_rows_explain(const kith_rows* rows, kith_text** json, kith_error** err);
/* Lets a call that runs, and later ones, end with Cancelled. Any thread. */
KITH_API void kith_rows_cancel(kith_rows* rows);
KITH_API void kith_rows_free(kith_rows* rows);

/* ---------------------------------------------------------------- Arrow streams */

/* Of the Arrow C stream interface, which a host has from its Arrow library or declares itself. The functions below fill one that the host
 * owns: call its release when done. Batches have up to 8,192 rows, own their memory, and outlive stream and database. A stream holds its
 * snapshot; it is used by one thread at a time, together with the snapshot, and ends with an error after the snapshot was renewed. How
 * kinds become Arrow types is described in kith/exchange/arrow.h. Since 0.1. */
struct ArrowArrayStream;

/* The rows that are still to come. kith_rows_cancel ends the stream (ECANCELED); the rows may be freed before it. */
KITH_API kith_code kith_rows_arrow(kith_rows* rows, struct ArrowArrayStream* stream, kith_error** err);
/* The records of a type in id order. fields: JSON ["id", "stage"], empty: the id and all fields. */
KITH_API kith_code kith_snapshot_arrow(kith_snapshot* snapshot, const char* type, kith_str fields, struct ArrowArrayStream* stream,
                                       kith_error** err);
/* What happened to the records of a type, in commit order: one row for each field that changed. */
KITH_API kith_code kith_snapshot_history_arrow(kith_snapshot* snapshot, const char* type, struct ArrowArrayStream* stream,
                                               kith_error** err);

/* ---------------------------------------------------------------- expressions */

/* The value of a CEL expression without records: json (owned) is {"type": "int", "value": 3, "text": "3"}. Kinds that JSON has no form for
   have their text as the value. The error's field is "line:column". */
KITH_API kith_code kith_eval(kith_str expression, kith_text** json, kith_error** err);

/* ---------------------------------------------------------------- search */

typedef struct kith_search_options {
  uint32_t struct_size;
  uint32_t limit;         /* hits at most, up to 1,000; 0: 20 */
  kith_str types;         /* "contact,account"; empty: every type with a text index */
  uint64_t time_limit_us; /* 0: none. Past it: Timeout */
  uint64_t reads;         /* records read at most, beside those changed lately; 0: 1,000 */
  uint8_t exact;          /* not 0: no misspellings */
  uint8_t zero[7];
} kith_search_options;
#define KITH_SEARCH_OPTIONS_INIT                                                       \
  {                                                                                    \
    (uint32_t)sizeof(kith_search_options), 0, {0, 0}, 0, 0, 0, { 0, 0, 0, 0, 0, 0, 0 } \
  }

/* Records by what somebody types: words, beginnings, fragments, pinyin, digits of a telephone number, misspellings; what is found and in
   which order stands in kith/query/search.h. options: NULL for the defaults. json (owned):
   {"hits": [{"id", "type", "field", "score", "misspelt"}], "complete": true, "records": 12}, the best first. Errors: LimitExceeded,
   BadOptions, UnknownType, UnknownIndex (a type without a text index), Timeout. */
KITH_API kith_code kith_snapshot_search(kith_snapshot* snapshot, kith_str text, const kith_search_options* options, kith_text** json,
                                        kith_error** err);

/* ---------------------------------------------------------------- segments */

/* Adds a segment to a batch, or gives the one of that name another condition: an expression over the records of `for_type`. Whoever enters
   or leaves shows in the feed as a created or deleted segment_member. Returns the segment's reference. */
KITH_API kith_id kith_batch_define_segment(kith_batch* batch, kith_str name, kith_str for_type, kith_str condition);
/* Looks at the existing records that new segments have not looked at yet, until all segments are complete. */
KITH_API kith_code kith_db_fill_segments(kith_db* db, kith_error** err);
/* Segments as JSON; for_type NULL: all. json: owned. */
KITH_API kith_code kith_snapshot_segments(kith_snapshot* snapshot, const char* for_type, kith_text** json, kith_error** err);
/* The next members after `after` (0: from the start) in id order, at most `cap` (caller buffer). */
KITH_API kith_code kith_snapshot_members(kith_snapshot* snapshot, const char* segment, kith_id after, kith_id* ids, size_t cap,
                                         size_t* count, kith_error** err);

/* ---------------------------------------------------------------- relations */

/* A relation is named by its type ("account_relation"), by type and kind ("account_relation.subsidiary_of"), or by type and reference field
   ("account.parent"); see kith/model/relation.h. Since 0.1. */
enum { KITH_DIRECTION_OUT = 0, KITH_DIRECTION_IN = 1, KITH_DIRECTION_BOTH = 2 };
typedef struct kith_walk_options {
  uint32_t struct_size;
  uint8_t direction; /* KITH_DIRECTION_*: along the edges, against them, or both. A symmetric relation always leads both ways */
  uint8_t ever;      /* not 0: edges of whatever valid time */
  uint8_t zero[2];
  int64_t at;     /* µs: edges valid then; 0: at the snapshot's recorded time */
  uint32_t depth; /* of a traversal, up to 64; 0: 4 */
  uint32_t limit; /* visits of a traversal; 0: 10,000 */
  kith_str types; /* of a traversal: a JSON list of names; others are neither listed nor walked through; empty: all */
} kith_walk_options;
#define KITH_WALK_OPTIONS_INIT                                              \
  {                                                                         \
    (uint32_t)sizeof(kith_walk_options), 0, 0, {0, 0}, 0, 0, 0, { NULL, 0 } \
  }
/* The records one edge away that the viewer may see, as JSON [{"record", "edge", "out", "kind", "valid_from", "valid_to"}], in id order;
   what an edge has not is left out. json: owned. */
KITH_API kith_code kith_snapshot_neighbours(kith_snapshot* snapshot, kith_id record, const char* relation, const kith_walk_options* options,
                                            kith_text** json, kith_error** err);
/* Breadth first along relations (a JSON list of names), as JSON {"truncated", "visits": [{"record", "depth", "before", and of the edge what
   neighbours have}]}; "before" is the index of the visit it was reached from. json: owned. */
KITH_API kith_code kith_snapshot_traverse(kith_snapshot* snapshot, kith_id start, kith_str relations, const kith_walk_options* options,
                                          kith_text** json, kith_error** err);
/* A sum of money over a record and everything below it. question: JSON {"relation", "at" (time as text), "type", "via", "field", "where"},
   all but the first optional; json: owned, {"members": [ids], "records": n, "totals": [{"minor", "currency"}]}. */
KITH_API kith_code kith_snapshot_group_total(kith_snapshot* snapshot, kith_id record, kith_str question, kith_text** json,
                                             kith_error** err);

/* ---------------------------------------------------------------- pools */

/* Records that nobody owns yet, handed out and taken back (kith/crm/pool.h). What a record of type "pool" says of capacity, claims a day
 * and cooling off is kept by the writer for every change of a pooled record's owner, however many claim at once: PreconditionFailed. */

/* Adds the claim of a free record to the batch. */
KITH_API void kith_batch_claim(kith_batch* batch, kith_id record, kith_id owner, kith_str reason);
/* Adds the return of a record to its pool to the batch; the snapshot says who holds it. */
KITH_API kith_code kith_batch_release(kith_batch* batch, kith_snapshot* snapshot, kith_id record, kith_str reason, kith_error** err);
/* Adds the assignment of free records to the pool's members to the batch, in turn or by load, as the pool says. question: a JSON object,
 * all members optional (empty: none): "records" (ids; else all free ones), "limit" (1000). [{"record", "owner" (null: nobody takes it),
 * "reason"}]; json: owned. Errors: RecordMissing (no such pool), PreconditionFailed (a record that is not free in it). */
KITH_API kith_code kith_batch_assign(kith_batch* batch, kith_snapshot* snapshot, const char* pool, kith_str question, kith_text** json,
                                     kith_error** err);
/* Takes back what has been silent for its pool's recycle_days at `now` (µs, not in the future), and gives owners a task warn_days before.
 * pool NULL: all. May be called at any time, by any number of processes. {"recycled": [ids], "warned": [ids], "exempt": n, "kept": n};
 * json: owned. */
KITH_API kith_code kith_db_recycle_pools(kith_db* db, int64_t now, const char* pool, kith_ref actor, kith_text** json, kith_error** err);

/* ---------------------------------------------------------------- timeline */

/* What happened with a person, an organisation, a deal or any other record, in one order, newest first (kith/model/timeline.h). question: a
 * JSON object, all members optional (empty: none): "whole" (false: without what is rolled up), "from", "until" (times as text), "kinds" (of
 * "interaction", "task", "note", "ticket", "document", "deal", "move", "milestone"), "limit" (50, to 1000), "after" (the last "next").
 * {"entries": [{"record", "at", "kind", "process": "marketing", "sales" or "service", "text", "initiator" (of an interaction): "us", "them"
 * or "both", "about" (where there is one)}], "next": text or null}. KITH_NOT_FOUND without the record. json: owned. */
KITH_API kith_code kith_snapshot_timeline(kith_snapshot* snapshot, kith_id record, kith_str question, kith_text** json, kith_error** err);
/* The thread that a record belongs to, from the first touch to service (kith/model/thread.h): {"id", "parts": [{"record", "after",
 * "origin", "owner", "since"}], "hand_overs": [{"at", "record", "from", "to", "actor", "reason"}]}; ids are null where there is none. json:
 * owned. */
KITH_API kith_code kith_snapshot_thread(kith_snapshot* snapshot, kith_id record, kith_text** json, kith_error** err);

/* ---------------------------------------------------------------- relationships */

/* Each takes a question as a JSON object, all members optional (empty: none), with "as_of" and "recorded" (times as text) on both axes;
   json is owned. A score is {"value", "confidence", "low", "high", "contributions": [{"record", "weight", "value"}]}; "contributions":
   false in the question leaves them out and reads derived rows, which is faster. What the viewer may not see counts nothing. Since 0.1. */

/* Who of us has a tie to a person, strongest first: [{"employee", "active", "coverage", "tie": score}]; see kith/insight/relations.h. */
KITH_API kith_code kith_snapshot_ties(kith_snapshot* snapshot, kith_id person, kith_str question, kith_text** json, kith_error** err);
/* One of the six quantifications (kith/insight/quantify.h). subject: 0 for us, one of ours, a team or a competitor; object: a person, a
   deal, an account, or 0 for everything. question: also "suggestions" (how many), "capital", "ways", "effect", "trend_months". {"which":
   "key_person", "decision_chain", "account", "employee", "company" or "competitor", "as_of", "score", "light", "against": [{"competitor",
   "lead", "closer": [ids]}], "capital": [{"minor", "currency"}], "suggestions": [{"record", "step", "gain", "reach", "way": of those
   below}], "slips" (late milestones): [{"milestone", "deal", "name", "due", "done" (or null), "days_late"}]} and of each its own part:
   "person", "chain", "account", "reach", "exclusive", "hand_over", "employees", "concentration", "head_to_head", "trend". */
KITH_API kith_code kith_snapshot_relation(kith_snapshot* snapshot, kith_id subject, kith_id object, kith_str question, kith_text** json,
                                          kith_error** err);
/* The best ways to be introduced to a person (kith/insight/introductions.h). question: "as_of", "from" (one of ours), "count" (3), "hops"
   (4), "damping" (.8), "colleague" (.5). [{"value", "hops": [{"from", "to", "kind", "strength", "record"}]}], kind being "tie" (one of ours
   and somebody they interact with), "knows" (an acquaintance, the record), "colleague" (two of ours in one group) or "shared" (an
   acquaintance that its owner keeps private but lets others know of: without record, strength .5 whatever it is;
   kith/model/acquaintance.h). */
KITH_API kith_code kith_snapshot_introductions(kith_snapshot* snapshot, kith_id target, kith_str question, kith_text** json,
                                               kith_error** err);
/* Relations as a graph to be drawn (kith/insight/relation_map.h): the people in a deal, of an account, or (0) of all accounts, whom they
   report to, influence and know, and who of us knows them. question: "as_of", "recorded", "party" (whose standing with them is told),
   "most" (10,000 people: more are refused), "form". In the form "json" (if none is given) {"object", "as_of", "nodes": [{"record", "type",
   "name", "ours", "active" (of ours), "title", "level", "tier", "political", "roles", "veto", "approve", "stance", "confidence",
   "closeness", "light", "weight", "influence"}], "edges": [{"from", "to", "kind": "reports_to", "dotted_line", "influences", "knows" or
   "tie", "strength", "evidence": [ids, never none]}]}; in the form "graphml" the same for programs that draw graphs
   (kith/exchange/graphml.h). */
KITH_API kith_code kith_snapshot_relation_map(kith_snapshot* snapshot, kith_id object, kith_str question, kith_text** text,
                                              kith_error** err);
/* A customer's card, of a person or an account, and the brief before a call to a person (kith/insight/card.h). question: also "each" (5),
   lines of one kind, "context" (false: true adds language, channels of consent and what to do now), "channel" (then: asked about).
   [{"kind", "record", "text", "choice", "value", "amount", "at", "evidence": [ids]}], as far as a line has them. */
KITH_API kith_code kith_snapshot_card(kith_snapshot* snapshot, kith_id customer, kith_str question, kith_text** json, kith_error** err);
KITH_API kith_code kith_snapshot_brief(kith_snapshot* snapshot, kith_id person, kith_str question, kith_text** json, kith_error** err);

/* The four questions of a deal (kith/insight/action_line.h): is there an opportunity, can we compete, can we win, is it worth it; as a
   party sees it, 0 for us. {"opportunity": {"value": -1 to 1, "confidence", "criteria": [{"name", "value", "confidence"}]}, "compete",
   "win", "worth", "no_go": [names of those that say no]}. */
KITH_API kith_code kith_snapshot_four_questions(kith_snapshot* snapshot, kith_id deal, kith_id party, kith_str question, kith_text** json,
                                                kith_error** err);
/* The five steps of winning a deal with what is to be done now: {"deal", "as_of", "questions": as above, "missing": [roles that nobody
   plays], "rivals": [as "against" above], "steps": [{"step": "assess", "analyse", "compete", "relate", "execute", "state": "open", "begun",
   "done", "asked", "known", "actions": [{"key", "kind", "done", "about", "choice", "gain", "way", "task"}]}]}; of the last five of an
   action what it has. Kinds and choices: kith/insight/action_line.h. */
KITH_API kith_code kith_snapshot_action_line(kith_snapshot* snapshot, kith_id deal, kith_str question, kith_text** json, kith_error** err);
/* Adds to the batch what makes the deal's tasks those of its action line now: new ones, reopened and cancelled ones; those that are done
   stay. *changed (may be NULL): how many tasks that are. Apply it soon: what others do meanwhile to these tasks is overwritten. */
KITH_API kith_code kith_batch_plan_actions(kith_batch* batch, kith_snapshot* snapshot, kith_id deal, uint64_t* changed, kith_error** err);

/* Which customers are likely to buy within a horizon, likeliest first (kith/insight/buyers.h): those whose owner is rep, or (0) all.
   question: "as_of", "horizon_days" (90), "moments" (6), "level" (.8), "limit" (0: all), how many are given out. {"as_of", "horizon_days",
   "verdict": "skill", "no_skill" or "too_little", "usual", "trial": {"customers", "buyers", "auc", "auc_low", "auc_high", "lift", "brier"},
   "effects": {"<feature>": log odds by one standard deviation}, "buyers": [{"customer", "chance", "low", "high", "reasons": [{"feature",
   "effect"}]}]}. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_rank_buyers(kith_snapshot* snapshot, kith_id rep, kith_str question, kith_text** json, kith_error** err);

/* What somebody should do next, ranked (kith/insight/worklist.h): of rep, or (0) of everybody. question: "now", "horizon_days" (90),
   "silent_days" (30), "rest_days" (7), "limit" (50; 0: all). {"now", "currency" (null: nothing has a worth), "verdict", "total" (entries
   there are), "masked": ["type.field" that is masked and so was not judged], "items": [{"kind": "task", "visit", "deal" or "customer",
   "record", "name", "customer", "about" (ids or null), "promised", "chance", "value": {"minor", "currency"}, "due" (null: none), "reasons":
   [{"reason", "much"}], "action": {"name", "labels"}, as far as the stage suggests one}]}. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_worklist(kith_snapshot* snapshot, kith_id rep, kith_str question, kith_text** json, kith_error** err);

/* How far we have come with groups of companies (kith/insight/penetration.h). question: "relation" (from lower to upper, empty: what an
   organisation says it belongs to), "now", "active_days" (365), "threshold" (.5), "fewest" (3). {"now", "masked": as above, "groups":
   [{"head", "name", "subsidiaries", "worked", "won", "active", "active_ones": [ids], "share", "head_open", "reach", "executive",
   "expand", "suggested" (ids or null)}]}. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_penetration(kith_snapshot* snapshot, const char* pipeline, kith_str question, kith_text** json,
                                             kith_error** err);
/* Adds to the batch a deal with the head of each group that the question finds to "expand", each once. *suggested (may be NULL): how many.
   Since 0.1. */
KITH_API kith_code kith_batch_suggest_expansions(kith_batch* batch, kith_snapshot* snapshot, const char* pipeline, kith_str question,
                                                 uint64_t* suggested, kith_error** err);

/* What customers owe (kith/insight/receivables.h): days sales outstanding and ageing, in minor units. question: "as_of" (a date; else
   today), "late_days" ([30, 60, 90]), "window_days" (90), "into" (a currency; else one ageing a currency). {"as_of", "total": [{"currency",
   "invoices", "open", "not_due", "overdue", "late": [by how late], "overpaid", "invoiced", "dso", "best_dso", "days_to_pay" (null: none)}],
   "by_account", "by_owner": [{"group" (id or null), "ageing": as total}], "invoices": [{"invoice", "account", "owner", "total", "open":
   {"minor", "currency"}, "due", "days_late"}, the longest late first], "masked": as above, "other_currency": [ids of payments that are not
   counted]}. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_receivables(kith_snapshot* snapshot, kith_str question, kith_text** json, kith_error** err);

/* What a deal is worth (kith/insight/worth.h). question: "as_of" (of the evidence), "chance" (of winning; else the forecast's). {"deal",
   "amount": {"minor", "currency"}, "source": "typed", "quote", "predicted" or "none", "chance", "delivery", "to_win", "spent" (minor
   units), "margin", "expected", "masked": as above, "other_currency": [ids of costs that are not counted], "budget": {"exists": {"value"
   (-1 to 1), "confidence", "low", "high"}, "amount", "confidence", "apart" (minor units), "amounts": [{"record", "weight", "minor"}]}};
   null where there is none. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_worth(kith_snapshot* snapshot, kith_id deal, kith_str question, kith_text** json, kith_error** err);

/* What deals that are won have and others lack, and why deals are lost (kith/insight/winning.h). question: "as_of", "since", "fewest" (10),
   "level" (.95). {"as_of", "won", "lost", "features": [{"name", "with", "with_won", "without", "without_won", "lift", "low", "high",
   "p_value", "told"}], "losses": [{"reason", "deals", "late", "share", "low", "high", "amount": [{"minor", "currency"}]}]}. json: owned.
   Since 0.1. */
KITH_API kith_code kith_snapshot_winning(kith_snapshot* snapshot, const char* pipeline, kith_str question, kith_text** json,
                                         kith_error** err);

/* ---------------------------------------------------------------- decisions */

/* Functions of what the question, a JSON object, says alone; json is owned. Since 0.1. */

/* Where scarce support does most (kith/insight/allocation.h). One pool: {"deals": [{"deal", "value", "base", "most", "scale"}], "capacity",
   "cost"} gives {"units": [by deal], "gain", "shadow_price"}. Experts, each whole on one deal: {"deals": [{"deal", "value", "base"}],
   "experts": [{"expert", "cost", "effect": [log odds by deal, null: none]}]} gives {"deals": [position by expert, null: free], "gain",
   "bound", "exact"}. */
KITH_API kith_code kith_allocate(kith_str question, kith_text** json, kith_error** err);
/* What channels return (kith/insight/credit.h): {"model": "first", "last" (unless told), "linear", "decay" or "u_shape", "journeys":
   [{"touches": [{"channel", "at"}], "converted", "revenue": {"minor", "currency"}}], "costs": [{"channel", "cost": {"minor", "currency"}}]}
   gives [{"channel", "conversions", "revenue", "cost", "roi"}], money in minor units. */
KITH_API kith_code kith_credit(kith_str question, kith_text** json, kith_error** err);
/* How a customer usually does a thing, and whether a value is unusual (kith/insight/habit.h): {"past": [{"value", "weight"}], "prior":
   {"mean", "sd", "weight", "sd_weight"}, "value", "level"} gives {"mean", "low", "high", "projects", "own", "surprise", "warns"}. */
KITH_API kith_code kith_habit(kith_str question, kith_text** json, kith_error** err);

/* ---------------------------------------------------------------- one person once */

/* Which records of a type are probably the same person or company (kith/crm/duplicates.h). question: a JSON object, all members optional:
   "review" (.5) and "automatic" (.99), probabilities from which pairs are reported and need no look; "limit" (1000), pairs given out;
   "fields": {"<field>": "name", "text", "address", "mail", "phone", "date", "identifier" or "website"}, to compare in place of the roles
   of a party; "threads" (0: all); "also": [types] compared together with it, such as "contact" with "lead", and "across": true, only pairs
   of two types. {"pairs": [{"a", "b", "bits", "probability", "reasons": [{"field", "agreement": "exact", "close",
   "similar", "partial" or "different", "bits"}]}], likeliest first, "found" (beyond the limit too), "automatic" (how many of those),
   "precision", "automatic_precision" and "recall" (expected), "records", "compared", "groups": [[ids]], of pairs that are automatic,
   "model": what was learnt, as text}. json: owned. Nothing is changed. Since 0.1. */
KITH_API kith_code kith_snapshot_duplicates(kith_snapshot* snapshot, const char* type, kith_str question, kith_text** json,
                                            kith_error** err);
/* Who of the type a record, or somebody about to be entered, might be. question: also "record", or "values": {"<field>": text}. model: as
   kith_snapshot_duplicates gave it with the same "fields"; empty: it is learnt from the snapshot and kept with it. {"records": [{"record",
   "bits", "probability", "reasons"}], likeliest first, "complete": false when more records share a word than were looked at}. Since 0.1. */
KITH_API kith_code kith_snapshot_who_is(kith_snapshot* snapshot, const char* type, kith_str question, kith_str model, kith_text** json,
                                        kith_error** err);

/* ---------------------------------------------------------------- pipelines and insight */

/* Pipelines as JSON; for_type NULL: all. json: owned. */
KITH_API kith_code kith_snapshot_pipelines(kith_snapshot* snapshot, const char* for_type, kith_text** json, kith_error** err);
/* Changes a pipeline with records in flight. plan: {"pipeline": {as for kith_batch_define_pipeline, by which stages that it does not list
 * are archived}, "rename": {"former": "new"}, "map": {"former": "new" | "pipeline/stage" | [{"to": ..., "when": CEL}, ..., {"to": ...}]}}.
 * Decided in one commit that defines the new version; the records' moves follow, and statistics do not count them. What a crash cuts short
 * is completed when the database is opened next. json: owned; after a dry run {"version": n, "placements": [{"from", "to", "records"}],
 * "unplaced": [{"record", "stage"}]}, else {"migration": id, "version": n, "moved": n, "left": [{"record", "stage"}]}. Errors:
 * PreconditionFailed (records without a place), UnknownPipeline, UnknownStage, BatchMalformed, those of the plan's conditions. */
KITH_API kith_code kith_db_migrate_pipeline(kith_db* db, kith_str plan, uint8_t dry_run, kith_text** json, kith_error** err);
/* Adds a pipeline given as JSON to a batch: {"name", "for_type", "parallel", "selling": "project" (default), "relationship" or "field",
 * "stages": [{"name", "kind", "labels", "max_dwell_days", "optional", "entry": [criterion], "exit": [criterion], "steps": [step],
 * "actions": [action], "events": [event]}]}. criterion: {"name", "labels", "condition": CEL over the record, "mandatory"}; step: {"name",
 * "labels", "condition", "mandatory", "evidence": a type or "*"}; action:
 * {"name", "labels", "condition"}; event: {"name", "labels", "of": a type whose record is the event, "condition" over it, "by": its
 * reference to the record that moves here, "at": its time or date}. A pipeline that is parallel runs beside the main one: a record has a
 * stage there as well, in a record of type track (kith/model/pipeline.h). The same again changes nothing; a pipeline that is there gets
 * what is given (labels, order, further stages, what they ask for). List all its stages: one that is left out stays as it is, and another
 * in its place is refused when applied, as is an older "version" (BadOptions). kith_db_migrate_pipeline takes stages away, merges and
 * splits them, and says where the records in them go. */
KITH_API void kith_batch_define_pipeline(kith_batch* batch, kith_str json);
/* Where a record stands in its pipelines, what its stages still ask for, and what comes next (kith/model/guide.h). json: owned. {"record",
 * "tracks": [{"pipeline", "name", "parallel", "stage", "stage_name", "kind": "open", "won" or "lost", "since", "stay_until", "over",
 * "progress", "asked": [asked], "actions": [item], "next": [{"stage", "name", "optional", "refused", "unmet": [asked]}]}]}, where asked is
 * an item with "stage", "mandatory", "met", "completion", "evidence", "trouble", and an item has "item", "kind": "entry", "exit", "step" or
 * "action", "name", "labels", "condition", "needs_evidence". */
KITH_API kith_code kith_snapshot_guide(kith_snapshot* snapshot, kith_id record, kith_text** json, kith_error** err);
/* What a batch brought about, from the sequences of its outcome: {"entries": as kith_snapshot_feed, what rules added included, "next":
 * [{"record", "stage", and what an item above has}]}: for every open record with stages that it wrote, or that a record it wrote names, the
 * first action that its stage suggests, else the first thing unmet there. A snapshot of after the batch. Errors: those of
 * kith_snapshot_feed. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_told(kith_snapshot* snapshot, uint64_t first_sequence, uint64_t last_sequence, kith_text** json,
                                      kith_error** err);
/* Stages proposed from what was done about the closed records of a pipeline: interactions, states of documents, fields filled in
 * (kith/insight/mine.h). json: owned. {"records", "missing": closed records still needed, "stages": [{"name", "activities": [{"name":
 * "quote:sent", "records", "won", "lost"}], "records", "won", "lost", "optional", "in_order", "reversed"}], "flows": [{"from", "to":
 * indexes of stages, one past the last is the end, "records"}], "left": activities too rare for a stage, "pipeline": a definition}. */
KITH_API kith_code kith_snapshot_mine_stages(kith_snapshot* snapshot, const char* pipeline, kith_text** json, kith_error** err);
/* What stages would have said of a pipeline's records. stages: [{"name", "activities": [names]}] or those of a proposal. json: owned.
 * {"reached": [records by stage], "records": [{"record", "entries": [{"stage", "at"}], "backward"}], "unmapped": [ids], "unknown":
 * [activities that no stage has]}. Errors: UnknownPipeline, PackageMalformed. */
KITH_API kith_code kith_snapshot_replay_stages(kith_snapshot* snapshot, const char* pipeline, kith_str stages, kith_text** json,
                                               kith_error** err);

typedef struct kith_rate {
  double value;
  double low;
  double high;
  int64_t successes;
  int64_t trials;
  int32_t maturity; /* 1 learning, 2 provisional, 3 stable */
  uint32_t zero;
} kith_rate;

typedef struct kith_insight_options {
  uint32_t struct_size;
  uint8_t strict; /* refuse (NotEnoughData) instead of widening */
  uint8_t zero[3];
  int64_t as_of;    /* µs; 0: now */
  kith_id owner;    /* the funnel of one owner; 0: all */
  char currency[4]; /* of forecasts; empty: the most frequent */
  uint32_t zero2;
  double level; /* of intervals; 0: 0.95 */
  uint64_t seed;
  /* JSON, borrowed for the call, what is absent has no effect:
   *   "period"        funnel, reps, scorecards, deals behind: whole months such as "2026-Q1"; else all of history
   *   "group"         funnel, deals behind, velocity, gap: {"kind": "owner" | "segment" | "source", "id": number}, instead of everybody
   *   "by"            funnel, forecast: parts by "owner", "segment", "source" or "product" (as deals say now; looks at every deal), or
   *                   by a field of these records such as "owner.team"; in the JSON each has its number as "part" (0: none) and what it
   *                   is called as "name" (null: nothing, or not for the viewer), a choice perhaps "labels"
   *   "learn_from"    forecast: widen by what forecasts of so many periods before missed; costs two reads of the past each
   *   "learn_saved"   forecast: true: by what saved forecasts missed, too
   *   "measure"       forecast, backtest: "won" (else), or "cash": what comes in instead of what is won; the JSON's "closed" is then what
   *                   was collected, and "from_issued" and "from_won" say what open invoices and wins not invoiced yet bring. Costs every
   *                   deal, document and payment
   *   "relations"     forecast, backtest: true: relationships act on chances as far as closed deals show it; costs the decision chains of
   *                   the open deals and of 400 closed ones. The JSON's "transparency" {"process", "relations"} then says how much of what
   *                   tells the open deals' chances apart each explains, as variances
   *   "rates"         units of `currency` for one unit of others: {"USD": 7.1}; amounts are converted first
   *   "what_if"       forecast: {"lost": [ids], "more_deals_a_week": number, "faster": {stage name: factor}}
   *   "target"        gap: minor units; else what is usual
   *   "compare_with"  gap: how many periods before it are the usual; 4
   *   "version"       in the eyes of a former version of the pipeline: all of history on its stages; else of the one in force
   *   "without_overrides" true: as if moves that overrode what a stage asks for had not been made
   *   "collection"    gap, forecasts of cash: true: invoices and their receipts (else for cash); or the pipeline of money documents
   *                   whose won stage means paid */
  kith_str more;
} kith_insight_options;
#define KITH_INSIGHT_OPTIONS_INIT                                                                  \
  {                                                                                                \
    (uint32_t)sizeof(kith_insight_options), 0, {0, 0, 0}, 0, 0, {0, 0, 0, 0}, 0, 0, 0, { NULL, 0 } \
  }

/* The funnel of a pipeline. */
typedef struct kith_funnel kith_funnel;
typedef struct kith_funnel_stage {
  kith_id stage;
  kith_str name; /* borrowed(funnel) */
  int64_t reached;
  int64_t open;
  int64_t advanced;
  int64_t lost;
  int64_t entries;
  int64_t rework;
  int64_t skipped;
  kith_rate rate;
  double median_days; /* NaN: not reached */
  double mean_days;
} kith_funnel_stage;
typedef struct kith_funnel_summary {
  int64_t as_of;
  int64_t arrivals;
  int64_t won;
  int64_t lost;
  int64_t open;
  int64_t path_unknown;
  kith_rate win_rate;
  double end_to_end;
  double median_cycle_days;
} kith_funnel_summary;
KITH_API kith_code kith_snapshot_funnel(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                        kith_funnel** funnel, kith_error** err);
KITH_API void kith_funnel_get_summary(const kith_funnel* funnel, kith_funnel_summary* summary);
KITH_API size_t kith_funnel_stage_count(const kith_funnel* funnel);
KITH_API kith_code kith_funnel_get_stage(const kith_funnel* funnel, size_t index, kith_funnel_stage* stage);
KITH_API kith_code kith_funnel_to_json(const kith_funnel* funnel, kith_text** json, kith_error** err);
KITH_API void kith_funnel_free(kith_funnel* funnel);

/* The ways that deals went, most frequent first, and what became of those that began in the same month, as JSON; looks at every deal.
 * json: owned. */
KITH_API kith_code kith_snapshot_ways(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                                      kith_error** err);
/* Ids of the deals behind a stage's counts, as JSON {"advanced": [ids], "lost": [ids]}, for the group and period of the options; looks at
 * every deal. json: owned. */
KITH_API kith_code kith_snapshot_deals_behind(kith_snapshot* snapshot, const char* pipeline, const char* stage,
                                              const kith_insight_options* options, kith_text** json, kith_error** err);

/* Every rep against the team, or the options' owner alone, as JSON, most costly gap first. False discoveries are controlled over the
 * report, so that one rep's own report finds more. "weakest" names the flagged step that costs most, "look_first" the one that would
 * surprise most of an ordinary rep, flagged or not; null where there is none. json: owned. */
KITH_API kith_code kith_snapshot_reps(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options, kith_text** json,
                                      kith_error** err);

/* How people are doing (kith/insight/scorecard.h): everybody's card, or the options' owner's alone, beside the team's, for the period of
 * the options. {"as_of", "currency" (the options', else the one most deals have), "months": {"first", "end"}, "team": card without "owner",
 * "relations" and "against_team", "reps": [{"owner" (null: nobody), "activity": {"interactions", "by_kind", "theirs", "contacts",
 * "tasks_done"}, "funnel": as kith_funnel_to_json, "revenue_minor", "velocity": {"minor_a_day", "low", "high", "open_deals", "win_rate",
 * "mean_minor", "cycle_days", "won", "closed"}, "quotas": [{"holder", "metric", "asked", "currency" (not of a count), "reached", "share",
 * "untold", "chance", "total" (null: none)}], "relations": {"contacts", "reach", "exclusive"}, "against_team": as kith_snapshot_reps}],
 * "groups": quotas of groups, "practices": [{"owner", "stage", "example" (id or null), "rate"}], "concentration", "masked"}. Counts of the
 * reps add up to the team's, but for contacts. Costs every interaction and task and the company's relations. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_scorecards(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                            kith_text** json, kith_error** err);

/* Velocity, open deals x win rate x amount / cycle, of two periods of whole months, and what changed it, as JSON. The changes'
 * contributions sum to the change. json: owned. */
KITH_API kith_code kith_snapshot_velocity(kith_snapshot* snapshot, const char* pipeline, const char* before, const char* after,
                                          const kith_insight_options* options, kith_text** json, kith_error** err);

/* Why a period of whole months fell short of the target, or of what is usual, as JSON: too few deals, a low win rate, small deals, slow
 * ones, and where collection is followed less won before and slow cash; ranked, and summing to the gap. json: owned. */
KITH_API kith_code kith_snapshot_gap(kith_snapshot* snapshot, const char* pipeline, const char* period, const kith_insight_options* options,
                                     kith_text** json, kith_error** err);

/* What reps typed about deals that are closed against what came of them, as JSON: too hopeful, too cautious, dates that slip. Looks at
 * every closed deal's history. json: owned. */
KITH_API kith_code kith_snapshot_biases(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                        kith_text** json, kith_error** err);

/* The Monday walk: what moved a pipeline between two moments, exact to the minor unit in each currency, down to ids
 * (kith/insight/walk.h). question: a JSON object with "since", and perhaps "until" (times as text; else now), "as_known" (true: what the
 * database showed at both moments; else what held, as known now), "period" (as of forecasts: for pulled_in, pushed_out, cash and plan),
 * "notes" (false: without the last three members, which cost every open deal's history), "silent_days" (14), "collection" (the pipeline
 * whose won records are cash received).
 * {"since", "until", "as_known", "period", "deals_before", "deals_after", "walks": [{"currency" (null: deals without an amount), "before",
 * "steps": [{"kind": "new", "reopened", "larger", "smaller", "won", "lost" or "gone", "minor", "deals": [ids]}], "after", "deals_before",
 * "deals_after", "pulled_in": {"minor", "deals"}, "pushed_out", "moved": [{"id", "kind", "minor"}, the largest first], "cash", "plan"}],
 * "pushed_twice": [{"id", "times"}], "silent": [{"id", "days"}], "no_next_step": [ids]}; before + the steps = after. json: owned. */
KITH_API kith_code kith_snapshot_walk(kith_snapshot* snapshot, const char* pipeline, kith_str question, kith_text** json, kith_error** err);

/* Field selling: stores to be visited beside whether they were (kith/insight/visits.h). question: JSON {"today", "since": dates as text,
 * "employee": id}, any of them left out; empty: all. {"stores": [{"plan", "account", "employee" (null: not said), "every_days", "due",
 * "done", "last", "next" (dates or null), "overdue_days"}, the longest overdue first], "due", "done", "compliance" (null: nothing was
 * due)}. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_visits(kith_snapshot* snapshot, kith_str question, kith_text** json, kith_error** err);

/* What a customer has of us: products of delivered orders that did not come back (kith/model/owned.h), as of `at` (µs, INT64_MAX: now), as
 * a JSON list of {"product", "quantity" (a decimal as text), "document", "line", "since"}, by since. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_owned(kith_snapshot* snapshot, kith_id account, int64_t at, kith_text** json, kith_error** err);

/* What to enter next so that statistics become usable, and deals that stand still, as JSON {"gaps": [...], "stuck": [...]}. json: owned. */
KITH_API kith_code kith_snapshot_health(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                        kith_text** json, kith_error** err);
/* A pipeline and a period (as kith_snapshot_forecast takes them) at a glance (kith/insight/summary.h), short enough for a telephone: at
 * most 8 KiB while the pipeline has no more than 16 open stages with names of up to 40 bytes. {"funnel": {"pipeline", "arrivals", "won",
 * "lost", "open", "win_rate", "end_to_end", "conformance", "median_cycle_days", "stages": [{"id", "name", "reached", "open", "rate", "low",
 * "high"}], "warnings"}, "forecast": its numbers as kith_forecast_to_json has them, "deals": [{"id", "stage", "win_in_period",
 * "expected_minor"}, five at most], "gaps", "risks": of kith_snapshot_health's gaps and stuck deals, five at most, "gaps_total",
 * "risks_total"}. json: owned. Since 0.1. */
KITH_API kith_code kith_snapshot_summary(kith_snapshot* snapshot, const char* pipeline, const char* period,
                                         const kith_insight_options* options, kith_text** json, kith_error** err);

/* A forecast of a period: "2026-Q3", "2026-07", "FY2026-Q1", "2026-W07", or relative to the moment asked about: "this-month",
 * "next-quarter", "last-year"; these quarters and years, and FY, are of the fiscal year that the database's settings have. Amounts in minor
 * units, in the currency that most deals have, while there is none in the base currency. Its JSON says for each part with a quota of
 * revenue for the period how likely it is reached. */
typedef struct kith_forecast kith_forecast;
typedef struct kith_quantiles {
  double p10;
  double p50;
  double p90;
  double mean;
  double sd;
} kith_quantiles;
typedef struct kith_forecast_summary {
  int64_t as_of;
  int32_t period_first; /* days since 1970-01-01 */
  int32_t period_end;   /* exclusive */
  double closed;
  kith_quantiles from_open;
  kith_quantiles from_new;
  kith_quantiles total;
  double expected_new_deals;
  double shock_sd;
  int64_t open_deals;
  int64_t closed_deals;
  int64_t excluded;
  int32_t maturity;
  char currency[4];
} kith_forecast_summary;
typedef struct kith_forecast_deal {
  kith_id deal;
  kith_id stage;
  double win_in_period;
  double win_low;
  double win_high;
  double win_ever;
  double median_close_days;
  double expected_minor;
  kith_str reason; /* borrowed(forecast) */
} kith_forecast_deal;
KITH_API kith_code kith_snapshot_forecast(kith_snapshot* snapshot, const char* pipeline, const char* period,
                                          const kith_insight_options* options, kith_forecast** forecast, kith_error** err);
KITH_API void kith_forecast_get_summary(const kith_forecast* forecast, kith_forecast_summary* summary);
KITH_API double kith_forecast_probability_at_least(const kith_forecast* forecast, double minor);
KITH_API size_t kith_forecast_deal_count(const kith_forecast* forecast);
KITH_API kith_code kith_forecast_get_deal(const kith_forecast* forecast, size_t index, kith_forecast_deal* deal);
KITH_API kith_code kith_forecast_to_json(const kith_forecast* forecast, kith_text** json, kith_error** err);
KITH_API void kith_forecast_free(kith_forecast* forecast);

/* Adds a record of type "forecast" to the batch and returns its local reference, 0 after an error. The whole is kept, with the model's
 * version; parts and deals are not. */
KITH_API kith_id kith_batch_save_forecast(kith_batch* batch, const kith_forecast* forecast);
/* The saved forecasts of a pipeline, what came of those whose periods are over and how good these were, as JSON. json: owned. */
KITH_API kith_code kith_snapshot_saved_forecasts(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                                 kith_text** json, kith_error** err);

/* What people said that periods would bring (records of type "submission", which no forecast reads), what came, and how far off each of
 * them is, as JSON {"submissions": [{"id", "by", "of", "period", "made_at", "said": {"minor", "currency"}, "note", "actual" (null: not
 * over)}], "submitters": [{"by", "periods", "unscored", "bias", "low", "high", "text"}]}. json: owned. */
KITH_API kith_code kith_snapshot_submissions(kith_snapshot* snapshot, const char* pipeline, const kith_insight_options* options,
                                             kith_text** json, kith_error** err);

/* How good forecasts of the last `count` periods of a unit ("day", "week", "month", "quarter", "year") made at their starts would have
 * been; looks at every deal. json: owned. */
KITH_API kith_code kith_snapshot_backtest(kith_snapshot* snapshot, const char* pipeline, const char* unit, size_t count,
                                          const kith_insight_options* options, kith_text** json, kith_error** err);

/* ---------------------------------------------------------------- import */

/* Return 0 to stop. Called on the importing thread. */
typedef uint8_t (*kith_progress_fn)(kith_str file, int64_t bytes_done, int64_t bytes_total, uintptr_t context);
typedef struct kith_import_options {
  uint32_t struct_size;
  uint8_t dry_run;
  uint8_t zero[3];
  kith_ref actor;
  kith_str problem_file; /* every rejected row as CSV; empty: none */
  size_t problem_limit;  /* problems in the report; 0: 1000 */
  kith_progress_fn progress;
  uintptr_t progress_context;
  kith_str reason; /* kept in history; empty: "import FILE" */
} kith_import_options;
#define KITH_IMPORT_OPTIONS_INIT                                                                        \
  {                                                                                                     \
    (uint32_t)sizeof(kith_import_options), 0, {0, 0, 0}, {0, {0, 0}, {0, 0}}, {0, 0}, 0, 0, 0, { 0, 0 } \
  }
/* Imports a folder of CSV files. mapping: JSON, empty: the folder's mapping.json or a shipped preset that fits. rejected: rows refused;
 * report: owned JSON, may be NULL. Rows that are right are loaded whatever others hold. */
KITH_API kith_code kith_db_import_csv(kith_db* db, kith_str folder, kith_str mapping, const kith_import_options* options,
                                      uint64_t* rejected, kith_text** report, kith_error** err);
/* Imports a table the same way, by a mapping with one file. stream: taken, released before this returns, also with an error. Since 0.1. */
KITH_API kith_code kith_db_import_arrow(kith_db* db, struct ArrowArrayStream* stream, kith_str mapping, const kith_import_options* options,
                                        uint64_t* rejected, kith_text** report, kith_error** err);

/* ---------------------------------------------------------------- JSON Lines */

/* A whole database as text and back, one thing a line; the form is described in kith/exchange/lines.h. Since 0.1. */

/* Whole lines in pieces. Return 0 to stop. Called on the exporting thread. */
typedef uint8_t (*kith_write_fn)(kith_str bytes, uintptr_t context);
typedef struct kith_export_lines_options {
  uint32_t struct_size;
  uint8_t history; /* each record's history too, and deleted records */
  uint8_t zero[3];
  kith_str types;            /* a JSON list of names; empty: all */
  kith_write_fn write;       /* takes the lines when there is no path */
  kith_progress_fn progress; /* called with "export", records done and their number */
  uintptr_t context;         /* of both functions */
} kith_export_lines_options;
#define KITH_EXPORT_LINES_OPTIONS_INIT \
  { (uint32_t)sizeof(kith_export_lines_options), 0, {0, 0, 0}, {0, 0}, 0, 0, 0 }
/* What the snapshot's viewer may see, into a file that appears when it is whole. report: owned JSON, may be NULL. */
KITH_API kith_code kith_snapshot_export_lines(kith_snapshot* snapshot, kith_str path, const kith_export_lines_options* options,
                                              kith_text** report, kith_error** err);

/* Which ids records get: the file's where the database has no records of its own, else its own; always the file's; always its own. */
enum { KITH_IDS_AUTO = 0, KITH_IDS_KEEP = 1, KITH_IDS_MAP = 2 };
typedef struct kith_import_lines_options {
  uint32_t struct_size;
  uint8_t ids; /* KITH_IDS_* */
  uint8_t dry_run;
  uint8_t drop_missing; /* references to records that are nowhere are left out, not refused */
  uint8_t zero;
  kith_ref actor;
  kith_str source;           /* name of the database that the file comes from; needed when ids are mapped */
  size_t problem_limit;      /* problems in the report; 0: 1000 */
  kith_progress_fn progress; /* called with "check", then with "load" */
  uintptr_t context;
  kith_str reason; /* of the actor's; empty: "import of JSON Lines" */
} kith_import_lines_options;
#define KITH_IMPORT_LINES_OPTIONS_INIT                                                                      \
  {                                                                                                         \
    (uint32_t)sizeof(kith_import_lines_options), 0, 0, 0, 0, {0, {0, 0}, {0, 0}}, {0, 0}, 0, 0, 0, { 0, 0 } \
  }
/* Checks the whole file, which changes nothing, and imports it. rejected: records refused; report: owned JSON, may be NULL. */
KITH_API kith_code kith_db_import_lines(kith_db* db, kith_str path, const kith_import_lines_options* options, uint64_t* rejected,
                                        kith_text** report, kith_error** err);
/* Takes another database into this one, without a file: what `from` and its viewer may see, under ids of this database, found again by
 * options->source and by shared external references, so that a second run changes nothing (kith/exchange/absorb.h). options->ids is AUTO or
 * MAP; a "line" of the report is the record's place in `from`. Since 0.1. */
KITH_API kith_code kith_db_absorb(kith_db* db, kith_snapshot* from, const kith_import_lines_options* options, uint64_t* rejected,
                                  kith_text** report, kith_error** err);

/* --- replicas
 * Copies of one database that are written apart, offline for any time, and brought together by exchanging changes; all that have everything
 * hold the same (kith/engine/replica.h says by which rules). A replica is made by kith_db_backup and opened with a `node` of its own in
 * kith_open_options. A host carries pages by whatever it has:
 *
 *   kith_db_received_from(here, there_node, &after, &err);
 *   kith_db_read_replica(there, after, here_node, 1000, &page, &err);    -- "more" in its first line: again
 *   kith_db_receive(here, kith_text_str(page), &report, &err);
 *
 * Since 0.1. */
KITH_API kith_code kith_db_node(kith_db* db, uint32_t* node, kith_error** err);
/* Where the next page of the replica with that node begins; 0: nothing has come from it. */
KITH_API kith_code kith_db_received_from(kith_db* db, uint32_t node, uint64_t* after, kith_error** err);
/* Changes after `after` for the replica with the node `receiver`, about `limit` of them. page: owned, JSON Lines, as private as the records
 * are. Errors: CursorExpired, PreconditionFailed. */
KITH_API kith_code kith_db_read_replica(kith_db* db, uint64_t after, uint32_t receiver, uint64_t limit, kith_text** page, kith_error** err);
/* Takes a page, in steps that are each atomic; what is known is passed over. report: owned JSON {"taken","known","dropped","conflicts":
 * [{"type","record","field","value","other","message"}]}, may be NULL. Errors: LinesMalformed, BadOptions (a page is missing before this
 * one, or both have one node), PackageConflict (definitions that do not fit together, by type and field), UnknownType, UnknownField,
 * EffectiveInFuture, PreconditionFailed. */
KITH_API kith_code kith_db_receive(kith_db* db, kith_str page, kith_text** report, kith_error** err);
/* All that is new in `from`, definitions too, of a database of the same process. `db` is a replica of it, or holds nothing but untouched
 * seeds. report: as above. */
KITH_API kith_code kith_db_pull_replica(kith_db* db, kith_db* from, kith_text** report, kith_error** err);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* KITH_KITH_H_ */
