// Every limit of Kith, in one place. Each is tested at and past its value and reported by its name.
#ifndef KITH_BASE_LIMITS_H_
#define KITH_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace kith::limits {

inline constexpr uint32_t kTypes = 4095;                    // entity types in a database
inline constexpr uint32_t kFieldsPerTypeAndPackage = 4096;  // fields one package may give one type
inline constexpr uint32_t kPackages = 4095;                 // packages in a database
inline constexpr size_t kTextBytes = 64 * 1024;             // one text value
inline constexpr size_t kBytesBytes = 256 * 1024;           // one bytes value
inline constexpr size_t kListItems = 1024;                  // items of a text list or choice set
inline constexpr size_t kRecordBytes = 1024 * 1024;         // one encoded record
inline constexpr size_t kIndexKeyBytes = 480;               // encoded fields of an index key, longer ones are cut
inline constexpr size_t kIndexFields = 8;                   // fields in the key of one index
inline constexpr size_t kIndexCovers = 32;                  // fields an index stores beside its key
inline constexpr uint32_t kIndexWeight = 100;               // weight of a field in a text index
inline constexpr uint64_t kTextPending = 1024;              // records of a text index that wait to be folded into it
inline constexpr size_t kNameBytes = 64;                    // name of a type, field, choice, index, package part
inline constexpr size_t kExternalSystemBytes = 64;
inline constexpr size_t kExternalKeyBytes = 256;
inline constexpr size_t kIdempotencyKeyBytes = 64;
inline constexpr int64_t kIdempotencyKeepDays = 30;
inline constexpr size_t kReasonBytes = 1024;                  // reason text of a batch
inline constexpr size_t kBatchChanges = 100'000;              // changes in one batch
inline constexpr size_t kBatchBytes = 64 * 1024 * 1024;       // plain-memory size of one batch
inline constexpr size_t kBatchDepth = 16;                     // nesting of a batch's JSON
inline constexpr int kEffectRounds = 8;                       // rounds in which rules may add changes
inline constexpr size_t kPackageBytes = 4 * 1024 * 1024;      // one package's JSON
inline constexpr size_t kPackageDepth = 32;                   // nesting of a package's JSON
inline constexpr int32_t kChoiceNumber = 1'000'000;           // highest number of a choice
inline constexpr int32_t kAddedChoiceNumber = (1 << 18) - 1;  // of one that a package adds to another package's field
inline constexpr size_t kLabelBytes = 256;                    // one label
inline constexpr size_t kPatternBytes = 1024;                 // a field's pattern
inline constexpr size_t kExpressionBytes = 64 * 1024;         // text of one expression
inline constexpr size_t kExpressionDepth = 128;               // nesting of one expression
inline constexpr size_t kExpressionVariables = 16;            // macros within one another
inline constexpr size_t kMappingBytes = 16 * 1024 * 1024;     // one mapping's JSON, its packages and pipelines included
inline constexpr size_t kQueryBytes = 1024 * 1024;            // one query's JSON
inline constexpr size_t kQueryColumns = 256;                  // columns of a query, and terms of its order
inline constexpr size_t kQueryDepth = 4;                      // expansions within one another
inline constexpr size_t kArrowBatchRows = 8192;               // rows of one Arrow record batch
inline constexpr size_t kSearchBytes = 256;                   // text of a search
inline constexpr size_t kSearchWords = 8;                     // words of a search
inline constexpr size_t kSearchHits = 1000;                   // hits of a search
inline constexpr size_t kStanding = 1'000'000;                // people who report to one viewer, their groups, records shared with them
inline constexpr size_t kRelationSteps = 100'000;             // edges that one look along a relation reads
inline constexpr uint32_t kRelationDepth = 64;                // edges from the start of a traversal
inline constexpr size_t kChainMembers = 256;                  // people in one decision chain
inline constexpr size_t kLineBytes = 16 * 1024 * 1024;        // one line of a JSON Lines file
inline constexpr size_t kCheckpointBytes = 4096;
inline constexpr int64_t kReplicaClockAhead = 24 * 3600;        // seconds that another replica's clock may be ahead
inline constexpr size_t kFeedScanned = 100'000;                 // entries of the feed that one call looks at
inline constexpr int64_t kSnapshotSeconds = 30;                 // a snapshot older than this that also pins ...
inline constexpr uint64_t kSnapshotPinnedBytes = 256ull << 20;  // ... this much gives SnapshotExpired

}  // namespace kith::limits

#endif  // KITH_BASE_LIMITS_H_
