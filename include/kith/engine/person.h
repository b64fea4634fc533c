// A person's data: what belongs to it, and what is left when it is erased.
//
// What belongs to a person: the person's record, and every record about it: one with a reference marked `about` that leads, or once led, to
// the person or to another such record. A note about two people belongs to both. Deleted records belong to it through their history.
//
// What an erasure takes: of all these records the values of fields marked `personal`, now and throughout history, with what is made of them
// (index entries, covered values, columns, terms for search); the reasons given in their history, which are free text, and with
// them the same reason in the entries of all other records that the same batch wrote (a reason is the batch's: that of an import of
// thousands goes from all of them); the external references of those whose type has personal fields; idempotency keys of batches that made
// them. It keeps ids, references, choices,
// amounts, stages and times, so that totals, moves and statistics are what they were, and who wrote what. It cannot know: fields not marked
// personal, checkpoints, what a host keeps itself, backups made before.
#ifndef KITH_ENGINE_PERSON_H_
#define KITH_ENGINE_PERSON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kith/base/id.h"
#include "kith/base/time.h"
#include "kith/engine/viewer.h"
#include "kith/storage/storage.h"

namespace kith {

struct EraseOptions {
  Actor actor;               // kept in the proof and in history
  std::string reason;        // likewise; do not name the person
  bool dry_run = false;      // counts what would go
  bool keep_shared = false;  // leaves records that are about others too as they are; they are listed, to be looked at by people
  bool overwrite = false;    // overwrites what the file still holds of it afterwards (Database::OverwriteFreed)
};

struct EraseReport {
  std::vector<Id> records;      // the person first
  std::vector<Id> shared;       // those about others too; among `records` unless they are kept
  uint64_t values = 0;          // personal values of records
  uint64_t history_values = 0;  // personal values in history entries, before and after counted apart
  uint64_t reasons = 0;
  uint64_t external_refs = 0;
  uint64_t idempotency_keys = 0;
  uint64_t sequence = 0;  // of the person's last history entry that tells of it; 0: a dry run
  storage::OverwriteReport overwritten;
};

struct PurgeOptions {
  Actor actor;
  std::string reason;
  bool dry_run = false;
  bool overwrite = false;  // as of EraseOptions
};

struct PurgeReport {
  uint64_t records = 0;         // purged; those that were before are not counted
  uint64_t history_values = 0;  // as of EraseReport
  uint64_t reasons = 0;
  uint64_t idempotency_keys = 0;
  storage::OverwriteReport overwritten;
};

// The proof that an erasure leaves: no personal data, and not to be changed unseen.
struct Erasure {
  uint64_t sequence = 0;  // of the feed when it was done
  Time recorded;
  Actor actor;
  std::string reason;
  Id person;
  uint64_t records = 0;
  uint64_t values = 0;  // in records and history
  uint64_t external_refs = 0;
  std::string digest;  // SHA-256 in hexadecimal over all of the above and the digest of the erasure before it
};

}  // namespace kith

#endif  // KITH_ENGINE_PERSON_H_
